"""Edits of genomes: deeper, wider, one more branch, other wires, another operation; and fitted to other images."""

from nas.edit.edits import Edit, edits
from nas.edit.fit import fit
from nas.edit.layers import add_branch, deepen, rewire, swap_op
from nas.edit.shortcut import deepen_residual
from nas.edit.widths import scale_width, widen, widenable

__all__ = [
    "Edit",
    "add_branch",
    "deepen",
    "deepen_residual",
    "edits",
    "fit",
    "rewire",
    "scale_width",
    "swap_op",
    "widen",
    "widenable",
]

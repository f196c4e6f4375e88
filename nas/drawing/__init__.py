"""Pictures: networks as graphs and as text, path lengths, and the axes and dots that the report draws with."""

from nas.drawing.collapse import LEVELS
from nas.drawing.draw import draw
from nas.drawing.graph import dot
from nas.drawing.lengths import path_figure
from nas.drawing.outline import outline

__all__ = ["LEVELS", "dot", "draw", "outline", "path_figure"]

"""The colours of all pictures, on white and on dark; hues after Okabe & Ito 2008, told apart by most eyes.

`s0` to `s4` go from the best fifth to the worst.
"""

from __future__ import annotations

LIGHT = {
    "paper": "#fff", "ink": "#1b1f24", "soft": "#59636e", "rule": "#d5dae0", "sheet": "#f5f7f9", "accent": "#c2410c",
    "c0": "#0072b2", "c1": "#b85a00", "c2": "#00845f", "c3": "#a8487e", "c4": "#7a6a00", "c5": "#55606b",
    "s0": "#7a2404", "s1": "#c2410c", "s2": "#d98a3d", "s3": "#8fa9bd", "s4": "#5f7f99",
}  # fmt: skip
DARK = {
    "paper": "#14171b", "ink": "#e7eaee", "soft": "#9ba6b2", "rule": "#343b44", "sheet": "#1d2228", "accent": "#ff8a4c",
    "c0": "#56b4e9", "c1": "#e69f00", "c2": "#2fc49a", "c3": "#e28dbd", "c4": "#e8dc4a", "c5": "#a7b1bc",
    "s0": "#ffd0a8", "s1": "#ff9a4c", "s2": "#c9762f", "s3": "#7389a0", "s4": "#54677a",
}  # fmt: skip

MEANT = {"front": "accent", "rest": "c5"}  # names by what is shown: on the front, all others

# The ground of a box, by its kind
GROUNDS = {
    "conv": "#e0edf7", "linear": "#f6e5ef", "pool": "#dcf1e9", "size": "#fbe9d8", "join": "#ffffff", "aside": "#f5f7f9",
    "other": "#f5f2da", "end": "#ffffff",
}  # fmt: skip
DARK_GROUNDS = {
    "conv": "#123048", "linear": "#3f2233", "pool": "#123a2e", "size": "#442c12", "join": "#14171b", "aside": "#1d2228",
    "other": "#38340f", "end": "#14171b",
}  # fmt: skip

EDGE = "#8b95a0"  # of what is no layer
BOXES = {
    "conv": (GROUNDS["conv"], LIGHT["c0"]),
    "linear": (GROUNDS["linear"], LIGHT["c3"]),
    "pool": (GROUNDS["pool"], LIGHT["c2"]),
    "size": (GROUNDS["size"], LIGHT["c1"]),
    "join": (GROUNDS["join"], LIGHT["ink"]),
    "aside": (GROUNDS["aside"], EDGE),
    "other": (GROUNDS["other"], LIGHT["c4"]),
    "end": (GROUNDS["end"], EDGE),
    "whole": (GROUNDS["conv"], LIGHT["c0"]),
}

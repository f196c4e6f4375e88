"""The colours of all pictures, on white and on dark; hues after Okabe & Ito 2008, told apart by most eyes."""

from __future__ import annotations

LIGHT = {
    "paper": "#fff", "ink": "#1b1f24", "soft": "#59636e", "rule": "#d5dae0", "sheet": "#f5f7f9", "accent": "#c2410c",
    "c0": "#0072b2", "c1": "#b85a00", "c2": "#00845f", "c3": "#a8487e", "c4": "#7a6a00", "c5": "#55606b",
}  # fmt: skip
DARK = {
    "paper": "#14171b", "ink": "#e7eaee", "soft": "#9ba6b2", "rule": "#343b44", "sheet": "#1d2228", "accent": "#ff8a4c",
    "c0": "#56b4e9", "c1": "#e69f00", "c2": "#2fc49a", "c3": "#e28dbd", "c4": "#e8dc4a", "c5": "#a7b1bc",
}  # fmt: skip

# Of a box: its ground, with dark letters on it, and its edge
BOXES = {
    "conv": ("#e0edf7", LIGHT["c0"]),
    "linear": ("#f6e5ef", LIGHT["c3"]),
    "pool": ("#dcf1e9", LIGHT["c2"]),
    "size": ("#fbe9d8", LIGHT["c1"]),
    "join": ("#ffffff", LIGHT["ink"]),
    "aside": ("#f5f7f9", "#8b95a0"),
    "other": ("#f5f2da", LIGHT["c4"]),
    "end": ("#ffffff", "#8b95a0"),
    "whole": ("#e0edf7", LIGHT["c0"]),
}

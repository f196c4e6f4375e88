"""Weight inheritance: a child of an edit starts from its parent's weights and, where that can be, from its function."""

from nas.network.inherit.child import Inheritance, inherit

__all__ = ["Inheritance", "inherit"]

"""What a search decides by: one order, what it knows by then, proposals, repeats, rungs."""

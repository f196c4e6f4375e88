"""Comparisons at an equal budget: what is planned, what the differences say, and the answer in words."""

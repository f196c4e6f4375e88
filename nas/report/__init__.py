"""What came out of a run: pictures, tables, a page."""

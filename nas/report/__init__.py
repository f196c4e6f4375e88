"""What came out of a run: pictures, tables, a page."""

from nas.report.page import write_report

__all__ = ["write_report"]

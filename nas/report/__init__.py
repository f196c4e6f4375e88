"""What came out of a run: charts, tables, a page. A page of something else is made of `Section` by `document`."""

from nas.report.charts import charts
from nas.report.contents import contents
from nas.report.deeper_or_wider import depth_width_map
from nas.report.document import Section, document
from nas.report.page import page, write_report

__all__ = ["Section", "charts", "contents", "depth_width_map", "document", "page", "write_report"]

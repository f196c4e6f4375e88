"""A server on loopback to which statistics would be posted, were there any; it keeps the path of each request.

python sink.py URL ARGUMENTS...            nas with these arguments; statistics of its Ray would go to URL each second
python sink.py --open URL ARGUMENTS...     the same with the Ray that one gets without our settings: it does post
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def sink() -> Iterator[tuple[str, list[str]]]:
    """Its URL, and what it was asked, which grows."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(f"{self.command} {self.path}")
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.end_headers()

        do_GET = do_PUT = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", heard
        finally:
            server.shutdown()
            thread.join()


def main(*words: str) -> None:
    from nas.runner.ray import private, settings  # noqa: F401  it sets the variables that are set anew here

    if words[0] == "--open":
        from ray._common.usage import usage_lib

        os.environ["RAY_USAGE_STATS_ENABLED"] = "1"
        usage_lib.set_usage_stats_enabled_via_env_var = lambda enabled: None  # of what is not released Ray reports by default
        private._closed = nullcontext
        words = words[1:]
    url, *arguments = words
    os.environ.update(RAY_USAGE_STATS_REPORT_URL=url, RAY_USAGE_STATS_REPORT_INTERVAL_S="1")
    sys.argv = ["nas", *arguments]
    from nas.cli import main

    main()


if __name__ == "__main__":
    main(*sys.argv[1:])

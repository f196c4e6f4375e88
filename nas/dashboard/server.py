"""Serves the dashboard of a run to a browser: it reads, and whatever would write is refused.

The study is copied into memory anew when a page asks and some seconds have passed, so the view follows a run that another
process drives. It listens on loopback alone: it has no token, and `ssh -L` brings it to another machine. A page of another
site that has itself resolved to this machine (DNS rebinding) is refused by the name that it asked for.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from nas.errors import InputError, MissingExtraError, NasError
from nas.study import Run

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")  # by which it may be asked for
SECONDS = 2.0  # between two looks at the run, or ten times as long as one takes


def serve(run: Run, *, port: int = 8080, ready: Callable[[str], None] = lambda url: None) -> None:
    """Show a run until this process is interrupted; `ready` is told the address, and port 0 takes a free one.

    Raises `InputError` for a port that cannot be listened on, `MissingExtraError` without optuna-dashboard.
    """
    page = Page(run)
    page.current()  # an error before anything is served
    try:
        server = make_server(HOST, port, page, server_class=_Server, handler_class=_Handler)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{HOST}:{port} cannot be listened on: {reason}; choose another --port, 0 for a free one") from None
    with server:
        ready(f"http://{HOST}:{server.server_port}/")
        server.serve_forever(poll_interval=0.1)


class Page:
    """The pages as one WSGI application."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._application: WSGIApplication | None = None
        self._until = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _refused(start_response, "403 Forbidden", "this view only reads: the run is not changed from here")
        if environ.get("HTTP_HOST", "").lower().partition(":")[0] not in NAMES:
            return _refused(start_response, "403 Forbidden", "this view is for this machine; it was asked for by another name")
        try:
            application = self.current()
        except (NasError, OSError) as error:  # the run's folder is gone, or its study is damaged
            return _refused(start_response, "503 Service Unavailable", str(error))
        return application(environ, start_response)

    def current(self) -> WSGIApplication:
        """The pages of the run as it stands, or as it stood some seconds ago."""
        try:
            from optuna_dashboard import wsgi
        except ImportError:
            raise MissingExtraError("optuna-dashboard", extra="dashboard", purpose="nas dashboard") from None
        from nas.dashboard.mirror import mirrored

        with self._lock:
            began = time.monotonic()
            if self._application is None or began >= self._until:
                self._application = wsgi(mirrored(self._run))  # one that has no cache of the copy before
                now = time.monotonic()
                self._until = now + max(SECONDS, 10 * (now - began))
            return self._application


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # a browser that keeps its connection does not keep this process


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """Not a line for each request."""


def _refused(start_response: StartResponse, status: str, reason: str) -> list[bytes]:
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps({"reason": reason}).encode()]

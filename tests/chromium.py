"""A headless Chromium for tests of pages, spoken to by its DevTools protocol over two pipes; it needs no package.

https://chromedevtools.github.io/devtools-protocol
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")
SECONDS = 120  # that the browser may take for one answer
FLAGS = (
    "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--mute-audio", "--hide-scrollbars",
)  # fmt: skip


class Browser:
    """A running Chromium."""

    def __init__(self, process: subprocess.Popen[bytes], to: int, answers: int) -> None:
        self._process, self._to, self._from = process, to, answers
        self._left, self._number = b"", 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Its answer to a command; events that come before it are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        while (found := self._read()).get("id") != self._number:
            self.events.append(found)
        if "error" in found:
            raise RuntimeError(f"{method}: {found['error']}")
        return found["result"]

    def wait(self, method: str, session: str) -> None:
        """Until an event of this name has come."""
        while not any(event.get("method") == method and event.get("sessionId") == session for event in self.events):
            self.events.append(self._read())

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._from], [], [], SECONDS)
            found = os.read(self._from, 1 << 20) if ready else b""
            if not found:
                raise RuntimeError(f"Chromium {'has ended' if ready else f'has said nothing for {SECONDS} s'}")
            self._left += found
        text, _, self._left = self._left.partition(b"\0")
        return json.loads(text)

    def open(self, page: Path, *, width: int = 1280, dark: bool = False, scripts: bool = True) -> Page:
        """A page of this width in CSS pixels, loaded."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable", session)
        opened = Page(self, session, target)
        opened.look(width=width, dark=dark)
        self.call("Emulation.setScriptExecutionDisabled", session, value=not scripts)
        started = time.perf_counter()
        self.call("Page.navigate", session, url=page.resolve().as_uri())
        self.wait("Page.loadEventFired", session)
        opened.seconds = time.perf_counter() - started
        return opened


class Page:
    """A page. `seconds`: how long it took to load, its scripts included."""

    def __init__(self, browser: Browser, session: str, target: str) -> None:
        self._browser, self._session, self._target, self.seconds = browser, session, target, 0.0

    def look(self, *, width: int, dark: bool) -> None:
        """From now on in front, in a window of this width in CSS pixels, on a light or a dark desktop."""
        self._browser.call("Page.bringToFront", self._session)
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._browser.call("Emulation.setDeviceMetricsOverride", self._session, **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._browser.call("Emulation.setEmulatedMedia", self._session, features=[scheme])

    def of(self, expression: str) -> Any:
        """The value of an expression in JavaScript."""
        answer = self._browser.call(
            "Runtime.evaluate", self._session, expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def requests(self) -> list[str]:
        """What was asked for, the page itself included."""
        found = (event["params"]["request"]["url"] for event in self._events("Network.requestWillBeSent"))
        return [url for url in found if not url.startswith("data:")]

    def errors(self) -> list[str]:
        """Exceptions of scripts, and what the browser refused or complained of."""
        thrown = [str(event["params"]["exceptionDetails"]) for event in self._events("Runtime.exceptionThrown")]
        logged = [event["params"]["entry"] for event in self._events("Log.entryAdded")]
        return thrown + [str(entry) for entry in logged if entry["level"] in ("error", "warning")]

    def print_(self) -> None:
        """As if it were printed: everything is drawn, and not only what is near."""
        self.of('dispatchEvent(new Event("beforeprint"))')

    def picture(self, path: Path) -> None:
        """A PNG of the whole page."""
        size = self._browser.call("Page.getLayoutMetrics", self._session)["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        options = {"clip": clip, "captureBeyondViewport": True}
        path.write_bytes(base64.b64decode(self._browser.call("Page.captureScreenshot", self._session, **options)["data"]))

    def cpu_seconds(self) -> float:
        """Processor time of all pages of this browser so far: what a busy machine does not lengthen."""
        found = self._browser.call("SystemInfo.getProcessInfo")["processInfo"]
        return sum(each["cpuTime"] for each in found if each["type"] == "renderer")

    def close(self) -> None:
        self._browser.call("Target.closeTarget", targetId=self._target)

    def _events(self, method: str) -> Iterator[dict[str, Any]]:
        return (e for e in self._browser.events if e.get("method") == method and e.get("sessionId") == self._session)


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A browser that keeps its profile in `folder`, ended with the context."""
    assert PROGRAM is not None
    (to_read, to), (answers, from_write) = os.pipe(), os.pipe()
    # Out of the way of 3 and 4, which Chromium reads and writes.
    theirs = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_read, from_write)]

    def connect() -> None:
        os.dup2(theirs[0], 3)
        os.dup2(theirs[1], 4)

    command = [PROGRAM, *FLAGS, f"--user-data-dir={folder}"]
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, preexec_fn=connect, pass_fds=(3, 4), stdin=nowhere, stdout=nowhere, stderr=nowhere)
    for end in (*theirs, to_read, from_write):
        os.close(end)
    browser = Browser(process, to, answers)
    try:
        yield browser
        browser.call("Browser.close")
        process.wait(timeout=SECONDS)
    finally:
        process.kill()
        process.wait()
        os.close(to)
        os.close(answers)

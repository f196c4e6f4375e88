"""The page in a real browser: what it asks for, draws, cuts off, and does with texts that are code."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import PROGRAM, Browser, Page, chromium
from run_documents import run, trial

from nas import zoo
from nas.drawing.colours import DARK, LIGHT
from nas.report import page, write_report

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium: apt-get install chromium")

HOSTILE = "<img src=x onerror='window.harmed=1'><script>window.harmed=1</script><a href=\"javascript:window.harmed=1\">b</a>"
CHARTS = ["front-macs", "front-params", "depth", "map", "curves", "importance", "lineage"]
MEGABYTES = 6  # of a page of a thousand trials


# What stands beyond the window, and letters beyond the chart that they are in; what scrolls in a window of its own does not.
BEYOND = """(() => {
  const within = (element, box) => {
    const at = element.getBoundingClientRect();
    return at.width === 0 || (at.left >= box.left - 1 && at.right <= box.right + 1);
  };
  const seen = [...document.querySelectorAll("body *")].filter((e) => !e.closest(".scroll, pre, .chart, #js-plotly-tester"));
  const outside = seen.filter((element) => !within(element, { left: 0, right: innerWidth }));
  const cut = [...document.querySelectorAll(".chart")].flatMap((chart) =>
    [...chart.querySelectorAll("text")].filter((text) => !within(text, chart.getBoundingClientRect())));
  return [...outside, ...cut].map((element) => element.outerHTML.slice(0, 200));
})()"""


def some_trials(number: int, *, name: str = "residual") -> list[dict]:
    kinds = ("plain", name, "dense")
    return [
        trial(
            n,
            error=0.02 + (n * 7919 % 101) / 120,
            state="finished" if n % 3 else "stopped",
            params=30_000 + 13 * (n * 31 % 997),
            macs=1_000_000 + 1009 * (n * 17 % 997),
            depth=6 + n % 40,
            width=4 + n * 7 % 90,
            choices={"connect": kinds[n % 3], "block": "basic", "depth": n % 20, "width": 4 + n * 7 % 90},
            curve=[[epoch, {"error": 0.02 + (n * 7919 % 101) / 120 + 0.5 / epoch**2}] for epoch in range(1, 13)],
            parents=[n // 2] if n else [],
            reason="",
        )
        for n in range(number)
    ]


def document(trials: list[dict], **more) -> dict:
    shares = {"connect": 0.5, "width": 0.3, "depth": 0.2}
    genome = zoo.resnet_cifar(depth=8, input_shape=(1, 8, 8), classes=10).to_dict()
    best = max(each["number"] for each in trials)
    return run(*trials, best=best, importance=shares, genomes={0: genome}, **more)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of thirty trials."""
    path = tmp_path_factory.mktemp("ordinary") / "report.html"
    write_report(document(some_trials(30)), path)
    return path


@pytest.fixture(scope="module")
def ordinary(browser: Browser, written: Path) -> Page:
    return drawn(browser.open(written))


@pytest.fixture(scope="module")
def hostile(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A page each of whose texts is code."""
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    trials = some_trials(12, name=HOSTILE)
    failed = trial(12, state="failed", reason=HOSTILE, metrics={}, curve=[])
    more = {"run": HOSTILE, "answer": HOSTILE, "space": HOSTILE, "objectives": ["error"], "versions": {HOSTILE: HOSTILE}}
    write_report(document([*trials, failed], **more) | {"importance": {HOSTILE: 1.0}}, path)
    return drawn(browser.open(path))


def drawn(opened: Page) -> Page:
    opened.print_()
    charts, pictures = (f"document.querySelectorAll('{what}').length" for what in (".chart", ".chart.js-plotly-plot"))
    soon(lambda: opened.of(charts) == opened.of(pictures) > 0)
    return opened


def soon(holds: Callable[[], bool]) -> None:
    """Within two minutes it holds: a page draws when the browser has time."""
    until = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def points(opened: Page, chart: int) -> int:
    return opened.of(f"document.querySelectorAll('.chart')[{chart}].querySelectorAll('.scatterlayer .point').length")


def test_no_request_leaves_and_no_script_fails(ordinary, hostile):
    for opened in (ordinary, hostile):
        assert opened.requests() == [opened.of("location.href")]
        assert opened.errors() == []


def test_every_chart_is_drawn_with_a_dot_for_each_trial(ordinary):
    assert ordinary.of("document.querySelectorAll('.chart').length") == len(CHARTS)
    assert [points(ordinary, chart) for chart in range(len(CHARTS))] == [30, 30, 30, 30, 3, 3, 30]
    names = ordinary.of("document.querySelectorAll('.chart')[2].data.map((trace) => trace.name)")
    assert {"plain", "residual", "dense"} <= set(names)


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("kind", ["ordinary", "hostile"])
def test_nothing_is_cut_off_and_the_colours_are_those_of_the_desktop(request, kind, width, dark):
    opened = request.getfixturevalue(kind)
    opened.look(width=width, dark=dark)
    colour = (DARK if dark else LIGHT)["accent"]
    soon(lambda: opened.of("document.querySelectorAll('.chart')[0].data.at(-1).marker.color") == colour)
    soon(lambda: opened.of(BEYOND) == [])
    assert opened.of("document.documentElement.scrollWidth") <= width


def test_a_name_and_an_error_that_are_code_stay_text(hostile):
    assert hostile.of("document.querySelector('h1').textContent") == HOSTILE
    assert HOSTILE in hostile.of("[...document.querySelectorAll('td')].map((cell) => cell.textContent)")
    axis = (
        "[...document.querySelectorAll('.chart')[5].querySelectorAll('.yaxislayer-above text')].map((each) => each.textContent)"
    )
    assert hostile.of(axis) == [f"{HOSTILE[:21]}…"]
    hostile.of("Plotly.Fx.hover(document.querySelectorAll('.chart')[2], [{ curveNumber: 3, pointNumber: 0 }])")
    said = hostile.of("document.querySelectorAll('.chart')[2].querySelector('.hoverlayer').textContent")
    assert "<script>window.harmed=1</script>" in said
    assert hostile.of("document.querySelectorAll('body img, body a').length") == 0
    assert hostile.of("window.harmed") is None


def test_with_scripts_off_the_charts_are_pictures_and_the_table_is_there(browser, written):
    opened = browser.open(written, scripts=False)
    assert opened.of("document.querySelectorAll('.main-svg').length") == 0
    sizes = opened.of("[...document.querySelectorAll('noscript svg')].map((each) => each.getBoundingClientRect().width)")
    assert len(sizes) == len(CHARTS)
    assert min(sizes) > 300
    assert opened.of("document.querySelectorAll('noscript svg')[0].querySelectorAll('.dot > *').length") == 30
    assert opened.of("document.querySelectorAll('table.sortable tbody tr').length") == 30
    assert opened.of("document.querySelectorAll('table.sortable button').length") == 0
    assert opened.of("getComputedStyle(document.querySelector('.chart')).display") == "none"
    opened.close()


def test_a_click_on_a_column_sorts_by_it_and_a_second_click_the_other_way(ordinary):
    column = "document.querySelectorAll('table.sortable th')[3]"
    values = "[...document.querySelectorAll('table.sortable tbody tr')].map((row) => Number(row.cells[3].dataset.n))"
    assert ordinary.of(f"{column}.textContent") == "macs"
    for order in (False, True):
        ordinary.of(f"{column}.querySelector('button').click()")
        found = ordinary.of(values)
        assert found == sorted(found, reverse=order)
        assert len(set(found)) == 30
    assert ordinary.of(f"{column}.getAttribute('aria-sort')") == "descending"


def test_a_column_of_words_is_sorted_too_and_what_is_missing_comes_last(browser, tmp_path):
    trials = [trial(n, choices={"growth": growth} if growth else {}) for n, growth in enumerate(("b", "", "a"))]
    write_report(run(*trials), tmp_path / "report.html")
    opened = browser.open(tmp_path / "report.html")
    opened.of("[...document.querySelectorAll('table.sortable th button')].at(-1).click()")
    assert opened.of("[...document.querySelectorAll('table.sortable tbody tr')].map((row) => row.cells[0].textContent)") == [
        "#2",
        "#0",
        "#1",
    ]
    opened.close()


def loaded(folder: Path, trials: int) -> float:
    """Processor seconds of a browser that opens the page of so many trials, which other work lengthens little."""
    folder.mkdir()
    write_report(document(some_trials(trials)), folder / "report.html")
    with chromium(folder / "profile") as browser:
        opened = browser.open(folder / "report.html")
        assert opened.of("document.querySelectorAll('table.sortable tbody tr').length") == trials
        return opened.cpu_seconds()


def test_the_page_of_a_thousand_trials_is_no_larger_than_is_promised():
    assert len(page(document(some_trials(1000))).encode()) < MEGABYTES * 1_000_000


def test_a_thousand_trials_are_loaded_nearly_as_soon_as_three(tmp_path):
    # Most of the time goes into reading Plotly; charts are drawn when they come near.
    assert loaded(tmp_path / "many", 1000) < 3 * loaded(tmp_path / "few", 3)

"""An explanation of a trained network as text: tables with small bars."""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from nas.cli.show import cut, table
from nas.drawing.numbers import short

BAR = 24  # letters
EIGHTHS = " ▏▎▍▌▋▊▉█"
TAUS = ((0.75, 1.0), (0.5, 0.75), (0.25, 0.5), (0.0, 0.25), (-0.5, 0.0), (-1.0, -0.5))
SHOWN = 16  # lengths of paths

Document = Mapping[str, Any]


def explained(document: Document, *, width: int | None) -> str:
    """The document of `nas explain` for a person; lines are cut to `width` columns, if there is one."""
    parts = [_head(document), _lesions(document), _deletions(document), _order(document), _paths(document), _stages(document)]
    return "\n\n".join("\n".join(_fitted(line, width) for line in part) for part in map(list, parts) if part)


def _fitted(line: str, width: int | None) -> str:
    """A sentence is broken where it is too long, a row of a table, with gaps of two spaces, is cut."""
    if width is None or len(line) <= width:
        return line
    return cut(line, width) if "  " in line else "\n".join(textwrap.wrap(line, width, subsequent_indent="  "))


def _head(document: Document) -> Iterator[str]:
    yield (
        f"trial {document['trial']} of {document['run']}: error {_percent(document['error'])} on {document['images']} "
        f"validation images, with the weights of the {_weights(document)}"
    )
    if document["weights"] == "final":
        yield "The final training saw these images: what a change does to the error counts, and not how low it is."


def _weights(document: Document) -> str:
    return "final training" if document["weights"] == "final" else "search"


def _lesions(document: Document) -> Iterator[str]:
    yield "Without one block"
    deleted = [each for each in document["lesions"] if each["error"] is not None]
    if not document["lesions"]:
        yield "It has no blocks: no layers stand under one name."
    if deleted:
        rows = [[each["block"], short(each["params"]), _percent(each["error"]), _bar(each["error"])] for each in deleted]
        yield from table(["block", "params", "error", ""], rows).splitlines()
        for meaning in dict.fromkeys(each["meaning"] for each in deleted):
            yield f"Where one is deleted, {meaning}."
    for each in document["lesions"]:
        if each["error"] is None:
            yield f"{each['block']} cannot be deleted: {each['reason']}."


def _deletions(document: Document) -> Iterator[str]:
    if not document["deletions"]:
        return
    yield f"Without several, {_times(document['draws'], 'draw')} each"
    rows = [
        [each["blocks"], _percent(each["mean"]), _points(each["deviation"]), _bar(each["mean"])] for each in document["deletions"]
    ]
    yield from table(["blocks", "error", "±", ""], rows).splitlines()


def _order(document: Document) -> Iterator[str]:
    yield "In another order"
    if document["order_reason"]:
        yield f"Nothing was swapped: {document['order_reason']}."
        return
    blocks = sum(map(len, document["movable"]))
    yield f"{blocks} blocks, each swapped with others of its structure; tau 1 is their order, 0 one by chance"
    rows = []
    for low, high in TAUS:
        errors = [each["error"] for each in document["reorderings"] if low < each["tau"] <= high or each["tau"] == low == -1]
        if errors:
            mean = statistics.fmean(errors)
            rows.append([f"{low:g} to {high:g}", len(errors), _percent(mean), _points(statistics.pstdev(errors)), _bar(mean)])
    yield from table(["Kendall's tau", "orders", "error", "±", ""], rows).splitlines()


def _paths(document: Document) -> Iterator[str]:
    yield "Along paths"
    layers = document["layers"]
    yield (
        f"Paths are {layers['shortest']} to {layers['longest']} layers long, {layers['mean']:.3g} ± {layers['deviation']:.3g} "
        f"on average; {_percent(layers['short_share'])} are at most a third of the longest."
    )
    if document["paths_reason"]:
        yield f"The gradient by path length is not shown: {document['paths_reason']}."
        return
    lengths = document["lengths"]
    rows = [
        [
            each["blocks"],
            short(each["number"]),
            _percent(each["share"]),
            f"{each['gradient']:.2e}",
            _percent(each["gradient_share"]),
            _bar(each["gradient_share"]),
        ]
        for each in lengths[:: -(-len(lengths) // SHOWN)]
    ]
    yield from table(["blocks", "paths", "share", "gradient of one", "of all gradient", ""], rows).splitlines()
    middle = document["middle"]
    if middle is not None:
        yield (
            f"95 % of the gradient comes along paths through {middle['shortest']} to {middle['longest']} of "
            f"{lengths[-1]['blocks']} blocks, which are {_percent(middle['share'])} of all paths."
        )


def _stages(document: Document) -> Iterator[str]:
    threads = _times(document["threads"], "thread")
    yield f"Stage by stage (time of {document['batch']} images, eager, {document['device']}, {threads})"
    rows = [
        [
            each["name"],
            short(each["params"]),
            _percent(each["params_share"]),
            short(each["macs"]),
            _percent(each["macs_share"]),
            f"{each['ms']:.3g}",
            _percent(each["time_share"]),
            _bar(each["time_share"]),
        ]
        for each in document["stages"]
    ]
    yield from table(["stage", "params", "", "macs", "", "ms", "", ""], rows).splitlines()


def _bar(share: float) -> str:
    """A bar of `BAR` letters for 1."""
    eighths = round(8 * BAR * min(1.0, share))
    return (EIGHTHS[8] * (eighths // 8) + EIGHTHS[eighths % 8]).rstrip()


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _times(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

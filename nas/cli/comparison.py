"""nas study: an equal-budget comparison, and how its answer is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nas.cli.options import AllowCode, DryRun, Json, Out, Runner, Seed, Set
from nas.cli.show import note, print_json, put, table

if TYPE_CHECKING:
    from nas.comparison.answer import Answer, Group
    from nas.comparison.plan import Planned
    from nas.comparison.results import Results

MARKS = {"reference": "*", "no difference shown": "=", "better": "+", "worse": " ", "not compared": "?"}


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("study")(study)


def study(
    study: Annotated[
        str | None,
        typer.Argument(metavar="STUDY", help="A shipped name or a file; left out: the shipped ones.", show_default=False),
    ] = None,
    runner: Runner = "laptop",
    out: Out = None,
    seed: Seed = None,
    set_: Set = None,
    allow_code: AllowCode = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Compare networks at an equal budget, with several seeds.

    Every combination of a study's choices is a network, whose width is solved for. Each is trained with the same seeds, and
    the answer says which differences were shown.
    """
    from nas import api
    from nas.cli.search import carry_out, print_plan
    from nas.cli.signals import resumable

    if study is None:
        _list(json=json)
        return
    with resumable(out):
        prepared = api.prepare_comparison(
            study, runner_name=runner, out=out, seed=seed, overrides=set_ or [], allow_code=allow_code
        )
    search = prepared.search
    if dry_run and json:
        print_json(prepared.planned.to_dict())
    note(planned(prepared.planned))
    if dry_run:
        print_plan(search.plan, json=False)
        return
    carry_out(search, out=out, json=json)


def _list(*, json: bool) -> None:
    """The studies that are shipped."""
    from nas import shipped
    from nas.api.comparing import STUDIES
    from nas.space import load

    rows = [(name, load(shipped.find(STUDIES, name)).file.about) for name in shipped.names(STUDIES)]
    if json:
        print_json([{"name": name, "about": about} for name, about in rows])
    else:
        put(table(["study", "about"], rows))


def planned(plan: Planned) -> str:
    """The networks of a comparison before it starts: what each costs, and how near it is to its budget."""
    from nas.comparison.names import name_of

    rows = []
    for one in plan.networks:
        widths = [str(value) for name, value in one.choices.items() if name.rpartition(".")[2] == "width"]
        spent = "" if one.spent is None else f"{100 * one.spent:.2f} %"
        costs = [f"{one.params:,}", f"{one.macs:,}", str(one.depth)]
        rows.append([one.name, one.group, spent, *costs, ":".join(widths)])
    head = ["network", "among", "spent", "params", "macs", "layers", "width"]
    told = [place for place in range(len(head)) if any(row[place] for row in rows)]  # not all have budgets and widths
    networks = table([head[place] for place in told], [[row[place] for place in told] for row in rows])
    left_out = [f"left out   {name_of(one.choices)}: {one.reason}" for one in plan.left_out]
    return "\n".join([f"study      {plan.line}", "", networks, "", *left_out])


def answered(known: Answer, *, width: int | None) -> str:
    """The tables of a comparison, and its verdict."""
    from nas.comparison.verdict import sentences, title

    parts = [title(known)]
    for group in known.groups:
        parts += ["", *([group.name] if group.name else []), _grid(known, group, width=width)]
        if group.against:
            parts += ["", _differences(known, group, width=width)]
    return "\n".join([*parts, "", _legend(known), "", *sentences(known)])


def _grid(known: Answer, group: Group, *, width: int | None) -> str:
    """Depth down, everything else across: mean and spread, and a mark."""
    from nas.comparison.names import place_of

    places = {place_of(one.said): one for one in group.networks}
    rows, columns = (list(dict.fromkeys(place[n] for place in places)) for n in (0, 1))
    cells = [
        [row, *(_cell(known, group, places[row, column]) if (row, column) in places else "" for column in columns)]
        for row in rows
    ]
    return table([known.metric, *columns], cells, width=width)


def _cell(known: Answer, group: Group, one: Results) -> str:
    from nas.study.summary import number_text

    if one.left_out:
        return "left out"
    if one.mean is None:
        return "failed" if one.failed else "-"
    text = number_text(known.metric, one.mean)
    mean, unit = (text.removesuffix(" %"), " %") if text.endswith(" %") else (text, "")
    spread = "" if one.spread is None else f" ± {number_text(known.metric, one.spread).removesuffix(' %')}"
    some = "" if len(one.values) == known.compare.seeds else f" ({len(one.values)} of {known.compare.seeds})"
    return f"{mean}{spread}{unit}{some} {MARKS[known.verdict_of(group, one)]}".rstrip()


def _differences(known: Answer, group: Group, *, width: int | None) -> str:
    """Of each network its difference from the reference, the smallest first."""
    from nas.comparison.verdict import gap

    assert group.reference is not None
    rows = []
    for name, one in sorted(group.against.items(), key=lambda item: abs(item[1].mean)):
        low, high = (gap(known.metric, end).removesuffix(" points") for end in one.interval) if one.interval else ("-", "-")
        interval = f"{low} to {high}" if one.interval else "-"
        shown = "yes" if one.shown else "no"
        rows.append([name, gap(known.metric, one.mean), interval, f"{one.corrected:.3f}" if one.interval else "-", shown])
    head = [f"against {group.reference.name}", "difference", "95 % interval", "p (Holm)", "shown"]
    return table(head, rows, width=width)


def _legend(known: Answer) -> str:
    what = "the reference" if known.compare.reference else "the best"
    marks = f"* {what}   = no difference from it was shown   + shown to be better   no mark: shown to be worse   ? not compared"
    shown = any(group.against for group in known.groups)
    return marks + ("\nAn interval is of one difference; shown is what holds after Holm's correction for all." if shown else "")

"""The answer of a comparison in words: the best, what was shown, what was not, and what is missing."""

from __future__ import annotations

from nas.comparison.answer import Answer, Group
from nas.comparison.results import Results
from nas.study.summary import number_text

NAMED = 4  # networks that a sentence lists


def title(known: Answer) -> str:
    """What is compared: "error at equal params, 9 networks, 3 seeds"."""
    equal = "networks as they stand in the file" if known.compare.equal == "width" else f"equal {known.compare.equal}"
    count = known.compare.seeds
    return f"{known.metric} at {equal}, {len(known.networks)} networks, {count} seed{'s' * (count > 1)} each"


def sentences(known: Answer) -> list[str]:
    """The verdict: one for each group, then how far so few seeds can see, then what is missing."""
    found = [sentence for group in known.groups for sentence in _of_group(known, group)]
    if not found:
        found.append("There is no answer yet: no network was trained to the end with every seed that the others had.")
    return [*found, *_reach(known), *_missing(known)]


def gap(metric: str, value: float) -> str:
    """A difference of a metric: of shares in points, hundredths."""
    text = number_text(metric, abs(value))
    sign = "-" if value < 0 else "+"
    return f"{sign}{text.removesuffix(' %')} points" if text.endswith(" %") else f"{sign}{text}"


def _of_group(known: Answer, group: Group) -> list[str]:
    best = group.reference
    if best is None:
        return []
    by = {verdict: [] for verdict in ("better", "worse", "no difference shown")}
    for network in group.networks:
        by.get(known.verdict_of(group, network), []).append(network)
    at = f"{group.name}: " if group.name else ""
    role = "compared with" if known.compare.reference else "best is"
    head = f"{at}{role} {best.name}, {known.metric} {_value(known, best)}."
    if known.smallest is None:
        return [head + " Seeds are too few for intervals: whether it differs from the others cannot be said."]
    parts = []
    if by["better"]:
        parts.append(f"Shown to be better: {_listed(known, group, by['better'])}.")
    if by["worse"]:
        parts.append(f"Shown to be worse: {_listed(known, group, by['worse'])}.")
    if by["no difference shown"]:
        which = "these" if by["better"] or by["worse"] else "any other"
        parts.append(f"No difference was shown from {which}: {_listed(known, group, by['no difference shown'])}.")
    return [" ".join([head, *parts])]


def _value(known: Answer, network: Results) -> str:
    """Mean and spread over the network's seeds."""
    text = number_text(known.metric, network.mean)
    spread = f" ± {number_text(known.metric, network.spread).removesuffix(' %')}" if network.spread is not None else ""
    mean, unit = (text.removesuffix(" %"), " %") if text.endswith(" %") else (text, "")
    count = len(network.values)
    return f"{mean}{spread}{unit} over {count} seed{'s' * (count > 1)}"


def _listed(known: Answer, group: Group, networks: list[Results]) -> str:
    sign = -1 if known.maximized else 1
    ordered = sorted(networks, key=lambda one: sign * group.against[one.name].mean)
    shown = [f"{one.name} ({gap(known.metric, group.against[one.name].mean)})" for one in ordered[:NAMED]]
    return "; ".join(shown) + (f"; and {len(ordered) - NAMED} more" if len(ordered) > NAMED else "")


def _reach(known: Answer) -> list[str]:
    if known.smallest is None:
        return []
    if known.smallest == 0:
        return ["Results do not depend on the seed, so that every difference counts."]
    least = gap(known.metric, known.smallest).removeprefix("+")
    return [
        f"With {len(known.seeds)} seeds, only a difference above about {least} could have been shown (95 %, corrected by Holm); "
        f"a smaller one may be there all the same."
    ]


def _missing(known: Answer) -> list[str]:
    found = []
    lacking = [one for one in known.networks if one.missing(known.compare.seeds)]
    if lacking:
        count = sum(len(one.missing(known.compare.seeds)) for one in lacking)
        total = sum(known.compare.seeds for one in known.networks if not one.left_out)
        listed = "; ".join(_seeds_of(one, known.compare.seeds) for one in lacking[:NAMED])
        more = f"; and {len(lacking) - NAMED} more networks" if len(lacking) > NAMED else ""
        found.append(f"Missing are {count} of {total} trainings: {listed}{more}.")
    for one in known.networks:
        place = f"{one.name}, {one.group}" if one.group else one.name
        if one.failed:
            reason = " ".join(next(iter(one.failed.values())).split())
            found.append(f"Not compared: {place}; {len(one.failed)} of its trainings failed ({reason}).")
        if one.left_out:
            found.append(f"Left out: {place}; {one.left_out}.")
    return found


def _seeds_of(one: Results, seeds: int) -> str:
    missing = one.missing(seeds)
    which = "every seed" if len(missing) == seeds else f"seed {', '.join(map(str, missing))}"
    place = f" at {one.group}" if one.group else ""
    return f"{one.name}{place} with {which}"

"""The style sheet of a page: light and dark, narrow and wide."""

from nas.drawing.colours import DARK, DARK_GROUNDS, GROUNDS, LIGHT


def _colours(values: dict[str, str], grounds: dict[str, str]) -> str:
    named = values | {f"ground-{kind}": value for kind, value in grounds.items()}
    return "; ".join(f"--{name}: {value}" for name, value in named.items())


STYLE = (
    f"""
:root {{ color-scheme: light dark; {_colours(LIGHT, GROUNDS)}; }}
@media (prefers-color-scheme: dark) {{ :root {{ {_colours(DARK, DARK_GROUNDS)}; }} }}
"""
    + """\
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { margin: 0; font-size: 1rem; font-weight: 600; color: var(--soft); overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.2rem; } h3 { margin: 0 0 .3rem; font-size: .95rem; }
.answer, .more { margin: .4rem 0 .6rem; max-width: 46rem; overflow-wrap: anywhere; text-wrap: pretty; }
.answer { font-size: 1.6rem; line-height: 1.3; font-weight: 600; } .more { font-size: 1.1rem; }
.facts, .note, figcaption { color: var(--soft); }
.facts, .note { margin: 0 0 .75rem; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1.5rem 2rem;
  margin-bottom: 1.5rem; }
figure { margin: 0; min-width: 0; }
.chart { height: 22rem; } @media (scripting: none) { .chart { display: none; } }
figure noscript > svg { display: block; width: 100%; max-width: 42rem; height: auto; }
figcaption { font-size: .875rem; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; margin: .25rem 0; padding: 0; list-style: none; }
.legend li { display: flex; align-items: center; gap: .3rem; overflow-wrap: anywhere; }
.symbol { width: 1rem; height: 1rem; flex: none; overflow: visible; }
figure svg text { font-size: 12.5px; fill: var(--soft); }
svg .name { fill: var(--ink); }
svg .label { fill: var(--ink); font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.end { text-anchor: end; } .middle { text-anchor: middle; }
.grid { stroke: var(--rule); stroke-width: .7; fill: none; } .axis { stroke: var(--soft); fill: none; }
.line { fill: none; stroke: var(--dot); stroke-width: 1.6; opacity: .75; } .line.rest { opacity: .35; }
.dashed { stroke-dasharray: 5 4; } .area { fill: var(--dot); fill-opacity: .1; }
.dot { stroke: var(--dot); stroke-width: 1.6; }
.full { fill: var(--dot); } .full.rest { fill-opacity: .35; stroke-opacity: .6; }
.hollow { fill: var(--paper); fill-opacity: .6; }
.front { --dot: var(--accent); } .rest { --dot: var(--c5); }
.c0 { --dot: var(--c0); } .c1 { --dot: var(--c1); } .c2 { --dot: var(--c2); } .c3 { --dot: var(--c3); }
.c4 { --dot: var(--c4); } .c5 { --dot: var(--c5); }
.s0 { --dot: var(--s0); } .s1 { --dot: var(--s1); } .s2 { --dot: var(--s2); } .s3 { --dot: var(--s3); } .s4 { --dot: var(--s4); }
.scroll { overflow-x: auto; } .tall { max-height: 34rem; overflow-y: auto; }
.tall thead { position: sticky; top: 0; background: var(--paper); }
th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid var(--accent); }
th[aria-sort=ascending] button::after { content: " ↑"; } th[aria-sort=descending] button::after { content: " ↓"; }
.networks td { min-width: 15rem; padding-right: 1.5rem; white-space: normal; }
.networks svg { display: block; max-width: 23rem; height: auto; margin: .5rem auto; }
.networks svg text { font-family: Helvetica, Arial, "Liberation Sans", "Nimbus Sans", "DejaVu Sans Condensed", sans-serif;
  fill: var(--ink); }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; } td { white-space: nowrap; }
td.number, td[data-n], th.number { text-align: right; } 
td.text { white-space: normal; overflow-wrap: anywhere; min-width: 11rem; }
tr.best td { background: var(--sheet); font-weight: 600; }
.mark { color: var(--accent); }
pre { margin: 0; padding: .9rem 1rem; background: var(--sheet); border: 1px solid var(--rule); border-radius: 6px;
  overflow-x: auto; font: .85rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
details { margin-top: .75rem; } summary { cursor: pointer; color: var(--soft); }
@media (max-width: 40rem) { body { padding-top: 1rem; } .answer { font-size: 1.3rem; } figure svg text { font-size: 15px; } }
@media print { body { max-width: none; } .scroll, pre { overflow: visible; white-space: pre-wrap; } }
"""
)

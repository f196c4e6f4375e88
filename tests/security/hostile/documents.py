"""YAML that runs code, takes for ever, fills the memory, or is none."""

from __future__ import annotations

from collections.abc import Iterator

from hostile import CANARY, Hostile, as_space, search_space

TAGS = (
    f"!!python/object/apply:os.system ['touch {CANARY}']",
    f"!!python/object/new:os.system ['touch {CANARY}']",
    f"!!python/object/apply:builtins.eval [\"open('{CANARY}', 'w')\"]",
    f"!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path [{CANARY}]]",
    "!!python/name:os.system ''",
    "!!python/module:evil ''",
    "!!python/object:evil.train {}",
    "!!python/tuple [1]",
    "!!binary aGVsbG8=",
    "!!set {a, b}",
    "!!timestamp 2001-01-01",
    "!include /etc/passwd",
    "!ENV ${HOME}",
)
BYTES = {
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "UTF-16": "name: x\n".encode("utf-16"),
    "a lone surrogate": b"name: \xed\xa0\x80\n",
    "a NUL": b"name: a\0b\n",
    "an escape sequence": b"name: \x1b]0;owned\x07\n",
    "overlong UTF-8": b"name: \xc0\xaf\n",
    "two million bytes": b"# " + b"x" * 2_000_000,
    "a hundred thousand keys": b"".join(b"k%d: 1\n" % n for n in range(100_000)),
    "a line of 900 kB": b"name: " + b"a" * 900_000,
    "nothing": b"",
    "only a comment": b"# nothing\n",
    "two documents": b"name: x\n---\nname: y\n",
    "a directive": b"%YAML 9.9\n---\nname: x\n",
    "a tab": b"name:\tx\n\tdata: 1\n",
    "a pickle": b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x0ctouch canary\x85R.",
}
BOMBS = {
    "aliases of lists": "\n".join(
        ["a0: &a0 [x, x, x, x, x, x, x, x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    ),
    "aliases of mappings": "\n".join(
        ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{{', '.join(f'k{i}: *a{n - 1}' for i in range(9))}}}" for n in range(1, 12))]
    ),
    "merge keys": "\n".join(
        ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 10))]
    ),
    "an alias to itself": "a: &a [*a]",
    "an alias to what is around it": "a: &a {b: {c: *a}}",
    "aliases to nothing": "a: *b",
    "ten thousand aliases": "a: &a 1\nb: [" + ", ".join(["*a"] * 10_000) + "]",
    "flow lists in each other": "a: " + "[" * 100_000,
    "flow mappings in each other": "a: " + "{a: " * 50_000,
    "blocks in each other": "\n".join(" " * n + "a:" for n in range(1000)),
    "lists in each other": "- " * 5000,
    "a million numbers": "a: [" + "1," * 400_000 + "1]",
    "questions": "? " * 5000,
    "quotes without an end": 'a: "' + "x" * 500_000,
    "anchors": " ".join(f"&a{n}" for n in range(5000)),
}
NUMBERS = ("9" * 5000, "1e400", "-.inf", ".nan", "0x" + "f" * 5000, "1_000", "99999999999999999999", "-1", "'1e-3'", "1e308")
PLACES = (
    *("network.stages", "network.depth", "network.width", "network.kernel", "network.columns", "network.branches"),
    *("network.groups", "network.growth", "network.stem.convs", "network.stem.conv", "budget.params", "data.limit", "data.seed"),
    *("strategy.trials", "strategy.seed", "strategy.window", "train.epochs", "train.batch", "train.threads", "train.augment.pad"),
)
HUGE = (10**6, 10**9, 10**18)


def inputs() -> Iterator[Hostile]:
    for number, tag in enumerate(TAGS):
        yield from as_space(f"the tag {number} as a name", search_space(name=f"name: {tag}"))
        yield from as_space(f"the tag {number} as a network", search_space(network=f"network: {tag}"))
        yield Hostile(
            f"the tag {number} in a runner", ("search", "tiny", "--dry-run", "--runner", "r.yaml"), {"r.yaml": f"name: {tag}"}
        )
    for name, content in BYTES.items():
        yield from as_space(name, content)
        yield Hostile(f"{name} as a runner", ("search", "tiny", "--dry-run", "--runner", "r.yaml"), {"r.yaml": content})
        yield Hostile(f"{name} as a genome", ("genome", "show", "g.yaml"), {"g.yaml": content})
    for name, content in BOMBS.items():
        yield from as_space(f"a bomb of {name}", content)
        yield Hostile(f"a genome with a bomb of {name}", ("genome", "show", "g.json"), {"g.json": content})
        yield Hostile(f"an override with a bomb of {name}", ("space", "check", "tiny", "--set", f"network={content[:100_000]}"))
    for number in NUMBERS:
        yield from as_space(f"{number[:12]} epochs of {len(number)} letters", search_space(train=f"train: {{epochs: {number}}}"))
    for place in PLACES:
        for huge in HUGE:
            arguments = ("search", "tiny", "--dry-run", "--runner", "local", "--set", f"{place}={huge}")
            yield Hostile(f"{place} of {huge:.0e}", arguments, harmless=True)

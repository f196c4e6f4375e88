"""Names of code in search spaces and runs: a stranger's module lies in the current directory, and is not to be imported."""

from __future__ import annotations

from collections.abc import Iterator

from hostile import Hostile, as_space, search_space

NAMED = {
    "an evaluator": {"evaluator": "evaluator: evil:train"},
    "a quoted evaluator": {"evaluator": 'evaluator: "evil:train"'},
    "an evaluator of the library": {"evaluator": "evaluator: os:abort"},
    "an evaluator in a package": {"evaluator": "evaluator: evil.deeper:train"},
    "data": {"data": "data: {name: 'evil:images'}"},
    "data of the library": {"data": "data: {name: 'os:abort'}"},
    "data with a path": {"data": "data: {name: 'evil:images', path: images}"},
    "an import": {"imports": "imports: [evil]"},
    "two imports": {"imports": "imports: [json, evil]"},
    "an import beside an unknown block": {"imports": "imports: [evil]", "network": "network: {block: evil}"},
    "an import that is loaded already": {"imports": "imports: [os]"},
    "an import by an alias": {"about": "about: &a evil", "imports": "imports: [*a]"},
    "all of them": {"data": "data: {name: 'evil:images'}", "imports": "imports: [evil]", "evaluator": "evaluator: evil:train"},
}
MALFORMED = (
    "evil:",
    ":train",
    "evil:train:more",
    "evil:__import__('os')",
    "../evil:train",
    "evil;touch canary:train",
    "evil\\x00:train",
)


def inputs() -> Iterator[Hostile]:
    for name, sections in NAMED.items():
        text = search_space(**sections)
        # A check builds networks of images that it knows the shape of, and runs neither.
        checks_none = len(sections) == 1 and "imports" not in sections
        files = {"space.yaml": text}
        yield Hostile(f"{name}, checked", ("space", "check", "space.yaml"), files, harmless=checks_none)
        yield Hostile(f"{name}, sampled", ("space", "sample", "space.yaml"), files, harmless=checks_none)
        for dry in ((), ("--dry-run",)):
            command = ("search", "space.yaml", "--runner", "local", "--out", "new", *dry)
            yield Hostile(f"{name}, searched {' '.join(dry)}", command, files)
        brought = ("train", "zoo:lenet5", "--space", "space.yaml", "--out", "new")
        if sections.keys() != {"evaluator"}:  # which a final training does not ask
            yield Hostile(f"{name}, with a network that is brought", brought, files)
    for name in MALFORMED:
        yield from as_space(f"the evaluator {name}", search_space(evaluator=f'evaluator: "{name}"'), harmless=True)
        yield from as_space(f"the data {name}", search_space(data=f'data: {{name: "{name}"}}'), harmless=True)
        yield from as_space(f"the import {name}", search_space(imports=f'imports: ["{name}"]'))

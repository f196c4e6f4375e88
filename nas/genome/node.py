"""Nodes, and a topological order of them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from nas.errors import GenomeError, nearest
from nas.genome.op import Op

LONGEST_NAME = 500
_NAME = re.compile(r"[A-Za-z_]\w*(/[A-Za-z_]\w*)*", re.ASCII)


class Node(NamedTuple):
    """One operation of a genome. The name is a path; its prefixes are the scopes that views group by."""

    name: str
    op: Op
    inputs: tuple[str, ...] = ()


def in_order(nodes: tuple[Node, ...]) -> tuple[tuple[Node, ...], list[tuple[int, ...]]]:
    """Nodes in a topological order, as given where that is one already, and the places of their inputs."""
    position: dict[str, int] = {}
    wires: list[tuple[int, ...]] = []
    for place, (name, _, inputs) in enumerate(nodes):
        try:
            # One input is the rule, and a comprehension for it would take twice as long.
            wires.append((position[inputs[0]],) if len(inputs) == 1 else tuple([position[source] for source in inputs]))
        except KeyError:
            break
        position[name] = place
    if len(position) < len(nodes):  # not in order, or a name taken twice
        _check_names(nodes)
        return in_order(_sorted(nodes))
    for name in position:
        if not _is_name(name):
            _check_names(nodes)
    return nodes, wires


@lru_cache(maxsize=1 << 16)  # the names of composed genomes are the same few thousands again and again
def _is_name(name: object) -> bool:
    return isinstance(name, str) and len(name) <= LONGEST_NAME and _NAME.fullmatch(name) is not None


def _check_names(nodes: tuple[Node, ...]) -> None:
    seen: set[str] = set()
    for node in nodes:
        if not _is_name(node.name):
            raise GenomeError(f"{repr(node.name)[:80]} is no name for a node: parts of letters, digits and _, joined by '/'")
        if node.name in seen:
            raise GenomeError(f"two nodes are called '{node.name}'; names must differ")
        if isinstance(node.inputs, str):
            raise GenomeError(f"node '{node.name}': inputs must be a tuple of names, got the text '{node.inputs}'")
        seen.add(node.name)


def _sorted(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    waiting = {}
    followers: dict[str, list[Node]] = {node.name: [] for node in nodes}
    for node in nodes:
        for name in set(node.inputs):
            if name not in followers:
                raise GenomeError(f"node '{node.name}' takes '{name}', which is no node{nearest(name, followers)}")
            followers[name].append(node)
        waiting[node.name] = len(set(node.inputs))
    done = [node for node in nodes if not waiting[node.name]]
    for node in done:  # which grows
        for follower in followers[node.name]:
            waiting[follower.name] -= 1
            if not waiting[follower.name]:
                done.append(follower)
    if len(done) < len(nodes):
        stuck = [name for name, count in waiting.items() if count]
        raise GenomeError(f"a genome has no cycle, and one runs through some of: {', '.join(stuck[:5])}")
    return tuple(done)

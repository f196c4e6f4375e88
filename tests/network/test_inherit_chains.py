"""What `lost` says of any chain of edits is true: where it says nothing, the child computes what its parent did."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from inheriting import gap, grown, images, trained

from nas.edit import edits
from nas.errors import GenomeError
from nas.genome import Genome
from nas.motif import Stage, Staged, Stem, blocks, compose, connectivities
from nas.network.inherit import inherit

NETWORKS = [("basic", "residual"), ("preact", "dense"), ("inception", "plain"), ("bottleneck", "residual")]
KEEPING = ("widen", "deepen", "deepen-residual", "add-branch")
kinds = st.one_of(st.sampled_from(KEEPING), st.sampled_from(edits.names()))
chains = st.lists(st.tuples(kinds, st.floats(0, 0.999)), min_size=1, max_size=3)


def net(block: str, connect: str) -> Genome:
    stage = Stage(1, 16 if block == "inception" else 8, blocks.get(block), connectivities.get(connect))
    return compose(Staged(Stem(8), (stage,)), input_shape=(3, 6, 6), classes=4).genome()


@settings(max_examples=50)
@given(st.sampled_from(NETWORKS), chains, st.integers(0, 9))
def test_where_nothing_is_lost_the_child_computes_what_its_parent_did(
    network: tuple[str, str], chain: list[tuple[str, float]], seed: int
) -> None:
    parent = child = net(*network)
    for kind, share in chain:
        places = edits.get(kind)(child)
        try:
            child = places[int(share * len(places))].apply(child)
        except (GenomeError, IndexError):
            continue
    model = trained(parent, seed=seed)
    given_ = inherit(parent, model.state_dict(), child, seed=seed)
    assert given_.preserved == (not given_.lost)
    named = {line.partition(":")[0] for line in given_.lost}
    assert named <= {node.name for node in child.nodes}
    if given_.preserved:
        with torch.no_grad():
            assert gap(model, grown(child, given_), images(parent)) < 1e-4

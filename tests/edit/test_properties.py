"""Whatever is edited, in whatever order: a genome for the same images and classes comes out, or an error, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from nas.edit import edits
from nas.errors import GenomeError
from nas.genome import Genome
from nas.motif import blocks, connectivities

Edited = tuple[str, float]  # a kind of edit, and which of its places, as a share of them
chains = st.lists(st.tuples(st.sampled_from(edits.names()), st.floats(0, 0.999)), min_size=1, max_size=6)


@settings(max_examples=60)
@given(block=st.sampled_from(blocks.names()), connect=st.sampled_from(connectivities.names()), chain=chains)
def test_a_chain_of_edits_leaves_a_genome_or_is_refused(
    staged: Callable[..., Genome], block: str, connect: str, chain: list[Edited]
) -> None:
    try:
        genome = staged(connect, block=block)
    except GenomeError:  # no block of this kind in this connectivity
        return
    for kind, share in chain:
        places = edits.get(kind)(genome)
        if not places:
            continue
        edit, before = places[int(share * len(places))], genome.to_dict()
        try:
            edited = edit.apply(genome)
        except GenomeError:
            continue
        assert genome.to_dict() == before
        assert (edited.input_shape, edited.classes) == (genome.input_shape, genome.classes)
        assert Genome.from_dict(edited.to_dict()) == edited
        assert edited.fingerprint != genome.fingerprint
        assert edit.apply(genome) == edited
        genome = edited

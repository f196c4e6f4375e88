"""DMRNet against the authors' code and the paper's tables."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import ops
from nas.zoo import find
from nas.zoo.dmrnet import dmrnet, dmrnet_imagenet
from nas.zoo.resnet_cifar import resnet_cifar

# L residual branches -> params with 10 classes.
COUNTS = {12: 349_402, 18: 543_834, 24: 738_266, 30: 932_698, 36: 1_127_130, 48: 1_515_994, 54: 1_710_426, 96: 3_071_450}
MACS = {12: 52_871_808, 18: 81_183_360, 24: 109_494_912, 36: 166_118_016, 48: 222_741_120, 54: 251_052_672}


@pytest.mark.parametrize("branches", COUNTS)
def test_counts(branches: int) -> None:
    # Two more branches in each stage are 194,432 params: 4 x 9 x (16^2 + 32^2 + 64^2) and the norms.
    genome = find(f"dmrnet-{branches + 2}").genome
    assert genome.params == COUNTS[branches] == 349_402 + (branches - 12) // 6 * 194_432
    assert genome.macs == MACS.get(branches, genome.macs)
    assert genome.depth == branches + 2
    # A hundred classes are 90 x 65 more.
    assert dmrnet(depth=branches + 2, classes=100).params == COUNTS[branches] + 5_850


def test_the_smallest_network_has_the_figure_that_the_authors_code_prints() -> None:
    # 0.3494M, in the tutorial of github.com/zlmzju/fusenet.
    assert round(dmrnet(depth=14).params / 1e6, 4) == 0.3494


@pytest.mark.parametrize(("depth", "params", "macs"), [(32, 14_851_402, 2_199_587_328), (50, 24_151_882, 3_558_541_824)])
def test_wide_networks(depth: int, params: int, macs: int) -> None:
    genome = find(f"dmrnet-wide-{depth}").genome
    assert (genome.params, genome.macs, genome.depth) == (params, macs, depth)
    assert find(f"dmrnet-wide-{depth}").build(classes=100).params == params + 90 * 257


@pytest.mark.parametrize(
    ("branches", "params", "macs"),
    [
        (12, 369_690, 54_968_960),
        (18, 564_122, 83_280_512),
        (24, 758_554, 111_592_064),
        (36, 1_147_418, 168_215_168),
        (48, 1_536_282, 224_838_272),
        (54, 1_730_714, 253_149_824),
        (96, 3_091_738, 451_330_688),
    ],
)
def test_the_params_column_of_the_paper_is_that_of_the_resnets_of_as_many_branches(branches: int, params: int, macs: int) -> None:
    genome = resnet_cifar(depth=2 * branches + 2, shortcut="B")
    assert (genome.params, genome.macs) == (params, macs)
    printed = find(f"dmrnet-{branches + 2}").variant.params
    assert f"{(params + 5_850) / 1e6:.1f}M" == printed


def test_networks_whose_figure_does_not_agree_say_why() -> None:
    agreement = {depth: find(f"dmrnet-{depth}").agreement()["params"] for depth in (14, 20, 26, 32, 38, 50, 56, 98)}
    assert [depth for depth, agrees in agreement.items() if agrees] == [50, 56, 98]
    assert find("dmrnet-wide-32").agreement() == {"params": True}
    assert find("dmrnet-wide-50").agreement() == {"params": False}
    assert all(bool(find(f"dmrnet-{depth}").variant.note) != agrees for depth, agrees in agreement.items())


def test_a_depth_that_three_stages_do_not_share_is_split_as_the_authors_code_does() -> None:
    # 13 blocks, what its README's example makes: 4, 4 and 5.
    genome = dmrnet(depth=28)
    units = [node.name for node in genome.nodes if node.name.endswith("left/conv2")]
    assert [sum(name.startswith(f"stage{stage}/") for name in units) for stage in (1, 2, 3)] == [4, 4, 5]
    assert genome.depth == 28


def test_the_imagenet_network_of_the_paper_s_second_version() -> None:
    genome = find("dmrnet_imagenet-44").genome
    assert (genome.params, genome.macs, genome.depth) == (43_338_024, 7_145_742_336, 44)
    assert genome.shapes["stem/pool"] == (64, 55, 55)
    assert genome["stage4/block2/act"].inputs == ("stage4/block2/fuse",)


def test_the_resnet_of_the_ijcai_code() -> None:
    genome = find("dmrnet_imagenet-resnet-98").genome
    assert (genome.params, genome.macs, genome.depth) == (45_047_464, 7_223_377_920, 98)


def test_the_imagenet_network_of_the_ijcai_code() -> None:
    # Printed as 46.4M and 50 layers. By hand: stem 9,408; a stage's first block, without a skip, and its others are
    # 2 x (in x c + 9 c^2 + 4 c^2 + 12 c) and 2 x (17 c^2 + 12 c), c = 64, 128, 256, 512; classifier 4096 x 1000 + 1000.
    total, entering = 64 * 3 * 49 + 4096 * 1000 + 1000, 64
    for c, blocks in zip((64, 128, 256, 512), (1, 2, 11, 2), strict=True):
        total += 2 * (entering * c + 13 * c * c + 12 * c) + (blocks - 1) * 2 * (17 * c * c + 12 * c)
        entering = 4 * c
    entry = find("dmrnet_imagenet-50")
    assert entry.genome.params == total == 46_395_048
    assert entry.genome.depth == 50
    assert all(entry.agreement().values())


def test_the_ijcai_form_starts_its_stages_without_skips_and_ends_with_both_lines() -> None:
    genome = find("dmrnet_imagenet-50").genome
    assert genome["stage3/block1/left/act"].inputs == ("stage3/block1/left/norm3",)
    assert genome["stage3/block2/left/sum"].inputs == ("stage3/block2/left/norm3", "stage3/block2/mean")
    assert genome["head/concat"].inputs == ("stage4/block2/left/act", "stage4/block2/right/act")
    assert genome.shapes["head/concat"] == (4096, 7, 7)
    assert genome["stem/pool"].inputs == ("stem/conv",)
    assert not any("project" in node.name for node in genome.nodes)


def test_networks_that_nobody_published_build() -> None:
    assert dmrnet(depth=8, widen=3, input_shape=(1, 9, 9), classes=2).shapes["head/pool"] == (192, 1, 1)
    genome = dmrnet_imagenet(blocks=(1, 1, 2, 1), lines=1, input_shape=(3, 64, 64), classes=7)
    assert genome.depth == 3 * 5 + 2
    assert sum(isinstance(node.op, ops.Mean) for node in genome.nodes) == 0


def test_what_no_network_can_have_is_refused() -> None:
    with pytest.raises(GenomeError, match=r"depth must be 2n \+ 2, 8 at least, got 55; the nearest are 54 and 56"):
        dmrnet(depth=55)
    with pytest.raises(GenomeError, match="widen must be a whole number of at least 1, got 0"):
        dmrnet(widen=0)
    with pytest.raises(GenomeError, match="lines must be one of 1, 2, got 3; the nearest is 2"):
        dmrnet_imagenet(lines=3)
    with pytest.raises(GenomeError, match="form must be one of arxiv, ijcai, got 'arXiv'; did you mean 'arxiv'"):
        dmrnet_imagenet(form="arXiv")
    with pytest.raises(GenomeError, match=r"blocks must be 4 numbers, one for each stage, got \(2, 2\)"):
        dmrnet_imagenet(blocks=(2, 2))  # type: ignore[arg-type]


def test_identity_mappings_cost_as_much_and_are_two_residual_networks_side_by_side() -> None:
    merged, apart = dmrnet(depth=14), dmrnet(depth=14, mapping="identity")
    assert (apart.params, apart.macs, apart.depth) == (merged.params, merged.macs, merged.depth)
    assert not any(isinstance(node.op, ops.Mean) for node in apart.nodes)
    for here, there in (("/left/", "/right/"), ("/right/", "/left/")):
        assert not [node.name for node in apart.nodes if here in node.name and any(there in name for name in node.inputs)]


def test_an_unknown_mapping_is_refused() -> None:
    with pytest.raises(GenomeError, match="merge-and-run"):
        dmrnet(depth=14, mapping="merge")

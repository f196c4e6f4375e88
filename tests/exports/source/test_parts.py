"""What torch lacks, in training too."""

from __future__ import annotations

import pytest
import torch

from nas.exports.source.parts import FractalJoin, share_draw, stochastic_depth


def join_of(columns: tuple[int, ...], **options: float) -> tuple[FractalJoin, list[torch.Tensor]]:
    return FractalJoin(columns, 3, **options), [torch.full((1, 2), 10.0**column) for column in columns]


def test_a_global_draw_leaves_one_column_at_every_join() -> None:
    torch.manual_seed(0)
    network = torch.nn.ModuleList([FractalJoin((0, 1, 2), 3, global_share=1.0), FractalJoin((1, 2), 3, global_share=1.0)])
    share_draw(network)
    seen = set()
    for _ in range(40):
        first = network[0](torch.tensor(1.0), torch.tensor(10.0), torch.tensor(100.0)).item()
        second = network[1](torch.tensor(10.0), torch.tensor(100.0)).item()
        assert second == (first if first > 1 else 55)  # of a column that does not come here nothing is dropped
        seen.add(first)
    assert seen == {1.0, 10.0, 100.0}


def test_a_local_draw_drops_each_line_with_its_chance_but_never_all() -> None:
    torch.manual_seed(0)
    join, lines = join_of((0, 1), drop=0.5, global_share=0.0)
    values = [join(*lines)[0, 0].item() for _ in range(2000)]
    assert set(values) == {1.0, 10.0, 5.5}
    # both stay with 1/4, and where both would go, each is as likely to be kept: 3/8 for either
    assert values.count(5.5) / 2000 == pytest.approx(1 / 4, abs=0.04) and values.count(1.0) / 2000 == pytest.approx(
        3 / 8, abs=0.04
    )


def test_in_use_a_join_is_the_mean() -> None:
    join, lines = join_of((0, 1, 2))
    assert join.eval()(*lines)[0, 0].item() == 37


def test_stochastic_depth_keeps_a_line_with_its_chance_in_training() -> None:
    torch.manual_seed(0)
    kept = [stochastic_depth(torch.ones(1), 0.8, training=True).item() for _ in range(2000)]
    assert set(kept) == {0.0, 1.0} and sum(kept) / 2000 == pytest.approx(0.8, abs=0.04)
    assert stochastic_depth(torch.ones(1), 0.8, training=False).item() == pytest.approx(0.8)

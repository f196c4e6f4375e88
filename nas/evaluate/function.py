"""A person's own evaluator: "module:function", from the current directory or any installed package.

A training loop of one's own is a function of a genome and a context, say in `mine.py`:

    import torch
    from nas.data.batches import Batches
    from nas.network import build

    def train(genome, context):
        model = build(genome, seed=context.seed).to(context.device)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        parts = {
            part: Batches(context.dataset, part, batch=64, device=context.device, seed=context.seed)
            for part in ("train", "validation")
        }
        for epoch in range(1, context.epochs + 1):
            for x, y in parts["train"].epoch(epoch):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()
            metrics = {"error": error(model.eval(), parts["validation"])}
            model.train()
            context.report(epoch, metrics)      # ends the trial here if it is not to go on
        return metrics

    @torch.no_grad()
    def error(model, batches):
        wrong = [(model(x).argmax(1) != y).float() for x, y in batches.epoch(0)]
        return torch.cat(wrong).mean().item()

and is named in a search space by `evaluator: mine:train`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from nas import plugins
from nas.errors import InputError

if TYPE_CHECKING:
    from nas.evaluate.evaluators import Evaluator


def load_function(name: str) -> Evaluator:
    """The function that "module:function" names; `InputError` if there is none, what the module itself raises passes."""
    module, _, function = name.partition(":")
    if not all(part.isidentifier() for part in [*module.split("."), function]):
        raise InputError(f"evaluator '{name}' must be a registered name or module:function, such as mine:train")
    try:
        return cast("Evaluator", plugins.function(name))
    except InputError as error:
        raise InputError(f"evaluator '{name}': {error}") from None

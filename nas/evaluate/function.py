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

import importlib
import os
import sys
from typing import TYPE_CHECKING, cast

from nas.errors import InputError, nearest

if TYPE_CHECKING:
    from nas.evaluate.evaluators import Evaluator


def load_function(name: str) -> Evaluator:
    """The function that "module:function" names. The current directory counts as it does for `python -m`.

    Raises `InputError` if there is no such module or function; what the module itself raises passes.
    """
    module_name, _, function_name = name.partition(":")
    if not all(part.isidentifier() for part in [*module_name.split("."), function_name]):
        raise InputError(f"evaluator '{name}' must be a registered name or module:function, such as mine:train")
    here = os.getcwd()
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise  # the module is there, and what it imports is not
        raise InputError(f"evaluator '{name}': there is no module '{error.name}' in {here} or installed") from None
    function = getattr(module, function_name, None)
    if not callable(function):
        known = [key for key, value in vars(module).items() if callable(value)]
        close = nearest(function_name, known)
        raise InputError(f"evaluator '{name}': '{module_name}' has no function '{function_name}'{close}")
    return cast("Evaluator", function)

from __future__ import annotations

import torch

from nas.versions import installed


def test_only_what_is_installed_is_named_in_the_order_given():
    found = installed(["torch", "no-such-package", "optuna"])
    assert list(found) == ["torch", "optuna"]
    assert found["torch"].partition("+")[0] == torch.__version__.partition("+")[0]

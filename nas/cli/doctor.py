"""nas doctor: versions, devices, whether Ray starts, and what is missing for which extra."""

from __future__ import annotations

import platform
import time
from importlib import util
from typing import Annotated

import typer

from nas.cli.options import Json
from nas.cli.show import print_json
from nas.cli.signals import interruptible
from nas.versions import installed

PACKAGES = ("deepwide", "torch", "optuna", "ray", "networkx", "numpy", "pydantic", "safetensors", "scikit-learn")
EXTRAS = {
    "draw": ("pygraphviz",),
    "figures": ("matplotlib",),
    "onnx": ("onnx", "onnxscript", "onnxruntime"),
    "dashboard": ("optuna_dashboard",),
    "images": ("PIL",),
    "parquet": ("datasets", "PIL"),
}


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    json: Json = False,
    ray: Annotated[bool, typer.Option("--ray/--no-ray", help="Try whether a private Ray starts; takes some seconds.")] = True,
) -> None:
    """Say what is installed, what works, and what is missing.

    Versions, devices, whether Ray starts, and what is missing for which extra. Status 1 where a search would not run.
    """
    versions = dict.fromkeys(PACKAGES) | installed(PACKAGES)
    devices = _devices()
    missing = {name: [package for package in needs if util.find_spec(package) is None] for name, needs in EXTRAS.items()}
    if not json:
        _line("python", platform.python_version())
        for name, version in versions.items():
            _line(name, version or "missing")
        for device in devices:
            _line("device", device)
        for extra, packages in missing.items():
            _line(
                f"extra {extra}", f"missing {', '.join(packages)}: pip install 'deepwide[{extra}]'" if packages else "installed"
            )
    with interruptible():
        state = _try_ray() if ray else "not tried"
    if json:
        findings = {"python": platform.python_version(), "versions": versions, "devices": devices, "extras": missing}
        print_json(findings | {"ray": state})
    else:
        _line("ray", state)
    if any(version is None for name, version in versions.items() if name != "deepwide") or state.startswith("failed"):
        raise typer.Exit(1)


def _line(name: str, text: str) -> None:
    print(f"{name:<14} {text}", flush=True)


def _devices() -> list[str]:
    from nas.runner.machine import here

    machine = here()
    devices = [f"cpu, {machine.cores} cores"]
    if not machine.gpus:
        return devices
    import torch

    for index in range(torch.cuda.device_count()):
        memory = torch.cuda.get_device_properties(index).total_memory / 2**30
        devices.append(f"cuda:{index}, {torch.cuda.get_device_name(index)}, {memory:.0f} GiB")
    if len(devices) == 1:
        devices.append(f"{machine.gpus} GPU(s) that this build of torch ({torch.__version__}) cannot use")
    return devices


def _try_ray() -> str:
    started = time.monotonic()
    try:
        from nas.runner.ray import try_out

        try_out()
    except Exception as error:  # whatever it is, the doctor says it
        return f"failed: {type(error).__name__}: {str(error)[:300]}"
    return f"starts ({time.monotonic() - started:.1f} s)"

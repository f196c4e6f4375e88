"""nas doctor: versions, devices, whether Ray starts, and what is missing for which extra."""

from __future__ import annotations

import platform
import time
from importlib import metadata, util
from typing import Annotated

import typer

from nas.cli.show import print_json

PACKAGES = ("deepwide", "torch", "optuna", "ray", "networkx", "numpy", "pydantic", "safetensors", "scikit-learn")
EXTRAS = {
    "onnx": ("onnx", "onnxscript", "onnxruntime"),
    "images": ("PIL",),
    "parquet": ("datasets",),
}


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")] = False,
    ray: Annotated[bool, typer.Option("--ray/--no-ray", help="Try whether a private Ray starts.")] = True,
) -> None:
    """Say what is installed, which devices there are, whether Ray starts, and what is missing."""
    findings = {
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "devices": _devices(),
        "ray": _try_ray() if ray else "not tried",
        "extras": {name: [package for package in needs if util.find_spec(package) is None] for name, needs in EXTRAS.items()},
    }
    broken = [name for name, version in findings["versions"].items() if version is None and name != "deepwide"]
    if json:
        print_json(findings)
    else:
        _print(findings)
    if broken or "failed" in str(findings["ray"]):
        raise typer.Exit(1)


def _print(findings: dict) -> None:
    print(f"python       {findings['python']}")
    for name, version in findings["versions"].items():
        print(f"{name:<13}{version or 'missing'}")
    for device in findings["devices"]:
        print(f"device       {device}")
    print(f"ray          {findings['ray']}")
    for extra, missing in findings["extras"].items():
        state = "there" if not missing else f"missing {', '.join(missing)}: pip install 'deepwide[{extra}]'"
        print(f"extra {extra:<10} {state}")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _devices() -> list[str]:
    from nas.runner.machine import here

    machine = here()
    devices = [f"cpu, {machine.cores} cores"]
    if machine.gpus:
        import torch

        usable = torch.cuda.device_count()
        devices += [f"cuda:{i}, {torch.cuda.get_device_name(i)}, {torch.cuda.get_device_properties(i).total_memory / 2**30:.0f} GiB" for i in range(usable)]
        if not usable:
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

"""A process that has imported the command and forks it for each request: a start costs 30 ms in place of a second.

Requests and answers are lines of JSON on standard input and output. No thread and no torch is loaded before the fork, unless
it is started with --torch for what cannot do without.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import traceback
from typing import Any


def serve() -> None:
    import nas.cli.live
    import nas.runner.local
    import nas.strategy
    import nas.study.summary
    from nas.evaluate import evaluators  # noqa: F401

    if "--torch" in sys.argv:
        import safetensors.torch  # noqa: F401

        import nas.evaluate.train
        import nas.exports

        nas.exports.export_model  # noqa: B018
    gc.collect()
    gc.freeze()  # else each child copies the pages of what it never touches
    answer({"ready": "torch" in sys.modules})
    for line in sys.stdin:
        request = json.loads(line)
        answer(start(request) if "arguments" in request else wait(request["wait"]))


def answer(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


def start(request: dict[str, Any]) -> dict[str, Any]:
    pid = os.fork()
    if pid == 0:
        become(request)
    if request["stopped"]:
        os.waitpid(pid, os.WUNTRACED)
    return {"pid": pid}


def wait(pid: int) -> dict[str, Any]:
    return {"status": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}


def become(request: dict[str, Any]) -> None:
    """Run the command in this process, which a fork has made, and end it."""
    os.setsid()
    for number, path in ((0, os.devnull), (1, request["out"]), (2, request["err"])):
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.stdin, sys.stdout, sys.stderr = (open(number, mode, closefd=False) for number, mode in ((0, "r"), (1, "w"), (2, "w")))  # noqa: SIM115
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = ["nas", *request["arguments"]]
    sys.path[:0] = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if request["stopped"]:
        os.kill(os.getpid(), signal.SIGSTOP)
    status: Any = 1
    try:
        from nas.cli import main

        main()
        status = 0
    except SystemExit as ended:
        status = ended.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else 1)


if __name__ == "__main__":
    serve()

"""The command `nas`: argument reading and printing; what it does stands in `nas.api`."""

from nas.cli.main import main

__all__ = ["main"]

"""Commands for a shell: ``python -m pytest_kmsmock COMMAND …``."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from . import __version__
from .service.misuse import KmsMockError, suggestion

_PROGRAM: Final = "python -m pytest_kmsmock"
_WRONG_USAGE: Final = 2


class Command(NamedTuple):
    """
    One command.

    Attributes:
        module: Within this package, imported when the command is given. Its function
            ``main(argv)`` takes the arguments that follow the command and returns the
            exit status, None for 0.
        help: What the command does, in a few words.
    """

    module: str
    help: str


COMMANDS: Final[Mapping[str, Command]] = {
    "migrate": Command("plugin.migration.command", "list what AWS refuses in a suite of moto's"),
    "report": Command("reports.run.command", "put the reports of several runs together"),
    "serve": Command("commands.serve", "KMS by HTTP at a port of this computer, until Ctrl-C"),
}


def main(argv: Sequence[str], commands: Mapping[str, Command] = COMMANDS) -> int:
    """Do what *argv* says, and return the exit status."""
    name, *rest = argv or ["--help"]
    if name in ("-h", "--help"):
        print(_help(commands))
        return 0 if argv else _WRONG_USAGE
    if name == "--version":
        print(f"pytest-kmsmock {__version__}")
        return 0
    command = commands.get(name)
    if command is None:
        print(
            f"there is no command {name!r}.{suggestion(name, commands)}\n{_help(commands)}",
            file=sys.stderr,
        )
        return _WRONG_USAGE
    module: Any = importlib.import_module(f".{command.module}", __package__)
    try:
        status: int = module.main(rest) or 0
        sys.stdout.flush()
    except BrokenPipeError:  # who reads has read enough, as `head` does
        # What is left could not be written when Python ends either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KmsMockError as error:
        print(f"{_PROGRAM} {name}: {error}", file=sys.stderr)
        return 1
    return status


def _help(commands: Mapping[str, Command]) -> str:
    lines = [f"usage: {_PROGRAM} [--help | --version | COMMAND …]"]
    if commands:
        width = max(map(len, commands))
        lines += ["", "commands, each with a --help of its own:"]
        lines += [f"  {name:{width}}  {command.help}" for name, command in commands.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

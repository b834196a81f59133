"""The command `serve`: an endpoint without a test, until it is told to stop."""

from __future__ import annotations

import argparse
import contextlib
import re
import shlex
import signal
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ..crypto.extras import ENDPOINT, MissingExtra
from ..mock import KmsMock
from ..service.misuse import KmsMockError
from .state_file import StateFile

if TYPE_CHECKING:
    # Which needs an extra.
    from ..doors.endpoint.answering import Answer
    from ..doors.endpoint.serving import Serving

_LAST_PORT: Final = 65535


def main(argv: Sequence[str]) -> int:
    """Serve as *argv* says until SIGINT or SIGTERM comes; return the exit status."""
    arguments = _parser().parse_args(argv)
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    with contextlib.ExitStack() as stack:
        options = {"region": arguments.region, "account": arguments.account, "key_pool": False}
        options = {name: value for name, value in options.items() if value is not None}
        kms = stack.enter_context(KmsMock(options))
        file = _state_of(kms, arguments.state, arguments.keys, stack)
        serving = _serving_of(kms, arguments, file)
        stack.callback(serving.close)
        # Plain where they can be, also for who is no shell; and all at once.
        variables = serving.env().items()
        _print(
            "\n".join(f"export {name}={value and shlex.quote(value)}" for name, value in variables)
        )
        _wait(stop)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pytest_kmsmock serve",
        description="KMS by HTTP at a port of this computer, for development without a test. "
        "Prints what a program needs in its environment, then a line for each call.",
    )
    parser.add_argument("--keys", metavar="FILE", help="load the keys of FILE: TOML, JSON or YAML")
    parser.add_argument(
        "--port", type=_port, default=0, metavar="N", help="any free one by default"
    )
    parser.add_argument("--tls", action="store_true", help="HTTPS, with a certificate of its own")
    parser.add_argument(
        "--state", metavar="FILE", help="keep all keys in FILE; what it has wins over --keys"
    )
    parser.add_argument("--region", metavar="NAME", help="of keys and clients that name none")
    parser.add_argument("--account", metavar="ID", help="of keys and callers")
    parser.add_argument(
        "--unsigned", action="store_true", help="answer requests with any signature, or none"
    )
    return parser


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, from 1 to {_LAST_PORT}")
    return int(text)


def _state_of(
    kms: KmsMock, path: str | None, keys: str | None, stack: contextlib.ExitStack
) -> StateFile | None:
    """Let *kms* have its keys: those of the file of its state, else those of *keys*."""
    file, is_there = None, False
    if path is not None:
        file = StateFile(path)
        stack.callback(file.close)
        is_there = file.open_(kms._backend)
    if keys is not None and not is_there:
        kms.load(keys)
    if file is not None:
        _save(file, kms)
        # What no answer has waited for, such as the last usage of keys.
        stack.callback(_save, file, kms)
    return file


def _save(file: StateFile, kms: KmsMock) -> None:
    try:
        file.save(kms._backend)
    except OSError as error:
        raise KmsMockError(f"{file.shown!r} cannot be written: {error.strerror}.") from None


def _serving_of(kms: KmsMock, arguments: argparse.Namespace, file: StateFile | None) -> Serving:
    try:
        ENDPOINT.load("tornado")
    except MissingExtra as error:
        raise KmsMockError(f"{error}.") from None
    # Not at the top: the extra.
    from ..doors.endpoint.serving import Serving

    backend = kms._backend
    settle = None if file is None else lambda work: file.settle(backend, work)
    try:
        return Serving(
            backend,
            tls=arguments.tls,
            verifies=not arguments.unsigned,
            port=arguments.port,
            told=_tell,
            settle=settle,
            has_health=True,
        )
    except OSError as error:
        raise KmsMockError(
            f"port {arguments.port} of 127.0.0.1 cannot be had: {error.strerror}."
        ) from None


def _tell(answer: Answer) -> None:
    _print(" ".join(filter(None, (answer.operation or "-", answer.error))))


def _print(line: str) -> None:
    # Who has closed the other end does not want to know, and is served all the same.
    with contextlib.suppress(OSError, ValueError):
        print(line, flush=True)


def _wait(stop: threading.Event) -> None:
    # Windows wakes nobody for Ctrl-C who waits without an end.
    while not stop.wait(1.0 if sys.platform == "win32" else None):
        pass

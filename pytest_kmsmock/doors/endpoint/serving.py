"""Serving: an endpoint of one mock, from its opening to its end."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ... import observed
from ...backend import Backend
from .. import addresses
from . import listeners, variables
from .answering import Answering, Told
from .certificates import Trust
from .listener import Listener
from .verification import Credentials

Settle = Callable[[Any], Awaitable[None]]


class Serving:
    """
    An endpoint that answers for *backend* until it is closed.

    Args:
        tls: With a certificate made for it.
        verifies: Requests must be signed.
        port: 0 is any that is free.
        told: Is told of each answer.
        settle: What is waited for before each answer.
        has_health: Who asks whether there is somebody gets an answer.

    Attributes:
        credentials: Its own, which nobody else knows.

    Raises:
        OSError: The port is not free.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        tls: bool = False,
        verifies: bool = True,
        port: int = 0,
        told: Told | None = None,
        settle: Settle | None = None,
        has_health: bool = False,
    ) -> None:
        self.credentials = Credentials(f"AKIA{_random(10)}", _random(25))
        self._backend = backend
        self._folder: Path | None = None
        self._process = os.getpid()
        is_usual = not tls and verifies and not port and not has_health and settle is None
        self._may_wait = is_usual and observed.is_observing()
        self._trust = Trust() if tls else None
        try:
            context = None if self._trust is None else self._trust.context
            self._listener: Listener = listeners.take(port, context, is_usual=is_usual)
        except BaseException:
            self._remove_files()
            raise
        messages = self._listener.messages
        messages.told, messages.settle, messages.has_health = told, settle, has_health
        messages.answering = Answering(backend, self.credentials, verifies=verifies)
        self.url = self._listener.url
        self._is_open = True
        for url in self._urls:
            addresses.add(url)

    def env(self) -> dict[str, str]:
        """Return what a program needs in its environment."""
        region = self._backend.region
        if self._folder is None and any(os.environ.get(name) for name in variables.PROFILES):
            self._folder = Path(tempfile.mkdtemp(prefix="kmsmock-"))
            file = self._folder / "profiles"
            file.touch(mode=0o600)
            file.write_text(variables.profile_of(self.credentials, region), encoding="utf-8")
        profiles = Path(os.devnull) if self._folder is None else self._folder / "profiles"
        trust = None if self._trust is None else self._trust.file
        return variables.variables(self.url, region, self.credentials, trust, profiles)

    def close(self) -> None:
        """Close it: nobody is answered any more, and its credentials are unknown."""
        if not self._is_open or os.getpid() != self._process:
            return
        self._is_open = False
        for url in self._urls:
            addresses.remove(url)
        self._listener.messages.answering = None
        try:
            listeners.give_back(self._listener, may_wait=self._may_wait)
        finally:
            self._remove_files()

    @property
    def _urls(self) -> tuple[str, str]:
        return self.url, self.url.replace("127.0.0.1", "localhost")

    def _remove_files(self) -> None:
        if self._trust is not None:
            self._trust.remove()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _random(length: int) -> str:
    """Return *length* random bytes in Base32."""
    return base64.b32encode(secrets.token_bytes(length)).decode().rstrip("=")

"""
The file of a server's state: whole at every moment, and one server's at a time.

It is written beside itself and put in its place in one step, so that whoever is
killed leaves what was there before, or what is there now.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from .. import __version__
from ..backend import Backend
from ..service.misuse import KmsMockError
from ..service.state import saving

_MAGIC: Final = b"pytest-kmsmock state\n"
_FORM: Final = 1


class StateFile:
    """
    The file of one server, from `open_` until `close`.

    Args:
        path: Where it is; it need not be there yet.
    """

    def __init__(self, path: str) -> None:
        self.shown = path
        # Not the link but what it leads to is put in its place.
        self._path = Path(os.path.realpath(path))
        self._new = self._path.with_name(f"{self._path.name}.new")
        self._lock_path = self._path.with_name(f"{self._path.name}.lock")
        self._lock: int | None = None
        self._saved: Any = None
        self._asked = self._done = 0
        self._saving: asyncio.Task[None] | None = None

    def open_(self, backend: Backend) -> bool:
        """
        Let *backend* have what the file says; return whether there is a file.

        Raises:
            KmsMockError: Another server has it, or it is damaged, or cannot be read.
        """
        self._take_lock()
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise KmsMockError(f"{self.shown!r} cannot be read: {error.strerror}.") from None
        try:
            backend.clock._go_back(saving.from_bytes(backend.registry, _content_of(data)))
        except ValueError as error:
            raise KmsMockError(
                f"{self.shown!r} is no state of a server, or is damaged: {error}. It stays as it "
                "is; name another file, or move it away to begin anew."
            ) from None
        return True

    def save(self, backend: Backend) -> None:
        """Write what there is, so that nothing is lost of it, whatever happens."""
        state = backend.registry.state
        self._write(saving.to_bytes(backend.registry, backend.clock.offset))
        self._saved = state

    async def settle(
        self, backend: Backend, work: Callable[[Callable[[], None]], Awaitable[None]]
    ) -> None:
        """
        Return when all that has changed so far is in the file.

        Those who wait at once wait for one writing.

        Args:
            work: Does something in a thread of its own.
        """
        if backend.registry.state is self._saved:
            return
        self._asked += 1
        mine = self._asked
        while self._done < mine:
            if self._saving is None:
                self._saving = asyncio.get_running_loop().create_task(self._settle(backend, work))
            # Who is no longer waited for does not keep the others from being so.
            await asyncio.shield(self._saving)

    async def _settle(
        self, backend: Backend, work: Callable[[Callable[[], None]], Awaitable[None]]
    ) -> None:
        asked = self._asked
        try:
            await work(lambda: self.save(backend))
            self._done = asked
        finally:
            self._saving = None

    def close(self) -> None:
        """Let another server have it."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                self._lock_path.unlink()
            os.close(self._lock)
            self._lock = None

    def _write(self, content: bytes) -> None:
        head = {
            "form": _FORM,
            "made_by": __version__,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self._new, flags, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123  it is a descriptor
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, 0o600)
            file.write(_MAGIC + json.dumps(head).encode() + b"\n" + content)
            file.flush()
            os.fsync(descriptor)
        self._new.replace(self._path)
        _sync_folder(self._path.parent)

    def _take_lock(self) -> None:
        """Take the lock, or raise; one of a server that was killed is nobody's."""
        while True:
            try:
                descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
            except OSError as error:
                raise KmsMockError(f"{self.shown!r} cannot be written: {error.strerror}.") from None
            try:
                _lock(descriptor)
            except OSError:
                os.close(descriptor)
                raise KmsMockError(f"another server has {self.shown!r}.") from None
            # It may have been removed by who had it before.
            with contextlib.suppress(OSError):
                if os.path.samestat(os.fstat(descriptor), self._lock_path.stat()):
                    self._lock = descriptor
                    return
            os.close(descriptor)


def _content_of(data: bytes) -> bytes:
    """Return what the file of *data* holds, or raise `ValueError` if any of it is amiss."""
    if not data.startswith(_MAGIC):
        raise ValueError("it does not begin as one" if data else "it is empty")
    line, _, content = data[len(_MAGIC) :].partition(b"\n")
    try:
        head = json.loads(line)
        form, made_by = head["form"], head["made_by"]
        size, digest = head["bytes"], head["sha256"]
    except (ValueError, TypeError, KeyError):
        raise ValueError("its second line is broken") from None
    if form != _FORM:
        raise ValueError(f"version {made_by} has made it, in a form that {__version__} cannot read")
    if size != len(content):
        raise ValueError(f"it has {len(content)} bytes instead of {size}")
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError("its content is not what was written")
    return content


def _lock(descriptor: int) -> None:
    """Lock a file for this process alone, or raise `OSError`."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sync_folder(folder: Path) -> None:
    """See to it that the names in *folder* are on the disk too."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""
Key pairs, made once and used by every test, those of RSA by every run.

To make a pair takes up to a second, to look one up microseconds. A pool keeps
pairs in memory and, given a folder, those that are slow to make in one file each:

    8 bytes    ``kmspair1``
    32 bytes   SHA-256 of the file's name and of the pair
    the rest   the private key, PKCS #8 DER

What the pool keeps protects test data only, yet it is kept as keys are: the
folder is its owner's alone, and a file that anybody else could have written is
not believed. A file appears whole or not at all, so several processes can share
a folder, and a run may be killed at any time. What is broken is made anew.
A folder that cannot be used costs time, not tests: the pool then lives in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from .cache import SHARED
from .forking import Lock

IN_FILES: Final = ("RSA_2048", "RSA_3072", "RSA_4096")
"""The key specs whose pairs take so long to make that later runs are to have them too."""

# Of any other spec, in memory: thousands of data key pairs must not fill it.
_MOST: Final = 64

_MAGIC = b"kmspair1"
_DIGEST_LENGTH = 32
_LONGEST_FILE = 16 * 1024
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
# A temporary file this old was left by a run that was killed.
_STALE_SECONDS = 3600


class KeyPool:
    """
    Numbered key pairs of each key spec.

    Safe under threads, and under other processes that use the same folder.

    Args:
        make: Makes a pair of a key spec: a private key, PKCS #8 DER.
        folder: Where pairs outlive the process; it is made when first needed,
            its parents too. None keeps them in memory.
    """

    def __init__(self, make: Callable[[str], bytes], folder: Path | None = None) -> None:
        self._make = make
        self._folder = folder
        self._problem: str | None = None
        self._prepared = False
        self._pairs: dict[tuple[str, int], bytes] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(folder={self._folder!r}, pairs={len(self._pairs)})"

    @property
    def problem(self) -> str | None:
        """Why the folder is not used, or None. It shows once a pair was taken."""
        return self._problem

    def take(self, spec: str, n: int) -> bytes:
        """
        Return pair *n* of *spec*: a private key, PKCS #8 DER.

        The same *n* is the same pair for the life of this pool, another *n*
        another pair. Pairs are made when they are not there yet. Of a spec that
        is not `IN_FILES` only the first are kept, as to make one takes little.

        Args:
            n: Counted from 0.
        """
        if n >= _MOST and spec not in IN_FILES:
            return self._make(spec)
        pair = self._pairs.get((spec, n))
        if pair is not None:
            return pair
        with self._lock.current:
            # Another thread may have made it by now.
            pair = self._pairs.get((spec, n))
            if pair is None:
                pair = self._pairs[spec, n] = self._load_or_make(spec, n)
                SHARED.add(pair)
            return pair

    def _load_or_make(self, spec: str, n: int) -> bytes:
        folder = self._usable_folder() if spec in IN_FILES else None
        if folder is None:
            return self._make(spec)
        path = folder / f"{spec}-{n}.key"
        pair = _read(path)
        if pair is None:
            pair = self._make(spec)
            # A full or read-only disk is no reason to fail a test.
            with contextlib.suppress(OSError):
                _write(path, pair)
        return pair

    def _usable_folder(self) -> Path | None:
        if self._folder is None or self._problem is not None:
            return None
        if not self._prepared:
            try:
                self._problem = _prepare(self._folder)
            except OSError as error:
                self._problem = f"{self._folder} cannot be used: {error.strerror}"
            if self._problem is not None:
                return None
            self._prepared = True
        return self._folder


def _prepare(folder: Path) -> str | None:
    """Make *folder* the owner's alone and clear what killed runs left; return what forbids it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return f"{folder} is not a folder"
    if not _is_ours(status):
        return f"{folder} belongs to another user"
    if sys.platform != "win32":
        if status.st_mode & _OTHERS_MAY_WRITE:
            return f"{folder} can be written by other users"
        # An unpacked archive, such as a CI cache, opens folders to readers.
        if stat.S_IMODE(status.st_mode) != 0o700:
            folder.chmod(0o700)
    for left in folder.glob(".*.tmp"):
        # Another process may be faster.
        with contextlib.suppress(OSError):
            if left.lstat().st_mtime < time.time() - _STALE_SECONDS:
                left.unlink()
    return None


def _read(path: Path) -> bytes | None:
    """Return the pair in *path*, or None if there is none that can be believed."""
    # Neither a link nor a pipe is followed; Windows knows neither flag.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123  a descriptor
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or not _is_ours(status):
                return None
            if sys.platform != "win32":
                if status.st_mode & _OTHERS_MAY_WRITE:
                    return None
                if stat.S_IMODE(status.st_mode) != 0o600:
                    os.fchmod(file.fileno(), 0o600)
            content = file.read(_LONGEST_FILE)
    except OSError:
        return None
    head = len(_MAGIC) + _DIGEST_LENGTH
    pair = content[head:]
    return pair if content[:head] == _head(path, pair) else None


def _write(path: Path, pair: bytes) -> None:
    """Put *pair* into *path*, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(temporary, flags, 0o600), "wb") as file:  # noqa: PTH123  a descriptor
            file.write(_head(path, pair) + pair)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _head(path: Path, pair: bytes) -> bytes:
    # With the name: a copied file must not make two keys share a pair.
    return _MAGIC + hashlib.sha256(path.name.encode() + b"\0" + pair).digest()


def _is_ours(status: os.stat_result) -> bool:
    return sys.platform == "win32" or status.st_uid == os.geteuid()

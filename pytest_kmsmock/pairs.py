"""The pool of key pairs of this process, in pytest's cache folder if there is one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .crypto.keypool import KeyPool

_make_folder: Callable[[], Path | None] | None = None


def keep_in(make_folder: Callable[[], Path | None] | None) -> Callable[[], Path | None] | None:
    """
    Let the pool keep its pairs in the folder that *make_folder* returns; it is called when needed.

    Returns:
        What was called before.
    """
    global _make_folder
    before, _make_folder = _make_folder, make_folder
    return before


def folder() -> Path | None:
    """Return where pytest lets this plugin keep what other runs can use, if it does."""
    return _make_folder() if _make_folder else None


def pool() -> KeyPool:
    """Return the pool."""
    return _pool_in(folder())


@functools.cache
def _pool_in(folder: Path | None) -> KeyPool:
    # Not at the top: pytest's start imports this module.
    from .crypto.keypool import KeyPool
    from .crypto.randomness import SYSTEM
    from .service.values import key_pairs

    return KeyPool(functools.partial(key_pairs.generate, randomness=SYSTEM), folder)

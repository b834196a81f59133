"""Imports of what a run needs only with its first mock."""

from __future__ import annotations

import gc
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def imported(name: str) -> ModuleType:
    """
    Return the module *name* of this package, imported without collections of garbage.

    Imports make much that stays, and what the collector looks for in it takes a tenth of
    the time that they take.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(name, __package__)
    finally:
        if collects:
            gc.enable()

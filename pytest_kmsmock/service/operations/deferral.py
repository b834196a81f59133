"""
Deferral: modules of operations that are imported when one of their functions is called.

A test calls few operations, and the first call of a run would wait for all.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


class DeferredModule:
    """
    Stands in the table for a module of this folder, whose functions can be named.

    Args:
        name: The module's own.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> DeferredFunction:
        return DeferredFunction(f".{self._name}", name)


class DeferredFunction:
    """A function of a module that is imported when it is called."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name
        self._function: Callable[..., Any] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._module[1:]}.{self._name}>"

    def __call__(self, *args: Any) -> Any:
        # Most calls find it imported, and each call of KMS comes by here.
        return (self._function or self.__wrapped__)(*args)

    # Not cached by functools, whose lock of Python 3.11 a forked process may find taken.
    @property
    def __wrapped__(self) -> Callable[..., Any]:
        if self._function is None:
            module = importlib.import_module(self._module, __package__)
            self._function = getattr(module, self._name)
        return self._function

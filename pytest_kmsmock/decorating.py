"""How a mock is put around functions, coroutines, generators and classes."""

from __future__ import annotations

import contextlib
import functools
import inspect
import unittest
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from . import observed
from .service.misuse import KmsMockError

Target = TypeVar("Target", bound=Callable[..., Any])
MakeMock = Callable[[bool], AbstractContextManager[Any]]
"""Makes a mock that is not active yet; True for one that starts as a copy of the active one."""


def decorate(target: Target, make_mock: MakeMock) -> Target:
    """Return *target* such that each of its calls, or of its tests, runs in a mock of its own."""
    __tracebackhide__ = True
    # What @pytest.fixture returns is an object of pytest's own, or before 8.4 a marked function.
    if "Fixture" in type(target).__name__ or hasattr(target, "_pytestfixturefunction"):
        raise KmsMockError(
            f"mock_kms cannot decorate {target!r}; write @pytest.fixture above @mock_kms, "
            "or pytest does not see the fixture."
        )
    if not callable(target):
        raise KmsMockError(
            f"mock_kms cannot decorate {target!r}; it takes keywords only, as region='eu-west-1'."
        )
    if not isinstance(target, type):
        decorated: Target = _function(target, make_mock)
        return decorated
    if issubclass(target, unittest.TestCase):
        _test_case(target, make_mock)
    else:
        _plain_class(target, make_mock)
    return target


def _function(function: Any, make_mock: MakeMock) -> Any:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with make_mock(False):
            return function(*args, **kwargs)

    @functools.wraps(function)
    async def call_async(*args: Any, **kwargs: Any) -> Any:
        with make_mock(False):
            return await function(*args, **kwargs)

    # Generators are fixtures: the mock lasts until they are closed.
    @functools.wraps(function)
    def generate(*args: Any, **kwargs: Any) -> Any:
        with make_mock(False):
            return (yield from function(*args, **kwargs))

    @functools.wraps(function)
    async def generate_async(*args: Any, **kwargs: Any) -> Any:
        with make_mock(False):
            async for value in function(*args, **kwargs):
                yield value

    if inspect.iscoroutinefunction(function):
        return call_async
    if inspect.isgeneratorfunction(function):
        return generate
    if inspect.isasyncgenfunction(function):
        return generate_async
    return call


def _test_case(case: type[unittest.TestCase], make_mock: MakeMock) -> None:
    """One mock for `setUpClass`, a copy of it for each test with its `setUp`."""
    set_up_class, run = case.setUpClass.__func__, case.run  # type: ignore[attr-defined] # a classmethod

    @functools.wraps(set_up_class)
    def set_up_class_in_mock(cls: type[unittest.TestCase]) -> None:
        cls.enterClassContext(make_mock(False))
        set_up_class(cls)

    @functools.wraps(run)
    def run_in_mock(self: unittest.TestCase, result: Any = None) -> Any:
        with make_mock(True):
            return run(self, result)

    case.setUpClass = classmethod(set_up_class_in_mock)  # type: ignore[assignment]
    case.run = run_in_mock  # type: ignore[method-assign]


def _plain_class(cls: type, make_mock: MakeMock) -> None:
    """
    A mock for each test, from before its set-up until after its tear-down.

    The plugin makes it, see `plugin`; without the plugin the test methods do.
    """
    setattr(cls, observed.CLASS_ATTRIBUTE, staticmethod(lambda: make_mock(False)))
    for name, member in list(vars(cls).items()):
        if name.startswith("test") and inspect.isfunction(member):
            setattr(cls, name, _function(member, _unless_observed(make_mock)))


def _unless_observed(make_mock: MakeMock) -> MakeMock:
    return lambda forks: contextlib.nullcontext() if observed.is_observing() else make_mock(forks)

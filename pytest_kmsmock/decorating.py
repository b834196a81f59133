"""How a mock is put around functions, coroutines, generators and classes."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final, TypeGuard, TypeVar

from . import observed
from .service.misuse import KmsMockError

if TYPE_CHECKING:
    import unittest

Target = TypeVar("Target", bound=Callable[..., Any])
MakeMock = Callable[..., AbstractContextManager[Any]]
"""Makes a mock that is not active yet; of another mock, one that starts as a copy of it."""

# What a decorated function's own mock takes the place of, where it has it.
_ARGUMENT: Final = "kms"
# On a decorated class: the mock of its tests, while there is one.
_MOCK_OF_CLASS: Final = "_pytest_kmsmock_mock"


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
    if _is_test_case(target):
        _test_case(target, make_mock)
    else:
        _plain_class(target, make_mock)
    return target


def _is_test_case(target: type) -> TypeGuard[type[unittest.TestCase]]:
    # Who has a test case has imported it.
    module = sys.modules.get("unittest.case")
    return module is not None and issubclass(target, module.TestCase)


def _function(function: Any, make_mock: MakeMock) -> Any:
    """Return *function* in a mock of its own, which an argument named ``kms`` is."""
    with_mock = _giver(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with make_mock() as mock:
            args, kwargs = with_mock(mock, args, kwargs)
            return function(*args, **kwargs)

    @functools.wraps(function)
    async def call_async(*args: Any, **kwargs: Any) -> Any:
        with make_mock() as mock:
            args, kwargs = with_mock(mock, args, kwargs)
            return await function(*args, **kwargs)

    # Generators are fixtures: the mock lasts until they are closed.
    @functools.wraps(function)
    def generate(*args: Any, **kwargs: Any) -> Any:
        with make_mock() as mock:
            args, kwargs = with_mock(mock, args, kwargs)
            return (yield from function(*args, **kwargs))

    @functools.wraps(function)
    async def generate_async(*args: Any, **kwargs: Any) -> Any:
        with make_mock() as mock:
            args, kwargs = with_mock(mock, args, kwargs)
            async for value in function(*args, **kwargs):
                yield value

    if inspect.iscoroutinefunction(function):
        return call_async
    if inspect.isgeneratorfunction(function):
        return generate
    if inspect.isasyncgenfunction(function):
        return generate_async
    return call


def _giver(function: Any) -> Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]:
    """Return what puts a mock among the arguments of *function*, if it takes one."""
    names = list(inspect.signature(function).parameters)
    if _ARGUMENT not in names:
        return lambda mock, args, kwargs: (args, kwargs)
    position = names.index(_ARGUMENT)

    def give(mock: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if mock is None:
            return args, kwargs
        if position < len(args):
            return (*args[:position], mock, *args[position + 1 :]), kwargs
        return args, {**kwargs, _ARGUMENT: mock}

    return give


def _test_case(case: type[unittest.TestCase], make_mock: MakeMock) -> None:
    """One mock for `setUpClass`, a copy of it for each test with its `setUp`."""
    set_up_class, run = case.setUpClass.__func__, case.run  # type: ignore[attr-defined] # a classmethod

    @functools.wraps(set_up_class)
    def set_up_class_in_mock(cls: type[unittest.TestCase]) -> None:
        around = vars(cls).get(_MOCK_OF_CLASS)
        setattr(cls, _MOCK_OF_CLASS, cls.enterClassContext(make_mock()))
        cls.addClassCleanup(setattr, cls, _MOCK_OF_CLASS, around)
        set_up_class(cls)

    @functools.wraps(run)
    def run_in_mock(self: unittest.TestCase, result: Any = None) -> Any:
        # Of a class and its base both decorated, the innermost is the one that answers.
        around = vars(self).get(_MOCK_OF_CLASS)
        with make_mock(around or getattr(type(self), _MOCK_OF_CLASS, None)) as mock:
            setattr(self, _MOCK_OF_CLASS, mock)
            try:
                return run(self, result)
            finally:
                setattr(self, _MOCK_OF_CLASS, around)

    case.setUpClass = classmethod(set_up_class_in_mock)  # type: ignore[assignment]
    case.run = run_in_mock  # type: ignore[method-assign]
    for name, method in _test_methods(case):
        setattr(case, name, _method(method))


def _method(method: Any) -> Any:
    """Return *method*, of a test case, with the mock of its test as the argument ``kms``."""
    with_mock = _giver(method)

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = with_mock(getattr(self, _MOCK_OF_CLASS), (self, *args), kwargs)
        return method(*args, **kwargs)

    # unittest looks at the signature: it gives no arguments.
    return call if _ARGUMENT in inspect.signature(method).parameters else method


def _plain_class(cls: type, make_mock: MakeMock) -> None:
    """
    A mock for each test, from before its set-up until after its tear-down.

    The plugin makes it, see `plugin`, and its fixture `kms` gives it to the test;
    without the plugin the test methods do.
    """
    setattr(cls, observed.CLASS_ATTRIBUTE, staticmethod(make_mock))
    for name, member in _test_methods(cls):
        setattr(cls, name, _function(member, _unless_observed(make_mock)))


def _test_methods(cls: type) -> list[tuple[str, Any]]:
    return [
        (name, member)
        for name, member in vars(cls).items()
        if name.startswith("test") and inspect.isfunction(member)
    ]


def _unless_observed(make_mock: MakeMock) -> MakeMock:
    """Return *make_mock*, but for what is no mock where the plugin has made one already."""
    return lambda: contextlib.nullcontext() if observed.is_observing() else make_mock()

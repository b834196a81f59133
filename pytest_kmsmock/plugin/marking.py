"""Markers: what they say, where it holds, and what only looks like one of ours."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Generator, Iterable
from contextlib import AbstractContextManager
from typing import Any, Final

import pytest

from .. import settings
from ..checks import located
from ..options import OPTIONS
from ..settings import Marked
from .options import GUARD

_NOTHING: Final = contextlib.nullcontext()
_MARKER: Final = "kms"
_SWEEP: Final = "kms_failures"
_HELP: Final = {
    _MARKER: (
        f"({', '.join(OPTIONS)}): settings of the mocks that are made in the test; the nearest "
        "marker wins."
    ),
    _SWEEP: (
        "(*operations, only, exclude): run the test once for each way in which one of the "
        "operations can fail."
    ),
}


def add_markers(config: pytest.Config) -> None:
    """Say which markers there are."""
    for name, text in _HELP.items():
        config.addinivalue_line("markers", f"{name}{text}")


def marked_by(node: Any, fixture: str = "") -> Marked:
    """
    Return what the markers of *node*, a test, class or module, say.

    Args:
        fixture: The fixture that they hold for, if it is one.
    """
    return Marked(functools.partial(_options_of, node), functools.partial(_name_of, node, fixture))


def _name_of(node: Any, fixture: str) -> str:
    """Return the node ID, as it is without xdist, and the fixture's name."""
    groups = [mark.args[0] if mark.args else mark.kwargs.get("name") for mark in _groups_of(node)]
    name = node.nodeid
    if groups:
        name = name.removesuffix(f"@{'_'.join(sorted({*map(str, groups)}))}")
    return f"{name} {fixture}"


def _groups_of(node: Any) -> Iterable[pytest.Mark]:
    # With --dist=loadgroup, xdist adds their names to the IDs of tests.
    return node.iter_markers("xdist_group") if isinstance(node, pytest.Item) else ()


def _options_of(node: Any) -> dict[str, Any]:
    options: dict[str, Any] = {}
    # The nearest marker comes first, and wins.
    for marker in reversed([*node.iter_markers(_MARKER)]):
        options.update(_said_by(marker, node))
    return options


def _said_by(marker: pytest.Mark, node: Any) -> dict[str, Any]:
    """Return what *marker* says; files are looked for where the marker's lies."""
    return {name: located(name, value, node.path.parent) for name, value in marker.kwargs.items()}


def guard_of_marker(item: pytest.Item) -> bool | None:
    """Return what the nearest marker that speaks of the guard says; None if there is none."""
    for marker in item.iter_markers(_MARKER):
        if GUARD in marker.kwargs:
            return marker.kwargs[GUARD] is True  # what is neither, `check_markers` refuses
    return None


def for_fixture(fixturedef: Any, request: Any) -> AbstractContextManager[object]:
    """
    Let the right markers hold while a fixture is set up.

    One that outlives the test is not the test's own, and its markers are not for it.
    """
    if fixturedef.scope == "function" or request.node is request._pyfuncitem:
        return _NOTHING
    return _marked_by(request.node, f"{fixturedef.baseid} {fixturedef.argname}")


@contextlib.contextmanager
def _marked_by(node: Any, fixture: str) -> Generator[None]:
    before = settings.mark(marked_by(node, fixture))
    try:
        yield
    finally:
        settings.mark(before)


def check_markers(item: pytest.Item) -> None:
    """Fail the test if what one of its markers says makes no sense."""
    for marker in item.iter_markers(_MARKER):
        if marker.args:
            pytest.fail(
                f"@pytest.mark.kms takes keywords only, as region='eu-west-1'; got {marker.args}",
                pytrace=False,
            )
        if marker.kwargs:
            from ..service.misuse import KmsMockError  # not at the top: see the package's docstring

            try:
                settings.checked(_said_by(marker, item))
            except KmsMockError as error:
                pytest.fail(f"@pytest.mark.kms: {error}", pytrace=False)


def check_effect(item: pytest.Item, marked: Marked) -> None:
    """Fail the test if its own marker had settings for mocks, and it has made none."""
    if marked.is_used:
        return
    options = {
        name: value
        for marker in _own_markers(item)
        if marker.name == _MARKER
        for name, value in marker.kwargs.items()
        if name != GUARD
    }
    if options:
        said = ", ".join(f"{name}={value!r}" for name, value in options.items())
        pytest.fail(
            f"@pytest.mark.kms({said}) did nothing: it has settings for the mocks that a test "
            "makes, and this one has made none. Let it take the `kms` fixture, or write "
            "`with mock_kms():` in it; for `kms_class` and `kms_module` mark the class or the "
            "module, for `kms_session` write ini options.",
            pytrace=False,
        )


def _own_markers(item: pytest.Item) -> list[pytest.Mark]:
    """Return those that are written at the test function, or at its parameters."""
    function, parameters = getattr(item, "function", None), getattr(item, "callspec", None)
    return [*getattr(function, "pytestmark", ()), *getattr(parameters, "marks", ())]


def lookalike(item: pytest.Item) -> str | None:
    """Return what is wrong with a marker that looks like ours, and is nobody's."""
    for marker in item.iter_markers():
        name = marker.name
        if name.lower().startswith(_MARKER) and name not in _HELP:
            registered = {
                line.partition(":")[0].partition("(")[0].strip()
                for line in item.config.getini("markers")
            }
            if name not in registered:
                return f"{item.nodeid}: {_no_marker(name)}"
    return None


def meant_by(said: str) -> list[str]:
    """Return what is wrong with such markers in *said*, by which pytest itself refuses them."""
    names = re.findall(r"Unknown pytest\.mark\.(kms\w*)|'(kms\w*)' not found in `markers`", said)
    return [_no_marker(name) for name in sorted({one or other for one, other in names})]


def _no_marker(name: str) -> str:
    from ..service.misuse import suggestion  # not at the top: see the package's docstring

    return (
        f"there is no marker {name!r}.{suggestion(name.lower(), _HELP)} pytest-kmsmock has "
        f"{' and '.join(_HELP)}; a marker of your own is registered by the ini option `markers`."
    )

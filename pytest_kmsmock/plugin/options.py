"""Options as pytest has them: the ini file, the command line and the markers."""

from __future__ import annotations

from typing import Any, Final

import pytest

from ..options import OPTIONS

# Not of a mock: the guard watches over calls outside all of them.
_GUARD: Final = "guard"


def pytest_addoption(parser: pytest.Parser) -> None:
    for name, option in OPTIONS.items():
        default = [] if option.ini == "args" else None if option.ini == "string" else option.default
        parser.addini(f"kms_{name}", option.help, option.ini, default=default)
    parser.addini("kms_guard_allow", "Endpoints that the guard lets through.", "args", default=[])
    group = parser.getgroup("kmsmock", "pytest-kmsmock")
    group.addoption(
        "--kms-guard",
        action="store_true",
        default=None,
        dest="kms_guard",
        help="A call of KMS outside any mock fails instead of reaching AWS.",
    )
    group.addoption(
        "--no-kms-guard",
        action="store_false",
        dest="kms_guard",
        help="Calls of KMS outside mocks go their way, whatever the ini file says.",
    )


def add_markers(config: pytest.Config) -> None:
    """Say which markers there are."""
    config.addinivalue_line(
        "markers",
        f"kms({', '.join(OPTIONS)}): settings of the `kms` fixtures; the nearest marker wins.",
    )
    config.addinivalue_line(
        "markers",
        "kms_failures(*operations, only, exclude): run the test once for each way in which one "
        "of the operations can fail.",
    )


def options_of_ini(config: pytest.Config) -> dict[str, Any]:
    """Return what the ini file says of a mock."""
    options: dict[str, Any] = {}
    for name, option in OPTIONS.items():
        value = config.getini(f"kms_{name}")
        if name == _GUARD or value in (option.default, None, "", []):
            continue
        try:
            options[name] = option.of_ini(value)
        except ValueError as error:
            raise pytest.UsageError(f"kms_{name}: {error}") from None
    return options


def options_of_markers(node: Any) -> dict[str, Any]:
    """Return what the markers of *node* say, a test, class or module."""
    options: dict[str, Any] = {}
    # The nearest marker comes first, and wins.
    for marker in reversed(list(node.iter_markers("kms"))):
        if marker.args:
            pytest.fail(
                f"@pytest.mark.kms takes keywords only, as region='eu-west-1'; got {marker.args}",
                pytrace=False,
            )
        options.update(marker.kwargs)
    return options


def guard_of_marker(item: pytest.Item) -> bool | None:
    """Return what the nearest marker that speaks of the guard says; None if there is none."""
    for marker in item.iter_markers("kms"):
        if _GUARD in marker.kwargs:
            return bool(marker.kwargs[_GUARD])
    return None

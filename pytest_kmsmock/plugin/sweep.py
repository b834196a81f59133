"""The failure sweep: tests marked `kms_failures` run once for each way to fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..mock import KmsMock
    from .failures import Failure


def pytest_itemcollected(item: pytest.Item) -> None:
    names = getattr(item, "fixturenames", None)
    # pytest forgets what `pytest_generate_tests` has added. Last, so that what other
    # fixtures arrange goes well.
    if names is None or "kms_failure" in names:
        return
    if item.get_closest_marker("kms_failures"):
        names.append("kms_failure")


@pytest.fixture
def kms_failure(request: pytest.FixtureRequest, kms: KmsMock) -> Failure:
    """The way in which this run of a test marked `kms_failures` fails."""
    failure: Failure | None = getattr(request, "param", None)
    if failure is None:
        pytest.fail("kms_failure is for tests with @pytest.mark.kms_failures(…)", pytrace=False)
    failure.schedule(kms)
    return failure


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    markers = list(metafunc.definition.iter_markers("kms_failures"))
    if markers:
        failures = [each for marker in markers for each in _failures_of(marker)]
        if "kms_failure" not in metafunc.fixturenames:
            metafunc.fixturenames.append("kms_failure")
        metafunc.parametrize("kms_failure", failures, ids=str, indirect=True)


def _failures_of(marker: pytest.Mark) -> list[Failure]:
    from .failures import NAMES, failures_of  # not at the top: see the package's docstring

    for name in marker.kwargs:
        if name not in NAMES:
            from ..service.misuse import KmsMockError, suggestion

            raise KmsMockError(
                f"kms_failures has no option {name!r}.{suggestion(name, NAMES)} "
                f"It has {' and '.join(NAMES)}."
            )
    return failures_of(*marker.args, **marker.kwargs)


def check_sweep(item: pytest.Item) -> None:
    """Fail the test if it is marked, and pytest cannot run it several times."""
    if item.get_closest_marker("kms_failures") and not hasattr(item, "callspec"):
        pytest.fail(
            "kms_failures runs a test several times, which pytest cannot do with a method of "
            "unittest.TestCase; write a test function, or a class that is no TestCase.",
            pytrace=False,
        )

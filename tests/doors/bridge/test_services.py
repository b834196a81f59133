"""The table of services."""

from __future__ import annotations

from botocore.session import Session

from pytest_kmsmock.checks import BRIDGED
from pytest_kmsmock.doors.bridge.services import SERVICES


def test_what_the_option_takes_is_there() -> None:
    assert set(BRIDGED) == {name for name, service in SERVICES.items() if not service.is_always_on}


def test_the_operations_are_those_of_the_services() -> None:
    """A name that botocore does not know would never be asked for."""
    session = Session()
    # Of later releases of botocore than the oldest that is supported.
    newer = {"BatchGetSecretValue"}
    for name, service in SERVICES.items():
        known = set(session.get_service_model(name).operation_names)
        assert {*service.before, *service.after} - known <= newer

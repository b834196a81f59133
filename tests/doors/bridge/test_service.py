"""What services add to the words of KMS."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from pytest_kmsmock.doors.bridge.service import tail
from pytest_kmsmock.service.api.errors import DisabledException


def test_the_tail_names_the_call_of_kms() -> None:
    crossing = cast("Any", SimpleNamespace(request_id="an-id"))

    assert tail(crossing, DisabledException("x")) == (
        " (Service: AWSKMS; Status Code: 400; Error Code: DisabledException; "
        "Request ID: an-id; Proxy: null)"
    )

"""Forwarding: a child of the test's process says who calls, and nobody else does."""

from __future__ import annotations

from by_http import exchange, signed

from pytest_kmsmock import Endpoint, KmsMock
from pytest_kmsmock.doors.endpoint import forwarding
from pytest_kmsmock.service.values.caller import Caller


def test_what_is_told_is_understood() -> None:
    caller = Caller("123456789012", "arn:aws:iam::123456789012:role/é", "AKIA", None, shown="x")

    headers = forwarding.headers_of(caller, "tests/é.py:7")

    assert forwarding.told_by(headers) == (caller, "tests/é.py:7")
    assert all(value.isascii() for value in headers.values())


def test_what_is_not_signed_is_not_believed(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    told = forwarding.headers_of(Caller("210987654321"), "elsewhere")

    exchange(kms_endpoint, signed(kms_endpoint, headers=told))

    assert kms.calls[0].account == kms.account

"""Errors before the service have AWS's codes and words."""

from __future__ import annotations

from pytest_kmsmock.doors.endpoint import errors
from pytest_kmsmock.service.api.errors import UnrecognizedClientException


def test_words() -> None:
    assert UnrecognizedClientException().message == (
        "The security token included in the request is invalid."
    )
    assert errors.MissingAuthenticationTokenException().message == "Missing Authentication Token"


def test_statuses() -> None:
    assert errors.InternalFailure.status == 500
    assert errors.UnknownOperationException.status == 400

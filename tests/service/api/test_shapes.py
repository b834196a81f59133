"""Requests decoded and checked by botocore's model; responses trimmed by it."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from pytest_kmsmock.service.api.errors import ValidationException
from pytest_kmsmock.service.api.shapes import (
    checked_operation,
    declared_errors,
    service_model,
    shapes_of,
)
from pytest_kmsmock.service.api.times import timestamp
from pytest_kmsmock.service.misuse import KmsMockError
from pytest_kmsmock.service.operations.table import OPERATIONS


def decode(operation: str, **body: Any) -> dict[str, Any]:
    params: dict[str, Any] = {}
    shapes_of(operation).decode(body, params)
    return params


def words(operation: str, **body: Any) -> str:
    with pytest.raises(ValidationException) as caught:
        decode(operation, **body)
    return caught.value.message


@functools.cache
def loaded() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("kms", "service-2"), "kms")


def test_the_model_is_the_one_that_botocore_s_clients_have() -> None:
    """It is read without asking for the newest version, of which there is one."""
    read = service_model()

    assert read.api_version == Loader().determine_latest_version("kms", "service-2")
    assert read.shape_names == loaded().shape_names
    assert read.metadata == loaded().metadata
    assert read.documentation == loaded().documentation


@pytest.mark.usefixtures("newest_model")
def test_every_operation_is_in_the_model() -> None:
    """A row of the table whose name is misspelt would never be reached."""
    assert set(OPERATIONS) <= {*loaded().operation_names, "Encapsulate", "Decapsulate"}


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) & set(loaded().operation_names)))
def test_every_operation_can_be_compiled(operation: str) -> None:
    """Every type of shape that the installed model uses is known."""
    shapes = shapes_of(operation)

    assert shapes.name == operation


def test_an_operation_that_kms_lacks_is_told() -> None:
    """With the nearest one, also to who writes it as a method of the client."""
    assert checked_operation("Encrypt") == "Encrypt"
    for given, near in (("Encrpyt", "'Encrypt'"), ("generate_data_key", "'GenerateDataKey'")):
        with pytest.raises(KmsMockError, match=f"no operation '{given}'. Did you mean {near}?"):
            checked_operation(given)
    with pytest.raises(KmsMockError, match="no operation 5"):
        checked_operation(5)


def test_what_could_be_decoded_is_kept_of_a_refused_request() -> None:
    """So that the record of calls can show it."""
    params: dict[str, Any] = {}

    with pytest.raises(ValidationException):
        shapes_of("GenerateRandom").decode({"NumberOfBytes": 2000}, params)

    assert params == {"NumberOfBytes": 2000}


@pytest.mark.skipif(
    "DryRunModifiers" not in shapes_of("Decrypt").members,
    reason="this botocore has no DryRunModifiers",
)
def test_ciphertext_may_be_missing_from_a_dry_run_that_ignores_it() -> None:
    """And from no other request."""
    ignoring = {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}

    assert decode("Decrypt", KeyId="k", **ignoring) == {"KeyId": "k", **ignoring}
    for body in ({}, {"DryRun": True}, ignoring | {"DryRun": False}):
        assert "Value null at 'ciphertextBlob'" in words("Decrypt", **body)
    # Where something else is wrong, it is not missing either.
    assert words("Decrypt", KeyId="é", **ignoring).startswith(
        "1 validation error detected: Value 'é' at 'keyId'"
    )
    assert "2 validation errors" in words("ReEncrypt", SourceKeyId="é", **ignoring)


def test_response_has_no_member_that_the_model_lacks() -> None:
    """An older botocore does not know the newer ones."""
    shapes = shapes_of("DescribeKey")
    response = {"KeyMetadata": {"KeyId": "k", "FromTheFuture": 1}, "AlsoNew": 2}

    assert shapes.trim(response) == {"KeyMetadata": {"KeyId": "k"}}


def test_timestamp_is_aware_and_has_milliseconds() -> None:
    """AWS sends no more digits."""
    shown = timestamp(1_700_000_000.123456)

    assert shown == dt.datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=dt.UTC)
    assert shown.tzinfo is not None


@pytest.mark.parametrize(
    ("code", "is_declared"),
    [
        ("NotFoundException", True),
        ("DisabledException", True),
        ("KMSInvalidStateException", True),
        ("DryRunOperationException", True),
        ("ValidationException", False),
        ("AccessDeniedException", False),
        ("ThrottlingException", False),
    ],
)
def test_declared_errors_are_the_model_s(code: str, is_declared: bool) -> None:
    """By their code, botocore decides whether their message is shown twice."""
    assert (code in declared_errors()) is is_declared

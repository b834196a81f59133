"""Requests decoded and checked by botocore's model; responses trimmed by it."""

from __future__ import annotations

import base64
import datetime as dt
import functools
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from pytest_kmsmock.service.api.errors import SerializationException, ValidationException
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


def test_values_come_out_as_python_s() -> None:
    """Blobs from Base64; nulls and members that the model lacks are left out."""
    params = decode(
        "Encrypt",
        KeyId="k",
        Plaintext="c2VjcmV0",
        EncryptionContext={"a": "b"},
        GrantTokens=["t"],
        EncryptionAlgorithm=None,
        DryRun=False,
        Unknown=1,
    )

    assert params == {
        "KeyId": "k",
        "Plaintext": b"secret",
        "EncryptionContext": {"a": "b"},
        "GrantTokens": ["t"],
        "DryRun": False,
    }


def test_what_could_be_decoded_is_kept_of_a_refused_request() -> None:
    """So that the record of calls can show it."""
    params: dict[str, Any] = {}

    with pytest.raises(ValidationException):
        shapes_of("GenerateRandom").decode({"NumberOfBytes": 2000}, params)

    assert params == {"NumberOfBytes": 2000}


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("DescribeKey", {"KeyId": 1}),
        ("DescribeKey", {"KeyId": ["k"]}),
        ("Encrypt", {"KeyId": "k", "Plaintext": 1}),
        ("Encrypt", {"KeyId": "k", "Plaintext": "no base 64"}),
        ("Encrypt", {"KeyId": "k", "Plaintext": "eA==", "EncryptionContext": ["a"]}),
        ("Encrypt", {"KeyId": "k", "Plaintext": "eA==", "EncryptionContext": {"a": 1}}),
        ("Encrypt", {"KeyId": "k", "Plaintext": "eA==", "GrantTokens": "t"}),
        ("Encrypt", {"KeyId": "k", "Plaintext": "eA==", "DryRun": 1}),
        ("GenerateRandom", {"NumberOfBytes": True}),
        ("GenerateRandom", {"NumberOfBytes": "1"}),
        ("GenerateRandom", {"NumberOfBytes": 1.0}),
        ("TagResource", {"KeyId": "k", "Tags": {}}),
        ("TagResource", {"KeyId": "k", "Tags": ["t"]}),
    ],
)
def test_wrong_type_is_told_before_any_constraint(operation: str, body: dict[str, Any]) -> None:
    """AWS answers it while it reads the JSON."""
    with pytest.raises(SerializationException):
        decode(operation, **body)


def test_one_violation_is_an_error_and_two_are_errors() -> None:
    """In the order of the model's members, not of the request's."""
    one = words("GenerateDataKey", KeyId="k", NumberOfBytes=0)
    two = words("GenerateDataKey", NumberOfBytes=1025, KeyId="é")

    assert one == (
        "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy "
        "constraint: Member must have value greater than or equal to 1"
    )
    assert two == (
        "2 validation errors detected: Value 'é' at 'keyId' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: ^\p{ASCII}+$; "
        "Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value "
        "less than or equal to 1024"
    )


@pytest.mark.parametrize(
    ("operation", "member", "shown", "pattern"),
    [
        ("CreateAlias", "AliasName", "aliasName", "^[a-zA-Z0-9:/_-]+$"),
        ("DescribeKey", "KeyId", "keyId", r"^\p{ASCII}+$"),
        ("PutKeyPolicy", "Policy", "policy", r"[\u0009\u000A\u000D\u0020-\u00FF]+"),
        ("CreateGrant", "GranteePrincipal", "granteePrincipal", r"^[\w+=,.@:/-]+$"),
    ],
)
def test_empty_text_is_too_short_before_it_is_anything_else(
    operation: str, member: str, shown: str, pattern: str
) -> None:
    """As reported: the minimum length, then the pattern."""
    rest = {"TargetKeyId": "k"} if operation == "CreateAlias" else {"KeyId": "k"}
    rest |= {"Operations": ["Decrypt"]} if operation == "CreateGrant" else {}

    assert words(operation, **{**rest, member: ""}) == (
        f"2 validation errors detected: Value '' at '{shown}' failed to satisfy constraint: "
        f"Member must have length greater than or equal to 1; Value '' at '{shown}' failed to "
        f"satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
    )


def test_text_that_is_too_long_breaks_the_pattern_first() -> None:
    """As reported: a maximum comes last."""
    name = "alias/" + "é" * 251

    assert words("CreateAlias", AliasName=name, TargetKeyId="k") == (
        f"2 validation errors detected: Value '{name}' at 'aliasName' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$; "
        f"Value '{name}' at 'aliasName' failed to satisfy constraint: "
        "Member must have length less than or equal to 256"
    )


def test_nested_member_is_named_by_its_path() -> None:
    """Lists count from 1; every name begins in lower case."""
    found = words("TagResource", KeyId="k", Tags=[{"TagKey": "a", "TagValue": ""}, {}])

    assert found.startswith("2 validation errors detected: ")
    assert "Value null at 'tags.2.member.tagKey' failed" in found
    assert "Value null at 'tags.2.member.tagValue' failed" in found


def test_list_of_texts_is_printed_whole() -> None:
    """As Java prints a list."""
    found = words("UntagResource", KeyId="k", TagKeys=["ok", "x" * 129])

    assert found.startswith(
        f"1 validation error detected: Value '[ok, {'x' * 129}]' at 'tagKeys' failed to satisfy "
        "constraint: Member must satisfy constraint: [Member must have length less than or "
        "equal to 128, Member must have length greater than or equal to 1]"
    )


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


@pytest.mark.parametrize("length", [4095, 4096, 4097])
def test_blob_is_measured_decoded(length: int) -> None:
    """4096 bytes, whatever their Base64 takes."""
    body = {"KeyId": "k", "Plaintext": base64.b64encode(bytes(length)).decode()}
    if length <= 4096:
        assert len(decode("Encrypt", **body)["Plaintext"]) == length
    else:
        assert "at 'plaintext' failed to satisfy constraint" in words("Encrypt", **body)


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

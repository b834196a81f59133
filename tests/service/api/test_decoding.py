"""Values decoded by their shapes, and what is said of wrong ones."""

from __future__ import annotations

import base64
import math
from typing import Any

import pytest

from pytest_kmsmock.service.api.errors import SerializationException, ValidationException
from pytest_kmsmock.service.api.shapes import shapes_of


def decode(operation: str, **body: Any) -> dict[str, Any]:
    params: dict[str, Any] = {}
    shapes_of(operation).decode(body, params)
    return params


def words(operation: str, **body: Any) -> str:
    with pytest.raises(ValidationException) as caught:
        decode(operation, **body)
    return caught.value.message


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
        # Java's integers and doubles end somewhere, and NaN is no JSON.
        ("GenerateRandom", {"NumberOfBytes": 2**31}),
        ("GenerateRandom", {"NumberOfBytes": -(2**31) - 1}),
        ("GenerateRandom", {"NumberOfBytes": 10**5000}),
        ("ImportKeyMaterial", {"KeyId": "k", "ValidTo": 10**400}),
        ("ImportKeyMaterial", {"KeyId": "k", "ValidTo": -(10**400)}),
        ("ImportKeyMaterial", {"KeyId": "k", "ValidTo": math.inf}),
        ("ImportKeyMaterial", {"KeyId": "k", "ValidTo": math.nan}),
        ("Encrypt", {"KeyId": "k", "Plaintext": "é"}),
        ("Encrypt", {"KeyId": "k", "Plaintext": "\ud800"}),
    ],
)
def test_wrong_type_is_told_before_any_constraint(operation: str, body: dict[str, Any]) -> None:
    """AWS answers it while it reads the JSON."""
    with pytest.raises(SerializationException):
        decode(operation, **body)


@pytest.mark.parametrize("number", [2**31 - 1, -(2**31)])
def test_integers_have_32_bits(number: int) -> None:
    """Those that have them are measured."""
    assert f"Value '{number}' at 'numberOfBytes'" in words("GenerateRandom", NumberOfBytes=number)


@pytest.mark.parametrize("body", [None, [], ["KeyId"], "KeyId", 1, 1.5, True])
def test_a_request_is_an_object(body: Any) -> None:
    """None stands for what was no JSON."""
    with pytest.raises(SerializationException):
        shapes_of("ListKeys").decode(body, {})


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
    rest: dict[str, Any] = {"TargetKeyId": "k"} if operation == "CreateAlias" else {"KeyId": "k"}
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


@pytest.mark.parametrize("depth", [1, 325, 5000])
def test_unknown_members_are_not_read(depth: int) -> None:
    """However deep they are, and whatever is wrong with the others."""
    unknown: Any = "x"
    for _ in range(depth):
        unknown = [unknown]
    tags = [{"TagKey": "team", "TagValue": "red", "Extra": unknown}]

    assert decode("TagResource", KeyId="k", Tags=tags) == {
        "KeyId": "k",
        "Tags": [{"TagKey": "team", "TagValue": "red"}],
    }
    found = words("TagResource", KeyId="k", Tags=[*tags, {"TagKey": "", "Extra": unknown}])
    assert found.startswith("2 validation errors detected: Value '' at 'tags.2.member.tagKey'")


def test_null_in_a_list_is_printed_and_counted() -> None:
    """As Java prints it."""
    tokens = ["a", None, *["b"] * 9]

    assert words("Encrypt", KeyId="k", Plaintext="eA==", GrantTokens=tokens) == (
        f"1 validation error detected: Value '[a, null{', b' * 9}]' at 'grantTokens' failed to "
        "satisfy constraint: Member must have length less than or equal to 10"
    )


def test_list_of_texts_is_printed_whole() -> None:
    """As Java prints a list."""
    found = words("UntagResource", KeyId="k", TagKeys=["ok", "x" * 129])

    assert found.startswith(
        f"1 validation error detected: Value '[ok, {'x' * 129}]' at 'tagKeys' failed to satisfy "
        "constraint: Member must satisfy constraint: [Member must have length less than or "
        "equal to 128, Member must have length greater than or equal to 1]"
    )


@pytest.mark.parametrize("length", [4095, 4096, 4097])
def test_blob_is_measured_decoded(length: int) -> None:
    """4096 bytes, whatever their Base64 takes."""
    body = {"KeyId": "k", "Plaintext": base64.b64encode(bytes(length)).decode()}
    if length <= 4096:
        assert len(decode("Encrypt", **body)["Plaintext"]) == length
    else:
        assert "at 'plaintext' failed to satisfy constraint" in words("Encrypt", **body)


@pytest.mark.parametrize(
    ("tokens", "fits"),
    [
        (["t"] * 10, True),
        (["t"] * 11, False),
        (["t"] * 9 + [None], True),
        (["t"] * 10 + [None], False),
        ([None] * 11, False),
    ],
)
def test_nulls_count_in_the_length_of_a_list(tokens: list[str | None], fits: bool) -> None:
    """GrantTokens has ten at most; what is handed on has none of the nulls."""
    body = {"KeyId": "k", "Plaintext": "c2VjcmV0", "GrantTokens": tokens}

    if fits:
        assert decode("Encrypt", **body)["GrantTokens"] == [t for t in tokens if t is not None]
    else:
        assert "at 'grantTokens' failed to satisfy constraint: Member must have length less" in (
            words("Encrypt", **body)
        )

"""Grants: what one may permit and to whom, when two are the same, and their tokens."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import samples

from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.values.grant import (
    is_grant_id,
    is_principal,
    new_grant_id,
    open_token,
    operations_of,
    seal_token,
)
from pytest_kmsmock.service.values.specs import KeySpecName, KeyUsage

TOKEN_KEY = b"t" * 32
EVERY = {"CreateGrant", "RetireGrant", "DescribeKey"}
DATA_KEYS = {
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
}
ENCRYPTING = {"Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo"}


@pytest.mark.parametrize(
    ("spec", "usage", "operations"),
    [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", ENCRYPTING | DATA_KEYS),
        ("RSA_2048", "ENCRYPT_DECRYPT", ENCRYPTING | {"GetPublicKey"}),
        ("RSA_2048", "SIGN_VERIFY", {"Sign", "Verify", "GetPublicKey"}),
        ("HMAC_256", "GENERATE_VERIFY_MAC", {"GenerateMac", "VerifyMac"}),
        ("ECC_NIST_P256", "KEY_AGREEMENT", {"DeriveSharedSecret", "GetPublicKey"}),
        ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", {"Encapsulate", "Decapsulate", "GetPublicKey"}),
    ],
)
def test_a_grant_permits_what_its_key_can_do(
    spec: KeySpecName, usage: KeyUsage, operations: set[str]
) -> None:
    """Source: KMS Developer Guide, "Grant operations"."""
    assert operations_of(samples.key(spec, usage=usage)) == operations | EVERY


@pytest.mark.parametrize(
    "text",
    [
        "123456789012",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::123456789012:user/Ann",
        "arn:aws:iam::123456789012:role/team/app@home",
        "arn:aws:sts::123456789012:assumed-role/app/session",
        "arn:aws:sts::123456789012:federated-user/Ann",
        "dynamodb.us-east-1.amazonaws.com",
        "ec2.amazonaws.com.cn",
    ],
)
def test_who_can_be_given_something(text: str) -> None:
    assert is_principal(text, "aws")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ann",
        "*",
        "12345678901",
        "1234567890123",
        "arn:aws:iam::123456789012:group/team",
        "arn:aws:iam::123456789012:user/",
        "arn:aws:iam::12345678901:root",
        "arn:aws:sts::123456789012:assumed-role/app",
        "arn:aws-cn:iam::123456789012:root",
        "arn:aws:iam::123456789012:root ",
        "arn:aws:iam::123456789012:root\n",
        "dynamodb.example.com",
    ],
)
def test_who_cannot(text: str) -> None:
    """Nobody of another partition either, where accounts are others."""
    assert not is_principal(text, "aws")


def test_a_principal_is_of_the_keys_partition() -> None:
    assert is_principal("arn:aws-cn:iam::123456789012:root", "aws-cn")
    assert not is_principal("arn:aws:iam::123456789012:root", "aws-cn")


def test_equal_terms_are_one_text() -> None:
    """In whatever order members and operations come, and however often an operation."""
    one = samples.grant(Operations=["Encrypt", "Decrypt"], Constraints={"a": "1", "b": "2"})
    other = samples.grant(
        Constraints={"b": "2", "a": "1"}, Operations=["Decrypt", "Encrypt", "Decrypt"]
    )

    assert one.terms == other.terms


@pytest.mark.parametrize(
    "changed",
    [
        {"Operations": ["Decrypt"]},
        {"Operations": ["Encrypt", "Decrypt"]},
        {"GranteePrincipal": "arn:aws:iam::123456789012:role/other"},
        {"RetiringPrincipal": "arn:aws:iam::123456789012:root"},
        {"Constraints": {"EncryptionContextEquals": {"tenant": "42"}}},
    ],
    ids=str,
)
def test_other_terms_are_another_text(changed: dict[str, Any]) -> None:
    assert samples.grant(**changed).terms != samples.grant().terms


def test_who_may_retire_is_a_principal_or_a_service() -> None:
    role, service = "arn:aws:iam::123456789012:role/app", "ec2.amazonaws.com"

    assert samples.grant().retiring_principal is None
    assert samples.grant(RetiringPrincipal=role).retiring_principal == role
    assert samples.grant(RetiringServicePrincipal=service).retiring_principal == service


def test_a_grant_id_is_64_hex_digits() -> None:
    made = new_grant_id(SYSTEM)

    assert is_grant_id(made)
    assert made != new_grant_id(SYSTEM)
    for text in (made[1:], made + "0", made[1:] + "g", made[1:] + "A", made + "\n"):
        assert not is_grant_id(text)


def test_a_token_tells_its_grant_to_whoever_made_it() -> None:
    """Each is another one, and all of them open."""
    grant = samples.grant()

    tokens = [seal_token(TOKEN_KEY, grant, SYSTEM) for _ in range(2)]

    assert tokens[0] != tokens[1]
    for token in tokens:
        assert open_token(TOKEN_KEY, token) == (grant.key_arn, grant.id)
        assert open_token(b"o" * 32, token) is None


def test_a_token_that_was_never_given_out_tells_nothing() -> None:
    """Whichever byte of it is another, however short it is, and whatever it is instead."""
    token = seal_token(TOKEN_KEY, samples.grant(), SYSTEM)
    sealed = base64.urlsafe_b64decode(token)

    for index in range(len(sealed)):
        changed = sealed[:index] + bytes([sealed[index] ^ 1]) + sealed[index + 1 :]
        assert open_token(TOKEN_KEY, base64.urlsafe_b64encode(changed).decode()) is None
        shorter = base64.urlsafe_b64encode(sealed[:index]).decode()
        assert open_token(TOKEN_KEY, shorter) is None
    for nonsense in ("", "x", "token", "é", "====", "\0"):
        assert open_token(TOKEN_KEY, nonsense) is None

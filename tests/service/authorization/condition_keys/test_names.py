"""Names of condition keys: which row a name means, and which values a test can give it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.service.authorization.condition_keys import names


def test_old_names_of_keys_are_known(query: Any, value: Any) -> None:
    """Deprecated, and still evaluated. Source: KMS Developer Guide."""
    asked = query("kms:Encrypt")

    assert value("kms:CustomerMasterKeySpec", asked) == "SYMMETRIC_DEFAULT"
    assert value("kms:CustomerMasterKeyUsage", asked) == "ENCRYPT_DECRYPT"
    assert value("kms:RecipientAttestation:PCR8:ServiceName", asked) is None


@pytest.mark.parametrize(
    ("text", "row", "rest"),
    [
        ("kms:KeySpec", "kms:KeySpec", ""),
        ("KMS:keyspec", "kms:KeySpec", ""),
        ("kms:EncryptionContext:tenant", "kms:EncryptionContext:", "tenant"),
        ("kms:encryptioncontext:Tenant:x", "kms:EncryptionContext:", "Tenant:x"),
        ("kms:EncryptionContextKeys", "kms:EncryptionContextKeys", ""),
        ("aws:PrincipalTag/a/b", "aws:PrincipalTag/", "a/b"),
        ("kms:RecipientAttestation:PCR31", "kms:RecipientAttestation:PCR", "31"),
        ("kms:RecipientAttestation:NitroTPMPCR23", "kms:RecipientAttestation:NitroTPMPCR", "23"),
    ],
)
def test_a_name_means_its_row_in_any_case(text: str, row: str, rest: str) -> None:
    """What follows the row's own name keeps its case, which a message may show."""
    found = names.known(text)

    assert (found.row.name, found.rest, found.text) == (row, rest, text)


@pytest.mark.parametrize(
    "text",
    [
        *("kms:KeySpecs", "KeySpec", "kms:", ""),
        *("kms:EncryptionContext:", "aws:PrincipalTag/"),
        *("kms:RecipientAttestation:PCR32", "kms:RecipientAttestation:PCRx"),
        "kms:RecipientAttestation:NitroTPMPCR24",
    ],
)
def test_what_nobody_knows_is_told(text: str) -> None:
    """A condition on it would never be met, and a test of it prove nothing."""
    assert names.find(text) is None
    with pytest.raises(KmsMockError, match="does not know the condition key"):
        names.known(text)


def test_a_name_that_is_far_from_all_is_told_alone() -> None:
    """With where to look."""
    with pytest.raises(KmsMockError) as caught:
        names.known("xyzzy")

    assert str(caught.value) == (
        "pytest-kmsmock does not know the condition key 'xyzzy'. "
        "Its reference lists those that it evaluates."
    )


def test_a_name_that_is_nearly_right_is_told_with_the_right_one() -> None:
    with pytest.raises(KmsMockError, match="Did you mean 'kms:ViaService'"):
        names.known("kms:ViaServices")


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("aws:SourceVpc", "vpc-1", "vpc-1"),
        ("aws:MultiFactorAuthPresent", True, True),
        ("aws:MultiFactorAuthAge", 300, 300),
        ("aws:TokenIssueTime", dt.datetime(2030, 1, 1, tzinfo=dt.UTC), 1_893_456_000.0),
        # Of several values one may stand for a list.
        ("aws:CalledVia", "athena.amazonaws.com", ("athena.amazonaws.com",)),
        ("aws:CalledVia", ["a", "b"], ("a", "b")),
        ("aws:CalledVia", [], ()),
    ],
)
def test_what_a_test_can_say_of_a_key(name: str, given: Any, expected: Any) -> None:
    assert names.checked_value(names.known(name), given) == expected


@pytest.mark.parametrize(
    ("name", "given", "kind"),
    [
        ("aws:SourceVpc", ["vpc-1"], "one text, number, time or truth"),
        ("aws:SourceVpc", None, "one text, number, time or truth"),
        ("aws:CalledVia", ["a", 5], "a list of texts"),
        ("aws:CalledVia", None, "a list of texts"),
    ],
)
def test_what_a_test_cannot_say_of_a_key(name: str, given: Any, kind: str) -> None:
    with pytest.raises(KmsMockError, match=f"makes no sense, as {name} has {kind}"):
        names.checked_value(names.known(name), given)


def test_a_value_that_makes_no_sense_is_shown() -> None:
    """As the test has written it."""
    with pytest.raises(KmsMockError) as caught:
        names.checked_value(names.known("aws:CalledVia"), 5.0j)

    assert str(caught.value) == (
        "context={'aws:CalledVia': 5j} makes no sense, as aws:CalledVia has a list of texts."
    )

"""
Rows of condition keys: which permission has which, and what a test may say of it.

``tests/facts/operations.csv`` is the authority on the first.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from pytest_kmsmock.service.authorization.condition_keys import names

FACTS: Final = Path(__file__).parents[3] / "facts" / "operations.csv"
ROLE: Final = "arn:aws:iam::111122223333:role/service/Reader"
# What stands in the facts for many names, and one of them.
SAMPLES: Final = {
    "kms:EncryptionContext:context-key": "kms:EncryptionContext:tenant",
    "kms:RecipientAttestation:PCR<ID>": "kms:RecipientAttestation:PCR3",
    "kms:RecipientAttestation:NitroTPMPCR<ID>": "kms:RecipientAttestation:NitroTPMPCR4",
    "aws:ResourceTag/${TagKey}": "aws:ResourceTag/team",
    "aws:RequestTag/${TagKey}": "aws:RequestTag/team",
}
# Keys that the facts list by operation; the other global ones are there for all.
LISTED: Final = {
    *(row.name for row in names.CONDITION_KEYS if row.name.startswith("kms:") and not row.follows),
    *SAMPLES.values(),
    "aws:TagKeys",
} - {
    # The old names of KeySpec and KeyUsage; and what is known, but never there.
    "kms:CustomerMasterKeySpec",
    "kms:CustomerMasterKeyUsage",
    "kms:RecipientAttestation:PCR8:ServiceName",
}


def facts() -> Iterator[tuple[str, str, set[str]]]:
    """Yield each operation's own permission, what it is on, and the keys that it has."""
    with FACTS.open(encoding="utf-8") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        for row in rows:
            keys = {SAMPLES.get(key, key) for key in row["condition_keys"].split()}
            own = {"ReEncrypt": ("ReEncryptFrom", "ReEncryptTo")}
            for name in own.get(row["operation"], (row["operation"],)):
                yield f"kms:{name}", row["policy_type"], keys


FACTS_BY_PERMISSION: Final = list(facts())
GIVEN: Final = [row for row in names.CONDITION_KEYS if row.is_given]


@pytest.mark.parametrize(
    ("permission", "policy_type", "keys"),
    FACTS_BY_PERMISSION,
    ids=[p for p, _, _ in FACTS_BY_PERMISSION],
)
def test_each_permission_has_the_keys_of_the_facts(
    query: Any, value: Any, permission: str, policy_type: str, keys: set[str]
) -> None:
    """No other key is there, however full the request."""
    asked = query(permission, on_key=policy_type != "IAM policy only")

    assert {name for name in LISTED if value(name, asked) is not None} == keys


@pytest.mark.parametrize("row", GIVEN, ids=[row.name for row in GIVEN])
def test_what_comes_from_outside_is_what_a_test_says(
    query: Any, value: Any, helpers: Any, row: Any
) -> None:
    """It wins over what the mock takes it for, where the permission has the key at all."""
    name = row.name + ("x" if row.follows else "")
    given: Any = ("x",) if row.is_multivalued else "x"
    permission = "kms:CreateGrant"
    asked = query(permission, caller=helpers.who(ROLE, context={name.lower(): given}))

    assert value(name, asked) == given
    asked = attrs.evolve(asked, permission="kms:GenerateRandom", key=None)
    assert value(name, asked) == (None if name.startswith("kms:") else given)


def test_the_permission_on_an_alias_knows_the_caller_only(query: Any, value: Any) -> None:
    """Conditions on the key belong to the permission on the key."""
    asked = query("kms:CreateAlias", authority="alias", key=None)

    assert value("aws:PrincipalArn", asked) == ROLE
    assert value("aws:RequestedRegion", asked) == "us-west-2"
    for name in ("kms:CallerAccount", "kms:KeySpec", "kms:ViaService", "aws:ResourceTag/team"):
        assert value(name, asked) is None

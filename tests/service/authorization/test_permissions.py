"""Permissions: what each operation asks for. ``tests/facts/operations.csv`` is the authority."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_kmsmock.service.authorization.decision import GRANTABLE
from pytest_kmsmock.service.authorization.permissions import needs_of

FACTS: Final = Path(__file__).parents[2] / "facts" / "operations.csv"
with FACTS.open(encoding="utf-8") as _lines:
    ROWS: Final = list(csv.DictReader(line for line in _lines if not line.startswith("#")))

# Requests that need all that an operation can need.
FULL: Final[dict[str, list[dict[str, Any]]]] = {
    "CreateKey": [{"Tags": [{}], "MultiRegion": True}],
    "ReplicateKey": [{"Tags": [{}]}],
    "CreateCustomKeyStore": [
        {},
        {
            "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
            "XksProxyConnectivity": "VPC_ENDPOINT_SERVICE",
        },
    ],
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["operation"])
def test_each_operation_asks_for_the_permissions_of_the_facts(row: dict[str, str]) -> None:
    """In their order."""
    asked = [
        need.permission
        for params in FULL.get(row["operation"], [{}])
        for need in needs_of(row["operation"])
        if need.when(params)
    ]

    listed = re.findall(r"(?:^| )([a-z0-9]+:\w+)", row["iam_actions"])
    if row["operation"] == "RetireGrant":
        listed = ["kms:RetireGrant"]
    assert sorted(set(asked)) == sorted(set(listed))
    assert asked[0] == listed[0]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["operation"])
def test_what_a_key_policy_has_a_say_in(row: dict[str, str]) -> None:
    """IAM alone has it where there is no key, and on aliases."""
    targets = {need.on for need in needs_of(row["operation"])}
    on_keys = {"key", "alias target", "destination", "replica"}

    has_key = row["policy_type"] not in ("IAM policy only",) and row["operation"] != "RetireGrant"
    assert bool(targets & on_keys) is has_key
    assert ("alias" in targets) is ("alias" in row["policy_type"])


def test_what_grants_can_permit() -> None:
    """The grant operations, and nothing else."""
    listed = {f"kms:{name}" for row in ROWS for name in row["grant_operation"].split("|") if name}

    assert listed == GRANTABLE


def test_what_is_asked_for_only_when_the_request_has_it() -> None:
    """Tags, a multi-Region key, the kind of key store."""

    def asked(operation: str, **params: Any) -> list[str]:
        return [need.permission for need in needs_of(operation) if need.when(params)]

    assert asked("CreateKey", Tags=[]) == ["kms:CreateKey"]
    assert asked("CreateKey", MultiRegion=False) == ["kms:CreateKey"]
    assert asked("ReplicateKey") == ["kms:ReplicateKey", "kms:CreateKey"]
    assert asked("CreateCustomKeyStore", CustomKeyStoreType="EXTERNAL_KEY_STORE") == [
        "kms:CreateCustomKeyStore"
    ]

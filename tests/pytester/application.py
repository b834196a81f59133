"""An application that calls KMS, for the tests that `pytester` runs."""

from __future__ import annotations

import contextlib
from typing import Any

import botocore.session

SESSION = botocore.session.Session()


def client() -> Any:
    return SESSION.create_client("kms")


def make_key(alias: str) -> None:
    key_id = client().create_key()["KeyMetadata"]["KeyId"]
    client().create_alias(AliasName=alias, TargetKeyId=key_id)


def aliases() -> list[str]:
    return [alias["AliasName"] for alias in client().list_aliases()["Aliases"]]


def misuse() -> None:
    """Call an operation that the tests took away from the mock."""
    client().list_key_policies(KeyId="alias/app")


def swallow() -> None:
    with contextlib.suppress(Exception):
        misuse()

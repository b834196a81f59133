"""Aliases as time passes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pytest_kmsmock import KmsMock


def new_key(client: Any) -> str:
    key_id: str = client.create_key()["KeyMetadata"]["KeyId"]
    return key_id


def test_moved_alias_leads_to_the_new_key(client: Any, kms: KmsMock) -> None:
    """UpdateAlias moves LastUpdatedDate only; ciphertext of the old key stays readable."""
    old, new = new_key(client), new_key(client)
    client.create_alias(AliasName="alias/app", TargetKeyId=old)
    before = client.list_aliases()["Aliases"][0]
    blob = client.encrypt(KeyId="alias/app", Plaintext=b"old")["CiphertextBlob"]
    kms.clock.advance(hours=1)

    response = client.update_alias(AliasName="alias/app", TargetKeyId=new)

    assert response.keys() == {"ResponseMetadata"}
    after = client.list_aliases()["Aliases"][0]
    assert after["TargetKeyId"] == new
    assert after["CreationDate"] == before["CreationDate"]
    assert after["LastUpdatedDate"] - before["LastUpdatedDate"] >= dt.timedelta(hours=1)
    assert client.list_aliases(KeyId=old)["Aliases"] == []
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"old"

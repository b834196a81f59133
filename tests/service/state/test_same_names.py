"""The same key ID in another account or Region: keys that have nothing in common."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock

OTHER = "111111111111"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
ANN = "arn:aws:iam::123456789012:user/Ann"


@pytest.mark.parametrize(
    "where", [{"account": OTHER}, {"region": "eu-west-1"}], ids=["account", "Region"]
)
def test_same_id_elsewhere_is_another_key(
    client: Any, kms: KmsMock, where: dict[str, Any], refusal: Any
) -> None:
    """It has its own material, state, aliases, tags, grants and deletion."""
    mine = kms.create_key(key_id=UNKNOWN_ID, alias="alias/app", tags={"whose": "mine"})
    theirs = kms.create_key(key_id=UNKNOWN_ID, alias="alias/app", **where)
    owner = f"arn:aws:iam::{where.get('account', '123456789012')}:root"
    other = kms.client(where.get("region"), principal=owner)
    blob = client.encrypt(KeyId=UNKNOWN_ID, Plaintext=b"mine")["CiphertextBlob"]
    other_blob = other.encrypt(KeyId=UNKNOWN_ID, Plaintext=b"theirs")["CiphertextBlob"]
    client.create_grant(KeyId=UNKNOWN_ID, GranteePrincipal=ANN, Operations=["Encrypt"])
    client.disable_key(KeyId=UNKNOWN_ID)

    assert mine.arn != theirs.arn
    assert theirs.state == "Enabled"
    assert theirs.tags == {}
    assert other.list_grants(KeyId=UNKNOWN_ID)["Grants"] == []
    assert other.decrypt(CiphertextBlob=other_blob)["Plaintext"] == b"theirs"
    assert refusal(client.decrypt, CiphertextBlob=blob).code == "DisabledException"
    theirs.schedule_deletion(days=7)
    kms.clock.advance(days=8)
    client.enable_key(KeyId=UNKNOWN_ID)
    assert refusal(other.describe_key, KeyId=UNKNOWN_ID).code == "NotFoundException"
    assert refusal(other.describe_key, KeyId="alias/app").code == "NotFoundException"
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"mine"
    assert mine.aliases == ["alias/app"]
    assert len(client.list_grants(KeyId=UNKNOWN_ID)["Grants"]) == 1

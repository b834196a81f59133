"""Saving: what a registry has comes back whole, and nothing else comes of bytes."""

from __future__ import annotations

import os
import pickle
from typing import Any

import pytest

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.service.state import saving

CONTEXT = {"tenant": "7"}


def moved(kms: KmsMock) -> KmsMock:
    """Return another mock, not active, that has what *kms* has."""
    data = saving.to_bytes(kms._backend.registry, 60.0)
    other = mock_kms(key_pool=False)
    assert saving.from_bytes(other._backend.registry, data) == 60.0
    return other


def test_keys_of_all_kinds_come_back(kms: KmsMock, cluster: Any, hsm_key: str) -> None:
    """With aliases, tags, grants, materials, stores, and tokens that are out."""
    client = kms.client()
    key = kms.create_key(alias="alias/app", tags={"team": "red"}, multi_region=True)
    client.replicate_key(KeyId=key.id, ReplicaRegion="eu-west-1")
    key.rotate()
    grant = client.create_grant(
        KeyId=key.id, GranteePrincipal="arn:aws:iam::123456789012:role/a", Operations=["Decrypt"]
    )
    pair = kms.create_key(spec="ECC_NIST_P256")
    imported = kms.create_key(origin="EXTERNAL", material=bytes(range(32)))
    pending = kms.create_key(state="PendingDeletion")
    role = kms.principal("arn:aws:iam::123456789012:role/a")
    ciphertext = key.encrypt(b"secret", CONTEXT)
    client.encrypt(KeyId=key.id, Plaintext=b"x")
    signature = pair.sign(b"x")
    before = kms.dump()

    other = moved(kms)

    registry, own = other._backend.registry, kms._backend.registry
    assert {key.arn for each in registry.state.all_resources() for key in each.keys} == {
        key.arn for each in own.state.all_resources() for key in each.keys
    }
    assert registry.last_usages == own.last_usages
    assert registry.token_key == own.token_key
    assert registry.state.principals.identity(role.arn).unique_id == role.unique_id
    with mock_kms() as active:
        backend = active._backend
        saving.from_bytes(backend.registry, saving.to_bytes(own, 0.0))
        assert active.key("alias/app").decrypt(ciphertext, CONTEXT) == b"secret"
        assert active.key(pair.arn).verify(b"x", signature)
        assert active.key(imported.arn).state == "Enabled"
        assert active.key(pending.arn).state == "PendingDeletion"
        assert active.key(hsm_key).metadata["CustomKeyStoreId"]
        [found] = active.client().list_grants(KeyId=key.id)["Grants"]
        assert found["GrantId"] == grant["GrantId"]
        # There is one of each key spec, and of nothing two.
        assert active.key("alias/app")._value.spec is key._value.spec
        assert active.dump() == before
        # And it goes on from there.
        active.clock.advance(days=31)
        assert pending.arn not in [each.arn for each in active.keys]


class Evil:
    """What nobody may be made to do by bytes."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("echo done > evil",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        pickle.dumps(Evil()),
        pickle.dumps({"state": Evil(), "offset": 0}),
        pickle.dumps({"state": 7, "offset": 0.0}),
        pickle.dumps([1]),
    ],
    ids=["nothing", "garbage", "code", "code within", "no state", "a list"],
)
def test_bytes_of_something_else_are_refused(
    kms: KmsMock, data: bytes, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And change nothing, and do nothing."""
    monkeypatch.chdir(tmp_path)
    key = kms.create_key()

    with pytest.raises(ValueError, match=":"):
        saving.from_bytes(kms._backend.registry, data)

    assert [each.arn for each in kms.keys] == [key.arn]
    assert not list(tmp_path.iterdir())

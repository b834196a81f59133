"""Snapshots: what goes back with them, what goes on, and what they are not for."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import Key, KmsMock, KmsMockError, Snapshot, mock_kms
from pytest_kmsmock.service.api.shapes import service_model


def test_what_was_there_is_there_again(kms: KmsMock, key: Key) -> None:
    """Keys with their states, aliases, tags and materials, and grants; and no others."""
    client = kms.client()
    blob = key.encrypt(b"secret", {"tenant": "7"})
    before = kms.snapshot()

    other = kms.create_key(alias="alias/other")
    client.update_alias(AliasName="alias/app", TargetKeyId=other.id)
    client.tag_resource(KeyId=key.id, Tags=[{"TagKey": "team", "TagValue": "red"}])
    client.create_grant(
        KeyId=key.id,
        GranteePrincipal="arn:aws:iam::123456789012:role/app",
        Operations=["Decrypt"],
    )
    key.rotate()
    newer = key.encrypt(b"newer")
    key.disable()
    kms.restore(before)

    assert kms.keys == [key]
    assert key.aliases == ["alias/app"]
    assert (key.state, key.tags, key.grants, len(key.materials)) == ("Enabled", {}, [], 1)
    assert key.decrypt(blob, {"tenant": "7"}) == b"secret"
    with pytest.raises(client.exceptions.InvalidCiphertextException):
        key.decrypt(newer)


def test_a_deleted_key_comes_back(kms: KmsMock, key: Key) -> None:
    blob = key.encrypt(b"secret")
    before = kms.snapshot()

    key.delete()
    kms.restore(before)

    assert kms.key("alias/app") == key
    assert key.decrypt(blob) == b"secret"


def test_the_clock_goes_back(kms: KmsMock, key: Key) -> None:
    """And with it what time had done; it happens when the time comes again."""
    key.schedule_deletion(days=7)
    before = kms.snapshot()
    now = kms.clock.now

    kms.clock.advance(days=8)
    assert kms.keys == []
    kms.restore(before)

    assert abs(kms.clock.now - now) < dt.timedelta(minutes=1)
    assert key.state == "PendingDeletion"
    kms.clock.advance(days=8)
    assert kms.keys == []


def test_a_snapshot_can_be_restored_again_and_again(kms: KmsMock) -> None:
    empty = kms.snapshot()
    for number in range(3):
        assert kms.keys == []
        kms.create_key(alias=f"alias/{number}")
        one = kms.snapshot()
        kms.restore(empty)
        kms.restore(one)
        assert kms.key(f"alias/{number}").state == "Enabled"
        kms.restore(empty)


@pytest.mark.skipif(
    "GetKeyLastUsage" not in service_model().operation_names,
    reason="this botocore has no GetKeyLastUsage",
)
def test_the_last_usage_goes_back(kms: KmsMock, key: Key) -> None:
    client = kms.client()
    before = kms.snapshot()

    client.encrypt(KeyId=key.id, Plaintext=b"x")
    used = kms.snapshot()
    kms.restore(before)

    assert _last_usage(client, key) == {}
    kms.restore(used)
    client.decrypt(CiphertextBlob=key.encrypt(b"x"))
    assert _last_usage(client, key)["Operation"] == "Decrypt"
    kms.restore(used)
    assert _last_usage(client, key)["Operation"] == "Encrypt"


def _last_usage(client: Any, key: Key) -> Any:
    return client.get_key_last_usage(KeyId=key.id)["KeyLastUsage"]


def test_the_record_goes_on(kms: KmsMock, key: Key) -> None:
    client = kms.client()
    client.list_keys()
    before = kms.snapshot()
    client.encrypt(KeyId=key.id, Plaintext=b"x")

    kms.restore(before)
    client.list_aliases()

    assert kms.calls == ["ListKeys", "Encrypt", "ListAliases"]


def test_scheduled_faults_and_settings_stay(kms: KmsMock, key: Key) -> None:
    before = kms.snapshot()
    kms.fail("Encrypt", "DisabledException")
    kms.quotas.aliases_per_key = 7
    kms.transition_seconds = 5

    kms.restore(before)

    client = kms.client()
    with pytest.raises(client.exceptions.DisabledException):
        client.encrypt(KeyId=key.id, Plaintext=b"x")
    assert (kms.quotas.aliases_per_key, kms.transition_seconds) == (7, 5)


def test_principals_go_back(kms: KmsMock, key: Key) -> None:
    """Also that policies are enforced, if it was a principal that has switched that on."""
    before = kms.snapshot()
    kms.principal("arn:aws:iam::123456789012:role/app", policies=[])
    declared = kms.snapshot()
    client = kms.client(principal="arn:aws:iam::123456789012:role/app")
    with pytest.raises(ClientError, match="AccessDenied"):
        client.encrypt(KeyId=key.id, Plaintext=b"x")

    kms.restore(before)

    assert kms.enforce_policies is False
    client.encrypt(KeyId=key.id, Plaintext=b"x")
    kms.restore(declared)
    assert kms.enforce_policies is True
    with pytest.raises(ClientError, match="AccessDenied"):
        client.encrypt(KeyId=key.id, Plaintext=b"x")


def test_what_surrounds_kms_goes_back(kms: KmsMock) -> None:
    proxy = kms.xks_proxy(["external"])
    before = kms.snapshot()

    proxy.reachable = False
    kms.restore(before)

    assert proxy.reachable


def test_nothing_random_is_drawn_again(kms: KmsMock) -> None:
    """Else two keys of one test would have one ID, and two ciphertexts one nonce."""
    before = kms.snapshot()
    first = kms.create_key()
    request_id = kms.client().list_keys()["ResponseMetadata"]["RequestId"]

    kms.restore(before)

    assert kms.create_key() != first
    assert kms.client().list_keys()["ResponseMetadata"]["RequestId"] != request_id


def test_a_handle_of_what_is_not_there_any_more_says_so(kms: KmsMock) -> None:
    before = kms.snapshot()
    key = kms.create_key()

    kms.restore(before)

    with pytest.raises(ClientError, match="does not exist"):
        key.disable()


def test_a_fork_leaves_the_outer_one_alone(kms: KmsMock, key: Key) -> None:
    inner = KmsMock(outer=kms._backend)
    with inner:
        before = inner.snapshot()
        key.disable()
        inner.restore(before)
        assert key.state == "Enabled"
        key.delete()

    assert kms.keys == [key]


def test_a_snapshot_is_of_one_mock(kms: KmsMock) -> None:
    with mock_kms() as other, pytest.raises(KmsMockError, match="of another mock"):
        kms.restore(other.snapshot())


def test_what_is_no_snapshot_is_told(kms: KmsMock) -> None:
    with pytest.raises(KmsMockError, match=r"takes what kms\.snapshot\(\) returned"):
        kms.restore(kms.keys)  # type: ignore[arg-type]
    with pytest.raises(KmsMockError, match=r"takes what kms\.snapshot\(\) returned"):
        kms.restore(None)  # type: ignore[arg-type]


def test_a_mock_that_is_not_active_has_none() -> None:
    mock = mock_kms()
    with pytest.raises(KmsMockError, match="not active"):
        mock.snapshot()
    with mock as kms:
        before = kms.snapshot()
    with pytest.raises(KmsMockError, match="not active"):
        kms.restore(before)


def test_a_snapshot_shows_no_secrets(kms: KmsMock) -> None:
    kms.create_key(material=b"0123456789abcdef" * 2)
    before = kms.snapshot()

    assert repr(before) == f"<Snapshot of KMS at {before.taken:%Y-%m-%d %H:%M:%S}: 1 keys>"
    assert copy.deepcopy(before) is before
    assert isinstance(before, Snapshot)

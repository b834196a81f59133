"""Ciphertexts of real AWS, which a test says the plaintext of."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import Key, KmsMock, KmsMockError

# Of the outline that those of AWS have, and of no mock's making.
BLOB = base64.b64decode(
    "AQICAHhPDNJNfDkV24DuHTIXBBCYQEVKgzTLVRCmvOb3xbZbCQHsOJ8WDNPhKJ8kqvHuNEyTAAAAaDBmBgkqhkiG9w0B"
    "BwagWTBXAgEAMFIGCSqGSIb3DQEHATAeBglghkgBZQMEAS4wEQQMl7lXhuUvnKWFVZkqAgEQgCUA2Zgq7TWhqBoG2E5y"
    "D3zYF1nT8Q1cUpGBjg8ZqzNbWvm9LkVb"
)
CONTEXT = {"tenant": "7"}


def decrypt(client: Any, blob: bytes = BLOB, **params: Any) -> Any:
    return client.decrypt(CiphertextBlob=blob, **{"EncryptionContext": CONTEXT} | params)


def code_of(call: Callable[[], Any]) -> str:
    """Return the code of the error that *call* raises."""
    with pytest.raises(ClientError) as caught:
        call()
    code: str = caught.value.response["Error"]["Code"]
    return code


def test_it_opens_under_its_key_and_context(kms: KmsMock, key: Key, client: Any) -> None:
    """As a ciphertext of the mock's own does, with or without a key ID."""
    kms.adopt(BLOB, b"secret", key="alias/app", context=CONTEXT)

    opened = decrypt(client)

    assert (opened["Plaintext"], opened["KeyId"]) == (b"secret", key.arn)
    assert opened["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert opened.get("KeyMaterialId", key.materials[0].id) == key.materials[0].id
    assert decrypt(client, KeyId="alias/app")["Plaintext"] == b"secret"
    assert key.decrypt(BLOB, CONTEXT) == b"secret"
    kms.calls.assert_called("Decrypt", times=2, key=key)


def test_it_opens_with_no_other_context(kms: KmsMock, key: Key, client: Any) -> None:
    kms.adopt(BLOB, b"secret", key=key, context=CONTEXT)

    contexts: list[dict[str, str]] = [{}, {"tenant": "8"}, {**CONTEXT, "more": "1"}]
    for context in contexts:
        with pytest.raises(client.exceptions.InvalidCiphertextException):
            decrypt(client, EncryptionContext=context)


def test_without_a_context_it_opens_without_one(kms: KmsMock, key: Key, client: Any) -> None:
    kms.adopt(BLOB, "secret", key=key)

    assert client.decrypt(CiphertextBlob=BLOB)["Plaintext"] == b"secret"
    assert code_of(lambda: decrypt(client)) == "InvalidCiphertextException"


def test_it_opens_under_no_other_key(kms: KmsMock, key: Key, client: Any) -> None:
    other = kms.create_key()
    kms.adopt(BLOB, b"secret", key=key, context=CONTEXT)

    assert code_of(lambda: decrypt(client, KeyId=other.id)) == "IncorrectKeyException"
    with pytest.raises(ClientError):
        decrypt(kms.client("eu-west-1"))


def test_it_opens_under_no_key_that_has_the_same_id_elsewhere(
    kms: KmsMock, key: Key, client: Any
) -> None:
    kms.adopt(BLOB, b"secret", key=key, context=CONTEXT)
    kms.create_key(key_id=key.id, region="eu-west-1")

    assert code_of(lambda: decrypt(kms.client("eu-west-1"))) == "InvalidCiphertextException"


def test_not_a_byte_may_differ(kms: KmsMock, key: Key, client: Any) -> None:
    kms.adopt(BLOB, b"secret", key=key, context=CONTEXT)

    for changed in (BLOB[:-1], BLOB + b"\0", BLOB[:-1] + b"\0", b"\2" + BLOB[1:]):
        with pytest.raises(client.exceptions.InvalidCiphertextException):
            decrypt(client, changed)


def test_what_nobody_has_adopted_stays_closed(kms: KmsMock, key: Key, client: Any) -> None:
    kms.adopt(b"another", b"secret", key=key)

    assert code_of(lambda: decrypt(client)) == "InvalidCiphertextException"


def test_it_obeys_the_keys_state(kms: KmsMock, key: Key, client: Any) -> None:
    kms.adopt(BLOB, b"secret", key=key, context=CONTEXT)

    key.disable()
    assert code_of(lambda: decrypt(client)) == "DisabledException"
    key.schedule_deletion()
    assert code_of(lambda: decrypt(client)) == "KMSInvalidStateException"


def test_with_its_key_it_is_gone_for_good(kms: KmsMock, key: Key, client: Any) -> None:
    """A key that is made with the same ID is another."""
    kms.adopt(BLOB, b"secret", key=key, context=CONTEXT)
    kms.adopt(b"of another key", b"secret", key=(other := kms.create_key()))

    key.delete()
    kms.create_key(key_id=key.id)

    assert code_of(lambda: decrypt(client)) == "InvalidCiphertextException"
    assert other.decrypt(b"of another key") == b"secret"


def test_it_can_be_encrypted_anew(kms: KmsMock, key: Key, client: Any) -> None:
    """To another key of the mock, whose ciphertext it is then."""
    kms.adopt(BLOB, b"secret", key=key, context=CONTEXT)
    other = kms.create_key()

    moved = client.re_encrypt(
        CiphertextBlob=BLOB, SourceEncryptionContext=CONTEXT, DestinationKeyId=other.id
    )

    assert moved["SourceKeyId"] == key.arn
    assert other.decrypt(moved["CiphertextBlob"]) == b"secret"


def test_it_opens_after_a_rotation(kms: KmsMock, key: Key, client: Any) -> None:
    kms.adopt(BLOB, b"secret", key=key, context=CONTEXT)
    first = key.materials[0].id

    key.rotate()

    opened = decrypt(client)
    assert opened["Plaintext"] == b"secret"
    assert opened.get("KeyMaterialId", first) == first


def test_it_opens_in_all_regions_of_a_multi_region_key(kms: KmsMock, client: Any) -> None:
    """As long as one of the related keys is there."""
    key = kms.create_key(multi_region=True)
    client.replicate_key(KeyId=key.id, ReplicaRegion="eu-west-1")
    kms.adopt(BLOB, b"secret", key=key, context=CONTEXT)

    assert decrypt(kms.client("eu-west-1"))["Plaintext"] == b"secret"
    key.delete()
    assert decrypt(kms.client("eu-west-1"))["Plaintext"] == b"secret"


def test_a_fork_and_a_snapshot_have_it(kms: KmsMock, key: Key) -> None:
    before = kms.snapshot()
    kms.adopt(BLOB, b"secret", key=key, context=CONTEXT)

    with KmsMock(outer=kms._backend):
        assert key.decrypt(BLOB, CONTEXT) == b"secret"
    kms.restore(before)
    with pytest.raises(ClientError):
        key.decrypt(BLOB, CONTEXT)


def test_the_same_once_more_is_no_mistake(kms: KmsMock, key: Key) -> None:
    for _ in range(2):
        kms.adopt(BLOB, b"secret", key=key, context=CONTEXT)

    others: list[dict[str, Any]] = [
        {"plaintext": b"other"},
        {"context": {}},
        {"key": kms.create_key()},
    ]
    for changes in others:
        given: dict[str, Any] = {"plaintext": b"secret", "key": key, "context": CONTEXT} | changes
        with pytest.raises(KmsMockError, match=re.escape(key.arn)):
            kms.adopt(BLOB, **given)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ciphertext": "AQICAHh"}, "base64.b64decode"),
        ({"ciphertext": b""}, "has 0 bytes"),
        ({"ciphertext": bytes(6145)}, "has 6145 bytes"),
        ({"plaintext": 5}, "plaintext cannot be of type int"),
        ({"plaintext": b""}, "has 0 bytes"),
        ({"plaintext": bytes(4097)}, "has 4097 bytes"),
        ({"key": "alias/none"}, "no key 'alias/none'"),
        ({"key": "alias/rsa"}, "no symmetric key"),
        ({"key": "alias/empty"}, "awaits its key material"),
        ({"context": "tenant"}, "is no mapping"),
        ({"context": {"tenant": 7}}, "is no text"),
    ],
)
def test_what_makes_no_sense_is_told(
    kms: KmsMock, key: Key, changes: dict[str, Any], says: str
) -> None:
    kms.create_key(alias="alias/rsa", spec="RSA_2048")
    kms.create_key(alias="alias/empty", origin="EXTERNAL")
    given: dict[str, Any] = {"ciphertext": BLOB, "plaintext": b"hunter2", "key": key} | changes

    with pytest.raises(KmsMockError) as caught:
        kms.adopt(given.pop("ciphertext"), given.pop("plaintext"), **given)

    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_what_a_mock_has_made_is_not_adopted(kms: KmsMock, key: Key) -> None:
    """It opens where its key is, and would open under two."""
    with pytest.raises(KmsMockError, match="key_id and material"):
        kms.adopt(key.encrypt(b"secret"), b"other", key=key)


def test_a_mock_that_is_not_active_adopts_nothing() -> None:
    with pytest.raises(KmsMockError, match="not active"):
        KmsMock().adopt(BLOB, b"secret", key="alias/app")

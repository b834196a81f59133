"""`Key`: what a test holds of a key."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from calling import client

from pytest_kmsmock import Key, KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.handles.keys import InitialState
from pytest_kmsmock.service.values.specs import KeySpecName

KEY_ID = "01234567-89ab-4def-8123-456789abcdef"


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> str:
    code: str = caught.value.response["Error"]["Code"]
    return code


def test_a_handle_tells_what_the_key_is(kms: KmsMock) -> None:
    key = kms.create_key(alias="alias/app", tags={"team": "billing"})
    client().create_alias(AliasName="alias/second", TargetKeyId=key.id)

    assert key.arn.endswith(f":key/{key.id}")
    assert (key.spec, key.usage, key.state) == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "Enabled")
    assert key.aliases == ["alias/app", "alias/second"]
    assert key.tags == {"team": "billing"}
    assert key.metadata == client().describe_key(KeyId=key.id)["KeyMetadata"]
    (statement,) = key.policy["Statement"]
    assert statement["Action"] == "kms:*"


def test_a_handle_shows_the_present(kms: KmsMock) -> None:
    """It remembers nothing but the ARN."""
    key = kms.create_key()

    client().disable_key(KeyId=key.id)
    client().tag_resource(KeyId=key.id, Tags=[{"TagKey": "a", "TagValue": "b"}])
    client().create_alias(AliasName="alias/late", TargetKeyId=key.id)

    assert (key.state, key.tags, key.aliases) == ("Disabled", {"a": "b"}, ["alias/late"])


def test_what_a_handle_gives_away_is_a_copy(kms: KmsMock) -> None:
    key = kms.create_key(alias="alias/app", tags={"team": "billing"})

    key.tags.clear()
    key.aliases.clear()
    key.policy.clear()
    key.metadata.clear()

    assert key.tags
    assert key.aliases
    assert key.policy["Statement"]
    assert key.metadata["KeyId"] == key.id


def test_handles_of_one_key_are_equal(kms: KmsMock) -> None:
    key, other = kms.create_key(alias="alias/app"), kms.create_key()

    assert key == kms.key("alias/app")
    assert key != other
    assert key != "text"
    with pytest.raises(KmsMockError, match="compare its arn, id or aliases"):
        assert key != key.arn
    assert len({key, kms.key(key.id), other}) == 2
    assert repr(key) == f"<Key {key.arn}>"


def test_a_handle_goes_through_the_states_of_a_key(kms: KmsMock) -> None:
    key = kms.create_key()
    states = []

    key.disable()
    states.append(key.state)
    key.enable()
    states.append(key.state)
    due = key.schedule_deletion(days=7)
    states.append(key.state)
    key.cancel_deletion()
    states.append(key.state)

    assert states == ["Disabled", "Enabled", "PendingDeletion", "Disabled"]
    assert due is not None
    assert abs(due - kms.clock.now - dt.timedelta(days=7)) < dt.timedelta(seconds=5)


def test_a_deletion_is_due_in_thirty_days_as_in_aws(kms: KmsMock) -> None:
    due = kms.create_key().schedule_deletion()

    assert due is not None
    assert abs(due - kms.clock.now - dt.timedelta(days=30)) < dt.timedelta(seconds=5)


def test_a_handle_deletes_at_once(kms: KmsMock) -> None:
    """What nobody can do in AWS; the key and its aliases are gone."""
    key = kms.create_key(alias="alias/app")
    blob = key.encrypt(b"x")

    key.delete()

    assert kms.keys == []
    assert client().list_aliases()["Aliases"] == []
    with pytest.raises(ClientError):
        client().decrypt(CiphertextBlob=blob)


@pytest.mark.parametrize(
    "act",
    [
        lambda key: key.state,
        lambda key: key.spec,
        lambda key: key.tags,
        lambda key: key.aliases,
        lambda key: key.policy,
        lambda key: key.metadata,
        lambda key: key.enable(),
        lambda key: key.disable(),
        lambda key: key.schedule_deletion(),
        lambda key: key.cancel_deletion(),
        lambda key: key.delete(),
        lambda key: key.encrypt(b"x"),
        lambda key: key.decrypt(b"x" * 200),
    ],
)
def test_a_handle_of_a_key_that_is_gone_says_what_aws_says(
    kms: KmsMock, act: Callable[[Key], Any]
) -> None:
    key = kms.create_key()
    key.delete()

    with pytest.raises(kms.client().exceptions.NotFoundException, match=key.arn):
        act(key)


def test_a_handle_encrypts_and_decrypts(kms: KmsMock) -> None:
    """It and the application open what the other one sealed."""
    key = kms.create_key()
    context = {"tenant": "42"}

    theirs = client().encrypt(KeyId=key.id, Plaintext=b"theirs", EncryptionContext=context)
    ours = key.encrypt("ours", context)

    assert key.decrypt(theirs["CiphertextBlob"], context=context) == b"theirs"
    opened = client().decrypt(CiphertextBlob=ours, EncryptionContext=context)
    assert opened["Plaintext"] == b"ours"


def test_a_handle_refuses_another_context(kms: KmsMock) -> None:
    key = kms.create_key()
    blob = key.encrypt(b"x", {"tenant": "42"})

    with pytest.raises(ClientError) as caught:
        key.decrypt(blob, {"tenant": "7"})

    assert code_of(caught) == "InvalidCiphertextException"


def test_a_handle_refuses_what_another_key_sealed(kms: KmsMock) -> None:
    blob = kms.create_key().encrypt(b"x")

    with pytest.raises(ClientError) as caught:
        kms.create_key().decrypt(blob)

    assert code_of(caught) == "IncorrectKeyException"


@pytest.mark.parametrize(
    ("state", "act", "code"),
    [
        ("Disabled", lambda key: key.encrypt(b"x"), "DisabledException"),
        ("Disabled", lambda key: key.cancel_deletion(), "KMSInvalidStateException"),
        ("PendingDeletion", lambda key: key.encrypt(b"x"), "KMSInvalidStateException"),
        ("PendingDeletion", lambda key: key.enable(), "KMSInvalidStateException"),
        ("PendingDeletion", lambda key: key.disable(), "KMSInvalidStateException"),
        ("PendingDeletion", lambda key: key.schedule_deletion(), "KMSInvalidStateException"),
        ("Enabled", lambda key: key.schedule_deletion(days=6), "ValidationException"),
        ("Enabled", lambda key: key.schedule_deletion(days=31), "ValidationException"),
        ("Enabled", lambda key: key.encrypt(b""), "ValidationException"),
        ("Enabled", lambda key: key.encrypt(b"x" * 4097), "ValidationException"),
    ],
)
def test_a_handle_obeys_the_state_of_its_key(
    kms: KmsMock, state: InitialState, act: Callable[[Key], Any], code: str
) -> None:
    """With AWS's own exception; the key stays as it is."""
    key = kms.create_key(state=state)

    with pytest.raises(ClientError) as caught:
        act(key)

    assert code_of(caught) == code
    assert key.state == state


def test_a_handles_errors_are_those_of_the_mocks_client(kms: KmsMock) -> None:
    key = kms.create_key(state="Disabled")

    with pytest.raises(kms.client().exceptions.DisabledException, match=key.arn):
        key.encrypt(b"x")


def test_a_handles_errors_are_those_of_the_applications_client(kms: KmsMock) -> None:
    """A test names an exception by the client that it has."""
    key = kms.create_key(state="Disabled")

    with pytest.raises(client().exceptions.DisabledException, match=key.arn):
        key.encrypt(b"x")


def test_a_handle_of_another_mock_is_no_key_of_this_one(kms: KmsMock) -> None:
    """Neither to find it, nor in a question about calls, nor for a fault."""
    with mock_kms() as other:
        key = other.create_key()
    message = f"there is no key '{key.arn}'"

    for ask in (
        lambda: kms.key(key),
        lambda: kms.calls(key=key),
        lambda: kms.calls.assert_not_called("Decrypt", key=key),
        lambda: kms.fail("Decrypt", "DisabledException", key=key),
    ):
        with pytest.raises(KmsMockError, match=re.escape(message)):
            ask()


def test_a_handle_of_an_equal_key_is_a_key_of_this_mock(kms: KmsMock) -> None:
    """Handles are equal by ARN: it is this mock's key that is meant."""
    with mock_kms() as other:
        foreign = other.create_key(key_id=KEY_ID)
    own = kms.create_key(key_id=KEY_ID)
    own.disable()

    found = kms.key(foreign)

    assert found == foreign
    assert found.state == "Disabled"
    assert not kms.calls(key=foreign)


def test_calls_are_asked_for_keys_that_are_gone_meanwhile(kms: KmsMock) -> None:
    """The mock that gave a handle knows it, also when the key has been deleted."""
    key = kms.create_key()
    kms.client().encrypt(KeyId=key.id, Plaintext=b"x")
    key.delete()

    kms.calls.assert_called_once("Encrypt", key=key)
    kms.calls.assert_not_called("Decrypt", key=key)


def test_a_handle_of_another_account_and_region_works(kms: KmsMock) -> None:
    key = kms.create_key(account="111111111111", region="eu-west-1", alias="alias/app")

    key.disable()
    key.enable()

    assert key.decrypt(key.encrypt(b"x")) == b"x"
    assert key.aliases == ["alias/app"]
    assert key.metadata["AWSAccountId"] == "111111111111"


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256"])
def test_a_key_signs_by_the_first_of_its_algorithms(kms: KmsMock, spec: KeySpecName) -> None:
    """Unless the test names another."""
    key = kms.create_key(spec=spec, usage="SIGN_VERIFY")
    first, *others = key.metadata["SigningAlgorithms"]

    signature = key.sign(b"message")

    assert key.verify(b"message", signature, first)
    assert key.verify(b"message", signature)
    assert not any(key.verify(b"message", signature, other) for other in others)

"""Keys that a test makes: `kms.create_key`, `kms.keys`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from calling import client

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.handles.keys import InitialState

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"


# create_key.


@pytest.mark.usefixtures("newest_model")
def test_a_key_is_what_aws_makes_by_default(kms: KmsMock) -> None:
    key = kms.create_key()

    theirs = client().create_key()["KeyMetadata"]
    ours = dict(key.metadata)
    for changing in ("KeyId", "Arn", "CreationDate", "CurrentKeyMaterialId"):
        assert theirs.pop(changing)
        assert ours.pop(changing)
    assert ours == theirs
    assert ours["AWSAccountId"] == "123456789012"
    assert key.arn == f"arn:aws:kms:us-east-1:123456789012:key/{key.id}"


def test_a_key_can_be_all_that_aws_offers(kms: KmsMock) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
        ],
    }

    key = kms.create_key(
        alias="alias/app",
        spec="SYMMETRIC_DEFAULT",
        usage="ENCRYPT_DECRYPT",
        origin="AWS_KMS",
        state="Disabled",
        policy=policy,
        tags={"team": "billing", "empty": ""},
        description="for bills",
        multi_region=False,
        region="eu-west-1",
        account="111111111111",
        key_id=KEY_ID,
        material=b"m" * 32,
    )

    assert key.arn == f"arn:aws:kms:eu-west-1:111111111111:key/{KEY_ID}"
    assert (key.state, key.aliases) == ("Disabled", ["alias/app"])
    assert key.policy == policy
    assert key.tags == {"team": "billing", "empty": ""}
    assert key.metadata["Description"] == "for bills"
    assert not kms.calls


def test_a_policy_can_be_text(kms: KmsMock) -> None:
    text = json.dumps(kms.create_key().policy)

    assert kms.create_key(policy=text).policy == json.loads(text)


@pytest.mark.parametrize("state", ["Enabled", "Disabled", "PendingDeletion"])
def test_a_key_starts_in_any_state(kms: KmsMock, state: InitialState) -> None:
    kms.create_key(alias="alias/app", state=state)

    assert client().describe_key(KeyId="alias/app")["KeyMetadata"]["KeyState"] == state


def test_given_material_decrypts_what_another_mock_encrypted() -> None:
    """Key ID and material are all that a ciphertext depends on."""
    with mock_kms() as kms:
        blob = kms.create_key(key_id=KEY_ID, material=b"m" * 32).encrypt(b"kept")
    with mock_kms() as kms:
        kms.create_key(key_id=KEY_ID, material=b"m" * 32)

        assert client().decrypt(CiphertextBlob=blob)["Plaintext"] == b"kept"


@pytest.mark.parametrize(
    ("argument", "says"),
    [
        ({"alias": "app"}, "write 'alias/app'"),
        ({"alias": 5}, "alias=5"),
        ({"alias": ""}, "alias=''"),
        ({"alias": "alias/"}, "alias='alias/'"),
        ({"alias": "alias/not a name"}, "alias='alias/not a name'"),
        ({"alias": "alias/aws/app"}, "alias='alias/aws/app'"),
        ({"alias": "alias/" + "x" * 251}, "250"),
        ({"spec": "SYMETRIC_DEFAULT"}, "Did you mean 'SYMMETRIC_DEFAULT'"),
        ({"spec": None}, "spec=None"),
        ({"spec": []}, r"spec=\[\]"),
        ({"usage": "ENCRYPT"}, "usage='ENCRYPT'"),
        ({"state": "enabled"}, "Did you mean 'Enabled'"),
        ({"region": "moon"}, "region='moon'"),
        ({"region": ""}, "region=''"),
        ({"account": "123"}, "12 digits"),
        ({"account": 123456789012}, "12 digits"),
        ({"key_id": "mine"}, "UUID"),
        ({"key_id": 5}, "key_id=5"),
        ({"key_id": "mrk-1234abcd12ab34cd56ef1234567890ab"}, "key_id"),
        ({"material": b"short"}, "32"),
        ({"material": "m" * 32}, "bytes"),
        ({"material": 5}, "bytes"),
        ({"tags": ["team"]}, "tags"),
    ],
    ids=str,
)
def test_an_argument_that_makes_no_sense_is_the_authors_error(
    kms: KmsMock, argument: dict[str, Any], says: str
) -> None:
    """It names the argument, and nothing is made."""
    with pytest.raises(KmsMockError, match=says):
        kms.create_key(**argument)

    assert kms.keys == []
    assert not kms.calls


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        ({"policy": "{"}, "MalformedPolicyDocumentException"),
        ({"tags": {"aws:reserved": "x"}}, "TagException"),
        ({"description": "x" * 8193}, "ValidationException"),
    ],
    ids=str,
)
def test_what_aws_would_refuse_is_refused_in_its_words(
    kms: KmsMock, argument: dict[str, Any], code: str
) -> None:
    """A key whose alias was refused is not left behind."""
    with pytest.raises(ClientError) as caught:
        kms.create_key(**argument)

    assert caught.value.response["Error"]["Code"] == code
    assert kms.keys == []


def test_an_alias_is_taken_once(kms: KmsMock) -> None:
    kms.create_key(alias="alias/app")
    made = kms._backend.registry.made.copy()

    with pytest.raises(kms.client().exceptions.AlreadyExistsException):
        kms.create_key(alias="alias/app")

    assert len(kms.keys) == 1
    assert kms._backend.registry.made == made
    assert kms.create_key(alias="alias/app", region="eu-west-1").aliases == ["alias/app"]


def test_a_key_id_is_taken_once(kms: KmsMock) -> None:
    kms.create_key(key_id=KEY_ID)

    with pytest.raises(KmsMockError, match=KEY_ID):
        kms.create_key(key_id=KEY_ID)
    assert len(kms.keys) == 1

"""
Keys in custom key stores, state by state; Unavailable is theirs alone.

``tests/facts/key_states.csv`` is the authority.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock, XksProxy
from pytest_kmsmock.service.operations.table import OPERATIONS

pytestmark = pytest.mark.usefixtures("newest_model")

FACTS: Final = Path(__file__).parents[3] / "facts" / "key_states.csv"
TABLE: Final[Mapping[str, Mapping[str, str]]] = {
    row["operation"]: row
    for row in csv.DictReader(
        line for line in FACTS.read_text().splitlines() if not line.startswith("#")
    )
}
UNSUPPORTED: Final = "UnsupportedOperationException"
IMPORT: Final = {
    "ImportToken": b"none",
    "EncryptedKeyMaterial": b"none",
    "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
}
# What each operation is asked, besides the key.
MEMBERS: Final[Mapping[str, dict[str, Any]]] = {
    "CancelKeyDeletion": {},
    "CreateAlias": {"AliasName": "alias/new"},
    "CreateGrant": {
        "GranteePrincipal": "arn:aws:iam::123456789012:role/app",
        "Operations": ["Decrypt"],
    },
    "Decrypt": {},
    "DeleteAlias": {"AliasName": "alias/app"},
    "DeleteImportedKeyMaterial": {},
    "DescribeKey": {},
    "DisableKey": {},
    "DisableKeyRotation": {},
    "EnableKey": {},
    "EnableKeyRotation": {},
    "Encrypt": {"Plaintext": b"plaintext"},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyPair": {"KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyPairWithoutPlaintext": {"KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
    "GetKeyLastUsage": {},
    "GetKeyPolicy": {},
    "GetKeyRotationStatus": {},
    "GetParametersForImport": {
        "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "WrappingKeySpec": "RSA_2048",
    },
    "ImportKeyMaterial": IMPORT,
    "ListAliases": {},
    "ListGrants": {},
    "ListKeyPolicies": {},
    "ListKeyRotations": {},
    "ListResourceTags": {},
    "PutKeyPolicy": {},
    "ReEncrypt": {},
    "RotateKeyOnDemand": {},
    "ScheduleKeyDeletion": {},
    "TagResource": {"Tags": [{"TagKey": "team", "TagValue": "blue"}]},
    "UntagResource": {"TagKeys": ["team"]},
    "UpdateAlias": {"AliasName": "alias/moved"},
    "UpdateKeyDescription": {"Description": "new"},
}
WORDS: Final = {
    "Disabled": "is disabled.",
    "PendingDeletion": "is pending deletion.",
    "Unavailable": "is unavailable.",
}


def expected(operation: str, state: str, arn: str, origin: str) -> tuple[str, str]:
    """Return ``ok`` and nothing, or the code and the text that the cell asks for."""
    cell = TABLE[operation][state]
    of_origin = (UNSUPPORTED, f"{arn} origin is {origin} which is not valid for this operation.")
    if operation == "UpdateAlias" and state == "PendingDeletion":
        cell = "KMSInvalidStateException"  # as the new target
    if operation in ("DeleteImportedKeyMaterial", "EnableKeyRotation", "ListKeyRotations"):
        return of_origin
    if operation == "DisableKeyRotation" or cell.endswith(f"else {UNSUPPORTED}"):
        return of_origin
    if state == "Enabled" and operation.startswith(("RotateKey", "GenerateDataKeyPair")):
        return of_origin
    if cell.startswith("ok"):
        return "ok", ""
    if cell == UNSUPPORTED:
        return of_origin
    reason = "is not pending deletion." if operation == "CancelKeyDeletion" else WORDS[state]
    return cell.split()[0], f"{arn} {reason}"


def outcome(client: Any, operation: str, params: dict[str, Any]) -> tuple[str, str]:
    """Return ``ok`` and nothing, or the code and the text of the refusal."""
    try:
        getattr(client, xform_name(operation))(**params)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return "ok", ""


def request(client: Any, operation: str, arn: str) -> dict[str, Any]:
    """Return a request that concerns the key *arn*, good while it is enabled."""
    members = MEMBERS[operation]
    match operation:
        case "CreateAlias":
            return {"TargetKeyId": arn, **members}
        case "UpdateAlias":
            other = client.create_key()["KeyMetadata"]["KeyId"]
            client.create_alias(AliasName="alias/moved", TargetKeyId=other)
            return {"TargetKeyId": arn, **members}
        case "DeleteAlias":
            client.create_alias(AliasName="alias/app", TargetKeyId=arn)
            return members
        case "Decrypt":
            blob = client.encrypt(KeyId=arn, Plaintext=b"plaintext")["CiphertextBlob"]
            return {"CiphertextBlob": blob}
        case "ReEncrypt":
            blob = client.encrypt(KeyId=arn, Plaintext=b"plaintext")["CiphertextBlob"]
            other = client.create_key()["KeyMetadata"]["KeyId"]
            return {"CiphertextBlob": blob, "DestinationKeyId": other}
        case "PutKeyPolicy":
            return {"KeyId": arn, "Policy": client.get_key_policy(KeyId=arn)["Policy"]}
    return {"KeyId": arn, **members}


def bring_into(client: Any, state: str, arn: str, store_id: str) -> None:
    match state:
        case "Disabled":
            client.disable_key(KeyId=arn)
        case "PendingDeletion":
            client.schedule_key_deletion(KeyId=arn)
        case "Unavailable":
            client.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    assert client.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == state


@pytest.fixture(params=["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"])
def origin(request: pytest.FixtureRequest) -> str:
    """The origin of the key."""
    found: str = request.param
    return found


@pytest.fixture
def store_id(request: pytest.FixtureRequest, origin: str) -> str:
    """The ID of its store."""
    name = "hsm_store" if origin == "AWS_CLOUDHSM" else "xks_store"
    found: str = request.getfixturevalue(name)
    return found


@pytest.fixture
def arn(request: pytest.FixtureRequest, origin: str) -> str:
    """The ARN of a key of that origin, its store connected."""
    found: str = request.getfixturevalue("hsm_key" if origin == "AWS_CLOUDHSM" else "xks_key")
    return found


def state_of(client: Any, arn: str) -> str:
    state: str = client.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]
    return state


@pytest.mark.parametrize("state", ["Enabled", "Disabled", "PendingDeletion", "Unavailable"])
@pytest.mark.parametrize("operation", sorted(MEMBERS))
def test_key_admits_what_the_table_says(
    client: Any, arn: str, origin: str, store_id: str, operation: str, state: str
) -> None:
    """Source: KMS Developer Guide, "Key states of AWS KMS keys", key state table."""
    params = request(client, operation, arn)
    bring_into(client, state, arn, store_id)

    assert outcome(client, operation, params) == expected(operation, state, arn, origin)


def test_every_operation_that_a_stored_key_can_have_is_asked() -> None:
    """The others are of key pairs, MACs and multi-Region keys, or need a grant."""
    others = {name for name in OPERATIONS.keys() & TABLE.keys() if name not in MEMBERS}

    assert others <= {
        *("Decapsulate", "DeriveSharedSecret", "Encapsulate", "GenerateMac", "GetPublicKey"),
        *("ReplicateKey", "RetireGrant", "RevokeGrant", "Sign", "UpdatePrimaryRegion"),
        *("Verify", "VerifyMac"),
    }


def test_unavailable_key_is_not_enabled(client: Any, arn: str, store_id: str) -> None:
    """The metadata's Enabled is false."""
    client.disconnect_custom_key_store(CustomKeyStoreId=store_id)

    metadata = client.describe_key(KeyId=arn)["KeyMetadata"]
    assert metadata["KeyState"] == "Unavailable"
    assert metadata["Enabled"] is False


@pytest.mark.parametrize(
    ("operations", "state"),
    [
        ([], "Enabled"),
        (["disable_key"], "Disabled"),
        (["disable_key", "enable_key"], "Enabled"),
    ],
)
def test_what_is_asked_of_an_unavailable_key_shows_when_it_is_back(
    client: Any, arn: str, store_id: str, operations: list[str], state: str
) -> None:
    """EnableKey and DisableKey succeed meanwhile. Source: guide, footnote 12."""
    client.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    for operation in operations:
        getattr(client, operation)(KeyId=arn)
        assert state_of(client, arn) == "Unavailable"

    client.connect_custom_key_store(CustomKeyStoreId=store_id)

    assert state_of(client, arn) == state


def test_disabled_key_is_disabled_when_it_is_back(client: Any, arn: str, store_id: str) -> None:
    """It was Unavailable too."""
    client.disable_key(KeyId=arn)
    client.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    assert state_of(client, arn) == "Unavailable"

    client.connect_custom_key_store(CustomKeyStoreId=store_id)

    assert state_of(client, arn) == "Disabled"


def test_key_pending_deletion_stays_so(kms: KmsMock, client: Any, arn: str, store_id: str) -> None:
    """Disconnected or not, and it is deleted in time. Source: guide, footnote 13."""
    client.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    client.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    assert state_of(client, arn) == "PendingDeletion"
    client.connect_custom_key_store(CustomKeyStoreId=store_id)
    assert state_of(client, arn) == "PendingDeletion"

    kms.clock.advance(days=7)
    assert client.list_keys()["Keys"] == []


def test_deletion_of_an_unavailable_key_is_cancelled(client: Any, arn: str, store_id: str) -> None:
    """It is Unavailable again, and Disabled once its store is connected."""
    client.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    client.schedule_key_deletion(KeyId=arn)
    assert state_of(client, arn) == "PendingDeletion"

    client.cancel_key_deletion(KeyId=arn)
    assert state_of(client, arn) == "Unavailable"

    client.connect_custom_key_store(CustomKeyStoreId=store_id)
    assert state_of(client, arn) == "Disabled"


@pytest.mark.kms(transition_seconds=300)
def test_keys_are_unavailable_until_the_store_is_connected(
    kms: KmsMock, client: Any, hsm_store: str
) -> None:
    """While it is disconnecting and connecting too."""
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)
    kms.clock.advance(seconds=300)
    created = client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=hsm_store)
    arn = created["KeyMetadata"]["Arn"]

    client.disconnect_custom_key_store(CustomKeyStoreId=hsm_store)
    assert state_of(client, arn) == "Unavailable"
    kms.clock.advance(seconds=300)
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)
    kms.clock.advance(seconds=299)
    assert state_of(client, arn) == "Unavailable"
    kms.clock.advance(seconds=1)
    assert state_of(client, arn) == "Enabled"


def test_keys_of_a_failed_store_are_unavailable(
    client: Any, proxy: XksProxy, xks_store: str, xks_key: str, refusal: Any
) -> None:
    """The text is the key's, not the proxy's. Source: errors.csv, key-unavailable."""
    client.disconnect_custom_key_store(CustomKeyStoreId=xks_store)
    proxy.reachable = False
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)

    found = refusal(client.encrypt, KeyId=xks_key, Plaintext=b"secret")

    assert found == ("KMSInvalidStateException", f"{xks_key} is unavailable.")


def test_keys_elsewhere_stay_as_they_are(
    kms: KmsMock, client: Any, hsm_store: str, hsm_key: str, xks_key: str
) -> None:
    """One store's connection concerns its own keys."""
    usual = kms.create_key()
    client.disconnect_custom_key_store(CustomKeyStoreId=hsm_store)

    assert [state_of(client, arn) for arn in (hsm_key, xks_key, usual.arn)] == [
        "Unavailable",
        "Enabled",
        "Enabled",
    ]

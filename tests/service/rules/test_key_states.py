"""
Which operation a key admits in which state.

``tests/facts/key_states.csv`` is the authority. Plain clients bring a key into every
state but Unavailable, which needs a custom key store; there the table of
`pytest_kmsmock.service.rules.key_states` is held against AWS's.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from pytest_kmsmock import Key, KmsMock
from pytest_kmsmock.service.rules.key_states import KEY_STATES

FACTS: Final = Path(__file__).parents[2] / "facts" / "key_states.csv"

# The cells of AWS's table that hold for a symmetric key of origin AWS_KMS.
TABLE: Final[Mapping[str, Mapping[str, str]]] = {
    row["operation"]: row
    for row in csv.DictReader(
        line for line in FACTS.read_text().splitlines() if not line.startswith("#")
    )
}
STATES: Final = (
    *("Enabled", "Disabled", "PendingDeletion", "PendingReplicaDeletion"),
    *("PendingImport", "Unavailable", "Creating", "Updating"),
)
REACHABLE: Final = ("Enabled", "Disabled", "PendingDeletion")
BY_OTHER_MEANS: Final = ("PendingReplicaDeletion", "PendingImport", "Creating", "Updating")

# What each operation is asked, besides the key.
MEMBERS: Final[Mapping[str, dict[str, Any]]] = {
    "CancelKeyDeletion": {},
    "CreateAlias": {"AliasName": "alias/new"},
    "Decrypt": {},
    "DeleteAlias": {},
    "DescribeKey": {},
    "DisableKey": {},
    "EnableKey": {},
    "Encrypt": {"Plaintext": b"plaintext"},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": {"NumberOfBytes": 64},
    "GetKeyPolicy": {},
    "ListAliases": {},
    "ListKeyPolicies": {},
    "ListResourceTags": {},
    "PutKeyPolicy": {},
    "ReEncrypt": {},
    "ScheduleKeyDeletion": {},
    "TagResource": {"Tags": [{"TagKey": "team", "TagValue": "blue"}]},
    "UntagResource": {"TagKeys": ["team"]},
    "UpdateAlias": {"AliasName": "alias/moved"},
    "UpdateKeyDescription": {"Description": "new"},
}
WORDS: Final = {
    "Enabled": "is not pending deletion.",
    "Disabled": "is disabled.",
    "PendingDeletion": "is pending deletion.",
    "PendingReplicaDeletion": "is pending replica deletion.",
    "PendingImport": "is pending import.",
    "Unavailable": "is unavailable.",
    "Creating": "is creating.",
    "Updating": "is updating.",
}


def request(kms: KmsMock, operation: str, key: Key, blob: bytes) -> dict[str, Any]:
    """Return a request that concerns *key*, good while it is enabled."""
    region = key.arn.split(":")[3]
    members = dict(MEMBERS[operation])
    match operation:
        case "CreateAlias":
            return {"TargetKeyId": key.id, **members}
        case "UpdateAlias":
            kms.create_key(alias="alias/moved", region=region)
            return {"TargetKeyId": key.id, **members}
        case "DeleteAlias":
            return {"AliasName": key.aliases[0]}
        case "Decrypt":
            return {"CiphertextBlob": blob}
        case "ReEncrypt":
            destination = kms.create_key(region=region)
            return {"CiphertextBlob": blob, "DestinationKeyId": destination.id}
        case "PutKeyPolicy":
            policy = kms.client(region).get_key_policy(KeyId=key.id)["Policy"]
            return {"KeyId": key.id, "Policy": policy}
    return {"KeyId": key.id, **members}


def bring_into(state: str, key: Key) -> None:
    if state == "Disabled":
        key.disable()
    elif state == "PendingDeletion":
        key.schedule_deletion()
    assert key.state == state


def words(operation: str, state: str, arn: str) -> str:
    reason = WORDS["Enabled"] if operation == "CancelKeyDeletion" else WORDS[state]
    return f"{arn} {reason}"


def outcome(
    kms: KmsMock, operation: str, params: dict[str, Any], *, region: str | None = None
) -> tuple[str, str]:
    """Return ``ok`` and nothing, or the code and the text of the refusal."""
    try:
        getattr(kms.client(region), xform_name(operation))(**params)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return "ok", ""


def expected(operation: str, state: str, arn: str) -> tuple[str, str]:
    cell = TABLE[operation][state]
    if operation == "UpdateAlias" and state in ("PendingDeletion", "PendingReplicaDeletion"):
        cell = "KMSInvalidStateException"  # as the new target
    if cell.startswith("ok"):
        return "ok", ""
    return cell, words(operation, state, arn)


@pytest.mark.parametrize("state", REACHABLE)
@pytest.mark.parametrize("operation", sorted(MEMBERS))
def test_key_admits_what_the_table_says(kms: KmsMock, operation: str, state: str) -> None:
    """Source: KMS Developer Guide, "Key states of AWS KMS keys", key state table."""
    key = kms.create_key(alias="alias/app")
    params = request(kms, operation, key, key.encrypt(b"plaintext"))
    bring_into(state, key)

    assert outcome(kms, operation, params) == expected(operation, state, key.arn)


def key_in(kms: KmsMock, state: str) -> tuple[Key, bytes]:
    """Return a key in *state*, and a ciphertext of its own."""
    client = kms.client()
    if state == "PendingImport":
        key = kms.create_key(alias="alias/app", origin="EXTERNAL")
        key.import_material(bytes(range(32)))
        blob = key.encrypt(b"plaintext")
        client.delete_imported_key_material(KeyId=key.id)
        return key, blob
    key = kms.create_key(alias="alias/app", multi_region=True)
    blob = key.encrypt(b"plaintext")
    if state == "Creating":
        kms.transition_seconds = 60.0
    client.replicate_key(KeyId=key.id, ReplicaRegion="eu-west-1")
    match state:
        case "PendingReplicaDeletion":
            client.schedule_key_deletion(KeyId=key.id)
        case "Updating":
            kms.transition_seconds = 60.0
            client.update_primary_region(KeyId=key.id, PrimaryRegion="eu-west-1")
        case "Creating":
            kms.client("eu-west-1").create_alias(AliasName="alias/app", TargetKeyId=key.id)
            key = kms.key(key.arn.replace("us-east-1", "eu-west-1"))
    return key, blob


@pytest.mark.parametrize("state", BY_OTHER_MEANS)
@pytest.mark.parametrize("operation", sorted(MEMBERS))
def test_key_admits_what_the_table_says_in_rarer_states(
    kms: KmsMock, operation: str, state: str
) -> None:
    """Source: the same table, for imported and multi-Region keys."""
    key, blob = key_in(kms, state)
    params = request(kms, operation, key, blob)
    region = key.arn.split(":")[3]
    assert key.state == state

    result = outcome(kms, operation, params, region=region)

    assert result == expected(operation, state, key.arn)


@pytest.mark.parametrize("state", REACHABLE)
@pytest.mark.parametrize("form", ["id", "arn", "alias", "alias ARN"])
def test_refusal_names_the_key_by_its_arn(kms: KmsMock, state: str, form: str) -> None:
    """The ARN is printed whatever form of identifier was sent."""
    key = kms.create_key(alias="alias/app")
    alias_arn = key.arn.replace(f"key/{key.id}", "alias/app")
    forms = {"id": key.id, "arn": key.arn, "alias": "alias/app", "alias ARN": alias_arn}
    bring_into(state, key)

    params = {"KeyId": forms[form], "Plaintext": b"plaintext"}

    assert outcome(kms, "Encrypt", params) == expected("Encrypt", state, key.arn)


@pytest.mark.parametrize("state", REACHABLE)
def test_re_encrypt_wants_a_usable_destination(kms: KmsMock, state: str) -> None:
    """The key state table applies to both keys; the text names the one at fault."""
    source, destination = kms.create_key(), kms.create_key()
    bring_into(state, destination)

    params = {
        "CiphertextBlob": source.encrypt(b"plaintext"),
        "SourceKeyId": source.arn,
        "DestinationKeyId": destination.arn,
    }

    assert outcome(kms, "ReEncrypt", params) == expected("ReEncrypt", state, destination.arn)


@pytest.mark.parametrize("source_state", ["Disabled", "PendingDeletion"])
@pytest.mark.parametrize("destination_state", ["Disabled", "PendingDeletion"])
def test_re_encrypt_looks_at_the_source_first(
    kms: KmsMock, source_state: str, destination_state: str
) -> None:
    """Where both keys are unusable, the error is that of the source."""
    source, destination = kms.create_key(), kms.create_key()
    params = {"CiphertextBlob": source.encrypt(b"x"), "DestinationKeyId": destination.arn}
    bring_into(source_state, source)
    bring_into(destination_state, destination)

    assert outcome(kms, "ReEncrypt", params) == expected("ReEncrypt", source_state, source.arn)


@pytest.mark.parametrize("state", REACHABLE)
def test_alias_may_leave_a_key_in_any_state(kms: KmsMock, state: str) -> None:
    """UpdateAlias looks at the new target's state only. Source: guide, footnote 10."""
    old, new = kms.create_key(alias="alias/app"), kms.create_key()
    bring_into(state, old)

    kms.client().update_alias(AliasName="alias/app", TargetKeyId=new.id)

    assert new.aliases == ["alias/app"]


@pytest.mark.parametrize("state", REACHABLE)
@pytest.mark.parametrize("operation", ["Encrypt", "Decrypt", "GenerateDataKey", "ReEncrypt"])
def test_dry_run_obeys_the_key_state(kms: KmsMock, operation: str, state: str) -> None:
    """A dry run fails with the error that the call itself would have met."""
    key = kms.create_key()
    params = request(kms, operation, key, key.encrypt(b"plaintext")) | {"DryRun": True}
    bring_into(state, key)

    code, text = expected(operation, state, key.arn)
    if code == "ok":
        code = "DryRunOperationException"
        text = "The request would have succeeded, but the DryRun option is set."
    assert outcome(kms, operation, params) == (code, text)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("operation", sorted(MEMBERS.keys() & KEY_STATES.keys()))
def test_table_of_the_package_is_that_of_aws(operation: str, state: str) -> None:
    """Also in the states that no client can reach yet."""
    cell = TABLE[operation][state]
    refusal = KEY_STATES[operation][state]  # type: ignore[index]  # state is any string

    if operation == "UpdateAlias" and state in ("PendingDeletion", "PendingReplicaDeletion"):
        cell = "KMSInvalidStateException"  # as the new target
    if cell.startswith("ok"):
        assert refusal is None
    else:
        assert refusal is not None
        assert refusal.error.__name__ == cell
        assert f"ARN {refusal.reason}" == words(operation, state, "ARN")


def test_each_operation_with_a_key_has_a_row() -> None:
    """DeleteAlias alone finds its key by the alias, whatever state it is in."""
    assert MEMBERS.keys() - KEY_STATES.keys() == {"DeleteAlias"}
    assert MEMBERS.keys() <= TABLE.keys()
    assert {TABLE["DeleteAlias"][state] for state in STATES} == {"ok"}

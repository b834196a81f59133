"""
Each error that AWS is known to answer with, provoked by a plain client.

``tests/facts/errors.csv`` is the authority: code and text come from its rows.
A row that names several operations is provoked with each that is mocked.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock

FACTS: Final = Path(__file__).parents[1] / "facts" / "errors.csv"
ACCOUNT: Final = "123456789012"
OTHER_ACCOUNT: Final = "210987654321"
REGION: Final = "us-east-1"
CALLER: Final = f"arn:aws:iam::{ACCOUNT}:root"
UNKNOWN_ID: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"

Row = Mapping[str, str]
Params = dict[str, Any]

# The operations that this module provokes errors of, with symmetric keys.
OPERATIONS: Final = frozenset(
    {
        *("CreateKey", "DescribeKey", "ListKeys", "EnableKey", "DisableKey"),
        *("ScheduleKeyDeletion", "CancelKeyDeletion", "UpdateKeyDescription"),
        *("CreateAlias", "UpdateAlias", "DeleteAlias", "ListAliases"),
        *("TagResource", "UntagResource", "ListResourceTags"),
        *("GetKeyPolicy", "PutKeyPolicy", "ListKeyPolicies"),
        *("Encrypt", "Decrypt", "ReEncrypt"),
        *("GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateRandom"),
    }
)


def rows() -> list[Row]:
    with FACTS.open(newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    return list(csv.DictReader(lines))


class Scene:
    """A mock with one key, and what a refused request consists of."""

    def __init__(self, kms: KmsMock) -> None:
        self.kms = kms
        self.client = kms.client()
        # It sends what botocore would refuse to send.
        self.lenient_client = kms.client(parameter_validation=False)
        self.arn = self.new_key()
        self.id = self.arn.rpartition("/")[2]
        # What the placeholders of the row stand for, but for {key_arn}.
        self.words: dict[str, str] = {"key_arn": self.arn, "principal_arn": CALLER}

    def new_key(self, **params: Any) -> str:
        arn: str = self.client.create_key(**params)["KeyMetadata"]["Arn"]
        return arn

    def blob(self, key_id: str, **params: Any) -> bytes:
        response = self.client.encrypt(KeyId=key_id, Plaintext=b"plaintext", **params)
        blob: bytes = response["CiphertextBlob"]
        return blob

    def means(self, **words: str) -> None:
        self.words.update(words)

    def request(self, operation: str, key_id: str | None = None) -> Params:
        """Return a request of *operation* that would succeed with the scene's key."""
        key_id = key_id or self.id
        match operation:
            case "Decrypt":
                return {"CiphertextBlob": self.blob(key_id)}
            case "ReEncrypt":
                return {"CiphertextBlob": self.blob(key_id), "DestinationKeyId": self.new_key()}
            case "CreateAlias":
                return {"AliasName": "alias/new", "TargetKeyId": key_id}
            case "CreateKey":
                return {}
        return {"KeyId": key_id, **OTHER_MEMBERS.get(operation, {})}


OTHER_MEMBERS: Final[Mapping[str, Params]] = {
    "TagResource": {"Tags": [{"TagKey": "team", "TagValue": "blue"}]},
    "UntagResource": {"TagKeys": ["team"]},
    "UpdateKeyDescription": {"Description": "new"},
    "PutKeyPolicy": {"Policy": "{}"},
    "Encrypt": {"Plaintext": b"plaintext"},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
}

Provocation = Callable[[Scene, str], Params]


def key_arn(key_id: str, *, region: str = REGION, account: str = ACCOUNT) -> str:
    return f"arn:aws:kms:{region}:{account}:key/{key_id}"


def alias_arn(name: str, *, region: str = REGION) -> str:
    return f"arn:aws:kms:{region}:{ACCOUNT}:{name}"


def with_(member: str, value: Any, /, **words: str) -> Provocation:
    """Return a request that is good but for *member*; None leaves it out."""

    def provoke(scene: Scene, operation: str) -> Params:
        scene.means(**words)
        request = {**scene.request(operation), member: value}
        return {name: value for name, value in request.items() if value is not None}

    return provoke


def with_missing_key(key_id: str, *, sent: str | None = None) -> Provocation:
    return with_("KeyId", sent or key_id, key_arn=key_arn(key_id))


def with_bad_key_id(scene: Scene, operation: str) -> Params:
    scene.means(value="fake-key-id")
    return {"KeyId": "fake-key-id"}


def in_another_region(scene: Scene, operation: str) -> Params:
    abroad = scene.kms.create_key(region="eu-west-1", alias="alias/abroad")
    scene.means(arn_region="eu-west-1")
    if operation == "CreateAlias":
        return {"AliasName": "alias/new", "TargetKeyId": abroad.arn}
    return {"KeyId": abroad.arn}


def alias_in_another_region(scene: Scene, operation: str) -> Params:
    scene.means(arn_region="eu-west-1")
    return {"KeyId": alias_arn("alias/none", region="eu-west-1")}


def with_missing_alias(scene: Scene, operation: str) -> Params:
    scene.means(alias_arn=alias_arn("alias/none"))
    match operation:
        case "UpdateAlias":
            return {"AliasName": "alias/none", "TargetKeyId": scene.id}
        case "DeleteAlias":
            return {"AliasName": "alias/none"}
    return {**scene.request(operation), "KeyId": "alias/none"}


def when_disabled(scene: Scene, operation: str) -> Params:
    request = scene.request(operation)
    scene.client.disable_key(KeyId=scene.id)
    return request


def when_pending_deletion(scene: Scene, operation: str) -> Params:
    request = scene.request(operation)
    scene.client.schedule_key_deletion(KeyId=scene.id)
    return request


def when_disabled_and_pending_deletion(scene: Scene, operation: str) -> Params:
    request = scene.request(operation)
    scene.client.disable_key(KeyId=scene.id)
    scene.client.schedule_key_deletion(KeyId=scene.id)
    return request


def unfit(scene: Scene, operation: str) -> Params:
    """Return an algorithm that the key does not have: the state wins over it."""
    prefix = "Source" if operation == "ReEncrypt" else ""
    return {f"{prefix}KeyId": scene.id, f"{prefix}EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}


def when_disabled_and_unfit(scene: Scene, operation: str) -> Params:
    return {**when_disabled(scene, operation), **unfit(scene, operation)}


def when_pending_deletion_and_unfit(scene: Scene, operation: str) -> Params:
    return {**when_pending_deletion(scene, operation), **unfit(scene, operation)}


def without_context(scene: Scene, operation: str) -> Params:
    return {"CiphertextBlob": scene.blob(scene.id, EncryptionContext={"tenant": "7"})}


def truncated(scene: Scene, operation: str) -> Params:
    return {"CiphertextBlob": scene.blob(scene.id)[3:], "KeyId": scene.id}


def with_another_key(scene: Scene, operation: str) -> Params:
    return {"CiphertextBlob": scene.blob(scene.id), "KeyId": scene.new_key()}


def with_blob_and_missing_keys(blob: bytes | None) -> Provocation:
    def provoke(scene: Scene, operation: str) -> Params:
        member = "DestinationKeyId" if operation == "ReEncrypt" else "KeyId"
        request: Params = {member: "alias/none"}
        if blob is not None:
            request["CiphertextBlob"] = blob
        return request

    return provoke


def data_key_without_length(scene: Scene, operation: str) -> Params:
    scene.client.disable_key(KeyId=scene.id)
    return {"KeyId": scene.id}


def data_key_of_missing_key(**members: Any) -> Provocation:
    def provoke(scene: Scene, operation: str) -> Params:
        scene.means(value=str(members.get("KeySpec")))
        return {"KeyId": UNKNOWN_ID, **members}

    return provoke


def with_policy(*, bypass: bool = False, **changes: Any) -> Provocation:
    """Return a policy with a statement that *changes* make wrong; None removes an element."""

    def provoke(scene: Scene, operation: str) -> Params:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": CALLER},
            "Action": "kms:*",
            "Resource": "*",
            **changes,
        }
        statement = {name: value for name, value in statement.items() if value is not None}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        request = {"Policy": policy, "BypassPolicyLockoutSafetyCheck": bypass}
        return request if operation == "CreateKey" else {"KeyId": scene.id, **request}

    return provoke


def policy_in_japanese(scene: Scene, operation: str) -> Params:
    scene.means(policy='{"Sid": "??"}')
    return {"Policy": '{"Sid": "日本"}'}


def with_tag_key(*keys: str) -> Provocation:
    tags = [{"TagKey": key, "TagValue": "value"} for key in keys]

    def provoke(scene: Scene, operation: str) -> Params:
        scene.means(tag_key=keys[0])
        return {"Tags": tags} if operation == "CreateKey" else {"KeyId": scene.id, "Tags": tags}

    return provoke


def with_alias_name(name: str) -> Provocation:
    def provoke(scene: Scene, operation: str) -> Params:
        scene.means(alias_name=name)
        return {"AliasName": name, "TargetKeyId": scene.id}

    return provoke


def alias_twice(scene: Scene, operation: str) -> Params:
    scene.client.create_alias(AliasName="alias/new", TargetKeyId=scene.id)
    scene.means(alias_arn=alias_arn("alias/new"))
    return {"AliasName": "alias/new", "TargetKeyId": scene.new_key()}


def alias_of_alias(scene: Scene, operation: str) -> Params:
    scene.client.create_alias(AliasName="alias/old", TargetKeyId=scene.id)
    return {"AliasName": "alias/new", "TargetKeyId": "alias/old"}


def with_missing_key_of_another_account(scene: Scene, operation: str) -> Params:
    scene.means(action=operation)
    return {**scene.request(operation), "KeyId": key_arn(UNKNOWN_ID, account=OTHER_ACCOUNT)}


def alias_of_key_of_another_account(scene: Scene, operation: str) -> Params:
    foreign = scene.kms.create_key(account=OTHER_ACCOUNT)
    return {"AliasName": "alias/new", "TargetKeyId": foreign.arn}


def with_ciphertext_of_deleted_key(scene: Scene, operation: str) -> Params:
    request = scene.request(operation)
    scene.client.schedule_key_deletion(KeyId=scene.id, PendingWindowInDays=7)
    scene.kms.clock.advance(days=8)
    return request


PROVOCATIONS: Final[Mapping[str, tuple[Provocation, ...]]] = {
    "key-not-found-uuid": (with_missing_key(UNKNOWN_ID),),
    "key-not-found-arn": (with_missing_key(UNKNOWN_ID, sent=key_arn(UNKNOWN_ID)),),
    "key-not-found-mrk": (with_missing_key(f"mrk-{'a1' * 16}"),),
    "arn-other-region": (in_another_region,),
    "alias-arn-other-region": (alias_in_another_region,),
    "create-alias-target-other-region": (in_another_region,),
    "invalid-keyid-format": (
        with_bad_key_id,
        with_("KeyId", "a1" * 16, value="a1" * 16),
        with_("KeyId", "mrk-fake-key-id", value="mrk-fake-key-id"),
    ),
    "key-not-found-uppercase-uuid": (with_missing_key(UNKNOWN_ID.upper()),),
    "alias-not-found": (
        with_missing_alias,
        with_("KeyId", alias_arn("alias/none"), alias_arn=alias_arn("alias/none")),
        with_("KeyId", "alias/aws/none", alias_arn=alias_arn("alias/aws/none")),
    ),
    "alias-not-found-update": (with_missing_alias,),
    "alias-not-found-delete": (with_missing_alias,),
    "alias-not-accepted": (
        with_("KeyId", "alias/none"),
        with_("KeyId", alias_arn("alias/none", region="eu-west-1")),
    ),
    "null-key-id": (with_("KeyId", None),),
    "null-destination-key-id": (with_("DestinationKeyId", None),),
    "null-target-key-id": (with_("TargetKeyId", None),),
    "non-ascii-key-id": (with_("KeyId", "ключ", value="ключ"),),
    "random-zero": (lambda *_: {"NumberOfBytes": 0},),
    "random-too-many": (lambda *_: {"NumberOfBytes": 1025},),
    "encrypt-plaintext-too-long": (
        with_("Plaintext", bytes(4097)),
        lambda *_: {"KeyId": UNKNOWN_ID, "Plaintext": bytes(4097)},
    ),
    "encrypt-plaintext-empty": (with_("Plaintext", b""),),
    "encrypt-plaintext-null": (lambda *_: {"KeyId": UNKNOWN_ID},),
    "encryption-algorithm-enum": (with_("EncryptionAlgorithm", "ROT13", value="ROT13"),),
    "disabled-crypto": (when_disabled,),
    "disabled-crypto-other": (when_disabled, when_disabled_and_unfit),
    "disabled-reencrypt": (when_disabled,),
    "pending-deletion-crypto": (when_pending_deletion, when_disabled_and_pending_deletion),
    "pending-deletion-crypto-other": (when_pending_deletion, when_pending_deletion_and_unfit),
    "decrypt-wrong-context": (without_context,),
    "decrypt-truncated": (truncated,),
    "decrypt-garbage": (lambda *_: {"CiphertextBlob": b"never made by KMS"},),
    "decrypt-wrong-key-other": (with_another_key,),
    "decrypt-blob-null": (with_blob_and_missing_keys(None),),
    "decrypt-blob-empty": (with_blob_and_missing_keys(b""),),
    "reencrypt-blob-null": (with_blob_and_missing_keys(None),),
    "datakey-neither-or-both": (
        data_key_without_length,
        with_("NumberOfBytes", 32),
    ),
    "datakey-keyspec-enum-2026": (
        data_key_of_missing_key(KeySpec="AES-256"),
        data_key_of_missing_key(KeySpec="RSA_2048"),
    ),
    "datakey-bytes-zero": (data_key_of_missing_key(NumberOfBytes=0),),
    "datakey-bytes-too-many": (data_key_of_missing_key(NumberOfBytes=1025),),
    "create-spec-enum-2023": (with_("KeySpec", "HMAC_random", value="HMAC_random"),),
    "create-usage-enum-2023": (with_("KeyUsage", "RANDOM", value="RANDOM"),),
    "policy-lockout": (
        with_policy(Action="kms:Encrypt"),
        with_policy(Principal={"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}),
        with_policy(Effect="Deny"),
    ),
    "policy-invalid-principal": (
        with_policy(Principal={"AWS": "somebody"}),
        with_policy(Principal={"AWS": [CALLER, f"arn:aws:iam::{ACCOUNT}:group/admins"]}),
        with_policy(Principal={"AWS": "nobody"}, bypass=True),
    ),
    "policy-no-principal": (with_policy(Principal=None),),
    "policy-no-action": (with_policy(Action=None),),
    "policy-no-resource": (with_policy(Resource=None),),
    "policy-charset": (policy_in_japanese,),
    "tag-duplicate": (with_tag_key("team", "team"),),
    "tag-too-many": (with_tag_key(*(f"tag{number}" for number in range(51))),),
    "tag-reserved-create": (with_tag_key("aws:team"), with_tag_key("AWS:team")),
    "tag-key-too-long": (with_tag_key("x" * 129),),
    "alias-no-prefix": (with_alias_name("new"),),
    "alias-exists": (alias_twice,),
    "alias-target-is-alias": (
        alias_of_alias,
        lambda *_: {"AliasName": "alias/new", "TargetKeyId": alias_arn("alias/none")},
    ),
    "alias-target-cross-account": (alias_of_key_of_another_account,),
    "alias-reserved-prefix": (with_alias_name("alias/aws/new"),),
    "alias-colon": (with_alias_name("alias/a:b"),),
    "alias-pattern": (with_alias_name("alias/a b"), with_alias_name("alias/ключ")),
    "schedule-already-pending": (when_pending_deletion,),
    "manage-pending-deletion": (when_pending_deletion,),
    "cancel-not-pending": (Scene.request, when_disabled),
    "denied-cross-account": (with_missing_key_of_another_account,),
    "denied-decrypt-ciphertext": (with_ciphertext_of_deleted_key,),
}

# Why no row of these is provoked here.
ASYMMETRIC: Final = "needs an asymmetric or an HMAC key"
IMPORT: Final = "needs imported key material"
ROTATION: Final = "is about key rotation"
GRANT: Final = "is about grants"
REPLICA: Final = "needs a multi-Region key"
KEY_STORE: Final = "needs a custom key store"
IDENTITY: Final = "needs identity policies or enforced key policies"
FAULT: Final = "comes only when a test asks for it"
QUOTA: Final = "needs as many keys as an account may have"
ELSEWHERE: Final[Mapping[str, tuple[str, ...]]] = {
    ASYMMETRIC: (
        *("encrypt-rsa-too-long-2048-sha1", "encrypt-rsa-too-long-2048-sha256"),
        *("encrypt-rsa-too-long-3072-sha1", "encrypt-rsa-too-long-4096-sha256"),
        *("encrypt-default-algo-on-rsa", "decrypt-rsa-default-algo"),
        *("datakey-asymmetric", "datakey-usage", "dry-run-would-succeed"),
        *("sign-usage-hmac", "sign-verify-usage-others", "sign-digest-length"),
        *("ed25519ph-digest-length", "verify-bad-signature", "verify-malformed-signature"),
        *("sign-algo-spec", "sign-algo-enum", "sign-algo-null", "sign-message-empty"),
        *("sign-message-too-long", "sign-message-null", "verify-signature-null"),
        *("verify-signature-empty", "verify-signature-too-long", "mldsa-digest"),
        *("ed25519-digest", "ed25519ph-raw", "mac-usage-encrypt", "mac-usage-others"),
        *("mac-algo-spec", "mac-algo-enum", "mac-algo-null", "verify-mac-mismatch"),
        *("verify-mac-empty", "verify-mac-too-long", "derive-usage-sign", "derive-algo-enum"),
        *("get-public-key-symmetric", "get-public-key-pending-deletion", "create-no-usage"),
        *("create-usage-spec", "create-usage-spec-hmac", "create-sm2-region"),
    ),
    IMPORT: (
        *("pending-import-encrypt", "pending-import-others"),
        *("pending-import-reencrypt-destination", "create-origin-external-spec"),
        *("import-params-origin", "import-material-origin", "import-no-valid-to"),
        "import-encrypted-size",
    ),
    ROTATION: (
        *("rotate-asymmetric", "rotate-pending-import", "rotate-external-no-pending"),
        *("rotate-limit", "rotate-external-hmac", "rotation-disabled"),
        *("rotation-pending-deletion", "rotation-external-origin", "rotation-status-external"),
        *("rotation-period-low", "rotation-period-high"),
    ),
    GRANT: ("grant-principal-missing", "grant-only-creategrant"),
    REPLICA: (
        *("replicate-same-region", "replicate-other-partition", "replicate-not-multi-region"),
        *("pending-replica-deletion", "key-creating", "key-updating"),
    ),
    KEY_STORE: (
        *("key-unavailable", "hsm-no-contact", "xks-bad-uri-path", "xks-tls"),
        *("xks-unreachable-transient", "xks-unreachable", "xks-timeout", "xks-timeout-allotted"),
        *("xks-credentials", "xks-decrypt-corrupt", "xks-decrypt-proxy-returned-corrupt"),
        *("xks-create-key-not-found", "xks-key-not-found", "xks-create-key-spec"),
        *("xks-create-key-status", "xks-create-key-usage", "xks-op-unsupported-by-key"),
        *("xks-key-not-enabled", "xks-unhealthy", "xks-uninterpretable"),
        *("xks-op-unsupported-by-proxy", "xks-denied"),
    ),
    IDENTITY: (
        *("denied-identity", "denied-resource", "denied-explicit-resource"),
        *("denied-cross-account-identity", "denied-decrypt-ciphertext-identity"),
        *("denied-create-with-tags", "denied-alias-resource", "bad-credentials"),
    ),
    FAULT: ("fault-kmsinternal", "fault-dependencytimeout", "fault-keyunavailable", "throttled"),
    QUOTA: ("create-key-quota",),
}


def cases() -> list[Any]:
    return [
        pytest.param(row, operation, provoke, id=f"{row['id']}-{operation}-{number}")
        for row in rows()
        for operation in row["operation"].split("|")
        if operation in OPERATIONS
        for number, provoke in enumerate(PROVOCATIONS.get(row["id"], ()), 1)
    ]


@pytest.mark.parametrize(("row", "operation", "provoke"), cases())
def test_aws_words_of_the_refusal(
    kms: KmsMock, row: Row, operation: str, provoke: Provocation
) -> None:
    """Code, text and HTTP status are the row's; what is not graded is not compared."""
    scene = Scene(kms)
    params = provoke(scene, operation)
    method = getattr(scene.lenient_client, xform_name(operation))

    with pytest.raises(ClientError) as caught:
        method(**params)

    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == int(row["http_status"])
    if row["graded"] in ("yes", "code"):
        assert response["Error"]["Code"] == row["code"]
    if row["graded"] in ("yes", "text"):
        assert response["Error"]["Message"] == _filled(row["message"], scene.words)


def test_each_row_is_provoked_or_has_a_reason() -> None:
    """A new row of the facts asks for a provocation, or for a reason why there is none."""
    ids = {row["id"] for row in rows() if row["graded"] != "no"}
    excused = {id_ for reason in ELSEWHERE.values() for id_ in reason}

    assert ids == PROVOCATIONS.keys() | excused
    assert not PROVOCATIONS.keys() & excused


def test_each_provocation_meets_an_operation() -> None:
    """A row that is listed as provoked names one of the operations of this module."""
    provoked = {case.values[0]["id"] for case in cases()}

    assert provoked == PROVOCATIONS.keys()


def _filled(text: str, words: Mapping[str, str]) -> str:
    """Return *text* with its placeholders replaced; other braces stay."""
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text

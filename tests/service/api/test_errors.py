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
from pytest_kmsmock.service.api.shapes import service_model
from pytest_kmsmock.service.operations.table import OPERATIONS

FACTS: Final = Path(__file__).parents[2] / "facts" / "errors.csv"
ACCOUNT: Final = "123456789012"
OTHER_ACCOUNT: Final = "210987654321"
REGION: Final = "us-east-1"
CALLER: Final = f"arn:aws:iam::{ACCOUNT}:root"
UNKNOWN_ID: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"

Row = Mapping[str, str]
Params = dict[str, Any]

# Rows that hold for any operation, and those that they are provoked with.
OF_ANY_OPERATION: Final[Mapping[str, tuple[str, ...]]] = {
    "pending-replica-deletion": ("Encrypt", "Decrypt", "CreateAlias", "TagResource"),
    "key-creating": ("Encrypt", "DisableKey"),
    "key-updating": ("DisableKey", "ScheduleKeyDeletion"),
}


def rows() -> list[Row]:
    with FACTS.open(newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    return list(csv.DictReader(lines))


# Key specs and algorithms that an older botocore does not know.
NEWER: Final[Mapping[str, str]] = {
    "ECC_NIST_EDWARDS25519": "KeySpec",
    "ML_DSA_44": "KeySpec",
    "ED25519_SHA_512": "SigningAlgorithmSpec",
    "ED25519_PH_SHA_512": "SigningAlgorithmSpec",
    "ML_DSA_SHAKE_256": "SigningAlgorithmSpec",
}


def skip_what_botocore_lacks(params: Params) -> None:
    for value in params.values():
        if isinstance(value, str) and value in NEWER:
            shape: Any = service_model().shape_for(NEWER[value])
            if value not in shape.enum:
                pytest.skip(f"this botocore does not know {value}")


class Scene:
    """A mock with one key, and what a refused request consists of."""

    def __init__(self, kms: KmsMock) -> None:
        self.kms = kms
        self.client = kms.client()
        # It sends what botocore would refuse to send.
        self.lenient_client = kms.client(parameter_validation=False)
        # What the placeholders of the row stand for.
        self.words: dict[str, str] = {"principal_arn": CALLER}
        self.use()

    def use(self, **params: Any) -> None:
        """Make the scene's key anew, as *params* of CreateKey say."""
        skip_what_botocore_lacks(params)
        self.arn = self.new_key(**params)
        self.id = self.arn.rpartition("/")[2]
        self.means(key_arn=self.arn, key_spec=params.get("KeySpec", "SYMMETRIC_DEFAULT"))

    def new_key(self, **params: Any) -> str:
        arn: str = self.client.create_key(**params)["KeyMetadata"]["Arn"]
        return arn

    def blob(self, key_id: str, **params: Any) -> bytes:
        response = self.client.encrypt(KeyId=key_id, Plaintext=b"plaintext", **params)
        blob: bytes = response["CiphertextBlob"]
        return blob

    def means(self, **words: str) -> None:
        self.words.update(words)

    def request(self, operation: str) -> Params:
        """Return a request of *operation* that is good, but for made-up blobs and tokens."""
        self.means(operation=operation)
        if operation in KEYS:
            self.use(**KEYS[operation])
        match operation:
            case "Decrypt":
                return {"CiphertextBlob": self.blob(self.id)}
            case "ReEncrypt":
                return {"CiphertextBlob": self.blob(self.id), "DestinationKeyId": self.new_key()}
            case "CreateAlias":
                return {"AliasName": "alias/new", "TargetKeyId": self.id}
            case "CreateKey":
                return {}
        return {"KeyId": self.id, **OTHER_MEMBERS.get(operation, {})}


MAC: Final = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
SIGNING: Final = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
AGREEMENT: Final = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
RSA: Final = {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}
ED25519: Final = {"KeySpec": "ECC_NIST_EDWARDS25519", "KeyUsage": "SIGN_VERIFY"}
EXTERNAL: Final = {"Origin": "EXTERNAL"}

# The kind of key that an operation needs, where it is not a symmetric one.
KEYS: Final[Mapping[str, Params]] = {
    "Sign": SIGNING,
    "Verify": SIGNING,
    "GetPublicKey": SIGNING,
    "GenerateMac": MAC,
    "VerifyMac": MAC,
    "DeriveSharedSecret": AGREEMENT,
    "GetParametersForImport": EXTERNAL,
    "ImportKeyMaterial": EXTERNAL,
    "DeleteImportedKeyMaterial": EXTERNAL,
}
OTHER_MEMBERS: Final[Mapping[str, Params]] = {
    "TagResource": {"Tags": [{"TagKey": "team", "TagValue": "blue"}]},
    "UntagResource": {"TagKeys": ["team"]},
    "UpdateKeyDescription": {"Description": "new"},
    "PutKeyPolicy": {"Policy": "{}"},
    "Encrypt": {"Plaintext": b"plaintext"},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
    "GenerateDataKeyPair": {"KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyPairWithoutPlaintext": {"KeyPairSpec": "ECC_NIST_P256"},
    "Sign": {"Message": b"message", "SigningAlgorithm": "ECDSA_SHA_256"},
    "Verify": {"Message": b"message", "SigningAlgorithm": "ECDSA_SHA_256", "Signature": b"x"},
    "GenerateMac": {"Message": b"message", "MacAlgorithm": "HMAC_SHA_256"},
    "VerifyMac": {"Message": b"message", "MacAlgorithm": "HMAC_SHA_256", "Mac": b"x"},
    "DeriveSharedSecret": {"KeyAgreementAlgorithm": "ECDH", "PublicKey": b"x"},
    "GetParametersForImport": {
        "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "WrappingKeySpec": "RSA_2048",
    },
    "ImportKeyMaterial": {
        "ImportToken": b"x",
        "EncryptedKeyMaterial": b"x",
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    },
    "CreateGrant": {"GranteePrincipal": CALLER, "Operations": ["Encrypt"]},
    "RevokeGrant": {"GrantId": "a1" * 32},
    "ReplicateKey": {"ReplicaRegion": "eu-west-1"},
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
    return {**scene.request(operation), "KeyId": "fake-key-id"}


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
    match operation:
        case "Sign" | "Verify":
            return {"SigningAlgorithm": "RSASSA_PSS_SHA_256"}
        case "GenerateMac" | "VerifyMac":
            return {"MacAlgorithm": "HMAC_SHA_512"}
        case "ReEncrypt":
            return {
                "SourceKeyId": scene.id,
                "SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_256",
            }
    return {"KeyId": scene.id, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}


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
        if operation == "CreateKey":
            return request
        scene.use(MultiRegion=True)
        return {**scene.request(operation), **request}

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


def under(key: Params, *, disabled: bool = False, **members: Any) -> Provocation:
    """Return a request for a key like *key*, of which None as a member leaves it out."""

    def provoke(scene: Scene, operation: str) -> Params:
        request = scene.request(operation)
        scene.use(**key)
        words = {"signing_algorithm": "SigningAlgorithm", "mac_algorithm": "MacAlgorithm"}
        scene.means(
            key_usage=key.get("KeyUsage", "ENCRYPT_DECRYPT"),
            value=str(next(reversed(members.values()), "")),
            **{word: str(members.get(member)) for word, member in words.items()},
        )
        if disabled:
            scene.client.disable_key(KeyId=scene.id)
        request = {**request, "KeyId": scene.id, **members}
        return {name: value for name, value in request.items() if value is not None}

    return provoke


def unlooked_up(**members: Any) -> Provocation:
    """Return a request for a key that does not exist: the model's check comes before it."""

    def provoke(scene: Scene, operation: str) -> Params:
        scene.means(value=str(next(reversed(members.values()))))
        request = {**scene.request(operation), "KeyId": UNKNOWN_ID, **members}
        return {name: value for name, value in request.items() if value is not None}

    return provoke


def too_long(spec: str, algorithm: str, limit: int) -> Provocation:
    key = {"KeySpec": spec, "KeyUsage": "ENCRYPT_DECRYPT"}
    return under(key, Plaintext=bytes(limit + 1), EncryptionAlgorithm=algorithm)


def rsa_ciphertext(scene: Scene, operation: str) -> Params:
    """Return a genuine RSA ciphertext, the algorithm left out."""
    scene.use(**RSA)
    return {
        "KeyId": scene.id,
        "CiphertextBlob": scene.blob(scene.id, EncryptionAlgorithm="RSAES_OAEP_SHA_256"),
    }


def rsa_garbage(scene: Scene, operation: str) -> Params:
    scene.use(**RSA)
    return {
        "KeyId": scene.id,
        "CiphertextBlob": bytes(256),
        "EncryptionAlgorithm": "RSAES_OAEP_SHA_256",
    }


def with_another_key_like(**params: Any) -> Provocation:
    def provoke(scene: Scene, operation: str) -> Params:
        return {"CiphertextBlob": scene.blob(scene.id), "KeyId": scene.new_key(**params)}

    return provoke


def signature_of_another_message(scene: Scene, operation: str) -> Params:
    request = scene.request(operation)
    signed = scene.client.sign(KeyId=scene.id, Message=b"another", SigningAlgorithm="ECDSA_SHA_256")
    return {**request, "Signature": signed["Signature"]}


def mac_of_another_message(scene: Scene, operation: str) -> Params:
    request = scene.request(operation)
    made = scene.client.generate_mac(
        KeyId=scene.id, Message=b"another", MacAlgorithm="HMAC_SHA_256"
    )
    return {**request, "Mac": made["Mac"]}


def pending_import(scene: Scene, operation: str) -> Params:
    key = {name: value for name, value in KEYS.get(operation, {}).items() if name != "Origin"}
    return under({**key, "Origin": "EXTERNAL"})(scene, operation)


def destination_pending_import(scene: Scene, operation: str) -> Params:
    request = scene.request(operation)
    destination = scene.new_key(Origin="EXTERNAL")
    scene.means(destination_key_arn=destination)
    return {**request, "DestinationKeyId": destination}


def pending_deletion_of(**params: Any) -> Provocation:
    def provoke(scene: Scene, operation: str) -> Params:
        request = under(params)(scene, operation)
        scene.client.schedule_key_deletion(KeyId=scene.id)
        return request

    return provoke


def imported(**params: Any) -> Provocation:
    def provoke(scene: Scene, operation: str) -> Params:
        scene.use(**params, Origin="EXTERNAL")
        scene.kms.key(scene.arn).import_material(bytes(range(32)))
        return scene.request(operation)

    return provoke


def rotated_25_times(scene: Scene, operation: str) -> Params:
    for _ in range(25):
        scene.client.rotate_key_on_demand(KeyId=scene.id)
    return scene.request(operation)


def material_wrapped_in_one_byte(scene: Scene, operation: str) -> Params:
    request = scene.request(operation)
    parameters = scene.client.get_parameters_for_import(
        KeyId=scene.id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    return {**request, "ImportToken": parameters["ImportToken"]}


def with_replica(scene: Scene, operation: str) -> None:
    scene.use(MultiRegion=True)
    scene.client.replicate_key(KeyId=scene.id, ReplicaRegion="eu-west-1")


def primary_pending_deletion(scene: Scene, operation: str) -> Params:
    with_replica(scene, operation)
    request = scene.request(operation)
    scene.client.schedule_key_deletion(KeyId=scene.id)
    return request


def replica_creating(scene: Scene, operation: str) -> Params:
    scene.kms.transition_seconds = 60.0
    with_replica(scene, operation)
    request = scene.request(operation)
    scene.client = scene.lenient_client = scene.kms.client("eu-west-1")
    scene.means(key_arn=scene.arn.replace(REGION, "eu-west-1"))
    return request


def primary_updating(scene: Scene, operation: str) -> Params:
    with_replica(scene, operation)
    scene.kms.transition_seconds = 60.0
    scene.client.update_primary_region(KeyId=scene.id, PrimaryRegion="eu-west-1")
    return scene.request(operation)


def with_an_unknown_grantee(scene: Scene, operation: str) -> Params:
    group = f"arn:aws:iam::{ACCOUNT}:group/admins"
    scene.means(principal_arn=group)
    return {**scene.request(operation), "GranteePrincipal": group}


def with_two_keys_where_two_can_be(scene: Scene, operation: str) -> Params:
    scene.new_key()
    scene.kms.quotas.keys = 2
    scene.means(limit="2", usage="2")
    return scene.request(operation)


def replicated_to(region: str) -> Provocation:
    def provoke(scene: Scene, operation: str) -> Params:
        scene.use(MultiRegion=True)
        scene.means(region=region)
        return {"KeyId": scene.id, "ReplicaRegion": region}

    return provoke


def create(**params: str) -> Provocation:
    def provoke(scene: Scene, operation: str) -> Params:
        scene.means(
            value=next(reversed(params.values())),
            key_spec=params.get("KeySpec", ""),
            key_usage=params.get("KeyUsage", ""),
        )
        return dict(params)

    return provoke


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
    "decrypt-garbage": (lambda *_: {"CiphertextBlob": b"never made by KMS"}, rsa_garbage),
    "decrypt-wrong-key-other": (
        *(with_another_key, with_another_key_like(**RSA), with_another_key_like(**SIGNING)),
        *(with_another_key_like(**MAC), with_another_key_like(**EXTERNAL)),
    ),
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
    "encrypt-rsa-too-long-2048-sha1": (too_long("RSA_2048", "RSAES_OAEP_SHA_1", 214),),
    "encrypt-rsa-too-long-2048-sha256": (too_long("RSA_2048", "RSAES_OAEP_SHA_256", 190),),
    "encrypt-rsa-too-long-3072-sha1": (too_long("RSA_3072", "RSAES_OAEP_SHA_1", 342),),
    "encrypt-rsa-too-long-4096-sha256": (too_long("RSA_4096", "RSAES_OAEP_SHA_256", 446),),
    "encrypt-default-algo-on-rsa": (under(RSA),),
    "decrypt-rsa-default-algo": (rsa_ciphertext,),
    "datakey-asymmetric": (under(RSA),),
    "datakey-usage": (under(SIGNING), under(MAC), under(SIGNING, disabled=True)),
    "dry-run-would-succeed": (under({}, DryRun=True),),
    "sign-usage-hmac": (under(MAC, SigningAlgorithm="RSASSA_PSS_SHA_256"),),
    "sign-verify-usage-others": (
        *(under(RSA), under({}), under(MAC), under(AGREEMENT)),
        under(RSA, disabled=True),
    ),
    "sign-digest-length": (
        under(SIGNING, MessageType="DIGEST", Message=bytes(31), SigningAlgorithm="ECDSA_SHA_256"),
        under(SIGNING, MessageType="DIGEST", Message=bytes(64), SigningAlgorithm="ECDSA_SHA_256"),
        under(
            {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
            MessageType="DIGEST",
            Message=bytes(32),
            SigningAlgorithm="RSASSA_PSS_SHA_384",
        ),
    ),
    "ed25519ph-digest-length": (
        under(ED25519, MessageType="DIGEST", SigningAlgorithm="ED25519_PH_SHA_512"),
    ),
    "verify-bad-signature": (signature_of_another_message,),
    "verify-malformed-signature": (
        *(with_("Signature", b"x"), with_("Signature", bytes(6144))),
        under(
            {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        ),
        under(ED25519, SigningAlgorithm="ED25519_SHA_512"),
    ),
    "sign-algo-spec": (
        under(SIGNING, SigningAlgorithm="RSASSA_PSS_SHA_256"),
        under(SIGNING, SigningAlgorithm="ECDSA_SHA_384"),
        under(SIGNING, SigningAlgorithm="ED25519_SHA_512"),
        under(SIGNING, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_512"),
    ),
    "sign-algo-enum": (
        unlooked_up(SigningAlgorithm="FOO"),
        unlooked_up(SigningAlgorithm="RSAES_OAEP_SHA_256"),
    ),
    "sign-algo-null": (unlooked_up(SigningAlgorithm=None),),
    "sign-message-empty": (unlooked_up(Message=b""),),
    "sign-message-too-long": (unlooked_up(Message=bytes(4097)),),
    "sign-message-null": (unlooked_up(Message=None),),
    "verify-signature-null": (unlooked_up(Signature=None),),
    "verify-signature-empty": (unlooked_up(Signature=b""),),
    "verify-signature-too-long": (unlooked_up(Signature=bytes(6145)),),
    "mldsa-digest": (
        under(
            {"KeySpec": "ML_DSA_44", "KeyUsage": "SIGN_VERIFY"},
            MessageType="DIGEST",
            SigningAlgorithm="ML_DSA_SHAKE_256",
        ),
    ),
    "ed25519-digest": (under(ED25519, MessageType="DIGEST", SigningAlgorithm="ED25519_SHA_512"),),
    "ed25519ph-raw": (under(ED25519, MessageType="RAW", SigningAlgorithm="ED25519_PH_SHA_512"),),
    "mac-usage-encrypt": (under({}, MacAlgorithm="HMAC_SHA_224"),),
    "mac-usage-others": (under({}), under({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"})),
    "mac-algo-spec": (
        under(
            {"KeySpec": "HMAC_224", "KeyUsage": "GENERATE_VERIFY_MAC"}, MacAlgorithm="HMAC_SHA_256"
        ),
    ),
    "mac-algo-enum": (
        unlooked_up(MacAlgorithm="INVALID"),
        unlooked_up(MacAlgorithm="hmac_sha_256"),
    ),
    "mac-algo-null": (unlooked_up(MacAlgorithm=None),),
    "verify-mac-mismatch": (mac_of_another_message, Scene.request),
    "verify-mac-empty": (unlooked_up(Mac=b""),),
    "verify-mac-too-long": (unlooked_up(Mac=bytes(6145)),),
    "derive-usage-sign": (under(SIGNING),),
    "derive-algo-enum": (unlooked_up(KeyAgreementAlgorithm="DH"),),
    "get-public-key-symmetric": (under({}),),
    "get-public-key-pending-deletion": (
        *(pending_deletion_of(**SIGNING), pending_deletion_of(**MAC)),
    ),
    "create-no-usage": (create(KeySpec="HMAC_256"), create(KeySpec="RSA_2048")),
    "create-usage-spec": (create(KeySpec="RSA_2048", KeyUsage="KEY_AGREEMENT"),),
    "create-usage-spec-hmac": (
        create(KeySpec="HMAC_256", KeyUsage="ENCRYPT_DECRYPT"),
        create(KeySpec="SYMMETRIC_DEFAULT", KeyUsage="SIGN_VERIFY"),
        create(KeySpec="ECC_SECG_P256K1", KeyUsage="KEY_AGREEMENT"),
    ),
    "create-sm2-region": (create(KeySpec="SM2", KeyUsage="SIGN_VERIFY"),),
    "create-origin-external-spec": (
        create(Origin="EXTERNAL", KeySpec="ML_DSA_44", KeyUsage="SIGN_VERIFY"),
    ),
    "pending-import-encrypt": (pending_import,),
    "pending-import-others": (pending_import,),
    "pending-import-reencrypt-destination": (destination_pending_import,),
    "import-params-origin": (under({}),),
    "import-material-origin": (under({}),),
    "import-no-valid-to": (with_("ExpirationModel", None),),
    "import-encrypted-size": (material_wrapped_in_one_byte,),
    "rotate-asymmetric": (under(RSA),),
    "rotate-pending-import": (under(EXTERNAL),),
    "rotate-external-no-pending": (imported(),),
    "rotate-limit": (rotated_25_times,),
    "rotate-external-hmac": (imported(**MAC),),
    "rotation-disabled": (when_disabled, under(MAC, disabled=True)),
    "rotation-pending-deletion": (when_pending_deletion, pending_deletion_of(**MAC)),
    "rotation-external-origin": (under(EXTERNAL),),
    "rotation-status-external": (under(EXTERNAL),),
    "rotation-period-low": (unlooked_up(RotationPeriodInDays=89),),
    "rotation-period-high": (unlooked_up(RotationPeriodInDays=2561),),
    "replicate-same-region": (replicated_to(REGION),),
    "replicate-other-partition": (replicated_to("cn-north-1"),),
    "replicate-not-multi-region": (Scene.request,),
    "grant-principal-missing": (with_an_unknown_grantee,),
    "grant-only-creategrant": (with_("Operations", ["CreateGrant"]),),
    "create-key-quota": (with_two_keys_where_two_can_be,),
    "pending-replica-deletion": (primary_pending_deletion,),
    "key-creating": (replica_creating,),
    "key-updating": (primary_updating,),
}

# Why no row of these is provoked here.
KEY_STORE: Final = "needs a custom key store"
IDENTITY: Final = "needs identity policies or enforced key policies"
FAULT: Final = "comes only when a test asks for it"
ELSEWHERE: Final[Mapping[str, tuple[str, ...]]] = {
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
}


def cases() -> list[Any]:
    return [
        pytest.param(row, operation, provoke, id=f"{row['id']}-{operation}-{number}")
        for row in rows()
        for operation in OF_ANY_OPERATION.get(row["id"], row["operation"].split("|"))
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
    skip_what_botocore_lacks(params)
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

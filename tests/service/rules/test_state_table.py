"""
The key-state table, cell by cell, of every kind of key, from a plain client.

``tests/facts/key_states.csv`` is the authority. A cell counts when it begins with
``ok`` or an error code and is not marked unverified.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_kmsmock import KmsMock
from pytest_kmsmock.service.operations.table import OPERATIONS

pytestmark = pytest.mark.usefixtures("newest_model")

FACTS: Final = Path(__file__).parents[2] / "facts" / "key_states.csv"
TABLE: Final[Mapping[str, Mapping[str, str]]] = {
    row["operation"]: row
    for row in csv.DictReader(
        line for line in FACTS.read_text().splitlines() if not line.startswith("#")
    )
}
EAST, WEST, IRELAND = "us-east-1", "us-west-2", "eu-west-1"
STATE, UNSUPPORTED = "KMSInvalidStateException", "UnsupportedOperationException"


@attrs.frozen
class Kind:
    """A kind of key."""

    spec: str
    usage: str
    origin: str = "AWS_KMS"
    multi_region: bool = False

    @property
    def is_symmetric(self) -> bool:
        return self.spec == "SYMMETRIC_DEFAULT"

    @property
    def rotates_by_itself(self) -> bool:
        return self.is_symmetric and self.origin == "AWS_KMS"

    def __str__(self) -> str:
        parts = (self.spec, self.usage, self.origin, "multi-Region" if self.multi_region else "")
        return " ".join(part for part in parts if part)


ENCRYPT, SIGN, MAC, AGREE = "ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"
KINDS = [
    Kind("SYMMETRIC_DEFAULT", ENCRYPT),
    Kind("RSA_2048", ENCRYPT),
    Kind("RSA_2048", SIGN),
    Kind("ECC_NIST_P256", SIGN),
    Kind("ECC_NIST_P256", AGREE),
    Kind("HMAC_256", MAC),
    Kind("SYMMETRIC_DEFAULT", ENCRYPT, "EXTERNAL"),
    Kind("ECC_NIST_P256", SIGN, "EXTERNAL"),
    Kind("ECC_NIST_P256", AGREE, "EXTERNAL"),
    Kind("HMAC_256", MAC, "EXTERNAL"),
    Kind("SYMMETRIC_DEFAULT", ENCRYPT, multi_region=True),
    Kind("RSA_2048", ENCRYPT, multi_region=True),
    Kind("ECC_NIST_P256", SIGN, multi_region=True),
    Kind("HMAC_256", MAC, multi_region=True),
    Kind("SYMMETRIC_DEFAULT", ENCRYPT, "EXTERNAL", multi_region=True),
    Kind("ECC_NIST_P256", SIGN, "EXTERNAL", multi_region=True),
    Kind("HMAC_256", MAC, "EXTERNAL", multi_region=True),
]
ANYWHERE = ("Enabled", "Disabled", "PendingDeletion")
CASES = [
    (kind, state)
    for kind in KINDS
    for state in (
        *ANYWHERE,
        *(["PendingImport"] if kind.origin == "EXTERNAL" else []),
        *(["PendingReplicaDeletion", "Creating", "Updating"] if kind.multi_region else []),
    )
]

WORDS: Final = {
    "Disabled": "is disabled.",
    "PendingDeletion": "is pending deletion.",
    "PendingReplicaDeletion": "is pending replica deletion.",
    "PendingImport": "is pending import.",
    "Creating": "is creating.",
    "Updating": "is updating.",
}

# What is asked of which usage.
BY_USAGE: Final[Mapping[str, tuple[str, ...]]] = {
    ENCRYPT: ("Encrypt", "Decrypt", "ReEncrypt"),
    SIGN: ("Sign", "Verify", "GetPublicKey"),
    MAC: ("GenerateMac", "VerifyMac"),
    AGREE: ("DeriveSharedSecret", "GetPublicKey"),
}
DATA_KEYS: Final = (
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
)
OF_ANY_KEY: Final = (
    "CancelKeyDeletion",
    "CreateAlias",
    "CreateGrant",
    "DeleteAlias",
    "DeleteImportedKeyMaterial",
    "DescribeKey",
    "DisableKey",
    "DisableKeyRotation",
    "EnableKey",
    "EnableKeyRotation",
    "GetKeyLastUsage",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "GetParametersForImport",
    "ImportKeyMaterial",
    "ListAliases",
    "ListGrants",
    "ListKeyPolicies",
    "ListKeyRotations",
    "ListResourceTags",
    "PutKeyPolicy",
    "RotateKeyOnDemand",
    "ScheduleKeyDeletion",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
)
OF_PRIMARIES: Final = ("ReplicateKey", "UpdatePrimaryRegion")


def operations_of(kind: Kind) -> list[str]:
    names = [*OF_ANY_KEY, *BY_USAGE[kind.usage]]
    if kind.is_symmetric:
        names += DATA_KEYS
    elif kind.spec.startswith("RSA") and kind.usage == ENCRYPT:
        names.append("GetPublicKey")
    if kind.multi_region:
        names += OF_PRIMARIES
    return [name for name in names if name in OPERATIONS]


def expected(operation: str, state: str, kind: Kind) -> str | None:
    """Return the code that the cell asks for, ``ok``, or None if it does not count."""
    cell = TABLE[operation][state]
    if operation == "UpdatePrimaryRegion" and state == "Updating":
        return STATE  # key_states.md §7
    if "(unverified" in cell.partition(";")[0] or cell.startswith("n/a"):
        return None
    if operation == "RotateKeyOnDemand" and state == "Enabled":
        if not kind.is_symmetric:
            return UNSUPPORTED
        return STATE if kind.origin == "EXTERNAL" else "ok"  # nothing is pending rotation
    if operation == "DisableKeyRotation" and kind.origin == "AWS_KMS" and not kind.is_symmetric:
        # key_states.md §7: it succeeds without effect; the cell of Updating says otherwise.
        return "ok" if state == "Enabled" else None if state == "Updating" else first(cell)
    if operation == "ImportKeyMaterial" and state == "Updating" and kind.origin == "AWS_KMS":
        return UNSUPPORTED
    if operation == "UpdateAlias" and state in ("PendingDeletion", "PendingReplicaDeletion"):
        return STATE  # as the new target
    if "if EXTERNAL else" in cell:
        yes, _, no = cell.partition(" if EXTERNAL else ")
        return yes if kind.origin == "EXTERNAL" else no
    if "if AWS_KMS-origin SYMMETRIC_DEFAULT else" in cell:
        return "ok" if kind.rotates_by_itself else UNSUPPORTED
    if f"{UNSUPPORTED} if EXTERNAL or custom store" in cell and "2022:" not in cell:
        return UNSUPPORTED if kind.origin == "EXTERNAL" else first(cell)
    if f"{UNSUPPORTED} if not SYMMETRIC_DEFAULT" in cell:
        return "ok" if kind.is_symmetric else UNSUPPORTED
    return first(cell)


def first(cell: str) -> str:
    return cell.split()[0]


def text(operation: str, state: str, kind: Kind, code: str, arn: str) -> str | None:
    """Return the text of the error, None where the facts leave it open."""
    if code == "ok":
        return ""
    if operation == "CancelKeyDeletion":
        return f"{arn} is not pending deletion."
    if operation == "RotateKeyOnDemand" and state == "Enabled":
        if code == UNSUPPORTED:
            return ""
        return f"No available key material pending rotation for the key: {arn}."
    if code != UNSUPPORTED:
        return f"{arn} {WORDS[state]}"
    of_origin = ("ImportKeyMaterial", "GetParametersForImport", "DeleteImportedKeyMaterial")
    if kind.origin == "EXTERNAL" or operation in of_origin:
        if operation == "ListKeyRotations":
            return None
        return f"{arn} origin is {kind.origin} which is not valid for this operation."
    return None


class Scene:
    """A new key of a kind, in a state, and requests that are good while it is enabled."""

    def __init__(
        self, kms: KmsMock, kind: Kind, clients: Mapping[str, Any], import_material: Any
    ) -> None:
        self.kms = kms
        self.kind = kind
        self.clients = clients
        self.region = EAST
        self.import_material = import_material
        self.material = material_for(kind)
        kms.transition_seconds = 0
        self.key_id: str = self.client.create_key(
            KeySpec=kind.spec,
            KeyUsage=kind.usage,
            Origin=kind.origin,
            MultiRegion=kind.multi_region,
        )["KeyMetadata"]["KeyId"]
        self.bring_material()

    @property
    def client(self) -> Any:
        """The client of the Region whose key is looked at."""
        return self.clients[self.region]

    @property
    def arn(self) -> str:
        return f"arn:aws:kms:{self.region}:123456789012:key/{self.key_id}"

    def token(self) -> tuple[bytes, bytes]:
        """Return an import token of the key, and the wrapping key."""
        wanted = self.client.get_parameters_for_import(
            KeyId=self.key_id,
            WrappingAlgorithm=wrapping_of(self.kind),
            WrappingKeySpec="RSA_2048",
        )
        return wanted["ImportToken"], wanted["PublicKey"]

    def bring_material(self) -> None:
        if self.kind.origin == "EXTERNAL":
            self.import_material(self.client, self.key_id, self.material)

    def request(self, operation: str, state: str) -> dict[str, Any]:
        """Prepare a request, before the key is brought into *state*."""
        client, key_id = self.client, self.key_id
        region = WEST if state in ("Creating", "Updating") else EAST
        alias = f"alias/{key_id}-{operation}"
        symmetric = {} if self.kind.is_symmetric else {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
        signing = {"Message": b"m", "SigningAlgorithm": signing_algorithm_of(self.kind)}
        mac = {"Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}
        match operation:
            case "CreateAlias":
                return {"AliasName": alias, "TargetKeyId": key_id}
            case "DeleteAlias" | "UpdateAlias":
                self.alias = alias
                return {"AliasName": alias} | (
                    {"TargetKeyId": key_id} if operation == "UpdateAlias" else {}
                )
            case "CreateGrant":
                principal = "arn:aws:iam::123456789012:role/app"
                return {
                    "KeyId": key_id,
                    "GranteePrincipal": principal,
                    "Operations": ["DescribeKey"],
                }
            case "Encrypt":
                return {"KeyId": key_id, "Plaintext": b"plaintext", **symmetric}
            case "Decrypt":
                blob = client.encrypt(KeyId=key_id, Plaintext=b"plaintext", **symmetric)
                return {"KeyId": key_id, "CiphertextBlob": blob["CiphertextBlob"], **symmetric}
            case "ReEncrypt":
                blob = client.encrypt(KeyId=key_id, Plaintext=b"plaintext", **symmetric)
                other = self.clients[region].create_key()["KeyMetadata"]["KeyId"]
                return {
                    "SourceKeyId": key_id,
                    "CiphertextBlob": blob["CiphertextBlob"],
                    "DestinationKeyId": other,
                    **({f"Source{name}": value for name, value in symmetric.items()}),
                }
            case "Sign":
                return {"KeyId": key_id, **signing}
            case "Verify":
                signature = client.sign(KeyId=key_id, **signing)["Signature"]
                return {"KeyId": key_id, **signing, "Signature": signature}
            case "GenerateMac":
                return {"KeyId": key_id, **mac}
            case "VerifyMac":
                return {
                    "KeyId": key_id,
                    **mac,
                    "Mac": client.generate_mac(KeyId=key_id, **mac)["Mac"],
                }
            case "DeriveSharedSecret":
                return {"KeyId": key_id, "KeyAgreementAlgorithm": "ECDH", "PublicKey": peer()}
            case "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext":
                return {"KeyId": key_id, "KeySpec": "AES_256"}
            case "GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext":
                return {"KeyId": key_id, "KeyPairSpec": "ECC_NIST_P256"}
            case "GetParametersForImport":
                return {
                    "KeyId": key_id,
                    "WrappingAlgorithm": wrapping_of(self.kind),
                    "WrappingKeySpec": "RSA_2048",
                }
            case "PutKeyPolicy":
                return {
                    "KeyId": key_id,
                    "Policy": client.get_key_policy(KeyId=key_id)["Policy"],
                }
            case "ReplicateKey":
                return {"KeyId": key_id, "ReplicaRegion": IRELAND}
            case "UpdatePrimaryRegion":
                return {"KeyId": key_id, "PrimaryRegion": EAST if region == WEST else WEST}
            case "TagResource":
                return {"KeyId": key_id, "Tags": [{"TagKey": "team", "TagValue": "blue"}]}
            case "UntagResource":
                return {"KeyId": key_id, "TagKeys": ["team"]}
            case "UpdateKeyDescription":
                return {"KeyId": key_id, "Description": "new"}
        return {"KeyId": key_id}

    def bring_into(self, state: str, operation: str) -> None:
        """Bring the key into *state*; a replica is in us-west-2."""
        wants_replica = operation == "UpdatePrimaryRegion" and state != "PendingDeletion"
        if state in ("PendingReplicaDeletion", "Creating", "Updating") or wants_replica:
            self.kms.transition_seconds = 3600 if state == "Creating" else 0
            self.client.replicate_key(KeyId=self.key_id, ReplicaRegion=WEST)
        match state:
            case "Disabled":
                self.client.disable_key(KeyId=self.key_id)
            case "PendingDeletion" | "PendingReplicaDeletion":
                self.client.schedule_key_deletion(KeyId=self.key_id)
            case "PendingImport":
                self.client.delete_imported_key_material(KeyId=self.key_id)
            case "Creating":
                self.region = WEST
            case "Updating":
                self.region = WEST
                self.bring_material()
                if self.kind.origin == "EXTERNAL" and operation == "ImportKeyMaterial":
                    self.early_token = self.token()
                self.kms.transition_seconds = 3600
                self.clients[EAST].update_primary_region(KeyId=self.key_id, PrimaryRegion=WEST)
            case "Enabled" if wants_replica:
                self.region = WEST
                self.bring_material()
                self.region = EAST
        metadata = self.client.describe_key(KeyId=self.key_id)["KeyMetadata"]
        assert metadata["KeyState"] == state

    def make_alias(self, operation: str, state: str) -> None:
        """Make the alias that the request is about."""
        if operation in ("DeleteAlias", "UpdateAlias"):
            target = self.key_id
            if operation == "UpdateAlias" or state in ("PendingDeletion", "PendingReplicaDeletion"):
                target = self.client.create_key(KeySpec=self.kind.spec, KeyUsage=self.kind.usage)[
                    "KeyMetadata"
                ]["KeyId"]
            self.client.create_alias(AliasName=self.alias, TargetKeyId=target)


def material_for(kind: Kind) -> bytes:
    if kind.spec.startswith("ECC"):
        return ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    return bytes(32)


def peer() -> bytes:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def wrapping_of(kind: Kind) -> str:
    return "RSA_AES_KEY_WRAP_SHA_256" if kind.spec.startswith("RSA") else "RSAES_OAEP_SHA_256"


def signing_algorithm_of(kind: Kind) -> str:
    return "RSASSA_PSS_SHA_256" if kind.spec.startswith("RSA") else "ECDSA_SHA_256"


def outcome(method: Callable[..., Any], params: dict[str, Any]) -> tuple[str, str]:
    """Return ``ok`` and nothing, or the code and the text of the refusal."""
    try:
        method(**params)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return "ok", ""


@pytest.mark.parametrize(("kind", "state"), CASES, ids=[f"{kind}-{state}" for kind, state in CASES])
def test_cells_of_the_table(
    kms: KmsMock, import_material: Any, wrap: Any, kind: Kind, state: str
) -> None:
    """Each operation answers as AWS's table says for that kind of key in that state."""
    clients = {region: kms.client(region) for region in (EAST, WEST, IRELAND)}
    wanted, found = {}, {}

    for operation in operations_of(kind):
        code = expected(operation, state, kind)
        if code is None:
            continue
        scene = Scene(kms, kind, clients, import_material)
        params = scene.request(operation, state)
        scene.bring_into(state, operation)
        scene.make_alias(operation, state)
        if operation == "ImportKeyMaterial":
            params |= material_params(scene, state, code, wrap)
        words = text(operation, state, kind, code, scene.arn)
        answer = outcome(getattr(scene.client, xform_name(operation)), params)
        wanted[operation] = (code, answer[1] if words is None else words)
        found[operation] = answer

    assert found == wanted


def material_params(scene: Scene, state: str, code: str, wrap: Any) -> dict[str, Any]:
    """Return a token and material, good ones where the import is to succeed."""
    token, wrapped = b"none", b"none"
    if code == "ok":
        # An Updating key gives out no token, and takes one that it gave before.
        token, public = scene.early_token if state == "Updating" else scene.token()
        wrapped = wrap(public, wrapping_of(scene.kind), scene.material)
    return {
        "ImportToken": token,
        "EncryptedKeyMaterial": wrapped,
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }

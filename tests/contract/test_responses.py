"""The members of every operation's response, and in which form they name a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest
from botocore import xform_name
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from pytest_kmsmock.service.api.shapes import service_model

OPERATIONS: Final = frozenset(service_model().operation_names)

ARN: Final = "the key ARN"
BARE: Final = "the key ID"
LIST: Final = {"Truncated": None}
SEALED: Final = {"CiphertextBlob": None, "KeyId": ARN, "KeyMaterialId": None}
PAIR: Final = {
    "PrivateKeyCiphertextBlob": None,
    "PublicKey": None,
    "KeyId": ARN,
    "KeyPairSpec": None,
    "KeyMaterialId": None,
}

# Source: KMS API Reference; AWS's recordings where it does not tell an ARN from an ID.
RESPONSES: Final[Mapping[str, Mapping[str, str | None]]] = {
    "CancelKeyDeletion": {"KeyId": ARN},
    "ConnectCustomKeyStore": {},
    "CreateAlias": {},
    "CreateCustomKeyStore": {"CustomKeyStoreId": None},
    "CreateGrant": {"GrantId": None, "GrantToken": None},
    "CreateKey": {"KeyMetadata": None, "KeyMetadata.KeyId": BARE, "KeyMetadata.Arn": ARN},
    "Decapsulate": {"KeyId": ARN, "SharedSecret": None, "EncapsulationAlgorithm": None},
    "Decrypt": {
        "KeyId": ARN,
        "Plaintext": None,
        "EncryptionAlgorithm": None,
        "KeyMaterialId": None,
    },
    "DeleteAlias": {},
    "DeleteCustomKeyStore": {},
    "DeleteImportedKeyMaterial": {"KeyId": ARN, "KeyMaterialId": None},
    "DeriveSharedSecret": {
        "KeyId": ARN,
        "SharedSecret": None,
        "KeyAgreementAlgorithm": None,
        "KeyOrigin": None,
    },
    "DescribeCustomKeyStores": {"CustomKeyStores": None, **LIST},
    "DescribeKey": {"KeyMetadata": None, "KeyMetadata.KeyId": BARE, "KeyMetadata.Arn": ARN},
    "DisableKey": {},
    "DisableKeyRotation": {},
    "DisconnectCustomKeyStore": {},
    "EnableKey": {},
    "EnableKeyRotation": {},
    "Encapsulate": {
        "KeyId": ARN,
        "SharedSecret": None,
        "SharedSecretCiphertextBlob": None,
        "EncapsulationAlgorithm": None,
    },
    "Encrypt": {"CiphertextBlob": None, "KeyId": ARN, "EncryptionAlgorithm": None},
    "GenerateDataKey": {**SEALED, "Plaintext": None},
    "GenerateDataKeyPair": {**PAIR, "PrivateKeyPlaintext": None},
    "GenerateDataKeyPairWithoutPlaintext": PAIR,
    "GenerateDataKeyWithoutPlaintext": SEALED,
    "GenerateMac": {"Mac": None, "MacAlgorithm": None, "KeyId": ARN},
    "GenerateRandom": {"Plaintext": None},
    "GetKeyLastUsage": {
        "KeyId": BARE,
        "KeyLastUsage": None,
        "TrackingStartDate": None,
        "KeyCreationDate": None,
    },
    "GetKeyPolicy": {"Policy": None, "PolicyName": None},
    "GetKeyRotationStatus": {
        "KeyId": ARN,
        "KeyRotationEnabled": None,
        "RotationPeriodInDays": None,
        "NextRotationDate": None,
    },
    "GetParametersForImport": {
        "KeyId": ARN,
        "ImportToken": None,
        "PublicKey": None,
        "ParametersValidTo": None,
    },
    "GetPublicKey": {
        "KeyId": ARN,
        "PublicKey": None,
        "CustomerMasterKeySpec": None,
        "KeySpec": None,
        "KeyUsage": None,
        "SigningAlgorithms": None,
    },
    "ImportKeyMaterial": {"KeyId": ARN, "KeyMaterialId": None},
    "ListAliases": {"Aliases": None, "Aliases.TargetKeyId": BARE, **LIST},
    "ListGrants": {"Grants": None, "Grants.KeyId": ARN, **LIST},
    "ListKeyPolicies": {"PolicyNames": None, **LIST},
    "ListKeyRotations": {"Rotations": None, "Rotations.KeyId": ARN, **LIST},
    "ListKeys": {"Keys": None, "Keys.KeyId": BARE, "Keys.KeyArn": ARN, **LIST},
    "ListResourceTags": {"Tags": None, **LIST},
    "ListRetirableGrants": {"Grants": None, "Grants.KeyId": ARN, **LIST},
    "PutKeyPolicy": {},
    "ReEncrypt": {
        "CiphertextBlob": None,
        "SourceKeyId": ARN,
        "KeyId": ARN,
        "SourceEncryptionAlgorithm": None,
        "DestinationEncryptionAlgorithm": None,
        "SourceKeyMaterialId": None,
        "DestinationKeyMaterialId": None,
    },
    "ReplicateKey": {
        "ReplicaKeyMetadata": None,
        "ReplicaKeyMetadata.KeyId": BARE,
        "ReplicaKeyMetadata.Arn": ARN,
        "ReplicaPolicy": None,
        "ReplicaTags": None,
    },
    "RetireGrant": {},
    "RevokeGrant": {},
    "RotateKeyOnDemand": {"KeyId": ARN},
    "ScheduleKeyDeletion": {
        "KeyId": ARN,
        "DeletionDate": None,
        "KeyState": None,
        "PendingWindowInDays": None,
    },
    "Sign": {"KeyId": ARN, "Signature": None, "SigningAlgorithm": None},
    "TagResource": {},
    "UntagResource": {},
    "UpdateAlias": {},
    "UpdateCustomKeyStore": {},
    "UpdateKeyDescription": {},
    "UpdatePrimaryRegion": {},
    "Verify": {"KeyId": ARN, "SignatureValid": None, "SigningAlgorithm": None},
    "VerifyMac": {"KeyId": ARN, "MacValid": None, "MacAlgorithm": None},
}


class Caller:
    """A client that notes its responses by operation, and the IDs of the keys that they name."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.responses: dict[str, dict[str, Any]] = {}

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        response: dict[str, Any] = getattr(self._client, xform_name(operation))(**params)
        del response["ResponseMetadata"]
        self.responses[operation] = response
        return response


@pytest.fixture(scope="module")
def responses(
    module_client: Any, cluster_parameters: Mapping[str, str]
) -> Mapping[str, Mapping[str, Any]]:
    """The response of each operation."""
    call = Caller(module_client)
    _manage(call)
    _use(call)
    _use_other_keys(call)
    _import(call)
    _keep_elsewhere(call, cluster_parameters)
    return call.responses


def _new_key(call: Caller, **params: Any) -> str:
    key_id: str = call("CreateKey", **params)["KeyMetadata"]["KeyId"]
    return key_id


def _manage(call: Caller) -> None:
    key_id = _new_key(call)
    call("DescribeKey", KeyId=key_id)
    call("ListKeys")
    call("CreateAlias", AliasName="alias/app", TargetKeyId=key_id)
    call("UpdateAlias", AliasName="alias/app", TargetKeyId=key_id)
    call("ListAliases")
    call("DeleteAlias", AliasName="alias/app")
    call("TagResource", KeyId=key_id, Tags=[{"TagKey": "a", "TagValue": "b"}])
    call("ListResourceTags", KeyId=key_id)
    call("UntagResource", KeyId=key_id, TagKeys=["a"])
    policy = call("GetKeyPolicy", KeyId=key_id)["Policy"]
    call("PutKeyPolicy", KeyId=key_id, Policy=policy)
    call("ListKeyPolicies", KeyId=key_id)
    call("UpdateKeyDescription", KeyId=key_id, Description="of the application")
    call("EnableKeyRotation", KeyId=key_id)
    call("GetKeyRotationStatus", KeyId=key_id)
    call("DisableKeyRotation", KeyId=key_id)
    call("RotateKeyOnDemand", KeyId=key_id)
    call("ListKeyRotations", KeyId=key_id)
    role = "arn:aws:iam::123456789012:role/app"
    terms = {"GranteePrincipal": role, "RetiringPrincipal": role, "Operations": ["Decrypt"]}
    call("CreateGrant", KeyId=key_id, **terms)
    call("ListGrants", KeyId=key_id)
    call("ListRetirableGrants", RetiringPrincipal=role)
    call("RetireGrant", GrantToken=call.responses["CreateGrant"]["GrantToken"])
    call("RevokeGrant", KeyId=key_id, GrantId=call("CreateGrant", KeyId=key_id, **terms)["GrantId"])
    call("DisableKey", KeyId=key_id)
    call("EnableKey", KeyId=key_id)
    call("ScheduleKeyDeletion", KeyId=key_id)
    call("CancelKeyDeletion", KeyId=key_id)
    pair = _new_key(call, MultiRegion=True)
    tags = [{"TagKey": "a", "TagValue": "b"}]
    call("ReplicateKey", KeyId=pair, ReplicaRegion="eu-west-1", Tags=tags)
    call("UpdatePrimaryRegion", KeyId=pair, PrimaryRegion="eu-west-1")


def _use(call: Caller) -> None:
    key_id = _new_key(call)
    call("CreateAlias", AliasName="alias/app", TargetKeyId=key_id)
    if "GetKeyLastUsage" in OPERATIONS:
        call("GetKeyLastUsage", KeyId=key_id)
    blob = call("Encrypt", KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]
    call("Decrypt", CiphertextBlob=blob)
    call("ReEncrypt", CiphertextBlob=blob, DestinationKeyId="alias/app")
    call("GenerateDataKey", KeyId="alias/app", KeySpec="AES_256")
    call("GenerateDataKeyWithoutPlaintext", KeyId="alias/app", KeySpec="AES_256")
    call("GenerateDataKeyPair", KeyId=key_id, KeyPairSpec="ECC_NIST_P256")
    call("GenerateDataKeyPairWithoutPlaintext", KeyId=key_id, KeyPairSpec="ECC_NIST_P256")
    call("GenerateRandom", NumberOfBytes=1)


def _use_other_keys(call: Caller) -> None:
    signing = {
        "KeyId": _new_key(call, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY"),
        "Message": b"x",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }
    call("Verify", **signing, Signature=call("Sign", **signing)["Signature"])
    call("GetPublicKey", KeyId=signing["KeyId"])
    mac = {
        "KeyId": _new_key(call, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"),
        "Message": b"x",
        "MacAlgorithm": "HMAC_SHA_256",
    }
    call("VerifyMac", **mac, Mac=call("GenerateMac", **mac)["Mac"])
    peer = ec.generate_private_key(ec.SECP256R1()).public_key()
    call(
        "DeriveSharedSecret",
        KeyId=_new_key(call, KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT"),
        KeyAgreementAlgorithm="ECDH",
        PublicKey=peer.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )
    if "Encapsulate" in OPERATIONS:
        kem = {
            "KeyId": _new_key(call, KeySpec="ML_KEM_768", KeyUsage="ENCAPSULATE_DECAPSULATE"),
            "EncapsulationAlgorithm": "ML_KEM",
        }
        sealed = call("Encapsulate", **kem)["SharedSecretCiphertextBlob"]
        call("Decapsulate", **kem, SharedSecretCiphertextBlob=sealed)


def _import(call: Caller) -> None:
    key_id = _new_key(call, Origin="EXTERNAL")
    parameters = call(
        "GetParametersForImport",
        KeyId=key_id,
        WrappingAlgorithm="RSAES_OAEP_SHA_256",
        WrappingKeySpec="RSA_2048",
    )
    call(
        "ImportKeyMaterial",
        KeyId=key_id,
        ImportToken=parameters["ImportToken"],
        EncryptedKeyMaterial=_wrapped(bytes(32), parameters["PublicKey"]),
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )
    call("DeleteImportedKeyMaterial", KeyId=key_id)


def _wrapped(material: bytes, public_key: bytes) -> bytes:
    key: Any = load_der_public_key(public_key)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    wrapped: bytes = key.encrypt(material, oaep)
    return wrapped


def _keep_elsewhere(call: Caller, of_cluster: Mapping[str, str]) -> None:
    created = call("CreateCustomKeyStore", CustomKeyStoreName="store", **of_cluster)
    store_id = created["CustomKeyStoreId"]
    call("DescribeCustomKeyStores")
    call("ConnectCustomKeyStore", CustomKeyStoreId=store_id)
    call("DisconnectCustomKeyStore", CustomKeyStoreId=store_id)
    call("UpdateCustomKeyStore", CustomKeyStoreId=store_id, NewCustomKeyStoreName="other")
    call("DeleteCustomKeyStore", CustomKeyStoreId=store_id)


def _values(response: Mapping[str, Any], path: str) -> list[str]:
    """Return what is in *response* at *path*; there is one for each entry of a list."""
    name, _, rest = path.partition(".")
    found = response[name]
    if not rest:
        return [found]
    entries = found if isinstance(found, list) else [found]
    assert entries
    return [entry[rest] for entry in entries]


def _known_members(operation: str) -> set[str]:
    """Return the members of an answer that the installed botocore has in its model."""
    output = service_model().operation_model(operation).output_shape
    return set() if output is None else {*output.members}


def test_the_table_has_each_operation() -> None:
    """Those that a newer model brings are to be added."""
    assert RESPONSES.keys() >= OPERATIONS


each_operation = pytest.mark.parametrize("operation", sorted(OPERATIONS & RESPONSES.keys()))


@each_operation
def test_an_answer_has_its_members_and_no_others(
    responses: Mapping[str, Mapping[str, Any]], operation: str
) -> None:
    """Also where the model declares others: they are for other keys, requests and states."""
    known = _known_members(operation)

    assert responses[operation].keys() == known & RESPONSES[operation].keys()


@each_operation
def test_an_answer_names_keys_in_its_own_form(
    responses: Mapping[str, Mapping[str, Any]], operation: str
) -> None:
    """The ARN as a rule, whatever the request said; the bare ID in metadata and lists."""
    known = _known_members(operation)
    forms = {
        path: form
        for path, form in RESPONSES[operation].items()
        if form is not None and path.partition(".")[0] in known
    }

    found = {
        path: {value.startswith("arn:aws:kms:") for value in _values(responses[operation], path)}
        for path in forms
    }

    assert found == {path: {form == ARN} for path, form in forms.items()}

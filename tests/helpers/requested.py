"""Requests of all operations, and a state in which they succeed."""

from __future__ import annotations

import base64
import copy
import functools
import json
from typing import Any, Final

from pytest_kmsmock.crypto import wrapping
from pytest_kmsmock.crypto.keypool import KeyPool
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values import key_pairs
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.service.values.cluster import Cluster

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
NOW: Final = 1_760_000_000.0
UUID: Final = "00000000-0000-4000-8000-000000000000"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/app"
CLUSTER: Final = "cluster-abcdefghijk"
# To make an RSA pair takes long, and here none has to be another one's.
POOL: Final = KeyPool(lambda spec: key_pairs.generate(spec, SYSTEM))
POLICY: Final = {
    "Version": "2012-10-17",
    "Id": "policy",
    "Statement": [
        {
            "Sid": "all",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": ["kms:*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:CallerAccount": ACCOUNT}},
        }
    ],
}

Body = dict[str, Any]


def answer(registry: Registry, operation: str, body: Any, *, now: float = NOW) -> Body:
    service = Service(lambda: now, registry)
    return service.handle(Request(operation, body, REGION, Caller(ACCOUNT), UUID))


@functools.cache
def prepared(now: float = NOW) -> tuple[Registry, dict[str, Body]]:
    """Return a registry, and for each operation a request that succeeds there."""
    registry = Registry(lambda: POOL)
    cluster = Cluster(
        account=ACCOUNT,
        region=REGION,
        cluster_id=CLUSTER,
        trust_anchor="certificate",
        history="",
        password="password",
    )
    registry.change(
        lambda draft: draft.change_backings(
            lambda backings: backings.clusters.update({CLUSTER: cluster})
        )
    )

    def do(operation: str, **body: Any) -> Body:
        return answer(registry, operation, body, now=now)

    def key(**body: Any) -> str:
        key_id: str = do("CreateKey", **body)["KeyMetadata"]["KeyId"]
        return key_id

    def store(**body: Any) -> Body:
        return {
            "CustomKeyStoreName": "store",
            "CloudHsmClusterId": CLUSTER,
            "TrustAnchorCertificate": "certificate",
            "KeyStorePassword": "password",
        } | body

    symmetric, other = key(), key()
    signing = key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    agreeing = key(KeySpec="ECC_NIST_P384", KeyUsage="KEY_AGREEMENT")
    hmac = key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    disabled, deleted, rotated = key(), key(), key()
    primary = key(MultiRegion=True)
    replicated = key(MultiRegion=True)
    waiting, imported = key(Origin="EXTERNAL"), key(Origin="EXTERNAL")
    do("DisableKey", KeyId=disabled)
    do("ScheduleKeyDeletion", KeyId=deleted)
    do("EnableKeyRotation", KeyId=rotated)
    do("ReplicateKey", KeyId=replicated, ReplicaRegion="eu-west-1")
    do("CreateAlias", AliasName="alias/app", TargetKeyId=symmetric)
    do("TagResource", KeyId=symmetric, Tags=[{"TagKey": "team", "TagValue": "red"}])
    context = {"tenant": "42"}
    sealed = text(
        do("Encrypt", KeyId=symmetric, Plaintext="eA==", EncryptionContext=context)[
            "CiphertextBlob"
        ]
    )
    message = {"Message": "eA==", "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = do("Sign", KeyId=signing, **message)["Signature"]
    mac = do("GenerateMac", KeyId=hmac, Message="eA==", MacAlgorithm="HMAC_SHA_256")["Mac"]
    granted = {"GranteePrincipal": ROLE, "RetiringPrincipal": ROLE, "Operations": ["Decrypt"]}
    grant = do("CreateGrant", KeyId=symmetric, **granted)
    peer = do("GetPublicKey", KeyId=agreeing)["PublicKey"]
    algorithm = "RSAES_OAEP_SHA_256"
    material = {}
    for each in (waiting, imported):
        parameters = do(
            "GetParametersForImport",
            KeyId=each,
            WrappingAlgorithm=algorithm,
            WrappingKeySpec="RSA_2048",
        )
        material[each] = {
            "KeyId": each,
            "ImportToken": text(parameters["ImportToken"]),
            "EncryptedKeyMaterial": text(
                wrapping.wrap(parameters["PublicKey"], algorithm, bytes(32), SYSTEM)
            ),
            "ValidTo": now + 86_400,
        }
    do("ImportKeyMaterial", **material[imported])
    connected = do("CreateCustomKeyStore", **store())["CustomKeyStoreId"]
    do("ConnectCustomKeyStore", CustomKeyStoreId=connected)
    requests: dict[str, Body] = {
        "CancelKeyDeletion": {"KeyId": deleted},
        "ConnectCustomKeyStore": {"CustomKeyStoreId": connected},
        "CreateAlias": {"AliasName": "alias/new", "TargetKeyId": symmetric},
        "CreateCustomKeyStore": store(),
        "CreateGrant": {
            "KeyId": symmetric,
            "Name": "grant",
            "Constraints": {"EncryptionContextSubset": context},
            "GrantTokens": [grant["GrantToken"]],
            **granted,
        },
        "CreateKey": {
            "Policy": json.dumps(POLICY),
            "Description": "a key",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "Origin": "AWS_CLOUDHSM",
            "CustomKeyStoreId": connected,
            "Tags": [{"TagKey": "team", "TagValue": "red"}],
            "MultiRegion": False,
        },
        "Decrypt": {
            "KeyId": symmetric,
            "CiphertextBlob": sealed,
            "EncryptionContext": context,
            "GrantTokens": [grant["GrantToken"]],
        },
        "DeleteAlias": {"AliasName": "alias/app"},
        "DeleteCustomKeyStore": {"CustomKeyStoreId": connected},
        "DeleteImportedKeyMaterial": {"KeyId": imported},
        "DeriveSharedSecret": {
            "KeyId": agreeing,
            "KeyAgreementAlgorithm": "ECDH",
            "PublicKey": text(peer),
        },
        "DescribeCustomKeyStores": {"CustomKeyStoreId": connected, "Limit": 1},
        "DescribeKey": {"KeyId": "alias/app", "GrantTokens": [grant["GrantToken"]]},
        "DisableKey": {"KeyId": symmetric},
        "DisableKeyRotation": {"KeyId": rotated},
        "DisconnectCustomKeyStore": {"CustomKeyStoreId": connected},
        "EnableKey": {"KeyId": disabled},
        "EnableKeyRotation": {"KeyId": symmetric, "RotationPeriodInDays": 90},
        "Encrypt": {"KeyId": symmetric, "Plaintext": "eA==", "EncryptionContext": context},
        "GenerateDataKey": {"KeyId": symmetric, "NumberOfBytes": 32, "EncryptionContext": context},
        "GenerateDataKeyPair": {"KeyId": symmetric, "KeyPairSpec": "ECC_NIST_P256"},
        "GenerateDataKeyPairWithoutPlaintext": {
            "KeyId": symmetric,
            "KeyPairSpec": "ECC_NIST_P256",
        },
        "GenerateDataKeyWithoutPlaintext": {"KeyId": symmetric, "KeySpec": "AES_256"},
        "GenerateMac": {"KeyId": hmac, "Message": "eA==", "MacAlgorithm": "HMAC_SHA_256"},
        "GenerateRandom": {"NumberOfBytes": 16},
        "GetKeyLastUsage": {"KeyId": symmetric},
        "GetKeyPolicy": {"KeyId": symmetric, "PolicyName": "default"},
        "GetKeyRotationStatus": {"KeyId": rotated},
        "GetParametersForImport": {
            "KeyId": waiting,
            "WrappingAlgorithm": algorithm,
            "WrappingKeySpec": "RSA_2048",
        },
        "GetPublicKey": {"KeyId": signing},
        "ImportKeyMaterial": material[waiting],
        "ListAliases": {"KeyId": symmetric, "Limit": 1},
        "ListGrants": {"KeyId": symmetric, "GrantId": grant["GrantId"], "Limit": 1},
        "ListKeyPolicies": {"KeyId": symmetric, "Limit": 1},
        "ListKeyRotations": {"KeyId": rotated, "Limit": 1},
        "ListKeys": {"Limit": 1, "Marker": do("ListKeys", Limit=1)["NextMarker"]},
        "ListResourceTags": {"KeyId": symmetric, "Limit": 1},
        "ListRetirableGrants": {"RetiringPrincipal": ROLE, "Limit": 1},
        "PutKeyPolicy": {"KeyId": symmetric, "PolicyName": "default", "Policy": json.dumps(POLICY)},
        "ReEncrypt": {
            "CiphertextBlob": sealed,
            "SourceEncryptionContext": context,
            "SourceKeyId": symmetric,
            "DestinationKeyId": other,
            "DestinationEncryptionContext": context,
        },
        "ReplicateKey": {
            "KeyId": primary,
            "ReplicaRegion": "eu-west-1",
            "Policy": json.dumps(POLICY),
            "Tags": [{"TagKey": "team", "TagValue": "red"}],
        },
        "RetireGrant": {"KeyId": key_arn(symmetric), "GrantId": grant["GrantId"]},
        "RevokeGrant": {"KeyId": symmetric, "GrantId": grant["GrantId"]},
        "RotateKeyOnDemand": {"KeyId": symmetric},
        "ScheduleKeyDeletion": {"KeyId": symmetric, "PendingWindowInDays": 7},
        "Sign": {"KeyId": signing, **message},
        "TagResource": {"KeyId": symmetric, "Tags": [{"TagKey": "cost", "TagValue": "1"}]},
        "UntagResource": {"KeyId": symmetric, "TagKeys": ["team"]},
        "UpdateAlias": {"AliasName": "alias/app", "TargetKeyId": other},
        "UpdateCustomKeyStore": {
            "CustomKeyStoreId": connected,
            "NewCustomKeyStoreName": "renamed",
        },
        "UpdateKeyDescription": {"KeyId": symmetric, "Description": "another"},
        "UpdatePrimaryRegion": {"KeyId": replicated, "PrimaryRegion": "eu-west-1"},
        "Verify": {"KeyId": signing, "Signature": text(signature), **message},
        "VerifyMac": {
            "KeyId": hmac,
            "Message": "eA==",
            "MacAlgorithm": "HMAC_SHA_256",
            "Mac": text(mac),
        },
    }
    return registry, requests


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def key_arn(key_id: str) -> str:
    return f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key_id}"


# Some need a store that is not connected, or one that has not been made.
NEEDS: Final = {
    "ConnectCustomKeyStore": ["DisconnectCustomKeyStore"],
    "DeleteCustomKeyStore": ["DisconnectCustomKeyStore"],
    "CreateCustomKeyStore": ["DisconnectCustomKeyStore", "DeleteCustomKeyStore"],
}


def ready(operation: str, now: float = NOW) -> tuple[Registry, Body]:
    """Return a registry of its own, and the request of *operation* that succeeds there."""
    registry, requests = prepared(now)
    registry = registry.copy()
    for needed in NEEDS.get(operation, ()):
        answer(registry, needed, requests[needed], now=now)
    return registry, copy.deepcopy(requests[operation])


def everything(value: Any) -> Any:
    """Return all that *value* holds, of whatever classes it is made."""
    if isinstance(value, dict):
        return [(everything(name), everything(item)) for name, item in value.items()]
    if isinstance(value, list | tuple):
        return [everything(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    if isinstance(value, str | bytes | int | float | None):
        return value
    slots = [slot for cls in type(value).__mro__ for slot in getattr(cls, "__slots__", ())]
    names = {*slots, *getattr(value, "__dict__", ())} - {"__weakref__", "lock", "key_maker"}
    found = [(name, everything(getattr(value, name, None))) for name in sorted(names)]
    return type(value).__name__, found

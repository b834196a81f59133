"""
Whatever a request says, the answer is AWS's, and an error changes nothing.

Each operation has a request that succeeds; some of its members are then replaced
by what nobody would send. No error of Python's own comes out, nor one that asks
for a report, and after any error everything is as it was.
"""

from __future__ import annotations

import base64
import copy
import functools
import json
import math
import time
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_kmsmock.crypto import wrapping
from pytest_kmsmock.crypto.keypool import KeyPool
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.api.errors import KmsError
from pytest_kmsmock.service.api.shapes import service_model
from pytest_kmsmock.service.misuse import UnforeseenError
from pytest_kmsmock.service.operations.table import OPERATIONS as ROWS
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.state.state import Draft
from pytest_kmsmock.service.values import key_pairs
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.service.values.cluster import Cluster

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
NOW: Final = 1_760_000_000.0
SECONDS: Final = 10.0
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


# What nobody would send.

TEXTS: Final = [
    *("", " ", "é", "\0", "٣", "İ", "\ud800", "x\udfff", "a" * 3000, "a" * 140_000),
    *("alias/", "alias/é", "alias/aws/s3", "alias/app", "arn:aws:kms:", ":" * 9, "mrk-" + "0" * 32),
    *("arn:aws:kms:us-east-1:210987654321:alias/x", "arn:aws:kms:eu-west-1:123456789012:key/x"),
    *("1234abcd-12ab-34cd-56ef-1234567890ab", "=", "AA=A", "!!!!", "AAAA\n", "eA==", "cn-north-1"),
    *("SYMMETRIC_DEFAULT", "RSA_2048", "RAW", "EXTERNAL", "IGNORE_CIPHERTEXT", "*" * 30 + "!"),
]
NUMBERS: Final = [
    *(0, -1, 1, 7, 30, 1025, 2**31, 2**63, -(2**63), 10**400, -(10**400), 10**4299, 10**5000),
    *(-(10**5000), 0.5, 1e300, math.inf, -math.inf, math.nan, NOW, NOW + 5, 253_402_300_800, 1e18),
]
DEPTHS: Final = [1, 2, 50, 325, 900, 5000]


def nested(depth: int, name: str | None) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value] if name is None else {name: value}
    return value


hostile_values = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS),
    st.sampled_from([None, True, False, [], {}, [None], {"a": None}, {"": 1}]).map(copy.copy),
    st.builds(nested, st.sampled_from(DEPTHS), st.sampled_from([None, "a", "TagKey"])),
    st.builds(
        lambda size: text(bytes(size)), st.sampled_from([0, 1, 16, 32, 184, 256, 6144, 7000])
    ),
    st.lists(st.sampled_from([*TEXTS[:12], *NUMBERS[:8]]), max_size=3),
    st.text(max_size=5),
    st.binary(max_size=300).map(text),
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each thing in *value*, as far down as a request goes."""
    if at:
        yield at
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for name, item in inner if len(at) < 6 else ():
        yield from paths(item, (*at, name))


def spoil(data: st.DataObject, body: Any) -> None:
    """Change one thing somewhere in *body*."""
    known = list(paths(body))
    if not known or data.draw(st.integers(0, 7)) == 0:
        body[data.draw(st.sampled_from(["Extra", "", "é", "DryRun", "KeyId"]))] = data.draw(
            hostile_values
        )
        return
    *way, last = data.draw(st.sampled_from(known))
    holder = functools.reduce(lambda value, name: value[name], way, body)
    how = data.draw(st.sampled_from(["replace", "replace", "remove", "cut", "flip"]))
    if how == "remove":
        del holder[last]
    elif how == "replace" or not isinstance(holder[last], str) or not holder[last]:
        holder[last] = data.draw(hostile_values)
    else:
        holder[last] = garbled(data, how, holder[last])


def garbled(data: st.DataObject, how: str, given: str) -> str:
    """Return *given*, a text or bytes in Base64, with a part cut out or a bit flipped."""
    try:
        raw = bytearray(base64.b64decode(given, validate=True))
    except ValueError:
        at = data.draw(st.integers(0, len(given) - 1))
        return given[:at] + given[at + 1 :]
    if not raw:
        return given
    at = data.draw(st.integers(0, len(raw) - 1))
    if how == "flip":
        raw[at] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del raw[at : at + data.draw(st.integers(1, 200))]
    return text(bytes(raw))


def check(registry: Registry, operation: str, body: Any) -> None:
    """Ask for *operation*; it succeeds, or an error of AWS's comes that has changed nothing."""
    # What has fallen due happens in any case.
    registry.settle(NOW)
    before = everything(registry)
    began = time.process_time()  # the machine may have much else to do
    try:
        answer(registry, operation, body)
    except KmsError:
        assert everything(registry) == before
    assert time.process_time() - began < SECONDS


OPERATIONS: Final = sorted(set(prepared()[1]) & set(service_model().operation_names))


def test_every_operation_is_tried() -> None:
    """Those of the installed botocore; ML-KEM's have no member of a form of its own."""
    names = {*service_model().operation_names} - {"Encapsulate", "Decapsulate"}

    assert set(OPERATIONS) == names


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_request_itself_succeeds(operation: str) -> None:
    registry, body = ready(operation)

    answer(registry, operation, body)


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=12)
@given(data=st.data())
def test_a_spoilt_request_is_answered_as_by_aws(operation: str, data: st.DataObject) -> None:
    """Wrong types, missing and unknown members, huge and deep ones, broken Base64."""
    registry, body = ready(operation)
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(data, body)

    check(registry, operation, body)


@pytest.mark.parametrize("body", [None, [], [["KeyId", "x"]], "x", 5, True, 0.5], ids=repr)
@pytest.mark.parametrize("operation", ["ListKeys", "Encrypt", "CreateKey"])
def test_a_body_that_is_no_object_is_refused(operation: str, body: Any) -> None:
    """None stands for what was no JSON."""
    registry, _ = ready(operation)

    with pytest.raises(KmsError) as caught:
        answer(registry, operation, body)

    assert caught.value.code == "SerializationException"


@pytest.mark.parametrize("operation", ["CreateKey", "PutKeyPolicy", "ReplicateKey"])
@settings(max_examples=25)
@given(data=st.data())
def test_a_spoilt_policy_is_answered_as_by_aws(operation: str, data: st.DataObject) -> None:
    """Whatever is wrong within it."""
    registry, body = ready(operation)
    policy = copy.deepcopy(POLICY)
    for _ in range(data.draw(st.integers(1, 2))):
        spoil(data, policy)
    try:
        body["Policy"] = json.dumps(policy)
    except (RecursionError, ValueError):  # what Python itself cannot write
        body["Policy"] = json.dumps(POLICY).replace('"all"', data.draw(st.sampled_from(LITERALS)))

    check(registry, operation, body)


LITERALS: Final = [
    *("[" * 400 + "]" * 400, "[" * 20_000, "1" * 4300, "1" * 5000, "1e999", "NaN", "-Infinity"),
    *('"\\ud800"', '"\\u0000"', '"\\u3042"', "0e-999"),
]


@pytest.mark.parametrize(
    "now",
    [
        *(0.0, 0.5, 946_684_800.0),
        # The year 1, and before it.
        *(-62_135_596_800.0, -1e12),
        # The last day of the year 9999, a month before it, and after it.
        *(253_402_300_799.0, 253_399_622_400.0, 253_402_300_800.0, 1e15),
    ],
)
def test_no_clock_is_too_much(now: float) -> None:
    """What is shown of it, or of a date that follows from it, Python may have no date for."""
    for operation in OPERATIONS:
        registry, body = ready(operation, now)

        answer(registry, operation, body, now=now)


WRITING: Final = [name for name in OPERATIONS if ROWS[name].writes]
CHANGES: Final = [name for name in vars(Draft) if name.startswith(("put_", "remove_", "change_"))]


@pytest.mark.parametrize("operation", WRITING)
def test_a_change_that_fails_half_way_has_not_happened(
    operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it had changed by then."""
    registry, body = ready(operation)
    before = everything(registry)
    for name in CHANGES:
        change = getattr(Draft, name)

        def change_and_fail(*args: Any, change: Any = change) -> None:
            change(*args)
            raise RuntimeError

        monkeypatch.setattr(Draft, name, change_and_fail)

    with pytest.raises(UnforeseenError):
        answer(registry, operation, body)

    assert everything(registry) == before

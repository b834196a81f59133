"""The registry's randomness: what a mock makes up is drawn from it, and nowhere else."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import random
import secrets
import uuid
from collections.abc import Callable
from typing import Any, Final

import pytest

from pytest_kmsmock.crypto import rsa, wrapping
from pytest_kmsmock.crypto.extras import MissingExtra
from pytest_kmsmock.crypto.randomness import SYSTEM, Randomness
from pytest_kmsmock.service.api.shapes import service_model
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.service.values.cluster import Cluster
from pytest_kmsmock.service.values.specs import KEY_SPECS, KeySpec

ACCOUNT, REGION, CHINA = "123456789012", "us-east-1", "cn-north-1"
CLUSTER: Final = Cluster(
    account=ACCOUNT,
    region=REGION,
    cluster_id="cluster-abcdefghijk",
    trust_anchor="certificate",
    history="",
    password="password",
)


class Seeded:
    """Bytes that follow from a text alone."""

    is_repeatable = False

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._drawn = itertools.count()
        self._copies = itertools.count()

    def draw(self, length: int) -> bytes:
        text = f"{self._seed} {next(self._drawn)}"
        return hashlib.shake_256(text.encode()).digest(length)

    def copy(self) -> Seeded:
        return Seeded(f"{self._seed} copy {next(self._copies)}")


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def caller(randomness: Randomness) -> Callable[..., dict[str, Any]]:
    """Return what calls a service that draws from *randomness*."""
    registry = Registry(randomness=randomness)
    registry.change(
        lambda draft: draft.change_backings(
            lambda backings: backings.clusters.update({CLUSTER.cluster_id: CLUSTER})
        )
    )
    service = Service(lambda: 1_700_000_000.0, registry)

    def call(operation: str, region: str = REGION, **body: Any) -> dict[str, Any]:
        request_id = registry.request_ids.take()
        return service.handle(Request(operation, body, region, Caller(ACCOUNT), request_id))

    return call


def story(call: Callable[..., dict[str, Any]]) -> list[object]:
    """Return what a service answers that has something of each kind to make up."""
    told: list[object] = []

    def tell(operation: str, **params: Any) -> dict[str, Any]:
        answer = call(operation, **params)
        told.append(answer)
        return answer

    key_id = tell("CreateKey")["KeyMetadata"]["KeyId"]
    tell("CreateKey", MultiRegion=True)
    tell("DescribeKey", KeyId="alias/aws/s3")
    blob = tell("Encrypt", KeyId=key_id, Plaintext=encoded(b"x"))["CiphertextBlob"]
    tell("ReEncrypt", CiphertextBlob=encoded(blob), DestinationKeyId=key_id)
    tell("GenerateDataKey", KeyId=key_id, KeySpec="AES_256")
    tell("GenerateDataKey", KeyId=key_id, NumberOfBytes=1024)
    tell("GenerateRandom", NumberOfBytes=64)
    tell("CreateGrant", KeyId=key_id, GranteePrincipal=ACCOUNT, Operations=["Encrypt"])
    mac_key = tell("CreateKey", KeySpec="HMAC_512", KeyUsage="GENERATE_VERIFY_MAC")
    mac = {"MacAlgorithm": "HMAC_SHA_512", "Message": encoded(b"x")}
    tell("GenerateMac", KeyId=mac_key["KeyMetadata"]["KeyId"], **mac)
    tell("RotateKeyOnDemand", KeyId=key_id)
    tell("Encrypt", KeyId=key_id, Plaintext=encoded(b"x"))
    store_id = tell(
        "CreateCustomKeyStore",
        CustomKeyStoreName="store",
        CloudHsmClusterId=CLUSTER.cluster_id,
        TrustAnchorCertificate=CLUSTER.trust_anchor,
        KeyStorePassword=CLUSTER.password,
    )["CustomKeyStoreId"]
    tell("ConnectCustomKeyStore", CustomKeyStoreId=store_id)
    stored = tell("CreateKey", Origin="AWS_CLOUDHSM", CustomKeyStoreId=store_id)
    tell("Encrypt", KeyId=stored["KeyMetadata"]["KeyId"], Plaintext=encoded(b"x"))
    if "GetKeyLastUsage" in service_model().operation_names:
        tell("GetKeyLastUsage", KeyId=key_id)
    return told


def test_one_seed_tells_one_story() -> None:
    """IDs, material, nonces, tokens and data keys: nothing is drawn elsewhere."""
    told = [story(caller(Seeded(seed))) for seed in ("seed", "seed", "another")]

    assert told[0] == told[1]
    assert all(same != other for same, other in zip(told[0], told[2], strict=True) if same)


@pytest.mark.parametrize("spec", KEY_SPECS.values(), ids=lambda spec: spec.name)
def test_a_seed_makes_the_same_keys(spec: KeySpec) -> None:
    """But those of RSA and on most curves, which `cryptography` makes by itself."""
    region = REGION if spec.is_offered_in(REGION) else CHINA
    try:
        secrets_ = [
            Registry(randomness=Seeded(seed)).key_maker.new(spec, region)
            for seed in ("seed", "seed", "another")
        ]
    except MissingExtra as error:
        pytest.skip(f"{error}.")

    assert (secrets_[0] == secrets_[1]) == (spec.family not in ("rsa", "ecc"))
    assert secrets_[2] not in secrets_[:2]


def test_a_copy_tells_another_story() -> None:
    """As a test that goes on after the snapshot of another; what is there is shared."""
    registry = Registry(randomness=Seeded("seed"))
    first, second = registry.copy(), registry.copy()

    drawn = [each.randomness.draw(32) for each in (registry, first, second)]
    ids = [each.request_ids.take() for each in (registry, first, second)]

    assert len(set(drawn)) == 3
    assert len(set(ids)) == 3


def test_the_system_is_asked_by_the_one_who_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seeded service takes none of its random bytes, numbers and UUIDs."""
    call = caller(Seeded("seed"))
    expected = story(caller(Seeded("seed")))

    def refuse(*args: object) -> Any:
        raise AssertionError("the system was asked")

    for module, name in (
        *((os, "urandom"), (uuid, "uuid4"), (uuid, "uuid1"), (secrets, "token_bytes")),
        *((secrets, "randbits"), (random, "getrandbits"), (random, "random")),
        (SYSTEM, "draw"),
    ):
        monkeypatch.setattr(module, name, refuse)

    assert story(call) == expected


def test_import_tokens_and_envelopes_draw_too() -> None:
    """What is sealed for somebody else differs from call to call, and from seed to seed."""
    randomness = Seeded("seed")
    public = rsa.public_key(rsa.generate("RSA_2048", randomness))
    tokens = []
    for seed in ("seed", "another"):
        call = caller(Seeded(seed))
        key_id = call("CreateKey", Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
        tokens += [
            call(
                "GetParametersForImport",
                KeyId=key_id,
                WrappingAlgorithm="RSAES_OAEP_SHA_256",
                WrappingKeySpec="RSA_2048",
            )["ImportToken"]
        ]
    wrapped = [
        wrapping.wrap(public, "RSA_AES_KEY_WRAP_SHA_256", bytes(32), Seeded("seed"))[256:]
        for _ in range(2)
    ]

    assert tokens[0][:12] != tokens[1][:12]
    assert wrapped[0] == wrapped[1]

"""
A service of its own without a client and without `kms`; clients in two Regions, and imports.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import wording
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from pytest_kmsmock import KmsMock
from pytest_kmsmock.service.api.errors import KmsError
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Options, Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller

ACCOUNT = "123456789012"
REGION = "us-east-1"
NOW = 1_700_000_000.0
Import = Callable[..., dict[str, Any]]

_HASHES: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "256": hashes.SHA256()}


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every refusal has AWS's words, or those that stand in a table because nobody knows AWS's."""
    met: list[tuple[str, str]] = []
    make = KmsError.__init__

    def noting(self: KmsError, message: str = "") -> None:
        make(self, message)
        # What a test has scheduled has the test's words.
        if type(self).__module__ == KmsError.__module__:
            met.append((type(self).__name__, message))

    monkeypatch.setattr(KmsError, "__init__", noting)
    yield
    assert [each for each in dict.fromkeys(met) if not wording.is_known(*each)] == []


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def service(registry: Registry) -> Service:
    return Service(lambda: NOW, registry=registry)


@pytest.fixture
def call(service: Service) -> Callable[..., dict[str, Any]]:
    """Do an operation as the account itself in us-east-1."""

    def do(operation: str, **body: Any) -> dict[str, Any]:
        return service.handle(new_request(operation, body))

    return do


@pytest.fixture
def new_id(call: Callable[..., dict[str, Any]]) -> str:
    """The ID of an enabled symmetric key of that service."""
    key_id: str = call("CreateKey")["KeyMetadata"]["KeyId"]
    return key_id


@pytest.fixture
def request_of(registry: Registry) -> Callable[..., Request]:
    """Make a request as the service hands it to an operation: checked, with what it sees."""

    def make(operation: str, **params: Any) -> Request:
        request = new_request(operation, params)
        request.params.update(params)
        request.registry = registry
        request.read(registry.state)
        request.now = NOW
        request.options = Options()
        return request

    return make


def new_request(operation: str, body: dict[str, Any]) -> Request:
    return Request(
        operation=operation,
        body=body,
        region=REGION,
        caller=Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"),
        off_record=True,
    )


# What clients see of a key's life.


@pytest.fixture
def west(kms: KmsMock) -> Any:
    """A client of us-west-2."""
    return kms.client("us-west-2")


@pytest.fixture
def ireland(kms: KmsMock) -> Any:
    """A client of eu-west-1."""
    return kms.client("eu-west-1")


@pytest.fixture
def primary_id(client: Any) -> str:
    """The ID of a multi-Region primary key in us-east-1, made by the client."""
    key_id: str = client.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    return key_id


@pytest.fixture
def answer() -> Callable[..., dict[str, Any]]:
    """Call something; return the answer without what botocore adds to it."""

    def call(method: Callable[..., Any], **params: Any) -> dict[str, Any]:
        response: dict[str, Any] = method(**params)
        del response["ResponseMetadata"]
        return response

    return call


def wrapped(public: bytes, algorithm: str, material: bytes) -> bytes:
    """Return *material* wrapped as the Developer Guide tells, by `cryptography` alone."""
    key = serialization.load_der_public_key(public)
    assert isinstance(key, rsa.RSAPublicKey)
    digest = _HASHES[algorithm.rpartition("_")[2]]
    oaep = padding.OAEP(padding.MGF1(digest), digest, None)
    if algorithm.startswith("RSAES"):
        return key.encrypt(material, oaep)
    aes_key = os.urandom(32)
    return key.encrypt(aes_key, oaep) + keywrap.aes_key_wrap_with_padding(aes_key, material)


@pytest.fixture
def wrap() -> Callable[[bytes, str, bytes], bytes]:
    """Wrap material under a public key."""
    return wrapped


@pytest.fixture
def import_material(kms: KmsMock) -> Import:
    """Import material as a client does it; *days* is after how many it expires."""

    def call(
        client: Any,
        key_id: str,
        material: bytes,
        *,
        algorithm: str = "RSAES_OAEP_SHA_256",
        spec: str = "RSA_2048",
        days: float | None = None,
        **params: Any,
    ) -> dict[str, Any]:
        wanted = client.get_parameters_for_import(
            KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=spec
        )
        if days is None:
            params["ExpirationModel"] = "KEY_MATERIAL_DOES_NOT_EXPIRE"
        else:
            params["ValidTo"] = kms.clock.now + dt.timedelta(days=days)
        response: dict[str, Any] = client.import_key_material(
            KeyId=key_id,
            ImportToken=wanted["ImportToken"],
            EncryptedKeyMaterial=wrapped(wanted["PublicKey"], algorithm, material),
            **params,
        )
        del response["ResponseMetadata"]
        return response

    return call


@pytest.fixture
def described() -> Callable[[Any, str], dict[str, Any]]:
    """Return the KeyMetadata that a client gets."""

    def call(client: Any, key_id: str) -> dict[str, Any]:
        metadata: dict[str, Any] = client.describe_key(KeyId=key_id)["KeyMetadata"]
        return metadata

    return call


@pytest.fixture
def materials() -> Callable[[Any, str], list[dict[str, Any]]]:
    """Return all key materials that a client sees, oldest first."""

    def call(client: Any, key_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = client.list_key_rotations(
            KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL"
        )["Rotations"]
        return found

    return call

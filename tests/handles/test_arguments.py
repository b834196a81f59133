"""Arguments of handles: text is its UTF-8, and what makes no sense is told where it is written."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_kmsmock import Key, KmsMock, KmsMockError

MEMBERS_OF_KEYS = {
    "encrypt": lambda key, value: key.encrypt(value),
    "decrypt": lambda key, value: key.decrypt(value),
    "sign": lambda key, value: key.sign(value),
    "verify": lambda key, value: key.verify(value, b"signature"),
    "verify a signature": lambda key, value: key.verify(b"message", value),
    "material_of": lambda key, value: key.material_of(value),
    "import_material": lambda key, value: key.import_material(value),
}


@pytest.fixture
def signing_key(kms: KmsMock) -> Key:
    return kms.create_key(alias="alias/signing", spec="ECC_NIST_P256")


# Text.


def test_text_that_is_signed_is_its_utf_8(kms: KmsMock, signing_key: Key) -> None:
    """As in a client's call; it used to be taken for Base64."""
    client = boto3.client("kms")
    algorithm = "ECDSA_SHA_256"

    for message in ("abcd", "grüße"):
        signature = signing_key.sign(message)

        assert signing_key.verify(message, signature)
        assert signing_key.verify(message.encode(), signature)
        assert client.verify(
            KeyId=signing_key.id, Message=message, Signature=signature, SigningAlgorithm=algorithm
        )["SignatureValid"]
        signed = client.sign(KeyId=signing_key.id, Message=message, SigningAlgorithm=algorithm)
        assert signing_key.verify(message, signed["Signature"])
    assert not signing_key.verify("abce", signature)
    assert not signing_key.verify("abcd", "no signature")


def test_text_that_is_encrypted_is_its_utf_8(key: Key) -> None:
    assert key.decrypt(key.encrypt("grüße", {"tenant": "7"}), {"tenant": "7"}) == "grüße".encode()


def test_text_for_a_ciphertext_is_not_decoded_either(key: Key) -> None:
    with pytest.raises(ClientError, match="InvalidCiphertextException"):
        key.decrypt("AQIDBA==")
    with pytest.raises(KmsMockError, match="this ciphertext was not made by"):
        key.material_of("AQIDBA==")


def test_key_material_can_be_text(kms: KmsMock) -> None:
    """That of a private key in PEM is, and what is imported is as in a client's call."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    external = kms.create_key(origin="EXTERNAL")

    key = kms.create_key(spec="ECC_NIST_P256", material=pem)
    external.import_material("0123456789abcdef0123456789abcdef")

    assert key.public_key == private.public_key()
    assert external.state == "Enabled"
    with pytest.raises(KmsMockError, match="material is bytes, or text if it is"):
        kms.create_key(material="0123456789abcdef0123456789abcdef")


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_other_kinds_of_bytes_are_bytes(signing_key: Key, key: Key, kind: Any) -> None:
    signature = signing_key.sign(kind(b"message"))

    assert signing_key.verify(kind(b"message"), kind(signature))
    assert key.decrypt(kind(key.encrypt(kind(b"secret")))) == b"secret"


# What is neither bytes nor text.


@pytest.mark.parametrize("value", [5, None, ["secret-value"], {"secret-value": 1}, 1.5, object()])
@pytest.mark.parametrize("member", MEMBERS_OF_KEYS)
def test_what_is_neither_bytes_nor_text_is_told(
    kms: KmsMock, signing_key: Key, member: str, value: Any
) -> None:
    """By its type and not by itself, since it may hold a secret."""
    with pytest.raises(KmsMockError, match="write bytes, or text for its UTF-8") as caught:
        MEMBERS_OF_KEYS[member](signing_key, value)

    assert "secret-value" not in str(caught.value)


def test_a_signing_key_is_what_signs(key: Key) -> None:
    """Another key's error is AWS's, rather than one about an algorithm nobody named."""
    for use in (lambda: key.sign(b"x"), lambda: key.verify(b"x", b"y")):
        with pytest.raises(ClientError, match="InvalidKeyUsageException"):
            use()


@pytest.mark.parametrize(
    ("misuse", "says"),
    [
        # Keys.
        (lambda kms, key: key.encrypt("x", {"t": 7}), "has 7 in it, which is no text; write '7'"),
        (lambda kms, key: key.encrypt("x", {7: "t"}), "has 7 in it"),
        (lambda kms, key: key.encrypt("x", {"t": b"7"}), "context={'t': b'7'}"),
        (lambda kms, key: key.encrypt("x", "tenant"), "write for example {'tenant': '7'}"),
        (lambda kms, key: key.decrypt(b"x", [("a", "b")]), "is no mapping"),
        (lambda kms, key: key.decrypt(b"x", 5), "context=5 is no mapping"),
        (lambda kms, key: key.schedule_deletion("7"), "days='7' is no number of days; write 7 to"),
        (lambda kms, key: key.schedule_deletion(7.5), "days=7.5"),
        (lambda kms, key: key.schedule_deletion(None), "days=None"),
        (lambda kms, key: key.schedule_deletion(dt.timedelta(days=7)), "is no number of days"),
        (lambda kms, key: key.share_with(["210987654321"]), "is no account ID"),
        (lambda kms, key: key.share_with(210987654321), "write 12 digits in quotes"),
        (lambda kms, key: key.import_material(b"x" * 32, days="7"), "days='7'"),
        (lambda kms, key: key.sign(b"x", 5), "algorithm=5 makes no sense; write a string"),
        (lambda kms, key: key.sign(b"x", type=5), "type=5"),
        (lambda kms, key: key.verify(b"x", b"y", b"ECDSA_SHA_256"), "algorithm=b'ECDSA_SHA_256'"),
        # Making keys.
        (lambda kms, key: kms.create_key(tags={"team": 7}), "tags={'team': 7} has 7 in it"),
        (lambda kms, key: kms.create_key(tags=["red"]), "write for example {'team': 'red'}"),
        (lambda kms, key: kms.create_key(tags="red"), "tags='red' is no mapping"),
        (lambda kms, key: kms.create_key(policy=5), "policy=5 is no policy"),
        (lambda kms, key: kms.create_key(policy={"a": object()}), "cannot be written as JSON"),
        (lambda kms, key: kms.create_key(policy=[{}]), "is no policy"),
        (lambda kms, key: kms.create_key(description=None), "description=None"),
        (lambda kms, key: kms.create_key(multi_region="yes"), "write True or False"),
        (lambda kms, key: kms.create_key(material=5), "material cannot be of type int"),
        (lambda kms, key: kms.create_key(spec=["RSA_2048"]), "spec=['RSA_2048']"),
        (lambda kms, key: kms.create_key(key_store=5), "key_store=5"),
        (lambda kms, key: kms.create_key(xks_key=5), "xks_key=5 is no external key"),
        (lambda kms, key: kms.create_key(key_id=5), "key_id=5 is no key ID"),
        (lambda kms, key: kms.create_key(alias=5), "alias=5"),
        (lambda kms, key: kms.create_key(alias=[]), "alias=[]"),
        (lambda kms, key: key.encrypt("\ud800"), "has a surrogate"),
        (lambda kms, key: kms.key(5), "not 5"),
        # Key stores.
        (lambda kms, key: kms.cloudhsm_cluster(cluster_id=5), "cluster_id=5"),
        (lambda kms, key: kms.cloudhsm_cluster(related_to="cluster"), "is no cluster"),
        (lambda kms, key: kms.cloudhsm_cluster(trust_anchor=b"x"), "trust_anchor=b'x'"),
        (lambda kms, key: kms.cloudhsm_cluster(password=None), "password=None"),
        (lambda kms, key: kms.cloudhsm_cluster(password=b"x"), "password cannot be of type bytes"),
        (lambda kms, key: kms.cloudhsm_cluster(active=1), "active=1"),
        (lambda kms, key: kms.xks_proxy(5), "keys=5 is no list"),
        (lambda kms, key: kms.xks_proxy([5]), "key_id=5"),
        (lambda kms, key: kms.xks_proxy(endpoint=5), "endpoint=5"),
        (lambda kms, key: kms.xks_proxy(path=None), "path=None"),
        (lambda kms, key: kms.xks_proxy(access_key_id=5), "access_key_id=5"),
        (
            lambda kms, key: kms.xks_proxy(secret_access_key=5),
            "secret_access_key cannot be of type int",
        ),
        (lambda kms, key: kms.xks_proxy().key(5), "key_id=5"),
        (lambda kms, key: kms.xks_proxy().add_key(None), "key_id=None"),
        (lambda kms, key: kms.xks_proxy().add_key("x", usage=5), "usage=5 makes no sense"),
        (lambda kms, key: kms.xks_proxy().add_key("x", spec=5), "spec=5"),
        # Faults.
        (lambda kms, key: kms.fail("Decrypt", 5), "never answers with 5"),
        (lambda kms, key: kms.fail("Decrypt", None), "None is none"),
        (lambda kms, key: kms.disconnect("Decrypt", None), "kind=None"),
        (lambda kms, key: kms.delay("Decrypt", 10**400), "is no delay"),
        (lambda kms, key: kms.fail(5, "DisabledException"), "no operation 5"),
        (lambda kms, key: kms.throttle("Decrypt", allow_unused="yes"), "allow_unused='yes'"),
        (lambda kms, key: kms.throttle(time=2), "no argument 'time'. Did you mean 'times'?"),
        (lambda kms, key: kms.delay("Decrypt", 1, alow_unused=True), "'allow_unused'"),
        (lambda kms, key: kms.disconnect("Decrypt", key=5), "not 5"),
        # The clock, clients and the rest.
        (lambda kms, key: kms.clock.advance(7), "takes a timedelta or numbers"),
        (lambda kms, key: kms.clock.advance(days="7"), "takes a timedelta or numbers"),
        (lambda kms, key: kms.client(5), "region=5 is no AWS Region"),
        (lambda kms, key: kms.client(region_name="eu-west-1"), "write kms.client('eu-west-1')"),
        (lambda kms, key: kms.client(principal=5), "principal=5"),
        (lambda kms, key: kms.client(retrys={}), "takes what botocore.config.Config takes"),
        (lambda kms, key: kms.attach("client"), "not 'client'"),
        (lambda kms, key: kms.attach(boto3.client("s3")), "this is one of s3"),
        (lambda kms, key: setattr(kms, "transition_secs", 5), "'transition_seconds'"),
        (lambda kms, key: setattr(kms, "transition_seconds", "5"), "transition_seconds='5'"),
        (lambda kms, key: setattr(kms, "transition_seconds", 10**400), "is no number of seconds"),
        (lambda kms, key: setattr(kms, "transition_seconds", math.nan), "transition_seconds=nan"),
        (lambda kms, key: setattr(kms.quotas, "keys", "5"), "quotas.keys='5'"),
        # Imports.
        (lambda kms, key: key.import_material(b""), "material is empty"),
        (lambda kms, key: key.import_material(bytes(32), days="7"), "days='7'"),
        (lambda kms, key: key.import_material(bytes(32), days=math.nan), "days=nan"),
        (lambda kms, key: key.import_material(bytes(32), days=10**400), "is no number of days"),
    ],
)
def test_an_argument_that_makes_no_sense_is_told(
    kms: KmsMock, key: Key, misuse: Callable[[KmsMock, Key], Any], says: str
) -> None:
    """By `KmsMockError`, which names it, and not by an error of the wire or of Python."""
    with pytest.raises(KmsMockError, match=re.escape(says)):
        misuse(kms, key)


@pytest.mark.extra("nitro")
@pytest.mark.parametrize(
    ("misuse", "says"),
    [
        (lambda kms: kms.enclave(pcrs=["ab"]), "pcrs=['ab'] is no mapping"),
        (lambda kms: kms.enclave(module_id=5), "module_id=5"),
        (lambda kms: kms.enclave(debug="no"), "debug='no'"),
        (lambda kms: kms.enclave(nitrotpm=1), "nitrotpm=1"),
        (lambda kms: kms.enclave().recipient(nonce=5), "nonce= takes up to 512 bytes"),
        (lambda kms: kms.enclave().recipient(nonse=b""), "Did you mean 'nonce'?"),
        (lambda kms: kms.enclave().open(5), "not encrypted for"),
        (lambda kms: kms.trust_attestation_root(5), "takes an X.509 certificate"),
        (lambda kms: kms.trust_attestation_root("\ud800"), "takes an X.509 certificate"),
    ],
)
def test_an_argument_of_an_enclave_that_makes_no_sense_is_told(
    kms: KmsMock, misuse: Callable[[KmsMock], Any], says: str
) -> None:
    with pytest.raises(KmsMockError, match=re.escape(says)):
        misuse(kms)

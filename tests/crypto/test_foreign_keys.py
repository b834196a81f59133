"""Whatever comes as a key is one or is none: no error of Python's, whatever the bytes say."""

from __future__ import annotations

import base64
import contextlib
import functools
from collections.abc import Callable
from typing import Final

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa, x448, x25519
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_kmsmock.crypto import attestation, cms, der, extras, foreign_keys
from pytest_kmsmock.crypto.keypool import KeyPool
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.values import key_pairs
from pytest_kmsmock.service.values.specs import KEY_SPECS

SPECS: Final = [name for name, spec in KEY_SPECS.items() if spec.kind == "asymmetric"]
AGREEING: Final = [name for name in SPECS if "KEY_AGREEMENT" in KEY_SPECS[name].usages]
# A first call imports and makes what later ones have.
without_deadline = settings(deadline=None)
POOL: Final = KeyPool(lambda spec: key_pairs.generate(spec, SYSTEM))
# What no key spec of KMS is made of.
FOREIGN: Final = (
    lambda: ec.generate_private_key(ec.SECP224R1()),
    lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
    lambda: rsa.generate_private_key(65537, 1024),
    lambda: dsa.generate_private_key(1024),
    ed448.Ed448PrivateKey.generate,
    x448.X448PrivateKey.generate,
    x25519.X25519PrivateKey.generate,
)
# Algorithms by their OIDs: Ed25519, X25519, Ed448, X448, RSA, ECDSA, DSA, DH, SM2, ML-DSA,
# SLH-DSA, ML-KEM, and one that nobody knows.
ALGORITHMS: Final = [
    *("06032b6570", "06032b656e", "06032b6571", "06032b656f", "06092a864886f70d0101010500"),
    *("06072a8648ce3d020106082a8648ce3d030107", "06072a8648ce380401", "06092a864886f70d010301"),
    *("06072a8648ce3d020106082a811ccf5501822d", "0609608648016503040311", "0609608648016503040313"),
    *("060960864801650304031f", "0609608648016503040401", "0609608648016503040402", "06012a"),
]


def own_keys() -> list[tuple[str, bytes]]:
    """Return a spec and a key for each that the installed packages can make soon enough."""
    keys = []
    for spec in SPECS:
        with contextlib.suppress(extras.MissingExtra):
            if spec not in ("RSA_3072", "RSA_4096"):
                keys.append((spec, POOL.take(spec, 0)))
    return keys


@functools.cache
def private_keys() -> list[bytes]:
    form = serialization.PrivateFormat
    der_ = serialization.Encoding.DER
    nothing = serialization.NoEncryption()
    password = serialization.BestAvailableEncryption(b"password")
    foreign = [generate() for generate in FOREIGN]
    first = foreign[0]
    return [
        *(key for _, key in own_keys()),
        *(key.private_bytes(der_, form.PKCS8, nothing) for key in foreign),
        first.private_bytes(der_, form.TraditionalOpenSSL, nothing),
        first.private_bytes(der_, form.PKCS8, password),
    ]


@functools.cache
def public_keys() -> list[bytes]:
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return [
        *(key_pairs.public_key(KEY_SPECS[spec], key) for spec, key in own_keys()),
        *(generate().public_key().public_bytes(*form) for generate in FOREIGN),
    ]


def changed(keys: Callable[[], list[bytes]]) -> st.SearchStrategy[bytes]:
    """Return one of *keys*, most with some bytes replaced, left out or put in."""

    def change(number: int, place: float, removed: int, added: bytes) -> bytes:
        key = keys()[number % len(keys())]
        at = int(place * len(key))
        return key[:at] + added + key[at + removed :]

    return st.builds(
        change,
        st.integers(0, 999),
        st.floats(0, 1),
        st.sampled_from([0, 0, 1, 2, 10, 10_000]),
        st.binary(max_size=3),
    )


integers = st.builds(der.integer, st.integers(0, 2**2049) | st.sampled_from([0, 1, 2**2047]))
octets = st.sampled_from([0, 1, 31, 32, 33, 48, 57, 64, 66]).map(bytes)
contents = st.one_of(
    st.binary(max_size=70),
    octets,
    octets.map(lambda data: der.element(der.OCTET_STRING, data)),
    octets.map(lambda data: der.element(0x80, data)),
    octets.map(
        lambda data: der.element(der.SEQUENCE, der.integer(1), der.element(der.OCTET_STRING, data))
    ),
    st.lists(integers, max_size=9).map(lambda parts: der.element(der.SEQUENCE, *parts)),
)
algorithms = st.sampled_from(ALGORITHMS).map(
    lambda text: der.element(der.SEQUENCE, bytes.fromhex(text))
)
made_up_private_keys = st.builds(
    lambda algorithm, content: der.element(
        der.SEQUENCE, der.integer(0), algorithm, der.element(der.OCTET_STRING, content)
    ),
    algorithms,
    contents,
)
points = st.sampled_from([b"", b"\0", b"\2" + bytes(32), b"\4" + bytes(64), b"\4" + b"\xff" * 96])
made_up_public_keys = st.builds(
    lambda algorithm, content: der.element(
        der.SEQUENCE, algorithm, der.element(0x03, b"\0" + content)
    ),
    algorithms,
    contents | points,
)


@pytest.mark.parametrize("spec", SPECS)
@without_deadline
@given(key=changed(private_keys) | made_up_private_keys)
def test_a_private_key_is_sound_or_is_not(spec: str, key: bytes) -> None:
    """One that is taken for sound has a public key; none needs a package that is there."""
    try:
        if key_pairs.is_private_key(KEY_SPECS[spec], key):
            assert key_pairs.public_key(KEY_SPECS[spec], key)
    except extras.MissingExtra as error:
        if spec in dict(own_keys()):
            pytest.fail(str(error))


@pytest.mark.parametrize("spec", SPECS)
def test_a_private_key_is_sound_for_its_own_spec_alone(spec: str) -> None:
    """Those of RSA differ in their length, those of the curves in the curve."""
    key = POOL.take(spec, 0)

    assert key_pairs.is_private_key(KEY_SPECS[spec], key)
    for other, foreign in own_keys():
        assert other == spec or not key_pairs.is_private_key(KEY_SPECS[spec], foreign)


@pytest.mark.parametrize("spec", AGREEING)
@without_deadline
@given(peer=changed(public_keys) | made_up_public_keys)
def test_a_public_key_gives_a_secret_or_none(spec: str, peer: bytes) -> None:
    secret = key_pairs.exchange(KEY_SPECS[spec], POOL.take(spec, 0), peer)

    assert secret is None or len(secret) in (32, 48, 66)


@without_deadline
@given(key=changed(public_keys) | made_up_public_keys)
def test_what_an_answer_can_be_encrypted_to_it_is_encrypted_to(key: bytes) -> None:
    """Some keys are only found out when they are used."""
    if attestation.encrypts(key):
        assert cms.seal(key, b"secret", SYSTEM)


def in_pem(key: bytes, kind: str) -> bytes:
    encoded = base64.encodebytes(key)
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (kind.encode(), encoded, kind.encode())


KINDS: Final = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "PUBLIC KEY", "X"]


@without_deadline
@given(key=changed(private_keys) | made_up_private_keys, kind=st.none() | st.sampled_from(KINDS))
def test_a_key_of_whatever_form_is_pkcs8_or_none(key: bytes, kind: str | None) -> None:
    """As the author of a test gives it: DER, or PEM with whatever it says to be."""
    found = foreign_keys.pkcs8(key if kind is None else in_pem(key, kind))

    assert found is None or foreign_keys.private_key(found)


FORM: Final = serialization.PrivateFormat
ENCODING: Final = serialization.Encoding


@pytest.mark.parametrize("form", [FORM.PKCS8, FORM.TraditionalOpenSSL], ids=str)
@pytest.mark.parametrize("encoding", [ENCODING.DER, ENCODING.PEM], ids=str)
def test_a_key_of_whatever_form_is_the_same_key(
    form: serialization.PrivateFormat, encoding: serialization.Encoding
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    nothing = serialization.NoEncryption()

    found = foreign_keys.pkcs8(key.private_bytes(encoding, form, nothing))

    assert found == key.private_bytes(ENCODING.DER, FORM.PKCS8, nothing)

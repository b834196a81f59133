"""
SM2: signatures, encryption and key agreement, by gmalg.

A private key travels as PKCS #8 DER, a public key as SubjectPublicKeyInfo DER, in
the forms that OpenSSL writes: id-ecPublicKey on the curve 1.2.156.10197.1.301.
gmalg is written in Python: an operation takes some 20 to 60 ms.

Source: GB/T 32918-2016 (parts 2 to 5), GB/T 35276-2017 (the DER forms); key spec
and algorithms as in the KMS Developer Guide.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

import attrs
from cryptography.hazmat.primitives.asymmetric import utils

from . import der, extras
from .cache import of_secrets
from .randomness import SYSTEM, Randomness

SPECS: Final = ("SM2",)
SIGNING: Final = "SM2DSA"
ENCRYPTION: Final = "SM2PKE"
DIGEST_LENGTHS: Final[Mapping[str, int]] = {SIGNING: 32}
"""Bytes of a digest, by signing algorithm."""

_ID: Final = b"1234567812345678"
_MAX_PLAINTEXT: Final = 1024

# GB/T 32918.5: the recommended curve.
_P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A: Final = _P - 3
_B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_FIELD_LENGTH: Final = 32

_ALGORITHM: Final = bytes.fromhex("06072a8648ce3d020106082a811ccf5501822d")
_SPKI: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")

_Point = tuple[int, int]


@attrs.frozen
class _Pair:
    """A private key taken apart; the point is the public key."""

    d: int = attrs.field(repr=False)
    point: _Point


def generate(spec: str, randomness: Randomness) -> bytes:
    """
    Return a new private key, PKCS #8 DER of 138 bytes.

    Raises:
        MissingExtra: There is no gmalg.
    """
    assert spec in SPECS
    # From 1 to n - 2; of so many more bits than needed no number comes oftener than another.
    d = int.from_bytes(randomness.draw(_FIELD_LENGTH + 8), "big") % (_N - 2) + 1
    point = _core().generate_pk(d)
    key = der.element(
        der.SEQUENCE,
        der.integer(1),
        der.element(der.OCTET_STRING, _octets(d)),
        der.element(0xA1, der.element(0x03, b"\0", _encode(point))),
    )
    return der.element(
        der.SEQUENCE,
        der.integer(0),
        der.element(der.SEQUENCE, _ALGORITHM),
        der.element(der.OCTET_STRING, key),
    )


@of_secrets
def public_key(private: bytes) -> bytes:
    """Return the public key of *private*: SubjectPublicKeyInfo DER of 91 bytes."""
    return _SPKI + _encode(_pair(private).point)


def is_private_key(spec: str, private: bytes) -> bool:
    """
    Tell whether *private*, made by somebody else, is a sound key of *spec*.

    Raises:
        MissingExtra: There is no gmalg.
    """
    assert spec in SPECS
    try:
        _pair(private)
    except ValueError:
        return False
    return True


def max_plaintext(spec: str, algorithm: str) -> int:
    """Return how many bytes KMS encrypts; the scheme itself has no such limit."""
    assert (spec, algorithm) == ("SM2", ENCRYPTION)
    return _MAX_PLAINTEXT


def sign(
    private: bytes,
    algorithm: str,
    message: bytes,
    *,
    is_digest: bool = False,
    randomness: Randomness = SYSTEM,
) -> bytes:
    """
    Return a signature of *message*: r and s in DER, at most 72 bytes.

    Args:
        is_digest: *message* is the SM3 of the signer's identity and the message,
            the identity with the ID 1234567812345678 (GB/T 32918.2, section 6.1).
        randomness: What the number of the signature is drawn from.

    Raises:
        ValueError: The digest is not 32 bytes long.
        MissingExtra: There is no gmalg.
    """
    assert algorithm == SIGNING
    core = _core_of(message, randomness, is_digest=is_digest)
    pair = _pair(private)
    r, s = core.sign(message, pair.d, _ID, pair.point)
    return utils.encode_dss_signature(r, s)


def verify(
    private: bytes, algorithm: str, message: bytes, signature: bytes, *, is_digest: bool = False
) -> bool:
    """
    Tell whether *signature*, of whatever form and length, is one of *message*.

    Arguments and errors are those of `sign`.
    """
    assert algorithm == SIGNING
    core = _core_of(message, SYSTEM, is_digest=is_digest)
    try:
        r, s = utils.decode_dss_signature(signature)
    except ValueError:
        return False
    good: bool = core.verify(message, r, s, _ID, _pair(private).point)
    return good


def encrypt(
    private: bytes, algorithm: str, plaintext: bytes, *, randomness: Randomness = SYSTEM
) -> bytes:
    """
    Return *plaintext* under the public key of *private*: SM2Cipher in DER.

    Args:
        plaintext: 1 byte or more.
        randomness: What the number of the ciphertext is drawn from.

    Raises:
        MissingExtra: There is no gmalg.
    """
    assert algorithm == ENCRYPTION
    (x, y), masked, digest = _core(randomness=randomness).encrypt(plaintext, _pair(private).point)
    return der.element(
        der.SEQUENCE,
        der.integer(x),
        der.integer(y),
        der.element(der.OCTET_STRING, digest),
        der.element(der.OCTET_STRING, masked),
    )


def decrypt(private: bytes, algorithm: str, ciphertext: bytes) -> bytes | None:
    """
    Return the plaintext, or None if *ciphertext* is not of this key.

    Raises:
        MissingExtra: There is no gmalg.
    """
    assert algorithm == ENCRYPTION
    errors = extras.SM2.load("gmalg.errors")
    core = _core()
    try:
        x, y, digest, masked = der.sequence(
            ciphertext, der.INTEGER, der.INTEGER, der.OCTET_STRING, der.OCTET_STRING
        )
        point = _on_curve(core, der.number(x), der.number(y))
        plaintext: bytes = core.decrypt(point, masked, digest, _pair(private).d)
    except (ValueError, errors.GMError):
        return None
    return plaintext


def exchange(private: bytes, peer: bytes) -> bytes | None:
    """
    Return the raw shared secret of *private* and the public key *peer*.

    It is the x coordinate of their product, 32 bytes (plain ECDH on this curve,
    not the key exchange protocol of GB/T 32918.3).

    Args:
        peer: SubjectPublicKeyInfo DER.

    Returns:
        None if *peer* is no public key or is not on this curve.

    Raises:
        MissingExtra: There is no gmalg.
    """
    core = _core()
    try:
        if not peer.startswith(_SPKI):
            return None
        point = _decode(core, peer[len(_SPKI) :])
    except ValueError:
        return None
    x, _ = core.ecdlp.ec.mul(_pair(private).d, point)
    return _octets(x)


@of_secrets
def _pair(private: bytes) -> _Pair:
    """
    Parse PKCS #8 DER, with the public key or without it.

    Raises:
        ValueError: It is another thing, or the public key in it is another one.
    """
    core = _core()
    version, algorithm, inner = der.sequence(private, der.INTEGER, der.SEQUENCE, der.OCTET_STRING)
    if der.number(version) != 0 or algorithm != _ALGORITHM:
        raise ValueError("not an SM2 private key")
    ((tag, content),) = der.elements(inner)
    (one, version), (string, secret), *options = der.elements(content)
    if (tag, one, der.number(version), string) != (der.SEQUENCE, der.INTEGER, 1, 4):
        raise ValueError("not an SM2 private key")
    d = int.from_bytes(secret, "big")
    if len(secret) != _FIELD_LENGTH or not 1 <= d <= _N - 2:
        raise ValueError("not an SM2 private key")
    point: _Point = core.generate_pk(d)
    public = dict(options).get(0xA1)
    if public is not None and public != der.element(0x03, b"\0", _encode(point)):
        raise ValueError("the public key is not of this private key")
    return _Pair(d, point)


def _octets(number: int) -> bytes:
    return number.to_bytes(_FIELD_LENGTH, "big")


def _encode(point: _Point) -> bytes:
    x, y = point
    return b"\4" + _octets(x) + _octets(y)


def _decode(core: Any, octets: bytes) -> _Point:
    """Return the point that *octets* are, uncompressed, or raise ValueError."""
    if len(octets) != 1 + 2 * _FIELD_LENGTH or octets[0] != 4:
        raise ValueError("not an uncompressed point")
    x, y = octets[1 : 1 + _FIELD_LENGTH], octets[1 + _FIELD_LENGTH :]
    return _on_curve(core, int.from_bytes(x, "big"), int.from_bytes(y, "big"))


def _on_curve(core: Any, x: int, y: int) -> _Point:
    """Return the point, or raise ValueError. gmalg itself does not check its range."""
    if not (x < _P and y < _P and core.ecdlp.ec.isvalid((x, y))):
        raise ValueError("not a point of the curve")
    return x, y


class _GivenDigest:
    """
    What gmalg takes for a hash, when the digest is there already.

    gmalg hashes the signer's identity and then that and the message. The hash of
    anything is its last 32 bytes here, so what comes out is the message.
    """

    def __init__(self) -> None:
        self._digest = b""

    def reset(self) -> None:
        self._digest = b""

    def update(self, data: bytes) -> None:
        self._digest = bytes(data[-DIGEST_LENGTHS[SIGNING] :])

    def value(self) -> bytes:
        return self._digest


def _core_of(message: bytes, randomness: Randomness, *, is_digest: bool) -> Any:
    if not is_digest:
        return _core(randomness=randomness)
    if len(message) != DIGEST_LENGTHS[SIGNING]:
        raise ValueError("a digest must be 32 bytes")
    return _core(_GivenDigest, randomness)


def _core(hash_: Any = None, randomness: Randomness = SYSTEM) -> Any:
    """Return gmalg's scheme. A new one each time: it keeps the state of its hash."""
    library = extras.SM2.load("gmalg.sm2")

    def draw(bits: int) -> int:
        drawn = int.from_bytes(randomness.draw((bits + 7) // 8), "big")
        return drawn >> (-bits % 8)

    return library.SM2Core(_curve(), (hash_ or library.SM3)(), draw)


@functools.lru_cache(maxsize=1)
def _curve() -> Any:
    return extras.SM2.load("gmalg.ellipticcurve").ECDLP(_P, _A, _B, _G, _N)

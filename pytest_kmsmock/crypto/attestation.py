"""
Attestation documents of Nitro enclaves and of NitroTPM: written, read, checked.

A document is a map in CBOR, signed as COSE_Sign1 by ES384:

    [protected header, {}, payload, signature]    tagged with 18, or not

Who may sign one is for `certificates` to say.

Source: AWS Nitro Enclaves User Guide, "Verifying the root of trust"; AWS Nitro
Enclaves NSM API, "Attestation process"; RFC 9052.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

import attrs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from . import foreign_keys
from .extras import CBOR

ENCLAVE: Final = "pcrs"
NITROTPM: Final = "nitrotpm_pcrs"

_COSE_SIGN1: Final = 18
_ALGORITHM: Final = 1
_ES384: Final = -35
_NUMBER_LENGTH: Final = 48
_SHORTEST_KEY: Final = 2048
_LONGEST_CERTIFICATE: Final = 1024
_PCR_LENGTHS: Final = (32, 48, 64)
_LAST_PCR: Final = 31


class Unacceptable(ValueError):  # noqa: N818  it says what of a document, not of a program
    """A document is malformed or does not hold; the message says why."""


@attrs.frozen(kw_only=True)
class Attestation:
    """
    What a document says.

    Attributes:
        module_id: Of the enclave or the instance.
        timestamp: Milliseconds since the epoch.
        kind: `ENCLAVE` or `NITROTPM`, the name of the member that has the PCRs.
        pcrs: The platform configuration registers, by index.
        certificate: X.509 DER of the key that signs the document.
        cabundle: Those above it, the root first.
        public_key: SubjectPublicKeyInfo DER, or None.
    """

    module_id: str
    timestamp: int
    kind: str = ENCLAVE
    pcrs: Mapping[int, bytes]
    certificate: bytes = attrs.field(repr=False)
    cabundle: tuple[bytes, ...] = attrs.field(repr=False)
    public_key: bytes | None = attrs.field(default=None, repr=False)
    user_data: bytes | None = attrs.field(default=None, repr=False)
    nonce: bytes | None = attrs.field(default=None, repr=False)


@attrs.frozen
class Document:
    """
    A document taken apart, its signature not checked yet.

    Attributes:
        signed: The bytes that the signature is of.
        signature: Two numbers of 48 bytes each.
    """

    attestation: Attestation
    signed: bytes = attrs.field(repr=False)
    signature: bytes = attrs.field(repr=False)


def write(attestation: Attestation, private: ec.EllipticCurvePrivateKey) -> bytes:
    """
    Return *attestation* as a document.

    Args:
        private: Of the certificate, on P-384.

    Raises:
        MissingExtra: There is no cbor2.
    """
    cbor = CBOR.load("cbor2")
    payload = {
        "module_id": attestation.module_id,
        "digest": "SHA384",
        "timestamp": attestation.timestamp,
        attestation.kind: dict(attestation.pcrs),
        "certificate": attestation.certificate,
        "cabundle": list(attestation.cabundle),
        "public_key": attestation.public_key,
        "user_data": attestation.user_data,
        "nonce": attestation.nonce,
    }
    return sign(cbor.dumps(payload), private)


def sign(payload: bytes, private: ec.EllipticCurvePrivateKey) -> bytes:
    """Return *payload*, whatever it is, as COSE_Sign1; otherwise as `write`."""
    cbor = CBOR.load("cbor2")
    protected = cbor.dumps({_ALGORITHM: _ES384})
    encoded = private.sign(_to_be_signed(cbor, protected, payload), ec.ECDSA(hashes.SHA384()))
    signature = b"".join(
        number.to_bytes(_NUMBER_LENGTH, "big") for number in utils.decode_dss_signature(encoded)
    )
    document: bytes = cbor.dumps([protected, {}, payload, signature])
    return document


def read(data: bytes) -> Document:
    """
    Return *data* taken apart.

    Raises:
        Unacceptable: It has not the form of a document.
        MissingExtra: There is no cbor2.
    """
    cbor = CBOR.load("cbor2")
    outer = _decoded(cbor, data)
    if isinstance(outer, cbor.CBORTag):
        if outer.tag != _COSE_SIGN1:
            raise Unacceptable("it is not a COSE_Sign1")
        outer = outer.value
    match outer:
        case [bytes(protected), Mapping(), bytes(payload), bytes(signature)]:
            pass
        case _:
            raise Unacceptable("it is not a COSE_Sign1")
    header = _decoded(cbor, protected)
    if not isinstance(header, Mapping) or header.get(_ALGORITHM) != _ES384:
        raise Unacceptable("it is not signed by ES384")
    if len(signature) != 2 * _NUMBER_LENGTH:
        raise Unacceptable("its signature has a wrong length")
    content = _decoded(cbor, payload)
    if not isinstance(content, Mapping):
        raise Unacceptable("its payload is not a map")
    return Document(_attestation(content), _to_be_signed(cbor, protected, payload), signature)


def is_signed_by(document: Document, public: ec.EllipticCurvePublicKey) -> bool:
    """Tell whether the key of *public* signed *document*."""
    numbers = (document.signature[:_NUMBER_LENGTH], document.signature[_NUMBER_LENGTH:])
    r, s = (int.from_bytes(number, "big") for number in numbers)
    try:
        public.verify(utils.encode_dss_signature(r, s), document.signed, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature:
        return False
    return True


def encrypts(public_key: bytes) -> bool:
    """Tell whether *public_key* is one that an answer can be encrypted to: RSA, 2048 bits."""
    key = foreign_keys.public_key(public_key)
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SHORTEST_KEY:
        return False
    # Older versions of `cryptography` look at neither.
    exponent = key.public_numbers().e
    if exponent < 3 or exponent % 2 == 0:
        return False
    try:
        key.encrypt(b"", padding.PKCS1v15())
    except Exception:  # its modulus is even, say, or its exponent too long
        return False
    return True


def _to_be_signed(cbor: Any, protected: bytes, payload: bytes) -> bytes:
    # RFC 9052, section 4.4.
    signed: bytes = cbor.dumps(["Signature1", protected, b"", payload])
    return signed


def _decoded(cbor: Any, data: bytes) -> Any:
    """Return the value of *data*; arrays in a tag are tuples in some versions of the library."""
    stream = io.BytesIO(data)
    try:
        value = cbor.CBORDecoder(stream).decode()
    except Exception as error:  # of garbage it raises what it comes across
        raise Unacceptable("it is not CBOR") from error
    if stream.read():
        raise Unacceptable("bytes follow it")
    return value


def _attestation(content: Mapping[Any, Any]) -> Attestation:
    kinds = [kind for kind in (ENCLAVE, NITROTPM) if kind in content]
    if len(kinds) != 1:
        raise Unacceptable(f"it must have one of {ENCLAVE} and {NITROTPM}")
    if content.get("digest") != "SHA384":
        raise Unacceptable("its digest is not SHA384")
    cabundle = content.get("cabundle")
    if not isinstance(cabundle, list | tuple) or not cabundle:
        raise Unacceptable("its cabundle is not a list of certificates")
    module_id, timestamp = content.get("module_id"), content.get("timestamp")
    if not isinstance(module_id, str) or not module_id:
        raise Unacceptable("its module_id is not a text")
    if type(timestamp) is not int or timestamp <= 0:
        raise Unacceptable("its timestamp is not a time")
    return Attestation(
        module_id=module_id,
        timestamp=timestamp,
        kind=kinds[0],
        pcrs=_pcrs(kinds[0], content[kinds[0]]),
        certificate=_bytes("certificate", content.get("certificate"), _LONGEST_CERTIFICATE),
        cabundle=tuple(_bytes("cabundle", each, _LONGEST_CERTIFICATE) for each in cabundle),
        public_key=_optional(content, "public_key", 1024),
        user_data=_optional(content, "user_data", 512),
        nonce=_optional(content, "nonce", 512),
    )


def _pcrs(kind: str, value: Any) -> dict[int, bytes]:
    if not isinstance(value, Mapping) or not value:
        raise Unacceptable(f"its {kind} are not a map")
    for index, pcr in value.items():
        if type(index) is not int or not 0 <= index <= _LAST_PCR:
            raise Unacceptable(f"its {kind} have an index that is not one of 0 to {_LAST_PCR}")
        if not isinstance(pcr, bytes) or len(pcr) not in _PCR_LENGTHS:
            raise Unacceptable(f"its PCR{index} is not a digest")
    return dict(value)


def _bytes(name: str, value: Any, longest: int) -> bytes:
    if not isinstance(value, bytes) or not 1 <= len(value) <= longest:
        raise Unacceptable(f"its {name} is not 1 to {longest} bytes")
    return value


def _optional(content: Mapping[Any, Any], name: str, longest: int) -> bytes | None:
    value = content.get(name)
    # An empty one is one left out.
    return None if value is None or value == b"" else _bytes(name, value, longest)

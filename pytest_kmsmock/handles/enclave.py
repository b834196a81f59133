"""A Nitro enclave, as far as KMS sees one: it attests what it is, and opens what is for it."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ..crypto import attestation, certificates, cms, extras, rsa
from ..crypto.attestation import ENCLAVE, NITROTPM, Attestation
from ..crypto.extras import MissingExtra
from ..doors import hook
from ..service.api.times import milliseconds
from ..service.misuse import KmsMockError, NotMockedError
from ..service.serving.recipients import ALGORITHM

_DIGEST_LENGTH: Final = 48
_NO_DIGEST: Final = bytes(_DIGEST_LENGTH)
# How many registers a document has by itself, and which of them are not zero:
# those of the image, kernel and application; those of the firmware and Secure Boot.
_REGISTERS: Final[Mapping[str, tuple[int, tuple[int, ...]]]] = {
    ENCLAVE: (16, (0, 1, 2)),
    NITROTPM: (24, (4, 7)),
}
_LAST_REGISTER: Final = 31
_LONGEST: Final = {"user_data": 512, "nonce": 512, "public_key": 1024}
_MODULE_IDS: Final = {
    ENCLAVE: "i-0123456789abcdef0-enc0123456789abcdef",
    NITROTPM: "i-0123456789abcdef0-tpm0123456789abcdef",
}

# A failure ends at the line that used the enclave.
__tracebackhide__ = True


class Enclave:
    """
    A Nitro enclave, or an instance with NitroTPM; `KmsMock.enclave` makes it.

    Its documents have the time of the innermost active mock.
    """

    def __init__(
        self,
        make_key: Callable[[], bytes],
        *,
        pcrs: Mapping[int, str | bytes] | None,
        module_id: str | None,
        debug: bool,
        nitrotpm: bool,
    ) -> None:
        try:
            extras.CBOR.load("cbor2")
        except MissingExtra as error:
            raise NotMockedError(f"{error}.") from None
        self._make_key = make_key
        self._kind = NITROTPM if nitrotpm else ENCLAVE
        self._pcrs = _registers(self._kind, pcrs, debug)
        self._module_id = module_id or _MODULE_IDS[self._kind]
        self._signing_key = ec.generate_private_key(ec.SECP384R1())

    def __repr__(self) -> str:
        return f"<Enclave {self._module_id}>"

    @property
    def module_id(self) -> str:
        return self._module_id

    @property
    def pcrs(self) -> dict[int, str]:
        """The platform configuration registers, in lower-case hex digits, by index."""
        return {index: value.hex() for index, value in self._pcrs.items()}

    @property
    def public_key(self) -> bytes:
        """What answers are encrypted to, SubjectPublicKeyInfo DER of an RSA key."""
        return rsa.public_key(self._private)

    @property
    def root_certificate(self) -> bytes:
        """The root of trust of the documents, PEM; the same for all enclaves."""
        certificate = x509.load_der_x509_certificate(certificates.root())
        return certificate.public_bytes(serialization.Encoding.PEM)

    def attestation_document(
        self,
        *,
        user_data: bytes | None = None,
        nonce: bytes | None = None,
        public_key: bytes | None = None,
    ) -> bytes:
        """
        Return a new document, valid for three hours.

        Args:
            user_data: Up to 512 bytes.
            nonce: Up to 512 bytes.
            public_key: The application's own, SubjectPublicKeyInfo DER; None is
                that of the enclave.
        """
        for name, value in (
            ("user_data", user_data),
            ("nonce", nonce),
            ("public_key", public_key),
        ):
            _check_bytes(name, value)
        now = _now()
        issuer = certificates.authority()
        # Certificates know whole seconds.
        since = now.replace(microsecond=0)
        certificate = certificates.certify(
            issuer, self._module_id, self._signing_key.public_key(), since
        )
        content = Attestation(
            module_id=self._module_id,
            timestamp=milliseconds(now.timestamp()),
            kind=self._kind,
            pcrs=self._pcrs,
            certificate=certificate,
            cabundle=issuer.bundle,
            public_key=self.public_key if public_key is None else public_key,
            user_data=user_data,
            nonce=nonce,
        )
        return attestation.write(content, self._signing_key)

    def recipient(
        self,
        *,
        user_data: bytes | None = None,
        nonce: bytes | None = None,
        public_key: bytes | None = None,
    ) -> dict[str, Any]:
        """Return the parameter `Recipient` with a new document; arguments as there."""
        document = self.attestation_document(
            user_data=user_data, nonce=nonce, public_key=public_key
        )
        return {"KeyEncryptionAlgorithm": ALGORITHM, "AttestationDocument": document}

    def open(self, response: Mapping[str, Any] | bytes) -> bytes:
        """
        Return the plaintext that an answer has for the enclave.

        Args:
            response: The answer, or its CiphertextForRecipient.
        """
        sealed = response
        if isinstance(response, Mapping):
            sealed = response.get("CiphertextForRecipient", b"")
            if not sealed:
                raise KmsMockError(
                    "the response has no CiphertextForRecipient; "
                    "call with Recipient=enclave.recipient()."
                )
        plaintext = cms.open_(self._private, sealed) if isinstance(sealed, bytes) else None
        if plaintext is None:
            raise KmsMockError(
                f"this is not encrypted for {self!r}; open it with the enclave, or the key, "
                "whose attestation document was the Recipient's."
            )
        return plaintext

    @functools.cached_property
    def _private(self) -> bytes:
        return self._make_key()


def root_of(certificate: bytes | str) -> bytes:
    """Return *certificate*, PEM or DER, as DER, or raise `KmsMockError` if it is none."""
    data = certificate.encode() if isinstance(certificate, str) else certificate
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            found = x509.load_pem_x509_certificate(data)
        else:
            found = x509.load_der_x509_certificate(data)
    except (ValueError, TypeError, AttributeError) as error:
        raise KmsMockError(
            "trust_attestation_root() takes an X.509 certificate, PEM or DER; "
            "write for example Path('root.pem').read_bytes()."
        ) from error
    return found.public_bytes(serialization.Encoding.DER)


def _registers(kind: str, pcrs: Mapping[int, str | bytes] | None, debug: bool) -> dict[int, bytes]:
    """Return all registers: *pcrs*, and what the others are by themselves."""
    if debug and (pcrs or kind == NITROTPM):
        raise KmsMockError(
            "debug=True stands for a Nitro enclave in debug mode, whose PCRs are all zero; "
            "leave out pcrs= and nitrotpm=, or debug=True."
        )
    count, measured = _REGISTERS[kind]
    registers = dict.fromkeys(range(count), _NO_DIGEST)
    if not debug:
        registers |= {index: _example(index) for index in measured}
    return registers | {index: _checked(index, value) for index, value in (pcrs or {}).items()}


def _example(index: int) -> bytes:
    return hashlib.sha384(f"pytest-kmsmock PCR{index}".encode()).digest()


def _checked(index: int, value: str | bytes) -> bytes:
    if type(index) is not int or not 0 <= index <= _LAST_REGISTER:
        raise KmsMockError(
            f"pcrs= has the index {index!r}; a PCR has one of 0 to {_LAST_REGISTER}, "
            "write for example pcrs={0: 'ab' * 48}."
        )
    try:
        digest = bytes.fromhex(value) if isinstance(value, str) else bytes(value)
    except (ValueError, TypeError):
        digest = b""
    if len(digest) != _DIGEST_LENGTH:
        raise KmsMockError(
            f"PCR{index} is a SHA-384 digest: 96 hex digits or 48 bytes, not {value!r}; "
            "write for example pcrs={0: 'ab' * 48}."
        )
    return digest


def _check_bytes(name: str, value: bytes | None) -> None:
    longest = _LONGEST[name]
    if value is not None and (not isinstance(value, bytes) or len(value) > longest):
        raise KmsMockError(f"{name}= takes up to {longest} bytes.")


def _now() -> dt.datetime:
    backend = hook.active_backend()
    if backend is None:
        raise KmsMockError(
            "no mock of KMS is active, so there is no time to attest; "
            "use the enclave inside the test, or in `with mock_kms():`."
        )
    return backend.clock.now

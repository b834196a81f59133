"""A Nitro enclave, as far as KMS sees one: it attests what it is, and opens what is for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypedDict, Unpack

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .. import sources
from ..backend import Backend, innermost_fork_of
from ..crypto import attestation, certificates, cms, rsa
from ..crypto.attestation import Attestation
from ..crypto.forking import Lock
from ..remains import Beside
from ..service.api.times import milliseconds
from ..service.misuse import KmsMockError, suggestion
from ..service.serving.recipients import ALGORITHM
from ..service.values.specs import KEY_SPECS

Kind = Literal["enclave", "nitrotpm"]

_MEMBERS: Final[Mapping[Kind, str]] = {
    "enclave": attestation.ENCLAVE,
    "nitrotpm": attestation.NITROTPM,
}
_LONGEST: Final = {"user_data": 512, "nonce": 512, "public_key": 1024}

# A failure ends at the line that used the enclave.
__tracebackhide__ = True


class DocumentContent(TypedDict, total=False):
    """
    What an attestation document carries for the application.

    Attributes:
        user_data: Up to 512 bytes.
        nonce: Up to 512 bytes.
        public_key: The application's own, SubjectPublicKeyInfo DER, up to 1,024
            bytes; if it is not given, that of the enclave.
    """

    user_data: bytes | None
    nonce: bytes | None
    public_key: bytes | None


class Enclave:
    """
    A Nitro enclave, or an instance with NitroTPM; `KmsMock.enclave` makes it.

    Its documents have the time of the mock that gave it, or of its innermost
    active fork.

    Args:
        home: That mock.
        kind: An enclave, or an instance with NitroTPM.
        pcrs: All of its registers, by index.
        module_id: What its documents call it.
    """

    def __init__(
        self, home: Backend, kind: Kind, pcrs: Mapping[int, bytes], module_id: str
    ) -> None:
        self._home = home
        self._kind = _MEMBERS[kind]
        self._pcrs = dict(pcrs)
        self._module_id = module_id
        self._signing_key = ec.generate_private_key(ec.SECP384R1())
        self._made: bytes | None = None
        self._making = Lock()

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

    def attestation_document(self, **content: Unpack[DocumentContent]) -> bytes:
        """
        Return a new document, valid for three hours.

        Args:
            content: ``user_data``, ``nonce``, ``public_key``; see `DocumentContent`.
        """
        for name, value in content.items():
            _check_bytes(name, value)
        public_key = content.get("public_key")
        now = innermost_fork_of(self._home).clock.now
        issuer = certificates.authority()
        # Certificates know whole seconds.
        since = now.replace(microsecond=0)
        certificate = certificates.certify(
            issuer, self._module_id, self._signing_key.public_key(), since
        )
        attested = Attestation(
            module_id=self._module_id,
            timestamp=milliseconds(now.timestamp()),
            kind=self._kind,
            pcrs=self._pcrs,
            certificate=certificate,
            cabundle=issuer.bundle,
            public_key=self.public_key if public_key is None else public_key,
            user_data=content.get("user_data"),
            nonce=content.get("nonce"),
        )
        return attestation.write(attested, self._signing_key)

    def recipient(self, **content: Unpack[DocumentContent]) -> dict[str, Any]:
        """Return the parameter `Recipient` with a new document; arguments as there."""
        document = self.attestation_document(**content)
        return {"KeyEncryptionAlgorithm": ALGORITHM, "AttestationDocument": document}

    def open(self, response: Mapping[str, Any] | bytes) -> bytes:
        """
        Return the plaintext that an answer has for the enclave; `KmsMockError` if for another.

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
        beside = Beside("Enclave.open", {}, {"Plaintext": plaintext}, sources.line_of_author())
        innermost_fork_of(self._home).record.remains.add(beside)
        return plaintext

    @property
    def _private(self) -> bytes:
        """What answers are encrypted to: made when it is first needed."""
        with self._making.current:
            if self._made is None:
                backend = innermost_fork_of(self._home)
                spec = KEY_SPECS["RSA_2048"]
                self._made = backend.registry.key_maker.new(spec, backend.region)
            return self._made


def root_of(certificate: bytes | str) -> bytes:
    """Return *certificate*, PEM or DER, as DER, or raise `KmsMockError` if it is none."""
    try:
        data = certificate.encode() if isinstance(certificate, str) else certificate
        if data.lstrip().startswith(b"-----BEGIN"):
            found = x509.load_pem_x509_certificate(data)
        else:
            found = x509.load_der_x509_certificate(data)
    # Of garbage `cryptography` raises more than it announces, as InvalidVersion.
    except Exception as error:
        raise KmsMockError(
            "trust_attestation_root() takes an X.509 certificate, PEM or DER; "
            "write for example Path('root.pem').read_bytes()."
        ) from error
    return found.public_bytes(serialization.Encoding.DER)


def _check_bytes(name: str, value: Any) -> None:
    if name not in _LONGEST:
        raise KmsMockError(
            f"an attestation document has no {name!r}.{suggestion(name, _LONGEST)} "
            f"It has {', '.join(_LONGEST)}."
        )
    longest = _LONGEST[name]
    if value is not None and (not isinstance(value, bytes) or len(value) > longest):
        raise KmsMockError(f"{name}= takes up to {longest} bytes.")

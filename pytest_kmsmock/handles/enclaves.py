"""Making enclaves: what they are measured as."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ..service.misuse import KmsMockError, NotMockedError
from .arguments import or_none, text, truth
from .part import Part

if TYPE_CHECKING:
    from .enclave import Enclave, Kind

_DIGEST_LENGTH: Final = 48
_NO_DIGEST: Final = bytes(_DIGEST_LENGTH)
# How many registers a document has by itself, and which of them are not zero:
# those of the image, kernel and application; those of the firmware and Secure Boot.
_REGISTERS: Final[Mapping[Kind, tuple[int, tuple[int, ...]]]] = {
    "enclave": (16, (0, 1, 2)),
    "nitrotpm": (24, (4, 7)),
}
_LAST_REGISTER: Final = 31
_MODULE_IDS: Final[Mapping[Kind, str]] = {
    "enclave": "i-0123456789abcdef0-enc0123456789abcdef",
    "nitrotpm": "i-0123456789abcdef0-tpm0123456789abcdef",
}

# A failure ends at the line that asked for the enclave.
__tracebackhide__ = True


class Enclaves(Part):
    """Nitro enclaves, a part of `KmsMock`."""

    def enclave(
        self,
        *,
        pcrs: Mapping[int, str | bytes] | None = None,
        module_id: str | None = None,
        debug: bool = False,
        nitrotpm: bool = False,
    ) -> Enclave:
        """
        Return a Nitro enclave, whose attestation documents the mock accepts.

        Args:
            pcrs: Platform configuration registers by index, SHA-384 digests in
                hex digits or bytes; the others are as an example has them.
            module_id: None is an example.
            debug: The enclave is in debug mode: all its PCRs are zero.
            nitrotpm: It is not an enclave but an instance with NitroTPM.

        Raises:
            KmsMockError: An argument makes no sense, or the extra ``nitro`` is
                not installed.
        """
        __tracebackhide__ = True
        # Not at the top: few tests need them, and x509 is slow to import.
        from ..crypto import extras
        from .enclave import Enclave

        try:
            extras.CBOR.load("cbor2")
        except extras.MissingExtra as error:
            raise NotMockedError(f"{error}.") from None
        truth("debug", debug)
        or_none(text)("module_id", module_id)
        kind: Kind = "nitrotpm" if truth("nitrotpm", nitrotpm) else "enclave"
        registers = _registers(kind, pcrs, debug)
        return Enclave(self._backend, kind, registers, module_id or _MODULE_IDS[kind])

    def trust_attestation_root(self, certificate: bytes | str) -> None:
        """
        Accept attestation documents that lead to *certificate* too, PEM or DER.

        AWS accepts those of its own root alone, the mock those of its own.
        """
        __tracebackhide__ = True
        from .enclave import root_of  # not at the top: x509 is slow to import

        self._backend.registry.attestation_roots += (root_of(certificate),)


def _registers(kind: Kind, pcrs: Mapping[int, str | bytes] | None, debug: bool) -> dict[int, bytes]:
    """Return all registers: *pcrs*, and what the others are by themselves."""
    if not isinstance(pcrs, Mapping | None):
        raise KmsMockError(
            f"pcrs={pcrs!r} is no mapping of indices to digests; "
            "write for example pcrs={0: 'ab' * 48}."
        )
    if debug and (pcrs or kind == "nitrotpm"):
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

"""Adopting ciphertexts of real AWS, of which a test knows the plaintext."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..backend import Backend
from ..crypto import ciphertext as blobs
from ..doors import author
from ..service.misuse import KmsMockError
from ..service.values.key import KmsKey
from .arguments import data, texts
from .finding import find
from .key import Key
from .part import Part

_LONGEST_CIPHERTEXT: Final = 6144
_LONGEST_PLAINTEXT: Final = 4096
_EXAMPLE: Final = {"tenant": "7"}

# A failure ends at the line that gave the ciphertext.
__tracebackhide__ = True


class Adopting(Part):
    """Ciphertexts from elsewhere, a part of `KmsMock`."""

    def adopt(
        self,
        ciphertext: bytes,
        plaintext: bytes | str,
        *,
        key: Key | str,
        context: Mapping[str, str] | None = None,
    ) -> None:
        """
        Let *ciphertext*, which another KMS has made, open to *plaintext*.

        Args:
            key: The symmetric key under which it opens, and no other; of a multi-Region
                key the related ones too. The key's state holds as for its own ciphertexts.
            context: The encryption context with which it opens, and no other.

        Raises:
            KmsMockError: An argument makes no sense, the mock has made it itself, or it
                is adopted already and opens otherwise.
        """
        __tracebackhide__ = True
        self._check_active("adopt ciphertexts")
        backend = self._backend
        blob, text = checked_ciphertext(ciphertext), checked_plaintext(plaintext)
        pairs = {} if context is None else texts("context", context, _EXAMPLE)
        value = key_to_adopt_for(backend, key)
        from ..service.values.adopted import Adopted  # not at the top: few tests adopt any

        adopted = Adopted(
            ciphertext=blob,
            plaintext=text,
            context=pairs,
            key_arn=value.arn,
            key_tag=value.ciphertext_tag,
            is_multi_region=value.multi_region is not None,
            material_id=value.material.id,
        )
        before = backend.registry.state.adopted.get(blob)
        if before is not None and before != adopted:
            raise KmsMockError(
                f"this ciphertext is adopted already, under {before.key_arn}, and opens otherwise."
            )
        backend.registry.change(lambda draft: draft.adopt(adopted))


def key_to_adopt_for(backend: Backend, key: Key | str) -> KmsKey:
    """Return what *key* is, or raise if no ciphertext can be adopted for it."""
    found = find(backend, key)
    value = author.key_at(backend, found.arn)
    if not value.spec.is_symmetric_encryption or value.stored is not None:
        raise KmsMockError(
            f"a ciphertext of {found!r} cannot be adopted, which is no symmetric key of KMS's "
            "own; give a key pair its private key, by the material of create_key()."
        )
    if not value.materials:
        raise KmsMockError(f"{found!r} awaits its key material; import it before.")
    return value


def checked_plaintext(value: Any) -> bytes:
    """Return *value* as bytes, or raise if it cannot have been encrypted."""
    text = data("plaintext", value)
    if not 1 <= len(text) <= _LONGEST_PLAINTEXT:
        raise KmsMockError(
            f"plaintext has {len(text)} bytes; what KMS encrypts has 1 to {_LONGEST_PLAINTEXT}."
        )
    return text


def checked_ciphertext(value: Any) -> bytes:
    """Return *value* as bytes, or raise if no other KMS can have made it."""
    if not isinstance(value, bytes | bytearray | memoryview):
        raise KmsMockError(
            f"ciphertext is bytes, not {type(value).__name__}; for one in Base64 write "
            "base64.b64decode(…)."
        )
    blob = bytes(value)
    if not 1 <= len(blob) <= _LONGEST_CIPHERTEXT:
        raise KmsMockError(
            f"ciphertext has {len(blob)} bytes; those that KMS opens have 1 to "
            f"{_LONGEST_CIPHERTEXT}."
        )
    envelope = blobs.parse(blob)
    if envelope is not None and blobs.is_key_tag(envelope.key_tag):
        raise KmsMockError(
            "a mock of KMS has made this ciphertext, which opens wherever its key is: give "
            "create_key() the key's key_id and material."
        )
    return blob

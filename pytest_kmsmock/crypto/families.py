"""
Families of key pairs: what each can do, and its module, imported when a key needs it.

A private key is PKCS #8 DER, a public key SubjectPublicKeyInfo DER. Whatever
`cryptography` lacks and an extra would bring raises `MissingExtra`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from .randomness import SYSTEM, Randomness


class KeyPairs(Protocol):
    """What every family can do."""

    def generate(self, spec: str, randomness: Randomness) -> bytes:
        """Return a new private key of the key spec of that name."""

    def public_key(self, private: bytes) -> bytes: ...

    def is_private_key(self, spec: str, private: bytes) -> bool:
        """Tell whether *private*, made by somebody else, is a sound key of *spec*."""


class Signing(KeyPairs, Protocol):
    def sign(
        self,
        private: bytes,
        algorithm: str,
        message: bytes,
        *,
        is_digest: bool = False,
        randomness: Randomness = SYSTEM,
    ) -> bytes: ...

    def verify(
        self,
        private: bytes,
        algorithm: str,
        message: bytes,
        signature: bytes,
        *,
        is_digest: bool = False,
    ) -> bool:
        """Tell whether *signature*, of whatever form, is one of *message*."""


class Encrypting(KeyPairs, Protocol):
    def max_plaintext(self, spec: str, algorithm: str) -> int:
        """Return how many bytes *algorithm* can encrypt."""

    def encrypt(
        self, private: bytes, algorithm: str, plaintext: bytes, *, randomness: Randomness = SYSTEM
    ) -> bytes: ...

    def decrypt(self, private: bytes, algorithm: str, ciphertext: bytes) -> bytes | None:
        """Return the plaintext, or None if *ciphertext* is not of this key and algorithm."""


class Agreeing(KeyPairs, Protocol):
    def exchange(self, private: bytes, peer: bytes) -> bytes | None:
        """Return the raw shared secret, or None if *peer* is no public key on the same curve."""


class Encapsulating(KeyPairs, Protocol):
    def encapsulate(self, private: bytes) -> tuple[bytes, bytes]:
        """Return a shared secret and its ciphertext."""

    def decapsulate(self, private: bytes, ciphertext: bytes) -> bytes | None:
        """Return the shared secret, or None if *ciphertext* has a wrong length."""


class _Rsa(Signing, Encrypting, Protocol): ...


class _Ecc(Signing, Agreeing, Protocol): ...


class _Sm2(Signing, Encrypting, Agreeing, Protocol): ...


@functools.cache
def _rsa() -> _Rsa:
    from . import rsa

    return rsa


@functools.cache
def _ecc() -> _Ecc:
    from . import ecc

    return ecc


@functools.cache
def _ed25519() -> Signing:
    from . import ed25519

    return ed25519


@functools.cache
def _mldsa() -> Signing:
    from . import mldsa

    return mldsa


@functools.cache
def _mlkem() -> Encapsulating:
    from . import mlkem

    return mlkem


@functools.cache
def _sm2() -> _Sm2:
    from . import sm2

    return sm2


KEY_PAIRS: Final[Mapping[str, Callable[[], KeyPairs]]] = {
    "rsa": _rsa,
    "ecc": _ecc,
    "ed25519": _ed25519,
    "mldsa": _mldsa,
    "mlkem": _mlkem,
    "sm2": _sm2,
}
SIGNING: Final[Mapping[str, Callable[[], Signing]]] = {
    "rsa": _rsa,
    "ecc": _ecc,
    "ed25519": _ed25519,
    "mldsa": _mldsa,
    "sm2": _sm2,
}
ENCRYPTING: Final[Mapping[str, Callable[[], Encrypting]]] = {"rsa": _rsa, "sm2": _sm2}
AGREEING: Final[Mapping[str, Callable[[], Agreeing]]] = {"ecc": _ecc, "sm2": _sm2}
ENCAPSULATING: Final[Mapping[str, Callable[[], Encapsulating]]] = {"mlkem": _mlkem}

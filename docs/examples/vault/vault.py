"""
A vault: secrets in files, each encrypted under a data key of its own.

AWS KMS makes the data key and hands it out twice, in plaintext and encrypted.
The plaintext encrypts one secret and is forgotten; the encrypted data key is
kept beside the secret. Whoever reads the secret must be allowed to use the KMS
key, which never leaves KMS.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = "alias/vault"
NONCE_LENGTH = 12

kms = boto3.client("kms")


class VaultError(Exception):
    """The vault cannot do what it was asked; the message is for its user."""


class KeyDisabled(VaultError):
    """Somebody disabled the key. Enabling it helps."""


class KeyLost(VaultError):
    """The key is gone, or about to go unless its deletion is cancelled."""


class Damaged(VaultError):
    """A stored secret is not what was written there."""


class Vault:
    """The secrets of one tenant, in *folder*."""

    def __init__(self, folder: Path, tenant: str) -> None:
        self._folder = folder
        self._tenant = tenant

    def write(self, name: str, secret: str) -> None:
        with _told_to_the_user():
            data_key = kms.generate_data_key(
                KeyId=KEY, KeySpec="AES_256", EncryptionContext=self._context(name)
            )
        nonce = os.urandom(NONCE_LENGTH)
        sealed = AESGCM(data_key["Plaintext"]).encrypt(nonce, secret.encode(), None)
        # The key's ARN, since the alias may name another key when the secret is read.
        self._store(name, data_key["KeyId"], data_key["CiphertextBlob"], nonce + sealed)

    def read(self, name: str) -> str:
        key, encrypted_data_key, box = self._load(name)
        with _told_to_the_user():
            data_key = kms.decrypt(
                KeyId=key,
                CiphertextBlob=encrypted_data_key,
                EncryptionContext=self._context(name),
            )
        nonce, sealed = box[:NONCE_LENGTH], box[NONCE_LENGTH:]
        try:
            return AESGCM(data_key["Plaintext"]).decrypt(nonce, sealed, None).decode()
        except InvalidTag:
            raise Damaged(f"{name!r} was changed after it was written.") from None

    def move_to_current_key(self, name: str) -> None:
        """Encrypt the data key of *name* anew, under the key that the alias names now."""
        key, encrypted_data_key, box = self._load(name)
        with _told_to_the_user():
            moved = kms.re_encrypt(
                SourceKeyId=key,
                CiphertextBlob=encrypted_data_key,
                SourceEncryptionContext=self._context(name),
                DestinationKeyId=KEY,
                DestinationEncryptionContext=self._context(name),
            )
        self._store(name, moved["KeyId"], moved["CiphertextBlob"], box)

    def _context(self, name: str) -> dict[str, str]:
        """Bind a data key to its place, so that a file moved elsewhere does not open."""
        return {"tenant": self._tenant, "secret": name}

    def _store(self, name: str, key: str, encrypted_data_key: bytes, box: bytes) -> None:
        stored = {
            "key": key,
            "data_key": b64encode(encrypted_data_key).decode(),
            "secret": b64encode(box).decode(),
        }
        self._path(name).write_text(json.dumps(stored))

    def _load(self, name: str) -> tuple[str, bytes, bytes]:
        try:
            stored = json.loads(self._path(name).read_text())
        except FileNotFoundError:
            raise VaultError(f"there is no secret {name!r}.") from None
        return stored["key"], b64decode(stored["data_key"]), b64decode(stored["secret"])

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


@contextmanager
def _told_to_the_user() -> Iterator[None]:
    """Say what a refusal by KMS means for a person who uses the vault."""
    try:
        yield
    except kms.exceptions.DisabledException as error:
        raise KeyDisabled("the vault's key is disabled; ask its owner to enable it.") from error
    except kms.exceptions.KMSInvalidStateException as error:
        raise KeyLost(
            "the vault's key will be deleted; ask its owner to cancel that while it can be."
        ) from error
    except kms.exceptions.NotFoundException as error:
        raise KeyLost("the vault's key does not exist, so nobody can read the secret.") from error
    except kms.exceptions.InvalidCiphertextException as error:
        raise Damaged(
            "the stored secret was changed, or belongs to another name or tenant."
        ) from error

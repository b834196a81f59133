"""What a test holds of a key."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes as PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from . import hook
from .service.key import KeyState, KmsKey
from .service.misuse import KmsMockError

if TYPE_CHECKING:
    from .mock import KmsMock


class Key:
    """
    A key, by its ARN, in the innermost active mock.

    What a test does by it is not recorded as a call and obeys the key's state:
    a key that is disabled refuses to encrypt with AWS's own exception.
    """

    __slots__ = ("_arn",)

    def __init__(self, arn: str) -> None:
        self._arn = arn

    def __repr__(self) -> str:
        return f"<Key {self._arn}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and other._arn == self._arn

    def __hash__(self) -> int:
        return hash(self._arn)

    @property
    def arn(self) -> str:
        return self._arn

    @property
    def id(self) -> str:
        return self._arn.partition(":key/")[2]

    @property
    def spec(self) -> str:
        return self._value.spec.name

    @property
    def usage(self) -> str:
        return self._value.usage

    @property
    def state(self) -> KeyState:
        return self._value.state

    @property
    def metadata(self) -> dict[str, Any]:
        """The KeyMetadata, as DescribeKey returns it."""
        metadata: dict[str, Any] = self._do("DescribeKey")["KeyMetadata"]
        return metadata

    @property
    def aliases(self) -> list[str]:
        """The names of the key's aliases, each ``alias/…``."""
        return list(_mock().aliases_of(self._value))

    @property
    def tags(self) -> dict[str, str]:
        return dict(self._value.tags)

    @property
    def policy(self) -> dict[str, Any]:
        """The key policy, its document."""
        policy: dict[str, Any] = json.loads(self._value.policy)
        return policy

    def disable(self) -> None:
        self._do("DisableKey")

    def enable(self) -> None:
        self._do("EnableKey")

    def schedule_deletion(self, days: int = 30) -> dt.datetime:
        """Schedule the key's deletion in 7 to 30 *days*; return when it is due."""
        due: dt.datetime = self._do("ScheduleKeyDeletion", PendingWindowInDays=days)["DeletionDate"]
        return due

    def cancel_deletion(self) -> None:
        """Keep the key after all. It is disabled then, as in AWS."""
        self._do("CancelKeyDeletion")

    def delete(self) -> None:
        """Delete the key at once, with its aliases, which nobody can do in AWS."""
        _mock().delete(self._value)

    def encrypt(self, plaintext: bytes | str, context: Mapping[str, str] | None = None) -> bytes:
        """Return the ciphertext blob of *plaintext*, up to 4,096 bytes."""
        data = plaintext.encode() if isinstance(plaintext, str) else plaintext
        blob: bytes = self._do("Encrypt", Plaintext=data, **_context("EncryptionContext", context))[
            "CiphertextBlob"
        ]
        return blob

    def decrypt(self, ciphertext: bytes, context: Mapping[str, str] | None = None) -> bytes:
        """Return the plaintext of the blob *ciphertext*."""
        plaintext: bytes = self._do(
            "Decrypt", CiphertextBlob=ciphertext, **_context("EncryptionContext", context)
        )["Plaintext"]
        return plaintext

    @property
    def public_key(self) -> PublicKey:
        """The public key of an asymmetric key, as an object of `cryptography`."""
        der: bytes = self._do("GetPublicKey")["PublicKey"]
        return load_der_public_key(der)

    def sign(self, message: bytes, algorithm: str | None = None, *, type: str = "RAW") -> bytes:
        """
        Return the signature of *message*.

        Args:
            algorithm: None is the first of the key's.
            type: The MessageType, ``RAW``, ``DIGEST`` or ``EXTERNAL_MU``.
        """
        signature: bytes = self._do(
            "Sign",
            Message=message,
            MessageType=type,
            SigningAlgorithm=algorithm or self._value.algorithms[0],
        )["Signature"]
        return signature

    def verify(
        self, message: bytes, signature: bytes, algorithm: str | None = None, *, type: str = "RAW"
    ) -> bool:
        """Tell whether *signature* is one of *message*; arguments as in `sign`."""
        try:
            self._do(
                "Verify",
                Message=message,
                MessageType=type,
                Signature=signature,
                SigningAlgorithm=algorithm or self._value.algorithms[0],
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "KMSInvalidSignatureException":
                return False
            raise
        return True

    @property
    def _value(self) -> KmsKey:
        return _mock().value_of(self._arn)

    def _do(self, operation: str, **params: Any) -> dict[str, Any]:
        _, _, _, region, account, _ = self._arn.split(":")
        return _mock().perform(
            operation, {"KeyId": self._arn, **params}, region=region, account=account
        )


def find(identifier: str) -> Key:
    """Return the key that *identifier* names in the innermost active mock."""
    return _mock().key(identifier)


def _mock() -> KmsMock:
    mock = hook.active_mock()
    if mock is None:
        raise KmsMockError(
            "no mock of KMS is active; use a key inside the test that takes the "
            "`kms` fixture, or inside `with mock_kms():`."
        )
    return mock


def _context(member: str, context: Mapping[str, str] | None) -> dict[str, Any]:
    return {} if context is None else {member: dict(context)}

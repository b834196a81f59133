"""What a test holds of a key."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from botocore.exceptions import ClientError

from .. import sources
from ..backend import Backend, innermost_fork_of
from ..checks import checked_account
from ..comparing import CheckedList, Members, Word
from ..doors import author
from ..remains import Beside
from ..service.api.shapes import metadata_names
from ..service.misuse import KmsMockError, no_attribute
from ..service.values.identifiers import is_key_id
from ..service.values.key import KmsKey
from ..service.values.specs import KeySpecName, KeyUsage
from . import words
from .arguments import data, text, texts
from .material import Material, checked_material, import_material, shown_material

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes as PublicKey

MessageType = Literal["RAW", "DIGEST", "EXTERNAL_MU"]

# A failure ends at the line that used the handle.
__tracebackhide__ = True

_EXAMPLE = {"tenant": "7"}
# More are no date. AWS refuses much less.
_MOST_DAYS = 1e6
# What somebody may look for that knows the API, and where it is.
_INSTEAD = {
    "key_id": "write key.id",
    "KeyId": "write key.id",
    "key_arn": "write key.arn",
    "Arn": "write key.arn",
    "alias": "write key.aliases[0]",
    "alias_name": "write key.aliases[0]",
    "name": "write key.aliases[0]",
    "enabled": "write key.state == 'Enabled'",
    "description": "write key.metadata['Description']",
    "creation_date": "write key.metadata['CreationDate']",
    "re_encrypt": "write kms.client().re_encrypt(…)",
    "generate_data_key": "write kms.client().generate_data_key(KeyId=key.id, …)",
}


class Key:
    """
    A key, by its ARN, of the mock that gave the handle.

    It acts on the innermost active fork of that mock, else on the mock itself, of
    which it still tells when it is over. What a test does by it is not recorded as
    a call and obeys the key's state: a key that is disabled refuses to encrypt with
    AWS's own exception. Handles of one ARN are equal; to compare one with a name of a key
    raises `KmsMockError`, since they never are. So does a comparison of `spec`, `usage` or
    `state` with a word that KMS does not have, and a name that no metadata has.

    Where an argument is bytes, text stands for its UTF-8, as in a client's call.
    """

    __slots__ = ("_arn", "_home")

    def __init__(self, arn: str, home: Backend) -> None:
        self._arn = arn
        self._home = home

    def __repr__(self) -> str:
        return f"<Key {self._arn}>"

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        if isinstance(other, str) and is_name(other):
            raise KmsMockError(
                f"the handle of a key never equals the text {other!r}; compare its arn, id or "
                f"aliases, or the handle kms.key({other!r})."
            )
        return other._arn == self._arn if isinstance(other, Key) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._arn)

    def __deepcopy__(self, memo: dict[int, Any]) -> Key:
        return self

    if not TYPE_CHECKING:  # whoever checks types is told by them

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, "a key", name, _INSTEAD.get(name, ""))

    @property
    def arn(self) -> str:
        """The key ARN."""
        return self._arn

    @property
    def id(self) -> str:
        """The key ID, the last part of the ARN."""
        return self._arn.partition(":key/")[2]

    @property
    def spec(self) -> KeySpecName:
        """The key spec, ``SYMMETRIC_DEFAULT``."""
        return words.spec(self._value.spec.name)

    @property
    def usage(self) -> KeyUsage:
        """The key usage, ``ENCRYPT_DECRYPT``."""
        return words.usage(self._value.usage)

    @property
    def state(self) -> Word:
        """The key state, ``Enabled``."""
        return words.state(self._value.state)

    @property
    def metadata(self) -> dict[str, Any]:
        """The KeyMetadata, as DescribeKey returns it."""
        return Members(self._do("DescribeKey")["KeyMetadata"], metadata_names)

    @property
    def aliases(self) -> list[str]:
        """The names of the key's aliases, each ``alias/…``."""
        return CheckedList(author.aliases_of(self._backend, self._value), "aliases", _alias)

    @property
    def tags(self) -> dict[str, str]:
        """The values of its tags, by their names."""
        return dict(self._value.tags)

    @property
    def grants(self) -> list[dict[str, Any]]:
        """The grants on the key, as ListGrants lists them."""
        found: list[dict[str, Any]] = []
        response = self._do("ListGrants")
        found += response["Grants"]
        while response["Truncated"]:
            response = self._do("ListGrants", Marker=response["NextMarker"])
            found += response["Grants"]
        return CheckedList(found, "grants", _grant)

    @property
    def policy(self) -> dict[str, Any]:
        """The key policy, its document."""
        policy: dict[str, Any] = json.loads(self._value.policy)
        return policy

    def disable(self) -> None:
        """Disable the key."""
        self._do("DisableKey")

    def enable(self) -> None:
        """Enable the key."""
        self._do("EnableKey")

    def schedule_deletion(self, days: int = 30) -> dt.datetime | None:
        """
        Schedule the key's deletion in 7 to 30 *days*.

        Returns:
            When it is due; None if a primary key waits for its replicas' deletion.
        """
        if type(days) is not int:
            raise KmsMockError(f"days={days!r} is no number of days; write 7 to 30.")
        scheduled = self._do("ScheduleKeyDeletion", PendingWindowInDays=days)
        due: dt.datetime | None = scheduled.get("DeletionDate")
        return due

    def cancel_deletion(self) -> None:
        """Keep the key after all. It is disabled then, as in AWS."""
        self._do("CancelKeyDeletion")

    def share_with(self, *accounts: str) -> None:
        """
        Share the key with *accounts*, 12 digits each, as AWS RAM does.

        It replaces an earlier share; without an account it ends it.
        """
        for account in accounts:
            checked_account("account", account)
        author.share(self._backend, self._value, accounts)

    def delete(self) -> None:
        """Delete the key at once, with its aliases, which nobody can do in AWS."""
        author.delete(self._backend, self._value)

    def rotate(self) -> None:
        """Rotate the key on demand, at once; ciphertexts of before still open."""
        self._do("RotateKeyOnDemand")
        author.finish_transition(self._backend, self._value)

    def import_material(self, material: bytes | str, *, days: int | None = None) -> str | None:
        """
        Import *material* into a key of origin EXTERNAL, wrapped as a client does it.

        Args:
            material: 32 bytes for a symmetric key, the bytes of an HMAC key, or
                PKCS #8 DER for a key pair. Other bytes than the symmetric key
                has already wait there for its rotation.
            days: After how many it expires, 365 at most; None is never.

        Returns:
            The ID of the material if the key is symmetric.
        """
        if days is not None and not (type(days) in (int, float) and abs(days) < _MOST_DAYS):
            raise KmsMockError(f"days={days!r} is no number of days; write 1 to 365, or None.")
        secret = data("material", material)
        if not secret:
            raise KmsMockError("material is empty; write the bytes of a key.")
        return import_material(self._backend, self._value, secret, days)

    @property
    def materials(self) -> list[Material]:
        """The key's materials, oldest first; the current one encrypts."""
        materials = map(shown_material, self._value.materials)
        return CheckedList(materials, "key materials", checked_material)

    def material_of(self, ciphertext: bytes | str) -> Material:
        """
        Return the material that made *ciphertext*.

        Raises:
            KmsMockError: It is no ciphertext of this key, or of a key pair,
                which has one material only.
        """
        found = self._value.material_of(data("ciphertext", ciphertext))
        if found is None:
            raise KmsMockError(f"this ciphertext was not made by {self!r} with a symmetric key.")
        return shown_material(found)

    def encrypt(self, plaintext: bytes | str, context: Mapping[str, str] | None = None) -> bytes:
        """Return the ciphertext blob of *plaintext*, up to 4,096 bytes."""
        given = data("plaintext", plaintext)
        _note(self._backend, "Encrypt", {"Plaintext": given})
        blob: bytes = self._do("Encrypt", Plaintext=given, **_context(context))["CiphertextBlob"]
        return blob

    def decrypt(self, ciphertext: bytes | str, context: Mapping[str, str] | None = None) -> bytes:
        """Return the plaintext of the blob *ciphertext*."""
        plaintext: bytes = self._do(
            "Decrypt", CiphertextBlob=data("ciphertext", ciphertext), **_context(context)
        )["Plaintext"]
        _note(self._backend, "Decrypt", {}, {"Plaintext": plaintext})
        return plaintext

    @property
    def public_key(self) -> PublicKey:
        """The public key of an asymmetric key, as an object of `cryptography`."""
        # Not at the top: few tests need it.
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        der: bytes = self._do("GetPublicKey")["PublicKey"]
        return load_der_public_key(der)

    def sign(
        self, message: bytes | str, algorithm: str | None = None, *, type: MessageType = "RAW"
    ) -> bytes:
        """
        Return the signature of *message*.

        Args:
            algorithm: None is the first of the key's.
            type: The MessageType, ``RAW``, ``DIGEST`` or ``EXTERNAL_MU``.
        """
        signature: bytes = self._do("Sign", **self._signing(message, algorithm, type))["Signature"]
        return signature

    def verify(
        self,
        message: bytes | str,
        signature: bytes | str,
        algorithm: str | None = None,
        *,
        type: MessageType = "RAW",
    ) -> bool:
        """Tell whether *signature* is one of *message*; arguments as in `sign`."""
        try:
            self._do(
                "Verify",
                Signature=data("signature", signature),
                **self._signing(message, algorithm, type),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "KMSInvalidSignatureException":
                return False
            raise
        return True

    def _signing(
        self, message: bytes | str, algorithm: str | None, message_type: str
    ) -> dict[str, Any]:
        """Return the parameters that signing and verifying have in common."""
        if algorithm is None:
            value = self._value
            # Of another key any will do: its usage is refused first.
            is_signing = value.usage == "SIGN_VERIFY"
            algorithm = value.algorithms[0] if is_signing else "ECDSA_SHA_256"
        return {
            "Message": data("message", message),
            "MessageType": text("type", message_type),
            "SigningAlgorithm": text("algorithm", algorithm),
        }

    def _is_of(self, backend: Backend) -> bool:
        """Tell whether *backend* has given this handle, or a relative of it by forks."""
        return self._home.is_fork_of(backend) or backend.is_fork_of(self._home)

    @property
    def _backend(self) -> Backend:
        return innermost_fork_of(self._home)

    @property
    def _value(self) -> KmsKey:
        return author.key_at(self._backend, self._arn)

    def _do(self, operation: str, **params: Any) -> dict[str, Any]:
        return _do(self._backend, self._arn, operation, **params)


def is_name(text: str) -> bool:
    """Tell whether *text* could be the name of a key: an alias, an ARN or an ID."""
    return text.startswith(("alias/", "arn:")) or is_key_id(text)


def _do(backend: Backend, arn: str, operation: str, **params: Any) -> dict[str, Any]:
    """Do *operation* on the key *arn*, in its own account and Region."""
    _, _, _, region, account, _ = arn.split(":")
    return author.perform(
        backend, operation, {"KeyId": arn, **params}, region=region, account=account
    )


def _note(
    backend: Backend,
    operation: str,
    params: Mapping[str, Any],
    response: Mapping[str, Any] | None = None,
) -> None:
    """Note what a handle has met that is secret."""
    beside = Beside(operation, params, response, sources.line_of_author())
    backend.record.remains.add(beside)


def _alias(name: object) -> object:
    __tracebackhide__ = True
    if not isinstance(name, str) or not name.startswith("alias/"):
        written = f"; write 'alias/{name}'" if isinstance(name, str) else ""
        raise KmsMockError(
            f"{name!r} is the name of no alias, since those begin with 'alias/'{written}."
        )
    return name


def _grant(grant: object) -> object:
    __tracebackhide__ = True
    if not isinstance(grant, dict):
        raise KmsMockError(
            f"{grant!r} is no grant, since those are as ListGrants lists them; "
            "write for example [grant['GrantId'] for grant in key.grants]."
        )
    return grant


def _context(value: Mapping[str, str] | None) -> dict[str, Any]:
    return {} if value is None else {"EncryptionContext": texts("context", value, _EXAMPLE)}

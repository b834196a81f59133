"""What a test holds of a key."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes as PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ..crypto import wrapping
from ..doors import hook
from ..service.api.times import cut, in_utc
from ..service.misuse import KmsMockError
from ..service.operations.encryption import material_of
from ..service.rules.lifecycle import DAY
from ..service.values.identifiers import alias_arn
from ..service.values.key import KeyMaterial, KeyState, KmsKey, material_id
from ..settings import is_account

if TYPE_CHECKING:
    from ..backend import Backend


_SHOWN_KEYS = 10

# A failure ends at the line that used the handle.
__tracebackhide__ = True


@attrs.frozen
class Material:
    """
    A key material, without its bytes.

    Attributes:
        id: The KeyMaterialId, 64 hex digits.
        state: ``CURRENT``, ``NON_CURRENT``, ``PENDING_ROTATION`` or
            ``PENDING_MULTI_REGION_IMPORT_AND_ROTATION``.
        is_present: False once imported material has been deleted or has expired.
        rotation_date: When it became current, UTC; None for the first.
        rotation_type: ``AUTOMATIC``, ``ON_DEMAND`` or None.
        valid_to: When it expires, UTC, or None.
    """

    id: str
    state: str
    is_present: bool
    rotation_date: dt.datetime | None
    rotation_type: str | None
    valid_to: dt.datetime | None


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
        return list(_backend().aliases_of(self._value))

    @property
    def tags(self) -> dict[str, str]:
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
        return found

    @property
    def policy(self) -> dict[str, Any]:
        """The key policy, its document."""
        policy: dict[str, Any] = json.loads(self._value.policy)
        return policy

    def disable(self) -> None:
        self._do("DisableKey")

    def enable(self) -> None:
        self._do("EnableKey")

    def schedule_deletion(self, days: int = 30) -> dt.datetime | None:
        """
        Schedule the key's deletion in 7 to 30 *days*.

        Returns:
            When it is due; None if a primary key waits for its replicas' deletion.
        """
        scheduled = self._do("ScheduleKeyDeletion", PendingWindowInDays=days)
        due: dt.datetime | None = scheduled.get("DeletionDate")
        return due

    def cancel_deletion(self) -> None:
        """Keep the key after all. It is disabled then, as in AWS."""
        self._do("CancelKeyDeletion")

    def share_with(self, *accounts: str) -> None:
        """Share the key with *accounts*, 12 digits each, as by AWS RAM; with none, no more."""
        for account in accounts:
            if not is_account(account):
                raise KmsMockError(f"{account!r} is no account ID; write 12 digits in quotes.")
        _backend().share(self._value, accounts)

    def delete(self) -> None:
        """Delete the key at once, with its aliases, which nobody can do in AWS."""
        _backend().delete(self._value)

    def rotate(self) -> None:
        """Rotate the key on demand, at once; ciphertexts of before still open."""
        self._do("RotateKeyOnDemand")
        _backend().finish_transition(self._value)

    def import_material(self, material: bytes, *, days: int | None = None) -> str | None:
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
        key = self._value
        is_pair = key.spec.kind == "asymmetric"
        algorithm = "RSA_AES_KEY_WRAP_SHA_256" if is_pair else "RSAES_OAEP_SHA_256"
        wanted = self._do(
            "GetParametersForImport", WrappingAlgorithm=algorithm, WrappingKeySpec="RSA_2048"
        )
        params: dict[str, Any] = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
        if days is not None:
            params["ExpirationModel"] = "KEY_MATERIAL_EXPIRES"
            params["ValidTo"] = cut(_backend().clock()) + days * DAY
        if key.spec.is_symmetric_encryption:
            is_new = material_id(key.key_id, material) not in {each.id for each in key.materials}
            params["ImportType"] = "NEW_KEY_MATERIAL" if is_new else "EXISTING_KEY_MATERIAL"
        imported: str | None = self._do(
            "ImportKeyMaterial",
            ImportToken=wanted["ImportToken"],
            EncryptedKeyMaterial=wrapping.wrap(wanted["PublicKey"], algorithm, material),
            **params,
        ).get("KeyMaterialId")
        return imported

    @property
    def materials(self) -> list[Material]:
        """The key's materials, oldest first; the current one encrypts."""
        return [_material(material) for material in self._value.materials]

    def material_of(self, ciphertext: bytes) -> Material:
        """
        Return the material that made *ciphertext*.

        Raises:
            KmsMockError: It is no ciphertext of this key, or of a key pair,
                which has one material only.
        """
        found = material_of(self._value, ciphertext)
        if found is None:
            raise KmsMockError(f"this ciphertext was not made by {self!r} with a symmetric key.")
        return _material(found)

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
        return _backend().value_of(self._arn)

    def _do(self, operation: str, **params: Any) -> dict[str, Any]:
        _, _, _, region, account, _ = self._arn.split(":")
        return _backend().perform(
            operation, {"KeyId": self._arn, **params}, region=region, account=account
        )


def _material(material: KeyMaterial) -> Material:
    return Material(
        id=material.id,
        state=material.state,
        is_present=material.secret is not None,
        rotation_date=_date(material.rotation_date),
        rotation_type=material.rotation_type,
        valid_to=_date(material.valid_to),
    )


def _date(seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else in_utc(seconds)


def find(backend: Backend | None, identifier: Key | str) -> Key:
    """
    Return the key that *identifier* names in *backend*; None is that of the active mock.

    IDs and names are looked for in the mock's own account and Region first.
    """
    if isinstance(identifier, Key):
        return identifier
    if not isinstance(identifier, str):
        raise KmsMockError(f"a key is named by an ID, an ARN or an alias name, not {identifier!r}.")
    backend = backend or _backend()
    known: dict[str, KmsKey] = {}
    for key in backend.values():
        for name in _names(backend, key):
            known.setdefault(name, key)
    if identifier not in known:
        raise KmsMockError(
            f"there is no key {identifier!r}; {_known(identifier, known)} "
            "Make one with kms.create_key()."
        )
    return Key(known[identifier].arn)


def _names(backend: Backend, key: KmsKey) -> list[str]:
    """Return all that *key* goes by."""
    aliases = backend.aliases_of(key)
    arns = (alias_arn(key.region, key.account, name) for name in aliases)
    return [*aliases, key.key_id, key.arn, *arns]


def _known(identifier: str, known: Mapping[str, KmsKey]) -> str:
    """Return a sentence on the keys that there are, those of the closest name first."""
    if not known:
        return "there are no keys yet."
    closest = difflib.get_close_matches(identifier, list(known), n=len(known), cutoff=0.0)
    # One name a key, the closest of its names.
    name_of = {known[name].arn: name for name in reversed(closest)}
    names = [name for name in closest if name_of[known[name].arn] == name]
    more = f" and {len(names) - _SHOWN_KEYS} more" if len(names) > _SHOWN_KEYS else ""
    return f"there are, the closest first: {', '.join(names[:_SHOWN_KEYS])}{more}."


def _backend() -> Backend:
    """Return what answers for the innermost active mock."""
    backend = hook.active_backend()
    if backend is None:
        raise KmsMockError(
            "no mock of KMS is active; use a key inside the test that takes the "
            "`kms` fixture, or inside `with mock_kms():`."
        )
    return backend


def _context(member: str, context: Mapping[str, str] | None) -> dict[str, Any]:
    return {} if context is None else {member: dict(context)}

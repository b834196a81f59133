"""Loading of a seed: into a copy of the mock, whose state the mock takes over if all went well."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs
from botocore.exceptions import ClientError

from ..backend import Backend
from ..doors import author
from ..handles.adopting import Adopting
from ..handles.key import Key
from ..handles.keys import Keys, policy_text
from ..handles.material import import_material
from ..service.misuse import KmsMockError
from ..service.rules.lifecycle import with_new_material
from ..service.values.identifiers import AWS_ALIAS_PREFIX
from ..service.values.key import KmsKey
from .reading import read
from .seed import CiphertextSeed, KeySeed, Mistakes, Place

# The member that an error of AWS is about.
_MEMBERS: Final[Mapping[str, str]] = {
    "MalformedPolicyDocumentException": "policy",
    "TagException": "tags",
}
_REFUSALS: Final = (ClientError, KmsMockError)


class _Maker(Keys, Adopting):
    """Makes keys and adopts ciphertexts in the copy."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend


def load(backend: Backend, document: Any, source: str) -> list[Key]:
    """
    Load *document* into *backend*, all of it or nothing.

    Args:
        source: What has it: the name of a file, or "the seed".

    Returns:
        Handles of the keys, without the replicas.
    """
    __tracebackhide__ = True
    mistakes = Mistakes(source)
    seed = read(document, backend.region, mistakes)
    # Nobody else changes anything meanwhile.
    with backend.registry.lock.current:
        backend.registry.settle(backend.clock())
        rehearsal = _rehearsal_of(backend)
        loading = _Loading(rehearsal, mistakes)
        arns = [loading.make(key) for key in seed.keys]
        for key in seed.keys:
            loading.finish(key)
        for each in seed.ciphertexts:
            loading.adopt(each, is_whole=len(mistakes) == 0)
        mistakes.check()
        backend.registry.take_over(rehearsal.registry)
    return [Key(arn, backend) for arn in arns if arn is not None]


def _rehearsal_of(backend: Backend) -> Backend:
    rehearsal = Backend(backend.settings, backend)
    # What is drawn here is not drawn again there.
    rehearsal.registry.randomness = backend.registry.randomness
    rehearsal.registry.key_maker = backend.registry.key_maker
    rehearsal.is_active = True
    return rehearsal


class _Loading:
    """
    The loading of one seed.

    Args:
        backend: The copy.
        mistakes: Where what cannot be loaded is noted.
    """

    def __init__(self, backend: Backend, mistakes: Mistakes) -> None:
        self._backend = backend
        self._maker = _Maker(backend)
        self._mistakes = mistakes
        self._made: dict[str, str] = {}

    def make(self, key: KeySeed) -> str | None:
        """Make *key* and its replicas, with all that they have but their states."""
        try:
            arn = self._create(key)
            self._made[key.where] = arn
            self._rotate(key, arn)
            self._dress(key, arn)
            self._name(key, arn)
        except _REFUSALS as error:
            self._refuse(key.where, error)
            return None
        for replica in key.replicas:
            try:
                self._replicate(key, arn, replica)
            except _REFUSALS as error:
                self._refuse(replica.where, error)
        return arn

    def finish(self, key: KeySeed) -> None:
        """Grant what is granted on *key* and its replicas, and bring them into their states."""
        # The replicas first: their primary key's deletion waits for theirs.
        for place in (*key.replicas, key):
            arn = self._made.get(place.where)
            if arn is None:
                continue
            for number, grant in enumerate(place.grants):
                try:
                    self._do("CreateGrant", arn, **grant)
                except _REFUSALS as error:
                    self._refuse(f"{place.where}, grants[{number}]", error)
            try:
                if place.state == "Disabled":
                    self._do("DisableKey", arn)
                elif place.state == "PendingDeletion":
                    self._do("ScheduleKeyDeletion", arn)
                elif place is key and place.state == "PendingImport" and key.materials:
                    self._do("DeleteImportedKeyMaterial", arn)
            except _REFUSALS as error:
                self._refuse(place.where, error)

    def adopt(self, seed: CiphertextSeed, *, is_whole: bool) -> None:
        try:
            self._maker.adopt(
                seed.ciphertext, seed.plaintext, key=seed.key, context=seed.context or None
            )
        except _REFUSALS as error:
            # Of a key that has mistakes of its own there is nothing to say.
            if is_whole or "there is no key" not in str(error):
                self._refuse(seed.where, error)

    def _create(self, key: KeySeed) -> str:
        alias = key.aliases[0] if key.aliases else None
        is_managed = alias is not None and alias.startswith(AWS_ALIAS_PREFIX)
        if alias is not None:
            self._check_free(alias, key.region or self._backend.region, key.account)
        material = key.materials[0] if key.materials and key.origin == "AWS_KMS" else None
        common: dict[str, Any] = {
            "region": key.region,
            "account": key.account,
            "key_id": key.id,
            "material": material,
        }
        if is_managed:
            return self._maker.create_key(alias, **common).arn
        return self._maker.create_key(
            alias,
            spec=key.spec,  # type: ignore[arg-type]  # one of the table
            usage=key.usage,  # type: ignore[arg-type]
            origin=key.origin,  # type: ignore[arg-type]
            description=key.description,
            multi_region=key.multi_region,
            **common,
        ).arn

    def _rotate(self, key: KeySeed, arn: str) -> None:
        """Give the key *arn* its further materials, and its schedule."""
        if key.origin == "EXTERNAL":
            for number, secret in enumerate(key.materials):
                import_material(self._backend, self._value(arn), secret)
                if number:
                    self._do("RotateKeyOnDemand", arn)
                    author.finish_transition(self._backend, self._value(arn))
        else:
            for secret in key.materials[1:]:
                self._change(arn, functools.partial(self._with_material, secret))
        if key.rotation_days is not None:
            self._do("EnableKeyRotation", arn, RotationPeriodInDays=key.rotation_days)
        if key.next_rotation is not None:
            # One that is long past comes at the first look, and once.
            due = max(key.next_rotation, self._backend.clock())
            self._change(arn, lambda value: attrs.evolve(value, next_rotation=due))

    def _with_material(self, secret: bytes, key: KmsKey) -> KmsKey:
        return with_new_material(key, self._backend.clock(), secret, "AUTOMATIC")

    def _name(self, place: Place, arn: str) -> None:
        """Give the key *arn* the aliases that it lacks."""
        value = self._value(arn)
        for alias in place.aliases:
            if alias not in author.aliases_of(self._backend, value):
                self._check_free(alias, value.region, value.account)
                author.perform(
                    self._backend,
                    "CreateAlias",
                    {"AliasName": alias, "TargetKeyId": arn},
                    region=value.region,
                    account=value.account,
                )

    def _replicate(self, key: KeySeed, primary: str, replica: Place) -> None:
        made = self._do(
            "ReplicateKey",
            primary,
            ReplicaRegion=replica.region,
            Description=replica.description,
        )
        arn: str = made["ReplicaKeyMetadata"]["Arn"]
        self._made[replica.where] = arn
        author.finish_transition(self._backend, self._value(arn))
        if key.origin == "EXTERNAL" and replica.state != "PendingImport":
            for secret in key.materials:
                import_material(self._backend, self._value(arn), secret)
        self._dress(replica, arn)
        self._name(replica, arn)

    def _dress(self, place: Place, arn: str) -> None:
        """Give the key *arn* its policy and its tags; each can have a mistake of its own."""
        tags = [{"TagKey": name, "TagValue": text} for name, text in place.tags.items()]
        for operation, params in (
            ("PutKeyPolicy", {"Policy": policy_text(place.policy)} if place.policy else {}),
            ("TagResource", {"Tags": tags} if tags else {}),
        ):
            try:
                if params:
                    self._do(operation, arn, **params)
            except _REFUSALS as error:
                self._refuse(place.where, error)

    def _check_free(self, alias: str, region: str, account: str | None) -> None:
        state = self._backend.registry.state
        if state.resources(account or self._backend.account, region).aliases.get(alias) is not None:
            raise KmsMockError(f"there is an alias {alias!r} in {region} already.")

    def _value(self, arn: str) -> KmsKey:
        return author.key_at(self._backend, arn)

    def _change(self, arn: str, change: Callable[[KmsKey], KmsKey]) -> None:
        changed = change(self._value(arn))
        self._backend.registry.change(lambda draft: draft.put_key(changed))

    def _do(self, operation: str, arn: str, **params: Any) -> Mapping[str, Any]:
        _, _, _, region, account, _ = arn.split(":")
        return author.perform(
            self._backend, operation, {"KeyId": arn, **params}, region=region, account=account
        )

    def _refuse(self, where: str, error: Exception) -> None:
        if isinstance(error, ClientError):
            said = error.response["Error"]
            member = _MEMBERS.get(said["Code"])
            begin = "" if member is None else f"{member}: "
            self._mistakes.add(where, f"{begin}{said['Code']}, {said['Message'] or 'refused'}")
        else:
            self._mistakes.add(where, str(error))

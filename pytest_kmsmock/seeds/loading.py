"""Loading of a seed: into a copy of the mock, whose state the mock takes over if all went well."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs
from botocore.exceptions import ClientError

from ..backend import Backend
from ..doors import author
from ..handles.adopting import Adopting, checked_ciphertext, checked_plaintext, key_to_adopt_for
from ..handles.finding import find
from ..handles.key import Key
from ..handles.keys import Keys, policy_text
from ..handles.material import import_material
from ..service.misuse import KmsMockError
from ..service.rules.lifecycle import with_new_material
from ..service.values.identifiers import AWS_ALIAS_PREFIX
from ..service.values.key import KmsKey
from .reading import read
from .seed import CiphertextSeed, KeySeed, Mistakes, Place, Seed

# What a member can be, where AWS refuses it without a word.
_ALLOWED: Final[Mapping[str, str]] = {
    "policy": "a policy is an object of JSON with a Version and a Statement",
    "rotation_days": "only symmetric encryption keys rotate by themselves",
}
_REFUSALS: Final = (ClientError, KmsMockError)


class _Maker(Keys, Adopting):
    """Makes keys and adopts ciphertexts in the copy."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def check_region(self, region: str | None) -> None:
        self._own(region)


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
            loading.adopt(each, seed)
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
        key = self._placed(key)
        arn = self._created(key)
        if arn is None:
            return None
        self._made[key.where] = arn
        with self._noting(key.where, "materials"):
            self._give_materials(key, arn)
        with self._noting(key.where, "rotation_days"):
            self._schedule_rotation(key, arn)
        self._dress(key, arn)
        self._name(key, arn)
        for replica in key.replicas:
            with self._noting(replica.where):
                self._replicate(key, arn, replica)
        return arn

    def _placed(self, key: KeySeed) -> KeySeed:
        """Return *key*; if there is no such Region, without it and the names that it has there."""
        with self._noting(key.where):
            self._maker.check_region(key.region)
            return key
        return attrs.evolve(key, region=None, id=None, aliases=())

    def _created(self, key: KeySeed) -> str | None:
        """Return the ARN of the key; if it cannot be so, of one on which the rest can be tried."""
        with self._noting(key.where):
            return self._create(key)
        with contextlib.suppress(*_REFUSALS):
            return self._create(attrs.evolve(key, id=None, description=""))
        return None

    def finish(self, key: KeySeed) -> None:
        """Grant what is granted on *key* and its replicas, and bring them into their states."""
        # The replicas first: their primary key's deletion waits for theirs.
        for place in (*key.replicas, key):
            arn = self._made.get(place.where)
            if arn is None:
                continue
            for number, grant in enumerate(place.grants):
                if grant is not None:
                    with self._noting(f"{place.where}, grants[{number}]"):
                        self._do("CreateGrant", arn, **grant)
            with self._noting(place.where, "state"):
                if place.state == "Disabled":
                    self._do("DisableKey", arn)
                elif place.state == "PendingDeletion":
                    self._do("ScheduleKeyDeletion", arn)
                elif place is key and place.state == "PendingImport" and key.materials:
                    self._do("DeleteImportedKeyMaterial", arn)

    def adopt(self, each: CiphertextSeed, seed: Seed) -> None:
        """Adopt *each*, one of *seed*, or note all that is wrong with it."""
        before = len(self._mistakes)
        blob, text, key = each.ciphertext, each.plaintext, each.key
        if blob is not None:
            with self._noting(each.where):
                checked_ciphertext(blob)
        if text is not None:
            with self._noting(each.where):
                checked_plaintext(text)
        if key is not None and self._is_known(key, seed):
            with self._noting(each.where):
                key_to_adopt_for(self._backend, key)
                if len(self._mistakes) == before and blob is not None and text is not None:
                    self._maker.adopt(blob, text, key=key, context=each.context or None)

    def _is_known(self, key: str, seed: Seed) -> bool:
        """Tell whether it is known what *key* is: one with mistakes may not have been made."""
        name = key.rpartition(":")[2].removeprefix("key/")
        is_of_seed = name in seed.names or not seed.is_readable
        return not (is_of_seed and len(self._mistakes) > 0 and self._is_missing(key))

    def _is_missing(self, key: str) -> bool:
        try:
            find(self._backend, key)
        except KmsMockError:
            return True
        return False

    def _create(self, key: KeySeed) -> str:
        managed = [alias for alias in key.aliases if alias.startswith(AWS_ALIAS_PREFIX)]
        for alias in managed:
            self._check_free(alias, key.region or self._backend.region, key.account)
        material = key.materials[0] if key.materials and key.origin == "AWS_KMS" else None
        common: dict[str, Any] = {
            "region": key.region,
            "account": key.account,
            "key_id": key.id,
            "material": material,
        }
        if managed:
            return self._maker.create_key(managed[0], **common).arn
        return self._maker.create_key(
            spec=key.spec,  # type: ignore[arg-type]  # one of the table
            usage=key.usage,  # type: ignore[arg-type]
            origin=key.origin,  # type: ignore[arg-type]
            description=key.description,
            multi_region=key.multi_region,
            **common,
        ).arn

    def _give_materials(self, key: KeySeed, arn: str) -> None:
        """Give the key *arn* those of its materials that it lacks."""
        if key.origin == "EXTERNAL":
            for number, secret in enumerate(key.materials):
                import_material(self._backend, self._value(arn), secret)
                if number:
                    self._do("RotateKeyOnDemand", arn)
                    author.finish_transition(self._backend, self._value(arn))
        else:
            for secret in key.materials[1:]:
                self._change(arn, functools.partial(self._with_material, secret))

    def _schedule_rotation(self, key: KeySeed, arn: str) -> None:
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
                with self._noting(place.where):
                    self._check_free(alias, value.region, value.account)
                    author.perform(
                        self._backend,
                        "CreateAlias",
                        {"AliasName": alias, "TargetKeyId": arn},
                        region=value.region,
                        account=value.account,
                    )

    def _replicate(self, key: KeySeed, primary: str, replica: Place) -> None:
        self._maker.check_region(replica.region)
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
        if place.policy is not None:
            with self._noting(place.where, "policy"):
                self._do("PutKeyPolicy", arn, Policy=policy_text(place.policy))
        if place.tags:
            tags = [{"TagKey": name, "TagValue": text} for name, text in place.tags.items()]
            with self._noting(place.where, "tags"):
                self._do("TagResource", arn, Tags=tags)

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

    @contextlib.contextmanager
    def _noting(self, where: str, member: str = "") -> Iterator[None]:
        """Note what is refused, as a mistake of *member*."""
        try:
            yield
        except _REFUSALS as error:
            said = str(error)
            if isinstance(error, ClientError):
                code, message = (error.response["Error"][name] for name in ("Code", "Message"))
                said = f"{code}, {message or _ALLOWED.get(member, 'refused')}"
            self._mistakes.add(where, f"{member}: {said}" if member else said)

"""Keys as the author of a test makes and finds them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from ..backend import Backend
from ..checks import checked_alias
from ..crypto.extras import MissingExtra
from ..doors import author
from ..service.api.regions import partition_of
from ..service.misuse import KmsMockError, NotMockedError, suggestion
from ..service.state.key_maker import is_sound, symmetric_length
from ..service.values.identifiers import AWS_ALIAS_PREFIX, is_key_id, new_key_id
from ..service.values.specs import KEY_SPECS, KeySpec, KeySpecName, KeyUsage
from .arguments import data, or_none, text, texts, truth
from .finding import KeyList, find
from .key import Key
from .material import import_material
from .part import Part

if TYPE_CHECKING:
    from .proxy import XksKey

# A failure ends at the line that asked for the key.
__tracebackhide__ = True

InitialState = Literal["Enabled", "Disabled", "PendingDeletion", "PendingImport"]

_ORIGINS = ("AWS_KMS", "EXTERNAL")
_STATES = ("Enabled", "Disabled", "PendingDeletion")
_STATES_WITHOUT_MATERIAL = ("PendingImport", "PendingDeletion")


class Keys(Part):
    """Making and finding keys, a part of `KmsMock`."""

    @property
    def keys(self) -> list[Key]:
        """
        The keys of all accounts and Regions, first those of the mock's own.

        ``"alias/app" in kms.keys`` tells whether there is a key of that name, of those that
        `key` takes.
        """
        return KeyList(self._backend)

    def key(self, identifier: Key | str) -> Key:
        """
        Return the key with that ID, ARN, alias name or alias ARN, or that of a handle.

        IDs and names are looked for in the mock's own account and Region
        first, then in all others.

        Raises:
            KmsMockError: There is none; it lists those that there are, the closest name first.
        """
        __tracebackhide__ = True
        return find(self._backend, identifier)

    def create_key(
        self,
        alias: str | None = None,
        *,
        spec: KeySpecName = "SYMMETRIC_DEFAULT",
        usage: KeyUsage | None = None,
        origin: Literal["AWS_KMS", "EXTERNAL"] = "AWS_KMS",
        state: InitialState | None = None,
        policy: str | Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
        description: str = "",
        multi_region: bool = False,
        region: str | None = None,
        account: str | None = None,
        key_id: str | None = None,
        material: bytes | str | None = None,
        key_store: str | None = None,
        xks_key: XksKey | str | None = None,
    ) -> Key:
        """
        Create a key; nothing of it is recorded as a call.

        Args:
            alias: ``alias/…``. That of a service, ``alias/aws/…``, makes its AWS
                managed key.
            spec: Each is in the table of key specs.
            usage: None is the spec's usual one.
            origin: ``AWS_KMS`` or ``EXTERNAL``, the latter for imported material.
            state: ``Enabled``, ``Disabled``, ``PendingDeletion`` (for 30 days), or
                ``PendingImport`` for a key of origin EXTERNAL without *material*.
            policy: The document, or its JSON; None is AWS's default policy. It may lock
                the caller out.
            tags: A mapping of names to values.
            multi_region: It is a multi-Region primary key.
            region: None is the mock's.
            account: 12 digits; None is the mock's.
            key_id: A UUID, for an ID that a test knows beforehand; None makes one up.
            material: The key material, for a key that a test knows or makes twice: 32 bytes
                for a symmetric key, the bytes of an HMAC key, or a private key in PKCS #8,
                DER or PEM, the latter also as text. None makes it.
            key_store: The ID of a connected custom key store to create it in; its
                type is the origin then.
            xks_key: The external key of a key in an external key store: its ID, or its handle.

        Raises:
            KmsMockError: An argument makes no sense.
            botocore.exceptions.ClientError: AWS would refuse one.
        """
        __tracebackhide__ = True
        self._check_active("create keys")
        backend = self._backend
        region, account = self._own(region, account)
        if isinstance(alias, str) and alias in KEY_SPECS:
            raise KmsMockError(f"{alias!r} is a key spec and no alias; write spec={alias!r}.")
        if alias is not None:
            checked_alias("alias", alias)
        text("description", description)
        truth("multi_region", multi_region)
        or_none(text)("key_store", key_store)
        xks_key_id = None if xks_key is None else _xks_key_id(xks_key)
        if material is not None:
            material = _material(material)
        _check_key_id(backend, key_id, multi_region, region, account)
        if alias is not None and alias.startswith(AWS_ALIAS_PREFIX):
            _check_left_out(
                alias,
                {
                    "spec": spec != "SYMMETRIC_DEFAULT",
                    "usage": usage not in (None, "ENCRYPT_DECRYPT"),
                    "origin": origin != "AWS_KMS",
                    "state": state not in (None, "Enabled"),
                    "policy": policy is not None,
                    "tags": bool(tags),
                    "description": bool(description),
                    "multi_region": multi_region,
                    "key_store": key_store is not None,
                    "xks_key": xks_key is not None,
                },
            )
            return _create_aws_managed(backend, alias, region, account, key_id, material)
        key_origin: str = origin
        if key_store is None:
            _check_choice("origin", origin, _ORIGINS)
        else:
            key_origin = _type_of(backend, key_store, region, account)
        waits = key_origin == "EXTERNAL" and material is None
        states = _STATES_WITHOUT_MATERIAL if waits else _STATES
        first_state = state or states[0]
        _check_choice("state", first_state, states)
        _check_choice("spec", spec, KEY_SPECS)
        _check_choice("usage", usage, (None, *KEY_SPECS[spec].usages))
        secret = None if material is None else _secret_of(material, KEY_SPECS[spec], region)
        params = {
            "KeySpec": spec,
            "KeyUsage": usage or KEY_SPECS[spec].usual_usage,
            "Origin": key_origin,
            "Description": description,
            "MultiRegion": multi_region,
            "Tags": _tag_list(tags),
        }
        if key_store is not None:
            params["CustomKeyStoreId"] = key_store
        if xks_key_id is not None:
            params["XksKeyId"] = xks_key_id
        if policy is not None:
            params["Policy"] = policy_text(policy)
        # Not by a handle, which would act on an inner fork.
        do = functools.partial(author.perform, backend, region=region, account=account)
        with backend.registry.as_one():
            created = do("CreateKey", params, key_id=key_id, material=secret)
            arn = created["KeyMetadata"]["Arn"]
            if secret is not None and key_origin == "EXTERNAL":
                import_material(backend, author.key_at(backend, arn), secret)
            if alias is not None:
                do("CreateAlias", {"AliasName": alias, "TargetKeyId": arn})
        if first_state not in ("Enabled", "PendingImport"):
            operation = "DisableKey" if first_state == "Disabled" else "ScheduleKeyDeletion"
            do(operation, {"KeyId": arn})
        return Key(arn, backend)


def _create_aws_managed(
    backend: Backend,
    alias: str,
    region: str,
    account: str,
    key_id: str | None,
    material: bytes | None,
) -> Key:
    """Create the AWS managed key that *alias* stands for, as describing it would."""
    if backend.registry.state.resources(account, region).aliases.get(alias) is not None:
        raise KmsMockError(
            f"there is a key {alias!r} in {region} already; get it by kms.key({alias!r})."
        )
    spec = KEY_SPECS["SYMMETRIC_DEFAULT"]
    secret = None if material is None else _secret_of(material, spec, region)
    described = author.perform(
        backend,
        "DescribeKey",
        {"KeyId": alias},
        region=region,
        account=account,
        key_id=key_id,
        material=secret,
    )
    return Key(described["KeyMetadata"]["Arn"], backend)


def _check_left_out(alias: str, given: Mapping[str, bool]) -> None:
    """Raise if a test has said of an AWS managed key what only AWS says."""
    names = [name for name, is_given in given.items() if is_given]
    if names:
        raise KmsMockError(
            f"{alias!r} is an AWS managed key, and those are as AWS makes them; "
            f"leave out {', '.join(names)}."
        )


def _check_key_id(
    backend: Backend, key_id: str | None, multi_region: bool, region: str, account: str
) -> None:
    if key_id is None:
        return
    is_multi_region_id = str(key_id).startswith("mrk-")
    if (
        not isinstance(key_id, str)
        or not is_key_id(key_id)
        or (is_multi_region_id and not multi_region)
    ):
        example = new_key_id(backend.registry.randomness)
        raise KmsMockError(
            f"key_id={key_id!r} is no key ID; write a UUID, for example {example!r}."
        )
    backend.registry.settle(backend.clock())  # it may have been there, and be due to go
    if backend.registry.state.resources(account, region).keys.get(key_id) is not None:
        raise KmsMockError(
            f"there is a key {key_id!r} in {region} already; get it by kms.key({key_id!r})."
        )
    for key in backend.registry.state.with_id(account, partition_of(region), key_id):
        if multi_region or key.multi_region is not None:
            raise KmsMockError(
                f"there is a key {key_id!r} in {key.region} already, and a multi-Region key is "
                f"one key in all Regions; make a replica by replicate_key(KeyId={key_id!r}, "
                f"ReplicaRegion={region!r}) of kms.client({key.region!r})."
            )


def _xks_key_id(xks_key: Any) -> str:
    """Return the ID of an external key, which *xks_key* is if it is no handle."""
    if isinstance(xks_key, str):
        return xks_key
    from .proxy import XksKey  # not at the top: few tests have external keys

    if not isinstance(xks_key, XksKey):
        raise KmsMockError(
            f"xks_key={xks_key!r} is no external key; write its ID, or what proxy.key() returns."
        )
    return xks_key.id


def _type_of(backend: Backend, key_store: str, region: str, account: str) -> str:
    """Return the type of the custom key store *key_store*, after what has fallen due."""
    backend.registry.settle(backend.clock())
    stores = backend.registry.state.resources(account, region).stores
    store = stores.get(key_store)
    if store is None:
        known = ", ".join(each.store_id for each in stores) or "none"
        raise KmsMockError(
            f"there is no custom key store {key_store!r} in {region}, only {known}; "
            "make one by create_custom_key_store() of a client."
        )
    return store.type


def _check_choice(name: str, value: Any, choices: Any) -> None:
    if not (value is None or isinstance(value, str)) or value not in choices:
        possible = [str(choice) for choice in choices if choice is not None]
        raise KmsMockError(
            f"a key cannot have {name}={value!r}.{suggestion(str(value), possible)} "
            f"It can have {', '.join(possible)}."
        )


def _secret_of(material: bytes, spec: KeySpec, region: str) -> bytes:
    """Return *material* as the service keeps it, or raise unless it suits *spec*."""
    from ..crypto import foreign_keys  # not at the top: few tests need it

    secret = material
    if spec.kind == "asymmetric":
        secret = foreign_keys.pkcs8(material) or material
    try:
        if is_sound(secret, spec, region):
            return secret
    except MissingExtra as error:
        raise NotMockedError(f"{error}.") from None
    wanted = {
        "symmetric": f"{symmetric_length(region)} bytes",
        "hmac": "bytes, as many as KMS can import",
    }.get(spec.family, "a private key of that spec, the bytes of its PKCS #8 in DER or PEM")
    raise KmsMockError(f"this material does not suit a key of spec {spec.name}; give {wanted}.")


def _material(material: Any) -> bytes:
    """Return *material*, which is text in PEM alone: a key is rarely what somebody can type."""
    if isinstance(material, str) and not material.startswith("-----BEGIN"):
        raise KmsMockError(
            "material is bytes, or text if it is a private key in PEM; "
            "write for example bytes.fromhex(…) or base64.b64decode(…)."
        )
    return data("material", material)


def policy_text(policy: Any) -> str:
    """Return *policy* as JSON."""
    if isinstance(policy, str):
        return policy
    try:
        if isinstance(policy, Mapping):
            return json.dumps(policy)
    except (TypeError, ValueError) as error:
        raise KmsMockError(f"this policy cannot be written as JSON: {error}.") from None
    raise KmsMockError(f"policy={policy!r} is no policy; write its document, a dict, or its JSON.")


def _tag_list(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    checked = {} if tags is None else texts("tags", tags, {"team": "red"})
    return [{"TagKey": name, "TagValue": value} for name, value in checked.items()]

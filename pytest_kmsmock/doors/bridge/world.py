"""
One world with moto: where moto looks a key up, or makes one, it is a key of the mock.

moto has no seam for it: methods of its KMS are others while a mock with a bridge is active.
Services of moto's that ask its KMS, and the tagging API, see and change this KMS by them.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from ... import active
from ...backend import Backend
from ...service.misuse import KmsMockError
from ...service.serving.aws_managed import SERVICES
from ...service.values.identifiers import AWS_ALIAS_PREFIX
from ...service.values.key import KmsKey
from .. import author
from ..clients import code_of
from ..environment import replacements
from .motos import insides

Method = Callable[..., Any]


def join() -> None:
    """Let moto's KMS be this one, as long as mocks are active."""
    try:
        models = importlib.import_module("moto.kms.models")
    except ImportError as error:
        raise KmsMockError(
            f"the option bridge lets the services ask that moto mocks, and moto cannot be "
            f"imported: {error}. Install it with the services that the tests use, as by "
            "`pip install moto[s3]`, or leave the option out."
        ) from None
    insides.check(models.KmsBackend, _NEEDED)
    owner = models.KmsBackend
    replacements.replace(
        *[
            (owner, name, _instead(vars(owner)[name], method))
            for name, method in _METHODS.items()
            if name in vars(owner)
        ]
    )


def bridged() -> Backend | None:
    """Return the mock that answers here, if it has a bridge."""
    backend: Backend | None = active.innermost()
    return backend if backend is not None and backend.settings["bridge"] else None


def _instead(original: Method, method: Method) -> Method:
    """Return what does *method* where a mock with a bridge answers, and *original* elsewhere."""

    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        backend = bridged()
        if backend is None:
            return original(self, *args, **kwargs)
        return method(Place(backend, self), *args, **kwargs)

    return call


class Place:
    """An account in a Region, as moto's KMS has one."""

    def __init__(self, backend: Backend, kms: Any) -> None:
        self.backend = backend
        self.account: str = kms.account_id
        self.region: str = kms.region_name

    def do(self, operation: str, **params: Any) -> dict[str, Any]:
        """Do *operation*, off the record: it is moto's own doing."""
        return author.perform(
            self.backend, operation, params, region=self.region, account=self.account
        )

    def all_keys(self) -> list[KmsKey]:
        place = (self.account, self.region)
        return [key for key in author.keys(self.backend) if (key.account, key.region) == place]

    def find(self, name: str) -> KmsKey:
        """Return the key that *name* names; an AWS managed one comes into being."""
        try:
            arn = self.do("DescribeKey", KeyId=name)["KeyMetadata"]["Arn"]
        except Exception as error:
            if code_of(error) is None:
                raise
            raise KeyError(name) from None  # as moto's own
        return author.key_at(self.backend, arn)

    def view(self, key: KmsKey) -> Any:
        """Return *key* as one of moto's."""
        model = importlib.import_module("moto.kms.models").Key
        found = model.__new__(model)
        vars(found).update(
            id=key.key_id,
            arn=key.arn,
            account_id=key.account,
            region=key.region,
            description=key.description,
            enabled=key.state == "Enabled",
            key_state=key.state,
            key_usage=key.usage,
            key_spec=key.spec.name,
            key_manager=key.manager,
            creation_date=key.creation_date,
            origin=key.origin,
            multi_region=False,
            policy=key.policy,
            key_rotation_status=key.next_rotation is not None,
            aliases=dict.fromkeys(author.aliases_of(self.backend, key)),
        )
        return found


def _create_key(
    place: Place,
    policy: Any,
    key_usage: str,
    key_spec: str,
    description: str | None,
    tags: Iterable[Mapping[str, str]] | None,
    multi_region: bool = False,
    origin: str = "AWS_KMS",
) -> Any:
    made = place.do(
        "CreateKey",
        KeyUsage=key_usage,
        KeySpec=key_spec,
        Description=description or "",
        Tags=tagged(tags or ()),
        MultiRegion=bool(multi_region),
        Origin=origin,
        **({"Policy": insides.as_json(policy)} if policy else {}),
    )
    return place.view(author.key_at(place.backend, made["KeyMetadata"]["Arn"]))


def tagged(tags: Iterable[Mapping[str, str]] | Mapping[str, str]) -> list[dict[str, str]]:
    """Return *tags* as KMS has them; other services name their parts otherwise."""
    if isinstance(tags, Mapping):
        return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
    return [
        {
            "TagKey": tag["TagKey"] if "TagKey" in tag else tag["Key"],
            "TagValue": tag["TagValue"] if "TagValue" in tag else tag["Value"],
        }
        for tag in tags
    ]


def _describe_key(place: Place, key_id: str) -> Any:
    return place.view(place.find(key_id))


def _list_keys(place: Place) -> list[Any]:
    return [place.view(key) for key in place.all_keys()]


def _delete_key(place: Place, key_id: str) -> None:
    place.do("ScheduleKeyDeletion", KeyId=key_id)


def _alias_exists(place: Place, alias_name: str) -> bool:
    # One of a service's comes into being when it is asked for.
    if alias_name.removeprefix(AWS_ALIAS_PREFIX) in SERVICES:
        return True
    resources = place.backend.registry.state.resources(place.account, place.region)
    return resources.aliases.get(alias_name) is not None


def _create_alias(place: Place, target_key_id: str, alias_name: str) -> None:
    place.do("CreateAlias", TargetKeyId=target_key_id, AliasName=alias_name)


def _delete_alias(place: Place, alias_name: str) -> None:
    place.do("DeleteAlias", AliasName=alias_name)


def _list_resource_tags(place: Place, key_id_or_arn: str) -> dict[str, list[dict[str, str]]]:
    return {"Tags": tagged(dict(place.find(key_id_or_arn).tags))}


def _tag_resource(place: Place, arn: str, tags: Any) -> None:
    place.do("TagResource", KeyId=arn, Tags=tagged(tags))


def _untag_resource(place: Place, arn: str, tag_keys: Iterable[str]) -> None:
    place.do("UntagResource", KeyId=arn, TagKeys=list(tag_keys))


def _iter_tagged_resources(place: Place) -> Iterator[Any]:
    resource = insides.tagged_resource()
    for key in place.all_keys():
        yield resource(arn=key.arn, tags=dict(key.tags), resource_type="kms:key")


_METHODS: Final[Mapping[str, Method]] = {
    "create_key": _create_key,
    "describe_key": _describe_key,
    "list_keys": _list_keys,
    "delete_key": _delete_key,
    "alias_exists": _alias_exists,
    "add_alias": _create_alias,  # until moto 5.0.12
    "create_alias": _create_alias,
    "update_alias": lambda place, target_key_id, alias_name: place.do(
        "UpdateAlias", TargetKeyId=target_key_id, AliasName=alias_name
    ),
    "delete_alias": _delete_alias,
    "list_resource_tags": _list_resource_tags,
    "tag_resource": _tag_resource,
    "untag_resource": _untag_resource,
    "iter_tagged_resources": _iter_tagged_resources,  # since moto 5.2.2
}
# What every supported moto has.
_NEEDED: Final = (
    *("create_key", "describe_key", "list_keys", "delete_key", "alias_exists", "delete_alias"),
    *("list_resource_tags", "tag_resource", "untag_resource"),
)

"""
CloudFormation: the keys and aliases of stacks are keys and aliases of this KMS.

moto's own model of a key knows symmetric ones only, and that of an alias is not in every
release. Source: CloudFormation User Guide, AWS::KMS::Key, AWS::KMS::Alias.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from ...backend import Backend
from ...service.api.errors import KmsError
from ...service.values.caller import Caller
from ..environment import replacements
from .crossing import Crossing
from .motos import insides
from .refusals import ServiceError
from .service import Service, current
from .world import bridged, tagged

_KEY: Final = "AWS::KMS::Key"
_ALIAS: Final = "AWS::KMS::Alias"
# Members of CreateKey that are properties of the same name.
_SAME: Final = ("Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin")


def _begin(crossing: Crossing) -> None:
    """Let moto know the models of keys and aliases."""
    parsing = importlib.import_module("moto.cloudformation.parsing")
    insides.check(parsing, ("get_model_map",))
    original = vars(parsing)["get_model_map"]
    replacements.replace((parsing, "get_model_map", _with_ours(original)))


def _with_ours(original: Callable[[], Mapping[str, Any]]) -> Callable[[], Mapping[str, Any]]:
    def get_model_map() -> Mapping[str, Any]:
        models = original()
        backend = bridged()
        if backend is None or "cloudformation" not in backend.settings["bridge"]:
            return models
        return {**models, **_models()}

    return get_model_map


def _do(account: str, region: str, operation: str, **params: Any) -> dict[str, Any]:
    """Call KMS for whoever makes or changes the stack."""
    crossing = current.get()
    if crossing is None:
        backend = bridged()
        assert backend is not None  # else moto's own models would be asked
        crossing = _nobodys(backend, account, region)
    try:
        return crossing.ask(operation, region=region, **params)
    except KmsError as error:
        refused = importlib.import_module("moto.cloudformation.exceptions").ValidationError
        raise refused(
            message=f"Resource handler returned message: {error.message!r} ({error.code})"
        ) from None


def _nobodys(backend: Backend, account: str, region: str) -> Crossing:
    """Return the crossing of a stack that changes by itself, as when a nested one is deleted."""
    return Crossing(
        backend=backend,
        service="cloudformation",
        operation="",
        params={},
        request={},
        caller=Caller(account),
        account=account,
        region=region,
        source=None,
    )


class KeyModel:
    """A key of a stack."""

    id: str
    arn: str

    @property
    def physical_resource_id(self) -> str:
        return self.id

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in ("Arn", "KeyId")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return {"Arn": self.arn, "KeyId": self.id}[attribute_name]

    @staticmethod
    def cloudformation_type() -> str:
        return _KEY

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Any:
        properties = cloudformation_json.get("Properties") or {}
        params = {name: properties[name] for name in _SAME if name in properties}
        if "MultiRegion" in params:
            params["MultiRegion"] = _truth(params["MultiRegion"])
        if "KeyPolicy" in properties:
            params["Policy"] = insides.as_json(properties["KeyPolicy"])
        if properties.get("Tags"):
            params["Tags"] = tagged(properties["Tags"])
        if _truth(properties.get("BypassPolicyLockoutSafetyCheck", False)):
            params["BypassPolicyLockoutSafetyCheck"] = True
        made = _do(account_id, region_name, "CreateKey", **params)["KeyMetadata"]
        found = cls.__new__(cls)
        vars(found).update(
            id=made["KeyId"],
            arn=made["Arn"],
            account=account_id,
            region=region_name,
            window=int(properties.get("PendingWindowInDays", 30)),
        )
        _follow(found, properties, {})
        return found

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> Any:
        properties = cloudformation_json.get("Properties") or {}
        before = vars(original_resource).get("properties", {})
        do = functools.partial(_do, account_id, region_name, KeyId=original_resource.id)
        if properties.get("Description", "") != before.get("Description", ""):
            do("UpdateKeyDescription", Description=properties.get("Description", ""))
        policy = properties.get("KeyPolicy")
        if policy is not None and policy != before.get("KeyPolicy"):
            do("PutKeyPolicy", Policy=insides.as_json(policy))
        _follow(original_resource, properties, before)
        original_resource.window = int(properties.get("PendingWindowInDays", 30))
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        window = vars(self)["window"]
        _do(
            account_id,
            region_name,
            "ScheduleKeyDeletion",
            KeyId=self.id,
            PendingWindowInDays=window,
        )


def _follow(model: Any, properties: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Let the key of *model* be enabled and rotated as *properties* say."""
    do = functools.partial(_do, model.account, model.region, KeyId=model.id)
    rotates = _truth(properties.get("EnableKeyRotation", False))
    period = properties.get("RotationPeriodInDays")
    if rotates and (rotates, period) != (
        _truth(before.get("EnableKeyRotation", False)),
        before.get("RotationPeriodInDays"),
    ):
        do("EnableKeyRotation", **({"RotationPeriodInDays": int(period)} if period else {}))
    elif not rotates and _truth(before.get("EnableKeyRotation", False)):
        do("DisableKeyRotation")
    enabled = _truth(properties.get("Enabled", True))
    if enabled != _truth(before.get("Enabled", True)):
        do("EnableKey" if enabled else "DisableKey")
    vars(model)["properties"] = dict(properties)


class AliasModel:
    """An alias of a stack."""

    alias_name: str

    @property
    def physical_resource_id(self) -> str:
        return self.alias_name

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return False

    @staticmethod
    def cloudformation_type() -> str:
        return _ALIAS

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Any:
        properties = cloudformation_json["Properties"]
        found = cls.__new__(cls)
        vars(found).update(alias_name=properties["AliasName"], target=properties["TargetKeyId"])
        _do(account_id, region_name, "CreateAlias", **_named(found))
        return found

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> Any:
        properties = cloudformation_json["Properties"]
        if properties["AliasName"] != original_resource.alias_name:
            original_resource.delete(account_id, region_name)
            return cls.create_from_cloudformation_json(
                new_resource_name, cloudformation_json, account_id, region_name
            )
        original_resource.target = properties["TargetKeyId"]
        _do(account_id, region_name, "UpdateAlias", **_named(original_resource))
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        _do(account_id, region_name, "DeleteAlias", AliasName=self.alias_name)


def _named(model: Any) -> dict[str, str]:
    return {"AliasName": model.alias_name, "TargetKeyId": model.target}


def _truth(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


@functools.cache
def _models() -> Mapping[str, Any]:
    """Return the models by the types of their resources, as moto takes them."""
    # A subclass of a model, since moto takes each direct one of its base for a type of its own.
    base = importlib.import_module("moto.kms.models").Key
    return {
        model.cloudformation_type(): type(model.__name__, (model, base), {})
        for model in (KeyModel, AliasModel)
    }


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    return ServiceError("ValidationError", error.message)


_CHANGING: Final = (
    *("CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet", "ExecuteChangeSet"),
    *("CreateStackInstances", "DeleteStackInstances", "UpdateStackInstances"),
)

SERVICE: Final = Service(
    name="cloudformation",
    before=dict.fromkeys(_CHANGING, _begin),
    words=_words,
)

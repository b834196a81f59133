"""CreateKey, DescribeKey, ListKeys, EnableKey, DisableKey, UpdateKeyDescription."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Sequence
from typing import Any, Final

import attrs

from ..api.errors import (
    LimitExceededException,
    NotFoundException,
    UnsupportedOperationException,
    ValidationException,
)
from ..api.times import timestamp
from ..authorization import printing
from ..misuse import NotMockedError
from ..rules import lifecycle
from ..serving import aws_managed, consistency, pages
from ..serving.request import Params, Request, Response
from ..state.resources import Resources
from ..state.sorted_map import SortedMap
from ..values.identifiers import new_key_id, new_multi_region_key_id, parse_arn
from ..values.key import KeyMaterial, KmsKey, Stored, first_material, material_id
from ..values.quotas import AWS_QUOTAS
from ..values.specs import ALGORITHMS_MEMBER, KEY_SPECS, KeySpec, KeyUsage
from .operation import Operation, find_key
from .tags import checked_tags

# What says that a key goes into a custom key store, rightly or not.
_OF_KEY_STORES: Final = frozenset({"CustomKeyStoreId", "XksKeyId"})
_OWN_ORIGINS: Final = ("AWS_KMS", "EXTERNAL")


def create_key(request: Request, _: None) -> Response:
    """Source: KMS API Reference, CreateKey."""
    params = request.params
    account, region = request.account, request.region
    spec, usage = _spec_and_usage(params, region)
    is_multi_region = params.get("MultiRegion", False)
    randomness = request.registry.randomness
    new_id = new_multi_region_key_id if is_multi_region else new_key_id
    key_id = request.key_id or new_id(randomness)
    resources = request.resources
    arn = resources.arn_prefix + key_id
    if "Policy" in params:
        from .policies import checked_policy  # not at the top: few tests write policies

        policy = checked_policy(request, params["Policy"], arn, None)
    else:
        policy = printing.default_policy(resources.root_arn)
    tags = checked_tags(request, params["Tags"]) if "Tags" in params else ()
    check_quota(request, resources)
    origin = params.get("Origin", "AWS_KMS")
    if origin == "EXTERNAL" and not spec.is_importable:
        raise ValidationException(f"KeySpec {spec.name} is not supported for Origin EXTERNAL")
    stored = None
    if origin not in _OWN_ORIGINS or not _OF_KEY_STORES.isdisjoint(params):
        from ..serving import key_stores  # not at the top, likewise

        stored = key_stores.checked_location(request, spec, origin)
    # Last of all: a key pair can take its time, and each is given out once.
    materials: tuple[KeyMaterial, ...] = ()
    if origin != "EXTERNAL":
        given = request.material
        if given is None:
            secret = request.registry.key_maker.new(spec, region)
            materials = (first_material(secret, randomness),)
        else:
            materials = (KeyMaterial(id=material_id(key_id, given), secret=given),)
    key = KmsKey(
        account=account,
        region=region,
        key_id=key_id,
        arn=arn,
        spec=spec,
        usage=usage,
        origin=origin,
        state="Enabled" if materials else "PendingImport",
        description=params.get("Description", ""),
        creation_date=request.now,
        materials=materials,
        policy=policy,
        tags=tags,
        multi_region="PRIMARY" if is_multi_region else None,
        stored=stored,
        is_given=request.off_record,
        number=resources.last_number + 1,
        has_fixed_id=request.key_id is not None,
    )
    request.draft.put_key(key)
    consistency.keep_key(request, key)
    request.keys = (key,)
    return {"KeyMetadata": metadata(key, [key])}


def find_described(operation: Operation, request: Request) -> KmsKey | None:
    """Return the key that the request names; describing an AWS managed key makes it."""
    try:
        return find_key(operation, request)
    except NotFoundException:
        identifier = request.params["KeyId"]
        arn = parse_arn(identifier)
        if not request.options.creates_managed or (arn and arn.region != request.region):
            raise
        key = aws_managed.create(request, identifier if arn is None else arn.resource)
        if key is None:
            raise
        return key


def describe_key(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, DescribeKey."""
    related = (key,) if key.multi_region is None else request.state.related(key)
    return {"KeyMetadata": metadata(key, related)}


def list_keys(request: Request, _: None) -> Response:
    """Source: KMS API Reference, ListKeys."""
    owners = request.params.get("ResourceOwners", ["SELF"])
    # That the IDs decide is inferred: AWS's recordings are not in the order of creation,
    # and the sample of the API Reference is in this one.
    own = consistency.keys_listed(request)
    listed: tuple[SortedMap[str, KmsKey], ...] = (own,)
    if "OTHER_ACCOUNTS_VIA_RAM" in owners:
        shared = _shared_with(request)
        listed = (own, shared) if "SELF" in owners else (shared,)
    return pages.of_collection(request, "Keys", *listed, entry=_list_entry, default=100)


def enable_key(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, EnableKey."""
    new_secret = functools.partial(request.registry.key_maker.new, key.spec, key.region)
    enabled = lifecycle.enable(key, request.now, new_secret)
    request.draft.put_key(enabled)
    return {}


def disable_key(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, DisableKey."""
    request.draft.put_key(attrs.evolve(key, state="Disabled"))
    return {}


def update_key_description(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, UpdateKeyDescription."""
    request.draft.put_key(attrs.evolve(key, description=request.params["Description"]))
    return {}


def get_key_last_usage(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GetKeyLastUsage."""
    usage = request.registry.last_usages.get(key.arn)
    response: Response = {
        "KeyId": key.key_id,  # as recorded; other operations answer with the ARN
        "KeyLastUsage": {},
        # The mock has known every key from the start.
        "TrackingStartDate": timestamp(key.creation_date),
        "KeyCreationDate": timestamp(key.creation_date),
    }
    if usage is not None:
        operation, seconds, request_id = usage
        response["KeyLastUsage"] = {
            "Operation": operation,
            "Timestamp": timestamp(seconds),
            "CloudTrailEventId": str(uuid.uuid5(uuid.UUID(request_id), "CloudTrail")),
            "KmsRequestId": request_id,
        }
    return response


def check_quota(request: Request, resources: Resources) -> None:
    """Raise if there can be no more keys in *resources*."""
    quota = request.quotas.keys
    usage = len(resources.keys) - resources.managed_keys
    # Keys that a test made without calls do not use up AWS's own quota.
    if usage >= quota and (quota < AWS_QUOTAS.keys or usage - resources.given_keys >= quota):
        raise LimitExceededException(
            f"Key quota for this account in this region is {quota} "
            f"but the current usage is {usage}."
        )


def metadata(key: KmsKey, related: Sequence[KmsKey]) -> dict[str, Any]:
    """
    Return the KeyMetadata of *key*.

    Args:
        related: The multi-Region keys related to it, itself among them.
    """
    found: dict[str, Any] = {
        "AWSAccountId": key.account,
        "KeyId": key.key_id,
        "Arn": key.arn,
        "CreationDate": timestamp(key.creation_date),
        "Enabled": key.state == "Enabled",
        "Description": key.description,
        "KeyUsage": key.usage,
        "KeyState": key.state,
    }
    if key.deletion_date is not None:
        found["DeletionDate"] = timestamp(key.deletion_date)
    if key.pending_window is not None:
        found["PendingDeletionWindowInDays"] = key.pending_window
    found["Origin"] = key.origin
    if key.origin == "EXTERNAL" and lifecycle.is_complete(key):
        found |= _expiration(key)
    spec = key.spec
    found["KeyManager"] = key.manager
    found["CustomerMasterKeySpec"] = spec.name
    found["KeySpec"] = spec.name
    found[ALGORITHMS_MEMBER[key.usage]] = list(key.algorithms)
    found["MultiRegion"] = key.multi_region is not None
    if key.multi_region is not None:
        found["MultiRegionConfiguration"] = _configuration(key, related)
    if key.stored is not None:
        return found | _store_members(key.stored)
    if spec.is_symmetric_encryption and key.materials and _shows_material(key):
        found["CurrentKeyMaterialId"] = key.material.id
    return found


def _store_members(stored: Stored) -> dict[str, Any]:
    members: dict[str, Any] = {"CustomKeyStoreId": stored.store_id}
    if stored.cluster_id is not None:
        members["CloudHsmClusterId"] = stored.cluster_id
    if stored.xks_key_id is not None:
        members["XksKeyConfiguration"] = {"Id": stored.xks_key_id}
    return members


def _expiration(key: KmsKey) -> dict[str, Any]:
    """Return the members on when the key's permanent material expires: the first of it."""
    expiring = [m.valid_to for m in key.materials if m.is_permanent and m.valid_to is not None]
    if not expiring:
        return {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    return {
        "ValidTo": timestamp(min(expiring)),
        "ExpirationModel": "KEY_MATERIAL_EXPIRES",
    }


def _shows_material(key: KmsKey) -> bool:
    """Tell whether *key* has had its current material: a new replica has yet to get it."""
    if key.multi_region == "REPLICA":
        return key.state != "Creating" and key.material.secret is not None
    return True


def _configuration(key: KmsKey, related: Sequence[KmsKey]) -> dict[str, Any]:
    primary, *replicas = sorted(related, key=lambda each: each.multi_region != "PRIMARY")
    return {
        "MultiRegionKeyType": key.multi_region,
        "PrimaryKey": {"Arn": primary.arn, "Region": primary.region},
        "ReplicaKeys": [{"Arn": each.arn, "Region": each.region} for each in replicas],
    }


def _spec_and_usage(params: Params, region: str) -> tuple[KeySpec, KeyUsage]:
    if "KeySpec" in params and "CustomerMasterKeySpec" in params:
        raise ValidationException(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
            "CustomerMasterKeySpec is deprecated."
        )
    name = params.get("KeySpec") or params.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    spec = KEY_SPECS.get(name)
    if spec is None:
        raise NotMockedError(
            f"pytest-kmsmock does not know the key spec {name}, which this botocore has; "
            f"it knows {', '.join(KEY_SPECS)}."
        )
    usage = params.get("KeyUsage")
    if usage is None:
        if not spec.is_symmetric_encryption:
            raise ValidationException(
                "You must specify a KeyUsage value for all KMS keys except for "
                "symmetric encryption keys."
            )
        usage = spec.usual_usage
    if usage not in spec.usages:
        raise ValidationException(f"KeyUsage {usage} is not compatible with KeySpec {spec.name}")
    if not spec.is_offered_in(region):
        raise UnsupportedOperationException(f"KeySpec {spec.name} is not supported in this Region")
    return spec, usage


def _shared_with(request: Request) -> SortedMap[str, KmsKey]:
    """Return the keys that other accounts share with the caller's, by their ARNs."""
    found: SortedMap[str, KmsKey] = SortedMap()
    for resources in request.state.all_resources():
        if resources.region == request.region:
            for key in resources.keys_shared_with(request.account):
                found = found.put(key.arn, key)
    return found


def _list_entry(key: KmsKey) -> dict[str, str]:
    return {"KeyId": key.key_id, "KeyArn": key.arn}

"""CreateKey, DescribeKey, ListKeys, EnableKey, DisableKey, UpdateKeyDescription."""

from __future__ import annotations

from typing import Any

import attrs

from ...crypto import ciphertext
from .. import pages
from ..authorization import documents
from ..errors import UnsupportedOperationException, ValidationException
from ..identifiers import key_arn, new_key_id, root_arn
from ..key import KeyMaterial, KmsKey
from ..misuse import NotMockedError
from ..model import timestamp
from ..request import Params, Request, Response
from ..specs import ALGORITHMS_MEMBER, KEY_SPECS, KeySpec, KeyUsage
from .policies import checked_policy
from .tags import checked_tags


def create_key(request: Request, _: None) -> Response:
    """Source: KMS API Reference, CreateKey."""
    params = request.params
    account, region = request.account, request.region
    spec, usage = _spec_and_usage(params, region)
    key_id = request.key_id or new_key_id()
    if "Policy" in params:
        policy = checked_policy(request, params["Policy"], key_id)
    else:
        policy = documents.default_policy(root_arn(region, account))
    tags = checked_tags(params.get("Tags", []))
    # Last of all: a key pair can take its time, and each is given out once.
    secret = request.material or request.registry.key_maker.new(spec, region)
    key = KmsKey(
        account=account,
        region=region,
        key_id=key_id,
        arn=key_arn(region, account, key_id),
        spec=spec,
        usage=usage,
        origin=params.get("Origin", "AWS_KMS"),
        state="Enabled",
        description=params.get("Description", ""),
        creation_date=request.now,
        materials=(KeyMaterial.of(key_id, secret),),
        ciphertext_tag=ciphertext.key_tag(account, key_id),
        policy=policy,
        tags=tags,
    )
    request.registry.put_key(key)
    request.add_key(key)
    return {"KeyMetadata": metadata(key)}


def describe_key(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, DescribeKey."""
    return {"KeyMetadata": metadata(key)}


def list_keys(request: Request, _: None) -> Response:
    """Source: KMS API Reference, ListKeys."""
    return pages.of_collection(request, "Keys", request.place.keys, _list_entry, default=100)


def enable_key(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, EnableKey."""
    request.registry.put_key(attrs.evolve(key, state="Enabled"))
    return {}


def disable_key(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, DisableKey."""
    request.registry.put_key(attrs.evolve(key, state="Disabled"))
    return {}


def update_key_description(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, UpdateKeyDescription."""
    request.registry.put_key(attrs.evolve(key, description=request.params["Description"]))
    return {}


def metadata(key: KmsKey) -> dict[str, Any]:
    """Return the KeyMetadata of *key*."""
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
    found["Origin"] = key.origin
    found["KeyManager"] = "CUSTOMER"
    found["CustomerMasterKeySpec"] = key.spec.name
    found["KeySpec"] = key.spec.name
    found[ALGORITHMS_MEMBER[key.usage]] = list(key.algorithms)
    found["MultiRegion"] = False
    if key.spec.is_symmetric_encryption:
        found["CurrentKeyMaterialId"] = key.material.id
    return found


def _spec_and_usage(params: Params, region: str) -> tuple[KeySpec, KeyUsage]:
    if "KeySpec" in params and "CustomerMasterKeySpec" in params:
        raise ValidationException(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request."
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


def _list_entry(key: KmsKey) -> dict[str, str]:
    return {"KeyId": key.key_id, "KeyArn": key.arn}

"""ReplicateKey, UpdatePrimaryRegion."""

from __future__ import annotations

import functools

import attrs

from ..api.errors import AlreadyExistsException, UnsupportedOperationException, ValidationException
from ..api.regions import known_regions, partition_of
from ..authorization import printing
from ..rules import lifecycle
from ..rules.key_states import check_state
from ..serving import consistency
from ..serving.finding import no_key
from ..serving.request import Request, Response
from ..values.identifiers import key_arn, root_arn
from ..values.key import KeyMaterial, KmsKey
from .keys import check_quota, metadata
from .policies import checked_policy
from .tags import checked_tags


def replicate_key(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, ReplicateKey."""
    params = request.params
    region = params["ReplicaRegion"]
    _check_primary(key)
    # That AWS answers so for a Region which there is not, in no partition, is inferred.
    is_known = request.options.unknown_regions or region in known_regions()
    if not is_known or partition_of(region) != partition_of(key.region):
        raise ValidationException(
            "The replica key Region must be in the same AWS partition as the primary key Region."
        )
    if region == key.region:
        raise ValidationException(
            f"{region} cannot have a replica because it contains the primary."
        )
    arn = key_arn(region, key.account, key.key_id)
    resources = request.state.resources(key.account, region)
    if resources.keys.get(key.key_id) is not None:
        raise AlreadyExistsException(f"{arn} already exists")
    if "Policy" in params:
        policy = checked_policy(
            request, params["Policy"], arn, attrs.evolve(key, multi_region="REPLICA")
        )
    else:
        policy = printing.default_policy(root_arn(region, key.account))
    check_quota(request, resources)
    replica = attrs.evolve(
        key,
        region=region,
        arn=arn,
        state="Creating",
        description=params.get("Description", ""),
        creation_date=request.now,
        policy=policy,
        tags=checked_tags(request, params.get("Tags", [])),
        multi_region="REPLICA",
        materials=key.materials if key.origin == "AWS_KMS" else _to_be_imported(key),
        rotating_since=None,
        shared_with=(),
        is_given=request.off_record,
        number=resources.last_number + 1,
        transition_ends=request.now + request.options.transition_seconds,
    )
    request.draft.put_key(replica)
    consistency.keep_key(request, replica)
    request.add_key(replica)
    response: Response = {
        "ReplicaKeyMetadata": metadata(replica, request.state.related(key)),
        "ReplicaPolicy": policy,
    }
    if params.get("Tags"):
        response["ReplicaTags"] = params["Tags"]
    return response


def update_primary_region(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, UpdatePrimaryRegion."""
    region = request.params["PrimaryRegion"]
    _check_primary(key)
    if region == key.region:
        raise UnsupportedOperationException(f"{key.arn} is the primary key already.")
    replica = request.state.resources(key.account, region).keys.get(key.key_id)
    if replica is None:
        raise no_key(key_arn(region, key.account, key.key_id))
    check_state(request.operation, replica)
    # A rotation in progress is the primary key's to finish.
    new_secret = functools.partial(request.registry.key_maker.new, key.spec, key.region)
    key = lifecycle.end_rotation(key, request.now, new_secret)
    request.draft.put_key(key)
    ends = request.now + request.options.transition_seconds
    request.add_key(replica)
    updating = functools.partial(attrs.evolve, state="Updating", transition_ends=ends)
    for each in request.state.related(key):
        if each.arn == key.arn:
            request.draft.put_key(updating(each, multi_region="REPLICA"))
    for each in request.state.related(key):
        if each.region == region:
            request.draft.put_key(updating(each, multi_region="PRIMARY"))
    return {}


def _check_primary(key: KmsKey) -> None:
    if key.multi_region is None:
        raise UnsupportedOperationException(f"{key.arn} is not a multi-region key.")
    if key.multi_region == "REPLICA":
        raise UnsupportedOperationException(f"{key.arn} is not a multi-region primary key.")


def _to_be_imported(key: KmsKey) -> tuple[KeyMaterial, ...]:
    """Return the materials of *key* as a replica knows them before its own imports."""
    return tuple(attrs.evolve(material, secret=None, valid_to=None) for material in key.materials)

"""
Keys that come into being when a request names them.

For suites whose configuration names keys that nobody creates. Off unless a
test asks for it: AWS answers with NotFoundException.
"""

from __future__ import annotations

import attrs

from .api.regions import partition_of
from .operations.keys import create_key
from .operations.multi_region import replicate_key
from .serving.request import Params, Request
from .values.identifiers import (
    MULTI_REGION,
    Arn,
    alias_arn,
    is_customer_alias,
    is_key_id,
    key_arn,
    parse_arn,
)
from .values.key import Alias, KmsKey
from .values.specs import KEY_SPECS

# What the other operations on keys of one usage are named by.
_USAGE_OF_OPERATION = {
    "GetPublicKey": "SIGN_VERIFY",
    "Encapsulate": "ENCAPSULATE_DECAPSULATE",
    "Decapsulate": "ENCAPSULATE_DECAPSULATE",
}
_IMPORTING = ("GetParametersForImport", "ImportKeyMaterial", "DeleteImportedKeyMaterial")
_ALGORITHM_MEMBERS: tuple[str, ...] = (
    "SigningAlgorithm",
    "MacAlgorithm",
    "KeyAgreementAlgorithm",
    "EncapsulationAlgorithm",
    "EncryptionAlgorithm",
)


def create(request: Request, identifier: str) -> KmsKey | None:
    """
    Return a new key by the name of *identifier*, one that suits *request*.

    None if AWS would refuse the identifier whatever keys there were.
    """
    arn = _arn_of(request, identifier)
    if arn is None or arn.region != request.region:
        return None
    if arn.partition != partition_of(arn.region) or not _can_be(arn):
        return None
    request.begin_to_write()
    found = _found(request, arn)
    if found is not None:
        return found
    related = _related(request, arn)
    if related:
        return _replicate(request, arn, related)
    return _create(request, arn, _params(request, identifier))


def _arn_of(request: Request, identifier: str) -> Arn | None:
    if identifier.startswith("arn:"):
        return parse_arn(identifier)
    if identifier.startswith("alias/"):
        return parse_arn(alias_arn(request.region, request.account, identifier))
    return parse_arn(key_arn(request.region, request.account, identifier))


def _can_be(arn: Arn) -> bool:
    """Tell whether a key or an alias can have that name."""
    if arn.is_alias:
        # AWS's own aliases are for its services to make.
        return is_customer_alias(arn.resource)
    return is_key_id(arn.key_id)


def _found(request: Request, arn: Arn) -> KmsKey | None:
    """Return the key if another thread has made it meanwhile."""
    resources = request.state.resources(arn.account, arn.region)
    if not arn.is_alias:
        return resources.keys.get(arn.key_id)
    alias = resources.aliases.get(arn.resource)
    return None if alias is None else resources.keys.get(alias.key_id)


def _related(request: Request, arn: Arn) -> list[KmsKey]:
    """Return the keys of that ID in other Regions: such a key is one in all of them."""
    if arn.is_alias or not arn.key_id.startswith(MULTI_REGION):
        return []
    return request.state.with_id(arn.account, arn.partition, arn.key_id)


def _replicate(request: Request, arn: Arn, related: list[KmsKey]) -> KmsKey | None:
    """Return a new replica; None if there is no primary key that it could be one of."""
    primary = next((key for key in related if key.multi_region == "PRIMARY"), None)
    if primary is None:
        return None
    replication = _request(request, "ReplicateKey", arn, {"ReplicaRegion": arn.region})
    replicate_key(replication, primary)
    # It is there for the request that names it, not only for the next.
    replica = replication.keys[-1]
    request.draft.finish_transition(replica, request.now, request.registry.key_maker.for_key)
    return request.draft.current(replica)


def _request(request: Request, operation: str, arn: Arn, params: Params) -> Request:
    """Return what *operation* would get to make the key *arn* for *request*, off the record."""
    caller = attrs.evolve(request.caller, account=arn.account)
    made = Request(operation, {}, arn.region, caller, off_record=True)
    made.principal = request.principal
    made.params = params
    made.now = request.now
    made.registry = request.registry
    made.options = request.options
    made.write(request.draft)
    return made


def _create(request: Request, arn: Arn, params: Params) -> KmsKey:
    key_id = None if arn.is_alias else arn.key_id
    params = params | {"MultiRegion": bool(key_id and key_id.startswith(MULTI_REGION))}
    creation = _request(request, "CreateKey", arn, params)
    creation.key_id = key_id
    create_key(creation, None)
    key = creation.keys[0]
    if arn.is_alias:
        request.draft.put_alias(
            Alias(arn.account, arn.region, arn.resource, key.key_id, request.now, request.now)
        )
    return key


def _params(request: Request, identifier: str) -> Params:
    """Return what CreateKey needs to make a key that suits *request*."""
    params = request.params
    if request.operation in _IMPORTING:
        return {"Origin": "EXTERNAL"}
    members = _ALGORITHM_MEMBERS
    if request.operation == "ReEncrypt":
        side = "Destination" if identifier == params.get("DestinationKeyId") else "Source"
        members = (f"{side}EncryptionAlgorithm",)
    algorithms = [params[name] for name in members if name in params]
    usage = _USAGE_OF_OPERATION.get(request.operation)
    for spec in KEY_SPECS.values():
        for each, its in spec.usages.items():
            if usage == each or any(algorithm in its for algorithm in algorithms):
                return {"KeySpec": spec.name, "KeyUsage": each}
    return {}

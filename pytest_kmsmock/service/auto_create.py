"""
Keys that come into being when a request names them.

For suites whose configuration names keys that nobody creates. Off unless a
test asks for it: AWS answers with NotFoundException.
"""

from __future__ import annotations

from .identifiers import Arn, is_key_id, key_arn, parse_arn
from .key import Alias, KmsKey
from .operations.keys import create_key
from .request import Params, Request
from .specs import KEY_SPECS

# What the other operations on keys of one usage are named by.
_USAGE_OF_OPERATION = {
    "GetPublicKey": "SIGN_VERIFY",
    "Encapsulate": "ENCAPSULATE_DECAPSULATE",
    "Decapsulate": "ENCAPSULATE_DECAPSULATE",
}
_ALGORITHM_MEMBERS = (
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
    if not arn.is_alias and not is_key_id(arn.key_id):
        return None
    with request.registry.lock:
        key = _create(request, arn.account, None if arn.is_alias else arn.key_id)
        if arn.is_alias:
            place = request.registry.place(arn.account, arn.region)
            place.put_alias(
                Alias(arn.account, arn.region, arn.resource, key.key_id, request.now, request.now)
            )
    return key


def _arn_of(request: Request, identifier: str) -> Arn | None:
    if identifier.startswith("arn:"):
        return parse_arn(identifier)
    if identifier.startswith("alias/"):
        return Arn("", request.region, request.account, identifier)
    return parse_arn(key_arn(request.region, request.account, identifier))


def _create(request: Request, account: str, key_id: str | None) -> KmsKey:
    creation = Request("CreateKey", {}, request.region, account, request.principal)
    creation.params = _params(request)
    creation.params["MultiRegion"] = bool(key_id and key_id.startswith("mrk-"))
    creation.key_id = key_id
    creation.now = request.now
    creation.registry = request.registry
    creation.options = request.options
    creation.place = request.registry.place(account, request.region)
    create_key(creation, None)
    return creation.keys[0]


def _params(request: Request) -> Params:
    """Return the KeySpec and KeyUsage of a key that suits *request*."""
    algorithms = [request.params[name] for name in _ALGORITHM_MEMBERS if name in request.params]
    usage = _USAGE_OF_OPERATION.get(request.operation)
    for spec in KEY_SPECS.values():
        for each, its in spec.usages.items():
            if usage == each or any(algorithm in its for algorithm in algorithms):
                return {"KeySpec": spec.name, "KeyUsage": each}
    return {}

"""CreateGrant, ListGrants, ListRetirableGrants, RetireGrant, RevokeGrant."""

from __future__ import annotations

from typing import Any, Final

from ..api.errors import (
    InvalidArnException,
    LimitExceededException,
    ValidationException,
)
from ..api.regions import partition_of
from ..api.times import timestamp
from ..serving import consistency, finding, grants, pages
from ..serving.request import Params, Request, Response
from ..state.grants import GRANTEES
from ..values.grant import (
    MAX_CONTEXT_PAIRS,
    MAX_CONTEXT_VALUE_LENGTH,
    Grant,
    is_principal,
    new_grant_id,
    operations_of,
    seal_token,
    terms_of,
)
from ..values.key import KmsKey

_SHOWN: Final = (
    *GRANTEES,
    "RetiringPrincipal",
    "RetiringServicePrincipal",
    "Operations",
    "Constraints",
)
_CONTEXTS: Final = ("EncryptionContextEquals", "EncryptionContextSubset")


def create_grant(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, CreateGrant."""
    params = request.params
    _check_principals(request)
    _check_operations(params, key)
    _check_constraints(params, key)
    held = request.state.grants
    members = _members(params)
    name = params.get("Name", "")
    # Asked for once more: one of the same name and terms.
    grant = held.named(key.arn, name, terms_of(members)) if name else None
    if grant is None:
        quota = request.quotas.grants_per_key
        if len(held.of_key(key.arn)) >= quota:
            raise LimitExceededException(f"{key.arn} has {quota} grants, the limit for a key.")
        grant = Grant(
            id=new_grant_id(request.registry.randomness),
            name=name,
            key_arn=key.arn,
            members=members,
            issuing_account=request.resources.root_arn,
            creation_date=request.now,
        )
        request.draft.put_grant(grant)
        consistency.keep_grant(request, grant)
    return {
        "GrantToken": seal_token(request.registry.token_key, grant, request.registry.randomness),
        "GrantId": grant.id,
    }


def list_grants(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, ListGrants."""
    params = request.params
    held = request.state.grants
    listed = held.of_key(key.arn)
    if "GrantId" in params:
        grants.check_id(params["GrantId"])
    wanted = [name for name in GRANTEES if name in params]
    if len(wanted) == 2:
        raise ValidationException(
            "Specify either GranteePrincipal or GranteeServicePrincipal, but not both."
        )
    if wanted:
        listed = held.of_grantee(key.arn, wanted[0], params[wanted[0]])
    listed = consistency.grants_listed(request, listed)
    if "GrantId" not in params:
        return pages.of_collection(request, "Grants", listed, entry=_list_entry, default=50)
    one = listed.get(params["GrantId"])
    return {"Grants": [] if one is None else [_list_entry(one)], "Truncated": False}


def list_retirable_grants(request: Request, _: None) -> Response:
    """Source: KMS API Reference, ListRetirableGrants."""
    params = request.params
    named = [name for name in ("RetiringPrincipal", "RetiringServicePrincipal") if name in params]
    if len(named) != 1:
        raise ValidationException(
            "Specify either RetiringPrincipal or RetiringServicePrincipal, but not both."
        )
    principal = params[named[0]]
    if named[0] == "RetiringPrincipal":
        _check_principal(request, principal)
        if request.account not in principal.split(":"):
            raise finding.denied_by_identity(request, principal)
    retirable = request.state.grants.retirable_by(request.region, principal)
    retirable = consistency.grants_listed(request, retirable)
    return pages.of_collection(request, "Grants", retirable, entry=_list_entry, default=50)


def retire_grant(request: Request, _: None) -> Response:
    """Source: KMS API Reference, RetireGrant."""
    key, grant_id = grants.to_be_retired(request)
    request.add_key(key)
    request.draft.remove_grant(grants.named(request, key, grant_id))
    return {}


def revoke_grant(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, RevokeGrant."""
    request.draft.remove_grant(grants.named(request, key, request.params["GrantId"]))
    return {}


def _check_principal(request: Request, principal: str) -> None:
    is_strict = request.options.strict_principals
    if not is_principal(principal, partition_of(request.region)) or (
        is_strict and not request.state.principals.is_known(principal)
    ):
        raise InvalidArnException(f"ARN does not refer to a valid principal: {principal}")


def _check_principals(request: Request) -> None:
    params = request.params
    for kind in ("Grantee", "Retiring"):
        given = [name for name in (f"{kind}Principal", f"{kind}ServicePrincipal") if name in params]
        if len(given) == 2 or (kind == "Grantee" and not given):
            raise ValidationException(
                f"Specify either {kind}Principal or {kind}ServicePrincipal, but not both."
            )
    if "GranteeServicePrincipal" in params:
        if "SourceArn" not in params.get("Constraints", {}):
            raise ValidationException(
                "A grant to a service principal must have a SourceArn constraint."
            )
        if "RetiringPrincipal" not in params and "RetiringServicePrincipal" not in params:
            raise ValidationException(
                "A grant to a service principal must have a retiring principal."
            )
    for name in ("GranteePrincipal", "RetiringPrincipal"):
        if name in params:
            _check_principal(request, params[name])


def _check_operations(params: Params, key: KmsKey) -> None:
    operations = params["Operations"]
    if not operations:
        raise ValidationException("A grant must permit at least one operation.")
    if set(operations) == {"CreateGrant"}:
        raise ValidationException("Grants must not contain only the CreateGrant operation.")
    possible = operations_of(key)
    for operation in operations:
        if operation not in possible:
            raise ValidationException(
                f"Operation {operation} is not supported in a grant for {key.arn}, "
                f"whose key spec is {key.spec.name} and key usage {key.usage}."
            )


def _check_constraints(params: Params, key: KmsKey) -> None:
    constraints = params.get("Constraints", {})
    contexts = [constraints[name] for name in _CONTEXTS if name in constraints]
    if len(contexts) == 2:
        raise ValidationException("More than one constraint supplied")
    for context in contexts:
        if not key.spec.is_symmetric_encryption:
            raise ValidationException(
                "Encryption context constraints are only supported for symmetric encryption keys."
            )
        if len(context) > MAX_CONTEXT_PAIRS:
            raise ValidationException(
                f"A grant constraint can have at most {MAX_CONTEXT_PAIRS} encryption context pairs."
            )
        if any(len(value) > MAX_CONTEXT_VALUE_LENGTH for value in context.values()):
            raise ValidationException(
                "A value of a grant constraint can have at most "
                f"{MAX_CONTEXT_VALUE_LENGTH} characters."
            )


def _members(params: Params) -> Params:
    """Return what a grant of *params* says: each operation once, no empty constraints."""
    members = {name: params[name] for name in _SHOWN if params.get(name)}
    return members | {"Operations": list(dict.fromkeys(params["Operations"]))}


def _list_entry(grant: Grant) -> dict[str, Any]:
    return {
        "KeyId": grant.key_arn,
        "GrantId": grant.id,
        "Name": grant.name,
        "CreationDate": timestamp(grant.creation_date),
        "IssuingAccount": grant.issuing_account,
        **grant.members,
    }

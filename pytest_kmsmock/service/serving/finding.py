"""
Finding of the key that a request means: by ID, ARN, alias name or alias ARN.

Source: KMS Developer Guide, "Key identifiers"; the texts are as recorded from AWS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..api.errors import AccessDeniedException, InvalidArnException, KmsError, NotFoundException
from ..api.regions import partition_of
from ..api.shapes import shapes_of
from ..values.identifiers import Arn, alias_arn, is_key_id, key_arn, parse_arn
from ..values.key import Alias, KmsKey
from .consistency import alias_seen, is_hidden
from .request import Request

# The permission that an operation needs on its key, where it has another name.
_ACTIONS: Final = {"ReEncrypt": "ReEncryptFrom"}

Refusal = Callable[[Request], KmsError]


def alias_refused(_: Request) -> KmsError:
    return InvalidArnException("Key Aliases are not supported for this operation.")


def key(
    request: Request,
    identifier: str,
    *,
    alias_refusal: Refusal | None = None,
    foreign_refusal: Refusal | None = None,
    action: str | None = None,
) -> KmsKey:
    """
    Return the key that *identifier* names.

    Args:
        alias_refusal: Makes the error for an alias, None where it may be one.
        foreign_refusal: Makes the error for another account's key, None where
            the operation works across accounts.
        action: The permission that is needed, where it is not the operation's.
    """
    resources = request.resources
    # The caller's own key, by ID or ARN, is what most requests name.
    found = resources.keys.get(identifier.removeprefix(resources.arn_prefix))
    if found is not None and not is_hidden(request, found):
        return found
    try:
        return _by_name(request, identifier, alias_refusal, foreign_refusal, action)
    except (NotFoundException, AccessDeniedException) as error:
        if isinstance(error, AccessDeniedException) and foreign_refusal is not None:
            raise
        create = request.options.create_missing
        created = None if create is None else create(request, identifier)
        if created is not None:
            return created
        raise


def _by_name(
    request: Request,
    identifier: str,
    alias_refusal: Refusal | None,
    foreign_refusal: Refusal | None,
    action: str | None,
) -> KmsKey:
    if identifier.startswith("alias/"):
        if alias_refusal is not None:
            raise alias_refusal(request)
        found = _named(request, request.account, identifier)
        if found is None:
            raise _no_alias(alias_arn(request.region, request.account, identifier))
        return found
    if identifier.startswith("arn:"):
        return _by_arn(request, identifier, alias_refusal, foreign_refusal, action)
    if not is_key_id(identifier):
        raise NotFoundException(f"Invalid keyId '{identifier}'")
    raise no_key(key_arn(request.region, request.account, identifier))


def alias(request: Request, name: str) -> Alias:
    """Return the alias *name* of the caller's account."""
    found = request.resources.aliases.get(name)
    if found is None or alias_seen(request, request.account, name) is None:
        raise _no_alias(alias_arn(request.region, request.account, name))
    return found


def no_key(arn: str) -> NotFoundException:
    return NotFoundException(f"Key '{arn}' does not exist")


def denied_by_policy(
    request: Request, resource: str, action: str | None = None
) -> AccessDeniedException:
    """Return how AWS answers what no policy of *resource*, an ARN, allows."""
    action = action or _ACTIONS.get(request.operation, request.operation)
    return AccessDeniedException(
        f"User: {request.principal} is not authorized to perform: kms:{action} "
        f"on resource: {resource} because no resource-based policy allows the kms:{action} action"
    )


def denied_by_identity(request: Request, resource: str) -> AccessDeniedException:
    """Return how AWS answers what the caller's own policies do not allow on *resource*."""
    action = _ACTIONS.get(request.operation, request.operation)
    return AccessDeniedException(
        f"User: {request.principal} is not authorized to perform: kms:{action} "
        f"on resource: {resource} because no identity-based policy allows the kms:{action} action"
    )


def denied_elsewhere(
    request: Request, resource: str = "this resource", action: str | None = None
) -> AccessDeniedException:
    """Return how AWS answers for a key that it may not speak of: another account's, say."""
    return AccessDeniedException(
        f"User: {request.principal} is not authorized to perform: {_permission(request, action)} "
        f"on {resource} because the resource does not exist in this Region, no "
        "resource-based policies allow access, or a resource-based policy explicitly "
        "denies access"
    )


def not_found_elsewhere(
    request: Request, resource: str, identifier: str | None, action: str | None = None
) -> KmsError:
    """
    Return how AWS answers for such a key if the operation works across accounts.

    Args:
        identifier: The ARN by which the request names it, if it does.
    """
    if request.enforcement is not None:
        permission = _permission(request, action)
        refusal = request.enforcement.refusal_elsewhere(request, permission, identifier)
        if refusal is not None:
            return refusal
    return denied_elsewhere(request, resource, action)


def _permission(request: Request, action: str | None) -> str:
    return f"kms:{action or _ACTIONS.get(request.operation, request.operation)}"


def _by_arn(
    request: Request,
    text: str,
    alias_refusal: Refusal | None,
    foreign_refusal: Refusal | None,
    action: str | None,
) -> KmsKey:
    arn = parse_arn(text)
    if arn is None or arn.partition != partition_of(arn.region):
        raise _malformed(request, text)
    if arn.is_alias and alias_refusal is not None:
        raise alias_refusal(request)
    if arn.account != request.account:
        if foreign_refusal is not None:
            if request.enforcement is not None:
                request.enforcement.note_other_account(request, _permission(request, action), text)
            raise foreign_refusal(request)
        found = _look_up(request, arn)
        if found is None or arn.region != request.region:
            raise not_found_elsewhere(request, "this resource", text, action)
        return found
    if arn.region != request.region:
        raise NotFoundException(f"Invalid arn {arn.region}")
    if not arn.is_alias and not is_key_id(arn.key_id):
        # As reported: without the quotes that a bare ID gets.
        raise NotFoundException(f"Invalid keyId {arn.key_id}")
    found = _look_up(request, arn)
    if found is None:
        raise _no_alias(text) if arn.is_alias else no_key(text)
    return found


def _look_up(request: Request, arn: Arn) -> KmsKey | None:
    if arn.is_alias:
        return _named(request, arn.account, arn.resource) if arn.region == request.region else None
    found = request.state.resources(arn.account, arn.region).keys.get(arn.key_id)
    return None if found is None or is_hidden(request, found) else found


def _named(request: Request, account: str, name: str) -> KmsKey | None:
    """Return the key that the alias *name* of *account* is seen to name."""
    alias = alias_seen(request, account, name)
    if alias is None:
        return None
    found = request.state.resources(account, request.region).keys.get(alias.key_id)
    return None if found is None or is_hidden(request, found) else found


def _malformed(request: Request, text: str) -> KmsError:
    # The cryptographic operations declare no error for it.
    declared = "InvalidArnException" in shapes_of(request.operation).errors
    error = InvalidArnException if declared else NotFoundException
    return error(f"Invalid arn {text}")


def _no_alias(arn: str) -> NotFoundException:
    return NotFoundException(f"Alias {arn} is not found.")

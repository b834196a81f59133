"""CreateAlias, UpdateAlias, DeleteAlias, ListAliases."""

from __future__ import annotations

from typing import Any

import attrs

from ..api.errors import (
    AlreadyExistsException,
    InvalidAliasNameException,
    KmsError,
    LimitExceededException,
    ValidationException,
)
from ..api.times import timestamp
from ..serving import aws_managed, consistency, finding, pages
from ..serving.request import Request, Response
from ..state.sorted_map import SortedMap
from ..values.identifiers import AWS_ALIAS_PREFIX, alias_arn
from ..values.key import Alias, KmsKey


def check_name(request: Request) -> None:
    """Raise if the request's AliasName breaks a rule that its shape does not tell."""
    name = request.params["AliasName"]
    if not name.startswith("alias/"):
        raise ValidationException(
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
        )
    if ":" in name:
        raise ValidationException(f"{name} contains invalid characters for an alias")
    if request.operation != "CreateAlias":
        return
    if name == "alias/":
        raise InvalidAliasNameException("The alias name must not be empty after alias/.")
    if name.startswith(AWS_ALIAS_PREFIX):
        raise InvalidAliasNameException(
            "The alias name for a customer managed CMK cannot begin with alias/aws/."
        )


def target_is_alias(_: Request) -> KmsError:
    return ValidationException("Aliases must refer to keys. Not aliases")


def target_is_foreign(_: Request) -> KmsError:
    return ValidationException("This operation cannot be called cross account")


def create_alias(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, CreateAlias."""
    name = request.params["AliasName"]
    if request.resources.aliases.get(name) is not None:
        arn = alias_arn(request.region, request.account, name)
        raise AlreadyExistsException(f"An alias with the name {arn} already exists")
    _check_quota(request, key)
    consistency.keep_alias(request, name)
    request.draft.put_alias(
        Alias(key.account, key.region, name, key.key_id, request.now, request.now)
    )
    return {}


def update_alias(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, UpdateAlias."""
    alias = _customer_alias(request)
    current = request.resources.keys.get(alias.key_id)
    if current is not None and (current.spec.kind, current.usage) != (key.spec.kind, key.usage):
        raise ValidationException(
            f"The current key and the new key of {alias.arn} must be of the same type "
            "and have the same key usage."
        )
    if alias.key_id != key.key_id:
        _check_quota(request, key)
    consistency.keep_alias(request, alias.name)
    request.draft.put_alias(attrs.evolve(alias, key_id=key.key_id, last_updated_date=request.now))
    return {}


def delete_alias(request: Request, _: None) -> Response:
    """Source: KMS API Reference, DeleteAlias."""
    alias = _customer_alias(request)
    consistency.keep_alias(request, alias.name)
    request.draft.remove_alias(alias)
    return {}


def list_aliases(request: Request, key: KmsKey | None) -> Response:
    """Source: KMS API Reference, ListAliases."""
    aliases = consistency.aliases_listed(request)
    if key is not None:
        aliases = _aliases_of(request, key, aliases)
    elif request.options.predefined_aliases:
        for alias in aws_managed.without_key(request.resources):
            aliases = aliases.put(alias.name, alias)
    return pages.of_names(
        request, "Aliases", aliases, entry=_list_entry, prefix="alias/", default=50
    )


def _aliases_of(
    request: Request, key: KmsKey, aliases: SortedMap[str, Alias]
) -> SortedMap[str, Alias]:
    found: SortedMap[str, Alias] = SortedMap()
    for name in consistency.aliases_of(request, key):
        alias = aliases.get(name)
        if alias is not None:
            found = found.put(name, alias)
    return found


def _customer_alias(request: Request) -> Alias:
    """Return the alias that *request* names, unless it is AWS's own."""
    alias = finding.alias(request, request.params["AliasName"])
    if alias.name.startswith(AWS_ALIAS_PREFIX):
        raise finding.denied_by_policy(request, alias.arn)
    return alias


def _check_quota(request: Request, key: KmsKey) -> None:
    quota = request.quotas.aliases_per_key
    if len(request.resources.aliases_of(key.key_id)) >= quota:
        raise LimitExceededException(
            f"{key.arn} has {quota} aliases, which is the limit for a key."
        )


def _list_entry(alias: Alias) -> dict[str, Any]:
    entry = {"AliasName": alias.name, "AliasArn": alias.arn}
    if not alias.key_id:  # a predefined one; that it has no dates either is inferred
        return entry
    return {
        **entry,
        "TargetKeyId": alias.key_id,
        "CreationDate": timestamp(alias.creation_date),
        "LastUpdatedDate": timestamp(alias.last_updated_date),
    }

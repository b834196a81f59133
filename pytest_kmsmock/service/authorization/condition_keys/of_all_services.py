"""
The condition keys of all services, ``aws:…``, and those that sessions of other services have.

Source: IAM User Guide, "AWS global condition context keys".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from ...values.identity import Identity
from ..query import Situation
from .row import ANY_NAME, ConditionKey, Source, Value, always, entry, kms, missing

_TAGGING: Final = kms("CreateKey", "TagResource")
_PRINCIPAL_TYPES: Final = {
    "root": "Account",
    "user": "User",
    "role": "AssumedRole",
    "federated": "FederatedUser",
}
_TEMPORARY: Final = ("role", "federated")
# Services whose sessions bring keys of their own.
_OTHER_SERVICES: Final = ("ec2:", "glue:", "identitystore:", "lambda:", "ssm:", "sts:")


def _of_caller(value: Callable[[Identity], Value]) -> Source:
    return lambda at, rest: value(at.query.caller) or None


def _principal_tag(at: Situation, rest: str) -> Value:
    return entry(at.query.caller.tags.items(), rest, at)


def _is_service(at: Situation, rest: str) -> Value:
    return at.query.caller.kind == "service"


def _service_name(at: Situation, rest: str) -> Value:
    return at.query.caller.name if at.query.caller.kind == "service" else None


def _service_names(at: Situation, rest: str) -> Value:
    name = _service_name(at, rest)
    return (name,) if isinstance(name, str) else None


def _has_mfa(at: Situation, rest: str) -> Value:
    # Long-term credentials do not tell at all.
    if at.query.caller.kind not in _TEMPORARY:
        return None
    at.reads("mfa-of-role-session")
    return False


def _token_issue_time(at: Situation, rest: str) -> Value:
    caller = at.query.caller
    return iso(caller.since) if caller.kind in _TEMPORARY else None


def _request_tag(at: Situation, rest: str) -> Value:
    return entry(_tags(at), rest, at)


def _tag_keys(at: Situation, rest: str) -> Value:
    if at.query.permission == "kms:UntagResource":
        return tuple(at.query.params["TagKeys"]) or None
    return tuple(key for key, _ in _tags(at)) or None


def _resource_tag(at: Situation, rest: str) -> Value:
    key = at.query.key
    if key is None:
        at.reads("resource-tags-of-new-keys")
    return entry(_tags(at) if key is None else at.world.tags_of(key), rest, at)


def _tags(at: Situation) -> list[tuple[str, str]]:
    return [(tag["TagKey"], tag["TagValue"]) for tag in at.query.params.get("Tags") or []]


# Of the services that forward calls, those that the guide lists for aws:CalledVia.
_CALLING: Final = ("cloudformation.amazonaws.com", "dynamodb.amazonaws.com")


def iso(seconds: float) -> str:
    """Return the time as ISO 8601 has it, in UTC."""
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _called_via(at: Situation, rest: str) -> Value:
    via = at.query.via
    return via if via in _CALLING else None


def _called_via_all(at: Situation, rest: str) -> Value:
    via = _called_via(at, rest)
    return None if via is None else (str(via),)


def _given(name: str, *, multivalued: bool = False) -> ConditionKey:
    """Return the row of a key that only a test can tell."""
    return ConditionKey(
        name=name, source=missing, is_given=True, is_multivalued=multivalued, permissions=None
    )


# fmt: off
KEYS: Final = (
    # The caller.
    ConditionKey(name="aws:PrincipalArn", type="ARN", permissions=None,
                 source=_of_caller(lambda caller: caller.principal_arn)),
    ConditionKey(name="aws:PrincipalAccount", permissions=None,
                 source=_of_caller(lambda caller: caller.account)),
    ConditionKey(name="aws:PrincipalIsAWSService", type="Bool", permissions=None,
                 source=_is_service),
    ConditionKey(name="aws:PrincipalServiceName", permissions=None,
                 source=_service_name),
    ConditionKey(name="aws:PrincipalServiceNamesList", is_multivalued=True, permissions=None,
                 source=_service_names),
    ConditionKey(name="aws:PrincipalTag/", follows=ANY_NAME, permissions=None,
                 source=_principal_tag),
    ConditionKey(name="aws:PrincipalType", permissions=None,
                 source=_of_caller(lambda caller: _PRINCIPAL_TYPES.get(caller.kind))),
    ConditionKey(name="aws:userid", permissions=None,
                 source=_of_caller(lambda caller: caller.user_id)),
    ConditionKey(name="aws:username", permissions=None,
                 source=_of_caller(lambda caller: caller.name if caller.kind == "user" else "")),
    ConditionKey(name="aws:MultiFactorAuthPresent", type="Bool", is_given=True, permissions=None,
                 source=_has_mfa),
    ConditionKey(name="aws:TokenIssueTime", type="Date", is_given=True, permissions=None,
                 source=_token_issue_time),
    # The call.
    ConditionKey(name="aws:CurrentTime", type="Date", permissions=None,
                 source=lambda at, rest: iso(at.query.now)),
    ConditionKey(name="aws:EpochTime", type="Date", permissions=None,
                 source=lambda at, rest: int(at.query.now)),
    ConditionKey(name="aws:RequestedRegion", permissions=None,
                 source=lambda at, rest: at.query.region),
    ConditionKey(name="aws:SecureTransport", type="Bool", is_given=True, permissions=None,
                 source=always(True)),
    ConditionKey(name="aws:UserAgent", is_given=True, permissions=None,
                 source=lambda at, rest: at.query.user_agent),
    ConditionKey(name="aws:ViaAWSService", type="Bool", is_given=True, permissions=None,
                 source=lambda at, rest: at.query.via is not None),
    ConditionKey(name="aws:RequestTag/", follows=ANY_NAME, permissions=_TAGGING,
                 source=_request_tag),
    ConditionKey(name="aws:TagKeys", is_multivalued=True, source=_tag_keys,
                 permissions=_TAGGING | kms("UntagResource")),
    # The resource.
    ConditionKey(name="aws:ResourceAccount", permissions=None,
                 source=lambda at, rest: at.query.account or None),
    ConditionKey(name="aws:ResourceTag/", follows=ANY_NAME, on_keys=True, source=_resource_tag),
    # What only a test can tell.
    ConditionKey(name="aws:MultiFactorAuthAge", type="Numeric", is_given=True, permissions=None,
                 source=missing),
    ConditionKey(name="aws:SourceArn", type="ARN", is_given=True, permissions=None,
                 source=missing),
    ConditionKey(name="aws:SourceIp", type="IP", is_given=True, permissions=None, source=missing),
    ConditionKey(name="aws:VpcSourceIp", type="IP", is_given=True, permissions=None,
                 source=missing),
    _given("aws:AssumedRoot"),
    ConditionKey(name="aws:CalledVia", is_given=True, is_multivalued=True, permissions=None,
                 source=_called_via_all),
    ConditionKey(name="aws:CalledViaFirst", is_given=True, permissions=None, source=_called_via),
    ConditionKey(name="aws:CalledViaLast", is_given=True, permissions=None, source=_called_via),
    _given("aws:ChatbotSourceArn"),
    _given("aws:Ec2InstanceSourcePrivateIPv4"),
    _given("aws:Ec2InstanceSourceVpc"),
    _given("aws:FederatedProvider"),
    _given("aws:PrincipalOrgID"),
    _given("aws:PrincipalOrgPaths", multivalued=True),
    _given("aws:referer"),
    _given("aws:ResourceOrgID"),
    _given("aws:ResourceOrgPaths", multivalued=True),
    _given("aws:RoleSessionName"),
    _given("aws:SourceAccount"),
    _given("aws:SourceIdentity"),
    _given("aws:SourceOrgID"),
    _given("aws:SourceOrgPaths", multivalued=True),
    _given("aws:SourceVpc"),
    _given("aws:SourceVpce"),
    _given("aws:VpceAccount"),
    _given("aws:VpceOrgID"),
    _given("aws:VpceOrgPaths", multivalued=True),
    # Other services.
    *(ConditionKey(name=prefix, follows=ANY_NAME, is_given=True, permissions=None, source=missing)
      for prefix in _OTHER_SERVICES),
    ConditionKey(name="iam:AWSServiceName", permissions=frozenset({"iam:CreateServiceLinkedRole"}),
                 source=lambda at, rest: at.query.service),
)
# fmt: on

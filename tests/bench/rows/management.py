"""Rows of keys, their deletion, aliases, tags and key policies."""

from __future__ import annotations

import json
from typing import Any, Final

from .row import (
    ACCOUNT,
    PLAINTEXT,
    Params,
    Row,
    State,
    calling,
    first_page,
    key_after,
    key_id,
    key_with_alias,
    new_key,
    simple,
)

_TAG: Final = {"TagKey": "team", "TagValue": "bench"}


def _used(client: Any) -> State:
    state = new_key(client)
    client.encrypt(KeyId=state["key"], Plaintext=PLAINTEXT)
    return state


def _create_alias(client: Any, state: State) -> None:
    client.create_alias(AliasName=state["alias"], TargetKeyId=state["key"])


def _delete_alias(client: Any, state: State) -> None:
    client.delete_alias(AliasName=state["alias"])


def _without_alias(client: Any) -> State:
    state = key_with_alias(client)
    _delete_alias(client, state)
    return state


def _alias_params(state: State) -> Params:
    return {"AliasName": state["alias"], "TargetKeyId": state["key"]}


def _swap_targets(_: Any, state: State) -> None:
    state["key"], state["other"] = state["other"], state["key"]


def _policy(_: State) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ROWS: Final = (
    # Keys
    Row(operation="CreateKey", setup=lambda _: {}, makes_keys=True),
    Row(operation="DescribeKey", params=key_id, floor_limit=1.35),
    Row(operation="ListKeys", params=first_page),
    Row(operation="EnableKey", before=calling("DisableKey"), params=key_id),
    Row(operation="DisableKey", before=calling("EnableKey"), params=key_id),
    simple("UpdateKeyDescription", Description="for the benchmark"),
    Row(operation="GetKeyLastUsage", setup=_used, params=key_id),
    # Deletion
    Row(
        operation="ScheduleKeyDeletion",
        setup=key_after("ScheduleKeyDeletion"),
        before=calling("CancelKeyDeletion"),
        params=key_id,
    ),
    Row(operation="CancelKeyDeletion", before=calling("ScheduleKeyDeletion"), params=key_id),
    # Aliases
    Row(operation="CreateAlias", setup=key_with_alias, before=_delete_alias, params=_alias_params),
    Row(operation="UpdateAlias", setup=key_with_alias, before=_swap_targets, params=_alias_params),
    Row(
        operation="DeleteAlias",
        setup=_without_alias,
        before=_create_alias,
        params=lambda state: {"AliasName": state["alias"]},
    ),
    Row(operation="ListAliases", setup=key_with_alias, params=first_page),
    # Tags
    simple("TagResource", Tags=[_TAG]),
    Row(
        operation="UntagResource",
        before=calling("TagResource", Tags=[_TAG]),
        params=lambda state: {**key_id(state), "TagKeys": [_TAG["TagKey"]]},
    ),
    Row(operation="ListResourceTags", setup=key_after("TagResource", Tags=[_TAG]), params=key_id),
    # Key policies
    simple("GetKeyPolicy", PolicyName="default"),
    Row(
        operation="PutKeyPolicy",
        params=lambda state: {**key_id(state), "PolicyName": "default", "Policy": _policy(state)},
    ),
    simple("ListKeyPolicies"),
)

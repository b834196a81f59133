"""Rows of grants."""

from __future__ import annotations

from typing import Any, Final

from .row import ACCOUNT, Params, Row, State, first_page, key_id, new_key, simple

_GRANTEE: Final = f"arn:aws:iam::{ACCOUNT}:role/bench"


def _grant(client: Any, state: State) -> None:
    state["grant"] = client.create_grant(
        KeyId=state["key"],
        GranteePrincipal=_GRANTEE,
        RetiringPrincipal=_GRANTEE,
        Operations=["Encrypt"],
    )["GrantId"]


def _with_grant(client: Any) -> State:
    state = new_key(client)
    _grant(client, state)
    return state


def _grant_id(state: State) -> Params:
    return {**key_id(state), "GrantId": state["grant"]}


ROWS: Final = (
    # Grants. A grant that was made before is found again by its name.
    simple("CreateGrant", GranteePrincipal=_GRANTEE, Operations=["Encrypt"], Name="bench"),
    Row(
        operation="ListGrants",
        setup=_with_grant,
        params=lambda state: {**key_id(state), **first_page(state)},
    ),
    Row(
        operation="ListGrants",
        variant="of one grantee",
        setup=_with_grant,
        params=lambda state: {
            **key_id(state),
            "GranteePrincipal": _GRANTEE,
            **first_page(state),
        },
    ),
    Row(
        operation="ListRetirableGrants",
        setup=_with_grant,
        params=lambda state: {"RetiringPrincipal": _GRANTEE, **first_page(state)},
    ),
    Row(operation="RetireGrant", before=_grant, params=_grant_id),
    Row(operation="RevokeGrant", before=_grant, params=_grant_id),
)

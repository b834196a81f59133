"""Principals: what a test has said of callers, and what any other is taken for."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock.service.state.principals import Principals
from pytest_kmsmock.service.values.identity import Identity, identity_of

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/ann"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/Reader"
EVE = f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/eve"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SERVICE = "cloudtrail.amazonaws.com"


def said(name: str, **more: Any) -> Identity:
    found = identity_of(name, **more)
    assert found is not None
    return found


def declared(*names: str, **more: Any) -> Principals:
    made = Principals(b"seed")
    for name in names:
        made = made.declare(name, said(name, **more))
    return made


def test_a_principal_has_what_was_said_of_it() -> None:
    """What was said last; and nothing of it before it was said."""
    before = Principals(b"seed")

    after = before.declare(USER, said(USER, tags={"team": "red"})).declare(
        USER, said(USER, tags={"team": "blue"})
    )

    assert after.names == [USER]
    assert after.identity(USER).tags == {"team": "blue"}
    assert after.declared(USER) == after.identity(USER)
    assert before.names == []
    assert before.identity(USER).tags == {}


def test_a_session_has_what_was_said_of_its_role_and_of_itself() -> None:
    """Of tags and context the session's own wins; policies are together."""
    role = said(ROLE, policies=("of role",), tags={"a": "1", "b": "1"}, since=1.0)
    session = said(EVE, policies=("of eve",), tags={"b": "2"}, context={"x": "y"}, since=2.0)

    eve = declared().declare(ROLE, role).declare(EVE, session).identity(EVE)

    assert (eve.arn, eve.principal_arn, eve.session) == (EVE, ROLE, "eve")
    assert eve.policies == ("of role", "of eve")
    assert (eve.tags, eve.context, eve.since) == ({"a": "1", "b": "2"}, {"x": "y"}, 2.0)


def test_the_path_of_a_sessions_role_is_known_by_the_role() -> None:
    """Its own ARN leaves it out; whoever hands the session in may tell it too."""
    bare = f"arn:aws:iam::{ACCOUNT}:role/Reader"

    assert declared(ROLE).identity(EVE).principal_arn == ROLE
    assert declared().identity(EVE).principal_arn == bare
    assert declared().identity(EVE, ROLE).principal_arn == ROLE


def test_unique_ids_are_of_the_seed() -> None:
    """The same for a role and each of its sessions; other mocks have others."""
    own, other = declared(ROLE, USER), Principals(b"other seed").declare(ROLE, said(ROLE))

    assert own.identity(ROLE).unique_id == own.identity(EVE).unique_id
    assert own.identity(ROLE).unique_id != other.identity(ROLE).unique_id
    assert own.identity(USER).unique_id == declared().identity(USER).unique_id
    assert own.identity(ROOT).unique_id == own.identity(SERVICE).unique_id == ""


def test_who_comes_after_a_deleted_one_is_another() -> None:
    """By each further one of the same ARN."""
    first = declared(ROLE)
    gone = first.delete(ROLE)
    second = gone.declare(ROLE, said(ROLE))
    third = second.delete(ROLE).declare(ROLE, said(ROLE))

    ids = {each.identity(ROLE).unique_id for each in (first, second, third)}
    assert len(ids) == 3
    assert gone.names == []
    assert first.names == [ROLE]


def test_a_deleted_session_leaves_its_role_as_it_is() -> None:
    """It is forgotten what was said of the session, and no more."""
    both = declared(ROLE).declare(EVE, said(EVE, tags={"team": "red"}))

    left = both.delete(EVE)

    assert left.names == [ROLE]
    assert left.identity(EVE).tags == {}
    assert left.identity(EVE).principal_arn == ROLE
    assert left.identity(ROLE) == both.identity(ROLE)


def test_a_unique_id_is_that_of_whoever_lives() -> None:
    """A session, which has its role's, is not what goes by it."""
    principals = declared(EVE, ROLE)
    role_id = principals.identity(ROLE).unique_id

    assert principals.arn_of_id(role_id) == ROLE
    assert principals.delete(ROLE).arn_of_id(role_id) is None
    assert principals.arn_of_id("AROAEXAMPLE") is None


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        (ROLE, True),
        (EVE, True),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Writer/eve", False),
        (USER, False),
        (f"arn:aws:iam::{ACCOUNT}:role/Reader", False),
        (ROOT, True),
        (SERVICE, True),
        ("no principal", True),
    ],
)
def test_who_exists(name: str, is_known: bool) -> None:
    """Accounts and services do; sessions with their role. What is no name is for others to say."""
    assert declared(ROLE).is_known(name) is is_known


def test_access_keys_go_with_their_principal() -> None:
    principals = declared(ROLE, USER).add_key("AKIAONE", USER).add_key("ASIATWO", ROLE)

    assert principals.access_keys == {"AKIAONE": USER, "ASIATWO": ROLE}
    assert principals.delete(USER).access_keys == {"ASIATWO": ROLE}
    assert principals.access_keys == {"AKIAONE": USER, "ASIATWO": ROLE}

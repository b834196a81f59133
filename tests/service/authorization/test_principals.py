"""Principals of a statement: whom it covers."""

from __future__ import annotations

from typing import Any, Final

import pytest
from policies import both, key_policy

from pytest_kmsmock.service.authorization.decision import Outcome

OWN: Final = "111122223333"
OTHER: Final = "444455556666"
ROOT: Final = f"arn:aws:iam::{OWN}:root"
ROLE: Final = f"arn:aws:iam::{OWN}:role/service/Reader"
SESSION: Final = f"arn:aws:sts::{OWN}:assumed-role/Reader/kmsmock"
EVE: Final = f"arn:aws:sts::{OWN}:assumed-role/Reader/eve"
USER: Final = f"arn:aws:iam::{OWN}:user/ann"
FEDERATED: Final = f"arn:aws:sts::{OWN}:federated-user/bob"
PARTNER: Final = f"arn:aws:iam::{OTHER}:role/Partner"
SERVICE: Final = "cloudtrail.amazonaws.com"
ALLOW_ALL: Final = {"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}


@pytest.mark.parametrize(
    ("caller", "name"),
    [
        (ROLE, EVE),
        (EVE, SESSION),
        (ROLE, f"arn:aws:iam::{OWN}:role/Reader"),
        (ROLE, f"arn:aws:iam::{OWN}:role/other/Reader"),
        (ROLE, f"arn:aws:iam::{OWN}:user/Reader"),
        (ROLE, ROLE.upper()),
        (USER, f"arn:aws:iam::{OWN}:user/Ann"),
        (FEDERATED, f"arn:aws:iam::{OWN}:user/bob"),
        (USER, FEDERATED),
    ],
)
def test_a_name_is_the_whole_arn(rule: Any, helpers: Any, caller: str, name: str) -> None:
    """With the path, in the right case; a session is no other session, and not its role."""
    assert not rule(helpers.who(caller, ALLOW_ALL), policy=key_policy(name)).allows


def test_a_statement_for_a_role_covers_its_sessions(rule: Any, helpers: Any) -> None:
    """Also those whose own ARN, without the path, does not tell."""
    eve = helpers.who(EVE, principal_arn=ROLE)

    assert rule(eve, policy=key_policy(ROLE)).allows
    assert not rule(eve, policy=both(key_policy(EVE), key_policy(ROLE, effect="Deny"))).allows


def test_a_unique_id_names_its_principal(rule: Any, helpers: Any) -> None:
    """And no later one of the same ARN."""
    ann = helpers.who(USER, unique_id="AIDAJQABLZS4A3QDU576Q")
    policy = key_policy("AIDAJQABLZS4A3QDU576Q")

    assert rule(ann, policy=policy).outcome is Outcome.KEY_POLICY
    assert not rule(helpers.who(USER, unique_id="AIDAJQABLZS4A3QDU576R"), policy=policy).allows


def test_a_service_is_let_in_by_name(rule: Any, helpers: Any) -> None:
    """Or with everybody; the account statement is not for it, and IAM it has none."""
    by_name = key_policy(ROOT, Principal={"Service": SERVICE})

    assert rule(helpers.who(SERVICE), policy=by_name).outcome is Outcome.KEY_POLICY
    assert rule(helpers.who(SERVICE), policy=key_policy("*")).outcome is Outcome.KEY_POLICY
    assert not rule(helpers.who(SERVICE), policy=key_policy(ROOT)).allows
    assert not rule(helpers.who("s3.amazonaws.com"), policy=by_name).allows
    assert not rule(helpers.who(ROLE, ALLOW_ALL), policy=by_name).allows
    assert rule(helpers.who(SERVICE), "kms:CreateKey").outcome is Outcome.NO_IAM


@pytest.mark.parametrize(
    ("caller", "listed", "is_denied"),
    [
        (USER, [USER, ROOT], False),
        (USER, [USER], False),
        (USER, [ROOT], True),
        (ROOT, [ROOT], False),
        (ROOT, [OWN], False),
        (ROOT, [USER], True),
        (ROLE, [ROLE, SESSION, ROOT], False),
        (ROLE, [ROLE, ROOT], True),
        (ROLE, [SESSION, ROOT], True),
        (ROLE, [ROOT], True),
        (FEDERATED, [FEDERATED], False),
        (PARTNER, [USER, ROOT], True),
        (SERVICE, [USER, ROOT], True),
        (USER, ["*"], False),
    ],
)
def test_not_principal_spares_whom_it_lists(
    rule: Any, helpers: Any, caller: str, listed: list[str], is_denied: bool
) -> None:
    """A session is spared if it is listed together with its role."""
    deny = key_policy("*", effect="Deny", NotPrincipal={"AWS": listed})
    del deny["Statement"][0]["Principal"]

    ruling = rule(helpers.who(caller, ALLOW_ALL), policy=both(key_policy("*"), deny))

    assert ruling.allows is not is_denied


def test_a_service_in_not_principal_spares_that_service(rule: Any, helpers: Any) -> None:
    """And nobody else."""
    deny = key_policy("*", effect="Deny", NotPrincipal={"Service": SERVICE})
    del deny["Statement"][0]["Principal"]
    policy = both(key_policy("*"), deny)

    assert rule(helpers.who(SERVICE), policy=policy).allows
    for name in ("s3.amazonaws.com", USER, ROOT):
        assert not rule(helpers.who(name), policy=policy).allows

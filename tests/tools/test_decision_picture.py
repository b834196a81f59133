"""The picture of a decision."""

from __future__ import annotations

import decision_picture
import pytest
from decision_picture import QUESTIONS, Case
from outlines import Row

from pytest_kmsmock.service.authorization.decision import Outcome


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        (Case(is_denied=True, key_policy="caller"), Outcome.DENIED_BY_KEY_POLICY),
        (Case(is_on_key=False, is_iam=True), Outcome.IAM),
        (Case(key_policy="caller"), Outcome.KEY_POLICY),
        (Case(key_policy="account"), Outcome.NO_IAM),
        (Case(key_policy="account", is_iam=True), Outcome.ACCOUNT),
        (Case(is_own=False, key_policy="caller"), Outcome.NO_IAM),
        (Case(is_own=False, key_policy="account", is_iam=True), Outcome.BOTH_ACCOUNTS),
        (Case(is_own=False, is_across=False, is_iam=True), Outcome.NOT_ACROSS_ACCOUNTS),
        (Case(is_grant=True), Outcome.GRANT),
    ],
    ids=lambda value: value.name if isinstance(value, Outcome) else "",
)
def test_a_case_is_decided_as_awss_guide_says(case: Case, outcome: Outcome) -> None:
    """KMS Developer Guide, "Determining access to AWS KMS keys"."""
    assert decision_picture.tried(case) is outcome


def test_a_question_that_decides_nothing_is_left_out() -> None:
    """The picture has what matters: here whether IAM allows, and nothing of grants."""
    found = {
        Case(is_iam=is_iam, is_grant=is_grant): Outcome.IAM if is_iam else Outcome.NO_IAM
        for is_iam in (True, False)
        for is_grant in (True, False)
    }

    assert [*decision_picture.flow(found, QUESTIONS)] == [
        Row(0, "Does an IAM policy allow it?", kind="a"),
        Row(1, "Yes: allowed", "IAM allows", "good"),
        Row(1, "No: refused", "no IAM policy allows it", "bad"),
    ]


def test_the_page_has_the_picture_of_this_code() -> None:
    """If it has not, `tox -e pages` draws it anew."""
    from pages import ROOT

    drawn = (ROOT / decision_picture.PAGE).read_text(encoding="utf-8")

    assert drawn == decision_picture.picture()

"""Laws of key policy documents: their print, and their wild cards."""

from __future__ import annotations

import fnmatch
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_kmsmock.service.api.errors import MalformedPolicyDocumentException
from pytest_kmsmock.service.authorization import documents, printing

# What a policy's characters may be: tab, LF, CR, and U+0020 to U+00FF.
texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=10)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=15,
)
objects = st.dictionaries(texts, values, max_size=4)


@given(document=objects)
def test_print_keeps_members_and_their_order(document: dict[str, Any]) -> None:
    """Only the white space is anew."""
    printed = printing.pretty(document)

    assert json.dumps(json.loads(printed)) == json.dumps(document)
    assert printing.pretty(json.loads(printed)) == printed


@given(document=objects)
def test_any_object_is_a_policy_or_is_malformed(document: dict[str, Any]) -> None:
    """No JSON makes the parser raise anything else."""
    for candidate in (document, {"Statement": [document]}, {"Statement": document}):
        try:
            documents.parse(json.dumps(candidate))
        except MalformedPolicyDocumentException:
            continue
        assert "Statement" in candidate


@given(text=st.text(max_size=50))
def test_any_text_is_a_policy_or_is_malformed(text: str) -> None:
    """Neither does what is no JSON."""
    try:
        documents.parse(text)
    except MalformedPolicyDocumentException:
        pass
    else:
        raise AssertionError(f"{text!r} is no policy")


def policy(action: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}
    return {"Statement": [statement]}


@given(action=st.text("kms:PutKeyPolicy*?", min_size=1, max_size=20))
def test_wild_cards_are_those_of_the_shell_without_brackets(action: str) -> None:
    """``*`` is any text and ``?`` any character; case does not matter."""
    locked_out = documents.locks_out(
        policy(action),
        key_arn="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        principal="arn:aws:iam::123456789012:root",
        root="arn:aws:iam::123456789012:root",
    )

    assert locked_out is not fnmatch.fnmatchcase("kms:putkeypolicy", action.lower())

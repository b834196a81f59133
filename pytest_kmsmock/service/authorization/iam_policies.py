"""
IAM policies: the documents of the caller's own side, as a test gives them.

IAM checks them, not KMS, so that what is wrong with one is the test's own mistake. Source:
IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from ..misuse import KmsMockError, suggestion
from .grammar import (
    OPERATOR_NAMES,
    VERSIONS,
    as_list,
    is_action,
    is_condition,
    operator_named,
)
from .statements import policy_of

_ELEMENTS: Final = ("Version", "Id", "Statement")
_STATEMENT_ELEMENTS: Final = (
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)


def checked_policy(policy: str | Mapping[str, Any], name: str) -> str:
    """
    Return *policy*, a document or its JSON, as JSON.

    Args:
        name: What an error calls it, ``policies[0]``.

    Raises:
        KmsMockError: IAM would refuse it, or nobody knows an operator or a key in it.
    """
    __tracebackhide__ = True
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy
        text = json.dumps(document)
    except (TypeError, ValueError, RecursionError) as error:
        raise KmsMockError(
            f"{name} is no JSON: {error}. Give the document itself, or its text."
        ) from None
    wrong = _what_is_wrong(json.loads(text))
    if wrong is not None:
        end = "" if wrong.endswith(("?", ".")) else "."
        raise KmsMockError(f"{name} is no IAM policy: {wrong}{end}")
    policy_of(text, "IAM policy")
    return text


def _what_is_wrong(document: Any) -> str | None:
    if not isinstance(document, dict):
        return "it is no object with Version and Statement"
    for element in document:
        if element not in _ELEMENTS:
            return f"it has no element {element!r}.{suggestion(element, _ELEMENTS)}"
    if document.get("Version", VERSIONS[0]) not in VERSIONS:
        return f"Version {document['Version']!r} is neither of {', '.join(VERSIONS)}"
    if document.get("Statement") is None:
        return "it has no Statement"
    # AWS refuses a policy with none; that of a run without calls is one.
    statements = as_list(document["Statement"])
    sids: set[str] = set()
    for number, statement in enumerate(statements, start=1):
        wrong = _what_is_wrong_with(statement)
        sid = statement.get("Sid") if isinstance(statement, dict) else None
        if wrong is None and sid is not None and sid in sids:
            wrong = f"another statement has the Sid {sid!r}"
        if wrong is not None:
            return f"statement {number}: {wrong}"
        if sid is not None:
            sids.add(sid)
    return None


def _what_is_wrong_with(statement: Any) -> str | None:
    if not isinstance(statement, dict):
        return "it is no object"
    if "Principal" in statement or "NotPrincipal" in statement:
        return "it names a principal; an IAM policy is for the one that has it"
    for element in statement:
        if element not in _STATEMENT_ELEMENTS:
            return f"there is no element {element!r}.{suggestion(element, _STATEMENT_ELEMENTS)}"
    sid = statement.get("Sid", "")
    if not isinstance(sid, str) or not re.fullmatch("[A-Za-z0-9]*", sid):
        return f"its Sid {sid!r} has other characters than letters and digits"
    if statement.get("Effect") not in ("Allow", "Deny"):
        return "its Effect is neither Allow nor Deny"
    for element in ("Action", "Resource"):
        wrong = _what_is_wrong_with_list(statement, element)
        if wrong is not None:
            return wrong
    for action in as_list(statement.get("Action", statement.get("NotAction"))):
        if not is_action(action):
            return f"{action!r} is no action; write for example 'kms:Decrypt'"
    return _what_is_wrong_with_condition(statement.get("Condition", {}))


def _what_is_wrong_with_list(statement: Mapping[str, Any], element: str) -> str | None:
    given = [name for name in (element, f"Not{element}") if name in statement]
    if len(given) != 1:
        return f"it needs one of {element} and Not{element}"
    values = as_list(statement[given[0]])
    if not values or not all(isinstance(value, str) and value for value in values):
        return f"its {given[0]} is no string and no list of strings"
    return None


def _what_is_wrong_with_condition(condition: Any) -> str | None:
    if not is_condition(condition):
        return "its Condition is no object of operators, keys and values"
    for name in condition:
        if operator_named(name) is None:
            return f"there is no operator {name!r}.{suggestion(name, OPERATOR_NAMES)}"
    return None

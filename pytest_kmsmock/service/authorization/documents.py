"""
Key policy documents: their grammar, and the lockout safety check.

Source: IAM User Guide, "Grammar of the IAM JSON policy language"; KMS API
Reference, PutKeyPolicy.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..api.errors import LimitExceededException, MalformedPolicyDocumentException
from . import printing, wildcards
from .grammar import VERSIONS, is_action, is_condition, operator_named

Document = Mapping[str, Any]

POLICY_LENGTH_LIMIT: Final = 32_768
_ELEMENTS: Final = frozenset({"Version", "Id", "Statement"})
_STATEMENT_ELEMENTS: Final = frozenset(
    {"Sid", "Effect", "Condition"}
    | {"Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource"}
)
_PRINCIPAL_KINDS: Final = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})
# Of the unique IDs of users and roles.
ID_PREFIXES: Final = ("AIDA", "AROA")
_AWS_PRINCIPAL: Final = (
    r"\*|[0-9]{12}|(?:AIDA|AROA)[A-Z0-9]{16,17}(?::[\w+=,.@-]+)?"
    r"|arn:aws[a-z-]*:iam::[0-9]{12}:(root|(user|role)/[\w+=,.@/-]+)"
    r"|arn:aws[a-z-]*:sts::[0-9]{12}:(assumed-role|federated-user)/[\w+=,.@/-]+"
)
_REFUSED_KEYS: Final = ("aws:ResourceTag", "kms:ResourceTag", "kms:ResourceAliases")
_OVERLY_PERMISSIVE: Final = (
    "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued "
    "condition key matches requests without the specified [encryption context or tag] or with "
    "an unspecified [encryption context or tag]. To fix, remove ForAllValues."
)


def parse(text: str, *, longest: int = POLICY_LENGTH_LIMIT) -> Document:
    """
    Return the document that *text* holds.

    Raises:
        LimitExceededException: It has more than *longest* bytes.
        MalformedPolicyDocumentException: It breaks a rule of the grammar.
    """
    # JSON can carry a lone surrogate, which UTF-8 proper cannot.
    if len(text.encode("utf-8", "surrogatepass")) > longest:
        raise LimitExceededException(f"The key policy is longer than the limit of {longest} bytes.")
    return _parse(text)


# Many keys of an application have the same policy.
@functools.lru_cache(maxsize=256)
def _parse(text: str) -> Document:
    try:
        document = _decode(text)
    except (ValueError, RecursionError):
        raise MalformedPolicyDocumentException from None  # AWS sends no text
    if not isinstance(document, dict):
        raise MalformedPolicyDocumentException
    if not document.keys() <= _ELEMENTS:
        raise MalformedPolicyDocumentException("The policy has syntax errors.")
    version = document.get("Version", VERSIONS[0])
    if not isinstance(version, str) or not isinstance(document.get("Id", ""), str):
        raise MalformedPolicyDocumentException("The policy has syntax errors.")
    if version not in VERSIONS:
        raise MalformedPolicyDocumentException(f"The policy has an unknown version: {version}.")
    if not document.get("Statement"):
        raise MalformedPolicyDocumentException("Missing required field Statement")
    for statement in statements(document):
        _check_statement(statement)
    return document


def statements(document: Document) -> list[Document]:
    found: list[Document] = _as_list(document["Statement"])
    return found


def locks_out(document: Document, *, key_arn: str, principal: str, root: str) -> bool:
    """
    Tell whether *principal* could not call PutKeyPolicy under *document*.

    A condition counts as met: what a later request will carry is not known.
    The root principal, which is the mock's usual caller, stands for whoever
    the test means by "somebody in this account".
    """
    allowed = False
    for statement in statements(document):
        covers = (
            _covers_caller(statement, principal, root)
            and _covers(statement, "Action", "kms:PutKeyPolicy")
            and _covers(statement, "Resource", key_arn)
        )
        if covers and statement["Effect"] == "Allow":
            allowed = True
        elif covers and "Condition" not in statement:
            return True
    return not allowed


@functools.lru_cache(maxsize=256)
def printed(text: str) -> str:
    """Return *text*, which `parse` takes, as GetKeyPolicy prints it."""
    return printing.pretty(_parse(text))


def _number(text: str) -> float:
    """Return the number that *text* is; what is no JSON, as Infinity, raises ValueError."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number")
    return number


_decode: Final = json.JSONDecoder(parse_float=_number, parse_constant=_number).decode


def _check_statement(statement: Any) -> None:
    if not isinstance(statement, dict) or not statement.keys() <= _STATEMENT_ELEMENTS:
        raise MalformedPolicyDocumentException("The policy has syntax errors.")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicyDocumentException("Missing required field Effect")
    if not isinstance(statement.get("Sid", ""), str):
        raise MalformedPolicyDocumentException("The policy has syntax errors.")
    _check_condition(statement.get("Condition", {}))
    if not _either(statement, "Principal", "NotPrincipal"):
        raise MalformedPolicyDocumentException("Policy contains a statement with no principal.")
    if "NotPrincipal" in statement and statement["Effect"] == "Allow":
        raise MalformedPolicyDocumentException("NotPrincipal cannot be used with Effect Allow.")
    principals = list(_principals(statement))
    if not principals or not all(_is_principal(kind, name) for kind, name in principals):
        raise invalid_principals()
    for element in ("Action", "Resource"):
        if not _either(statement, element, f"Not{element}"):
            raise MalformedPolicyDocumentException(f"Missing required field {element}")
        values = _as_list(statement.get(element, statement.get(f"Not{element}")))
        if not all(isinstance(value, str) and value for value in values):
            raise MalformedPolicyDocumentException("The policy has syntax errors.")
        if element == "Action" and not all(map(is_action, values)):
            raise MalformedPolicyDocumentException("The policy has an invalid action.")


def invalid_principals() -> MalformedPolicyDocumentException:
    return MalformedPolicyDocumentException(
        "Policy contains a statement with one or more invalid principals."
    )


def principals_in(document: Document) -> frozenset[str]:
    """Return the AWS principals that *document* names."""
    return frozenset(
        name
        for statement in statements(document)
        for kind, name in _principals(statement)
        if kind == "AWS"
    )


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Return the policy *text* with other names for AWS principals."""
    document = json.loads(text)
    for statement in statements(document):
        for element in ("Principal", "NotPrincipal"):
            principals = statement.get(element)
            if isinstance(principals, dict) and "AWS" in principals:
                new = [names.get(name, name) for name in _as_list(principals["AWS"])]
                principals["AWS"] = new if isinstance(principals["AWS"], list) else new[0]
    return json.dumps(document, ensure_ascii=False)


def _either(statement: Document, element: str, negated: str) -> bool:
    if element in statement and negated in statement:
        raise MalformedPolicyDocumentException("The policy has syntax errors.")
    return bool(statement.get(element) or statement.get(negated))


def _principals(statement: Document) -> Iterator[tuple[str, Any]]:
    """Yield the kind and name of each principal of *statement*."""
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if principal == "*":
        yield "AWS", "*"
    elif isinstance(principal, dict):
        for kind, names in principal.items():
            for name in _as_list(names):
                yield kind, name
    else:
        yield "", principal


def _is_principal(kind: str, name: Any) -> bool:
    if kind not in _PRINCIPAL_KINDS or not isinstance(name, str) or not name:
        return False
    if kind == "Service":
        return not {"*", "?"} & set(name)
    return kind != "AWS" or re.fullmatch(_AWS_PRINCIPAL, name) is not None


def _covers_caller(statement: Document, principal: str, root: str) -> bool:
    account = root.split(":")[4]
    names = {name for kind, name in _principals(statement) if kind == "AWS"}
    covers = (
        not names.isdisjoint({"*", account, root, principal})
        or (principal == root and any(f"::{account}:" in name for name in names))
        or any(_is_role_of(name, principal) for name in names)
    )
    return covers != ("NotPrincipal" in statement)


def _is_role_of(role: str, session: str) -> bool:
    """Tell whether *session* is one of *role*; the ARN of a session leaves the role's path out."""
    assumed = re.fullmatch(r"(arn:aws[a-z-]*):sts::([0-9]{12}):assumed-role/([^/]+)/.+", session)
    if assumed is None:
        return False
    partition, account, name = assumed.groups()
    return role.startswith(f"{partition}:iam::{account}:role/") and role.endswith(f"/{name}")


def _covers(statement: Document, element: str, name: str) -> bool:
    patterns = _as_list(statement.get(element, statement.get(f"Not{element}")))
    covers = any(_matches(pattern, name) for pattern in patterns)
    return covers == (element in statement)


def _matches(pattern: str, name: str) -> bool:
    """Tell whether *name* is like *pattern*, wildcards and all; case does not matter."""
    return wildcards.pattern(pattern.lower()).matches(name.lower())


def _check_condition(condition: Any) -> None:
    if not is_condition(condition):
        raise MalformedPolicyDocumentException("The policy has syntax errors.")
    for operator in condition:
        found = operator_named(operator)
        if found is None:
            raise MalformedPolicyDocumentException(
                f"The policy has an invalid condition operator: {operator}."
            )
        names = [name.lower() for name in condition[operator]]
        refused = {_refused_key(name) for name in names} - {None}
        if refused:
            raise MalformedPolicyDocumentException(
                "These condition keys are not permitted in a key policy: "
                + ", ".join(name for name in _REFUSED_KEYS if name in refused)
            )
        if found.quantifier == "ForAllValues" and any(map(_is_of_one_pair, names)):
            raise MalformedPolicyDocumentException(_OVERLY_PERMISSIVE)


def _refused_key(name: str) -> str | None:
    """Return the condition key that *name* is, in lower case, if no key policy can have it."""
    found = name.partition("/")[0]
    return next((key for key in _REFUSED_KEYS if key.lower() == found), None)


def _is_of_one_pair(name: str) -> bool:
    return name.startswith(("kms:encryptioncontext:", "aws:requesttag/"))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

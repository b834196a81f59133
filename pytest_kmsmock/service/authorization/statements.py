"""
Statements of policies, ready to be asked.

Source: IAM User Guide, "IAM JSON policy elements reference".
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any, Final, Literal, Protocol

import attrs

from .condition_keys.row import Value
from .conditions import Condition, check_variables, conditions_of, variable
from .grammar import VERSION_WITH_VARIABLES, as_list
from .principals import Coverage, Principals, principals_of
from .query import Situation
from .variables import Template, after_fifth_colon
from .wildcards import Pattern, pattern

PolicyKind = Literal["key policy", "IAM policy"]
Element = Literal["Principal", "Resource", "Condition", "aliases"]

# The services whose permissions calls of KMS ask for; statements on others are not asked.
SERVICES: Final = ("kms", "iam", "cloudhsm", "ec2")


@attrs.frozen
class Actions:
    """
    The Action or NotAction of a statement, in lower case.

    Attributes:
        texts: As they were written.
    """

    texts: tuple[str, ...]
    exact: frozenset[str]
    patterns: tuple[Pattern, ...]
    is_negated: bool

    def cover(self, permission: str) -> bool:
        name = permission.lower()
        covered = name in self.exact or any(each.matches(name) for each in self.patterns)
        return covered is not self.is_negated

    @property
    def concerns_calls(self) -> bool:
        """Whether it can cover something that a call of KMS asks for."""
        if self.is_negated:
            return True
        return any(
            pattern(text.partition(":")[0].lower()).matches(service)
            for text in self.texts
            for service in SERVICES
        )


@attrs.frozen
class Resources:
    """The Resource or NotResource of a statement."""

    resources: tuple[Resource, ...]
    is_negated: bool

    def fit(self, at: Situation) -> bool:
        if not self.is_negated:
            return any(each.fits(at) for each in self.resources)
        # Nobody can say what is left if one of them has no value.
        found = [each.fits(at) for each in self.resources]
        return None not in found and True not in found

    @property
    def texts(self) -> list[str]:
        return [each.template.text for each in self.resources]


class Resource(Protocol):
    """One value of it."""

    @property
    def template(self) -> Template: ...

    def fits(self, at: Situation) -> bool | None:
        """Tell whether it fits; None if one of its variables has no value."""


@attrs.frozen
class ResourceOfKeyPolicy:
    """
    A resource in a key policy, where ``*`` is the key.

    Others make a statement ineffective.
    """

    template: Template

    def fits(self, at: Situation) -> bool | None:
        if self.template.text == "*":
            return True
        text = self.template.plain(lambda name: variable(at, name))
        if text == at.query.resource and at.query.new_policy is None:
            at.reads("resource-of-key-policy")
            return True
        return None if text is None else False


@attrs.frozen
class ResourceOfIamPolicy:
    """
    A resource in an IAM policy: an ARN with wildcards, or ``*``.

    Attributes:
        is_arn: It is one as IAM takes it. What is neither fits nothing.
    """

    template: Template
    is_arn: bool

    def fits(self, at: Situation) -> bool | None:
        wanted = self.template.pattern(lambda name: variable(at, name))
        if wanted is None:
            return None
        if wanted.is_anything or not self.is_arn:
            return wanted.is_anything
        query = at.query
        if query.resource != "*":
            return wanted.matches(query.resource)
        if query.account_wide is None or not wanted.matches(query.account_wide):
            return False
        at.reads("account-wide-lists")
        return True


@attrs.frozen
class Mismatch:
    """
    Why a statement on the right action does not apply.

    Attributes:
        element: Which element is not that of the query; "aliases" if the key has more of
            them than its quota, when nobody is let in by them.
        condition: The condition that is not met, or that is about the aliases.
        value: What the request has for it.
    """

    element: Element
    condition: Condition | None = None
    value: Value = None


@attrs.frozen(kw_only=True)
class Statement:
    """
    A statement.

    Attributes:
        policy: Of which kind of policy it is.
        number: Which one of its policy, from 1.
        principals: Whom it covers; None in an IAM policy, which covers whose it is.
    """

    policy: PolicyKind
    number: int
    sid: str
    denies: bool
    principals: Principals | None
    actions: Actions
    resources: Resources
    conditions: tuple[Condition, ...]

    def covers(self, at: Situation) -> Coverage:
        """Return how far it reaches the caller."""
        if self.principals is None:
            return Coverage.CALLER
        if self.denies:
            return Coverage.CALLER if self.principals.deny(at) else Coverage.NOBODY
        return self.principals.allow(at.query.caller)

    def mismatch(self, at: Situation) -> Mismatch | None:
        """Return why it does not apply; None if it does, to whomever it covers."""
        if not self.resources.fit(at):
            return Mismatch("Resource")
        for condition in self.conditions:
            if not condition.is_met(at):
                return Mismatch("Condition", condition, condition.key.value(at))
            if not self.denies and condition.key.row.name == "kms:ResourceAliases":
                key = at.query.key
                if key is not None and at.world.has_too_many_aliases(key):
                    return Mismatch("aliases", condition)
        return None


@attrs.frozen
class Policy:
    """
    A policy document, ready to be asked.

    Attributes:
        statements: All of them, in order.
    """

    kind: PolicyKind
    statements: tuple[Statement, ...]
    _on: dict[str, tuple[Statement, ...]] = attrs.field(factory=dict, init=False, eq=False)

    def on(self, permission: str) -> tuple[Statement, ...]:
        """Return the statements whose actions cover *permission*."""
        found = self._on.get(permission)
        if found is None:
            covering = (each for each in self.statements if each.actions.cover(permission))
            found = self._on[permission] = tuple(covering)
        return found


# Many keys, and many principals, have the same policy.
@functools.lru_cache(maxsize=512)
def policy_of(text: str, kind: PolicyKind) -> Policy:
    """
    Return the policy *text*, a document that is well-formed.

    Raises:
        KmsMockError: Nobody knows an operator, a condition key or a policy variable in it.
    """
    __tracebackhide__ = True
    document = json.loads(text)
    has_variables = document.get("Version") == VERSION_WITH_VARIABLES
    elements = as_list(document["Statement"])
    return Policy(
        kind,
        tuple(
            _statement(element, kind, number, has_variables=has_variables)
            for number, element in enumerate(elements, start=1)
        ),
    )


def _statement(
    element: Mapping[str, Any], kind: PolicyKind, number: int, *, has_variables: bool
) -> Statement:
    __tracebackhide__ = True
    actions = _actions(element)
    resources = _resources(element, kind, has_variables=has_variables)
    conditions: tuple[Condition, ...] = ()
    # What other services evaluate may have operators and keys of theirs.
    if actions.concerns_calls:
        check_variables([each.template for each in resources.resources])
        conditions = conditions_of(element.get("Condition", {}), has_variables=has_variables)
    return Statement(
        policy=kind,
        number=number,
        sid=element.get("Sid", ""),
        denies=element["Effect"] == "Deny",
        principals=principals_of(element) if kind == "key policy" else None,
        actions=actions,
        resources=resources,
        conditions=conditions,
    )


def _actions(element: Mapping[str, Any]) -> Actions:
    is_negated = "NotAction" in element
    texts = tuple(as_list(element["NotAction" if is_negated else "Action"]))
    lower = [text.lower() for text in texts]
    wild = [text for text in lower if "*" in text or "?" in text]
    return Actions(
        texts=texts,
        exact=frozenset(lower),
        patterns=tuple(map(pattern, wild)),
        is_negated=is_negated,
    )


def _resources(element: Mapping[str, Any], kind: PolicyKind, *, has_variables: bool) -> Resources:
    is_negated = "NotResource" in element
    texts = as_list(element["NotResource" if is_negated else "Resource"])
    found: list[Resource] = []
    for text in texts:
        if kind == "key policy":
            template = after_fifth_colon(text, has_variables=has_variables)
            found.append(ResourceOfKeyPolicy(template))
        else:
            text = _completed(text)
            template = after_fifth_colon(text, has_variables=has_variables)
            found.append(ResourceOfIamPolicy(template, _is_arn(text)))
    return Resources(tuple(found), is_negated)


def _completed(text: str) -> str:
    """Return *text*, an ARN that may end early, as IAM completes it."""
    missing = 5 - text.count(":")
    return text + ":*" * missing if text.startswith("arn:") and missing > 0 else text


def _is_arn(text: str) -> bool:
    """Tell whether *text* is an ARN as IAM takes it: partition and service have no wildcards."""
    parts = text.split(":", 3)
    return len(parts) == 4 and parts[0] == "arn" and not any(set("*?") & set(p) for p in parts[1:3])

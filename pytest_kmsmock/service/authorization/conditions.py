"""
Conditions: an operator, a condition key, and the values that it may have.

Source: IAM User Guide, "Conditions with multiple context keys or values", "Multivalued
context keys".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from ..misuse import KmsMockError, suggestion
from .condition_keys import names
from .condition_keys.names import NamedKey
from .condition_keys.row import Value
from .grammar import OPERATOR_NAMES, OperatorName, operator_named
from .operators import OPERATORS, Operator, text_of
from .query import Situation
from .variables import Template, template

# What the values of Null say of a key: that it is missing, that it is there.
_MISSING: Final = {"true": True, "false": False}


@attrs.frozen
class Condition:
    """
    One key under one operator. All conditions of a statement must be met.

    Attributes:
        operator: As it was written.
        row: What it is.
        values: Those of the policy; for most operators one of them must fit.
    """

    operator: OperatorName
    row: Operator
    key: NamedKey
    values: tuple[Template, ...]

    def is_met(self, at: Situation) -> bool:
        value = self.key.value(at)
        operator, row = self.operator, self.row
        if row.type == "Null":
            return any(_MISSING.get(text.text.lower()) is (value is None) for text in self.values)
        if operator.quantifier is not None:
            return self._is_met_by_set(at, value)
        if value is None:
            return operator.if_exists or row.is_negated
        if isinstance(value, tuple):
            # AWS says that such a key needs a quantifier.
            at.reads("multivalued-without-quantifier")
            return any(self._fits(at, each) for each in value)
        return self._fits(at, value)

    def _is_met_by_set(self, at: Situation, value: Value) -> bool:
        operator = self.operator
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        if operator.quantifier == "ForAllValues":
            if not values and self.row.is_negated:
                at.reads("for-all-values-of-nothing")
            # One empty string counts as nothing.
            return values == ("",) or all(self._fits(at, each) for each in values)
        if not values and operator.if_exists:
            at.reads("for-any-value-if-exists")
            return True
        return any(self._fits(at, each) for each in values)

    def _fits(self, at: Situation, value: Value) -> bool:
        """Tell whether one value of the request is as the operator says."""
        row = self.row
        if row.type == "Binary":
            at.reads("binary-equals")
        if row.type == "Bool" and not all(text.is_constant for text in self.values):
            at.reads("variables-in-bool")

        def look_up(name: str) -> str | None:
            return variable(at, name)

        fits = any(row.compares(value, text, look_up) for text in self.values)
        return fits is not row.is_negated

    def __str__(self) -> str:
        wanted = [text.text for text in self.values]
        shown = repr(wanted[0]) if len(wanted) == 1 else f"[{', '.join(map(repr, wanted))}]"
        return f"{self.operator.text} {self.key.text} {shown}"


def shown(value: Value) -> str:
    """Return a value of a request for a person to read."""
    if value is None:
        return "missing"
    if isinstance(value, tuple):
        return f"[{', '.join(map(repr, value))}]"
    return repr(text_of(value))


def variable(at: Situation, name: str) -> str | None:
    """Return the text of the policy variable *name*; None if it has no value here."""
    value = names.known(name).value(at)
    return None if value is None or isinstance(value, tuple) else text_of(value)


def conditions_of(element: Mapping[str, Any], *, has_variables: bool) -> tuple[Condition, ...]:
    """
    Return the conditions of a statement.

    Raises:
        KmsMockError: Nobody knows an operator, a condition key or a policy variable.
    """
    __tracebackhide__ = True
    found = []
    for text, keys in element.items():
        operator = operator_named(text)
        if operator is None:
            raise KmsMockError(
                f"pytest-kmsmock does not know the condition operator {text!r}."
                f"{suggestion(text, OPERATOR_NAMES)} Its reference lists those that it evaluates."
            )
        row = OPERATORS[operator.base]
        for name, values in keys.items():
            templates = tuple(
                template(value, has_variables=has_variables and row.has_variables)
                for value in _texts(values)
            )
            check_variables(templates)
            found.append(Condition(operator, row, names.known(name), templates))
    return tuple(found)


def check_variables(templates: Sequence[Template]) -> None:
    """Raise `KmsMockError` if one of *templates* has a variable that nobody knows."""
    __tracebackhide__ = True
    for each in templates:
        for found in each.variables:
            names.known(found.key)


def _texts(values: Any) -> Iterator[str]:
    for value in values if isinstance(values, list | tuple) else [values]:
        yield text_of(value)

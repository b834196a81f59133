"""The decision on a call, as a test reads it."""

from __future__ import annotations

from typing import Final

import attrs

from ..record import Row

_OUTSIDE: Final = "nobody has said whose call it is, and such callers stand outside of all policies"


@attrs.frozen
class Decision:
    """
    What key policies, IAM policies and grants said to a call.

    Attributes:
        allowed: Whether they allow it.
        reason: In a sentence, what decided.
    """

    allowed: bool
    reason: str


def decision_on(row: Row) -> Decision | None:
    """Return the decision on the call of *row*; None if there was none."""
    if row.rulings is None:
        return None
    if not row.rulings:
        return Decision(True, _OUTSIDE)
    from ..service.authorization.explanation import reason  # not at the top: few tests need it

    return Decision(all(ruling.allows for ruling in row.rulings), reason(row.rulings))


def explanation_of(row: Row) -> str:
    """Return why the call of *row* was allowed or refused, a line for each thing."""
    if row.rulings:
        from ..service.authorization.explanation import explanation  # likewise

        return explanation(row.rulings)
    if row.rulings is not None:
        return f"kms:{row.operation} was allowed: {_OUTSIDE}."
    if row.error is not None and row.error.code == "AccessDeniedException":
        return (
            f"kms:{row.operation} was refused without a look at policies: a fault of the test's, "
            "an AWS managed key, or a key of another account that this operation never reaches."
        )
    if row.error is not None and row.asked is None:
        return f"kms:{row.operation} came to {row.error.code} before permissions are asked for."
    return (
        f"Policies were not enforced for kms:{row.operation}. Declare a principal with "
        'kms.principal(), or set enforce_policies to True or "soft".'
    )

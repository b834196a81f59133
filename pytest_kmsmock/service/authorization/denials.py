"""
Denials: AWS's words for what is refused, which never tell more than AWS tells.

Source: IAM User Guide, "Troubleshoot access denied error messages"; texts as reported.
"""

from __future__ import annotations

from typing import Final

from ..api.errors import AccessDeniedException, KmsError, UnrecognizedClientException
from .decision import Outcome, Ruling
from .query import Query

THIS_RESOURCE: Final = "on this resource"
THIS_CIPHERTEXT: Final = "on the resource associated with this ciphertext"
_ELSEWHERE: Final = (
    "because the resource does not exist in this Region, no resource-based policies "
    "allow access, or a resource-based policy explicitly denies access"
)
_BY_KEY_POLICY: Final = "with an explicit deny in a resource-based policy"
_BY_IAM: Final = "with an explicit deny in an identity-based policy"


def denial(ruling: Ruling) -> KmsError:
    """Return the error for *ruling*, which refuses."""
    if ruling.outcome is Outcome.NOT_IN_PARTITION:
        return UnrecognizedClientException()
    query = ruling.query
    resource, reason = _resource(query), _reason(ruling)
    words = [f"User: {query.caller.arn} is not authorized to perform: {query.permission}"]
    return AccessDeniedException(" ".join(filter(None, [*words, resource, reason])))


def _resource(query: Query) -> str:
    if query.shown is not None:
        return query.shown
    return THIS_RESOURCE if query.is_cross_account else f"on resource: {query.resource}"


def _reason(ruling: Ruling) -> str:
    permission, outcome = ruling.query.permission, ruling.outcome
    no_iam = f"because no identity-based policy allows the {permission} action"
    if outcome is Outcome.DENIED_BY_IAM:
        return _BY_IAM
    if outcome is Outcome.NO_IAM:
        return no_iam
    if outcome is Outcome.NO_KEY:
        return _ELSEWHERE
    if ruling.query.is_cross_account:
        # Nothing that is the other account's own business.
        return _ELSEWHERE if ruling.iam_allows else no_iam
    if outcome is Outcome.DENIED_BY_KEY_POLICY:
        return _BY_KEY_POLICY
    return f"because no resource-based policy allows the {permission} action"

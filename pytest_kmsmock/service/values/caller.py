"""The caller: who makes a request, as far as its credentials say."""

from __future__ import annotations

import attrs


@attrs.frozen
class Caller:
    """
    Who makes a request.

    Attributes:
        account: 12 digits; the mock's for a service, which has none.
        principal: The ARN, or the name of a service; None is the account itself, of whom
            nobody has said more.
        access_key: The ID of the access key that signed; empty if none did.
        role: The ARN of the role of a session whose own ARN leaves the role's path out.
        shown: What AWS calls the principal: a role by its session; empty without one.
    """

    account: str
    principal: str | None = None
    access_key: str = ""
    role: str | None = None
    shown: str = attrs.field(kw_only=True)

    @shown.default
    def _shown(self) -> str:
        return self.principal or ""

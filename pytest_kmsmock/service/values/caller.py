"""The caller: who makes a request, as far as its credentials say."""

from __future__ import annotations

import attrs


@attrs.frozen
class Caller:
    """
    Who makes a request.

    Attributes:
        account: 12 digits.
        principal: The ARN; None is the account itself, of whom nobody has said more.
        access_key: The ID of the access key that signed; empty if none did.
    """

    account: str
    principal: str | None = None
    access_key: str = ""

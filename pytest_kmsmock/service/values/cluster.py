"""
The CloudHSM cluster that can back a custom key store, a frozen value.

No real one exists, so the author of a test says what it is like.
"""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Cluster:
    """
    A CloudHSM cluster.

    Attributes:
        trust_anchor: The text of its customerCA.crt.
        history: The same in clusters that share a backup history.
        password: Of its crypto user kmsuser.
        hsms: How many active HSMs it has.
        connection_error: Why it cannot be connected, one of `CLUSTER_ERRORS`.
    """

    account: str
    region: str
    cluster_id: str
    trust_anchor: str = attrs.field(repr=False)
    history: str
    password: str = attrs.field(repr=False)
    active: bool = True
    hsms: int = 2
    reachable: bool = True
    connection_error: str | None = None

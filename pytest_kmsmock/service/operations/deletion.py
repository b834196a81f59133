"""ScheduleKeyDeletion, CancelKeyDeletion."""

from __future__ import annotations

import attrs

from ..key import KmsKey
from ..model import timestamp
from ..request import Request, Response

DAY = 86_400
DEFAULT_WINDOW = 30


def schedule_key_deletion(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, ScheduleKeyDeletion."""
    window = request.params.get("PendingWindowInDays", DEFAULT_WINDOW)
    deletion_date = request.now + window * DAY
    request.registry.put_key(
        attrs.evolve(key, state="PendingDeletion", deletion_date=deletion_date)
    )
    return {
        "KeyId": key.arn,
        "DeletionDate": timestamp(deletion_date),
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": window,
    }


def cancel_key_deletion(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, CancelKeyDeletion."""
    # Always Disabled, whatever the key was before.
    request.registry.put_key(attrs.evolve(key, state="Disabled", deletion_date=None))
    return {"KeyId": key.arn}

"""ScheduleKeyDeletion, CancelKeyDeletion."""

from __future__ import annotations

from typing import Final

from ..api.times import timestamp
from ..rules import lifecycle
from ..serving.request import Request, Response
from ..values.key import KmsKey

DEFAULT_WINDOW: Final = 30


def schedule_key_deletion(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, ScheduleKeyDeletion."""
    window = request.params.get("PendingWindowInDays", DEFAULT_WINDOW)
    has_replicas = key.multi_region == "PRIMARY" and len(request.state.related(key)) > 1
    scheduled = lifecycle.schedule_deletion(key, request.now, window, has_replicas=has_replicas)
    request.draft.put_key(scheduled)
    response: Response = {"KeyId": key.arn}
    if scheduled.deletion_date is not None:
        response["DeletionDate"] = timestamp(scheduled.deletion_date)
    return response | {"KeyState": scheduled.state, "PendingWindowInDays": window}


def cancel_key_deletion(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, CancelKeyDeletion."""
    request.draft.put_key(lifecycle.cancel_deletion(key))
    return {"KeyId": key.arn}

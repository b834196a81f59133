"""
SQS: queues under a KMS key.

Source: SQS Developer Guide, "SQS key management"; the codes are those of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...service.api.errors import KmsError
from .crossing import Crossing
from .motos import insides, messages
from .refusals import ServiceError
from .service import Service, tail

# What follows "Kms" in the code of each, and "KMS." in that of the query protocol.
_CODES: Final[Mapping[str, tuple[str, str]]] = {
    "AccessDeniedException": ("AccessDenied", "AccessDeniedException"),
    "DisabledException": ("Disabled", "DisabledException"),
    "InvalidKeyUsageException": ("InvalidKeyUsage", "InvalidKeyUsageException"),
    "KMSInvalidStateException": ("InvalidState", "InvalidStateException"),
    "NotFoundException": ("NotFound", "NotFoundException"),
    "ThrottlingException": ("Throttled", "ThrottlingException"),
}
_BOTH: Final = (
    "You can use one type of server-side encryption (SSE) at one time. You can either enable "
    "KMS SSE or SQS SSE."
)


def seal(crossing: Crossing, queue: Any, by: str | None = None) -> None:
    """
    Ask for a new data key of *queue*, and try it.

    Args:
        by: The service that sends by its own name; None is for the caller.
    """
    key_id = messages.key_of_queue(queue)
    if key_id:
        context = _context(crossing, queue)
        made = crossing.ask(
            "GenerateDataKey", by=by, KeyId=key_id, KeySpec="AES_256", EncryptionContext=context
        )
        blob = made["CiphertextBlob"]
        crossing.ask("Decrypt", by=by, CiphertextBlob=blob, EncryptionContext=context)
        insides.mark(queue, blob)


def _send(crossing: Crossing) -> None:
    queue = _queue(crossing)
    if queue is not None:
        seal(crossing, queue)


def _receive(crossing: Crossing) -> None:
    """Ask for the data key of what there is to receive."""
    queue = _queue(crossing)
    key_id = None if queue is None else messages.key_of_queue(queue)
    if key_id and messages.has_messages(queue):
        context = _context(crossing, queue)
        blob = insides.mark_of(queue) or crossing.adopt(key_id, context)
        if blob is not None:
            crossing.ask("Decrypt", CiphertextBlob=blob, EncryptionContext=context)


def _check(crossing: Crossing) -> None:
    attributes = crossing.params.get("Attributes") or {}
    is_own = str(attributes.get("SqsManagedSseEnabled")).lower() == "true"
    if attributes.get("KmsMasterKeyId") and is_own:
        raise ServiceError("InvalidAttributeName", _BOTH)


def _context(crossing: Crossing, queue: Any) -> dict[str, str]:
    return {"aws:sqs:arn": messages.arn_of_queue(queue)}


def _queue(crossing: Crossing) -> Any:
    name = crossing.params["QueueUrl"].rpartition("/")[2]
    return messages.queue(crossing.account, crossing.region, name)


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    code, of_query = _CODES.get(error.code, _CODES["KMSInvalidStateException"])
    return ServiceError(
        f"Kms{code}",
        error.message + tail(crossing, error),
        headers={"x-amzn-query-error": f"KMS.{of_query};Sender"},
    )


SERVICE: Final = Service(
    name="sqs",
    before={
        "SendMessage": _send,
        "SendMessageBatch": _send,
        "ReceiveMessage": _receive,
        "SetQueueAttributes": _check,
    },
    words=_words,
)

"""
Kinesis: streams under a KMS key.

Source: Kinesis Data Streams Developer Guide, "How do I get started with server-side
encryption"; that the text is that of KMS is inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...service.api.errors import KmsError
from .crossing import Crossing
from .motos import insides, messages
from .refusals import ServiceError
from .service import Service

_CODES: Final[Mapping[str, str]] = {
    "AccessDeniedException": "KMSAccessDeniedException",
    "DisabledException": "KMSDisabledException",
    "KMSInvalidStateException": "KMSInvalidStateException",
    "NotFoundException": "KMSNotFoundException",
    "ThrottlingException": "KMSThrottlingException",
}


def _start(crossing: Crossing) -> None:
    """Ask whether the key can be used, before the stream is to use it."""
    stream = _stream(crossing)
    if stream is not None and crossing.params.get("EncryptionType") == "KMS":
        _seal(crossing, stream, crossing.params["KeyId"])


def _put(crossing: Crossing) -> None:
    stream = _stream(crossing)
    if stream is not None:
        key_id = messages.key_of_stream(stream)
        if key_id:
            _seal(crossing, stream, key_id)


def _seal(crossing: Crossing, stream: Any, key_id: str) -> None:
    made = crossing.ask(
        "GenerateDataKey",
        KeyId=key_id,
        KeySpec="AES_256",
        EncryptionContext=_context(stream),
    )
    insides.mark(stream, made["CiphertextBlob"])


def _get(crossing: Crossing) -> None:
    name = _iterators(crossing).get(crossing.params["ShardIterator"])
    stream = messages.stream(crossing.account, crossing.region, name)
    key_id = None if stream is None else messages.key_of_stream(stream)
    if key_id:
        context = _context(stream)
        blob = insides.mark_of(stream) or crossing.adopt(key_id, context)
        if blob is not None:
            crossing.ask("Decrypt", CiphertextBlob=blob, EncryptionContext=context)


def _keep_iterator(crossing: Crossing, answer: dict[str, Any]) -> None:
    """Remember what stream an iterator is of, which does not say it."""
    _iterators(crossing)[answer["ShardIterator"]] = _name(crossing)


def _keep_next(crossing: Crossing, answer: dict[str, Any]) -> None:
    iterators = _iterators(crossing)
    following = answer.get("NextShardIterator")
    if following:
        iterators[following] = iterators.get(crossing.params["ShardIterator"])


def _iterators(crossing: Crossing) -> dict[Any, Any]:
    return insides.memory("kinesis", crossing.account, crossing.region)


def _context(stream: Any) -> dict[str, str]:
    return {"aws:kinesis:arn": messages.arn_of_stream(stream)}


def _name(crossing: Crossing) -> str | None:
    arn: str = crossing.params.get("StreamARN") or ""
    name: str | None = crossing.params.get("StreamName") or arn.rpartition("/")[2] or None
    return name


def _stream(crossing: Crossing) -> Any:
    return messages.stream(crossing.account, crossing.region, _name(crossing))


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    return ServiceError(_CODES.get(error.code, "KMSInvalidStateException"), error.message)


SERVICE: Final = Service(
    name="kinesis",
    before={
        "StartStreamEncryption": _start,
        "PutRecord": _put,
        "PutRecords": _put,
        "GetRecords": _get,
    },
    after={"GetShardIterator": _keep_iterator, "GetRecords": _keep_next},
    words=_words,
)

"""
SNS: topics under a KMS key, and what they deliver to queues that are under one.

Source: SNS Developer Guide, "Encrypting data at rest", "Enable compatibility between event
sources from AWS services and encrypted topics".
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from ...service.api.errors import KmsError
from ...service.values.identifiers import AWS_ALIAS_PREFIX
from ..environment import replacements
from . import sqs
from .crossing import Crossing
from .motos import insides, messages
from .refusals import ServiceError
from .service import Service, current, tail

_CODES: Final[Mapping[str, str]] = {
    "AccessDeniedException": "KMSAccessDenied",
    "DisabledException": "KMSDisabled",
    "KMSInvalidStateException": "KMSInvalidState",
    "NotFoundException": "KMSNotFound",
    "ThrottlingException": "KMSThrottling",
}


def _publish(crossing: Crossing) -> None:
    """Ask for a new data key of the topic, and try it."""
    arn = crossing.params.get("TopicArn") or crossing.params.get("TargetArn")
    key_id = None if arn is None else messages.key_of_topic(arn)
    if key_id:
        context = {"aws:sns:topicArn": arn}
        made = crossing.ask(
            "GenerateDataKey", KeyId=key_id, KeySpec="AES_256", EncryptionContext=context
        )
        blob = made["CiphertextBlob"]
        crossing.ask("Decrypt", CiphertextBlob=blob, EncryptionContext=context)
    if "sqs" in crossing.backend.settings["bridge"]:
        models = importlib.import_module("moto.sns.models")
        insides.check(models.Subscription, ("publish",))
        original = vars(models.Subscription)["publish"]
        replacements.replace((models.Subscription, "publish", _delivering(original)))


def _delivering(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return *original* such that a queue under a key gets what SNS may encrypt for it."""

    @functools.wraps(original)
    def publish(self: Any, *args: Any, **kwargs: Any) -> Any:
        crossing = current.get()
        if crossing is None or self.protocol != "sqs" or _can_deliver(crossing, self.endpoint):
            return original(self, *args, **kwargs)
        return None

    return publish


def _can_deliver(crossing: Crossing, endpoint: str) -> bool:
    """Tell whether SNS, by its own name, gets a data key of the queue; nobody sees if not."""
    _, _, _, region, account, name = endpoint.split(":")
    queue = messages.queue(account, region, name)
    if queue is None:
        return True
    key_id = messages.key_of_queue(queue)
    # Only those of the account can use the key that it has for SQS.
    if key_id and key_id.startswith(AWS_ALIAS_PREFIX):
        return False
    of_queue = attrs.evolve(crossing, service="sqs", account=account, region=region)
    try:
        sqs.seal(of_queue, queue, by="sns.amazonaws.com")
    except KmsError:
        return False
    return True


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    code = _CODES.get(error.code, "KMSInvalidState")
    return ServiceError(code, error.message + tail(crossing, error))


SERVICE: Final = Service(
    name="sns", before={"Publish": _publish, "PublishBatch": _publish}, words=_words
)

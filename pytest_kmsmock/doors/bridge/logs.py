"""
CloudWatch Logs: log groups with a KMS key.

Source: CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS"; the
error as reported. What Logs asks when events come and go is not known, and it asks nothing.
"""

from __future__ import annotations

from typing import Any, Final

from ...service.api.errors import KmsError
from .crossing import Crossing
from .motos import messages
from .refusals import ServiceError
from .service import Service


def _create(crossing: Crossing) -> None:
    params = crossing.params
    name = params["logGroupName"]
    if (
        params.get("kmsKeyId")
        and messages.log_group(crossing.account, crossing.region, name) is None
    ):
        _try(crossing, name, params["kmsKeyId"])


def _try(crossing: Crossing, name: str, key_id: str) -> None:
    """Ask whether Logs, by its own name, can use the key, which must be given by its ARN."""
    if not key_id.startswith("arn:"):
        raise _refused(crossing, name)
    crossing.kept["name"] = name
    crossing.ask(
        "GenerateDataKey",
        by=f"logs.{crossing.region}.amazonaws.com",
        KeyId=key_id,
        KeySpec="AES_256",
        EncryptionContext={"aws:logs:arn": _arn(crossing, name)},
    )


def _associate(crossing: Crossing) -> Any:
    """Answer in moto's place, which does not know the operation."""
    name, key_id = _name(crossing), crossing.params.get("kmsKeyId")
    group = messages.log_group(crossing.account, crossing.region, name)
    if group is None:
        raise ServiceError("ResourceNotFoundException", "The specified log group does not exist.")
    if key_id is not None:
        _try(crossing, name, key_id)
    messages.encrypt_log_group(group, key_id)
    return crossing.answer({})


def _name(crossing: Crossing) -> str:
    identifier: str = crossing.params.get("resourceIdentifier") or ""
    name: str = crossing.params.get("logGroupName") or ""
    return name or identifier.partition(":log-group:")[2].partition(":")[0]


def _arn(crossing: Crossing, name: str) -> str:
    return crossing.arn(f"log-group:{name}")


def _refused(crossing: Crossing, name: str) -> ServiceError:
    return ServiceError(
        "AccessDeniedException",
        "The specified KMS key does not exist or is not allowed to be used with Arn "
        f"'{_arn(crossing, name)}'",
    )


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    return _refused(crossing, crossing.kept["name"])


SERVICE: Final = Service(
    name="logs",
    before={
        "CreateLogGroup": _create,
        "AssociateKmsKey": _associate,
        "DisassociateKmsKey": _associate,
    },
    words=_words,
)

"""
Systems Manager: parameters of the type SecureString.

Source: Systems Manager User Guide, "How AWS Systems Manager Parameter Store uses AWS KMS";
the errors as reported.
"""

from __future__ import annotations

import base64
from typing import Any, Final

from ...service.api.errors import KmsError
from .crossing import Crossing
from .motos import insides, secrets
from .refusals import ServiceError
from .service import Service, tail

_DEFAULT_KEY: Final = "alias/aws/ssm"
_STANDARD_BYTES: Final = 4096
_TOO_LONG: Final = (
    "Standard tier parameters support a maximum parameter value of 4096 characters. To create a "
    "larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more "
    "information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    "parameter-store-advanced-parameters.html"
)


def _context(crossing: Crossing, name: str) -> dict[str, str]:
    return {"PARAMETER_ARN": crossing.arn(f"parameter/{name.removeprefix('/')}")}


def _seal(crossing: Crossing) -> None:
    """Let the value of a SecureString be encrypted; of the advanced tier, its data key."""
    params = crossing.params
    name, value = params["Name"], params["Value"]
    present = secrets.parameter(crossing.account, crossing.region, name)
    if present is not None and not params.get("Overwrite"):
        return  # it is refused anyway
    kind = params.get("Type") or (present.type if present is not None else None)
    if kind != "SecureString":
        return
    tier = params.get("Tier") or secrets.tier_of_parameter(present)
    if tier == "Standard" and len(value.encode()) > _STANDARD_BYTES:
        raise ServiceError("ValidationException", _TOO_LONG)
    key_id, context = params.get("KeyId") or _DEFAULT_KEY, _context(crossing, name)
    if _is_advanced(tier, value):
        answer = crossing.ask(
            "GenerateDataKey", KeyId=key_id, KeySpec="AES_256", EncryptionContext=context
        )
    else:
        answer = crossing.ask(
            "Encrypt", KeyId=key_id, Plaintext=value.encode(), EncryptionContext=context
        )
    crossing.kept["blob"] = answer["CiphertextBlob"]


def _is_advanced(tier: str, value: str) -> bool:
    if tier == "Intelligent-Tiering":
        return len(value.encode()) > _STANDARD_BYTES
    return tier == "Advanced"


def _keep(crossing: Crossing, answer: dict[str, Any]) -> None:
    blob = crossing.kept.get("blob")
    if blob is not None:
        _memory(crossing)[crossing.params["Name"], answer["Version"]] = blob


def _open(crossing: Crossing, answer: dict[str, Any]) -> None:
    """Let each value be decrypted that is, and each other be the ciphertext that it is."""
    memory = _memory(crossing)
    found = [answer["Parameter"]] if "Parameter" in answer else answer.get("Parameters", ())
    for parameter in found:
        if parameter.get("Type") != "SecureString":
            continue
        name = parameter["Name"]
        context, version = _context(crossing, name), (name, parameter["Version"])
        blob = memory.get(version)
        if blob is None:
            there = secrets.parameter(crossing.account, crossing.region, name)
            if there is None:
                continue  # a secret, which has a name here too
            blob = memory[version] = crossing.adopt(secrets.key_of_parameter(there), context)
        if blob is None:
            continue
        if crossing.params.get("WithDecryption"):
            crossing.ask("Decrypt", CiphertextBlob=blob, EncryptionContext=context)
        else:
            parameter["Value"] = base64.b64encode(blob).decode()


def _memory(crossing: Crossing) -> dict[Any, Any]:
    return insides.memory("ssm", crossing.account, crossing.region)


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    is_denied = error.code == "AccessDeniedException"
    message = error.message + tail(crossing, error)
    return ServiceError("AccessDeniedException" if is_denied else "InvalidKeyId", message)


SERVICE: Final = Service(
    name="ssm",
    before={"PutParameter": _seal},
    after={
        "PutParameter": _keep,
        "GetParameter": _open,
        "GetParameters": _open,
        "GetParametersByPath": _open,
        "GetParameterHistory": _open,
    },
    words=_words,
)

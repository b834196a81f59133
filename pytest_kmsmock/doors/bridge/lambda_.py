"""
Lambda: the environment of functions under a KMS key.

Source: Lambda Developer Guide, "Securing environment variables"; texts as reported.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

import attrs
from botocore.response import StreamingBody

from ...service.api.errors import KmsError
from .crossing import Crossing
from .motos import computers, insides
from .refusals import ServiceError
from .service import Service

_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "AccessDeniedException": ("KMSAccessDeniedException", "KMS access was denied"),
    "DisabledException": ("KMSDisabledException", "the KMS key used is disabled"),
    "NotFoundException": ("KMSNotFoundException", "the KMS key was not found"),
    "KMSInvalidStateException": (
        "KMSInvalidStateException",
        "the state of the KMS key used is not valid for Decrypt",
    ),
}


@attrs.frozen
class _Sealed:
    """The environment of a function, as KMS has encrypted it."""

    key_arn: str
    blob: bytes = attrs.field(repr=False)


def _seal(crossing: Crossing) -> None:
    """Let the environment be encrypted that a function is about to have."""
    params, name = crossing.params, _name(crossing)
    key_arn = params.get("KMSKeyArn")
    if key_arn is None:
        before = _memory(crossing).get(name)
        key_arn = None if before is None else before.key_arn
    if not key_arn or not _is_sound(crossing, name):
        return
    context = _context(crossing, name)
    crossing.ask(
        "CreateGrant",
        KeyId=key_arn,
        GranteePrincipal=params.get("Role") or _role(crossing, name),
        Operations=["Decrypt", "RetireGrant"],
        Constraints={"EncryptionContextEquals": context},
    )
    variables = (params.get("Environment") or {}).get("Variables") or {}
    made = crossing.ask(
        "Encrypt",
        KeyId=key_arn,
        Plaintext=insides.as_json(variables).encode(),
        EncryptionContext=context,
    )
    crossing.kept["sealed"] = _Sealed(key_arn, made["CiphertextBlob"])


def _is_sound(crossing: Crossing, name: str) -> bool:
    """Tell whether moto is going to do it, as far as it depends on what there is."""
    is_there = computers.function(crossing.account, crossing.region, name) is not None
    return is_there is not (crossing.operation == "CreateFunction")


def _keep(crossing: Crossing, answer: dict[str, Any]) -> None:
    memory, name = _memory(crossing), _name(crossing)
    sealed = crossing.kept.get("sealed")
    if sealed is not None:
        memory[name] = sealed
        answer["KMSKeyArn"] = sealed.key_arn
    elif crossing.params.get("KMSKeyArn") == "" or crossing.operation == "CreateFunction":
        memory.pop(name, None)


def _show(crossing: Crossing, answer: dict[str, Any]) -> None:
    """Let the environment be opened for who asks; what is refused is told in its place."""
    sealed = _memory(crossing).get(_name(crossing))
    configuration = answer.get("Configuration", answer)
    if sealed is None:
        return
    configuration["KMSKeyArn"] = sealed.key_arn
    if configuration.get("Environment"):
        try:
            _open(crossing, sealed)
        except KmsError as error:
            told = {"ErrorCode": error.code, "Message": _text(error)}
            configuration["Environment"] = {"Error": told}


def _invoke(crossing: Crossing) -> Any:
    """Open the environment by the function's role, now or, for nobody who waits, later."""
    sealed, kind = _memory(crossing).get(_name(crossing)), crossing.params.get("InvocationType")
    if sealed is None or kind == "DryRun":
        return None
    role = _role(crossing, _name(crossing))
    try:
        _open(crossing, sealed, by=role)
    except KmsError:
        if kind != "Event":
            raise
        # It is taken, and what becomes of it is not answered.
        payload = StreamingBody(io.BytesIO(), 0)
        return crossing.answer({"StatusCode": 202, "Payload": payload}, 202)
    return None


def _open(crossing: Crossing, sealed: _Sealed, by: str | None = None) -> None:
    context = _context(crossing, _name(crossing))
    crossing.ask("Decrypt", by=by, CiphertextBlob=sealed.blob, EncryptionContext=context)


def _forget(crossing: Crossing, answer: dict[str, Any]) -> None:
    if not crossing.params.get("Qualifier"):
        _memory(crossing).pop(_name(crossing), None)


def _role(crossing: Crossing, name: str) -> str:
    return computers.role_of_function(crossing.account, crossing.region, name)


def _context(crossing: Crossing, name: str) -> dict[str, str]:
    return {"aws:lambda:FunctionArn": crossing.arn(f"function:{name}")}


def _name(crossing: Crossing) -> str:
    """Return the name of a function, which can be given by its ARN, with a qualifier or not."""
    name: str = crossing.params["FunctionName"]
    return (
        name.partition("function:")[2].partition(":")[0]
        if ":function:" in name
        else (name.partition(":")[0])
    )


def _memory(crossing: Crossing) -> dict[Any, Any]:
    return insides.memory("lambda", crossing.account, crossing.region)


def _text(error: KmsError) -> str:
    _, reason = _REASONS.get(error.code, _REASONS["KMSInvalidStateException"])
    return (
        f"Lambda was unable to decrypt the environment variables because {reason}. Please check "
        # No space before the second KMS: that is as reported.
        f"the function's KMS key settings. KMS Exception: {error.code}KMS Message: {error.message}"
    )


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    if crossing.operation == "Invoke":
        code, _ = _REASONS.get(error.code, _REASONS["KMSInvalidStateException"])
        return ServiceError(code, _text(error), 502)
    return ServiceError(
        "InvalidParameterValueException",
        "Lambda was unable to configure access to your environment variables because the KMS key "
        "is invalid for CreateGrant. Please check your KMS key settings. "
        f"KMS Exception: {error.code} KMS Message: {error.message}",
    )


SERVICE: Final = Service(
    name="lambda",
    before={
        "CreateFunction": _seal,
        "UpdateFunctionConfiguration": _seal,
        "Invoke": _invoke,
    },
    after={
        "CreateFunction": _keep,
        "UpdateFunctionConfiguration": _keep,
        "GetFunctionConfiguration": _show,
        "GetFunction": _show,
        "DeleteFunction": _forget,
    },
    words=_words,
)

"""
Secrets Manager: a data key for each version of a secret.

Source: Secrets Manager User Guide, "Secret encryption and decryption in AWS Secrets
Manager". Where the codes of errors are documented, their texts are inferred.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from ...service.api.errors import KmsError
from .crossing import Crossing
from .motos import insides, secrets
from .refusals import ServiceError
from .service import Service

_DEFAULT_KEY: Final = "alias/aws/secretsmanager"
_VALIDATING: Final = "RequestToValidateKeyAccess"
_VALUES: Final = ("SecretString", "SecretBinary")
# What is encrypted anew when the key of a secret changes.
_STAGES: Final = frozenset(("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"))
_READING: Final = ("GetSecretValue", "BatchGetSecretValue")


@attrs.frozen
class _Sealed:
    """The data key of a version, as KMS has encrypted it, and what the secret calls its key."""

    data_key: bytes = attrs.field(repr=False)
    key_id: str


def _context(arn: str, version: str) -> dict[str, str]:
    return {"SecretARN": arn, "SecretVersionId": version}


def _seal(crossing: Crossing, arn: str, version: str, key_id: str) -> _Sealed:
    answer = crossing.ask(
        "GenerateDataKey",
        KeyId=key_id,
        KeySpec="AES_256",
        EncryptionContext=_context(arn, version),
    )
    return _Sealed(answer["CiphertextBlob"], key_id)


def _open(crossing: Crossing, arn: str, version: str) -> None:
    memory = _memory(crossing)
    sealed = memory.get((arn, version))
    if sealed is None:
        # A stack has made it, say.
        secret = secrets.secret(crossing.account, crossing.region, arn)
        key_id = getattr(secret, "kms_key_id", None) or _DEFAULT_KEY
        blob = None if secret is None else crossing.adopt(key_id, _context(arn, version))
        if blob is not None:
            sealed = memory[arn, version] = _Sealed(blob, key_id)
    if sealed is not None:
        crossing.ask(
            "Decrypt", CiphertextBlob=sealed.data_key, EncryptionContext=_context(arn, version)
        )


def _validate(crossing: Crossing, arn: str, key_id: str) -> None:
    """Try the key that is named for a secret, and throw away what comes of it."""
    tried = _seal(crossing, arn, _VALIDATING, key_id)
    context = _context(arn, _VALIDATING)
    crossing.ask("Decrypt", CiphertextBlob=tried.data_key, EncryptionContext=context)


def _create(crossing: Crossing, answer: dict[str, Any]) -> None:
    """Ask when the secret is there, since its ARN is part of the context."""
    params, arn = crossing.params, answer["ARN"]
    key_id = params.get("KmsKeyId")
    try:
        if key_id:
            _validate(crossing, arn, key_id)
        if _has_value(params):
            version = answer["VersionId"]
            sealed = _seal(crossing, arn, version, key_id or _DEFAULT_KEY)
            _memory(crossing)[arn, version] = sealed
    except KmsError:
        secrets.forget_secret(crossing.account, crossing.region, arn)
        raise


def _put(crossing: Crossing) -> None:
    secret = _secret(crossing)
    if secret is not None:
        _seal_version(crossing, secret, secret.kms_key_id or _DEFAULT_KEY)


def _update(crossing: Crossing) -> None:
    secret, params = _secret(crossing), crossing.params
    if secret is None:
        return
    key_id = params.get("KmsKeyId")
    if key_id:
        _validate(crossing, secret.arn, key_id)
    if _has_value(params):
        _seal_version(crossing, secret, key_id or secret.kms_key_id or _DEFAULT_KEY)
    elif key_id:
        crossing.kept["again"] = _seal_again(crossing, secret, key_id)


def _seal_version(crossing: Crossing, secret: Any, key_id: str) -> None:
    version = crossing.params["ClientRequestToken"]
    if (secret.arn, version) in _memory(crossing):
        # It is compared with what is there.
        _open(crossing, secret.arn, version)
    else:
        sealed = _seal(crossing, secret.arn, version, key_id)
        crossing.kept["again"] = {(secret.arn, version): sealed}


def _seal_again(crossing: Crossing, secret: Any, key_id: str) -> dict[tuple[str, str], _Sealed]:
    """Return the versions in use under the new key; what the old one does not open stays."""
    found = {}
    for version, parts in secret.versions.items():
        if _STAGES.isdisjoint(parts["version_stages"]):
            continue
        try:
            _open(crossing, secret.arn, version)
        except KmsError:
            continue
        found[secret.arn, version] = _seal(crossing, secret.arn, version, key_id)
    return found


def _keep(crossing: Crossing, answer: dict[str, Any]) -> None:
    _memory(crossing).update(crossing.kept.get("again", {}))


def _read(crossing: Crossing, answer: dict[str, Any]) -> None:
    _open(crossing, answer["ARN"], answer["VersionId"])


def _read_batch(crossing: Crossing, answer: dict[str, Any]) -> None:
    """What cannot be opened is among the errors; the others are answered."""
    opened, errors = [], []
    for value in answer.get("SecretValues", ()):
        try:
            _open(crossing, value["ARN"], value["VersionId"])
            opened.append(value)
        except KmsError as error:
            told = _words(crossing, error)
            errors.append(
                {"SecretId": value["ARN"], "ErrorCode": told.code, "Message": told.message}
            )
    answer["SecretValues"] = opened
    if errors:
        answer["Errors"] = [*answer.get("Errors", ()), *errors]


def _list_versions(crossing: Crossing, answer: dict[str, Any]) -> None:
    """Let each version tell its key; the default one has another name there."""
    secret, memory = _secret(crossing), _memory(crossing)
    for version in answer.get("Versions", ()):
        sealed = None if secret is None else memory.get((secret.arn, version["VersionId"]))
        if sealed is not None:
            is_default = sealed.key_id == _DEFAULT_KEY
            version["KmsKeyIds"] = ["DefaultEncryptionKey" if is_default else sealed.key_id]


def _has_value(params: Any) -> bool:
    return any(params.get(name) is not None for name in _VALUES)


def _secret(crossing: Crossing) -> Any:
    found = secrets.secret(crossing.account, crossing.region, crossing.params["SecretId"])
    # A replica has no key of its own here, and is not written to.
    return found if hasattr(found, "kms_key_id") else None


def _memory(crossing: Crossing) -> dict[Any, Any]:
    return insides.memory("secretsmanager", crossing.account, crossing.region)


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    if error.code in ("AccessDeniedException", "NotFoundException"):
        return ServiceError("AccessDeniedException", "Access to KMS is not allowed")
    if crossing.operation in _READING:
        return ServiceError(
            "DecryptionFailure",
            "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
        )
    return ServiceError(
        "EncryptionFailure",
        "Secrets Manager can't encrypt the protected secret text using the provided KMS key. "
        "Check that the KMS key is available, enabled, and not in an invalid state.",
    )


SERVICE: Final = Service(
    name="secretsmanager",
    before={"PutSecretValue": _put, "UpdateSecret": _update},
    after={
        "CreateSecret": _create,
        "PutSecretValue": _keep,
        "UpdateSecret": _keep,
        "GetSecretValue": _read,
        "BatchGetSecretValue": _read_batch,
        "ListSecretVersionIds": _list_versions,
    },
    words=_words,
)

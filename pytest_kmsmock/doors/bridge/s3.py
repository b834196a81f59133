"""
S3: objects under SSE-KMS.

Source: S3 User Guide, "Using server-side encryption with AWS KMS keys", "Reducing the cost
of SSE-KMS with Amazon S3 Bucket Keys"; the errors as recorded from AWS.
"""

from __future__ import annotations

import base64
import json
from typing import Any, Final
from urllib.parse import unquote

import attrs

from ...service.api.errors import KmsError
from ...service.api.regions import partition_of
from .crossing import Crossing
from .motos import insides, storage
from .refusals import ServiceError
from .service import Service

_DEFAULT_KEY: Final = "alias/aws/s3"
_KMS: Final = ("aws:kms", "aws:kms:dsse")
_HEADER: Final = "x-amz-server-side-encryption"


@attrs.frozen
class _Sealed:
    """
    What S3 keeps of the encryption of an object, or of an upload in parts.

    Attributes:
        data_key: As KMS has encrypted it.
    """

    algorithm: str
    key_arn: str
    data_key: bytes = attrs.field(repr=False)
    context: dict[str, str]
    region: str
    uses_bucket_key: bool


def _seal(crossing: Crossing) -> None:
    """Ask for the data key of what is about to be written, if it is to be under a KMS key."""
    params = crossing.params
    bucket = storage.bucket(params["Bucket"])
    if bucket is None:
        return
    rule = storage.bucket_rule(bucket)
    default = rule.get("ApplyServerSideEncryptionByDefault") or {}
    algorithm, key_id = params.get("ServerSideEncryption"), params.get("SSEKMSKeyId")
    if algorithm is None and not params.get("SSECustomerAlgorithm"):
        algorithm, key_id = default.get("SSEAlgorithm"), default.get("KMSMasterKeyID")
    if algorithm not in _KMS:
        return
    uses_bucket_key = algorithm == "aws:kms" and _truth(
        params.get("BucketKeyEnabled", rule.get("BucketKeyEnabled"))
    )
    region = storage.bucket_region(bucket)
    context = _context(params, region, uses_bucket_key)
    answer = crossing.ask(
        "GenerateDataKey",
        region=region,
        KeyId=key_id or _DEFAULT_KEY,
        KeySpec="AES_256",
        EncryptionContext=context,
    )
    sealed = _Sealed(
        algorithm, answer["KeyId"], answer["CiphertextBlob"], context, region, uses_bucket_key
    )
    crossing.kept["sealed"] = sealed
    # The other mock keeps, and answers, what the key turned out to be.
    headers = crossing.request["headers"]
    headers[_HEADER] = algorithm
    headers[f"{_HEADER}-aws-kms-key-id"] = sealed.key_arn
    if uses_bucket_key:
        headers[f"{_HEADER}-bucket-key-enabled"] = "true"


def _truth(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def _context(params: Any, region: str, uses_bucket_key: bool) -> dict[str, str]:
    """Return the encryption context of an object; with a bucket key it is the bucket's."""
    arn = f"arn:{partition_of(region)}:s3:::{params['Bucket']}"
    if uses_bucket_key:
        return {"aws:s3:arn": arn}
    given = params.get("SSEKMSEncryptionContext")
    return {**_pairs(given or "e30="), "aws:s3:arn": f"{arn}/{params['Key']}"}


def _pairs(given: str) -> dict[str, str]:
    """Return the pairs that the header *given* brings, JSON in Base64."""
    try:
        pairs = json.loads(base64.b64decode(given, validate=True))
    except ValueError:
        pairs = None
    if isinstance(pairs, dict) and all(isinstance(value, str) for value in pairs.values()):
        return pairs
    raise ServiceError(
        "InvalidArgument",
        f"The header '{_HEADER}-context' shall be Base64-encoded UTF-8 string holding JSON which "
        "represents a string-string map",
        members={"ArgumentName": f"{_HEADER}-context"},
    )


def _open(crossing: Crossing, sealed: Any) -> None:
    """Ask for the data key of what *sealed* is of; None is nothing under a KMS key."""
    if sealed is not None:
        crossing.ask(
            "Decrypt",
            region=sealed.region,
            CiphertextBlob=sealed.data_key,
            EncryptionContext=sealed.context,
        )
        crossing.kept["sealed"] = sealed


def _open_object(crossing: Crossing) -> None:
    params = crossing.params
    _open(crossing, _sealed(crossing, params["Bucket"], params["Key"], params.get("VersionId")))


def _sealed(crossing: Crossing, bucket: str, key: str, version: str | None) -> _Sealed | None:
    """Return what S3 keeps of an object; None if it is under no key of this KMS."""
    found = storage.s3_object(bucket, key, version)
    sealed: _Sealed | None = insides.mark_of(found)
    if found is None or sealed is not None:
        return sealed
    algorithm, key_id, uses_bucket_key = storage.encryption_of(found)
    if algorithm not in _KMS:
        return None
    region = storage.bucket_region(storage.bucket(bucket))
    uses_bucket_key = algorithm == "aws:kms" and _truth(uses_bucket_key)
    context = _context({"Bucket": bucket, "Key": key}, region, uses_bucket_key)
    key_arn = crossing.key_arn(key_id or _DEFAULT_KEY, region)
    blob = None if key_arn is None else crossing.adopt(key_arn, context, region)
    if key_arn is None or blob is None:
        return None
    sealed = _Sealed(algorithm, key_arn, blob, context, region, uses_bucket_key)
    insides.mark(found, sealed)
    return sealed


def _open_source(crossing: Crossing) -> None:
    """Ask for the data key of what is copied."""
    path, _, query = str(crossing.params["CopySource"]).partition("?versionId=")
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    _open(crossing, _sealed(crossing, bucket, key, query or None))


def _copy(crossing: Crossing) -> None:
    _open_source(crossing)
    crossing.kept.clear()
    _seal(crossing)


def _open_upload(crossing: Crossing) -> None:
    params = crossing.params
    _open(crossing, insides.mark_of(storage.upload(params["Bucket"], params["UploadId"])))


def _copy_part(crossing: Crossing) -> None:
    _open_source(crossing)
    crossing.kept.clear()
    _open_upload(crossing)


def _check_default(crossing: Crossing) -> None:
    """Refuse a default encryption that names a key and no algorithm that has one."""
    rules = crossing.params["ServerSideEncryptionConfiguration"].get("Rules", ())
    for rule in rules:
        default = rule.get("ApplyServerSideEncryptionByDefault") or {}
        if default.get("KMSMasterKeyID") and default.get("SSEAlgorithm") not in _KMS:
            raise ServiceError(
                "InvalidArgument",
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms "
                "or aws:kms:dsse",
                members={"ArgumentName": "ApplyServerSideEncryptionByDefault"},
            )


def _tell(crossing: Crossing, answer: dict[str, Any]) -> None:
    """Let *answer* name the key."""
    sealed = crossing.kept.get("sealed")
    if sealed is not None:
        answer["ServerSideEncryption"] = sealed.algorithm
        answer["SSEKMSKeyId"] = sealed.key_arn
        answer.pop("BucketKeyEnabled", None)
        if sealed.uses_bucket_key:
            answer["BucketKeyEnabled"] = True


def _keep_object(crossing: Crossing, answer: dict[str, Any]) -> None:
    sealed, params = crossing.kept.get("sealed"), crossing.params
    if sealed is not None:
        version = answer.get("VersionId")
        found = storage.s3_object(params["Bucket"], params["Key"], version)
        insides.mark(found, sealed)
        found.encryption = sealed.algorithm
        found.kms_key_id = sealed.key_arn
        found.bucket_key_enabled = sealed.uses_bucket_key or None
        _tell(crossing, answer)


def _keep_upload(crossing: Crossing, answer: dict[str, Any]) -> None:
    sealed = crossing.kept.get("sealed")
    if sealed is not None:
        insides.mark(storage.upload(crossing.params["Bucket"], answer["UploadId"]), sealed)
        _tell(crossing, answer)


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    if error.code == "AccessDeniedException":
        code, status, message = "AccessDenied", 403, error.message
    else:
        # Doubled, where the code of KMS begins so: that is as recorded.
        code, status, message = f"KMS.{error.code}", error.status, error.message
    return ServiceError(code, message, status)


SERVICE: Final = Service(
    name="s3",
    before={
        "PutObject": _seal,
        "CopyObject": _copy,
        "CreateMultipartUpload": _seal,
        "GetObject": _open_object,
        "UploadPart": _open_upload,
        "UploadPartCopy": _copy_part,
        "CompleteMultipartUpload": _open_upload,
        "PutBucketEncryption": _check_default,
    },
    after={
        "PutObject": _keep_object,
        "CopyObject": _keep_object,
        "CreateMultipartUpload": _keep_upload,
        "GetObject": _tell,
        "UploadPart": _tell,
        "UploadPartCopy": _tell,
        "CompleteMultipartUpload": _keep_object,
    },
    words=_words,
)

"""Files encrypted under a KMS key, in the format of the AWS Encryption SDK."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import aws_encryption_sdk
import boto3
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.models import CreateAwsKmsKeyringInput
from aws_encryption_sdk import CommitmentPolicy

sdk = aws_encryption_sdk.EncryptionSDKClient(
    commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
)
material_providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
kms = boto3.client("kms")


def encrypt_file(source: Path, target: Path, *, key: str, context: Mapping[str, str]) -> None:
    """Write *source* to *target*, encrypted under *key* and bound to *context*."""
    _convert("encrypt", source, target, key, context)


def decrypt_file(source: Path, target: Path, *, key: str, context: Mapping[str, str]) -> None:
    """
    Write what *source* holds to *target*, which appears only when all of it proved true.

    Raises:
        AWSEncryptionSDKClientError: *source* has another context, was changed,
            or KMS refuses to decrypt its data key.
    """
    _convert("decrypt", source, target, key, context)


def _convert(
    mode: Literal["encrypt", "decrypt"],
    source: Path,
    target: Path,
    key: str,
    context: Mapping[str, str],
) -> None:
    part = target.with_name(target.name + ".part")
    try:
        with (
            source.open("rb") as plain,
            part.open("wb") as written,
            sdk.stream(
                mode=mode, source=plain, keyring=_keyring(key), encryption_context=dict(context)
            ) as converted,
        ):
            shutil.copyfileobj(converted, written)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _keyring(key: str) -> Any:
    return material_providers.create_aws_kms_keyring(
        CreateAwsKmsKeyringInput(kms_key_id=key, kms_client=kms)
    )

"""Clients that the plugin makes itself, and botocore's own exceptions."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.config import Config

from . import answers
from .service.errors import KmsError


def client(region: str, access_key: str, config: Mapping[str, Any]) -> Any:
    """Return a client of KMS; *config* is what botocore's `Config` takes."""
    return _session().create_client(
        "kms",
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key="not-a-secret",
        config=Config(**config),
    )


def exception(error: KmsError, operation: str) -> Exception:
    """Return *error* as the exception that a client raises for it."""
    _, parsed = answers.of_error(error, answers.new_request_id())
    raised: Exception = _exceptions().from_code(error.code)(parsed, operation)
    return raised


@functools.cache
def _session() -> Any:
    return botocore.session.Session()


@functools.cache
def _exceptions() -> Any:
    return client("us-east-1", "AKIAKMSMOCK", {}).exceptions

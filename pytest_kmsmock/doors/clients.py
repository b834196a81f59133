"""Clients that the plugin makes itself, and botocore's own exceptions."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.config import Config

from ..service.api.errors import KmsError
from ..service.misuse import KmsMockError
from . import answers

# Whose calls they are that are signed with an access key, in all mocks.
principals: dict[str, str] = {}
_numbers = itertools.count()


def principal_of(signer: Any) -> str | None:
    """Return whom the credentials of *signer*, a client's, belong to, if a test has said."""
    return principals.get(getattr(signer._credentials, "access_key", ""))


def client(region: str, principal: str | None, config: Mapping[str, Any]) -> Any:
    """
    Return a client of KMS.

    Args:
        principal: Whose calls they are; None is nobody in particular.
        config: What botocore's `Config` takes.
    """
    __tracebackhide__ = True
    access_key = "AKIAKMSMOCK"
    if principal is not None:
        access_key = f"{access_key}{next(_numbers):09d}"
        principals[access_key] = principal
    try:
        settings = Config(**config)
    except TypeError as error:
        raise KmsMockError(f"{error}; client() takes what botocore.config.Config takes.") from None
    return _session().create_client(
        "kms",
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key="not-a-secret",
        config=settings,
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
    return client("us-east-1", None, {}).exceptions

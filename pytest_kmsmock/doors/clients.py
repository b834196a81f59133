"""Clients that the plugin makes itself, and the exceptions that they raise."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.config import Config

from ..checks import DEFAULT_ACCOUNT
from ..service.api.errors import KmsError
from ..service.misuse import KmsMockError
from . import direct
from .callers import access_key_of

_numbers = itertools.count()


def client(
    region: str, principal: str | None, config: Mapping[str, Any], account: str = DEFAULT_ACCOUNT
) -> Any:
    """
    Return a client of KMS.

    Args:
        principal: Whose calls they are; None is nobody in particular.
        config: What botocore's `Config` takes.
        account: The mock's.
    """
    __tracebackhide__ = True
    try:
        settings = Config(**config)
    except TypeError as error:
        raise KmsMockError(f"{error}; client() takes what botocore.config.Config takes.") from None
    access_key = "AKIAKMSMOCK"
    if principal is not None:
        access_key = access_key_of(principal, next(_numbers), account)
    return _session().create_client(
        "kms",
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key="not-a-secret",
        config=settings,
    )


def exception(error: KmsError, operation: str, request_id: str, now: float) -> Exception:
    """
    Return *error* as the exception that a client raises for it.

    Args:
        now: The service's time, in seconds since the epoch.
    """
    _, parsed = direct.of_error(error, request_id, now)
    raised: Exception = _exceptions().from_code(error.code)(parsed, operation)
    return raised


def code_of(error: Exception) -> str | None:
    """Return the code of AWS's that *error* has; None if it is no answer of AWS's."""
    response: Any = getattr(error, "response", None)
    return response["Error"]["Code"] if isinstance(response, dict) else None


@functools.cache
def _session() -> Any:
    return botocore.session.Session()


@functools.cache
def _exceptions() -> Any:
    return client("us-east-1", None, {}).exceptions

"""Calls as an application makes them: its clients, and what it sees of an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock

_SESSION = botocore.session.Session()


def client(region: str | None = None) -> Any:
    """Return a client as an application makes one."""
    return _SESSION.create_client("kms", region_name=region)


def fresh_client(**options: Any) -> Any:
    """Return a client of a session of its own."""
    return botocore.session.Session().create_client("kms", **options)


def client_of(kms: KmsMock, mode: str = "standard", attempts: int = 3) -> Any:
    """Return a client of the mock's that tries so often."""
    return kms.client(retries={"mode": mode, "total_max_attempts": attempts})


def once(kms: KmsMock) -> Any:
    """Return a client that does not retry."""
    return client_of(kms, attempts=1)


def code_of(method: Callable[..., Any], **params: Any) -> str:
    """Call something that is refused; return the error's code."""
    with pytest.raises(ClientError) as caught:
        method(**params)
    code: str = caught.value.response["Error"]["Code"]
    return code

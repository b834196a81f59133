"""A client of an application whose role may do what a test says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from policies import iam_policy

from pytest_kmsmock import KmsMock

ROLE: Final = "arn:aws:iam::123456789012:role/app"


@pytest.fixture
def app(kms: KmsMock) -> Callable[..., Any]:
    """A client of the application, whose role is allowed those actions on those resources."""

    def client(*statements: tuple[str, str], region: str | None = None) -> Any:
        allowed = [iam_policy(*statements)] if statements else []
        return kms.client(region, principal=kms.principal(ROLE, policies=allowed))

    return client

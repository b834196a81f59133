"""
What contract tests have: clients, and nothing else of the mock.

So each of them could ask another KMS too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock import KmsMock


@pytest.fixture
def client_of(kms: KmsMock) -> Callable[..., Any]:
    """Make a client of another Region, or of another principal."""
    return kms.client

"""
What contract tests have: clients, and nothing else of the mock.

So each of them could ask another KMS too. `tests/architecture` sees to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pytest_kmsmock import KmsMock


@pytest.fixture
def client_of(kms: KmsMock) -> Callable[..., Any]:
    """Make a client of another Region, or of another principal."""
    return kms.client


@pytest.fixture(scope="module")
def module_client(kms_module: KmsMock) -> Any:
    """A client whose keys all tests of a module share."""
    return kms_module.client()


@pytest.fixture(scope="module")
def cluster_parameters(kms_module: KmsMock) -> Mapping[str, str]:
    """What CreateCustomKeyStore is told of a CloudHSM cluster that there is."""
    return kms_module.cloudhsm_cluster().parameters

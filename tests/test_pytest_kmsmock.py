"""What is public, and found when it is first asked for."""

from __future__ import annotations

import pytest

import pytest_kmsmock


def test_public_names() -> None:
    """Nothing becomes public by accident, and nothing public goes unnoticed."""
    assert pytest_kmsmock.__all__ == [
        "Call",
        "Calls",
        "CloudHsmCluster",
        "Enclave",
        "Endpoint",
        "Fault",
        "Key",
        "KmsMock",
        "KmsMockError",
        "Material",
        "Principal",
        "Snapshot",
        "XksKey",
        "XksProxy",
        "containing",
        "matching",
        "mock_kms",
    ]


@pytest.mark.parametrize("name", pytest_kmsmock.__all__)
def test_public_names_can_be_imported(name: str) -> None:
    assert getattr(pytest_kmsmock, name).__name__ == name
    assert name in dir(pytest_kmsmock)


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(AttributeError, match="'pytest_kmsmock' has no attribute 'KmsMok'"):
        getattr(pytest_kmsmock, "KmsMok")  # noqa: B009  checkers know it

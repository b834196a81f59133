"""What all parts of a mock do: they check who is asked, and where."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms

NOWHERE = "us-east-9"


@pytest.mark.parametrize(
    "use",
    [
        lambda kms: kms.create_key(region=NOWHERE),
        lambda kms: kms.client(NOWHERE),
        lambda kms: kms.cloudhsm_cluster(region=NOWHERE),
        lambda kms: kms.xks_proxy(region=NOWHERE),
        lambda kms: mock_kms(region=NOWHERE).__enter__(),
    ],
    ids=["create_key", "client", "cloudhsm_cluster", "xks_proxy", "mock_kms"],
)
def test_the_plugins_own_arguments_are_checked(kms: KmsMock, use: Any) -> None:
    """An author is told at once, with the nearest Region that there is."""
    with pytest.raises(
        KmsMockError,
        match=r"'us-east-9' is no Region .* Did you mean 'us-east-[12]'\?.* unknown_regions",
    ):
        use(kms)

"""The options: which there are."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMockError, mock_kms
from pytest_kmsmock.options import OPTIONS
from pytest_kmsmock.settings import settings_from


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"regoin": "eu-west-1"}, "no option 'regoin'. Did you mean 'region'?"),
        ({"Region": "eu-west-1"}, "Did you mean 'region'?"),
        ({"region_name": "eu-west-1"}, "Did you mean 'region'?"),
        ({"pagesize": 5}, "Did you mean 'page_size'?"),
        ({"xyzzy": 5}, "It has region, account, keys"),
    ],
    ids=str,
)
def test_a_wrong_option_is_told_with_the_right_one(options: dict[str, Any], says: str) -> None:
    """By every door, and before anything starts."""
    with pytest.raises(KmsMockError) as by_marker:
        settings_from(options)
    with pytest.raises(KmsMockError):
        mock_kms(**options)

    assert says in str(by_marker.value)


def test_every_option_can_be_set_in_the_ini_file(pytestconfig: pytest.Config) -> None:
    """Under the same name, with the prefix ``kms_``; and the marker's help names it."""
    marker = next(line for line in pytestconfig.getini("markers") if line.startswith("kms("))

    for name in OPTIONS:
        pytestconfig.getini(f"kms_{name}")
        assert name in marker

"""DescribeCustomKeyStores, DeleteCustomKeyStore."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock


def names(page: dict[str, Any]) -> list[str]:
    return [store["CustomKeyStoreName"] for store in page["CustomKeyStores"]]


@pytest.fixture
def five(kms: KmsMock, client: Any) -> list[str]:
    """The IDs of five stores, named by their numbers."""
    return [
        client.create_custom_key_store(CustomKeyStoreName=str(n), **kms.xks_proxy().parameters)[
            "CustomKeyStoreId"
        ]
        for n in range(5)
    ]


def test_there_are_no_stores_at_first(client: Any) -> None:
    """An empty list, which is not truncated."""
    page = client.describe_custom_key_stores()

    assert page["CustomKeyStores"] == []
    assert page["Truncated"] is False


def test_stores_are_found_by_id_and_by_name(client: Any, hsm_store: str, xks_store: str) -> None:
    """One at a time."""
    by_id = client.describe_custom_key_stores(CustomKeyStoreId=xks_store)
    by_name = client.describe_custom_key_stores(CustomKeyStoreName="xks")

    assert by_id["CustomKeyStores"] == by_name["CustomKeyStores"]
    assert names(by_id) == ["xks"]
    assert names(client.describe_custom_key_stores()) == ["hsm", "xks"]


def test_by_id_or_by_name_and_not_both(client: Any, hsm_store: str, refusal: Any) -> None:
    """ValidationException."""
    code, _ = refusal(
        client.describe_custom_key_stores, CustomKeyStoreId=hsm_store, CustomKeyStoreName="hsm"
    )

    assert code == "ValidationException"


@pytest.mark.parametrize("member", ["CustomKeyStoreId", "CustomKeyStoreName"])
def test_unknown_store(client: Any, refusal: Any, member: str) -> None:
    """CustomKeyStoreNotFoundException."""
    code, text = refusal(client.describe_custom_key_stores, **{member: "nobody"})

    assert code == "CustomKeyStoreNotFoundException"
    assert "nobody" in text


def test_stores_come_in_pages(client: Any, five: list[str]) -> None:
    """Botocore's paginator reads them all."""
    first = client.describe_custom_key_stores(Limit=2)
    assert names(first) == ["0", "1"]
    assert first["Truncated"] is True

    pages = client.get_paginator("describe_custom_key_stores").paginate(
        PaginationConfig={"PageSize": 2}
    )
    assert [names(page) for page in pages] == [["0", "1"], ["2", "3"], ["4"]]


def test_pages_go_on_when_a_store_is_deleted(client: Any, five: list[str]) -> None:
    """The marker is good whatever happens in between."""
    first = client.describe_custom_key_stores(Limit=2)
    client.delete_custom_key_store(CustomKeyStoreId=five[1])
    client.delete_custom_key_store(CustomKeyStoreId=five[2])

    rest = client.describe_custom_key_stores(Limit=2, Marker=first["NextMarker"])

    assert names(rest) == ["3", "4"]


def test_marker_that_nobody_gave(client: Any, refusal: Any) -> None:
    """InvalidMarkerException."""
    code, _ = refusal(client.describe_custom_key_stores, Marker="nonsense")

    assert code == "InvalidMarkerException"


def test_stores_belong_to_an_account_and_region(kms: KmsMock, hsm_store: str) -> None:
    """Elsewhere there are none."""
    role = "arn:aws:iam::210987654321:role/app"
    for client in (kms.client("eu-west-1"), kms.client(principal=role)):
        assert client.describe_custom_key_stores()["CustomKeyStores"] == []

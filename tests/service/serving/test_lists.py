"""Pages of lists that change between two of them, and the setting `page_size`."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock


def key_ids(page: dict[str, Any]) -> list[str]:
    return [entry["KeyId"] for entry in page["Keys"]]


def test_marker_outlives_what_it_was_made_at(client: Any, kms: KmsMock) -> None:
    """A key that was deleted meanwhile makes no other key come twice or never."""
    for _ in range(6):
        client.create_key()
    whole = key_ids(client.list_keys())
    marker = client.list_keys(Limit=3)["NextMarker"]
    for gone in (whole[0], whole[2], whole[3]):
        kms.key(gone).delete()

    page = client.list_keys(Limit=3, Marker=marker)

    assert key_ids(page) == whole[4:]


def test_keys_that_come_and_go_shift_no_page(client: Any, kms: KmsMock) -> None:
    """New keys before the marker are not listed, those after it are."""
    for digit in "2468":
        kms.create_key(key_id=f"{digit}0000000-0000-4000-8000-000000000000")
    first = client.list_keys(Limit=2)
    kms.key("40000000-0000-4000-8000-000000000000").delete()
    for digit in "1357":
        kms.create_key(key_id=f"{digit}0000000-0000-4000-8000-000000000000")

    rest = client.list_keys(Marker=first["NextMarker"])

    assert [name[0] for name in key_ids(first)] == ["2", "4"]
    assert [name[0] for name in key_ids(rest)] == ["5", "6", "7", "8"]


def test_many_tags_are_read_one_by_one(client: Any, kms: KmsMock, key_id: str) -> None:
    """Also where a test allows more of them than AWS."""
    kms.quotas.tags_per_key = 200
    names = [f"{number:0128}" for number in range(150)]
    for at in range(0, 150, 50):
        client.tag_resource(
            KeyId=key_id, Tags=[{"TagKey": name, "TagValue": ""} for name in names[at : at + 50]]
        )

    pages = client.get_paginator("list_resource_tags").paginate(
        KeyId=key_id, PaginationConfig={"PageSize": 1}
    )

    assert [tag["TagKey"] for page in pages for tag in page["Tags"]] == names


@pytest.mark.kms(page_size=2, keys=["alias/a", "alias/b", "alias/c"])
@pytest.mark.parametrize(
    ("method", "member"),
    [("list_keys", "Keys"), ("list_aliases", "Aliases"), ("list_resource_tags", "Tags")],
)
def test_short_pages_can_be_had_with_few_entries(client: Any, method: str, member: str) -> None:
    """The setting page_size shortens every page; a Limit may shorten it further."""
    key = {}
    if member == "Tags":
        key = {"KeyId": client.list_keys()["Keys"][0]["KeyId"]}
        client.tag_resource(**key, Tags=[{"TagKey": name, "TagValue": ""} for name in "abc"])
    call = getattr(client, method)

    assert len(call(**key)[member]) == 2
    assert len(call(**key, Limit=50)[member]) == 2
    assert len(call(**key, Limit=1)[member]) == 1

"""TagResource, UntagResource, ListResourceTags: order, number, and which tags there can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock.service.api.errors import TagException
from pytest_kmsmock.service.operations import tags

Call = Callable[..., dict[str, Any]]


def pairs(**values: str) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in values.items()]


@pytest.fixture
def key_id(call: Call) -> str:
    key_id: str = call("CreateKey", Tags=pairs(a="1", b="2"))["KeyMetadata"]["KeyId"]
    return key_id


def test_a_tag_that_is_overwritten_keeps_its_place(call: Call, key_id: str) -> None:
    call("TagResource", KeyId=key_id, Tags=pairs(c="3", a="4"))

    assert call("ListResourceTags", KeyId=key_id)["Tags"] == pairs(a="4", b="2", c="3")


def test_a_tag_that_is_not_there_may_be_removed(call: Call, key_id: str) -> None:
    call("UntagResource", KeyId=key_id, TagKeys=["a", "none"])

    assert call("ListResourceTags", KeyId=key_id)["Tags"] == pairs(b="2")


@pytest.mark.parametrize("number", [50, 51])
def test_a_key_has_fifty_tags_and_no_more(request_of: Callable[..., Any], number: int) -> None:
    """Quotas are for calls on record, not for what a test makes."""
    request = request_of("CreateKey")
    request.off_record = False
    given = [{"TagKey": f"t{index}", "TagValue": ""} for index in range(number)]

    if number <= 50:
        assert len(tags.checked_tags(request, given)) == number
    else:
        with pytest.raises(TagException, match="Too many tags"):
            tags.checked_tags(request, given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([*pairs(a="1"), *pairs(a="2")], "Duplicate tag keys"),
        (pairs(**{"AWS:x": ""}), "reserved"),
        (pairs(**{"a&b": ""}), "Invalid tag"),
        (pairs(a="b\n"), "Invalid tag"),
    ],
)
def test_tags_that_there_cannot_be(
    request_of: Callable[..., Any], given: list[dict[str, str]], says: str
) -> None:
    with pytest.raises(TagException, match=says):
        tags.checked_tags(request_of("CreateKey"), given)

"""TagResource, UntagResource, ListResourceTags, and tags given to CreateKey."""

from __future__ import annotations

from typing import Any

import pytest


def pairs(*names: str) -> list[dict[str, str]]:
    return [{"TagKey": name, "TagValue": f"value of {name}"} for name in names]


def names_of(client: Any, key_id: str) -> list[str]:
    return [tag["TagKey"] for tag in client.list_resource_tags(KeyId=key_id)["Tags"]]


def test_key_is_created_with_its_tags(client: Any) -> None:
    """They are no part of KeyMetadata; ListResourceTags has them."""
    metadata = client.create_key(Tags=pairs("team", "cost"))["KeyMetadata"]

    listed = client.list_resource_tags(KeyId=metadata["KeyId"])

    assert "Tags" not in metadata
    del listed["ResponseMetadata"]
    assert listed == {"Tags": pairs("team", "cost"), "Truncated": False}


def test_overwritten_tag_keeps_its_place(client: Any, key_id: str) -> None:
    """As recorded: tag1 to tag5 in order after tag2 was overwritten beside new ones."""
    client.tag_resource(KeyId=key_id, Tags=pairs("tag1", "tag2", "tag3"))
    changed = {"TagKey": "tag2", "TagValue": "changed"}

    client.tag_resource(KeyId=key_id, Tags=[changed, *pairs("tag4", "tag5")])

    tags = client.list_resource_tags(KeyId=key_id)["Tags"]
    assert [tag["TagKey"] for tag in tags] == ["tag1", "tag2", "tag3", "tag4", "tag5"]
    assert tags[1] == changed


@pytest.mark.parametrize(
    "text", ["My & Team", "a,b", "(a)", "a\tb", "a\nb", "50%", "🔑", "*", "#1"]
)
@pytest.mark.parametrize("member", ["TagKey", "TagValue"])
def test_a_tag_has_letters_digits_spaces_and_few_signs(
    client: Any, key_id: str, refusal: Any, text: str, member: str
) -> None:
    """Anything else is refused by each operation that takes tags, and changes nothing."""
    tags = [{"TagKey": "team", "TagValue": "red", member: text}]
    primary = client.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    before = len(client.list_keys()["Keys"])

    for method, params in (
        (client.tag_resource, {"KeyId": key_id, "Tags": [*pairs("cost"), *tags]}),
        (client.create_key, {"Tags": tags}),
        (client.replicate_key, {"KeyId": primary, "ReplicaRegion": "eu-west-1", "Tags": tags}),
    ):
        error = refusal(method, **params)
        assert error == ("TagException", "Invalid tag")

    assert names_of(client, key_id) == []
    assert len(client.list_keys()["Keys"]) == before


@pytest.mark.parametrize("text", ["a_.:/=+-@", "Grün 7", "日本", "team ", "٣", "x" * 128])
def test_a_tag_of_any_script(client: Any, key_id: str, text: str) -> None:
    """Letters and digits need not be Latin."""
    tags = [{"TagKey": text, "TagValue": text}]

    client.tag_resource(KeyId=key_id, Tags=tags)

    assert client.list_resource_tags(KeyId=key_id)["Tags"] == tags
    client.untag_resource(KeyId=key_id, TagKeys=[text])
    assert names_of(client, key_id) == []


def test_a_tag_value_may_be_empty(client: Any, key_id: str) -> None:
    """A key may not."""
    client.tag_resource(KeyId=key_id, Tags=[{"TagKey": "team", "TagValue": ""}])

    assert client.list_resource_tags(KeyId=key_id)["Tags"] == [{"TagKey": "team", "TagValue": ""}]


def test_a_tag_that_cannot_be_is_not_removed(client: Any, key_id: str, refusal: Any) -> None:
    """Its key is looked at as closely when it goes."""
    error = refusal(client.untag_resource, KeyId=key_id, TagKeys=["ok", "a & b"])

    assert error == ("TagException", "Invalid tag")


def test_tag_keys_are_case_sensitive(client: Any, key_id: str) -> None:
    """``Team`` and ``team`` are two tags."""
    client.tag_resource(KeyId=key_id, Tags=pairs("team", "Team"))

    client.untag_resource(KeyId=key_id, TagKeys=["Team"])

    assert names_of(client, key_id) == ["team"]


def test_untagging_what_is_not_there_is_fine(client: Any, key_id: str) -> None:
    """UntagResource succeeds; what is there and not named stays."""
    client.tag_resource(KeyId=key_id, Tags=pairs("team", "cost"))

    client.untag_resource(KeyId=key_id, TagKeys=["team", "none", "team"])

    assert names_of(client, key_id) == ["cost"]
    client.untag_resource(KeyId=key_id, TagKeys=["cost"])
    assert names_of(client, key_id) == []


def test_tag_may_have_an_empty_value(client: Any, key_id: str) -> None:
    """0 to 256 characters; the key has 1 to 128. Source: the model."""
    tags = [{"TagKey": "x" * 128, "TagValue": "y" * 256}, {"TagKey": "k", "TagValue": ""}]

    client.tag_resource(KeyId=key_id, Tags=tags)

    assert client.list_resource_tags(KeyId=key_id)["Tags"] == tags


@pytest.mark.parametrize("operation", ["create_key", "tag_resource"])
@pytest.mark.parametrize(
    ("tags", "code", "text"),
    [
        (pairs("team", "team"), "TagException", "Duplicate tag keys"),
        (pairs("aws:team"), "TagException", "Tags beginning with aws: are reserved"),
        (pairs("aWs:team"), "TagException", "Tags beginning with aws: are reserved"),
        (pairs(*map(str, range(51))), "TagException", "Too many tags"),
        (
            [*pairs("ok"), {"TagKey": "k", "TagValue": "y" * 257}],
            "ValidationException",
            f"1 validation error detected: Value '{'y' * 257}' at 'tags.2.member.tagValue' "
            "failed to satisfy constraint: Member must have length less than or equal to 256",
        ),
    ],
)
@pytest.mark.usefixtures("empty_account")
def test_wrong_tags_change_nothing(
    client: Any,
    key_id: str,
    refusal: Any,
    operation: str,
    tags: list[dict[str, str]],
    code: str,
    text: str,
) -> None:
    """The same rules on both ways, and no tag of a refused request is kept."""
    key = {} if operation == "create_key" else {"KeyId": key_id}

    error = refusal(getattr(client, operation), **key, Tags=tags)

    assert error == (code, text)
    assert names_of(client, key_id) == []
    assert len(client.list_keys()["Keys"]) == 1


def test_tag_may_begin_with_aws_without_a_colon(client: Any, key_id: str) -> None:
    """Only the prefix ``aws:`` is reserved."""
    client.tag_resource(KeyId=key_id, Tags=pairs("awsome", "my-aws:team"))

    assert names_of(client, key_id) == ["awsome", "my-aws:team"]


def test_key_has_50_tags_at_most(client: Any, key_id: str, refusal: Any) -> None:
    """Counted with those that are there; overwriting adds none."""
    names = [f"tag{number}" for number in range(50)]
    client.tag_resource(KeyId=key_id, Tags=pairs(*names[:30]))
    client.tag_resource(KeyId=key_id, Tags=pairs(*names[30:]))

    error = refusal(client.tag_resource, KeyId=key_id, Tags=pairs("one-more"))

    assert error == ("TagException", "Too many tags")
    client.tag_resource(KeyId=key_id, Tags=pairs("tag0"))
    client.untag_resource(KeyId=key_id, TagKeys=["tag0"])
    client.tag_resource(KeyId=key_id, Tags=pairs("one-more"))
    assert names_of(client, key_id) == [*names[1:], "one-more"]

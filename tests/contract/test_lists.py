"""Pages of all lists: `Limit`, `Marker`, `NextMarker`, `Truncated`."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Final

import pytest
from botocore import xform_name


class Listing:
    """A list of the API with some entries in it, and the names of these."""

    def __init__(self, operation: str, member: str, name: str, default: int, maximum: int) -> None:
        self.operation = operation
        self.member = member
        self.name = name
        self.default = default
        self.maximum = maximum

    def __repr__(self) -> str:
        return self.operation

    def fill(self, client: Any, length: int) -> dict[str, Any]:
        """Make *length* entries; return what the request says besides the page."""
        if self.operation == "ListKeys":
            for _ in range(length):
                client.create_key()
            return {}
        key_id = client.create_key()["KeyMetadata"]["KeyId"]
        if self.operation == "ListResourceTags":
            tags = [{"TagKey": f"tag{number}", "TagValue": ""} for number in range(length)]
            if tags:
                client.tag_resource(KeyId=key_id, Tags=tags)
            return {"KeyId": key_id}
        for number in range(length):
            if number % 50 == 0:  # a key has no more aliases
                key_id = client.create_key()["KeyMetadata"]["KeyId"]
            client.create_alias(AliasName=f"alias/{number}", TargetKeyId=key_id)
        return {}

    def method(self, client: Any) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(client, xform_name(self.operation))
        return method

    def names(self, page: dict[str, Any]) -> list[str]:
        return [entry[self.name] for entry in page[self.member]]


KEYS: Final = Listing("ListKeys", "Keys", "KeyId", 100, 1000)
ALIASES: Final = Listing("ListAliases", "Aliases", "AliasName", 50, 100)
TAGS: Final = Listing("ListResourceTags", "Tags", "TagKey", 50, 50)
every_list = pytest.mark.parametrize("listing", [KEYS, ALIASES, TAGS], ids=repr)


@every_list
@pytest.mark.usefixtures("empty_account")
def test_short_list_is_one_page(client: Any, listing: Listing) -> None:
    """The last page has no NextMarker at all; Truncated is there, and false."""
    members = listing.fill(client, 3)

    page = listing.method(client)(**members)

    assert page.keys() == {listing.member, "Truncated", "ResponseMetadata"}
    assert page["Truncated"] is False
    assert len(page[listing.member]) == 3


@every_list
@pytest.mark.usefixtures("empty_account")
def test_empty_list_is_one_page(client: Any, listing: Listing) -> None:
    """The list itself is there, and empty."""
    members = {} if listing is not TAGS else TAGS.fill(client, 0)

    page = listing.method(client)(**members)

    del page["ResponseMetadata"]
    assert page == {listing.member: [], "Truncated": False}


NAMES: Final = (
    "alias/Zebra",
    "alias/app/b",
    "alias/app-2",
    "alias/app",
    "alias/_",
    "alias/App",
    "alias/10",
    "alias/9",
)


@pytest.mark.parametrize("of_key", [False, True])
def test_aliases_are_in_the_order_of_their_bytes(client: Any, key_id: str, of_key: bool) -> None:
    """As in 16 recordings: upper case before lower, AWS's own among the others."""
    for name in NAMES:
        client.create_alias(AliasName=name, TargetKeyId=key_id)
    client.describe_key(KeyId="alias/aws/s3")

    listed = client.list_aliases(**({"KeyId": key_id} if of_key else {}))["Aliases"]

    names = NAMES if of_key else (*NAMES, "alias/aws/s3")
    assert [alias["AliasName"] for alias in listed] == sorted(names, key=str.encode)


@pytest.mark.parametrize("of_key", [False, True])
def test_marker_of_aliases_names_the_last_one(client: Any, key_id: str, of_key: bool) -> None:
    """As recorded: Base64 of compact JSON, with the name in it twice."""
    for name in NAMES:
        client.create_alias(AliasName=name, TargetKeyId=key_id)

    page = client.list_aliases(Limit=3, **({"KeyId": key_id} if of_key else {}))

    last = page["Aliases"][-1]["AliasName"]
    assert base64.b64decode(page["NextMarker"]) == f'{{"a":"{last}","b":"{last}"}}'.encode()


@pytest.mark.usefixtures("empty_account")
def test_marker_of_aliases_needs_no_alias(client: Any, key_id: str) -> None:
    """It says where to go on, also where nothing is."""
    for name in NAMES:
        client.create_alias(AliasName=name, TargetKeyId=key_id)
    marker = base64.b64encode(b'{"a":"alias/b","b":"alias/b"}').decode()

    listed = client.list_aliases(Marker=marker)["Aliases"]

    assert [alias["AliasName"] for alias in listed] == []
    marker = base64.b64encode(b'{"a":"alias/ap","b":"alias/ap"}').decode()
    listed = client.list_aliases(Marker=marker)["Aliases"]
    assert [alias["AliasName"] for alias in listed] == ["alias/app", "alias/app-2", "alias/app/b"]


@pytest.mark.usefixtures("empty_account")
def test_keys_are_in_the_order_of_their_ids(client: Any) -> None:
    """As in the sample of the API Reference; not in that of their creation, as recorded."""
    KEYS.fill(client, 20)
    client.create_key(MultiRegion=True)

    names = KEYS.names(client.list_keys())

    assert names == sorted(names)
    assert names[-1].startswith("mrk-")


def test_tags_are_in_the_order_in_which_they_came(client: Any) -> None:
    """Inferred: no recording tells it from that of their names."""
    members = TAGS.fill(client, 0)
    for name in ("team", "cost", "app"):
        client.tag_resource(**members, Tags=[{"TagKey": name, "TagValue": ""}])

    assert TAGS.names(client.list_resource_tags(**members)) == ["team", "cost", "app"]


@every_list
@pytest.mark.parametrize("limit", [1, 3, 5, 6, 7])
@pytest.mark.usefixtures("empty_account")
def test_pages_put_together_are_the_list(client: Any, listing: Listing, limit: int) -> None:
    """Every entry comes once, in the order of the whole, and no page is too long."""
    members = listing.fill(client, 6)
    whole = listing.names(listing.method(client)(**members))

    pages = []
    marker: dict[str, str] = {}
    while True:
        page = listing.method(client)(**members, **marker, Limit=limit)
        pages.append(listing.names(page))
        assert page["Truncated"] is ("NextMarker" in page)
        if not page["Truncated"]:
            break
        marker = {"Marker": page["NextMarker"]}

    assert [name for page_names in pages for name in page_names] == whole
    assert [len(page_names) for page_names in pages[:-1]] == [limit] * (len(pages) - 1)
    assert len(pages) == -(-6 // limit)  # an exact fit has no empty last page


@pytest.mark.parametrize("listing", [KEYS, ALIASES], ids=repr)
@pytest.mark.usefixtures("empty_account")
def test_page_has_a_default_length(client: Any, listing: Listing) -> None:
    """Source: the operations' documentation, Limit. A key has no 51 tags to tell by."""
    listing.fill(client, listing.default + 1)

    page = listing.method(client)()

    assert len(page[listing.member]) == listing.default
    assert page["Truncated"] is True


@every_list
def test_longest_page(client: Any, refusal: Any, listing: Listing) -> None:
    """The maximum is the operation's own, below the model's 1000 as a rule."""
    members = listing.fill(client, 2)
    listing.method(client)(**members, Limit=listing.maximum)

    error = refusal(listing.method(client), **members, Limit=listing.maximum + 1)

    assert error == (
        "ValidationException",
        f"1 validation error detected: Value '{listing.maximum + 1}' at 'limit' failed "
        f"to satisfy constraint: Member must have value less than or equal to {listing.maximum}",
    )


@every_list
def test_shortest_page(lenient_client: Any, refusal: Any, listing: Listing) -> None:
    """A page of no entries cannot be asked for."""
    members = listing.fill(lenient_client, 1)

    error = refusal(listing.method(lenient_client), **members, Limit=0)

    assert error.message == (
        "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1"
    )


@every_list
@pytest.mark.parametrize(
    "spoil", [str.swapcase, "{}x".format, "{}!".format, " {}".format, "1{}".format]
)
def test_foreign_marker_is_refused(
    client: Any, refusal: Any, listing: Listing, spoil: Callable[[str], str]
) -> None:
    """Only what a NextMarker said is a Marker."""
    members = listing.fill(client, 3)
    marker = listing.method(client)(**members, Limit=1)["NextMarker"]

    for wrong in (spoil(marker), "x", "not a marker", "é"):
        response = refusal(listing.method(client), **members, Marker=wrong)

        assert response.code == "InvalidMarkerException"


def test_marker_of_one_list_is_none_of_another(client: Any, client_of: Any, refusal: Any) -> None:
    """Neither of another operation, nor of another key, Region or account."""
    KEYS.fill(client, 2)
    ALIASES.fill(client, 2)
    of_keys = client.list_keys(Limit=1)["NextMarker"]
    abroad = client_of("eu-west-1")
    elsewhere = client_of(principal="arn:aws:iam::210987654321:user/ann")

    for method in (client.list_aliases, abroad.list_keys, elsewhere.list_keys):
        assert refusal(method, Marker=of_keys).code == "InvalidMarkerException"


def test_tags_of_another_key_are_not_gone_on_with(client: Any, refusal: Any) -> None:
    """A marker belongs to the key whose tags were listed."""
    members, others = TAGS.fill(client, 3), TAGS.fill(client, 3)
    marker = client.list_resource_tags(**members, Limit=1)["NextMarker"]

    response = refusal(client.list_resource_tags, **others, Marker=marker)

    assert response.code == "InvalidMarkerException"


@pytest.mark.usefixtures("empty_account")
def test_marker_is_good_again_and_again(client: Any) -> None:
    """Also with another Limit."""
    KEYS.fill(client, 5)
    whole = KEYS.names(client.list_keys())
    marker = client.list_keys(Limit=2)["NextMarker"]

    for limit in (1, 2, 100, 1):
        page = client.list_keys(Limit=limit, Marker=marker)

        assert KEYS.names(page) == whole[2 : 2 + limit]


@pytest.mark.usefixtures("empty_account")
def test_aliases_that_come_and_go_shift_no_page(client: Any, key_id: str) -> None:
    """A page resumes after a name: what was there before and after it comes once."""
    for number in range(10):
        client.create_alias(AliasName=f"alias/{number}", TargetKeyId=key_id)
    first = client.list_aliases(Limit=4)
    for name in ("alias/0", "alias/3", "alias/4", "alias/5"):
        client.delete_alias(AliasName=name)
    for name in ("alias/00", "alias/66", "alias/99"):
        client.create_alias(AliasName=name, TargetKeyId=key_id)

    rest = client.list_aliases(Marker=first["NextMarker"])

    assert ALIASES.names(first) == [f"alias/{number}" for number in range(4)]
    assert ALIASES.names(rest) == [f"alias/{name}" for name in ("6", "66", "7", "8", "9", "99")]


@pytest.mark.parametrize(
    ("removed", "again", "rest"),
    [
        ("", "", "cdef"),
        ("a", "", "cdef"),
        ("ab", "", "cdef"),
        ("bc", "", "def"),
        ("abcd", "", "ef"),
        ("b", "b", "cdefb"),
        ("ab", "ab", "cdefab"),
        ("cd", "c", "efc"),
        ("", "xy", "cdefxy"),
    ],
)
def test_tags_that_come_and_go_shift_no_page(
    client: Any, removed: str, again: str, rest: str
) -> None:
    """Whatever was removed: also the last that was listed and the next to come, together."""
    members = TAGS.fill(client, 0)
    tag(client, members, "abcdef")
    first = client.list_resource_tags(**members, Limit=2)
    client.untag_resource(**members, TagKeys=list(removed))
    tag(client, members, again)

    second = client.list_resource_tags(**members, Limit=50, Marker=first["NextMarker"])

    assert "".join(TAGS.names(first)) == "ab"
    # One that came again may be listed again.
    assert "".join(TAGS.names(second)) in (rest, rest.rstrip("ab"))


def tag(client: Any, members: dict[str, Any], keys: str) -> None:
    if keys:
        client.tag_resource(**members, Tags=[{"TagKey": key, "TagValue": ""} for key in keys])


def test_all_aliases_of_a_key_can_be_deleted_page_by_page(client: Any, key_id: str) -> None:
    """Deleting what a page listed makes the next page skip nothing."""
    for number in range(10):
        client.create_alias(AliasName=f"alias/{number}", TargetKeyId=key_id)

    pages = client.get_paginator("list_aliases").paginate(
        KeyId=key_id, PaginationConfig={"PageSize": 3}
    )
    for page in pages:
        for alias in page["Aliases"]:
            client.delete_alias(AliasName=alias["AliasName"])

    assert client.list_aliases(KeyId=key_id)["Aliases"] == []


def test_all_tags_of_a_key_can_be_removed_page_by_page(client: Any) -> None:
    """Removing what a page listed makes the next page skip nothing."""
    members = TAGS.fill(client, 10)

    pages = client.get_paginator("list_resource_tags").paginate(
        **members, PaginationConfig={"PageSize": 3}
    )
    for page in pages:
        client.untag_resource(**members, TagKeys=[tag["TagKey"] for tag in page["Tags"]])

    assert client.list_resource_tags(**members)["Tags"] == []


@every_list
@pytest.mark.usefixtures("empty_account")
def test_botocores_paginator_sees_all(client: Any, listing: Listing) -> None:
    """It stops at the page without a NextMarker."""
    members = listing.fill(client, 7)
    paginator = client.get_paginator(xform_name(listing.operation))

    result = paginator.paginate(**members, PaginationConfig={"PageSize": 2}).build_full_result()

    assert len(result[listing.member]) == 7


@pytest.mark.usefixtures("empty_account")
def test_keys_are_listed_by_id_and_arn(client: Any, key_id: str) -> None:
    """Source: KMS API Reference, KeyListEntry. Keys in all states are listed."""
    client.schedule_key_deletion(KeyId=key_id)

    arn = f"arn:aws:kms:us-east-1:123456789012:key/{key_id}"
    assert client.list_keys()["Keys"] == [{"KeyId": key_id, "KeyArn": arn}]


@pytest.mark.parametrize("limit", [1, 1000])
def test_policies_make_one_page(client: Any, key_id: str, limit: int) -> None:
    """There is one policy, so no page of them is cut short."""
    page = client.list_key_policies(KeyId=key_id, Limit=limit)

    assert page["PolicyNames"] == ["default"]
    assert page["Truncated"] is False
    assert "NextMarker" not in page


def test_policies_have_their_own_longest_page(client: Any, key_id: str, refusal: Any) -> None:
    """1000, as for keys."""
    error = refusal(client.list_key_policies, KeyId=key_id, Limit=1001)

    assert error.message.endswith("Member must have value less than or equal to 1000")
    error = refusal(client.list_key_policies, KeyId=key_id, Marker="x")
    assert error.code == "InvalidMarkerException"

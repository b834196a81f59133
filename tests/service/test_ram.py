"""Keys shared by AWS RAM: `key.share_with`, `ResourceOwners` and the AWS_RAM key policy."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import Key, KmsMock, KmsMockError
from pytest_kmsmock.service.api.shapes import shapes_of

OWN: Final = "123456789012"
OTHER: Final = "210987654321"
THIRD: Final = "111122223333"
BOTH: Final = ["SELF", "OTHER_ACCOUNTS_VIA_RAM"]

has_owners = pytest.mark.skipif(
    "ResourceOwners" not in shapes_of("ListKeys").members,
    reason="this botocore has no ResourceOwners",
)


@pytest.fixture
def owner(kms: KmsMock) -> Any:
    """A client of the account that shares its keys."""
    return kms.client(principal=f"arn:aws:iam::{OTHER}:role/admin")


@pytest.fixture
def shared(kms: KmsMock) -> list[Key]:
    """Three keys of another account, shared with ours."""
    keys = [kms.create_key(account=OTHER) for _ in range(3)]
    for key in keys:
        key.share_with(OWN)
    return keys


def arns(response: dict[str, Any]) -> list[str]:
    return [each["KeyArn"] for each in response["Keys"]]


def arns_of(keys: list[Key]) -> list[str]:
    """Return the ARNs of *keys*, of one account, in the order in which they are listed."""
    return sorted(key.arn for key in keys)


@has_owners
def test_shared_keys_are_listed_when_asked_for(
    kms: KmsMock, client: Any, shared: list[Key]
) -> None:
    """Their ARNs tell whose they are. By default there are none among one's own."""
    own = [kms.create_key() for _ in range(2)]
    kms.create_key(account=OTHER)

    assert arns(client.list_keys()) == arns_of(own)
    assert arns(client.list_keys(ResourceOwners=["SELF"])) == arns_of(own)
    assert arns(client.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])) == arns_of(shared)


@has_owners
@pytest.mark.parametrize("owners", [BOTH, BOTH[::-1]], ids=str)
@pytest.mark.parametrize("limit", [None, 1, 2, 4, 100])
def test_own_keys_come_first_and_never_in_one_page_with_others(
    kms: KmsMock, client: Any, shared: list[Key], owners: list[str], limit: int | None
) -> None:
    """In whichever order the owners are named: a page may be short, though more follow."""
    own = [kms.create_key() for _ in range(3)]
    more = {} if limit is None else {"PaginationConfig": {"PageSize": limit}}

    paginator = client.get_paginator("list_keys")
    pages = [arns(page) for page in paginator.paginate(ResourceOwners=owners, **more)]

    assert [arn for page in pages for arn in page] == arns_of(own) + arns_of(shared)
    assert all(len({arn.split(":")[4] for arn in page}) <= 1 for page in pages)
    assert all(len(page) <= (limit or 100) for page in pages)


@has_owners
def test_both_without_any_key_is_an_empty_list(client: Any, owner: Any, shared: list[Key]) -> None:
    """The owner of the keys has none shared with it; we have none of our own."""
    paginator = client.get_paginator("list_keys")
    pages = [arns(page) for page in paginator.paginate(ResourceOwners=BOTH)]

    assert [arn for page in pages for arn in page] == arns_of(shared)
    assert arns(owner.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])) == []


@has_owners
def test_a_marker_is_for_the_same_owners(kms: KmsMock, client: Any, shared: list[Key]) -> None:
    """InvalidMarkerException otherwise."""
    for _ in range(3):
        kms.create_key()
    marker = client.list_keys(ResourceOwners=BOTH, Limit=2)["NextMarker"]
    of_own = client.list_keys(ResourceOwners=["SELF"], Limit=2)["NextMarker"]

    for owners, given in (
        (["SELF"], marker),
        (["OTHER_ACCOUNTS_VIA_RAM"], marker),
        (BOTH, of_own),
    ):
        with pytest.raises(client.exceptions.InvalidMarkerException):
            client.list_keys(ResourceOwners=owners, Marker=given)


@has_owners
def test_a_share_ends(kms: KmsMock, client: Any, shared: list[Key]) -> None:
    """When the owner says so, and with the key."""
    first, second, third = shared

    first.share_with()
    second.share_with(THIRD)
    third.delete()

    assert client.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == []
    of_third = kms.client(principal=f"arn:aws:iam::{THIRD}:role/app")
    assert arns(of_third.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])) == [second.arn]


@has_owners
def test_a_share_is_of_one_region(kms: KmsMock, client: Any) -> None:
    """A replica is shared on its own."""
    key = kms.create_key(account=OTHER, multi_region=True)
    key.share_with(OWN)
    owner = kms.client(principal=f"arn:aws:iam::{OTHER}:role/admin")
    owner.replicate_key(KeyId=key.id, ReplicaRegion="eu-west-1")

    abroad = kms.client("eu-west-1")

    assert abroad.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == []
    assert arns(client.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])) == [key.arn]


@has_owners
def test_ones_own_key_is_none_that_others_share(kms: KmsMock, client: Any) -> None:
    """Also when it is shared with everybody."""
    kms.create_key().share_with(OTHER, THIRD)

    assert client.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == []


@has_owners
@pytest.mark.parametrize("owners", [["EVERYBODY"], ["SELF", "SELF", "SELF"]], ids=str)
def test_owners_are_one_or_two_of_two(client: Any, owners: list[str]) -> None:
    """ValidationException otherwise."""
    with pytest.raises(ClientError, match=r"ValidationException.*resourceOwners"):
        client.list_keys(ResourceOwners=owners)


def test_a_shared_key_is_used_by_its_arn(client: Any, shared: list[Key]) -> None:
    """As any key of another account."""
    blob = client.encrypt(KeyId=shared[0].arn, Plaintext=b"secret")["CiphertextBlob"]

    assert shared[0].decrypt(blob) == b"secret"


# The AWS_RAM policy.


def test_a_shared_key_has_a_second_policy(owner: Any, shared: list[Key]) -> None:
    """It lets the accounts in that the key is shared with."""
    key = shared[0]

    response = owner.get_key_policy(KeyId=key.id, PolicyName="AWS_RAM")

    (statement,) = json.loads(response["Policy"])["Statement"]
    assert response["PolicyName"] == "AWS_RAM"
    assert statement["Principal"] == {"AWS": [f"arn:aws:iam::{OWN}:root"]}
    assert owner.list_key_policies(KeyId=key.id)["PolicyNames"] == ["default", "AWS_RAM"]
    default = owner.get_key_policy(KeyId=key.id)
    assert default["PolicyName"] == "default"
    assert default["Policy"] != response["Policy"]


def test_a_key_that_is_not_shared_has_one_policy(kms: KmsMock, client: Any) -> None:
    """NotFoundException for the other."""
    key = kms.create_key()
    key.share_with(OTHER)
    key.share_with()

    assert client.list_key_policies(KeyId=key.id)["PolicyNames"] == ["default"]
    with pytest.raises(client.exceptions.NotFoundException):
        client.get_key_policy(KeyId=key.id, PolicyName="AWS_RAM")


def test_only_ram_changes_its_policy(owner: Any, shared: list[Key]) -> None:
    """PutKeyPolicy is for the default policy, which leaves the other alone."""
    key = shared[0]
    of_ram = owner.get_key_policy(KeyId=key.id, PolicyName="AWS_RAM")["Policy"]
    default = owner.get_key_policy(KeyId=key.id)["Policy"]

    with pytest.raises(ClientError):
        owner.put_key_policy(KeyId=key.id, PolicyName="AWS_RAM", Policy=default)
    owner.put_key_policy(KeyId=key.id, Policy=default)

    assert owner.get_key_policy(KeyId=key.id, PolicyName="AWS_RAM")["Policy"] == of_ram


# The handle.


@pytest.mark.parametrize("account", ["partner", "12345", 210987654321, ""])
def test_a_share_is_with_accounts(kms: KmsMock, account: Any) -> None:
    """The message says what to write."""
    key = kms.create_key()

    with pytest.raises(KmsMockError, match=r"no account ID; write 12 digits in quotes\.$"):
        key.share_with(account)


def test_a_share_is_no_call(kms: KmsMock, shared: list[Key]) -> None:
    """It is RAM's doing."""
    assert len(kms.calls) == 0

"""ListGrants and ListRetirableGrants: filters, pages, markers."""

from __future__ import annotations

from typing import Any, Final

import pytest

from pytest_kmsmock import Key, KmsMock
from pytest_kmsmock.service.api.shapes import shapes_of

WORKER: Final = "arn:aws:iam::123456789012:role/worker"
ANN: Final = "arn:aws:iam::123456789012:user/ann"
JANITOR: Final = "arn:aws:iam::123456789012:role/janitor"
PARTNER: Final = "arn:aws:iam::210987654321:role/partner"

has_service_principals = pytest.mark.skipif(
    "GranteeServicePrincipal" not in shapes_of("ListGrants").members,
    reason="this botocore has no grants to services",
)


def ids(response: dict[str, Any]) -> list[str]:
    return [each["GrantId"] for each in response["Grants"]]


def test_a_key_without_grants_lists_none(client: Any, key: Key) -> None:
    """One page, and no marker."""
    response = client.list_grants(KeyId=key.id)

    assert response["Grants"] == []
    assert response["Truncated"] is False
    assert "NextMarker" not in response


def test_grants_of_other_keys_are_not_listed(
    client: Any, key: Key, grant: Any, kms: KmsMock
) -> None:
    other = kms.create_key()
    grant(KeyId=other.id)
    own = grant()

    assert ids(client.list_grants(KeyId=key.arn)) == [own["GrantId"]]


def test_one_grant_by_its_id(client: Any, key: Key, grant: Any, kms: KmsMock) -> None:
    """Of this key: another key's grant is not found by its ID."""
    wanted, _ = grant(), grant()
    elsewhere = grant(KeyId=kms.create_key().id)

    assert ids(client.list_grants(KeyId=key.id, GrantId=wanted["GrantId"])) == [wanted["GrantId"]]
    assert ids(client.list_grants(KeyId=key.id, GrantId=elsewhere["GrantId"])) == []


def test_the_grants_of_one_grantee(client: Any, key: Key, grant: Any) -> None:
    """Exactly that principal's: not those of its account or of its sessions."""
    of_ann = [grant(GranteePrincipal=ANN)["GrantId"] for _ in range(2)]
    grant()
    grant(GranteePrincipal="arn:aws:iam::123456789012:root")
    grant(GranteePrincipal=WORKER, RetiringPrincipal=ANN)

    assert ids(client.list_grants(KeyId=key.id, GranteePrincipal=ANN)) == of_ann
    assert ids(client.list_grants(KeyId=key.id, GranteePrincipal=ANN, GrantId=of_ann[1])) == [
        of_ann[1]
    ]
    assert ids(client.list_grants(KeyId=key.id, GranteePrincipal=PARTNER)) == []


@has_service_principals
def test_the_grants_of_one_service(client: Any, key: Key, grant: Any, refusal: Any) -> None:
    """Either filter, not both."""
    service = "ec2.amazonaws.com"
    made = client.create_grant(
        KeyId=key.id,
        GranteeServicePrincipal=service,
        RetiringPrincipal=JANITOR,
        Operations=["Decrypt"],
        Constraints={"SourceArn": "arn:aws:ec2:us-east-1:123456789012:instance/i-1"},
    )
    grant()

    found = client.list_grants(KeyId=key.id, GranteeServicePrincipal=service)
    error = refusal(
        client.list_grants, KeyId=key.id, GranteePrincipal=ANN, GranteeServicePrincipal=service
    )

    assert ids(found) == [made["GrantId"]]
    assert error.code == "ValidationException"


def test_a_grant_id_that_can_be_none_is_refused(client: Any, key: Key, refusal: Any) -> None:
    """InvalidGrantIdException: an ID is 64 hex digits."""
    error = refusal(client.list_grants, KeyId=key.id, GrantId="nightly")

    assert error.code == "InvalidGrantIdException"
    assert "nightly" in error.message


@pytest.mark.parametrize("key_id", ["invalid", "1234abcd-12ab-34cd-56ef-1234567890ab"])
def test_the_key_must_exist(client: Any, refusal: Any, key_id: str) -> None:
    """As recorded from AWS."""
    assert refusal(client.list_grants, KeyId=key_id).code == "NotFoundException"


# Pages.


def test_fifty_are_a_page_unless_told_otherwise(client: Any, key: Key, grant: Any) -> None:
    """All pages together are all grants, once each, in the order in which they were made."""
    made = [grant()["GrantId"] for _ in range(51)]

    first = client.list_grants(KeyId=key.id)
    rest = client.list_grants(KeyId=key.id, Marker=first["NextMarker"])
    paginator = client.get_paginator("list_grants")
    by_seven = [
        id_
        for page in paginator.paginate(KeyId=key.id, PaginationConfig={"PageSize": 7})
        for id_ in ids(page)
    ]

    assert (len(first["Grants"]), first["Truncated"]) == (50, True)
    assert (len(rest["Grants"]), rest["Truncated"]) == (1, False)
    assert ids(first) + ids(rest) == by_seven == made


def test_a_filtered_list_has_pages_too(client: Any, key: Key, grant: Any) -> None:
    """The filter comes first, so that pages are full."""
    of_ann = []
    for _ in range(5):
        of_ann.append(grant(GranteePrincipal=ANN)["GrantId"])
        grant()

    pages = [
        ids(page)
        for page in client.get_paginator("list_grants").paginate(
            KeyId=key.id, GranteePrincipal=ANN, PaginationConfig={"PageSize": 2}
        )
    ]

    assert pages == [of_ann[:2], of_ann[2:4], of_ann[4:]]


@pytest.mark.parametrize("limit", [0, 101, 1000, 1001])
def test_a_page_has_1_to_100_entries(client: Any, key: Key, refusal: Any, limit: int) -> None:
    """The shape allows 1,000; the operation's documentation does not."""
    lenient = client.list_grants

    if limit == 0:
        # botocore itself refuses what is below the shape's minimum.
        with pytest.raises(Exception, match="value: 0, valid min value: 1"):
            lenient(KeyId=key.id, Limit=limit)
        return
    assert refusal(lenient, KeyId=key.id, Limit=limit).code == "ValidationException"


def test_a_marker_is_good_for_its_own_list_only(
    client: Any, key: Key, grant: Any, kms: KmsMock, refusal: Any
) -> None:
    """Another key's list, another filter or made-up text: InvalidMarkerException."""
    other = kms.create_key()
    for _ in range(2):
        grant()
        grant(KeyId=other.id)
    marker = client.list_grants(KeyId=key.id, Limit=1)["NextMarker"]

    for params in (
        {"KeyId": other.id, "Marker": marker},
        {"KeyId": key.id, "Marker": marker, "GranteePrincipal": WORKER},
        {"KeyId": key.id, "Marker": "made-up"},
    ):
        assert refusal(client.list_grants, **params).code == "InvalidMarkerException"


def test_grants_that_end_between_two_pages(client: Any, key: Key, grant: Any) -> None:
    """Nothing that is still there is left out, whatever is revoked meanwhile."""
    made = [grant()["GrantId"] for _ in range(6)]
    first = client.list_grants(KeyId=key.id, Limit=2)

    for grant_id in (made[0], made[1], made[2]):
        client.revoke_grant(KeyId=key.id, GrantId=grant_id)
    rest = client.list_grants(KeyId=key.id, Marker=first["NextMarker"])

    assert ids(rest) == made[3:]


@pytest.mark.kms(page_size=1)
def test_page_size_holds_for_grants(client: Any, key: Key, grant: Any) -> None:
    """So that an application that forgets the second page fails."""
    made = [grant()["GrantId"] for _ in range(3)]

    assert ids(client.list_grants(KeyId=key.id)) == made[:1]
    assert [each["GrantId"] for each in key.grants] == made


# ListRetirableGrants.


def test_what_one_may_retire(client: Any, grant: Any, kms: KmsMock) -> None:
    """By the retiring principal, over all keys of the Region, those of other accounts too."""
    foreign = kms.create_key(account="210987654321")
    abroad = kms.create_key(region="eu-west-1")
    terms = {"GranteePrincipal": WORKER, "RetiringPrincipal": JANITOR, "Operations": ["Decrypt"]}
    here = grant(RetiringPrincipal=JANITOR)
    of_partner = kms.client(principal=PARTNER).create_grant(KeyId=foreign.arn, **terms)
    kms.client("eu-west-1").create_grant(KeyId=abroad.id, **terms)
    grant()
    grant(RetiringPrincipal=ANN)

    response = client.list_retirable_grants(RetiringPrincipal=JANITOR)

    assert ids(response) == [here["GrantId"], of_partner["GrantId"]]
    assert [each["KeyId"].split(":")[4] for each in response["Grants"]] == [
        "123456789012",
        "210987654321",
    ]
    assert response["Grants"][1]["IssuingAccount"] == "arn:aws:iam::210987654321:root"


def test_retirable_grants_have_pages(client: Any, grant: Any, refusal: Any) -> None:
    """50 unless told otherwise, 100 at most; a marker belongs to one principal's list."""
    made = [grant(RetiringPrincipal=JANITOR)["GrantId"] for _ in range(51)]
    paginator = client.get_paginator("list_retirable_grants")

    pages = [ids(page) for page in paginator.paginate(RetiringPrincipal=JANITOR)]

    assert [len(page) for page in pages] == [50, 1]
    assert pages[0] + pages[1] == made
    marker = client.list_retirable_grants(RetiringPrincipal=JANITOR, Limit=1)["NextMarker"]
    wrong = refusal(client.list_retirable_grants, RetiringPrincipal=ANN, Marker=marker)
    assert wrong.code == "InvalidMarkerException"
    long = refusal(client.list_retirable_grants, RetiringPrincipal=JANITOR, Limit=101)
    assert long.code == "ValidationException"


def test_a_retired_grant_is_no_longer_retirable(
    client: Any, key: Key, grant: Any, kms: KmsMock
) -> None:
    """Nor is one that was revoked, or went with its key."""
    retired, revoked = grant(RetiringPrincipal=JANITOR), grant(RetiringPrincipal=JANITOR)
    doomed = kms.create_key()
    grant(KeyId=doomed.id, RetiringPrincipal=JANITOR)

    client.retire_grant(GrantToken=retired["GrantToken"])
    client.revoke_grant(KeyId=key.id, GrantId=revoked["GrantId"])
    client.schedule_key_deletion(KeyId=doomed.id, PendingWindowInDays=7)
    assert len(ids(client.list_retirable_grants(RetiringPrincipal=JANITOR))) == 1
    kms.clock.advance(days=8)

    assert ids(client.list_retirable_grants(RetiringPrincipal=JANITOR)) == []


def test_one_retiring_principal_must_be_named(kms: KmsMock, refusal: Any) -> None:
    """Newer models require neither kind, since it is either."""
    lenient = kms.client(parameter_validation=False)

    assert refusal(lenient.list_retirable_grants).code == "ValidationException"


def test_a_retiring_principal_is_an_arn(client: Any, refusal: Any) -> None:
    """InvalidArnException names what it is not."""
    error = refusal(client.list_retirable_grants, RetiringPrincipal="janitor")

    assert error.code == "InvalidArnException"
    assert "janitor" in error.message


def test_the_retiring_principal_is_of_the_callers_account(client: Any, refusal: Any) -> None:
    """The principal is the resource that the caller needs permission for."""
    error = refusal(client.list_retirable_grants, RetiringPrincipal=PARTNER)

    assert error.code == "AccessDeniedException"
    assert "kms:ListRetirableGrants" in error.message


@has_service_principals
def test_what_a_service_may_retire(client: Any, key: Key, refusal: Any) -> None:
    """Either principal, not both."""
    made = client.create_grant(
        KeyId=key.id,
        GranteePrincipal=WORKER,
        RetiringServicePrincipal="ec2.amazonaws.com",
        Operations=["Decrypt"],
    )

    found = client.list_retirable_grants(RetiringServicePrincipal="ec2.amazonaws.com")
    error = refusal(
        client.list_retirable_grants,
        RetiringServicePrincipal="ec2.amazonaws.com",
        RetiringPrincipal=JANITOR,
    )

    assert ids(found) == [made["GrantId"]]
    assert error.code == "ValidationException"

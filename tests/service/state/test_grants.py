"""Grants: found by whatever a request asks for them."""

from __future__ import annotations

from collections.abc import Iterable

import samples

from pytest_kmsmock.service.state.grants import Grants
from pytest_kmsmock.service.values.grant import Grant

ANN, BOB = (f"arn:aws:iam::123456789012:user/{name}" for name in ("Ann", "Bob"))
KEY = samples.key().arn
OTHER_KEY = KEY[:-1] + "0"
ABROAD = KEY.replace("us-east-1", "eu-west-1")


def of(*grants: Grant) -> Grants:
    made = Grants()
    for grant in grants:
        made = made.put(grant)
    return made


def numbers(grants: Iterable[Grant]) -> list[int]:
    return [int(grant.id, 16) for grant in grants]


def test_grants_of_a_key_come_as_they_were_made() -> None:
    """Not in the order of their IDs."""
    grants = of(samples.grant(2), samples.grant(1), samples.grant(3, key_arn=OTHER_KEY))

    assert numbers(grants.of_key(KEY)) == [2, 1]
    assert numbers(grants.of_key(OTHER_KEY)) == [3]
    assert numbers(grants.of_key(ABROAD)) == []


def test_grants_are_found_by_whom_they_give_something() -> None:
    """A principal and a service are asked for by members of their own."""
    grants = of(
        samples.grant(1, GranteePrincipal=ANN),
        samples.grant(2, GranteePrincipal=BOB),
        samples.grant(3, GranteePrincipal=ANN, key_arn=OTHER_KEY),
        samples.grant(4, GranteePrincipal=BOB, GranteeServicePrincipal="ec2.amazonaws.com"),
    )

    assert numbers(grants.of_grantee(KEY, "GranteePrincipal", ANN)) == [1]
    assert numbers(grants.of_grantee(KEY, "GranteePrincipal", BOB)) == [2, 4]
    service = "ec2.amazonaws.com"
    assert numbers(grants.of_grantee(KEY, "GranteeServicePrincipal", service)) == [4]
    assert numbers(grants.of_grantee(KEY, "GranteePrincipal", service)) == []


def test_grants_are_found_by_who_may_retire_them() -> None:
    """On all keys of a Region, whoever's they are."""
    foreign = KEY.replace("123456789012", "210987654321")
    grants = of(
        samples.grant(1, RetiringPrincipal=ANN),
        samples.grant(2, RetiringPrincipal=ANN, key_arn=foreign),
        samples.grant(3, RetiringPrincipal=ANN, key_arn=ABROAD),
        samples.grant(4, RetiringPrincipal=BOB),
        samples.grant(5, GranteePrincipal=ANN),
        samples.grant(6, RetiringServicePrincipal="ec2.amazonaws.com"),
    )

    assert numbers(grants.retirable_by("us-east-1", ANN)) == [1, 2]
    assert numbers(grants.retirable_by("eu-west-1", ANN)) == [3]
    assert numbers(grants.retirable_by("us-east-1", "ec2.amazonaws.com")) == [6]
    assert numbers(grants.retirable_by("sa-east-1", ANN)) == []


def test_a_grant_is_found_by_its_name_and_terms() -> None:
    """AWS takes the same request for a repetition; one of other terms is another grant."""
    named = samples.grant(1, Name="worker")
    grants = of(named, samples.grant(2), samples.grant(3, Name="worker", Operations=["Decrypt"]))

    assert grants.named(KEY, "worker", named.terms) == named
    assert grants.named(KEY, "other", named.terms) is None
    assert grants.named(OTHER_KEY, "worker", named.terms) is None
    assert grants.named(KEY, "", samples.grant(2).terms) is None


def test_what_is_removed_is_found_by_nothing() -> None:
    """And the others by everything."""
    gone = samples.grant(1, Name="worker", GranteePrincipal=ANN, RetiringPrincipal=BOB)
    stays = samples.grant(2, Name="other", GranteePrincipal=ANN, RetiringPrincipal=BOB)
    before = of(gone, stays)

    left = before.remove(gone)

    for grants, expected in ((before, [1, 2]), (left, [2])):
        assert numbers(grants.of_key(KEY)) == expected
        assert numbers(grants.of_grantee(KEY, "GranteePrincipal", ANN)) == expected
        assert numbers(grants.retirable_by("us-east-1", BOB)) == expected
    assert left.named(KEY, "worker", gone.terms) is None
    assert left.named(KEY, "other", stays.terms) == stays
    assert before.named(KEY, "worker", gone.terms) == gone
    assert numbers(left.remove(stays).of_key(KEY)) == []


def test_a_grant_that_was_never_there_is_removed_without_a_trace() -> None:
    grants = of(samples.grant(1))

    assert numbers(grants.remove(samples.grant(2, RetiringPrincipal=ANN)).of_key(KEY)) == [1]


def test_a_grant_that_names_others_keeps_its_place() -> None:
    """Wherever it is listed; whom it names no longer, it is not found by."""
    before = samples.grant(2, GranteePrincipal=ANN, RetiringPrincipal=ANN, Name="app")
    after = samples.grant(2, GranteePrincipal=BOB, RetiringPrincipal=ANN, Name="app")
    grants = of(
        samples.grant(3, GranteePrincipal=ANN, RetiringPrincipal=ANN),
        before,
        samples.grant(1, GranteePrincipal=BOB, RetiringPrincipal=ANN),
    )

    renamed = grants.replace(before, after)

    assert numbers(renamed.of_key(KEY)) == [3, 2, 1]
    assert numbers(renamed.retirable_by("us-east-1", ANN)) == [3, 2, 1]
    assert numbers(renamed.of_grantee(KEY, "GranteePrincipal", ANN)) == [3]
    assert numbers(renamed.of_grantee(KEY, "GranteePrincipal", BOB)) == [1, 2]
    assert renamed.named(KEY, "app", before.terms) is None
    assert renamed.named(KEY, "app", after.terms) is after
    assert numbers(grants.of_key(KEY)) == [3, 2, 1]

"""One mocked KMS as it runs: what it starts as, and which fork of it answers."""

from __future__ import annotations

from typing import Any

import pytest
from policies import is_refused

from pytest_kmsmock import KmsMock, active, mock_kms
from pytest_kmsmock.backend import Backend, active_backend, innermost_fork_of
from pytest_kmsmock.service.values.quotas import AWS_QUOTAS
from pytest_kmsmock.settings import settings_from


def backend(outer: Backend | None = None, **options: object) -> Backend:
    return Backend(settings_from(options), outer)


def test_it_starts_with_what_its_settings_say() -> None:
    made = backend(
        account="111111111111",
        region="eu-west-1",
        page_size=5,
        transition_seconds=30,
        lockout_check=False,
        unknown_regions=True,
        predefined_aliases=True,
    )

    options = made.service.options
    assert (made.account, made.region) == ("111111111111", "eu-west-1")
    assert (options.page_size, options.transition_seconds) == (5, 30)
    assert not options.lockout_check
    assert options.unknown_regions
    assert options.predefined_aliases
    assert options.create_missing is None
    assert backend(auto_create=True).service.options.create_missing is not None


def test_without_a_region_it_is_in_the_configured_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As that is now, not as it was when the mock began."""
    made = backend()

    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")

    assert made.region == "sa-east-1"
    assert backend(region="eu-west-1").region == "eu-west-1"


def test_a_transition_lasts_as_long_as_a_test_says_meanwhile() -> None:
    made = backend(transition_seconds=30, page_size=5)

    made.transition_seconds = 7

    assert made.transition_seconds == made.service.options.transition_seconds == 7
    assert made.service.options.page_size == 5


def test_quotas_are_its_own_once_somebody_asks() -> None:
    """Nobody assigns to AWS's, which all others have."""
    one, other = backend(), backend()
    assert one.service.options.quotas is other.service.options.quotas is AWS_QUOTAS

    one.quotas.keys = 5

    assert one.quotas is one.service.options.quotas
    assert (one.quotas.keys, other.quotas.keys, AWS_QUOTAS.keys) == (5, 100_000, 100_000)


def test_a_fork_starts_as_a_copy_and_goes_its_own_way() -> None:
    """Its keys, time and quotas; not its calls, which are its own application's."""
    outer = backend()
    outer.quotas.keys = 5
    outer.clock.advance(days=1)

    fork = backend(outer)
    fork.quotas.keys = 6
    fork.clock.advance(days=1)

    assert (outer.quotas.keys, fork.quotas.keys) == (5, 6)
    assert (outer.clock.offset, fork.clock.offset) == (86_400, 2 * 86_400)
    assert fork.registry is not outer.registry
    assert fork.registry.state is outer.registry.state
    assert fork.record is not outer.record


def test_a_fork_is_one_of_all_that_it_comes_from() -> None:
    first = backend()
    second = backend(first)
    third = backend(second)

    assert third.is_fork_of(first)
    assert third.is_fork_of(second)
    assert first.is_fork_of(first)
    assert not first.is_fork_of(third)
    assert not third.is_fork_of(backend())


def test_it_knows_what_has_been_made_in_it_and_around_it() -> None:
    """Also what is gone."""
    outer = backend()
    fork = backend(outer)
    outer.registry.made.append("arn:outer")
    fork.registry.made.append("arn:fork")

    assert fork.has_made("arn:outer")
    assert fork.has_made("arn:fork")
    assert not outer.has_made("arn:fork")
    assert not backend().has_made("arn:outer")


def test_the_innermost_active_fork_answers_for_a_mock() -> None:
    """Whatever else is active within; without one it answers itself."""
    home = backend()
    fork, stranger = backend(home), backend()
    assert innermost_fork_of(home) is home

    active.push(home)
    active.push(fork)
    active.push(stranger)
    try:
        assert active_backend() is stranger
        assert innermost_fork_of(home) is innermost_fork_of(fork) is fork
        assert innermost_fork_of(stranger) is stranger
    finally:
        for each in (stranger, fork, home):
            active.remove(each)
    assert active_backend() is None


def test_calls_take_the_wire_where_they_have_to(kms: KmsMock) -> None:
    """All of them where the option says so, else those that have a fault to meet."""
    assert backend(transport="wire").goes_over_the_wire("ListKeys")
    assert not kms._backend.goes_over_the_wire("ListKeys")

    kms.throttle("ListKeys", allow_unused=True)

    assert kms._backend.goes_over_the_wire("ListKeys")
    assert not kms._backend.goes_over_the_wire("ListAliases")
    assert not backend(kms._backend).goes_over_the_wire("ListKeys")


def test_it_tells_where_it_was_entered() -> None:
    """Where several mocks could be meant, the author is shown them."""
    assert repr(backend()) == "<mock of KMS entered at unknown>"

    with mock_kms() as kms:
        assert repr(kms._backend).startswith("<mock of KMS entered at tests/test_backend.py:")


@pytest.mark.parametrize("transport", ["direct", "wire"])
def test_the_application_is_a_role_of_each_partition(transport: Any) -> None:
    """Its policy holds in all of them, as its calls of all of them are in the policy of a run."""
    allowed: Any = {"Statement": {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}}
    regions = {"us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov"}

    with mock_kms(policy=allowed, transport=transport) as kms:
        for region in regions:
            client, key = kms.client(region), kms.create_key(region=region)
            client.encrypt(KeyId=key.id, Plaintext=b"x")
            assert is_refused(client.describe_key, KeyId=key.id)

    principals = [call.principal for call in kms.calls("Encrypt")]
    assert principals == [
        f"arn:{partition}:sts::123456789012:assumed-role/application/kmsmock"
        for partition in regions.values()
    ]

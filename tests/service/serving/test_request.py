"""A request on its way: what it sees, what it changes, and which quotas hold for it."""

from __future__ import annotations

import pytest
import samples
from samples import ACCOUNT, REGION

from pytest_kmsmock.service.serving.request import MustWrite, Options, Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.state.state import Draft
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.service.values.quotas import AWS_QUOTAS, UNLIMITED, Quotas


def request_on(registry: Registry, *, off_record: bool = False) -> Request:
    request = Request("CreateKey", {}, REGION, Caller(ACCOUNT), "id", off_record=off_record)
    request.registry = registry
    request.options = Options()
    request.read(registry.state)
    return request


def keys_seen(request: Request) -> list[str]:
    return [key.key_id for key in request.resources.keys]


def test_a_request_is_its_callers(registry: Registry) -> None:
    """In its account, and as its principal as far as one is known."""
    role = f"arn:aws:iam::{ACCOUNT}:role/app"
    caller = Caller(ACCOUNT, role, "AKIAEXAMPLE")

    request = Request("ListKeys", {"Limit": 5}, REGION, caller, "id")

    assert (request.account, request.principal, request.caller) == (ACCOUNT, role, caller)
    assert (request.operation, request.body, request.region) == ("ListKeys", {"Limit": 5}, REGION)
    assert (request.id, request.params, request.keys) == ("id", {}, ())
    assert Request("ListKeys", {}, REGION, Caller(ACCOUNT), "id").principal == ""


def test_a_service_is_as_aws_is_unless_told_otherwise() -> None:
    """What helps a test is asked for; what AWS checks, it checks."""
    options = Options()

    assert options.lockout_check
    assert options.creates_managed
    assert not options.predefined_aliases
    assert not options.unknown_regions
    assert (options.create_missing, options.page_size) == (None, None)
    assert (options.transition_seconds, options.quotas) == (0.0, AWS_QUOTAS)


def test_what_the_author_does_meets_no_quota(registry: Registry) -> None:
    """Whatever a test has set for calls."""
    called, arranged = request_on(registry), request_on(registry, off_record=True)
    assert called.quotas is AWS_QUOTAS

    for request in (called, arranged):
        request.options = Options(quotas=Quotas(keys=1))

    assert called.quotas.keys == 1
    assert arranged.quotas is UNLIMITED


def test_a_request_that_reads_sees_one_moment(registry: Registry) -> None:
    """What others do meanwhile, it does not see."""
    request = request_on(registry)

    registry.change(lambda draft: draft.put_key(samples.key()))

    assert keys_seen(request) == []
    assert len(registry.state.resources(ACCOUNT, REGION).keys) == 1


def test_a_request_that_writes_sees_what_it_has_written(registry: Registry) -> None:
    """Others do when all of it is done."""
    request = request_on(registry)
    seen = []

    def act(draft: Draft) -> str:
        request.write(draft)
        request.draft.put_key(samples.key())
        seen.append((keys_seen(request), len(registry.state.resources(ACCOUNT, REGION).keys)))
        return "done"

    assert registry.change(act) == "done"

    assert seen == [([samples.KEY_ID], 0)]
    assert keys_seen(request) == [samples.KEY_ID]
    assert request.state is registry.state


def test_a_request_that_only_reads_begins_anew_to_write(registry: Registry) -> None:
    """So that all that it changes is one change: it happens, or nothing of it does."""
    request = request_on(registry)
    with pytest.raises(MustWrite):
        request.begin_to_write()
    assert request.state is registry.state

    request.write(Draft(registry.state))

    request.begin_to_write()
    assert request.is_writing


def test_a_change_that_fails_leaves_nothing(registry: Registry) -> None:
    request = request_on(registry)
    before = registry.state

    def fail(draft: Draft) -> None:
        request.write(draft)
        request.draft.put_key(samples.key())
        raise LookupError

    with pytest.raises(LookupError):
        registry.change(fail)

    assert registry.state is before
    assert list(registry.state.resources(ACCOUNT, REGION).keys) == []


def test_keys_of_a_request_come_in_their_order(registry: Registry) -> None:
    request = request_on(registry)
    first, second = samples.key(), samples.key(region="eu-west-1")

    request.add_key(first)
    request.add_key(second)

    assert request.keys == (first, second)

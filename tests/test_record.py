"""The record: a row for each call, and the error that one was refused with."""

from __future__ import annotations

import pytest

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.record import CallError, Record, row_of
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.values.caller import Caller

REFUSED = CallError("NotFoundException", "there is none")


@pytest.fixture
def request_() -> Request:
    request = Request("ListKeys", {}, "eu-west-1", Caller("123456789012", None, "AKIA"), "the-id")
    request.params["Limit"] = 5
    request.principal = "arn:aws:iam::123456789012:root"
    request.now = 7.0
    return request


def test_a_row_has_what_the_service_learnt_of_the_request(request_: Request) -> None:
    row = row_of(request_, {"Keys": []}, None, None, retries=2)

    assert (row.operation, row.params, row.response) == ("ListKeys", {"Limit": 5}, {"Keys": []})
    assert (row.caller, row.principal) == (request_.caller, request_.principal)
    assert (row.region, row.request_id, row.time) == ("eu-west-1", "the-id", 7.0)
    assert (row.keys, row.source, row.retries, row.error) == ((), None, 2, None)


def test_rows_come_in_the_order_of_the_calls(request_: Request) -> None:
    record = Record()
    first, second = (row_of(request_, None, REFUSED, None, retries=number) for number in (0, 1))

    record.add(first)
    record.add(second)

    assert record.rows == [first, second]


def test_who_reads_keeps_what_was_there_when_it_is_forgotten(request_: Request) -> None:
    """`clear` begins another list."""
    record = Record()
    record.add(row_of(request_, None, REFUSED, None))
    seen = record.rows

    record.clear()
    record.add(row_of(request_, {}, None, None))

    assert [row.error for row in seen] == [REFUSED]
    assert [row.error for row in record.rows] == [None]


def test_errors_that_were_tried_again_lie_beside_the_call(request_: Request) -> None:
    """By its request ID, until the record is cleared; most calls have none."""
    record = Record()

    record.add_retried(row_of(request_, {}, None, None), ["ThrottlingException"])
    request_.id = "another-id"
    record.add_retried(row_of(request_, {}, None, None), [])

    assert record.retried == {"the-id": ("ThrottlingException",)}
    assert len(record.rows) == 2
    record.clear()
    assert record.retried == {}


def test_an_error_is_its_code_and_its_text() -> None:
    assert str(REFUSED) == "NotFoundException: there is none"
    assert str(CallError("InvalidCiphertextException", "")) == "InvalidCiphertextException"


def test_errors_are_equal_by_code_and_text() -> None:
    same = CallError("NotFoundException", "there is none")

    assert same == REFUSED
    assert len({REFUSED, same}) == 1
    assert CallError("NotFoundException", "other") != REFUSED
    assert CallError("DisabledException", "there is none") != REFUSED
    assert (REFUSED == 5) is False


@pytest.mark.parametrize(
    "other", ["NotFoundException", LookupError, LookupError("x")], ids=["text", "class", "error"]
)
def test_what_an_error_never_equals_is_told(other: object) -> None:
    """Else such a comparison would fail, or worse hold, for the wrong reason."""
    with pytest.raises(KmsMockError, match=r"never equals .*compare its code, 'NotFoundExcep"):
        assert other != REFUSED

"""HTTP as KMS speaks it."""

from __future__ import annotations

import base64
import datetime as dt
import json

import pytest

from pytest_kmsmock.doors.http import body_of_error, body_of_response, headers
from pytest_kmsmock.service.api.errors import (
    AccessDeniedException,
    DisabledException,
    InvalidCiphertextException,
)

NOON = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC).timestamp()


@pytest.mark.parametrize("now", [NOON, NOON + 0.999])
def test_an_answer_has_its_date_to_the_second(now: float) -> None:
    """Cut and not rounded, by the service's clock."""
    assert headers("the-id", now) == {
        "x-amzn-requestid": "the-id",
        "date": "Tue, 01 Jan 2030 12:00:00 GMT",
        "content-type": "application/x-amz-json-1.1",
    }


def test_answers_of_one_second_have_headers_of_their_own() -> None:
    """Who changes those of one answer changes no other's."""
    one = headers("1", NOON)
    one["date"] = "never"

    assert headers("2", NOON)["date"] == "Tue, 01 Jan 2030 12:00:00 GMT"


def test_a_body_is_the_shortest_json_of_its_members() -> None:
    """Bytes in Base64, times in seconds."""
    body = body_of_response(
        {
            "KeyId": "grün",
            "Plaintext": b"\0\xff",
            "ValidTo": dt.datetime.fromtimestamp(NOON, dt.UTC),
            "Tags": [{"TagKey": "a"}],
        }
    )

    assert b" " not in body
    assert json.loads(body) == {
        "KeyId": "grün",
        "Plaintext": base64.b64encode(b"\0\xff").decode(),
        "ValidTo": NOON,
        "Tags": [{"TagKey": "a"}],
    }


def test_an_answer_without_members_has_no_body() -> None:
    assert body_of_response({}) == b""


def test_an_error_has_its_code_and_its_text() -> None:
    assert json.loads(body_of_error(DisabledException("it is disabled."))) == {
        "__type": "DisabledException",
        "message": "it is disabled.",
    }


def test_an_error_without_a_text_has_its_code_alone() -> None:
    assert body_of_error(InvalidCiphertextException()) == (
        b'{"__type":"InvalidCiphertextException"}'
    )


def test_a_denial_has_its_text_with_a_capital() -> None:
    """As AWS writes this one error."""
    assert json.loads(body_of_error(AccessDeniedException("no"))) == {
        "__type": "AccessDeniedException",
        "Message": "no",
    }

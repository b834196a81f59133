"""The desk that all doors lead to: what it decodes, serves, puts on record and tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms, observed
from pytest_kmsmock.backend import Backend
from pytest_kmsmock.doors.desk import (
    Incoming,
    LostConnectionError,
    is_request_id,
    keys_of,
    request_of,
    serve,
)
from pytest_kmsmock.observed import Observed
from pytest_kmsmock.record import Row
from pytest_kmsmock.service.api.errors import NotFoundException, ValidationException
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.values.caller import Caller

SOURCE = None


@pytest.fixture
def backend(kms: KmsMock) -> Backend:
    return kms._backend


@pytest.fixture
def request_for(backend: Backend) -> Callable[..., Request]:
    def make(operation: str, body: str = "{}") -> Request:
        caller = Caller(backend.account)
        headers = {"User-Agent": "Boto3"}
        incoming = Incoming(operation, body.encode(), "us-east-1", caller, SOURCE, headers)
        return request_of(backend, incoming)

    return make


RequestFor = Callable[..., Request]


def failing_with(error: Exception) -> Callable[[Request], None]:
    def suffer(_: Request) -> None:
        raise error

    return suffer


def test_a_request_is_decoded_anew_for_each_attempt(request_for: RequestFor) -> None:
    """By its JSON, in which any text may stand; each has an ID of its own."""
    one, other = (request_for("Encrypt", '{"KeyId": "gr\u00fcn", "DryRun": true}') for _ in "12")

    assert one.body == other.body == {"KeyId": "gr\u00fcn", "DryRun": True}
    assert one.body is not other.body
    assert one.id != other.id
    assert (one.operation, one.region, one.off_record) == ("Encrypt", "us-east-1", False)
    assert one.headers["User-Agent"] == "Boto3"


def test_an_answer_is_put_on_record(
    kms: KmsMock, backend: Backend, request_for: RequestFor
) -> None:
    key = kms.create_key()
    request = request_for("DescribeKey", f'{{"KeyId": "{key.id}"}}')
    rows: list[Row] = []

    response = serve(backend, request, SOURCE, rows.append)

    [row] = rows
    assert row.response is response
    assert (row.operation, row.params, row.error) == ("DescribeKey", {"KeyId": key.id}, None)
    assert [each.arn for each in row.keys] == [key.arn]
    assert (row.request_id, row.time) == (request.id, request.now)


def test_a_refusal_is_put_on_record_and_goes_on(backend: Backend, request_for: RequestFor) -> None:
    rows: list[Row] = []

    with pytest.raises(NotFoundException) as caught:
        serve(backend, request_for("DescribeKey", '{"KeyId": "alias/a"}'), SOURCE, rows.append)

    [row] = rows
    assert row.response is None
    assert row.error is not None
    assert (row.error.code, row.error.message) == ("NotFoundException", caught.value.message)


def test_a_scheduled_refusal_is_one_of_awss(
    kms: KmsMock, backend: Backend, request_for: RequestFor
) -> None:
    """The service never sees the request."""
    rows: list[Row] = []

    with pytest.raises(ValidationException):
        serve(
            backend,
            request_for("CreateKey"),
            SOURCE,
            rows.append,
            suffer=failing_with(ValidationException("no")),
        )

    assert [str(row.error) for row in rows] == ["ValidationException: no"]
    assert kms.keys == []


def test_a_lost_connection_is_on_record_as_what_the_client_makes_of_it(
    backend: Backend, request_for: RequestFor
) -> None:
    rows: list[Row] = []

    with pytest.raises(LostConnectionError):
        serve(
            backend,
            request_for("CreateKey"),
            SOURCE,
            rows.append,
            suffer=failing_with(LostConnectionError(OSError("nobody there"))),
        )

    assert [str(row.error) for row in rows] == ["OSError: nobody there"]


def test_a_misuse_is_noted_and_not_on_record(backend: Backend, request_for: RequestFor) -> None:
    """The application may catch it; the test has to know."""
    rows: list[Row] = []
    noted = Observed("this test")
    before = observed.observe(noted)

    try:
        with pytest.raises(KmsMockError, match="kms:ShredKey") as caught:
            serve(backend, request_for("ShredKey"), SOURCE, rows.append)
    finally:
        observed.observe(before)

    assert noted.misuses == [caught.value]
    assert rows == []


def test_a_sound_request_tells_its_keys_before_it_is_served(
    kms: KmsMock, backend: Backend, request_for: RequestFor
) -> None:
    """One that is not tells none: what is wrong with it will be said when it is served."""
    key = kms.create_key(alias="alias/app")

    assert keys_of(backend, request_for("DescribeKey", '{"KeyId": "alias/app"}')) == [key.arn]
    assert keys_of(backend, request_for("DescribeKey", '{"KeyId": "alias/none"}')) == []
    assert keys_of(backend, request_for("DescribeKey", '{"KeyId": 5}')) == []
    assert keys_of(backend, request_for("ShredKey")) == []


def test_request_ids_of_the_tests_mocks_are_known(kms: KmsMock) -> None:
    """By them a traceback tells what a mock has answered."""
    request_id = kms.client().list_keys()["ResponseMetadata"]["RequestId"]

    assert is_request_id(request_id)
    for other in ("", None, "00000000-0000-4000-8000-000000000000", 5):
        assert not is_request_id(other)


# What no service sees: JSON, whoever has changed it on its way.


@pytest.fixture(params=["direct", "wire"])
def either(request: pytest.FixtureRequest) -> Iterator[KmsMock]:
    """A mock of each path."""
    with mock_kms(transport=request.param) as mock:
        yield mock


def call(either: KmsMock, body: Any) -> Any:
    """List keys by a client whose request a handler of the application's replaces."""
    client = either.client()

    def replace(params: dict[str, Any], **_: Any) -> None:
        params["body"] = body

    client.meta.events.register_first("before-call.kms.*", replace)
    return client.list_keys()


NO_JSON = [
    b"",
    b" ",
    b"{",
    b'{"Limit": 1',
    b'{"Limit": 1}}',
    b'{"Limit": 1} x',
    b'{"Limit": }',
    b"{'Limit': 1}",
    b'{"Limit": NaN}',
    b'{"Limit": Infinity}',
    b'{"Unknown": -Infinity}',
    b'{"Unknown": ' + b"1" * 5000 + b"}",
    b"[" * 200_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'"' + b"\xff" + b'"',
    "no JSON",
    None,
    5,
]


@pytest.mark.parametrize("body", NO_JSON, ids=lambda body: repr(body)[:20])
def test_what_is_no_json_is_a_serialization_error(either: KmsMock, body: Any) -> None:
    """Inferred, as AWS's other services answer it: without a text."""
    with pytest.raises(ClientError) as caught:
        call(either, body)

    error = caught.value.response
    assert error["Error"] == {"Code": "SerializationException", "Message": ""}
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert [str(row.error) for row in either.calls] == ["SerializationException"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[]", "ARRAY_VALUE can not be converted to Structure"),
        (b"5", "NUMBER_VALUE can not be converted to Structure"),
        (b'{"Limit": "1"}', "STRING_VALUE can not be converted to Integer"),
        (b'{"Limit": 1e2}', "DECIMAL_VALUE can not be converted to Integer"),
        (b'{"Limit": ' + b"1" * 4000 + b"}", "NUMBER_VALUE can not be converted to Integer"),
        (b'{"Marker": ' + b"[" * 500 + b"]" * 500 + b"}", "ARRAY_VALUE can not be converted"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_json_of_another_type_is_one_too(either: KmsMock, body: bytes, words: str) -> None:
    with pytest.raises(ClientError, match="SerializationException") as caught:
        call(either, body)

    assert words in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "body", [b'{"Limit": 1}', b' \n{"Limit": 1}\t', '{"Limit": 1}', bytearray(b'{"Limit":1}')]
)
def test_json_may_have_white_space_around_it(either: KmsMock, body: Any) -> None:
    """And be text, which botocore sends too."""
    assert call(either, body)["Keys"] == []

    either.calls.assert_called_once("ListKeys", Limit=1)

"""Signatures: whoever has not the credentials gets AWS's errors and nothing else."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import boto3
import freezegun
import pytest
import time_machine
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from by_http import JSON, exchange, request, signed

from pytest_kmsmock import Endpoint, KmsMock

LONG_AGO = dt.datetime(2001, 2, 3, 4, 5, 6, tzinfo=dt.UTC)


def refused(endpoint: Endpoint, data: bytes) -> tuple[str, str]:
    answer = exchange(endpoint, data)
    assert answer.status == 400
    return answer.code, answer.message


def test_a_request_must_be_signed(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    assert refused(kms_endpoint, request(kms_endpoint)) == (
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    )
    assert kms.calls.operations == []


@pytest.mark.parametrize(
    "change",
    [
        lambda endpoint: signed(endpoint, b'{"Limit": 7}', sent=b'{"Limit": 8}'),
        lambda endpoint: signed(endpoint, headers={"X-Amz-Target": "TrentService.CreateKey"}),
        lambda endpoint: signed(endpoint, headers={"X-Amz-Content-SHA256": "0" * 64}),
        lambda endpoint: signed(endpoint, path="/?Limit=7"),
        lambda endpoint: signed(
            endpoint, credentials=(endpoint.env["AWS_ACCESS_KEY_ID"], "another", None)
        ),
    ],
    ids=["body", "header", "digest", "query", "secret"],
)
def test_what_is_signed_stays_as_it_is(
    kms_endpoint: Endpoint, change: Callable[[Endpoint], bytes]
) -> None:
    code, message = refused(kms_endpoint, change(kms_endpoint))

    assert code == "InvalidSignatureException"
    assert message.startswith("The request signature we calculated does not match")


def test_an_unknown_access_key(kms_endpoint: Endpoint) -> None:
    stranger = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None)

    assert refused(kms_endpoint, signed(kms_endpoint, credentials=stranger)) == (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


def test_an_access_key_is_one_endpoint_s(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    """After its end, and at another that is open beside it."""
    with kms.serve() as endpoint:
        env = endpoint.env
        own = (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], None)
        assert exchange(endpoint, signed(endpoint, credentials=own)).status == 200

        code, _ = refused(kms_endpoint, signed(kms_endpoint, credentials=own))
        assert code == "UnrecognizedClientException"
    with kms.serve() as endpoint:
        code, _ = refused(endpoint, signed(endpoint, credentials=own))

    assert code == "UnrecognizedClientException"


@pytest.mark.parametrize(
    ("now", "begin", "end"),
    [
        (LONG_AGO, "Signature expired: 20010203T040506Z is now earlier than 20", " - 5 min.)"),
        (
            dt.datetime(2999, 2, 3, 4, 5, 6, tzinfo=dt.UTC),
            "Signature not yet current: 29990203T040506Z is still later than 20",
            " + 5 min.)",
        ),
    ],
)
def test_a_date_of_another_time(
    kms_endpoint: Endpoint, now: dt.datetime, begin: str, end: str
) -> None:
    code, message = refused(kms_endpoint, signed(kms_endpoint, now=now))

    assert code == "InvalidSignatureException"
    assert message.startswith(begin)
    assert message.endswith(end)


def test_the_clock_of_kms_is_no_matter(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    kms.clock.advance(days=400)

    assert exchange(kms_endpoint, signed(kms_endpoint)).status == 200


def test_a_date_fits_real_time_or_that_of_python(kms_endpoint: Endpoint) -> None:
    """Programs outside of this process know nothing of freezegun."""
    real = dt.datetime.now(dt.UTC)
    with freezegun.freeze_time(LONG_AGO):
        assert exchange(kms_endpoint, signed(kms_endpoint, now=real)).status == 200
        assert exchange(kms_endpoint, signed(kms_endpoint, now=LONG_AGO)).status == 200
    with time_machine.travel(LONG_AGO, tick=False):
        assert exchange(kms_endpoint, signed(kms_endpoint, now=real)).status == 200
        assert exchange(kms_endpoint, signed(kms_endpoint, now=LONG_AGO)).status == 200

    assert refused(kms_endpoint, signed(kms_endpoint, now=LONG_AGO))[0] == (
        "InvalidSignatureException"
    )


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        ({"service": "s3"}, "Credential should be scoped to correct service: 'kms'."),
        ({"region": "nowhere"}, "Credential should be scoped to a valid region."),
        ({"region": "xx-nowhere-1"}, "Credential should be scoped to a valid region."),
    ],
)
def test_a_scope_of_something_else(
    kms_endpoint: Endpoint, scope: dict[str, str], message: str
) -> None:
    assert refused(kms_endpoint, signed(kms_endpoint, **scope)) == (  # type: ignore[arg-type]
        "InvalidSignatureException",
        message,
    )


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("AWS4-HMAC-SHA256", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=a/b", "IncompleteSignatureException"),
        (
            "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0",
            "IncompleteSignatureException",
        ),
        ("AWS4-HMAC-SHA256 ,,,=,==", "IncompleteSignatureException"),
        ("Basic dXNlcjpwYXNzd29yZA==", "MissingAuthenticationTokenException"),
        ("", "MissingAuthenticationTokenException"),
    ],
)
def test_a_malformed_authorization(kms_endpoint: Endpoint, authorization: str, code: str) -> None:
    headers: dict[str, str | None] = {"Authorization": authorization}

    assert refused(kms_endpoint, signed(kms_endpoint, headers=headers))[0] == code


@pytest.mark.parametrize("date", ["", "yesterday", "20260230T000000Z", "20261301T000000Z"])
def test_a_date_that_is_none(kms_endpoint: Endpoint, date: str) -> None:
    headers: dict[str, str | None] = {"X-Amz-Date": date}

    assert refused(kms_endpoint, signed(kms_endpoint, headers=headers))[0] == (
        "IncompleteSignatureException"
    )


def test_the_host_is_signed(kms_endpoint: Endpoint) -> None:
    whole = signed(kms_endpoint).replace(b"content-type;host;", b"content-type;")

    assert refused(kms_endpoint, whole)[1] == (
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    )


def presigned(endpoint: Endpoint, seconds: int = 60, **members: str) -> bytes:
    """Return a request that is signed in its query, by botocore's own signer."""
    host = urlsplit(endpoint.url).netloc
    headers = {"Host": host, "Content-Type": JSON, "X-Amz-Target": "TrentService.DescribeKey"}
    made = AWSRequest("POST", f"{endpoint.url}/", headers, params=members)
    env = endpoint.env
    own = Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
    SigV4QueryAuth(own, "kms", "us-east-1", expires=seconds).add_auth(made)
    query = urlsplit(str(made.url)).query
    target = "TrentService.DescribeKey"
    return request(endpoint, b"", path=f"/?{query}", target=target)


def test_a_presigned_request(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    """Botocore puts its members into the query."""
    kms.create_key(alias="alias/app")

    answer = exchange(kms_endpoint, presigned(kms_endpoint, KeyId="alias/app"))

    assert answer.status == 200
    kms.calls.assert_called_once("DescribeKey", KeyId="alias/app")


def test_a_presigned_request_that_was_changed(kms_endpoint: Endpoint) -> None:
    whole = presigned(kms_endpoint, KeyId="alias/app").replace(b"KeyId=alias", b"KeyId=other")

    assert refused(kms_endpoint, whole)[0] == "InvalidSignatureException"


def test_a_presigned_request_is_good_for_a_time(kms_endpoint: Endpoint) -> None:
    whole = presigned(kms_endpoint, seconds=1, KeyId="alias/app")
    time.sleep(2.1)

    assert refused(kms_endpoint, whole)[1].startswith("Signature expired: ")


def test_a_presigned_request_lacks_nothing(kms_endpoint: Endpoint) -> None:
    whole = presigned(kms_endpoint).replace(b"X-Amz-Expires=60&", b"")

    assert refused(kms_endpoint, whole)[0] == "IncompleteSignatureException"


def test_principals_sign_with_their_own_credentials(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    """A role's have a session token, which has to be right as well."""
    role = kms.principal("arn:aws:iam::123456789012:role/reader")
    known = role.credentials
    key, secret = known["aws_access_key_id"], known["aws_secret_access_key"]
    token = known["aws_session_token"]

    answer = exchange(kms_endpoint, signed(kms_endpoint, credentials=(key, secret, token)))

    assert answer.code == "AccessDeniedException"
    assert kms.calls[0].principal == role.session_arn
    for wrong in (None, "another"):
        code, _ = refused(kms_endpoint, signed(kms_endpoint, credentials=(key, secret, wrong)))
        assert code == "UnrecognizedClientException"


def test_the_region_is_that_of_the_scope(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    env = kms_endpoint.env
    client = boto3.client(
        "kms",
        endpoint_url=kms_endpoint.url,
        region_name="eu-central-1",
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )

    arn = client.create_key()["KeyMetadata"]["Arn"]

    assert arn.startswith("arn:aws:kms:eu-central-1:")
    assert kms.calls[0].region == "eu-central-1"


def test_clients_that_cannot_sign_need_not_where_the_test_says_so(kms: KmsMock) -> None:
    """The host is looked at all the same."""
    with kms.serve(verify_signatures=False) as endpoint:
        assert exchange(endpoint, request(endpoint)).status == 200
        assert exchange(endpoint, signed(endpoint, region="eu-west-3")).status == 200
        evil: dict[str, str | None] = {"Host": "evil.example"}
        assert exchange(endpoint, request(endpoint, headers=evil)).status == 403

    assert [call.region for call in kms.calls] == ["us-east-1", "eu-west-3"]

"""Signatures as requests have them: what is none, and what it says of who calls, where."""

from __future__ import annotations

import datetime as dt
import time
from urllib.parse import urlsplit

import boto3
import pytest
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

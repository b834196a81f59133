"""Verification: whoever has not the credentials gets AWS's errors and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import freezegun
import pytest
import time_machine
from by_http import exchange, signed

from pytest_kmsmock import Endpoint, KmsMock

LONG_AGO = dt.datetime(2001, 2, 3, 4, 5, 6, tzinfo=dt.UTC)


def refused(endpoint: Endpoint, data: bytes) -> tuple[str, str]:
    answer = exchange(endpoint, data)
    assert answer.status == 400
    return answer.code, answer.message


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


def test_the_host_is_signed(kms_endpoint: Endpoint) -> None:
    whole = signed(kms_endpoint).replace(b"content-type;host;", b"content-type;")

    assert refused(kms_endpoint, whole)[1] == (
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    )

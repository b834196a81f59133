"""What botocore is handed: as if its parser had made it of AWS's own response."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock
from pytest_kmsmock.doors import desk

SESSION = botocore.session.Session()


def test_a_response_has_the_metadata_of_one_that_was_sent(kms: KmsMock) -> None:
    metadata = SESSION.create_client("kms").list_keys()["ResponseMetadata"]

    assert set(metadata) == {"RequestId", "HTTPStatusCode", "HTTPHeaders", "RetryAttempts"}
    assert metadata["HTTPStatusCode"] == 200
    assert metadata["HTTPHeaders"]["x-amzn-requestid"] == metadata["RequestId"]
    assert metadata["HTTPHeaders"]["content-type"] == "application/x-amz-json-1.1"
    assert metadata["RetryAttempts"] == 0


def test_a_response_without_members_has_metadata_alone(kms: KmsMock) -> None:
    key = kms.create_key()

    response = SESSION.create_client("kms").disable_key(KeyId=key.id)

    assert list(response) == ["ResponseMetadata"]


def test_an_error_has_its_text_twice_as_botocore_parses_it(kms: KmsMock) -> None:
    """In `Error`, and as the member of the exception's own shape."""
    with pytest.raises(ClientError) as caught:
        SESSION.create_client("kms").describe_key(KeyId="alias/none")

    response = caught.value.response
    assert set(response) == {"Error", "message", "ResponseMetadata"}
    assert response["message"] == response["Error"]["Message"] != ""


def test_an_error_without_a_text_has_no_member_for_it(kms: KmsMock) -> None:
    """As AWS sends it: the code alone."""
    key = kms.create_key()

    with pytest.raises(ClientError) as caught:
        SESSION.create_client("kms").decrypt(
            CiphertextBlob=key.encrypt(b"x", {"a": "b"}), KeyId=key.id
        )

    response = caught.value.response
    assert response["Error"] == {"Code": "InvalidCiphertextException", "Message": ""}
    assert "message" not in response


def test_an_error_that_the_model_does_not_declare_has_no_shape(kms: KmsMock) -> None:
    with pytest.raises(ClientError) as caught:
        SESSION.create_client("kms").generate_random(NumberOfBytes=4096)

    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert "message" not in caught.value.response


def test_the_http_response_has_what_handlers_look_at(kms: KmsMock) -> None:
    """A part of botocore's own class, under the same names."""
    seen = []
    client = SESSION.create_client("kms")
    client.meta.events.register(
        "after-call.kms", lambda http_response, **_: seen.append(http_response)
    )

    client.list_keys()

    (response,) = seen
    assert response.status_code == 200
    assert response.headers["x-amzn-requestid"] == kms.calls[0].request_id
    assert isinstance(response.content, bytes)
    assert isinstance(response.text, str)
    assert all(hasattr(AWSResponse, name) for name in ("content", "text"))


def test_request_ids_do_not_repeat() -> None:
    """They look like UUIDs, and threads never get the same."""
    with ThreadPoolExecutor(4) as pool:
        taken = pool.map(lambda _: [desk.new_request_id() for _ in range(2000)], range(4))
        ids = [request_id for mine in taken for request_id in mine]

    assert len(set(ids)) == len(ids) == 8000
    assert all(str(uuid.UUID(request_id)) == request_id for request_id in ids)

"""What botocore is handed: as if its parser had made it of AWS's own response."""

from __future__ import annotations

import datetime as dt
import time
from email.utils import parsedate_to_datetime
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock
from pytest_kmsmock.names import OperationName
from pytest_kmsmock.service.api.shapes import shapes_of

# Any, as botocore makes the methods of its clients while the program runs.
SESSION: Any = botocore.session.Session()


def test_a_response_has_the_metadata_of_one_that_was_sent(kms: KmsMock) -> None:
    metadata = SESSION.create_client("kms").list_keys()["ResponseMetadata"]

    assert set(metadata) == {"RequestId", "HTTPStatusCode", "HTTPHeaders", "RetryAttempts"}
    assert metadata["HTTPStatusCode"] == 200
    assert metadata["HTTPHeaders"]["x-amzn-requestid"] == metadata["RequestId"]
    assert metadata["HTTPHeaders"]["content-type"] == "application/x-amz-json-1.1"
    assert metadata["RetryAttempts"] == 0


def test_a_response_has_the_headers_of_one_that_was_sent(kms: KmsMock) -> None:
    """Every answer of AWS says when it was made, by AWS's clock."""
    kms.clock.advance(days=400)
    before = kms.clock.now.replace(microsecond=0)

    headers = SESSION.create_client("kms").list_keys()["ResponseMetadata"]["HTTPHeaders"]

    assert list(headers) == ["x-amzn-requestid", "date", "content-type"]
    assert before <= parsedate_to_datetime(headers["date"]) <= kms.clock.now
    assert headers["date"].endswith(" GMT")


def test_a_handles_exception_has_them_too(kms: KmsMock) -> None:
    """Its date is that of the mock's clock."""
    kms.clock.advance(days=400)
    key = kms.create_key(spec="RSA_2048", usage="SIGN_VERIFY")

    with pytest.raises(ClientError) as caught:
        key.encrypt(b"x")

    metadata = caught.value.response["ResponseMetadata"]
    date = parsedate_to_datetime(metadata["HTTPHeaders"]["date"])
    assert abs(kms.clock.now - date) < dt.timedelta(minutes=1)


ASKING: list[tuple[str, dict[str, Any]]] = [
    ("DescribeKey", {"KeyId": "alias/app"}),
    ("GetKeyPolicy", {}),
    ("GetKeyRotationStatus", {}),
    ("ListAliases", {}),
    ("ListGrants", {}),
    ("ListKeyPolicies", {}),
    ("ListKeyRotations", {"IncludeKeyMaterial": "ALL_KEY_MATERIAL"}),
    ("ListKeys", {"KeyId": None, "Limit": 1}),
    ("ListResourceTags", {}),
    ("Decrypt", {"CiphertextBlob": b"blob"}),
    ("DescribeKey", {"KeyId": "alias/none"}),
    ("EnableKey", {}),
    ("DisableKey", {"KeyId": "alias/app"}),
    ("Encrypt", {"Plaintext": bytes(4097)}),
    ("Encrypt", {"Plaintext": b"x", "KeyId": "é"}),
    ("GenerateDataKey", {}),
    ("PutKeyPolicy", {"Policy": "{"}),
    ("RetireGrant", {"KeyId": None, "GrantToken": "x"}),
    ("TagResource", {"Tags": [{"TagKey": "a&b", "TagValue": ""}]}),
    ("DescribeCustomKeyStores", {"KeyId": None}),
]


@pytest.mark.parametrize(
    ("operation", "params"),
    ASKING,
    ids=[f"{number}-{name}" for number, (name, _) in enumerate(ASKING)],
)
def test_both_paths_give_one_answer(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch, operation: OperationName, params: dict[str, Any]
) -> None:
    """Member by member, that of an error too, but for the request's own ID."""
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.25)
    key = kms.create_key(alias="alias/app", tags={"team": "gr\u00fcn"}, description='"\U0001f511"')
    kms.create_key()
    if not {*params} <= {*shapes_of(operation).members}:
        pytest.skip("the model of this botocore is older")
    client = kms.client(parameter_validation=False)
    client.enable_key_rotation(KeyId=key.id)
    client.create_grant(
        KeyId=key.id,
        GranteePrincipal="arn:aws:iam::123456789012:role/app",
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"gr\u00fcn": "\U0001f511"}},
    )
    params = {"KeyId": key.id, **params}
    params = {name: value for name, value in params.items() if value is not None}

    def answer() -> dict[str, Any]:
        try:
            response = getattr(client, xform_name(operation))(**params)
        except ClientError as error:
            response = error.response
        metadata = response["ResponseMetadata"]
        assert metadata["HTTPHeaders"].pop("x-amzn-requestid") == metadata.pop("RequestId")
        return dict(response)

    direct = answer()
    kms.delay(operation, 1, after=1, allow_unused=True)
    wire = answer()

    assert direct == wire
    assert kms.calls[-1].operation == kms.calls[-2].operation == operation


def test_a_response_without_members_has_metadata_alone(kms: KmsMock) -> None:
    key = kms.create_key()

    response = SESSION.create_client("kms").disable_key(KeyId=key.id)

    assert list(response) == ["ResponseMetadata"]


def test_an_error_has_its_text_twice_as_botocore_parses_it(kms: KmsMock) -> None:
    """In `Error`, and as the member of the exception's own shape."""
    with pytest.raises(ClientError) as caught:
        SESSION.create_client("kms").describe_key(KeyId="alias/none")

    response: Any = caught.value.response
    assert set(response) == {"Error", "message", "ResponseMetadata"}
    assert response["message"] == response["Error"]["Message"] != ""


def test_an_error_without_a_text_has_no_member_for_it(kms: KmsMock) -> None:
    """As AWS sends it: the code alone."""
    key = kms.create_key()

    with pytest.raises(ClientError) as caught:
        SESSION.create_client("kms").decrypt(
            CiphertextBlob=key.encrypt(b"x", {"a": "b"}), KeyId=key.id
        )

    response: Any = caught.value.response
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

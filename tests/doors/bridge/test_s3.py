"""Objects under SSE-KMS."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from pytest_kmsmock import KmsMock, mock_kms

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def s3(bridged: KmsMock, client_of: Any) -> Any:
    client = client_of("s3")
    client.create_bucket(Bucket="bucket")
    return client


def put(s3: Any, key_id: str | None = None, name: str = "a b/c", **more: Any) -> Any:
    if key_id is not None:
        more["SSEKMSKeyId"] = key_id
    return s3.put_object(
        Bucket="bucket", Key=name, Body=b"x", ServerSideEncryption="aws:kms", **more
    )


def use_by_default(s3: Any, key_id: str | None, **more: Any) -> None:
    default = {"SSEAlgorithm": "aws:kms"} | ({"KMSMasterKeyID": key_id} if key_id else {})
    rule = {"ApplyServerSideEncryptionByDefault": default, **more}
    s3.put_bucket_encryption(Bucket="bucket", ServerSideEncryptionConfiguration={"Rules": [rule]})


def test_an_object_has_a_data_key_of_its_own(bridged: KmsMock, s3: Any) -> None:
    """GenerateDataKey when it is written, Decrypt when it is read, with the object's ARN."""
    key = bridged.create_key(alias="alias/app")
    context = {"aws:s3:arn": "arn:aws:s3:::bucket/a b/c"}

    written = put(s3, "alias/app")
    read = s3.get_object(Bucket="bucket", Key="a b/c")

    assert read["Body"].read() == b"x"
    assert written["SSEKMSKeyId"] == read["SSEKMSKeyId"] == key.arn
    assert "BucketKeyEnabled" not in written
    bridged.calls.assert_called_once(
        "GenerateDataKey", via="s3", key=key, KeySpec="AES_256", EncryptionContext=context
    )
    bridged.calls.assert_called_once("Decrypt", via="s3", key=key, EncryptionContext=context)


def test_head_asks_nothing_and_names_the_key_by_its_arn(bridged: KmsMock, s3: Any) -> None:
    key = bridged.create_key()
    put(s3, key.id)
    key.disable()
    bridged.calls.clear()

    assert s3.head_object(Bucket="bucket", Key="a b/c")["SSEKMSKeyId"] == key.arn
    bridged.calls.assert_not_called()


def test_the_application_can_add_to_the_context(bridged: KmsMock, s3: Any) -> None:
    """As base64 of JSON; it is needed for reading, and S3 remembers it."""
    key = bridged.create_key()
    given = base64.b64encode(json.dumps({"tenant": "42"}).encode()).decode()

    put(s3, key.arn, SSEKMSEncryptionContext=given)
    s3.get_object(Bucket="bucket", Key="a b/c")

    for call in bridged.calls:
        assert call.params["EncryptionContext"] == {
            "tenant": "42",
            "aws:s3:arn": "arn:aws:s3:::bucket/a b/c",
        }


@pytest.mark.parametrize("pairs", ["!", "[]", "null", '{"a": 1}', '{"a": "b"', "\udc80"])
def test_what_the_application_adds_is_a_map_of_texts(
    bridged: KmsMock, s3: Any, refusal: Any, pairs: str
) -> None:
    given = base64.b64encode(pairs.encode("utf-8", "surrogateescape")).decode()

    for header in (given, pairs) if pairs == "!" else (given,):
        found = refusal(put, s3=s3, SSEKMSEncryptionContext=header)
        assert found["Code"] == "InvalidArgument"
        assert "shall be Base64-encoded UTF-8 string holding JSON" in found["Message"]
    bridged.calls.assert_not_called()


def test_without_a_key_it_is_the_accounts_own_for_s3(bridged: KmsMock, s3: Any) -> None:
    """It comes into being then, and nobody can use it but through S3."""
    written = put(s3)

    key = bridged.key("alias/aws/s3")
    assert written["SSEKMSKeyId"] == key.arn
    assert key.metadata["KeyManager"] == "AWS"
    bridged.calls.assert_called_once("GenerateDataKey", key=key, via="s3")
    assert s3.get_object(Bucket="bucket", Key="a b/c")["Body"].read() == b"x"


def test_an_object_without_sse_kms_asks_nothing(bridged: KmsMock, s3: Any) -> None:
    s3.put_object(Bucket="bucket", Key="a", Body=b"x")
    s3.put_object(Bucket="bucket", Key="a", Body=b"x", ServerSideEncryption="AES256")
    s3.get_object(Bucket="bucket", Key="a")

    bridged.calls.assert_not_called()


# Default encryption of a bucket.


def test_the_default_of_the_bucket_holds_for_objects_that_say_nothing(
    bridged: KmsMock, s3: Any
) -> None:
    """It is kept as it was given, unchecked, and answers name the key by its ARN."""
    key = bridged.create_key()
    use_by_default(s3, key.id)

    written = s3.put_object(Bucket="bucket", Key="a", Body=b"x")
    s3.put_object(Bucket="bucket", Key="b", Body=b"x", ServerSideEncryption="AES256")

    assert written["ServerSideEncryption"] == "aws:kms"
    assert written["SSEKMSKeyId"] == key.arn
    assert len(bridged.calls) == 1
    [rule] = s3.get_bucket_encryption(Bucket="bucket")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key.id


def test_a_bucket_key_is_of_the_bucket(bridged: KmsMock, s3: Any) -> None:
    """The context has no object then; a key that is disabled is noticed at the next call."""
    key = bridged.create_key()
    use_by_default(s3, key.arn, BucketKeyEnabled=True)

    written = s3.put_object(Bucket="bucket", Key="a", Body=b"x")

    assert written["BucketKeyEnabled"] is True
    bridged.calls.assert_called_once(
        "GenerateDataKey", EncryptionContext={"aws:s3:arn": "arn:aws:s3:::bucket"}
    )
    assert s3.get_object(Bucket="bucket", Key="a")["BucketKeyEnabled"] is True


def test_a_default_with_a_key_needs_an_algorithm_that_has_one(s3: Any, refusal: Any) -> None:
    default = {"SSEAlgorithm": "AES256", "KMSMasterKeyID": NOBODY}
    rules = [{"ApplyServerSideEncryptionByDefault": default}]

    assert refusal(
        s3.put_bucket_encryption,
        Bucket="bucket",
        ServerSideEncryptionConfiguration={"Rules": rules},
    ) == {
        "Code": "InvalidArgument",
        "Message": "a KMSMasterKeyID is not applicable if the default sse algorithm is not "
        "aws:kms or aws:kms:dsse",
        "ArgumentName": "ApplyServerSideEncryptionByDefault",
    }


# Copies and parts.


def test_a_copy_opens_the_source_and_has_a_data_key_of_its_own(bridged: KmsMock, s3: Any) -> None:
    source, target = bridged.create_key(), bridged.create_key()
    put(s3, source.arn)
    bridged.calls.clear()

    copied = s3.copy_object(
        Bucket="bucket",
        Key="copy",
        CopySource={"Bucket": "bucket", "Key": "a b/c"},
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=target.arn,
    )

    assert copied["SSEKMSKeyId"] == target.arn
    assert bridged.calls.operations == ["Decrypt", "GenerateDataKey"]
    source.disable()
    assert s3.get_object(Bucket="bucket", Key="copy")["Body"].read() == b"x"


def test_a_copy_without_sse_kms_no_longer_needs_the_key(bridged: KmsMock, s3: Any) -> None:
    source = bridged.create_key()
    put(s3, source.arn)

    s3.copy_object(Bucket="bucket", Key="copy", CopySource="bucket/a b/c")
    source.disable()

    assert s3.get_object(Bucket="bucket", Key="copy")["Body"].read() == b"x"


def test_an_upload_in_parts_needs_the_key_at_each_step(
    bridged: KmsMock, s3: Any, refusal: Any
) -> None:
    key = bridged.create_key()
    names = {"Bucket": "bucket", "Key": "large"}
    begun = s3.create_multipart_upload(**names, ServerSideEncryption="aws:kms", SSEKMSKeyId=key.id)
    upload = {**names, "UploadId": begun["UploadId"]}
    key.disable()
    assert refusal(s3.upload_part, **upload, PartNumber=1, Body=b"x")["Code"] == (
        "KMS.DisabledException"
    )
    key.enable()

    part = s3.upload_part(**upload, PartNumber=1, Body=b"x")
    parts = [{"ETag": part["ETag"], "PartNumber": 1}]
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})

    for answer in (begun, part, done, s3.get_object(**names)):
        assert answer["SSEKMSKeyId"] == key.arn
    assert bridged.calls.operations == ["GenerateDataKey", *["Decrypt"] * 4]


def test_a_part_that_is_copied_opens_its_source_too(bridged: KmsMock, s3: Any) -> None:
    source, target = bridged.create_key(), bridged.create_key()
    put(s3, source.arn)
    begun = s3.create_multipart_upload(
        Bucket="bucket", Key="large", ServerSideEncryption="aws:kms", SSEKMSKeyId=target.arn
    )
    bridged.calls.clear()

    s3.upload_part_copy(
        Bucket="bucket",
        Key="large",
        UploadId=begun["UploadId"],
        PartNumber=1,
        CopySource={"Bucket": "bucket", "Key": "a b/c"},
    )

    assert [call.key for call in bridged.calls] == [source, target]


def test_each_version_has_its_own_key(bridged: KmsMock, s3: Any, refusal: Any) -> None:
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    old, new = bridged.create_key(), bridged.create_key()
    first = put(s3, old.arn)["VersionId"]
    put(s3, new.arn)

    old.disable()

    assert s3.get_object(Bucket="bucket", Key="a b/c")["Body"].read() == b"x"
    names = {"Bucket": "bucket", "Key": "a b/c", "VersionId": first}
    assert refusal(s3.get_object, **names)["Code"] == "KMS.DisabledException"


# Refusals.


@pytest.mark.parametrize(
    ("key_id", "message"),
    [
        ("fake-key-id", "Invalid keyId 'fake-key-id'"),
        (NOBODY, f"Key 'arn:aws:kms:us-east-1:123456789012:key/{NOBODY}' does not exist"),
        (
            f"arn:aws:kms:us-east-1:123456789012:key/{NOBODY}",
            f"Key 'arn:aws:kms:us-east-1:123456789012:key/{NOBODY}' does not exist",
        ),
        (f"arn:aws:kms:us-west-2:123456789012:key/{NOBODY}", "Invalid arn us-west-2"),
        (
            "alias/nobody",
            "Alias arn:aws:kms:us-east-1:123456789012:alias/nobody is not found.",
        ),
    ],
)
def test_a_key_that_is_not_there(s3: Any, refusal: Any, key_id: str, message: str) -> None:
    """As recorded from AWS; nothing has been written."""
    assert refusal(put, s3=s3, key_id=key_id) == {
        "Code": "KMS.NotFoundException",
        "Message": message,
    }
    assert "Contents" not in s3.list_objects_v2(Bucket="bucket")


def test_a_bucket_asks_in_its_own_region(bridged: KmsMock, client_of: Any) -> None:
    """Whatever the client's: a key of the client's Region is not found."""
    key = bridged.create_key(region="eu-west-1")
    s3 = client_of("s3", "eu-west-1")
    s3.create_bucket(Bucket="europe", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    client_of("s3").put_object(
        Bucket="europe", Key="a", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key.id
    )

    assert bridged.calls[-1].region == "eu-west-1"


def test_a_disabled_key_and_one_that_is_being_deleted(
    bridged: KmsMock, s3: Any, refusal: Any
) -> None:
    """KMS is doubled in the second code: that is as recorded."""
    key = bridged.create_key()
    put(s3, key.arn)
    names = {"Bucket": "bucket", "Key": "a b/c"}

    key.disable()
    disabled = {"Code": "KMS.DisabledException", "Message": f"{key.arn} is disabled."}
    assert refusal(s3.get_object, **names) == disabled
    assert refusal(put, s3=s3, key_id=key.arn) == disabled
    key.schedule_deletion()
    assert refusal(s3.get_object, **names) == {
        "Code": "KMS.KMSInvalidStateException",
        "Message": f"{key.arn} is pending deletion.",
    }


def test_a_key_that_cannot_encrypt_objects(bridged: KmsMock, s3: Any, refusal: Any) -> None:
    key = bridged.create_key(spec="ECC_NIST_P256")

    assert refusal(put, s3=s3, key_id=key.arn)["Code"] == "KMS.InvalidKeyUsageException"


def test_the_caller_needs_the_key_as_well_as_the_object(
    bridged: KmsMock, client_of: Any, refusal: Any
) -> None:
    """403, and no code of KMS."""
    allowing = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    role = bridged.principal(
        "arn:aws:iam::123456789012:role/app",
        policies=[{"Version": "2012-10-17", "Statement": [allowing]}],
    )
    s3 = client_of("s3", **role.credentials)
    s3.create_bucket(Bucket="bucket")
    key = bridged.create_key()

    found = refusal(put, s3=s3, key_id=key.arn)

    assert found["Code"] == "AccessDenied"
    assert found["Message"] == (
        f"User: {role.session_arn} is not authorized to perform: kms:GenerateDataKey on "
        f"resource: {key.arn} because no identity-based policy allows the kms:GenerateDataKey "
        "action"
    )
    # Of the account's own key its policy says who may: all of the account, through S3.
    assert put(s3)["SSEKMSKeyId"] == bridged.key("alias/aws/s3").arn


def test_what_s3_itself_refuses_does_not_reach_kms(bridged: KmsMock, s3: Any, refusal: Any) -> None:
    names = {"Bucket": "nowhere", "Key": "a"}
    found = refusal(
        s3.put_object, **names, Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId="nope"
    )

    assert found["Code"] == "NoSuchBucket"
    assert refusal(s3.get_object, Bucket="bucket", Key="none")["Code"] == "NoSuchKey"
    bridged.calls.assert_not_called()


def test_what_was_written_without_this_kms_is_under_its_key(
    bridged: KmsMock, s3: Any, refusal: Any
) -> None:
    """As by a presigned URL, which no client of botocore uploads to."""
    key = bridged.create_key()
    with mock_kms():
        put(s3, key.arn)
    bridged.calls.assert_not_called()

    s3.get_object(Bucket="bucket", Key="a b/c")
    key.disable()

    names = {"Bucket": "bucket", "Key": "a b/c"}
    assert refusal(s3.get_object, **names)["Code"] == "KMS.DisabledException"
    bridged.calls.assert_called(
        "Decrypt", times=2, EncryptionContext={"aws:s3:arn": "arn:aws:s3:::bucket/a b/c"}
    )


def test_what_was_written_under_a_key_that_is_not_here_is_left_alone(
    bridged: KmsMock, s3: Any
) -> None:
    """Nobody could say by what it is encrypted."""
    with mock_kms():
        put(s3, "nope")

    assert s3.get_object(Bucket="bucket", Key="a b/c")["Body"].read() == b"x"
    bridged.calls.assert_not_called()

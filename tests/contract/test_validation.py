"""
The check of a request against the model, and the wire shape of errors.

Clients here send what botocore would refuse to send (``parameter_validation=False``).
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from botocore import xform_name
from botocore.exceptions import ParamValidationError

UNKNOWN_ID: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"

# The required members of every operation; Plaintext, which is sensitive, apart.
REQUIRED: Final = [
    *(
        (operation, "keyId")
        for operation in (
            *("DescribeKey", "EnableKey", "DisableKey", "ScheduleKeyDeletion"),
            *("CancelKeyDeletion", "UpdateKeyDescription", "TagResource", "UntagResource"),
            *("ListResourceTags", "GetKeyPolicy", "PutKeyPolicy", "ListKeyPolicies"),
            *("Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
        )
    ),
    *(("CreateAlias", "aliasName"), ("CreateAlias", "targetKeyId")),
    *(("UpdateAlias", "aliasName"), ("UpdateAlias", "targetKeyId"), ("DeleteAlias", "aliasName")),
    *(("TagResource", "tags"), ("UntagResource", "tagKeys")),
    *(("UpdateKeyDescription", "description"), ("PutKeyPolicy", "policy")),
    *(("Decrypt", "ciphertextBlob"), ("ReEncrypt", "ciphertextBlob")),
    ("ReEncrypt", "destinationKeyId"),
]
GOOD: Final[dict[str, Any]] = {
    "KeyId": UNKNOWN_ID,
    "TargetKeyId": UNKNOWN_ID,
    "DestinationKeyId": UNKNOWN_ID,
    "AliasName": "alias/app",
    "Tags": [],
    "TagKeys": [],
    "Description": "",
    "Policy": "{}",
    "Plaintext": b"x",
    "CiphertextBlob": b"x",
}


def violation(shown: str, path: str, constraint: str) -> str:
    return f"Value {shown}at '{path}' failed to satisfy constraint: Member must {constraint}"


def one_error(shown: str, path: str, constraint: str) -> tuple[str, str]:
    text = f"1 validation error detected: {violation(shown, path, constraint)}"
    return "ValidationException", text


@pytest.mark.parametrize(("operation", "path"), REQUIRED)
@pytest.mark.parametrize("how", ["left out", "null"])
def test_required_member_must_be_there(
    lenient_client: Any, refusal: Any, operation: str, path: str, how: str
) -> None:
    """Checked before any key is looked up; null is as good as left out."""
    member = path[0].upper() + path[1:]
    names = lenient_client.meta.service_model.operation_model(operation).input_shape.members
    params = {name: value for name, value in GOOD.items() if name in names and name != member}
    if how == "null" and member != "CiphertextBlob" and member not in ("Tags", "TagKeys"):
        params[member] = None

    error = refusal(getattr(lenient_client, xform_name(operation)), **params)

    assert error == one_error("null ", path, "not be null")


def test_missing_plaintext_is_sensitive(lenient_client: Any, refusal: Any) -> None:
    """The word null does not appear for it."""
    error = refusal(lenient_client.encrypt, KeyId=UNKNOWN_ID)

    assert error == one_error("", "plaintext", "not be null")


def test_all_violations_are_counted_and_joined(lenient_client: Any, refusal: Any) -> None:
    """In the order of the model's members, with ``; `` between them."""
    error = refusal(lenient_client.encrypt, EncryptionAlgorithm="ROT13")

    assert error.code == "ValidationException"
    assert error.message == (
        "3 validation errors detected: "
        "Value null at 'keyId' failed to satisfy constraint: Member must not be null; "
        "Value at 'plaintext' failed to satisfy constraint: Member must not be null; "
        "Value 'ROT13' at 'encryptionAlgorithm' failed to satisfy constraint: Member must satisfy "
        "enum value set: [RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE, SYMMETRIC_DEFAULT]"
    )


def test_nested_violations_are_counted_too(lenient_client: Any, refusal: Any) -> None:
    """Paths into lists count from 1."""
    tags = [{"TagKey": "k", "TagValue": "y" * 257}, {"TagKey": "k"}, {"TagValue": ""}]

    error = refusal(lenient_client.create_key, Tags=tags, KeyUsage="RANDOM")

    first, *rest = error.message.split("; ")
    assert first.startswith("4 validation errors detected: Value 'RANDOM' at 'keyUsage'")
    long = violation(
        f"'{'y' * 257}' ", "tags.1.member.tagValue", "have length less than or equal to 256"
    )
    assert rest == [
        long,
        violation("null ", "tags.2.member.tagValue", "not be null"),
        violation("null ", "tags.3.member.tagKey", "not be null"),
    ]


@pytest.mark.parametrize(
    ("operation", "params", "path"),
    [
        ("describe_key", {"KeyId": "x" * 2049}, "keyId"),
        ("encrypt", {"KeyId": "x" * 2049, "Plaintext": b"x"}, "keyId"),
        ("create_alias", {"AliasName": "alias/a", "TargetKeyId": "x" * 2049}, "targetKeyId"),
        (
            "re_encrypt",
            {"CiphertextBlob": b"x", "DestinationKeyId": "x" * 2049},
            "destinationKeyId",
        ),
    ],
)
def test_key_id_has_2048_characters_at_most(
    client: Any, refusal: Any, operation: str, params: dict[str, Any], path: str
) -> None:
    """Source: the model, KeyIdType."""
    error = refusal(getattr(client, operation), **params)

    assert error == one_error(f"'{'x' * 2049}' ", path, "have length less than or equal to 2048")


@pytest.mark.parametrize(
    ("tokens", "constraint"),
    [
        (["x"] * 11, "at 'grantTokens' failed to satisfy constraint: Member must have length less"),
        (["x" * 8193], "at 'grantTokens' failed to satisfy constraint: Member must satisfy"),
    ],
)
def test_grant_tokens_are_few_and_short(
    client: Any, key_id: str, refusal: Any, tokens: list[str], constraint: str
) -> None:
    """10 of 8192 characters. Source: the model, GrantTokenList."""
    error = refusal(client.describe_key, KeyId=key_id, GrantTokens=tokens)

    assert error.code == "ValidationException"
    assert constraint in error.message


@pytest.mark.parametrize(
    ("operation", "params", "path", "printed"),
    [
        (
            *("create_key", {"Origin": "NOWHERE"}, "origin"),
            "[AWS_KMS, EXTERNAL, AWS_CLOUDHSM, EXTERNAL_KEY_STORE]",
        ),
        (
            *("generate_data_key", {"KeyId": UNKNOWN_ID, "KeySpec": "AES_512"}, "keySpec"),
            "[RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, "
            "ECC_SECG_P256K1, ECC_NIST_EDWARDS25519, SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, "
            "HMAC_384, HMAC_512, SM2, ML_DSA_44, ML_DSA_65, ML_DSA_87]",
        ),
    ],
)
def test_unknown_value_is_answered_with_the_known_ones(
    client: Any, refusal: Any, operation: str, params: dict[str, Any], path: str, printed: str
) -> None:
    """In the order of errors.csv where it has one, else in the model's."""
    value = list(params.values())[-1]

    error = refusal(getattr(client, operation), **params)

    assert error == one_error(f"'{value}' ", path, f"satisfy enum value set: {printed}")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("describe_key", {"KeyId": 5}),
        ("describe_key", {"KeyId": ["x"]}),
        ("describe_key", {"KeyId": {"Id": "x"}}),
        ("generate_random", {"NumberOfBytes": "5"}),
        ("generate_random", {"NumberOfBytes": 5.5}),
        ("generate_random", {"NumberOfBytes": True}),
        ("create_key", {"MultiRegion": "true"}),
        ("create_key", {"BypassPolicyLockoutSafetyCheck": 1}),
        ("create_key", {"Tags": [{"TagKey": 1, "TagValue": ""}]}),
        ("encrypt", {"KeyId": "x", "Plaintext": b"x", "EncryptionContext": {"a": 1}}),
        ("encrypt", {"KeyId": "x", "Plaintext": b"x", "EncryptionContext": {"a": ["x"]}}),
        ("encrypt", {"KeyId": "x", "Plaintext": b"x", "DryRun": "yes"}),
        ("list_keys", {"Limit": "ten"}),
    ],
)
def test_member_of_a_wrong_type_is_refused(
    lenient_client: Any, error_response: Any, operation: str, params: dict[str, Any]
) -> None:
    """It wins over everything else that may be wrong."""
    response = error_response(getattr(lenient_client, operation), **params)

    assert response["Error"]["Code"] == "SerializationException"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("validation", "ValidationException"),
        ("ciphertext", "InvalidCiphertextException"),
        ("denied", "AccessDeniedException"),
    ],
)
def test_some_errors_have_no_message_of_their_own(
    client: Any, error_response: Any, name: str, code: str
) -> None:
    """Those that the model lacks, and those without a text: Error.Message is all there is."""
    foreign = f"arn:aws:kms:us-east-1:210987654321:key/{UNKNOWN_ID}"
    response = {
        "validation": lambda: error_response(client.generate_random, NumberOfBytes=1025),
        "ciphertext": lambda: error_response(client.decrypt, CiphertextBlob=b"garbage"),
        "denied": lambda: error_response(client.describe_key, KeyId=foreign),
    }[name]()

    assert response["Error"]["Code"] == code
    assert response.keys() == {"Error", "ResponseMetadata"}


def test_other_errors_show_their_message_twice(client: Any, error_response: Any) -> None:
    """As botocore parses an error that the model declares."""
    response = error_response(client.describe_key, KeyId=UNKNOWN_ID)

    assert response.keys() == {"Error", "ResponseMetadata", "message"}
    assert response["Error"].keys() == {"Code", "Message"}
    assert response["message"] == response["Error"]["Message"]
    metadata = response["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == 400
    assert metadata["RetryAttempts"] == 0
    assert metadata["HTTPHeaders"]["x-amzn-requestid"] == metadata["RequestId"]


def test_botocore_checks_what_it_checks(client: Any) -> None:
    """Without ``parameter_validation=False`` a missing member never leaves the client."""
    with pytest.raises(ParamValidationError, match='Missing required parameter in input: "KeyId"'):
        client.describe_key()

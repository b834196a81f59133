"""GetKeyPolicy, PutKeyPolicy, ListKeyPolicies, and the policy given to CreateKey."""

from __future__ import annotations

import json
from typing import Any

import pytest

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."


def statement(**changes: Any) -> dict[str, Any]:
    """Return a statement that allows all to the account; None removes an element."""
    elements = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    elements |= changes
    return {name: value for name, value in elements.items() if value is not None}


def policy(*statements: dict[str, Any], **members: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **members})


def test_default_policy_is_printed_as_aws_prints_it(client: Any, key_id: str) -> None:
    """Two spaces of indentation, `` : ``, arrays on a line. Source: guide, GetKeyPolicy."""
    response = client.get_key_policy(KeyId=key_id)

    assert response["PolicyName"] == "default"
    assert (
        response["Policy"]
        == """{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::123456789012:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"""
    )


def test_default_policy_names_the_partition(client_of: Any) -> None:
    """In China, ARNs begin with ``arn:aws-cn``."""
    client = client_of("cn-north-1")
    metadata = client.create_key()["KeyMetadata"]

    document = json.loads(client.get_key_policy(KeyId=metadata["KeyId"])["Policy"])

    assert metadata["Arn"].startswith("arn:aws-cn:kms:cn-north-1:")
    principal = document["Statement"][0]["Principal"]
    assert principal == {"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"}


@pytest.mark.parametrize("name", [None, "default"])
def test_policy_comes_back_with_the_same_members(client: Any, name: str | None) -> None:
    """The same members in the same order, spaced anew."""
    text = policy(
        statement(Sid="Everybody here", Condition={"Bool": {"aws:SecureTransport": "true"}}),
        statement(Principal={"AWS": [ROLE, OTHER_ACCOUNT]}, Action=["kms:Decrypt", "kms:Encrypt"]),
        Id="my-policy",
    )
    key_id = client.create_key(Policy=text)["KeyMetadata"]["KeyId"]
    members = {} if name is None else {"PolicyName": name}

    answer = client.get_key_policy(KeyId=key_id, **members)["Policy"]

    assert json.dumps(json.loads(answer)) == text
    assert '"Id" : "my-policy"' in answer
    assert '"Action" : [ "kms:Decrypt", "kms:Encrypt" ]' in answer


def test_policy_is_replaced_whole(client: Any, key_id: str) -> None:
    """PutKeyPolicy answers with nothing, and no statement of the old policy stays."""
    new = policy(statement(Sid="new"))

    response = client.put_key_policy(KeyId=key_id, PolicyName="default", Policy=new)

    assert response.keys() == {"ResponseMetadata"}
    assert json.loads(client.get_key_policy(KeyId=key_id)["Policy"]) == json.loads(new)


def test_key_has_one_policy(client: Any, key_id: str) -> None:
    """Its name is ``default``."""
    response = client.list_key_policies(KeyId=key_id)

    del response["ResponseMetadata"]
    assert response == {"PolicyNames": ["default"], "Truncated": False}


@pytest.mark.parametrize("operation", ["get_key_policy", "put_key_policy"])
def test_policy_of_another_name_is_not_found(
    client: Any, key_id: str, refusal: Any, operation: str
) -> None:
    """The only valid name is ``default``."""
    members = {"Policy": policy(statement())} if operation == "put_key_policy" else {}

    error = refusal(getattr(client, operation), KeyId=key_id, PolicyName="mine", **members)

    assert error.code == "NotFoundException"


@pytest.mark.parametrize("name", ["my-policy", "défaut", "my policy"])
def test_policy_name_is_of_word_characters(
    client: Any, key_id: str, refusal: Any, name: str
) -> None:
    r"""The model's ``[\w]+`` is Java's: ASCII letters, digits and underscore."""
    error = refusal(client.get_key_policy, KeyId=key_id, PolicyName=name)

    assert error.code == "ValidationException"
    assert error.message == (
        f"1 validation error detected: Value '{name}' at 'policyName' failed to satisfy "
        r"constraint: Member must satisfy regular expression pattern: [\w]+"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        policy(),
        policy("statement"),  # type: ignore[arg-type]  # wrong on purpose
        policy(statement(), Version="2013-10-17"),
        policy(statement(), Unknown=1),
        policy(statement(Unknown=1)),
        policy(statement(Effect=None)),
        policy(statement(Effect="allow")),
        policy(statement(Principal={"AWS": []})),
        policy(statement(Principal={"Unknown": ROOT})),
        policy(statement(Principal={"Service": "*.amazonaws.com"})),
        policy(statement(NotPrincipal={"AWS": ROOT})),
        policy(statement(Action=[])),
        policy(statement(Action=5)),
        policy(statement(NotAction="kms:Decrypt")),
        policy(statement(Resource=5)),
        policy(statement(Condition="aws:SecureTransport")),
        policy(statement(Condition={"StringEquals": "aws:SecureTransport"})),
        policy(statement(Condition={"stringequals": {"aws:PrincipalArn": "*"}})),
        policy(statement(Condition={"NullIfExists": {"aws:PrincipalArn": "true"}})),
        policy(statement(Condition={"StringEquals": {"aws:PrincipalArn": {"a": "b"}}})),
        policy(statement(Principal=None, NotPrincipal={"AWS": ROOT})),
        policy(statement(Action="Decrypt")),
    ],
    ids=lambda text: text[:60],
)
def test_malformed_policy_is_refused(
    client: Any, key_id: str, error_response: Any, text: str
) -> None:
    """Also where the lockout check is bypassed; the old policy stays."""
    before = client.get_key_policy(KeyId=key_id)["Policy"]

    for bypass in (True, False):
        response = error_response(
            client.put_key_policy,
            KeyId=key_id,
            Policy=text,
            BypassPolicyLockoutSafetyCheck=bypass,
        )

        assert response["Error"]["Code"] == "MalformedPolicyDocumentException"
        assert response["message"] == response["Error"]["Message"]
    assert client.get_key_policy(KeyId=key_id)["Policy"] == before


@pytest.mark.parametrize(
    "text", ["no JSON", "[]", "null", "1", "[" * 20_000], ids=lambda text: text[:10]
)
def test_policy_that_is_no_object_is_refused_without_a_text(
    client: Any, key_id: str, refusal: Any, text: str
) -> None:
    """As AWS was seen to answer: the code, and no message at all."""
    before = client.get_key_policy(KeyId=key_id)["Policy"]

    for bypass in (True, False):
        refused = refusal(
            client.put_key_policy,
            KeyId=key_id,
            Policy=text,
            BypassPolicyLockoutSafetyCheck=bypass,
        )

        assert refused == ("MalformedPolicyDocumentException", "")
    assert client.get_key_policy(KeyId=key_id)["Policy"] == before


@pytest.mark.parametrize(
    "element",
    [
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": ACCOUNT}},
        {"Principal": {"AWS": [f"arn:aws:iam::{ACCOUNT}:user/path/ann", ROOT]}},
        {"Action": ["kms:Encrypt", "kms:PutKeyPolicy"]},
        {"Action": "kms:Put*"},
        {"Action": "KMS:putkeypolic?"},
        {"Action": "*"},
        {"Action": None, "NotAction": "kms:Decrypt"},
        {"Resource": ["*"]},
    ],
    ids=str,
)
def test_policy_that_lets_the_caller_in_is_taken(client: Any, element: dict[str, Any]) -> None:
    """The caller must be able to call PutKeyPolicy afterwards."""
    text = policy(statement(**element))

    key_id = client.create_key(Policy=text)["KeyMetadata"]["KeyId"]

    assert json.loads(client.get_key_policy(KeyId=key_id)["Policy"]) == json.loads(text)
    client.put_key_policy(KeyId=key_id, Policy=text)


@pytest.mark.parametrize(
    "statements",
    [
        [statement(Action="kms:Decrypt")],
        [statement(Action="kms:[P]utKeyPolicy")],
        [statement(Action=None, NotAction="kms:PutKeyPolicy")],
        [statement(Principal={"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"})],
        [statement(Principal={"Service": "s3.amazonaws.com"})],
        [statement(Effect="Deny")],
        [statement(), statement(Effect="Deny", Action="kms:PutKeyPolicy")],
        [statement(), statement(Effect="Deny", Principal="*")],
    ],
    ids=str,
)
@pytest.mark.parametrize("operation", ["create_key", "put_key_policy"])
def test_policy_that_locks_the_caller_out_is_refused(
    client: Any, key_id: str, refusal: Any, operation: str, statements: list[dict[str, Any]]
) -> None:
    """Unless the request bypasses the check."""
    key = {} if operation == "create_key" else {"KeyId": key_id}
    text = policy(*statements)

    error = refusal(getattr(client, operation), **key, Policy=text)

    assert error == ("MalformedPolicyDocumentException", LOCKED_OUT)
    getattr(client, operation)(**key, Policy=text, BypassPolicyLockoutSafetyCheck=True)


@pytest.mark.parametrize(
    "caller",
    [ROLE, f"arn:aws:sts::{ACCOUNT}:assumed-role/app/session-1"],
)
def test_role_may_keep_the_key_to_itself(client_of: Any, caller: str) -> None:
    """A session of a role is the role. Source: IAM User Guide, "Role session principals"."""
    client = client_of(principal=caller)

    created = client.create_key(Policy=policy(statement(Principal={"AWS": ROLE})))

    assert created["KeyMetadata"]["KeyState"] == "Enabled"


def test_another_users_policy_locks_the_caller_out(client_of: Any, refusal: Any) -> None:
    """The check is of the caller, not of the account."""
    client = client_of(principal=f"arn:aws:iam::{ACCOUNT}:user/bob")

    error = refusal(client.create_key, Policy=policy(statement(Principal={"AWS": ROLE})))

    assert error == ("MalformedPolicyDocumentException", LOCKED_OUT)


def test_policy_has_32768_bytes_at_most(client: Any, key_id: str, refusal: Any) -> None:
    """Above that the quota answers, above 131,072 the model's check."""
    shell = len(policy(statement(Sid="")))
    longest = policy(statement(Sid="x" * (32_768 - shell)))
    client.put_key_policy(KeyId=key_id, Policy=longest)

    over_quota = refusal(client.put_key_policy, KeyId=key_id, Policy=f"{longest} ")
    over_model = refusal(client.put_key_policy, KeyId=key_id, Policy="x" * 131_073)

    assert over_quota.code == "LimitExceededException"
    assert over_model.code == "ValidationException"
    assert over_model.message.endswith("Member must have length less than or equal to 131072")

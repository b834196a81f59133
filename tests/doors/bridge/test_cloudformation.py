"""Stacks whose keys and aliases are those of the mock."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

moto = pytest.importorskip("moto")


@pytest.fixture
def stacks(bridged: KmsMock, client_of: Any) -> Any:
    try:
        importlib.import_module("moto.cloudformation.parsing")
    except ImportError as error:
        pytest.skip(f"what moto needs is not installed: {error}")
    return client_of("cloudformation")


def template(alias: str = "alias/stack", **properties: Any) -> str:
    return json.dumps(
        {
            "Resources": {
                "Key": {"Type": "AWS::KMS::Key", "Properties": properties},
                "Alias": {
                    "Type": "AWS::KMS::Alias",
                    "Properties": {"AliasName": alias, "TargetKeyId": {"Ref": "Key"}},
                },
            },
            "Outputs": {
                "Id": {"Value": {"Ref": "Key"}},
                "Arn": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}},
                "Alias": {"Value": {"Ref": "Alias"}},
            },
        }
    )


def test_a_stack_makes_a_key_and_an_alias(bridged: KmsMock, stacks: Any) -> None:
    """`Ref` of a key is its ID, that of an alias its name."""
    stacks.create_stack(StackName="s", TemplateBody=template(Description="of a stack"))

    key = bridged.key("alias/stack")
    [stack] = stacks.describe_stacks(StackName="s")["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert outputs == {"Id": key.id, "Arn": key.arn, "Alias": "alias/stack"}
    assert key.metadata["Description"] == "of a stack"
    assert bridged.calls.operations == ["CreateKey", "CreateAlias"]
    bridged.calls.assert_called("CreateKey", via="cloudformation")


def test_properties_of_a_key(bridged: KmsMock, stacks: Any) -> None:
    """Also those that moto's own model does not know."""
    policy = bridged.create_key().policy
    stacks.create_stack(
        StackName="s",
        TemplateBody=template(
            KeySpec="RSA_2048",
            KeyUsage="SIGN_VERIFY",
            KeyPolicy=policy,
            Tags=[{"Key": "team", "Value": "a"}],
            Enabled=False,
        ),
    )
    stacks.create_stack(
        StackName="t",
        TemplateBody=template(
            "alias/other", MultiRegion=True, EnableKeyRotation=True, RotationPeriodInDays=90
        ),
    )

    key, other = bridged.key("alias/stack"), bridged.key("alias/other")
    assert (key.spec, key.usage, key.state) == ("RSA_2048", "SIGN_VERIFY", "Disabled")
    assert key.tags == {"team": "a"}
    assert other.metadata["MultiRegion"] is True
    status = bridged.client().get_key_rotation_status(KeyId=other.id)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 90)


def test_a_template_in_yaml(bridged: KmsMock, stacks: Any) -> None:
    """Which takes the version of a policy for a date."""
    stacks.create_stack(
        StackName="s",
        TemplateBody="""
            Resources:
              Key:
                Type: AWS::KMS::Key
                Properties:
                  KeyPolicy:
                    Version: 2012-10-17
                    Statement:
                      - Effect: Allow
                        Principal:
                          AWS: !Sub arn:aws:iam::${AWS::AccountId}:root
                        Action: kms:*
                        Resource: "*"
              Alias:
                Type: AWS::KMS::Alias
                Properties:
                  AliasName: alias/yaml
                  TargetKeyId: !GetAtt Key.Arn
            """,
    )

    policy = bridged.key("alias/yaml").policy
    assert policy["Version"] == "2012-10-17"
    assert policy["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}


def test_a_stack_changes_its_key(bridged: KmsMock, stacks: Any) -> None:
    stacks.create_stack(StackName="s", TemplateBody=template(EnableKeyRotation=True))
    key = bridged.key("alias/stack")

    stacks.update_stack(
        StackName="s",
        TemplateBody=template("alias/renamed", Description="changed", Enabled=False),
    )

    assert bridged.key("alias/renamed") == key
    assert key.aliases == ["alias/renamed"]
    assert (key.state, key.metadata["Description"]) == ("Disabled", "changed")
    status = bridged.client().get_key_rotation_status(KeyId=key.id)
    assert status["KeyRotationEnabled"] is False


def test_the_key_of_a_stack_that_goes_is_deleted_later(bridged: KmsMock, stacks: Any) -> None:
    stacks.create_stack(StackName="s", TemplateBody=template(PendingWindowInDays=7))
    key = bridged.key("alias/stack")

    stacks.delete_stack(StackName="s")

    assert key.state == "PendingDeletion"
    assert key.aliases == []
    bridged.calls.assert_called("ScheduleKeyDeletion", PendingWindowInDays=7)


def test_what_kms_refuses(bridged: KmsMock, stacks: Any, refusal: Any) -> None:
    """Moto has no stack that failed, and refuses the call."""
    found = refusal(
        stacks.create_stack,
        StackName="s",
        TemplateBody=template(KeyPolicy={"Version": "2012-10-17", "Statement": []}),
    )

    assert found["Code"] == "ValidationError"
    assert "MalformedPolicyDocumentException" in found["Message"]
    assert len(bridged.keys) == 0


def test_who_makes_the_stack_calls(bridged: KmsMock, stacks: Any, client_of: Any) -> None:
    allowing = {
        "Effect": "Allow",
        "Action": "kms:*",
        "Resource": "*",
        "Condition": {
            "Bool": {"aws:ViaAWSService": "true"},
            "ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"},
        },
    }
    role = bridged.principal(
        "arn:aws:iam::123456789012:role/app",
        policies=[{"Version": "2012-10-17", "Statement": [allowing]}],
    )

    client_of("cloudformation", **role.credentials).create_stack(
        StackName="s", TemplateBody=template()
    )

    assert {call.principal for call in bridged.calls} == {role.session_arn}

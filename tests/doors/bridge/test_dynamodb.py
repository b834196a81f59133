"""Tables under a KMS key."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.doors.bridge import dynamodb as dynamodb_bridge

CONTEXT = {"aws:dynamodb:tableName": "t", "aws:dynamodb:subscriberId": "123456789012"}


@pytest.fixture
def dynamodb(bridged: KmsMock, client_of: Any) -> Any:
    return client_of("dynamodb")


def create(dynamodb: Any, sse: dict[str, Any] | None, name: str = "t") -> Any:
    made = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **({} if sse is None else {"SSESpecification": sse}),
    )
    return made["TableDescription"]


def under(key_id: str) -> dict[str, Any]:
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_id}


def test_a_table_has_a_key_of_its_own_by_a_grant(bridged: KmsMock, dynamodb: Any) -> None:
    """DynamoDB asks for the caller, and then by its own name."""
    key = bridged.create_key(alias="alias/app")

    made = create(dynamodb, under("alias/app"))

    assert made["SSEDescription"]["KMSMasterKeyArn"] == key.arn
    assert [(call.operation, call.principal) for call in bridged.calls] == [
        ("DescribeKey", "arn:aws:iam::123456789012:root"),
        ("CreateGrant", "arn:aws:iam::123456789012:root"),
        ("GenerateDataKey", "dynamodb.us-east-1.amazonaws.com"),
    ]
    bridged.calls.assert_called("GenerateDataKey", via="dynamodb", EncryptionContext=CONTEXT)
    [grant] = key.grants
    assert grant["RetiringPrincipal"] == "dynamodb.us-east-1.amazonaws.com"
    assert grant["Constraints"] == {"EncryptionContextSubset": CONTEXT}


def test_without_a_key_it_is_the_accounts_own(bridged: KmsMock, dynamodb: Any) -> None:
    """And without SSE one of AWS's, of which nobody sees anything."""
    made = create(dynamodb, {"Enabled": True})
    create(dynamodb, None, "other")

    assert made["SSEDescription"]["KMSMasterKeyArn"] == bridged.key("alias/aws/dynamodb").arn
    assert len(bridged.calls) == 3


def test_items_need_the_key_of_the_table(bridged: KmsMock, dynamodb: Any) -> None:
    create(dynamodb, {"Enabled": True})
    create(dynamodb, None, "other")
    bridged.calls.clear()
    item = {"id": {"S": "1"}}

    dynamodb.put_item(TableName="t", Item=item)
    dynamodb.get_item(TableName="other", Key=item)
    dynamodb.batch_get_item(RequestItems={"t": {"Keys": [item]}, "other": {"Keys": [item]}})
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": item}}])

    assert bridged.calls.operations == ["Decrypt"] * 3
    bridged.calls.assert_called("Decrypt", times=3, EncryptionContext=CONTEXT)


@pytest.mark.parametrize(
    ("params", "tables"),
    [
        ({"Statement": """SELECT * FROM "Music"."by year" WHERE a = 'FROM x'"""}, ["Music", "x"]),
        ({"Statement": "select a from music.byYear"}, ["music"]),
        ({"Statement": "INSERT INTO \"a-b\" VALUE {'id': '1'}"}, ["a-b"]),
        ({"Statements": [{"Statement": "UPDATE t SET a=1"}, {"Statement": "x"}]}, ["t"]),
        ({"TransactStatements": [{"Statement": 'DELETE FROM "t" WHERE a=1'}]}, ["t"]),
    ],
)
def test_statements_name_their_tables_too(params: Any, tables: list[str]) -> None:
    """What only looks like a table is none that is there."""
    assert [*dynamodb_bridge._tables(params)] == tables


def test_a_key_that_is_lost_leaves_the_table_working(bridged: KmsMock, dynamodb: Any) -> None:
    """For a time, on AWS; the refused call is on record."""
    key = bridged.create_key()
    create(dynamodb, under(key.arn))
    key.disable()

    dynamodb.put_item(TableName="t", Item={"id": {"S": "1"}})

    assert bridged.calls[-1].error is not None
    assert bridged.calls[-1].error.code == "DisabledException"


def test_a_key_that_cannot_be_used_makes_no_table(
    bridged: KmsMock, dynamodb: Any, refusal: Any
) -> None:
    key = bridged.create_key()
    key.disable()

    assert refusal(create, dynamodb=dynamodb, sse=under("alias/nobody"))["Code"] == (
        "ValidationException"
    )
    assert refusal(create, dynamodb=dynamodb, sse=under(key.arn))["Code"] == "ValidationException"
    assert dynamodb.list_tables()["TableNames"] == []


def test_another_type_than_kms(dynamodb: Any, refusal: Any) -> None:
    found = refusal(create, dynamodb=dynamodb, sse={"Enabled": True, "SSEType": "AES256"})

    assert found["Message"] == (
        "One or more parameter values were invalid: SSEType AES256 is not supported"
    )


def test_who_reads_items_needs_the_key(bridged: KmsMock, client_of: Any, refusal: Any) -> None:
    key = bridged.create_key()
    create(client_of("dynamodb"), under(key.arn))
    role = bridged.principal("arn:aws:iam::123456789012:role/app")

    found = refusal(
        client_of("dynamodb", **role.credentials).get_item,
        TableName="t",
        Key={"id": {"S": "1"}},
    )

    assert found["Code"] == "AccessDeniedException"
    assert found["Message"].startswith(
        "KMS key access denied error: com.amazonaws.services.kms.model.AWSKMSException: User: "
    )


def test_a_table_that_goes_gives_its_grant_back(bridged: KmsMock, dynamodb: Any) -> None:
    """And one that changes its key that of the old one."""
    first, second = bridged.create_key(), bridged.create_key()
    create(dynamodb, under(first.arn))

    dynamodb.update_table(TableName="t", SSESpecification=under(second.arn))
    assert (len(first.grants), len(second.grants)) == (0, 1)
    dynamodb.delete_table(TableName="t")

    assert len(second.grants) == 0


def test_a_table_that_was_made_without_this_kms_is_under_its_key(
    bridged: KmsMock, dynamodb: Any
) -> None:
    key = bridged.create_key()
    with mock_kms():
        create(dynamodb, under(key.arn))

    dynamodb.put_item(TableName="t", Item={"id": {"S": "1"}})

    bridged.calls.assert_called_once("Decrypt", key=key, EncryptionContext=CONTEXT)

"""
DynamoDB: tables under a KMS key.

Source: DynamoDB Developer Guide, "DynamoDB encryption at rest: usage notes", "How DynamoDB
uses AWS KMS"; the text of a refused permission as reported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import attrs

from ...service.api.errors import KmsError
from .crossing import Crossing
from .motos import insides, storage
from .refusals import ServiceError
from .service import Service, tail

_DEFAULT_KEY: Final = "alias/aws/dynamodb"
_GRANTED: Final = (
    *("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey"),
    *("GenerateDataKeyWithoutPlaintext", "DescribeKey", "RetireGrant"),
)
# What a statement of PartiQL reads or writes; an index follows after a dot.
_STATEMENT: Final = re.compile(
    r"""\b(?:FROM|INTO|UPDATE)\s+(?:"([^"]+)"|([A-Za-z0-9_\-]+))""", re.IGNORECASE
)


@attrs.frozen
class _Sealed:
    """The key of a table, as KMS has encrypted it, and the grant by which DynamoDB has it."""

    key_arn: str
    grant: str
    table_key: bytes = attrs.field(repr=False)


def _context(crossing: Crossing, table: str) -> dict[str, str]:
    return {"aws:dynamodb:tableName": table, "aws:dynamodb:subscriberId": crossing.account}


def _seal(crossing: Crossing) -> None:
    """Ask for the key of a table that is about to be made, or to have another one."""
    params = crossing.params
    table, wanted = _name(params["TableName"]), params.get("SSESpecification") or {}
    there = storage.has_table(crossing.account, crossing.region, table)
    if not wanted.get("Enabled") or there is (crossing.operation == "CreateTable"):
        return
    if wanted.get("SSEType", "KMS") != "KMS":
        raise ServiceError(
            "ValidationException",
            "One or more parameter values were invalid: SSEType "
            f"{wanted['SSEType']} is not supported",
        )
    context = _context(crossing, table)
    own = f"dynamodb.{crossing.region}.amazonaws.com"
    described = crossing.ask("DescribeKey", KeyId=wanted.get("KMSMasterKeyId") or _DEFAULT_KEY)
    key_arn = described["KeyMetadata"]["Arn"]
    granted = crossing.ask(
        "CreateGrant",
        KeyId=key_arn,
        GranteePrincipal=own,
        RetiringPrincipal=own,
        Operations=list(_GRANTED),
        Constraints={"EncryptionContextSubset": context},
    )
    made = crossing.ask(
        "GenerateDataKey", by=own, KeyId=key_arn, KeySpec="AES_256", EncryptionContext=context
    )
    crossing.kept["sealed"] = _Sealed(key_arn, granted["GrantId"], made["CiphertextBlob"])
    body = json.loads(crossing.request["body"])
    body["SSESpecification"]["KMSMasterKeyId"] = key_arn
    crossing.change("body", json.dumps(body).encode())


def _keep(crossing: Crossing, answer: dict[str, Any]) -> None:
    table = _name(crossing.params["TableName"])
    wanted, sealed = crossing.params.get("SSESpecification"), crossing.kept.get("sealed")
    if sealed is not None or wanted is not None:
        _retire(crossing, answer)
    if sealed is not None:
        _memory(crossing)[table] = sealed


def _retire(crossing: Crossing, answer: dict[str, Any]) -> None:
    """Let the table's grant be retired, if it had one; whether that goes well is not seen."""
    sealed = _memory(crossing).pop(_name(crossing.params["TableName"]), None)
    if sealed is not None:
        own = f"dynamodb.{crossing.region}.amazonaws.com"
        crossing.try_to_ask("RetireGrant", by=own, KeyId=sealed.key_arn, GrantId=sealed.grant)


def _open(crossing: Crossing) -> None:
    """
    Ask for the keys of the tables whose items are read or written.

    Only who may not use the key is refused. What AWS answers for other reasons is not
    known; a table goes on for a time, and then is inaccessible.
    """
    for table in dict.fromkeys(_tables(crossing.params)):
        table_key = _table_key(crossing, table)
        if table_key is not None:
            try:
                crossing.ask(
                    "Decrypt",
                    CiphertextBlob=table_key,
                    EncryptionContext=_context(crossing, table),
                )
            except KmsError as error:
                if error.code == "AccessDeniedException":
                    raise


def _table_key(crossing: Crossing, table: str) -> bytes | None:
    memory = _memory(crossing)
    sealed = memory.get(table)
    if sealed is not None:
        key: bytes = sealed.table_key
        return key
    # A stack has made it, say.
    key_id = storage.key_of_table(crossing.account, crossing.region, table)
    return None if key_id is None else crossing.adopt(key_id, _context(crossing, table))


def _tables(params: Any) -> Iterator[str]:
    if "TableName" in params:
        yield _name(params["TableName"])
    # Of a batch they are the names; of a transaction, within what each does.
    requests = params.get("RequestItems")
    if isinstance(requests, dict):
        yield from map(_name, requests)
    for item in params.get("TransactItems", ()):
        for done in item.values():
            yield _name(done["TableName"])
    # Of PartiQL they are in the text.
    statements = (*params.get("Statements", ()), *params.get("TransactStatements", ()))
    for text in (params.get("Statement", ""), *(each["Statement"] for each in statements)):
        yield from (quoted or bare for quoted, bare in _STATEMENT.findall(text))


def _name(table: str) -> str:
    """Return the name of a table, which can be given by its ARN."""
    return table.rpartition("table/")[2]


def _memory(crossing: Crossing) -> dict[Any, Any]:
    return insides.memory("dynamodb", crossing.account, crossing.region)


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    if error.code == "AccessDeniedException":
        return ServiceError(
            "AccessDeniedException",
            "KMS key access denied error: com.amazonaws.services.kms.model.AWSKMSException: "
            + error.message
            + tail(crossing, error),
        )
    return ServiceError("ValidationException", error.message)


_ITEMS: Final = (
    *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem"),
    *("BatchWriteItem", "TransactGetItems", "TransactWriteItems"),
    *("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"),
)

SERVICE: Final = Service(
    name="dynamodb",
    before={"CreateTable": _seal, "UpdateTable": _seal, **dict.fromkeys(_ITEMS, _open)},
    after={"CreateTable": _keep, "UpdateTable": _keep, "DeleteTable": _retire},
    words=_words,
)

"""
RDS: instances and clusters under a KMS key.

Source: RDS User Guide, "AWS KMS key management"; the error as reported. The calls are
inferred from the permissions that are documented.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ...service.api.errors import KmsError
from .crossing import Crossing
from .motos import storage
from .refusals import ServiceError
from .service import Service

_DEFAULT_KEY: Final = "alias/aws/rds"
_GRANTED: Final = (
    *("Decrypt", "Encrypt", "GenerateDataKeyWithoutPlaintext", "CreateGrant"),
    *("ReEncryptFrom", "ReEncryptTo", "DescribeKey"),
)


def _describe(crossing: Crossing) -> None:
    """Find the key of what is about to be made, and let moto know it by its ARN."""
    params = crossing.params
    key_id = params.get("KmsKeyId")
    if not key_id:
        if not params.get("StorageEncrypted"):
            return
        key_id = _DEFAULT_KEY
    _find(crossing, key_id)
    crossing.change("body", {**crossing.request["body"], "KmsKeyId": crossing.kept["key"]})


def _describe_source(crossing: Crossing) -> None:
    """Find the key of what a database is made from, which is to be its own."""
    params = crossing.params
    look, member = (
        (storage.key_of_snapshot, "DBSnapshotIdentifier")
        if "DBSnapshotIdentifier" in params
        else (storage.key_of_database, "SourceDBInstanceIdentifier")
    )
    key_id = look(crossing.account, crossing.region, params.get(member, ""))
    if key_id is not None:
        _find(crossing, key_id)


def _find(crossing: Crossing, key_id: str) -> None:
    crossing.kept["named"] = key_id
    described = crossing.ask("DescribeKey", KeyId=key_id)["KeyMetadata"]
    if described["KeyState"] != "Enabled" or described["KeySpec"] != "SYMMETRIC_DEFAULT":
        raise _refused(crossing)
    crossing.kept["key"] = described["Arn"]


def _granting(
    member: str, identifier: str, forget: Callable[[str, str, str], None], named: str = ""
) -> Callable[[Crossing, dict[str, Any]], None]:
    """
    Return what asks for the storage of what has been made, whose ID is in the context.

    Args:
        member: Of the answer.
        identifier: The member of that which is its ID.
        forget: Takes back what was made.
        named: The parameter that names it.
    """
    named = named or f"{member}Identifier"

    def grant(crossing: Crossing, answer: dict[str, Any]) -> None:
        key_arn = crossing.kept.get("key")
        if key_arn is None:
            return
        made = answer[member]
        context = {"aws:rds:db-id": made.get(identifier) or crossing.params[named]}
        try:
            crossing.ask(
                "CreateGrant",
                KeyId=key_arn,
                GranteePrincipal="rds.amazonaws.com",
                RetiringPrincipal="rds.amazonaws.com",
                Operations=list(_GRANTED),
                Constraints={"EncryptionContextSubset": context},
            )
            crossing.ask(
                "GenerateDataKeyWithoutPlaintext",
                by="rds.amazonaws.com",
                KeyId=key_arn,
                NumberOfBytes=64,
                EncryptionContext=context,
            )
        except KmsError:
            forget(crossing.account, crossing.region, crossing.params[named])
            raise

    return grant


def _tell(crossing: Crossing, answer: dict[str, Any]) -> None:
    """Let the copy of a snapshot name the key, which older releases of moto do not."""
    key_arn = crossing.kept.get("key")
    for copied in (answer.get("DBSnapshot"), answer.get("DBClusterSnapshot")):
        if key_arn is not None and copied is not None:
            copied["KmsKeyId"] = key_arn


def _refused(crossing: Crossing) -> ServiceError:
    source = "source snapshot" if crossing.operation.startswith("Copy") else "Specified"
    subject = f"The {source} KMS key" if source != "Specified" else "Specified KMS key"
    return ServiceError(
        "KMSKeyNotAccessibleFault",
        f"{subject} [{crossing.kept['named']}] does not exist, is not enabled or you do not have "
        "permissions to access it.",
    )


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    return _refused(crossing)


_DESCRIBING: Final = (
    *("CreateDBInstance", "CreateDBCluster", "CopyDBSnapshot", "CopyDBClusterSnapshot"),
    "RestoreDBClusterFromSnapshot",
)
_FROM_ANOTHER: Final = (
    *("RestoreDBInstanceFromDBSnapshot", "RestoreDBInstanceToPointInTime"),
    "CreateDBInstanceReadReplica",
)
_grant_instance: Final = _granting("DBInstance", "DbiResourceId", storage.forget_database)

SERVICE: Final = Service(
    name="rds",
    before={
        **dict.fromkeys(_DESCRIBING, _describe),
        **dict.fromkeys(_FROM_ANOTHER, _describe_source),
    },
    after={
        **dict.fromkeys(("CreateDBInstance", *_FROM_ANOTHER), _grant_instance),
        "RestoreDBInstanceToPointInTime": _granting(
            "DBInstance", "DbiResourceId", storage.forget_database, "TargetDBInstanceIdentifier"
        ),
        "CopyDBSnapshot": _tell,
        "CopyDBClusterSnapshot": _tell,
        "CreateDBCluster": _granting("DBCluster", "DbClusterResourceId", storage.forget_cluster),
    },
    words=_words,
)

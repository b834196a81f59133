"""Storage that moto mocks: buckets, tables, databases."""

from __future__ import annotations

from typing import Any

from .insides import backend, backends_of, reading

# S3.


@reading
def _store_of(bucket: str) -> Any:
    """Return the backend that has *bucket*, of whichever account; None if there is none."""
    for of_account in list(backends_of("s3").values()):
        for store in list(of_account.values()):
            if bucket in store.buckets:
                return store
    return None


@reading
def bucket(name: str) -> Any:
    store = _store_of(name)
    return None if store is None else store.buckets[name]


@reading
def bucket_rule(found: Any) -> dict[str, Any]:
    """Return the rule of the default encryption of a bucket; empty if it has none."""
    encryption = found.encryption
    return {} if not encryption else encryption.get("Rule") or {}


@reading
def bucket_region(found: Any) -> str:
    region: str = found.region_name
    return region


@reading
def s3_object(bucket_name: str, key: str, version: str | None) -> Any:
    store = _store_of(bucket_name)
    return None if store is None else store.get_object(bucket_name, key, version_id=version)


@reading
def upload(bucket_name: str, upload_id: str) -> Any:
    found = bucket(bucket_name)
    return None if found is None else found.multiparts.get(upload_id)


@reading
def encryption_of(found: Any) -> tuple[str | None, str | None, Any]:
    """Return the algorithm of an object, its key and whether that of the bucket is used."""
    return found.encryption, found.kms_key_id, found.bucket_key_enabled


# DynamoDB.


@reading
def has_table(account: str, region: str, name: str) -> bool:
    return name in backend("dynamodb", account, region).tables


@reading
def key_of_table(account: str, region: str, name: str) -> str | None:
    """Return the key of a table; None if it has none, or is none."""
    found = backend("dynamodb", account, region).tables.get(name)
    wanted = None if found is None else found.sse_specification
    return wanted.get("KMSMasterKeyId") if wanted and wanted.get("Enabled") else None


# RDS.


@reading
def forget_database(account: str, region: str, name: str) -> None:
    backend("rds", account, region).databases.pop(name, None)


@reading
def forget_cluster(account: str, region: str, name: str) -> None:
    backend("rds", account, region).clusters.pop(name, None)


@reading
def key_of_database(account: str, region: str, name: str) -> str | None:
    """Return the ARN of the key of a database; None if it has none, or is none."""
    return _key_of(backend("rds", account, region).databases.get(name))


@reading
def key_of_snapshot(account: str, region: str, name: str) -> str | None:
    """Return likewise that of a database's snapshot, which can be given by its ARN."""
    snapshots = backend("rds", account, region).database_snapshots
    found = snapshots.get(name.rpartition(":")[2])
    return None if found is None else _key_of(found) or _key_of(found.database)


def _key_of(resource: Any) -> str | None:
    key_id = getattr(resource, "kms_key_id", None)
    # What was made without the bridge has words of moto's there.
    return key_id if key_id and key_id.startswith("arn:") else None

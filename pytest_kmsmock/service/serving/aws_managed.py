"""
AWS managed keys: those that services make in an account, ``alias/aws/…``.

One comes into being when its alias is first described. Its policy lets the
account look at it and nothing else. Source: KMS Developer Guide, "AWS managed
keys"; KMS API Reference, DescribeKey.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..authorization import documents
from ..rules.lifecycle import DAY
from ..values.identifiers import key_arn, new_key_id, root_arn
from ..values.key import Alias, KmsKey, first_material
from ..values.specs import KEY_SPECS
from .request import Request

PREFIX: Final = "alias/aws/"
# What each service's key protects, as its description says it.
SERVICES: Final[Mapping[str, str]] = {
    "acm": "ACM private keys",
    "backup": "Backup data",
    "codecommit": "CodeCommit repositories",
    "connect": "Connect data",
    "dms": "DMS replication instance",
    "dynamodb": "DynamoDB data",
    "ebs": "EBS volumes",
    "elasticfilesystem": "EFS filesystems",
    "es": "Elasticsearch data",
    "fsx": "FSx resources",
    "glue": "Glue Data Catalog and Glue Connection password",
    "kinesis": "Kinesis stream",
    "kinesisvideo": "Kinesis video stream",
    "lambda": "Lambda environment variables",
    "rds": "RDS database volumes",
    "redshift": "Redshift clusters",
    "s3": "S3 objects",
    "secretsmanager": "Secrets Manager data",
    "sns": "SNS data",
    "sqs": "SQS messages",
    "ssm": "SSM Parameter Store parameters",
    "workmail": "WorkMail mailboxes",
    "workspaces": "WorkSpaces volumes",
    "xray": "X-Ray data",
}
ROTATION_PERIOD: Final = 365
# Operations that the policy of an AWS managed key lets its account call.
VIEWING: Final = ("Describe", "Get", "List", "Revoke")


def create(request: Request, alias_name: str) -> KmsKey | None:
    """Return the AWS managed key, new that *alias_name* stands for; None if it stands for none."""
    service = alias_name.removeprefix(PREFIX)
    protects = SERVICES.get(service)
    if protects is None or not alias_name.startswith(PREFIX):
        return None
    with request.registry.lock:
        alias = request.place.aliases.get(alias_name)
        # Another thread may have made it meanwhile.
        found = None if alias is None else request.place.keys.get(alias.key_id)
        return found or _create(request, alias_name, service, protects)


def _create(request: Request, alias_name: str, service: str, protects: str) -> KmsKey:
    account, region = request.account, request.region
    key_id = new_key_id()
    spec = KEY_SPECS["SYMMETRIC_DEFAULT"]
    secret = request.registry.key_maker.new(spec, region)
    key = KmsKey(
        account=account,
        region=region,
        key_id=key_id,
        arn=key_arn(region, account, key_id),
        spec=spec,
        usage="ENCRYPT_DECRYPT",
        origin="AWS_KMS",
        state="Enabled",
        description=f"Default key that protects my {protects} when no other key is defined",
        creation_date=request.now,
        materials=(first_material(secret),),
        policy=_policy(service, region, account),
        manager="AWS",
        rotation_period=ROTATION_PERIOD,
        next_rotation=request.now + ROTATION_PERIOD * DAY,
    )
    request.registry.put_key(key)
    request.place.managed_keys += 1
    request.place.put_alias(Alias(account, region, alias_name, key_id, request.now, request.now))
    return key


def _policy(service: str, region: str, account: str) -> str:
    return documents.pretty(
        {
            "Version": "2012-10-17",
            "Id": f"auto-{service}-1",
            "Statement": [
                {
                    "Sid": f"Allow access through {service} for all principals in the account "
                    f"that are authorized to use {service}",
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": [
                        "kms:Encrypt",
                        "kms:Decrypt",
                        "kms:ReEncrypt*",
                        "kms:GenerateDataKey*",
                        "kms:CreateGrant",
                        "kms:DescribeKey",
                    ],
                    "Resource": "*",
                    "Condition": {
                        "StringEquals": {
                            "kms:CallerAccount": account,
                            "kms:ViaService": f"{service}.{region}.amazonaws.com",
                        }
                    },
                },
                {
                    "Sid": "Allow direct access to key metadata to the account",
                    "Effect": "Allow",
                    "Principal": {"AWS": root_arn(region, account)},
                    "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                    "Resource": "*",
                },
            ],
        }
    )

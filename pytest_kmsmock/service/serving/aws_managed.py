"""
AWS managed keys: those that services make in an account, ``alias/aws/…``.

One comes into being when its alias is first described, or when a test makes it. Its policy lets the
account look at it and nothing else. Source: KMS Developer Guide, "AWS managed
keys"; KMS API Reference, DescribeKey.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

from ..authorization import printing
from ..rules.lifecycle import DAY
from ..state.resources import Resources
from ..values.identifiers import AWS_ALIAS_PREFIX, key_arn, new_key_id, root_arn
from ..values.key import Alias, KeyMaterial, KmsKey, first_material, material_id
from ..values.specs import KEY_SPECS
from .finding import denied_by_policy, denied_elsewhere
from .request import Request

# What each service's key protects, as its description says it.
SERVICES: Final[Mapping[str, str]] = {
    "acm": "ACM private keys",
    "backup": "Backup data",
    "codecommit": "CodeCommit repositories",
    "connect": "Connect data",
    "dms": "DMS replication instance volumes",
    "dynamodb": "DynamoDB data",
    "ebs": "EBS volumes",
    "elasticfilesystem": "EFS data",
    "es": "Elasticsearch data",
    "fsx": "FSx resources",
    "glue": "Glue data",
    "kafka": "Kafka data",
    "rds": "RDS database volumes",
    "redshift": "Redshift data",
    "s3": "S3 objects",
    "sns": "SNS data",
    "sqs": "SQS messages",
    # Inferred: these have a key, but no recording has its description.
    "cloud9": "Cloud9 data",
    "codeartifact": "CodeArtifact data",
    "dax": "DAX data",
    "kendra": "Kendra data",
    "kinesis": "Kinesis data",
    "kinesisvideo": "Kinesis Video data",
    "lambda": "Lambda data",
    "lex": "Lex data",
    "lightsail": "Lightsail data",
    "mq": "MQ data",
    "secretsmanager": "Secrets Manager data",
    "ssm": "SSM data",
    "timestream": "Timestream data",
    "workmail": "WorkMail data",
    "workspaces": "WorkSpaces data",
    "xray": "X-Ray data",
}
ROTATION_PERIOD: Final = 365
# Those that call KMS by another name than that of their key.
_VIA: Final = {"ebs": "ec2"}
# What the policy of an AWS managed key lets those of its account do through its service.
_FOR_SERVICE: Final = (
    "Encrypt",
    "Decrypt",
    "ReEncrypt*",
    "GenerateDataKey*",
    "CreateGrant",
    "DescribeKey",
)
# What it lets its account do.
_LOOKING: Final = ("Describe*", "Get*", "List*", "RevokeGrant")
# As reported of this one: its rotation status is not for the account to see. By which words
# of its policy is inferred.
_LOOKING_OF: Final = {"acm": ("Describe*", "GetKeyPolicy", "List*", "RevokeGrant")}


def check_allowed(request: Request, key: KmsKey) -> None:
    """Raise if the policy of *key*, an AWS managed one, does not allow *request*."""
    if request.account != key.account:
        raise denied_elsewhere(request)
    names = request.resources.aliases_of(key.key_id)
    service = names[0].removeprefix(AWS_ALIAS_PREFIX) if names else ""
    allowed = _looking(service)
    if request.via == f"{_via(service)}.amazonaws.com":
        allowed += _FOR_SERVICE
    if not any(fnmatchcase(request.operation, pattern) for pattern in allowed):
        raise denied_by_policy(request, key.arn)


def without_key(resources: Resources) -> list[Alias]:
    """Return the aliases of services that have no key in *resources* yet."""
    names = (AWS_ALIAS_PREFIX + service for service in SERVICES)
    return [
        Alias(resources.account, resources.region, name, "", 0.0, 0.0)
        for name in names
        if resources.aliases.get(name) is None
    ]


def _via(service: str) -> str:
    return _VIA.get(service, service)


def _looking(service: str) -> tuple[str, ...]:
    return _LOOKING_OF.get(service, _LOOKING)


def create(request: Request, alias_name: str) -> KmsKey | None:
    """Return the AWS managed key, new, that *alias_name* stands for; None if it stands for none."""
    service = alias_name.removeprefix(AWS_ALIAS_PREFIX)
    protects = SERVICES.get(service)
    if protects is None or not alias_name.startswith(AWS_ALIAS_PREFIX):
        return None
    request.begin_to_write()
    alias = request.resources.aliases.get(alias_name)
    # Another thread may have made it meanwhile.
    found = None if alias is None else request.resources.keys.get(alias.key_id)
    return found or _create(request, alias_name, service, protects)


def _create(request: Request, alias_name: str, service: str, protects: str) -> KmsKey:
    account, region = request.account, request.region
    key_id = request.key_id or new_key_id(request.registry.randomness)
    spec = KEY_SPECS["SYMMETRIC_DEFAULT"]
    given = request.material
    if given is None:
        secret = request.registry.key_maker.new(spec, region)
        material = first_material(secret, request.registry.randomness)
    else:
        material = KeyMaterial(id=material_id(key_id, given), secret=given)
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
        materials=(material,),
        policy=_policy(service, region, account),
        manager="AWS",
        has_fixed_id=request.key_id is not None,
        number=request.resources.last_number + 1,
        rotation_period=ROTATION_PERIOD,
        next_rotation=request.now + ROTATION_PERIOD * DAY,
    )
    request.draft.put_key(key)
    request.draft.put_alias(Alias(account, region, alias_name, key_id, request.now, request.now))
    return key


def _policy(service: str, region: str, account: str) -> str:
    return printing.pretty(
        {
            "Version": "2012-10-17",
            "Id": f"auto-{service}-1",
            "Statement": [
                {
                    "Sid": f"Allow access through {service} for all principals in the account "
                    f"that are authorized to use {service}",
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": [f"kms:{pattern}" for pattern in _FOR_SERVICE],
                    "Resource": "*",
                    "Condition": {
                        "StringEquals": {
                            "kms:CallerAccount": account,
                            "kms:ViaService": f"{_via(service)}.{region}.amazonaws.com",
                        }
                    },
                },
                {
                    "Sid": "Allow direct access to key metadata to the account",
                    "Effect": "Allow",
                    "Principal": {"AWS": root_arn(region, account)},
                    "Action": [f"kms:{pattern}" for pattern in _looking(service)],
                    "Resource": "*",
                },
            ],
        }
    )

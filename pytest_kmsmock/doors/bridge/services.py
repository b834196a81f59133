"""The services that the bridge knows, a table: by their names in botocore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import (
    cloudformation,
    dynamodb,
    ec2,
    kinesis,
    lambda_,
    logs,
    rds,
    s3,
    secretsmanager,
    sns,
    sqs,
    ssm,
    tagging,
)
from .service import Service

SERVICES: Final[Mapping[str, Service]] = {
    "cloudformation": cloudformation.SERVICE,
    "dynamodb": dynamodb.SERVICE,
    "ec2": ec2.SERVICE,
    "kinesis": kinesis.SERVICE,
    "lambda": lambda_.SERVICE,
    "logs": logs.SERVICE,
    "rds": rds.SERVICE,
    "resourcegroupstaggingapi": tagging.SERVICE,
    "s3": s3.SERVICE,
    "secretsmanager": secretsmanager.SERVICE,
    "sns": sns.SERVICE,
    "sqs": sqs.SERVICE,
    "ssm": ssm.SERVICE,
}

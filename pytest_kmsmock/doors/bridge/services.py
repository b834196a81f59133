"""The services that the bridge knows, a table: by their names in botocore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import s3, secretsmanager, ssm
from .service import Service

SERVICES: Final[Mapping[str, Service]] = {
    "s3": s3.SERVICE,
    "ssm": ssm.SERVICE,
    "secretsmanager": secretsmanager.SERVICE,
}

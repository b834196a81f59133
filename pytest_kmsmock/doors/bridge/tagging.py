"""The tagging API, which lists the keys of the mock beside moto's own resources."""

from __future__ import annotations

from ...service.api.errors import KmsError
from .crossing import Crossing
from .motos import insides
from .refusals import ServiceError
from .service import Service

_OPERATIONS = ("GetResources", "GetTagKeys", "GetTagValues", "TagResources", "UntagResources")


def _touch(crossing: Crossing) -> None:
    """Let moto know its own KMS, which it looks into only when somebody has used it."""
    insides.backend("kms", crossing.account, crossing.region)


def _words(crossing: Crossing, error: KmsError) -> ServiceError:
    return ServiceError(error.code, error.message)


SERVICE = Service(
    name="tagging", is_always_on=True, before=dict.fromkeys(_OPERATIONS, _touch), words=_words
)

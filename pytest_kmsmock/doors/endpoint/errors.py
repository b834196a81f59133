"""
Errors before the service: of signatures, and of requests that name no operation.

The names are their codes, as in `service.api.errors`. Source: AWS General Reference,
"Troubleshooting AWS API requests"; KMS API Reference, "Common Error Types".
"""

# ruff: noqa: N818 - the names are AWS's

from __future__ import annotations

from ...service.api.errors import KmsError


class IncompleteSignatureException(KmsError):
    """The signature lacks a part, or a part has the wrong form."""


class InvalidSignatureException(KmsError):
    """The signature is not that of the request, or of another time or service."""


class MissingAuthenticationTokenException(KmsError):
    """The request is not signed."""

    def __init__(self, message: str = "Missing Authentication Token") -> None:
        super().__init__(message)


class UnknownOperationException(KmsError):
    """The request names no operation of KMS."""


class InternalFailure(KmsError):
    """The answer has taken too long."""

    status = 500

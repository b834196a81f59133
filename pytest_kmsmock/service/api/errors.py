"""
Every error that KMS answers with, by the name that is its code.

The classes are AWS's; what the author of a test did wrong is in `misuse`.
Source: KMS API Reference, "Common Errors" and each operation's "Errors".
"""

# ruff: noqa: N818 - the names are AWS's

from __future__ import annotations

from typing import ClassVar


class KmsError(Exception):
    """
    An error as KMS answers it. The class's name is the error's code.

    Attributes:
        message: AWS's words; empty where AWS sends a body without a message.
        status: The HTTP status of the answer.
    """

    status: ClassVar[int] = 400

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        return type(self).__name__


# Errors of every AWS service, not declared in the model of KMS.


class AccessDeniedException(KmsError):
    """No policy allows the call, or one denies it."""


class SerializationException(KmsError):
    """The request is no JSON, or a member has another type than its shape."""


class UnrecognizedClientException(KmsError):
    """Nobody knows the access key here, or its session token is another."""

    def __init__(
        self, message: str = "The security token included in the request is invalid."
    ) -> None:
        super().__init__(message)


class ValidationException(KmsError):
    """A member breaks a constraint of its shape, or a rule of the operation."""


# Errors that the model of KMS declares.


class AlreadyExistsException(KmsError):
    """A resource of that name exists."""


class CloudHsmClusterInUseException(KmsError):
    """The CloudHSM cluster, or one related to it, has a key store already."""


class CloudHsmClusterInvalidConfigurationException(KmsError):
    """The CloudHSM cluster has too few HSMs, or is not set up as it must be."""


class CloudHsmClusterNotActiveException(KmsError):
    """The CloudHSM cluster is not active."""


class CloudHsmClusterNotFoundException(KmsError):
    """There is no CloudHSM cluster with that ID."""


class CloudHsmClusterNotRelatedException(KmsError):
    """The new CloudHSM cluster shares no backup history with the old one."""


class ConflictException(KmsError):
    """A rotation of the key is in progress, or about to begin."""


class CustomKeyStoreHasCMKsException(KmsError):
    """The custom key store has keys, so that it cannot be deleted."""


class CustomKeyStoreInvalidStateException(KmsError):
    """The custom key store's connection does not admit the operation."""


class CustomKeyStoreNameInUseException(KmsError):
    """Another custom key store has that name."""


class CustomKeyStoreNotFoundException(KmsError):
    """There is no custom key store with that ID or name."""


class DisabledException(KmsError):
    """The key is disabled. `EnableKey` makes it usable again."""


class DryRunOperationException(KmsError):
    """The request would have succeeded, had it not been a dry run."""

    def __init__(
        self,
        message: str = "The request would have succeeded, but the DryRun option is set.",
    ) -> None:
        super().__init__(message)


class ExpiredImportTokenException(KmsError):
    """The import token is older than a day."""


class IncorrectKeyException(KmsError):
    """The key of the request is not the one that made the ciphertext."""

    def __init__(
        self,
        message: str = (
            "The key ID in the request does not identify a CMK that can perform this operation."
        ),
    ) -> None:
        super().__init__(message)


class IncorrectKeyMaterialException(KmsError):
    """The key material is not what the key awaits."""


class IncorrectTrustAnchorException(KmsError):
    """The trust anchor certificate is not that of the CloudHSM cluster."""


class InvalidAliasNameException(KmsError):
    """The alias name is reserved or empty."""


class InvalidArnException(KmsError):
    """The ARN is malformed, or of a kind that the operation does not take."""


class InvalidCiphertextException(KmsError):
    """The ciphertext or its encryption context is wrong. AWS sends no text."""


class InvalidGrantIdException(KmsError):
    """The grant ID is malformed."""


class InvalidGrantTokenException(KmsError):
    """The grant token was never given out."""


class InvalidImportTokenException(KmsError):
    """The import token is not one for this key."""


class InvalidKeyUsageException(KmsError):
    """The key's usage, or its spec and the algorithm, do not fit the operation."""


class InvalidMarkerException(KmsError):
    """The marker does not come from the same list."""


class KMSInvalidMacException(KmsError):
    """The MAC is not that of the message. AWS sends no text."""


class KMSInvalidSignatureException(KmsError):
    """The signature is not that of the message. AWS sends no text."""


class KMSInvalidStateException(KmsError):
    """The key's state does not admit the operation."""


class LimitExceededException(KmsError):
    """A quota is used up."""


class MalformedPolicyDocumentException(KmsError):
    """The key policy is wrong in form or in sense."""


class NotFoundException(KmsError):
    """There is no such key, alias or policy."""


class TagException(KmsError):
    """The tags break a rule."""


class UnsupportedOperationException(KmsError):
    """The operation does not suit this kind of key, or a parameter this Region."""


class XksKeyAlreadyInUseException(KmsError):
    """Another key of the external key store has that external key."""


class XksKeyInvalidConfigurationException(KmsError):
    """The external key is of the wrong kind, or not enabled."""


class XksKeyNotFoundException(KmsError):
    """The external key store proxy does not know the external key."""


class XksProxyIncorrectAuthenticationCredentialException(KmsError):
    """The external key store proxy does not accept the credential."""


class XksProxyInvalidConfigurationException(KmsError):
    """The external key store proxy is not set up as it must be."""


class XksProxyInvalidResponseException(KmsError):
    """The external key store proxy answered what nobody can read."""


class XksProxyUriEndpointInUseException(KmsError):
    """Another external key store has that endpoint."""


class XksProxyUriInUseException(KmsError):
    """Another external key store has that endpoint and path."""


class XksProxyUriUnreachableException(KmsError):
    """The external key store proxy cannot be reached."""


class XksProxyVpcEndpointServiceInUseException(KmsError):
    """Another external key store has that VPC endpoint service."""


class XksProxyVpcEndpointServiceInvalidConfigurationException(KmsError):
    """The VPC endpoint service is not set up as it must be."""


class XksProxyVpcEndpointServiceNotFoundException(KmsError):
    """There is no such VPC endpoint service."""

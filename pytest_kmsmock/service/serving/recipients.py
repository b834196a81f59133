"""
`Recipient`: whom the secret of an answer is encrypted for, instead of the caller.

Source: KMS API Reference, RecipientInfo; KMS Developer Guide, "Cryptographic
attestation support in AWS KMS".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..api.errors import ValidationException
from ..api.violations import validation_error
from ..misuse import NotMockedError
from .request import Request, Response

if TYPE_CHECKING:
    from ...crypto.attestation import Attestation

ALGORITHM: Final = "RSAES_OAEP_SHA_256"
"""The only one, which the model knows too."""

SECRETS: Final = {
    "Decrypt": "Plaintext",
    "DeriveSharedSecret": "SharedSecret",
    "GenerateDataKey": "Plaintext",
    "GenerateDataKeyPair": "PrivateKeyPlaintext",
    "GenerateRandom": "Plaintext",
}
"""The member of the response that is encrypted, by operation: all that have a Recipient."""

# The member that is not there then.
_LEFT_OUT: Final = {"Decrypt": "KeyMaterialId", "GenerateDataKey": "KeyMaterialId"}

_NEEDED: Final = {
    "KeyEncryptionAlgorithm": "keyEncryptionAlgorithm",
    "AttestationDocument": "attestationDocument",
}


def attest(request: Request) -> None:
    """
    Put what the attestation document of *request*, which has a Recipient, says on it.

    Raises:
        ValidationException: The document is malformed, or does not hold now.
        NotMockedError: There is no library that reads it, or only a newer KMS has
            a Recipient here.
    """
    if request.operation not in SECRETS:
        raise NotMockedError(
            f"pytest-kmsmock does not know the Recipient of kms:{request.operation}, which this "
            f"botocore has; it knows that of {', '.join(SECRETS)}."
        )
    recipient = request.params["Recipient"]
    missing = [path for member, path in _NEEDED.items() if member not in recipient]
    if missing:
        raise validation_error(
            f"Value null at 'recipient.{path}' failed to satisfy constraint: "
            "Member must not be null"
            for path in missing
        )
    request.attestation = _attested(request, recipient["AttestationDocument"])


def sealed(request: Request, attestation: Attestation, response: Response) -> Response:
    """Return *response* with its secret encrypted for whom *attestation* speaks of."""
    from ...crypto import cms  # not at the top: few tests need it

    secret = SECRETS[request.operation]
    left_out = _LEFT_OUT.get(request.operation)
    rest = {name: value for name, value in response.items() if name not in (secret, left_out)}
    # `attest` has seen to it that there is a key.
    public_key = attestation.public_key or b""
    return rest | {
        "CiphertextForRecipient": cms.seal(
            public_key, response[secret], request.registry.randomness
        )
    }


def _attested(request: Request, document: bytes) -> Attestation:
    from ...crypto import attestation, certificates  # not at the top: few tests need them

    roots = (certificates.root(), *request.registry.attestation_roots)
    try:
        return certificates.verified(document, roots, request.now)
    except attestation.Unacceptable as error:
        raise ValidationException(f"The attestation document is not valid: {error}.") from None

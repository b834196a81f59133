"""GetKeyPolicy, PutKeyPolicy, ListKeyPolicies."""

from __future__ import annotations

import attrs

from .. import pages
from ..authorization import documents
from ..errors import MalformedPolicyDocumentException, NotFoundException, ValidationException
from ..identifiers import root_arn
from ..key import KmsKey
from ..request import Request, Response

POLICY_NAME = "default"


def get_key_policy(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GetKeyPolicy."""
    if request.params.get("PolicyName", POLICY_NAME) != POLICY_NAME:
        raise NotFoundException("No such policy exists")
    return {"Policy": key.policy, "PolicyName": POLICY_NAME}


def put_key_policy(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, PutKeyPolicy."""
    name = request.params.get("PolicyName", POLICY_NAME)
    if name == "AWS_RAM":
        raise ValidationException("The AWS_RAM policy can only be managed by the RAM service.")
    if name != POLICY_NAME:
        raise NotFoundException("No such policy exists")
    policy = checked_policy(request, request.params["Policy"], key.arn)
    request.registry.put_key(attrs.evolve(key, policy=policy))
    return {}


def list_key_policies(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, ListKeyPolicies."""
    return pages.of_sequence(request, "PolicyNames", [POLICY_NAME], str, name=str, default=100)


def checked_policy(request: Request, text: str, arn: str) -> str:
    """
    Return the policy *text* of the key *arn* as it will be printed.

    Raises:
        LimitExceededException: It is too long.
        MalformedPolicyDocumentException: It is malformed, or would lock the
            caller out and the request does not say that it may.
    """
    document = documents.parse(text)
    if not request.params.get("BypassPolicyLockoutSafetyCheck") and documents.locks_out(
        document,
        key_arn=arn,
        principal=request.principal,
        root=root_arn(request.region, request.account),
    ):
        raise MalformedPolicyDocumentException(
            "The new key policy will not allow you to update the key policy in the future."
        )
    return documents.pretty(document)

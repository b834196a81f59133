"""GetKeyPolicy, PutKeyPolicy, ListKeyPolicies."""

from __future__ import annotations

import attrs

from ..api.errors import MalformedPolicyDocumentException, NotFoundException, ValidationException
from ..authorization import documents
from ..serving import pages
from ..serving.request import Request, Response
from ..values.identifiers import root_arn
from ..values.key import KmsKey

POLICY_NAME = "default"
# The policy of a RAM share, which only RAM changes.
RAM_POLICY_NAME = "AWS_RAM"


def get_key_policy(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GetKeyPolicy."""
    name = request.params.get("PolicyName", POLICY_NAME)
    if name == RAM_POLICY_NAME and key.shared_with:
        return {"Policy": _ram_policy(key), "PolicyName": name}
    if name != POLICY_NAME:
        raise NotFoundException("No such policy exists")
    return {"Policy": key.policy, "PolicyName": name}


def put_key_policy(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, PutKeyPolicy."""
    name = request.params.get("PolicyName", POLICY_NAME)
    if name == RAM_POLICY_NAME:
        raise ValidationException("The AWS_RAM policy can only be managed by the RAM service.")
    if name != POLICY_NAME:
        raise NotFoundException("No such policy exists")
    policy = checked_policy(request, request.params["Policy"], key.arn)
    request.draft.put_key(attrs.evolve(key, policy=policy))
    return {}


def list_key_policies(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, ListKeyPolicies."""
    names = [POLICY_NAME, RAM_POLICY_NAME] if key.shared_with else [POLICY_NAME]
    return pages.of_sequence(request, "PolicyNames", names, entry=str, name=str, default=100)


def _ram_policy(key: KmsKey) -> str:
    return documents.pretty(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {
                        "AWS": [root_arn(key.region, account) for account in key.shared_with]
                    },
                    "Action": [
                        "kms:Decrypt",
                        "kms:DescribeKey",
                        "kms:Encrypt",
                        "kms:GenerateDataKey*",
                        "kms:ReEncrypt*",
                    ],
                    "Resource": key.arn,
                }
            ],
        }
    )


def checked_policy(request: Request, text: str, arn: str) -> str:
    """
    Return the policy *text* of the key *arn* as it will be printed.

    Raises:
        LimitExceededException: It is too long.
        MalformedPolicyDocumentException: It is malformed, or would lock the
            caller out and the request does not say that it may.
    """
    document = documents.parse(text, longest=request.quotas.policy_bytes)
    is_checked = request.options.lockout_check and not request.off_record
    is_bypassed = not is_checked or request.params.get("BypassPolicyLockoutSafetyCheck")
    if not is_bypassed and documents.locks_out(
        document, key_arn=arn, principal=request.principal, root=request.resources.root_arn
    ):
        raise MalformedPolicyDocumentException(
            "The new key policy will not allow you to update the key policy in the future."
        )
    return documents.printed(text)

"""GetKeyPolicy, PutKeyPolicy, ListKeyPolicies."""

from __future__ import annotations

import attrs

from ..api.errors import MalformedPolicyDocumentException, NotFoundException, ValidationException
from ..api.regions import partition_of
from ..authorization import documents, printing
from ..serving import consistency, pages
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
    return {"Policy": consistency.policy_of(request, key), "PolicyName": name}


def put_key_policy(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, PutKeyPolicy."""
    name = request.params.get("PolicyName", POLICY_NAME)
    if name == RAM_POLICY_NAME:
        raise ValidationException("The AWS_RAM policy can only be managed by the RAM service.")
    if name != POLICY_NAME:
        raise NotFoundException("No such policy exists")
    policy = checked_policy(request, request.params["Policy"], key.arn, key)
    consistency.keep_policy(request, key)
    request.draft.put_key(attrs.evolve(key, policy=policy))
    return {}


def list_key_policies(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, ListKeyPolicies."""
    names = [POLICY_NAME, RAM_POLICY_NAME] if key.shared_with else [POLICY_NAME]
    return pages.of_sequence(request, "PolicyNames", names, entry=str, name=str, default=100)


def _ram_policy(key: KmsKey) -> str:
    return printing.pretty(
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


def checked_policy(request: Request, text: str, arn: str, key: KmsKey | None) -> str:
    """
    Return the policy *text* of the key *arn* as it will be printed.

    Args:
        key: That key; None if it is about to be made.

    Raises:
        LimitExceededException: It is too long.
        MalformedPolicyDocumentException: It is malformed, or would lock the
            caller out and the request does not say that it may.
    """
    document = documents.parse(text, longest=request.quotas.policy_bytes)
    text = _with_known_principals(request, text, document)
    is_checked = request.options.lockout_check and not request.off_record
    is_bypassed = not is_checked or request.params.get("BypassPolicyLockoutSafetyCheck")
    if not is_bypassed and _locks_out(request, text, arn, key):
        raise MalformedPolicyDocumentException(
            "The new key policy will not allow you to update the key policy in the future."
        )
    return documents.printed(text)


def _locks_out(request: Request, text: str, arn: str, key: KmsKey | None) -> bool:
    enforcement = request.enforcement
    if enforcement is not None:
        is_locked_out = enforcement.locks_out(request, arn, key, text)
        if enforcement.refuses:
            return is_locked_out
    return documents.locks_out(
        documents.parse(text),
        key_arn=arn,
        principal=request.principal,
        root=request.resources.root_arn,
    )


def _with_known_principals(request: Request, text: str, document: documents.Document) -> str:
    """Return *text* with ARNs for unique IDs, or raise if it names somebody who is not there."""
    known = request.state.principals
    here = f"arn:{partition_of(request.region)}:"
    arns: dict[str, str] = {}
    for name in documents.principals_in(document):
        if name.startswith(documents.ID_PREFIXES):
            arn = known.arn_of_id(name)
            if arn is None:
                raise documents.invalid_principals()
            arns[name] = arn
            continue
        # A key policy cannot delegate to an account of another partition.
        is_elsewhere = name.startswith("arn:") and not name.startswith(here)
        if is_elsewhere or (request.options.strict_principals and not known.is_known(name)):
            raise documents.invalid_principals()
    return documents.renamed(text, arns) if arns else text

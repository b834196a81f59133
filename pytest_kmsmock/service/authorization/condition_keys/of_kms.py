"""
The condition keys of KMS.

Source: Service Authorization Reference, "Condition keys for AWS Key Management Service";
KMS Developer Guide, "AWS KMS condition keys" and "Condition keys for attested platforms".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from ...values.key import KmsKey
from ..query import Situation
from .row import ANY_NAME, ConditionKey, Source, Value, entry, kms, missing

DAY: Final = 86_400

_DATA_KEYS: Final = kms(
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
)
_RE_ENCRYPT: Final = kms("ReEncryptFrom", "ReEncryptTo")
_ENCRYPTION: Final = kms("Decrypt", "Encrypt") | _DATA_KEYS | _RE_ENCRYPT
_ENCAPSULATION: Final = kms("Encapsulate", "Decapsulate")
_SIGNATURES: Final = kms("Sign", "Verify")
_MACS: Final = kms("GenerateMac", "VerifyMac")
_WITH_ALIAS: Final = (
    _ENCRYPTION
    | _ENCAPSULATION
    | _SIGNATURES
    | _MACS
    | kms("DeriveSharedSecret", "DescribeKey", "GetPublicKey")
)
_WITH_CONTEXT: Final = _ENCRYPTION | kms("CreateGrant", "RetireGrant")
_WITH_RECIPIENT: Final = kms(
    "Decrypt", "DeriveSharedSecret", "GenerateDataKey", "GenerateDataKeyPair", "GenerateRandom"
)
_KEY_STORES: Final = kms(
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "DeleteCustomKeyStore",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "UpdateCustomKeyStore",
)
_LISTS: Final = kms("ListKeys", "ListAliases")
_LISTS_AND_RANDOM: Final = _LISTS | kms("GenerateRandom")
_GRANT_IS_FOR_RESOURCE: Final = kms("CreateGrant", "ListGrants", "RevokeGrant")


def _parameter(name: str, default: Value = None, question: str | None = None) -> Source:
    """
    Return the source of a key whose value is a member of the request.

    Args:
        question: What AWS leaves open about the default, if it does.
    """

    def source(at: Situation, rest: str) -> Value:
        value = at.query.params.get(name)
        if value is None:
            if question is not None:
                at.reads(question)
            return default
        return tuple(value) or None if isinstance(value, list) else value

    return source


def _bypass(at: Situation, rest: str) -> Value:
    value: bool | None = at.query.params.get("BypassPolicyLockoutSafetyCheck")
    if value is False:
        at.reads("bypass-given-as-false")
    return value


# Of the key, or of the request that is about to make one.


def _of_key(of_key: Callable[[KmsKey], Value], of_params: Callable[[Any], Value]) -> Source:
    def source(at: Situation, rest: str) -> Value:
        query = at.query
        if query.key is not None:
            return of_key(query.key)
        return of_params(query.params) if query.makes_key else None

    return source


def _new_spec(params: Mapping[str, Any]) -> Value:
    return params.get("KeySpec") or params.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"


def _new_type(params: Mapping[str, Any]) -> Value:
    return params.get("MultiRegionKeyType", "PRIMARY") if params.get("MultiRegion") else None


_key_spec: Final = _of_key(lambda key: key.spec.name, _new_spec)
_key_usage: Final = _of_key(
    lambda key: key.usage, lambda params: params.get("KeyUsage", "ENCRYPT_DECRYPT")
)


def _resource_aliases(at: Situation, rest: str) -> Value:
    key = at.query.key
    return None if key is None else tuple(at.world.aliases_of(key)) or None


def _days_unused(at: Situation, rest: str) -> Value:
    key = at.query.key
    return None if key is None else int((at.query.now - at.world.unused_since(key)) // DAY)


# Of the request.


def _caller_account(at: Situation, rest: str) -> Value:
    if at.query.permission in _LISTS_AND_RANDOM:
        at.reads("caller-account-of-lists")
    return at.query.caller.account or None


def _request_alias(at: Situation, rest: str) -> Value:
    identifier: str = at.query.member("KeyId") or ""
    name = identifier.rpartition(":")[2]
    return name if name.startswith("alias/") else None


def _encryption_algorithm(at: Situation, rest: str) -> Value:
    # Data keys are encrypted by the one algorithm of symmetric keys.
    algorithm: str = at.query.member("EncryptionAlgorithm") or "SYMMETRIC_DEFAULT"
    return algorithm


def _context_value(at: Situation, rest: str) -> Value:
    return entry(at.query.encryption_context.items(), rest, at)


def _context_keys(at: Situation, rest: str) -> Value:
    return tuple(at.query.encryption_context) or None


def _valid_to(at: Situation, rest: str) -> Value:
    value = at.query.params.get("ValidTo")
    return value.timestamp() if isinstance(value, dt.datetime) else value


def _constraint(name: str) -> Source:
    return lambda at, rest: at.query.constraints.get(name)


def _constraint_type(at: Situation, rest: str) -> Value:
    context_constraint = at.query.context_constraint
    return None if context_constraint is None else context_constraint[0]


def _grant_is_for_aws_resource(at: Situation, rest: str) -> Value:
    if at.query.via is not None:
        return True
    at.reads("grant-is-for-aws-resource")
    return False


def _via_service(at: Situation, rest: str) -> Value:
    return at.query.via_service


def _on_same_key(at: Situation, rest: str) -> Value:
    return at.query.same_key


def _pcr(prefix: str) -> Source:
    return lambda at, rest: at.query.recipient.get(f"{prefix}{rest}")


def _number_up_to(last: int) -> Callable[[str], bool]:
    return lambda text: text in {str(number) for number in range(last + 1)}


_ATTESTATION: Final = "kms:RecipientAttestation:"

# fmt: off
KEYS: Final = (
    ConditionKey(name="kms:BypassPolicyLockoutSafetyCheck", type="Bool", source=_bypass,
                 permissions=kms("CreateKey", "PutKeyPolicy")),
    ConditionKey(name="kms:CallerAccount", source=_caller_account,
                 permissions=_KEY_STORES | _LISTS_AND_RANDOM, on_keys=True),
    ConditionKey(name="kms:CustomerMasterKeySpec", source=_key_spec, on_keys=True),
    ConditionKey(name="kms:CustomerMasterKeyUsage", source=_key_usage, on_keys=True),
    ConditionKey(name="kms:DataKeyPairSpec", source=_parameter("KeyPairSpec"),
                 permissions=kms("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext")),
    ConditionKey(name="kms:EncapsulationAlgorithm", source=_parameter("EncapsulationAlgorithm"),
                 permissions=_ENCAPSULATION),
    ConditionKey(name="kms:EncryptionAlgorithm", source=_encryption_algorithm,
                 permissions=_ENCRYPTION),
    ConditionKey(name="kms:EncryptionContext:", source=_context_value, follows=ANY_NAME,
                 permissions=_WITH_CONTEXT),
    ConditionKey(name="kms:EncryptionContextKeys", source=_context_keys, is_multivalued=True,
                 permissions=_WITH_CONTEXT),
    ConditionKey(name="kms:ExpirationModel", source=_parameter("ExpirationModel"),
                 permissions=kms("ImportKeyMaterial")),
    ConditionKey(name="kms:GrantConstraintSourceArn", type="ARN", source=_constraint("SourceArn"),
                 permissions=kms("CreateGrant")),
    ConditionKey(name="kms:GrantConstraintType", source=_constraint_type,
                 permissions=kms("CreateGrant", "RetireGrant")),
    ConditionKey(name="kms:GrantIsForAWSResource", type="Bool", is_given=True,
                 source=_grant_is_for_aws_resource, permissions=_GRANT_IS_FOR_RESOURCE),
    ConditionKey(name="kms:GrantOperations", source=_parameter("Operations"), is_multivalued=True,
                 permissions=kms("CreateGrant")),
    ConditionKey(name="kms:GranteePrincipal", source=_parameter("GranteePrincipal"),
                 permissions=kms("CreateGrant")),
    ConditionKey(name="kms:GranteeServicePrincipal", source=_parameter("GranteeServicePrincipal"),
                 permissions=kms("CreateGrant")),
    ConditionKey(name="kms:KeyAgreementAlgorithm", source=_parameter("KeyAgreementAlgorithm"),
                 permissions=kms("DeriveSharedSecret")),
    ConditionKey(name="kms:KeyOrigin", on_keys=True,
                 source=_of_key(lambda key: key.origin, lambda p: p.get("Origin", "AWS_KMS"))),
    ConditionKey(name="kms:KeySpec", source=_key_spec, on_keys=True),
    ConditionKey(name="kms:KeyUsage", source=_key_usage, on_keys=True),
    ConditionKey(name="kms:MacAlgorithm", source=_parameter("MacAlgorithm"), permissions=_MACS),
    ConditionKey(name="kms:MessageType", source=_parameter("MessageType", "RAW", "message-type"),
                 permissions=_SIGNATURES),
    ConditionKey(name="kms:MultiRegion", type="Bool", on_keys=True,
                 source=_of_key(lambda key: key.multi_region is not None,
                                lambda p: p.get("MultiRegion", False))),
    ConditionKey(name="kms:MultiRegionKeyType", on_keys=True,
                 source=_of_key(lambda key: key.multi_region, _new_type)),
    ConditionKey(name="kms:PolicyName", source=_parameter("PolicyName", "default"),
                 permissions=kms("GetKeyPolicy", "PutKeyPolicy")),
    ConditionKey(name="kms:PrimaryRegion", source=_parameter("PrimaryRegion"),
                 permissions=kms("UpdatePrimaryRegion")),
    ConditionKey(name="kms:ReEncryptOnSameKey", type="Bool", source=_on_same_key,
                 permissions=_RE_ENCRYPT),
    ConditionKey(name=f"{_ATTESTATION}ImageSha384", source=_pcr("PCR0"),
                 permissions=_WITH_RECIPIENT),
    ConditionKey(name=f"{_ATTESTATION}NitroTPMPCR", source=_pcr("NitroTPMPCR"),
                 follows=_number_up_to(23), permissions=_WITH_RECIPIENT),
    ConditionKey(name=f"{_ATTESTATION}PCR", source=_pcr("PCR"),
                 follows=_number_up_to(31), permissions=_WITH_RECIPIENT),
    ConditionKey(name=f"{_ATTESTATION}PCR8:ServiceName", source=missing),
    ConditionKey(name="kms:ReplicaRegion", source=_parameter("ReplicaRegion"),
                 permissions=kms("ReplicateKey")),
    ConditionKey(name="kms:RequestAlias", source=_request_alias, permissions=_WITH_ALIAS),
    ConditionKey(name="kms:ResourceAliases", source=_resource_aliases, is_multivalued=True,
                 on_keys=True),
    ConditionKey(name="kms:RetiringPrincipal", source=_parameter("RetiringPrincipal"),
                 permissions=kms("CreateGrant")),
    ConditionKey(name="kms:RetiringServicePrincipal", source=_parameter("RetiringServicePrincipal"),
                 permissions=kms("CreateGrant")),
    ConditionKey(name="kms:RotationPeriodInDays", type="Numeric",
                 source=_parameter("RotationPeriodInDays", 365, "rotation-period"),
                 permissions=kms("EnableKeyRotation")),
    ConditionKey(name="kms:ScheduleKeyDeletionPendingWindowInDays", type="Numeric",
                 source=_parameter("PendingWindowInDays", 30, "pending-window"),
                 permissions=kms("ScheduleKeyDeletion")),
    ConditionKey(name="kms:SigningAlgorithm", source=_parameter("SigningAlgorithm"),
                 permissions=_SIGNATURES),
    ConditionKey(name="kms:TrailingDaysWithoutKeyUsage", type="Numeric", source=_days_unused,
                 permissions=kms("DisableKey", "ScheduleKeyDeletion")),
    ConditionKey(name="kms:ValidTo", type="Date", source=_valid_to,
                 permissions=kms("ImportKeyMaterial")),
    ConditionKey(name="kms:ViaService", source=_via_service, is_given=True, permissions=_LISTS,
                 on_keys=True),
    ConditionKey(name="kms:WrappingAlgorithm", source=_parameter("WrappingAlgorithm"),
                 permissions=kms("GetParametersForImport")),
    ConditionKey(name="kms:WrappingKeySpec", source=_parameter("WrappingKeySpec"),
                 permissions=kms("GetParametersForImport")),
)
# fmt: on

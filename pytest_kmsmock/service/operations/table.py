"""
The table of operations: a row of each, whose function is in the module of its subject.

Each row says how the operation finds its key and what the key must be; the
function computes the answer. Source: KMS API Reference; KMS Developer Guide,
"KMS key identifiers" and "Cross-account access".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import (
    agreement,
    aliases,
    data_keys,
    deletion,
    encapsulation,
    encryption,
    grants,
    imports,
    key_stores,
    keys,
    macs,
    multi_region,
    policies,
    public_keys,
    randomness,
    rotation,
    signing,
    tags,
)
from .operation import Operation

OPERATIONS: Final[Mapping[str, Operation]] = {
    operation.name: operation
    for operation in (
        # Keys
        Operation(name="CreateKey", act=keys.create_key, key_member=None, writes=True),
        Operation(
            name="DescribeKey",
            act=keys.describe_key,
            find=keys.find_described,
            takes_alias=True,
            across_accounts=True,
        ),
        Operation(name="ListKeys", act=keys.list_keys, key_member=None),
        Operation(name="EnableKey", act=keys.enable_key, writes=True),
        Operation(name="DisableKey", act=keys.disable_key, writes=True),
        Operation(name="UpdateKeyDescription", act=keys.update_key_description, writes=True),
        Operation(name="GetKeyLastUsage", act=keys.get_key_last_usage),
        # Deletion
        Operation(name="ScheduleKeyDeletion", act=deletion.schedule_key_deletion, writes=True),
        Operation(name="CancelKeyDeletion", act=deletion.cancel_key_deletion, writes=True),
        # Aliases
        Operation(
            name="CreateAlias",
            act=aliases.create_alias,
            key_member="TargetKeyId",
            alias_refusal=aliases.target_is_alias,
            foreign_refusal=aliases.target_is_foreign,
            check_first=aliases.check_name,
            writes=True,
        ),
        Operation(
            name="UpdateAlias",
            act=aliases.update_alias,
            key_member="TargetKeyId",
            alias_refusal=aliases.target_is_alias,
            foreign_refusal=aliases.target_is_foreign,
            check_first=aliases.check_name,
            writes=True,
        ),
        Operation(
            name="DeleteAlias",
            act=aliases.delete_alias,
            key_member=None,
            check_first=aliases.check_name,
            writes=True,
        ),
        Operation(name="ListAliases", act=aliases.list_aliases),
        # Rotation
        Operation(
            name="EnableKeyRotation",
            act=rotation.enable_key_rotation,
            origin="AWS_KMS",
            writes=True,
        ),
        Operation(
            name="DisableKeyRotation",
            act=rotation.disable_key_rotation,
            origin="AWS_KMS",
            writes=True,
        ),
        Operation(
            name="GetKeyRotationStatus",
            act=rotation.get_key_rotation_status,
            across_accounts=True,
        ),
        Operation(name="RotateKeyOnDemand", act=rotation.rotate_key_on_demand, writes=True),
        Operation(name="ListKeyRotations", act=rotation.list_key_rotations),
        # Imported key material
        Operation(
            name="GetParametersForImport",
            act=imports.get_parameters_for_import,
            origin="EXTERNAL",
        ),
        Operation(
            name="ImportKeyMaterial",
            act=imports.import_key_material,
            origin="EXTERNAL",
            writes=True,
        ),
        Operation(
            name="DeleteImportedKeyMaterial",
            act=imports.delete_imported_key_material,
            origin="EXTERNAL",
            writes=True,
        ),
        # Multi-Region keys
        Operation(name="ReplicateKey", act=multi_region.replicate_key, writes=True),
        Operation(name="UpdatePrimaryRegion", act=multi_region.update_primary_region, writes=True),
        # Grants
        Operation(name="CreateGrant", act=grants.create_grant, across_accounts=True, writes=True),
        Operation(name="ListGrants", act=grants.list_grants, across_accounts=True),
        Operation(name="ListRetirableGrants", act=grants.list_retirable_grants, key_member=None),
        Operation(name="RetireGrant", act=grants.retire_grant, key_member=None, writes=True),
        Operation(name="RevokeGrant", act=grants.revoke_grant, across_accounts=True, writes=True),
        # Tags
        Operation(name="TagResource", act=tags.tag_resource, writes=True),
        Operation(name="UntagResource", act=tags.untag_resource, writes=True),
        Operation(name="ListResourceTags", act=tags.list_resource_tags),
        # Key policies
        Operation(name="GetKeyPolicy", act=policies.get_key_policy),
        Operation(name="PutKeyPolicy", act=policies.put_key_policy, writes=True),
        Operation(name="ListKeyPolicies", act=policies.list_key_policies),
        # Encryption
        Operation(
            name="Encrypt",
            act=encryption.encrypt,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            usage="ENCRYPT_DECRYPT",
            algorithm_member="EncryptionAlgorithm",
        ),
        Operation(
            name="Decrypt",
            act=encryption.decrypt,
            is_usage=True,
            find=encryption.find_source,
            takes_alias=True,
            across_accounts=True,
            usage="ENCRYPT_DECRYPT",
            algorithm_member="EncryptionAlgorithm",
        ),
        Operation(
            name="ReEncrypt",
            act=encryption.re_encrypt,
            is_usage=True,
            key_member="SourceKeyId",
            find=encryption.find_source,
            takes_alias=True,
            across_accounts=True,
            usage="ENCRYPT_DECRYPT",
            algorithm_member="SourceEncryptionAlgorithm",
        ),
        # Data keys
        Operation(
            name="GenerateDataKey",
            act=data_keys.generate_data_key,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            choose=data_keys.check_choice,
            usage="ENCRYPT_DECRYPT",
            fit=data_keys.fits_data_keys,
        ),
        Operation(
            name="GenerateDataKeyWithoutPlaintext",
            act=data_keys.generate_data_key_without_plaintext,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            choose=data_keys.check_choice,
            usage="ENCRYPT_DECRYPT",
            fit=data_keys.fits_data_keys,
        ),
        Operation(
            name="GenerateDataKeyPair",
            act=data_keys.generate_data_key_pair,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            usage="ENCRYPT_DECRYPT",
            fit=data_keys.fits_data_key_pairs,
        ),
        Operation(
            name="GenerateDataKeyPairWithoutPlaintext",
            act=data_keys.generate_data_key_pair_without_plaintext,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            usage="ENCRYPT_DECRYPT",
            fit=data_keys.fits_data_key_pairs,
        ),
        # Signatures, MACs, agreement
        Operation(
            name="GetPublicKey",
            act=public_keys.get_public_key,
            takes_alias=True,
            across_accounts=True,
        ),
        Operation(
            name="Sign",
            act=signing.sign,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            usage="SIGN_VERIFY",
            algorithm_member="SigningAlgorithm",
        ),
        Operation(
            name="Verify",
            act=signing.verify,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            usage="SIGN_VERIFY",
            algorithm_member="SigningAlgorithm",
        ),
        Operation(
            name="GenerateMac",
            act=macs.generate_mac,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            usage="GENERATE_VERIFY_MAC",
            algorithm_member="MacAlgorithm",
        ),
        Operation(
            name="VerifyMac",
            act=macs.verify_mac,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            usage="GENERATE_VERIFY_MAC",
            algorithm_member="MacAlgorithm",
        ),
        Operation(
            name="DeriveSharedSecret",
            act=agreement.derive_shared_secret,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            usage="KEY_AGREEMENT",
            algorithm_member="KeyAgreementAlgorithm",
        ),
        Operation(
            name="Encapsulate",
            act=encapsulation.encapsulate,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            usage="ENCAPSULATE_DECAPSULATE",
            algorithm_member="EncapsulationAlgorithm",
        ),
        Operation(
            name="Decapsulate",
            act=encapsulation.decapsulate,
            is_usage=True,
            takes_alias=True,
            across_accounts=True,
            usage="ENCAPSULATE_DECAPSULATE",
            algorithm_member="EncapsulationAlgorithm",
        ),
        # Custom key stores
        Operation(
            name="CreateCustomKeyStore",
            act=key_stores.create_custom_key_store,
            key_member=None,
            writes=True,
        ),
        Operation(
            name="ConnectCustomKeyStore",
            act=key_stores.connect_custom_key_store,
            key_member=None,
            writes=True,
        ),
        Operation(
            name="DisconnectCustomKeyStore",
            act=key_stores.disconnect_custom_key_store,
            key_member=None,
            writes=True,
        ),
        Operation(
            name="UpdateCustomKeyStore",
            act=key_stores.update_custom_key_store,
            key_member=None,
            writes=True,
        ),
        Operation(
            name="DeleteCustomKeyStore",
            act=key_stores.delete_custom_key_store,
            key_member=None,
            writes=True,
        ),
        Operation(
            name="DescribeCustomKeyStores",
            act=key_stores.describe_custom_key_stores,
            key_member=None,
        ),
        # Randomness
        Operation(
            name="GenerateRandom",
            act=randomness.generate_random,
            key_member=None,
        ),
    )
}

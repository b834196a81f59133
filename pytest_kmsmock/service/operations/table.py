"""
The table of operations: a row of each, whose function is in the module of its subject.

A row says how the operation finds its key and what the key must be; the
function computes the answer. Source: KMS API Reference; KMS Developer Guide,
"KMS key identifiers" and "Cross-account access".
"""

# ruff: noqa: E501, TC004 - a row is a line, to be read beside the others; modules are deferred

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from .deferral import DeferredModule
from .operation import Operation

if TYPE_CHECKING:
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
else:
    for _module in (
        *("agreement", "aliases", "data_keys", "deletion", "encapsulation", "encryption", "grants"),
        *("imports", "key_stores", "keys", "macs", "multi_region", "policies", "public_keys"),
        *("randomness", "rotation", "signing", "tags"),
    ):
        globals()[_module] = DeferredModule(_module)

# What rows have in common.
_reading: Final = Operation
_writing: Final = functools.partial(Operation, writes=True)
_naming: Final = functools.partial(
    Operation,
    key_member="TargetKeyId",
    alias_refusal=aliases.target_is_alias,
    foreign_refusal=aliases.target_is_foreign,
    check_first=aliases.check_name,
    writes=True,
)
# Cryptographic operations take an alias, and a key of another account.
_using: Final = functools.partial(Operation, is_usage=True, takes_alias=True, across_accounts=True)
_encrypting: Final = functools.partial(_using, usage="ENCRYPT_DECRYPT")
_data_key: Final = functools.partial(
    _encrypting, choose=data_keys.check_choice, fit=data_keys.fits_data_keys
)
_data_key_pair: Final = functools.partial(_encrypting, fit=data_keys.fits_data_key_pairs)

# fmt: off
OPERATIONS: Final[Mapping[str, Operation]] = {
    operation.name: operation
    for operation in (
        # Keys
        _writing("CreateKey",            keys.create_key,   key_member=None),
        _reading("DescribeKey",          keys.describe_key, find=keys.find_described, takes_alias=True, across_accounts=True),
        _reading("ListKeys",             keys.list_keys,    key_member=None),
        _writing("EnableKey",            keys.enable_key),
        _writing("DisableKey",           keys.disable_key),
        _writing("UpdateKeyDescription", keys.update_key_description),
        _reading("GetKeyLastUsage",      keys.get_key_last_usage),
        # Deletion
        _writing("ScheduleKeyDeletion", deletion.schedule_key_deletion),
        _writing("CancelKeyDeletion",   deletion.cancel_key_deletion),
        # Aliases
        _naming("CreateAlias",  aliases.create_alias),
        _naming("UpdateAlias",  aliases.update_alias),
        _writing("DeleteAlias", aliases.delete_alias, key_member=None, check_first=aliases.check_name),
        _reading("ListAliases", aliases.list_aliases),
        # Rotation
        _writing("EnableKeyRotation",    rotation.enable_key_rotation,     origin="AWS_KMS"),
        _writing("DisableKeyRotation",   rotation.disable_key_rotation,    origin="AWS_KMS"),
        _reading("GetKeyRotationStatus", rotation.get_key_rotation_status, across_accounts=True),
        _writing("RotateKeyOnDemand",    rotation.rotate_key_on_demand),
        _reading("ListKeyRotations",     rotation.list_key_rotations),
        # Imported key material
        _reading("GetParametersForImport",    imports.get_parameters_for_import,    origin="EXTERNAL"),
        _writing("ImportKeyMaterial",         imports.import_key_material,          origin="EXTERNAL"),
        _writing("DeleteImportedKeyMaterial", imports.delete_imported_key_material, origin="EXTERNAL"),
        # Multi-Region keys
        _writing("ReplicateKey",        multi_region.replicate_key),
        _writing("UpdatePrimaryRegion", multi_region.update_primary_region),
        # Grants
        _writing("CreateGrant",         grants.create_grant,          across_accounts=True),
        _reading("ListGrants",          grants.list_grants,           across_accounts=True),
        _reading("ListRetirableGrants", grants.list_retirable_grants, key_member=None),
        _writing("RetireGrant",         grants.retire_grant,          key_member=None),
        _writing("RevokeGrant",         grants.revoke_grant,          across_accounts=True),
        # Tags
        _writing("TagResource",      tags.tag_resource),
        _writing("UntagResource",    tags.untag_resource),
        _reading("ListResourceTags", tags.list_resource_tags),
        # Key policies
        _reading("GetKeyPolicy",    policies.get_key_policy),
        _writing("PutKeyPolicy",    policies.put_key_policy),
        _reading("ListKeyPolicies", policies.list_key_policies),
        # Custom key stores
        _writing("CreateCustomKeyStore",     key_stores.create_custom_key_store,     key_member=None),
        _writing("ConnectCustomKeyStore",    key_stores.connect_custom_key_store,    key_member=None),
        _writing("DisconnectCustomKeyStore", key_stores.disconnect_custom_key_store, key_member=None),
        _writing("UpdateCustomKeyStore",     key_stores.update_custom_key_store,     key_member=None),
        _writing("DeleteCustomKeyStore",     key_stores.delete_custom_key_store,     key_member=None),
        _reading("DescribeCustomKeyStores",  key_stores.describe_custom_key_stores,  key_member=None),
        # Encryption
        _encrypting("Encrypt",   encryption.encrypt,    algorithm_member="EncryptionAlgorithm"),
        _encrypting("Decrypt",   encryption.decrypt,    algorithm_member="EncryptionAlgorithm", find=encryption.find_source),
        _encrypting("ReEncrypt", encryption.re_encrypt, algorithm_member="SourceEncryptionAlgorithm", find=encryption.find_source, key_member="SourceKeyId"),
        # Data keys
        _data_key("GenerateDataKey",                          data_keys.generate_data_key),
        _data_key("GenerateDataKeyWithoutPlaintext",          data_keys.generate_data_key_without_plaintext),
        _data_key_pair("GenerateDataKeyPair",                 data_keys.generate_data_key_pair),
        _data_key_pair("GenerateDataKeyPairWithoutPlaintext", data_keys.generate_data_key_pair_without_plaintext),
        # Signatures, MACs, shared secrets
        _reading("GetPublicKey",     public_keys.get_public_key,     takes_alias=True, across_accounts=True),
        _using("Sign",               signing.sign,                   usage="SIGN_VERIFY",             algorithm_member="SigningAlgorithm"),
        _using("Verify",             signing.verify,                 usage="SIGN_VERIFY",             algorithm_member="SigningAlgorithm"),
        _using("GenerateMac",        macs.generate_mac,              usage="GENERATE_VERIFY_MAC",     algorithm_member="MacAlgorithm"),
        _using("VerifyMac",          macs.verify_mac,                usage="GENERATE_VERIFY_MAC",     algorithm_member="MacAlgorithm"),
        _using("DeriveSharedSecret", agreement.derive_shared_secret, usage="KEY_AGREEMENT",           algorithm_member="KeyAgreementAlgorithm"),
        _using("Encapsulate",        encapsulation.encapsulate,      usage="ENCAPSULATE_DECAPSULATE", algorithm_member="EncapsulationAlgorithm"),
        _using("Decapsulate",        encapsulation.decapsulate,      usage="ENCAPSULATE_DECAPSULATE", algorithm_member="EncapsulationAlgorithm"),
        # Randomness
        _reading("GenerateRandom", randomness.generate_random, key_member=None),
    )
}
# fmt: on

"""
The rows: for each operation a request that succeeds however often it is sent.

To add an operation to the mock is to add its row here; without one the
benchmark fails. A row knows no mock: it talks to a client, ours or moto's.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, Final

import attrs

from pytest_kmsmock.service.operations import OPERATIONS
from pytest_kmsmock.service.specs import KEY_SPECS

from . import bare
from .sides import method
from .timing import Call

State = dict[str, Any]
Params = dict[str, Any]

_ACCOUNT: Final = "123456789012"
_PLAINTEXT: Final = b"k" * 32
_ALIAS: Final = "alias/bench"
_TAG: Final = {"TagKey": "team", "TagValue": "bench"}
_OTHER_REGION: Final = "eu-west-1"
_WRAPPING: Final = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
_GRANTEE: Final = f"arn:aws:iam::{_ACCOUNT}:role/bench"


def _nothing(_client: Any, _state: State) -> None:
    """Prepare nothing."""


def _no_params(_: State) -> Params:
    return {}


@attrs.frozen(kw_only=True)
class Row:
    """
    How one operation is measured.

    Attributes:
        variant: Tells rows of one operation apart.
        spec: The key spec that it needs.
        setup: Makes keys and what else the request needs.
        before: Makes the same call possible once more; not timed.
        params: The request.
        bare: Makes the bare call of `cryptography` in it.
        floor_limit: The budget as a multiple of the floor.
        makes_keys: Each call leaves a key behind.
        needs: Another operation that *setup* or *before* calls.
    """

    operation: str
    variant: str = ""
    spec: str = "SYMMETRIC_DEFAULT"
    setup: Callable[[Any], State] = lambda client: new_key(client)
    before: Callable[[Any, State], None] = _nothing
    params: Callable[[State], Params] = _no_params
    bare: Callable[[], Call | None] | None = None
    floor_limit: float | None = None
    makes_keys: bool = False
    needs: str | None = None

    @property
    def name(self) -> str:
        return f"{self.operation} {self.variant}".rstrip()

    @property
    def is_mocked(self) -> bool:
        return (
            self.operation in OPERATIONS
            and self.spec in KEY_SPECS
            and (self.needs is None or self.needs in OPERATIONS)
        )

    def subject(self, client: Any, state: State) -> Callable[[], Call]:
        """Return what prepares one call of the row after the other; see `timing.in_turns`."""
        timed = self.timed(client, state)

        def prepare() -> Call:
            self.before(client, state)
            return timed()

        return prepare

    def timed(self, client: Any, state: State) -> Callable[[], Call]:
        """Return `subject` without what comes before."""
        call = method(client, self.operation)
        return lambda: functools.partial(call, **self.params(state))


def new_key(
    client: Any,
    spec: str = "SYMMETRIC_DEFAULT",
    usage: str = "ENCRYPT_DECRYPT",
    **others: Any,
) -> State:
    """Make a key; the state's ``key`` is its ID, ``arn`` its ARN."""
    created = client.create_key(KeySpec=spec, KeyUsage=usage, **others)["KeyMetadata"]
    return {"key": created["KeyId"], "arn": created["Arn"]}


def _key_id(state: State) -> Params:
    return {"KeyId": state["key"]}


def _first_page(_: State) -> Params:
    # As long whether there are 10 entries or 100,000.
    return {"Limit": 10}


def _simple(operation: str, **params: Any) -> Row:
    """Return the row of an operation on a key that may be repeated at will."""
    return Row(operation=operation, params=lambda state: {**_key_id(state), **params})


def _call(operation: str, **params: Any) -> Callable[[Any, State], None]:
    """Return what calls *operation* with the key."""

    def call(client: Any, state: State) -> None:
        method(client, operation)(**_key_id(state), **params)

    return call


def _after(operation: str, **params: Any) -> Callable[[Any], State]:
    """Return what makes a key and calls *operation* with it."""

    def setup(client: Any) -> State:
        state = new_key(client)
        _call(operation, **params)(client, state)
        return state

    return setup


# Aliases


def _with_alias(client: Any) -> State:
    state = new_key(client)
    alias = f"{_ALIAS}-{state['key']}"
    client.create_alias(AliasName=alias, TargetKeyId=state["key"])
    return {**state, "alias": alias, "other": new_key(client)["key"]}


def _create_alias(client: Any, state: State) -> None:
    client.create_alias(AliasName=state["alias"], TargetKeyId=state["key"])


def _delete_alias(client: Any, state: State) -> None:
    client.delete_alias(AliasName=state["alias"])


def _without_alias(client: Any) -> State:
    state = _with_alias(client)
    _delete_alias(client, state)
    return state


def _alias_params(state: State) -> Params:
    return {"AliasName": state["alias"], "TargetKeyId": state["key"]}


def _swap_targets(_: Any, state: State) -> None:
    state["key"], state["other"] = state["other"], state["key"]


# Policies


def _policy(_: State) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


# Encryption


def _with_blob(client: Any) -> State:
    state = _with_alias(client)
    blob = client.encrypt(KeyId=state["key"], Plaintext=_PLAINTEXT)["CiphertextBlob"]
    return {**state, "blob": blob}


def _rsa_rows() -> list[Row]:
    spec, algorithm = "RSA_2048", "RSAES_OAEP_SHA_256"

    def setup(client: Any) -> State:
        state = new_key(client, spec)
        blob = client.encrypt(
            KeyId=state["key"], Plaintext=bare.MESSAGE, EncryptionAlgorithm=algorithm
        )["CiphertextBlob"]
        return {**state, "blob": blob}

    common = {"EncryptionAlgorithm": algorithm}
    return [
        Row(
            operation="Encrypt",
            variant=spec,
            spec=spec,
            setup=setup,
            params=lambda state: {**_key_id(state), "Plaintext": bare.MESSAGE, **common},
            bare=lambda: bare.encrypt(spec, algorithm),
        ),
        Row(
            operation="Decrypt",
            variant=spec,
            spec=spec,
            setup=setup,
            params=lambda state: {**_key_id(state), "CiphertextBlob": state["blob"], **common},
            bare=lambda: bare.decrypt(spec, algorithm),
        ),
    ]


# Signatures, MACs, key pairs


def _signing_rows(spec: str, algorithm: str) -> list[Row]:
    common = {"Message": bare.MESSAGE, "SigningAlgorithm": algorithm}

    def setup(client: Any) -> State:
        state = new_key(client, spec, "SIGN_VERIFY")
        signature = client.sign(KeyId=state["key"], **common)["Signature"]
        return {**state, "signature": signature}

    return [
        Row(
            operation="Sign",
            variant=f"{spec} {algorithm}",
            spec=spec,
            setup=setup,
            params=lambda state: {**_key_id(state), **common},
            bare=lambda: bare.sign(spec, algorithm),
        ),
        Row(
            operation="Verify",
            variant=f"{spec} {algorithm}",
            spec=spec,
            setup=setup,
            params=lambda state: {**_key_id(state), "Signature": state["signature"], **common},
            bare=lambda: bare.verify(spec, algorithm),
        ),
    ]


def _mac_rows(spec: str) -> list[Row]:
    algorithm = spec.replace("HMAC_", "HMAC_SHA_")
    common = {"Message": bare.MESSAGE, "MacAlgorithm": algorithm}

    def setup(client: Any) -> State:
        state = new_key(client, spec, "GENERATE_VERIFY_MAC")
        return {**state, "mac": client.generate_mac(KeyId=state["key"], **common)["Mac"]}

    return [
        Row(
            operation="GenerateMac",
            variant=spec,
            spec=spec,
            setup=setup,
            params=lambda state: {**_key_id(state), **common},
            bare=lambda: bare.mac(algorithm),
        ),
        Row(
            operation="VerifyMac",
            variant=spec,
            spec=spec,
            setup=setup,
            params=lambda state: {**_key_id(state), "Mac": state["mac"], **common},
            bare=lambda: bare.mac(algorithm),
        ),
    ]


def _pair_row(operation: str) -> Row:
    spec = "ECC_NIST_P256"
    return Row(
        operation=operation,
        variant=spec,
        spec=spec,
        params=lambda state: {**_key_id(state), "KeyPairSpec": spec},
        bare=lambda: bare.generate(spec),
    )


def _encapsulated(client: Any) -> State:
    state = new_key(client, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE")
    answer = client.encapsulate(KeyId=state["key"], EncapsulationAlgorithm="ML_KEM")
    return {**state, "blob": answer["SharedSecretCiphertextBlob"]}


# Rotation, imported material, multi-Region keys


def _another_key(client: Any, state: State) -> None:
    state.update(new_key(client))


def _another_primary(client: Any, state: State) -> None:
    state.update(new_key(client, MultiRegion=True))


def _another_pair(client: Any, state: State) -> None:
    _another_primary(client, state)
    client.replicate_key(KeyId=state["key"], ReplicaRegion=_OTHER_REGION)


def _external(client: Any) -> State:
    state = new_key(client, Origin="EXTERNAL")
    answer = client.get_parameters_for_import(KeyId=state["key"], **_WRAPPING)
    state["token"] = answer["ImportToken"]
    state["material"] = bare.wrap(answer["PublicKey"], _PLAINTEXT)
    _import(client, state)
    return state


def _import_params(state: State) -> Params:
    return {
        **_key_id(state),
        "ImportToken": state["token"],
        "EncryptedKeyMaterial": state["material"],
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }


def _import(client: Any, state: State) -> None:
    client.import_key_material(**_import_params(state))


# Grants


def _grant(client: Any, state: State) -> None:
    state["grant"] = client.create_grant(
        KeyId=state["key"],
        GranteePrincipal=_GRANTEE,
        RetiringPrincipal=_GRANTEE,
        Operations=["Encrypt"],
    )["GrantId"]


def _with_grant(client: Any) -> State:
    state = new_key(client)
    _grant(client, state)
    return state


def _grant_id(state: State) -> Params:
    return {**_key_id(state), "GrantId": state["grant"]}


ROWS: Final = (
    # Keys
    Row(operation="CreateKey", setup=lambda _: {}, makes_keys=True),
    Row(operation="DescribeKey", params=_key_id, floor_limit=1.25),
    Row(operation="ListKeys", params=_first_page),
    Row(operation="EnableKey", before=_call("DisableKey"), params=_key_id),
    Row(operation="DisableKey", before=_call("EnableKey"), params=_key_id),
    _simple("UpdateKeyDescription", Description="for the benchmark"),
    # Deletion
    Row(
        operation="ScheduleKeyDeletion",
        setup=_after("ScheduleKeyDeletion"),
        before=_call("CancelKeyDeletion"),
        params=_key_id,
    ),
    Row(operation="CancelKeyDeletion", before=_call("ScheduleKeyDeletion"), params=_key_id),
    # Aliases
    Row(operation="CreateAlias", setup=_with_alias, before=_delete_alias, params=_alias_params),
    Row(operation="UpdateAlias", setup=_with_alias, before=_swap_targets, params=_alias_params),
    Row(
        operation="DeleteAlias",
        setup=_without_alias,
        before=_create_alias,
        params=lambda state: {"AliasName": state["alias"]},
    ),
    Row(operation="ListAliases", setup=_with_alias, params=_first_page),
    # Tags
    _simple("TagResource", Tags=[_TAG]),
    Row(
        operation="UntagResource",
        before=_call("TagResource", Tags=[_TAG]),
        params=lambda state: {**_key_id(state), "TagKeys": [_TAG["TagKey"]]},
    ),
    Row(operation="ListResourceTags", setup=_after("TagResource", Tags=[_TAG]), params=_key_id),
    # Key policies
    _simple("GetKeyPolicy", PolicyName="default"),
    Row(
        operation="PutKeyPolicy",
        params=lambda state: {**_key_id(state), "PolicyName": "default", "Policy": _policy(state)},
    ),
    _simple("ListKeyPolicies"),
    # Encryption
    Row(
        operation="Encrypt",
        setup=_with_alias,
        params=lambda state: {"KeyId": state["alias"], "Plaintext": _PLAINTEXT},
        floor_limit=1.25,
    ),
    Row(
        operation="Decrypt",
        setup=_with_blob,
        params=lambda state: {"CiphertextBlob": state["blob"]},
        floor_limit=1.25,
    ),
    Row(
        operation="ReEncrypt",
        setup=_with_blob,
        params=lambda state: {"CiphertextBlob": state["blob"], "DestinationKeyId": state["other"]},
    ),
    *_rsa_rows(),
    # Data keys
    Row(
        operation="GenerateDataKey",
        setup=_with_alias,
        params=lambda state: {"KeyId": state["alias"], "KeySpec": "AES_256"},
        floor_limit=1.25,
    ),
    _simple("GenerateDataKeyWithoutPlaintext", KeySpec="AES_256"),
    _pair_row("GenerateDataKeyPair"),
    _pair_row("GenerateDataKeyPairWithoutPlaintext"),
    # Signatures
    *_signing_rows("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
    *_signing_rows("RSA_4096", "RSASSA_PSS_SHA_512"),
    *_signing_rows("ECC_NIST_P256", "ECDSA_SHA_256"),
    *_signing_rows("ECC_NIST_P384", "ECDSA_SHA_384"),
    *_signing_rows("ECC_NIST_P521", "ECDSA_SHA_512"),
    *_signing_rows("ECC_SECG_P256K1", "ECDSA_SHA_256"),
    *_signing_rows("ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
    *_signing_rows("ML_DSA_65", "ML_DSA_SHAKE_256"),
    Row(
        operation="GetPublicKey",
        spec="ECC_NIST_P256",
        setup=lambda client: new_key(client, "ECC_NIST_P256", "SIGN_VERIFY"),
        params=_key_id,
    ),
    # MACs
    *_mac_rows("HMAC_256"),
    *_mac_rows("HMAC_512"),
    # Agreement
    Row(
        operation="DeriveSharedSecret",
        spec="ECC_NIST_P256",
        setup=lambda client: new_key(client, "ECC_NIST_P256", "KEY_AGREEMENT"),
        params=lambda state: {
            **_key_id(state),
            "KeyAgreementAlgorithm": "ECDH",
            "PublicKey": bare.public_key("ECC_NIST_P256"),
        },
        bare=lambda: bare.agree("ECC_NIST_P256"),
    ),
    Row(
        operation="Encapsulate",
        spec="ML_KEM_768",
        setup=lambda client: new_key(client, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
        params=lambda state: {**_key_id(state), "EncapsulationAlgorithm": "ML_KEM"},
        bare=lambda: bare.encapsulate("ML_KEM_768"),
    ),
    Row(
        operation="Decapsulate",
        spec="ML_KEM_768",
        setup=_encapsulated,
        params=lambda state: {
            **_key_id(state),
            "EncapsulationAlgorithm": "ML_KEM",
            "SharedSecretCiphertextBlob": state["blob"],
        },
        bare=lambda: bare.decapsulate("ML_KEM_768"),
    ),
    # Rotation
    _simple("EnableKeyRotation"),
    _simple("DisableKeyRotation"),
    _simple("GetKeyRotationStatus"),
    _simple("ListKeyRotations"),
    Row(operation="RotateKeyOnDemand", before=_another_key, params=_key_id),
    # Imported key material
    Row(
        operation="GetParametersForImport",
        setup=lambda client: new_key(client, Origin="EXTERNAL"),
        params=lambda state: {**_key_id(state), **_WRAPPING},
    ),
    Row(operation="ImportKeyMaterial", setup=_external, params=_import_params),
    Row(
        operation="DeleteImportedKeyMaterial",
        setup=_external,
        before=_import,
        params=_key_id,
        needs="ImportKeyMaterial",
    ),
    # Multi-Region keys
    Row(
        operation="ReplicateKey",
        before=_another_primary,
        params=lambda state: {**_key_id(state), "ReplicaRegion": _OTHER_REGION},
    ),
    Row(
        operation="UpdatePrimaryRegion",
        before=_another_pair,
        params=lambda state: {**_key_id(state), "PrimaryRegion": _OTHER_REGION},
        needs="ReplicateKey",
    ),
    # Grants. A grant that was made before is found again by its name.
    _simple("CreateGrant", GranteePrincipal=_GRANTEE, Operations=["Encrypt"], Name="bench"),
    Row(
        operation="ListGrants",
        setup=_with_grant,
        params=lambda state: {**_key_id(state), **_first_page(state)},
    ),
    Row(
        operation="ListRetirableGrants",
        setup=_with_grant,
        params=lambda state: {"RetiringPrincipal": _GRANTEE, **_first_page(state)},
    ),
    Row(operation="RetireGrant", before=_grant, params=_grant_id),
    Row(operation="RevokeGrant", before=_grant, params=_grant_id),
    # Randomness
    Row(operation="GenerateRandom", setup=lambda _: {}, params=lambda _: {"NumberOfBytes": 32}),
)


def mocked_rows() -> list[Row]:
    """
    Return the rows of what is mocked.

    Raises:
        SystemExit: A mocked operation has no row.
    """
    missing = OPERATIONS.keys() - {row.operation for row in ROWS}
    if missing:
        raise SystemExit(
            f"no row in tests/bench/rows.py for {', '.join(sorted(missing))}; "
            "each mocked operation needs one."
        )
    return [row for row in ROWS if row.is_mocked]

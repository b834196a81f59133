"""Rows of what computes with keys: encryption, signatures, MACs, key pairs, agreement."""

from __future__ import annotations

from typing import Any, Final

from .. import bare
from .row import PLAINTEXT, Row, State, key_id, key_with_alias, new_key, simple


def _with_blob(client: Any) -> State:
    state = key_with_alias(client)
    blob = client.encrypt(KeyId=state["key"], Plaintext=PLAINTEXT)["CiphertextBlob"]
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
            params=lambda state: {**key_id(state), "Plaintext": bare.MESSAGE, **common},
            bare=lambda: bare.encrypt(spec, algorithm),
        ),
        Row(
            operation="Decrypt",
            variant=spec,
            spec=spec,
            setup=setup,
            params=lambda state: {**key_id(state), "CiphertextBlob": state["blob"], **common},
            bare=lambda: bare.decrypt(spec, algorithm),
        ),
    ]


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
            params=lambda state: {**key_id(state), **common},
            bare=lambda: bare.sign(spec, algorithm),
        ),
        Row(
            operation="Verify",
            variant=f"{spec} {algorithm}",
            spec=spec,
            setup=setup,
            params=lambda state: {**key_id(state), "Signature": state["signature"], **common},
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
            params=lambda state: {**key_id(state), **common},
            bare=lambda: bare.mac(algorithm),
        ),
        Row(
            operation="VerifyMac",
            variant=spec,
            spec=spec,
            setup=setup,
            params=lambda state: {**key_id(state), "Mac": state["mac"], **common},
            bare=lambda: bare.mac(algorithm),
        ),
    ]


def _pair_row(operation: str) -> Row:
    spec = "ECC_NIST_P256"
    return Row(
        operation=operation,
        variant=spec,
        spec=spec,
        params=lambda state: {**key_id(state), "KeyPairSpec": spec},
        bare=lambda: bare.data_key_pair(spec),
    )


def _encapsulated(client: Any) -> State:
    state = new_key(client, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE")
    answer = client.encapsulate(KeyId=state["key"], EncapsulationAlgorithm="ML_KEM")
    return {**state, "blob": answer["SharedSecretCiphertextBlob"]}


ROWS: Final = (
    # Encryption
    Row(
        operation="Encrypt",
        setup=key_with_alias,
        params=lambda state: {"KeyId": state["alias"], "Plaintext": PLAINTEXT},
        floor_limit=1.35,
    ),
    Row(
        operation="Decrypt",
        setup=_with_blob,
        params=lambda state: {"CiphertextBlob": state["blob"]},
        floor_limit=1.35,
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
        setup=key_with_alias,
        params=lambda state: {"KeyId": state["alias"], "KeySpec": "AES_256"},
        floor_limit=1.35,
    ),
    simple("GenerateDataKeyWithoutPlaintext", KeySpec="AES_256"),
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
        params=key_id,
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
            **key_id(state),
            "KeyAgreementAlgorithm": "ECDH",
            "PublicKey": bare.public_key("ECC_NIST_P256"),
        },
        bare=lambda: bare.agree("ECC_NIST_P256"),
    ),
    Row(
        operation="Encapsulate",
        spec="ML_KEM_768",
        setup=lambda client: new_key(client, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
        params=lambda state: {**key_id(state), "EncapsulationAlgorithm": "ML_KEM"},
        bare=lambda: bare.encapsulate("ML_KEM_768"),
    ),
    Row(
        operation="Decapsulate",
        spec="ML_KEM_768",
        setup=_encapsulated,
        params=lambda state: {
            **key_id(state),
            "EncapsulationAlgorithm": "ML_KEM",
            "SharedSecretCiphertextBlob": state["blob"],
        },
        bare=lambda: bare.decapsulate("ML_KEM_768"),
    ),
    # Randomness
    Row(operation="GenerateRandom", setup=lambda _: {}, params=lambda _: {"NumberOfBytes": 32}),
)

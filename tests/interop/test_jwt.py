"""JSON Web Tokens signed by KMS, verified by three libraries that know nothing of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CLAIMS = {"sub": "1234567890", "name": "Ada"}
ALGORITHMS = [
    ("RS256", "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
    ("RS384", "RSA_3072", "RSASSA_PKCS1_V1_5_SHA_384"),
    ("RS512", "RSA_4096", "RSASSA_PKCS1_V1_5_SHA_512"),
    ("PS256", "RSA_2048", "RSASSA_PSS_SHA_256"),
    ("PS384", "RSA_3072", "RSASSA_PSS_SHA_384"),
    ("PS512", "RSA_2048", "RSASSA_PSS_SHA_512"),
    ("ES256", "ECC_NIST_P256", "ECDSA_SHA_256"),
    ("ES384", "ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ES512", "ECC_NIST_P521", "ECDSA_SHA_512"),
    ("ES256K", "ECC_SECG_P256K1", "ECDSA_SHA_256"),
    ("EdDSA", "ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
]
FIELD_LENGTHS = {"ES256": 32, "ES256K": 32, "ES384": 48, "ES512": 66}

each_algorithm = pytest.mark.parametrize(("alg", "spec", "algorithm"), ALGORITHMS)


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _signing_input(alg: str) -> bytes:
    header = _encoded(json.dumps({"alg": alg, "typ": "JWT"}).encode())
    return header + b"." + _encoded(json.dumps(CLAIMS).encode())


def sign_token(client: Any, key_id: str, alg: str, algorithm: str) -> str:
    """Return a token as an application makes it, which has the key in KMS."""
    signing_input = _signing_input(alg)
    signature = client.sign(KeyId=key_id, Message=signing_input, SigningAlgorithm=algorithm)[
        "Signature"
    ]
    if alg in FIELD_LENGTHS:
        # JOSE wants r and s side by side (RFC 7518, section 3.4).
        length = FIELD_LENGTHS[alg]
        signature = b"".join(n.to_bytes(length, "big") for n in decode_dss_signature(signature))
    return (signing_input + b"." + _encoded(signature)).decode()


def _pem(client: Any, arn: str) -> bytes:
    public = serialization.load_der_public_key(client.get_public_key(KeyId=arn)["PublicKey"])
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@each_algorithm
def test_pyjwt_verifies_a_token(
    client: Any, new_key: Callable[..., str], alg: str, spec: str, algorithm: str
) -> None:
    """The public key is all that the verifier has."""
    jwt = pytest.importorskip("jwt")
    arn = new_key(client, spec)

    token = sign_token(client, arn, alg, algorithm)

    assert jwt.decode(token, _pem(client, arn), algorithms=[alg]) == CLAIMS
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, _pem(client, new_key(client, spec)), algorithms=[alg])


@each_algorithm
def test_joserfc_verifies_a_token(
    client: Any, new_key: Callable[..., str], alg: str, spec: str, algorithm: str
) -> None:
    """The public key is all that the verifier has."""
    jwt = pytest.importorskip("joserfc.jwt")
    jwk = pytest.importorskip("joserfc.jwk")
    arn = new_key(client, spec)
    kind = {"R": "RSA", "P": "RSA"}.get(alg[0], "OKP" if alg == "EdDSA" else "EC")

    token = sign_token(client, arn, "Ed25519" if alg == "EdDSA" else alg, algorithm)

    key = jwk.import_key(_pem(client, arn), kind)
    names = ["Ed25519" if alg == "EdDSA" else alg]
    assert jwt.decode(token, key, algorithms=names).claims == CLAIMS


@each_algorithm
def test_jwcrypto_verifies_a_token(
    client: Any, new_key: Callable[..., str], alg: str, spec: str, algorithm: str
) -> None:
    """The public key is all that the verifier has."""
    jwk = pytest.importorskip("jwcrypto.jwk")
    jws = pytest.importorskip("jwcrypto.jws")
    arn = new_key(client, spec)

    signed = jws.JWS()
    signed.deserialize(sign_token(client, arn, alg, algorithm))
    signed.verify(jwk.JWK.from_pem(_pem(client, arn)), alg=alg)

    assert json.loads(signed.payload) == CLAIMS


@pytest.mark.parametrize("bits", ["256", "384", "512"])
def test_pyjwt_verifies_a_token_with_a_mac(client: Any, kms: Any, bits: str) -> None:
    """Both sides have the secret, which KMS got by import."""
    jwt = pytest.importorskip("jwt")
    secret = bytes(range(64))
    key = kms.create_key(spec=f"HMAC_{bits}", material=secret)
    signing_input = _signing_input(f"HS{bits}")

    mac = client.generate_mac(
        KeyId=key.arn, Message=signing_input, MacAlgorithm=f"HMAC_SHA_{bits}"
    )["Mac"]

    token = (signing_input + b"." + _encoded(mac)).decode()
    assert jwt.decode(token, secret, algorithms=[f"HS{bits}"]) == CLAIMS


def test_kms_verifies_a_token_that_pyjwt_signed(client: Any, kms: Any) -> None:
    """The other way round: Verify takes what a library signed."""
    jwt = pytest.importorskip("jwt")
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pkcs8 = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = kms.create_key(spec="RSA_2048", material=pkcs8)

    token = jwt.encode(CLAIMS, private, algorithm="PS256")

    signing_input, _, encoded = token.rpartition(".")
    answer = client.verify(
        KeyId=key.arn,
        Message=signing_input.encode(),
        Signature=base64.urlsafe_b64decode(encoded + "=="),
        SigningAlgorithm="RSASSA_PSS_SHA_256",
    )
    assert answer["SignatureValid"] is True

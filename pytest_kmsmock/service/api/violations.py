"""Violations of the model's constraints, in AWS's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from .errors import SerializationException, ValidationException

# The lists of allowed values as AWS prints them, where they are known to differ
# from the model's: in order, by age, and for a data key altogether.
_ENCRYPTION_ALGORITHMS: Final = "RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE, SYMMETRIC_DEFAULT"
PRINTED_VALUES_OF_SHAPE: Final[Mapping[str, str]] = {
    "EncryptionAlgorithmSpec": _ENCRYPTION_ALGORITHMS,
    "DataKeySpec": (
        "RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, "
        "ECC_SECG_P256K1, ECC_NIST_EDWARDS25519, SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, "
        "HMAC_384, HMAC_512, SM2, ML_DSA_44, ML_DSA_65, ML_DSA_87"
    ),
    "KeySpec": (
        "RSA_2048, ECC_NIST_P384, ECC_NIST_P256, ECC_NIST_P521, HMAC_384, RSA_3072, "
        "ECC_SECG_P256K1, RSA_4096, SYMMETRIC_DEFAULT, HMAC_256, HMAC_224, HMAC_512"
    ),
    "KeyUsageType": "ENCRYPT_DECRYPT, SIGN_VERIFY, GENERATE_VERIFY_MAC",
    "SigningAlgorithmSpec": (
        "RSASSA_PSS_SHA_256, RSASSA_PSS_SHA_384, RSASSA_PSS_SHA_512, "
        "RSASSA_PKCS1_V1_5_SHA_256, RSASSA_PKCS1_V1_5_SHA_384, RSASSA_PKCS1_V1_5_SHA_512, "
        "ECDSA_SHA_256, ECDSA_SHA_384, ECDSA_SHA_512, ED25519_SHA_512, ED25519_PH_SHA_512, "
        "SM2DSA, ML_DSA_SHAKE_256"
    ),
    "MacAlgorithmSpec": "HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512",
}


def validation_error(violations: Iterable[str]) -> ValidationException:
    """Return the error that AWS's model check answers with, for *violations*."""
    found = list(violations)
    errors = "error" if len(found) == 1 else "errors"
    return ValidationException(f"{len(found)} validation {errors} detected: {'; '.join(found)}")


def failed(value: str, constraint: str) -> str:
    return f"{value} failed to satisfy constraint: {constraint}"


def longest(high: int) -> str:
    return f"Member must have length less than or equal to {high}"


def shortest(low: int) -> str:
    return f"Member must have length greater than or equal to {low}"


def wrong_type(value: Any, wanted: str) -> SerializationException:
    names = {bool: "BOOLEAN", int: "NUMBER", float: "DECIMAL", str: "STRING", list: "ARRAY"}
    given = f"{names.get(type(value), 'OBJECT')}_VALUE"
    return SerializationException(f"{given} can not be converted to {wanted}")


def printable(value: str, shape: str) -> str:
    """Return *value* as AWS echoes it: characters of a policy beyond Latin-1 become ``?``."""
    if shape == "PolicyType":
        return value.encode("latin-1", "replace").decode("latin-1")
    return value


def java(value: Any) -> str:
    """Return *value* as Java prints it, which is how AWS echoes a list."""
    if isinstance(value, list):
        return f"[{', '.join(map(java, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{camel(k)}={java(v)}' for k, v in value.items())}}}"
    return "null" if value is None else str(value)


def camel(name: str) -> str:
    return name[:1].lower() + name[1:]

"""
The key specs: which usages each has, and which algorithms each usage.

Source: KMS Developer Guide, "Key spec reference".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, cast

import attrs

from ..api.regions import is_in_china

KeyUsage = Literal[
    "ENCRYPT_DECRYPT",
    "SIGN_VERIFY",
    "GENERATE_VERIFY_MAC",
    "KEY_AGREEMENT",
    "ENCAPSULATE_DECAPSULATE",
]
Origin = Literal["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"]
KeySpecName = Literal[
    "SYMMETRIC_DEFAULT",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "ECC_NIST_EDWARDS25519",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "ML_KEM_512",
    "ML_KEM_768",
    "ML_KEM_1024",
    "SM2",
]

Family = Literal["symmetric", "hmac", "rsa", "ecc", "ed25519", "mldsa", "mlkem", "sm2"]
"""The kind of cryptography, a module of `crypto` each."""

SYMMETRIC_DEFAULT: Final = "SYMMETRIC_DEFAULT"
"""The algorithm that a request means which names none; the key spec is called the same."""

Regions = Literal["all", "china", "not china"]


@attrs.frozen
class KeySpec:
    """
    One row of the table.

    Attributes:
        name: As in the API, ``SYMMETRIC_DEFAULT``.
        regions: Where AWS offers the spec.
        usages: The usages a key of the spec can have, each with its algorithms
            in the order in which DescribeKey lists them.
        data_key_pair: GenerateDataKeyPair makes pairs of the spec.
        usual_usage: What a test gets without asking: signing, where there is a choice.
    """

    name: str
    family: Family
    regions: Regions
    usages: Mapping[KeyUsage, tuple[str, ...]]
    data_key_pair: bool
    is_symmetric_encryption: bool = attrs.field(init=False)
    usual_usage: KeyUsage = attrs.field(init=False)

    @usual_usage.default
    def _usual_usage(self) -> KeyUsage:
        return "SIGN_VERIFY" if "SIGN_VERIFY" in self.usages else next(iter(self.usages))

    @is_symmetric_encryption.default
    def _is_symmetric_encryption(self) -> bool:
        return self.family == "symmetric"

    def __reduce__(self) -> tuple[Any, ...]:
        # There is one of each.
        return key_spec, (self.name,)

    @property
    def kind(self) -> Literal["symmetric", "hmac", "asymmetric"]:
        """What UpdateAlias may not change."""
        if self.family == "symmetric" or self.family == "hmac":
            return self.family
        return "asymmetric"

    @property
    def is_importable(self) -> bool:
        """Whether a key of the spec can have the origin EXTERNAL."""
        return self.family not in ("mldsa", "mlkem")

    def is_offered_in(self, region: str) -> bool:
        if self.regions == "all":
            return True
        return is_in_china(region) == (self.regions == "china")


def _row(
    name: str,
    family: Family,
    *,
    regions: Regions = "all",
    pair: bool = False,
    **usages: tuple[str, ...],
) -> KeySpec:
    return KeySpec(name, family, regions, cast("Mapping[KeyUsage, tuple[str, ...]]", usages), pair)


_OAEP: Final = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
_RSASSA: Final = (
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
)
_ED25519: Final = ("ED25519_SHA_512", "ED25519_PH_SHA_512")
_ML_DSA: Final = ("ML_DSA_SHAKE_256",)

# fmt: off
KEY_SPECS: Final[Mapping[str, KeySpec]] = {
    spec.name: spec
    for spec in (
        _row("SYMMETRIC_DEFAULT", "symmetric", ENCRYPT_DECRYPT=("SYMMETRIC_DEFAULT",)),
        _row("RSA_2048", "rsa", pair=True, ENCRYPT_DECRYPT=_OAEP, SIGN_VERIFY=_RSASSA),
        _row("RSA_3072", "rsa", pair=True, ENCRYPT_DECRYPT=_OAEP, SIGN_VERIFY=_RSASSA),
        _row("RSA_4096", "rsa", pair=True, ENCRYPT_DECRYPT=_OAEP, SIGN_VERIFY=_RSASSA),
        _row("ECC_NIST_P256", "ecc", pair=True,
             SIGN_VERIFY=("ECDSA_SHA_256",), KEY_AGREEMENT=("ECDH",)),
        _row("ECC_NIST_P384", "ecc", pair=True,
             SIGN_VERIFY=("ECDSA_SHA_384",), KEY_AGREEMENT=("ECDH",)),
        _row("ECC_NIST_P521", "ecc", pair=True,
             SIGN_VERIFY=("ECDSA_SHA_512",), KEY_AGREEMENT=("ECDH",)),
        _row("ECC_SECG_P256K1", "ecc", pair=True, SIGN_VERIFY=("ECDSA_SHA_256",)),
        _row("ECC_NIST_EDWARDS25519", "ed25519", pair=True, SIGN_VERIFY=_ED25519),
        _row("ML_DSA_44", "mldsa", SIGN_VERIFY=_ML_DSA),
        _row("ML_DSA_65", "mldsa", SIGN_VERIFY=_ML_DSA),
        _row("ML_DSA_87", "mldsa", SIGN_VERIFY=_ML_DSA),
        _row("HMAC_224", "hmac", regions="not china", GENERATE_VERIFY_MAC=("HMAC_SHA_224",)),
        _row("HMAC_256", "hmac", regions="not china", GENERATE_VERIFY_MAC=("HMAC_SHA_256",)),
        _row("HMAC_384", "hmac", regions="not china", GENERATE_VERIFY_MAC=("HMAC_SHA_384",)),
        _row("HMAC_512", "hmac", regions="not china", GENERATE_VERIFY_MAC=("HMAC_SHA_512",)),
        _row("SM2", "sm2", regions="china", pair=True,
             ENCRYPT_DECRYPT=("SM2PKE",), SIGN_VERIFY=("SM2DSA",), KEY_AGREEMENT=("ECDH",)),
        _row("ML_KEM_512", "mlkem", regions="not china", pair=True,
             ENCAPSULATE_DECAPSULATE=("ML_KEM",)),
        _row("ML_KEM_768", "mlkem", regions="not china", pair=True,
             ENCAPSULATE_DECAPSULATE=("ML_KEM",)),
        _row("ML_KEM_1024", "mlkem", regions="not china", pair=True,
             ENCAPSULATE_DECAPSULATE=("ML_KEM",)),
    )
}
# fmt: on


def key_spec(name: str) -> KeySpec:
    """Return the key spec *name*."""
    return KEY_SPECS[name]


# The bytes of each type of message that a signing algorithm takes, None is any.
# Source: KMS API Reference, Sign.
MESSAGE_LENGTHS: Final[Mapping[str, Mapping[str, int | None]]] = {
    **{
        f"{scheme}_SHA_{bits}": {"RAW": None, "DIGEST": bits // 8}
        for scheme in ("RSASSA_PKCS1_V1_5", "RSASSA_PSS", "ECDSA")
        for bits in (256, 384, 512)
    },
    "SM2DSA": {"RAW": None, "DIGEST": 32},
    "ED25519_SHA_512": {"RAW": None},
    "ED25519_PH_SHA_512": {"DIGEST": 64},
    "ML_DSA_SHAKE_256": {"RAW": None, "EXTERNAL_MU": 64},
}

# The member of KeyMetadata that lists the algorithms of each usage.
ALGORITHMS_MEMBER: Final[Mapping[KeyUsage, str]] = {
    "ENCRYPT_DECRYPT": "EncryptionAlgorithms",
    "SIGN_VERIFY": "SigningAlgorithms",
    "GENERATE_VERIFY_MAC": "MacAlgorithms",
    "KEY_AGREEMENT": "KeyAgreementAlgorithms",
    "ENCAPSULATE_DECAPSULATE": "EncapsulationAlgorithms",
}

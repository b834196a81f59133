"""Key material of a seed that has a mistake: it is named, and never shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

SECRET = "c0ffee" * 9
OTHER = "ab" * 32

Find = Callable[[Any], list[str]]


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ({"material": SECRET}, "material has 27 bytes; a SYMMETRIC_DEFAULT key has 32 bytes"),
        ({"material": SECRET[:-1]}, "material has an odd number of hex digits"),
        ({"material": f"{SECRET}?"}, "material is neither hex digits nor Base64"),
        ({"material": int(SECRET, 16)}, "material is no text, but of type int"),
        ({"materials": [OTHER, SECRET]}, "materials[1] has 27 bytes"),
        ({"materials": [OTHER, OTHER]}, "materials has the same material twice"),
        ({"materials": [OTHER, None]}, "materials in [1] is no text, but of type NoneType"),
        ({"material": OTHER, "materials": [OTHER]}, "material and materials say the same"),
        ({"spec": "HMAC_256", "material": SECRET}, "a HMAC_256 key has the bytes of an HMAC key"),
        ({"spec": "HMAC_256", "materials": ["ab" * 32, "cd" * 32]}, "key has one material"),
        ({"spec": "RSA_2048", "material": SECRET}, "a RSA_2048 key has a private key of that spec"),
        ({"private_key": SECRET}, "private_key is no private key in PEM"),
        ({"private_key": "-----BEGIN PRIVATE KEY-----\ud800"}, "private_key is no private key"),
        ({"material": f"-----BEGIN PRIVATE KEY-----{SECRET}"}, "which is for private_key"),
        (
            {
                "private_key": f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----",
            },
            "private_key is no private key of a spec that KMS has",
        ),
        (
            {
                "private_key": "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                f"{SECRET}\n-----END ENCRYPTED PRIVATE KEY-----",
            },
            "private_key is encrypted; write it without a password",
        ),
        ({"material": b"x" * 32}, "is no text, but of type bytes; write its hex digits, or Base64"),
    ],
)
def test_a_mistake_of_key_material_is_named(mistakes: Find, key: Any, says: str) -> None:
    """Alone, by the key, the member and what is allowed, and without what may be secret."""
    [found] = mistakes({"keys": [key]})

    assert says in found
    assert found.startswith("keys[0]")
    assert SECRET[:12] not in found
    assert str(int(SECRET, 16))[:12] not in found

"""An adopted ciphertext: one that somebody else's KMS has made, and what is in it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from .key import KeyMaterial, KmsKey


@attrs.frozen(kw_only=True)
class Adopted:
    """
    A ciphertext that a test has said the plaintext of.

    Attributes:
        context: The encryption context, with which alone it opens.
        key_arn: The key that it opens under.
        key_tag: How ciphertexts of the mock's own name that key.
        is_multi_region: It opens under the related keys too.
        material_id: The key's material when it was adopted.
    """

    ciphertext: bytes = attrs.field(repr=False)
    plaintext: bytes = attrs.field(repr=False)
    context: Mapping[str, str]
    key_arn: str
    key_tag: bytes = attrs.field(repr=False)
    is_multi_region: bool
    material_id: str

    def opens_under(self, key: KmsKey, context: Mapping[str, str]) -> bool:
        """Tell whether *key* and *context* are those that open it."""
        return self.is_of(key) and context == self.context

    def is_of(self, key: KmsKey) -> bool:
        """Tell whether *key* is the one that it opens under, or related to that."""
        # In another Region a key of the same ID need not be related.
        is_related = self.is_multi_region and key.multi_region is not None
        return key.arn == self.key_arn or (is_related and key.ciphertext_tag == self.key_tag)

    def material_of(self, key: KmsKey) -> KeyMaterial:
        """Return the material of *key* that is said to have made it."""
        return next((m for m in key.materials if m.id == self.material_id), key.material)

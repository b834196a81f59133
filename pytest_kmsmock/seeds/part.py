"""Seeds as the author of a test loads and dumps them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..handles.key import Key
from ..handles.part import Part
from ..service.misuse import KmsMockError


class Seeds(Part):
    """Loading and dumping of keys, a part of `KmsMock`."""

    def load(self, seed: str | os.PathLike[str] | Mapping[str, Any]) -> list[Key]:
        """
        Load keys, aliases, grants and ciphertexts, all that *seed* says or nothing.

        Args:
            seed: The path of a file in TOML, JSON or YAML, or what such a file holds. It
                may also be a seed of local-kms.

        Returns:
            The keys, in the order of the seed; replicas are not among them.

        Raises:
            KmsMockError: The seed has mistakes; all of them are named.
        """
        __tracebackhide__ = True
        self._check_active("load keys")
        from .loading import load  # not at the top: few tests need it

        if isinstance(seed, Mapping):
            return load(self._backend, seed, "the seed")
        if not isinstance(seed, str | os.PathLike):
            raise KmsMockError(
                f"load() takes the path of a file, or a mapping, not {type(seed).__name__!r}."
            )
        from .files import document_of  # likewise

        path = os.fspath(seed)
        return load(self._backend, document_of(Path(path), path), path)

    def dump(self) -> dict[str, Any]:
        """
        Return what there is as a seed, which can be written as JSON.

        It holds secret key material. An empty mock that loads it dumps the same. Dates, the
        IDs and tokens of grants, last usages, and key stores with their keys are left out.
        """
        __tracebackhide__ = True
        from .writing import dump  # likewise

        return dump(self._backend)

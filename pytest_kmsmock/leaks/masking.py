"""Masking secrets in what pytest has made of a test: texts, and what they are parts of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .handed_out import Secret
from .searching import masked


def mask_in(value: Any, secrets: Sequence[Secret]) -> Any:
    """
    Return *value* with all *secrets* masked in it.

    Lists of lines are searched as one text. Of pytest's representations of errors the
    parts are replaced in place.
    """
    return _Masking(secrets).of(value) if secrets else value


class _Masking:
    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._secrets = secrets
        self._seen: set[int] = set()

    def of(self, value: Any) -> Any:
        if isinstance(value, str):
            return masked(value, self._secrets)
        if isinstance(value, list):
            if value and all(isinstance(each, str) for each in value):
                return masked("\n".join(value), self._secrets).split("\n")
            return [self.of(each) for each in value]
        if type(value) is tuple:
            return tuple(self.of(each) for each in value)
        if type(value).__module__.startswith("_pytest.") and id(value) not in self._seen:
            self._seen.add(id(value))
            for name, part in list(getattr(value, "__dict__", {}).items()):
                vars(value)[name] = self.of(part)
        return value

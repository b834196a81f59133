"""Files of seeds: TOML, JSON and YAML, all of them to the same mappings and lists."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ..checks import SEED_ENDINGS
from ..crypto.extras import YAML, MissingExtra
from ..service.misuse import KmsMockError


def document_of(path: Path, shown: str) -> Any:
    """
    Return what the file *path* says.

    Args:
        shown: What an error calls the file.

    Raises:
        KmsMockError: It cannot be read, or is not of the form that its ending says.
    """
    __tracebackhide__ = True
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise KmsMockError(f"{shown!r} is no file of keys; those end in {', '.join(SEED_ENDINGS)}.")
    try:
        return read(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise KmsMockError(f"{shown!r} cannot be read: {error.strerror}.") from None
    except MissingExtra as error:
        raise KmsMockError(f"{error}.") from None
    except UnicodeDecodeError:
        raise KmsMockError(f"{shown!r} is no text in UTF-8.") from None
    except ValueError as error:
        raise KmsMockError(f"{shown!r} cannot be read: {error}.") from None
    except RecursionError:
        raise KmsMockError(f"{shown!r} cannot be read: it is nested too deeply.") from None


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        # Not its own text, of which it keeps the whole document.
        raise ValueError(f"{error.msg}, in line {error.lineno}") from None


def _toml(text: str) -> Any:
    return tomllib.loads(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the member {name!r} is there twice")
        found[name] = value
    return found


def _yaml(text: str) -> Any:
    yaml = YAML.load("yaml")
    try:
        return yaml.load(text, Loader=_loader(yaml))
    except yaml.YAMLError as error:
        # What it quotes of the file may be key material.
        mark = getattr(error, "problem_mark", None)
        line = "" if mark is None else f", in line {mark.line + 1}"
        raise ValueError(f"{getattr(error, 'problem', None) or 'it is no YAML'}{line}") from None


def _loader(yaml: Any) -> Any:
    """
    Return a safe loader that takes numbers and dates for the text that they are.

    Account IDs and key material can look like numbers, and lose their zeros as such.
    """

    class Loader(yaml.SafeLoader):  # type: ignore[misc]  # of a package that need not be there
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            _unique(self._pairs(node))
            # What is merged from elsewhere comes first, and gives way.
            self.flatten_mapping(node)
            return dict(self._pairs(node))

        def _pairs(self, node: Any) -> list[tuple[str, Any]]:
            return [
                (str(self.construct_object(name, deep=True)), self.construct_object(value, True))
                for name, value in node.value
                if name.tag != "tag:yaml.org,2002:merge"
            ]

    Loader.yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag.rpartition(":")[2] in ("bool", "null", "merge")
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    ".toml": _toml,
    ".json": _json,
    ".yaml": _yaml,
    ".yml": _yaml,
}

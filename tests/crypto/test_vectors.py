"""
Known answers: what others have published, asked of our modules.

Each file in ``tests/vectors`` belongs to one module of `pytest_kmsmock.crypto`. A
vector names its source, a function, the arguments and the result; bytes are in
hex, and what begins with ``@`` stands in the table ``shared``. A vector that has a
public key alone (``public``) is checked by the function with it in the place of
the private one.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization

from pytest_kmsmock.crypto.randomness import SYSTEM

VECTORS = Path(__file__).parent.parent / "vectors"
NOT_BYTES = {"algorithm", "is_digest"}


def load() -> Iterator[Any]:
    for path in sorted(VECTORS.glob("*.json")):
        content = json.loads(path.read_text())
        for number, vector in enumerate(content["vectors"]):
            arguments = {
                name: value if name in NOT_BYTES else unhex(value, content["shared"])
                for name, value in vector["arguments"].items()
            }
            yield pytest.param(
                content["module"],
                vector["call"],
                arguments,
                vector["expected"],
                id=f"{path.stem}-{number}-{vector['call']}",
            )


def unhex(value: str, shared: dict[str, str]) -> bytes:
    return bytes.fromhex(shared[value[1:]] if value.startswith("@") else value)


@pytest.mark.parametrize(("module", "call", "arguments", "expected"), list(load()))
def test_known_answer(
    module: str,
    call: str,
    arguments: dict[str, Any],
    expected: str | bool | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arguments = arguments.copy()  # the parameters are there for another run too
    family: Any = importlib.import_module(f"pytest_kmsmock.crypto.{module}")
    if module == "mldsa":
        family.generate("ML_DSA_44", SYSTEM)  # raises MissingExtra where there is no ML-DSA
    if "public" in arguments:
        public = serialization.load_der_public_key(arguments.pop("public"))
        monkeypatch.setattr(family, "_public", lambda _: public)
        arguments["private"] = b""

    if module == "sm4":  # a class, which raises where the others return None
        family = family.SM4GCM(arguments.pop("key"))
        if expected is None:
            with pytest.raises(InvalidTag):
                getattr(family, call)(**arguments)
            return

    answer = getattr(family, call)(**arguments)

    assert (answer.hex() if isinstance(answer, bytes) else answer) == expected


def test_every_family_has_vectors() -> None:
    families = {path.stem for path in VECTORS.glob("*.json")}

    assert families >= {"rsa", "ecc", "ed25519", "mldsa", "mlkem", "mac", "sm2", "sm4"}

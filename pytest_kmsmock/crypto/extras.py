"""Extras: packages that a scheme needs, and the error where one is not installed."""

from __future__ import annotations

import importlib
from typing import Any, Final

import attrs


class MissingExtra(Exception):  # noqa: N818  it names what is missing
    """
    A scheme needs a package that is not installed, or a newer one.

    Attributes:
        scheme: The scheme, in the words of its standard.
        extra: The extra of pytest-kmsmock that installs the package.
        requirement: The package, as pip takes it.
    """

    def __init__(self, scheme: str, extra: str, requirement: str) -> None:
        super().__init__(
            f"{scheme} needs {requirement}, which `pip install 'pytest-kmsmock[{extra}]'` installs"
        )
        self.scheme = scheme
        self.extra = extra
        self.requirement = requirement


@attrs.frozen
class Need:
    """What a scheme needs; see `MissingExtra` for the attributes."""

    scheme: str
    extra: str
    requirement: str

    def error(self) -> MissingExtra:
        """Return the error that says so."""
        return MissingExtra(self.scheme, self.extra, self.requirement)

    def load(self, module: str) -> Any:
        """
        Return *module* of the package.

        Raises:
            MissingExtra: There is no such module.
        """
        try:
            return importlib.import_module(module)
        except ImportError as error:
            raise self.error() from error


CBOR: Final = Need("An attestation document", "nitro", "cbor2>=5.6")
ENDPOINT: Final = Need("The endpoint", "endpoint", "tornado>=6.5")
ED25519PH: Final = Need("Ed25519ph", "ed25519ph", "pycryptodome>=3.15")
ML_DSA: Final = Need("ML-DSA", "pqc", "cryptography>=48")
ML_DSA_MU: Final = Need("ML-DSA with an external mu", "pqc", "cryptography>=49")
ML_KEM: Final = Need("ML-KEM", "pqc", "cryptography>=48")
ML_KEM_512: Final = Need("ML-KEM-512", "pqc", "kyber-py>=1.0.1")
YAML: Final = Need("A file in YAML", "yaml", "PyYAML>=6")
PAGE: Final = Need("A report in HTML", "report", "Jinja2>=3.1")
SM2: Final = Need("SM2", "sm2", "gmalg>=1.1,<1.2")

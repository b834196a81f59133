"""What each family of key pairs can do, and that its module waits until a key needs it."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from pytest_kmsmock.crypto import families

# The protocols, and who fulfils them.
TABLES: Final[Mapping[type, Mapping[str, Callable[[], Any]]]] = {
    families.KeyPairs: families.KEY_PAIRS,
    families.Signing: families.SIGNING,
    families.Encrypting: families.ENCRYPTING,
    families.Agreeing: families.AGREEING,
    families.Encapsulating: families.ENCAPSULATING,
}
CELLS: Final = [
    pytest.param(protocol, family, load, id=f"{protocol.__name__}-{family}")
    for protocol, table in TABLES.items()
    for family, load in table.items()
]


def methods_of(protocol: type) -> Mapping[str, Any]:
    """Return what *protocol* asks for, by name, without its `self`."""
    return {
        name: inspect.signature(function).replace(
            parameters=list(inspect.signature(function).parameters.values())[1:]
        )
        for base in protocol.__mro__
        for name, function in vars(base).items()
        if inspect.isfunction(function) and not name.startswith("_")
    }


@pytest.mark.parametrize(("protocol", "family", "load"), CELLS)
def test_a_family_has_what_its_protocol_asks_for(
    protocol: type, family: str, load: Callable[[], Any]
) -> None:
    """Mypy holds the types; here are the names, for those who change a module without it."""
    wanted = methods_of(protocol)

    assert wanted
    for name, signature in wanted.items():
        assert inspect.signature(getattr(load(), name)) == signature, name


@pytest.mark.parametrize(("protocol", "family", "load"), CELLS)
def test_a_family_is_the_module_of_its_name(
    protocol: type, family: str, load: Callable[[], Any]
) -> None:
    """The same in every table."""
    assert load().__name__ == f"pytest_kmsmock.crypto.{family}"


@pytest.mark.parametrize("family", families.KEY_PAIRS)
def test_only_the_module_of_a_key_is_imported(family: str) -> None:
    """Each takes some with it, and most tests need none."""
    program = f"""\
import sys
from pytest_kmsmock.crypto import families
families.KEY_PAIRS[{family!r}]()
print(*(name for name in families.KEY_PAIRS if f"pytest_kmsmock.crypto.{{name}}" in sys.modules))
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.split() == [family], done.stderr

"""
AWS KMS inside the test process: a pytest plugin.

The public names are looked up when first used, so that a test run that needs
none of them does not pay for their imports.

To pytest, which rewrites the assertions of plugins: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import atexit
import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from .calls.call import Call
    from .calls.calls import Calls
    from .calls.expecting import containing, matching
    from .doors.guard import KmsGuardError as KmsGuardError
    from .doors.telling import KmsChildError as KmsChildError
    from .faults import Fault
    from .handles.cluster import CloudHsmCluster
    from .handles.enclave import Enclave
    from .handles.endpoint import Endpoint
    from .handles.key import Key
    from .handles.material import Material
    from .handles.principal import Principal
    from .handles.proxy import XksKey, XksProxy
    from .handles.snapshots import Snapshot
    from .mock import KmsMock, mock_kms
    from .service.misuse import KmsMockError
    from .service.misuse import NoSuchAttributeError as NoSuchAttributeError
    from .service.misuse import NotMockedError as NotMockedError
    from .service.misuse import UnforeseenError as UnforeseenError

__version__ = "0.1.0"

__all__ = [
    "Call",
    "Calls",
    "CloudHsmCluster",
    "Enclave",
    "Endpoint",
    "Fault",
    "Key",
    "KmsMock",
    "KmsMockError",
    "Material",
    "Principal",
    "Snapshot",
    "XksKey",
    "XksProxy",
    "containing",
    "matching",
    "mock_kms",
]

_MODULES: Final = {
    "Call": ".calls.call",
    "Calls": ".calls.calls",
    "CloudHsmCluster": ".handles.cluster",
    "Enclave": ".handles.enclave",
    "Endpoint": ".handles.endpoint",
    "Fault": ".faults",
    "Key": ".handles.key",
    "KmsMock": ".mock",
    "KmsChildError": ".doors.telling",
    "KmsGuardError": ".doors.guard",
    "KmsMockError": ".service.misuse",
    "Material": ".handles.material",
    "NoSuchAttributeError": ".service.misuse",
    "NotMockedError": ".service.misuse",
    "Principal": ".handles.principal",
    "Snapshot": ".handles.snapshots",
    "UnforeseenError": ".service.misuse",
    "XksKey": ".handles.proxy",
    "XksProxy": ".handles.proxy",
    "containing": ".calls.expecting",
    "matching": ".calls.expecting",
    "mock_kms": ".mock",
}


class _PlainFinder:
    """
    Lets Python itself load the modules of this package.

    pytest would load them all by its assertion rewriting, which reads bytecode ten times
    slower, and no test sees an assertion of theirs.
    """

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.startswith(_PREFIX):
            return PathFinder.find_spec(fullname, path, target)
        return None


_PREFIX: Final = f"{__name__}."
_finder: Final = _PlainFinder()
sys.meta_path.insert(0, _finder)


def _step_back(ours: _PlainFinder) -> None:
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not ours]


# What is still there when Python ends keeps modules alive, which takes it longer.
atexit.register(_step_back, _finder)


if not TYPE_CHECKING:  # whoever checks types is told which names there are

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from .imports import imported

        value = getattr(imported(_MODULES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

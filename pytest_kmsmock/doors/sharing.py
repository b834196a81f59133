"""
Sharing: the processes that the test's process starts reach its mock by an endpoint.

Those that are spawned, and programs, find it in the environment; those that are
forked have inherited where it is.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Final

from ..backend import Backend
from ..crypto.extras import ENDPOINT, MissingExtra
from ..service.misuse import KmsMockError

# Nobody in the environment is to be asked for a profile, or sent by a proxy.
_ABSENT: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")


class Sharing:
    """
    An endpoint of *backend* and its environment, from the making until `end`.

    Attributes:
        url: The endpoint's.

    Raises:
        KmsMockError: The extra is not installed.
    """

    def __init__(self, backend: Backend) -> None:
        try:
            ENDPOINT.load("tornado")
        except MissingExtra as error:
            raise KmsMockError(f"children='share' cannot be: {error}.") from None
        # Not at the top: the extra.
        from .endpoint import variables
        from .endpoint.serving import Serving

        self._put = variables.put
        self._process = os.getpid()
        self._serving = Serving(backend)
        self.url = self._serving.url
        absent: dict[str, str | None] = dict.fromkeys(_ABSENT)
        self._before = self._put({**self._serving.env(), **absent})
        _stop_forkserver()

    @property
    def own_credentials(self) -> tuple[str, str]:
        """The access key and the secret that are good for it."""
        credentials = self._serving.credentials
        return credentials.access_key, credentials.secret

    def end(self) -> None:
        """Close it, and let the environment be what it was."""
        if os.getpid() != self._process:
            return
        self._put(self._before)
        self._serving.close()
        _stop_forkserver()


def _stop_forkserver() -> None:
    """
    Let the next process that multiprocessing's fork server forks have the environment of now.

    The server keeps that in which it was started.
    """
    module: Any = sys.modules.get("multiprocessing.forkserver")
    server: Any = getattr(module, "_forkserver", None)
    # Not public: nothing else ends it.
    if getattr(server, "_forkserver_pid", None) is not None and hasattr(server, "_stop"):
        server._stop()

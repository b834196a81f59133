"""What all tests share: an environment without an account, and no way out of the machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_LOCAL = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(scope="session", autouse=True)
def _no_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody's credentials, Region or configuration, unless a test brings its own."""
    nowhere: Path = tmp_path_factory.mktemp("nowhere")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "KMS_"))]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", str(nowhere / "config"))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere / "credentials"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _connections() -> Iterator[list[Any]]:
    """The addresses outside this machine that anybody tried to reach; all are refused."""
    tried: list[Any] = []
    connect, connect_ex, look_up = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def check(address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if host is not None and host not in _LOCAL:
            tried.append(address)
            raise OSError(f"a test tried to reach {address}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        check(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        check(address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        check((host,))
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield tried


@pytest.fixture
def connections(_connections: list[Any]) -> Iterator[list[Any]]:
    """What the test tried to reach outside this machine; it must be nothing."""
    _connections.clear()
    yield _connections
    assert _connections == []


@pytest.fixture
def newest_model() -> None:
    """Skip what looks at members of requests and responses that an older botocore lacks."""
    # Not at the top: the plugin comes first.
    from pytest_kmsmock.service.api.shapes import service_model

    if "GetKeyLastUsage" not in service_model().operation_names:
        pytest.skip("the model of this botocore is older")

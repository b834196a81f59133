"""What all tests share: no account, no way out of the machine, clients, keys and key stores."""

from __future__ import annotations

import functools
import importlib.util
import os
import socket
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import CloudHsmCluster, Enclave, Key, KmsMock, XksProxy, mock_kms

_LOCAL = ("127.0.0.1", "::1", "localhost")
# The package that each extra brings, for tests that are about nothing else.
_EXTRAS = {"endpoint": "tornado", "nitro": "cbor2", "report": "jinja2", "yaml": "yaml"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that are marked with an extra which is not installed."""
    # tox's environments with all extras set it: there nothing may be missing.
    if os.environ.get("KMSMOCK_EXTRAS") == "required":
        return
    for item in items:
        for mark in item.iter_markers("extra"):
            if importlib.util.find_spec(_EXTRAS[mark.args[0]]) is None:
                reason = f"the extra `{mark.args[0]}` is not installed"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session", autouse=True)
def _no_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody's credentials, Region or configuration, no CI, unless a test brings its own."""
    nowhere: Path = tmp_path_factory.mktemp("nowhere")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "KMS_"))]:
            patch.delenv(name)
        # Where they are set pytest shows more of a failure.
        for name in ("CI", "BUILD_NUMBER"):
            patch.delenv(name, raising=False)
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


# Clients, and what a client says of a refusal.


@pytest.fixture
def client(kms: KmsMock) -> Any:
    """A client as an application has one."""
    return kms.client()


@pytest.fixture
def lenient_client(kms: KmsMock) -> Any:
    """A client that sends what botocore would refuse to send."""
    return kms.client(parameter_validation=False)


class Refused(NamedTuple):
    """What AWS says of a refusal."""

    code: str
    message: str


@pytest.fixture
def refusal(error_response: Callable[..., dict[str, Any]]) -> Callable[..., Refused]:
    """Call something that AWS refuses; return the code and the text of the error."""

    def call(method: Callable[..., Any], **params: Any) -> Refused:
        error = error_response(method, **params)["Error"]
        return Refused(error["Code"], error["Message"])

    return call


@pytest.fixture
def error_response() -> Callable[..., dict[str, Any]]:
    """Call something that AWS refuses; return botocore's response of the error."""

    def call(method: Callable[..., Any], **params: Any) -> dict[str, Any]:
        with pytest.raises(ClientError) as caught:
            method(**params)
        return dict(caught.value.response)

    return call


# What a test holds.


@pytest.fixture
def key(kms: KmsMock) -> Key:
    """An enabled symmetric key, by its name alias/app."""
    return kms.create_key(alias="alias/app")


@pytest.fixture
def key_id(client: Any) -> str:
    """The ID of an enabled symmetric key, made by the client."""
    key_id: str = client.create_key()["KeyMetadata"]["KeyId"]
    return key_id


@pytest.fixture
def enclave(kms: KmsMock) -> Enclave:
    """An enclave, which can ask KMS and open the answers."""
    return kms.enclave()


@pytest.fixture
def cluster(kms: KmsMock) -> CloudHsmCluster:
    """An active CloudHSM cluster with two HSMs."""
    return kms.cloudhsm_cluster()


@pytest.fixture
def proxy(kms: KmsMock) -> XksProxy:
    """An external key store proxy at a public endpoint, with an external key."""
    return kms.xks_proxy(["external"])


# Key stores, and keys in them.


@pytest.fixture
def hsm_store(client: Any, cluster: CloudHsmCluster) -> str:
    """The ID of a new AWS_CLOUDHSM store, not yet connected."""
    created = client.create_custom_key_store(CustomKeyStoreName="hsm", **cluster.parameters)
    store_id: str = created["CustomKeyStoreId"]
    return store_id


@pytest.fixture
def xks_store(client: Any, proxy: XksProxy) -> str:
    """The ID of a new EXTERNAL_KEY_STORE, not yet connected."""
    created = client.create_custom_key_store(CustomKeyStoreName="xks", **proxy.parameters)
    store_id: str = created["CustomKeyStoreId"]
    return store_id


@pytest.fixture
def hsm_key(client: Any, hsm_store: str) -> str:
    """The ARN of a key in the connected AWS_CLOUDHSM store."""
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)
    created = client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=hsm_store)
    arn: str = created["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture
def xks_key(client: Any, xks_store: str) -> str:
    """The ARN of a key in the connected EXTERNAL_KEY_STORE."""
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)
    created = client.create_key(
        Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=xks_store, XksKeyId="external"
    )
    arn: str = created["KeyMetadata"]["Arn"]
    return arn


# Runs of pytest within a test.


@pytest.fixture
def no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else is installed here takes no part in runs of pytest, and no time."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def run(pytester: pytest.Pytester, no_other_plugins: None) -> Callable[..., pytest.RunResult]:
    """Run a test file with this plugin alone, in this process, and return what pytest says."""
    from pytest_kmsmock import plugin

    # pytester forgets what a run imports, and botocore takes long.
    with mock_kms() as kms:
        kms.client()

    def run_file(source: str, *arguments: str, ini: str = "") -> pytest.RunResult:
        pytester.makepyfile(test_it=f"import pytest\n{textwrap.dedent(source)}")
        pytester.makeini(f"[pytest]\n{textwrap.dedent(ini)}")
        return pytester.runpytest_inprocess(*arguments, plugins=[plugin])

    return run_file


@pytest.fixture
def run_beside_application(
    run: Callable[..., pytest.RunResult], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., pytest.RunResult]:
    """
    Run a test file beside an application that calls KMS.

    One operation is not mocked, so that there is a misuse to make.
    """
    from pytest_kmsmock.service.operations.table import OPERATIONS

    monkeypatch.setitem(sys.modules, "application", _application())
    monkeypatch.delitem(OPERATIONS, "ListKeyPolicies")

    def run_file(source: str, *arguments: str, ini: str = "") -> pytest.RunResult:
        source = f"from application import *\n{textwrap.dedent(source)}"
        return run(source, *arguments, ini=ini)

    return run_file


# Imported once, not in each run, which would have to read botocore's model each time.
@functools.cache
def _application() -> ModuleType:
    path = Path(__file__).parent / "pytester" / "application.py"
    spec = importlib.util.spec_from_file_location("application", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

"""
KMSs that can be asked the same: how each is started, and how it is told who calls and when.

A rival is imported, or looked for, when it is started: none of them need be installed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

import attrs
from behaviours import ACCOUNT, Kms

_PATIENCE: Final = 120.0
_REGIONS: Final = ("us-east-1", "eu-west-1")
Opened = Callable[[], contextlib.AbstractContextManager[Kms]]


@contextlib.contextmanager
def _ours() -> Iterator[Opened]:
    @contextlib.contextmanager
    def opened() -> Iterator[Kms]:
        from pytest_kmsmock import mock_kms

        with mock_kms(account=ACCOUNT, region=_REGIONS[0]) as kms:

            def somebody(name: str, policies: Sequence[Mapping[str, Any]]) -> Any:
                user = kms.principal(f"arn:aws:iam::{ACCOUNT}:user/{name}", policies=list(policies))
                return kms.client(principal=user, parameter_validation=False)

            client, other_region = (
                kms.client(region, parameter_validation=False) for region in _REGIONS
            )
            yield Kms(
                client=client,
                other_region=other_region,
                later=lambda days: kms.clock.advance(days=days),
                somebody=somebody,
            )

    yield opened


@contextlib.contextmanager
def _moto() -> Iterator[Opened]:
    """In this process; its time is what freezegun says."""

    @contextlib.contextmanager
    def opened() -> Iterator[Kms]:
        from freezegun import freeze_time
        from moto import mock_aws
        from moto.core import set_initial_no_auth_action_count

        class Refused:
            """A client whose calls policies decide on, by what moto has for that."""

            def __init__(self, client: Any) -> None:
                self._client = client

            def __getattr__(self, name: str) -> Any:
                return set_initial_no_auth_action_count(0)(getattr(self._client, name))

        with mock_aws(), contextlib.ExitStack() as stack:

            def later(days: int) -> None:
                when = dt.datetime.now() + dt.timedelta(days=days)
                stack.enter_context(freeze_time(when, tick=True))

            yield Kms(
                client=_client(_REGIONS[0]),
                other_region=_client(_REGIONS[1]),
                later=later,
                somebody=lambda name, policies: Refused(_user(None, name, policies)),
            )

    yield opened


@contextlib.contextmanager
def _served(server: _Server) -> Iterator[Opened]:
    with serving(server) as url:

        @contextlib.contextmanager
        def opened() -> Iterator[Kms]:
            yield Kms(
                client=_client(_REGIONS[0], url),
                other_region=_client(_REGIONS[1], url),
                somebody=functools.partial(_user, url) if server.has_policies else None,
            )

        yield opened


@contextlib.contextmanager
def serving(server: _Server) -> Iterator[str]:
    """Start *server* in a folder of its own, and give its URL once it listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]

    def told(text: str) -> str:
        return text.replace("PORT", f"{port}")

    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, *(told(each) for each in server.arguments)],
            cwd=folder,
            env={**os.environ, **{name: told(text) for name, text in server.env.items()}},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _await(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _await(port: int) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"nobody listens at port {port}")


# What a client would refuse to send is for the KMS to refuse.
def _client(region: str, url: str | None = None, *, service: str = "kms", **signs: Any) -> Any:
    from botocore.config import Config

    return _session().create_client(
        service,
        region_name=region,
        endpoint_url=url,
        # Servers of many accounts take it for the account.
        **(signs or {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "test"}),
        config=Config(
            retries={"total_max_attempts": 1}, read_timeout=30, parameter_validation=False
        ),
    )


@functools.cache
def _session() -> Any:
    import botocore.session

    return botocore.session.Session()


def _user(url: str | None, name: str, policies: Sequence[Mapping[str, Any]]) -> Any:
    """Make a user by IAM, and return a client of KMS that is his."""
    iam = _client(_REGIONS[0], url, service="iam")
    iam.create_user(UserName=name)
    for number, policy in enumerate(policies):
        iam.put_user_policy(
            UserName=name, PolicyName=f"p{number}", PolicyDocument=json.dumps(policy)
        )
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return _client(
        _REGIONS[0],
        url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


@attrs.frozen
class _Server:
    """
    What starts one: what Python is told, in whose place its port stands, and the environment.

    Attributes:
        has_policies: Whether users that it makes are refused what no policy allows.
    """

    arguments: Sequence[str]
    env: Mapping[str, str] = {}
    has_policies: bool = False


_MOTO: Final = _Server(["-m", "moto.server", "-p", "PORT"])
_MINISTACK: Final = _Server(["-m", "ministack"], {"GATEWAY_PORT": "PORT"})
_LOCALSTACK: Final = _Server(
    ["-m", "localstack.runtime.main"],
    {
        "GATEWAY_LISTEN": "127.0.0.1:PORT",
        "SERVICES": "kms",
        "DISABLE_EVENTS": "1",
        "DNS_ADDRESS": "0",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
    },
)
_OURS: Final = _Server(
    [
        *("-m", "pytest_kmsmock", "serve", "--port", "PORT", "--unsigned"),
        *("--account", ACCOUNT, "--region", _REGIONS[0]),
    ]
)


@attrs.frozen
class Rival:
    """
    One that is asked.

    Attributes:
        package: Whose version is told.
        running: Starts it, and gives what opens it for one question.
        server: What the contract tests ask, by HTTP.
    """

    name: str
    package: str
    running: Callable[[], contextlib.AbstractContextManager[Opened]]
    server: _Server

    @property
    def version(self) -> str:
        return version(self.package)


RIVALS: Final = (
    Rival("pytest-kmsmock", "pytest-kmsmock", _ours, _OURS),
    Rival("moto", "moto", _moto, _MOTO),
    Rival(
        "ministack",
        "ministack",
        # With its own option for that, as a user would who tests permissions.
        lambda: _served(
            attrs.evolve(_MINISTACK, env={**_MINISTACK.env, "AUTH": "true"}, has_policies=True)
        ),
        _MINISTACK,
    ),
    Rival("LocalStack", "localstack-core", lambda: _served(_LOCALSTACK), _LOCALSTACK),
)

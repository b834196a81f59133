"""
What contract tests have: clients, and nothing else of the KMS that they ask.

So each of them could ask another KMS too, which `KMSMOCK_CONTRACT` in the environment names:

``mock``
    The mock in process, as an application's client meets it; so it is without a word.
``endpoint``
    The same mock by HTTP.
``aws:PROFILE``
    AWS itself, by a profile of the AWS CLI's configuration, in that profile's Region. Nothing
    does so by itself: keys cost a dollar a month each until their deletion is scheduled, and
    every test makes some. All that a run has made is scheduled for deletion in seven days when
    it ends. What needs another account, an empty one, or a cluster, is skipped.

`tests/architecture` sees to it that the tests have no more than clients.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from pytest_kmsmock import KmsMock

WHERE: Final = os.environ.get("KMSMOCK_CONTRACT", "mock")
# What a run against AWS found, a line of JSON for each test.
RECORD: Final = Path("contract-record.jsonl")


def _profile() -> str | None:
    return WHERE.removeprefix("aws:") if WHERE.startswith("aws:") else None


if WHERE not in ("mock", "endpoint") and not _profile():
    raise pytest.UsageError(
        f"KMSMOCK_CONTRACT={WHERE!r} names no KMS; write mock, endpoint or aws:PROFILE."
    )

if _profile() is not None:

    @pytest.fixture(scope="session", autouse=True)
    def _no_account() -> None:
        """Here the account is meant; it hides the fixture of that name for all tests."""

    @pytest.fixture(scope="session", autouse=True)
    def _connections() -> list[Any]:
        """AWS may be reached, likewise."""
        return []


MakeClient = Callable[..., Any]


@pytest.fixture
def client_of(request: pytest.FixtureRequest) -> Iterator[MakeClient]:
    """Make a client of another Region, or of another principal."""
    with contextlib.ExitStack() as stack:
        if _profile() is not None:
            yield stack.enter_context(_clients_of_aws())
        else:
            kms = request.getfixturevalue("kms")
            yield kms.client if WHERE == "mock" else stack.enter_context(_clients_by_http(kms))


@pytest.fixture
def client(client_of: MakeClient) -> Any:
    """A client as an application has one."""
    return client_of()


@pytest.fixture
def lenient_client(client_of: MakeClient) -> Any:
    """A client that sends what botocore would refuse to send."""
    return client_of(parameter_validation=False)


@pytest.fixture
def empty_account(request: pytest.FixtureRequest) -> None:
    """An account and Region with nothing in it but what the test makes: no real one is so."""
    params = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    lists = repr(params.get("listing", "ListKeys")).strip("'")
    if _profile() is not None and lists in ("ListKeys", "ListAliases"):
        pytest.skip("the account has more than what this test makes")


@pytest.fixture(scope="module")
def module_client(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A client whose keys all tests of a module share."""
    with contextlib.ExitStack() as stack:
        if _profile() is not None:
            yield stack.enter_context(_clients_of_aws())()
        else:
            kms = request.getfixturevalue("kms_module")
            by_http = functools.partial(stack.enter_context, _clients_by_http(kms))
            yield (kms.client if WHERE == "mock" else by_http())()


@pytest.fixture(scope="module")
def cluster_parameters(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """What CreateCustomKeyStore is told of a CloudHSM cluster that there is."""
    if _profile() is not None:
        pytest.skip("nobody keeps a cluster for this")
    kms: KmsMock = request.getfixturevalue("kms_module")
    return kms.cloudhsm_cluster().parameters


@contextlib.contextmanager
def _clients_by_http(kms: KmsMock) -> Iterator[MakeClient]:
    """Give clients that really go by HTTP to *kms*, with the credentials of whom they are."""
    from botocore.config import Config

    with kms.serve() as endpoint:

        def make(region: str | None = None, *, principal: str | None = None, **config: Any) -> Any:
            env = endpoint.env
            if principal is not None:
                env = kms.principal(principal).env
                kms.enforce_policies = False  # as without a word of principals
            return _session().create_client(
                "kms",
                region_name=region or kms.region,
                endpoint_url=endpoint.url,
                aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=env.get("AWS_SESSION_TOKEN"),
                config=Config(**config),
            )

        yield make


@functools.cache
def _session() -> Any:
    """Return a session, which has read botocore's data once for all clients."""
    import botocore.session

    return botocore.session.Session()


@functools.cache
def _profile_session() -> Any:
    """Return the profile's session, likewise."""
    import boto3

    return boto3.session.Session(profile_name=_profile())


@contextlib.contextmanager
def _clients_of_aws() -> Iterator[MakeClient]:
    """Give clients of AWS; what they have made goes: aliases, and keys in seven days."""
    from botocore.config import Config

    made: list[str] = []
    aliases: list[tuple[Any, str]] = []

    def make(region: str | None = None, *, principal: str | None = None, **config: Any) -> Any:
        if principal is not None:
            pytest.skip("the profile is one principal, and this asks for another")
        client = _profile_session().client("kms", region_name=region, config=Config(**config))

        def note(parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
            key = parsed.get("KeyMetadata") or parsed.get("ReplicaKeyMetadata")
            if key and model.name in ("CreateKey", "ReplicateKey"):
                made.append(key["Arn"])

        def note_alias(params: Mapping[str, Any], **_: Any) -> None:
            aliases.append((client, params.get("AliasName", "")))

        client.meta.events.register("after-call.kms", note)
        client.meta.events.register("provide-client-params.kms.CreateAlias", note_alias)
        return client

    try:
        yield make
    finally:
        for client, alias in aliases:
            # Of a call that was refused, or a test has deleted it.
            with contextlib.suppress(ClientError, ParamValidationError):
                client.delete_alias(AliasName=alias)
        left = [arn for arn in made if not _is_scheduled_for_deletion(arn)]
        assert not left, f"these keys cost money until somebody deletes them: {left}"


def _is_scheduled_for_deletion(arn: str) -> bool:
    """Schedule the deletion of a key, in its own Region, and tell whether that is done."""
    client = _profile_session().client("kms", region_name=arn.split(":")[3])
    try:
        client.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    except ClientError as error:
        # The test has done so itself.
        return error.response["Error"]["Code"] == "KMSInvalidStateException"
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what AWS answered to each claim: so "reported" facts become recorded ones."""
    report = yield
    if _profile() is not None and report.when == "call":
        entry = {
            "test": item.nodeid,
            "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "outcome": report.outcome,
            "said": "" if report.passed else str(report.longrepr)[-2000:],
        }
        with RECORD.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
    return report

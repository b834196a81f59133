"""
A user's tests, for mypy --strict and pyright against the installed package.

A line with ``type: ignore`` must be an error: both report one that is not.
"""

from __future__ import annotations

import datetime as dt
import unittest
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, assert_type

import pytest
from mypy_boto3_kms import KMSClient

import pytest_kmsmock
from pytest_kmsmock import (
    Call,
    Calls,
    CloudHsmCluster,
    Enclave,
    Endpoint,
    Fault,
    Key,
    KmsMock,
    KmsMockError,
    Material,
    Principal,
    Snapshot,
    XksKey,
    XksProxy,
    containing,
    matching,
    mock_kms,
)


def test_keys(kms: KmsMock) -> None:
    key = kms.create_key(alias="alias/app", tags={"team": "red"}, policy={"Statement": []})
    assert_type(key, Key)
    assert_type(kms.key("alias/app"), Key)
    assert_type(kms.keys, list[Key])
    assert_type(key.arn, str)
    assert_type(key.id, str)
    assert_type(key.aliases, list[str])
    assert_type(key.tags, dict[str, str])
    assert_type(key.policy, dict[str, Any])
    assert_type(key.metadata, dict[str, Any])
    assert_type(key.schedule_deletion(days=7), dt.datetime | None)
    assert_type(key.encrypt("secret", {"tenant": "7"}), bytes)
    assert_type(key.decrypt(b"", context=None), bytes)

    kms.create_key("alias/app", "RSA_2048")  # type: ignore[call-arg]  # keywords only
    kms.create_key(tags=["red"])  # type: ignore[arg-type]
    key.schedule_deletion("7")  # type: ignore[arg-type]
    key.encrypt(7)  # type: ignore[arg-type]


def test_what_a_key_is_made_of(kms: KmsMock) -> None:
    key = kms.create_key(spec="RSA_2048", usage="SIGN_VERIFY")
    assert_type(key.grants, list[dict[str, Any]])
    assert_type(key.materials, list[Material])
    assert_type(key.material_of(b""), Material)
    assert_type(key.sign(b"message", type="RAW"), bytes)
    assert_type(key.verify(b"message", b""), bool)
    assert_type({key: 1}, dict[Key, int])

    key.material_of(7)  # type: ignore[arg-type]
    key.state = "Disabled"  # type: ignore[assignment, misc]  # by `disable`


def test_faults(kms: KmsMock) -> None:
    assert_type(kms.fail("Decrypt", "DisabledException", after=1, times=None), Fault)
    assert_type(kms.throttle("Decrypt", 2, key="alias/app"), Fault)
    assert_type(kms.delay("Decrypt", 2.5, real=True, allow_unused=True), Fault)
    assert_type(kms.disconnect("Decrypt", "read-timeout", times=3), Fault)

    kms.fail("Decrypt")  # type: ignore[call-arg]
    kms.throttle("Decrypt", after="1")  # type: ignore[arg-type]
    kms.delay("Decrypt", "2.5")  # type: ignore[arg-type]


def test_secrets_and_quotas(kms: KmsMock, capsys: pytest.CaptureFixture[str]) -> None:
    kms.secrets.assert_absent_from(capsys, allow=["test"])
    assert_type(kms.quotas.aliases_per_key, int)
    assert_type(kms.transition_seconds, float)
    kms.quotas.aliases_per_key = 2

    kms.quotas.aliases_per_key = "2"  # type: ignore[assignment]
    kms.quotas.aliases = 2  # type: ignore[attr-defined]


def test_endpoints(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    assert_type(kms_endpoint.url, str)
    assert_type(kms_endpoint.env, Mapping[str, str])
    with kms.serve(tls=True, verify_signatures=False) as endpoint:
        assert_type(endpoint, Endpoint)

    kms.serve(True)  # type: ignore[call-arg]  # keywords only


def test_enclaves(kms: KmsMock) -> None:
    enclave = kms.enclave(pcrs={0: "ab" * 48, 1: bytes(48)}, debug=False)
    assert_type(enclave, Enclave)
    assert_type(enclave.attestation_document(nonce=b"7"), bytes)
    assert_type(enclave.recipient(), dict[str, Any])
    assert_type(enclave.open({"CiphertextForRecipient": b""}), bytes)
    assert_type(enclave.pcrs, dict[int, str])

    kms.enclave(pcrs=["ab"])  # type: ignore[arg-type]
    enclave.recipient(nonce="7")  # type: ignore[arg-type]


def test_a_state_changes(kms: KmsMock) -> None:
    """
    What one line asserts of it says nothing of the next lines, which are checked too.

    A state that there is not is an error when the test runs.
    """
    key = kms.create_key()
    text: str = key.state

    assert key.state == "Enabled"
    key.disable()
    assert key.state == "Disabled"
    assert text

    kms.create_key(state="Disbaled")  # type: ignore[arg-type]


def test_calls(kms: KmsMock) -> None:
    assert_type(kms.calls, Calls)
    assert_type(kms.calls[0], Call)
    assert_type(kms.calls[1:], Calls)
    assert_type(kms.calls("Encrypt", key="alias/app", KeyId="alias/app"), Calls)
    assert_type(kms.calls.operations, list[str])
    kms.calls.assert_called("Encrypt", times=2, key=kms.keys[0], EncryptionContext={"a": "b"})
    kms.calls.assert_called_once("Encrypt")
    kms.calls.assert_not_called()
    kms.calls.assert_order("Encrypt", "Decrypt")
    kms.calls.assert_at_most(2, "Encrypt", key="alias/app")
    kms.calls.assert_context("tenant")
    kms.calls.assert_keys_used("alias/app", kms.keys[0])
    kms.calls.assert_called("Encrypt", EncryptionContext=containing({"tenant": "7"}))
    kms.calls.assert_called("Encrypt", Plaintext=matching(lambda value: len(value) == 32))
    assert_type(kms.calls.wait("Encrypt", times=2, timeout=0.5, key="alias/app"), Calls)
    assert_type("Encrypt" in kms.calls, bool)
    assert_type(kms.calls.count("Encrypt"), int)
    for call in kms.calls:
        assert_type(call.operation, str)
        assert_type(call.params, Mapping[str, Any])
        assert_type(call.response, Mapping[str, Any] | None)
        assert_type(call.key, Key | None)
        assert_type(call.keys, tuple[Key, ...])
        assert_type(call.time, dt.datetime)
        assert_type(call.source, str)
        if call.error is not None:
            assert_type(call.error.code, str)

    kms.calls[0].operation = "Decrypt"  # type: ignore[misc]  # a record is not changed
    kms.calls.assert_called_once()  # type: ignore[call-arg]
    kms.calls.assert_at_most("Encrypt", 2)  # type: ignore[arg-type]
    kms.calls.assert_context({"tenant": "7"})  # type: ignore[arg-type]
    kms.calls.assert_keys_used(["alias/app"])  # type: ignore[arg-type]
    containing("tenant")  # type: ignore[arg-type]
    matching("tenant")  # type: ignore[arg-type]


def test_clock(kms: KmsMock) -> None:
    kms.clock.advance(days=7, hours=1.5)
    kms.clock.advance(dt.timedelta(days=7))
    assert_type(kms.clock.now, dt.datetime)

    kms.clock.advance(7)  # type: ignore[arg-type]


def test_snapshots(kms: KmsMock) -> None:
    before = kms.snapshot()
    assert_type(before, Snapshot)
    assert_type(before.taken, dt.datetime)
    kms.restore(before)

    kms.restore(kms)  # type: ignore[arg-type]


def test_seeds(kms: KmsMock) -> None:
    assert_type(kms.load("keys.toml"), list[Key])
    kms.load({"keys": [{"alias": "alias/app"}]})
    assert_type(kms.dump(), dict[str, Any])
    mock_kms(keys=Path("keys.toml"))
    mock_kms(keys=["alias/app", "keys.toml"])

    kms.load(["alias/app"])  # type: ignore[arg-type]


def test_adopting(kms: KmsMock) -> None:
    kms.adopt(b"blob", "secret", key="alias/app", context={"tenant": "7"})

    kms.adopt("blob", b"secret", key="alias/app")  # type: ignore[arg-type]
    kms.adopt(b"blob", b"secret")  # type: ignore[call-arg]


def test_clients(kms: KmsMock) -> None:
    client = kms.client("eu-west-1", principal="arn:aws:iam::123456789012:role/app", retries={})
    # Any, where boto3's stubs are not installed.
    assert_type(client, KMSClient)
    kms.attach(client)


def test_principals(kms: KmsMock) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}],
    }
    role = kms.principal(
        "arn:aws:iam::123456789012:role/app",
        policies=[policy, "{}"],
        tags={"team": "red"},
        context={"aws:SourceIp": "203.0.113.7", "aws:CalledVia": ["athena.amazonaws.com"]},
    )
    assert_type(role, Principal)
    assert_type(role.session_arn, str)
    kms.client(principal=role)
    kms.principal("arn:aws:iam::123456789012:user/ann", policies=policy)
    with kms.acting_as(role) as acting:
        assert_type(acting, Principal)
    kms.enforce_policies = "soft"
    assert_type(kms.explain(kms.calls[0]), str)
    assert_type(kms.calls.required_policy(), dict[str, Any])
    decision = kms.calls[0].decision
    if decision is not None:
        assert_type(decision.allowed, bool)
        assert_type(decision.reason, str)
    kms.delete_principal(role)

    kms.enforce_policies = "hard"  # type: ignore[assignment]
    kms.principal(5)  # type: ignore[arg-type]


@mock_kms(enforce_policies="soft", eventual_consistency=True, policy="policy.json")
def decorated_with_policies() -> None: ...


@mock_kms
def decorated(number: int) -> str:
    return str(number)


@mock_kms(region="eu-west-1", keys=["alias/app"])
async def decorated_coroutine(number: int) -> str:
    return str(number)


@pytest.fixture
@mock_kms
def decorated_fixture() -> Iterator[int]:
    yield 1  # noqa: PT022  a generator is what is decorated here


@mock_kms
class DecoratedTest(unittest.TestCase):
    def test_keeps_its_type(self) -> None: ...


def test_a_decorated_class_keeps_its_type() -> None:
    assert_type(DecoratedTest("test_keeps_its_type"), DecoratedTest)


async def test_a_decorated_function_keeps_its_signature() -> None:
    assert_type(decorated(1), str)
    assert_type(await decorated_coroutine(1), str)

    decorated("1")  # type: ignore[arg-type]


def test_the_context_manager() -> None:
    with mock_kms(account="210987654321") as kms:
        assert_type(kms, KmsMock)
    error: type[Exception] = KmsMockError
    assert error


def test_the_world_of_key_stores(kms: KmsMock) -> None:
    cluster, proxy = kms.cloudhsm_cluster(), kms.xks_proxy(["external"])
    assert_type(cluster, CloudHsmCluster)
    assert_type(proxy, XksProxy)
    assert_type(cluster.hsms, int)
    assert_type(proxy.key("external"), XksKey)
    proxy.reachable = False

    proxy.answers = "lat"  # type: ignore[assignment]
    cluster.active = "no"  # type: ignore[assignment]


def test_typical_mistakes_are_found(kms: KmsMock) -> None:
    key = kms.create_key("alias/app", spec="RSA_2048", usage="SIGN_VERIFY", state="Disabled")
    assert_type(kms.key(key), Key)
    assert key.usage == "SIGN_VERIFY"
    assert key.spec == "RSA_2048"
    kms.fail("Decrypt", "DisabledException", times=2)
    kms.fail("*", ValueError)
    kms.calls.assert_order("Encrypt", "Decrypt")

    kms.create_key(spec="RSA_2047")  # type: ignore[arg-type]
    kms.create_key(usage="SIGN")  # type: ignore[arg-type]
    kms.create_key(origin="AWS")  # type: ignore[arg-type]
    kms.create_key(state="disabled")  # type: ignore[arg-type]
    kms.calls.assert_called("Decript")  # type: ignore[arg-type]
    kms.calls.assert_called_once("decrypt")  # type: ignore[arg-type]
    kms.calls.assert_not_called("generate_data_key")  # type: ignore[arg-type]
    kms.calls.assert_order("Encrypt", "decrypt")  # type: ignore[arg-type]
    kms.calls("encrypt")  # type: ignore[arg-type]
    kms.fail("Decript", "DisabledException")  # type: ignore[arg-type]
    kms.fail("Decrypt", "DisabledException", times="2")  # type: ignore[arg-type]
    kms.throttle("Decrypt", time=2)  # type: ignore[call-arg]
    kms.disconnect("Decrypt", "refuse")  # type: ignore[arg-type]
    mock_kms(transport="wired")  # type: ignore[call-overload]
    mock_kms(regoin="eu-west-1")  # type: ignore[call-overload]
    key.sign(b"x", type="raw")  # type: ignore[arg-type]
    # Not in an `assert`, where pyright lets a comparison be that is always true.
    assert_type(key.usage != "SIGN", bool)  # type: ignore[comparison-overlap]
    assert_type(key.spec != "RSA", bool)  # type: ignore[comparison-overlap]


def test_names_that_there_are_not_are_found(kms: KmsMock) -> None:
    """
    Each is an error by itself, and hides none of those that come after it.

    At run time they fail with a message that suggests another, by a `__getattr__`
    that checkers must not see.
    """
    key = kms.create_key()

    kms.create_keys()  # type: ignore[attr-defined]
    kms.encrypt(KeyId=key.arn, Plaintext=b"")  # type: ignore[attr-defined]
    kms.enforce_policy = True  # type: ignore[attr-defined]
    print(key.stat)  # type: ignore[attr-defined]
    kms.calls.assert_called_one("Encrypt")  # type: ignore[attr-defined]
    print(kms.calls[0].name)  # type: ignore[attr-defined]
    print(pytest_kmsmock.KmsMok)  # type: ignore[attr-defined]

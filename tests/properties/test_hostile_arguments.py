"""
Whatever the author of a test gives a mock and its handles, it does or says what is wrong.

What makes no sense is a `KmsMockError`, what AWS refuses is its exception. No error of
Python's own comes out, and after an error everything is as it was.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from hostile import TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st
from requested import everything

from pytest_kmsmock import Key, KmsMock, KmsMockError
from pytest_kmsmock.service.misuse import UnforeseenError

NUMBERS: Final = [
    *(0, -1, 1, 7, 365, 2**31, 2**63, 10**400, -(10**400), 10**4299, 0.5, 1e-9, 1e12, 1e300),
    *(math.inf, -math.inf, math.nan, True),
]
values = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS),
    st.sampled_from([None, [], {}, [None], {"a": None}, {"": 1}, [[[]]], {"a": {"a": {}}}, ()]),
    st.text(max_size=5),
    st.sampled_from([b"", b"x", bytes(32), bytes(4097), bytearray(3), object(), {5}, {"a": 5}]),
    st.sampled_from([dt.datetime.max, dt.datetime.min, dt.timedelta.max, dt.timedelta.min]),
    st.sampled_from([dt.datetime.max.replace(tzinfo=dt.timezone(-dt.timedelta(hours=23)))]),
    st.sampled_from([dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=23)))]),
    st.sampled_from(["-----BEGIN", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]),
    st.binary(max_size=80),
)

Act = Callable[[KmsMock, Key, Any], object]
NAMES: Final = [
    *("alias", "spec", "usage", "origin", "state", "policy", "tags", "description"),
    *("multi_region", "region", "account", "key_id", "material", "key_store", "xks_key"),
]
PAIRS: Final = ("ECC_NIST_P256", "RSA_2048", "HMAC_256", "ECC_NIST_EDWARDS25519")


def with_(method: Callable[[KmsMock], Any], name: str, **others: Any) -> Act:
    """Call *method* with the value as its argument *name*."""
    return lambda kms, _, value: method(kms)(**{name: value}, **others)


def assign(handle: Callable[[KmsMock], Any], name: str) -> Act:
    return lambda kms, _, value: setattr(handle(kms), name, value)


def cluster(kms: KmsMock) -> Any:
    return kms.cloudhsm_cluster()


def proxy(kms: KmsMock) -> Any:
    return kms.xks_proxy(["x"])


ACTS: Final[dict[str, Act]] = {
    **{f"create_key({name}=)": with_(lambda kms: kms.create_key, name) for name in NAMES},
    **{
        f"create_key({spec}, material=)": with_(lambda kms: kms.create_key, "material", spec=spec)
        for spec in PAIRS
    },
    "key": lambda kms, _, value: kms.key(value),
    "advance": lambda kms, _, value: kms.clock.advance(value),
    **{
        f"advance({unit}=)": with_(lambda kms: kms.clock.advance, unit)
        for unit in ("weeks", "days", "hours", "minutes", "seconds")
    },
    "move_to": lambda kms, _, value: kms.clock.move_to(value),
    "transition_seconds": lambda kms, _, value: setattr(kms, "transition_seconds", value),
    "quotas": lambda kms, _, value: setattr(kms.quotas, "keys", value),
    "client": lambda kms, _, value: kms.client(value),
    "client(principal=)": lambda kms, _, value: kms.client(principal=value),
    "fail": lambda kms, _, value: kms.fail(value, "DisabledException", allow_unused=True),
    "fail(error)": lambda kms, _, value: kms.fail("Decrypt", value, allow_unused=True),
    "throttle(times=)": lambda kms, _, value: kms.throttle(
        "Decrypt", times=value, allow_unused=True
    ),
    "throttle(after=)": lambda kms, _, value: kms.throttle(
        "Decrypt", after=value, allow_unused=True
    ),
    "throttle(key=)": lambda kms, _, value: kms.throttle("Decrypt", key=value, allow_unused=True),
    "delay": lambda kms, _, value: kms.delay("Decrypt", value, allow_unused=True),
    "delay(real=)": lambda kms, _, value: kms.delay("Decrypt", 1, real=value, allow_unused=True),
    "disconnect": lambda kms, _, value: kms.disconnect("Decrypt", value, allow_unused=True),
    "calls": lambda kms, _, value: kms.calls(value),
    "calls(key=)": lambda kms, _, value: kms.calls("Decrypt", key=value),
    "calls(KeyId=)": lambda kms, _, value: kms.calls("Decrypt", KeyId=value),
    "calls(CiphertextBlob=)": lambda kms, _, value: kms.calls("Decrypt", CiphertextBlob=value),
    "assert_called": lambda kms, _, value: kms.calls.assert_called(value),
    "assert_called(times=)": lambda kms, _, value: kms.calls.assert_called(
        "DescribeKey", times=value
    ),
    "assert_called(KeyId=)": lambda kms, _, value: kms.calls.assert_called(
        "DescribeKey", KeyId=value
    ),
    "assert_order": lambda kms, _, value: kms.calls.assert_order(value),
    "attach": lambda kms, _, value: kms.attach(value),
    "encrypt": lambda _, key, value: key.encrypt(value),
    "encrypt(context=)": lambda _, key, value: key.encrypt(b"x", value),
    "decrypt": lambda _, key, value: key.decrypt(value),
    "decrypt(context=)": lambda _, key, value: key.decrypt(key.encrypt(b"x"), value),
    "sign": lambda kms, _, value: kms.key("alias/sign").sign(value),
    "sign(algorithm)": lambda kms, _, value: kms.key("alias/sign").sign(b"x", value),
    "sign(type=)": lambda kms, _, value: kms.key("alias/sign").sign(b"x", type=value),
    "verify": lambda kms, _, value: kms.key("alias/sign").verify(b"x", value),
    "material_of": lambda _, key, value: key.material_of(value),
    "schedule_deletion": lambda _, key, value: key.schedule_deletion(value),
    "share_with": lambda _, key, value: key.share_with(value),
    "import_material": lambda kms, _, value: kms.key("alias/import").import_material(value),
    "import_material(days=)": lambda kms, _, value: kms.key("alias/import").import_material(
        bytes(32), days=value
    ),
    "import_pair": lambda kms, _, value: kms.key("alias/pair").import_material(value),
    **{
        f"cloudhsm_cluster({name}=)": with_(lambda kms: kms.cloudhsm_cluster, name)
        for name in (
            *("active", "hsms", "password", "trust_anchor", "related_to", "cluster_id"),
            *("region", "account"),
        )
    },
    **{
        f"cluster.{name}": assign(cluster, name)
        for name in (
            *("active", "hsms", "password", "trust_anchor", "reachable", "connection_error"),
        )
    },
    **{
        f"xks_proxy({name}=)": with_(lambda kms: kms.xks_proxy, name)
        for name in (
            *("keys", "connectivity", "endpoint", "path", "service_name", "service_owner"),
            *("access_key_id", "secret_access_key", "region"),
        )
    },
    **{
        f"proxy.{name}": assign(proxy, name)
        for name in ("connectivity", "endpoint", "path", "secret_access_key", "answers")
    },
    "proxy.add_key": lambda kms, _, value: proxy(kms).add_key(value),
    "proxy.add_key(usage=)": lambda kms, _, value: proxy(kms).add_key("y", usage=value),
    "proxy.key": lambda kms, _, value: proxy(kms).key(value),
    "trust_attestation_root": lambda kms, _, value: kms.trust_attestation_root(value),
}


@pytest.mark.parametrize("name", ACTS)
@settings(max_examples=15)
@given(value=values)
def test_what_makes_no_sense_is_told(name: str, value: Any) -> None:
    with KmsMock() as kms:
        key = kms.create_key("alias/app")
        kms.create_key("alias/sign", spec="ECC_NIST_P256")
        kms.create_key("alias/import", origin="EXTERNAL")
        kms.create_key("alias/pair", spec="ECC_NIST_P256", origin="EXTERNAL")
        kms.client().describe_key(KeyId="alias/app")
        backend = kms._backend
        before, offset = everything(backend.registry), kms.clock.offset
        try:
            ACTS[name](kms, key, value)
        except UnforeseenError:
            raise
        except AssertionError:
            assert "assert" in name
        except (KmsMockError, ClientError):
            if "proxy" not in name and "cluster" not in name:  # those are made first
                assert everything(backend.registry) == before
            assert kms.clock.offset == offset
            assert kms.transition_seconds == 0
        # Whatever it was, the mock goes on.
        kms.clock.advance(seconds=1)
        kms.create_key()
        assert repr(kms)

"""Interruptions: a signal within a write, or another thread's write within a read."""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs
import pytest
from stepping import Steps, between, steps_of

from pytest_kmsmock.crypto import wrapping
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.api.errors import KmsError
from pytest_kmsmock.service.api.shapes import service_model
from pytest_kmsmock.service.auto_create import create
from pytest_kmsmock.service.operations.table import OPERATIONS
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Options, Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.service.values.cluster import Cluster

ACCOUNT, REGION, ABROAD = "123456789012", "us-east-1", "eu-west-1"
NOW: Final = 1_700_000_000.0
DAY: Final = 86_400.0
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/app"
REQUEST_ID: Final = "00000000-0000-4000-8000-000000000000"
CLUSTERS: Final = [
    Cluster(
        account=ACCOUNT,
        region=REGION,
        cluster_id=f"cluster-{letters}",
        trust_anchor="certificate",
        history=letters,
        password="password",
    )
    for letters in ("aaaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc")
]
# Every so many steps what there is is looked at as a whole.
SELDOM: Final = 40
ALGORITHM: Final = "RSAES_OAEP_SHA_256"


@attrs.frozen
class Kms:
    """A service at a time, and the IDs of what it has by the names that the test gives them."""

    registry: Registry
    ids: dict[str, str]
    now: float = NOW

    def call(self, operation: str, region: str = REGION, **body: Any) -> dict[str, Any]:
        service = Service(lambda: self.now, self.registry, Options(create_missing=create))
        return service.handle(Request(operation, body, region, Caller(ACCOUNT), REQUEST_ID))

    def copy(self) -> Kms:
        return attrs.evolve(self, registry=self.registry.copy())

    def later(self, days: float) -> Kms:
        return attrs.evolve(self, now=self.now + days * DAY)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def store_params(cluster: Cluster) -> dict[str, str]:
    return {
        "CloudHsmClusterId": cluster.cluster_id,
        "TrustAnchorCertificate": cluster.trust_anchor,
        "KeyStorePassword": cluster.password,
    }


@pytest.fixture(scope="module")
def made() -> Kms:
    """A service with a few of everything."""
    ids: dict[str, str] = {}
    kms = Kms(Registry(), ids)
    kms.registry.change(
        lambda draft: draft.change_backings(
            lambda backings: backings.clusters.update({each.cluster_id: each for each in CLUSTERS})
        )
    )
    stores = {"store": CLUSTERS[0], "idle": CLUSTERS[1]}
    for name, cluster in stores.items():
        created = kms.call("CreateCustomKeyStore", CustomKeyStoreName=name, **store_params(cluster))
        ids[name] = created["CustomKeyStoreId"]
    kms.call("ConnectCustomKeyStore", CustomKeyStoreId=ids["store"])
    keys: dict[str, dict[str, Any]] = {
        "app": {"Tags": [{"TagKey": "team", "TagValue": "red"}]},
        "other": {},
        "off": {},
        "doomed": {},
        "empty": {"Origin": "EXTERNAL"},
        "imported": {"Origin": "EXTERNAL"},
        "everywhere": {"MultiRegion": True},
        "stored": {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": ids["store"]},
    }
    for name, params in keys.items():
        ids[name] = kms.call("CreateKey", **params)["KeyMetadata"]["KeyId"]
    kms.call("DisableKey", KeyId=ids["off"])
    kms.call("ReplicateKey", KeyId=ids["everywhere"], ReplicaRegion=ABROAD)
    kms.call("EnableKeyRotation", KeyId=ids["everywhere"], RotationPeriodInDays=90)
    for name in ("alias/app", "alias/b", "alias/z", "alias/doomed"):
        target = ids["doomed" if name == "alias/doomed" else "app"]
        kms.call("CreateAlias", AliasName=name, TargetKeyId=target)
    kms.call("ScheduleKeyDeletion", KeyId=ids["doomed"], PendingWindowInDays=7)
    ids["arn"] = kms.call("DescribeKey", KeyId=ids["app"])["KeyMetadata"]["Arn"]
    for name in ("grant", "second"):
        ids[name] = kms.call("CreateGrant", Name=name, **grant_params(kms))["GrantId"]
    for name in ("imported", "empty"):
        parameters = kms.call(
            "GetParametersForImport",
            KeyId=ids[name],
            WrappingAlgorithm=ALGORITHM,
            WrappingKeySpec="RSA_2048",
        )
        ids["token"] = encoded(parameters["ImportToken"])
        ids["wrapped"] = encoded(
            wrapping.wrap(parameters["PublicKey"], ALGORITHM, bytes(32), SYSTEM)
        )
        if name == "imported":
            import_material("imported")(kms)
    blob = kms.call("Encrypt", KeyId=ids["app"], Plaintext=encoded(b"x"))["CiphertextBlob"]
    ids["blob"] = encoded(blob)
    return kms


def import_material(key: str) -> Callable[[Kms], object]:
    return calling(
        "ImportKeyMaterial",
        KeyId=key,
        ImportToken="token",
        EncryptedKeyMaterial="wrapped",
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )


def grant_params(kms: Kms) -> dict[str, Any]:
    return {
        "KeyId": kms.ids["app"],
        "GranteePrincipal": ROLE,
        "RetiringPrincipal": ROLE,
        "Operations": ["Encrypt"],
    }


def seen(kms: Kms) -> str:
    """Return all that a client can see, with the IDs of what is new made equal."""
    kms = kms.copy()  # to look is to use
    shown = [
        kms.call("ListRetirableGrants", RetiringPrincipal=ROLE)["Grants"],
        kms.call("DescribeCustomKeyStores"),
        kms.call("ListAliases"),
        answer(kms, "Decrypt", REGION, CiphertextBlob=kms.ids["blob"]),
        *(
            entry
            for region in (REGION, ABROAD)
            for entry in sorted(
                (of_key(kms, region, key["KeyId"]) for key in kms.call("ListKeys", region)["Keys"]),
                key=lambda entry: known(kms, entry),
            )
        ),
    ]
    return known(kms, shown)


def of_key(kms: Kms, region: str, key_id: str) -> list[Any]:
    return [
        answer(kms, operation, region, KeyId=key_id)
        for operation in (
            *("DescribeKey", "ListAliases", "ListResourceTags", "GetKeyPolicy", "ListGrants"),
            *("GetKeyRotationStatus", "ListKeyRotations", "GetKeyLastUsage"),
        )
        if operation in service_model().operation_names  # of an older botocore, too
    ]


def answer(kms: Kms, operation: str, region: str, **params: str) -> object:
    try:
        return kms.call(operation, region, **params)
    except KmsError as error:
        return error.code, error.message


def known(kms: Kms, shown: object) -> str:
    names = {value: name for name, value in kms.ids.items()}
    return re.sub(
        r"mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|cks-[0-9a-f]{17}|[0-9a-f]{64}",
        lambda match: names.get(match[0], "new"),
        repr(shown),
    )


def calling(operation: str, **params: Any) -> Callable[[Kms], object]:
    """Return what calls *operation*; a parameter that is one of the test's names means the ID."""

    def call(kms: Kms) -> object:
        named = {name: kms.ids.get(str(value), value) for name, value in params.items()}
        return kms.call(operation, **named)

    return call


def deleted_by_hand(kms: Kms) -> object:
    """What `Key.delete` does."""
    found = kms.registry.state.resources(ACCOUNT, REGION).keys.get(kms.ids["app"])
    assert found is not None
    return kms.registry.change(lambda draft: draft.remove_key(found, kms.now))


def cluster_gone(kms: Kms) -> object:
    """What `CloudHsmCluster.delete` does; it shows when the store is connected anew."""
    kms.registry.change(
        lambda draft: draft.change_backings(
            lambda backings: backings.clusters.pop(CLUSTERS[1].cluster_id)
        )
    )
    return kms.call("ConnectCustomKeyStore", CustomKeyStoreId=kms.ids["idle"])


WRITES: Final[Mapping[str, Callable[[Kms], object]]] = {
    "CreateKey": calling("CreateKey", MultiRegion=True, Tags=[{"TagKey": "a", "TagValue": "b"}]),
    "EnableKey": calling("EnableKey", KeyId="off"),
    "DisableKey": calling("DisableKey", KeyId="app"),
    "UpdateKeyDescription": calling("UpdateKeyDescription", KeyId="app", Description="new"),
    "ScheduleKeyDeletion": calling("ScheduleKeyDeletion", KeyId="everywhere"),
    "CancelKeyDeletion": calling("CancelKeyDeletion", KeyId="doomed"),
    "CreateAlias": calling("CreateAlias", AliasName="alias/new", TargetKeyId="app"),
    "UpdateAlias": calling("UpdateAlias", AliasName="alias/b", TargetKeyId="other"),
    "DeleteAlias": calling("DeleteAlias", AliasName="alias/b"),
    "EnableKeyRotation": calling("EnableKeyRotation", KeyId="app"),
    "DisableKeyRotation": calling("DisableKeyRotation", KeyId="everywhere"),
    "RotateKeyOnDemand": calling("RotateKeyOnDemand", KeyId="everywhere"),
    "ImportKeyMaterial": import_material("empty"),
    "DeleteImportedKeyMaterial": calling("DeleteImportedKeyMaterial", KeyId="imported"),
    "ReplicateKey": calling("ReplicateKey", KeyId="everywhere", ReplicaRegion="us-west-2"),
    "UpdatePrimaryRegion": calling("UpdatePrimaryRegion", KeyId="everywhere", PrimaryRegion=ABROAD),
    "CreateGrant": lambda kms: kms.call("CreateGrant", **grant_params(kms)),
    "RetireGrant": calling("RetireGrant", KeyId="arn", GrantId="grant"),
    "RevokeGrant": calling("RevokeGrant", KeyId="app", GrantId="second"),
    "TagResource": calling("TagResource", KeyId="app", Tags=[{"TagKey": "a", "TagValue": "b"}]),
    "UntagResource": calling("UntagResource", KeyId="app", TagKeys=["team"]),
    "PutKeyPolicy": lambda kms: kms.call("PutKeyPolicy", KeyId=kms.ids["app"], Policy=POLICY),
    "CreateCustomKeyStore": calling(
        "CreateCustomKeyStore", CustomKeyStoreName="new", **store_params(CLUSTERS[2])
    ),
    "ConnectCustomKeyStore": calling("ConnectCustomKeyStore", CustomKeyStoreId="idle"),
    "DisconnectCustomKeyStore": calling("DisconnectCustomKeyStore", CustomKeyStoreId="store"),
    "UpdateCustomKeyStore": calling(
        "UpdateCustomKeyStore", CustomKeyStoreId="idle", NewCustomKeyStoreName="new"
    ),
    "DeleteCustomKeyStore": calling("DeleteCustomKeyStore", CustomKeyStoreId="idle"),
    # What is no operation that writes, and does.
    "a key made when it is named": calling("DescribeKey", KeyId="alias/unheard-of"),
    "a key managed by AWS": calling("DescribeKey", KeyId="alias/aws/s3"),
    "a deletion that is due": lambda kms: kms.later(7).call("ListKeys"),
    "a rotation that is due": lambda kms: kms.later(91).call("ListKeys"),
    "a deletion by hand": deleted_by_hand,
}
POLICY: Final = """
{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}
"""


def test_all_operations_that_write_are_tried() -> None:
    """A new one finds no way around these tests."""
    assert {name for name, row in OPERATIONS.items() if row.writes} <= WRITES.keys()


def interrupt(do: Callable[[Kms], object], kms: Kms, step: int, steps: Steps, within: str) -> None:
    """Do something, but raise at a step of it."""

    def raise_() -> None:
        raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        between(step, raise_, lambda: do(kms), steps=steps, within=within)


# From Python 3.12 on a generator that is thrown away is traced too. What is raised there Python
# prints and forgets, that of a signal handler as well: nothing was interrupted then.
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <generator:pytest.PytestUnraisableExceptionWarning",
    # The words of Python 3.14 and later.
    "ignore:Exception ignored while closing generator:pytest.PytestUnraisableExceptionWarning",
)
@pytest.mark.parametrize(
    ("steps", "within", "most"),
    [("line", "service", 400), ("opcode", "service/state", 150)],
    ids=["lines", "instructions"],
)
@pytest.mark.parametrize("name", WRITES)
def test_an_interrupted_write_has_happened_or_has_not(
    made: Kms, name: str, steps: Steps, within: str, most: int
) -> None:
    """As if the signal had come before it or after; and the next one finds nothing locked."""
    do, begun = WRITES[name], made.copy()
    do(begun.copy())  # once, for what is made when first needed
    finished = begun.copy()
    count = steps_of(lambda: do(finished), steps=steps, within=within)
    before, after = seen(begun), seen(finished)
    assert after != before

    for step in range(0, count, max(1, count // most)):
        kms = begun.copy()
        interrupt(do, kms, step, steps, within)

        if kms.registry.state is not begun.registry.state:
            assert seen(kms) == after
        elif step % SELDOM == 0:
            assert seen(kms) == before
            with concurrent.futures.ThreadPoolExecutor(1) as another_thread:
                another_thread.submit(do, kms).result(timeout=60)
            assert seen(kms) == after
    assert seen(begun) == before


def each_of(*names: str) -> Callable[[Kms], object]:
    """Return what does several writes, one after the other."""
    return lambda kms: [WRITES[name](kms) for name in names]


_OF_ALIASES: Final = (
    *("CreateAlias", "UpdateAlias", "DeleteAlias", "a deletion by hand"),
    *("CreateAlias DeleteAlias",),
)
_OF_GRANTS: Final = (
    *("CreateGrant", "RetireGrant", "RevokeGrant", "a deletion by hand"),
    *("CreateGrant RevokeGrant",),
)
_OF_STORES: Final = (
    *("CreateCustomKeyStore", "DeleteCustomKeyStore", "UpdateCustomKeyStore"),
    *("CreateCustomKeyStore DeleteCustomKeyStore",),
)
# What is read, and what of it another thread changes meanwhile.
READS: Final[Mapping[str, tuple[Callable[[Kms], object], tuple[str, ...]]]] = {
    "ListKeys": (
        lambda kms: sorted(known(kms, key) for key in kms.call("ListKeys")["Keys"]),
        ("CreateKey", "a deletion by hand", "CreateKey a deletion by hand"),
    ),
    "ListAliases": (calling("ListAliases"), _OF_ALIASES),
    "ListAliases of a key": (calling("ListAliases", KeyId="app"), _OF_ALIASES),
    "ListGrants": (calling("ListGrants", KeyId="app"), _OF_GRANTS),
    "ListGrants of a grantee": (
        calling("ListGrants", KeyId="app", GranteePrincipal=ROLE),
        _OF_GRANTS,
    ),
    "ListRetirableGrants": (
        calling("ListRetirableGrants", RetiringPrincipal=ROLE),
        _OF_GRANTS,
    ),
    "DescribeCustomKeyStores": (calling("DescribeCustomKeyStores"), _OF_STORES),
    "DescribeKey": (
        calling("DescribeKey", KeyId="everywhere"),
        ("ReplicateKey", "UpdatePrimaryRegion", "ReplicateKey UpdatePrimaryRegion"),
    ),
    "DescribeKey by alias": (
        calling("DescribeKey", KeyId="alias/b"),
        ("UpdateAlias", "UpdateAlias a deletion by hand"),
    ),
    "Decrypt": (calling("Decrypt", CiphertextBlob="blob"), ("a deletion by hand",)),
}


@pytest.mark.parametrize(
    ("name", "writes"), [(name, each) for name, (_, of) in READS.items() for each in of]
)
def test_a_read_is_of_one_moment(made: Kms, name: str, writes: str) -> None:
    """Whenever another thread writes, and whatever: the answer is that of before or of after."""
    read, finished = READS[name][0], made.copy()
    write = each_of(*re.split(" (?=[A-Z]|a )", writes))
    read(finished)  # once, for what is made when first needed
    count = steps_of(lambda: read(finished), steps="line")
    write(finished)
    # What falls due at once has not fallen due a second before.
    moments = [shown_by(read, kms) for kms in (made, finished.later(-1 / DAY), finished)]

    for step in range(count):
        assert read_while(read, write, made.copy(), step) in moments, step


def shown_by(read: Callable[[Kms], object], kms: Kms) -> str:
    try:
        return known(kms, read(kms))
    except KmsError as error:
        return known(kms, (error.code, error.message))


def read_while(
    read: Callable[[Kms], object], write: Callable[[Kms], object], kms: Kms, step: int
) -> str:
    """Return what is read when something is written at a step."""
    return between(step, lambda: write(kms), lambda: shown_by(read, kms), steps="line")


def test_a_copy_is_of_one_moment(made: Kms) -> None:
    """Also one that is made while another thread calls a Region for the first time."""
    finished = made.copy()
    write = each_of("ReplicateKey", "CreateGrant", "ScheduleKeyDeletion", "CreateCustomKeyStore")
    count = steps_of(made.registry.copy, steps="opcode")
    write(finished)
    moments = [seen(made), seen(finished)]

    for step in range(count):
        assert seen(copied_while(write, made.copy(), step)) in moments


def copied_while(write: Callable[[Kms], object], kms: Kms, step: int) -> Kms:
    copied = between(step, lambda: write(kms), kms.registry.copy, steps="opcode")
    return attrs.evolve(kms, registry=copied)


TAG: Final = {"TagKey": "within", "TagValue": "another"}
STABLE: Final = ("alias/app", "alias/b", "alias/doomed", "alias/z")


@pytest.mark.parametrize(
    "name",
    ["CreateAlias", "RevokeGrant", "a key managed by AWS", "a deletion that is due"],
)
def test_a_write_within_a_write_is_not_lost(made: Kms, name: str) -> None:
    """A signal handler or a finalizer that calls KMS interrupts who is writing, and both count."""
    do, inner = WRITES[name], calling("TagResource", KeyId="other", Tags=[TAG])
    do(made.copy())  # once, for what is made when first needed
    finished = made.copy()
    inner(finished)
    count = steps_of(lambda: do(finished), steps="line")
    after = seen(finished)

    for step in range(count):
        kms = made.copy()
        done_while(do, inner, kms, step)
        assert seen(kms) == after, step


def done_while(
    do: Callable[[Kms], object], inner: Callable[[Kms], object], kms: Kms, step: int
) -> None:
    between(step, lambda: inner(kms), lambda: do(kms), steps="line")


@pytest.fixture
def _switching() -> Iterator[None]:
    """Threads that take turns as often as the interpreter lets them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def alias_comes_and_goes(kms: Kms) -> None:
    for operation in ("CreateAlias", "DeleteAlias"):
        target = {"TargetKeyId": kms.ids["app"]} if operation == "CreateAlias" else {}
        kms.call(operation, AliasName="alias/new", **target)


def alias_moves(kms: Kms) -> None:
    for key in ("other", "app"):
        kms.call("UpdateAlias", AliasName="alias/b", TargetKeyId=kms.ids[key])


def grant_comes_and_goes(kms: Kms) -> None:
    grant_id = kms.call("CreateGrant", **grant_params(kms))["GrantId"]
    kms.call("RevokeGrant", KeyId=kms.ids["app"], GrantId=grant_id)


def key_comes_and_goes(kms: Kms) -> None:
    key_id = kms.call("CreateKey")["KeyMetadata"]["KeyId"]
    found = kms.registry.state.resources(ACCOUNT, REGION).keys.get(key_id)
    assert found is not None
    kms.registry.change(lambda draft: draft.remove_key(found, NOW))


@pytest.mark.usefixtures("_switching")
def test_threads_see_whole_states(made: Kms) -> None:
    """What stays is in every list, once, whatever comes and goes and moves meanwhile."""
    kms = made.copy()
    is_over = threading.Event()

    def write(what: Callable[[Kms], None]) -> None:
        while not is_over.is_set():
            what(kms)

    def read() -> None:
        key, here = kms.ids["app"], [kms.ids[name] for name in ("app", "other", "off")]
        for _ in range(300):
            names = [each["AliasName"] for each in kms.call("ListAliases")["Aliases"]]
            targets = {
                each["AliasName"]: each.get("TargetKeyId")
                for each in kms.call("ListAliases", KeyId=key)["Aliases"]
            }
            grants = [each["GrantId"] for each in kms.call("ListGrants", KeyId=key)["Grants"]]
            keys = [each["KeyId"] for each in kms.call("ListKeys")["Keys"]]

            assert set(names) - {"alias/new"} == set(STABLE)
            assert names == sorted(names)
            assert {*targets.values()} == {key}
            assert {"alias/app", "alias/z"} <= targets.keys()
            assert grants[:2] == [kms.ids["grant"], kms.ids["second"]]
            assert len(grants) in (2, 3)
            assert len(set(grants)) == len(grants)
            assert {*here} <= {*keys}
            assert len(set(keys)) == len(keys)

    writes = (alias_comes_and_goes, alias_moves, grant_comes_and_goes, key_comes_and_goes)
    with concurrent.futures.ThreadPoolExecutor(len(writes) + 2) as threads:
        writers = [threads.submit(write, what) for what in writes]
        readers = [threads.submit(read) for _ in range(2)]
        concurrent.futures.wait(readers)
        is_over.set()
    for each in (*readers, *writers):
        each.result()

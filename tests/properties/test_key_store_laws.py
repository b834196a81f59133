"""Laws of custom key stores: whatever is done in whichever order, keys follow their store."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pytest_kmsmock.service.api.errors import KmsError
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Options, Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.service.values.cluster import Cluster
from pytest_kmsmock.service.values.key_store import ClusterSettings

ACCOUNT, REGION = "123456789012", "us-east-1"
CALLER: Final = Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
SETTINGS: Final = ClusterSettings(
    cluster_id="cluster-abcdefghijk", trust_anchor="certificate", password="password"
)
KEY_OPERATIONS: Final = ("EnableKey", "DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion")


class StoreLife(RuleBasedStateMachine):
    """A store with a key, and beside it the key's state as it would be without a store."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.wanted = "Enabled"
        self.registry = Registry()
        self.service = Service(lambda: self.now, self.registry, Options(transition_seconds=10))

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        request = Request(operation, params, REGION, CALLER, off_record=True)
        return self.service.handle(request)

    def set_cluster(self, **facts: Any) -> None:
        cluster = Cluster(
            account=ACCOUNT,
            region=REGION,
            cluster_id=SETTINGS.cluster_id,
            trust_anchor=SETTINGS.trust_anchor,
            history="",
            password=SETTINGS.password,
            **facts,
        )
        self.registry.settle(self.now)
        self.registry.change(
            lambda draft: draft.change_backings(
                lambda backings: backings.clusters.update({SETTINGS.cluster_id: cluster})
            )
        )

    @property
    def connection(self) -> str:
        [store] = self.call("DescribeCustomKeyStores")["CustomKeyStores"]
        state: str = store["ConnectionState"]
        assert ("ConnectionErrorCode" in store) == (state == "FAILED")
        return state

    @initialize()
    def make_store_and_key(self) -> None:
        self.set_cluster()
        created = self.call(
            "CreateCustomKeyStore",
            CustomKeyStoreName="store",
            CloudHsmClusterId=SETTINGS.cluster_id,
            TrustAnchorCertificate=SETTINGS.trust_anchor,
            KeyStorePassword=SETTINGS.password,
        )
        self.store: str = created["CustomKeyStoreId"]
        self.call("ConnectCustomKeyStore", CustomKeyStoreId=self.store)
        self.now += 10
        key = self.call("CreateKey", Origin="AWS_CLOUDHSM", CustomKeyStoreId=self.store)
        self.key: str = key["KeyMetadata"]["KeyId"]

    @rule(operation=st.sampled_from(("ConnectCustomKeyStore", "DisconnectCustomKeyStore")))
    def turn_the_store(self, operation: str) -> None:
        before = self.connection
        try:
            self.call(operation, CustomKeyStoreId=self.store)
        except KmsError:
            assert self.connection == before

    @rule(seconds=st.sampled_from((1.0, 5.0, 10.0)))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(reachable=st.booleans(), hsms=st.integers(0, 2))
    def change_the_world(self, reachable: bool, hsms: int) -> None:
        before = self.connection
        self.set_cluster(reachable=reachable, hsms=hsms)
        assert self.connection == before

    @rule(operation=st.sampled_from(KEY_OPERATIONS))
    def manage_the_key(self, operation: str) -> None:
        try:
            self.call(operation, KeyId=self.key)
        except KmsError:
            return
        self.wanted = {
            "EnableKey": "Enabled",
            "DisableKey": "Disabled",
            "ScheduleKeyDeletion": "PendingDeletion",
            "CancelKeyDeletion": "Disabled",
        }[operation]

    @invariant()
    def key_follows_its_store(self) -> None:
        if not hasattr(self, "key"):
            return
        is_at_rest = self.connection == "CONNECTED" or self.wanted == "PendingDeletion"
        state = self.call("DescribeKey", KeyId=self.key)["KeyMetadata"]["KeyState"]

        assert state == (self.wanted if is_at_rest else "Unavailable")


StoreLife.TestCase.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
TestStoreLife = StoreLife.TestCase

"""Laws of a key's lifecycle: of its pure transitions, and of related keys in several Regions."""

from __future__ import annotations

import base64
import functools
import hashlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pytest_kmsmock.crypto import wrapping
from pytest_kmsmock.crypto.keypool import KeyPool
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.api.errors import KmsError
from pytest_kmsmock.service.rules import lifecycle
from pytest_kmsmock.service.rules.lifecycle import DAY
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Options, Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values import key_pairs
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.service.values.key import KeyMaterial, KmsKey, material_id
from pytest_kmsmock.service.values.specs import KEY_SPECS

START: Final = 1_700_000_000.0
KEY_ID: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"
REGIONS: Final = ("us-east-1", "us-west-2", "eu-west-1")


def secrets() -> Iterator[bytes]:
    """Yield key material, the same each time."""
    return (hashlib.sha256(b"%d" % number).digest() for number in itertools.count())


def settle(key: KmsKey | None, now: float, new_secret: Callable[[], bytes]) -> KmsKey | None:
    """Return *key* after all that falls due by *now*."""
    while key is not None:
        due = lifecycle.next_due(key)
        if due is None or due > now:
            break
        key = lifecycle.fall_due(key, due, new_secret)
    return key


dates = st.integers(1, 4000).map(lambda days: START + days * DAY)


@st.composite
def keys(draw: st.DrawFn) -> KmsKey:
    """Keys in all states that time can change, with all that may be due."""
    origin = draw(st.sampled_from(["AWS_KMS", "EXTERNAL"]))
    count = draw(st.integers(1, 4))
    is_pending = origin == "EXTERNAL" and count > 1 and draw(st.booleans())
    materials = []
    for number in range(count):
        secret = bytes([number]) * 32
        is_last = number == count - 1
        current = count - 2 if is_pending else count - 1
        materials.append(
            KeyMaterial(
                id=material_id(KEY_ID, secret),
                secret=secret,
                state="PENDING_ROTATION"
                if is_pending and is_last
                else "CURRENT"
                if number == current
                else "NON_CURRENT",
                rotation_date=START - (count - number) * DAY if 0 < number <= current else None,
                rotation_type="ON_DEMAND" if 0 < number <= current else None,
                valid_to=draw(st.none() | dates) if origin == "EXTERNAL" else None,
            )
        )
    period = draw(st.none() | st.integers(90, 2560)) if origin == "AWS_KMS" else None
    state = draw(st.sampled_from(["Enabled", "Disabled", "Updating", "PendingDeletion"]))
    is_rotating = state in ("Enabled", "Updating") and draw(st.booleans())
    return KmsKey(
        account="123456789012",
        region="us-east-1",
        key_id=KEY_ID,
        arn=f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}",
        spec=KEY_SPECS["SYMMETRIC_DEFAULT"],
        usage="ENCRYPT_DECRYPT",
        origin=origin,
        state=state,  # type: ignore[arg-type]  # one of the above
        description="",
        creation_date=START,
        materials=tuple(materials),
        ciphertext_tag=bytes(32),
        policy="{}",
        deletion_date=draw(dates) if state == "PendingDeletion" else None,
        rotation_period=period,
        next_rotation=None if period is None else START + period * DAY,
        rotating_since=START if is_rotating else None,
        transition_ends=draw(dates) if is_rotating or state == "Updating" else None,
    )


steps = st.lists(st.integers(1, 1500), min_size=1, max_size=8)


@given(key=keys(), days=steps)
def test_one_jump_is_as_good_as_many_steps(key: KmsKey, days: list[int]) -> None:
    """Whoever looks at a key, and how often, changes nothing."""
    walked: KmsKey | None = key
    now = START
    walk = secrets()
    for step in days:
        now += step * DAY
        walked = settle(walked, now, lambda: next(walk))

    jump = secrets()
    jumped = settle(key, now, lambda: next(jump))

    assert walked == jumped


@given(key=keys(), days=st.integers(1, 10_000))
def test_settled_key_has_nothing_due(key: KmsKey, days: int) -> None:
    """And settling it anew changes nothing."""
    now = START + days * DAY
    made = secrets()

    settled = settle(key, now, lambda: next(made))

    if settled is not None:
        due = lifecycle.next_due(settled)
        assert due is None or due > now
        assert settle(settled, now, lambda: next(made)) == settled


@given(key=keys(), days=st.integers(1, 10_000))
def test_one_material_is_current(key: KmsKey, days: int) -> None:
    """Exactly one; no permanent material is ever forgotten; IDs are different."""
    made = secrets()

    settled = settle(key, START + days * DAY, lambda: next(made))

    if settled is not None:
        states = [material.state for material in settled.materials]
        assert states.count("CURRENT") == 1
        ids = [material.id for material in settled.materials]
        assert len(set(ids)) == len(ids)
        assert {m.id for m in key.materials if m.is_permanent} <= set(ids)
        rotated = [m.rotation_date for m in settled.materials if m.rotation_date is not None]
        assert rotated == sorted(rotated)


@given(key=keys(), days=st.integers(1, 10_000))
def test_usable_key_has_its_material(key: KmsKey, days: int) -> None:
    """A key that is Enabled, Disabled or Updating lacks none of its permanent material."""
    made = secrets()

    settled = settle(key, START + days * DAY, lambda: next(made))

    if settled is not None and settled.state in ("Enabled", "Disabled", "Updating"):
        assert lifecycle.is_complete(settled)
    if settled is not None and settled.state == "PendingImport":
        assert not lifecycle.is_complete(settled)


@given(key=keys(), days=st.integers(1, 10_000))
def test_deletion_comes_on_its_date_and_is_final(key: KmsKey, days: int) -> None:
    """Whatever else is due; and no key goes that was not to be deleted."""
    now = START + days * DAY
    made = secrets()

    settled = settle(key, now, lambda: next(made))

    assert (settled is None) is (key.deletion_date is not None and key.deletion_date <= now)
    assert settle(None, now, lambda: next(made)) is None


@given(key=keys(), window=st.integers(7, 30), wait=st.integers(0, 29))
def test_cancelled_deletion_never_leads_to_use(key: KmsKey, window: int, wait: int) -> None:
    """CancelKeyDeletion gives back a key that is Disabled, or that awaits its import."""
    made = secrets()
    key = attrs.evolve(key, state="Enabled", deletion_date=None)
    scheduled = lifecycle.schedule_deletion(key, START, window, has_replicas=False)
    waited = settle(scheduled, START + min(wait, window - 1) * DAY, lambda: next(made))
    assert waited is not None

    cancelled = lifecycle.cancel_deletion(waited)

    assert cancelled.state == ("Disabled" if lifecycle.is_complete(cancelled) else "PendingImport")
    assert cancelled.deletion_date is None
    assert [m.id for m in cancelled.materials if m.is_permanent] == [
        m.id for m in key.materials if m.is_permanent
    ]
    assert cancelled.rotation_period == key.rotation_period
    assert cancelled.next_rotation == key.next_rotation


@given(
    period=st.integers(90, 2560),
    disabled=st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), max_size=5),
)
def test_schedule_survives_breaks(period: int, disabled: list[tuple[int, int]]) -> None:
    """No rotation while disabled, at most one on enabling, and the next within a period."""
    made = secrets()
    secret = bytes(32)
    key: KmsKey | None = attrs.evolve(
        _plain_key(secret), rotation_period=period, next_rotation=START + period * DAY
    )
    now = START
    for on, off in disabled:
        now += on * DAY
        key = settle(key, now, lambda: next(made))
        assert key is not None
        key = attrs.evolve(key, state="Disabled")
        before = len(key.materials)
        now += off * DAY
        key = settle(key, now, lambda: next(made))
        assert key is not None
        assert len(key.materials) == before
        key = lifecycle.enable(key, now, lambda: next(made))
        assert len(key.materials) - before in (0, 1)
        assert key.next_rotation is not None
        assert now < key.next_rotation <= now + period * DAY


def _plain_key(secret: bytes) -> KmsKey:
    return KmsKey(
        account="123456789012",
        region="us-east-1",
        key_id=KEY_ID,
        arn=f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}",
        spec=KEY_SPECS["SYMMETRIC_DEFAULT"],
        usage="ENCRYPT_DECRYPT",
        origin="AWS_KMS",
        state="Enabled",
        description="",
        creation_date=START,
        materials=(KeyMaterial(id=material_id(KEY_ID, secret), secret=secret),),
        ciphertext_tag=bytes(32),
        policy="{}",
    )


@functools.cache
def pool() -> KeyPool:
    """RSA wrapping keys, made once for all examples."""
    return KeyPool(functools.partial(key_pairs.generate, randomness=SYSTEM))


class RelatedKeys(RuleBasedStateMachine):
    """
    A multi-Region key in up to three Regions, in any order of operations.

    KMS may refuse any of them, and must never fail otherwise; what is Enabled
    works, and all blobs open wherever they can.
    """

    origin = "AWS_KMS"

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.service = Service(lambda: self.now, Registry(pool), Options(transition_seconds=60))
        self.blobs: list[bytes] = []

    def call(self, operation: str, region: str, **params: Any) -> dict[str, Any]:
        body = {
            name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for name, value in params.items()
        }
        return self.service.handle(
            Request(
                operation=operation,
                body=body,
                region=region,
                caller=Caller("123456789012", "arn:aws:iam::123456789012:root"),
                off_record=True,
            )
        )

    def attempt(self, operation: str, region: str, **params: Any) -> dict[str, Any] | None:
        try:
            return self.call(operation, region, KeyId=self.key_id, **params)
        except KmsError:
            return None

    def described(self) -> dict[str, dict[str, Any]]:
        found = {region: self.attempt("DescribeKey", region) for region in REGIONS}
        return {region: answer["KeyMetadata"] for region, answer in found.items() if answer}

    @initialize()
    def create(self) -> None:
        self.key_id = self.call("CreateKey", REGIONS[0], MultiRegion=True, Origin=self.origin)[
            "KeyMetadata"
        ]["KeyId"]

    @rule(
        region=st.sampled_from(REGIONS),
        operation=st.sampled_from(
            ["EnableKey", "DisableKey", "CancelKeyDeletion", "RotateKeyOnDemand"]
        ),
    )
    def manage(self, region: str, operation: str) -> None:
        self.attempt(operation, region)

    @rule(region=st.sampled_from(REGIONS), days=st.none() | st.sampled_from([90, 365]))
    def set_rotation(self, region: str, days: int | None) -> None:
        if days is None:
            self.attempt("DisableKeyRotation", region)
        else:
            self.attempt("EnableKeyRotation", region, RotationPeriodInDays=days)

    @rule(region=st.sampled_from(REGIONS))
    def schedule_deletion(self, region: str) -> None:
        self.attempt("ScheduleKeyDeletion", region, PendingWindowInDays=7)

    @rule(one=st.sampled_from(REGIONS), other=st.sampled_from(REGIONS))
    def replicate(self, one: str, other: str) -> None:
        self.attempt("ReplicateKey", one, ReplicaRegion=other)

    @rule(one=st.sampled_from(REGIONS), other=st.sampled_from(REGIONS))
    def swap(self, one: str, other: str) -> None:
        self.attempt("UpdatePrimaryRegion", one, PrimaryRegion=other)

    @rule(seconds=st.sampled_from([30.0, 60.0, 5 * DAY, 8 * DAY, 100 * DAY, 800 * DAY]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(region=st.sampled_from(REGIONS))
    def encrypt(self, region: str) -> None:
        answer = self.attempt("Encrypt", region, Plaintext=b"secret")
        if answer is not None:
            self.blobs.append(answer["CiphertextBlob"])

    @invariant()
    def related_keys_agree(self) -> None:
        found = self.described()
        if not found:
            return
        primaries = [
            region
            for region, metadata in found.items()
            if metadata["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
        ]
        assert len(primaries) == 1
        histories, current = set(), set()
        for region, metadata in found.items():
            configuration = metadata["MultiRegionConfiguration"]
            assert configuration["PrimaryKey"]["Region"] == primaries[0]
            assert {place["Region"] for place in configuration["ReplicaKeys"]} == (
                set(found) - {primaries[0]}
            )
            rotations = self.call("ListKeyRotations", region, KeyId=self.key_id, Limit=1000)[
                "Rotations"
            ]
            histories.add(
                tuple((entry["KeyMaterialId"], entry["RotationDate"]) for entry in rotations)
            )
            if "CurrentKeyMaterialId" in metadata:
                current.add(metadata["CurrentKeyMaterialId"])
        assert len(histories) == 1
        assert len(current) <= 1

    @invariant()
    def what_is_enabled_works(self) -> None:
        for region, metadata in self.described().items():
            if metadata["KeyState"] in ("Enabled", "Updating"):
                self.call("Encrypt", region, KeyId=self.key_id, Plaintext=b"x")
                for blob in self.blobs:
                    opened = self.call("Decrypt", region, CiphertextBlob=blob)
                    assert opened["Plaintext"] == b"secret"


class ImportedRelatedKeys(RelatedKeys):
    """The same, with material of the caller's own."""

    origin = "EXTERNAL"

    @rule(
        region=st.sampled_from(REGIONS),
        number=st.integers(0, 3),
        is_new=st.booleans(),
        days=st.none() | st.sampled_from([1, 50, 365]),
    )
    def import_material(self, region: str, number: int, is_new: bool, days: int | None) -> None:
        wanted = self.attempt(
            "GetParametersForImport",
            region,
            WrappingAlgorithm="RSAES_OAEP_SHA_256",
            WrappingKeySpec="RSA_2048",
        )
        if wanted is None:
            return
        expiry: dict[str, Any] = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
        if days is not None:
            expiry = {"ValidTo": self.now + days * DAY}
        self.attempt(
            "ImportKeyMaterial",
            region,
            ImportToken=wanted["ImportToken"],
            EncryptedKeyMaterial=wrapping.wrap(
                wanted["PublicKey"], "RSAES_OAEP_SHA_256", bytes([number]) * 32, SYSTEM
            ),
            ImportType="NEW_KEY_MATERIAL" if is_new else "EXISTING_KEY_MATERIAL",
            **expiry,
        )

    @precondition(lambda self: bool(self.described()))
    @rule(data=st.data())
    def delete_material(self, data: st.DataObject) -> None:
        region = data.draw(st.sampled_from(sorted(self.described())))
        listed = self.call(
            "ListKeyRotations", region, KeyId=self.key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL"
        )["Rotations"]
        if listed:
            ids = [entry["KeyMaterialId"] for entry in listed]
            chosen = data.draw(st.sampled_from(ids))
            self.attempt("DeleteImportedKeyMaterial", region, KeyMaterialId=chosen)

    @invariant()
    def at_most_one_material_is_pending(self) -> None:
        for region in self.described():
            listed = self.call(
                "ListKeyRotations",
                region,
                KeyId=self.key_id,
                IncludeKeyMaterial="ALL_KEY_MATERIAL",
                Limit=1000,
            )["Rotations"]
            states = [entry["KeyMaterialState"] for entry in listed]
            assert sum(state.startswith("PENDING") for state in states) <= 1
            assert states.count("CURRENT") == bool(states)


RelatedKeys.TestCase.settings = settings(max_examples=25, stateful_step_count=30)
ImportedRelatedKeys.TestCase.settings = settings(max_examples=25, stateful_step_count=30)
TestRelatedKeys = pytest.mark.usefixtures("newest_model")(RelatedKeys.TestCase)
TestImportedRelatedKeys = ImportedRelatedKeys.TestCase

"""Limits at their exact value: what holds a thousandth of a second before holds no more."""

from __future__ import annotations

import base64
import functools
from typing import Any, Final

import pytest

from pytest_kmsmock.crypto import wrapping
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.api.errors import (
    ConflictException,
    ExpiredImportTokenException,
    LimitExceededException,
    NotFoundException,
    ValidationException,
)
from pytest_kmsmock.service.operations.keys import check_quota
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Options, Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.state.resources import Resources
from pytest_kmsmock.service.state.state import Draft
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.service.values.quotas import AWS_QUOTAS, Quotas

ACCOUNT, REGION = "123456789012", "us-east-1"
NOW: Final = 1_700_000_000.0
DAY: Final = 86_400.0
TICK: Final = 0.001
ALGORITHM: Final = "RSAES_OAEP_SHA_256"


class Kms:
    """A service whose clock stands still until a test turns it."""

    def __init__(self, transition_seconds: float = 0.0) -> None:
        self.now = NOW
        options = Options(transition_seconds=transition_seconds)
        self._service = Service(lambda: self.now, Registry(), options)

    def call(self, operation: str, **body: Any) -> dict[str, Any]:
        return self._service.handle(Request(operation, body, REGION, Caller(ACCOUNT), "id"))

    def create_key(self, **params: Any) -> str:
        key_id: str = self.call("CreateKey", **params)["KeyMetadata"]["KeyId"]
        return key_id

    def state(self, key_id: str) -> str:
        state: str = self.call("DescribeKey", KeyId=key_id)["KeyMetadata"]["KeyState"]
        return state


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def import_params(kms: Kms, key_id: str) -> dict[str, str]:
    """Return a token and wrapped material for ImportKeyMaterial."""
    parameters = kms.call(
        "GetParametersForImport",
        KeyId=key_id,
        WrappingAlgorithm=ALGORITHM,
        WrappingKeySpec="RSA_2048",
    )
    wrapped = wrapping.wrap(parameters["PublicKey"], ALGORITHM, bytes(32), SYSTEM)
    token = parameters["ImportToken"]
    return {"ImportToken": encoded(token), "EncryptedKeyMaterial": encoded(wrapped)}


@pytest.mark.parametrize(
    ("seconds_before", "is_refused"),
    [(1200 + TICK, False), (1200, True), (TICK, True), (0, False), (-1200, False)],
)
def test_twenty_minutes_before_a_rotation(seconds_before: float, is_refused: bool) -> None:
    """None on demand begins within them. When the date has come, the rotation is over."""
    kms = Kms()
    key_id = kms.create_key()
    kms.call("EnableKeyRotation", KeyId=key_id, RotationPeriodInDays=90)
    kms.now += 90 * DAY - seconds_before

    if is_refused:
        with pytest.raises(ConflictException):
            kms.call("RotateKeyOnDemand", KeyId=key_id)
    else:
        kms.call("RotateKeyOnDemand", KeyId=key_id)


def test_a_rotation_waits_for_its_date() -> None:
    """The period is of whole days from when it was enabled, to the millisecond."""
    kms = Kms()
    key_id = kms.create_key()
    kms.call("EnableKeyRotation", KeyId=key_id, RotationPeriodInDays=90)

    kms.now += 90 * DAY - TICK
    assert kms.call("ListKeyRotations", KeyId=key_id)["Rotations"] == []
    kms.now = NOW + 90 * DAY
    assert len(kms.call("ListKeyRotations", KeyId=key_id)["Rotations"]) == 1


def test_a_key_is_there_until_its_deletion_date() -> None:
    """And gone from then on."""
    kms = Kms()
    key_id = kms.create_key()
    kms.call("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=7)

    kms.now += 7 * DAY - TICK
    assert kms.state(key_id) == "PendingDeletion"
    kms.now = NOW + 7 * DAY
    with pytest.raises(NotFoundException):
        kms.state(key_id)


def test_a_rotation_on_demand_lasts_as_long_as_it_is_set_to() -> None:
    """Its start is told until it is over."""
    kms = Kms(transition_seconds=5.0)
    key_id = kms.create_key()
    kms.call("RotateKeyOnDemand", KeyId=key_id)

    kms.now += 5.0 - TICK
    assert "OnDemandRotationStartDate" in kms.call("GetKeyRotationStatus", KeyId=key_id)
    kms.now = NOW + 5.0
    assert "OnDemandRotationStartDate" not in kms.call("GetKeyRotationStatus", KeyId=key_id)


@pytest.mark.parametrize(
    ("seconds", "is_valid"),
    [(0, False), (TICK, True), (365 * DAY, True), (365 * DAY + TICK, False)],
)
def test_material_is_valid_for_a_year_at_most(seconds: float, is_valid: bool) -> None:
    """Until a time in the future."""
    kms = Kms()
    key_id = kms.create_key(Origin="EXTERNAL")
    params = {"KeyId": key_id, "ValidTo": kms.now + seconds, **import_params(kms, key_id)}

    if is_valid:
        kms.call("ImportKeyMaterial", **params)
    else:
        with pytest.raises(ValidationException):
            kms.call("ImportKeyMaterial", **params)


def test_material_expires_at_its_time() -> None:
    """A thousandth of a second before it still encrypts."""
    kms = Kms()
    key_id = kms.create_key(Origin="EXTERNAL")
    kms.call("ImportKeyMaterial", KeyId=key_id, ValidTo=NOW + DAY, **import_params(kms, key_id))

    kms.now += DAY - TICK
    assert kms.state(key_id) == "Enabled"
    kms.now = NOW + DAY
    assert kms.state(key_id) == "PendingImport"


@pytest.mark.parametrize(("seconds", "is_valid"), [(DAY, True), (DAY + TICK, False)])
def test_an_import_token_is_good_for_a_day(seconds: float, is_valid: bool) -> None:
    """To its last millisecond: GetParametersForImport tells until when."""
    kms = Kms()
    key_id = kms.create_key(Origin="EXTERNAL")
    params = import_params(kms, key_id)
    kms.now += seconds
    params["ExpirationModel"] = "KEY_MATERIAL_DOES_NOT_EXPIRE"

    if is_valid:
        kms.call("ImportKeyMaterial", KeyId=key_id, **params)
    else:
        with pytest.raises(ExpiredImportTokenException):
            kms.call("ImportKeyMaterial", KeyId=key_id, **params)


class Many:
    """As many keys as a test says."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __len__(self) -> int:
        return self._number


@pytest.mark.parametrize(
    ("quota", "keys", "given", "managed", "is_refused"),
    [
        # AWS's own: what a test has made without calls, and what AWS manages, does not count.
        (AWS_QUOTAS.keys, AWS_QUOTAS.keys - 1, 0, 0, False),
        (AWS_QUOTAS.keys, AWS_QUOTAS.keys, 0, 0, True),
        (AWS_QUOTAS.keys, AWS_QUOTAS.keys, 1, 0, False),
        (AWS_QUOTAS.keys, AWS_QUOTAS.keys + 1, 1, 0, True),
        (AWS_QUOTAS.keys, AWS_QUOTAS.keys + 1, 1, 1, False),
        # A test's: what it has made counts.
        (10, 9, 9, 0, False),
        (10, 10, 10, 0, True),
        (10, 10, 0, 1, False),
    ],
)
def test_which_keys_use_up_the_quota(
    quota: int, keys: int, given: int, managed: int, is_refused: bool
) -> None:
    request = Request("CreateKey", {}, REGION, Caller(ACCOUNT), "id")
    request.options = Options(quotas=Quotas(keys=quota))
    resources = Resources(ACCOUNT, REGION)
    resources.keys = Many(keys)  # type: ignore[assignment]
    resources.given_keys, resources.managed_keys = given, managed

    try:
        check_quota(request, resources)
    except LimitExceededException:
        was_refused = True
    else:
        was_refused = False

    assert was_refused == is_refused


def test_what_counts_is_what_is_there() -> None:
    """A key that a test made counts as given no longer than it exists, one of AWS likewise."""
    registry = Registry()
    service = Service(lambda: NOW, registry)

    def call(operation: str, *, off_record: bool = False, **body: Any) -> dict[str, Any]:
        request = Request(operation, body, REGION, Caller(ACCOUNT), "id", off_record=off_record)
        return service.handle(request)

    def counts() -> tuple[int, int, int]:
        resources = registry.state.resources(ACCOUNT, REGION)
        return len(resources.keys), resources.given_keys, resources.managed_keys

    called = call("CreateKey")["KeyMetadata"]["KeyId"]
    given = call("CreateKey", off_record=True)["KeyMetadata"]["KeyId"]
    managed = call("DescribeKey", KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"]
    call("TagResource", KeyId=given, Tags=[{"TagKey": "a", "TagValue": "b"}])
    assert counts() == (3, 1, 1)
    assert registry.copy().state.resources(ACCOUNT, REGION).given_keys == 1

    for key_id, left in ((given, (2, 0, 1)), (managed, (1, 0, 0)), (called, (0, 0, 0))):
        key = registry.state.resources(ACCOUNT, REGION).keys.get(key_id)
        assert key is not None
        registry.change(functools.partial(Draft.remove_key, key=key, now=NOW))
        assert counts() == left


def test_a_replica_that_is_called_for_is_not_given() -> None:
    """Whoever made the primary key."""
    registry = Registry()
    service = Service(lambda: NOW, registry)
    create = Request("CreateKey", {"MultiRegion": True}, REGION, Caller(ACCOUNT), off_record=True)
    key_id = service.handle(create)["KeyMetadata"]["KeyId"]

    body = {"KeyId": key_id, "ReplicaRegion": "eu-west-1"}
    service.handle(Request("ReplicateKey", body, REGION, Caller(ACCOUNT), "id"))

    assert registry.state.resources(ACCOUNT, REGION).given_keys == 1
    assert registry.state.resources(ACCOUNT, "eu-west-1").given_keys == 0

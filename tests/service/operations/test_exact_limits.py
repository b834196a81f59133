"""Limits at their exact value: what holds a thousandth of a second before holds no more."""

from __future__ import annotations

import base64
from typing import Any, Final

import pytest

from pytest_kmsmock import Key
from pytest_kmsmock.crypto import wrapping
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.api.errors import (
    ConflictException,
    ExpiredImportTokenException,
    NotFoundException,
    ValidationException,
)
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Options, Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller

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


@pytest.mark.parametrize(
    ("method", "most"),
    [
        ("list_aliases", 100),
        ("list_grants", 100),
        ("list_key_policies", 1000),
        ("list_key_rotations", 1000),
        ("list_keys", 1000),
        ("list_resource_tags", 50),
        ("list_retirable_grants", 100),
    ],
)
def test_a_page_may_be_as_long_as_its_limit(
    client: Any, key: Key, refusal: Any, method: str, most: int
) -> None:
    """And no longer."""
    params: dict[str, str] = {} if method in ("list_aliases", "list_keys") else {"KeyId": key.id}
    if method == "list_retirable_grants":
        params = {"RetiringPrincipal": "arn:aws:iam::123456789012:role/app"}

    assert getattr(client, method)(Limit=most, **params)["Truncated"] is False

    code, message = refusal(getattr(client, method), Limit=most + 1, **params)
    assert code == "ValidationException"
    assert f"less than or equal to {most}" in message

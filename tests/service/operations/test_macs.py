"""GenerateMac, VerifyMac."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock.service.api.errors import KMSInvalidMacException

Call = Callable[..., dict[str, Any]]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
def members(call: Call) -> dict[str, Any]:
    """Names a new HMAC key, and its algorithm."""
    made = call("CreateKey", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    return {"KeyId": made["KeyMetadata"]["KeyId"], "MacAlgorithm": "HMAC_SHA_256"}


def test_a_mac_is_that_of_the_key_s_material(
    call: Call, members: dict[str, Any], registry: Any
) -> None:
    [resources] = registry.state.all_resources()
    [key] = resources.keys

    made = call("GenerateMac", **members, Message=b64(b"pay 1"))

    assert made["Mac"] == hmac.digest(key.secret, b"pay 1", "sha256")
    assert made["KeyId"] == key.arn
    assert made["MacAlgorithm"] == "HMAC_SHA_256"


def test_a_mac_is_good_for_its_message_alone(call: Call, members: dict[str, Any]) -> None:
    """VerifyMac never says false: it raises, without a text."""
    mac = b64(call("GenerateMac", **members, Message=b64(b"pay 1"))["Mac"])

    assert call("VerifyMac", **members, Message=b64(b"pay 1"), Mac=mac)["MacValid"] is True
    with pytest.raises(KMSInvalidMacException) as caught:
        call("VerifyMac", **members, Message=b64(b"pay 1000"), Mac=mac)
    assert caught.value.message == ""

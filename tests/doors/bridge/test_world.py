"""One world: where moto looks a key up or makes one, it is a key of the mock."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.doors.bridge import world

moto = pytest.importorskip("moto")
models = importlib.import_module("moto.kms.models")


def kms_of_moto() -> Any:
    return models.kms_backends["123456789012"]["us-east-1"]


def test_a_key_of_the_mock_is_one_of_motos(bridged: KmsMock) -> None:
    key = bridged.create_key(alias="alias/app", tags={"team": "a"})

    for name in (key.id, key.arn, "alias/app"):
        assert kms_of_moto().describe_key(name).arn == key.arn
    assert [each.id for each in kms_of_moto().list_keys()] == [key.id]
    assert kms_of_moto().alias_exists("alias/app")
    assert kms_of_moto().list_resource_tags(key.id) == {
        "Tags": [{"TagKey": "team", "TagValue": "a"}]
    }


def test_a_key_that_moto_makes_is_one_of_the_mock(bridged: KmsMock) -> None:
    """Off the record, since the application has called nothing."""
    made = kms_of_moto().create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "x", [])

    assert bridged.key(made.arn).metadata["Description"] == "x"
    bridged.calls.assert_not_called()
    kms_of_moto().delete_key(made.id)
    assert bridged.key(made.arn).state == "PendingDeletion"


def test_what_is_not_there_is_not_there_for_moto(bridged: KmsMock) -> None:
    """By the error that its own KMS raises."""
    with pytest.raises(KeyError):
        kms_of_moto().describe_key("nope")
    assert not kms_of_moto().alias_exists("alias/nope")


def test_the_key_of_a_service_is_the_accounts_own(bridged: KmsMock) -> None:
    assert kms_of_moto().alias_exists("alias/aws/ebs")
    found = kms_of_moto().describe_key("alias/aws/ebs")

    assert found.arn == bridged.key("alias/aws/ebs").arn


def test_each_region_has_its_keys(bridged: KmsMock) -> None:
    bridged.create_key(region="eu-west-1")

    assert list(kms_of_moto().list_keys()) == []
    assert len(models.kms_backends["123456789012"]["eu-west-1"].list_keys()) == 1


def test_moto_has_its_own_back_when_the_mock_is_over() -> None:
    before = vars(models.KmsBackend)["create_key"]
    with moto.mock_aws():
        with mock_kms(bridge="s3"):
            assert vars(models.KmsBackend)["create_key"] is not before
        assert vars(models.KmsBackend)["create_key"] is before
        kms_of_moto().create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "x", [])

        assert len(kms_of_moto().list_keys()) == 1


def test_a_mock_without_a_bridge_is_another_world(bridged: KmsMock) -> None:
    """Also within one that has it."""
    with mock_kms():
        kms_of_moto().create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "x", [])

    assert len(bridged.keys) == 0


def test_a_moto_that_has_changed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(models.KmsBackend, "describe_key")

    with pytest.raises(KmsMockError, match="KmsBackend has no describe_key"):
        world.join()


def test_without_moto_there_is_no_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "moto.kms.models", None)

    with pytest.raises(KmsMockError, match="moto cannot be imported"):
        world.join()

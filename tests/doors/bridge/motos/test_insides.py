"""How the bridge reads moto, and what it says where moto has changed."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from pytest_kmsmock import KmsMock, KmsMockError
from pytest_kmsmock.doors.bridge.motos import insides

moto = pytest.importorskip("moto")


def test_moto_answers_while_it_is_active() -> None:
    with moto.mock_aws():
        assert insides.answers("s3")
    assert not insides.answers("s3")


def test_what_is_remembered_goes_with_motos_own(bridged: KmsMock) -> None:
    insides.memory("ssm", "123456789012", "us-east-1")["a"] = 1

    importlib.import_module("moto.backends").get_backend("ssm").reset()

    assert insides.memory("ssm", "123456789012", "us-east-1") == {}


def test_the_account_is_that_of_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    assert insides.account_of("AKIAEXAMPLE") == "123456789012"
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "111122223333")
    assert insides.account_of("AKIAEXAMPLE") == "111122223333"


def test_what_is_marked_is_remembered_with_it() -> None:
    class Resource:
        pass

    resource = Resource()
    assert insides.mark_of(resource) is None
    insides.mark(resource, 5)

    assert insides.mark_of(resource) == 5
    assert insides.mark_of(None) is None


@insides.reading
def _changed_store() -> Any:
    return object().buckets  # type: ignore[attr-defined]


def test_where_moto_has_changed_it_says_so() -> None:
    """With the release, and what to do; it fails the test, even if the application catches it."""
    with pytest.raises(KmsMockError) as caught:
        _changed_store()

    assert f"moto {moto.__version__} keeps its resources otherwise" in str(caught.value)
    assert "leave the service out of the option bridge" in str(caught.value)

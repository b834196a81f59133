"""The author's door: what a test does by a handle, in which mock, and off the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import Key, KmsMock, KmsMockError, mock_kms


def test_what_a_test_does_by_a_handle_is_not_recorded(kms: KmsMock) -> None:
    key = kms.create_key(alias="alias/app")
    key.decrypt(key.encrypt(b"x"))
    key.disable()
    key.enable()
    key.schedule_deletion()
    key.cancel_deletion()
    assert key.metadata
    assert key.policy
    key.delete()
    with pytest.raises(ClientError):
        key.encrypt(b"x")

    assert not kms.calls


def test_a_handle_acts_on_the_mock_that_gave_it() -> None:
    """Also within an unrelated mock, which has nothing to do with it."""
    with mock_kms() as outer:
        key = outer.create_key()
        with mock_kms() as inner:
            twin = inner.create_key(key_id=key.id)
            key.disable()

            assert key.state == "Disabled"
            assert twin.state == "Enabled"
        assert key.state == "Disabled"


def test_a_handle_acts_on_the_innermost_fork_of_its_mock() -> None:
    """There the application is; the mock that gave it stays as it was."""
    with KmsMock() as outer:
        key = outer.create_key()
        with (
            KmsMock(outer=outer._backend) as inner,
            KmsMock(outer=inner._backend) as fork,
            mock_kms(),
        ):
            key.disable()

            assert [key.state, fork.key(key.id).state] == ["Disabled", "Disabled"]
        assert key.state == "Enabled"


def test_a_handle_of_a_fork_does_not_act_on_what_it_was_forked_from() -> None:
    with KmsMock() as outer:
        key = outer.create_key()
        with KmsMock(outer=outer._backend) as fork:
            inner = fork.key(key.id)
        assert inner == key

        with pytest.raises(KmsMockError, match="is over"):
            inner.disable()
        assert key.state == "Enabled"


def test_a_handle_of_a_mock_that_is_over_tells_how_it_ended() -> None:
    """It reads, computes, and changes nothing any more."""
    with mock_kms() as kms:
        key = kms.create_key(alias="alias/app", tags={"team": "red"})
        ciphertext = key.encrypt(b"x")

    assert (key.state, key.aliases, key.tags) == ("Enabled", ["alias/app"], {"team": "red"})
    assert key.metadata["KeyId"] == key.id
    assert key.decrypt(ciphertext) == b"x"
    with mock_kms():
        assert key.state == "Enabled"


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key.disable(),
        lambda key: key.enable(),
        lambda key: key.schedule_deletion(),
        lambda key: key.cancel_deletion(),
        lambda key: key.delete(),
        lambda key: key.rotate(),
        lambda key: key.share_with("111111111111"),
        lambda key: key.import_material(bytes(32)),
    ],
)
def test_a_handle_of_a_mock_that_is_over_changes_nothing(change: Callable[[Key], Any]) -> None:
    with mock_kms() as kms:
        key = kms.create_key(origin="EXTERNAL", material=bytes(range(32)))

    with pytest.raises(KmsMockError, match=r"is over.*with mock_kms\(\)"):
        change(key)

    assert key.state == "Enabled"

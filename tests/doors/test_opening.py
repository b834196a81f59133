"""Opening and closing a mock, also when something interrupts it."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from pytest_kmsmock import active, mock_kms

CLIENT: Any = botocore.session.Session().create_client("kms", region_name="us-east-1")


def number_of_keys() -> int:
    return len(CLIENT.list_keys()["Keys"])


@pytest.mark.parametrize("step", range(5))
def test_what_interrupts_a_mock_on_its_way_leaves_none(
    monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Ctrl-C can come at any point of it."""
    from pytest_kmsmock import observed
    from pytest_kmsmock.doors import environment, sessions

    owner, name = [
        (sessions, "register"),
        (environment, "isolate"),
        (active, "push"),
        (environment, "follow"),
        (observed, "started"),
    ][step]
    original = getattr(owner, name)

    def interrupt(*args: Any) -> None:
        monkeypatch.setattr(owner, name, original)
        original(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(owner, name, interrupt)
    mock = mock_kms()

    with pytest.raises(KeyboardInterrupt), mock:
        pass

    assert not active.is_any()
    assert not environment.replacements._values
    with mock:
        assert number_of_keys() == 0

"""What has changed so lately that AWS would not show it everywhere yet."""

from __future__ import annotations

from pytest_kmsmock.service.state.lag import Before, Lag

ARN, OTHER = "arn:aws:kms:us-east-1:123456789012:key/1", "arn:aws:kms:us-east-1:123456789012:key/2"


def test_what_was_before_is_seen_until_its_time() -> None:
    """And what is now from then on."""
    before: Before[str] = Before()

    before.keep(ARN, "old", until=5.0)

    assert [before.seen(ARN, "new", now) for now in (0.0, 4.999, 5.0)] == ["old", "old", "new"]
    assert before.seen(OTHER, "new", 0.0) == "new"
    assert before.arns == [ARN]


def test_several_changes_are_seen_one_after_the_other() -> None:
    before: Before[str] = Before()

    before.keep(ARN, "first", until=5.0)
    before.keep(ARN, "second", until=8.0)

    assert [before.seen(ARN, "third", now) for now in (0.0, 5.0, 8.0)] == [
        *("first", "second", "third")
    ]


def test_what_was_not_there_is_something_to_remember() -> None:
    """An alias that is new."""
    before: Before[str | None] = Before()

    before.keep(ARN, None, until=5.0)

    assert before.seen(ARN, "alias/app", 4.0) is None


def test_a_copy_goes_its_own_way() -> None:
    """Each of its parts, both ways."""
    original = Lag()
    original.keys[ARN] = original.grants["1"] = 5.0
    original.policies.keep(ARN, "{}", until=5.0)
    original.tags.keep(ARN, (("a", "b"),), until=5.0)
    original.aliases.keep(ARN, None, until=5.0)
    copied = original.copy()

    copied.keys[OTHER] = copied.grants["2"] = 6.0
    copied.policies.keep(ARN, "{1}", until=6.0)
    copied.tags.keep(OTHER, (), until=6.0)
    original.aliases.keep(OTHER, None, until=7.0)

    assert (original.keys, original.grants) == ({ARN: 5.0}, {"1": 5.0})
    assert (copied.keys, copied.grants) == ({ARN: 5.0, OTHER: 6.0}, {"1": 5.0, "2": 6.0})
    assert original.policies.seen(ARN, "now", 5.5) == "now"
    assert [copied.policies.seen(ARN, "now", now) for now in (4.5, 5.5)] == ["{}", "{1}"]
    assert (original.tags.arns, copied.tags.arns) == ([ARN], [ARN, OTHER])
    assert (original.aliases.arns, copied.aliases.arns) == ([ARN, OTHER], [ARN])

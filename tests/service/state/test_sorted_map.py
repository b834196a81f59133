"""
Sorted maps that never change, example by example.

That they behave as dicts in whatever order things happen is a law in tests/properties.
"""

from __future__ import annotations

import pytest

from pytest_kmsmock.service.state.sorted_map import SortedMap

# So many names a block has at most; more are in several.
MOST = 100


def of(*names: int) -> SortedMap[int, str]:
    made: SortedMap[int, str] = SortedMap()
    for name in names:
        made = made.put(name, f"value {name}")
    return made


def names_of(values: SortedMap[int, str]) -> list[int]:
    return [int(value.removeprefix("value ")) for value in values]


def test_values_come_in_the_order_of_their_names() -> None:
    """In whichever they were put, and over the borders of blocks."""
    backwards, twice = of(*range(2 * MOST, 0, -1)), of(3, 1, 2, 1)

    assert names_of(backwards) == list(range(1, 2 * MOST + 1))
    assert names_of(twice) == [1, 2, 3]
    assert (len(backwards), len(twice)) == (2 * MOST, 3)


def test_names_that_come_between_others_lie_between_them() -> None:
    """In whichever block, also where that becomes two."""
    mixed = of(*range(0, 6 * MOST, 2), *range(1, 6 * MOST, 2))

    assert names_of(mixed) == list(range(6 * MOST))
    assert all(mixed.get(name) == f"value {name}" for name in range(6 * MOST))


def test_a_value_is_found_by_its_name_alone() -> None:
    found = of(*range(0, 4 * MOST, 2))

    assert [found.get(name) for name in (0, 2 * MOST, 4 * MOST - 2)] == [
        "value 0",
        f"value {2 * MOST}",
        f"value {4 * MOST - 2}",
    ]
    assert [found.get(name) for name in (-1, 1, 2 * MOST + 1, 4 * MOST)] == [None] * 4


def test_a_change_makes_another_map() -> None:
    """Whoever has the one before sees it as it was."""
    before = of(*range(MOST))

    added, changed, removed = before.put(MOST, "new"), before.put(5, "new"), before.remove(5)

    assert names_of(before) == list(range(MOST))
    assert before.get(5) == "value 5"
    assert (len(added), added.get(MOST)) == (MOST + 1, "new")
    assert (len(changed), changed.get(5)) == (MOST, "new")
    assert (len(removed), removed.get(5)) == (MOST - 1, None)


def test_what_is_not_there_is_removed_without_a_copy() -> None:
    values = of(1, 3)

    assert values.remove(2) is values
    assert values.remove(4) is values


@pytest.mark.parametrize("backwards", [False, True])
def test_all_can_go_again(backwards: bool) -> None:
    """Block by block, from either end; what is left is in order at each step."""
    names = list(range(3 * MOST))
    values = of(*names)

    for _ in range(3 * MOST):
        values = values.remove(names.pop() if backwards else names.pop(0))
        assert len(values) == len(names)
        assert values.page(-1, 2)[0] == [f"value {name}" for name in names[:2]]

    assert list(values) == []
    assert names_of(values.put(7, "value 7")) == [7]


def test_an_emptied_block_is_in_nobodys_way() -> None:
    """Names that lay in it are put again."""
    values = of(*range(3 * MOST))
    for name in range(MOST // 2, 2 * MOST):
        values = values.remove(name)

    values = values.put(MOST, f"value {MOST}")

    assert names_of(values) == [*range(MOST // 2), MOST, *range(2 * MOST, 3 * MOST)]
    assert values.get(MOST) == f"value {MOST}"
    assert values.get(MOST + 1) is None


@pytest.mark.parametrize("limit", [1, 7, MOST, 5 * MOST])
def test_pages_put_together_are_all_of_it(limit: int) -> None:
    values = of(*range(3 * MOST))
    seen: list[str] = []
    after: int | None = -1

    while after is not None:
        page, after = values.page(after, limit)
        assert len(page) <= limit
        seen += page

    assert seen == list(values)


def test_a_page_that_takes_the_last_says_that_nothing_is_left() -> None:
    values = of(1, 2, 3)

    assert values.page(0, 2) == (["value 1", "value 2"], 2)
    assert values.page(0, 3) == (["value 1", "value 2", "value 3"], None)
    assert values.page(2, 1) == (["value 3"], None)
    assert values.page(3, 1) == ([], None)
    assert of().page(0, 1) == ([], None)


def test_a_page_goes_on_after_a_name_that_is_gone() -> None:
    """As a marker does whose value was removed meanwhile."""
    values = of(1, 2, 3, 4).remove(2)

    assert values.page(2, 2) == (["value 3", "value 4"], None)

"""Ready tests to paste. What becomes of them when they are pasted: tests/plugin/test_report.py."""

from __future__ import annotations

import attrs
import pytest
from reported import call, run_of, summary, test_of

from pytest_kmsmock.reports.run.ready import ReadyTest, ready_test
from pytest_kmsmock.reports.run.rows import Recipe, TestRow
from pytest_kmsmock.reports.run.summary import OperationUse, summary_of


def ready(*tests: TestRow) -> ReadyTest:
    use = summary_of(run_of(tests)).operations["Decrypt"]
    return ready_test(use, use.not_provoked)


def recipe(name: str, **others: object) -> Recipe:
    plain = Recipe(name, None, ("kms",), is_async=False, is_marked=False)
    return attrs.evolve(plain, **others)  # type: ignore[arg-type]


def test_it_calls_a_test_that_reaches_the_operation() -> None:
    use = summary().operations["Decrypt"]

    found = ready_test(use, use.not_provoked)

    assert found.place == "a test to paste into tests/test_vault.py after the one that it calls"
    assert found.text == (
        "import pytest\n"
        "\n\n"
        '@pytest.mark.kms_failures("Decrypt", only=["connection-refused"])\n'
        "def test_reads_when_decrypt_fails(kms):\n"
        "    with pytest.raises(Exception) as caught:  # what your program raises\n"
        "        test_reads(kms)\n"
        "\n"
        "    assert not isinstance(caught.value, AssertionError)\n"
    )


def test_the_marker_says_it_in_the_shortest_way() -> None:
    """All, these, or all but these."""
    use = OperationUse("Sign", 1, {}, {"A": ()}, ("B", "C"), (test_of("test_it"),), {"a.py:1": ""})
    long = attrs.evolve(use, not_provoked=tuple(f"{letter * 30}Exception" for letter in "BCDEFG"))

    def marker(use: OperationUse, *names: str) -> str:
        return ready_test(use, names).text.partition("def ")[0].split("\n\n\n")[1].rstrip()

    assert marker(use, "A", "B", "C") == '@pytest.mark.kms_failures("Sign")'
    assert marker(use, "B") == '@pytest.mark.kms_failures("Sign", only=["B"])'
    assert marker(use, "B", "C") == '@pytest.mark.kms_failures("Sign", exclude=["A"])'
    assert marker(long, *long.not_provoked[:3]) == (
        "@pytest.mark.kms_failures(\n"
        '    "Sign",\n'
        "    only=[\n"
        f'        "{"B" * 30}Exception",\n'
        f'        "{"C" * 30}Exception",\n'
        f'        "{"D" * 30}Exception",\n'
        "    ],\n"
        ")"
    )


def test_a_method_is_called_by_a_method() -> None:
    """Which goes into the same class."""
    found = ready(
        test_of(
            "TestIt::test_it",
            call("Decrypt"),
            recipe=recipe("test_it", within="TestIt", arguments=("kms", "path"), is_marked=True),
        )
    )

    assert "into the class TestIt," in found.place
    assert found.text == (
        '    @pytest.mark.kms_failures("Decrypt")\n'
        "    def test_it_when_decrypt_fails(self, kms, path):\n"
        "        with pytest.raises(Exception) as caught:  # what your program raises\n"
        "            self.test_it(kms, path)\n"
        "\n"
        "        assert not isinstance(caught.value, AssertionError)\n"
        "\n\n"
        "    test_it_when_decrypt_fails.pytestmark += test_it.pytestmark\n"
    )


def test_a_coroutine_is_awaited() -> None:
    """With the markers of the other, whose event loop it needs."""
    found = ready(
        test_of("test_it", call("Decrypt"), recipe=recipe("test_it", is_async=True, is_marked=True))
    )

    assert "\nasync def test_it_when_decrypt_fails(kms):\n" in found.text
    assert "\n        await test_it(kms)\n" in found.text
    assert found.text.endswith("\ntest_it_when_decrypt_fails.pytestmark += test_it.pytestmark\n")


@pytest.mark.parametrize(
    "unfit",
    [
        test_of("test_a", call("Decrypt"), recipe=None),
        test_of("test_a", call("Decrypt"), outcome="failed"),
        # It expects what it has met, and would not fail.
        test_of("test_a", call("Decrypt"), call("Encrypt", "DisabledException")),
        test_of("test_a", call("Decrypt", retried=("ThrottlingException",))),
        # What its fixtures call goes well.
        test_of("test_a", call("Decrypt", phase="setup")),
    ],
    ids=["uncallable", "failed", "refused", "throttled", "fixture"],
)
def test_a_test_that_is_not_fit_is_not_called(unfit: TestRow) -> None:
    """Where no other is, the reader has to complete the test."""
    longer = test_of("test_b", call("Encrypt"), call("Decrypt"), call("Encrypt"))

    assert "test_b(kms)" in ready(unfit, longer).text
    alone = ready(unfit)
    assert (alone.file, alone.place) == (None, "a test to complete and paste")
    assert "def test_decrypt_fails(kms):" in alone.text
    assert "...  # call what calls Decrypt: vault.py:13, load" in alone.text


def test_of_several_the_simplest_is_called() -> None:
    """A function, without markers, with few calls."""
    tests = [
        test_of("test_long", *[call("Decrypt"), call("Encrypt")] * 3),
        test_of("test_short", call("Decrypt")),
        test_of("test_marked", call("Decrypt"), recipe=recipe("test_marked", is_marked=True)),
        test_of("TestIt::test_m", call("Decrypt"), recipe=recipe("test_m", within="TestIt")),
    ]

    assert "test_short(kms)" in ready(*tests).text

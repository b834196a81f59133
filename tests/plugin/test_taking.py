"""Taking the calls of each test, once for all who want them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_kmsmock import plugin

Run = Callable[..., pytest.RunResult]

CONFTEST = """
    import pytest

    class Taker:
        def __init__(self, name):
            self.name, self.taken = name, []

        def take(self, item, phase, rows, backend):
            self.taken += [(item.name, phase, row.operation) for row in rows]

    TAKERS = [Taker("one"), Taker("other")]

    @pytest.hookimpl(trylast=True)
    def pytest_configure(config):
        from pytest_kmsmock.plugin.taking import give_to
        for taker in TAKERS:
            give_to(taker, config)

    def pytest_terminal_summary(terminalreporter):
        for taker in TAKERS:
            for taken in taker.taken:
                terminalreporter.write_line(f"{taker.name}: {' '.join(taken)}")
"""


def test_each_taker_has_each_call_once(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its phase; also what the test has cleared, and calls of wider mocks."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def client(kms_module):
            client = kms_module.client()
            client.list_keys()
            yield client
            client.list_aliases()

        def test_first(client, kms_module):
            client.generate_random(NumberOfBytes=1)
            kms_module.calls.clear()
            client.describe_custom_key_stores()

        def test_second(kms_module):
            assert len(kms_module.calls) == 2

        def test_third():
            pass
        """
    )

    result = pytester.runpytest_inprocess(plugins=[plugin])

    result.assert_outcomes(passed=3)
    taken = [
        "test_first setup ListKeys",
        "test_first call GenerateRandom",
        "test_first call DescribeCustomKeyStores",
        "test_first teardown ListAliases",
    ]
    lines = [line for line in result.outlines if line.startswith(("one: ", "other: "))]
    assert lines == [f"{name}: {each}" for name in ("one", "other") for each in taken]

"""Whole runs with the option `deterministic`: the same whatever the order, worker and folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., pytest.RunResult]

INI = "[pytest]\nkms_deterministic = true\nkms_region = us-east-1\nmarkers = xdist_group\n"
REVERSING = "def pytest_collection_modifyitems(items): items.reverse()"
FILE = '''
import json, pathlib, threading, unittest
import boto3, pytest
from pytest_kmsmock import mock_kms

FOLDER = pathlib.Path(__file__).parent

def note(name, *told):
    (FOLDER / f"{name}.json").write_text(json.dumps(told, default=repr))

def story():
    """What a client gets that has something random in it, and the time."""
    client = boto3.client("kms")
    key = client.create_key()["KeyMetadata"]
    encrypt = {"KeyId": key["KeyId"], "Plaintext": b"a secret"}
    data_key = client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
    pair = client.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P384")
    signer = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    grant = {"GranteePrincipal": "123456789012", "Operations": ["Decrypt"]}
    return [
        key, client.encrypt(**encrypt), client.encrypt(**encrypt), data_key, pair,
        client.get_public_key(KeyId=signer["KeyId"]), client.generate_random(NumberOfBytes=99),
        client.create_grant(KeyId=key["KeyId"], **grant),
    ]

@pytest.mark.parametrize("number", [1, 2])
def test_function(kms, number):
    note(f"function {number}", story())

def test_two_in_one():
    told = []
    for _ in range(2):
        with mock_kms():
            told.append(story())
    assert told[0] != told[1]
    note("two", told)

@mock_kms
def test_decorated():
    note("decorated", story())

@mock_kms
class TestDecorated:
    def test_method(self, kms):
        with mock_kms():
            inner = story()
        note("method", story(), inner)

@mock_kms
class TestCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.of_class = story()

    def test_one(self):
        note("unittest one", self.of_class, story())

    def test_other(self):
        note("unittest other", self.of_class, story())

@pytest.fixture(scope="module")
def wide(kms_module):
    return kms_module.create_key(alias="alias/wide").id

@pytest.mark.parametrize("number", [1, 2])
def test_wide(wide, kms, number):
    note(f"wide {number}", wide, story())

def test_session(kms_session, kms):
    note("session", kms_session.create_key().id, story())

@pytest.mark.xdist_group("some")
def test_of_a_group(kms):
    note("group", story())

def test_threads(kms):
    kms.create_key(alias="alias/app")
    client, told = boto3.client("kms"), {}
    def work(text):
        blob = client.encrypt(KeyId="alias/app", Plaintext=text)["CiphertextBlob"]
        told[text] = blob.hex()
    threads = [threading.Thread(target=work, args=(f"text {n}",)) for n in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    assert len({*told.values()}) == 8
    note("threads", sorted(told.items()))
'''


@pytest.fixture
def run_in(pytester: pytest.Pytester, no_other_plugins: None) -> Any:
    """Run the tests in a folder of its own, and return what they have noted, by their names."""

    def run_in_folder(name: str, *arguments: str) -> dict[str, Any]:
        folder = pytester.mkdir(name)
        (folder / "tests").mkdir()
        (folder / "pytest.ini").write_text(INI)
        (folder / "reversing.py").write_text(REVERSING)
        (folder / "tests" / "test_it.py").write_text(FILE)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            plugin = ("-p", "pytest_kmsmock.plugin")
            result = pytester.runpytest_subprocess(
                *plugin, f"--rootdir={folder}", "tests", *arguments
            )
        assert result.ret == 0
        return {path.stem: json.loads(path.read_text()) for path in folder.glob("tests/*.json")}

    return run_in_folder


def blobs_in(told: Any) -> list[str]:
    """Return the ciphertexts of Encrypt in what tests have noted."""
    if isinstance(told, dict):
        return [told["CiphertextBlob"]] if "EncryptionAlgorithm" in told else []
    return [blob for each in told for blob in blobs_in(each)] if isinstance(told, list) else []


def test_a_run_is_the_same_in_any_folder_and_order(run_in: Any) -> None:
    """Ciphertexts, data keys, IDs, request IDs, tokens and dates; no two mocks have the same."""
    first = run_in("one")

    assert first == run_in("another", "-p", "reversing")
    assert len(first) == 12
    # What a class has made, both of its tests have noted.
    del first["unittest other"][0]
    blobs = blobs_in(list(first.values()))
    assert len(blobs) == 2 * 14
    assert len({*blobs}) == len(blobs)


@pytest.mark.parametrize("distribution", ["load", "loadgroup"])
def test_a_run_is_the_same_on_workers(run_in: Any, distribution: str) -> None:
    """Also where xdist gives tests other IDs."""
    pytest.importorskip("xdist")

    assert run_in("one") == run_in("two", "-p", "xdist", "-n", "2", "--dist", distribution)


GOLDEN = """
@pytest.mark.kms(deterministic=True)
def test_golden(kms):
    key = kms.create_key(alias="alias/app")
    client = kms.client()
    blob = client.encrypt(KeyId="alias/app", Plaintext=b"a secret")["CiphertextBlob"]

    assert kms.clock.now.isoformat() == "2025-01-01T00:00:00+00:00"
    assert key.id == "2d3549df-5cea-4f06-94f3-191c29447fd9"
    assert key.materials[0].id == "358d818706989ff6d606b2d97f491b6d1fdf711b46c15daf33e1109a9f6a7c4e"
    assert kms.calls[0].request_id == "4ec6b1b7-420b-48f6-80a4-000000000002"
    assert blob.hex() == (
        "0102020078d91d6407d3295fa14d56da0405e0c0c25ef507ad0fd9878b31f71d34404a70360135"
        "8d818706989ff6466523957a1de66300000066306406092a864886f70d010706a0573055020100"
        "305006092a864886f70d010701301e060960864801650304012e3011040c03967accdd51e48a21"
        "ebd524020110802398b6fd24345176bd2aab99e4ced14799503314aa049802900d09f1d8531c43"
        "37da5cf7"
    )
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"a secret"
"""


def test_values_stay_the_same_within_a_minor_version(run: Run) -> None:
    """Golden files of users rest on them; whoever changes these, changes those."""
    run(GOLDEN).assert_outcomes(passed=1)


def test_a_test_that_is_run_again_gets_the_same(run: Run, pytester: pytest.Pytester) -> None:
    """As by a plugin that repeats those that have failed; also in a class that is decorated."""
    pytester.makeconftest(
        """
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):
            for turn in range(3):
                if turn and hasattr(item, "_request"):
                    item._initrequest()
                reports = runtestprotocol(item, nextitem=nextitem, log=turn == 2)
                assert all(report.passed for report in reports)
            return True
        """
    )
    run(
        """
        from pytest_kmsmock import mock_kms

        seen = []

        def test_it(kms):
            with mock_kms() as inner:
                seen.append((kms.create_key().id, inner.create_key().id))
            assert seen[0] == seen[-1]
            assert seen[0][0] != seen[0][1]

        @mock_kms
        class TestDecorated:
            ids = []

            def test_it(self, kms):
                with mock_kms() as inner:
                    self.ids.append(inner.create_key().id)
                assert self.ids[0] == self.ids[-1]
                assert self.ids[0] != kms.create_key().id

        def test_it_was_run_again():
            assert len(seen) == len(TestDecorated.ids) == 3
        """,
        ini="kms_deterministic = true",
    ).assert_outcomes(passed=3)


def test_without_it_nothing_is_repeated(run: Run) -> None:
    """A mock within that switches it off is random, whatever it is a copy of."""
    run(
        """
        import time
        from pytest_kmsmock import mock_kms

        pytestmark = pytest.mark.kms(deterministic=True)
        seen = set()

        @pytest.fixture
        def random_kms():
            with mock_kms(deterministic=False) as kms:
                yield kms

        @pytest.mark.parametrize("turn", [1, 2])
        def test_it(random_kms, turn):
            seen.add(random_kms.create_key().id)
            assert len(seen) == turn
            assert abs(random_kms.clock() - time.time()) < 60
        """
    ).assert_outcomes(passed=2)


def test_the_clock_begins_where_others_let_the_test_stand(run: Run) -> None:
    pytest.importorskip("freezegun")
    run(
        """
        import datetime as dt
        import freezegun

        pytestmark = pytest.mark.kms(deterministic=True)

        @pytest.fixture
        def frozen():
            with freezegun.freeze_time("2031-02-03", tick=True):
                yield

        def test_frozen(frozen, kms):
            key = kms.create_key()
            assert key.metadata["CreationDate"] == dt.datetime(2031, 2, 3, tzinfo=dt.UTC)
            kms.clock.advance(days=1)
            assert kms.clock.now == dt.datetime(2031, 2, 4, tzinfo=dt.UTC)

        def test_not_frozen(kms):
            key = kms.create_key()
            assert key.metadata["CreationDate"] == dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
        """
    ).assert_outcomes(passed=2)


def test_keys_of_a_file_that_names_no_material_are_the_same(run: Run) -> None:
    """And none has the material of another, nor of one that the test makes."""
    run(
        """
        from pytest_kmsmock import mock_kms

        pytestmark = pytest.mark.kms(deterministic=True)
        seen = []

        @pytest.mark.parametrize("name", ["a", "b"])
        def test_it(kms, name):
            keys = kms.load({"keys": [{"alias": f"alias/{name}{n}"} for n in range(2)]})
            keys += kms.load({"keys": [{"alias": "alias/later"}]})
            keys.append(kms.create_key())
            seen.extend(kms.dump()["keys"])
            assert len({key["material"] for key in seen}) == len(seen)
        """
    ).assert_outcomes(passed=2)

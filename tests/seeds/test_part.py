"""`kms.load`, `kms.dump`, and files of keys in the option `keys`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms

SEED = """
[[keys]]
alias = "alias/app"
"""


@pytest.mark.parametrize("seed", [5, None, b"seed.toml", [{"alias": "alias/a"}]])
def test_what_is_no_seed_is_told(kms: KmsMock, seed: object) -> None:
    with pytest.raises(KmsMockError, match=r"load\(\) takes the path of a file, or a mapping"):
        kms.load(seed)  # type: ignore[arg-type]


def test_a_mock_that_is_not_active_loads_nothing() -> None:
    with pytest.raises(KmsMockError, match="not active"):
        mock_kms().load({"keys": []})


def test_a_mock_that_is_over_can_still_be_dumped() -> None:
    with mock_kms() as kms:
        kms.create_key(alias="alias/app")

    assert [each["aliases"] for each in kms.dump()["keys"]] == [["alias/app"]]


def test_a_path_is_looked_for_from_the_current_folder(
    kms: KmsMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seed.toml").write_text(SEED, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    [key] = kms.load("seed.toml")

    assert key.aliases == ["alias/app"]


def test_the_mistakes_of_a_file_name_it(kms: KmsMock, tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps({"keys": [{"alias": "app"}]}), encoding="utf-8")

    with pytest.raises(KmsMockError) as caught:
        kms.load(path)

    assert str(caught.value).startswith(f"{path} has 1 mistake; nothing of it was loaded.\n- keys")


def test_a_decorator_finds_files_beside_its_own(tmp_path: Path) -> None:
    """Whatever the current folder is; an alias may stand beside them, and is skipped if known."""
    (tmp_path / "seed.toml").write_text(SEED, encoding="utf-8")
    code = (
        "from pytest_kmsmock import mock_kms\n"
        "@mock_kms(keys=['seed.toml', 'alias/app', 'alias/other'])\n"
        "def names(kms): return sorted(name for key in kms.keys for name in key.aliases)\n"
    )
    names: dict[str, object] = {}
    exec(compile(code, str(tmp_path / "application.py"), "exec"), names)

    assert names["names"]() == ["alias/app", "alias/other"]  # type: ignore[operator]


def test_aliases_may_be_named_before_the_file_that_has_them(tmp_path: Path) -> None:
    (tmp_path / "seed.toml").write_text(SEED, encoding="utf-8")

    with mock_kms(keys=["alias/app", "alias/other", tmp_path / "seed.toml"]) as kms:
        assert sorted(name for key in kms.keys for name in key.aliases) == [
            "alias/app",
            "alias/other",
        ]


def test_a_file_that_is_not_there_is_told_where_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(KmsMockError, match=r"keys='.*nothing\.toml': there is no file"):
        mock_kms(keys="nothing.toml")
    (tmp_path / "seed.txt").write_text(SEED, encoding="utf-8")
    with pytest.raises(KmsMockError, match="is no file of keys; those end in"):
        mock_kms(keys=tmp_path / "seed.txt")


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    pytester.makeini("[pytest]\nkms_keys = seeds/seed.toml alias/ini\n")
    seeds = pytester.mkdir("seeds")
    (seeds / "seed.toml").write_text(SEED, encoding="utf-8")
    tests = pytester.mkdir("tests")
    (tests / "own.json").write_text('{"keys": [{"alias": "alias/own"}]}', encoding="utf-8")
    (tests / "bad.json").write_text('{"keys": [{"alias": "own"}]}', encoding="utf-8")
    return tests


def test_files_are_found_from_where_they_are_named(pytester: pytest.Pytester, folder: Path) -> None:
    """From the root folder if it is the ini file, from the test's if it is a marker."""
    (folder / "test_seeds.py").write_text(
        """
import pytest

def names(kms):
    return sorted(name for key in kms.keys for name in key.aliases)

def test_ini(kms):
    assert names(kms) == ["alias/app", "alias/ini"]

@pytest.mark.kms(keys="own.json")
def test_marker(kms):
    assert names(kms) == ["alias/own"]

@pytest.mark.kms(keys=["own.json", "alias/more"])
def test_both(kms):
    assert names(kms) == ["alias/more", "alias/own"]

def test_a_fork_has_it_from_its_outer_mock(kms_module, kms):
    assert names(kms) == names(kms_module) == ["alias/app", "alias/ini"]
    assert kms.keys == kms_module.keys

@pytest.mark.kms(keys="bad.json")
def test_mistakes(kms):
    pass

@pytest.mark.kms(keys="none.json")
def test_none(kms):
    pass
""",
        encoding="utf-8",
    )

    result = pytester.runpytest_inprocess("tests", "-p", "no:randomly")

    result.assert_outcomes(passed=4, errors=2)
    result.stdout.fnmatch_lines(["*bad.json has 1 mistake; nothing of it was loaded."])
    result.stdout.fnmatch_lines(["*there is no file *none.json*"])


def test_a_file_that_the_ini_file_names_in_vain_ends_the_run(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nkms_keys = none.toml\n")
    pytester.makepyfile("def test_one(): pass")

    result = pytester.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*kms_keys=*none.toml*there is no file*"])

"""Files of keys: three forms of one thing, and what is wrong with a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_kmsmock import KmsMock, KmsMockError
from pytest_kmsmock.crypto import extras
from pytest_kmsmock.seeds.files import document_of

MATERIAL = "0123456789" * 6 + "0123"
DOCUMENT = {
    "keys": [
        {
            "alias": "alias/app",
            "account": "000123456789",
            "material": MATERIAL,
            "tags": {"no": "yes", "since": "2030-01-31"},
            "multi_region": True,
        }
    ]
}
TOML = f"""
[[keys]]
alias = "alias/app"
account = "000123456789"
material = "{MATERIAL}"
tags = {{ no = "yes", since = "2030-01-31" }}
multi_region = true
"""
# Nothing is in quotes that need not be.
YAML = f"""
keys:
- alias: alias/app
  account: 000123456789
  material: {MATERIAL}
  tags: {{no: 'yes', since: 2030-01-31}}
  multi_region: true
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("seed.toml", TOML),
        ("seed.json", json.dumps(DOCUMENT)),
        ("seed.JSON", "\ufeff" + json.dumps(DOCUMENT)),
        pytest.param("seed.yaml", YAML.replace("no:", "'no':"), marks=pytest.mark.extra("yaml")),
        pytest.param("seed.yml", json.dumps(DOCUMENT), marks=pytest.mark.extra("yaml")),
    ],
)
def test_all_forms_say_the_same(kms: KmsMock, tmp_path: Path, name: str, text: str) -> None:
    """In YAML an account ID and a material are no numbers, which would lose their zeros."""
    (tmp_path / name).write_text(text, encoding="utf-8")

    assert document_of(tmp_path / name, name) == DOCUMENT
    [key] = kms.load(tmp_path / name)
    assert key.arn.split(":")[4] == "000123456789"


@pytest.mark.extra("yaml")
@pytest.mark.parametrize("text", ["", "---\n", "# nothing\n"])
def test_an_empty_file_says_nothing(kms: KmsMock, tmp_path: Path, text: str) -> None:
    (tmp_path / "seed.yaml").write_text(text, encoding="utf-8")

    assert kms.load(tmp_path / "seed.yaml") == []


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("seed.toml", "keys = [", "cannot be read: "),
        ("seed.toml", 'keys = []\nkeys = "x"', "cannot be read: "),
        ("seed.json", '{"keys": [}', "cannot be read: Expecting value, in line 1."),
        ("seed.json", '{"keys": [], "keys": []}', "the member 'keys' is there twice"),
        ("seed.json", '{"keys": ' + "[" * 100_000, "it is nested too deeply"),
        ("seed.json", "[]", "a seed is a mapping with about and keys and ciphertexts"),
        ("seed.ini", "", "is no file of keys; those end in .toml, .yaml, .yml, .json."),
    ],
)
def test_what_is_wrong_with_a_file_is_told(
    kms: KmsMock, tmp_path: Path, name: str, text: str, says: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(KmsMockError) as caught:
        kms.load(tmp_path / name)

    assert says in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.extra("yaml")
def test_what_yaml_merges_gives_way_to_what_is_said(tmp_path: Path) -> None:
    """As in YAML itself, so that a key can be like another one."""
    (tmp_path / "seed.yaml").write_text(
        "keys:\n- &one {alias: alias/a, spec: HMAC_256}\n- {<<: *one, alias: alias/b}\n"
    )

    assert document_of(tmp_path / "seed.yaml", "seed.yaml") == {
        "keys": [
            {"alias": "alias/a", "spec": "HMAC_256"},
            {"alias": "alias/b", "spec": "HMAC_256"},
        ]
    }


@pytest.mark.extra("yaml")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("keys: [hunter2: }", "in line 1."),
        ("keys: []\nkeys: []", "the member 'keys' is there twice"),
        ("keys: !!python/object/apply:os.getcwd []", "cannot be read: could not determine a"),
        ("a: 1\n---\na: 2", "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_file_in_yaml_is_told(
    kms: KmsMock, tmp_path: Path, text: str, says: str
) -> None:
    """Nothing in it is executed, and nothing of it is quoted."""
    (tmp_path / "seed.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(KmsMockError) as caught:
        kms.load(tmp_path / "seed.yaml")

    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(kms: KmsMock, tmp_path: Path) -> None:
    with pytest.raises(KmsMockError, match=r"seed\.toml' cannot be read: No such file"):
        kms.load(tmp_path / "seed.toml")


def test_a_file_that_is_no_text_is_told(kms: KmsMock, tmp_path: Path) -> None:
    (tmp_path / "seed.json").write_bytes(b"\xff\xfe")

    with pytest.raises(KmsMockError, match="no text in UTF-8"):
        kms.load(tmp_path / "seed.json")


def test_without_the_extra_a_file_in_yaml_says_what_to_install(
    kms: KmsMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seed.yaml").write_text(YAML, encoding="utf-8")
    need = extras.Need("A file in YAML", "yaml", "PyYAML>=6")
    assert need == extras.YAML
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)

    with pytest.raises(KmsMockError, match=r"pip install 'pytest-kmsmock\[yaml\]'"):
        kms.load(tmp_path / "seed.yaml")

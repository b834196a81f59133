"""Seeds that have mistakes: all of them are named at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

ID = "11111111-2222-4333-8444-555555555555"

Find = Callable[[Any], list[str]]


@pytest.mark.parametrize(
    ("seed", "says"),
    [
        ({"key": []}, "there is no member 'key'. Did you mean 'keys'?"),
        ({"keys": {}}, "keys is no list"),
        (
            {"keys": [{"id": ID}], "ciphertexts": [{"plaintext": "eA==", "key": ID}]},
            "ciphertext is missing",
        ),
        (
            {
                "keys": [{"id": ID}],
                "ciphertexts": [{"ciphertext": "eA==", "plaintext": "?", "key": ID}],
            },
            "ciphertexts[0]: plaintext is no Base64",
        ),
        (
            {"ciphertexts": [{"ciphertext": "eA==", "plaintext": "eA==", "key": "alias/none"}]},
            "ciphertexts[0]: there is no key 'alias/none'",
        ),
    ],
)
def test_a_mistake_of_the_rest_is_named(mistakes: Find, seed: Any, says: str) -> None:
    [found] = mistakes(seed)

    assert says in found


def test_all_mistakes_come_at_once(mistakes: Find, kms: KmsMock) -> None:
    """Those of the form, and those that only AWS finds."""
    kms.create_key(alias="alias/there", key_id="11111111-2222-4333-8444-555555555555")

    found = mistakes(
        {
            "keys": [
                {"alias": "alias/a", "spec": "RSA_2047", "material": "?"},
                {"alias": "alias/b", "tags": {"aws:x": "y"}, "policy": "{"},
                {"alias": "alias/c"},
                {"alias": "alias/c"},
                {"alias": "alias/there"},
                {"id": "11111111-2222-4333-8444-555555555555"},
            ],
            "ciphers": [],
        }
    )

    begins = [line.partition(" is none of")[0] for line in found]
    assert begins[:2] == [
        "there is no member 'ciphers'. Did you mean 'ciphertexts'? "
        "It can have about, keys, ciphertexts",
        "keys[0] (alias/a): spec='RSA_2047'",
    ]
    assert found[2:] == [
        "keys[0] (alias/a): material is neither hex digits nor Base64",
        "keys[3] (alias/c): alias/c is that of keys[2] (alias/c) already",
        "keys[1] (alias/b): policy: MalformedPolicyDocumentException, "
        "a policy is an object of JSON with a Version and a Statement",
        "keys[1] (alias/b): tags: TagException, Tags beginning with aws: are reserved",
        "keys[4] (alias/there): there is an alias 'alias/there' in us-east-1 already",
        "keys[5] (11111111-2222-4333-8444-555555555555): there is a key "
        "'11111111-2222-4333-8444-555555555555' in us-east-1 already; "
        "get it by kms.key('11111111-2222-4333-8444-555555555555')",
    ]


def test_a_mistake_hides_no_other(mistakes: Find, kms: KmsMock) -> None:
    """A key is tried without what is wrong, and so are its replicas, grants and ciphertexts."""
    kms.create_key(alias="alias/there", key_id=ID)

    found = mistakes(
        {
            "keys": [
                {
                    "alias": "alias/there",
                    "id": ID,
                    "tags": {"aws:x": "y"},
                    "rotation_days": 5,
                    "description": "d" * 8193,
                    "grants": [{"Nme": "x"}, {"Operations": ["Decrypt"]}],
                },
                {"multi_region": True, "replicas": ["us-east-1", {}, 5, "eu-wst-1"]},
                {"alias": "alias/b", "region": "us-est-1", "tags": {"aws:x": "y"}},
                {"alias": "alias/c", "private_key": "?", "usage": "SIGN_VERIFY"},
            ],
            "ciphertexts": [
                {"ciphertext": "?", "plaintext": "", "key": "alias/none"},
                {"ciphertext": "eA==", "plaintext": "eA==", "key": "alias/c"},
                {"ciphertext": "eA==", "plaintext": "eA==", "key": "alias/b"},
            ],
        }
    )

    about = sorted((line.partition(": ")[0], line.partition(": ")[2][:13]) for line in found)
    assert about == [
        ("ciphertexts[0]", "ciphertext is"),
        ("ciphertexts[0]", "plaintext has"),
        ("ciphertexts[0]", "there is no k"),
        ("keys[0] (alias/there)", "grants[0] has"),
        ("keys[0] (alias/there)", "rotation_days"),
        ("keys[0] (alias/there)", "tags: TagExce"),
        ("keys[0] (alias/there)", "there is a ke"),
        ("keys[0] (alias/there)", "there is an a"),
        ("keys[0] (alias/there), grants[1]", "ValidationExc"),
        ("keys[1], replicas[0]", "ValidationExc"),
        ("keys[1], replicas[1]", "a replica nee"),
        ("keys[1], replicas[2]", "is no mapping"),
        ("keys[1], replicas[3]", "region='eu-ws"),
        ("keys[2] (alias/b)", "region='us-es"),
        ("keys[2] (alias/b)", "tags: TagExce"),
        ("keys[3] (alias/c)", "private_key i"),
    ]


def test_a_ciphertext_of_a_key_with_a_mistake_adds_none(mistakes: Find) -> None:
    found = mistakes(
        {
            "keys": [{"alias": "alias/a", "state": "Gone"}],
            "ciphertexts": [{"ciphertext": "eA==", "plaintext": "eA==", "key": "alias/a"}],
        }
    )

    assert len(found) == 1


def test_what_is_null_is_left_out(kms: KmsMock) -> None:
    kms.load({"keys": [{"alias": "alias/a", "id": None, "policy": None}], "ciphertexts": None})

    assert kms.key("alias/a").state == "Enabled"

"""Seeds that have mistakes: each is named, with what is allowed, and never a secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

SECRET = "c0ffee" * 9
OTHER = "ab" * 32
ID = "11111111-2222-4333-8444-555555555555"

Find = Callable[[Any], list[str]]


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (5, "keys[0]: is no mapping; it can have id, "),
        ({"alais": "alias/a"}, "there is no member 'alais'. Did you mean 'alias'?"),
        ({"alias": "app"}, "keys[0] (app): alias='app' is no alias name, since those begin"),
        ({"alias": "alias/a b"}, "alias='alias/a b' is no name for an alias of your own"),
        ({"aliases": "alias/a"}, "aliases='alias/a' is no list"),
        ({"aliases": ["alias/a", "b"]}, "aliases=['alias/a', 'b'] in [1] is no alias name"),
        ({"alias": "alias/a", "aliases": ["alias/b"]}, "alias and aliases say the same"),
        ({"aliases": ["alias/a", "alias/a"]}, "alias/a is named twice"),
        ({"id": "1234"}, "keys[0] (1234): id='1234' is not a key ID, a UUID"),
        ({"spec": "RSA_2047"}, "Did you mean 'RSA_2048'?"),
        ({"spec": ["RSA_2048"]}, "spec=['RSA_2048'] is none of SYMMETRIC_DEFAULT, "),
        ({"usage": "SIGN"}, "usage='SIGN' is none of "),
        ({"usage": "SIGN_VERIFY"}, "is none of a SYMMETRIC_DEFAULT key, which can have ENCRYPT_"),
        ({"origin": "AWS"}, "origin='AWS' is none of AWS_KMS, EXTERNAL"),
        ({"state": "disabled"}, "Did you mean 'Disabled'?"),
        ({"state": "PendingImport"}, "none that this key has: Enabled, Disabled, PendingDeletion"),
        ({"origin": "EXTERNAL", "state": "Disabled"}, "PendingImport, PendingDeletion"),
        ({"region": "Europe"}, "region='Europe' is not a Region"),
        ({"account": 123456789012}, "account=123456789012 is not an account ID, 12 digits"),
        ({"policy": 5}, "policy is neither a policy document nor its JSON"),
        ({"policy": "{"}, "policy: MalformedPolicyDocumentException, a policy is an object of"),
        ({"policy": {}}, "policy: MalformedPolicyDocumentException, Missing required field"),
        ({"id": f"mrk-{'0' * 32}"}, "is that of a multi-Region key; write multi_region: true"),
        ({"material": b"x" * 32}, "is no text, but of type bytes; write its hex digits, or Base64"),
        ({"spec": "RSA_2048", "rotation_days": 90}, "rotation_days: UnsupportedOperationException"),
        ({"multi_region": True, "replicas": ["eu-wst-1"]}, "Did you mean 'eu-west-1'?"),
        ({"tags": ["red"]}, "tags=['red'] is no mapping of texts to texts"),
        ({"tags": {"team": 5}}, "tags={'team': 5} is no mapping of texts to texts"),
        ({"tags": {"aws:team": "red"}}, "tags: TagException"),
        ({"description": 5}, "description=5 is no text"),
        ({"multi_region": "yes"}, "multi_region='yes' is neither true nor false"),
        ({"rotation_days": 5}, "rotation_days=5 is no number of days from 90 to 2560"),
        ({"rotation_days": True}, "rotation_days=True is no number of days"),
        ({"replicas": ["eu-west-1"]}, "write multi_region: true"),
        ({"multi_region": True, "replicas": "eu-west-1"}, "replicas is no list"),
        ({"multi_region": True, "replicas": [5]}, "keys[0], replicas[0]: is no mapping"),
        ({"multi_region": True, "replicas": [{}]}, "replicas[0]: a replica needs its region"),
        ({"multi_region": True, "replicas": ["us-east-1"]}, "replicas[0]: ValidationException"),
        ({"multi_region": True, "replicas": ["nowhere"]}, "region='nowhere' is not a Region"),
        (
            {"multi_region": True, "replicas": [{"region": "eu-west-1", "state": "PendingImport"}]},
            "keys[0], replicas[0]: state='PendingImport' is none of Enabled, ",
        ),
        ({"grants": {}}, "grants is no list"),
        ({"grants": [5]}, "grants in [0] is no mapping"),
        ({"grants": [{"KeyId": "x"}]}, "grants[0] has 'KeyId', which is no parameter"),
        ({"grants": [{"Operation": []}]}, "Did you mean 'Operations'?"),
        ({"grants": [{"Operations": ["Decrypt"]}]}, "keys[0], grants[0]: ValidationException"),
        ({"material": SECRET}, "material has 27 bytes; a SYMMETRIC_DEFAULT key has 32 bytes"),
        ({"material": SECRET[:-1]}, "material has an odd number of hex digits"),
        ({"material": f"{SECRET}?"}, "material is neither hex digits nor Base64"),
        ({"material": int(SECRET, 16)}, "material is no text, but of type int"),
        ({"materials": [OTHER, SECRET]}, "materials[1] has 27 bytes"),
        ({"materials": [OTHER, OTHER]}, "materials has the same material twice"),
        ({"materials": [OTHER, None]}, "materials in [1] is no text, but of type NoneType"),
        ({"material": OTHER, "materials": [OTHER]}, "material and materials say the same"),
        ({"spec": "HMAC_256", "material": SECRET}, "a HMAC_256 key has the bytes of an HMAC key"),
        ({"spec": "HMAC_256", "materials": ["ab" * 32, "cd" * 32]}, "key has one material"),
        ({"spec": "RSA_2048", "material": SECRET}, "a RSA_2048 key has a private key of that spec"),
        ({"private_key": SECRET}, "private_key is no private key in PEM"),
        ({"material": f"-----BEGIN PRIVATE KEY-----{SECRET}"}, "which is for private_key"),
        (
            {
                "private_key": f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----",
            },
            "private_key is no private key of a spec that KMS has",
        ),
        (
            {
                "private_key": "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                f"{SECRET}\n-----END ENCRYPTED PRIVATE KEY-----",
            },
            "private_key is encrypted; write it without a password",
        ),
        ({"alias": "alias/aws/s3", "tags": {}}, "tags is AWS's to say of an AWS managed key"),
        ({"alias": "alias/aws/nothing"}, "is the alias of no AWS managed key that the mock knows"),
    ],
)
def test_a_mistake_of_a_key_is_named(mistakes: Find, key: Any, says: str) -> None:
    """Alone, by the key, the member and what is allowed, and without what may be secret."""
    [found] = mistakes({"keys": [key]})

    assert says in found
    assert found.startswith("keys[0]")
    assert SECRET[:12] not in found
    assert str(int(SECRET, 16))[:12] not in found


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

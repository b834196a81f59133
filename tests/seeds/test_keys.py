"""A key of a seed that has a mistake: it is named, with what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
        ({"alias": "alias/aws/s3", "tags": {}}, "tags is AWS's to say of an AWS managed key"),
        ({"alias": "alias/aws/nothing"}, "is the alias of no AWS managed key that the mock knows"),
    ],
)
def test_a_mistake_of_a_key_is_named(mistakes: Find, key: Any, says: str) -> None:
    """Alone, by the key, the member and what is allowed."""
    [found] = mistakes({"keys": [key]})

    assert says in found
    assert found.startswith("keys[0]")

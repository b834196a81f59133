"""Queries about a key that has everything, and the values of condition keys for them."""

from __future__ import annotations

from typing import Any, Final

import pytest

from pytest_kmsmock.service.authorization.condition_keys import names
from pytest_kmsmock.service.authorization.query import Query, Situation

NOW: Final = 1_780_000_000.0
USER: Final = "arn:aws:iam::111122223333:user/division/ann"
ROLE: Final = "arn:aws:iam::111122223333:role/service/Reader"

# A request that has everything at once, so that a key is missing only where it is not known.
EVERYTHING: Final = {
    "KeyId": "alias/app",
    "SourceKeyId": "alias/app",
    "DestinationKeyId": "alias/app",
    "EncryptionContext": {"tenant": "42"},
    "SourceEncryptionContext": {"tenant": "42"},
    "DestinationEncryptionContext": {"tenant": "42"},
    "BypassPolicyLockoutSafetyCheck": True,
    "KeyPairSpec": "RSA_2048",
    "EncapsulationAlgorithm": "ML_KEM",
    "ExpirationModel": "KEY_MATERIAL_EXPIRES",
    "Constraints": {"EncryptionContextSubset": {"tenant": "42"}, "SourceArn": "arn:aws:s3:::b"},
    "Operations": ["Decrypt"],
    "GranteePrincipal": USER,
    "GranteeServicePrincipal": "a.amazonaws.com",
    "RetiringPrincipal": USER,
    "RetiringServicePrincipal": "a.amazonaws.com",
    "KeyAgreementAlgorithm": "ECDH",
    "MacAlgorithm": "HMAC_SHA_256",
    "PrimaryRegion": "eu-west-1",
    "ReplicaRegion": "eu-west-1",
    "SigningAlgorithm": "ECDSA_SHA_256",
    "ValidTo": NOW,
    "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
    "WrappingKeySpec": "RSA_2048",
    "MultiRegion": True,
    "Tags": [{"TagKey": "team", "TagValue": "red"}],
    "TagKeys": ["team"],
}
OF_RECIPIENT: Final = {"PCR0": "aa", "PCR3": "bb", "NitroTPMPCR4": "cc"}


@pytest.fixture
def query(helpers: Any) -> Any:
    """Make a query of one permission, on a key that has everything."""

    def make(permission: str, *, on_key: bool = True, **more: Any) -> Query:
        key = helpers.new_key({}, tags={"team": "red"}, multi_region="PRIMARY")
        grant = helpers.new_grant(**EVERYTHING) if permission == "kms:RetireGrant" else None
        members = {
            "permission": permission,
            "resource": key.arn if on_key else "*",
            "authority": "key" if on_key else "iam",
            "caller": helpers.who(ROLE, context={"kms:viaservice": "s3.us-west-2.amazonaws.com"}),
            "region": "us-west-2",
            "now": NOW,
            "params": EVERYTHING,
            "key": key if on_key else None,
            "grant": grant,
            "recipient": OF_RECIPIENT,
        }
        return Query(**(members | more))

    return make


@pytest.fixture
def value(helpers: Any) -> Any:
    """Return the value of a condition key for a query."""

    def of(name: str, query: Query, **world: Any) -> Any:
        world = {"aliases": ["alias/app"], **world}
        return names.known(name).value(Situation(query, helpers.Surroundings(**world)))

    return of

"""Variables of the environment by which a program of any language finds an endpoint."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from .verification import Credentials

# In which clients look for whom to trust.
_TRUST: Final = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
PROFILES: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_DIRECT: Final = ("NO_PROXY", "no_proxy")
_HOSTS: Final = ("127.0.0.1", "localhost")


def variables(
    url: str, region: str, credentials: Credentials, trust: Path | None, profiles: Path
) -> dict[str, str]:
    """
    Return what to add to the environment of a program.

    Args:
        trust: The file of who vouches for the endpoint's certificate, if it has one.
        profiles: A file with a profile "default" of these credentials, for programs to which
            the environment gives a profile: there is none but this one.
    """
    found = {
        "AWS_ENDPOINT_URL_KMS": url,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret,
        # Of other credentials, which the environment may have.
        "AWS_SESSION_TOKEN": "",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        # By which the URL would be passed over, or refused.
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "AWS_USE_FIPS_ENDPOINT": "false",
        "AWS_USE_DUALSTACK_ENDPOINT": "false",
    }
    if trust is not None:
        found |= dict.fromkeys(_TRUST, str(trust))
    given = [name for name in PROFILES if os.environ.get(name)]
    if given:
        # No value is "none" to all clients, so that there has to be the one that is named.
        found |= dict.fromkeys(given, "default")
        found["AWS_CONFIG_FILE"] = found["AWS_SHARED_CREDENTIALS_FILE"] = str(profiles)
    for name in _DIRECT:
        before = [host for host in os.environ.get(name, "").split(",") if host]
        found[name] = ",".join([*before, *(host for host in _HOSTS if host not in before)])
    return found


def profile_of(credentials: Credentials, region: str) -> str:
    """Return a configuration file with the one profile "default"."""
    return (
        f"[default]\nregion = {region}\naws_access_key_id = {credentials.access_key}\n"
        f"aws_secret_access_key = {credentials.secret}\n"
    )


def put(variables: Mapping[str, str | None]) -> dict[str, str | None]:
    """Put *variables* into this process's environment; return what was there before."""
    before = {name: os.environ.get(name) for name in variables}
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    return before

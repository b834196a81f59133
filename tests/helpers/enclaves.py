"""An enclave that documents and certificates are made for."""

from __future__ import annotations

import datetime as dt
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

NOW: Final = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
PCRS: Final = {0: b"\xab" * 48, 1: bytes(48)}
P384: Final = ec.generate_private_key(ec.SECP384R1())

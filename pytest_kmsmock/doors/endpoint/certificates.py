"""Certificates of an endpoint as files: what clients are to trust, while the endpoint is open."""

from __future__ import annotations

import shutil
import ssl
import tempfile
from pathlib import Path

from ...crypto.tls import server_certificate
from . import real_time


class Trust:
    """
    A certificate made for one endpoint, and the file of who vouches for it.

    Attributes:
        context: For the endpoint's connections.
        file: What clients are to trust.
    """

    def __init__(self) -> None:
        made = server_certificate(real_time.wall())
        self._folder = Path(tempfile.mkdtemp(prefix="kmsmock-"))  # nobody else's to read
        try:
            self.file = self._folder / "authority.pem"
            self.file.write_bytes(made.authority)
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            # The standard library takes files only.
            own = self._folder / "own.pem"
            own.touch(mode=0o600)
            own.write_bytes(made.key + made.chain)
            self.context.load_cert_chain(own)
            own.unlink()
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """Remove the file."""
        shutil.rmtree(self._folder, ignore_errors=True)

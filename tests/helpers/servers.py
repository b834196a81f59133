"""Another KMS, at an endpoint of its own: a mock that HTTP leads to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pytest_kmsmock.backend import Backend
from pytest_kmsmock.doors.http import body_of_error, body_of_response
from pytest_kmsmock.service.api.errors import KmsError
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.settings import DEFAULTS

Change = Callable[[str, int, dict[str, Any]], tuple[int, dict[str, Any]]]


def as_it_is(operation: str, status: int, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return status, body


@contextmanager
def kms_server(
    change: Change = as_it_is, account: str = "999988887777"
) -> Iterator[tuple[str, list[str]]]:
    """
    Serve another KMS; yield its URL, and the operations that it is asked for.

    Args:
        change: Returns what it answers in place of what it would.
    """
    backend = Backend(DEFAULTS)
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            operation = self.headers["X-Amz-Target"].partition(".")[2]
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(operation)
            request = Request(operation, body, "us-east-1", Caller(account), "an-id")
            try:
                status, content = 200, body_of_response(backend.service.handle(request))
            except KmsError as error:
                status, content = error.status, body_of_error(error)
            status, changed = change(operation, status, json.loads(content or b"{}"))
            content = json.dumps(changed).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

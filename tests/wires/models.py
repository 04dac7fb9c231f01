"""A loopback server with models to fetch: as much of the Hugging Face Hub as the libraries for voice ask for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

COMMIT = "a" * 40


class ModelServer(ThreadingHTTPServer):
    """Serves the files of a folder under every name; `missing` are those that are not there, `asked` is every path."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.folder = folder
        self.missing: set[str] = set()
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ModelServer

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the base names it
        pass

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)
        files = [file for file in sorted(self.server.folder.iterdir()) if file.name not in self.server.missing]
        found = next((file for file in files if path.endswith(f"/{file.name}")), None)
        if "/tree/" in path:
            self._send(json.dumps([_entry(file) for file in files]).encode())
        elif path.startswith("/api/models/"):
            siblings = [{"rfilename": file.name} for file in files]
            self._send(json.dumps({"id": "a/model", "sha": COMMIT, "siblings": siblings}).encode())
        elif found:
            self._send(found.read_bytes(), found.name)
        else:
            self._send(b"", status=404)

    def _send(self, body: bytes, name: str = "", *, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if name:
            self.send_header("ETag", f'"{name.encode().hex():0<40.40}"')
            self.send_header("X-Repo-Commit", COMMIT)
        else:
            self.send_header("Content-Type", "application/json")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def _entry(file: Path) -> dict[str, Any]:
    return {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": "b" * 40}


@contextmanager
def serving_models(folder: Path) -> Iterator[ModelServer]:
    with ModelServer(folder) as server:
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield server
        finally:
            server.shutdown()
            serving.join()

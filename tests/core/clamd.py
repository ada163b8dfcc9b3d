"""A small clamd on a socket of its own: it speaks the real protocol and finds EICAR, or misbehaves in the ways the real one may."""

from __future__ import annotations

import socketserver
import struct
import threading

from core.management.commands.scan import EICAR

FOUND = b"Eicar-Test-Signature"


class Handler(socketserver.BaseRequestHandler):
    def exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            more = self.request.recv(size - len(found))
            if not more:
                raise ConnectionError
            found += more
        return found

    def handle(self):
        asked = self.exactly(6)
        if asked == b"zPING\0":
            self.request.sendall(self.server.manner if isinstance(self.server.manner, bytes) and self.server.manner else b"PONG\0")
            return
        assert asked + self.exactly(4) == b"zINSTREAM\0"
        if self.server.manner == "gone":
            return
        body = b""
        while size := struct.unpack("!I", self.exactly(4))[0]:
            body += self.exactly(size)
        self.server.seen.append(len(body))
        if self.server.manner == "hang":
            self.server.over.wait(10)
            return
        answer = self.server.manner or (b"stream: " + FOUND + b" FOUND" if EICAR in body else b"stream: OK")
        self.request.sendall(answer + b"\0" * (not answer.endswith(b"~")))


class Clamd(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.manner, self.seen, self.over = b"", [], threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def end(self):
        self.over.set()
        self.shutdown()
        self.server_close()

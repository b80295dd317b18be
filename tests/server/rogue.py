"""A server that speaks just enough of the protocol to be up to no good, and remembers what it got."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType

from pymysql.constants import CLIENT

OK = b"\x00\x00\x00\x02\x00\x00\x00"
EOF = b"\xfe\x00\x00\x02\x00"
# Ask the client for a file of its machine.
WANTS_FILE = b"\xfb/etc/hostname"

Answer = Callable[[str], list[bytes]]


def rows(*values: tuple[str, ...]) -> list[bytes]:
    """The packets of a result set whose columns are all texts."""
    names = [f"c{number}" for number in range(len(values[0]))]
    return [
        bytes([len(names)]),
        *map(_column, names),
        EOF,
        *(b"".join(map(_text, row)) for row in values),
        EOF,
    ]


def _text(value: str) -> bytes:
    data = value.encode()
    return b"\xfc" + struct.pack("<H", len(data)) + data


def _column(name: str) -> bytes:
    head = b"".join(map(_text, ("def", "", "", "", name, name)))
    return head + b"\x0c" + struct.pack("<HIBHB", 45, 1024, 253, 0, 0) + b"\x00\x00"


class Rogue:
    """Listens on loopback; `answer` gets each statement and gives the packets to send back.

    Attributes:
        received: all bytes that clients have sent.
        statements: the SQL of them.
    """

    def __init__(
        self,
        answer: Answer = lambda sql: [OK],
        *,
        greets: bool = True,
        version: str = "9.7.4",
        port: int = 0,
    ) -> None:
        self.answer = answer
        self.greets = greets
        self.version = version
        self.received = b""
        self.statements: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Rogue:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # close() alone does not wake a thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                client.settimeout(5)
                with contextlib.suppress(OSError):
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        if self.greets:
            self._send(client, 0, [self._greeting()])
        if not self._packet(client):
            return
        self._send(client, 2, [OK])
        while packet := self._packet(client):
            if packet[0] == 3:
                self.statements.append(packet[1:].decode())
                self._send(client, 1, self.answer(self.statements[-1]))

    def _greeting(self) -> bytes:
        """Without CLIENT.SSL: there is no TLS here."""
        capabilities = CLIENT.CAPABILITIES
        return (
            b"\x0a"
            + self.version.encode()
            + b"\x00"
            + struct.pack("<I", 7)
            + b"saltsalt\x00"
            + struct.pack("<HBHHB", capabilities & 0xFFFF, 45, 2, capabilities >> 16, 21)
            + bytes(10)
            + b"saltsaltsalt\x00"
            + b"mysql_native_password\x00"
        )

    def _packet(self, client: socket.socket) -> bytes:
        head = self._bytes(client, 4)
        return self._bytes(client, int.from_bytes(head[:3], "little")) if head else b""

    def _bytes(self, client: socket.socket, count: int) -> bytes:
        data = b""
        while len(data) < count and (piece := client.recv(count - len(data))):
            data += piece
        self.received += data
        return data

    def _send(self, client: socket.socket, first: int, packets: list[bytes]) -> None:
        for number, packet in enumerate(packets, start=first):
            client.sendall(struct.pack("<I", len(packet))[:3] + bytes([number % 256]) + packet)

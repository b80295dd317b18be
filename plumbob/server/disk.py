"""How much room the disk of a server has, where that is a folder of this machine; nobody knows it elsewhere."""

from __future__ import annotations

import os
import re
import socket

from plumbob.server.connection import Server

# Any other name is written in another way in the names of files.
_PLAIN = re.compile(r"[0-9A-Za-z_]+")


def free_bytes(server: Server) -> int | None:
    """What is free where the tables of the chosen database are; None where it cannot be known.

    A loopback address may lead into a container or through a tunnel: the server has to give the name of
    this machine as well.
    """
    if not server.target.is_local:
        return None
    folder, host = server.query("SELECT @@datadir, @@hostname")[0]
    if host != socket.gethostname():
        return None
    if _PLAIN.fullmatch(server.database or ""):
        own = _free(os.path.join(folder, server.database or ""))
        if own is not None:
            return own
    return _free(folder)


def _free(folder: str) -> int | None:
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize

"""Measures how long things take on this machine, and prints it; it judges nothing.

A benchmark is a function whose first line of documentation says what is measured, and which
yields a name and a number of seconds, again and again; add it to BENCHES.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from plumbob.server.binaries import found
from plumbob.server.sandbox import Sandbox

RUNS = 5


def sandbox_start() -> Iterator[tuple[str, float]]:
    """A private server, from nothing until it answers (median of 5)"""
    for binary in found():
        with Sandbox(binary):
            pass  # Makes the template, which is made once only.
        seconds = []
        for _ in range(RUNS):
            before = time.perf_counter()
            with Sandbox(binary):
                seconds.append(time.perf_counter() - before)
        yield str(binary.flavour), statistics.median(seconds)


BENCHES = (sandbox_start,)


def main() -> None:
    for bench in BENCHES:
        print((bench.__doc__ or bench.__name__).partition("\n")[0])
        for name, seconds in bench():
            print(f"  {seconds:8.3f} s  {name}", flush=True)


if __name__ == "__main__":
    main()

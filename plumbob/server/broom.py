"""Removes a folder when the process that started it is gone, however that ended, or closes its pipe.

Run as a script, isolated and without plumbob: `broom.py FOLDER`. It is for what nobody may find later.
"""

import shutil
import signal
import sys


def main(folder: str) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # Nothing is ever written: this ends with the pipe.
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])

"""A program that takes numbers as fast as it can and says each one that was answered, until it is killed.

`python taking_program.py FOLDER [BYTES]`: with BYTES no file may grow beyond that, as on a full disk; once that was
refused there is room again, and the program takes one more number and ends.
"""

from gevent import monkey

monkey.patch_all()

import resource  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402

from contract import commands as c  # noqa: E402
from contract import replies as r  # noqa: E402
from server.app import log_to_stderr  # noqa: E402
from tests.server.hall_kit import DESK, HallOnDisk  # noqa: E402

AT_ONCE = 8


def say(hall: HallOnDisk) -> bool:
    """Take a number and say it, or the refusal's code; whether it was a number."""
    reply = hall.ask(c.TakeNumber(line="A"), DESK)
    print(reply.number if isinstance(reply, r.Issued) else getattr(reply, "code", reply), flush=True)
    return isinstance(reply, r.Issued)


def for_ever(hall: HallOnDisk) -> None:
    """Until the disk is full."""
    while say(hall):
        pass


def main(folder: Path, limit: int | None) -> None:
    log_to_stderr("error")
    hall = HallOnDisk(folder)
    hall.open()
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    gevent.joinall([gevent.spawn(for_ever, hall) for _ in range(AT_ONCE)], raise_error=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    say(hall)
    hall.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)

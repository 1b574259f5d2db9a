"""The command line of paihao whose server goes by the wall clock alone, so that its time stands where it is put.

A server counts on the monotonic clock, which runs on under the set clock.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path[0] = str(Path(__file__).parents[2])

from paihao import main  # noqa: E402
from server import steady_clock  # noqa: E402

if __name__ == "__main__":
    steady_clock.counted_ns = time.time_ns
    main()

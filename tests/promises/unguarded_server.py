"""The controls of the proofs over PostgreSQL: `paihao serve` with guards taken away. Exists only here.

The first argument names them, joined by "+"; the others are `paihao serve`'s.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from unittest.mock import patch  # noqa: E402

from server.command.serve import serve  # noqa: E402
from server.live import several  # noqa: E402
from server.storage import postgres, postgres_sql, postgres_store  # noqa: E402

_NEVER_S = 3600.0
GUARDS = {
    # COMMIT is answered before it is written, which the server does not allow its own sessions
    "sync": (postgres, "_SESSION", f"{postgres._SESSION}, set_config('synchronous_commit', 'off', false)"),
    # nobody looks at the database for what other processes did, unless Redis says so
    "look": (several, "LOOK_EVERY_S", _NEVER_S),
    # the hall's row is read without its lock
    "lock": (postgres_store, "LOCK_HALLS", postgres_sql.LOCK_HALLS.replace(" FOR UPDATE", "")),
}

if __name__ == "__main__":
    with ExitStack() as stack:
        for guard in sys.argv.pop(1).split("+"):
            stack.enter_context(patch.object(*GUARDS[guard]))
        serve()

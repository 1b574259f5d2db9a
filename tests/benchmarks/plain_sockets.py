"""The baseline of all fan-outs: `websockets` on uvloop, one message to all its connections (see child.py)."""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

_connections: set[ServerConnection] = set()


async def _stay(connection: ServerConnection) -> None:
    _connections.add(connection)
    try:
        await connection.wait_closed()
    finally:
        _connections.discard(connection)


def _say(revision: int, size: int) -> dict[str, Any]:
    """A message of so many bytes to all of them; when that began."""
    head = f'42["change",{{"revision":{revision},"text":"'
    told = time.perf_counter()
    broadcast(_connections, head + "x" * (size - len(head) - 3) + '"}]')
    return {"told": told}


async def main() -> None:
    """Serve until nothing more is asked."""
    async with serve(_stay, "127.0.0.1", 0, compression=None, ping_interval=None, backlog=4096) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            asked = json.loads(line)
            asked.pop("do")
            print(json.dumps(_say(**asked)), flush=True)


if __name__ == "__main__":
    uvloop.run(main())

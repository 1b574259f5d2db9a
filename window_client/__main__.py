"""`python -m window_client`: the same as `paihao window`."""

from gevent import monkey

monkey.patch_all()

from window_client.command import window  # noqa: E402 (sockets and threads must be patched first)

if __name__ == "__main__":
    window()

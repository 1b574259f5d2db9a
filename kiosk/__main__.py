"""`python -m kiosk`: the same as `paihao kiosk`."""

from gevent import monkey

monkey.patch_all()

from kiosk.command import kiosk  # noqa: E402 (sockets and threads must be patched first)

if __name__ == "__main__":
    kiosk()

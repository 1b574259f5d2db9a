"""One message for all screens of an audience, ready for the wire: made once, written to each as it is."""

import struct

_FINAL_TEXT = 0x81  # RFC 6455, 5.2: the only and last frame of a text message; a server does not mask


def event_frame(event: str, body: str) -> bytes:
    """A Socket.IO event of the default namespace (`42[name,body]`) in one websocket frame. `body` is JSON."""
    text = f'42["{event}",{body}]'.encode()
    size = len(text)
    if size < 126:
        return struct.pack("!BB", _FINAL_TEXT, size) + text
    if size < 2**16:
        return struct.pack("!BBH", _FINAL_TEXT, 126, size) + text
    return struct.pack("!BBQ", _FINAL_TEXT, 127, size) + text

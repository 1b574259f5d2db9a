"""Profiles of made-up devices: each shape of frame that a profile may name, as a hall could write it down."""

HEAD = """
kind = "keypad"
confidence = "B"
source = "made up"
rx_policy = "event"
title = { zh = "样品", en = "A sample" }
note = { zh = "未经真机验证", en = "Unverified on hardware" }
[link]
kind = "serial"
baud = 9600
bits = 8
parity = "none"
stop = 1
flow = "none"
gap_ms = 80
exclusive = true
"""
ACK = 'ack = { how = "none", taken_within_ms = 500, repeat_ms = 200, repeats = 5 }\n'

# A length of two bytes, low byte first, that counts the whole frame; CRC-16/MODBUS over everything before it.
COUNTED = f"""id = "counted-keypad"
check = "crc16-modbus"
{ACK}bus = {{ addressing = "byte", lowest = 1, highest = 99 }}
{HEAD}[frame_rx]
mode = "length"
family = "counted"
start = "5A A5"
head = 1
shortest = 2
longest = 20
check = "crc16-modbus"
check_from = "frame"
inter_byte_timeout_ms = 50
length = {{ size = 2, order = "low first", counts_from = "frame", counts_to = "check" }}
[commands]
start_rating = "[ ( 5A A5 01 {{len16le}} {{addr}} 01 ) {{check}} ]"
[press]
function = "11"
levels = [1, 2, 3]
key_map = {{ "00" = 3, "01" = 2, "02" = 1 }}
"""

FIXED = f"""id = "fixed-keypad"
check = "neg8"
commands = {{}}
{ACK}bus = {{ addressing = "byte", lowest = 1, highest = 99 }}
{HEAD}[frame_rx]
mode = "fixed"
family = "fixed"
start = "7B"
size = 3
tail = "7D"
check = "neg8"
check_from = "frame"
inter_byte_timeout_ms = 50
[press]
function = "50"
levels = [1, 3, 4, 5]
key_map = {{ "31" = 5, "32" = 4, "33" = 3, "34" = 1 }}
[[vectors]]
hex = "7B 05 50 31 FF 7D"
event = {{ address = 5, level = 5 }}
[[vectors]]
hex = "7B 05 50 32 FE 7D"
event = {{ address = 5, level = 4 }}
[[vectors]]
hex = "7B 05 50 33 FD 7D"
event = {{ address = 5, level = 3 }}
[[vectors]]
hex = "7B 05 50 34 FC 7D"
event = {{ address = 5, level = 1 }}
[[vectors]]
hex = "7B 05 50 35 FB 7D"
"""

ESCAPED = f"""id = "escaped-keypad"
check = "crc16-arc"
commands = {{}}
{ACK}bus = {{ addressing = "byte", lowest = 1, highest = 254 }}
{HEAD}[frame_rx]
mode = "delimited"
family = "escaped"
start = "A5 A5"
tail = "5A"
longest = 40
check = "crc16-arc"
escape = {{ "A5" = "A6 02", "A6" = "A6 01", "5A" = "5B 02", "5B" = "5B 01" }}
inter_byte_timeout_ms = 50
[press]
function = "5A"
levels = [1, 2, 3, 4, 5]
key_map = {{ "A5" = 5, "A6" = 4, "5A" = 3, "5B" = 2, "00" = 1 }}
"""

LINE = f"""id = "line-keypad"
check = "none"
commands = {{}}
{ACK}bus = {{ addressing = "none", lowest = 0, highest = 99 }}
{HEAD}[frame_rx]
mode = "line"
family = "line"
start = "50 4A 3A"
ends = "0D 0A"
longest = 16
inter_byte_timeout_ms = 100
[press]
text = true
levels = [1, 2, 3, 4, 5]
key_map = {{ "FCMY" = 5, "MY" = 4, "JBMY" = 3, "BMY" = 2, "FCBMY" = 1 }}
[[vectors]]
hex = "50 4A 3A 46 43 4D 59 0D 0A"
event = {{ address = 0, level = 5 }}
[[vectors]]
hex = "50 4A 3A 4D 59 0D"
event = {{ address = 0, level = 4 }}
[[vectors]]
hex = "50 4A 3A 4A 42 4D 59 0A"
event = {{ address = 0, level = 3 }}
[[vectors]]
hex = "50 4A 3A 42 4D 59 0D"
event = {{ address = 0, level = 2 }}
[[vectors]]
hex = "50 4A 3A 46 43 42 4D 59 0D"
event = {{ address = 0, level = 1 }}
[[vectors]]
hex = "50 4A 3A 59 0D"
"""


def vector(hex_: bytes, address: int, level: int | None) -> str:
    """A vector in TOML; without a level the bytes must not become an event."""
    event = "" if level is None else f"event = {{ address = {address}, level = {level} }}\n"
    return f'[[vectors]]\nhex = "{hex_.hex(" ")}"\n{event}'


def crc16(data: bytes, start: int) -> bytes:
    """CRC-16 with polynomial 8005 reflected, low byte first, bit by bit from the definition."""
    register = start
    for bit in (byte >> place & 1 for byte in data for place in range(8)):
        register = register >> 1 ^ (0xA001 if (register ^ bit) & 1 else 0)
    return register.to_bytes(2, "little")


def counted_press(address: int, value: int) -> bytes:
    """A press of the counted keypad: nine bytes in all."""
    frame = bytes([0x5A, 0xA5, 0x77, 10, 0, address, 0x11, value])
    return frame + crc16(frame, 0xFFFF)


def escaped_press(address: int, value: int) -> bytes:
    """A press of the escaped keypad."""
    body = bytes([address, 0x5A, value])
    instead = {0xA5: b"\xa6\x02", 0xA6: b"\xa6\x01", 0x5A: b"\x5b\x02", 0x5B: b"\x5b\x01"}
    inside = b"".join(instead.get(byte, bytes([byte])) for byte in body + crc16(body, 0))
    return b"\xa5\xa5" + inside + b"\x5a"


def _start(address: int) -> str:
    frame = bytes([0x5A, 0xA5, 0x01, 9, 0, address, 0x01])
    raw = frame + crc16(frame, 0xFFFF)
    return f'[[vectors]]\nsends = "start_rating"\naddress = {address}\nhex = "{raw.hex(" ")}"\n'


_COUNTED = [vector(counted_press(5, value), 5, level) for value, level in ((0, 3), (1, 2), (2, 1), (3, None))]
_ESCAPED = [(0xA5, 5), (0xA6, 4), (0x5A, 3), (0x5B, 2), (0, 1), (1, None)]
SAMPLES = {
    "counted-keypad": COUNTED + _start(5) + "".join(_COUNTED),
    "fixed-keypad": FIXED,
    "escaped-keypad": ESCAPED + "".join(vector(escaped_press(0xA5, value), 0xA5, level) for value, level in _ESCAPED),
    "line-keypad": LINE,
}

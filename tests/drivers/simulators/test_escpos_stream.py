"""A printer understands the same job however its bytes are cut on the way."""

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.simulators.escpos_stream import Command, EscposStream

JOB = bytes.fromhex(
    "1b40 1c26 1b6101 1d2111"  # reset, kanji mode, centre, double size
    "c7eb 41303033 bac5 0a"  # 请A003号
    "1d763000 0200 0300 ffff 1b40 1d56"  # raster whose dots look like commands
    "1d286b0300 314308 1d286b0800 315030 68656c6c6f 1d286b0300 315130"  # QR "hello"
    "1b4405 0a 00 1d6b04 313233 00 1d6b4902 4142 1b2a21 0100 aabbcc"  # tabs, two bar codes, a column image
    "1004 02 1b6406 1d564203 1d7201".replace(" ", "")
)
NAMES = [
    "ESC @", "FS &", "ESC a", "GS !", "text", "LF", "GS v", "GS (", "GS (", "GS (", "ESC D", "GS k", "GS k", "ESC *",
    "DLE EOT", "ESC d", "GS V", "GS r",
]  # fmt: skip


def joined(commands: list[Command]) -> list[tuple[str, bytes]]:
    """Commands with neighbouring runs of text put together."""
    result: list[tuple[str, bytes]] = []
    for command in commands:
        if command.name == "text" and result and result[-1][0] == "text":
            result[-1] = ("text", result[-1][1] + command.arguments)
        else:
            result.append((command.name, command.arguments))
    return result


def test_a_job_is_read_as_the_commands_it_was_written_as() -> None:
    commands = EscposStream().feed(JOB)

    assert [command.name for command in commands] == NAMES
    assert commands[6].arguments[6:] == bytes.fromhex("ffff1b401d56"), "dots are not commands"
    assert sum(command.size for command in commands) == len(JOB)


def test_a_job_cut_anywhere_is_the_same_job() -> None:
    whole = joined(EscposStream().feed(JOB))

    for cut in range(len(JOB) + 1):
        stream = EscposStream()
        assert joined(stream.feed(JOB[:cut]) + stream.feed(JOB[cut:])) == whole, f"cut at {cut}"
        assert stream.unfinished == 0


def test_a_job_that_comes_byte_by_byte_is_the_same_job() -> None:
    stream = EscposStream()

    assert joined([command for byte in JOB for command in stream.feed(bytes((byte,)))]) == joined(
        EscposStream().feed(JOB)
    )


def test_a_status_question_inside_a_picture_counts_as_dots() -> None:
    stream = EscposStream()
    stream.feed(bytes.fromhex("1d763000 0100 0400".replace(" ", "")))

    assert stream.feed(bytes.fromhex("100402")) == []
    assert [command.name for command in stream.feed(bytes.fromhex("00100402"))] == ["GS v", "DLE EOT"]


def test_half_a_picture_left_by_a_lost_host_is_flushed_by_zeros() -> None:
    stream = EscposStream()
    stream.feed(bytes.fromhex("1d763000 4800 1000 ffff".replace(" ", "")))
    flushed = stream.feed(bytes(8192))

    assert flushed[0].name == "GS v"
    assert {command.name for command in flushed[1:]} == {"NUL"}
    assert [command.name for command in stream.feed(b"\x10\x04\x01")] == ["DLE EOT"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_at_all_can_break_the_reading(pieces: list[bytes]) -> None:
    stream = EscposStream()
    sizes = [command.size for piece in pieces for command in stream.feed(piece)]

    assert sum(sizes) + stream.unfinished == sum(len(piece) for piece in pieces)

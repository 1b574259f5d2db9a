"""Reads a hall file as text, or says why it is none."""

from pathlib import Path

from server.domain.hall import Text

LARGEST = 5 * 1024 * 1024  # bytes


class Unreadable(ValueError):
    """The file is not the text it should be. `line` is where, counted from 1."""

    def __init__(self, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.line = line
        self.reason = Text(zh, en)


def read_text(path: Path) -> str:
    """The file's text without a byte order mark. Raises Unreadable."""
    data = _bytes(path)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(1, "文件是 UTF-16 编码，请另存为 UTF-8", "the file is UTF-16; save it as UTF-8")
    if b"\0" in data:
        line = _line(data, data.index(b"\0"))
        raise Unreadable(line, "含有 NUL 字节，不是文本文件", "has a NUL byte; this is no text file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong_encoding(data, error.start) from None
    if not text.strip():
        raise Unreadable(1, "文件是空的", "the file is empty")
    return text


def _bytes(path: Path) -> bytes:
    try:
        if not path.exists():
            raise Unreadable(1, "没有这个文件", "there is no such file")
        if not path.is_file():
            raise Unreadable(1, "不是普通文件", "this is not a regular file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise Unreadable(1, f"不能读取：{reason}", f"cannot be read: {reason}") from None
    if len(data) > LARGEST:
        raise Unreadable(1, "文件超过 5 MB", "the file is larger than 5 MB")
    return data


def _wrong_encoding(data: bytes, at: int) -> Unreadable:
    line = _line(data, at)
    try:
        data.decode("gbk")
    except UnicodeDecodeError:
        return Unreadable(line, "不是 UTF-8 文本", "is not UTF-8 text")
    return Unreadable(
        line,
        "文件是 GBK 编码，请另存为 UTF-8（Excel 选「CSV UTF-8」）",
        "the file seems to be GBK; save it as UTF-8 (in Excel: CSV UTF-8)",
    )


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1

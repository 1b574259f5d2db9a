"""Why a backup or a restore stopped: for each code what happened and what to do, in Chinese and English."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Fault(StrEnum):
    """What can be in the way."""

    NO_DATABASE = "no_database"
    EXISTS = "exists"
    NO_SPACE = "no_space"
    CANNOT_WRITE = "cannot_write"
    SOURCE_DAMAGED = "source_damaged"
    NOT_A_BACKUP = "not_a_backup"
    DAMAGED = "damaged"
    NEWER = "newer"
    NOT_EMPTY = "not_empty"
    NOT_AS_SAVED = "not_as_saved"
    INVARIANTS = "invariants"


_WORDS: dict[Fault, tuple[tuple[str, str], tuple[str, str]]] = {
    Fault.NO_DATABASE: (("{where} 里没有数据库", "There is no database in {where}"), ("请检查 --data", "Check --data")),
    Fault.EXISTS: (
        ("{where} 已存在，没有覆盖", "{where} exists and was not overwritten"),
        ("请换一个文件名，或只写文件夹", "Choose another name, or name a folder only"),
    ),
    Fault.NO_SPACE: (
        ("{where} 的磁盘空间不够，没有留下半个文件", "There is no room at {where}; no half file was left"),
        ("请清理磁盘或换一个地方再试", "Free space or choose another place, then try again"),
    ),
    Fault.CANNOT_WRITE: (
        ("不能写入 {where}：{why}", "Cannot write to {where}: {why}"),
        ("请检查路径和权限", "Check the path and its rights"),
    ),
    Fault.SOURCE_DAMAGED: (
        ("数据库本身已损坏：{why}", "The database itself is damaged: {why}"),
        (
            "不要删除旧备份；请检查磁盘，再从最近的好备份恢复",
            "Keep the older backups; check the disk, then restore the newest good one",
        ),
    ),
    Fault.NOT_A_BACKUP: (
        ("{where} 不是 paihao 的备份", "{where} is no backup of paihao"),
        ("请检查文件名", "Check the name of the file"),
    ),
    Fault.DAMAGED: (
        (
            "备份 {where} 不完整或被改动过：校验和不符",
            "The backup {where} is cut short or was altered: its checksum does not fit",
        ),
        ("请重新拷贝这个文件，或用另一份备份", "Copy the file again, or use another backup"),
    ),
    Fault.NEWER: (
        ("备份的数据版本是 {why}，比本程序新", "The backup has schema {why}, newer than this program"),
        (
            "请安装不早于备份时的程序版本再恢复",
            "Install a version of the program that is not older than the backup, then restore",
        ),
    ),
    Fault.NOT_EMPTY: (
        ("{where} 不是空文件夹，没有覆盖", "{where} is not an empty folder and was not overwritten"),
        ("请恢复到一个新的文件夹，核对后再换名", "Restore into a new folder, look at it, then rename"),
    ),
    Fault.NOT_AS_SAVED: (
        ("解出的数据与备份清单不符：{why}", "What was unpacked is not what the backup's list says: {why}"),
        ("请用另一份备份", "Use another backup"),
    ),
    Fault.INVARIANTS: (
        ("备份里的数据违反了不变量：{why}", "The data in the backup breaks an invariant: {why}"),
        ("请用更早的备份；要看全部问题用 paihao doctor", "Use an earlier backup; paihao doctor shows all findings"),
    ),
}


class BackupStopped(Exception):
    """Nothing was left half done. `fault` is its code."""

    def __init__(self, fault: Fault, where: Path | str = "", why: str = "") -> None:
        said, todo = _WORDS[fault]
        zh, en, todo_zh, todo_en = (text.format(where=where, why=why) for text in (*said, *todo))
        super().__init__(f"[{fault}] {zh}。{todo_zh} / {en}. {todo_en}")
        self.fault = fault


@contextmanager
def told(where: Path) -> Iterator[None]:
    """What the disk says, in our words. Raises BackupStopped."""
    try:
        yield
    except OSError as error:
        fault = Fault.NO_SPACE if error.errno in _NO_SPACE else Fault.CANNOT_WRITE
        raise BackupStopped(fault, where, error.strerror or str(error)) from error
    except sqlite3.DatabaseError as error:
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise BackupStopped(Fault.NO_SPACE, where) from error
        raise BackupStopped(Fault.SOURCE_DAMAGED, where, str(error)) from error

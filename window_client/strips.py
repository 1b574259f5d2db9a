"""What stands on the strip above a window: at most 16 cells, a Chinese character taking two."""

from typing import Final

from contract.cards import WindowCard
from contract.words import WindowState

CELLS: Final = 16
ASK_STAFF: Final = "请询问工作人员"  # the agent has not heard the server for a minute

OF_STATE: Final = {
    WindowState.CLOSED: "暂未开放",
    WindowState.FREE: "欢迎光临",
    WindowState.PAUSED: "暂停服务",
}


def cells(text: str) -> int:
    """Width on the strip: one cell per byte of GBK."""
    return sum(1 if sign.isascii() else 2 for sign in text)


def strip_text(card: WindowCard) -> str:
    """The longest wording that fits: 「请A012到101窗口」; with long numbers 窗口 becomes 号, then 请 goes."""
    if card.state in OF_STATE or card.number is None:
        return OF_STATE.get(card.state, OF_STATE[WindowState.FREE])
    number, window = card.number, card.window
    if card.state is WindowState.CALLED:
        wordings = [
            f"请{number}到{window}窗口",
            f"请{number}到{window}号",
            f"{number}到{window}号",
            f"请{number}",
            number,
        ]
    else:
        wordings = [f"{number} 正在办理", f"{number}正在办理", f"{number} 办理", number]
    return next((wording for wording in wordings if cells(wording) <= CELLS), number[:CELLS])

"""Numbers: prefix + 3 digits, 4 from 1000 on, from 1 again each day; and the ids behind them."""

HALL_BITS = 32
MAX_HALLS = 2**20


def label(series: str, number: int) -> str:
    """`A012`, `A1000`, `LQ007`."""
    return f"{series}{number:03d}"


def make_id(hall_no: int, revision: int) -> int:
    """An id unique over all halls and below 2^53, as JavaScript needs it."""
    return hall_no << HALL_BITS | revision


class Series:
    """The next number of each series of a day."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}

    def seen(self, series: str, number: int) -> None:
        """A number that was given already (loading a day)."""
        self.last[series] = max(number, self.last.get(series, 0))

    def next(self, series: str) -> int:
        """The number to give now, without gap."""
        number = self.last.get(series, 0) + 1
        self.last[series] = number
        return number

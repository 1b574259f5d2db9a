"""A hall folder that a test may spoil."""

from dataclasses import dataclass
from pathlib import Path

from server.domain.hall import Hall
from server.halls.faults import Mistake
from server.halls.reading import Inspection, inspect_hall

HALLS = Path(__file__).parents[3] / "demo" / "halls"


@dataclass(frozen=True, slots=True)
class HallFolder:
    """A copy of a shipped hall."""

    folder: Path

    def edit(self, file: str, old: str, new: str) -> int:
        """Replace the one place where `old` stands; answer the physical line of the replacement."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8", newline="")
        return text[: text.index(old)].count("\n") + 1

    def append(self, file: str, row: str) -> int:
        """Add a last row; answer its line."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text + row + "\n", encoding="utf-8")
        return text.count("\n") + 1

    def inspect(self) -> Inspection:
        """Read it."""
        return inspect_hall(self.folder)

    def hall(self) -> Hall:
        """The hall, which must have no mistakes."""
        found = self.inspect()
        assert found.hall is not None, found.mistakes
        return found.hall

    def mistakes(self) -> list[Mistake]:
        """Its mistakes."""
        return self.inspect().mistakes

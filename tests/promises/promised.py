"""The promises by number: what is promised, in one sentence each. Their proofs are the files `test_r<NN>_*.py` here."""

from pathlib import Path

HERE = Path(__file__).parent

PROMISES = {
    "R1": "A number that was shown survives a crash of the server",
    "R2": "... and a power cut",
    "R3": "The database or Redis dies",
    "R4": "Numbers never repeat, gaps are explained",
    "R5": "Nobody is called to two windows, nobody is skipped",
    "R6": "Pressing again is safe",
    "R7": "Screens heal themselves",
    "R8": "A kiosk goes on without the server",
    "R9": "No ticket vanishes in the printer",
    "R10": "Noise on the line never makes a rating",
    "R11": "One rating per finished visit; silence is not praise",
    "R12": "Every endpoint holds",
    "R13": "The socket holds",
    "R14": "Clock trouble",
    "R15": "Disk full",
    "R16": "Backups are real",
    "R17": "Upgrades keep data",
    "R18": "Thirty days without care",
    "R19": "Screens run for weeks",
    "R20": "Tampering is noticed",
    "R21": "Personal numbers do not leak",
    "R22": "Revoked means out",
    "R23": "Strict CSP",
    "R24": "Usable by all",
}


def proofs_of(promise: str) -> list[Path]:
    """The files that prove it; none where it has no proof of its own yet."""
    return sorted(HERE.glob(f"test_r{int(promise[1:]):02d}*.py"))


def proven() -> list[str]:
    """The promises that have a proof."""
    return [promise for promise in PROMISES if proofs_of(promise)]

"""Colours can be read: the ratios written in tokens.css are computed again, and hold WCAG's bounds."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "browser/shared/tokens.css").read_text(encoding="utf-8")
THEMES = {
    "light": (":root",),
    "wall": (":root", ".wall"),
    "contrast": (":root", ".contrast"),
    "wall contrast": (":root", ".wall", ".contrast", ".wall.contrast"),
}
GROUNDS = {
    "paper": "paper", "ground": "paper", "key": "paper-key", "raised": "paper-key", "sunk": "paper-sunk",
    "filled": "paper-sunk", "ink": "ink", "seal": "seal", "amber": "amber",
}  # fmt: skip
CLAIM = re.compile(r"(\d+\.\d) (?:on )?(paper|ground|key|raised|sunk|filled|ink|seal|amber)\b")
BARE = re.compile(r"(\d+\.\d)(?! (?:on |under |raised|filled|against))(?=\s|$)")
TEXT, SHAPE = 4.5, 3.0


def rules() -> dict[str, str]:
    """Selector → its declarations with their comments."""
    return dict(re.findall(r"^([.:][\w.-]+) \{\n(.*?)^\}", TOKENS, re.MULTILINE | re.DOTALL))


def colours(theme: str) -> dict[str, str]:
    """Token → colour in this theme."""
    found: dict[str, str] = {}
    for selector in THEMES[theme]:
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", rules()[selector]))
    return found


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.x)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.x)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def own_ground(token: str) -> str:
    """What a token stands on where the file names no ground."""
    return token.removeprefix("on-") if token.startswith("on-") else "paper"


def claims(theme: str) -> list[tuple[str, str, float]]:
    """(token, ground, ratio) as the theme's own rule writes them."""
    body = rules()[THEMES[theme][-1]]
    found = []
    for token, comment in re.findall(r"--([\w-]+): #[0-9a-f]{6};\s*/\*(.*?)\*/", body):
        named = [(token, GROUNDS[ground], float(said)) for said, ground in CLAIM.findall(comment)]
        if named or token == "amber":  # a ground itself: its text claims the ratio
            found += named
            continue
        found += [(token, own_ground(token), float(said)) for said in BARE.findall(comment)[:1]]
    return found


def test_black_on_white_is_21_to_1() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21.0)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize(("theme", "least"), [("light", 15), ("wall", 14), ("contrast", 7), ("wall contrast", 5)])
def test_the_ratios_beside_the_colours_are_true(theme: str, least: int) -> None:
    made = colours(theme)
    told = claims(theme)
    assert len(told) >= least
    wrong = [
        f"{token} on {ground}: {said} is {ratio(made[token], made[ground]):.2f}"
        for token, ground, said in told
        if abs(ratio(made[token], made[ground]) - said) > 0.06
    ]
    assert wrong == []


@pytest.mark.parametrize("theme", THEMES)
def test_text_and_shapes_stand_out_from_every_ground_they_are_put_on(theme: str) -> None:
    made = colours(theme)
    text = [(one, ground) for one in ("ink", "ink-2") for ground in ("paper", "paper-key", "paper-sunk")]
    text += [("ink-3", "paper"), ("ink-3", "paper-key"), ("amber-ink", "paper"), ("amber-ink", "paper-key")]
    text += [("on-ink", "ink"), ("on-seal", "seal"), ("on-amber", "amber")]
    shapes = [("edge", "paper"), ("seal", "paper")]
    low = [
        f"{one} on {ground}: {ratio(made[one], made[ground]):.2f}"
        for pairs, bound in ((text, TEXT), (shapes, SHAPE))
        for one, ground in pairs
        if ratio(made[one], made[ground]) < bound
    ]
    assert low == []

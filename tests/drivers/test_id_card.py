"""An ID card on the reader: text fields only, and of the number nothing but a keyed hash and its last four digits."""

import hashlib
import hmac
import logging
import random

import pytest

from drivers.card_dialogue import CardDialogue
from drivers.id_card import Ask, CardRefused, Identity, Replies, Said, identity_of, is_number, request
from drivers.simulators.card_reader import Card, CardReader, answer

KEY = b"the hall's own key"
NUMBER = "11010519491231002X"  # the example of the standard
CITIZEN = Card("韩梅梅", "2", "19491231", NUMBER)
# The examples that the field has published.
ASKED = {
    Ask.STATUS: "AA AA AA 96 69 00 03 11 FF ED", Ask.SAM_ID: "AA AA AA 96 69 00 03 12 FF EE",
    Ask.FIND: "AA AA AA 96 69 00 03 20 01 22", Ask.SELECT: "AA AA AA 96 69 00 03 20 02 21",
    Ask.READ: "AA AA AA 96 69 00 03 30 01 32", Ask.NEW_ADDRESS: "AA AA AA 96 69 00 03 30 03 30",
}  # fmt: skip
ANSWERED = {
    Said.NO_CARD: "AA AA AA 96 69 00 04 00 00 80 84",
    Said.FOUND: "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97",
    Said.OK: "AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C",
}


def read_answer(card: Card = CITIZEN) -> bytes:
    return answer((0, 0, 0x90), bytes([1, 0, 4, 0]) + card.text() + bytes(1024))


def read(card: Card) -> Identity:
    return identity_of(Replies().feed(read_answer(card))[0], KEY)


@pytest.mark.parametrize("ask", ASKED)
def test_each_question_is_asked_as_published(ask: Ask) -> None:
    assert request(ask) == bytes.fromhex(ASKED[ask])


@pytest.mark.parametrize("said", ANSWERED)
def test_each_answer_is_understood_as_published(said: Said) -> None:
    assert [reply.said for reply in Replies().feed(bytes.fromhex(ANSWERED[said]))] == [said]


def test_a_card_gives_its_text_fields_and_no_number() -> None:
    identity = read(CITIZEN)
    assert (identity.name, identity.sex, identity.birth, identity.last_four) == ("韩梅梅", "female", "19491231", "002X")
    assert identity.number_hash == hmac.new(KEY, NUMBER.encode(), hashlib.sha256).hexdigest()
    assert len(read_answer()) == 1295


def test_neither_number_nor_name_is_printed_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        reply = Replies().feed(read_answer())[0]
        identity = identity_of(reply, KEY)
        told = [repr(reply), str(reply), repr(identity), caplog.text]
        for bad in (Card("韩梅梅", "2", "19491231", NUMBER[:-1] + "1"), Card("韩梅梅", "2", "19491230", NUMBER)):
            with pytest.raises(CardRefused) as refused:
                read(bad)
            told += [str(refused.value), repr(refused.value), str(refused.value.__cause__)]
    assert not [text for text in told if NUMBER[:6] in text or "1949" in text or "韩" in text or KEY.decode() in text]


def test_a_key_is_needed() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        identity_of(Replies().feed(read_answer())[0], b"")


@pytest.mark.parametrize(
    ("card", "why"),
    [
        (Card("韩梅梅", "2", "19491231", "110105194912310021"), "does not hold together"),
        (Card("韩梅梅", "2", "19491231", "1101051949123100"), "does not hold together"),
        (Card("ALPHA BRAVO", "2", "19491231", NUMBER, spare="I"), "another kind"),
        (Card("韩梅梅", "9", "19491231", NUMBER), "another kind"),
    ],
)
def test_a_card_that_is_not_a_citizens_is_refused(card: Card, why: str) -> None:
    with pytest.raises(CardRefused, match=why):
        read(card)


def test_the_check_sign_finds_every_wrong_digit() -> None:
    assert is_number(NUMBER)
    wrong = [
        NUMBER[:at] + digit + NUMBER[at + 1 :] for at in range(17) for digit in "0123456789" if digit != NUMBER[at]
    ]
    assert not [number for number in wrong if is_number(number)]
    assert not is_number(NUMBER[:-1] + "x") and not is_number("１" + NUMBER[1:])


def test_where_a_read_ends_changes_nothing() -> None:
    stream = bytes.fromhex(ANSWERED[Said.NO_CARD]) + b"\xaa\xaa" + read_answer() + bytes.fromhex(ANSWERED[Said.FOUND])
    for cut in range(len(stream) + 1):
        replies = Replies()
        found = replies.feed(stream[:cut]) + replies.feed(stream[cut:])
        assert [reply.said for reply in found] == [Said.NO_CARD, Said.OK, Said.FOUND]
        assert replies.noise_bytes == 2


def test_noise_reads_nobodys_card() -> None:
    chance = random.Random(96)
    whole = read_answer()
    for _ in range(300):
        at = chance.randrange(len(whole))
        spoiled = whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
        replies = Replies()
        assert not [reply for reply in replies.feed(spoiled) if reply.said is Said.OK and len(reply.data) > 200]
        replies.forget()
        assert len(replies.feed(whole)) == 1
    assert Replies().feed(chance.randbytes(50_000)) == []


def run(dialogue: CardDialogue, reader: CardReader, seconds: float, begun: float = 0.0) -> list[Identity]:
    found = []
    for tick in range(int(seconds / 0.05)):
        now = begun + tick * 0.05
        asked = dialogue.due(now)
        if asked is not None:
            found += dialogue.hear(reader.hear(asked), now)
    return found


def test_a_card_is_read_once_until_it_is_lifted() -> None:
    dialogue, reader = CardDialogue(KEY), CardReader()
    assert run(dialogue, reader, 2) == []
    reader.lay(CITIZEN)
    assert [identity.last_four for identity in run(dialogue, reader, 5, 10)] == ["002X"]
    reader.lift()
    assert run(dialogue, reader, 2, 20) == []
    reader.lay(CITIZEN)
    assert len(run(dialogue, reader, 5, 30)) == 1


def test_a_reader_that_loses_an_answer_is_asked_again() -> None:
    dialogue, reader = CardDialogue(KEY), CardReader()
    reader.lay(CITIZEN)
    answers = 0

    def lossy(frame: bytes) -> bytes:
        nonlocal answers
        answers += 1
        return frame[: len(frame) // 2] if answers in (1, 2) else frame

    reader.spoil = lossy
    assert len(run(dialogue, reader, 10)) == 1


def test_a_card_that_cannot_be_used_says_why() -> None:
    dialogue, reader = CardDialogue(KEY), CardReader()
    reader.lay(Card("韩梅梅", "2", "19491230", NUMBER))
    assert run(dialogue, reader, 3) == []
    assert dialogue.refused == "the card's number does not hold together"
    assert dialogue.hear(read_answer(), 99.0) == [], "an answer that nobody asked for means nothing"

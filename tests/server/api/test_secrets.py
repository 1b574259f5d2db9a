"""Settings and secrets: what is derived is the same again, what is forged is nothing, every setting is explained."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from contract.words import Code
from server.crypto import CODE_ALPHABET, Vault, read_or_make_key
from server.domain.errors import Refusal
from server.identity.edge import Edge
from server.identity.throttle import MAX_NAMES, Throttle
from server.settings import Settings, SettingsWrong, read_settings, settings_help


def test_the_key_is_made_once(tmp_path: Path) -> None:
    key = read_or_make_key(tmp_path / "server.key")
    assert read_or_make_key(tmp_path / "server.key") == key
    assert read_or_make_key(tmp_path / "other.key") != key
    (tmp_path / "server.key").write_bytes(b"short")
    with pytest.raises(ValueError, match="not a server key"):
        read_or_make_key(tmp_path / "server.key")


def test_secrets_belong_to_a_key_a_hall_and_a_purpose() -> None:
    one, other = Vault(bytes(32)), Vault(bytes([1]) * 32)
    made = [
        vault.session_token(hall, number) for vault in (one, other) for hall in ("LJ", "LJ-SD") for number in (7, 77)
    ]
    assert len(set(made)) == len(made)
    token = one.session_token("LJ", 7)
    assert one.session_of("LJ", token) == 7
    assert one.session_of("LJ-SD", token) is None
    assert other.session_of("LJ", token) is None
    for forged in ("", "7", "7.", "8" + token[1:], token[:-1], "07" + token[1:], "²" + token[1:], "9" * 5000):
        assert one.session_of("LJ", forged) is None
    assert one.code_hash("LJ", "ab-cd 23") == one.code_hash("LJ", "ABCD23") != one.code_hash("LJ-SD", "ABCD23")
    one.close()
    other.close()


def test_a_code_is_easy_to_read() -> None:
    vault = Vault(bytes(32))
    codes = {vault.one_time_code("LJ", f"{number:032x}") for number in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(f"[{CODE_ALPHABET}]{{6}}", code) for code in codes)
    assert not set("01IO") & set(CODE_ALPHABET) and len(CODE_ALPHABET) == 32
    vault.close()


def test_a_password_fits_only_itself() -> None:
    vault = Vault(bytes(32))
    stored = vault.hash_password("排队不用急 123", login="li", key="a" * 32)
    assert stored.startswith("$argon2id$")
    assert vault.hash_password("排队不用急 123", login="li", key="a" * 32) == stored
    assert vault.hash_password("排队不用急 123", login="li", key="b" * 32) != stored
    assert vault.password_fits(stored, "排队不用急 123")
    assert not vault.password_fits(stored, "排队不用急 124")
    assert not vault.password_fits(None, "排队不用急 123")
    assert not vault.password_fits("no hash", "排队不用急 123")
    vault.close()


def test_tries_are_counted_and_forgotten() -> None:
    now = [0.0]
    throttle = Throttle(300, lambda: now[0])
    limits = {"account li": 2, "source 1": 3}
    throttle.begin(limits)
    now[0] = 100
    throttle.begin(limits)
    with pytest.raises(Refusal) as refused:
        throttle.begin(limits)
    assert (refused.value.code, refused.value.details["seconds"]) == (Code.TOO_MANY_TRIES, 200)
    throttle.begin({"account wang": 2, "source 1": 3})
    with pytest.raises(Refusal):
        throttle.begin({"account zhao": 2, "source 1": 3})
    now[0] = 301
    throttle.begin(limits)
    throttle.succeeded(limits)
    throttle.begin(limits)
    throttle.begin({"account li": 2})


def test_names_that_are_tried_do_not_fill_the_memory() -> None:
    throttle = Throttle(300, lambda: 0.0)
    for number in range(MAX_NAMES + 100):
        throttle.begin({f"account {number}": 1})
    assert len(throttle._tries) == MAX_NAMES


def test_the_hosts_of_the_settings_are_the_only_ones() -> None:
    edge = Edge(Settings(hosts=["paihao.example"], public_url="https://q.example/p", origins=["http://wall:80"]))
    refused = {
        host: edge.refusal({"HTTP_HOST": host})
        for host in (
            "paihao.example",
            "PAIHAO.example:8600",
            "q.example",
            "localhost",
            "[::1]:8600",
            "other",
            "10.0.0.1",
        )
    }
    assert [host for host, code in refused.items() if code is not None] == ["other", "10.0.0.1"]
    asked = {"HTTP_HOST": "paihao.example:8600"}
    for origin in ("http://paihao.example:8600", "https://q.example", "http://wall:80"):
        assert edge.refusal({**asked, "HTTP_ORIGIN": origin}) is None
    for origin in ("https://paihao.example:8600", "http://paihao.example", "http://q.example", "http://wall", ""):
        assert edge.refusal({**asked, "HTTP_ORIGIN": origin}) is Code.FOREIGN_ORIGIN


def test_only_a_proxy_on_this_machine_is_believed() -> None:
    plain, behind = Edge(Settings()), Edge(Settings(behind_tls=True))
    proxied = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 10.0.0.7"}
    assert plain.source(proxied) == "127.0.0.1"
    assert behind.source(proxied) == "10.0.0.7"
    assert behind.source({**proxied, "REMOTE_ADDR": "10.0.0.9"}) == "10.0.0.9"
    assert plain.is_local({"REMOTE_ADDR": "127.0.0.1"}) and not plain.is_local(proxied)
    assert not plain.is_local({"REMOTE_ADDR": "10.0.0.9"})


def test_every_setting_is_explained() -> None:
    def fields(model: type[BaseModel]) -> None:
        for name, field in model.model_fields.items():
            if isinstance(field.default, BaseModel):
                fields(type(field.default))
            else:
                assert field.description and field.description.endswith("."), name
                assert f"{name} = " in settings_help()

    fields(Settings)


def test_an_option_wins_over_the_file_and_a_misspelt_name_over_nobody(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text('port = 1\nhost = "0.0.0.0"\n[sessions]\nhours = 3\n', encoding="utf-8")
    settings = read_settings(file, port=2, host=None)
    assert (settings.port, settings.host, settings.sessions.hours) == (2, "0.0.0.0", 3)
    for wrong in ("hosst = 1", "[session]\nhours = 3", "port = [", 'origins = ["http://a/b"]', "\udcff"):
        file.write_text(wrong, encoding="utf-8", errors="surrogateescape")
        with pytest.raises(SettingsWrong):
            read_settings(file)
    with pytest.raises(SettingsWrong):
        read_settings(tmp_path / "missing.toml")

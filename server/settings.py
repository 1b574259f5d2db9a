"""All settings of the server, read once from one TOML file and the command line; all mistakes are told together."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

HostName = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.:\-]{1,253}$", to_lower=True)]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[0-9A-Za-z.\-]+(:\d{1,5})?$", to_lower=True)]
PublicUrl = Annotated[str, StringConstraints(pattern=r"^https?://[0-9A-Za-z.\-]+(:\d{1,5})?(/[0-9A-Za-z._\-]+)*$")]

DatabaseUrl = Annotated[str, StringConstraints(pattern=r"^postgres(ql)?://\S*$")]
RedisUrl = Annotated[str, StringConstraints(pattern=r"^(rediss?|unix)://\S+$")]


LONGEST_SESSION_HOURS = 24


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Passwords(_Table):
    """`[passwords]`: how a password must be, and how often one may try."""

    min_length: int = Field(10, ge=8, le=64, description="Least number of characters of a new password.")
    tries_per_account: int = Field(5, ge=1, le=100, description="Wrong tries of one account within the window.")
    tries_per_source: int = Field(30, ge=1, le=10_000, description="Wrong tries from one address within the window.")
    window_s: int = Field(300, ge=10, le=86_400, description="Seconds after which a wrong try is forgotten.")


class Sessions(_Table):
    """`[sessions]`: when a sign-in ends by itself."""

    hours: int = Field(14, ge=1, le=LONGEST_SESSION_HOURS, description="Hours after which every sign-in ends.")
    desk_idle_minutes: int = Field(
        240, ge=5, le=1440, description="Minutes without a word from its page after which a desk sign-in ends."
    )


class Settings(_Table):
    """The server's settings. An option of the command line wins over the file."""

    data_dir: Path = Field(Path("data"), description="Folder of the database, the server's key and its lock.")
    database: DatabaseUrl | None = Field(
        None,
        description="Address of a PostgreSQL database, postgresql://user@host/name. Unset: the one the data folder "
        "used last, else the folder's own file.",
    )
    workers: int = Field(1, ge=1, le=64, description="Processes that serve, each on the next port; needs a database.")
    redis: RedisUrl | None = Field(
        None, description="Address of a Redis for messages between processes, redis://host. Unset: screens lag by 2 s."
    )
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all of this machine's addresses.")
    port: int = Field(8600, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    hosts: list[HostName] = Field(
        [],
        description="Host names under which the server is asked for. Empty: this machine's own names and addresses. "
        "Loopback and the host of public_url are always allowed.",
    )
    origins: list[Origin] = Field(
        [], description="Further origins (http://name:port) whose pages may call the server, beside its own."
    )
    public_url: PublicUrl | None = Field(
        None, description="Address under which citizens' phones reach the server. Unset: no QR code on the slip."
    )
    frame_ancestors: list[Origin] = Field([], description="Origins that may show our pages in a frame. Empty: none.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much goes to the log.")
    log_format: Literal["text", "json"] = Field(
        "text", description="Lines for people, or one JSON object for each event."
    )
    metrics_token: Path | None = Field(
        None, description="File with the token that opens /metrics to other machines. Unset: to this one only."
    )
    least_free_mb: int = Field(
        200, ge=0, le=1_000_000_000, description="Free megabytes of the data's disk below which /ready says no."
    )
    behind_tls: bool = Field(
        False,
        description="A proxy on this machine speaks TLS for the server; the last X-Forwarded-For names the client.",
    )
    portraits: Path | None = Field(
        None, description="Folder of the staff's portraits, <staff number>.jpg or .png. Unset: none are shown."
    )
    voice_packs: Path | None = Field(
        None, description="Folder of the hall's own voice packs, one subfolder per language. Unset: those that ship."
    )
    programme: Path | None = Field(
        None, description="Folder of the boards' programme: notices (.txt, .md), pictures, videos (.mp4, .webm)."
    )
    max_connections: int = Field(4000, ge=10, le=100_000, description="Connections served at a time.")
    passwords: Passwords = Passwords()
    sessions: Sessions = Sessions()


class SettingsWrong(Exception):
    """The settings have mistakes; the message names every one of them."""


def read_settings(file: Path | None, **options: Any) -> Settings:
    """Read the settings from `file` (TOML; None: defaults), `options` that are not None win. Raises SettingsWrong."""
    values: dict[str, Any] = {}
    if file is not None:
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsWrong(f"读不了设置文件 / cannot read the settings {file}: {error}") from error
    values |= {name: value for name, value in options.items() if value is not None}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc']))}: {e['msg']} ({e['input']!r})" for e in error.errors()]
        raise SettingsWrong("设置有错误 / the settings have mistakes:\n" + "\n".join(lines)) from error


def settings_help(model: type[BaseModel] = Settings, table: str = "") -> str:
    """One line for each setting: name, default, meaning; for `paihao serve --help`."""
    lines = []
    for name, field in model.model_fields.items():
        if isinstance(field.default, _Table):
            lines.append(settings_help(type(field.default), f"{table}{name}."))
        else:
            lines.append(f"{table}{name} = {_shown(field.default)}: {field.description}")
    return "\n".join(lines)


def _shown(value: object) -> str:
    if value is None:
        return "(unset)"
    return (
        f'"{value}"' if isinstance(value, str | Path) else str(value).lower() if isinstance(value, bool) else str(value)
    )

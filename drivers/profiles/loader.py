"""Reads profiles: from the package's own files by name, from a hall's own folder, or from any TOML file."""

import tomllib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from drivers.profiles.places import as_written
from drivers.profiles.profile import Profile


class ProfileRefused(ValueError):
    """A profile that cannot be used: names the file and the reason."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


def read_profile(file: Traversable) -> Profile:
    """Raises ProfileRefused for a missing file, broken TOML, an unknown key or a value out of its bounds."""
    try:
        profile = Profile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileRefused(file.name, str(error)) from error
    except ValidationError as error:
        raise ProfileRefused(file.name, _reasons(error)) from error
    if file.name != f"{profile.id}.toml":
        raise ProfileRefused(file.name, f"id {profile.id!r} must be the name of the file")
    return profile


def profile_names() -> list[str]:
    """The profiles that ship, in alphabetical order."""
    folder = resources.files("drivers.profiles")
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


@cache
def load_profile(name: str) -> Profile:
    """A profile that ships, by its id. Raises ProfileRefused."""
    if name not in profile_names():
        raise ProfileRefused(f"{name}.toml", f"no such profile; there are {', '.join(profile_names())}")
    return read_profile(resources.files("drivers.profiles") / f"{name}.toml")


class Profiles:
    """Those that ship and, in ``folder``, a hall's own: a TOML file each. A hall's own needs a name of its own."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def load(self, name: str) -> Profile:
        """By id. Raises ProfileRefused."""
        own = None if self._folder is None else self._folder / f"{name}.toml"
        if own is None or not own.is_file():
            return load_profile(name)
        if name in profile_names():
            raise ProfileRefused(own.name, f"a profile called {name} ships with the product; choose another name")
        return read_profile(own)


def _reasons(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, as_written(fault['loc']))) or 'profile'}: {fault['msg']}" for fault in error.errors()
    )

"""Settings travel as one typed object, read from a TOML file; an unknown key is an error."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from resclassify.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits and defaults of one run.

    `model`: the model folder that tags; `models`: the folder whose ledger names it, where `model` does not.
    `max_bytes`: largest file that is read. `max_unpacked_bytes`: largest content of a packed file (DOCX).
    `max_text_chars`: longest text of one document. `batch_size`: clauses scored at once.
    """

    model: str = ""
    models: str = ""
    max_bytes: int = 100 * 2**20
    max_unpacked_bytes: int = 200 * 2**20
    max_text_chars: int = 20_000_000
    batch_size: int = 256


def load_settings(path: Path | None) -> Settings:
    """Settings from a TOML file; the defaults where `path` is None.

    Raises SettingsError for a file that cannot be read, an unknown key or a value of the wrong type.
    """
    if path is None:
        return Settings()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); name an existing file after --settings") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not TOML ({error}); mend that line") from error
    defaults = Settings()
    known = [item.name for item in fields(Settings)]
    for key, value in values.items():
        if key not in known:
            raise SettingsError(f"{path}: unknown key '{key}'; known keys: {', '.join(known)}")
        expected = type(getattr(defaults, key))
        if type(value) is not expected:
            raise SettingsError(f"{path}: '{key}' must be of type {expected.__name__}, not {type(value).__name__}")
        if expected is int and value < 1:
            raise SettingsError(f"{path}: '{key}' must be 1 or more, not {value}")
    return Settings(**values)

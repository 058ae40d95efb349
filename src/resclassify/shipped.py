"""Where the files that travel with resclassify lie: inside the installed package, or in the folder of a clone."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent / "shipped_files"
_CLONE = Path(__file__).parents[2]


def shipped(relative: str) -> Path:
    """The path of a shipped file or folder, named as in the repository ("data/taxonomy.toml", "models/floor")."""
    packaged = _PACKAGE / relative
    return packaged if packaged.exists() else _CLONE / relative

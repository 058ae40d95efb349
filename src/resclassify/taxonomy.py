"""The themes: their order, their names in both languages, their definitions. Read from `data/taxonomy.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from resclassify.errors import LabelError
from resclassify.shipped import shipped
from resclassify.types import Lang


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme: its id and its name and definition by language."""

    id: str
    names: dict[Lang, str]
    definitions: dict[Lang, str]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The themes in order."""

    version: int
    themes: tuple[Theme, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(theme.id for theme in self.themes)

    def fault(self, names: Iterable[object]) -> str | None:
        """What is wrong with `names` as a list of themes; None where nothing is."""
        unknown = next((name for name in names if name not in self.ids), None)
        return None if unknown is None else f"unknown theme '{unknown}'; see data/taxonomy.toml: {', '.join(self.ids)}"

    def require(self, names: Iterable[str], place: str) -> tuple[str, ...]:
        """`names` in the taxonomy's order, without repeats.

        Raises LabelError, naming `place`, for a theme that is not in the taxonomy.
        """
        held = list(names)
        fault = self.fault(held)
        if fault is not None:
            raise LabelError(f"{place}: {fault}")
        return tuple(theme for theme in self.ids if theme in held)


@lru_cache(maxsize=1)
def load_taxonomy() -> Taxonomy:
    """The taxonomy that travels with resclassify."""
    content = tomllib.loads(shipped("data/taxonomy.toml").read_text(encoding="utf-8"))
    return Taxonomy(
        version=content["version"],
        themes=tuple(
            Theme(
                id=item["id"],
                names={"en": item["en"], "ar": item["ar"]},
                definitions={"en": item["en_definition"], "ar": item["ar_definition"]},
            )
            for item in content["theme"]
        ),
    )

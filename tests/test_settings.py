from pathlib import Path

import pytest

from resclassify.errors import LabelError, SettingsError
from resclassify.settings import Settings, load_settings
from resclassify.taxonomy import load_taxonomy


def test_without_a_file_the_defaults_hold() -> None:
    assert load_settings(None) == Settings()


def test_a_file_sets_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text('model = "m"\nmax_bytes = 10\n')
    assert load_settings(tmp_path / "s.toml") == Settings(model="m", max_bytes=10)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("modle = 'x'", "unknown key 'modle'; known keys: model, "),
        ("max_bytes = 'x'", "'max_bytes' must be of type int, not str"),
        ("max_bytes = true", "'max_bytes' must be of type int, not bool"),
        ("max_bytes = 0", "'max_bytes' must be 1 or more"),
        ("max_bytes = ", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "s.toml").write_text(content)
    with pytest.raises(SettingsError, match=message):
        load_settings(tmp_path / "s.toml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml: cannot be read"):
        load_settings(tmp_path / "none.toml")


def test_the_taxonomy_has_five_themes_with_names_in_both_languages() -> None:
    taxonomy = load_taxonomy()
    assert taxonomy.ids == ("prevention", "prosecution", "victim_protection", "migration", "technology")
    assert all(set(theme.names) == set(theme.definitions) == {"ar", "en"} for theme in taxonomy.themes)


def test_unknown_theme_is_refused_with_place_and_remedy() -> None:
    with pytest.raises(LabelError, match=r"labels\.csv:41: unknown theme 'peacekeeping'; see data/taxonomy\.toml"):
        load_taxonomy().require(["peacekeeping"], "labels.csv:41")
    assert load_taxonomy().require(["technology", "prevention"], "x") == ("prevention", "technology")

"""Figures of trends, and the page that holds them: everything inside, both directions of writing, every point to its clauses."""

from __future__ import annotations

import builtins
import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from test_trends import SERIES, _clauses, _source

from resclassify.errors import MissingExtraError
from resclassify.observations import Observation
from resclassify.prevalence import Rates
from resclassify.trend_page import to_page
from resclassify.trends import Trends, find_trends

altair = pytest.importorskip("altair", reason="figures need the extra 'analysis'")
vl_convert = pytest.importorskip("vl_convert", reason="figures need the extra 'analysis'")

from resclassify import plots  # noqa: E402

ARABIC = "تحث الدول على حماية الصيادين </script><script>alert(1)</script>؛"


def _trends(by: str = "session") -> Trends:
    source = _source(80)
    extra = [Observation(source, "x#O99", "9.", "operative", None, "ar", ARABIC, ("migration",), {}, True)]
    items = [*_clauses(_source(78), 5, 40), *_clauses(_source(79), 5, 12), *_clauses(source, 12, 40), *extra]
    rates = {"en": Rates(40, 50, 4, 200), "ar": Rates(40, 50, 4, 200)}
    return find_trends(items, by, ["migration", "technology"], rates=lambda _: rates, unread=[_source(81)])  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def specifications() -> dict[str, dict[str, Any]]:
    return plots.specifications(_trends())


def test_a_point_without_a_share_draws_none_and_a_missing_one_breaks_the_line() -> None:
    rows = {(row["point"], row["panel"]): row for row in plots.trend_rows(_trends()) if row["theme"] == "migration"}
    assert rows[78, "full"]["share"] == 0.125
    assert (rows[79, "full"]["share"], rows[79, "full"]["said"], rows[79, "full"]["few"]) == (None, "5/12", True)
    assert (rows[81, "full"]["share"], rows[81, "full"]["said"], rows[81, "full"]["few"]) == (None, "not read", False)


def test_the_raw_share_is_drawn_beside_the_corrected_one(specifications: dict[str, dict[str, Any]]) -> None:
    content = json.dumps(specifications["trends"])
    assert plots.RAW in content
    assert plots.CORRECTED in content
    assert plots.MATCHED in content
    uncorrected = find_trends(_clauses(_source(78), 5, 40), "session", ["migration"])
    legend = re.search(r'"domain": (\[[^]]*\])', json.dumps(plots.specifications(uncorrected)["trends"]))
    assert legend is not None
    assert json.loads(legend[1]) == [plots.RAW]


def test_figures_are_drawn_the_same_twice(specifications: dict[str, dict[str, Any]]) -> None:
    assert set(specifications) == {"trends", "together", "addressees"}
    drawn = plots.draw(specifications["trends"])
    assert drawn["svg"].lstrip().startswith(b"<svg")
    assert drawn["png"].startswith(b"\x89PNG")
    assert plots.draw(plots.specifications(_trends())["trends"]) == drawn
    assert "الهجرة" in drawn["svg"].decode("utf-8")


@pytest.mark.parametrize("by", ["kind", "verb", "addressee", "year"])
def test_every_axis_can_be_drawn(by: str) -> None:
    assert plots.to_svg(plots.specifications(_trends(by))["trends"])


def test_a_page_holds_everything_and_asks_the_network_for_nothing(specifications: dict[str, dict[str, Any]]) -> None:
    page = to_page(_trends(), specifications, plots.javascript())
    assert not re.search(r"""<(?:script|link|img)[^>]+(?:src|href)=""", page.split("<script>")[0])
    assert not re.search(r"<script[^>]+src=", page)
    assert len(page) > 500_000
    assert page.count("</script>") == 3


def test_a_point_leads_to_its_clauses_in_their_own_direction(specifications: dict[str, dict[str, Any]]) -> None:
    trends = _trends()
    page = to_page(trends, specifications, "")
    found = re.search(r'id="kept">(.*?)</script>', page, re.S)
    assert found is not None
    kept = json.loads(found[1])
    for number, point in enumerate(trends.points):
        texts = [kept["clauses"][str(place)]["text"] for place in kept["points"][str(number)]["clauses"]]
        assert texts == [trends.observations[place].text for place in point.clauses]
        if point.count:
            assert f'data-point="{number}"' in page
    arabic = next(clause for clause in kept["clauses"].values() if clause["lang"] == "ar")
    assert arabic["text"] == ARABIC
    assert arabic["review"] is True
    assert "alert(1)</script>" not in page
    assert "clause.lang === 'ar' ? 'rtl' : 'ltr'" in page


def test_without_the_extra_one_line_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] == "altair":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r"pip install 'resclassify\[analysis\]'"):
        plots.require_figures()


def test_the_command_writes_figures_and_the_page(command: Command, model_folder: Path, tmp_path: Path) -> None:
    done = command("trends", SERIES, "--model", model_folder, "--theme", "migration", "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr.decode()
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"trends.html", "trends.svg", "trends.png", "addressees.svg", "addressees.png", "trends.parquet"} <= names

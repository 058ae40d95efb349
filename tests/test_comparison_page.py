"""The page of a comparison: both texts whole, in their direction, with filters that work, and nothing from elsewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from series import LANGS, STEPS, bare, encoder, tagged, version

from resclassify.comparison import Comparison, compare
from resclassify.comparison_page import comparison_page
from resclassify.types import Lang

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_VOID = {"meta", "input"}


class _Page(HTMLParser):
    """What a page shows: its rows with their attributes, the text of each side, and every tag that names something elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.root: dict[str, str | None] = {}
        self.rows: list[dict[str, str | None]] = []
        self.sides: list[tuple[str | None, str]] = []
        self.marked: Counter[str] = Counter()
        self.elsewhere: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elsewhere += [f"{tag} {name}" for name in ("src", "href", "action", "srcset", "data") if name in found]
        self.elsewhere += [tag] * (tag in ("link", "iframe", "object", "embed", "base"))
        self.marked[tag] += 1
        if tag == "html":
            self.root = found
        if "data-status" in found:
            self.rows.append(found)
        if found.get("class") == "text":
            self.sides.append((found["dir"], ""))
        if tag not in _VOID:
            self.open.append("n" if found.get("class") == "n" else tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() in (tag, "n"), f"</{tag}> closes another"

    def handle_data(self, text: str) -> None:
        if (
            "form" not in self.open
            and self.sides
            and "n" not in self.open
            and self.open[-1:]
            and self.open[-1] in ("div", "del", "ins")
        ):
            direction, before = self.sides[-1]
            self.sides[-1] = (direction, before + text)


def _compared(lang: Lang, step: tuple[str, str] = STEPS[0]) -> Comparison:
    old, new = (version(name, lang) for name in step)
    return compare(
        tagged(old, {3: ("migration",), 20: ("technology",)}), tagged(new, {3: ("migration",), 30: ("prevention",)}), encoder()
    )


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_every_text_is_on_the_page_whole_and_in_its_direction(lang: Lang, direction: str) -> None:
    found = _compared(lang)
    page = _Page(comparison_page(found, "first", "second"))
    assert page.open == []
    assert (page.root["lang"], page.root["dir"]) == (lang, direction)
    assert {side[0] for side in page.sides} == {direction}
    shown = Counter(" ".join(text.split()) for _, text in page.sides)
    wanted = [change.old_text for change in found.changes if change.old]
    wanted += [change.new.clause.text for change in found.changes if change.new]
    assert shown == Counter(" ".join(text.split()) for text in wanted)
    assert page.marked["del"] == sum(edit.change == "delete" for change in found.changes for edit in change.edits)
    assert page.marked["ins"] == sum(edit.change == "insert" for change in found.changes for edit in change.edits)


def test_rows_carry_what_the_filters_ask_for() -> None:
    found = _compared("en")
    rows = _Page(comparison_page(found, "first", "second")).rows
    assert Counter(row["data-status"] for row in rows) == found.counts
    assert sum("migration" in str(row["data-themes"]).split() for row in rows) == 2
    assert Counter(str(row["data-themes"]) for row in rows)[""] == len(rows) - 4


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_reaches_for_nothing_outside_itself(lang: Lang) -> None:
    page = comparison_page(_compared(lang), "first", "second")
    assert _Page(page).elsewhere == []
    assert not re.search(r"https?:|//[\w.]+/|@import|url\(|fetch\(|XMLHttpRequest|import\(|sendBeacon|WebSocket", page)


def test_two_languages_stand_side_by_side_each_in_its_direction() -> None:
    found = compare(tagged(version(STEPS[0][0], "ar")), tagged(version(STEPS[0][0], "en")), encoder())
    page = _Page(comparison_page(found, "ar", "en"))
    assert (page.root["dir"], Counter(side[0] for side in page.sides)) == ("ltr", {"rtl": 48, "ltr": 48})


def test_text_and_names_cannot_break_out_of_the_page() -> None:
    bad = 'Urges States to heed <script>alert(1)</script> & "quotes" </div>;'
    found = compare(tagged(bare([bad])), tagged(bare([bad.replace("Urges", "<b>Urges</b>")])), encoder())
    page = comparison_page(found, "<img src=x>.txt", '"><script>alert(2)</script>')
    assert _Page(page).elsewhere == []
    assert page.count("<script>") == 1
    assert "<b>" not in page


def test_what_was_dropped_stands_where_it_stood() -> None:
    texts = [
        f"{verb} the keepers of the {what};" for verb, what in (("Urges", "wells"), ("Invites", "pumps"), ("Thanks", "maps"))
    ]
    found = compare(tagged(bare(texts)), tagged(bare([texts[0], texts[2]])), encoder())
    assert [row["data-status"] for row in _Page(comparison_page(found, "a", "b")).rows] == ["same", "dropped", "same"]


def test_an_empty_comparison_is_a_page() -> None:
    assert _Page(comparison_page(compare([], [], encoder()), "a", "b")).rows == []


_CLICKS = """<script>
const told={},seen=()=>[...document.querySelectorAll('.pair[data-status]')].filter(row=>row.offsetParent!==null);
const state=()=>[seen().length,+form.querySelector('output').textContent];
const change=(box,set)=>{set(box);box.dispatchEvent(new Event('input',{bubbles:true}))};
told.all=state();
for(const box of form.querySelectorAll('input')){change(box,it=>it.checked=false);told['without '+box.value]=state();
change(box,it=>it.checked=true)}
change(form.theme,it=>it.value='migration');told.migration=state();
change(form.theme,it=>it.value='');told.again=state();
told.columns=[...document.querySelector('.pair[data-status]').children].map(side=>side.getBoundingClientRect().left);
document.body.innerHTML='<pre>'+JSON.stringify(told)+'</pre>';
</script>"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("lang", LANGS)
def test_the_filters_work_in_a_browser(lang: Lang, tmp_path: Path) -> None:
    found = _compared(lang)
    page = comparison_page(found, "first", "second").replace("</body>", f"{_CLICKS}</body>")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1400,900", f"--user-data-dir={tmp_path / 'profile'}"]
    line = [str(CHROMIUM), *options, "--dump-dom", (tmp_path / "page.html").as_uri()]
    done = subprocess.run(line, capture_output=True, timeout=180, check=True)
    told = json.loads(re.findall(r"<pre>(.*?)</pre>", done.stdout.decode("utf-8"))[0])
    total = len(found.changes)
    assert told["all"] == told["again"] == [total, total]
    for status, count in found.counts.items():
        assert told[f"without {status}"] == [total - count] * 2
    assert told["migration"] == [2, 2]
    left, right, _ = told["columns"]
    assert (left > right) == (lang == "ar")

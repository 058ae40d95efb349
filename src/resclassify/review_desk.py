"""The desk in a terminal: one clause after the other, decided by single keys, each decision in the store before the next."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from rich.console import Console
from rich.text import Text

from resclassify.errors import MissingExtraError
from resclassify.review_keys import ENTER, Keys
from resclassify.review_queue import WEIGHTS, Question
from resclassify.review_tables import said
from resclassify.store.access import Store
from resclassify.store.records import Action, Review
from resclassify.taxonomy import load_taxonomy
from resclassify.verdicts import standing

Shape = Literal["auto", "on", "off"]
HELP = "a or Enter accept; 1-5 turn a theme on or off, then Enter; s skip; u undo; n note; w why it is asked; q quit"
_WIDTH = 100
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
# Terminals that neither turn Arabic round nor join its letters, by what they leave in the environment.
_UNSHAPING = ("WT_SESSION", "ALACRITTY_WINDOW_ID", "XTERM_VERSION")


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sits at the desk, where reviews go, where keys come from, and how a clause is shown. With `blind` the model's tags are
    not shown; with `shaped` Arabic is turned round and joined here, since the terminal does not.
    """

    store: Store
    who: str
    keys: Keys
    screen: Console
    blind: bool = False
    shaped: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    action: Action | Literal["quit"]
    themes: tuple[str, ...] | None = None
    note: str = ""


def sit(desk: Desk, questions: Sequence[Question]) -> Counter[str]:
    """Asks the questions in order until there are no more or the person quits; how many decisions of each action stand.

    A decision is in the store before the next clause is shown. A clause that somebody else has decided on since the queue was
    made is passed over.
    """
    done: list[tuple[int, Review]] = []
    place = 0
    while place < len(questions):
        question = questions[place]
        if _stale(desk.store, question):
            place += 1
            continue
        answer = _ask(desk, question, f"{place + 1} of {len(questions)}")
        if answer.action == "quit":
            break
        if answer.action == "undo":
            if done:
                place, undone = done.pop()
                desk.store.add_review(replace(undone, id=0, reviewed="", action="undo", themes=None, note="", undoes=undone.id))
                _say(desk, f"taken back: {undone.action}")
            else:
                _say(desk, "nothing to undo in this session")
            continue
        kept = said(question.item, shown=not desk.blind)
        review = Review(question.item.id, desk.who, question.item.model, kept, answer.action, answer.themes, answer.note)
        done.append((place, desk.store.add_review(replace(review, asked=question.asked))))
        place += 1
    return Counter(review.action for _, review in done)


def _stale(store: Store, question: Question) -> bool:
    return standing(list(store.reviews(clause=question.item.id, standing=True))).rows != question.seen.rows


def _ask(desk: Desk, question: Question, progress: str) -> _Answer:
    """What the person decides on one clause."""
    tagged = question.item.tagged
    known = tuple(tagged.probabilities)
    ticked = set() if desk.blind else set(tagged.themes)
    note = ""
    _show(desk, question, progress)
    while True:
        key = desk.keys.read()
        if key in ("q", ""):
            return _Answer("quit")
        if key == "a" and not desk.blind:
            ticked = set(tagged.themes)
        if key == ENTER or (key == "a" and not desk.blind):
            action: Action = "accept" if ticked == set(tagged.themes) else "change"
            action = "adjudicate" if question.asked == "conflict" else action
            themes = tuple(theme for theme in known if theme in ticked)
            _say(desk, f"{action}: {', '.join(themes) or 'none'}")
            return _Answer(action, themes, note)
        if key in ("s", "u"):
            return _Answer("skip" if key == "s" else "undo", None, note if key == "s" else "")
        if key.isdecimal() and 1 <= int(key) <= len(known):
            ticked ^= {known[int(key) - 1]}
            _say(desk, f"themes now: {', '.join(theme for theme in known if theme in ticked) or 'none'}")
        elif key == "n":
            _say(desk, "note, up to Enter:")
            note = desk.keys.line()
        elif key == "w":
            _say(desk, _why(question))
        else:
            _say(desk, HELP)


def _show(desk: Desk, question: Question, progress: str) -> None:
    item, clause = question.item, question.item.tagged.clause
    where = (
        f"{item.document.metadata.symbol or item.document.name}, {clause.kind or clause.annex or 'clause'} {clause.number or ''}"
    )
    desk.screen.rule(Text(f"{progress}   {_plain(where).strip()}   {clause.id.rsplit('#', 1)[-1]}"), style="dim")
    desk.screen.print(_text(desk, question), justify="right" if clause.lang == "ar" else "left")
    if not desk.blind:
        for reading in question.seen.readings if question.asked == "conflict" else ():
            note = f" ({reading.note})" if reading.note else ""
            _say(desk, f"{reading.reviewer}: {', '.join(reading.themes or ()) or 'none'}{note}")
    desk.screen.print(_themes(desk, question))
    _say(desk, HELP)


def _text(desk: Desk, question: Question) -> Text:
    """The clause, its evidence underlined and numbered by theme."""
    tagged = question.item.tagged
    plain = _plain(tagged.clause.text)
    marks = [] if desk.blind else [(one.start, one.end, one.theme) for one in tagged.evidence]
    arabic = tagged.clause.lang == "ar"
    known = list(tagged.probabilities)
    edges = sorted({0, len(plain), *(edge for start, end, _ in marks for edge in (start, end))})
    text = Text()
    for start, end in pairwise(edges):
        held = [theme for first, last, theme in marks if first <= start and end <= last]
        closing = [theme for _, last, theme in marks if last == end and theme in held]
        numbers = "".join(_RAISED[known.index(theme) + 1] for theme in closing)
        if arabic and desk.shaped:
            opening = any(first == start for first, _, _ in marks)
            text.append(("[" if opening else "") + plain[start:end] + (f"]{numbers}" if closing else ""))
        else:
            text.append(plain[start:end], style="bold underline" if held else "")
            text.append(numbers, style="bold")
    return Text("\n".join(visual(text.plain, desk.screen.width))) if arabic and desk.shaped else text


def _themes(desk: Desk, question: Question) -> Text:
    """A line a theme. The name comes last, or a terminal that turns Arabic round would carry the figures over with it."""
    tagged = question.item.tagged
    names = {theme.id: theme.names for theme in load_taxonomy().themes}
    text = Text()
    for number, (theme, probability) in enumerate(tagged.probabilities.items(), 1):
        name = names[theme][tagged.clause.lang] if theme in names else theme
        if tagged.clause.lang == "ar":
            name = f"{theme}  {visual(name, desk.screen.width)[0] if desk.shaped else name}"
        carried = theme in tagged.themes and not desk.blind
        says = "" if desk.blind else f"{'[x]' if carried else '[ ]'} {probability:.2f} "
        text.append(f"{number} {says}{name}\n", style="bold" if carried else "")
    if tagged.review and not desk.blind:
        text.append("? the model is not sure\n", style="bold yellow")
    text.rstrip()
    return text


def _why(question: Question) -> str:
    reasons = {
        "random": "in the random share, which measures the model",
        "second": "another person has decided on it: agreement is measured",
        "conflict": "two people differ on it",
    }
    parts = [f"{name} {value:.2f} x {WEIGHTS[name]:.2f}" for name, value in question.parts.items()]
    score = f"score {question.score:.2f} = " + " + ".join(parts)
    partner = f"; in the other language: {', '.join(question.partners)}" if question.partners else ""
    return f"{reasons.get(question.asked, 'by its score')}; {score}{partner}"


def _say(desk: Desk, line: str) -> None:
    desk.screen.print(Text(_plain(line)))


def _plain(text: str) -> str:
    """`text` without what a terminal would take for orders; as long as it was."""
    return _CONTROL.sub(" ", text)


def screen() -> Console:
    """Standard output; a terminal no wider than is good to read, and a pipe of that width without colours."""
    console = Console(highlight=False)
    if not console.is_terminal:
        return Console(width=_WIDTH, color_system=None, highlight=False)
    return Console(width=min(console.width, _WIDTH), highlight=False)


def shapes(shape: Shape) -> bool:
    """Whether Arabic is to be turned round and joined here. "auto" does it for terminals that are known not to.

    Raises MissingExtraError where it is to be done and a package for it is not installed.
    """
    unshaping = any(name in os.environ for name in _UNSHAPING) or os.environ.get("TERM_PROGRAM") == "vscode"
    wanted = shape == "on" or (shape == "auto" and sys.stdout.isatty() and unshaping)
    if wanted:
        visual("", _WIDTH)
    return wanted


def visual(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters in the order in which a terminal without bidirectional text prints them, with Arabic
    letters in their joined forms (the Unicode bidirectional algorithm, by python-bidi).

    Raises MissingExtraError where a package is not installed.
    """
    try:
        from arabic_reshaper import reshape
        from bidi import get_display
    except ImportError as error:
        line = "run `make install`, or pip install 'resclassify[review]'; or show text as it is by --shape off"
        raise MissingExtraError(f"--shape: the package {error.name} is not installed; {line}") from error
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, width) or [""]]
    return [str(get_display(reshape(line), base_dir="R")) for line in lines]

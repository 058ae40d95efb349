"""A model of what scanning, converting and typesetting do to a resolution, for measuring and for hardening.

Every function takes a `random.Random`, so that the same seed gives the same noise.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from resclassify.lexicon import is_arabic

_CONFUSED_AR = {
    "ث": "تنب", "ت": "ثن", "ذ": "دزن", "ق": "فغ", "ف": "ق", "ع": "غ", "غ": "ع", "ض": "ص", "ص": "ض", "ظ": "ط", "ط": "ظ",
    "ج": "حخ", "ح": "جخ", "خ": "ح", "ز": "ر", "ر": "زد", "ش": "س", "س": "ش", "ب": "يت", "ي": "بى", "ن": "بت", "ة": "ه",
    "ه": "ة", "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "د": "ذر", "و": "ر", "ك": "ل", "م": "ه",
}  # fmt: skip
_CONFUSED_EN = {
    "e": "c", "c": "e", "l": "1i", "i": "l", "o": "0", "a": "o", "n": "ri", "m": "rn", "h": "b", "s": "5", "u": "ii", "g": "q",
    "t": "f", "f": "t", "v": "y", "r": "n", "w": "vv", "d": "cl",
}  # fmt: skip
_CITATIONS = {
    "en": (
        "United Nations, Treaty Series, vol. {a}, No. {b}.", "Ibid., vol. {a}, No. {b}.", "Resolution {c}/{d}.", "A/{c}/{d}.",
        "Resolution 217 A (III).", "See resolution {c}/{d}, annex.", "E/{c}/{d}, chap. I, sect. A.",
        "Official Records of the General Assembly, Seventy-first Session, Supplement No. {c} (A/71/{d}), chap. II.",
    ),
    "ar": (
        "United Nations, Treaty Series, vol. {a}, No. {b}.", "المرجع نفسه، المجلد {a}، الرقم {b}.", "القرار {d}/{c}.",
        "A/{c}/{d}.", "القرار 217 ألف (د-3).", "انظر القرار {d}/{c}، المرفق.", "E/{c}/{d}، الفصل الأول، الفرع ألف.",
        "الوثائق الرسمية للجمعية العامة، الدورة الحادية والسبعون، الملحق رقم {c} (A/71/{d})، الفصل الثاني.",
    ),
}  # fmt: skip
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text is set: `width` in characters (None: one line a paragraph), blank lines between paragraphs or not,
    characters to a page (None: no pages), how many footnote calls to a thousand characters, and how calls are written.
    """

    width: int | None = None
    blank_lines: bool = True
    page_chars: int | None = None
    calls_per_1000: float = 0.0
    call_style: str = "superscript"
    furniture: bool = True


def random_layout(rng: random.Random) -> Layout:
    """A layout as texts of resolutions come: wrapped or not, with pages and footnotes."""
    width = rng.choice([None, None, 72, 80, 96])
    return Layout(
        width=width,
        blank_lines=width is not None or rng.random() < 0.6,
        page_chars=rng.choice([2200, 2800, 3400]),
        calls_per_1000=rng.choice([0.5, 1.5, 3.0]),
        call_style=rng.choice(["superscript", "framed", "glued"]),
        furniture=rng.random() < 0.7,
    )


def misread(text: str, rng: random.Random, rate: float) -> str:
    """`text` as a scan may give it: each letter is misread, or a word's gap lost, with probability `rate`."""
    confused = _CONFUSED_AR if is_arabic(text) else _CONFUSED_EN
    letters = []
    for letter in text:
        if rng.random() >= rate:
            letters.append(letter)
        elif letter in confused:
            letters.append(rng.choice(confused[letter]))
        elif letter != " " or rng.random() < 0.9:
            letters.append(letter)
    return "".join(letters)


def typeset(paragraphs: Sequence[str], rng: random.Random, layout: Layout, *, title: str = "") -> str:
    """Plain text of a document that holds `paragraphs` in order, set in pages with furniture and footnotes."""
    lang = "ar" if is_arabic(" ".join(paragraphs[:5])) else "en"
    pages: list[list[str]] = [[]]
    notes: list[str] = []
    used = number = 0
    for paragraph in paragraphs:
        text, calls = _with_calls(paragraph, rng, layout, number)
        rest = text
        while layout.page_chars is not None and used + len(rest) > layout.page_chars:
            head, rest = _torn(rest, layout.page_chars - used)
            if head:
                pages[-1].append(head)
            passed = sum(1 for call in calls if _call(call, layout) in head)
            notes += [_note(call, rng, lang, layout) for call in calls[:passed]]
            calls = calls[passed:]
            pages[-1] += _foot(notes, len(pages), rng, layout, title)
            number += passed
            notes, used = [], 0
            pages.append([])
        if rest:
            pages[-1].append(rest)
        used += len(rest)
        notes += [_note(call, rng, lang, layout) for call in calls]
        number += len(calls)
    pages[-1] += notes
    gap = "\n\n" if layout.blank_lines else "\n"
    return gap.join(_wrapped(piece, layout.width) for page in pages for piece in page)


def _with_calls(paragraph: str, rng: random.Random, layout: Layout, number: int) -> tuple[str, list[int]]:
    words = paragraph.split(" ")
    calls: list[int] = []
    for position in range(4, len(words)):
        if rng.random() < layout.calls_per_1000 * (len(words[position]) + 1) / 1000 and words[position][-1:].isalpha():
            calls.append(number + len(calls) + 1)
            words[position] += _call(calls[-1], layout)
    return " ".join(words), calls


def _call(number: int, layout: Layout) -> str:
    if layout.call_style == "framed":
        return f"⁽{str(number).translate(_SUPERSCRIPT)}⁾"
    return str(number).translate(_SUPERSCRIPT) if layout.call_style == "superscript" else f"({number})"


def _note(number: int, rng: random.Random, lang: str, layout: Layout) -> str:
    text = rng.choice(_CITATIONS[lang]).format(
        a=rng.randint(100, 2900), b=rng.randint(1000, 50000), c=rng.randint(50, 79), d=rng.randint(10, 300)
    )
    if layout.call_style == "superscript":
        return f"{str(number).translate(_SUPERSCRIPT)} {text}"
    return f"({number}) {text}" if layout.call_style == "framed" or lang == "ar" else f"{number} {text}"


def _torn(text: str, room: int) -> tuple[str, str]:
    """`text` cut at a space before `room` characters, neither piece short; cut before it where that cannot be."""
    cut = text.rfind(" ", 0, max(room, 0))
    return ("", text) if cut < 40 or len(text) - cut < 40 else (text[:cut], text[cut + 1 :])


def _foot(notes: Sequence[str], page: int, rng: random.Random, layout: Layout, title: str) -> list[str]:
    if not layout.furniture:
        return list(notes)
    foot = [f"{page}/{page + 7}", f"24-{rng.randint(10000, 99999)}"]
    rng.shuffle(foot)
    return [*notes, *foot[: rng.randint(1, 2)], *([title] if title else [])]


def _wrapped(text: str, width: int | None) -> str:
    return text if width is None else "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))

"""Words as versions of a clause are compared by them: what is alike, and what was taken out and put in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import Indel

from resclassify.lexicon import fold
from resclassify.text import chain

Change = Literal["equal", "delete", "insert"]
_WORD = re.compile(r"\S+")
_SIGN = re.compile(r"[^\W_]")
_DIGITS = re.compile(r"\d")
_SYMBOL = re.compile(r"(?<![\w/])[A-Z][A-Z.\d]{0,7}(?:/[\w.\-]+)*/[\w.\-]*\d[\w.\-]*(?:\s?\(\w+\))?")
_NOTE_CALL = re.compile(r"(?<=[^\W\d_]{3}[,.;:])\d{1,3}$|(?<=[^\W\d_]{4})[\d¹²³⁰⁴-⁹]{1,2}(?=[,.;:،؛)]*$)")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w\s]+(?=\d)")
# A run of equal words that is no longer than this between two changes is only chance ("of the").
_CHANCE_WORDS = 2
NUMBER = "0"
_GRAMMAR = frozenset(
    fold(
        """
        the a an of and or to in on at by for with from as into upon its their it they is are be been being was were has have that
        this these those which who whose all any also further including inter alia well such other under within through
        strongly firmly deeply gravely seriously urgently solemnly categorically unequivocally vehemently again
        من في على إلى عن أن إن ما لا أو ثم هذا هذه ذلك تلك التي الذي الذين التى ومن وفي وعلى وإلى بما فيها أيضا كذلك مع كل جميع أي
        بين بأن لأن كما وأن وإذ إذ وكذلك وغير غير وغيرها وغيره منها منه لها له بها به فيه هي هو التابعة التابع
        بقوة بشدة بحزم بأشد بأقوى بالغ ببالغ عميق قطعيا مجددا
        """
    ).split()
)
_NUMBERS_EN = frozenset(
    """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
    twenty thirty forty fifty sixty seventy eighty ninety hundred thousand first second third fourth fifth sixth seventh eighth
    ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth
    fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth
    dozen dozens hundreds thousands million millions billion billions
    """.split()
)
_MONTHS = frozenset(
    fold(
        """
        january february march april may june july august september october november december
        يناير فبراير مارس أبريل مايو يونيه يوليه يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
        كانون الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين الأول كانون
        """
    ).split()
)
# Months that are words too count as months beside a number alone.
_ONLY_BESIDE_NUMBERS = frozenset(fold("may march الأول الثاني آب نيسان كانون").split())
_NUMBER_STEMS_AR = (
    "واحد اول اثن احد ثلاث اربع خمس ست سبع ثمان تسع عشر مايه ميه ميت الف الاف اولي ثاني ثالث رابع خامس سادس سابع ثامن تاسع عاشر"
    " حادي مليون ملايين مليار"
).split()
# Words that only look like a number with an ending: "seeks", "familiarity", "primary".
_LIKE_NUMBERS_AR = "تسعي|الفه|اوليه|اوليا"
_NUMBER_AR = re.compile(
    rf"^(?:و|ال|وال|بال|لل|ب|ل|في)?(?!(?:{_LIKE_NUMBERS_AR})$)(?:{'|'.join(_NUMBER_STEMS_AR)})(?:ه|ون|ين|ا|ان|ي|يه|ات|مايه|ميه)?$"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: offsets into it, and what it is compared by."""

    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A run of words of two versions: offsets into the old and into the new text; of no width where a side has none of it."""

    change: Change
    old_start: int
    old_end: int
    new_start: int
    new_end: int


def words_of(text: str) -> list[Word]:
    """The words of `text`, each compared without case, punctuation, Arabic vowel signs and variants of a letter."""
    return [Word(match.start(), match.end(), word_key(match[0])) for match in _WORD.finditer(text)]


@lru_cache(maxsize=65536)
def word_key(word: str) -> str:
    """What a word is compared by; empty for what holds neither letter nor digit."""
    return "".join(_SIGN.findall(fold(chain("light-1")(word))))


def sense(text: str) -> list[str]:
    """The keys of the words of `text`, numbers and dates as one "0" each: what makes two clauses say the same.

    A run of number words ("seventy-fourth", "18 December 2019") is one number; a document symbol is one too. What is left of the
    call of a footnote behind a word is nothing.
    """
    keys: list[str] = []
    for match in _WORD.finditer(_BETWEEN_DIGITS.sub("", _SYMBOL.sub(f" {NUMBER} ", text))):
        for piece in re.split(r"[-–—/]", _NOTE_CALL.sub("", match[0])):
            key = word_key(piece)
            if key:
                keys.append(NUMBER if _DIGITS.search(key) else key)
    marked = [NUMBER if _is_number(key) else key for key in keys]
    dated = [
        NUMBER if key in _MONTHS and (key not in _ONLY_BESIDE_NUMBERS or _beside_number(marked, at)) else key
        for at, key in enumerate(marked)
    ]
    return [key for at, key in enumerate(dated) if key != NUMBER or at == 0 or dated[at - 1] != NUMBER]


def _is_number(key: str) -> bool:
    return key == NUMBER or key in _NUMBERS_EN or _NUMBER_AR.match(key) is not None


def _beside_number(keys: list[str], at: int) -> bool:
    return not {NUMBER, *_MONTHS - _ONLY_BESIDE_NUMBERS}.isdisjoint(keys[max(0, at - 2) : at] + keys[at + 1 : at + 3])


def weighty(keys: Iterable[str]) -> list[str]:
    """The keys that carry matter: without numbers and words of grammar."""
    return [key for key in keys if key != NUMBER and key not in _GRAMMAR]


def says_the_same(old: str, new: str) -> bool:
    """Whether two clauses are identical apart from punctuation, case, numbers and dates; spaces do not count either."""
    return "".join(sense(old)) == "".join(sense(new))


def edits(old: str, new: str) -> list[Edit]:
    """The runs of words that turn `old` into `new`, in order: a shortest edit (longest common subsequence of words), in which
    equal words too few to be more than chance between two changes belong to the change.
    """
    before, after = words_of(old), words_of(new)
    runs = [
        _Run("equal" if code.tag == "equal" else "replace", code.src_start, code.src_end, code.dest_start, code.dest_end)
        for code in Indel.opcodes([word.key for word in before], [word.key for word in after])
    ]
    found: list[Edit] = []
    for run in _smoothed(_joined(runs), before):
        old_span, new_span = _span(before, run.old_start, run.old_end), _span(after, run.new_start, run.new_end)
        if run.kind == "equal":
            found.append(Edit("equal", *old_span, *new_span))
            continue
        if run.old_end > run.old_start:
            found.append(Edit("delete", *old_span, new_span[0], new_span[0]))
        if run.new_end > run.new_start:
            found.append(Edit("insert", old_span[1], old_span[1], *new_span))
    return found


@dataclass(frozen=True, slots=True)
class _Run:
    kind: str
    old_start: int
    old_end: int
    new_start: int
    new_end: int

    @property
    def size(self) -> int:
        return max(self.old_end - self.old_start, self.new_end - self.new_start)


def _joined(runs: list[_Run]) -> list[_Run]:
    joined: list[_Run] = []
    for run in runs:
        if joined and joined[-1].kind == run.kind:
            last = joined[-1]
            joined[-1] = _Run(run.kind, last.old_start, run.old_end, last.new_start, run.new_end)
        else:
            joined.append(run)
    return joined


def _smoothed(runs: list[_Run], before: list[Word]) -> list[_Run]:
    """Runs in which a few equal short words between two larger changes are taken for changed."""
    smoothed = list(runs)
    for at in range(1, len(runs) - 1):
        run = runs[at]
        letters = sum(len(word.key) for word in before[run.old_start : run.old_end])
        chance = run.kind == "equal" and run.size <= _CHANCE_WORDS and letters <= 3 * run.size + 2
        if chance and min(runs[at - 1].size, runs[at + 1].size) > run.size:
            smoothed[at] = _Run("replace", run.old_start, run.old_end, run.new_start, run.new_end)
    return _joined(smoothed)


def _span(words: list[Word], start: int, end: int) -> tuple[int, int]:
    """Offsets of words[start:end]; where that is empty, the place where it would stand."""
    if start < end:
        return words[start].start, words[end - 1].end
    place = words[start].start if start < len(words) else (words[-1].end if words else 0)
    return place, place

"""What a model does where the answer is known beforehand: how often each behaviour holds, by language.

Three kinds, after CheckList (Ribeiro et al. 2020). *Functionality*: written clauses, most of them for one rule of the codebook,
get exactly their themes. *Invariance*: what leaves the themes of a clause as they are leaves its tags as they are. *Direction*:
what adds a theme to a clause adds the tag and takes none away. The last two are made by program from labelled pairs.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from resclassify.changes import CHANGES, DEEDS, add_neutral, add_theme, in_setting
from resclassify.dataset import LANGS, Pair, read_rows
from resclassify.errors import LabelError
from resclassify.intervals import wilson_interval
from resclassify.lexicon import opens_operative, opens_preambular, script
from resclassify.model import Assessment
from resclassify.shipped import shipped
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Kind, Lang

CASES = "data/behaviour.jsonl"
BehaviourKind = Literal["functionality", "invariance", "direction"]
_BATCH = 256


class Assessor(Protocol):
    """All that is used of a Model."""

    @property
    def themes(self) -> tuple[str, ...]: ...

    def assess(self, texts: Sequence[str]) -> Assessment: ...


@dataclass(frozen=True, slots=True)
class Case:
    """A written clause in both languages with its themes, no more and no fewer, and the behaviour that it is a case of."""

    behaviour: str
    en: str
    ar: str
    themes: tuple[str, ...]

    def text(self, lang: Lang) -> str:
        return self.ar if lang == "ar" else self.en


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that failed: the text before and after (twice the same where nothing was changed), the tags wanted after and those
    decided. For direction, `wanted` is the least that is wanted, and `probabilities` are the added theme's, before and after.
    """

    before: str
    after: str
    wanted: tuple[str, ...]
    decided: tuple[str, ...]
    probabilities: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one behaviour did in one language: the number of cases, at least one, and those that failed."""

    name: str
    kind: BehaviourKind
    lang: Lang
    cases: int
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> int:
        return self.cases - len(self.failures)

    @property
    def rate(self) -> float:
        return self.passed / self.cases

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the rate (Wilson 1927), as though cases were independent of one another."""
        return wilson_interval(self.passed, self.cases)


@dataclass(frozen=True, slots=True)
class _Trial:
    """A text put to the model. `themes` are those it carries (functionality) or the one that was added (direction)."""

    name: str
    kind: BehaviourKind
    lang: Lang
    before: str
    after: str
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    tags: tuple[str, ...]
    probabilities: Mapping[str, float]


def read_cases(path: Path | None = None) -> tuple[Case, ...]:
    """The written cases of a JSONL file, `{behaviour, en, ar, themes}` a line; without a file, those that are shipped.

    Raises LabelError, naming file and line, for a line that is no such case, and for a file that holds none.
    """
    source = shipped(CASES) if path is None else path
    cases = tuple(_case(row, place) for row, place in read_rows(source))
    if not cases:
        raise LabelError(f"{source}: holds no case; each line is {{behaviour, en, ar, themes}}")
    return cases


def _case(row: Mapping[str, object], place: str) -> Case:
    behaviour, en, ar, themes = (row.get(key) for key in ("behaviour", "en", "ar", "themes"))
    if not (isinstance(behaviour, str) and isinstance(en, str) and isinstance(ar, str) and isinstance(themes, list)):
        raise LabelError(f"{place}: is no case; each line is {{behaviour, en, ar, themes}}")
    if not en.strip() or script(en) != "en" or script(ar) != "ar":
        raise LabelError(f"{place}: 'en' is not in Latin letters or 'ar' not in Arabic ones; write the clause in both languages")
    return Case(behaviour, en, ar, load_taxonomy().require(themes, place))


def run_behaviours(model: Assessor, pairs: Sequence[Pair], cases: Sequence[Case] | None = None) -> tuple[Behaviour, ...]:
    """How the model does on the written cases (the shipped ones, unless others are given) and on changes made to `pairs`.

    A behaviour that has no case is left out. The same input gives the same result.
    """
    trials = [*_functionality(read_cases() if cases is None else cases), *_invariance(pairs), *_direction(pairs)]
    answers = _answers(model, list(dict.fromkeys(text for trial in trials for text in (trial.before, trial.after))))
    outcomes: dict[tuple[str, BehaviourKind, Lang], list[Failure | None]] = defaultdict(list)
    for trial in trials:
        outcomes[trial.name, trial.kind, trial.lang].append(_failure(trial, answers[trial.before], answers[trial.after]))
    return tuple(
        Behaviour(name, kind, lang, len(found), tuple(failure for failure in found if failure))
        for (name, kind, lang), found in outcomes.items()
    )


def _functionality(cases: Sequence[Case]) -> Iterator[_Trial]:
    for case in cases:
        for lang in LANGS:
            yield _Trial(case.behaviour, "functionality", lang, case.text(lang), case.text(lang), case.themes)


def _invariance(pairs: Sequence[Pair]) -> Iterator[_Trial]:
    for change in CHANGES:
        for lang in change.langs:
            for pair in pairs:
                rng = random.Random(f"{change.name}/{pair.id}/{lang}")
                text = pair.text(lang)
                if change.in_setting and change.apply(text, rng) == text:
                    text = in_setting(text)
                changed = change.apply(text, rng)
                if pair.text(lang) and changed != text and change.kind in (None, pair.kind):
                    yield _Trial(change.name, "invariance", lang, text, changed)
    for lang in LANGS:
        for _, text, kind in _open_to_more(pairs, lang):
            yield _Trial("neutral part added", "invariance", lang, text, add_neutral(text, kind))


def _direction(pairs: Sequence[Pair]) -> Iterator[_Trial]:
    for theme in DEEDS:
        for lang in LANGS:
            others = [found for found in _open_to_more(pairs, lang) if theme not in found[0].themes]
            for number, (_, text, kind) in enumerate(others):
                yield _Trial(f"{theme} added", "direction", lang, text, add_theme(text, kind, theme, number), (theme,))


def _open_to_more(pairs: Sequence[Pair], lang: Lang) -> Iterator[tuple[Pair, str, Kind]]:
    """The clauses that begin as clauses of a resolution do, so that a further part can follow."""
    for pair in pairs:
        text = pair.text(lang)
        if pair.kind and (opens_operative(text) if pair.kind == "operative" else opens_preambular(text)):
            yield pair, text, pair.kind


def _answers(model: Assessor, texts: Sequence[str]) -> dict[str, _Answer]:
    answers = {}
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        found = model.assess(batch)
        for text, row, decided in zip(batch, found.probabilities.tolist(), found.decided.tolist(), strict=True):
            tags = tuple(theme for theme, is_tag in zip(model.themes, decided, strict=True) if is_tag)
            answers[text] = _Answer(tags, dict(zip(model.themes, row, strict=True)))
    return answers


def _failure(trial: _Trial, before: _Answer, after: _Answer) -> Failure | None:
    """What failed, or None where the trial passed."""
    if trial.kind != "direction":
        wanted = trial.themes if trial.kind == "functionality" else before.tags
        return None if set(wanted) == set(after.tags) else Failure(trial.before, trial.after, wanted, after.tags)
    theme = trial.themes[0]
    least = tuple(name for name in after.probabilities if name in before.tags or name == theme)
    probabilities = before.probabilities[theme], after.probabilities[theme]
    if set(least) <= set(after.tags) and probabilities[0] < probabilities[1]:
        return None
    return Failure(trial.before, trial.after, least, after.tags, probabilities)


def to_markdown(results: Sequence[Behaviour], *, shown: int = 3) -> str:
    """A table of every behaviour, then the failed cases of each, at most `shown`."""
    lines = ["| kind | behaviour | language | passed | of | rate | 95 % interval |", "|---|---|---|---|---|---|---|"]
    for found in results:
        low, high = found.interval
        cells = (found.kind, found.name, found.lang, found.passed, found.cases, f"{found.rate:.3f}", f"[{low:.3f}, {high:.3f}]")
        lines.append(f"| {' | '.join(map(str, cells))} |")
    for found in results:
        if found.failures and shown:
            lines += ["", f"**{found.name}** ({found.lang}): {len(found.failures)} of {found.cases} failed", ""]
            lines += [_shown(failure) for failure in found.failures[:shown]]
    return "\n".join(lines) + "\n"


def _shown(failure: Failure) -> str:
    texts = [failure.after] if failure.before == failure.after else [failure.before, failure.after]
    line = "- " + " → ".join(f"“{text.replace(chr(10), '⏎')}”" for text in texts)
    line += f": wanted {_named(failure.wanted)}, decided {_named(failure.decided)}"
    if failure.probabilities is not None:
        line += " (probability {:.3f} → {:.3f})".format(*failure.probabilities)
    return line


def _named(themes: Sequence[str]) -> str:
    return ", ".join(themes) or "none"

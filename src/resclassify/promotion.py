"""Whether a challenger may take the champion's place: a decision on two measured models by stated rules, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import ceil
from typing import Any

import numpy as np

from resclassify.behaviour import Behaviour
from resclassify.dataset import Example, Pair, examples
from resclassify.errors import InputError, LabelError
from resclassify.evaluation import Bools, Estimate, Report, paired_difference
from resclassify.model import Assessment
from resclassify.taxonomy import load_taxonomy
from resclassify.training import report_on

Differences = Mapping[str, Mapping[str, Estimate]]


@dataclass(frozen=True, slots=True)
class PairedReports:
    """Champion and challenger on the same clauses. `differences` are F1 of the challenger less that of the champion, paired, by
    slice ("all", "ar", "en") and measure (`micro_f1`, `f1/THEME`); one that neither model nor truth has a tag for is left out.
    """

    champion: Report
    challenger: Report
    differences: Differences


@dataclass(frozen=True, slots=True)
class Rate:
    """How many cases of one behaviour a model passed in one language."""

    kind: str
    name: str
    lang: str
    passed: int
    cases: int


@dataclass(frozen=True, slots=True)
class Trial:
    """All that is known of two models when one is to take the other's place. `champion` and `challenger` are whole fingerprints
    of their folders; `frozen` is measured on the test that data growing never changes, `newest` on the newest session alone.
    """

    champion: str
    challenger: str
    frozen: PairedReports
    newest: PairedReports | None
    champion_rates: tuple[Rate, ...]
    challenger_rates: tuple[Rate, ...]

    def to_record(self) -> dict[str, Any]:
        """JSON values from which `trial_from` makes an equal trial."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked of a challenger. Margins are differences, not shares: 0.03 is three points of F1.

    `margin_no_loss`: how far micro-F1 may lie below the champion's where the gain is elsewhere; `margin_f1`: the same for each
    theme and each language; `margin_behaviour`: for the share of cases passed, by kind and language; `most_error`: the highest
    calibration error of a theme in a language, where at least `fewest_tags` clauses carry it.
    """

    margin_no_loss: float = 0.01
    margin_f1: float = 0.03
    margin_behaviour: float = 0.02
    most_error: float = 0.05
    fewest_tags: int = 20


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule: whether the challenger passed, what was found (figures and intervals), and what would change a refusal."""

    rule: str
    passed: bool
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to promote, and every rule that was looked at."""

    reasons: tuple[Reason, ...]

    @property
    def promote(self) -> bool:
        return all(reason.passed for reason in self.reasons)

    @property
    def would_change(self) -> tuple[str, ...]:
        """What would have to be otherwise for each rule that speaks against the challenger."""
        return tuple(f"{reason.rule}: {reason.remedy}" for reason in self.reasons if not reason.passed)


def paired_reports(pairs: Sequence[Pair], champion: Assessment, challenger: Assessment, data: str) -> PairedReports:
    """Two models on both sides of pairs, assessed in the order of `examples`; `data` says in words what the pairs are."""
    items = examples(pairs)
    langs = np.array([item.lang for item in items])
    slices = {"all": np.ones(len(items), dtype=bool), **{lang: langs == lang for lang in ("ar", "en") if (langs == lang).any()}}
    differences = {
        name: _differences([items[row] for row in np.flatnonzero(mask)], challenger.decided[mask], champion.decided[mask])
        for name, mask in slices.items()
    }
    return PairedReports(report_on(pairs, champion, data), report_on(pairs, challenger, data), differences)


def _differences(items: Sequence[Example], decided: Bools, other: Bools) -> dict[str, Estimate]:
    found = {}
    themes = load_taxonomy().ids
    for name, columns in {"micro_f1": range(len(themes)), **{f"f1/{theme}": [at] for at, theme in enumerate(themes)}}.items():
        mine = np.isin(np.arange(len(themes)), list(columns))
        kept = {theme for theme, keep in zip(themes, mine, strict=True) if keep}
        narrowed = [replace(item, themes=tuple(theme for theme in item.themes if theme in kept)) for item in items]
        try:
            found[name] = paired_difference(narrowed, decided & mine, other & mine)
        except LabelError:
            continue
    return found


def rates_of(behaviours: Sequence[Behaviour]) -> tuple[Rate, ...]:
    """The counts of behaviour tests, without the texts that failed."""
    return tuple(Rate(found.kind, found.name, found.lang, found.passed, found.cases) for found in behaviours)


def trial_from(record: Mapping[str, Any], place: str) -> Trial:
    """The trial that `to_record` made a record of. Raises InputError, naming `place`, for a record of another shape."""
    try:
        return Trial(
            champion=str(record["champion"]),
            challenger=str(record["challenger"]),
            frozen=_paired(record["frozen"]),
            newest=_paired(record["newest"]) if record["newest"] else None,
            champion_rates=tuple(Rate(**rate) for rate in record["champion_rates"]),
            challenger_rates=tuple(Rate(**rate) for rate in record["challenger_rates"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{place}: is no trial of two models ({error!r}); make it again by `resclassify retrain`") from error


def _paired(record: Mapping[str, Any]) -> PairedReports:
    return PairedReports(_report(record["champion"]), _report(record["challenger"]), _figures(record["differences"]))


def _report(record: Mapping[str, Any]) -> Report:
    return Report(**{**record, "figures": _figures(record["figures"])})


def _figures(record: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, Estimate]]:
    return {part: {name: Estimate(**values) for name, values in figures.items()} for part, figures in record.items()}


def decide(trial: Trial, rules: Rules | None = None) -> Decision:
    """The decision on a trial by the rules, the stated ones unless others are given.

    A challenger is promoted where it wins on the frozen test (the 95 % interval of the paired difference in micro-F1 lies above
    0), or does not lose there (the interval reaches 0 or more, the difference is within a margin) and wins on the newest
    session; where no theme, no language and no kind of behaviour is worse by more than its margin; where probabilities are as
    calibrated as asked, or as the champion's; and where it does not lose on the newest session beyond chance.
    """
    rules = rules or Rules()
    return Decision(
        (
            *_same_clauses(trial),
            _gain(trial, rules),
            *_newest(trial),
            *_parts(trial.frozen, rules),
            *_behaviours(trial, rules),
            *_calibrations(trial.frozen, rules),
        )
    )


def figures_of(trial: Trial, decision: Decision) -> dict[str, Any]:
    """What a ledger keeps of a decision, as JSON values: micro-F1 of both, their difference, the rules that were not passed."""

    def overall(found: PairedReports) -> dict[str, list[float]]:
        parts = {"champion": found.champion.figures, "challenger": found.challenger.figures, "difference": found.differences}
        estimates = {name: part["all"]["micro_f1"] for name, part in parts.items() if "micro_f1" in part["all"]}
        return {name: [figure.value, figure.low, figure.high] for name, figure in estimates.items()}

    newest = {"newest": overall(trial.newest)} if trial.newest else {}
    not_passed = [f"{reason.rule}: {reason.found}" for reason in decision.reasons if not reason.passed]
    return {"test": overall(trial.frozen), **newest, "clauses": trial.frozen.champion.clauses, "not_passed": not_passed}


def _same_clauses(trial: Trial) -> list[Reason]:
    found = {"the frozen test": trial.frozen, "the newest session": trial.newest}
    reasons = []
    for name, measured in found.items():
        if measured is not None:
            one, other = measured.champion.fingerprint, measured.challenger.fingerprint
            text = f"data {one[:12]} for the champion, {other[:12]} for the challenger"
            remedy = "measure both on the same clauses: run `resclassify retrain` again"
            reasons.append(Reason(f"both on the same clauses of {name}", one == other, text, remedy))
    return reasons


def _gain(trial: Trial, rules: Rules) -> Reason:
    """A win on the frozen test, or no loss there and a win on the newest session."""
    test = trial.frozen.differences["all"]["micro_f1"]
    newest = trial.newest.differences["all"].get("micro_f1") if trial.newest else None
    held = test.high >= 0 and _at_least(test.value, -rules.margin_no_loss)
    elsewhere = newest is not None and newest.low > 0
    text = f"frozen test {test}"
    if test.low > 0:
        return Reason("a gain", True, f"{text}: a win")
    if held and elsewhere:
        return Reason("a gain", True, f"{text}: no loss; the gain is on the newest session, {newest}")
    ways = [f"a win on the test: {_to_win(test, trial.frozen.challenger.clauses, 'test')}"]
    if not held:
        ways.append(f"no loss there needs a difference of -{rules.margin_no_loss:g} or more and an interval that reaches 0")
    if newest is None:
        ways.append("a gain on a newest session, of which there is none in the trial: name it by `resclassify retrain --new`")
    elif not elsewhere and trial.newest is not None:
        ways.append(f"a gain on the newest session: {_to_win(newest, trial.newest.challenger.clauses, 'session')}")
    return Reason("a gain", False, f"{text}, newest session {newest or 'not measured'}", "; ".join(ways))


def _to_win(difference: Estimate, clauses: int, name: str) -> str:
    """What puts the interval above 0: a larger difference, or more clauses, since its width goes as one over their root."""
    down = difference.value - difference.low
    larger = f"a difference above {max(down, 0.0):.3f} on these {clauses} clauses"
    if difference.low > 0 or difference.value <= 0:
        return larger
    more = max(1, ceil(clauses * ((down / difference.value) ** 2 - 1)))
    return f"{larger}, or some {_two_figures(more):,} more {name} clauses at a difference of {difference.value:.3f}"


def _two_figures(count: int) -> int:
    """A count rounded up to two figures: an estimate knows no more."""
    unit = int(10 ** max(0, len(str(count)) - 2))
    return -(-count // unit) * unit


def _newest(trial: Trial) -> list[Reason]:
    difference = trial.newest.differences["all"].get("micro_f1") if trial.newest else None
    if difference is None:
        return []
    remedy = f"micro-F1 there is worse beyond chance; at this spread {-difference.high:.3f} more would do"
    return [Reason("no loss on the newest session", difference.high >= 0, f"micro-F1 {difference}", remedy)]


def _parts(found: PairedReports, rules: Rules) -> list[Reason]:
    """No language and no theme of the frozen test worse by more than the margin."""
    parts = [("Arabic", "ar", "micro_f1"), ("English", "en", "micro_f1")]
    parts += [(theme, "all", f"f1/{theme}") for theme in load_taxonomy().ids]
    reasons = []
    for name, part, measure in parts:
        rule = f"{name} not worse by more than {rules.margin_f1:g}"
        difference = found.differences.get(part, {}).get(measure)
        if difference is None:
            reasons.append(Reason(rule, True, "the test has no such tag, so this is not judged"))
            continue
        now = found.challenger.figures[part].get(measure)
        missing = -rules.margin_f1 - difference.value
        remedy = f"F1 is {now.value if now else 0.0:.3f}; {missing:.3f} more would do"
        reasons.append(Reason(rule, _at_least(difference.value, -rules.margin_f1), f"F1 {difference}", remedy))
    return reasons


def _behaviours(trial: Trial, rules: Rules) -> list[Reason]:
    """No kind of behaviour worse in a language by more than the margin; single behaviours have too few cases to be held to it."""
    before, after = _by_group(trial.champion_rates), _by_group(trial.challenger_rates)
    if not before or {key: list(found) for key, found in before.items()} != {key: list(found) for key, found in after.items()}:
        remedy = "run the behaviour tests on both: run `resclassify retrain` again"
        return [Reason("behaviour tests run on both", False, f"{len(before)} and {len(after)} groups measured", remedy)]
    reasons = []
    for (kind, lang), named in before.items():
        others = after[kind, lang]
        cases = sum(rate.cases for rate in named.values())
        passed, now = (sum(rate.passed for rate in rates.values()) for rates in (named, others))
        allowed = int(rules.margin_behaviour * cases + 1e-9)
        worst = max(named, key=lambda name: named[name].passed - others[name].passed)
        remedy = (
            f"{passed - now - allowed} more of {cases} cases would do; most was lost in '{worst}', "
            f"{named[worst].passed} to {others[worst].passed} of {others[worst].cases}"
        )
        same = all(named[name].cases == others[name].cases for name in named)
        text = f"{now} of {cases} cases passed ({now / cases:.3f}), the champion {passed} ({passed / cases:.3f})"
        if not same:
            text, remedy = f"{text}, on other cases", "measure both on the same cases: run `resclassify retrain` again"
        rule = f"{kind} in {lang} not worse by more than {rules.margin_behaviour:g}"
        reasons.append(Reason(rule, same and passed - now <= allowed, text, remedy))
    return reasons


def _by_group(rates: Sequence[Rate]) -> dict[tuple[str, str], dict[str, Rate]]:
    groups: dict[tuple[str, str], dict[str, Rate]] = {}
    for rate in sorted(rates, key=lambda rate: (rate.kind, rate.lang, rate.name)):
        groups.setdefault((rate.kind, rate.lang), {})[rate.name] = rate
    return groups


def _calibrations(found: PairedReports, rules: Rules) -> list[Reason]:
    """Calibration errors of the themes that have enough tags in a language."""
    reasons = []
    for lang, theme in ((lang, theme) for lang in ("ar", "en") for theme in load_taxonomy().ids):
        tags = found.challenger.supports.get(lang, {}).get(theme, 0)
        if tags < rules.fewest_tags:
            continue
        rule = f"calibration of {theme} in {lang}: {rules.most_error:g}, or the champion's"
        error, before = (report.figures[lang].get(f"ece/{theme}") for report in (found.challenger, found.champion))
        if error is None:
            reasons.append(Reason(rule, False, "not measured", "measure the probabilities: run `resclassify retrain` again"))
            continue
        bound = max(rules.most_error, before.value if before else 0.0)
        remedy = f"the error must come down by {error.value - bound:.3f}: calibrate on more dev clauses with the theme"
        text = f"error {error}, the champion's {before or 'not measured'}, {tags} tags"
        reasons.append(Reason(rule, _at_least(-error.value, -bound), text, remedy))
    return reasons or [Reason("calibration", True, f"no theme has {rules.fewest_tags} tags in a language, so this is not judged")]


def _at_least(value: float, bound: float) -> bool:
    """Whether a figure that was rounded to four places reaches a bound."""
    return round(value - bound, 4) >= 0

"""A challenger against the champion: both measured on the same clauses, their behaviours, and drift; in words and for the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from resclassify.behaviour import Behaviour, run_behaviours
from resclassify.behaviour import to_markdown as behaviour_table
from resclassify.dataset import Pair, examples
from resclassify.drift import Drift, Vectors, drift
from resclassify.figures import draw_evaluation
from resclassify.intake import Joining
from resclassify.model import load
from resclassify.production import DIGITS, fingerprint_of
from resclassify.promotion import PairedReports, Trial, paired_reports, rates_of
from resclassify.tracking import Stage
from resclassify.training import part

Say = Callable[[str], None]
# Each clause makes some thirty cases; more clauses than this would take longer than they are worth.
_BEHAVIOUR_PAIRS = 250
_SHOWN = ("micro_f1", "macro_f1")


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found of "champion" and "challenger". `figures` are SVG files of the frozen test, by model and name."""

    trial: Trial
    behaviours: Mapping[str, tuple[Behaviour, ...]]
    figures: Mapping[str, Mapping[str, bytes]]
    drift: Drift


def measure_both(joining: Joining, champion: Path, challenger: Path, say: Say, encoder: Vectors | None = None) -> Measured:
    """Both models on the frozen test and on the newest session, their behaviours, and what is new in this time's clauses."""
    frozen, (name, newest) = joining.frozen, joining.newest
    models = {"champion": load(champion), "challenger": load(challenger)}
    figures: dict[str, Mapping[str, bytes]] = {}
    compared: list[PairedReports] = []
    for data, pairs in (("frozen test", frozen), (name, newest)):
        if not pairs:
            continue
        say(f"measuring on {data}: {len(pairs)} clauses")
        items = examples(pairs)
        found = {who: model.assess([item.text for item in items]) for who, model in models.items()}
        compared.append(paired_reports(pairs, found["champion"], found["challenger"], data))
        if pairs is frozen:
            figures = {who: draw_evaluation(items, one.probabilities, one.decided) for who, one in found.items()}
    shown = _spread([pair for pair in frozen if pair.en and pair.ar] or frozen)
    say(f"behaviour tests, made from {len(shown)} clauses")
    old, new = (run_behaviours(model, shown) for model in models.values())
    say("drift")
    known = examples(part(joining.before, "train"))
    return Measured(
        trial=Trial(
            champion=fingerprint_of(champion),
            challenger=fingerprint_of(challenger),
            frozen=compared[0],
            newest=compared[1] if newest else None,
            champion_rates=rates_of(old),
            challenger_rates=rates_of(new),
        ),
        behaviours={"champion": old, "challenger": new},
        figures=figures,
        drift=drift(known, examples(joining.given), encoder),
    )


def _spread(pairs: list[Pair]) -> list[Pair]:
    return pairs[:: -(-len(pairs) // _BEHAVIOUR_PAIRS)]


def in_words(joining: Joining, found: Measured) -> str:
    """What joined, what both models reach, how they behave by kind, and drift, as Markdown."""
    trial = found.trial
    before, after = joining.fingerprints
    lines = [f"# Challenger {trial.challenger[:DIGITS]} against champion {trial.champion[:DIGITS]}", ""]
    lines += [f"Data {before[:DIGITS]}, after joining {after[:DIGITS]}. Clauses that joined, by source and side:", ""]
    lines += [f"- {name}: {count}" for name, count in sorted(joining.counts().items())]
    if joining.known:
        lines.append(f"- left out, since the data has their words already: {joining.known}")
    lines += ["", "| measured on | clauses | figure | champion | challenger | difference, paired |", "|---|---|---|---|---|---|"]
    for one in (trial.frozen, trial.newest):
        lines += _compared(one) if one else []
    if trial.newest is None:
        lines += ["", joining.newest[0]]
    lines += ["", "| behaviour | language | of | champion passed | challenger passed |", "|---|---|---|---|---|"]
    pairs = list(zip(trial.champion_rates, trial.challenger_rates, strict=True))
    for kind, lang in dict.fromkeys((rate.kind, rate.lang) for rate, _ in pairs):
        mine = [both for both in pairs if (both[0].kind, both[0].lang) == (kind, lang)]
        cases, *passed = (sum(counts) for counts in zip(*((a.cases, a.passed, b.passed) for a, b in mine), strict=True))
        lines.append(f"| {kind} | {lang} | {cases} | {passed[0]} | {passed[1]} |")
    return "\n".join([*lines, "", found.drift.to_markdown()])


def behaviours_in_words(found: Measured) -> str:
    """Every behaviour of both models, as Markdown; without texts, since they may be of documents that are not one's own."""
    tables = ((who, behaviour_table(of, shown=0)) for who, of in found.behaviours.items())
    return "\n".join(f"## Behaviour of the {who}\n\n{table}" for who, table in tables)


def _compared(one: PairedReports) -> list[str]:
    """Rows of a table: the overall figures of all languages, micro-F1 of each, F1 of each theme."""
    rows = []
    names = [*((part, name) for part in one.champion.figures for name in _SHOWN)]
    names += [("all", name) for name in one.challenger.figures["all"] if name.startswith("f1/")]
    for part_name, name in names:
        figures = (report.figures.get(part_name, {}).get(name, "-") for report in (one.champion, one.challenger))
        difference = one.differences.get(part_name, {}).get(name, "")
        cells = (one.champion.data, one.champion.clauses, f"{part_name} {name}", *figures, difference)
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return rows


def stages(found: Measured) -> list[Stage]:
    """The parts of a log that hold what was found: of the champion, of the challenger, of drift."""
    files = {"drift.md": found.drift.to_markdown(), "drift.json": found.drift.to_json()}
    return [
        *(_evaluated(who, found) for who in ("champion", "challenger")),
        Stage("drift", metrics=found.drift.metrics(), files=files),
    ]


def _evaluated(who: str, found: Measured) -> Stage:
    """The part of a log on one model: its figures, its behaviours, its reports and pictures."""
    metrics: dict[str, float] = {}
    files: dict[str, str] = {}
    for label, one in (("frozen", found.trial.frozen), ("newest", found.trial.newest)):
        if one is None:
            continue
        report = one.champion if who == "champion" else one.challenger
        metrics |= {f"{label}/{name}": value for name, value in report.metrics().items()}
        files |= {f"{label}.json": report.to_json(), f"{label}.md": report.to_markdown()}
        if who == "challenger":
            named = ((f"{label}/difference/{part}/{name}", e) for part, of in one.differences.items() for name, e in of.items())
            metrics |= {name: estimate.value for name, estimate in named}
    behaviours = found.behaviours[who]
    for kind in dict.fromkeys(one.kind for one in behaviours):
        mine = [one for one in behaviours if one.kind == kind]
        metrics[f"behaviour/{kind}"] = sum(one.passed for one in mine) / sum(one.cases for one in mine)
    files["behaviour.md"] = behaviour_table(behaviours, shown=0)
    files |= {f"{name}.svg": content.decode("utf-8") for name, content in found.figures[who].items()}
    return Stage(f"evaluate {who}", metrics=metrics, files=files)

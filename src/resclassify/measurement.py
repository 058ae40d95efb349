"""A whole measurement of a model: the report, the comparison with another one, behaviour tests, figures; shown and written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from resclassify.behaviour import Behaviour, run_behaviours
from resclassify.behaviour import to_markdown as behaviour_table
from resclassify.dataset import Pair, examples
from resclassify.errors import OutputError
from resclassify.evaluation import Estimate, Report, paired_difference
from resclassify.exports import write_whole
from resclassify.faithfulness import Faithfulness, measure_faithfulness
from resclassify.figures import draw_evaluation
from resclassify.model import Model
from resclassify.training import report_on


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was found. `difference` is micro-F1 less that of the model compared with, on the same clauses; `figures` are SVG
    files by name.
    """

    report: Report
    difference: Estimate | None
    faithfulness: Faithfulness | None
    behaviours: Sequence[Behaviour]
    figures: Mapping[str, bytes]

    @property
    def markdown(self) -> str:
        parts = [self.report.to_markdown()]
        if self.difference is not None:
            parts.append(f"micro-F1 less that of the other model, paired: {self.difference}\n")
        if self.faithfulness is not None:
            parts.append(self.faithfulness.to_markdown())
        if self.behaviours:
            parts.append(behaviour_table(self.behaviours))
        return "\n".join(parts)

    def to_json(self) -> str:
        content: dict[str, Any] = {"report": asdict(self.report)}
        content["difference"] = asdict(self.difference) if self.difference else None
        content["faithfulness"] = asdict(self.faithfulness) if self.faithfulness else None
        content["behaviours"] = [asdict(behaviour) for behaviour in self.behaviours]
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def measurement(
    model: Model, pairs: Sequence[Pair], data: str, *, against: Model | None = None, with_behaviour: bool = False
) -> Measurement:
    """Measures a model on both sides of pairs; the comparison is with `against` where that is given."""
    items = examples(pairs)
    texts = [item.text for item in items]
    found = model.assess(texts)
    return Measurement(
        report_on(pairs, found, data),
        paired_difference(items, found.decided, against.assess(texts).decided) if against else None,
        measure_faithfulness(model, texts, found),
        run_behaviours(model, pairs) if with_behaviour else (),
        draw_evaluation(items, found.probabilities, found.decided),
    )


def write_measurement(found: Measurement, folder: Path) -> None:
    """Writes report.json, report.md and the figures to `folder`. Raises OutputError where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror}); name a folder that you may write to") from error
    pictures = "".join(f"![{name}]({name}.svg)\n" for name in found.figures)
    for name, content in found.figures.items():
        write_whole(content, folder / f"{name}.svg")
    write_whole(found.to_json().encode("utf-8"), folder / "report.json")
    write_whole(f"{found.markdown}\n{pictures}".encode(), folder / "report.md")

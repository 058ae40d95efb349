"""`resclassify train` and `evaluate`: models made and measured from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from resclassify.errors import LabelError, SettingsError
from resclassify.shipped import shipped

if TYPE_CHECKING:
    from resclassify.dataset import Pair

Data = Annotated[
    list[Path] | None,
    typer.Option(
        "--data", help="Labelled pairs: a JSONL file, or a folder of train.jsonl, dev.jsonl, test.jsonl; may be repeated."
    ),
]
OWN_PAIRS = "data/clauses"
ENCODER = "models/encoder"


def train(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write the model to.")],
    backbone: Annotated[
        str,
        typer.Option("--backbone", help="The encoder to fine-tune: a folder, or a name on a hub (which is then asked for it)."),
    ] = "",
    data: Data = None,
    epochs: Annotated[int, typer.Option("--epochs", min=1)] = 4,
    learning_rate: Annotated[float, typer.Option("--learning-rate", min=1e-7, max=1.0)] = 1.5e-4,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    longest: Annotated[int, typer.Option("--longest", min=16, help="Pieces of a text that are read at once.")] = 384,
    consistency: Annotated[float, typer.Option("--consistency", min=0, help="Weight of agreement between languages.")] = 0.0,
    preprocessing: Annotated[str, typer.Option("--preprocessing", help="Chain; that which suits the backbone without it.")] = "",
    store: Annotated[Path, typer.Option("--store", help="Folder of the experiment log.")] = Path("runs"),
) -> None:
    """Fine-tune an encoder on labelled pairs; the model tags without torch."""
    from resclassify.acceptance import acceptance_texts
    from resclassify.display import training_progress
    from resclassify.finetuning import FineTuning, fit_transformer
    from resclassify.model import load
    from resclassify.tracking import log_training
    from resclassify.training import measure, part

    pairs = _pairs(data or [shipped(OWN_PAIRS)])
    settings = FineTuning(epochs=epochs, learning_rate=learning_rate, seed=seed, longest=longest, consistency=consistency)
    curve: list[Mapping[str, float]] = []
    with TemporaryDirectory() as scratch, training_progress(epochs, curve) as report:
        model = fit_transformer(
            pairs,
            acceptance_texts(),
            backbone or str(shipped(ENCODER)),
            Path(scratch),
            settings,
            report,
            preprocessing=preprocessing or None,
            checkpoint=store / f"{output.name}.checkpoint",
        )
        model.save(output)
    model = load(output)
    reports = {side: measure(model, held, f"{side} side") for side in ("dev", "test") if (held := part(pairs, side))}
    for found in reports.values():
        typer.echo(found.to_markdown())
    run = log_training("train", output, reports=reports, parameters=model.info, store=store, curve=curve)
    typer.echo(f"{output}: model written; run {run} in {store}", err=True)


def evaluate(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Model folder.")],
    data: Annotated[list[Path], typer.Argument(metavar="DATA...", help="Labelled pairs.")],
    against: Annotated[Path | None, typer.Option("--against", help="Another model: is the difference more than chance?")] = None,
    split: Annotated[str, typer.Option("--split", help="Side of the split to measure on: train, dev, test or all.")] = "test",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder for report.json, report.md and figures.")] = None,
    behaviour: Annotated[bool, typer.Option("--behaviour", help="Run the behaviour tests too.")] = False,
) -> None:
    """Measure a model on labelled pairs: figures with intervals by lineage, for each theme and language."""
    from resclassify.measurement import measurement, write_measurement
    from resclassify.model import load
    from resclassify.training import part

    pairs = _pairs(data)
    if split not in ("train", "dev", "test", "all"):
        raise SettingsError(f"--split: unknown side '{split}'; it is train, dev, test or all")
    held = pairs if split == "all" else part(pairs, split)
    if not held:
        raise LabelError(f"{data[0]}: has no pair on the {split} side; name another with --split")
    name = f"{', '.join(path.name for path in data)}, {split}"
    found = measurement(load(model), held, name, against=load(against) if against else None, with_behaviour=behaviour)
    typer.echo(found.markdown)
    if output is not None:
        write_measurement(found, output)


def _pairs(paths: list[Path]) -> list[Pair]:
    from resclassify.dataset import keep_apart, read_pairs

    return keep_apart([pair for path in paths for pair in read_pairs(path)])

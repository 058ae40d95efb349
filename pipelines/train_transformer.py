"""Makes models/themes: the base encoder fine-tuned on data/clauses and, with --documents, on the real clauses.

    python pipelines/train_transformer.py --documents FOLDER --seeds 1 2

FOLDER holds the documents, or tables of clauses, that data/labels.jsonl refers to; where there are some, stopping and calibration
are by real clauses alone. The run goes to the experiment log in `runs`, its model to the registry as the champion.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from resclassify.acceptance import acceptance_texts
from resclassify.dataset import fingerprint, keep_apart, leave_out_near, read_pairs
from resclassify.display import training_progress
from resclassify.finetuning import FineTuning, fit_transformer
from resclassify.model import load
from resclassify.references import join_documents, read_references
from resclassify.tracking import log_training
from resclassify.training import measure, part

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--documents", type=Path, help="folder of documents that the labels refer to")
parser.add_argument("--backbone", default="models/encoder")
parser.add_argument("--seeds", type=int, nargs="+", default=[1])
parser.add_argument("--epochs", type=int, default=FineTuning().epochs)
parser.add_argument("--learning-rate", type=float, default=FineTuning().learning_rate)
parser.add_argument("--model", type=Path, default=Path("models/themes"))
parser.add_argument("--store", type=Path, default=Path("runs"))
arguments = parser.parse_args()

own, references = read_pairs(Path("data/clauses")), read_references(Path("data/labels.jsonl"))
real = list(join_documents(references, arguments.documents).pairs) if arguments.documents else []
used = [pair for pair in own if pair.split != "dev"] if real else own
pairs = leave_out_near(keep_apart([*used, *real]), acceptance_texts())
about = {"own_fingerprint": fingerprint(own), "real_clauses": len(real)}
curve: list[Mapping[str, float]] = []
with TemporaryDirectory() as scratch, training_progress(arguments.epochs, curve) as report:
    fit_transformer(
        pairs,
        acceptance_texts(),
        arguments.backbone,
        Path(scratch),
        FineTuning(epochs=arguments.epochs, learning_rate=arguments.learning_rate),
        report,
        seeds=arguments.seeds,
        checkpoint=arguments.store / "themes.checkpoint",
        info=about,
    ).save(arguments.model)
reports = {side: measure(load(arguments.model), part(pairs, side), f"{side} side") for side in ("dev", "test")}
print(*(found.to_markdown() for found in reports.values()), sep="\n")
where = {"store": arguments.store, "curve": curve, "register": "resclassify-themes"}
log_training("themes", arguments.model, reports=reports, parameters=about, **where)

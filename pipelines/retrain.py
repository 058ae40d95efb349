"""Makes a challenger: what people corrected and labelled joins data/clauses, and the champion's training is run again on it all.

    python pipelines/retrain.py --new session-80.jsonl --store runs/resclassify.db

The same as `resclassify retrain`, for `mlflow run . -e retrain` and for schedules: an empty option is as one that is not given,
and --new and --data may name several tables, with `:` between them. `resclassify promote` decides what comes of it.
"""

import argparse
import os
import sys
from pathlib import Path

from resclassify.acceptance import acceptance_texts
from resclassify.display import training_progress
from resclassify.errors import ResclassifyError
from resclassify.intake import gather, read_data
from resclassify.production import models_folder
from resclassify.retraining import planned, retrain
from resclassify.store import open_store
from resclassify.vectors import load_encoder
from resclassify.verdicts import reviewed_examples

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--new", default="", help="tables of newly labelled clauses")
parser.add_argument("--store", default="", help="the store whose reviews join the data")
parser.add_argument("--models", default="", help="the folder of models and their ledger")
parser.add_argument("--data", default="data/clauses", help="pairs that the new clauses join")
parser.add_argument("--documents", default="", help="folder of the documents that labels by reference refer to")
parser.add_argument("--backbone", default="", help="the encoder to fine-tune; models/encoder without it")
parser.add_argument("--epochs", default="", help="epochs; the champion's without it")
arguments = parser.parse_args()


def say(line: str) -> None:
    print(line, file=sys.stderr)


try:
    models, acceptance = models_folder(Path(arguments.models) if arguments.models else None), acceptance_texts()
    documents = Path(arguments.documents) if arguments.documents else None
    data, new = ([Path(name) for name in names.split(os.pathsep) if name] for names in (arguments.data, arguments.new))
    reviews = reviewed_examples(open_store(arguments.store)) if arguments.store else []
    failures: list[str] = []
    base = read_data(data, documents, acceptance, failures)
    joining = gather(base, new, reviews, models, acceptance, documents=documents, failures=failures)
    print(*failures, sep="\n", end="\n" if failures else "", file=sys.stderr)
    epochs = int(arguments.epochs) if arguments.epochs else None
    plan = planned(models, joining, acceptance, backbone=arguments.backbone, epochs=epochs)
    with training_progress(plan.settings.epochs, []) as report:
        print(retrain(plan, report, say, load_encoder()).markdown)
except ResclassifyError as error:
    say(f"retrain: {error}")
    sys.exit(error.exit_status)

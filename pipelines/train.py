"""Trains the linear floor, logs the run to MLflow, and writes the model folder.

python pipelines/train.py                                                   rebuilds models/floor-clone from this clone alone
python pipelines/train.py --documents FOLDER --model models/floor           with the real clauses that data/labels.jsonl labels
"""

import argparse
from pathlib import Path

from resclassify.acceptance import acceptance_texts
from resclassify.dataset import fingerprint, keep_apart, read_pairs
from resclassify.references import join_documents, read_references
from resclassify.tracking import log_training
from resclassify.training import fit_floor, measure, part

HERE = Path(__file__).resolve().parents[1]
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--data", type=Path, default=HERE / "data/clauses")
parser.add_argument("--labels", type=Path, default=HERE / "data/labels.jsonl")
parser.add_argument("--documents", type=Path, help="folder of the documents, or tables of clauses, that the labels refer to")
parser.add_argument("--model", type=Path, default=HERE / "models/floor-clone")
parser.add_argument("--store", type=Path, default=HERE / "runs", help="folder of the SQLite experiment log")
parser.add_argument("--tracking-uri", help="an MLflow server instead of the SQLite log")
arguments = parser.parse_args()

own = read_pairs(arguments.data)
real = list(join_documents(read_references(arguments.labels), arguments.documents).pairs) if arguments.documents else []
model = fit_floor(keep_apart([*own, *real]), acceptance_texts(), {"own_fingerprint": fingerprint(own), "real_clauses": len(real)})
reports = {
    "dev": measure(model, part(own, "dev"), "own clauses, dev"),
    "test": measure(model, part(own, "test"), "own clauses, test"),
}
if real:
    reports["real"] = measure(model, part(real, "test"), "real clauses, test")
model.save(arguments.model)
parameters = {"scorer": "linear", "preprocessing": model.preprocessing, **model.info}
run = log_training(
    "floor", arguments.model, reports=reports, parameters=parameters, store=arguments.store, uri=arguments.tracking_uri
)

print(*(report.to_markdown() for report in reports.values()), sep="\n")
print(f"model {arguments.model}, run {run}")

"""Counts the shipped model's errors on real resolutions, for what corrects counts over sessions: models/themes/confusion.json.

    python pipelines/count_errors.py --documents FOLDER

FOLDER holds the documents that data/labels.jsonl refers to; the clauses are those of resolutions on the test side.
"""

import argparse
from pathlib import Path

from resclassify.confusions import FILE, count_confusions
from resclassify.dataset import keep_apart, read_pairs
from resclassify.exports import write_whole
from resclassify.model import load
from resclassify.references import join_documents, read_references
from resclassify.training import decisions, part

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--documents", type=Path, required=True)
parser.add_argument("--model", type=Path, default=Path("models/themes"))
arguments = parser.parse_args()

references = read_references(Path("data/labels.jsonl"))
pairs = keep_apart([*read_pairs(Path("data/clauses")), *join_documents(references, arguments.documents).pairs])
held = [pair for pair in part(pairs, "test") if pair.source == "resolution"]
model = load(arguments.model)
text = "clauses of real resolutions that no training saw, labelled by model-assisted reading"
counted = count_confusions(held, decisions(model, held), model.themes, text)
write_whole(counted.to_json().encode("utf-8"), arguments.model / FILE)
print(counted.to_json())

"""What models/themes reaches on own and on real clauses of the test side, beside the floor, and how it behaves: data/themes.md.

    python pipelines/measure_themes.py --documents FOLDER > data/themes.md

FOLDER holds the documents, or tables of clauses, that data/labels.jsonl refers to.
"""

import argparse
from pathlib import Path

from resclassify.acceptance import acceptance_texts
from resclassify.dataset import keep_apart, leave_out_near, read_pairs
from resclassify.measurement import measurement
from resclassify.model import load
from resclassify.references import join_documents, read_references
from resclassify.training import part

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--documents", type=Path, required=True)
parser.add_argument("--model", type=Path, default=Path("models/themes"))
parser.add_argument("--against", type=Path, default=Path("models/floor"))
arguments = parser.parse_args()

own = read_pairs(Path("data/clauses"))
real = join_documents(read_references(Path("data/labels.jsonl")), arguments.documents).pairs
test = part(leave_out_near(keep_apart([*own, *real]), acceptance_texts()), "test")
model, floor = load(arguments.model), load(arguments.against)
names = {
    "resolution": "clauses of resolutions (Arabic side translated for this project)",
    "unpc": "sentences of UN documents (official translations)",
    "written for resclassify": "own clauses and report-like sentences: clearer than life",
}
print("# What models/themes reaches\n\nBy `python pipelines/measure_themes.py --documents FOLDER`. Who labelled: see README.md.")
print("Intervals are 95 % bootstrap intervals over lineages. The other model is models/floor.\n")
for source, name in names.items():
    held = [pair for pair in test if pair.source == source]
    print(f"## {name[0].upper()}{name[1:]}\n")
    behaves = source == "written for resclassify"  # whose texts may be shown where a behaviour failed
    print(measurement(model, held, name, against=floor, with_behaviour=behaves).markdown)

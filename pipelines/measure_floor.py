"""What the linear floor reaches on own and on real clauses, and what a random split would have promised.

    python pipelines/measure_floor.py --documents FOLDER > data/results.md

FOLDER holds the documents, or tables of clauses, that data/labels.jsonl refers to.
"""

import argparse
from pathlib import Path

from resclassify.acceptance import acceptance_texts
from resclassify.dataset import examples, fingerprint, read_pairs
from resclassify.evaluation import paired_difference, report_by_source
from resclassify.references import join_documents, read_references
from resclassify.training import cross_decisions, decisions, fit_floor, measure, part

HERE = Path(__file__).resolve().parents[1]
NAMES = {
    "resolution": "clauses of resolutions (Arabic side translated for this project)",
    "unpc": "sentences of UN documents (official translations)",
}
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--documents", type=Path, required=True)
arguments = parser.parse_args()

acceptance = acceptance_texts()
own = read_pairs(HERE / "data/clauses")
joined = join_documents(read_references(HERE / "data/labels.jsonl"), arguments.documents)
real, sides = list(joined.pairs), examples(joined.pairs)
print("# The linear floor, measured\n\nBy `python pipelines/measure_floor.py --documents FOLDER`. Who labelled: see README.md.")
print("Intervals are 95 % bootstrap intervals over lineages.\n")
print(f"Own pairs: {fingerprint(own)}. Real pairs: {fingerprint(real)}, sides found by hash {joined.by_hash}, ", end="")
print(f"by place {joined.by_place}, missing {joined.missing}.\n\n## Trained on data/clauses alone\n")
floor = fit_floor(own, acceptance)
print(measure(floor, part(own, "test"), "own clauses, test side").to_markdown())
alone = decisions(floor, real)
print(report_by_source(real, alone, NAMES))

print("## Trained on data/clauses and real clauses, five folds of whole lineages\n")
both = cross_decisions(own, real, acceptance)
print(report_by_source(real, both, NAMES))
print(f"Micro-F1 gained by the real clauses, paired: {paired_difference(sides, both, alone)}\n")

print("## The same in five random folds: what is better here is the leak\n")
leaky = cross_decisions(own, real, acceptance, by_lineage=False)
print(report_by_source(real, leaky, NAMES))
print(f"The leak, paired: {paired_difference(sides, leaky, both)}")

"""Measures a model on the acceptance set: the sample draft resolution, Arabic, scanned, 90 labelled clauses.

python pipelines/measure_acceptance.py [MODEL]
"""

import argparse
from pathlib import Path

from resclassify.acceptance import acceptance_examples, acceptance_fingerprint
from resclassify.evaluation import evaluate
from resclassify.model import load

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model", nargs="?", type=Path, help="model folder; the shipped model without it")
arguments = parser.parse_args()

model, items = load(arguments.model), acceptance_examples()
found = model.assess([item.text for item in items])
report = evaluate(items, found.decided, data="sample draft resolution", marked=acceptance_fingerprint())
print(report.to_markdown())
print(f"to review: {int(found.uncertain.sum())} of {len(items)}")

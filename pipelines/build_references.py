"""Labels by reference from labelled real clauses: data/labels.jsonl, which holds no text.

    python pipelines/build_references.py labelled.jsonl ... --second-look changed.jsonl --before data/labels.jsonl

labelled.jsonl holds {id, source, symbol, kind, en, ar, ar_origin, themes, sure} a line; a second look {id, themes}.
"""

import argparse
import json
from pathlib import Path

from resclassify.acceptance import acceptance_texts
from resclassify.references import read_references, reference_labels, write_references

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("labelled", nargs="+", type=Path)
parser.add_argument("--before", type=Path, help="references whose clauses keep their side of the split")
parser.add_argument("--second-look", nargs="*", type=Path, default=[])
parser.add_argument("--output", type=Path, default=Path("data/labels.jsonl"))
arguments = parser.parse_args()

rows = [json.loads(line) for path in arguments.labelled for line in path.read_text(encoding="utf-8").splitlines()]
before = read_references(arguments.before) if arguments.before else []
looks = [json.loads(line) for path in arguments.second_look for line in path.read_text(encoding="utf-8").splitlines()]
references, changed = reference_labels(rows, {look["id"]: look["themes"] for look in looks}, acceptance_texts(), before)
write_references(references, arguments.output)
print(f"{arguments.output}: {len(references)} references to {len(rows)} clauses; a second look changed {changed} of {len(looks)}")

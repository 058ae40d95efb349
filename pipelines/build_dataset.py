"""Joins newly written clause pairs to data/clauses: near-copies out, lineage and split settled, no old pair moved.

python pipelines/build_dataset.py drafts/*.jsonl
"""

import argparse
import json
from pathlib import Path

from resclassify.dataset import add_drafts, fingerprint, read_pairs, write_pairs

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("drafts", nargs="+", type=Path, help="JSONL files of {kind, en, ar, themes, rules}")
parser.add_argument("--data", type=Path, default=Path("data/clauses"))
parser.add_argument("--source", default="written for resclassify", help="who wrote the drafts")
arguments = parser.parse_args()

pairs = read_pairs(arguments.data) if arguments.data.exists() else []
drafts = [json.loads(line) for path in arguments.drafts for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
joined, refused = add_drafts(pairs, drafts, arguments.source)
write_pairs(joined, arguments.data)
print(*refused, sep="\n")
print(f"{arguments.data}: {len(joined)} pairs, {len(refused)} left out, fingerprint {fingerprint(joined)}")

"""Measures clause boundaries on resolutions whose paragraphs are known, as they are and under the noise model.

    python pipelines/benchmark_segmentation.py resolutions.jsonl.gz

The file holds one document a line: {id, paragraphs: [{kind, prefix, level, text}]}.
"""

import argparse
import random
from pathlib import Path

from resclassify.boundaries import Boundaries, f1_interval, read_known, score_documents

BODIES = {"General Assembly": "A_RES_", "Security Council": "S_RES_", "ECOSOC": "E_RES_", "Human Rights Council": "A_HRC_RES_"}
SETTINGS = {
    "plain text": {"pages": False},
    "pages and footnotes": {"pages": True},
    "pages, footnotes, 1 % of letters misread": {"pages": True, "misread_rate": 0.01},
    "pages, footnotes, 3 % of letters misread": {"pages": True, "misread_rate": 0.03},
}
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("documents", type=Path)
parser.add_argument("--sample", type=int, default=100, help="documents of each body")
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()

print(
    "| body | text | documents | clauses | precision | recall | F1 [95 % interval] |", "|---|---|---|---|---|---|---|", sep="\n"
)
for body, prefix in BODIES.items():
    documents = read_known(arguments.documents, [prefix])
    random.Random(arguments.seed).shuffle(documents)
    sample = documents[: arguments.sample]
    for label, setting in SETTINGS.items():
        scores = score_documents(sample, random.Random(arguments.seed), **setting)
        score, (low, high) = sum(scores, Boundaries()), f1_interval(scores)
        figures = f"{score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} [{low:.3f}, {high:.3f}]"
        print(f"| {body} | {label} | {len(sample)} | {score.known} | {figures} |")

"""What the review queue saves against random choice, on labelled resolutions over time: data/learning.md.

    python pipelines/simulate_learning.py --pairs FILE > data/learning.md

FILE holds the labelled pairs that `resclassify data build` made; their English sides are taken.
"""

import argparse
from pathlib import Path

import numpy as np

from resclassify.dataset import examples, fingerprint, read_pairs, truth_of
from resclassify.learning_curve import WAYS, Record, curve_table, needed_line, periods_of, simulate
from resclassify.references import read_references
from resclassify.symbols import parse_symbol
from resclassify.vectors import load_encoder

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--pairs", type=Path, required=True)
parser.add_argument("--seeds", type=int, default=20)
parser.add_argument("--shares", type=float, nargs="+", default=[0.02, 0.04, 0.06, 0.08, 0.1])
arguments = parser.parse_args()

symbols = {reference.id: reference.symbol for reference in read_references(Path("data/labels.jsonl"))}
pairs = [pair for pair in read_pairs(arguments.pairs) if pair.source == "resolution" and pair.en]
years = {pair.id: parse_symbol(symbols[pair.id]).year for pair in pairs}
dated = [pair for pair in pairs if years[pair.id]]
names = sorted({symbols[pair.id] for pair in dated})
record = Record(
    load_encoder().vectors([pair.en for pair in dated], whole=True),
    truth_of(examples(dated, ("en",))),
    periods_of([years[pair.id] or 0 for pair in dated], 0.2, 8),
    np.array([names.index(symbols[pair.id]) for pair in dated]),
)
runs = {
    way: [[simulate(record, way, share, seed) for share in arguments.shares] for seed in range(arguments.seeds)] for way in WAYS
}
spent = [round(float(np.mean([row[at].spent for row in runs["queue"]]))) for at in range(len(arguments.shares))]
print(
    f"# What a label is worth\n\n{len(dated)} English clauses of {len(names)} resolutions in {record.periods.max() + 1} periods;"
)
print(f"{(record.periods == 0).sum()} labelled at the start; {arguments.seeds} seeds; data {fingerprint(dated)[:12]}.")
for figure in ("micro_f1", "average_precision"):
    found = {way: np.array([[getattr(outcome, figure) for outcome in row] for row in rows]) for way, rows in runs.items()}
    print(f"\n## {figure}\n\n{curve_table(arguments.shares, found, spent)}")
    print(needed_line(arguments.shares, found))
wrong = {way: np.array([[outcome.corrected for outcome in row] for row in rows]) for way, rows in runs.items()}
print(f"\n## Of the clauses reviewed, the share whose tags were wrong\n\n{curve_table(arguments.shares, wrong, spent)}", end="")

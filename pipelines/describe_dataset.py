"""Writes what describes data/: croissant.json, statistics.md and statistics.svg.

python pipelines/describe_dataset.py
"""

import argparse
from pathlib import Path

from resclassify.croissant import describe_data
from resclassify.dataset import read_pairs
from resclassify.exports import write_whole
from resclassify.statistics import describe, draw

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--data", type=Path, default=Path("data"))
parser.add_argument("--version", default="1.1.0")
parser.add_argument("--published", default="2026-11-25")
arguments = parser.parse_args()

pairs = read_pairs(arguments.data / "clauses")
written = {
    "croissant.json": describe_data(arguments.data, version=arguments.version, published=arguments.published).encode("utf-8"),
    "statistics.md": f"# data/clauses, counted\n\nBy `resclassify data stats`.\n\n{describe(pairs)}".encode(),
    "statistics.svg": draw(pairs, "svg"),
}
write_whole(written["croissant.json"], arguments.data / "croissant.json")
write_whole(written["statistics.md"], arguments.data / "statistics.md")
write_whole(written["statistics.svg"], arguments.data / "statistics.svg")
print(written["statistics.md"].decode())

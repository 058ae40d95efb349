"""Runs the notebooks and keeps what they show: after a change of the model or of what they call.

    python pipelines/run_notebooks.py [NAME...]

NAME is that of a notebook without its ending; all of them without one.
"""

import argparse
from pathlib import Path

from resclassify.notebooks import execute, read_notebook, write_notebook

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("names", nargs="*", default=sorted(path.stem for path in FOLDER.glob("*.ipynb")))

for name in parser.parse_args().names:
    path = FOLDER / f"{name}.ipynb"
    write_notebook(execute(read_notebook(path), FOLDER), path)
    print(f"{path.name}: run and written")

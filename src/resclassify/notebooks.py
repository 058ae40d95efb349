"""Notebooks run from the first cell to the last, and written so that the same code and the same model give the same bytes."""

from __future__ import annotations

import tempfile
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resclassify.errors import InputError, MissingExtraError
from resclassify.exports import write_whole

if TYPE_CHECKING:
    from nbformat import NotebookNode

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}
_LONGEST_CELL = 600
_VERSION = 4


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a file. Raises InputError where the file is none, MissingExtraError without nbformat."""
    nbformat = _nbformat()
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=_VERSION)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises bare classes of several libraries
        said = str(error).splitlines()[0]
        raise InputError(f"{path}: is no notebook that can be read ({said}); name an .ipynb file of format 4") from error
    return notebook


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """A copy of the notebook with the outputs that its cells give in a fresh kernel of this Python, working in `folder`.

    What changes from run to run is left out: times, progress on standard error, the version of Python. Raises InputError, naming
    the cell, where one fails, MissingExtraError without nbclient and ipykernel.
    """
    _nbformat()
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from traitlets.config import Config

    done = deepcopy(notebook)
    done.metadata = {"kernelspec": _KERNEL, "language_info": _LANGUAGE}
    where = {"metadata": {"path": str(folder)}}
    with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:
        # Sockets in the file system: no port is opened.
        files = Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/socket"}})
        client = NotebookClient(
            done, config=files, kernel_name=_KERNEL["name"], timeout=_LONGEST_CELL, resources=where, record_timing=False
        )
        try:
            client.execute()
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            place = next(
                (cell.id for cell in done.cells if any(out.output_type == "error" for out in cell.get("outputs", ()))), "?"
            )
            said = str(error).strip().splitlines()[-1]
            raise InputError(f"cell '{place}' fails ({said}); mend the cell, or what it calls") from error
    return _settled(done)


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Writes the notebook, whole. Raises OutputError where it cannot be written."""
    write_whole((_nbformat().writes(_settled(notebook), version=_VERSION).rstrip() + "\n").encode("utf-8"), path)


def _settled(notebook: NotebookNode) -> NotebookNode:
    """A copy without what changes from run to run."""
    kept = deepcopy(notebook)
    kept.metadata = {"kernelspec": _KERNEL, "language_info": _LANGUAGE}
    for cell in kept.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]
            for out in cell.outputs:
                if "metadata" in out:
                    out.metadata = {}
    settled: NotebookNode = _nbformat().from_dict(kept)
    return settled


def _nbformat() -> Any:
    lacking = [name for name in ("nbformat", "nbclient", "ipykernel") if find_spec(name) is None]
    if lacking:
        line = "pip install 'resclassify[notebooks]'"
        raise MissingExtraError(f"notebooks need {', '.join(lacking)}, not installed here; run {line}")
    import nbformat

    return nbformat

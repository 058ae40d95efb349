"""`resclassify data`: labelled pairs checked, counted, joined to documents, exchanged with annotation tools."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from resclassify.errors import LabelError, OutputError, PartialFailureError
from resclassify.shipped import shipped

app = typer.Typer(
    help="Labelled clause pairs: check, count, join to documents, exchange with annotation tools.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_PAIRS = "data/clauses"
_LABELS = "data/labels.jsonl"
PairsArgument = Annotated[
    Path | None, typer.Argument(help="File or folder of pairs; the shipped ones without it.", metavar="PAIRS")
]
OutputOption = Annotated[Path, typer.Option("--output", "-o", help="File to write.")]


class Tool(StrEnum):
    """Annotation tools whose files are read and written."""

    label_studio = "label-studio"
    doccano = "doccano"


@app.command()
def check(
    pairs: PairsArgument = None,
    allow_missing_side: Annotated[bool, typer.Option("--allow-missing-side", help="Let pairs have one language only.")] = False,
) -> None:
    """Validate pairs: every fault with file, row and remedy."""
    from resclassify.acceptance import acceptance_texts
    from resclassify.checks import check_pairs
    from resclassify.dataset import fingerprint, read_pairs

    path = pairs or shipped(_PAIRS)
    faults = check_pairs(path, acceptance_texts(), allow_missing_side=allow_missing_side)
    for fault in faults:
        typer.echo(f"resclassify: {fault}", err=True)
    if faults:
        raise LabelError(f"{path}: {len(faults)} faults, named above; mend them and check again")
    found = read_pairs(path)
    typer.echo(f"{path}: {len(found)} pairs, no fault, fingerprint {fingerprint(found)}")


@app.command()
def stats(
    pairs: PairsArgument = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Also draw a figure into this file (.png or .svg).")] = None,
) -> None:
    """Print counts, overlaps and lengths by theme and language."""
    from resclassify.dataset import read_pairs
    from resclassify.exports import write_whole
    from resclassify.statistics import describe, draw

    found = read_pairs(pairs or shipped(_PAIRS))
    if figure is not None:
        if figure.suffix not in (".png", ".svg"):
            raise OutputError(f"{figure}: figures are .png or .svg; name such a file")
        write_whole(draw(found, figure.suffix[1:]), figure)
    typer.echo(describe(found), nl=False)


@app.command()
def build(
    documents: Annotated[Path, typer.Option("--documents", help="Folder of the documents that you have.")],
    output: OutputOption,
    labels: Annotated[
        Path | None, typer.Option("--labels", help="Table of labels by reference; the shipped one without it.")
    ] = None,
) -> None:
    """Join labels by reference to the text of documents that you have."""
    from resclassify.dataset import write_pairs
    from resclassify.references import join_documents, read_references

    joined = join_documents(read_references(labels or shipped(_LABELS)), documents)
    write_pairs(joined.pairs, output)
    ways = f"by hash {joined.by_hash}, by place {joined.by_place}, missing {joined.missing}"
    typer.echo(f"{output}: {len(joined.pairs)} pairs; sides found {ways}")
    for failure in joined.failures:
        typer.echo(f"resclassify: {failure}", err=True)
    if joined.failures:
        raise PartialFailureError(f"{len(joined.failures)} documents failed (named above); the others were joined")


@app.command("export")
def export_command(
    output: OutputOption,
    tool: Annotated[Tool, typer.Option("--tool", help="Whose file to write.")],
    pairs: PairsArgument = None,
) -> None:
    """Write pairs as a file of an annotation tool."""
    from resclassify.annotation import to_doccano, to_label_studio
    from resclassify.dataset import read_pairs
    from resclassify.exports import write_whole

    found = read_pairs(pairs or shipped(_PAIRS))
    text = to_label_studio(found) if tool is Tool.label_studio else to_doccano(found)
    write_whole(text.encode("utf-8"), output)
    typer.echo(f"{output}: {len(found)} pairs for {tool.value}")


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="Export of the annotation tool.", metavar="FILE")],
    output: OutputOption,
    tool: Annotated[Tool, typer.Option("--tool", help="Whose file it is.")],
) -> None:
    """Read pairs from a file of an annotation tool."""
    from resclassify.annotation import from_doccano, from_label_studio
    from resclassify.dataset import write_pairs

    found = from_label_studio(file) if tool is Tool.label_studio else from_doccano(file)
    if not found:
        raise LabelError(f"{file}: holds no labelled clause; export the project again")
    write_pairs(found, output)
    typer.echo(f"{output}: {len(found)} pairs from {tool.value}")


@app.command("agreement")
def agreement_command(
    passes: Annotated[Path, typer.Argument(help="JSONL file of two labelling passes.", metavar="PASSES")],
) -> None:
    """Print how far two labelling passes agree: Cohen's kappa, Krippendorff's alpha."""
    from resclassify.agreement import agreement, read_passes

    typer.echo(agreement(read_passes(passes)).to_markdown(), nl=False)

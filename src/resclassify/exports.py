"""Clauses and tagged clauses as records, and records as JSONL, CSV, Parquet, an HTML page."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from resclassify.errors import OutputError
from resclassify.taxonomy import load_taxonomy
from resclassify.types import Clause, TaggedClause

Record = dict[str, Any]


def clause_record(clause: Clause) -> Record:
    """A clause as JSON values. Offsets of `parts` point into `text`."""
    return {
        "document": clause.document,
        "id": clause.id,
        "kind": clause.kind,
        "number": clause.number,
        "annex": clause.annex,
        "lang": clause.lang,
        "start": clause.start,
        "end": clause.end,
        "text": clause.text,
        "parts": [{"label": part.label, "level": part.level, "start": part.start, "end": part.end} for part in clause.parts],
    }


def tagged_record(tagged: TaggedClause) -> Record:
    """A tagged clause as JSON values: the clause's, then its tags. Offsets of `evidence` point into `text`."""
    return {
        **clause_record(tagged.clause),
        "themes": list(tagged.themes),
        "probabilities": dict(tagged.probabilities),
        "evidence": [
            {"theme": item.theme, "start": item.start, "end": item.end, "weight": item.weight} for item in tagged.evidence
        ],
        "review": tagged.review,
    }


def to_jsonl(records: Iterable[Record]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def flat(record: Record) -> Record:
    """A record whose values are all plain: themes joined by spaces, one `p_THEME` column a theme, lists as JSON."""
    row = {key: value for key, value in record.items() if key not in ("themes", "probabilities", "evidence", "parts")}
    if "themes" in record:
        row["themes"] = " ".join(record["themes"])
        row |= {f"p_{theme}": probability for theme, probability in record["probabilities"].items()}
        row["review"] = record["review"]
        row["evidence"] = json.dumps(record["evidence"], ensure_ascii=False)
    row["parts"] = json.dumps(record["parts"], ensure_ascii=False)
    return row


def to_csv(records: Sequence[Record]) -> str:
    """A CSV table with a header line, in `flat` form."""
    rows = [flat(record) for record in records]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def to_parquet(records: Sequence[Record]) -> bytes:
    """A Parquet file in which lists and probabilities keep their structure."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    part = pa.struct([("label", pa.string()), ("level", pa.int32()), ("start", pa.int32()), ("end", pa.int32())])
    evidence = pa.struct([("theme", pa.string()), ("start", pa.int32()), ("end", pa.int32()), ("weight", pa.float64())])
    fields = [(name, pa.string()) for name in ("document", "id", "kind", "number", "annex", "lang")]
    fields += [("start", pa.int64()), ("end", pa.int64()), ("text", pa.string()), ("parts", pa.list_(part))]
    if records and "themes" in records[0]:
        probabilities = pa.struct([(theme, pa.float64()) for theme in records[0]["probabilities"]])
        fields += [("themes", pa.list_(pa.string())), ("probabilities", probabilities)]
        fields += [("evidence", pa.list_(evidence)), ("review", pa.bool_())]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(records), schema=pa.schema(fields)), sink)
    return sink.getvalue()


THEME_SHADES = {
    "prevention": "#2a9d8f33",
    "prosecution": "#e76f5133",
    "victim_protection": "#8e6fcf33",
    "migration": "#e9c46a55",
    "technology": "#3a86ff33",
}
THEME_COLOURS = "".join(f".{theme}{{background:{shade}}}" for theme, shade in THEME_SHADES.items()) + "\n"
_STYLE = (
    """
:root{color-scheme:light dark}
body{font:16px/1.6 system-ui,"Segoe UI","Noto Naskh Arabic","Noto Sans Arabic",sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
article{border-top:1px solid #8884;padding:.7rem 0;display:grid;gap:.4rem;grid-template-columns:4.5rem 1fr}
article p{margin:0;white-space:pre-line}
h2{margin-top:2.5rem}
.n{color:#777;font-variant-numeric:tabular-nums}
mark{color:inherit;border-radius:.2rem}
.t{grid-column:2;display:flex;flex-wrap:wrap;gap:.4rem}
.t span{border-radius:1rem;padding:0 .7rem;font-size:.85rem;border:1px solid #8886}
.review{background:#ffb70366;font-weight:600}
@media print{body{max-width:none;margin:0}article{break-inside:avoid}}
"""
    + THEME_COLOURS
)


def to_html(records: Sequence[Record]) -> str:
    """One page with everything inside: each document's clauses in order, in their own direction of writing, with their tags."""
    parts = ["<!doctype html>", '<html lang="en"><head><meta charset="utf-8">', "<title>resclassify</title>"]
    parts.append('<meta name="viewport" content="width=device-width, initial-scale=1">')
    parts += [f"<style>{_STYLE}</style></head><body>", "<h1>resclassify</h1>"]
    document = None
    for record in records:
        if record["document"] != document:
            document = record["document"]
            parts.append(f'<h2 dir="auto">{html.escape(document)}</h2>')
        parts.append(_article(record))
    return "\n".join([*parts, "</body></html>", ""])


def _article(record: Record) -> str:
    direction = "rtl" if record["lang"] == "ar" else "ltr"
    number = html.escape(record["number"] or "")
    names = {theme.id: theme.names[record["lang"]] for theme in load_taxonomy().themes}
    tags = []
    for theme in record.get("themes", []):
        label = f"{html.escape(names.get(theme, theme))} <bdi>{record['probabilities'][theme]:.2f}</bdi>"
        tags.append(f'<span class="{html.escape(theme)}">{label}</span>')
    if record.get("review"):
        tags.append(f'<span class="review">{"للمراجعة" if record["lang"] == "ar" else "review"}</span>')
    text = _marked(record["text"], record.get("evidence", []))
    body = f'<div class="n">{number}</div><p>{text}</p><div class="t">{"".join(tags)}</div>'
    return f'<article id="{html.escape(record["id"])}" lang="{record["lang"]}" dir="{direction}">{body}</article>'


def marked_pieces(text: str, evidence: Sequence[Record]) -> list[tuple[str, str | None]]:
    """The text in pieces, each with the theme that its words carried, or None; words that carried two have the first."""
    edges = sorted({0, len(text), *(edge for item in evidence for edge in (item["start"], item["end"]))})
    return [
        (text[start:end], next((item["theme"] for item in evidence if item["start"] <= start and end <= item["end"]), None))
        for start, end in pairwise(edges)
    ]


def _marked(text: str, evidence: Sequence[Record]) -> str:
    """The text with the words that carried its themes marked."""
    return "".join(
        f'<mark class="{html.escape(theme)}">{html.escape(piece)}</mark>' if theme else html.escape(piece)
        for piece, theme in marked_pieces(text, evidence)
    )


def render(records: Sequence[Record], form: str) -> bytes:
    """The records as "jsonl", "csv", "parquet" or "html"."""
    if form == "parquet":
        return to_parquet(records)
    text = {"jsonl": to_jsonl, "csv": to_csv, "html": to_html}[form](list(records))
    return text.encode("utf-8")


def write_whole(content: bytes, path: Path) -> None:
    """Writes `content` to `path` so that the file is either what it was or all of `content`.

    A link is followed; what is no regular file (a pipe, a device) is written to as it is. Raises OutputError where it
    cannot be written.
    """
    temporary: Path | None = None
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            with target.open("wb") as stream:
                stream.write(content)
            return
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        os.replace(temporary, target)
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written ({error.strerror}); name a file in a folder that you may write to"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def send(content: bytes, output: Path | None) -> None:
    """Writes `content` to the file `output`, whole; to standard output without one."""
    if output is not None:
        write_whole(content, output)
        return
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current

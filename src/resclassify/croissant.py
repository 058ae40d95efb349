"""Croissant metadata (https://docs.mlcommons.org/croissant/docs/croissant-spec.html, version 1.0) of the shipped data."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from resclassify.dataset import SPLITS
from resclassify.taxonomy import load_taxonomy

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_PAIR_FIELDS = {
    "id": "Identity of the pair.",
    "kind": "preambular or operative.",
    "en": "The clause in English.",
    "ar": "The clause in Arabic.",
    "themes": "Ids of the themes, in the taxonomy's order.",
    "source": "Who wrote the text.",
    "lineage": "Group of near-copies that stays on one side of the split.",
    "split": "train, dev or test.",
    "rules": "Numbers of the codebook's rules that decide the label.",
}
_LABEL_TYPES = {"position": "sc:Integer", "words": "sc:Integer", "sure": "sc:Boolean"}
_LABEL_FIELDS = (
    "id",
    "source",
    "symbol",
    "kind",
    "position",
    "lang",
    "themes",
    "sure",
    "origin",
    "words",
    "hash",
    "lineage",
    "split",
)


def describe_data(folder: Path, *, version: str, published: str) -> str:
    """Croissant JSON-LD for the pairs and the labels by reference in `folder`, with the SHA-256 of every file."""
    files = [*(f"clauses/{split}.jsonl" for split in SPLITS), "labels.jsonl"]
    metadata = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": "resclassify",
        "description": "Clauses in the manner of United Nations resolutions, written for the purpose in Arabic and English, "
        f"labelled with five themes ({', '.join(load_taxonomy().ids)}); and labels by reference for real clauses.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "license": "https://spdx.org/licenses/Apache-2.0.html",
        "inLanguage": ["ar", "en"],
        "version": version,
        "datePublished": published,
        "distribution": [_file(folder, name) for name in files],
        "recordSet": [*(_pairs(split) for split in SPLITS), _labels()],
    }
    return json.dumps(metadata, ensure_ascii=False, indent=1) + "\n"


def _file(folder: Path, name: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "encodingFormat": "application/jsonlines",
        "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(),
    }


def _pairs(split: str) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": split,
        "name": split,
        "description": f"Clause pairs of the {split} side.",
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{split}/{name}",
                "name": name,
                "description": description,
                "dataType": "sc:Integer" if name == "rules" else "sc:Text",
                **({"repeated": True} if name in ("themes", "rules") else {}),
                "source": {"fileObject": {"@id": f"clauses/{split}.jsonl"}, "extract": {"column": name}},
            }
            for name, description in _PAIR_FIELDS.items()
        ],
    }


def _labels() -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "labels",
        "name": "labels",
        "description": "Labels by reference: one side of one real clause a row, without its text.",
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"labels/{name}",
                "name": name,
                "dataType": _LABEL_TYPES.get(name, "sc:Text"),
                **({"repeated": True} if name == "themes" else {}),
                "source": {"fileObject": {"@id": "labels.jsonl"}, "extract": {"column": name}},
            }
            for name in _LABEL_FIELDS
        ],
    }

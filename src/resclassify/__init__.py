"""resclassify: United Nations resolutions in Arabic or English, split into clauses and tagged by theme.

>>> import resclassify
>>> tagged = resclassify.load().tag(resclassify.read("resolution.docx"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.3.0"
__all__ = ["load", "read", "read_text", "segment"]

_HOMES = {"load": "model", "read": "readers", "read_text": "readers", "segment": "segmentation"}

if TYPE_CHECKING:
    from resclassify.model import load
    from resclassify.readers import read, read_text
    from resclassify.segmentation import segment


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"resclassify.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'resclassify' has no attribute '{name}'")

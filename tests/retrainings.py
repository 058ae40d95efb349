"""A small retraining to interrupt: `python tests/retrainings.py PLACE steps|times` runs it to its end, killed again and again.

It writes a JSON line a run: how it ended, and what was found of the models folder afterwards. Each run is a fork of a process
that has imported everything and computed nothing, so that it costs no imports.
"""

import importlib
import json
import os
import random
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from resclassify import challenge, retraining
from resclassify.behaviour import Behaviour, run_behaviours
from resclassify.dataset import Pair, read_pairs
from resclassify.errors import ResclassifyError
from resclassify.finetuning import FineTuning
from resclassify.intake import Joining, gather
from resclassify.language import identify
from resclassify.model import load
from resclassify.production import CHALLENGER, folder_of, in_production, read_challenger, read_ledger
from resclassify.promotion import trial_from
from resclassify.retraining import Plan, Retrained, retrain

SETTINGS = FineTuning(epochs=2, learning_rate=6e-3, layer_decay=1.0, scanned=0.0, pieces=512, longest=64)
NEW = "new.jsonl"


def gathered(place: Path) -> Joining:
    """The pairs and the new clauses of a place, joined."""
    return gather(read_pairs(place / "data"), [place / NEW], [], place / "models", [], documents=None, failures=[])


def plan_of(place: Path, settings: FineTuning = SETTINGS) -> Plan:
    models = place / "models"
    return Plan(models, in_production(models), gathered(place), (), str(place / "tiny"), settings)


def quick(place: Path, say: Callable[[str], None], most: int | None = None) -> Retrained:
    """A whole retraining, with a few of the behaviour tests, without pictures and the experiment log; with `most`, where no file
    can grow beyond so many bytes.
    """

    def few(model: object, pairs: list[Pair]) -> tuple[Behaviour, ...]:
        return run_behaviours(model, pairs[:2], ())  # type: ignore[arg-type]

    plan = plan_of(place)
    if most is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    with (
        patch.object(challenge, "run_behaviours", few),
        patch.object(challenge, "draw_evaluation", lambda *_: {"champion": {}, "challenger": {}}),
        patch.object(retraining, "log_retraining", lambda *_, **__: "not logged"),
    ):
        return retrain(plan, lambda _: None, say)


def look(place: Path) -> dict[str, object]:
    """What the models folder holds: whether the champion tags, and every model and the challenger are whole. Raises where not."""
    models = place / "models"
    champion = in_production(models)
    load(champion).assess(["Calls upon Governments to punish the perpetrators;"])
    folders = [path for path in models.iterdir() if path.is_dir() and not path.name.startswith(".")]
    for folder in folders:
        load(folder)
    found = ""
    if (models / CHALLENGER).exists():
        challenger = read_challenger(models)
        trial = trial_from(json.loads((models / challenger.trial).read_text(encoding="utf-8")), challenger.trial)
        assert trial.challenger == challenger.fingerprint
        load(folder_of(models, found := challenger.fingerprint))
    return {"champion": champion.name, "entries": len(read_ledger(models).entries), "challenger": found}


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_after(steps: int) -> None:
    """Kills this process where it would put one file or folder more in its place than so many."""
    done: list[int] = []

    def counted(put: Callable[..., None]) -> Callable[..., None]:
        def instead(*arguments: object, **named: object) -> None:
            if len(done) == steps:
                _die()
            put(*arguments, **named)
            done.append(1)

        return instead

    os.replace, os.rename = counted(os.replace), counted(os.rename)


def _forked(work: Callable[[], object]) -> tuple[int, str]:
    """How a fork that does some work ended (9: killed), and what it returned, as text."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, json.dumps(work(), default=str).encode())
            os._exit(0)
        except ResclassifyError as error:
            os.write(write, str(error).encode())
            os._exit(3)
        except BaseException as error:
            os.write(write, "".join(traceback.format_exception(error)).encode())
            os._exit(4)
    os.close(write)
    said = b"".join(iter(lambda: os.read(read, 65536), b""))
    os.close(read)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.decode()


def _run(place: Path, way: str, rng: random.Random, number: int) -> dict[str, object]:
    """The run of a number: killed before its second step, later ones after more, since what is written last is written anew;
    or at a random time, later on average for later ones, so that one comes to its end.
    """
    lines: list[str] = []
    limit = rng.uniform(0.1, 2.0 + number)

    def work() -> dict[str, object]:
        if way == "steps":
            _die_after(max(1, number - 4))
        else:
            threading.Timer(limit, _die).start()
        return {"folder": quick(place, lines.append).folder.name, "said": lines}

    ended, said = _forked(work)
    state, found = _forked(lambda: look(place))
    assert state == 0, found
    return {"ended": ended, "said": said, "found": json.loads(found), "limit": round(limit, 2)}


def _tell(row: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


def main() -> None:
    place, way = Path(sys.argv[1]), sys.argv[2]
    for module in ("sklearn.metrics", "transformers.models.bert.modeling_bert", "torch._dynamo", "onnxruntime.quantization"):
        importlib.import_module(module)
    identify("Urges all to plant;")
    rng = random.Random(7)
    if way == "full":
        _tell({"full": _forked(lambda: quick(place, lambda _: None, int(sys.argv[3])).folder)})
        return
    start = time.monotonic()
    for number in range(40):
        row = _run(place, way, rng, number)
        _tell(row)
        if row["ended"] != -signal.SIGKILL or time.monotonic() - start > 150:
            return


if __name__ == "__main__":
    main()

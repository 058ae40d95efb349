"""The ledger and the models folder: what is in production, after torn lines, altered lines, full disks and races too."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from resclassify import production
from resclassify.errors import ModelError, OutputError, PromotionRefusedError
from resclassify.model import Model, load
from resclassify.production import (
    LEDGER,
    Change,
    Entry,
    Ledger,
    challenger_line,
    champion,
    entry_at,
    find_model,
    fingerprint_of,
    fingerprints,
    folder_of,
    in_production,
    keep,
    locked,
    model_folder,
    models_folder,
    read_challenger,
    read_ledger,
    record,
    trial_name,
    way_back,
)
from resclassify.settings import Settings
from resclassify.shipped import shipped


def _folder(place: Path, name: str) -> str:
    """A folder that looks like a model, and its fingerprint."""
    folder = place / name
    folder.mkdir(parents=True)
    (folder / "weights").write_text(name)
    (folder / "manifest.json").write_text(json.dumps({"weights": name}))
    return fingerprint_of(folder)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder with models "a" and "b", where the model that travels with resclassify is "own"."""
    _folder(tmp_path, "own")
    monkeypatch.setattr(production, "SHIPPED", str(tmp_path / "own"))
    for name in ("a", "b"):
        _folder(tmp_path, name)
        keep(tmp_path / name, tmp_path / "models")
    return tmp_path / "models"


def _marks(models: Path) -> tuple[str, str, str]:
    own, a, b = (fingerprint_of(models.parent / name) for name in ("own", "a", "b"))
    return own, a, b


def test_without_a_ledger_the_shipped_model_tags(tmp_path: Path) -> None:
    assert in_production(tmp_path / "nowhere") == shipped("models/themes")
    assert champion(tmp_path / "nowhere") == fingerprint_of(shipped("models/themes"))


def test_the_last_line_says_what_tags(models: Path) -> None:
    own, a, b = _marks(models)
    assert champion(models) == own
    record(models, Change("promote", own, a, "better"))
    assert in_production(models) == models / a[:12]
    record(models, Change("force", a, b, "a new law"))
    assert in_production(models) == models / b[:12]
    record(models, Change("rollback", b, own, "worse"))
    assert in_production(models) == models.parent / "own"


def test_a_line_keeps_who_when_why_and_on_what_figures(models: Path) -> None:
    own, a, _ = _marks(models)
    figures = {"test": {"difference": [0.02, 0.01, 0.03]}}
    before = datetime.now(UTC)
    written = record(models, Change("promote", own, a, "mieux\nأفضل", "Amal", figures, "f" * 64))
    (line,) = (models / LEDGER).read_text(encoding="utf-8").splitlines()
    found = json.loads(line)
    assert list(found) == ["when", "who", "action", "from", "to", "why", "figures", "data", "previous"]
    assert (found["who"], found["from"], found["to"], found["why"]) == ("Amal", own, a, "mieux\nأفضل")
    assert (found["figures"], found["data"], found["previous"]) == (figures, "f" * 64, "0" * 64)
    assert 0 <= (datetime.fromisoformat(found["when"]) - before).total_seconds() + 0.001 < 60
    assert read_ledger(models).entries == (written,)
    assert record(models, Change("rollback", a, own, "x")).who == production.login()


def test_a_torn_last_line_is_passed_over_and_then_cut_off(models: Path) -> None:
    own, a, b = _marks(models)
    record(models, Change("promote", own, a, "better"))
    one = (models / LEDGER).read_bytes()
    record(models, Change("promote", a, b, "better still", "Amal \u2028 x"))
    both = (models / LEDGER).read_bytes()
    for cut in range(len(one), len(both), 7):
        (models / LEDGER).write_bytes(both[:cut])
        assert champion(models) == a
        assert read_ledger(models).faults == ()
    for cut in (len(one) + 1, len(both) - 1):
        (models / LEDGER).write_bytes(both[:cut])
        record(models, Change("rollback", a, own, "back"))
        assert (models / LEDGER).read_bytes().startswith(one)
        ledger = read_ledger(models)
        assert [entry.after for entry in ledger.entries] == [a, own]
        assert ledger.faults == ()


@pytest.mark.parametrize(
    ("alter", "named"),
    [
        (lambda lines: [lines[0].replace(b"better", b"bitter"), *lines[1:]], [2]),
        (lambda lines: lines[1:], [1]),
        (lambda lines: [lines[0], lines[2]], [2]),
        (lambda lines: [lines[0], b"{}\n", *lines[2:]], [2, 3]),
        (lambda lines: [lines[0], b"not JSON\n", *lines[1:]], [2, 3]),
        (lambda lines: [lines[0].replace(b'+00:00"', b'"'), *lines[1:]], [1, 2]),
        (lambda lines: [lines[1], lines[0], lines[2]], [1, 2, 3]),
        (lambda lines: lines, []),
        (lambda lines: lines[:2], []),
    ],
    ids=["word altered", "first out", "middle out", "emptied", "put in", "zone out", "swapped", "whole", "end cut: not seen"],
)
def test_an_altered_ledger_names_the_lines_where_the_chain_breaks(models: Path, alter: object, named: list[int]) -> None:
    own, a, b = _marks(models)
    for before, after in ((own, a), (a, b), (b, own)):
        record(models, Change("promote", before, after, "better"))
    lines = (models / LEDGER).read_bytes().splitlines(keepends=True)
    (models / LEDGER).write_bytes(b"".join(alter(lines)))  # type: ignore[operator]
    assert [int(fault.split(":")[1]) for fault in read_ledger(models).faults] == named


def test_a_last_line_that_says_nothing_stops_tagging_rather_than_choose_a_model(models: Path) -> None:
    own, a, _ = _marks(models)
    record(models, Change("promote", own, a, "better"))
    with (models / LEDGER).open("ab") as ledger:
        ledger.write(b"\x00\x00\n")
    with pytest.raises(ModelError, match=r"ledger.jsonl:2: .*--model"):
        in_production(models)


def test_a_champion_that_is_missing_or_altered_is_named_with_the_way_out(models: Path) -> None:
    own, a, b = _marks(models)
    record(models, Change("promote", own, a, "better"))
    (models / a[:12] / "manifest.json").write_text("{}")
    with pytest.raises(ModelError, match=rf"{a[:12]}: was altered.*rollback.*--model"):
        in_production(models)
    (models / a[:12]).rename(models / "elsewhere")
    with pytest.raises(ModelError, match=rf"{a[:12]}: is missing.*rollback.*--model"):
        in_production(models)
    assert champion(models) == a
    assert folder_of(models, b) == models / b[:12]


def test_who_comes_second_is_refused_and_nothing_is_written(models: Path) -> None:
    own, a, b = _marks(models)
    record(models, Change("promote", own, a, "better"))
    before = (models / LEDGER).read_bytes()
    with pytest.raises(PromotionRefusedError, match=rf"{a[:12]} came into production meanwhile, not {own[:12]}"):
        record(models, Change("force", own, b, "better too"))
    assert (models / LEDGER).read_bytes() == before


def test_a_held_lock_is_waited_for_and_then_named(models: Path) -> None:
    own, a, _ = _marks(models)
    with locked(models), pytest.raises(OutputError, match=r"ledger.lock: another process has held it for 0.1 s"):
        record(models, Change("promote", own, a, "better"), wait=0.1)
    assert record(models, Change("promote", own, a, "better"), wait=0.1).after == a


_RACER = """
import sys
from pathlib import Path
from resclassify import production
from resclassify.errors import PromotionRefusedError
models, own, who, mine = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
production.SHIPPED = own
for after in mine:
    while True:
        try:
            production.record(models, production.Change("promote", production.champion(models), after, "race", who))
            break
        except PromotionRefusedError:
            continue
"""


def test_writers_at_once_lose_no_line(models: Path) -> None:
    marks = {who: [f"{number:03d}{who}" + "0" * 60 for number in range(8)] for who in "xyz"}
    line = [sys.executable, "-c", _RACER, str(models), str(models.parent / "own")]
    racers = [subprocess.Popen([*line, who, *mine]) for who, mine in marks.items()]
    assert [racer.wait(60) for racer in racers] == [0, 0, 0]
    ledger = read_ledger(models)
    assert ledger.faults == ()
    for who, mine in marks.items():
        assert [entry.after for entry in ledger.entries if entry.who == who] == mine
    assert all(late.before == early.after for early, late in zip(ledger.entries, ledger.entries[1:], strict=False))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(place)], capture_output=True, check=False
    ).returncode:
        pytest.skip("mounting a file system needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_leaves_the_ledger_as_it_was(models: Path, small_disk: Path) -> None:
    own, a, b = _marks(models)
    place = small_disk / "models"
    for name in ("a", "b"):
        keep(models.parent / name, place)
    record(place, Change("promote", own, a, "better"))
    (small_disk / "filler").write_bytes(b"x" * 2**17)
    with (small_disk / "filler").open("ab", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(b"x" * 4096)
    before = (place / LEDGER).read_bytes()
    with pytest.raises(OutputError, match=r"ledger.jsonl: cannot be written \(No space left on device\); make room"):
        record(place, Change("promote", a, b, "better " * 2000))
    assert (place / LEDGER).read_bytes() == before
    with pytest.raises(OutputError, match=r"models: cannot be written \(No space left"):
        keep(_large(models.parent), place)
    assert fingerprints(place) == tuple(sorted((a, b)))
    assert not list(place.glob(".*"))
    (small_disk / "filler").unlink()
    assert record(place, Change("promote", a, b, "better " * 2000)).after == champion(place) == b


def _large(place: Path) -> Path:
    _folder(place, "large")
    (place / "large/weights").write_bytes(b"x" * 2**19)
    return place / "large"


def test_a_read_only_folder_is_one_line_and_still_tags(models: Path, small_disk: Path) -> None:
    own, a, b = _marks(models)
    place = small_disk / "models"
    keep(models.parent / "a", place)
    record(place, Change("promote", own, a, "better"))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert in_production(place) == place / a[:12]
    with pytest.raises(OutputError, match=r"models: cannot be written \(Read-only file system\).*--models"):
        record(place, Change("promote", a, b, "better"))
    with pytest.raises(OutputError, match=r"other: cannot be written"):
        keep(models.parent / "b", small_disk / "other")


def test_a_limit_on_files_within_the_line_leaves_no_part_of_it(models: Path) -> None:
    own, a, b = _marks(models)
    record(models, Change("promote", own, a, "better"))
    before = (models / LEDGER).read_bytes()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, limit[1]))
    try:
        with pytest.raises(OutputError, match="File too large"):
            record(models, Change("promote", a, b, "better"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert (models / LEDGER).read_bytes() == before


def test_a_model_is_kept_whole_under_its_fingerprint(models: Path, tmp_path: Path) -> None:
    own, a, b = _marks(models)
    left_over = models / f".{own[:12]}-killed"
    left_over.mkdir()
    place = keep(tmp_path / "own", models)
    assert place == models / own[:12]
    assert {path.name: path.read_bytes() for path in place.iterdir()} == {
        path.name: path.read_bytes() for path in (tmp_path / "own").iterdir()
    }
    assert not left_over.exists()
    assert keep(tmp_path / "own", models) == place
    assert set(fingerprints(models)) == {own, a, b}
    (place / "manifest.json").write_text("{}")
    with pytest.raises(ModelError, match="was altered"):
        keep(tmp_path / "own", models)
    with pytest.raises(ModelError, match="no model folder there"):
        keep(tmp_path, models)


def test_a_model_is_found_by_the_beginning_of_its_fingerprint_or_by_its_folder(models: Path) -> None:
    _, a, b = _marks(models)
    assert a[0] != b[0]
    assert find_model(models, a[0]) == find_model(models, a) == find_model(models, str(models / a[:12])) == a
    for named in ("", "zz", f"{a[:12]}.trial.json"):
        with pytest.raises(ModelError, match=rf"holds no model that '{named}' may mean; it has \w{{12}}, \w{{12}}"):
            find_model(models, named)


def test_the_challenger_is_what_the_pointer_says(models: Path) -> None:
    _, a, _ = _marks(models)
    with pytest.raises(ModelError, match=r"challenger.json: there is no challenger yet; make one by `resclassify retrain`"):
        read_challenger(models)
    chosen = production.Challenger(a, trial_name(a))
    (models / "challenger.json").write_bytes(challenger_line(chosen))
    assert read_challenger(models) == chosen
    (models / "challenger.json").write_text('{"fingerprint": "x"')
    with pytest.raises(ModelError, match="cannot be read"):
        read_challenger(models)


def test_where_models_lie_is_the_option_then_the_environment_then_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(models="of/settings")
    monkeypatch.delenv("RESCLASSIFY_MODELS", raising=False)
    assert models_folder() == Path("runs/models")
    assert models_folder(None, settings) == Path("of/settings")
    monkeypatch.setenv("RESCLASSIFY_MODELS", "of/environment")
    assert models_folder(None, settings) == Path("of/environment")
    assert models_folder(Path("option"), settings) == Path("option")


def test_a_named_model_goes_before_the_one_in_production(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, a, _ = _marks(models)
    record(models, Change("promote", own, a, "better"))
    monkeypatch.setenv("RESCLASSIFY_MODELS", str(models))
    assert model_folder(None, Settings()) == models / a[:12]
    assert model_folder(None, Settings(model="mine")) == Path("mine")
    assert model_folder(Path("named"), Settings(model="mine")) == Path("named")


def test_loading_without_a_name_loads_the_champion(
    tmp_path: Path, small_model: Model, model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "runs/models"
    kept = keep(model_folder, models)
    record(models, Change("promote", champion(models), fingerprint_of(model_folder), "small"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RESCLASSIFY_MODELS", raising=False)
    assert load().info == small_model.info
    (kept / "calibration.json").write_text("{}")
    with pytest.raises(ModelError, match=r"calibration.json was altered.*rollback"):
        load()
    monkeypatch.setenv("RESCLASSIFY_MODELS", str(tmp_path / "none"))
    assert load().info != small_model.info


def test_finding_the_champion_loads_nothing_heavy() -> None:
    code = "import sys; from resclassify.production import in_production, models_folder; in_production(models_folder())"
    heavy = ("numpy", "scipy", "onnxruntime", "typer", "rich", "sqlalchemy")
    code += f"; print([name for name in {heavy} if name in sys.modules])"
    environment = os.environ | {"RESCLASSIFY_MODELS": str(ROOT / "none")}
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True).stdout == b"[]\n"


def _ledger(*steps: tuple[str, str, str]) -> Ledger:
    entries = [
        Entry(f"2026-0{month}-15T12:00:00+00:00", "x", action, before, after, "", {}, "", "")  # type: ignore[arg-type]
        for month, (action, before, after) in enumerate(steps, start=1)
    ]
    return Ledger(tuple(entries), tuple("h" for _ in entries))


@pytest.mark.parametrize(
    ("steps", "way"),
    [
        ([], ()),
        ([("promote", "own", "a")], ("a", "own")),
        ([("promote", "own", "a"), ("force", "a", "b")], ("b", "a", "own")),
        ([("promote", "own", "a"), ("promote", "a", "b"), ("rollback", "b", "a")], ("a", "own")),
        ([("promote", "own", "a"), ("promote", "a", "b"), ("rollback", "b", "own")], ("own",)),
        ([("promote", "own", "a"), ("rollback", "a", "own"), ("promote", "own", "b")], ("b", "own")),
        ([("promote", "own", "a"), ("rollback", "a", "own"), ("rollback", "own", "a")], ("a", "own")),
    ],
)
def test_going_back_never_brings_again_what_was_gone_back_from(steps: list[tuple[str, str, str]], way: tuple[str, ...]) -> None:
    assert way_back(_ledger(*steps)) == way


@given(st.lists(st.sampled_from(["promote", "rollback"]), max_size=12))
def test_the_way_back_starts_at_the_champion_and_is_walked_to_its_end(actions: list[str]) -> None:
    steps: list[tuple[str, str, str]] = []
    now = "own"
    for number, action in enumerate(actions):
        way = way_back(Ledger(_entries(steps))) if steps else ("own",)
        after = f"m{number}" if action == "promote" else way[1] if len(way) > 1 else None
        if after:
            steps.append((action, now, after))
            now = after
    way = way_back(Ledger(_entries(steps)))
    assert way[:1] == ((now,) if steps else ())
    assert len(set(way)) == len(way)
    assert way[-1:] == (("own",) if steps else ())


def _entries(steps: list[tuple[str, str, str]]) -> tuple[Entry, ...]:
    return tuple(Entry("", "", action, before, after, "", {}, "", "") for action, before, after in steps)  # type: ignore[arg-type]


def test_what_held_at_a_moment_is_the_last_line_written_by_then() -> None:
    ledger = _ledger(("promote", "own", "a"), ("promote", "a", "b"))
    moments = {"2026-01-15T11:59:59": None, "2026-01-15T12:00:00": 0, "2026-02-15T11:59:59": 0, "2027-01-01": 1}
    for moment, number in moments.items():
        assert entry_at(ledger, datetime.fromisoformat(moment).replace(tzinfo=UTC)) == number

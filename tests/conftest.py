"""What several test modules share: small pairs, a small model, the command run as people run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from resclassify.dataset import Pair
from resclassify.model import Model
from resclassify.training import LinearSettings, fit_floor

ROOT = Path(__file__).resolve().parents[1]
# What an owner has promoted in this clone is not what is tested.
os.environ["RESCLASSIFY_MODELS"] = str(ROOT / "no models folder")
SAMPLE = ROOT / "data/samples/A_C.3_79_L.22_Rev.1.ar.txt"
_DEEDS = {
    "prevention": ("address the root causes and raise public awareness", "معالجة الأسباب الجذرية وتوعية الجمهور"),
    "prosecution": ("investigate, try and punish the perpetrators", "التحقيق مع الجناة ومحاكمتهم ومعاقبتهم"),
    "victim_protection": ("give survivors shelter, care and compensation", "توفير المأوى والرعاية والتعويض للضحايا والناجين"),
    "migration": ("ease the orderly movement of migrant workers", "تيسير تنقل العمال المهاجرين بصورة منظمة"),
    "technology": ("supervise online platforms and artificial intelligence", "مراقبة المنصات الإلكترونية والذكاء الاصطناعي"),
}
_WHO = (
    ("Member States", "بالدول الأعضاء"),
    ("Governments", "بالحكومات"),
    ("all parties", "بجميع الأطراف"),
    ("regional organizations", "بالمنظمات الإقليمية"),
    ("national authorities", "بالسلطات الوطنية"),
    ("the relevant entities", "بالكيانات المعنية"),
)
_PLAIN = ("submit a report at the next session", "تقديم تقرير في الدورة المقبلة")


def _small_pairs() -> list[Pair]:
    pairs = []
    for row, (who_en, who_ar) in enumerate(_WHO):
        split = "train" if row < 4 else "dev" if row == 4 else "test"
        for theme, (deed_en, deed_ar) in [*_DEEDS.items(), ("", _PLAIN)]:
            identity = f"T{len(pairs):03d}"
            pairs.append(
                Pair(
                    id=identity,
                    kind="operative",
                    en=f"Calls upon {who_en} to {deed_en};",
                    ar=f"تهيب {who_ar} {deed_ar}؛",
                    themes=(theme,) if theme else (),
                    source="test",
                    lineage=identity,
                    split=split,
                )
            )
    return pairs


@pytest.fixture(scope="session")
def small_pairs() -> list[Pair]:
    return _small_pairs()


@pytest.fixture(scope="session")
def small_model(small_pairs: list[Pair]) -> Model:
    return fit_floor(small_pairs, [], settings=LinearSettings(strengths=(4.0,), min_df=1))


@pytest.fixture(scope="session")
def model_folder(small_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "small"
    small_model.save(folder)
    return folder


Command = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(scope="session")
def command() -> Command:
    """Runs `resclassify` with arguments, as a process of its own."""

    def run(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
        line = [str(Path(sys.executable).with_name("resclassify")), *map(str, arguments)]
        return subprocess.run(line, input=stdin, capture_output=True, cwd=cwd, timeout=120, check=False)

    return run

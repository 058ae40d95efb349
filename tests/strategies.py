"""Original paragraphs of resolutions in both languages: composed into documents, and as Hypothesis strategies."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from resclassify.boundaries import KnownDocument
from resclassify.readers import read_text
from resclassify.segmentation import segment
from resclassify.types import Clause

_PREAMBULAR = {
    "en": (
        "Recalling its resolutions on the care of upland wells, and the pledges that ministers made in them,",
        "Reaffirming that safe water is owed to every household, whatever the season and wherever it lives,",
        "Noting with concern that springs run dry earlier each year, and that keepers are not told; and that few maps are kept,",
        "Deeply alarmed at the loss of cisterns in the valleys, the poisoning of streams and the silence of their owners,",
        "Bearing in mind the customs by which villages have long shared their water in years of drought,",
        "Welcoming the report of the keepers of the wells, in particular its chapter on repairs by the villages themselves,",
        "Convinced that a well which is guarded by those who drink from it will outlast any that is not,",
        "Expressing its appreciation to the donors that paid for pumps in the hills and for the training of mechanics,",
    ),
    "ar": (
        "وإذ تشير إلى قراراتها المتعلقة بالعناية بآبار المرتفعات، وإلى العهود التي قطعها الوزراء فيها،",
        "وإذ تعيد تأكيد أن الماء المأمون حق لكل أسرة، أيا كان الموسم وأيا كان مكان عيشها،",
        "وإذ تلاحظ مع القلق أن الينابيع تنضب في وقت أبكر كل عام، وأن الحراس لا يبلغون بذلك؛ وأن الخرائط قليلة،",
        "وإذ يثير جزعها ضياع الصهاريج في الأودية وتلوث الجداول وصمت أصحابها،",
        "وإذ تضع في اعتبارها الأعراف التي دأبت القرى على تقاسم مياهها بموجبها في سنوات الجفاف،",
        "وإذ ترحب بتقرير حراس الآبار، ولا سيما الفصل المتعلق بالإصلاحات التي تجريها القرى بنفسها،",
        "واقتناعا منها بأن البئر التي يحرسها الشاربون منها تدوم أكثر من غيرها،",
        "وإذ تعرب عن تقديرها للجهات المانحة التي دفعت ثمن المضخات في التلال وتكاليف تدريب العمال،",
    ),
}
_OPERATIVE = {
    "en": (
        ("Urges all States to map their wells, and to publish the maps without delay in the languages of those who drink;",),
        (
            "Calls upon donors to fund the repair of wells, in particular:",
            "(a) The wells that serve schools and clinics, which should come before all others;",
            "(b) The wells that two or more villages share;",
        ),
        ("Encourages the keepers to record the depth of each well at the turn of every season, and to compare their records;",),
        ("Stresses that no household should be cut off from water for want of money, and that the poorest should not pay;",),
        ("Takes note with appreciation of the work of the mechanics, who have kept the pumps of the hills in order;",),
        ("Invites the regional organizations to exchange what they have learned of wells, including through visits of keepers;",),
        ("Decides to consider the state of the wells again in three years, under the item on water of its agenda;",),
        ("Requests the Secretary-General to report to it on how the present resolution has been carried out.",),
    ),
    "ar": (
        ("تحث جميع الدول على رسم خرائط لآبارها، وعلى نشرها دون إبطاء بلغات الشاربين منها؛",),
        (
            "تهيب بالجهات المانحة أن تمول إصلاح الآبار، ولا سيما:",
            "(أ) الآبار التي تخدم المدارس والعيادات، والتي ينبغي إصلاحها قبل غيرها؛",
            "(ب) الآبار التي تتقاسمها قريتان أو أكثر؛",
        ),
        ("تشجع الحراس على تدوين عمق كل بئر عند مطلع كل فصل، وعلى المقارنة بين سجلاتهم؛",),
        ("تشدد على أنه لا ينبغي أن تحرم أسرة من الماء لقلة المال، وألا يدفع أفقر الناس شيئا؛",),
        ("تحيط علما مع التقدير بعمل العمال الذين حافظوا على مضخات التلال؛",),
        ("تدعو المنظمات الإقليمية إلى تبادل ما تعلمته عن الآبار، بوسائل منها زيارات الحراس؛",),
        ("تقرر أن تنظر من جديد في حالة الآبار بعد ثلاث سنوات، في إطار البند المتعلق بالمياه؛",),
        ("تطلب إلى الأمين العام أن يقدم إليها تقريرا عن تنفيذ هذا القرار.",),
    ),
}
_CHAPEAU = {"en": "The General Assembly,", "ar": "إن الجمعية العامة،"}


def composed(lang: str, seed: int) -> KnownDocument:
    """A resolution of the paragraphs above, in an order of its own; its operative paragraphs are numbered."""
    rng = random.Random(seed)
    paragraphs = ["Wells of the uplands" if lang == "en" else "آبار المرتفعات", _CHAPEAU[lang]]
    clauses = []
    for text in rng.sample(_PREAMBULAR[lang], rng.randint(4, 8)):
        clauses.append((len(paragraphs),))
        paragraphs.append(text)
    *body, last = _OPERATIVE[lang]
    for number, texts in enumerate([*rng.sample(body, rng.randint(4, 7)), last], start=1):
        clauses.append(tuple(range(len(paragraphs), len(paragraphs) + len(texts))))
        paragraphs += [f"{number}. {texts[0]}" if lang == "en" else f"{number} - {texts[0]}", *texts[1:]]
    return KnownDocument(f"{lang}_{seed}", tuple(paragraphs), tuple(clauses))


def labelled(clauses: list[Clause]) -> list[str]:
    """Clauses as a line each: P, O or A (annexed), the number as printed, the text with its white space made one."""
    kinds = ["A" if clause.annex is not None else str(clause.kind)[0].upper() for clause in clauses]
    return [f"{kind}{clause.number or ''} {' '.join(clause.text.split())}" for kind, clause in zip(kinds, clauses, strict=True)]


def read_clauses(text: str) -> list[str]:
    """What `labelled` says of the clauses of a plain text."""
    return labelled(segment(read_text(text)))


_MARKS = (
    "",
    "1. ",
    "2. ",
    "- 3 - ",
    "4 - ",
    "٥ -",
    "l. ",
    "(a) ",
    "(أ) ",
    "(1) ",
    "• ",
    "I",
    "OP7 ",
    "PP2 ",
    "12 bis. ",
    "“",
    "¹ ",
    "** ",
    ")3( ",
)
_FURNITURE = (
    "Annex",
    "المرفق",
    "3/7",
    "24-12345",
    "A/RES/91/77",
    "____",
    "II. Follow-up",
    "أولا",
    "12 December 2036",
    "*",
    "(1)",
    "1",
    "¹",
)
_ENDS = ("", ",", ";", ".", ":", "،", "؛", "”", "¹", "⁽²⁾", "(1)", "*")
_words = st.sampled_from([word for texts in _PREAMBULAR.values() for text in texts for word in text.split()])
_opening = st.sampled_from(["The General Assembly", "إن الجمعية العامة", "Recalling", "وإذ تشير", "Urges", "تحث", "Decides", ""])
_piece = st.one_of(
    st.sampled_from(_FURNITURE),
    st.builds(
        lambda mark, opening, words, end: f"{mark}{opening} {' '.join(words)}{end}",
        st.sampled_from(_MARKS), _opening, st.lists(_words, max_size=14), st.sampled_from(_ENDS),
    ),
)  # fmt: skip
resolution_like = st.lists(
    st.tuples(_piece, st.sampled_from(["\n", "\n\n", " ", "\f", "\r\n", "\n\t"])), min_size=1, max_size=25
).map(lambda pieces: "".join(piece + gap for piece, gap in pieces))

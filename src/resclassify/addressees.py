"""Whom a clause asks to act, in both languages: by the verb that asks ("urges", "تهيب") and the words before what is asked.

Only asking counts: a clause that notes what States did asks nobody. Who shall merely be worked with ("in cooperation with …")
is passed over. The groups are those that drafters name most; a clause that asks somebody else is of `OTHERS`.
"""

from __future__ import annotations

import re

from resclassify.lexicon import fold, list_mark, strip_opening
from resclassify.types import Kind, Lang

OTHERS = "others"
# group: (English, Arabic in folded letters), looked for in the words that name who is asked.
_GROUPS: dict[str, tuple[str, str]] = {
    "States": (
        r"\b(?:member |all |other |donor |host )*(?:states|governments|countries|(?<!united )nations)\b(?! parties"
        r"| part(?:y|ies) to)"
        r"|\bgovernment of\b|\b(?:national|competent|local|transitional|interim) (?:authorities|government)\b"
        r"|\bauthorities\b",
        r"(?:ال|لل|\b)(?:دول|حكومات|بلدان|حكومه)\b(?! الاطراف)|(?:ال|لل)سلطات\b",
    ),
    "States parties": (
        r"\bstates? part(?:y|ies)\b",
        r"(?:ال|لل|\b)دول الاطراف\b",
    ),
    "parties to conflict": (
        r"\b(?:parties|party)\b(?<!states parties)(?<!state party)(?! (?:to|of) the (?:convention|protocol"
        r"|covenant|agreement))",
        r"(?:ال|لل)?(?<!دول ال)(?<!دول )اطراف\b(?: ال)?(?:نزاع|صراع|متحارب)?",
    ),
    "Secretary-General": (
        r"\bsecretary-general\b(?! of the (?:league|council of europe))",
        r"(?:ال|لل)امين العام\b",
    ),
    "United Nations system": (
        r"\bunited nations (?!convention|protocol|member)(?:\w+[ -]){0,4}(?:entit|agenc|fund|programme"
        r"|organization|office|system|bod|mission"
        r"|operation|development|country team|resident)|\bspecialized agenc|\bfunds and programmes\b"
        r"|\bhigh commissioner\b"
        r"|\bresident coordinator|\b(?:unodc|unicef|undp|unhcr|un-women|unesco|unfpa|ohchr|who|ilo|iom|fao|wfp|itu)\b"
        r"|\bunited nations (?:children's fund|environment programme|office on drugs and crime)"
        r"|\b(?:international labour organization|world health organization|international organization for migration)\b"
        r"|\b(?:secretariat|special representative|executive director|peacekeeping (?:mission|operation))",
        r"منظومه الامم المتحده|(?:كيانات|وكالات|صناديق|برامج|هييات|مكتب|مفوضيه|مفوض|برنامج|صندوق|هييه|بعثه"
        r"|بعثات|موسسات|منظمات|اجهزه)"
        r" (?:\w+ ){0,3}الامم المتحده|الوكالات المتخصصه|(?:المفوض|المفوضه|مفوضيه|المفوضيه)\b"
        r"|منظمه العمل الدوليه|منظمه الصحه"
        r"|المنظمه الدوليه للهجره|الامانه العامه|الممثل الخاص|الممثله الخاصه|اليونيسيف|اليونسكو",
    ),
    "treaty bodies and special procedures": (
        r"\b(?:special rapporteur|independent expert|working group|special procedures?|treaty bod|human rights treaty"
        r"|committee on (?:the|enforced|economic|migrant)|mandate holders?)",
        r"المقرر(?:ه|ين|ون)? الخاص|الخبير(?:ه)? المستقل|الفريق العامل|الاجراءات الخاصه|هييات المعاهدات"
        r"|المكلف(?:ين|ون) بولايات",
    ),
    "intergovernmental bodies": (
        r"\b(?:security council|human rights council|economic and social council|general assembly|commission (?:on|for)"
        r"|conference of the (?:states )?parties|peacebuilding commission|functional commissions?|regional commissions?"
        r"|main committees?|joint inspection unit|committee on (?:conferences|contributions|programme))\b",
        r"مجلس الامن|مجلس حقوق الانسان|المجلس الاقتصادي|الجمعيه العامه|لجنه (?:وضع المراه|بناء السلام|التنميه"
        r"|منع الجريمه|السكان)"
        r"|موتمر (?:الدول )?الاطراف|اللجان (?:الفنيه|الاقليميه|الريسيه)",
    ),
    "international and regional organizations": (
        r"\b(?:(?:sub-?regional|regional|intergovernmental|international|multilateral)(?:,| and| or|\s)*)+"
        r"(?:\w+ )?(?:organizations?|organisations?|mechanisms|bodies|arrangements)\b|\binternational community\b"
        r"|\bafrican union\b|\beuropean union\b|\bleague of arab states\b",
        r"المنظمات (?:الحكوميه الدوليه|الدوليه|الاقليميه|دون الاقليميه)|المجتمع الدولي|الاتحاد (?:الافريقي|الاوروبي)"
        r"|جامعه الدول العربيه|(?:الهييات|الاليات|الترتيبات) (?:الاقليميه|الدوليه)",
    ),
    "financial institutions and donors": (
        r"\bfinancial (?:and development )?institutions?\b|\bworld bank\b|\bmonetary fund\b"
        r"|\bdonors?\b(?! countries)|\bdevelopment banks?\b",
        r"الموسسات الماليه|البنك الدولي|صندوق النقد|المانح(?:ين|ون|ه)|الجهات المانحه|مصارف التنميه",
    ),
    "civil society": (
        r"\bcivil society\b|\bnon-governmental\b|\bngos?\b|\bwomen's (?:rights )?organizations\b"
        r"|\byouth(?:-led)? organizations\b"
        r"|\btrade unions?\b|\b(?:workers|employers and workers)(?:'|’)? organizations\b|\bcommunit(?:y"
        r"|ies)\b(?<!international community)"
        r"|\bfaith-based\b|\breligious leaders\b",
        r"المجتمع المدني|(?:ال)?منظمات غير الحكوميه|المنظمات النساييه|منظمات (?:العمال|الشباب|المراه)|النقابات"
        r"|المجتمعات المحليه"
        r"|القاده الدينيي?ن|الزعماء الدينيي?ن",
    ),
    "private sector": (
        r"\bprivate sector\b|\bbusiness(?:es)?\b|\bcompan(?:y|ies)\b|\benterprises?\b|\bemployers\b"
        r"|\bindustr(?:y|ies)\b|\bcorporations\b"
        r"|\b(?:service|technology|internet) providers\b|\bplatforms\b",
        r"القطاع الخاص|الشركات|موسسات الاعمال|قطاع الاعمال|ارباب العمل|مقدمي? (?:ال)?خدمات|المنصات|(?:الموسسات"
        r"|الاعمال) التجاريه",
    ),
    "academia and media": (
        r"\bacademi(?:a|c)\b|\buniversities\b|\bmedia\b|\bjournalists\b|\bresearch (?:institutions"
        r"|institutes)\b|\bscientific communit",
        r"الاوساط الاكاديميه|الجامعات|وسايط الاعلام|وسايل الاعلام|(?:موسسات|معاهد) البحوث|الصحفيي?ن",
    ),
    "all stakeholders": (
        r"\bstakeholders\b|\ball (?:relevant )?(?:actors|partners)\b|\bdevelopment partners\b",
        r"اصحاب المصلحه|الجهات (?:المعنيه|الفاعله|صاحبه المصلحه)|الشركاء",
    ),
}  # fmt: skip
ADDRESSEES = (*_GROUPS, OTHERS)
_ASKS_EN = (
    r"calls (?:up)?on|urges|requests(?! (?:for|from)\b)|invites|encourages|appeals to|appeals, [^,]*, to"
    r"|asks|demands|exhorts|recommends|reminds"
    r"|instructs|mandates|authorizes|authorises|directs|implores|entrusts|beseeches|solicits"
)
_ADVERBS = r"(?:(?:also|further|again|once|furthermore|therefore|hereby|\w+ly|in this (?:regard|context|connection)),? ){0,4}"
_ASKED_EN = re.compile(rf"(?:^|[,;:] (?:and )?|\band ){_ADVERBS}(?P<verb>{_ASKS_EN})\b(?P<that>,? that\b)?,?", re.I)
# The infinitive that says what is asked; "parties to the Protocol" and "appeals to the …" hold another "to".
_DEED_EN = re.compile(
    r"(?<!\bparties)(?<!\bparty)(?<!\brelation)(?<!\bregard)(?<!\baccess)(?<!\brespect) to (?!the\b|this\b"
    r"|that\b|these\b|its\b|their\b|all\b|an?\b|which\b|whom\b)"
)
_WITH_EN = re.compile(
    r",? ?\b(?:in|through|with) (?:[\w-]+ ){0,3}(?:cooperation|co-operation|consultation|consultations"
    r"|collaboration|coordination|partnership"
    r"|conjunction|accordance|support|assistance|participation|line|particular reference"
    r"|the help)(?: and [\w-]+)? (?:with|of|from|to) [^,;]*,?",
    re.I,
)
_ASKED_AR = re.compile(
    r"(?:^|[،؛:] ?(?:و )?| و)(?P<verb>[تي](?:طلب|هيب|حث|دعو|شجع|ناشد|طالب|وصي|اذن|كلف|وعز|لتمس|عهد"
    r"|ذكر))\b(?P<adverb>(?: ايضا| كذلك| مره اخري| بقوه| بالحاح| مجددا| علي وجه \w+)*)"
    r"(?P<to> الي)?"
)
_DEED_AR = re.compile(r" (?:ان|علي|الي|بان|لكي|لان|كي|بضروره|القيام|مواصله|الا) ")
_WITH_AR = re.compile(
    r"،? ?(?:ب|و?ب)(?:التعاون|التشاور|التنسيق|الشراكه|الاشتراك|دعم|مساعده|مشاركه"
    r"|المشاركه)(?: \w+){0,2} (?:مع|من|بين) [^،؛]*،?"
)
_REACH = 60
_SHORT_REACH = 12


def addressees(text: str, lang: Lang, kind: Kind | None = "operative") -> tuple[str, ...]:
    """Whom a clause asks to act: groups of `ADDRESSEES`, in that order; empty where it asks nobody, as preambular clauses do.

    A clause may ask several. `OTHERS` stands alone: somebody is asked and no group is named.
    """
    if kind == "preambular":
        return ()
    mark = list_mark(text)
    opened = fold(strip_opening(text[mark.end :] if mark else text))
    named = list(_named_ar(opened) if lang == "ar" else _named_en(opened))
    if not named:
        return ()
    column = 1 if lang == "ar" else 0
    found = tuple(group for group, rules in _GROUPS.items() if any(re.search(rules[column], words) for words in named))
    return found or (OTHERS,)


def _named_en(text: str) -> list[str]:
    """The words, folded, between each verb that asks and what is asked."""
    parts = []
    for match in _ASKED_EN.finditer(text):
        rest = _WITH_EN.sub(" ", text[match.end() :])
        if match["that"]:
            parts.append(_first(rest, _SHORT_REACH))
            continue
        # What is asked of whom: "urges, in this regard, Member States to …"
        deed = _DEED_EN.search(rest)
        parts.append(_first(rest[: deed.start()] if deed else rest, _REACH))
    return parts


def _named_ar(text: str) -> list[str]:
    if re.match(r"و?اذ\b", text):
        return []
    parts = []
    for match in _ASKED_AR.finditer(text):
        if match["verb"].endswith("ذكر") and not text[match.end() :].startswith(" جميع"):
            continue  # "recalls" for the most part; "reminds" where it names all of somebody
        rest = _WITH_AR.sub(" ", text[match.end() :])
        deed = _DEED_AR.search(rest)
        parts.append(_first(rest[: deed.start()] if deed else rest, _REACH))
    return parts


def _first(text: str, words: int) -> str:
    return " ".join(text.split()[:words])

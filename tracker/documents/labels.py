"""The words of a document that are its own, in English and in Chinese; what was logged stays in its language."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Language = Literal["en", "zh"]

LABELS: Final[dict[str, tuple[str, str]]] = {
    "chronology": ("Chronology", "大事记"),
    "cases_number": ("{number} cases", "{number}个案件"),
    "case": ("Case", "案件"),
    "cases": ("Cases", "案件"),
    "title": ("Title", "名称"),
    "kind": ("Kind", "类别"),
    "forum": ("Forum", "受理机关"),
    "stage": ("Stage", "阶段"),
    "not stated": ("not stated", "未载明"),
    "but": ("; ", "；"),
    "record": ("Prepared from", "编制依据"),
    "record_text": (
        "This document is made from the events of the logs named here, up to the one given; whoever has the logs can "
        "make it again and check each of them ('tracker verify'). It says what sources report, not that it is true.",
        "本文件依据下列日志中截至所列事件的记录编制；持有日志者可重新生成并逐条核验（tracker verify）。"
        "本文件载明来源的报道内容，不表示其内容属实。",
    ),
    "log": ("Log", "日志"),
    "last event": ("Last event", "最后事件"),
    "head": ("Hash of that line", "该行哈希"),
    "again": (
        "With the same options and '--at {head}', 'tracker chronology' makes this document again; with '--redline' in "
        "the place of '--at' it makes one in which is marked what changed since.",
        "tracker chronology 以相同选项并加 --at {head} 可重新生成本文件；将 --at 换作 --redline 可标示此后的变更。",
    ),
    "redline": (
        "Compared with the record as it was at {moment} ({heads}): what was added since is bold, what no longer stands "
        "is struck through.",
        "与{moment}的记录（{heads}）比较：此后新增者以粗体标示，不再适用者以删除线标示。",
    ),
    "added since": ("added since {day}", "{day}后新增"),
    "removed since": ("struck since {day}", "{day}后删去"),
    "formerly": ("Formerly: {text}", "原文：{text}"),
    "filters": ("What is shown", "所示范围"),
    "everything": ("Everything that is logged of these cases.", "所列案件的全部记录。"),
    "everything else": ("Everything else that is logged of these cases.", "所列案件的其余全部记录。"),
    "dates": ("How to read the dates", "日期说明"),
    "dates_text": (
        "A date is as exact as its source: a month is some day of that month, 'in or about' is the source's own doubt.|"
        "'Between' two days is some day, or the whole time, between them; 'by' a day is that day or before.|"
        "Developments stand in the order of the earliest day on which they can have happened, those undated last.",
        "日期的精确程度与来源一致：仅载月份者，为该月某日；“约”为来源自身的不确定。|"
        "“……至……之间”指两日之间的某日或整段期间；“不晚于”指该日或之前。|"
        "各事项按可能发生的最早日期排列，无日期者列于最后。",
    ),
    "developments": ("Developments", "事项"),
    "none": ("No development has been logged yet.", "尚无记录。"),
    "no": ("No.", "序号"),
    "date": ("Date", "日期"),
    "development": ("Development", "事项"),
    "parties": ("Parties", "当事人"),
    "source": ("Source", "来源"),
    "status": ("Status", "状态"),
    "no source": ("no source given", "无来源"),
    "contradicted by": ("contradicted by {place}", "与{place}不符"),
    "date found": ("On the date: {basis}", "关于日期：{basis}"),
    "disputed": ("disputed", "有争议"),
    "settled": ("settled", "争议已认定"),
    "corrected": ("corrected", "已更正"),
    "retracted": ("retracted", "已撤回"),
    "narrative_text": (
        "Each development stands under the month in which it can have happened at the earliest.",
        "各事项列于其可能发生的最早月份之下。",
    ),
    "notes": ("Notes", "注释"),
    "timeline": ("Timeline", "时间线"),
    "timeline elsewhere": (
        "Here a picture of {number} developments stands in the Word, PDF and HTML forms of this document.",
        "本文件的Word、PDF和HTML格式在此处附有{number}项事项的时间线图。",
    ),
    "timeline too long": (
        "No picture is drawn of more than {most} developments; there are {number}.",
        "事项超过{most}项者不绘制时间线图；此处共{number}项。",
    ),
    "timeline not drawn": (
        "The picture that stands here in other forms is left out: {reason}",
        "此处省略时间线图：{reason}",
    ),
    "undated": ("Without a date", "日期不详"),
    "open": ("Beginning not known", "起始不详"),
    "party": ("Party", "当事人"),
    "role": ("Role", "身份"),
    "relations": ("Relations", "关系"),
    "pseudonym": ("{party} (pseudonym)", "{party}（化名）"),
    "other issues": ("Developments under no issue", "未归入争点的事项"),
    "no issues": ("Developments; none is tagged with an issue", "事项（均未标记争点）"),
    "undisputed": ("Undisputed facts", "无争议事实"),
    "undisputed_text": (
        "What a source contests, and what only one side asserts, is left out; nobody has admitted anything by it.",
        "来源有异议者及仅一方主张者均未列入；列入不构成任何一方的自认。",
    ),
    "fact": ("Fact", "事实"),
    "other parties": ("Developments that name no party", "未涉及当事人的事项"),
    "cast": ("Cast", "人物与机构"),
    "disputes": ("Disputes", "争议"),
    "disputes_text": (
        "Where sources or parties give different values, all of them stand here; none was chosen silently.",
        "来源或当事人说法不一时，各说并列于此，未作任何默示取舍。",
    ),
    "what": ("What", "内容"),
    "value": ("Value", "说法"),
    "who says so": ("Who says so", "出处"),
    "state": ("State", "状况"),
    "owed": ("What is owed under orders", "判令所定债务"),
    "owes": ("Owes", "债务人"),
    "to": ("To", "债权人"),
    "outstanding": ("Outstanding", "未清偿"),
    "due": ("Due", "期限"),
    "events": ("Events", "事件"),
    "deadlines": ("Deadlines", "期限"),
    "who": ("Who", "责任人"),
    "how found": ("How it was found", "计算依据"),
    "no day": ("no day yet", "尚无日期"),
    "not stated title": ("Not stated in any source", "来源均未载明"),
    "known": ("known: {bounds}", "已知：{bounds}"),
    "real name": ("real name of {party}", "{party}的真实姓名"),
    "sources": ("Sources", "来源"),
    "by": ("By", "作者与发布者"),
    "published": ("Published", "发布日期"),
    "remarks": ("Remarks", "备注"),
    "not independent": ("not independent of {other}", "与{other}非相互独立"),
    "incomplete": ("incomplete: {where}", "不完整：{where}"),
    "untitled": ("untitled", "无标题"),
    "publisher not stated": ("publisher not stated", "发布者未载明"),
    "comparison": ("What each side says", "各方陈述"),
    "plaintiff side": ("Plaintiff", "原告方"),
    "defendant side": ("Defendant", "被告方"),
    "others": ("Others", "其他"),
    "no statements": ("No claim, defence, notice or statement is logged.", "未记录主张、抗辩、函件或陈述。"),
    "about": ("About", "案情"),
    "privilege log": ("Privilege log", "特权清单"),
    "privilege_log_text": (
        "What is withheld from chronologies as privileged, described without what it says.",
        "大事记因特权而未予载入的内容，仅作说明，不载明其内容。",
    ),
    "nothing withheld": ("Nothing is withheld as privileged.", "无因特权而未予载入的内容。"),
    "left out": (
        "Left out as privileged, with what refers to it: {number} of the events logged. The privilege log lists them.",
        "因特权未予载入的事件及与其相关的内容：{number}项，详见特权清单。",
    ),
    "contains privileged": (
        "Privileged and confidential: this document contains privileged matter ({number} of the events logged).",
        "特权保密：本文件含有受特权保护的内容（{number}项）。",
    ),
    "privileged": ("privileged", "受特权保护"),
    "nature": ("Kind", "类别"),
    "held by": ("Claimed by", "主张方"),
    "author": ("Author", "作者"),
    "recipients": ("Recipients", "收件人"),
    "basis": ("Basis", "依据"),
    "description": ("Description", "说明"),
    "event": ("Event", "事件"),
    "last": ("Last development", "最近事项"),
    "not in the file": (
        "Not among the events of this file: {what} ({reason})",
        "本文件所附事件中未含：{what}（{reason}）",
    ),
    "number of developments": ("Developments logged: {number}.", "已记录事项：{number}项。"),
}

"""Each label in English and Chinese; what stands in braces is filled by the document."""

_OWN: ContextVar[Mapping[str, Mapping[str, str]]] = ContextVar("own labels", default=MappingProxyType({}))
"""The words that a template puts in their place, by language and name, for as long as its document is made."""


@contextmanager
def in_own_words(labels: Mapping[str, Mapping[str, str]]) -> Iterator[None]:
    """Let these labels, by language and name, take the place of the others in this context."""
    token = _OWN.set(labels)
    try:
        yield
    finally:
        _OWN.reset(token)


STATUSES: Final = ("disputed", "settled", "corrected", "retracted")
"""How a row can stand; each is a label too."""


def status_label(status: str, language: Language) -> str:
    """How a row stands, in words; a status that is none of these, or empty, as it is."""
    return label(status, language) if status in STATUSES else status


def label(name: str, language: Language, **values: object) -> str:
    """A word or a sentence of the document's own; ``values`` fill its places."""
    text = _OWN.get().get(language, {}).get(name) or LABELS[name][language == "zh"]
    return text.format(**values) if values else text

"""Drafts for a court: a certification under Federal Rules of Evidence 902(13) and (14), and a statement on the factors
of article 93 of the Supreme People's Court's provisions on evidence in civil proceedings (Fa Shi (2019) No. 19).

Facts come from the store. Whatever only a person can say is a blank, or stands in brackets to be confirmed: nothing
here is said in anybody's name. The rules are told in our own words; they are to be read where they stand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from tracker.documents.blocks import NEVER, Document, Grid, Heading, Items, Paragraph, Row, Strong

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.documents.blocks import Block, Piece
    from tracker.documents.labels import Language
    from tracker.proofs.findings import Findings

Rules = Literal["fre-902", "prc-93"]
RULES: Final[tuple[Rules, ...]] = ("fre-902", "prc-93")
"""What a draft can be for; both when nothing is asked for."""


class Facts(NamedTuple):
    """The logs that a draft is about, each found whole, and what they were checked with."""

    logs: tuple[Findings, ...]
    program: str
    python: str
    system: str


def certificate(facts: Facts, *, language: Language = "en", rules: Sequence[Rules] = RULES) -> Document:
    """The draft for a person to complete, sign or throw away."""
    say = _Words(language, facts)
    blocks: list[Block] = [Paragraph((Strong(say.plain("draft")),)), Paragraph(say("reading")), *_record(say, facts)]
    if "fre-902" in rules:
        blocks += _fre(say, facts)
    if "prc-93" in rules:
        blocks += _prc(say)
    blocks += [Heading(1, say.plain("before")), Items(tuple(say.several("checks")))]
    made_from = max((each.last for each in facts.logs), default=NEVER)
    return Document(say.plain("title"), tuple(blocks), language, made_from)


class _Words:
    """The texts of one language, with the facts in their places and the blanks made visible."""

    def __init__(self, language: Language, facts: Facts) -> None:
        self.which = language == "zh"
        joint = "、" if self.which else ", "
        stamps = sum(len(each.stamps) for each in facts.logs)
        self.values = {
            "program": facts.program,
            "python": facts.python,
            "system": facts.system,
            "logs": str(len(facts.logs)),
            "events": str(sum(each.events for each in facts.logs)),
            "sealed": str(sum(each.seal is not None for each in facts.logs)),
            "stamps": str(stamps),
            "recorders": joint.join(sorted({name for each in facts.logs for name in each.recorders})),
        }

    def plain(self, name: str) -> str:
        """A text without blanks."""
        return _TEXTS[name][self.which].format(**self.values)

    def titles(self, name: str) -> tuple[str, ...]:
        """The titles of a table."""
        return tuple(_TEXTS[name][self.which].split("|"))

    def __call__(self, name: str) -> tuple[Piece, ...]:
        return self._pieces(_TEXTS[name][self.which])

    def several(self, name: str) -> list[tuple[Piece, ...]]:
        """The texts of a list, which stand with ``|`` between them."""
        return [self._pieces(text) for text in _TEXTS[name][self.which].split("|")]

    def _pieces(self, text: str) -> tuple[Piece, ...]:
        """A text in which what is in brackets cannot be missed: it is for a person to fill in, confirm or strike.

        Facts are put in last, so that nothing that was logged can look like a blank.
        """
        parts = [part for part in re.split(r"(\[[^]]*\])", text) if part]
        return tuple(Strong(part) if part.startswith("[") else part.format(**self.values) for part in parts)


def _record(say: _Words, facts: Facts) -> list[Block]:
    """What is found in the store: nothing in it waits for anybody's word."""
    none = say.plain("none")
    titles = say.titles("titles")
    rows = [
        Row(
            (
                each.log,
                say.plain("span").replace("#", str(each.events)).replace("@", f"{each.first[:10]}/{each.last[:10]}"),
                each.xhash,
                f"{each.seal.size}: {', '.join(each.seal.signers) or say.plain('unknown')}" if each.seal else none,
                "; ".join(f"{it.size}: {it.time}, {it.signer}" for it in each.stamps) or none,
            )
        )
        for each in facts.logs
    ]
    return [
        Heading(1, say.plain("record")),
        Paragraph(say("made with")),
        Grid(titles, tuple(rows)),
        Paragraph(say("what hashes")),
    ]


def _numbered(texts: Iterable[tuple[Piece, ...]]) -> list[Block]:
    return [Paragraph((f"{number}. ", *text)) for number, text in enumerate(texts, 1)]


def _fre(say: _Words, facts: Facts) -> list[Block]:
    files = tuple(Row((each.file, str(each.size), each.sha256)) for each in facts.logs)
    return [
        Heading(1, say.plain("fre")),
        Paragraph(say("fre rule")),
        Heading(2, say.plain("fre who")),
        *_numbered(say.several("who")),
        Heading(2, say.plain("fre 13")),
        *_numbered(say.several("process")),
        Heading(2, say.plain("fre 14")),
        *_numbered(say.several("copy")),
        Grid(say.titles("file titles"), files),
        Heading(2, say.plain("fre sign")),
        Paragraph(say("fre form")),
        *(Paragraph(text) for text in say.several("signature")),
    ]


def _prc(say: _Words) -> list[Block]:
    rows = [
        Row((factor, fact, person))
        for factor, fact, person in zip(
            say.several("factors"), say.several("factor facts"), say.several("factor blanks"), strict=True
        )
    ]
    return [
        Heading(1, say.plain("prc")),
        Paragraph(say("prc rule")),
        Grid(say.titles("prc titles"), tuple(rows)),
        *(Paragraph(text) for text in say.several("prc signature")),
    ]


_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Draft statements about an electronic record", "电子记录说明（草稿）"),
    "draft": (
        "DRAFT. Nobody has signed this, and until somebody does it is nobody's statement.",
        "草稿：无人签署；签署之前不构成任何人的陈述。",
    ),
    "reading": (
        "A program filled in what it found in the record. What stands in brackets is for the person who signs: to fill "
        "in, or to confirm, correct or strike from own knowledge. Whether any of it is admissible, and what it proves, "
        "is for a court to decide.",
        "程序仅填入其在记录中查得的内容。方括号内的部分由签署人依其亲知填写、确认、更正或删除。"
        "能否采纳及证明力如何，由法院决定。",
    ),
    "record": ("What was found in the record", "记录中查得的内容"),
    "made with": (
        "Found with {program} under {python} on {system}, in {logs} logs with {events} events. Every line, every link "
        "between lines and every checkpoint of these logs was checked for this draft, and none was found damaged.",
        "所用程序：{program}；运行环境：{python}、{system}；日志{logs}份，事件{events}项。"
        "起草时已逐行核验上述日志的内容、前后衔接及全部签名检查点，未发现损坏。",
    ),
    "titles": (
        "Log|Events|Hash of the last line|Newest checkpoint|Time stamps",
        "日志|事件|末行哈希|最新检查点|时间戳",
    ),
    "span": ("#, logged @ (UTC)", "#项，记录于@（协调世界时）"),
    "none": ("none", "无"),
    "unknown": ("a key that is not known", "未知密钥"),
    "what hashes": (
        "A checkpoint gives how many events it covers and who signed; a time stamp how many events it covers, the time "
        "in it (UTC), and the holder of the certificate it was signed with. Times of logging are those of the clock of "
        "the computer on which an event was logged.",
        "检查点栏为所涵盖的事件数及签名人；时间戳栏为所涵盖的事件数、所载时间（协调世界时）及签发证书的持有人。"
        "记录时间取自记录时所用计算机的时钟。",
    ),
    "fre": (
        "Certification under Federal Rules of Evidence 902(13) and 902(14)",
        "依美国《联邦证据规则》第902条第(13)、(14)项的认证",
    ),
    "fre rule": (
        "Rule 902(13) is about records made by an electronic process or system that gives accurate results, Rule "
        "902(14) about data copied from a device, medium or file and authenticated by digital identification. Either "
        "is shown by a qualified person's certification in the form that Rule 902(11) or, for a foreign record in a "
        "civil case, Rule 902(12) asks for; the notice of Rule 902(11) has to be given too. By the Committee Notes on "
        "the 2017 amendment the certification has to tell what a witness would have to tell at trial, digital "
        "identification will mostly be the comparison of hash values, and authenticity is all that is settled: "
        "objections of another kind, such as hearsay, stay open.",
        "第902条第(13)项涉及能产生准确结果的电子程序或系统所生成的记录；第(14)项涉及自设备、介质或文件复制、"
        "并以数字识别方法鉴真的数据。二者均须由适格人员按第902条第(11)项（民事案件中的境外记录按第(12)项）的形式出具认证，"
        "并履行第(11)项的通知义务。依2017年修正的咨询委员会注释：认证须载明证人出庭时应说明的内容；"
        "数字识别通常为比对哈希值；认证只解决真实性问题，传闻等其他异议不受影响。",
    ),
    "fre who": ("The person who certifies", "认证人"),
    "who": (
        "[I am (full name) ________, (title) ________ of (organisation and address) ________.]|"
        "[To be confirmed: I know the system described below and how it is used here, because ________.]|"
        "[To be completed: training and experience that qualify me: ________.]",
        "[本人（姓名）________，（单位及地址）________，（职务）________。]|"
        "[待确认：本人了解下述系统及其在本单位的使用情况，因为________。]|"
        "[待填写：本人所具备的相关培训与经验：________。]",
    ),
    "fre 13": ("Rule 902(13): the process and its result", "第(13)项：程序及其结果"),
    "process": (
        "The record is kept by the program {program}. Each event that a user logs becomes one line of a text file, "
        "with the name of the person who logged it, the time of the computer's clock, and its number in the log. The "
        "events named above were logged under these names: {recorders}.|"
        "Each line ends in a SHA-256 hash of its own contents and holds the hash of the line before it. A line that "
        "is changed, moved or left out no longer fits, and the program, or another that is written to the published "
        "format, finds which one. Corrections are further lines; none takes the place of an earlier one.|"
        "Before a line counts as logged it is read back and checked from the bytes that are written, and the computer "
        "is asked to put it on the disk.|"
        "Of {sealed} of the {logs} logs there is a signed checkpoint (Ed25519, RFC 8032) over its Merkle tree (RFC "
        "6962): whoever holds a copy can tell whether anything it covers was changed, cut off or written anew. The "
        "logs have {stamps} time stamps by others (RFC 3161) over such checkpoints.|"
        "Checked for this draft, the logs were whole, as said above.|"
        "[To be confirmed: all events were logged with this program or an earlier version of it, and in the time in "
        "question the computer and the program worked as they should; or the exceptions: ________.]|"
        "[To be confirmed: who could log events and how access was limited: ________.]|"
        "The process shows that the lines are as they were logged. That what they say is true it does not show.",
        "文件采用程序{program}保存记录的格式：用户记录的每一事件在文本文件中写成一行，载明记录人姓名、计算机时钟时间及其在日志中的序号。"
        "上述事件的记录人为：{recorders}。|"
        "每行末尾为该行内容的SHA-256哈希，行内并含前一行的哈希。任何一行如被改动、移动或删去即不再吻合，"
        "本程序或依公开格式编写的其他程序均可查出其所在。更正以新增行记载，不取代先前的行。|"
        "每行在视为记录完成之前，均从所写字节读回核验，并要求计算机写入磁盘。|"
        "{logs}份日志中有{sealed}份具有对其默克尔树（RFC 6962）的签名检查点（Ed25519，RFC 8032）："
        "持有副本者可判断其涵盖的内容是否被改动、截短或重写。由他人对检查点出具的时间戳（RFC 3161）共{stamps}个。|"
        "起草时经核验，日志完整，如上所述。|"
        "[待确认：全部事件均以本程序或其先前版本记录，相关期间计算机及程序运行正常；如有例外：________。]|"
        "[待确认：何人可以记录事件、访问如何受限：________。]|"
        "上述程序表明各行与记录时一致，不表明其所述内容属实。",
    ),
    "fre 14": ("Rule 902(14): the copy", "第(14)项：副本"),
    "copy": (
        "When this draft was made, the files of the logs had the sizes and SHA-256 hashes given below.|"
        "[To be confirmed: on (date) ________ I copied these files from (device or medium) ________ to (device or "
        "medium) ________ with (tool) ________.]|"
        "[To be confirmed: I found the SHA-256 hash of each copy with (tool) ________, for example sha256sum, and it "
        "was that of the file it was copied from.]",
        "起草时，各日志文件的大小及SHA-256哈希如下表。|"
        "[待确认：本人于（日期）________使用（工具）________将上述文件自（设备或介质）________复制至（设备或介质）________。]|"
        "[待确认：本人使用（工具）________（例如sha256sum）计算各副本的SHA-256哈希，与被复制文件的哈希一致。]",
    ),
    "file titles": ("File|Bytes|SHA-256", "文件|字节|SHA-256"),
    "fre sign": ("Declaration", "声明"),
    "fre form": (
        "[To be put in by the person who signs: the declaration in the form of 28 U.S.C. § 1746, with the words for "
        "within or for outside the United States; for Rule 902(12) in the form that makes a false one punishable "
        "where it is signed.]",
        "[由签署人写入：按美国法典第28编第1746条的形式作出的声明（区分美国境内与境外）；"
        "适用第(12)项者，按在签署地虚假陈述应受刑事处罚的形式。]",
    ),
    "signature": (
        "[Date: ________]|[Place: ________]|[Signature: ________]|[Name in print: ________]",
        "[日期：________]|[地点：________]|[签名：________]|[姓名（正楷）：________]",
    ),
    "prc": (
        "The factors of article 93 of the Provisions on Evidence in Civil Proceedings (PRC)",
        "就《最高人民法院关于民事诉讼证据的若干规定》第九十三条各项因素的说明",
    ),
    "prc rule": (
        "Article 93 of the Supreme People's Court's Several Provisions on Evidence in Civil Proceedings (revised "
        "2019, Fa Shi (2019) No. 19) names what a court weighs together when it judges whether electronic data are "
        "authentic. The factors are told here in other words, in their order.",
        "最高人民法院《关于民事诉讼证据的若干规定》（2019年修正，法释〔2019〕19号）第九十三条列举了判断电子数据真实性时"
        "综合考虑的因素。以下依其顺序以自己的文字概述，原文以公布文本为准。",
    ),
    "prc titles": ("Factor|What the record shows|For a person to say", "因素|记录所示|由相关人员说明"),
    "factors": (
        "Whether the system's hardware and software are complete and reliable|"
        "Whether they worked normally, and if not, whether that had an effect on the data|"
        "Whether there are means that detect and prevent errors|"
        "Whether the data were kept, sent and taken out whole, and by a reliable method|"
        "Whether they came about in the ordinary course of dealings|"
        "Whether whoever kept, sent or took them out was fit to do so|"
        "Anything else that bears on whether they are whole and reliable",
        "软硬件环境的完整与可靠|运行是否正常；不正常时有无影响|防错的监测与核查手段|"
        "保存、传输、提取的完整性与方法|是否形成于正常往来|保存、传输、提取者是否适当|其他因素",
    ),
    "factor facts": (
        "{program} under {python} on {system}; its format is published, and others can write a reader.|"
        "The program reads each line back when it logs it; all of them were found whole for this draft.|"
        "A SHA-256 hash and the hash of the line before in every line; 'tracker verify' names each line that does not"
        " fit.|"
        "The files are copied as they are; their SHA-256 hashes, or the hash of the last line of each log, show "
        "whether a copy is the same. Signed checkpoints: of {sealed} of {logs} logs. Time stamps by others: {stamps}.|"
        "Each event has the time at which it was logged, by the computer's clock, and its place in the order.|"
        "Logged under these names: {recorders}.|"
        "Nothing is overwritten: corrections and retractions are events of their own, and what they correct stays.",
        "{program}，运行于{python}、{system}；格式公开，他人可另行编写读取程序。|"
        "程序在记录时对每行读回核验；起草时全部核验完整。|"
        "每行均含自身内容的SHA-256哈希及前一行哈希；tracker verify可指明不吻合的行。|"
        "文件按原样复制；其SHA-256哈希或各日志末行哈希可表明副本是否一致。有签名检查点的日志：{logs}份中{sealed}份；"
        "他人出具的时间戳：{stamps}个。|"
        "每一事件载有计算机时钟的记录时间及其先后次序。|"
        "记录人：{recorders}。|"
        "任何内容均不被覆盖：更正与撤回均为独立事件，原内容保留。",
    ),
    "factor blanks": (
        "[Computer, where it stands, who maintains it: ________]|[Confirmed, or what happened and when: ________]|"
        "[When it was checked, by whom, with what result: ________]|"
        "[How this copy was made, sent and taken out, and by whom: ________]|"
        "[For what business the record is kept, and since when: ________]|"
        "[Who they are, and their interest in the matter: ________]|[________]",
        "[计算机、所在地点及维护人：________]|[确认正常，或说明何时发生何种情况：________]|"
        "[核验时间、核验人及结果：________]|[副本如何制作、传输、提取，由何人进行：________]|"
        "[记录为何种业务而保存、始于何时：________]|[相关人员的身份及与案件的利害关系：________]|[________]",
    ),
    "prc signature": (
        "[Name and identity document: ________]|[Organisation, seal: ________]|[Signature and date: ________]",
        "[姓名及身份证件：________]|[单位及盖章：________]|[签名及日期：________]",
    ),
    "before": ("Before anybody signs", "签署之前"),
    "checks": (
        "Fill in or strike every place in brackets; a statement that is left in brackets is nobody's.|"
        "Run 'tracker verify' on the copy that is handed over, and compare hashes and keys with copies from elsewhere.|"
        "Look up the rules as they are now; they are not quoted here.|"
        "Have it read by a lawyer who is admitted where it is used.",
        "逐一填写或删除方括号内容；仍在方括号内者不构成任何人的陈述。|"
        "对拟提交的副本运行tracker verify，并与他处取得的副本比对哈希及密钥。|"
        "查阅现行规则原文；此处未引用原文。|"
        "交由当地执业律师审阅。",
    ),
}

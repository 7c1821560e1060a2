"""Privilege: what is claimed is in no document, in whatever form, until it is asked for or given up."""

import io
import re
import zipfile
import zlib
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from helpers import STAMP, codes, entry, folded, note, opened, store, written
from openpyxl import load_workbook
from pypdf import PdfReader
from running import ok, run

from tracker import pages, queries
from tracker.app import Tracker
from tracker.documents import LAYOUTS, WRITERS, pdf, writer_for, xlsx
from tracker.documents.chronology import chronology
from tracker.documents.labels import Language
from tracker.envelope import Stamp
from tracker.errors import Mistakes
from tracker.view import View
from tracker.why import why

ENDINGS = tuple(WRITERS)
TOLD = ("note", "basisofdate", "summary", "company", "alias", "relative", "memo", "locator", "corrected", "reason",
        "disputed", "remark", "payment", "task", "deadline", "extension", "second")  # fmt: skip
"""What is said of the privileged event, and of what refers to it: each is a word that stands nowhere else."""
CHINESE = any("CJK" in name for name in pdf.fonts(system=True).families())
CHRONOLOGIES = [layout for layout in LAYOUTS if layout != "privilege"]


def mark(name: str) -> str:
    return f"zqx{name}"


M = {name: mark(name) for name in TOLD}


def ids(tracker: Tracker, case: str = "a") -> dict[int, str]:
    return {event.position: event.id for event in tracker.events(f"cases/{case}")}


def claimed(of: str, **data: Any) -> tuple[str, dict[str, Any]]:
    return "privilege.claimed", {"of": of, "basis": "attorney-client", **data}


def log(
    tracker: Tracker, *said: tuple[str, dict[str, Any]], case: str = "cases/a", at: str = STAMP.recordedtime
) -> None:
    tracker.append([entry(name, data, log=case) for name, data in said], Stamp("Lin Mei", at))


def secret(root: Path) -> Tracker:
    """A store with one event that is privileged, and all sorts of events that are about it or go with it."""
    tracker = store(root, "a")
    log(
        tracker,
        ("party.added", {"party": "open-co", "name": "Open Company", "what": "company"}),
        ("party.added", {"party": M["company"], "name": f"{M['company']} Ltd.", "what": "company"}),
        ("party.aliased", {"party": M["company"], "alias": M["alias"]}),
        ("party.related", {"party": "open-co", "relation": M["relative"], "other": M["company"]}),
        case="parties",
    )
    log(
        tracker,
        ("source.added", {"source": "press", "title": "Press", "published": "2025-03"}),
        ("source.added", {"source": M["memo"], "title": f"{M['memo']} title", "publisher": "Firm"}),
        case="sources",
    )
    log(
        tracker,
        ("party.joined", {"party": "open-co", "role": "owner"}),
        note("all may read this", date="2025-01-01", citations=[{"source": "press"}]),
        (
            "order.made",
            {
                "date": "2025-01-02", "date_basis": M["basisofdate"], "summary": M["summary"], "act": M["note"],
                "amount": "7777777 CNY", "debtors": [M["company"]], "creditors": ["open-co"],
                "citations": [{"source": M["memo"], "locator": M["locator"]}],
            },
        ),
    )  # fmt: skip
    order = ids(tracker)[4]
    log(
        tracker,
        claimed(order, description="advice on the claim", author="Counsel", recipients=["Board", "Auditor"]),
        ("correction.made", {"of": order, "field": "act", "value": M["corrected"], "reason": M["reason"]}),
        ("dispute.raised", {"of": order, "field": "act", "value": M["disputed"], "note": M["remark"]}),
        ("payment.made", {"order": order, "payer": M["company"], "amount": "5 CNY", "summary": M["payment"]}),
        ("deadline.set", {"deadline": M["deadline"], "what": M["task"], "due": "2025-05-06", "concerns": order}),
    )
    log(tracker, ("deadline.extended", {"deadline": M["deadline"], "until": "2025-06-07", "reason": M["extension"]}))
    log(tracker, note(M["second"]))
    log(tracker, claimed(ids(tracker)[11], basis="work product"))
    return tracker


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Tracker:
    return secret(tmp_path_factory.mktemp("secret"))


def document(tracker: Tracker, view: View, ending: str, layout: str, language: Any = "en") -> bytes:
    db, _ = tracker.look(view)
    record = Tracker(tracker.root).read()
    made = chronology(db, ["a"], layout=layout, language=language, shown=view.told(), record=record)
    return writer_for(f"x{ending}")(made)


def everything_in(data: bytes, ending: str) -> str:
    """All that somebody can get out of a file: its bytes, its parts unpacked, what a reader finds, and the metadata."""
    found = [data.decode("utf-8", "replace"), data.decode("utf-16-le", "replace"), data.decode("utf-16-be", "replace")]
    if ending in (".docx", ".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            found += [f"{name} {parts.read(name).decode('utf-8', 'replace')}" for name in parts.namelist()]
            found += [f"{info.comment!r} {info.extra!r}" for info in parts.infolist()]
    if ending == ".pdf":
        reader = PdfReader(io.BytesIO(data))
        found += [page.extract_text() for page in reader.pages]
        found += [str(reader.metadata), str(reader.outline), str(reader.xmp_metadata and reader.xmp_metadata.stream)]
        for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.S):
            try:
                found.append(zlib.decompress(stream).decode("latin-1"))
            except zlib.error:
                continue
    text = "\n".join(found)
    whole = f"{text}\n{unescape(text)}\n{re.sub(r'<[^>]*>', '', text)}"
    return whole + re.sub(r"\s+", "", whole)  # a word may be broken at the end of a line


AMOUNTS_AND_DAYS = ("7777777", "7,777,777", "2025-05-06", "2025-06-07", "6 may 2025", "7 june 2025")


def leaked(data: bytes, ending: str) -> set[str]:
    text = everything_in(data, ending).casefold()
    return {name for name in TOLD if M[name] in text} | {each for each in AMOUNTS_AND_DAYS if each in text}


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_privileged_is_in_any_document(tracker: Tracker, ending: str) -> None:
    languages = ("en", "zh") if ending != ".pdf" or CHINESE else ("en",)
    for layout, language in product(LAYOUTS, languages):
        data = document(tracker, View(unprivileged=True), ending, layout, language)
        assert not leaked(data, ending), (layout, language)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_privileged_is_there_when_it_is_asked_for(tracker: Tracker, ending: str) -> None:
    found = {layout: leaked(document(tracker, View(), ending, layout), ending) for layout in CHRONOLOGIES}
    assert all(found.values()), "the search finds what is there, whatever the form"
    # documents tell neither what was corrected, nor why, nor by which other names a party can be found; data do
    untold = set() if ending in (".json", ".csv") else {"note", "reason", "alias"}
    assert {*TOLD, "7,777,777"} - set().union(*found.values()) == untold


def text_of(tracker: Tracker, view: View, layout: str = "table", language: str = "en") -> str:
    return document(tracker, view, ".md", layout, language).decode()


@pytest.mark.parametrize("layout", CHRONOLOGIES)
def test_a_document_says_what_became_of_what_is_privileged(tracker: Tracker, layout: str) -> None:
    left_out, whole = text_of(tracker, View(unprivileged=True), layout), text_of(tracker, View(), layout)
    assert "Left out as privileged, with what refers to it: 2 of the events logged." in left_out
    assert "Privileged and confidential" not in left_out and "Everything that is logged" not in left_out
    assert whole.splitlines()[2].startswith(
        "**Privileged and confidential: this document contains privileged matter (2"
    )
    assert "Left out as privileged" not in whole
    assert "因特权未予载入" in text_of(tracker, View(unprivileged=True), layout, "zh")
    assert "**特权保密：" in text_of(tracker, View(), layout, "zh")


def test_a_privileged_development_is_marked_as_such(tracker: Tracker) -> None:
    rows = [line for line in text_of(tracker, View()).splitlines() if M["summary"] in line or M["second"] in line]
    assert ["**privileged; disputed**" in rows[0], "**privileged**" in rows[1]] == [True, True]
    assert "**privileged**" in text_of(tracker, View(), "narrative")


def test_numbers_are_those_of_what_is_shown(tmp_path: Path) -> None:
    tracker = store(tmp_path, "a")
    log(tracker, note("one", date="2025-01-01"), note("two", date="2025-01-02"), note("three", date="2025-01-03"))
    log(tracker, claimed(ids(tracker)[3]))
    text = text_of(tracker, View(unprivileged=True))
    assert "| 1 | 1 January 2025" in text and "| 2 | 3 January 2025" in text


def test_the_privilege_log_describes_without_telling(tracker: Tracker) -> None:
    lines = text_of(tracker, View(unprivileged=True), "privilege").splitlines()
    assert lines[0] == "# Privilege log: A"
    assert [line for line in lines if re.match(r"\| (No\.|\d)", line)] == [
        "| No. | Date | Kind | Claimed by | Author | Recipients | Basis | Description | Event |",
        "| 1 | 2 January 2025 | Order | not stated | Counsel | Board; Auditor | attorney-client | advice on the claim "
        "| a\\#4 |",
        "| 2 | not stated | Note | not stated | not stated | not stated | work product | not stated | a\\#11 |",
    ]
    assert "| 1 | 2025年1月2日 | 判令 | 未载明 |" in text_of(tracker, View(unprivileged=True), "privilege", "zh")


def test_the_heads_are_those_of_the_whole_record(tracker: Tracker) -> None:
    assert "| cases/a | \\#12 |" in text_of(tracker, View(unprivileged=True))


def test_a_store_without_privilege_pays_no_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = store(tmp_path, "a")
    log(tracker, note("a note"))
    monkeypatch.setattr("tracker.projections.build.project_events", None)
    db, unsure = tracker.look(View(unprivileged=True))
    assert unsure == [] and [row.text for row in queries.timeline(db)] == ["a note."]
    text = text_of(tracker, View(unprivileged=True))
    assert "Everything that is logged of these cases." in text and "rivilege" not in text
    assert "Nothing is withheld as privileged." in text_of(tracker, View(unprivileged=True), "privilege")


LATER, LATEST = "2026-12-01T00:00:00.000Z", "2026-12-02T00:00:00.000Z"


def one(root: Path, **claim: Any) -> tuple[Tracker, str]:
    """A store with one privileged note, which was claimed some days after it had been logged."""
    tracker = store(root, "a")
    log(tracker, note(M["note"], date="2025-01-01"), note("for all", date="2025-01-02"))
    target = ids(tracker)[2]
    log(tracker, claimed(target, **claim), at=LATER)
    return tracker, target


@pytest.mark.parametrize("view", [View(recorded_by="2026-11-30"), View(known_by="2026-11-30"), View(until="2025-01-02"),
                                  View(undisputed=True), View(told_by="owner"), View(since="2024")])  # fmt: skip
def test_a_claim_protects_whatever_the_clocks_say(tmp_path: Path, view: View) -> None:
    tracker, _ = one(tmp_path)
    assert M["note"] not in (text := text_of(tracker, view._replace(unprivileged=True)))
    assert "for all" in text and "Left out as privileged" in text
    whole = text_of(tracker, view)
    assert M["note"] in whole and "**Privileged and confidential" in whole, "it is marked by what is claimed now"


def test_what_is_given_up_is_there_again_until_it_is_claimed_anew(tmp_path: Path) -> None:
    tracker, target = one(tmp_path)
    log(tracker, ("privilege.waived", {"of": target, "reason": "produced"}), at=LATEST)
    text = text_of(tracker, View(unprivileged=True))
    assert M["note"] in text and "rivilege" not in text
    log(tracker, claimed(target, basis="clawed back"), at="2026-12-03T00:00:00.000Z")
    assert M["note"] not in text_of(tracker, View(unprivileged=True))
    assert "clawed back" in (listed := text_of(tracker, View(unprivileged=True), "privilege"))
    assert "attorney-client" not in listed


def test_a_party_gives_up_its_own_claims_only(tmp_path: Path) -> None:
    tracker, target = one(tmp_path)
    parties = [("party.added", {"party": name, "name": name, "what": "person"}) for name in ("ann", "bob")]
    log(tracker, *parties, case="parties")
    log(tracker, claimed(target, held_by="ann", basis="work product"), at=LATER)
    with pytest.raises(Mistakes, match="nobody claims a privilege that it could give up"):
        log(tracker, ("privilege.waived", {"of": target, "held_by": "bob"}), at=LATEST)
    log(tracker, ("privilege.waived", {"of": target, "held_by": "ann"}), at=LATEST)
    assert [row.basis for row in queries.privileges(tracker.read())] == ["attorney-client"]
    assert M["note"] not in text_of(tracker, View(unprivileged=True))


def test_claims_are_listed_once_and_told_together(tmp_path: Path) -> None:
    tracker, target = one(tmp_path)
    log(tracker, claimed(target), claimed(target, basis="work product", nature="e-mail"), at=LATEST)
    listed = text_of(tracker, View(unprivileged=True), "privilege")
    assert listed.count("a\\#2") == 1
    assert "| e-mail |" in listed and "| attorney-client; work product |" in listed


def test_amendments_of_a_claim_take_effect(tmp_path: Path) -> None:
    tracker, _ = one(tmp_path)
    claim = ids(tracker)[4]
    log(tracker, ("correction.made", {"of": claim, "field": "description", "value": "advice", "reason": "x"}))
    assert "| advice |" in text_of(tracker, View(unprivileged=True), "privilege")
    log(tracker, ("retraction.made", {"of": claim, "reason": "claimed by mistake"}), at=LATEST)
    assert M["note"] in text_of(tracker, View(unprivileged=True))


def test_what_is_said_after_the_claim_is_left_out_too(tmp_path: Path) -> None:
    tracker, target = one(tmp_path)
    log(tracker, ("correction.made", {"of": target, "field": "note", "value": M["corrected"], "reason": M["reason"]}))
    log(tracker, ("dispute.raised", {"of": ids(tracker)[5], "field": "reason", "value": M["disputed"]}), at=LATEST)
    assert not leaked(document(tracker, View(unprivileged=True), ".md", "table"), ".md")


def test_a_day_that_only_a_privileged_amendment_gives_is_in_no_deadline(tmp_path: Path) -> None:
    tracker = store(tmp_path, "a")
    log(tracker, note("served", date="2025-09-12"))
    target = ids(tracker)[2]
    log(tracker, ("correction.made", {"of": target, "field": "date", "value": "2025-09-13", "reason": M["reason"]}))
    log(tracker, claimed(ids(tracker)[3]))
    result = {"since": "2025-09-13", "due": "2025-09-28", "steps": ["15 days after 13 September"]}
    worked_out = {"deadline": "appeal", "rule": "cn-appeal-judgment", "trigger": target, "results": [result]}
    written(tracker.log, "cases/a", ("deadline.set", worked_out))
    text = text_of(tracker, View(unprivileged=True))
    assert "12 September 2025" in text and "13 September" not in text and "28 September" not in text


def test_the_registers_keep_what_they_say_of_others(tmp_path: Path) -> None:
    tracker = store(tmp_path, "a")
    people = [("party.added", {"party": name, "name": name.title(), "what": "person"}) for name in ("ann", "bob", "cy")]
    cited = {"citations": [{"source": "memo"}]}
    log(tracker, ("source.added", {"source": "memo", "title": M["memo"]}), case="sources")
    log(tracker, *people, case="parties")
    ann = next(event.id for event in tracker.events("parties"))
    corrected = {"of": ann, "field": "name", "value": "Anne", "reason": "misheard", **cited}
    log(tracker, ("correction.made", corrected), case="parties")
    log(tracker, ("party.related", {"party": "ann", "relation": "knows", "other": "cy"}), case="parties")
    roles = [("party.joined", {"party": name, "role": "owner"}) for name in ("ann", "bob")]
    log(tracker, *roles, ("statement.made", {"speaker": "cy", "gist": M["note"], **cited}))
    log(tracker, claimed(ids(tracker)[4]))
    db, _ = tracker.look(View(unprivileged=True))
    assert {row.party for row in queries.parties(db)} == {"ann", "bob"} and queries.rows(db, "relations") == []
    assert queries.party_names(db)["ann"] == "Anne", "the memo stands behind the name of one who is not withheld"
    assert {row.source for row in queries.sources(db)} == {"memo"}


def test_claimed_and_given_up_at_one_moment_it_is_protected(tmp_path: Path) -> None:
    tracker, target = one(tmp_path)
    log(tracker, claimed(target), ("privilege.waived", {"of": target}), at=LATER)
    assert M["note"] not in text_of(tracker, View(unprivileged=True))


def test_what_cannot_be_read_is_protected_too(tmp_path: Path) -> None:
    tracker = store(tmp_path, "a")
    written(tracker.log, "cases/a", ("planet.found", {"orbit": M["note"]}), note(M["second"]))
    planet, second = ids(tracker)[2], ids(tracker)[3]
    written(tracker.log, "cases/a", claimed(planet), ("privilege.claimed", {"of": second, "basis": 7}))
    written(tracker.log, "cases/a", ("planet.moved", {"which": [{"planet": planet, "where": M["task"]}]}))
    db, _ = tracker.look(View(unprivileged=True))
    assert queries.timeline(db) == []
    assert not leaked(document(tracker, View(unprivileged=True), ".md", "table"), ".md")


@pytest.mark.parametrize(
    ("said", "log_of", "sentence"),
    [
        (claimed("00000000-0000-7000-8000-000000000001"), "cases/a", "there is no event"),
        (claimed("a#99"), "cases/a", "'a#99' is no event of this case"),
        (claimed("a#1"), "cases/a", "it names the case in every document"),
        (("privilege.waived", {"of": "a#2"}), "cases/a", "nobody claims a privilege that it could give up"),
        (claimed("parties#1"), "parties", "left out with the events that cite or name it"),
    ],
)
def test_what_cannot_be_claimed(tmp_path: Path, said: Any, log_of: str, sentence: str) -> None:
    tracker = store(tmp_path, "a")
    log(tracker, note("a note"))
    log(tracker, ("party.added", {"party": "ann", "name": "Ann", "what": "person"}), case="parties")
    if log_of == "parties":
        said[1]["of"] = next(event.id for event in tracker.events("parties"))
    with pytest.raises(Mistakes, match=re.escape(sentence)):
        log(tracker, said, case=log_of)


def test_a_waiver_of_nothing_is_a_doubt() -> None:
    case = folded(opened(), note(), ("privilege.waived", {"of": "00000000-0000-7000-8000-000000000001"}))
    assert codes(case) == ["astray"]


def test_the_internal_views_show_it_and_mark_it(tracker: Tracker) -> None:
    db = tracker.read()
    marked = {row.ref: row.privilege for row in queries.timeline(db) if row.privilege}
    assert marked == {"a#4": "attorney-client", "a#11": "work product"}
    page = pages.case_page(db, "a")
    assert [(line.item, line.value, line.refs) for line in page if line.section == "Privileged"] == [
        ("#4 Order", "attorney-client: advice on the claim", "a#5"),
        ("#11 Note", "work product: no description for the privilege log", "a#12"),
    ]
    assert any(line.value.endswith("[privileged]") for line in page if line.section == "Developments")
    assert ("privileged", "attorney-client") in [(line.item, line.value) for line in pages.event_page(db, "a#4")]
    problems = {(row.code, row.ref) for row in queries.problems(db, ["a"])}
    assert ("privilege-undescribed", "a#12") in problems and ("privilege-undescribed", "a#5") not in problems


def test_why_tells_who_claims_it(tmp_path: Path) -> None:
    tracker, target = one(tmp_path)
    log(tracker, ("party.added", {"party": "ann", "name": "Ann", "what": "person"}), case="parties")
    log(tracker, claimed(target, held_by="ann", basis="work product"), at=LATEST)
    reasons = why(tracker.read(), "a", tracker.events, today="2026-12-03", field="developments")
    told = [(row.refs, row.text) for row in reasons if row.what == "privileged"]
    assert told[:2] == [("a#4", "attorney-client"), ("a#5", "work product, claimed by Ann")]


def test_it_is_privileged_from_the_moment_it_is_logged(tmp_path: Path) -> None:
    store(tmp_path, "a")
    same = ("log", "a", "note.added", "--note", M["note"], "--id", "0198f3c4-6f00-7abc-8def-0123456789ab")
    for _ in range(2):
        ok(*same, "--privileged", "attorney-client", cwd=tmp_path)
    tracker = Tracker(tmp_path)
    assert [event.type for event in tracker.events("cases/a")][1:] == ["note.added", "privilege.claimed"]
    assert queries.status(tracker.read(), (), today="2026-12-03")[0].last == "Note [privileged]"
    assert M["note"] not in ok("chronology", "a", cwd=tmp_path)
    assert M["note"] in ok("chronology", "a", "--privileged", cwd=tmp_path)
    refused = run("chronology", "a", "--layout", "privilege", "--privileged", cwd=tmp_path)
    assert refused.code == 2 and "leave out --privileged" in refused.err
    assert "[privileged: attorney-client]" in ok("timeline", cwd=tmp_path)


@pytest.mark.parametrize(("language", "name"), [("en", "Privilege log"), ("zh", "特权清单")])
def test_the_sheet_of_the_privilege_log_is_called_so(tracker: Tracker, language: Language, name: str) -> None:
    db, _ = tracker.look(View(unprivileged=True))
    made = chronology(db, ["a"], layout="privilege", language=language, record=tracker.read())
    assert name in load_workbook(io.BytesIO(xlsx.write(made))).sheetnames

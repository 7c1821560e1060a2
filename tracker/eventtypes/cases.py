"""Events about the case as such: opened, renamed, linked, closed, reopened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import CaseName, Development, EventData, KindName, PartyId, Text, event_type, says
from tracker.state import Caption

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "case.opened",
    "Case opened",
    "建档",
    {"kind": "lawsuit", "title": "Li v. Xiaomi (deposit)", "forum": "meilan-court", "jurisdiction": "CN"},
)
class CaseOpened(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody began to follow a matter; the first line of every case's log."""

    sentence = ("{title}", ", {kind}", ", before {forum}", ", docket {docket}", "; {about}")
    in_timeline = False
    kind: Annotated[KindName, says("what sort of case it is")]
    title: Annotated[Text, says("the caption people know it by")]
    forum: Annotated[PartyId | None, says("the court or agency before which it is")] = None
    docket: Annotated[Text | None, says("the docket number, as the forum writes it")] = None
    jurisdiction: Annotated[Text | None, says("ISO 3166 code of the country whose law governs")] = None
    about: Annotated[Text | None, says("what the matter is, in a sentence of your own")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Set the caption; the kind was read before the fold began."""
        case.open(Caption(self.title, self.forum, self.docket, self.jurisdiction, self.about), at)


@event_type("case.renamed", "Case renamed", "更名", {"title": "Li v. Xiaomi Haikou and another"})
class CaseRenamed(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """The case goes by another title from here on; its name in the store stays."""

    sentence = ("{title}", ", because {reason}")
    in_timeline = False
    title: Annotated[Text, says("the new caption")]
    reason: Annotated[Text | None, says("why")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Change the title."""
        case.caption = case.caption._replace(title=self.title)


@event_type("case.linked", "Case linked", "关联案件", {"case": "perforated-hood", "relation": "same seller"})
class CaseLinked(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """The case has to do with another case in the store."""

    sentence = ("{case}: {relation}",)
    in_timeline = False
    case: Annotated[CaseName, says("the other case")]
    relation: Annotated[Text, says("how they belong together")]

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Add the link."""
        case.link(self.case, self.relation, at)


@event_type(
    "case.checked",
    "Checked, nothing new",
    "核查无新进展",
    {"date": "2025-12-01", "note": "the court's list of hearings"},
)
class CaseChecked(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody looked and found nothing new, so that silence and no news differ; it says until when a case is known."""

    in_timeline = False
    sentence = ("looked, nothing new", ": {note}")
    note: Annotated[Text | None, says("where was looked, and for what")] = None


@event_type("case.closed", "Case closed", "结案", {"date": "2026-02", "outcome": "withdrawn by the plaintiff"})
class CaseClosed(Development, frozen=True, kw_only=True, omit_defaults=True):
    """The matter came to its end: withdrawn, settled, struck out, done."""

    sentence = ("{outcome}",)
    outcome: Annotated[Text, says("how it ended")]


@event_type("case.reopened", "Case reopened", "重启", {"date": "2026-03-02", "reason": "retrial ordered"})
class CaseReopened(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A matter that had ended goes on."""

    sentence = ("{reason}",)
    reason: Annotated[Text, says("why it goes on")]

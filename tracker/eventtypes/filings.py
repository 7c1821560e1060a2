"""What is put before a court and served on parties: suits, documents, evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tracker.eventtypes.base import Count, Development, EventId, PartyId, Text, event_type, says

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "suit.filed",
    "Suit filed",
    "起诉",
    {
        "date": "2025-05/2025-11-10",
        "plaintiffs": ["hood-owners"],
        "defendants": ["nanjing-jingming"],
        "court": "qinhuai-court",
    },
)
class SuitFiled(Development, frozen=True, kw_only=True, omit_defaults=True):
    """One or more suits were brought."""

    sentence = (
        "{plaintiffs} sued",
        " {defendants}",
        " before {court}",
        " ({cause})",
        ", {count} in all",
        ", docket {docket}",
    )
    plaintiffs: Annotated[tuple[PartyId, ...], says("who sues")] = ()
    defendants: Annotated[tuple[PartyId, ...], says("who is sued")] = ()
    court: Annotated[PartyId | None, says("before which court")] = None
    docket: Annotated[Text | None, says("the docket number, as the court writes it")] = None
    cause: Annotated[Text | None, says("the cause of action")] = None
    count: Annotated[Count | None, says("how many suits, accounts or defendants, when it is a batch")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give both sides and the court their roles."""
        for party in self.plaintiffs:
            case.give_role(party, "plaintiff", at)
        for party in self.defendants:
            case.give_role(party, "defendant", at)
        if self.court:
            case.give_role(self.court, "court", at)
        if self.docket:
            case.caption = case.caption._replace(docket=self.docket)


@event_type("filing.made", "Filing", "提交文书", {"party": "nanjing-jingming", "document": "statement of defence"})
class FilingMade(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A party put a document before the court."""

    sentence = ("{party}: {document}", " ({pages} pages)")
    party: Annotated[PartyId, says("who filed")]
    document: Annotated[Text, says("what was filed")]
    pages: Annotated[Count | None, says("number of pages")] = None


@event_type(
    "evidence.submitted",
    "Evidence submitted",
    "提交证据",
    {"date": "../2025-11-10", "party": "nanjing-jingming", "description": "new evidence", "pages": 84, "groups": 14},
)
class EvidenceSubmitted(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A party put evidence before the court."""

    sentence = ("{party}: {description}", ", {pages} pages", ", {groups} groups")
    party: Annotated[PartyId, says("who submitted it")]
    description: Annotated[Text, says("what it is")]
    pages: Annotated[Count | None, says("number of pages")] = None
    groups: Annotated[Count | None, says("number of groups or exhibits")] = None


@event_type(
    "document.served",
    "Document served",
    "送达",
    {"date": "2025-09-13", "document": "judgment of first instance", "on": ["xiaomi-haikou"], "manner": "post"},
)
class DocumentServed(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A document reached a party in the way the law asks for; many periods begin on that day."""

    sentence = ("{document}", " ({of})", " on {on}", ", by {manner}")
    document: Annotated[Text, says("what was served: complaint, judgment, decision")]
    of: Annotated[EventId | None, says("the event that the document is about, such as the judgment")] = None
    on: Annotated[tuple[PartyId, ...], says("on whom")] = ()
    manner: Annotated[Text | None, says("how: in person, post, announcement")] = None

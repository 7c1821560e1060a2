"""Parties: who they are and how they hang together (register), and the roles they have in a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from tracker.eventtypes.base import Date, Development, EventData, PartyId, Text, event_type, says

if TYPE_CHECKING:
    from tracker.state import CaseBuilder, Place


@event_type(
    "party.added",
    "Party added",
    "当事人登记",
    {"party": "ms-li", "name": "Ms. Li", "what": "person", "pseudonym": True},
)
class PartyAdded(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """A person, company, court or agency enters the register; one party in several cases is one party."""

    sentence = (
        "{name}, {what}",
        ", {pseudonym}",
        ", also {aliases}",
        ", established {established}",
        ", {seat}",
        "; {note}",
    )
    in_timeline = False
    log = "parties"
    party: Annotated[PartyId, says("its id in the store")]
    name: Annotated[Text, says("its name, as the source writes it")]
    what: Annotated[
        Literal["person", "company", "court", "agency", "group", "outlet", "unknown"],
        says("what it is; group for people who are not named one by one, outlet for a publisher or data house"),
    ]
    aliases: Annotated[tuple[Text, ...], says("other names it goes by")] = ()
    pseudonym: Annotated[bool, says("the name is not the real one")] = False
    established: Annotated[Date | None, says("when it was established, as EDTF")] = None
    seat: Annotated[Text | None, says("where it sits")] = None
    note: Annotated[Text | None, says("anything else that tells it apart")] = None


@event_type("party.aliased", "Alias added", "别名", {"party": "ms-li", "alias": "the buyer"})
class PartyAliased(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """A party in the register goes by one more name."""

    sentence = ("{party} is also {alias}",)
    in_timeline = False
    log = "parties"
    party: Annotated[PartyId, says("the party")]
    alias: Annotated[Text, says("the other name")]


@event_type(
    "party.related",
    "Relation added",
    "关系",
    {"party": "nanjing-jingming", "relation": "wholly owned by", "other": "xiaomi-jingming", "since": "2023"},
)
class PartyRelated(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """How one party stands to another: ownership, control, office, membership."""

    sentence = ("{party}: {relation} {other}", ", since {since}", ", until {until}")
    in_timeline = False
    log = "parties"
    party: Annotated[PartyId, says("the party the sentence begins with")]
    relation: Annotated[Text, says("the verb: wholly owned by, legal representative of, member of")]
    other: Annotated[PartyId, says("the party the sentence ends with")]
    since: Annotated[Date | None, says("from when, as EDTF")] = None
    until: Annotated[Date | None, says("until when, as EDTF")] = None


@event_type("party.joined", "Party joined", "当事人参加", {"party": "ms-li", "role": "plaintiff"})
class PartyJoined(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A party has a role in the case."""

    sentence = ("{party}", " joins as {role}")
    in_timeline = False
    party: Annotated[PartyId, says("the party")]
    role: Annotated[Text, says("as what; the kind of the case lists the usual roles")]

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """Give the party its role."""
        case.give_role(self.party, self.role, at)


@event_type("party.left", "Party left", "当事人退出", {"date": "2025-12", "party": "ms-li", "role": "plaintiff"})
class PartyLeft(Development, frozen=True, kw_only=True, omit_defaults=True):
    """A party no longer has a role in the case."""

    sentence = ("{party}", " is no longer {role}", " ({reason})")
    party: Annotated[PartyId, says("the party")]
    role: Annotated[Text, says("the role it had")]
    reason: Annotated[Text | None, says("why")] = None

    def apply(self, case: CaseBuilder, at: Place) -> None:
        """End the role."""
        case.end_role(self.party, self.role, at)

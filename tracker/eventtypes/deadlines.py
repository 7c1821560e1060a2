"""Deadlines: set by a rule or by hand, recomputed, extended, met, missed, withdrawn, and exported.

What they make of a deadline together is found in ``tracker.duties``.
"""

from __future__ import annotations

from typing import Annotated

from tracker.eventtypes.base import (
    Date,
    DeadlineName,
    Development,
    EventData,
    EventId,
    Outcome,
    PartyId,
    PeriodText,
    Text,
    event_type,
    says,
)

_ID = "09bc6e32-3954-5f0a-8343-95f33e6bbf39"
_STEPS = [
    "15 days (art. 171(1)) after Saturday 13 September 2025, counted from the day after (art. 85)",
    "day 15 is Sunday 28 September 2025, a make-up workday, so it stands",
]
_WORKED_OUT = {
    "trigger": _ID,
    "law": "Civil Procedure Law of the People's Republic of China, art. 171(1)",
    "versions": ["2024-01-01"],
    "calendar": "chinesecalendar 1.11.0",
    "results": [{"since": "2025-09-13", "due": "2025-09-28", "steps": _STEPS}],
}


class WorkedOut(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """What a rule gave when it was logged; replay takes it as it stands (design rule 13)."""

    in_timeline = False
    computed = ("trigger", "trigger_type", "law", "versions", "calendar", "results")
    deadline: Annotated[DeadlineName, says("what the deadline is called in its case")]
    trigger: Annotated[EventId | None, says("the event that starts the period")] = None
    law: Annotated[Text | None, says("instrument and article; filled in by the rule")] = None
    versions: Annotated[
        tuple[Text, ...], says("the versions of the rule that were used, by the day they came into force")
    ] = ()
    calendar: Annotated[Text | None, says("the calendar data that were used, with their version")] = None
    results: Annotated[
        tuple[Outcome, ...],
        says("what the rule gave, once for each day that is claimed for the trigger; none while it waits"),
    ] = ()


@event_type(
    "deadline.set",
    "Deadline set",
    "设定期限",
    {"deadline": "appeal", "what": "appeal against the judgment", "parties": ["xiaomi-haikou"]}
    | {"rule": "cn-appeal-judgment", **_WORKED_OUT},
)
class DeadlineSet(WorkedOut, frozen=True, kw_only=True, omit_defaults=True):
    """Something has to be done by a day, which a rule gives or which is known."""

    sentence = (
        "{deadline}",
        ": {what}",
        ", by {parties}",
        ", due {due}",
        ", by rule {rule}",
        ", {period}",
        " ({basis})",
    )
    what: Annotated[Text | None, says("what has to be done")] = None
    parties: Annotated[tuple[PartyId, ...], says("who has to do it")] = ()
    concerns: Annotated[EventId | None, says("the judgment, order or demand that it belongs to")] = None
    due: Annotated[Date | None, says("the day as EDTF, when it is known and no rule gives it")] = None
    basis: Annotated[Text | None, says("where a day comes from that no rule gives")] = None
    rule: Annotated[Text | None, says("the rule that gives the day; 'tracker rules' lists them")] = None
    period: Annotated[
        PeriodText | None,
        says("how long, where the rule leaves it to the court or the contract: 10 days"),
    ] = None
    served_by: Annotated[Text | None, says("how it was served, where the rule adds days for that")] = None
    trigger_type: Annotated[
        Text | None, says("the event type that starts the period, as long as none has happened")
    ] = None


@event_type(
    "deadline.recomputed",
    "Deadline recomputed",
    "重算期限",
    {"deadline": "appeal", "reason": "the day of service was corrected", **_WORKED_OUT},
)
class DeadlineRecomputed(WorkedOut, frozen=True, kw_only=True, omit_defaults=True):
    """A deadline was found anew, because its trigger, its rule or its calendar is another one now."""

    sentence = ("{deadline}", ", because {reason}")
    reason: Annotated[Text, says("what is otherwise than before")]


class DeadlineAct(Development, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened to a deadline."""

    deadline: Annotated[DeadlineName, says("which deadline of the case")]


@event_type(
    "deadline.extended",
    "Deadline extended",
    "延长期限",
    {"date": "2025-09-25", "deadline": "appeal", "until": "2025-10-15", "granted_by": "meilan-court"},
)
class DeadlineExtended(DeadlineAct, frozen=True, kw_only=True, omit_defaults=True):
    """There is time until a later day."""

    sentence = ("{deadline} runs until {until}", ", by {granted_by}", ", because {reason}")
    until: Annotated[Date, says("the new last day, as EDTF")]
    granted_by: Annotated[PartyId | None, says("the court or party that granted it")] = None
    reason: Annotated[Text | None, says("why")] = None


@event_type(
    "deadline.met",
    "Deadline met",
    "如期履行",
    {"date": "2025-09-26", "deadline": "appeal", "done_by": "xiaomi-haikou", "proof": "stamped copy of the appeal"},
)
class DeadlineMet(DeadlineAct, frozen=True, kw_only=True, omit_defaults=True):
    """What had to be done was done; `date` is when. The proof is a source, an event, or told in words."""

    sentence = ("{deadline}", " by {done_by}", " ({proof})", ", see {done}")
    done_by: Annotated[PartyId | None, says("who did it")] = None
    done: Annotated[EventId | None, says("the event by which it was done, such as the appeal")] = None
    proof: Annotated[Text | None, says("what proves it")] = None


@event_type(
    "deadline.missed",
    "Deadline missed",
    "逾期",
    {"date": "2025-10-09/..", "deadline": "appeal", "consequence": "the judgment takes effect"},
)
class DeadlineMissed(DeadlineAct, frozen=True, kw_only=True, omit_defaults=True):
    """What had to be done was not done in time."""

    sentence = ("{deadline}", ": {consequence}")
    consequence: Annotated[Text | None, says("what follows from it")] = None


@event_type(
    "deadline.withdrawn", "Deadline withdrawn", "撤销期限", {"deadline": "appeal", "reason": "both sides settled"}
)
class DeadlineWithdrawn(DeadlineAct, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing has to be done any more."""

    in_timeline = False
    sentence = ("{deadline}", ", because {reason}")
    reason: Annotated[Text, says("why")]


@event_type(
    "deadline.exported",
    "Deadline exported",
    "导出期限",
    {"deadline": "appeal", "due": ["2025-09-28"], "to": "calendar.ics"},
)
class DeadlineExported(EventData, frozen=True, kw_only=True, omit_defaults=True):
    """The deadline was put into a calendar file with a day, so that it is known who has to be told when it moves."""

    in_timeline = False
    sentence = ("{deadline}", ", due {due}", ", to {to}")
    deadline: Annotated[DeadlineName, says("which deadline of the case")]
    due: Annotated[tuple[Date, ...], says("the day or days that it was exported with")] = ()
    to: Annotated[Text, says("the file")]

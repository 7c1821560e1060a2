"""A suit before a court, from the dispute to the judgment in force."""

from tracker.kinds.base import CLOSED, CLOSING, Ask, Kind, Move, Stage

_OPEN = ("dispute", "filed", "hearing set", "heard")

LAWSUIT = Kind(
    name="lawsuit",
    label="Lawsuit",
    meaning="one suit before a court",
    stages=(
        Stage("dispute", "the parties disagree; no suit is known"),
        Stage("filed", "the suit has been brought"),
        Stage("hearing set", "a day for a hearing is set"),
        Stage("heard", "a hearing was held; no judgment is known"),
        Stage("first-instance judgment", "decided at first instance; not known to be in force"),
        Stage("on appeal", "an appeal was filed and is not decided"),
        Stage("appeal judgment", "decided on appeal; not known to be in force"),
        Stage("in force", "the judgment is final and can be enforced"),
        CLOSED,
    ),
    moves=(
        Move("suit.filed", "filed", ("dispute",)),
        Move("hearing.scheduled", "hearing set", _OPEN),
        Move("hearing.scheduled", None, ("on appeal",)),
        Move("hearing.postponed", "hearing set", _OPEN),
        Move("hearing.postponed", None, ("on appeal",)),
        Move("hearing.held", "heard", _OPEN),
        Move("hearing.held", None, ("on appeal",)),
        Move("judgment.given", "first-instance judgment", _OPEN, (("instance", "first"),)),
        Move("judgment.given", "first-instance judgment", _OPEN, (("instance", None),)),
        Move("judgment.given", "appeal judgment", ("on appeal",), (("instance", None),)),
        Move("judgment.given", "appeal judgment", ("first-instance judgment", "on appeal"), (("instance", "second"),)),
        Move("judgment.given", "first-instance judgment", ("in force", *_OPEN), (("instance", "retrial"),)),
        Move("appeal.filed", "on appeal", ("first-instance judgment",)),
        Move("appeal.decided", "filed", ("on appeal",), (("outcome", "remitted"),)),
        Move("appeal.decided", "first-instance judgment", ("on appeal",), (("outcome", "withdrawn"),)),
        Move("appeal.decided", "appeal judgment", ("on appeal",), (("outcome", "dismissed"),)),
        Move("appeal.decided", "appeal judgment", ("on appeal",), (("outcome", "allowed"),)),
        Move("appeal.decided", "appeal judgment", ("on appeal",), (("outcome", "allowed in part"),)),
        Move("judgment.took_effect", "in force", ("first-instance judgment", "on appeal", "appeal judgment")),
        Move("case.reopened", "filed", ("in force", "closed")),
        *CLOSING,
    ),
    roles=(
        "plaintiff", "defendant", "third party", "appellant", "appellee", "court", "appeal court",
        "counsel for the plaintiff", "counsel for the defendant", "witness", "expert", "buyer", "seller", "guarantor",
        "parent company", "subject",
    ),
    asks=(
        Ask("docket number", "case.opened", "docket"),
        Ask("forum", "case.opened", "forum"),
        Ask("day of filing", "suit.filed", "date"),
        Ask("plaintiff", "suit.filed", "plaintiffs"),
        Ask("defendant", "suit.filed", "defendants"),
        Ask("day of the judgment", "judgment.given", "date", given="judgment.given"),
        Ask("day of entry into force", "judgment.took_effect", "date", given="judgment.given"),
        Ask("whether anybody appealed", "appeal.filed", given="judgment.given"),
    ),
)

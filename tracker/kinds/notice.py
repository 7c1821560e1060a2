"""Legal notices out of court."""

from tracker.kinds.base import CLOSED, CLOSING, Ask, Kind, Move, Stage

NOTICE = Kind(
    name="notice",
    label="Legal notice",
    meaning="a legal notice that one side sent to another out of court",
    stages=(
        Stage("reported", "a notice is talked about; none is known to be sent"),
        Stage("sent", "the notice was sent; no answer is known"),
        Stage("answered", "the other side answered"),
        Stage("in court", "a suit followed"),
        CLOSED,
    ),
    moves=(
        Move("notice.sent", "sent", ("reported", "sent")),
        Move("notice.sent", None, ("answered", "in court")),
        Move("notice.answered", "answered", ("reported", "sent", "answered")),
        Move("suit.filed", "in court", ("reported", "sent", "answered")),
        Move("case.reopened", "sent", ("closed",)),
        *CLOSING,
    ),
    roles=(
        "sender",
        "recipient",
        "counsel for the sender",
        "counsel for the recipient",
        "plaintiff",
        "defendant",
        "court",
        "subject",
    ),
    asks=(
        Ask("day of the notice", "notice.sent", "date"),
        Ask("demand", "notice.sent", "demand"),
        Ask("answer", "notice.answered"),
    ),
)

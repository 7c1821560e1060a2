"""Many suits brought together by one side."""

from tracker.kinds.base import CLOSED, CLOSING, Ask, Kind, Move, Stage

BATCH = Kind(
    name="batch",
    label="Batch of lawsuits",
    meaning="many suits that one side brought together and that are followed as one",
    stages=(
        Stage("prepared", "suits are prepared; none is known to be brought"),
        Stage("filed", "the suits have been brought"),
        Stage("in part heard", "at least one suit was heard"),
        Stage("in part decided", "at least one suit was decided"),
        CLOSED,
    ),
    moves=(
        Move("suit.filed", "filed", ("prepared", "filed")),
        Move("suit.filed", None, ("in part heard", "in part decided")),
        Move("hearing.held", "in part heard", ("prepared", "filed", "in part heard")),
        Move("hearing.held", None, ("in part decided",)),
        Move("judgment.given", "in part decided", ("prepared", "filed", "in part heard", "in part decided")),
        Move("case.reopened", "filed", ("closed",)),
        *CLOSING,
    ),
    roles=("plaintiff", "defendant", "court", "counsel for the plaintiff", "counsel for the defendant", "subject"),
    asks=(
        Ask("court", "suit.filed", "court"),
        Ask("docket numbers", "suit.filed", "docket"),
        Ask("day of filing", "suit.filed", "date"),
        Ask("number of suits", "suit.filed", "count"),
        Ask("any decision", "judgment.given"),
    ),
)

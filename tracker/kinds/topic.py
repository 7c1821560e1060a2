"""Background that several cases need."""

from tracker.kinds.base import CLOSED, CLOSING, Kind, Move, Stage

TOPIC = Kind(
    name="topic",
    label="Topic",
    meaning="background that several cases need: prices, results, public opinion",
    stages=(Stage("followed", "developments are logged as they come"), CLOSED),
    moves=(Move("case.reopened", "followed", ("closed",)), *CLOSING),
    roles=("subject", "spokesperson", "competitor", "commentator", "authority", "organiser", "counter"),
)

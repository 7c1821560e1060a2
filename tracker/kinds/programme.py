"""Programmes that help those affected."""

from tracker.kinds.base import CLOSED, CLOSING, Ask, Kind, Move, Stage

PROGRAMME = Kind(
    name="programme",
    label="Programme",
    meaning="a support programme and how far it is",
    stages=(
        Stage("planned", "it is talked about; it has not begun"),
        Stage("running", "it has begun"),
        CLOSED,
    ),
    moves=(
        Move("programme.launched", "running", ("planned", "running")),
        Move("programme.reported", None, ("running",)),
        Move("case.reopened", "running", ("closed",)),
        *CLOSING,
    ),
    roles=("organiser", "beneficiary", "spokesperson", "subject"),
    asks=(
        Ask("day of the launch", "programme.launched", "date"),
        Ask("progress", "programme.reported"),
    ),
)

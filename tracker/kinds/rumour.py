"""Rumours, until somebody who must know confirms or denies them."""

from tracker.kinds.base import CLOSED, CLOSING, Ask, Kind, Move, Stage

_TOLD = ("unheard", "circulating", "confirmed", "denied")

RUMOUR = Kind(
    name="rumour",
    label="Rumour",
    meaning="something that is said and that nobody vouched for",
    stages=(
        Stage("unheard", "nothing is in circulation"),
        Stage("circulating", "it is said; neither confirmed nor denied"),
        Stage("denied", "somebody who must know denied it"),
        Stage("confirmed", "somebody who must know confirmed it"),
        CLOSED,
    ),
    moves=(
        Move("rumour.circulated", "circulating", ("unheard", "circulating")),
        Move("rumour.circulated", None, ("confirmed", "denied")),
        Move("rumour.denied", "denied", _TOLD),
        Move("rumour.confirmed", "confirmed", _TOLD),
        Move("case.reopened", "circulating", ("closed",)),
        *CLOSING,
    ),
    roles=("subject", "employer", "spokesperson"),
    asks=(
        Ask("day it came up", "rumour.circulated", "date"),
        Ask("a confirmation", "rumour.confirmed"),
        Ask("a denial", "rumour.denied"),
    ),
)

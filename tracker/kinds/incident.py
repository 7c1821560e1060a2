"""An accident or another harmful event, and what the authorities find."""

from tracker.kinds.base import CLOSED, CLOSING, Ask, Kind, Move, Stage

_KNOWN = ("reported", "occurred", "under investigation")

INCIDENT = Kind(
    name="incident",
    label="Incident",
    meaning="an accident or another harmful event",
    stages=(
        Stage("reported", "it is talked about; whether and when it occurred is not known"),
        Stage("occurred", "it occurred; no authority is known to investigate"),
        Stage("under investigation", "an authority investigates; it has found nothing yet"),
        Stage("preliminary findings", "an authority made known what it found so far"),
        Stage("findings", "an authority came to its result"),
        CLOSED,
    ),
    moves=(
        Move("incident.occurred", "occurred", ("reported", "occurred")),
        Move("investigation.opened", "under investigation", _KNOWN),
        Move("investigation.opened", None, ("preliminary findings", "findings")),
        Move("report.issued", "under investigation", _KNOWN),
        Move("report.issued", None, ("preliminary findings", "findings")),
        Move("finding.made", "preliminary findings", (*_KNOWN, "preliminary findings"), (("preliminary", True),)),
        Move("finding.made", "findings", (*_KNOWN, "preliminary findings", "findings"), (("preliminary", False),)),
        Move("case.reopened", "under investigation", ("findings", "closed")),
        *CLOSING,
    ),
    roles=(
        "driver",
        "passenger",
        "victim",
        "owner",
        "manufacturer",
        "authority",
        "witness",
        "family",
        "spokesperson",
        "subject",
    ),
    asks=(
        Ask("day", "incident.occurred", "date"),
        Ask("place", "incident.occurred", "place"),
        Ask("deaths", "incident.occurred", "dead"),
        Ask("injured", "incident.occurred", "injured"),
        Ask("an authority's final finding", "finding.made"),
    ),
)

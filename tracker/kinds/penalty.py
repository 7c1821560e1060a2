"""A penalty imposed by an authority."""

from tracker.kinds.base import CLOSED, CLOSING, Ask, Kind, Move, Stage

PENALTY = Kind(
    name="penalty",
    label="Penalty",
    meaning="a fine or a measure imposed by an authority",
    stages=(
        Stage("suspected", "a violation is talked about; none was found"),
        Stage("violation found", "an authority found a violation"),
        Stage("imposed", "a penalty was imposed; not known to be paid"),
        Stage("paid", "the penalty was paid"),
        CLOSED,
    ),
    moves=(
        Move("violation.found", "violation found", ("suspected", "violation found")),
        Move("penalty.imposed", "imposed", ("suspected", "violation found", "imposed")),
        Move("payment.made", "paid", ("imposed",)),
        Move("case.reopened", "imposed", ("paid", "closed")),
        *CLOSING,
    ),
    roles=("authority", "respondent", "complainant", "subject"),
    asks=(
        Ask("number of the decision", "case.opened", "docket"),
        Ask("day of the violation's finding", "violation.found", "date"),
        Ask("day of the penalty", "penalty.imposed", "date"),
        Ask("payment", "payment.made"),
    ),
)

"""A recall of products, from the first report to its end."""

from tracker.kinds.base import CLOSED, CLOSING, Ask, Kind, Move, Stage

RECALL = Kind(
    name="recall",
    label="Recall",
    meaning="a recall of products, by the maker's own choice or under an authority",
    stages=(
        Stage("reported", "a defect is talked about; no recall is known"),
        Stage("under investigation", "an authority investigates"),
        Stage("announced", "the recall was announced"),
        Stage("remedy offered", "what is done for the products is known"),
        CLOSED,
    ),
    moves=(
        Move("investigation.opened", "under investigation", ("reported", "under investigation")),
        Move("investigation.opened", None, ("announced", "remedy offered")),
        Move("recall.announced", "announced", ("reported", "under investigation", "announced")),
        Move("recall.announced", None, ("remedy offered",)),
        Move("recall.remedied", "remedy offered", ("announced", "remedy offered")),
        Move("case.reopened", "announced", ("closed",)),
        *CLOSING,
    ),
    roles=("manufacturer", "authority", "supplier", "importer", "owner group", "commentator", "subject"),
    asks=(
        Ask("recall number", "case.opened", "docket"),
        Ask("day of the announcement", "recall.announced", "date"),
        Ask("quantity", "recall.quantified", "quantity"),
        Ask("remedy", "recall.remedied", "remedy"),
        Ask("the authority's own classification", "recall.classified", "authority"),
    ),
)

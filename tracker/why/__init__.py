"""Why a value stands: the events and passages behind it, what was said of them, and what would change it."""

from tracker.why.answers import Answer, Matter
from tracker.why.reasons import Reason, why
from tracker.why.strikes import Struck, strike

__all__ = ["Answer", "Matter", "Reason", "Struck", "strike", "why"]

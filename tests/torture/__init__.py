"""Breaking the tracker on purpose: one module a campaign, each with ``run(how, folder)``, which returns its counts."""

from torture.campaign import Counts, How

CAMPAIGNS = ("torn", "full", "power", "calls", "storms", "crowds", "changes", "branches", "fuzz", "model")
"""In the order in which they are run."""

__all__ = ["CAMPAIGNS", "Counts", "How"]

"""An event-sourced tracker of incidents and litigation: append-only logs, replayed into SQLite."""

__version__ = "0.1.0"

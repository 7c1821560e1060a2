"""Branches: replicas that log and take in one another at random, in memory and in real repositories of git."""

from pathlib import Path

import test_forks
import test_git

from torture.campaign import Counts, How, emptied


def run(how: How, folder: Path) -> Counts:
    """Join branches; each replica keeps every event that it or those it took in ever had."""
    counts = {"joins of random branches": 0, "events in them, none lost": 0, "merges and rebases by git, none lost": 0}
    for seed in range(how.seed, how.seed + how.pick(1, 50)):
        joins, events = test_forks.campaign(seed, 200)
        counts["joins of random branches"] += joins
        counts["events in them, none lost"] += events
    for seed in range(how.seed, how.seed + how.pick(2, 200)):
        with emptied(folder) as root:
            (root / "bin").mkdir()
            path = test_git.path_with_tracker(root / "bin")
            counts["merges and rebases by git, none lost"] += test_git.campaign(root, path, seed, 20)
    return counts

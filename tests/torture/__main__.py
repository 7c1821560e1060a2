"""``python tests/torture``: break the tracker on purpose and count; ``--help`` says how far to go."""

import argparse
import os
import sys
import tempfile
import time
import traceback
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:1] = [str(HERE.parent.parent), str(HERE.parent)]
os.environ["PYTHONPATH"] = str(HERE.parent.parent)

from torture import CAMPAIGNS, How  # noqa: E402 (only now can it be found)


def main() -> int:
    """Run the campaigns that are asked for; return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python tests/torture", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["sabotage"], help="try whether the tests notice lost protections")
    parser.add_argument("--long", action="store_true", help="everything, not a sample: hours")
    parser.add_argument(
        "--only", metavar="NAME", action="append", choices=[*CAMPAIGNS], help="one campaign: %(choices)s"
    )
    parser.add_argument("--seed", type=int, default=1, help="the seed that a run printed, to repeat it")
    asked = parser.parse_args()
    if asked.what == "sabotage":
        from torture import sabotage

        return sabotage.main()
    how, broken = How(asked.long, asked.seed), []
    for name in asked.only or CAMPAIGNS:
        begun = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="torture-") as folder:
                Path(folder).chmod(0o755)
                counts = import_module(f"torture.{name}").run(how, Path(folder))
        except Exception:  # whatever it is, the other campaigns go on
            broken.append(name)
            traceback.print_exc()
            print(f"{name}: BROKEN; again with: --only {name} --seed {how.seed}" + " --long" * how.long, flush=True)
            continue
        print(f"{name}: held, in {time.monotonic() - begun:.0f} s with seed {how.seed}")
        for words, number in counts.items():
            print(f"    {number:>13,}  {words}", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

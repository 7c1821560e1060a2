"""A Beancount ledger of so many transactions: ``ledger.py COUNT FILE`` writes it, which is not measured."""

import sys
from datetime import date, timedelta
from pathlib import Path

ACCOUNTS = 40


def main(count: str, out: str) -> None:
    first = date(2024, 1, 2)
    lines = [f"2024-01-01 open Assets:Account{number}" for number in range(ACCOUNTS)]
    for number in range(int(count)):
        day = first + timedelta(days=number * 900 // int(count))
        paid, got = number % ACCOUNTS, (number + 7) % ACCOUNTS
        lines += [
            f'{day} * "Payment {number} of what was due under the order"',
            f"  Assets:Account{paid}  -{number % 900 + 1}.00 CNY",
            f"  Assets:Account{got}",
        ]
    Path(out).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What is owed: joint debts, shares, payments, set-offs, waivers, stays, reversals; balances that are always sound."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from helpers import STAMP, Said, codes, folded, opened, store
from hypothesis import given, settings
from hypothesis import strategies as st
from running import ok, rows_of

from tracker import queries
from tracker.entries import Entry
from tracker.obligations import ALWAYS, Change, Order, balances, debts_of, plain, unsound

IDS = [f"00000000-0000-7000-8000-{number:012}" for number in range(9)]
ORDER = Order(2, debtors=("a", "b"), creditors=("c",), amount="10000 CNY", joint_and_several=True)
SPAN = ("2025-06-01", "2025-06-01")


def owed(order: Order, *changes: Change, on: str = ALWAYS) -> list[tuple[str, str, str, str]]:
    return [(" ".join(b.debtors), plain(b.least), plain(b.most), b.state) for b in balances(order, changes, on)]


def paid(amount: str | None, debtor: str = "a", span: tuple[str, str] = SPAN, number: int = 3) -> Change:
    return Change("payment", 2, number, span, amount, debtor)


def test_a_joint_debt_is_owed_once() -> None:
    assert owed(ORDER) == [("a b", "10000", "10000", "open")]
    assert owed(ORDER, paid("4000 CNY"), paid("6000 CNY", "b", number=4)) == [("a b", "0", "0", "discharged")]
    assert debts_of(ORDER)[0].sharing == "jointly"
    assert debts_of(ORDER._replace(joint_and_several=None))[0].sharing == "sharing not stated"
    assert debts_of(ORDER._replace(debtors=("a",)))[0].sharing == "alone"


def test_each_share_is_a_debt_of_its_own() -> None:
    shared = ORDER._replace(joint_and_several=None, shares=("7000 CNY", "3000 CNY"))
    assert owed(shared, paid("3000 CNY")) == [("a", "4000", "4000", "open"), ("b", "3000", "3000", "open")]
    over = balances(shared, [paid("8000 CNY")])
    assert [(plain(b.most), plain(b.paid_too_much)) for b in over] == [("0", "1000"), ("3000", "0")]
    assert [code for code, *_ in unsound([shared], [paid("8000 CNY")])] == ["paid-too-much"]
    stranger = list(unsound([shared], [paid("1 CNY", "stranger")]))
    assert [(code, at) for code, at, _ in stranger] == [("unplaced", 3)]
    assert owed(shared, paid("1 CNY", "stranger")) == owed(shared), "what cannot be placed is not counted"


def test_shares_that_do_not_fit_are_told_and_not_used() -> None:
    short = ORDER._replace(joint_and_several=None, shares=("7000 CNY",))
    assert owed(short) == [("a b", "10000", "10000", "open")]
    told = {message for _, _, message in unsound([short], [])}
    assert told == {"1 share for 2 debtors: none is used"}
    wrong = ORDER._replace(shares=("7000 CNY", "2000 CNY"))
    assert [code for code, *_ in unsound([wrong], [])] == ["shares-do-not-fit"] * 2


def test_payments_count_by_their_day_and_what_is_uncertain_gives_a_range() -> None:
    known, uncertain = (
        paid("4000 CNY", span=("2025-07-01", "2025-07-01")),
        paid("1000 CNY", span=("2025-05", "2025-08")),
    )
    uncertain = uncertain._replace(span=("2025-05-01", "2025-08-31"), position=4)
    assert owed(ORDER, known, uncertain, on="2025-04-30") == [("a b", "10000", "10000", "open")]
    assert owed(ORDER, known, uncertain, on="2025-06-01") == [("a b", "9000", "10000", "open")]
    assert owed(ORDER, known, uncertain, on="2025-07-01") == [("a b", "5000", "6000", "open")]
    assert owed(ORDER, known, uncertain, on="2025-08-31") == [("a b", "5000", "5000", "open")]
    assert owed(ORDER, paid(None)) == [("a b", "0", "10000", "open")], "how much was paid is not stated"


def test_an_order_of_an_uncertain_day_is_perhaps_not_owed_yet() -> None:
    order = ORDER._replace(span=("2025-01-01", "2025-06-30"))
    assert owed(order, on="2024-12-31") == []
    assert owed(order, on="2025-03-01") == [("a b", "0", "10000", "open")]
    assert owed(order, on="2025-06-30") == [("a b", "10000", "10000", "open")]


def test_waiver_set_off_stay_and_reversal() -> None:
    part, rest = Change("waiver", 2, 3, SPAN, "2000 CNY"), Change("waiver", 2, 4, SPAN)
    assert owed(ORDER, part) == [("a b", "8000", "8000", "open")]
    assert owed(ORDER, part, rest) == owed(ORDER, rest) == [("a b", "0", "0", "discharged")]
    assert balances(ORDER, [paid("3000 CNY"), rest])[0].paid_too_much == 0, (
        "what was paid before a waiver is not too much"
    )
    assert owed(ORDER, Change("set-off", 2, 3, SPAN, "3000 CNY", "b")) == [("a b", "7000", "7000", "open")]
    stay, lifted = Change("stay", 2, 3, SPAN), Change("stay lifted", 2, 4, ("2025-09-01", "2025-09-01"))
    assert owed(ORDER, stay)[0][3] == "stayed" and owed(ORDER, stay, lifted)[0][3] == "open"
    assert owed(ORDER, stay, lifted, on="2025-08-31") == [("a b", "10000", "10000", "stayed")]
    gone = Change("reversal", 2, 5, ("2025-10-01", "2025-10-31"))
    assert owed(ORDER, gone, on="2025-10-15") == [("a b", "0", "10000", "open")]
    assert owed(ORDER, gone) == [("a b", "0", "0", "reversed")]


def test_whether_it_is_stayed_is_only_told_when_it_is_sure() -> None:
    stay = Change("stay", 2, 3, ("2026-04-01", "2026-04-30"))
    assert owed(ORDER, stay, on="2026-04-15")[0][3] == "perhaps stayed" and owed(ORDER, stay)[0][3] == "stayed"
    undated = Change("stay", 2, 3, ("0000-01-01", "2026-11-27"))
    lifted = Change("stay lifted", 2, 4, ("2026-05-01", "2026-05-01"))
    assert owed(ORDER, undated, lifted)[0][3] == "perhaps stayed"
    one_day = [Change("stay", 2, 3, SPAN), Change("stay lifted", 2, 4, SPAN)]
    assert owed(ORDER, *one_day)[0][3] == "open", "on one day what was logged first came first"
    assert owed(ORDER, one_day[0]._replace(position=5), one_day[1])[0][3] == "stayed"


def test_amounts_of_any_length_are_exact() -> None:
    huge = "1" + "0" * 60
    order = ORDER._replace(amount=f"{huge} CNY")
    [balance] = balances(order, [paid("0.01 CNY")])
    assert plain(balance.most) == "9" * 60 + ".99"


def test_currencies_are_never_added() -> None:
    assert owed(ORDER, paid("4000 USD")) == owed(ORDER)
    [(code, at, message)] = unsound([ORDER], [paid("4000 USD")])
    assert (code, at) == ("unplaced", 3) and "another currency" in message
    assert "less than nothing" in next(unsound([ORDER], [paid("-4000 CNY")]))[2]
    assert owed(ORDER, paid("-4000 CNY")) == owed(ORDER)
    assert debts_of(ORDER._replace(amount="-1 CNY")) == []


AMOUNTS = st.one_of(
    st.none(), st.decimals(0, 20_000, places=2).map(lambda number: f"{plain(number)} CNY"), st.just("5 USD")
)
DAYS = st.dates().map(str)
SPANS = st.tuples(DAYS, DAYS).map(lambda days: (min(days), max(days)))


@st.composite
def orders(draw: st.DrawFn) -> Order:
    debtors = tuple(draw(st.lists(st.sampled_from("abc"), unique=True, max_size=3)))
    shares = tuple(f"{draw(st.integers(0, 9000))} CNY" for _ in debtors) if draw(st.booleans()) else ()
    joint = draw(st.sampled_from([None, True, False]))
    amount = f"{draw(st.integers(0, 9000))} CNY"
    return Order(
        2, debtors=debtors, creditors=("z",), amount=amount, joint_and_several=joint, shares=shares, span=draw(SPANS)
    )


@st.composite
def changes(draw: st.DrawFn) -> Change:
    what = draw(st.sampled_from(["payment", "set-off", "waiver", "stay", "stay lifted", "reversal"]))
    amount = draw(AMOUNTS) if what in ("payment", "set-off", "waiver") else None
    return Change(
        what,
        draw(st.sampled_from([2, 2, 7])),
        draw(st.integers(3, 40)),
        draw(SPANS),
        amount,
        draw(st.sampled_from("abcx")),
    )


@given(orders(), st.lists(changes(), max_size=8), DAYS, st.randoms())
@settings(max_examples=200, deadline=None)
def test_balances_are_sound_after_every_event(order: Order, several: list[Change], on: str, chance: Any) -> None:
    for number in range(len(several) + 1):
        so_far = several[:number]
        found = balances(order, so_far, on)
        for balance, debt in zip(found, debts_of(order), strict=False):
            assert 0 <= balance.least <= balance.most <= balance.owed == debt.amount
            assert balance.paid_too_much >= 0 and not (balance.paid_too_much and balance.most)
            assert (balance.most == 0) == (balance.state in ("discharged", "reversed"))
            assert balance.currency == "CNY"
        whole = sum((b.owed for b in found), Decimal(0))
        wanted = order.shares if order.is_shared else (order.amount,)
        assert not found or whole == sum(Decimal(str(each).partition(" ")[0]) for each in wanted), (
            "each debt counts once"
        )
        chance.shuffle(so_far)
        assert balances(order, so_far, on) == found, "the order of logging changes nothing"


@given(orders(), st.lists(changes(), max_size=6), DAYS, DAYS)
def test_what_surely_happened_is_never_more_open_later(
    order: Order, several: list[Change], one: str, other: str
) -> None:
    earlier, later = sorted((one, other))
    for before, after in zip(balances(order, several, earlier), balances(order, several, later), strict=False):
        assert after.most <= before.most


# In a case

ORDERED: Said = (
    "order.made",
    {"debtors": ["a", "b"], "creditors": ["c"], "amount": "10000 CNY", "joint_and_several": True, "date": "2025-01-01"},
)


def case(*said: Said, root: Path) -> Path:
    """A store with a case whose second event is an order with the id IDS[2]; the n-th event after it has IDS[n + 2]."""
    tracker = store(root, "suit")
    parties = [{"party": each, "name": each.upper(), "what": "company"} for each in "abc"]
    tracker.append([Entry(where="", log="parties", type="party.added", data=data) for data in parties], STAMP)
    tracker.append([Entry(where="", log="cases/suit", type=kind, data=data, id=IDS[number])
                    for number, (kind, data) in enumerate((ORDERED, *said), 2)], STAMP)  # fmt: skip
    return root


def test_payments_name_the_order_as_case_and_number(tmp_path: Path) -> None:
    root = case(root=tmp_path)
    ok("log", "suit", "payment.made", "--payer", "a", "--payee", "c", "--amount", "4000 CNY", "--order", "suit#2",
       "--date", "2025-06-01", cwd=root)  # fmt: skip
    [row] = rows_of(ok("owed", "--json", cwd=root), "json")
    assert (row["least"], row["most"], row["currency"], row["refs"]) == ("6000", "6000", "CNY", "['suit#2', 'suit#3']")
    [row] = rows_of(ok("owed", "--csv", cwd=root), "csv")
    assert (row["debtors"], row["refs"]) == ("A; B", "suit#2; suit#3"), "a list is a text where a format has none"
    told = ok("owed", cwd=root)
    assert "A and B, each" in told and "6,000 CNY of" in told and "Outstanding in all: 6,000 CNY." in told
    assert ok("owed", "--on", "2025-05-31", cwd=root).count("10,000 CNY") == 2
    assert ok("owed", "--debtor", "c", cwd=root).startswith("Nothing is owed")
    assert "6,000 CNY" in ok("owed", "--debtor", "b", "--creditor", "c", cwd=root)


def test_set_off_reduces_both_orders(tmp_path: Path) -> None:
    back: Said = ("order.made", {"debtors": ["c"], "creditors": ["a"], "amount": "3000 CNY"})
    root = case(back, ("order.set_off", {"order": IDS[2], "against": IDS[3], "amount": "3000 CNY"}), root=tmp_path)
    rows = rows_of(ok("owed", "--all", "--json", cwd=root), "json")
    assert [(row["most"], row["state"]) for row in rows] == [("7000", "open"), ("0", "discharged")]
    assert ok("owed", cwd=root).count("7,000 CNY") == 2


def test_a_retracted_payment_is_not_counted_and_the_page_tells_why(tmp_path: Path) -> None:
    root = case(("payment.made", {"payer": "a", "amount": "4000 CNY", "order": IDS[2]}), root=tmp_path)
    assert "6,000 CNY" in ok("owed", cwd=root)
    why = ok("why", "suit", "owed", cwd=root)
    assert "#2" in why and "#3" in why and "payment.made, order.set_off" in why
    ok("retract", "suit#3", "--reason", "bounced", cwd=root)
    assert "10,000 CNY" in ok("owed", cwd=root)


def test_what_is_disputed_is_told_and_counted_as_logged(tmp_path: Path) -> None:
    root = case(("payment.made", {"payer": "a", "amount": "4000 CNY", "order": IDS[2]}), root=tmp_path)
    ok("dispute", "suit#3", "--field", "amount", "--value", "5000 CNY", cwd=root)
    [row] = rows_of(ok("owed", "--json", cwd=root), "json")
    assert (row["most"], row["disputed"]) == ("6000", "['amount of suit#3']")
    assert "disputed, counted" in " ".join(ok("owed", cwd=root, env={"COLUMNS": "300"}).split())


def test_totals_are_told_for_each_currency(tmp_path: Path) -> None:
    root = case(("order.made", {"debtors": ["b"], "creditors": ["c"], "amount": "5.50 USD"}), root=tmp_path)
    assert "Outstanding in all: 10,000 CNY; 5.5 USD." in ok("owed", cwd=root)


def test_an_order_that_is_none_is_refused(tmp_path: Path) -> None:
    from running import run

    root = case(("note.added", {"note": "n"}), root=tmp_path)
    for order, told in (
        ("suit#3", "it is a note.added, and no order"),
        ("suit#9", "is no event of this case"),
        ("x", "is no event"),
    ):
        ran = run("log", "suit", "order.reversed", "--order", order, cwd=root)
        assert ran.code == 2 and told in ran.err, ran


def test_an_order_is_not_set_off_against_itself(tmp_path: Path) -> None:
    from running import run

    wrong = ("log", "suit", "order.set_off", "--order", "suit#2", "--against", "suit#2", "--amount", "2 CNY")
    ran = run(*wrong, cwd=case(root=tmp_path))
    assert ran.code == 2 and "cannot be set off against itself" in ran.err


def test_what_foreign_logs_get_wrong_is_a_problem() -> None:
    made: list[Said] = [opened(), ORDERED, ("payment.made", {"payer": "a", "amount": "4 CNY", "order": IDS[8]})]
    assert codes(folded(*made)) == ["unknown-order"]


def test_the_projection_holds_the_debts(tmp_path: Path) -> None:
    from tracker.app import Tracker

    root = case(("payment.made", {"payer": "a", "amount": "4000 CNY", "order": IDS[2]}), root=tmp_path)
    db = Tracker(root).read()
    [debt] = queries.rows(db, "debts")
    assert (debt["debtors"], debt["sharing"], debt["owed"], debt["least"], debt["most"]) == (
        "a,b",
        "jointly",
        "10000",
        "6000",
        "6000",
    )
    assert [row.most for row in queries.owed(db)] == ["6000"]

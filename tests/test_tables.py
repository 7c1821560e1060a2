"""Tables for people: never too wide, nothing lost, readable in 80 and 120 columns, in English and Chinese."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import text
from tracker.cli.tables import Column, render

ROOT = Path(__file__).parents[1]
COLUMNS = [
    Column("event", wrap=False),
    Column("date", wrap=False),
    Column("what happened"),
    Column("source"),
    Column("amount", align="right"),
]
ROWS = [
    ["harbour-lease#12", "2025-11-20", "The court (滨海市中级人民法院) opened the hearing; the tenant stayed away.",
     "gazette: p. 3", "300000.00"],
    ["harbour-lease#13", "2024-11/2024-12", "原告请求判令被告返还保证金人民币三千元，并承担诉讼费用（含公告费）。",
     "https://example.org/court/2025/notices/page.html", "3000.00"],
    ["x#1", "", "\x1b[2J \u202edetnirp", "", ""],
]  # fmt: skip

AT_120 = """\
event             date             what happened                              source                              amount
----------------  ---------------  -----------------------------------------  -------------------------------  ---------
harbour-lease#12  2025-11-20       The court (滨海市中级人民法院) opened the  gazette: p. 3                    300000.00
                                   hearing; the tenant stayed away.
harbour-lease#13  2024-11/2024-12  原告请求判令被告返还保证金人民币三千元，   https://example.org/court/2025/    3000.00
                                   并承担诉讼费用（含公告费）。               notices/page.html
x#1                                ␛[2J <U+202E>detnirp"""

AT_80 = """\
event             date             what happened      source              amount
----------------  ---------------  -----------------  ---------------  ---------
harbour-lease#12  2025-11-20       The court (滨海市  gazette: p. 3    300000.00
                                   中级人民法院)
                                   opened the
                                   hearing; the
                                   tenant stayed
                                   away.
harbour-lease#13  2024-11/2024-12  原告请求判令被告   https://           3000.00
                                   返还保证金人民币   example.org/
                                   三千元，并承担诉   court/2025/
                                   讼费用（含公告     notices/
                                   费）。             page.html
x#1                                ␛[2J
                                   <U+202E>detnirp"""

AT_40 = """\
event          harbour-lease#12
date           2025-11-20
what happened  The court (滨海市中级人民
               法院) opened the hearing;
               the tenant stayed away.
source         gazette: p. 3
amount         300000.00

event          harbour-lease#13
date           2024-11/2024-12
what happened  原告请求判令被告返还保证
               金人民币三千元，并承担诉
               讼费用（含公告费）。
source         https://example.org/
               court/2025/notices/
               page.html
amount         3000.00

event          x#1
date
what happened  ␛[2J <U+202E>detnirp
source
amount"""


@pytest.mark.parametrize(("width", "table"), [(120, AT_120), (80, AT_80), (40, AT_40)])
def test_a_table_looks_like_this(width, table):
    assert render(COLUMNS, ROWS, width=width) == table


@pytest.mark.parametrize("width", [-1, 0, 1, 20])
def test_a_terminal_is_twenty_columns_wide_at_least(width):
    assert render(COLUMNS, ROWS, width=width) == render(COLUMNS, ROWS, width=20)
    assert max(map(text.width, render(COLUMNS, ROWS, width=width).split("\n"))) <= 20


def test_small_tables_are_as_narrow_as_their_text():
    table = render([Column("name"), Column("no.", align="right")], [["a", "7"], ["海口", "12"]], width=80)
    assert table == "name  no.\n----  ---\na       7\n海口   12"


def test_tables_without_rows_or_columns():
    assert render([Column("name"), Column("date")], [], width=80) == "name  date\n----  ----"
    assert render([], [], width=80) == ""


@pytest.mark.parametrize("row", [["one"], ["one", "two", "three"]])
def test_a_row_of_another_length_is_refused(row):
    with pytest.raises(ValueError, match="a row has"):
        render([Column("name"), Column("date")], [row], width=80)


def test_line_breaks_in_a_cell_are_kept_and_tabs_are_spaces():
    table = render([Column("a"), Column("b")], [["one\ntwo", "x\ty"]], width=80)
    assert table == "a    b\n---  ---\none  x y\ntwo"


def test_columns_that_do_not_wrap_stay_whole_while_others_can_be_wrapped():
    columns = [Column("ref"), Column("when", wrap=False), Column("prose")]
    for width in range(55, 200):
        table = render(columns, [["lease#12", "between 1 May and 31 May 2025", "word " * 200]], width=width)
        assert "lease#12  between 1 May and 31 May 2025  word word" in table


def test_numbers_are_never_broken():
    columns = [*[Column("prose", wrap=False)] * 3, Column("amount", align="right")]
    for width in range(40, 200):
        assert "123456789.00" in render(columns, [[*["word " * 9] * 3, "123456789.00"]], width=width)


def test_narrow_columns_keep_their_content_on_one_line():
    table = render(
        [Column("a"), Column("b"), Column("c")], [["one two three", "word " * 90, "四 五 六 七 八"]], width=60
    )
    assert "one two three  word" in table
    assert table.split("\n")[2].endswith("四 五 六 七 八")


def test_the_longer_text_gets_the_wider_column():
    table = render([Column("a"), Column("b")], [["word " * 20, "word " * 80]], width=80)
    short, long = map(len, table.split("\n")[1].split())
    assert short + long + 2 == 80
    assert short * 2 < long


def test_words_stay_whole_and_chinese_punctuation_does_not_begin_a_line():
    cell = "被告未到庭，法院依法缺席审理。" * 9
    for width in range(20, 80):
        lines = render([Column("t")], [[cell]], width=width).split("\n")[2:]
        assert not any(line[0] in "，。" for line in lines)
        words = render([Column("t")], [["several ordinary words " * 9]], width=width).split()[2:]
        assert set(words) == {"several", "ordinary", "words"}


def test_long_words_break_after_a_slash_or_a_hyphen():
    table = render([Column("t")], [["aaaa-bbbb/cccc-dddd/eeee-ffff"]], width=20)
    assert table.split("\n")[2:] == ["aaaa-bbbb/cccc-dddd/", "eeee-ffff"]


# -- properties

characters = st.one_of(
    st.sampled_from("abc XYZ 019.,-/()  \n\t"),
    st.sampled_from("海口市，。（）「」の한🙂⌚ｱ"),
    st.sampled_from("e\u0301\u200d\x1b\u202e\ud800\r"),
)
cells = st.one_of(st.text(characters, max_size=12), st.text(characters, max_size=300))


@st.composite
def tables(draw):
    count = draw(st.integers(1, 12))
    sides = st.sampled_from(["left", "right"])
    titles = st.sampled_from(["event", "date", "what happened", "当事人", "amount in dispute"])
    columns = [Column(draw(titles), draw(sides), draw(st.booleans())) for _ in range(count)]
    return columns, draw(st.lists(st.lists(cells, min_size=count, max_size=count), max_size=4))


def _said(cell):
    return re.sub("[ \n\t]", "", text.visible(cell))


def _cut(line, sizes):
    """The text of a line that stands in each of the columns."""
    owners = [number for number, size in enumerate(sizes) for _ in range(size + 2)]  # of places and the gap after
    gaps = {sum(sizes[: number + 1]) + 2 * number + extra for number in range(len(sizes)) for extra in (0, 1)}
    parts, place = [""] * len(sizes), 0
    for character in line:
        size = text.width(character)
        before = size == 0 and place > 0 and place - 1 not in gaps  # a mark belongs to what is before it
        owner = owners[place - 1 if before else place]
        parts[owner] += character
        assert character == " " or not {*range(place, place + size)} & gaps
        place += size
    return parts


@settings(deadline=None)
@given(tables(), st.integers(40, 200))
def test_no_line_is_wider_than_the_terminal_and_all_text_is_kept(table, width):
    columns, rows = table
    lines = render(columns, rows, width=width).split("\n")
    assert all(text.width(line) <= width for line in lines)
    assert all(line == line.rstrip(" ") for line in lines)
    rules = [line for line in lines if re.fullmatch("-+(  -+)*", line) and len(line.split()) == len(columns)]
    if rules and lines.index(rules[0]) <= 4:
        sizes = [len(part) for part in rules[0].split()]
        lines.remove(rules[0])
        found = ["".join(parts) for parts in zip(*(_cut(line, sizes) for line in lines), strict=True)]
        wanted = [column.title + "".join(row[at] for row in rows) for at, column in enumerate(columns)]
        assert list(map(_said, found)) == list(map(_said, wanted))
    else:
        wanted = "".join(column.title + cell for row in rows for column, cell in zip(columns, row, strict=True))
        assert sorted(_said("".join(lines))) == sorted(_said(wanted))


@given(st.text())
def test_cells_and_titles_hold_nothing_hidden(cell):
    table = render([Column(cell)], [[cell]], width=80)
    assert text.visible(table) == table


def test_a_million_marks_or_letters_are_set_in_seconds():
    start = time.perf_counter()
    render([Column("a"), Column("b")], [["e" + "\u0301" * 500_000, "x" * 500_000]], width=80)
    assert time.perf_counter() - start < 10


def test_tables_import_nothing_but_text():
    code = (
        "import sys, re, typing, tracker.cli; before = set(sys.modules); import tracker.cli.tables;"
        "print(*set(sys.modules) - before - {'tracker.text', 'tracker.cli.tables'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []

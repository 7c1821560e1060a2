"""The picture of a timeline as SVG: a lane for each case, days as circles, uncertain dates as bars.

SVG 2 (W3C Candidate Recommendation of 4 October 2018), drawn with svg.py. All lengths are user units; the picture is
960 wide and as high as it must be. Shapes carry the meaning, not colours, so that a grey print says the same.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, insort
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from tracker.dates import EARLIEST, LATEST
from tracker.documents.blocks import Moment
from tracker.text import one_line, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    import svg

    Side = Literal["right", "left", "below"]
    Anchor = Literal["start", "middle", "end"]

WIDTH: Final = 960
MARGIN: Final = 14
SIZE: Final = 13
"""The size of the font, in user units."""
ROW: Final = 19
"""The height of a line of text and of a row of shapes."""
ONE_PAGE: Final = 1150
"""Labels are shortened as soon as the rows would be higher than a sheet of A4 is at this width."""
FEW: Final = 8
"""Up to so many items have their whole labels, however high the picture gets."""

_COLUMN: Final = SIZE * 0.6
_GAP: Final = 5  # between the parts of an item
_CLEAR: Final = 12  # between two items
_RADIUS: Final = 5.5
_LEAST_BAR: Final = 17  # as wide as a bar must be to look unlike a circle
_EDGE: Final = 18  # between the first or last known day and the edge of the chart
_OPEN_EDGE: Final = 56  # the same where an open end is shown
_LANE_COLUMNS, _LANE_LINES = 17, 4
_LEAST_LABEL: Final = 12  # columns under which a shortened label says nothing
_ENOUGH: Final = 24  # columns that do for a label where the other side has more
_LABELS: Final = ((44, 40), (38, 4), (34, 2), (30, 1), (22, 1))  # columns and lines, the richest first
_AXIS_SIZE: Final = 12
_AXIS_COLUMN: Final = _AXIS_SIZE * 0.6
_BASE: Final = 14  # from the top of a row to the baseline of its text
_LANE_SPACE: Final = 10
_HIGH: Final = 420  # lanes as high as this have the axis above them too
_HALF: Final = 5  # half the height of a bar
_DASHES: Final = (9, 6, 3)
_FADE: Final = sum(_DASHES) + 3.5 * len(_DASHES)
# Days and months of the periods that an axis can have: days, weeks, months, quarters, years and numbers of years.
_STEPS: Final = (
    *((1, 0), (7, 0), (28, 1), (90, 3)),
    *((365 * years, 12 * years) for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
)
_INK, _DARK, _COARSE, _FAINT, _BAND, _LIGHT = "#1a1a1a", "#1f3d5c", "#a6a6a6", "#dedede", "#f4f4f4", "#c8d6e5"
SANS: Final = (
    "Helvetica Neue, Helvetica, Arial, Liberation Sans, Noto Sans, Noto Sans CJK SC, Source Han Sans SC, PingFang SC, "
    "Microsoft YaHei, WenQuanYi Micro Hei, SimSun, DejaVu Sans, sans-serif"
)
# Marks of a status: lines through points around their middle, and whether they are closed.
_SQUARE = ((-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5))
_MARKS: Final[dict[str, tuple[tuple[tuple[tuple[float, float], ...], bool], ...]]] = {
    "disputed": (
        (((0, -5), (5.3, 4.5), (-5.3, 4.5)), True),
        (((0, -2), (0, 1.4)), False),
        (((0, 2.7), (0, 3.2)), False),
    ),
    "settled": ((_SQUARE, True), (((-2.6, 0), (-0.8, 2.2), (2.8, -2.4)), False)),
    "corrected": ((((0, -5.2), (5.2, 0), (0, 5.2), (-5.2, 0)), True),),
    "retracted": ((((-4, -4), (4, 4)), False), (((-4, 4), (4, -4)), False)),
}
_OTHER_MARK: Final = ((_SQUARE, True),)

_WIDE = (
    "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60"
    "\U0001f300-\U0001faff\U00020000-\U0003fffd"
)
_OPENING, _CLOSING = "(\\[{（《〈「『【〔“‘", ")\\]},.;:!?，。、；：！？）》〉」』】〕”’…"
_UNIT = re.compile(f"( *)([{_OPENING}]*(?:[{_WIDE}]|[^ {_WIDE}]+)[{_CLOSING}]*)")
_BROAD = re.compile("[MW@%mw—…]")
_CAPITAL = re.compile("[A-LN-VX-Z“”‘’·]")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _Words(NamedTuple):
    """The fixed words of one language."""

    title: str
    day: str
    span: str
    open_end: str
    approximate: str
    statuses: dict[str, str]
    undated: str
    comma: str
    colon: str
    to: str
    until: str
    since: str
    nothing: str
    described: str


_WORDS: Final = {
    "en": _Words(
        "Timeline", "on this day", "some day or all of this time", "first or last day not known",
        "about this date", {"disputed": "disputed", "settled": "was disputed, now settled", "corrected": "corrected",
                            "retracted": "retracted"},
        "not dated", ", ", ": ", "{} to {}", "{} or before", "{} or after", "No developments.",
        "{count} developments, {dated} of them dated, {first} to {last}. The numbers are those of the table.",
    ),
    "zh": _Words(
        "时间线", "确切日期", "此期间某日或整个期间", "起日或止日不明", "大约日期",
        {"disputed": "有争议", "settled": "曾有争议，已确定", "corrected": "已更正", "retracted": "已撤回"},
        "无日期", "、", "：", "{}至{}", "{}或之前", "{}或之后", "无事件。",
        "共{count}项，其中{dated}项有日期，{first}至{last}。编号与表格一致。",
    ),
}  # fmt: skip


class _Scale(NamedTuple):
    """A linear scale: day ``first`` (proleptic Gregorian ordinal) begins at ``origin``, a day is ``unit`` wide."""

    first: int
    origin: float
    unit: float
    left: float
    right: float

    def at(self, day: int) -> float:
        """Where a day begins."""
        return self.origin + (day - self.first) * self.unit

    def day(self, x: float) -> int:
        """The day at a place, kept within the years 1 to 9999."""
        return min(max(self.first + int((x - self.origin) // self.unit), 1), date.max.toordinal())


class _Shape(NamedTuple):
    """A circle or a bar between two places; ``opens`` tells the ends that are not known."""

    x0: float
    x1: float
    is_day: bool
    opens: tuple[bool, bool] = (False, False)


class _Item(NamedTuple):
    """A moment with its place: its first row in the lane, the side its text is on, and the lines of its label."""

    moment: Moment
    shape: _Shape
    row: int
    side: Side
    lines: tuple[str, ...] = ()


class _Tick(NamedTuple):
    """A period of the axis: the day it begins and the day the next begins, as ordinals, and its name."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class _Lane:
    """A lane: its title as lines, its items, and how many rows they take."""

    title: str
    lines: tuple[str, ...]
    items: tuple[_Item, ...]
    rows: int

    @property
    def height(self) -> int:
        """In user units, with the space above and below."""
        return max(self.rows, len(self.lines), 1) * ROW + _LANE_SPACE


class _Layout(NamedTuple):
    """What a picture is drawn from."""

    lanes: tuple[_Lane, ...]
    scale: _Scale
    undated: list[str]
    number: int

    @property
    def items(self) -> list[_Item]:
        """What is drawn, from above."""
        return [item for lane in self.lanes for item in lane.items]


def timeline(
    moments: Sequence[Moment], *, language: Literal["en", "zh"] = "en", font: str = SANS, name: str = "timeline"
) -> str:
    """One SVG text; equal moments give equal text. Lanes and items without a date keep the order they come in.

    ``font`` are families of CSS; ``name`` begins the ids, which differ where two pictures stand in one page.

    Raises:
        ValueError: a bound is no day, or the earliest is after the latest.
    """
    return str(_picture(_WORDS[language], language, _laid(moments), font, f"{name}-hatch"))


def described(moments: Sequence[Moment], *, language: Literal["en", "zh"] = "en") -> str:
    """What a picture shows, for people who cannot see it."""
    return _described(_WORDS[language], _laid(moments))


def in_pages(moments: Sequence[Moment]) -> list[tuple[Moment, ...]]:
    """The moments in runs whose pictures are no higher than a page: whole lanes, as long as there are several."""
    if len(moments) < 2 or sum(lane.height for lane in _laid(moments).lanes) <= ONE_PAGE:
        return [tuple(moments)]
    lanes = list(dict.fromkeys(moment.lane for moment in moments))
    if len(lanes) > 1:
        first = set(lanes[: len(lanes) // 2])
        halves = [[each for each in moments if (each.lane in first) == is_first] for is_first in (True, False)]
    else:
        halves = [list(moments[: len(moments) // 2]), list(moments[len(moments) // 2 :])]
    return [part for half in halves for part in in_pages(half)]


def _laid(moments: Sequence[Moment]) -> _Layout:
    bounds = [_bounds(moment) for moment in moments]
    dated = [(moment, bound) for moment, bound in zip(moments, bounds, strict=True) if bound != (None, None)]
    titles = {moment.lane: _fitted(one_line(moment.lane), _LANE_COLUMNS, _LANE_LINES) for moment in moments}
    widest = max((_columns(line) for lines in titles.values() for line in lines), default=0)
    scale = _scale([bound for _, bound in dated], MARGIN + (widest * _COLUMN * 1.1 + 12 if widest else 0))
    shapes = [(moment, _shape(bound, scale)) for moment, bound in sorted(dated, key=_in_order)]
    undated = [str(moment.number) for moment, bound in zip(moments, bounds, strict=True) if bound == (None, None)]
    return _Layout(_lanes(titles, shapes, scale), scale, undated, len(moments))


# Where things are


def _bounds(moment: Moment) -> tuple[int | None, int | None]:
    """The first and the last day as ordinals, None where open."""
    first = None if moment.earliest in (None, EARLIEST) else date.fromisoformat(moment.earliest or "").toordinal()
    last = None if moment.latest in (None, LATEST) else date.fromisoformat(moment.latest or "").toordinal()
    if first and last and first > last:
        raise ValueError(f"number {moment.number}: {moment.earliest} is after {moment.latest}")
    return first, last


def _in_order(each: tuple[Moment, tuple[int | None, int | None]]) -> tuple[int, int, int]:
    moment, (first, last) = each
    return first or 0, last or date.max.toordinal(), moment.number


def _scale(bounds: Sequence[tuple[int | None, int | None]], left: float) -> _Scale:
    known = [day for bound in bounds for day in bound if day] or [date(2000, 1, 1).toordinal()]
    first, end = min(known), max(known) + 1
    spare = max(0, 10 - (end - first))
    first, end = first - spare // 2, end + spare - spare // 2
    right = WIDTH - MARGIN
    before = _OPEN_EDGE if any(bound[0] is None for bound in bounds) else _EDGE
    after = _OPEN_EDGE if any(bound[1] is None for bound in bounds) else _EDGE
    return _Scale(first, left + before, (right - left - before - after) / (end - first), left, right)


def _shape(bound: tuple[int | None, int | None], scale: _Scale) -> _Shape:
    first, last = bound
    if first is not None and first == last:
        middle = scale.at(first) + scale.unit / 2
        return _Shape(middle - _RADIUS, middle + _RADIUS, is_day=True)
    x0 = scale.left if first is None else scale.at(first)
    x1 = scale.right if last is None else scale.at(last + 1)
    missing = max(0.0, _LEAST_BAR - (x1 - x0)) / 2
    return _Shape(x0 - missing, x1 + missing, is_day=False, opens=(first is None, last is None))


class _Rows:
    """Rows of a lane, filled from above; each holds the spans that are taken, in order."""

    def __init__(self) -> None:
        self._taken: list[list[tuple[float, float]]] = []

    def __len__(self) -> int:
        return len(self._taken)

    def place(self, x0: float, x1: float, rows: int) -> int:
        """Take a span in so many rows, the highest that are free for it; returns the first."""
        free = 0
        for at, taken in enumerate(self._taken):
            after = bisect_left(taken, (x0, x1))
            is_free_before = not after or taken[after - 1][1] + _CLEAR <= x0
            free = free + 1 if is_free_before and (after == len(taken) or taken[after][0] >= x1 + _CLEAR) else 0
            if free == rows:
                first = at + 1 - rows
                break
        else:
            first = len(self) - free
            self._taken += [[] for _ in range(rows - free)]
        for row in range(first, first + rows):
            insort(self._taken[row], (x0, x1))
        return first

    def room(self, row: int, x0: float, x1: float, scale: _Scale) -> tuple[float, float]:
        """How far the span that is taken in a row may grow to the left and to the right."""
        taken = self._taken[row]
        at = bisect_left(taken, (x0, x1))
        left = taken[at - 1][1] + _CLEAR if at else scale.left
        right = taken[at + 1][0] - _CLEAR if at + 1 < len(taken) else scale.right
        return left, right

    def change(self, row: int, old: tuple[float, float], new: tuple[float, float]) -> None:
        """Take another span instead of one that is taken."""
        self._taken[row].remove(old)
        insort(self._taken[row], new)


def _lanes(
    titles: dict[str, tuple[str, ...]], shapes: Sequence[tuple[Moment, _Shape]], scale: _Scale
) -> tuple[_Lane, ...]:
    """The lanes with the richest labels that there is room for: one page, or half as much again as numbers take."""
    by_lane: dict[str, list[tuple[Moment, _Shape]]] = {title: [] for title in titles}
    for moment, shape in shapes:
        by_lane[moment.lane].append((moment, shape))
    numbered = tuple(_lane(title, titles[title], items, scale, None) for title, items in by_lane.items())
    allowed = max(ONE_PAGE, 1.5 * sum(lane.height for lane in numbered)) if len(shapes) > FEW else math.inf
    for room in _LABELS:
        lanes: list[_Lane] = []
        left = allowed
        for title, items in by_lane.items():
            lanes.append(_lane(title, titles[title], items, scale, room, left))
            left -= lanes[-1].height
            if left < 0:
                break
        else:
            return tuple(lanes)
    return numbered


def _lane(
    title: str,
    title_lines: tuple[str, ...],
    shapes: Sequence[tuple[Moment, _Shape]],
    scale: _Scale,
    room: tuple[int, int] | None,
    highest: float = math.inf,
) -> _Lane:
    """A lane with labels of at most so many columns and lines; with None, labels where numbers leave room for them.

    As soon as it is higher than ``highest`` it is given up, and what there is of it returned.
    """
    rows, items = _Rows(), []
    for moment, shape in shapes:
        lines = _fitted(one_line(moment.label), *room) if room else ()
        widest = _fitted(one_line(moment.label), _LABELS[0][0], 1) if room and room[1] == 1 else lines
        side = _side(moment, shape, widest, scale)
        x0, x1 = _extent(_Item(moment, shape, 0, side, lines), scale)
        items.append(_Item(moment, shape, rows.place(x0, x1, max(1, len(lines)) + (side == "below")), side, lines))
        if len(rows) * ROW > highest:
            break
    if not room or room[1] == 1:
        items = [_filled(item, rows, scale) for item in items]
    return _Lane(title, title_lines, tuple(items), len(rows))


def _side(moment: Moment, shape: _Shape, lines: tuple[str, ...], scale: _Scale) -> Side:
    wide = _text_width(moment, lines) + _GAP
    if shape.x1 + wide <= scale.right:
        return "right"
    return "left" if shape.x0 - wide >= scale.left else "below"


def _text_width(moment: Moment, lines: Iterable[str]) -> float:
    """The width of mark, number and label."""
    label = max(map(_columns, lines), default=0) * _COLUMN
    return _mark_width(moment) + _number_width(moment) + (label + _GAP if label else 0)


def _mark_width(moment: Moment) -> float:
    return 2 * _RADIUS + _GAP if moment.status else 0


def _number_width(moment: Moment) -> float:
    return len(str(moment.number)) * SIZE * 0.7  # digits in bold


def _extent(item: _Item, scale: _Scale) -> tuple[float, float]:
    """From where to where the shape and the text of an item reach."""
    shape, wide = item.shape, _text_width(item.moment, item.lines)
    if item.side == "right":
        return shape.x0, shape.x1 + _GAP + wide
    if item.side == "left":
        return shape.x0 - _GAP - wide, shape.x1
    start = _below(item, scale)
    return min(shape.x0, start), max(shape.x1, start + wide)


def _below(item: _Item, scale: _Scale) -> float:
    """Where a text under its shape begins: with the shape, further left only when it would not fit."""
    return max(scale.left, min(item.shape.x0, scale.right - _text_width(item.moment, item.lines)))


def _filled(item: _Item, rows: _Rows, scale: _Scale) -> _Item:
    """The item with as much of its label as its row has room for; a number alone may move to the side that has more."""
    old = _extent(item, scale)
    left, right = rows.room(item.row, *old, scale)
    taken = _text_width(item.moment, ()) + 2 * _GAP
    side: Side = item.side
    if side == "below":
        right = min(right, rows.room(item.row + 1, *old, scale)[1])
        room = right - _below(item, scale) - taken
    else:
        to_left = item.shape.x0 - taken - left - (_CLEAR if side == "right" else 0)
        room = right - taken - item.shape.x1 if side == "right" else to_left
        if side == "right" and not item.lines and room < min(_ENOUGH * _COLUMN, to_left):
            side, room = "left", to_left
    columns = min(int(room / _COLUMN), _LABELS[0][0])
    if columns < max(_LEAST_LABEL, *map(_columns, item.lines), 0):
        return item
    filled = item._replace(side=side, lines=_fitted(one_line(item.moment.label), columns, 1))
    for row in range(item.row, item.row + 1 + (side == "below")):
        rows.change(row, old, _extent(filled, scale))
    return filled


# Text that fits


@lru_cache(maxsize=1 << 14)
def _columns(text: str) -> float:
    """How wide a text may get, in columns of 0.6 em; more than ``tracker.text.width`` says where glyphs are broad."""
    foreign: list[int] = []
    if not text.isascii():
        foreign = [width(character) for character in text if not character.isascii()]
    more = foreign.count(0) + 0.2 * foreign.count(1)  # marks may be drawn on their own
    return width(text) + more + 0.65 * len(_BROAD.findall(text)) + 0.2 * len(_CAPITAL.findall(text))


def _wrapped(text: str, columns: float) -> list[str]:
    """Lines of at most so many columns, broken at spaces, between Chinese characters, and within words that are longer,
    there after a hyphen if there is one.
    """
    lines, line = [], ""
    for space, unit in _UNIT.findall(text):
        if _columns(line + space + unit) <= columns:
            line += space + unit
            continue
        *full, last = _broken(unit, columns)
        lines += [line, *full] if line else full
        line = last
    return [*lines, line] if line else lines


def _balanced(text: str, columns: int, found: list[str]) -> list[str]:
    """As few lines, but none much shorter than the others, so that no word stands alone."""
    least = max(1, columns // 2)
    while len(found) > 1 and least < columns:
        narrower = _wrapped(text, middle := (least + columns) // 2)
        if len(narrower) > len(found):
            least = middle + 1
        else:
            columns, found = middle, narrower
    return found


def _broken(unit: str, columns: float) -> list[str]:
    pieces = [""]
    for character in unit:
        if pieces[-1] and _columns(pieces[-1] + character) > columns:
            whole, hyphen, rest = pieces[-1].rpartition("-")
            pieces[-1:] = [whole + hyphen, rest] if whole else [rest, ""]
        pieces[-1] += character
    return pieces


def _fitted(text: str, columns: int, lines: int) -> tuple[str, ...]:
    """The text on at most so many lines of so many columns; where it is shortened, it ends with an ellipsis."""
    start = text[: (columns + 1) * lines + 1]  # every character takes a column, and a break swallows a space
    found = _wrapped(start, columns)
    if len(found) <= lines and start == text:
        return tuple(_balanced(text, columns, found))
    last = found[lines - 1] if len(found) >= lines else found.pop()
    while last and _columns(last + "…") > columns:
        last = last[:-1]
    return (*found[: lines - 1], last.rstrip(" ,;:，；：") + "…")


# The axis


def _axis(scale: _Scale, language: str) -> tuple[list[_Tick], list[_Tick]]:
    """The periods of the axis, the finest whose names there is room for, and the longer ones that they belong to."""
    first, last = scale.day(scale.left), scale.day(scale.right)
    for days, months in _STEPS:
        sample = _columns(_period(date(2028, 12, 28), days, months, language)) * _AXIS_COLUMN
        if days * scale.unit >= sample + 10:
            break
    fine = _periods(days, months, first, last, language)
    if months >= 12:
        return fine, []
    return fine, _periods(30 if days < 28 else 365, 1 if days < 28 else 12, first, last, language, of_days=days < 28)


def _periods(days: int, months: int, first: int, last: int, language: str, *, of_days: bool = False) -> list[_Tick]:
    """All periods that touch the days from ``first`` to ``last``."""
    if months:
        start, end = date.fromordinal(first), date.fromordinal(last)
        indexes = range(
            (start.year * 12 + start.month - 1) // months * months, end.year * 12 + end.month + months, months
        )
        starts = sorted({_month(index) for index in indexes})
    else:
        starts = list(range(max(1, first - (first - 1) % days), last + days + 1, days))  # day 1 was a Monday
    return [
        _Tick(start, end, _period(date.fromordinal(start), days, months, language, with_year=of_days))
        for start, end in pairwise(starts)
        if end > first and start <= last
    ]


def _month(index: int) -> int:
    """The day on which a month begins, counted from year 0, kept within the years 1 to 9999 and the day after."""
    year, month = divmod(index, 12)
    if year < 1:
        return 1
    return date.max.toordinal() + 1 if year > 9999 else date(year, month + 1, 1).toordinal()


def _period(start: date, days: int, months: int, language: str, *, with_year: bool = False) -> str:
    """The name of a period, from the day it begins."""
    is_chinese = language == "zh"
    if not months:
        return f"{start.day}日" if is_chinese else str(start.day)
    if months == 1:
        if is_chinese:
            return f"{start.year}年" * with_year + f"{start.month}月"
        return _MONTHS[start.month - 1] + f" {start.year}" * with_year
    if months == 3:
        return f"{start.month // 3 + 1}季度" if is_chinese else f"Q{start.month // 3 + 1}"
    return f"{start.year}年" if is_chinese else str(start.year)


# Drawing


def _picture(words: _Words, language: Literal["en", "zh"], layout: _Layout, font: str, hatch: str) -> svg.SVG:
    import svg

    drawn: list[svg.Element] = []
    y = float(MARGIN)
    if items := layout.items:
        chart, y = _chart(layout.lanes, layout.scale, language, words, y, hatch)
        legend, y = _legend(items, words, y + 12, hatch)
        drawn += [*chart, *legend]
    for line in _wrapped(_note(words, layout), (WIDTH - 2 * MARGIN) / _COLUMN):
        drawn.append(_text(line, MARGIN, y + SIZE, kind="note"))
        y += ROW
    height = round(y + MARGIN)
    return svg.SVG(
        width=WIDTH,
        height=height,
        viewBox=svg.ViewBoxSpec(0, 0, WIDTH, height),
        lang=language,
        extra={
            "role": "img",
            "font-family": font,
            "font-size": str(SIZE),
            "fill": _INK,
            "stroke-linecap": "round",
        },
        elements=[
            svg.Title(text=svg.escape(words.title)),
            svg.Desc(text=svg.escape(_described(words, layout))),
            svg.Defs(elements=[_hatch(hatch)]),
            svg.Rect(width=WIDTH, height=height, fill="#ffffff"),
            *drawn,
        ],
    )


def _note(words: _Words, layout: _Layout) -> str:
    """What is not in the picture."""
    if layout.undated:
        return words.undated + words.colon + words.comma.join(layout.undated)
    return "" if layout.number else words.nothing


def _described(words: _Words, layout: _Layout) -> str:
    items, note = layout.items, _note(words, layout)
    if not items:
        return note
    bounds = (bound for item in items for bound in (item.moment.earliest, item.moment.latest))
    days = sorted(bound for bound in bounds if bound and bound not in (EARLIEST, LATEST))
    told = words.described.format(count=layout.number, dated=len(items), first=days[0], last=days[-1])
    return f"{told} {note}".strip()


def _hatch(name: str) -> svg.Pattern:
    import svg

    return svg.Pattern(
        id=name,
        width=4,
        height=4,
        patternUnits="userSpaceOnUse",
        patternTransform=[svg.Rotate(45)],
        elements=[svg.Rect(width=4, height=4, fill="#ffffff"), svg.Rect(width=1.8, height=4, fill=_DARK)],
    )


def _chart(
    lanes: Sequence[_Lane], scale: _Scale, language: str, words: _Words, y: float, hatch: str
) -> tuple[list[svg.Element], float]:
    """The lanes with their items, and the axis below them and, when they are high, above them; and where they end."""
    fine, coarse = _axis(scale, language)
    names = ROW * (2 if coarse else 1)
    height = sum(lane.height for lane in lanes)
    drawn: list[svg.Element] = []
    if height > _HIGH:
        drawn += [*_names(coarse, scale, y), *_names(fine, scale, y + names - ROW)]
        y += names + 2
    top, bottom = y, y + height
    for at, lane in enumerate(lanes):
        drawn += _band(lane, y, is_shaded=at % 2 == 1)
        y += lane.height
    drawn += _grid(fine, scale, top, bottom, _FAINT if coarse else _COARSE)
    drawn += _grid(coarse, scale, top, bottom, _COARSE)
    y = top
    for lane in lanes:
        drawn += [_drawn(item, y + _LANE_SPACE / 2, scale, words, hatch) for item in lane.items]
        y += lane.height
    drawn += [_line(scale.left, edge, scale.right, edge, _INK, 1.2) for edge in ((top,) * (height > _HIGH) + (bottom,))]
    drawn += [*_names(fine, scale, bottom + 2), *_names(coarse, scale, bottom + 2 + ROW)]
    return drawn, bottom + 2 + names


def _band(lane: _Lane, y: float, *, is_shaded: bool) -> Iterator[svg.Element]:
    """The ground of a lane and its title."""
    import svg

    if is_shaded:
        yield svg.Rect(x=MARGIN, y=_n(y), width=WIDTH - 2 * MARGIN, height=lane.height, fill=_BAND)
    if lane.lines:
        lines = [
            _text(line, MARGIN + 2, y + _LANE_SPACE / 2 + row * ROW + _BASE, kind="lane", is_bold=True)
            for row, line in enumerate(lane.lines)
        ]
        yield svg.G(elements=[svg.Title(text=svg.escape(one_line(lane.title))), *lines])


def _grid(ticks: Sequence[_Tick], scale: _Scale, top: float, bottom: float, colour: str) -> Iterator[svg.Element]:
    for tick in ticks:
        x = scale.at(tick.start)
        if x >= scale.left:
            line = _line(x, top, x, bottom + 5, colour, 1)
            line.class_ = ["tick"]
            line.data = {"day": date.fromordinal(tick.start).isoformat()}
            yield line


def _names(ticks: Sequence[_Tick], scale: _Scale, y: float) -> Iterator[svg.Element]:
    """The names of the periods, each right of the line where it begins, where it has room; ``y`` is the top."""
    for tick in ticks:
        start, end = scale.at(tick.start), min(scale.at(tick.end), scale.right)
        is_whole = start >= scale.left
        if not is_whole and (tick.end - tick.start == 7 or tick.end - tick.start > 366):
            continue  # this name is that of its first day or year only
        x = max(start, scale.left) + 3
        if x + _columns(tick.name) * _AXIS_COLUMN <= end:
            yield _text(tick.name, x, y + _BASE, kind="axis", size=_AXIS_SIZE)


def _drawn(item: _Item, top: float, scale: _Scale, words: _Words, hatch: str) -> svg.Element:
    """An item: its shape, its mark, its number and its label; ``top`` is that of its lane's first row."""
    import svg

    moment, shape = item.moment, item.shape
    middle = top + item.row * ROW + ROW / 2 + (2 if item.side == "below" else 0)
    sign = -1 if item.side == "left" else 1
    x = _below(item, scale) if item.side == "below" else shape.x0 - _GAP if sign < 0 else shape.x1 + _GAP
    line = middle + (ROW - 5 if item.side == "below" else 0)  # nearer to its own bar than to the next
    anchor: Anchor = "end" if sign < 0 else "start"
    elements = [*_outline(moment, shape, middle, hatch)]
    if moment.status:
        elements += _mark(moment.status, x + sign * _RADIUS, line)
    x += sign * _mark_width(moment)
    baseline = line - ROW / 2 + _BASE
    elements.append(_text(str(moment.number), x, baseline, kind="number", anchor=anchor, is_bold=True))
    x += sign * (_number_width(moment) + _GAP)
    for row, told in enumerate(item.lines):
        struck = moment.status == "retracted"
        elements.append(_text(told, x, baseline + row * ROW, kind="label", anchor=anchor, is_struck=struck))
    return svg.G(class_=["item"], elements=[svg.Title(text=svg.escape(_told(moment, words))), *elements])


def _told(moment: Moment, words: _Words) -> str:
    """All that is known of an item, in words."""
    first, last = (None if day in (None, EARLIEST, LATEST) else day for day in (moment.earliest, moment.latest))
    if first and last:
        when = first if first == last else words.to.format(first, last)
    else:
        when = words.since.format(first) if first else words.until.format(last)
    status = words.statuses.get(moment.status, one_line(moment.status))
    remarks = [when, *([words.approximate] if moment.approximate else []), *([status] if status else [])]
    return f"{moment.number}{words.colon}{one_line(moment.label)} ({'; '.join(remarks)})"


def _outline(moment: Moment, shape: _Shape, y: float, hatch: str) -> Iterator[svg.Element]:
    """The circle or bar: hatched when disputed, hollow when retracted, dotted when approximate."""
    import svg

    fill = _DARK if shape.is_day else _LIGHT
    if moment.approximate or moment.status == "retracted":
        fill = "#ffffff"
    if moment.status == "disputed":
        fill = f"url(#{hatch})"
    dots: list[Decimal | float | int] | None = [0.1, 3.1] if moment.approximate else None
    if shape.is_day:
        yield svg.Circle(
            cx=_n((shape.x0 + shape.x1) / 2),
            cy=_n(y),
            r=_RADIUS - 0.8,
            fill=fill,
            stroke=_DARK,
            stroke_width=1.7 if dots else 1.4,
            stroke_dasharray=dots,
            class_=["day"],
        )
        return
    yield svg.Path(
        d=_bar(shape, y),
        fill=fill,
        stroke=_DARK,
        stroke_width=1.7 if dots else 1.2,
        stroke_dasharray=dots,
        class_=["span"],
        data={"from": _n(shape.x0), "to": _n(shape.x1)},
    )
    for x, wide in _dashes(shape):
        yield svg.Rect(
            x=_n(x), y=_n(y - _HALF), width=wide, height=2 * _HALF, fill=fill, stroke=_DARK, stroke_width=0.8
        )


def _bar(shape: _Shape, y: float) -> list[svg.PathData]:
    """The outline of a bar: an end that is known is round, one that is open is flat and short of the dashes."""
    import svg

    left, right = (_n(end) for end in (shape.x0 + _FADE * shape.opens[0], shape.x1 - _FADE * shape.opens[1]))
    top, bottom = _n(y - _HALF), _n(y + _HALF)
    end: list[svg.PathData] = [svg.V(bottom)]
    start: list[svg.PathData] = [svg.Z()]
    if not shape.opens[1]:
        right = _n(right - _HALF)
        end = [svg.Arc(_HALF, _HALF, 0, False, True, right, bottom)]
    if not shape.opens[0]:
        left = _n(left + _HALF)
        start = [svg.Arc(_HALF, _HALF, 0, False, True, left, top), svg.Z()]
    return [svg.M(left, top), svg.H(right), *end, svg.H(left), *start]


def _dashes(shape: _Shape) -> Iterator[tuple[float, float]]:
    """Where the dashes of open ends begin, and how wide they are."""
    for is_open, end, sign in zip(shape.opens, (shape.x0 + _FADE, shape.x1 - _FADE), (-1, 1), strict=True):
        for wide in _DASHES if is_open else ():
            end += sign * 3.5
            yield (end if sign > 0 else end - wide), wide
            end += sign * wide


def _mark(status: str, x: float, y: float) -> Iterator[svg.Element]:
    """What shows a status: a triangle, a ticked square, a diamond, a cross, or a full square for any other word."""
    import svg

    strokes = _MARKS.get(status, _OTHER_MARK)
    for corners, is_closed in strokes:
        points = [svg.Point(_n(x + across), _n(y + down)) for across, down in corners]
        fill = _INK if strokes is _OTHER_MARK else "#ffffff"
        if is_closed:
            yield svg.Polygon(points=points, fill=fill, stroke=_INK, stroke_width=1.3)
        else:
            yield svg.Polyline(points=points, fill="none", stroke=_INK, stroke_width=1.4)


def _legend(items: Sequence[_Item], words: _Words, y: float, hatch: str) -> tuple[list[svg.Element], float]:
    """What the shapes that occur mean, in as many lines as it takes; and where it ends."""
    x = float(MARGIN)
    drawn: list[svg.Element] = []
    for moment, shape, told in _samples(items, words):
        told = " ".join(_fitted(told, 60, 1))
        wide = shape.x1 + _mark_width(moment) + _GAP + _columns(told) * _AXIS_COLUMN
        if x > MARGIN and x + wide > WIDTH - MARGIN:
            x, y = float(MARGIN), y + ROW
        middle = y + ROW / 2
        drawn += _outline(moment, shape._replace(x0=x, x1=x + shape.x1), middle, hatch)
        if moment.status:
            drawn += _mark(moment.status, x + shape.x1 + _GAP + _RADIUS, middle)
        start = x + shape.x1 + _mark_width(moment) + _GAP
        drawn.append(_text(told, start, y + _BASE, kind="legend", size=_AXIS_SIZE))
        x += wide + 14
    return drawn, y + ROW + 2


def _samples(items: Sequence[_Item], words: _Words) -> Iterator[tuple[Moment, _Shape, str]]:
    """A sample of each shape that occurs, at place 0, and what it means."""
    circle, bar, opened = (
        _Shape(0, 2 * _RADIUS, True),
        _Shape(0, 34, False),
        _Shape(0, 34 + _FADE, False, (False, True)),
    )
    plain = Moment(0, "", None, None)
    if any(item.shape.is_day for item in items):
        yield plain, circle, words.day
    if any(not item.shape.is_day for item in items):
        yield plain, bar, words.span
    if any(any(item.shape.opens) for item in items):
        yield plain, opened, words.open_end
    if any(item.moment.approximate for item in items):
        yield plain._replace(approximate=True), bar, words.approximate
    found = dict.fromkeys(item.moment.status for item in items if item.moment.status)
    for status, told in words.statuses.items():
        if status in found:
            yield plain._replace(status=status), bar if status == "disputed" else circle, told
    if others := [one_line(status) for status in found if status not in words.statuses]:
        yield plain._replace(status=others[0] or "?"), circle, words.comma.join(others)


def _text(
    told: str,
    x: float,
    y: float,
    *,
    kind: str,
    anchor: Anchor = "start",
    size: float | None = None,
    is_bold: bool = False,
    is_struck: bool = False,
) -> svg.Text:
    """One line of text; ``y`` is its baseline. All text of the picture passes here or through ``svg.escape``."""
    import svg

    return svg.Text(
        text=svg.escape(told),
        x=_n(x),
        y=_n(y),
        class_=[kind],
        text_anchor=None if anchor == "start" else anchor,
        font_size=size,
        font_weight="bold" if is_bold else None,
        text_decoration="line-through" if is_struck else None,
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, wide: float) -> svg.Line:
    import svg

    return svg.Line(x1=_n(x1), y1=_n(y1), x2=_n(x2), y2=_n(y2), stroke=colour, stroke_width=wide)


def _n(length: float) -> float:
    """A length as it is written: two decimals, none when they are zeros."""
    rounded = round(length, 2)
    return int(rounded) if rounded == int(rounded) else rounded

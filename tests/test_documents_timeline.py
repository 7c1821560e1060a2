"""The timeline as a picture, read as XML and measured: nothing overlaps or is lost, and places are those of days."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.documents.blocks import Moment
from tracker.documents.timeline import FEW, MARGIN, ONE_PAGE, WIDTH, described, in_pages, timeline
from tracker.text import one_line, width

OPEN = (None, "0000-01-01", "9999-12-31")
SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {
    *("svg", "title", "desc", "defs", "pattern", "rect", "g", "text", "circle", "path", "line", "polygon", "polyline"),
}
ATTRIBUTES = {
    *("width", "height", "viewBox", "lang", "role", "font-family", "font-size", "font-weight", "fill", "id", "class"),
    *("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d", "points", "stroke", "stroke-width", "stroke-dasharray"),
    *("stroke-linecap", "patternUnits", "patternTransform", "text-anchor", "text-decoration"),
    *("data-day", "data-from", "data-to"),
}
HOSTILE = [
    "<script>alert(1)</script>", "</text></svg><script/>", "]]>", "<![CDATA[x]]>", "&amp; &#35; &lt;", "\"' onload=x",
    "<a href='http://x.y'>", "javascript:alert(1)", "url(http://x.y/z)", "\x00\x1b[31m", "\u202egnp.exe", "\ud800",
    "\ufffe\uffff", "a\r\nb\tc", "\u2028", "<!-- x --", "%3Cscript%3E", "W" * 300, "м" * 200, "\u0301" * 200, "😀" * 90,
    "ﷺ" * 60, "（（（（", "，。、；", "", " ", "-", "----", "--a-b--", "a-" * 100, "\u00a0" * 50, "\u3000\u3000x",
]  # fmt: skip


class Box(NamedTuple):
    """A rectangle: left, top, right, bottom, and what it is."""

    left: float
    top: float
    right: float
    bottom: float
    what: str


class Item(NamedTuple):
    """An item as it is drawn."""

    number: str
    title: str
    labels: list[str]
    shape: Box
    elements: ElementTree.Element


def parsed(moments: list[Moment], language: str = "en") -> ElementTree.Element:
    return ElementTree.fromstring(timeline(moments, language="zh" if language == "zh" else "en"))


def number_of(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name, "0"))


def text_box(text: ElementTree.Element) -> Box:
    size = float(text.get("font-size", "13"))
    told = text.text or ""
    wide = width(told) * size * 0.6
    x, y = number_of(text, "x"), number_of(text, "y")
    left = x - wide if text.get("text-anchor") == "end" else x
    return Box(left, y - 0.8 * size, left + wide, y + 0.22 * size, told)


def texts(root: ElementTree.Element) -> list[Box]:
    return [text_box(text) for text in root.iter(f"{SVG}text") if text.text]


def shape_of(group: ElementTree.Element) -> Box:
    circle = group.find(f"{SVG}circle")
    if circle is not None:
        x, y, r = (number_of(circle, name) for name in ("cx", "cy", "r"))
        return Box(x - r, y - r, x + r, y + r, "day")
    path = group.find(f"{SVG}path")
    assert path is not None
    y = float(re.match(r"M [\d.-]+ ([\d.-]+)", path.get("d", "")).group(1))  # type: ignore[union-attr]
    return Box(number_of(path, "data-from"), y, number_of(path, "data-to"), y + 10, "span")


def items(root: ElementTree.Element) -> list[Item]:
    found = []
    for group in root.iter(f"{SVG}g"):
        if group.get("class") == "item":
            by_kind: dict[str, list[str]] = {"number": [], "label": []}
            for text in group.iter(f"{SVG}text"):
                by_kind[text.get("class", "")].append(text.text or "")
            title = group.findtext(f"{SVG}title") or ""
            found.append(Item(by_kind["number"][0], title, by_kind["label"], shape_of(group), group))
    return found


def noted(root: ElementTree.Element) -> list[str]:
    note = " ".join(text.text or "" for text in root.iter(f"{SVG}text") if text.get("class") == "note")
    return re.findall(r"\d+", note)


def overlap(a: Box, b: Box) -> bool:
    slack = 0.02
    return (
        a.left < b.right - slack and b.left < a.right - slack and a.top < b.bottom - slack and b.top < a.bottom - slack
    )


def overlaps(boxes: list[Box]) -> Iterator[tuple[Box, Box]]:
    """All pairs of boxes that overlap, by a sweep from left to right."""
    open_ones: list[Box] = []
    for box in sorted(boxes):
        open_ones = [each for each in open_ones if each.right > box.left]
        yield from ((each, box) for each in open_ones if overlap(each, box))
        open_ones.append(box)


def check(moments: list[Moment], language: str = "en") -> ElementTree.Element:
    """What must hold for any moments: no overlaps, all within the picture, each number once, nothing foreign."""
    root = parsed(moments, language)
    height = number_of(root, "height")
    drawn = items(root)
    boxes = texts(root) + [item.shape for item in drawn]
    assert not list(overlaps(boxes))
    for box in boxes:
        assert box.left >= 0 and box.right <= WIDTH - MARGIN / 2, box
        assert box.top >= 0 and box.bottom <= height, box
    assert Counter([item.number for item in drawn] + noted(root)) == Counter(str(moment.number) for moment in moments)
    assert root.get("viewBox") == f"0 0 {WIDTH} {root.get('height')}"
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ELEMENTS
    assert {name for element in root.iter() for name in element.attrib} <= ATTRIBUTES
    return root


def day(at: int) -> str:
    return (date(2025, 1, 1) + timedelta(at)).isoformat()


def many(
    count: int, lanes: int = 1, label: str = "Judgment: the court orders the seller to return the deposit"
) -> list[Moment]:
    """Moments spread over a year without chance, crowded in places, of all kinds."""
    statuses = ("", "", "", "disputed", "", "settled", "corrected", "", "retracted", "unheard of")
    made = []
    for at in range(count):
        start = at * at * 7 % 331 if at % 3 else 200 + at % 5
        end = start + (0, 0, 0, 30, 1, 120)[at % 6]
        made.append(
            Moment(
                at + 1,
                f"{label} no. {at}",
                None if at % 23 == 5 else day(start),
                None if at % 29 == 7 else day(end),
                f"People v. Xiaomi, case-{at % lanes}" if lanes > 1 else "",
                statuses[at % 10],
                at % 7 == 3,
            )
        )
    return made


@pytest.mark.parametrize("lanes", [1, 3, 10])
@pytest.mark.parametrize("count", [0, 1, 5, 12, 40, 150])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_overlaps_and_each_number_is_there_once(count: int, lanes: int, language: str) -> None:
    check(many(count, lanes), language)


@pytest.mark.parametrize("label", ["x", "一审判决：返还定金5000元，驳回其他诉讼请求", "W" * 90, "word " * 40])
@pytest.mark.parametrize("count", [5, 40, 150])
def test_nothing_overlaps_whatever_the_labels(count: int, label: str) -> None:
    check(many(count, label=label))
    check([moment._replace(earliest="2025-03-01", latest="2025-03-01") for moment in many(count, 2, label)])
    check([moment._replace(earliest=None, latest="2025-03-01") for moment in many(count, 2, label)])


days = st.one_of(
    st.dates(date(2025, 1, 1), date(2025, 2, 15)), st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.dates()
)


@st.composite
def moment(draw: st.DrawFn, number: int) -> Moment:
    first, last = sorted(draw(st.tuples(days, days)))
    ends = draw(st.sampled_from(["both", "both", "day", "first", "last", "none"]))
    earliest = None if ends in ("last", "none") else first.isoformat()
    latest = earliest if ends == "day" else None if ends in ("first", "none") else last.isoformat()
    return Moment(
        number,
        draw(st.text(max_size=60) | st.sampled_from(HOSTILE)),
        earliest,
        latest,
        draw(st.sampled_from(["", "a", "People v. Xiaomi Technology Co. and others and others and others", "案件"])),
        draw(st.sampled_from(["", "", "disputed", "settled", "corrected", "retracted", "other"])),
        draw(st.booleans()),
    )


@st.composite
def some(draw: st.DrawFn) -> list[Moment]:
    return [draw(moment(number)) for number in range(1, draw(st.integers(0, 30)) + 1)]


@given(some(), st.sampled_from(["en", "zh"]))
@settings(max_examples=150, deadline=None)
def test_nothing_overlaps_whatever_happened(moments: list[Moment], language: str) -> None:
    undated = {str(each.number) for each in moments if each.earliest in OPEN and each.latest in OPEN}
    assert set(noted(check(moments, language))) == undated


def test_with_few_items_labels_are_whole() -> None:
    moments = many(FEW, 2)
    told = {moment.number: one_line(moment.label) for moment in moments}
    for item in items(check(moments)):
        assert " ".join(item.labels) == told[int(item.number)]


@pytest.mark.parametrize(("count", "has_bare_numbers"), [(40, False), (1200, True)])
def test_labels_are_shortened_where_it_shows_and_whole_in_their_titles(count: int, has_bare_numbers: bool) -> None:
    moments = [each._replace(latest=each.earliest) if count > 100 else each for each in many(count)]
    told = {str(moment.number): moment.label for moment in moments}
    drawn = items(check(moments))
    for item in drawn:
        assert item.title.startswith(f"{item.number}: {told[item.number]} (")
        shown = " ".join(item.labels)
        assert not shown or shown == told[item.number] or told[item.number].startswith(shown.removesuffix("…"))
        assert not shown or shown == told[item.number] or shown.endswith("…")
    assert any(not item.labels for item in drawn) == has_bare_numbers and any(item.labels for item in drawn)


def test_the_picture_grows_with_its_items() -> None:
    heights = [number_of(parsed(many(count)), "height") for count in (5, 40, 150, 600)]
    assert heights == sorted(heights) and heights[0] < 600 < heights[-1]


# Where things lie


def by_number(moments: list[Moment]) -> dict[int, Box]:
    return {int(item.number): item.shape for item in items(check(moments))}


def middle(box: Box) -> float:
    return (box.left + box.right) / 2


def test_the_scale_is_linear_and_days_lie_on_it() -> None:
    dates = ["2025-01-01", "2025-01-11", "2025-03-02", "2025-12-31"]
    found = by_number([Moment(at, "x", day, day) for at, day in enumerate(dates)])
    whole = (middle(found[3]) - middle(found[0])) / 364
    for at, days_later in ((1, 10), (2, 60)):
        assert middle(found[at]) - middle(found[0]) == pytest.approx(days_later * whole, abs=0.05)
    assert whole > 2


def test_spans_reach_from_the_start_of_their_first_day_to_the_end_of_their_last() -> None:
    moments = [
        Moment(1, "a", "2025-05-01", "2025-05-01"), Moment(2, "b", "2025-06-01", "2025-06-01"),
        Moment(3, "c", "2025-05-01", "2025-05-31"), Moment(4, "d", None, "2025-05-31"),
        Moment(5, "e", "2025-05-01", "9999-12-31"), Moment(6, "f", "0000-01-01", "2025-05-31"),
    ]  # fmt: skip
    found = by_number(moments)
    half = (middle(found[2]) - middle(found[1])) / 31 / 2
    assert found[3].left == pytest.approx(middle(found[1]) - half, abs=0.05)
    assert found[3].right == pytest.approx(middle(found[2]) - half, abs=0.05)
    assert found[4].right == found[6].right == found[3].right and found[5].left == found[3].left
    assert found[4].left == found[6].left == pytest.approx(MARGIN) and found[5].right == WIDTH - MARGIN


def test_a_span_too_short_to_be_seen_keeps_its_middle() -> None:
    found = by_number(
        [
            Moment(1, "a", "2015-01-01", "2015-01-01"),
            Moment(2, "b", "2020-06-01", "2020-06-03"),
            Moment(3, "c", "2020-06-02", "2020-06-02"),
            Moment(4, "d", "2025-12-31", "2025-12-31"),
        ]
    )
    assert found[2].what == "span" and found[3].what == "day"
    assert middle(found[2]) == pytest.approx(middle(found[3]), abs=0.05)
    assert found[2].right - found[2].left > found[3].right - found[3].left


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("2025-10-03", "2025-10-14", ["3", "4", "13", "14", "Oct 2025"]),
        ("2025-10-03", "2025-12-14", ["6", "13", "Nov 2025"]),
        ("2025-02-03", "2025-12-14", ["Feb", "Mar", "Dec", "2025"]),
        ("2022-02-03", "2025-12-14", ["Q1", "Q4", "2022", "2025"]),
        ("2010-02-03", "2025-12-14", ["2010", "2011", "2025"]),
        ("1949-10-01", "2025-12-14", ["1950", "1955", "2020"]),
        ("0001-01-01", "9999-12-30", ["2000", "8000"]),
    ],
)
def test_the_axis_has_the_ticks_that_the_span_asks_for(first: str, last: str, names: list[str]) -> None:
    root = check([Moment(1, "x", first, first), Moment(2, "y", last, last)])
    shown = [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "axis"]
    assert set(names) <= set(shown)
    assert 2 <= len(shown) <= 60


def test_ticks_lie_where_their_days_begin() -> None:
    moments = [Moment(1, "a", "2025-03-01", "2025-03-31"), Moment(2, "b", "2025-09-10", "2025-09-10")]
    ticks = {
        tick.get("data-day"): number_of(tick, "x1") for tick in parsed(moments).iter(f"{SVG}line") if tick.get("class")
    }
    found = by_number(moments)
    assert found[1].left == pytest.approx(ticks["2025-03-01"], abs=0.05)
    assert found[1].right == pytest.approx(ticks["2025-04-01"], abs=0.05)
    a_day = (ticks["2025-09-01"] - ticks["2025-03-01"]) / 184
    assert middle(found[2]) == pytest.approx(ticks["2025-09-01"] + 9.5 * a_day, abs=0.05)


def test_lanes_stand_in_the_order_they_come_and_hold_their_items() -> None:
    root = check([moment._replace(lane=f"Lane {9 - moment.number % 4}") for moment in many(40)])
    tops = {text.text: number_of(text, "y") for text in root.iter(f"{SVG}text") if text.get("class") == "lane"}
    assert list(tops) == ["Lane 8", "Lane 7", "Lane 6", "Lane 9"] and sorted(tops.values()) == list(tops.values())
    ordered = [*tops.values(), number_of(root, "height")]
    for item in items(root):
        lane = list(tops).index(f"Lane {9 - int(item.number) % 4}")
        assert ordered[lane] - 20 < item.shape.top < ordered[lane + 1] - 20


# Shapes carry the meaning


def drawn(**remark: object) -> ElementTree.Element:
    moments = [Moment(1, "x", "2025-05-01", "2025-05-31"), Moment(2, "y", "2025-06-01", "2025-06-01")]
    return items(parsed([moments[0]._replace(**remark), moments[1]]))[0].elements  # type: ignore[arg-type]


def test_each_kind_is_told_by_its_shape() -> None:
    plain = drawn().find(f"{SVG}path")
    assert plain is not None and plain.get("fill", "").startswith("#") and not plain.get("stroke-dasharray")
    dotted = drawn(approximate=True).find(f"{SVG}path")
    assert dotted is not None and dotted.get("stroke-dasharray")
    disputed = drawn(status="disputed")
    path, mark = disputed.find(f"{SVG}path"), disputed.find(f"{SVG}polygon")
    assert path is not None and path.get("fill") == "url(#timeline-hatch)"
    assert mark is not None and len(mark.get("points", "").split()) == 3
    retracted = drawn(status="retracted")
    assert [text.get("text-decoration") for text in retracted.iter(f"{SVG}text")] == [None, "line-through"]
    assert len(drawn(latest=None).findall(f"{SVG}rect")) == 3
    shapes = {
        ElementTree.tostring(drawn(status=status), encoding="unicode").split("title>")[-1].split(":text")[0]
        for status in ("", "disputed", "settled", "corrected", "retracted", "unheard of")
    }
    assert len(shapes) == 6


def legend(root: ElementTree.Element) -> set[str | None]:
    return {text.text for text in root.iter(f"{SVG}text") if text.get("class") == "legend"}


def test_the_legend_says_what_occurs_and_no_more() -> None:
    assert legend(parsed([Moment(1, "x", "2025-05-01", "2025-05-01")])) == {"on this day"}
    assert legend(parsed([Moment(1, "x", None, "2025-05-01", "", "disputed", True)])) == {
        "some day or all of this time", "first or last day not known", "about this date", "disputed"
    }  # fmt: skip
    assert legend(parsed([Moment(1, "x", "2025-05-01", "2025-05-01", "", "disputed")], "zh")) == {"确切日期", "有争议"}
    assert "lost & <found>" in legend(parsed([Moment(1, "x", "2025-05-01", "2025-05-01", "", "lost & <found>")]))


def test_what_has_no_date_is_in_the_note() -> None:
    moments = [Moment(3, "a", "2025-05-01", "2025-05-01"), Moment(7, "b", None, None), Moment(12, "c", None, None)]
    for language, told in (("en", "not dated: 7, 12"), ("zh", "无日期：7、12")):
        assert told in {text.text for text in check(moments, language).iter(f"{SVG}text")}
    assert [item.number for item in items(check(moments))] == ["3"]
    assert not items(check(moments[1:])) and noted(check(moments[1:])) == ["7", "12"]
    assert noted(check([Moment(at, "x", None, None) for at in range(400)])) == [str(at) for at in range(400)]


def test_the_picture_is_described() -> None:
    for language, title in (("en", "Timeline"), ("zh", "时间线")):
        root = parsed(many(40), language)
        assert root[0].tag == f"{SVG}title" and root[0].text == title
        assert root[1].tag == f"{SVG}desc" and "40" in (root[1].text or "")
        assert root.get("role") == "img" and root.get("lang") == language and root.get("width") == str(WIDTH)
        assert "CJK" in root.get("font-family", "") and root.get("font-family", "").endswith("sans-serif")


# What must not happen


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    root = check([Moment(1, text, "2025-05-01", "2025-05-01", text, text, True), Moment(2, text, None, None, text)])
    assert one_line(text) in items(root)[0].title
    source = timeline([Moment(1, text, "2025-05-01", None, text, text)])
    source.encode()
    assert (
        "<!" not in source
        and "<?" not in source
        and source.count("url(") - source.count("url(#timeline-hatch)") == (source.count("url(http://x.y/z)"))
    )


@given(st.text(), st.text(), st.text())
@settings(max_examples=100, deadline=None)
def test_any_text_stays_text(label: str, lane: str, status: str) -> None:
    moments = [Moment(at, label, "2025-05-01", "2025-05-01", lane, status) for at in range(1, 13)]
    assert f"1: {one_line(label)} (" in items(check(moments))[0].title


@pytest.mark.parametrize(("earliest", "latest"), [("2025-05-02", "2025-05-01"), ("2025-13-01", None), ("", "x")])
def test_no_days_are_refused(earliest: str, latest: str | None) -> None:
    with pytest.raises(ValueError, match=r"after|month|isoformat"):
        timeline([Moment(1, "x", earliest, latest)])


def test_a_very_long_label_is_shortened() -> None:
    item = items(check([Moment(1, "word " * 200_000, "2025-05-01", "2025-05-01")]))[0]
    assert item.labels[-1].endswith("…") and len(item.title) > 900_000


def test_five_thousand_items_are_drawn() -> None:
    found = timeline(many(5000, 10))
    assert len(items(ElementTree.fromstring(found))) > 4900


def test_equal_moments_give_equal_bytes_in_every_process() -> None:
    code = (
        "import sys; sys.path[:0] = ['tests']; from test_documents_timeline import many, timeline;"
        "import hashlib; print(hashlib.sha256(timeline(many(150, 10)).encode()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1 and timeline(many(150, 10)) == timeline(many(150, 10))


def test_the_drawing_library_is_loaded_only_to_draw() -> None:
    code = "import sys, tracker.documents.timeline as t; print('svg' in sys.modules); "
    code += "t.timeline([]); print('svg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_the_measure_of_overlaps_sees_them() -> None:
    a, b, c = Box(0, 0, 10, 10, "a"), Box(9, 9, 20, 20, "b"), Box(10, 0, 20, 8, "c")
    assert list(overlaps([c, a, b])) == [(a, b)]
    assert [overlap(one, two) for one, two in combinations((a, b, c), 2)] == [True, False, False]
    assert all(one.left <= two.left for one, two in pairwise(sorted((a, b, c))))


@pytest.mark.parametrize(
    ("language", "bounds", "told"),
    [
        ("en", ("2025-05-01", "2025-05-01"), "7: x (2025-05-01; about this date; disputed)"),
        ("en", ("2025-05-01", "2025-06-01"), "7: x (2025-05-01 to 2025-06-01; about this date; disputed)"),
        ("en", (None, "2025-06-01"), "7: x (2025-06-01 or before; about this date; disputed)"),
        ("zh", ("2025-05-01", None), "7：x (2025-05-01或之后; 大约日期; 有争议)"),
    ],
)
def test_the_title_of_an_item_says_all_in_words(
    language: str, bounds: tuple[str | None, str | None], told: str
) -> None:
    assert items(check([Moment(7, "x", *bounds, "", "disputed", True)], language))[0].title == told


@pytest.mark.parametrize("lanes", [1, 3, 16])
def test_pages_take_everything_once_and_are_no_higher_than_a_page(lanes):
    moments = [each._replace(lane=f"lane {at * lanes // 300}") for at, each in enumerate(many(300, 10))]
    pages = in_pages(moments)
    assert [moment for page in pages for moment in page] == moments
    assert len(pages) > 1
    for page in pages:
        root = parsed(list(page))
        assert number_of(root, "height") <= ONE_PAGE + 220  # axes, legend and what is not dated
        assert described(page) == root.findtext(f"{SVG}desc")


def test_a_lane_is_not_divided_while_there_are_others():
    moments = [each._replace(lane="first" if at < 150 else "second") for at, each in enumerate(many(200, 10))]
    lanes = [{each.lane for each in page} for page in in_pages(moments)]
    assert all(len(lane) == 1 for lane in lanes)
    assert [name for lane in lanes for name in lane].index("second") == lanes.index({"second"}) > 1
    assert in_pages([]) == [()]
    assert len(in_pages(moments[:5])) == 1

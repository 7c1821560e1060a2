"""What libraries take for the finished blocks of a document: ``documents.py md|html|docx|pdf BLOCKS FILE``."""

import pickle
import sys
from html import escape
from pathlib import Path
from typing import Any


def markdown(blocks: list[Any]) -> bytes:
    from tabulate import tabulate

    made = []
    for block in blocks:
        match block:
            case "heading", level, text:
                made.append(f"{'#' * (level + 1)} {text}")
            case "paragraph", text:
                made.append(text)
            case "items", texts:
                made.append("\n".join(f"- {text}" for text in texts))
            case "table", titles, rows:
                made.append(tabulate(rows, titles, tablefmt="github", disable_numparse=True))
    return "\n\n".join(made).encode()


def html(blocks: list[Any]) -> bytes:
    from tabulate import tabulate

    made = ["<!DOCTYPE html>"]
    for block in blocks:
        match block:
            case "heading", level, text:
                made.append(f"<h{level + 1}>{escape(text)}</h{level + 1}>")
            case "paragraph", text:
                made.append(f"<p>{escape(text)}</p>")
            case "items", texts:
                made.append("".join(f"<li>{escape(text)}</li>" for text in texts))
            case "table", titles, rows:
                made.append(tabulate(rows, titles, tablefmt="html", disable_numparse=True))
    return "\n".join(made).encode()


def word(blocks: list[Any], out: str) -> None:
    from docx import Document

    document = Document()
    for block in blocks:
        match block:
            case "heading", level, text:
                document.add_heading(text, level)
            case "paragraph", text:
                document.add_paragraph(text)
            case "items", texts:
                for text in texts:
                    document.add_paragraph(text, style="List Bullet")
            case "table", titles, rows:
                # All rows at once and each row's cells once: cell by cell, by number, would take the square of it.
                table = document.add_table(1 + len(rows), len(titles), style="Table Grid")
                for row, told in zip(table.rows, [titles, *rows], strict=True):
                    for cell, text in zip(row.cells, told, strict=True):
                        cell.text = text
    document.save(out)


def pdf(given: dict[str, Any]) -> bytes:
    import typst

    return typst.compile(**{**given, "font_paths": typst.Fonts(include_system_fonts=True)})


def main(form: str, blocks: str, out: str) -> None:
    given = pickle.loads(Path(blocks).read_bytes())
    if form == "docx":
        word(given, out)
    else:
        Path(out).write_bytes({"md": markdown, "html": html, "pdf": pdf}[form](given))


if __name__ == "__main__":
    main(*sys.argv[1:])

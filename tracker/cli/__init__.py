"""The command line: a skin that parses, calls the app and prints; each command's module is loaded when it is used."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from tracker import __version__

COMMANDS = {
    "init": "writing",
    "open": "writing",
    "log": "logging",
    "correct": "amending",
    "retract": "amending",
    "dispute": "amending",
    "settle": "amending",
    "source": "registers",
    "party": "registers",
    "deadline": "deadline",
    "status": "status",
    "show": "reading",
    "timeline": "reading",
    "deadlines": "duties",
    "owed": "duties",
    "diff": "diff",
    "search": "reading",
    "disputes": "reading",
    "check": "reading",
    "why": "why",
    "chronology": "chronology",
    "issued": "issuing",
    "query": "reading",
    "types": "vocabulary",
    "kinds": "vocabulary",
    "rules": "rules",
    "rebuild": "upkeep",
    "verify": "upkeep",
    "prove": "proving",
    "anchor": "proving",
    "certify": "proving",
    "seal": "sealing",
    "key": "sealing",
    "repair": "repair",
    "merge-driver": "merging",
}
"""Every verb and the module it is in, in the order in which help shows them."""


class Verbs(click.Group):
    """The verbs, found by name without importing the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, in the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """One verb; None when there is no such verb."""
        if name not in COMMANDS:
            return None
        module = import_module(f"tracker.cli.{COMMANDS[name]}")
        command: click.Command = getattr(module, f"{name.replace('-', '_')}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb, or say which ones come near."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=2)
            hint = f" (did you mean {' or '.join(near)}?)" if near else ""
            raise click.UsageError(f"There is no command {args[0]!r}{hint}: 'tracker --help' lists them.")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; click would end the program with 1 when the reader of its output has gone."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderGone from None


class ReaderGone(Exception):
    """Whoever read standard output has seen enough, as ``head`` has."""


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--store", metavar="DIR", help="The folder that holds events/; found from here upward when left out.")
@click.version_option(__version__, prog_name="tracker")
def cli(store: str | None) -> None:
    """Follow lawsuits, recalls and incidents: log what happened with its source, ask where each case stands."""


def main() -> None:
    """Run the command line; every failure is one sentence on standard error and an exit code (1 record, 2 use)."""
    sys.exit(run(sys.argv[1:]))


def run(args: list[str]) -> int:
    """Run one command and return its exit code."""
    try:
        result: Any = cli.main(args, prog_name="tracker", standalone_mode=False)
        if sys.stdout is not None:  # it was closed before the start
            sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message())
        return 2
    except click.ClickException as error:
        return _fail(_sentence(error), 2)
    except (click.Abort, KeyboardInterrupt):
        return _fail("Stopped; nothing was logged after the last event that was reported.", 130)
    except UnicodeEncodeError as error:
        return _fail(_not_encoded(error), 2 if error.encoding == "utf-8" else 1)
    except (ReaderGone, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it exits
        return 0
    except OSError as error:
        _silence()
        return _fail(f"{error.filename or 'The output'} could not be read or written ({error.strerror or error}).", 1)
    except Exception as error:
        from tracker.errors import ProjectionFault, TrackerError

        if isinstance(error, TrackerError):
            return _fail(str(error), error.exit_code)
        if os.environ.get("TRACKER_DEBUG"):
            raise
        if type(error).__module__ == "sqlite3":  # damage in the middle of the projection shows only when it is read
            return _fail(str(ProjectionFault("tracker.db", str(error))), 1)
        what = f"{type(error).__name__}: {error}"
        return _fail(f"This is a fault in tracker, not in your data ({what}): please report it with the command.", 1)


def _sentence(error: click.ClickException) -> str:
    text = error.format_message()
    ctx = getattr(error, "ctx", None)
    hint = f" See '{ctx.command_path} --help'." if ctx is not None and "'tracker" not in text else ""
    return text + hint


def _not_encoded(error: UnicodeEncodeError) -> str:
    if error.encoding == "utf-8":
        return "The command holds bytes that are not UTF-8: write it as text."
    return f"The output cannot be shown in {error.encoding}: set PYTHONIOENCODING=utf-8, or a locale with UTF-8."


def _fail(text: str, code: int) -> int:
    from tracker.text import visible

    try:
        click.echo(f"Error: {visible(text)}", err=True)
    except OSError:
        _silence()
    return code


def _silence() -> None:
    """Let Python not fail once more on what is still waiting to be written."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

"""Asking a time-stamping authority over HTTP (RFC 3161, section 3.4); the one place that uses the network."""

from __future__ import annotations

import re
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from tracker.errors import BadAuthority, NoAnswer
from tracker.proofs.stamps import MAX_ANSWER

TIMEOUT: Final = 30.0
"""Seconds for one answer, all in all; authorities take about one."""
_QUERY: Final = "application/timestamp-query"
_REPLY: Final = "application/timestamp-reply"


def name_of(url: str) -> str:
    """What an authority is called in the record: its host, with its port when that is not the usual one.

    Raises BadAuthority when the URL is not one of http or https, or holds a name or a password, which would be sent in
    the open.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadAuthority(url) from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or not url.isascii():
        raise BadAuthority(url)
    usual = {"http": 80, "https": 443}[parts.scheme]
    whole = host if port in (None, usual) else f"{host}-{port}"
    name = re.sub("[^a-z0-9.-]", "-", whole.lower()).strip("-.")[:100]
    if not name:
        raise BadAuthority(url)
    return name


def ask(url: str, query: bytes, *, timeout: float = TIMEOUT) -> bytes:
    """What an authority answers, at most one byte more than an answer may have; raises NoAnswer.

    The time is for everything, also for a server that sends a byte now and then: that is why it is waited for from
    outside.
    """
    came: SimpleQueue[bytes | Exception] = SimpleQueue()
    Thread(target=lambda: came.put(_asked(url, query, timeout)), daemon=True).start()
    try:
        answer = came.get(timeout=timeout)
    except Empty:
        answer = TimeoutError()
    if isinstance(answer, TimeoutError):
        raise NoAnswer(url, f"it did not answer within {timeout:g} seconds")
    if isinstance(answer, Exception):
        raise NoAnswer(url, str(answer))
    return answer


def _asked(url: str, query: bytes, timeout: float) -> bytes | Exception:
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import HTTPDefaultErrorHandler as Errors
    from urllib.request import HTTPErrorProcessor as Status
    from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

    # Not the usual opener: it follows redirections, with GET, and to FTP.
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(), Errors(), Status()):
        opener.add_handler(handler)
    request = Request(url, query, {"Content-Type": _QUERY, "Accept": _REPLY})
    try:
        with opener.open(request, timeout=timeout) as response:
            sort = response.headers.get_content_type()
            if sort != _REPLY:
                return ValueError(f"it answered with {sort[:80]}, not with {_REPLY}")
            answer: bytes = response.read(MAX_ANSWER + 1)
            return answer
    except HTTPError as fault:
        return ValueError(f"it answered {fault.code} {fault.reason}"[:200])
    except URLError as fault:
        return fault.reason if isinstance(fault.reason, TimeoutError) else ValueError(str(fault.reason)[:200])
    except TimeoutError as fault:
        return fault
    except (OSError, HTTPException, ValueError) as fault:
        return ValueError((str(fault) or type(fault).__name__)[:200])

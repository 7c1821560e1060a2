"""Time-stamp tokens: only what an authority said about these bytes, to this question, is ever taken for its word."""

import os
from pathlib import Path

import pytest
from authority import Authority, serving

from tracker.errors import BadAuthority, BadCertificates, BadStamp, NoAnswer
from tracker.proofs.authorities import ask, name_of
from tracker.proofs.stamps import TimeStamp, check, question, read_roots

DATA = "example.org/laptop/cases/海口\n1\nroot\n".encode()
EVERY = int(os.environ.get("EVERY_BIT", "8"))
"""Every so manyth bit of a token is changed; EVERY_BIT=1 changes each."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("authority"))
    made.issue("good")
    return made


def asked(authority: Authority, name: str = "good", data: bytes = DATA) -> tuple[bytes, int]:
    """An answer, and the nonce of its question."""
    query = question(data)
    assert query.nonce is not None
    return authority.answer(query.as_bytes(), name), query.nonce


@pytest.mark.parametrize("key", ["rsa", "ec"])
def test_a_good_token_says_when_with_its_root_and_without(authority: Authority, key: str) -> None:
    authority.issue(f"by-{key}", key=key)
    answer, nonce = asked(authority, f"by-{key}")
    with_root = check(answer, DATA, "x", nonce=nonce, roots=read_roots(authority.root))
    assert with_root == check(answer, DATA, "x")._replace(is_chained=True)
    assert with_root.signer == f"CN=by-{key}"
    assert with_root.time.endswith("Z") and with_root.time < with_root.expires


def test_questions_never_have_the_same_nonce() -> None:
    assert len({question(DATA).nonce for _ in range(50)}) == 50
    assert question(DATA).cert_req


def said(answer: bytes, *, data: bytes = DATA, nonce: int | None = None, root: Path | None = None) -> str:
    with pytest.raises(BadStamp) as refused:
        check(answer, data, "cases/x", nonce=nonce, roots=read_roots(root) if root else ())
    return refused.value.why


def test_another_nonce_and_other_bytes(authority: Authority) -> None:
    answer, nonce = asked(authority)
    assert "nonce" in said(answer, nonce=nonce + 1)
    assert said(answer, data=DATA + b"\n", nonce=nonce) == "it is about other bytes"


@pytest.mark.parametrize("usage", ["tsa", "web", "both", "mild"])
def test_a_certificate_for_something_else(authority: Authority, usage: str) -> None:
    query = question(DATA)
    authority.issue(usage, usage=usage)
    answer = authority.signed_anyhow(query.as_bytes(), "good", usage)
    if usage == "tsa":  # so that the others are refused for what they are for
        assert check(answer, DATA, "x", nonce=query.nonce, roots=read_roots(authority.root)).signer == "CN=tsa"
    else:
        for root in (None, authority.root):
            assert said(answer, nonce=query.nonce, root=root) == "its certificate is not one for time stamps"


def test_a_certificate_that_was_not_valid_then(authority: Authority) -> None:
    for name, valid in (
        ("past", ("20200101000000Z", "20210101000000Z")),
        ("future", ("20400101000000Z", "20410101000000Z")),
    ):
        authority.issue(name, valid=valid)
        assert said(asked(authority, name)[0]) == "its certificate was not valid at the time that it names"


def test_another_root(authority: Authority, tmp_path: Path) -> None:
    assert "root" in said(asked(authority)[0], root=Authority(tmp_path).root)


def test_what_is_no_certificate(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("nothing")
    with pytest.raises(BadCertificates):
        read_roots(tmp_path / "a.pem")


def test_no_changed_bit_says_anything_else(authority: Authority) -> None:
    answer, nonce = asked(authority)
    roots = read_roots(authority.root)
    right = check(answer, DATA, "x", nonce=nonce)
    taken = 0
    for bit in range(0, len(answer) * 8, EVERY):
        changed = bytearray(answer)
        changed[bit // 8] ^= 1 << bit % 8 if EVERY == 1 else 1 << bit // 8 % 8
        for trusted in ((), roots):
            try:
                found = check(bytes(changed), DATA, "x", nonce=nonce, roots=trusted)
            except BadStamp:
                continue
            taken += 1
            # What nobody signed may change, such as fields that need not be there: never what was attested.
            assert (found.time, found.is_chained) == (right.time, bool(trusted)), bit
            assert not trusted or found.signer == right.signer
    assert taken < len(answer) * 8 // EVERY // 10


def test_another_time_is_not_what_was_signed(authority: Authority) -> None:
    answer, nonce = asked(authority)
    time = check(answer, DATA, "x").time
    told = "".join(sign for sign in time if sign.isdigit()).encode() + b"Z"
    assert answer.count(told) == 1
    for other in (told[:-2] + bytes([told[-2] ^ 1]) + b"Z", b"%d" % (int(told[:4]) + 1) + told[4:]):
        assert said(answer.replace(told, other), nonce=nonce) == "what it says is not what was signed"


@pytest.mark.parametrize("answer", [b"", b"0", b"\x30\x80\x00\x00", b"<html>", bytes(5000), b"\x30" * 300_000])
def test_what_is_no_answer(answer: bytes) -> None:
    assert said(answer)


def test_a_refusal_is_told(authority: Authority) -> None:
    bad = question(DATA).as_bytes().replace(bytes.fromhex("608648016503040201"), bytes.fromhex("608648016503040203"))
    assert "refused (status 2" in said(authority.answer(bad, "good"))


def test_asking_over_http(authority: Authority) -> None:
    query = question(DATA)
    with serving(lambda sent: authority.answer(sent, "good")) as url:
        answer = ask(url, query.as_bytes())
    assert isinstance(check(answer, DATA, url, nonce=query.nonce, roots=read_roots(authority.root)), TimeStamp)


@pytest.mark.parametrize(
    ("status", "sort", "wanted"),
    [(500, "text/html", "500"), (302, "text/html", "302"), (200, "text/html", "text/html"), (404, "text/plain", "404")],
)
def test_a_server_that_is_no_authority(status: int, sort: str, wanted: str) -> None:
    with serving(lambda sent: b"no", status=status, sort=sort) as url, pytest.raises(NoAnswer, match=wanted):
        ask(url, b"q")


def test_a_server_that_never_ends_or_is_not_there() -> None:
    from threading import Event

    done = Event()
    with serving(lambda sent: b"x" * done.wait(20)) as url:
        with pytest.raises(NoAnswer, match=r"within 0.2 seconds"):
            ask(url, b"q", timeout=0.2)
        done.set()
    with pytest.raises(NoAnswer, match="refused"):
        ask(url, b"q")


def test_names_of_authorities() -> None:
    names = {
        "https://FreeTSA.org/tsr": "freetsa.org",
        "http://tsa.example.com:80/x?y=z": "tsa.example.com",
        "http://localhost:8080": "localhost-8080",
        "https://[::1]:8443/": "1-8443",
    }
    assert {url: name_of(url) for url in names} == names


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a/b", "file:///etc/passwd", "https://", "//a", "https://a:b@c/", "http://a:x/", "https://\u202ea"],
)
def test_what_is_no_authority(url: str) -> None:
    with pytest.raises(BadAuthority):
        name_of(url)

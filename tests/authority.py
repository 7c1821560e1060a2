"""A time-stamping authority of the tests' own: 'openssl ts' with a root made on the spot, behind an HTTP server."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

REPLY = "application/timestamp-reply"
_EXTENSIONS = """
[tsa]
extendedKeyUsage=critical,timeStamping
[web]
extendedKeyUsage=critical,serverAuth
[both]
extendedKeyUsage=critical,timeStamping,serverAuth
[mild]
extendedKeyUsage=timeStamping
"""
_CONFIG = """
[tsa]
default_tsa=t
[t]
serial={serial}
crypto_device=builtin
signer_cert={name}.pem
signer_key={name}.key
signer_digest=sha256
default_policy=1.2.3.4
digests=sha256
accuracy=secs:1
ess_cert_id_alg=sha256
"""


def openssl(*args: object, cwd: Path) -> None:
    subprocess.run(["openssl", *map(str, args)], cwd=cwd, capture_output=True, check=True)


class Authority:
    """A root and as many certificates as are asked for, in a folder; ``root`` is the PEM file to trust."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.root = folder, folder / "ca.pem"
        (folder / "ext.cnf").write_text(_EXTENSIONS)
        openssl("req", "-x509", *_new("ca"), "-out", "ca.pem", "-days", 3650, "-subj", "/CN=Test Root", cwd=folder)

    def issue(self, name: str, *, usage: str = "tsa", valid: tuple[str, str] | None = None, key: str = "rsa") -> str:
        """Make a certificate; ``valid`` is from when to when, as ``openssl x509 -not_before`` has it."""
        openssl("req", *_new(name, key), "-out", f"{name}.csr", "-subj", f"/CN={name}", cwd=self.folder)
        if valid is None:
            dates: list[object] = ["-days", 3000]
            openssl(
                "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", *dates,
                "-extfile", "ext.cnf", "-extensions", usage, "-out", f"{name}.pem", cwd=self.folder,
            )  # fmt: skip
        else:
            (self.folder / "index.txt").write_text("")
            (self.folder / "ca.cnf").write_text(
                "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=ca.serial\nnew_certs_dir=.\ndefault_md=sha256\n"
                "policy=p\nunique_subject=no\n[p]\ncommonName=supplied\n"
            )
            (self.folder / "ca.serial").write_text("7F\n")
            openssl(
                "ca", "-batch", "-config", "ca.cnf", "-in", f"{name}.csr", "-cert", "ca.pem", "-keyfile", "ca.key",
                "-startdate", valid[0], "-enddate", valid[1], "-extfile", "ext.cnf", "-extensions", usage, "-notext",
                "-out", f"{name}.pem", cwd=self.folder,
            )  # fmt: skip
        (self.folder / f"{name}.cnf").write_text(_CONFIG.format(name=name, serial="serial"))
        (self.folder / "serial").write_text("01\n")
        return name

    def answer(self, query: bytes, name: str) -> bytes:
        """The answer that a certificate of the authority gives."""
        (self.folder / "query").write_bytes(query)
        openssl("ts", "-reply", "-config", f"{name}.cnf", "-queryfile", "query", "-out", "reply", cwd=self.folder)
        return (self.folder / "reply").read_bytes()

    def signed_anyhow(self, query: bytes, good: str, name: str) -> bytes:
        """An answer that a certificate signs with which 'openssl ts' would not, because it is not for time stamps."""
        (self.folder / "reply").write_bytes(self.answer(query, good))
        openssl("ts", "-reply", "-in", "reply", "-token_out", "-out", "token", cwd=self.folder)
        openssl("cms", "-verify", "-noverify", "-inform", "DER", "-in", "token", "-out", "info", cwd=self.folder)
        openssl(
            "cms", "-sign", "-binary", "-nodetach", "-cades", "-md", "sha256", "-in", "info", "-signer", f"{name}.pem",
            "-inkey", f"{name}.key", "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-outform", "DER", "-out", "token",
            cwd=self.folder,
        )  # fmt: skip
        token = bytes.fromhex("3003020100") + (self.folder / "token").read_bytes()
        return b"\x30\x82" + len(token).to_bytes(2) + token


def _new(name: str, key: str = "rsa") -> list[str]:
    sort = ["rsa:2048"] if key == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    return ["-newkey", *sort, "-nodes", "-keyout", f"{name}.key"]


@contextmanager
def serving(answer: Callable[[bytes], bytes], *, status: int = 200, sort: str = REPLY) -> Iterator[str]:
    """The URL of a server that answers so; it is gone afterwards."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            said = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", sort)
            self.send_header("Content-Length", str(len(said)))
            if status in (301, 302, 307, 308):
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url


@contextmanager
def running(server: HTTPServer) -> Iterator[str]:
    server_thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    server_thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        server.shutdown()
        server.server_close()
        server_thread.join()

"""Time-stamp tokens (RFC 3161): what an authority is asked, and what its answer is worth.

Nothing here uses the network: ``tracker.proofs.authorities`` does. What is kept is the whole answer, as ``openssl ts``
reads it.
"""

from __future__ import annotations

from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.errors import BadStamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cryptography import x509
    from rfc3161_client import TimeStampRequest, TimeStampResponse

MAX_ANSWER: Final = 262_144
"""Bytes; answers with a long chain of certificates take some ten thousand."""
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_GRANTED: Final = 0


class TimeStamp(NamedTuple):
    """What a token says that was found right.

    ``time`` is RFC 3339 in UTC, and ``expires`` the end of the signer's certificate in the same form; ``is_chained``
    says that it was checked up to a root that was named.
    """

    time: str
    signer: str
    expires: str
    is_chained: bool


def question(data: bytes) -> TimeStampRequest:
    """What to ask an authority about these bytes: their SHA-256, a fresh nonce, and its certificate."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    return TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()


def check(
    answer: bytes, data: bytes, where: object, *, nonce: int | None = None, roots: Sequence[x509.Certificate] = ()
) -> TimeStamp:
    """What an answer says about ``data``; ``nonce`` is that of the question, None once it is no longer known.

    Without ``roots`` the signature is checked against the certificate in the answer, which anybody can make.

    Raises:
        BadStamp: it was not granted, is about other bytes or another question, is not signed as it should be, or not
            by a certificate that was for time stamps and valid then.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    from tracker.proofs.cms import NotSigned, check_signature

    if len(answer) > MAX_ANSWER:
        raise BadStamp(where, f"it has more than {MAX_ANSWER} bytes")
    try:
        token = decode_timestamp_response(answer)
        if token.status != _GRANTED:
            said = "; ".join(token.status_string)
            raise BadStamp(where, f"the authority refused (status {token.status}{f': {said}' if said else ''})")
        told = token.tst_info
        imprint, time = told.message_imprint, told.gen_time.astimezone(UTC)
        if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != sha256(data).digest():
            raise BadStamp(where, "it is about other bytes")
        if nonce is not None and told.nonce != nonce:
            raise BadStamp(where, "it answers another question: its nonce is not the one that was sent")
        certificate = _signer(token, where)
        _require_for_time(certificate, where)
        if not certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc:
            raise BadStamp(where, "its certificate was not valid at the time that it names")
        check_signature(token.time_stamp_token(), certificate)
        if roots:
            VerifierBuilder(roots=list(roots), nonce=nonce).build().verify_message(token, data)
        return TimeStamp(
            _instant(time), certificate.subject.rfc4514_string(), _instant(certificate.not_valid_after_utc), bool(roots)
        )
    except BadStamp:
        raise
    except NotSigned as fault:
        raise BadStamp(where, str(fault)) from None
    except VerificationError as fault:
        raise BadStamp(where, f"it does not lead to the root that was named ({_first_line(fault)})") from None
    except Exception as fault:  # the decoder's, of many sorts: it reads a part only when that is asked for
        raise BadStamp(where, f"it is no answer of RFC 3161 ({_first_line(fault)})") from None


def read_roots(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file; raises BadCertificates, and OSError."""
    from cryptography import x509

    from tracker.errors import BadCertificates

    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError:
        raise BadCertificates(path) from None


def _signer(token: TimeStampResponse, where: object) -> x509.Certificate:
    """The certificate, among those in a token, that its signer names."""
    from cryptography import x509

    signers = list(token.signed_data.signer_infos)
    found = [x509.load_der_x509_certificate(each) for each in token.signed_data.certificates]
    if len(signers) == 1:
        named = (signers[0].issuer, signers[0].serial_number)
        for each in found:
            if (each.issuer, each.serial_number) == named:
                return each
    raise BadStamp(where, "the certificate of its signer is not in it")


def _require_for_time(certificate: x509.Certificate, where: object) -> None:
    """RFC 3161, section 2.3: the key is for time stamps alone, and says so critically."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        usage = None
    if usage is None or not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise BadStamp(where, "its certificate is not one for time stamps")


def _instant(time: object) -> str:
    return str(time).replace(" ", "T").replace("+00:00", "Z")


def _first_line(fault: Exception) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0][:200]

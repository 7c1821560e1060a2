"""The signature of a time-stamp token by the certificate that came with it (CMS, RFC 5652, section 5).

Whether that certificate is to be trusted is for ``rfc3161_client``, which has to be given a root. This is for tokens
whose root is not at hand: it shows that they are as whoever has that certificate's key made them, no more.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from cryptography import x509

_MESSAGE_DIGEST: Final = bytes.fromhex("2a864886f70d010904")  # 1.2.840.113549.1.9.4
_CONTENT_TYPE: Final = bytes.fromhex("2a864886f70d010903")  # 1.2.840.113549.1.9.3
_HASHES: Final = {
    bytes.fromhex("608648016503040201"): "sha256",  # 2.16.840.1.101.3.4.2.1 and so on: RFC 5754, section 2
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
_CERTIFICATE: Final = bytes.fromhex("2a864886f70d010910020c")  # 1.2.840.113549.1.9.16.2.12: RFC 2634, section 5.4
_CERTIFICATE_V2: Final = bytes.fromhex("2a864886f70d010910022f")  # 1.2.840.113549.1.9.16.2.47: RFC 5035, section 3
_SIGNED_ATTRIBUTES: Final = 0xA0
_SEQUENCE: Final = 0x30
_SET: Final = b"\x31"


class NotSigned(ValueError):
    """A token that its certificate did not sign, or not in a way that is known here; half a sentence."""


class _Part(NamedTuple):
    """A value in DER: its tag, what is in it, and the whole of it."""

    tag: int
    inside: bytes
    whole: bytes


def check_signature(token: bytes, certificate: x509.Certificate) -> None:
    """Check a token, the DER of a ContentInfo, against its signer's certificate; raises NotSigned."""
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        content = _inside(token, 0, 1, 0)
        of_type, (_, value, _) = _parts(_parts(content)[2].inside)
        info = _inside(value, 0)
        signers = _parts(_parts(content)[-1].inside)
        _, _, digest, attributes, algorithm, signature, *_ = _parts(signers[0].inside)
        held = {_inside(each.inside, 0): _parts(each.inside)[1].inside for each in _parts(attributes.inside)}
        name = _HASHES[_inside(digest.inside, 0)]
        right = held[_MESSAGE_DIGEST][2:] == hashlib.new(name, info).digest() and held[_CONTENT_TYPE] == of_type.whole
        ours = _is_named(held, certificate.public_bytes(Encoding.DER))
    except (IndexError, KeyError, ValueError):
        raise NotSigned("its signature is of a form that is not known here") from None
    if len(signers) != 1 or attributes.tag != _SIGNED_ATTRIBUTES or not right:
        raise NotSigned("what it says is not what was signed")
    if not ours:
        raise NotSigned("it was signed for another certificate than the one in it")
    # Signed is the set with the tag that a set has by itself (section 5.4).
    _verify(certificate, signature.inside, _SET + attributes.whole[1:], name, _inside(algorithm.inside, 0))


def _is_named(held: dict[bytes, bytes], certificate: bytes) -> bool:
    """Whether what is signed names a certificate by its hash, as RFC 3161, section 2.4.2, and RFC 5816 ask."""
    if _CERTIFICATE_V2 in held:
        named = _parts(_inside(held[_CERTIFICATE_V2], 0, 0, 0))
        told = named[0].tag == _SEQUENCE  # else it is SHA-256
        name, value = (_HASHES[_inside(named[0].inside, 0)], named[1]) if told else ("sha256", named[0])
    else:
        name, value = "sha1", _parts(_inside(held[_CERTIFICATE], 0, 0, 0))[0]
    return hashlib.new(name, certificate).digest() == value.inside


def _verify(certificate: x509.Certificate, signature: bytes, signed: bytes, name: str, algorithm: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    key, chosen = certificate.public_key(), getattr(hashes, name.upper())()
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm != _PSS:
            key.verify(signature, signed, padding.PKCS1v15(), chosen)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(chosen))
        else:
            raise NotSigned("its signature is of a sort that is checked with the root only: name it with --ca FILE")
    except InvalidSignature:
        raise NotSigned("its signature is not that of its certificate") from None


_PSS: Final = bytes.fromhex("2a864886f70d01010a")  # 1.2.840.113549.1.1.10


def _inside(data: bytes, *path: int) -> bytes:
    """What is inside a value: the first step takes one of the values of ``data``, each other one of those within."""
    for step in path:
        data = _parts(data)[step].inside
    return data


def _parts(data: bytes) -> list[_Part]:
    """The values of which DER consists (X.690, section 8.1); raises ValueError and IndexError when it is none."""
    found, at = [], 0
    while at < len(data):
        start, length = at + 2, data[at + 1]
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[start : start + count])
            start += count
        end = start + length
        if not at + 2 <= start <= end <= len(data):
            raise ValueError("it ends too early")
        found.append(_Part(data[at], data[start:end], data[at:end]))
        at = end
    return found

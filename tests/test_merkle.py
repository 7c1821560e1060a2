"""The tree and its proofs, against RFC 9162, section 2.1, taken word for word."""

from hashlib import sha256

import pytest
from sealed import defined_root

from tracker.proofs.merkle import consistency_proof, inclusion_proof, is_consistent, is_included, root, roots

LEAVES = [sha256(bytes([0, number])).digest() for number in range(65)]
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def flipped(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with one bit of each node changed, a node less, and a node more."""
    changed = [[*proof[:n], bytes([node[0] ^ 1]) + node[1:], *proof[n + 1 :]] for n, node in enumerate(proof)]
    return [*changed, *([proof[1:], proof[:-1]] if proof else []), [*proof, LEAVES[0]]]


CT_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The tree that implementations of Certificate Transparency test themselves with, and its root as it grows."""


def test_the_tree_of_certificate_transparency() -> None:
    leaves = [sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in CT_LEAVES]
    assert [root(leaves[:size]).hex() for size in range(1, 9)] == list(CT_ROOTS)
    assert [found.hex() for found in roots(leaves, range(1, 9)).values()] == list(CT_ROOTS)


def test_every_bit_of_a_proof_counts() -> None:
    leaves, top = LEAVES[:11], root(LEAVES[:11])
    inclusion, consistency, begun = inclusion_proof(leaves, 4), consistency_proof(leaves, 6), root(leaves[:6])
    for proof, holds in (
        (inclusion, lambda bad: is_included(leaves[4], 4, 11, bad, top)),
        (consistency, lambda bad: is_consistent(6, begun, 11, top, bad)),
    ):
        assert holds(proof)
        for at, node in enumerate(proof):
            for bit in range(256):
                changed = (int.from_bytes(node, "big") ^ 1 << bit).to_bytes(32, "big")
                assert not holds([*proof[:at], changed, *proof[at + 1 :]]), (at, bit)


def test_of_no_leaves() -> None:
    assert root([]).hex() == EMPTY


@pytest.mark.parametrize("size", range(1, 65))
def test_every_proof_of_a_tree_holds_and_no_changed_one_does(size: int) -> None:
    leaves, top = LEAVES[:size], root(LEAVES[:size])
    assert top == defined_root(leaves)
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, index)
        assert is_included(leaf, index, size, proof, top)
        assert not is_included(LEAVES[64], index, size, proof, top)
        assert not any(is_included(leaf, index, size, bad, top) for bad in flipped(proof))
        assert not any(is_included(leaf, other, size, proof, top) for other in range(-1, size + 1) if other != index)
    for old in range(1, size + 1):
        proof, begun = consistency_proof(leaves, old), root(leaves[:old])
        assert is_consistent(old, begun, size, top, proof)
        assert not is_consistent(old, LEAVES[64], size, top, proof)
        assert not is_consistent(old, begun, size, LEAVES[64], proof)
        assert not any(is_consistent(old, begun, size, top, bad) for bad in flipped(proof))


def test_outside_of_the_tree() -> None:
    for index in (-1, 3):
        with pytest.raises(IndexError):
            inclusion_proof(LEAVES[:3], index)
    for size in (0, 4):
        with pytest.raises(IndexError):
            consistency_proof(LEAVES[:3], size)
    assert not is_consistent(0, bytes.fromhex(EMPTY), 3, root(LEAVES[:3]), [])
    assert not is_consistent(4, root(LEAVES[:4]), 3, root(LEAVES[:3]), [])

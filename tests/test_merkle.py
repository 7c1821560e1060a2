"""The tree and its proofs, against RFC 9162, section 2.1, taken word for word."""

from hashlib import sha256

import pytest

from tracker.proofs.merkle import consistency_proof, inclusion_proof, is_consistent, is_included, root

LEAVES = [sha256(bytes([0, number])).digest() for number in range(65)]
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH of section 2.1.1, split at the largest power of two."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + defined_root(leaves[:split]) + defined_root(leaves[split:])).digest()


def flipped(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with one bit of each node changed, a node less, and a node more."""
    changed = [[*proof[:n], bytes([node[0] ^ 1]) + node[1:], *proof[n + 1 :]] for n, node in enumerate(proof)]
    return [*changed, *([proof[1:], proof[:-1]] if proof else []), [*proof, LEAVES[0]]]


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

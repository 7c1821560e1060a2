"""The Merkle tree of a log and its proofs (RFC 9162, section 2.1; the tree is that of RFC 6962).

The hash of an event is already the hash of a leaf, so that the tree is derived from the log when it is needed and is
never stored. A hash is 32 bytes.
"""

from __future__ import annotations

from functools import reduce
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash of the tree over these leaves; of none it is the SHA-256 of nothing."""
    for level in _levels(leaves):
        top = level
    return top[0] if leaves else sha256(b"").digest()


def roots(leaves: Sequence[bytes], sizes: Collection[int]) -> dict[int, bytes]:
    """The roots of the trees over the first so many leaves, in one pass; a size above the number of leaves has none."""
    found = {0: root([])} if 0 in sizes else {}
    whole: list[bytes] = []  # the roots of the full trees that the leaves so far fall into, the largest first
    for size, leaf in enumerate(leaves, 1):
        node = leaf
        for _ in range((size & -size).bit_length() - 1):
            node = _node(whole.pop(), node)
        whole.append(node)
        if size in sizes:
            found[size] = reduce(lambda right, left: _node(left, right), reversed(whole))
    return found


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The nodes that lead from a leaf, counted from 0, to the root (section 2.1.3.1); raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of {len(leaves)}")
    proof = []
    for level in _levels(leaves):
        if index ^ 1 < len(level):
            proof.append(level[index ^ 1])
        index >>= 1
    return proof


def consistency_proof(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """The nodes that show that the tree of the first ``size`` leaves is the beginning of this one (section 2.1.4.1).

    Empty when both trees are the same. Raises IndexError for 0 and for more leaves than there are.
    """
    if not 0 < size <= len(leaves):
        raise IndexError(f"{size} of {len(leaves)} leaves")
    return _subproof(leaves, size, is_known=True)


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Whether a proof leads from a leaf to the root of a tree of ``size`` leaves (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for node in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = _node(node, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = _node(found, node)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root_hash


def is_consistent(old_size: int, old_root: bytes, size: int, root_hash: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that a tree is the beginning of another (section 2.1.4.2); no tree begins with size 0."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root_hash
    nodes = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not nodes:
        return False
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    found_old = found = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            found_old, found = _node(node, found_old), _node(node, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = _node(found, node)
        place, last = place >> 1, last >> 1
    return last == 0 and found_old == old_root and found == root_hash


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _levels(leaves: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The tree from its leaves up; the last node of an odd level goes up as it is, which is where RFC 6962 splits."""
    level = list(leaves)
    yield level
    while len(level) > 1:
        paired = [_node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = paired + level[len(paired) * 2 :]
        yield level


def _subproof(leaves: Sequence[bytes], size: int, *, is_known: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.4.1; ``is_known`` says that the verifier has the root of the first ``size`` leaves."""
    if size == len(leaves):
        return [] if is_known else [root(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if size <= split:
        return [*_subproof(leaves[:split], size, is_known=is_known), root(leaves[split:])]
    return [*_subproof(leaves[split:], size - split, is_known=False), root(leaves[:split])]

"""The interval of a share that was counted."""

from __future__ import annotations

from math import sqrt

# Of the normal distribution, for intervals of 95 %.
_Z = 1.959964


def wilson_interval(count: int, of: int) -> tuple[float, float]:
    """The ends of the 95 % interval of the share `count` of `of` (Wilson 1927), as though what was counted were independent."""
    share, spread = count / of, _Z**2 / of
    middle = share + spread / 2
    half = _Z * sqrt(share * (1 - share) / of + spread / (4 * of))
    # At the ends the interval closes by definition, but for what rounding leaves.
    low = 0.0 if count == 0 else (middle - half) / (1 + spread)
    return low, 1.0 if count == of else (middle + half) / (1 + spread)

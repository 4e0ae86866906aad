"""Levels that few rows hold: which of them share a token, and what may stand in for them."""

import numpy as np

MAX_TOKENS = 50


def pool_rare_levels(
    codes: np.ndarray, n_levels: int, n_kept: int, contexts: np.ndarray, min_count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Give each level its token, and the shares of kept levels that stand in for each shared one.

    Rare levels share a token with those that met the same contexts, or the one they met most, so that a token tells
    what its levels belong to. Where fewer than `min_count` rows would share it, they take the token of the most
    frequent kept level of that context instead.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,), int
        Level of each row, -1 where missing; levels by descending frequency.
    n_levels, n_kept : int
        Levels, and how many of them have a token of their own.
    contexts : ndarray of shape (n_rows,), int
        Class and group of each row, as one code.
    min_count : int
        Fewest rows of a shared token.

    Returns
    -------
    tokens : ndarray of shape (n_levels,), int
        From 1: kept levels first, then shared tokens.
    stand_ins : ndarray of shape (n_shared, n_kept)
        For each shared token, shares of the kept levels that rows of all its contexts hold.
    """
    is_rare = codes >= n_kept
    kept = _kept_rows(codes, n_kept, contexts)
    pairs, counts = np.unique(np.stack([codes[is_rare], contexts[is_rare]]), axis=1, return_counts=True)
    met: dict[int, dict[int, int]] = {level: {} for level in range(n_kept, n_levels)}
    for (level, context), count in zip(pairs.T.tolist(), counts.tolist(), strict=True):
        met[level][context] = count
    homes = {level: (max(own, key=own.__getitem__),) for level, own in met.items()}
    pools = _large({level: tuple(own) for level, own in met.items()}, met, min_count)
    pooled = {level for own in pools.values() for level in own}
    left = {level: homes[level] for level in met if level not in pooled}
    for contexts_met, members in _large(left, met, min_count).items():
        pools[contexts_met] = [*pools.get(contexts_met, []), *members]
    tokens = np.concatenate([np.arange(1, n_kept + 1), np.zeros(n_levels - n_kept, dtype=np.int64)])
    shares = np.zeros((len(pools), n_kept))
    for place, (contexts_met, members) in enumerate(pools.items()):
        tokens[members] = 1 + n_kept + place
        shares[place] = _common_shares(kept, list(contexts_met))
    for level in np.flatnonzero(tokens == 0):
        (home,) = homes[int(level)]
        tokens[level] = 1 + (kept[home] if kept[home].any() else kept.sum(axis=0)).argmax()
    return tokens, shares


def stand_in_shares(tokens: np.ndarray, n_kept: int, contexts: np.ndarray) -> np.ndarray:
    """Return for each shared token the shares of kept levels that rows of all its contexts hold, (n_shared, n_kept).

    Parameters
    ----------
    tokens : ndarray of shape (n_rows,), int
        -1 where missing; kept levels come first, then shared tokens.
    n_kept : int
        Number of kept levels.
    contexts : ndarray of shape (n_rows,), int
        Class and group of each row, as one code.
    """
    kept = _kept_rows(tokens, n_kept, contexts)
    pairs = np.unique(tokens * len(kept) + contexts)
    met, contexts_met = np.divmod(pairs[pairs >= n_kept * len(kept)], len(kept))
    shares = [_common_shares(kept, contexts_met[met == token]) for token in np.unique(met)]
    return np.stack(shares) if n_kept else np.zeros((len(shares), 0))


def _kept_rows(codes, n_kept, contexts):
    """Return how many rows of each context hold each kept level, shape (n_contexts, n_kept)."""
    is_kept = (codes >= 0) & (codes < n_kept)
    kept = np.zeros((int(contexts.max(initial=0)) + 1, n_kept), dtype=np.int64)
    np.add.at(kept, (contexts[is_kept], codes[is_kept]), 1)
    return kept


def _common_shares(kept, contexts):
    common = kept[contexts].sum(axis=0) * (kept[contexts] > 0).all(axis=0)
    shares = common if common.any() else kept.sum(axis=0)
    return shares / max(shares.sum(), 1)


def _large(key_of, met, min_count):
    """Return the levels of each key that enough rows share, the largest first."""
    pools: dict[tuple, list[int]] = {}
    for level, key in key_of.items():
        pools.setdefault(key, []).append(level)
    rows = {key: sum(sum(met[level].values()) for level in members) for key, members in pools.items()}
    large = sorted((key for key in pools if rows[key] >= min_count), key=lambda key: -rows[key])
    return {key: pools[key] for key in large[: MAX_TOKENS // 2]}

"""Rows of a code: drawn for a group, and a row's own counterpart under another group."""

import numpy as np
import pandas as pd
import torch

from skfairgen.criteria import group_name
from skfairgen.data import GroupCodec, TableFormat, in_unit_of

CHUNK_ROWS = 8_192
MARGIN = 1e-3  # keeps rounding from stepping out of a token's interval


def draw_tokens(decoder, codes, given, uniforms):
    """Draw the token rows of codes, shape (n_rows, n_columns), int32."""
    drawn = np.empty(uniforms.shape, dtype=np.int32)
    for start in range(0, len(drawn), CHUNK_ROWS):
        chunk = slice(start, start + CHUNK_ROWS)
        latent, own, numbers = _tensors(decoder, codes[chunk], given[chunk], uniforms[chunk])
        drawn[chunk] = decoder.sample(own, numbers, latent).cpu().numpy()
    return drawn


def reproducing_uniforms(decoder, codes, given, tokens, rng):
    """Return uniform numbers from which :func:`draw_tokens` draws exactly these tokens, shape (n_rows, n_columns).

    Each is drawn inside the interval that the conditional distribution function gives the token. A token that the
    model cannot draw gets the point where it would stand.
    """
    uniforms = rng.random(tokens.shape)
    for start in range(0, len(tokens), CHUNK_ROWS):
        chunk = slice(start, start + CHUNK_ROWS)
        latent, own, _ = _tensors(decoder, codes[chunk], given[chunk], uniforms[chunk])
        values = torch.as_tensor(tokens[chunk], device=latent.device).long()
        with torch.no_grad():
            logits = decoder.logits(values, own, latent)
        for column, (scores, value) in enumerate(zip(logits, values.unbind(1), strict=True)):
            shares = torch.softmax(scores.double(), dim=1)
            high = shares.cumsum(dim=1).gather(1, value[:, None])[:, 0].cpu().numpy()
            share = shares.gather(1, value[:, None])[:, 0].cpu().numpy()
            inner = MARGIN + (1 - 2 * MARGIN) * uniforms[chunk, column]
            uniforms[chunk, column] = high - share + inner * share
    return np.clip(uniforms, 0, 1 - 1e-7)


def keep_unchanged(decoded, frame, tokens, drawn, codec):
    """Put a row's own values back into a decoded frame wherever its token, and what it derives from, is the same."""
    places = {position: place for place, position in enumerate(codec.columns_)}
    same = {position: tokens[:, place] == drawn[:, place] for position, place in places.items()}
    for position, column in codec.columns_.items():
        kept = same[position].copy()
        for source in getattr(getattr(column, "relation", None), "sources", []):
            kept &= same[source]
        decoded[position] = decoded[position].where(~kept, _in_dtype_of(decoded[position].dtype, frame[position]))
    return decoded


def _in_dtype_of(dtype, own):
    """Return values with the categories, or the unit of dates, of a dtype."""
    if not isinstance(dtype, pd.CategoricalDtype):
        return in_unit_of(dtype, own)
    own = own.astype(object)
    return own.where(own.isin(dtype.categories), None).astype(dtype)


def group_codes_of(groups, n_rows, layout):
    """Return the group code of each row, from one group for all, one a row, or a table of sensitive values.

    Raises
    ------
    ValueError
        If there are no groups, a group was not seen in ``fit``, or there is not one group a row.
    """
    if layout.groups is None:
        raise ValueError("There are no groups: the encoder was fitted without sensitive columns.")
    if isinstance(groups, pd.DataFrame | pd.Series) or _is_table(groups):
        table = pd.DataFrame(groups).infer_objects()
        layout.check_sensitive_columns(TableFormat.of(table)[0], "groups", is_named=isinstance(groups, pd.DataFrame))
        codes = layout.groups.encode(table.set_axis(list(layout.groups.columns_), axis=1).reset_index(drop=True))
    elif groups is None or isinstance(groups, str | tuple) or not np.iterable(groups):  # one for all
        codes = _codes_of_names([groups], layout.groups).repeat(n_rows)
    else:
        codes = _codes_of_names(groups, layout.groups)
    if len(codes) != n_rows:
        raise ValueError(f"Found groups of {len(codes):,} rows for {n_rows:,} rows; expected one group a row, or one.")
    return codes


def _codes_of_names(groups, codec: GroupCodec):
    lookup = {name: code for code, name in enumerate(codec.groups_)}
    names = [group_name(name) for name in groups]
    is_banded = len(codec.columns_) == 1 and codec.banded_columns_
    if is_banded and not set(names) <= set(lookup):  # numbers, in the place of their bands
        return codec.encode(pd.DataFrame({codec.banded_columns_[0]: names}))
    unknown = [name for name in dict.fromkeys(names) if name not in lookup]
    if unknown:
        raise ValueError(f"The group {unknown[0]!r} was not seen in fit. The groups are: {codec.groups_}.")
    return np.array([lookup[name] for name in names], dtype=int)


def _is_table(groups):
    """Tell a table of sensitive values from a list of groups: those of several columns are tuples."""
    is_table = isinstance(groups, list | np.ndarray) and np.ndim(groups) == 2
    return is_table and not any(isinstance(group, tuple) for group in groups)


def _tensors(decoder, codes, given, uniforms):
    device = decoder.first_weight.device
    return (
        torch.as_tensor(codes, dtype=torch.float32, device=device),
        torch.as_tensor(given, device=device).long(),
        torch.as_tensor(uniforms, dtype=torch.float32, device=device),
    )

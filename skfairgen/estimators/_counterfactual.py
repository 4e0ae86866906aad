"""Rows of a code: drawn for a group, and a row's own counterpart under another group."""

import numpy as np
import pandas as pd
import torch

from skfairgen.data import GroupCodec, TableFormat, group_name, in_unit_of
from skfairgen.nn import Given
from skfairgen.training import row_tensors

CHUNK_ROWS = 8_192


def draw_tokens(decoder, codes, given, uniforms):
    """Draw the token rows of codes, shape (n_rows, n_columns), int32."""
    drawn = np.empty(uniforms.shape, dtype=np.int32)
    for chunk, latent, own in _chunks(decoder, codes, given):
        numbers = torch.tensor(uniforms[chunk], dtype=torch.float32, device=latent.device)
        drawn[chunk] = decoder.sample(own, numbers, latent)["tokens"].cpu().numpy()
    return drawn


def reproducing_uniforms(decoder, codes, given, tokens, rng):
    """Return uniform numbers from which :func:`draw_tokens` draws these tokens, shape (n_rows, n_columns)."""
    uniforms = rng.random(tokens.shape)
    for chunk, latent, own in _chunks(decoder, codes, given):
        items = row_tensors({"tokens": tokens[chunk]}, latent.device)
        numbers = torch.tensor(uniforms[chunk], device=latent.device)
        uniforms[chunk] = decoder.noise_of(items, own, latent, numbers).cpu().numpy()
    return uniforms


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


def _chunks(decoder, codes, given):
    """Yield slices of rows with their codes and what is given of them, on the decoder's device."""
    device = decoder.first_weight.device
    for start in range(0, len(codes), CHUNK_ROWS):
        chunk = slice(start, start + CHUNK_ROWS)
        rows = row_tensors({"code": codes[chunk], "levels": given[chunk]}, device)
        yield chunk, rows["code"], Given(None, rows["levels"])

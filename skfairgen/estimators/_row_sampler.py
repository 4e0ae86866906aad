"""What every fitted generator of rows can do: draw them, by share or by cell."""

from collections.abc import Mapping
from numbers import Integral

import numpy as np
import torch
from sklearn.utils import check_scalar
from sklearn.utils.validation import check_is_fitted

from skfairgen.criteria import allocate, drawn_counts, warn_about_small_cells
from skfairgen.estimators._training_table import TableRows
from skfairgen.nn import Given
from skfairgen.training import random_generator, torch_runtime

CHUNK_ROWS = 8_192


class RowSampler:
    """Draw rows from a fitted ``net_``, ``codec_`` and layout; a subclass tells the share of each cell.

    A subclass has the attributes ``net_`` (with a ``module_`` that samples tokens), ``codec_``, ``_layout``,
    ``n_threads`` and ``device``, and the method ``_cell_shares``.
    """

    def sample(
        self,
        n_samples=1,
        *,
        cells=None,
        group_shares=None,
        class_shares=None,
        return_sensitive_features=False,
        random_state=None,
    ):
        """Draw synthetic rows.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows. Each cell gets its share of them (moved by the criterion) to the row; chance rounds it up
            or down.
        cells : dict, default=None
            Rows to draw of each class, or (class, group) pair; takes the place of `n_samples`. The rows of a class
            are spread over its groups by their shares.
        group_shares : dict, default=None
            Share of each group in the rows, in [0, 1]; groups left out share the rest as they do in the data. With
            several sensitive columns the keys are groups (tuples), or values of one of the columns.
        class_shares : dict, default=None
            Share of each class in the rows, likewise.
        return_sensitive_features : bool, default=False
            Whether to return the sensitive values of the rows as well.
        random_state : int, RandomState or None, default=None
            Seed of the draw.

        Returns
        -------
        X : DataFrame, ndarray or list of shape (n_rows, n_features)
            Rows in the container, column order and dtypes of the fitted X.
        y : Series, ndarray or list of shape (n_rows,)
            Their labels; None when fitted without y.
        sensitive_features : DataFrame, Series or ndarray of shape (n_rows,) or (n_rows, n_sensitive)
            Only with ``return_sensitive_features=True``.

        Raises
        ------
        ValueError
            If a cell or a share names a class or a group never seen (the message lists those there are), or shares
            do not sum to 1.
        """
        check_is_fitted(self, "net_")
        rng = random_generator(random_state)
        layout = self._layout
        if cells is None:
            check_scalar(n_samples, "n_samples", Integral, min_val=1)
            shares = layout.with_margins(self._cell_shares(), class_shares, group_shares)
            wanted = drawn_counts(shares, n_samples, rng)
        elif group_shares is not None or class_shares is not None:
            raise ValueError("cells fixes the rows of each cell; give either cells, or group_shares and class_shares.")
        elif not isinstance(cells, Mapping):
            raise ValueError(f"cells is {cells!r}; expected a dict of class, or (class, group) pair, to rows to draw.")
        else:
            wanted = allocate(cells, layout.counts, layout.cells, unnamed=0)
            warn_about_small_cells(wanted, layout.counts, layout.cells)
        rows = self._draw(wanted, rng)
        X = layout.format.restore(rows.frame)
        y = None if layout.target is None else layout.target.decode(rows.class_codes)
        if not return_sensitive_features:
            return X, y
        return X, y, layout.sensitive_values(rows.group_codes, rows.frame, rng)

    def _ready(self):
        """Return a sampler that can draw what its parameters ask for: itself."""
        return self

    def _draw(self, wanted, rng):
        """Draw `wanted` rows of each cell, shape (n_classes, n_groups), in random order, as TableRows."""
        tokens, class_codes, group_codes = self._draw_codes(wanted, rng)
        features = self.codec_.decode(tokens, rng)
        return TableRows(self._layout.assemble(features, group_codes), class_codes, group_codes)

    def _draw_codes(self, wanted, rng):
        """Draw `wanted` rows of each cell, in random order, as token rows, class codes and group codes."""
        cell_codes = rng.permutation(np.repeat(np.arange(wanted.size), wanted.ravel()))
        class_codes, group_codes = np.unravel_index(cell_codes, wanted.shape)
        return self._draw_tokens(self._layout.given(class_codes, group_codes), rng), class_codes, group_codes

    def _draw_tokens(self, given, rng):
        """Draw a token row for each row of given values, shape (n_rows, n_columns), int32."""
        module = self.net_.module_
        drawn = np.empty((len(given), len(self.codec_.cardinalities_)), dtype=np.int32)
        with torch_runtime(self.n_threads, self.device):
            for start in range(0, len(given), CHUNK_ROWS):
                chunk = torch.tensor(given[start : start + CHUNK_ROWS], device=self.device)
                uniforms = torch.from_numpy(rng.random((len(chunk), drawn.shape[1]), dtype=np.float32))
                own = Given(chunk[:, 0], chunk[:, 1:])
                rows = module.sample(own, uniforms.to(self.device))
                drawn[start : start + CHUNK_ROWS] = rows["tokens"].cpu().numpy()
        return drawn

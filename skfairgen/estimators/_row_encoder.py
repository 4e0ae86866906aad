"""From rows to codes."""

import copy

import numpy as np
import torch
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skfairgen.data import TableFormat
from skfairgen.training import row_tensors, torch_runtime

CHUNK_ROWS = 2_048  # codes are computed in the processor's cache
READ_ROWS = 65_536  # rows held as tokens at a time


class RowEncoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin):
    """Encode rows by a fitted encoder; a subclass has ``net_``, ``codec_``, its layout and the encoder's parameters."""

    def transform(self, X, *, sensitive_features=None):
        """Return the codes of rows: the mean of the posterior, rounded to the standard deviation of its noise.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Rows; with ``sensitive_at_prediction=False`` the sensitive columns may be left out.
        sensitive_features : array-like of shape (n_samples,) or (n_samples, n_sensitive), default=None
            Sensitive values, where they were given so in ``fit`` and the encoder sees them.

        Returns
        -------
        Z : ndarray of shape (n_samples, n_components), float64
            Codes, of about unit variance where a component is used.

        Raises
        ------
        ValueError
            If the columns are not those of ``fit``, or a row's group was not seen there.
        """
        check_is_fitted(self, "net_")
        frame = self._read_frame(X)
        group_codes = np.zeros(len(frame), dtype=int)
        if self.sensitive_at_prediction:
            group_codes = self._layout.group_codes(frame, sensitive_features)
        codes = np.empty((len(frame), self.n_components))
        for start in range(0, len(frame), READ_ROWS):
            rows = slice(start, start + READ_ROWS)
            tokens = self.codec_.encode(frame.iloc[rows][self._layout.feature_positions])
            codes[rows] = self._encode(tokens, self._layout.levels(group_codes[rows]))
        return codes

    def _encode(self, tokens, given):
        """Return the rounded posterior means in float64, so that a row's code does not depend on the rows beside it."""
        encoder = copy.deepcopy(self.net_.module_.encoder).cpu().double()
        codes = np.empty((len(tokens), self.n_components))
        with torch_runtime(self.n_threads), torch.no_grad():
            for start in range(0, len(tokens), CHUNK_ROWS):
                chunk = slice(start, start + CHUNK_ROWS)
                rows = row_tensors({"tokens": tokens[chunk], "levels": given[chunk]}, "cpu")
                means, _ = encoder(rows, rows["levels"])
                codes[chunk] = encoder.coarsen(means).numpy()
        return codes

    def _read_frame(self, X, *, may_lack=True):
        """Return the columns of X under integer labels; sensitive ones that may be left out are missing then."""
        table, frame = TableFormat.of(X)
        layout = self._layout
        n_features = len(layout.format.columns)
        positions = layout.sensitive_positions
        may_lack = may_lack and not self.sensitive_at_prediction and positions
        if may_lack and frame.shape[1] == n_features - len(positions):
            rest = [position for position in range(n_features) if position not in positions]
            if layout.format.container == "frame" and not table.columns.equals(layout.format.columns[rest]):
                raise ValueError(
                    f"X has the columns {list(table.columns)}; expected those of fit, with or without the sensitive "
                    f"ones: {list(layout.format.columns)}."
                )
            return frame.set_axis(rest, axis=1).reindex(columns=range(n_features))
        validate_data(self, X if table.columns.is_unique else frame, reset=False, skip_check_array=True)
        return frame

"""From codes to rows: drawn, or a row's counterpart in another group."""

import numpy as np
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from skfairgen.estimators._counterfactual import draw_tokens, group_codes_of, keep_unchanged, reproducing_uniforms
from skfairgen.training import random_generator, torch_runtime


class CodeDecoder:
    """Decode the codes of a fitted encoder; a subclass has ``net_``, ``codec_``, its layout, and encodes rows."""

    def inverse_transform(self, Z, groups=None, *, random_state=None):
        """Draw a row for each code.

        Parameters
        ----------
        Z : array-like of shape (n_samples, n_components)
            Codes.
        groups : group, or list or table with one a row, default=None
            Group of the rows: one of ``groups_``, or the values of the sensitive columns. None draws it by its share.
        random_state : int, RandomState or None, default=None
            Seed of the draw: with the same seed, only what depends on the group differs between groups.

        Returns
        -------
        X : DataFrame, ndarray or list of shape (n_samples, n_features)
            Rows in the container, column order and dtypes of the fitted X.

        Raises
        ------
        ValueError
            If Z has another width, or a group was not seen in ``fit``.
        """
        check_is_fitted(self, "net_")
        codes = check_array(Z, input_name="Z")
        if codes.shape[1] != self.n_components:
            raise ValueError(f"Z has {codes.shape[1]} features, but {self.n_components} were expected: n_components.")
        rng = random_generator(random_state)
        uniforms = rng.random((len(codes), len(self.codec_.cardinalities_)))
        if groups is None:
            shares = self._layout.counts.sum(axis=0) / self._layout.counts.sum()
            group_codes = rng.choice(len(shares), size=len(codes), p=shares)
        else:
            group_codes = group_codes_of(groups, len(codes), self._layout)
        with torch_runtime(self.n_threads, self.device):
            tokens = draw_tokens(self.net_.module_.decoder, codes, self._layout.levels(group_codes), uniforms)
        frame = self._layout.assemble(self.codec_.decode(tokens, rng), group_codes)
        return self._layout.format.restore(frame)

    def counterfactual(self, X, groups, *, sensitive_features=None, random_state=None):
        """Return each row as it would be in another group, by what the model learned of the groups.

        The random numbers that reproduce the row from its own code in its own group are drawn, and used again in the
        other group: only what depends on the group changes, and a row's own group gives the row itself.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Rows, with their sensitive values.
        groups : group, or list or table with one a row
            Group to put the rows in: one of ``groups_``, or the values of the sensitive columns.
        sensitive_features : array-like of shape (n_samples,) or (n_samples, n_sensitive), default=None
            Sensitive values of the rows, where they were given so in ``fit``.
        random_state : int, RandomState or None, default=None
            Seed of the draw.

        Returns
        -------
        X_counterfactual : DataFrame, ndarray or list of shape (n_samples, n_features)
            Rows aligned with X, in the container of the fitted X, with a RangeIndex.

        Raises
        ------
        ValueError
            If a group was not seen in ``fit``, or there are no sensitive columns.
        """
        check_is_fitted(self, "net_")
        frame = self._read_frame(X, may_lack=False)
        others = group_codes_of(groups, len(frame), self._layout)
        own = self._layout.group_codes(frame, sensitive_features)
        rng = random_generator(random_state)
        features = frame[self._layout.feature_positions]
        tokens = self.codec_.encode(features)
        codes, decoder = self._encode(tokens, self._layout.levels(own)), self.net_.module_.decoder
        with torch_runtime(self.n_threads, self.device):
            uniforms = reproducing_uniforms(decoder, codes, self._layout.levels(own), tokens, rng)
            drawn = draw_tokens(decoder, codes, self._layout.levels(others), uniforms)
        drawn = np.where((own == others)[:, None], tokens, drawn)
        decoded = keep_unchanged(self.codec_.decode(drawn, rng), features, tokens, drawn, self.codec_)
        return self._layout.format.restore(self._layout.assemble(decoded, others))

"""What a fitted encoder does: rows to codes, codes to rows, and a row's counterpart in another group."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from skfairgen._listed import listed
from skfairgen.data import ItemReader, RandomState, Table, group_codes_of
from skfairgen.estimators._bulk_drawing import Saving, checksum
from skfairgen.estimators._code_rows import read_rows
from skfairgen.models import CodeModel
from skfairgen.scale import BlockWriter, RowDataset, spooled, write_parquet
from skfairgen.training import random_generator

READ_ROWS = 65_536  # rows held as items at a time


class CodeTransformer(Saving, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Code rows by a model and a reader that ``fit`` sets.

    Attributes
    ----------
    model_ : CodeModel
        The trained network.
    reader_ : ItemReader
        Between rows and the items of the network.
    n_components, sensitive_at_prediction, n_threads
        Parameters of the estimator.
    """

    model_: CodeModel
    reader_: ItemReader
    n_components: Any
    sensitive_at_prediction: bool
    n_threads: int

    def transform(self, X: Table, *, sensitive_features: Table | None = None) -> np.ndarray:
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
            If the columns are not those of ``fit``, or hold text that is none of the numbers or dates of ``fit``.

        Warns
        -----
        SmallGroupWarning
            If rows are of a group that ``fit`` did not see: they get the average of the codes that they would have in
            each group, by the groups' shares.
        TextColumnWarning
            If a column holds numbers or dates as text, and did not in ``fit``: it is read as them.
        """
        check_is_fitted(self, "model_")
        frame = read_rows(self, X, may_lack=not self.model_.sees_levels)
        group_codes = np.zeros(len(frame), dtype=int)
        if self.model_.sees_levels:
            group_codes = self.reader_.schema.known_group_codes(frame, sensitive_features)
        codes = np.empty((len(frame), self.model_.n_components))
        for start in range(0, len(frame), READ_ROWS):
            rows = slice(start, start + READ_ROWS)
            codes[rows] = self._codes(self.reader_.items(frame[rows]), group_codes[rows])
        return codes

    def transform_to_parquet(self, X: Any, path: str | PathLike[str]) -> list[Path]:
        """Code rows of files, in memory that does not grow with their number, and write the codes to parquet files.

        The columns that ``fit`` did not have, such as a label or a key, are kept beside the codes. A file gets its name
        when it is whole, and an empty file ``_SUCCESS`` is written last. An interrupted call is completed by the same
        call; files that are there are kept.

        Parameters
        ----------
        X : path, Dataset of pyarrow or Ray, or iterator of frames
            Rows, as :meth:`FairGenerator.fit` takes them, with the columns of ``fit``.
        path : str or Path
            Folder of the files ``part-00000.parquet`` and so on, of 1,048,576 rows each; made where there is none.

        Returns
        -------
        list of Path
            The files, in the order of the rows.

        Raises
        ------
        FileExistsError
            If the folder holds parquet files already, other than those of an interrupted call.
        ImportError
            If pyarrow is missing.
        ValueError
            If the rows are not those of files, or their columns not those of ``fit``, or named as the codes.

        Warns
        -----
        SmallGroupWarning, TextColumnWarning
            As :meth:`transform`.
        """
        check_is_fitted(self, "model_")
        with spooled(X) as rows:
            if not RowDataset.accepts(rows):
                raise ValueError(f"X is a {type(X).__name__}, which is in memory: code it by transform.")
            dataset, codes = RowDataset.of(rows), self.get_feature_names_out().tolist()
            learned = set(getattr(self, "feature_names_in_", []))
            kept = [name for name in dataset.names if name not in learned]
            if set(kept) & set(codes) or not learned:
                raise ValueError(
                    f"Columns of files are read by name, and the codes are named {codes}. Found {listed(kept)} beside "
                    "the columns of fit; rename them, or fit on a frame, whose columns have names."
                )

            def coded(block):
                made = block.select(kept)
                for name, values in zip(codes, self.transform(block.drop_columns(kept)).T, strict=True):
                    made = made.append_column(name, [values])
                return made

            request = {"weights": checksum(self.model_.autoencoder.encoder), "rows": dataset.n_rows, "kept": kept}
            return write_parquet(BlockWriter(dataset, coded, Path(path)), request)

    def _codes(self, items, group_codes):
        codes = self.model_.encode(items, np.maximum(group_codes, 0), self.n_threads)
        unseen = np.flatnonzero(group_codes < 0)
        if len(unseen):
            own, shares = {name: values[unseen] for name, values in items.items()}, self.model_.cells.group_shares
            codes[unseen] = sum(
                share * self.model_.encode(own, np.full(len(unseen), group), self.n_threads)
                for group, share in enumerate(shares)
            )
        return codes

    def inverse_transform(
        self, Z: ArrayLike, groups: Any = None, *, random_state: RandomState | np.random.Generator = None
    ) -> Any:
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
        check_is_fitted(self, "model_")
        codes = check_array(Z, input_name="Z")
        expected = self.model_.n_components
        if codes.shape[1] != expected:
            raise ValueError(f"Z has {codes.shape[1]} features, but {expected} were expected: n_components.")
        rng = random_generator(random_state)
        reader, model = self.reader_, self.model_
        uniforms = rng.random((len(codes), model.autoencoder.decoder.n_noise))
        if groups is None:
            shares = model.cells.group_shares
            group_codes = rng.choice(len(shares), size=len(codes), p=shares)
        else:
            group_codes = group_codes_of(groups, len(codes), reader.schema)
        items = model.decode(codes, group_codes, uniforms, self.n_threads)
        return reader.schema.format.restore(reader.frame(items, group_codes, rng))

    def counterfactual(
        self,
        X: Table,
        groups: Any,
        *,
        sensitive_features: Table | None = None,
        random_state: RandomState | np.random.Generator = None,
    ) -> Any:
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
        check_is_fitted(self, "model_")
        frame = read_rows(self, X)
        reader, schema = self.reader_, self.reader_.schema
        others = group_codes_of(groups, len(frame), schema)
        own = schema.group_codes(frame, sensitive_features)
        rng = random_generator(random_state)
        items = reader.items(frame)
        drawn = self.model_.counterfactual(items, own, others, rng, self.n_threads)
        decoded = reader.codec.decode(drawn, rng)
        decoded = reader.codec.keep_unchanged(decoded, schema.features(frame), items, drawn)
        return schema.format.restore(schema.assemble(decoded, others))

    @property
    def n_parameters_(self) -> int:
        """Free parameters of the encoder network."""
        return sum(parameter.numel() for parameter in self.model_.autoencoder.encoder.parameters())

    @property
    def active_components_(self) -> np.ndarray:
        """Components that carry something."""
        return self.model_.active

    @property
    def codec_(self) -> Any:
        """From columns to tokens and back."""
        return self.reader_.codec

    @property
    def _n_features_out(self):
        return self.model_.n_components

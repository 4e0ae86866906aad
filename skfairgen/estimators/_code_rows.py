"""Rows that a fitted encoder is to code: read, and checked against those of ``fit``."""

from sklearn.utils.validation import validate_data

from skfairgen._listed import listed
from skfairgen.data import as_pandas


def read_rows(encoder, X, *, may_lack=False):
    """Return the columns of X under integer labels.

    With `may_lack`, the sensitive columns may be left out; they are missing then.

    Raises
    ------
    ValueError
        If X does not have the columns of ``fit``.
    """
    schema = encoder.reader_.schema
    table, frame = schema.format.read(X)
    if table.columns is None:
        return frame
    n_features, positions = encoder.n_features_in_, schema.sensitive_positions
    if may_lack and positions and frame.shape[1] == n_features - len(positions):
        rest = [position for position in range(n_features) if position not in positions]
        if schema.format.container == "frame" and not table.columns.equals(schema.format.columns[rest]):
            raise ValueError(
                f"X has the columns {listed(table.columns)}; expected those of fit, with or without the sensitive "
                f"ones: {listed(schema.format.columns)}."
            )
        return encoder.reader_.as_fitted(frame.set_axis(rest, axis=1).reindex(columns=range(n_features)))
    validate_data(encoder, as_pandas(X) if table.columns.is_unique else frame, reset=False, skip_check_array=True)
    return encoder.reader_.as_fitted(frame)

"""How well held-out codes tell the sensitive values, as a frame."""

import pandas as pd

from skfairgen.criteria import group_aucs


def probe_dependence(codes, levels, names, held_out, rng):
    """Return what :func:`group_aucs` measures, as a frame.

    Parameters
    ----------
    codes, levels, held_out, rng
        As :func:`group_aucs` takes them.
    names : list
        Labels of the sensitive columns.

    Returns
    -------
    DataFrame
        A row a sensitive column: ``auc``, and its 95 % interval ``low``, ``high``. 0.5 is chance.
    """
    index = pd.Index(names, name="sensitive_column", tupleize_cols=False)
    return pd.DataFrame(group_aucs(codes, levels, held_out, rng), columns=["auc", "low", "high"], index=index)

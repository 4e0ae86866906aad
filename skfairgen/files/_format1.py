"""Files of format 1, which held the attributes of objects: their values as plain states of version 2."""

from typing import Any

import numpy as np
import pandas as pd

from skfairgen.files._format1_estimators import estimator_of_format_1
from skfairgen.files._plain_kinds import Kind
from skfairgen.files._values import KINDS, Unpacker, read_all

MAX_REFERENCES = 100
CONTAINERS = ("Series", "DataFrame", "list", "ndarray")
#: objects that are given as their name and attributes
WHOLES = (
    "DistilledGenerator",
    "FairDistillResampler",
    "FairEncoder",
    "FairGenerator",
    "SensitiveFormat",
    "TableLayout",
)


def to_version_2(state: dict[str, Any], arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return the state of the estimator in a file of format 1; no object is made.

    Parameters
    ----------
    state : object
        Plain JSON values of the file.
    arrays : dict of str to ndarray
        Its arrays.

    Returns
    -------
    dict
        What :func:`~skfairgen.estimators.estimator_to_state` would give of it. What the file refers to twice is one
        dict.

    Raises
    ------
    ValueError
        If the file holds an unknown class, or values that do not fit each other.
    """
    return estimator_of_format_1(read_all(_Unpacker(arrays, KINDS | FORMAT_1_KINDS), state))


class _Unpacker(Unpacker):
    """An unpacker that remembers the objects it has read."""

    def __init__(self, arrays, kinds):
        super().__init__(arrays, kinds)
        self.known = {}
        self.references_left = MAX_REFERENCES


def _read_object(unpacker, v, name, place):
    attributes = {key: unpacker.read(item) for key, item in v.items()}
    if name in WHOLES:
        made = {"name": name, "attributes": attributes}
    elif name in PARTS:
        fields = {key.strip("_"): _plain(value) for key, value in attributes.items()}
        made = {"kind": name.strip("_"), **PARTS[name](fields)}
    elif name == "TrainedNet":
        made = attributes["module_"]
    else:
        raise ValueError(f"it names the class {name!r:.80}, which is none of {sorted([*WHOLES, *PARTS])}")
    unpacker.known[place] = made
    return made


def _read_known(unpacker, v):
    unpacker.spend("references_left", 1, f"{MAX_REFERENCES} references to objects")
    if v not in unpacker.known:
        raise ValueError(f"it refers to the object {v!r:.80}, which was not read before")
    return unpacker.known[v]


def _read_network(unpacker, v, name, settings):
    return {"name": name, "settings": settings, "weights": {key: unpacker.read(item) for key, item in v.items()}}


def _read_container(unpacker, v):
    if v not in CONTAINERS:
        raise ValueError(f"it names the container {v!r:.80}, expected one of {CONTAINERS}")
    return v


def _read_multi(unpacker, v, names):
    return pd.MultiIndex.from_tuples(unpacker.read(v), names=unpacker.read(names))


def _plain(value):
    return value.item() if isinstance(value, np.number | np.bool_) else value


def _without(*names):
    return lambda fields: {key: value for key, value in fields.items() if key not in names}


def _derived_column(fields):
    own = fields["own"]["grid"].dtype
    bounds = np.array([fields.pop("low"), fields.pop("high")], dtype=own)
    return _without("cardinality", "generable")(fields) | {"bounds": bounds}


def _with_columns(fields):
    columns = fields.pop("columns")
    return fields | {"positions": list(columns), "columns": list(columns.values())}


def _group_codec(fields):
    return _with_columns(_without("level_counts", "groups")(fields))


def _strata_codec(fields):
    kinds = fields["strata"]
    if list(kinds.values()) != list(range(len(kinds))):
        raise ValueError("it holds strata whose codes are not in order")
    return {"levels": fields["levels"], "strata": [list(kind) for kind in kinds]}


def _table_codec(fields):
    fields = _with_columns(_without("cardinalities", "generable", "dtypes")(fields))
    for name in ("categorical_columns", "hidden_columns"):
        fields[name] = fields[name] if isinstance(fields[name], str) else sorted(fields[name])
    return fields


def _transport(fields):
    return fields | {"barycenters": [list(curve) for curve in fields["barycenters"]]}


PARTS = {
    "CategoricalColumn": _without("cardinality"),
    "DerivedColumn": _derived_column,
    "GroupCodec": _group_codec,
    "NumericColumn": _without("cardinality"),
    "OutcomeTransport": _transport,
    "Relation": _without(),
    "StrataCodec": _strata_codec,
    "StratifiedTransport": _without(),
    "TableCodec": _table_codec,
    "TableFormat": _without(),
    "TargetCodec": _without(),
    "_Bands": _without(),
    "_Levels": _without(),
}
FORMAT_1_KINDS = {
    "known": Kind(None, None, _read_known),
    "module": Kind(None, None, _read_network),
    "multi": Kind(None, None, _read_multi, is_slow=True),
    "object": Kind(None, None, _read_object),
    "requests": Kind(None, None, lambda unpacker, v, owner: {"owner": owner, "requests": v}),
    "scalar": Kind(None, None, lambda unpacker, v: unpacker.read(v)[()]),
    "type": Kind(None, None, _read_container),
}

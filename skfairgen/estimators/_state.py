"""Fitted objects as plain JSON values and arrays, and back, for a list of known classes."""

import datetime
import re
from decimal import Decimal
from importlib import import_module

import numpy as np
import pandas as pd
import torch
from sklearn.utils.metadata_routing import MetadataRequest

from skfairgen.estimators._trained_net import TrainableNet, TrainedNet
from skfairgen.nn import MODULES, build

#: the classes a file may hold, and where they live; a file names no module
CLASSES = {
    "CategoricalColumn": "skfairgen.data.table._categorical_column",
    "DerivedColumn": "skfairgen.data.table._derived_column",
    "DistilledGenerator": "skfairgen.estimators._distilled_generator",
    "FairDistillResampler": "skfairgen.estimators._fair_distill_resampler",
    "FairEncoder": "skfairgen.estimators._fair_encoder",
    "FairGenerator": "skfairgen.estimators._fair_generator",
    "GroupCodec": "skfairgen.data._groups",
    "NumericColumn": "skfairgen.data.table._numeric_column",
    "OutcomeTransport": "skfairgen.criteria._outcome_transport",
    "Relation": "skfairgen.data.table._derived_column",
    "SensitiveFormat": "skfairgen.estimators._training_table",
    "StrataCodec": "skfairgen.data._strata",
    "StratifiedTransport": "skfairgen.criteria._stratified_transport",
    "TableCodec": "skfairgen.data.table._table_codec",
    "TableFormat": "skfairgen.data._table_format",
    "TableLayout": "skfairgen.estimators._training_table",
    "TargetCodec": "skfairgen.data._target",
    "TrainedNet": "skfairgen.estimators._trained_net",
    "_Bands": "skfairgen.data._groups",
    "_Levels": "skfairgen.data._groups",
}
CONTAINERS = {"Series": pd.Series, "DataFrame": pd.DataFrame, "list": list, "ndarray": np.ndarray}
#: attributes that hold rows, or what only training needs
LEFT_OUT = {"sensitive_features_", "synthetic_mask_"}
MAX_ITEM_BYTES = 1 << 16
MAX_TEXT_BYTES = 1 << 28  # of all arrays of strings, which take as much for an empty string as for the longest
TIME_ZONE = re.compile(r"(?!dateutil)[A-Za-z][\w+-]*(/[A-Za-z][\w+-]*)*(:\d\d)?")
PLAIN_DTYPE = re.compile(
    r"(U?Int(8|16|32|64)|Float(32|64)|boolean|period\[[^\[\]]+\]|interval\[[\w\[\] ,/:+-]+\]"
    r"|[\w\[\], =/:+-]+\[pyarrow\])"
)


def known_class(name):
    """Return a class of the list by its name.

    Raises
    ------
    ValueError
        If the name is not on the list.
    """
    if name not in CLASSES:
        raise ValueError(f"it names the class {name!r}, which is none of {sorted(CLASSES)}")
    return getattr(import_module(CLASSES[name]), name)


class StateWriter:
    """Turn objects into plain JSON values; arrays are collected in ``arrays``."""

    def __init__(self):
        self.arrays = {}
        self.known = []

    def write(self, value):
        """Return the JSON value of an object.

        Raises
        ------
        TypeError
            If it is of a kind that cannot be written; the message names it.
        """
        if value is None or type(value) in (bool, str, int):
            return value
        if type(value) is float:
            return value if np.isfinite(value) else _tagged("float", repr(value))
        for kinds, write in self._writers():
            if isinstance(value, kinds):
                return write(value)
        return self._write_object(value)

    def _writers(self):
        yield list, lambda value: [self.write(item) for item in value]
        yield tuple, lambda value: _tagged("tuple", [self.write(item) for item in value])
        yield dict, lambda value: _tagged("dict", [[self.write(key), self.write(item)] for key, item in value.items()])
        yield (set, frozenset), lambda value: _tagged("set", sorted((self.write(item) for item in value), key=repr))
        yield np.ndarray, self._write_array
        yield np.generic, lambda value: _tagged("scalar", self._write_array(np.asarray(value)))
        yield (np.dtype, pd.api.extensions.ExtensionDtype), self._write_dtype
        yield pd.Series, self._write_series
        yield pd.Index, self._write_index
        yield pd.DataFrame, self._write_frame
        yield torch.nn.Module, self._write_module
        yield MetadataRequest, _write_requests
        yield TrainableNet, lambda value: self.write(TrainedNet(value.module_))
        yield (np.random.RandomState, np.random.Generator), lambda value: None  # a seed is not part of what was learned
        yield object, self._write_scalar

    def _write_array(self, array):
        if array.dtype.kind in "OUS":
            values = [self.write(value) for value in array.ravel().tolist()]
            return _tagged("objects", values, dtype=array.dtype.str, shape=list(array.shape))
        stored = array.view(np.int64) if array.dtype.kind in "mM" else array
        name = f"a{len(self.arrays)}"
        self.arrays[name] = np.array(stored, order="C", copy=True)
        return _tagged("array", name, dtype=array.dtype.str)

    def _write_dtype(self, dtype):
        if isinstance(dtype, np.dtype):
            return _tagged("dtype", dtype.str)
        if isinstance(dtype, pd.CategoricalDtype):
            categories = None if dtype.categories is None else self._write_index(dtype.categories)
            return _tagged("categorical", categories, ordered=bool(dtype.ordered))
        if isinstance(dtype, pd.StringDtype):
            return _tagged("string", dtype.storage, na=dtype.na_value is pd.NA)
        if isinstance(dtype, pd.DatetimeTZDtype):
            return _tagged("zoned", str(dtype.tz), unit=dtype.unit)
        if isinstance(dtype, pd.SparseDtype):
            return _tagged("sparse", self._write_dtype(dtype.subtype), fill=self.write(dtype.fill_value))
        if PLAIN_DTYPE.fullmatch(str(dtype)):
            return _tagged("extension", str(dtype))
        raise TypeError(f"A column of dtype {dtype} cannot be saved. Convert it to a dtype of numpy or pandas first.")

    def _write_series(self, series):
        values = [self.write(value) for value in series.astype(object)]
        return _tagged("series", values, dtype=self._write_dtype(series.dtype), name=self.write(series.name))

    def _write_index(self, index):
        if isinstance(index, pd.RangeIndex):
            return _tagged("range", [index.start, index.stop, index.step], name=self.write(index.name))
        if isinstance(index, pd.MultiIndex):
            return _tagged("multi", [self.write(value) for value in index], names=[self.write(n) for n in index.names])
        values = [self.write(value) for value in index.astype(object)]
        return _tagged("index", values, dtype=self._write_dtype(index.dtype), name=self.write(index.name))

    def _write_frame(self, frame):
        columns = [self._write_series(frame.iloc[:, place]) for place in range(frame.shape[1])]
        return _tagged("frame", columns, names=self._write_index(frame.columns), index=self._write_index(frame.index))

    def _write_module(self, module):
        made = type(module).__name__
        if MODULES.get(made) is not type(module):
            raise TypeError(f"A network of class {made} cannot be saved. Files hold those of {', '.join(MODULES)}.")
        weights = {name: self._write_array(tensor.cpu().numpy()) for name, tensor in module.state_dict().items()}
        return _tagged("module", weights, name=made, settings=module.settings)

    def _write_scalar(self, value):
        if value is pd.NA or value is pd.NaT:
            return _tagged("missing", "NA" if value is pd.NA else "NaT")
        if isinstance(value, pd.Timestamp):
            moment = value.tz_localize(None) if value.tz is None else value.tz_convert("UTC").tz_localize(None)
            number = int(moment.to_numpy().view(np.int64))
            return _tagged("timestamp", number, unit=value.unit, tz=None if value.tz is None else str(value.tz))
        if isinstance(value, pd.Timedelta):
            return _tagged("timedelta", int(value.to_numpy().view(np.int64)), unit=value.unit)
        if isinstance(value, pd.Interval):
            return _tagged("interval", [self.write(value.left), self.write(value.right)], closed=value.closed)
        if isinstance(value, pd.Period):
            return _tagged("period", value.ordinal, freq=value.freqstr)
        if isinstance(value, datetime.date | datetime.time) and getattr(value, "tzinfo", None) is None:
            return _tagged(type(value).__name__, value.isoformat())
        if isinstance(value, Decimal):
            return _tagged("decimal", str(value))
        if isinstance(value, bytes):
            return _tagged("bytes", value.hex())
        if isinstance(value, type) and CONTAINERS.get(value.__name__) is value:
            return _tagged("type", value.__name__)
        return self._write_object(value)

    def _write_object(self, value):
        name = type(value).__name__
        if name not in CLASSES or known_class(name) is not type(value):
            raise TypeError(
                f"{value!r:.80} of type {type(value).__module__}.{name} cannot be saved. Files hold numbers, strings, "
                "dates and fitted parts of skfairgen; replace the value by one of these."
            )
        for place, known in enumerate(self.known):
            if known is value:
                return _tagged("known", place)
        self.known.append(value)
        place = len(self.known) - 1
        state = {key: self.write(item) for key, item in vars(value).items() if key not in LEFT_OUT}
        return _tagged("object", state, name=name, place=place)


class StateReader:
    """Turn plain JSON values back into objects of the known classes; constructors and methods are not run."""

    def __init__(self, arrays):
        self.arrays = arrays
        self.known = {}
        self.room = MAX_TEXT_BYTES

    def read(self, value):
        """Return the object of a JSON value.

        Raises
        ------
        ValueError
            If it holds an unknown tag or class.
        """
        if isinstance(value, list):
            return [self.read(item) for item in value]
        if not isinstance(value, dict):
            return value
        reader = getattr(self, f"_read_{value['$']}", None) if str(value["$"]).isalpha() else None
        if reader is None:
            raise ValueError(f"it holds a value of the unknown kind {value['$']!r}")
        return reader(value["v"], value)

    def _read_float(self, value, more):
        return float(value)

    def _read_tuple(self, value, more):
        return tuple(self.read(item) for item in value)

    def _read_dict(self, value, more):
        return {self.read(key): self.read(item) for key, item in value}

    def _read_set(self, value, more):
        return {self.read(item) for item in value}

    def _read_array(self, value, more):
        return self.arrays.pop(value).view(_dtype(more["dtype"]))  # once: a file cannot multiply what it holds

    def _read_objects(self, value, more):
        values = np.empty(len(value), dtype=object)
        values[:] = [self.read(item) for item in value]
        dtype = _dtype(more["dtype"])
        self.room -= len(values) * dtype.itemsize if dtype.kind in "US" else 0
        if self.room < 0:
            raise ValueError(f"its strings would take more than {MAX_TEXT_BYTES:,} bytes in memory")
        return values.astype(dtype).reshape(more["shape"])

    def _read_scalar(self, value, more):
        return self.read(value)[()]

    def _read_dtype(self, value, more):
        return _dtype(value)

    def _read_categorical(self, value, more):
        return pd.CategoricalDtype(self.read(value), more["ordered"])

    def _read_string(self, value, more):
        return pd.StringDtype(value, na_value=pd.NA if more["na"] else np.nan)

    def _read_zoned(self, value, more):
        return pd.DatetimeTZDtype(more["unit"], _time_zone(value))

    def _read_sparse(self, value, more):
        return pd.SparseDtype(self.read(value), self.read(more["fill"]))

    def _read_extension(self, value, more):
        if not PLAIN_DTYPE.fullmatch(value):
            raise ValueError(f"it holds the unknown dtype {value!r}")
        return pd.api.types.pandas_dtype(value)

    def _read_series(self, value, more):
        values = pd.Series([self.read(item) for item in value], dtype=object)
        return values.astype(self.read(more["dtype"])).rename(self.read(more["name"]))

    def _read_range(self, value, more):
        return pd.RangeIndex(*value, name=self.read(more["name"]))

    def _read_multi(self, value, more):
        return pd.MultiIndex.from_tuples([self.read(item) for item in value], names=self.read(more["names"]))

    def _read_index(self, value, more):
        labels = [self.read(item) for item in value]
        return pd.Index(labels, dtype=self.read(more["dtype"]), name=self.read(more["name"]), tupleize_cols=False)

    def _read_frame(self, value, more):
        frame = pd.concat([self.read(column) for column in value], axis=1)
        return frame.set_axis(self.read(more["names"]), axis=1).set_axis(self.read(more["index"]), axis=0)

    def _read_module(self, value, more):
        made = "ColumnDensity" if more["name"] == "ColumnDecoder" else more["name"]  # its first name
        if made not in MODULES:
            raise ValueError(f"it names the network {made!r}, which is none of {sorted(MODULES)}")
        arrays = {name: self.read(array) for name, array in value.items()}
        settings = _checked_settings(_nested_settings(made, more["settings"]), len(arrays))
        with torch.device("meta"):  # shapes first: nothing is allocated for a width that the file does not fill
            declared = build(made, settings)
        expected = {name: ("f", tuple(tensor.shape)) for name, tensor in declared.state_dict().items()}
        found = {name: (array.dtype.kind, array.shape) for name, array in arrays.items()}
        if found != expected or declared.settings != settings:
            raise ValueError("its weights do not have the shapes that its network declares")
        with torch.device("cpu"), torch.inference_mode(False):
            module = build(made, settings)
            weights = {name: torch.tensor(array) for name, array in arrays.items()}
        module.load_state_dict(weights, assign=True)  # keeps their dtype
        return module.eval()

    def _read_requests(self, value, more):
        requests = MetadataRequest(owner=more["owner"])
        known = _requests_of(requests)
        for method, wanted in value.items():
            if method not in known:
                raise ValueError(f"it asks for metadata of the unknown method {method!r}")
            for name, alias in wanted.items():
                known[method].add_request(param=name, alias=alias)
        return requests

    def _read_missing(self, value, more):
        return {"NA": pd.NA, "NaT": pd.NaT}[value]

    def _read_timestamp(self, value, more):
        moment = pd.Timestamp(np.datetime64(value, more["unit"]))
        return moment if more["tz"] is None else moment.tz_localize("UTC").tz_convert(_time_zone(more["tz"]))

    def _read_timedelta(self, value, more):
        return pd.Timedelta(np.timedelta64(value, more["unit"]))

    def _read_interval(self, value, more):
        return pd.Interval(*(self.read(end) for end in value), closed=more["closed"])

    def _read_period(self, value, more):
        return pd.Period(ordinal=value, freq=more["freq"])

    def _read_date(self, value, more):
        return datetime.date.fromisoformat(value)

    def _read_datetime(self, value, more):
        return datetime.datetime.fromisoformat(value)

    def _read_time(self, value, more):
        return datetime.time.fromisoformat(value)

    def _read_decimal(self, value, more):
        return Decimal(value)

    def _read_bytes(self, value, more):
        return bytes.fromhex(value)

    def _read_type(self, value, more):
        return CONTAINERS[value]

    def _read_known(self, value, more):
        return self.known[value]

    def _read_object(self, value, more):
        made = object.__new__(known_class(more["name"]))
        self.known[more["place"]] = made
        for key, item in value.items():
            if not key.isidentifier() or key.startswith("__"):
                raise ValueError(f"it names the attribute {key!r}")
            vars(made)[key] = self.read(item)
        return made


def _nested_settings(made, settings):
    """Return the settings of a network by part: an autoencoder's of format 1 stood side by side."""
    if made != "FairAutoencoder" or "encoder" in settings:
        return settings
    own = dict(settings)
    n_classes, encoder_features = own.pop("n_classes"), own.pop("encoder_features")
    shared = {name: own[name] for name in ("cardinalities", "given_cardinalities", "latent_features")}
    decoder = {**shared, "embedding_features": 8, "hidden_features": 32, "dropout": 0.1}
    return {
        "encoder": {"name": "ColumnEncoder", "settings": {**own, "hidden_features": encoder_features, "dropout": 0.1}},
        "decoder": {"name": "ColumnDensity", "settings": decoder},
        "n_classes": n_classes,
    }


def _checked_settings(settings, n_arrays):
    """Return settings of a network that are numbers of 0 or more, and declare no more columns than it has weights."""
    for name, value in settings.items():
        if isinstance(value, dict):
            _checked_settings(value["settings"], n_arrays)
            continue
        numbers = value if isinstance(value, list) else [value]
        if not all(isinstance(number, int | float) and number >= 0 for number in numbers):
            raise ValueError(f"its network has the setting {name}={value!r:.80}, expected numbers of 0 or more")
    n_columns = len(settings.get("cardinalities", []))
    if n_columns > n_arrays:
        raise ValueError(f"its network declares {n_columns:,} columns for {n_arrays} arrays")
    return settings


def _time_zone(name):
    """Return the name of a time zone; one that is a path is refused."""
    if not TIME_ZONE.fullmatch(name):
        raise ValueError(f"it holds the unknown time zone {name!r}")
    return name


def _dtype(text):
    """Return the numpy dtype of a text; one that makes a value take more room than a file's value would is refused."""
    dtype = np.dtype(text)
    if dtype.itemsize > MAX_ITEM_BYTES:
        raise ValueError(f"it holds the dtype {text!r}, whose values take {dtype.itemsize:,} bytes each")
    return dtype


def _write_requests(requests):
    """Return which metadata each method asks for; whose they are is a name, for messages."""
    wanted = {method: dict(own.requests) for method, own in _requests_of(requests).items() if own.requests}
    owner = requests.owner if isinstance(requests.owner, str) else type(requests.owner).__name__
    return _tagged("requests", wanted, owner=owner)


def _requests_of(requests):
    return {method: own for method, own in vars(requests).items() if hasattr(own, "requests")}


def _tagged(kind, value, **more):
    return {"$": kind, "v": value, **more}

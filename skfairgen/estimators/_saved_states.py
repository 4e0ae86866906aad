"""Fitted estimators as plain states, and back."""

from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.utils.metadata_routing import MetadataRequest

from skfairgen.data import ItemReader
from skfairgen.estimators._distilled_generator import DistilledGenerator
from skfairgen.estimators._fair_distill_resampler import FairDistillResampler
from skfairgen.estimators._fair_encoder import FairEncoder
from skfairgen.estimators._fair_generator import FairGenerator
from skfairgen.estimators._fitted import set_fitted
from skfairgen.estimators._parameters import MAX_THREADS
from skfairgen.estimators._row_drawer import cell_names
from skfairgen.models import CodeModel, DensityModel, TeacherModel
from skfairgen.nn import is_made_for

#: for each class that a file may hold: what its model is, and its other fitted attributes
MODELS = {"FairGenerator": TeacherModel, "DistilledGenerator": DensityModel, "FairEncoder": CodeModel}
CLASSES = {made.__name__: made for made in (DistilledGenerator, FairDistillResampler, FairEncoder, FairGenerator)}
NAMES = ("n_features_in_", "feature_names_in_")
TABLES = ("history_", "tuning_", "distillation_report_", "dependence_")
#: fields of the state of any estimator, and of a resampler
SHARED = {"class", "parameters", "requests", "fitted"}
FIELDS = ({*SHARED, "reader", "model", "output"}, {*SHARED, "generator", "teacher", "keeps_teacher"})
OF_RESAMPLER = ("sampling_strategy_", "sampling_plan_", "classes_", "groups_")
#: attributes that a file cannot do without
NEEDED = {"FairDistillResampler": OF_RESAMPLER, "FairEncoder": ("history_", "classes_")}


def estimator_to_state(estimator):
    """Return a fitted estimator as plain values and arrays, without seeds that are generators and classifiers."""
    name = type(estimator).__name__
    parameters = {key: _plain(value) for key, value in estimator.get_params(deep=False).items()}
    state = {"class": name, "parameters": parameters, "requests": _requests(estimator)}
    if name == "FairDistillResampler":
        kept = (*NAMES, *OF_RESAMPLER)
        state["generator"] = estimator_to_state(estimator.generator_)
        teacher = getattr(estimator, "teacher_", None)
        state["teacher"] = None if teacher in (None, estimator.generator_) else estimator_to_state(teacher)
        state["keeps_teacher"] = teacher is not None
    else:
        kept = (*NAMES, *TABLES, *(["classes_"] if name == "FairEncoder" else []))
        state["output"] = getattr(estimator, "_sklearn_output_config", {}).get("transform")
        state["reader"] = estimator.reader_.to_state()
        state["model"] = estimator.model_.to_state()
    state["fitted"] = {key: getattr(estimator, key) for key in kept if hasattr(estimator, key)}
    return state


def estimator_from_state(state, version):
    """Return the fitted estimator of a state, on the CPU.

    Raises
    ------
    ValueError
        If a part is not what the state says, or parts do not belong together.
    """
    name = state["class"]
    if name not in CLASSES:
        raise ValueError(f"it holds a {name!r:.80}, expected one of {sorted(CLASSES)}")
    unknown = sorted(set(state) - FIELDS[name == "FairDistillResampler"])
    if unknown:
        raise ValueError(f"its {name} has the unknown fields {unknown}")
    estimator = _constructed(CLASSES[name], state["parameters"])
    _set_requests(estimator, state.get("requests", {}))
    fitted = _fitted_values(state["fitted"], name)
    if name == "FairDistillResampler":
        generator = _part(state["generator"], ("FairGenerator", "DistilledGenerator"), version)
        fitted |= {"generator_": generator, "history_": generator.history_}
        if state.get("keeps_teacher", True):
            teacher = state.get("teacher")
            fitted["teacher_"] = generator if teacher is None else _part(teacher, ("FairGenerator",), version)
            fitted["history_"] = fitted["teacher_"].history_
    else:
        reader = ItemReader.from_state(state["reader"], version)
        model = MODELS[name].from_state(state["model"], version)
        _check_parts(estimator, reader, model, fitted)
        fitted |= {"reader_": reader, "model_": model, "groups_": reader.schema.group_names}
        if name != "FairEncoder":
            fitted["classes_"] = reader.schema.classes
        if name == "FairGenerator":
            cells = model.rows.cells
            fitted["cell_counts_"] = cell_names(reader.schema).as_dict(cells.counts)
    set_fitted(estimator, **fitted)
    if state.get("output") is not None:
        if name != "FairEncoder" or state["output"] not in ("default", "pandas", "polars"):
            raise ValueError(f"it returns codes as {state['output']!r:.80}, expected 'default', 'pandas' or 'polars'")
        estimator.set_output(transform=state["output"])
    return estimator


def _part(state, names, version):
    """Return an estimator of one of some classes."""
    if state["class"] not in names:
        raise ValueError(f"it holds a {state['class']!r:.80} as a part, expected one of {names}")
    return estimator_from_state(state, version)


def _plain(value):
    """Return a parameter as it is saved: neither a seed nor a classifier is part of what was learned."""
    is_left_out = isinstance(value, np.random.RandomState | np.random.Generator) or hasattr(value, "fit")
    return None if is_left_out else value


def _constructed(made, parameters):
    """Return an estimator with saved parameters; one that the file does not know has its default."""
    known = made().get_params(deep=False)
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise ValueError(f"its {made.__name__} has the parameters {unknown}, which this version does not know")
    estimator = made(**{**parameters, **({"device": "cpu"} if "device" in known else {})})
    if "max_epochs" in known or "mode" in known:
        estimator._validate_params()
    if not isinstance(estimator.n_threads, Integral) or not 1 <= estimator.n_threads <= MAX_THREADS:
        raise ValueError(f"its n_threads is {estimator.n_threads}, expected 1 to {MAX_THREADS}")
    return estimator


def _fitted_values(fitted, name):
    """Return saved attributes, each of its own kind."""
    kinds = {
        "n_features_in_": Integral,
        "feature_names_in_": np.ndarray,
        "classes_": np.ndarray | None,
        "groups_": list | None,
        "sampling_strategy_": dict,
        **dict.fromkeys((*TABLES, "sampling_plan_"), pd.DataFrame),
    }
    for key, value in fitted.items():
        if key not in kinds or not isinstance(value, kinds[key]):
            raise ValueError(f"its {name} has {key} of type {type(value).__name__}, which is not what it should be")
    needed = NEEDED.get(name, ("history_",))
    if not fitted.keys() >= set(needed):
        raise ValueError(f"its {name} lacks the attributes {sorted(set(needed) - set(fitted))}")
    return dict(fitted)


def _check_parts(estimator, reader, model, fitted):
    """Raise ValueError if a reader, a model and what else an estimator holds do not belong together."""
    cells = model.rows.cells if isinstance(model, TeacherModel) else model.cells
    network = model.autoencoder.decoder if isinstance(model, CodeModel) else getattr(model, "rows", model).density
    schema = reader.schema
    n_classes = 1 if schema.classes is None or isinstance(model, CodeModel) else len(schema.classes)
    is_same = np.array_equal(cells.levels, schema.group_levels) and cells.n_classes == n_classes
    if not is_same or not is_made_for(network, reader.codec.spec):
        raise ValueError("its network was not made for the columns, classes and groups that it names")
    n_columns = None if schema.format.columns is None else len(schema.format.columns)
    needed = None if isinstance(model, CodeModel) else n_columns
    if fitted.get("n_features_in_", needed) != n_columns:
        raise ValueError(f"its n_features_in_ is {fitted.get('n_features_in_')}, expected {n_columns}")
    names = fitted.get("feature_names_in_")
    is_named = names is None or (all(type(name) is str for name in names) and names.shape == (n_columns,))
    if not is_named or (names is not None and list(names) != list(schema.format.columns)):
        raise ValueError(f"its feature_names_in_ are {list(names)!r:.80}, which are not those of its columns")
    if isinstance(model, CodeModel) and estimator.n_components not in ("auto", len(model.active)):
        raise ValueError(f"its code has {len(model.active)} components, expected {estimator.n_components}")


def _requests(estimator):
    """Return which metadata each method was told to ask for; nothing where that was not set."""
    if "_metadata_request" not in vars(estimator):
        return {}
    methods = vars(estimator._metadata_request).items()
    return {method: dict(own.requests) for method, own in methods if getattr(own, "requests", None)}


def _set_requests(estimator, wanted):
    if not wanted:
        return
    requests = MetadataRequest(owner=type(estimator).__name__)
    for method, own in wanted.items():
        if not hasattr(vars(requests).get(method), "add_request"):
            raise ValueError(f"it asks for metadata of the unknown method {method!r:.80}")
        for name, alias in own.items():
            getattr(requests, method).add_request(param=name, alias=alias)
    estimator._metadata_request = requests

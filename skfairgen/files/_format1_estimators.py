"""Estimators of files of format 1 as states of version 2."""

from typing import Any

import numpy as np

NAMES = ("n_features_in_", "feature_names_in_")
TABLES = ("history_", "distillation_report_", "dependence_")
OF_RESAMPLER = ("sampling_strategy_", "sampling_plan_", "classes_", "groups_")
#: what a criterion of version 1 is called now
CRITERIA = {"equalized_odds": "balanced_cells"}
NETWORKS = {"ColumnDecoder": "ColumnDensity"}


def estimator_of_format_1(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the state of an estimator that :func:`to_version_2` gave as its name and attributes.

    What "equalized_odds" did is called "balanced_cells" now. Labels were drawn, and no plan was tuned. The network
    behind labels for models that do not see the group is gone: such labels are made of the teacher's own scores.

    Raises
    ------
    ValueError
        If attributes are missing or of another kind.
    """
    name, found = whole["name"], dict(whole["attributes"])
    requests = found.pop("_metadata_request", {"requests": {}})["requests"]
    state = {"class": name, "parameters": _parameters(name, found), "requests": requests}
    if name == "FairDistillResampler":
        generator, teacher = found["generator_"], found.get("teacher_")
        state["generator"] = estimator_of_format_1(generator)
        state["keeps_teacher"] = teacher is not None
        state["teacher"] = None if teacher is None or teacher is generator else estimator_of_format_1(teacher)
        kept = (*NAMES, *OF_RESAMPLER)
    else:
        layout = found["_layout"]["attributes"]
        state["reader"] = {"kind": "table", "schema": _schema(layout), "codec": found["codec_"]}
        state["model"] = MODELS[name](found, layout)
        kept = (*NAMES, *TABLES, *(["classes_"] if name == "FairEncoder" else []))
    state["fitted"] = {key: found[key] for key in kept if key in found}
    return state


def _parameters(name, found):
    parameters = {key: value for key, value in found.items() if not key.startswith("_") and not key.endswith("_")}
    if name in ("FairGenerator", "FairDistillResampler"):
        is_parity = parameters["criterion"] == "demographic_parity"
        parameters["criterion"] = CRITERIA.get(parameters["criterion"], parameters["criterion"])
        parameters["tuned_for"] = None if is_parity else "auto"
        if not is_parity:
            parameters["label_draw"] = "auto"
    return parameters


def _schema(layout):
    places = ("sensitive_positions", "legitimate_positions")
    features = layout["sensitive_features"]
    return {
        "format": layout["format"],
        "sensitive_features": None if features is None else features["attributes"],
        **{name: layout[name] for name in ("target", "groups", "strata")},
        **{name: [int(place) for place in layout[name]] for name in places},
    }


def _cells(layout):
    counts = layout["strata_counts"] if layout["strata_counts"] is not None else layout["counts"][:, :, None]
    groups = layout["groups"]
    if groups is None:
        return {"strata_counts": counts, "levels": np.zeros((1, 0), dtype=int), "cardinalities": []}
    cardinalities = [len(column["names"]) for column in groups["columns"]]
    return {"strata_counts": counts, "levels": groups["group_levels"], "cardinalities": cardinalities}


def _network(network):
    return {**network, "name": NETWORKS[network["name"]]}


def _rows(found, layout, shares=None):
    cells = _cells(layout)
    counts = cells["strata_counts"].sum(axis=2)
    own = counts / counts.sum() if shares is None else shares
    return {"density": _network(found["net_"]), "cells": cells, "shares": own, "blind_terms": _blind_terms(layout)}


def _blind_terms(layout):
    sensitive = layout["sensitive_positions"]
    kinds = {column["kind"] for column in layout["groups"]["columns"]} if sensitive else set()
    return len(layout["format"]["columns"]) - len(sensitive) if "Bands" in kinds else None


def _teacher_model(found, layout):
    transport = found.get("transport_")
    return {"rows": _rows(found, layout), "seed": int(found["_transport_seed"]), "transport": transport}


def _student_model(found, layout):
    return _rows(found, layout, found["_shares"])


def _code_model(found, layout):
    network = found["net_"]
    settings = dict(network["settings"])
    shared = {name: settings[name] for name in ("cardinalities", "given_cardinalities", "latent_features")}
    own = {name: settings[name] for name in ("visible_columns",)}
    encoder = {
        **shared,
        **own,
        "encode_given": settings["encode_given"],
        "hidden_features": settings["encoder_features"],
        "dropout": 0.1,
    }
    decoder = {**shared, "embedding_features": 8, "hidden_features": 32, "dropout": 0.1}
    parts = {
        "encoder": {"name": "ColumnEncoder", "settings": encoder},
        "decoder": {"name": "ColumnDensity", "settings": decoder},
        "n_classes": settings["n_classes"],
    }
    autoencoder = {"name": "FairAutoencoder", "settings": parts, "weights": network["weights"]}
    return {"autoencoder": autoencoder, "cells": _cells(layout)}


MODELS = {"FairGenerator": _teacher_model, "DistilledGenerator": _student_model, "FairEncoder": _code_model}

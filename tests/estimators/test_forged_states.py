"""Files whose state is not what an estimator expects are refused when they are loaded; ``save`` writes none of them."""

import io

import numpy as np
import pandas as pd
import pytest
from in_memory import from_bytes, to_bytes

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator, distill, load, save
from skfairgen.datasets import make_biased_classification
from skfairgen.files import pack, read_archive, unpack, write_archive

pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")
OPTIONS = {"max_epochs": 1, "random_state": 0}


@pytest.fixture(scope="module")
def files():
    """The bytes of a small file of each estimator."""
    table = make_biased_classification(n_samples=200, random_state=0)
    other = make_biased_classification(n_samples=200, sensitive_levels=(3,), n_numeric=1, random_state=0)
    made = {"resampler": FairDistillResampler("group_0", **OPTIONS)}
    made["resampler"].fit_resample(table.data, table.target)
    plain = FairGenerator("group_0", **OPTIONS).fit(table.data, table.target)
    made |= {"student": distill(plain, **OPTIONS)}
    for name, label_draw in {"planned": "sharpen", "moved": "sample"}.items():
        options = {"criterion": "demographic_parity", "label_draw": label_draw, "tuned_for": None, **OPTIONS}
        made[name] = FairGenerator("group_0", **options).fit(table.data, table.target)
        made[f"other {name}"] = FairGenerator("group_0", **options).fit(other.data, other.target)
    made["encoder"] = FairEncoder("group_0", n_components=2, **OPTIONS).fit(table.data, table.target)
    banded = table.data.assign(age=np.random.default_rng(0).normal(size=200))
    made["banded"] = FairGenerator(["group_0", "age"], **OPTIONS).fit(banded, table.target)
    images = np.random.default_rng(0).integers(0, 256, (200, 4, 4), dtype=np.uint8)
    made["images"] = FairGenerator(prior="flow", **OPTIONS).fit(images, table.target)
    contents = {name: to_bytes(estimator, private_export=False) for name, estimator in made.items()}
    return contents | {"private": to_bytes(made["student"])}


def state_of(content):
    _, state, arrays = read_archive(io.BytesIO(content), 1 << 30)
    return unpack(state, arrays)


def written(state):
    """Return a file that holds a state, as ``save`` writes it."""
    file = io.BytesIO()
    write_archive(file, {"class": "any", "private_export": False, "versions": {}}, *pack(state))
    return file.getvalue()


def put(*path, value):
    """Return a change of the state at a path."""

    def change(state, files):
        for name in path[:-1]:
            state = state[name]
        state[path[-1]] = value(state[path[-1]]) if callable(value) else value

    return change


def taken_from(other, *path):
    """Return a change that puts a part of another file in the place of this one's."""

    def change(state, files):
        given = state_of(files[other])
        for name in path[:-1]:
            state, given = state[name], given[name]
        state[path[-1]] = given[path[-1]]

    return change


def without(*path):
    def change(state, files):
        for name in path[:-1]:
            state = state[name]
        del state[path[-1]]

    return change


ROWS = ("model", "rows")
WEIGHTS = (*ROWS, "density", "weights")
DECODER, PRIOR = ((*ROWS, "density", "settings", part, "settings") for part in ("decoder", "prior"))
GROUPS = ("reader", "schema", "groups", "columns")
FORGED = [
    ("planned", put("class", value="Popen"), "'Popen', expected one of"),
    ("planned", put("class", value="FairEncoder"), "cannot be loaded"),
    ("planned", put("class", value=["FairGenerator"]), "cannot be loaded"),
    ("planned", put("more", value=1), r"unknown fields \['more'\]"),
    ("planned", put("model", "more", value=1), r"unknown fields \['more'\]"),
    ("planned", put(*ROWS, "cells", "more", value=1), r"unknown fields \['more'\]"),
    ("planned", put("parameters", "unheard_of", value=1), "unheard_of"),
    ("planned", put("parameters", "n_threads", value=100_000), "n_threads"),
    ("planned", put("parameters", "n_threads", value=-1), "n_threads"),
    ("student", put("parameters", "n_threads", value=1.5), "n_threads is 1.5"),
    ("planned", put("parameters", "strength", value=2.0), "strength"),
    ("planned", put("parameters", "criterion", value="another"), "criterion"),
    ("planned", put("requests", value={"__class__": {}}), "unknown method"),
    ("planned", put("requests", value={"fit": {"X": 3}}), "cannot be loaded"),
    ("planned", put("reader", "kind", value="another"), "kind 'another'"),
    ("planned", put("reader", "schema", "sensitive_positions", value=[1]), "cannot be loaded"),
    ("planned", put("reader", "schema", "sensitive_positions", value=[99]), "sensitive_positions"),
    ("planned", taken_from("other planned", "reader"), "not made for the columns"),
    ("planned", taken_from("other planned", "model"), "not made for the columns"),
    ("planned", taken_from("other planned", *ROWS, "cells"), "cannot be loaded"),
    ("planned", taken_from("other planned", *ROWS, "density"), "is given values of"),
    ("planned", taken_from("other planned", "model", "plans"), "a plan for"),
    ("moved", taken_from("other moved", "model", "transport"), "not learned from 2 classes, 2 groups"),
    ("moved", put("model", "transport", "transports", value=lambda own: own * 2), "not learned from"),
    ("planned", put("model", "plans", value=lambda plans: [{**plans[0], "shares": np.ones(2)}]), "shape"),
    ("planned", put("model", "plans", value=lambda plans: [{**plans[0], "wish": {"odd": 1}}]), "cannot be loaded"),
    ("planned", put("model", "blind_scores", value=[np.ones((3, 3))] * 2), "shape"),
    ("planned", put("model", "seed", value=-1), "seed"),
    ("planned", put(*ROWS, "shares", value=lambda own: own * 2), "sum to 2"),
    ("planned", put(*ROWS, "shares", value=lambda own: own * np.nan), "not finite"),
    ("planned", put(*ROWS, "shares", value=np.full((2, 3), 1 / 6)), "shape"),
    ("planned", put(*ROWS, "blind_terms", value="all"), "blind_terms"),
    ("planned", put(*ROWS, "cells", "strata_counts", value=lambda own: own - 10_000), "strata_counts"),
    ("planned", put(*ROWS, "cells", "levels", value=lambda own: own + 5), "levels"),
    ("planned", put(*WEIGHTS, value=lambda own: {name: part.astype("f8") for name, part in own.items()}), "in 32 bits"),
    ("planned", put(*WEIGHTS, "heads.1.bias", value=lambda own: own.astype("f2")), "in 32 bits"),
    ("images", put(*DECODER, "bounds", value=[]), "the bounds .* of 4 channels"),
    ("images", put(*DECODER, "bounds", value=[[float("nan"), 1.0]] * 4), "the bounds .* of 4 channels"),
    ("images", put(*PRIOR, "n_steps", value=10**9), "n_steps=1000000000 was found, expected 1 to 1,000"),
    ("images", put(*PRIOR, "n_steps", value=0), "n_steps=0 was found"),
    ("images", put(*PRIOR, "guidance", value=float("inf")), "guidance=inf, expected numbers"),
    ("planned", put(*ROWS, "density", "name", value="FairAutoencoder"), "cannot be loaded"),
    ("planned", put("fitted", "history_", value=3), "history_"),
    ("planned", put("fitted", "__class__", value=3), "__class__"),
    ("planned", put("fitted", "n_features_in_", value=3), "n_features_in_ is 3"),
    ("planned", put("fitted", "feature_names_in_", value=lambda own: own[::-1]), "not those of its columns"),
    ("planned", put("fitted", "feature_names_in_", value=lambda own: np.append(own[1:], np.nan)), "not those of its"),
    ("banded", put(*GROUPS, 0, "names", value=lambda own: own[:1] * len(own)), "not those of its values"),
    ("banded", put(*GROUPS, 0, "names", value=lambda own: [float("nan"), *own[1:]]), "not those of its values"),
    ("banded", put(*GROUPS, 0, "values", value=lambda own: own[::-1]), "not those of its values"),
    ("banded", put(*GROUPS, 1, "names", value=lambda own: [None] * len(own)), "the Bands has names"),
    ("banded", put(*GROUPS, 1, "names", value=lambda own: own[:1] * len(own)), "the Bands has names"),
    ("private", put(*GROUPS, 0, "names", value=lambda own: [None] * len(own)), "two groups of one name"),
    ("private", put(*GROUPS, 0, "names", value=lambda own: own[::-1]), "not those of its values"),
    ("planned", without("fitted", "history_"), "lacks the attributes"),
    ("planned", without("model", "rows"), "lacks the field rows"),
    ("planned", without("reader"), "cannot be loaded"),
    ("encoder", put("parameters", "n_components", value=3), "2 components, expected 3"),
    ("encoder", put("output", value="excel"), "codes as 'excel'"),
    ("encoder", put("model", "cells", "cardinalities", value=[5]), "cannot be loaded"),
    ("encoder", without("fitted", "n_features_in_"), "n_features_in_ is None"),
    ("encoder", taken_from("planned", "model"), "cannot be loaded"),
    ("resampler", taken_from("encoder", "parameters"), "cannot be loaded"),
    ("resampler", without("fitted", "sampling_plan_"), "lacks the attributes"),
    ("resampler", put("generator", "parameters", "n_threads", value=100_000), "n_threads"),
]


@pytest.mark.parametrize(("name", "change", "message"), FORGED)
def test_states_that_do_not_fit_are_refused(files, name, change, message):
    state = state_of(files[name])
    assert written(state)  # as it is, it can be written, and read:
    from_bytes(written(state))
    change(state, files)
    with pytest.raises(ValueError, match=message):
        from_bytes(written(state))


@pytest.mark.parametrize(
    ("part", "other"), [("generator", "encoder"), ("generator", "resampler"), ("teacher", "student")]
)
def test_a_resampler_holds_generators_only(files, part, other):
    state = state_of(files["resampler"])
    state[part] = state_of(files[other])
    with pytest.raises(ValueError, match="as a part, expected one of"):
        from_bytes(written(state))


@pytest.mark.parametrize("name", ["planned", "encoder", "resampler"])
def test_a_parameter_that_a_file_lacks_has_its_default(files, name):
    state = state_of(files[name])
    defaults = type(from_bytes(files[name]))().get_params()
    for parameter in ("warm_start", "lr", "early_stopping"):
        state["parameters"][parameter] = {"warm_start": True, "lr": 0.5, "early_stopping": False}[parameter]
        changed = from_bytes(written(state))
        assert getattr(changed, parameter) != defaults[parameter]
        del state["parameters"][parameter]
        assert getattr(from_bytes(written(state)), parameter) == defaults[parameter]


@pytest.mark.parametrize("label", ["x" * 20_000, frozenset({1, 2})])
def test_save_refuses_what_load_would_refuse(label):
    """Either the file can be loaded, or it is not written, and a sentence says why."""
    X = pd.DataFrame({"x": np.arange(60.0), "word": [label, "a", "b"] * 20}, dtype=object).astype({"x": float})
    generator = FairGenerator("word", **OPTIONS).fit(X)
    file = io.BytesIO()
    try:
        save(generator, file)
    except (TypeError, ValueError) as error:
        assert "cannot be saved" in str(error) or "Shorten" in str(error)
        assert file.getvalue() == b""
        return
    drawn = [own.sample(30, random_state=0)[0] for own in (generator, from_bytes(file.getvalue()))]
    pd.testing.assert_frame_equal(*drawn)


def test_files_beside_it_are_not_touched_and_links_not_followed(files, tmp_path):
    student = from_bytes(files["student"])
    path, mine, target = tmp_path / "x", tmp_path / "x.part", tmp_path / "target"
    mine.write_bytes(b"mine")
    target.write_bytes(b"other")
    path.symlink_to(target)
    save(student, path)
    assert mine.read_bytes() == b"mine" and target.read_bytes() == b"other" and not path.is_symlink()
    assert sorted(own.name for own in tmp_path.iterdir()) == ["target", "x", "x.part"]
    assert len(load(path).sample(5)[0]) == 5


def test_nothing_is_left_behind_where_saving_fails(files, tmp_path):
    generator = from_bytes(files["planned"])
    (tmp_path / "file").write_bytes(b"old")
    generator.random_state = 1j
    with pytest.raises(TypeError, match="complex cannot be saved"):
        save(generator, tmp_path / "file")
    assert [own.name for own in tmp_path.iterdir()] == ["file"] and (tmp_path / "file").read_bytes() == b"old"

"""Steps that draw a code are led to codes that hide the group."""

import io

import numpy as np
import pandas as pd
import pytest
import torch
from made_stripes import TRAINING, make_stripes, seen_class
from sklearn.linear_model import LogisticRegression

from skfairgen import FairDistillResampler, FairGenerator, distill, load, save

STEPS = {**TRAINING, "penalty": "fairdisco", "max_epochs": 6}  # a code that still tells the group
pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.LeakageWarning")  # that of the code
DRAWN = torch.arange(2).repeat(300)


def drawn_codes(estimator):
    prior = estimator.model_.density.prior if hasattr(estimator.model_, "density") else None
    prior = estimator.model_.rows.density.prior if prior is None else prior
    with torch.no_grad():
        return prior.sample(DRAWN, torch.rand(600, prior.n_noise, generator=torch.Generator().manual_seed(0))).numpy()


def entropy(probe, codes):
    shares = probe.predict_proba(np.column_stack([codes, DRAWN]))
    return -(shares * np.log(shares)).sum(axis=1).mean()


def test_a_probe_is_less_sure_of_the_group_of_guided_codes():
    X, y, groups = make_stripes("images", n=300, correlation=0.7)
    plain, guided = (
        FairGenerator(prior="flow", guidance=guidance, **STEPS).fit(X, y, sensitive_features=groups)
        for guidance in (0.0, 3.0)
    )
    items, density = plain.codec_.encode(X), plain.model_.rows.density
    with torch.no_grad():
        codes = density.encoder({name: torch.from_numpy(values) for name, values in items.items()}, None)[0].numpy()
    probe = LogisticRegression(C=0.1, class_weight="balanced").fit(np.column_stack([codes, y == "low"]), groups)
    assert entropy(probe, drawn_codes(guided)) > entropy(probe, drawn_codes(plain)) + 0.05
    images, labels = guided.sample(200, random_state=0)
    assert (seen_class(images) == labels).mean() > 0.9
    file = io.BytesIO()
    save(guided, file, private_export=False)
    again = load(io.BytesIO(file.getvalue()))
    assert again.guidance == 3
    np.testing.assert_array_equal(again.sample(200, random_state=0)[0], images)
    student = distill(guided, size=0.4, max_epochs=1, random_state=0)
    assert entropy(probe, drawn_codes(student)) > entropy(probe, drawn_codes(plain)) + 0.05


@pytest.mark.parametrize("kind", [FairGenerator, FairDistillResampler])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"latent": "fair"}, "found prior='energy'.*prior=\\['ddpm', 'flow'\\]"),
        ({"latent": "fair", "prior": "lsgan"}, "found prior='lsgan'"),
        ({"latent": "fair", "prior": "flow", "sensitive_columns": None}, "found fewer than two groups"),
        ({}, "guidance=1.0 does nothing without one. Set latent='fair'"),
        ({"latent": "fair", "prior": "flow", "guidance": -1.0}, "'guidance' parameter"),
    ],
)
def test_guidance_that_would_do_nothing_is_refused_before_training(kind, options, message, monkeypatch):
    monkeypatch.setattr("skfairgen.estimators._generator_fitting.learn_rows", lambda *_, **__: pytest.fail("trained"))
    X = pd.DataFrame({"a": np.arange(20.0), "s": ["f", "m"] * 10})
    estimator = kind(**{"sensitive_columns": "s", "guidance": 1.0, **options})
    with pytest.raises(ValueError, match=message):
        getattr(estimator, "fit_resample" if kind is FairDistillResampler else "fit")(X, [0, 1, 1, 0] * 5)

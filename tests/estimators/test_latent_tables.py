"""Tables by way of a fair code, as the papers have it."""

import io

import numpy as np
import pandas as pd
import pytest

from skfairgen import FairGenerator, distill, load, save
from skfairgen.datasets import make_biased_classification


@pytest.fixture(scope="module")
def table():
    return make_biased_classification(n_samples=1_000, random_state=0)


def share_of_ones(table, X, y):
    groups = X[table.sensitive_columns].astype(str).agg("-".join, axis=1).to_numpy()
    shares = pd.Series(np.asarray(y)).groupby(groups).mean()
    return shares.max() - shares.min()


@pytest.mark.parametrize("penalty", ["energy_distance", "fairdisco"])
def test_rows_are_drawn_distilled_and_saved(table, penalty):
    options = {"latent": "fair", "criterion": "demographic_parity", "penalty": penalty}
    generator = FairGenerator(table.sensitive_columns, **options, max_epochs=12, random_state=0)
    generator.fit(table.data, table.target)
    student = distill(generator, size=0.5, max_epochs=2, random_state=0)
    gap = share_of_ones(table, table.data, table.target)
    for drawer in (generator, student):
        X, y = drawer.sample(2_000, random_state=0)
        assert list(X.columns) == list(table.data.columns)
        assert X.dtypes.tolist() == table.data.dtypes.tolist()
        assert share_of_ones(table, X, y) < 0.05 < gap
        file = io.BytesIO()
        save(drawer, file, private_export=False)
        again = load(io.BytesIO(file.getvalue())).sample(50, random_state=1)[0]
        pd.testing.assert_frame_equal(again, drawer.sample(50, random_state=1)[0])
    assert student.n_parameters_ <= 0.5 * generator.n_parameters_
    rows, labels = generator.sample(1_000, criterion=None, random_state=0)
    assert share_of_ones(table, rows, labels) > gap / 2

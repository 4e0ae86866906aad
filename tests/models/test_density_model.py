"""A density of rows scores rows as it scores classes."""

import numpy as np
import pytest
from scipy.special import softmax

from skfairgen import FairGenerator
from skfairgen.datasets import make_biased_classification


@pytest.fixture(scope="module")
def generator():
    made = make_biased_classification(500, sensitive_levels=(2, 2), bias=2.0, random_state=0)
    return FairGenerator(made.sensitive_columns, max_epochs=3, random_state=0).fit(made.data, made.target), made


def test_likelihoods_give_the_posterior_of_the_classes(generator):
    generator, made = generator
    model = generator.model_.rows
    items, class_codes, group_codes = generator.reader_.read(made.data, made.target)
    found = np.stack([model.log_likelihood(items, np.full_like(class_codes, k), group_codes) for k in (0, 1)], axis=1)
    prior = np.log(model.cells.class_shares.T[group_codes])
    np.testing.assert_allclose(softmax(found + prior, axis=1), model.class_scores(items, group_codes), atol=1e-4)


def test_rows_of_their_own_cell_are_likelier_than_shuffled_ones(generator):
    generator, made = generator
    shuffled = made.data.apply(lambda column: column.sample(frac=1, random_state=0).to_numpy())
    shuffled = shuffled.astype(made.data.dtypes.to_dict())
    for_rows = {}
    for name, X in {"own": made.data, "shuffled": shuffled}.items():
        for_rows[name] = generator.model_.rows.log_likelihood(*generator.reader_.read(X, made.target)).mean()
    assert for_rows["own"] > for_rows["shuffled"]

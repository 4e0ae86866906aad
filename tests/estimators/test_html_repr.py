"""The estimators in notebooks: a link, the meaning of parameters, what was fitted."""

import numpydoc.docscrape
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from skfairgen import (
    DistilledGenerator,
    FairDistillResampler,
    FairEncoder,
    FairGenerator,
    WithSensitiveColumns,
    distill,
)
from skfairgen.datasets import make_biased_classification

UNFITTED = [
    FairGenerator(),
    FairDistillResampler(),
    FairEncoder(),
    DistilledGenerator(),
    WithSensitiveColumns(LogisticRegression(), "group_0"),
]


@pytest.mark.parametrize("estimator", UNFITTED, ids=lambda estimator: type(estimator).__name__)
def test_the_repr_links_to_the_page_of_the_class(estimator):
    page = estimator._repr_html_()
    assert f"/generated/skfairgen.{type(estimator).__name__}.html" in page
    assert "Not fitted" in page


@pytest.mark.parametrize("estimator", UNFITTED, ids=lambda estimator: type(estimator).__name__)
def test_the_repr_tells_what_each_parameter_means(estimator):
    pytest.importorskip("sklearn", minversion="1.8")  # the first whose repr does
    page = clone(estimator)._repr_html_()
    described = numpydoc.docscrape.ClassDoc(type(estimator))["Parameters"]
    for parameter in described:
        if parameter.name in estimator.get_params(deep=False):
            assert f"{parameter.name}: " in page
    assert len(described) >= len(estimator.get_params(deep=False))


def test_the_repr_sums_up_what_was_fitted():
    pytest.importorskip("sklearn", minversion="1.9")  # the first whose repr does
    table = make_biased_classification(300, random_state=0)
    teacher = FairGenerator("group_0", max_epochs=1, random_state=0).fit(table.data, table.target)
    resampler = FairDistillResampler("group_0", max_epochs=1, random_state=0)
    resampler.fit_resample(table.data, table.target)
    for fitted in (teacher, resampler, distill(teacher, max_epochs=1, random_state=0)):
        page = fitted._repr_html_()
        assert "Fitted attributes" in page
        assert "classes_" in page

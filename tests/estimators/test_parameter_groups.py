"""The docstrings of long constructors sort their parameters by purpose."""

import re

import pytest

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator


@pytest.mark.parametrize("estimator", [FairGenerator, FairDistillResampler, FairEncoder])
def test_each_parameter_has_one_purpose(estimator):
    told = re.search(r"In the order of the parameters: (.*?)\n\n", estimator.__doc__, flags=re.DOTALL)[1]
    documented = re.findall(r"^    (\w+) : ", estimator.__doc__.split("Attributes\n")[0], flags=re.MULTILINE)
    places = []
    for group in re.findall(r"\((.*?)\)", told, flags=re.DOTALL):
        named = [documented.index(name) for name in re.findall(r"`(\w+)`", group)]
        places += range(named[0], named[-1] + 1) if " to" in group else named
    assert places == list(range(len(estimator().get_params(deep=False))))

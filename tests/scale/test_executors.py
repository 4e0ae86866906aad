import joblib
import pytest

from skfairgen.scale import as_executor


def square(number):
    return number**2


@pytest.mark.parametrize("name", ["serial", "joblib"])
def test_results_come_in_the_order_of_the_parts(name):
    with joblib.parallel_config(n_jobs=2):
        assert list(as_executor(name).map(square, range(5))) == [0, 1, 4, 9, 16]


def test_an_object_with_map_is_an_executor():
    class Backwards:
        def map(self, function, parts):
            return [function(part) for part in list(parts)[::-1]]

    assert as_executor(Backwards()).map(square, range(3)) == [4, 1, 0]


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="executor is 'dask'; expected 'serial'"):
        as_executor("dask")

"""Threads of torch are counted, and nothing that the caller has set matters or changes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from skfairgen.training import checked_device, draw_seed, random_generator, torch_runtime


def test_the_number_of_threads_holds_inside_and_is_restored_outside():
    n_threads = torch.get_num_threads()
    with torch_runtime(n_threads + 1):
        assert torch.get_num_threads() == n_threads + 1
        with torch_runtime(n_threads + 1):
            pass
        assert torch.get_num_threads() == n_threads + 1
    assert torch.get_num_threads() == n_threads


def test_an_error_inside_still_restores_the_number():
    n_threads = torch.get_num_threads()
    with pytest.raises(RuntimeError, match="inside"), torch_runtime(n_threads + 1):
        raise RuntimeError("inside")
    assert torch.get_num_threads() == n_threads


def test_of_blocks_that_overlap_the_first_decides_and_the_last_restores():
    n_threads = torch.get_num_threads()
    entered, leave, found = threading.Event(), threading.Event(), []

    def other():
        with torch_runtime(n_threads + 5):
            found.append(torch.get_num_threads())
            entered.set()
            leave.wait(10)
        found.append(torch.get_num_threads())

    thread = threading.Thread(target=other)
    with torch_runtime(n_threads + 1):
        thread.start()
        assert entered.wait(10)
    leave.set()
    thread.join()
    assert found == [n_threads + 1, n_threads]
    with torch_runtime(n_threads):
        pass
    assert torch.get_num_threads() in (n_threads, n_threads + 1)
    torch.set_num_threads(n_threads)


def test_the_callers_modes_and_device_do_not_matter_inside():
    with torch.inference_mode(), torch.device("meta"):
        with torch_runtime():
            weight = torch.ones(2, requires_grad=True)
            (gradient,) = torch.autograd.grad((3 * weight).sum(), weight)
            assert weight.device.type == "cpu" and gradient.tolist() == [3, 3]
        assert torch.is_inference_mode_enabled() and torch.ones(1).device.type == "meta"


def test_new_floats_have_32_bits_inside_and_what_the_caller_set_elsewhere():
    torch.set_default_dtype(torch.float64)
    try:
        with torch_runtime(), ThreadPoolExecutor(1) as pool:
            inside = [made.dtype for made in (torch.zeros(1), torch.rand(1), torch.nn.Conv1d(1, 1, 1).weight)]
            asked = torch.ones(1, dtype=torch.int64).dtype, torch.zeros(1, dtype=torch.float64).dtype
            elsewhere = pool.submit(torch.zeros, 1).result().dtype
        assert set(inside) == {torch.float32} and asked == (torch.int64, torch.float64)
        assert elsewhere == torch.zeros(1).dtype == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


def test_a_random_state_gives_the_same_numbers_each_time_and_none_does_not():
    assert random_generator(3).random() == random_generator(3).random()
    assert random_generator(None).random() != random_generator(None).random()
    generator = np.random.default_rng(0)
    assert random_generator(generator) is generator


def test_a_random_state_object_moves_on_between_calls():
    state = np.random.RandomState(0)
    assert random_generator(state).random() != random_generator(state).random()
    assert random_generator(np.random.RandomState(0)).random() == random_generator(np.random.RandomState(0)).random()


def test_no_random_state_leaves_the_global_one_alone():
    before = np.random.get_state()[1].copy()
    draw_seed(random_generator(None))
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("device", ["meta", "vulkan", "gpu", "cuda:99"])
def test_a_device_that_is_not_here_is_refused_in_words(device):
    with pytest.raises(ValueError, match=f"device='{device}' cannot be used here: .*Use device='cpu'"):
        checked_device(device)


@pytest.mark.parametrize("n_threads", [0, 10**6])
def test_numbers_of_threads_that_end_the_process_are_refused(n_threads):
    with pytest.raises(ValueError, match="n_threads=.* expected 1 to 1,024"), torch_runtime(n_threads):
        pass

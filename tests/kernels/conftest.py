"""Kernels in Triton's interpreter, and one thread: tensors are tiny here."""

import os

os.environ.setdefault("TRITON_INTERPRET", "1")  # before anything imports triton

import pytest
import torch

from entmax_oracle.kernels.runtime.target import INTERPRETED


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def interpreted():
    if not INTERPRETED:
        pytest.skip("triton was imported without TRITON_INTERPRET=1")

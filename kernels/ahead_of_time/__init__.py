"""Compile a Triton kernel for GPUs that are not there, and read off what it will use."""

from .compiler import SHARED_LIMITS, TARGETS, Compiled, Job, compile_all, compile_one

__all__ = ["SHARED_LIMITS", "TARGETS", "Compiled", "Job", "compile_all", "compile_one"]

"""What `torch.func` and forward mode need of an operator, with which a registered operator has no part."""

from collections.abc import Callable
from typing import Any, NoReturn

import torch


def without_derivatives(operator: Callable[..., Any], refuse: Callable[..., NoReturn]) -> type[torch.autograd.Function]:
    """Wrap an operator whose own derivatives are refused in either mode, such as that of a gradient.

    Parameters
    ----------
    operator
        Of tensors and plain arguments.
    refuse
        Raises what is said on differentiating it.
    """

    class WithoutDerivatives(torch.autograd.Function):
        generate_vmap_rule = True
        backward = staticmethod(refuse)
        jvp = staticmethod(refuse)

        @staticmethod
        def forward(*inputs: Any) -> Any:
            return operator(*inputs)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            """Keep nothing: there is nothing to differentiate."""

    return WithoutDerivatives

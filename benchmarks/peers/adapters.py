"""Published softmax and entmax in the form that ``check`` calls; nothing is repaired on the way.

Every function imports its peer when it is called first, so that one module serves every environment.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable
from functools import cache, partial
from typing import Any

__all__: list[str] = []


def torch_softmax(z: Any) -> Any:
    """``torch.softmax`` over the last axis."""
    return importlib.import_module("torch").softmax(z, -1)


def jax_softmax(z: Any) -> Any:
    """``jax.nn.softmax`` over the last axis."""
    return importlib.import_module("jax").nn.softmax(z, axis=-1)


def scipy_softmax(z: Any) -> Any:
    """``scipy.special.softmax`` over the last axis."""
    return importlib.import_module("scipy.special").softmax(z, axis=-1)


def numpy_recipe(z: Any) -> Any:
    """Softmax in NumPy, which has none: subtract the maximum, exponentiate, divide by the sum."""
    np = importlib.import_module("numpy")
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def keras_softmax(z: Any) -> Any:
    """``keras.ops.softmax`` on torch tensors."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return importlib.import_module("keras").ops.softmax(z, axis=-1)


def mlx_softmax(z: Any, precise: bool = False) -> Any:
    """``mlx.core.softmax`` on torch tensors, with its gradient."""
    mx, np = importlib.import_module("mlx.core"), importlib.import_module("numpy")

    def function(x: Any) -> Any:
        return mx.softmax(x, axis=-1, precise=precise)

    return _bridged(
        z,
        lambda x: np.array(function(mx.array(x))),
        lambda x, g: np.array(mx.vjp(function, [mx.array(x)], [mx.array(g)])[1][0]),
    )


def mlx_precise_softmax(z: Any) -> Any:
    """``mlx.core.softmax`` with ``precise=True``."""
    return mlx_softmax(z, precise=True)


def tinygrad_softmax(z: Any) -> Any:
    """``Tensor.softmax`` of tinygrad on torch tensors, with its gradient."""
    tensor = importlib.import_module("tinygrad").Tensor

    def pulled(x: Any, g: Any) -> Any:
        logits = tensor(x, requires_grad=True)
        return logits.softmax(-1).gradient(logits, gradient=tensor(g))[0].numpy()

    return _bridged(z, lambda x: tensor(x).softmax(-1).numpy(), pulled)


def onnx_softmax(z: Any) -> Any:
    """The operator Softmax of ONNX on NumPy arrays, run by ONNX Runtime on its CPU provider."""
    return _softmax_session(str(z.dtype)).run(None, {"z": z})[0]


@cache
def _softmax_session(dtype: str) -> Any:
    helper, proto = (getattr(importlib.import_module("onnx"), name) for name in ("helper", "TensorProto"))
    kind = {"float16": proto.FLOAT16, "float32": proto.FLOAT, "float64": proto.DOUBLE}[dtype]
    given, answer = (helper.make_tensor_value_info(name, kind, None) for name in "zp")
    graph = helper.make_graph([helper.make_node("Softmax", ["z"], ["p"], axis=-1)], "softmax", [given], [answer])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _bridged(z: Any, function: Callable[[Any], Any], pullback: Callable[[Any, Any], Any]) -> Any:
    """Call a function of NumPy arrays on a torch tensor, and differentiate by its pullback."""
    torch = importlib.import_module("torch")

    class Bridge(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(context: Any, x: Any) -> Any:
            context.save_for_backward(x)
            return torch.from_numpy(function(x.detach().contiguous().numpy()))

        @staticmethod
        def backward(context: Any, g: Any) -> Any:
            (x,) = context.saved_tensors
            return torch.from_numpy(pullback(x.detach().contiguous().numpy(), g.contiguous().numpy()))

    return Bridge.apply(z)


def _rows(function: Callable[[Any], Any], z: Any) -> Any:
    """Call a function of a matrix of rows on an array of any number of axes."""
    return function(z.reshape(-1, z.shape[-1])).reshape(z.shape)


def pot(z: Any) -> Any:
    """POT's projection of every row onto the simplex."""
    return _rows(lambda rows: importlib.import_module("ot.smooth").projection_simplex(rows, axis=1), z)


def tensorly(z: Any) -> Any:
    """Project columns with tensorly, by its NumPy backend."""
    return _rows(lambda rows: importlib.import_module("tensorly.tenalg.proximal").simplex_prox(rows.T, 1).T, z)


def optax(z: Any) -> Any:
    """Project one row with optax, mapped over the rows."""
    return _mapped("optax.projections", "projection_simplex", z)


def jaxopt(z: Any) -> Any:
    """Project one row with jaxopt, mapped over the rows."""
    return _mapped("jaxopt.projection", "projection_simplex", z)


def _mapped(module: str, name: str, z: Any) -> Any:
    jax = importlib.import_module("jax")
    return _rows(jax.vmap(getattr(importlib.import_module(module), name)), z)


def qjax(z: Any, alpha: Any) -> Any:
    """Map by qjax's entmax, whose q is alpha."""
    return importlib.import_module("qjax.core.activations").tsallis_entmax(z, alpha)


def keras(z: Any) -> Any:
    """``keras.ops.sparsemax`` on torch tensors."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return importlib.import_module("keras").ops.sparsemax(z)


def torch_struct(z: Any) -> Any:
    """Project with the function inside the sparsemax semiring of torch-struct."""
    return importlib.import_module("torch_struct.semirings.sparse_max").project_simplex(z, -1)


def tabnet_sparsemax(z: Any) -> Any:
    """Sparsemax of pytorch-tabnet."""
    return importlib.import_module("pytorch_tabnet.sparsemax").sparsemax(z, -1)


def tabnet_entmax15(z: Any) -> Any:
    """1.5-entmax of pytorch-tabnet."""
    return importlib.import_module("pytorch_tabnet.sparsemax").entmax15(z, -1)


def opennmt(z: Any) -> Any:
    """Sparsemax of OpenNMT-py, from its file: the package itself needs all that translation needs."""
    return _opennmt().sparsemax(z, -1)


@cache
def _opennmt() -> Any:
    (folder,) = importlib.util.find_spec("onmt").submodule_search_locations  # type: ignore[union-attr, misc]
    spec = importlib.util.spec_from_file_location("onmt_sparse", f"{folder}/modules/sparse_activations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sparsemax(z: Any) -> Any:
    """The layer of the package sparsemax."""
    return importlib.import_module("sparsemax").Sparsemax(dim=-1)(z)


def liger(z: Any) -> Any:
    """Sparsemax kernel of liger-kernel, in the Triton interpreter where there is no GPU."""
    interpret(z)
    return importlib.import_module("liger_kernel.ops.sparsemax").LigerSparsemaxFunction.apply(z, -1)


def adasplash_v1(z: Any, alpha: float) -> Any:
    """Row kernel of adasplash 0.1, which 0.2 keeps, at its defaults."""
    return _adasplash("adasplash.triton_entmax", z).triton_entmax(z, alpha=alpha)


def adasplash_v2(z: Any, alpha: float) -> Any:
    """Row kernel of adasplash 0.2 at its defaults."""
    return _adasplash("adasplash.triton_entmax_v2", z).triton_entmax(z, alpha=alpha)


def interpret(z: Any) -> None:
    """Have Triton interpret kernels where there is no GPU; has to be said before Triton is imported."""
    if z.device.type == "cpu":
        os.environ["TRITON_INTERPRET"] = "1"


class _Blocks:
    """A kernel with the block size that its autotuner, which the interpreter leaves out, would have chosen."""

    def __init__(self, kernel: Any, size: int) -> None:
        self.kernel, self.size = kernel, size

    def __getitem__(self, grid: Any) -> Callable[..., Any]:
        return partial(self.kernel[grid], BLOCK_N=self.size)


@cache
def _prepared(name: str) -> Any:
    """Import a module of adasplash; stand in for the device functions that the interpreter lacks."""
    module = importlib.import_module(name)
    tl = importlib.import_module("triton.language")
    stand_ins = {
        "fast_powf": lambda x, y: tl.exp2(tl.log2(x) * y),
        "float2int_rd": lambda x: tl.floor(x).to(tl.int32),
        "isinf": lambda x: tl.abs(x) == float("inf"),
    }
    for function, stand_in in stand_ins.items():
        if hasattr(module, function):
            setattr(module, function, stand_in)
    for kernel in ("_fwd_entmax", "_bwd_entmax"):
        setattr(module, kernel, _Blocks(getattr(module, kernel), 128))
    return module


def _adasplash(name: str, z: Any) -> Any:
    interpret(z)
    return _prepared(name) if z.device.type == "cpu" else importlib.import_module(name)

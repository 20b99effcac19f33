"""The peers: what to install, which function to check, and in which settings."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PAGES", "PEERS", "Peer"]

PAGES = {
    "peers": "What calls itself a softmax or entmax",
    "attention-peers": "What calls itself attention",
}
"""The pages, by the names of their files, and their titles."""

_HERE = f"{__package__}.adapters"


@dataclass(frozen=True)
class Peer:
    """One function of a published package.

    Parameters
    ----------
    name : str
        How the page calls it.
    distribution : str
        What the package index calls its package.
    target : str
        What ``check`` is given.
    options : tuple of str
        And with which options.
    version : str
        Pin, if any.
    beside : tuple of str
        What it needs but does not ask for.
    dependencies : bool
        Whether to install what it asks for; not where that is large and unused here.
    note : str
        What the reader must know about how it was called, and which conventions are declared.
    """

    name: str
    distribution: str
    target: str
    options: tuple[str, ...] = ()
    version: str = ""
    beside: tuple[str, ...] = ()
    dependencies: bool = True
    note: str = ""

    @property
    def page(self) -> str:
        """The page that it stands on, a key of `PAGES`."""
        return "attention-peers" if "attention" in self.options else "peers"

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return self.distribution + (f"=={self.version}" if self.version else "")


def _adapter(function: str) -> str:
    return f"{_HERE}:{function}"


def _attention(function: str) -> str:
    return f"{__package__}.attention_adapters:{function}"


_SOFTMAX = ("--fixed-alpha", "1")
_SPARSEMAX = ("--fixed-alpha", "2")
_BOTH = ("--dtype", "float32", "--dtype", "float64")
_TORCH = ("--array", "torch")
_NUMPY = ("--array", "numpy", *_BOTH)
_JAX = ("--array", "jax", "--dtype", "float32", "--grad")
_SPLASH = (
    "Its Triton kernel ran in Triton's interpreter, on a CPU. The adapter supplies the block size (128) that its "
    "autotuner would choose, and stands in for the device functions that the interpreter lacks (fast_powf, "
    "float2int_rd, isinf): rounding inside these can differ from a GPU's."
)
_LACKS = tuple(
    word
    for name in ("scale", "alibi", "lengths", "groups", "cross", "widths", "layouts")
    for word in ("--without", name)
)
_INTERPRETED = "Its Triton kernel ran in Triton's interpreter, on a CPU."

PEERS = (
    Peer("entmax: sparsemax", "entmax", "entmax:sparsemax", (*_TORCH, *_SPARSEMAX, *_BOTH, "--grad"), "1.3"),
    Peer("entmax: entmax15", "entmax", "entmax:entmax15", (*_TORCH, "--fixed-alpha", "1.5", *_BOTH, "--grad"), "1.3"),
    Peer(
        "entmax: entmax_bisect",
        "entmax",
        "entmax:entmax_bisect",
        (*_TORCH, "--alpha", "1.25", "--alpha", "1.5", "--alpha", "2", "--dtype", "float32", "--grad"),
        "1.3",
    ),
    Peer(
        "entmax: entmax15_loss",
        "entmax",
        "entmax:entmax15_loss",
        (*_TORCH, "--kind", "loss", "--fixed-alpha", "1.5", *_BOTH, "--grad"),
        "1.3",
    ),
    Peer(
        "adasplash: triton_entmax",
        "adasplash",
        _adapter("adasplash_v2"),
        (*_TORCH, "--alpha", "1.5", "--alpha", "2", "--dtype", "float32", "--grad"),
        "0.2.2",
        dependencies=False,
        note=_SPLASH,
    ),
    Peer(
        "adasplash: triton_entmax_v1",
        "adasplash",
        _adapter("adasplash_v1"),
        (*_TORCH, "--alpha", "1.5", "--dtype", "float32", "--grad"),
        "0.2.2",
        dependencies=False,
        note=_SPLASH,
    ),
    Peer(
        "adasplash: adasplash_no_block_mask",
        "adasplash",
        _adapter("adasplash_attention"),
        (*_TORCH, "--kind", "attention", "--alpha", "1.5", "--alpha", "1.75", "--dtype", "float32", "--grad", *_LACKS),
        "0.2.2",
        dependencies=False,
        note=f"{_INTERPRETED} It is handed the whole length of every sequence, without which it takes powers of two "
        "only. Its other attention kernels need CUDA.",
    ),
    Peer(
        "liger-kernel: LigerSparsemax",
        "liger-kernel",
        _adapter("liger"),
        (*_TORCH, *_SPARSEMAX, "--dtype", "float32", "--grad"),
        dependencies=False,
        note=_INTERPRETED,
    ),
    Peer(
        "keras: ops.sparsemax",
        "keras",
        _adapter("keras"),
        (*_TORCH, *_SPARSEMAX, "--dtype", "float32", "--grad"),
        note="With keras's torch backend.",
    ),
    Peer("optax: projection_simplex", "optax", _adapter("optax"), (*_JAX, *_SPARSEMAX), beside=("jax", "ml-dtypes")),
    Peer("jaxopt: projection_simplex", "jaxopt", _adapter("jaxopt"), (*_JAX, *_SPARSEMAX), beside=("jax", "ml-dtypes")),
    Peer("qjax: tsallis_entmax", "qjax", _adapter("qjax"), (*_JAX, "--alpha", "1.5", "--alpha", "2"), beside=("jax",)),
    Peer("POT: projection_simplex", "POT", _adapter("pot"), (*_NUMPY, *_SPARSEMAX)),
    Peer("tensorly: simplex_prox", "tensorly", _adapter("tensorly"), (*_NUMPY, *_SPARSEMAX)),
    Peer(
        "torch-struct: project_simplex",
        "torch-struct",
        _adapter("torch_struct"),
        (*_TORCH, *_SPARSEMAX, *_BOTH),
        dependencies=False,
        note="The projection inside its sparsemax semiring; the semiring differentiates it by a rule of its own, "
        "which is not checked.",
    ),
    Peer(
        "pytorch-tabnet: sparsemax",
        "pytorch-tabnet",
        _adapter("tabnet_sparsemax"),
        (*_TORCH, *_SPARSEMAX, *_BOTH, "--grad"),
        dependencies=False,
        beside=("scikit-learn", "tqdm"),
    ),
    Peer(
        "pytorch-tabnet: entmax15",
        "pytorch-tabnet",
        _adapter("tabnet_entmax15"),
        (*_TORCH, "--fixed-alpha", "1.5", *_BOTH, "--grad"),
        dependencies=False,
        beside=("scikit-learn", "tqdm"),
    ),
    Peer(
        "OpenNMT-py: sparsemax",
        "OpenNMT-py",
        _adapter("opennmt"),
        (*_TORCH, *_SPARSEMAX, *_BOTH, "--grad"),
        dependencies=False,
        note="Loaded from its file, without the rest of the package.",
    ),
    Peer(
        "sparsemax: Sparsemax",
        "sparsemax",
        _adapter("sparsemax"),
        (*_TORCH, *_SPARSEMAX, *_BOTH, "--grad"),
        dependencies=False,
    ),
)

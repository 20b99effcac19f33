"""The peers: what to install, which function to check, and in which settings."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PAGES", "PEERS", "Peer"]

PAGES = {
    "peers": "Published softmax and entmax functions",
    "attention-peers": "Published attention functions",
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


def _words(options: str) -> tuple[str, ...]:
    return tuple(options.split())


_SOFTMAX = ("--fixed-alpha", "1")
_SPARSEMAX = ("--fixed-alpha", "2")
_BOTH = ("--dtype", "float32", "--dtype", "float64")
_TORCH = ("--array", "torch")
_FOUR = (*_BOTH, "--dtype", "float16", "--dtype", "bfloat16")
_SINGLE = ("--dtype", "float32")
_TWO = ("--dtype", "float32", "--dtype", "bfloat16")
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
_HALF = ("--dtype", "float16", "--compute-dtype", "float16")
_IN_SIXTEEN = "Exponentials and sums are numbers of 16 bits, as declared by `--compute-dtype`."
_ATTENTION = ("--kind", "attention", *_SOFTMAX, "--without", "alibi")
_NO_LENGTHS = ("--without", "lengths")
_START = ("--align", "start")
_STARTS = "Its causal mask puts the first query at the first key."
_COPIED = ("--without", "layouts")
_FINITE = ("--skip-law", "padding garbage")
_IS_FINITE = "Padding has to be finite, as declared by `--skip-law`."
_MASKED = (
    "The adapter builds the additive mask of the models, in which hidden keys have the most negative finite number. "
    + _IS_FINITE
)
_OF_HALF = (
    "Its scores are numbers of 16 bits, as declared by `--compute-dtype`; beyond 65,504 they overflow, so "
    "`--max-logit` keeps them below."
)
_ONNX = ("onnx",)
_BRIDGED = "Called on copies of torch tensors."
_RUNTIME = "Run by ONNX Runtime on its CPU provider."

PEERS = (
    Peer("torch: softmax", "torch", _adapter("torch_softmax"), (*_TORCH, *_SOFTMAX, *_FOUR, "--grad")),
    Peer("jax: nn.softmax", "jax", _adapter("jax_softmax"), (*_JAX, *_SOFTMAX), beside=("ml-dtypes",)),
    Peer(
        "jax: nn.softmax (float16)",
        "jax",
        _adapter("jax_softmax"),
        ("--array", "jax", *_SOFTMAX, *_HALF, "--grad"),
        beside=("ml-dtypes",),
        note=_IN_SIXTEEN,
    ),
    Peer(
        "jax: nn.softmax (bfloat16)",
        "jax",
        _adapter("jax_softmax"),
        ("--array", "jax", *_SOFTMAX, *_words("--dtype bfloat16 --compute-dtype bfloat16 --grad")),
        beside=("ml-dtypes",),
        note=_IN_SIXTEEN,
    ),
    Peer("scipy: special.softmax", "scipy", _adapter("scipy_softmax"), (*_NUMPY, *_SOFTMAX)),
    Peer(
        "scipy: special.softmax (float16)",
        "scipy",
        _adapter("scipy_softmax"),
        ("--array", "numpy", *_SOFTMAX, *_HALF),
        note=_IN_SIXTEEN,
    ),
    Peer(
        "numpy: the usual three lines",
        "numpy",
        _adapter("numpy_recipe"),
        (*_NUMPY, *_SOFTMAX, "--contiguous", "--summation", "pairwise"),
        note="NumPy has no softmax: subtract the maximum, exponentiate, divide by the sum. NumPy sums contiguous rows "
        "pairwise, as declared, so the allowance is that of a tree.",
    ),
    Peer(
        "mlx: softmax",
        "mlx[cpu]",
        _adapter("mlx_softmax"),
        (*_TORCH, *_SOFTMAX, "--dtype", "float32", "--grad"),
        note=_BRIDGED,
    ),
    Peer(
        "mlx: softmax (float16)",
        "mlx[cpu]",
        _adapter("mlx_softmax"),
        (*_TORCH, *_SOFTMAX, *_HALF, "--grad"),
        note=f"{_BRIDGED} It computes in 16 bits unless it is asked to be precise, as declared by `--compute-dtype`. "
        "Its sum in float16 stops at 2,048: of 4,096 equal logits each gets 1/2048. With `precise=True` it does not.",
    ),
    Peer(
        "mlx: softmax (precise float16)",
        "mlx[cpu]",
        _adapter("mlx_precise_softmax"),
        (*_TORCH, *_SOFTMAX, "--dtype", "float16", "--grad"),
        note=f"{_BRIDGED} With `precise=True`, which promises arithmetic in float32.",
    ),
    Peer(
        "onnxruntime: Softmax",
        "onnxruntime",
        _adapter("onnx_softmax"),
        ("--array", "numpy", *_SOFTMAX, "--dtype", "float64", "--dtype", "float32", "--dtype", "float16"),
        beside=_ONNX,
        note=f"The operator of ONNX, version 13. {_RUNTIME}",
    ),
    Peer(
        "keras: ops.softmax",
        "keras",
        _adapter("keras_softmax"),
        (*_TORCH, *_SOFTMAX, "--dtype", "float32", "--dtype", "bfloat16", "--grad"),
        note="With the torch backend of Keras.",
    ),
    Peer(
        "tinygrad: softmax",
        "tinygrad",
        _adapter("tinygrad_softmax"),
        (*_TORCH, *_SOFTMAX, "--dtype", "float32", "--timeout", "60"),
        note="On its CPU device, which compiles with clang.",
    ),
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
    Peer(
        "torch: scaled_dot_product_attention",
        "torch",
        _attention("torch_sdpa"),
        (*_TORCH, *_ATTENTION, *_NO_LENGTHS, *_START, *_FOUR, "--grad"),
        note=f"On a CPU, with the backend that torch chooses. {_STARTS}",
    ),
    Peer(
        "torch: scaled_dot_product_attention (math)",
        "torch",
        _attention("torch_sdpa_math"),
        (*_TORCH, *_ATTENTION, *_NO_LENGTHS, *_START, *_TWO, "--grad"),
        note=f"With `sdpa_kernel(SDPBackend.MATH)`, on a CPU. {_STARTS}",
    ),
    Peer(
        "torch: scaled_dot_product_attention (flash)",
        "torch",
        _attention("torch_sdpa_flash"),
        (*_TORCH, *_ATTENTION, *_NO_LENGTHS, *_START, *_TWO, "--grad"),
        note=f"With `sdpa_kernel(SDPBackend.FLASH_ATTENTION)`, on a CPU. {_STARTS} It declines what it has no "
        "kernel for.",
    ),
    Peer(
        "torch: scaled_dot_product_attention (attn_mask)",
        "torch",
        _attention("torch_sdpa_masked"),
        (
            *_TORCH,
            *_ATTENTION,
            *_NO_LENGTHS,
            *_words("--without causal --with mask --grad"),
            *_SINGLE,
        ),
        note="With boolean and additive masks of every shape that broadcasts; beside them it takes no `is_causal`.",
    ),
    Peer(
        "torch: flex_attention",
        "torch",
        _attention("flex_attention"),
        (*_TORCH, "--kind", "attention", *_SOFTMAX, *_words("--with window,softcap,lse --grad"), *_SINGLE, *_FINITE),
        note="Not compiled. Causality, lengths and windows are a `mask_mod`, the cap and ALiBi a `score_mod`. "
        + _IS_FINITE,
    ),
    Peer(
        "jax: nn.dot_product_attention",
        "jax",
        _attention("jax_attention"),
        (
            "--array",
            "jax",
            *_ATTENTION,
            *_START,
            *_words("--layout bmhd --empty-rows mean --with window --grad"),
            *_SINGLE,
            *_FINITE,
        ),
        beside=("ml-dtypes",),
        note=f"With its implementation in XLA, on a CPU. {_STARTS} A query that sees no key gets the mean of all "
        f"values. Values have as many features as queries; other calls are declined. {_IS_FINITE}",
    ),
    Peer(
        "keras: ops.dot_product_attention",
        "keras",
        _attention("keras_attention"),
        (
            *_TORCH,
            *_ATTENTION,
            *_NO_LENGTHS,
            *_START,
            *_words("--layout bmhd --without groups --grad"),
            *_SINGLE,
        ),
        note=f"With the torch backend of Keras. {_STARTS}",
    ),
    Peer(
        "mlx: fast.scaled_dot_product_attention",
        "mlx[cpu]",
        _attention("mlx_attention"),
        ("--array", "numpy", *_ATTENTION, *_NO_LENGTHS, *_COPIED, "--dtype", "float32"),
        note="On a CPU. More queries than keys behind a causal mask are left out.",
    ),
    Peer(
        "mlx: fast.scaled_dot_product_attention (float16)",
        "mlx[cpu]",
        _attention("mlx_attention"),
        ("--array", "numpy", *_ATTENTION, *_NO_LENGTHS, *_COPIED, *_HALF, "--max-logit", "1000"),
        note=f"On a CPU. {_OF_HALF} (Its documentation says that the softmax is computed in float32: it is, of "
        "scores that have been rounded.)",
    ),
    Peer(
        "mlx: fast.scaled_dot_product_attention (sinks)",
        "mlx[cpu]",
        _attention("mlx_attention_with_sinks"),
        ("--array", "numpy", *_ATTENTION, *_NO_LENGTHS, *_COPIED, "--with", "sinks", "--dtype", "float32"),
        note="On a CPU.",
    ),
    Peer(
        "onnxruntime: Attention",
        "onnxruntime",
        _attention("onnx_attention"),
        ("--array", "numpy", *_ATTENTION, *_NO_LENGTHS, *_START, *_COPIED, *_words("--with softcap --dtype float32")),
        beside=_ONNX,
        note=f"The operator of ONNX, version 23. {_RUNTIME} It takes positive scales only; others are declined.",
    ),
    Peer(
        "onnxruntime: Attention (float16)",
        "onnxruntime",
        _attention("onnx_attention"),
        (
            "--array",
            "numpy",
            *_ATTENTION,
            *_NO_LENGTHS,
            *_START,
            *_COPIED,
            "--with",
            "softcap",
            *_HALF,
            "--max-logit",
            "1000",
        ),
        beside=_ONNX,
        note=f"The same in float16. {_OF_HALF}",
    ),
    Peer(
        "tinygrad: scaled_dot_product_attention",
        "tinygrad",
        _attention("tinygrad_attention"),
        (
            "--array",
            "numpy",
            *_ATTENTION,
            *_NO_LENGTHS,
            "--without",
            "scale",
            *_START,
            *_COPIED,
            *_words("--dtype float32 --timeout 60"),
        ),
        note=f"On its CPU device, which compiles with clang. {_STARTS}",
    ),
    Peer(
        "transformers: eager attention of Llama",
        "transformers",
        _attention("transformers_llama"),
        (*_TORCH, *_ATTENTION, "--empty-rows", "any", "--dtype", "float32", "--grad", *_FINITE),
        note=_MASKED,
    ),
    Peer(
        "transformers: eager attention of Llama (bfloat16)",
        "transformers",
        _attention("transformers_llama"),
        (*_TORCH, *_ATTENTION, *_words("--empty-rows any --dtype bfloat16 --compute-dtype bfloat16 --grad"), *_FINITE),
        note=f"{_MASKED} Scores are numbers of 16 bits, as declared by `--compute-dtype`; only the softmax is in "
        "float32.",
    ),
    Peer(
        "transformers: eager attention of Gemma 2",
        "transformers",
        _attention("transformers_gemma2"),
        (
            *_TORCH,
            *_ATTENTION,
            "--empty-rows",
            "any",
            "--with",
            "window,softcap",
            "--dtype",
            "float32",
            "--grad",
            *_FINITE,
        ),
        note=_MASKED,
    ),
    Peer(
        "transformers: eager attention of gpt-oss",
        "transformers",
        _attention("transformers_gpt_oss"),
        (
            *_TORCH,
            *_ATTENTION,
            "--empty-rows",
            "any",
            "--with",
            "window,sinks",
            "--dtype",
            "float32",
            "--grad",
            *_FINITE,
        ),
        note=f"{_MASKED} Calls without sinks are declined.",
    ),
    Peer(
        "adasplash: adasplash_no_block_mask",
        "adasplash",
        _attention("adasplash_attention"),
        (*_TORCH, "--kind", "attention", "--alpha", "1.5", "--alpha", "1.75", "--dtype", "float32", "--grad", *_LACKS),
        "0.2.2",
        dependencies=False,
        note=f"{_INTERPRETED} It is handed the whole length of every sequence, without which it takes powers of two "
        "only. Its other attention kernels need CUDA.",
    ),
)

"""What a check is asked for: one table of options, from which every way of asking is made.

The fields of `Ask` are the parameters of :func:`entmax_oracle.check`. From them come the options of ``entmax-oracle
check`` and of the pytest plugin, what is refused, and the command line that asks the same again. No array library is
imported here, so that a typing error is answered at once.
"""

# ruff: noqa: RUF009 (each field of the table is made by a function)
from __future__ import annotations

import argparse
import ast
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .target.defining import defined
from .target.guessing import Guess, guess
from .target.loading import is_program

if TYPE_CHECKING:
    from .case import Effort
    from .conventions import Conventions
    from .domain import Domain

__all__ = [
    "FEATURES",
    "INVARIANCES",
    "KINDS",
    "LACKS",
    "OPTIONS",
    "Ask",
    "Option",
    "add_options",
    "destination",
    "from_options",
    "law_names",
    "number",
    "read_parameter",
    "refuse_unknown_laws",
    "spelled",
]

KINDS: dict[str, str] = {
    "mapping": "mapping:MappingKind",
    "attention": "attention:AttentionKind",
    "loss": "loss:LossKind",
    "normaliser": "normaliser:NormaliserKind",
}
"""The kinds of implementation, each with its module and class in `kinds`, which is not imported before it is needed."""

LACKS: dict[str, str] = {
    "causal": "causal attention",
    "scale": "a scale other than 1/sqrt(D)",
    "alibi": "ALiBi slopes",
    "lengths": "lengths of the keys",
    "groups": "key heads that several heads share",
    "cross": "other numbers of queries than of keys",
    "widths": "features other than 16, 32, 64, 128 or 256, the same for values",
    "layouts": "tensors that are not contiguous",
}
"""Everything that an implementation of attention may be said to lack, in words."""

FEATURES: dict[str, str] = {
    "mask": "attn_mask, both kinds",
    "bias": "attn_mask, real numbers that are added",
    "boolean-mask": "attn_mask, True where a query may attend",
    "window": "window, how many keys to the left and to the right are seen",
    "softcap": "softcap, a bound on the scores",
    "sinks": "sinks, a logit per head without a value",
    "lse": "a second answer, the logarithm of the sum of exponentials",
    "alphas": "an alpha per head",
    "scales": "a scale per head or query",
}
"""Everything that an implementation of attention may be said to take beside what is usual, in words."""

INVARIANCES: dict[str, tuple[str, ...]] = {
    "batch": tuple(KINDS),
    "padding": ("mapping", "attention"),
    "split": ("attention",),
}
"""What an answer may be promised not to depend on in a single bit, and for which kinds."""

_LACKING = {"padding": "lengths", "split": "cross"}
"""What attention must not lack for such a promise to be checked."""

Parameters = tuple[tuple[str, Any], ...]
Renamed = tuple[tuple[str, str], ...]

_LEAST_LOGIT = 1.0  # rows of less are all but constant
_LARGEST_MULTIPLE = 4096
_LARGEST_SIZE = 1 << 24
_MOST_SEEDS = 1 << 16


def number(text: str) -> float:
    """Read a float, or a fraction such as 4/3, which stands for the nearest float.

    Examples
    --------
    >>> number("1.25"), number("4/3")
    (1.25, 1.3333333333333333)
    """
    for kind in (float, Fraction):
        try:
            return float(kind(text))
        except (ValueError, ZeroDivisionError):
            continue
    several = "; for several, give the option once for each" if "," in text else ""
    raise argparse.ArgumentTypeError(f"{text!r} is not a number; write it as 1.5 or 4/3{several}")


def read_parameter(text: str) -> tuple[str, Any]:
    """Read ``name=value``: a number, an integer, ``true``, ``false`` or ``none``; with commas, a row of numbers.

    Raises
    ------
    ValueError
        If it is not of that form.

    Examples
    --------
    >>> read_parameter("k=2"), read_parameter("gate=0.5"), read_parameter("normalised=true")
    (('k', 2), ('gate', 0.5), ('normalised', True))
    >>> read_parameter("other=1.0,-0.5")
    ('other', (1.0, -0.5))
    """
    name, equals, word = text.partition("=")
    words = {"true": True, "false": False, "none": None}
    if not name or not equals:
        raise ValueError(f"expected NAME=VALUE, such as k=2, got {text!r}")
    if word.lower() in words:
        return name, words[word.lower()]
    if "," in word:
        return name, tuple(_number(text, each) for each in word.split(",") if each.strip())
    return name, _number(text, word)


def _number(text: str, word: str) -> int | float:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    raise ValueError(f"{text!r}: {word!r} is neither a number nor true, false or none")


def _integers(given: int | str | Iterable[int | str]) -> tuple[int, ...]:
    """Read whole numbers, each one or several with commas between them.

    Examples
    --------
    >>> _integers(["64,128", "256"]), _integers(96)
    ((64, 128, 256), (96,))
    """
    words = (given,) if isinstance(given, int | str) else given
    return tuple(int(each) for word in words for each in (word.split(",") if isinstance(word, str) else (word,)))


def _whole(text: str) -> str:
    """Refuse a word that `_integers` cannot read."""
    try:
        _integers(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, or several such as 64,128") from None
    return text


def _given(value: Any) -> Any:
    return value


def _several(value: Any) -> tuple[Any, ...]:
    """One or several, as several."""
    return (value,) if isinstance(value, str | float | int | Fraction) else tuple(value)


def _names(given: str | Iterable[Any]) -> tuple[Any, ...]:
    """Read names, each one or several with commas between them; what is no string stays as it is.

    Examples
    --------
    >>> _names(["window,softcap", "sinks"])
    ('window', 'softcap', 'sinks')
    """
    words = (given,) if isinstance(given, str) else given
    return tuple(
        each for word in words for each in (map(str.strip, word.split(",")) if isinstance(word, str) else (word,))
    )


def _parameters(given: Mapping[str, Any] | Iterable[str]) -> Parameters:
    """Values by name, each one or several (a row of numbers as one of several), or words ``NAME=VALUE``."""
    if not isinstance(given, Mapping):
        return tuple(map(read_parameter, given))
    return tuple(
        (name, each)
        for name, value in given.items()
        for each in (value if isinstance(value, list | tuple) else (value,))
    )


def _pair_of_names(text: str) -> str:
    """Refuse a word that `_renamed` cannot read."""
    ours, equals, theirs = text.partition("=")
    if not equals or not ours.isidentifier() or not theirs.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not OURS=THEIRS, such as is_causal=causal")
    return text


def _renamed(given: Mapping[str, str] | Iterable[str]) -> Renamed:
    """Read names by ours, or words ``OURS=THEIRS``."""
    if isinstance(given, Mapping):
        return tuple(given.items())
    words = (given,) if isinstance(given, str) else given
    return tuple((ours, theirs) for ours, _, theirs in (word.partition("=") for word in words))


@dataclass(frozen=True)
class Option:
    """How a field of `Ask` is written on a command line.

    Parameters
    ----------
    flag : str
        Without what comes before it: ``--`` or ``--entmax-``.
    help : str
    metavar : str, optional
    group : str
        Title under which it is listed: ``"target"``, ``"domain"`` or ``"search"``.
    each : callable
        Reads one word.
    read : callable
        Makes the field's value of what is given in Python, or of the list of words.
    write : callable
        Writes a value as a word; the other way round.
    choices : tuple of str
        The only values there are.
    kinds : tuple of str
        Kinds of implementation that have it; empty for all.
    again : str
        ``"always"`` or ``"unless default"``: a counterexample is replayed with it, as it says what the target is.
    """

    flag: str
    help: str
    metavar: str | None = None
    group: str = "target"
    each: Callable[[str], Any] = str
    read: Callable[[Any], Any] = _given
    write: Callable[[Any], str] = str
    choices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    again: str = ""

    @property
    def repeatable(self) -> bool:
        """Whether its field holds several values, each after a flag of its own."""
        return self.read is not _given

    def declaration(self, default: Any) -> dict[str, Any]:
        """Say what argparse's ``add_argument``, or pytest's ``addoption``, is told beside the name."""
        if default is False:
            return {"action": "store_true", "help": self.help}
        told: dict[str, Any] = {"type": self.each, "help": self.help}
        if self.repeatable:
            told["action"] = "append"
        elif self.choices:
            told["choices"] = self.choices
        if self.metavar is not None:
            told["metavar"] = self.metavar
        return told

    def words(self, value: Any) -> list[str]:
        """Spell a value."""
        if isinstance(value, bool):
            return [f"--{self.flag}"] if value else []
        values = value if self.repeatable else (value,)
        return [word for each in values for word in (f"--{self.flag}", self.write(each))]


def _option(default: Any, flag: str, help: str, *, positional: bool = False, **rest: Any) -> Any:
    return field(default=default, kw_only=not positional, metadata={"option": Option(flag, help, **rest)})


def _by_name(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Values by name; a row of numbers as the only one of several."""
    return {name: (value,) if isinstance(value, tuple) else value for name, value in pairs}


def _float(alpha: float | Fraction) -> str:
    return repr(float(alpha))


def _pair(parameter: tuple[str, Any]) -> str:
    name, value = parameter
    return f"{name}={','.join(map(repr, value)) + ',' * (len(value) == 1) if isinstance(value, tuple) else value}"


@dataclass(frozen=True)
class Ask:
    """What is checked and how hard the search is; every field but the first is an option.

    An option is a row here, the parameter of the same name of `check`, which a test demands, and its use.

    Raises
    ------
    ValueError
        If the options make no sense, alone or together.
    """

    implementation: str | Callable[..., Any]
    kind: str = _option(
        "mapping",
        "kind",
        "what the target computes (default: mapping)",
        choices=tuple(KINDS),
        again="unless default",
    )
    alphas: tuple[float | Fraction, ...] = _option(
        (1.5,),
        "alpha",
        "an alpha to check, as a decimal or as a fraction such as 4/3; repeatable (default: 1.5)",
        metavar="A",
        each=number,
        read=_several,
        write=_float,
        positional=True,
    )
    dtypes: tuple[str, ...] = _option(
        ("float32",),
        "dtype",
        "a format to check: float64, float32, float16, bfloat16, float8_e4m3fn or float8_e5m2; repeatable, or several "
        "with commas (default: float32)",
        metavar="D",
        read=_names,
        positional=True,
    )
    arrays: str | None = _option(
        None,
        "array",
        "array library of the target (default: guessed from what it imports)",
        choices=("numpy", "torch", "jax"),
        again="always",
        positional=True,
    )
    axis: int = _option(
        -1,
        "axis",
        "the axis of the logits that the target works along, such as 0, 1 or -2 (default: -1, the last)",
        metavar="N",
        each=int,
        kinds=("mapping", "normaliser"),
        again="unless default",
    )
    device: str = _option(
        "cpu",
        "device",
        "device of the arrays, such as cuda:0 (default: cpu)",
        metavar="DEV",
        again="unless default",
    )
    against: str | None = _option(
        None,
        "against",
        "the normaliser to compare with, such as scalable-softmax or top-k-softmax, or a class of your own, as "
        "path/to/file.py:Class",
        metavar="NAME",
        kinds=("normaliser",),
        again="unless default",
    )
    fixed_alpha: float | Fraction | None = _option(
        None,
        "fixed-alpha",
        "the alpha of a target without an argument alpha",
        metavar="A",
        each=number,
        write=_float,
        again="unless default",
    )
    parameters: Parameters = _option(
        (),
        "parameter",
        "a parameter of the normaliser, passed by keyword; repeatable (default: a few values of each)",
        metavar="NAME=VALUE",
        read=_parameters,
        write=_pair,
        kinds=("normaliser",),
    )
    fixed_parameters: Parameters = _option(
        (),
        "fixed-parameter",
        "a parameter of the normaliser that the target does not take, with the value that it has; repeatable",
        metavar="NAME=VALUE",
        read=_parameters,
        write=_pair,
        kinds=("normaliser",),
        again="unless default",
    )
    without: tuple[str, ...] = _option(
        (),
        "without",
        "a feature of attention that the target lacks: causal, scale, alibi, lengths (the matching arguments are not "
        "passed), groups, cross (other numbers of queries than of keys), widths (features other than 16, 32, 64, 128, "
        "256) or layouts (tensors that are not contiguous); repeatable, or several with commas",
        metavar="NAME",
        read=_names,
        choices=tuple(LACKS),
        kinds=("attention",),
        again="unless default",
    )
    features: tuple[str, ...] = _option(
        (),
        "with",
        "a feature of attention that the target also has: attn_mask of both kinds (mask), only added (bias) or only "
        "boolean (boolean-mask), window, softcap, sinks, an alpha or a scale per head (alphas, scales), or lse, if it "
        "also returns the logarithm of the sum of exponentials; repeatable, or several with commas",
        metavar="NAME",
        read=_names,
        choices=tuple(FEATURES),
        kinds=("attention",),
        again="unless default",
    )
    rename: Renamed = _option(
        (),
        "rename",
        "the target's own name for an argument, such as is_causal=causal; repeatable",
        metavar="OURS=THEIRS",
        each=_pair_of_names,
        read=_renamed,
        write="=".join,
        kinds=("attention", "normaliser"),
        again="unless default",
    )
    layout: str = _option(
        "bhmd",
        "layout",
        "axes of the tensors: bhmd, batch, heads, tokens, features; bmhd, tokens before heads; or thd, the tokens of "
        "all sequences one after the other, with cu_seqlens_q and cu_seqlens_k (default: bhmd)",
        choices=("bhmd", "bmhd", "thd"),
        kinds=("attention",),
        again="unless default",
    )
    empty_rows: str = _option(
        "zero",
        "empty-rows",
        "the output of a query that sees no key: zeros, NaN, the mean of all values, or anything (default: zero)",
        choices=("zero", "nan", "mean", "any"),
        kinds=("attention",),
        again="unless default",
    )
    align: str = _option(
        "end",
        "align",
        "whether the last query stands at the last key, or the first at the first, for causal attention and ALiBi "
        "(default: end)",
        choices=("end", "start"),
        kinds=("attention",),
        again="unless default",
    )
    always_causal: bool = _option(
        False,
        "always-causal",
        "the target is always causal and has no argument is_causal",
        kinds=("attention",),
        again="unless default",
    )
    compute_dtype: str | None = _option(
        None,
        "compute-dtype",
        "format of the target's arithmetic; for attention also tf32, that of its matrix products (default: the dtype, "
        "at least float32)",
        metavar="D",
        again="unless default",
    )
    bitwise: tuple[str, ...] = _option(
        (),
        "bitwise",
        "what changes no bit, as the target promises: batch (how many rows or sequences, and the place among "
        "them), padding (of mappings and attention) or split (of attention's queries into calls, as in chunked prefill "
        "and decoding); repeatable, or several with commas (default: none; answers may differ by the allowed rounding "
        "error)",
        metavar="NAME",
        read=_names,
        choices=tuple(INVARIANCES),
        again="unless default",
    )
    summation: str = _option(
        "any",
        "summation",
        "order of the target's sums: pairwise if they are trees, sequential if one term comes after the other; long "
        "rows are allowed accordingly (default: any, with a vector of partial sums)",
        choices=("any", "pairwise", "sequential"),
        again="unless default",
    )
    grad: bool = _option(False, "grad", "also check the gradient, through the framework's autograd")
    grad_alpha: bool = _option(
        False,
        "grad-alpha",
        "also check the gradient in alpha, which is then passed as a 0-d array",
        kinds=("mapping",),
        again="unless default",
    )
    multiple_of: int = _option(
        1,
        "multiple-of",
        "only lengths that are multiples of K: of rows, and in attention of queries and of keys (default: any)",
        metavar="K",
        group="domain",
        each=int,
        again="unless default",
    )
    max_logit: float | None = _option(
        None,
        "max-logit",
        "only logits up to X in size, apart from masked ones; in attention also scaled products and biases (default: "
        "up to the largest number of the format)",
        metavar="X",
        group="domain",
        each=float,
        again="unless default",
    )
    contiguous: bool = _option(False, "contiguous", "only contiguous arrays", group="domain", again="unless default")
    widths: tuple[int, ...] = _option(
        (),
        "widths",
        "only these numbers of features of queries, keys and values, such as 64,128; repeatable (default: any)",
        metavar="D",
        group="domain",
        each=_whole,
        read=_integers,
        kinds=("attention",),
        again="unless default",
    )
    tokens: tuple[int, ...] = _option(
        (),
        "tokens",
        "also try rows of N tokens, and attention to N keys, N rounded up to a multiple of K (--multiple-of); "
        "repeatable",
        metavar="N",
        group="domain",
        each=_whole,
        read=_integers,
    )
    heads: tuple[int, ...] = _option(
        (),
        "heads",
        "also try N heads; repeatable",
        metavar="N",
        group="domain",
        each=_whole,
        read=_integers,
        kinds=("attention",),
    )
    laws: tuple[str, ...] = _option(
        (),
        "law",
        "check only this law; repeatable, or several with commas",
        metavar="NAME",
        group="search",
        read=_names,
    )
    skip_laws: tuple[str, ...] = _option(
        (), "skip-law", "skip this law; repeatable, or several with commas", metavar="NAME", group="search", read=_names
    )
    profile: str | Effort = _option(
        "quick",
        "profile",
        "search effort (default: quick)",
        group="search",
        choices=("quick", "standard", "deep"),
    )
    seed: int = _option(0, "seed", "seed of the search (default: 0)", metavar="N", group="search", each=int)
    seconds: float | None = _option(
        None,
        "seconds",
        "time budget per setting, in seconds; laws that run out of time say so (default: no limit)",
        metavar="S",
        group="search",
        each=float,
    )
    timeout: float = _option(
        10.0, "timeout", "time limit per call, in seconds (default: 10)", metavar="S", group="search", each=float
    )
    fail_fast: bool = _option(False, "fail-fast", "stop at the first failure", group="search")
    no_saved: bool = _option(
        False,
        "no-saved",
        "neither try the failures of earlier runs first nor save new ones",
        group="search",
    )
    jobs: int = _option(
        1, "jobs", "settings (alpha and dtype) to check in parallel (default: 1)", metavar="N", group="search", each=int
    )
    seeds: int = _option(
        1,
        "seeds",
        "check every setting with K seeds, from --seed on (default: 1)",
        metavar="K",
        group="search",
        each=int,
    )

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Ask:
        """Ask for what is given by the names of the fields, in Python or as words; what is None is left at its default.

        Examples
        --------
        >>> Ask.of({"implementation": "mine:f", "alphas": 2, "parameters": ["k=3"], "kind": "normaliser"}).parameters
        (('k', 3),)
        """
        chosen = {name: option.read(given[name]) for name, option in OPTIONS.items() if given.get(name) is not None}
        return cls(given["implementation"], **chosen)

    def __post_init__(self) -> None:
        target = self.implementation
        if not isinstance(target, str) and not callable(target):
            raise ValueError(
                f"implementation: {target!r} cannot be called; pass a function, or its name as module:function"
            )
        for name in OPTIONS:
            self._check_choice(name)
            self._check_kind(name)
        for name in ("timeout", "seconds"):
            if (value := getattr(self, name)) is not None and not value > 0:
                raise ValueError(f"{name} must be positive, got {value}")
        for name in ("multiple_of", "jobs", "seeds"):
            if (value := getattr(self, name)) < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        if self.multiple_of > _LARGEST_MULTIPLE:  # every row is as long, and there may be a thousand of them
            raise ValueError(f"multiple_of must be at most {_LARGEST_MULTIPLE}, got {self.multiple_of}")
        if self.seeds > _MOST_SEEDS:
            raise ValueError(f"seeds must be at most {_MOST_SEEDS}, got {self.seeds}")
        for name in ("widths", "tokens", "heads"):
            if any(each < 1 for each in getattr(self, name)):
                raise ValueError(f"{name} must be at least 1 each, got {min(getattr(self, name))}")
            if any(each > _LARGEST_SIZE for each in getattr(self, name)):
                raise ValueError(f"{name} must be at most {_LARGEST_SIZE} each, got {max(getattr(self, name))}")
        if self.max_logit is not None and not self.max_logit >= _LEAST_LOGIT:
            raise ValueError(f"max_logit must be at least {_LEAST_LOGIT:g}, got {self.max_logit}")
        if not -4 <= self.axis <= 3:
            raise ValueError(f"axis must be between -4 and 3, got {self.axis}; arrays of up to five axes are tried")
        if is_program(target) and self.axis != -1:
            raise ValueError("axis: a program has its tokens along the last axis; leave it out")
        if is_program(target) and self.layout != "bhmd":
            raise ValueError("layout: a program gets its numbers with heads before tokens; leave it out")
        if self.always_causal and "causal" in self.without:
            raise ValueError("always_causal: an implementation that lacks causal attention is never causal; drop one")
        self._check_features()
        self._check_library()
        self._check_promises()
        self._check_values()

    def _check_choice(self, name: str) -> None:
        choices, given = OPTIONS[name].choices, getattr(self, name)
        for each in given if OPTIONS[name].repeatable else (given,):
            if choices and isinstance(each, str) and each not in choices:
                raise ValueError(f"{name}: {each!r} is not one of {', '.join(choices)}")

    def _check_kind(self, name: str) -> None:
        kinds = OPTIONS[name].kinds
        if kinds and self.kind not in kinds and getattr(self, name) != _DEFAULTS[name]:
            wanted = " or ".join(map(repr, kinds))
            mine = self.kind if self.kind == "attention" else f"a {self.kind}"
            raise ValueError(f"{name}: an option of the kind {wanted}, not of {mine}; leave it out")

    def _check_features(self) -> None:
        on = self.features
        if "alphas" in on and self.fixed_alpha is not None:
            raise ValueError("features: a target with a fixed alpha has none per head; leave 'alphas' out")
        if "scales" in on and "scale" in self.without:
            raise ValueError("features: 'scales' cannot be checked without a scale; leave one of the two out")
        if self.layout != "thd":
            return
        for each in ("mask", "bias", "boolean-mask", "scales"):
            if each in on:
                raise ValueError(f"features: packed sequences (layout thd) have no {each!r}; leave it out")
        for each in ("padding", "split"):
            if each in self.bitwise:
                raise ValueError(f"bitwise: {each!r} means nothing for packed sequences (layout thd); leave it out")

    def _check_library(self) -> None:
        if self.grad_alpha and is_program(self.implementation):
            raise ValueError("grad_alpha: a program answers with its gradient in the logits only; leave it out")
        if self.grad_alpha and self.fixed_alpha is not None:
            raise ValueError("grad_alpha: a function with a fixed alpha has no gradient in it; leave it out")
        if (self.grad or self.grad_alpha) and self.library == "numpy":
            raise ValueError(
                "grad: NumPy has no automatic differentiation; use --array torch (arrays='torch') or --array jax "
                "(arrays='jax')"
            )
        if self.device != "cpu" and self.library == "numpy":
            raise ValueError(f"device: NumPy arrays are on the CPU, not on {self.device!r}; leave it out")

    def _check_promises(self) -> None:
        for name in self.bitwise:
            if self.kind not in INVARIANCES[name]:
                raise ValueError(f"bitwise: {name!r} does not apply to a {self.kind}; leave it out")
            if (lack := _LACKING.get(name)) in self.without:
                raise ValueError(
                    f"bitwise: {name!r} cannot be checked without {LACKS[lack]}; leave it out, or take "
                    f"{lack!r} out of --without"
                )

    def _check_values(self) -> None:
        from entmax_oracle.reference.formats import TF32, as_arithmetic, as_format
        from entmax_oracle.reference.inputs import as_alpha

        if not self.alphas or not self.dtypes:
            raise ValueError("alphas and dtypes must each name at least one value")
        for alpha in self.alphas:
            as_alpha(alpha)
        if self.fixed_alpha is not None:
            as_alpha(self.fixed_alpha, "fixed_alpha")
        for dtype in self.dtypes:
            as_format(dtype)
        inside = None if self.compute_dtype is None else as_arithmetic(self.compute_dtype)
        if inside == TF32 and self.kind != "attention":
            raise ValueError(
                f"compute_dtype: tf32 is an arithmetic of matrix products, and a {self.kind} has none; leave it "
                "out, or pass the format of its arithmetic"
            )
        if self.against is not None:
            defined(self.against)

    def refuse_missing(self) -> None:
        """Raise `ValueError` where a package that the arrays are made by is not installed here."""
        extra = {"torch": "torch", "jax": "jax"}.get(self.library)
        if extra is not None and find_spec(extra) is None:
            others = " or ".join(f"--array {name}" for name in ("numpy", "torch", "jax") if name != extra)
            raise ValueError(
                f"--array {extra}: {extra} is not installed; give {others} if the target takes those arrays, or "
                f"pip install 'entmax-oracle[{extra}]'"
            )
        foreign = [each for each in self.dtypes if each == "bfloat16" or each.startswith("float8")]
        if self.library == "numpy" and foreign and find_spec("ml_dtypes") is None:
            raise ValueError(f"--dtype {foreign[0]}: NumPy needs the package ml_dtypes for it; pip install ml-dtypes")

    @property
    def domain(self) -> Domain:
        """The inputs that are to be checked."""
        from .domain import Domain

        limit = math.inf if self.max_logit is None else float(self.max_logit)
        return Domain(self.multiple_of, limit, self.contiguous, self.widths, self.tokens, self.heads)

    @property
    def conventions(self) -> Conventions:
        """What the target does where others do otherwise."""
        from .conventions import Conventions

        return Conventions(self.layout, self.empty_rows, self.align, self.always_causal)

    @property
    def library(self) -> str:
        """What the arrays are made by: a program takes numbers, whatever is asked for."""
        if is_program(self.implementation):
            return "program"
        return self.guess.library if self.arrays is None else self.arrays

    @property
    def guess(self) -> Guess:
        """Which arrays the target takes where nobody says so."""
        return guess(self.implementation)

    def words(self, *, again: bool = False) -> list[str]:
        """Spell the options of the command line that asks the same.

        Parameters
        ----------
        again : bool
            Only those that say what the target is, as a counterexample is replayed with them.

        Examples
        --------
        >>> Ask("my_kernels:f", alphas=(2,), grad=True, device="cuda:0").words()
        ['--alpha', '2.0', '--array', 'torch', '--device', 'cuda:0', '--grad']
        """
        return [
            word
            for name, option in OPTIONS.items()
            if (option.again or not again) and self._says(name, option)
            for word in option.words(self.library if name == "arrays" else getattr(self, name))
        ]

    def told(self) -> tuple[tuple[str, str], ...]:
        """Write the options that say what the target is as arguments of Python, but for the arrays.

        Examples
        --------
        >>> Ask("mine:f", fixed_alpha=2, kind="normaliser", against="multimax", fixed_parameters=(("d", 2),)).told()
        (('kind', "'normaliser'"), ('against', "'multimax'"), ('fixed_alpha', '2'), ('fixed_parameters', "{'d': 2}"))
        """
        said = [
            name for name, option in OPTIONS.items() if option.again and name != "arrays" and self._says(name, option)
        ]
        values = {name: getattr(self, name) for name in said}
        named = ("fixed_parameters", "rename")
        return tuple((name, repr(_by_name(value) if name in named else value)) for name, value in values.items())

    def _says(self, name: str, option: Option) -> bool:
        """Whether an option needs to be spelled."""
        if name == "arrays" and self.library == "program":
            return False
        return option.again == "always" or getattr(self, name) != _DEFAULTS[name]


OPTIONS: dict[str, Option] = {each.name: each.metadata["option"] for each in fields(Ask) if each.metadata}
"""Options by the names of the fields."""

_DEFAULTS = {each.name: each.default for each in fields(Ask)}


def add_options(
    group: Callable[[str], Callable[..., Any]], prefix: str = "--", leave_out: tuple[str, ...] = ()
) -> None:
    """Add the options to a parser.

    Parameters
    ----------
    group : callable
        Gives the ``add_argument``, or pytest's ``addoption``, of a group by its title.
    prefix : str
    leave_out : tuple of str
        Fields that are not asked for.
    """
    for name, option in OPTIONS.items():
        if name not in leave_out:
            told = option.declaration(_DEFAULTS[name])
            group(option.group)(prefix + option.flag, dest=destination(prefix, name), **told)


def from_options(implementation: str, options: argparse.Namespace, prefix: str = "--") -> Ask:
    """Ask for what was parsed by the options of `add_options`.

    Raises
    ------
    ValueError
        If the options make no sense, alone or together.
    """
    given = {name: getattr(options, destination(prefix, name), None) for name in OPTIONS}
    if given["alphas"] and given["fixed_alpha"] is not None:
        raise ValueError(f"give either {prefix}alpha or {prefix}fixed-alpha, not both")
    ask = Ask.of({"implementation": implementation} | given)
    refuse_unknown_laws((*ask.laws, *ask.skip_laws), ask.kind)
    return ask


@cache
def law_names(kind: str) -> tuple[str, ...]:
    """Return the names of the laws of a kind, as the text of their modules has them; an import takes a while."""
    found = []
    for source in sorted(Path(__file__).with_name("laws").glob("*.py")):
        tree = ast.parse(source.read_bytes())
        made = {ast.unparse(each.targets[0]): each.value for each in tree.body if isinstance(each, ast.Assign)}
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Name(id="law" | "contract"), args=[ast.Constant(value=str(name))], keywords=more
                ):
                    said = [made.get(ast.unparse(each.value), each.value) for each in more if each.arg == "kinds"]
                    if not said or kind in ast.literal_eval(said[0]):
                        found.append(name)
    return tuple(dict.fromkeys(found))


def refuse_unknown_laws(names: Iterable[str], kind: str) -> None:
    """Raise `ValueError` for an unknown law; the message suggests similar names, or lists all where none is similar."""
    for name in names:
        known = law_names(kind)
        if name not in known:
            near = get_close_matches(name, known, 3, 0.6)
            hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"choose from {', '.join(known)}"
            raise ValueError(f"unknown law {name!r} for the kind {kind!r}; {hint}")


def spelled(message: str, prefix: str = "--") -> str:
    """Begin a message that begins with the name of a parameter with the option instead.

    Examples
    --------
    >>> spelled("max_logit must be at least 1, got 0.5"), spelled("dtype: 'fp32' is not a format", "--entmax-")
    ('--max-logit must be at least 1, got 0.5', "--entmax-dtype: 'fp32' is not a format")
    """
    flags = {word: option.flag for name, option in OPTIONS.items() for word in (name, option.flag.replace("-", "_"))}
    found = re.match(r"(\w+)(:| must )", message)
    if found is None or found[1] not in flags:
        return message
    return prefix + flags[found[1]] + message.removeprefix(found[1])


def destination(prefix: str, name: str) -> str:
    """Say where a parser puts the value of an option: pytest's has options of other plugins too."""
    return prefix.strip("-").replace("-", "_") + "_" * (prefix != "--") + name

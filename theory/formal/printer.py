"""Print a claim, a SymPy relation, as a proposition of Coq, so that a proof is checked against the claim itself.

There are two sorts of terms: real numbers (``R``) and numbers of tokens (``nat``). A symbol is printed by its name in
:mod:`entmax_oracle.theory.notation`. What has no faithful rendering raises :class:`Unprintable`; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sympy as sp

from .. import notation as N

NAMES: dict[sp.Basic, str] = {}
"""Names of the symbols in Coq: those of the notation."""

for _name, _value in vars(N).items():
    if isinstance(_value, sp.IndexedBase):
        NAMES[_value] = NAMES[_value.label] = _name
    elif isinstance(_value, sp.Symbol):
        NAMES[_value] = _name

COUNTS = (N.perm, N.w)
"""Vectors of natural numbers; every other vector is one of real numbers."""

ROWS = (N.z, N.p, N.r, N.y, N.v, N.fl, N.target)
"""Vectors with an entry for each token, so that an index must be that of a token."""


class Unprintable(ValueError):
    """A term without a faithful rendering."""


def name(symbol: sp.Basic) -> str:
    """Return the name of a symbol in Coq."""
    if symbol not in NAMES:
        raise Unprintable(f"the symbol {symbol} is not in the notation")
    return NAMES[symbol]


def argument(text: str) -> str:
    """Return a term as it stands behind a function: in parentheses unless it is a word."""
    if re.fullmatch(r"[\w'.]+(%nat)?", text):
        return text
    depth = 0
    for position, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            closed = text.startswith("(") and text[position + 1 :] in ("", "%nat")
            return text if closed else f"({text})"
    raise AssertionError(text)


def is_count(e: sp.Basic) -> bool:
    """Whether a term is a natural number, built from such in a way that Coq's can say."""
    allowed = (sp.Symbol, sp.Integer, sp.Add, sp.Mul, sp.Max, sp.Min, sp.Indexed, sp.Tuple, sp.IndexedBase)
    if not e.is_integer or any(
        isinstance(node, sp.Indexed) and node.base not in COUNTS for node in e.atoms(sp.Indexed)
    ):
        return False
    return all(isinstance(node, allowed) for node in sp.preorder_traversal(e))


class Printer:
    """Prints one proposition, and collects what must hold for SymPy and Coq to mean the same by it.

    Parameters
    ----------
    lengths
        For vectors with another number of entries than the row has tokens: that number, a term of Coq.

    Attributes
    ----------
    guards
        Conditions under which no division by zero, no logarithm or power outside its domain, no difference of natural
        numbers below zero and no index outside a row occurs.
    """

    def __init__(self, lengths: dict[sp.Basic, str] | None = None) -> None:
        self.lengths = lengths or {}
        self.guards: dict[str, None] = {}
        self._factors: tuple[sp.Basic, ...] = ()  # those of the product in which a term stands
        self._under: list[str] = []  # bound indices and conditions under which a term stands, outermost first

    # --- natural numbers ---------------------------------------------------------------------------------------------

    def count(self, e: sp.Basic) -> str:
        """Print a natural number."""
        if isinstance(e, sp.Integer) and e >= 0:
            return f"{e}%nat"
        if isinstance(e, sp.Symbol) and e.is_integer:
            return name(e)
        if isinstance(e, sp.Indexed) and e.base in COUNTS:
            return f"({name(e.base)} {' '.join(map(self.count, e.indices))})"
        if isinstance(e, sp.Max | sp.Min):
            return self._folded(f"Nat.{type(e).__name__.lower()}", [self.count(x) for x in sorted(e.args, key=str)])
        if isinstance(e, sp.Add):
            plus = " + ".join(self.count(x) for x in e.args if not x.could_extract_minus_sign())
            minus = [self.count(-x) for x in e.args if x.could_extract_minus_sign()]
            if not plus:
                raise Unprintable(f"{e} is not a natural number")
            if not minus:
                return f"({plus})%nat"
            self._guard(f"({' + '.join(minus)} <= {plus})%nat")
            return f"({plus} - {' - '.join(minus)})%nat"
        if isinstance(e, sp.Mul) and not any(x.could_extract_minus_sign() for x in e.args):
            return "(" + " * ".join(self.count(x) for x in e.args) + ")%nat"
        raise Unprintable(f"{e} is not a natural number")

    # --- real numbers ------------------------------------------------------------------------------------------------

    def real(self, e: sp.Basic) -> str:
        """Print a real number."""
        render: Callable[[sp.Basic], str] | None = getattr(self, f"_{type(e).__name__}", None)
        if render is not None:
            return render(e)
        if isinstance(e, sp.Integer):
            return f"({e})" if e < 0 else str(e)
        if isinstance(e, sp.Rational):
            return f"({e.p} / {e.q})"
        raise Unprintable(f"no rendering of {type(e).__name__}: {e}")

    def _Symbol(self, e: sp.Basic) -> str:
        return f"INR {name(e)}" if e.is_integer else name(e)

    def _Indexed(self, e: sp.Basic) -> str:
        if e.base in COUNTS:
            return f"INR {argument(self.count(e))}"
        indices = [self.count(index) for index in e.indices]
        for index, shown in zip(e.indices, indices, strict=True):
            if e.base in ROWS and not isinstance(index, sp.Symbol):
                self._guard(f"inr {argument(shown)} {argument(self.lengths.get(e.base, 'n'))}")
        return f"{name(e.base)} {' '.join(map(argument, indices))}"

    def _Add(self, e: sp.Basic) -> str:
        first, *rest = sorted(e.args, key=lambda x: x.could_extract_minus_sign() or x.is_negative is True)
        shown = self.real(first)
        for x in rest:
            shown += f" - {self.real(-x)}" if x.could_extract_minus_sign() else f" + {self.real(x)}"
        return f"({shown})"

    def _Mul(self, e: sp.Basic) -> str:
        if e.could_extract_minus_sign():
            return f"(- {self.real(-e)})"
        over, under = [], []
        for x in e.args:
            if isinstance(x, sp.Pow) and x.exp.is_Integer and x.exp < 0:
                under.append(1 / x)
            elif isinstance(x, sp.Rational):
                over += [sp.Integer(x.p)] if x.p != 1 else []
                under += [sp.Integer(x.q)] if x.q != 1 else []
            else:
                over.append(x)
        outer, self._factors = self._factors, tuple(over)
        shown = " * ".join(map(self.real, over)) or "1"
        self._factors = outer
        below = [self.real(x) for x in under]
        for x, text in zip(under, below, strict=True):
            if not x.is_Integer:
                self._guard(f"{text} <> 0")
        if below:
            shown += f" / {below[0]}" if len(below) == 1 else f" / ({' * '.join(below)})"
        return f"({shown})"

    def _Pow(self, e: sp.Basic) -> str:
        base, exponent = e.args
        if base is sp.E:
            return f"exp {argument(self.real(exponent))}"
        below = self.real(base)
        if exponent.is_Integer:
            if exponent > 0:
                return f"({below} ^ {exponent})"
            self._guard(f"{below} <> 0")
            return f"(/ {below})" if exponent == -1 else f"(/ ({below} ^ {-exponent}))"
        if is_count(exponent) and not exponent.could_extract_minus_sign():
            return f"({below} ^ {argument(self.count(exponent))})"
        if exponent.could_extract_minus_sign() and is_count(-exponent):
            self._guard(f"{below} <> 0")
            return f"(/ ({below} ^ {argument(self.count(-exponent))}))"
        above = self.real(exponent)
        unsigned = exponent.is_Symbol and exponent.is_positive is None  # it may be 0, and 0^0 is 1 to both
        self._guard(f"(0 < {below} \\/ {below} = 0 /\\ 0 {'<=' if unsigned else '<'} {above})")
        return f"pw {argument(below)} {argument(above)}"

    def _exp(self, e: sp.Basic) -> str:
        return f"exp {argument(self.real(e.args[0]))}"

    def _log(self, e: sp.Basic) -> str:
        inner = self.real(e.args[0])
        # t log t is 0 at t = 0, as everywhere in the theory, and in Coq for its factor t
        self._guard(f"0 <= {inner}" if e.args[0] in self._factors else f"0 < {inner}")
        return f"ln {argument(inner)}"

    def _cos(self, e: sp.Basic) -> str:
        return f"cos {argument(self.real(e.args[0]))}"

    def _acos(self, e: sp.Basic) -> str:
        inner = self.real(e.args[0])
        self._guard(f"-1 <= {inner} <= 1")
        return f"acos {argument(inner)}"

    def _Abs(self, e: sp.Basic) -> str:
        return f"Rabs {argument(self.real(e.args[0]))}"

    def _Max(self, e: sp.Basic) -> str:
        return self._extreme(e, "Rmax")

    def _Min(self, e: sp.Basic) -> str:
        return self._extreme(e, "Rmin")

    def _extreme(self, e: sp.Basic, function: str) -> str:
        if is_count(e):
            return f"INR {argument(self.count(e))}"
        return self._folded(function, [self.real(x) for x in sorted(e.args, key=lambda x: (not x.is_number, str(x)))])

    @staticmethod
    def _folded(function: str, terms: list[str]) -> str:
        shown, *rest = terms
        for term in rest:
            shown = f"{function} {argument(shown)} {argument(term)}"
        return f"({shown})" if function.startswith("Nat") else shown

    def _Sum(self, e: sp.Basic) -> str:
        return self._indexed("Sum", e)

    def _Product(self, e: sp.Basic) -> str:
        return self._indexed("Prod", e)

    def _indexed(self, function: str, e: sp.Basic) -> str:
        body, *limits = e.args
        if len(limits) != 1:
            raise Unprintable(f"{function} over several indices: {e}")
        index, first, last = limits[0]
        if last is sp.oo:
            raise Unprintable(f"{function} from {first} to {last}")
        upto, bound = argument(self.count(last)), name(index)
        start = self.count(first)
        outer, self._factors = self._factors, ()
        with self._within(f"forall {bound}, ({start} <= {bound} <= {upto})%nat"):
            term = f"(fun {bound} => {self.real(body)})"
        self._factors = outer
        return f"{function} {upto} {term}" if first == 1 else f"{function}_from {argument(start)} {upto} {term}"

    def _Least(self, e: sp.Basic) -> str:
        body, index = e.args
        with self._within(f"forall {name(index)}, inr {name(index)} n"):
            return f"(- Largest n (fun {name(index)} => - {self.real(body)}))"

    def _Pi(self, e: sp.Basic) -> str:
        return "PI"

    def _Exp1(self, e: sp.Basic) -> str:
        return "(exp 1)"

    def _factorial(self, e: sp.Basic) -> str:
        return f"INR (fact {argument(self.count(e.args[0]))})"

    def _binomial(self, e: sp.Basic) -> str:
        above, below = map(self.count, e.args)
        self._guard(f"({below} <= {above})%nat")
        return f"Binomial.C {argument(above)} {argument(below)}"

    def _floor(self, e: sp.Basic) -> str:
        return f"IZR (Int_part {argument(self.real(e.args[0]))})"

    def _ceiling(self, e: sp.Basic) -> str:
        return f"(- IZR (Int_part (- {self.real(e.args[0])})))"

    def _KroneckerDelta(self, e: sp.Basic) -> str:
        left, right = map(self.count, e.args)
        return f"(if Nat.eq_dec {argument(left)} {argument(right)} then 1 else 0)"

    def _Piecewise(self, e: sp.Basic) -> str:
        return self._branches(list(e.args))

    def _branches(self, branches: list[sp.Basic]) -> str:
        (value, condition), *rest = branches
        if condition == sp.true:
            return self.real(value)
        if not rest:
            raise Unprintable("a Piecewise whose last branch has a condition")
        test, stated = self._decision(condition), self.proposition(condition)
        with self._within(stated):
            inner = self.real(value)
        with self._within(f"~ ({stated})"):
            return f"(if {test} then {inner} else {self._branches(rest)})"

    def _decision(self, condition: sp.Basic) -> str:
        if not isinstance(condition, sp.Eq | sp.Lt | sp.Le | sp.Gt | sp.Ge):
            raise Unprintable(f"no decision of {condition}")
        sides = condition.args if not isinstance(condition, sp.Gt | sp.Ge) else condition.args[::-1]
        counts = all(map(is_count, sides))
        left, right = (argument(self.count(x) if counts else self.real(x)) for x in sides)
        if isinstance(condition, sp.Eq):
            return f"{'Nat.eq_dec' if counts else 'Req_EM_T'} {left} {right}"
        strict = isinstance(condition, sp.Lt | sp.Gt)
        return (
            f"{('lt_dec' if strict else 'le_dec') if counts else ('Rlt_dec' if strict else 'Rle_dec')} {left} {right}"
        )

    # --- propositions ------------------------------------------------------------------------------------------------

    def proposition(self, e: sp.Basic) -> str:
        """Print a relation or a Boolean combination of such."""
        if isinstance(e, sp.Eq) and isinstance(e.lhs, sp.Limit):
            return self._limit(e)
        if type(e) in _RELATIONS:
            counts = all(map(is_count, e.args))
            left, right = (self.count(x) if counts else self.real(x) for x in e.args)
            shown = f"{left} {_RELATIONS[type(e)]} {right}"
            return f"({shown})%nat" if counts else shown
        if isinstance(e, N.Iff):
            return f"({self.proposition(e.args[0])} <-> {self.proposition(e.args[1])})"
        if isinstance(e, sp.Implies):
            premise = self.proposition(e.args[0])
            with self._within(premise):
                return f"({premise} -> {self.proposition(e.args[1])})"
        if isinstance(e, sp.And | sp.Or):
            return f"({self._joined(list(e.args), isinstance(e, sp.And))})"
        if isinstance(e, sp.Not):
            return f"(~ {self.proposition(e.args[0])})"
        if isinstance(e, N.Every):
            condition, index = e.args
            with self._within(f"forall {name(index)}, inr {name(index)} n"):
                return f"(forall {name(index)}, inr {name(index)} n -> {self.proposition(condition)})"
        if e == sp.true:
            return "True"
        raise Unprintable(f"no rendering of {type(e).__name__}: {e}")

    def _joined(self, parts: list[sp.Basic], both: bool) -> str:
        first, *rest = parts
        shown, sign = self.proposition(first), "/\\" if both else "\\/"
        if not rest:
            return shown
        with self._within(shown if both else f"~ ({shown})"):  # where the first decides, the rest need not be defined
            return f"{shown} {sign} {self._joined(rest, both)}"

    def _limit(self, e: sp.Basic) -> str:
        body, variable, point, side = e.lhs.args
        bound = name(variable)
        if point is sp.oo:
            with self._within(f"forall {bound} : {'nat' if variable.is_integer else 'R'}, True"):
                inner = self.real(body)
            if variable.is_integer:
                return f"is_lim_seq (fun {bound} => {inner}) {argument(self.real(e.rhs))}"
            return f"is_lim (fun {bound} => {inner}) p_infty {argument(self.real(e.rhs))}"
        if point is -sp.oo:
            raise Unprintable(f"a limit at {point}")
        at = f"(at_{'right' if str(side) == '+' else 'left'} {argument(self.real(point))})"
        end = self.real(point)
        near = f"{end} < {bound} < {end} + eps" if str(side) == "+" else f"{end} - eps < {bound} < {end}"
        with self._within(f"exists eps : posreal, forall {bound} : R, {near}"):
            inner = self.real(body)
        return f"filterlim (fun {bound} => {inner}) {at} (locally {argument(self.real(e.rhs))})"

    # --- guards ------------------------------------------------------------------------------------------------------

    def _guard(self, condition: str) -> None:
        for context in reversed(self._under):
            condition = f"({context} -> {condition})"
        self.guards.setdefault(condition)

    @contextmanager
    def _within(self, context: str) -> Iterator[None]:
        self._under.append(context)
        try:
            yield
        finally:
            self._under.pop()


_RELATIONS = {sp.Eq: "=", sp.Ne: "<>", sp.Le: "<=", sp.Lt: "<", sp.Ge: ">=", sp.Gt: ">"}

(* What the statements are about. Whoever trusts the kernel has to read this file and Statements.v, and nothing else.

   Rows are functions of an index 1 ... n; what they are beyond n does not matter. [/ x] is 1/x and [/ 0], [ln 0] are
   numbers of no meaning: for each claim, Statements.v also has a statement that the claim never asks for them. *)
From Coq Require Import Reals List ZArith.
From Coquelicot Require Import Coquelicot.
Import ListNotations.
Open Scope R_scope.

Notation inr i n := (1 <= i <= n)%nat.

(** * Sums, products and largest entries *)

(** [Sum n f] is f 1 + ... + f n, and 0 for n = 0. *)
Fixpoint Sum (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S m => Sum m f + f (S m) end.

(** [Prod n f] is f 1 * ... * f n, and 1 for n = 0. *)
Fixpoint Prod (n : nat) (f : nat -> R) : R :=
  match n with O => 1 | S m => Prod m f * f (S m) end.

(** The same from the index m on. *)
Definition Sum_from (m n : nat) (f : nat -> R) : R := Sum (S n - m) (fun i => f (i + m - 1)%nat).
Definition Prod_from (m n : nat) (f : nat -> R) : R := Prod (S n - m) (fun i => f (i + m - 1)%nat).

(** The largest of f 1, ..., f n for n >= 1. *)
Fixpoint Largest (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S O => f 1%nat | S m => Rmax (Largest m f) (f (S m)) end.

(** Powers of numbers x >= 0: 0 to any power but 0 is 0 (Stdlib's [Rpower 0 y] is 1). *)
Definition pw (x y : R) : R :=
  if Rlt_dec 0 x then Rpower x y else if Req_EM_T y 0 then 1 else 0.

(** * Entmax and softmax *)

(** Mass above t in the coordinates of the threshold: the sum of [x_i - t]_+ ^ q. *)
Definition mass (n : nat) (q : R) (x : nat -> R) (t : R) : R :=
  Sum n (fun i => pw (Rmax 0 (x i - t)) q).

Definition scaled (alpha : R) (z : nat -> R) (i : nat) : R := (alpha - 1) * z i.

(** The largest t whose mass is at least 1. For n >= 1 and alpha > 1 it is the one number of mass 1:
    [threshold_mass] and [threshold_is] in Entmax.v. *)
Definition threshold (n : nat) (alpha : R) (z : nat -> R) : R :=
  real (Lub_Rbar (fun t => 1 <= mass n (/ (alpha - 1)) (scaled alpha z) t)).

(** For alpha > 1. *)
Definition entmax (n : nat) (alpha : R) (z : nat -> R) (i : nat) : R :=
  pw (Rmax 0 ((alpha - 1) * z i - threshold n alpha z)) (/ (alpha - 1)).

Definition softmax (n : nat) (z : nat -> R) (i : nat) : R := exp (z i) / Sum n (fun j => exp (z j)).

(** For alpha >= 1: softmax at 1. *)
Definition entmax1 (n : nat) (alpha : R) (z : nat -> R) (i : nat) : R :=
  if Req_EM_T alpha 1 then softmax n z i else entmax n alpha z i.

(** * Points of the simplex *)

Definition simplex (n : nat) (r : nat -> R) : Prop := (forall i, inr i n -> 0 <= r i) /\ Sum n r = 1.

(** How many of p 1, ..., p n are positive. *)
Fixpoint support_size (n : nat) (p : nat -> R) : nat :=
  match n with O => O | S m => (support_size m p + if Rlt_dec 0 (p (S m)) then 1 else 0)%nat end.

(** How often the largest entry occurs. *)
Definition multiplicity (n : nat) (f : nat -> R) : nat :=
  support_size n (fun i => if Req_EM_T (f i) (Largest n f) then 1 else 0).

Definition permutes (n : nat) (pi : nat -> nat) : Prop :=
  (forall i, inr i n -> inr (pi i) n) /\ (forall i j, inr i n -> inr j n -> pi i = pi j -> i = j).

(** The derivative of entmax in one logit: of the i-th probability in the j-th logit. *)
Definition entmax_derivative_in (n : nat) (alpha : R) (z : nat -> R) (i j : nat) : R :=
  Derive (fun t => entmax n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0.

(** d is the derivative of f at x from the right. *)
Definition has_right_derivative (f : R -> R) (x d : R) : Prop :=
  filterlim (fun h => (f (x + h) - f x) / h) (at_right 0) (locally d).

(** * Layers *)

Section Paths.
(** [edge l i j]: in layer l token i reads token j. Layers 1 ... L, tokens 1 ... n. *)
Variables (n : nat) (edge : nat -> nat -> nat -> bool).

Definition keys (l i : nat) : list nat := filter (edge l i) (seq 1 n).

(** A path through the layers L ... 1 that ends at token i: [i; k; ...; j], with L edges. *)
Fixpoint is_path (L i : nat) (v : list nat) : Prop :=
  match L, v with
  | O, [j] => j = i
  | S l, j :: ((k :: _) as u) => j = i /\ inr k n /\ edge L i k = true /\ is_path l k u
  | _, _ => False
  end.

(** All of them; that none is missing or named twice is [paths_complete] and [paths_NoDup] in Paths.v. *)
Fixpoint paths (L i : nat) : list (list nat) :=
  match L with
  | O => [[i]]
  | S l => flat_map (fun k => map (cons i) (paths l k)) (keys L i)
  end.
End Paths.

(** Attention held fixed: each row is a point of the simplex, and a token reads those with a positive weight. *)
Definition row_stochastic (n : nat) (P : nat -> nat -> nat -> R) (L : nat) : Prop :=
  forall l i, inr l L -> inr i n -> simplex n (P l i).

Definition live (P : nat -> nat -> nat -> R) (l i j : nat) : bool := if Rlt_dec 0 (P l i j) then true else false.

(** Entry of the product of the layers' matrices, J_L ... J_1. *)
Fixpoint mat_prod (n : nat) (J : nat -> nat -> nat -> R) (L i j : nat) : R :=
  match L with
  | O => if Nat.eq_dec j i then 1 else 0
  | S l => Sum n (fun k => J L i k * mat_prod n J l k j)
  end.

(** F has the Jacobian J at x: it maps each curve through x with velocity v to one with velocity J v. *)
Definition has_jacobian (N : nat) (F : (nat -> R) -> nat -> R) (x : nat -> R) (J : nat -> nat -> R) : Prop :=
  forall (g : R -> nat -> R) (v : nat -> R),
  (forall i, inr i N -> g 0 i = x i) ->
  (forall i, inr i N -> is_derive (fun t => g t i) 0 (v i)) ->
  forall i, inr i N -> F (g 0) i = F x i /\ is_derive (fun t => F (g t) i) 0 (Sum N (fun k => J i k * v k)).

(** Layers F 1, ..., F L on top of each other. *)
Fixpoint stack (F : nat -> (nat -> R) -> nat -> R) (L : nat) (x : nat -> R) : nat -> R :=
  match L with O => x | S l => F L (stack F l x) end.

(** * Rows with a further token *)

(** The row z of n tokens with b behind it. *)
Definition append (n : nat) (z : nat -> R) (b : R) (i : nat) : R := if le_dec i n then z i else b.

(** The row z with b at place m; what stood there and behind moves on by one. *)
Definition insert (m : nat) (b : R) (z : nat -> R) (i : nat) : R :=
  if Nat.eq_dec i m then b else if lt_dec i m then z i else z (i - 1)%nat.

(** Where token i stands after that. *)
Definition moved_on (m i : nat) : nat := if lt_dec i m then i else S i.

(** * Other normalisers *)

Definition sigmoid (x : R) : R := / (1 + exp (- x)).

(** Stick-breaking: each token takes its share of what the tokens behind it leave. *)
Definition stick (n : nat) (z : nat -> R) (i : nat) : R :=
  sigmoid (z i) * Prod_from (S i) n (fun j => 1 - sigmoid (z j)).

(** How many tokens come before token i: of a larger logit, or of the same and a smaller number. *)
Definition rank (n : nat) (z : nat -> R) (i : nat) : R :=
  Sum n (fun j => if Rlt_dec (z i) (z j) then 1 else if Req_EM_T (z j) (z i) then if lt_dec j i then 1 else 0 else 0).

(** Softmax of the K largest logits, of tied ones the first; of all where n < K. *)
Definition top_k (n K : nat) (z : nat -> R) (i : nat) : R :=
  let chosen j := if Rlt_dec (rank n z j) (INR K) then exp (z j) else 0 in chosen i / Sum n chosen.

(** Weight in a budget with the threshold t. *)
Definition budget (t : R) (z : nat -> R) (i : nat) : R := Rmin 1 (Rmax 0 (z i - t)).

(** Masses of a row over their sum. *)
Definition shares (n : nat) (f : nat -> R) (i : nat) : R := f i / Sum n f.

(** The k-th smallest of z 1, ..., z n: the smallest entry that at least k entries do not exceed. *)
Definition order_statistic (n : nat) (z : nat -> R) (k : nat) : R :=
  - Largest n (fun i => - (if Rle_dec (INR k) (Sum n (fun j => if Rle_dec (z j) (z i) then 1 else 0)) then z i else Largest n z)).

(** The quantile of level r, linear between the order statistics: at 1 + (n - 1) r in their list. *)
Definition quantile (n : nat) (r : R) (z : nat -> R) : R :=
  let k := S (Z.to_nat (Int_part ((INR n - 1) * r))) in
  order_statistic n z k + frac_part ((INR n - 1) * r) * (order_statistic n z (Nat.min (S k) n) - order_statistic n z k).

(** Adaptive-temperature softmax: its scale is 1 or the published polynomial of the entropy h of softmax, if that is larger.
    The coefficients -0.037, 0.481, -2.3, 4.917 and -1.791 are those float64 numbers. *)
Definition temperature_fit (h : R) : R :=
  - (5332261958806667 / 144115188075855872) * h ^ 4 + 4332462841530417 / 9007199254740992 * h ^ 3
  - 2589569785738035 / 1125899906842624 * h ^ 2 + 2768024920972591 / 562949953421312 * h - 4032973466310279 / 2251799813685248.

Definition adaptive_scale (n : nat) (z : nat -> R) : R :=
  Rmax 1 (temperature_fit (Sum n (fun i => - (softmax n z i * ln (softmax n z i))))).

(** * Paths and averages through layers *)

(** The paths among [paths] that start at token j. *)
Definition paths_from (n : nat) (edge : nat -> nat -> nat -> bool) (L i j : nat) : list (list nat) :=
  filter (fun v => if Nat.eq_dec (last v O) j then true else false) (paths n edge L i).

(** Causal attention: each token reads itself and those before it. *)
Definition causal (l i j : nat) : bool := if le_dec j i then true else false.

(** Edges with residual connections. *)
Definition with_residual (edge : nat -> nat -> nat -> bool) (l i j : nat) : bool :=
  if Nat.eq_dec i j then true else edge l i j.

(** How far a read-out of values v moves when the last token is repeated. *)
Definition repetition_shift (n : nat) (alpha : R) (z v : nat -> R) : R :=
  Sum (S n) (fun i => entmax (S n) alpha (append n z (z n)) i * append n v (v n) i) - Sum n (fun i => entmax n alpha z i * v i).

(** Sums of vectors. *)
Fixpoint VSum {V : NormedModule R_AbsRing} (n : nat) (f : nat -> V) : V :=
  match n with O => zero | S m => plus (VSum m f) (f (S m)) end.

(** Layers that average with weights P l i j and then apply a map f l i, token by token. *)
Fixpoint averaged {V : NormedModule R_AbsRing} (n : nat) (P : nat -> nat -> nat -> R) (f : nat -> nat -> V -> V) (L : nat)
    (x : nat -> V) (i : nat) : V :=
  match L with
  | O => x i
  | S l => f L i (VSum n (fun j => scal (P L i j) (averaged n P f l x j)))
  end.

(** * Stacks of attention layers *)

(** Coordinates 1 ... N, each of a token. A function of them depends on those of some tokens only. *)
Definition depends_on (N : nat) (tok : nat -> nat) (among : nat -> Prop) (f : (nat -> R) -> R) : Prop :=
  forall x y, (forall c, inr c N -> among (tok c) -> x c = y c) -> f x = f y.

(** f has a gradient at x, with which it changes along each curve (so it is differentiable there). *)
Definition differentiable (N : nat) (f : (nat -> R) -> R) (x : nat -> R) : Prop :=
  exists G : nat -> R, forall (g : R -> nat -> R) (v : nat -> R),
  (forall i, inr i N -> g 0 i = x i) -> (forall i, inr i N -> is_derive (fun t => g t i) 0 (v i)) ->
  is_derive (fun t => f (g t)) 0 (Sum N (fun k => G k * v k)).

(** Attention with a residual connection: token i reads token j with logit Z i j, and of it V j c for its coordinate c. *)
Definition attended (n : nat) (tok : nat -> nat) (alpha : R) (Z V : nat -> nat -> (nat -> R) -> R) (x : nat -> R) (c : nat) : R :=
  x c + Sum n (fun j => entmax n alpha (fun k => Z (tok c) k x) j * V j c x).

(** Such layers, each with a further map T l behind it. *)
Definition transformer (n : nat) (tok : nat -> nat) (alpha : R) (Z V : nat -> nat -> nat -> (nat -> R) -> R)
    (T : nat -> nat -> (nat -> R) -> R) : nat -> (nat -> R) -> nat -> R :=
  stack (fun l x c => T l c (attended n tok alpha (Z l) (V l) x)).

(** * Programs *)

(** The lower end of [lo, hi] after some halvings, each of which keeps the half in which f falls through 1. *)
Fixpoint halved (times : nat) (f : R -> R) (lo hi : R) : R :=
  match times with
  | O => lo
  | S m => if Rle_dec 1 (f ((lo + hi) / 2)) then halved m f ((lo + hi) / 2) hi else halved m f lo ((lo + hi) / 2)
  end.

(** Binary numbers of some bits, with gradual underflow and without overflow: whole multiples of 2 ^ e, e >= emin. *)
Definition binary (bits : nat) (emin : Z) (x : R) : Prop :=
  exists m e : Z, (Z.abs m < 2 ^ Z.of_nat bits)%Z /\ (emin <= e)%Z /\ x = IZR m * powerRZ 2 e.

(** Rounding to a nearest number of a format; ties as it likes. *)
Definition to_nearest (format : R -> Prop) (rnd : R -> R) : Prop :=
  forall x, format (rnd x) /\ forall y, format y -> Rabs (rnd x - x) <= Rabs (y - x).

(** A rounded sum of v 1, ..., v n, one after the other. *)
Fixpoint sum_in_order (rnd : R -> R) (n : nat) (v : nat -> R) : R :=
  match n with O => 0 | S O => v 1%nat | S m => rnd (sum_in_order rnd m v + v (S m)) end.

(** A rounded sum in pairs: a tree of additions, which has as many levels as the longest way to a leaf. *)
Inductive tree : Type := leaf (i : nat) | pair_of (left right : tree).
Fixpoint leaves (t : tree) : list nat := match t with leaf i => [i] | pair_of l r => leaves l ++ leaves r end.
Fixpoint levels (t : tree) : nat := match t with leaf _ => O | pair_of l r => S (Nat.max (levels l) (levels r)) end.
Fixpoint sum_in_pairs (rnd : R -> R) (v : nat -> R) (t : tree) : R :=
  match t with leaf i => v i | pair_of l r => rnd (sum_in_pairs rnd v l + sum_in_pairs rnd v r) end.

(** * Linear algebra *)

(** The n x n matrix M has rank k: k of its images b 1, ..., b k are independent and span all of them. *)
Definition has_rank (n : nat) (M : nat -> nat -> R) (k : nat) : Prop :=
  exists b : nat -> nat -> R,
  (forall l, inr l k -> exists v, forall i, inr i n -> b l i = Sum n (fun j => M i j * v j)) /\
  (forall v, exists c, forall i, inr i n -> Sum n (fun j => M i j * v j) = Sum k (fun l => c l * b l i)) /\
  (forall c, (forall i, inr i n -> Sum k (fun l => c l * b l i) = 0) -> forall l, inr l k -> c l = 0).

(* A larger alpha or scale concentrates: sums of the largest entries rise, the entropy falls. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Dispersion Levels.
Open Scope R_scope.

(** The power a as a logarithm of its own, with derivative t^(a - 1): the logits of entmax of 1 + a. *)
Definition lg (a v : R) : R := if Req_EM_T a 0 then ln v else Rpower v a / a.

Lemma lg_derive a v : 0 < v -> is_derive (lg a) v (Rpower v (a - 1)).
Proof.
intros Hv. destruct (Req_EM_T a 0) as [->|Ha].
- apply (is_derive_ext ln); [intros; unfold lg; destruct (Req_EM_T 0 0); [reflexivity|lra]|].
  replace (0 - 1) with (- (1)) by ring. rewrite Rpower_Ropp, Rpower_1 by exact Hv. now apply is_derive_ln.
- apply (is_derive_ext (fun v => Rpower v a / a)); [intros; unfold lg; destruct (Req_EM_T a 0); [lra|reflexivity]|].
  replace (Rpower v (a - 1)) with (a * Rpower v (a - 1) * / a) by (field; lra). apply is_derive_Reals.
  apply (derivable_pt_lim_ext (fun v => / a * Rpower v a)); [intros; unfold Rdiv; ring|].
  rewrite (Rmult_comm (a * _)). apply derivable_pt_lim_scal. now apply derivable_pt_lim_power.
Qed.

Lemma lg_less a u v : 0 < u < v -> lg a u < lg a v.
Proof.
intros [Hu Huv]. destruct (MVT_cor2 (lg a) (fun v => Rpower v (a - 1)) u v Huv) as [c [E Hc]]; [intros; apply is_derive_Reals, lg_derive; lra|].
pose proof (Rpower_gt0 c (a - 1)). assert (0 < Rpower c (a - 1) * (v - u)) by (apply Rmult_lt_0_compat; lra). lra.
Qed.

(** Up to 1 a larger power rises more slowly. *)
Lemma lg_gap a b u v : a <= b -> 0 < u <= v -> v <= 1 -> lg b v - lg b u <= lg a v - lg a u.
Proof.
intros Hab [Hu Huv] H1. pose proof (rises (fun t => lg a t - lg b t) (fun t => Rpower t (a - 1) - Rpower t (b - 1)) u v Huv) as R. cbv beta in R.
assert (lg a u - lg b u <= lg a v - lg b v); [|lra]. apply R.
- intros t Ht. apply (is_derive_minus (lg a) (lg b)); apply lg_derive; lra.
- intros t Ht. pose proof (ln_le t 1 ltac:(lra) ltac:(lra)) as L. rewrite ln_1 in L. apply Rle_minus_r. rewrite Rplus_0_l.
  apply exp_le. nra.
Qed.

Section Row.
Variables (n : nat) (alpha theta : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 <= alpha) (Ht : 0 < theta).
Let p := entmax1 n alpha (fun i => theta * z i).

Lemma one_simplex : simplex n p.
Proof.
unfold p. destruct (Req_EM_T alpha 1) as [E|E].
- replace (simplex n _) with (simplex n (softmax n (fun i => theta * z i))); [now apply softmax_simplex|].
  f_equal. apply FunctionalExtensionality.functional_extensionality. intros i. unfold entmax1. destruct (Req_EM_T alpha 1); [reflexivity|lra].
- replace (simplex n _) with (simplex n (entmax n alpha (fun i => theta * z i))); [apply entmax_simplex; [exact Hn | lra]|].
  f_equal. apply FunctionalExtensionality.functional_extensionality. intros i. unfold entmax1. destruct (Req_EM_T alpha 1); [lra|reflexivity].
Qed.

Lemma one_order i j : z i <= z j -> p i <= p j.
Proof.
intros H. unfold p, entmax1. destruct (Req_EM_T alpha 1) as [E|E].
- unfold softmax. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat | apply exp_le, Rmult_le_compat_l; lra].
  eapply Rlt_le_trans; [apply (exp_pos (theta * z 1%nat))|].
  apply (Sum_ge_term n (fun j => exp (theta * z j)) 1%nat); [lia | intros; left; apply exp_pos].
- apply Rge_le, order_weak; [lra|]. nra.
Qed.

(** On the support the logits are the logarithms, up to a shift; off it they are below all. *)
Lemma one_levels : exists t, forall i, (0 < p i -> lg (alpha - 1) (p i) = theta * z i - t) /\
  (forall w, 0 < w -> p i < w -> theta * z i - t < lg (alpha - 1) w).
Proof.
unfold p, entmax1. destruct (Req_EM_T alpha 1) as [E|E].
- exists (ln (Sum n (fun j => exp (theta * z j)))). intros i.
  assert (P : 0 < softmax n (fun i => theta * z i) i) by now apply softmax_simplex.
  assert (W : 0 < Sum n (fun j => exp (theta * z j))).
  { eapply Rlt_le_trans; [apply (exp_pos (theta * z 1%nat))|].
    apply (Sum_ge_term n (fun j => exp (theta * z j)) 1%nat); [lia | intros; left; apply exp_pos]. }
  assert (L : ln (softmax n (fun i => theta * z i) i) = theta * z i - ln (Sum n (fun j => exp (theta * z j)))).
  { unfold softmax. rewrite ln_div, ln_exp by (assumption || apply exp_pos). reflexivity. }
  unfold lg. destruct (Req_EM_T (alpha - 1) 0) as [_|]; [|lra]. split; [intros _; exact L|].
  intros w Hw H. rewrite <- L. now apply ln_increasing.
- set (tau := threshold n alpha (fun i => theta * z i)). exists (tau / (alpha - 1)). intros i.
  assert (Ha' : 1 < alpha) by lra. pose proof (entmax_pow n alpha (fun i => theta * z i) Ha' i) as Q. fold tau in Q. unfold scaled in Q.
  unfold lg. destruct (Req_EM_T (alpha - 1) 0) as [|_]; [lra|]. split.
  + intros P. rewrite <- pw_Rpower by exact P. rewrite Q. apply entmax_pos_iff in P; [|exact Ha']. fold tau in P. unfold scaled in P.
    rewrite Rmax_0_id by lra. field. lra.
  + intros w Hw H. rewrite <- pw_Rpower by exact Hw. pose proof (Rmax_r 0 ((alpha - 1) * (theta * z i) - tau)) as M.
    pose proof (pw_lt _ w (alpha - 1) ltac:(lra) (conj (entmax_ge0 n alpha (fun i => theta * z i) i) H)) as L. rewrite Q in L.
    apply (Rmult_lt_reg_r (alpha - 1)); [lra|].
    replace ((theta * z i - tau / (alpha - 1)) * (alpha - 1)) with ((alpha - 1) * (theta * z i) - tau) by (field; lra).
    replace (pw w (alpha - 1) / (alpha - 1) * (alpha - 1)) with (pw w (alpha - 1)) by (field; lra). lra.
Qed.
End Row.

Section Majorisation.
Variables (n : nat) (alpha beta theta eta : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 <= alpha) (Hab : alpha <= beta) (Ht : 0 < theta) (Hte : theta <= eta) (Hs : sorted n z).
Let p := entmax1 n alpha (fun i => theta * z i).
Let r := entmax1 n beta (fun i => eta * z i).

(** The difference of the two changes its sign once. *)
Lemma crosses_once i j : inr i n -> inr j n -> z i <= z j -> p i < r i -> p j <= r j.
Proof.
intros Hi Hj Hz H. apply Rnot_lt_le. intros N.
pose proof (point_le1 n p i (one_simplex n alpha theta z Hn Ha) Hi) as Pi.
pose proof (point_le1 n r j (one_simplex n beta eta z Hn ltac:(lra)) Hj) as Rj.
pose proof (one_order n beta eta z Hn ltac:(lra) ltac:(lra) i j Hz) as O. fold r in O.
destruct (one_levels n alpha theta z Hn Ha) as [t T]. destruct (one_levels n beta eta z Hn ltac:(lra)) as [s S]. fold p in T. fold r in S.
pose proof (proj2 (T i) (r i) ltac:(lra) H) as A. pose proof (proj1 (T j) ltac:(lra)) as B.
pose proof (proj1 (S i) ltac:(lra)) as C. pose proof (proj1 (S j) ltac:(lra)) as D.
pose proof (lg_less (alpha - 1) (r j) (p j) ltac:(lra)) as F.
pose proof (lg_gap (alpha - 1) (beta - 1) (r i) (r j) ltac:(lra) ltac:(lra) ltac:(lra)) as G.
assert (theta * (z j - z i) <= eta * (z j - z i)) by (apply Rmult_le_compat_r; lra). lra.
Qed.

Lemma Sum_neg_ex m f : Sum m f < 0 -> exists i, inr i m /\ f i < 0.
Proof.
intros H. destruct (Sum_pos_ex m (fun i => - f i)) as [i [Hi L]]; [|exists i; split; [exact Hi | lra]].
rewrite (Sum_ext m _ (fun i => -1 * f i)), Sum_scal by (intros; ring). lra.
Qed.

Lemma Sum_tail k m f : (k <= m)%nat -> Sum m f - Sum k f = Sum m (fun i => if le_dec i k then 0 else f i).
Proof.
intros Hk. induction m as [|m IH]; [replace k with 0%nat by lia; simpl; lra|]. destruct (Nat.eq_dec k (S m)) as [->|Hne].
- rewrite (Sum_ext (S m) (fun i => if le_dec i (S m) then 0 else f i) (fun _ => 0)), Sum_zero; [ring|]. intros i Hi.
  destruct (le_dec i (S m)); [reflexivity|lia].
- cbn [Sum]. rewrite <- IH by lia. destruct (le_dec (S m) k); [lia|]. ring.
Qed.

Theorem prefix_sums k : (k <= n)%nat -> Sum k p <= Sum k r.
Proof.
intros Hk. apply Rnot_lt_le. intros N.
pose proof (proj2 (one_simplex n alpha theta z Hn Ha)) as Sp. pose proof (proj2 (one_simplex n beta eta z Hn ltac:(lra))) as Sr. fold p in Sp.
fold r in Sr.
destruct (Sum_neg_ex k (fun i => r i - p i)) as [i [Hi Li]]; [rewrite Sum_minus; lra|].
destruct (Sum_pos_ex n (fun j => if le_dec j k then 0 else r j - p j)) as [j [Hj Lj]]; [rewrite <- (Sum_tail k n (fun j => r j - p j)),
  !Sum_minus by exact Hk; lra|].
cbv beta in *. destruct (le_dec j k) as [|G]; [lra|]. pose proof (sorted_ge n z i j Hs ltac:(lia) ltac:(lia)).
pose proof (crosses_once j i Hj ltac:(lia) ltac:(lra) ltac:(lra)). lra.
Qed.

(** Summation by parts. *)
Lemma by_parts m (g d : nat -> R) : (1 <= m)%nat -> (forall i, (1 <= i < m)%nat -> g (S i) <= g i) ->
  (forall k, (k <= m)%nat -> 0 <= Sum k d) -> g m * Sum m d <= Sum m (fun i => g i * d i).
Proof.
induction m as [|m IH]; intros Hm Hg Hd; [lia|]. destruct (Nat.eq_dec m 0) as [->|]; [simpl; lra|].
cbn [Sum]. pose proof (IH ltac:(lia) ltac:(intros; apply Hg; lia) ltac:(intros; apply Hd; lia)) as G.
pose proof (Hd m ltac:(lia)). pose proof (Hg m ltac:(lia)). nra.
Qed.

Theorem entropy_falls : Sum n (fun i => phi (r i)) <= Sum n (fun i => phi (p i)).
Proof.
pose proof (one_simplex n alpha theta z Hn Ha) as Pp. pose proof (one_simplex n beta eta z Hn ltac:(lra)) as Pr. fold p in Pp. fold r in Pr.
assert (Sp : forall i j, (1 <= i <= j)%nat -> (j <= n)%nat -> p i >= p j).
{ intros i j Hij Hj. apply Rle_ge, one_order; try assumption. apply Rge_le. now apply (sorted_ge n). }
set (m := support_size n p). pose proof (support_size_pos n p Pp) as M1. pose proof (support_size_le n p) as M2. fold m in M1, M2.
assert (Pre : forall k, inr k n -> (m >= k)%nat <-> 0 < p k) by (intros k Hk; apply support_prefix; [apply Pp | exact Sp | exact Hk]).
assert (Zp : forall i, (m < i <= n)%nat -> p i = 0).
{ intros i Hi. destruct (proj1 Pp i ltac:(lia)) as [L|E]; [apply Pre in L; lia | now symmetry]. }
assert (Ep : Sum m p = 1) by (rewrite <- (Sum_prefix_eq n m p M2 Zp); apply Pp).
pose proof (prefix_sums m M2) as Q.
assert (Tail : Sum n (fun i => if le_dec i m then 0 else r i) = 1 - Sum m r) by (rewrite <- Sum_tail by exact M2; rewrite (proj2 Pr); ring).
assert (T0 : forall i, inr i n -> 0 <= (if le_dec i m then 0 else r i)) by (intros i Hi; destruct (le_dec i m); [lra | now apply Pr]).
pose proof (Sum_nonneg n _ T0) as T1.
assert (Zr : forall i, (m < i <= n)%nat -> r i = 0).
{ intros i Hi. pose proof (Sum_ge_term n _ i ltac:(lia) T0) as G. cbv beta in G. destruct (le_dec i m); [lia|]. pose proof (proj1 Pr i ltac:(lia)).
  lra. }
assert (Z : forall s, (forall i, (m < i <= n)%nat -> s i = 0) -> Sum n (fun i => phi (s i)) = Sum m (fun i => phi (s i))).
{ intros s Hz. apply Sum_prefix_eq; [exact M2|]. intros i Hi. rewrite Hz by exact Hi. unfold phi. ring. }
rewrite (Z p Zp), (Z r Zr).
assert (B : ln (p m) * Sum m (fun i => r i - p i) <= Sum m (fun i => ln (p i) * (r i - p i))).
{ apply (by_parts m (fun i => ln (p i)) (fun i => r i - p i) M1).
  - intros i Hi. apply ln_le; [apply Pre; lia | apply Rge_le, Sp; lia].
  - intros k Hk. rewrite Sum_minus. pose proof (prefix_sums k ltac:(lia)). lra. }
rewrite Sum_minus in B. replace (Sum m r - Sum m p) with 0 in B by lra. rewrite Rmult_0_r in B.
apply Rle_trans with (Sum m (fun i => phi (p i) - (ln (p i) * (r i - p i) + (r i - p i)))).
- apply Sum_le. intros i Hi. pose proof (phi_tangent (r i) (p i) (proj1 Pr i ltac:(lia)) ltac:(apply Pre; lia)). lra.
- rewrite Sum_minus, Sum_plus, Sum_minus. lra.
Qed.
End Majorisation.

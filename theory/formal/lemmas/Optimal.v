(* (b) entmax is the unique maximiser of <r, z> + H_alpha(r) over the simplex, for every alpha > 1. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax.
Open Scope R_scope.

(** Bernoulli's inequality with a real exponent, strict away from 1. *)
Lemma bernoulli_strict u a : 1 < a -> 0 < u -> u <> 1 -> 1 + a * (u - 1) < Rpower u a.
Proof.
intros Ha Hu Hne.
assert (D : forall c, 0 < c -> derivable_pt_lim (fun t => Rpower t a) c (a * Rpower c (a - 1)))
  by (intros; now apply derivable_pt_lim_power).
assert (One : Rpower 1 a = 1) by (unfold Rpower; now rewrite ln_1, Rmult_0_r, exp_0).
assert (One' : Rpower 1 (a - 1) = 1) by (unfold Rpower; now rewrite ln_1, Rmult_0_r, exp_0).
destruct (Rtotal_order u 1) as [L|[E|L]]; [|contradiction|].
- destruct (MVT_cor2 (fun t => Rpower t a) (fun c => a * Rpower c (a - 1)) u 1 L) as [c [E Hc]];
    [intros; apply D; lra|].
  pose proof (pw_lt c 1 (a - 1) ltac:(lra) ltac:(lra)) as P. rewrite !pw_Rpower, One' in P by lra.
  rewrite One in E. assert (0 < (1 - Rpower c (a - 1)) * (1 - u)) by (apply Rmult_lt_0_compat; lra). nra.
- destruct (MVT_cor2 (fun t => Rpower t a) (fun c => a * Rpower c (a - 1)) 1 u L) as [c [E Hc]];
    [intros; apply D; lra|].
  pose proof (pw_lt 1 c (a - 1) ltac:(lra) ltac:(lra)) as P. rewrite !pw_Rpower, One' in P by lra.
  rewrite One in E. assert (0 < (Rpower c (a - 1) - 1) * (u - 1)) by (apply Rmult_lt_0_compat; lra). nra.
Qed.

(** The tangent of [t ^ a] at p lies below it on [t >= 0] and touches it at p only. *)
Lemma tangent_strict t p a : 1 < a -> 0 <= t -> 0 <= p -> t <> p ->
  pw p a + a * pw p (a - 1) * (t - p) < pw t a.
Proof.
intros Ha Ht [Hp|<-] Hne.
- assert (Hs : pw p a = pw p (a - 1) * p).
  { replace a with (a - 1 + 1) at 1 by ring. rewrite pw_plus, pw_1_r; lra. }
  destruct Ht as [Ht|<-].
  + pose proof (bernoulli_strict (t / p) a Ha) as B. rewrite <- pw_Rpower in B by (apply Rdiv_lt_0_compat; lra).
    assert (0 < pw p a) by now apply pw_gt0.
    assert (E : pw t a = pw (t / p) a * pw p a).
    { rewrite <- pw_mult; [f_equal; field; lra | left; apply Rdiv_lt_0_compat; lra | lra]. }
    rewrite E.
    replace (pw p a + a * pw p (a - 1) * (t - p)) with ((1 + a * (t / p - 1)) * pw p a)
      by (rewrite Hs; field; lra).
    apply Rmult_lt_compat_r; [assumption|]. apply B; [apply Rdiv_lt_0_compat; lra|].
    intros C. apply Hne. replace t with (t / p * p) by (field; lra). rewrite C. ring.
  + rewrite (pw_0 0 a) by lra. assert (0 < pw p (a - 1)) by now apply pw_gt0. rewrite Hs.
    assert (0 < (a - 1) * (pw p (a - 1) * p)) by (apply Rmult_lt_0_compat; [lra | now apply Rmult_lt_0_compat]). lra.
- rewrite !(pw_0 0) by lra. assert (0 < pw t a) by (apply pw_gt0; lra). lra.
Qed.

(** Tsallis entropy in the normalisation of the library. *)
Definition tsallis_term (alpha t : R) : R := (t - pw t alpha) / (alpha * (alpha - 1)).

Definition objective (n : nat) (alpha : R) (z r : nat -> R) : R :=
  Sum n (fun i => r i * z i) + Sum n (fun i => tsallis_term alpha (r i)).

Section Optimal.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let x := scaled alpha z.
Let tau := threshold n alpha z.
Let p := entmax n alpha z.

Theorem entmax_simplex : simplex n p.
Proof. split; [intros; apply entmax_ge0 | now apply entmax_sum]. Qed.

(** KKT, token by token: the multiplier of the constraint is [lambda]. *)
Let lambda := (tau + 1 / alpha) / (alpha - 1).

Lemma term_gap i r : 0 <= r -> r <> p i ->
  r * z i + tsallis_term alpha r + lambda * (p i - r) < p i * z i + tsallis_term alpha (p i).
Proof.
intros Hr Hne. pose proof (entmax_ge0 n alpha z i) as Hp. fold p in Hp.
pose proof (tangent_strict r (p i) alpha Ha Hr Hp Hne) as T.
pose proof (entmax_pow n alpha z Ha i) as E. fold p x tau in E. rewrite E in T.
assert (K : 0 <= (x i - Rmax 0 (x i - tau) - tau) * (p i - r)).
{ destruct (Rle_dec (x i) tau) as [L|L].
  - rewrite Rmax_0_0 by lra. assert (Z : p i = 0) by (now apply entmax_zero_iff). rewrite Z. nra.
  - rewrite Rmax_0_id by lra. right; ring. }
unfold x, scaled in K, T. unfold lambda, tsallis_term.
set (m := Rmax 0 _) in *. set (P := p i) in *.
assert (Hc : 0 < / (alpha * (alpha - 1))) by (apply Rinv_0_lt_compat; nra).
apply (proj2 (Coquelicot.Rcomplements.Rminus_lt_0 _ _)).
replace (_ - _) with (/ (alpha * (alpha - 1)) *
  (alpha * (((alpha - 1) * z i - m - tau) * (P - r)) + (pw r alpha - (pw P alpha + alpha * m * (r - P)))))
  by (field; lra).
apply Rmult_lt_0_compat; [exact Hc|]. assert (0 <= alpha * (((alpha - 1) * z i - m - tau) * (P - r))) by nra. lra.
Qed.

Lemma term_gap_le i r : 0 <= r ->
  r * z i + tsallis_term alpha r + lambda * (p i - r) <= p i * z i + tsallis_term alpha (p i).
Proof.
intros Hr. destruct (Req_EM_T r (p i)) as [->|Hne]; [|left; now apply term_gap]. right; ring.
Qed.

Lemma gap_sum r : Sum n r = 1 ->
  objective n alpha z r =
  Sum n (fun i => r i * z i + tsallis_term alpha (r i) + lambda * (p i - r i)).
Proof.
intros Hr. rewrite !Sum_plus, Sum_scal, Sum_minus, Hr. unfold p at 1. rewrite entmax_sum by assumption.
unfold objective. ring.
Qed.

Theorem entmax_optimal r : simplex n r -> objective n alpha z r <= objective n alpha z p.
Proof.
intros [Hr Hs]. rewrite gap_sum by exact Hs. unfold objective. rewrite <- Sum_plus.
apply Sum_le. intros i Hi. now apply term_gap_le, Hr.
Qed.

Theorem entmax_unique_maximiser r : simplex n r ->
  objective n alpha z r >= objective n alpha z p <-> (forall l, inr l n -> r l = p l).
Proof.
intros [Hr Hs]; split; intros H.
- intros l Hl. destruct (Req_EM_T (r l) (p l)) as [E|Hne]; [exact E|exfalso].
  rewrite gap_sum in H by exact Hs. unfold objective in H. rewrite <- Sum_plus in H.
  apply Rge_le in H. eapply Rlt_not_le; [|exact H].
  apply (Sum_lt n _ _ l Hl); [intros; now apply term_gap_le, Hr | now apply term_gap; [apply Hr|]].
- right. unfold objective. f_equal; apply Sum_ext; intros; now rewrite H.
Qed.

End Optimal.

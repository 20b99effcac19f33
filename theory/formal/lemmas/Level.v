(* Probabilities at an approximate threshold, and what its residual says of them. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal.
Open Scope R_scope.

(** What a program makes of a row with the threshold t. *)
Definition level (alpha : R) (z : nat -> R) (t : R) (i : nat) : R := pw (Rmax 0 ((alpha - 1) * z i - t)) (/ (alpha - 1)).

Lemma level_antitone alpha z t u i : 1 < alpha -> t <= u -> level alpha z u i <= level alpha z t i.
Proof. intros Ha H. apply pw_le; [now apply q_pos|]. apply Rmax_0_le. lra. Qed.

Lemma level_ge0 alpha z t i : 0 <= level alpha z t i.
Proof. apply pw_ge0. Qed.

Section Level.
Variables (n : nat) (alpha : R) (z : nat -> R) (t : R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let tau := threshold n alpha z.
Let p := entmax n alpha z.
Let r := level alpha z t.

Lemma level_left : Sum n r < 1 <-> tau < t.
Proof. apply (mass_lt_1 n (/ (alpha - 1)) (scaled alpha z)); [now apply q_pos | now apply threshold_mass]. Qed.

Lemma level_right : 1 < Sum n r <-> t < tau.
Proof.
pose proof (mass_ge_1 n (/ (alpha - 1)) (scaled alpha z) (q_pos alpha Ha) tau t (threshold_mass n alpha z Hn Ha)) as G.
change (mass n (/ (alpha - 1)) (scaled alpha z) t) with (Sum n r) in G. split; intros H.
- destruct (Rle_lt_or_eq_dec t tau) as [L|L]; [apply G; lra | exact L |].
  exfalso. unfold r in H. rewrite L in H. change (level alpha z tau) with p in H. unfold p in H. rewrite entmax_sum in H by assumption. lra.
- destruct (Rle_lt_or_eq_dec 1 (Sum n r)) as [L|L]; [apply G; lra | exact L |].
  exfalso. assert (t = tau); [|lra]. apply (mass_root_unique n (/ (alpha - 1)) (scaled alpha z));
    [now apply q_pos | now symmetry | now apply threshold_mass].
Qed.

(** All terms have the sign of their sum, so the error is the residual. *)
Theorem level_error : Sum n (fun i => Rabs (p i - r i)) = Rabs (Sum n r - 1).
Proof.
assert (S : Sum n p = 1) by (now apply entmax_sum). destruct (Rle_dec t tau) as [L|L].
- assert (M : forall i, p i <= r i) by (intros; now apply (level_antitone alpha z t tau)).
  assert (1 <= Sum n r) by (rewrite <- S; apply Sum_le; intros; apply M). rewrite (Rabs_pos_eq (Sum n r - 1)) by lra.
  rewrite <- S, <- Sum_minus. apply Sum_ext. intros i _. specialize (M i). rewrite Rabs_minus_sym, Rabs_pos_eq; lra.
- assert (M : forall i, r i <= p i) by (intros; apply (level_antitone alpha z tau t); [assumption | lra]).
  assert (Sum n r <= 1) by (rewrite <- S; apply Sum_le; intros; apply M). rewrite (Rabs_minus_sym (Sum n r)), (Rabs_pos_eq (1 - _)) by lra.
  rewrite <- S, <- Sum_minus. apply Sum_ext. intros i _. specialize (M i). rewrite Rabs_pos_eq; lra.
Qed.

Hypothesis Ht : t < (alpha - 1) * Largest n z.

Lemma level_sum_pos : 0 < Sum n r.
Proof.
destruct (Largest_in n z Hn) as [k [Hk E]]. apply Rlt_le_trans with (r k).
- apply pw_gt0, Rmax_0_pos_iff. rewrite E in Ht. lra.
- apply (Sum_ge_term n r k Hk). intros; apply level_ge0.
Qed.

Theorem level_renormalised : Sum n (fun i => Rabs (p i - r i / Sum n r)) <= 2 * Rabs (Sum n r - 1) / Sum n r.
Proof.
pose proof level_sum_pos as P. set (F := Sum n r) in *.
apply (Rmult_le_reg_r F); [exact P|]. unfold Rdiv at 2. rewrite Rmult_assoc, Rinv_l, Rmult_1_r, <- Sum_scal_r by lra.
apply Rle_trans with (Sum n (fun i => Rabs (F - 1) * p i + Rabs (p i - r i))).
- apply Sum_le. intros i _. pose proof (entmax_ge0 n alpha z i) as H. fold p in H.
  rewrite <- (Rabs_pos_eq F) at 2 by lra. rewrite <- Rabs_mult.
  replace ((p i - r i / F) * F) with ((F - 1) * p i + (p i - r i)) by (field; lra).
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult, (Rabs_pos_eq (p i)) by exact H. lra.
- rewrite Sum_plus, Sum_scal. unfold p at 1. rewrite entmax_sum, level_error by assumption. fold F. lra.
Qed.

End Level.

Lemma level_iff n alpha z epsilon i : 1 < alpha -> 0 < epsilon ->
  entmax n alpha z i <= epsilon <-> (alpha - 1) * z i - threshold n alpha z <= pw epsilon (alpha - 1).
Proof.
intros Ha He. pose proof (entmax_pow n alpha z Ha i) as E. pose proof (entmax_ge0 n alpha z i) as H0.
pose proof (Rmax_r 0 (scaled alpha z i - threshold n alpha z)) as M. unfold scaled in *. split; intros H.
- apply (pw_le _ _ (alpha - 1)) in H; [|lra]. lra.
- apply Rnot_lt_le. intros L. apply (fun L => pw_lt _ _ (alpha - 1) ltac:(lra) (conj (Rlt_le _ _ He) L)) in L. rewrite E in L.
  pose proof (pw_gt0 epsilon (alpha - 1) He). unfold Rmax in L. destruct (Rle_dec 0 _); lra.
Qed.

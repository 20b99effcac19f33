(* (c) Which tokens keep mass. (g) Order, shift, permutation. (d) A token at or below the threshold. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax.
Open Scope R_scope.

Section Support.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let x := scaled alpha z.
Let q := / (alpha - 1).
Let tau := threshold n alpha z.
Let p := entmax n alpha z.

Theorem support_criterion k :
  0 < p k <-> Sum n (fun i => pw (Rmax 0 ((alpha - 1) * (z i - z k))) q) < 1.
Proof.
unfold p; rewrite entmax_pos_iff by assumption. fold x tau.
rewrite <- (mass_lt_1 n q x (q_pos alpha Ha) tau (x k)) by (now apply threshold_mass).
unfold mass. rewrite (Sum_ext n (fun i => pw (Rmax 0 (x i - x k)) q)
  (fun i => pw (Rmax 0 ((alpha - 1) * (z i - z k))) q)); [reflexivity|].
intros i _. unfold x, scaled. do 2 f_equal. ring.
Qed.

Theorem finite_mask j : z j <= Largest n z - / (alpha - 1) -> p j = 0.
Proof.
intros H. unfold p; rewrite entmax_zero_iff by assumption. fold x tau.
destruct (threshold_spec n alpha z Hn Ha) as [[Hl _] _]. fold x tau in Hl.
unfold x in Hl. rewrite Largest_scaled in Hl by assumption. unfold x, scaled.
apply (Rmult_le_compat_l (alpha - 1)) in H; [|lra].
replace ((alpha - 1) * (Largest n z - / (alpha - 1))) with ((alpha - 1) * Largest n z - 1) in H by (field; lra).
lra.
Qed.

Theorem order_weak i j : z i >= z j -> p i >= p j.
Proof.
intros H. apply Rle_ge. unfold p, entmax. apply pw_le; [now apply q_pos|]. apply Rmax_0_le. nra.
Qed.

Theorem order_strict i j : z i > z j /\ p i > 0 -> p i > p j.
Proof.
intros [H Hp]. apply entmax_pos_iff in Hp; [|assumption].
unfold p, entmax. apply pw_lt; [now apply q_pos|]. split; [apply Rmax_0_ge|].
apply Rmax_0_lt; unfold scaled in Hp; nra.
Qed.

Theorem order_converse i j : p i > p j -> z i > z j.
Proof.
intros H. destruct (Rlt_dec (z j) (z i)); [assumption|].
pose proof (order_weak j i ltac:(lra)). lra.
Qed.

End Support.

(** Equal scaled logits give equal thresholds. *)
Lemma threshold_eq n alpha z y c : (1 <= n)%nat -> 1 < alpha ->
  (forall t, mass n (/ (alpha - 1)) (scaled alpha y) (t + c) = mass n (/ (alpha - 1)) (scaled alpha z) t) ->
  threshold n alpha y = threshold n alpha z + c.
Proof. intros Hn Ha H. apply threshold_is; try assumption. rewrite H. now apply threshold_mass. Qed.

Theorem shift_threshold n alpha z c : (1 <= n)%nat -> 1 < alpha ->
  threshold n alpha (fun i => z i + c) = threshold n alpha z + (alpha - 1) * c.
Proof.
intros Hn Ha. apply threshold_eq; try assumption. intros t. apply Sum_ext. intros i _.
unfold scaled. do 2 f_equal. ring.
Qed.

Theorem shift_probabilities n alpha z c i : (1 <= n)%nat -> 1 < alpha ->
  entmax n alpha (fun i => z i + c) i = entmax n alpha z i.
Proof. intros Hn Ha. unfold entmax. rewrite shift_threshold by assumption. do 2 f_equal. ring. Qed.

Lemma Sum_delete n f k : inr k (S n) ->
  Sum (S n) f = f k + Sum n (fun i => f (if le_lt_dec k i then S i else i)).
Proof.
revert k; induction n as [|n IH]; intros k Hk.
- replace k with 1%nat by lia. simpl. ring.
- destruct (Nat.eq_dec k (S (S n))) as [->|Hne].
  + change (Sum (S n) f + f (S (S n)) = f (S (S n)) + Sum (S n) (fun i => f (if le_lt_dec (S (S n)) i then S i else i))).
    rewrite (Sum_ext (S n) (fun i => f (if le_lt_dec (S (S n)) i then S i else i)) f); [ring|].
    intros i Hi. destruct (le_lt_dec (S (S n)) i); [lia|reflexivity].
  + change (Sum (S n) f + f (S (S n)) = f k + (Sum n (fun i => f (if le_lt_dec k i then S i else i))
      + f (if le_lt_dec k (S n) then S (S n) else S n))).
    rewrite (IH k) by lia. destruct (le_lt_dec k (S n)); [ring|lia].
Qed.

Lemma Sum_permutes n f pi : permutes n pi -> Sum n (fun i => f (pi i)) = Sum n f.
Proof.
revert f pi; induction n as [|n IH]; intros f pi [Hr Hi]; [reflexivity|].
assert (Hk := Hr (S n) ltac:(lia)). set (k := pi (S n)) in *.
rewrite (Sum_delete n f k Hk). change (Sum n (fun i => f (pi i)) + f k = f k + Sum n (fun i => f (if le_lt_dec k i then S i else i))).
rewrite Rplus_comm. f_equal.
set (sigma i := if le_lt_dec k (pi i) then pred (pi i) else pi i).
rewrite <- (IH (fun i => f (if le_lt_dec k i then S i else i)) sigma).
- apply Sum_ext. intros i Hii. unfold sigma.
  assert (pi i <> k) by (intros E; apply Hi in E; lia).
  f_equal. destruct (le_lt_dec k (pi i)); destruct (le_lt_dec k _); lia.
- split.
  + intros i Hii. unfold sigma. pose proof (Hr i ltac:(lia)).
    assert (pi i <> k) by (intros E; apply Hi in E; lia). destruct (le_lt_dec k (pi i)); lia.
  + intros i j Hii Hjj. unfold sigma.
    assert (pi i <> k) by (intros E; apply Hi in E; lia). assert (pi j <> k) by (intros E; apply Hi in E; lia).
    intros E. apply Hi; [lia|lia|]. destruct (le_lt_dec k (pi i)), (le_lt_dec k (pi j)); lia.
Qed.

Theorem permutation_threshold n alpha z pi : (1 <= n)%nat -> 1 < alpha -> permutes n pi ->
  threshold n alpha (fun i => z (pi i)) = threshold n alpha z.
Proof.
intros Hn Ha Hp. rewrite <- (Rplus_0_r (threshold n alpha z)). apply threshold_eq; try assumption.
intros t. rewrite Rplus_0_r. unfold mass, scaled.
apply (Sum_permutes n (fun i => pw (Rmax 0 ((alpha - 1) * z i - t)) (/ (alpha - 1))) pi Hp).
Qed.

Theorem permutation_probabilities n alpha z pi i : (1 <= n)%nat -> 1 < alpha -> permutes n pi ->
  entmax n alpha (fun i => z (pi i)) i = entmax n alpha z (pi i).
Proof. intros Hn Ha Hp. unfold entmax. now rewrite permutation_threshold. Qed.

(** (d) A row of n + 1 tokens whose last is at or below the threshold of the first n. *)
Theorem masking_zero n alpha z : (1 <= n)%nat -> 1 < alpha ->
  entmax (S n) alpha z (S n) = 0 <-> (alpha - 1) * z (S n) <= threshold n alpha z.
Proof.
intros Hn Ha. rewrite entmax_zero_iff by (assumption || lia).
set (q := / (alpha - 1)). pose proof (q_pos alpha Ha) as Hq. fold q in Hq. change ((alpha - 1) * z (S n)) with (scaled alpha z (S n)).
pose proof (threshold_mass n alpha z Hn Ha) as M. pose proof (threshold_mass (S n) alpha z ltac:(lia) Ha) as M'.
fold q in M, M'. set (x := scaled alpha z) in *.
rewrite <- (mass_ge_1 (S n) q x Hq _ (x (S n)) M'), <- (mass_ge_1 n q x Hq _ (x (S n)) M).
unfold mass; simpl. rewrite Rminus_eq_0, (Rmax_0_0 0), (pw_0 0 q) by lra. lra.
Qed.

Theorem masking_threshold n alpha z : (1 <= n)%nat -> 1 < alpha ->
  (alpha - 1) * z (S n) <= threshold n alpha z -> threshold (S n) alpha z = threshold n alpha z.
Proof.
intros Hn Ha H. apply threshold_is; [lia|assumption|].
unfold mass; simpl. change (Sum n _) with (mass n (/ (alpha - 1)) (scaled alpha z) (threshold n alpha z)).
rewrite threshold_mass by assumption. pose proof (q_pos alpha Ha).
rewrite Rmax_0_0, pw_0; unfold scaled; lra.
Qed.

Theorem masking_equal n alpha z i : (1 <= n)%nat -> 1 < alpha ->
  (alpha - 1) * z (S n) <= threshold n alpha z -> entmax (S n) alpha z i = entmax n alpha z i.
Proof. intros Hn Ha H. unfold entmax. now rewrite masking_threshold. Qed.

Theorem softmax_joining_factor n z k : (1 <= n)%nat ->
  softmax (S n) z k = softmax n z k * Sum n (fun i => exp (z i)) / (Sum n (fun i => exp (z i)) + exp (z (S n))).
Proof.
intros Hn. unfold softmax; simpl. set (W := Sum n (fun i => exp (z i))).
assert (0 < W).
{ apply Rlt_le_trans with (exp (z 1%nat)); [apply exp_pos|].
  apply (Sum_ge_term n (fun i => exp (z i)) 1%nat); [lia|]. intros; left; apply exp_pos. }
pose proof (exp_pos (z (S n))). field. split; lra.
Qed.

Theorem softmax_joining_less n z k : (1 <= n)%nat -> softmax (S n) z k < softmax n z k.
Proof.
intros Hn. unfold softmax; simpl. set (W := Sum n (fun i => exp (z i))).
assert (0 < W).
{ apply Rlt_le_trans with (exp (z 1%nat)); [apply exp_pos|].
  apply (Sum_ge_term n (fun i => exp (z i)) 1%nat); [lia|]. intros; left; apply exp_pos. }
pose proof (exp_pos (z (S n))). pose proof (exp_pos (z k)).
apply Rmult_lt_compat_l; [assumption|]. apply Rinv_lt_contravar; nra.
Qed.

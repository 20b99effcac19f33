(* Proofs of the printed statements: the excess and its root, of the chapter mapping. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Extra Newton Sorted Closed Tactics Statements MappingProofs MappingEntropy.
Open Scope R_scope.

Theorem closed_form_four_thirds__cubic : Statements.closed_form_four_thirds__cubic.
Proof.
start. pose proof (cubic n alpha z H H0 H1 H2) as E. pose proof (INR_size n alpha z H H0).
etransitivity; [|exact E]. field. lra.
Qed.

Theorem closed_form_four_thirds__closed : Statements.closed_form_four_thirds__closed.
Proof.
start. pose proof (cubic n alpha z H H0 H1 H2) as E. pose proof (INR_size n alpha z H H0) as P.
apply (cardano_printed _ _ _ P (V_ge0 n alpha z)) in E. lra.
Qed.

(** Two tokens: with both above the threshold the powers of the probabilities differ as the logits do. *)

Section Two.
Variables (alpha : R) (z : nat -> R).
Hypothesis Ha : 1 < alpha.
Let p := entmax 2 alpha z.

Lemma two_sum : p 1%nat + p 2%nat = 1.
Proof. pose proof (entmax_sum 2 alpha z ltac:(lia) Ha) as E. simpl in E. unfold p. lra. Qed.

Lemma two_far i j : inr i 2 -> inr j 2 -> i <> j -> z i - z j >= / (alpha - 1) -> p i = 1.
Proof.
intros Hi Hj Hne L. assert (p j = 0).
{ apply finite_mask; [lia | exact Ha|]. pose proof (Largest_ge 2 z i Hi). lra. }
pose proof two_sum. assert (C : (i = 1 /\ j = 2 \/ i = 2 /\ j = 1)%nat) by lia. destruct C as [[-> ->]|[-> ->]]; lra.
Qed.

Lemma two_equation : Rabs (z 1%nat - z 2%nat) <= / (alpha - 1) ->
  pw (p 1%nat) (alpha - 1) - pw (p 2%nat) (alpha - 1) = (alpha - 1) * (z 1%nat - z 2%nat).
Proof.
intros L. apply Rabs_le_between in L. pose proof two_sum as S.
assert (K : (alpha - 1) * / (alpha - 1) = 1) by (field; lra).
pose proof (threshold_bracket 2 alpha z ltac:(lia) Ha) as [B _].
rewrite !(entmax_pow 2 alpha z Ha). unfold p in S.
set (tau := threshold 2 alpha z) in *. unfold scaled in *.
(* a token at zero leaves the other with 1, whose logit is then 1 above the threshold *)
assert (F : forall i j, entmax 2 alpha z i + entmax 2 alpha z j = 1 -> (alpha - 1) * z i <= tau -> (alpha - 1) * z j = tau + 1).
{ intros i j E Li. assert (Z : entmax 2 alpha z i = 0) by (now apply entmax_zero_iff).
  assert (O : pw (entmax 2 alpha z j) (alpha - 1) = 1) by (replace (entmax 2 alpha z j) with 1 by lra; apply pw_1_l).
  rewrite (entmax_pow 2 alpha z Ha) in O. fold tau in O. unfold scaled in O. unfold Rmax in O. destruct (Rle_dec 0 _); lra. }
destruct (Rle_dec ((alpha - 1) * z 1%nat) tau) as [L1|L1].
- pose proof (F 1%nat 2%nat S L1). rewrite Rmax_0_0, Rmax_0_id by lra. nra.
- destruct (Rle_dec ((alpha - 1) * z 2%nat) tau) as [L2|L2].
  + pose proof (F 2%nat 1%nat ltac:(lra) L2). rewrite (Rmax_0_0 (_ * z 2%nat - _)), Rmax_0_id by lra. nra.
  + rewrite !Rmax_0_id by lra. ring.
Qed.
End Two.

Theorem closed_form_two_tokens__equation : Statements.closed_form_two_tokens__equation.
Proof. start. subst n. now apply two_equation. Qed.

Lemma cut_is c y : (0 <= c <= 1 -> y = c) -> (c < 0 -> y = 0) -> (1 < c -> y = 1) -> y = Rmin 1 (Rmax 0 c).
Proof.
intros A B C. destruct (Rlt_dec c 0) as [L|L]; [rewrite B, Rmax_left, Rmin_right; lra|]. rewrite Rmax_right by lra.
destruct (Rlt_dec 1 c) as [G|G]; [rewrite C, Rmin_left; lra | rewrite A, Rmin_right; lra].
Qed.

Theorem closed_form_two_tokens__sparsemax : Statements.closed_form_two_tokens__sparsemax.
Proof.
start. subst n alpha. assert (I : / (2 - 1) = 1) by field. pose proof (two_sum 2 z H0) as S. apply cut_is; intros L.
- pose proof (two_equation 2 z H0) as E. rewrite I in E. replace (2 - 1) with 1 in E by ring.
  rewrite !pw_1_r in E by apply entmax_ge0. rewrite Rabs_le_between in E. lra.
- assert (entmax 2 2 z 2%nat = 1) by (apply (two_far 2 z H0 2 1); try lia; lra). lra.
- apply (two_far 2 z H0 1 2); try lia; lra.
Qed.

Theorem closed_form_two_tokens__three : Statements.closed_form_two_tokens__three.
Proof.
start. subst n alpha. assert (I : / (3 - 1) = / 2) by (f_equal; ring). pose proof (two_sum 3 z H0) as S. apply cut_is; intros L.
- pose proof (two_equation 3 z H0) as E. rewrite I in E. replace (3 - 1) with 2 in E by ring.
  rewrite !pw_2 in E by apply entmax_ge0. rewrite Rabs_le_between in E. nra.
- assert (entmax 2 3 z 2%nat = 1) by (apply (two_far 3 z H0 2 1); try lia; lra). lra.
- apply (two_far 3 z H0 1 2); try lia; lra.
Qed.

(** With a, b the roots of the probabilities: a - b = c and a^2 + b^2 = 1, so that a + b is the root of 2 - c^2. *)

Theorem closed_form_two_tokens__three_halves : Statements.closed_form_two_tokens__three_halves.
Proof.
start. destruct H1 as [-> L]. subst n. pose proof (two_sum (3 / 2) z H0) as S.
pose proof (two_equation (3 / 2) z H0) as E. replace (3 / 2 - 1) with (1 / 2) in E by field.
specialize (E ltac:(replace (/ (1 / 2)) with 2 by field; exact L)).
pose proof (pw_half_sqr _ (entmax_ge0 2 (3 / 2) z 1)) as A. pose proof (pw_half_sqr _ (entmax_ge0 2 (3 / 2) z 2)) as B.
pose proof (pw_ge0 (entmax 2 (3 / 2) z 1) (1 / 2)). pose proof (pw_ge0 (entmax 2 (3 / 2) z 2) (1 / 2)).
set (a := pw (entmax 2 (3 / 2) z 1) (1 / 2)) in *. set (b := pw (entmax 2 (3 / 2) z 2) (1 / 2)) in *.
assert (R : pw (2 - (z 1%nat - z 2%nat) ^ 2 / 4) (1 / 2) = a + b).
{ replace (2 - (z 1%nat - z 2%nat) ^ 2 / 4) with ((a + b) ^ 2).
  - rewrite <- pw_2 by lra. rewrite pw_pw by lra. replace (2 * (1 / 2)) with 1 by field. apply pw_1_r. lra.
  - replace ((z 1%nat - z 2%nat) ^ 2 / 4) with ((a - b) ^ 2) by (rewrite E; field). lra. }
rewrite R. replace (a + b + z 1%nat / 2 - z 2%nat / 2) with (2 * a) by lra. rewrite <- A. field.
Qed.

Theorem deformed_exponential__form : Statements.deformed_exponential__form.
Proof. start. unfold entmax. do 2 f_equal. field. lra. Qed.

Theorem deformed_exponential__steeper : Statements.deformed_exponential__steeper.
Proof.
start. pose proof (entmax_le1 n alpha z H H0 i H3) as L. set (p := entmax n alpha z i) in *.
replace (2 - beta) with (2 - alpha + (alpha - beta)) by ring. rewrite pw_plus by lra.
pose proof (pw_small p (alpha - beta) ltac:(lra) ltac:(lra)). pose proof (pw_ge0 p (2 - alpha)). nra.
Qed.

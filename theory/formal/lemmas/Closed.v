(* The mass equation of sorted logits expanded around the mean of the support; the real root of a cubic. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Extra Newton Sorted.
Open Scope R_scope.

Lemma pw_3 y : 0 <= y -> pw y 3 = y ^ 3.
Proof.
intros [H|<-]; [|rewrite pw_0; [ring | lra | lra]]. replace 3 with (1 + 1 + 1) at 1 by ring. rewrite !pw_plus, pw_1_r by lra. ring.
Qed.

Lemma pw_half_sqr y : 0 <= y -> pw y (1 / 2) ^ 2 = y.
Proof. intros H. rewrite <- pw_2 by apply pw_ge0. rewrite pw_pw by lra. replace (1 / 2 * 2) with 1 by field. now apply pw_1_r. Qed.

Lemma pw_third_cube y : 0 <= y -> pw y (1 / 3) ^ 3 = y.
Proof. intros H. rewrite <- pw_3 by apply pw_ge0. rewrite pw_pw by lra. replace (1 / 3 * 3) with 1 by field. now apply pw_1_r. Qed.

Lemma form_zero u v : u ^ 2 + u * v + v ^ 2 <= 0 -> u = v.
Proof.
intros H. pose proof (pow2_ge_0 (u + v / 2)). pose proof (pow2_ge_0 (v + u / 2)).
assert (u ^ 2 <= 0) by nra. assert (v ^ 2 <= 0) by nra.
assert (u = 0) by (apply Rle_antisym; nra). assert (v = 0) by (apply Rle_antisym; nra). lra.
Qed.

Lemma cube_inj u v : u ^ 3 = v ^ 3 -> u = v.
Proof.
intros E. assert (Z : (u - v) * (u ^ 2 + u * v + v ^ 2) = 0) by (transitivity (u ^ 3 - v ^ 3); [ring | lra]).
apply Rmult_integral in Z. destruct Z; [lra | apply form_zero; lra].
Qed.

(** Cardano. *)
Section Cubic.
Variables (P Q D : R).
Hypotheses (HP : 0 <= P) (HD : D = P ^ 3 + Q ^ 2).

Lemma discriminant : 0 <= D.
Proof. rewrite HD. apply Rplus_le_le_0_compat; [now apply pow_le | apply pow2_ge_0]. Qed.

Lemma root_of_discriminant : 0 <= pw D (1 / 2) - Q /\ 0 <= pw D (1 / 2) + Q.
Proof.
pose proof (pw_half_sqr D discriminant) as E. pose proof (pw_ge0 D (1 / 2)). pose proof (pow_le P 3 HP) as P3.
set (S := pw D (1 / 2)) in *. split.
- destruct (Rle_dec 0 (S - Q)); [assumption|]. nra.
- destruct (Rle_dec 0 (S + Q)); [assumption|]. nra.
Qed.

Lemma cardano u : u ^ 3 + 3 * P * u = 2 * Q -> u = pw (pw D (1 / 2) + Q) (1 / 3) - pw (pw D (1 / 2) - Q) (1 / 3).
Proof.
intros E. destruct root_of_discriminant as [L1 L2]. pose proof (pw_half_sqr D discriminant) as E2.
pose proof (pw_third_cube _ L2) as EA. pose proof (pw_third_cube _ L1) as EB.
set (S := pw D (1 / 2)) in *. set (A := pw (S + Q) (1 / 3)) in *. set (B := pw (S - Q) (1 / 3)) in *.
assert (AB : A * B = P).
{ apply cube_inj. transitivity (A ^ 3 * B ^ 3); [ring|]. rewrite EA, EB. transitivity (S ^ 2 - Q ^ 2); [ring | lra]. }
set (w := A - B). assert (W : w ^ 3 + 3 * P * w = 2 * Q).
{ rewrite <- AB. transitivity (A ^ 3 - B ^ 3); [unfold w; ring | lra]. }
assert (Z : (u - w) * (u ^ 2 + u * w + w ^ 2 + 3 * P) = 0)
  by (transitivity (u ^ 3 + 3 * P * u - (w ^ 3 + 3 * P * w)); [ring | lra]).
apply Rmult_integral in Z. destruct Z; [lra | apply form_zero; lra].
Qed.
End Cubic.

(** The same in the terms of the mass equation: V, C sums of squares and cubes over s tokens. *)
Section Printed.
Variables (s V C : R).
Hypotheses (Hs : 0 < s) (HV : 0 <= V).
Let D := V ^ 3 / s ^ 3 + (1 - C) ^ 2 / (4 * s ^ 2).

Lemma D_is : D = (V / s) ^ 3 + ((1 - C) / (2 * s)) ^ 2.
Proof. unfold D. field. lra. Qed.

Lemma mean_square_ge0 : 0 <= V / s.
Proof. apply Rmult_le_pos; [exact HV | left; now apply Rinv_0_lt_compat]. Qed.

Lemma cardano_defined : 0 <= D /\ 0 <= pw D (1 / 2) - (1 - C) / (2 * s) /\ 0 <= pw D (1 / 2) + (1 - C) / (2 * s).
Proof.
pose proof (root_of_discriminant _ _ _ mean_square_ge0 D_is). split; [|assumption].
exact (discriminant _ _ _ mean_square_ge0 D_is).
Qed.

Lemma cardano_printed u : u ^ 3 + 3 * (V / s) * u = (1 - C) / s ->
  u = pw (pw D (1 / 2) + (1 - C) / (2 * s)) (1 / 3) - pw (pw D (1 / 2) - (1 - C) / (2 * s)) (1 / 3).
Proof. intros E. apply (cardano (V / s) _ _ mean_square_ge0 D_is). rewrite E. field. lra. Qed.
End Printed.

Section Around.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha) (Hs : sorted n z).
Let size := support_size n (entmax n alpha z).
Let mu := Sum size (fun i => (alpha - 1) * z i) / INR size.
Let tau := threshold n alpha z.
Let V := Sum size (fun i => ((alpha - 1) * z i - mu) ^ 2).
Let C := Sum size (fun i => ((alpha - 1) * z i - mu) ^ 3).

Lemma centred : Sum size (fun i => (alpha - 1) * z i - mu) = 0.
Proof. pose proof (INR_size n alpha z Hn Ha). fold size in H. rewrite Sum_minus, Sum_const. unfold mu. field. lra. Qed.

Lemma spread : alpha = 3 / 2 -> 1 - V = INR size * (mu - tau) ^ 2.
Proof.
intros E. pose proof (prefix_mass n alpha z Hn Ha Hs) as M. fold size tau in M.
replace (/ (alpha - 1)) with 2 in M by (rewrite E; field).
rewrite (Sum_ext size _ (fun i => ((alpha - 1) * z i - mu) ^ 2 + 2 * (mu - tau) * ((alpha - 1) * z i - mu) + (mu - tau) ^ 2)) in M
  by (intros; rewrite pw_2 by (left; now apply prefix_above); ring).
rewrite !Sum_plus, Sum_scal, centred, Sum_const in M. fold V in M. lra.
Qed.

Lemma cubic : alpha = 4 / 3 -> (mu - tau) ^ 3 + 3 * (V / INR size) * (mu - tau) = (1 - C) / INR size.
Proof.
intros E. pose proof (prefix_mass n alpha z Hn Ha Hs) as M. fold size tau in M.
pose proof (INR_size n alpha z Hn Ha) as P. fold size in P.
replace (/ (alpha - 1)) with 3 in M by (rewrite E; field).
rewrite (Sum_ext size _ (fun i => ((alpha - 1) * z i - mu) ^ 3 + 3 * (mu - tau) * ((alpha - 1) * z i - mu) ^ 2
  + 3 * (mu - tau) ^ 2 * ((alpha - 1) * z i - mu) + (mu - tau) ^ 3)) in M
  by (intros; rewrite pw_3 by (left; now apply prefix_above); ring).
rewrite !Sum_plus, !Sum_scal, centred, Sum_const in M. fold V C in M. rewrite <- M. field. lra.
Qed.

Lemma V_ge0 : 0 <= V.
Proof. apply Sum_nonneg. intros. apply pow2_ge_0. Qed.
End Around.

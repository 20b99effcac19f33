(* Fenchel-Young losses of the Tsallis entropies. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Extra.
Open Scope R_scope.

(** Shapes in which statements give the objective. *)
Lemma objective_shape n alpha z r :
  Sum n (fun i => z i * r i) + Sum n (fun i => (r i - pw (r i) alpha) / (alpha * (alpha - 1))) = objective n alpha z r.
Proof. unfold objective. f_equal. apply Sum_ext; intros; ring. Qed.

Lemma objective_linear n alpha z y r : objective n alpha y r = objective n alpha z r + Sum n (fun i => (y i - z i) * r i).
Proof.
unfold objective. rewrite (Sum_ext n (fun i => (y i - z i) * r i) (fun i => r i * y i - r i * z i)) by (intros; ring).
rewrite Sum_minus. ring.
Qed.

Lemma objective_ext n alpha z r r' : (forall i, inr i n -> r i = r' i) -> objective n alpha z r = objective n alpha z r'.
Proof. intros H. unfold objective. f_equal; apply Sum_ext; intros; now rewrite H. Qed.

Definition vertex (k i : nat) : R := if Nat.eq_dec i k then 1 else 0.

Lemma vertex_simplex n k : inr k n -> simplex n (vertex k).
Proof.
intros Hk; split; [intros i _; unfold vertex; destruct (Nat.eq_dec i k); lra | now apply Sum_single].
Qed.

Lemma vertex_objective n alpha z k : 1 < alpha -> inr k n -> objective n alpha z (vertex k) = z k.
Proof.
intros Ha Hk. unfold objective. rewrite (Sum_ext n (fun i => vertex k i * z i) (fun i => if Nat.eq_dec i k then z k else 0)).
2:{ intros i _. unfold vertex. destruct (Nat.eq_dec i k) as [->|]; ring. }
rewrite Sum_single by exact Hk. rewrite (Sum_ext n _ (fun _ => 0)); [rewrite Sum_zero; ring|].
intros i _. unfold tsallis_term, vertex. destruct (Nat.eq_dec i k).
- rewrite pw_1_l. field. lra.
- rewrite pw_0 by lra. field. lra.
Qed.

Section Loss.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let tau := threshold n alpha z.
Let p := entmax n alpha z.

(** p_i^alpha = p_i (x_i - tau), on and off the support. *)
Lemma power_alpha i : pw (p i) alpha = p i * ((alpha - 1) * z i - tau).
Proof.
pose proof (entmax_pow n alpha z Ha i) as E. fold p tau in E. pose proof (entmax_ge0 n alpha z i) as H. fold p in H.
destruct H as [H|H].
- replace alpha with (1 + (alpha - 1)) at 1 by ring. rewrite pw_plus, pw_1_r, E by lra.
  apply entmax_pos_iff in H; [|exact Ha]. fold tau in H. rewrite Rmax_0_id by lra. reflexivity.
- rewrite <- H, pw_0; lra.
Qed.

Theorem conjugate_value : objective n alpha z p = (1 + tau) / (alpha * (alpha - 1)) + (alpha - 1) * Sum n (fun i => z i * p i) / alpha.
Proof.
unfold objective, tsallis_term.
rewrite (Sum_ext n (fun i => (p i - pw (p i) alpha) / (alpha * (alpha - 1)))
  (fun i => (1 + tau) / (alpha * (alpha - 1)) * p i - / alpha * (z i * p i))).
2:{ intros i _. rewrite power_alpha. field. lra. }
rewrite Sum_minus, !Sum_scal. unfold p at 2. rewrite entmax_sum by assumption.
rewrite (Sum_ext n (fun i => p i * z i) (fun i => z i * p i)) by (intros; ring). field. lra.
Qed.

Theorem subgradient y : objective n alpha y (entmax n alpha y) >= objective n alpha z p + Sum n (fun i => (y i - z i) * p i).
Proof.
rewrite <- objective_linear. apply Rle_ge. apply entmax_optimal; try assumption. now apply entmax_simplex.
Qed.

Theorem decomposition r : simplex n r ->
  objective n alpha z p - objective n alpha z r =
  Sum n (fun i => (pw (r i) alpha - pw (p i) alpha - alpha * pw (p i) (alpha - 1) * (r i - p i)) / (alpha * (alpha - 1)))
  + Sum n (fun i => if Req_EM_T (p i) 0 then (tau / (alpha - 1) - z i) * r i else 0).
Proof.
intros [Hr Hs]. set (c := (tau + 1 / alpha) / (alpha - 1)).
assert (Z : Sum n (fun i => c * (p i - r i)) = 0).
{ rewrite Sum_scal, Sum_minus, Hs. unfold p. rewrite entmax_sum by assumption. ring. }
unfold objective. rewrite <- !Sum_plus, <- Sum_minus.
match goal with |- ?l = _ => transitivity (l - Sum n (fun i => c * (p i - r i))); [rewrite Z; ring|] end. rewrite <- Sum_minus.
apply Sum_ext. intros i Hi. unfold tsallis_term.
pose proof (entmax_pow n alpha z Ha i) as E. fold p tau in E. destruct (Req_EM_T (p i) 0) as [P|P].
- rewrite P, !(pw_0 0) by lra. unfold c. field. lra.
- rewrite E. pose proof (power_alpha i) as A. rewrite A.
  assert (0 < p i) as L by (pose proof (entmax_ge0 n alpha z i) as H; fold p in H; lra).
  apply entmax_pos_iff in L; [|exact Ha]. fold tau in L. unfold scaled in *. rewrite Rmax_0_id by lra. unfold c. field. lra.
Qed.

Theorem one_hot_lower k : inr k n -> objective n alpha z p >= z k.
Proof.
intros Hk. rewrite <- (vertex_objective n alpha z k Ha Hk). apply Rle_ge, entmax_optimal; [assumption|assumption|now apply vertex_simplex].
Qed.

Theorem one_hot_upper : objective n alpha z p <= Largest n z + (1 - pw (INR n) (1 - alpha)) / (alpha * (alpha - 1)).
Proof.
unfold objective. apply Rplus_le_compat.
- rewrite <- (Rmult_1_l (Largest n z)), <- (entmax_sum n alpha z Hn Ha), <- Sum_scal_r. fold p.
  apply Sum_le. intros i Hi. apply Rmult_le_compat_l; [apply entmax_ge0 | now apply Largest_ge].
- apply tsallis_le_uniform; try assumption. now apply entmax_simplex.
Qed.

(** Everything on one token: the margin. *)
Lemma one_hot_iff k : inr k n -> (forall l, inr l n -> p l = vertex k l) <-> (forall l, inr l n -> l = k \/ z l <= z k - / (alpha - 1)).
Proof.
intros Hk. pose proof (q_pos alpha Ha) as Hq. assert (K : (alpha - 1) * / (alpha - 1) = 1) by (field; lra). split; intros H.
- intros l Hl. destruct (Nat.eq_dec l k) as [|Hne]; [now left|right].
  pose proof (H k Hk) as Pk. pose proof (H l Hl) as Pl. unfold vertex in *.
  destruct (Nat.eq_dec k k); [|lia]. destruct (Nat.eq_dec l k); [lia|].
  pose proof (entmax_pow n alpha z Ha k) as E. fold p tau in E. rewrite Pk, pw_1_l in E.
  apply entmax_zero_iff in Pl; [|exact Ha]. fold tau in Pl. unfold scaled in *.
  assert (E' : (alpha - 1) * z k - tau = 1).
  { unfold Rmax in E. destruct (Rle_dec 0 _); lra. }
  apply (Rmult_le_reg_l (alpha - 1)); [lra|]. rewrite Rmult_minus_distr_l, K. lra.
- assert (T : tau = (alpha - 1) * z k - 1).
  { apply threshold_is; try assumption. unfold mass. rewrite (Sum_ext n _ (vertex k)); [now apply Sum_single|].
    intros l Hl. unfold scaled, vertex. destruct (Nat.eq_dec l k) as [->|Hne].
    - replace (_ - (_ - 1)) with 1 by ring. rewrite Rmax_0_id, pw_1_l; lra.
    - destruct (H l Hl) as [|L]; [contradiction|]. apply (Rmult_le_compat_l (alpha - 1)) in L; [|lra].
      rewrite Rmult_minus_distr_l, K in L. rewrite Rmax_0_0, pw_0; lra. }
  intros l Hl. unfold p, entmax. fold tau. rewrite T. unfold vertex. destruct (Nat.eq_dec l k) as [->|Hne].
  + replace (_ - (_ - 1)) with 1 by ring. rewrite Rmax_0_id, pw_1_l; lra.
  + destruct (H l Hl) as [|L]; [contradiction|]. apply (Rmult_le_compat_l (alpha - 1)) in L; [|lra].
    rewrite Rmult_minus_distr_l, K in L. rewrite Rmax_0_0, pw_0; lra.
Qed.

Theorem one_hot_margin k : inr k n -> objective n alpha z p <= z k <-> (forall l, inr l n -> l = k \/ z l <= z k - / (alpha - 1)).
Proof.
intros Hk. rewrite <- (one_hot_iff k Hk). pose proof (entmax_unique_maximiser n alpha z Hn Ha (vertex k) (vertex_simplex n k Hk)) as U.
rewrite vertex_objective in U by assumption. fold p in U. split; intros H.
- intros l Hl. symmetry. apply U; [lra|exact Hl].
- apply Rge_le, U. intros l Hl. symmetry. now apply H.
Qed.

End Loss.

(** Tsallis entropies fall in alpha, term by term. *)
Lemma tsallis_term_falls alpha beta t : 1 < alpha -> alpha <= beta -> 0 <= t <= 1 -> tsallis_term beta t <= tsallis_term alpha t.
Proof.
intros Ha [Hab| <-] [[H0| <-] H1]; [| |lra|lra].
2:{ unfold tsallis_term. rewrite !pw_0 by lra. right. field. lra. }
unfold tsallis_term.
assert (S : forall a, pw t a = t * pw t (a - 1)).
{ intros a. replace a with (1 + (a - 1)) at 1 by ring. rewrite pw_plus, pw_1_r; lra. }
rewrite (S alpha), (S beta). set (a := alpha - 1) in *. set (b := beta - 1) in *.
assert (Pa : 0 < a) by (unfold a; lra). assert (Pab : a < b) by (unfold a, b; lra).
set (w := pw t a). assert (W : 0 < w <= 1).
{ split; [now apply pw_gt0|]. rewrite <- (pw_1_l a). now apply pw_le. }
assert (B : 1 + b / a * (w - 1) <= pw t b).
{ replace (pw t b) with (pw w (b / a)).
  2:{ unfold w. rewrite pw_pw; [f_equal; field; lra | exact Pa |]. apply Rgt_not_eq, Rdiv_lt_0_compat; lra. }
  destruct (Req_EM_T w 1) as [->|Hne]; [rewrite pw_1_l; lra|].
  rewrite pw_Rpower by lra. left. apply bernoulli_strict; [|lra|exact Hne].
  apply (Rmult_lt_reg_r a); [exact Pa|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
replace beta with (1 + b) by (unfold b; ring). replace alpha with (1 + a) by (unfold a; ring).
assert (C : (1 - pw t b) / b <= (1 - w) / a).
{ apply (Rmult_le_reg_r b); [lra|]. replace ((1 - pw t b) / b * b) with (1 - pw t b) by (field; lra).
  replace ((1 - w) / a * b) with (b / a * (1 - w)) by (field; lra). lra. }
assert (D : 0 <= (1 - w) / a) by (apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra]).
replace ((t - t * pw t b) / ((1 + b) * b)) with (t * (/ (1 + b) * ((1 - pw t b) / b))) by (field; lra).
replace ((t - t * w) / ((1 + a) * a)) with (t * (/ (1 + a) * ((1 - w) / a))) by (field; lra).
apply Rmult_le_compat_l; [lra|].
apply Rle_trans with (/ (1 + b) * ((1 - w) / a)).
- apply Rmult_le_compat_l; [left; apply Rinv_0_lt_compat; lra | exact C].
- apply Rmult_le_compat_r; [exact D | apply Rinv_le_contravar; lra].
Qed.

Lemma simplex_le1 n r i : simplex n r -> inr i n -> 0 <= r i <= 1.
Proof. intros [Hr Hs] Hi. split; [now apply Hr|]. rewrite <- Hs. now apply Sum_ge_term. Qed.

Lemma objective_falls n alpha beta z r : 1 < alpha -> alpha <= beta -> simplex n r -> objective n beta z r <= objective n alpha z r.
Proof.
intros Ha Hab Hr. apply Rplus_le_compat_l, Sum_le. intros i Hi. apply tsallis_term_falls; [exact Ha|exact Hab|].
now apply (simplex_le1 n).
Qed.

Theorem conjugate_falls n alpha beta z : (1 <= n)%nat -> 1 < alpha -> alpha <= beta ->
  objective n beta z (entmax n beta z) <= objective n alpha z (entmax n alpha z).
Proof.
intros Hn Ha Hab. pose proof (entmax_simplex n beta z Hn ltac:(lra)) as S.
eapply Rle_trans; [now apply (objective_falls n alpha beta z) | now apply entmax_optimal].
Qed.

(** Distances in the simplex. *)
Lemma simplex_l1 n r s : simplex n r -> simplex n s -> Sum n (fun i => Rabs (r i - s i)) <= 2.
Proof.
intros [Hr Hsr] [Hs Hss]. apply Rle_trans with (Sum n (fun i => r i + s i)); [|rewrite Sum_plus; lra].
apply Sum_le. intros i Hi. specialize (Hr i Hi). specialize (Hs i Hi). apply Rabs_le. lra.
Qed.

Lemma simplex_l2 n r s : simplex n r -> simplex n s -> Sum n (fun i => (r i - s i) ^ 2) <= 2.
Proof.
intros Hr Hs. eapply Rle_trans; [|apply (simplex_l1 n r s Hr Hs)]. apply Sum_le. intros i Hi.
pose proof (simplex_le1 n r i Hr Hi). pose proof (simplex_le1 n s i Hs Hi).
unfold Rabs. destruct (Rcase_abs (r i - s i)); nra.
Qed.

(* (e) Shannon's entropy is at most the logarithm of the size of the support. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax Optimal.
Open Scope R_scope.

Lemma support_size_Sum n p : INR (support_size n p) = Sum n (fun i => if Rlt_dec 0 (p i) then 1 else 0).
Proof.
induction n as [|n IH]; [reflexivity|]. cbn [support_size Sum]. rewrite plus_INR, IH.
destruct (Rlt_dec 0 (p (S n))); simpl; lra.
Qed.

Lemma support_size_pos n p : simplex n p -> (1 <= support_size n p)%nat.
Proof.
intros [Hp Hs]. destruct (Sum_pos_ex n p) as [k [Hk Hpk]]; [lra|].
apply INR_le. rewrite support_size_Sum. simpl.
replace 1 with ((fun i => if Rlt_dec 0 (p i) then 1 else 0) k) at 1 by (simpl; destruct (Rlt_dec 0 (p k)); lra).
apply (Sum_ge_term n (fun i => if Rlt_dec 0 (p i) then 1 else 0) k Hk).
intros i _; simpl. destruct (Rlt_dec 0 (p i)); lra.
Qed.

Lemma support_size_le n p : (support_size n p <= n)%nat.
Proof. induction n; simpl; [lia|]. destruct (Rlt_dec 0 (p (S n))); lia. Qed.

Lemma ln_le_minus1 t : 0 < t -> ln t <= t - 1.
Proof.
intros Ht. destruct (Rle_dec (ln t) (t - 1)); [assumption|].
pose proof (exp_ineq1_le (ln t)) as H. rewrite exp_ln in H by assumption. lra.
Qed.

(** [ln 0] is 0 in Stdlib, so that [0 * ln 0 = 0] as usual. *)
Definition shannon (n : nat) (p : nat -> R) : R := Sum n (fun i => - p i * ln (p i)).

Theorem shannon_le_log_support n p : simplex n p -> shannon n p <= ln (INR (support_size n p)).
Proof.
intros Hp. pose proof (support_size_pos n p Hp) as Hk. destruct Hp as [Hp Hs].
set (k := support_size n p) in *. assert (HK : 0 < INR k) by (apply lt_0_INR; lia).
apply Rle_trans with (Sum n (fun i => p i * ln (INR k) + ((if Rlt_dec 0 (p i) then 1 else 0) * / INR k - p i))).
- apply Sum_le. intros i Hi. destruct (Rlt_dec 0 (p i)) as [L|L].
  + pose proof (ln_le_minus1 (/ (INR k * p i)) ltac:(apply Rinv_0_lt_compat; nra)) as H.
    rewrite ln_Rinv, ln_mult in H by nra.
    apply (Rmult_le_compat_l (p i)) in H; [|lra].
    replace (p i * (/ (INR k * p i) - 1)) with (/ INR k - p i) in H by (field; lra). lra.
  + replace (p i) with 0 by (pose proof (Hp i Hi); lra). lra.
- rewrite Sum_plus, Sum_scal_r, Sum_minus, Sum_scal_r, Hs, <- support_size_Sum. fold k.
  right. field. lra.
Qed.

Theorem shannon_nonneg n p : simplex n p -> 0 <= shannon n p.
Proof.
intros [Hp Hs]. apply Sum_nonneg. intros i Hi. pose proof (Hp i Hi) as [L|<-]; [|lra].
assert (p i <= 1) by (rewrite <- Hs; apply (Sum_ge_term n p i Hi Hp)).
assert (ln (p i) <= 0) by (pose proof (ln_le_minus1 (p i) L); lra). nra.
Qed.

(** Tsallis: between 0 and its value at the uniform distribution. *)
Theorem tsallis_nonneg n alpha p : 1 < alpha -> simplex n p -> 0 <= Sum n (fun i => tsallis_term alpha (p i)).
Proof.
intros Ha [Hp Hs]. apply Sum_nonneg. intros i Hi. pose proof (Hp i Hi) as H0.
assert (H1 : p i <= 1) by (rewrite <- Hs; apply (Sum_ge_term n p i Hi Hp)).
unfold tsallis_term. apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat; nra].
assert (pw (p i) alpha <= p i); [|lra].
destruct H0 as [H0|<-]; [|rewrite pw_0; lra].
replace alpha with (1 + (alpha - 1)) by ring. rewrite pw_plus, pw_1_r by lra.
pose proof (pw_le (p i) 1 (alpha - 1) ltac:(lra) H1) as H. rewrite pw_1_l in H. nra.
Qed.

(** Power mean over the support: sum p_i^alpha >= |S|^(1 - alpha), by the tangent at 1/|S|. *)
Theorem power_sum_ge n alpha p : 1 < alpha -> simplex n p ->
  pw (INR (support_size n p)) (1 - alpha) <= Sum n (fun i => pw (p i) alpha).
Proof.
intros Ha Hp. pose proof (support_size_pos n p Hp) as Hk. destruct Hp as [Hp Hs].
set (k := support_size n p) in *. assert (HK : 0 < INR k) by (apply lt_0_INR; lia).
set (c := / INR k). assert (Hc : 0 < c) by now apply Rinv_0_lt_compat.
set (s i := if Rlt_dec 0 (p i) then 1 else 0).
apply Rle_trans with (Sum n (fun i => s i * pw c alpha + alpha * pw c (alpha - 1) * (p i - s i * c))).
- rewrite Sum_plus, Sum_scal, Sum_minus, !Sum_scal_r, Hs. unfold s. rewrite <- support_size_Sum. fold k.
  assert (E : pw (INR k) (1 - alpha) = INR k * pw c alpha).
  { unfold c. rewrite pw_inv by assumption. unfold Rminus. rewrite pw_plus, pw_1_r by lra. reflexivity. }
  rewrite E. unfold c at 4. right. field. lra.
- apply Sum_le. intros i Hi. unfold s. destruct (Rlt_dec 0 (p i)) as [L|L].
  + destruct (Req_EM_T (p i) c) as [->|Hne]; [right; ring|].
    pose proof (tangent_strict (p i) c alpha Ha ltac:(lra) ltac:(lra) Hne). lra.
  + replace (p i) with 0 by (pose proof (Hp i Hi); lra). rewrite (pw_0 0) by lra. lra.
Qed.

Theorem tsallis_le_uniform n alpha p : (1 <= n)%nat -> 1 < alpha -> simplex n p ->
  Sum n (fun i => tsallis_term alpha (p i)) <= (1 - pw (INR n) (1 - alpha)) / (alpha * (alpha - 1)).
Proof.
intros Hn Ha Hp. pose proof (power_sum_ge n alpha p Ha Hp) as H. pose proof (support_size_pos n p Hp) as Hk.
pose proof (support_size_le n p) as Hkn. destruct Hp as [_ Hs].
unfold tsallis_term, Rdiv. rewrite Sum_scal_r, Sum_minus, Hs.
apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; nra|].
assert (HK : 1 <= INR (support_size n p)) by (change 1 with (INR 1); now apply le_INR).
assert (HN : INR (support_size n p) <= INR n) by now apply le_INR.
assert (pw (INR n) (1 - alpha) <= pw (INR (support_size n p)) (1 - alpha)); [|lra].
rewrite !pw_Rpower by lra. replace (1 - alpha) with (- (alpha - 1)) by ring. rewrite !Rpower_Ropp.
apply Rinv_le_contravar; [apply Rpower_gt0|]. rewrite <- !pw_Rpower by lra. apply pw_le; lra.
Qed.

(* Halving a bracket of the threshold. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Newton Norms Level.
Open Scope R_scope.

Lemma halved_bracket times f lo hi tau : (forall t, 1 <= f t <-> t <= tau) -> lo <= tau <= hi ->
  lo <= halved times f lo hi <= tau /\ tau - halved times f lo hi <= (hi - lo) / 2 ^ times.
Proof.
intros H. revert lo hi. induction times as [|m IH]; intros lo hi B; cbn [halved pow]; [lra|].
assert (P : 0 < 2 ^ m) by (apply pow_lt; lra).
assert (E : forall d, d / 2 / 2 ^ m = d / (2 * 2 ^ m)) by (intros; field; lra).
destruct (Rle_dec 1 (f ((lo + hi) / 2))) as [L|L].
- apply H in L. specialize (IH ((lo + hi) / 2) hi ltac:(lra)). replace (hi - (lo + hi) / 2) with ((hi - lo) / 2) in IH by field. rewrite E in IH.
  lra.
- assert (tau < (lo + hi) / 2) by (apply Rnot_le_lt; intros K; apply L, H, K).
  specialize (IH lo ((lo + hi) / 2) ltac:(lra)). replace ((lo + hi) / 2 - lo) with ((hi - lo) / 2) in IH by field. rewrite E in IH. lra.
Qed.

(** A power of exponent q >= 1 is Lipschitz with constant q on [0, 1]. *)
Lemma pw_lipschitz q u w : 1 <= q -> w <= u <= 1 -> pw (Rmax 0 u) q - pw (Rmax 0 w) q <= q * (u - w).
Proof.
intros Hq Hw. destruct (Rle_dec u 0) as [L|L]; [rewrite !Rmax_0_0, pw_0 by lra; nra|].
rewrite (Rmax_0_id u) by lra. pose proof (tangent_pos w u q Hq ltac:(lra)) as T.
assert (B : pw u (q - 1) <= 1) by (apply pw_le1; lra).
assert (q * pw u (q - 1) <= q * 1) by (apply Rmult_le_compat_l; lra).
assert (q * pw u (q - 1) * (u - w) <= q * 1 * (u - w)) by (apply Rmult_le_compat_r; lra). lra.
Qed.

(** How accurate a threshold must be, from below. *)
Lemma level_left_error n alpha z t : (1 <= n)%nat -> 1 < alpha -> alpha <= 2 -> (alpha - 1) * Largest n z - 1 <= t <= threshold n alpha z ->
  Sum n (fun i => Rabs (entmax n alpha z i - level alpha z t i)) <= INR n * (/ (alpha - 1) * (threshold n alpha z - t)).
Proof.
intros Hn Ha Ha2 Ht. assert (Hq : 1 <= / (alpha - 1)) by (rewrite <- Rinv_1; apply Rinv_le_contravar; lra).
rewrite <- Sum_const. apply Sum_le. intros i Hi.
pose proof (level_antitone alpha z t (threshold n alpha z) i Ha ltac:(lra)) as A.
  change (level alpha z (threshold n alpha z) i) with (entmax n alpha z i) in A.
rewrite Rabs_minus_sym, Rabs_pos_eq by lra. unfold level, entmax. pose proof (Largest_ge n z i Hi).
assert ((alpha - 1) * z i <= (alpha - 1) * Largest n z) by (apply Rmult_le_compat_l; lra).
eapply Rle_trans; [apply pw_lipschitz; [exact Hq | lra]|]. right; ring.
Qed.

Theorem bisection_error n alpha z times : (1 <= n)%nat -> 1 < alpha -> alpha <= 2 ->
  Sum n (fun i => Rabs (entmax n alpha z i - level alpha z (halved times (mass n (/ (alpha - 1)) (scaled alpha z))
    ((alpha - 1) * Largest n z - 1) ((alpha - 1) * Largest n z - pw (INR n) (1 - alpha))) i))
  <= INR n * (/ (alpha - 1) * / 2 ^ times).
Proof.
intros Hn Ha Ha2. pose proof (threshold_spec n alpha z Hn Ha) as [B M]. rewrite Largest_scaled in B by assumption.
replace (- (alpha - 1)) with (1 - alpha) in B by ring. pose proof (q_pos alpha Ha) as Hq. assert (P : 0 < 2 ^ times) by (apply pow_lt; lra).
pose proof (halved_bracket times (mass n (/ (alpha - 1)) (scaled alpha z)) _ _ (threshold n alpha z)
  (fun t => mass_ge_1 n _ _ Hq _ t M) B) as [[L U] W].
set (lo := halved _ _ _ _) in *. eapply Rle_trans; [apply level_left_error; (assumption || lra)|].
apply Rmult_le_compat_l; [apply pos_INR|]. apply Rmult_le_compat_l; [lra|]. eapply Rle_trans; [exact W|].
unfold Rdiv. rewrite <- (Rmult_1_l (/ 2 ^ times)) at 2. apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat|].
assert (0 < INR n) by (apply lt_0_INR; lia). pose proof (pw_gt0 (INR n) (1 - alpha) H). lra.
Qed.

(** ... and from either side. *)
Lemma level_right_error n alpha z t : (1 <= n)%nat -> 1 < alpha -> alpha <= 2 -> threshold n alpha z <= t ->
  Sum n (fun i => Rabs (entmax n alpha z i - level alpha z t i)) <= INR n * (/ (alpha - 1) * (t - threshold n alpha z)).
Proof.
intros Hn Ha Ha2 Ht. assert (Hq : 1 <= / (alpha - 1)) by (rewrite <- Rinv_1; apply Rinv_le_contravar; lra).
pose proof (threshold_spec n alpha z Hn Ha) as [B _]. rewrite Largest_scaled in B by assumption.
rewrite <- Sum_const. apply Sum_le. intros i Hi.
pose proof (level_antitone alpha z (threshold n alpha z) t i Ha Ht) as A.
  change (level alpha z (threshold n alpha z) i) with (entmax n alpha z i) in A.
rewrite Rabs_pos_eq by lra. unfold level, entmax. pose proof (Largest_ge n z i Hi).
assert ((alpha - 1) * z i <= (alpha - 1) * Largest n z) by (apply Rmult_le_compat_l; lra).
eapply Rle_trans; [apply pw_lipschitz; [exact Hq | lra]|]. right; ring.
Qed.

Theorem level_condition n alpha z t : (1 <= n)%nat -> 1 < alpha -> alpha <= 2 -> (alpha - 1) * Largest n z - 1 <= t ->
  Sum n (fun i => Rabs (entmax n alpha z i - level alpha z t i)) <= INR n * (/ (alpha - 1) * Rabs (threshold n alpha z - t)).
Proof.
intros Hn Ha Ha2 Ht. destruct (Rle_dec t (threshold n alpha z)) as [L|L].
- rewrite Rabs_pos_eq by lra. apply level_left_error; (assumption || lra).
- rewrite Rabs_minus_sym, Rabs_pos_eq by lra. apply level_right_error; (assumption || lra).
Qed.

(* Nearly equal logits: the first correction to the uniform distribution, and its error. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Dispersion.
Open Scope R_scope.

(** Taylor's second term bounds what the tangent leaves. *)
Lemma above_tangent f df ddf lo hi M u w : lo <= u <= hi -> lo <= w <= hi ->
  (forall t, lo <= t <= hi -> is_derive f t (df t)) -> (forall t, lo <= t <= hi -> is_derive df t (ddf t)) ->
  (forall t, lo <= t <= hi -> ddf t <= M) -> f w - f u - df u * (w - u) <= M / 2 * (w - u) ^ 2.
Proof.
intros Hu Hw D1 D2 B.
assert (S : forall s t, lo <= s <= t -> t <= hi -> df t - df s <= M * (t - s)).
{ intros s t Hs Ht. pose proof (rises (fun x => M * x - df x) (fun x => M - ddf x) s t ltac:(lra)) as R. cbv beta in R.
  assert (M * s - df s <= M * t - df t); [|lra]. apply R; [|intros x Hx; pose proof (B x ltac:(lra)); lra].
  intros x Hx. apply (is_derive_minus (fun x => M * x) df); [auto_derive; [trivial | ring] | apply D2; lra]. }
set (h t := M / 2 * (t - u) ^ 2 - f t + df u * (t - u)). set (dh t := M * (t - u) - df t + df u).
assert (Dh : forall t, lo <= t <= hi -> is_derive h t (dh t)).
{ intros t Ht. unfold h, dh. apply (is_derive_plus (fun t => M / 2 * (t - u) ^ 2 - f t) (fun t => df u * (t - u))).
  - apply (is_derive_minus (fun t => M / 2 * (t - u) ^ 2) f); [auto_derive; [trivial | field] | now apply D1].
  - auto_derive; [trivial | ring]. }
assert (h u <= h w); [|unfold h in *; replace (M / 2 * (u - u) ^ 2) with 0 in * by ring; lra].
destruct (Rle_dec u w) as [L|L].
- apply (rises h dh u w L); [intros; apply Dh; lra|]. intros t Ht. unfold dh. pose proof (S u t ltac:(lra) ltac:(lra)). lra.
- pose proof (rises (fun t => - h t) (fun t => - dh t) w u ltac:(lra)) as R. cbv beta in R. assert (- h w <= - h u); [|lra]. apply R.
  + intros t Ht. apply (is_derive_opp h). apply Dh; lra.
  + intros t Ht. unfold dh. pose proof (S t u ltac:(lra) ltac:(lra)). lra.
Qed.

Lemma between_tangents f df ddf lo hi m M u w : lo <= u <= hi -> lo <= w <= hi ->
  (forall t, lo <= t <= hi -> is_derive f t (df t)) -> (forall t, lo <= t <= hi -> is_derive df t (ddf t)) ->
  (forall t, lo <= t <= hi -> m <= ddf t <= M) -> m / 2 * (w - u) ^ 2 <= f w - f u - df u * (w - u) <= M / 2 * (w - u) ^ 2.
Proof.
intros Hu Hw D1 D2 B. split.
- pose proof (above_tangent (fun t => - f t) (fun t => - df t) (fun t => - ddf t) lo hi (- m) u w Hu Hw) as A. cbv beta in A.
  assert (- f w - - f u - - df u * (w - u) <= - m / 2 * (w - u) ^ 2); [|lra]. apply A.
  + intros t Ht. now apply (is_derive_opp f), D1.
  + intros t Ht. now apply (is_derive_opp df), D2.
  + intros t Ht. pose proof (B t Ht). lra.
- apply (above_tangent f df ddf lo hi); try assumption. intros t Ht. now apply B.
Qed.

Lemma power_derive t y : 0 < t -> is_derive (fun t => Rpower t y) t (y * Rpower t (y - 1)).
Proof. intros Ht. apply is_derive_Reals. now apply derivable_pt_lim_power. Qed.

(** Powers of numbers between half and twice another. *)
Lemma near_power u t y : 0 < u -> u / 2 <= t <= 2 * u -> Rpower t y <= Rpower u y * Rpower 2 (Rabs y).
Proof.
intros Hu Ht. unfold Rpower. rewrite <- exp_plus. apply exp_le.
pose proof (ln_le (u / 2) t ltac:(lra) ltac:(lra)) as L1. pose proof (ln_le t (2 * u) ltac:(lra) ltac:(lra)) as L2.
rewrite ln_mult in L2 by lra. unfold Rdiv in L1. rewrite ln_mult, ln_Rinv in L1 by lra.
unfold Rabs. destruct (Rcase_abs y); nra.
Qed.

Section Hot.
Variables (n : nat) (alpha r : R) (x : nat -> R) (tau : R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let q := / (alpha - 1).
Let u := pw (INR n) (1 - alpha).
Hypotheses (Hm : mass n q x tau = 1) (Hr : forall i j, inr i n -> inr j n -> x i - x j <= r) (Hsmall : r <= u / 2).

Lemma even_power : pw u q = / INR n.
Proof.
assert (HN : 0 < INR n) by (apply lt_0_INR; lia). unfold u.
rewrite !pw_Rpower by (exact HN || apply Rpower_gt0 || (rewrite pw_Rpower by exact HN; apply Rpower_gt0)).
rewrite Rpower_mult. replace ((1 - alpha) * q) with (Ropp 1) by (unfold q; field; lra). now rewrite Rpower_Ropp, Rpower_1.
Qed.

Lemma u_pos : 0 < u.
Proof. apply pw_gt0, lt_0_INR. lia. Qed.

(** Every level is near the even one. *)
Lemma near_even i : inr i n -> u - r <= x i - tau <= u + r.
Proof.
intros Hi. pose proof (q_pos alpha Ha) as Hq. fold q in Hq. pose proof even_power as E. pose proof u_pos as U.
assert (HN : 0 < INR n) by (apply lt_0_INR; lia).
assert (One : Sum n (fun _ => pw u q) = 1) by (rewrite Sum_const, E; field; lra). split.
- apply Rnot_lt_le. intros N. assert (mass n q x tau < 1); [|lra]. rewrite <- One. unfold mass. apply (Sum_lt n _ _ i Hi).
  + intros j Hj. apply pw_le; [exact Hq|]. pose proof (Hr j i Hj Hi). apply Rmax_lub; lra.
  + apply pw_lt; [exact Hq|]. split; [apply Rmax_0_ge|]. pose proof (Hr i i Hi Hi). apply Rmax_lub_lt; lra.
- apply Rnot_lt_le. intros N. assert (1 < mass n q x tau); [|lra]. rewrite <- One at 1. unfold mass. apply (Sum_lt n _ _ i Hi).
  + intros j Hj. apply pw_le; [exact Hq|]. pose proof (Hr i j Hi Hj). eapply Rle_trans; [|apply Rmax_r]. lra.
  + apply pw_lt; [exact Hq|]. split; [lra|]. pose proof (Hr i i Hi Hi). eapply Rlt_le_trans; [|apply Rmax_r]. lra.
Qed.

Lemma r_ge0 : 0 <= r.
Proof. pose proof (Hr 1 1 ltac:(lia) ltac:(lia)). lra. Qed.

Let p i := pw (Rmax 0 (x i - tau)) q.
Let e i := p i - / INR n - q * Rpower u (q - 1) * (x i - tau - u).
Let B := Rabs (q * (q - 1)) * (Rpower u (q - 2) * Rpower 2 (Rabs (q - 2))) / 2 * r ^ 2.

Lemma second_term i : inr i n -> (0 <= q * (q - 1) -> 0 <= e i <= B) /\ (q * (q - 1) <= 0 -> - B <= e i <= 0).
Proof.
intros Hi. pose proof (near_even i Hi) as W. pose proof u_pos as U. pose proof r_ge0 as R0. set (k := q * (q - 1)) in *.
set (C := Rpower u (q - 2) * Rpower 2 (Rabs (q - 2))) in *. set (w := x i - tau) in *.
assert (Ei : e i = Rpower w q - Rpower u q - q * Rpower u (q - 1) * (w - u)).
{ unfold e, p. fold w. rewrite Rmax_0_id by lra. rewrite <- even_power, !pw_Rpower by lra. reflexivity. }
assert (HC : 0 < C) by (apply Rmult_lt_0_compat; apply Rpower_gt0).
assert (S2 : (w - u) ^ 2 <= r ^ 2) by (rewrite <- (pow2_abs (w - u)); apply pow_incr; split; [apply Rabs_pos | apply Rabs_le; lra]).
assert (S0 : 0 <= (w - u) ^ 2) by apply pow2_ge_0.
assert (T : forall m M, (forall t, u / 2 <= t <= 2 * u -> m <= k * Rpower t (q - 2) <= M) ->
  m / 2 * (w - u) ^ 2 <= e i <= M / 2 * (w - u) ^ 2).
{ intros m M Hb. rewrite Ei.
  apply (between_tangents (fun t => Rpower t q) (fun t => q * Rpower t (q - 1)) (fun t => k * Rpower t (q - 2)) (u / 2) (2 * u)); try lra.
  - intros t Ht. apply power_derive. lra.
  - intros t Ht. replace (k * Rpower t (q - 2)) with (q * ((q - 1) * Rpower t (q - 1 - 1))) by (unfold k; replace (q - 1 - 1) with (q - 2) by ring;
      ring).
    apply (is_derive_scal (fun t => Rpower t (q - 1))). apply power_derive. lra.
  - exact Hb. }
assert (G : forall t, u / 2 <= t <= 2 * u -> 0 <= Rpower t (q - 2) <= C).
{ intros t Ht. split; [left; apply Rpower_gt0 | now apply near_power]. }
unfold B. split; intros Hk.
- rewrite Rabs_pos_eq by exact Hk. destruct (T 0 (k * C)) as [T1 T2].
  + intros t Ht. destruct (G t Ht). split; [now apply Rmult_le_pos | now apply Rmult_le_compat_l].
  + split; [lra|]. eapply Rle_trans; [exact T2|]. apply Rmult_le_compat_l; [|exact S2]. pose proof (Rmult_le_pos k C Hk ltac:(lra)). lra.
- rewrite Rabs_left1 by exact Hk. destruct (T (k * C) 0) as [T1 T2].
  + intros t Ht. destruct (G t Ht). split; nra.
  + split; [|lra]. eapply Rle_trans; [|exact T1]. assert (0 <= - k * C) by (apply Rmult_le_pos; lra).
    apply (Rmult_le_compat_l (- k * C / 2)) in S2; [|lra]. lra.
Qed.

Theorem hot_error i : inr i n -> Rabs (/ INR n + q * Rpower u (q - 1) * (x i - Sum n x / INR n) - p i) <= B.
Proof.
intros Hi. assert (HN : 0 < INR n) by (apply lt_0_INR; lia). set (s := q * Rpower u (q - 1)) in *.
assert (Se : Sum n e = - (s * (Sum n x - INR n * tau - INR n * u))).
{ unfold e. fold s. rewrite !Sum_minus, Sum_scal, !Sum_minus, !Sum_const.
  replace (Sum n p) with 1 by (symmetry; exact Hm). field. lra. }
assert (E : / INR n + s * (x i - Sum n x / INR n) - p i = Sum n e / INR n - e i).
{ rewrite Se. unfold e. fold s. field. lra. }
rewrite E. assert (M : forall lo hi, (forall j, inr j n -> lo <= e j <= hi) -> lo <= Sum n e / INR n <= hi).
{ intros lo hi H. split; apply (Rmult_le_reg_r (INR n)); try exact HN; unfold Rdiv; rewrite (Rmult_assoc (Sum n e)), Rinv_l, Rmult_1_r by lra;
    rewrite Rmult_comm, <- Sum_const; apply Sum_le; intros j Hj; now apply H. }
destruct (Rle_dec 0 (q * (q - 1))) as [K|K].
- pose proof (proj1 (second_term i Hi) K). pose proof (M 0 B (fun j Hj => proj1 (second_term j Hj) K)). apply Rabs_le. lra.
- assert (K' : q * (q - 1) <= 0) by lra.
  pose proof (proj2 (second_term i Hi) K'). pose proof (M (- B) 0 (fun j Hj => proj2 (second_term j Hj) K')). apply Rabs_le. lra.
Qed.
End Hot.

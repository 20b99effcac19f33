(* Proofs of the printed statements: theorems that the paper of adaptive-scale entmax states or leaves open, of several chapters. *)
From Coq Require Import Reals Lra Lia ZArith.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Statements.
Open Scope R_scope.

(** * Softmax and entmax over two levels *)

(** The first [top] of n tokens have one value and the others another. *)
Lemma two_levels n top (u v : R) : (top <= n)%nat ->
  Sum n (fun i => if le_dec i top then u else v) = INR top * u + (INR n - INR top) * v.
Proof.
intros H. induction n as [|n IH].
- replace top with O by lia. simpl. ring.
- destruct (Nat.eq_dec top (S n)) as [->|D].
  + rewrite (Sum_ext (S n) _ (fun _ => u)), Sum_const; [ring|]. intros i Hi. destruct (le_dec i (S n)); [reflexivity|lia].
  + cbn [Sum]. rewrite IH by lia. destruct (le_dec (S n) top); [lia|]. rewrite S_INR. ring.
Qed.

Lemma first_level top f u : (forall i, inr i top -> f i = u) -> Sum top f = INR top * u.
Proof. intros H. rewrite (Sum_ext top f (fun _ => u)) by assumption. apply Sum_const. Qed.

Lemma ge_ln x y : 0 < x -> y >= ln x <-> x <= exp y.
Proof.
intros Hx. rewrite <- (exp_ln x) at 2 by assumption. split; intros H.
- destruct H as [H|H]; [left; now apply exp_increasing | right; now rewrite H].
- apply Rle_ge. destruct H as [H|H]; [left; now apply exp_lt_inv | right; now apply exp_inv].
Qed.

(** The share of k tokens of weight e^d among n - k of weight 1. *)
Lemma share k l d t : 0 < k -> 0 < l -> 0 < t < 1 ->
  k * exp d / (k * exp d + l) >= t <-> d >= ln (t * l / (k * (1 - t))).
Proof.
intros K L T. pose proof (exp_pos d) as E. set (e := exp d) in *.
assert (W : 0 < t * l / (k * (1 - t))) by (apply Rdiv_lt_0_compat; nra).
rewrite (ge_ln _ d W). fold e.
assert (D : 0 < k * e + l) by nra.
assert (X : k * e / (k * e + l) * (k * e + l) = k * e) by (field; lra).
assert (Y : t * l / (k * (1 - t)) * (k * (1 - t)) = t * l) by (field; lra).
set (s := k * e / (k * e + l)) in *. set (w := t * l / (k * (1 - t))) in *. split; intros H.
- apply (Rmult_le_reg_r (k * (1 - t))); [nra|]. rewrite Y. apply Rge_le, (Rmult_le_compat_r (k * e + l)) in H; nra.
- apply Rle_ge, (Rmult_le_reg_r (k * e + l)); [lra|]. rewrite X. apply (Rmult_le_compat_r (k * (1 - t))) in H; nra.
Qed.

Theorem softmax_two_level__softmax : Statements.softmax_two_level__softmax.
Proof.
start. assert (K : 0 < INR top) by (apply lt_0_INR; lia). assert (L : INR top < INR n) by (apply lt_INR; lia).
rewrite <- (share (INR top) (INR n - INR top)) by lra.
assert (E : Sum top (fun i => softmax n (fun i => theta * (if le_dec i top then shift + gap else shift)) i)
  = INR top * exp (gap * theta) / (INR top * exp (gap * theta) + (INR n - INR top))); [|rewrite E; reflexivity].
unfold softmax. rewrite (Sum_ext n _ (fun j => if le_dec j top then exp (theta * (shift + gap)) else exp (theta * shift))).
2:{ intros i Hi. destruct (le_dec i top); reflexivity. }
rewrite two_levels by lia. replace (theta * (shift + gap)) with (theta * shift + gap * theta) by ring. rewrite exp_plus.
rewrite (first_level top _ (exp (theta * shift) * exp (gap * theta) /
   (INR top * (exp (theta * shift) * exp (gap * theta)) + (INR n - INR top) * exp (theta * shift)))).
2:{ intros i Hi. destruct (le_dec i top); [|lia].
    replace (theta * (shift + gap)) with (theta * shift + gap * theta) by ring. now rewrite exp_plus. }
pose proof (exp_pos (theta * shift)) as U. pose proof (exp_pos (gap * theta)) as E.
set (u := exp (theta * shift)) in *. set (e := exp (gap * theta)) in *. set (m := INR top) in *.
assert (D : 0 < m * e + (INR n - m)) by (pose proof (Rmult_lt_0_compat m e K E); lra).
replace (m * (u * e) + (INR n - m) * u) with (u * (m * e + (INR n - m))) by ring. field. lra.
Qed.

Theorem softmax_two_level__softmax__defined : Statements.softmax_two_level__softmax__defined.
Proof.
start. assert (K : 0 < INR top) by (apply lt_0_INR; lia). assert (L : INR top < INR n) by (apply lt_INR; lia).
repeat split; try lra. apply Rdiv_lt_0_compat; nra.
Qed.

Theorem softmax_two_level__inhabited : Statements.softmax_two_level__inhabited.
Proof. exists 2%nat, 1%nat, 2, 1, 1, 0, (1 / 2). repeat split; try lra; lia. Qed.

(** Entmax leaves the lower level out if and only if the criterion of one of its tokens fails. *)
Lemma entmax_two_level n top alpha u d : (1 <= top < n)%nat -> 1 < alpha -> 0 < d ->
  let r := entmax n alpha (fun i => if le_dec i top then u + d else u) in
  Sum top r = 1 <-> d >= pw (INR top) (1 - alpha) / (alpha - 1).
Proof.
intros Hm Ha Hd r. pose proof (q_pos alpha Ha) as Hq. set (q := / (alpha - 1)) in *.
assert (HM : 0 < INR top) by (apply lt_0_INR; lia).
set (z := fun i => if le_dec i top then u + d else u) in *.
assert (Low : forall i, (top < i)%nat -> r i = r (S top)).
{ intros i Hi. unfold r, entmax, z. destruct (le_dec i top), (le_dec (S top) top); try lia. reflexivity. }
assert (Z : Sum top r = 1 <-> ~ 0 < r (S top)).
{ pose proof (entmax_sum n alpha z ltac:(lia) Ha) as St. fold r in St. split; intros G.
  - intros P. assert (Q : Sum (S top) r <= Sum n r) by (apply Sum_prefix; [lia | intros; apply entmax_ge0]). cbn [Sum] in Q. lra.
  - rewrite <- (Sum_prefix_eq n top r); [exact St | lia |]. intros i Hi. rewrite Low by lia.
    pose proof (entmax_ge0 n alpha z (S top)). fold r in H. lra. }
rewrite Z. unfold r. rewrite support_criterion by (assumption || lia). fold q.
rewrite (Sum_ext n _ (fun i => if le_dec i top then pw ((alpha - 1) * d) q else 0)).
2:{ intros i Hi. unfold z. destruct (le_dec (S top) top); [lia|]. destruct (le_dec i top).
    - replace (u + d - u) with d by ring. now rewrite Rmax_0_id by nra.
    - replace (u - u) with 0 by ring. rewrite Rmult_0_r, Rmax_0_0 by lra. apply pw_0; lra. }
rewrite two_levels by lia. rewrite Rmult_0_r, Rplus_0_r.
assert (Em : pw (pw (INR top) (1 - alpha)) q = / INR top).
{ rewrite (pw_Rpower (INR top)) by exact HM. rewrite pw_Rpower by apply Rpower_gt0. rewrite Rpower_mult.
  replace ((1 - alpha) * q) with (Ropp 1) by (unfold q; field; lra). rewrite Rpower_Ropp, Rpower_1 by exact HM. reflexivity. }
assert (K : INR top * pw ((alpha - 1) * d) q < 1 <-> (alpha - 1) * d < pw (INR top) (1 - alpha)).
{ rewrite <- (pw_lt_iff ((alpha - 1) * d) (pw (INR top) (1 - alpha)) q Hq ltac:(nra) (pw_ge0 _ _)). rewrite Em. split; intros L.
  - apply (Rmult_lt_reg_l (INR top)); [exact HM|]. rewrite Rinv_r; lra.
  - apply (Rmult_lt_compat_l (INR top)) in L; [|exact HM]. rewrite Rinv_r in L; lra. }
rewrite K. assert (W : pw (INR top) (1 - alpha) / (alpha - 1) * (alpha - 1) = pw (INR top) (1 - alpha)) by (field; lra).
set (B := pw (INR top) (1 - alpha)) in *. split; intros G.
- apply Rle_ge, (Rmult_le_reg_r (alpha - 1)); [lra|]. rewrite W. lra.
- apply Rge_le in G. apply (Rmult_le_compat_r (alpha - 1)) in G; [|lra]. rewrite W in G. lra.
Qed.

Theorem softmax_two_level__entmax : Statements.softmax_two_level__entmax.
Proof.
start. rewrite <- (entmax_two_level n top alpha (theta * shift) (gap * theta)) by (assumption || nra).
set (y := fun i => if le_dec i top then theta * shift + gap * theta else theta * shift).
assert (E : forall i, entmax n alpha (fun i => theta * (if le_dec i top then shift + gap else shift)) i = entmax n alpha y i).
{ intros i. assert (F : forall j, theta * (if le_dec j top then shift + gap else shift) = y j).
  { intros j. unfold y. destruct (le_dec j top); ring. }
  unfold entmax. rewrite F. do 3 f_equal.
  rewrite <- (Rplus_0_r (threshold n alpha y)). apply threshold_eq; [lia | assumption |].
  intros t. unfold mass, scaled. apply Sum_ext. intros j _. rewrite F. do 2 f_equal. ring. }
rewrite (Sum_ext top _ (entmax n alpha y)) by (intros; apply E). reflexivity.
Qed.

Theorem softmax_two_level__entmax__defined : Statements.softmax_two_level__entmax__defined.
Proof. start. assert (K : 0 < INR top) by (apply lt_0_INR; lia). split; [left; assumption | lra]. Qed.

(** * The entropy of few tokens *)

Theorem entropy_of_a_power__entropy : Statements.entropy_of_a_power__entropy.
Proof.
start. assert (N0 : 0 < INR n) by (apply lt_0_INR; lia). pose proof (support_size_pos n p H0) as K.
assert (K0 : 0 < INR (support_size n p)) by (apply lt_0_INR; lia).
apply Rle_trans with (ln (INR (support_size n p))).
- pose proof (shannon_le_log_support n p H0) as S. unfold shannon in S.
  rewrite (Sum_ext n _ (fun i => - p i * ln (p i))) by (intros; ring). exact S.
- rewrite pw_Rpower in H1 by assumption. unfold Rpower in H1. rewrite <- (ln_exp (growth * ln (INR n))).
  destruct H1 as [L|E]; [left; now apply ln_increasing | right; now rewrite E].
Qed.

Theorem entropy_of_a_power__entropy__defined : Statements.entropy_of_a_power__entropy__defined.
Proof.
start. assert (N0 : 0 < INR n) by (apply lt_0_INR; lia). split; [left; assumption|]. intros _. split; [|assumption].
intros i Hi. now apply H0.
Qed.

Theorem entropy_of_a_power__inhabited : Statements.entropy_of_a_power__inhabited.
Proof.
exists 1%nat, (fun _ => 1), 0. repeat split; try lia; simpl; intros; try lra.
destruct (Rlt_dec 0 1); [|lra]. rewrite pw_1_l. simpl. lra.
Qed.

(** * The scale log (n + 1) *)

Lemma log_plus_one n : (1 <= n)%nat -> 0 < ln (1 + INR n).
Proof. intros H. apply lt_0_INR in H. rewrite <- ln_1. apply ln_increasing; lra. Qed.

Theorem scale_log_n_plus_one__positive : Statements.scale_log_n_plus_one__positive.
Proof.
start. assert (N : 1 <= INR n) by (change 1 with (INR 1); now apply le_INR). apply Rle_ge.
destruct N as [L|<-]; [left; apply ln_increasing; lra | right; f_equal; ring].
Qed.

Theorem scale_log_n_plus_one__power : Statements.scale_log_n_plus_one__power.
Proof. start. apply pw_gt0. now apply log_plus_one. Qed.

Theorem scale_log_n_plus_one__below_one : Statements.scale_log_n_plus_one__below_one.
Proof.
start. split; intros G.
- destruct (Nat.eq_dec n 1) as [|D]; [assumption|exfalso].
  assert (E : 2 <= INR n) by (change 2 with (INR 2); apply le_INR; lia).
  assert (1 <= ln (1 + INR n)); [|lra]. rewrite <- (ln_exp 1) at 1. pose proof exp_le_3.
  destruct (Rle_lt_or_eq_dec (exp 1) (1 + INR n)) as [L|Q]; [lra | left; apply ln_increasing; [apply exp_pos | exact L] | right; now rewrite Q].
- subst n. rewrite <- (ln_exp 1) at 2. simpl INR. apply ln_increasing; [lra|]. apply exp_ineq1. lra.
Qed.

Theorem scale_log_n_plus_one__more : Statements.scale_log_n_plus_one__more.
Proof. start. apply lt_0_INR in H. pose proof (ln_increasing (INR n) (1 + INR n) H ltac:(lra)). lra. Qed.

Theorem scale_log_n_plus_one__close : Statements.scale_log_n_plus_one__close.
Proof.
start. apply lt_0_INR in H. assert (I : 0 < / INR n) by now apply Rinv_0_lt_compat.
rewrite <- (ln_exp (/ INR n)). replace (1 + INR n) with (INR n * (1 + / INR n)) by (field; lra).
rewrite ln_mult by lra. pose proof (exp_ineq1 (/ INR n) ltac:(lra)) as E.
apply ln_increasing in E; lra.
Qed.

Theorem scale_log_n_plus_one__positive__defined : Statements.scale_log_n_plus_one__positive__defined.
Proof. start. apply lt_0_INR in H. split; lra. Qed.

Theorem scale_log_n_plus_one__power__defined : Statements.scale_log_n_plus_one__power__defined.
Proof. start. pose proof (log_plus_one n H). apply lt_0_INR in H. split; [lra | left; assumption]. Qed.

Theorem scale_log_n_plus_one__below_one__defined : Statements.scale_log_n_plus_one__below_one__defined.
Proof. start. apply lt_0_INR in H. lra. Qed.

Theorem scale_log_n_plus_one__more__defined : Statements.scale_log_n_plus_one__more__defined.
Proof. start. apply lt_0_INR in H. lra. Qed.

Theorem scale_log_n_plus_one__close__defined : Statements.scale_log_n_plus_one__close__defined.
Proof. start. apply lt_0_INR in H. lra. Qed.

Theorem scale_log_n_plus_one__inhabited : Statements.scale_log_n_plus_one__inhabited.
Proof. exists 1%nat, 0. split; [lia | exact I]. Qed.

(** * The range of sub-Gaussian logits *)

(** Jensen's inequality for the exponential: its tangent at the mean lies below it. *)
Lemma exp_mean m w f : simplex m w -> exp (Sum m (fun o => w o * f o)) <= Sum m (fun o => w o * exp (f o)).
Proof.
intros [W T]. set (a := Sum m (fun o => w o * f o)).
apply Rle_trans with (Sum m (fun o => exp a * (w o * f o) + exp a * (1 - a) * w o)).
- rewrite Sum_plus, !Sum_scal, T. fold a. right. ring.
- apply Sum_le. intros o Ho. pose proof (W o Ho). replace (exp (f o)) with (exp a * exp (f o - a)).
  + pose proof (exp_ineq1_le (f o - a)). pose proof (exp_pos a). assert (w o * exp a * (1 + (f o - a)) <= w o * exp a * exp (f o - a)); [|lra].
    apply Rmult_le_compat_l; [|assumption]. apply Rmult_le_pos; lra.
  + rewrite <- exp_plus. f_equal. ring.
Qed.

(** Chernoff's bound at s > 0, then the best s. *)
Lemma mean_of_largest n m w (Y : nat -> nat -> R) sigma : (2 <= n)%nat -> 0 < sigma -> simplex m w ->
  (forall t i, inr i n -> Sum m (fun o => w o * exp (t * Y o i)) <= exp (t ^ 2 * sigma ^ 2 / 2)) ->
  Sum m (fun o => w o * Largest n (fun i => Y o i)) <= sigma * sqrt (2 * ln (INR n)).
Proof.
intros Hn Hs Hw H. assert (N2 : 2 <= INR n) by (change 2 with (INR 2); apply le_INR; lia).
assert (L : 0 < ln (INR n)) by (rewrite <- ln_1; apply ln_increasing; lra).
set (l := ln (INR n)) in *. set (E := Sum m (fun o => w o * Largest n (fun i => Y o i))).
set (c := sqrt (2 * l)). assert (C : c * c = 2 * l) by (apply sqrt_sqrt; lra).
assert (C0 : 0 < c) by (apply sqrt_lt_R0; lra). set (t := c / sigma).
assert (T0 : 0 < t) by now apply Rdiv_lt_0_compat.
assert (A : exp (t * E) <= INR n * exp (t ^ 2 * sigma ^ 2 / 2)).
{ apply Rle_trans with (Sum n (fun i => Sum m (fun o => w o * exp (t * Y o i)))).
  - rewrite Sum_swap. unfold E. rewrite <- Sum_scal.
    rewrite (Sum_ext m _ (fun o => w o * (t * Largest n (fun i => Y o i)))) by (intros; ring).
    eapply Rle_trans; [now apply exp_mean|]. apply Sum_le. intros o Ho. rewrite Sum_scal.
    apply Rmult_le_compat_l; [now apply Hw|]. destruct (Largest_in n (fun i => Y o i) ltac:(lia)) as [i [Hi ->]].
    apply (Sum_ge_term n (fun i => exp (t * Y o i)) i Hi). intros; left; apply exp_pos.
  - rewrite <- Sum_const. apply Sum_le. intros i Hi. now apply H. }
replace (t ^ 2 * sigma ^ 2 / 2) with l in A by (unfold t; replace (_ / 2) with (c * c / 2) by (field; lra); lra).
assert (B : t * E <= 2 * l).
{ apply Rnot_lt_le. intros G. apply exp_increasing in G. replace (2 * l) with (l + l) in G by ring. rewrite exp_plus in G.
  unfold l in A, G. rewrite exp_ln in A, G by lra. lra. }
apply (Rmult_le_reg_l t); [assumption|]. replace (t * (sigma * c)) with (c * c) by (unfold t; field; lra). lra.
Qed.

Lemma pw_half x : 0 < x -> pw x (1 / 2) = sqrt x.
Proof. intros H. rewrite pw_Rpower by assumption. replace (1 / 2) with (/ 2) by field. now apply Rpower_sqrt. Qed.

Lemma ln_longer n : (2 <= n)%nat -> 0 < ln (INR n).
Proof.
intros H. assert (2 <= INR n) by (change 2 with (INR 2); apply le_INR; lia). rewrite <- ln_1. apply ln_increasing; lra.
Qed.

Theorem subgaussian_range__range : Statements.subgaussian_range__range.
Proof.
start. pose proof (ln_longer n H) as L. rewrite !pw_half by lra.
pose proof (mean_of_largest n outcomes chances X deviation H H0 H2 H3) as A.
assert (B : Sum outcomes (fun o => chances o * Largest n (fun i => - X o i)) <= deviation * sqrt (2 * ln (INR n))).
{ apply (mean_of_largest n outcomes chances (fun o i => - X o i)); try assumption. intros t i Hi.
  rewrite (Sum_ext outcomes _ (fun o => chances o * exp (- t * X o i))) by (intros; do 2 f_equal; ring).
  replace (t ^ 2) with ((- t) ^ 2) by ring. now apply H3. }
rewrite sqrt_mult in A, B by lra.
rewrite (Sum_ext outcomes _ (fun o => chances o * Largest n (fun i => X o i) + chances o * Largest n (fun i => - X o i))) by (intros; ring).
rewrite Sum_plus. lra.
Qed.

Theorem subgaussian_range__scaled : Statements.subgaussian_range__scaled.
Proof.
hnf; intros. pose proof (subgaussian_range__range n deviation strength outcomes chances X H H0 H1 H2 H3) as R. cbv zeta in R. fold mean_range in R.
pose proof (ln_longer n H) as L. rewrite (pw_half 2), (pw_half (ln (INR n))) in R by lra.
rewrite pw_half by lra. replace (-1 / 2) with (- (1 / 2)) by field. rewrite <- pw_inv by assumption.
set (l := ln (INR n)) in *. assert (S : 0 < sqrt l) by now apply sqrt_lt_R0.
rewrite pw_half, sqrt_inv by now apply Rinv_0_lt_compat.
apply (Rmult_le_reg_r (sqrt l)); [assumption|]. 
replace (mean_range * strength * / sqrt l * sqrt l) with (strength * mean_range) by (field; lra).
apply (Rmult_le_compat_l strength) in R; lra.
Qed.

Theorem subgaussian_range__range__defined : Statements.subgaussian_range__range__defined.
Proof.
start. pose proof (ln_longer n H) as L. assert (0 < INR n) by (apply lt_0_INR; lia).
repeat split; first [assumption | left; lra].
Qed.

Theorem subgaussian_range__scaled__defined : Statements.subgaussian_range__scaled__defined.
Proof.
start. pose proof (ln_longer n H) as L. assert (0 < INR n) by (apply lt_0_INR; lia).
repeat split; first [assumption | left; lra].
Qed.

(** Logits that are 0 for certain. *)
Theorem subgaussian_range__inhabited : Statements.subgaussian_range__inhabited.
Proof.
exists 2%nat, 1, 1, 1%nat, (fun _ => 1), (fun _ _ => 0). repeat split; try lra; try lia; [intros; lra | simpl; lra |].
intros t i _. simpl Sum. rewrite Rmult_0_r, exp_0. pose proof (exp_ineq1_le (t ^ 2 * 1 ^ 2 / 2)). nra.
Qed.

(** * One rotary frequency *)

(** A cosine exceeds c if and only if the angle is below arccos c. *)
Lemma angle_below c u : -1 <= c <= 1 -> 0 <= u <= PI -> c < cos u <-> u < acos c.
Proof.
intros C U. pose proof (acos_bound c) as B. rewrite <- (cos_acos c C) at 1. split; intros H.
- apply cos_decreasing_0 in H; lra.
- apply cos_decreasing_1; lra.
Qed.
Section Rotary.
Variables (n : nat) (alpha A omega : R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha) (HA : 0 < A).
Let y := fun i => A * cos (omega * (INR i - 1)).
Let tau := threshold n alpha y.
Let c := tau / (A * (alpha - 1)).

Lemma rotary_mass k : 0 < entmax n alpha y k <-> c < cos (omega * (INR k - 1)).
Proof.
rewrite entmax_pos_iff by assumption. fold tau. unfold scaled, y.
assert (P : 0 < A * (alpha - 1)) by nra. assert (E : c * (A * (alpha - 1)) = tau) by (unfold c; field; lra).
split; intros H.
- apply (Rmult_lt_reg_r (A * (alpha - 1))); [assumption|]. lra.
- apply (Rmult_lt_compat_r (A * (alpha - 1))) in H; [|assumption]. lra.
Qed.

(** Some token has mass, and no cosine exceeds 1. *)
Lemma rotary_cut : - ((alpha - 1) * A) <= tau -> -1 <= c <= 1.
Proof.
intros H. assert (P : 0 < A * (alpha - 1)) by nra. assert (E : c * (A * (alpha - 1)) = tau) by (unfold c; field; lra). split.
- apply (Rmult_le_reg_r (A * (alpha - 1))); [assumption|]. lra.
- destruct (Sum_pos_ex n (entmax n alpha y)) as [k [_ L]]; [rewrite entmax_sum by assumption; lra|].
  apply rotary_mass in L. pose proof (COS_bound (omega * (INR k - 1))). lra.
Qed.
End Rotary.

Lemma angle_ge0 w k n : 0 < w -> inr k n -> 0 <= w * (INR k - 1).
Proof. intros W H. assert (1 <= INR k) by (change 1 with (INR 1); apply le_INR; lia). nra. Qed.

Theorem rotary_cut_off__within : Statements.rotary_cut_off__within.
Proof.
start. pose proof (rotary_cut n alpha amplitude frequency H H0 H1 H3) as C. pose proof (angle_ge0 frequency k n H2 H4) as W.
pose proof (acos_bound (threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1))) / (amplitude * (alpha - 1)))).
apply rotary_mass; try assumption. apply angle_below; [exact C | lra | assumption].
Qed.

Theorem rotary_cut_off__beyond : Statements.rotary_cut_off__beyond.
Proof.
start. pose proof (rotary_cut n alpha amplitude frequency H H0 H1 H3) as C. pose proof (angle_ge0 frequency k n H2 H4) as W.
set (y := fun i => amplitude * cos (frequency * (INR i - 1))) in *.
set (c := threshold n alpha y / (amplitude * (alpha - 1))) in *. destruct H5 as [L U]. pose proof (acos_bound c) as B.
pose proof (entmax_ge0 n alpha y k) as P. destruct P as [P|P]; [exfalso|now symmetry].
apply (rotary_mass n alpha amplitude frequency H0 H1) in P. fold y c in P.
destruct (Rle_dec (frequency * (INR k - 1)) PI) as [Q|Q].
- apply (angle_below c _ C) in P; lra.
- assert (E : cos (2 * PI - frequency * (INR k - 1)) = cos (frequency * (INR k - 1))).
  { rewrite <- cos_neg. replace (- (2 * PI - frequency * (INR k - 1))) with (frequency * (INR k - 1) - 2 * PI) by ring.
    rewrite <- (cos_period (frequency * (INR k - 1) - 2 * PI) 1). f_equal. simpl. ring. }
  rewrite <- E in P. apply (angle_below c _ C) in P; lra.
Qed.

Theorem rotary_cut_off__returns : Statements.rotary_cut_off__returns.
Proof.
start. pose proof (rotary_cut n alpha amplitude frequency H H0 H1 H3) as C. pose proof (angle_ge0 frequency k n H2 H4) as W.
pose proof PI_RGT_0 as Pi. set (w := frequency * (INR k - 1)) in *. set (m := Int_part (1 / 2 + w / (2 * PI))).
destruct (base_Int_part (1 / 2 + w / (2 * PI))) as [M1 M2]. fold m in M1, M2.
assert (X : w / (2 * PI) * (2 * PI) = w) by (field; lra). set (v := w / (2 * PI)) in *.
assert (V : 0 <= v) by (apply (Rmult_le_reg_r (2 * PI)); lra).
assert (M0 : (0 <= m)%Z) by (apply Z.lt_succ_r, lt_IZR; rewrite succ_IZR; lra).
assert (D : - PI <= w - 2 * PI * IZR m <= PI) by (rewrite <- X; split; nra).
assert (E : cos (w - 2 * PI * IZR m) = cos w).
{ rewrite <- (cos_period _ (Z.to_nat m)). f_equal. rewrite INR_IZR_INZ, Z2Nat.id by assumption. ring. }
rewrite <- angle_below; [| exact C | split; [apply Rabs_pos | apply Rabs_le; lra]].
assert (F : cos (Rabs (w - 2 * PI * IZR m)) = cos w).
{ rewrite <- E. unfold Rabs. destruct (Rcase_abs _); [apply cos_neg | reflexivity]. }
rewrite F. apply rotary_mass; assumption.
Qed.

Theorem rotary_cut_off__within__defined : Statements.rotary_cut_off__within__defined.
Proof. start. pose proof (rotary_cut n alpha amplitude frequency H H0 H1 H3). repeat split; lra. Qed.

Theorem rotary_cut_off__beyond__defined : Statements.rotary_cut_off__beyond__defined.
Proof. start. pose proof (rotary_cut n alpha amplitude frequency H H0 H1 H3). repeat split; lra. Qed.

Theorem rotary_cut_off__returns__defined : Statements.rotary_cut_off__returns__defined.
Proof. start. pose proof (rotary_cut n alpha amplitude frequency H H0 H1 H3). pose proof PI_RGT_0. repeat split; lra. Qed.

(** One token: its threshold is (alpha - 1) A - 1. *)
Theorem rotary_cut_off__inhabited : Statements.rotary_cut_off__inhabited.
Proof.
exists 1%nat, 2, 1, 1. repeat split; try lra; try lia.
rewrite (threshold_is 1 2 _ ltac:(lia) ltac:(lra) 0); [lra|]. unfold mass, scaled. simpl.
replace (1 * (1 - 1)) with 0 by ring. rewrite cos_0. rewrite Rmax_0_id by lra.
replace (0 + pw _ _) with (pw 1 (/ (2 - 1))) by (rewrite Rplus_0_l; f_equal; ring). apply pw_1_l.
Qed.

(** * Two heads, one with a linear bias *)

Section Heads.
Variables (n : nat) (alpha m : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha) (Hm : 0 < m).
Let y := fun i => z i - m * (INR n - INR i).

(** The last token, which has no bias, shuts out what lies 1/(alpha - 1) below it. *)
Lemma shut_out k : m * (INR n - INR k) >= / (alpha - 1) + z k - z n -> entmax n alpha y k = 0.
Proof.
intros H. apply finite_mask; try assumption. pose proof (Largest_ge n y n ltac:(lia)) as L.
unfold y in *. lra.
Qed.

Lemma one_hot k : inr k n ->
  entmax n alpha z k = 1 <-> (forall l, inr l n -> (l = k)%nat \/ z l <= z k - / (alpha - 1)).
Proof.
intros Hk. pose proof (entmax_sum n alpha z Hn Ha) as S. pose proof (q_pos alpha Ha) as Q.
set (tau := threshold n alpha z). assert (I : (alpha - 1) * / (alpha - 1) = 1) by (field; lra).
assert (K : entmax n alpha z k = pw (Rmax 0 ((alpha - 1) * z k - tau)) (/ (alpha - 1))) by reflexivity.
split; intros H.
- intros l Hl. destruct (Nat.eq_dec l k) as [|D]; [now left | right].
  assert (Z : entmax n alpha z l = 0).
  { pose proof (entmax_ge0 n alpha z) as P. destruct (P l) as [L|L]; [exfalso|now symmetry].
    assert (B : Sum n (fun i => if Nat.eq_dec i k then 1 else 0) < Sum n (entmax n alpha z)).
    { apply (Sum_lt n _ _ l Hl); [|destruct (Nat.eq_dec l k); [contradiction|assumption]].
      intros i Hi. destruct (Nat.eq_dec i k) as [->|]; [lra | apply P]. }
    rewrite Sum_single in B by assumption. lra. }
  apply entmax_zero_iff in Z; [|assumption]. unfold scaled in Z. fold tau in Z.
  assert (T : Rmax 0 ((alpha - 1) * z k - tau) = 1).
  { apply (pw_inj _ _ (/ (alpha - 1))); [exact Q | apply Rmax_0_ge | lra |]. rewrite <- K, H. symmetry. apply pw_1_l. }
  destruct (Rle_dec ((alpha - 1) * z k - tau) 0) as [N|N]; [rewrite Rmax_0_0 in T by lra; lra|].
  rewrite Rmax_0_id in T by lra. apply (Rmult_le_reg_l (alpha - 1)); [lra|]. lra.
- assert (O : forall l, inr l n -> l <> k -> entmax n alpha z l = 0).
  { intros l Hl D. apply finite_mask; try assumption. destruct (H l Hl) as [|L]; [contradiction|].
    pose proof (Largest_ge n z k Hk). lra. }
  rewrite <- S. symmetry. rewrite (Sum_ext n _ (fun i => if Nat.eq_dec i k then entmax n alpha z k else 0)).
  + now apply Sum_single.
  + intros i Hi. destruct (Nat.eq_dec i k) as [->|D]; [reflexivity | now apply O].
Qed.
End Heads.

Theorem nope_beside_alibi__alibi : Statements.nope_beside_alibi__alibi.
Proof.
start. apply shut_out; try assumption.
pose proof (Largest_ge n z k H2). pose proof (Largest_ge n (fun i => - z i) n ltac:(lia)) as L. cbv beta in L. lra.
Qed.

Theorem nope_beside_alibi__nope : Statements.nope_beside_alibi__nope.
Proof. start. now apply one_hot. Qed.

Theorem nope_beside_alibi__far : Statements.nope_beside_alibi__far.
Proof. start. destruct H3. split; [now apply shut_out | now apply one_hot]. Qed.

Theorem nope_beside_alibi__equal : Statements.nope_beside_alibi__equal.
Proof. start. unfold entmax. now rewrite H4. Qed.

Theorem nope_beside_alibi__nearer : Statements.nope_beside_alibi__nearer.
Proof.
start. destruct H4 as [L [P E]]. apply lt_INR in L. apply order_strict; try assumption. split; [|exact P]. rewrite E. nra.
Qed.

Theorem nope_beside_alibi__alibi__defined : Statements.nope_beside_alibi__alibi__defined.
Proof. start. lra. Qed.

Theorem nope_beside_alibi__nope__defined : Statements.nope_beside_alibi__nope__defined.
Proof. start. lra. Qed.

Theorem nope_beside_alibi__far__defined : Statements.nope_beside_alibi__far__defined.
Proof. start. split; intros; lra. Qed.

Theorem nope_beside_alibi__inhabited : Statements.nope_beside_alibi__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 1. repeat split; lra || lia. Qed.

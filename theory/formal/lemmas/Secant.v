(* How far two rows' probabilities are from each other: slopes of secants in place of derivatives. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra One Norms Entries.
Open Scope R_scope.

(** Powers with a negative exponent lie above their tangents. *)
Lemma negative_tangent c t m : 0 <= c -> 0 < t -> 0 < m -> Rpower m (- c) - c * Rpower m (- c - 1) * (t - m) <= Rpower t (- c).
Proof.
intros Hc Ht Hm. assert (Hr : 0 < t / m) by now apply Rdiv_lt_0_compat.
assert (E : Rpower t (- c) = Rpower m (- c) * Rpower (t / m) (- c)).
{ rewrite Rpower_mult_distr by assumption. f_equal. field. lra. }
assert (E' : Rpower m (- c - 1) * m = Rpower m (- c)).
{ rewrite <- (Rpower_1 m) at 2 by exact Hm. rewrite <- Rpower_plus. f_equal. ring. }
assert (B : 1 - c * (t / m - 1) <= Rpower (t / m) (- c)).
{ unfold Rpower. eapply Rle_trans; [|apply exp_ineq1_le]. pose proof (ln_le_minus1 (t / m) Hr). nra. }
rewrite E. apply (Rmult_le_compat_l (Rpower m (- c))) in B; [|left; apply Rpower_gt0].
replace (Rpower m (- c) * (1 - c * (t / m - 1))) with (Rpower m (- c) - c * (Rpower m (- c) / m) * (t - m)) in B by (field; lra).
replace (Rpower m (- c) / m) with (Rpower m (- c - 1)) in B; [exact B|]. rewrite <- E'. field. lra.
Qed.

(** A function with a convex derivative f': the secant over [m - x, m + x] is at least as steep as f' m. *)
Lemma steep (f f' : R -> R) m x : 0 < x < m -> (forall t, 0 < t -> derivable_pt_lim f t (f' t)) ->
  (forall y, 0 <= y < m -> 2 * f' m <= f' (m + y) + f' (m - y)) -> 2 * x * f' m <= f (m + x) - f (m - x).
Proof.
intros Hx Hf Hc. destruct (MVT_cor2 (fun y => f (m + y) - f (m - y)) (fun y => f' (m + y) + f' (m - y)) 0 x ltac:(lra)) as [y [E Hy]].
- intros y Hy. replace (f' (m + y) + f' (m - y)) with (f' (m + y) * 1 - f' (m - y) * (-1)) by ring.
  apply (derivable_pt_lim_minus (fun y => f (m + y)) (fun y => f (m - y))).
  + apply (derivable_pt_lim_comp (fun y => m + y) f); [|apply Hf; lra].
    replace 1 with (0 + 1) by ring. apply (derivable_pt_lim_plus (fun _ => m) (fun y => y));
      [apply derivable_pt_lim_const | apply derivable_pt_lim_id].
  + apply (derivable_pt_lim_comp (fun y => m - y) f); [|apply Hf; lra].
    replace (-1) with (0 - 1) by ring. apply (derivable_pt_lim_minus (fun _ => m) (fun y => y));
      [apply derivable_pt_lim_const | apply derivable_pt_lim_id].
- rewrite Rplus_0_r, !Rminus_0_r in E. specialize (Hc y ltac:(lra)).
  assert (2 * f' m * x <= (f' (m + y) + f' (m - y)) * x) by (apply Rmult_le_compat_r; lra). lra.
Qed.

(** a (p - r) <= ((p + r) / 2)^(1 - a) (p^a - r^a) for 0 < a <= 1, and so for the logarithm. *)
Lemma power_secant a p r : 0 < a <= 1 -> 0 <= r < p -> a * (p - r) <= pw ((p + r) / 2) (1 - a) * (pw p a - pw r a).
Proof.
intros Ha Hr. set (m := (p + r) / 2). set (x := (p - r) / 2). assert (Hm : 0 < m) by (unfold m; lra). assert (Hx : 0 < x) by (unfold x; lra).
assert (P : 0 < Rpower m (1 - a)) by apply Rpower_gt0.
assert (I : Rpower m (1 - a) * Rpower m (a - 1) = 1).
{ rewrite <- Rpower_plus. replace (1 - a + (a - 1)) with 0 by ring. apply Rpower_O. exact Hm. }
assert (K : 2 * x * (a * Rpower m (a - 1)) <= pw p a - pw r a).
{ destruct (Rle_lt_or_eq_dec 0 r ltac:(lra)) as [R0|R0].
  - rewrite !pw_Rpower by lra. replace p with (m + x) by (unfold m, x; field). replace r with (m - x) by (unfold m, x; field).
    apply (steep (fun t => Rpower t a) (fun t => a * Rpower t (a - 1)) m x); [unfold m, x; lra | intros; now apply derivable_pt_lim_power|].
    intros y Hy. pose proof (negative_tangent (1 - a) (m + y) m ltac:(lra) ltac:(lra) Hm) as T1.
    pose proof (negative_tangent (1 - a) (m - y) m ltac:(lra) ltac:(lra) Hm) as T2.
    replace (- (1 - a)) with (a - 1) in T1, T2 by ring. nra.
  - rewrite <- R0, (pw_0 0), pw_Rpower by lra. replace x with m by (unfold m, x; rewrite <- R0; field).
    replace p with (2 * m) by (unfold m; rewrite <- R0; field). rewrite <- Rpower_mult_distr by lra.
    assert (Em : Rpower m a = m * Rpower m (a - 1)).
    { rewrite <- (Rpower_1 m) at 2 by exact Hm. rewrite <- Rpower_plus. f_equal. ring. }
    rewrite Em, Rminus_0_r.
    assert (2 * a <= Rpower 2 a).
    { replace (Rpower 2 a) with (2 * Rpower 2 (a - 1)).
      - apply Rmult_le_compat_l; [lra|]. unfold Rpower. eapply Rle_trans; [|apply exp_ineq1_le]. pose proof (ln_le_minus1 2 ltac:(lra)).
        assert (0 < ln 2) by (rewrite <- ln_1; apply ln_increasing; lra). nra.
      - rewrite <- (Rpower_1 2) at 1 by lra. rewrite <- Rpower_plus. f_equal. ring. }
    assert (0 < m * Rpower m (a - 1)) by (apply Rmult_lt_0_compat; [exact Hm | apply Rpower_gt0]). nra. }
rewrite (pw_Rpower m) by exact Hm. apply (Rmult_le_compat_l (Rpower m (1 - a))) in K; [|lra].
replace (Rpower m (1 - a) * (2 * x * (a * Rpower m (a - 1)))) with (2 * x * a * (Rpower m (1 - a) * Rpower m (a - 1))) in K by ring.
rewrite I in K. replace (p - r) with (2 * x) by (unfold x; field). lra.
Qed.

Lemma log_secant p r : 0 < r < p -> p - r <= (p + r) / 2 * (ln p - ln r).
Proof.
intros Hr. set (m := (p + r) / 2). set (x := (p - r) / 2). assert (Hm : 0 < m) by (unfold m; lra).
assert (K : 2 * x * / m <= ln p - ln r).
{ replace p with (m + x) by (unfold m, x; field). replace r with (m - x) by (unfold m, x; field).
  apply (steep ln Rinv m x); [unfold m, x; lra | intros; now apply derivable_pt_lim_ln|].
  intros y Hy. assert (0 < / (m + y)) by (apply Rinv_0_lt_compat; lra). assert (0 < / (m - y)) by (apply Rinv_0_lt_compat; lra).
  replace (2 * / m) with (2 * m * / (m * m)) by (field; lra). replace (/ (m + y) + / (m - y)) with (2 * m * / ((m + y) * (m - y))) by (field; lra).
  apply Rmult_le_compat_l; [lra|]. apply Rinv_le_contravar; [apply Rmult_lt_0_compat; lra | nra]. }
apply (Rmult_le_compat_l m) in K; [|lra]. replace (m * (2 * x * / m)) with (2 * x) in K by (field; lra).
replace (p - r) with (2 * x) by (unfold x; field). exact K.
Qed.

(** Two rows: what a probability gains has the sign of d_i - delta, and is at most M_i |d_i - delta|. *)
Definition moves (n : nat) (alpha : R) (z y : nat -> R) (delta : R) : Prop := forall i, inr i n ->
  let m := (entmax1 n alpha y i + entmax1 n alpha z i) / 2 in
  Rabs (entmax1 n alpha y i - entmax1 n alpha z i) <= sens alpha (fun i => (entmax1 n alpha y i + entmax1 n alpha z i) / 2) i * Rabs (y i - z i -
    delta)
  /\ 0 <= (entmax1 n alpha y i - entmax1 n alpha z i) * (y i - z i - delta).

Lemma Rmax_0_gap u w : Rabs (Rmax 0 u - Rmax 0 w) <= Rabs (u - w).
Proof. unfold Rmax, Rabs. destruct (Rle_dec 0 u), (Rle_dec 0 w); repeat destruct (Rcase_abs _); lra. Qed.

Lemma rows_move n alpha z y : (1 <= n)%nat -> 1 <= alpha <= 2 -> exists delta, moves n alpha z y delta.
Proof.
intros Hn Ha. destruct (Req_EM_T alpha 1) as [->|Hne].
- set (W w := Sum n (fun j => exp (w j))). exists (ln (W y) - ln (W z)). intros i Hi m.
  assert (L : forall w, ln (entmax1 n 1 w i) = w i - ln (W w)).
  { intros w. rewrite entmax1_one. unfold softmax. fold (W w). assert (0 < W w) by now apply softmax_weight_pos.
    unfold Rdiv. rewrite ln_mult, ln_Rinv, ln_exp; [ring | assumption | apply exp_pos | now apply Rinv_0_lt_compat]. }
  assert (P : 0 < entmax1 n 1 z i) by (rewrite entmax1_one; now apply softmax_pos).
  assert (Q : 0 < entmax1 n 1 y i) by (rewrite entmax1_one; now apply softmax_pos).
  rewrite sens_one by lra. fold m. replace (y i - z i - (ln (W y) - ln (W z))) with (ln (entmax1 n 1 y i) - ln (entmax1 n 1 z i)) by (rewrite !L;
    ring).
  set (p := entmax1 n 1 z i) in *. set (r := entmax1 n 1 y i) in *. destruct (Rtotal_order p r) as [T|[T|T]].
  + pose proof (log_secant r p ltac:(lra)) as K. fold m in K. assert (ln p < ln r) by now apply ln_increasing.
    rewrite !Rabs_pos_eq by lra. split; [exact K | nra].
  + rewrite T, !Rminus_eq_0, Rabs_R0. lra.
  + pose proof (log_secant p r ltac:(lra)) as K. replace ((p + r) / 2) with m in K by (unfold m; field).
    assert (ln r < ln p) by now apply ln_increasing.
    rewrite (Rabs_minus_sym r), (Rabs_minus_sym (ln r)), !Rabs_pos_eq by lra. split; [exact K | nra].
- assert (A1 : 1 < alpha) by lra. set (a := alpha - 1). assert (Pa : 0 < a <= 1) by (unfold a; lra).
  exists ((threshold n alpha y - threshold n alpha z) / a). intros i Hi m. unfold m. clear m. rewrite !entmax1_above by exact A1.
  set (p := entmax n alpha z i). set (r := entmax n alpha y i).
  assert (P0 : 0 <= p) by apply entmax_ge0. assert (R0 : 0 <= r) by apply entmax_ge0.
  assert (Ep : pw p a = Rmax 0 (a * z i - threshold n alpha z)) by now apply entmax_pow.
  assert (Er : pw r a = Rmax 0 (a * y i - threshold n alpha y)) by now apply entmax_pow.
  set (delta := (threshold n alpha y - threshold n alpha z) / a).
  assert (G : a * (y i - z i - delta) = (a * y i - threshold n alpha y) - (a * z i - threshold n alpha z)) by (unfold delta; field; lra).
  assert (GA : Rabs (pw r a - pw p a) <= a * Rabs (y i - z i - delta)).
  { rewrite <- (Rabs_pos_eq a) at 3 by lra. rewrite <- Rabs_mult, G, Ep, Er. apply Rmax_0_gap. }
  assert (SE : sens alpha (fun i => (entmax1 n alpha y i + entmax1 n alpha z i) / 2) i = if Rlt_dec 0 ((r + p) / 2) then pw ((r + p) / 2) (1 - a)
    else 0).
  { unfold sens. rewrite !entmax1_above by exact A1. fold p r. replace (2 - alpha) with (1 - a) by (unfold a; ring). reflexivity. }
  assert (C : 0 <= (if Rlt_dec 0 ((r + p) / 2) then pw ((r + p) / 2) (1 - a) else 0)) by (destruct (Rlt_dec 0 ((r + p) / 2)); [apply pw_ge0 | lra]).
  rewrite SE. destruct (Rtotal_order p r) as [T|[T|T]].
  + destruct (Rlt_dec 0 ((r + p) / 2)); [|lra]. pose proof (power_secant a r p Pa ltac:(lra)) as K.
    pose proof (pw_lt p r a ltac:(lra) ltac:(lra)) as M.
    rewrite Rabs_pos_eq in GA by lra. set (B := y i - z i - delta) in *.
    assert (Pos : 0 < B) by (rewrite Ep, Er in M; unfold Rmax in M; destruct (Rle_dec 0 _), (Rle_dec 0 _); nra).
    rewrite (Rabs_pos_eq B) in * by lra. split; [|nra]. rewrite Rabs_pos_eq by lra.
    pose proof (pw_ge0 ((r + p) / 2) (1 - a)) as H0. apply (Rmult_le_compat_l (pw ((r + p) / 2) (1 - a))) in GA; [|exact H0].
    apply (Rmult_le_reg_l a); [lra|]. lra.
  + replace (r - p) with 0 by lra. rewrite Rabs_R0. split; [|lra]. apply Rmult_le_pos; [exact C | apply Rabs_pos].
  + destruct (Rlt_dec 0 ((r + p) / 2)); [|lra]. pose proof (power_secant a p r Pa ltac:(lra)) as K.
    pose proof (pw_lt r p a ltac:(lra) ltac:(lra)) as M.
    rewrite Rabs_minus_sym, Rabs_pos_eq in GA by lra. set (B := y i - z i - delta) in *.
    assert (Neg : B < 0) by (rewrite Ep, Er in M; unfold Rmax in M; destruct (Rle_dec 0 _), (Rle_dec 0 _); nra).
    rewrite <- (Rabs_Ropp B), (Rabs_pos_eq (- B)) in * by lra. split; [|nra]. rewrite Rabs_minus_sym, Rabs_pos_eq by lra.
    replace ((p + r) / 2) with ((r + p) / 2) in K by field.
    pose proof (pw_ge0 ((r + p) / 2) (1 - a)) as H0. apply (Rmult_le_compat_l (pw ((r + p) / 2) (1 - a))) in GA; [|exact H0].
    apply (Rmult_le_reg_l a); [lra|]. lra.
Qed.

(** Sensitivities sum to at most n^(alpha - 1). *)
Lemma sens_sum_le n alpha p : (1 <= n)%nat -> 1 <= alpha <= 2 -> simplex n p -> Sum n (sens alpha p) <= pw (INR n) (alpha - 1).
Proof.
intros Hn Ha [H0 H1]. assert (P : 0 < INR n) by (apply lt_0_INR; lia). set (m := / INR n). assert (Hm : 0 < m) by now apply Rinv_0_lt_compat.
apply Rle_trans with (Sum n (fun i => pw m (2 - alpha) + (2 - alpha) * pw m (2 - alpha - 1) * (p i - m))).
- apply Sum_le. intros i Hi. apply concave_tangent; [lra | now apply H0 | exact Hm].
- rewrite Sum_plus, Sum_scal, Sum_minus, !Sum_const, H1. replace (1 - INR n * m) with 0 by (unfold m; field; lra).
  rewrite Rmult_0_r, Rplus_0_r. unfold m. rewrite pw_inv by exact P. rewrite <- (pw_1_r (INR n)) at 1 by lra. rewrite <- pw_plus by exact P.
  right. f_equal. ring.
Qed.

(** Both signs: half of the change is at most A (e - delta) and at most B (e + delta). *)
Lemma halves h A B e delta : 0 <= A -> 0 <= B -> 0 <= e -> h <= A * (e - delta) -> h <= B * (e + delta) -> 2 * h <= e * (A + B).
Proof.
intros HA HB He H1 H2. destruct (Rle_lt_or_eq_dec 0 (A + B) ltac:(lra)) as [P|P].
- apply (Rmult_le_reg_l (A + B)); [exact P|]. apply (Rmult_le_compat_l B) in H1; [|exact HB]. apply (Rmult_le_compat_l A) in H2; [|exact HA].
  assert (0 <= e * (A - B) ^ 2) by (apply Rmult_le_pos; [exact He | apply pow2_ge_0]). lra.
- assert (A = 0) by lra. assert (B = 0) by lra. subst. lra.
Qed.

Theorem rounding_le n alpha z y : (1 <= n)%nat -> 1 <= alpha <= 2 ->
  Sum n (fun i => Rabs (entmax1 n alpha z i - entmax1 n alpha y i)) <= Largest n (fun i => Rabs (y i - z i)) * pw (INR n) (alpha - 1).
Proof.
intros Hn Ha. destruct (rows_move n alpha z y Hn Ha) as [delta H]. set (e := Largest n (fun i => Rabs (y i - z i))).
pose proof (entmax1_simplex n alpha z Hn ltac:(lra)) as Sz. pose proof (entmax1_simplex n alpha y Hn ltac:(lra)) as Sy.
set (p := entmax1 n alpha z) in *. set (r := entmax1 n alpha y) in *.
set (m i := (r i + p i) / 2). assert (Sm : simplex n m).
{ destruct Sz as [Z0 Z1], Sy as [Y0 Y1]. split; [intros i Hi; specialize (Z0 i Hi); specialize (Y0 i Hi); unfold m; lra|].
  unfold m, Rdiv. rewrite Sum_scal_r, Sum_plus, Z1, Y1. field. }
set (M i := sens alpha m i). assert (HM : forall i, 0 <= M i) by (intros; apply sens_ge0).
assert (HE : forall i, inr i n -> Rabs (y i - z i) <= e) by (intros i Hi; apply (Largest_ge n (fun i => Rabs (y i - z i)) i Hi)).
assert (He : 0 <= e) by (eapply Rle_trans; [apply Rabs_pos | apply (HE 1%nat); lia]).
assert (D : Sum n (fun i => r i - p i) = 0) by (rewrite Sum_minus; destruct Sz as [_ ->], Sy as [_ ->]; ring).
set (A := Sum n (fun i => if Rlt_dec (p i) (r i) then M i else 0)). set (B := Sum n (fun i => if Rlt_dec (r i) (p i) then M i else 0)).
set (h := Sum n (fun i => if Rlt_dec (p i) (r i) then r i - p i else 0)). set (h' := Sum n (fun i => if Rlt_dec (r i) (p i) then p i - r i else 0)).
assert (E1 : h - h' = 0).
{ unfold h, h'. rewrite <- D, <- Sum_minus. apply Sum_ext. intros i _. destruct (Rlt_dec (p i) (r i)), (Rlt_dec (r i) (p i)); lra. }
assert (E2 : Sum n (fun i => Rabs (p i - r i)) = h + h').
{ unfold h, h'. rewrite <- Sum_plus. apply Sum_ext. intros i _.
  destruct (Rlt_dec (p i) (r i)), (Rlt_dec (r i) (p i)); unfold Rabs; destruct (Rcase_abs _); lra. }
assert (E3 : A + B <= Sum n M).
{ unfold A, B. rewrite <- Sum_plus. apply Sum_le. intros i _. specialize (HM i). destruct (Rlt_dec (p i) (r i)), (Rlt_dec (r i) (p i)); lra. }
assert (HA : 0 <= A) by (apply Sum_nonneg; intros; destruct (Rlt_dec _ _); [apply HM | lra]).
assert (HB : 0 <= B) by (apply Sum_nonneg; intros; destruct (Rlt_dec _ _); [apply HM | lra]).
assert (U : h <= A * (e - delta)).
{ unfold h, A. rewrite <- Sum_scal_r. apply Sum_le. intros i Hi. destruct (Rlt_dec (p i) (r i)) as [L|L]; [|lra].
  destruct (H i Hi) as [H1 H2]. fold p r in H1, H2. specialize (HE i Hi). change (sens alpha _ i) with (M i) in H1.
  rewrite Rabs_pos_eq in H1 by lra. assert (0 <= y i - z i - delta) by nra. rewrite Rabs_pos_eq in H1 by assumption.
  eapply Rle_trans; [exact H1|]. apply Rmult_le_compat_l; [apply HM|]. pose proof (Rle_abs (y i - z i)). lra. }
assert (V : h <= B * (e + delta)).
{ replace h with h' by lra. unfold h', B. rewrite <- Sum_scal_r. apply Sum_le. intros i Hi. destruct (Rlt_dec (r i) (p i)) as [L|L]; [|lra].
  destruct (H i Hi) as [H1 H2]. fold p r in H1, H2. specialize (HE i Hi). change (sens alpha _ i) with (M i) in H1.
  rewrite Rabs_minus_sym, Rabs_pos_eq in H1 by lra. assert (y i - z i - delta <= 0) by nra. rewrite <- Rabs_Ropp, Rabs_pos_eq in H1 by lra.
  eapply Rle_trans; [exact H1|]. apply Rmult_le_compat_l; [apply HM|]. pose proof (Rle_abs (- (y i - z i))) as K. rewrite Rabs_Ropp in K. lra. }
rewrite E2. replace (h + h') with (2 * h) by lra. eapply Rle_trans; [apply (halves h A B e delta); assumption|].
apply Rmult_le_compat_l; [exact He|]. eapply Rle_trans; [exact E3 | now apply sens_sum_le].
Qed.

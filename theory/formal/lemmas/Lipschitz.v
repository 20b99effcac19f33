(* The Euclidean Lipschitz constant of entmax, and the parabola above its loss. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra One Loss Norms Entries NormPath JacobianNorm
  Secant.
Open Scope R_scope.

Lemma geometric_mean x a b : 0 <= a -> 0 <= b -> x * x <= a * b -> x <= (a + b) / 2.
Proof.
intros Ha Hb H. apply Rnot_lt_le. intros L. pose proof (pow2_ge_0 (a - b)).
assert ((a + b) / 2 * ((a + b) / 2) < x * x) by (apply Rmult_le_0_lt_compat; lra). lra.
Qed.

Section Rows.
Variables (n : nat) (alpha : R) (z y : nat -> R).
Hypotheses (Hn : (2 <= n)%nat) (Ha : 1 <= alpha <= 2).
Let p := entmax1 n alpha z.
Let r := entmax1 n alpha y.
Let L := spectral n alpha.

(** |r - p|^2 <= L <r - p, y - z>: a change is a matrix below the Jacobian at the midpoint, times the change of the logits. *)
Theorem cocoercive : Sum n (fun i => (r i - p i) ^ 2) <= L * Sum n (fun i => (r i - p i) * (y i - z i)).
Proof.
assert (Hn1 : (1 <= n)%nat) by lia. destruct (rows_move n alpha z y Hn1 Ha) as [delta H].
pose proof (entmax1_simplex n alpha z Hn1 ltac:(lra)) as [Z0 Z1]. pose proof (entmax1_simplex n alpha y Hn1 ltac:(lra)) as [Y0 Y1].
  fold p in Z0, Z1. fold r in Y0, Y1.
set (m i := (r i + p i) / 2). assert (Sm : simplex n m).
{ split; [intros i Hi; specialize (Z0 i Hi); specialize (Y0 i Hi); unfold m; lra|]. unfold m, Rdiv. rewrite Sum_scal_r, Sum_plus, Z1, Y1. field. }
set (M := sens alpha m). set (D i := r i - p i). assert (HD : Sum n D = 0) by (unfold D; rewrite Sum_minus, Y1, Z1; ring).
pose proof (spectral_pos n alpha) as HL. fold L in HL. pose proof (sens_sum_pos n alpha m Sm) as HS. fold M in HS.
set (mu := Sum n (fun k => M k * D k) / Sum n M).
pose proof (jacobian_norm n alpha m D Hn Ha Sm) as J. fold M L in J. unfold form in J. rewrite jacobian_variance in J by exact HS. fold mu in J.
assert (K : Sum n (fun i => D i * (D i - mu)) <= Sum n (fun i => / 2 * (L * (D i * (y i - z i - delta))) + / 2 * (/ L * (M i * (D i - mu) ^ 2)))).
{ apply Sum_le. intros i Hi. destruct (H i Hi) as [H1 H2]. fold p r in H1, H2. change (Rabs (D i) <= M i * Rabs (y i - z i - delta)) in H1.
  change (0 <= D i * (y i - z i - delta)) in H2. set (e := y i - z i - delta) in *. assert (M0 : 0 <= M i) by apply sens_ge0.
  assert (Q : D i * D i <= M i * (D i * e)).
  { rewrite <- (Rabs_pos_eq (D i * e)), Rabs_mult by exact H2. rewrite <- (Rabs_pos_eq (D i * D i)), Rabs_mult by nra.
    pose proof (Rabs_pos (D i)). nra. }
  assert (Il : 0 < / L) by now apply Rinv_0_lt_compat. pose proof (pow2_ge_0 (D i - mu)) as P2.
  pose proof (geometric_mean (D i * (D i - mu)) (L * (D i * e)) (/ L * (M i * (D i - mu) ^ 2))) as G.
  assert (A1 : 0 <= L * (D i * e)) by (apply Rmult_le_pos; lra).
    assert (A2 : 0 <= / L * (M i * (D i - mu) ^ 2)) by (apply Rmult_le_pos; [lra | now apply Rmult_le_pos]).
  specialize (G A1 A2). replace (L * (D i * e) * (/ L * (M i * (D i - mu) ^ 2))) with (M i * (D i * e) * (D i - mu) ^ 2) in G by (field; lra).
  assert (Q2 : D i * (D i - mu) * (D i * (D i - mu)) <= M i * (D i * e) * (D i - mu) ^ 2).
  { replace (D i * (D i - mu) * (D i * (D i - mu))) with (D i * D i * (D i - mu) ^ 2) by ring. apply Rmult_le_compat_r; assumption. }
  specialize (G Q2). lra. }
rewrite Sum_plus, !Sum_scal in K.
assert (E1 : Sum n (fun i => D i * (D i - mu)) = Sum n (fun i => D i ^ 2)).
{ rewrite (Sum_ext n _ (fun i => D i ^ 2 - D i * mu)) by (intros; ring). rewrite Sum_minus, Sum_scal_r, HD. ring. }
assert (E2 : Sum n (fun i => D i * (y i - z i - delta)) = Sum n (fun i => D i * (y i - z i))).
{ rewrite (Sum_ext n _ (fun i => D i * (y i - z i) - D i * delta)) by (intros; ring). rewrite Sum_minus, Sum_scal_r, HD. ring. }
rewrite E1, E2 in K. apply (Rmult_le_compat_l (/ L)) in J; [|left; now apply Rinv_0_lt_compat].
rewrite <- Rmult_assoc, Rinv_l, Rmult_1_l in J by lra. change (Sum n (fun i => D i ^ 2) <= L * Sum n (fun i => D i * (y i - z i))). lra.
Qed.

Theorem lipschitz : Sum n (fun i => (r i - p i) ^ 2) <= L ^ 2 * Sum n (fun i => (y i - z i) ^ 2).
Proof.
pose proof cocoercive as C.
assert (K : Sum n (fun i => L * ((r i - p i) * (y i - z i))) <= Sum n (fun i => / 2 * (r i - p i) ^ 2 + / 2 * (L ^ 2 * (y i - z i) ^ 2))).
{ apply Sum_le. intros i _. pose proof (pow2_ge_0 (r i - p i - L * (y i - z i))). lra. }
rewrite Sum_plus, !Sum_scal in K. lra.
Qed.

Theorem monotone_above : Sum n (fun i => (r i - p i) * (y i - z i)) <= L * Sum n (fun i => (y i - z i) ^ 2).
Proof.
pose proof cocoercive as C. pose proof (spectral_pos n alpha) as HL. fold L in HL.
assert (K : Sum n (fun i => (r i - p i) * (y i - z i)) <= Sum n (fun i => / 2 * (/ L * (r i - p i) ^ 2) + / 2 * (L * (y i - z i) ^ 2))).
{ apply Sum_le. intros i _. pose proof (pow2_ge_0 (r i - p i - L * (y i - z i))) as P.
  apply (Rmult_le_compat_l (/ (2 * L))) in P; [|left; apply Rinv_0_lt_compat; lra]. rewrite Rmult_0_r in P.
  replace (/ (2 * L) * (r i - p i - L * (y i - z i)) ^ 2) with (/ 2 * (/ L * (r i - p i) ^ 2) + / 2 * (L * (y i - z i) ^ 2) - (r i - p i) * (y i -
    z i)) in P by (field; lra). lra. }
rewrite Sum_plus, !Sum_scal in K. apply (Rmult_le_compat_l (/ L)) in C; [|left; now apply Rinv_0_lt_compat].
rewrite <- Rmult_assoc, Rinv_l, Rmult_1_l in C by lra. lra.
Qed.
End Rows.

Section Parabola.
Variables (n : nat) (alpha : R) (z d : nat -> R).
Hypotheses (Hn : (2 <= n)%nat) (Ha : 1 < alpha) (Ha2 : alpha <= 2).
Let L := spectral n alpha.
Let q t := entmax n alpha (fun i => z i + t * d i).
Let f t := objective n alpha (fun i => z i + t * d i) (q t).
Let V := Sum n (fun i => d i ^ 2).
Let s t := Sum n (fun i => d i * q t i).

(** Along a segment the conjugate's slope at its end bounds its increase. *)
Lemma step t u : f u - f t <= (u - t) * s u.
Proof.
pose proof (subgradient n alpha (fun i => z i + u * d i) ltac:(lia) Ha (fun i => z i + t * d i)) as S. fold (q t) (q u) (f t) (f u) in S.
rewrite (Sum_ext n _ (fun i => (t - u) * (d i * q u i))) in S by (intros; ring). rewrite Sum_scal in S. fold (s u) in S. lra.
Qed.

Lemma slope_above t : 0 < t -> s t - s 0 <= L * t * V.
Proof.
intros Ht. pose proof (monotone_above n alpha (fun i => z i + 0 * d i) (fun i => z i + t * d i) Hn ltac:(lra)) as M. fold L in M.
rewrite (Sum_ext n _ (fun i => t * (d i * q t i - d i * q 0 i))) in M.
2:{ intros i _. rewrite !entmax1_above by exact Ha. unfold q. ring. }
rewrite (Sum_ext n (fun i => (z i + t * d i - (z i + 0 * d i)) ^ 2) (fun i => t ^ 2 * d i ^ 2)) in M by (intros; ring).
rewrite !Sum_scal, Sum_minus in M. fold V in M. fold (s t) (s 0) in M. apply (Rmult_le_reg_l t); [exact Ht|]. lra.
Qed.

Lemma V_ge0 : 0 <= V.
Proof. apply Sum_nonneg. intros; apply pow2_ge_0. Qed.

(** In N steps the excess over the tangent is at most L V (N + 1) / (2 N). *)
Lemma steps N k : (k <= N)%nat -> (1 <= N)%nat ->
  f (INR k / INR N) - f 0 - INR k / INR N * s 0 <= L * V * (INR k * (INR k + 1)) / (2 * INR N ^ 2).
Proof.
intros Hk HN. assert (PN : 0 < INR N) by (apply lt_0_INR; lia). pose proof V_ge0 as V0. induction k as [|k IH].
- simpl (INR 0). replace (0 / INR N) with 0 by (field; lra). right. field. lra.
- specialize (IH ltac:(lia)). rewrite S_INR. pose proof (pos_INR k) as Pk.
  pose proof (step (INR k / INR N) ((INR k + 1) / INR N)) as S1.
  replace ((INR k + 1) / INR N - INR k / INR N) with (/ INR N) in S1 by (field; lra).
  assert (Pt : 0 < (INR k + 1) / INR N) by (apply Rdiv_lt_0_compat; lra). pose proof (slope_above _ Pt) as S2.
  apply (Rmult_le_compat_l (/ INR N)) in S2; [|left; now apply Rinv_0_lt_compat].
  assert (E1 : (INR k + 1) / INR N * s 0 = INR k / INR N * s 0 + / INR N * s 0) by (field; lra).
  assert (E2 : L * V * ((INR k + 1) * (INR k + 1 + 1)) / (2 * INR N ^ 2) = L * V * (INR k * (INR k + 1)) / (2 * INR N ^ 2) + / INR N * (L * ((INR k
    + 1) / INR N) * V)) by (field; lra).
  rewrite E1, E2. lra.
Qed.

Theorem parabola_segment : f 1 - f 0 - s 0 <= L * V / 2.
Proof.
pose proof V_ge0 as V0. pose proof (spectral_pos n alpha) as HL. fold L in HL. assert (LV : 0 <= L * V) by (apply Rmult_le_pos; lra).
apply Rnot_lt_le. intros H. set (g := f 1 - f 0 - s 0 - L * V / 2). assert (Hg : 0 < g) by (unfold g; lra).
assert (P0 : 0 <= L * V / (2 * g)) by (apply Rmult_le_pos; [exact LV | left; apply Rinv_0_lt_compat; lra]).
assert (HN : exists N, L * V / (2 * g) < INR N).
{ destruct (archimed (L * V / (2 * g))) as [U _]. exists (Z.to_nat (up (L * V / (2 * g)))).
  rewrite INR_IZR_INZ, Z2Nat.id; [exact U|]. apply le_IZR. lra. }
destruct HN as [N HN].
assert (HN1 : (1 <= N)%nat) by (destruct N; [simpl in HN; lra | lia]). assert (PN : 0 < INR N) by (apply lt_0_INR; lia).
pose proof (steps N N (Nat.le_refl N) HN1) as S. replace (INR N / INR N) with 1 in S by (field; lra).
replace (L * V * (INR N * (INR N + 1)) / (2 * INR N ^ 2)) with (L * V / 2 + L * V / (2 * INR N)) in S by (field; lra).
assert (L * V / (2 * INR N) < g); [|unfold g in *; lra].
apply (Rmult_lt_compat_r (2 * g)) in HN; [|lra]. replace (L * V / (2 * g) * (2 * g)) with (L * V) in HN by (field; lra).
apply (Rmult_lt_reg_r (2 * INR N)); [lra|]. replace (L * V / (2 * INR N) * (2 * INR N)) with (L * V) by (field; lra). lra.
Qed.
End Parabola.

Theorem parabola n alpha z y : (2 <= n)%nat -> 1 < alpha -> alpha <= 2 ->
  objective n alpha y (entmax n alpha y) <=
  objective n alpha z (entmax n alpha z) + Sum n (fun i => (y i - z i) * entmax n alpha z i) + spectral n alpha * Sum n (fun i => (y i - z i) ^ 2)
    / 2.
Proof.
intros Hn Ha Ha2. pose proof (parabola_segment n alpha z (fun i => y i - z i) Hn Ha Ha2) as P. cbv beta in P.
assert (T : forall c w, (forall i, c * (y i - z i) = w i - z i) -> forall i,
  entmax n alpha (fun i => z i + c * (y i - z i)) i = entmax n alpha w i).
{ intros c w E i. assert (Th : threshold n alpha w = threshold n alpha (fun i => z i + c * (y i - z i)) + 0).
  { apply threshold_eq; [lia | exact Ha |]. intros t. apply Sum_ext. intros j _. unfold scaled. rewrite E. do 2 f_equal. ring. }
  unfold entmax. rewrite Th, E. do 2 f_equal. ring. }
assert (O : forall c w, (forall i, c * (y i - z i) = w i - z i) ->
  objective n alpha (fun i => z i + c * (y i - z i)) (entmax n alpha (fun i => z i + c * (y i - z i))) = objective n alpha w (entmax n alpha w)).
{ intros c w E. unfold objective. f_equal; apply Sum_ext; intros i _; rewrite (T c w E); [rewrite E; ring | reflexivity]. }
rewrite (O 1 y) in P by (intros; ring). rewrite (O 0 z) in P by (intros; ring).
rewrite (Sum_ext n (fun i => (y i - z i) * entmax n alpha (fun i => z i + 0 * (y i - z i)) i) (fun i => (y i - z i) * entmax n alpha z i)) in P
  by (intros; rewrite (T 0 z); [reflexivity | intros; ring]).
lra.
Qed.

Theorem squared_error n alpha z Y : (2 <= n)%nat -> 1 < alpha -> alpha <= 2 -> simplex n Y ->
  objective n alpha z (entmax n alpha z) - objective n alpha z Y >= Sum n (fun i => (entmax n alpha z i - Y i) ^ 2) / (2 * spectral n alpha).
Proof.
intros Hn Ha Ha2 HY. pose proof (spectral_pos n alpha) as HL. set (L := spectral n alpha) in *. set (p := entmax n alpha z).
set (y i := z i + (Y i - p i) / L). pose proof (parabola n alpha z y Hn Ha Ha2) as P. fold p L in P.
pose proof (entmax_optimal n alpha y ltac:(lia) Ha Y HY) as O. rewrite (objective_linear n alpha z y Y) in O.
assert (E1 : Sum n (fun i => (y i - z i) * Y i) - Sum n (fun i => (y i - z i) * p i) = / L * Sum n (fun i => (p i - Y i) ^ 2)).
{ rewrite <- Sum_minus, <- Sum_scal. apply Sum_ext. intros i _. unfold y. field. lra. }
assert (E2 : L * Sum n (fun i => (y i - z i) ^ 2) / 2 = / (2 * L) * Sum n (fun i => (p i - Y i) ^ 2)).
{ rewrite (Sum_ext n _ (fun i => / L ^ 2 * (p i - Y i) ^ 2)) by (intros; unfold y; field; lra). rewrite Sum_scal. field. lra. }
replace (Sum n (fun i => (p i - Y i) ^ 2) / (2 * L)) with (/ L * Sum n (fun i => (p i - Y i) ^ 2) - / (2 * L) * Sum n (fun i => (p i - Y i) ^ 2))
  by (field; lra).
lra.
Qed.

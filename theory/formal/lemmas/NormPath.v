(* Between two blocks and two tokens nothing is more sensitive: a quotient of norms falls and then rises along a path. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Optimal Jacobian Norms Entries.
Open Scope R_scope.

(** The mean value theorem with a derivative inside only. *)
Lemma mvt_open (f f' : R -> R) a b : a < b -> (forall c, a < c < b -> is_derive f c (f' c)) -> (forall c, a <= c <= b -> continuous f c) ->
  exists c, a < c < b /\ f b - f a = f' c * (b - a).
Proof.
intros Hab Hd Hc.
assert (D : forall c, a < c < b -> derivable_pt_lim f c (f' c)) by (intros; now apply is_derive_Reals, Hd).
destruct (MVT f id a b (fun c P => exist _ (f' c) (D c P)) (fun c _ => exist _ 1 (derivable_pt_lim_id c)) Hab) as [c [P E]].
- intros c H. apply continuity_pt_filterlim. now apply Hc.
- intros c _. apply derivable_continuous_pt. exists 1. apply derivable_pt_lim_id.
- exists c. split; [exact P|]. cbn in E. unfold id in E. lra.
Qed.

Section Path.
Variables (m rho : R).
Hypotheses (Hm : 0 < m) (Hrho : 0 < rho < 1).
Let A t := 1 + m * t.

(** The sign of the slope, and its two derivatives for t > 0. *)
Let G t := (1 + A t) * (1 - pw t rho) - (1 - t) * (1 + pw (A t) rho).
Let G1 t := m * (1 - Rpower t rho) - (1 + A t) * rho * (Rpower t rho / t) + (1 + Rpower (A t) rho) - (1 - t) * rho * m * (Rpower (A t) rho / A t).
Let G2 t := - (2 * m * rho) * (Rpower t rho / t) + (1 + A t) * rho * (1 - rho) * (Rpower t rho / t ^ 2)
  + 2 * rho * m * (Rpower (A t) rho / A t) + (1 - t) * rho * (1 - rho) * m ^ 2 * (Rpower (A t) rho / A t ^ 2).

Lemma A_pos t : 0 <= t -> 0 < A t.
Proof. intros H. unfold A. nra. Qed.

Lemma G_derive t : 0 < t -> is_derive G t (G1 t).
Proof.
intros Ht. pose proof (A_pos t ltac:(lra)) as HA.
apply (is_derive_ext_loc (fun t => (1 + A t) * (1 - exp (rho * ln t)) - (1 - t) * (1 + exp (rho * ln (A t))))).
- exists (mkposreal t Ht). intros x Hx. apply ball_lt, Rabs_def2 in Hx. simpl in Hx. unfold G.
  rewrite !pw_Rpower; [reflexivity | apply A_pos; lra | lra].
- unfold G1, Rpower, A in *. auto_derive; [repeat split; lra|]. field. lra.
Qed.

Lemma G1_derive t : 0 < t -> is_derive G1 t (G2 t).
Proof.
intros Ht. pose proof (A_pos t ltac:(lra)) as HA. unfold G1, G2, Rpower, A in *. auto_derive; [repeat split; lra|]. field. lra.
Qed.

Lemma G_continuous t : 0 <= t -> continuous G t.
Proof.
intros Ht. assert (C : forall f : R -> R, ex_derive f t -> continuous f t) by (intros f Hf; exact (ex_derive_continuous f t Hf)).
apply (continuous_minus (fun t => (1 + A t) * (1 - pw t rho)) (fun t => (1 - t) * (1 + pw (A t) rho))).
- apply (continuous_mult (fun t => 1 + A t) (fun t => 1 - pw t rho)); [apply C; unfold A; auto_derive; exact I|].
  apply (continuous_minus (fun _ => 1) (fun t => pw t rho)); [apply continuous_const | apply pw_continuous; lra].
- apply (continuous_mult (fun t => 1 - t) (fun t => 1 + pw (A t) rho)); [apply C; auto_derive; exact I|].
  apply (continuous_plus (fun _ => 1) (fun t => pw (A t) rho)); [apply continuous_const|].
  apply (continuous_comp A (fun x => pw x rho)); [apply C; unfold A; auto_derive; exact I | apply pw_continuous; lra].
Qed.

(** The curvature changes its sign at most once, from + to -: in z = m t the logarithm of the quotient of its parts rises. *)
Let D z := (1 + rho) * z - 2 * (1 - rho).
Let N z := (1 - rho) * m + 2 + (1 + rho) * z.

Lemma quotient_rises x y : 0 < x < y -> 0 < D x ->
  (2 - rho) * (ln (1 + x) - ln x) + ln (D x) - ln (N x) <= (2 - rho) * (ln (1 + y) - ln y) + ln (D y) - ln (N y).
Proof.
intros Hxy Hx. set (L z := (2 - rho) * (ln (1 + z) - ln z) + ln (D z) - ln (N z)). change (L x <= L y).
set (L' z := (2 - rho) * (/ (1 + z) - / z) + (1 + rho) / D z - (1 + rho) / N z).
assert (DN : forall z, x <= z -> 0 < D z /\ 0 < N z) by (intros z Hz; unfold D, N in *; nra).
destruct (MVT_cor2 L L' x y ltac:(lra)) as [z [E Hz]].
- intros z Hz. destruct (DN z ltac:(lra)) as [Dz Nz]. apply is_derive_Reals. unfold L, L', D, N in *. auto_derive; [repeat split; lra|]. field. lra.
- destruct (DN z ltac:(lra)) as [Dz Nz].
  assert (0 <= L' z); [|assert (0 <= L' z * (y - x)) by (apply Rmult_le_pos; lra); lra].
  assert (F : L' z = (m * (1 - rho) * ((1 + rho) * z ^ 2 - (1 + rho) * (1 - rho) * z + 2 * (1 - rho) * (2 - rho))
    + (2 - rho) * (1 - rho) * ((1 + rho) * z ^ 2 + 4 + 2 * (1 + rho) * z)) / (z * (1 + z) * D z * N z)).
  { unfold L', D, N in *. field. lra. }
  rewrite F. apply Rmult_le_pos.
  + assert (0 <= (1 + rho) * z ^ 2 - (1 + rho) * (1 - rho) * z + 2 * (1 - rho) * (2 - rho)).
    { assert (0 <= (z - (1 - rho) / 2) ^ 2) by apply pow2_ge_0.
      assert ((1 + rho) * (1 - rho) <= 8 * (2 - rho)) by nra. nra. }
    assert (0 <= m * (1 - rho)) by nra. assert (0 <= (2 - rho) * (1 - rho)) by nra.
    assert (0 <= (1 + rho) * z ^ 2 + 4 + 2 * (1 + rho) * z) by nra.
    apply Rplus_le_le_0_compat; apply Rmult_le_pos; assumption.
  + left. apply Rinv_0_lt_compat. repeat apply Rmult_lt_0_compat; lra.
Qed.

(** G2 in these terms. *)
Lemma G2_shape t : 0 < t -> G2 t = rho * (Rpower (A t) rho / A t ^ 2) * (m * N (m * t) - Rpower (A t / t) (2 - rho) * D (m * t)).
Proof.
intros Ht. pose proof (A_pos t ltac:(lra)) as HA.
assert (E : Rpower (A t / t) (2 - rho) = A t ^ 2 / Rpower (A t) rho * (Rpower t rho / t ^ 2)).
{ unfold Rdiv at 1. rewrite <- Rpower_mult_distr by (lra || now apply Rinv_0_lt_compat).
  replace (2 - rho) with (2 + - rho) by ring. rewrite !Rpower_plus, !Rpower_Ropp.
  replace 2 with (INR 2) by reflexivity. rewrite !Rpower_pow by (lra || now apply Rinv_0_lt_compat).
  replace (Rpower (/ t) rho) with (/ Rpower t rho).
  - pose proof (Rpower_gt0 (A t) rho). pose proof (Rpower_gt0 t rho). field. lra.
  - rewrite <- Rpower_Ropp. unfold Rpower. rewrite ln_Rinv by exact Ht. f_equal. ring. }
rewrite E. unfold G2, D, N. pose proof (Rpower_gt0 (A t) rho) as PA. set (X := Rpower (A t) rho) in *. set (T := Rpower t rho).
unfold A in *. field. lra.
Qed.

Lemma curvature_once x y : 0 < x < y -> G2 x < 0 -> 0 < G2 y -> False.
Proof.
intros Hxy H1 H2. rewrite G2_shape in H1, H2 by lra.
assert (P : forall t, 0 < t -> 0 < rho * (Rpower (A t) rho / A t ^ 2)).
{ intros t Ht. pose proof (A_pos t ltac:(lra)). apply Rmult_lt_0_compat; [lra|]. apply Rdiv_lt_0_compat; [apply Rpower_gt0 | now apply pow_lt]. }
pose proof (P x ltac:(lra)) as Px. pose proof (P y ltac:(lra)) as Py.
set (Ux := Rpower (A x / x) (2 - rho)) in *. set (Uy := Rpower (A y / y) (2 - rho)) in *.
assert (UX : 0 < Ux) by apply Rpower_gt0. assert (UY : 0 < Uy) by apply Rpower_gt0.
assert (K1 : m * N (m * x) < Ux * D (m * x)) by nra. assert (K2 : Uy * D (m * y) < m * N (m * y)) by nra.
assert (Mx : 0 < m * x) by (apply Rmult_lt_0_compat; lra). assert (Mxy : m * x < m * y) by (apply Rmult_lt_compat_l; lra).
assert (PN : forall z, 0 < z -> 0 < N z).
{ intros z Hz. unfold N. assert (0 < (1 - rho) * m) by (apply Rmult_lt_0_compat; lra).
  assert (0 < (1 + rho) * z) by (apply Rmult_lt_0_compat; lra). lra. }
pose proof (PN (m * x) Mx) as Nx. pose proof (PN (m * y) ltac:(lra)) as Ny.
assert (Dx : 0 < D (m * x)).
{ apply (Rmult_lt_reg_l Ux); [exact UX|]. assert (0 < m * N (m * x)) by (apply Rmult_lt_0_compat; lra). lra. }
assert (Dy : 0 < D (m * y)) by (unfold D in *; nra).
pose proof (quotient_rises (m * x) (m * y) (conj Mx Mxy) Dx) as Q.
assert (LU : forall t, 0 < t -> ln (Rpower (A t / t) (2 - rho)) = (2 - rho) * (ln m + (ln (1 + m * t) - ln (m * t)))).
{ intros t Ht. pose proof (A_pos t ltac:(lra)) as HA. unfold Rpower. rewrite ln_exp. f_equal. unfold Rdiv.
  rewrite ln_mult, ln_Rinv, (ln_mult m) by (lra || now apply Rinv_0_lt_compat). unfold A. ring. }
pose proof (LU x ltac:(lra)) as Lx. pose proof (LU y ltac:(lra)) as Ly. fold Ux in Lx. fold Uy in Ly.
apply ln_increasing in K1; [|apply Rmult_lt_0_compat; lra]. apply ln_increasing in K2; [|apply Rmult_lt_0_compat; lra].
  rewrite !ln_mult in K1, K2 by lra. rewrite Lx in K1. rewrite Ly in K2. lra.
Qed.

Lemma slope_once x y : 0 < x -> x < y -> y < 1 -> 0 < G x -> G y < 0 -> False.
Proof.
intros Hx Hxy Hy Gx Gy.
assert (G0 : G 0 = 0) by (unfold G, A; rewrite Rmult_0_r, Rplus_0_r, pw_1_l, pw_0 by lra; ring).
assert (Ge : G 1 = 0) by (unfold G; rewrite pw_1_l; ring).
assert (C : forall a b c, 0 <= a -> a <= c <= b -> continuous G c) by (intros; apply G_continuous; lra).
destruct (mvt_open G G1 0 x Hx) as [c1 [H1 E1]]; [intros; apply G_derive; lra | intros; now apply (C 0 x); lra |].
destruct (mvt_open G G1 x y Hxy) as [c2 [H2 E2]]; [intros; apply G_derive; lra | intros; apply (C x y); lra |].
destruct (mvt_open G G1 y 1 Hy) as [c3 [H3 E3]]; [intros; apply G_derive; lra | intros; apply (C y 1); lra |].
rewrite G0 in E1. rewrite Ge in E3.
assert (S1 : 0 < G1 c1) by (apply (Rmult_lt_reg_r (x - 0)); lra).
assert (S2 : G1 c2 < 0) by (apply (Rmult_lt_reg_r (y - x)); lra).
assert (S3 : 0 < G1 c3) by (apply (Rmult_lt_reg_r (1 - y)); lra).
assert (C1 : forall c, 0 < c -> continuous G1 c) by (intros c Hc; apply (ex_derive_continuous G1); exists (G2 c); now apply G1_derive).
destruct (mvt_open G1 G2 c1 c2 ltac:(lra)) as [d1 [I1 F1]]; [intros; apply G1_derive; lra | intros; apply C1; lra |].
destruct (mvt_open G1 G2 c2 c3 ltac:(lra)) as [d2 [I2 F2]]; [intros; apply G1_derive; lra | intros; apply C1; lra |].
apply (curvature_once d1 d2); [lra | |].
- apply (Rmult_lt_reg_r (c2 - c1)); lra.
- apply (Rmult_lt_reg_r (c3 - c2)); lra.
Qed.

(** The quotient. *)
Let square t := 1 + A t ^ 2 + t ^ 2 * m.
Let r := 1 + rho.
Let mass t := 1 + pw (A t) r + pw t r * m.
Let Phi t := ln (square t) - 2 / r * ln (mass t).

Lemma square_pos t : 0 < square t.
Proof. unfold square. pose proof (pow2_ge_0 (A t)). pose proof (pow2_ge_0 t). nra. Qed.

Lemma path_mass_pos t : 0 < mass t.
Proof. unfold mass. pose proof (pw_ge0 (A t) r). pose proof (pw_ge0 t r). nra. Qed.

Lemma mass_derive t : 0 < t -> is_derive mass t (r * m * (pw (A t) rho + pw t rho)).
Proof.
intros Ht. pose proof (A_pos t ltac:(lra)) as HA.
apply (is_derive_ext_loc (fun t => 1 + exp (r * ln (A t)) + exp (r * ln t) * m)).
- exists (mkposreal t Ht). intros x Hx. apply ball_lt, Rabs_def2 in Hx. simpl in Hx. unfold mass.
  rewrite !pw_Rpower; [reflexivity | lra | apply A_pos; lra].
- assert (E : forall x, 0 < x -> exp (r * ln x) = x * pw x rho).
  { intros x Hx. rewrite pw_Rpower by exact Hx. rewrite <- (Rpower_1 x) at 2 by exact Hx. rewrite <- Rpower_plus. reflexivity. }
  unfold A in *. auto_derive; [repeat split; lra|]. rewrite !E by lra. field. lra.
Qed.

Lemma Phi_derive t : 0 < t -> is_derive Phi t (2 * m * G t / (square t * mass t)).
Proof.
intros Ht. pose proof (square_pos t) as S0. pose proof (path_mass_pos t) as M0. pose proof (A_pos t ltac:(lra)) as HA.
assert (Dl : is_derive (fun t => ln (square t)) t (2 * m * (A t + t) / square t)).
{ unfold square, A in *. auto_derive; [exact S0|]. field. lra. }
assert (Dr : is_derive (fun t => 2 / r * ln (mass t)) t (2 / r * (r * m * (pw (A t) rho + pw t rho) / mass t))).
{ apply (is_derive_scal (fun t => ln (mass t))).
  apply (is_derive_comp ln mass); [apply is_derive_Reals, derivable_pt_lim_ln, M0 | now apply mass_derive]. }
pose proof (is_derive_minus _ _ _ _ _ Dl Dr) as Dd.
replace (2 * m * G t / (square t * mass t)) with (2 * m * (A t + t) / square t - 2 / r * (r * m * (pw (A t) rho + pw t rho) / mass t)); [exact Dd|].
assert (Hr : 0 < r) by (unfold r; lra).
assert (Em : mass t = 1 + A t * pw (A t) rho + t * pw t rho * m).
{ unfold mass, r. rewrite !pw_plus, !pw_1_r by lra. reflexivity. }
assert (Eg : (A t + t) * mass t - (pw (A t) rho + pw t rho) * square t = G t).
{ rewrite Em. unfold square, G. set (X := pw (A t) rho). set (Y := pw t rho). unfold A. ring. }
rewrite <- Eg. field. lra.
Qed.

Lemma Phi_continuous t : 0 <= t -> continuous Phi t.
Proof.
intros Ht. assert (Cln : forall x, 0 < x -> continuous ln x) by (intros x Hx; apply (ex_derive_continuous ln); exists (/ x);
  apply is_derive_Reals, derivable_pt_lim_ln, Hx).
assert (C : forall f : R -> R, ex_derive f t -> continuous f t) by (intros f Hf; exact (ex_derive_continuous f t Hf)).
  assert (Hr : 0 < r) by (unfold r; lra).
apply (continuous_minus (fun t => ln (square t)) (fun t => 2 / r * ln (mass t))).
- apply (continuous_comp square ln); [apply C; unfold square, A; auto_derive; exact I | apply Cln, square_pos].
- apply (continuous_scal_r (2 / r) (fun t => ln (mass t))). apply (continuous_comp mass ln); [|apply Cln, path_mass_pos].
  apply (continuous_plus (fun t => 1 + pw (A t) r) (fun t => pw t r * m)).
  + apply (continuous_plus (fun _ => 1) (fun t => pw (A t) r)); [apply continuous_const|].
    apply (continuous_comp A (fun x => pw x r)); [apply C; unfold A; auto_derive; exact I | now apply pw_continuous].
  + apply (continuous_mult (fun t => pw t r) (fun _ => m)); [now apply pw_continuous | apply continuous_const].
Qed.

Theorem largest_at_ends t : 0 <= t <= 1 -> Phi t <= Phi 0 \/ Phi t <= Phi 1.
Proof.
intros Ht. destruct (Rle_dec (Phi t) (Phi 0)) as [|L0]; [now left|]. destruct (Rle_dec (Phi t) (Phi 1)) as [|L1]; [now right|]. exfalso.
assert (t <> 0) by (intros ->; lra). assert (t <> 1) by (intros ->; lra).
destruct (mvt_open Phi (fun t => 2 * m * G t / (square t * mass t)) 0 t ltac:(lra)) as [x [Hx Ex]]; [intros; apply Phi_derive; lra | intros;
  apply Phi_continuous; lra |].
destruct (mvt_open Phi (fun t => 2 * m * G t / (square t * mass t)) t 1 ltac:(lra)) as [y [Hy Ey]]; [intros; apply Phi_derive; lra | intros;
  apply Phi_continuous; lra |].
assert (Pos : forall c, 0 < 2 * m / (square c * mass c)).
{ intros c. apply Rdiv_lt_0_compat; [lra|]. apply Rmult_lt_0_compat; [apply square_pos | apply path_mass_pos]. }
replace (2 * m * G x / (square x * mass x)) with (2 * m / (square x * mass x) * G x) in Ex by (unfold Rdiv; ring).
replace (2 * m * G y / (square y * mass y)) with (2 * m / (square y * mass y) * G y) in Ey by (unfold Rdiv; ring).
pose proof (Pos x) as Px. pose proof (Pos y) as Py.
apply (slope_once x y); [lra | lra | lra | |].
- assert (Q : 0 < 2 * m / (square x * mass x) * G x) by (apply (Rmult_lt_reg_r (t - 0)); lra). nra.
- assert (Q : 2 * m / (square y * mass y) * G y < 0) by (apply (Rmult_lt_reg_r (1 - t)); lra). nra.
Qed.

Lemma from_Phi t k : 0 < k -> Phi t <= ln k -> square t <= pw (mass t) (2 / r) * k.
Proof.
intros Hk H. unfold Phi in H. pose proof (square_pos t) as S0. pose proof (path_mass_pos t) as M0.
rewrite pw_Rpower by exact M0. rewrite <- (exp_ln (square t)), <- (exp_ln k) by assumption. unfold Rpower. rewrite <- exp_plus.
assert (H' : ln (square t) <= 2 / r * ln (mass t) + ln k) by lra. destruct H' as [L|L]; [left; now apply exp_increasing | rewrite L; lra].
Qed.
End Path.

(** The Euclidean Lipschitz constant. *)
Definition spectral (n : nat) (alpha : R) : R := Rmax (pw 2 (alpha - 2)) (INR n * entry_constant n alpha / (INR n - 1)).

Lemma spectral_two n alpha : pw 2 (alpha - 2) <= spectral n alpha.
Proof. apply Rmax_l. Qed.

Lemma spectral_pos n alpha : 0 < spectral n alpha.
Proof. eapply Rlt_le_trans; [|apply spectral_two]. apply pw_gt0. lra. Qed.

Theorem norm_path n alpha t : (2 <= n)%nat -> 1 <= alpha <= 2 -> 0 <= t <= 1 ->
  1 + (1 + t * (INR n - 2)) ^ 2 + t ^ 2 * (INR n - 2) <=
  pw (1 + pw (1 + t * (INR n - 2)) (2 / (3 - alpha)) + pw t (2 / (3 - alpha)) * (INR n - 2)) (3 - alpha) * spectral n alpha.
Proof.
intros Hn Ha Ht. assert (HN : 2 <= INR n) by (apply le_INR in Hn; exact Hn).
set (m := INR n - 2). assert (Hm : 0 <= m) by (unfold m; lra).
assert (TM : 0 <= t * m) by (apply Rmult_le_pos; lra). assert (B : 0 <= 1 + t * m) by lra. set (e := 2 / (3 - alpha)). assert (He : 1 <= e).
{ unfold e. apply (Rmult_le_reg_r (3 - alpha)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
assert (M0 : 0 <= pw (1 + pw (1 + t * m) e + pw t e * m) (3 - alpha)) by apply pw_ge0.
assert (K2 : pw 2 (3 - alpha) * pw 2 (alpha - 2) = 2).
{ rewrite <- pw_plus by lra. replace (3 - alpha + (alpha - 2)) with 1 by ring. apply pw_1_r. lra. }
destruct (Req_EM_T m 0) as [E0|N0].
{ replace (pw (1 + pw (1 + t * m) e + pw t e * m) (3 - alpha)) with (pw 2 (3 - alpha))
    by (f_equal; rewrite E0, !Rmult_0_r, !Rplus_0_r, pw_1_l; ring).
  apply Rle_trans with (pw 2 (3 - alpha) * pw 2 (alpha - 2)); [rewrite K2, E0; right; ring | apply Rmult_le_compat_l;
    [apply pw_ge0 | apply spectral_two]]. }
assert (P : 0 < m) by lra. destruct (Req_EM_T alpha 1) as [E1|N1].
{ subst alpha. assert (Ee : e = 1) by (unfold e; field). rewrite Ee, !pw_1_r by lra. replace (3 - 1) with 2 by ring.
  apply Rle_trans with (pw (1 + (1 + t * m) + t * m) 2 * pw 2 (1 - 2)); [|apply Rmult_le_compat_l; [apply pw_ge0 | apply spectral_two]].
  assert (S2 : pw (1 + (1 + t * m) + t * m) 2 = (1 + (1 + t * m) + t * m) ^ 2).
  { replace 2 with (1 + 1) at 1 by ring. rewrite pw_plus, pw_1_r by lra. ring. }
  assert (H2 : pw 2 (1 - 2) = / 2) by (rewrite pw_Rpower by lra; replace (1 - 2) with (- (1)) by ring; rewrite Rpower_Ropp, Rpower_1; lra).
  rewrite S2, H2. assert (t ^ 2 * m <= t * m) by (replace (t ^ 2 * m) with (t * (t * m)) by ring; nra). nra. }
destruct (Req_EM_T alpha 2) as [E2|N2].
{ subst alpha. assert (Ee : e = 2) by (unfold e; field). rewrite Ee. replace (3 - 2) with 1 by ring.
  assert (S2 : forall x, 0 <= x -> pw x 2 = x ^ 2).
  { intros x [Hx|<-]; [|rewrite pw_0; lra]. replace 2 with (1 + 1) at 1 by ring. rewrite pw_plus, pw_1_r by lra. ring. }
  rewrite !S2 by lra. rewrite pw_1_r by (pose proof (pow2_ge_0 (1 + t * m)); pose proof (pow2_ge_0 t); nra).
  pose proof (spectral_two n 2) as S. replace (2 - 2) with 0 in S by ring. rewrite pw_Rpower, Rpower_O in S by lra.
  apply Rle_trans with ((1 + (1 + t * m) ^ 2 + t ^ 2 * m) * 1); [lra|]. apply Rmult_le_compat_l; [|exact S].
    pose proof (pow2_ge_0 (1 + t * m)); pose proof (pow2_ge_0 t); nra. }
set (rho := (alpha - 1) / (3 - alpha)). assert (Hrho : 0 < rho < 1).
{ unfold rho. split; [apply Rdiv_lt_0_compat; lra|]. apply (Rmult_lt_reg_r (3 - alpha)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
assert (Er : 1 + rho = e) by (unfold rho, e; field; lra). assert (E2r : 2 / (1 + rho) = 3 - alpha) by (rewrite Er; unfold e; field; lra).
set (N := 1 + m). assert (EN : INR n - 1 = N) by (unfold N, m; ring). assert (HN1 : 0 < N) by (unfold N; lra).
set (y := pw N (- rho)). assert (Hy : 0 < y) by (now apply pw_gt0).
assert (EC : INR n * entry_constant n alpha / (INR n - 1) = (N + 1) * pw (1 + y) (alpha - 3) / N).
{ unfold entry_constant. rewrite EN. fold rho y. replace (INR n) with (N + 1) by lra. reflexivity. }
assert (F : forall k, 0 < k -> ln (1 + (1 + m * t) ^ 2 + t ^ 2 * m) - 2 / (1 + rho) * ln (1 + pw (1 + m * t) (1 + rho) + pw t (1 + rho) * m) <= ln
  k ->
  k <= spectral n alpha -> 1 + (1 + t * m) ^ 2 + t ^ 2 * m <= pw (1 + pw (1 + t * m) e + pw t e * m) (3 - alpha) * spectral n alpha).
{ intros k Hk H L. apply (from_Phi m rho P Hrho t k Hk) in H. rewrite E2r, Er, (Rmult_comm m t) in H. eapply Rle_trans; [exact H|].
  apply Rmult_le_compat_l; [exact M0 | exact L]. }
destruct (largest_at_ends m rho P Hrho t Ht) as [L|L]; (eapply F; [|eapply Rle_trans; [exact L|]|]).
- apply (pw_gt0 2 (alpha - 2)). lra.
- right. rewrite Rmult_0_r, Rplus_0_r, pw_1_l, pw_0 by lra. replace (1 + 1 ^ 2 + 0 ^ 2 * m) with 2 by ring. replace (1 + 1 + 0 * m) with 2 by ring.
  rewrite E2r. rewrite pw_Rpower by lra. unfold Rpower. rewrite ln_exp. ring.
- apply spectral_two.
- apply (fun H => H : 0 < (N + 1) * pw (1 + y) (alpha - 3) / N). apply Rdiv_lt_0_compat; [|exact HN1].
  apply Rmult_lt_0_compat; [lra | apply pw_gt0; lra].
- right. rewrite Rmult_1_r, pw_1_l. fold N. replace (1 + N ^ 2 + 1 ^ 2 * m) with (N * (N + 1)) by (unfold N; ring).
  replace (1 + pw N (1 + rho) + 1 * m) with (pw N (1 + rho) * (1 + y)).
  + rewrite (pw_Rpower N (1 + rho)), (pw_Rpower (1 + y)) by lra. unfold Rdiv at 2. rewrite !ln_mult, ln_Rinv.
    * unfold Rpower. rewrite !ln_exp. rewrite E2r, Er.
      replace ((3 - alpha) * (e * ln N + ln (1 + y))) with ((3 - alpha) * e * ln N + (3 - alpha) * ln (1 + y)) by ring.
      replace ((3 - alpha) * e) with 2 by (unfold e; field; lra). ring.
    * exact HN1.
    * lra.
    * apply Rpower_gt0.
    * apply Rmult_lt_0_compat; [lra | apply Rpower_gt0].
    * now apply Rinv_0_lt_compat.
    * apply Rpower_gt0.
    * lra.
    * exact HN1.
    * lra.
  + unfold y. rewrite Rmult_plus_distr_l, Rmult_1_r, <- pw_plus by exact HN1. replace (1 + rho + - rho) with 1 by ring. rewrite pw_1_r by lra.
    unfold N; ring.
- unfold spectral. rewrite EC. apply Rmax_r.
Qed.

(* Proofs of the printed statements: the Tsallis entropies of the chapter mapping. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Optimal Entropy Jacobian Tactics Statements.
Open Scope R_scope.

Lemma simplex_le1 n p i : simplex n p -> inr i n -> 0 <= p i <= 1.
Proof. intros [Hp Hs] Hi. split; [now apply Hp|]. rewrite <- Hs. now apply (Sum_ge_term n p i Hi Hp). Qed.

Lemma exp_upper y : 0 <= y -> exp (- y) <= 1 - y + y ^ 2 / 2.
Proof.
intros [Hy|<-]; [|rewrite Ropp_0, exp_0; lra].
destruct (MVT_cor2 (fun t => 1 - t + t ^ 2 / 2 - exp (- t)) (fun t => -1 + t + exp (- t)) 0 y Hy) as [c [E Hc]].
- intros c _. apply is_derive_Reals. auto_derive; [exact I|]. field.
- rewrite Ropp_0, exp_0 in E. pose proof (exp_ineq1_le (- c)). assert (0 <= (-1 + c + exp (- c)) * (y - 0)) by nra. lra.
Qed.

(** A token's share of Shannon's entropy less its share of Tsallis': with y = (1 - alpha) log t and e = exp(-y) it is
    t (y alpha - (1 - e)) / (alpha (alpha - 1)), and 1 - y <= e <= 1 - y + y^2/2. *)

Lemma shannon_gap t alpha : 0 <= t <= 1 -> 1 < alpha ->
  0 <= - (t * ln t) - (t - pw t alpha) / (alpha * (alpha - 1)) <= (alpha - 1) / alpha * (t * ln t ^ 2 / 2 - t * ln t).
Proof.
intros [[Ht|<-] Ht1] Ha.
2:{ rewrite pw_0 by lra. unfold Rdiv. rewrite !Rmult_0_l, !Rminus_0_r, Rmult_0_l, Rmult_0_r, Ropp_0. lra. }
set (L := - ln t). assert (HL : 0 <= L) by (pose proof (ln_le_minus1 t Ht); unfold L; lra).
assert (E : pw t alpha = t * exp (- ((alpha - 1) * L))).
{ rewrite pw_Rpower by exact Ht. unfold Rpower. rewrite <- (exp_ln t Ht) at 2. rewrite <- exp_plus. f_equal. unfold L. ring. }
rewrite E. replace (ln t) with (- L) by (unfold L; ring). set (y := (alpha - 1) * L). assert (Hy : 0 <= y) by (unfold y; nra).
pose proof (exp_ineq1_le (- y)) as B. pose proof (exp_upper y Hy) as U. set (e := exp (- y)) in *.
assert (Hc : 0 < / (alpha * (alpha - 1))) by (apply Rinv_0_lt_compat; nra).
replace (- (t * - L) - (t - t * e) / (alpha * (alpha - 1))) with (/ (alpha * (alpha - 1)) * (t * (alpha * y - (1 - e))))
  by (unfold y; field; lra).
replace ((alpha - 1) / alpha * (t * (- L) ^ 2 / 2 - t * - L)) with (/ (alpha * (alpha - 1)) * (t * (y ^ 2 / 2 + (alpha - 1) * y)))
  by (unfold y; field; lra).
split; [apply Rmult_le_pos; [lra|]; apply Rmult_le_pos; [lra|]; nra|].
apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_l; lra.
Qed.

Theorem tsallis_limits__shannon : Statements.tsallis_limits__shannon.
Proof.
start. pose proof (simplex_le1 n p i H1 H2) as B. set (t := p i) in *. set (K := t * ln t ^ 2 / 2 - t * ln t).
apply (filterlim_locally (F := at_right 1)). intros eps.
assert (HK : 0 < Rabs K + 1) by (pose proof (Rabs_pos K); lra).
assert (Hd : 0 < eps / (Rabs K + 1)) by (apply Rdiv_lt_0_compat; [apply eps | exact HK]).
exists (mkposreal _ Hd). intros u Hu Hu1. apply ball_lt in Hu. simpl in Hu. rewrite Rabs_pos_eq in Hu by lra.
apply lt_ball. pose proof (shannon_gap t u B Hu1) as [G1 G2]. fold K in G2.
assert (U : (u - 1) / u * K <= (u - 1) * Rabs K).
{ apply Rle_trans with ((u - 1) / u * Rabs K).
  - apply Rmult_le_compat_l; [apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra] | apply Rle_abs].
  - apply Rmult_le_compat_r; [apply Rabs_pos|]. apply (Rmult_le_reg_r u); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; nra. }
assert (V : (u - 1) * (Rabs K + 1) < eps).
{ apply (Rmult_lt_compat_r (Rabs K + 1)) in Hu; [|exact HK].
  replace (eps / (Rabs K + 1) * (Rabs K + 1)) with (eps : R) in Hu by (field; lra). exact Hu. }
rewrite Rabs_minus_sym, Rabs_pos_eq by exact G1. lra.
Qed.

Theorem tsallis_limits__rate : Statements.tsallis_limits__rate.
Proof.
start. rewrite <- Sum_minus.
apply Rle_trans with (Sum n (fun i => (alpha - 1) / alpha * (p i * ln (p i) ^ 2 / 2 - p i * ln (p i)))).
- apply Sum_le. intros i Hi. apply shannon_gap; [now apply (simplex_le1 n) | exact H0].
- right. rewrite Sum_scal, Sum_minus. unfold Rdiv at 2. rewrite Sum_scal_r.
  rewrite (Sum_ext n (fun i => - (p i * ln (p i))) (fun i => (-1) * (p i * ln (p i)))) by (intros; ring).
  rewrite (Sum_ext n (fun i => ln (p i) ^ 2 * p i) (fun i => p i * ln (p i) ^ 2)) by (intros; ring).
  rewrite Sum_scal. field. lra.
Qed.

Theorem tsallis_limits__gini : Statements.tsallis_limits__gini.
Proof. start. unfold Rdiv. rewrite Sum_minus, !Sum_scal_r. destruct H1 as [_ ->]. field. Qed.

Theorem tsallis_limits__vanishing : Statements.tsallis_limits__vanishing.
Proof.
start. unfold Rdiv. rewrite Sum_scal_r, Sum_minus. destruct H1 as [_ ->].
apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; nra|].
pose proof (Sum_nonneg n (fun i => pw (p i) alpha) ltac:(intros; apply pw_ge0)). lra.
Qed.

Lemma bernoulli w r : 0 < w -> 1 <= r -> 1 + r * (w - 1) <= pw w r.
Proof.
intros Hw [Hr|<-]; [|rewrite pw_1_r; lra]. rewrite pw_Rpower by exact Hw.
destruct (Req_EM_T w 1) as [->|]; [|left; now apply bernoulli_strict]. rewrite <- pw_Rpower, pw_1_l; lra.
Qed.

(** With w = t^(alpha - 1): t^(beta - 1) is a power of w, above its tangent at 1. *)

Lemma term_falls t alpha beta : 0 <= t <= 1 -> 1 < alpha -> alpha <= beta ->
  (t - pw t beta) / (beta * (beta - 1)) <= (t - pw t alpha) / (alpha * (alpha - 1)).
Proof.
intros [[Ht|<-] Ht1] Ha Hb.
2:{ rewrite !pw_0 by lra. unfold Rdiv. rewrite Rminus_0_r, !Rmult_0_l. lra. }
set (w := pw t (alpha - 1)). assert (Hw : 0 < w) by now apply pw_gt0.
assert (Hw1 : w <= 1) by (rewrite <- (pw_1_l (alpha - 1)); apply pw_le; lra).
set (r := (beta - 1) / (alpha - 1)).
assert (Hr : 1 <= r) by (unfold r; apply (Rmult_le_reg_r (alpha - 1)); [lra|]; unfold Rdiv; rewrite Rmult_assoc, Rinv_l; lra).
assert (E : forall c, 1 < c -> pw t c = t * pw t (c - 1)).
{ intros c Hc. replace c with (1 + (c - 1)) at 1 by ring. rewrite pw_plus, pw_1_r; lra. }
assert (W : pw t (beta - 1) = pw w r).
{ unfold w. rewrite pw_pw by lra. f_equal. unfold r. field. lra. }
rewrite (E alpha), (E beta), W by lra. fold w. pose proof (bernoulli w r Hw Hr) as B.
apply Rle_trans with (t * (1 - w) / (beta * (alpha - 1))).
- replace (t * (1 - w) / (beta * (alpha - 1))) with (t * (r * (1 - w)) / (beta * (beta - 1))) by (unfold r; field; lra).
  apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; nra|]. nra.
- replace (t - t * w) with (t * (1 - w)) by ring. apply Rmult_le_compat_l; [nra|].
  apply Rinv_le_contravar; nra.
Qed.

Theorem tsallis_falls_in_alpha__falls : Statements.tsallis_falls_in_alpha__falls.
Proof. start. apply Sum_le. intros i Hi. apply term_falls; [now apply (simplex_le1 n) | exact H0 | exact H3]. Qed.

Theorem tsallis_falls_in_alpha__below_shannon : Statements.tsallis_falls_in_alpha__below_shannon.
Proof.
start. apply Sum_le. intros i Hi. pose proof (shannon_gap (p i) alpha (simplex_le1 n p i H1 Hi) H0). lra.
Qed.

(** A power is strictly convex: it lies above its tangent at the mean. *)

Lemma power_strictly_convex x y t a : 1 < a -> 0 <= x -> 0 <= y -> x <> y -> 0 < t < 1 ->
  pw (t * x + (1 - t) * y) a < t * pw x a + (1 - t) * pw y a.
Proof.
intros Ha Hx Hy Hne Ht. set (m := t * x + (1 - t) * y). assert (Hm : 0 <= m) by (unfold m; nra).
assert (Nx : x <> m). { intros E. apply Hne. apply (Rmult_eq_reg_l (1 - t)); [unfold m in E|]; lra. }
assert (Ny : y <> m). { intros E. apply Hne. apply (Rmult_eq_reg_l t); [unfold m in E|]; lra. }
pose proof (tangent_strict x m a Ha Hx Hm Nx) as Tx. pose proof (tangent_strict y m a Ha Hy Hm Ny) as Ty.
set (d := a * pw m (a - 1)) in *. apply (Rmult_lt_compat_l t) in Tx; [|lra]. apply (Rmult_lt_compat_l (1 - t)) in Ty; [|lra].
assert (Z : t * (d * (x - m)) + (1 - t) * (d * (y - m)) = 0) by (unfold m; ring). lra.
Qed.

Theorem tsallis_schur_concave__transfer : Statements.tsallis_schur_concave__transfer.
Proof.
start. destruct (simplex_le1 n p i H1 H3) as [Hi _]. destruct (simplex_le1 n p j H1 H4) as [Hj _].
pose proof (power_strictly_convex (p i) (p j) mix alpha H0 Hi Hj H5 ltac:(lra)) as A.
pose proof (power_strictly_convex (p j) (p i) mix alpha H0 Hj Hi ltac:(auto) ltac:(lra)) as B.
assert (Hc : 0 < / (alpha * (alpha - 1))) by (apply Rinv_0_lt_compat; nra).
unfold Rdiv. rewrite <- !Rmult_plus_distr_r. apply Rmult_gt_compat_r; [exact Hc|]. lra.
Qed.

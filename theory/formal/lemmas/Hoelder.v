(* Beyond alpha = 2 entmax is Hoelder-continuous: monotonicity and Young's inequality, token by token. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Paths Jacobian One Norms Secant.
Open Scope R_scope.

(** Powers with exponent a >= 1 are superadditive. *)
Lemma superadditive a p r : 1 <= a -> 0 <= r <= p -> pw (p - r) a <= pw p a - pw r a.
Proof.
intros Ha Hr. destruct (Rle_lt_or_eq_dec 0 p ltac:(lra)) as [P|P].
2:{ replace (p - r) with 0 by lra. rewrite <- P. replace r with 0 by lra. rewrite pw_0; lra. }
assert (B : forall t, 0 <= t <= p -> pw t a <= t / p * pw p a).
{ intros t Ht. assert (Q : 0 <= t / p <= 1).
  { split; [apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]|]. apply (Rmult_le_reg_r p); [exact P|]. unfold Rdiv.
    rewrite Rmult_assoc, Rinv_l; lra. }
  replace (pw t a) with (pw (t / p) a * pw p a).
  - apply Rmult_le_compat_r; [apply pw_ge0|]. destruct (Rle_lt_or_eq_dec 0 (t / p) ltac:(lra)) as [T|T]; [|rewrite <- T, pw_0; lra].
    replace a with (1 + (a - 1)) by ring. rewrite pw_plus, pw_1_r by lra. pose proof (pw_le1 (t / p) (a - 1) ltac:(lra) ltac:(lra)). nra.
  - rewrite <- pw_mult by lra. f_equal. field. lra. }
pose proof (B (p - r) ltac:(lra)) as B1. pose proof (B r ltac:(lra)) as B2.
replace ((p - r) / p * pw p a) with (pw p a - r / p * pw p a) in B1 by (field; lra). lra.
Qed.

(** Young: t w <= t^alpha / alpha + w^beta / beta with beta = alpha / (alpha - 1). *)
Lemma young alpha t w : 1 < alpha -> 0 <= t -> 0 <= w -> alpha * (t * w) <= pw t alpha + (alpha - 1) * pw w (alpha / (alpha - 1)).
Proof.
intros Ha Ht Hw. set (s := pw w (/ (alpha - 1))). pose proof (q_pos alpha Ha) as Hq.
assert (E1 : pw s (alpha - 1) = w).
{ unfold s. rewrite pw_pw by lra. replace (/ (alpha - 1) * (alpha - 1)) with 1 by (field; lra). now apply pw_1_r. }
assert (E2 : pw s alpha = pw w (alpha / (alpha - 1))).
{ unfold s. rewrite pw_pw by lra. f_equal. field. lra. }
assert (E3 : pw s alpha = w * s).
{ destruct (Rle_lt_or_eq_dec 0 s (pw_ge0 _ _)) as [S|S].
  - rewrite <- E1. rewrite <- (pw_1_r s) at 3 by lra. rewrite <- pw_plus by exact S. f_equal. ring.
  - rewrite <- S, pw_0; lra. }
assert (T : pw s alpha + alpha * pw s (alpha - 1) * (t - s) <= pw t alpha).
{ destruct (Req_EM_T t s) as [->|Hne]; [lra|]. left. apply tangent_strict; [exact Ha | exact Ht | apply pw_ge0 | exact Hne]. }
rewrite E1 in T. rewrite <- E2. rewrite E3 in *. lra.
Qed.

Lemma power_gap alpha p r : 2 <= alpha -> 0 <= p -> 0 <= r ->
  pw (Rabs (p - r)) alpha <= (pw r (alpha - 1) - pw p (alpha - 1)) * (r - p).
Proof.
intros Ha Hp Hr. assert (S : forall x y, 0 <= x < y -> pw (y - x) alpha <= (pw y (alpha - 1) - pw x (alpha - 1)) * (y - x)).
{ intros x y H. replace alpha with ((alpha - 1) + 1) at 1 by ring. rewrite pw_plus, pw_1_r by lra.
  apply Rmult_le_compat_r; [lra|]. apply superadditive; lra. }
destruct (Rtotal_order p r) as [T|[T|T]].
- rewrite Rabs_minus_sym, Rabs_pos_eq by lra. apply S. lra.
- rewrite T, !Rminus_eq_0, Rabs_R0, pw_0; lra.
- rewrite Rabs_pos_eq by lra. eapply Rle_trans; [apply S; lra|]. right; ring.
Qed.

Theorem hoelder n alpha z y : (1 <= n)%nat -> 2 <= alpha ->
  pw (Sum n (fun i => pw (Rabs (entmax n alpha z i - entmax n alpha y i)) alpha)) (/ alpha) <=
  pw (pw (Sum n (fun i => pw (Rabs (y i - z i)) (alpha / (alpha - 1)))) ((alpha - 1) / alpha) * (alpha - 1)) (/ (alpha - 1)).
Proof.
intros Hn Ha. assert (A1 : 1 < alpha) by lra. set (a := alpha - 1). set (beta := alpha / a).
set (p := entmax n alpha z). set (r := entmax n alpha y). set (tz := threshold n alpha z). set (ty := threshold n alpha y).
set (X := Sum n (fun i => pw (Rabs (p i - r i)) alpha)). set (V := Sum n (fun i => pw (Rabs (y i - z i)) beta)).
assert (Pa : 1 <= a) by (unfold a; lra). assert (Hbeta : 0 < beta) by (apply Rdiv_lt_0_compat; lra).
assert (V0 : 0 <= V) by (apply Sum_nonneg; intros; apply pw_ge0). assert (X0 : 0 <= X) by (apply Sum_nonneg; intros; apply pw_ge0).
assert (D : Sum n (fun i => r i - p i) = 0) by (rewrite Sum_minus; unfold r, p; rewrite !entmax_sum by assumption; ring).
(* monotone *)
assert (K1 : X <= Sum n (fun i => a * (y i - z i) * (r i - p i))).
{ replace (Sum n (fun i => a * (y i - z i) * (r i - p i))) with (Sum n (fun i => (a * (y i - z i) - (ty - tz)) * (r i - p i))).
  - apply Sum_le. intros i Hi. assert (P0 : 0 <= p i) by apply entmax_ge0. assert (R0 : 0 <= r i) by apply entmax_ge0.
    eapply Rle_trans; [apply power_gap; assumption|]. fold a.
    assert (Ep : pw (p i) a = Rmax 0 (a * z i - tz)) by now apply entmax_pow.
    assert (Er : pw (r i) a = Rmax 0 (a * y i - ty)) by now apply entmax_pow.
    pose proof (Rmax_0_gap (a * y i - ty) (a * z i - tz)) as G. rewrite <- Ep, <- Er in G.
    set (B := a * (y i - z i) - (ty - tz)). replace (a * y i - ty - (a * z i - tz)) with B in G by (unfold B; ring).
    destruct (Rtotal_order (p i) (r i)) as [T|[T|T]].
    + pose proof (pw_lt (p i) (r i) a ltac:(lra) ltac:(lra)) as M. apply Rmult_le_compat_r; [lra|].
      assert (0 < B) by (rewrite Ep, Er in M; unfold B; unfold Rmax in M; destruct (Rle_dec 0 _), (Rle_dec 0 _); lra).
      rewrite !Rabs_pos_eq in G; lra.
    + rewrite T. lra.
    + pose proof (pw_lt (r i) (p i) a ltac:(lra) ltac:(lra)) as M.
      assert (B < 0) by (rewrite Ep, Er in M; unfold B; unfold Rmax in M; destruct (Rle_dec 0 _), (Rle_dec 0 _); lra).
      rewrite Rabs_minus_sym, <- (Rabs_Ropp B), !Rabs_pos_eq in G by lra. nra.
  - rewrite (Sum_ext n _ (fun i => a * (y i - z i) * (r i - p i) - (ty - tz) * (r i - p i))) by (intros; ring).
    rewrite Sum_minus, Sum_scal, D. ring. }
(* Young *)
assert (K2 : alpha * X <= X + a * (pw a beta * V)).
{ apply (Rmult_le_compat_l alpha) in K1; [|lra]. eapply Rle_trans; [exact K1|]. unfold X at 1, V. rewrite <- !Sum_scal, <- Sum_plus.
  apply Sum_le. intros i _. pose proof (young alpha (Rabs (p i - r i)) (a * Rabs (y i - z i)) A1 (Rabs_pos _) ltac:(apply Rmult_le_pos;
    [lra | apply Rabs_pos])) as Y.
  fold a beta in Y. rewrite pw_mult in Y by (lra || apply Rabs_pos). eapply Rle_trans; [|exact Y]. apply Rmult_le_compat_l; [lra|].
  eapply Rle_trans; [apply Rle_abs|]. rewrite !Rabs_mult, (Rabs_pos_eq a), (Rabs_minus_sym (r i)) by lra. right; ring. }
assert (K3 : X <= pw a beta * V).
{ apply (Rmult_le_reg_l a); [lra|]. replace (a * X) with (alpha * X - X) by (unfold a; ring). lra. }
assert (Ia : 0 < / alpha) by (apply Rinv_0_lt_compat; lra).
eapply Rle_trans; [apply (pw_le _ _ _ Ia K3)|]. right.
rewrite !pw_mult by (lra || apply pw_ge0). rewrite !pw_pw.
- rewrite Rmult_comm. f_equal; f_equal; unfold beta, a; field; lra.
- apply Rdiv_lt_0_compat; lra.
- apply Rgt_not_eq, Rinv_0_lt_compat. lra.
- exact Hbeta.
- lra.
Qed.

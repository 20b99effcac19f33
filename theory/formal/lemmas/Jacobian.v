(* The derivative of entmax in its logits: diag(s) - s s^T / sum s with s = p^(2 - alpha) on the support. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Paths.
Open Scope R_scope.

(** Caratheodory: a derivative is the value of a continuous slope. *)
Definition slope (f : R -> R) (x d y : R) : R := if Req_EM_T y x then d else (f y - f x) / (y - x).

Lemma slope_eq f x d y : f y - f x = slope f x d y * (y - x).
Proof. unfold slope. destruct (Req_EM_T y x) as [->|H]; [ring | field; lra]. Qed.

Lemma slope_at f x d : slope f x d x = d.
Proof. unfold slope. destruct (Req_EM_T x x); [reflexivity|lra]. Qed.

Lemma ball_lt (x y : R) (e : R) : ball x e y -> Rabs (y - x) < e.
Proof. exact (fun H => H). Qed.

Lemma lt_ball (x y : R) (e : R) : Rabs (y - x) < e -> ball x e y.
Proof. exact (fun H => H). Qed.

Lemma slope_continuous (f : R -> R) (x d : R) : is_derive f x d -> continuous (slope f x d) x.
Proof.
intros H. apply is_derive_Reals in H. apply (filterlim_locally (F := locally x)). intros eps. rewrite slope_at.
destruct (H eps (cond_pos eps)) as [delta Hd]. exists delta. intros y Hy. apply lt_ball. apply ball_lt in Hy.
unfold slope. destruct (Req_EM_T y x) as [->|Hne]; [rewrite Rminus_eq_0, Rabs_R0; apply cond_pos|].
specialize (Hd (y - x) (Rminus_eq_contra _ _ Hne) Hy). rewrite (Rplus_minus x y) in Hd. exact Hd.
Qed.

Lemma derive_of_slope (f : R -> R) (x : R) (c : R -> R) : continuous c x -> locally x (fun y => f y - f x = c y * (y - x)) -> is_derive f x (c x).
Proof.
intros Hc Hl. apply is_derive_Reals. intros eps Heps.
pose proof (proj1 (filterlim_locally (F := locally x) c (c x)) Hc (mkposreal eps Heps)) as Hc'.
destruct (filter_and _ _ Hc' Hl) as [delta Hd]. exists delta. intros h Hh Hlt.
destruct (Hd (x + h)) as [B E]; [apply lt_ball; now replace (x + h - x) with h by ring|].
apply ball_lt in B. rewrite E. replace (c (x + h) * (x + h - x) / h) with (c (x + h)) by (field; exact Hh). exact B.
Qed.

(** Derivative of [y]_+ ^ q, away from the kink, or anywhere for q > 1. *)
Definition dpow (q y : R) : R := if Rlt_dec 0 y then q * pw y (q - 1) else 0.

Lemma pos_pow_derive q y : 0 < q -> 1 < q \/ y <> 0 -> is_derive (fun t => pw (Rmax 0 t) q) y (dpow q y).
Proof.
intros Hq Hy. unfold dpow. destruct (Rlt_dec 0 y) as [L|L].
- apply (is_derive_ext_loc (fun t => Rpower t q)).
  + exists (mkposreal y L). intros t Ht. apply ball_lt, Rabs_def2 in Ht. simpl in Ht.
    rewrite Rmax_0_id, pw_Rpower; [reflexivity | lra | lra].
  + rewrite pw_Rpower by exact L. apply is_derive_Reals, derivable_pt_lim_power, L.
- destruct (Rlt_dec y 0) as [L'|L'].
  + apply (is_derive_ext_loc (fun _ => 0)); [|apply (is_derive_const 0)].
    assert (Hm : 0 < - y) by lra. exists (mkposreal _ Hm). intros t Ht. apply ball_lt, Rabs_def2 in Ht. simpl in Ht.
    rewrite Rmax_0_0, pw_0; [reflexivity | lra | lra | lra].
  + assert (y = 0) as -> by lra. destruct Hy as [Hy|Hy]; [|lra].
    replace 0 with (pw (Rmax 0 0) (q - 1)) at 2 by (rewrite Rmax_0_0, pw_0; lra).
    apply (derive_of_slope _ 0 (fun t => pw (Rmax 0 t) (q - 1))).
    * apply (continuous_ext (fun t => pw t (q - 1))); [|apply pw_continuous; lra].
      intros t. unfold Rmax. destruct (Rle_dec 0 t); [reflexivity | rewrite !pw_0; lra].
    * apply filter_forall. intros t. rewrite (Rmax_0_0 0), (pw_0 0 q) by lra.
      destruct (Rlt_dec 0 t) as [Lt|Lt].
      -- rewrite Rmax_0_id by lra. replace q with (q - 1 + 1) at 1 by ring. rewrite pw_plus, pw_1_r; lra.
      -- rewrite Rmax_0_0, !pw_0; lra.
Qed.

(** The threshold moves no further than the scaled logits. *)
Lemma threshold_lipschitz n alpha z y e : (1 <= n)%nat -> 1 < alpha ->
  (forall i, inr i n -> scaled alpha y i <= scaled alpha z i + e) -> threshold n alpha y <= threshold n alpha z + e.
Proof.
intros Hn Ha H. pose proof (q_pos alpha Ha) as Hq.
pose proof (threshold_mass n alpha z Hn Ha) as M. pose proof (threshold_mass n alpha y Hn Ha) as M'.
set (q := / (alpha - 1)) in *. destruct (Rle_dec (threshold n alpha y) (threshold n alpha z + e)); [assumption|].
pose proof (mass_strict n q (scaled alpha y) Hq (threshold n alpha z + e) (threshold n alpha y) ltac:(lra)) as S.
assert (mass n q (scaled alpha y) (threshold n alpha z + e) <= 1).
{ rewrite <- M. apply Sum_le. intros i Hi. apply pw_le, Rmax_0_le; [exact Hq|]. specialize (H i Hi). lra. }
assert (0 < mass n q (scaled alpha y) (threshold n alpha z + e)).
{ eapply Rlt_le_trans; [|apply (mass_antitone n q (scaled alpha y) Hq _ (threshold n alpha y)); lra]. lra. }
specialize (S ltac:(assumption)). lra.
Qed.

Lemma forall_small n (P : nat -> R -> Prop) (x : R) : (forall i, inr i n -> locally x (P i)) ->
  locally x (fun t => forall i, inr i n -> P i t).
Proof.
induction n as [|n IH]; intros H; [apply (filter_forall (F := locally x)); intros; lia|].
assert (A := IH (fun i Hi => H i ltac:(lia))). assert (B := H (S n) ltac:(lia)).
generalize (filter_and (F := locally x) _ _ A B). apply (filter_imp (F := locally x)).
intros t [At Bt] i Hi. destruct (Nat.eq_dec i (S n)) as [->|]; [exact Bt | apply At; lia].
Qed.

Definition sens (alpha : R) (p : nat -> R) (i : nat) : R := if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0.

Section Jacobian.
Variables (n : nat) (alpha : R) (z : nat -> R) (g : R -> nat -> R) (v : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let a := alpha - 1.
Let q := / (alpha - 1).
Let tau := threshold n alpha z.
Let p := entmax n alpha z.
Let s := sens alpha p.
Hypothesis Hb : alpha < 2 \/ (forall l, inr l n -> (alpha - 1) * z l <> tau).
Hypothesis Hg : forall i, inr i n -> g 0 i = z i.
Hypothesis Hv : forall i, inr i n -> is_derive (fun t => g t i) 0 (v i).

Let T t := threshold n alpha (g t).

Lemma T_at_0 : T 0 = tau.
Proof.
unfold T, tau. rewrite <- (Rplus_0_r (threshold n alpha z)). apply threshold_eq; try assumption.
intros t. apply Sum_ext. intros i Hi. unfold scaled. rewrite Hg by exact Hi. rewrite Rplus_0_r. reflexivity.
Qed.

Lemma T_continuous : continuous T 0.
Proof.
apply (filterlim_locally (F := locally 0)). intros eps. rewrite T_at_0.
assert (H : locally 0 (fun t => forall i, inr i n -> Rabs (a * g t i - a * z i) < eps / 2)).
{ apply (forall_small n (fun i t => Rabs (a * g t i - a * z i) < eps / 2)). intros i Hi.
  assert (C : continuous (fun t => a * g t i) 0).
  { apply (continuous_scal_r a (fun t => g t i)). apply ex_derive_continuous. exists (v i). now apply Hv. }
  assert (He : 0 < eps / 2) by (pose proof (cond_pos eps); lra).
  generalize (proj1 (filterlim_locally (F := locally 0) _ _) C (mkposreal _ He)). apply filter_imp.
  intros t Ht. apply ball_lt in Ht. simpl in Ht. now rewrite Hg in Ht. }
revert H. apply filter_imp. intros t H. apply lt_ball. apply Rabs_def1.
- assert (T t <= tau + eps / 2); [|pose proof (cond_pos eps); lra].
  apply threshold_lipschitz; try assumption. intros i Hi. specialize (H i Hi). apply Rabs_def2 in H.
  unfold scaled. fold a. lra.
- assert (tau <= T t + eps / 2); [|pose proof (cond_pos eps); lra].
  apply threshold_lipschitz; try assumption. intros i Hi. specialize (H i Hi). apply Rabs_def2 in H.
  unfold scaled. fold a. lra.
Qed.

Let phi y := pw (Rmax 0 y) q.
Let y0 i := a * z i - tau.
Let d i := dpow q (y0 i).
Let c i t := slope phi (y0 i) (d i) (a * g t i - T t).
Let e i t := slope (fun t => a * g t i) 0 (a * v i) t.
Let C t := Sum n (fun i => c i t).
Let ratio t := Sum n (fun i => c i t * e i t) / C t.

Lemma q_gt0 : 0 < q.
Proof. now apply q_pos. Qed.

Lemma d_sens i : a * d i = s i.
Proof.
unfold d, dpow, s, sens. destruct (Rlt_dec 0 (y0 i)) as [L|L], (Rlt_dec 0 (p i)) as [L'|L'].
- unfold p, entmax. fold tau q a. fold (y0 i). pose proof q_gt0.
  rewrite Rmax_0_id by lra. destruct (Req_EM_T (2 - alpha) 0) as [E|E].
  + assert (q = 1) as -> by (unfold q; replace (alpha - 1) with 1 by lra; lra).
    replace (2 - alpha) with 0 by lra. rewrite !pw_Rpower by (try apply pw_gt0; lra).
    replace (1 - 1) with 0 by ring. rewrite !Rpower_O by (try apply Rpower_gt0; lra). unfold a. lra.
  + rewrite pw_pw; [|assumption|exact E]. replace (q * (2 - alpha)) with (q - 1) by (unfold q; field; lra).
    rewrite <- Rmult_assoc. replace (a * q) with 1 by (unfold a, q; field; lra). ring.
- exfalso. apply L'. apply entmax_pos_iff; [assumption|]. unfold scaled. fold a tau. unfold y0 in L. lra.
- exfalso. apply L. apply entmax_pos_iff in L'; [|assumption]. unfold scaled in L'. fold a tau in L'. unfold y0. lra.
- ring.
Qed.

Lemma s_ge0 i : 0 <= s i.
Proof. unfold s, sens. destruct (Rlt_dec 0 (p i)); [apply pw_ge0 | lra]. Qed.

Lemma s_sum_pos : 0 < Sum n s.
Proof.
destruct (Sum_pos_ex n p) as [k [Hk Hp]]; [unfold p; rewrite entmax_sum by assumption; lra|].
apply Rlt_le_trans with (s k).
- unfold s, sens. destruct (Rlt_dec 0 (p k)); [now apply pw_gt0 | lra].
- apply (Sum_ge_term n s k Hk). intros; apply s_ge0.
Qed.

Lemma a_pos : 0 < a.
Proof. unfold a; lra. Qed.

Lemma phi_derive i : inr i n -> is_derive phi (y0 i) (d i).
Proof.
intros Hi. apply pos_pow_derive; [apply q_gt0|]. destruct Hb as [L|L].
- left. unfold q. apply (Rmult_lt_reg_r (alpha - 1)); [lra|]. replace (/ (alpha - 1) * (alpha - 1)) with 1 by (field; lra). lra.
- right. unfold y0, a. specialize (L i Hi). lra.
Qed.

Lemma y_continuous i : inr i n -> continuous (fun t => a * g t i - T t) 0.
Proof.
intros Hi. apply (continuous_minus (fun t => a * g t i) T); [|exact T_continuous].
apply (continuous_scal_r a (fun t => g t i)). apply ex_derive_continuous. exists (v i). now apply Hv.
Qed.

Lemma y_at_0 i : inr i n -> a * g 0 i - T 0 = y0 i.
Proof. intros Hi. rewrite T_at_0, Hg by exact Hi. reflexivity. Qed.

Lemma c_continuous i : inr i n -> continuous (c i) 0.
Proof.
intros Hi. apply (continuous_comp (fun t => a * g t i - T t) (slope phi (y0 i) (d i))).
- now apply y_continuous.
- rewrite y_at_0 by exact Hi. now apply slope_continuous, phi_derive.
Qed.

Lemma e_continuous i : inr i n -> continuous (e i) 0.
Proof. intros Hi. apply slope_continuous. apply (is_derive_scal (fun t => g t i)). now apply Hv. Qed.

Lemma c_at_0 i : inr i n -> c i 0 = d i.
Proof. intros Hi. unfold c. rewrite y_at_0 by exact Hi. apply slope_at. Qed.

Lemma C_at_0 : C 0 = Sum n s / a.
Proof.
unfold C. rewrite (Sum_ext n (fun i => c i 0) (fun i => s i / a)); [apply Sum_scal_r|].
intros i Hi. rewrite c_at_0 by exact Hi. rewrite <- d_sens. pose proof a_pos. field. lra.
Qed.

Lemma C_continuous : continuous C 0.
Proof. apply (Sum_continuous n c). intros; now apply c_continuous. Qed.

Lemma ratio_continuous : continuous ratio 0.
Proof.
apply (continuous_mult (fun t => Sum n (fun i => c i t * e i t)) (fun t => / C t)).
- apply (Sum_continuous n (fun i t => c i t * e i t)). intros i Hi.
  apply (continuous_mult (c i) (e i)); [now apply c_continuous | now apply e_continuous].
- apply continuous_Rinv_comp; [exact C_continuous|]. rewrite C_at_0. pose proof s_sum_pos. pose proof a_pos.
  apply Rgt_not_eq. apply Rdiv_lt_0_compat; assumption.
Qed.

Lemma increments t : T t * C t - T 0 * C t = Sum n (fun i => c i t * e i t) * t.
Proof.
assert (E : Sum n (fun i => phi (a * g t i - T t) - phi (y0 i)) = 0).
{ rewrite Sum_minus. change (mass n q (scaled alpha (g t)) (T t) - mass n q (scaled alpha z) tau = 0).
  unfold T, tau, q. rewrite !threshold_mass by assumption. ring. }
rewrite (Sum_ext n _ (fun i => c i t * e i t * t - c i t * (T t - T 0))) in E.
- rewrite Sum_minus, !Sum_scal_r in E. fold (C t) in E. lra.
- intros i Hi. rewrite (slope_eq phi (y0 i) (d i)). fold (c i t).
  assert (X : a * g t i - a * g 0 i = e i t * (t - 0)) by apply (slope_eq (fun t => a * g t i)).
  rewrite Hg in X by exact Hi. rewrite T_at_0. unfold y0.
  replace (a * g t i - T t - (a * z i - tau)) with (e i t * t - (T t - tau)) by lra. ring.
Qed.

Theorem threshold_derivative : is_derive T 0 (a * (Sum n (fun k => s k * v k) / Sum n s)).
Proof.
replace (a * (Sum n (fun k => s k * v k) / Sum n s)) with (ratio 0).
- apply derive_of_slope; [exact ratio_continuous|].
  assert (N : 0 < C 0) by (rewrite C_at_0; apply Rdiv_lt_0_compat; [apply s_sum_pos | apply a_pos]).
  generalize (proj1 (filterlim_locally (F := locally 0) _ _) C_continuous (mkposreal _ N)). apply filter_imp.
  intros t Ht. apply ball_lt, Rabs_def2 in Ht. simpl in Ht. pose proof (increments t). unfold ratio.
  apply (Rmult_eq_reg_r (C t)); [|lra]. rewrite Rmult_minus_distr_r. rewrite H. field. lra.
- unfold ratio. rewrite C_at_0.
  rewrite (Sum_ext n (fun i => c i 0 * e i 0) (fun i => s i * v i)).
  + pose proof s_sum_pos. pose proof a_pos. field. lra.
  + intros i Hi. rewrite c_at_0 by exact Hi. unfold e. rewrite slope_at, <- d_sens. ring.
Qed.

Theorem entmax_derivative i : inr i n ->
  is_derive (fun t => entmax n alpha (g t) i) 0 (s i * (v i - Sum n (fun k => s k * v k) / Sum n s)).
Proof.
intros Hi.
replace (s i * (v i - Sum n (fun k => s k * v k) / Sum n s))
  with ((a * v i - a * (Sum n (fun k => s k * v k) / Sum n s)) * d i) by (rewrite <- d_sens; ring).
apply (is_derive_comp phi (fun t => a * g t i - T t)).
- rewrite y_at_0 by exact Hi. now apply phi_derive.
- apply (is_derive_minus (fun t => a * g t i) T); [|exact threshold_derivative].
  apply (is_derive_scal (fun t => g t i)). now apply Hv.
Qed.

End Jacobian.

(** The Jacobian, entry by entry. *)
Definition jacobian (n : nat) (alpha : R) (z : nat -> R) (i j : nat) : R :=
  let s := sens alpha (entmax n alpha z) in
  s i * (if Nat.eq_dec i j then 1 else 0) - s i * s j / Sum n s.

Theorem entmax_has_jacobian n alpha z : (1 <= n)%nat -> 1 < alpha ->
  alpha < 2 \/ (forall l, inr l n -> (alpha - 1) * z l <> threshold n alpha z) ->
  has_jacobian n (entmax n alpha) z (jacobian n alpha z).
Proof.
intros Hn Ha Hb g v Hg Hv i Hi. split.
- unfold entmax. rewrite (T_at_0 n alpha z g Hn Ha Hg). now rewrite Hg.
- pose proof (entmax_derivative n alpha z g v Hn Ha Hb Hg Hv i Hi) as D.
  replace (Sum n (fun k => jacobian n alpha z i k * v k)) with
    (sens alpha (entmax n alpha z) i * (v i - Sum n (fun k => sens alpha (entmax n alpha z) k * v k) / Sum n (sens alpha (entmax n alpha z)))); [exact D|].
  unfold jacobian. set (s := sens alpha (entmax n alpha z)).
  rewrite (Sum_ext n (fun k => (s i * (if Nat.eq_dec i k then 1 else 0) - s i * s k / Sum n s) * v k)
    (fun k => (if Nat.eq_dec k i then s i * v i else 0) - s i / Sum n s * (s k * v k))).
  + rewrite Sum_minus, Sum_single, Sum_scal by exact Hi. unfold Rdiv. ring.
  + intros k _. destruct (Nat.eq_dec i k), (Nat.eq_dec k i); try congruence; subst; unfold Rdiv; ring.
Qed.

Theorem jacobian_formula n alpha z i j : (1 <= n)%nat -> 1 < alpha -> inr i n -> inr j n ->
  alpha < 2 \/ (forall l, inr l n -> (alpha - 1) * z l <> threshold n alpha z) ->
  is_derive (fun t => entmax n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0 (jacobian n alpha z i j).
Proof.
intros Hn Ha Hi Hj Hb.
destruct (entmax_has_jacobian n alpha z Hn Ha Hb (fun t m => z m + t * (if Nat.eq_dec m j then 1 else 0))
  (fun m => if Nat.eq_dec m j then 1 else 0)) with (i := i) as [_ D].
- intros; ring.
- intros; auto_derive; [exact I | ring].
- exact Hi.
- replace (jacobian n alpha z i j) with (Sum n (fun k => jacobian n alpha z i k * (if Nat.eq_dec k j then 1 else 0))); [exact D|].
  rewrite <- (Sum_single n j (jacobian n alpha z i j) Hj). apply Sum_ext. intros k _.
  destruct (Nat.eq_dec k j) as [->|]; ring.
Qed.

(** A quadratic form that is a variance. *)
Theorem jacobian_variance n s v : 0 < Sum n s ->
  Sum n (fun k => s k * v k ^ 2) - Sum n (fun k => s k * v k) ^ 2 / Sum n s =
  Sum n (fun i => s i * (v i - Sum n (fun k => s k * v k) / Sum n s) ^ 2).
Proof.
intros H. set (m := Sum n (fun k => s k * v k) / Sum n s).
rewrite (Sum_ext n (fun i => s i * (v i - m) ^ 2) (fun i => s i * v i ^ 2 - 2 * m * (s i * v i) + m ^ 2 * s i)) by (intros; ring).
rewrite Sum_plus, Sum_minus, !Sum_scal. unfold m. field. lra.
Qed.

Theorem jacobian_semidefinite n s v : 0 < Sum n s -> (forall i, inr i n -> 0 <= s i) ->
  Sum n (fun k => s k * v k ^ 2) - Sum n (fun k => s k * v k) ^ 2 / Sum n s >= 0.
Proof.
intros H Hs. rewrite jacobian_variance by exact H. apply Rle_ge, Sum_nonneg. intros i Hi.
apply Rmult_le_pos; [now apply Hs | apply pow2_ge_0].
Qed.

(* The derivative of entmax in alpha, away from the edge of the support. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Paths Jacobian One.
Open Scope R_scope.

Lemma away n (x : nat -> R) (t : R) : (forall i, inr i n -> x i <> t) -> exists e, 0 < e /\ forall i, inr i n -> e < Rabs (x i - t).
Proof.
induction n as [|n IH]; intros H; [exists 1; split; [lra | intros; lia]|].
destruct IH as [e [He Hi]]; [intros; apply H; lia|]. pose proof (Rabs_pos_lt (x (S n) - t) (Rminus_eq_contra _ _ (H (S n) ltac:(lia)))) as P.
exists (Rmin e (Rabs (x (S n) - t) / 2)). split; [apply Rmin_glb_lt; lra|]. intros i Hin.
pose proof (Rmin_l e (Rabs (x (S n) - t) / 2)). pose proof (Rmin_r e (Rabs (x (S n) - t) / 2)).
destruct (Nat.eq_dec i (S n)) as [->|]; [lra|]. specialize (Hi i ltac:(lia)). lra.
Qed.

Lemma continuous_lt (f : R -> R) (x c : R) : continuous f x -> f x < c -> locally x (fun t => f t < c).
Proof.
intros C H. assert (P : 0 < c - f x) by lra.
generalize (proj1 (filterlim_locally (F := locally x) _ _) C (mkposreal _ P)). apply filter_imp.
intros t Ht. apply ball_lt, Rabs_def2 in Ht. simpl in Ht. lra.
Qed.

Lemma continuous_gt (f : R -> R) (x c : R) : continuous f x -> c < f x -> locally x (fun t => c < f t).
Proof.
intros C H. assert (P : 0 < f x - c) by lra.
generalize (proj1 (filterlim_locally (F := locally x) _ _) C (mkposreal _ P)). apply filter_imp.
intros t Ht. apply ball_lt, Rabs_def2 in Ht. simpl in Ht. lra.
Qed.

Section Alpha.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let a := alpha - 1.
Let q := / (alpha - 1).
Let tau := threshold n alpha z.
Let p := entmax n alpha z.
Let s := sens alpha p.
Hypothesis Hb : forall l, inr l n -> (alpha - 1) * z l <> tau.

Let T t := threshold n t z.
Let y i := (alpha - 1) * z i - tau.
Let Y i t := (t - 1) * z i - T t.

Lemma near_above : locally alpha (fun t => 1 < t).
Proof. apply (continuous_gt (fun t => t)); [apply continuous_id | exact Ha]. Qed.

(** For a level that is no token's, the mass is continuous in alpha. *)
Lemma mass_continuous_alpha u : (forall i, inr i n -> (alpha - 1) * z i <> u) ->
  continuous (fun t => mass n (/ (t - 1)) (scaled t z) u) alpha.
Proof.
intros H. apply (Sum_continuous n (fun i t => pw (Rmax 0 (scaled t z i - u)) (/ (t - 1)))). intros i Hi. specialize (H i Hi).
assert (C : continuous (fun t => (t - 1) * z i - u) alpha).
{ apply (ex_derive_continuous (fun t => (t - 1) * z i - u)). auto_derive. exact I. }
destruct (Rlt_dec 0 ((alpha - 1) * z i - u)) as [L|L].
- apply (continuous_ext_loc _ (fun t => exp (/ (t - 1) * ln ((t - 1) * z i - u)))).
  + generalize (continuous_gt _ alpha 0 C L). apply filter_imp. intros t Ht. unfold scaled.
    rewrite Rmax_0_id, pw_Rpower by lra. reflexivity.
  + apply (ex_derive_continuous (fun t => exp (/ (t - 1) * ln ((t - 1) * z i - u)))). auto_derive. split; [lra | split; [exact L | exact I]].
- apply (continuous_ext_loc _ (fun _ => 0)); [|apply continuous_const].
  generalize (filter_and _ _ near_above (continuous_lt _ alpha 0 C ltac:(lra))). apply filter_imp. intros t [Ht Lt]. unfold scaled.
  rewrite Rmax_0_0, pw_0; [reflexivity | lra | | lra]. apply Rgt_not_eq, Rinv_0_lt_compat. lra.
Qed.

Lemma T_alpha_continuous : continuous T alpha.
Proof.
apply (filterlim_locally (F := locally alpha)). intros eps. change (T alpha) with tau.
destruct (away n (fun i => (alpha - 1) * z i) tau Hb) as [e0 [He0 Hi]].
set (e := Rmin e0 (eps / 2)). assert (Pe : 0 < eps) by apply cond_pos.
assert (He : 0 < e) by (apply Rmin_glb_lt; lra). assert (E0 : e <= e0) by apply Rmin_l. assert (E1 : e <= eps / 2) by apply Rmin_r.
assert (N : forall u, Rabs (u - tau) <= e -> forall i, inr i n -> (alpha - 1) * z i <> u).
{ intros u Hu i Hin X. specialize (Hi i Hin). cbv beta in Hi. rewrite X in Hi. lra. }
assert (Up : Rabs (tau + e - tau) <= e) by (replace (tau + e - tau) with e by ring; rewrite Rabs_pos_eq; lra).
assert (Lo : Rabs (tau - e - tau) <= e) by (replace (tau - e - tau) with (- e) by ring; rewrite Rabs_Ropp, Rabs_pos_eq; lra).
pose proof (q_pos alpha Ha) as Hq. pose proof (threshold_mass n alpha z Hn Ha) as M. fold tau in M.
assert (MU : mass n (/ (alpha - 1)) (scaled alpha z) (tau + e) < 1) by (apply (mass_lt_1 n _ _ Hq tau); [exact M | lra]).
assert (ML : 1 < mass n (/ (alpha - 1)) (scaled alpha z) (tau - e)).
{ rewrite <- M at 1. apply mass_strict; [exact Hq | lra|].
  eapply Rlt_le_trans; [|apply (mass_antitone n _ _ Hq (tau - e) tau); lra]. rewrite M. lra. }
generalize (filter_and _ _ near_above (filter_and _ _
  (continuous_lt _ alpha 1 (mass_continuous_alpha (tau + e) (N _ Up)) MU)
  (continuous_gt _ alpha 1 (mass_continuous_alpha (tau - e) (N _ Lo)) ML))).
apply filter_imp. intros t [Ht [A B]]. pose proof (q_pos t Ht) as Hqt. pose proof (threshold_mass n t z Hn Ht) as Mt. fold (T t) in Mt.
apply (mass_lt_1 n _ _ Hqt (T t) _ Mt) in A. assert (B' : 1 <= mass n (/ (t - 1)) (scaled t z) (tau - e)) by lra.
apply (mass_ge_1 n _ _ Hqt (T t) _ Mt) in B'. apply lt_ball, Rabs_def1; lra.
Qed.

Lemma Y_continuous i : continuous (Y i) alpha.
Proof.
apply (continuous_minus (fun t => (t - 1) * z i) T); [|exact T_alpha_continuous].
apply (ex_derive_continuous (fun t => (t - 1) * z i)). auto_derive. exact I.
Qed.

Lemma Y_at i : Y i alpha = y i.
Proof. reflexivity. Qed.

(** Slopes of exp, of ln and of 1 / (t - 1), put together along w = ln p. *)
Let W i t := / (t - 1) * ln (Y i t).
Let E i t := slope exp (W i alpha) (exp (W i alpha)) (W i t).
Let L i t := slope ln (y i) (/ y i) (Y i t).
Let Q t := slope (fun t => / (t - 1)) alpha (- (q * q)) t.
Let m i t := if Rlt_dec 0 (p i) then E i t * (q * L i t) else 0.
Let k i t := if Rlt_dec 0 (p i) then E i t * (Q t * ln (Y i t)) else 0.
Let ratio t := Sum n (fun i => m i t * z i + k i t) / Sum n (fun i => m i t).

Lemma live_y i : 0 < p i -> 0 < y i.
Proof. intros H. apply entmax_pos_iff in H; [|exact Ha]. unfold scaled in H. fold tau in H. unfold y. lra. Qed.

Lemma dead_y i : inr i n -> ~ 0 < p i -> y i < 0.
Proof.
intros Hi H. specialize (Hb i Hi). destruct (Rlt_dec 0 (y i)) as [P|P]; [|unfold y in *; lra].
exfalso. apply H. apply entmax_pos_iff; [exact Ha|]. unfold scaled. fold tau. unfold y in P. lra.
Qed.

Lemma Q_continuous : continuous Q alpha.
Proof. apply slope_continuous. auto_derive; [lra|]. unfold q. field. lra. Qed.

Lemma ln_continuous_Y i : 0 < y i -> continuous (fun t => ln (Y i t)) alpha.
Proof.
intros P. apply (continuous_comp (Y i) ln); [apply Y_continuous|]. rewrite Y_at.
apply (ex_derive_continuous ln). exists (/ y i). apply is_derive_Reals, derivable_pt_lim_ln, P.
Qed.

Lemma W_continuous i : 0 < y i -> continuous (W i) alpha.
Proof.
intros P. apply (continuous_mult (fun t => / (t - 1)) (fun t => ln (Y i t))); [|now apply ln_continuous_Y].
apply (ex_derive_continuous (fun t => / (t - 1))). auto_derive. lra.
Qed.

Lemma E_continuous i : 0 < y i -> continuous (E i) alpha.
Proof.
intros P. apply (continuous_comp (W i) (slope exp (W i alpha) (exp (W i alpha)))); [now apply W_continuous|].
apply slope_continuous. apply is_derive_Reals, derivable_pt_lim_exp.
Qed.

Lemma L_continuous i : 0 < y i -> continuous (L i) alpha.
Proof.
intros P. apply (continuous_comp (Y i) (slope ln (y i) (/ y i))); [apply Y_continuous|].
rewrite Y_at. apply slope_continuous. apply is_derive_Reals, derivable_pt_lim_ln, P.
Qed.

Lemma m_continuous i : continuous (m i) alpha.
Proof.
unfold m. destruct (Rlt_dec 0 (p i)) as [P|P]; [|apply continuous_const]. apply live_y in P.
apply (continuous_mult (E i) (fun t => q * L i t)); [now apply E_continuous|].
apply (continuous_scal_r q (L i)). now apply L_continuous.
Qed.

Lemma k_continuous i : continuous (k i) alpha.
Proof.
unfold k. destruct (Rlt_dec 0 (p i)) as [P|P]; [|apply continuous_const]. apply live_y in P.
apply (continuous_mult (E i) (fun t => Q t * ln (Y i t))); [now apply E_continuous|].
apply (continuous_mult Q (fun t => ln (Y i t))); [exact Q_continuous | now apply ln_continuous_Y].
Qed.

Lemma p_exp i : 0 < p i -> p i = exp (W i alpha).
Proof.
intros P. pose proof (live_y i P) as H. unfold p, entmax. fold tau. fold (y i). rewrite Rmax_0_id, pw_Rpower by lra. reflexivity.
Qed.

Lemma m_at i : m i alpha = q * s i.
Proof.
unfold m, s, sens. destruct (Rlt_dec 0 (p i)) as [P|P]; [|ring]. pose proof (live_y i P) as H.
unfold E, L. rewrite Y_at, !slope_at, <- p_exp by exact P.
pose proof (entmax_pow n alpha z Ha i) as R0. fold p tau in R0. unfold scaled in R0. fold (y i) in R0. rewrite Rmax_0_id in R0 by lra.
assert (K : pw (p i) (2 - alpha) * y i = p i).
{ rewrite <- R0, <- pw_plus by exact P. replace (2 - alpha + (alpha - 1)) with 1 by ring. apply pw_1_r. lra. }
rewrite <- K at 1. field. lra.
Qed.

Lemma k_at i : k i alpha = - (q * (if Rlt_dec 0 (p i) then p i * ln (p i) else 0)).
Proof.
unfold k. destruct (Rlt_dec 0 (p i)) as [P|P]; [|ring]. unfold E, Q. rewrite !slope_at, <- p_exp by exact P.
assert (K : ln (p i) = q * ln (Y i alpha)) by (rewrite (p_exp i P) at 1; rewrite ln_exp; reflexivity). rewrite K. ring.
Qed.

Lemma m_sum_pos : 0 < Sum n (fun i => m i alpha).
Proof.
rewrite (Sum_ext n _ (fun i => q * s i)) by (intros; apply m_at). rewrite Sum_scal. apply Rmult_lt_0_compat; [now apply q_pos|].
apply sens_sum_pos. now apply entmax_simplex.
Qed.

Lemma ratio_alpha_continuous : continuous ratio alpha.
Proof.
apply (continuous_mult (fun t => Sum n (fun i => m i t * z i + k i t)) (fun t => / Sum n (fun i => m i t))).
- apply (Sum_continuous n (fun i t => m i t * z i + k i t)). intros i _.
  apply (continuous_plus (fun t => m i t * z i) (k i)); [|apply k_continuous].
  apply (continuous_mult (m i) (fun _ => z i)); [apply m_continuous | apply continuous_const].
- apply continuous_Rinv_comp; [|apply Rgt_not_eq, m_sum_pos]. apply (Sum_continuous n m). intros; apply m_continuous.
Qed.

(** What a probability gains. *)
Lemma gain i : inr i n -> locally alpha (fun t => entmax n t z i - p i = m i t * (z i * (t - alpha) - (T t - tau)) + k i t * (t - alpha)).
Proof.
intros Hi. unfold m, k. destruct (Rlt_dec 0 (p i)) as [P|P].
- pose proof (live_y i P) as H. generalize (filter_and _ _ near_above (continuous_gt _ alpha 0 (Y_continuous i) H)).
  apply filter_imp. intros t [Ht Yt].
  assert (F : entmax n t z i = exp (W i t)) by (unfold entmax; fold (T t); fold (Y i t); rewrite Rmax_0_id, pw_Rpower by lra; reflexivity).
  rewrite F, (p_exp i P), (slope_eq exp (W i alpha) (exp (W i alpha)) (W i t)). fold (E i t).
  assert (D1 : / (t - 1) - / (alpha - 1) = Q t * (t - alpha)) by apply (slope_eq (fun t => / (t - 1))).
  assert (D2 : ln (Y i t) - ln (y i) = L i t * (Y i t - y i)) by apply (slope_eq ln).
  assert (D3 : W i t - W i alpha = Q t * (t - alpha) * ln (Y i t) + q * (L i t * (Y i t - y i))).
  { rewrite <- D1, <- D2. unfold W, q. rewrite Y_at. ring. }
  rewrite D3. unfold Y at 2, y. ring.
- pose proof (dead_y i Hi P) as H. generalize (filter_and _ _ near_above (continuous_lt _ alpha 0 (Y_continuous i) H)).
  apply filter_imp. intros t [Ht Yt].
  assert (F : entmax n t z i = 0).
  { unfold entmax. fold (T t). fold (Y i t). rewrite Rmax_0_0, pw_0; [reflexivity | lra | apply Rgt_not_eq, q_pos, Ht | lra]. }
  rewrite F. pose proof (entmax_ge0 n alpha z i) as G. fold p in G. replace (p i) with 0 by lra. ring.
Qed.

Lemma threshold_gain : locally alpha (fun t => T t - tau = ratio t * (t - alpha)).
Proof.
assert (C : continuous (fun t => Sum n (fun i => m i t)) alpha) by (apply (Sum_continuous n m); intros; apply m_continuous).
generalize (filter_and _ _ near_above (filter_and _ _ (continuous_gt _ alpha 0 C m_sum_pos) (forall_small n _ alpha gain))).
apply filter_imp. intros t [Ht [M G]].
assert (Z : Sum n (fun i => entmax n t z i - p i) = 0) by (rewrite Sum_minus; unfold p; rewrite !entmax_sum by assumption; ring).
rewrite (Sum_ext n _ (fun i => (m i t * z i + k i t) * (t - alpha) - m i t * (T t - tau))) in Z.
2:{ intros i Hi. rewrite (G i Hi). ring. }
rewrite Sum_minus, !Sum_scal_r in Z. unfold ratio. apply (Rmult_eq_reg_r (Sum n (fun i => m i t))); [|lra].
replace (Sum n (fun i => m i t * z i + k i t) / Sum n (fun i => m i t) * (t - alpha) * Sum n (fun i => m i t))
  with (Sum n (fun i => m i t * z i + k i t) * (t - alpha)) by (field; lra). lra.
Qed.

Theorem alpha_derivative i : inr i n ->
  is_derive (fun t => entmax n t z i) alpha
    ((p i - s i / Sum n s) / a ^ 2
     - ((if Rlt_dec 0 (p i) then p i * ln (p i) else 0) - s i * Sum n (fun j => if Rlt_dec 0 (p j) then p j * ln (p j) else 0) / Sum n s) / a).
Proof.
intros Hi. set (c t := m i t * (z i - ratio t) + k i t).
assert (D : is_derive (fun t => entmax n t z i) alpha (c alpha)).
{ apply derive_of_slope.
  - apply (continuous_plus (fun t => m i t * (z i - ratio t)) (k i)); [|apply k_continuous].
    apply (continuous_mult (m i) (fun t => z i - ratio t)); [apply m_continuous|].
    apply (continuous_minus (fun _ => z i) ratio); [apply continuous_const | exact ratio_alpha_continuous].
  - generalize (filter_and _ _ threshold_gain (gain i Hi)). apply filter_imp. intros t [G1 G2].
    change (entmax n alpha z i) with (p i). rewrite G2, G1. unfold c. ring. }
set (H1 := Sum n (fun j => if Rlt_dec 0 (p j) then p j * ln (p j) else 0)).
assert (HS : 0 < Sum n s) by (apply sens_sum_pos; now apply entmax_simplex).
assert (SZ : forall j, s j * z j = (p j + tau * s j) / a).
{ intros j. unfold s, sens, a. destruct (Rlt_dec 0 (p j)) as [P|P].
  - pose proof (live_y j P) as H. pose proof (entmax_pow n alpha z Ha j) as R0. fold p tau in R0. unfold scaled in R0. fold (y j) in R0.
    rewrite Rmax_0_id in R0 by lra.
    assert (K : pw (p j) (2 - alpha) * y j = p j).
    { rewrite <- R0, <- pw_plus by exact P. replace (2 - alpha + (alpha - 1)) with 1 by ring. apply pw_1_r. lra. }
    rewrite <- K at 2. unfold y. field. lra.
  - pose proof (entmax_ge0 n alpha z j) as G. fold p in G. replace (p j) with 0 by lra. field. lra. }
assert (Rt : ratio alpha = ((1 + tau * Sum n s) / a - H1) / Sum n s).
{ unfold ratio. rewrite (Sum_ext n (fun i => m i alpha) (fun i => q * s i)) by (intros; apply m_at).
  rewrite (Sum_ext n _ (fun j => q / a * p j + q * tau / a * s j - q * (if Rlt_dec 0 (p j) then p j * ln (p j) else 0))).
  2:{ intros j _. rewrite m_at, k_at, Rmult_assoc, SZ. unfold a. field. lra. }
  rewrite Sum_minus, Sum_plus, !Sum_scal. fold H1. unfold p at 1. rewrite entmax_sum by assumption. unfold q, a.
    change (Sum n (fun i => s i)) with (Sum n s). field. lra. }
replace (_ - _) with (c alpha); [exact D|]. unfold c. rewrite m_at, k_at, Rt.
rewrite Rmult_minus_distr_l, (Rmult_assoc q (s i) (z i)), SZ. unfold q, a. field. lra.
Qed.

End Alpha.

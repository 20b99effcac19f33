(* Proofs of the printed statements: the chapter dispersion. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Dispersion Statements.
From EntmaxFormal Require SupportProofs.
Open Scope R_scope.

Theorem entropy_and_support__inhabited : Statements.entropy_and_support__inhabited.
Proof. exists 1%nat, one_hot. split; [lia | split; [now apply one_hot_simplex | exact I]]. Qed.

Theorem entropy_and_support__support : Statements.entropy_and_support__support.
Proof. start. rewrite shannon_eq. now apply shannon_le_log_support. Qed.

Theorem entropy_and_support__support__defined : Statements.entropy_and_support__support__defined.
Proof. parts. - now apply H0. - apply lt_0_INR. pose proof (support_size_pos n p H0). lia. Qed.

Theorem entropy_and_support__largest : Statements.entropy_and_support__largest.
Proof. start. rewrite shannon_eq. apply Rle_ge. now apply shannon_ge_largest. Qed.

Theorem entropy_and_support__largest__defined : Statements.entropy_and_support__largest__defined.
Proof. parts. - now apply H0. - now apply Largest_pos. Qed.

(** ** Tokens that join. *)
Section Joining.
Variables (n : nat) (alpha : R) (z : nat -> R) (late : R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let q := / (alpha - 1).
Let y i := if le_dec i n then z i else late.
Let x := scaled alpha z.
Let tau := threshold n alpha z.
Let sigma := threshold (S n) alpha y.
Let p := entmax n alpha z.
Let r := entmax (S n) alpha y.

Lemma joined_mass t : mass (S n) q (scaled alpha y) t = mass n q x t + pw (Rmax 0 ((alpha - 1) * late - t)) q.
Proof.
unfold mass; cbn [Sum]. f_equal.
- apply Sum_ext. intros i Hi. unfold scaled, y, x, scaled. destruct (le_dec i n); [reflexivity|lia].
- unfold scaled, y. destruct (le_dec (S n) n); [lia|reflexivity].
Qed.

Lemma joined_at : mass n q x sigma + pw (Rmax 0 ((alpha - 1) * late - sigma)) q = 1.
Proof. rewrite <- joined_mass. apply threshold_mass; [lia | assumption]. Qed.

Lemma joined_rises : tau <= sigma.
Proof.
pose proof (q_pos alpha Ha) as Hq. fold q in Hq. pose proof joined_at as J.
pose proof (pw_ge0 (Rmax 0 ((alpha - 1) * late - sigma)) q).
destruct (Rle_dec tau sigma) as [|L]; [assumption|exfalso].
pose proof (threshold_mass n alpha z Hn Ha) as M. fold q x tau in M.
pose proof (mass_strict n q x Hq sigma tau ltac:(lra)) as S. pose proof (mass_antitone n q x Hq sigma tau ltac:(lra)). lra.
Qed.

Lemma joined_same : sigma = tau <-> (alpha - 1) * late <= tau.
Proof.
pose proof (q_pos alpha Ha) as Hq. fold q in Hq.
pose proof (threshold_mass n alpha z Hn Ha) as M. fold q x tau in M. split; intros H.
- pose proof joined_at as J. rewrite H, M in J. destruct (Rle_dec ((alpha - 1) * late) tau) as [|L]; [assumption|exfalso].
  assert (0 < pw (Rmax 0 ((alpha - 1) * late - tau)) q) by (apply pw_gt0, Rmax_0_pos_iff; lra). lra.
- apply threshold_is; [lia | assumption|]. fold q. rewrite joined_mass, M, Rmax_0_0, pw_0 by lra. ring.
Qed.

Lemma joined_value k : inr k n -> r k = pw (Rmax 0 (x k - sigma)) q.
Proof. intros Hk. unfold r, entmax, y at 1, x, scaled. destruct (le_dec k n); [reflexivity|lia]. Qed.

Theorem joining_less k : inr k n -> r k <= p k.
Proof.
intros Hk. rewrite joined_value by exact Hk. apply pw_le; [now apply q_pos|]. apply Rmax_0_le.
pose proof joined_rises. unfold x, scaled. fold tau. lra.
Qed.

Theorem joining_same k : inr k n -> r k = p k <-> (p k = 0 \/ late * (alpha - 1) <= tau).
Proof.
intros Hk. pose proof (q_pos alpha Ha) as Hq. pose proof joined_rises as J. rewrite Rmult_comm, <- joined_same. split; intros H.
- destruct (Req_EM_T (p k) 0) as [|N]; [now left | right].
  pose proof (entmax_ge0 n alpha z k) as P. assert (Pk : 0 < p k) by (unfold p in *; lra).
  apply entmax_pos_iff in Pk; [|exact Ha]. fold x tau in Pk. rewrite joined_value in H by exact Hk.
  destruct J as [J|J]; [exfalso|now symmetry]. unfold p, entmax in H. fold tau q in H. change ((alpha - 1) * z k) with (x k) in H.
  assert (pw (Rmax 0 (x k - sigma)) q < pw (Rmax 0 (x k - tau)) q); [|lra].
  apply pw_lt; [exact Hq|]. split; [apply Rmax_0_ge | apply Rmax_0_lt; lra].
- destruct H as [H|H].
  + pose proof (joining_less k Hk). pose proof (entmax_ge0 (S n) alpha y k). fold r in H1. lra.
  + rewrite joined_value, H by exact Hk. reflexivity.
Qed.

(** A rival drives token k to zero from the logit on at which the mass above token k is one. *)
Theorem rival k : inr k n -> 0 < p k ->
  r k = 0 <-> late >= pw (1 - mass n q x (x k)) (alpha - 1) / (alpha - 1) + z k.
Proof.
intros Hk Pk. pose proof (q_pos alpha Ha) as Hq. fold q in Hq. pose proof (threshold_mass n alpha z Hn Ha) as M. fold q x tau in M.
assert (M1 : mass n q x (x k) < 1).
{ apply (mass_lt_1 n q x Hq tau _ M). apply entmax_pos_iff in Pk; [exact Pk | exact Ha]. }
assert (E : x k = scaled alpha y k) by (unfold x, scaled, y; destruct (le_dec k n); [reflexivity|lia]).
set (d := pw (1 - mass n q x (x k)) (alpha - 1)).
assert (D : pw d q = 1 - mass n q x (x k)) by (apply pw_root; lra).
assert (D0 : 0 < d) by (apply pw_gt0; lra).
unfold r. rewrite entmax_zero_iff by (lia || assumption). fold sigma. rewrite <- E.
rewrite <- (mass_ge_1 (S n) q (scaled alpha y) Hq sigma) by (apply threshold_mass; [lia | assumption]).
rewrite joined_mass. set (m := mass n q x (x k)) in *.
assert (K : alpha - 1 > 0) by lra. assert (X : x k = (alpha - 1) * z k) by reflexivity. split; intros H.
- assert (d <= (alpha - 1) * late - x k).
  { destruct (Rle_dec d ((alpha - 1) * late - x k)) as [|L]; [assumption|exfalso].
    assert (pw (Rmax 0 ((alpha - 1) * late - x k)) q < pw d q); [|lra]. apply pw_lt; [exact Hq|]. split; [apply Rmax_0_ge|].
    unfold Rmax; destruct (Rle_dec _ _); lra. }
  apply Rle_ge, (Rmult_le_reg_l (alpha - 1)); [lra|]. replace ((alpha - 1) * (d / (alpha - 1) + z k)) with (d + (alpha - 1) * z k) by (field; lra). lra.
- assert (d <= (alpha - 1) * late - x k).
  { apply Rge_le, (Rmult_le_compat_l (alpha - 1)) in H; [|lra].
    replace ((alpha - 1) * (d / (alpha - 1) + z k)) with (d + (alpha - 1) * z k) in H by (field; lra). lra. }
  rewrite Rmax_0_id by lra. pose proof (pw_le d ((alpha - 1) * late - x k) q Hq H0). lra.
Qed.
End Joining.

Theorem joining_token__inhabited : Statements.joining_token__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 0. repeat split; (lia || lra). Qed.

Theorem joining_token__never_more : Statements.joining_token__never_more.
Proof. start. now apply joining_less. Qed.

Theorem joining_token__unchanged : Statements.joining_token__unchanged.
Proof. start. now apply joining_same. Qed.

Theorem critical_rival__inhabited : Statements.critical_rival__inhabited.
Proof. exact joining_token__inhabited. Qed.

Lemma crowd_mass n alpha z k :
  Sum n (fun i => pw (Rmax 0 ((alpha - 1) * z i - (alpha - 1) * z k)) (/ (alpha - 1))) = mass n (/ (alpha - 1)) (scaled alpha z) (scaled alpha z k).
Proof. reflexivity. Qed.

Lemma crowd_lt n alpha z k : (1 <= n)%nat -> 1 < alpha -> entmax n alpha z k > 0 ->
  mass n (/ (alpha - 1)) (scaled alpha z) (scaled alpha z k) < 1.
Proof.
intros Hn Ha Hp. apply (mass_lt_1 n _ _ (q_pos alpha Ha) (threshold n alpha z)); [now apply threshold_mass|].
now apply entmax_pos_iff in Hp.
Qed.

Theorem critical_rival__critical : Statements.critical_rival__critical.
Proof. start. rewrite crowd_mass. now apply rival. Qed.

Theorem critical_rival__critical__defined : Statements.critical_rival__critical__defined.
Proof. parts. rewrite crowd_mass. left. pose proof (crowd_lt n alpha z k H H0 H2). lra. Qed.

Theorem critical_rival__bounded : Statements.critical_rival__bounded.
Proof.
start. rewrite crowd_mass. apply Rplus_le_compat_r. apply Rle_trans with (1 * / (alpha - 1)); [|lra].
apply Rmult_le_compat_r; [left; now apply q_pos|]. apply Rle_trans with (pw 1 (alpha - 1)); [|rewrite pw_1_l; lra]. apply pw_le; [lra|].
assert (0 <= mass n (/ (alpha - 1)) (scaled alpha z) (scaled alpha z k)) by (apply Sum_nonneg; intros; apply pw_ge0). lra.
Qed.

Theorem critical_rival__bounded__defined : Statements.critical_rival__bounded__defined.
Proof. exact critical_rival__critical__defined. Qed.

(** ** When a token has at least a given weight. *)
Lemma weight_at_least n alpha z k e : (1 <= n)%nat -> 1 < alpha -> 0 < e ->
  e <= entmax n alpha z k <-> mass n (/ (alpha - 1)) (scaled alpha z) (scaled alpha z k - pw e (alpha - 1)) <= 1.
Proof.
intros Hn Ha He. pose proof (q_pos alpha Ha) as Hq. set (q := / (alpha - 1)) in *. set (d := pw e (alpha - 1)).
assert (D0 : 0 < d) by now apply pw_gt0.
assert (D : pw d q = e) by (apply pw_root; lra).
pose proof (threshold_mass n alpha z Hn Ha) as M. fold q in M. set (tau := threshold n alpha z) in *. set (x := scaled alpha z) in *.
assert (L : tau <= x k - d <-> mass n q x (x k - d) <= 1).
{ split; intros H; [rewrite <- M; now apply mass_antitone|]. destruct (Rle_dec tau (x k - d)) as [|N]; [assumption|exfalso].
  pose proof (mass_strict n q x Hq (x k - d) tau ltac:(lra)). pose proof (mass_antitone n q x Hq (x k - d) tau ltac:(lra)). lra. }
rewrite <- L. unfold entmax. fold tau q. change ((alpha - 1) * z k) with (x k). split; intros H.
- destruct (Rle_dec tau (x k - d)) as [|N]; [assumption|exfalso].
  assert (pw (Rmax 0 (x k - tau)) q < pw d q); [|lra]. apply pw_lt; [exact Hq|]. split; [apply Rmax_0_ge|].
  unfold Rmax; destruct (Rle_dec _ _); lra.
- rewrite <- D. apply pw_le; [exact Hq|]. eapply Rle_trans; [|apply Rmax_r]. lra.
Qed.

Theorem epsilon_criterion__inhabited : Statements.epsilon_criterion__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 1. repeat split; (lia || lra). Qed.

Theorem epsilon_criterion__criterion : Statements.epsilon_criterion__criterion.
Proof.
start. rewrite (Sum_ext n _ (fun i => pw (Rmax 0 (scaled alpha z i - (scaled alpha z k - pw epsilon (alpha - 1)))) (/ (alpha - 1)))).
- pose proof (weight_at_least n alpha z k epsilon H H0 ltac:(lra)) as W. unfold mass in W. lra.
- intros i _. unfold scaled. do 2 f_equal. ring.
Qed.

Theorem epsilon_criterion__criterion__defined : Statements.epsilon_criterion__criterion__defined.
Proof. parts. Qed.

Theorem needle__inhabited : Statements.needle__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 1, 1%nat. repeat split; (lia || lra || (intros; lra)). Qed.

Lemma near_pos n z k gap : inr k n -> 0 < gap -> 0 < Sum n (fun i => if Rlt_dec (z k - gap) (z i) then 1 else 0).
Proof.
intros Hk Hg. eapply Rlt_le_trans; [|apply (Sum_ge_term n _ k Hk)].
- cbv beta. destruct (Rlt_dec (z k - gap) (z k)); lra.
- intros i _. cbv beta. destruct (Rlt_dec _ _); lra.
Qed.

Theorem needle__weight : Statements.needle__weight.
Proof.
start. set (N := Sum n _). assert (HN : 0 < N) by now apply near_pos. pose proof (q_pos alpha H0) as Hq. set (q := / (alpha - 1)) in *.
set (e := Rmin (pw (gap * (alpha - 1)) q) (/ N)). pose proof (Rinv_0_lt_compat N HN) as HI.
assert (Hg : 0 < pw (gap * (alpha - 1)) q) by (apply pw_gt0; nra).
assert (He : 0 < e) by (unfold e, Rmin; destruct (Rle_dec _ _); lra).
apply Rle_ge, weight_at_least; [assumption | assumption | exact He |]. fold q. set (d := pw e (alpha - 1)).
assert (Dq : pw d q = e) by (apply pw_root; lra).
assert (Dg : d <= gap * (alpha - 1)).
{ apply Rle_trans with (pw (pw (gap * (alpha - 1)) q) (alpha - 1)); [apply pw_le; [lra | apply Rmin_l]|].
  rewrite pw_pw by lra. unfold q. rewrite Rinv_l by lra. rewrite pw_1_r; nra. }
apply Rle_trans with (Sum n (fun i => e * if Rlt_dec (z k - gap) (z i) then 1 else 0)).
- apply Sum_le. intros i Hi. specialize (H3 i Hi). unfold scaled. destruct (Rlt_dec (z k - gap) (z i)) as [L|L].
  + rewrite Rmult_1_r. rewrite <- Dq. apply pw_le; [exact Hq|]. apply Rmax_lub; [apply pw_ge0 | nra].
  + rewrite Rmax_0_0, pw_0 by nra. lra.
- rewrite Sum_scal. fold N. apply Rle_trans with (/ N * N); [|rewrite Rinv_l; lra]. apply Rmult_le_compat_r; [lra | apply Rmin_r].
Qed.

Theorem needle__weight__defined : Statements.needle__weight__defined.
Proof. parts. apply Rgt_not_eq. now apply near_pos. Qed.

(** ** Softmax over a range. *)
Theorem softmax_vanishes__inhabited : Statements.softmax_vanishes__inhabited.
Proof. exists 1%nat, (fun _ => 0). split; [lia | exact I]. Qed.

Theorem softmax_vanishes__weight__defined : Statements.softmax_vanishes__weight__defined.
Proof. parts. pose proof (INR_ge1 n H). match goal with |- context [exp ?u] => pose proof (exp_pos u) end. lra. Qed.

Theorem softmax_vanishes__weight : Statements.softmax_vanishes__weight.
Proof.
start. set (D := Largest n z - - Largest n (fun i => - z i)). pose proof (INR_ge1 n H) as HN. pose proof (exp_pos D) as HE.
unfold softmax. set (W := Sum n (fun j => exp (z j))).
assert (B : exp (z k) * ((INR n - 1) * exp (- D) + 1) <= W).
{ apply Rle_trans with (Sum n (fun j => exp (z k) * exp (- D) + if Nat.eq_dec j k then exp (z k) * (1 - exp (- D)) else 0)).
  - rewrite Sum_plus, Sum_const, Sum_single by assumption. right. ring.
  - apply Sum_le. intros j Hj. destruct (Nat.eq_dec j k) as [->|]; [right; ring|]. rewrite Rplus_0_r, <- exp_plus. apply exp_le.
    pose proof (Smallest_le n z j Hj). pose proof (Largest_ge n z k H0). unfold D. lra. }
pose proof (exp_pos (z k)) as Hk. pose proof (exp_pos (- D)) as HD.
assert (HW : 0 < W) by (eapply Rlt_le_trans; [|exact B]; apply Rmult_lt_0_compat; nra).
assert (ED : exp (- D) * exp D = 1) by (rewrite <- exp_plus, Rplus_opp_l; apply exp_0).
apply (Rmult_le_reg_r (W * (INR n + exp D - 1))); [apply Rmult_lt_0_compat; lra|].
replace (exp (z k) / W * (W * (INR n + exp D - 1))) with (exp (z k) * (INR n + exp D - 1)) by (field; lra).
replace (exp D / (INR n + exp D - 1) * (W * (INR n + exp D - 1))) with (exp D * W) by (field; lra).
apply (Rmult_le_compat_l (exp D)) in B; [|lra].
replace (exp D * (exp (z k) * ((INR n - 1) * exp (- D) + 1))) with (exp (z k) * ((INR n - 1) * (exp (- D) * exp D) + exp D)) in B by ring.
rewrite ED in B. lra.
Qed.

(** ** How much one token can hold. *)
Theorem entmax_peak__inhabited : Statements.entmax_peak__inhabited.
Proof. exists 2%nat, 2, (fun _ => 0). repeat split; (lia || lra). Qed.

Theorem entmax_peak__peak : Statements.entmax_peak__peak.
Proof.
start. destruct (other_small n alpha z ltac:(lia) H0 H) as [i [Hi L]]. pose proof (peak_over n alpha z ltac:(lia) H0 i Hi).
apply (pw_le _ _ (alpha - 1) ltac:(lra)) in L. lra.
Qed.

Theorem entmax_peak__peak__defined : Statements.entmax_peak__peak__defined.
Proof.
start. pose proof (INR_above1 n H) as HN. pose proof (pmax_pos n alpha z ltac:(lia) H0). pose proof (pmax_le1 n alpha z ltac:(lia) H0).
repeat split; [now left | lra |]. set (c := (1 - _) / _). assert (0 <= c) as [L|L]; [|now left | right; split; [now symmetry | lra]].
unfold c. apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra].
Qed.

Lemma share_power n alpha : (2 <= n)%nat -> 1 < alpha -> 0 < pw (INR n - 1) (1 - alpha).
Proof. intros H _. apply pw_gt0. pose proof (INR_above1 n H). lra. Qed.

Theorem entmax_peak__entropy : Statements.entmax_peak__entropy.
Proof.
start. rewrite shannon_eq. apply Rle_ge. eapply Rle_trans; [|apply shannon_ge_largest, entmax_simplex; (lia || assumption)].
pose proof (pmax_pos n alpha z ltac:(lia) H0) as P0. pose proof (pmax_le1 n alpha z ltac:(lia) H0) as P1. pose proof (INR_above1 n H) as HN.
destruct (other_small n alpha z ltac:(lia) H0 H) as [i [Hi L]]. pose proof (peak_over n alpha z ltac:(lia) H0 i Hi) as O.
pose proof (share_power n alpha H H0) as SP. pose proof (spread_ge0 n alpha z ltac:(lia) H0) as S0. cbv zeta in O, S0.
set (pm := Largest n (entmax n alpha z)) in *. set (D := (alpha - 1) * (Largest n z - - Largest n (fun i => - z i))) in *.
assert (B : pw pm (alpha - 1) <= pw (INR n - 1) (1 - alpha) + D).
{ assert (pw (entmax n alpha z i) (alpha - 1) <= pw (INR n - 1) (1 - alpha)); [|lra].
  replace (1 - alpha) with (- (alpha - 1)) by ring. rewrite <- pw_inv by lra. apply pw_le; [lra|].
  eapply Rle_trans; [exact L|]. rewrite <- (Rmult_1_l (/ (INR n - 1))). apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra | lra]. }
apply Ropp_le_contravar. apply (ln_le _ _ (pw_gt0 pm (alpha - 1) P0)) in B. rewrite pw_Rpower in B by exact P0. unfold Rpower in B. rewrite ln_exp in B.
apply (Rmult_le_reg_r (alpha - 1)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

Theorem entmax_peak__entropy__defined : Statements.entmax_peak__entropy__defined.
Proof.
start. pose proof (INR_above1 n H) as HN. pose proof (share_power n alpha H H0) as SP. pose proof (spread_ge0 n alpha z ltac:(lia) H0) as S0. cbv zeta in S0.
repeat split; [intros; apply entmax_ge0 | left; lra | lra | lra].
Qed.

Theorem dispersion_window__inhabited : Statements.dispersion_window__inhabited.
Proof. exists 2%nat, 2, (fun _ => 0), 1. repeat split; (lia || lra). Qed.

Theorem dispersion_window__enough : Statements.dispersion_window__enough.
Proof.
start. rewrite shannon_eq. apply Rle_ge. eapply Rle_trans; [|apply shannon_ge_largest, entmax_simplex; (lia || assumption)].
pose proof (pmax_pos n alpha z ltac:(lia) H0) as P0. pose proof (threshold_exact n alpha z ltac:(lia) H0) as E. cbv zeta in E.
set (pm := Largest n (entmax n alpha z)) in *. set (c := pw (INR n) ((alpha - 1) * (epsilon - 1))) in *. pose proof (INR_above1 n H) as HN.
assert (T : (alpha - 1) * Largest n z - c <= threshold n alpha z).
{ apply (mass_ge_1 n (/ (alpha - 1)) (scaled alpha z) (q_pos alpha H0)); [apply threshold_mass; (lia || assumption)|].
  apply Rge_le in H2. eapply Rle_trans; [exact H2|]. right. apply Sum_ext. intros i _. unfold scaled. do 2 f_equal. ring. }
assert (B : pw pm (alpha - 1) <= c) by lra.
apply (ln_le _ _ (pw_gt0 pm (alpha - 1) P0)) in B. unfold c in B. rewrite !pw_Rpower in B by lra. unfold Rpower in B. rewrite !ln_exp in B.
assert (ln pm <= (epsilon - 1) * ln (INR n)); [|lra]. apply (Rmult_le_reg_l (alpha - 1)); [lra|]. lra.
Qed.

Theorem dispersion_window__enough__defined : Statements.dispersion_window__enough__defined.
Proof. parts; [apply entmax_ge0 | apply lt_0_INR; lia]. Qed.

(** The window below the largest logit holds the support. *)
Lemma window_count n alpha z : (1 <= n)%nat -> 1 < alpha ->
  INR (support_size n (entmax n alpha z)) <= Sum n (fun i => if Rlt_dec ((alpha - 1) * (Largest n z - z i)) 1 then 1 else 0).
Proof.
intros Hn Ha. rewrite support_size_Sum. apply Sum_le. intros i Hi. destruct (Rlt_dec 0 (entmax n alpha z i)) as [L|]; [|destruct (Rlt_dec _ _); lra].
destruct (Rlt_dec ((alpha - 1) * (Largest n z - z i)) 1) as [|N]; [lra | exfalso; apply N].
now apply (SupportProofs.support_window__outer n alpha z Hn Ha i Hi).
Qed.

Theorem dispersion_window__too_few : Statements.dispersion_window__too_few.
Proof.
start. rewrite shannon_eq. assert (S : simplex n (entmax n alpha z)) by (apply entmax_simplex; (lia || assumption)).
eapply Rle_trans; [apply shannon_le_log_support, S|]. apply ln_le; [apply lt_0_INR; pose proof (support_size_pos _ _ S); lia|].
apply window_count; (lia || assumption).
Qed.

Theorem dispersion_window__too_few__defined : Statements.dispersion_window__too_few__defined.
Proof.
parts; [apply entmax_ge0|]. assert (S : simplex n (entmax n alpha z)) by (apply entmax_simplex; (lia || assumption)).
eapply Rlt_le_trans; [|apply window_count; (lia || assumption)]. apply lt_0_INR. pose proof (support_size_pos _ _ S). lia.
Qed.

(** ** The ratio of Tsallis entropies. *)
Lemma power_below1 n alpha : (2 <= n)%nat -> 1 < alpha -> pw (INR n) (1 - alpha) < 1.
Proof.
intros H Ha. pose proof (INR_above1 n H) as HN. rewrite pw_Rpower by lra. unfold Rpower. rewrite <- exp_0 at 2. apply exp_increasing.
assert (0 < ln (INR n)) by (rewrite <- ln_1; apply ln_increasing; lra). nra.
Qed.

Theorem tsallis_normalisation_trap__inhabited : Statements.tsallis_normalisation_trap__inhabited.
Proof. exists 2%nat, 2, one_hot. split; [lia | split; [lra | split; [apply one_hot_simplex; lia | exact I]]]. Qed.

Theorem tsallis_normalisation_trap__ratio : Statements.tsallis_normalisation_trap__ratio.
Proof.
start. pose proof (power_below1 n alpha H H0) as C1. pose proof (pw_ge0 (INR n) (1 - alpha)) as C0. set (c := pw (INR n) (1 - alpha)) in *.
destruct H1 as [Hp Hs]. pose proof (Largest_pos n p (conj Hp Hs)) as M0. set (M := Largest n p) in *.
assert (M1 : M <= 1).
{ destruct (Largest_in n p ltac:(lia)) as [k [Hk E]]. unfold M. rewrite E, <- Hs. now apply (Sum_ge_term n p k Hk). }
assert (G1 : pw M (alpha - 1) <= 1) by (apply Rle_trans with (pw 1 (alpha - 1)); [apply pw_le; lra | rewrite pw_1_l; lra]).
assert (B : 1 - pw M (alpha - 1) <= Sum n (fun i => p i - pw (p i) alpha)).
{ apply Rle_trans with (Sum n (fun i => p i * (1 - pw M (alpha - 1)))); [rewrite Sum_scal_r, Hs; lra|].
  apply Sum_le. intros i Hi. destruct (Hp i Hi) as [L|<-]; [|rewrite (pw_0 0 alpha); lra].
  assert (E : pw (p i) alpha = p i * pw (p i) (alpha - 1)) by (replace alpha with (1 + (alpha - 1)) at 1 by ring; rewrite pw_plus, pw_1_r; lra). rewrite E.
  pose proof (pw_le (p i) M (alpha - 1) ltac:(lra) (Largest_ge n p i Hi)). nra. }
apply Rle_ge. unfold Rdiv at 2. rewrite Sum_scal_r. set (T := Sum n (fun i => p i - pw (p i) alpha)) in *.
replace (alpha * (alpha - 1) * (T * / (alpha * (alpha - 1))) / (1 - c)) with (T / (1 - c)) by (field; lra).
apply (Rmult_le_reg_r (1 - c)); [lra|]. replace (T / (1 - c) * (1 - c)) with T by (field; lra). nra.
Qed.

Theorem tsallis_normalisation_trap__ratio__defined : Statements.tsallis_normalisation_trap__ratio__defined.
Proof.
parts; [pose proof (power_below1 n alpha H H0); lra | left; now apply Largest_pos].
Qed.

(** ** The least entropy between two levels: as many tokens as fit at the upper one, one in between, the others at the lower. *)
Definition phi (t : R) : R := - (t * ln t).

Lemma phi_tangent t x : 0 <= t -> 0 < x -> phi t <= phi x - (ln x + 1) * (t - x).
Proof.
intros [Ht|<-] Hx; unfold phi; [|rewrite Rmult_0_l; lra].
pose proof (ln_le_minus1 (x / t) ltac:(apply Rdiv_lt_0_compat; lra)) as H. unfold Rdiv in H. rewrite ln_mult, ln_Rinv in H by (try apply Rinv_0_lt_compat; lra).
apply (Rmult_le_compat_l t) in H; [|lra]. replace (t * (x * / t - 1)) with (x - t) in H by (field; lra). lra.
Qed.

Lemma phi_chord u v x : 0 <= u -> u <= x <= v -> (v - x) * phi u + (x - u) * phi v <= (v - u) * phi x.
Proof.
intros Hu [H1 H2]. destruct (Req_EM_T x 0) as [->|Hx]; [replace u with 0 by lra; lra|].
pose proof (phi_tangent u x Hu ltac:(lra)) as A. pose proof (phi_tangent v x ltac:(lra) ltac:(lra)) as B.
apply (Rmult_le_compat_l (v - x)) in A; [|lra]. apply (Rmult_le_compat_l (x - u)) in B; [|lra]. lra.
Qed.

Lemma phi_above_line u v x : 0 <= u -> u < v -> u <= x <= v -> phi u + (phi v - phi u) / (v - u) * (x - u) <= phi x.
Proof.
intros Hu Huv Hx. pose proof (phi_chord u v x Hu Hx) as C. apply (Rmult_le_reg_l (v - u)); [lra|].
replace ((v - u) * (phi u + (phi v - phi u) / (v - u) * (x - u))) with ((v - x) * phi u + (x - u) * phi v) by (field; lra). exact C.
Qed.

(** How much [n] entries between m and M, of sum 1, have above r. *)
Lemma above_level n p m M r (K : Z) : (forall i, inr i n -> m <= p i <= M) -> Sum n p = 1 -> m <= r <= M ->
  r = 1 - IZR K * M - (INR n - IZR K - 1) * m -> Sum n (fun i => Rmax 0 (p i - r)) <= IZR K * (M - r).
Proof.
intros Hp Hs Hr E. set (J := support_size n (fun i => p i - r)).
assert (HJ : INR J = Sum n (fun i => if Rlt_dec 0 (p i - r) then 1 else 0)) by apply support_size_Sum.
destruct (Z_le_gt_dec (Z.of_nat J) K) as [L|L].
- apply Rle_trans with (Sum n (fun i => (if Rlt_dec 0 (p i - r) then 1 else 0) * (M - r))).
  + apply Sum_le. intros i Hi. pose proof (Hp i Hi). destruct (Rlt_dec 0 (p i - r)); [rewrite Rmax_0_id; lra | rewrite Rmax_0_0; lra].
  + rewrite Sum_scal_r, <- HJ, INR_IZR_INZ. apply Rmult_le_compat_r; [lra|]. now apply IZR_le.
- apply Rle_trans with (Sum n (fun i => p i - m - (if Rlt_dec 0 (p i - r) then 1 else 0) * (r - m))).
  + apply Sum_le. intros i Hi. pose proof (Hp i Hi). destruct (Rlt_dec 0 (p i - r)); [rewrite Rmax_0_id; lra | rewrite Rmax_0_0; lra].
  + rewrite Sum_minus, Sum_scal_r, <- HJ, Sum_minus, Hs, Sum_const.
    assert (IZR K + 1 <= INR J) by (rewrite INR_IZR_INZ, <- plus_IZR; apply IZR_le; lia). nra.
Qed.

Theorem three_level_floor n p m M r (K : Z) : 0 <= m < M -> (forall i, inr i n -> m <= p i <= M) -> Sum n p = 1 -> m <= r < M ->
  r = 1 - IZR K * M - (INR n - IZR K - 1) * m ->
  IZR K * phi M + phi r + (INR n - IZR K - 1) * phi m <= Sum n (fun i => phi (p i)).
Proof.
intros Hm Hp Hs Hr E. destruct (proj1 Hr) as [L|L].
- set (s1 := (phi r - phi m) / (r - m)). set (s2 := (phi M - phi r) / (M - r)).
  assert (S : s2 <= s1).
  { pose proof (phi_chord m M r ltac:(lra) ltac:(lra)) as C. apply (Rmult_le_reg_r ((r - m) * (M - r))); [apply Rmult_lt_0_compat; lra|].
    unfold s1, s2. replace ((phi M - phi r) / (M - r) * ((r - m) * (M - r))) with ((phi M - phi r) * (r - m)) by (field; lra).
    replace ((phi r - phi m) / (r - m) * ((r - m) * (M - r))) with ((phi r - phi m) * (M - r)) by (field; lra). lra. }
  apply Rle_trans with (Sum n (fun i => phi m + s1 * (p i - m) - (s1 - s2) * Rmax 0 (p i - r))).
  + pose proof (above_level n p m M r K Hp Hs ltac:(lra) E) as A.
    rewrite Sum_minus, Sum_plus, !Sum_scal, Sum_minus, Hs, !Sum_const. apply (Rmult_le_compat_l (s1 - s2)) in A; [|lra].
    assert (E1 : s1 * (r - m) = phi r - phi m) by (unfold s1; field; lra).
    assert (E2 : s2 * (M - r) = phi M - phi r) by (unfold s2; field; lra).
    replace (1 - INR n * m) with (IZR K * (M - m) + (r - m)) by (rewrite E; ring).
    replace (s1 * (IZR K * (M - m) + (r - m))) with (IZR K * (s1 * (r - m)) + IZR K * (s1 * (M - r)) + s1 * (r - m)) by ring.
    replace ((s1 - s2) * (IZR K * (M - r))) with (IZR K * (s1 * (M - r)) - IZR K * (s2 * (M - r))) in A by ring.
    rewrite E1 in *. rewrite E2 in A. lra.
  + apply Sum_le. intros i Hi. pose proof (Hp i Hi). destruct (Rle_dec (p i) r) as [B|B].
    * rewrite Rmax_0_0 by lra. pose proof (phi_above_line m r (p i) ltac:(lra) L ltac:(lra)) as C. fold s1 in C. lra.
    * rewrite Rmax_0_id by lra. pose proof (phi_above_line r M (p i) ltac:(lra) ltac:(lra) ltac:(lra)) as C. fold s2 in C.
      assert (E1 : s1 * (r - m) = phi r - phi m) by (unfold s1; field; lra). lra.
- set (s := (phi M - phi m) / (M - m)). assert (E1 : s * (M - m) = phi M - phi m) by (unfold s; field; lra).
  apply Rle_trans with (Sum n (fun i => phi m + s * (p i - m))).
  + rewrite Sum_plus, Sum_scal, Sum_minus, Hs, !Sum_const. rewrite <- L in *.
    replace (1 - INR n * m) with (IZR K * (M - m)) by lra.
    replace (s * (IZR K * (M - m))) with (IZR K * (s * (M - m))) by ring. rewrite E1. lra.
  + apply Sum_le. intros i Hi. apply phi_above_line; [lra | lra | now apply Hp].
Qed.

Lemma floor_bounds x : IZR (Int_part x) <= x < IZR (Int_part x) + 1.
Proof. pose proof (base_Int_part x). lra. Qed.

Theorem entropy_floor_three_levels__inhabited : Statements.entropy_floor_three_levels__inhabited.
Proof.
exists 2%nat, 2, (SupportProofs.two 1 0). split; [lia | split; [lra | split]].
- exists 2%nat. split; [lia | unfold SupportProofs.two; simpl; lra].
- cbv zeta. cbn [support_size]. assert (Z : entmax 2 2 (SupportProofs.two 1 0) 2 = 0).
  { apply finite_mask; [lia | lra |]. unfold SupportProofs.two; simpl. rewrite Rmax_left by lra. lra. }
  rewrite Z. destruct (Rlt_dec 0 0); [lra|]. destruct (Rlt_dec 0 (entmax 2 2 (SupportProofs.two 1 0) 1)); lia.
Qed.

(** The rest beside as many M as fit into 1 - n m, for entries that reach from m. *)
Lemma rest_between n m M : 0 <= m < M -> INR n * m <= 1 -> let K := IZR (Int_part ((1 - INR n * m) / (M - m))) in
  m <= 1 - K * M - (INR n - K - 1) * m < M.
Proof.
intros Hm Hn K. pose proof (floor_bounds ((1 - INR n * m) / (M - m))) as B. fold K in B.
assert (E : (1 - INR n * m) / (M - m) * (M - m) = 1 - INR n * m) by (field; lra).
destruct B as [B1 B2]. apply (Rmult_le_compat_r (M - m)) in B1; [|lra]. apply (Rmult_lt_compat_r (M - m)) in B2; [|lra]. rewrite E in B1, B2. lra.
Qed.

Lemma inverse_power d q : 0 < d -> pw d (- q) = / pw d q.
Proof. intros H. rewrite !pw_Rpower by exact H. apply Rpower_Ropp. Qed.

Lemma rest_dead M : 0 < M -> 0 <= 1 - M * IZR (Int_part (/ M)) < M.
Proof.
intros H. pose proof (rest_between 1 0 M ltac:(lra) ltac:(lra)) as B. cbv zeta in B. rewrite Rmult_0_r, !Rminus_0_r in B.
replace (1 / M) with (/ M) in B by (unfold Rdiv; ring). lra.
Qed.

Theorem entropy_floor_three_levels__floor : Statements.entropy_floor_three_levels__floor.
Proof.
start. pose proof (spread_pos n alpha z ltac:(lia) H0 H1) as D. cbv zeta in D. pose proof (peak_with_dead n alpha z ltac:(lia) H0 H2) as P. cbv zeta in P.
set (d := (alpha - 1) * (Largest n z - - Largest n (fun i => - z i))) in *. pose proof (pmax_pos n alpha z ltac:(lia) H0) as P0.
pose proof (root_le alpha _ _ H0 (Rlt_le _ _ P0) P) as R0. rewrite inverse_power by exact D. pose proof (pw_gt0 d (/ (alpha - 1)) D) as G.
set (M := pw d (/ (alpha - 1))) in *. pose proof (rest_dead M G) as B.
pose proof (three_level_floor n (entmax n alpha z) 0 M (1 - M * IZR (Int_part (/ M))) (Int_part (/ M))) as T.
apply Rle_ge. eapply Rle_trans; [|apply T]; clear T.
- unfold phi. lra.
- lra.
- intros i Hi. split; [apply entmax_ge0 | pose proof (Largest_ge n (entmax n alpha z) i Hi); lra].
- apply entmax_sum; (lia || assumption).
- lra.
- ring.
Qed.

Theorem entropy_floor_three_levels__floor__defined : Statements.entropy_floor_three_levels__floor__defined.
Proof.
start. pose proof (spread_pos n alpha z ltac:(lia) H0 H1) as D. cbv zeta in D. rewrite inverse_power by exact D.
set (d := (alpha - 1) * (Largest n z - - Largest n (fun i => - z i))) in *. pose proof (pw_gt0 d (/ (alpha - 1)) D) as G.
pose proof (rest_dead _ G). repeat split; [intros; apply entmax_ge0 | lra | now left | now left | lra | lra].
Qed.

Theorem entropy_floor_at_minimum__inhabited : Statements.entropy_floor_at_minimum__inhabited.
Proof.
exists 2%nat, 2, (SupportProofs.two 1 0). repeat split; try (lia || lra). exists 2%nat. split; [lia | unfold SupportProofs.two; simpl; lra].
Qed.

Section Minimum.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (2 <= n)%nat) (Ha : 1 < alpha) (Hz : exists i, inr i n /\ z i <> z 1%nat).
Let p := entmax n alpha z.
Let m := - Largest n (fun l => - p l).
Let M := pw (pw m (alpha - 1) + (alpha - 1) * (Largest n z - - Largest n (fun i => - z i))) (/ (alpha - 1)).

Lemma minimum_in : exists i, inr i n /\ m = p i.
Proof. destruct (Largest_in n (fun l => - p l) ltac:(lia)) as [i [Hi E]]. exists i. split; [exact Hi|]. unfold m. rewrite E. ring. Qed.

Lemma minimum_ge0 : 0 <= m.
Proof. destruct minimum_in as [i [_ ->]]. apply entmax_ge0. Qed.

Lemma minimum_share : INR n * m <= 1.
Proof.
rewrite <- (entmax_sum n alpha z ltac:(lia) Ha), <- Sum_const. apply Sum_le. intros i Hi. exact (Smallest_le n p i Hi).
Qed.

Lemma level_above : m < M.
Proof.
pose proof (spread_pos n alpha z ltac:(lia) Ha Hz) as D. cbv zeta in D. pose proof minimum_ge0 as H. rewrite <- (pw_root alpha m Ha H) at 1.
unfold M. apply pw_lt; [now apply q_pos|]. split; [apply pw_ge0 | lra].
Qed.

Lemma between_levels i : inr i n -> m <= p i <= M.
Proof.
intros Hi. split; [exact (Smallest_le n p i Hi)|]. destruct minimum_in as [j [Hj E]].
pose proof (peak_over n alpha z ltac:(lia) Ha j Hj) as O. cbv zeta in O. fold p in O. rewrite <- E in O.
apply Rle_trans with (Largest n p); [now apply Largest_ge|]. apply root_le; [exact Ha | left; apply pmax_pos; (lia || assumption) | lra].
Qed.

Lemma minimum_floor : let K := Int_part ((1 - INR n * m) / (M - m)) in
  IZR K * phi M + phi (1 - IZR K * M - (INR n - IZR K - 1) * m) + (INR n - IZR K - 1) * phi m <= Sum n (fun i => phi (p i)).
Proof.
intros K. pose proof level_above. pose proof minimum_ge0. pose proof minimum_share.
pose proof (rest_between n m M ltac:(lra) ltac:(lra)) as B. apply (three_level_floor n p m M); try lra.
- exact between_levels.
- apply entmax_sum; (lia || assumption).
- exact B.
Qed.
End Minimum.

Lemma guarded t : 0 <= t -> (if Rlt_dec 0 t then - (t * ln t) else 0) = phi t.
Proof. intros [H|<-]; [destruct (Rlt_dec 0 t); [reflexivity|lra]|]. unfold phi. destruct (Rlt_dec 0 0); lra. Qed.

Theorem entropy_floor_at_minimum__floor : Statements.entropy_floor_at_minimum__floor.
Proof.
start. pose proof (minimum_floor n alpha z H H0 H1) as F. cbv zeta in F.
pose proof (level_above n alpha z H H0 H1) as L. pose proof (minimum_ge0 n alpha z H) as G. pose proof (minimum_share n alpha z H H0) as S.
set (m := - Largest n (fun l => - entmax n alpha z l)) in *.
set (M := pw (pw m (alpha - 1) + (alpha - 1) * (Largest n z - - Largest n (fun i => - z i))) (/ (alpha - 1))) in *.
pose proof (rest_between n m M ltac:(lra) S) as B. cbv zeta in B. set (K := IZR (Int_part ((1 - INR n * m) / (M - m)))) in *.
rewrite !guarded by lra. apply Rle_ge. eapply Rle_trans; [|exact F].
assert (E : (if Rlt_dec (M * K + (INR n - 1 - K) * m) 1 then (M * K + (INR n - 1 - K) * m - 1) * ln (1 - M * K - (INR n - 1 - K) * m) else 0)
  = phi (1 - K * M - (INR n - K - 1) * m)).
{ replace (1 - M * K - (INR n - 1 - K) * m) with (1 - K * M - (INR n - K - 1) * m) by ring.
  replace (M * K + (INR n - 1 - K) * m - 1) with (- (1 - K * M - (INR n - K - 1) * m)) by ring.
  destruct (Rlt_dec _ _); [unfold phi; ring|]. replace (1 - K * M - (INR n - K - 1) * m) with 0 by lra. unfold phi; ring. }
rewrite E. lra.
Qed.

Theorem entropy_floor_at_minimum__floor__defined : Statements.entropy_floor_at_minimum__floor__defined.
Proof.
start. pose proof (level_above n alpha z H H0 H1) as L. pose proof (minimum_ge0 n alpha z H) as G.
pose proof (spread_pos n alpha z ltac:(lia) H0 H1) as D. cbv zeta in D.
set (m := - Largest n (fun l => - entmax n alpha z l)) in *.
set (D' := (alpha - 1) * (Largest n z - - Largest n (fun i => - z i))) in *.
pose proof (pw_ge0 m (alpha - 1)) as P.
assert (A : 0 < m \/ m = 0 /\ 0 < alpha - 1) by (destruct G as [G|G]; [now left | right; split; [now symmetry | lra]]).
set (M := pw (pw m (alpha - 1) + D') (/ (alpha - 1))) in *. set (K := IZR (Int_part ((1 - INR n * m) / (M - m)))) in *.
repeat split; intros; try assumption; try lra; apply entmax_ge0.
Qed.

(** ** A tie at the top that takes everything. *)
Theorem finite_vocabulary__inhabited : Statements.finite_vocabulary__inhabited.
Proof.
exists 2%nat, 2, (SupportProofs.two 1 0). split; [lia | split; [lra | split]].
- exists 2%nat. split; [lia | unfold SupportProofs.two; simpl; lra].
- cbv zeta. assert (L : Largest 2 (SupportProofs.two 1 0) = 1) by (unfold SupportProofs.two; simpl; rewrite Rmax_left; lra).
  assert (E : multiplicity 2 (SupportProofs.two 1 0) = 1%nat).
  { unfold multiplicity. rewrite L. cbn [support_size]. unfold SupportProofs.two; cbn.
    destruct (Req_EM_T 1 1); [|lra]. destruct (Req_EM_T 0 1); [lra|]. destruct (Rlt_dec 0 1); [|lra]. destruct (Rlt_dec 0 0); [lra|reflexivity]. }
  rewrite E, L. split.
  + intros l Hl. destruct (Nat.eq_dec l 1) as [|N]; [now left | right]. replace l with 2%nat by lia. unfold SupportProofs.two; simpl; lra.
  + cbn [INR]. rewrite pw_1_l. unfold SupportProofs.two; simpl. lra.
Qed.

Lemma top_row n z : (1 <= n)%nat -> sorted n z -> forall k, inr k n -> (k <= multiplicity n z)%nat <-> z k = Largest n z.
Proof.
intros Hn Hs k Hk. assert (Top : Largest n z = z 1%nat).
{ apply Largest_is; [lia|]. intros i Hi. pose proof (sorted_ge n z 1 i Hs ltac:(lia) ltac:(lia)). lra. }
unfold multiplicity. rewrite Top. set (s i := if Req_EM_T (z i) (z 1%nat) then 1 else 0).
assert (G : (support_size n s >= k)%nat <-> 0 < s k).
{ apply support_prefix; [| |exact Hk]; unfold s.
  - intros i _. destruct (Req_EM_T (z i) (z 1%nat)); lra.
  - intros i j Hij Hj. pose proof (sorted_ge n z i j Hs Hij Hj). pose proof (sorted_ge n z 1 i Hs ltac:(lia) ltac:(lia)).
    destruct (Req_EM_T (z i) (z 1%nat)), (Req_EM_T (z j) (z 1%nat)); lra. }
unfold ge in G. rewrite G. unfold s. destruct (Req_EM_T (z k) (z 1%nat)); split; intros; try assumption; lra.
Qed.

Lemma vocabulary_mass n alpha z : (2 <= n)%nat -> 1 < alpha -> (exists i, inr i n /\ z i <> z 1%nat) -> sorted n z ->
  pw (INR (multiplicity n z)) (1 - alpha) <= (alpha - 1) * (Largest n z - z (1 + multiplicity n z)%nat) ->
  Sum (multiplicity n z) (entmax n alpha z) = 1.
Proof.
intros Hn Ha Hz Hs H. apply (SupportProofs.one_hot_margin__ties n alpha z Hn Ha Hz Hs).
apply Rle_ge, (Rmult_le_reg_l (alpha - 1)); [lra|].
replace ((alpha - 1) * (pw (INR (multiplicity n z)) (1 - alpha) / (alpha - 1))) with (pw (INR (multiplicity n z)) (1 - alpha)) by (field; lra). exact H.
Qed.

Theorem finite_vocabulary__mass : Statements.finite_vocabulary__mass.
Proof. start. now apply (vocabulary_mass n alpha z). Qed.

Theorem finite_vocabulary__mass__defined : Statements.finite_vocabulary__mass__defined.
Proof. start. pose proof (SupportProofs.multiplicity_below n z H1). parts. Qed.

Theorem finite_vocabulary__entropy : Statements.finite_vocabulary__entropy.
Proof.
start. rewrite shannon_eq. pose proof (vocabulary_mass n alpha z H H0 H1 H2 H3) as V. pose proof (SupportProofs.multiplicity_below n z H1) as Hm.
pose proof (top_row n z ltac:(lia) H2) as T. set (m := multiplicity n z) in *. set (p := entmax n alpha z) in *.
assert (HM : 0 < INR m) by (apply lt_0_INR; lia).
assert (Eq : forall i, inr i m -> p i = / INR m).
{ assert (A : forall i, inr i m -> p i = p 1%nat).
  { intros i Hi. unfold p, entmax. do 4 f_equal. transitivity (Largest n z); [|symmetry]; apply T; lia. }
  intros i Hi. rewrite (A i Hi). apply (Rmult_eq_reg_l (INR m)); [|lra]. rewrite Rinv_r by lra. rewrite <- V at 1. rewrite <- Sum_const.
  apply Sum_ext. intros j Hj. symmetry. now apply A. }
assert (Z : forall i, (m < i <= n)%nat -> p i = 0).
{ pose proof (entmax_sum n alpha z ltac:(lia) H0) as St. fold p in St. intros i Hi.
  assert (G : forall k, (m <= k <= n)%nat -> Sum m p <= Sum k p) by (intros k Hk; apply Sum_prefix; [lia | intros; apply entmax_ge0]).
  destruct (entmax_ge0 n alpha z i) as [L|E]; [exfalso | now symmetry]. fold p in L.
  pose proof (G (i - 1)%nat ltac:(lia)) as G1. pose proof (Sum_prefix i n p ltac:(lia) (fun j => entmax_ge0 n alpha z j)) as G2.
  destruct i as [|i]; [lia|]. cbn [Sum] in G2. replace (S i - 1)%nat with i in G1 by lia. lra. }
unfold shannon. rewrite (Sum_prefix_eq n m); [|lia | intros i Hi; rewrite Z by exact Hi; lra].
rewrite (Sum_ext m _ (fun _ => / INR m * ln (INR m))), Sum_const.
- field. lra.
- intros i Hi. rewrite (Eq i Hi), ln_Rinv by exact HM. ring.
Qed.

Theorem finite_vocabulary__entropy__defined : Statements.finite_vocabulary__entropy__defined.
Proof. start. pose proof (SupportProofs.multiplicity_below n z H1). parts; [apply entmax_ge0 | apply lt_0_INR; lia]. Qed.

(** ** Softmax over a range: its least entropy. *)
Section Soft.
Variables (n : nat) (y : nat -> R) (D : R).
Hypotheses (Hn : (1 <= n)%nat) (Hy : forall i, inr i n -> 0 <= y i <= D).
Let W := Sum n (fun i => exp (y i)).
Let V := Sum n (fun i => y i * exp (y i)).

Lemma soft_range : 0 <= D.
Proof. pose proof (Hy 1 ltac:(lia)). lra. Qed.

Lemma soft_total : INR n <= W.
Proof. rewrite <- (Rmult_1_r (INR n)), <- Sum_const. apply Sum_le. intros i Hi. apply exp_ge0. now apply Hy. Qed.

Lemma soft_total_pos : 0 < W.
Proof. pose proof soft_total. pose proof (INR_ge1 n Hn). lra. Qed.

Lemma soft_entropy : shannon n (softmax n y) = ln W - V / W.
Proof.
pose proof soft_total_pos as P. unfold shannon.
rewrite (Sum_ext n _ (fun i => exp (y i) * (ln W / W) - y i * exp (y i) * / W)).
- rewrite Sum_minus, !Sum_scal_r. fold W V. field. lra.
- intros i _. unfold softmax. fold W. unfold Rdiv at 2. rewrite ln_mult, ln_exp, ln_Rinv by (try apply exp_pos; try apply Rinv_0_lt_compat; lra).
  field. lra.
Qed.

Lemma soft_linear : ln (INR n) - D <= shannon n (softmax n y).
Proof.
pose proof soft_total_pos as P. pose proof soft_total as T. pose proof (INR_ge1 n Hn). rewrite soft_entropy.
pose proof (ln_le (INR n) W ltac:(lra) T). assert (V / W <= D); [|lra].
apply (Rmult_le_reg_r W); [exact P|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. unfold V, W. rewrite <- Sum_scal.
apply Sum_le. intros i Hi. pose proof (exp_pos (y i)). apply Rmult_le_compat_r; [lra | now apply Hy].
Qed.

Hypothesis HD : 0 < D.
Let c := D * exp D / (exp D - 1).

Lemma exp_above1 : 1 < exp D.
Proof. rewrite <- exp_0. now apply exp_increasing. Qed.

(** x e^x lies below its chord, as a function of e^x. *)
Lemma soft_chord x : 0 <= x <= D -> x * exp x <= c * (exp x - 1).
Proof.
intros [X0 X1]. pose proof exp_above1 as G. pose proof (exp_pos x) as Ex. pose proof (exp_pos (- x)) as Em.
assert (A : D * exp (- x) <= (D - x) + x * exp (- D)).
{ pose proof (exp_ineq1_le x) as P; pose proof (exp_ineq1_le (x - D)) as Q.
  assert (E0 : exp (- x) * exp x = 1) by (rewrite <- exp_plus, Rplus_opp_l; apply exp_0).
  assert (E1 : exp (- x) * exp (x - D) = exp (- D)) by (rewrite <- exp_plus; f_equal; lra).
  apply (Rmult_le_compat_l (exp (- x))) in P; [|lra]. apply (Rmult_le_compat_l (exp (- x))) in Q; [|lra].
  rewrite E0 in P; rewrite E1 in Q.
  apply (Rmult_le_compat_l (D - x)) in P; [|lra]. apply (Rmult_le_compat_l x) in Q; [|lra]. lra. }
assert (EX : exp x * exp (- x) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
assert (ED : exp D * exp (- D) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
apply (Rmult_le_compat_l (exp x * exp D)) in A; [|apply Rlt_le, Rmult_lt_0_compat; lra].
replace (exp x * exp D * (D * exp (- x))) with (D * exp D * (exp x * exp (- x))) in A by ring.
replace (exp x * exp D * (D - x + x * exp (- D))) with ((D - x) * exp x * exp D + x * exp x * (exp D * exp (- D))) in A by ring.
rewrite EX, ED in A. unfold c; apply (Rmult_le_reg_r (exp D - 1)); [lra|].
replace (D * exp D / (exp D - 1) * (exp x - 1) * (exp D - 1)) with (D * exp D * (exp x - 1)) by (field; lra). lra.
Qed.

Lemma soft_closed : 1 + ln (INR n) - ln ((exp D - 1) / D) - D / (exp D - 1) <= shannon n (softmax n y).
Proof.
pose proof soft_total_pos as P. pose proof exp_above1 as G. pose proof (INR_ge1 n Hn) as N. rewrite soft_entropy.
assert (C0 : 0 < c) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; [lra | apply exp_pos] | lra]).
assert (B : V <= c * (W - INR n)).
{ unfold V, W. rewrite <- (Rmult_1_r (INR n)), <- Sum_const, <- Sum_minus, <- Sum_scal. apply Sum_le. intros i Hi. now apply soft_chord, Hy. }
pose proof (ln_le_minus1 (c * INR n / W) ltac:(apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; lra | exact P])) as L.
unfold Rdiv in L. rewrite !ln_mult, ln_Rinv in L by (first [lra | apply Rmult_lt_0_compat; lra | apply Rinv_0_lt_compat; lra]).
apply (Rmult_le_compat_r (/ W)) in B; [|left; apply Rinv_0_lt_compat; lra].
replace (c * (W - INR n) * / W) with (c - c * INR n * / W) in B by (field; lra).
assert (Ec : ln c = D - ln ((exp D - 1) / D)).
{ unfold c. replace (D * exp D / (exp D - 1)) with (exp D * / ((exp D - 1) / D)) by (field; lra).
  rewrite ln_mult, ln_exp, ln_Rinv; [ring | | apply exp_pos | apply Rinv_0_lt_compat]; apply Rdiv_lt_0_compat; lra. }
assert (Ec' : c = D + D / (exp D - 1)) by (unfold c; field; lra). unfold Rdiv at 3. lra.
Qed.
End Soft.

Definition sh (t : R) : R := (exp t - exp (- t)) / 2.
Definition ch (t : R) : R := (exp t + exp (- t)) / 2.

Lemma sh_derive t : is_derive sh t (ch t).
Proof. unfold sh, ch. auto_derive; [trivial | field]. Qed.

Lemma ch_derive t : is_derive ch t (sh t).
Proof. unfold sh, ch. auto_derive; [trivial | field]. Qed.

Lemma sh_pos t : 0 < t -> 0 < sh t.
Proof. intros H. unfold sh. pose proof (exp_increasing (- t) t ltac:(lra)). lra. Qed.

Lemma sh_ge0 t : 0 <= t -> 0 <= sh t.
Proof. intros [H|<-]; [left; now apply sh_pos | unfold sh; rewrite Ropp_0; lra]. Qed.

Lemma sh_below t : 0 <= t -> sh t <= t * ch t.
Proof.
intros H. pose proof (rises (fun t => t * ch t - sh t) (fun t => t * sh t) 0 t H) as R. cbv beta in R.
replace (0 * ch 0 - sh 0) with 0 in R by (unfold sh; rewrite Ropp_0; lra). apply Rminus_le_0, R.
- intros u _. unfold sh, ch. auto_derive; [trivial | field].
- intros u Hu. apply Rmult_le_pos; [lra | apply sh_ge0; lra].
Qed.

(** t coth t <= 1 + t^2 / 3 *)
Lemma ch_below t : 0 <= t -> t * ch t <= (1 + t ^ 2 / 3) * sh t.
Proof.
intros H. pose proof (rises (fun t => (1 + t ^ 2 / 3) * sh t - t * ch t) (fun t => t / 3 * (t * ch t - sh t)) 0 t H) as R. cbv beta in R.
replace ((1 + 0 ^ 2 / 3) * sh 0 - 0 * ch 0) with 0 in R by (unfold sh; rewrite Ropp_0; lra). apply Rminus_le_0, R.
- intros u _. unfold sh, ch. auto_derive; [trivial | field].
- intros u Hu. apply Rmult_le_pos; [lra | pose proof (sh_below u ltac:(lra)); lra].
Qed.

(** log (sinh t / t) <= t^2 / 6 *)
Lemma ln_sh_below h : 0 < h -> ln (sh h) - ln h <= h ^ 2 / 6.
Proof.
intros H. apply Rnot_lt_le. intros N. set (d := ln (sh h) - ln h - h ^ 2 / 6).
assert (T : exists t, 0 < t <= h /\ t < d).
{ exists (Rmin h (d / 2)). unfold Rmin. destruct (Rle_dec _ _); unfold d in *; lra. }
destruct T as [t [Ht Htd]].
pose proof (rises (fun t => t ^ 2 / 6 - ln (sh t) + ln t) (fun t => t / 3 - ch t / sh t + / t) t h ltac:(lra)) as R. cbv beta in R.
assert (R' : t ^ 2 / 6 - ln (sh t) + ln t <= h ^ 2 / 6 - ln (sh h) + ln h).
{ apply R.
  - intros u Hu. pose proof (sh_pos u ltac:(lra)) as P.
    assert (Sq : is_derive (fun t => t ^ 2 / 6) u (u / 3)) by (auto_derive; [trivial | field]). evar_last.
    + apply (is_derive_plus (fun t => t ^ 2 / 6 - ln (sh t)) ln); [|apply is_derive_ln; lra].
      apply (is_derive_minus (fun t => t ^ 2 / 6) (fun t => ln (sh t))); [exact Sq|].
      apply (is_derive_comp ln sh); [apply is_derive_ln; exact P | apply sh_derive].
    + unfold minus. unfold plus, opp, scal; simpl. unfold mult; simpl. field. lra.
  - intros u Hu. pose proof (sh_pos u ltac:(lra)) as P. pose proof (ch_below u ltac:(lra)) as C.
    apply (Rmult_le_reg_r (u * sh u)); [apply Rmult_lt_0_compat; lra|].
    replace ((u / 3 - ch u / sh u + / u) * (u * sh u)) with ((1 + u ^ 2 / 3) * sh u - u * ch u) by (field; lra). lra. }
assert (B : ln (sh t) - ln t <= t).
{ rewrite <- (ln_exp t) at 3. apply (Rplus_le_reg_r (ln t)). rewrite <- ln_mult by (lra || apply exp_pos).
  replace (ln (sh t) - ln t + ln t) with (ln (sh t)) by ring. apply ln_le; [apply sh_pos; lra|].
  eapply Rle_trans; [apply sh_below; lra|]. rewrite (Rmult_comm (exp t)). apply Rmult_le_compat_l; [lra|].
  unfold ch. pose proof (exp_increasing (- t) t ltac:(lra)). lra. }
pose proof (pow2_ge_0 t). unfold d in Htd. lra.
Qed.

(** K(D) <= D^2 / 8, the two bounds above at D / 2. *)
Lemma loss_below_square D : 0 < D -> ln ((exp D - 1) / D) + D / (exp D - 1) - 1 <= D ^ 2 / 8.
Proof.
intros HD. set (h := D / 2). assert (Hh : 0 < h) by (unfold h; lra). pose proof (sh_pos h Hh) as P.
assert (ED : exp D - 1 = 2 * exp h * sh h).
{ unfold sh. replace D with (h + h) by (unfold h; field). rewrite exp_plus.
  assert (exp h * exp (- h) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0). lra. }
assert (E1 : (exp D - 1) / D = exp h * (sh h * / h)) by (rewrite ED; unfold h; field; lra).
assert (E2 : D / (exp D - 1) = h * ch h / sh h - h).
{ rewrite ED. assert (exp (- h) * exp h = 1) by (rewrite <- exp_plus, Rplus_opp_l; apply exp_0).
  assert (C : ch h = sh h + exp (- h)) by (unfold sh, ch; field). rewrite C. pose proof (exp_pos h).
  apply (Rmult_eq_reg_r (2 * exp h * sh h)); [|apply Rgt_not_eq, Rmult_lt_0_compat; lra].
  replace (D / (2 * exp h * sh h) * (2 * exp h * sh h)) with D by (field; lra).
  replace ((h * (sh h + exp (- h)) / sh h - h) * (2 * exp h * sh h)) with (2 * h * (exp (- h) * exp h)) by (field; lra).
  rewrite H. unfold h. field. }
rewrite E1, E2, !ln_mult, ln_exp, ln_Rinv by (first [lra | apply exp_pos | apply Rmult_lt_0_compat; [lra | apply Rinv_0_lt_compat; lra] | apply Rinv_0_lt_compat; lra]).
pose proof (ln_sh_below h Hh) as L. pose proof (ch_below h ltac:(lra)) as C.
assert (h * ch h / sh h <= 1 + h ^ 2 / 3).
{ apply (Rmult_le_reg_r (sh h)); [exact P|]. replace (h * ch h / sh h * sh h) with (h * ch h) by (field; lra). exact C. }
assert (D ^ 2 / 8 = h ^ 2 / 2) by (unfold h; field). lra.
Qed.

Lemma soft_shift n y c i : softmax n (fun i => y i - c) i = softmax n y i.
Proof.
unfold softmax. rewrite (Sum_ext n (fun j => exp (y j - c)) (fun j => exp (y j) * exp (- c))) by (intros; now rewrite <- exp_plus).
rewrite Sum_scal_r. replace (y i - c) with (y i + - c) by ring. rewrite exp_plus. pose proof (exp_pos (- c)).
destruct (Req_EM_T (Sum n (fun j => exp (y j))) 0) as [E|E]; [|field; lra]. rewrite E, Rmult_0_l. unfold Rdiv. rewrite Rinv_0. ring.
Qed.

(** The logits over their least one. *)
Lemma soft_lowered n theta z : shannon n (softmax n (fun i => theta * z i)) =
  shannon n (softmax n (fun i => theta * (z i - - Largest n (fun i => - z i)))).
Proof.
apply Sum_ext. intros i _. rewrite <- (soft_shift n (fun i => theta * z i) (theta * - Largest n (fun i => - z i))).
assert (E : softmax n (fun i => theta * z i - theta * - Largest n (fun i => - z i)) i =
  softmax n (fun i => theta * (z i - - Largest n (fun i => - z i))) i); [|now rewrite E].
unfold softmax. apply (f_equal2 Rdiv); [f_equal; ring | apply Sum_ext; intros; f_equal; ring].
Qed.

Lemma lowered_range n theta z : 0 <= theta -> forall i, inr i n ->
  0 <= theta * (z i - - Largest n (fun i => - z i)) <= theta * (Largest n z - - Largest n (fun i => - z i)).
Proof.
intros Ht i Hi. pose proof (Smallest_le n z i Hi). pose proof (Largest_ge n z i Hi). split; [apply Rmult_le_pos | apply Rmult_le_compat_l]; lra.
Qed.

Theorem softmax_entropy_floor__inhabited : Statements.softmax_entropy_floor__inhabited.
Proof.
exists 2%nat, 1, (SupportProofs.two 1 0). repeat split; try (lia || lra). exists 2%nat. split; [lia | unfold SupportProofs.two; simpl; lra].
Qed.

Lemma softmax_pos n z i : (1 <= n)%nat -> 0 < softmax n z i.
Proof.
intros Hn. apply Rdiv_lt_0_compat; [apply exp_pos|]. eapply Rlt_le_trans; [apply (exp_pos (z 1%nat))|].
apply (Sum_ge_term n (fun j => exp (z j)) 1%nat); [lia | intros; left; apply exp_pos].
Qed.

Lemma range_pos n z : (1 <= n)%nat -> (exists i, inr i n /\ z i <> z 1%nat) -> 0 < Largest n z - - Largest n (fun i => - z i).
Proof. intros Hn Hz. pose proof (spread_pos n 2 z Hn ltac:(lra) Hz) as H. cbv zeta in H. lra. Qed.

Theorem softmax_entropy_floor__closed : Statements.softmax_entropy_floor__closed.
Proof.
start. rewrite shannon_eq, soft_lowered. apply Rle_ge, soft_closed; [lia | apply lowered_range; lra |].
apply Rmult_lt_0_compat; [lra | apply range_pos; (lia || assumption)].
Qed.

Theorem softmax_entropy_floor__closed__defined : Statements.softmax_entropy_floor__closed__defined.
Proof.
start. pose proof (range_pos n z ltac:(lia) H1) as D. set (d := Largest n z - - Largest n (fun i => - z i)) in *.
assert (T : 0 < theta * d) by (apply Rmult_lt_0_compat; lra). pose proof (exp_above1 _ T) as E. cbv zeta in E.
repeat split; [intros; left; apply softmax_pos; lia | apply lt_0_INR; lia | lra | lra | apply Rdiv_lt_0_compat; lra | lra].
Qed.

Theorem softmax_entropy_floor__square : Statements.softmax_entropy_floor__square.
Proof.
start. pose proof (range_pos n z ltac:(lia) H1) as D. pose proof (softmax_entropy_floor__closed n theta z H H0 H1) as C. cbv zeta in C.
set (d := Largest n z - - Largest n (fun i => - z i)) in *. pose proof (loss_below_square (theta * d) ltac:(apply Rmult_lt_0_compat; lra)) as K.
replace (theta ^ 2 * d ^ 2) with ((theta * d) ^ 2) by ring. lra.
Qed.

Theorem softmax_entropy_floor__square__defined : Statements.softmax_entropy_floor__square__defined.
Proof. parts; [left; apply softmax_pos; lia | apply lt_0_INR; lia]. Qed.

Theorem softmax_entropy_floor__linear : Statements.softmax_entropy_floor__linear.
Proof. start. rewrite shannon_eq, soft_lowered. apply Rle_ge, soft_linear; [lia | apply lowered_range; lra]. Qed.

Theorem softmax_entropy_floor__linear__defined : Statements.softmax_entropy_floor__linear__defined.
Proof. parts; [left; apply softmax_pos; lia | apply lt_0_INR; lia]. Qed.

Theorem scalable_softmax_floor__inhabited : Statements.scalable_softmax_floor__inhabited.
Proof. exists 2%nat, (fun _ => 0), 1. repeat split; (lia || lra). Qed.

Theorem scalable_softmax_floor__floor : Statements.scalable_softmax_floor__floor.
Proof.
start. rewrite shannon_eq. assert (L : 0 < ln (INR n)) by (rewrite <- ln_1; apply ln_increasing; [lra | now apply INR_above1]).
rewrite (soft_lowered n (strength * ln (INR n)) z). set (d := Largest n z - - Largest n (fun i => - z i)).
pose proof (soft_linear n (fun i => strength * ln (INR n) * (z i - - Largest n (fun i => - z i))) (strength * ln (INR n) * d) ltac:(lia)) as S.
assert (R0 : 0 <= strength * ln (INR n)) by (apply Rmult_le_pos; lra). specialize (S (lowered_range n _ z R0)). cbv beta in S. lra.
Qed.

Theorem scalable_softmax_floor__floor__defined : Statements.scalable_softmax_floor__floor__defined.
Proof. parts; [left; apply softmax_pos; lia | apply lt_0_INR; lia]. Qed.

(** ** The least entropy of softmax over a range is at logits at its two ends. *)
Section Ends.
Variable D : R.

(** Entropy by the sum of e^y and the sum of y e^y. *)
Let E (w v : R) := ln w - v / w.

Lemma log_sum A u v : 0 <= A -> 0 < u -> 0 < v -> (A + v) * ln (A + v) - v * ln v <= (A + v) * ln (A + u) - v * ln u.
Proof.
intros HA Hu Hv. set (s := (A + v) / (A + u)). assert (Hs : 0 < s) by (apply Rdiv_lt_0_compat; lra).
assert (Es : s * (A + u) = A + v) by (unfold s; field; lra).
assert (Ls : ln s = ln (A + v) - ln (A + u)) by (unfold s; apply ln_div; lra).
assert (P : 0 < u * s / v) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; lra | lra]).
pose proof (ln_le_minus1 (u * s / v) P) as L1. pose proof (ln_le_minus1 s Hs) as L2.
rewrite ln_div, ln_mult in L1 by (first [lra | apply Rmult_lt_0_compat; lra]).
apply (Rmult_le_compat_l v) in L1; [|lra]. apply (Rmult_le_compat_l A) in L2; [|lra].
replace (v * (u * s / v - 1)) with (u * s - v) in L1 by (field; lra). rewrite Ls in L1, L2. lra.
Qed.

Lemma entropy_at_least h w v : 0 < w -> h <= E w v <-> 0 <= w * ln w - v - h * w.
Proof.
intros Hw. unfold E. split; intros H.
- apply (Rmult_le_compat_r w) in H; [|lra]. replace ((ln w - v / w) * w) with (w * ln w - v) in H by (field; lra). lra.
- apply (Rmult_le_reg_r w); [exact Hw|]. replace ((ln w - v / w) * w) with (w * ln w - v) by (field; lra). lra.
Qed.

(** One logit may go to one of the ends without a gain of entropy. *)
Lemma to_an_end A B y h : 0 <= A -> 0 <= y <= D -> h <= E (A + 1) B -> h <= E (A + exp D) (B + D * exp D) ->
  h <= E (A + exp y) (B + y * exp y).
Proof.
intros HA [Hy0 Hy1] H1 H2. pose proof (exp_pos y) as Py. pose proof (exp_pos D) as PD.
rewrite entropy_at_least in * by lra.
pose proof (log_sum A (exp y) 1 HA Py ltac:(lra)) as L1. pose proof (log_sum A (exp y) (exp D) HA Py PD) as L2.
rewrite ln_1 in L1. rewrite !ln_exp in *. pose proof (exp_ge0 y Hy0). pose proof (exp_le y D Hy1).
set (l := ln (A + exp y)) in *. set (u := exp y) in *. set (U := exp D) in *.
(* both ends lie below the tangent at u, a line in v *)
assert (T1 : 0 <= (A + 1) * l - 1 * y - B - h * (A + 1)) by lra.
assert (T2 : 0 <= (A + U) * l - U * y - B - h * (A + U)) by lra.
destruct (Req_EM_T U 1) as [E1|N1]; [replace u with 1 in * by lra; lra|].
apply (Rmult_le_compat_l (U - u)) in T1; [|lra]. apply (Rmult_le_compat_l (u - 1)) in T2; [|lra]. rewrite Rmult_0_r in T1, T2.
apply (Rmult_le_reg_l (U - 1)); [lra|]. lra.
Qed.

Lemma to_the_ends j : forall (y : nat -> R) A B, (forall i, inr i j -> 0 <= y i <= D) -> 0 <= A -> 0 < A + INR j ->
  exists k, (k <= j)%nat /\ E (A + (INR j - INR k + INR k * exp D)) (B + INR k * (D * exp D)) <=
    E (A + Sum j (fun i => exp (y i))) (B + Sum j (fun i => y i * exp (y i))).
Proof.
induction j as [|j IH]; intros y A B Hy HA HJ.
- exists 0%nat. split; [lia|]. simpl. right. f_equal; ring.
- pose proof (exp_pos D) as PD. set (a := A + Sum j (fun i => exp (y i))). set (b := B + Sum j (fun i => y i * exp (y i))).
  assert (Ha : 0 <= a) by (unfold a; apply Rplus_le_le_0_compat; [exact HA | apply Sum_nonneg; intros; left; apply exp_pos]).
  cbn [Sum]. rewrite <- !Rplus_assoc. fold a b. pose proof (pos_INR j) as PJ. rewrite S_INR in *.
  pose proof (to_an_end a b (y (S j)) (Rmin (E (a + 1) b) (E (a + exp D) (b + D * exp D))) Ha (Hy (S j) ltac:(lia)) (Rmin_l _ _) (Rmin_r _ _)) as M.
  unfold Rmin in M. destruct (Rle_dec _ _) as [C|C].
  + destruct (IH y (A + 1) B) as [k [Hk K]]; [intros; apply Hy; lia | lra | lra |].
    exists k. split; [lia|]. eapply Rle_trans; [|exact M]. unfold a, b.
    replace (A + Sum j (fun i => exp (y i)) + 1) with (A + 1 + Sum j (fun i => exp (y i))) by ring.
    eapply Rle_trans; [|exact K]. right. f_equal; ring.
  + destruct (IH y (A + exp D) (B + D * exp D)) as [k [Hk K]]; [intros; apply Hy; lia | lra | lra |].
    exists (S k). split; [lia|]. eapply Rle_trans; [|exact M]. unfold a, b. rewrite S_INR.
    replace (A + Sum j (fun i => exp (y i)) + exp D) with (A + exp D + Sum j (fun i => exp (y i))) by ring.
    replace (B + Sum j (fun i => y i * exp (y i)) + D * exp D) with (B + D * exp D + Sum j (fun i => y i * exp (y i))) by ring.
    eapply Rle_trans; [|exact K]. right. f_equal; ring.
Qed.

Theorem soft_exact n y : (1 <= n)%nat -> (forall i, inr i n -> 0 <= y i <= D) ->
  exists k, inr k n /\ E (INR n - INR k + INR k * exp D) (INR k * (D * exp D)) <= shannon n (softmax n y).
Proof.
intros Hn Hy. pose proof (INR_ge1 n Hn) as N. rewrite (soft_entropy n y D Hn Hy).
destruct (to_the_ends n y 0 0 Hy ltac:(lra) ltac:(lra)) as [k [Hk K]]. rewrite !Rplus_0_l in K. fold (E (Sum n (fun i => exp (y i))) (Sum n (fun i => y i * exp (y i)))).
destruct k as [|k]; [|exists (S k); split; [lia | exact K]].
(* none at the upper end: as good as all *)
exists n. split; [lia|]. eapply Rle_trans; [|exact K]. right. unfold E. simpl. pose proof (exp_pos D).
replace (INR n - INR n + INR n * exp D) with (INR n * exp D) by ring. rewrite ln_mult, ln_exp by lra.
replace (INR n - 0 + 0 * exp D) with (INR n) by ring. field. split; lra.
Qed.
End Ends.

Theorem softmax_floor_exact__inhabited : Statements.softmax_floor_exact__inhabited.
Proof. exists 1%nat, 1, (fun _ => 0). repeat split; (lia || lra). Qed.

Theorem softmax_floor_exact__floor : Statements.softmax_floor_exact__floor.
Proof.
start. rewrite shannon_eq, soft_lowered. pose proof (range_ge0 n z H) as R0. set (d := Largest n z - - Largest n (fun i => - z i)) in *.
destruct (soft_exact (theta * d) n _ H (lowered_range n theta z ltac:(lra))) as [k [Hk K]].
apply Rle_ge. eapply Rle_trans; [|exact K]. eapply Rle_trans; [apply (Smallest_le n _ k Hk)|]. right.
replace (INR n + INR k * exp (theta * d) - INR k) with (INR n - INR k + INR k * exp (theta * d)) by ring.
f_equal. unfold Rdiv. f_equal. ring.
Qed.

Theorem softmax_floor_exact__floor__defined : Statements.softmax_floor_exact__floor__defined.
Proof.
start. pose proof (range_ge0 n z H) as R0. set (d := Largest n z - - Largest n (fun i => - z i)) in *.
assert (A : forall k, inr k n -> 0 < INR n + INR k * exp (theta * d) - INR k).
{ intros k Hk. pose proof (INR_ge1 n H). pose proof (exp_ge0 (theta * d) ltac:(apply Rmult_le_pos; lra)). pose proof (pos_INR k). nra. }
repeat split; [intros; left; now apply softmax_pos | exact A | intros k Hk; pose proof (A k Hk); lra].
Qed.

(** ** Complete dispersion in finite terms. *)
Theorem dispersion_criterion__inhabited : Statements.dispersion_criterion__inhabited.
Proof. exists 2%nat, one_hot, 1. split; [lia | split; [apply one_hot_simplex; lia | split; [lra | exact I]]]. Qed.

Lemma ln_above0 n : (2 <= n)%nat -> 0 < ln (INR n).
Proof. intros H. rewrite <- ln_1. apply ln_increasing; [lra | now apply INR_above1]. Qed.

Lemma ln_level n e : (2 <= n)%nat -> ln (pw (INR n) (e - 1)) = (e - 1) * ln (INR n).
Proof. intros H. pose proof (INR_above1 n H). rewrite pw_Rpower by lra. unfold Rpower. now rewrite ln_exp. Qed.

Theorem dispersion_criterion__lower : Statements.dispersion_criterion__lower.
Proof.
start. rewrite shannon_eq. pose proof (ln_above0 n H) as L. destruct H0 as [Hp Hs]. set (t := pw (INR n) (epsilon - 1)).
apply Rle_ge, (Rmult_le_reg_r (ln (INR n))); [exact L|]. unfold Rdiv. rewrite (Rmult_assoc (shannon n p)), Rinv_l, Rmult_1_r by lra.
assert (E : 1 - Sum n (fun i => if Rle_dec t (p i) then p i else 0) = Sum n (fun i => p i - if Rle_dec t (p i) then p i else 0))
  by (rewrite Sum_minus, Hs; reflexivity).
rewrite E, <- Sum_scal, <- Sum_scal_r. apply Sum_le. intros i Hi.
assert (P1 : p i <= 1) by (rewrite <- Hs; now apply (Sum_ge_term n p i Hi)).
destruct (Hp i Hi) as [Pi|<-]; [|destruct (Rle_dec t 0); lra].
destruct (Rle_dec t (p i)) as [B|B].
- pose proof (ln_le (p i) 1 Pi P1) as G. rewrite ln_1 in G. nra.
- pose proof (ln_le (p i) t Pi ltac:(lra)) as G. unfold t in G. rewrite ln_level in G by exact H. nra.
Qed.

Theorem dispersion_criterion__lower__defined : Statements.dispersion_criterion__lower__defined.
Proof. parts; [now apply H0 | apply lt_0_INR; lia | pose proof (ln_above0 n H); lra]. Qed.

(** A part of the mass has at most the entropy that it has when spread evenly. *)
Lemma spread_part n f w : (1 <= n)%nat -> (forall i, inr i n -> 0 <= f i) -> Sum n f = w -> 0 < w ->
  Sum n (fun i => phi (f i)) <= w * ln (INR n) + phi w.
Proof.
intros Hn Hf Hw W. pose proof (INR_ge1 n Hn) as N. set (c := w / INR n). assert (C : 0 < c) by (apply Rdiv_lt_0_compat; lra).
apply Rle_trans with (Sum n (fun i => phi c - (ln c + 1) * (f i - c))).
- apply Sum_le. intros i Hi. now apply phi_tangent; [apply Hf|].
- rewrite Sum_minus, Sum_scal, Sum_minus, Hw, !Sum_const. unfold phi.
  assert (Lc : ln c = ln w - ln (INR n)) by (apply ln_div; lra). rewrite Lc. unfold c. right. field. lra.
Qed.

Theorem dispersion_criterion__upper : Statements.dispersion_criterion__upper.
Proof.
start. rewrite shannon_eq. pose proof (ln_above0 n H) as L. destruct H0 as [Hp Hs]. set (t := pw (INR n) (epsilon - 1)).
set (M := Sum n (fun i => if Rle_dec t (p i) then p i else 0)).
assert (T0 : 0 < t) by (apply pw_gt0; pose proof (INR_above1 n H); lra).
set (f i := if Rle_dec t (p i) then 0 else p i).
assert (Ef : Sum n f = 1 - M).
{ transitivity (Sum n p - M); [unfold M; rewrite <- Sum_minus | now rewrite Hs].
  apply Sum_ext. intros i _. unfold f. destruct (Rle_dec t (p i)); ring. }
assert (Hf : forall i, inr i n -> 0 <= f i) by (intros i Hi; unfold f; destruct (Rle_dec t (p i)); [lra | now apply Hp]).
(* the large tokens, one by one *)
assert (B : shannon n p <= Sum n (fun i => phi (f i)) + M * ((1 - epsilon) * ln (INR n))).
{ unfold M. rewrite <- Sum_scal_r, <- Sum_plus. apply Sum_le. intros i Hi. unfold f, phi. destruct (Rle_dec t (p i)) as [G|G]; [|lra].
  pose proof (ln_le t (p i) T0 G) as Q. unfold t in Q. rewrite ln_level in Q by exact H. pose proof (Hp i Hi). nra. }
assert (Q : Sum n (fun i => phi (f i)) <= (1 - M) * ln (INR n) + exp (-1)).
{ pose proof (Sum_nonneg n f Hf) as W. rewrite Ef in W. pose proof (exp_pos (-1)) as Pe. destruct W as [W|W].
  - eapply Rle_trans; [apply (spread_part n f (1 - M)); (lia || assumption)|]. apply Rplus_le_compat_l.
    pose proof (phi_tangent (1 - M) (exp (-1)) ltac:(lra) Pe) as Q. unfold phi in Q at 2. rewrite ln_exp in Q. lra.
  - rewrite <- W, Rmult_0_l, Rplus_0_l. rewrite (Sum_ext n _ (fun _ => 0)), Sum_zero by
      (intros i Hi; pose proof (Sum_ge_term n f i Hi Hf) as G; pose proof (Hf i Hi); replace (f i) with 0 by lra; unfold phi; ring). lra. }
apply (Rmult_le_reg_r (ln (INR n))); [exact L|]. unfold Rdiv at 1. rewrite (Rmult_assoc (shannon n p)), Rinv_l, Rmult_1_r by lra.
replace ((1 + exp (-1) / ln (INR n) - epsilon * M) * ln (INR n)) with (ln (INR n) + exp (-1) - epsilon * M * ln (INR n)) by (field; lra). lra.
Qed.

Theorem dispersion_criterion__upper__defined : Statements.dispersion_criterion__upper__defined.
Proof. exact dispersion_criterion__lower__defined. Qed.

(** ** Majorisation. *)

(** The power a as a logarithm of its own, with derivative t^(a - 1): the logits of entmax of 1 + a. *)
Definition lg (a v : R) : R := if Req_EM_T a 0 then ln v else Rpower v a / a.

Lemma lg_derive a v : 0 < v -> is_derive (lg a) v (Rpower v (a - 1)).
Proof.
intros Hv. destruct (Req_EM_T a 0) as [->|Ha].
- apply (is_derive_ext ln); [intros; unfold lg; destruct (Req_EM_T 0 0); [reflexivity|lra]|].
  replace (0 - 1) with (- (1)) by ring. rewrite Rpower_Ropp, Rpower_1 by exact Hv. now apply is_derive_ln.
- apply (is_derive_ext (fun v => Rpower v a / a)); [intros; unfold lg; destruct (Req_EM_T a 0); [lra|reflexivity]|].
  replace (Rpower v (a - 1)) with (a * Rpower v (a - 1) * / a) by (field; lra). apply is_derive_Reals.
  apply (derivable_pt_lim_ext (fun v => / a * Rpower v a)); [intros; unfold Rdiv; ring|].
  rewrite (Rmult_comm (a * _)). apply derivable_pt_lim_scal. now apply derivable_pt_lim_power.
Qed.

Lemma lg_less a u v : 0 < u < v -> lg a u < lg a v.
Proof.
intros [Hu Huv]. destruct (MVT_cor2 (lg a) (fun v => Rpower v (a - 1)) u v Huv) as [c [E Hc]]; [intros; apply is_derive_Reals, lg_derive; lra|].
pose proof (Rpower_gt0 c (a - 1)). assert (0 < Rpower c (a - 1) * (v - u)) by (apply Rmult_lt_0_compat; lra). lra.
Qed.

(** Up to 1 a larger power rises more slowly. *)
Lemma lg_gap a b u v : a <= b -> 0 < u <= v -> v <= 1 -> lg b v - lg b u <= lg a v - lg a u.
Proof.
intros Hab [Hu Huv] H1. pose proof (rises (fun t => lg a t - lg b t) (fun t => Rpower t (a - 1) - Rpower t (b - 1)) u v Huv) as R. cbv beta in R.
assert (lg a u - lg b u <= lg a v - lg b v); [|lra]. apply R.
- intros t Ht. apply (is_derive_minus (lg a) (lg b)); apply lg_derive; lra.
- intros t Ht. pose proof (ln_le t 1 ltac:(lra) ltac:(lra)) as L. rewrite ln_1 in L. apply Rle_minus_r. rewrite Rplus_0_l.
  apply exp_le. nra.
Qed.

Section Row.
Variables (n : nat) (alpha theta : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 <= alpha) (Ht : 0 < theta).
Let p := entmax1 n alpha (fun i => theta * z i).

Lemma one_simplex : simplex n p.
Proof.
unfold p. destruct (Req_EM_T alpha 1) as [E|E].
- replace (simplex n _) with (simplex n (softmax n (fun i => theta * z i))); [now apply softmax_simplex|].
  f_equal. apply FunctionalExtensionality.functional_extensionality. intros i. unfold entmax1. destruct (Req_EM_T alpha 1); [reflexivity|lra].
- replace (simplex n _) with (simplex n (entmax n alpha (fun i => theta * z i))); [apply entmax_simplex; [exact Hn | lra]|].
  f_equal. apply FunctionalExtensionality.functional_extensionality. intros i. unfold entmax1. destruct (Req_EM_T alpha 1); [lra|reflexivity].
Qed.

Lemma one_order i j : z i <= z j -> p i <= p j.
Proof.
intros H. unfold p, entmax1. destruct (Req_EM_T alpha 1) as [E|E].
- unfold softmax. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat | apply exp_le, Rmult_le_compat_l; lra].
  eapply Rlt_le_trans; [apply (exp_pos (theta * z 1%nat))|]. apply (Sum_ge_term n (fun j => exp (theta * z j)) 1%nat); [lia | intros; left; apply exp_pos].
- apply Rge_le, order_weak; [lra|]. nra.
Qed.

(** On the support the logits are the logarithms, up to a shift; off it they are below all. *)
Lemma one_levels : exists t, forall i, (0 < p i -> lg (alpha - 1) (p i) = theta * z i - t) /\
  (forall w, 0 < w -> p i < w -> theta * z i - t < lg (alpha - 1) w).
Proof.
unfold p, entmax1. destruct (Req_EM_T alpha 1) as [E|E].
- exists (ln (Sum n (fun j => exp (theta * z j)))). intros i.
  assert (P : 0 < softmax n (fun i => theta * z i) i) by now apply softmax_simplex.
  assert (W : 0 < Sum n (fun j => exp (theta * z j))).
  { eapply Rlt_le_trans; [apply (exp_pos (theta * z 1%nat))|]. apply (Sum_ge_term n (fun j => exp (theta * z j)) 1%nat); [lia | intros; left; apply exp_pos]. }
  assert (L : ln (softmax n (fun i => theta * z i) i) = theta * z i - ln (Sum n (fun j => exp (theta * z j)))).
  { unfold softmax. rewrite ln_div, ln_exp by (assumption || apply exp_pos). reflexivity. }
  unfold lg. destruct (Req_EM_T (alpha - 1) 0) as [_|]; [|lra]. split; [intros _; exact L|].
  intros w Hw H. rewrite <- L. now apply ln_increasing.
- set (tau := threshold n alpha (fun i => theta * z i)). exists (tau / (alpha - 1)). intros i.
  assert (Ha' : 1 < alpha) by lra. pose proof (entmax_pow n alpha (fun i => theta * z i) Ha' i) as Q. fold tau in Q. unfold scaled in Q.
  unfold lg. destruct (Req_EM_T (alpha - 1) 0) as [|_]; [lra|]. split.
  + intros P. rewrite <- pw_Rpower by exact P. rewrite Q. apply entmax_pos_iff in P; [|exact Ha']. fold tau in P. unfold scaled in P.
    rewrite Rmax_0_id by lra. field. lra.
  + intros w Hw H. rewrite <- pw_Rpower by exact Hw. pose proof (Rmax_r 0 ((alpha - 1) * (theta * z i) - tau)) as M.
    pose proof (pw_lt _ w (alpha - 1) ltac:(lra) (conj (entmax_ge0 n alpha (fun i => theta * z i) i) H)) as L. rewrite Q in L.
    apply (Rmult_lt_reg_r (alpha - 1)); [lra|]. replace ((theta * z i - tau / (alpha - 1)) * (alpha - 1)) with ((alpha - 1) * (theta * z i) - tau) by (field; lra).
    replace (pw w (alpha - 1) / (alpha - 1) * (alpha - 1)) with (pw w (alpha - 1)) by (field; lra). lra.
Qed.
End Row.

Section Majorisation.
Variables (n : nat) (alpha beta theta eta : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 <= alpha) (Hab : alpha <= beta) (Ht : 0 < theta) (Hte : theta <= eta) (Hs : sorted n z).
Let p := entmax1 n alpha (fun i => theta * z i).
Let r := entmax1 n beta (fun i => eta * z i).

(** The difference of the two changes its sign once. *)
Lemma crosses_once i j : inr i n -> inr j n -> z i <= z j -> p i < r i -> p j <= r j.
Proof.
intros Hi Hj Hz H. apply Rnot_lt_le. intros N.
pose proof (point_le1 n p i (one_simplex n alpha theta z Hn Ha) Hi) as Pi. pose proof (point_le1 n r j (one_simplex n beta eta z Hn ltac:(lra)) Hj) as Rj.
pose proof (one_order n beta eta z Hn ltac:(lra) ltac:(lra) i j Hz) as O. fold r in O.
destruct (one_levels n alpha theta z Hn Ha) as [t T]. destruct (one_levels n beta eta z Hn ltac:(lra)) as [s S]. fold p in T. fold r in S.
pose proof (proj2 (T i) (r i) ltac:(lra) H) as A. pose proof (proj1 (T j) ltac:(lra)) as B.
pose proof (proj1 (S i) ltac:(lra)) as C. pose proof (proj1 (S j) ltac:(lra)) as D.
pose proof (lg_less (alpha - 1) (r j) (p j) ltac:(lra)) as F. pose proof (lg_gap (alpha - 1) (beta - 1) (r i) (r j) ltac:(lra) ltac:(lra) ltac:(lra)) as G.
assert (theta * (z j - z i) <= eta * (z j - z i)) by (apply Rmult_le_compat_r; lra). lra.
Qed.

Lemma Sum_neg_ex m f : Sum m f < 0 -> exists i, inr i m /\ f i < 0.
Proof.
intros H. destruct (Sum_pos_ex m (fun i => - f i)) as [i [Hi L]]; [|exists i; split; [exact Hi | lra]].
rewrite (Sum_ext m _ (fun i => -1 * f i)), Sum_scal by (intros; ring). lra.
Qed.

Lemma Sum_tail k m f : (k <= m)%nat -> Sum m f - Sum k f = Sum m (fun i => if le_dec i k then 0 else f i).
Proof.
intros Hk. induction m as [|m IH]; [replace k with 0%nat by lia; simpl; lra|]. destruct (Nat.eq_dec k (S m)) as [->|Hne].
- rewrite (Sum_ext (S m) (fun i => if le_dec i (S m) then 0 else f i) (fun _ => 0)), Sum_zero; [ring|]. intros i Hi. destruct (le_dec i (S m)); [reflexivity|lia].
- cbn [Sum]. rewrite <- IH by lia. destruct (le_dec (S m) k); [lia|]. ring.
Qed.

Theorem prefix_sums k : (k <= n)%nat -> Sum k p <= Sum k r.
Proof.
intros Hk. apply Rnot_lt_le. intros N.
pose proof (proj2 (one_simplex n alpha theta z Hn Ha)) as Sp. pose proof (proj2 (one_simplex n beta eta z Hn ltac:(lra))) as Sr. fold p in Sp. fold r in Sr.
destruct (Sum_neg_ex k (fun i => r i - p i)) as [i [Hi Li]]; [rewrite Sum_minus; lra|].
destruct (Sum_pos_ex n (fun j => if le_dec j k then 0 else r j - p j)) as [j [Hj Lj]]; [rewrite <- (Sum_tail k n (fun j => r j - p j)), !Sum_minus by exact Hk; lra|].
cbv beta in *. destruct (le_dec j k) as [|G]; [lra|]. pose proof (sorted_ge n z i j Hs ltac:(lia) ltac:(lia)).
pose proof (crosses_once j i Hj ltac:(lia) ltac:(lra) ltac:(lra)). lra.
Qed.

(** Summation by parts. *)
Lemma by_parts m (g d : nat -> R) : (1 <= m)%nat -> (forall i, (1 <= i < m)%nat -> g (S i) <= g i) ->
  (forall k, (k <= m)%nat -> 0 <= Sum k d) -> g m * Sum m d <= Sum m (fun i => g i * d i).
Proof.
induction m as [|m IH]; intros Hm Hg Hd; [lia|]. destruct (Nat.eq_dec m 0) as [->|]; [simpl; lra|].
cbn [Sum]. pose proof (IH ltac:(lia) ltac:(intros; apply Hg; lia) ltac:(intros; apply Hd; lia)) as G.
pose proof (Hd m ltac:(lia)). pose proof (Hg m ltac:(lia)). nra.
Qed.

Theorem entropy_falls : Sum n (fun i => phi (r i)) <= Sum n (fun i => phi (p i)).
Proof.
pose proof (one_simplex n alpha theta z Hn Ha) as Pp. pose proof (one_simplex n beta eta z Hn ltac:(lra)) as Pr. fold p in Pp. fold r in Pr.
assert (Sp : forall i j, (1 <= i <= j)%nat -> (j <= n)%nat -> p i >= p j).
{ intros i j Hij Hj. apply Rle_ge, one_order; try assumption. apply Rge_le. now apply (sorted_ge n). }
set (m := support_size n p). pose proof (support_size_pos n p Pp) as M1. pose proof (support_size_le n p) as M2. fold m in M1, M2.
assert (Pre : forall k, inr k n -> (m >= k)%nat <-> 0 < p k) by (intros k Hk; apply support_prefix; [apply Pp | exact Sp | exact Hk]).
assert (Zp : forall i, (m < i <= n)%nat -> p i = 0).
{ intros i Hi. destruct (proj1 Pp i ltac:(lia)) as [L|E]; [apply Pre in L; lia | now symmetry]. }
assert (Ep : Sum m p = 1) by (rewrite <- (Sum_prefix_eq n m p M2 Zp); apply Pp).
pose proof (prefix_sums m M2) as Q.
assert (Tail : Sum n (fun i => if le_dec i m then 0 else r i) = 1 - Sum m r) by (rewrite <- Sum_tail by exact M2; rewrite (proj2 Pr); ring).
assert (T0 : forall i, inr i n -> 0 <= (if le_dec i m then 0 else r i)) by (intros i Hi; destruct (le_dec i m); [lra | now apply Pr]).
pose proof (Sum_nonneg n _ T0) as T1.
assert (Zr : forall i, (m < i <= n)%nat -> r i = 0).
{ intros i Hi. pose proof (Sum_ge_term n _ i ltac:(lia) T0) as G. cbv beta in G. destruct (le_dec i m); [lia|]. pose proof (proj1 Pr i ltac:(lia)). lra. }
assert (Z : forall s, (forall i, (m < i <= n)%nat -> s i = 0) -> Sum n (fun i => phi (s i)) = Sum m (fun i => phi (s i))).
{ intros s Hz. apply Sum_prefix_eq; [exact M2|]. intros i Hi. rewrite Hz by exact Hi. unfold phi. ring. }
rewrite (Z p Zp), (Z r Zr).
assert (B : ln (p m) * Sum m (fun i => r i - p i) <= Sum m (fun i => ln (p i) * (r i - p i))).
{ apply (by_parts m (fun i => ln (p i)) (fun i => r i - p i) M1).
  - intros i Hi. apply ln_le; [apply Pre; lia | apply Rge_le, Sp; lia].
  - intros k Hk. rewrite Sum_minus. pose proof (prefix_sums k ltac:(lia)). lra. }
rewrite Sum_minus in B. replace (Sum m r - Sum m p) with 0 in B by lra. rewrite Rmult_0_r in B.
apply Rle_trans with (Sum m (fun i => phi (p i) - (ln (p i) * (r i - p i) + (r i - p i)))).
- apply Sum_le. intros i Hi. pose proof (phi_tangent (r i) (p i) (proj1 Pr i ltac:(lia)) ltac:(apply Pre; lia)). lra.
- rewrite Sum_minus, Sum_plus, Sum_minus. lra.
Qed.
End Majorisation.

Theorem majorisation__inhabited : Statements.majorisation__inhabited.
Proof. exists 1%nat, 1, 1, 1, 1, (fun _ => 0). repeat split; (lia || lra). Qed.

Theorem majorisation__prefix : Statements.majorisation__prefix.
Proof. start. apply Rle_ge, prefix_sums; (assumption || lia). Qed.

Theorem majorisation__prefix__defined : Statements.majorisation__prefix__defined.
Proof. parts. Qed.

Theorem majorisation__shannon : Statements.majorisation__shannon.
Proof. start. now apply (entropy_falls n alpha beta theta eta z). Qed.

Theorem majorisation__shannon__defined : Statements.majorisation__shannon__defined.
Proof. parts; apply one_simplex; assumption. Qed.

(* Proofs of the printed statements: the chapter dispersion. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Dispersion Joining
  Levels SoftmaxFloor Majorisation Statements.
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

Theorem joining_token__inhabited : Statements.joining_token__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 0. repeat split; (lia || lra). Qed.

Theorem joining_token__never_more : Statements.joining_token__never_more.
Proof. start. now apply joining_less. Qed.

Theorem joining_token__unchanged : Statements.joining_token__unchanged.
Proof. start. now apply joining_same. Qed.

Theorem critical_rival__inhabited : Statements.critical_rival__inhabited.
Proof. exact joining_token__inhabited. Qed.

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
apply Ropp_le_contravar. apply (ln_le _ _ (pw_gt0 pm (alpha - 1) P0)) in B. rewrite pw_Rpower in B by exact P0. unfold Rpower in B.
rewrite ln_exp in B.
apply (Rmult_le_reg_r (alpha - 1)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

Theorem entmax_peak__entropy__defined : Statements.entmax_peak__entropy__defined.
Proof.
start. pose proof (INR_above1 n H) as HN. pose proof (share_power n alpha H H0) as SP. pose proof (spread_ge0 n alpha z ltac:(lia) H0) as S0.
cbv zeta in S0.
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
intros Hn Ha. rewrite support_size_Sum. apply Sum_le. intros i Hi.
destruct (Rlt_dec 0 (entmax n alpha z i)) as [L|]; [|destruct (Rlt_dec _ _); lra].
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
  assert (E : pw (p i) alpha = p i * pw (p i) (alpha - 1)) by (replace alpha with (1 + (alpha - 1)) at 1 by ring; rewrite pw_plus, pw_1_r; lra).
  rewrite E.
  pose proof (pw_le (p i) M (alpha - 1) ltac:(lra) (Largest_ge n p i Hi)). nra. }
apply Rle_ge. unfold Rdiv at 2. rewrite Sum_scal_r. set (T := Sum n (fun i => p i - pw (p i) alpha)) in *.
replace (alpha * (alpha - 1) * (T * / (alpha * (alpha - 1))) / (1 - c)) with (T / (1 - c)) by (field; lra).
apply (Rmult_le_reg_r (1 - c)); [lra|]. replace (T / (1 - c) * (1 - c)) with T by (field; lra). nra.
Qed.

Theorem tsallis_normalisation_trap__ratio__defined : Statements.tsallis_normalisation_trap__ratio__defined.
Proof.
parts; [pose proof (power_below1 n alpha H H0); lra | left; now apply Largest_pos].
Qed.

Theorem entropy_floor_three_levels__inhabited : Statements.entropy_floor_three_levels__inhabited.
Proof.
exists 2%nat, 2, (SupportProofs.two 1 0). split; [lia | split; [lra | split]].
- exists 2%nat. split; [lia | unfold SupportProofs.two; simpl; lra].
- cbv zeta. cbn [support_size]. assert (Z : entmax 2 2 (SupportProofs.two 1 0) 2 = 0).
  { apply finite_mask; [lia | lra |]. unfold SupportProofs.two; simpl. rewrite Rmax_left by lra. lra. }
  rewrite Z. destruct (Rlt_dec 0 0); [lra|]. destruct (Rlt_dec 0 (entmax 2 2 (SupportProofs.two 1 0) 1)); lia.
Qed.

Theorem entropy_floor_three_levels__floor : Statements.entropy_floor_three_levels__floor.
Proof.
start. pose proof (spread_pos n alpha z ltac:(lia) H0 H1) as D. cbv zeta in D. pose proof (peak_with_dead n alpha z ltac:(lia) H0 H2) as P.
cbv zeta in P.
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
replace ((alpha - 1) * (pw (INR (multiplicity n z)) (1 - alpha) / (alpha - 1))) with (pw (INR (multiplicity n z)) (1 - alpha)) by (field; lra).
exact H.
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

Theorem softmax_entropy_floor__constant_square : Statements.softmax_entropy_floor__constant_square.
Proof.
start. pose proof (range_pos n z ltac:(lia) H1) as D. set (d := Largest n z - - Largest n (fun i => - z i)) in *.
pose proof (loss_below_square (theta * d) ltac:(apply Rmult_lt_0_compat; lra)) as K.
replace (theta ^ 2 * d ^ 2) with ((theta * d) ^ 2) by ring. lra.
Qed.

Lemma constant_defined n theta z : (2 <= n)%nat -> 0 < theta -> (exists i, inr i n /\ z i <> z 1%nat) ->
  let d := Largest n z - - Largest n (fun i => - z i) in
  exp (theta * d) - 1 <> 0 /\ theta <> 0 /\ d <> 0 /\ 0 < (exp (theta * d) - 1) / (theta * d).
Proof.
intros Hn Ht Hv. cbv zeta. pose proof (range_pos n z ltac:(lia) Hv) as D. set (d := Largest n z - - Largest n (fun i => - z i)) in *.
assert (T : 0 < theta * d) by (apply Rmult_lt_0_compat; lra). pose proof (exp_above1 _ T) as E. cbv zeta in E.
repeat split; [lra | lra | lra | apply Rdiv_lt_0_compat; lra].
Qed.

Theorem softmax_entropy_floor__constant_square__defined : Statements.softmax_entropy_floor__constant_square__defined.
Proof. start. exact (constant_defined n theta z H H0 H1). Qed.

Lemma loss_below_linear D : 0 < D -> ln ((exp D - 1) / D) + D / (exp D - 1) - 1 <= D.
Proof.
intros H. pose proof (exp_ineq1_le D) as A. pose proof (exp_ineq1_le (- D)) as B. pose proof (exp_above1 _ H) as C. cbv zeta in C.
assert (P : exp D * exp (- D) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
assert (Q : D / (exp D - 1) <= 1) by (apply (Rmult_le_reg_r (exp D - 1)); [lra|]; unfold Rdiv; rewrite Rmult_assoc, Rinv_l; lra).
assert (L : ln ((exp D - 1) / D) <= D).
{ apply Rle_trans with (ln (exp D)); [|rewrite ln_exp; lra]. apply ln_le; [apply Rdiv_lt_0_compat; lra|].
  apply (Rmult_le_reg_r D); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra. }
lra.
Qed.

Theorem softmax_entropy_floor__constant_linear : Statements.softmax_entropy_floor__constant_linear.
Proof.
start. pose proof (range_pos n z ltac:(lia) H1) as D. set (d := Largest n z - - Largest n (fun i => - z i)) in *.
pose proof (loss_below_linear (theta * d) ltac:(apply Rmult_lt_0_compat; lra)) as K. lra.
Qed.

Theorem softmax_entropy_floor__constant_linear__defined : Statements.softmax_entropy_floor__constant_linear__defined.
Proof. start. exact (constant_defined n theta z H H0 H1). Qed.

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

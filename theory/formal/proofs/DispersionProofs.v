(* Proofs of the printed statements: the chapter dispersion. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Statements.
Open Scope R_scope.

(** As [defined], for conditions under conditions. *)
Ltac parts := start; repeat (intros; match goal with |- _ /\ _ => split end); intros; cbv beta in *; try solve [side].

Lemma INR_above1 n : (2 <= n)%nat -> 1 < INR n.
Proof. intros H. change 1 with (INR 1). apply lt_INR. lia. Qed.

Lemma shannon_eq n p : Sum n (fun i => (- (p i * ln (p i)))) = shannon n p.
Proof. apply Sum_ext; intros; ring. Qed.

Definition one_hot (i : nat) : R := if Nat.eq_dec i 1 then 1 else 0.

Lemma one_hot_simplex n : (1 <= n)%nat -> simplex n one_hot.
Proof.
intros Hn. split; [intros i _; unfold one_hot; destruct (Nat.eq_dec i 1); lra|]. unfold one_hot. now apply (Sum_single n 1 1).
Qed.

Lemma Largest_pos n p : simplex n p -> 0 < Largest n p.
Proof.
intros [Hp Hs]. destruct (Sum_pos_ex n p) as [k [Hk Lk]]; [lra|]. pose proof (Largest_ge n p k Hk). lra.
Qed.

Theorem entropy_and_support__inhabited : Statements.entropy_and_support__inhabited.
Proof. exists 1%nat, one_hot. split; [lia | split; [now apply one_hot_simplex | exact I]]. Qed.

Theorem entropy_and_support__support__defined : Statements.entropy_and_support__support__defined.
Proof. parts. - now apply H0. - apply lt_0_INR. pose proof (support_size_pos n p H0). lia. Qed.

Theorem entropy_and_support__largest : Statements.entropy_and_support__largest.
Proof.
start. destruct H0 as [Hp Hs]. apply Rle_ge.
apply Rle_trans with (Sum n (fun i => p i * - ln (Largest n p))); [rewrite Sum_scal_r, Hs; lra|].
apply Sum_le. intros i Hi. destruct (Hp i Hi) as [L|<-]; [|lra].
pose proof (Largest_ge n p i Hi) as [M|M]; [|rewrite <- M; lra].
pose proof (ln_increasing (p i) (Largest n p) L M). nra.
Qed.

Theorem entropy_and_support__largest__defined : Statements.entropy_and_support__largest__defined.
Proof. parts. - now apply H0. - now apply Largest_pos. Qed.

Lemma ln_le x y : 0 < x -> x <= y -> ln x <= ln y.
Proof. intros Hx [L| ->]; [left; now apply ln_increasing | lra]. Qed.

(** [q] undoes [alpha - 1]. *)
Lemma pw_root alpha e : 1 < alpha -> 0 <= e -> pw (pw e (alpha - 1)) (/ (alpha - 1)) = e.
Proof. intros Ha He. replace (/ (alpha - 1)) with (1 / (alpha - 1)) by (unfold Rdiv; ring). apply pw_inv_cancel; lra. Qed.

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
Lemma Smallest_le n f i : inr i n -> - Largest n (fun i => - f i) <= f i.
Proof. intros Hi. pose proof (Largest_ge n (fun i => - f i) i Hi). cbv beta in H. lra. Qed.

Lemma range_ge0 n f : (1 <= n)%nat -> 0 <= Largest n f - - Largest n (fun i => - f i).
Proof. intros Hn. pose proof (Largest_ge n f 1 ltac:(lia)). pose proof (Smallest_le n f 1 ltac:(lia)). lra. Qed.

Lemma INR_ge1 n : (1 <= n)%nat -> 1 <= INR n.
Proof. intros H. change 1 with (INR 1). now apply le_INR. Qed.

Lemma exp_ge0 x : 0 <= x -> 1 <= exp x.
Proof. intros H. pose proof (exp_ineq1_le x). lra. Qed.

Lemma exp_le x y : x <= y -> exp x <= exp y.
Proof. intros [H| ->]; [left; now apply exp_increasing | lra]. Qed.

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

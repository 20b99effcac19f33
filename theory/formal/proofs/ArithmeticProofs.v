(* Proofs of the printed statements: the chapter arithmetic. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted One Loss Norms Entries Level
  Bisection Rounding Secant Tactics Statements.
Open Scope R_scope.

Ltac sens_sum := apply Rgt_not_eq; match goal with |- context [Sum ?n _] => eapply (sens_sum_pos n) end;
  first [eassumption | apply entmax1_simplex; lra || lia | apply entmax_simplex; lra || lia].
Ltac defined_here := defined; try solve [intros; repeat split; intros; first [side | sens_sum | left; side]].
Ltac inhabited := hnf; cbv zeta; repeat split; try solve [lra | lia | intros; lra | intros; left; lra | simpl; lra].

Lemma level_eq n alpha z rho : Sum n (fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1))) = Sum n (level alpha z rho).
Proof. reflexivity. Qed.

Theorem residual_identity__inhabited : Statements.residual_identity__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), (-1). inhabited. Qed.

Theorem residual_identity__error : Statements.residual_identity__error.
Proof. start. now apply level_error. Qed.

Theorem residual_identity__error__defined : Statements.residual_identity__error__defined.
Proof. defined_here. Qed.

Theorem residual_identity__renormalised : Statements.residual_identity__renormalised.
Proof. start. now apply level_renormalised. Qed.

Theorem residual_identity__renormalised__defined : Statements.residual_identity__renormalised__defined.
Proof. defined_here; apply Rgt_not_eq; now apply level_sum_pos. Qed.

Theorem residual_identity__side : Statements.residual_identity__side.
Proof. start. pose proof (proj2 (level_right n alpha z rho H H0) H2). rewrite level_eq. lra. Qed.

Theorem residual_identity__side__defined : Statements.residual_identity__side__defined.
Proof. defined_here. Qed.

Theorem residual_identity__other_side : Statements.residual_identity__other_side.
Proof. start. pose proof (proj2 (level_left n alpha z rho H H0) H2). rewrite level_eq. lra. Qed.

Theorem residual_identity__other_side__defined : Statements.residual_identity__other_side__defined.
Proof. defined_here. Qed.

Theorem certified_bracket__inhabited : Statements.certified_bracket__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), (-1). inhabited. Qed.

Theorem certified_bracket__above : Statements.certified_bracket__above.
Proof.
start. rewrite level_eq in H4. apply (level_antitone alpha z rho (threshold n alpha z)); [assumption|].
apply Rnot_lt_le. intros L. apply (level_left n alpha z rho H H0) in L. lra.
Qed.

Theorem certified_bracket__above__defined : Statements.certified_bracket__above__defined.
Proof. defined_here. Qed.

Theorem certified_bracket__below : Statements.certified_bracket__below.
Proof.
start. rewrite level_eq in H4. apply Rle_ge, (level_antitone alpha z (threshold n alpha z) rho); [assumption|].
apply Rnot_lt_le. intros L. apply (level_right n alpha z rho H H0) in L. lra.
Qed.

Theorem certified_bracket__below__defined : Statements.certified_bracket__below__defined.
Proof. defined_here. Qed.

Theorem certified_bracket__zero : Statements.certified_bracket__zero.
Proof.
start. destruct H4 as [L R]. rewrite level_eq in R. apply entmax_zero_iff; [assumption|]. unfold scaled.
apply Rle_trans with rho; [exact L|]. apply Rnot_lt_le. intros L'. apply (level_left n alpha z rho H H0) in L'. lra.
Qed.

Theorem certified_bracket__zero__defined : Statements.certified_bracket__zero__defined.
Proof. defined_here. Qed.

Theorem certified_bracket__mass : Statements.certified_bracket__mass.
Proof.
start. destruct H4 as [L R]. rewrite level_eq in R. apply entmax_pos_iff; [assumption|]. unfold scaled.
apply Rle_lt_trans with rho; [|exact L]. apply Rnot_lt_le. intros L'. apply (level_right n alpha z rho H H0) in L'. lra.
Qed.

Theorem certified_bracket__mass__defined : Statements.certified_bracket__mass__defined.
Proof. defined_here. Qed.

Theorem support_decisions__inhabited : Statements.support_decisions__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), (-1). inhabited. Qed.

Theorem support_decisions__kept : Statements.support_decisions__kept.
Proof.
start. apply pw_gt0, Rmax_0_pos_iff. pose proof (Rle_abs (rho - threshold n alpha z)) as A. rewrite Rabs_minus_sym in A. lra.
Qed.

Theorem support_decisions__dropped : Statements.support_decisions__dropped.
Proof.
start. pose proof (q_pos alpha H0). pose proof (Rle_abs (threshold n alpha z - rho)) as A. rewrite Rmax_0_0, pw_0; lra.
Qed.

Theorem support_decisions__revived : Statements.support_decisions__revived.
Proof.
start. apply entmax_zero_iff in H4; [|assumption]. unfold scaled in H4. apply pw_le; [now apply q_pos|].
pose proof (Rle_abs (threshold n alpha z - rho)). pose proof (Rabs_pos (threshold n alpha z - rho)). apply Rmax_lub; lra.
Qed.

Theorem support_decisions__revived__defined : Statements.support_decisions__revived__defined.
Proof.
defined_here. destruct (Rabs_pos (threshold n alpha z - rho)) as [D|D]; [left; exact D | right; split; [now symmetry | now apply q_pos]].
Qed.

Theorem support_decisions__lost : Statements.support_decisions__lost.
Proof.
start. assert (L : (alpha - 1) * z i <= rho).
{ apply Rnot_lt_le. intros L. pose proof (pw_gt0 (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1))) as P.
  rewrite Rmax_0_pos_iff in P. lra. }
unfold entmax. apply pw_le; [now apply q_pos|].
pose proof (Rle_abs (rho - threshold n alpha z)) as A. rewrite Rabs_minus_sym in A.
pose proof (Rabs_pos (threshold n alpha z - rho)). apply Rmax_lub; lra.
Qed.

Theorem support_decisions__lost__defined : Statements.support_decisions__lost__defined.
Proof.
defined_here. destruct (Rabs_pos (threshold n alpha z - rho)) as [D|D]; [left; exact D | right; split; [now symmetry | now apply q_pos]].
Qed.

Theorem false_zeros__inhabited : Statements.false_zeros__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 1. inhabited. Qed.

Theorem false_zeros__level : Statements.false_zeros__level.
Proof. start. now apply level_iff. Qed.

Theorem false_zeros__level__defined : Statements.false_zeros__level__defined.
Proof. defined_here. Qed.

Theorem false_zeros__underflow : Statements.false_zeros__underflow.
Proof. start. apply level_iff in H3; [|assumption|assumption]. destruct (Rle_dec _ _); [reflexivity|contradiction]. Qed.

Theorem false_zeros__underflow__defined : Statements.false_zeros__underflow__defined.
Proof. defined_here. Qed.

Theorem vjp_mean_error__inhabited : Statements.vjp_mean_error__inhabited.
Proof. exists 1%nat, 1, (fun _ => 1), (fun _ => 0), 0. inhabited. Qed.

Theorem vjp_mean_error__error__defined : Statements.vjp_mean_error__error__defined.
Proof. defined_here. Qed.

Theorem vjp_mean_error__error : Statements.vjp_mean_error__error.
Proof.
start. rewrite <- Sum_scal. apply Sum_ext. intros i _. destruct (Rlt_dec 0 (p i)) as [L|L]; [|ring].
set (m := _ / _). replace (_ + _) with (pw (p i) (2 - alpha) * shift) by ring.
rewrite Rabs_mult, (Rabs_pos_eq (pw _ _)) by apply pw_ge0. ring.
Qed.

Theorem condition_number_exact__inhabited : Statements.condition_number_exact__inhabited.
Proof. exists 2%nat, 2, (vertex 1). inhabited; apply vertex_simplex; lia. Qed.

Theorem condition_number_exact__worst : Statements.condition_number_exact__worst.
Proof.
start. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra|]. now apply condition_le.
Qed.

Theorem condition_number_exact__worst__defined : Statements.condition_number_exact__worst__defined.
Proof.
defined_here; left; try lra; [apply Largest_le1; (assumption || lia)|]. apply le_INR in H. simpl in H. lra.
Qed.

Lemma condition_ge n alpha p : 1 < alpha -> simplex n p -> 1 <= pw (Largest n p) (alpha - 1) * Sum n (sens alpha p).
Proof.
intros Ha [P0 P1]. rewrite <- Sum_scal. rewrite <- P1 at 1. apply Sum_le. intros i Hi. pose proof (P0 i Hi).
unfold sens. destruct (Rlt_dec 0 (p i)) as [L|L]; [|lra].
apply Rle_trans with (pw (p i) (alpha - 1) * pw (p i) (2 - alpha)).
- rewrite <- pw_plus by lra. replace (alpha - 1 + (2 - alpha)) with 1 by ring. rewrite pw_1_r; lra.
- apply Rmult_le_compat_r; [apply pw_ge0|]. apply pw_le; [lra | now apply Largest_ge].
Qed.

Theorem condition_number_exact__least : Statements.condition_number_exact__least.
Proof.
start. pose proof (condition_ge n alpha p H0 H1) as C. apply Rle_ge. unfold Rdiv. rewrite <- (Rmult_1_l (/ (alpha - 1))) at 1.
apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra|]. exact C.
Qed.

Theorem condition_number_exact__least__defined : Statements.condition_number_exact__least__defined.
Proof. defined_here; left; try lra; apply Largest_le1; (assumption || lia). Qed.

Theorem bisection_steps__inhabited : Statements.bisection_steps__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 0. inhabited. Qed.

Theorem bisection_steps__condition : Statements.bisection_steps__condition.
Proof.
start. eapply Rle_trans; [apply (level_condition n alpha z rho H H0 H2 (proj1 H1))|]. right. unfold Rdiv. ring.
Qed.

Theorem bisection_steps__condition__defined : Statements.bisection_steps__condition__defined.
Proof. defined_here. Qed.

Theorem bisection_steps__error__inhabited : Statements.bisection_steps__error__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 0%nat. inhabited. Qed.

Theorem bisection_steps__error : Statements.bisection_steps__error.
Proof.
start. pose proof (bisection_error n alpha z steps H H0 H1) as B.
replace (pw 2 (- INR steps)) with (/ 2 ^ steps) by (rewrite pw_Rpower, Rpower_Ropp, Rpower_pow by lra; reflexivity).
eapply Rle_trans; [exact B|]. right. field. split; [apply pow_nonzero; lra | lra].
Qed.

Theorem bisection_steps__error__defined : Statements.bisection_steps__error__defined.
Proof. defined_here. Qed.

(** Sums in floating point. *)

Theorem summation_error__inhabited : Statements.summation_error__inhabited.
Proof.
exists 1%nat, 1%nat, 0%Z, round_one, (fun _ => 0), (leaf 1). inhabited; [apply round_one_nearest | apply round_one_nearest; assumption|].
intros. apply one_bit. now left.
Qed.

(** n tokens fit into a tree of log2 n levels. *)
Lemma tree_exists k : forall n s, (1 <= n <= 2 ^ k)%nat -> exists t, leaves t = seq s n /\ (levels t <= k)%nat.
Proof.
induction k as [|k IH]; intros n s Hn.
- exists (leaf s). replace n with 1%nat by (simpl in Hn; lia). split; [reflexivity | simpl; lia].
- destruct (Nat.eq_dec n 1) as [->|N]; [exists (leaf s); split; [reflexivity | simpl; lia]|].
  pose proof (Nat.div_mod n 2 ltac:(lia)) as D. pose proof (Nat.mod_upper_bound n 2 ltac:(lia)) as M. rewrite Nat.pow_succ_r' in Hn.
  set (h := (n / 2)%nat) in *. destruct (IH h s ltac:(lia)) as [t [T1 T2]], (IH (n - h)%nat (s + h)%nat ltac:(lia)) as [u [U1 U2]].
  exists (pair_of t u). cbn [leaves levels]. split; [|lia]. rewrite T1, U1, <- seq_app. f_equal. lia.
Qed.

Theorem summation_error__found : Statements.summation_error__found.
Proof.
start. apply tree_exists. split; [assumption|]. destruct (Nat.eq_dec n 1) as [->|]; [simpl; lia|]. apply Nat.log2_up_spec. lia.
Qed.

Theorem summation_error__sequential : Statements.summation_error__sequential.
Proof.
start. destruct n as [|m]; [lia|]. replace (S m - 1)%nat with m by lia. apply (sequential bits emin); assumption.
Qed.

Theorem summation_error__sequential__defined : Statements.summation_error__sequential__defined.
Proof. defined_here. Qed.

Theorem summation_error__pairwise : Statements.summation_error__pairwise.
Proof.
start. destruct H3 as [Hl Hd]. rewrite levels_count by assumption.
assert (U : 0 < / 2 ^ bits) by (apply Rinv_0_lt_compat, pow_lt; lra).
rewrite pw_Rpower, Rpower_pow by lra.
destruct (pairwise bits emin H0 rnd H1 v t) as [_ E].
{ intros i Hi. rewrite Hl in Hi. apply in_seq in Hi. apply H2. lia. }
rewrite Hl, !total_seq in E. eapply Rle_trans; [exact E|]. apply Rmult_le_compat_r.
- apply Sum_nonneg. intros; apply Rabs_pos.
- assert ((1 + / 2 ^ bits) ^ levels t <= (1 + / 2 ^ bits) ^ Nat.log2_up n); [|lra]. apply Rle_pow; [lra | exact Hd].
Qed.

Theorem summation_error__pairwise__defined : Statements.summation_error__pairwise__defined.
Proof. defined_here. left. assert (U : 0 < / 2 ^ bits) by (apply Rinv_0_lt_compat, pow_lt; lra). lra. Qed.

Theorem logit_rounding__inhabited : Statements.logit_rounding__inhabited.
Proof. exists 1%nat, 1, (fun _ => 0), (fun _ => 0). inhabited. Qed.

Theorem logit_rounding__error : Statements.logit_rounding__error.
Proof. start. apply rounding_le; [assumption | lra]. Qed.

Theorem logit_rounding__error__defined : Statements.logit_rounding__error__defined.
Proof. defined_here. Qed.

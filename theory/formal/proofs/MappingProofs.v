(* Proofs of the printed statements: the chapter mapping. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Statements.
Open Scope R_scope.

Theorem threshold_form__form : Statements.threshold_form__form.
Proof. start. reflexivity. Qed.

Theorem threshold_form__simplex : Statements.threshold_form__simplex.
Proof. start. change (Sum n (entmax n alpha z) - 1 = 0). rewrite entmax_sum by assumption. ring. Qed.

Lemma objective_eq n alpha z r : objective n alpha z r =
  Sum n (fun i => z i * r i) + Sum n (fun i => (r i - pw (r i) alpha) / (alpha * (alpha - 1))).
Proof. unfold objective. f_equal. apply Sum_ext; intros; ring. Qed.

Theorem threshold_form__optimal : Statements.threshold_form__optimal.
Proof. start. rewrite <- !objective_eq. now apply entmax_optimal. Qed.

Theorem threshold_form__unique : Statements.threshold_form__unique.
Proof. start. rewrite <- !objective_eq. now apply entmax_unique_maximiser. Qed.

Theorem threshold_brackets__lower : Statements.threshold_brackets__lower.
Proof.
start. destruct (threshold_bracket n alpha z H H0) as [L _]. rewrite Largest_scaled in L by assumption. lra.
Qed.

Theorem threshold_brackets__lower_ties : Statements.threshold_brackets__lower_ties.
Proof. start. pose proof (lower_ties n alpha z H H0). lra. Qed.

Theorem threshold_brackets__upper : Statements.threshold_brackets__upper.
Proof.
start. destruct (threshold_bracket n alpha z H H0) as [_ L]. rewrite Largest_scaled in L by assumption. lra.
Qed.

Theorem threshold_brackets__upper_support : Statements.threshold_brackets__upper_support.
Proof. start. pose proof (upper_support n alpha z H H0). lra. Qed.

Theorem threshold_brackets__exact : Statements.threshold_brackets__exact.
Proof. start. pose proof (threshold_exact n alpha z H H0). lra. Qed.

Theorem finite_mask__zero : Statements.finite_mask__zero.
Proof. start. now apply finite_mask. Qed.

Theorem order__weak : Statements.order__weak.
Proof. start. now apply order_weak. Qed.

Theorem order__converse : Statements.order__converse.
Proof. start. now apply (order_converse n alpha z H0). Qed.

Theorem order__strict : Statements.order__strict.
Proof. start. apply order_strict; [assumption | tauto]. Qed.

Theorem inverse_map__differences : Statements.inverse_map__differences.
Proof. start. now apply inverse. Qed.

Theorem shift_invariance__probabilities : Statements.shift_invariance__probabilities.
Proof. start. now apply shift_probabilities. Qed.

Theorem shift_invariance__threshold : Statements.shift_invariance__threshold.
Proof. start. rewrite shift_threshold by assumption. ring. Qed.

Theorem permutation_equivariance__probabilities : Statements.permutation_equivariance__probabilities.
Proof. start. now apply permutation_probabilities. Qed.

Theorem permutation_equivariance__threshold : Statements.permutation_equivariance__threshold.
Proof. start. now apply permutation_threshold. Qed.

Theorem masking_is_deletion__zero : Statements.masking_is_deletion__zero.
Proof. start. destruct n as [|m]; [lia|]. replace (S m - 1)%nat with m by lia. apply masking_zero; [lia|assumption]. Qed.

Theorem masking_is_deletion__equal : Statements.masking_is_deletion__equal.
Proof.
start. destruct n as [|m]; [lia|]. replace (S m - 1)%nat with m in * by lia.
destruct (Nat.eq_dec i (S m)) as [->|]; [apply masking_zero; (lia || assumption) | apply masking_equal; (lia || assumption)].
Qed.

Theorem masking_is_deletion__threshold : Statements.masking_is_deletion__threshold.
Proof. start. destruct n as [|m]; [lia|]. replace (S m - 1)%nat with m in * by lia. apply masking_threshold; (lia || assumption). Qed.

Lemma softmax_ext n z y k : (forall i, inr i n -> z i = y i) -> inr k n -> softmax n z k = softmax n y k.
Proof.
intros E Hk. unfold softmax. rewrite E by exact Hk. unfold Rdiv. do 2 f_equal.
apply (Sum_ext n (fun j => exp (z j)) (fun j => exp (y j))). intros; now rewrite E.
Qed.

Lemma joined n (z : nat -> R) late i : inr i n -> (if le_dec i n then z i else late) = z i.
Proof. intros Hi. destruct (le_dec i n); [reflexivity|lia]. Qed.

Lemma joined_last n (z : nat -> R) late : (if le_dec (S n) n then z (S n) else late) = late.
Proof. destruct (le_dec (S n) n); [lia|reflexivity]. Qed.

Theorem softmax_joining__factor : Statements.softmax_joining__factor.
Proof.
start. rewrite softmax_joining_factor by assumption. rewrite joined_last.
rewrite (softmax_ext n _ z k (joined n z late) H0).
rewrite (Sum_ext n (fun i => exp (if le_dec i n then z i else late)) (fun i => exp (z i))); [reflexivity|].
intros i Hi. now rewrite joined.
Qed.

Theorem softmax_joining__less : Statements.softmax_joining__less.
Proof.
start. rewrite <- (softmax_ext n _ z k (joined n z late) H0). now apply softmax_joining_less.
Qed.

Theorem tsallis_range__zero : Statements.tsallis_range__zero.
Proof. start. now apply Rle_ge, (tsallis_nonneg n alpha p). Qed.

Theorem tsallis_range__uniform : Statements.tsallis_range__uniform.
Proof. start. now apply (tsallis_le_uniform n alpha p). Qed.

Theorem sorted_means__mean : Statements.sorted_means__mean.
Proof. start. now apply sorted_mean_bound. Qed.

(** The printed step, SymPy's form of (F - 1) / (q b). *)

Lemma step_form a F b : 1 < a -> 0 < b -> (F - 1) / (/ (a - 1) * b) = (a - 1) * (F - 1) / b.
Proof. intros. field. lra. Qed.

Theorem newton_from_the_left__rises : Statements.newton_from_the_left__rises.
Proof.
start. pose proof (newton_rises n alpha z rho H H0 H2 H1 H3) as T.
rewrite step_form in T by (assumption || now apply slope_pos). exact T.
Qed.

Theorem newton_from_the_left__longer : Statements.newton_from_the_left__longer.
Proof.
start. pose proof (newton_longer n alpha z rho H H0 H2 H1) as T.
rewrite step_form in T by (assumption || now apply slope_pos).
replace (1 - / / (alpha - 1)) with (2 - alpha) in T by (field; lra). exact T.
Qed.

Theorem newton_from_the_left__never_past : Statements.newton_from_the_left__never_past.
Proof.
start. pose proof (newton_never_past n alpha z rho H H0 H2 H1) as T.
replace (1 - / / (alpha - 1)) with (2 - alpha) in T by (field; lra). exact T.
Qed.

Theorem excess_convex__tangent : Statements.excess_convex__tangent.
Proof.
start. assert (P : rho < (alpha - 1) * Largest n z) by (simpl in *; lra).
pose proof (newton_left n alpha z rho H H0 H3 P) as T.
rewrite step_form in T by (assumption || now apply slope_pos). exact T.
Qed.

Section Raised.
Variables (n : nat) (alpha : R) (z : nat -> R) (shift : R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha) (Hs : shift >= 0).
Let y i := if Nat.eq_dec i n then z i + shift else z i.

Lemma raised_others j : j <> n -> entmax n alpha y j <= entmax n alpha z j.
Proof.
intros Hj. unfold entmax. apply pw_le; [now apply q_pos|]. apply Rmax_0_le.
assert (threshold n alpha z <= threshold n alpha y + 0).
{ apply threshold_lipschitz; try assumption. intros i _. unfold scaled, y. destruct (Nat.eq_dec i n); nra. }
unfold y at 1. destruct (Nat.eq_dec j n); [contradiction|lra].
Qed.
End Raised.

(** The same for softmax; what others lose is the token's. *)

Lemma softmax_simplex n z : (1 <= n)%nat -> simplex n (softmax n z).
Proof.
intros Hn. assert (P : 0 < Sum n (fun i => exp (z i))).
{ apply Rlt_le_trans with (exp (z 1%nat)); [apply exp_pos|].
  apply (Sum_ge_term n (fun i => exp (z i)) 1%nat); [lia|]. intros; left; apply exp_pos. }
split.
- intros i _. left. apply Rdiv_lt_0_compat; [apply exp_pos | exact P].
- unfold softmax, Rdiv. rewrite Sum_scal_r. field. lra.
Qed.

Lemma raised_softmax n z shift j : (1 <= n)%nat -> shift >= 0 -> j <> n ->
  softmax n (fun i => if Nat.eq_dec i n then z i + shift else z i) j <= softmax n z j.
Proof.
intros Hn Hs Hj. unfold softmax. destruct (Nat.eq_dec j n) as [|_]; [contradiction|].
apply Rmult_le_compat_l; [left; apply exp_pos|]. apply Rinv_le_contravar.
- apply Rlt_le_trans with (exp (z 1%nat)); [apply exp_pos|].
  apply (Sum_ge_term n (fun i => exp (z i)) 1%nat); [lia|]. intros; left; apply exp_pos.
- apply Sum_le. intros i _. destruct (Nat.eq_dec i n); [|lra].
  destruct Hs as [Hs| ->]; [left; apply exp_increasing; lra | right; f_equal; ring].
Qed.

Lemma others_fall n p r : (1 <= n)%nat -> Sum n p = 1 -> Sum n r = 1 -> (forall j, j <> n -> r j <= p j) -> r n >= p n.
Proof.
intros Hn Hp Hr H. destruct (Rge_dec (r n) (p n)) as [|G]; [assumption|exfalso].
assert (Sum n r < Sum n p); [|lra]. apply (Sum_lt n r p n); [lia | | lra].
intros i _. destruct (Nat.eq_dec i n) as [->|]; [lra | now apply H].
Qed.

Lemma raised_from_one n alpha z shift j : (1 <= n)%nat -> 1 <= alpha -> shift >= 0 -> j <> n ->
  entmax1 n alpha (fun i => if Nat.eq_dec i n then z i + shift else z i) j <= entmax1 n alpha z j.
Proof.
intros Hn Ha Hs Hj. unfold entmax1. destruct (Req_EM_T alpha 1); [now apply raised_softmax | apply raised_others; (assumption || lra)].
Qed.

Lemma entmax1_sum n alpha z : (1 <= n)%nat -> 1 <= alpha -> Sum n (entmax1 n alpha z) = 1.
Proof.
intros Hn Ha. unfold entmax1. destruct (Req_EM_T alpha 1); [now apply (softmax_simplex n z) | apply entmax_sum; (assumption || lra)].
Qed.

Theorem own_logit__own : Statements.own_logit__own.
Proof.
start. apply others_fall; [exact H | now apply entmax1_sum | now apply entmax1_sum |].
intros j Hj. now apply raised_from_one.
Qed.

Theorem own_logit__others : Statements.own_logit__others.
Proof. start. destruct (Nat.eq_dec j n); [now left | right; now apply raised_from_one]. Qed.

Theorem temperature__optimal : Statements.temperature__optimal.
Proof.
start. pose proof (entmax_optimal n alpha (fun i => theta * z i) H H0 r H2) as O. rewrite !objective_eq in O.
set (p := entmax n alpha (fun i => theta * z i)) in *.
rewrite (Sum_ext n (fun i => theta * z i * r i) (fun i => theta * (z i * r i))) in O by (intros; ring).
rewrite (Sum_ext n (fun i => theta * z i * p i) (fun i => theta * (z i * p i))) in O by (intros; ring).
rewrite !Sum_scal in O. apply (Rmult_le_reg_l theta); [assumption|]. rewrite !Rmult_plus_distr_l.
replace (theta * (Sum n (fun i => (r i - pw (r i) alpha) / (alpha * (alpha - 1))) / theta))
  with (Sum n (fun i => (r i - pw (r i) alpha) / (alpha * (alpha - 1)))) by (field; lra).
replace (theta * (Sum n (fun i => (p i - pw (p i) alpha) / (alpha * (alpha - 1))) / theta))
  with (Sum n (fun i => (p i - pw (p i) alpha) / (alpha * (alpha - 1)))) by (field; lra). lra.
Qed.

Theorem infinite_logits__one : Statements.infinite_logits__one.
Proof.
start. transitivity (Sum n (entmax n alpha z)); [symmetry | apply entmax_sum; (lia || assumption)].
transitivity (Sum n (fun i => if Nat.eq_dec i 1 then entmax n alpha z 1%nat else 0)); [apply Sum_ext | apply Sum_single; lia].
intros i Hi. destruct (Nat.eq_dec i 1) as [->|Hne]; [reflexivity|]. apply finite_mask; [lia|assumption|].
destruct (H2 i Hi) as [E|L]; [contradiction|]. pose proof (Largest_ge n z 1%nat ltac:(lia)). lra.
Qed.

Theorem infinite_logits__two : Statements.infinite_logits__two.
Proof.
start. pose proof (inverse n alpha z H0 1%nat 2%nat H2) as E. rewrite <- H1, E. field. lra.
Qed.

Lemma exp_sum_pos n (z : nat -> R) : (1 <= n)%nat -> 0 < Sum n (fun i => exp (z i)).
Proof.
intros Hn. apply Rlt_le_trans with (exp (z 1%nat)); [apply exp_pos|].
apply (Sum_ge_term n (fun i => exp (z i)) 1%nat); [lia|]. intros; left; apply exp_pos.
Qed.

Theorem softmax_structure__positive : Statements.softmax_structure__positive.
Proof. start. apply Rdiv_lt_0_compat; [apply exp_pos | now apply exp_sum_pos]. Qed.

Theorem softmax_structure__sum : Statements.softmax_structure__sum.
Proof.
start. unfold softmax, Rdiv. rewrite Sum_scal_r. pose proof (exp_sum_pos n z H). field. lra.
Qed.

Theorem softmax_structure__order : Statements.softmax_structure__order.
Proof.
start. unfold softmax, Rdiv. pose proof (exp_sum_pos n z H) as P. apply Rinv_0_lt_compat in P. split; intros L.
- apply exp_lt_inv. apply (Rmult_lt_reg_r (/ Sum n (fun i => exp (z i)))); assumption.
- apply Rmult_lt_compat_r; [exact P | now apply exp_increasing].
Qed.

Theorem softmax_structure__shift : Statements.softmax_structure__shift.
Proof.
start. unfold softmax. rewrite (Sum_ext n (fun j => exp (z j + shift)) (fun j => exp (z j) * exp shift)) by (intros; apply exp_plus).
rewrite Sum_scal_r, exp_plus. pose proof (exp_sum_pos n z H). pose proof (exp_pos shift). field. lra.
Qed.

Theorem softmax_permutation__probabilities : Statements.softmax_permutation__probabilities.
Proof. start. unfold softmax. now rewrite (Sum_permutes n (fun j => exp (z j)) perm H0). Qed.

Lemma pw_small x y : 0 < x <= 1 -> y <= 0 -> 1 <= pw x y.
Proof.
intros [Hx Hx1] Hy. rewrite pw_Rpower by exact Hx. unfold Rpower. rewrite <- exp_0.
assert (ln x <= 0). { destruct Hx1 as [L| ->]; [|rewrite ln_1; lra]. left. rewrite <- ln_1. now apply ln_increasing. }
assert (K : 0 <= y * ln x) by nra. destruct K as [K|<-]; [left; now apply exp_increasing | lra].
Qed.

Theorem tsallis_strong_concavity__l2 : Statements.tsallis_strong_concavity__l2.
Proof.
start. apply Rle_ge, Sum_le. intros i Hi. destruct H1 as [Hp Hs].
assert (p i <= 1) by (rewrite <- Hs; apply (Sum_ge_term n p i Hi Hp)).
pose proof (pw_small (p i) (alpha - 2) (conj (H2 i Hi) H1) ltac:(lra)). pose proof (pow2_ge_0 (v i)). nra.
Qed.

(** The tangent of a concave power lies above it, by the tangent of the inverse power. *)

Lemma tangent_concave y c b : 0 < b <= 1 -> 0 < c -> 0 < y -> pw y b <= pw c b + b * pw c (b - 1) * (y - c).
Proof.
intros [Hb [Hb1| ->]] Hc Hp.
- assert (H1b : 1 < / b) by (rewrite <- Rinv_1; apply Rinv_lt_contravar; lra).
  pose proof (pw_gt0 c b Hc) as Pc. destruct (Req_EM_T (pw y b) (pw c b)) as [E|E].
  { rewrite E. apply pw_inj in E; [rewrite E; right; ring | lra | lra | lra]. }
  pose proof (tangent_strict (pw y b) (pw c b) (/ b) H1b (pw_ge0 _ _) ltac:(lra) E) as T.
  rewrite !pw_pw in T by lra. replace (b * / b) with 1 in T by (field; lra). rewrite !pw_1_r in T by lra.
  replace (b * (/ b - 1)) with (1 - b) in T by (field; lra).
  assert (I : pw c (1 - b) * pw c (b - 1) = 1).
  { rewrite <- pw_plus by exact Hc. replace (1 - b + (b - 1)) with 0 by ring. rewrite pw_Rpower, Rpower_O; lra. }
  assert (Q : 0 < pw c (b - 1)) by now apply pw_gt0.
  assert (K : b * pw c (b - 1) * (c + / b * pw c (1 - b) * (pw y b - pw c b)) < b * pw c (b - 1) * y)
    by (apply Rmult_lt_compat_l; [apply Rmult_lt_0_compat; lra | exact T]).
  replace (b * pw c (b - 1) * (c + / b * pw c (1 - b) * (pw y b - pw c b)))
    with (b * pw c (b - 1) * c + (pw c (1 - b) * pw c (b - 1)) * (pw y b - pw c b)) in K by (field; lra).
  rewrite I in K. lra.
- rewrite !pw_1_r by lra. replace (1 - 1) with 0 by ring. rewrite pw_Rpower, Rpower_O by lra. lra.
Qed.

Lemma power_sum_le n p b : (1 <= n)%nat -> 0 <= b < 1 -> Sum n p = 1 -> (forall i, inr i n -> 0 < p i) ->
  Sum n (fun i => pw (p i) b) <= pw (INR n) (1 - b).
Proof.
intros Hn [[Hb|<-] Hb1] Hs Hp; assert (HN : 0 < INR n) by (apply lt_0_INR; lia).
- set (c := / INR n). assert (Hc : 0 < c) by now apply Rinv_0_lt_compat.
  apply Rle_trans with (Sum n (fun i => pw c b + b * pw c (b - 1) * (p i - c))).
  + apply Sum_le. intros i Hi. apply tangent_concave; [lra | exact Hc | auto].
  + rewrite Sum_plus, Sum_const, Sum_scal, Sum_minus, Sum_const, Hs. unfold c at 3. replace (INR n * / INR n) with 1 by (field; lra).
    unfold c. rewrite pw_inv by exact HN. replace (1 - b) with (1 + - b) by ring. rewrite pw_plus, pw_1_r by lra. lra.
- rewrite (Sum_ext n _ (fun _ => 1)), Sum_const.
  + replace (1 - 0) with 1 by ring. rewrite pw_1_r; lra.
  + intros i Hi. rewrite pw_Rpower, Rpower_O; auto.
Qed.

Theorem tsallis_strong_concavity__l1 : Statements.tsallis_strong_concavity__l1.
Proof.
start. destruct H1 as [_ Hs]. set (s i := pw (p i) (2 - alpha)). set (u i := Rabs (v i) * pw (p i) (alpha - 2)).
assert (C : forall i, inr i n -> s i * pw (p i) (alpha - 2) = 1).
{ intros i Hi. unfold s. rewrite <- pw_plus by auto. replace (2 - alpha + (alpha - 2)) with 0 by ring. rewrite pw_Rpower, Rpower_O; auto. }
assert (Ps : forall i, inr i n -> 0 < s i) by (intros; apply pw_gt0; auto).
assert (P : 0 < Sum n s).
{ apply Rlt_le_trans with (s 1%nat); [apply Ps; lia|]. apply (Sum_ge_term n s 1%nat); [lia|]. intros i Hi. left; auto. }
pose proof (jacobian_semidefinite n s u P ltac:(intros; left; auto)) as J.
rewrite (Sum_ext n (fun k => s k * u k ^ 2) (fun i => v i ^ 2 * pw (p i) (alpha - 2))) in J.
2:{ intros i Hi. unfold u. replace (s i * (Rabs (v i) * pw (p i) (alpha - 2)) ^ 2)
    with (s i * pw (p i) (alpha - 2) * (Rabs (v i) ^ 2 * pw (p i) (alpha - 2))) by ring.
  rewrite C by exact Hi. rewrite RPow_abs, Rabs_pos_eq by apply pow2_ge_0. ring. }
rewrite (Sum_ext n (fun k => s k * u k) (fun i => Rabs (v i))) in J.
2:{ intros i Hi. unfold u. replace (s i * (Rabs (v i) * pw (p i) (alpha - 2))) with (s i * pw (p i) (alpha - 2) * Rabs (v i)) by ring.
  rewrite C by exact Hi. ring. }
pose proof (power_sum_le n p (2 - alpha) H ltac:(lra) Hs H2) as B. fold s in B. change (Sum n (fun i => pw (p i) (2 - alpha))) with (Sum n s) in B.
replace (1 - (2 - alpha)) with (alpha - 1) in B by ring. set (V := Sum n (fun i => Rabs (v i))) in *.
assert (HN : 0 < INR n) by (apply lt_0_INR; lia).
assert (I : pw (INR n) (1 - alpha) = / pw (INR n) (alpha - 1)).
{ replace (1 - alpha) with (- (alpha - 1)) by ring. rewrite !pw_Rpower by exact HN. apply Rpower_Ropp. }
assert (/ pw (INR n) (alpha - 1) <= / Sum n s) by (apply Rinv_le_contravar; assumption).
apply Rle_ge. rewrite I. pose proof (pow2_ge_0 V). unfold Rdiv in J. nra.
Qed.

Theorem closed_form_sparsemax__closed : Statements.closed_form_sparsemax__closed.
Proof. start. now apply sparsemax_closed. Qed.

Theorem closed_form_three_halves__closed : Statements.closed_form_three_halves__closed.
Proof. start. now apply three_halves_closed. Qed.

Theorem sorted_means_above__mean : Statements.sorted_means_above__mean.
Proof.
start. pose proof (prefix_mass n alpha z H H0 H1) as M. pose proof (INR_size n alpha z H H0) as P.
pose proof (prefix_above n alpha z H H0 H1) as Pos.
set (k := support_size n (entmax n alpha z)) in *. set (tau := threshold n alpha z) in *. set (q := / (alpha - 1)) in *.
assert (Hq : 0 < q <= 1). { split; [now apply q_pos|]. unfold q. rewrite <- Rinv_1. apply Rinv_le_contravar; lra. }
set (c := pw (INR k) (1 - alpha)). assert (Hc : 0 < c) by now apply pw_gt0.
assert (Ec : pw c q = / INR k).
{ unfold c. rewrite !pw_Rpower by (assumption || apply Rpower_gt0). rewrite Rpower_mult.
  replace ((1 - alpha) * q) with (Ropp 1) by (unfold q; field; lra). rewrite Rpower_Ropp, Rpower_1 by assumption. reflexivity. }
assert (T : 1 <= Sum k (fun i => pw c q + q * pw c (q - 1) * (((alpha - 1) * z i - tau) - c))).
{ apply Rle_trans with (Sum k (fun i => pw ((alpha - 1) * z i - tau) q)); [lra|].
  apply Sum_le. intros i Hi. now apply tangent_concave; [| | apply Pos]. }
rewrite Sum_plus, Sum_const, Ec, Sum_scal, !Sum_minus, !Sum_const in T.
replace (INR k * / INR k) with 1 in T by (field; lra).
assert (Q : 0 < q * pw c (q - 1)) by (apply Rmult_lt_0_compat; [lra | now apply pw_gt0]).
assert (B : 0 <= Sum k (fun i => (alpha - 1) * z i) - INR k * tau - INR k * c).
{ apply (Rmult_le_reg_l (q * pw c (q - 1))); [exact Q|]. lra. }
assert (tau + c <= Sum k (fun i => (alpha - 1) * z i) / INR k); [|lra].
apply (Rmult_le_reg_r (INR k)); [exact P|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

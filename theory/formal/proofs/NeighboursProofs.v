(* Proofs of the printed statements: the chapter neighbours. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Rows Statements.
Open Scope R_scope.

(** * Sigmoids *)

Theorem sigmoid_structure__inhabited : Statements.sigmoid_structure__inhabited.
Proof. exists 1%nat, (fun _ => 0), (fun _ => 0), 0. split; [lia|exact I]. Qed.

Theorem sigmoid_structure__positive : Statements.sigmoid_structure__positive.
Proof. start. apply sigmoid_range. Qed.

Theorem sigmoid_structure__order : Statements.sigmoid_structure__order.
Proof. start. unfold Rgt. rewrite sigmoid_lt_iff. lra. Qed.

Theorem sigmoid_structure__alone : Statements.sigmoid_structure__alone.
Proof. start. now rewrite H2. Qed.

Theorem sigmoid_slope__inhabited : Statements.sigmoid_slope__inhabited.
Proof. exists 1%nat, (fun _ => 0), (fun _ => 0), 0. split; [lia|exact I]. Qed.

Theorem sigmoid_slope__formula : Statements.sigmoid_slope__formula.
Proof.
start. apply is_derive_unique.
replace ((1 - sigmoid (z i + shift)) * sigmoid (z i + shift) * (if Nat.eq_dec i j then 1 else 0))
  with ((if Nat.eq_dec i j then 1 else 0) * (sigmoid (z i + 0 * (if Nat.eq_dec i j then 1 else 0) + shift)
    * (1 - sigmoid (z i + 0 * (if Nat.eq_dec i j then 1 else 0) + shift))))
  by (rewrite Rmult_0_l, Rplus_0_r; ring).
apply (is_derive_comp sigmoid (fun t => z i + t * (if Nat.eq_dec i j then 1 else 0) + shift)); [apply sigmoid_derive|].
auto_derive; [exact I|ring].
Qed.

Theorem sigmoid_slope__lipschitz : Statements.sigmoid_slope__lipschitz.
Proof.
start. unfold Rdiv. rewrite <- Sum_scal_r. apply Sum_le. intros i _.
pose proof (sigmoid_contracts (z i + shift) (y i + shift)) as L.
replace (z i + shift - (y i + shift)) with (z i - y i) in L by ring. exact L.
Qed.

Theorem sigmoid_length_bias__inhabited : Statements.sigmoid_length_bias__inhabited.
Proof. exists 1%nat, (fun _ => 0), 0. split; [lia|exact I]. Qed.

Theorem sigmoid_length_bias__odds : Statements.sigmoid_length_bias__odds.
Proof.
start. rewrite append_in by assumption. rewrite S_INR. pose proof (exp_pos (- z k)). pose proof (pos_INR n). field. split; nra.
Qed.

Theorem sigmoid_length_bias__less : Statements.sigmoid_length_bias__less.
Proof.
start. rewrite append_in by assumption. rewrite S_INR. pose proof (exp_pos (- z k)). pose proof (pos_INR n).
apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; nra | nra].
Qed.

(** * Rectified logits *)

Theorem rectified_linear__inhabited : Statements.rectified_linear__inhabited.
Proof. exists 1%nat, (fun _ => 0), (fun _ => 0). split; [lia|exact I]. Qed.

Theorem rectified_linear__order : Statements.rectified_linear__order.
Proof. start. apply Rle_ge, Rmax_0_le. lra. Qed.

Theorem rectified_linear__alone : Statements.rectified_linear__alone.
Proof. start. now rewrite H2. Qed.

Theorem rectified_linear__lipschitz : Statements.rectified_linear__lipschitz.
Proof.
start. apply Sum_le. intros i _. pose proof (pow2_ge_0 (z i)). pose proof (pow2_ge_0 (y i)). pose proof (pow2_ge_0 (z i - y i)).
unfold Rmax. destruct (Rle_dec 0 (z i)), (Rle_dec 0 (y i)); [lra | | | lra].
- pose proof (Rmult_le_pos (z i) (- y i) ltac:(lra) ltac:(lra)). lra.
- pose proof (Rmult_le_pos (- z i) (y i) ltac:(lra) ltac:(lra)). lra.
Qed.

(** * Stick-breaking *)

Theorem stick_breaking__inhabited : Statements.stick_breaking__inhabited.
Proof. exists 1%nat, (fun _ => 0). split; [lia|exact I]. Qed.

Lemma stick_pos n z i : inr i n -> 0 < stick n z i.
Proof.
intros Hi. unfold stick. apply Rmult_lt_0_compat; [apply sigmoid_range|]. rewrite Prod_from_all by lia. apply Prod_gt0.
intros j _. destruct (lt_dec i j); [pose proof (sigmoid_range (z j))|]; lra.
Qed.

Lemma stick_sum n z : Sum n (stick n z) = 1 - Prod n (fun j => 1 - sigmoid (z j)).
Proof.
induction n as [|n IH]; [simpl; ring|]. cbn [Sum Prod]. unfold stick at 2. rewrite Prod_from_none.
rewrite (Sum_ext n (stick (S n) z) (fun i => stick n z i * (1 - sigmoid (z (S n))))).
- rewrite Sum_scal_r, IH. ring.
- intros i Hi. unfold stick. rewrite Prod_from_last by lia. ring.
Qed.

Theorem stick_breaking__positive : Statements.stick_breaking__positive.
Proof. start. now apply stick_pos. Qed.

Theorem stick_breaking__rest : Statements.stick_breaking__rest.
Proof. start. apply stick_sum. Qed.

Theorem stick_breaking__rest__defined : Statements.stick_breaking__rest__defined.
Proof. start. pose proof (exp_pos (- z j)). lra. Qed.

Theorem stick_breaking__sum : Statements.stick_breaking__sum.
Proof.
start. change (Sum n (stick n z) < 1). rewrite stick_sum.
assert (0 < Prod n (fun j => 1 - sigmoid (z j))); [|lra]. apply Prod_gt0. intros j _. pose proof (sigmoid_range (z j)). lra.
Qed.

Theorem stick_breaking_joining__inhabited : Statements.stick_breaking_joining__inhabited.
Proof. exists 1%nat, (fun _ => 0), 0, 1%nat. repeat split; lia. Qed.

Lemma stick_joined n z late place i : inr place (S n) -> inr i n ->
  stick (S n) (insert place late z) (moved_on place i) = stick n z i * (if lt_dec i place then 1 - sigmoid late else 1).
Proof.
intros Hm Hi. unfold stick. rewrite insert_moved_on. rewrite !Prod_from_all; [|lia | unfold moved_on; destruct (lt_dec i place); lia].
rewrite (Prod_insert n _ place Hm), insert_at.
rewrite (Prod_ext n (fun j => if lt_dec (moved_on place i) (moved_on place j) then 1 - sigmoid (insert place late z (moved_on place j)) else 1)
  (fun j => if lt_dec i j then 1 - sigmoid (z j) else 1)).
- pose proof (moved_on_before place i). destruct (lt_dec (moved_on place i) place), (lt_dec i place); (lia || ring).
- intros j _. rewrite insert_moved_on. pose proof (moved_on_lt place i j).
  destruct (lt_dec (moved_on place i) (moved_on place j)), (lt_dec i j); (lia || reflexivity).
Qed.

Theorem stick_breaking_joining__before : Statements.stick_breaking_joining__before.
Proof. start. rewrite stick_joined by assumption. destruct (lt_dec k place); [|lia]. unfold sigmoid. ring. Qed.

Theorem stick_breaking_joining__before__defined : Statements.stick_breaking_joining__before__defined.
Proof. start. pose proof (exp_pos (- late)). lra. Qed.

Theorem stick_breaking_joining__behind : Statements.stick_breaking_joining__behind.
Proof. start. rewrite stick_joined by assumption. destruct (lt_dec k place); [lia|ring]. Qed.

Theorem stick_breaking_joining__behind__defined : Statements.stick_breaking_joining__behind__defined.
Proof. defined. Qed.

Theorem stick_breaking_joining__never_more : Statements.stick_breaking_joining__never_more.
Proof.
start. rewrite stick_joined by assumption. pose proof (stick_pos n z k H1). pose proof (sigmoid_range late).
destruct (lt_dec k place); nra.
Qed.

(** * Budgets *)

Lemma budget_clip t z i : budget t z i = clip (z i - t).
Proof. reflexivity. Qed.

Lemma budget_antitone t u z i : t <= u -> budget u z i <= budget t z i.
Proof. intros H. apply clip_le. lra. Qed.

(** A budget with a threshold of 0 over logits of 1, ..., 1 (K times) and then 0. *)
Lemma budget_all n : Sum n (budget 0 (fun _ => 1)) = INR n.
Proof.
rewrite (Sum_ext n _ (fun _ => 1)), Sum_const; [ring|]. intros i _. unfold budget, Rmin, Rmax. destruct (Rle_dec 0 (1 - 0)), (Rle_dec 1 _); lra.
Qed.

Theorem budget_form__inhabited : Statements.budget_form__inhabited.
Proof.
exists 1%nat, 1%nat, (fun _ => 1), 0, (fun _ => 1). split; [lia|]. split; [apply budget_all|].
split; [intros; lra|]. split; [simpl; ring|exact I].
Qed.

Theorem budget_form__nearest : Statements.budget_form__nearest.
Proof.
start. set (p := budget tau z) in *.
assert (E : Sum n (fun i => (p i - z i) ^ 2 - 2 * tau * (r i - p i)) <= Sum n (fun i => (r i - z i) ^ 2)).
{ apply Sum_le. intros i Hi. unfold p. rewrite !budget_clip. pose proof (clip_nearest (z i - tau) (r i) (H1 i Hi)). lra. }
rewrite Sum_minus, Sum_scal, Sum_minus in E. change (Sum n (fun i => p i)) with (Sum n p) in E.
change (Sum n (fun i => r i)) with (Sum n r) in E. rewrite H0, H2 in E. lra.
Qed.

Theorem budget_structure__inhabited : Statements.budget_structure__inhabited.
Proof.
exists 1%nat, 1%nat, (fun _ => 1), 0, (fun i => i), 0, 0. split; [lia|]. split; [apply budget_all|].
split; [split; intros; assumption|]. split; [|exact I]. rewrite Rplus_0_r. apply budget_all.
Qed.

Theorem budget_structure__order : Statements.budget_structure__order.
Proof. start. apply Rle_ge, clip_le. lra. Qed.

(** Two thresholds of one budget give the same weights. *)
Lemma budget_unique n z t u : Sum n (budget t z) = Sum n (budget u z) -> forall i, inr i n -> budget t z i = budget u z i.
Proof.
intros E. destruct (Rle_dec t u) as [L|L].
- intros i Hi. symmetry. apply (Sum_eq_le n (budget u z) (budget t z)); [intros; now apply budget_antitone | now symmetry | exact Hi].
- intros i Hi. apply (Sum_eq_le n (budget t z) (budget u z)); [intros; apply budget_antitone; lra | exact E | exact Hi].
Qed.

Theorem budget_structure__moved : Statements.budget_structure__moved.
Proof.
start. assert (E : forall i, budget rho (fun i => z (perm i) + shift) i = budget (rho - shift) z (perm i))
  by (intros; rewrite !budget_clip; f_equal; ring).
rewrite E. apply (budget_unique n); [|now apply H1]. rewrite <- (Sum_permutes n _ perm H1), H0, <- H2. apply Sum_ext. intros; now rewrite E.
Qed.

Theorem budget_structure__moved__defined : Statements.budget_structure__moved__defined.
Proof. start. now apply H1. Qed.

Theorem budget_joining__inhabited : Statements.budget_joining__inhabited.
Proof.
exists 1%nat, 1%nat, (fun _ => 1), 0, 0, 0. split; [lia|]. split; [apply budget_all|]. split; [|exact I].
cbn [Sum]. unfold budget at 2. rewrite append_last. rewrite (budget_clip 0 (append 1 _ 0)), append_in by lia.
change (clip (1 - 0)) with (budget 0 (fun _ => 1) 1%nat). change (Rmin 1 (Rmax 0 (0 - 0))) with (clip (0 - 0)).
pose proof (clip_cases (0 - 0)). pose proof (clip_cases (1 - 0)). unfold budget. fold (clip (1 - 0)). simpl. lra.
Qed.

Lemma budget_joined n z late rho : Sum (S n) (budget rho (append n z late)) = Sum n (budget rho z) + clip (late - rho).
Proof. exact (Sum_append n (fun t => clip (t - rho)) z late). Qed.

Lemma budget_ge0 t z i : 0 <= budget t z i.
Proof. rewrite budget_clip. pose proof (clip_cases (z i - t)). lra. Qed.

Lemma budget_lower n z late tau rho k : inr k n -> Sum (S n) (budget rho (append n z late)) = Sum n (budget tau z) ->
  rho <= tau -> budget rho z k = budget tau z k.
Proof.
intros Hk E L. rewrite budget_joined in E. symmetry. apply (Sum_eq_le n (budget tau z) (budget rho z)); [intros; now apply budget_antitone | | exact Hk].
assert (Sum n (budget tau z) <= Sum n (budget rho z)) by (apply Sum_le; intros; now apply budget_antitone).
pose proof (clip_cases (late - rho)). lra.
Qed.

Theorem budget_joining__never_more : Statements.budget_joining__never_more.
Proof.
start. unfold budget at 1. rewrite append_in by assumption. fold (budget rho z k).
destruct (Rle_dec rho tau) as [L|L]; [right; apply (budget_lower n z late); [assumption | now rewrite H1, H0 | exact L] | apply budget_antitone; lra].
Qed.

Theorem budget_joining__unchanged : Statements.budget_joining__unchanged.
Proof.
start. unfold budget at 1. rewrite append_in by assumption. fold (budget rho z k).
destruct (Rle_dec rho tau) as [L|L]; [apply (budget_lower n z late); [assumption | now rewrite H1, H0 | exact L]|].
apply (Sum_eq_le n (budget rho z) (budget tau z)); [intros; apply budget_antitone; lra | | assumption].
rewrite budget_joined in H1. pose proof (clip_cases (late - rho)). lra.
Qed.

Theorem budget_lipschitz__inhabited : Statements.budget_lipschitz__inhabited.
Proof. exists 1%nat, 1%nat, (fun _ => 1), 0, (fun _ => 1), 0. split; [lia|]. split; [apply budget_all|]. split; [apply budget_all | exact I]. Qed.

Theorem budget_lipschitz__lipschitz : Statements.budget_lipschitz__lipschitz.
Proof.
start. set (p := budget tau z) in *. set (r := budget rho y) in *.
assert (E : Sum n (fun i => (p i - r i) ^ 2 + (tau - rho) * (p i - r i)) <= Sum n (fun i => / 2 * (p i - r i) ^ 2 + / 2 * (z i - y i) ^ 2)).
{ apply Sum_le. intros i _. unfold p, r. rewrite !budget_clip. pose proof (clip_firm (z i - tau) (y i - rho)) as F.
  set (a := clip (z i - tau) - clip (y i - rho)) in *. pose proof (pow2_ge_0 (a - (z i - y i))). nra. }
rewrite Sum_plus, Sum_scal, Sum_minus in E. change (Sum n (fun i => p i)) with (Sum n p) in E.
change (Sum n (fun i => r i)) with (Sum n r) in E. rewrite H0, H1, Sum_plus, !Sum_scal in E. lra.
Qed.

(** * Self-adjust softmax *)

Theorem self_adjust_order__inhabited : Statements.self_adjust_order__inhabited.
Proof. exists 1%nat, (fun _ => 1). split; [lia|]. split; [|exact I]. exists 1%nat. split; [lia|lra]. Qed.

Theorem self_adjust_order__order : Statements.self_adjust_order__order.
Proof.
start. set (l := Rmin 0 (- Largest n (fun i => - z i))). set (h := Rmax 0 (Largest n z)).
assert (Hl : forall k, inr k n -> l <= z k /\ l <= 0).
{ intros k Hk. pose proof (Largest_ge n (fun i => - z i) k Hk) as A. simpl in A.
  unfold l, Rmin. destruct (Rle_dec _ _); lra. }
assert (Hh : forall k, inr k n -> z k <= h /\ 0 <= h).
{ intros k Hk. pose proof (Largest_ge n z k Hk). unfold h, Rmax. destruct (Rle_dec _ _); lra. }
assert (P : 0 < h - l).
{ destruct H0 as [k [Hk Hz]]. pose proof (Hl k Hk). pose proof (Hh k Hk). lra. }
assert (W : 0 < Sum n (fun j => exp (z j))).
{ apply Rlt_le_trans with (exp (z 1%nat)); [apply exp_pos|]. apply (Sum_ge_term n (fun j => exp (z j)) 1%nat); [lia|]. intros; left; apply exp_pos. }
assert (Inc : forall a b, inr a n -> inr b n -> z a < z b -> (z a - l) / (h - l) * softmax n z a < (z b - l) / (h - l) * softmax n z b).
{ intros a b Hka Hkb L. unfold softmax. set (c := / (h - l) * / Sum n (fun j => exp (z j))).
  assert (0 < c) by (apply Rmult_lt_0_compat; now apply Rinv_0_lt_compat).
  replace ((z a - l) / (h - l) * (exp (z a) / Sum n (fun j => exp (z j)))) with (c * ((z a - l) * exp (z a))) by (unfold c, Rdiv; ring).
  replace ((z b - l) / (h - l) * (exp (z b) / Sum n (fun j => exp (z j)))) with (c * ((z b - l) * exp (z b))) by (unfold c, Rdiv; ring).
  apply Rmult_lt_compat_l; [assumption|]. pose proof (exp_increasing _ _ L). pose proof (exp_pos (z a)). pose proof (Hl a Hka). nra. }
unfold Rgt. split; [|now apply Inc]. intros G. destruct (Rtotal_order (z j) (z i)) as [L|[E|L]]; [exact L | |].
- unfold softmax in G. rewrite E in G. lra.
- pose proof (Inc i j ltac:(assumption) ltac:(assumption) L). lra.
Qed.

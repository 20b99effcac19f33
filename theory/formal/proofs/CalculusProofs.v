(* Proofs of the printed statements: the chapter calculus. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted One Loss Tactics Statements.
Open Scope R_scope.


(** What a statement [..__defined] of this chapter asks for besides: a sum of sensitivities is not 0. *)
Ltac sens_sum := apply Rgt_not_eq; match goal with |- context [Sum ?n _] => eapply (sens_sum_pos n) end;
  first [eassumption | apply entmax1_simplex; lra || lia | apply entmax_simplex; lra || lia].
Ltac defined_here := defined; try solve [intros; repeat split; intros; first [side | sens_sum | left; side]].

(** A row of one token, the point 1 and the row of zeros. *)
Lemma simplex_one : simplex 1 (fun _ => 1).
Proof. split; intros; simpl; lra. Qed.

Ltac inhabited := hnf; cbv zeta; repeat split; try solve [lra | lia | exact simplex_one | intros; lra | intros; left; lra | simpl; lra].

Theorem jacobian__inhabited : Statements.jacobian__inhabited.
Proof. exists 1%nat, 1, (fun _ => 0). inhabited. Qed.

Theorem jacobian__formula : Statements.jacobian__formula.
Proof.
start. apply is_derive_unique. rewrite Rmult_comm. exact (jacobian1_formula n alpha z i j H H0 H2 H3 H1).
Qed.

Theorem jacobian__formula__defined : Statements.jacobian__formula__defined.
Proof. defined_here. Qed.

Theorem jacobian_semidefinite__inhabited : Statements.jacobian_semidefinite__inhabited.
Proof. exists 1%nat, 1, (fun _ => 1), (fun _ => 0). inhabited. Qed.

Theorem jacobian_semidefinite__variance__defined : Statements.jacobian_semidefinite__variance__defined.
Proof. defined_here. Qed.

Theorem jacobian_semidefinite__semidefinite__defined : Statements.jacobian_semidefinite__semidefinite__defined.
Proof. defined_here. Qed.

Theorem jacobian_semidefinite__kernel__defined : Statements.jacobian_semidefinite__kernel__defined.
Proof. defined_here. Qed.

Theorem jacobian_inverse__inhabited : Statements.jacobian_inverse__inhabited.
Proof. exists 1%nat, 1, (fun _ => 1), (fun _ => 0). inhabited. Qed.

Theorem jacobian_inverse__inverse__defined : Statements.jacobian_inverse__inverse__defined.
Proof. defined_here. Qed.

Ltac sens_sums alpha p v :=
  change (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) with (sens alpha p) in *;
  repeat match goal with
  | |- context [Sum ?n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) * v k else 0)] =>
    rewrite (Sum_ext n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) * v k else 0) (fun k => sens alpha p k * v k))
      by (intros; unfold sens; destruct (Rlt_dec _ _); ring)
  | |- context [Sum ?n (fun k => if Rlt_dec 0 (p k) then v k ^ 2 * pw (p k) (2 - alpha) else 0)] =>
    rewrite (Sum_ext n (fun k => if Rlt_dec 0 (p k) then v k ^ 2 * pw (p k) (2 - alpha) else 0) (fun k => sens alpha p k * v k ^ 2))
      by (intros; unfold sens; destruct (Rlt_dec _ _); ring)
  end.

Theorem jacobian_semidefinite__variance : Statements.jacobian_semidefinite__variance.
Proof.
start. sens_sums alpha p v. rewrite jacobian_variance by (now apply sens_sum_pos).
apply Sum_ext. intros i _. unfold sens at 1. destruct (Rlt_dec 0 (p i)); ring.
Qed.

Theorem jacobian_semidefinite__semidefinite : Statements.jacobian_semidefinite__semidefinite.
Proof.
start. sens_sums alpha p v. apply jacobian_semidefinite; [now apply sens_sum_pos | intros; apply sens_ge0].
Qed.

Theorem jacobian_semidefinite__kernel : Statements.jacobian_semidefinite__kernel.
Proof.
start. sens_sums alpha p v. rewrite jacobian_variance by (now apply sens_sum_pos).
set (s := sens alpha p). set (m := Sum n (fun k => s k * v k) / Sum n s).
assert (Hpos : forall i, inr i n -> p i <> 0 -> 0 < s i).
{ intros i Hi Hne. destruct H1 as [Hp _]. pose proof (Hp i Hi). unfold s, sens.
  destruct (Rlt_dec 0 (p i)); [now apply pw_gt0 | lra]. }
split.
- intros E i Hi j Hj. destruct (Req_EM_T (p i) 0) as [|Hpi]; [tauto|]. destruct (Req_EM_T (p j) 0) as [|Hpj]; [tauto|].
  assert (Z : forall k, inr k n -> 0 = s k * (v k - m) ^ 2).
  { apply (Sum_eq_le n (fun _ => 0) (fun k => s k * (v k - m) ^ 2)).
    - intros k _. apply Rmult_le_pos; [apply sens_ge0 | apply pow2_ge_0].
    - rewrite E. apply Sum_zero. }
  assert (V : forall k, inr k n -> p k <> 0 -> v k = m).
  { intros k Hk Hpk. specialize (Z k Hk). specialize (Hpos k Hk Hpk).
    symmetry in Z. apply Rmult_integral in Z. destruct Z as [Z|Z]; [lra|].
    assert (v k - m = 0); [|lra]. apply Rsqr_0_uniq. rewrite Rsqr_pow2. exact Z. }
  right; right. rewrite !V by assumption. reflexivity.
- intros Hc. rewrite (Sum_ext n _ (fun _ => 0)); [apply Sum_zero|]. intros i Hi.
  destruct (Req_EM_T (p i) 0) as [Z|Hpi].
  + unfold s, sens. destruct (Rlt_dec 0 (p i)); [lra|ring].
  + assert (E : m = v i); [|rewrite E; ring].
    pose proof (sens_sum_pos n alpha p H1) as HS. fold s in HS. unfold m.
    rewrite (Sum_ext n (fun k => s k * v k) (fun k => s k * v i)).
    * rewrite Sum_scal_r. field. lra.
    * intros k Hk. destruct (Hc i Hi k Hk) as [C|[C|C]]; [contradiction | | now rewrite C].
      unfold s, sens. destruct (Rlt_dec 0 (p k)); [lra|ring].
Qed.


Theorem jacobian_inverse__inverse : Statements.jacobian_inverse__inverse.
Proof.
start. assert (C : forall k, 0 < p k -> pw (p k) (alpha - 2) * pw (p k) (2 - alpha) = 1).
{ intros k Hk. rewrite <- pw_plus by exact Hk. replace (alpha - 2 + (2 - alpha)) with 0 by ring. rewrite pw_Rpower, Rpower_O; lra. }
assert (Z : Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (alpha - 2) * pw (p k) (2 - alpha) * v k else 0) = 0).
{ transitivity (Sum n (fun l => v l)); [|exact H2]. apply Sum_ext. intros k Hk. destruct (Rlt_dec 0 (p k)) as [L|L]; [rewrite C by exact L; ring|].
  destruct (H3 k Hk); [now symmetry|lra]. }
rewrite Z. unfold Rdiv. rewrite Rmult_0_l, Rminus_0_r. destruct (Rlt_dec 0 (p i)) as [L|L].
- replace (pw (p i) (alpha - 2) * v i * pw (p i) (2 - alpha)) with (pw (p i) (alpha - 2) * pw (p i) (2 - alpha) * v i) by ring.
  rewrite C by exact L. ring.
- destruct (H3 i H4); [lra|lra].
Qed.

(** Losses. *)

Theorem conjugate__inhabited : Statements.conjugate__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), (fun _ => 0). inhabited. Qed.

Theorem conjugate__value : Statements.conjugate__value.
Proof. start. rewrite objective_shape. now apply conjugate_value. Qed.

Theorem conjugate__value__defined : Statements.conjugate__value__defined.
Proof. defined_here. Qed.

Theorem conjugate__subgradient : Statements.conjugate__subgradient.
Proof. start. rewrite Rplus_assoc, !objective_shape. pose proof (subgradient n alpha z H H0 y). lra. Qed.

Theorem conjugate__subgradient__defined : Statements.conjugate__subgradient__defined.
Proof. defined_here. Qed.

(** The loss is a difference of two values of the objective. *)
Lemma loss_shape n alpha z p r :
  Sum n (fun i => z i * p i) + Sum n (fun i => (p i - pw (p i) alpha) / (alpha * (alpha - 1)))
    - Sum n (fun i => z i * r i) - Sum n (fun i => (r i - pw (r i) alpha) / (alpha * (alpha - 1))) =
  objective n alpha z p - objective n alpha z r.
Proof. rewrite <- !objective_shape. ring. Qed.

Theorem loss_decomposition__inhabited : Statements.loss_decomposition__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), (fun _ => 1). inhabited. Qed.

Theorem loss_decomposition__decomposition : Statements.loss_decomposition__decomposition.
Proof. start. rewrite loss_shape. now apply decomposition. Qed.

Theorem loss_decomposition__decomposition__defined : Statements.loss_decomposition__decomposition__defined.
Proof. defined_here. Qed.

Theorem loss_decomposition__nonnegative : Statements.loss_decomposition__nonnegative.
Proof. start. rewrite loss_shape. pose proof (entmax_optimal n alpha z H H0 r H1). lra. Qed.

Theorem loss_decomposition__nonnegative__defined : Statements.loss_decomposition__nonnegative__defined.
Proof. defined_here. Qed.

Theorem loss_decomposition__zero : Statements.loss_decomposition__zero.
Proof.
start. rewrite loss_shape. rewrite <- (entmax_unique_maximiser n alpha z H H0 r H1). lra.
Qed.

Theorem loss_decomposition__zero__defined : Statements.loss_decomposition__zero__defined.
Proof. defined_here. Qed.

Theorem one_hot_loss__inhabited : Statements.one_hot_loss__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0). inhabited. Qed.

Theorem one_hot_loss__lower : Statements.one_hot_loss__lower.
Proof.
start. rewrite objective_shape. destruct (Largest_in n z H) as [m [Hm E]]. pose proof (one_hot_lower n alpha z H H0 m Hm). lra.
Qed.

Theorem one_hot_loss__lower__defined : Statements.one_hot_loss__lower__defined.
Proof. defined_here. Qed.

Theorem one_hot_loss__upper : Statements.one_hot_loss__upper.
Proof. start. rewrite objective_shape. pose proof (one_hot_upper n alpha z H H0). lra. Qed.

Theorem one_hot_loss__upper__defined : Statements.one_hot_loss__upper__defined.
Proof. defined_here. Qed.

Theorem one_hot_loss__margin : Statements.one_hot_loss__margin.
Proof. start. rewrite objective_shape. rewrite <- (one_hot_margin n alpha z H H0 k H1). lra. Qed.

Theorem one_hot_loss__margin__defined : Statements.one_hot_loss__margin__defined.
Proof. defined_here. Qed.

Theorem loss_falls_in_alpha__inhabited : Statements.loss_falls_in_alpha__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 2. inhabited. Qed.

Theorem loss_falls_in_alpha__falls : Statements.loss_falls_in_alpha__falls.
Proof. start. rewrite !objective_shape. pose proof (conjugate_falls n alpha beta z H H0 H2). lra. Qed.

Theorem loss_falls_in_alpha__falls__defined : Statements.loss_falls_in_alpha__falls__defined.
Proof. defined_here. Qed.

Theorem loss_gradient__inhabited : Statements.loss_gradient__inhabited.
Proof. exists 2%nat, 2, (fun _ => 0), (fun _ => 0), (vertex 1). inhabited; apply vertex_simplex; lia. Qed.

Theorem loss_gradient__convex : Statements.loss_gradient__convex.
Proof.
start. assert (Hn : (1 <= n)%nat) by lia. pose proof (subgradient n alpha z Hn H0 y) as S. rewrite <- !objective_shape in S.
rewrite (Sum_ext n (fun i => (y i - z i) * (entmax n alpha z i - target i))
  (fun i => (y i - z i) * entmax n alpha z i - (y i - z i) * target i)) by (intros; ring).
rewrite Sum_minus. lra.
Qed.

Theorem loss_gradient__convex__defined : Statements.loss_gradient__convex__defined.
Proof. defined_here. Qed.

Theorem loss_gradient__one_norm : Statements.loss_gradient__one_norm.
Proof. start. apply simplex_l1; [assumption | apply entmax_simplex; lia || lra]. Qed.

Theorem loss_gradient__two_norm : Statements.loss_gradient__two_norm.
Proof. start. apply simplex_l2; [apply entmax_simplex; lia || lra | assumption]. Qed.

Lemma smoothed_simplex n k epsilon : inr k n -> 0 <= epsilon <= 1 ->
  simplex n (fun i => (1 - epsilon) * (if Nat.eq_dec i k then 1 else 0) + epsilon / INR n).
Proof.
intros Hk He. assert (P : 0 < INR n) by (apply lt_0_INR; lia). split.
- intros i _. assert (0 <= epsilon / INR n) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
  destruct (Nat.eq_dec i k); lra.
- rewrite Sum_plus, Sum_scal, Sum_const, Sum_single by exact Hk. field. lra.
Qed.

Theorem label_smoothing__inhabited : Statements.label_smoothing__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 0, 1%nat. inhabited. Qed.

Theorem label_smoothing__shift : Statements.label_smoothing__shift.
Proof.
start. rewrite (Sum_ext n (fun i => z i * ((1 - epsilon) * (if Nat.eq_dec i k then 1 else 0) + epsilon / INR n))
  (fun i => (if Nat.eq_dec i k then (1 - epsilon) * z k else 0) + epsilon / INR n * z i)).
2:{ intros i _. destruct (Nat.eq_dec i k) as [->|]; ring. }
rewrite Sum_plus, Sum_single, Sum_scal by exact H2. change (Sum n (fun i => z i)) with (Sum n z). unfold Rdiv. ring.
Qed.

Theorem label_smoothing__shift__defined : Statements.label_smoothing__shift__defined.
Proof.
defined_here. destruct (proj1 (smoothed_simplex n k epsilon H2 H1) i ltac:(assumption)) as [D|D];
  [left; exact D | right; split; [symmetry; exact D | lra]].
Qed.

Theorem label_smoothing__nonnegative : Statements.label_smoothing__nonnegative.
Proof.
intros n alpha z epsilon k H H0 H1 H2 p r. pose proof (label_smoothing__shift n alpha z epsilon k H H0 H1 H2) as E. cbv zeta in E.
pose proof (entmax_optimal n alpha z H H0 r (smoothed_simplex n k epsilon H2 H1)) as O. rewrite <- !objective_shape in O.
unfold r, p in *. cbv beta in *. lra.
Qed.

Theorem label_smoothing__nonnegative__defined : Statements.label_smoothing__nonnegative__defined.
Proof.
defined_here. destruct (proj1 (smoothed_simplex n k epsilon H2 H1) i ltac:(assumption)) as [D|D];
  [left; exact D | right; split; [symmetry; exact D | lra]].
Qed.

Theorem loss_soft_labels__inhabited : Statements.loss_soft_labels__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 2, (fun _ => 1). inhabited. Qed.

Theorem loss_soft_labels__falls : Statements.loss_soft_labels__falls.
Proof.
start. pose proof (conjugate_falls n alpha beta z H H0 H3) as C. rewrite <- !objective_shape in C.
assert (E : forall s, Sum n (fun i => (s i - target i) * z i) = Sum n (fun i => z i * s i) - Sum n (fun i => target i * z i)).
{ intros s. rewrite <- Sum_minus. apply Sum_ext. intros; ring. }
rewrite !E. lra.
Qed.

Theorem loss_soft_labels__falls__defined : Statements.loss_soft_labels__falls__defined.
Proof. defined_here. Qed.

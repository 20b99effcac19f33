(* Proofs of the printed statements: the chapter calculus. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted One Loss Norms Entries
  AlphaDerivative Rank Secant Hoelder NormPath JacobianNorm Lipschitz Tactics Statements.
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
Proof. defined_here. eexists. now apply jacobian1_formula. Qed.

Theorem jacobian_semidefinite__inhabited : Statements.jacobian_semidefinite__inhabited.
Proof.
exists 1%nat, 1, (fun _ => 1), (fun _ => 0), (support_size 1 (fun _ => 1%R) - 1)%nat. inhabited. apply rank_exists, simplex_one.
Qed.

Theorem jacobian_semidefinite__found : Statements.jacobian_semidefinite__found.
Proof. start. exists (support_size n p - 1)%nat. exact (rank_exists n alpha p H1). Qed.

Theorem jacobian_semidefinite__rank : Statements.jacobian_semidefinite__rank.
Proof. start. exact (rank_is n alpha p H1 rank H2). Qed.

Theorem jacobian_semidefinite__rank__defined : Statements.jacobian_semidefinite__rank__defined.
Proof. start. now apply support_size_pos. Qed.

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

(** Norms of the Jacobian. *)

Lemma form_shape n alpha p v :
  Sum n (fun k => if Rlt_dec 0 (p k) then v k ^ 2 * pw (p k) (2 - alpha) else 0)
    - Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) * v k else 0) ^ 2
      / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) = form n (sens alpha p) v.
Proof.
unfold form. change (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) with (sens alpha p).
f_equal; [apply Sum_ext | do 2 f_equal; apply Sum_ext]; intros; unfold sens; destruct (Rlt_dec _ _); ring.
Qed.

Lemma sens_square alpha p i : (if Rlt_dec 0 (p i) then pw (p i) (4 - 2 * alpha) else 0) = sens alpha p i ^ 2.
Proof.
unfold sens. destruct (Rlt_dec 0 (p i)) as [L|L]; [|ring]. rewrite pw_square by exact L. f_equal. ring.
Qed.

Theorem jacobian_simple_norms__inhabited : Statements.jacobian_simple_norms__inhabited.
Proof. exists 1%nat, 1, (fun _ => 1), (fun _ => 0). inhabited. Qed.

Theorem jacobian_simple_norms__diagonal : Statements.jacobian_simple_norms__diagonal.
Proof.
start. rewrite form_shape. apply form_diagonal; [now apply sens_sum_pos | intros; apply sens_ge0|].
intros i Hi. exact (Largest_ge n (fun i => sens alpha p i - sens alpha p i ^ 2 / Sum n (sens alpha p)) i Hi).
Qed.

Theorem jacobian_simple_norms__diagonal__defined : Statements.jacobian_simple_norms__diagonal__defined.
Proof. defined_here. Qed.

Theorem jacobian_simple_norms__top : Statements.jacobian_simple_norms__top.
Proof.
start. rewrite form_shape. apply form_bound; [now apply sens_sum_pos|]. intros i Hi. now apply sens_le_top.
Qed.

Theorem jacobian_simple_norms__top__defined : Statements.jacobian_simple_norms__top__defined.
Proof. defined_here. left. now apply Largest_le1. Qed.

Theorem jacobian_simple_norms__one : Statements.jacobian_simple_norms__one.
Proof.
start. rewrite form_shape, <- (Rmult_1_l (Sum n (fun i => v i ^ 2))). apply form_bound; [now apply sens_sum_pos|]. intros i Hi.
eapply Rle_trans; [now apply (sens_le_top n)|]. apply pw_le1; [now apply Largest_le1 | lra].
Qed.

Theorem jacobian_simple_norms__one__defined : Statements.jacobian_simple_norms__one__defined.
Proof. defined_here. Qed.

Theorem jacobian_simple_norms__probe : Statements.jacobian_simple_norms__probe.
Proof.
start. rewrite (form_shape n alpha p (fun k => (if Nat.eq_dec j k then 1 else 0) - / INR n)), sens_square.
apply form_probe; [now apply sens_sum_pos | assumption].
Qed.

Theorem jacobian_simple_norms__probe__defined : Statements.jacobian_simple_norms__probe__defined.
Proof. defined_here. Qed.

Theorem two_token_norm__inhabited : Statements.two_token_norm__inhabited.
Proof. exists 2%nat, 3, (vertex 1), (fun _ => 0). inhabited; apply vertex_simplex; lia. Qed.

Theorem two_token_norm__norm : Statements.two_token_norm__norm.
Proof.
start. subst n. rewrite form_shape. destruct H1 as [Hp Hs]. pose proof (Hp 1%nat ltac:(lia)) as P1. pose proof (Hp 2%nat ltac:(lia)) as P2.
simpl in Hs. rewrite Rplus_0_l in Hs. unfold form. cbn [Sum]. rewrite !Rplus_0_l. set (x := p 1%nat) in *. set (y := p 2%nat) in *.
set (M := Rmax 2 (pw 2 (alpha - 2))). assert (HM : 2 <= M) by apply Rmax_l.
assert (V : 0 <= v 1%nat ^ 2 + v 2%nat ^ 2) by (pose proof (pow2_ge_0 (v 1%nat)); pose proof (pow2_ge_0 (v 2%nat)); lra).
unfold sens. fold x y. destruct (Rlt_dec 0 x) as [X|X], (Rlt_dec 0 y) as [Y|Y]; [| | |lra].
- pose proof (two_powers (alpha - 2) x y ltac:(lra) X Y Hs) as T. fold M in T.
  replace (2 - alpha) with (- (alpha - 2)) by ring. rewrite <- !pw_inv by assumption.
  assert (Ix : pw (/ x) (alpha - 2) = / pw x (alpha - 2)) by (rewrite pw_inv, !pw_Rpower by assumption; apply Rpower_Ropp).
  assert (Iy : pw (/ y) (alpha - 2) = / pw y (alpha - 2)) by (rewrite pw_inv, !pw_Rpower by assumption; apply Rpower_Ropp).
  rewrite Ix, Iy. pose proof (pw_gt0 x (alpha - 2) X) as Px. pose proof (pw_gt0 y (alpha - 2) Y) as Py.
  set (a := pw x (alpha - 2)) in *. set (b := pw y (alpha - 2)) in *. set (u := v 1%nat) in *. set (w := v 2%nat) in *.
  replace (/ a * u ^ 2 + / b * w ^ 2 - (/ a * u + / b * w) ^ 2 / (/ a + / b)) with ((u - w) ^ 2 * / (a + b)) by (field; lra).
  apply (Rmult_le_reg_r (a + b)); [lra|]. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  apply Rle_trans with (2 * (u ^ 2 + w ^ 2)); [pose proof (pow2_ge_0 (u + w)); lra | nra].
- assert (0 < pw x (2 - alpha)) by (now apply pw_gt0). replace (_ - _) with 0 by (field; lra). nra.
- assert (0 < pw y (2 - alpha)) by (now apply pw_gt0). replace (_ - _) with 0 by (field; lra). nra.
Qed.

Theorem two_token_norm__norm__defined : Statements.two_token_norm__norm__defined.
Proof. defined_here. Qed.

Theorem expected_logit__inhabited : Statements.expected_logit__inhabited.
Proof. exists 1%nat, 1, 1, 1, (fun _ => 0). inhabited. Qed.

Theorem expected_logit__rises : Statements.expected_logit__rises.
Proof. start. apply Rle_ge, expectation_rises; [assumption | assumption | lra]. Qed.

Theorem boundary_slopes__inhabited : Statements.boundary_slopes__inhabited.
Proof. exists 1%nat, (3 / 2), (fun _ => 0). inhabited. Qed.

Theorem boundary_slopes__fades : Statements.boundary_slopes__fades.
Proof.
start. assert (E : entmax_derivative_in n alpha z i j = jacobian n alpha z i j).
{ apply is_derive_unique, jacobian_formula; (assumption || lra). }
rewrite E. eapply Rle_trans; [apply jacobian_entry_le; [now apply entmax_simplex | assumption | assumption]|].
pose proof (q_pos alpha H0) as Hq. unfold sens. destruct (Rlt_dec _ _) as [L|L]; [|apply pw_ge0]. unfold entmax. right.
rewrite pw_pw by lra. f_equal. field. lra.
Qed.

Theorem boundary_slopes__fades__defined : Statements.boundary_slopes__fades__defined.
Proof.
defined_here.
- destruct (Rmax_0_ge ((alpha - 1) * z j - threshold n alpha z)) as [D|D]; [left; exact D | right; split; [now symmetry|]].
  assert (1 < / (alpha - 1)); [|lra]. rewrite <- Rinv_1. apply Rinv_lt_contravar; lra.
- eexists. apply jacobian_formula; try assumption. now left.
Qed.

Theorem sparsemax_affine__inhabited : Statements.sparsemax_affine__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), (fun _ => 0). inhabited; intros; tauto. Qed.

Theorem sparsemax_affine__affine : Statements.sparsemax_affine__affine.
Proof.
start. subst alpha. destruct (Req_EM_T (entmax n 2 z i) 0) as [E|E]; [now left|right].
apply Norms.sparsemax_affine; [assumption | assumption | assumption |]. pose proof (entmax_ge0 n 2 z i). lra.
Qed.

Theorem sparsemax_affine__affine__defined : Statements.sparsemax_affine__affine__defined.
Proof.
start. intros. apply Rgt_not_eq, lt_0_INR. pose proof (support_size_pos n (entmax n alpha z) (entmax_simplex n alpha z H H0)). lia.
Qed.

Theorem sparsemax_affine__zero : Statements.sparsemax_affine__zero.
Proof.
start. pose proof (entmax_ge0 n alpha y i). pose proof (H2 i H3) as I. destruct (Req_EM_T (entmax n alpha y i) 0); [now left|right].
apply I. lra.
Qed.

Theorem scale_derivative__inhabited : Statements.scale_derivative__inhabited.
Proof.
exists 1%nat, 2, 1, (fun _ => 0). inhabited. intros l _. rewrite (threshold_is 1 2 (fun _ => 1 * 0) ltac:(lia) ltac:(lra) (-1)); [lra|].
unfold mass, scaled. cbn [Sum]. rewrite Rmax_0_id by lra. replace ((2 - 1) * (1 * 0) - -1) with 1 by ring. rewrite pw_1_l. ring.
Qed.

(** Derivatives in the scale, and sums of them. *)
Lemma scale_derivative_is n alpha theta z i : (1 <= n)%nat -> 1 < alpha -> 0 < theta -> inr i n ->
  (forall l, inr l n -> theta * (alpha - 1) * z l <> threshold n alpha (fun i => theta * z i)) ->
  let s := sens alpha (entmax n alpha (fun i => theta * z i)) in
  Derive (fun t => entmax n alpha (fun j => t * z j) i) theta = s i * (z i - Sum n (fun k => s k * z k) / Sum n s).
Proof. intros Hn Ha Ht Hi Hb s. apply is_derive_unique. now apply scale_derivative. Qed.

Lemma sens_mean n alpha p v : Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) * v k else 0) = Sum n (fun k => sens alpha p k * v k).
Proof. apply Sum_ext; intros; unfold sens; destruct (Rlt_dec _ _); ring. Qed.

Lemma centred n s v u : 0 < Sum n s ->
  Sum n (fun i => s i * (v i - Sum n (fun k => s k * v k) / Sum n s) * u i)
  = Sum n (fun i => s i * v i * u i) - Sum n (fun k => s k * v k) / Sum n s * Sum n (fun i => s i * u i).
Proof. intros H. rewrite <- Sum_scal, <- Sum_minus. apply Sum_ext. intros; ring. Qed.

Theorem scale_derivative__probabilities : Statements.scale_derivative__probabilities.
Proof. start. rewrite scale_derivative_is, sens_mean by assumption. rewrite Rmult_comm. reflexivity. Qed.

Theorem scale_derivative__probabilities__defined : Statements.scale_derivative__probabilities__defined.
Proof. defined_here. eexists. now apply scale_derivative. Qed.

Theorem scale_derivative__expected_logit : Statements.scale_derivative__expected_logit.
Proof.
start. pose proof (entmax_simplex n alpha (fun i => theta * z i) H H0) as Hp. set (p := entmax n alpha (fun i => theta * z i)) in *.
rewrite form_shape. pose proof (sens_sum_pos n alpha p Hp) as HS. set (s := sens alpha p) in *.
rewrite (Sum_ext n _ (fun i => s i * (z i - Sum n (fun k => s k * z k) / Sum n s) * z i)) by (intros; now rewrite scale_derivative_is).
rewrite centred by exact HS. unfold form. rewrite (Sum_ext n (fun i => s i * z i * z i) (fun k => s k * z k ^ 2)) by (intros; ring). field. lra.
Qed.

Theorem scale_derivative__expected_logit__defined : Statements.scale_derivative__expected_logit__defined.
Proof. defined_here. eexists. now apply scale_derivative. Qed.

Theorem scale_derivative__entropy : Statements.scale_derivative__entropy.
Proof.
start. pose proof (entmax_simplex n alpha (fun i => theta * z i) H H0) as Hp. set (p := entmax n alpha (fun i => theta * z i)) in *.
rewrite form_shape. pose proof (sens_sum_pos n alpha p Hp) as HS. set (s := sens alpha p) in *.
set (tau := threshold n alpha (fun i => theta * z i)) in *.
rewrite (Sum_ext n _ (fun i => s i * (z i - Sum n (fun k => s k * z k) / Sum n s) * ((alpha - 1) * theta * z i - tau))).
2:{ intros i Hi. rewrite scale_derivative_is by assumption. fold p s. pose proof (entmax_pow n alpha (fun i => theta * z i) H0 i) as E.
  fold p tau in E. rewrite E. unfold scaled, s, sens. destruct (Rlt_dec 0 (p i)) as [L|L]; [|ring].
  apply entmax_pos_iff in L; [|exact H0]. unfold scaled in L. fold tau in L. rewrite Rmax_0_id by lra. ring. }
rewrite centred by exact HS. unfold form.
rewrite (Sum_ext n (fun i => s i * z i * ((alpha - 1) * theta * z i - tau)) (fun i => (alpha - 1) * theta * (s i * z i ^ 2) - tau * (s i * z i)))
  by (intros; ring).
rewrite (Sum_ext n (fun i => s i * ((alpha - 1) * theta * z i - tau)) (fun i => (alpha - 1) * theta * (s i * z i) - tau * s i)) by (intros; ring).
rewrite !Sum_minus, !Sum_scal. change (Sum n (fun i => s i)) with (Sum n s). field. lra.
Qed.

Theorem scale_derivative__entropy__defined : Statements.scale_derivative__entropy__defined.
Proof. defined_here. eexists. now apply scale_derivative. Qed.

Theorem scale_derivative__shannon : Statements.scale_derivative__shannon.
Proof.
start. f_equal. apply Sum_ext. intros i Hi. destruct (Rlt_dec _ _) as [L|L]; [|reflexivity].
rewrite scale_derivative_is, sens_mean by assumption. unfold sens at 1. destruct (Rlt_dec _ _); [reflexivity|contradiction].
Qed.

Theorem scale_derivative__shannon__defined : Statements.scale_derivative__shannon__defined.
Proof. defined_here. eexists. now apply scale_derivative. Qed.

Theorem scale_derivative__falls : Statements.scale_derivative__falls.
Proof.
start. rewrite sens_mean. apply Rle_ge. eapply Rle_trans; [apply (covariance_nonneg n alpha theta z H H0 H1)|].
right. apply Sum_ext. intros i Hi. unfold sens at 1. destruct (Rlt_dec _ _); [reflexivity|ring].
Qed.

Theorem scale_derivative__falls__defined : Statements.scale_derivative__falls__defined.
Proof. defined_here. Qed.

(** Entries, and the derivative in alpha. *)

Theorem jacobian_entries__inhabited : Statements.jacobian_entries__inhabited.
Proof. exists 2%nat, 1, (vertex 1). inhabited; apply vertex_simplex; lia. Qed.

Theorem jacobian_entries__entry : Statements.jacobian_entries__entry.
Proof. start. apply (entry_le n alpha p i j); (assumption || lra). Qed.

Theorem jacobian_entries__row : Statements.jacobian_entries__row.
Proof.
start. rewrite sens_square. pose proof (diagonal_le n alpha p i H ltac:(lra) H1 H3) as D.
change (if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0) with (sens alpha p i).
change (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) with (sens alpha p).
unfold entry_constant in D. set (c := pw (1 + _) _) in *. clearbody c. unfold Rdiv in *. lra.
Qed.

Lemma tokens_above_one n : (2 <= n)%nat -> 0 < INR n - 1.
Proof. intros H. apply le_INR in H. simpl in H. lra. Qed.

Theorem jacobian_entries__entry__defined : Statements.jacobian_entries__entry__defined.
Proof.
defined_here; left; [now apply tokens_above_one|]. pose proof (pw_ge0 (INR n - 1) (- ((alpha - 1) / (3 - alpha)))). lra.
Qed.

Theorem jacobian_entries__row__defined : Statements.jacobian_entries__row__defined.
Proof.
defined_here; left; [now apply tokens_above_one|]. pose proof (pw_ge0 (INR n - 1) (- ((alpha - 1) / (3 - alpha)))). lra.
Qed.

Theorem alpha_derivative__inhabited : Statements.alpha_derivative__inhabited.
Proof.
exists 1%nat, 2, (fun _ => 0). inhabited. intros l _. rewrite (threshold_is 1 2 (fun _ => 0) ltac:(lia) ltac:(lra) (-1)); [lra|].
unfold mass, scaled. cbn [Sum]. rewrite Rmax_0_id by lra. replace ((2 - 1) * 0 - -1) with 1 by ring. rewrite pw_1_l. ring.
Qed.

Theorem alpha_derivative__formula : Statements.alpha_derivative__formula.
Proof. start. apply is_derive_unique. exact (alpha_derivative n alpha z H H0 H1 i H2). Qed.

Theorem alpha_derivative__formula__defined : Statements.alpha_derivative__formula__defined.
Proof. defined_here. eexists. now apply alpha_derivative. Qed.

(** The jump at the edge of the support. *)

Theorem boundary_jump__inhabited : Statements.boundary_jump__inhabited.
Proof. exists 1, (1 / 2). inhabited. Qed.

Lemma edge_pos t e : 0 < t -> 0 < 1 - t -> 0 < pw t e + pw (1 - t) e.
Proof. intros H H'. pose proof (pw_gt0 t e H). pose proof (pw_gt0 (1 - t) e H'). lra. Qed.

Theorem boundary_jump__slope : Statements.boundary_jump__slope.
Proof.
start. simpl. destruct (Rlt_dec 0 mix); [|lra]. destruct (Rlt_dec 0 (1 - mix)); [|lra].
replace (4 - 2 * alpha) with (2 * (2 - alpha)) by ring. rewrite <- pw_square by lra.
assert (I : forall t, 0 < t -> pw t (2 - alpha) = / pw t (alpha - 2)).
{ intros t Ht. replace (2 - alpha) with (- (alpha - 2)) by ring. rewrite !pw_Rpower by exact Ht. apply Rpower_Ropp. }
rewrite !I by lra. pose proof (pw_gt0 mix (alpha - 2) ltac:(lra)). pose proof (pw_gt0 (1 - mix) (alpha - 2) ltac:(lra)).
field. lra.
Qed.

Theorem boundary_jump__slope__defined : Statements.boundary_jump__slope__defined.
Proof.
defined_here; try (simpl; lra).
- apply Rgt_not_eq. cbn [Sum]. simpl Nat.eq_dec. cbv beta iota. destruct (Rlt_dec 0 mix); [|lra]. destruct (Rlt_dec 0 (1 - mix)); [|lra].
  pose proof (pw_gt0 mix (2 - alpha) ltac:(lra)). pose proof (pw_gt0 (1 - mix) (2 - alpha) ltac:(lra)). lra.
- apply Rgt_not_eq, edge_pos; lra.
Qed.

(** The reciprocal of the other power, and powers of numbers up to 1. *)
Lemma edge_inv t e : 0 < t -> pw t (2 - e) = / pw t (e - 2).
Proof. intros Ht. replace (2 - e) with (- (e - 2)) by ring. rewrite !pw_Rpower by exact Ht. apply Rpower_Ropp. Qed.

Ltac edge := start; repeat split; intros; try (left; lra); apply Rgt_not_eq, edge_pos; lra.

Theorem boundary_jump__below_two : Statements.boundary_jump__below_two.
Proof.
start. rewrite edge_inv by lra. pose proof (pw_gt0 mix (alpha - 2) ltac:(lra)). pose proof (pw_gt0 (1 - mix) (alpha - 2) ltac:(lra)).
apply Rinv_le_contravar; lra.
Qed.

Theorem boundary_jump__below_two__defined : Statements.boundary_jump__below_two__defined.
Proof. edge. Qed.

Theorem boundary_jump__sparsemax : Statements.boundary_jump__sparsemax.
Proof.
start. subst alpha. replace (2 - 2) with 0 by ring. rewrite !pw_Rpower by lra. rewrite !Rpower_O by lra. lra.
Qed.

Theorem boundary_jump__sparsemax__defined : Statements.boundary_jump__sparsemax__defined.
Proof. edge. Qed.

Theorem boundary_jump__above_two : Statements.boundary_jump__above_two.
Proof.
start. pose proof (pw_gt0 mix (alpha - 2) ltac:(lra)) as A. pose proof (pw_gt0 (1 - mix) (alpha - 2) ltac:(lra)) as B.
destruct (Rle_or_lt alpha 2) as [S|S].
- assert (M : 1 <= pw mix (alpha - 2)).
  { rewrite pw_Rpower by lra. unfold Rpower. pose proof (exp_ineq1_le ((alpha - 2) * ln mix)) as E.
    assert (N : ln mix < 0) by (rewrite <- ln_1; apply ln_increasing; lra). assert (0 <= (alpha - 2) * ln mix) by nra. lra. }
  assert (0 < / (pw mix (alpha - 2) + pw (1 - mix) (alpha - 2))) by (apply Rinv_0_lt_compat; lra). lra.
- assert (B1 : pw (1 - mix) (alpha - 2) <= 1)
    by (apply Rle_trans with (pw 1 (alpha - 2)); [apply pw_le; lra | rewrite pw_1_l; lra]).
  apply Rle_ge, (Rmult_le_reg_r (pw mix (alpha - 2) + pw (1 - mix) (alpha - 2))); [lra|]. rewrite Rinv_l by lra.
  set (x := pw mix (alpha - 2)) in *. set (y := pw (1 - mix) (alpha - 2)) in *. destruct (Rle_or_lt x 1) as [L|L].
  + assert (0 <= (1 - x) * (1 - y)) by (apply Rmult_le_pos; lra). nra.
  + assert (0 <= (x - 1) * (x + y)) by (apply Rmult_le_pos; lra). lra.
Qed.

Theorem boundary_jump__above_two__defined : Statements.boundary_jump__above_two__defined.
Proof. edge. Qed.

Theorem boundary_jump__not_above : Statements.boundary_jump__not_above.
Proof.
start. rewrite edge_inv by lra. pose proof (pw_gt0 mix (alpha - 2) ltac:(lra)). pose proof (pw_gt0 (1 - mix) (alpha - 2) ltac:(lra)).
apply Rinv_le_contravar; lra.
Qed.

Theorem boundary_jump__not_above__defined : Statements.boundary_jump__not_above__defined.
Proof. edge. Qed.

Theorem hoelder__inhabited : Statements.hoelder__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), (fun _ => 0). inhabited. Qed.

Theorem hoelder__hoelder : Statements.hoelder__hoelder.
Proof. start. apply Hoelder.hoelder; [assumption | lra]. Qed.

(** A number that is not negative may be raised to a positive power. *)
Lemma raisable x e : 0 <= x -> 0 < e -> 0 < x \/ x = 0 /\ 0 < e.
Proof. intros [H|H] He; [now left | right; split; [now symmetry | exact He]]. Qed.

Theorem hoelder__hoelder__defined : Statements.hoelder__hoelder__defined.
Proof.
start. assert (0 < / (alpha - 1)) by (now apply q_pos).
assert (0 < alpha / (alpha - 1)) by (apply Rdiv_lt_0_compat; lra). assert (0 < (alpha - 1) / alpha) by (apply Rdiv_lt_0_compat; lra).
repeat split; intros; try lra; apply raisable; try lra; try apply Rabs_pos; try (apply Rinv_0_lt_compat; lra);
  try (apply Sum_nonneg; intros; apply pw_ge0). apply Rmult_le_pos; [apply pw_ge0 | lra].
Qed.

(** The Euclidean norm. *)

Ltac constant_defined := start; repeat match goal with |- _ /\ _ => split end; intros;
  try solve [side | sens_sum | left; now apply tokens_above_one | left; lra
    | apply Rgt_not_eq; pose proof (tokens_above_one _ ltac:(eassumption)); lra
    | match goal with |- 0 < 1 + pw ?x ?e \/ _ => left; pose proof (pw_ge0 x e); lra end].

Theorem norm_path__inhabited : Statements.norm_path__inhabited.
Proof. exists 2%nat, 1, 0. inhabited. Qed.

Theorem norm_path__ends : Statements.norm_path__ends.
Proof. start. exact (norm_path n alpha mix H H0 H1). Qed.

Theorem norm_path__ends__defined : Statements.norm_path__ends__defined.
Proof.
constant_defined.
- assert (0 <= mix * (INR n - 2)); [|left; lra]. apply le_INR in H. simpl (INR 2) in H. apply Rmult_le_pos; lra.
- apply raisable; [lra | apply Rdiv_lt_0_compat; lra].
- left. apply le_INR in H. simpl (INR 2) in H. pose proof (pw_ge0 (1 + mix * (INR n - 2)) (2 / (3 - alpha))).
  assert (0 <= pw mix (2 / (3 - alpha)) * (INR n - 2)) by (apply Rmult_le_pos; [apply pw_ge0 | lra]). lra.
Qed.

Theorem jacobian_norm__inhabited : Statements.jacobian_norm__inhabited.
Proof. exists 2%nat, 1, (vertex 1), (fun _ => 0). inhabited; apply vertex_simplex; lia. Qed.

Theorem jacobian_norm__norm : Statements.jacobian_norm__norm.
Proof. start. rewrite form_shape. apply (jacobian_norm n alpha p v); [assumption | lra | assumption]. Qed.

Theorem jacobian_norm__norm__defined : Statements.jacobian_norm__norm__defined.
Proof. constant_defined. Qed.

Theorem scaled_lipschitz__inhabited : Statements.scaled_lipschitz__inhabited.
Proof. exists 2%nat, 1, 1, (fun _ => 0), (fun _ => 0). inhabited. Qed.

Theorem scaled_lipschitz__distance : Statements.scaled_lipschitz__distance.
Proof.
start. pose proof (lipschitz n alpha (fun i => theta * y i) (fun i => theta * z i) H ltac:(lra)) as K. cbv beta in K.
rewrite (Sum_ext n (fun i => (theta * z i - theta * y i) ^ 2) (fun i => theta ^ 2 * (z i - y i) ^ 2)) in K by (intros; ring).
rewrite Sum_scal in K. eapply Rle_trans; [exact K|]. unfold spectral, entry_constant. right. ring.
Qed.

Theorem scaled_lipschitz__distance__defined : Statements.scaled_lipschitz__distance__defined.
Proof. constant_defined. Qed.

Theorem loss_smoothness__inhabited : Statements.loss_smoothness__inhabited.
Proof. exists 2%nat, 2, (fun _ => 0), (fun _ => 0), (vertex 1). inhabited; apply vertex_simplex; lia. Qed.

Theorem loss_smoothness__parabola : Statements.loss_smoothness__parabola.
Proof.
start. pose proof (parabola n alpha z y H H0 H2) as P. rewrite <- !objective_shape in P. unfold spectral, entry_constant in P.
rewrite (Sum_ext n (fun i => (y i - z i) * (entmax n alpha z i - target i))
  (fun i => (y i - z i) * entmax n alpha z i - (y i - z i) * target i)) by (intros; ring).
rewrite Sum_minus. lra.
Qed.

Theorem loss_smoothness__parabola__defined : Statements.loss_smoothness__parabola__defined.
Proof. constant_defined. Qed.

Theorem loss_smoothness__squared_error : Statements.loss_smoothness__squared_error.
Proof. start. rewrite loss_shape. apply (squared_error n alpha z target); assumption. Qed.

Theorem loss_smoothness__squared_error__defined : Statements.loss_smoothness__squared_error__defined.
Proof. constant_defined. apply Rgt_not_eq. exact (spectral_pos n alpha). Qed.

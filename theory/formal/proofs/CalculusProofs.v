(* Proofs of the printed statements: the chapter calculus. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Statements.
Open Scope R_scope.

Theorem jacobian__formula : Statements.jacobian__formula.
Proof.
start. apply is_derive_unique. pose proof (jacobian_formula n alpha z i j H H0 H2 H3 H1) as D. unfold jacobian in D.
rewrite Rmult_comm. exact D.
Qed.

(** The sums of the variance, with sensitivities that are 0 off the support. *)

Lemma sens_sum_pos n alpha p : simplex n p -> 0 < Sum n (sens alpha p).
Proof.
intros [Hp Hs]. destruct (Sum_pos_ex n p) as [k [Hk Hpk]]; [lra|].
eapply Rlt_le_trans; [|apply (Sum_ge_term n (sens alpha p) k Hk)].
- unfold sens. destruct (Rlt_dec 0 (p k)); [now apply pw_gt0 | lra].
- intros i _. unfold sens. destruct (Rlt_dec 0 (p i)); [apply pw_ge0 | lra].
Qed.

Lemma sens_ge0 alpha p i : 0 <= sens alpha p i.
Proof. unfold sens. destruct (Rlt_dec 0 (p i)); [apply pw_ge0 | lra]. Qed.

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

(* Entmax for every alpha >= 1: softmax at 1. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Paths Jacobian.
Open Scope R_scope.

Lemma softmax_weight_pos n z : (1 <= n)%nat -> 0 < Sum n (fun j => exp (z j)).
Proof.
intros Hn. apply Rlt_le_trans with (exp (z 1%nat)); [apply exp_pos|].
apply (Sum_ge_term n (fun j => exp (z j)) 1%nat); [lia|]. intros; left; apply exp_pos.
Qed.

Lemma softmax_pos n z i : (1 <= n)%nat -> 0 < softmax n z i.
Proof. intros Hn. apply Rdiv_lt_0_compat; [apply exp_pos | now apply softmax_weight_pos]. Qed.

Lemma softmax_sum n z : (1 <= n)%nat -> Sum n (softmax n z) = 1.
Proof.
intros Hn. pose proof (softmax_weight_pos n z Hn) as W. unfold softmax, Rdiv. rewrite Sum_scal_r. field. lra.
Qed.

Lemma entmax1_simplex n alpha z : (1 <= n)%nat -> 1 <= alpha -> simplex n (entmax1 n alpha z).
Proof.
intros Hn Ha. unfold entmax1. destruct (Req_EM_T alpha 1) as [->|Hne].
- split; [intros; left; now apply softmax_pos | now apply softmax_sum].
- apply entmax_simplex; [assumption | lra].
Qed.

Lemma entmax1_above n alpha z i : 1 < alpha -> entmax1 n alpha z i = entmax n alpha z i.
Proof. intros Ha. unfold entmax1. destruct (Req_EM_T alpha 1); [lra|reflexivity]. Qed.

Lemma entmax1_one n z i : entmax1 n 1 z i = softmax n z i.
Proof. unfold entmax1. destruct (Req_EM_T 1 1); [reflexivity|lra]. Qed.

(** The sensitivities of softmax are its probabilities. *)
Lemma sens_one p i : 0 <= p i -> sens 1 p i = p i.
Proof.
intros H. unfold sens. destruct (Rlt_dec 0 (p i)) as [L|L]; [|lra].
replace (2 - 1) with 1 by ring. now apply pw_1_r.
Qed.

Lemma Sum_derive n (f : nat -> R -> R) (d : nat -> R) (x : R) :
  (forall i, inr i n -> is_derive (f i) x (d i)) -> is_derive (fun t => Sum n (fun i => f i t)) x (Sum n d).
Proof.
induction n as [|n IH]; intros H; cbn [Sum]; [apply (is_derive_const 0)|].
apply (is_derive_plus (fun t => Sum n (fun i => f i t)) (f (S n))); [apply IH; intros; apply H; lia | apply H; lia].
Qed.

Lemma softmax_derivative n (g : R -> nat -> R) (v : nat -> R) (x : R) i : (1 <= n)%nat -> inr i n ->
  (forall k, inr k n -> is_derive (fun t => g t k) x (v k)) ->
  is_derive (fun t => softmax n (g t) i) x
    (softmax n (g x) i * (v i - Sum n (fun k => softmax n (g x) k * v k))).
Proof.
intros Hn Hi Hv. unfold softmax. set (W := Sum n (fun j => exp (g x j))).
assert (HW : 0 < W) by (now apply softmax_weight_pos).
assert (E : forall k, inr k n -> is_derive (fun t => exp (g t k)) x (v k * exp (g x k))).
{ intros k Hk. apply (is_derive_comp exp (fun t => g t k)); [apply is_derive_Reals, derivable_pt_lim_exp | now apply Hv]. }
pose proof (Sum_derive n (fun k t => exp (g t k)) (fun k => v k * exp (g x k)) x E) as D.
set (V := Sum n (fun k => v k * exp (g x k))) in D.
assert (ED : Sum n (fun k => exp (g x k) / W * v k) = V / W).
{ unfold V, Rdiv. rewrite <- Sum_scal_r. apply Sum_ext. intros; ring. }
rewrite ED. replace (exp (g x i) / W * (v i - V / W)) with ((v i * exp (g x i) * W - exp (g x i) * V) / W ^ 2) by (field; lra).
pose proof (is_derive_div (fun t => exp (g t i)) (fun t => Sum n (fun j => exp (g t j))) x _ _ (E i Hi) D ltac:(cbv beta; fold W; lra)) as F.
exact F.
Qed.

Lemma jacobian1_formula n alpha z i j : (1 <= n)%nat -> 1 <= alpha -> inr i n -> inr j n ->
  alpha < 2 \/ (forall l, inr l n -> (alpha - 1) * z l <> threshold n alpha z) ->
  is_derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0
    (sens alpha (entmax1 n alpha z) i * (if Nat.eq_dec i j then 1 else 0)
     - sens alpha (entmax1 n alpha z) i * sens alpha (entmax1 n alpha z) j / Sum n (sens alpha (entmax1 n alpha z))).
Proof.
intros Hn Ha Hi Hj Hb. destruct (Req_EM_T alpha 1) as [->|Hne].
- assert (P : forall k, sens 1 (entmax1 n 1 z) k = softmax n z k).
  { intros k. rewrite sens_one; rewrite entmax1_one; [reflexivity | left; now apply softmax_pos]. }
  rewrite !P. rewrite (Sum_ext n (sens 1 (entmax1 n 1 z)) (softmax n z)) by (intros; apply P). rewrite softmax_sum by exact Hn.
  apply (is_derive_ext (fun t => softmax n (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i)); [intros; now rewrite entmax1_one|].
  assert (X : forall k, softmax n (fun m => z m + 0 * (if Nat.eq_dec m j then 1 else 0)) k = softmax n z k).
  { intros k. unfold softmax. f_equal; [f_equal; ring | apply Sum_ext; intros; f_equal; ring]. }
  pose proof (softmax_derivative n (fun t m => z m + t * (if Nat.eq_dec m j then 1 else 0)) (fun m => if Nat.eq_dec m j then 1 else 0) 0 i Hn Hi)
    as D.
  rewrite X in D. rewrite (Sum_ext n _ (fun k => if Nat.eq_dec k j then softmax n z j else 0)) in D.
  2:{ intros k _. rewrite X. destruct (Nat.eq_dec k j) as [->|]; ring. }
  rewrite Sum_single in D by exact Hj.
  replace (_ - softmax n z i * softmax n z j / 1) with (softmax n z i * ((if Nat.eq_dec i j then 1 else 0) - softmax n z j)) by field.
  apply D. intros k _. auto_derive; [exact I | ring].
- assert (Ha' : 1 < alpha) by lra. pose proof (jacobian_formula n alpha z i j Hn Ha' Hi Hj Hb) as D. unfold jacobian in D.
  unfold sens in *. unfold entmax1 at 1 in D || unfold entmax1. destruct (Req_EM_T alpha 1); [lra|]. exact D.
Qed.

Lemma sens_sum_pos n alpha p : simplex n p -> 0 < Sum n (sens alpha p).
Proof.
intros [Hp Hs]. destruct (Sum_pos_ex n p) as [k [Hk Hpk]]; [lra|].
eapply Rlt_le_trans; [|apply (Sum_ge_term n (sens alpha p) k Hk)].
- unfold sens. destruct (Rlt_dec 0 (p k)); [now apply pw_gt0 | lra].
- intros i _. unfold sens. destruct (Rlt_dec 0 (p i)); [apply pw_ge0 | lra].
Qed.

Lemma sens_ge0 alpha p i : 0 <= sens alpha p i.
Proof. unfold sens. destruct (Rlt_dec 0 (p i)); [apply pw_ge0 | lra]. Qed.

(* Numbers that the definitions of other normalisers and of paths give for small rows, and that their thresholds exist. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Rows.
Import ListNotations.
Open Scope R_scope.

Definition three (a b c : R) (i : nat) : R := match i with 1%nat => a | 2%nat => b | _ => c end.

Ltac settle := repeat match goal with
  | |- context [Rlt_dec ?x ?y] => destruct (Rlt_dec x y)
  | |- context [Rle_dec ?x ?y] => destruct (Rle_dec x y)
  | |- context [Req_EM_T ?x ?y] => destruct (Req_EM_T x y) end; try lra.

(** The same, conditions inside of others first. *)
Ltac settle_inside := repeat match goal with |- context [Rle_dec ?x ?y] =>
  lazymatch constr:((x, y)) with context [Rle_dec] => fail | _ => destruct (Rle_dec x y); try lra end end.

Example sigmoid_0 : sigmoid 0 = 1 / 2.
Proof. unfold sigmoid. rewrite Ropp_0, exp_0. lra. Qed.

Example stick_row : stick 3 (three 0 0 0) 1 = 1 / 8 /\ stick 3 (three 0 0 0) 2 = 1 / 4 /\ stick 3 (three 0 0 0) 3 = 1 / 2.
Proof. unfold stick, Prod_from. simpl. rewrite sigmoid_0. lra. Qed.

Example insert_row : map (insert 2 5 (three 7 8 9)) [1; 2; 3; 4]%nat = [7; 5; 8; 9] /\ map (moved_on 2) [1; 2; 3]%nat = [1; 3; 4]%nat.
Proof. split; reflexivity. Qed.

Example append_row : map (append 3 (three 7 8 9) 5) [1; 2; 3; 4]%nat = [7; 8; 9; 5].
Proof. reflexivity. Qed.

(** Of tied logits the first is chosen. *)
Example rank_row : rank 3 (three 1 2 2) 1 = 2 /\ rank 3 (three 1 2 2) 2 = 0 /\ rank 3 (three 1 2 2) 3 = 1.
Proof. unfold rank. simpl. settle. Qed.

Example top_1_row : top_k 3 1 (three 1 2 2) 2 = 1 /\ top_k 3 1 (three 1 2 2) 3 = 0.
Proof.
unfold top_k. cbv zeta. cbn [Sum]. destruct rank_row as [-> [-> ->]]. change (INR 1) with 1. settle.
simpl three. pose proof (exp_pos 2). split; field; lra.
Qed.

(** A budget of 2: (1, 1, 0) at the threshold 1, and its thresholds exist for every row. *)
Example budget_row : budget 1 (three 3 2 1) 1 = 1 /\ budget 1 (three 3 2 1) 2 = 1 /\ budget 1 (three 3 2 1) 3 = 0.
Proof.
change (clip (3 - 1) = 1 /\ clip (2 - 1) = 1 /\ clip (1 - 1) = 0).
pose proof (clip_cases (3 - 1)). pose proof (clip_cases (2 - 1)). pose proof (clip_cases (1 - 1)). lra.
Qed.

Lemma clip_lipschitz x y : Rabs (clip x - clip y) <= Rabs (x - y).
Proof. pose proof (clip_cases x). pose proof (clip_cases y). unfold Rabs. destruct (Rcase_abs (clip x - clip y)), (Rcase_abs (x - y)); lra. Qed.

Lemma clip_continuous x : continuous clip x.
Proof.
intros P [eps H]. exists eps. intros y Hy. apply H. unfold ball in *. simpl in *. unfold AbsRing_ball, minus, plus, opp, abs in *. simpl in *.
eapply Rle_lt_trans; [apply clip_lipschitz | exact Hy].
Qed.

Theorem budget_threshold_exists n kept z : (1 <= kept <= n)%nat -> exists t, Sum n (budget t z) = INR kept.
Proof.
intros Hk. set (lo := - Largest n (fun i => - z i) - 1). set (hi := Largest n z).
assert (B : forall i, inr i n -> lo + 1 <= z i <= hi).
{ intros i Hi. pose proof (Largest_ge n z i Hi). pose proof (Largest_ge n (fun i => - z i) i Hi) as G. simpl in G. unfold lo, hi. lra. }
set (f t := INR kept - Sum n (budget t z)).
assert (K : INR kept <= INR n) by (apply le_INR; lia). pose proof (pos_INR kept) as K0.
destruct (IVT_cor f lo hi) as [t [_ E]].
- intros t. apply continuity_pt_filterlim. unfold f.
  apply (continuous_minus (fun _ => INR kept) (fun t => Sum n (budget t z))); [apply continuous_const|].
  apply (Sum_continuous n (fun i t => clip (z i - t))). intros i _. apply (continuous_comp (fun t => z i - t) clip); [|apply clip_continuous].
  apply (continuous_minus (fun _ => z i) (fun t => t)); [apply continuous_const | apply continuous_id].
- pose proof (B 1%nat ltac:(lia)). lra.
- assert (F1 : f lo = INR kept - INR n).
  { unfold f. f_equal. rewrite (Sum_ext n _ (fun _ => 1)), Sum_const; [ring|]. intros i Hi. change (clip (z i - lo) = 1).
    pose proof (B i Hi). pose proof (clip_cases (z i - lo)). lra. }
  assert (F2 : f hi = INR kept).
  { unfold f. rewrite (Sum_ext n _ (fun _ => 0)), Sum_zero; [ring|]. intros i Hi. change (clip (z i - hi) = 0).
    pose proof (B i Hi). pose proof (clip_cases (z i - hi)). lra. }
  rewrite F1, F2. nra.
- exists t. unfold f in E. lra.
Qed.

(** So do those of normmax. *)
Theorem normmax_threshold_exists n alpha z : (1 <= n)%nat -> 1 < alpha -> exists t, mass n (alpha / (alpha - 1)) z t = 1.
Proof.
intros Hn Ha. assert (P : 0 < alpha / (alpha - 1)) by (apply Rdiv_lt_0_compat; lra).
destruct (threshold_exists n (alpha / (alpha - 1)) z P Hn) as [t [_ E]]. now exists t.
Qed.

(** The median of (4, 1, 2) is 2; the lower quartile lies halfway to 1. *)
Example order_row : order_statistic 3 (three 4 1 2) 1 = 1 /\ order_statistic 3 (three 4 1 2) 2 = 2 /\ order_statistic 3 (three 4 1 2) 3 = 4.
Proof.
set (z := three 4 1 2).
assert (C1 : Sum 3 (fun j => if Rle_dec (z j) (z 1%nat) then 1 else 0) = 3) by (simpl; settle).
assert (C2 : Sum 3 (fun j => if Rle_dec (z j) (z 2%nat) then 1 else 0) = 1) by (simpl; settle).
assert (C3 : Sum 3 (fun j => if Rle_dec (z j) (z 3%nat) then 1 else 0) = 2) by (simpl; settle).
assert (L : Largest 3 z = 4) by (simpl; unfold Rmax; settle_inside).
unfold order_statistic. rewrite L. cbn [Largest]. rewrite C1, C2, C3. simpl. unfold Rmax. repeat split; settle_inside.
Qed.

Example median_row : quantile 3 (1 / 2) (three 4 1 2) = 2.
Proof.
unfold quantile. replace ((INR 3 - 1) * (1 / 2)) with (INR 1) by (simpl; field). unfold frac_part. rewrite Int_part_INR.
rewrite Nat2Z.id. cbv zeta. simpl Nat.min. destruct order_row as [_ [-> ->]]. simpl. ring.
Qed.

Example quartile_row : quantile 3 (1 / 4) (three 4 1 2) = 3 / 2.
Proof.
unfold quantile. replace ((INR 3 - 1) * (1 / 4)) with (1 / 2) by (simpl; field).
assert (E : Int_part (1 / 2) = 0%Z).
{ destruct (base_Int_part (1 / 2)) as [L U]. assert (A : IZR (Int_part (1 / 2)) < IZR 1) by lra.
  assert (B : IZR (-1) < IZR (Int_part (1 / 2))) by lra.
  apply lt_IZR in A, B. lia. }
unfold frac_part. rewrite E. change (Z.to_nat 0) with 0%nat. cbv zeta. simpl Nat.min. destruct order_row as [-> [-> _]]. simpl. lra.
Qed.

(** Two causal layers of two tokens: three paths end at the second, two of them start at the first. *)
Example causal_row : paths 2 causal 2 2 = [[2; 1; 1]; [2; 2; 1]; [2; 2; 2]]%nat /\ length (paths_from 2 causal 2 2 1) = 2%nat.
Proof. split; reflexivity. Qed.

Example residual_row : with_residual (fun _ _ _ => false) 1 2 2 = true /\ with_residual (fun _ _ _ => false) 1 2 1 = false.
Proof. split; reflexivity. Qed.

(** The scale at uniform weights over e tokens would be 1.277...: the polynomial at 1. *)
Example fit_at_1 : Rabs (temperature_fit 1 - (-0.037 + 0.481 - 2.3 + 4.917 - 1.791)) <= 1 / 10 ^ 15.
Proof. unfold temperature_fit. apply Rabs_le. lra. Qed.

(* Proofs of the printed statements: the chapter random. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Rows Collapse Statements.
Open Scope R_scope.

Theorem scale_in_gamma__inhabited : Statements.scale_in_gamma__inhabited.
Proof. exists 3%nat, 0, 0. split; [lia|lra]. Qed.

Lemma ln_INR_pos n : (2 <= n)%nat -> 0 < ln (INR n).
Proof. intros Hn. rewrite <- ln_1. apply ln_increasing; [lra|]. change 1 with (INR 1). apply lt_INR. lia. Qed.

(** 1 <= log 3, as e < 3. *)
Lemma ln_INR_ge1 n : (3 <= n)%nat -> 1 <= ln (INR n).
Proof.
intros Hn. assert (3 <= INR n) by (replace 3 with (INR 3) by (simpl; ring); now apply le_INR).
rewrite <- (ln_exp 1). pose proof exp_le_3.
  destruct (Rle_lt_or_eq_dec (exp 1) (INR n)) as [L|E]; [lra | left; apply ln_increasing; [apply exp_pos | exact L] | rewrite E; lra].
Qed.

Theorem scale_in_gamma__monotone : Statements.scale_in_gamma__monotone.
Proof.
start. pose proof (ln_INR_ge1 n ltac:(lia)) as L. rewrite !pw_Rpower by lra. destruct L as [L|<-].
- now apply Rle_Rpower; [left|].
- unfold Rpower. rewrite ln_1, !Rmult_0_r. lra.
Qed.

Theorem scale_in_gamma__monotone__defined : Statements.scale_in_gamma__monotone__defined.
Proof.
start. pose proof (ln_INR_pos n H). repeat split; intros _; [apply lt_0_INR; lia | left; assumption | left; assumption].
Qed.

(** 0 < log 2 < 1, so that its logarithm is negative. *)
Theorem scale_in_gamma__reversed : Statements.scale_in_gamma__reversed.
Proof.
start. subst n. assert (L : 0 < ln (INR 2)) by (apply ln_INR_pos; lia).
assert (U : ln (INR 2) < 1).
{ rewrite <- (ln_exp 1). apply ln_increasing; [apply lt_0_INR; lia|]. simpl. pose proof (exp_ineq1 1 ltac:(lra)). lra. }
rewrite !pw_Rpower by exact L. apply Rle_ge. unfold Rpower.
assert (N : ln (ln (INR 2)) < 0) by (rewrite <- ln_1; now apply ln_increasing).
destruct (Req_EM_T (gamma2 * ln (ln (INR 2))) (gamma * ln (ln (INR 2)))) as [->|E]; [lra|]. left. apply exp_increasing. nra.
Qed.

Theorem scale_in_gamma__reversed__defined : Statements.scale_in_gamma__reversed__defined.
Proof.
start. pose proof (ln_INR_pos n H). repeat split; intros _; [apply lt_0_INR; lia | left; assumption | left; assumption].
Qed.

Theorem scale_of_one_token__inhabited : Statements.scale_of_one_token__inhabited.
Proof. exists 1%nat, 0, 1, 1, (fun _ => 0). split; [lra|]. split; [lra|reflexivity]. Qed.

Theorem scale_of_one_token__zero : Statements.scale_of_one_token__zero.
Proof. start. subst n. simpl. rewrite ln_1. apply pw_0; lra. Qed.

Theorem scale_of_one_token__zero__defined : Statements.scale_of_one_token__zero__defined.
Proof. start. subst n. simpl. rewrite ln_1. split; intros; [lra | right; lra]. Qed.

Theorem scale_of_one_token__one : Statements.scale_of_one_token__one.
Proof.
start. subst n gamma. simpl. rewrite ln_1. unfold pw. destruct (Rlt_dec 0 0); [lra|]. destruct (Req_EM_T 0 0); [reflexivity|contradiction].
Qed.

Theorem scale_of_one_token__one__defined : Statements.scale_of_one_token__one__defined.
Proof. start. subst n. simpl. rewrite ln_1. split; intros; [lra | right; lra]. Qed.

Theorem scale_of_one_token__infinite : Statements.scale_of_one_token__infinite.
Proof. start. subst n. simpl. rewrite ln_1. apply pw_0; lra. Qed.

Theorem scale_of_one_token__infinite__defined : Statements.scale_of_one_token__infinite__defined.
Proof. start. subst n. simpl. rewrite ln_1. split; intros; [lra | right; lra]. Qed.

Theorem scale_of_one_token__all : Statements.scale_of_one_token__all.
Proof.
start. subst n. replace i with 1%nat by lia. pose proof (entmax1_sum 1 alpha (fun i => theta * z i) ltac:(lia) H) as E. simpl in E. lra.
Qed.

Theorem scale_reductions__inhabited : Statements.scale_reductions__inhabited.
Proof. exists 2%nat, 0, 1, 0, 1, (fun _ => 0). split; [lia|]. repeat split; lra. Qed.

Lemma pw_base n y : (1 <= n)%nat -> pw (INR n) y = exp (y * ln (INR n)).
Proof. intros Hn. apply pw_Rpower, lt_0_INR. lia. Qed.

Theorem scale_reductions__scalable : Statements.scale_reductions__scalable.
Proof.
start. destruct H4 as [-> [-> ->]]. pose proof (ln_INR_pos n H) as L. unfold entmax1. destruct (Req_EM_T 1 1); [|contradiction].
assert (E : forall j, exp ((0 + strength * pw (ln (INR n)) 1) * z j) = pw (INR n) (strength * z j)).
{ intros j. rewrite pw_base, pw_1_r by (lia || lra). f_equal. ring. }
unfold softmax. rewrite E. f_equal. apply Sum_ext. intros; apply E.
Qed.

Theorem scale_reductions__scalable__defined : Statements.scale_reductions__scalable__defined.
Proof.
start. assert (P : 0 < INR n) by (apply lt_0_INR; lia). split; [left; exact P|]. split; [left; exact P|]. intros _. apply Rgt_not_eq.
eapply Rlt_le_trans; [|apply (Sum_ge_term n (fun j => pw (INR n) (strength * z j)) i H3); intros; apply pw_ge0]. now apply pw_gt0.
Qed.

Theorem scale_reductions__limit : Statements.scale_reductions__limit.
Proof.
start. set (c := pw (ln (INR n)) gamma).
assert (C : continuous (fun t => offset + t * c) 0).
{ apply (continuous_plus (fun _ => offset) (fun t => t * c)); [apply continuous_const|].
  apply (continuous_mult (fun t => t) (fun _ => c)); [apply continuous_id | apply continuous_const]. }
unfold continuous in C. rewrite Rmult_0_l, Rplus_0_r in C. apply (filterlim_filter_le_1 (F := locally 0)); [|exact C].
apply filter_le_within.
Qed.

Theorem scale_reductions__limit__defined : Statements.scale_reductions__limit__defined.
Proof.
start. pose proof (ln_INR_pos n H). split; exists (mkposreal 1 Rlt_0_1); intros; [apply lt_0_INR; lia | left; assumption].
Qed.

Theorem scale_reductions__above : Statements.scale_reductions__above.
Proof. start. pose proof (ln_INR_pos n H) as L. pose proof (pw_gt0 (ln (INR n)) gamma L). nra. Qed.

Theorem scale_reductions__above__defined : Statements.scale_reductions__above__defined.
Proof. start. pose proof (ln_INR_pos n H). split; [apply lt_0_INR; lia | left; assumption]. Qed.

Theorem scalable_softmax_margin__inhabited : Statements.scalable_softmax_margin__inhabited.
Proof.
exists 2%nat, 1, 1, (fun l => if Nat.eq_dec l 1 then 1 else 0), 1%nat. split; [lia|]. split; [lra|]. split; [lra|]. split; [lia|].
intros l Hl. destruct (Nat.eq_dec l 1) as [->|]; [now left | right]. simpl. lra.
Qed.

Theorem scalable_softmax_margin__weight : Statements.scalable_softmax_margin__weight.
Proof.
start. pose proof (ln_INR_pos n H) as L. set (e l := exp (strength * ln (INR n) * z l)). unfold softmax.
  change (Sum n (fun j => exp (strength * ln (INR n) * z j))) with (Sum n e). fold (e k).
rewrite pw_base by lia. set (x := exp (- (strength * gap) * ln (INR n))). assert (Pk : 0 < e k) by apply exp_pos.
  assert (Px : 0 < x) by apply exp_pos.
assert (HN : 1 <= INR n) by (change 1 with (INR 1); apply le_INR; lia).
assert (W : Sum n e <= e k * (1 + x * (INR n - 1))).
{ apply Rle_trans with (Sum n (fun l => e k * x + if Nat.eq_dec l k then e k - e k * x else 0)).
  - apply Sum_le. intros l Hl. destruct (Nat.eq_dec l k) as [->|Hne]; [lra|]. destruct (H3 l Hl) as [E|Q]; [contradiction|].
    rewrite Rplus_0_r. unfold e, x. rewrite <- exp_plus.
      apply Rle_trans with (exp (strength * ln (INR n) * z k + - (strength * gap) * ln (INR n))); [|lra].
    destruct (Rle_lt_or_eq_dec (strength * ln (INR n) * z l) (strength * ln (INR n) * z k + - (strength * gap) * ln (INR n))) as [B|B]; [| left;
      now apply exp_increasing | rewrite B; lra].
    assert (0 < strength * ln (INR n)) by nra. nra.
  - rewrite Sum_plus, Sum_const, Sum_single by assumption. lra. }
assert (PS : 0 < Sum n e) by (eapply Rlt_le_trans; [exact Pk | apply (Sum_ge_term n e k H2); intros; left; apply exp_pos]).
apply Rle_ge. assert (D : 0 < 1 + x * (INR n - 1)) by nra.
apply (Rmult_le_reg_r (Sum n e * (1 + x * (INR n - 1)))); [nra|].
replace (/ (1 + x * (INR n - 1)) * (Sum n e * (1 + x * (INR n - 1)))) with (Sum n e) by (field; lra).
replace (e k / Sum n e * (Sum n e * (1 + x * (INR n - 1)))) with (e k * (1 + x * (INR n - 1))) by (field; lra). exact W.
Qed.

Theorem scalable_softmax_margin__weight__defined : Statements.scalable_softmax_margin__weight__defined.
Proof.
start. assert (HN : 1 <= INR n) by (change 1 with (INR 1); apply le_INR; lia). split; [left; lra|].
pose proof (pw_ge0 (INR n) (- (strength * gap))). nra.
Qed.

(* Sums over 1..n, largest entries, real powers of non-negative numbers. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions.
Open Scope R_scope.

Lemma Sum_ext n f g : (forall i, inr i n -> f i = g i) -> Sum n f = Sum n g.
Proof.
induction n as [|n IH]; intros H; simpl; [reflexivity|].
rewrite IH, (H (S n)); [reflexivity | lia | intros; apply H; lia].
Qed.

Lemma Sum_le n f g : (forall i, inr i n -> f i <= g i) -> Sum n f <= Sum n g.
Proof.
induction n as [|n IH]; intros H; simpl; [lra|].
apply Rplus_le_compat; [apply IH; intros; apply H; lia | apply H; lia].
Qed.

Lemma Sum_lt n f g k : inr k n -> (forall i, inr i n -> f i <= g i) -> f k < g k -> Sum n f < Sum n g.
Proof.
induction n as [|n IH]; intros Hk H Hlt; simpl; [lia|].
destruct (Nat.eq_dec k (S n)) as [->|Hne].
- apply Rplus_le_lt_compat; [apply Sum_le; intros; apply H; lia | exact Hlt].
- apply Rplus_lt_le_compat; [apply IH; [lia | intros; apply H; lia | exact Hlt] | apply H; lia].
Qed.

Lemma Sum_zero n : Sum n (fun _ => 0) = 0.
Proof. induction n; simpl; lra. Qed.

Lemma Sum_const n c : Sum n (fun _ => c) = INR n * c.
Proof. induction n; [simpl; lra|]. rewrite S_INR; simpl; lra. Qed.

Lemma Sum_plus n f g : Sum n (fun i => f i + g i) = Sum n f + Sum n g.
Proof. induction n; simpl; lra. Qed.

Lemma Sum_minus n f g : Sum n (fun i => f i - g i) = Sum n f - Sum n g.
Proof. induction n; simpl; lra. Qed.

Lemma Sum_scal n c f : Sum n (fun i => c * f i) = c * Sum n f.
Proof. induction n; simpl; lra. Qed.

Lemma Sum_scal_r n c f : Sum n (fun i => f i * c) = Sum n f * c.
Proof. induction n; simpl; lra. Qed.

Lemma Sum_nonneg n f : (forall i, inr i n -> 0 <= f i) -> 0 <= Sum n f.
Proof. intros H. rewrite <- (Sum_zero n). now apply Sum_le. Qed.

Lemma Sum_ge_term n f k : inr k n -> (forall i, inr i n -> 0 <= f i) -> f k <= Sum n f.
Proof.
induction n as [|n IH]; intros Hk H; simpl; [lia|].
destruct (Nat.eq_dec k (S n)) as [->|].
- assert (0 <= Sum n f) by (apply Sum_nonneg; intros; apply H; lia). lra.
- assert (f k <= Sum n f) by (apply IH; [lia | intros; apply H; lia]).
  assert (0 <= f (S n)) by (apply H; lia). lra.
Qed.

Lemma Sum_eq_le n f g : (forall i, inr i n -> f i <= g i) -> Sum n f = Sum n g ->
  forall i, inr i n -> f i = g i.
Proof.
intros H E i Hi. destruct (Rle_lt_or_eq_dec _ _ (H i Hi)) as [L|L]; [|exact L].
pose proof (Sum_lt n f g i Hi H L). lra.
Qed.

Lemma Sum_swap n m (f : nat -> nat -> R) :
  Sum n (fun i => Sum m (f i)) = Sum m (fun j => Sum n (fun i => f i j)).
Proof.
induction n as [|n IH]; simpl; [now rewrite Sum_zero|].
now rewrite Sum_plus, IH.
Qed.

(** A positive sum of non-negative terms has a positive term. *)
Lemma Sum_pos_ex n f : 0 < Sum n f -> exists i, inr i n /\ 0 < f i.
Proof.
induction n as [|n IH]; simpl; intros H; [lra|].
destruct (Rlt_dec 0 (f (S n))) as [L|L]; [exists (S n); split; [lia|exact L]|].
destruct IH as [i [Hi Hp]]; [lra | exists i; split; [lia | exact Hp]].
Qed.

Lemma Sum_single n k c : inr k n -> Sum n (fun i => if Nat.eq_dec i k then c else 0) = c.
Proof.
induction n as [|n IH]; intros Hk; [lia|]; cbn [Sum].
destruct (Nat.eq_dec (S n) k) as [<-|Hne].
- rewrite (Sum_ext n _ (fun _ => 0)), Sum_zero; [lra|].
  intros i Hi. destruct (Nat.eq_dec i (S n)); [lia|reflexivity].
- rewrite IH by lia. lra.
Qed.

Lemma Largest_ge n f i : inr i n -> f i <= Largest n f.
Proof.
induction n as [|[|n] IH]; intros Hi; [lia | replace i with 1%nat by lia; simpl; lra |].
change (f i <= Rmax (Largest (S n) f) (f (S (S n)))).
destruct (Nat.eq_dec i (S (S n))) as [->|]; [apply Rmax_r|].
eapply Rle_trans; [apply IH; lia | apply Rmax_l].
Qed.

Lemma Largest_in n f : (1 <= n)%nat -> exists i, inr i n /\ Largest n f = f i.
Proof.
induction n as [|[|n] IH]; intros Hn; [lia | exists 1%nat; split; [lia|reflexivity] |].
change (exists i, inr i (S (S n)) /\ Rmax (Largest (S n) f) (f (S (S n))) = f i).
unfold Rmax at 1. destruct (Rle_dec _ _).
- exists (S (S n)); split; [lia|reflexivity].
- destruct IH as [i [Hi E]]; [lia|]. exists i; split; [lia|exact E].
Qed.

Lemma pw_Rpower x y : 0 < x -> pw x y = Rpower x y.
Proof. intros; unfold pw; destruct (Rlt_dec 0 x); [reflexivity|lra]. Qed.

Lemma pw_0 x y : x <= 0 -> y <> 0 -> pw x y = 0.
Proof. intros; unfold pw; destruct (Rlt_dec 0 x); [lra|]. destruct (Req_EM_T y 0); [lra|reflexivity]. Qed.

Lemma Rpower_gt0 x y : 0 < Rpower x y.
Proof. apply exp_pos. Qed.

Lemma pw_gt0 x y : 0 < x -> 0 < pw x y.
Proof. intros; rewrite pw_Rpower by assumption; apply Rpower_gt0. Qed.

Lemma pw_ge0 x y : 0 <= pw x y.
Proof.
unfold pw; destruct (Rlt_dec 0 x); [left; apply Rpower_gt0|]. destruct (Req_EM_T y 0); lra.
Qed.

Lemma pw_gt0_iff x y : y <> 0 -> 0 < pw x y <-> 0 < x.
Proof.
intros Hy; split; [|apply pw_gt0]. intros H. destruct (Rlt_dec 0 x); [assumption|].
rewrite pw_0 in H; lra.
Qed.

Lemma pw_1_l y : pw 1 y = 1.
Proof. rewrite pw_Rpower by lra. unfold Rpower. now rewrite ln_1, Rmult_0_r, exp_0. Qed.

Lemma pw_1_r x : 0 <= x -> pw x 1 = x.
Proof.
intros [H|<-]; [rewrite pw_Rpower, Rpower_1; lra | apply pw_0; lra].
Qed.

Lemma pw_lt x y t : 0 < t -> 0 <= x < y -> pw x t < pw y t.
Proof.
intros Ht [[Hx|<-] Hxy].
- rewrite !pw_Rpower by lra. unfold Rpower. apply exp_increasing.
  apply Rmult_lt_compat_l; [lra|]. apply ln_increasing; lra.
- rewrite pw_0 by lra. apply pw_gt0; lra.
Qed.

Lemma pw_le x y t : 0 < t -> x <= y -> pw x t <= pw y t.
Proof.
intros Ht Hxy. destruct (Rle_dec x 0) as [Hx|Hx].
- rewrite (pw_0 x) by lra. apply pw_ge0.
- destruct Hxy as [Hxy|<-]; [left; apply pw_lt; lra | lra].
Qed.

Lemma pw_pw x y t : 0 < y -> t <> 0 -> pw (pw x y) t = pw x (y * t).
Proof.
intros Hy Ht. destruct (Rlt_dec 0 x) as [H|H].
- rewrite (pw_Rpower (pw x y)) by (now apply pw_gt0). rewrite !pw_Rpower by lra. apply Rpower_mult.
- rewrite (pw_0 x y), !pw_0; try lra. apply Rmult_integral_contrapositive; split; lra.
Qed.

Lemma pw_mult x y t : 0 <= x -> 0 <= y -> pw (x * y) t = pw x t * pw y t.
Proof.
intros [Hx|<-] [Hy|<-].
- rewrite !pw_Rpower by nra. apply eq_sym, Rpower_mult_distr; lra.
- rewrite Rmult_0_r. unfold pw at 1 3. destruct (Rlt_dec 0 0); [lra|]. destruct (Req_EM_T t 0) as [->|]; [|lra].
  rewrite pw_Rpower, Rpower_O; lra.
- rewrite Rmult_0_l. unfold pw at 1 2. destruct (Rlt_dec 0 0); [lra|]. destruct (Req_EM_T t 0) as [->|]; [|lra].
  rewrite pw_Rpower, Rpower_O; lra.
- rewrite Rmult_0_r. unfold pw. destruct (Rlt_dec 0 0); [lra|]. destruct (Req_EM_T t 0); lra.
Qed.

Lemma pw_plus x y t : 0 < x -> pw x (y + t) = pw x y * pw x t.
Proof. intros; rewrite !pw_Rpower by lra. apply Rpower_plus. Qed.

Lemma pw_inv x y : 0 < x -> pw (/ x) y = pw x (- y).
Proof.
intros Hx. pose proof (Rinv_0_lt_compat x Hx). rewrite !pw_Rpower by assumption. unfold Rpower.
rewrite ln_Rinv by assumption. f_equal. ring.
Qed.

Lemma pw_lt_inv x y t : 0 < t -> 0 <= y -> pw x t < pw y t -> x < y.
Proof. intros Ht Hy H. destruct (Rlt_dec x y); [assumption|]. pose proof (pw_le y x t Ht). lra. Qed.

Lemma pw_lt_iff x y t : 0 < t -> 0 <= x -> 0 <= y -> pw x t < pw y t <-> x < y.
Proof. intros; split; [now apply pw_lt_inv | intros; apply pw_lt; lra]. Qed.

Lemma pw_inj x y t : 0 < t -> 0 <= x -> 0 <= y -> pw x t = pw y t -> x = y.
Proof.
intros Ht Hx Hy E. destruct (Rtotal_order x y) as [L|[L|L]]; [|assumption|].
- pose proof (pw_lt x y t Ht). lra.
- pose proof (pw_lt y x t Ht). lra.
Qed.

Lemma pw_inv_cancel x t : 0 <= x -> 0 < t -> pw (pw x t) (1 / t) = x.
Proof.
intros Hx Ht. assert (0 < 1 / t) by (apply Rdiv_lt_0_compat; lra).
rewrite pw_pw by lra. replace (t * (1 / t)) with 1 by (field; lra). now apply pw_1_r.
Qed.

(** [t |-> t ^ y] is continuous everywhere for y > 0. *)
Lemma pw_continuous y x : 0 < y -> continuous (fun t => pw t y) x.
Proof.
intros Hy. destruct (Rtotal_order 0 x) as [H|[<-|H]].
- apply (continuous_ext_loc _ (fun t => Rpower t y)).
  + exists (mkposreal x H). intros t Ht. unfold ball in Ht; simpl in Ht. unfold AbsRing_ball, minus, plus, opp, abs in Ht; simpl in Ht.
    apply Rabs_def2 in Ht. rewrite pw_Rpower; [reflexivity | lra].
  + apply (ex_derive_continuous (fun t => Rpower t y)).
    exists (y * Rpower x (y - 1)). apply is_derive_Reals, derivable_pt_lim_power, H.
- apply (filterlim_locally (F := locally 0)). rewrite pw_0 by lra. intros eps.
  assert (Hd : 0 < pw eps (1 / y)) by (apply pw_gt0, eps).
  exists (mkposreal _ Hd). intros t Ht.
  unfold ball in *; simpl in *. unfold AbsRing_ball, minus, plus, opp, abs in *; simpl in *.
  apply Rabs_def2 in Ht. rewrite Ropp_0, Rplus_0_r, Rabs_pos_eq by apply pw_ge0.
  assert (0 < 1 / y) by (apply Rdiv_lt_0_compat; lra).
  rewrite <- (pw_inv_cancel eps (1 / y)); [| left; apply eps | assumption].
  replace (1 / (1 / y)) with y by (field; lra).
  destruct (Rle_dec t 0); [rewrite (pw_0 t) by lra; apply pw_gt0, Hd | apply pw_lt; lra].
- apply (continuous_ext_loc _ (fun t => 0)); [|apply continuous_const].
  assert (Hx : 0 < - x) by lra. exists (mkposreal _ Hx). intros t Ht.
  unfold ball in Ht; simpl in Ht. unfold AbsRing_ball, minus, plus, opp, abs in Ht; simpl in Ht.
  apply Rabs_def2 in Ht. rewrite pw_0; [reflexivity | lra | lra].
Qed.

Lemma Sum_continuous n (f : nat -> R -> R) x :
  (forall i, inr i n -> continuous (f i) x) -> continuous (fun t => Sum n (fun i => f i t)) x.
Proof.
induction n as [|n IH]; intros H; simpl; [apply continuous_const|].
apply (continuous_plus (fun t => Sum n (fun i => f i t)) (f (S n))); [apply IH; intros; apply H; lia | apply H; lia].
Qed.

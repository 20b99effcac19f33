(* Rows with a further token, products, sigmoids, clipping. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support.
Open Scope R_scope.

Lemma Prod_ext n f g : (forall i, inr i n -> f i = g i) -> Prod n f = Prod n g.
Proof. induction n as [|n IH]; intros H; simpl; [reflexivity|]. rewrite IH, H; [reflexivity | lia | intros; apply H; lia]. Qed.

Lemma Prod_gt0 n f : (forall i, inr i n -> 0 < f i) -> 0 < Prod n f.
Proof. induction n as [|n IH]; intros H; simpl; [lra|]. apply Rmult_lt_0_compat; [apply IH; intros; apply H; lia | apply H; lia]. Qed.

Lemma Prod_from_last m n f : (m <= S n)%nat -> (1 <= m)%nat -> Prod_from m (S n) f = Prod_from m n f * f (S n).
Proof.
intros Hm Hm1. unfold Prod_from. replace (S (S n) - m)%nat with (S (S n - m)) by lia. cbn [Prod].
do 2 f_equal. lia.
Qed.

Lemma Prod_from_none n f : Prod_from (S n) n f = 1.
Proof. unfold Prod_from. now replace (S n - S n)%nat with 0%nat by lia. Qed.

(** A product from i + 1 on as one over the whole row. *)
Lemma Prod_from_all n i f : (i <= n)%nat -> Prod_from (S i) n f = Prod n (fun j => if lt_dec i j then f j else 1).
Proof.
induction n as [|n IH]; intros Hi.
- replace i with 0%nat by lia. reflexivity.
- cbn [Prod]. destruct (Nat.eq_dec i (S n)) as [->|Hne].
  + rewrite Prod_from_none. destruct (lt_dec (S n) (S n)); [lia|].
    assert (E : forall k, (k <= S n)%nat -> Prod k (fun j => if lt_dec (S n) j then f j else 1) = 1).
    { induction k as [|k IHk]; intros Hk; cbn [Prod]; [reflexivity|]. rewrite IHk by lia. destruct (lt_dec (S n) (S k)); [lia|ring]. }
    rewrite E by lia. ring.
  + rewrite Prod_from_last, IH by lia. destruct (lt_dec i (S n)); [reflexivity|lia].
Qed.

Lemma moved_on_lt m i j : (moved_on m i < moved_on m j)%nat <-> (i < j)%nat.
Proof. unfold moved_on. destruct (lt_dec i m), (lt_dec j m); lia. Qed.

Lemma moved_on_before m i : (moved_on m i < m)%nat <-> (i < m)%nat.
Proof. unfold moved_on. destruct (lt_dec i m); lia. Qed.

Lemma insert_moved_on m b z i : insert m b z (moved_on m i) = z i.
Proof.
unfold insert, moved_on. destruct (lt_dec i m).
- destruct (Nat.eq_dec i m); [lia|]. destruct (lt_dec i m); [reflexivity|lia].
- destruct (Nat.eq_dec (S i) m); [lia|]. destruct (lt_dec (S i) m); [lia|]. f_equal. lia.
Qed.

Lemma insert_at m b z : insert m b z m = b.
Proof. unfold insert. destruct (Nat.eq_dec m m); [reflexivity|lia]. Qed.

Lemma Sum_insert n f m : inr m (S n) -> Sum (S n) f = f m + Sum n (fun i => f (moved_on m i)).
Proof.
intros Hm. rewrite (Sum_delete n f m Hm). f_equal. apply Sum_ext. intros i _. unfold moved_on.
destruct (le_lt_dec m i), (lt_dec i m); (reflexivity || lia).
Qed.

Lemma Prod_insert n f m : inr m (S n) -> Prod (S n) f = f m * Prod n (fun i => f (moved_on m i)).
Proof.
revert m; induction n as [|n IH]; intros m Hm.
- replace m with 1%nat by lia. simpl. ring.
- destruct (Nat.eq_dec m (S (S n))) as [->|Hne].
  + change (Prod (S n) f * f (S (S n)) = f (S (S n)) * Prod (S n) (fun i => f (moved_on (S (S n)) i))).
    rewrite (Prod_ext (S n) (fun i => f (moved_on (S (S n)) i)) f); [ring|].
    intros i Hi. unfold moved_on. destruct (lt_dec i (S (S n))); [reflexivity|lia].
  + change (Prod (S n) f * f (S (S n)) = f m * (Prod n (fun i => f (moved_on m i)) * f (moved_on m (S n)))).
    rewrite (IH m) by lia. replace (moved_on m (S n)) with (S (S n)); [ring|]. unfold moved_on. destruct (lt_dec (S n) m); [lia|reflexivity].
Qed.

Lemma append_in n z b i : inr i n -> append n z b i = z i.
Proof. intros Hi. unfold append. destruct (le_dec i n); [reflexivity|lia]. Qed.

Lemma append_last n z b : append n z b (S n) = b.
Proof. unfold append. destruct (le_dec (S n) n); [lia|reflexivity]. Qed.

Lemma Sum_append n (g : R -> R) z b : Sum (S n) (fun i => g (append n z b i)) = Sum n (fun i => g (z i)) + g b.
Proof. cbn [Sum]. rewrite append_last. f_equal. apply Sum_ext. intros i Hi. now rewrite append_in. Qed.

(** Sigmoids. *)
Lemma sigmoid_range x : 0 < sigmoid x < 1.
Proof.
unfold sigmoid. pose proof (exp_pos (- x)). split; [apply Rinv_0_lt_compat; lra|].
pose proof (Rinv_lt_contravar 1 (1 + exp (- x)) ltac:(lra) ltac:(lra)). rewrite Rinv_1 in *. lra.
Qed.

Lemma sigmoid_lt x y : x < y -> sigmoid x < sigmoid y.
Proof.
intros H. unfold sigmoid. pose proof (exp_pos (- x)). pose proof (exp_pos (- y)).
assert (exp (- y) < exp (- x)) by (apply exp_increasing; lra). apply Rinv_lt_contravar; [nra|lra].
Qed.

Lemma sigmoid_lt_iff x y : sigmoid x < sigmoid y <-> x < y.
Proof.
split; [|apply sigmoid_lt]. intros H. destruct (Rtotal_order x y) as [L|[->|L]]; [exact L | lra |].
pose proof (sigmoid_lt y x L). lra.
Qed.

Lemma sigmoid_derive x : is_derive sigmoid x (sigmoid x * (1 - sigmoid x)).
Proof. unfold sigmoid. pose proof (exp_pos (- x)). auto_derive; [lra|]. field. lra. Qed.

Lemma sigmoid_contracts x y : (sigmoid x - sigmoid y) ^ 2 <= (x - y) ^ 2 / 16.
Proof.
destruct (MVT_gen sigmoid y x (fun t => sigmoid t * (1 - sigmoid t))) as [c [_ E]].
- intros t _. apply sigmoid_derive.
- intros t _. apply derivable_continuous_pt, ex_derive_Reals_0. eexists. apply sigmoid_derive.
- rewrite E. pose proof (sigmoid_range c) as B. set (s := sigmoid c) in *.
  assert (0 <= s * (1 - s) <= / 4) by (pose proof (pow2_ge_0 (s - / 2)); split; nra). set (u := s * (1 - s)) in *. clearbody u.
  replace ((u * (x - y)) ^ 2) with (u ^ 2 * (x - y) ^ 2) by ring. pose proof (pow2_ge_0 (x - y)).
  assert (0 <= (/ 4 - u) * (/ 4 + u)) by (apply Rmult_le_pos; lra). nra.
Qed.

(** Clipping to [0, 1]. *)
Definition clip (x : R) : R := Rmin 1 (Rmax 0 x).

Lemma clip_cases x : x <= 0 /\ clip x = 0 \/ 0 <= x <= 1 /\ clip x = x \/ 1 <= x /\ clip x = 1.
Proof. unfold clip, Rmin, Rmax. destruct (Rle_dec 0 x); [destruct (Rle_dec 1 x); [right; right | right; left] | destruct (Rle_dec 1 0); [|left]];
  lra. Qed.

Lemma clip_le x y : x <= y -> clip x <= clip y.
Proof. intros H. pose proof (clip_cases x). pose proof (clip_cases y). lra. Qed.

Lemma clip_firm x y : (clip x - clip y) ^ 2 <= (clip x - clip y) * (x - y).
Proof. pose proof (clip_cases x) as A. pose proof (clip_cases y) as B. destruct A as [[A ->]|[[A ->]|[A ->]]], B as [[B ->]|[[B ->]|[B ->]]]; nra.
  Qed.

Lemma clip_nearest x r : 0 <= r <= 1 -> (clip x - x) ^ 2 <= (r - x) ^ 2.
Proof.
intros H. destruct (clip_cases x) as [[A ->]|[[A ->]|[A ->]]].
- pose proof (Rmult_le_pos r (r - 2 * x) ltac:(lra) ltac:(lra)). lra.
- pose proof (pow2_ge_0 (r - x)). lra.
- pose proof (Rmult_le_pos (1 - r) (2 * x - 1 - r) ltac:(lra) ltac:(lra)). lra.
Qed.

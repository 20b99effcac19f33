(* Sorted logits: the support is a prefix; closed forms; margins. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Extra Newton.
Open Scope R_scope.

Definition sorted (n : nat) (z : nat -> R) : Prop := forall l, inr l n -> l = 1%nat \/ z (Nat.max 1 (l - 1)) >= z l.

Lemma sorted_ge n z i j : sorted n z -> (1 <= i <= j)%nat -> (j <= n)%nat -> z i >= z j.
Proof.
intros Hs. induction j as [|j IH]; intros Hij Hj; [lia|]. destruct (Nat.eq_dec i (S j)) as [->|]; [lra|].
destruct (Hs (S j) ltac:(lia)) as [E|L]; [lia|]. replace (Nat.max 1 (S j - 1)) with j in L by lia.
assert (z i >= z j) by (apply IH; lia). lra.
Qed.

Lemma Sum_prefix_eq n k f : (k <= n)%nat -> (forall i, (k < i <= n)%nat -> f i = 0) -> Sum n f = Sum k f.
Proof.
intros Hk H. induction n as [|n IH]; [replace k with 0%nat by lia; reflexivity|].
destruct (Nat.eq_dec k (S n)) as [->|]; [reflexivity|]. simpl. rewrite IH, (H (S n)); [ring | lia | lia | intros; apply H; lia].
Qed.

(** For decreasing non-negative entries the support is 1 ... its size. *)
Lemma support_prefix n p k : (forall i, inr i n -> 0 <= p i) -> (forall i j, (1 <= i <= j)%nat -> (j <= n)%nat -> p i >= p j) ->
  inr k n -> (support_size n p >= k)%nat <-> 0 < p k.
Proof.
intros Hp Hs Hk. split.
- intros H. destruct (Hp k Hk) as [L|E]; [exact L|exfalso].
  assert (G : forall m, (m <= n)%nat -> (support_size m p <= k - 1)%nat).
  { induction m as [|m IH]; intros Hm; simpl; [lia|]. specialize (IH ltac:(lia)).
    destruct (Rlt_dec 0 (p (S m))) as [L|L]; [|lia].
    destruct (le_lt_dec k (S m)) as [C|C]; [pose proof (Hs k (S m) ltac:(lia) Hm); lra|].
    pose proof (support_size_le m p). lia. }
  specialize (G n (le_n n)). lia.
- intros L. assert (G : forall m, (k <= m <= n)%nat -> (support_size m p >= k)%nat).
  { induction m as [|m IH]; intros Hm; [lia|]. simpl. destruct (le_lt_dec k m) as [C|C]; [specialize (IH ltac:(lia)); lia|].
    assert (k = S m) by lia. subst k. assert (F : forall m', (m' <= S m)%nat -> support_size m' p = m').
    { induction m' as [|m' IH']; intros Hm'; simpl; [reflexivity|]. rewrite IH' by lia.
      pose proof (Hs (S m') (S m) ltac:(lia) ltac:(lia)). destruct (Rlt_dec 0 (p (S m'))); [lia|lra]. }
    pose proof (F (S m) (le_n _)) as Q. simpl in Q. lia. }
  apply G; lia.
Qed.

Section Sorted.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha) (Hs : sorted n z).
Let q := / (alpha - 1).
Let tau := threshold n alpha z.
Let p := entmax n alpha z.
Let size := support_size n p.

Lemma p_sorted i j : (1 <= i <= j)%nat -> (j <= n)%nat -> p i >= p j.
Proof. intros Hij Hj. apply order_weak; [exact Ha|]. now apply (sorted_ge n). Qed.

Lemma size_ge k : inr k n -> (size >= k)%nat <-> 0 < p k.
Proof. intros Hk. apply support_prefix; [intros; apply entmax_ge0 | exact p_sorted | exact Hk]. Qed.

Lemma size_range : inr size n.
Proof. split; [now apply support_size_pos, entmax_simplex | apply support_size_le]. Qed.

Lemma criterion_sorted k : inr k n -> 0 < p k <-> Sum (k - 1) (fun i => pw ((alpha - 1) * (z i - z k)) q) < 1.
Proof.
intros Hk. unfold p. rewrite support_criterion by assumption. fold q.
rewrite (Sum_prefix_eq n (k - 1)); [|lia|].
- rewrite (Sum_ext (k - 1) (fun i => pw (Rmax 0 ((alpha - 1) * (z i - z k))) q) (fun i => pw ((alpha - 1) * (z i - z k)) q)); [reflexivity|].
  intros i Hi. rewrite Rmax_0_id; [reflexivity|]. pose proof (sorted_ge n z i k Hs ltac:(lia) ltac:(lia)). nra.
- intros i Hi. pose proof (q_pos alpha Ha). fold q in H. pose proof (sorted_ge n z k i Hs ltac:(lia) ltac:(lia)).
  rewrite Rmax_0_0, pw_0; nra.
Qed.

Theorem size_criterion k : inr k n -> (size >= k)%nat <-> Sum (k - 1) (fun i => pw ((alpha - 1) * (z i - z k)) q) < 1.
Proof. intros Hk. rewrite size_ge by exact Hk. now apply criterion_sorted. Qed.

Theorem at_most k : (1 <= k < n)%nat -> (size <= k)%nat <-> Sum k (fun i => pw ((alpha - 1) * (z i - z (S k))) q) >= 1.
Proof.
intros Hk. pose proof (size_criterion (S k) ltac:(lia)) as C. replace (S k - 1)%nat with k in C by lia.
split; intros H.
- destruct (Rge_dec (Sum k (fun i => pw ((alpha - 1) * (z i - z (S k))) q)) 1) as [G|G]; [exact G|]. apply Rnot_ge_lt, C in G. lia.
- destruct (le_lt_dec size k) as [G|G]; [exact G|]. apply C in G. lra.
Qed.

(** The mass equation on the support. *)
Lemma prefix_mass : Sum size (fun i => pw ((alpha - 1) * z i - tau) q) = 1.
Proof.
transitivity (Sum n p); [symmetry | now apply entmax_sum]. rewrite (Sum_prefix_eq n size p).
- apply Sum_ext. intros i Hi. unfold p, entmax. fold tau q. rewrite Rmax_0_id; [reflexivity|].
  assert (0 < p i) by (apply size_ge; [pose proof size_range; lia | lia]).
  apply entmax_pos_iff in H; [|exact Ha]. fold tau in H. unfold scaled in H. lra.
- apply size_range.
- intros i Hi. pose proof (size_ge i ltac:(lia)) as [_ G]. destruct (entmax_ge0 n alpha z i) as [L|E]; [|symmetry; exact E].
  apply G in L. lia.
Qed.

Lemma prefix_above i : inr i size -> 0 < (alpha - 1) * z i - tau.
Proof.
intros Hi. assert (0 < p i) by (apply size_ge; [pose proof size_range; lia | lia]).
apply entmax_pos_iff in H; [|exact Ha]. fold tau in H. unfold scaled in H. lra.
Qed.

Lemma INR_size : 0 < INR size.
Proof. apply lt_0_INR. pose proof size_range. lia. Qed.

Theorem sparsemax_closed : alpha = 2 -> tau = Sum size (fun i => (alpha - 1) * z i) / INR size - / INR size.
Proof.
intros E. pose proof prefix_mass as M. pose proof INR_size as P.
assert (Hq : q = 1) by (unfold q; rewrite E; field). rewrite Hq in M.
rewrite (Sum_ext size _ (fun i => (alpha - 1) * z i - tau)) in M by (intros; apply pw_1_r; left; now apply prefix_above).
rewrite Sum_minus, Sum_const in M. apply (Rmult_eq_reg_r (INR size)); [|lra].
replace ((Sum size (fun i => (alpha - 1) * z i) / INR size - / INR size) * INR size) with (Sum size (fun i => (alpha - 1) * z i) - 1) by (field; lra).
lra.
Qed.

Lemma pw_2 y : 0 <= y -> pw y 2 = y ^ 2.
Proof.
intros [H|<-]; [|rewrite pw_0; [ring | lra | lra]]. replace 2 with (1 + 1) at 1 by ring. rewrite pw_plus, pw_1_r by lra. ring.
Qed.

Theorem three_halves_closed : alpha = 3 / 2 -> let mu := Sum size (fun i => (alpha - 1) * z i) / INR size in
  tau = mu - pw (INR size) (-1 / 2) * pw (1 - Sum size (fun i => ((alpha - 1) * z i - mu) ^ 2)) (1 / 2).
Proof.
intros E mu. pose proof prefix_mass as M. pose proof INR_size as P.
assert (Hq : q = 2) by (unfold q; rewrite E; field). rewrite Hq in M.
rewrite (Sum_ext size _ (fun i => ((alpha - 1) * z i - mu) ^ 2 + 2 * (mu - tau) * ((alpha - 1) * z i) + (tau ^ 2 - mu ^ 2))) in M
  by (intros; rewrite pw_2 by (left; now apply prefix_above); ring).
rewrite !Sum_plus, Sum_scal, Sum_const in M.
assert (Emu : Sum size (fun i => (alpha - 1) * z i) = INR size * mu) by (unfold mu; field; lra).
assert (Hmu : 0 <= mu - tau).
{ assert (0 <= Sum size (fun i => (alpha - 1) * z i - tau)) by (apply Sum_nonneg; intros; left; now apply prefix_above).
  rewrite Sum_minus, Sum_const, Emu in H. apply (Rmult_le_reg_l (INR size)); [exact P|]. lra. }
rewrite Emu in M. set (V := Sum size (fun i => ((alpha - 1) * z i - mu) ^ 2)) in *.
assert (D : 1 - V = pw (INR size) 1 * pw (mu - tau) 2).
{ rewrite pw_1_r, pw_2 by lra. lra. }
rewrite D, pw_mult by apply pw_ge0. rewrite !pw_pw by lra.
replace (2 * (1 / 2)) with 1 by field. rewrite (pw_1_r (mu - tau)) by exact Hmu.
rewrite <- Rmult_assoc, <- pw_plus by exact P. replace (-1 / 2 + 1 * (1 / 2)) with 0 by field.
rewrite pw_Rpower, Rpower_O by exact P. ring.
Qed.

End Sorted.

(* The threshold of alpha-entmax: existence, uniqueness, brackets; the definition of entmax. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base.
Open Scope R_scope.

Lemma Rmax_0_ge a : 0 <= Rmax 0 a.
Proof. apply Rmax_l. Qed.

Lemma Rmax_0_lt a b : a < b -> 0 < b -> Rmax 0 a < Rmax 0 b.
Proof. intros; unfold Rmax; destruct (Rle_dec 0 a), (Rle_dec 0 b); lra. Qed.

Lemma Rmax_0_le a b : a <= b -> Rmax 0 a <= Rmax 0 b.
Proof. intros; unfold Rmax; destruct (Rle_dec 0 a), (Rle_dec 0 b); lra. Qed.

Lemma Rmax_0_pos_iff a : 0 < Rmax 0 a <-> 0 < a.
Proof. unfold Rmax; destruct (Rle_dec 0 a); lra. Qed.

Lemma Rmax_0_id a : 0 <= a -> Rmax 0 a = a.
Proof. intros; unfold Rmax; destruct (Rle_dec 0 a); lra. Qed.

Lemma Rmax_0_0 a : a <= 0 -> Rmax 0 a = 0.
Proof. intros; unfold Rmax; destruct (Rle_dec 0 a); lra. Qed.

Section Mass.
Variables (n : nat) (q : R) (x : nat -> R).
Hypothesis Hq : 0 < q.

Lemma mass_antitone t u : t <= u -> mass n q x u <= mass n q x t.
Proof. intros H; apply Sum_le; intros i _; apply pw_le, Rmax_0_le; lra. Qed.

Lemma mass_strict t u : t < u -> 0 < mass n q x t -> mass n q x u < mass n q x t.
Proof.
intros H Hp. destruct (Sum_pos_ex _ _ Hp) as [i [Hi Hpi]].
simpl in Hpi. rewrite pw_gt0_iff, Rmax_0_pos_iff in Hpi by lra.
apply (Sum_lt n _ _ i Hi).
- intros j _. apply pw_le, Rmax_0_le; lra.
- apply pw_lt; [lra|]. split; [apply Rmax_0_ge | apply Rmax_0_lt; lra].
Qed.

Lemma mass_root_unique t u : mass n q x t = 1 -> mass n q x u = 1 -> t = u.
Proof.
intros Ht Hu. destruct (Rtotal_order t u) as [L|[E|L]]; [|exact E|].
- pose proof (mass_strict t u L ltac:(lra)). lra.
- pose proof (mass_strict u t L ltac:(lra)). lra.
Qed.

(** Comparing a number with the threshold is comparing its mass with 1. *)
Lemma mass_lt_1 tau t : mass n q x tau = 1 -> mass n q x t < 1 <-> tau < t.
Proof.
intros H; split; intros L.
- destruct (Rlt_dec tau t); [assumption|]. pose proof (mass_antitone t tau ltac:(lra)). lra.
- rewrite <- H. apply mass_strict; lra.
Qed.

Lemma mass_ge_1 tau t : mass n q x tau = 1 -> 1 <= mass n q x t <-> t <= tau.
Proof. intros H. pose proof (mass_lt_1 tau t H). lra. Qed.

Lemma mass_continuous t : continuous (mass n q x) t.
Proof.
apply (Sum_continuous n (fun i t => pw (Rmax 0 (x i - t)) q)). intros i _.
apply (continuous_ext (fun t => pw (x i - t) q)).
- intros s. unfold Rmax. destruct (Rle_dec 0 (x i - s)); [reflexivity|]. rewrite !pw_0; lra.
- apply (continuous_comp (fun t => x i - t) (fun y => pw y q)); [|now apply pw_continuous].
  apply (continuous_minus (fun _ => x i) (fun t => t)); [apply continuous_const | apply continuous_id].
Qed.

Hypothesis Hn : (1 <= n)%nat.

Lemma mass_lower_end : 1 <= mass n q x (Largest n x - 1).
Proof.
destruct (Largest_in n x Hn) as [k [Hk E]].
replace 1 with (pw (Rmax 0 (x k - (Largest n x - 1))) q) at 1.
- apply (Sum_ge_term n (fun i => pw (Rmax 0 (x i - (Largest n x - 1))) q) k Hk). intros; apply pw_ge0.
- rewrite E, Rmax_0_id by lra. replace (x k - (x k - 1)) with 1 by ring. apply pw_1_l.
Qed.

Lemma mass_upper_end : mass n q x (Largest n x - pw (INR n) (- / q)) <= 1.
Proof.
assert (HN : 0 < INR n) by (apply lt_0_INR; lia).
apply Rle_trans with (Sum n (fun _ => / INR n)).
- apply Sum_le. intros i Hi. pose proof (Largest_ge n x i Hi).
  apply Rle_trans with (pw (pw (INR n) (- / q)) q).
  + apply pw_le; [exact Hq|]. apply Rmax_lub; [apply pw_ge0 | lra].
  + rewrite (pw_Rpower (INR n)) by exact HN. rewrite pw_Rpower by apply Rpower_gt0.
    rewrite Rpower_mult. replace (- / q * q) with (Ropp 1) by (field; lra).
    rewrite Rpower_Ropp, Rpower_1 by exact HN. lra.
- rewrite Sum_const. right. field. lra.
Qed.

Theorem threshold_exists :
  { t : R | Largest n x - 1 <= t <= Largest n x - pw (INR n) (- / q) /\ mass n q x t = 1 }.
Proof.
assert (HN : 1 <= INR n) by (change 1 with (INR 1); apply le_INR, Hn).
set (f t := 1 - mass n q x t).
destruct (IVT_cor f (Largest n x - 1) (Largest n x - pw (INR n) (- / q))) as [t [Ht E]].
- intros t. apply continuity_pt_filterlim. unfold f.
  apply (continuous_minus (fun _ => 1) (mass n q x)); [apply continuous_const | apply mass_continuous].
- apply Rplus_le_compat_l, Ropp_le_contravar.
  rewrite pw_Rpower by lra. rewrite <- (Rpower_O (INR n)) by lra. apply Rle_Rpower; [exact HN|].
  assert (0 < / q) by now apply Rinv_0_lt_compat. lra.
- pose proof mass_lower_end. pose proof mass_upper_end. unfold f. nra.
- exists t. split; [exact Ht|]. unfold f in E. lra.
Qed.

End Mass.

Lemma q_pos alpha : 1 < alpha -> 0 < / (alpha - 1).
Proof. intros; apply Rinv_0_lt_compat; lra. Qed.

Section Entmax.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let x := scaled alpha z.
Let q := / (alpha - 1).
Let tau := threshold n alpha z.
Let p := entmax n alpha z.

Lemma threshold_spec :
  Largest n x - 1 <= tau <= Largest n x - pw (INR n) (- (alpha - 1)) /\ mass n q x tau = 1.
Proof.
destruct (threshold_exists n q x (q_pos alpha Ha) Hn) as [t [Ht E]].
assert (tau = t) as ->.
{ assert (L : is_lub_Rbar (fun s => 1 <= mass n q x s) (Finite t)).
  { split.
    - intros s Hs. apply (mass_ge_1 n q x (q_pos alpha Ha) t s E). exact Hs.
    - intros b Hb. apply Hb. rewrite E. lra. }
  unfold tau, threshold. fold q. change (scaled alpha z) with x. now rewrite (is_lub_Rbar_unique _ _ L). }
replace (- (alpha - 1)) with (- / q) by (unfold q; field; lra). split; [exact Ht | exact E].
Qed.

Lemma threshold_mass : mass n q x tau = 1.
Proof. apply threshold_spec. Qed.

(** (a) Existence, uniqueness and the bracket. *)
Theorem threshold_unique : exists! t, mass n q x t = 1.
Proof.
exists tau. split; [apply threshold_mass|].
intros t Ht. apply (mass_root_unique n q x (q_pos alpha Ha) tau t threshold_mass Ht).
Qed.

Theorem threshold_is t : mass n q x t = 1 -> tau = t.
Proof. intros H. exact (mass_root_unique n q x (q_pos alpha Ha) _ _ threshold_mass H). Qed.

Theorem threshold_bracket : - 1 <= tau - Largest n x <= - pw (INR n) (1 - alpha).
Proof.
destruct threshold_spec as [H _]. replace (1 - alpha) with (- (alpha - 1)) by ring. lra.
Qed.

Lemma Largest_scal m c f : 0 < c -> Largest m (fun i => c * f i) = c * Largest m f.
Proof.
intros Hc. induction m as [|[|m] IH]; [simpl; ring | reflexivity |].
change (Rmax (Largest (S m) (fun i => c * f i)) (c * f (S (S m))) = c * Rmax (Largest (S m) f) (f (S (S m)))).
rewrite IH. unfold Rmax. destruct (Rle_dec _ _), (Rle_dec _ _); try reflexivity; nra.
Qed.

Lemma Largest_scaled : Largest n x = (alpha - 1) * Largest n z.
Proof. apply Largest_scal. lra. Qed.

Lemma entmax_ge0 i : 0 <= p i.
Proof. apply pw_ge0. Qed.

Lemma entmax_sum : Sum n p = 1.
Proof. exact threshold_mass. Qed.

Lemma entmax_pos_iff i : 0 < p i <-> tau < x i.
Proof.
unfold p, entmax. fold tau. change ((alpha - 1) * z i) with (x i).
rewrite pw_gt0_iff, Rmax_0_pos_iff; [lra|]. pose proof (q_pos alpha Ha). lra.
Qed.

Lemma entmax_zero_iff i : p i = 0 <-> x i <= tau.
Proof. pose proof (entmax_pos_iff i). pose proof (entmax_ge0 i). lra. Qed.

Lemma entmax_pow i : pw (p i) (alpha - 1) = Rmax 0 (x i - tau).
Proof.
unfold p, entmax. fold tau. pose proof (q_pos alpha Ha).
rewrite pw_pw by lra. replace (/ (alpha - 1) * (alpha - 1)) with 1 by (field; lra).
apply pw_1_r, Rmax_0_ge.
Qed.

Lemma entmax_le1 i : inr i n -> p i <= 1.
Proof. intros Hi. rewrite <- entmax_sum. apply (Sum_ge_term n p i Hi). intros; apply entmax_ge0. Qed.

End Entmax.

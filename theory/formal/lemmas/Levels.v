(* The least entropy between two levels: as many tokens as fit at the upper one, one in between, the others at the lower. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Dispersion.
Open Scope R_scope.

Definition phi (t : R) : R := - (t * ln t).

Lemma phi_tangent t x : 0 <= t -> 0 < x -> phi t <= phi x - (ln x + 1) * (t - x).
Proof.
intros [Ht|<-] Hx; unfold phi; [|rewrite Rmult_0_l; lra].
pose proof (ln_le_minus1 (x / t) ltac:(apply Rdiv_lt_0_compat; lra)) as H. unfold Rdiv in H.
rewrite ln_mult, ln_Rinv in H by (try apply Rinv_0_lt_compat; lra).
apply (Rmult_le_compat_l t) in H; [|lra]. replace (t * (x * / t - 1)) with (x - t) in H by (field; lra). lra.
Qed.

Lemma phi_chord u v x : 0 <= u -> u <= x <= v -> (v - x) * phi u + (x - u) * phi v <= (v - u) * phi x.
Proof.
intros Hu [H1 H2]. destruct (Req_EM_T x 0) as [->|Hx]; [replace u with 0 by lra; lra|].
pose proof (phi_tangent u x Hu ltac:(lra)) as A. pose proof (phi_tangent v x ltac:(lra) ltac:(lra)) as B.
apply (Rmult_le_compat_l (v - x)) in A; [|lra]. apply (Rmult_le_compat_l (x - u)) in B; [|lra]. lra.
Qed.

Lemma phi_above_line u v x : 0 <= u -> u < v -> u <= x <= v -> phi u + (phi v - phi u) / (v - u) * (x - u) <= phi x.
Proof.
intros Hu Huv Hx. pose proof (phi_chord u v x Hu Hx) as C. apply (Rmult_le_reg_l (v - u)); [lra|].
replace ((v - u) * (phi u + (phi v - phi u) / (v - u) * (x - u))) with ((v - x) * phi u + (x - u) * phi v) by (field; lra). exact C.
Qed.

(** How much [n] entries between m and M, of sum 1, have above r. *)
Lemma above_level n p m M r (K : Z) : (forall i, inr i n -> m <= p i <= M) -> Sum n p = 1 -> m <= r <= M ->
  r = 1 - IZR K * M - (INR n - IZR K - 1) * m -> Sum n (fun i => Rmax 0 (p i - r)) <= IZR K * (M - r).
Proof.
intros Hp Hs Hr E. set (J := support_size n (fun i => p i - r)).
assert (HJ : INR J = Sum n (fun i => if Rlt_dec 0 (p i - r) then 1 else 0)) by apply support_size_Sum.
destruct (Z_le_gt_dec (Z.of_nat J) K) as [L|L].
- apply Rle_trans with (Sum n (fun i => (if Rlt_dec 0 (p i - r) then 1 else 0) * (M - r))).
  + apply Sum_le. intros i Hi. pose proof (Hp i Hi). destruct (Rlt_dec 0 (p i - r)); [rewrite Rmax_0_id; lra | rewrite Rmax_0_0; lra].
  + rewrite Sum_scal_r, <- HJ, INR_IZR_INZ. apply Rmult_le_compat_r; [lra|]. now apply IZR_le.
- apply Rle_trans with (Sum n (fun i => p i - m - (if Rlt_dec 0 (p i - r) then 1 else 0) * (r - m))).
  + apply Sum_le. intros i Hi. pose proof (Hp i Hi). destruct (Rlt_dec 0 (p i - r)); [rewrite Rmax_0_id; lra | rewrite Rmax_0_0; lra].
  + rewrite Sum_minus, Sum_scal_r, <- HJ, Sum_minus, Hs, Sum_const.
    assert (IZR K + 1 <= INR J) by (rewrite INR_IZR_INZ, <- plus_IZR; apply IZR_le; lia). nra.
Qed.

Theorem three_level_floor n p m M r (K : Z) : 0 <= m < M -> (forall i, inr i n -> m <= p i <= M) -> Sum n p = 1 -> m <= r < M ->
  r = 1 - IZR K * M - (INR n - IZR K - 1) * m ->
  IZR K * phi M + phi r + (INR n - IZR K - 1) * phi m <= Sum n (fun i => phi (p i)).
Proof.
intros Hm Hp Hs Hr E. destruct (proj1 Hr) as [L|L].
- set (s1 := (phi r - phi m) / (r - m)). set (s2 := (phi M - phi r) / (M - r)).
  assert (S : s2 <= s1).
  { pose proof (phi_chord m M r ltac:(lra) ltac:(lra)) as C. apply (Rmult_le_reg_r ((r - m) * (M - r))); [apply Rmult_lt_0_compat; lra|].
    unfold s1, s2. replace ((phi M - phi r) / (M - r) * ((r - m) * (M - r))) with ((phi M - phi r) * (r - m)) by (field; lra).
    replace ((phi r - phi m) / (r - m) * ((r - m) * (M - r))) with ((phi r - phi m) * (M - r)) by (field; lra). lra. }
  apply Rle_trans with (Sum n (fun i => phi m + s1 * (p i - m) - (s1 - s2) * Rmax 0 (p i - r))).
  + pose proof (above_level n p m M r K Hp Hs ltac:(lra) E) as A.
    rewrite Sum_minus, Sum_plus, !Sum_scal, Sum_minus, Hs, !Sum_const. apply (Rmult_le_compat_l (s1 - s2)) in A; [|lra].
    assert (E1 : s1 * (r - m) = phi r - phi m) by (unfold s1; field; lra).
    assert (E2 : s2 * (M - r) = phi M - phi r) by (unfold s2; field; lra).
    replace (1 - INR n * m) with (IZR K * (M - m) + (r - m)) by (rewrite E; ring).
    replace (s1 * (IZR K * (M - m) + (r - m))) with (IZR K * (s1 * (r - m)) + IZR K * (s1 * (M - r)) + s1 * (r - m)) by ring.
    replace ((s1 - s2) * (IZR K * (M - r))) with (IZR K * (s1 * (M - r)) - IZR K * (s2 * (M - r))) in A by ring.
    rewrite E1 in *. rewrite E2 in A. lra.
  + apply Sum_le. intros i Hi. pose proof (Hp i Hi). destruct (Rle_dec (p i) r) as [B|B].
    * rewrite Rmax_0_0 by lra. pose proof (phi_above_line m r (p i) ltac:(lra) L ltac:(lra)) as C. fold s1 in C. lra.
    * rewrite Rmax_0_id by lra. pose proof (phi_above_line r M (p i) ltac:(lra) ltac:(lra) ltac:(lra)) as C. fold s2 in C.
      assert (E1 : s1 * (r - m) = phi r - phi m) by (unfold s1; field; lra). lra.
- set (s := (phi M - phi m) / (M - m)). assert (E1 : s * (M - m) = phi M - phi m) by (unfold s; field; lra).
  apply Rle_trans with (Sum n (fun i => phi m + s * (p i - m))).
  + rewrite Sum_plus, Sum_scal, Sum_minus, Hs, !Sum_const. rewrite <- L in *.
    replace (1 - INR n * m) with (IZR K * (M - m)) by lra.
    replace (s * (IZR K * (M - m))) with (IZR K * (s * (M - m))) by ring. rewrite E1. lra.
  + apply Sum_le. intros i Hi. apply phi_above_line; [lra | lra | now apply Hp].
Qed.

Lemma floor_bounds x : IZR (Int_part x) <= x < IZR (Int_part x) + 1.
Proof. pose proof (base_Int_part x). lra. Qed.

(** The rest beside as many M as fit into 1 - n m, for entries that reach from m. *)
Lemma rest_between n m M : 0 <= m < M -> INR n * m <= 1 -> let K := IZR (Int_part ((1 - INR n * m) / (M - m))) in
  m <= 1 - K * M - (INR n - K - 1) * m < M.
Proof.
intros Hm Hn K. pose proof (floor_bounds ((1 - INR n * m) / (M - m))) as B. fold K in B.
assert (E : (1 - INR n * m) / (M - m) * (M - m) = 1 - INR n * m) by (field; lra).
destruct B as [B1 B2]. apply (Rmult_le_compat_r (M - m)) in B1; [|lra]. apply (Rmult_lt_compat_r (M - m)) in B2; [|lra]. rewrite E in B1, B2. lra.
Qed.

Lemma inverse_power d q : 0 < d -> pw d (- q) = / pw d q.
Proof. intros H. rewrite !pw_Rpower by exact H. apply Rpower_Ropp. Qed.

Lemma rest_dead M : 0 < M -> 0 <= 1 - M * IZR (Int_part (/ M)) < M.
Proof.
intros H. pose proof (rest_between 1 0 M ltac:(lra) ltac:(lra)) as B. cbv zeta in B. rewrite Rmult_0_r, !Rminus_0_r in B.
replace (1 / M) with (/ M) in B by (unfold Rdiv; ring). lra.
Qed.

Section Minimum.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (2 <= n)%nat) (Ha : 1 < alpha) (Hz : exists i, inr i n /\ z i <> z 1%nat).
Let p := entmax n alpha z.
Let m := - Largest n (fun l => - p l).
Let M := pw (pw m (alpha - 1) + (alpha - 1) * (Largest n z - - Largest n (fun i => - z i))) (/ (alpha - 1)).

Lemma minimum_in : exists i, inr i n /\ m = p i.
Proof. destruct (Largest_in n (fun l => - p l) ltac:(lia)) as [i [Hi E]]. exists i. split; [exact Hi|]. unfold m. rewrite E. ring. Qed.

Lemma minimum_ge0 : 0 <= m.
Proof. destruct minimum_in as [i [_ ->]]. apply entmax_ge0. Qed.

Lemma minimum_share : INR n * m <= 1.
Proof.
rewrite <- (entmax_sum n alpha z ltac:(lia) Ha), <- Sum_const. apply Sum_le. intros i Hi. exact (Smallest_le n p i Hi).
Qed.

Lemma level_above : m < M.
Proof.
pose proof (spread_pos n alpha z ltac:(lia) Ha Hz) as D. cbv zeta in D. pose proof minimum_ge0 as H. rewrite <- (pw_root alpha m Ha H) at 1.
unfold M. apply pw_lt; [now apply q_pos|]. split; [apply pw_ge0 | lra].
Qed.

Lemma between_levels i : inr i n -> m <= p i <= M.
Proof.
intros Hi. split; [exact (Smallest_le n p i Hi)|]. destruct minimum_in as [j [Hj E]].
pose proof (peak_over n alpha z ltac:(lia) Ha j Hj) as O. cbv zeta in O. fold p in O. rewrite <- E in O.
apply Rle_trans with (Largest n p); [now apply Largest_ge|]. apply root_le; [exact Ha | left; apply pmax_pos; (lia || assumption) | lra].
Qed.

Lemma minimum_floor : let K := Int_part ((1 - INR n * m) / (M - m)) in
  IZR K * phi M + phi (1 - IZR K * M - (INR n - IZR K - 1) * m) + (INR n - IZR K - 1) * phi m <= Sum n (fun i => phi (p i)).
Proof.
intros K. pose proof level_above. pose proof minimum_ge0. pose proof minimum_share.
pose proof (rest_between n m M ltac:(lra) ltac:(lra)) as B. apply (three_level_floor n p m M); try lra.
- exact between_levels.
- apply entmax_sum; (lia || assumption).
- exact B.
Qed.
End Minimum.

Lemma guarded t : 0 <= t -> (if Rlt_dec 0 t then - (t * ln t) else 0) = phi t.
Proof. intros [H|<-]; [destruct (Rlt_dec 0 t); [reflexivity|lra]|]. unfold phi. destruct (Rlt_dec 0 0); lra. Qed.

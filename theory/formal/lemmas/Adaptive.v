(* Softmax whose scale depends on its entropy: Lipschitz constants by derivatives along lines. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Extra Attention Rows Collapse.
Open Scope R_scope.

(** Cauchy-Schwarz. *)
Lemma cauchy n f g : (Sum n (fun i => f i * g i)) ^ 2 <= Sum n (fun i => f i ^ 2) * Sum n (fun i => g i ^ 2).
Proof.
set (A := Sum n (fun i => f i ^ 2)). set (B := Sum n (fun i => g i ^ 2)). set (C := Sum n (fun i => f i * g i)).
assert (PA : 0 <= A) by (apply Sum_nonneg; intros; apply pow2_ge_0).
assert (Q : forall s, 0 <= s ^ 2 * B - 2 * s * C + A).
{ intros s. assert (S0 : 0 <= Sum n (fun i => (s * g i - f i) ^ 2)) by (apply Sum_nonneg; intros; apply pow2_ge_0).
  rewrite (Sum_ext n _ (fun i => s ^ 2 * g i ^ 2 - 2 * s * (f i * g i) + f i ^ 2)), Sum_plus, Sum_minus, !Sum_scal in S0 by (intros; ring).
    exact S0. }
assert (PB : 0 <= B) by (apply Sum_nonneg; intros; apply pow2_ge_0). destruct PB as [PB|EB].
- pose proof (Q (C / B)) as G. replace ((C / B) ^ 2 * B - 2 * (C / B) * C + A) with (A - C ^ 2 / B) in G by (field; lra).
  apply (Rmult_le_compat_r B) in G; [|lra]. replace ((A - C ^ 2 / B) * B) with (A * B - C ^ 2) in G by (field; lra). lra.
- destruct (Req_EM_T C 0) as [->|Hne]; [rewrite <- EB; lra|exfalso]. pose proof (Q ((A + 1) / (2 * C))) as G. rewrite <- EB in G.
  replace (2 * ((A + 1) / (2 * C)) * C) with (A + 1) in G by (field; lra). lra.
Qed.

(** A vector that moves along a curve: if its speed is at most the root of [bound], so is what it moves from 0 to 1. *)
Lemma moved_by_speed n (f : nat -> R -> R) (d : nat -> R -> R) a b bound :
  (forall i t, inr i n -> is_derive (f i) t (d i t)) -> (forall t, Rmin a b <= t <= Rmax a b -> Sum n (fun i => d i t ^ 2) <= bound) ->
  Sum n (fun i => (f i b - f i a) ^ 2) <= (b - a) ^ 2 * bound.
Proof.
intros Hd Hb. set (e i := f i b - f i a). set (g t := Sum n (fun i => e i * f i t)).
assert (D : forall t, is_derive g t (Sum n (fun i => e i * d i t))).
{ intros t. apply (Sum_derive n (fun i t => e i * f i t)). intros i Hi. apply (is_derive_scal (f i)). now apply Hd. }
destruct (MVT_gen g a b (fun t => Sum n (fun i => e i * d i t))) as [c [Hc E]].
- intros t _. apply D.
- intros t _. apply derivable_continuous_pt, ex_derive_Reals_0. eexists. apply D.
- set (T := Sum n (fun i => e i ^ 2)).
  assert (E2 : T = (b - a) * Sum n (fun i => e i * d i c)).
  { transitivity (g b - g a); [|rewrite E; ring]. unfold g. rewrite <- Sum_minus. apply Sum_ext. intros i _. unfold e. ring. }
  pose proof (cauchy n e (fun i => d i c)) as C. cbv beta in C. fold T in C. pose proof (Hb c Hc) as B.
  assert (PT : 0 <= T) by (apply Sum_nonneg; intros; apply pow2_ge_0).
  assert (S2 : T ^ 2 <= T * ((b - a) ^ 2 * bound)).
  { rewrite E2 at 1. rewrite Rpow_mult_distr. apply Rle_trans with ((b - a) ^ 2 * (T * Sum n (fun i => d i c ^ 2))).
    - apply Rmult_le_compat_l; [apply pow2_ge_0 | exact C].
    - apply Rle_trans with ((b - a) ^ 2 * (T * bound)); [|lra]. apply Rmult_le_compat_l; [apply pow2_ge_0|]. now apply Rmult_le_compat_l. }
  change (T <= (b - a) ^ 2 * bound). destruct PT as [PT|<-].
  + apply (Rmult_le_reg_l T); [exact PT|]. replace (T * T) with (T ^ 2) by ring. exact S2.
  + apply Rmult_le_pos; [apply pow2_ge_0|]. eapply Rle_trans; [|exact B]. apply Sum_nonneg; intros; apply pow2_ge_0.
Qed.

(** Softmax along a curve of logits. *)
Lemma softmax_curve n (g : R -> nat -> R) (v : nat -> R) x i : (1 <= n)%nat -> inr i n -> (forall j, inr j n -> is_derive (fun t => g t j) x (v j)) ->
  is_derive (fun t => softmax n (g t) i) x (softmax n (g x) i * (v i - Sum n (fun j => softmax n (g x) j * v j))).
Proof.
intros Hn Hi Hg. assert (E : forall j, inr j n -> is_derive (fun t => exp (g t j)) x (v j * exp (g x j))).
{ intros j Hj. apply (is_derive_comp exp (fun t => g t j)); [apply is_derive_exp | now apply Hg]. }
pose proof (exp_total_pos n (g x) Hn) as P. set (W := Sum n (fun m => exp (g x m))) in *.
assert (D : is_derive (fun t => Sum n (fun m => exp (g t m))) x (Sum n (fun j => v j * exp (g x j)))) by (now apply (Sum_derive n (fun m t => exp
  (g t m)))).
assert (N0 : Sum n (fun m => exp (g x m)) <> 0) by (fold W; lra).
pose proof (is_derive_div _ _ x _ _ (E i Hi) D N0) as Q. fold W in Q.
replace (softmax n (g x) i * (v i - Sum n (fun j => softmax n (g x) j * v j))) with
  ((v i * exp (g x i) * W - exp (g x i) * Sum n (fun j => v j * exp (g x j))) / W ^ 2); [exact Q|].
unfold softmax. fold W. rewrite (Sum_ext n (fun j => exp (g x j) / W * v j) (fun j => / W * (v j * exp (g x j)))), Sum_scal by (intros;
  unfold Rdiv; ring).
field. lra.
Qed.

Lemma variance_shift n p v c : Sum n p = 1 -> let m := Sum n (fun j => p j * v j) in
  Sum n (fun i => p i * (v i - m) ^ 2) <= Sum n (fun i => p i * (v i - c) ^ 2).
Proof.
intros Hs m. rewrite (Sum_ext n (fun i => p i * (v i - c) ^ 2) (fun i => p i * (v i - m) ^ 2 + 2 * (m - c) * (p i * v i) + (c ^ 2
  - m ^ 2) * p i)) by (intros; ring).
rewrite !Sum_plus, !Sum_scal. fold m. change (Sum n (fun i => p i)) with (Sum n p). rewrite Hs. pose proof (pow2_ge_0 (m - c)). lra.
Qed.

(** The variance is at most half of the sum of squares. *)
Lemma variance_half n p v : (1 <= n)%nat -> simplex n p -> let m := Sum n (fun j => p j * v j) in
  Sum n (fun i => p i * (v i - m) ^ 2) <= Sum n (fun i => v i ^ 2) / 2.
Proof.
intros Hn [Hp Hs] m. destruct (Largest_in n v Hn) as [a [Ha Ea]]. destruct (Largest_in n (fun i => - v i) Hn) as [b [Hb Eb]].
assert (A : forall i, inr i n -> v b <= v i <= v a).
{ intros i Hi. pose proof (Largest_ge n v i Hi). pose proof (Largest_ge n (fun i => - v i) i Hi) as G. simpl in G. rewrite Eb in G. lra. }
eapply Rle_trans; [apply (variance_shift n p v ((v a + v b) / 2) Hs)|].
apply Rle_trans with ((v a - v b) ^ 2 / 4).
- apply Rle_trans with (Sum n (fun i => p i * ((v a - v b) ^ 2 / 4))); [|rewrite Sum_scal_r; change (Sum n (fun i => p i)) with (Sum n p);
  rewrite Hs; lra].
  apply Sum_le. intros i Hi. apply Rmult_le_compat_l; [now apply Hp|]. pose proof (A i Hi).
  pose proof (Rmult_le_pos (v i - v b) (v a - v i) ltac:(lra) ltac:(lra)). lra.
- destruct (Nat.eq_dec a b) as [->|Hne].
  + replace ((v b - v b) ^ 2 / 4) with 0 by field. assert (0 <= Sum n (fun i => v i ^ 2)) by (apply Sum_nonneg; intros; apply pow2_ge_0). lra.
  + apply Rle_trans with ((v a ^ 2 + v b ^ 2) / 2); [pose proof (pow2_ge_0 (v a + v b)); lra|].
    apply Rmult_le_compat_r; [lra|].
    apply Rle_trans with (Sum n (fun i => (if Nat.eq_dec i a then v a ^ 2 else 0) + (if Nat.eq_dec i b then v b ^ 2 else 0))).
    * rewrite Sum_plus, !Sum_single by assumption. lra.
    * apply Sum_le. intros i _. pose proof (pow2_ge_0 (v i)).
      destruct (Nat.eq_dec i a) as [E|E], (Nat.eq_dec i b) as [F|F]; try congruence; try rewrite <- E; try rewrite <- F; lra.
Qed.

(** Softmax moves at most half as far as the logits. *)
Lemma softmax_contracts n z y : (1 <= n)%nat -> Sum n (fun i => (softmax n z i - softmax n y i) ^ 2) <= / 4 * Sum n (fun i => (z i - y i) ^ 2).
Proof.
intros Hn. set (v i := z i - y i). set (g t i := y i + t * v i). set (e i := softmax n z i - softmax n y i).
assert (F1 : forall i, softmax n (g 1) i = softmax n z i).
{ intros i. unfold softmax, g, v. replace (y i + 1 * (z i - y i)) with (z i) by ring. f_equal. apply Sum_ext. intros; f_equal; ring. }
assert (F0 : forall i, softmax n (g 0) i = softmax n y i).
{ intros i. unfold softmax, g, v. replace (y i + 0 * (z i - y i)) with (y i) by ring. f_equal. apply Sum_ext. intros; f_equal; ring. }
set (f t := Sum n (fun i => e i * softmax n (g t) i)).
set (d t i := softmax n (g t) i * (v i - Sum n (fun j => softmax n (g t) j * v j))).
assert (D : forall t, is_derive f t (Sum n (fun i => e i * d t i))).
{ intros t. apply (Sum_derive n (fun i t => e i * softmax n (g t) i)). intros i Hi. apply (is_derive_scal (fun t => softmax n (g t) i)).
  apply softmax_curve; [exact Hn | exact Hi |]. intros j _. unfold g. auto_derive; [exact I | ring]. }
destruct (MVT_gen f 0 1 (fun t => Sum n (fun i => e i * d t i))) as [c [_ E]].
- intros t _. apply D.
- intros t _. apply derivable_continuous_pt, ex_derive_Reals_0. eexists. apply D.
- assert (T : Sum n (fun i => e i ^ 2) = Sum n (fun i => e i * d c i)).
  { transitivity (f 1 - f 0); [|rewrite E; ring]. unfold f. rewrite <- Sum_minus. apply Sum_ext. intros i _. rewrite F1, F0. unfold e. ring. }
  set (p := softmax n (g c)) in *.
  assert (Sp : simplex n p) by (split; [intros; left; now apply softmax_gt0 | now apply softmax_total]).
  set (mv := Sum n (fun j => p j * v j)). set (me := Sum n (fun j => p j * e j)).
  (* the variance of 2 e - v *)
  assert (V : 0 <= Sum n (fun i => p i * (2 * (e i - me) - (v i - mv)) ^ 2)).
  { apply Sum_nonneg. intros i Hi. apply Rmult_le_pos; [now apply (proj1 Sp) | apply pow2_ge_0]. }
  rewrite (Sum_ext n _ (fun i => 4 * (p i * (e i - me) ^ 2) + p i * (v i - mv) ^ 2 - 4 * (e i * d c i) + 4 * me * (p i * v i)
    - 4 * me * mv * p i)) in V.
  2:{ intros i _. unfold d. fold p mv. ring. }
  rewrite Sum_minus, Sum_plus, Sum_minus, Sum_plus, !Sum_scal in V. change (Sum n (fun i => p i)) with (Sum n p) in V. rewrite (proj2 Sp) in V.
  fold mv in V. rewrite <- T in V. pose proof (variance_half n p e Hn Sp) as Ve. pose proof (variance_half n p v Hn Sp) as Vv. cbv zeta in Ve, Vv.
  fold me in Ve. fold mv in Vv. change (Sum n (fun i => e i ^ 2) <= / 4 * Sum n (fun i => v i ^ 2)). lra.
Qed.

(** Entropy. *)
Definition entropy (n : nat) (p : nat -> R) : R := Sum n (fun i => - (p i * ln (p i))).

Definition room (n : nat) : R := 4 * exp (- 2) + ln (INR n) ^ 2.

Lemma ln_softmax n z i : (1 <= n)%nat -> ln (softmax n z i) = z i - ln (Sum n (fun j => exp (z j))).
Proof.
intros Hn. pose proof (exp_total_pos n z Hn). unfold softmax, Rdiv.
  rewrite ln_mult, ln_exp, ln_Rinv; [ring | assumption | apply exp_pos | now apply Rinv_0_lt_compat].
Qed.

Lemma entropy_softmax n z : (1 <= n)%nat -> entropy n (softmax n z) = ln (Sum n (fun j => exp (z j))) - Sum n (fun i => softmax n z i * z i).
Proof.
intros Hn. unfold entropy. rewrite (Sum_ext n _ (fun i => ln (Sum n (fun j => exp (z j))) * softmax n z i - softmax n z i * z i)).
- rewrite Sum_minus, Sum_scal. change (Sum n (fun i => softmax n z i)) with (Sum n (softmax n z)). rewrite softmax_total by exact Hn. ring.
- intros i _. rewrite ln_softmax by exact Hn. ring.
Qed.

Lemma ln_le t : 0 < t -> ln t <= t - 1.
Proof. intros Ht. pose proof (exp_ineq1_le (ln t)) as B. rewrite exp_ln in B by exact Ht. lra. Qed.

Lemma entropy_range n p : (1 <= n)%nat -> simplex n p -> (forall i, inr i n -> 0 < p i) -> 0 <= entropy n p <= ln (INR n).
Proof.
intros Hn [_ Hs] Hp. assert (PN : 0 < INR n) by (apply lt_0_INR; lia). split.
- apply Sum_nonneg. intros i Hi. assert (p i <= 1) by (rewrite <- Hs; apply (Sum_ge_term n p i Hi); intros; left; auto).
  assert (ln (p i) <= 0) by (pose proof (ln_le (p i) (Hp i Hi)); lra). pose proof (Hp i Hi). nra.
- assert (E : Sum n (fun i => - (p i * ln (p i)) - ln (INR n) * p i) <= Sum n (fun i => / INR n - p i)).
  { apply Sum_le. intros i Hi. pose proof (Hp i Hi) as P. assert (Q : 0 < / (INR n * p i)) by (apply Rinv_0_lt_compat; now apply Rmult_lt_0_compat).
    pose proof (ln_le _ Q) as B. rewrite ln_Rinv, ln_mult in B by (try apply Rmult_lt_0_compat; assumption).
    apply (Rmult_le_compat_l (p i)) in B; [|lra]. replace (p i * (/ (INR n * p i) - 1)) with (/ INR n - p i) in B by (field; lra). lra. }
  rewrite !Sum_minus, Sum_scal, Sum_const in E. change (Sum n (fun i => p i)) with (Sum n p) in E. rewrite Hs in E.
  replace (INR n * / INR n) with 1 in E by (field; lra). unfold entropy. lra.
Qed.

(** [q log^2 q <= 4 e^-2]. *)
Lemma q_log_squared t : 0 < t <= 1 -> t * ln t ^ 2 <= 4 * exp (- 2).
Proof.
intros [Ht H1]. set (o := - ln t). assert (Et : t = exp (- o)) by (unfold o; rewrite Ropp_involutive, exp_ln; auto).
assert (Ho : 0 <= o) by (pose proof (ln_le t Ht); unfold o; lra).
replace (ln t ^ 2) with (o ^ 2) by (unfold o; ring). rewrite Et.
pose proof (exp_ineq1_le (o / 2 - 1)) as B. set (E := exp (o / 2 - 1)) in *. assert (B' : 0 <= o / 2 <= E) by lra.
assert (E2 : exp (- o) * E ^ 2 = exp (- 2)). { unfold E. simpl. rewrite Rmult_1_r, <- !exp_plus. f_equal. field. }
pose proof (exp_pos (- o)). assert ((o / 2) ^ 2 <= E ^ 2) by (apply pow_incr; exact B'). nra.
Qed.

Lemma room_bound n p : (1 <= n)%nat -> simplex n p -> (forall i, inr i n -> 0 < p i) ->
  Sum n (fun i => (p i * (ln (p i) + entropy n p)) ^ 2) <= room n.
Proof.
intros Hn Hsim Hp. pose proof (entropy_range n p Hn Hsim Hp) as [H0 H1]. destruct Hsim as [_ Hs]. set (H := entropy n p) in *.
apply Rle_trans with (Sum n (fun i => p i * room n)); [|rewrite Sum_scal_r; change (Sum n (fun i => p i)) with (Sum n p); rewrite Hs; lra].
apply Sum_le. intros i Hi. pose proof (Hp i Hi) as P. assert (P1 : p i <= 1) by (rewrite <- Hs; apply (Sum_ge_term n p i Hi); intros; left; auto).
pose proof (q_log_squared (p i) (conj P P1)) as Q. assert (L : ln (p i) <= 0) by (pose proof (ln_le (p i) P); lra).
assert (HH : H ^ 2 <= ln (INR n) ^ 2) by (apply pow_incr; lra).
assert (S2 : (ln (p i) + H) ^ 2 <= ln (p i) ^ 2 + H ^ 2) by nra.
replace ((p i * (ln (p i) + H)) ^ 2) with (p i * (p i * (ln (p i) + H) ^ 2)) by ring. apply Rmult_le_compat_l; [lra|]. unfold room.
apply Rle_trans with (p i * ln (p i) ^ 2 + p i * H ^ 2); [nra|]. pose proof (pow2_ge_0 H). nra.
Qed.

Lemma softmax_simplex n z : (1 <= n)%nat -> simplex n (softmax n z).
Proof. intros Hn. split; [intros; left; now apply softmax_gt0 | now apply softmax_total]. Qed.

(** z - mean = log p + H. *)
Lemma centred n z i : (1 <= n)%nat -> z i - Sum n (fun j => softmax n z j * z j) = ln (softmax n z i) + entropy n (softmax n z).
Proof. intros Hn. rewrite ln_softmax, entropy_softmax by exact Hn. ring. Qed.

Lemma entropy_lipschitz n z y : (1 <= n)%nat ->
  (entropy n (softmax n z) - entropy n (softmax n y)) ^ 2 <= room n * Sum n (fun i => (z i - y i) ^ 2).
Proof.
intros Hn. set (v i := z i - y i). set (g t i := y i + t * v i).
set (f t := ln (Sum n (fun j => exp (g t j))) - Sum n (fun i => softmax n (g t) i * g t i)).
set (d t := - Sum n (fun i => softmax n (g t) i * (ln (softmax n (g t) i) + entropy n (softmax n (g t))) * v i)).
assert (Dg : forall t j, is_derive (fun t => g t j) t (v j)) by (intros; unfold g; auto_derive; [exact I | ring]).
assert (D : forall t, is_derive f t (d t)).
{ intros t. pose proof (exp_total_pos n (g t) Hn) as P.
  assert (DW : is_derive (fun t => Sum n (fun m => exp (g t m))) t (Sum n (fun j => v j * exp (g t j)))).
  { apply (Sum_derive n (fun m t => exp (g t m))). intros j _. apply (is_derive_comp exp (fun t => g t j)); [apply is_derive_exp | apply Dg]. }
  assert (DL : is_derive (fun t => ln (Sum n (fun m => exp (g t m)))) t (Sum n (fun j => v j * exp (g t j)) * / Sum n (fun m => exp (g t m)))).
  { apply (is_derive_comp ln (fun t => Sum n (fun m => exp (g t m)))); [now apply is_derive_ln | exact DW]. }
  set (p := softmax n (g t)). set (mv := Sum n (fun j => p j * v j)).
  assert (DS : is_derive (fun t => Sum n (fun i => softmax n (g t) i * g t i)) t (Sum n (fun i => p i * (v i - mv) * g t i + p i * v i))).
  { apply (Sum_derive n (fun i t => softmax n (g t) i * g t i)). intros i Hi.
    apply (is_derive_mult (fun t => softmax n (g t) i) (fun t => g t i)); [| apply Dg | intros; apply Rmult_comm].
    apply softmax_curve; [exact Hn | exact Hi | intros; apply Dg]. }
  replace (d t) with (Sum n (fun j => v j * exp (g t j)) * / Sum n (fun m => exp (g t m)) - Sum n (fun i => p i * (v i - mv) * g t i + p i * v i)).
  { exact (is_derive_minus _ _ t _ _ DL DS). }
  assert (Em : Sum n (fun j => v j * exp (g t j)) * / Sum n (fun m => exp (g t m)) = mv).
  { unfold mv, p, softmax. rewrite <- Sum_scal_r. apply Sum_ext. intros j _. unfold Rdiv. ring. }
  rewrite Em. unfold d. fold p.
  rewrite (Sum_ext n (fun i => p i * (ln (p i) + entropy n p) * v i) (fun i => p i * v i * g t i - Sum n (fun j => p j * g t j) * (p i * v i))).
  2:{ intros i _. unfold p at 2 3. rewrite <- centred by exact Hn. fold p. ring. }
  rewrite (Sum_ext n (fun i => p i * (v i - mv) * g t i + p i * v i) (fun i => p i * v i * g t i - mv * (p i * g t i) + p i * v i)) by (intros; ring).
  rewrite !Sum_minus, Sum_plus, Sum_minus, !Sum_scal. fold mv. ring. }
destruct (MVT_gen f 0 1 d) as [c [_ E]].
- intros t _. apply D.
- intros t _. apply derivable_continuous_pt, ex_derive_Reals_0. eexists. apply D.
- assert (X : forall t w, (forall i, g t i = w i) -> f t = entropy n (softmax n w)).
  { intros t w G. rewrite entropy_softmax by exact Hn. unfold f.
    assert (G1 : Sum n (fun j => exp (g t j)) = Sum n (fun j => exp (w j))) by (apply Sum_ext; intros; now rewrite G). rewrite G1. f_equal.
    apply Sum_ext. intros i _. unfold softmax. now rewrite G, G1. }
  rewrite <- (X 1 z), <- (X 0 y), E by (intros; unfold g, v; ring). replace (d c * (1 - 0)) with (d c) by ring. unfold d.
  set (p := softmax n (g c)). pose proof (cauchy n (fun i => p i * (ln (p i) + entropy n p)) v) as C. cbv beta in C.
  pose proof (room_bound n p Hn (softmax_simplex n (g c) Hn) (fun i _ => softmax_gt0 n (g c) i Hn)) as B.
  replace ((- Sum n (fun i => p i * (ln (p i) + entropy n p) * v i)) ^ 2) with ((Sum n (fun i => p i * (ln (p i) + entropy n p) * v i)) ^ 2) by ring.
  eapply Rle_trans; [exact C|]. apply Rmult_le_compat_r; [apply Sum_nonneg; intros; apply pow2_ge_0 | exact B].
Qed.

(** Softmax as its scale changes. *)
Lemma scale_lipschitz n y a b : (1 <= n)%nat -> 1 <= a -> 1 <= b ->
  Sum n (fun i => (softmax n (fun j => b * y j) i - softmax n (fun j => a * y j) i) ^ 2) <= (b - a) ^ 2 * room n.
Proof.
intros Hn Ha Hb. set (p t := softmax n (fun j => t * y j)).
apply (moved_by_speed n (fun i t => p t i) (fun i t => p t i * (y i - Sum n (fun j => p t j * y j)))).
- intros i t Hi. apply (softmax_curve n (fun t j => t * y j) y t i Hn Hi). intros j _. auto_derive; [exact I | ring].
- intros t Ht. assert (T1 : 1 <= t) by (unfold Rmin in Ht; destruct (Rle_dec a b); lra).
  eapply Rle_trans; [|apply (room_bound n (p t) Hn (softmax_simplex n _ Hn) (fun i _ => softmax_gt0 n _ i Hn))].
  apply Sum_le. intros i _. unfold p at 4 5. rewrite <- (centred n (fun j => t * y j) i Hn). fold (p t).
  assert (E : Sum n (fun j => p t j * (t * y j)) = t * Sum n (fun j => p t j * y j)) by (rewrite <- Sum_scal; apply Sum_ext; intros; ring).
  rewrite E. set (m := y i - Sum n (fun j => p t j * y j)). replace (t * y i - t * Sum n (fun j => p t j * y j)) with (t * m) by (unfold m; ring).
  replace ((p t i * (t * m)) ^ 2) with (t ^ 2 * (p t i * m) ^ 2) by ring. pose proof (pow2_ge_0 (p t i * m)).
  assert (1 <= t ^ 2) by nra. pose proof (Rmult_le_compat_r ((p t i * m) ^ 2) 1 (t ^ 2) ltac:(assumption) ltac:(assumption)). lra.
Qed.

(** The polynomial: powers of the distances from both ends of an interval decide its sign. *)
Ltac between h lo hi :=
  let A := fresh in let B := fresh in assert (A : 0 <= h - lo) by lra; assert (B : 0 <= hi - h) by lra;
  pose proof (pow_le _ 4 A); pose proof (pow_le _ 4 B);
  pose proof (Rmult_le_pos _ _ (pow_le _ 1 A) (pow_le _ 3 B)); pose proof (Rmult_le_pos _ _ (pow_le _ 2 A) (pow_le _ 2 B));
  pose proof (Rmult_le_pos _ _ (pow_le _ 3 A) (pow_le _ 1 B)); pose proof (pow_le _ 3 A); pose proof (pow_le _ 3 B);
  pose proof (Rmult_le_pos _ _ (pow_le _ 1 A) (pow_le _ 2 B)); pose proof (Rmult_le_pos _ _ (pow_le _ 2 A) (pow_le _ 1 B)); lra.

Lemma fit_low h : 0 <= h <= 1 / 2 -> temperature_fit h <= 1.
Proof. intros H. unfold temperature_fit. between h 0 (1 / 2). Qed.

Lemma fit_high h : 6 <= h -> temperature_fit h <= 1.
Proof.
intros H. unfold temperature_fit. assert (A : 0 <= h - 6) by lra. pose proof (pow_le _ 2 A). pose proof (pow_le _ 3 A). pose proof (pow_le _ 4 A).
  lra.
Qed.

Lemma fit_most h : 0 <= h <= 6 -> temperature_fit h <= 5 / 2.
Proof.
intros H. unfold temperature_fit. destruct (Rle_dec h 2); [between h 0 2|]. destruct (Rle_dec h 3); [between h 2 3|].
destruct (Rle_dec h 4); [between h 3 4|]. destruct (Rle_dec h 5); [between h 4 5|]. between h 5 6.
Qed.

Definition fit_slope (h : R) : R :=
  4 * - (5332261958806667 / 144115188075855872) * h ^ 3 + 3 * (4332462841530417 / 9007199254740992) * h ^ 2
  - 2 * (2589569785738035 / 1125899906842624) * h + 2768024920972591 / 562949953421312.

Lemma fit_derive h : is_derive temperature_fit h (fit_slope h).
Proof. unfold temperature_fit, fit_slope. auto_derive; [exact I|]. field. Qed.

Lemma fit_slope_range h : 1 / 2 <= h <= 6 -> -3 <= fit_slope h <= 3.
Proof.
intros H. unfold fit_slope. destruct (Rle_dec h 1); [split; between h (1 / 2) 1|]. destruct (Rle_dec h 2); [split; between h 1 2|].
destruct (Rle_dec h 3); [split; between h 2 3|]. destruct (Rle_dec h 4); [split; between h 3 4|].
destruct (Rle_dec h 5); [split; between h 4 5|]. split; between h 5 6.
Qed.

Definition inner (h : R) : R := if Rle_dec 6 h then 6 else if Rle_dec (1 / 2) h then h else 1 / 2.

Lemma inner_spec h : 1 / 2 <= inner h <= 6 /\ (0 <= h -> Rmax 1 (temperature_fit h) = Rmax 1 (temperature_fit (inner h))).
Proof.
pose proof (fit_low (1 / 2) ltac:(lra)). pose proof (fit_high 6 ltac:(lra)). unfold inner. destruct (Rle_dec 6 h).
- split; [lra|]. intros. rewrite !Rmax_left; [reflexivity | assumption | now apply fit_high].
- destruct (Rle_dec (1 / 2) h); split; try lra. intros. rewrite !Rmax_left; [reflexivity | assumption | apply fit_low; lra].
Qed.

Lemma inner_contracts a b : (inner a - inner b) ^ 2 <= (a - b) ^ 2.
Proof.
rewrite <- !Rsqr_pow2. apply Rsqr_le_abs_1. unfold inner.
repeat match goal with |- context [Rle_dec ?x ?y] => destruct (Rle_dec x y) end; unfold Rabs;
  repeat match goal with |- context [Rcase_abs ?x] => destruct (Rcase_abs x) end; lra.
Qed.

Lemma scale_of_entropy a b : 0 <= a -> 0 <= b -> (Rmax 1 (temperature_fit a) - Rmax 1 (temperature_fit b)) ^ 2 <= 9 * (a - b) ^ 2.
Proof.
intros Ha Hb. destruct (inner_spec a) as [Ra Ea], (inner_spec b) as [Rb Eb]. rewrite (Ea Ha), (Eb Hb).
  apply Rle_trans with (9 * (inner a - inner b) ^ 2); [|pose proof (inner_contracts a b); lra].
set (x := inner a) in *. set (y := inner b) in *. apply Rle_trans with ((temperature_fit x - temperature_fit y) ^ 2).
- rewrite <- !Rsqr_pow2. apply Rsqr_le_abs_1. unfold Rmax. destruct (Rle_dec 1 (temperature_fit x)), (Rle_dec 1 (temperature_fit y)); unfold Rabs;
  repeat match goal with |- context [Rcase_abs ?x] => destruct (Rcase_abs x) end; lra.
- destruct (MVT_gen temperature_fit y x fit_slope) as [c [Hc E]].
  + intros t _. apply fit_derive.
  + intros t _. apply derivable_continuous_pt, ex_derive_Reals_0. eexists. apply fit_derive.
  + rewrite E. assert (Rc : 1 / 2 <= c <= 6) by (unfold Rmin, Rmax in Hc; destruct (Rle_dec y x); lra). pose proof (fit_slope_range c Rc).
    replace ((fit_slope c * (x - y)) ^ 2) with (fit_slope c ^ 2 * (x - y) ^ 2) by ring. apply Rmult_le_compat_r; [apply pow2_ge_0|].
    pose proof (Rmult_le_pos (3 - fit_slope c) (3 + fit_slope c) ltac:(lra) ltac:(lra)). lra.
Qed.

Lemma adaptive_scale_range n z : (1 <= n)%nat -> 1 <= adaptive_scale n z <= 5 / 2.
Proof.
intros Hn. unfold adaptive_scale. change (Sum n (fun i => - (softmax n z i * ln (softmax n z i)))) with (entropy n (softmax n z)).
pose proof (entropy_range n (softmax n z) Hn (softmax_simplex n z Hn) (fun i _ => softmax_gt0 n z i Hn)) as [H0 _].
split; [apply Rmax_l|]. apply Rmax_lub; [lra|]. destruct (Rle_dec (entropy n (softmax n z)) 6) as [L|L]; [now apply fit_most|].
pose proof (fit_high (entropy n (softmax n z)) ltac:(lra)). lra.
Qed.

Theorem adaptive_lipschitz n z y : (1 <= n)%nat ->
  Sum n (fun i => (softmax n (fun j => adaptive_scale n z * z j) i - softmax n (fun j => adaptive_scale n y * y j) i) ^ 2)
  <= (5 / 4 + 3 * room n) ^ 2 * Sum n (fun i => (z i - y i) ^ 2).
Proof.
intros Hn. set (S2 := Sum n (fun i => (z i - y i) ^ 2)). assert (PS : 0 <= S2) by (apply Sum_nonneg; intros; apply pow2_ge_0).
set (a := adaptive_scale n z). set (b := adaptive_scale n y). pose proof (adaptive_scale_range n z Hn) as Ra.
  pose proof (adaptive_scale_range n y Hn) as Rb. fold a in Ra. fold b in Rb.
set (u i := softmax n (fun j => a * z j) i - softmax n (fun j => a * y j) i).
  set (w i := softmax n (fun j => a * y j) i - softmax n (fun j => b * y j) i).
assert (M0 : 0 < room n). { unfold room. pose proof (exp_pos (- 2)). pose proof (pow2_ge_0 (ln (INR n))). lra. }
set (A := 5 / 4). set (B := 3 * room n). assert (PB : 0 < B) by (unfold B; lra).
assert (Hu : Sum n (fun i => u i ^ 2) <= A ^ 2 * S2).
{ eapply Rle_trans; [apply (softmax_contracts n (fun j => a * z j) (fun j => a * y j) Hn)|].
  rewrite (Sum_ext n _ (fun i => a ^ 2 * (z i - y i) ^ 2)), Sum_scal by (intros; ring). fold S2. rewrite <- Rmult_assoc.
    apply Rmult_le_compat_r; [exact PS|].
  unfold A. nra. }
assert (Hw : Sum n (fun i => w i ^ 2) <= B ^ 2 * S2).
{ eapply Rle_trans; [apply (scale_lipschitz n y b a Hn); lra|].
  pose proof (entropy_range n (softmax n z) Hn (softmax_simplex n z Hn) (fun i _ => softmax_gt0 n z i Hn)) as [Hz _].
  pose proof (entropy_range n (softmax n y) Hn (softmax_simplex n y Hn) (fun i _ => softmax_gt0 n y i Hn)) as [Hy _].
  pose proof (scale_of_entropy _ _ Hz Hy) as Sc. pose proof (entropy_lipschitz n z y Hn) as En. fold S2 in En.
  change ((a - b) ^ 2 <= 9 * (entropy n (softmax n z) - entropy n (softmax n y)) ^ 2) in Sc.
  apply Rle_trans with (9 * (room n * S2) * room n); [|unfold B; right; ring]. apply Rmult_le_compat_r; lra. }
rewrite (Sum_ext n _ (fun i => (u i + w i) ^ 2)) by (intros; unfold u, w; ring).
(* |u + w| <= |u| + |w| *)
apply Rle_trans with (Sum n (fun i => (1 + B / A) * u i ^ 2 + (1 + A / B) * w i ^ 2)).
- apply Sum_le. intros i _. set (x := u i). set (t := w i).
  assert (G : 0 <= (B * x - A * t) ^ 2 * / (A * B)) by (apply Rmult_le_pos; [apply pow2_ge_0 | left; apply Rinv_0_lt_compat; unfold A; lra]).
  replace ((B * x - A * t) ^ 2 * / (A * B)) with (B / A * x ^ 2 + A / B * t ^ 2 - 2 * x * t) in G by (field; unfold A; lra). lra.
- rewrite Sum_plus, !Sum_scal. apply Rle_trans with ((1 + B / A) * (A ^ 2 * S2) + (1 + A / B) * (B ^ 2 * S2)).
  + assert (0 <= B / A) by (apply Rlt_le, Rdiv_lt_0_compat; unfold A; lra). assert (0 <= A / B) by (apply Rlt_le, Rdiv_lt_0_compat; unfold A; lra).
    apply Rplus_le_compat; apply Rmult_le_compat_l; lra.
  + right. field. unfold A. lra.
Qed.

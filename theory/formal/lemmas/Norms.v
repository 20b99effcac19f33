(* Norms of the Jacobian diag(s) - s s^T / sum s, and derivatives along a scale. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra One.
Open Scope R_scope.

(** The quadratic form of the Jacobian. *)
Definition form (n : nat) (s v : nat -> R) : R := Sum n (fun k => s k * v k ^ 2) - Sum n (fun k => s k * v k) ^ 2 / Sum n s.

Section Form.
Variables (n : nat) (s v : nat -> R).
Hypotheses (HS : 0 < Sum n s) (Hs : forall i, inr i n -> 0 <= s i).
Let S := Sum n s.

Lemma form_le : form n s v <= Sum n (fun k => s k * v k ^ 2).
Proof.
unfold form. assert (0 <= Sum n (fun k => s k * v k) ^ 2 / S); [|unfold S in *; lra].
apply Rmult_le_pos; [apply pow2_ge_0 | left; now apply Rinv_0_lt_compat].
Qed.

Lemma form_bound c : (forall i, inr i n -> s i <= c) -> form n s v <= c * Sum n (fun i => v i ^ 2).
Proof.
intros H. eapply Rle_trans; [apply form_le|]. rewrite <- Sum_scal. apply Sum_le. intros i Hi.
apply Rmult_le_compat_r; [apply pow2_ge_0 | now apply H].
Qed.

(** Sum over all pairs but the equal ones of s_i s_j (v_i + v_j)^2 >= 0. *)
Lemma form_diagonal R0 : (forall i, inr i n -> s i - s i ^ 2 / S <= R0) -> form n s v <= 2 * R0 * Sum n (fun i => v i ^ 2).
Proof.
intros H. set (B := Sum n (fun k => s k * v k)). set (A := Sum n (fun k => s k * v k ^ 2)).
assert (P : Sum n (fun i => 4 * (s i * v i) ^ 2) <= Sum n (fun i => Sum n (fun j => s i * s j * (v i + v j) ^ 2))).
{ apply Sum_le. intros i Hi. replace (4 * (s i * v i) ^ 2) with (s i * s i * (v i + v i) ^ 2) by ring.
  apply (Sum_ge_term n (fun j => s i * s j * (v i + v j) ^ 2) i Hi). intros j Hj.
  apply Rmult_le_pos; [apply Rmult_le_pos; now apply Hs | apply pow2_ge_0]. }
assert (E : Sum n (fun i => Sum n (fun j => s i * s j * (v i + v j) ^ 2)) = 2 * S * A + 2 * B ^ 2).
{ rewrite (Sum_ext n _ (fun i => S * (s i * v i ^ 2) + 2 * B * (s i * v i) + A * s i)).
  - rewrite !Sum_plus, !Sum_scal. fold A B S. ring.
  - intros i _. rewrite (Sum_ext n _ (fun j => s i * v i ^ 2 * s j + 2 * (s i * v i) * (s j * v j) + s i * (s j * v j ^ 2))) by (intros; ring).
    rewrite !Sum_plus, !Sum_scal. fold A B S. ring. }
rewrite E in P. rewrite Sum_scal in P.
apply Rle_trans with (Sum n (fun i => 2 * (s i - s i ^ 2 / S) * v i ^ 2)).
- rewrite (Sum_ext n _ (fun i => 2 * (s i * v i ^ 2) - 2 / S * (s i * v i) ^ 2)) by (intros; field; unfold S; lra).
  rewrite Sum_minus, !Sum_scal. unfold form. fold A B S.
  assert (F : 2 * A - 2 / S * Sum n (fun i => (s i * v i) ^ 2) - (A - B ^ 2 / S)
    = (2 * S * A + 2 * B ^ 2 - 4 * Sum n (fun i => (s i * v i) ^ 2)) * / (2 * S)) by (field; unfold S; lra).
  assert (0 <= (2 * S * A + 2 * B ^ 2 - 4 * Sum n (fun i => (s i * v i) ^ 2)) * / (2 * S)); [|lra].
  apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; unfold S; lra].
- rewrite <- Sum_scal. apply Sum_le. intros i Hi. specialize (H i Hi). pose proof (pow2_ge_0 (v i)). nra.
Qed.
End Form.

Lemma form_probe n s j c : 0 < Sum n s -> inr j n ->
  form n s (fun k => (if Nat.eq_dec j k then 1 else 0) - c) = s j - s j ^ 2 / Sum n s.
Proof.
intros HS Hj. unfold form.
rewrite (Sum_ext n (fun k => s k * ((if Nat.eq_dec j k then 1 else 0) - c) ^ 2)
  (fun k => (if Nat.eq_dec k j then s j * (1 - 2 * c) else 0) + c ^ 2 * s k)).
2:{ intros k _. destruct (Nat.eq_dec j k), (Nat.eq_dec k j); subst; try congruence; ring. }
rewrite (Sum_ext n (fun k => s k * ((if Nat.eq_dec j k then 1 else 0) - c)) (fun k => (if Nat.eq_dec k j then s j else 0) - c * s k)).
2:{ intros k _. destruct (Nat.eq_dec j k), (Nat.eq_dec k j); subst; try congruence; ring. }
rewrite Sum_plus, Sum_minus, !Sum_single, !Sum_scal by exact Hj. field. lra.
Qed.

Lemma sens_le_top n alpha p i : 1 <= alpha -> alpha <= 2 -> simplex n p -> inr i n -> sens alpha p i <= pw (Largest n p) (2 - alpha).
Proof.
intros Ha Ha2 Hp Hi. unfold sens. destruct (Rlt_dec 0 (p i)) as [L|L]; [|apply pw_ge0].
pose proof (Largest_ge n p i Hi). destruct Ha2 as [A| ->]; [apply pw_le; lra|].
replace (2 - 2) with 0 by ring. rewrite !pw_Rpower, !Rpower_O by lra. lra.
Qed.

Lemma Largest_le1 n p : (1 <= n)%nat -> simplex n p -> 0 < Largest n p <= 1.
Proof.
intros Hn Hp. destruct (Largest_in n p Hn) as [k [Hk E]]. destruct Hp as [H0 H1]. split.
- destruct (Sum_pos_ex n p) as [m [Hm L]]; [lra|]. pose proof (Largest_ge n p m Hm). lra.
- rewrite E, <- H1. now apply Sum_ge_term.
Qed.

Lemma pw_le1 x b : 0 < x <= 1 -> 0 <= b -> pw x b <= 1.
Proof.
intros Hx [Hb| <-]; [|rewrite pw_Rpower, Rpower_O; lra]. rewrite <- (pw_1_l b). apply pw_le; lra.
Qed.

Lemma pw_square x b : 0 < x -> pw x b ^ 2 = pw x (2 * b).
Proof. intros Hx. replace (2 * b) with (b + b) by ring. rewrite pw_plus by exact Hx. ring. Qed.

(** Two tokens beyond alpha = 2: p^b + (1 - p)^b >= 2 / max(2, 2^b). *)
Lemma two_powers b x y : 0 < b -> 0 < x -> 0 < y -> x + y = 1 -> 2 <= Rmax 2 (pw 2 b) * (pw x b + pw y b).
Proof.
intros Hb Hx Hy E. destruct (Rle_dec b 1) as [L|L].
- assert (P : forall t, 0 < t <= 1 -> t <= pw t b).
  { intros t Ht. replace t with (pw t (1 - b) * pw t b) at 1.
    - pose proof (pw_le1 t (1 - b) Ht ltac:(lra)). pose proof (pw_ge0 t b). pose proof (pw_ge0 t (1 - b)). nra.
    - rewrite <- pw_plus by lra. replace (1 - b + b) with 1 by ring. apply pw_1_r. lra. }
  pose proof (P x ltac:(lra)). pose proof (P y ltac:(lra)). pose proof (Rmax_l 2 (pw 2 b)). nra.
- assert (T : forall t, 0 < t -> pw (/ 2) b + b * pw (/ 2) (b - 1) * (t - / 2) <= pw t b).
  { intros t Ht. destruct (Req_EM_T t (/ 2)) as [->|Hne]; [lra|]. left. apply tangent_strict; lra. }
  pose proof (T x Hx) as Tx. pose proof (T y Hy) as Ty.
  assert (I : pw 2 b * pw (/ 2) b = 1) by (rewrite <- pw_mult by lra; replace (2 * / 2) with 1 by field; apply pw_1_l).
  pose proof (Rmax_r 2 (pw 2 b)). assert (0 < pw 2 b) by (apply pw_gt0; lra).
  assert (2 * pw (/ 2) b <= pw x b + pw y b).
  { replace y with (1 - x) in * by lra. assert (b * pw (/ 2) (b - 1) * (x - / 2) + b * pw (/ 2) (b - 1) * (1 - x - / 2) = 0) by field. lra. }
  assert (0 < pw (/ 2) b) by (apply pw_gt0; lra). nra.
Qed.

(** Gibbs' inequality: softmax maximises <r, z> + H_1(r). *)
Lemma gibbs n z r : (1 <= n)%nat -> (forall i, inr i n -> 0 < r i) -> Sum n r = 1 ->
  Sum n (fun i => r i * z i) - Sum n (fun i => r i * ln (r i)) <=
  Sum n (fun i => softmax n z i * z i) - Sum n (fun i => softmax n z i * ln (softmax n z i)).
Proof.
intros Hn Hr Hs. pose proof (softmax_weight_pos n z Hn) as W. set (w := Sum n (fun j => exp (z j))) in *.
assert (L : forall i, ln (softmax n z i) = z i - ln w).
{ intros i. unfold softmax. fold w. unfold Rdiv. rewrite ln_mult, ln_Rinv, ln_exp; [ring | exact W | apply exp_pos | now apply Rinv_0_lt_compat]. }
rewrite <- !Sum_minus. rewrite (Sum_ext n (fun i => softmax n z i * z i - softmax n z i * ln (softmax n z i)) (fun i => softmax n z i * ln w)) by
  (intros; rewrite L; ring).
rewrite Sum_scal_r, softmax_sum, Rmult_1_l by exact Hn.
apply Rle_trans with (Sum n (fun i => r i * ln w + (softmax n z i - r i))).
- apply Sum_le. intros i Hi. specialize (Hr i Hi). pose proof (softmax_pos n z i Hn) as P.
  pose proof (ln_le_minus1 (softmax n z i / r i) ltac:(now apply Rdiv_lt_0_compat)) as K.
  unfold Rdiv in K. rewrite ln_mult, ln_Rinv, L in K by (assumption || now apply Rinv_0_lt_compat).
  apply (Rmult_le_compat_l (r i)) in K; [|lra].
  replace (r i * (softmax n z i * / r i - 1)) with (softmax n z i - r i) in K by (field; lra). lra.
- rewrite Sum_plus, Sum_minus, Sum_scal_r, Hs, softmax_sum by exact Hn. lra.
Qed.

(** Two maximisers, of two scales: the one of the larger scale has the larger expectation. *)
Lemma scales_exchange theta eta a b e f : 0 < theta <= eta -> theta * b + f <= theta * a + e -> eta * a + e <= eta * b + f ->
  theta = eta \/ a <= b.
Proof. intros H H1 H2. destruct (Req_EM_T theta eta); [tauto|right]. apply (Rmult_le_reg_l (eta - theta)); lra. Qed.

Lemma expectation_rises n alpha theta eta z : (1 <= n)%nat -> 1 <= alpha -> 0 < theta <= eta ->
  Sum n (fun i => z i * entmax1 n alpha (fun i => theta * z i) i) <= Sum n (fun i => z i * entmax1 n alpha (fun i => eta * z i) i).
Proof.
intros Hn Ha Ht. set (p := entmax1 n alpha (fun i => theta * z i)). set (r := entmax1 n alpha (fun i => eta * z i)).
assert (E : forall c s, Sum n (fun i => s i * (c * z i)) = c * Sum n (fun i => z i * s i)).
{ intros c s. rewrite <- Sum_scal. apply Sum_ext. intros; ring. }
assert (K : exists e f, theta * Sum n (fun i => z i * r i) + f <= theta * Sum n (fun i => z i * p i) + e /\
  eta * Sum n (fun i => z i * p i) + e <= eta * Sum n (fun i => z i * r i) + f).
{ destruct (Req_EM_T alpha 1) as [A|A].
  - exists (- Sum n (fun i => p i * ln (p i))), (- Sum n (fun i => r i * ln (r i))).
    assert (P : forall i, p i = softmax n (fun i => theta * z i) i) by (intros; unfold p; rewrite A; apply entmax1_one).
    assert (Q : forall i, r i = softmax n (fun i => eta * z i) i) by (intros; unfold r; rewrite A; apply entmax1_one).
    rewrite (Sum_ext n (fun i => z i * p i) (fun i => z i * softmax n (fun i => theta * z i) i)) by (intros; now rewrite P).
    rewrite (Sum_ext n (fun i => z i * r i) (fun i => z i * softmax n (fun i => eta * z i) i)) by (intros; now rewrite Q).
    rewrite (Sum_ext n (fun i => p i * ln (p i)) (fun i => softmax n (fun i => theta * z i) i * ln (softmax n (fun i => theta * z i) i))) by
      (intros; now rewrite P).
    rewrite (Sum_ext n (fun i => r i * ln (r i)) (fun i => softmax n (fun i => eta * z i) i * ln (softmax n (fun i => eta * z i) i))) by (intros;
      now rewrite Q).
    rewrite <- !E.
    pose proof (gibbs n (fun i => theta * z i) (softmax n (fun i => eta * z i)) Hn (fun i _ => softmax_pos n _ i Hn) (softmax_sum n _ Hn)).
    pose proof (gibbs n (fun i => eta * z i) (softmax n (fun i => theta * z i)) Hn (fun i _ => softmax_pos n _ i Hn) (softmax_sum n _ Hn)).
    lra.
  - exists (Sum n (fun i => tsallis_term alpha (p i))), (Sum n (fun i => tsallis_term alpha (r i))).
    assert (A' : 1 < alpha) by lra. rewrite <- !E.
    assert (P : forall i, p i = entmax n alpha (fun i => theta * z i) i) by (intros; now apply entmax1_above).
    assert (Q : forall i, r i = entmax n alpha (fun i => eta * z i) i) by (intros; now apply entmax1_above).
    assert (Sp : simplex n p) by now apply entmax1_simplex. assert (Sr : simplex n r) by now apply entmax1_simplex.
    pose proof (entmax_optimal n alpha (fun i => theta * z i) Hn A' r Sr) as O1.
    pose proof (entmax_optimal n alpha (fun i => eta * z i) Hn A' p Sp) as O2. unfold objective in O1, O2.
    rewrite (Sum_ext n (fun i => entmax n alpha (fun i => theta * z i) i * (theta * z i)) (fun i => p i * (theta * z i))) in O1 by (intros;
      now rewrite P).
    rewrite (Sum_ext n (fun i => tsallis_term alpha (entmax n alpha (fun i => theta * z i) i)) (fun i => tsallis_term alpha (p i))) in O1 by
      (intros; now rewrite P).
    rewrite (Sum_ext n (fun i => entmax n alpha (fun i => eta * z i) i * (eta * z i)) (fun i => r i * (eta * z i))) in O2 by (intros;
      now rewrite Q).
    rewrite (Sum_ext n (fun i => tsallis_term alpha (entmax n alpha (fun i => eta * z i) i)) (fun i => tsallis_term alpha (r i))) in O2 by (intros;
      now rewrite Q).
    lra. }
destruct K as [e [f [K1 K2]]]. destruct (scales_exchange theta eta _ _ e f Ht K1 K2) as [C|C]; [|exact C].
right. unfold p, r. now rewrite C.
Qed.

(** Entries of the Jacobian are at most the sensitivity of either token. *)
Lemma jacobian_entry_le n alpha p i j : simplex n p -> inr i n -> inr j n ->
  Rabs (sens alpha p i * (if Nat.eq_dec i j then 1 else 0) - sens alpha p i * sens alpha p j / Sum n (sens alpha p)) <= sens alpha p j.
Proof.
intros Hp Hi Hj. pose proof (sens_sum_pos n alpha p Hp) as HS. set (s := sens alpha p) in *.
assert (Gi : 0 <= s i) by apply sens_ge0. assert (Gj : 0 <= s j) by apply sens_ge0.
assert (Li : s i <= Sum n s) by (apply Sum_ge_term; [exact Hi | intros; apply sens_ge0]).
set (S := Sum n s) in *. assert (Q : 0 <= s i / S <= 1).
{ split; [apply Rmult_le_pos; [exact Gi | left; now apply Rinv_0_lt_compat]|].
  apply (Rmult_le_reg_r S); [exact HS|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
replace (s i * s j / S) with (s i / S * s j) by (unfold Rdiv; ring). destruct (Nat.eq_dec i j) as [->|]; apply Rabs_le; nra.
Qed.

(** Sparsemax with the same support is affine. *)
Lemma sparsemax_affine n z y i : (1 <= n)%nat -> (forall l, inr l n -> entmax n 2 z l > 0 <-> entmax n 2 y l > 0) ->
  inr i n -> 0 < entmax n 2 z i ->
  entmax n 2 y i - entmax n 2 z i =
  y i - z i - Sum n (fun j => if Rlt_dec 0 (entmax n 2 z j) then y j - z j else 0) / INR (support_size n (entmax n 2 z)).
Proof.
intros Hn H Hi Hp. assert (Ha : 1 < 2) by lra. set (d := threshold n 2 y - threshold n 2 z).
assert (V : forall w l, 0 < entmax n 2 w l -> entmax n 2 w l = w l - threshold n 2 w).
{ intros w l L. assert (L' := L). apply entmax_pos_iff in L'; [|exact Ha]. unfold scaled in L'. unfold entmax.
  rewrite Rmax_0_id by lra. replace (/ (2 - 1)) with 1 by field. rewrite pw_1_r by lra. ring. }
assert (T : forall l, inr l n -> 0 < entmax n 2 z l -> entmax n 2 y l - entmax n 2 z l = y l - z l - d).
{ intros l Hl L. assert (L' : 0 < entmax n 2 y l) by (apply (H l Hl); exact L). rewrite !V by assumption. unfold d. ring. }
rewrite T by assumption. f_equal. pose proof (support_size_pos n (entmax n 2 z) (entmax_simplex n 2 z Hn Ha)) as P.
assert (N : 0 < INR (support_size n (entmax n 2 z))) by (apply lt_0_INR; lia).
assert (E : Sum n (fun l => entmax n 2 y l - entmax n 2 z l) = 0) by (rewrite Sum_minus, !entmax_sum by assumption; ring).
rewrite (Sum_ext n _ (fun l => (if Rlt_dec 0 (entmax n 2 z l) then y l - z l else 0) - (if Rlt_dec 0 (entmax n 2 z l) then 1 else 0) * d)) in E.
- rewrite Sum_minus, Sum_scal_r, <- support_size_Sum in E. apply (Rmult_eq_reg_r (INR (support_size n (entmax n 2 z)))); [|lra].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
- intros l Hl. destruct (Rlt_dec 0 (entmax n 2 z l)) as [L|L]; [rewrite T by assumption; ring|].
  pose proof (entmax_ge0 n 2 z l). pose proof (entmax_ge0 n 2 y l).
    destruct (Rlt_dec 0 (entmax n 2 y l)) as [L'|L']; [apply (H l Hl) in L'; lra | lra].
Qed.

(** The derivative in the scale. *)
Lemma scale_derivative n alpha theta z i : (1 <= n)%nat -> 1 < alpha -> inr i n ->
  (forall l, inr l n -> theta * (alpha - 1) * z l <> threshold n alpha (fun i => theta * z i)) ->
  let s := sens alpha (entmax n alpha (fun i => theta * z i)) in
  is_derive (fun t => entmax n alpha (fun j => t * z j) i) theta (s i * (z i - Sum n (fun k => s k * z k) / Sum n s)).
Proof.
intros Hn Ha Hi Hb s. set (g t j := (theta + t) * z j).
assert (D : is_derive (fun t => entmax n alpha (g t) i) 0 (s i * (z i - Sum n (fun k => s k * z k) / Sum n s))).
{ apply (entmax_derivative n alpha (fun i => theta * z i) g z Hn Ha); [| | |exact Hi].
  - right. intros l Hl. specialize (Hb l Hl). lra.
  - intros; unfold g; ring.
  - intros; unfold g; auto_derive; [exact I | ring]. }
apply (is_derive_ext (fun t => entmax n alpha (g (t - theta)) i)).
- assert (E : forall t : R, theta + (t - theta) = t) by (intros; ring). intros t. unfold g. now rewrite E.
- replace (s i * _) with (1 * (s i * (z i - Sum n (fun k => s k * z k) / Sum n s))) by ring.
  apply (is_derive_comp (fun t => entmax n alpha (g t) i) (fun t => t - theta)).
  + rewrite Rminus_eq_0. exact D.
  + auto_derive; [exact I | ring].
Qed.

(** Chebyshev: the logarithm of a probability rises with its logit. *)
Lemma covariance_nonneg n alpha theta z : (1 <= n)%nat -> 1 < alpha -> 0 < theta ->
  let p := entmax n alpha (fun i => theta * z i) in let s := sens alpha p in
  0 <= Sum n (fun k => s k * (z k - Sum n (fun l => s l * z l) / Sum n s) * ln (p k)).
Proof.
intros Hn Ha Ht p s. set (tau := threshold n alpha (fun i => theta * z i)). set (m := Sum n (fun l => s l * z l) / Sum n s).
assert (HS : 0 < Sum n s) by (apply sens_sum_pos; now apply entmax_simplex).
assert (Z : Sum n (fun k => s k * (z k - m)) = 0).
{ rewrite (Sum_ext n _ (fun k => s k * z k - s k * m)) by (intros; ring). rewrite Sum_minus, Sum_scal_r. unfold m. field. lra. }
assert (Mean : 0 < (alpha - 1) * (theta * m) - tau).
{ assert (L : Sum n (fun k => s k * (tau / ((alpha - 1) * theta))) < Sum n (fun k => s k * z k)).
  { assert (At : 0 < (alpha - 1) * theta) by (apply Rmult_lt_0_compat; lra).
    assert (W : forall k, 0 < p k -> tau / ((alpha - 1) * theta) < z k).
    { intros k Hk. apply entmax_pos_iff in Hk; [|exact Ha]. unfold scaled in Hk. fold tau in Hk.
      apply (Rmult_lt_reg_r ((alpha - 1) * theta)); [exact At|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    destruct (Sum_pos_ex n s HS) as [k [Hk Sk]]. apply (Sum_lt n _ _ k Hk).
    - intros i _. unfold s, sens. destruct (Rlt_dec 0 (p i)) as [L|L]; [|lra]. apply Rmult_le_compat_l; [apply pw_ge0|]. left. now apply W.
    - apply Rmult_lt_compat_l; [exact Sk|]. apply W. unfold s, sens in Sk. destruct (Rlt_dec 0 (p k)); [assumption|lra]. }
  rewrite Sum_scal_r in L. unfold m.
  assert (At : 0 < (alpha - 1) * theta) by (apply Rmult_lt_0_compat; lra).
  assert (Q : tau / ((alpha - 1) * theta) < Sum n (fun k => s k * z k) / Sum n s).
  { apply (Rmult_lt_reg_r (Sum n s)); [exact HS|]. unfold Rdiv at 2. rewrite Rmult_assoc, Rinv_l; lra. }
  fold m in Q. apply (Rmult_lt_compat_r ((alpha - 1) * theta)) in Q; [|exact At].
  unfold Rdiv in Q. rewrite Rmult_assoc, Rinv_l in Q by lra. fold m. lra. }
set (lm := ln (pw ((alpha - 1) * (theta * m) - tau) (/ (alpha - 1)))).
replace (Sum n (fun k => s k * (z k - m) * ln (p k))) with (Sum n (fun k => s k * ((z k - m) * (ln (p k) - lm)))).
- apply Sum_nonneg. intros k _. unfold s, sens. destruct (Rlt_dec 0 (p k)) as [L|L]; [|lra].
  apply Rmult_le_pos; [apply pw_ge0|]. pose proof (q_pos alpha Ha) as Hq.
  assert (Y : 0 < (alpha - 1) * (theta * z k) - tau) by (apply entmax_pos_iff in L; [unfold scaled in L; fold tau in L; lra | exact Ha]).
  assert (Pk : p k = pw ((alpha - 1) * (theta * z k) - tau) (/ (alpha - 1))) by (unfold p, entmax; fold tau; now rewrite Rmax_0_id by lra).
  rewrite Pk. unfold lm. destruct (Rtotal_order (z k) m) as [T|[T|T]].
  + assert (ln (pw ((alpha - 1) * (theta * z k) - tau) (/ (alpha - 1))) < ln (pw ((alpha - 1) * (theta * m) - tau) (/ (alpha - 1)))); [|nra].
    apply ln_increasing; [now apply pw_gt0|]. apply pw_lt; [exact Hq|]. split; [lra|].
    assert ((alpha - 1) * (theta * z k) < (alpha - 1) * (theta * m)); [|lra]. apply Rmult_lt_compat_l; [lra|]. apply Rmult_lt_compat_l; lra.
  + rewrite T. lra.
  + assert (ln (pw ((alpha - 1) * (theta * m) - tau) (/ (alpha - 1))) < ln (pw ((alpha - 1) * (theta * z k) - tau) (/ (alpha - 1)))); [|nra].
    apply ln_increasing; [now apply pw_gt0|]. apply pw_lt; [exact Hq|]. split; [lra|].
    assert ((alpha - 1) * (theta * m) < (alpha - 1) * (theta * z k)); [|lra]. apply Rmult_lt_compat_l; [lra|]. apply Rmult_lt_compat_l; lra.
- rewrite (Sum_ext n _ (fun k => s k * (z k - m) * ln (p k) - s k * (z k - m) * lm)) by (intros; ring).
  rewrite Sum_minus, (Sum_scal_r n lm), Z. ring.
Qed.

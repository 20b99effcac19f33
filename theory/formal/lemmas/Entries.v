(* The largest entry of the Jacobian and the worst condition number: power means over the other tokens. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra One Norms.
Open Scope R_scope.

(** The tangent of a concave power, 0 at 0 for every exponent. *)
Lemma concave_tangent b t m : 0 <= b <= 1 -> 0 <= t -> 0 < m ->
  (if Rlt_dec 0 t then pw t b else 0) <= pw m b + b * pw m (b - 1) * (t - m).
Proof.
intros Hb Ht Hm. assert (Z : pw m b = pw m (b - 1) * m).
{ replace b with (b - 1 + 1) at 1 by ring. rewrite pw_plus, pw_1_r; lra. }
assert (P : 0 < pw m (b - 1)) by (now apply pw_gt0).
destruct (Rlt_dec 0 t) as [L|L]; [|replace t with 0 by lra; rewrite Z; assert (0 <= pw m (b - 1) * m * (1 - b)) by (apply Rmult_le_pos; nra); lra].
destruct (Req_EM_T b 0) as [->|B0].
{ rewrite !pw_Rpower, !Rpower_O by lra. lra. }
destruct (Req_EM_T b 1) as [->|B1].
{ rewrite !pw_1_r by lra. replace (1 - 1) with 0 by ring. rewrite pw_Rpower, Rpower_O by lra. lra. }
destruct (Req_EM_T t m) as [->|Hne]; [lra|].
assert (Ib : 1 < / b) by (rewrite <- Rinv_1; apply Rinv_lt_contravar; lra).
assert (U : forall x, 0 < x -> pw (pw x b) (/ b) = x).
{ intros x Hx. rewrite pw_pw by (lra || (apply Rgt_not_eq; lra)). rewrite Rinv_r, pw_1_r; lra. }
assert (N : pw t b <> pw m b) by (intros E; apply Hne; rewrite <- (U t L), <- (U m Hm), E; reflexivity).
pose proof (tangent_strict (pw t b) (pw m b) (/ b) Ib (pw_ge0 _ _) (pw_ge0 _ _) N) as T. rewrite !U in T by assumption.
assert (E : pw (pw m b) (/ b - 1) = pw m (1 - b)).
{ rewrite pw_pw by lra. f_equal. field. lra. }
rewrite E in T. assert (I : pw m (1 - b) * pw m (b - 1) = 1).
{ rewrite <- pw_plus by lra. replace (1 - b + (b - 1)) with 0 by ring. rewrite pw_Rpower, Rpower_O; lra. }
apply (Rmult_lt_compat_l (b * pw m (b - 1))) in T; [|nra].
replace (b * pw m (b - 1) * (m + / b * pw m (1 - b) * (pw t b - pw m b)))
  with (b * pw m (b - 1) * m + (pw m (1 - b) * pw m (b - 1)) * (pw t b - pw m b)) in T by (field; lra).
rewrite I in T. lra.
Qed.

Lemma Sum_others n i f : inr i n -> Sum n (fun k => if Nat.eq_dec k i then 0 else f k) = Sum n f - f i.
Proof.
intros Hi. rewrite <- (Sum_single n i (f i) Hi), <- Sum_minus. apply Sum_ext. intros k _.
destruct (Nat.eq_dec k i) as [->|]; ring.
Qed.

Lemma others_none n alpha p i : simplex n p -> inr i n -> p i = 1 -> Sum n (sens alpha p) - sens alpha p i = 0.
Proof.
intros [H0 H1] Hi E. rewrite <- (Sum_others n i (sens alpha p) Hi).
assert (Z : forall k, inr k n -> 0 = (if Nat.eq_dec k i then 0 else p k)).
{ apply (Sum_eq_le n (fun _ => 0) (fun k => if Nat.eq_dec k i then 0 else p k)).
  - intros k Hk. destruct (Nat.eq_dec k i); [lra | now apply H0].
  - rewrite Sum_zero, Sum_others, H1 by exact Hi. lra. }
rewrite (Sum_ext n _ (fun _ => 0)), Sum_zero; [reflexivity|].
intros k Hk. specialize (Z k Hk). destruct (Nat.eq_dec k i); [reflexivity|]. unfold sens. destruct (Rlt_dec 0 (p k)); lra.
Qed.

(** The other tokens' sensitivities: largest when their probabilities are equal. *)
Lemma others_le n alpha p i : (2 <= n)%nat -> 1 <= alpha <= 2 -> simplex n p -> inr i n ->
  Sum n (sens alpha p) - sens alpha p i <= pw (INR n - 1) (alpha - 1) * pw (1 - p i) (2 - alpha).
Proof.
intros Hn Ha Hp Hi. assert (HN : 1 <= INR n - 1) by (apply le_INR in Hn; simpl in Hn; lra).
destruct Hp as [H0 H1]. rewrite <- (Sum_others n i (sens alpha p) Hi).
assert (R0 : Sum n (fun k => if Nat.eq_dec k i then 0 else p k) = 1 - p i) by (rewrite Sum_others, H1; [reflexivity | exact Hi]).
destruct (Rle_lt_or_eq_dec 0 (1 - p i)) as [L|L].
{ rewrite <- R0. apply Sum_nonneg. intros k Hk. destruct (Nat.eq_dec k i); [lra | now apply H0]. }
- set (b := 2 - alpha). set (m := (1 - p i) / (INR n - 1)). assert (Hm : 0 < m) by (apply Rdiv_lt_0_compat; lra).
  set (f k := if Nat.eq_dec k i then 0 else 1).
  assert (F : Sum n f = INR n - 1).
  { unfold f. rewrite (Sum_others n i (fun _ => 1)), Sum_const by exact Hi. ring. }
  apply Rle_trans with (Sum n (fun k => f k * (pw m b - b * pw m (b - 1) * m) + b * pw m (b - 1) * (if Nat.eq_dec k i then 0 else p k))).
  + apply Sum_le. intros k Hk. unfold f. destruct (Nat.eq_dec k i); [lra|].
    pose proof (concave_tangent b (p k) m ltac:(unfold b; lra) (H0 k Hk) Hm) as T. unfold sens. fold b. lra.
  + rewrite Sum_plus, Sum_scal_r, Sum_scal, F, R0. right.
    assert (ED : 1 - p i = (INR n - 1) * m) by (unfold m; field; lra).
    assert (K : pw (INR n - 1) (alpha - 1) * pw (INR n - 1) b = INR n - 1).
    { rewrite <- pw_plus by lra. unfold b. replace (alpha - 1 + (2 - alpha)) with 1 by ring. apply pw_1_r. lra. }
    assert (ER : pw (INR n - 1) (alpha - 1) * pw (1 - p i) b = (INR n - 1) * pw m b).
    { rewrite ED, pw_mult, <- Rmult_assoc, K by lra. reflexivity. }
    rewrite ER, ED. ring.
- rewrite Sum_others, (others_none n alpha p i (conj H0 H1) Hi) by (exact Hi || lra). apply Rmult_le_pos; apply pw_ge0.
Qed.

(** Jensen for two points. *)
Lemma jensen_two c u x y : 1 <= c -> 0 <= u <= 1 -> 0 <= x -> 0 <= y -> 0 < u * x + (1 - u) * y ->
  pw (u * x + (1 - u) * y) c <= u * pw x c + (1 - u) * pw y c.
Proof.
intros Hc Hu Hx Hy Hm. set (m := u * x + (1 - u) * y) in *. destruct Hc as [Hc| <-]; [|rewrite !pw_1_r by lra; unfold m; lra].
assert (T : forall t, 0 <= t -> pw m c + c * pw m (c - 1) * (t - m) <= pw t c).
{ intros t Ht. destruct (Req_EM_T t m) as [->|Hne]; [lra|]. left. apply tangent_strict; lra. }
pose proof (T x Hx) as Tx. pose proof (T y Hy) as Ty.
apply (Rmult_le_compat_l u) in Tx; [|lra]. apply (Rmult_le_compat_l (1 - u)) in Ty; [|lra].
assert (u * (c * pw m (c - 1) * (x - m)) + (1 - u) * (c * pw m (c - 1) * (y - m)) = 0) by (unfold m at 2 4; ring). lra.
Qed.

Definition entry_constant (n : nat) (alpha : R) : R := pw (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) (alpha - 3).

Lemma diagonal_le n alpha p i : (2 <= n)%nat -> 1 <= alpha <= 2 -> simplex n p -> inr i n ->
  sens alpha p i - sens alpha p i ^ 2 / Sum n (sens alpha p) <= entry_constant n alpha.
Proof.
intros Hn Ha Hp Hi. assert (HN : 1 <= INR n - 1) by (apply le_INR in Hn; simpl in Hn; lra).
pose proof (sens_sum_pos n alpha p Hp) as HS. pose proof (others_le n alpha p i Hn Ha Hp Hi) as O.
assert (C0 : 0 <= entry_constant n alpha) by apply pw_ge0. pose proof (sens_ge0 alpha p i) as G.
assert (Li : sens alpha p i <= Sum n (sens alpha p)) by (apply Sum_ge_term; [exact Hi | intros; apply sens_ge0]).
set (S := Sum n (sens alpha p)) in *. set (w := sens alpha p i) in *.
replace (w - w ^ 2 / S) with (w * (S - w) / S) by (field; lra).
destruct (Rle_lt_or_eq_dec 0 w G) as [W|W]; [|rewrite <- W; unfold Rdiv; rewrite !Rmult_0_l; exact C0].
destruct (Rle_lt_or_eq_dec 0 (S - w)) as [D|D]; [lra| |rewrite <- D; unfold Rdiv; rewrite Rmult_0_r, Rmult_0_l; exact C0].
assert (U : 0 < p i) by (unfold w, sens in W; destruct (Rlt_dec 0 (p i)); [assumption|lra]).
assert (U1 : p i < 1).
{ destruct Hp as [H0 H1]. apply Rnot_le_lt. intros L.
  destruct (Sum_pos_ex n (fun k => if Nat.eq_dec k i then 0 else sens alpha p k)) as [k [Hk Pk]];
    [rewrite Sum_others by exact Hi; exact D|]. cbv beta in Pk. destruct (Nat.eq_dec k i) as [|Hne]; [lra|].
  unfold sens in Pk. destruct (Rlt_dec 0 (p k)) as [Q|]; [|lra].
  pose proof (Sum_ge_term n (fun k => if Nat.eq_dec k i then 0 else p k) k Hk) as X. cbv beta in X.
  rewrite Sum_others in X by exact Hi. destruct (Nat.eq_dec k i); [contradiction|].
  assert (p k <= Sum n p - p i); [|lra]. apply X. intros j Hj. destruct (Nat.eq_dec j i); [lra | now apply H0]. }
set (u := p i) in *. set (b := 2 - alpha) in *. set (N := INR n - 1) in *. set (y := pw N (- ((alpha - 1) / (3 - alpha)))).
assert (Ew : w = pw u b) by (unfold w, sens; fold u; destruct (Rlt_dec 0 u); [reflexivity|contradiction]).
assert (Y : 0 < y) by (apply pw_gt0; lra).
assert (Iu : 0 < / u) by (now apply Rinv_0_lt_compat). assert (Iv : 0 < / (1 - u)) by (apply Rinv_0_lt_compat; lra).
pose proof (jensen_two (1 + b) u (/ u) (y * / (1 - u)) ltac:(unfold b; lra) ltac:(lra) ltac:(lra) ltac:(nra)) as J.
replace (u * / u + (1 - u) * (y * / (1 - u))) with (1 + y) in J by (field; lra). specialize (J ltac:(lra)).
rewrite pw_mult in J by lra.
assert (A1 : u * pw (/ u) (1 + b) = / w).
{ rewrite pw_plus, pw_1_r, pw_inv by lra. rewrite Ew, !pw_Rpower, Rpower_Ropp by lra. field. split; [apply Rgt_not_eq, Rpower_gt0 | lra]. }
assert (A2 : pw y (1 + b) = / pw N (alpha - 1)).
{ unfold y. rewrite !pw_Rpower by (try apply pw_gt0; lra). rewrite Rpower_mult.
  replace (- ((alpha - 1) / (3 - alpha)) * (1 + b)) with (- (alpha - 1)) by (unfold b; field; lra). apply Rpower_Ropp. }
assert (A3 : (1 - u) * pw (/ (1 - u)) (1 + b) = / pw (1 - u) b).
{ rewrite pw_plus, pw_1_r, pw_inv by lra. rewrite !pw_Rpower, Rpower_Ropp by lra. field. split; [apply Rgt_not_eq, Rpower_gt0 | lra]. }
assert (A4 : (1 - u) * (pw y (1 + b) * pw (/ (1 - u)) (1 + b)) = / (pw N (alpha - 1) * pw (1 - u) b)).
{ replace ((1 - u) * (pw y (1 + b) * pw (/ (1 - u)) (1 + b))) with (pw y (1 + b) * ((1 - u) * pw (/ (1 - u)) (1 + b))) by ring.
  rewrite A2, A3. assert (0 < pw N (alpha - 1)) by (apply pw_gt0; lra). assert (0 < pw (1 - u) b) by (apply pw_gt0; lra). field. lra. }
rewrite A1, A4 in J.
assert (K : / (pw N (alpha - 1) * pw (1 - u) b) <= / (S - w)) by (apply Rinv_le_contravar; assumption).
assert (EC : entry_constant n alpha = / pw (1 + y) (1 + b)).
{ unfold entry_constant. fold N y. replace (alpha - 3) with (- (1 + b)) by (unfold b; ring). rewrite !pw_Rpower by lra. apply Rpower_Ropp. }
rewrite EC. replace (w * (S - w) / S) with (/ (/ w + / (S - w))) by (field; lra).
apply Rinv_le_contravar; [apply pw_gt0; lra | lra].
Qed.

Theorem entry_le n alpha p i j : (2 <= n)%nat -> 1 <= alpha <= 2 -> simplex n p -> inr i n -> inr j n ->
  Rabs (sens alpha p i * sens alpha p j / Sum n (sens alpha p) - (if Nat.eq_dec i j then 1 else 0) * sens alpha p i) <= entry_constant n alpha.
Proof.
intros Hn Ha Hp Hi Hj. eapply Rle_trans; [|now apply (diagonal_le n alpha p i)].
pose proof (sens_sum_pos n alpha p Hp) as HS. pose proof (sens_ge0 alpha p i) as Gi. pose proof (sens_ge0 alpha p j) as Gj.
assert (Li : sens alpha p i <= Sum n (sens alpha p)) by (apply Sum_ge_term; [exact Hi | intros; apply sens_ge0]).
set (S := Sum n (sens alpha p)) in *. replace (sens alpha p i - sens alpha p i ^ 2 / S) with (sens alpha p i * (S - sens alpha p i) / S) by (field;
  lra).
destruct (Nat.eq_dec i j) as [<-|Hne].
- rewrite Rabs_minus_sym, Rabs_pos_eq.
  + right. field. lra.
  + replace (1 * sens alpha p i - sens alpha p i * sens alpha p i / S) with (sens alpha p i * (S - sens alpha p i) / S) by (field; lra).
    apply Rmult_le_pos; [apply Rmult_le_pos; lra | left; now apply Rinv_0_lt_compat].
- rewrite Rmult_0_l, Rminus_0_r, Rabs_pos_eq.
  2:{ apply Rmult_le_pos; [apply Rmult_le_pos; lra | left; now apply Rinv_0_lt_compat]. }
  apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat|]. apply Rmult_le_compat_l; [exact Gi|].
  unfold S. rewrite <- (Sum_others n i (sens alpha p) Hi).
  pose proof (Sum_ge_term n (fun k => if Nat.eq_dec k i then 0 else sens alpha p k) j Hj) as X. cbv beta in X.
  destruct (Nat.eq_dec j i); [congruence|]. apply X. intros k _. destruct (Nat.eq_dec k i); [lra | apply sens_ge0].
Qed.

Theorem condition_le n alpha p : (2 <= n)%nat -> 1 < alpha -> alpha <= 2 -> simplex n p ->
  pw (Largest n p) (alpha - 1) * Sum n (sens alpha p) <=
  Largest n p + pw (Largest n p) (alpha - 1) * pw (INR n - 1) (alpha - 1) * (if Rlt_dec (Largest n p) 1 then pw (1 - Largest n p) (2 - alpha) else
    0).
Proof.
intros Hn Ha Ha2 Hp. destruct (Largest_le1 n p ltac:(lia) Hp) as [W W1]. destruct (Largest_in n p ltac:(lia)) as [i [Hi E]]. rewrite E in *.
assert (P : pw (p i) (alpha - 1) * sens alpha p i = p i).
{ unfold sens. destruct (Rlt_dec 0 (p i)) as [L|L]; [|lra]. rewrite <- pw_plus by lra. replace (alpha - 1 + (2 - alpha)) with 1 by ring.
  apply pw_1_r; lra. }
assert (0 < pw (p i) (alpha - 1)) by (now apply pw_gt0). destruct (Rlt_dec (p i) 1) as [L|L].
- pose proof (others_le n alpha p i Hn ltac:(lra) Hp Hi) as O. nra.
- pose proof (others_none n alpha p i Hp Hi ltac:(lra)) as O. replace (Sum n (sens alpha p)) with (sens alpha p i) by lra. lra.
Qed.

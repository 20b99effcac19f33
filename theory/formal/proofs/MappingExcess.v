(* Proofs of the printed statements: the excess and its root, of the chapter mapping. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Extra Newton Sorted Closed Tactics.
From EntmaxFormal Require Import Statements MappingProofs MappingEntropy.
Open Scope R_scope.

Theorem closed_form_four_thirds__cubic : Statements.closed_form_four_thirds__cubic.
Proof.
start. pose proof (cubic n alpha z H H0 H1 H2) as E. pose proof (INR_size n alpha z H H0).
etransitivity; [|exact E]. field. lra.
Qed.

Theorem closed_form_four_thirds__closed : Statements.closed_form_four_thirds__closed.
Proof.
start. pose proof (cubic n alpha z H H0 H1 H2) as E. pose proof (INR_size n alpha z H H0) as P.
apply (cardano_printed _ _ _ P (V_ge0 n alpha z)) in E. lra.
Qed.

(** Two tokens: with both above the threshold the powers of the probabilities differ as the logits do. *)

Section Two.
Variables (alpha : R) (z : nat -> R).
Hypothesis Ha : 1 < alpha.
Let p := entmax 2 alpha z.

Lemma two_sum : p 1%nat + p 2%nat = 1.
Proof. pose proof (entmax_sum 2 alpha z ltac:(lia) Ha) as E. simpl in E. unfold p. lra. Qed.

Lemma two_far i j : inr i 2 -> inr j 2 -> i <> j -> z i - z j >= / (alpha - 1) -> p i = 1.
Proof.
intros Hi Hj Hne L. assert (p j = 0).
{ apply finite_mask; [lia | exact Ha|]. pose proof (Largest_ge 2 z i Hi). lra. }
pose proof two_sum. assert (C : (i = 1 /\ j = 2 \/ i = 2 /\ j = 1)%nat) by lia. destruct C as [[-> ->]|[-> ->]]; lra.
Qed.

Lemma two_equation : Rabs (z 1%nat - z 2%nat) <= / (alpha - 1) ->
  pw (p 1%nat) (alpha - 1) - pw (p 2%nat) (alpha - 1) = (alpha - 1) * (z 1%nat - z 2%nat).
Proof.
intros L. apply Rabs_le_between in L. pose proof two_sum as S.
assert (K : (alpha - 1) * / (alpha - 1) = 1) by (field; lra).
pose proof (threshold_bracket 2 alpha z ltac:(lia) Ha) as [B _].
rewrite !(entmax_pow 2 alpha z Ha). unfold p in S.
set (tau := threshold 2 alpha z) in *. unfold scaled in *.
(* a token at zero leaves the other with 1, whose logit is then 1 above the threshold *)
assert (F : forall i j, entmax 2 alpha z i + entmax 2 alpha z j = 1 -> (alpha - 1) * z i <= tau -> (alpha - 1) * z j = tau + 1).
{ intros i j E Li. assert (Z : entmax 2 alpha z i = 0) by (now apply entmax_zero_iff).
  assert (O : pw (entmax 2 alpha z j) (alpha - 1) = 1) by (replace (entmax 2 alpha z j) with 1 by lra; apply pw_1_l).
  rewrite (entmax_pow 2 alpha z Ha) in O. fold tau in O. unfold scaled in O. unfold Rmax in O. destruct (Rle_dec 0 _); lra. }
destruct (Rle_dec ((alpha - 1) * z 1%nat) tau) as [L1|L1].
- pose proof (F 1%nat 2%nat S L1). rewrite Rmax_0_0, Rmax_0_id by lra. nra.
- destruct (Rle_dec ((alpha - 1) * z 2%nat) tau) as [L2|L2].
  + pose proof (F 2%nat 1%nat ltac:(lra) L2). rewrite (Rmax_0_0 (_ * z 2%nat - _)), Rmax_0_id by lra. nra.
  + rewrite !Rmax_0_id by lra. ring.
Qed.
End Two.

Theorem closed_form_two_tokens__equation : Statements.closed_form_two_tokens__equation.
Proof. start. subst n. now apply two_equation. Qed.

Lemma cut_is c y : (0 <= c <= 1 -> y = c) -> (c < 0 -> y = 0) -> (1 < c -> y = 1) -> y = Rmin 1 (Rmax 0 c).
Proof.
intros A B C. destruct (Rlt_dec c 0) as [L|L]; [rewrite B, Rmax_left, Rmin_right; lra|]. rewrite Rmax_right by lra.
destruct (Rlt_dec 1 c) as [G|G]; [rewrite C, Rmin_left; lra | rewrite A, Rmin_right; lra].
Qed.

Theorem closed_form_two_tokens__sparsemax : Statements.closed_form_two_tokens__sparsemax.
Proof.
start. subst n alpha. assert (I : / (2 - 1) = 1) by field. pose proof (two_sum 2 z H0) as S. apply cut_is; intros L.
- pose proof (two_equation 2 z H0) as E. rewrite I in E. replace (2 - 1) with 1 in E by ring.
  rewrite !pw_1_r in E by apply entmax_ge0. rewrite Rabs_le_between in E. lra.
- assert (entmax 2 2 z 2%nat = 1) by (apply (two_far 2 z H0 2 1); try lia; lra). lra.
- apply (two_far 2 z H0 1 2); try lia; lra.
Qed.

Theorem closed_form_two_tokens__three : Statements.closed_form_two_tokens__three.
Proof.
start. subst n alpha. assert (I : / (3 - 1) = / 2) by (f_equal; ring). pose proof (two_sum 3 z H0) as S. apply cut_is; intros L.
- pose proof (two_equation 3 z H0) as E. rewrite I in E. replace (3 - 1) with 2 in E by ring.
  rewrite !pw_2 in E by apply entmax_ge0. rewrite Rabs_le_between in E. nra.
- assert (entmax 2 3 z 2%nat = 1) by (apply (two_far 3 z H0 2 1); try lia; lra). lra.
- apply (two_far 3 z H0 1 2); try lia; lra.
Qed.

(** With a, b the roots of the probabilities: a - b = c and a^2 + b^2 = 1, so that a + b is the root of 2 - c^2. *)

Theorem closed_form_two_tokens__three_halves : Statements.closed_form_two_tokens__three_halves.
Proof.
start. destruct H1 as [-> L]. subst n. pose proof (two_sum (3 / 2) z H0) as S.
pose proof (two_equation (3 / 2) z H0) as E. replace (3 / 2 - 1) with (1 / 2) in E by field.
specialize (E ltac:(replace (/ (1 / 2)) with 2 by field; exact L)).
pose proof (pw_half_sqr _ (entmax_ge0 2 (3 / 2) z 1)) as A. pose proof (pw_half_sqr _ (entmax_ge0 2 (3 / 2) z 2)) as B.
pose proof (pw_ge0 (entmax 2 (3 / 2) z 1) (1 / 2)). pose proof (pw_ge0 (entmax 2 (3 / 2) z 2) (1 / 2)).
set (a := pw (entmax 2 (3 / 2) z 1) (1 / 2)) in *. set (b := pw (entmax 2 (3 / 2) z 2) (1 / 2)) in *.
assert (R : pw (2 - (z 1%nat - z 2%nat) ^ 2 / 4) (1 / 2) = a + b).
{ replace (2 - (z 1%nat - z 2%nat) ^ 2 / 4) with ((a + b) ^ 2).
  - rewrite <- pw_2 by lra. rewrite pw_pw by lra. replace (2 * (1 / 2)) with 1 by field. apply pw_1_r. lra.
  - replace ((z 1%nat - z 2%nat) ^ 2 / 4) with ((a - b) ^ 2) by (rewrite E; field). lra. }
rewrite R. replace (a + b + z 1%nat / 2 - z 2%nat / 2) with (2 * a) by lra. rewrite <- A. field.
Qed.

Theorem deformed_exponential__form : Statements.deformed_exponential__form.
Proof. start. unfold entmax. do 2 f_equal. field. lra. Qed.

Theorem deformed_exponential__steeper : Statements.deformed_exponential__steeper.
Proof.
start. pose proof (entmax_le1 n alpha z H H0 i H3) as L. destruct (entmax_ge0 n alpha z i) as [P|P]; [right | now left].
set (p := entmax n alpha z i) in *.
replace (2 - beta) with (2 - alpha + (alpha - beta)) by ring. rewrite pw_plus by lra.
pose proof (pw_small p (alpha - beta) ltac:(lra) ltac:(lra)). pose proof (pw_ge0 p (2 - alpha)). nra.
Qed.

(** Positive parts and convex powers. *)

Lemma pos_convex x y t : 0 <= t <= 1 -> Rmax 0 ((1 - t) * x + t * y) <= (1 - t) * Rmax 0 x + t * Rmax 0 y.
Proof.
intros Ht. pose proof (Rmax_l 0 x). pose proof (Rmax_r 0 x). pose proof (Rmax_l 0 y). pose proof (Rmax_r 0 y).
apply Rmax_lub; nra.
Qed.

Lemma power_convex x y t q : 1 <= q -> 0 <= x -> 0 <= y -> 0 <= t <= 1 ->
  pw ((1 - t) * x + t * y) q <= (1 - t) * pw x q + t * pw y q.
Proof.
intros Hq Hx Hy Ht. set (m := (1 - t) * x + t * y). assert (Hm : 0 <= m) by (unfold m; nra).
destruct Hm as [Hm|Hm].
- pose proof (tangent_pos x m q Hq Hm) as Tx. pose proof (tangent_pos y m q Hq Hm) as Ty. rewrite Rmax_0_id in Tx, Ty by assumption.
  set (d := q * pw m (q - 1)) in *. apply (Rmult_le_compat_l (1 - t)) in Tx; [|lra]. apply (Rmult_le_compat_l t) in Ty; [|lra].
  assert (Z : (1 - t) * (d * (x - m)) + t * (d * (y - m)) = 0) by (unfold m; ring). lra.
- rewrite <- Hm, pw_0 by lra. pose proof (pw_ge0 x q). pose proof (pw_ge0 y q). nra.
Qed.

Theorem excess_convex__mass : Statements.excess_convex__mass.
Proof.
start. rewrite <- !Sum_scal, <- Sum_plus. apply Sum_le. intros i _. set (x := (alpha - 1) * z i).
assert (Hq : 1 <= / (alpha - 1)) by (rewrite <- Rinv_1 at 1; apply Rinv_le_contravar; lra).
pose proof (pos_convex (x - rho) (x - shift - rho) mix H2) as P. pose proof (Rmax_0_ge (x - rho)). pose proof (Rmax_0_ge (x - shift - rho)).
replace ((1 - mix) * (x - rho) + mix * (x - shift - rho)) with (x - rho - shift * mix) in P by ring.
apply (pw_le _ _ (/ (alpha - 1))) in P; [|lra]. eapply Rle_trans; [exact P|].
pose proof (power_convex (Rmax 0 (x - rho)) (Rmax 0 (x - shift - rho)) mix _ Hq ltac:(assumption) ltac:(assumption) H2). lra.
Qed.

(** Minkowski's inequality for weights 1 - t and t: in units of the norms it is convexity of the power. *)

Lemma minkowski n q u v t : 1 <= q -> 0 <= t <= 1 -> (forall i, 0 <= u i) -> (forall i, 0 <= v i) ->
  pw (Sum n (fun i => pw ((1 - t) * u i + t * v i) q)) (/ q) <=
  (1 - t) * pw (Sum n (fun i => pw (u i) q)) (/ q) + t * pw (Sum n (fun i => pw (v i) q)) (/ q).
Proof.
intros Hq Ht Hu Hv. assert (Hi : 0 < / q) by (apply Rinv_0_lt_compat; lra).
set (A := pw (Sum n (fun i => pw (u i) q)) (/ q)). set (B := pw (Sum n (fun i => pw (v i) q)) (/ q)).
assert (Pow : forall w, pw (pw (Sum n (fun i => pw (w i) q)) (/ q)) q = Sum n (fun i => pw (w i) q)).
{ intros w. rewrite pw_pw by lra. replace (/ q * q) with 1 by (field; lra). apply pw_1_r, Sum_nonneg. intros; apply pw_ge0. }
assert (HA : 0 <= A) by apply pw_ge0. assert (HB : 0 <= B) by apply pw_ge0.
assert (Zero : forall w, (forall i, 0 <= w i) -> pw (Sum n (fun i => pw (w i) q)) (/ q) = 0 -> forall i, inr i n -> w i = 0).
{ intros w Hw E i Hin. destruct (Hw i) as [L|L]; [exfalso|auto].
  assert (0 < Sum n (fun i => pw (w i) q)).
  { apply Rlt_le_trans with (pw (w i) q); [now apply pw_gt0|].
    apply (Sum_ge_term n (fun i => pw (w i) q) i Hin). intros; apply pw_ge0. }
  apply (pw_gt0 _ (/ q)) in H. lra. }
set (M := (1 - t) * A + t * B). assert (HM : 0 <= M) by (unfold M; nra).
assert (K : Sum n (fun i => pw ((1 - t) * u i + t * v i) q) <= pw M q).
{ destruct HM as [HM|HM].
  - (* shares l, m of M, with l + m = 1 *)
    set (m := t * B / M). assert (Hm : 0 <= m <= 1).
    { unfold m. split; [apply Rmult_le_pos; [nra | left; now apply Rinv_0_lt_compat]|].
      apply (Rmult_le_reg_r M); [exact HM|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. unfold M. nra. }
    assert (L : 1 - m = (1 - t) * A / M) by (unfold m, M; field; fold M; lra).
    apply Rle_trans with (Sum n (fun i => pw M q * ((1 - m) * (pw (/ A) q * pw (u i) q) + m * (pw (/ B) q * pw (v i) q)))).
    + apply Sum_le. intros i Hin.
      assert (E : (1 - t) * u i + t * v i = M * ((1 - m) * (/ A * u i) + m * (/ B * v i))).
      { rewrite L. unfold m. destruct HA as [HA|HA]; [destruct HB as [HB|HB]|].
        - field. lra.
        - rewrite (Zero v Hv (eq_sym HB) i Hin). unfold Rdiv. rewrite !Rmult_0_r. field. lra.
        - rewrite (Zero u Hu (eq_sym HA) i Hin). destruct HB as [HB|HB].
          + unfold Rdiv. rewrite !Rmult_0_r. field. lra.
          + rewrite (Zero v Hv (eq_sym HB) i Hin). ring. }
      assert (Ia : 0 <= / A) by (destruct HA as [HA| <-]; [left; now apply Rinv_0_lt_compat | rewrite Rinv_0; lra]).
      assert (Ib : 0 <= / B) by (destruct HB as [HB| <-]; [left; now apply Rinv_0_lt_compat | rewrite Rinv_0; lra]).
      pose proof (Hu i). pose proof (Hv i).
      assert (0 <= / A * u i) by nra. assert (0 <= / B * v i) by nra.
      rewrite E, pw_mult by nra. apply Rmult_le_compat_l; [apply pw_ge0|].
      rewrite <- !pw_mult by assumption. now apply power_convex.
    + rewrite Sum_scal, Sum_plus, !Sum_scal. rewrite <- (Pow u), <- (Pow v). fold A B.
      assert (One : forall c, 0 <= c -> pw (/ c) q * pw c q <= 1).
      { intros c [Hc| <-]; [|rewrite (pw_0 0 q) by lra; lra].
        rewrite <- pw_mult by (try (left; apply Rinv_0_lt_compat); lra). rewrite Rinv_l, pw_1_l by lra. lra. }
      pose proof (One A HA). pose proof (One B HB). pose proof (pw_ge0 M q).
      rewrite <- (Rmult_1_r (pw M q)) at 2. apply Rmult_le_compat_l; [assumption|]. nra.
  - rewrite <- HM. rewrite (Sum_ext n _ (fun _ => 0)), Sum_zero; [apply pw_ge0|]. intros i Hin.
    assert (Pa : (1 - t) * A = 0) by (unfold M in HM; nra). assert (Pb : t * B = 0) by (unfold M in HM; nra).
    assert ((1 - t) * u i + t * v i = 0); [|rewrite H; apply pw_0; lra].
    apply Rmult_integral in Pa, Pb. assert ((1 - t) * u i = 0).
    { destruct Pa as [->|Pa]; [ring|]. rewrite (Zero u Hu Pa i Hin). ring. }
    destruct Pb as [->|Pb]; [lra|]. rewrite (Zero v Hv Pb i Hin). lra. }
apply (pw_le _ _ (/ q)) in K; [|exact Hi]. eapply Rle_trans; [exact K|]. right.
rewrite pw_pw by lra. replace (q * / q) with 1 by (field; lra). now apply pw_1_r.
Qed.

Theorem excess_convex__norm : Statements.excess_convex__norm.
Proof.
start. set (x i := (alpha - 1) * z i).
assert (Hq : 1 <= / (alpha - 1)) by (rewrite <- Rinv_1 at 1; apply Rinv_le_contravar; lra).
pose proof (minkowski n _ (fun i => Rmax 0 (x i - rho)) (fun i => Rmax 0 (x i - shift - rho)) mix Hq H2
  ltac:(intros; apply Rmax_0_ge) ltac:(intros; apply Rmax_0_ge)) as K.
rewrite Rinv_inv in K. rewrite (Rmult_comm (pw _ _)), Rplus_comm. eapply Rle_trans; [|exact K].
apply pw_le; [lra|]. apply Sum_le. intros i _. apply pw_le; [lra|].
pose proof (pos_convex (x i - rho) (x i - shift - rho) mix H2) as P.
replace ((1 - mix) * (x i - rho) + mix * (x i - shift - rho)) with (x i - rho - shift * mix) in P by ring. exact P.
Qed.

Lemma power_concave x y t q : 0 < q <= 1 -> 0 <= x -> 0 <= y -> 0 <= t <= 1 ->
  (1 - t) * pw x q + t * pw y q <= pw ((1 - t) * x + t * y) q.
Proof.
intros Hq Hx Hy Ht. set (m := (1 - t) * x + t * y). assert (Hm : 0 <= m) by (unfold m; nra).
destruct Hm as [Hm|Hm].
- assert (T : forall c, 0 <= c -> pw c q <= pw m q + q * pw m (q - 1) * (c - m)).
  { intros c [Hc| <-]; [now apply tangent_concave|]. rewrite pw_0 by lra.
    assert (E : pw m q = pw m (q - 1) * m) by (replace q with (q - 1 + 1) at 1 by ring; rewrite pw_plus, (pw_1_r m); lra).
    rewrite E. pose proof (pw_ge0 m (q - 1)). assert (0 <= (1 - q) * (pw m (q - 1) * m)) by (apply Rmult_le_pos; nra). lra. }
  pose proof (T x Hx) as Tx. pose proof (T y Hy) as Ty.
  set (d := q * pw m (q - 1)) in *. apply (Rmult_le_compat_l (1 - t)) in Tx; [|lra]. apply (Rmult_le_compat_l t) in Ty; [|lra].
  assert (Z : (1 - t) * (d * (x - m)) + t * (d * (y - m)) = 0) by (unfold m; ring). lra.
- assert (Px : (1 - t) * x = 0) by (unfold m in Hm; nra). assert (Py : t * y = 0) by (unfold m in Hm; nra).
  rewrite <- Hm, (pw_0 0 q) by lra. apply Rmult_integral in Px, Py.
  destruct Px as [->| ->], Py as [->| ->]; rewrite ?(pw_0 0 q) by lra; lra.
Qed.

Theorem excess_pieces__mass : Statements.excess_pieces__mass.
Proof.
start. apply Rle_ge. rewrite <- !Sum_scal, <- Sum_plus. apply Sum_le. intros i Hi.
assert (Hq : 0 < / (alpha - 1) <= 1) by (split; [now apply q_pos | rewrite <- Rinv_1; apply Rinv_le_contravar; lra]).
destruct (H4 i Hi) as [L|L]; set (x := (alpha - 1) * z i) in *.
- rewrite !Rmax_0_0 by nra. rewrite pw_0 by lra. lra.
- pose proof (power_concave (x - rho) (x - shift - rho) mix _ Hq ltac:(lra) ltac:(lra) H2) as K.
  rewrite !Rmax_0_id by nra. replace (x - rho - shift * mix) with ((1 - mix) * (x - rho) + mix * (x - shift - rho)) by ring. lra.
Qed.

(* Sensitivities of two blocks: by tangents, the exact constant from the maximum norm to the sum norm. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Dispersion.
Open Scope R_scope.

(** Weights s with mean m of values between -1 and 1: the mean distance from m is largest for two values. *)
Section Weights.
Variables (n : nat) (s v : nat -> R).
Hypotheses (Hs : forall i, inr i n -> 0 <= s i) (Hv : forall i, inr i n -> -1 <= v i <= 1).
Let S := Sum n s.
Let m := Sum n (fun i => s i * v i) / S.
Let up i := if Rlt_dec m (v i) then 1 else 0.
Let A := Sum n (fun i => s i * up i).
Let B := Sum n (fun i => s i * (1 - up i)).

Lemma two_values : 0 < S -> Sum n (fun i => s i * Rabs (v i - m)) * (A + B) <= 4 * (A * B).
Proof.
intros HS. assert (U : forall i, 0 <= up i <= 1) by (intros i; unfold up; destruct (Rlt_dec m (v i)); lra).
assert (HA : 0 <= A) by (apply Sum_nonneg; intros i Hi; apply Rmult_le_pos; [now apply Hs | apply U]).
assert (HB : 0 <= B) by (apply Sum_nonneg; intros i Hi; apply Rmult_le_pos; [now apply Hs | pose proof (U i); lra]).
assert (AB : A + B = S) by (unfold A, B, S; rewrite <- Sum_plus; apply Sum_ext; intros; ring).
set (P := Sum n (fun i => s i * up i * (v i - m))). set (Q := Sum n (fun i => s i * (1 - up i) * (m - v i))).
assert (PQ : P = Q).
{ assert (P - Q = 0); [|lra]. unfold P, Q. rewrite <- Sum_minus.
  rewrite (Sum_ext n _ (fun i => s i * v i - m * s i)) by (intros; ring). rewrite Sum_minus, Sum_scal. fold S. unfold m. field. lra. }
assert (T : Sum n (fun i => s i * Rabs (v i - m)) = P + Q).
{ unfold P, Q. rewrite <- Sum_plus. apply Sum_ext. intros i _. unfold up. destruct (Rlt_dec m (v i)) as [L|L].
  - rewrite Rabs_pos_eq by lra. ring.
  - rewrite Rabs_left1 by lra. ring. }
assert (P1 : P <= A * (1 - m)).
{ unfold P, A. rewrite <- Sum_scal_r. apply Sum_le. intros i Hi. apply Rmult_le_compat_l; [apply Rmult_le_pos; [now apply Hs | apply U]|].
  pose proof (Hv i Hi). lra. }
assert (Q1 : Q <= B * (1 + m)).
{ unfold Q, B. rewrite <- Sum_scal_r. apply Sum_le. intros i Hi. pose proof (U i).
  apply Rmult_le_compat_l; [apply Rmult_le_pos; [now apply Hs | lra]|].
  pose proof (Hv i Hi). lra. }
rewrite T, <- PQ. rewrite <- PQ in Q1. apply (Rmult_le_compat_r B) in P1; [|exact HB]. apply (Rmult_le_compat_r A) in Q1; [|exact HA]. lra.
Qed.
End Weights.

(** Concave powers lie below their tangents. *)
Lemma below_tangent c t y : 0 < c -> 0 <= t -> 0 <= y <= 1 -> (t = 0 -> 0 < y) -> pw t y <= pw c y + y * pw c (y - 1) * (t - c).
Proof.
intros Hc [Ht|<-] Hy Hz.
- rewrite !pw_Rpower by lra. set (u := t / c). assert (Hu : 0 < u) by (apply Rdiv_lt_0_compat; lra).
  assert (Et : t = u * c) by (unfold u; field; lra). rewrite Et, <- Rpower_mult_distr by lra.
  assert (Ec : Rpower c y = Rpower c (y - 1) * c) by (rewrite <- (Rpower_1 c) at 3 by lra; rewrite <- Rpower_plus; f_equal; ring).
  rewrite Ec. assert (K : Rpower u y <= 1 + y * (u - 1)).
  { destruct (proj2 Hy) as [Y|Y]; [|rewrite Y, Rpower_1; lra]. destruct (proj1 Hy) as [Y0|<-]; [|rewrite Rpower_O; lra].
    (* the inverse power is convex *)
    assert (Yi : 1 < / y) by (rewrite <- Rinv_1; apply Rinv_lt_contravar; lra).
    assert (W : u = Rpower (Rpower u y) (/ y)) by (rewrite Rpower_mult, Rinv_r, Rpower_1; lra).
    destruct (Req_EM_T (Rpower u y) 1) as [E|N].
    { assert (U1 : u = 1) by (rewrite W, E; unfold Rpower; rewrite ln_1, Rmult_0_r, exp_0; reflexivity). rewrite E, U1. lra. }
    pose proof (bernoulli_strict (Rpower u y) (/ y) Yi ltac:(apply Rpower_gt0) N) as Be. rewrite <- W in Be.
    apply (Rmult_lt_compat_l y) in Be; [|lra]. replace (y * (1 + / y * (Rpower u y - 1))) with (y + (Rpower u y - 1)) in Be by (field; lra). lra. }
  pose proof (Rpower_gt0 c (y - 1)) as G. apply (Rmult_le_compat_r (Rpower c (y - 1) * c)) in K; [|left; apply Rmult_lt_0_compat; lra]. lra.
- rewrite (pw_0 0 y) by (specialize (Hz eq_refl); lra). replace (pw c y) with (pw c (y - 1) * c).
  + pose proof (pw_ge0 c (y - 1)). assert (0 <= (1 - y) * (pw c (y - 1) * c)) by (apply Rmult_le_pos; [lra | apply Rmult_le_pos; lra]). lra.
  + rewrite <- (pw_1_r c) at 2 by lra. rewrite <- pw_plus by lra. f_equal. ring.
Qed.

(** Convex powers lie above theirs. *)
Lemma above_inverse c t y : 0 < c -> 0 < t -> 0 <= y -> pw c (- y) - y * pw c (- y - 1) * (t - c) <= pw t (- y).
Proof.
intros Hc Ht Hy. rewrite !pw_Rpower by lra. set (u := t / c). assert (Hu : 0 < u) by (apply Rdiv_lt_0_compat; lra).
assert (Et : t = u * c) by (unfold u; field; lra). rewrite Et, <- Rpower_mult_distr by lra.
assert (Ec : Rpower c (- y) = Rpower c (- y - 1) * c) by (rewrite <- (Rpower_1 c) at 3 by lra; rewrite <- Rpower_plus; f_equal; ring).
rewrite Ec. assert (K : 1 - y * (u - 1) <= Rpower u (- y)).
{ unfold Rpower. pose proof (exp_ineq1_le (- y * ln u)) as I. pose proof (ln_le_minus1 u Hu) as L. nra. }
pose proof (Rpower_gt0 c (- y - 1)) as G. apply (Rmult_le_compat_r (Rpower c (- y - 1) * c)) in K; [|left; apply Rmult_lt_0_compat; lra]. lra.
Qed.

(** The sum of k powers below 1, by their sum. *)
Lemma power_part n p up y : (forall i, inr i n -> 0 <= p i) -> (forall i, inr i n -> up i = 0 \/ up i = 1) -> 0 <= y <= 1 ->
  let k := Sum n up in let U := Sum n (fun i => p i * up i) in 0 < U ->
  Sum n (fun i => (if Rlt_dec 0 (p i) then pw (p i) y else 0) * up i) <= pw k (1 - y) * pw U y.
Proof.
intros Hp Hup Hy k U HU.
assert (Hk : 1 <= k).
{ destruct (Sum_pos_ex n _ HU) as [i [Hi L]]. cbv beta in L. destruct (Hup i Hi) as [E|E]; [rewrite E in L; lra|]. rewrite <- E.
  apply (Sum_ge_term n up i Hi).
  intros j Hj. destruct (Hup j Hj); lra. }
set (c := U / k). assert (Hc : 0 < c) by (apply Rdiv_lt_0_compat; lra).
apply Rle_trans with (Sum n (fun i => pw c y * up i + y * pw c (y - 1) * (p i * up i - c * up i))).
- apply Sum_le. intros i Hi. destruct (Hup i Hi) as [-> | ->]; [lra|]. rewrite !Rmult_1_r. destruct (Rlt_dec 0 (p i)) as [L|L].
  + apply below_tangent; lra.
  + replace (p i) with 0 by (pose proof (Hp i Hi); lra). replace (pw c y) with (pw c (y - 1) * c).
    * pose proof (pw_ge0 c (y - 1)). assert (0 <= (1 - y) * (pw c (y - 1) * c)) by (apply Rmult_le_pos; [lra | apply Rmult_le_pos; lra]). lra.
    * rewrite <- (pw_1_r c) at 2 by lra. rewrite <- pw_plus by lra. f_equal. ring.
- rewrite Sum_plus, !Sum_scal, Sum_minus, Sum_scal. fold k U. replace (U - c * k) with 0 by (unfold c; field; lra).
  right. rewrite Rmult_0_r, Rplus_0_r. unfold c, Rdiv. rewrite pw_mult by (lra || (left; apply Rinv_0_lt_compat; lra)).
  rewrite pw_inv by lra. unfold Rminus. rewrite (pw_plus k), pw_1_r by lra. ring.
Qed.

Section Two.
Variables (alpha k l U V A B : R).
Hypotheses (Ha : 1 <= alpha <= 2) (Hk : 1 <= k) (Hl : 1 <= l) (HU : 0 < U) (HV : 0 < V) (HUV : U + V = 1) (HA : 0 < A) (HB : 0 < B).
Hypotheses (BA : A <= pw k (alpha - 1) * pw U (2 - alpha)) (BB : B <= pw l (alpha - 1) * pw V (2 - alpha)).
Let kappa := (alpha - 1) / (3 - alpha).
Let W := pw k (- kappa) + pw l (- kappa).

Lemma W_pos : 0 < W.
Proof. apply Rplus_lt_0_compat; apply pw_gt0; lra. Qed.

(** One term of Hoelder's inequality, by the tangent where equality holds. *)
Lemma one_term j T C : 1 <= j -> 0 < T -> 0 < C -> C <= pw j (alpha - 1) * pw T (2 - alpha) ->
  let T' := pw j (- kappa) / W in pw W (3 - alpha) * T' - (2 - alpha) * pw W (3 - alpha) * (T - T') <= / C.
Proof.
intros Hj HT HC H T'. pose proof W_pos as HW. assert (P : 0 < pw j (- kappa)) by (apply pw_gt0; lra).
assert (HT' : 0 < T') by (apply Rdiv_lt_0_compat; lra).
pose proof (above_inverse T' T (2 - alpha) HT' HT ltac:(lra)) as I. assert (J : 0 < pw j (- (alpha - 1))) by (apply pw_gt0; lra).
assert (E1 : pw j (- (alpha - 1)) * pw T' (- (2 - alpha) - 1) = pw W (3 - alpha)).
{ unfold T', Rdiv. rewrite pw_mult by (lra || (left; apply Rinv_0_lt_compat; lra)). rewrite pw_inv by exact HW.
  rewrite (pw_Rpower j (- kappa)) by lra. rewrite (pw_Rpower (Rpower j (- kappa))) by apply Rpower_gt0. rewrite Rpower_mult, (pw_Rpower j) by lra.
  rewrite <- Rmult_assoc, <- Rpower_plus.
  replace (- (alpha - 1) + - kappa * (- (2 - alpha) - 1)) with 0 by (unfold kappa; field; lra). rewrite Rpower_O by lra. rewrite Rmult_1_l.
  f_equal. ring. }
assert (E2 : pw T' (- (2 - alpha)) = pw T' (- (2 - alpha) - 1) * T').
{ rewrite <- (pw_1_r T') at 3 by lra. rewrite <- pw_plus by exact HT'. f_equal. ring. }
apply Rle_trans with (pw j (- (alpha - 1)) * pw T (- (2 - alpha))).
- apply (Rmult_le_compat_l (pw j (- (alpha - 1)))) in I; [|lra]. rewrite E2 in I.
  replace (pw W (3 - alpha) * T' - (2 - alpha) * pw W (3 - alpha) * (T - T')) with
    (pw j (- (alpha - 1)) * (pw T' (- (2 - alpha) - 1) * T' - (2 - alpha) * pw T' (- (2 - alpha) - 1) * (T - T'))); [exact I|].
  rewrite <- E1. ring.
- apply Rle_trans with (/ (pw j (alpha - 1) * pw T (2 - alpha))); [|apply Rinv_le_contravar; [exact HC | exact H]].
  right. rewrite Rinv_mult_distr by (apply Rgt_not_eq, pw_gt0; lra).
  rewrite !pw_Rpower by lra. now rewrite !Rpower_Ropp.
Qed.

Lemma two_terms : pw W (3 - alpha) <= / A + / B.
Proof.
pose proof W_pos as HW. pose proof (one_term k U A Hk HU HA BA) as X. pose proof (one_term l V B Hl HV HB BB) as Y. cbv zeta in X, Y.
assert (S : pw k (- kappa) / W + pw l (- kappa) / W = 1) by (unfold W; field; fold W; lra).
set (a := pw k (- kappa) / W) in *. set (b := pw l (- kappa) / W) in *.
replace b with (1 - a) in Y by lra. replace V with (1 - U) in Y by lra. lra.
Qed.

Lemma two_bound T : T * (A + B) <= 4 * (A * B) -> T <= 4 * pw W (alpha - 3).
Proof.
intros H. pose proof two_terms as X. pose proof W_pos as HW. pose proof (pw_gt0 W (3 - alpha) HW) as G.
assert (E : pw W (alpha - 3) = / pw W (3 - alpha)) by (replace (alpha - 3) with (- (3 - alpha)) by ring; rewrite !pw_Rpower by exact HW;
  apply Rpower_Ropp).
rewrite E. set (w := pw W (3 - alpha)) in *. assert (K : A * B * w <= A + B).
{ apply (Rmult_le_compat_l (A * B)) in X; [|left; apply Rmult_lt_0_compat; lra]. replace (A * B * (/ A + / B)) with (A + B) in X by (field; lra).
  exact X. }
apply (Rmult_le_reg_r (w * (A + B))); [apply Rmult_lt_0_compat; lra|].
replace (4 * / w * (w * (A + B))) with (4 * (A + B)) by (field; lra).
apply (Rmult_le_compat_r w) in H; [|lra]. lra.
Qed.
End Two.

(** Of two numbers with a given sum the nearest have the least sum of inverse powers. *)
Lemma nearest kappa k l lo hi : 0 <= kappa -> 0 < k <= lo -> lo <= hi -> k + l = lo + hi ->
  pw lo (- kappa) + pw hi (- kappa) <= pw k (- kappa) + pw l (- kappa).
Proof.
intros Hk Hlo Hh E. pose proof (above_inverse lo k kappa ltac:(lra) ltac:(lra) Hk) as X.
pose proof (above_inverse hi l kappa ltac:(lra) ltac:(lra) Hk) as Y. replace (l - hi) with (lo - k) in Y by lra.
assert (G : pw hi (- kappa - 1) <= pw lo (- kappa - 1)).
{ replace (- kappa - 1) with (- (kappa + 1)) by ring. rewrite <- !pw_inv by lra. apply pw_le; [lra|]. apply Rinv_le_contravar; lra. }
apply (Rmult_le_compat_l (kappa * (lo - k))) in G; [|apply Rmult_le_pos; lra]. lra.
Qed.

Lemma floor_is x z : IZR z <= x < IZR z + 1 -> Int_part x = z.
Proof.
intros H. pose proof (base_Int_part x) as B. assert (Int_part x < z + 1)%Z by (apply lt_IZR; rewrite plus_IZR; lra).
assert (z < Int_part x + 1)%Z by (apply lt_IZR; rewrite plus_IZR; lra). lia.
Qed.

Lemma halves n : (2 <= n)%nat -> exists h, (1 <= h)%nat /\ (h <= n - h <= h + 1)%nat /\
  IZR (Int_part (INR n / 2)) = INR h /\ - IZR (Int_part (- (INR n / 2))) = INR (n - h).
Proof.
intros Hn. exists (Nat.div2 n). pose proof (Nat.div2_odd n) as O. set (h := Nat.div2 n) in *.
assert (H : (h <= n - h <= h + 1)%nat) by (destruct (Nat.odd n); simpl in O; lia).
assert (L : INR h <= INR (n - h) <= INR h + 1) by (split; [|change 1 with (INR 1); rewrite <- plus_INR]; apply le_INR; lia).
assert (E : INR n = INR h + INR (n - h)) by (rewrite <- plus_INR; f_equal; lia).
split; [lia|]. split; [exact H|]. split.
- rewrite (floor_is (INR n / 2) (Z.of_nat h)), <- INR_IZR_INZ; [reflexivity|]. rewrite <- INR_IZR_INZ. lra.
- rewrite (floor_is (- (INR n / 2)) (- Z.of_nat (n - h))), opp_IZR, <- INR_IZR_INZ; [ring|]. rewrite opp_IZR, <- INR_IZR_INZ. lra.
Qed.

Lemma nearest_halves n kappa K L : (2 <= n)%nat -> 0 <= kappa -> (1 <= K)%nat -> (1 <= L)%nat -> (K + L = n)%nat ->
  0 < pw (- IZR (Int_part (- (INR n / 2)))) (- kappa) + pw (IZR (Int_part (INR n / 2))) (- kappa) <= pw (INR K) (- kappa) + pw (INR L) (- kappa).
Proof.
intros Hn Hkappa HK HL E. destruct (halves n Hn) as [h [H1 [H2 [-> ->]]]].
assert (P : 1 <= INR h) by now apply INR_ge1. assert (P' : INR h <= INR (n - h)) by (apply le_INR; lia). split.
- apply Rplus_lt_0_compat; apply pw_gt0; lra.
- rewrite Rplus_comm. destruct (le_lt_dec K L) as [C|C]; [|rewrite (Rplus_comm (pw (INR K) _))]; apply nearest; try exact Hkappa; try exact P';
    try (rewrite <- !plus_INR; f_equal; lia); split; try (apply lt_0_INR; lia); apply le_INR; lia.
Qed.

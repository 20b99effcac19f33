(* The least entropy of softmax over a range of logits: in closed form, and exactly. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Dispersion.
Open Scope R_scope.

Section Soft.
Variables (n : nat) (y : nat -> R) (D : R).
Hypotheses (Hn : (1 <= n)%nat) (Hy : forall i, inr i n -> 0 <= y i <= D).
Let W := Sum n (fun i => exp (y i)).
Let V := Sum n (fun i => y i * exp (y i)).

Lemma soft_range : 0 <= D.
Proof. pose proof (Hy 1 ltac:(lia)). lra. Qed.

Lemma soft_total : INR n <= W.
Proof. rewrite <- (Rmult_1_r (INR n)), <- Sum_const. apply Sum_le. intros i Hi. apply exp_ge0. now apply Hy. Qed.

Lemma soft_total_pos : 0 < W.
Proof. pose proof soft_total. pose proof (INR_ge1 n Hn). lra. Qed.

Lemma soft_entropy : shannon n (softmax n y) = ln W - V / W.
Proof.
pose proof soft_total_pos as P. unfold shannon.
rewrite (Sum_ext n _ (fun i => exp (y i) * (ln W / W) - y i * exp (y i) * / W)).
- rewrite Sum_minus, !Sum_scal_r. fold W V. field. lra.
- intros i _. unfold softmax. fold W. unfold Rdiv at 2. rewrite ln_mult, ln_exp, ln_Rinv by (try apply exp_pos; try apply Rinv_0_lt_compat; lra).
  field. lra.
Qed.

Lemma soft_linear : ln (INR n) - D <= shannon n (softmax n y).
Proof.
pose proof soft_total_pos as P. pose proof soft_total as T. pose proof (INR_ge1 n Hn). rewrite soft_entropy.
pose proof (ln_le (INR n) W ltac:(lra) T). assert (V / W <= D); [|lra].
apply (Rmult_le_reg_r W); [exact P|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. unfold V, W. rewrite <- Sum_scal.
apply Sum_le. intros i Hi. pose proof (exp_pos (y i)). apply Rmult_le_compat_r; [lra | now apply Hy].
Qed.

Hypothesis HD : 0 < D.
Let c := D * exp D / (exp D - 1).

Lemma exp_above1 : 1 < exp D.
Proof. rewrite <- exp_0. now apply exp_increasing. Qed.

(** x e^x lies below its chord, as a function of e^x. *)
Lemma soft_chord x : 0 <= x <= D -> x * exp x <= c * (exp x - 1).
Proof.
intros [X0 X1]. pose proof exp_above1 as G. pose proof (exp_pos x) as Ex. pose proof (exp_pos (- x)) as Em.
assert (A : D * exp (- x) <= (D - x) + x * exp (- D)).
{ pose proof (exp_ineq1_le x) as P; pose proof (exp_ineq1_le (x - D)) as Q.
  assert (E0 : exp (- x) * exp x = 1) by (rewrite <- exp_plus, Rplus_opp_l; apply exp_0).
  assert (E1 : exp (- x) * exp (x - D) = exp (- D)) by (rewrite <- exp_plus; f_equal; lra).
  apply (Rmult_le_compat_l (exp (- x))) in P; [|lra]. apply (Rmult_le_compat_l (exp (- x))) in Q; [|lra].
  rewrite E0 in P; rewrite E1 in Q.
  apply (Rmult_le_compat_l (D - x)) in P; [|lra]. apply (Rmult_le_compat_l x) in Q; [|lra]. lra. }
assert (EX : exp x * exp (- x) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
assert (ED : exp D * exp (- D) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
apply (Rmult_le_compat_l (exp x * exp D)) in A; [|apply Rlt_le, Rmult_lt_0_compat; lra].
replace (exp x * exp D * (D * exp (- x))) with (D * exp D * (exp x * exp (- x))) in A by ring.
replace (exp x * exp D * (D - x + x * exp (- D))) with ((D - x) * exp x * exp D + x * exp x * (exp D * exp (- D))) in A by ring.
rewrite EX, ED in A. unfold c; apply (Rmult_le_reg_r (exp D - 1)); [lra|].
replace (D * exp D / (exp D - 1) * (exp x - 1) * (exp D - 1)) with (D * exp D * (exp x - 1)) by (field; lra). lra.
Qed.

Lemma soft_closed : 1 + ln (INR n) - ln ((exp D - 1) / D) - D / (exp D - 1) <= shannon n (softmax n y).
Proof.
pose proof soft_total_pos as P. pose proof exp_above1 as G. pose proof (INR_ge1 n Hn) as N. rewrite soft_entropy.
assert (C0 : 0 < c) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; [lra | apply exp_pos] | lra]).
assert (B : V <= c * (W - INR n)).
{ unfold V, W. rewrite <- (Rmult_1_r (INR n)), <- Sum_const, <- Sum_minus, <- Sum_scal. apply Sum_le. intros i Hi. now apply soft_chord, Hy. }
pose proof (ln_le_minus1 (c * INR n / W) ltac:(apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; lra | exact P])) as L.
unfold Rdiv in L. rewrite !ln_mult, ln_Rinv in L by (first [lra | apply Rmult_lt_0_compat; lra | apply Rinv_0_lt_compat; lra]).
apply (Rmult_le_compat_r (/ W)) in B; [|left; apply Rinv_0_lt_compat; lra].
replace (c * (W - INR n) * / W) with (c - c * INR n * / W) in B by (field; lra).
assert (Ec : ln c = D - ln ((exp D - 1) / D)).
{ unfold c. replace (D * exp D / (exp D - 1)) with (exp D * / ((exp D - 1) / D)) by (field; lra).
  rewrite ln_mult, ln_exp, ln_Rinv; [ring | | apply exp_pos | apply Rinv_0_lt_compat]; apply Rdiv_lt_0_compat; lra. }
assert (Ec' : c = D + D / (exp D - 1)) by (unfold c; field; lra). unfold Rdiv at 3. lra.
Qed.
End Soft.

Definition sh (t : R) : R := (exp t - exp (- t)) / 2.
Definition ch (t : R) : R := (exp t + exp (- t)) / 2.

Lemma sh_derive t : is_derive sh t (ch t).
Proof. unfold sh, ch. auto_derive; [trivial | field]. Qed.

Lemma ch_derive t : is_derive ch t (sh t).
Proof. unfold sh, ch. auto_derive; [trivial | field]. Qed.

Lemma sh_pos t : 0 < t -> 0 < sh t.
Proof. intros H. unfold sh. pose proof (exp_increasing (- t) t ltac:(lra)). lra. Qed.

Lemma sh_ge0 t : 0 <= t -> 0 <= sh t.
Proof. intros [H|<-]; [left; now apply sh_pos | unfold sh; rewrite Ropp_0; lra]. Qed.

Lemma sh_below t : 0 <= t -> sh t <= t * ch t.
Proof.
intros H. pose proof (rises (fun t => t * ch t - sh t) (fun t => t * sh t) 0 t H) as R. cbv beta in R.
replace (0 * ch 0 - sh 0) with 0 in R by (unfold sh; rewrite Ropp_0; lra). apply Rminus_le_0, R.
- intros u _. unfold sh, ch. auto_derive; [trivial | field].
- intros u Hu. apply Rmult_le_pos; [lra | apply sh_ge0; lra].
Qed.

(** t coth t <= 1 + t^2 / 3 *)
Lemma ch_below t : 0 <= t -> t * ch t <= (1 + t ^ 2 / 3) * sh t.
Proof.
intros H. pose proof (rises (fun t => (1 + t ^ 2 / 3) * sh t - t * ch t) (fun t => t / 3 * (t * ch t - sh t)) 0 t H) as R. cbv beta in R.
replace ((1 + 0 ^ 2 / 3) * sh 0 - 0 * ch 0) with 0 in R by (unfold sh; rewrite Ropp_0; lra). apply Rminus_le_0, R.
- intros u _. unfold sh, ch. auto_derive; [trivial | field].
- intros u Hu. apply Rmult_le_pos; [lra | pose proof (sh_below u ltac:(lra)); lra].
Qed.

(** log (sinh t / t) <= t^2 / 6 *)
Lemma ln_sh_below h : 0 < h -> ln (sh h) - ln h <= h ^ 2 / 6.
Proof.
intros H. apply Rnot_lt_le. intros N. set (d := ln (sh h) - ln h - h ^ 2 / 6).
assert (T : exists t, 0 < t <= h /\ t < d).
{ exists (Rmin h (d / 2)). unfold Rmin. destruct (Rle_dec _ _); unfold d in *; lra. }
destruct T as [t [Ht Htd]].
pose proof (rises (fun t => t ^ 2 / 6 - ln (sh t) + ln t) (fun t => t / 3 - ch t / sh t + / t) t h ltac:(lra)) as R. cbv beta in R.
assert (R' : t ^ 2 / 6 - ln (sh t) + ln t <= h ^ 2 / 6 - ln (sh h) + ln h).
{ apply R.
  - intros u Hu. pose proof (sh_pos u ltac:(lra)) as P.
    assert (Sq : is_derive (fun t => t ^ 2 / 6) u (u / 3)) by (auto_derive; [trivial | field]). evar_last.
    + apply (is_derive_plus (fun t => t ^ 2 / 6 - ln (sh t)) ln); [|apply is_derive_ln; lra].
      apply (is_derive_minus (fun t => t ^ 2 / 6) (fun t => ln (sh t))); [exact Sq|].
      apply (is_derive_comp ln sh); [apply is_derive_ln; exact P | apply sh_derive].
    + unfold minus. unfold plus, opp, scal; simpl. unfold mult; simpl. field. lra.
  - intros u Hu. pose proof (sh_pos u ltac:(lra)) as P. pose proof (ch_below u ltac:(lra)) as C.
    apply (Rmult_le_reg_r (u * sh u)); [apply Rmult_lt_0_compat; lra|].
    replace ((u / 3 - ch u / sh u + / u) * (u * sh u)) with ((1 + u ^ 2 / 3) * sh u - u * ch u) by (field; lra). lra. }
assert (B : ln (sh t) - ln t <= t).
{ rewrite <- (ln_exp t) at 3. apply (Rplus_le_reg_r (ln t)). rewrite <- ln_mult by (lra || apply exp_pos).
  replace (ln (sh t) - ln t + ln t) with (ln (sh t)) by ring. apply ln_le; [apply sh_pos; lra|].
  eapply Rle_trans; [apply sh_below; lra|]. rewrite (Rmult_comm (exp t)). apply Rmult_le_compat_l; [lra|].
  unfold ch. pose proof (exp_increasing (- t) t ltac:(lra)). lra. }
pose proof (pow2_ge_0 t). unfold d in Htd. lra.
Qed.

(** K(D) <= D^2 / 8, the two bounds above at D / 2. *)
Lemma loss_below_square D : 0 < D -> ln ((exp D - 1) / D) + D / (exp D - 1) - 1 <= D ^ 2 / 8.
Proof.
intros HD. set (h := D / 2). assert (Hh : 0 < h) by (unfold h; lra). pose proof (sh_pos h Hh) as P.
assert (ED : exp D - 1 = 2 * exp h * sh h).
{ unfold sh. replace D with (h + h) by (unfold h; field). rewrite exp_plus.
  assert (exp h * exp (- h) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0). lra. }
assert (E1 : (exp D - 1) / D = exp h * (sh h * / h)) by (rewrite ED; unfold h; field; lra).
assert (E2 : D / (exp D - 1) = h * ch h / sh h - h).
{ rewrite ED. assert (exp (- h) * exp h = 1) by (rewrite <- exp_plus, Rplus_opp_l; apply exp_0).
  assert (C : ch h = sh h + exp (- h)) by (unfold sh, ch; field). rewrite C. pose proof (exp_pos h).
  apply (Rmult_eq_reg_r (2 * exp h * sh h)); [|apply Rgt_not_eq, Rmult_lt_0_compat; lra].
  replace (D / (2 * exp h * sh h) * (2 * exp h * sh h)) with D by (field; lra).
  replace ((h * (sh h + exp (- h)) / sh h - h) * (2 * exp h * sh h)) with (2 * h * (exp (- h) * exp h)) by (field; lra).
  rewrite H. unfold h. field. }
rewrite E1, E2, !ln_mult, ln_exp, ln_Rinv by (first [lra | apply exp_pos | apply Rmult_lt_0_compat; [lra | apply Rinv_0_lt_compat; lra] |
  apply Rinv_0_lt_compat; lra]).
pose proof (ln_sh_below h Hh) as L. pose proof (ch_below h ltac:(lra)) as C.
assert (h * ch h / sh h <= 1 + h ^ 2 / 3).
{ apply (Rmult_le_reg_r (sh h)); [exact P|]. replace (h * ch h / sh h * sh h) with (h * ch h) by (field; lra). exact C. }
assert (D ^ 2 / 8 = h ^ 2 / 2) by (unfold h; field). lra.
Qed.

Lemma soft_shift n y c i : softmax n (fun i => y i - c) i = softmax n y i.
Proof.
unfold softmax. rewrite (Sum_ext n (fun j => exp (y j - c)) (fun j => exp (y j) * exp (- c))) by (intros; now rewrite <- exp_plus).
rewrite Sum_scal_r. replace (y i - c) with (y i + - c) by ring. rewrite exp_plus. pose proof (exp_pos (- c)).
destruct (Req_EM_T (Sum n (fun j => exp (y j))) 0) as [E|E]; [|field; lra]. rewrite E, Rmult_0_l. unfold Rdiv. rewrite Rinv_0. ring.
Qed.

(** The logits over their least one. *)
Lemma soft_lowered n theta z : shannon n (softmax n (fun i => theta * z i)) =
  shannon n (softmax n (fun i => theta * (z i - - Largest n (fun i => - z i)))).
Proof.
apply Sum_ext. intros i _. rewrite <- (soft_shift n (fun i => theta * z i) (theta * - Largest n (fun i => - z i))).
assert (E : softmax n (fun i => theta * z i - theta * - Largest n (fun i => - z i)) i =
  softmax n (fun i => theta * (z i - - Largest n (fun i => - z i))) i); [|now rewrite E].
unfold softmax. apply (f_equal2 Rdiv); [f_equal; ring | apply Sum_ext; intros; f_equal; ring].
Qed.

Lemma lowered_range n theta z : 0 <= theta -> forall i, inr i n ->
  0 <= theta * (z i - - Largest n (fun i => - z i)) <= theta * (Largest n z - - Largest n (fun i => - z i)).
Proof.
intros Ht i Hi. pose proof (Smallest_le n z i Hi). pose proof (Largest_ge n z i Hi). split; [apply Rmult_le_pos | apply Rmult_le_compat_l]; lra.
Qed.

(** ** The least entropy of softmax over a range is at logits at its two ends. *)
Section Ends.
Variable D : R.

(** Entropy by the sum of e^y and the sum of y e^y. *)
Let E (w v : R) := ln w - v / w.

Lemma log_sum A u v : 0 <= A -> 0 < u -> 0 < v -> (A + v) * ln (A + v) - v * ln v <= (A + v) * ln (A + u) - v * ln u.
Proof.
intros HA Hu Hv. set (s := (A + v) / (A + u)). assert (Hs : 0 < s) by (apply Rdiv_lt_0_compat; lra).
assert (Es : s * (A + u) = A + v) by (unfold s; field; lra).
assert (Ls : ln s = ln (A + v) - ln (A + u)) by (unfold s; apply ln_div; lra).
assert (P : 0 < u * s / v) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; lra | lra]).
pose proof (ln_le_minus1 (u * s / v) P) as L1. pose proof (ln_le_minus1 s Hs) as L2.
rewrite ln_div, ln_mult in L1 by (first [lra | apply Rmult_lt_0_compat; lra]).
apply (Rmult_le_compat_l v) in L1; [|lra]. apply (Rmult_le_compat_l A) in L2; [|lra].
replace (v * (u * s / v - 1)) with (u * s - v) in L1 by (field; lra). rewrite Ls in L1, L2. lra.
Qed.

Lemma entropy_at_least h w v : 0 < w -> h <= E w v <-> 0 <= w * ln w - v - h * w.
Proof.
intros Hw. unfold E. split; intros H.
- apply (Rmult_le_compat_r w) in H; [|lra]. replace ((ln w - v / w) * w) with (w * ln w - v) in H by (field; lra). lra.
- apply (Rmult_le_reg_r w); [exact Hw|]. replace ((ln w - v / w) * w) with (w * ln w - v) by (field; lra). lra.
Qed.

(** One logit may go to one of the ends without a gain of entropy. *)
Lemma to_an_end A B y h : 0 <= A -> 0 <= y <= D -> h <= E (A + 1) B -> h <= E (A + exp D) (B + D * exp D) ->
  h <= E (A + exp y) (B + y * exp y).
Proof.
intros HA [Hy0 Hy1] H1 H2. pose proof (exp_pos y) as Py. pose proof (exp_pos D) as PD.
rewrite entropy_at_least in * by lra.
pose proof (log_sum A (exp y) 1 HA Py ltac:(lra)) as L1. pose proof (log_sum A (exp y) (exp D) HA Py PD) as L2.
rewrite ln_1 in L1. rewrite !ln_exp in *. pose proof (exp_ge0 y Hy0). pose proof (exp_le y D Hy1).
set (l := ln (A + exp y)) in *. set (u := exp y) in *. set (U := exp D) in *.
(* both ends lie below the tangent at u, a line in v *)
assert (T1 : 0 <= (A + 1) * l - 1 * y - B - h * (A + 1)) by lra.
assert (T2 : 0 <= (A + U) * l - U * y - B - h * (A + U)) by lra.
destruct (Req_EM_T U 1) as [E1|N1]; [replace u with 1 in * by lra; lra|].
apply (Rmult_le_compat_l (U - u)) in T1; [|lra]. apply (Rmult_le_compat_l (u - 1)) in T2; [|lra]. rewrite Rmult_0_r in T1, T2.
apply (Rmult_le_reg_l (U - 1)); [lra|]. lra.
Qed.

Lemma to_the_ends j : forall (y : nat -> R) A B, (forall i, inr i j -> 0 <= y i <= D) -> 0 <= A -> 0 < A + INR j ->
  exists k, (k <= j)%nat /\ E (A + (INR j - INR k + INR k * exp D)) (B + INR k * (D * exp D)) <=
    E (A + Sum j (fun i => exp (y i))) (B + Sum j (fun i => y i * exp (y i))).
Proof.
induction j as [|j IH]; intros y A B Hy HA HJ.
- exists 0%nat. split; [lia|]. simpl. right. f_equal; ring.
- pose proof (exp_pos D) as PD. set (a := A + Sum j (fun i => exp (y i))). set (b := B + Sum j (fun i => y i * exp (y i))).
  assert (Ha : 0 <= a) by (unfold a; apply Rplus_le_le_0_compat; [exact HA | apply Sum_nonneg; intros; left; apply exp_pos]).
  cbn [Sum]. rewrite <- !Rplus_assoc. fold a b. pose proof (pos_INR j) as PJ. rewrite S_INR in *.
  pose proof (to_an_end a b (y (S j)) (Rmin (E (a + 1) b) (E (a + exp D) (b + D * exp D))) Ha (Hy (S j) ltac:(lia)) (Rmin_l _ _) (Rmin_r _ _)) as M.
  unfold Rmin in M. destruct (Rle_dec _ _) as [C|C].
  + destruct (IH y (A + 1) B) as [k [Hk K]]; [intros; apply Hy; lia | lra | lra |].
    exists k. split; [lia|]. eapply Rle_trans; [|exact M]. unfold a, b.
    replace (A + Sum j (fun i => exp (y i)) + 1) with (A + 1 + Sum j (fun i => exp (y i))) by ring.
    eapply Rle_trans; [|exact K]. right. f_equal; ring.
  + destruct (IH y (A + exp D) (B + D * exp D)) as [k [Hk K]]; [intros; apply Hy; lia | lra | lra |].
    exists (S k). split; [lia|]. eapply Rle_trans; [|exact M]. unfold a, b. rewrite S_INR.
    replace (A + Sum j (fun i => exp (y i)) + exp D) with (A + exp D + Sum j (fun i => exp (y i))) by ring.
    replace (B + Sum j (fun i => y i * exp (y i)) + D * exp D) with (B + D * exp D + Sum j (fun i => y i * exp (y i))) by ring.
    eapply Rle_trans; [|exact K]. right. f_equal; ring.
Qed.

Theorem soft_exact n y : (1 <= n)%nat -> (forall i, inr i n -> 0 <= y i <= D) ->
  exists k, inr k n /\ E (INR n - INR k + INR k * exp D) (INR k * (D * exp D)) <= shannon n (softmax n y).
Proof.
intros Hn Hy. pose proof (INR_ge1 n Hn) as N. rewrite (soft_entropy n y D Hn Hy).
destruct (to_the_ends n y 0 0 Hy ltac:(lra) ltac:(lra)) as [k [Hk K]]. rewrite !Rplus_0_l in K.
fold (E (Sum n (fun i => exp (y i))) (Sum n (fun i => y i * exp (y i)))).
destruct k as [|k]; [|exists (S k); split; [lia | exact K]].
(* none at the upper end: as good as all *)
exists n. split; [lia|]. eapply Rle_trans; [|exact K]. right. unfold E. simpl. pose proof (exp_pos D).
replace (INR n - INR n + INR n * exp D) with (INR n * exp D) by ring. rewrite ln_mult, ln_exp by lra.
replace (INR n - 0 + 0 * exp D) with (INR n) by ring. field. split; lra.
Qed.
End Ends.

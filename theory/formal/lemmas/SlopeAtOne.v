(* How softmax starts to become entmax: the derivative of entmax in alpha, from the right, at 1. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Dispersion.
Open Scope R_scope.

(** The logarithm at 1, to the second order: |ln (1 + u) - u + u^2/2| <= 2 |u|^3. *)
Lemma ln_second u : Rabs u <= 1 / 2 -> Rabs (ln (1 + u) - (u - u ^ 2 / 2)) <= 2 * Rabs u ^ 3.
Proof.
intros Hu. apply Rabs_le_between in Hu.
set (f t := ln (1 + t) - (t - t ^ 2 / 2)). set (df t := t ^ 2 / (1 + t)).
assert (D : forall t, -1 / 2 <= t <= 1 / 2 -> is_derive f t (df t)) by (intros t Ht; unfold f, df; auto_derive; [lra | field; lra]).
assert (F0 : f 0 = 0) by (unfold f; rewrite Rplus_0_r, ln_1; field).
assert (B : forall t, -1 / 2 <= t <= 1 / 2 -> 0 <= df t <= 2 * t ^ 2).
{ intros t Ht. unfold df. pose proof (pow2_ge_0 t). assert (0 < / (1 + t) <= 2).
  { split; [apply Rinv_0_lt_compat; lra|]. replace 2 with (/ (1 / 2)) by field. apply Rinv_le_contravar; lra. }
  unfold Rdiv. split; [apply Rmult_le_pos; lra|]. rewrite Rmult_comm. apply Rmult_le_compat_r; lra. }
fold (f u). destruct (Rle_dec 0 u) as [P|P].
- rewrite (Rabs_pos_eq u) by lra. destruct P as [P|<-]; [|rewrite F0, Rabs_R0; lra].
  destruct (MVT_cor2 f df 0 u P) as [c [E Hc]]; [intros t Ht; apply is_derive_Reals, D; lra|]. rewrite F0, !Rminus_0_r in E. rewrite E.
  destruct (B c ltac:(lra)) as [B1 B2]. rewrite Rabs_pos_eq by (apply Rmult_le_pos; lra).
  replace (2 * u ^ 3) with (2 * u ^ 2 * u) by ring. apply Rmult_le_compat_r; [lra|]. assert (c ^ 2 <= u ^ 2) by (apply pow_incr; lra). lra.
- rewrite (Rabs_left u) by lra.
  destruct (MVT_cor2 f df u 0 ltac:(lra)) as [c [E Hc]]; [intros t Ht; apply is_derive_Reals, D; lra|]. rewrite F0 in E.
  replace (f u) with (- (df c * (0 - u))) by lra. destruct (B c ltac:(lra)) as [B1 B2]. rewrite Rabs_Ropp, Rabs_pos_eq by (apply Rmult_le_pos; lra).
  replace (2 * (- u) ^ 3) with (2 * (- u) ^ 2 * (0 - u)) by ring. apply Rmult_le_compat_r; [lra|].
  assert ((- c) ^ 2 <= (- u) ^ 2) by (apply pow_incr; lra). replace (c ^ 2) with ((- c) ^ 2) in B2 by ring. lra.
Qed.

(** One probability along a trial threshold: e^l, and its derivative. *)
Definition trial (l c h : R) : R := pw (Rmax 0 (1 + h * (l - h * c))) (/ h).

(** A limit from the right at 0. *)
Definition right_limit (f : R -> R) (d : R) : Prop := forall e, 0 < e -> exists a, 0 < a /\ forall h, 0 < h < a -> Rabs (f h - d) < e.

Lemma right_limit_iff f d : right_limit f d <-> filterlim f (at_right 0) (locally d).
Proof.
split; intros H.
- apply filterlim_locally. intros eps. destruct (H eps (cond_pos eps)) as [a [Ha Hf]]. exists (mkposreal a Ha). intros h Hh Hp.
  change (Rabs (h - 0) < a) in Hh. rewrite Rminus_0_r, Rabs_pos_eq in Hh by lra. now apply Hf.
- intros e He. destruct (proj1 (filterlim_locally f d) H (mkposreal e He)) as [a Hf]. exists a. split; [apply cond_pos|]. intros h Hh.
  apply (Hf h); [|lra]. change (Rabs (h - 0) < a). rewrite Rminus_0_r, Rabs_pos_eq; lra.
Qed.

Lemma right_limit_unique f d d' : right_limit f d -> right_limit f d' -> d = d'.
Proof.
intros H H'. apply Rminus_diag_uniq. destruct (Req_EM_T (d - d') 0) as [|N]; [assumption|exfalso]. pose proof (Rabs_pos_lt _ N) as P.
destruct (H (Rabs (d - d') / 2) ltac:(lra)) as [a [Ha F]]. destruct (H' (Rabs (d - d') / 2) ltac:(lra)) as [b [Hb F']].
pose proof (Rmin_pos a b Ha Hb) as M. pose proof (Rmin_l a b). pose proof (Rmin_r a b).
specialize (F (Rmin a b / 2) ltac:(lra)). specialize (F' (Rmin a b / 2) ltac:(lra)). rewrite Rabs_minus_sym in F.
pose proof (Rabs_triang (d - f (Rmin a b / 2)) (f (Rmin a b / 2) - d')) as T.
replace (d - f (Rmin a b / 2) + (f (Rmin a b / 2) - d')) with (d - d') in T by ring. lra.
Qed.

Lemma right_limit_Sum n (f : nat -> R -> R) (d : nat -> R) : (forall i, inr i n -> right_limit (f i) (d i)) ->
  right_limit (fun h => Sum n (fun i => f i h)) (Sum n d).
Proof.
induction n as [|n IH]; intros H e He; cbn [Sum].
- exists 1. split; [lra|]. intros h _. rewrite Rminus_0_r, Rabs_R0. exact He.
- destruct (IH ltac:(intros; apply H; lia) (e / 2) ltac:(lra)) as [a [Ha F]]. destruct (H (S n) ltac:(lia) (e / 2) ltac:(lra)) as [b [Hb G]].
  exists (Rmin a b). split; [now apply Rmin_pos|]. intros h Hh. pose proof (Rmin_l a b). pose proof (Rmin_r a b).
  specialize (F h ltac:(lra)). specialize (G h ltac:(lra)).
  replace (Sum n (fun i => f i h) + f (S n) h - (Sum n d + d (S n))) with (Sum n (fun i => f i h) - Sum n d + (f (S n) h - d (S n))) by ring.
  eapply Rle_lt_trans; [apply Rabs_triang | lra].
Qed.

Lemma trial_exponent l c : right_limit (fun h => (ln (1 + h * (l - h * c)) / h - l) / h) (- c - l ^ 2 / 2).
Proof.
intros eps Heps. set (b := Rabs l + Rabs c + 1). assert (Hb : 1 <= b) by (unfold b; pose proof (Rabs_pos l); pose proof (Rabs_pos c); lra).
set (M := 2 * b ^ 3 + 2 * b ^ 2). assert (HM : 0 < M) by (unfold M; pose proof (pow_lt b 3 ltac:(lra)); pose proof (pow_lt b 2 ltac:(lra)); lra).
assert (Hd : 0 < Rmin (1 / (2 * b)) (eps / M)) by (apply Rmin_pos; apply Rdiv_lt_0_compat; lra).
exists (Rmin (1 / (2 * b)) (eps / M)). split; [exact Hd|]. intros h [Hp Hh'].
assert (H1 : h < 1 / (2 * b)) by (eapply Rlt_le_trans; [exact Hh' | apply Rmin_l]).
assert (H2 : h < eps / M) by (eapply Rlt_le_trans; [exact Hh' | apply Rmin_r]).
apply (Rmult_lt_compat_r (2 * b)) in H1; [|lra]. replace (1 / (2 * b) * (2 * b)) with 1 in H1 by (field; lra).
apply (Rmult_lt_compat_r M) in H2; [|lra]. replace (eps / M * M) with eps in H2 by (field; lra).
assert (Hh1 : h <= 1) by nra. set (k := l - h * c). assert (Hk : Rabs k <= b).
{ unfold k, b. eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq h) by lra. pose proof (Rabs_pos c). nra. }
assert (Hu : Rabs (h * k) <= 1 / 2) by (rewrite Rabs_mult, (Rabs_pos_eq h) by lra; nra).
pose proof (ln_second (h * k) Hu) as L. set (e := ln (1 + h * k) - (h * k - (h * k) ^ 2 / 2)) in *.
assert (Hc : Rabs c <= b) by (unfold b; pose proof (Rabs_pos l); lra). assert (Hl : Rabs l <= b) by (unfold b; pose proof (Rabs_pos c); lra).
assert (E : (ln (1 + h * k) / h - l) / h - (- c - l ^ 2 / 2) = e / h ^ 2 + h * (l * c - h * c ^ 2 / 2)).
{ unfold e, k. field. lra. }
fold k. rewrite E.
eapply Rle_lt_trans; [apply Rabs_triang|].
assert (A1 : Rabs (e / h ^ 2) <= h * (2 * b ^ 3)).
{ unfold Rdiv. rewrite Rabs_mult, (Rabs_pos_eq (/ h ^ 2)) by (left; apply Rinv_0_lt_compat, pow_lt; lra).
  apply (Rmult_le_reg_r (h ^ 2)); [apply pow_lt; lra|]. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by (apply pow_nonzero; lra).
  eapply Rle_trans; [exact L|]. rewrite Rabs_mult, (Rabs_pos_eq h) by lra. rewrite Rpow_mult_distr.
  replace (h * (2 * b ^ 3) * h ^ 2) with (2 * (h ^ 3 * b ^ 3)) by ring. apply Rmult_le_compat_l; [lra|].
  apply Rmult_le_compat_l; [apply pow_le; lra|].
  apply pow_incr. split; [apply Rabs_pos | exact Hk]. }
assert (A2 : Rabs (h * (l * c - h * c ^ 2 / 2)) <= h * (b ^ 2 + b ^ 2 / 2)).
{ rewrite Rabs_mult, (Rabs_pos_eq h) by lra. apply Rmult_le_compat_l; [lra|]. eapply Rle_trans; [apply Rabs_triang|].
  rewrite Rabs_Ropp. unfold Rdiv at 1. rewrite !Rabs_mult, (Rabs_pos_eq h), (Rabs_pos_eq (/ 2)) by lra. rewrite <- RPow_abs.
  assert (Rabs l * Rabs c <= b * b) by (apply Rmult_le_compat; try apply Rabs_pos; assumption).
  assert (Rabs c ^ 2 <= b ^ 2) by (apply pow_incr; split; [apply Rabs_pos | exact Hc]).
  pose proof (pow_le (Rabs c) 2 (Rabs_pos c)). assert (h * Rabs c ^ 2 <= 1 * b ^ 2) by (apply Rmult_le_compat; lra). lra. }
unfold M in *. assert (0 <= h * (b ^ 2 / 2)) by (apply Rmult_le_pos; [lra | pose proof (pow_lt b 2 ltac:(lra)); lra]). lra.
Qed.

Lemma trial_slope l c : right_limit (fun h => (trial l c h - exp l) / h) (exp l * (- c - l ^ 2 / 2)).
Proof.
set (d := - c - l ^ 2 / 2). intros e He. pose proof (exp_pos l) as El. set (k := Rabs d + 1).
assert (Hk : 1 <= k) by (unfold k; pose proof (Rabs_pos d); lra).
assert (E1 : 0 < Rmin 1 (e / (2 * exp l))) by (apply Rmin_pos; [lra | apply Rdiv_lt_0_compat; lra]).
destruct (trial_exponent l c _ E1) as [a [Ha F]]. set (b := Rabs l + Rabs c + 1).
assert (Hb : 1 <= b) by (unfold b; pose proof (Rabs_pos l); pose proof (Rabs_pos c); lra).
set (m := Rmin (1 / (2 * b)) (Rmin (1 / (2 * k)) (e / (8 * k ^ 2 * exp l)))).
assert (Hm : 0 < m).
{ repeat apply Rmin_pos; apply Rdiv_lt_0_compat; try lra. apply Rmult_lt_0_compat; [|exact El]. pose proof (pow_lt k 2 ltac:(lra)). lra. }
exists (Rmin a m). split; [now apply Rmin_pos|]. intros h Hh. pose proof (Rmin_l a m). pose proof (Rmin_r a m).
pose proof (Rmin_l (1 / (2 * b)) (Rmin (1 / (2 * k)) (e / (8 * k ^ 2 * exp l)))) as N1. fold m in N1.
pose proof (Rmin_r (1 / (2 * b)) (Rmin (1 / (2 * k)) (e / (8 * k ^ 2 * exp l)))) as N2. fold m in N2.
assert (M1 : h < 1 / (2 * b)) by lra. assert (M' : h < Rmin (1 / (2 * k)) (e / (8 * k ^ 2 * exp l))) by lra.
assert (M2 : h < 1 / (2 * k)) by (eapply Rlt_le_trans; [exact M' | apply Rmin_l]).
assert (M3 : h < e / (8 * k ^ 2 * exp l)) by (eapply Rlt_le_trans; [exact M' | apply Rmin_r]).
apply (Rmult_lt_compat_r (2 * b)) in M1; [|lra]. replace (1 / (2 * b) * (2 * b)) with 1 in M1 by (field; lra).
apply (Rmult_lt_compat_r (2 * k)) in M2; [|lra]. replace (1 / (2 * k) * (2 * k)) with 1 in M2 by (field; lra).
assert (K2 : 0 < k ^ 2) by (apply pow_lt; lra).
apply (Rmult_lt_compat_r (8 * k ^ 2 * exp l)) in M3; [|apply Rmult_lt_0_compat; lra].
replace (e / (8 * k ^ 2 * exp l) * (8 * k ^ 2 * exp l)) with e in M3 by (field; lra).
specialize (F h ltac:(lra)). set (G := (ln (1 + h * (l - h * c)) / h - l) / h) in *. fold d in F.
assert (F1 : Rabs (G - d) < 1) by (eapply Rlt_le_trans; [exact F | apply Rmin_l]).
assert (F2 : Rabs (G - d) < e / (2 * exp l)) by (eapply Rlt_le_trans; [exact F | apply Rmin_r]).
assert (HG : Rabs G <= k).
{ unfold k. replace G with (d + (G - d)) by ring. eapply Rle_trans; [apply Rabs_triang | lra]. }
assert (Pos : 0 < 1 + h * (l - h * c)).
{ assert (Rabs (h * (l - h * c)) <= 1 / 2); [|apply Rabs_le_between in H1; lra].
  rewrite Rabs_mult, (Rabs_pos_eq h) by lra. assert (Rabs (l - h * c) <= b); [|nra]. unfold b.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq h) by lra. pose proof (Rabs_pos c). nra. }
set (g := h * G). assert (Hg : Rabs g <= h * k) by (unfold g; rewrite Rabs_mult, (Rabs_pos_eq h) by lra; apply Rmult_le_compat_l; lra).
assert (T : trial l c h = exp l * exp g).
{ unfold trial. rewrite Rmax_0_id, pw_Rpower by lra. unfold Rpower. rewrite <- exp_plus. f_equal. unfold g, G. field. lra. }
assert (Eg : 0 <= exp g - 1 - g <= 2 * (h * k) ^ 2).
{ pose proof (exp_ineq1_le g). split; [lra|]. apply Rabs_le_between in Hg. pose proof (exp_ineq1_le (- g)) as I.
  assert (P : exp g * exp (- g) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0). pose proof (exp_pos g).
  apply (Rmult_le_compat_l (exp g)) in I; [|lra]. rewrite P in I.
  assert (g ^ 2 <= (h * k) ^ 2) by (rewrite <- (pow2_abs g); apply pow_incr; split; [apply Rabs_pos | apply Rabs_le; lra]).
  assert (exp g <= 2) by nra. assert (exp g - 1 - g <= g * (exp g - 1)) by lra. nra. }
rewrite T. replace ((exp l * exp g - exp l) / h - exp l * d) with (exp l * ((G - d) + (exp g - 1 - g) / h)) by (unfold g; field; lra).
rewrite Rabs_mult, (Rabs_pos_eq (exp l)) by lra.
assert (Q : Rabs ((exp g - 1 - g) / h) <= 2 * h * k ^ 2).
{ rewrite Rabs_pos_eq by (apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra]).
  apply (Rmult_le_reg_r h); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  replace (2 * h * k ^ 2 * h) with (2 * (h * k) ^ 2) by ring. lra. }
pose proof (Rabs_triang (G - d) ((exp g - 1 - g) / h)) as Tr.
apply (Rmult_lt_compat_l (exp l)) in F2; [|exact El]. replace (exp l * (e / (2 * exp l))) with (e / 2) in F2 by (field; lra).
apply (Rmult_le_compat_l (exp l)) in Q; [|lra]. apply (Rmult_le_compat_l (exp l)) in Tr; [|lra].
replace (exp l * (2 * h * k ^ 2)) with (h * (8 * k ^ 2 * exp l) / 4) in Q by field. lra.
Qed.

Section Start.
Variables (n : nat) (z : nat -> R).
Hypothesis Hn : (1 <= n)%nat.
Let p := softmax n z.
Let mu := ln (Sum n (fun j => exp (z j))).
Let l i := z i - mu.
Let c0 := - Sum n (fun i => p i * (l i ^ 2 / 2)).

Lemma start_log i : exp (l i) = p i /\ ln (p i) = l i.
Proof.
assert (P : 0 < p i) by now apply softmax_simplex. assert (L : ln (p i) = l i); [|split; [rewrite <- L; now apply exp_ln | exact L]].
assert (W : 0 < Sum n (fun j => exp (z j))).
{ eapply Rlt_le_trans; [apply (exp_pos (z 1%nat))|]. apply (Sum_ge_term n (fun j => exp (z j)) 1%nat); [lia | intros; left; apply exp_pos]. }
unfold p, softmax. rewrite ln_div, ln_exp by (assumption || apply exp_pos). reflexivity.
Qed.

(** The trial threshold of a row at alpha = 1 + h. *)
Let t c h := h * mu + h * h * c - 1.

Lemma trial_mass c h : 0 < h -> mass n (/ h) (scaled (1 + h) z) (t c h) = Sum n (fun i => trial (l i) c h).
Proof. intros Hh. apply Sum_ext. intros i _. unfold scaled, trial, t, l. do 2 f_equal. ring. Qed.

Lemma start_value i h : 0 < h -> entmax1 n (1 + h) z i = pw (Rmax 0 (h * z i - threshold n (1 + h) z)) (/ h).
Proof.
intros Hh. unfold entmax1. destruct (Req_EM_T (1 + h) 1); [lra|]. unfold entmax. replace (1 + h - 1) with h by ring. reflexivity.
Qed.

(** The mass at the trial threshold, to the first order. *)
Lemma mass_slope c : right_limit (fun h => (Sum n (fun i => trial (l i) c h) - 1) / h) (c0 - c).
Proof.
pose proof (proj2 (proj1 (softmax_simplex n z Hn))) as S. fold p in S.
assert (E : c0 - c = Sum n (fun i => exp (l i) * (- c - l i ^ 2 / 2))).
{ unfold c0. rewrite (Sum_ext n (fun i => exp (l i) * (- c - l i ^ 2 / 2)) (fun i => - (p i * c) - p i * (l i ^ 2 / 2))) by (intros i _;
    rewrite (proj1 (start_log i)); ring).
  rewrite Sum_minus. rewrite (Sum_ext n (fun i => - (p i * c)) (fun i => p i * - c)) by (intros; ring). rewrite Sum_scal_r, S. ring. }
rewrite E. pose proof (right_limit_Sum n (fun i h => (trial (l i) c h - exp (l i)) / h) (fun i => exp (l i) * (- c - l i ^ 2 / 2))
  (fun i _ => trial_slope (l i) c)) as L. intros e He. destruct (L e He) as [a [Ha F]]. exists a. split; [exact Ha|]. intros h Hh.
specialize (F h Hh). assert (G : Sum n (fun i => (trial (l i) c h - exp (l i)) / h) = (Sum n (fun i => trial (l i) c h) - 1) / h).
{ unfold Rdiv. rewrite Sum_scal_r, Sum_minus. rewrite (Sum_ext n (fun i => exp (l i)) p) by (intros i _; apply start_log). now rewrite S. }
rewrite <- G. exact F.
Qed.

(** Between two trials. *)
Lemma caught c i : c <> c0 -> exists a, 0 < a /\ forall h, 0 < h < a ->
  (c0 < c -> trial (l i) c h <= entmax1 n (1 + h) z i) /\ (c < c0 -> entmax1 n (1 + h) z i <= trial (l i) c h).
Proof.
intros Hc. assert (P : 0 < Rabs (c0 - c)) by (apply Rabs_pos_lt; lra). destruct (mass_slope c _ P) as [a [Ha F]]. exists a. split; [exact Ha|].
intros h Hh. specialize (F h Hh). assert (Ha1 : 1 < 1 + h) by lra. pose proof (threshold_mass n (1 + h) z Hn Ha1) as M.
replace (1 + h - 1) with h in M by ring. assert (Hq : 0 < / h) by (apply Rinv_0_lt_compat; lra).
rewrite start_value by lra. rewrite <- trial_mass in F by lra. set (m := mass n (/ h) (scaled (1 + h) z) (t c h)) in *.
assert (V : trial (l i) c h = pw (Rmax 0 (h * z i - t c h)) (/ h)) by (unfold trial, t, l; do 2 f_equal; ring). rewrite V.
assert (Em : m - 1 = (m - 1) / h * h) by (field; lra). split; intros C.
- rewrite (Rabs_left (c0 - c)) in F by lra. apply Rabs_def2 in F. assert (m < 1) by nra.
  apply (mass_lt_1 n (/ h) (scaled (1 + h) z) Hq _ (t c h) M) in H. apply pw_le; [exact Hq|]. apply Rmax_0_le. lra.
- rewrite (Rabs_pos_eq (c0 - c)) in F by lra. apply Rabs_def2 in F. assert (1 <= m) by nra.
  apply (mass_ge_1 n (/ h) (scaled (1 + h) z) Hq _ (t c h) M) in H. apply pw_le; [exact Hq|]. apply Rmax_0_le. lra.
Qed.

Theorem start_slope i : inr i n -> has_right_derivative (fun alpha => entmax1 n alpha z i) 1 (p i * (- c0 - l i ^ 2 / 2)).
Proof.
intros Hi. apply right_limit_iff. intros e He. assert (P : 0 < p i <= 1).
{ destruct (softmax_simplex n z Hn) as [S Q]. split; [apply Q | apply (point_le1 n p i S Hi)]. }
destruct (caught (c0 + e / 2) i ltac:(lra)) as [a1 [A1 F1]]. destruct (caught (c0 - e / 2) i ltac:(lra)) as [a2 [A2 F2]].
destruct (trial_slope (l i) (c0 + e / 2) (e / 2) ltac:(lra)) as [b1 [B1 G1]].
destruct (trial_slope (l i) (c0 - e / 2) (e / 2) ltac:(lra)) as [b2 [B2 G2]].
exists (Rmin (Rmin a1 a2) (Rmin b1 b2)). split; [repeat apply Rmin_pos; assumption|]. intros h Hh.
pose proof (Rmin_l (Rmin a1 a2) (Rmin b1 b2)). pose proof (Rmin_r (Rmin a1 a2) (Rmin b1 b2)).
pose proof (Rmin_l a1 a2). pose proof (Rmin_r a1 a2). pose proof (Rmin_l b1 b2). pose proof (Rmin_r b1 b2).
pose proof (proj1 (F1 h ltac:(lra)) ltac:(lra)) as L1. pose proof (proj2 (F2 h ltac:(lra)) ltac:(lra)) as L2.
specialize (G1 h ltac:(lra)). specialize (G2 h ltac:(lra)). rewrite (proj1 (start_log i)) in G1, G2. apply Rabs_def2 in G1. apply Rabs_def2 in G2.
assert (E0 : entmax1 n 1 z i = p i) by (unfold entmax1; destruct (Req_EM_T 1 1); [reflexivity|lra]). rewrite E0.
assert (I : 0 < / h) by (apply Rinv_0_lt_compat; lra).
assert (K1 : (trial (l i) (c0 + e / 2) h - p i) / h <= (entmax1 n (1 + h) z i - p i) / h) by (apply Rmult_le_compat_r; lra).
assert (K2 : (entmax1 n (1 + h) z i - p i) / h <= (trial (l i) (c0 - e / 2) h - p i) / h) by (apply Rmult_le_compat_r; lra).
assert (p i * (e / 2) <= e / 2) by nra. apply Rabs_def1; lra.
Qed.
End Start.

(* Pigeonholes, and phases that come back: sums of cosines at whole places. *)
From Coq Require Import Reals Lra Lia ZArith Bool.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Extra Rows Collapse.
Open Scope R_scope.

Definition amount (n : nat) (A : nat -> bool) : R := Sum n (fun d => if A d then 1 else 0).

(** Of W cells one has its share. *)
Lemma pigeonhole n A (cell : nat -> nat) W : (1 <= W)%nat -> (forall d, inr d n -> (cell d < W)%nat) ->
  exists w, amount n A <= INR W * amount n (fun d => A d && Nat.eqb (cell d) w).
Proof.
intros HW Hc. set (c w := amount n (fun d => A d && Nat.eqb (cell d) (w - 1))).
destruct (Largest_in W c HW) as [w [Hw E]]. exists (w - 1)%nat. fold (c w). rewrite <- E.
apply Rle_trans with (Sum W c); [|rewrite <- Sum_const; apply Sum_le; intros; now apply Largest_ge].
unfold c, amount. rewrite <- Sum_swap. apply Sum_le. intros d Hd. destruct (A d); [|rewrite Sum_zero; lra].
right. symmetry. rewrite (Sum_ext W _ (fun w => if Nat.eq_dec w (S (cell d)) then 1 else 0)); [apply Sum_single; pose proof (Hc d Hd); lia|].
intros w' Hw'. simpl. destruct (Nat.eqb_spec (cell d) (w' - 1)), (Nat.eq_dec w' (S (cell d))); (reflexivity || lia).
Qed.

Lemma pigeonholes n (cell : nat -> nat -> nat) W F : (1 <= W)%nat -> (forall f d, inr d n -> (cell f d < W)%nat) ->
  exists A, INR n <= INR W ^ F * amount n A /\
    forall f d e, inr f F -> A d = true -> A e = true -> cell f d = cell f e.
Proof.
intros HW Hc. assert (PW : 0 < INR W) by (apply lt_0_INR; lia). induction F as [|F [A [HA U]]].
- exists (fun _ => true). split; [|intros; lia]. unfold amount. rewrite Sum_const. simpl. lra.
- destruct (pigeonhole n A (cell (S F)) W HW (Hc (S F))) as [w Hw]. exists (fun d => A d && Nat.eqb (cell (S F) d) w). split.
  + eapply Rle_trans; [exact HA|]. rewrite <- tech_pow_Rmult, (Rmult_comm (INR W)), Rmult_assoc.
    apply Rmult_le_compat_l; [left; now apply pow_lt | exact Hw].
  + intros f d e Hf Hd He. apply andb_true_iff in Hd, He. destruct Hd as [Hd Ed], He as [He Ee]. apply Nat.eqb_eq in Ed, Ee.
    destruct (Nat.eq_dec f (S F)) as [->|]; [congruence | apply U; (lia || assumption)].
Qed.

Lemma cos_turns x k : cos (x + 2 * IZR k * PI) = cos x.
Proof.
destruct (Z_le_dec 0 k) as [L|L].
- rewrite <- (Z2Nat.id k L), <- INR_IZR_INZ. apply cos_period.
- assert (E : IZR k = - INR (Z.to_nat (- k))) by (rewrite INR_IZR_INZ, Z2Nat.id, <- opp_IZR by lia; f_equal; lia).
  rewrite <- (cos_period _ (Z.to_nat (- k))). f_equal. rewrite E. ring.
Qed.

Lemma cos_lower x : 1 - x ^ 2 / 2 <= cos x.
Proof.
replace x with (2 * (x / 2)) at 2 by field. rewrite cos_2a_sin.
destruct (MVT_gen sin 0 (x / 2) cos) as [c [_ E]].
- intros t _. apply is_derive_sin.
- intros t _. apply derivable_continuous_pt, derivable_pt_sin.
- rewrite sin_0 in E. replace (sin (x / 2)) with (cos c * (x / 2)) by lra. pose proof (COS_bound c). pose proof (pow2_ge_0 x).
  assert (0 <= (1 - cos c) * (1 + cos c)) by (apply Rmult_le_pos; lra). nra.
Qed.

(** The cell of a phase, and what two phases in one cell have in common. *)
Definition phase_cell (W : nat) (y : R) : nat := Z.to_nat (Int_part (INR W * frac_part y)).

Lemma phase_cell_lt W y : (1 <= W)%nat -> (phase_cell W y < W)%nat.
Proof.
intros HW. unfold phase_cell. destruct (base_fp y) as [B1 B2]. assert (PW : 0 < INR W) by (apply lt_0_INR; lia).
destruct (base_Int_part (INR W * frac_part y)) as [I1 I2]. set (k := Int_part (INR W * frac_part y)) in *.
assert (IZR k < IZR (Z.of_nat W)) by (rewrite <- INR_IZR_INZ; nra). apply lt_IZR in H. lia.
Qed.

Lemma phase_cell_same W y y' : (1 <= W)%nat -> phase_cell W y = phase_cell W y' ->
  1 - (2 * PI / INR W) ^ 2 / 2 <= cos (2 * PI * (y - y')).
Proof.
intros HW E. assert (PW : 0 < INR W) by (apply lt_0_INR; lia).
assert (Z0 : forall t, (0 <= Int_part (INR W * frac_part t))%Z).
{ intros t. destruct (base_fp t) as [B1 B2]. destruct (base_Int_part (INR W * frac_part t)) as [I1 I2].
  assert (L : IZR (-1) < IZR (Int_part (INR W * frac_part t))) by nra. apply lt_IZR in L. lia. }
apply Z2Nat.inj in E; [|apply Z0 | apply Z0].
destruct (base_Int_part (INR W * frac_part y)) as [I1 I2], (base_Int_part (INR W * frac_part y')) as [J1 J2]. rewrite E in *.
set (dlt := frac_part y - frac_part y'). assert (B : -1 < INR W * dlt < 1) by (unfold dlt; lra).
replace (2 * PI * (y - y')) with (2 * PI * dlt + 2 * IZR (Int_part y - Int_part y') * PI) by (unfold dlt, frac_part; rewrite minus_IZR; ring).
rewrite cos_turns. eapply Rle_trans; [|apply cos_lower]. apply Rplus_le_compat_l, Ropp_le_contravar.
assert (D : dlt ^ 2 <= (/ INR W) ^ 2).
{ replace dlt with (INR W * dlt * / INR W) by (field; lra). rewrite Rpow_mult_distr. rewrite <- (Rmult_1_l ((/ INR W) ^ 2)) at 2.
  apply Rmult_le_compat_r; [apply pow2_ge_0 | nra]. }
unfold Rdiv. rewrite !Rpow_mult_distr. pose proof (pow2_ge_0 PI). nra.
Qed.

Section Rotary.
Variables (n bands cells : nat) (frequency amplitude : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Hc : (1 <= cells)%nat) (Ha : forall f, inr f bands -> 0 <= amplitude f).
Let z k := Sum bands (fun f => amplitude f * cos (frequency f * INR (k - 1))).
Let g := 2 * Sum bands amplitude * PI ^ 2 / INR cells ^ 2.

Lemma rotary_top : Largest n z <= Sum bands amplitude.
Proof.
destruct (Largest_in n z Hn) as [k [_ ->]]. apply Sum_le. intros f Hf. pose proof (Ha f Hf). pose proof (COS_bound (frequency f * INR (k - 1))). nra.
Qed.

Theorem rotary_returns : Sum n (fun k => if Rle_dec (Largest n z - g) (z k) then 1 else 0) >= INR n * / INR cells ^ bands.
Proof.
assert (PW : 0 < INR cells) by (apply lt_0_INR; lia). assert (PP : 0 < INR cells ^ bands) by now apply pow_lt.
destruct (pigeonholes n (fun f d => phase_cell cells (frequency f * INR d / (2 * PI))) cells bands Hc) as [A [HA U]].
{ intros f d _. now apply phase_cell_lt. }
apply Rle_ge. apply Rle_trans with (amount n A).
{ apply (Rmult_le_reg_l (INR cells ^ bands)); [exact PP|].
  replace (INR cells ^ bands * (INR n * / INR cells ^ bands)) with (INR n) by (field; lra). exact HA. }
assert (H0 : 0 <= amount n A) by (apply Sum_nonneg; intros d _; destruct (A d); lra).
assert (S0 : forall m, 0 <= Sum m (fun k => if Rle_dec (Largest n z - g) (z k) then 1 else 0)) by (intros; apply Sum_nonneg; intros k _;
  destruct (Rle_dec _ _); lra).
(* the first of them *)
assert (First : forall m, (forall d, inr d m -> A d = false) \/ exists d, inr d m /\ A d = true /\ forall e, inr e (d - 1) -> A e = false).
{ induction m as [|m [IH|[d [Hd [Td Fd]]]]]; [left; intros; lia | | right; exists d; split; [lia|tauto]].
  destruct (A (S m)) eqn:E; [right; exists (S m); split; [lia|]; split; [exact E|]; intros; apply IH; lia | left; intros d Hd].
  destruct (Nat.eq_dec d (S m)) as [->|]; [exact E | apply IH; lia]. }
destruct (First n) as [None|[d [Hd [Td Fd]]]].
{ unfold amount. rewrite (Sum_ext n _ (fun _ => 0)), Sum_zero; [apply S0|]. intros e He. now rewrite None. }
assert (E : n = (d - 1 + (n - (d - 1)))%nat) by lia. unfold amount. rewrite E at 1. rewrite Sum_split.
rewrite (Sum_ext (d - 1) _ (fun _ => 0)), Sum_zero by (intros e He; now rewrite Fd). rewrite Rplus_0_l.
apply Rle_trans with (Sum (n - (d - 1)) (fun k => if Rle_dec (Largest n z - g) (z k) then 1 else 0)).
- apply Sum_le. intros k Hk. destruct (A (k + (d - 1))%nat) eqn:T; [|destruct (Rle_dec _ _); lra].
  destruct (Rle_dec (Largest n z - g) (z k)) as [|N]; [lra|exfalso]. apply N. pose proof rotary_top as B.
  apply Rle_trans with (Sum bands (fun f => amplitude f * (1 - (2 * PI / INR cells) ^ 2 / 2))).
  + rewrite Sum_scal_r. change (Sum bands (fun f => amplitude f)) with (Sum bands amplitude).
    replace (Sum bands amplitude * (1 - (2 * PI / INR cells) ^ 2 / 2)) with (Sum bands amplitude - g) by (unfold g; field; lra). lra.
  + apply Sum_le. intros f Hf. apply Rmult_le_compat_l; [now apply Ha|].
    replace (frequency f * INR (k - 1)) with (2 * PI * (frequency f * INR (k + (d - 1)) / (2 * PI) - frequency f * INR d / (2 * PI))).
    * apply phase_cell_same; [exact Hc | apply U; assumption].
    * rewrite plus_INR, !minus_INR by lia. simpl (INR 1). pose proof PI_RGT_0. field. lra.
- rewrite E at 2. rewrite (Nat.add_comm (d - 1)), Sum_split.
  assert (0 <= Sum (d - 1) (fun i => if Rle_dec (Largest n z - g) (z (i + (n - (d - 1)))%nat) then 1 else 0)); [|lra].
  apply Sum_nonneg. intros k _. destruct (Rle_dec _ _); lra.
Qed.

Variable alpha : R.
Hypothesis Halpha : 1 < alpha.
Let p := entmax n alpha z.

Theorem rotary_peak : pw (Largest n p) (alpha - 1) <= pw (INR cells ^ bands / INR n) (alpha - 1) + (alpha - 1) * g.
Proof.
assert (PW : 0 < INR cells) by (apply lt_0_INR; lia). assert (PP : 0 < INR cells ^ bands) by now apply pow_lt.
  assert (PN : 0 < INR n) by (apply lt_0_INR; lia).
set (q := / (alpha - 1)). pose proof (q_pos alpha Halpha) as Hq. fold q in Hq.
set (B := pw (Largest n p) (alpha - 1)). destruct (Rle_dec B ((alpha - 1) * g)) as [L|L].
{ pose proof (pw_ge0 (INR cells ^ bands / INR n) (alpha - 1)). lra. }
set (c := pw (B - (alpha - 1) * g) q). assert (Pc : 0 < c) by (apply pw_gt0; lra).
assert (E : c * (INR n * / INR cells ^ bands) <= 1).
{ rewrite <- (entmax_sum n alpha z Hn Halpha). apply Rle_trans with (Sum n (fun k => c * (if Rle_dec (Largest n z - g) (z k) then 1 else 0))).
  - rewrite Sum_scal. apply Rmult_le_compat_l; [lra|]. apply Rge_le, rotary_returns.
  - apply Sum_le. intros k Hk. destruct (Rle_dec (Largest n z - g) (z k)) as [G|G]; [|pose proof (entmax_ge0 n alpha z k); lra].
    rewrite Rmult_1_r. unfold c, entmax. fold q. apply pw_le; [exact Hq|]. rewrite (threshold_exact n alpha z Hn Halpha). fold p B.
    eapply Rle_trans; [|apply Rmax_r]. assert ((alpha - 1) * (Largest n z - g) <= (alpha - 1) * z k) by (apply Rmult_le_compat_l; lra). lra. }
assert (C : c <= INR cells ^ bands / INR n).
{ apply (Rmult_le_reg_r (INR n * / INR cells ^ bands)); [apply Rmult_lt_0_compat; [exact PN | now apply Rinv_0_lt_compat]|].
  replace (INR cells ^ bands / INR n * (INR n * / INR cells ^ bands)) with 1 by (field; lra). exact E. }
assert (D : B - (alpha - 1) * g = pw c (alpha - 1)).
{ unfold c. rewrite pw_pw by lra. unfold q. replace (/ (alpha - 1) * (alpha - 1)) with 1 by (field; lra). symmetry. apply pw_1_r. lra. }
assert (pw c (alpha - 1) <= pw (INR cells ^ bands / INR n) (alpha - 1)) by (apply pw_le; lra). lra.
Qed.
End Rotary.

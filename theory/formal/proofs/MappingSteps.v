(* Proofs of the printed statements: Newton's steps, and repeated tokens, of the chapter mapping. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Extra Newton Tactics Statements MappingEntropy.
Open Scope R_scope.

(** A power with exponent at least 2 lies below its second-order expansion to the left: its third derivative is positive. *)

Lemma second_order_unit u q : 2 <= q -> 0 <= u -> pw (Rmax 0 (1 - u)) q <= 1 - q * u + q * (q - 1) / 2 * u ^ 2.
Proof.
intros Hq Hu. destruct (Rle_dec 1 u) as [L|L].
- rewrite Rmax_0_0, pw_0 by lra. pose proof (pow2_ge_0 (1 - q * u / 2)). pose proof (pow2_ge_0 u).
  assert (0 <= q * (q - 2) / 4 * u ^ 2) by (apply Rmult_le_pos; nra). lra.
- destruct Hu as [Hu| <-]; [|rewrite Rminus_0_r, Rmax_0_id, pw_1_l by lra; lra].
  rewrite Rmax_0_id, pw_Rpower by lra.
  destruct (MVT_cor2 (fun t => 1 - q * t + q * (q - 1) / 2 * t ^ 2 - Rpower (1 - t) q)
    (fun t => - q + q * (q - 1) * t + q * Rpower (1 - t) (q - 1)) 0 u Hu) as [c [E Hc]].
  + intros c Hc. apply is_derive_Reals. unfold Rpower. auto_derive; [lra|].
    replace ((q - 1) * ln (1 - c)) with (q * ln (1 - c) + - ln (1 - c)) by ring.
    rewrite exp_plus, exp_Ropp, exp_ln by lra. replace (1 + - c) with (1 - c) by ring. field. lra.
  + pose proof (bernoulli (1 - c) (q - 1) ltac:(lra) ltac:(lra)) as B. rewrite pw_Rpower in B by lra.
    replace (Rpower (1 - 0) q) with 1 in E by (rewrite Rminus_0_r, <- pw_Rpower, pw_1_l; lra).
    set (w := Rpower (1 - c) (q - 1)) in *. assert (0 <= (- q + q * (q - 1) * c + q * w) * (u - 0)) by (apply Rmult_le_pos; nra). lra.
Qed.

Lemma second_order y d q : 2 <= q -> 0 < y -> 0 <= d ->
  pw (Rmax 0 (y - d)) q <= pw y q - q * d * pw y (q - 1) + q * (q - 1) / 2 * d ^ 2 * pw y (q - 2).
Proof.
intros Hq Hy Hd. assert (I : 0 < / y) by now apply Rinv_0_lt_compat.
pose proof (second_order_unit (d / y) q Hq ltac:(apply Rmult_le_pos; lra)) as U.
replace (y - d) with (y * (1 - d / y)) by (field; lra). rewrite Rmax_scal, pw_mult by (lra || apply Rmax_0_ge).
assert (E1 : pw y (q - 1) = pw y (q - 2) * y) by (replace (q - 1) with (q - 2 + 1) by ring; rewrite pw_plus, (pw_1_r y); lra).
assert (E : pw y q = pw y (q - 2) * (y * y)).
{ replace q with (q - 2 + (1 + 1)) at 1 by ring. rewrite !pw_plus, (pw_1_r y); lra. }
rewrite E, E1. pose proof (pw_gt0 y (q - 2) Hy) as P. set (W := pw y (q - 2)) in *.
apply (Rmult_le_compat_l (W * (y * y))) in U; [|nra]. eapply Rle_trans; [exact U|]. right. field. lra.
Qed.

Theorem newton_quadratic__square : Statements.newton_quadratic__square.
Proof.
start. pose proof (slope_pos n alpha z rho H H1) as Hb. pose proof (threshold_mass n alpha z H H0) as M.
assert (Hq : 2 <= / (alpha - 1)).
{ replace 2 with (/ / 2) by (field; lra). apply Rinv_le_contravar; lra. }
assert (K : alpha - 1 = / / (alpha - 1)) by (field; lra).
unfold scaled in Hb, M. unfold mass, scaled in M. set (tau := threshold n alpha z) in *. set (q := / (alpha - 1)) in *.
set (F := Sum n (fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) q)).
set (b := Sum n (fun i => if Rlt_dec rho ((alpha - 1) * z i) then pw ((alpha - 1) * z i - rho) (q - 1) else 0)) in *.
set (c := Sum n (fun i => if Rlt_dec rho ((alpha - 1) * z i) then pw ((alpha - 1) * z i - rho) (q - 2) else 0)).
assert (T : 1 <= F - q * (tau - rho) * b + q * (q - 1) / 2 * (tau - rho) ^ 2 * c).
{ apply Rle_trans with (1 := Req_le _ _ (eq_sym M)). unfold F, b, c. rewrite <- !Sum_scal, <- Sum_minus, <- Sum_plus. apply Sum_le. intros i _.
  destruct (Rlt_dec rho ((alpha - 1) * z i)) as [L|L].
  - rewrite (Rmax_0_id (_ - rho)) by lra. replace ((alpha - 1) * z i - tau) with ((alpha - 1) * z i - rho - (tau - rho)) by ring.
    apply second_order; lra.
  - rewrite !Rmax_0_0, pw_0 by lra. lra. }
assert (G : (tau - rho - (alpha - 1) * (F - 1) / b) * (q * b) <= (tau - rho) ^ 2 * (1 / (2 * (alpha - 1)) - 1 / 2) * c / b * (q * b)).
{ replace (1 / (2 * (alpha - 1)) - 1 / 2) with ((q - 1) / 2) by (unfold q; field; lra).
  replace ((tau - rho - (alpha - 1) * (F - 1) / b) * (q * b)) with (q * (tau - rho) * b - (F - 1)) by (unfold q; field; lra).
  replace ((tau - rho) ^ 2 * ((q - 1) / 2) * c / b * (q * b)) with (q * (q - 1) / 2 * (tau - rho) ^ 2 * c) by (field; lra). lra. }
apply Rmult_le_reg_r in G; [exact G|]. apply Rmult_lt_0_compat; lra.
Qed.

(** Sparsemax: the slope is the number of tokens above, and a step that loses none of them lands on the threshold. *)

Definition newton_step (n : nat) (alpha : R) (z : nat -> R) (rho : R) : R :=
  rho + (alpha - 1) * (mass n (/ (alpha - 1)) (scaled alpha z) rho - 1) /
  Sum n (fun i => if Rlt_dec rho ((alpha - 1) * z i) then pw ((alpha - 1) * z i - rho) (/ (alpha - 1) - 1) else 0).

Section Steps.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let tau := threshold n alpha z.
Let x := scaled alpha z.

Lemma below_top rho : rho <= tau -> rho < (alpha - 1) * Largest n z.
Proof.
intros L. pose proof (threshold_exact n alpha z Hn Ha) as E. fold tau in E.
pose proof (pw_gt0 _ (alpha - 1) (pmax_pos n alpha z Hn Ha)). lra.
Qed.

Lemma step_form rho : alpha <= 2 -> rho <= tau ->
  newton_step n alpha z rho = rho + (mass n (/ (alpha - 1)) x rho - 1) / (/ (alpha - 1) *
    Sum n (fun i => if Rlt_dec rho (x i) then pw (x i - rho) (/ (alpha - 1) - 1) else 0)).
Proof.
intros Ha2 L. unfold newton_step. pose proof (slope_pos n alpha z rho Hn (below_top rho L)). unfold x, scaled in *. field. lra.
Qed.

Lemma step_between rho : alpha <= 2 -> rho <= tau -> rho <= newton_step n alpha z rho <= tau.
Proof.
intros Ha2 L. rewrite step_form by assumption. pose proof (below_top rho L) as T.
pose proof (newton_left n alpha z rho Hn Ha Ha2 T). pose proof (newton_rises n alpha z rho Hn Ha Ha2 T L).
unfold x, scaled, tau in *. lra.
Qed.

Lemma step_exact rho : alpha = 2 -> rho <= tau ->
  (forall l, inr l n -> x l <= rho \/ newton_step n alpha z rho < x l) -> newton_step n alpha z rho = tau.
Proof.
intros E L Kept. symmetry. apply threshold_is; try assumption. fold x.
pose proof (step_between rho ltac:(lra) L) as [Up _].
pose proof (slope_pos n alpha z rho Hn (below_top rho L)) as Hb. fold x in Hb. pose proof (step_form rho ltac:(lra) L) as SF.
set (new := newton_step n alpha z rho) in *. assert (Q : / (alpha - 1) = 1) by (rewrite E; field).
rewrite Q in *. replace (1 - 1) with 0 in * by ring.
set (b := Sum n (fun i => if Rlt_dec rho (x i) then pw (x i - rho) 0 else 0)) in *.
assert (D : mass n 1 x new = mass n 1 x rho - (new - rho) * b).
{ unfold mass, b. rewrite <- Sum_scal, <- Sum_minus. apply Sum_ext. intros i Hi.
  rewrite !pw_1_r by apply Rmax_0_ge. destruct (Rlt_dec rho (x i)) as [P|P].
  - destruct (Kept i Hi); [lra|]. rewrite !Rmax_0_id by lra. rewrite pw_Rpower, Rpower_O by lra. ring.
  - rewrite !Rmax_0_0 by lra. ring. }
rewrite D. replace (new - rho) with ((mass n 1 x rho - 1) / (1 * b)) by lra. field. lra.
Qed.
End Steps.

Theorem newton_sparsemax_steps__progress : Statements.newton_sparsemax_steps__progress.
Proof.
start. change (newton_step n alpha z rho = threshold n alpha z \/
  ~ (forall l, inr l n -> (alpha - 1) * z l <= rho \/ (alpha - 1) * z l > newton_step n alpha z rho)).
destruct (Req_EM_T (newton_step n alpha z rho) (threshold n alpha z)) as [E|E]; [now left|right].
intros K. apply E. now apply step_exact.
Qed.

Lemma support_size_mono n f g : (forall i, 0 < f i -> 0 < g i) -> (support_size n f <= support_size n g)%nat.
Proof.
intros H. induction n as [|n IH]; simpl; [lia|]. pose proof (H (S n)).
destruct (Rlt_dec 0 (f (S n))), (Rlt_dec 0 (g (S n))); tauto || lia.
Qed.

Lemma support_size_less n f g l : (forall i, 0 < f i -> 0 < g i) -> inr l n -> f l <= 0 < g l -> (support_size n f < support_size n g)%nat.
Proof.
intros H Hl Hfg. induction n as [|n IH]; simpl; [lia|]. pose proof (H (S n)). pose proof (support_size_mono n f g H).
destruct (Nat.eq_dec l (S n)) as [->|].
- destruct (Rlt_dec 0 (f (S n))), (Rlt_dec 0 (g (S n))); lra || lia.
- specialize (IH ltac:(lia)). destruct (Rlt_dec 0 (f (S n))), (Rlt_dec 0 (g (S n))); tauto || lia.
Qed.

(** Each step but the last loses a token, and one is left above the last start. *)

Theorem newton_sparsemax_steps__count : Statements.newton_sparsemax_steps__count.
Proof.
start. set (tau := threshold n alpha z) in *. set (x i := (alpha - 1) * z i).
assert (Low : forall t, (t <= steps)%nat -> path t <= tau).
{ induction t as [|t IH]; intros Ht; [lra|]. destruct (H3 t ltac:(lia)) as [_ ->].
  apply (step_between n alpha z H H0 (path t)); [lra | apply IH; lia]. }
set (count t := support_size n (fun i => x i - path t)).
assert (Fall : forall t, (t < steps)%nat -> (count t + t <= n)%nat).
{ induction t as [|t IH]; intros Ht; [pose proof (support_size_le n (fun i => x i - path 0%nat)); unfold count; lia|].
  specialize (IH ltac:(lia)). assert (count (S t) < count t)%nat; [|lia].
  destruct (H3 t ltac:(lia)) as [_ E]. change (path (S t) = newton_step n alpha z (path t)) in E.
  destruct (H3 (S t) Ht) as [Hne _]. pose proof (Low t ltac:(lia)) as L.
  pose proof (step_between n alpha z H H0 (path t) ltac:(lra) L) as [Up _]. rewrite <- E in Up.
  destruct (Classical_Prop.classic (exists l, inr l n /\ x l - path (S t) <= 0 < x l - path t)) as [[l [Hl G]]|No].
  - apply (support_size_less n _ _ l); [intros i; lra | exact Hl | exact G].
  - exfalso. apply Hne. rewrite E. apply step_exact; try assumption. intros l Hl. rewrite <- E.
    destruct (Rle_dec (scaled alpha z l) (path t)) as [|A]; [now left|right]. apply Rnot_le_lt. intros B. apply No.
    exists l. split; [exact Hl|]. unfold x. unfold scaled in A, B. lra. }
destruct steps as [|m]; [lia|]. specialize (Fall m ltac:(lia)). assert (1 <= count m)%nat; [|lia].
destruct (Largest_in n z H) as [k [Hk E]].
pose proof (below_top n alpha z H H0 (path m) (Low m ltac:(lia))) as T. rewrite E in T.
pose proof (support_size_less n (fun _ => 0) (fun i => x i - path m) k ltac:(intros; lra) Hk ltac:(unfold x; lra)). unfold count. lia.
Qed.

(** Repeated tokens. *)

Lemma Sum_tail m k f : (forall i, (S m <= i)%nat -> f i = f (S m)) -> Sum (m + k) f = Sum m f + INR k * f (S m).
Proof.
intros H. induction k as [|k IH]; [rewrite Nat.add_0_r; simpl; ring|].
replace (m + S k)%nat with (S (m + k)) by lia. cbn [Sum]. rewrite IH, (H (S (m + k))), S_INR by lia. ring.
Qed.

Section Copies.
Variables (m : nat) (alpha : R) (z : nat -> R) (copies : nat).
Hypotheses (Ha : 1 < alpha) (Hc : (1 <= copies)%nat).
Let y i := z (Nat.min i (S m)).
Let p := entmax (m + copies) alpha y.
Let r := entmax (S (m + copies)) alpha y.

Lemma copies_fall i : r i <= p i.
Proof.
unfold r, p, entmax. apply pw_le; [now apply q_pos|]. apply Rmax_0_le.
assert (threshold (m + copies) alpha y <= threshold (S (m + copies)) alpha y); [|lra].
pose proof (threshold_mass (S (m + copies)) alpha y ltac:(lia) Ha) as M.
apply (mass_ge_1 _ _ _ (q_pos alpha Ha) _ _ M). unfold mass. cbn [Sum].
pose proof (threshold_mass (m + copies) alpha y ltac:(lia) Ha) as M'. unfold mass in M'. rewrite M'.
pose proof (pw_ge0 (Rmax 0 (scaled alpha y (S (m + copies)) - threshold (m + copies) alpha y)) (/ (alpha - 1))). lra.
Qed.

Lemma y_tail i : (S m <= i)%nat -> y i = y (S m).
Proof. intros Hi. unfold y. f_equal. lia. Qed.

Lemma p_total : Sum m p + INR copies * p (S m) = 1.
Proof.
rewrite <- Sum_tail; [apply entmax_sum; [lia | exact Ha]|]. intros i Hi. unfold p, entmax. now rewrite y_tail.
Qed.

Lemma r_total : Sum m r + (1 + INR copies) * r (S m) = 1.
Proof.
replace (1 + INR copies) with (INR (S copies)) by (rewrite S_INR; ring). rewrite <- Sum_tail.
- replace (m + S copies)%nat with (S (m + copies)) by lia. apply entmax_sum; [lia | exact Ha].
- intros i Hi. unfold r, entmax. now rewrite y_tail.
Qed.

Lemma copies_ceiling : INR copies * p (S m) <=
  Rmax 0 (1 - Sum (S m) (fun i => pw (Rmax 0 ((alpha - 1) * z i - (alpha - 1) * z (S m))) (/ (alpha - 1)))).
Proof.
pose proof (q_pos alpha Ha) as Hq. destruct (entmax_ge0 (m + copies) alpha y (S m)) as [P|P]; fold p in P.
2:{ rewrite <- P, Rmult_0_r. apply Rmax_l. }
apply (entmax_pos_iff _ _ _ Ha) in P. eapply Rle_trans; [|apply Rmax_r]. pose proof p_total as T.
assert (Y : y (S m) = z (S m)) by (unfold y; f_equal; lia). unfold scaled in P. rewrite Y in P.
cbn [Sum]. rewrite Rminus_eq_0, (Rmax_0_0 0), (pw_0 0) by lra.
assert (Sum m (fun i => pw (Rmax 0 ((alpha - 1) * z i - (alpha - 1) * z (S m))) (/ (alpha - 1))) <= Sum m p); [|lra].
apply Sum_le. intros i Hi. unfold p, entmax. assert (Yi : y i = z i) by (unfold y; f_equal; lia). rewrite Yi.
apply pw_le; [exact Hq|]. apply Rmax_0_le. lra.
Qed.
End Copies.

Theorem duplicates__per_copy : Statements.duplicates__per_copy.
Proof. start. destruct n as [|m]; [lia|]. replace (S m - 1)%nat with m by lia. now apply copies_fall. Qed.

Theorem duplicates__together : Statements.duplicates__together.
Proof.
start. destruct n as [|m]; [lia|]. replace (S m - 1)%nat with m by lia.
pose proof (p_total m alpha z copies H0 H1) as P. pose proof (r_total m alpha z copies H0 H1) as R.
assert (Sum m (entmax (S (m + copies)) alpha (fun i => z (Nat.min i (S m)))) <= Sum m (entmax (m + copies) alpha (fun i => z (Nat.min i (S m))))).
{ apply Sum_le. intros i _. now apply copies_fall. }
cbn [Nat.add]. lra.
Qed.

Theorem duplicates__ceiling : Statements.duplicates__ceiling.
Proof. start. destruct n as [|m]; [lia|]. replace (S m - 1)%nat with m by lia. now apply copies_ceiling. Qed.

(* Sums in a binary format, rounded to nearest. *)
From Coq Require Import Reals Lra Lia List ZArith.
From EntmaxFormal Require Import Definitions Base.
Open Scope R_scope.

Lemma powerRZ_2_pos e : 0 < powerRZ 2 e.
Proof. apply powerRZ_lt. lra. Qed.

Lemma powerRZ_2_nat k : powerRZ 2 (Z.of_nat k) = IZR (2 ^ Z.of_nat k).
Proof. rewrite <- pow_powerRZ, pow_IZR. f_equal. Qed.

Section Format.
Variables (bits : nat) (emin : Z).
Hypothesis Hbits : (1 <= bits)%nat.
Let unit := powerRZ 2 emin.

(** Every number of the format is a multiple of the smallest one. *)
Lemma binary_multiple x : binary bits emin x -> exists M : Z, x = IZR M * unit.
Proof.
intros [m [e [_ [He ->]]]]. exists (m * 2 ^ (e - emin))%Z. rewrite mult_IZR.
replace (IZR (2 ^ (e - emin))) with (powerRZ 2 (e - emin)).
- unfold unit. rewrite Rmult_assoc, <- powerRZ_add by lra. do 2 f_equal. ring.
- rewrite <- (Z2Nat.id (e - emin)) by lia. apply powerRZ_2_nat.
Qed.

(** A multiple of it, other than a number of the format, has one at a relative distance of at most u. *)
Lemma nearby M : exists y, binary bits emin y /\ Rabs (y - IZR M * unit) <= / 2 ^ bits * Rabs (IZR M * unit).
Proof.
assert (U : 0 < unit) by apply powerRZ_2_pos. assert (PB : 0 < 2 ^ bits) by (apply pow_lt; lra).
destruct (Z_lt_le_dec (Z.abs M) (2 ^ Z.of_nat bits)) as [S|S].
- exists (IZR M * unit). split; [exists M, emin; repeat split; [exact S | lia]|].
  rewrite Rminus_eq_0, Rabs_R0. apply Rmult_le_pos; [left; now apply Rinv_0_lt_compat | apply Rabs_pos].
- (* the bits of |M| beyond the leading ones *)
  set (k := (Z.log2 (Z.abs M) - Z.of_nat bits + 1)%Z).
  assert (PM : (0 < Z.abs M)%Z) by (pose proof (Z.pow_pos_nonneg 2 (Z.of_nat bits) ltac:(lia) ltac:(lia)); lia).
  destruct (Z.log2_spec (Z.abs M) PM) as [L1 L2].
  assert (LB : (Z.of_nat bits <= Z.log2 (Z.abs M))%Z) by (apply Z.log2_le_pow2; [exact PM | exact S]).
  assert (K : (1 <= k)%Z) by (unfold k; lia).
  set (P := (2 ^ k)%Z). assert (HP : (0 < P)%Z) by (apply Z.pow_pos_nonneg; lia).
  assert (HP2 : (P = 2 * (P / 2))%Z).
  { unfold P. replace k with (k - 1 + 1)%Z by ring. rewrite Z.pow_add_r by lia. change (2 ^ 1)%Z with 2%Z. rewrite Z.div_mul; lia. }
  set (m := ((Z.abs M + P / 2) / P)%Z).
  pose proof (Z.div_mod (Z.abs M + P / 2) P ltac:(lia)) as D. pose proof (Z.mod_pos_bound (Z.abs M + P / 2) P HP) as R0. fold m in D.
  assert (Near : (2 * Z.abs (m * P - Z.abs M) <= P)%Z) by lia.
  assert (Big : (P * 2 ^ Z.of_nat (bits - 1) <= Z.abs M)%Z).
  { unfold P. rewrite <- Z.pow_add_r by lia. eapply Z.le_trans; [|exact L1]. apply Z.pow_le_mono_r; [lia|]. unfold k. lia. }
  assert (TwoB : (2 ^ Z.of_nat bits = 2 * 2 ^ Z.of_nat (bits - 1))%Z).
  { replace (Z.of_nat bits) with (1 + Z.of_nat (bits - 1))%Z by lia. rewrite Z.pow_add_r by lia. reflexivity. }
  assert (Small : (m <= 2 ^ Z.of_nat bits)%Z).
  { assert (Z.abs M < P * 2 ^ Z.of_nat bits)%Z.
    { eapply Z.lt_le_trans; [exact L2|]. unfold P. rewrite <- Z.pow_add_r by lia. apply Z.pow_le_mono_r; [lia|]. unfold k. lia. }
    unfold m. apply Z.lt_succ_r. apply Z.div_lt_upper_bound; [exact HP|]. nia. }
  assert (Hm0 : (0 <= m)%Z) by (apply Z.div_pos; [pose proof (Z.div_pos P 2); lia | exact HP]).
  exists (IZR (Z.sgn M * m * P) * unit). split.
  + assert (Sg : (Z.abs (Z.sgn M) <= 1)%Z) by (destruct M; simpl; lia).
    assert (EP : IZR P * unit = powerRZ 2 (emin + k)).
    { unfold unit. rewrite powerRZ_add by lra. rewrite Rmult_comm. f_equal. unfold P. rewrite <- (Z2Nat.id k) by lia. now rewrite powerRZ_2_nat. }
    destruct (Z.eq_dec m (2 ^ Z.of_nat bits)) as [E|E].
    * exists (Z.sgn M * 2 ^ Z.of_nat (bits - 1))%Z, (emin + k + 1)%Z. repeat split; [|lia|].
      -- rewrite Z.abs_mul. pose proof (Z.pow_pos_nonneg 2 (Z.of_nat (bits - 1)) ltac:(lia) ltac:(lia)). rewrite (Z.abs_eq (2 ^ _)) by lia. nia.
      -- rewrite E, TwoB. rewrite powerRZ_add by lra. rewrite <- EP. rewrite !mult_IZR. simpl (powerRZ 2 1). ring.
    * exists (Z.sgn M * m)%Z, (emin + k)%Z. repeat split; [|lia|].
      -- rewrite Z.abs_mul, (Z.abs_eq m) by lia. nia.
      -- rewrite <- EP, !mult_IZR. ring.
  + rewrite <- Rmult_minus_distr_r, <- minus_IZR, !Rabs_mult, (Rabs_pos_eq unit), <- Rmult_assoc by lra. apply Rmult_le_compat_r; [lra|].
    rewrite <- !abs_IZR.
    assert (A : (Z.abs (Z.sgn M * m * P - M) = Z.abs (m * P - Z.abs M))%Z) .
    { destruct (Z_lt_le_dec M 0) as [S0|S0].
      - rewrite (Z.sgn_neg M), (Z.abs_neq M) by lia. replace (-1 * m * P - M)%Z with (- (m * P - - M))%Z by ring. apply Z.abs_opp.
      - rewrite (Z.sgn_pos M), (Z.abs_eq M) by lia. f_equal. ring. }
    rewrite A. apply (Rmult_le_reg_l (2 ^ bits)); [exact PB|]. rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra.
    replace (2 ^ bits) with (IZR (2 ^ Z.of_nat bits)) by (rewrite <- powerRZ_2_nat, <- pow_powerRZ; reflexivity).
    rewrite <- mult_IZR. apply IZR_le. rewrite TwoB. nia.
Qed.

Variable rnd : R -> R.
Hypothesis Hr : to_nearest (binary bits emin) rnd.
Let u := / 2 ^ bits.

Lemma rounded x : binary bits emin (rnd x).
Proof. apply Hr. Qed.

Lemma u_pos : 0 < u.
Proof. apply Rinv_0_lt_compat, pow_lt. lra. Qed.

(** A sum of two numbers of the format is rounded with a relative error of at most u, near underflow too. *)
Lemma addition x y : binary bits emin x -> binary bits emin y -> Rabs (rnd (x + y) - (x + y)) <= u * Rabs (x + y).
Proof.
intros Hx Hy. destruct (binary_multiple x Hx) as [M Ex]. destruct (binary_multiple y Hy) as [N Ey].
assert (E : x + y = IZR (M + N) * unit) by (rewrite Ex, Ey, plus_IZR; ring).
destruct (nearby (M + N)) as [w [Hw Ew]]. rewrite <- E in Ew. eapply Rle_trans; [apply Hr; exact Hw | exact Ew].
Qed.

(** Errors of two parts, of at most c times their sizes A and B, add up to one of (1 + u) (1 + c) - 1 times A + B. *)
Lemma addition_error x y s t A B c : binary bits emin x -> binary bits emin y -> 0 <= c ->
  Rabs (x - s) <= c * A -> Rabs (y - t) <= c * B -> Rabs s <= A -> Rabs t <= B ->
  Rabs (rnd (x + y) - (s + t)) <= ((1 + u) * (1 + c) - 1) * (A + B).
Proof.
intros Hx Hy Hc Ex Ey Hs Ht. pose proof (addition x y Hx Hy) as H. pose proof u_pos as U.
assert (D : Rabs (x + y - (s + t)) <= c * (A + B)).
{ replace (x + y - (s + t)) with ((x - s) + (y - t)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra. }
assert (Z : Rabs (x + y) <= (1 + c) * (A + B)).
{ replace (x + y) with ((x + y - (s + t)) + (s + t)) by ring. eapply Rle_trans; [apply Rabs_triang|].
  pose proof (Rabs_triang s t). lra. }
replace (rnd (x + y) - (s + t)) with ((rnd (x + y) - (x + y)) + (x + y - (s + t))) by ring.
eapply Rle_trans; [apply Rabs_triang|]. apply (Rmult_le_compat_l u) in Z; [|lra]. lra.
Qed.

Variable v : nat -> R.

Lemma Sum_abs n : Rabs (Sum n v) <= Sum n (fun i => Rabs (v i)).
Proof.
induction n as [|n IH]; simpl; [rewrite Rabs_R0; lra|]. eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

Lemma power_ge1 k : 1 <= (1 + u) ^ k.
Proof. apply pow_R1_Rle. pose proof u_pos. lra. Qed.

Theorem sequential n : (forall i, inr i (S n) -> binary bits emin (v i)) ->
  binary bits emin (sum_in_order rnd (S n) v) /\
  Rabs (sum_in_order rnd (S n) v - Sum (S n) v) <= ((1 + u) ^ n - 1) * Sum (S n) (fun i => Rabs (v i)).
Proof.
induction n as [|n IH]; intros H.
- simpl. split; [apply H; lia|]. rewrite Rplus_0_l, Rminus_eq_0, Rabs_R0. lra.
- change (sum_in_order rnd (S (S n)) v) with (rnd (sum_in_order rnd (S n) v + v (S (S n)))). split; [apply rounded|].
  destruct IH as [F E]; [intros; apply H; lia|]. pose proof (power_ge1 n).
  pose proof (addition_error _ (v (S (S n))) (Sum (S n) v) (v (S (S n))) _ (Rabs (v (S (S n)))) ((1 + u) ^ n - 1) F (H (S (S n)) ltac:(lia))
    ltac:(lra) E) as A.
  change (Sum (S (S n)) v) with (Sum (S n) v + v (S (S n))).
  change (Sum (S (S n)) (fun i => Rabs (v i))) with (Sum (S n) (fun i => Rabs (v i)) + Rabs (v (S (S n)))).
  replace ((1 + u) ^ S n - 1) with ((1 + u) * (1 + ((1 + u) ^ n - 1)) - 1) by (simpl; ring). apply A; [|apply Sum_abs|lra].
  rewrite Rminus_eq_0, Rabs_R0. apply Rmult_le_pos; [lra | apply Rabs_pos].
Qed.

(** Sums over the leaves of a tree. *)
Fixpoint total (f : nat -> R) (l : list nat) : R := match l with nil => 0 | cons i r => f i + total f r end.

Lemma total_app f l r : total f (l ++ r) = total f l + total f r.
Proof. induction l as [|i l IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma total_seq f n : total f (seq 1 n) = Sum n f.
Proof. induction n as [|n IH]; [reflexivity|]. rewrite seq_S, total_app, IH. simpl. ring. Qed.

Lemma total_abs l : Rabs (total v l) <= total (fun i => Rabs (v i)) l.
Proof. induction l as [|i l IH]; simpl; [rewrite Rabs_R0; lra|]. eapply Rle_trans; [apply Rabs_triang|]. lra. Qed.

Lemma total_abs_pos l : 0 <= total (fun i => Rabs (v i)) l.
Proof. eapply Rle_trans; [apply Rabs_pos | apply total_abs]. Qed.

Theorem pairwise t : (forall i, In i (leaves t) -> binary bits emin (v i)) ->
  binary bits emin (sum_in_pairs rnd v t) /\
  Rabs (sum_in_pairs rnd v t - total v (leaves t)) <= ((1 + u) ^ levels t - 1) * total (fun i => Rabs (v i)) (leaves t).
Proof.
induction t as [i|l IHl r IHr]; intros H; simpl sum_in_pairs; simpl leaves in *; simpl levels.
- simpl. split; [apply H; now left|]. rewrite Rplus_0_r, Rminus_eq_0, Rabs_R0. lra.
- split; [apply rounded|]. destruct IHl as [Fl El]; [intros; apply H, in_or_app; now left|].
  destruct IHr as [Fr Er]; [intros; apply H, in_or_app; now right|].
  rewrite !total_app. set (d := Nat.max (levels l) (levels r)).
  assert (M : forall k, (k <= d)%nat -> (1 + u) ^ k <= (1 + u) ^ d) by (intros; apply Rle_pow; [pose proof u_pos; lra | assumption]).
  pose proof (M (levels l) ltac:(lia)). pose proof (M (levels r) ltac:(lia)). pose proof (power_ge1 d).
  pose proof (total_abs_pos (leaves l)). pose proof (total_abs_pos (leaves r)).
  replace ((1 + u) ^ S d - 1) with ((1 + u) * (1 + ((1 + u) ^ d - 1)) - 1) by (simpl; ring).
  apply addition_error; try assumption; try apply total_abs; [lra | |]; (eapply Rle_trans; [eassumption|]; apply Rmult_le_compat_r; lra).
Qed.

End Format.

(** The levels of a sum in pairs, as the claim counts them: how many powers of 2 from 2^0 on are below n. *)
Lemma count_below n D : (D <= n)%nat -> Sum n (fun k => if le_dec k D then 1 else 0) = INR D.
Proof.
intros H. induction n as [|n IH]; [replace D with 0%nat by lia; reflexivity|]. cbn [Sum]. destruct (le_dec (S n) D) as [L|L].
- replace D with (S n) in * by lia. rewrite (Sum_ext n _ (fun _ => 1)).
  + rewrite Sum_const, S_INR. ring.
  + intros i Hi. destruct (le_dec i (S n)); [reflexivity|lia].
- rewrite IH by lia. ring.
Qed.

Lemma levels_count n : (1 <= n)%nat -> Sum n (fun k => if Rlt_dec (2 ^ (k - 1)) (INR n) then 1 else 0) = INR (Nat.log2_up n).
Proof.
intros Hn. rewrite <- (count_below n (Nat.log2_up n)).
- apply Sum_ext. intros k Hk.
  assert (E : 2 ^ (k - 1) = INR (2 ^ (k - 1))) by (rewrite pow_INR; reflexivity). rewrite E.
  pose proof (Nat.log2_up_le_pow2 n (k - 1) ltac:(lia)) as L.
  destruct (Rlt_dec (INR (2 ^ (k - 1))) (INR n)) as [A|A], (le_dec k (Nat.log2_up n)) as [B|B]; try reflexivity; exfalso.
  + apply INR_lt in A. lia.
  + apply Rnot_lt_le, INR_le in A. lia.
- apply Nat.log2_up_le_lin. lia.
Qed.

(** A rounding there is: to the powers of 2 from 1 on, their negatives and 0. *)
Definition round_pos (x : R) : R :=
  if Rlt_dec x 1 then (if Rle_dec x (1 / 2) then 0 else 1)
  else let k := Z.log2 (Int_part x) in
    if Rle_dec (x - powerRZ 2 k) (powerRZ 2 (k + 1) - x) then powerRZ 2 k else powerRZ 2 (k + 1).
Definition round_one (x : R) : R := if Rlt_dec x 0 then - round_pos (- x) else round_pos x.

Lemma one_bit x : binary 1 0 x <-> x = 0 \/ exists e, (0 <= e)%Z /\ (x = powerRZ 2 e \/ x = - powerRZ 2 e).
Proof.
split.
- intros [m [e [Hm [He ->]]]]. change (2 ^ Z.of_nat 1)%Z with 2%Z in Hm. assert (m = -1 \/ m = 0 \/ m = 1)%Z as [E|[E|E]] by lia; rewrite E.
  + right. exists e. split; [exact He | right; ring].
  + left. ring.
  + right. exists e. split; [exact He | left; ring].
- intros [->|[e [He [-> | ->]]]]; [exists 0%Z, 0%Z | exists 1%Z, e | exists (-1)%Z, e]; (split; [simpl; lia | split; [lia | simpl; ring]]).
Qed.

Lemma powerRZ_2_le e f : (e <= f)%Z -> powerRZ 2 e <= powerRZ 2 f.
Proof.
intros H. replace f with (e + Z.of_nat (Z.to_nat (f - e)))%Z by lia. rewrite powerRZ_add, <- pow_powerRZ by lra.
pose proof (powerRZ_2_pos e). pose proof (pow_R1_Rle 2 (Z.to_nat (f - e)) ltac:(lra)). nra.
Qed.

(** No number of the format lies between two neighbours. *)
Lemma one_bit_gap y k : binary 1 0 y -> (0 <= k)%Z -> y <= powerRZ 2 k \/ powerRZ 2 (k + 1) <= y.
Proof.
intros H Hk. pose proof (powerRZ_2_pos k). apply one_bit in H. destruct H as [->|[e [He [-> | ->]]]].
- left; lra.
- destruct (Z_le_gt_dec e k); [left; now apply powerRZ_2_le | right; apply powerRZ_2_le; lia].
- left. pose proof (powerRZ_2_pos e). lra.
Qed.

Lemma one_bit_gap_0 y : binary 1 0 y -> y <= 0 \/ 1 <= y.
Proof.
intros H. apply one_bit in H. destruct H as [->|[e [He [-> | ->]]]]; [left; lra | right | left; pose proof (powerRZ_2_pos e); lra].
apply (powerRZ_2_le 0 e He).
Qed.

Lemma between a b x y : a <= x <= b -> y <= a \/ b <= y -> Rabs ((if Rle_dec (x - a) (b - x) then a else b) - x) <= Rabs (y - x).
Proof. intros H Hy. destruct (Rle_dec (x - a) (b - x)); unfold Rabs; do 2 destruct (Rcase_abs _); lra. Qed.

Lemma round_pos_nearest x : 0 <= x -> binary 1 0 (round_pos x) /\ forall y, binary 1 0 y -> Rabs (round_pos x - x) <= Rabs (y - x).
Proof.
intros Hx. unfold round_pos. destruct (Rlt_dec x 1) as [L|L].
- split.
  + apply one_bit. destruct (Rle_dec x (1 / 2)); [now left | right; exists 0%Z; split; [lia | left; reflexivity]].
  + intros y Hy. apply one_bit_gap_0 in Hy. destruct (Rle_dec x (1 / 2)); unfold Rabs; do 2 destruct (Rcase_abs _); lra.
- cbv zeta. set (k := Z.log2 (Int_part x)). destruct (base_Int_part x) as [I1 I2].
  assert (N : (1 <= Int_part x)%Z).
  { apply Z.lt_succ_r. apply lt_IZR. unfold Z.succ. rewrite plus_IZR. lra. }
  destruct (Z.log2_spec (Int_part x) ltac:(lia)) as [B1 B2]. fold k in B1, B2. assert (K : (0 <= k)%Z) by apply Z.log2_nonneg.
  assert (P : forall e, (0 <= e)%Z -> powerRZ 2 e = IZR (2 ^ e)) by (intros e He; rewrite <- (Z2Nat.id e) by lia; apply powerRZ_2_nat).
  assert (B : powerRZ 2 k <= x <= powerRZ 2 (k + 1)).
  { rewrite !P by lia. apply IZR_le in B1. assert (B3 : (Int_part x + 1 <= 2 ^ (k + 1))%Z) by (unfold Z.succ in B2; lia).
    apply IZR_le in B3. rewrite plus_IZR in B3. lra. }
  split.
  + apply one_bit. right. destruct (Rle_dec _ _); [exists k | exists (k + 1)%Z]; (split; [lia | left; reflexivity]).
  + intros y Hy. apply between; [exact B | now apply one_bit_gap].
Qed.

Lemma round_one_nearest : to_nearest (binary 1 0) round_one.
Proof.
intros x. unfold round_one. destruct (Rlt_dec x 0) as [L|L]; [|apply round_pos_nearest; lra].
destruct (round_pos_nearest (- x) ltac:(lra)) as [F N].
assert (S : forall y, binary 1 0 y -> binary 1 0 (- y)).
{ intros y Hy. apply one_bit in Hy. apply one_bit. destruct Hy as [->|[e [He [-> | ->]]]]; [left; ring | | ]; right; exists e; (split; [exact He|]).
  - now right.
  - left; ring. }
split; [now apply S|]. intros y Hy. specialize (N (- y) (S y Hy)).
replace (- round_pos (- x) - x) with (- (round_pos (- x) - - x)) by ring. replace (y - x) with (- (- y - - x)) by ring.
now rewrite !Rabs_Ropp.
Qed.

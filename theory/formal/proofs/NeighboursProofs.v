(* Proofs of the printed statements: the chapter neighbours. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Rows Attention Adaptive
  Statements.
From EntmaxFormal Require SanityLayers.
Open Scope R_scope.

(** * Sigmoids *)

Theorem sigmoid_structure__inhabited : Statements.sigmoid_structure__inhabited.
Proof. exists 1%nat, (fun _ => 0), (fun _ => 0), 0. split; [lia|exact I]. Qed.

Theorem sigmoid_structure__positive : Statements.sigmoid_structure__positive.
Proof. start. apply sigmoid_range. Qed.

Theorem sigmoid_structure__order : Statements.sigmoid_structure__order.
Proof. start. unfold Rgt. rewrite sigmoid_lt_iff. lra. Qed.

Theorem sigmoid_structure__alone : Statements.sigmoid_structure__alone.
Proof. start. now rewrite H2. Qed.

Theorem sigmoid_slope__inhabited : Statements.sigmoid_slope__inhabited.
Proof. exists 1%nat, (fun _ => 0), (fun _ => 0), 0. split; [lia|exact I]. Qed.

Lemma sigmoid_along z c e : is_derive (fun t => sigmoid (z + t * e + c)) 0 ((1 - sigmoid (z + c)) * sigmoid (z + c) * e).
Proof.
replace ((1 - sigmoid (z + c)) * sigmoid (z + c) * e) with (e * (sigmoid (z + 0 * e + c) * (1 - sigmoid (z + 0 * e + c))))
  by (rewrite Rmult_0_l, Rplus_0_r; ring).
apply (is_derive_comp sigmoid (fun t => z + t * e + c)); [apply sigmoid_derive|]. auto_derive; [exact I|ring].
Qed.

Theorem sigmoid_slope__formula : Statements.sigmoid_slope__formula.
Proof. start. apply is_derive_unique, sigmoid_along. Qed.

Theorem sigmoid_slope__formula__defined : Statements.sigmoid_slope__formula__defined.
Proof. start. eexists. apply sigmoid_along. Qed.

Theorem sigmoid_slope__lipschitz : Statements.sigmoid_slope__lipschitz.
Proof.
start. unfold Rdiv. rewrite <- Sum_scal_r. apply Sum_le. intros i _.
pose proof (sigmoid_contracts (z i + shift) (y i + shift)) as L.
replace (z i + shift - (y i + shift)) with (z i - y i) in L by ring. exact L.
Qed.

Theorem sigmoid_length_bias__inhabited : Statements.sigmoid_length_bias__inhabited.
Proof. exists 1%nat, (fun _ => 0), 0. split; [lia|exact I]. Qed.

Theorem sigmoid_length_bias__odds : Statements.sigmoid_length_bias__odds.
Proof.
start. rewrite append_in by assumption. rewrite S_INR. pose proof (exp_pos (- z k)). pose proof (pos_INR n). field. split; nra.
Qed.

Theorem sigmoid_length_bias__less : Statements.sigmoid_length_bias__less.
Proof.
start. rewrite append_in by assumption. rewrite S_INR. pose proof (exp_pos (- z k)). pose proof (pos_INR n).
apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; nra | nra].
Qed.

(** * Rectified logits *)

Theorem rectified_linear__inhabited : Statements.rectified_linear__inhabited.
Proof. exists 1%nat, (fun _ => 0), (fun _ => 0). split; [lia|exact I]. Qed.

Theorem rectified_linear__order : Statements.rectified_linear__order.
Proof. start. apply Rle_ge, Rmax_0_le. lra. Qed.

Theorem rectified_linear__alone : Statements.rectified_linear__alone.
Proof. start. now rewrite H2. Qed.

Theorem rectified_linear__lipschitz : Statements.rectified_linear__lipschitz.
Proof.
start. apply Sum_le. intros i _. pose proof (pow2_ge_0 (z i)). pose proof (pow2_ge_0 (y i)). pose proof (pow2_ge_0 (z i - y i)).
unfold Rmax. destruct (Rle_dec 0 (z i)), (Rle_dec 0 (y i)); [lra | | | lra].
- pose proof (Rmult_le_pos (z i) (- y i) ltac:(lra) ltac:(lra)). lra.
- pose proof (Rmult_le_pos (- z i) (y i) ltac:(lra) ltac:(lra)). lra.
Qed.

(** * Stick-breaking *)

Theorem stick_breaking__inhabited : Statements.stick_breaking__inhabited.
Proof. exists 1%nat, (fun _ => 0). split; [lia|exact I]. Qed.

Lemma stick_pos n z i : inr i n -> 0 < stick n z i.
Proof.
intros Hi. unfold stick. apply Rmult_lt_0_compat; [apply sigmoid_range|]. rewrite Prod_from_all by lia. apply Prod_gt0.
intros j _. destruct (lt_dec i j); [pose proof (sigmoid_range (z j))|]; lra.
Qed.

Lemma stick_sum n z : Sum n (stick n z) = 1 - Prod n (fun j => 1 - sigmoid (z j)).
Proof.
induction n as [|n IH]; [simpl; ring|]. cbn [Sum Prod]. unfold stick at 2. rewrite Prod_from_none.
rewrite (Sum_ext n (stick (S n) z) (fun i => stick n z i * (1 - sigmoid (z (S n))))).
- rewrite Sum_scal_r, IH. ring.
- intros i Hi. unfold stick. rewrite Prod_from_last by lia. ring.
Qed.

Theorem stick_breaking__positive : Statements.stick_breaking__positive.
Proof. start. now apply stick_pos. Qed.

Theorem stick_breaking__rest : Statements.stick_breaking__rest.
Proof. start. apply stick_sum. Qed.

Theorem stick_breaking__rest__defined : Statements.stick_breaking__rest__defined.
Proof. start. pose proof (exp_pos (- z j)). lra. Qed.

Theorem stick_breaking__sum : Statements.stick_breaking__sum.
Proof.
start. change (Sum n (stick n z) < 1). rewrite stick_sum.
assert (0 < Prod n (fun j => 1 - sigmoid (z j))); [|lra]. apply Prod_gt0. intros j _. pose proof (sigmoid_range (z j)). lra.
Qed.

Theorem stick_breaking_joining__inhabited : Statements.stick_breaking_joining__inhabited.
Proof. exists 1%nat, (fun _ => 0), 0, 1%nat. repeat split; lia. Qed.

Lemma stick_joined n z late place i : inr place (S n) -> inr i n ->
  stick (S n) (insert place late z) (moved_on place i) = stick n z i * (if lt_dec i place then 1 - sigmoid late else 1).
Proof.
intros Hm Hi. unfold stick. rewrite insert_moved_on. rewrite !Prod_from_all; [|lia | unfold moved_on; destruct (lt_dec i place); lia].
rewrite (Prod_insert n _ place Hm), insert_at.
rewrite (Prod_ext n (fun j => if lt_dec (moved_on place i) (moved_on place j) then 1 - sigmoid (insert place late z (moved_on place j)) else 1)
  (fun j => if lt_dec i j then 1 - sigmoid (z j) else 1)).
- pose proof (moved_on_before place i). destruct (lt_dec (moved_on place i) place), (lt_dec i place); (lia || ring).
- intros j _. rewrite insert_moved_on. pose proof (moved_on_lt place i j).
  destruct (lt_dec (moved_on place i) (moved_on place j)), (lt_dec i j); (lia || reflexivity).
Qed.

Theorem stick_breaking_joining__before : Statements.stick_breaking_joining__before.
Proof. start. rewrite stick_joined by assumption. destruct (lt_dec k place); [|lia]. unfold sigmoid. ring. Qed.

Theorem stick_breaking_joining__before__defined : Statements.stick_breaking_joining__before__defined.
Proof. start. pose proof (exp_pos (- late)). lra. Qed.

Theorem stick_breaking_joining__behind : Statements.stick_breaking_joining__behind.
Proof. start. rewrite stick_joined by assumption. destruct (lt_dec k place); [lia|ring]. Qed.

Theorem stick_breaking_joining__behind__defined : Statements.stick_breaking_joining__behind__defined.
Proof. defined. Qed.

Theorem stick_breaking_joining__never_more : Statements.stick_breaking_joining__never_more.
Proof.
start. rewrite stick_joined by assumption. pose proof (stick_pos n z k H1). pose proof (sigmoid_range late).
destruct (lt_dec k place); nra.
Qed.

(** * Budgets *)

Lemma budget_clip t z i : budget t z i = clip (z i - t).
Proof. reflexivity. Qed.

Lemma budget_antitone t u z i : t <= u -> budget u z i <= budget t z i.
Proof. intros H. apply clip_le. lra. Qed.

(** A budget with a threshold of 0 over logits of 1, ..., 1 (K times) and then 0. *)
Lemma budget_all n : Sum n (budget 0 (fun _ => 1)) = INR n.
Proof.
rewrite (Sum_ext n _ (fun _ => 1)), Sum_const; [ring|]. intros i _. unfold budget, Rmin, Rmax. destruct (Rle_dec 0 (1 - 0)), (Rle_dec 1 _); lra.
Qed.

Theorem budget_form__inhabited : Statements.budget_form__inhabited.
Proof.
exists 1%nat, 1%nat, (fun _ => 1), 0, (fun _ => 1). split; [lia|]. split; [apply budget_all|].
split; [intros; lra|]. split; [simpl; ring|exact I].
Qed.

Theorem budget_form__found : Statements.budget_form__found.
Proof. start. now apply SanityLayers.budget_threshold_exists. Qed.

Theorem budget_form__nearest : Statements.budget_form__nearest.
Proof.
start. set (p := budget tau z) in *.
assert (E : Sum n (fun i => (p i - z i) ^ 2 - 2 * tau * (r i - p i)) <= Sum n (fun i => (r i - z i) ^ 2)).
{ apply Sum_le. intros i Hi. unfold p. rewrite !budget_clip. pose proof (clip_nearest (z i - tau) (r i) (H1 i Hi)). lra. }
rewrite Sum_minus, Sum_scal, Sum_minus in E. change (Sum n (fun i => p i)) with (Sum n p) in E.
change (Sum n (fun i => r i)) with (Sum n r) in E. rewrite H0, H2 in E. lra.
Qed.

Theorem budget_structure__inhabited : Statements.budget_structure__inhabited.
Proof.
exists 1%nat, 1%nat, (fun _ => 1), 0, (fun i => i), 0, 0. split; [lia|]. split; [apply budget_all|].
split; [split; intros; assumption|]. split; [|exact I]. rewrite Rplus_0_r. apply budget_all.
Qed.

Theorem budget_structure__found : Statements.budget_structure__found.
Proof. start. destruct (SanityLayers.budget_threshold_exists n kept z H) as [t T], (SanityLayers.budget_threshold_exists n kept (fun i => z (perm i) + shift) H) as [u U]. now exists t, u. Qed.

Theorem budget_structure__order : Statements.budget_structure__order.
Proof. start. apply Rle_ge, clip_le. lra. Qed.

(** Two thresholds of one budget give the same weights. *)
Lemma budget_unique n z t u : Sum n (budget t z) = Sum n (budget u z) -> forall i, inr i n -> budget t z i = budget u z i.
Proof.
intros E. destruct (Rle_dec t u) as [L|L].
- intros i Hi. symmetry. apply (Sum_eq_le n (budget u z) (budget t z)); [intros; now apply budget_antitone | now symmetry | exact Hi].
- intros i Hi. apply (Sum_eq_le n (budget t z) (budget u z)); [intros; apply budget_antitone; lra | exact E | exact Hi].
Qed.

Theorem budget_structure__moved : Statements.budget_structure__moved.
Proof.
start. assert (E : forall i, budget rho (fun i => z (perm i) + shift) i = budget (rho - shift) z (perm i))
  by (intros; rewrite !budget_clip; f_equal; ring).
rewrite E. apply (budget_unique n); [|now apply H1]. rewrite <- (Sum_permutes n _ perm H1), H0, <- H2. apply Sum_ext. intros; now rewrite E.
Qed.

Theorem budget_structure__moved__defined : Statements.budget_structure__moved__defined.
Proof. start. now apply H1. Qed.

Theorem budget_joining__inhabited : Statements.budget_joining__inhabited.
Proof.
exists 1%nat, 1%nat, (fun _ => 1), 0, 0, 0. split; [lia|]. split; [apply budget_all|]. split; [|exact I].
cbn [Sum]. unfold budget at 2. rewrite append_last. rewrite (budget_clip 0 (append 1 _ 0)), append_in by lia.
change (clip (1 - 0)) with (budget 0 (fun _ => 1) 1%nat). change (Rmin 1 (Rmax 0 (0 - 0))) with (clip (0 - 0)).
pose proof (clip_cases (0 - 0)). pose proof (clip_cases (1 - 0)). unfold budget. fold (clip (1 - 0)). simpl. lra.
Qed.

Theorem budget_joining__found : Statements.budget_joining__found.
Proof. start. destruct (SanityLayers.budget_threshold_exists n kept z H) as [t T], (SanityLayers.budget_threshold_exists (S n) kept (append n z late) ltac:(lia)) as [u U]. now exists t, u. Qed.

Lemma budget_joined n z late rho : Sum (S n) (budget rho (append n z late)) = Sum n (budget rho z) + clip (late - rho).
Proof. exact (Sum_append n (fun t => clip (t - rho)) z late). Qed.

Lemma budget_ge0 t z i : 0 <= budget t z i.
Proof. rewrite budget_clip. pose proof (clip_cases (z i - t)). lra. Qed.

Lemma budget_lower n z late tau rho k : inr k n -> Sum (S n) (budget rho (append n z late)) = Sum n (budget tau z) ->
  rho <= tau -> budget rho z k = budget tau z k.
Proof.
intros Hk E L. rewrite budget_joined in E. symmetry.
  apply (Sum_eq_le n (budget tau z) (budget rho z)); [intros; now apply budget_antitone | | exact Hk].
assert (Sum n (budget tau z) <= Sum n (budget rho z)) by (apply Sum_le; intros; now apply budget_antitone).
pose proof (clip_cases (late - rho)). lra.
Qed.

Theorem budget_joining__never_more : Statements.budget_joining__never_more.
Proof.
start. unfold budget at 1. rewrite append_in by assumption. fold (budget rho z k).
destruct (Rle_dec rho tau) as [L|L]; [right; apply (budget_lower n z late); [assumption | now rewrite H1, H0 | exact L] | apply budget_antitone; lra].
Qed.

Theorem budget_joining__unchanged : Statements.budget_joining__unchanged.
Proof.
start. unfold budget at 1. rewrite append_in by assumption. fold (budget rho z k).
destruct (Rle_dec rho tau) as [L|L]; [apply (budget_lower n z late); [assumption | now rewrite H1, H0 | exact L]|].
apply (Sum_eq_le n (budget rho z) (budget tau z)); [intros; apply budget_antitone; lra | | assumption].
rewrite budget_joined in H1. pose proof (clip_cases (late - rho)). lra.
Qed.

Theorem budget_lipschitz__inhabited : Statements.budget_lipschitz__inhabited.
Proof. exists 1%nat, 1%nat, (fun _ => 1), 0, (fun _ => 1), 0. split; [lia|]. split; [apply budget_all|]. split; [apply budget_all | exact I]. Qed.

Theorem budget_lipschitz__found : Statements.budget_lipschitz__found.
Proof. start. destruct (SanityLayers.budget_threshold_exists n kept z H) as [t T], (SanityLayers.budget_threshold_exists n kept y H) as [u U]. now exists t, u. Qed.

Theorem budget_lipschitz__lipschitz : Statements.budget_lipschitz__lipschitz.
Proof.
start. set (p := budget tau z) in *. set (r := budget rho y) in *.
assert (E : Sum n (fun i => (p i - r i) ^ 2 + (tau - rho) * (p i - r i)) <= Sum n (fun i => / 2 * (p i - r i) ^ 2 + / 2 * (z i - y i) ^ 2)).
{ apply Sum_le. intros i _. unfold p, r. rewrite !budget_clip. pose proof (clip_firm (z i - tau) (y i - rho)) as F.
  set (a := clip (z i - tau) - clip (y i - rho)) in *. pose proof (pow2_ge_0 (a - (z i - y i))). nra. }
rewrite Sum_plus, Sum_scal, Sum_minus in E. change (Sum n (fun i => p i)) with (Sum n p) in E.
change (Sum n (fun i => r i)) with (Sum n r) in E. rewrite H0, H1, Sum_plus, !Sum_scal in E. lra.
Qed.

(** * Self-adjust softmax *)

Theorem self_adjust_order__inhabited : Statements.self_adjust_order__inhabited.
Proof. exists 1%nat, (fun _ => 1). split; [lia|]. split; [|exact I]. exists 1%nat. split; [lia|lra]. Qed.

Theorem self_adjust_order__order : Statements.self_adjust_order__order.
Proof.
start. set (l := Rmin 0 (- Largest n (fun i => - z i))). set (h := Rmax 0 (Largest n z)).
assert (Hl : forall k, inr k n -> l <= z k /\ l <= 0).
{ intros k Hk. pose proof (Largest_ge n (fun i => - z i) k Hk) as A. simpl in A.
  unfold l, Rmin. destruct (Rle_dec _ _); lra. }
assert (Hh : forall k, inr k n -> z k <= h /\ 0 <= h).
{ intros k Hk. pose proof (Largest_ge n z k Hk). unfold h, Rmax. destruct (Rle_dec _ _); lra. }
assert (P : 0 < h - l).
{ destruct H0 as [k [Hk Hz]]. pose proof (Hl k Hk). pose proof (Hh k Hk). lra. }
assert (W : 0 < Sum n (fun j => exp (z j))).
{ apply Rlt_le_trans with (exp (z 1%nat)); [apply exp_pos|]. apply (Sum_ge_term n (fun j => exp (z j)) 1%nat); [lia|]. intros; left; apply exp_pos. }
assert (Inc : forall a b, inr a n -> inr b n -> z a < z b -> (z a - l) / (h - l) * softmax n z a < (z b - l) / (h - l) * softmax n z b).
{ intros a b Hka Hkb L. unfold softmax. set (c := / (h - l) * / Sum n (fun j => exp (z j))).
  assert (0 < c) by (apply Rmult_lt_0_compat; now apply Rinv_0_lt_compat).
  replace ((z a - l) / (h - l) * (exp (z a) / Sum n (fun j => exp (z j)))) with (c * ((z a - l) * exp (z a))) by (unfold c, Rdiv; ring).
  replace ((z b - l) / (h - l) * (exp (z b) / Sum n (fun j => exp (z j)))) with (c * ((z b - l) * exp (z b))) by (unfold c, Rdiv; ring).
  apply Rmult_lt_compat_l; [assumption|]. pose proof (exp_increasing _ _ L). pose proof (exp_pos (z a)). pose proof (Hl a Hka). nra. }
unfold Rgt. split; [|now apply Inc]. intros G. destruct (Rtotal_order (z j) (z i)) as [L|[E|L]]; [exact L | |].
- unfold softmax in G. rewrite E in G. lra.
- pose proof (Inc i j ltac:(assumption) ltac:(assumption) L). lra.
Qed.

(** * Top-k softmax *)

Definition before (w : nat -> R) (j i : nat) : R :=
  if Rlt_dec (w i) (w j) then 1 else if Req_EM_T (w j) (w i) then if lt_dec j i then 1 else 0 else 0.

Lemma before_cases w j i : before w j i = 1 /\ (w i < w j \/ w j = w i /\ (j < i)%nat) \/
  before w j i = 0 /\ (w j < w i \/ w j = w i /\ (i <= j)%nat).
Proof.
unfold before. destruct (Rlt_dec (w i) (w j)) as [L|L]; [left; tauto|]. destruct (Req_EM_T (w j) (w i)) as [E|E].
- destruct (lt_dec j i); [left | right]; split; try reflexivity; right; split; (assumption || lia).
- right. split; [reflexivity|]. left. lra.
Qed.

Lemma rank_before n w i : rank n w i = Sum n (fun j => before w j i).
Proof. reflexivity. Qed.

(** The order is transitive, so that a token comes at least one behind each that is before it. *)
Lemma rank_step n w j i : inr j n -> before w j i = 1 -> rank n w j + 1 <= rank n w i.
Proof.
intros Hj B. rewrite !rank_before. apply Rle_trans with (Sum n (fun l => before w l j + if Nat.eq_dec l j then 1 else 0)).
- rewrite Sum_plus, Sum_single by exact Hj. lra.
- apply Sum_le. intros l Hl. destruct (before_cases w j i) as [[_ A]|[A _]]; [|lra].
  destruct (Nat.eq_dec l j) as [->|Hne].
  + rewrite B. destruct (before_cases w j j) as [[_ Q]|[-> _]]; [exfalso; destruct Q as [Q|[_ Q]]; [lra|lia] | lra].
  + destruct (before_cases w l j) as [[E Q]|[E Q]]; rewrite E; destruct (before_cases w l i) as [[F T]|[F T]]; rewrite F; try lra.
    exfalso. destruct A as [A|[A A']], Q as [Q|[Q Q']], T as [T|[T T']]; try lra; lia.
Qed.

Lemma before_total w i j : i <> j -> before w i j = 1 \/ before w j i = 1.
Proof.
intros Hne. destruct (before_cases w i j) as [[E _]|[_ Q]]; [tauto|]. destruct (before_cases w j i) as [[E _]|[_ T]]; [tauto|exfalso].
destruct Q as [Q|[Q Q']], T as [T|[T T']]; (lra || lia).
Qed.

Lemma rank_INR n w i : exists k, rank n w i = INR k.
Proof.
rewrite rank_before. induction n as [|n [k IH]]; [now exists 0%nat|]. cbn [Sum]. rewrite IH.
destruct (before_cases w (S n) i) as [[-> _]|[-> _]]; [exists (S k); now rewrite S_INR | exists k; ring].
Qed.

Lemma Sum_at_most_one n f c : 0 <= c -> (forall i, inr i n -> f i <= c) ->
  (forall i j, inr i n -> inr j n -> f i <> 0 -> f j <> 0 -> i = j) -> Sum n f <= c.
Proof.
intros Hc. induction n as [|n IH]; intros H U; cbn [Sum]; [exact Hc|]. destruct (Req_EM_T (f (S n)) 0) as [->|Hne].
- rewrite Rplus_0_r. apply IH; intros; [apply H; lia | apply U; (lia || assumption)].
- rewrite (Sum_ext n f (fun _ => 0)), Sum_zero.
  + rewrite Rplus_0_l. apply H. lia.
  + intros i Hi. destruct (Req_EM_T (f i) 0) as [|Hf]; [assumption|exfalso]. assert (i = S n) by (apply U; (lia || assumption)). lia.
Qed.

Section Top_k.
Variables (n kept place : nat) (z : nat -> R) (late : R).
Hypotheses (Hn : (1 <= n)%nat) (Hm : inr place (S n)).
Let w := insert place late z.
Let K := INR kept.
Let at_ := moved_on place.
Let old j := if Rlt_dec (rank n z j) K then exp (z j) else 0.
Let new j := if Rlt_dec (rank (S n) w j) K then exp (w j) else 0.

Lemma rank_at i : rank (S n) w (at_ i) = before w place (at_ i) + rank n z i.
Proof.
rewrite !rank_before. rewrite (Sum_insert n _ place Hm). f_equal. apply Sum_ext. intros j _.
unfold before, w. fold (at_ j). unfold at_. rewrite !insert_moved_on. pose proof (moved_on_lt place j i).
destruct (Rlt_dec (z i) (z j)); [reflexivity|]. destruct (Req_EM_T (z j) (z i)); [|reflexivity].
destruct (lt_dec (moved_on place j) (moved_on place i)), (lt_dec j i); (lia || reflexivity).
Qed.

Lemma at_in i : inr i n -> inr (at_ i) (S n).
Proof. unfold at_, moved_on. destruct (lt_dec i place); lia. Qed.

Lemma w_at i : w (at_ i) = z i.
Proof. apply insert_moved_on. Qed.

Lemma before_range v j i : before v j i = 1 \/ before v j i = 0.
Proof. destruct (before_cases v j i); tauto. Qed.

Lemma new_old i : new (at_ i) <> 0 -> new (at_ i) = old i.
Proof.
unfold new, old. rewrite w_at, rank_at. intros H. destruct (Rlt_dec _ K) as [L|L]; [|contradiction].
destruct (Rlt_dec (rank n z i) K) as [|M]; [reflexivity|exfalso]. destruct (before_range w place (at_ i)); lra.
Qed.

Lemma new_total : Sum (S n) new = new place + Sum n (fun i => new (at_ i)).
Proof. exact (Sum_insert n new place Hm). Qed.

Lemma not_chosen i : inr i n -> ~ rank (S n) w place < K -> new (at_ i) = old i.
Proof.
intros Hi Hp. unfold new, old. rewrite w_at.
  destruct (Rlt_dec (rank (S n) w (at_ i)) K) as [L|L], (Rlt_dec (rank n z i) K) as [M|M]; try reflexivity; exfalso.
- rewrite rank_at in L. destruct (before_range w place (at_ i)); lra.
- pose proof (rank_at i) as E. destruct (before_range w place (at_ i)) as [B|B]; [|lra].
  pose proof (rank_step (S n) w place (at_ i) Hm B). lra.
Qed.

Lemma old_ge0 j : 0 <= old j.
Proof. unfold old. destruct (Rlt_dec _ _); [left; apply exp_pos | lra]. Qed.

Lemma new_ge0 j : 0 <= new j.
Proof. unfold new. destruct (Rlt_dec _ _); [left; apply exp_pos | lra]. Qed.

Lemma top_k_unchanged i : inr i n -> ~ rank (S n) w place < K -> top_k (S n) kept w (at_ i) = top_k n kept z i.
Proof.
intros Hi Hp. unfold top_k. cbv zeta. fold K.
change (new (at_ i) / Sum (S n) new = old i / Sum n old). rewrite new_total, not_chosen by assumption.
rewrite (Sum_ext n (fun i => new (at_ i)) old) by (intros; now apply not_chosen).
unfold new at 1. destruct (Rlt_dec (rank (S n) w place) K); [contradiction|]. now rewrite Rplus_0_l.
Qed.

Lemma top_k_never_more i : inr i n -> top_k (S n) kept w (at_ i) <= top_k n kept z i.
Proof.
intros Hi. destruct (Rlt_dec (rank (S n) w place) K) as [Hc|Hc]; [|right; now apply top_k_unchanged].
unfold top_k. cbv zeta. fold K. change (new (at_ i) / Sum (S n) new <= old i / Sum n old).
assert (Po : 0 <= Sum n old) by (apply Sum_nonneg; intros; apply old_ge0).
assert (Q : 0 <= old i / Sum n old).
{ destruct Po as [Po|<-]; [apply Rmult_le_pos; [apply old_ge0 | left; now apply Rinv_0_lt_compat]|].
  unfold Rdiv. apply Rmult_le_pos; [apply old_ge0|]. rewrite Rinv_0. lra. }
destruct (Req_EM_T (new (at_ i)) 0) as [->|Hne]; [unfold Rdiv; rewrite Rmult_0_l; exact Q|].
pose proof (new_old i Hne) as E. rewrite E in *. assert (Pi : 0 < old i) by (pose proof (old_ge0 i); lra).
assert (P : 0 < Sum n old) by (eapply Rlt_le_trans; [exact Pi | apply (Sum_ge_term n old i Hi); intros; apply old_ge0]).
apply Rmult_le_compat_l; [lra|]. apply Rinv_le_contravar; [exact P|]. rewrite new_total.
assert (D : Sum n (fun j => old j - new (at_ j)) <= exp late).
{ assert (C : forall j, old j - new (at_ j) <> 0 -> old j
  - new (at_ j) = exp (z j) /\ before w place (at_ j) = 1 /\ rank n z j < K <= 1 + rank n z j).
  { intros j Hj. destruct (Req_EM_T (new (at_ j)) 0) as [Z|Z]; [|apply new_old in Z; lra]. rewrite Z in *. rewrite Rminus_0_r in *.
    unfold old in *. destruct (Rlt_dec (rank n z j) K) as [L|L]; [|lra]. split; [reflexivity|].
    unfold new in Z. rewrite w_at, rank_at in Z. pose proof (exp_pos (z j)).
    destruct (Rlt_dec (before w place (at_ j) + rank n z j) K); [lra|].
      destruct (before_range w place (at_ j)) as [B|B]; rewrite B in *; [split; [reflexivity | lra] | lra]. }
  apply Sum_at_most_one.
  - left. apply exp_pos.
  - intros j Hj. destruct (Req_EM_T (old j - new (at_ j)) 0) as [->|Hd]; [left; apply exp_pos|].
    destruct (C j Hd) as [-> [B _]]. destruct (before_cases w place (at_ j)) as [[_ G]|[G _]]; [|lra].
    rewrite w_at in G. unfold w in G. rewrite insert_at in G.
    destruct G as [G|[G _]]; [left; now apply exp_increasing | rewrite G; lra].
  - intros a b Ha Hb Hda Hdb. destruct (C a Hda) as [_ [Ba Ra]]. destruct (C b Hdb) as [_ [Bb Rb]].
    destruct (Nat.eq_dec a b) as [|Hab]; [assumption|exfalso].
    assert (at_ a <> at_ b).
    { intros F. pose proof (moved_on_lt place a b). pose proof (moved_on_lt place b a). unfold at_ in F. lia. }
    pose proof (rank_at a). pose proof (rank_at b).
    destruct (before_total w (at_ a) (at_ b) H) as [T|T]; apply (rank_step (S n)) in T; (lra || now apply at_in). }
rewrite Sum_minus in D. unfold new at 1. destruct (Rlt_dec (rank (S n) w place) K); [|contradiction].
unfold w at 1. rewrite insert_at. change (Sum n (fun j => old j)) with (Sum n old) in D. lra.
Qed.

Lemma rank_newcomer : Sum n (fun j => if Rlt_dec late (z j) then 1 else 0) <= rank (S n) w place.
Proof.
rewrite rank_before, (Sum_insert n _ place Hm). fold at_. pose proof (before_range w place place) as B0.
apply Rle_trans with (Sum n (fun i => before w (at_ i) place)); [|unfold at_ in *; destruct B0 as [-> | ->]; lra].
apply Sum_le. intros j _. unfold before. rewrite w_at. unfold w. rewrite insert_at.
destruct (Rlt_dec late (z j)); [lra|]. destruct (Req_EM_T _ _); [destruct (lt_dec _ _)|]; lra.
Qed.
End Top_k.

Theorem top_k_joining__inhabited : Statements.top_k_joining__inhabited.
Proof. exists 1%nat, (fun _ => 0), 1%nat, 0, 1%nat. repeat split; lia. Qed.

Theorem top_k_joining__never_more : Statements.top_k_joining__never_more.
Proof. start. now apply top_k_never_more. Qed.

Theorem top_k_joining__unchanged : Statements.top_k_joining__unchanged.
Proof.
start. apply top_k_unchanged; try assumption. pose proof (rank_newcomer n kept place z late H1) as B.
destruct (rank_INR (S n) (insert place late z) place) as [k E]. rewrite E in *. intros L.
apply INR_lt in L. assert (INR (k + 1) <= INR kept) by (apply le_INR; lia). rewrite plus_INR in H4. simpl in H4. lra.
Qed.

(** * Normmax *)

Section Normmax.
Variables (n : nat) (alpha : R) (z : nat -> R) (tau : R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha) (Hmass : mass n (alpha / (alpha - 1)) z tau = 1).
Let q := / (alpha - 1).
Let m i := Rmax 0 (z i - tau).
Let W := Sum n (fun i => pw (m i) q).
Let p := shares n (fun i => pw (m i) q).

Lemma nm_exponent : alpha / (alpha - 1) = q * alpha /\ alpha / (alpha - 1) = q + 1 /\ 0 < q.
Proof. unfold q. split; [|split]; [field; lra | field; lra | now apply q_pos]. Qed.

Lemma nm_weight_pos : 0 < W.
Proof.
destruct (Sum_pos_ex n (fun i => pw (Rmax 0 (z i - tau)) (alpha / (alpha - 1)))) as [k [Hk P]]; [fold (mass n (alpha / (alpha - 1)) z tau); lra|].
destruct nm_exponent as [_ [E Q]]. rewrite E in P. simpl in P. rewrite pw_gt0_iff in P by lra.
eapply Rlt_le_trans; [|apply (Sum_ge_term n (fun i => pw (m i) q) k Hk); intros; apply pw_ge0]. now apply pw_gt0.
Qed.

Lemma nm_sum : Sum n p = 1.
Proof. unfold p, shares, Rdiv. rewrite Sum_scal_r. fold W. pose proof nm_weight_pos. field. lra. Qed.

Lemma nm_ge0 i : 0 <= p i.
Proof. unfold p, shares. fold W. apply Rmult_le_pos; [apply pw_ge0 | left; apply Rinv_0_lt_compat, nm_weight_pos]. Qed.

Lemma m_power i : m i * pw (m i) q = pw (m i) (q + 1).
Proof.
destruct nm_exponent as [_ [_ Q]]. destruct (Rmax_0_ge (z i - tau)) as [P|P]; fold (m i) in P.
- rewrite pw_plus, pw_1_r by lra. ring.
- rewrite <- P, pw_0 by lra. rewrite (pw_0 0 (q + 1)) by lra. ring.
Qed.

Lemma nm_powers : Sum n (fun i => pw (p i) alpha) = pw (/ W) alpha.
Proof.
pose proof nm_weight_pos as P. assert (PI : 0 < / W) by now apply Rinv_0_lt_compat. destruct nm_exponent as [E [_ Q]].
rewrite (Sum_ext n _ (fun i => pw (/ W) alpha * pw (m i) (alpha / (alpha - 1)))).
- rewrite Sum_scal. change (Sum n (fun i => pw (m i) (alpha / (alpha - 1)))) with (mass n (alpha / (alpha - 1)) z tau). rewrite Hmass. ring.
- intros i _. unfold p, shares. fold W. unfold Rdiv at 1. rewrite pw_mult; [|apply pw_ge0|lra]. rewrite pw_pw by lra. rewrite E. ring.
Qed.

Lemma nm_value : Sum n (fun i => z i * p i) - pw (Sum n (fun i => pw (p i) alpha)) (/ alpha) = tau.
Proof.
pose proof nm_weight_pos as P. assert (PI : 0 < / W) by now apply Rinv_0_lt_compat. destruct nm_exponent as [_ [E Q]].
rewrite nm_powers, pw_pw; [|lra | apply Rinv_neq_0_compat; lra]. replace (alpha * / alpha) with 1 by (field; lra). rewrite pw_1_r by lra.
rewrite (Sum_ext n _ (fun i => tau * p i + / W * pw (m i) (alpha / (alpha - 1)))).
- rewrite Sum_plus, !Sum_scal. change (Sum n (fun i => p i)) with (Sum n p).
  change (Sum n (fun i => pw (m i) (alpha / (alpha - 1)))) with (mass n (alpha / (alpha - 1)) z tau). rewrite Hmass, nm_sum. ring.
- intros i _. rewrite E, <- m_power. unfold p, shares. fold W. destruct (Rle_dec (z i - tau) 0) as [L|L].
  + unfold m. rewrite Rmax_0_0, pw_0 by lra. unfold Rdiv. ring.
  + unfold m. rewrite Rmax_0_id by lra. unfold Rdiv. ring.
Qed.

(** Young's inequality, token by token, with r over its norm. *)
Lemma young u b : 0 <= u -> 0 <= b -> b * u <= pw u alpha / alpha + pw b (q + 1) * (1 - / alpha).
Proof.
intros Hu Hb. destruct nm_exponent as [E1 [E2 Q]]. pose proof (pw_ge0 b q) as P. set (c := pw b q) in *.
assert (C1 : pw c (alpha - 1) = b). { unfold c. rewrite pw_pw by lra. unfold q. replace (/ (alpha - 1) * (alpha - 1)) with 1 by (field; lra).
  now apply pw_1_r. }
assert (C2 : pw c alpha = pw b (q + 1)). { unfold c. rewrite pw_pw by lra. f_equal. lra. }
assert (C3 : b * c = pw b (q + 1)).
{ unfold c. destruct Hb as [Hb|<-]; [rewrite pw_plus, pw_1_r by lra; ring|]. rewrite !pw_0 by lra. ring. }
assert (T : pw c alpha + alpha * pw c (alpha - 1) * (u - c) <= pw u alpha).
{ destruct (Req_EM_T u c) as [->|Hne]; [right; ring | left; now apply tangent_strict]. }
rewrite C1, C2 in T. apply (Rmult_le_reg_l alpha); [lra|].
replace (alpha * (pw u alpha / alpha + pw b (q + 1) * (1 - / alpha))) with (pw u alpha + pw b (q + 1) * alpha - pw b (q + 1)) by (field; lra).
nra.
Qed.

Lemma nm_bound r : simplex n r -> Sum n (fun i => z i * r i) - pw (Sum n (fun i => pw (r i) alpha)) (/ alpha) <= tau.
Proof.
intros [Hr Hs]. destruct nm_exponent as [E1 [E2 Q]]. set (T := Sum n (fun i => pw (r i) alpha)).
assert (PT : 0 < T).
{ destruct (Sum_pos_ex n r) as [k [Hk Pk]]; [lra|].
  eapply Rlt_le_trans; [|apply (Sum_ge_term n (fun i => pw (r i) alpha) k Hk); intros; apply pw_ge0].
  now apply pw_gt0. }
set (N := pw T (/ alpha)). assert (PN : 0 < N) by now apply pw_gt0.
assert (NT : pw N alpha = T). { unfold N. rewrite pw_pw; [|apply Rinv_0_lt_compat; lra | lra]. replace (/ alpha * alpha) with 1 by (field; lra).
  apply pw_1_r. lra. }
assert (B : Sum n (fun i => z i * r i) <= Sum n (fun i => tau * r i + N * (pw (r i) alpha * (/ T * / alpha) + pw (m i) (alpha / (alpha - 1)) * (1
  - / alpha)))).
{ apply Sum_le. intros i Hi. pose proof (Hr i Hi) as Hri. assert (Hmz : z i - tau <= m i) by apply Rmax_r.
  assert (PIN : 0 < / N) by now apply Rinv_0_lt_compat.
  pose proof (young (r i * / N) (m i) ltac:(nra) ltac:(apply Rmax_0_ge)) as Y. rewrite E2.
  rewrite pw_mult, pw_inv in Y by lra.
  assert (F : pw N (- alpha) = / T) by (rewrite <- NT, !(pw_Rpower N) by exact PN; apply Rpower_Ropp).
  rewrite F in Y. apply (Rmult_le_compat_l N) in Y; [|lra].
  replace (N * (m i * (r i * / N))) with (m i * r i) in Y by (field; lra).
  unfold Rdiv in Y. nra. }
rewrite Sum_plus, !Sum_scal, Sum_plus, !Sum_scal_r in B.
change (Sum n (fun i => pw (m i) (alpha / (alpha - 1)))) with (mass n (alpha / (alpha - 1)) z tau) in B.
fold T in B. change (Sum n (fun i => r i)) with (Sum n r) in B. rewrite Hmass, Hs in B.
replace (T * (/ T * / alpha) + 1 * (1 - / alpha)) with 1 in B by (field; lra). lra.
Qed.
End Normmax.

(** One logit of 1, threshold 0. *)
Lemma normmax_one alpha b : 1 < alpha -> mass 1 (alpha / (alpha - 1)) (fun _ => b + 1) b = 1.
Proof.
intros H. unfold mass. simpl. replace (b + 1 - b) with 1 by ring. rewrite Rmax_0_id, pw_1_l by lra. ring.
Qed.

Theorem normmax_form__inhabited : Statements.normmax_form__inhabited.
Proof.
exists 1%nat, 2, (fun _ => 0 + 1), 0, (fun _ => 1). split; [lia|]. split; [lra|]. split; [apply normmax_one; lra|].
split; [split; [intros; lra | simpl; ring] | exact I].
Qed.

Theorem normmax_form__found : Statements.normmax_form__found.
Proof. start. now apply SanityLayers.normmax_threshold_exists. Qed.

Theorem normmax_form__optimal : Statements.normmax_form__optimal.
Proof. start. rewrite nm_value by assumption. now apply nm_bound. Qed.

Ltac norms := repeat split; intros;
  try match goal with |- 0 < ?t \/ _ => assert (D : 0 <= t); [first [now apply nm_ge0 | apply Sum_nonneg; intros;
    apply pw_ge0 | match goal with H : simplex _ _ |- _ => now apply H end]
    | destruct D as [D|D]; [left; exact D | right; split; [now symmetry | first [lra | apply Rinv_0_lt_compat; lra]]]] end; try lra.

Theorem normmax_form__optimal__defined : Statements.normmax_form__optimal__defined.
Proof. start. norms. Qed.

Theorem normmax_form__value : Statements.normmax_form__value.
Proof. start. now apply nm_value. Qed.

Theorem normmax_form__value__defined : Statements.normmax_form__value__defined.
Proof. start. norms. Qed.

Theorem normmax_structure__inhabited : Statements.normmax_structure__inhabited.
Proof.
exists 1%nat, 2, (fun _ => 0 + 1), 0, (fun i => i), 0, 0. split; [lia|]. split; [lra|]. split; [apply normmax_one; lra|].
split; [split; intros; assumption|]. split; [|exact I]. unfold mass. simpl. replace (0 + 1 + 0 - 0) with 1 by ring.
  rewrite Rmax_0_id, pw_1_l by lra. ring.
Qed.

Theorem normmax_structure__found : Statements.normmax_structure__found.
Proof. start. destruct (SanityLayers.normmax_threshold_exists n alpha z H H0) as [t T], (SanityLayers.normmax_threshold_exists n alpha (fun i => z (perm i) + shift) H H0) as [u U]. now exists t, u. Qed.

Theorem normmax_structure__sum : Statements.normmax_structure__sum.
Proof. start. now apply nm_sum. Qed.

Theorem normmax_structure__order : Statements.normmax_structure__order.
Proof.
start. apply Rle_ge. unfold shares. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; now apply nm_weight_pos|].
apply pw_le; [now apply q_pos | apply Rmax_0_le; lra].
Qed.

Lemma normmax_threshold n alpha z tau perm shift rho : 1 < alpha -> permutes n perm -> mass n (alpha / (alpha - 1)) z tau = 1 ->
  mass n (alpha / (alpha - 1)) (fun i => z (perm i) + shift) rho = 1 -> rho = tau + shift.
Proof.
intros Ha Hp Hz Hy. assert (E : mass n (alpha / (alpha - 1)) z (rho - shift) = 1).
{ etransitivity; [|exact Hy]. unfold mass. rewrite <- (Sum_permutes n _ perm Hp). apply Sum_ext. intros i _. do 2 f_equal. ring. }
destruct (nm_exponent alpha Ha) as [_ [F Q]]. pose proof (mass_root_unique n (alpha / (alpha - 1)) z ltac:(lra) _ _ Hz E). lra.
Qed.

Theorem normmax_structure__moved : Statements.normmax_structure__moved.
Proof.
start. pose proof (normmax_threshold n alpha z tau perm shift rho H0 H2 H1 H3) as ->. unfold shares.
assert (E : forall i, pw (Rmax 0 (z (perm i) + shift - (tau + shift))) (/ (alpha - 1)) = pw (Rmax 0 (z (perm i) - tau)) (/ (alpha - 1)))
  by (intros; do 2 f_equal; ring).
rewrite E. f_equal. rewrite <- (Sum_permutes n (fun i => pw (Rmax 0 (z i - tau)) (/ (alpha - 1))) perm H2). apply Sum_ext. intros; apply E.
Qed.

Theorem normmax_structure__moved__defined : Statements.normmax_structure__moved__defined.
Proof. start. now apply H2. Qed.

Theorem normmax_structure__threshold : Statements.normmax_structure__threshold.
Proof. start. pose proof (normmax_threshold n alpha z tau perm shift rho H0 H2 H1 H3). lra. Qed.

Lemma mass_append n q z b t : mass (S n) q (append n z b) t = mass n q z t + pw (Rmax 0 (b - t)) q.
Proof. exact (Sum_append n (fun y => pw (Rmax 0 (y - t)) q) z b). Qed.

Theorem normmax_joining__inhabited : Statements.normmax_joining__inhabited.
Proof.
exists 1%nat, 2, (fun _ => 0 + 1), 0, 0, 0. split; [lia|]. split; [lra|]. pose proof (normmax_one 2 0 ltac:(lra)) as M. split; [exact M|].
split; [|exact I]. rewrite mass_append, M, Rmax_0_0, pw_0; lra.
Qed.

Theorem normmax_joining__found : Statements.normmax_joining__found.
Proof. start. destruct (SanityLayers.normmax_threshold_exists n alpha z H H0) as [t T], (SanityLayers.normmax_threshold_exists (S n) alpha (append n z late) ltac:(lia) H0) as [u U]. now exists t, u. Qed.

Theorem normmax_joining__unchanged : Statements.normmax_joining__unchanged.
Proof.
start. destruct (nm_exponent alpha H0) as [_ [F Q]]. assert (E : rho = tau).
{ apply (mass_root_unique (S n) (alpha / (alpha - 1)) (append n z late) ltac:(lra)); [exact H2|]. rewrite mass_append, H1, Rmax_0_0, pw_0; lra. }
rewrite E. unfold shares. rewrite append_in by assumption. f_equal.
rewrite (Sum_append n (fun y => pw (Rmax 0 (y - tau)) (/ (alpha - 1)))). rewrite (Rmax_0_0 (late - tau)) by lra. rewrite (pw_0 0) by lra. ring.
Qed.

Theorem normmax_joining__threshold : Statements.normmax_joining__threshold.
Proof.
start. destruct (nm_exponent alpha H0) as [_ [F Q]]. set (q' := alpha / (alpha - 1)) in *. assert (Q' : 0 < q') by lra.
pose proof (mass_lt_1 (S n) q' (append n z late) Q' rho tau H2) as L. pose proof (mass_ge_1 (S n) q' (append n z late) Q' rho tau H2) as G.
rewrite mass_append, H1 in *. assert (P : 0 < pw (Rmax 0 (late - tau)) q' <-> late > tau) by (rewrite pw_gt0_iff, Rmax_0_pos_iff; lra).
pose proof (pw_ge0 (Rmax 0 (late - tau)) q'). split; intros T.
- apply P. destruct (Rle_lt_or_eq_dec _ _ H3) as [|E]; [assumption|exfalso].
  assert (mass n q' z rho < 1) by (apply (mass_lt_1 n q' z Q' tau rho H1); lra).
  pose proof (pw_ge0 (Rmax 0 (late - rho)) q').
  assert (~ 0 < pw (Rmax 0 (late - rho)) q'); [|lra]. rewrite pw_gt0_iff, Rmax_0_pos_iff by lra.
  assert (~ late > tau) by (rewrite <- P; lra). lra.
- destruct (Rlt_dec tau rho) as [|N]; [assumption|exfalso]. apply P in T.
  assert (E : mass (S n) q' (append n z late) tau <= 1).
  { apply Rle_trans with (mass (S n) q' (append n z late) rho); [apply (mass_antitone (S n) q' (append n z late) Q'); lra | rewrite mass_append;
    lra]. }
  rewrite mass_append, H1 in E. lra.
Qed.

(** * r-softmax *)

Theorem r_softmax_structure__inhabited : Statements.r_softmax_structure__inhabited.
Proof.
exists 2%nat, (fun i => if Nat.eq_dec i 2 then 1 else 0), 0, (fun i => i), 0. split; [lia|]. split; [lra|].
split; [split; intros; assumption|]. split; [|exact I]. exists 2%nat. split; [lia|]. unfold quantile. rewrite Rmult_0_r.
assert (E0 : Int_part 0 = 0%Z) by exact (Int_part_INR 0). unfold frac_part. rewrite E0. simpl Z.to_nat. simpl IZR.
  rewrite Rminus_0_r, Rmult_0_l, Rplus_0_r.
unfold order_statistic. simpl.
destruct (Rle_dec 0 0), (Rle_dec 1 0), (Rle_dec 0 1), (Rle_dec 1 1); try lra.
destruct (Rle_dec 1 (0 + 1 + 0)), (Rle_dec 1 (0 + 1 + 1)); try lra. unfold Rmax. destruct (Rle_dec (-0) (-(1))); lra.
Qed.

Lemma permutes_onto n pi k : permutes n pi -> inr k n -> exists i, inr i n /\ pi i = k.
Proof.
intros Hp Hk. destruct (Sum_pos_ex n (fun i => if Nat.eq_dec (pi i) k then 1 else 0)) as [i [Hi P]].
- rewrite (Sum_permutes n (fun i => if Nat.eq_dec i k then 1 else 0) pi Hp), Sum_single by exact Hk. lra.
- exists i. split; [exact Hi|]. simpl in P. destruct (Nat.eq_dec (pi i) k); [assumption|lra].
Qed.

Lemma Largest_permutes n f g pi c : (1 <= n)%nat -> permutes n pi -> (forall i, inr i n -> g i = f (pi i) + c) -> Largest n g = Largest n f + c.
Proof.
intros Hn Hp Hg. destruct (Largest_in n f Hn) as [k [Hk E]]. destruct (permutes_onto n pi k Hp Hk) as [i [Hi Ei]].
rewrite (Largest_is n g i Hi); [rewrite Hg, Ei by exact Hi; lra|].
intros l Hl. rewrite !Hg, Ei, <- E by assumption. apply Rplus_le_compat_r, Largest_ge, (proj1 Hp l Hl).
Qed.

Lemma order_statistic_turned n z pi c k : (1 <= n)%nat -> permutes n pi ->
  order_statistic n (fun i => z (pi i) + c) k = order_statistic n z k + c.
Proof.
intros Hn Hp. pose (y i := z (pi i) + c). unfold order_statistic. change (fun i => z (pi i) + c) with y.
rewrite (Largest_permutes n (fun i => - (if Rle_dec (INR k) (Sum n (fun j => if Rle_dec (z j) (z i) then 1 else 0)) then z i else Largest n z))
  _ pi (- c) Hn Hp); [ring|].
intros i Hi. assert (E : Sum n (fun j => if Rle_dec (z (pi j) + c) (z (pi i) + c) then 1 else 0) = Sum n (fun j => if Rle_dec (z j) (z (pi i)) then
  1 else 0)).
{ rewrite <- (Sum_permutes n (fun j => if Rle_dec (z j) (z (pi i)) then 1 else 0) pi Hp). apply Sum_ext. intros j _.
  destruct (Rle_dec (z (pi j) + c) (z (pi i) + c)), (Rle_dec (z (pi j)) (z (pi i))); lra. }
cbv beta. rewrite E. destruct (Rle_dec (INR k) _); [ring|]. rewrite (Largest_permutes n z y pi c Hn Hp) by reflexivity. ring.
Qed.

Lemma quantile_turned n z pi c level : (1 <= n)%nat -> permutes n pi -> quantile n level (fun i => z (pi i) + c) = quantile n level z + c.
Proof. intros Hn Hp. unfold quantile. cbv zeta. rewrite !order_statistic_turned by assumption. ring. Qed.

Lemma r_softmax_total n z t : (exists i, inr i n /\ t < z i) -> 0 < Sum n (fun i => Rmax 0 (z i - t) * exp (z i)).
Proof.
intros [i [Hi L]]. eapply Rlt_le_trans; [|apply (Sum_ge_term n (fun i => Rmax 0 (z i - t) * exp (z i)) i Hi)].
- apply Rmult_lt_0_compat; [apply Rmax_0_pos_iff; lra | apply exp_pos].
- intros j _. apply Rmult_le_pos; [apply Rmax_0_ge | left; apply exp_pos].
Qed.

Theorem r_softmax_structure__order : Statements.r_softmax_structure__order.
Proof.
start. apply Rle_ge. unfold shares. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; now apply r_softmax_total|].
apply Rmult_le_compat; [apply Rmax_0_ge | left; apply exp_pos | apply Rmax_0_le; lra |].
destruct (Rge_le _ _ H5) as [L|E]; [left; now apply exp_increasing | rewrite E; lra].
Qed.

Theorem r_softmax_structure__moved : Statements.r_softmax_structure__moved.
Proof.
start. rewrite quantile_turned by assumption. set (t := quantile n level z) in *. unfold shares.
assert (E : forall i, Rmax 0 (z (perm i) + shift - (t + shift)) * exp (z (perm i) + shift) = exp shift * (Rmax 0 (z (perm i)
  - t) * exp (z (perm i)))).
{ intros j. rewrite exp_plus. replace (z (perm j) + shift - (t + shift)) with (z (perm j) - t) by ring. ring. }
rewrite E, (Sum_ext n _ (fun i => exp shift * (Rmax 0 (z (perm i) - t) * exp (z (perm i))))), Sum_scal by (intros; apply E).
rewrite (Sum_permutes n (fun i => Rmax 0 (z i - t) * exp (z i)) perm H1). pose proof (r_softmax_total n z t H2). pose proof (exp_pos shift). field.
  lra.
Qed.

Theorem r_softmax_structure__moved__defined : Statements.r_softmax_structure__moved__defined.
Proof. start. now apply H1. Qed.

Theorem r_softmax_structure__quantile : Statements.r_softmax_structure__quantile.
Proof. start. rewrite quantile_turned by assumption. ring. Qed.

(** * The constant of normmax *)

Theorem normmax_lipschitz__inhabited : Statements.normmax_lipschitz__inhabited.
Proof.
exists 1%nat, (fun _ => 0 + 1), 0, (fun _ => 0 + 1), 0. assert (M : mass 1 2 (fun _ => 0 + 1) 0 = 1).
{ unfold mass. simpl. replace (0 + 1 - 0) with 1 by ring. rewrite Rmax_0_id, pw_1_l by lra. ring. }
split; [lia|]. split; [exact M|]. split; [exact M | exact I].
Qed.

Theorem normmax_lipschitz__found : Statements.normmax_lipschitz__found.
Proof.
start. destruct (threshold_exists n 2 z ltac:(lra) H) as [t [_ T]], (threshold_exists n 2 y ltac:(lra) H) as [u [_ U]]. now exists t, u.
Qed.

Lemma square_mass n z t : mass n 2 z t = Sum n (fun i => Rmax 0 (z i - t) ^ 2).
Proof. apply Sum_ext. intros i _. apply pw_2, Rmax_0_ge. Qed.

Lemma unit_sum n u : (forall i, inr i n -> 0 <= u i) -> Sum n (fun i => u i ^ 2) = 1 -> 1 <= Sum n u.
Proof.
intros Hu H2. rewrite <- H2. apply Sum_le. intros i Hi. assert (u i ^ 2 <= 1).
{ rewrite <- H2. apply (Sum_ge_term n (fun i => u i ^ 2) i Hi). intros; apply pow2_ge_0. }
pose proof (Hu i Hi). nra.
Qed.

(** Two unit vectors with sums a and b: the squared distance of the shares. *)
Lemma normmax_core n u w : (1 <= n)%nat -> (forall i, inr i n -> 0 <= u i) -> (forall i, inr i n -> 0 <= w i) ->
  Sum n (fun i => u i ^ 2) = 1 -> Sum n (fun i => w i ^ 2) = 1 ->
  Sum n (fun i => (shares n u i - shares n w i) ^ 2) <= INR n * Sum n (fun i => (u i - w i) * (shares n u i - shares n w i)).
Proof.
intros Hn Hu Hw U W. set (a := Sum n u). set (b := Sum n w). set (k := Sum n (fun i => u i * w i)). set (d := 2 * (1 - k)).
pose proof (unit_sum n u Hu U) as A. pose proof (unit_sum n w Hw W) as B. fold a in A. fold b in B.
(* ones against u - w and u + w *)
assert (Q : forall X, 0 <= INR n - 2 * X * (a - b) + X ^ 2 * d - (a + b) ^ 2 / 4 /\ 0 <= d).
{ intros X. split.
  - set (Y := (a + b) / 4).
    assert (S0 : 0 <= Sum n (fun i => (1 - X * (u i - w i) - Y * (u i + w i)) ^ 2)) by (apply Sum_nonneg; intros; apply pow2_ge_0).
    rewrite (Sum_ext n _ (fun i => 1 + (- (2 * X) - 2 * Y) * u i + (2 * X - 2 * Y) * w i + (X + Y) ^ 2 * u i ^ 2 + (Y
      - X) ^ 2 * w i ^ 2 + 2 * (Y ^ 2 - X ^ 2) * (u i * w i))) in S0 by (intros; ring).
    rewrite !Sum_plus, !Sum_scal, Sum_const, U, W in S0. fold k in S0. change (Sum n (fun i => u i)) with a in S0.
      change (Sum n (fun i => w i)) with b in S0.
    assert (Dk : 0 <= d). { unfold d. assert (0 <= Sum n (fun i => (u i - w i) ^ 2)) by (apply Sum_nonneg; intros; apply pow2_ge_0).
      rewrite (Sum_ext n _ (fun i => u i ^ 2 + w i ^ 2 - 2 * (u i * w i))), Sum_minus, Sum_plus, Sum_scal, U, W in H by (intros; ring).
        fold k in H. lra. }
    assert (0 <= Y ^ 2 * d) by (apply Rmult_le_pos; [apply pow2_ge_0 | assumption]).
    fold a b in S0. match type of S0 with 0 <= ?e => replace (INR n - 2 * X * (a - b) + X ^ 2 * d
      - (a + b) ^ 2 / 4) with (e + Y ^ 2 * d) by (unfold d, Y; field) end.
    lra.
  - unfold d. assert (0 <= Sum n (fun i => (u i - w i) ^ 2)) by (apply Sum_nonneg; intros; apply pow2_ge_0).
    rewrite (Sum_ext n _ (fun i => u i ^ 2 + w i ^ 2 - 2 * (u i * w i))), Sum_minus, Sum_plus, Sum_scal, U, W in H by (intros; ring). fold k in H.
      lra. }
assert (D0 : 0 <= d) by apply (Q 0).
assert (HN : 1 <= INR n) by (change 1 with (INR 1); apply le_INR; lia).
assert (C : (a - b) ^ 2 <= d * (INR n - (a + b) ^ 2 / 4)).
{ destruct D0 as [D0|D0].
  - destruct (Q ((a - b) / d)) as [G _]. replace (INR n - 2 * ((a - b) / d) * (a - b) + ((a - b) / d) ^ 2 * d - (a + b) ^ 2 / 4)
      with (INR n - (a + b) ^ 2 / 4 - (a - b) ^ 2 / d) in G by (field; lra).
    apply (Rmult_le_compat_l d) in G; [|lra].
      replace (d * (INR n - (a + b) ^ 2 / 4 - (a - b) ^ 2 / d)) with (d * (INR n - (a + b) ^ 2 / 4) - (a - b) ^ 2) in G by (field; lra). lra.
  - rewrite <- D0, Rmult_0_l. destruct (Req_EM_T (a - b) 0) as [->|Hne]; [lra|exfalso].
    destruct (Q ((INR n + 1) / (2 * (a - b)))) as [G _]. rewrite <- D0 in G. pose proof (pow2_ge_0 (a + b)).
    replace (2 * ((INR n + 1) / (2 * (a - b))) * (a - b)) with (INR n + 1) in G by (field; lra). lra. }
assert (E1 : Sum n (fun i => (shares n u i - shares n w i) ^ 2) = / a ^ 2 + / b ^ 2 - 2 * k / (a * b)).
{ unfold shares. fold a b. rewrite (Sum_ext n _ (fun i => / a ^ 2 * u i ^ 2 + / b ^ 2 * w i ^ 2 - 2 / (a * b) * (u i * w i))) by (intros; field; lra).
  rewrite Sum_minus, Sum_plus, !Sum_scal, U, W. fold k. unfold Rdiv. ring. }
assert (E2 : Sum n (fun i => (u i - w i) * (shares n u i - shares n w i)) = (1 - k) * (/ a + / b)).
{ unfold shares. fold a b. rewrite (Sum_ext n _ (fun i => / a * u i ^ 2 + / b * w i ^ 2 - (/ a + / b) * (u i * w i))) by (intros; field; lra).
  rewrite Sum_minus, Sum_plus, !Sum_scal, U, W. fold k. ring. }
rewrite E1, E2. apply (Rmult_le_reg_r (a ^ 2 * b ^ 2)); [apply Rmult_lt_0_compat; apply pow_lt; lra|].
replace ((/ a ^ 2 + / b ^ 2 - 2 * k / (a * b)) * (a ^ 2 * b ^ 2)) with ((a - b) ^ 2 + d * (a * b)) by (unfold d; field; lra).
replace (INR n * ((1 - k) * (/ a + / b)) * (a ^ 2 * b ^ 2)) with (d * (INR n * ((a + b) * (a * b) / 2))) by (unfold d; field; lra).
assert (F : INR n - (a + b) ^ 2 / 4 + a * b <= INR n * ((a + b) * (a * b) / 2)).
{ assert (1 <= a * b) by nra. assert (1 <= (a + b) * (a * b) / 2) by nra. pose proof (pow2_ge_0 (a - b)).
  pose proof (Rmult_le_compat_l (INR n) 1 ((a + b) * (a * b) / 2) ltac:(lra) ltac:(lra)). lra. }
apply (Rmult_le_compat_l d) in F; [|exact D0]. lra.
Qed.

Theorem normmax_lipschitz__lipschitz : Statements.normmax_lipschitz__lipschitz.
Proof.
start. rewrite square_mass in H0, H1. set (u i := Rmax 0 (z i - tau)) in *. set (w i := Rmax 0 (y i - rho)) in *. set (p := shares n u).
  set (r := shares n w).
assert (Hu : forall i, inr i n -> 0 <= u i) by (intros; apply Rmax_0_ge). assert (Hw : forall i, inr i n -> 0 <= w i) by (intros; apply Rmax_0_ge).
pose proof (normmax_core n u w H Hu Hw H0 H1) as C. fold p r in C.
pose proof (unit_sum n u Hu H0) as A. pose proof (unit_sum n w Hw H1) as B.
assert (Sp : Sum n p = 1) by (unfold p, shares, Rdiv; rewrite Sum_scal_r; change (Sum n (fun i => u i)) with (Sum n u); field; lra).
assert (Sr : Sum n r = 1) by (unfold r, shares, Rdiv; rewrite Sum_scal_r; change (Sum n (fun i => w i)) with (Sum n w); field; lra).
assert (M : Sum n (fun i => (u i - w i) * (p i - r i)) <= Sum n (fun i => (z i - y i) * (p i - r i))).
{ apply Rle_trans with (Sum n (fun i => (z i - y i) * (p i - r i) - (tau - rho) * (p i - r i))).
  - apply Sum_le. intros i Hi.
    assert (Pi : 0 <= p i) by (apply Rmult_le_pos; [now apply Hu | left; apply Rinv_0_lt_compat; lra]).
    assert (Ri : 0 <= r i) by (apply Rmult_le_pos; [now apply Hw | left; apply Rinv_0_lt_compat; lra]).
    assert (Zp : (z i - tau - u i) * p i = 0 /\ z i - tau <= u i).
    { split; [|apply Rmax_r]. unfold p, shares, u at 1 2. unfold Rmax. destruct (Rle_dec 0 (z i - tau)); unfold Rdiv; ring. }
    assert (Zr : (y i - rho - w i) * r i = 0 /\ y i - rho <= w i).
    { split; [|apply Rmax_r]. unfold r, shares, w at 1 2. unfold Rmax. destruct (Rle_dec 0 (y i - rho)); unfold Rdiv; ring. }
    destruct Zp as [Zp Lp], Zr as [Zr Lr]. pose proof (Rmult_le_pos (u i - (z i - tau)) (r i) ltac:(lra) Ri).
    pose proof (Rmult_le_pos (w i - (y i - rho)) (p i) ltac:(lra) Pi). lra.
  - rewrite Sum_minus, Sum_scal, Sum_minus. change (Sum n (fun i => p i)) with (Sum n p). change (Sum n (fun i => r i)) with (Sum n r).
    rewrite Sp, Sr. lra. }
set (N := INR n) in *. assert (HN : 0 <= N) by apply pos_INR.
assert (F : Sum n (fun i => 2 * N * ((z i - y i) * (p i - r i)) - (p i - r i) ^ 2) <= Sum n (fun i => N ^ 2 * (z i - y i) ^ 2)).
{ apply Sum_le. intros i _. pose proof (pow2_ge_0 (N * (z i - y i) - (p i - r i))). lra. }
rewrite Sum_minus, !Sum_scal in F. pose proof (Rmult_le_compat_l N _ _ HN M). lra.
Qed.

(** * The slope of stick-breaking *)

Theorem stick_breaking_slope__inhabited : Statements.stick_breaking_slope__inhabited.
Proof. exists 1%nat, (fun _ => 0), (fun _ => 0). split; [lia|exact I]. Qed.

(** Along a line, and along any curve of logits: its derivative, token after token. *)
Definition stick_change (n : nat) (z v : nat -> R) (i : nat) : R :=
  stick n z i * (v i - Sum n (fun j => if le_dec i j then sigmoid (z j) * v j else 0)).

Lemma stick_before n z i : (i <= n)%nat -> stick (S n) z i = stick n z i * (1 - sigmoid (z (S n))).
Proof. intros Hi. unfold stick. rewrite Prod_from_last by lia. ring. Qed.

Lemma stick_last n z : stick (S n) z (S n) = sigmoid (z (S n)).
Proof. unfold stick. rewrite Prod_from_none. ring. Qed.

Lemma change_before n z v i : (1 <= i <= n)%nat -> stick_change (S n) z v i =
  (1 - sigmoid (z (S n))) * (stick_change n z v i - sigmoid (z (S n)) * v (S n) * stick n z i).
Proof. intros Hi. unfold stick_change. rewrite stick_before by lia. cbn [Sum]. destruct (le_dec i (S n)); [ring|lia]. Qed.

Lemma change_last n z v : stick_change (S n) z v (S n) = sigmoid (z (S n)) * (1 - sigmoid (z (S n))) * v (S n).
Proof.
unfold stick_change. rewrite stick_last. cbn [Sum]. rewrite (Sum_ext n _ (fun _ => 0)), Sum_zero.
- destruct (le_dec (S n) (S n)); [ring|lia].
- intros j Hj. destruct (le_dec (S n) j); [lia|reflexivity].
Qed.

Lemma stick_derive n (g : R -> nat -> R) (v : nat -> R) x i : inr i n -> (forall j, inr j n -> is_derive (fun t => g t j) x (v j)) ->
  is_derive (fun t => stick n (g t) i) x (stick_change n (g x) v i).
Proof.
intros Hi. induction n as [|n IH]; intros H; [lia|].
assert (D : is_derive (fun t => sigmoid (g t (S n))) x (v (S n) * (sigmoid (g x (S n)) * (1 - sigmoid (g x (S n)))))).
{ apply (is_derive_comp sigmoid (fun t => g t (S n))); [apply sigmoid_derive | apply H; lia]. }
destruct (Nat.eq_dec i (S n)) as [->|Hne].
- rewrite change_last. apply (is_derive_ext (fun t => sigmoid (g t (S n)))); [intros t; symmetry; apply stick_last|].
  replace (sigmoid (g x (S n)) * (1 - sigmoid (g x (S n))) * v (S n)) with (v (S n) * (sigmoid (g x (S n)) * (1 - sigmoid (g x (S n))))) by ring.
    exact D.
- apply (is_derive_ext (fun t => stick n (g t) i * (1 - sigmoid (g t (S n))))); [intros t; symmetry; apply stick_before; lia|].
  rewrite change_before by lia. assert (E := IH ltac:(lia) (fun j Hj => H j ltac:(lia))). clear IH.
  set (s := sigmoid (g x (S n))) in *.
  replace ((1 - s) * (stick_change n (g x) v i - s * v (S n) * stick n (g x) i))
    with (plus (mult (stick_change n (g x) v i) (1 - s)) (mult (stick n (g x) i) (minus 0 (v (S n) * (s * (1 - s))))))
    by (unfold plus, mult, minus, opp; simpl; unfold plus, opp; simpl; ring).
  apply (is_derive_mult (fun t => stick n (g t) i) (fun t => 1 - sigmoid (g t (S n)))); [exact E | | intros; apply Rmult_comm].
  apply (is_derive_minus (fun _ => 1) (fun t => sigmoid (g t (S n)))); [exact (is_derive_const 1 x) | exact D].
Qed.

Theorem stick_breaking_slope__formula : Statements.stick_breaking_slope__formula.
Proof.
start. apply is_derive_unique. set (g := fun t m => z m + t * (if Nat.eq_dec m j then 1 else 0)).
replace (((if Nat.eq_dec i j then 1 else 0) - (if le_dec i j then / (1 + exp (- z j)) else 0)) * stick n z i)
  with (stick_change n (g 0) (fun m => if Nat.eq_dec m j then 1 else 0) i).
- apply (stick_derive n g). exact H0. intros m _. unfold g. auto_derive; [exact I | ring].
- assert (G0 : forall m, g 0 m = z m) by (intros; unfold g; ring). unfold stick_change.
  rewrite (Sum_ext n _ (fun m => if Nat.eq_dec m j then if le_dec i j then sigmoid (z j) else 0 else 0)), Sum_single; [| assumption |].
  + assert (E : stick n (g 0) i = stick n z i).
    { unfold stick. rewrite G0. f_equal. unfold Prod_from. apply Prod_ext. intros; now rewrite G0. }
    rewrite E. unfold sigmoid. ring.
  + intros m _. rewrite G0. destruct (Nat.eq_dec m j) as [->|]; destruct (le_dec i _); ring.
Qed.

Theorem stick_breaking_slope__formula__defined : Statements.stick_breaking_slope__formula__defined.
Proof.
start. pose proof (exp_pos (- z j)). split; [intros; lra|]. intros a b Ha _. eexists.
apply (stick_derive n (fun t m => z m + t * (if Nat.eq_dec m b then 1 else 0)) (fun m => if Nat.eq_dec m b then 1 else 0)); [exact Ha|].
intros m _. auto_derive; [exact I | ring].
Qed.

(** For all t, |J v - t p|^2 <= |v|^2 / 8 + t^2, token after token. *)
Lemma stick_bound n z v t : Sum n (fun i => (stick_change n z v i - t * stick n z i) ^ 2) <= Sum n (fun i => v i ^ 2) / 8 + t ^ 2.
Proof.
revert t; induction n as [|n IH]; intros t; [simpl; pose proof (pow2_ge_0 t); lra|]. cbn [Sum]. rewrite change_last, stick_last.
pose proof (sigmoid_range (z (S n))) as B. set (s := sigmoid (z (S n))) in *. set (a := v (S n)).
rewrite (Sum_ext n _ (fun i => (1 - s) ^ 2 * (stick_change n z v i - (s * a + t) * stick n z i) ^ 2)).
2:{ intros i Hi. rewrite change_before, stick_before by lia. fold s a. ring. }
rewrite Sum_scal. pose proof (IH (s * a + t)) as C. set (V := Sum n (fun i => v i ^ 2)) in *.
assert (PV : 0 <= V) by (apply Sum_nonneg; intros; apply pow2_ge_0). apply (Rmult_le_compat_l ((1 - s) ^ 2)) in C; [|apply pow2_ge_0].
assert (L1 : (1 - s) ^ 2 <= 1) by nra.
assert (L : (1 - s) ^ 2 * (V / 8) <= V / 8) by (pose proof (Rmult_le_compat_r (V / 8) _ _ ltac:(lra) L1); lra).
assert (Q : (1 - s) ^ 2 * (s * a + t) ^ 2 + (s * (1 - s) * a - t * s) ^ 2 <= a ^ 2 / 8 + t ^ 2).
{ assert (0 <= 2 * (s * (1 - s)) * (t - a * (1 - 2 * s) / 2) ^ 2 + a ^ 2 * (1 - 2 * s) ^ 2 / 8); [|lra].
  pose proof (pow2_ge_0 (t - a * (1 - 2 * s) / 2)). pose proof (pow2_ge_0 a). pose proof (pow2_ge_0 (1 - 2 * s)).
  apply Rplus_le_le_0_compat; [apply Rmult_le_pos; [nra | assumption] | unfold Rdiv; apply Rmult_le_pos; [now apply Rmult_le_pos | lra]]. }
lra.
Qed.

Theorem stick_breaking_slope__lipschitz : Statements.stick_breaking_slope__lipschitz.
Proof.
start. set (p := stick n z) in *. set (r := stick n y) in *. set (v i := z i - y i). set (g t i := y i + t * v i).
set (f t := Sum n (fun i => (p i - r i) * stick n (g t) i)).
assert (D : forall t, is_derive f t (Sum n (fun i => (p i - r i) * stick_change n (g t) v i))).
{ intros t. apply (Sum_derive n (fun i t => (p i - r i) * stick n (g t) i)). intros i Hi.
  apply (is_derive_scal (fun t => stick n (g t) i)). apply stick_derive; [exact Hi|]. intros j _. unfold g. auto_derive; [exact I | ring]. }
destruct (MVT_gen f 0 1 (fun t => Sum n (fun i => (p i - r i) * stick_change n (g t) v i))) as [c [_ E]].
- intros t _. apply D.
- intros t _. apply derivable_continuous_pt, ex_derive_Reals_0. eexists. apply D.
- assert (F1 : forall i, stick n (g 1) i = p i).
  { intros i. unfold p, stick. assert (G : forall m, g 1 m = z m) by (intros; unfold g, v; ring). rewrite G. f_equal. unfold Prod_from.
    apply Prod_ext. intros; now rewrite G. }
  assert (F0 : forall i, stick n (g 0) i = r i).
  { intros i. unfold r, stick. assert (G : forall m, g 0 m = y m) by (intros; unfold g; ring). rewrite G. f_equal. unfold Prod_from.
    apply Prod_ext. intros; now rewrite G. }
  assert (S : Sum n (fun i => (p i - r i) ^ 2) = Sum n (fun i => (p i - r i) * stick_change n (g c) v i)).
  { transitivity (f 1 - f 0); [|rewrite E; ring]. unfold f. rewrite <- Sum_minus. apply Sum_ext. intros i _. rewrite F1, F0. ring. }
  pose proof (stick_bound n (g c) v 0) as B. rewrite (Sum_ext n _ (fun i => stick_change n (g c) v i ^ 2)) in B by (intros; ring).
  assert (C : Sum n (fun i => (p i - r i) * stick_change n (g c) v i) <= Sum n (fun i => / 2 * (p i - r i) ^ 2 + / 2 * stick_change n (g c) v i ^ 2)).
  { apply Sum_le. intros i _. pose proof (pow2_ge_0 (p i - r i - stick_change n (g c) v i)). lra. }
  rewrite Sum_plus, !Sum_scal in C. unfold v in B at 2. lra.
Qed.

(** * Adaptive-temperature softmax *)

Theorem adaptive_temperature_lipschitz__inhabited : Statements.adaptive_temperature_lipschitz__inhabited.
Proof. exists 1%nat, (fun _ => 0), (fun _ => 0). split; [lia|exact I]. Qed.

Theorem adaptive_temperature_lipschitz__lipschitz : Statements.adaptive_temperature_lipschitz__lipschitz.
Proof.
start. replace (5 / 4 + 3 * ln (INR n) ^ 2 + 12 * exp (-2)) with (5 / 4 + 3 * room n) by (unfold room; ring). now apply adaptive_lipschitz.
Qed.

Theorem adaptive_temperature_lipschitz__lipschitz__defined : Statements.adaptive_temperature_lipschitz__lipschitz__defined.
Proof. start. apply lt_0_INR. lia. Qed.

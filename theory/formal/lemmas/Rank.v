(* The rank of the Jacobian: the size of the support less one. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian One.
Open Scope R_scope.

(** More unknowns than equations: there is a solution other than 0. *)
Lemma homogeneous k : forall m (A : nat -> nat -> R), (k < m)%nat ->
  exists c, (exists j, inr j m /\ c j <> 0) /\ forall l, inr l k -> Sum m (fun j => A l j * c j) = 0.
Proof.
induction k as [|k IH]; intros m A Hm.
- exists (fun _ => 1). split; [exists 1%nat; split; [lia|lra] | intros; lia].
- destruct m as [|m]; [lia|].
  assert (D : (forall j, inr j (S m) -> A (S k) j = 0) \/ exists j, inr j (S m) /\ A (S k) j <> 0).
  { clear. generalize (A (S k)). intros f. induction (S m) as [|q IHq]; [left; intros; lia|].
    destruct IHq as [Z|[j [Hj N]]]; [|right; exists j; split; [lia|exact N]].
    destruct (Req_EM_T (f (S q)) 0) as [E|E]; [left | right; exists (S q); split; [lia|exact E]].
    intros j Hj. destruct (Nat.eq_dec j (S q)) as [->|]; [exact E | apply Z; lia]. }
  destruct D as [Z|[j0 [Hj0 N]]].
  + destruct (IH (S m) A ltac:(lia)) as [c [Hc Hs]]. exists c. split; [exact Hc|]. intros l Hl.
    destruct (Nat.eq_dec l (S k)) as [->|]; [|apply Hs; lia].
    rewrite (Sum_ext _ _ (fun _ => 0)); [apply Sum_zero|]. intros j Hj. rewrite Z by exact Hj. ring.
  + (* eliminate the unknown j0 by the last equation *)
    set (skip i := if le_lt_dec j0 i then S i else i). set (a := A (S k) j0).
    destruct (IH m (fun l j => A l (skip j) - A l j0 * A (S k) (skip j) / a) ltac:(lia)) as [c [[j [Hj Hc]] Hs]].
    set (back i := if le_lt_dec j0 i then (i - 1)%nat else i).
    set (c' i := if Nat.eq_dec i j0 then - Sum m (fun j => A (S k) (skip j) * c j) / a else c (back i)).
    assert (B : forall i, c' (skip i) = c i).
    { intros i. unfold c', skip, back. destruct (le_lt_dec j0 i).
      - destruct (Nat.eq_dec (S i) j0); [lia|]. destruct (le_lt_dec j0 (S i)); [f_equal; lia|lia].
      - destruct (Nat.eq_dec i j0); [lia|]. destruct (le_lt_dec j0 i); [lia|reflexivity]. }
    assert (E : forall l, Sum (S m) (fun j => A l j * c' j) = A l j0 * c' j0 + Sum m (fun j => A l (skip j) * c j)).
    { intros l. rewrite (Sum_delete m _ j0 Hj0). f_equal. apply Sum_ext. intros i _. fold (skip i). now rewrite B. }
    assert (C0 : c' j0 = - Sum m (fun j => A (S k) (skip j) * c j) / a) by (unfold c'; destruct (Nat.eq_dec j0 j0); [reflexivity|lia]).
    exists c'. split.
    * exists (skip j). rewrite B. split; [unfold skip; destruct (le_lt_dec j0 j); lia | exact Hc].
    * intros l Hl. rewrite E, C0. destruct (Nat.eq_dec l (S k)) as [->|].
      -- fold a. field. exact N.
      -- specialize (Hs l ltac:(lia)).
         rewrite (Sum_ext m _ (fun j => A l (skip j) * c j - A l j0 / a * (A (S k) (skip j) * c j))) in Hs by (intros; field; exact N).
         rewrite Sum_minus, Sum_scal in Hs. replace (A l j0 * (- Sum m (fun j => A (S k) (skip j) * c j) / a))
           with (- (A l j0 / a * Sum m (fun j => A (S k) (skip j) * c j))) by (field; exact N). lra.
Qed.

Definition independent (n k : nat) (b : nat -> nat -> R) : Prop :=
  forall c, (forall i, inr i n -> Sum k (fun l => c l * b l i) = 0) -> forall l, inr l k -> c l = 0.

(** Steinitz: independent vectors in the span of k vectors are at most k. *)
Lemma steinitz n k m b w : independent n m w ->
  (forall j, inr j m -> exists c, forall i, inr i n -> w j i = Sum k (fun l => c l * b l i)) -> (m <= k)%nat.
Proof.
intros Hw Hs. destruct (le_lt_dec m k) as [|L]; [assumption|exfalso].
assert (C : exists A : nat -> nat -> R, forall j, inr j m -> forall i, inr i n -> w j i = Sum k (fun l => A l j * b l i)).
{ clear L Hw. induction m as [|m IH]; [exists (fun _ _ => 0); intros; lia|].
  destruct IH as [A HA]; [intros; apply Hs; lia|]. destruct (Hs (S m) ltac:(lia)) as [c Hc].
  exists (fun l j => if Nat.eq_dec j (S m) then c l else A l j). intros j Hj i Hi. destruct (Nat.eq_dec j (S m)) as [->|].
  - now apply Hc.
  - apply HA; [lia|exact Hi]. }
destruct C as [A HA]. destruct (homogeneous k m A L) as [c [[j [Hj Hc]] Hz]]. apply Hc, (Hw c); [|exact Hj].
intros i Hi. rewrite (Sum_ext m _ (fun j => Sum k (fun l => A l j * c j * b l i))).
- rewrite Sum_swap, (Sum_ext k _ (fun _ => 0)); [apply Sum_zero|]. intros l Hl. rewrite Sum_scal_r, Hz by exact Hl. ring.
- intros j' Hj'. rewrite (HA j' Hj' i Hi), <- Sum_scal. apply Sum_ext. intros; ring.
Qed.

(** The tokens of the support, numbered. *)
Lemma numbered n p : exists sigma : nat -> nat,
  (forall l, inr l (support_size n p) -> inr (sigma l) n /\ 0 < p (sigma l)) /\
  (forall i, inr i n -> 0 < p i -> exists l, inr l (support_size n p) /\ sigma l = i) /\
  (forall l m, inr l (support_size n p) -> inr m (support_size n p) -> sigma l = sigma m -> l = m).
Proof.
induction n as [|n [s [S1 [S2 S3]]]]; [exists (fun i => i); split; [|split]; simpl; intros; exfalso; lia|]. cbn [support_size].
destruct (Rlt_dec 0 (p (S n))) as [P|P].
- set (k := support_size n p) in *. replace (k + 1)%nat with (S k) by lia.
  exists (fun l => if Nat.eq_dec l (S k) then S n else s l). split; [|split].
  + intros l Hl. destruct (Nat.eq_dec l (S k)); [split; [lia|exact P]|]. destruct (S1 l ltac:(lia)). split; [lia|assumption].
  + intros i Hi Pi. destruct (Nat.eq_dec i (S n)) as [->|Hne].
    * exists (S k). split; [lia|]. destruct (Nat.eq_dec (S k) (S k)); [reflexivity|lia].
    * destruct (S2 i ltac:(lia) Pi) as [l [Hl E]]. exists l. split; [lia|]. destruct (Nat.eq_dec l (S k)); [lia|exact E].
  + intros l m Hl Hm E. destruct (Nat.eq_dec l (S k)), (Nat.eq_dec m (S k)); subst; try reflexivity.
    * destruct (S1 m ltac:(lia)). lia.
    * destruct (S1 l ltac:(lia)). lia.
    * apply S3; [lia|lia|exact E].
- exists s. rewrite Nat.add_0_r. split; [|split; [|exact S3]].
  + intros l Hl. destruct (S1 l Hl). split; [lia|assumption].
  + intros i Hi Pi. destruct (Nat.eq_dec i (S n)) as [->|]; [contradiction|]. apply S2; [lia|exact Pi].
Qed.

Section Rank.
Variables (n : nat) (alpha : R) (p : nat -> R).
Hypothesis Hp : simplex n p.
Let s := sens alpha p.
Let S := Sum n s.
Let J i j := s i * (if Nat.eq_dec i j then 1 else 0) - s i * s j / S.
Let size := support_size n p.

Lemma image v i : inr i n -> Sum n (fun j => J i j * v j) = s i * (v i - Sum n (fun j => s j * v j) / S).
Proof.
intros Hi. unfold J.
rewrite (Sum_ext n _ (fun j => (if Nat.eq_dec j i then s i * v i else 0) - s i / S * (s j * v j))).
- rewrite Sum_minus, Sum_single, Sum_scal by exact Hi. unfold Rdiv. ring.
- intros j _. destruct (Nat.eq_dec i j), (Nat.eq_dec j i); subst; try congruence; unfold Rdiv; ring.
Qed.

Lemma S_pos : 0 < S.
Proof. now apply sens_sum_pos. Qed.

Lemma image_sum v : Sum n (fun i => s i * (v i - Sum n (fun j => s j * v j) / S)) = 0.
Proof.
rewrite (Sum_ext n _ (fun i => s i * v i - s i * (Sum n (fun j => s j * v j) / S))) by (intros; ring).
rewrite Sum_minus, Sum_scal_r. fold S. pose proof S_pos. field. lra.
Qed.

Lemma s_pos i : inr i n -> 0 < p i <-> 0 < s i.
Proof. intros Hi. unfold s, sens. destruct (Rlt_dec 0 (p i)) as [L|L]; [pose proof (pw_gt0 (p i) (2 - alpha) L); tauto | lra]. Qed.

(** A vector of sum 0 that lives on the support is an image. *)
Lemma in_image w : Sum n w = 0 -> (forall i, inr i n -> ~ 0 < p i -> w i = 0) ->
  exists v, forall i, inr i n -> w i = Sum n (fun j => J i j * v j).
Proof.
intros Hs Hw. set (v i := if Rlt_dec 0 (p i) then w i / s i else 0). exists v. intros i Hi. rewrite image by exact Hi.
assert (E : forall j, inr j n -> s j * v j = w j).
{ intros j Hj. unfold v. destruct (Rlt_dec 0 (p j)) as [L|L].
  - apply s_pos in L; [|exact Hj]. field. lra.
  - rewrite Hw by assumption. ring. }
rewrite (Sum_ext n (fun j => s j * v j) w) by exact E. rewrite Hs. unfold Rdiv. rewrite Rmult_0_l, Rminus_0_r. symmetry. now apply E.
Qed.

Lemma off_support v i : inr i n -> ~ 0 < p i -> Sum n (fun j => J i j * v j) = 0.
Proof. intros Hi H. rewrite image by exact Hi. unfold s at 1, sens. destruct (Rlt_dec 0 (p i)); [contradiction|ring]. Qed.

Lemma image_sum_zero v : Sum n (fun i => Sum n (fun j => J i j * v j)) = 0.
Proof. rewrite (Sum_ext n _ (fun i => s i * (v i - Sum n (fun j => s j * v j) / S))) by (intros; now apply image). apply image_sum. Qed.

(** The differences of the other tokens of the support from its last one are a basis. *)
Theorem jacobian_has_basis : exists w, 
  (forall l, inr l (size - 1) -> exists v, forall i, inr i n -> w l i = Sum n (fun j => J i j * v j)) /\
  (forall v, exists c, forall i, inr i n -> Sum n (fun j => J i j * v j) = Sum (size - 1) (fun l => c l * w l i)) /\
  independent n (size - 1) w.
Proof.
pose proof (support_size_pos n p Hp) as Hsize. fold size in Hsize. destruct (numbered n p) as [sg [G1 [G2 G3]]]. fold size in G1, G2, G3.
destruct size as [|k] eqn:Ek; [lia|]. replace (Datatypes.S k - 1)%nat with k by lia.
set (last := sg (Datatypes.S k)). destruct (G1 (Datatypes.S k) ltac:(lia)) as [Hl Pl]. fold last in Hl, Pl.
set (d m i := if Nat.eq_dec i m then 1 else 0).
exists (fun l i => d (sg l) i - d last i).
assert (Ne : forall l, inr l k -> sg l <> last) by (intros l Hlk E; apply G3 in E; lia).
assert (Ev : forall c m, inr m k -> Sum k (fun l => c l * (d (sg l) (sg m) - d last (sg m))) = c m).
{ intros c m Hm. rewrite (Sum_ext k _ (fun l => if Nat.eq_dec l m then c m else 0)); [now apply Sum_single|].
  intros l Hlk. unfold d. destruct (Nat.eq_dec (sg m) last) as [E|_]; [exfalso; apply (Ne m Hm E)|].
  destruct (Nat.eq_dec l m) as [->|Hlm]; [destruct (Nat.eq_dec (sg m) (sg m)); [ring|congruence]|].
  destruct (Nat.eq_dec (sg m) (sg l)) as [E|_]; [apply G3 in E; lia | ring]. }
split; [|split].
- intros l Hlk. destruct (G1 l ltac:(lia)) as [Hi Pi]. apply in_image.
  + rewrite Sum_minus. unfold d. rewrite !Sum_single by assumption. ring.
  + intros i _ Hd. unfold d. destruct (Nat.eq_dec i (sg l)) as [->|]; [contradiction|]. destruct (Nat.eq_dec i last) as [->|]; [contradiction|ring].
- intros v. set (W i := Sum n (fun j => J i j * v j)). exists (fun l => W (sg l)).
  assert (Z : forall i, inr i n -> ~ 0 < p i -> W i - Sum k (fun l => W (sg l) * (d (sg l) i - d last i)) = 0).
  { intros i Hi Hd. unfold W at 1. rewrite off_support by assumption. rewrite (Sum_ext k _ (fun _ => 0)), Sum_zero; [ring|].
    intros l Hlk. destruct (G1 l ltac:(lia)) as [_ Pi]. unfold d. destruct (Nat.eq_dec i (sg l)) as [->|]; [contradiction|].
    destruct (Nat.eq_dec i last) as [->|]; [contradiction|ring]. }
  assert (Y : forall i, inr i n -> i <> last -> W i - Sum k (fun l => W (sg l) * (d (sg l) i - d last i)) = 0).
  { intros i Hi Hne. destruct (Rlt_dec 0 (p i)) as [P|P]; [|now apply Z]. destruct (G2 i Hi P) as [m [Hm <-]].
    destruct (Nat.eq_dec m (Datatypes.S k)) as [->|]; [contradiction|]. rewrite (Ev (fun l => W (sg l)) m ltac:(lia)). ring. }
  intros i Hi. apply Rminus_diag_uniq. destruct (Nat.eq_dec i last) as [->|Hne]; [|now apply Y].
  (* both sides have the sum 0, and agree elsewhere *)
  set (f i := W i - Sum k (fun l => W (sg l) * (d (sg l) i - d last i))).
  assert (F : Sum n f = 0).
  { unfold f. rewrite Sum_minus. unfold W at 1. rewrite image_sum_zero. rewrite Sum_swap.
    rewrite (Sum_ext k _ (fun _ => 0)), Sum_zero; [ring|]. intros l Hlk. destruct (G1 l ltac:(lia)) as [Hi' _].
    rewrite Sum_scal, Sum_minus. unfold d. rewrite !Sum_single by assumption. ring. }
  change (f last = 0). rewrite <- F. rewrite <- (Sum_single n last (f last) Hl). apply Sum_ext. intros i' Hi'.
  destruct (Nat.eq_dec i' last) as [->|Hne]; [reflexivity | symmetry; now apply Y].
- intros c Hc m Hm. rewrite <- (Ev c m Hm). apply Hc. now apply (G1 m ltac:(lia)).
Qed.

Theorem rank_exists : has_rank n J (size - 1).
Proof. exact jacobian_has_basis. Qed.

Theorem rank_is k : has_rank n J k -> k = (size - 1)%nat.
Proof.
intros [b [B1 [B2 B3]]]. destruct jacobian_has_basis as [w [W1 [W2 W3]]]. apply Nat.le_antisymm.
- apply (steinitz n (size - 1) k w b B3). intros j Hj. destruct (B1 j Hj) as [v Hv]. destruct (W2 v) as [c Hc].
  exists c. intros i Hi. now rewrite Hv, Hc.
- apply (steinitz n k (size - 1) b w W3). intros j Hj. destruct (W1 j Hj) as [v Hv]. destruct (B2 v) as [c Hc].
  exists c. intros i Hi. now rewrite Hv, Hc.
Qed.

End Rank.

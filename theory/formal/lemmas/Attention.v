(* Unreachable tokens in stacks of real entmax attention layers: through the values and through the logits. *)
From Coq Require Import Reals Lra Lia List Bool.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Paths Jacobian.
Open Scope R_scope.

(** [f] is differentiable at [x] along curves, with gradient [G]. *)
Definition has_gradient (N : nat) (f : (nat -> R) -> R) (x : nat -> R) (G : nat -> R) : Prop :=
  forall (g : R -> nat -> R) (v : nat -> R),
  (forall i, inr i N -> g 0 i = x i) -> (forall i, inr i N -> is_derive (fun t => g t i) 0 (v i)) ->
  f (g 0) = f x /\ is_derive (fun t => f (g t)) 0 (Sum N (fun k => G k * v k)).

Lemma Sum_derive n (f : nat -> R -> R) (d : nat -> R) (x : R) :
  (forall i, inr i n -> is_derive (f i) x (d i)) -> is_derive (fun t => Sum n (fun i => f i t)) x (Sum n d).
Proof.
induction n as [|n IH]; intros H; simpl; [apply (is_derive_const 0)|].
apply (is_derive_plus (fun t => Sum n (fun i => f i t)) (f (S n))); [apply IH; intros; apply H; lia | apply H; lia].
Qed.

Section Layer.
(** N coordinates in n tokens. Token i reads token j with logit [Z i j] and value [V j c] for its coordinate c. *)
Variables (n N : nat) (tok : nat -> nat) (alpha : R) (x : nat -> R).
Variables (Z : nat -> nat -> (nat -> R) -> R) (V : nat -> nat -> (nat -> R) -> R) (U : nat -> (nat -> R) -> R).
Variables (GZ : nat -> nat -> nat -> R) (GV : nat -> nat -> nat -> R) (GU : nat -> nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Hypothesis Htok : forall c, inr c N -> inr (tok c) n.

(** Attention and what is added to it token by token (a residual connection, say). *)
Definition weights (y : nat -> R) (i j : nat) : R := entmax n alpha (fun k => Z i k y) j.
Definition attention (y : nat -> R) (c : nat) : R := U c y + Sum n (fun j => weights y (tok c) j * V j c y).

(** Logits depend on the two tokens only, values on the token read, the rest on the token itself. *)
Hypothesis HZ : forall i j, inr i n -> inr j n -> has_gradient N (Z i j) x (GZ i j).
Hypothesis HV : forall j c, inr j n -> inr c N -> has_gradient N (V j c) x (GV j c).
Hypothesis HU : forall c, inr c N -> has_gradient N (U c) x (GU c).
Hypothesis LZ : forall i j d, inr i n -> inr j n -> inr d N -> GZ i j d <> 0 -> tok d = i \/ tok d = j.
Hypothesis LV : forall j c d, inr j n -> inr c N -> inr d N -> GV j c d <> 0 -> tok d = j.
Hypothesis LU : forall c d, inr c N -> inr d N -> GU c d <> 0 -> tok d = tok c.
Hypothesis Hb : alpha < 2 \/
  (forall i l, inr i n -> inr l n -> (alpha - 1) * Z i l x <> threshold n alpha (fun k => Z i k x)).

Let p i := weights x i.
Let s i := sens alpha (p i).

Definition layer_jacobian (c d : nat) : R :=
  GU c d + Sum n (fun j => s (tok c) j * (GZ (tok c) j d - Sum n (fun k => s (tok c) k * GZ (tok c) k d) / Sum n (s (tok c))) * V j c x
    + p (tok c) j * GV j c d).

Theorem attention_has_jacobian : has_jacobian N attention x layer_jacobian.
Proof.
intros g v Hg Hv c Hc. pose proof (Htok c Hc) as Hi. set (i := tok c) in *.
assert (Z0 : forall j, inr j n -> Z i j (g 0) = Z i j x) by (intros j Hj; now apply (HZ i j Hi Hj g v)).
assert (D : forall j, inr j n -> weights (g 0) i j = p i j /\ is_derive (fun t => weights (g t) i j) 0
  (Sum N (fun d => s i j * (GZ i j d - Sum n (fun k => s i k * GZ i k d) / Sum n (s i)) * v d))).
{ intros j Hj.
  destruct (entmax_has_jacobian n alpha (fun k => Z i k x) Hn Ha) with (g := fun t k => Z i k (g t))
    (v := fun k => Sum N (fun d => GZ i k d * v d)) (i := j) as [E D]; [destruct Hb; [now left | right; intros; now auto] | exact Z0 | | exact Hj |].
  { intros k Hk. now apply (HZ i k Hi Hk g v). }
  split; [exact E|]. replace (Sum N _) with (Sum n (fun k => jacobian n alpha (fun k => Z i k x) j k * Sum N (fun d => GZ i k d * v d))); [exact D|].
  rewrite (Sum_ext n _ (fun k => Sum N (fun d => jacobian n alpha (fun k => Z i k x) j k * (GZ i k d * v d)))) by (intros; now rewrite Sum_scal).
  rewrite Sum_swap. apply Sum_ext. intros d _. unfold jacobian. fold (weights x i). change (entmax n alpha (fun k => Z i k x)) with (p i). fold (s i).
  rewrite (Sum_ext n _ (fun k => (if Nat.eq_dec k j then s i j * GZ i j d * v d else 0) - s i j / Sum n (s i) * v d * (s i k * GZ i k d))).
  - rewrite Sum_minus, Sum_single, Sum_scal by exact Hj. unfold Rdiv. ring.
  - intros k _. destruct (Nat.eq_dec j k), (Nat.eq_dec k j); try congruence; subst; unfold Rdiv; ring. }
assert (V0 : forall j, inr j n -> V j c (g 0) = V j c x) by (intros j Hj; now apply (HV j c Hj Hc g v)).
destruct (HU c Hc g v Hg Hv) as [U0 DU]. unfold attention. fold i. split.
- rewrite U0. f_equal. apply Sum_ext. intros j Hj. rewrite V0 by exact Hj. now rewrite (proj1 (D j Hj)).
- replace (Sum N (fun k => layer_jacobian c k * v k)) with
    (Sum N (fun d => GU c d * v d) + Sum n (fun j =>
      Sum N (fun d => s i j * (GZ i j d - Sum n (fun k => s i k * GZ i k d) / Sum n (s i)) * v d) * V j c x
      + p i j * Sum N (fun d => GV j c d * v d))).
  + apply (is_derive_plus (fun t => U c (g t)) (fun t => Sum n (fun j => weights (g t) i j * V j c (g t)))); [exact DU|].
    apply (Sum_derive n (fun j t => weights (g t) i j * V j c (g t))). intros j Hj.
    destruct (D j Hj) as [E Dj]. destruct (HV j c Hj Hc g v Hg Hv) as [_ DV].
    rewrite <- (V0 j Hj), <- E.
    apply (is_derive_mult (fun t => weights (g t) i j) (fun t => V j c (g t))); [exact Dj | exact DV | intros; apply Rmult_comm].
  + unfold layer_jacobian. fold i.
    rewrite (Sum_ext N (fun k => (GU c k + _) * v k) (fun d => GU c d * v d + Sum n (fun j =>
      (s i j * (GZ i j d - Sum n (fun k => s i k * GZ i k d) / Sum n (s i)) * v d) * V j c x + p i j * (GV j c d * v d)))).
    * rewrite (Sum_plus N (fun d => GU c d * v d)). f_equal. rewrite (Sum_swap N n). apply Sum_ext. intros j _. now rewrite Sum_plus, Sum_scal, Sum_scal_r.
    * intros d _. rewrite Rmult_plus_distr_r. f_equal. rewrite <- Sum_scal_r. apply Sum_ext. intros j _. ring.
Qed.

(** An edge is a residual one or one of positive weight. *)
Definition layer_edge (i j : nat) : bool := if Nat.eq_dec i j then true else if Rlt_dec 0 (p i j) then true else false.

Theorem attention_edges c d : inr c N -> inr d N -> layer_jacobian c d <> 0 -> layer_edge (tok c) (tok d) = true.
Proof.
intros Hc Hd HJ. unfold layer_edge. destruct (Nat.eq_dec (tok c) (tok d)) as [E|Hne]; [reflexivity|].
destruct (Rlt_dec 0 (p (tok c) (tok d))) as [L|L]; [reflexivity|exfalso]. apply HJ.
pose proof (Htok c Hc) as Hi. pose proof (Htok d Hd) as Hm. set (i := tok c) in *. set (m := tok d) in *.
assert (P0 : p i m = 0).
{ pose proof (entmax_ge0 n alpha (fun k => Z i k x) m). change (0 <= p i m) in H. lra. }
assert (S0 : s i m = 0) by (unfold s, sens; destruct (Rlt_dec 0 (p i m)); [lra|reflexivity]).
assert (SZ : forall j, inr j n -> s i j * GZ i j d = 0).
{ intros j Hj. destruct (Req_EM_T (GZ i j d) 0) as [->|G]; [ring|].
  destruct (LZ i j d Hi Hj Hd G) as [Q|Q]; fold m in Q; [congruence|]. subst j. rewrite S0. ring. }
unfold layer_jacobian. fold i.
assert (U0 : GU c d = 0).
{ destruct (Req_EM_T (GU c d) 0) as [|G]; [assumption|]. exfalso. apply Hne. symmetry. exact (LU c d Hc Hd G). }
rewrite U0, (Sum_ext n (fun k => s i k * GZ i k d) (fun _ => 0)), Sum_zero by exact SZ.
rewrite (Sum_ext n _ (fun _ => 0)), Sum_zero; [ring|]. intros j Hj.
replace (s i j * (GZ i j d - 0 / Sum n (s i)) * V j c x) with (s i j * GZ i j d * V j c x) by (unfold Rdiv; ring).
rewrite SZ by exact Hj. destruct (Req_EM_T (GV j c d) 0) as [->|G]; [ring|].
pose proof (LV j c d Hj Hc Hd G) as Q. fold m in Q. subst j. rewrite P0. ring.
Qed.

End Layer.

(** A stack of attention layers: no path along live or residual edges, no gradient. *)
Theorem unreachable_attention n N tok alpha L x0
  (Z : nat -> nat -> nat -> (nat -> R) -> R) (V : nat -> nat -> nat -> (nat -> R) -> R) (U : nat -> nat -> (nat -> R) -> R)
  (GZ GV : nat -> nat -> nat -> nat -> R) (GU : nat -> nat -> nat -> R) c d :
  let F l := attention n tok alpha (Z l) (V l) (U l) in
  let at_ l := stack F (pred l) x0 in
  (1 <= n)%nat -> 1 < alpha -> (forall c, inr c N -> inr (tok c) n) ->
  (forall l i j, inr l L -> inr i n -> inr j n -> has_gradient N (Z l i j) (at_ l) (GZ l i j)) ->
  (forall l j c, inr l L -> inr j n -> inr c N -> has_gradient N (V l j c) (at_ l) (GV l j c)) ->
  (forall l c, inr l L -> inr c N -> has_gradient N (U l c) (at_ l) (GU l c)) ->
  (forall l i j d, inr l L -> inr i n -> inr j n -> inr d N -> GZ l i j d <> 0 -> tok d = i \/ tok d = j) ->
  (forall l j c d, inr l L -> inr j n -> inr c N -> inr d N -> GV l j c d <> 0 -> tok d = j) ->
  (forall l c d, inr l L -> inr c N -> inr d N -> GU l c d <> 0 -> tok d = tok c) ->
  alpha < 2 \/ (forall l i k, inr l L -> inr i n -> inr k n ->
    (alpha - 1) * Z l i k (at_ l) <> threshold n alpha (fun k => Z l i k (at_ l))) ->
  inr c N -> inr d N ->
  (forall v, is_path n (fun l => layer_edge n alpha (at_ l) (Z l)) L (tok c) v -> last v O <> tok d) ->
  is_derive (fun t => stack F L (fun m => x0 m + t * (if Nat.eq_dec m d then 1 else 0)) c) 0 0.
Proof.
intros F at_ Hn Ha Ht HZ HV HU LZ LV LU Hb Hc Hd Hp.
apply (unreachable_gradient n N tok (fun l => layer_edge n alpha (at_ l) (Z l)) F
  (fun l => layer_jacobian n tok alpha (at_ l) (Z l) (V l) (GZ l) (GV l) (GU l)) L x0 c d); try assumption.
- intros l Hl. apply attention_has_jacobian; try assumption; try (intros; auto).
  destruct Hb as [Hb|Hb]; [now left | right; intros; now apply Hb].
- intros l b e Hl Hbb He. apply attention_edges with (N := N); try assumption; intros; eauto.
Qed.

(* Stacks of attention layers with residual connections and maps token by token: no path, no gradient. *)
From Coq Require Import Reals Lra Lia List Bool.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Paths Jacobian Attention.
Open Scope R_scope.

Definition partial (f : (nat -> R) -> R) (x : nat -> R) (d : nat) : R :=
  Derive (fun t => f (fun m => x m + t * (if Nat.eq_dec m d then 1 else 0))) 0.

Lemma has_gradient_partial N tok among f x : depends_on N tok among f -> differentiable N f x -> has_gradient N f x (partial f x).
Proof.
intros Hd [G HG] g v H0 Hg. split; [apply Hd; intros; now apply H0|].
rewrite (Sum_ext N _ (fun k => G k * v k)); [now apply HG|]. intros k Hk. f_equal. unfold partial.
apply is_derive_unique. replace (G k) with (Sum N (fun m => G m * (if Nat.eq_dec m k then 1 else 0))).
- apply (HG (fun t m => x m + t * (if Nat.eq_dec m k then 1 else 0)) (fun m => if Nat.eq_dec m k then 1 else 0)).
  + intros i _. ring.
  + intros i _. auto_derive; [exact I | ring].
- rewrite (Sum_ext N _ (fun m => if Nat.eq_dec m k then G k else 0)); [now apply Sum_single|].
  intros m _. destruct (Nat.eq_dec m k) as [->|]; ring.
Qed.

Lemma partial_among N tok (among : nat -> Prop) f x d : depends_on N tok among f -> partial f x d <> 0 -> ~ among (tok d) -> False.
Proof.
intros Hd Hp Ha. apply Hp. unfold partial. rewrite (Derive_ext _ (fun _ => f x)); [apply Derive_const|].
intros t. apply Hd. intros c _ Hc. destruct (Nat.eq_dec c d) as [->|]; [contradiction|ring].
Qed.

Lemma has_jacobian_comp N F x J T K : has_jacobian N F x J -> has_jacobian N T (F x) K ->
  has_jacobian N (fun y => T (F y)) x (fun i k => Sum N (fun m => K i m * J m k)).
Proof.
intros HF HT g v H0 Hg i Hi. assert (A := HF g v H0 Hg).
destruct (HT (fun t => F (g t)) (fun k => Sum N (fun j => J k j * v j))) with (i := i) as [E D];
  [intros; now apply A | intros; now apply A | exact Hi |].
split; [exact E|]. replace (Sum N (fun k => Sum N (fun m => K i m * J m k) * v k)) with (Sum N (fun k => K i k * Sum N (fun j => J k j * v j)));
  [exact D|].
rewrite (Sum_ext N (fun k => Sum N (fun m => K i m * J m k) * v k) (fun k => Sum N (fun m => K i m * (J m k * v k)))).
- rewrite Sum_swap. apply Sum_ext. intros m _. now rewrite Sum_scal.
- intros k _. rewrite <- Sum_scal_r. apply Sum_ext. intros; ring.
Qed.

Section Stack.
Variables (n N : nat) (tok : nat -> nat) (alpha : R) (layers : nat).
Variables (Z V : nat -> nat -> nat -> (nat -> R) -> R) (T : nat -> nat -> (nat -> R) -> R) (x : nat -> R).
Let at_ l := transformer n tok alpha Z V T (l - 1) x.
Let read l := attended n tok alpha (Z l) (V l) (at_ l).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha) (Htok : forall c, inr c N -> inr (tok c) n).
Hypothesis LZ : forall l i j, depends_on N tok (fun k => k = i \/ k = j) (Z l i j).
Hypothesis LV : forall l j c, depends_on N tok (fun k => k = j) (V l j c).
Hypothesis LT : forall l c, depends_on N tok (fun k => k = tok c) (T l c).
Hypothesis HZ : forall l i j, inr l layers -> inr i n -> inr j n -> differentiable N (Z l i j) (at_ l).
Hypothesis HV : forall l j c, inr l layers -> inr j n -> inr c N -> differentiable N (V l j c) (at_ l).
Hypothesis HT : forall l c, inr l layers -> inr c N -> differentiable N (T l c) (read l).
Hypothesis Hb : alpha < 2 \/ (forall l i k, inr l layers -> inr i n -> inr k n ->
  (alpha - 1) * Z l i k (at_ l) <> threshold n alpha (fun k => Z l i k (at_ l))).
Let edge := with_residual (live (fun l i => entmax n alpha (fun k => Z l i k (at_ l)))).

Let GZ l i j := partial (Z l i j) (at_ l).
Let GV l j c := partial (V l j c) (at_ l).
Let GU (c d : nat) : R := if Nat.eq_dec c d then 1 else 0.
Let J1 l := layer_jacobian n tok alpha (at_ l) (Z l) (V l) (GZ l) (GV l) GU.
Let K l c := partial (T l c) (read l).
Let J l c d := Sum N (fun m => K l c m * J1 l m d).

Lemma own_gradient c l : inr c N -> has_gradient N (fun y => y c) (at_ l) (GU c).
Proof.
intros Hc g v H0 Hg. split; [now apply H0|]. replace (Sum N (fun k => GU c k * v k)) with (v c); [now apply Hg|]. unfold GU.
rewrite (Sum_ext N _ (fun k => if Nat.eq_dec k c then v c else 0)); [now rewrite Sum_single|].
intros k _. destruct (Nat.eq_dec c k), (Nat.eq_dec k c); try congruence; subst; ring.
Qed.

Lemma layer_differentiable l : inr l layers -> has_jacobian N (fun y c => T l c (attended n tok alpha (Z l) (V l) y)) (at_ l) (J l).
Proof.
intros Hl. apply (has_jacobian_comp N (attended n tok alpha (Z l) (V l)) (at_ l) (J1 l) (fun y c => T l c y) (K l)).
- apply (attention_has_jacobian n N tok alpha (at_ l) (Z l) (V l) (fun c y => y c) (GZ l) (GV l) GU); try assumption.
  + intros i j Hi Hj. apply (has_gradient_partial N tok (fun k => k = i \/ k = j)); [apply LZ | now apply HZ].
  + intros j c Hj Hc. apply (has_gradient_partial N tok (fun k => k = j)); [apply LV | now apply HV].
  + intros c Hc. now apply own_gradient.
  + destruct Hb as [B|B]; [now left | right; intros; now apply B].
- intros g v H0 Hg c Hc. now apply (has_gradient_partial N tok (fun k => k = tok c) (T l c) (read l) (LT l c) (HT l c Hl Hc)).
Qed.

Lemma layer_edges l c d : inr l layers -> inr c N -> inr d N -> J l c d <> 0 -> edge l (tok c) (tok d) = true.
Proof.
intros Hl Hc Hd HJ. destruct (edge l (tok c) (tok d)) eqn:E; [reflexivity|exfalso]. apply HJ. unfold J.
rewrite (Sum_ext N _ (fun _ => 0)); [apply Sum_zero|]. intros m Hm.
destruct (Req_EM_T (K l c m) 0) as [->|Hk]; [ring|]. destruct (Req_EM_T (J1 l m d) 0) as [->|Hj]; [ring|exfalso].
assert (Em : tok m = tok c).
{ destruct (Nat.eq_dec (tok m) (tok c)) as [|Hne]; [assumption|]. exfalso.
  exact (partial_among N tok (fun k => k = tok c) (T l c) (read l) m (LT l c) Hk Hne). }
assert (Q : layer_edge n alpha (at_ l) (Z l) (tok m) (tok d) = true).
{ apply (attention_edges n N tok alpha (at_ l) (Z l) (V l) (GZ l) (GV l) GU); try assumption.
  - intros i j e Hi Hjj He G. destruct (Nat.eq_dec (tok e) i), (Nat.eq_dec (tok e) j); try tauto. exfalso.
    refine (partial_among N tok (fun k => k = i \/ k = j) (Z l i j) (at_ l) e (LZ l i j) G _). tauto.
  - intros j b e Hjj Hbb He G. destruct (Nat.eq_dec (tok e) j) as [|Hne]; [assumption|exfalso].
    exact (partial_among N tok (fun k => k = j) (V l j b) (at_ l) e (LV l j b) G Hne).
  - intros b e Hbb He G. unfold GU in G. destruct (Nat.eq_dec b e) as [->|]; [reflexivity|contradiction]. }
rewrite Em in Q. change (edge l (tok c) (tok d) = true) in Q. congruence.
Qed.

Theorem transformer_differentiable c d : inr c N ->
  ex_derive (fun t => transformer n tok alpha Z V T layers (fun m => x m + t * (if Nat.eq_dec m d then 1 else 0)) c) 0.
Proof.
intros Hc. eexists. apply (stack_jacobian N (fun l y c => T l c (attended n tok alpha (Z l) (V l) y)) J layers x) with
  (g := fun t m => x m + t * (if Nat.eq_dec m d then 1 else 0)) (v := fun m => if Nat.eq_dec m d then 1 else 0).
- intros l Hl. replace (pred l) with (l - 1)%nat by lia. now apply layer_differentiable.
- intros i _. ring.
- intros i _. auto_derive; [exact I | ring].
- exact Hc.
Qed.

Theorem unreachable_transformer c d : inr c N -> inr d N -> length (paths_from n edge layers (tok c) (tok d)) = 0%nat ->
  is_derive (fun t => transformer n tok alpha Z V T layers (fun m => x m + t * (if Nat.eq_dec m d then 1 else 0)) c) 0 0.
Proof.
intros Hc Hd H0. apply (unreachable_gradient n N tok edge (fun l y c => T l c (attended n tok alpha (Z l) (V l) y)) J layers x c d); try assumption.
- intros l Hl. replace (pred l) with (l - 1)%nat by lia. now apply layer_differentiable.
- intros l b e Hl Hbb He G. now apply (layer_edges l).
- intros v Hv E. apply paths_complete in Hv.
  assert (F : In v (paths_from n edge layers (tok c) (tok d))).
  { unfold paths_from. apply filter_In. split; [exact Hv|]. destruct (Nat.eq_dec (last v 0%nat) (tok d)); [reflexivity|contradiction]. }
  destruct (paths_from n edge layers (tok c) (tok d)); [contradiction F | discriminate H0].
Qed.
End Stack.

(* (f) Paths through a stack of layers: their number, and exactly zero derivatives where there is none. *)
From Coq Require Import Reals Lra Lia List FinFun.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base.
Import ListNotations.
Open Scope R_scope.

Section Paths.
Variables (n : nat) (edge : nat -> nat -> nat -> bool).
Local Notation keys := (Definitions.keys n edge).
Local Notation is_path := (Definitions.is_path n edge).
Local Notation paths := (Definitions.paths n edge).

Lemma in_keys l i k : In k (keys l i) <-> inr k n /\ edge l i k = true.
Proof. unfold Definitions.keys. rewrite filter_In, in_seq. intuition lia. Qed.

(** The enumeration is complete and lists every path once, so that its length is the number of paths. *)
Theorem paths_complete L i v : In v (paths L i) <-> is_path L i v.
Proof.
revert i v; induction L as [|L IH]; intros i v.
- simpl. destruct v as [|j [|k u]]; simpl; intuition congruence.
- cbn [Definitions.paths]. rewrite in_flat_map. split.
  + intros [k [Hk Hv]]. apply in_keys in Hk. apply in_map_iff in Hv. destruct Hv as [u [<- Hu]].
    apply IH in Hu. destruct u as [|k' u]; [destruct L; contradiction|].
    assert (k' = k) as -> by (destruct L; simpl in Hu; destruct u; tauto). cbn [Definitions.is_path]. tauto.
  + destruct v as [|j [|k u]]; cbn [Definitions.is_path]; try contradiction. intros [-> [Hk [He Hp]]].
    exists k. split; [apply in_keys; tauto|]. apply in_map, IH, Hp.
Qed.

Lemma is_path_head L i v : is_path L i v -> exists u, v = i :: u.
Proof.
destruct v as [|j u]; [destruct L; contradiction|]. intros H. exists u.
f_equal. destruct L; simpl in H; destruct u; tauto.
Qed.

Theorem paths_NoDup L i : NoDup (paths L i).
Proof.
revert i; induction L as [|L IH]; intros i; [repeat constructor; auto|].
cbn [Definitions.paths]. assert (D : NoDup (keys (S L) i)) by apply NoDup_filter, seq_NoDup.
induction D as [|k ks Hk _ IHks]; cbn [flat_map]; [constructor|].
assert (App : forall (A : Type) (a b : list A), NoDup a -> NoDup b -> (forall x, In x a -> ~ In x b) -> NoDup (a ++ b)).
{ intros A a b Ha Hb Hd. induction Ha as [|x a Hx Ha IHa]; [exact Hb|]. simpl. constructor.
  - rewrite in_app_iff. intros [H|H]; [contradiction | exact (Hd x (or_introl eq_refl) H)].
  - apply IHa. intros y Hy. apply Hd. now right. }
apply App; [|exact IHks|].
- apply FinFun.Injective_map_NoDup; [intros a b E; now injection E | apply IH].
- intros v Hv Hw. apply in_map_iff in Hv. destruct Hv as [u [<- Hu]].
  apply in_flat_map in Hw. destruct Hw as [k' [Hk' Hw]]. apply in_map_iff in Hw. destruct Hw as [u' [E Hu']].
  injection E as ->. apply paths_complete, is_path_head in Hu. apply paths_complete, is_path_head in Hu'.
  destruct Hu as [u1 ->], Hu' as [u2 E]. injection E as -> _. contradiction.
Qed.

Fixpoint fan_product (s : nat -> nat) (L : nat) : nat :=
  match L with O => 1 | S l => (fan_product s l * s L)%nat end.

Lemma flat_map_length_le (f : nat -> list (list nat)) ks m :
  (forall k, In k ks -> (length (f k) <= m)%nat) -> (length (flat_map f ks) <= m * length ks)%nat.
Proof.
induction ks as [|k ks IH]; intros H; simpl; [lia|]. rewrite app_length.
pose proof (H k (or_introl eq_refl)). pose proof (IH (fun k' Hk => H k' (or_intror Hk))). lia.
Qed.

Theorem paths_count s L i : (forall l k, (1 <= l <= L)%nat -> inr k n -> (length (keys l k) <= s l)%nat) -> inr i n ->
  (length (paths L i) <= fan_product s L)%nat.
Proof.
revert i; induction L as [|L IH]; intros i H Hi; [simpl; lia|]. cbn [paths fan_product].
eapply Nat.le_trans; [apply flat_map_length_le with (m := fan_product s L)|].
- intros k Hk. rewrite map_length. apply IH; [intros; apply H; lia|]. now apply in_keys in Hk.
- apply Nat.mul_le_mono_l, H; lia.
Qed.

Lemma fan_product_const s L : fan_product (fun _ => s) L = Nat.pow s L.
Proof. induction L as [|L IH]; [reflexivity|]. cbn [fan_product]. rewrite IH. simpl. lia. Qed.

Corollary paths_count_power s L i :
  (forall l k, (1 <= l <= L)%nat -> inr k n -> (length (keys l k) <= s)%nat) -> inr i n ->
  (length (paths L i) <= Nat.pow s L)%nat.
Proof. intros H Hi. rewrite <- fan_product_const. now apply paths_count. Qed.

(** Dense attention has exactly n ^ L. *)
Theorem paths_count_dense L i : (forall l k j, (1 <= l <= L)%nat -> inr k n -> inr j n -> edge l k j = true) -> inr i n ->
  length (paths L i) = Nat.pow n L.
Proof.
intros H. assert (K : forall l k, (1 <= l <= L)%nat -> inr k n -> keys l k = seq 1 n).
{ intros l k Hl Hk. unfold Definitions.keys. assert (G : forall xs, (forall j, In j xs -> inr j n) -> filter (edge l k) xs = xs).
  { induction xs as [|j xs IH]; intros Hx; simpl; [reflexivity|].
    rewrite H; [f_equal; apply IH; intros; apply Hx; now right | exact Hl | exact Hk | apply Hx; now left]. }
  apply G. intros j Hj. apply in_seq in Hj. lia. }
clear H. revert i; induction L as [|L IH]; intros i Hi; [reflexivity|]. cbn [Definitions.paths]. rewrite K by lia.
assert (E : forall ks, (forall k, In k ks -> inr k n) ->
  length (flat_map (fun k => map (cons i) (paths L k)) ks) = (length ks * Nat.pow n L)%nat).
{ induction ks as [|k ks IHk]; intros Hx; simpl; [reflexivity|].
  rewrite app_length, map_length, IH, IHk; [lia | intros; apply Hx; now right | intros; apply K; lia | apply Hx; now left]. }
rewrite E, seq_length by (intros k Hk; apply in_seq in Hk; lia). reflexivity.
Qed.

End Paths.

(** Coordinates 1 ... N, coordinate c belongs to token [tok c]; J links coordinates of linked tokens only. *)
Theorem unreachable_entry n N tok edge (J : nat -> nat -> nat -> R) L c d :
  (forall b, inr b N -> inr (tok b) n) ->
  (forall l b e, (1 <= l <= L)%nat -> inr b N -> inr e N -> J l b e <> 0 -> edge l (tok b) (tok e) = true) ->
  inr c N -> inr d N ->
  (forall v, is_path n edge L (tok c) v -> last v O <> tok d) ->
  mat_prod N J L c d = 0.
Proof.
intros Ht. revert c; induction L as [|L IH]; intros c HJ Hc Hd Hp.
- simpl. destruct (Nat.eq_dec d c) as [<-|]; [|reflexivity]. exfalso. now apply (Hp [tok d]).
- cbn [mat_prod]. rewrite (Sum_ext N _ (fun _ => 0)); [apply Sum_zero|]. intros k Hk.
  destruct (Req_EM_T (J (S L) c k) 0) as [->|Hne]; [ring|].
  rewrite IH; [ring | intros; apply HJ; (assumption || lia) | exact Hk | exact Hd |].
  intros v Hv E. destruct (is_path_head _ _ _ _ _ Hv) as [u ->].
  apply (Hp (tok c :: tok k :: u)); [|exact E]. cbn [is_path].
  repeat split; [apply Ht; exact Hk | apply Ht; exact Hk | apply HJ; (assumption || lia) | exact Hv].
Qed.

(** The chain rule. *)
Theorem stack_jacobian N F J L x :
  (forall l, (1 <= l <= L)%nat -> has_jacobian N (F l) (stack F (pred l) x) (J l)) ->
  has_jacobian N (stack F L) x (mat_prod N J L).
Proof.
induction L as [|L IH]; intros H g v Hg Hv i Hi.
- simpl. split; [now apply Hg|]. replace (Sum N _) with (v i); [now apply Hv|].
  rewrite (Sum_ext N _ (fun k => if Nat.eq_dec k i then v i else 0)); [now rewrite Sum_single|].
  intros k _. destruct (Nat.eq_dec k i) as [->|]; ring.
- assert (IH' := IH (fun l Hl => H l ltac:(lia)) g v Hg Hv).
  destruct (H (S L) ltac:(lia) (fun t => stack F L (g t)) (fun k => Sum N (fun j => mat_prod N J L k j * v j))) with (i := i)
    as [E D]; [intros; now apply IH' | intros; now apply IH' | exact Hi |].
  cbn [stack]. split; [exact E|].
  replace (Sum N (fun j => mat_prod N J (S L) i j * v j))
    with (Sum N (fun k => J (S L) i k * Sum N (fun j => mat_prod N J L k j * v j))); [exact D|].
  cbn [mat_prod].
  rewrite (Sum_ext N (fun j => Sum N (fun k => J (S L) i k * mat_prod N J L k j) * v j)
    (fun j => Sum N (fun k => J (S L) i k * (mat_prod N J L k j * v j)))).
  + rewrite Sum_swap. apply Sum_ext. intros k _. now rewrite Sum_scal.
  + intros j _. rewrite <- Sum_scal_r. apply Sum_ext. intros; ring.
Qed.

(** No path, no gradient: the derivative of output c in input d is exactly 0. *)
Theorem unreachable_gradient n N tok edge F J L x c d :
  (forall l, (1 <= l <= L)%nat -> has_jacobian N (F l) (stack F (pred l) x) (J l)) ->
  (forall b, inr b N -> inr (tok b) n) ->
  (forall l b e, (1 <= l <= L)%nat -> inr b N -> inr e N -> J l b e <> 0 -> edge l (tok b) (tok e) = true) ->
  inr c N -> inr d N ->
  (forall v, is_path n edge L (tok c) v -> last v O <> tok d) ->
  is_derive (fun t => stack F L (fun m => x m + t * (if Nat.eq_dec m d then 1 else 0)) c) 0 0.
Proof.
intros HF Ht HJ Hc Hd Hp.
destruct (stack_jacobian N F J L x HF (fun t m => x m + t * (if Nat.eq_dec m d then 1 else 0))
  (fun m => if Nat.eq_dec m d then 1 else 0)) with (i := c) as [_ D].
- intros i _. ring.
- intros i _. auto_derive; [exact I | ring].
- exact Hc.
- replace 0 with (Sum N (fun k => mat_prod N J L c k * (if Nat.eq_dec k d then 1 else 0))) at 2; [exact D|].
  rewrite (Sum_ext N _ (fun k => if Nat.eq_dec k d then mat_prod N J L c d else 0)).
  + rewrite Sum_single by exact Hd. now apply (unreachable_entry n N tok edge).
  + intros k _. destruct (Nat.eq_dec k d) as [->|]; ring.
Qed.

(** Rows that sum to 1: so do those of the product. *)
Theorem gradient_mass n P L i : (forall l k, (1 <= l <= L)%nat -> inr k n -> Sum n (P l k) = 1) -> inr i n ->
  Sum n (mat_prod n P L i) = 1.
Proof.
revert i; induction L as [|L IH]; intros i H Hi; cbn [mat_prod].
- exact (Sum_single n i 1 Hi).
- rewrite Sum_swap. rewrite (Sum_ext n _ (P (S L) i)); [apply H; lia|].
  intros k Hk. rewrite Sum_scal, IH; [ring | intros; apply H; lia | exact Hk].
Qed.

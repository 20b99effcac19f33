(* Proofs of the printed statements: the chapter layers. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Rows Collapse Attention
  Returns Transformer Statements.
From EntmaxFormal Require MappingProofs.
Open Scope R_scope.

(** * Collapse *)

Ltac repeated n alpha z := pose proof (entmax1_sum n alpha z ltac:(lia) ltac:(assumption)) as Sp;
  pose proof (entmax1_repeated n alpha z ltac:(lia) ltac:(assumption)) as Sr; cbv zeta in Sr;
  pose proof (fun i => entmax1_append n alpha z (z n) i ltac:(lia) ltac:(assumption)) as Le;
  assert (Ge : forall i, inr i n -> 0 <= entmax1 (S n) alpha (append n z (z n)) i) by (intros; apply entmax1_ge0; lia).

Theorem read_out_shift__inhabited : Statements.read_out_shift__inhabited.
Proof. exists 1%nat, 1, (fun _ => 0), (fun _ => 0). split; [lia|]. split; [lra|exact I]. Qed.

Theorem read_out_shift__shift : Statements.read_out_shift__shift.
Proof. start. repeated n alpha z. now apply repeated_shift. Qed.

Theorem read_out_shift__shift__defined : Statements.read_out_shift__shift__defined.
Proof. defined. Qed.

Theorem read_out_shift__mass : Statements.read_out_shift__mass.
Proof. start. repeated n alpha z. now apply repeated_mass. Qed.

Theorem read_out_shift__mass__defined : Statements.read_out_shift__mass__defined.
Proof. defined. Qed.

Theorem read_out_shift__not_negative : Statements.read_out_shift__not_negative.
Proof. start. repeated n alpha z. apply Rle_ge. now apply repeated_nonneg. Qed.

Theorem read_out_shift__at_most : Statements.read_out_shift__at_most.
Proof. start. repeated n alpha z. now apply repeated_at_most. Qed.

Theorem read_out_shift__bound : Statements.read_out_shift__bound.
Proof. start. repeated n alpha z. now apply repeated_bound. Qed.

Theorem read_out_shift__bound__defined : Statements.read_out_shift__bound__defined.
Proof. defined. Qed.

Theorem collapse_total__inhabited : Statements.collapse_total__inhabited.
Proof. exists 1%nat, 1, (fun _ => 0), (fun _ => 0). split; [lia|]. split; [lra|exact I]. Qed.

Theorem collapse_total__dead : Statements.collapse_total__dead.
Proof. start. repeated n alpha z. now apply repeated_dead. Qed.

Theorem collapse_total__dead__defined : Statements.collapse_total__dead__defined.
Proof. defined. Qed.

Theorem collapse_total__alone : Statements.collapse_total__alone.
Proof. start. repeated n alpha z. apply repeated_alone; try assumption. intros. apply entmax1_ge0. lia. Qed.

Theorem collapse_total__alone__defined : Statements.collapse_total__alone__defined.
Proof. defined. Qed.

Lemma multiplicity_pos n z : (1 <= n)%nat -> 0 < INR (multiplicity n z).
Proof.
intros Hn. unfold multiplicity. rewrite support_size_Sum. destruct (Largest_in n z Hn) as [k [Hk E]].
eapply Rlt_le_trans; [|apply (Sum_ge_term n _ k Hk)].
- simpl. destruct (Req_EM_T (z k) (Largest n z)); [destruct (Rlt_dec 0 1); lra | congruence].
- intros i _. simpl. destruct (Rlt_dec 0 _); lra.
Qed.

(** Tied tokens share at most 1. *)
Lemma shared n z p k : Sum n p = 1 -> (forall i, inr i n -> 0 <= p i) -> (forall i, inr i n -> z k <= z i -> p k <= p i) -> inr k n ->
  INR (multiplicity n z) * p k <= 1.
Proof.
intros Hs Hp Ho Hk. unfold multiplicity. rewrite support_size_Sum, <- Sum_scal_r. apply Rle_trans with (Sum n p); [|lra]. apply Sum_le.
  intros i Hi. pose proof (Hp i Hi).
destruct (Req_EM_T (z i) (Largest n z)) as [E|E]; [|destruct (Rlt_dec 0 0); lra].
destruct (Rlt_dec 0 1); [|lra]. pose proof (Largest_ge n z k Hk). pose proof (Ho i Hi ltac:(lra)). lra.
Qed.

Theorem collapse_total__ties : Statements.collapse_total__ties.
Proof.
start. repeated n alpha z. pose proof (repeated_at_most n _ _ H Le) as B. eapply Rle_trans; [exact B|].
pose proof (multiplicity_pos n z H) as P. apply (Rmult_le_reg_l (INR (multiplicity n z))); [exact P|]. rewrite Rinv_r by lra.
apply shared; [exact Sp | intros; apply entmax1_ge0; lia | intros; now apply entmax1_order | lia].
Qed.

Theorem collapse_total__ties__defined : Statements.collapse_total__ties__defined.
Proof. start. pose proof (multiplicity_pos n z H). lra. Qed.

Theorem softmax_collapse__inhabited : Statements.softmax_collapse__inhabited.
Proof. exists 1%nat, (fun _ => 0), (fun _ => 0). split; [lia|exact I]. Qed.

(** The weight of the last token after the repetition: r = p (1 - r). *)
Lemma softmax_repeated n z i : (1 <= n)%nat -> inr i n ->
  softmax (S n) (append n z (z n)) i = softmax n z i * (1 - softmax (S n) (append n z (z n)) n).
Proof.
intros Hn Hi. rewrite softmax_append by assumption. do 2 f_equal. unfold softmax. now rewrite append_last, append_in by lia.
Qed.

Theorem softmax_collapse__shift : Statements.softmax_collapse__shift.
Proof.
start. pose proof (softmax_repeated n z n H ltac:(lia)) as E. set (r := softmax (S n) (append n z (z n))) in *. set (p := softmax n z) in *.
rewrite (Sum_ext (n - 1) (fun i => v i * r i) (fun i => v i * p i * (1 - r n))).
2:{ intros i Hi. unfold r at 1. rewrite softmax_repeated by lia. fold r p. ring. }
rewrite Sum_scal_r. clear - E H. destruct n as [|m]; [lia|]. replace (S m - 1)%nat with m by lia. cbn [Sum].
set (o := Sum m (fun i => v i * p i)). pose proof (f_equal (fun t => v (S m) * t) E) as G. cbv beta in G. lra.
Qed.

Theorem softmax_collapse__shift__defined : Statements.softmax_collapse__shift__defined.
Proof. defined. Qed.

Theorem softmax_collapse__mass : Statements.softmax_collapse__mass.
Proof. start. pose proof (softmax_repeated n z n H ltac:(lia)) as E. nra. Qed.

Lemma root_2 : 0 < pw 2 (1 / 2) /\ pw 2 (1 / 2) * pw 2 (1 / 2) = 2.
Proof.
split; [apply pw_gt0; lra|]. rewrite <- pw_plus by lra. replace (1 / 2 + 1 / 2) with 1 by field. apply pw_1_r. lra.
Qed.

Lemma softmax_le1 n z i : (1 <= n)%nat -> inr i n -> softmax n z i <= 1.
Proof.
intros Hn Hi. apply Rle_trans with (Sum n (softmax n z)); [|right; now apply softmax_total].
apply (Sum_ge_term n (softmax n z) i Hi). intros; left; now apply softmax_gt0.
Qed.

Lemma softmax_moved n z : (1 <= n)%nat -> let p := softmax n z n in let r := softmax (S n) (append n z (z n)) n in
  0 < p <= 1 /\ 2 * r - p = p * (1 - p) / (1 + p).
Proof.
intros Hn p r. pose proof (softmax_repeated n z n Hn ltac:(lia)) as E. fold p r in E. pose proof (softmax_gt0 n z n Hn) as P. fold p in P.
split; [split; [exact P | apply softmax_le1; lia]|]. assert (r = p / (1 + p)) as ->; [|field; lra].
apply (Rmult_eq_reg_r (1 + p)); [|lra]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

Theorem softmax_collapse__bound : Statements.softmax_collapse__bound.
Proof.
start. destruct (softmax_moved n z H) as [P E]. rewrite E. set (p := softmax n z n) in *. destruct root_2 as [R2 R4]. set (s := pw 2 (1 / 2)) in *.
apply (Rmult_le_reg_r (1 + p)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra.
pose proof (pow2_ge_0 (p - (s - 1))). clearbody s p. nra.
Qed.

Theorem softmax_collapse__bound__defined : Statements.softmax_collapse__bound__defined.
Proof. defined. Qed.

(** Bounded logits: the last token has at most E / (E + n - 1). *)
Lemma softmax_share n theta z k : (2 <= n)%nat -> 0 < theta -> inr k n ->
  let E := exp (theta * (Largest n z - - Largest n (fun i => - z i))) in
  0 < E /\ softmax n (fun i => theta * z i) k <= E / (INR n - 1 + E).
Proof.
intros Hn Ht Hk E. assert (PE : 0 < E) by apply exp_pos. split; [exact PE|].
set (zmin := - Largest n (fun i => - z i)) in *. set (e i := exp (theta * z i)).
assert (HN : 1 <= INR n - 1). { assert (INR 2 <= INR n) by (apply le_INR; lia). simpl in H. lra. }
assert (L : forall i, inr i n -> e k <= E * e i).
{ intros i Hi. unfold e, E. rewrite <- exp_plus. pose proof (Largest_ge n z k Hk). pose proof (Largest_ge n (fun i => - z i) i Hi) as G. simpl in G.
  destruct (Rle_lt_or_eq_dec (theta * z k) (theta * (Largest n z - zmin) + theta * z i)) as [Q|Q]; [unfold zmin; nra | left;
    now apply exp_increasing | rewrite Q; lra]. }
assert (P : forall i, 0 < e i) by (intros; apply exp_pos).
assert (W : E * e k + (INR n - 1) * e k <= E * Sum n e).
{ apply Rle_trans with (Sum n (fun i => e k + if Nat.eq_dec i k then (E - 1) * e k else 0)).
  - rewrite Sum_plus, Sum_const, Sum_single by exact Hk. lra.
  - rewrite <- Sum_scal. apply Sum_le. intros i Hi. destruct (Nat.eq_dec i k) as [->|]; [lra|]. pose proof (L i Hi). lra. }
unfold softmax. fold (e k). change (fun j => exp (theta * z j)) with e.
assert (PS : 0 < Sum n e) by (eapply Rlt_le_trans; [apply (P k) | apply (Sum_ge_term n e k Hk); intros; left; apply P]).
apply (Rmult_le_reg_r (Sum n e)); [exact PS|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
apply (Rmult_le_reg_r (INR n - 1 + E)); [lra|].
replace (E * / (INR n - 1 + E) * Sum n e * (INR n - 1 + E)) with (E * Sum n e) by (field; lra). lra.
Qed.

Lemma collapse_rate n theta z : (2 <= n)%nat -> 0 < theta ->
  let E := exp (theta * (Largest n z - - Largest n (fun i => - z i))) in
  pw 2 (1 / 2) * (INR n - 1) / 2 >= E ->
  2 * softmax (S n) (fun i => theta * append n z (z n) i) n - softmax n (fun i => theta * z i) n
    <= (INR n - 1) * E / ((INR n + 2 * E - 1) * (INR n + E - 1)).
Proof.
intros Hn Ht E HE. destruct (softmax_share n theta z n Hn Ht ltac:(lia)) as [PE B]. fold E in PE, B.
assert (HN : 1 <= INR n - 1). { assert (INR 2 <= INR n) by (apply le_INR; lia). simpl in H. lra. }
destruct (softmax_moved n (fun i => theta * z i) ltac:(lia)) as [P M].
assert (X : softmax (S n) (fun i => theta * append n z (z n) i) n = softmax (S n) (append n (fun i => theta * z i) (theta * z n)) n).
{ unfold softmax. rewrite (Sum_append n exp (fun i => theta * z i)), (Sum_append n (fun y => exp (theta * y)) z), !append_in by lia. reflexivity. }
rewrite X, M. set (p := softmax n (fun i => theta * z i) n) in *. set (m := INR n - 1) in *.
destruct root_2 as [R2 R4]. set (s := pw 2 (1 / 2)) in *.
replace (INR n + 2 * E - 1) with (m + 2 * E) by (unfold m; ring). replace (INR n + E - 1) with (m + E) by (unfold m; ring).
set (Q := E / (m + E)) in *. assert (HQ : Q * (m + E) = E) by (unfold Q; field; lra).
assert (PQ : 0 < Q). { unfold Q. apply Rdiv_lt_0_compat; lra. }
(* x (1 - x) / (1 + x) rises up to sqrt 2 - 1 *)
assert (Qs : Q <= s - 1).
{ apply (Rmult_le_reg_r (m + E)); [lra|]. rewrite HQ.
  assert (s <= 2) by nra. assert (1 <= s) by nra. assert (E * (2 - s) <= (s - 1) * m); [|lra].
  apply Rle_trans with (s * m / 2 * (2 - s)); [apply Rmult_le_compat_r; lra|]. clearbody s m. nra. }
assert (F : m * E / ((m + 2 * E) * (m + E)) = Q * (1 - Q) / (1 + Q)).
{ unfold Q. field. repeat split; lra. }
rewrite F. apply (Rmult_le_reg_r ((1 + p) * (1 + Q))); [nra|].
replace (p * (1 - p) / (1 + p) * ((1 + p) * (1 + Q))) with (p * (1 - p) * (1 + Q)) by (field; lra).
replace (Q * (1 - Q) / (1 + Q) * ((1 + p) * (1 + Q))) with (Q * (1 - Q) * (1 + p)) by (field; lra).
assert (0 <= (Q - p) * (1 - Q - p - p * Q)); [|lra].
apply Rmult_le_pos; [lra|]. clear F HQ M X. clearbody s Q p. assert (p * Q <= Q * Q) by nra. assert (Q * Q <= (s - 1) * (s - 1)) by nra. nra.
Qed.

Theorem softmax_collapse_rate__inhabited : Statements.softmax_collapse_rate__inhabited.
Proof.
exists 3%nat, 1, (fun _ => 0). split; [lia|]. split; [lra|]. cbv zeta. destruct root_2 as [R2 R4].
replace (1 * (Largest 3 (fun _ => 0) - - Largest 3 (fun _ => - 0))) with 0.
- rewrite exp_0. simpl. assert (1 <= pw 2 (1 / 2)) by nra. lra.
- rewrite (Largest_is 3 (fun _ => 0) 1), (Largest_is 3 (fun _ => - 0) 1); intros; (lia || lra).
Qed.

Theorem softmax_collapse_rate__rate : Statements.softmax_collapse_rate__rate.
Proof. start. now apply collapse_rate. Qed.

Theorem softmax_collapse_rate__rate__defined : Statements.softmax_collapse_rate__rate__defined.
Proof.
start. split; [side|]. intros _. assert (INR 2 <= INR n) by (apply le_INR; lia). simpl in H1.
pose proof (exp_pos (theta * (Largest n z - - Largest n (fun i => - z i)))). split; lra.
Qed.

Theorem softmax_collapse_rate__simple : Statements.softmax_collapse_rate__simple.
Proof.
start. eapply Rle_trans; [now apply collapse_rate|]. set (E := exp (theta * (Largest n z - - Largest n (fun i => - z i)))) in *.
assert (PE : 0 < E) by apply exp_pos. assert (INR 2 <= INR n) by (apply le_INR; lia). simpl in H2. set (N := INR n) in *. clearbody E N.
apply (Rmult_le_reg_r ((N + 2 * E - 1) * (N + E - 1) * (N - 1))); [repeat apply Rmult_lt_0_compat; lra|].
replace ((N - 1) * E / ((N + 2 * E - 1) * (N + E - 1)) * ((N + 2 * E - 1) * (N + E - 1) * (N - 1))) with (E * ((N - 1) * (N - 1))) by (field;
  split; lra).
replace (E / (N - 1) * ((N + 2 * E - 1) * (N + E - 1) * (N - 1))) with (E * ((N + 2 * E - 1) * (N + E - 1))) by (field; lra).
apply Rmult_le_compat_l; [lra|]. nra.
Qed.

Theorem softmax_collapse_rate__simple__defined : Statements.softmax_collapse_rate__simple__defined.
Proof.
start. split; [side|]. intros _. assert (INR 2 <= INR n) by (apply le_INR; lia). simpl in H1. lra.
Qed.

Theorem collapse_persistence__inhabited : Statements.collapse_persistence__inhabited.
Proof. exists 2%nat, 2, (fun _ => 0), (fun _ => 0). split; [lia|]. split; [lra|]. split; [reflexivity|]. intros l Hl. lia. Qed.

Lemma Sum_two n a b c d : inr a n -> inr b n -> a <> b -> Sum n (fun i => if Nat.eq_dec i a then c else if Nat.eq_dec i b then d else 0) = c + d.
Proof.
intros Ha Hb Hne. rewrite (Sum_ext n _ (fun i => (if Nat.eq_dec i a then c else 0) + (if Nat.eq_dec i b then d else 0))).
- now rewrite Sum_plus, !Sum_single.
- intros i _. destruct (Nat.eq_dec i a), (Nat.eq_dec i b); try lra. congruence.
Qed.

Theorem collapse_persistence__distance : Statements.collapse_persistence__distance.
Proof.
start.
set (T i := if Nat.eq_dec i 1 then true else if Nat.eq_dec i n then true else false).
set (T' i := if Nat.eq_dec i 1 then true else if le_lt_dec n i then true else false).
assert (P : forall i, inr i n -> entmax n alpha z i = if T i then / 2 else 0).
{ apply (top_level n alpha z T (z n) 2); try (lia || lra).
  - transitivity (Sum n (fun i => if Nat.eq_dec i 1 then 1 else if Nat.eq_dec i n then 1 else 0)); [|rewrite Sum_two; (lia || lra)].
    apply Sum_ext. intros i _. unfold T. destruct (Nat.eq_dec i 1); [reflexivity|]. destruct (Nat.eq_dec i n); reflexivity.
  - intros i _. unfold T. destruct (Nat.eq_dec i 1) as [->|]; [intros; assumption|]. destruct (Nat.eq_dec i n) as [->|]; [reflexivity|discriminate].
  - intros i Hi. unfold T. destruct (Nat.eq_dec i 1); [discriminate|]. destruct (Nat.eq_dec i n); [discriminate|]. intros _.
    destruct (H2 i Hi) as [E|[E|L]]; [contradiction | contradiction |]. rewrite <- H1. apply (Rmult_le_compat_l (alpha - 1)) in L; [|lra].
    replace ((alpha - 1) * (z 1%nat - pw 2 (1 - alpha) / (alpha - 1))) with ((alpha - 1) * z 1%nat - pw 2 (1 - alpha)) in L by (field; lra).
      exact L. }
assert (R3 : forall i, inr i (S n) -> entmax (S n) alpha (append n z (z n)) i = if T' i then / 3 else 0).
{ apply (top_level (S n) alpha (append n z (z n)) T' (z n) 3); try (lia || lra).
  - cbn [Sum]. unfold T' at 2. destruct (Nat.eq_dec (S n) 1); [lia|]. destruct (le_lt_dec n (S n)); [|lia].
    transitivity (Sum n (fun i => if Nat.eq_dec i 1 then 1 else if Nat.eq_dec i n then 1 else 0) + 1); [f_equal | rewrite Sum_two; (lia || lra)].
    apply Sum_ext. intros i Hi. unfold T'. destruct (Nat.eq_dec i 1); [reflexivity|].
      destruct (Nat.eq_dec i n), (le_lt_dec n i); (reflexivity || lia).
  - intros i Hi. unfold T'. destruct (Nat.eq_dec i 1) as [->|]; [rewrite append_in by lia; intros; assumption|].
    destruct (le_lt_dec n i); [|discriminate].
    intros _. destruct (Nat.eq_dec i n) as [->|]; [now rewrite append_in by lia|]. replace i with (S n) by lia. apply append_last.
  - intros i Hi. unfold T'. destruct (Nat.eq_dec i 1); [discriminate|]. destruct (le_lt_dec n i); [discriminate|]. intros _. rewrite append_in by lia.
    destruct (H2 i ltac:(lia)) as [E|[E|L]]; [contradiction | lia |]. rewrite <- H1. apply (Rmult_le_compat_l (alpha - 1)) in L; [|lra].
    replace ((alpha - 1) * (z 1%nat - pw 2 (1 - alpha) / (alpha - 1))) with ((alpha - 1) * z 1%nat - pw 2 (1 - alpha)) in L by (field; lra).
    assert (pw 3 (1 - alpha) <= pw 2 (1 - alpha)); [|lra]. rewrite !pw_Rpower by lra.
    replace (1 - alpha) with (- (alpha - 1)) by ring. rewrite !Rpower_Ropp. apply Rinv_le_contravar; [apply Rpower_gt0|].
    apply Rle_Rpower_l; lra. }
rewrite (Sum_ext n (fun i => v i * entmax n alpha z i) (fun i => if Nat.eq_dec i 1 then / 2 * v 1%nat else if Nat.eq_dec i n then / 2 * v n else 0)).
2:{ intros i Hi. rewrite P by exact Hi. unfold T. destruct (Nat.eq_dec i 1) as [->|]; [ring|]. destruct (Nat.eq_dec i n) as [->|]; ring. }
rewrite Sum_two by lia.
rewrite (Sum_ext (n - 1) (fun i => v i * entmax (S n) alpha (append n z (z n)) i) (fun i => if Nat.eq_dec i 1 then / 3 * v 1%nat else 0)).
2:{ intros i Hi. rewrite R3 by lia. unfold T'. destruct (Nat.eq_dec i 1) as [->|]; [ring|]. destruct (le_lt_dec n i); [lia|ring]. }
rewrite Sum_single by lia. rewrite R3 by lia. unfold T'. destruct (Nat.eq_dec n 1); [lia|]. destruct (le_lt_dec n n); [|lia]. field.
Qed.

Theorem collapse_persistence__distance__defined : Statements.collapse_persistence__distance__defined.
Proof. defined. Qed.

Theorem collapse_fixed_set__inhabited : Statements.collapse_fixed_set__inhabited.
Proof.
exists 1%nat, 2, (fun _ => 0), (fun _ => 0), 0%nat. split; [lia|]. split; [lra|]. split; [lia|]. cbv zeta. intros l Hl. left. lia.
Qed.

Theorem collapse_fixed_set__same : Statements.collapse_fixed_set__same.
Proof.
start. set (k := outside) in *. set (m := (n - k)%nat) in *. assert (En : n = (k + m)%nat) by lia. assert (Hm : (1 <= m)%nat) by lia.
assert (K : forall l, inr l k -> (alpha - 1) * z l <= threshold m alpha (fun i => z (i + k)%nat)).
{ intros l Hl. destruct (H2 l ltac:(lia)) as [L|L]; [lia|exact L]. }
set (w := append n z (z n)). set (F i := z (i + k)%nat) in *.
assert (W : forall i, w (i + k)%nat = append m F (F m) i).
{ intros i. unfold w, append. destruct (le_dec (i + k) n), (le_dec i m); try lia; [reflexivity|]. unfold F. f_equal. lia. }
assert (K' : forall l, inr l k -> (alpha - 1) * w l <= threshold (S m) alpha (fun i => w (i + k)%nat)).
{ intros l Hl. unfold w at 1. rewrite append_in by lia. eapply Rle_trans; [now apply K|].
  assert (X : threshold (S m) alpha (fun i => w (i + k)%nat) = threshold (S m) alpha (append m F (F m))).
  { apply threshold_is; [lia | assumption |]. unfold mass, scaled. rewrite (Sum_ext (S m) _ (fun i => pw (Rmax 0 ((alpha - 1) * append m F (F m) i
      - threshold (S m) alpha (append m F (F m)))) (/ (alpha - 1)))) by (intros; now rewrite W).
    exact (threshold_mass (S m) alpha (append m F (F m)) ltac:(lia) H0). }
  rewrite X. now apply threshold_append. }
assert (P : forall i, entmax n alpha z (i + k) = entmax m alpha F i /\ (inr i k -> entmax n alpha z i = 0)).
{ intros i. rewrite En. now apply (entmax_rest k m alpha z i). }
assert (Q : forall i, entmax (S n) alpha w (i + k) = entmax (S m) alpha (append m F (F m)) i /\ (inr i k -> entmax (S n) alpha w i = 0)).
{ intros i. replace (S n) with (k + S m)%nat by lia. destruct (entmax_rest k (S m) alpha w i ltac:(lia) H0 K') as [A B]. split; [|exact B].
  rewrite A. unfold entmax. rewrite W. do 3 f_equal.
  apply threshold_is; [lia | assumption |]. unfold mass, scaled. rewrite (Sum_ext (S m) _ (fun i => pw (Rmax 0 ((alpha - 1) * append m F (F m) i
      - threshold (S m) alpha (append m F (F m)))) (/ (alpha - 1)))) by (intros; now rewrite W).
  exact (threshold_mass (S m) alpha (append m F (F m)) ltac:(lia) H0). }
unfold repetition_shift. fold F. cbn [Sum]. rewrite append_last.
assert (L : entmax (S m) alpha (append m F (F m)) (S m) = entmax (S m) alpha (append m F (F m)) m).
{ unfold entmax. now rewrite append_last, append_in by lia. }
rewrite L.
rewrite (Sum_ext m (fun i => entmax (S m) alpha (append m F (F m)) i * append m (fun i => v (i + k)%nat) (v (m + k)%nat) i)
  (fun i => v (i + k)%nat * entmax (S n) alpha w (i + k))).
2:{ intros i Hi. rewrite append_in by exact Hi. destruct (Q i) as [-> _]. ring. }
rewrite (Sum_ext m (fun i => entmax m alpha F i * v (i + k)%nat) (fun i => v (i + k)%nat * entmax n alpha z (i + k))).
2:{ intros i Hi. destruct (P i) as [-> _]. ring. }
assert (Rn : entmax (S m) alpha (append m F (F m)) m = entmax (S n) alpha w n) by (rewrite En at 2; rewrite Nat.add_comm; symmetry; apply Q).
rewrite Rn. replace (m + k)%nat with n by lia.
assert (S1 : Sum n (fun i => v i * entmax n alpha z i) = Sum m (fun i => v (i + k)%nat * entmax n alpha z (i + k))).
{ rewrite En at 1. rewrite Sum_split, (Sum_ext k _ (fun _ => 0)), Sum_zero; [ring|]. intros i Hi. destruct (P i) as [_ ->]; [ring | exact Hi]. }
assert (S2 : Sum n (fun i => v i * entmax (S n) alpha w i) = Sum m (fun i => v (i + k)%nat * entmax (S n) alpha w (i + k))).
{ rewrite En at 1. rewrite Sum_split, (Sum_ext k _ (fun _ => 0)), Sum_zero; [ring|]. intros i Hi. destruct (Q i) as [_ ->]; [ring | exact Hi]. }
rewrite <- S1, <- S2. assert (S3 : forall g, Sum n g = Sum (n - 1) g + g n).
{ intros g. replace n with (S (n - 1)) at 1 by lia. cbn [Sum]. replace (S (n - 1)) with n by lia. reflexivity. }
rewrite (S3 (fun i => v i * entmax (S n) alpha w i)). ring.
Qed.

Theorem collapse_fixed_set__same__defined : Statements.collapse_fixed_set__same__defined.
Proof. defined. Qed.

Theorem collapse_through_layers__inhabited : Statements.collapse_through_layers__inhabited.
Proof.
exists R_NormedModule, 1%nat, 1%nat, (fun _ _ _ => 1), (fun _ _ a => a), (fun _ => 0), (fun _ => 0), 1, 0.
split; [lia|]. split; [lia|]. split; [intros l i _ _; split; [intros; lra | simpl; ring]|]. split; [lra|].
split; [intros; lra|]. split; [|exact I]. intros i _. right. unfold minus, opp, plus. simpl. unfold norm. simpl. unfold abs. simpl.
rewrite Ropp_0, Rplus_0_r. apply Rabs_R0.
Qed.

Lemma VSum_distance {V : NormedModule R_AbsRing} n (P : nat -> R) (x y : nat -> V) d :
  (forall j, inr j n -> 0 <= P j) -> (forall j, inr j n -> norm (minus (x j) (y j)) <= d) ->
  norm (minus (VSum n (fun j => scal (P j) (x j))) (VSum n (fun j => scal (P j) (y j)))) <= Sum n P * d.
Proof.
induction n as [|n IH]; intros HP Hd; cbn [VSum Sum].
- rewrite minus_eq_zero, norm_zero. lra.
- replace (minus (plus (VSum n (fun j => scal (P j) (x j))) (scal (P (S n)) (x (S n)))) (plus (VSum n (fun j => scal (P j) (y j))) (scal (P (S n))
  (y (S n)))))
    with (plus (minus (VSum n (fun j => scal (P j) (x j))) (VSum n (fun j => scal (P j) (y j)))) (scal (P (S n)) (minus (x (S n)) (y (S n))))).
  + eapply Rle_trans; [apply norm_triangle|]. rewrite Rmult_plus_distr_r. apply Rplus_le_compat.
    * apply IH; intros; [apply HP; lia | apply Hd; lia].
    * eapply Rle_trans; [apply (norm_scal (P (S n)))|]. change (Rabs (P (S n)) * norm (minus (x (S n)) (y (S n))) <= P (S n) * d).
      rewrite Rabs_pos_eq by (apply HP; lia). apply Rmult_le_compat_l; [apply HP; lia | apply Hd; lia].
  + assert (E : scal (P (S n)) (minus (x (S n)) (y (S n))) = minus (scal (P (S n)) (x (S n))) (scal (P (S n)) (y (S n))))
      by exact (scal_minus_distr_l (P (S n)) (x (S n)) (y (S n))).
    rewrite E. generalize (scal (P (S n)) (x (S n))) (scal (P (S n)) (y (S n))) (VSum n (fun j => scal (P j) (x j))) (VSum n (fun j => scal (P j)
      (y j))).
    intros b d' a c. unfold minus. rewrite opp_plus. rewrite <- !plus_assoc. f_equal. rewrite !plus_assoc. f_equal. apply plus_comm.
Qed.

Theorem collapse_through_layers__distance : Statements.collapse_through_layers__distance.
Proof.
start. rewrite Rabs_pos_eq by apply norm_ge_0. clear H0.
assert (R0 : 0 <= reach) by (eapply Rle_trans; [|apply (H4 1%nat); lia]; apply norm_ge_0).
assert (A : forall L i, (L <= layers)%nat -> inr i n -> norm (minus (averaged n P f L x i) (averaged n P f L y i)) <= lipschitz ^ L * reach).
{ induction L as [|L IH]; intros i HL Hi; [simpl; rewrite Rmult_1_l; now apply H4|]. cbn [averaged].
  eapply Rle_trans; [apply H3; (lia || assumption)|]. rewrite <- tech_pow_Rmult, Rmult_assoc. apply Rmult_le_compat_l; [lra|].
  destruct (H1 (S L) i ltac:(lia) Hi) as [Pp Ps]. eapply Rle_trans; [apply VSum_distance; [exact Pp | intros; apply IH; (lia || assumption)]|].
  rewrite Ps. lra. }
rewrite Rmult_comm. eapply Rle_trans; [apply A; lia|]. lra.
Qed.

(** * Paths *)

Theorem gradient_mass__mass : Statements.gradient_mass__mass.
Proof.
start. apply (gradient_mass n P layers i); [|assumption]. intros l k Hl Hk. now apply (H1 l k Hl Hk).
Qed.

Theorem gradient_mass__inhabited : Statements.gradient_mass__inhabited.
Proof.
exists 1%nat, 1%nat, (fun _ _ _ => 1). split; [lia|]. split; [lia|]. split; [|exact I]. intros l i _ _. split; [intros; lra | simpl; ring].
Qed.

(** The number of paths, layer by layer. *)
Lemma length_flat_map (A : Type) (f : nat -> list A) (b : nat -> bool) n :
  INR (length (flat_map f (filter b (seq 1 n)))) = Sum n (fun k => if b k then INR (length (f k)) else 0).
Proof.
induction n as [|n IH]; [reflexivity|]. rewrite seq_S, filter_app, flat_map_app, app_length, plus_INR, IH. cbn [Sum]. f_equal.
change (1 + n)%nat with (S n). cbn [filter]. destruct (b (S n)); cbn [flat_map]; [rewrite app_nil_r|]; reflexivity.
Qed.

Lemma keys_sum n edge l i : INR (length (keys n edge l i)) = Sum n (fun k => if edge l i k then 1 else 0).
Proof.
pose proof (length_flat_map nat (fun k => k :: nil)%list (edge l i) n) as E. simpl in E. rewrite <- E. f_equal. unfold keys. clear E.
induction (filter (edge l i) (seq 1 n)) as [|a u IH]; [reflexivity|]. simpl. f_equal. exact IH.
Qed.

Lemma paths_sum n edge l i : INR (length (paths n edge (S l) i)) = Sum n (fun k => if edge (S l) i k then INR (length (paths n edge l k)) else 0).
Proof.
cbn [paths]. unfold keys. rewrite length_flat_map. apply Sum_ext. intros k _. now rewrite map_length.
Qed.

Lemma filter_flat_map (A : Type) (f : nat -> list A) (c : A -> bool) ks : filter c (flat_map f ks) = flat_map (fun k => filter c (f k)) ks.
Proof. induction ks as [|k ks IH]; [reflexivity|]. simpl. now rewrite filter_app, IH. Qed.

Lemma from_sum n edge l i j : INR (length (paths_from n edge (S l) i j)) =
  Sum n (fun k => if edge (S l) i k then INR (length (paths_from n edge l k j)) else 0).
Proof.
unfold paths_from at 1. cbn [paths]. rewrite filter_flat_map. unfold keys. rewrite length_flat_map. apply Sum_ext. intros k _.
destruct (edge (S l) i k); [|reflexivity]. f_equal. unfold paths_from.
assert (N : forall v, In v (paths n edge l k) -> v <> nil).
{ intros v Hv. apply paths_complete, is_path_head in Hv. destruct Hv as [u ->]. discriminate. }
induction (paths n edge l k) as [|v vs IH]; [reflexivity|]. simpl.
assert (E : last (i :: v) 0%nat = last v 0%nat) by (destruct v; [exfalso; now apply (N nil (or_introl eq_refl)) | reflexivity]).
simpl in E. rewrite E. destruct (Nat.eq_dec (last v 0%nat) j); simpl; rewrite IH; auto; intros; apply N; now right.
Qed.

Lemma from_0 n edge i j : INR (length (paths_from n edge 0 i j)) = if Nat.eq_dec i j then 1 else 0.
Proof. unfold paths_from. simpl. destruct (Nat.eq_dec i j); reflexivity. Qed.

Lemma from_1 n edge i j : inr j n -> INR (length (paths_from n edge 1 i j)) = if edge 1%nat i j then 1 else 0.
Proof.
intros Hj. rewrite from_sum, (Sum_ext n _ (fun k => if Nat.eq_dec k j then if edge 1%nat i j then 1 else 0 else 0)).
- now apply Sum_single.
- intros k _. rewrite from_0. destruct (Nat.eq_dec k j) as [->|]; destruct (edge 1%nat i _); reflexivity.
Qed.

Lemma from_total n edge L i : inr i n -> Sum n (fun j => INR (length (paths_from n edge L i j))) = INR (length (paths n edge L i)).
Proof.
revert i; induction L as [|L IH]; intros i Hi.
- rewrite (Sum_ext n _ (fun j => if Nat.eq_dec j i then 1 else 0)); [now rewrite Sum_single|].
  intros j _. rewrite from_0. destruct (Nat.eq_dec i j), (Nat.eq_dec j i); congruence.
- rewrite paths_sum. rewrite (Sum_ext n _ (fun j => Sum n (fun k => if edge (S L) i k then INR (length (paths_from n edge L k j)) else 0))) by
  (intros; apply from_sum).
  rewrite Sum_swap. apply Sum_ext. intros k Hk. destruct (edge (S L) i k); [now apply IH | apply Sum_zero].
Qed.

(** Binomial coefficients add up along a diagonal. *)
Lemma C_0 n : Binomial.C n 0 = 1.
Proof. unfold Binomial.C. rewrite Nat.sub_0_r. simpl. field. apply INR_fact_neq_0. Qed.

Lemma C_n n : Binomial.C n n = 1.
Proof. unfold Binomial.C. rewrite Nat.sub_diag. simpl. field. apply INR_fact_neq_0. Qed.

Lemma diagonal l j i : (1 <= j)%nat ->
  Sum i (fun k => if le_dec j k then Binomial.C (k - j + l) l else 0) = if le_dec j i then Binomial.C (i - j + l + 1) (l + 1) else 0.
Proof.
intros Hj. induction i as [|i IH]; [simpl; destruct (le_dec j 0); [lia|reflexivity]|]. cbn [Sum]. rewrite IH.
destruct (le_dec j i), (le_dec j (S i)); try lia; [| |lra].
- replace (S i - j + l + 1)%nat with (S (i - j + l + 1)) by lia. replace (S i - j + l)%nat with (i - j + l + 1)%nat by lia.
  replace (l + 1)%nat with (S l) by lia. rewrite Rplus_comm. apply pascal. lia.
- assert (j = S i) as -> by lia. rewrite Nat.sub_diag. replace (0 + l + 1)%nat with (l + 1)%nat by lia. simpl (0 + l)%nat. rewrite !C_n. ring.
Qed.

Lemma Sum_causal n i f : inr i n -> Sum n (fun k => if le_dec k i then f k else 0) = Sum i f.
Proof.
intros Hi. replace n with (i + (n - i))%nat by lia. rewrite Sum_split, (Sum_ext (n - i) _ (fun _ => 0)), Sum_zero.
- rewrite Rplus_0_r. apply Sum_ext. intros k Hk. destruct (le_dec k i); [reflexivity|lia].
- intros k Hk. destruct (le_dec (k + i) i); [lia|reflexivity].
Qed.

Lemma causal_if (f : R) l i k : (if causal l i k then f else 0) = if le_dec k i then f else 0.
Proof. unfold causal. destruct (le_dec k i); reflexivity. Qed.

Lemma causal_from n L i j : inr i n -> inr j n -> INR (length (paths_from n causal (S L) i j)) = if le_dec j i then Binomial.C (i - j + L) L else 0.
Proof.
revert i; induction L as [|L IH]; intros i Hi Hj.
- rewrite from_1, causal_if by exact Hj. now rewrite C_0.
- rewrite from_sum. rewrite (Sum_ext n _ (fun k => if le_dec k i then (if le_dec j k then Binomial.C (k - j + L) L else 0) else 0)).
  + rewrite Sum_causal, diagonal by (exact Hi || lia). destruct (le_dec j i); [f_equal; lia | reflexivity].
  + intros k Hk. rewrite causal_if, IH by assumption. reflexivity.
Qed.

Lemma causal_paths n L i : inr i n -> INR (length (paths n causal L i)) = Binomial.C (L + i - 1) L.
Proof.
revert i; induction L as [|L IH]; intros i Hi; [simpl; now rewrite C_0|]. rewrite paths_sum.
rewrite (Sum_ext n _ (fun k => if le_dec k i then (if le_dec 1 k then Binomial.C (k - 1 + L) L else 0) else 0)).
- rewrite Sum_causal, diagonal by (exact Hi || lia). destruct (le_dec 1 i); [f_equal; lia | lia].
- intros k Hk. rewrite causal_if, IH by assumption. destruct (le_dec k i), (le_dec 1 k); try lia; [f_equal; lia | reflexivity].
Qed.

Theorem path_counts__inhabited : Statements.path_counts__inhabited.
Proof. exists 1%nat, 1%nat. repeat split; lia. Qed.

Theorem path_counts__all : Statements.path_counts__all.
Proof. start. apply causal_paths. lia. Qed.

Theorem path_counts__all__defined : Statements.path_counts__all__defined.
Proof. defined. Qed.

Theorem path_counts__each : Statements.path_counts__each.
Proof.
start. destruct layers as [|L]; [lia|]. rewrite causal_from by lia. destruct (le_dec i n); [f_equal; lia | lia].
Qed.

Theorem path_counts__each__defined : Statements.path_counts__each__defined.
Proof. defined. Qed.

(** At most so many paths as the product of the fans. *)
Lemma fans_count n edge (fan : nat -> R) L i : inr i n -> (forall l k, inr l L -> inr k n -> INR (length (keys n edge l k)) <= fan l) ->
  INR (length (paths n edge L i)) <= Prod L fan.
Proof.
revert i; induction L as [|L IH]; intros i Hi H; [simpl; lra|]. rewrite paths_sum. cbn [Prod].
assert (Pos : 0 <= Prod L fan) by (eapply Rle_trans; [apply pos_INR | apply (IH i Hi); intros; apply H; lia]).
apply Rle_trans with (Sum n (fun k => Prod L fan * (if edge (S L) i k then 1 else 0))).
- apply Sum_le. intros k Hk. destruct (edge (S L) i k); [|lra]. rewrite Rmult_1_r. apply IH; [exact Hk | intros; apply H; lia].
- rewrite Sum_scal, <- keys_sum. apply Rmult_le_compat_l; [exact Pos | apply H; lia].
Qed.

Lemma fans_each n edge (fan : nat -> R) L i j : inr i n -> inr j n -> (1 <= L)%nat ->
  (forall l k, inr l L -> inr k n -> INR (length (keys n edge l k)) <= fan l) ->
  INR (length (paths_from n edge L i j)) <= Prod_from 2 L fan.
Proof.
intros Hi Hj. revert i Hi; induction L as [|[|L] IH]; intros i Hi HL H; [lia | |].
- rewrite from_1 by exact Hj. unfold Prod_from. simpl. destruct (edge 1%nat i j); lra.
- rewrite from_sum, Prod_from_last by lia.
  assert (Pos : 0 <= Prod_from 2 (S L) fan) by (eapply Rle_trans; [apply pos_INR | apply (IH i Hi); [lia | intros; apply H; lia]]).
  apply Rle_trans with (Sum n (fun k => Prod_from 2 (S L) fan * (if edge (S (S L)) i k then 1 else 0))).
  + apply Sum_le. intros k Hk. destruct (edge (S (S L)) i k); [|lra]. rewrite Rmult_1_r. apply IH; [exact Hk | lia | intros; apply H; lia].
  + rewrite Sum_scal, <- keys_sum. apply Rmult_le_compat_l; [exact Pos | apply H; lia].
Qed.

Theorem sparse_paths__inhabited : Statements.sparse_paths__inhabited.
Proof.
exists 1%nat, 1%nat, (fun _ _ _ => 1), (fun _ => 1), 1%nat. split; [lia|]. split; [lia|].
split; [intros l i _ _; split; [intros; lra | simpl; ring]|]. split; [lia|]. split; [|exact I].
intros l i _ _. rewrite keys_sum. simpl. destruct (live _ l i 1); lra.
Qed.

Theorem sparse_paths__count : Statements.sparse_paths__count.
Proof. start. now apply fans_count. Qed.

Theorem sparse_paths__each : Statements.sparse_paths__each.
Proof. start. now apply fans_each. Qed.

Lemma mat_prod_paths n P L i j : inr i n -> row_stochastic n P L ->
  0 <= mat_prod n P L i j <= INR (length (paths_from n (live P) L i j)).
Proof.
revert i; induction L as [|L IH]; intros i Hi H.
- rewrite from_0. cbn [mat_prod]. destruct (Nat.eq_dec j i), (Nat.eq_dec i j); try congruence; lra.
- assert (A : forall k, inr k n -> 0 <= mat_prod n P L k j <= INR (length (paths_from n (live P) L k j)))
    by (intros k Hk; apply IH; [exact Hk | intros l m Hl Hm; apply H; lia]).
  destruct (H (S L) i ltac:(lia) Hi) as [Pp Ps]. rewrite from_sum. cbn [mat_prod]. split.
  + apply Sum_nonneg. intros k Hk. apply Rmult_le_pos; [now apply Pp | now apply A].
  + apply Sum_le. intros k Hk. replace (live P (S L) i k) with (if Rlt_dec 0 (P (S L) i k) then true else false) by reflexivity.
    pose proof (A k Hk). pose proof (Pp k Hk).
    assert (P (S L) i k <= 1) by (rewrite <- Ps; now apply (Sum_ge_term n (P (S L) i) k)).
    destruct (Rlt_dec 0 (P (S L) i k)).
    { pose proof (Rmult_le_compat_r (mat_prod n P L k j) (P (S L) i k) 1 ltac:(lra) ltac:(lra)). cbv iota. lra. }
    cbv iota. replace (P (S L) i k) with 0 by lra. lra.
Qed.

Lemma fan_ge1 n P L (fan : nat -> R) l : (1 <= n)%nat -> row_stochastic n P L -> inr l L ->
  (forall l i, inr l L -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) -> 1 <= fan l.
Proof.
intros Hn H Hl Hf. eapply Rle_trans; [|apply (Hf l 1%nat); lia]. rewrite keys_sum.
destruct (H l 1%nat Hl ltac:(lia)) as [Pp Ps]. destruct (Sum_pos_ex n (P l 1%nat)) as [k [Hk Q]]; [lra|].
eapply Rle_trans; [|apply (Sum_ge_term n (fun k => if live P l 1 k then 1 else 0) k Hk)].
- simpl. unfold live. destruct (Rlt_dec 0 (P l 1%nat k)); [lra|contradiction].
- intros i _. simpl. destruct (live P l 1 i); lra.
Qed.

Lemma fans_pos n P L (fan : nat -> R) : (1 <= n)%nat -> row_stochastic n P L ->
  (forall l i, inr l L -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) -> 0 < Rmin (Prod L fan) (INR n).
Proof.
intros Hn H Hf. apply Rmin_pos; [|apply lt_0_INR; lia]. apply Prod_gt0. intros l Hl. pose proof (fan_ge1 n P L fan l Hn H Hl Hf). lra.
Qed.

Theorem sparse_paths__largest : Statements.sparse_paths__largest.
Proof.
start. pose proof (fans_pos n P layers fan H H1 H3) as PM. set (M := Rmin (Prod layers (fun l => fan l)) (INR n)) in *. change (0 < M) in PM.
set (g := mat_prod n P layers last) in *. set (top := Largest n g).
assert (One : Sum n g = 1) by (apply (Paths.gradient_mass n P layers last); [intros l k Hl Hk; now apply (H1 l k Hl Hk) | exact H2]).
assert (T0 : 0 <= top) by (eapply Rle_trans; [|apply (Largest_ge n g 1%nat); lia]; apply mat_prod_paths; assumption).
assert (A : 1 <= top * INR n).
{ rewrite <- One, Rmult_comm, <- Sum_const. apply Sum_le. intros j Hj. now apply Largest_ge. }
assert (B : 1 <= top * Prod layers fan).
{ apply Rle_trans with (top * INR (length (paths n (live P) layers last))); [|apply Rmult_le_compat_l; [exact T0 | now apply fans_count]].
  rewrite <- One, <- from_total, <- Sum_scal by exact H2. apply Sum_le. intros j Hj.
  destruct (length (paths_from n (live P) layers last j)) as [|w] eqn:E.
  - pose proof (mat_prod_paths n P layers last j H2 H1) as Q. rewrite E in Q. fold g in Q. simpl in *. lra.
  - rewrite S_INR. pose proof (pos_INR w). pose proof (Largest_ge n g j Hj). fold top in H5. nra. }
apply Rle_ge, (Rmult_le_reg_r M); [exact PM|]. rewrite Rinv_l by lra. unfold M, Rmin. destruct (Rle_dec _ _); assumption.
Qed.

Theorem sparse_paths__largest__defined : Statements.sparse_paths__largest__defined.
Proof. start. pose proof (fans_pos n P layers fan H H1 H3) as PM. change (Prod layers (fun l => fan l)) with (Prod layers fan). lra. Qed.

Theorem residual_paths__inhabited : Statements.residual_paths__inhabited.
Proof. exact sparse_paths__inhabited. Qed.

Lemma residual_fan n edge l i : inr i n -> INR (length (keys n (with_residual edge) l i)) <= 1 + INR (length (keys n edge l i)).
Proof.
intros Hi. rewrite !keys_sum. apply Rle_trans with (Sum n (fun k => (if Nat.eq_dec k i then 1 else 0) + (if edge l i k then 1 else 0))).
2:{ rewrite Sum_plus, Sum_single by exact Hi. lra. }
apply Sum_le. intros k _. unfold with_residual.
destruct (Nat.eq_dec i k), (Nat.eq_dec k i); try congruence; destruct (edge l i k); lra.
Qed.

Theorem residual_paths__count : Statements.residual_paths__count.
Proof.
start. apply (fans_count n _ (fun l => 1 + fan l)); [assumption|]. intros l k Hl Hk. eapply Rle_trans; [now apply residual_fan|].
pose proof (H3 l k Hl Hk). lra.
Qed.

Theorem residual_paths__each : Statements.residual_paths__each.
Proof.
start. apply (fans_each n _ (fun l => 1 + fan l)); try assumption. intros l k Hl Hk. eapply Rle_trans; [now apply residual_fan|].
pose proof (H3 l k Hl Hk). lra.
Qed.

(** * Squashing *)

Theorem softmax_squashing__inhabited : Statements.softmax_squashing__inhabited.
Proof. exists 1%nat, 1%nat, (fun _ _ _ => 0), 0, 0. split; [lia|]. split; [lia|]. split; [intros; lra | exact I]. Qed.

Lemma exp_le x y : x <= y -> exp x <= exp y.
Proof. intros [L|<-]; [left; now apply exp_increasing | lra]. Qed.

Lemma softmax_bounded n z D k : (1 <= n)%nat -> (forall i, inr i n -> z k - z i <= D) -> inr k n ->
  softmax n z k <= exp D / (INR n + exp D - 1).
Proof.
intros Hn Hz Hk. set (E := exp D). assert (PE : 0 < E) by apply exp_pos.
assert (HN : 1 <= INR n) by (change 1 with (INR 1); apply le_INR; lia).
pose proof (exp_total_pos n z Hn) as PS. unfold softmax. set (e i := exp (z i)) in *. change (Sum n (fun j => exp (z j))) with (Sum n e) in *.
  fold (e k).
assert (W : E * e k + (INR n - 1) * e k <= E * Sum n e).
{ apply Rle_trans with (Sum n (fun i => e k + if Nat.eq_dec i k then (E - 1) * e k else 0)).
  - rewrite Sum_plus, Sum_const, Sum_single by exact Hk. lra.
  - rewrite <- Sum_scal. apply Sum_le. intros i Hi. destruct (Nat.eq_dec i k) as [->|]; [lra|]. rewrite Rplus_0_r. unfold e, E.
    rewrite <- exp_plus. apply exp_le. pose proof (Hz i Hi). lra. }
apply (Rmult_le_reg_r (Sum n e)); [exact PS|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
apply (Rmult_le_reg_r (INR n + E - 1)); [lra|].
replace (E * / (INR n + E - 1) * Sum n e * (INR n + E - 1)) with (E * Sum n e) by (field; lra). lra.
Qed.

(** A bound of the entries of the first layer is one of those of the product. *)
Lemma squashed n P L B i j : (1 <= L)%nat -> inr i n -> inr j n -> (forall l i, inr l L -> inr i n -> simplex n (P l i)) ->
  (forall i, inr i n -> P 1%nat i j <= B) -> mat_prod n P L i j <= B.
Proof.
intros HL Hi Hj. revert i Hi. induction L as [|[|L] IH]; intros i Hi HP HB; [lia | |].
- cbn [mat_prod]. rewrite (Sum_ext n _ (fun k => if Nat.eq_dec k j then P 1%nat i j else 0)); [rewrite Sum_single by exact Hj; now apply HB|].
  intros k _. destruct (Nat.eq_dec j k), (Nat.eq_dec k j); try congruence; subst; ring.
- change (Sum n (fun k => P (S (S L)) i k * mat_prod n P (S L) k j) <= B). destruct (HP (S (S L)) i ltac:(lia) Hi) as [Pp Ps].
  apply Rle_trans with (Sum n (fun k => P (S (S L)) i k * B)); [|rewrite Sum_scal_r;
    change (Sum n (fun k => P (S (S L)) i k)) with (Sum n (P (S (S L)) i)); rewrite Ps; lra].
  apply Sum_le. intros k Hk. apply Rmult_le_compat_l; [now apply Pp|]. apply IH; [lia | exact Hk | intros; apply HP; (lia || assumption) | exact HB].
Qed.

Theorem softmax_squashing__entry : Statements.softmax_squashing__entry.
Proof.
start. apply squashed; try assumption.
- intros l m Hl Hm. split; [intros; left; now apply softmax_gt0 | now apply softmax_total].
- intros m Hm. apply softmax_bounded; [assumption | intros; apply H1; (lia || assumption) | assumption].
Qed.

Theorem softmax_squashing__entry__defined : Statements.softmax_squashing__entry__defined.
Proof. start. pose proof (exp_pos (z_max - z_min)). assert (INR 1 <= INR n) by (apply le_INR; lia). simpl in H5. lra. Qed.

Theorem causal_squashing__inhabited : Statements.causal_squashing__inhabited.
Proof. exists 1%nat, 1%nat, (fun _ _ _ => 0), 0, 0. split; [lia|]. split; [lia|]. split; [intros; lra | exact I]. Qed.

Definition harmonic (n : nat) : R := Sum n (fun k => / INR k).

Lemma harmonic_pos n : 0 <= harmonic n.
Proof. apply Sum_nonneg. intros k Hk. left. apply Rinv_0_lt_compat, lt_0_INR. lia. Qed.

Lemma harmonic_le k n : (k <= n)%nat -> harmonic k <= harmonic n.
Proof.
intros H. induction H as [|m H IH]; [lra|]. unfold harmonic in *. cbn [Sum]. assert (0 < / INR (S m)) by (apply Rinv_0_lt_compat, lt_0_INR; lia). lra.
Qed.

Lemma softmax_even i z D j : inr j i -> (forall m, inr m i -> z j - z m <= D) -> softmax i z j <= exp D / INR i.
Proof.
intros Hj Hz. assert (PI : 0 < INR i) by (apply lt_0_INR; lia). pose proof (exp_total_pos i z ltac:(lia)) as PS. unfold softmax.
pose proof (exp_pos D). set (T := Sum i (fun m => exp (z m))) in *. set (E := exp D) in *.
assert (W : INR i * exp (z j) <= E * T).
{ unfold T. rewrite <- Sum_const, <- Sum_scal. apply Sum_le. intros m Hm. unfold E. rewrite <- exp_plus. apply exp_le. pose proof (Hz m Hm). lra. }
apply (Rmult_le_reg_r (T * INR i)); [nra|]. replace (exp (z j) / T * (T * INR i)) with (exp (z j) * INR i) by (field; lra).
replace (E / INR i * (T * INR i)) with (E * T) by (field; lra). lra.
Qed.

Theorem causal_squashing__entry : Statements.causal_squashing__entry.
Proof.
start. set (P l i j := if causal l i j then softmax i (Z l i) j else 0). set (D := z_max - z_min). set (E := exp D).
assert (PE : 0 < E) by apply exp_pos.
assert (A : forall L i, (S L <= layers)%nat -> inr i n -> mat_prod n P (S L) i j <= harmonic i ^ L * E ^ (S L) / INR i).
{ induction L as [|L IH]; intros i HL Hi; assert (Pi : 0 < INR i) by (apply lt_0_INR; lia).
  - cbn [mat_prod]. rewrite (Sum_ext n _ (fun k => if Nat.eq_dec k j then P 1%nat i j else 0)).
    2:{ intros k _. destruct (Nat.eq_dec j k), (Nat.eq_dec k j); try congruence; subst; ring. }
    rewrite Sum_single by assumption. unfold P. rewrite causal_if. replace (harmonic i ^ 0 * E ^ 1 / INR i) with (E / INR i) by (simpl; field; lra).
    destruct (le_dec j i); [apply softmax_even; [lia | intros; apply H1; lia] | left; now apply Rdiv_lt_0_compat].
  - change (Sum n (fun k => P (S (S L)) i k * mat_prod n P (S L) k j) <= harmonic i ^ S L * E ^ S (S L) / INR i).
    apply Rle_trans with (Sum n (fun k => if le_dec k i then E / INR i * (harmonic i ^ L * E ^ S L) * / INR k else 0)).
    + apply Sum_le. intros k Hk. unfold P at 1. rewrite causal_if. destruct (le_dec k i) as [Hki|]; [|lra].
      assert (Pk : 0 < INR k) by (apply lt_0_INR; lia). assert (PL : 0 < E ^ S L) by now apply pow_lt.
      apply Rle_trans with (softmax i (Z (S (S L)) i) k * (harmonic k ^ L * E ^ S L / INR k)); [apply Rmult_le_compat_l; [left; apply softmax_gt0;
        lia | apply IH; (lia || assumption)]|].
      unfold Rdiv at 1. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat|].
      apply Rmult_le_compat; [left; apply softmax_gt0; lia | apply Rmult_le_pos; [apply pow_le, harmonic_pos | lra] | apply softmax_even;
        [lia | intros; apply H1; lia] |].
      apply Rmult_le_compat_r; [lra|]. apply pow_incr. split; [apply harmonic_pos | now apply harmonic_le].
    + rewrite Sum_causal, Sum_scal by exact Hi. fold (harmonic i). right. simpl. field. lra. }
destruct layers as [|L]; [lia|]. eapply Rle_trans; [apply A; lia|]. fold (harmonic n). replace (S L - 1)%nat with L by lia.
assert (X : E ^ S L = exp (INR (S L) * D)).
{ clear. unfold E. induction (S L) as [|m IH]; [simpl; now rewrite Rmult_0_l, exp_0|]. rewrite <- tech_pow_Rmult, IH, <- exp_plus, S_INR. f_equal.
  ring. }
rewrite X. lra.
Qed.

Theorem causal_squashing__entry__defined : Statements.causal_squashing__entry__defined.
Proof. start. split; [intros; apply Rgt_not_eq, lt_0_INR; lia|]. split; [lia | apply Rgt_not_eq, lt_0_INR; lia]. Qed.

Theorem causal_sink__inhabited : Statements.causal_sink__inhabited.
Proof. exists 1%nat, 1%nat. repeat split; lia. Qed.

(** n times the sensitivity to the first token, layer by layer: sums of sums of 1/k. *)
Fixpoint sink (m i : nat) : R := match m with O => 1 | S l => Sum i (fun k => sink l k / INR k) end.

Lemma sink_spec n m i : inr i n -> INR i * mat_prod n (fun l i j => if causal l i j then / INR i else 0) (S m) i 1 = sink m i.
Proof.
revert i; induction m as [|m IH]; intros i Hi; assert (Pi : 0 < INR i) by (apply lt_0_INR; lia).
- cbn [mat_prod sink]. rewrite (Sum_ext n _ (fun k => if Nat.eq_dec k 1 then / INR i else 0)); [rewrite Sum_single by lia; field; lra|].
  intros k Hk. rewrite causal_if. destruct (Nat.eq_dec 1 k), (Nat.eq_dec k 1), (le_dec k i); try lia; try congruence; ring.
- cbn [sink]. set (P := fun l i j => if causal l i j then / INR i else 0) in *.
  change (INR i * Sum n (fun k => P (S (S m)) i k * mat_prod n P (S m) k 1%nat) = Sum i (fun k => sink m k / INR k)).
  rewrite <- Sum_scal, <- (Sum_causal n i) by exact Hi. apply Sum_ext. intros k Hk. unfold P at 1. rewrite causal_if.
  destruct (le_dec k i); [|ring]. rewrite <- IH by exact Hk. assert (0 < INR k) by (apply lt_0_INR; lia). field. lra.
Qed.

Lemma pow_tangent a b m : 0 <= a <= b -> INR (S m) * a ^ m * (b - a) <= b ^ S m - a ^ S m <= INR (S m) * b ^ m * (b - a).
Proof.
intros [Ha Hab]. induction m as [|m IH]; [simpl; lra|].
rewrite <- (tech_pow_Rmult b (S m)), <- (tech_pow_Rmult a (S m)). rewrite (S_INR (S m)).
assert (A : 0 <= a ^ S m) by now apply pow_le. assert (M : a ^ S m <= b ^ S m) by now apply pow_incr.
assert (E1 : a ^ S m = a * a ^ m) by reflexivity. assert (E2 : b ^ S m = b * b ^ m) by reflexivity.
assert (P : 0 <= INR (S m)) by apply pos_INR. set (N := INR (S m)) in *. clearbody N.
set (x := a ^ m) in *. set (y := b ^ m) in *. set (X := a ^ S m) in *. set (Y := b ^ S m) in *. clearbody x y X Y. subst X Y. split; nra.
Qed.

Lemma sink_lower m i : harmonic i ^ m / INR (fact m) <= sink m i.
Proof.
revert i; induction m as [|m IH]; intros i; [simpl; lra|]. cbn [sink]. pose proof (INR_fact_lt_0 m) as F.
assert (FS : INR (fact (S m)) = INR (S m) * INR (fact m)) by (rewrite <- mult_INR; reflexivity).
assert (PS : 0 < INR (S m)) by (apply lt_0_INR; lia). rewrite FS. clear FS.
induction i as [|i IHi]; [unfold harmonic; simpl; unfold Rdiv; rewrite !Rmult_0_l; lra|]. cbn [Sum].
assert (Pi : 0 < / INR (S i)) by (apply Rinv_0_lt_compat, lt_0_INR; lia).
assert (HS : harmonic (S i) = harmonic i + / INR (S i)) by reflexivity.
pose proof (pow_tangent (harmonic i) (harmonic (S i)) m ltac:(split; [apply harmonic_pos | lra])) as [_ T].
replace (harmonic (S i) - harmonic i) with (/ INR (S i)) in T by lra.
apply Rle_trans with (harmonic i ^ S m / (INR (S m) * INR (fact m)) + harmonic (S i) ^ m / INR (fact m) * / INR (S i)).
- apply (Rmult_le_reg_r (INR (S m) * INR (fact m))); [nra|]. rewrite Rmult_plus_distr_r.
  unfold Rdiv. rewrite !Rmult_assoc, !Rinv_l by nra.
  replace (harmonic (S i) ^ m * (/ INR (fact m) * (/ INR (S i) * (INR (S m) * INR (fact m))))) with (INR (S m) * harmonic (S i) ^ m * / INR (S i))
    by (field; split; [apply Rgt_not_eq, lt_0_INR; lia | lra]).
  lra.
- apply Rplus_le_compat; [exact IHi|]. unfold Rdiv at 2. apply Rmult_le_compat_r; [lra | apply IH].
Qed.

Lemma ln_step i : (1 <= i)%nat -> / INR (S i) <= ln (INR (S i)) - ln (INR i) <= 1.
Proof.
intros Hi. assert (P : 1 <= INR i) by (change 1 with (INR 1); apply le_INR; lia). rewrite S_INR. set (x := INR i) in *. clearbody x.
assert (L : forall t, 0 < t -> ln t <= t - 1).
{ intros t Ht. pose proof (exp_ineq1_le (ln t)) as B. rewrite exp_ln in B by exact Ht. lra. }
split.
- pose proof (L (x / (x + 1)) ltac:(apply Rdiv_lt_0_compat; lra)) as Q. unfold Rdiv in Q.
  rewrite ln_mult, ln_Rinv in Q; [| lra | lra | apply Rinv_0_lt_compat; lra].
  replace (x * / (x + 1) - 1) with (- / (x + 1)) in Q by (field; lra). lra.
- pose proof (L ((x + 1) / x) ltac:(apply Rdiv_lt_0_compat; lra)) as Q. unfold Rdiv in Q.
  rewrite ln_mult, ln_Rinv in Q; [| lra | lra | apply Rinv_0_lt_compat; lra].
  assert (/ x <= 1) by (rewrite <- Rinv_1; apply Rinv_le_contravar; lra). replace ((x + 1) * / x - 1) with (/ x) in Q by (field; lra). lra.
Qed.

Lemma ln_INR_ge0 i : (1 <= i)%nat -> 0 <= ln (INR i).
Proof.
intros Hi. rewrite <- ln_1. assert (P : 1 <= INR i) by (change 1 with (INR 1); apply le_INR; lia).
  destruct P as [P|<-]; [left; apply ln_increasing; lra | lra].
Qed.

Lemma sink_upper m i : (1 <= i)%nat -> sink m i <= (ln (INR i) + INR m) ^ m / INR (fact m).
Proof.
revert i; induction m as [|m IH]; intros i Hi; [simpl; lra|]. cbn [sink]. pose proof (INR_fact_lt_0 m) as F.
assert (FS : INR (fact (S m)) = INR (S m) * INR (fact m)) by (rewrite <- mult_INR; reflexivity).
assert (PS : 0 < INR (S m)) by (apply lt_0_INR; lia). rewrite FS. clear FS.
apply (Rmult_le_reg_r (INR (S m) * INR (fact m))); [nra|]. unfold Rdiv at 2. rewrite (Rmult_assoc (_ ^ _)), Rinv_l, Rmult_1_r by nra.
induction i as [|[|i] IHi]; [lia | |].
- cbn [Sum]. pose proof (IH 1%nat ltac:(lia)) as B. change (INR 1) with 1 in *. rewrite ln_1, !Rplus_0_l in *.
  unfold Rdiv at 1. rewrite Rinv_1, Rmult_1_r.
  assert (INR m ^ m <= INR (S m) ^ m) by (apply pow_incr; split; [apply pos_INR | rewrite S_INR; lra]).
  apply Rle_trans with (INR m ^ m / INR (fact m) * (INR (S m) * INR (fact m))); [apply Rmult_le_compat_r; [nra | exact B]|].
  replace (INR m ^ m / INR (fact m) * (INR (S m) * INR (fact m))) with (INR (S m) * INR m ^ m) by (field; lra).
  rewrite <- tech_pow_Rmult. apply Rmult_le_compat_l; lra.
- cbn [Sum] in *. rewrite Rmult_plus_distr_r. specialize (IHi ltac:(lia)). set (j := S i) in *.
  destruct (ln_step j ltac:(lia)) as [D1 D2]. pose proof (ln_INR_ge0 j ltac:(lia)) as L0.
  pose proof (pow_tangent (ln (INR j) + INR (S m)) (ln (INR (S j)) + INR (S m)) m) as T.
  assert (Pj : 0 < / INR (S j)) by (apply Rinv_0_lt_compat, lt_0_INR; lia).
  destruct T as [T _]; [lra|]. pose proof (IH (S j) ltac:(lia)) as B.
  assert (Q : sink m (S j) / INR (S j) * (INR (S m) * INR (fact m)) <= INR (S m) * (ln (INR j) + INR (S m)) ^ m * (ln (INR (S j)) - ln (INR j))).
  { apply Rle_trans with ((ln (INR (S j)) + INR m) ^ m / INR (fact m) * / INR (S j) * (INR (S m) * INR (fact m))).
    - apply Rmult_le_compat_r; [nra|]. unfold Rdiv at 1. apply Rmult_le_compat_r; [lra | exact B].
    - replace ((ln (INR (S j)) + INR m) ^ m / INR (fact m) * / INR (S j) * (INR (S m) * INR (fact m)))
        with (INR (S m) * ((ln (INR (S j)) + INR m) ^ m * / INR (S j))) by (field; split; [apply Rgt_not_eq, lt_0_INR; lia | lra]).
      rewrite Rmult_assoc. apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat; [apply pow_le; pose proof (pos_INR m); lra | lra | | exact D1].
      apply pow_incr. rewrite (S_INR m). pose proof (pos_INR m). lra. }
  fold j. replace (ln (INR (S j)) + INR (S m) - (ln (INR j) + INR (S m))) with (ln (INR (S j)) - ln (INR j)) in T by ring.
  eapply Rle_trans; [apply Rplus_le_compat; [exact IHi | exact Q]|]. lra.
Qed.

Theorem causal_sink__lower : Statements.causal_sink__lower.
Proof.
start. destruct layers as [|m]; [lia|]. replace (S m - 1)%nat with m by lia. rewrite sink_spec by lia. apply Rle_ge, sink_lower.
Qed.

Theorem causal_sink__lower__defined : Statements.causal_sink__lower__defined.
Proof. start. split; [intros; apply Rgt_not_eq, lt_0_INR; lia|]. split; [lia | apply INR_fact_neq_0]. Qed.

Theorem causal_sink__upper : Statements.causal_sink__upper.
Proof.
start. destruct layers as [|m]; [lia|]. replace (S m - 1)%nat with m by lia. rewrite sink_spec by lia. rewrite S_INR.
replace (INR m + 1 + ln (INR n) - 1) with (ln (INR n) + INR m) by ring. now apply sink_upper.
Qed.

Theorem causal_sink__upper__defined : Statements.causal_sink__upper__defined.
Proof. start. split; [apply lt_0_INR; lia|]. split; [lia | apply INR_fact_neq_0]. Qed.

(** * Gradients of a read-out *)

Lemma read_out n alpha z v j : (1 <= n)%nat -> 1 < alpha ->
  alpha < 2 \/ (forall l, inr l n -> (alpha - 1) * z l <> threshold n alpha z) -> inr j n ->
  let s := sens alpha (entmax n alpha z) in
  Sum n (fun i => v i * Derive (fun t => entmax n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0) =
  (v j - Sum n (fun k => s k * v k) / Sum n s) * s j.
Proof.
intros Hn Ha Hb Hj s.
transitivity (Sum n (fun i => (if Nat.eq_dec i j then s j * v j else 0) - s j / Sum n s * (s i * v i))).
2:{ rewrite Sum_minus, Sum_single, Sum_scal by exact Hj. unfold Rdiv. ring. }
- apply Sum_ext. intros i Hi.
  replace (Derive (fun t => entmax n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0) with (jacobian n alpha z i j)
    by (symmetry; apply is_derive_unique, jacobian_formula; assumption).
  unfold jacobian. fold s. cbv zeta. destruct (Nat.eq_dec i j) as [E|E]; [rewrite E|]; unfold Rdiv; ring.
Qed.

Lemma softmax_derive n z i j : (1 <= n)%nat -> inr j n ->
  is_derive (fun t => softmax n (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0
    (softmax n z i * ((if Nat.eq_dec i j then 1 else 0) - softmax n z j)).
Proof.
intros Hn Hj. set (d m := if Nat.eq_dec m j then 1 else 0).
assert (E : forall m, is_derive (fun t => exp (z m + t * d m)) 0 (d m * exp (z m))).
{ intros m. auto_derive; [exact I|]. rewrite Rmult_0_l, Rplus_0_r. ring. }
pose proof (exp_total_pos n z Hn) as P. set (W := Sum n (fun m => exp (z m))) in *.
assert (D : is_derive (fun t => Sum n (fun m => exp (z m + t * d m))) 0 (exp (z j))).
{ replace (exp (z j)) with (Sum n (fun m => d m * exp (z m))); [apply (Sum_derive n (fun m t => exp (z m + t * d m))); intros; apply E|].
  rewrite (Sum_ext n _ (fun m => if Nat.eq_dec m j then exp (z j) else 0)); [now apply Sum_single|].
  intros m _. unfold d. destruct (Nat.eq_dec m j) as [->|]; ring. }
assert (W0 : Sum n (fun m => exp (z m + 0 * d m)) = W) by (apply Sum_ext; intros; f_equal; ring).
assert (N0 : Sum n (fun m => exp (z m + 0 * d m)) <> 0) by (rewrite W0; lra).
pose proof (is_derive_div _ _ 0 _ _ (E i) D N0) as Q. fold (d i).
replace (softmax n z i * (d i - softmax n z j)) with
  ((d i * exp (z i) * Sum n (fun m => exp (z m + 0 * d m)) - exp (z i + 0 * d i) * exp (z j)) / Sum n (fun m => exp (z m + 0 * d m)) ^ 2); [exact Q|].
rewrite W0, Rmult_0_l, Rplus_0_r. unfold softmax. fold W. field. lra.
Qed.

Lemma read_out_softmax n z v j : (1 <= n)%nat -> inr j n -> let s := sens 1 (softmax n z) in
  Sum n (fun i => v i * Derive (fun t => softmax n (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0) =
  (v j - Sum n (fun k => s k * v k) / Sum n s) * s j.
Proof.
intros Hn Hj s. assert (Es : forall k, s k = softmax n z k).
{ intros k. unfold s, sens. pose proof (softmax_gt0 n z k Hn). destruct (Rlt_dec 0 (softmax n z k)); [|contradiction].
  replace (2 - 1) with 1 by ring. apply pw_1_r. lra. }
rewrite (Sum_ext n s (softmax n z)) by (intros; apply Es). rewrite softmax_total by exact Hn. rewrite Es.
rewrite (Sum_ext n (fun k => s k * v k) (fun k => softmax n z k * v k)) by (intros; now rewrite Es).
rewrite (Sum_ext n _ (fun i => (if Nat.eq_dec i j then softmax n z j * v j else 0) - softmax n z j * (softmax n z i * v i))).
- rewrite Sum_minus, Sum_single, Sum_scal by exact Hj. field.
- intros i _. replace (Derive (fun t => softmax n (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0)
    with (softmax n z i * ((if Nat.eq_dec i j then 1 else 0) - softmax n z j))
    by (symmetry; apply is_derive_unique; now apply softmax_derive).
  destruct (Nat.eq_dec i j) as [->|]; ring.
Qed.

Lemma read_out1 n alpha z v j : (1 <= n)%nat -> 1 <= alpha ->
  alpha < 2 \/ (forall l, inr l n -> (alpha - 1) * z l <> threshold n alpha z) -> inr j n ->
  let s := sens alpha (entmax1 n alpha z) in
  Sum n (fun i => v i * Derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0) =
  (v j - Sum n (fun k => s k * v k) / Sum n s) * s j.
Proof.
intros Hn Ha Hb Hj. unfold entmax1. destruct (Req_EM_T alpha 1) as [->|Hne].
- exact (read_out_softmax n z v j Hn Hj).
- apply read_out; (assumption || lra).
Qed.

Theorem read_out_gradient__inhabited : Statements.read_out_gradient__inhabited.
Proof. exists 1%nat, 1, (fun _ => 0), (fun _ => 0). split; [lia|]. split; [lra|]. left. lra. Qed.

Theorem read_out_gradient__gradient : Statements.read_out_gradient__gradient.
Proof.
start. rewrite read_out1 by assumption. set (p := entmax1 n alpha z).
change (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) with (sens alpha p).
rewrite (Sum_ext n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) * v k else 0) (fun k => sens alpha p k * v k)) by sens_if.
reflexivity.
Qed.

Lemma sensitivity_pos n alpha p : (forall i, inr i n -> 0 <= p i) -> Sum n p = 1 -> 0 < Sum n (sens alpha p).
Proof.
intros Hp Hs. destruct (Sum_pos_ex n p) as [k [Hk Hpk]]; [lra|].
eapply Rlt_le_trans; [|apply (Sum_ge_term n (sens alpha p) k Hk)].
- unfold sens. destruct (Rlt_dec 0 (p k)); [now apply pw_gt0 | lra].
- intros i _. unfold sens. destruct (Rlt_dec 0 (p i)); [apply pw_ge0 | lra].
Qed.

Lemma derivative_exists n alpha z i j : (1 <= n)%nat -> 1 <= alpha ->
  alpha < 2 \/ (forall l, inr l n -> (alpha - 1) * z l <> threshold n alpha z) -> inr i n -> inr j n ->
  ex_derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0.
Proof.
intros Hn Ha Hb Hi Hj. unfold entmax1. destruct (Req_EM_T alpha 1).
- eexists. now apply softmax_derive.
- exists (jacobian n alpha z i j). apply jacobian_formula; (assumption || lra).
Qed.

Theorem read_out_gradient__gradient__defined : Statements.read_out_gradient__gradient__defined.
Proof.
start. split; [intros; left; assumption|]. split; [|split; [intros; left; assumption | intros; now apply derivative_exists]].
apply Rgt_not_eq. apply (sensitivity_pos n alpha (entmax1 n alpha z)); [intros; now apply entmax1_ge0 | now apply entmax1_sum].
Qed.

Theorem read_out_gradient__dead__defined : Statements.read_out_gradient__dead__defined.
Proof. start. now apply derivative_exists. Qed.

Theorem read_out_gradient__dead : Statements.read_out_gradient__dead.
Proof.
start. rewrite read_out1 by assumption. destruct (Rlt_dec 0 (entmax1 n alpha z j)) as [L|L]; [left; exact L | right].
unfold sens at 3. destruct (Rlt_dec 0 (entmax1 n alpha z j)); [contradiction|ring].
Qed.

Theorem gradient_size__inhabited : Statements.gradient_size__inhabited.
Proof.
exists 1%nat, 1, (fun _ => 1), (fun _ => 0), 0. split; [lia|]. split; [lra|]. split; [split; [intros; lra | simpl; ring]|].
  split; [intros; lra | lra].
Qed.

(** Mean deviation: with weights s on values of range R, at most R / 2. *)
Lemma mean_deviation n s v bound : (forall i, inr i n -> 0 <= s i) -> 0 < Sum n s ->
  (forall i k, inr i n -> inr k n -> 0 < s i -> 0 < s k -> v i - v k <= bound) ->
  let m := Sum n (fun k => s k * v k) / Sum n s in
  Sum n (fun i => s i * Rabs (v i - m)) <= bound * Sum n s / 2.
Proof.
intros Hs HS Hv m. destruct (Sum_pos_ex n s HS) as [k0 [Hk0 P0]]. assert (Hn : (1 <= n)%nat) by lia.
set (g i := if Rlt_dec 0 (s i) then v i else v k0).
assert (Gs : forall i, exists k, g i = v k /\ (inr i n -> inr k n /\ 0 < s k)).
{ intros i. unfold g. destruct (Rlt_dec 0 (s i)); [exists i | exists k0]; tauto. }
set (hi := Largest n g). set (lo := - Largest n (fun i => - g i)).
assert (R : hi - lo <= bound).
{ destruct (Largest_in n g Hn) as [a [Ha Ea]], (Largest_in n (fun i => - g i) Hn) as [b [Hb Eb]]. unfold hi, lo. rewrite Ea, Eb.
  destruct (Gs a) as [a' [-> Qa]], (Gs b) as [b' [-> Qb]]. destruct (Qa Ha) as [Ha' Pa], (Qb Hb) as [Hb' Pb].
  pose proof (Hv a' b' Ha' Hb' Pa Pb). lra. }
assert (B : forall i, inr i n -> 0 < s i -> lo <= v i <= hi).
{ intros i Hi Hp. pose proof (Largest_ge n g i Hi) as A. pose proof (Largest_ge n (fun i => - g i) i Hi) as C. unfold hi, lo. simpl in C.
  unfold g in A at 1. unfold g in C at 1. destruct (Rlt_dec 0 (s i)); [lra|contradiction]. }
assert (Z : Sum n (fun i => s i * (v i - m)) = 0).
{ rewrite (Sum_ext n _ (fun i => s i * v i - s i * m)) by (intros; ring). rewrite Sum_minus, Sum_scal_r. change (Sum n (fun i => s i)) with (Sum n s).
  unfold m. field. lra. }
assert (M : lo <= m <= hi).
{ assert (Em : m * Sum n s = Sum n (fun k => s k * v k)) by (unfold m; field; lra).
  split; apply (Rmult_le_reg_r (Sum n s)); try exact HS; rewrite Em, Rmult_comm, <- Sum_scal_r; apply Sum_le; intros i Hi;
    (destruct (Hs i Hi) as [Pi|<-]; [apply Rmult_le_compat_l; [lra | now apply B] | lra]). }
set (u := hi - m). set (l := m - lo).
(* |x| lies below its chord on [- l, u] *)
assert (C : Sum n (fun i => s i * Rabs (v i - m)) * (u + l) <= 2 * u * l * Sum n s).
{ rewrite <- Sum_scal_r. apply Rle_trans with (Sum n (fun i => 2 * u * l * s i + (u - l) * (s i * (v i - m)))).
  - apply Sum_le. intros i Hi. destruct (Hs i Hi) as [Pi|<-]; [|lra]. pose proof (B i Hi Pi).
    assert (Q : Rabs (v i - m) * (u + l) <= 2 * u * l + (u - l) * (v i - m)).
    { unfold Rabs. destruct (Rcase_abs (v i - m)).
      - assert (0 <= (m - lo - (m - v i)) * u) by (apply Rmult_le_pos; unfold u; lra). unfold l in *. nra.
      - assert (0 <= (hi - m - (v i - m)) * l) by (apply Rmult_le_pos; unfold l; lra). unfold u in *. nra. }
    apply (Rmult_le_compat_l (s i)) in Q; [|lra]. lra.
  - rewrite Sum_plus, !Sum_scal, Z. change (Sum n (fun i => s i)) with (Sum n s). lra. }
assert (U : u + l = hi - lo) by (unfold u, l; ring). destruct (Rle_lt_or_eq_dec 0 (u + l)) as [L|L].
- rewrite U. pose proof (B k0 Hk0 P0). lra.
- set (T := Sum n (fun i => s i * Rabs (v i - m))) in *. apply Rle_trans with ((u + l) * Sum n s / 2); [|nra].
  apply (Rmult_le_reg_r (u + l)); [exact L|]. eapply Rle_trans; [exact C|]. pose proof (pow2_ge_0 (u - l)). nra.
- rewrite (Sum_ext n _ (fun _ => 0)), Sum_zero; [pose proof (Rmult_le_compat_r (Sum n s) 0 bound); lra|]. intros i Hi.
  destruct (Hs i Hi) as [Pi|<-]; [|ring].
  assert (E : forall j, inr j n -> s j * v j = s j * lo).
  { intros j Hj. destruct (Hs j Hj) as [Pj|<-]; [|ring]. pose proof (B j Hj Pj). replace (v j) with lo by lra. reflexivity. }
  assert (m = lo).
  { unfold m. rewrite (Sum_ext n _ _ E), Sum_scal_r. change (Sum n (fun i => s i)) with (Sum n s). field. lra. }
  pose proof (B i Hi Pi). replace (v i - m) with 0 by lra. rewrite Rabs_R0. ring.
Qed.

Theorem gradient_size__total : Statements.gradient_size__total.
Proof.
start. destruct H1 as [Hp Hs]. change (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) with (sens alpha p).
rewrite (Sum_ext n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) * v k else 0) (fun k => sens alpha p k * v k)) by sens_if.
set (m := Sum n (fun k => sens alpha p k * v k) / Sum n (sens alpha p)).
rewrite (Sum_ext n _ (fun j => sens alpha p j * Rabs (v j - m))) by sens_if.
assert (S0 : forall i, 0 < sens alpha p i -> 0 < p i) by (intros i; unfold sens; destruct (Rlt_dec 0 (p i)); lra).
apply mean_deviation; [|now apply sensitivity_pos | intros; apply H2; auto].
intros i _. unfold sens. destruct (Rlt_dec 0 (p i)); [apply pw_ge0 | lra].
Qed.

Theorem gradient_size__total__defined : Statements.gradient_size__total__defined.
Proof.
start. destruct H1 as [Hp Hs]. pose proof (sensitivity_pos n alpha p Hp Hs) as P.
  change (0 < Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) in P.
repeat split; intros; try (left; assumption). lra.
Qed.

Theorem gradient_size__sensitivity : Statements.gradient_size__sensitivity.
Proof.
start. destruct H1 as [Hp Hs]. change (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) with (sens alpha p).
pose proof (support_size_Sum n p) as Z. set (N := INR (support_size n p)) in *.
assert (PN : 0 < N). { unfold N. apply lt_0_INR. pose proof (support_size_pos n p (conj Hp Hs)). lia. }
destruct (Rle_lt_or_eq_dec _ _ H3) as [L|L].
- set (b := 2 - alpha). set (c := / N). assert (Hc : 0 < c) by now apply Rinv_0_lt_compat.
  apply Rle_trans with (Sum n (fun i => (pw c b - b * pw c (b - 1) * c) * (if Rlt_dec 0 (p i) then 1 else 0) + b * pw c (b - 1) * p i)).
  + apply Sum_le. intros i Hi. unfold sens. fold b. destruct (Rlt_dec 0 (p i)) as [Q|Q].
    * pose proof (MappingProofs.tangent_concave (p i) c b ltac:(unfold b; lra) Hc Q). lra.
    * destruct (Hp i Hi) as [T|<-]; [contradiction|lra].
  + rewrite Sum_plus, !Sum_scal, <- Z. change (Sum n (fun i => p i)) with (Sum n p). rewrite Hs.
    replace ((pw c b - b * pw c (b - 1) * c) * N) with (pw c b * N - b * pw c (b - 1) * (c * N)) by ring.
    replace (c * N) with 1 by (unfold c; field; lra). unfold c. rewrite pw_inv by exact PN.
    replace (alpha - 1) with (1 + - b) by (unfold b; ring). rewrite pw_plus, pw_1_r by lra. lra.
- replace (alpha - 1) with 1 by lra. rewrite pw_1_r by lra. rewrite Z. apply Sum_le. intros i _. unfold sens. destruct (Rlt_dec 0 (p i)); [|lra].
  replace (2 - alpha) with 0 by lra. rewrite pw_Rpower, Rpower_O by assumption. lra.
Qed.

Theorem gradient_size__sensitivity__defined : Statements.gradient_size__sensitivity__defined.
Proof.
start. split; [intros; left; assumption|]. left. apply lt_0_INR. pose proof (support_size_pos n p H1). lia.
Qed.

(** * Positions *)

Theorem alibi_radius__inhabited : Statements.alibi_radius__inhabited.
Proof.
exists 1%nat, 2, 1, 0, (fun _ => 0). split; [lia|]. split; [lra|]. split; [lra|]. split; [lra|]. intros l Hl k Hk.
replace k with 1%nat by lia. replace l with 1%nat by lia. simpl. lra.
Qed.

Lemma INR_gap n i : (i <= n)%nat -> INR (n - i) = INR n - INR i.
Proof. apply minus_INR. Qed.

Lemma Sum_first n f : (1 <= n)%nat -> Sum n f = f 1%nat + Sum (n - 1) (fun k => f (S k)).
Proof.
intros Hn. replace n with (1 + (n - 1))%nat at 1 by lia. rewrite Sum_split. f_equal; [simpl; ring|].
apply Sum_ext. intros i _. f_equal. lia.
Qed.

Theorem alibi_radius__beyond : Statements.alibi_radius__beyond.
Proof.
start. set (q := / (alpha - 1)) in *. pose proof (q_pos alpha H0) as Hq. fold q in Hq.
destruct (entmax_ge0 n alpha z 1%nat) as [L|E]; [exfalso|now symmetry]. apply (support_criterion n alpha z H H0) in L. fold q in L.
rewrite Sum_first in L by exact H. rewrite Rminus_eq_0, Rmult_0_r, Rmax_0_0, pw_0, Rplus_0_l in L by lra.
assert (Sum (n - 1) (fun k => pw (Rmax 0 ((alpha - 1) * (slope * INR k - content))) q) <= Sum (n - 1) (fun k => pw (Rmax 0 ((alpha
  - 1) * (z (S k) - z 1%nat))) q)); [|lra].
apply Sum_le. intros k Hk. apply pw_le; [exact Hq|]. apply Rmax_0_le, Rmult_le_compat_l; [lra|].
pose proof (H3 (S k) ltac:(lia) 1%nat ltac:(lia)) as B. rewrite (S_INR k) in B. simpl (INR 1) in B. lra.
Qed.

Theorem alibi_radius__beyond__defined : Statements.alibi_radius__beyond__defined.
Proof. defined. Qed.

(** The last token is far above the first. *)
Lemma alibi_last n alpha y : (1 <= n)%nat -> 1 < alpha -> y 1%nat <= y n - / (alpha - 1) -> entmax n alpha y 1 = 0.
Proof. intros Hn Ha L. apply finite_mask; try assumption. pose proof (Largest_ge n y n ltac:(lia)). lra. Qed.

Theorem alibi_radius__simple : Statements.alibi_radius__simple.
Proof.
start. apply alibi_last; try assumption. pose proof (H3 n ltac:(lia) 1%nat ltac:(lia)) as B. rewrite minus_INR in H4 by lia. simpl (INR 1) in *. lra.
Qed.

Theorem alibi_radius__simple__defined : Statements.alibi_radius__simple__defined.
Proof. defined. Qed.

Theorem alibi_radius_attained__inhabited : Statements.alibi_radius_attained__inhabited.
Proof.
exists 1%nat, 2, 1, 0, (fun _ => 0). split; [lia|]. split; [lra|]. split; [lra|]. split; [lra|]. split; [simpl; lra|]. split; [|exact I].
intros k Hk. left. lia.
Qed.

Theorem alibi_radius_attained__reached : Statements.alibi_radius_attained__reached.
Proof.
start. unfold Rgt. rewrite support_criterion by assumption. set (q := / (alpha - 1)) in *. pose proof (q_pos alpha H0) as Hq. fold q in Hq.
rewrite Sum_first by exact H. rewrite Rminus_eq_0, Rmult_0_r, Rmax_0_0, pw_0, Rplus_0_l by lra.
rewrite (Sum_ext (n - 1) (fun k => pw (Rmax 0 ((alpha - 1) * (z (S k) - z 1%nat))) q)
  (fun k => pw (Rmax 0 ((alpha - 1) * (slope * INR k - content))) q)); [reflexivity|].
intros k Hk. destruct (H4 (S k) ltac:(lia)) as [E|E]; [lia|]. rewrite E, H3, !INR_gap, (S_INR k) by lia. simpl (INR 1). do 3 f_equal. ring.
Qed.

Theorem alibi_radius_attained__reached__defined : Statements.alibi_radius_attained__reached__defined.
Proof. defined. Qed.

Theorem alibi_softmax__inhabited : Statements.alibi_softmax__inhabited.
Proof.
exists 1%nat, 1, 0, (fun _ => 0). split; [lia|]. split; [lra|]. split; [lra|]. intros l Hl k Hk.
replace k with 1%nat by lia. replace l with 1%nat by lia. simpl. lra.
Qed.

Theorem alibi_softmax__positive : Statements.alibi_softmax__positive.
Proof. start. now apply softmax_gt0. Qed.

Lemma geometric n x : (1 - x) * Sum n (fun l => x ^ (n - l)) = 1 - x ^ n.
Proof.
induction n as [|n IH]; [simpl; ring|]. cbn [Sum]. rewrite Nat.sub_diag.
rewrite (Sum_ext n _ (fun l => x * x ^ (n - l))), Sum_scal by (intros l Hl; replace (S n - l)%nat with (S (n - l)) by lia; reflexivity).
replace ((1 - x) * (x * Sum n (fun l => x ^ (n - l)) + x ^ 0)) with (x * ((1 - x) * Sum n (fun l => x ^ (n - l))) + (1 - x)) by (simpl; ring).
rewrite IH. simpl. ring.
Qed.

Lemma exp_mult_INR m k : exp (- (m * INR k)) = exp (- m) ^ k.
Proof.
induction k as [|k IH]; [simpl; now rewrite Rmult_0_r, Ropp_0, exp_0|]. rewrite <- tech_pow_Rmult, <- IH, <- exp_plus, S_INR. f_equal. ring.
Qed.

Lemma alibi_room n slope : (1 <= n)%nat -> 0 < slope -> 0 < exp (- slope) < 1 /\ 0 < 1 - exp (- (slope * INR n)).
Proof.
intros Hn Hs. assert (0 < INR n) by (apply lt_0_INR; lia). split; [split; [apply exp_pos|]|].
- rewrite <- exp_0. apply exp_increasing. lra.
- assert (exp (- (slope * INR n)) < exp 0) by (apply exp_increasing; nra). rewrite exp_0 in *. lra.
Qed.

Theorem alibi_softmax__decay : Statements.alibi_softmax__decay.
Proof.
start. destruct (alibi_room n slope H H0) as [X Y]. rewrite exp_mult_INR in *. set (x := exp (- slope)) in *.
pose proof (exp_total_pos n z H) as P. unfold softmax. set (W := Sum n (fun j => exp (z j))) in *.
set (e := exp (z k)). set (g := exp (content - slope * (INR n - INR k))).
assert (B : e * Sum n (fun l => x ^ (n - l)) <= g * W).
{ unfold W. rewrite <- !Sum_scal. apply Sum_le. intros l Hl. unfold e, g, x. rewrite <- exp_mult_INR, <- !exp_plus. apply exp_le.
  rewrite INR_gap by lia. pose proof (H2 l Hl k H3). lra. }
apply (Rmult_le_compat_l (1 - x)) in B; [|lra]. pose proof (geometric n x) as G.
replace ((1 - x) * (e * Sum n (fun l => x ^ (n - l)))) with (e * ((1 - x) * Sum n (fun l => x ^ (n - l)))) in B by ring. rewrite G in B.
apply (Rmult_le_reg_r (W * (1 - x ^ n))); [apply Rmult_lt_0_compat; assumption|].
replace (e / W * (W * (1 - x ^ n))) with (e * (1 - x ^ n)) by (field; lra).
replace ((1 - x) * g / (1 - x ^ n) * (W * (1 - x ^ n))) with ((1 - x) * (g * W)) by (field; lra). exact B.
Qed.

Theorem alibi_softmax__decay__defined : Statements.alibi_softmax__decay__defined.
Proof. start. destruct (alibi_room n slope H H0). lra. Qed.

Theorem alibi_scale__inhabited : Statements.alibi_scale__inhabited.
Proof.
exists 1%nat, 2, 1, 1, 0, (fun _ => 0). split; [lia|]. split; [lra|]. split; [lra|]. split; [lra|]. split; [lra|]. intros l Hl k Hk.
replace k with 1%nat by lia. replace l with 1%nat by lia. simpl. lra.
Qed.

Theorem alibi_scale__scaled : Statements.alibi_scale__scaled.
Proof.
start. apply (alibi_last n alpha (fun i => theta * z i)); try assumption. pose proof (H4 n ltac:(lia) 1%nat ltac:(lia)) as B.
  rewrite minus_INR in H5 by lia. simpl (INR 1) in *.
assert (G : 1 / (theta * (alpha - 1)) <= z n - z 1%nat) by lra. apply (Rmult_le_compat_l theta) in G; [|lra].
replace (theta * (1 / (theta * (alpha - 1)))) with (/ (alpha - 1)) in G by (field; lra). lra.
Qed.

Theorem alibi_scale__scaled__defined : Statements.alibi_scale__scaled__defined.
Proof. defined. Qed.

Theorem alibi_scale__added : Statements.alibi_scale__added.
Proof.
start. apply (alibi_last n alpha (fun i => theta * (z i + slope * INR (n - i)) - slope * INR (n - i))); try assumption.
pose proof (H4 n ltac:(lia) 1%nat ltac:(lia)) as B. rewrite Nat.sub_diag. rewrite !minus_INR in * by lia. simpl INR in *.
assert (G : z 1%nat + slope * (INR n - 1) - z n <= content) by lra. apply (Rmult_le_compat_l theta) in G; [|lra]. lra.
Qed.

Theorem alibi_scale__added__defined : Statements.alibi_scale__added__defined.
Proof. defined. Qed.

Theorem alibi_two_sided__inhabited : Statements.alibi_two_sided__inhabited.
Proof.
exists 1%nat, 2, 1, 0, (fun k => - 1 * Rabs (INR 1 + 1 - INR k)). split; [lia|]. split; [lra|]. split; [lra|]. split; [lra|].
split; [|split; [intros; reflexivity | exact I]]. simpl. replace (1 + 1 - 1) with 1 by ring. rewrite Rabs_R1. ring.
Qed.

Lemma Sum_reverse n f : Sum n (fun i => f (S n - i)%nat) = Sum n f.
Proof. apply (Sum_permutes n f (fun i => (S n - i)%nat)). split; intros; lia. Qed.

Theorem alibi_two_sided__reached : Statements.alibi_two_sided__reached.
Proof.
start. set (d := distance) in *. unfold Rgt. rewrite support_criterion by (lia || assumption). set (q := / (alpha - 1)) in *.
  pose proof (q_pos alpha H0) as Hq. fold q in Hq.
set (f k := pw (Rmax 0 ((alpha - 1) * (slope * INR k - content))) q).
assert (F0 : f 0%nat = 0). { unfold f. simpl (INR 0). rewrite Rmax_0_0, pw_0; [reflexivity | lra | lra | nra]. }
assert (E : Sum (2 * d + 1) (fun i => pw (Rmax 0 ((alpha - 1) * (z i - z 1%nat))) q) = f d + 2 * Sum (d - 1) f).
{ replace (2 * d + 1)%nat with (1 + d + d)%nat by lia. rewrite !Sum_split.
  rewrite (Sum_ext 1 _ (fun _ => 0)), Sum_zero.
  2:{ intros i Hi. replace i with 1%nat by lia. rewrite Rminus_eq_0, Rmult_0_r, Rmax_0_0, pw_0; lra. }
  rewrite (Sum_ext d _ f).
  2:{ intros i Hi. unfold f. rewrite (H4 (i + 1)%nat), H3 by lia. rewrite plus_INR. simpl (INR 1).
      assert (INR i <= INR d) by (apply le_INR; lia). rewrite Rabs_pos_eq by lra. do 3 f_equal. ring. }
  rewrite (Sum_ext d (fun i => pw (Rmax 0 ((alpha - 1) * (z (i + (1 + d))%nat - z 1%nat))) q) (fun i => f (d - i)%nat)).
  2:{ intros i Hi. unfold f. change (1 + d)%nat with (S d). rewrite (H4 (i + S d)%nat), H3 by lia. rewrite plus_INR, S_INR. pose proof (pos_INR i).
      assert (1 <= INR i) by (change 1 with (INR 1); apply le_INR; lia).
      rewrite Rabs_left1 by lra. rewrite minus_INR by lia. do 3 f_equal. ring. }
  assert (X : Sum d (fun i => f (d - i)%nat) = Sum (d - 1) f).
  { replace d with (S (d - 1)) at 1 by lia. cbn [Sum]. replace (d - S (d - 1))%nat with 0%nat by lia. rewrite F0, Rplus_0_r.
    rewrite <- (Sum_reverse (d - 1) f). apply Sum_ext. intros i Hi. f_equal. lia. }
  rewrite X. assert (Y : Sum d f = Sum (d - 1) f + f d) by (replace d with (S (d - 1)) at 1 by lia; cbn [Sum]; do 2 f_equal; lia).
  rewrite Y. ring. }
change (fun k => pw (Rmax 0 ((alpha - 1) * (slope * INR k - content))) q) with f.
replace (pw (Rmax 0 ((alpha - 1) * (INR d * slope - content))) q) with (f d) by (unfold f; do 4 f_equal; ring).
rewrite E. reflexivity.
Qed.

Theorem alibi_two_sided__reached__defined : Statements.alibi_two_sided__reached__defined.
Proof. defined. Qed.

Theorem rotary_returns__inhabited : Statements.rotary_returns__inhabited.
Proof. exists 1%nat, 2, 1%nat, 1%nat, (fun _ => 0), (fun _ => 0). repeat split; try lia; intros; lra. Qed.

Theorem rotary_returns__returns : Statements.rotary_returns__returns.
Proof. start. now apply rotary_returns. Qed.

Theorem rotary_returns__returns__defined : Statements.rotary_returns__returns__defined.
Proof. start. assert (0 < INR cells) by (apply lt_0_INR; lia). split; intros; [apply pow_nonzero|]; lra. Qed.

Lemma rotary_shared n cells bands amplitude alpha : (1 <= n)%nat -> (1 <= cells)%nat -> 1 < alpha -> (forall f, inr f bands -> 0 <= amplitude f) ->
  0 < INR n /\ 0 < INR cells /\ 0 < INR cells ^ bands / INR n /\
  0 < pw (INR cells ^ bands / INR n) (alpha - 1) + 2 * Sum bands amplitude * PI ^ 2 * (alpha - 1) / INR cells ^ 2.
Proof.
intros Hn Hc Ha Hp. assert (PN : 0 < INR n) by (apply lt_0_INR; lia). assert (PC : 0 < INR cells) by (apply lt_0_INR; lia).
assert (PQ : 0 < INR cells ^ bands / INR n) by (apply Rdiv_lt_0_compat; [now apply pow_lt | exact PN]). repeat split; try assumption.
pose proof (pw_gt0 _ (alpha - 1) PQ). assert (0 <= Sum bands amplitude) by now apply Sum_nonneg.
assert (0 <= 2 * Sum bands amplitude * PI ^ 2 * (alpha - 1) / INR cells ^ 2); [|lra].
unfold Rdiv. apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat; now apply pow_lt]. apply Rmult_le_pos; [|lra].
apply Rmult_le_pos; [lra | apply pow2_ge_0].
Qed.

Theorem rotary_returns__peak : Statements.rotary_returns__peak.
Proof.
start. pose proof (rotary_peak n bands cells frequency amplitude H H2 H3 alpha H0) as B. cbv zeta in B.
assert (0 < INR cells) by (apply lt_0_INR; lia).
replace (2 * Sum bands amplitude * PI ^ 2 * (alpha - 1) / INR cells ^ 2) with ((alpha
  - 1) * (2 * Sum bands amplitude * PI ^ 2 / INR cells ^ 2)) by (field; lra).
exact B.
Qed.

Theorem rotary_returns__peak__defined : Statements.rotary_returns__peak__defined.
Proof.
start. destruct (rotary_shared n cells bands amplitude alpha H H2 H0 H3) as [A [B [C _]]].
repeat split; try (left; assumption); try lra; [|apply pow_nonzero; lra]. left. now apply pmax_pos.
Qed.

Theorem rotary_returns__entropy : Statements.rotary_returns__entropy.
Proof.
start. destruct (rotary_shared n cells bands amplitude alpha H H2 H0 H3) as [A [B [C D]]].
set (z := fun k => Sum bands (fun f => amplitude f * cos (frequency f * INR (k - 1)))) in *. set (p := entmax n alpha z).
pose proof (rotary_returns__peak n alpha bands cells frequency amplitude H H0 H1 H2 H3) as Q. cbv zeta in Q. fold z in Q. fold p in Q.
set (T := pw (INR cells ^ bands / INR n) (alpha - 1) + 2 * Sum bands amplitude * PI ^ 2 * (alpha - 1) / INR cells ^ 2) in *.
pose proof (pmax_pos n alpha z H H0) as P. fold p in P.
assert (L : (alpha - 1) * ln (Largest n p) <= ln T).
{ rewrite <- (ln_exp ((alpha - 1) * ln (Largest n p))). change (exp ((alpha - 1) * ln (Largest n p))) with (Rpower (Largest n p) (alpha - 1)).
  rewrite pw_Rpower in Q by exact P. destruct Q as [Q|Q]; [left; apply ln_increasing; [apply Rpower_gt0 | exact Q] | rewrite Q; lra]. }
apply Rle_ge. apply Rle_trans with (- ln (Largest n p)).
{ assert (ln (Largest n p) <= ln T / (alpha - 1)); [|lra]. apply (Rmult_le_reg_r (alpha - 1)); [lra|]. unfold Rdiv.
  rewrite Rmult_assoc, Rinv_l by lra. lra. }
apply Rle_trans with (Sum n (fun i => p i * - ln (Largest n p))); [rewrite Sum_scal_r; change (Sum n (fun i => p i)) with (Sum n p); unfold p at 2;
  rewrite entmax_sum by assumption; lra|].
apply Sum_le. intros i Hi. destruct (entmax_ge0 n alpha z i) as [G|G]; fold p in G; [|rewrite <- G; lra].
pose proof (Largest_ge n p i Hi) as [M|M]; [|rewrite <- M; lra].
pose proof (ln_increasing (p i) (Largest n p) G M). nra.
Qed.

Theorem rotary_returns__entropy__defined : Statements.rotary_returns__entropy__defined.
Proof.
start. destruct (rotary_shared n cells bands amplitude alpha H H2 H0 H3) as [A [B [C D]]].
split; [intros; apply entmax_ge0|]. split; [lra|]. split; [left; exact C|]. split; [apply pow_nonzero; lra|]. split; [exact D | lra].
Qed.

(** * No path, no gradient *)

Lemma constant_differentiable N a x : differentiable N (fun _ => a) x.
Proof.
exists (fun _ => 0). intros g v _ _. rewrite (Sum_ext N _ (fun _ => 0)), Sum_zero by (intros; ring). exact (is_derive_const a 0).
Qed.

Theorem unreachable_gradient__inhabited : Statements.unreachable_gradient__inhabited.
Proof.
exists 1%nat, (3 / 2), 1%nat, 1%nat, (fun _ => 1%nat), (fun _ _ _ _ => 0), (fun _ _ _ _ => 0), (fun _ _ _ => 0), (fun _ => 0).
split; [lia|]. split; [lra|]. split; [lia|]. split; [intros; lia|].
repeat (split; [intros; first [intros a b _; reflexivity | apply constant_differentiable]|]). split; [left; lra | exact I].
Qed.

Lemma Largest_zero n f : (forall i, inr i n -> f i = 0) -> Largest n f = 0.
Proof.
intros H. destruct n as [|n]; [reflexivity|]. destruct (Largest_in (S n) f ltac:(lia)) as [i [Hi ->]]. now apply H.
Qed.

Theorem unreachable_gradient__unreachable__defined : Statements.unreachable_gradient__unreachable__defined.
Proof. start. now apply (transformer_differentiable n N tok alpha layers Z V T x). Qed.

Theorem unreachable_gradient__unreachable : Statements.unreachable_gradient__unreachable.
Proof.
start. apply Largest_zero. intros c Hc. apply Largest_zero. intros d Hd. destruct (Nat.eq_dec (tok c) n) as [Ec|]; [|reflexivity].
destruct (Nat.eq_dec (tok d) j) as [Ed|]; [|reflexivity].
rewrite (is_derive_unique _ 0 0); [apply Rabs_R0|].
apply (unreachable_transformer n N tok alpha layers Z V T x); try assumption.
rewrite Ec, Ed. apply INR_eq. exact H11.
Qed.

(* Proofs of the printed statements: the chapter layers. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Rows Collapse Statements.
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
intros Hs Hp Ho Hk. unfold multiplicity. rewrite support_size_Sum, <- Sum_scal_r. apply Rle_trans with (Sum n p); [|lra]. apply Sum_le. intros i Hi. pose proof (Hp i Hi).
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
  destruct (Rle_lt_or_eq_dec (theta * z k) (theta * (Largest n z - zmin) + theta * z i)) as [Q|Q]; [unfold zmin; nra | left; now apply exp_increasing | rewrite Q; lra]. }
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
replace ((N - 1) * E / ((N + 2 * E - 1) * (N + E - 1)) * ((N + 2 * E - 1) * (N + E - 1) * (N - 1))) with (E * ((N - 1) * (N - 1))) by (field; split; lra).
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
    replace ((alpha - 1) * (z 1%nat - pw 2 (1 - alpha) / (alpha - 1))) with ((alpha - 1) * z 1%nat - pw 2 (1 - alpha)) in L by (field; lra). exact L. }
assert (R3 : forall i, inr i (S n) -> entmax (S n) alpha (append n z (z n)) i = if T' i then / 3 else 0).
{ apply (top_level (S n) alpha (append n z (z n)) T' (z n) 3); try (lia || lra).
  - cbn [Sum]. unfold T' at 2. destruct (Nat.eq_dec (S n) 1); [lia|]. destruct (le_lt_dec n (S n)); [|lia].
    transitivity (Sum n (fun i => if Nat.eq_dec i 1 then 1 else if Nat.eq_dec i n then 1 else 0) + 1); [f_equal | rewrite Sum_two; (lia || lra)].
    apply Sum_ext. intros i Hi. unfold T'. destruct (Nat.eq_dec i 1); [reflexivity|]. destruct (Nat.eq_dec i n), (le_lt_dec n i); (reflexivity || lia).
  - intros i Hi. unfold T'. destruct (Nat.eq_dec i 1) as [->|]; [rewrite append_in by lia; intros; assumption|]. destruct (le_lt_dec n i); [|discriminate].
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
- replace (minus (plus (VSum n (fun j => scal (P j) (x j))) (scal (P (S n)) (x (S n)))) (plus (VSum n (fun j => scal (P j) (y j))) (scal (P (S n)) (y (S n)))))
    with (plus (minus (VSum n (fun j => scal (P j) (x j))) (VSum n (fun j => scal (P j) (y j)))) (scal (P (S n)) (minus (x (S n)) (y (S n))))).
  + eapply Rle_trans; [apply norm_triangle|]. rewrite Rmult_plus_distr_r. apply Rplus_le_compat.
    * apply IH; intros; [apply HP; lia | apply Hd; lia].
    * eapply Rle_trans; [apply (norm_scal (P (S n)))|]. change (Rabs (P (S n)) * norm (minus (x (S n)) (y (S n))) <= P (S n) * d).
      rewrite Rabs_pos_eq by (apply HP; lia). apply Rmult_le_compat_l; [apply HP; lia | apply Hd; lia].
  + assert (E : scal (P (S n)) (minus (x (S n)) (y (S n))) = minus (scal (P (S n)) (x (S n))) (scal (P (S n)) (y (S n))))
      by exact (scal_minus_distr_l (P (S n)) (x (S n)) (y (S n))).
    rewrite E. generalize (scal (P (S n)) (x (S n))) (scal (P (S n)) (y (S n))) (VSum n (fun j => scal (P j) (x j))) (VSum n (fun j => scal (P j) (y j))).
    intros b d' a c. unfold minus. rewrite opp_plus. rewrite <- !plus_assoc. f_equal. rewrite !plus_assoc. f_equal. apply plus_comm.
Qed.

Theorem collapse_through_layers__distance : Statements.collapse_through_layers__distance.
Proof.
start. rewrite Rabs_pos_eq by apply norm_ge_0. clear H0.
assert (R0 : 0 <= reach) by (eapply Rle_trans; [|apply (H4 1%nat); lia]; apply norm_ge_0).
assert (A : forall L i, (L <= layers)%nat -> inr i n -> norm (minus (averaged n P f L x i) (averaged n P f L y i)) <= lipschitz ^ L * reach).
{ induction L as [|L IH]; intros i HL Hi; [simpl; rewrite Rmult_1_l; now apply H4|]. cbn [averaged].
  eapply Rle_trans; [apply H3|]. rewrite <- tech_pow_Rmult, Rmult_assoc. apply Rmult_le_compat_l; [lra|].
  destruct (H1 (S L) i ltac:(lia) Hi) as [Pp Ps]. eapply Rle_trans; [apply VSum_distance; [exact Pp | intros; apply IH; (lia || assumption)]|].
  rewrite Ps. lra. }
rewrite Rmult_comm. eapply Rle_trans; [apply A; lia|]. lra.
Qed.

(** * Paths *)

Theorem gradient_mass__mass : Statements.gradient_mass__mass.
Proof.
start. apply (gradient_mass n P layers i); [|assumption]. intros l k Hl Hk. now apply (H1 l k Hl Hk).
Qed.

Theorem sparse_paths__count : Statements.sparse_paths__count.
Proof. start. now apply paths_count_real. Qed.

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

Theorem read_out_gradient__gradient : Statements.read_out_gradient__gradient.
Proof.
start. unfold entmax_derivative_in. rewrite read_out by assumption. set (p := entmax n alpha z).
change (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) with (sens alpha p).
rewrite (Sum_ext n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) * v k else 0) (fun k => sens alpha p k * v k)) by sens_if.
reflexivity.
Qed.

Theorem read_out_gradient__dead : Statements.read_out_gradient__dead.
Proof.
start. unfold entmax_derivative_in. rewrite read_out by assumption. destruct (Rlt_dec 0 (entmax n alpha z j)) as [L|L]; [left; exact L | right].
unfold sens at 3. destruct (Rlt_dec 0 (entmax n alpha z j)); [contradiction|ring].
Qed.

(* Rows whose last token is repeated. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Extra Rows.
Open Scope R_scope.

(** Softmax. *)
Lemma exp_total_pos n z : (1 <= n)%nat -> 0 < Sum n (fun i => exp (z i)).
Proof.
intros Hn. apply Rlt_le_trans with (exp (z 1%nat)); [apply exp_pos|].
apply (Sum_ge_term n (fun i => exp (z i)) 1%nat); [lia|]. intros; left; apply exp_pos.
Qed.

Lemma softmax_gt0 n z i : (1 <= n)%nat -> 0 < softmax n z i.
Proof. intros. apply Rdiv_lt_0_compat; [apply exp_pos | now apply exp_total_pos]. Qed.

Lemma softmax_total n z : (1 <= n)%nat -> Sum n (softmax n z) = 1.
Proof. intros Hn. unfold softmax, Rdiv. rewrite Sum_scal_r. pose proof (exp_total_pos n z Hn). field. lra. Qed.

Lemma softmax_append n z b i : (1 <= n)%nat -> inr i n ->
  softmax (S n) (append n z b) i = softmax n z i * (1 - softmax (S n) (append n z b) (S n)).
Proof.
intros Hn Hi. unfold softmax. rewrite (Sum_append n exp z b), append_in, append_last by exact Hi.
pose proof (exp_total_pos n z Hn). pose proof (exp_pos b). field. split; lra.
Qed.

(** Both. *)
Lemma entmax1_ge0 n alpha z i : (1 <= n)%nat -> 0 <= entmax1 n alpha z i.
Proof.
intros Hn. unfold entmax1. destruct (Req_EM_T alpha 1); [left; now apply softmax_gt0 | apply entmax_ge0].
Qed.

Lemma entmax1_sum n alpha z : (1 <= n)%nat -> 1 <= alpha -> Sum n (entmax1 n alpha z) = 1.
Proof.
intros Hn Ha. unfold entmax1. destruct (Req_EM_T alpha 1); [now apply softmax_total | apply entmax_sum; (assumption || lra)].
Qed.

Lemma entmax1_same n alpha z i j : z i = z j -> entmax1 n alpha z i = entmax1 n alpha z j.
Proof. intros E. unfold entmax1, softmax, entmax. now rewrite E. Qed.

Lemma entmax1_order n alpha z i j : (1 <= n)%nat -> 1 <= alpha -> z i <= z j -> entmax1 n alpha z i <= entmax1 n alpha z j.
Proof.
intros Hn Ha L. unfold entmax1. destruct (Req_EM_T alpha 1).
- unfold softmax. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; now apply exp_total_pos|].
  destruct L as [L|<-]; [left; now apply exp_increasing | lra].
- apply Rge_le, order_weak; lra.
Qed.

Lemma threshold_append n alpha z b : (1 <= n)%nat -> 1 < alpha -> threshold n alpha z <= threshold (S n) alpha (append n z b).
Proof.
intros Hn Ha. pose proof (threshold_mass n alpha z Hn Ha) as M. pose proof (threshold_mass (S n) alpha (append n z b) ltac:(lia) Ha) as M'.
apply (mass_ge_1 (S n) (/ (alpha - 1)) (scaled alpha (append n z b)) (q_pos alpha Ha) _ _ M').
unfold mass, scaled. rewrite (Sum_append n (fun y => pw (Rmax 0 ((alpha - 1) * y - threshold n alpha z)) (/ (alpha - 1)))).
unfold mass, scaled in M. rewrite M. pose proof (pw_ge0 (Rmax 0 ((alpha - 1) * b - threshold n alpha z)) (/ (alpha - 1))). lra.
Qed.

Lemma entmax_append n alpha z b i : (1 <= n)%nat -> 1 < alpha -> inr i n -> entmax (S n) alpha (append n z b) i <= entmax n alpha z i.
Proof.
intros Hn Ha Hi. unfold entmax. rewrite append_in by exact Hi. apply pw_le; [now apply q_pos|]. apply Rmax_0_le.
pose proof (threshold_append n alpha z b Hn Ha). lra.
Qed.

Lemma entmax1_append n alpha z b i : (1 <= n)%nat -> 1 <= alpha -> inr i n -> entmax1 (S n) alpha (append n z b) i <= entmax1 n alpha z i.
Proof.
intros Hn Ha Hi. unfold entmax1. destruct (Req_EM_T alpha 1); [|apply entmax_append; (assumption || lra)].
rewrite softmax_append by assumption. pose proof (softmax_gt0 n z i Hn). pose proof (softmax_gt0 (S n) (append n z b) (S n) ltac:(lia)). nra.
Qed.

Section Repeated.
Variables (n : nat) (p r v : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Hp : Sum n p = 1) (Hr : Sum n r + r n = 1).
Hypotheses (Hle : forall i, inr i n -> r i <= p i) (H0 : forall i, inr i n -> 0 <= r i).
Let moved := 2 * v n * r n + Sum (n - 1) (fun i => v i * r i) - Sum n (fun i => v i * p i).

Lemma repeated_mass : Sum (n - 1) (fun i => p i - r i) = 2 * r n - p n.
Proof.
rewrite Sum_minus. destruct n as [|m]; [lia|]. replace (S m - 1)%nat with m by lia. cbn [Sum] in Hp, Hr.
change (Sum m (fun i => p i)) with (Sum m p). change (Sum m (fun i => r i)) with (Sum m r). lra.
Qed.

Lemma repeated_shift : moved = Sum (n - 1) (fun i => (v n - v i) * (p i - r i)).
Proof.
rewrite (Sum_ext _ (fun i => (v n - v i) * (p i - r i)) (fun i => v n * (p i - r i) - (v i * p i - v i * r i))) by (intros; ring).
rewrite Sum_minus, Sum_scal, repeated_mass, Sum_minus. unfold moved. destruct n as [|m]; [lia|].
replace (S m - 1)%nat with m by lia. cbn [Sum]. ring.
Qed.

Lemma repeated_nonneg : 0 <= 2 * r n - p n.
Proof. rewrite <- repeated_mass. apply Sum_nonneg. intros i Hi. pose proof (Hle i ltac:(lia)). lra. Qed.

Lemma repeated_at_most : 2 * r n - p n <= p n.
Proof. pose proof (Hle n ltac:(lia)). lra. Qed.

Lemma Rabs_Sum m f : Rabs (Sum m f) <= Sum m (fun i => Rabs (f i)).
Proof. induction m as [|m IH]; simpl; [rewrite Rabs_R0; lra|]. eapply Rle_trans; [apply Rabs_triang|]. lra. Qed.

Lemma repeated_bound : Rabs moved <= Largest n (fun i => Rabs (v n - v i)) * (2 * r n - p n).
Proof.
rewrite repeated_shift, <- repeated_mass. eapply Rle_trans; [apply Rabs_Sum|]. rewrite <- Sum_scal. apply Sum_le. intros i Hi.
rewrite Rabs_mult, (Rabs_pos_eq (p i - r i)) by (pose proof (Hle i ltac:(lia)); lra).
apply Rmult_le_compat_r; [pose proof (Hle i ltac:(lia)); lra|]. apply (Largest_ge n (fun i => Rabs (v n - v i))). lia.
Qed.

Lemma repeated_dead : p n = 0 -> moved = 0.
Proof.
intros E. pose proof repeated_bound as B. pose proof (Hle n ltac:(lia)). pose proof (H0 n ltac:(lia)).
replace (2 * r n - p n) with 0 in B by lra. rewrite Rmult_0_r in B. pose proof (Rabs_pos moved).
apply Rabs_eq_0. lra.
Qed.

Lemma repeated_alone : (forall i, inr i n -> 0 <= p i) -> p n = 1 -> moved = 0.
Proof.
intros Hp0 E. rewrite repeated_shift, (Sum_ext _ _ (fun _ => 0)); [apply Sum_zero|]. intros i Hi.
assert (Z : p i = 0).
{ pose proof (Sum_ge_term (n - 1) p i Hi ltac:(intros; apply Hp0; lia)) as G. destruct n as [|m]; [lia|].
  replace (S m - 1)%nat with m in * by lia. cbn [Sum] in Hp. pose proof (Hp0 i ltac:(lia)). lra. }
pose proof (Hle i ltac:(lia)). pose proof (H0 i ltac:(lia)). replace (r i) with 0 by lra. rewrite Z. ring.
Qed.
End Repeated.

Lemma entmax1_repeated n alpha z : (1 <= n)%nat -> 1 <= alpha ->
  let r := entmax1 (S n) alpha (append n z (z n)) in Sum n r + r n = 1.
Proof.
intros Hn Ha r. transitivity (Sum (S n) r); [|apply entmax1_sum; (lia || assumption)]. cbn [Sum]. f_equal.
apply entmax1_same. now rewrite append_last, append_in by lia.
Qed.

(** Tokens tied at the top, and the others out of reach. *)
Lemma top_level n alpha z (T : nat -> bool) u c : (1 <= n)%nat -> 1 < alpha -> 0 < c ->
  Sum n (fun i => if T i then 1 else 0) = c ->
  (forall i, inr i n -> T i = true -> z i = u) ->
  (forall i, inr i n -> T i = false -> (alpha - 1) * z i <= (alpha - 1) * u - pw c (1 - alpha)) ->
  forall i, inr i n -> entmax n alpha z i = if T i then / c else 0.
Proof.
intros Hn Ha Hc Hs Ht Hf. pose proof (q_pos alpha Ha) as Hq. set (q := / (alpha - 1)) in *. set (t := (alpha - 1) * u - pw c (1 - alpha)).
assert (Ec : pw (pw c (1 - alpha)) q = / c).
{ rewrite (pw_Rpower c) by exact Hc. rewrite pw_Rpower by apply Rpower_gt0. rewrite Rpower_mult.
  replace ((1 - alpha) * q) with (Ropp 1) by (unfold q; field; lra). rewrite Rpower_Ropp, Rpower_1 by assumption. reflexivity. }
assert (E : forall i, inr i n -> pw (Rmax 0 ((alpha - 1) * z i - t)) q = if T i then / c else 0).
{ intros i Hi. destruct (T i) eqn:F.
  - rewrite (Ht i Hi F). unfold t. replace ((alpha - 1) * u - ((alpha - 1) * u - pw c (1 - alpha))) with (pw c (1 - alpha)) by ring.
    rewrite Rmax_0_id by apply pw_ge0. exact Ec.
  - rewrite Rmax_0_0, pw_0; [reflexivity | lra | lra |]. pose proof (Hf i Hi F). unfold t. lra. }
assert (M : threshold n alpha z = t).
{ apply threshold_is; try assumption. unfold mass, scaled. fold q.
  rewrite (Sum_ext n _ (fun i => / c * (if T i then 1 else 0))), Sum_scal, Hs; [field; lra|].
  intros i Hi. rewrite E by exact Hi. destruct (T i); ring. }
intros i Hi. unfold entmax. rewrite M. now apply E.
Qed.

Lemma Sum_split k m f : Sum (k + m) f = Sum k f + Sum m (fun i => f (i + k)%nat).
Proof.
induction m as [|m IH]; [rewrite Nat.add_0_r; simpl; ring|]. rewrite Nat.add_succ_r. cbn [Sum]. rewrite IH.
replace (S (k + m)) with (S m + k)%nat by lia. ring.
Qed.

(** Tokens before a set F that are below its threshold. *)
Lemma threshold_rest k m alpha z : (1 <= m)%nat -> 1 < alpha ->
  let F i := z (i + k)%nat in (forall l, inr l k -> (alpha - 1) * z l <= threshold m alpha F) ->
  threshold (k + m) alpha z = threshold m alpha F.
Proof.
intros Hm Ha F Hk. apply threshold_is; [lia | assumption |]. unfold mass. rewrite Sum_split.
rewrite (Sum_ext k _ (fun _ => 0)), Sum_zero.
- rewrite Rplus_0_l. exact (threshold_mass m alpha F Hm Ha).
- intros l Hl. pose proof (q_pos alpha Ha). rewrite Rmax_0_0, pw_0; unfold scaled; try lra. pose proof (Hk l Hl). lra.
Qed.

Lemma entmax_rest k m alpha z i : (1 <= m)%nat -> 1 < alpha ->
  let F i := z (i + k)%nat in (forall l, inr l k -> (alpha - 1) * z l <= threshold m alpha F) ->
  entmax (k + m) alpha z (i + k) = entmax m alpha F i /\ (inr i k -> entmax (k + m) alpha z i = 0).
Proof.
intros Hm Ha F Hk. unfold entmax. rewrite threshold_rest by assumption. split; [reflexivity|].
intros Hi. pose proof (q_pos alpha Ha). rewrite Rmax_0_0, pw_0; try lra. apply Rle_minus. exact (Hk i Hi).
Qed.

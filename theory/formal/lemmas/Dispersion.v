(* What the proofs of the chapters support and dispersion share: entropies, ranges of logits, how much one token can hold. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Tactics.
Open Scope R_scope.

(** As [defined], for conditions under conditions. *)
Ltac parts := start; repeat (intros; match goal with |- _ /\ _ => split end); intros; cbv beta in *; try solve [side].

Lemma INR_above1 n : (2 <= n)%nat -> 1 < INR n.
Proof. intros H. change 1 with (INR 1). apply lt_INR. lia. Qed.

Lemma ln_le x y : 0 < x -> x <= y -> ln x <= ln y.
Proof. intros Hx [L| ->]; [left; now apply ln_increasing | lra]. Qed.

Lemma Smallest_le n f i : inr i n -> - Largest n (fun i => - f i) <= f i.
Proof. intros Hi. pose proof (Largest_ge n (fun i => - f i) i Hi). cbv beta in H. lra. Qed.

Lemma range_ge0 n f : (1 <= n)%nat -> 0 <= Largest n f - - Largest n (fun i => - f i).
Proof. intros Hn. pose proof (Largest_ge n f 1 ltac:(lia)). pose proof (Smallest_le n f 1 ltac:(lia)). lra. Qed.

Lemma INR_ge1 n : (1 <= n)%nat -> 1 <= INR n.
Proof. intros H. change 1 with (INR 1). now apply le_INR. Qed.

Lemma exp_ge0 x : 0 <= x -> 1 <= exp x.
Proof. intros H. pose proof (exp_ineq1_le x). lra. Qed.

Lemma exp_le x y : x <= y -> exp x <= exp y.
Proof. intros [H| ->]; [left; now apply exp_increasing | lra]. Qed.

Lemma shannon_eq n p : Sum n (fun i => (- (p i * ln (p i)))) = shannon n p.
Proof. apply Sum_ext; intros; ring. Qed.

Definition one_hot (i : nat) : R := if Nat.eq_dec i 1 then 1 else 0.

Lemma one_hot_simplex n : (1 <= n)%nat -> simplex n one_hot.
Proof.
intros Hn. split; [intros i _; unfold one_hot; destruct (Nat.eq_dec i 1); lra|]. unfold one_hot. now apply (Sum_single n 1 1).
Qed.

Lemma Largest_pos n p : simplex n p -> 0 < Largest n p.
Proof.
intros [Hp Hs]. destruct (Sum_pos_ex n p) as [k [Hk Lk]]; [lra|]. pose proof (Largest_ge n p k Hk). lra.
Qed.

(** [q] undoes [alpha - 1]. *)
Lemma pw_root alpha e : 1 < alpha -> 0 <= e -> pw (pw e (alpha - 1)) (/ (alpha - 1)) = e.
Proof. intros Ha He. replace (/ (alpha - 1)) with (1 / (alpha - 1)) by (unfold Rdiv; ring). apply pw_inv_cancel; lra. Qed.

Lemma shannon_ge_largest n p : simplex n p -> - ln (Largest n p) <= shannon n p.
Proof.
intros [Hp Hs]. apply Rle_trans with (Sum n (fun i => p i * - ln (Largest n p))); [rewrite Sum_scal_r, Hs; lra|].
apply Sum_le. intros i Hi. destruct (Hp i Hi) as [L|<-]; [|lra].
pose proof (ln_le (p i) (Largest n p) L (Largest_ge n p i Hi)). nra.
Qed.

Lemma full_size n p : (forall i, inr i n -> 0 < p i) -> support_size n p = n.
Proof.
intros A. induction n as [|m IH]; [reflexivity|]. cbn [support_size]. rewrite IH by (intros; apply A; lia).
destruct (Rlt_dec 0 (p (S m))) as [|N]; [lia | exfalso; apply N, A; lia].
Qed.

Section Peak.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let p := entmax n alpha z.
Let pmax := Largest n p.
Let spread := (alpha - 1) * (Largest n z - - Largest n (fun i => - z i)).

Lemma spread_ge0 : 0 <= spread.
Proof. apply Rmult_le_pos; [lra | now apply range_ge0]. Qed.

Lemma spread_pos : (exists i, inr i n /\ z i <> z 1%nat) -> 0 < spread.
Proof.
intros [i [Hi Hne]]. apply Rmult_lt_0_compat; [lra|].
pose proof (Largest_ge n z i Hi). pose proof (Largest_ge n z 1 ltac:(lia)).
pose proof (Smallest_le n z i Hi). pose proof (Smallest_le n z 1 ltac:(lia)).
destruct (Rtotal_order (z i) (z 1%nat)) as [|[|]]; [lra | contradiction | lra].
Qed.

(** No token is further below the largest than the range. *)
Lemma peak_over i : inr i n -> pw pmax (alpha - 1) - pw (p i) (alpha - 1) <= spread.
Proof.
intros Hi. pose proof (threshold_exact n alpha z Hn Ha) as E. fold p in E. fold pmax in E.
unfold p at 1. rewrite entmax_pow by exact Ha. pose proof (Rmax_r 0 (scaled alpha z i - threshold n alpha z)) as M.
pose proof (Smallest_le n z i Hi) as S. unfold spread. unfold scaled in M at 1. nra.
Qed.

Lemma pmax_le1 : pmax <= 1.
Proof. destruct (top_token n alpha z Hn Ha) as [k [Hk [_ E]]]. fold p in E. fold pmax in E. rewrite <- E. now apply entmax_le1. Qed.

(** Some other token holds at most its share of what the largest leaves. *)
Lemma other_small : (2 <= n)%nat -> exists i, inr i n /\ p i <= (1 - pmax) / (INR n - 1).
Proof.
intros H2. pose proof (INR_above1 n H2) as HN. destruct (top_token n alpha z Hn Ha) as [k [Hk [_ E]]]. fold p in E. fold pmax in E.
pose proof (entmax_sum n alpha z Hn Ha) as S. fold p in S. set (c := (1 - pmax) / (INR n - 1)).
apply Classical_Prop.NNPP. intros N.
assert (L : forall i, inr i n -> c < p i) by (intros i Hi; apply Rnot_le_lt; intros L; apply N; now exists i).
assert (Sum n (fun i => c + if Nat.eq_dec i k then pmax - c else 0) < Sum n p).
{ assert (exists j, inr j n /\ j <> k) as [j [Hj Hne]].
  { destruct (Nat.eq_dec k 1) as [->|]; [exists 2%nat; lia | exists 1%nat; lia]. }
  apply (Sum_lt n _ _ j Hj); [intros i Hi|]; cbv beta.
  - destruct (Nat.eq_dec i k) as [->|]; [lra | pose proof (L i Hi); lra].
  - destruct (Nat.eq_dec j k); [contradiction | pose proof (L j Hj); lra]. }
rewrite Sum_plus, Sum_const, Sum_single, S in H by exact Hk.
assert (c * (INR n - 1) = 1 - pmax) by (unfold c; field; lra). nra.
Qed.

(** Where some token is dead, the largest holds at most what the range allows. *)
Lemma peak_with_dead : (support_size n p < n)%nat -> pw pmax (alpha - 1) <= spread.
Proof.
intros H. assert (exists i, inr i n /\ p i = 0) as [i [Hi Z]].
{ apply Classical_Prop.NNPP. intros N. assert (A : forall i, inr i n -> 0 < p i).
  { intros i Hi. destruct (entmax_ge0 n alpha z i) as [L|E]; [exact L | exfalso; apply N; exists i; now split]. }
  rewrite (full_size n p A) in H. lia. }
pose proof (peak_over i Hi) as P. rewrite Z, (pw_0 0) in P by lra. lra.
Qed.
End Peak.

Lemma root_le alpha x y : 1 < alpha -> 0 <= x -> pw x (alpha - 1) <= y -> x <= pw y (/ (alpha - 1)).
Proof. intros Ha Hx H. rewrite <- (pw_root alpha x Ha Hx). apply pw_le; [now apply q_pos | exact H]. Qed.

Lemma softmax_simplex n z : (1 <= n)%nat -> simplex n (softmax n z) /\ (forall i, 0 < softmax n z i).
Proof.
intros Hn. assert (W : 0 < Sum n (fun j => exp (z j))).
{ eapply Rlt_le_trans; [apply (exp_pos (z 1%nat))|]. apply (Sum_ge_term n (fun j => exp (z j)) 1%nat); [lia | intros; left; apply exp_pos]. }
assert (P : forall i, 0 < softmax n z i) by (intros; apply Rdiv_lt_0_compat; [apply exp_pos | exact W]).
split; [split|exact P]; [intros i _; left; apply P|]. unfold softmax, Rdiv. rewrite Sum_scal_r. apply Rinv_r. lra.
Qed.

(** A function with a derivative that is nowhere negative rises. *)
Lemma rises f df a b : a <= b -> (forall t, a <= t <= b -> is_derive f t (df t)) -> (forall t, a <= t <= b -> 0 <= df t) -> f a <= f b.
Proof.
intros [Hab| ->] Hd Hp; [|lra]. destruct (MVT_cor2 f df a b Hab) as [c [E Hc]]; [intros t Ht; now apply is_derive_Reals, Hd|].
pose proof (Hp c ltac:(lra)). assert (0 <= df c * (b - a)) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma point_le1 n s i : simplex n s -> inr i n -> 0 <= s i <= 1.
Proof. intros [A B] Hi. split; [now apply A|]. rewrite <- B. now apply (Sum_ge_term n s i Hi). Qed.

(* Proofs of the printed statements: the chapter support. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Dispersion HotLimit
  SupToOne SlopeAtOne Statements.
From EntmaxFormal Require MappingProofs.
Open Scope R_scope.

Theorem support_norm_criterion__sum : Statements.support_norm_criterion__sum.
Proof. start. now apply criterion_scaled. Qed.

Theorem support_norm_criterion__norm : Statements.support_norm_criterion__norm.
Proof. start. now apply criterion_norm. Qed.

Theorem critical_scale__critical : Statements.critical_scale__critical.
Proof. start. now apply critical. Qed.

Theorem critical_scale__nested : Statements.critical_scale__nested.
Proof. start. now apply (nested n alpha z H H0 theta eta k). Qed.

Theorem support_window__window : Statements.support_window__window.
Proof. start. now apply window. Qed.

Theorem support_window__outer : Statements.support_window__outer.
Proof.
start. apply window in H2; try assumption. eapply Rlt_le_trans; [exact H2|].
apply Rle_trans with (pw 1 (alpha - 1)); [|rewrite pw_1_l; lra]. apply pw_le; [lra|].
destruct (top_token n alpha z H H0) as [j [Hj [_ <-]]]. now apply entmax_le1.
Qed.

Theorem support_nested_in_alpha__nested : Statements.support_nested_in_alpha__nested.
Proof. start. now apply (nested_alpha n alpha beta z k). Qed.

Lemma Prod_zero n f k : inr k n -> f k = 0 -> Prod n f = 0.
Proof.
intros Hk Hf. induction n as [|m IH]; [lia|]. cbn [Prod].
destruct (Nat.eq_dec k (S m)) as [<-|]; [rewrite Hf; ring | rewrite IH; [ring | lia]].
Qed.

Theorem full_support__necessary : Statements.full_support__necessary.
Proof.
start. destruct (Largest_in n (fun i => - z i) ltac:(lia)) as [k [Hk E]].
assert (Z : entmax n alpha z k = 0).
{ apply finite_mask; [lia|assumption|]. apply (Rmult_le_reg_l (alpha - 1)); [lra|].
  replace ((alpha - 1) * (Largest n z - / (alpha - 1))) with ((alpha - 1) * Largest n z - 1) by (field; lra). rewrite E in H1. lra. }
exact (Prod_zero n (fun i => entmax n alpha z i) k Hk Z).
Qed.

Theorem full_support__sufficient : Statements.full_support__sufficient.
Proof.
start. set (Dl := (alpha - 1) * (Largest n z - - Largest n (fun i => - z i))) in *. set (q := / (alpha - 1)).
pose proof (q_pos alpha H0) as Hq. fold q in Hq.
assert (HN : 1 < INR n) by (change 1 with (INR 1); apply lt_INR; lia).
assert (D0 : forall i k, inr i n -> inr k n -> (alpha - 1) * (z i - z k) <= Dl).
{ intros i k Hi Hk. unfold Dl. pose proof (Largest_ge n z i Hi). pose proof (Largest_ge n (fun i => - z i) k Hk). simpl in H3. nra. }
assert (Dpos : 0 <= Dl) by (pose proof (D0 1%nat 1%nat ltac:(lia) ltac:(lia)); nra).
assert (B : (INR n - 1) * pw Dl q < 1).
{ pose proof (pw_lt Dl (pw (INR n - 1) (1 - alpha)) q Hq (conj Dpos H1)) as L.
  assert (E : pw (pw (INR n - 1) (1 - alpha)) q = / (INR n - 1)).
  { rewrite (pw_Rpower (INR n - 1)) by lra. rewrite pw_Rpower by apply Rpower_gt0. rewrite Rpower_mult.
    replace ((1 - alpha) * q) with (Ropp 1) by (unfold q; field; lra). rewrite Rpower_Ropp, Rpower_1; lra. }
  rewrite E in L. apply (Rmult_lt_compat_l (INR n - 1)) in L; [|lra]. rewrite Rinv_r in L; lra. }
assert (A : forall k, inr k n -> 0 < entmax n alpha z k).
{ intros k Hk. apply support_criterion; [lia | assumption |]. fold q. eapply Rle_lt_trans; [|exact B].
  apply Rle_trans with (Sum n (fun i => pw Dl q - if Nat.eq_dec i k then pw Dl q else 0)).
  - apply Sum_le. intros i Hi. destruct (Nat.eq_dec i k) as [->|].
    + rewrite Rminus_eq_0, Rmult_0_r, Rmax_0_0, pw_0 by lra. lra.
    + rewrite Rminus_0_r. apply pw_le; [exact Hq|]. apply Rmax_lub; [exact Dpos | now apply D0].
  - rewrite Sum_minus, Sum_const, Sum_single by exact Hk. lra. }
clear - A. set (p := entmax n alpha z) in *. clearbody p. induction n as [|m IH]; [lia|]. cbn [support_size].
assert (support_size m p >= m)%nat by (apply IH; intros; apply A; lia).
destruct (Rlt_dec 0 (p (S m))) as [|N]; [lia | exfalso; apply N, A; lia].
Qed.

Theorem support_size__size : Statements.support_size__size.
Proof. start. now apply size_criterion. Qed.

Theorem support_size__monotone : Statements.support_size__monotone.
Proof.
start. apply Sum_le. intros i Hi. apply pw_le; [now apply q_pos|].
pose proof (sorted_ge n z (Nat.max 1 (k - 1)) k H1 ltac:(lia) ltac:(lia)). nra.
Qed.

Theorem sparsity_from_gap__exact : Statements.sparsity_from_gap__exact.
Proof. start. replace (Nat.min (1 + k) n) with (S k) by lia. apply at_most; (assumption || lia). Qed.

Lemma next_zero n alpha z k : (1 <= n)%nat -> 1 < alpha -> sorted n z -> inr k n -> entmax n alpha z (Nat.min (1 + k) n) = 0 ->
  (k >= n)%nat \/ (support_size n (entmax n alpha z) <= k)%nat.
Proof.
intros Hn Ha Hs Hk Z. destruct (le_lt_dec n k) as [|L]; [left; lia | right].
replace (Nat.min (1 + k) n) with (S k) in Z by lia.
destruct (le_lt_dec (support_size n (entmax n alpha z)) k) as [|G]; [assumption|exfalso].
assert (0 < entmax n alpha z (S k)) by (apply (size_ge n alpha z Ha Hs); lia). lra.
Qed.

Theorem sparsity_from_gap__one_gap : Statements.sparsity_from_gap__one_gap.
Proof.
start. apply next_zero; try assumption. apply finite_mask; [assumption | assumption |].
pose proof (Largest_ge n z 1%nat ltac:(lia)). lra.
Qed.

Theorem sparsity_from_gap__step : Statements.sparsity_from_gap__step.
Proof.
start. destruct (le_lt_dec n k) as [|L]; [left; lia | right]. replace (Nat.min (1 + k) n) with (S k) in H3 by lia.
apply at_most; [assumption | assumption | assumption | lia |]. pose proof (q_pos alpha H0) as Hq. set (q := / (alpha - 1)) in *.
assert (HK : 0 < INR k) by (apply lt_0_INR; lia). apply Rle_ge.
apply Rle_trans with (Sum k (fun _ => / INR k)); [rewrite Sum_const; right; field; lra|].
apply Sum_le. intros i Hi. apply Rle_trans with (pw (pw (INR k) (1 - alpha)) q).
- rewrite (pw_Rpower (INR k)) by exact HK. rewrite pw_Rpower by apply Rpower_gt0. rewrite Rpower_mult.
  replace ((1 - alpha) * q) with (Ropp 1) by (unfold q; field; lra). rewrite Rpower_Ropp, Rpower_1 by exact HK. lra.
- apply pw_le; [exact Hq|]. pose proof (sorted_ge n z i k H1 ltac:(lia) ltac:(lia)).
  assert ((alpha - 1) * (z k - z (S k)) >= pw (INR k) (1 - alpha)); [|nra].
  apply Rle_ge. apply Rge_le in H3. apply (Rmult_le_compat_l (alpha - 1)) in H3; [|lra].
  replace ((alpha - 1) * (pw (INR k) (1 - alpha) / (alpha - 1))) with (pw (INR k) (1 - alpha)) in H3 by (field; lra). exact H3.
Qed.

Theorem one_hot_margin__one_hot : Statements.one_hot_margin__one_hot.
Proof.
start. pose proof (q_pos alpha H0) as Hq. split; intros G.
- assert (Z : entmax n alpha z 2%nat = 0).
  { destruct (entmax_ge0 n alpha z 2%nat) as [L|E]; [exfalso|now symmetry].
    pose proof (entmax_sum n alpha z ltac:(lia) H0) as S.
    assert (Sum 2 (entmax n alpha z) <= Sum n (entmax n alpha z)) by (apply Sum_prefix; [lia | intros; apply entmax_ge0]).
    simpl in H3. lra. }
  destruct (Rge_dec (z 1%nat - z 2%nat) (/ (alpha - 1))) as [|N]; [assumption|exfalso]. apply Rnot_ge_lt in N.
  assert (0 < entmax n alpha z 2%nat); [|lra]. apply criterion_sorted; [lia | assumption | assumption | lia |]. simpl. rewrite Rplus_0_l.
  pose proof (sorted_ge n z 1 2 H2 ltac:(lia) ltac:(lia)).
  apply Rlt_le_trans with (pw 1 (/ (alpha - 1))); [|rewrite pw_1_l; lra]. apply pw_lt; [exact Hq|]. split; [nra|].
  apply (Rmult_lt_compat_l (alpha - 1)) in N; [|lra]. rewrite Rinv_r in N; lra.
- apply (MappingProofs.infinite_logits__one n alpha z (z 1%nat - z 2%nat) H H0 eq_refl). intros l Hl.
  destruct (Nat.eq_dec l 1) as [|Hne]; [now left | right].
  pose proof (sorted_ge n z 2 l H2 ltac:(lia) ltac:(lia)). lra.
Qed.

Theorem one_hot_margin__ties : Statements.one_hot_margin__ties.
Proof.
start. pose proof (q_pos alpha H0) as Hq. set (q := / (alpha - 1)) in *.
assert (Top : Largest n z = z 1%nat).
{ apply Largest_is; [lia|]. intros i Hi. pose proof (sorted_ge n z 1 i H2 ltac:(lia) ltac:(lia)). lra. }
assert (Pre : forall k, inr k n -> (multiplicity n z >= k)%nat <-> z k = z 1%nat).
{ intros k Hk. unfold multiplicity. rewrite support_prefix; [| | | exact Hk].
  - rewrite Top. destruct (Req_EM_T (z k) (z 1%nat)); split; intros; try assumption; lra.
  - intros i _. destruct (Req_EM_T (z i) (Largest n z)); lra.
  - intros i j Hij Hj. rewrite Top. pose proof (sorted_ge n z i j H2 Hij Hj). pose proof (sorted_ge n z 1 i H2 ltac:(lia) ltac:(lia)).
    destruct (Req_EM_T (z i) (z 1%nat)), (Req_EM_T (z j) (z 1%nat)); lra. }
set (m := multiplicity n z) in *.
assert (Hm1 : (1 <= m)%nat) by (apply Pre; [lia|reflexivity]).
assert (Hmn : (m < n)%nat).
{ destruct (le_lt_dec n m) as [L|L]; [exfalso|exact L]. destruct H1 as [i [Hi Hne]]. apply Hne, Pre; [exact Hi|lia]. }
assert (HM : 0 < INR m) by (apply lt_0_INR; lia).
replace (1 + m)%nat with (S m) by lia. rewrite Top.
assert (Z : Sum m (fun i => entmax n alpha z i) = 1 <-> ~ 0 < entmax n alpha z (S m)).
{ pose proof (entmax_sum n alpha z ltac:(lia) H0) as St. split; intros G.
  - intros L. change (Sum m (entmax n alpha z) = 1) in G.
    assert (Q : Sum (S m) (entmax n alpha z) <= Sum n (entmax n alpha z)) by (apply Sum_prefix; [lia | intros; apply entmax_ge0]).
    cbn [Sum] in Q. lra.
  - change (Sum m (entmax n alpha z) = 1). rewrite <- (Sum_prefix_eq n m (entmax n alpha z)); [exact St | lia |]. intros i Hi.
    pose proof (p_sorted n alpha z H0 H2 (S m) i ltac:(lia) ltac:(lia)). pose proof (entmax_ge0 n alpha z i). lra. }
rewrite Z, (criterion_sorted n alpha z ltac:(lia) H0 H2) by lia. replace (S m - 1)%nat with m by lia. fold q.
set (d := z 1%nat - z (S m)). assert (Hd : 0 <= d) by (pose proof (sorted_ge n z 1 (S m) H2 ltac:(lia) ltac:(lia)); unfold d; lra).
rewrite (Sum_ext m _ (fun _ => pw ((alpha - 1) * d) q)), Sum_const.
2:{ intros i Hi. assert (E : z i = z 1%nat) by (apply Pre; lia). rewrite E. reflexivity. }
assert (Em : pw (pw (INR m) (1 - alpha)) q = / INR m).
{ rewrite (pw_Rpower (INR m)) by exact HM. rewrite pw_Rpower by apply Rpower_gt0. rewrite Rpower_mult.
  replace ((1 - alpha) * q) with (Ropp 1) by (unfold q; field; lra). rewrite Rpower_Ropp, Rpower_1 by exact HM. reflexivity. }
assert (K : INR m * pw ((alpha - 1) * d) q < 1 <-> (alpha - 1) * d < pw (INR m) (1 - alpha)).
{ rewrite <- (pw_lt_iff ((alpha - 1) * d) (pw (INR m) (1 - alpha)) q Hq ltac:(nra) (pw_ge0 _ _)). rewrite Em. split; intros L.
  - apply (Rmult_lt_reg_l (INR m)); [exact HM|]. rewrite Rinv_r; lra.
  - apply (Rmult_lt_compat_l (INR m)) in L; [|exact HM]. rewrite Rinv_r in L; lra. }
rewrite K. assert (W : pw (INR m) (1 - alpha) / (alpha - 1) * (alpha - 1) = pw (INR m) (1 - alpha)) by (field; lra).
set (B := pw (INR m) (1 - alpha)) in *. split; intros G.
- apply Rle_ge, (Rmult_le_reg_r (alpha - 1)); [lra|]. rewrite W. lra.
- apply Rge_le in G. apply (Rmult_le_compat_r (alpha - 1)) in G; [|lra]. rewrite W in G. lra.
Qed.

Lemma gap_power n z k q : 0 < q -> 0 < Sum n (fun i => pw (Rmax 0 (z i - z k)) q) \/ Sum n (fun i => pw (Rmax 0 (z i - z k)) q) = 0.
Proof.
intros Hq. destruct (Rle_lt_or_eq_dec 0 (Sum n (fun i => pw (Rmax 0 (z i - z k)) q))) as [L|E]; [|now left|now right].
apply Sum_nonneg. intros; apply pw_ge0.
Qed.

Theorem support_norm_criterion__inhabited : Statements.support_norm_criterion__inhabited.
Proof. exists 1%nat, 2, 1, (fun _ => 0). repeat split; (lia || lra). Qed.

Theorem support_norm_criterion__sum__defined : Statements.support_norm_criterion__sum__defined.
Proof. parts. Qed.

Theorem support_norm_criterion__norm__defined : Statements.support_norm_criterion__norm__defined.
Proof. parts. destruct (gap_power n z k (/ (alpha - 1)) (q_pos alpha H0)) as [L|E]; [now left | right; split; [exact E | lra]]. Qed.

Theorem critical_scale__inhabited : Statements.critical_scale__inhabited.
Proof. exists 1%nat, 2, 1, (fun _ => 0), 1. repeat split; (lia || lra). Qed.

Theorem critical_scale__critical__defined : Statements.critical_scale__critical__defined.
Proof.
parts. left. destruct (Largest_in n z H) as [j [Hj E]]. eapply Rlt_le_trans; [|apply (Sum_ge_term n _ j Hj); intros; apply pw_ge0].
cbv beta. apply pw_gt0, Rmax_0_pos_iff. destruct (Largest_ge n z k H4) as [L|L]; [lra | contradiction].
Qed.

Theorem support_nested_in_alpha__inhabited : Statements.support_nested_in_alpha__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 2. repeat split; (lia || lra). Qed.

Theorem support_window__inhabited : Statements.support_window__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0). repeat split; (lia || lra). Qed.

Theorem support_window__window__defined : Statements.support_window__window__defined.
Proof. start. left. now apply pmax_pos. Qed.

Theorem full_support__inhabited : Statements.full_support__inhabited.
Proof. exists 2%nat, 2, (fun _ => 0). repeat split; (lia || lra). Qed.

Theorem full_support__sufficient__defined : Statements.full_support__sufficient__defined.
Proof. start. left. pose proof (INR_above1 n H). lra. Qed.

Theorem support_size__inhabited : Statements.support_size__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0). repeat split; (lia || lra || (intros; right; lra)). Qed.

Lemma power_defined n alpha z i k : 1 < alpha -> sorted n z -> (1 <= i <= k)%nat -> (k <= n)%nat ->
  0 < (alpha - 1) * (z i - z k) \/ (alpha - 1) * (z i - z k) = 0 /\ 0 < / (alpha - 1).
Proof.
intros Ha Hs Hi Hk. pose proof (sorted_ge n z i k Hs Hi Hk). pose proof (q_pos alpha Ha).
destruct (Req_EM_T (z i) (z k)) as [E|E]; [right; rewrite E; split; [ring | assumption] | left; nra].
Qed.

Theorem support_size__size__defined : Statements.support_size__size__defined.
Proof. parts. apply (power_defined n); (assumption || lia). Qed.

Theorem support_size__monotone__defined : Statements.support_size__monotone__defined.
Proof. parts; apply (power_defined n); (assumption || lia). Qed.

Theorem sparsity_from_gap__inhabited : Statements.sparsity_from_gap__inhabited.
Proof. exact support_size__inhabited. Qed.

Theorem sparsity_from_gap__exact__defined : Statements.sparsity_from_gap__exact__defined.
Proof. parts. apply (power_defined n); (assumption || lia). Qed.

Theorem sparsity_from_gap__one_gap__defined : Statements.sparsity_from_gap__one_gap__defined.
Proof. parts. Qed.

Theorem sparsity_from_gap__step__defined : Statements.sparsity_from_gap__step__defined.
Proof. parts. Qed.

Definition two (a b : R) (i : nat) : R := if Nat.eq_dec i 1 then a else b.

Theorem one_hot_margin__inhabited : Statements.one_hot_margin__inhabited.
Proof.
exists 2%nat, 2, (two 1 0). repeat split; try (lia || lra).
- exists 2%nat. split; [lia | unfold two; simpl; lra].
- intros l Hl. destruct (Nat.eq_dec l 1) as [|N]; [now left | right]. replace l with 2%nat by lia. unfold two; simpl; lra.
Qed.

Theorem one_hot_margin__one_hot__defined : Statements.one_hot_margin__one_hot__defined.
Proof. parts. Qed.

(** Not all logits are the largest. *)
Lemma multiplicity_below n z : (exists i, inr i n /\ z i <> z 1%nat) -> (1 <= multiplicity n z < n)%nat.
Proof.
intros [i [Hi Hne]]. unfold multiplicity. set (s j := if Req_EM_T (z j) (Largest n z) then 1 else 0). split.
- destruct (Largest_in n z ltac:(lia)) as [k [Hk E]]. apply INR_le. rewrite support_size_Sum. simpl.
  eapply Rle_trans; [|apply (Sum_ge_term n _ k Hk)].
  + cbv beta. unfold s. destruct (Req_EM_T (z k) (Largest n z)); [destruct (Rlt_dec 0 1); lra | lra].
  + intros j _. cbv beta. destruct (Rlt_dec 0 (s j)); lra.
- apply INR_lt. rewrite support_size_Sum. rewrite <- (Rmult_1_r (INR n)), <- Sum_const.
  destruct (Req_EM_T (z 1%nat) (Largest n z)) as [E|E].
  + apply (Sum_lt n _ _ i Hi); [intros j _; cbv beta; destruct (Rlt_dec 0 (s j)); lra|].
    cbv beta. unfold s. destruct (Req_EM_T (z i) (Largest n z)); [lra | destruct (Rlt_dec 0 0); lra].
  + apply (Sum_lt n _ _ 1%nat ltac:(lia)); [intros j _; cbv beta; destruct (Rlt_dec 0 (s j)); lra|].
    cbv beta. unfold s. destruct (Req_EM_T (z 1%nat) (Largest n z)); [lra | destruct (Rlt_dec 0 0); lra].
Qed.

Theorem one_hot_margin__ties__defined : Statements.one_hot_margin__ties__defined.
Proof. start. pose proof (multiplicity_below n z H1). parts. Qed.

Theorem least_support__inhabited : Statements.least_support__inhabited.
Proof.
exists 2%nat, 2, (two 1 0). repeat split; try (lia || lra).
exists 2%nat. split; [lia | unfold two; simpl; lra].
Qed.

Theorem least_support__least : Statements.least_support__least.
Proof.
start. pose proof (spread_pos n alpha z ltac:(lia) H0 H1) as D. cbv zeta in D.
set (d := (alpha - 1) * (Largest n z - - Largest n (fun i => - z i))) in *. set (S := support_size n (entmax n alpha z)).
apply Rle_ge. destruct (le_lt_dec n S) as [L|L]; [eapply Rle_trans; [apply Rmin_r | now apply le_INR]|].
eapply Rle_trans; [apply Rmin_l|]. pose proof (peak_with_dead n alpha z ltac:(lia) H0 L) as P. fold d in P.
pose proof (pmax_pos n alpha z ltac:(lia) H0) as P0. pose proof (pmax_size n alpha z ltac:(lia) H0) as M. fold S in M.
pose proof (root_le alpha _ _ H0 (Rlt_le _ _ P0) P) as R0. set (pm := Largest n (entmax n alpha z)) in *.
pose proof (pw_gt0 d (/ (alpha - 1)) D) as G. set (m := pw d (/ (alpha - 1))) in *.
assert (E : pw d (- / (alpha - 1)) = / m).
{ unfold m. rewrite !pw_Rpower by exact D. apply Rpower_Ropp. }
rewrite E. apply (Rmult_le_reg_r m); [exact G|]. rewrite Rinv_l by lra. pose proof (pos_INR S). nra.
Qed.

Theorem least_support__least__defined : Statements.least_support__least__defined.
Proof. start. split; [lra | left; apply spread_pos; (lia || assumption)]. Qed.

(** ** Softmax as the limit. *)
Theorem softmax_limit__inhabited : Statements.softmax_limit__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0). repeat split; (lia || lra). Qed.

(** e^(-u) <= 1 - u + u^2 / 2 and 1 - e^(-u) <= u *)
Lemma exp_opp_below u : 0 <= u -> exp (- u) <= 1 - u + u ^ 2 / 2.
Proof.
intros Hu. set (f t := 1 - t + t ^ 2 / 2 - exp (- t)). assert (R : f 0 <= f u).
{ destruct Hu as [Hu|<-]; [|lra]. destruct (MVT_cor2 f (fun t => - 1 + t + exp (- t)) 0 u Hu) as [c [E Hc]].
  - intros t _. apply is_derive_Reals. unfold f. auto_derive; [trivial | field].
  - pose proof (exp_ineq1_le (- c)). assert (0 <= (- 1 + c + exp (- c)) * (u - 0)) by (apply Rmult_le_pos; lra). lra. }
unfold f in R. rewrite Ropp_0, exp_0 in R. lra.
Qed.

Lemma pw_ln t a : 0 < t -> pw t a = exp (a * ln t).
Proof. intros H. now rewrite pw_Rpower. Qed.

(** Shannon's and Tsallis' terms of one probability. *)
Lemma tsallis_below alpha t : 1 < alpha -> 0 <= t <= 1 -> tsallis_term alpha t <= - (t * ln t).
Proof.
intros Ha [[Ht|<-] H1]; unfold tsallis_term; [|rewrite pw_0 by lra; unfold Rdiv; lra].
assert (E : pw t alpha = t * exp ((alpha - 1) * ln t)).
{ replace alpha with (1 + (alpha - 1)) at 1 by ring. rewrite pw_plus, pw_1_r, pw_ln by lra. reflexivity. }
pose proof (exp_ineq1_le ((alpha - 1) * ln t)) as I. pose proof (ln_le t 1 Ht H1) as L. rewrite ln_1 in L.
apply (Rmult_le_reg_r (alpha * (alpha - 1))); [nra|].
replace ((t - pw t alpha) / (alpha * (alpha - 1)) * (alpha * (alpha - 1))) with (t - pw t alpha) by (field; lra).
rewrite E. apply (Rmult_le_compat_l t) in I; [|lra].
assert (0 <= t * ((alpha - 1) * ((alpha - 1) * - ln t))) by (repeat apply Rmult_le_pos; lra). lra.
Qed.

Lemma tsallis_near alpha t : 1 < alpha -> 0 < t <= 1 ->
  - (t * ln t) - tsallis_term alpha t <= (alpha - 1) / alpha * (- (t * ln t) + t * ln t ^ 2 / 2).
Proof.
intros Ha [Ht H1]. unfold tsallis_term.
assert (E : pw t alpha = t * exp ((alpha - 1) * ln t)).
{ replace alpha with (1 + (alpha - 1)) at 1 by ring. rewrite pw_plus, pw_1_r, pw_ln by lra. reflexivity. }
pose proof (ln_le t 1 Ht H1) as L. rewrite ln_1 in L. pose proof (exp_opp_below ((alpha - 1) * - ln t) ltac:(apply Rmult_le_pos; lra)) as I.
replace (- ((alpha - 1) * - ln t)) with ((alpha - 1) * ln t) in I by ring. rewrite E. set (e := exp ((alpha - 1) * ln t)) in *.
set (l := ln t) in *.
apply (Rmult_le_reg_r (alpha * (alpha - 1))); [nra|].
replace ((- (t * l) - (t - t * e) / (alpha * (alpha - 1))) * (alpha * (alpha - 1))) with (- (alpha * (alpha - 1)) * (t * l) - t + t * e) by (field;
  lra).
replace ((alpha - 1) / alpha * (- (t * l) + t * l ^ 2 / 2) * (alpha * (alpha - 1))) with (t * ((alpha - 1) ^ 2 * (- l + l ^ 2 / 2))) by (field;
  lra).
apply (Rmult_le_compat_l t) in I; [|lra]. replace (((alpha - 1) * - l) ^ 2) with ((alpha - 1) ^ 2 * l ^ 2) in I by ring.
apply Rle_trans with (- (alpha * (alpha - 1)) * (t * l) - t + t * (1 - (alpha - 1) * - l + (alpha - 1) ^ 2 * l ^ 2 / 2)); [lra|]. right. field.
Qed.

Theorem softmax_limit__divergence : Statements.softmax_limit__divergence.
Proof.
start. set (p := entmax n alpha z). set (r := softmax n z). destruct (softmax_simplex n z H) as [Hr Pr]. fold r in Hr, Pr.
pose proof (entmax_simplex n alpha z H H0) as Hp. fold p in Hp. pose proof (entmax_optimal n alpha z H H0 r Hr) as O. fold p in O.
unfold objective in O.
set (w := ln (Sum n (fun j => exp (z j)))).
assert (W : 0 < Sum n (fun j => exp (z j))).
{ eapply Rlt_le_trans; [apply (exp_pos (z 1%nat))|]. apply (Sum_ge_term n (fun j => exp (z j)) 1%nat); [lia | intros; left; apply exp_pos]. }
assert (Lr : forall i, ln (r i) = z i - w).
{ intros i. unfold r, softmax. rewrite ln_div, ln_exp by (assumption || apply exp_pos). reflexivity. }
destruct Hp as [Hp Sp]. destruct Hr as [Hr Sr].
assert (L1 : forall s, simplex n s -> forall i, inr i n -> 0 <= s i <= 1).
{ intros s [A B] i Hi. split; [now apply A|]. rewrite <- B. now apply (Sum_ge_term n s i Hi). }
assert (A : Sum n (fun i => tsallis_term alpha (p i)) <= Sum n (fun i => - (p i * ln (p i)))).
{ apply Sum_le. intros i Hi. apply tsallis_below; [exact H0 | apply L1; [now split | exact Hi]]. }
assert (B : Sum n (fun i => - (r i * ln (r i))) - Sum n (fun i => tsallis_term alpha (r i)) <=
  (alpha - 1) / alpha * (Sum n (fun i => - (r i * ln (r i))) + Sum n (fun i => r i * ln (r i) ^ 2 / 2))).
{ rewrite <- Sum_minus, <- Sum_plus, <- Sum_scal. apply Sum_le. intros i Hi. apply tsallis_near; [exact H0|].
  pose proof (L1 r (conj Hr Sr) i Hi). split; [apply Pr | lra]. }
assert (C : Sum n (fun i => - (r i * ln (r i))) = w - Sum n (fun i => r i * z i)).
{ rewrite <- (Rmult_1_l w), <- Sr, <- Sum_scal_r, <- Sum_minus. apply Sum_ext. intros i _. rewrite Lr. ring. }
assert (E : Sum n (fun i => (ln (p i) - ln (r i)) * p i) = w - Sum n (fun i => p i * z i) - Sum n (fun i => - (p i * ln (p i)))).
{ rewrite <- (Rmult_1_l w), <- Sp, <- Sum_scal_r, <- !Sum_minus. apply Sum_ext. intros i _. rewrite Lr. ring. }
assert (F : Sum n (fun i => r i * ln (r i) ^ 2 / 2) = Sum n (fun i => ln (r i) ^ 2 * r i) / 2).
{ unfold Rdiv. rewrite <- Sum_scal_r. apply Sum_ext. intros; ring. }
rewrite E, <- F. set (X := Sum n (fun i => r i * ln (r i) ^ 2 / 2)) in *. set (Y := Sum n (fun i => - (r i * ln (r i)))) in *.
replace ((alpha - 1) * (X + Y) / alpha) with ((alpha - 1) / alpha * (Y + X)) by (field; lra). lra.
Qed.

Theorem softmax_limit__divergence__defined : Statements.softmax_limit__divergence__defined.
Proof.
start. destruct (softmax_simplex n z H) as [_ P]. repeat split; try (intros; apply entmax_ge0); try lra; intros i _; [|left]; apply P.
Qed.

(** ** At the edge of the support. *)
Theorem edge_order__inhabited : Statements.edge_order__inhabited.
Proof. exists 2%nat, 2, (fun _ => 0). repeat split; (lia || lra). Qed.

Theorem edge_order__at_most : Statements.edge_order__at_most.
Proof.
start. assert (Hn : (1 <= n)%nat) by lia. unfold entmax. apply pw_le; [now apply q_pos|]. apply Rmax_0_le.
pose proof (threshold_bracket n alpha z Hn H0) as B. rewrite Largest_scaled in B by assumption. lra.
Qed.

Theorem edge_order__at_most__defined : Statements.edge_order__at_most__defined.
Proof. parts. Qed.

Lemma pair_sum alpha z : 1 < alpha -> entmax 2 alpha z 1%nat + entmax 2 alpha z 2%nat = 1.
Proof. intros Ha. pose proof (entmax_sum 2 alpha z ltac:(lia) Ha) as S. cbn [Sum] in S. lra. Qed.

(** A power below 1 of a number below 1 is above it. *)
Lemma pw_above t a : 0 <= t <= 1 -> 0 < a <= 1 -> t <= pw t a.
Proof.
intros [[Ht|<-] H1] Ha; [|apply pw_ge0]. rewrite <- (pw_1_r t) at 1 by lra. rewrite !pw_Rpower by exact Ht.
pose proof (ln_le t 1 Ht H1) as L. rewrite ln_1 in L. apply exp_le. nra.
Qed.

Lemma pw_below1 t a : 0 <= t <= 1 -> 0 < a -> pw t a <= 1.
Proof. intros Ht Ha. apply Rle_trans with (pw 1 a); [apply pw_le; lra | rewrite pw_1_l; lra]. Qed.

Theorem edge_order__at_least : Statements.edge_order__at_least.
Proof.
start. destruct H1 as [E2 C]. subst n. assert (Hn : (1 <= 2)%nat) by lia. pose proof (pair_sum alpha z H0) as S. pose proof (entmax_ge0 2 alpha z 1) as P1. pose proof (entmax_ge0 2 alpha z 2) as P2.
apply Rle_ge. rewrite <- (pw_root alpha (entmax 2 alpha z 2%nat) H0 P2). apply pw_le; [now apply q_pos|].
pose proof (threshold_exact 2 alpha z Hn H0) as T. cbv zeta in T.
assert (M : pw (Largest 2 (entmax 2 alpha z)) (alpha - 1) + pw (entmax 2 alpha z 2%nat) (alpha - 1) >= 1 \/
  Largest 2 (entmax 2 alpha z) = entmax 2 alpha z 2%nat).
{ cbn [Largest]. unfold Rmax. destruct (Rle_dec _ _); [now right | left].
  pose proof (pw_above (entmax 2 alpha z 1%nat) (alpha - 1) ltac:(lra) ltac:(lra)).
  pose proof (pw_above (entmax 2 alpha z 2%nat) (alpha - 1) ltac:(lra) ltac:(lra)). lra. }
rewrite entmax_pow in * by exact H0. set (tau := threshold 2 alpha z) in *. unfold scaled in *.
assert (B : 1 - (alpha - 1) * (Largest 2 z - z 2%nat) <= 2 * Rmax 0 ((alpha - 1) * z 2%nat - tau)).
{ pose proof (Rmax_r 0 ((alpha - 1) * z 2%nat - tau)) as R.
  assert (Q : pw (Largest 2 (entmax 2 alpha z)) (alpha - 1) <= 1) by (apply pw_below1; [|lra]; cbn [Largest]; unfold Rmax; destruct (Rle_dec _ _);
    lra).
  destruct M as [M|M]; [lra|].
  (* then it is the larger one, and holds a half at least *)
  assert (E : pw (entmax 2 alpha z 2%nat) (alpha - 1) = Rmax 0 ((alpha - 1) * z 2%nat - tau)) by now apply entmax_pow.
  pose proof (pw_above (entmax 2 alpha z 2%nat) (alpha - 1) ltac:(lra) ltac:(lra)) as A.
  assert (entmax 2 alpha z 1%nat <= entmax 2 alpha z 2%nat) by (rewrite <- M; apply Largest_ge; lia).
  assert (0 <= (alpha - 1) * (Largest 2 z - z 2%nat)) by (apply Rmult_le_pos; [lra | pose proof (Largest_ge 2 z 2 ltac:(lia)); lra]). lra. }
pose proof (Rmax_0_ge ((alpha - 1) * z 2%nat - tau)). unfold Rmax at 1. destruct (Rle_dec _ _); lra.
Qed.

Lemma half_defined x q : 0 < q -> 0 < Rmax 0 x / 2 \/ Rmax 0 x / 2 = 0 /\ 0 < q.
Proof. intros Hq. destruct (Rmax_0_ge x) as [L|E]; [left; lra | right; rewrite <- E; split; lra]. Qed.

Theorem edge_order__at_least__defined : Statements.edge_order__at_least__defined.
Proof. parts; try lia; try (apply half_defined; now apply q_pos). Qed.

Theorem edge_order__edge : Statements.edge_order__edge.
Proof.
start. apply finite_mask; [lia | exact H0|]. pose proof (Largest_ge n z 1 ltac:(lia)).
apply (Rmult_le_reg_l (alpha - 1)); [lra|].
replace ((alpha - 1) * (Largest n z - / (alpha - 1))) with ((alpha - 1) * Largest n z - 1) by (field; lra). nra.
Qed.

Theorem edge_order__edge__defined : Statements.edge_order__edge__defined.
Proof. parts. Qed.

(** ** Two tokens that exchange their places. *)
Definition swap (i : nat) : nat := match i with 2 => 3 | 3 => 2 | _ => i end%nat.

Lemma swap_permutes n : (3 <= n)%nat -> permutes n swap.
Proof. intros Hn. split; [intros [|[|[|[|i]]]] | intros [|[|[|[|i]]]] [|[|[|[|j]]]]]; simpl; lia. Qed.

Lemma swap_sum n (g : nat -> R) : (3 <= n)%nat -> Sum n (fun i => (g i - g (swap i)) ^ 2) = 2 * (g 2%nat - g 3%nat) ^ 2.
Proof.
intros Hn. set (d := (g 2%nat - g 3%nat) ^ 2).
transitivity (Sum n (fun i => (if Nat.eq_dec i 2 then d else 0) + (if Nat.eq_dec i 3 then d else 0))).
- apply Sum_ext. intros [|[|[|[|i]]]] Hi; simpl; unfold d; ring.
- rewrite Sum_plus, !Sum_single by lia. ring.
Qed.

Section Exchange.
Variables (n : nat) (alpha epsilon : R) (z : nat -> R).
Hypotheses (Hn : (3 <= n)%nat) (Ha : 1 < alpha) (He : 0 < epsilon).
Hypotheses (H2 : entmax n alpha z 2%nat = epsilon) (H3 : (alpha - 1) * z 3%nat = threshold n alpha z).

Lemma third_dead : entmax n alpha z 3%nat = 0.
Proof. apply entmax_zero_iff; [exact Ha|]. unfold scaled. lra. Qed.

Lemma second_over : z 2%nat - z 3%nat = pw epsilon (alpha - 1) / (alpha - 1).
Proof.
pose proof (entmax_pow n alpha z Ha 2) as E. rewrite H2 in E. unfold scaled in E.
assert (P : 0 < entmax n alpha z 2%nat) by lra. apply entmax_pos_iff in P; [|exact Ha]. unfold scaled in P.
rewrite Rmax_0_id in E by lra. rewrite E, <- H3. field. lra.
Qed.

Lemma moved : Sum n (fun i => (entmax n alpha z i - entmax n alpha (fun i => z (swap i)) i) ^ 2) = 2 * epsilon ^ 2.
Proof.
rewrite (Sum_ext n _ (fun i => (entmax n alpha z i - entmax n alpha z (swap i)) ^ 2)).
- rewrite (swap_sum n (entmax n alpha z) Hn), H2, third_dead. ring.
- intros i Hi. now rewrite (permutation_probabilities n alpha z swap i ltac:(lia) Ha (swap_permutes n Hn)).
Qed.

Lemma apart : Sum n (fun i => (z i - z (swap i)) ^ 2) = 2 * (pw epsilon (alpha - 1) / (alpha - 1)) ^ 2.
Proof. now rewrite (swap_sum n z Hn), second_over. Qed.
End Exchange.

Lemma quarter_root : pw (1 / 4) (/ 2) = 1 / 2.
Proof. rewrite <- (pw_root 3 (1 / 2)) by lra. replace (3 - 1) with 2 by ring. rewrite pw_2 by lra. f_equal. field. Qed.

Theorem not_lipschitz__inhabited : Statements.not_lipschitz__inhabited.
Proof.
set (z i := if le_dec i 2 then 1 / 8 else 0). exists 3%nat, 3, z, 1, (1 / 2).
assert (T : threshold 3 3 z = 0).
{ apply threshold_is; [lia | lra |]. unfold mass; cbn [Sum]. unfold scaled, z; simpl. replace (3 - 1) with 2 by ring.
  replace (2 * (1 / 8) - 0) with (1 / 4) by field. replace (2 * 0 - 0) with 0 by ring. rewrite !Rmax_0_id by lra.
  rewrite quarter_root, pw_0 by lra. field. }
assert (P : forall i, (i <= 2)%nat -> entmax 3 3 z i = 1 / 2).
{ intros i Hi. unfold entmax. rewrite T. unfold z. destruct (le_dec i 2); [|lia]. replace (3 - 1) with 2 by ring.
  replace (2 * (1 / 8) - 0) with (1 / 4) by field. rewrite Rmax_0_id by lra. apply quarter_root. }
repeat split; try (lia || lra).
- intros _. replace ((3 - 1) / (2 * 1)) with 1 by field. rewrite pw_1_l, Rmin_left; lra.
- rewrite P by lia. field.
- apply P. lia.
- intros i Hi. rewrite T. unfold z. destruct (le_dec i 2); [lia | ring].
Qed.

(** Every point of the simplex is entmax of some row, with the threshold 0. *)
Lemma from_probabilities n alpha p (z := fun i => pw (p i) (alpha - 1) / (alpha - 1)) : (1 <= n)%nat -> 1 < alpha -> simplex n p ->
  threshold n alpha z = 0 /\ forall i, inr i n -> entmax n alpha z i = p i.
Proof.
intros Hn Ha [P0 P1].
assert (E : forall i, inr i n -> pw (Rmax 0 ((alpha - 1) * z i - 0)) (/ (alpha - 1)) = p i).
{ intros i Hi. unfold z. replace ((alpha - 1) * (pw (p i) (alpha - 1) / (alpha - 1)) - 0) with (pw (p i) (alpha - 1)) by (field; lra).
  rewrite Rmax_0_id by apply pw_ge0. apply pw_root; [exact Ha | now apply P0]. }
assert (T : threshold n alpha z = 0).
{ apply threshold_is; [exact Hn | exact Ha |]. unfold mass, scaled. now rewrite (Sum_ext n _ p E). }
split; [exact T|]. intros i Hi. unfold entmax. rewrite T. now apply E.
Qed.

Theorem not_lipschitz__found : Statements.not_lipschitz__found.
Proof.
start. set (p i := (if Nat.eq_dec i 1 then 1 - epsilon else 0) + (if Nat.eq_dec i 2 then epsilon else 0)).
destruct (from_probabilities n alpha p) as [T E]; [lia | assumption | |].
- split; [intros i _; unfold p; destruct (Nat.eq_dec i 1), (Nat.eq_dec i 2); lra|].
  unfold p. rewrite Sum_plus, !Sum_single by lia. ring.
- eexists. split; [|split; [|intros i Hi; rewrite T]].
  + rewrite E by lia. unfold p. simpl. ring.
  + rewrite E by lia. unfold p. simpl. ring.
  + unfold p. destruct (Nat.eq_dec i 1); [lia|]. destruct (Nat.eq_dec i 2); [lia|]. rewrite pw_0 by lra. field. lra.
Qed.

Theorem not_lipschitz__ratio : Statements.not_lipschitz__ratio.
Proof.
start. change (fun i => z match i with 2%nat => 3%nat | 3%nat => 2%nat | _ => i end) with (fun i => z (swap i)).
rewrite (moved n alpha epsilon z) by (assumption || lra || (apply H6; lia)).
transitivity (pw epsilon (4 - 2 * alpha) * (alpha - 1) ^ 2 * Sum n (fun i => (z i - z (swap i)) ^ 2)); [|reflexivity].
rewrite (apart n alpha epsilon z) by (assumption || lra || (apply H6; lia)).
assert (E : pw epsilon (4 - 2 * alpha) * (pw epsilon (alpha - 1) * pw epsilon (alpha - 1)) = epsilon ^ 2).
{ rewrite <- !pw_plus by lra. rewrite <- pw_2 by lra. f_equal. ring. }
rewrite <- E. field. lra.
Qed.

Theorem not_lipschitz__ratio__defined : Statements.not_lipschitz__ratio__defined.
Proof. parts. Qed.

Theorem not_lipschitz__unbounded : Statements.not_lipschitz__unbounded.
Proof.
start. change (fun i => z match i with 2%nat => 3%nat | 3%nat => 2%nat | _ => i end) with (fun i => z (swap i)).
rewrite (moved n alpha epsilon z) by (assumption || lra || (apply H6; lia)).
apply Rlt_gt, Rle_lt_trans with (lipschitz ^ 2 * Sum n (fun i => (z i - z (swap i)) ^ 2)); [right; reflexivity|].
rewrite (apart n alpha epsilon z) by (assumption || lra || (apply H6; lia)).
assert (B : pw epsilon (alpha - 2) <= (alpha - 1) / (2 * lipschitz)).
{ assert (C : 0 < (alpha - 1) / (2 * lipschitz)) by (apply Rdiv_lt_0_compat; lra).
  apply Rle_trans with (pw (pw ((alpha - 1) / (2 * lipschitz)) (/ (alpha - 2))) (alpha - 2)).
  - apply pw_le; [lra|]. rewrite H3 by lra. apply Rmin_r.
  - pose proof (Rinv_0_lt_compat (alpha - 2) ltac:(lra)). rewrite pw_pw by lra. rewrite Rinv_l by lra. rewrite pw_1_r; lra. }
assert (E : pw epsilon (alpha - 1) = epsilon * pw epsilon (alpha - 2)).
{ replace (alpha - 1) with (1 + (alpha - 2)) by ring. rewrite pw_plus, pw_1_r by lra. reflexivity. }
rewrite E. set (u := pw epsilon (alpha - 2)) in *. pose proof (pw_gt0 epsilon (alpha - 2) ltac:(lra)) as U. fold u in U.
assert (Q : lipschitz * (u / (alpha - 1)) <= 1 / 2).
{ apply Rle_trans with (lipschitz * ((alpha - 1) / (2 * lipschitz) / (alpha - 1))); [|right; field; lra].
  apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra | exact B]. }
assert (Q0 : 0 < lipschitz * (u / (alpha - 1))) by (apply Rmult_lt_0_compat; [lra | apply Rdiv_lt_0_compat; lra]).
replace (lipschitz ^ 2 * (2 * (epsilon * u / (alpha - 1)) ^ 2)) with (2 * epsilon ^ 2 * (lipschitz * (u / (alpha - 1))) ^ 2) by (field; lra).
set (w := lipschitz * (u / (alpha - 1))) in *. assert (W : w ^ 2 <= 1 / 4) by nra.
assert (P : 0 < epsilon ^ 2) by (apply pow_lt; lra). apply (Rmult_le_compat_l (2 * epsilon ^ 2)) in W; lra.
Qed.

Theorem hot_limit__inhabited : Statements.hot_limit__inhabited.
Proof.
exists 1%nat, 2, 1, (fun _ => 0). repeat split; try (lia || lra). simpl. rewrite pw_1_l. lra.
Qed.

Theorem hot_limit__expansion__defined : Statements.hot_limit__expansion__defined.
Proof. parts; apply Rgt_not_eq, lt_0_INR; lia. Qed.

Theorem hot_limit__expansion : Statements.hot_limit__expansion.
Proof.
start. set (R0 := Largest n z - - Largest n (fun i => - z i)) in *. assert (HN : 0 < INR n) by (apply lt_0_INR; lia).
assert (N1 : 1 <= INR n) by (now apply INR_ge1). pose proof (q_pos alpha H0) as Hq.
pose proof (range_ge0 n z H) as HR. fold R0 in HR.
pose proof (hot_error n alpha (theta * (alpha - 1) * R0) (scaled alpha (fun i => theta * z i)) (threshold n alpha (fun i => theta * z i)) H H0
  (threshold_mass n alpha _ H H0)) as E. cbv zeta in E.
assert (HrE : forall i j, inr i n -> inr j n -> scaled alpha (fun i => theta * z i) i - scaled alpha (fun i => theta * z i)
  j <= theta * (alpha - 1) * R0).
{ intros k l Hk Hl. unfold scaled. pose proof (Largest_ge n z k Hk). pose proof (Smallest_le n z l Hl).
  replace ((alpha - 1) * (theta * z k) - (alpha - 1) * (theta * z l)) with (theta * (alpha - 1) * (z k - z l)) by ring.
  apply Rmult_le_compat_l; [apply Rmult_le_pos; lra | unfold R0; lra]. }
specialize (E HrE H2 i H3). set (q := / (alpha - 1)) in *. set (u := pw (INR n) (1 - alpha)) in *.
assert (Ku : forall y, Rpower u y = pw (INR n) ((1 - alpha) * y)).
{ intros y. unfold u. rewrite !pw_Rpower by exact HN. apply Rpower_mult. }
rewrite !Ku in E. replace ((1 - alpha) * (q - 1)) with (alpha - 2) in E by (unfold q; field; lra).
replace ((1 - alpha) * (q - 2)) with (2 * alpha - 3) in E by (unfold q; field; lra).
assert (L : / INR n + q * pw (INR n) (alpha - 2) * (scaled alpha (fun i => theta * z i) i - Sum n (scaled alpha (fun i => theta * z i)) / INR n)
  = / INR n + theta * pw (INR n) (alpha - 2) * (z i - Sum n (fun j => z j) / INR n)).
{ unfold scaled at 2. rewrite (Sum_ext n _ (fun j => (alpha - 1) * theta * z j)) by (intros; ring). rewrite Sum_scal. unfold scaled, q.
  change (Sum n z) with (Sum n (fun j => z j)). field. lra. }
rewrite L in E. eapply Rle_trans; [exact E|]. set (c := pw (INR n) (2 * alpha - 3)). assert (C0 : 0 <= c) by apply pw_ge0.
assert (K2 : Rabs (q * (q - 1)) * (alpha - 1) ^ 2 = Rabs (alpha - 2)).
{ rewrite <- (Rabs_pos_eq ((alpha - 1) ^ 2)) by apply pow2_ge_0. rewrite <- Rabs_mult, <- (Rabs_Ropp (alpha - 2)). f_equal. unfold q. field. lra. }
assert (P2 : Rpower 2 (Rabs (q - 2)) <= pw 2 ((2 * Rabs (alpha - 2) + Rabs (2 * alpha - 3)) / (alpha - 1))).
{ rewrite pw_Rpower by lra. apply Rle_Rpower; [lra|].
  assert (A : Rabs (q - 2) = Rabs (2 * alpha - 3) / (alpha - 1)).
  { replace (q - 2) with (- ((2 * alpha - 3) * q)) by (unfold q; field; lra). rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq q) by lra. reflexivity. }
  rewrite A. apply Rmult_le_compat_r; [left; exact Hq|]. pose proof (Rabs_pos (alpha - 2)). lra. }
set (t := Rpower 2 (Rabs (q - 2))) in *. set (T := pw 2 _) in *.
replace (Rabs (q * (q - 1)) * (c * t) / 2 * (theta * (alpha - 1) * R0) ^ 2) with (t * (Rabs (q * (q - 1)) * (alpha - 1) ^ 2 * c * (theta * R0)
  ^ 2 / 2)) by field.
rewrite K2. replace (T * theta ^ 2 * c * R0 ^ 2 * Rabs (alpha - 2) / 2) with (T * (Rabs (alpha - 2) * c * (theta * R0) ^ 2 / 2)) by field.
apply Rmult_le_compat_r; [|exact P2]. apply Rmult_le_pos; [|lra]. apply Rmult_le_pos; [|apply pow2_ge_0].
apply Rmult_le_pos; [apply Rabs_pos | exact C0].
Qed.

Theorem sup_to_one_exact__inhabited : Statements.sup_to_one_exact__inhabited.
Proof.
exists 2%nat, 1, one_hot, (fun _ => 0). split; [lia | split; [lra | split; [apply one_hot_simplex; lia | split; [lra|]]]].
intros l _. rewrite Rabs_R0. lra.
Qed.

Lemma sensitivity_pos n alpha p : simplex n p -> 0 < Sum n (fun i => if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0).
Proof.
intros [Hp Hs]. destruct (Sum_pos_ex n p) as [k [Hk L]]; [lra|]. eapply Rlt_le_trans; [|apply (Sum_ge_term n _ k Hk)].
- cbv beta. destruct (Rlt_dec 0 (p k)); [now apply pw_gt0 | lra].
- intros i _. cbv beta. destruct (Rlt_dec 0 (p i)); [apply pw_ge0 | lra].
Qed.

Theorem sup_to_one_exact__norm : Statements.sup_to_one_exact__norm.
Proof.
start. pose proof (sensitivity_pos n alpha p H1) as SP. destruct H1 as [Hp Hs].
set (s i := if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0) in *.
set (kappa := (alpha - 1) / (3 - alpha)). assert (Hkappa : 0 <= kappa) by (apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra]).
rewrite (Sum_ext n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) * v k else 0) (fun k => s k * v k))
  by (intros k _; unfold s; destruct (Rlt_dec 0 (p k)); ring).
set (m := Sum n (fun k => s k * v k) / Sum n s).
change (Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) with (Sum n s). fold m.
rewrite (Sum_ext n _ (fun i => s i * Rabs (v i - m))) by (intros i _; unfold s; destruct (Rlt_dec 0 (p i)); ring).
assert (S0 : forall i, inr i n -> 0 <= s i) by (intros i _; unfold s; destruct (Rlt_dec 0 (p i)); [apply pw_ge0 | lra]).
assert (V1 : forall i, inr i n -> -1 <= v i <= 1) by (intros i Hi; pose proof (H3 i Hi) as G; apply Rabs_le_between in G; exact G).
pose proof (two_values n s v S0 V1 SP) as T. cbv zeta in T. fold m in T.
set (up i := if Rlt_dec m (v i) then 1 else 0) in *.
assert (U01 : forall i, up i = 0 \/ up i = 1) by (intros i; unfold up; destruct (Rlt_dec m (v i)); lra).
set (T0 := Sum n (fun i => s i * Rabs (v i - m))) in *. set (A := Sum n (fun i => s i * up i)) in *.
set (B := Sum n (fun i => s i * (1 - up i))) in *.
assert (HA : 0 <= A) by (apply Sum_nonneg; intros i Hi; apply Rmult_le_pos; [now apply S0 | destruct (U01 i); lra]).
assert (HB : 0 <= B) by (apply Sum_nonneg; intros i Hi; apply Rmult_le_pos; [now apply S0 | destruct (U01 i); lra]).
assert (AB : A + B = Sum n s) by (unfold A, B; rewrite <- Sum_plus; apply Sum_ext; intros; ring).
set (W0 := pw (- IZR (Int_part (- (INR n / 2)))) (- kappa) + pw (IZR (Int_part (INR n / 2))) (- kappa)).
destruct (Req_EM_T (A * B) 0) as [Z|NZ].
{ assert (T0 <= 0) by (rewrite Z in T; apply (Rmult_le_reg_r (A + B)); lra). pose proof (pw_ge0 W0 (alpha - 3)). lra. }
assert (PA : 0 < A) by (destruct HA as [|<-]; [assumption | rewrite Rmult_0_l in NZ; lra]).
assert (PB : 0 < B) by (destruct HB as [|<-]; [assumption | rewrite Rmult_0_r in NZ; lra]).
(* a part with sensitivity has mass *)
assert (Mass : forall f, (forall i, f i = 0 \/ f i = 1) -> 0 < Sum n (fun i => s i * f i) -> 0 < Sum n (fun i => p i * f i)).
{ intros f Hf L. destruct (Sum_pos_ex n _ L) as [i [Hi Li]]. cbv beta in Li. assert (P : 0 < p i).
  { unfold s in Li. destruct (Rlt_dec 0 (p i)); [assumption | lra]. }
  eapply Rlt_le_trans; [|apply (Sum_ge_term n _ i Hi); intros j Hj; apply Rmult_le_pos; [now apply Hp | destruct (Hf j); lra]].
  cbv beta. destruct (Hf i) as [E|E]; rewrite E in *; lra. }
assert (D01 : forall i, 1 - up i = 0 \/ 1 - up i = 1) by (intros i; destruct (U01 i); lra).
pose proof (Mass up U01 PA) as MU. pose proof (Mass (fun i => 1 - up i) D01 PB) as MV. cbv beta in MV.
pose proof (power_part n p up (2 - alpha) Hp (fun i _ => U01 i) ltac:(lra) MU) as XA. cbv zeta in XA.
pose proof (power_part n p (fun i => 1 - up i) (2 - alpha) Hp (fun i _ => D01 i) ltac:(lra) MV) as XB. cbv zeta beta in XB.
change (Sum n (fun i => (if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0) * up i)) with A in XA.
change (Sum n (fun i => (if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0) * (1 - up i))) with B in XB.
replace (1 - (2 - alpha)) with (alpha - 1) in XA, XB by ring.
assert (Cnt : forall f, (forall i, f i = 0 \/ f i = 1) -> INR (support_size n f) = Sum n f).
{ intros f Hf. rewrite support_size_Sum. apply Sum_ext. intros i _. destruct (Hf i) as [E|E]; rewrite E; destruct (Rlt_dec 0 _); lra. }
set (K := support_size n up). set (L := support_size n (fun i => 1 - up i)).
rewrite <- (Cnt up U01) in XA. rewrite <- (Cnt (fun i => 1 - up i) D01) in XB. fold K in XA. fold L in XB.
assert (KL : (K + L = n)%nat).
{ apply INR_eq. rewrite plus_INR. unfold K, L. rewrite (Cnt up U01), (Cnt _ D01), <- Sum_plus.
  rewrite (Sum_ext n _ (fun _ => 1)), Sum_const by (intros; ring). ring. }
assert (Some1 : forall f, (forall i, f i = 0 \/ f i = 1) -> 0 < Sum n (fun i => p i * f i) -> (1 <= support_size n f)%nat).
{ intros f Hf P. apply INR_le. rewrite (Cnt f Hf). destruct (Sum_pos_ex n _ P) as [i [Hi Li]]. cbv beta in Li.
  destruct (Hf i) as [E|E]; [rewrite E in Li; lra|]. change (INR 1) with 1. rewrite <- E. apply (Sum_ge_term n f i Hi). intros j _.
  destruct (Hf j); lra. }
pose proof (Some1 up U01 MU) as K1. pose proof (Some1 _ D01 MV) as L1. fold K in K1. fold L in L1.
assert (UV : Sum n (fun i => p i * up i) + Sum n (fun i => p i * (1 - up i)) = 1).
{ rewrite <- Sum_plus. transitivity (Sum n p); [apply Sum_ext; intros; ring | exact Hs]. }
pose proof (two_bound alpha (INR K) (INR L) _ _ A B ltac:(lra) (INR_ge1 K K1) (INR_ge1 L L1) MU MV UV PA PB XA XB T0 T) as F. cbv zeta in F.
fold kappa in F.
eapply Rle_trans; [exact F|]. apply Rmult_le_compat_l; [lra|].
pose proof (nearest_halves n kappa K L H Hkappa K1 L1 KL) as N. fold W0 in N.
set (W1 := pw (INR K) (- kappa) + pw (INR L) (- kappa)) in *. replace (alpha - 3) with (- (3 - alpha)) by ring.
rewrite <- (pw_inv W1), <- (pw_inv W0) by lra. apply pw_le; [lra|]. apply Rinv_le_contravar; lra.
Qed.

Theorem sup_to_one_exact__norm__defined : Statements.sup_to_one_exact__norm__defined.
Proof.
start. pose proof (sensitivity_pos n alpha p H1) as SP. destruct (halves n H) as [h [L1 [L2 [-> ->]]]].
assert (P1 : 0 < INR h) by (apply lt_0_INR; lia). assert (P2 : 0 < INR (n - h)) by (apply lt_0_INR; lia).
repeat split; intros; try (left; assumption); try lra. left. apply Rplus_lt_0_compat; now apply pw_gt0.
Qed.

Theorem alpha_slope_at_one__inhabited : Statements.alpha_slope_at_one__inhabited.
Proof.
eexists 1%nat, (fun _ => 0), _. split; [lia | split; [|exact I]]. intros i Hi. apply (start_slope 1 (fun _ => 0) ltac:(lia) i Hi).
Qed.

Theorem alpha_slope_at_one__found : Statements.alpha_slope_at_one__found.
Proof. start. refine (ex_intro _ (fun i => _) _). intros i Hi. exact (start_slope n z H i Hi). Qed.

Theorem alpha_slope_at_one__slope : Statements.alpha_slope_at_one__slope.
Proof.
start. pose proof (start_slope n z H i H1) as D. specialize (H0 i H1). apply right_limit_iff in D. apply right_limit_iff in H0.
rewrite (right_limit_unique _ _ _ H0 D). pose proof (start_log n z H) as L. cbv zeta in L. rewrite (proj2 (L i)).
rewrite (Sum_ext n (fun j => ln (softmax n z j) ^ 2 * softmax n z j) (fun j => 2 * (softmax n z j * ((z j - ln (Sum n (fun j => exp (z j))))
  ^ 2 / 2)))).
- rewrite Sum_scal. field.
- intros j _. rewrite (proj2 (L j)). field.
Qed.

Theorem alpha_slope_at_one__slope__defined : Statements.alpha_slope_at_one__slope__defined.
Proof. start. split; [intros j _|]; left; now apply softmax_simplex. Qed.

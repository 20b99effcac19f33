(* Brackets of the threshold through p_max, the support as a window, scales; stacks of row-stochastic matrices. *)
From Coq Require Import Reals Lra Lia List.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths.
Open Scope R_scope.

Lemma Largest_is n f k : inr k n -> (forall i, inr i n -> f i <= f k) -> Largest n f = f k.
Proof.
intros Hk H. destruct (Largest_in n f ltac:(lia)) as [i [Hi E]]. pose proof (Largest_ge n f k Hk).
pose proof (H i Hi). lra.
Qed.

Section Top.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let x := scaled alpha z.
Let tau := threshold n alpha z.
Let p := entmax n alpha z.
Let zmax := Largest n z.
Let pmax := Largest n p.

Lemma top_token : exists k, inr k n /\ z k = zmax /\ p k = pmax.
Proof.
destruct (Largest_in n z Hn) as [k [Hk E]]. exists k. split; [exact Hk|]. split; [now symmetry|].
symmetry. apply Largest_is; [exact Hk|]. intros i Hi. apply Rge_le, order_weak; [exact Ha|].
rewrite <- E. apply Rle_ge, Largest_ge, Hi.
Qed.

Lemma pmax_pos : 0 < pmax.
Proof.
destruct (Sum_pos_ex n p) as [k [Hk Hp]]; [unfold p; rewrite entmax_sum by assumption; lra|].
pose proof (Largest_ge n p k Hk). fold pmax in H. lra.
Qed.

Theorem threshold_exact : tau = (alpha - 1) * zmax - pw pmax (alpha - 1).
Proof.
destruct top_token as [k [Hk [Ez Ep]]]. pose proof (entmax_pow n alpha z Ha k) as E. fold p x tau in E.
pose proof pmax_pos as Hp. rewrite <- Ep in *. apply entmax_pos_iff in Hp; [|exact Ha]. fold x tau in Hp.
rewrite Rmax_0_id in E by lra. rewrite E, <- Ez. unfold x, scaled. ring.
Qed.

Lemma pmax_size : 1 <= INR (support_size n p) * pmax.
Proof.
rewrite support_size_Sum, <- Sum_scal_r. apply Rle_trans with (Sum n p); [right; symmetry; now apply entmax_sum|].
apply Sum_le. intros i Hi. pose proof (Largest_ge n p i Hi) as H. fold pmax in H.
pose proof (entmax_ge0 n alpha z i) as H0. fold p in H0. destruct (Rlt_dec 0 (p i)); lra.
Qed.

Lemma pmax_multiplicity : INR (multiplicity n z) * pmax <= 1.
Proof.
unfold multiplicity. rewrite support_size_Sum, <- Sum_scal_r.
apply Rle_trans with (Sum n p); [|right; now apply entmax_sum]. apply Sum_le. intros i Hi. pose proof (entmax_ge0 n alpha z i) as H0. fold p in H0.
destruct (Req_EM_T (z i) (Largest n z)) as [E|E]; [|destruct (Rlt_dec 0 0); lra].
destruct (Rlt_dec 0 1); [|lra]. destruct top_token as [k [Hk [Ez Ep]]]. rewrite <- Ep.
assert (p i >= p k); [|lra]. apply order_weak; [exact Ha|]. fold zmax in E. lra.
Qed.

Theorem upper_support : tau <= (alpha - 1) * zmax - pw (INR (support_size n p)) (1 - alpha).
Proof.
rewrite threshold_exact. apply Rplus_le_compat_l, Ropp_le_contravar.
pose proof (support_size_pos n p (entmax_simplex n alpha z Hn Ha)) as Hs.
assert (HS : 0 < INR (support_size n p)) by (apply lt_0_INR; lia).
replace (1 - alpha) with (- (alpha - 1)) by ring. rewrite <- pw_inv by exact HS.
apply pw_le; [lra|]. apply (Rmult_le_reg_l (INR (support_size n p))); [exact HS|].
rewrite Rinv_r by lra. exact pmax_size.
Qed.

Theorem lower_ties : tau >= (alpha - 1) * zmax - pw (INR (multiplicity n z)) (1 - alpha).
Proof.
rewrite threshold_exact. apply Rle_ge, Rplus_le_compat_l, Ropp_le_contravar.
assert (HM : 0 < INR (multiplicity n z)).
{ unfold multiplicity. rewrite support_size_Sum. destruct top_token as [k [Hk [Ez _]]].
  eapply Rlt_le_trans; [|apply (Sum_ge_term n _ k Hk)].
  - simpl. destruct (Req_EM_T (z k) (Largest n z)); [destruct (Rlt_dec 0 1); lra | contradiction].
  - intros i _. simpl. destruct (Rlt_dec 0 _); lra. }
replace (1 - alpha) with (- (alpha - 1)) by ring. rewrite <- pw_inv by exact HM.
apply pw_le; [lra|]. apply (Rmult_le_reg_l (INR (multiplicity n z))); [exact HM|].
rewrite Rinv_r by lra. exact pmax_multiplicity.
Qed.

Theorem window k : p k > 0 <-> (alpha - 1) * (zmax - z k) < pw pmax (alpha - 1).
Proof.
unfold p at 1. unfold Rgt. rewrite entmax_pos_iff by assumption. fold x tau. rewrite threshold_exact.
unfold x, scaled. lra.
Qed.

Theorem inverse i j : p i > 0 /\ p j > 0 -> z i - z j = (pw (p i) (alpha - 1) - pw (p j) (alpha - 1)) / (alpha - 1).
Proof.
intros [Hi Hj]. pose proof (entmax_pow n alpha z Ha i) as Ei. pose proof (entmax_pow n alpha z Ha j) as Ej.
fold p x tau in Ei, Ej. apply entmax_pos_iff in Hi; [|exact Ha]. apply entmax_pos_iff in Hj; [|exact Ha].
fold x tau in Hi, Hj. rewrite Rmax_0_id in Ei by lra. rewrite Rmax_0_id in Ej by lra. rewrite Ei, Ej.
unfold x, scaled. field. lra.
Qed.

End Top.

(** Scales. *)
Section Scale.
Variables (n : nat) (alpha : R) (z : nat -> R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let q := / (alpha - 1).
Let gaps k := Sum n (fun i => pw (Rmax 0 (z i - z k)) q).

Theorem criterion_scaled theta k : 0 < theta ->
  entmax n alpha (fun i => theta * z i) k > 0 <->
  Sum n (fun i => pw (Rmax 0 (theta * (alpha - 1) * (z i - z k))) q) < 1.
Proof.
intros Ht. pose proof (support_criterion n alpha (fun i => theta * z i) Hn Ha k) as H. fold q in H.
rewrite (Sum_ext n (fun i => pw (Rmax 0 (theta * (alpha - 1) * (z i - z k))) q)
  (fun i => pw (Rmax 0 ((alpha - 1) * (theta * z i - theta * z k))) q)); [exact H|].
intros i _. do 2 f_equal. ring.
Qed.

Lemma Rmax_scal c y : 0 < c -> Rmax 0 (c * y) = c * Rmax 0 y.
Proof. intros Hc. unfold Rmax. destruct (Rle_dec 0 (c * y)), (Rle_dec 0 y); nra. Qed.

Theorem criterion_norm theta k : 0 < theta ->
  entmax n alpha (fun i => theta * z i) k > 0 <-> theta * pw (gaps k) (alpha - 1) < q.
Proof.
intros Ht. rewrite criterion_scaled by exact Ht. pose proof (q_pos alpha Ha) as Hq. fold q in Hq.
assert (HG : 0 <= gaps k) by (apply Sum_nonneg; intros; apply pw_ge0).
rewrite (Sum_ext n _ (fun i => pw (theta * (alpha - 1)) q * pw (Rmax 0 (z i - z k)) q)).
2:{ intros i _. rewrite Rmax_scal by nra. apply pw_mult; [nra | apply Rmax_0_ge]. }
rewrite Sum_scal. fold (gaps k).
assert (E : gaps k = pw (pw (gaps k) (alpha - 1)) q).
{ unfold q. replace (/ (alpha - 1)) with (1 / (alpha - 1)) by (unfold Rdiv; ring). symmetry. apply pw_inv_cancel; lra. }
rewrite E at 1. assert (HP : 0 <= pw (gaps k) (alpha - 1)) by apply pw_ge0.
rewrite <- pw_mult by nra.
pose proof (pw_lt_iff (theta * (alpha - 1) * pw (gaps k) (alpha - 1)) 1 q Hq ltac:(apply Rmult_le_pos; nra) ltac:(lra)) as B.
rewrite pw_1_l in B. rewrite B.
assert (K : (alpha - 1) * q = 1) by (unfold q; field; lra).
split; intros H.
- apply (Rmult_lt_reg_l (alpha - 1)); [lra|]. rewrite K. lra.
- apply (Rmult_lt_compat_l (alpha - 1)) in H; [|lra]. rewrite K in H. lra.
Qed.

Theorem nested theta eta k : 0 < theta -> theta <= eta ->
  entmax n alpha (fun i => eta * z i) k > 0 -> entmax n alpha (fun i => theta * z i) k > 0.
Proof.
intros Ht Hte. rewrite !criterion_norm by lra. intros H.
eapply Rle_lt_trans; [|exact H]. apply Rmult_le_compat_r; [apply pw_ge0 | exact Hte].
Qed.

Theorem critical theta k : 0 < theta -> inr k n ->
  entmax n alpha (fun i => theta * z i) k > 0 <->
  z k = Largest n z \/ theta < pw (gaps k) (1 - alpha) / (alpha - 1).
Proof.
intros Ht Hk. rewrite criterion_norm by exact Ht. pose proof (q_pos alpha Ha) as Hq. fold q in Hq.
destruct (Rle_lt_or_eq_dec 0 (gaps k)) as [G|G]; [apply Sum_nonneg; intros; apply pw_ge0 | |].
- assert (Hne : z k <> Largest n z).
  { intros E. apply Sum_pos_ex in G. destruct G as [i [Hi Hp]]. rewrite pw_gt0_iff, Rmax_0_pos_iff in Hp by lra.
    pose proof (Largest_ge n z i Hi). lra. }
  replace (1 - alpha) with (- (alpha - 1)) by ring.
  assert (P : 0 < pw (gaps k) (alpha - 1)) by now apply pw_gt0.
  assert (I : pw (gaps k) (- (alpha - 1)) = / pw (gaps k) (alpha - 1)) by (rewrite !pw_Rpower by exact G; apply Rpower_Ropp).
  rewrite I. unfold Rdiv. fold q. split; intros H.
  + right. apply (Rmult_lt_reg_r (pw (gaps k) (alpha - 1))); [exact P|].
    replace (/ pw (gaps k) (alpha - 1) * q * pw (gaps k) (alpha - 1)) with q by (field; lra). exact H.
  + destruct H as [H|H]; [contradiction|]. apply (Rmult_lt_compat_r (pw (gaps k) (alpha - 1))) in H; [|exact P].
    replace (/ pw (gaps k) (alpha - 1) * q * pw (gaps k) (alpha - 1)) with q in H by (field; lra). exact H.
- rewrite <- G, pw_0 by lra. split; intros _; [|lra].
  left. destruct (Largest_in n z Hn) as [i [Hi E]]. pose proof (Largest_ge n z k Hk).
  destruct (Req_EM_T (z k) (Largest n z)) as [Q|Q]; [exact Q|exfalso].
  assert (0 < gaps k); [|lra]. eapply Rlt_le_trans; [|apply (Sum_ge_term n _ i Hi); intros; apply pw_ge0].
  simpl. apply pw_gt0. rewrite Rmax_0_pos_iff. lra.
Qed.

End Scale.

Theorem paths_count_real n P L i (fan : nat -> R) :
  (forall l k, inr l L -> inr k n -> INR (length (keys n (live P) l k)) <= fan l) -> inr i n ->
  INR (length (paths n (live P) L i)) <= Prod L fan.
Proof.
revert i; induction L as [|L IH]; intros i H Hi; [simpl; lra|]. cbn [Prod paths].
assert (Pos : 0 <= Prod L fan).
{ clear IH. induction L as [|L IH]; [simpl; lra|]. cbn [Prod]. apply Rmult_le_pos.
  - apply IH. intros l k Hl Hk. apply H; [lia|exact Hk].
  - eapply Rle_trans; [apply pos_INR | apply (H (S L) i); [lia | exact Hi]]. }
assert (E : forall ks, (forall k, In k ks -> inr k n) ->
  INR (length (flat_map (fun k => map (cons i) (paths n (live P) L k)) ks)) <= Prod L fan * INR (length ks)).
{ induction ks as [|k ks IHk]; intros Hx; [simpl; lra|]. cbn [flat_map length].
  rewrite app_length, map_length, plus_INR, S_INR.
  assert (A := IH k (fun l j Hl Hj => H l j ltac:(lia) Hj) (Hx k (or_introl eq_refl))).
  assert (B := IHk (fun j Hj => Hx j (or_intror Hj))). lra. }
eapply Rle_trans; [apply E|].
- intros k Hk. now apply in_keys in Hk.
- apply Rmult_le_compat_l; [exact Pos | apply H; [lia | exact Hi]].
Qed.

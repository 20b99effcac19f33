(* Newton's method on the excess and on the q-norm, means of logits, supports in alpha. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal.
Open Scope R_scope.

(** The tangent of [y]_+ ^ q lies below it everywhere, for q >= 1. *)
Lemma tangent_pos w y q : 1 <= q -> 0 < y -> pw y q + q * pw y (q - 1) * (w - y) <= pw (Rmax 0 w) q.
Proof.
intros Hq Hy. assert (Hs : pw y q = pw y (q - 1) * y).
{ replace q with (q - 1 + 1) at 1 by ring. rewrite pw_plus, pw_1_r; lra. }
assert (P : 0 < pw y (q - 1)) by now apply pw_gt0.
destruct (Rle_dec 0 w) as [Hw|Hw].
- rewrite Rmax_0_id by lra. destruct Hq as [Hq|<-].
  + destruct (Req_EM_T w y) as [->|Hne]; [right; ring|]. left. now apply tangent_strict; [| | left|].
  + rewrite !pw_1_r by lra. replace (1 - 1) with 0 by ring. rewrite pw_Rpower, Rpower_O by lra. lra.
- rewrite Rmax_0_0, (pw_0 0 q) by lra. rewrite Hs.
  assert (0 <= (q - 1) * (pw y (q - 1) * y)) by (apply Rmult_le_pos; [lra | apply Rmult_le_pos; lra]).
  assert (0 <= q * pw y (q - 1) * (- w)) by (apply Rmult_le_pos; [apply Rmult_le_pos; lra | lra]). lra.
Qed.

Section Newton.
Variables (n : nat) (alpha : R) (z : nat -> R) (rho : R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha) (Ha2 : alpha <= 2).
Let x := scaled alpha z.
Let q := / (alpha - 1).
Let tau := threshold n alpha z.
Hypotheses (Hmax : rho < (alpha - 1) * Largest n z).
Let F := mass n q x rho.
Let b := Sum n (fun i => if Rlt_dec rho (x i) then pw (x i - rho) (q - 1) else 0).

Lemma q_ge1 : 1 <= q.
Proof. unfold q. rewrite <- Rinv_1 at 1. apply Rinv_le_contravar; lra. Qed.

Lemma slope_pos : 0 < b.
Proof.
destruct (Largest_in n z Hn) as [k [Hk E]]. eapply Rlt_le_trans; [|apply (Sum_ge_term n _ k Hk)].
- simpl. destruct (Rlt_dec rho (x k)) as [L|L]; [apply pw_gt0; lra|]. exfalso. apply L. unfold x, scaled. rewrite <- E. exact Hmax.
- intros i _. simpl. destruct (Rlt_dec rho (x i)); [apply pw_ge0 | lra].
Qed.

Lemma mass_pos : 0 < F.
Proof.
destruct (Largest_in n z Hn) as [k [Hk E]]. eapply Rlt_le_trans; [|apply (Sum_ge_term n _ k Hk); intros; apply pw_ge0].
simpl. apply pw_gt0, Rmax_0_pos_iff. unfold x, scaled. rewrite <- E. lra.
Qed.

(** Convexity: the excess lies above its tangent at rho. No order of rho and tau is needed. *)
Theorem newton_left : rho + (F - 1) / (q * b) <= tau.
Proof.
pose proof q_ge1 as Hq. pose proof slope_pos as Hb.
assert (T : F - q * (tau - rho) * b <= 1).
{ rewrite <- (threshold_mass n alpha z Hn Ha). fold q x tau. unfold F, b, mass. rewrite <- Sum_scal, <- Sum_minus.
  apply Sum_le. intros i _. destruct (Rlt_dec rho (x i)) as [L|L].
  - rewrite (Rmax_0_id (x i - rho)) by lra. pose proof (tangent_pos (x i - tau) (x i - rho) q Hq ltac:(lra)). lra.
  - rewrite (Rmax_0_0 (x i - rho)), (pw_0 0 q) by lra. rewrite Rmult_0_r, Rminus_0_r. apply pw_ge0. }
assert (Hqb : 0 < q * b) by (apply Rmult_lt_0_compat; lra).
assert ((F - 1) / (q * b) <= tau - rho); [|lra].
apply (Rmult_le_reg_r (q * b)); [exact Hqb|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

Hypothesis Hleft : rho <= tau.

Lemma mass_left : 1 <= F.
Proof. unfold F. apply mass_ge_1 with (tau := tau); [apply q_pos; lra | now apply threshold_mass | exact Hleft]. Qed.

Theorem newton_rises : (F - 1) / (q * b) >= 0.
Proof.
pose proof q_ge1. pose proof slope_pos. pose proof mass_left.
apply Rle_ge, Rmult_le_pos; [lra|]. left. apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra.
Qed.

(** G = F^(1/q) is the q-norm. *)
Let G := pw F (/ q).

Lemma norm_facts : 0 < G /\ F = pw G q /\ pw F (1 - / q) = pw G (q - 1).
Proof.
pose proof q_ge1. pose proof mass_pos as HF. assert (0 < / q) by (apply Rinv_0_lt_compat; lra).
assert (HG : 0 < G) by now apply pw_gt0. split; [exact HG|]. split.
- unfold G. rewrite pw_pw by lra. replace (/ q * q) with 1 by (field; lra). now rewrite pw_1_r by lra.
- rewrite (pw_Rpower G) by exact HG. unfold G. rewrite !pw_Rpower by exact HF. rewrite Rpower_mult. f_equal. field. lra.
Qed.

Theorem newton_longer : (F - pw F (1 - / q)) / b >= (F - 1) / (q * b).
Proof.
pose proof q_ge1 as Hq. pose proof slope_pos as Hb. destruct norm_facts as [HG [EF EF']].
pose proof (tangent_pos 1 G q Hq HG) as T. rewrite (Rmax_0_id 1), pw_1_l, <- EF, <- EF' in T by lra.
assert (S : F = pw F (1 - / q) * G).
{ rewrite EF', EF at 1. replace q with (q - 1 + 1) at 1 by ring. rewrite pw_plus, (pw_1_r G); lra. }
set (H := pw F (1 - / q)) in *.
replace ((F - 1) / (q * b)) with ((F - 1) / q / b) by (field; lra).
apply Rle_ge, Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat|].
apply (Rmult_le_reg_l q); [lra|]. replace (q * ((F - 1) / q)) with (F - 1) by (field; lra).
replace (q * H * (1 - G)) with (q * H - q * (H * G)) in T by ring. rewrite <- S in T. lra.
Qed.

Theorem newton_never_past : rho + (F - pw F (1 - / q)) / b <= tau.
Proof.
pose proof q_ge1 as Hq. pose proof slope_pos as Hb. destruct norm_facts as [HG [EF EF']].
(* Hoelder by tangents: normalise by G *)
assert (T : F - b * (tau - rho) <= pw F (1 - / q)).
{ set (u i := Rmax 0 (x i - rho) / G). set (w i := Rmax 0 (x i - tau)).
  assert (K : Sum n (fun i => pw (u i) q + q * ((if Rlt_dec rho (x i) then pw (u i) (q - 1) else 0) * w i - pw (u i) q)) <= 1).
  { apply Rle_trans with (mass n q x tau); [|right; now apply threshold_mass]. apply Sum_le. intros i _. unfold w. destruct (Rlt_dec rho (x i)) as [L|L].
    - assert (U : 0 < u i) by (unfold u; rewrite Rmax_0_id by lra; apply Rdiv_lt_0_compat; lra).
      pose proof (tangent_pos (Rmax 0 (x i - tau)) (u i) q Hq U) as P. rewrite (Rmax_0_id (Rmax _ _)) in P by apply Rmax_0_ge.
      assert (S : pw (u i) q = pw (u i) (q - 1) * u i).
      { replace q with (q - 1 + 1) at 1 by ring. rewrite pw_plus, (pw_1_r (u i)); lra. }
      set (A := pw (u i) (q - 1)) in *. rewrite S in *. lra.
    - unfold u. rewrite Rmax_0_0 by lra. unfold Rdiv. rewrite Rmult_0_l, (pw_0 0 q) by lra.
      replace (0 + _) with 0 by ring. apply pw_ge0. }
  assert (E1 : Sum n (fun i => pw (u i) q) = 1).
  { unfold u. rewrite (Sum_ext n _ (fun i => pw (Rmax 0 (x i - rho)) q * pw (/ G) q)).
    - rewrite Sum_scal_r. fold (mass n q x rho). fold F. rewrite EF. rewrite pw_inv by exact HG.
      rewrite <- pw_plus by exact HG. replace (q + - q) with 0 by ring. rewrite pw_Rpower, Rpower_O; lra.
    - intros i _. unfold Rdiv. apply pw_mult; [apply Rmax_0_ge | left; now apply Rinv_0_lt_compat]. }
  rewrite Sum_plus, Sum_scal, Sum_minus, E1 in K.
  assert (K' : Sum n (fun i => (if Rlt_dec rho (x i) then pw (u i) (q - 1) else 0) * w i) <= 1) by nra.
  assert (E2 : Sum n (fun i => (if Rlt_dec rho (x i) then pw (u i) (q - 1) else 0) * w i) =
    pw (/ G) (q - 1) * Sum n (fun i => (if Rlt_dec rho (x i) then pw (x i - rho) (q - 1) else 0) * w i)).
  { rewrite <- Sum_scal. apply Sum_ext. intros i _. destruct (Rlt_dec rho (x i)) as [L|L]; [|ring].
    unfold u. rewrite Rmax_0_id by lra. unfold Rdiv. rewrite pw_mult; [ring | lra | left; now apply Rinv_0_lt_compat]. }
  rewrite E2, pw_inv in K' by exact HG.
  assert (L : F - b * (tau - rho) <= Sum n (fun i => (if Rlt_dec rho (x i) then pw (x i - rho) (q - 1) else 0) * w i)).
  { unfold F, b, mass. rewrite <- Sum_scal_r, <- Sum_minus. apply Sum_le. intros i _. unfold w. destruct (Rlt_dec rho (x i)) as [L|L].
    - rewrite (Rmax_0_id (x i - rho)) by lra. replace q with (q - 1 + 1) at 1 by ring. rewrite pw_plus, (pw_1_r (x i - rho)) by lra.
      pose proof (Rmax_r 0 (x i - tau)). pose proof (pw_ge0 (x i - rho) (q - 1)). nra.
    - rewrite (Rmax_0_0 (x i - rho)), (pw_0 0 q) by lra. lra. }
  eapply Rle_trans; [exact L|]. rewrite EF'.
  assert (I : pw G (q - 1) * pw G (- (q - 1)) = 1).
  { rewrite <- pw_plus by exact HG. replace (q - 1 + - (q - 1)) with 0 by ring. rewrite pw_Rpower, Rpower_O; lra. }
  set (B := Sum n _) in *. pose proof (pw_gt0 G (q - 1) HG). apply (Rmult_le_compat_l (pw G (q - 1))) in K'; [|lra].
  rewrite <- Rmult_assoc, I in K'. lra. }
assert ((F - pw F (1 - / q)) / b <= tau - rho); [|lra].
apply (Rmult_le_reg_r b); [exact Hb|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

End Newton.

Lemma Sum_prefix k n f : (k <= n)%nat -> (forall i, 0 <= f i) -> Sum k f <= Sum n f.
Proof.
intros Hk Hf. induction n as [|m IH]; [replace k with 0%nat by lia; lra|].
destruct (Nat.eq_dec k (S m)) as [->|]; [lra|]. simpl. specialize (IH ltac:(lia)). specialize (Hf (S m)). lra.
Qed.

(** Every mean of logits bounds the threshold. *)
Theorem sorted_mean_bound n alpha z k : (1 <= n)%nat -> 1 < alpha -> alpha <= 2 -> inr k n ->
  threshold n alpha z >= Sum k (fun i => (alpha - 1) * z i) / INR k - pw (INR k) (1 - alpha).
Proof.
intros Hn Ha Ha2 Hk. set (tau := threshold n alpha z). set (q := / (alpha - 1)).
assert (Hq : 1 <= q) by (unfold q; rewrite <- Rinv_1 at 1; apply Rinv_le_contravar; lra).
assert (HK : 0 < INR k) by (apply lt_0_INR; lia). set (c := pw (INR k) (1 - alpha)).
assert (Hc : 0 < c) by now apply pw_gt0.
assert (Ec : pw c q = / INR k).
{ unfold c. rewrite !pw_Rpower by (assumption || apply Rpower_gt0). rewrite Rpower_mult.
  replace ((1 - alpha) * q) with (Ropp 1) by (unfold q; field; lra). rewrite Rpower_Ropp, Rpower_1 by assumption. reflexivity. }
assert (T : Sum k (fun i => pw c q + q * pw c (q - 1) * (((alpha - 1) * z i - tau) - c)) <= 1).
{ apply Rle_trans with (mass n q (scaled alpha z) tau); [|right; now apply threshold_mass].
  apply Rle_trans with (mass k q (scaled alpha z) tau).
  - apply Sum_le. intros i _. now apply tangent_pos.
  - apply Sum_prefix; [lia|]. intros; apply pw_ge0. }
rewrite Sum_plus, Sum_const, Ec, Sum_scal, !Sum_minus, !Sum_const in T.
replace (INR k * / INR k) with 1 in T by (field; lra).
assert (P : 0 < q * pw c (q - 1)) by (apply Rmult_lt_0_compat; [lra | now apply pw_gt0]).
assert (B : Sum k (fun i => (alpha - 1) * z i) - INR k * tau - INR k * c <= 0).
{ apply (Rmult_le_reg_l (q * pw c (q - 1))); [exact P|]. lra. }
assert (Sum k (fun i => (alpha - 1) * z i) / INR k <= tau + c); [|lra].
apply (Rmult_le_reg_r (INR k)); [exact HK|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

(** A larger alpha never revives a token. *)
Theorem nested_alpha n alpha beta z k : (1 <= n)%nat -> 1 < alpha -> alpha <= beta ->
  entmax n beta z k > 0 -> entmax n alpha z k > 0.
Proof.
intros Hn Ha Hab. unfold Rgt. rewrite !support_criterion by (assumption || lra). intros H.
eapply Rle_lt_trans; [|exact H]. apply Sum_le. intros i Hi.
assert (T : pw (Rmax 0 ((beta - 1) * (z i - z k))) (/ (beta - 1)) < 1).
{ eapply Rle_lt_trans; [|exact H]. apply (Sum_ge_term n (fun i => pw (Rmax 0 ((beta - 1) * (z i - z k))) (/ (beta - 1))) i Hi).
  intros; apply pw_ge0. }
pose proof (q_pos beta ltac:(lra)). pose proof (q_pos alpha Ha).
destruct (Rle_dec (z i - z k) 0) as [L|L].
- rewrite (Rmax_0_0 ((alpha - 1) * _)), pw_0 by nra. apply pw_ge0.
- assert (P : 0 < (beta - 1) * (z i - z k)) by nra. assert (P' : 0 < (alpha - 1) * (z i - z k)) by nra.
  rewrite !Rmax_0_id in * by lra. set (B := (beta - 1) * (z i - z k)) in *.
  assert (B1 : B < 1) by (apply (pw_lt_inv B 1 (/ (beta - 1))); [lra | lra | rewrite pw_1_l; exact T]).
  apply Rle_trans with (pw B (/ (alpha - 1))); [apply pw_le; [lra | unfold B; nra]|].
  rewrite !pw_Rpower by lra. unfold Rpower. assert (ln B < 0) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (/ (beta - 1) <= / (alpha - 1)) by (apply Rinv_le_contravar; lra).
  destruct (Req_EM_T (/ (beta - 1)) (/ (alpha - 1))) as [->|]; [lra|]. left. apply exp_increasing. nra.
Qed.

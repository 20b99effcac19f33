(* A row and a further token: who loses mass, and from which logit on it drives another to zero. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Dispersion.
Open Scope R_scope.

Section Joining.
Variables (n : nat) (alpha : R) (z : nat -> R) (late : R).
Hypotheses (Hn : (1 <= n)%nat) (Ha : 1 < alpha).
Let q := / (alpha - 1).
Let y i := if le_dec i n then z i else late.
Let x := scaled alpha z.
Let tau := threshold n alpha z.
Let sigma := threshold (S n) alpha y.
Let p := entmax n alpha z.
Let r := entmax (S n) alpha y.

Lemma joined_mass t : mass (S n) q (scaled alpha y) t = mass n q x t + pw (Rmax 0 ((alpha - 1) * late - t)) q.
Proof.
unfold mass; cbn [Sum]. f_equal.
- apply Sum_ext. intros i Hi. unfold scaled, y, x, scaled. destruct (le_dec i n); [reflexivity|lia].
- unfold scaled, y. destruct (le_dec (S n) n); [lia|reflexivity].
Qed.

Lemma joined_at : mass n q x sigma + pw (Rmax 0 ((alpha - 1) * late - sigma)) q = 1.
Proof. rewrite <- joined_mass. apply threshold_mass; [lia | assumption]. Qed.

Lemma joined_rises : tau <= sigma.
Proof.
pose proof (q_pos alpha Ha) as Hq. fold q in Hq. pose proof joined_at as J.
pose proof (pw_ge0 (Rmax 0 ((alpha - 1) * late - sigma)) q).
destruct (Rle_dec tau sigma) as [|L]; [assumption|exfalso].
pose proof (threshold_mass n alpha z Hn Ha) as M. fold q x tau in M.
pose proof (mass_strict n q x Hq sigma tau ltac:(lra)) as S. pose proof (mass_antitone n q x Hq sigma tau ltac:(lra)). lra.
Qed.

Lemma joined_same : sigma = tau <-> (alpha - 1) * late <= tau.
Proof.
pose proof (q_pos alpha Ha) as Hq. fold q in Hq.
pose proof (threshold_mass n alpha z Hn Ha) as M. fold q x tau in M. split; intros H.
- pose proof joined_at as J. rewrite H, M in J. destruct (Rle_dec ((alpha - 1) * late) tau) as [|L]; [assumption|exfalso].
  assert (0 < pw (Rmax 0 ((alpha - 1) * late - tau)) q) by (apply pw_gt0, Rmax_0_pos_iff; lra). lra.
- apply threshold_is; [lia | assumption|]. fold q. rewrite joined_mass, M, Rmax_0_0, pw_0 by lra. ring.
Qed.

Lemma joined_value k : inr k n -> r k = pw (Rmax 0 (x k - sigma)) q.
Proof. intros Hk. unfold r, entmax, y at 1, x, scaled. destruct (le_dec k n); [reflexivity|lia]. Qed.

Theorem joining_less k : inr k n -> r k <= p k.
Proof.
intros Hk. rewrite joined_value by exact Hk. apply pw_le; [now apply q_pos|]. apply Rmax_0_le.
pose proof joined_rises. unfold x, scaled. fold tau. lra.
Qed.

Theorem joining_same k : inr k n -> r k = p k <-> (p k = 0 \/ late * (alpha - 1) <= tau).
Proof.
intros Hk. pose proof (q_pos alpha Ha) as Hq. pose proof joined_rises as J. rewrite Rmult_comm, <- joined_same. split; intros H.
- destruct (Req_EM_T (p k) 0) as [|N]; [now left | right].
  pose proof (entmax_ge0 n alpha z k) as P. assert (Pk : 0 < p k) by (unfold p in *; lra).
  apply entmax_pos_iff in Pk; [|exact Ha]. fold x tau in Pk. rewrite joined_value in H by exact Hk.
  destruct J as [J|J]; [exfalso|now symmetry]. unfold p, entmax in H. fold tau q in H. change ((alpha - 1) * z k) with (x k) in H.
  assert (pw (Rmax 0 (x k - sigma)) q < pw (Rmax 0 (x k - tau)) q); [|lra].
  apply pw_lt; [exact Hq|]. split; [apply Rmax_0_ge | apply Rmax_0_lt; lra].
- destruct H as [H|H].
  + pose proof (joining_less k Hk). pose proof (entmax_ge0 (S n) alpha y k). fold r in H1. lra.
  + rewrite joined_value, H by exact Hk. reflexivity.
Qed.

(** A rival drives token k to zero from the logit on at which the mass above token k is one. *)
Theorem rival k : inr k n -> 0 < p k ->
  r k = 0 <-> late >= pw (1 - mass n q x (x k)) (alpha - 1) / (alpha - 1) + z k.
Proof.
intros Hk Pk. pose proof (q_pos alpha Ha) as Hq. fold q in Hq. pose proof (threshold_mass n alpha z Hn Ha) as M. fold q x tau in M.
assert (M1 : mass n q x (x k) < 1).
{ apply (mass_lt_1 n q x Hq tau _ M). apply entmax_pos_iff in Pk; [exact Pk | exact Ha]. }
assert (E : x k = scaled alpha y k) by (unfold x, scaled, y; destruct (le_dec k n); [reflexivity|lia]).
set (d := pw (1 - mass n q x (x k)) (alpha - 1)).
assert (D : pw d q = 1 - mass n q x (x k)) by (apply pw_root; lra).
assert (D0 : 0 < d) by (apply pw_gt0; lra).
unfold r. rewrite entmax_zero_iff by (lia || assumption). fold sigma. rewrite <- E.
rewrite <- (mass_ge_1 (S n) q (scaled alpha y) Hq sigma) by (apply threshold_mass; [lia | assumption]).
rewrite joined_mass. set (m := mass n q x (x k)) in *.
assert (K : alpha - 1 > 0) by lra. assert (X : x k = (alpha - 1) * z k) by reflexivity. split; intros H.
- assert (d <= (alpha - 1) * late - x k).
  { destruct (Rle_dec d ((alpha - 1) * late - x k)) as [|L]; [assumption|exfalso].
    assert (pw (Rmax 0 ((alpha - 1) * late - x k)) q < pw d q); [|lra]. apply pw_lt; [exact Hq|]. split; [apply Rmax_0_ge|].
    unfold Rmax; destruct (Rle_dec _ _); lra. }
  apply Rle_ge, (Rmult_le_reg_l (alpha - 1)); [lra|]. replace ((alpha - 1) * (d / (alpha - 1) + z k)) with (d + (alpha - 1) * z k) by (field; lra).
  lra.
- assert (d <= (alpha - 1) * late - x k).
  { apply Rge_le, (Rmult_le_compat_l (alpha - 1)) in H; [|lra].
    replace ((alpha - 1) * (d / (alpha - 1) + z k)) with (d + (alpha - 1) * z k) in H by (field; lra). lra. }
  rewrite Rmax_0_id by lra. pose proof (pw_le d ((alpha - 1) * late - x k) q Hq H0). lra.
Qed.
End Joining.

Lemma crowd_mass n alpha z k :
  Sum n (fun i => pw (Rmax 0 ((alpha - 1) * z i - (alpha - 1) * z k)) (/ (alpha - 1))) = mass n (/ (alpha - 1)) (scaled alpha z) (scaled alpha z k).
Proof. reflexivity. Qed.

Lemma crowd_lt n alpha z k : (1 <= n)%nat -> 1 < alpha -> entmax n alpha z k > 0 ->
  mass n (/ (alpha - 1)) (scaled alpha z) (scaled alpha z k) < 1.
Proof.
intros Hn Ha Hp. apply (mass_lt_1 n _ _ (q_pos alpha Ha) (threshold n alpha z)); [now apply threshold_mass|].
now apply entmax_pos_iff in Hp.
Qed.

(** ** When a token has at least a given weight. *)
Lemma weight_at_least n alpha z k e : (1 <= n)%nat -> 1 < alpha -> 0 < e ->
  e <= entmax n alpha z k <-> mass n (/ (alpha - 1)) (scaled alpha z) (scaled alpha z k - pw e (alpha - 1)) <= 1.
Proof.
intros Hn Ha He. pose proof (q_pos alpha Ha) as Hq. set (q := / (alpha - 1)) in *. set (d := pw e (alpha - 1)).
assert (D0 : 0 < d) by now apply pw_gt0.
assert (D : pw d q = e) by (apply pw_root; lra).
pose proof (threshold_mass n alpha z Hn Ha) as M. fold q in M. set (tau := threshold n alpha z) in *. set (x := scaled alpha z) in *.
assert (L : tau <= x k - d <-> mass n q x (x k - d) <= 1).
{ split; intros H; [rewrite <- M; now apply mass_antitone|]. destruct (Rle_dec tau (x k - d)) as [|N]; [assumption|exfalso].
  pose proof (mass_strict n q x Hq (x k - d) tau ltac:(lra)). pose proof (mass_antitone n q x Hq (x k - d) tau ltac:(lra)). lra. }
rewrite <- L. unfold entmax. fold tau q. change ((alpha - 1) * z k) with (x k). split; intros H.
- destruct (Rle_dec tau (x k - d)) as [|N]; [assumption|exfalso].
  assert (pw (Rmax 0 (x k - tau)) q < pw d q); [|lra]. apply pw_lt; [exact Hq|]. split; [apply Rmax_0_ge|].
  unfold Rmax; destruct (Rle_dec _ _); lra.
- rewrite <- D. apply pw_le; [exact Hq|]. eapply Rle_trans; [|apply Rmax_r]. lra.
Qed.

(* Proofs of the printed statements: the chapter layers. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Statements.
Open Scope R_scope.

Theorem gradient_mass__mass : Statements.gradient_mass__mass.
Proof.
start. apply (gradient_mass n P layers i); [|assumption]. intros l k Hl Hk. now apply (H0 l k Hl Hk).
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

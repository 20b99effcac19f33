(* Proofs of the printed statements: the chapter dispersion. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Tactics Statements.
Open Scope R_scope.

Lemma shannon_eq n p : Sum n (fun i => (- (p i * ln (p i)))) = shannon n p.
Proof. apply Sum_ext; intros; ring. Qed.

Theorem entropy_and_support__support : Statements.entropy_and_support__support.
Proof. start. rewrite shannon_eq. now apply shannon_le_log_support. Qed.

Theorem entropy_and_support__largest : Statements.entropy_and_support__largest.
Proof.
start. destruct H0 as [Hp Hs]. apply Rle_ge.
apply Rle_trans with (Sum n (fun i => p i * - ln (Largest n p))); [rewrite Sum_scal_r, Hs; lra|].
apply Sum_le. intros i Hi. destruct (Hp i Hi) as [L|<-]; [|lra].
pose proof (Largest_ge n p i Hi) as [M|M]; [|rewrite <- M; lra].
pose proof (ln_increasing (p i) (Largest n p) L M). nra.
Qed.

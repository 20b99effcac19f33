(* Tactics for the printed statements. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax Optimal Paths Jacobian.
Open Scope R_scope.

(** Introduce what a statement quantifies and put in what its symbols mean. *)
Ltac start := hnf; intros; repeat match goal with x := _ |- _ => subst x end; cbv beta in *.

(** What a statement [..__defined] asks for: no division by zero, no power or logarithm outside its domain. *)
Ltac side := first
  [ assumption | lra | nra | lia
  | right; split; lra | left; lra | left; assumption | left; apply lt_0_INR; lia
  | apply Rgt_not_eq; nra | apply Rgt_not_eq, lt_0_INR; lia
  | match goal with |- 0 < Rmax 0 ?a \/ _ =>
      destruct (Rle_lt_or_eq_dec 0 (Rmax 0 a) (Rmax_0_ge a)) as [D|D];
      [left; exact D | right; split; [symmetry; exact D | apply Rinv_0_lt_compat; lra]] end
  | match goal with H : simplex ?n ?p, Hi : inr ?i ?n |- 0 < ?p ?i \/ _ =>
      destruct (proj1 H i Hi) as [D|D]; [left; exact D | right; split; [symmetry; exact D | lra]] end
  | match goal with |- 0 < entmax ?n ?a ?z ?i \/ _ =>
      destruct (entmax_ge0 n a z i) as [D|D]; [left; exact D | right; split; [symmetry; exact D | lra]] end ].

Ltac defined := start; repeat match goal with |- _ /\ _ => split end; intros; try solve [side].

(** Sensitivities are written out in the statements. *)
Ltac sens_if := intros; unfold sens; destruct (Rlt_dec _ _); ring.

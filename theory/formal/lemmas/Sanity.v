(* Numbers that the definitions give for small rows, worked out from Definitions.v; the reference reproduces them. *)
From Coq Require Import Reals Lra Lia.
From EntmaxFormal Require Import Definitions Base Entmax Support Sorted Closed.
Open Scope R_scope.

Definition row2 (a b : R) (i : nat) : R := match i with 1%nat => a | _ => b end.
Definition row3 (a b c : R) (i : nat) : R := match i with 1%nat => a | 2%nat => b | _ => c end.

Lemma half : / (3 / 2 - 1) = 2.
Proof. field. Qed.

Ltac squares := rewrite ?half; repeat (rewrite Rmax_0_id by lra || rewrite Rmax_0_0 by lra); rewrite ?pw_2 by lra; lra.

(** Sparsemax of (1, 1/2, -1): the threshold is 1/4. *)

Lemma sparsemax_threshold : threshold 3 2 (row3 1 (1 / 2) (-1)) = 1 / 4.
Proof.
apply threshold_is; [lia | lra|]. unfold mass, scaled. simpl. replace (/ (2 - 1)) with 1 by field.
rewrite !pw_1_r by apply Rmax_0_ge. rewrite !Rmax_0_id, Rmax_0_0 by lra. lra.
Qed.

Example sparsemax_row : entmax 3 2 (row3 1 (1 / 2) (-1)) 1 = 3 / 4 /\
  entmax 3 2 (row3 1 (1 / 2) (-1)) 2 = 1 / 4 /\ entmax 3 2 (row3 1 (1 / 2) (-1)) 3 = 0.
Proof.
unfold entmax. rewrite sparsemax_threshold. simpl. replace (/ (2 - 1)) with 1 by field.
rewrite !pw_1_r by apply Rmax_0_ge. rewrite !Rmax_0_id, Rmax_0_0 by lra. lra.
Qed.

(** 1.5-entmax of (8/5, 6/5): x = (4/5, 3/5) and the threshold is 0. *)

Lemma two_threshold a b : 0 <= a -> 0 <= b -> a ^ 2 + b ^ 2 = 1 -> threshold 2 (3 / 2) (row2 (2 * a) (2 * b)) = 0.
Proof. intros Ha Hb E. apply threshold_is; [lia | lra|]. unfold mass, scaled. simpl. squares. Qed.

Lemma two_probabilities a b : 0 <= a -> 0 <= b -> a ^ 2 + b ^ 2 = 1 ->
  entmax 2 (3 / 2) (row2 (2 * a) (2 * b)) 1 = a ^ 2 /\ entmax 2 (3 / 2) (row2 (2 * a) (2 * b)) 2 = b ^ 2.
Proof. intros Ha Hb E. unfold entmax. rewrite two_threshold by assumption. simpl. split; squares. Qed.

Example three_halves_row : entmax 2 (3 / 2) (row2 (8 / 5) (6 / 5)) 1 = 16 / 25 /\ entmax 2 (3 / 2) (row2 (8 / 5) (6 / 5)) 2 = 9 / 25.
Proof.
replace (8 / 5) with (2 * (4 / 5)) by field. replace (6 / 5) with (2 * (3 / 5)) by field.
destruct (two_probabilities (4 / 5) (3 / 5)) as [-> ->]; lra.
Qed.

(** At a gap of 2 it is one-hot, below it is not. *)

Example one_hot_at_two : entmax 2 (3 / 2) (row2 2 0) 1 = 1 /\ entmax 2 (3 / 2) (row2 2 0) 2 = 0.
Proof.
replace (row2 2 0) with (row2 (2 * 1) (2 * 0)) by (f_equal; ring).
destruct (two_probabilities 1 0) as [-> ->]; lra.
Qed.

Example not_below_two gap : 0 <= gap < 2 -> 0 < entmax 2 (3 / 2) (row2 gap 0) 2.
Proof. intros Hg. apply support_criterion; [lia | lra|]. simpl. rewrite half. rewrite !Rmax_0_id, !pw_2 by lra. nra. Qed.

Example softmax_row : softmax 2 (row2 (ln 3) 0) 1 = 3 / 4 /\ softmax 2 (row2 (ln 3) 0) 2 = 1 / 4.
Proof. unfold softmax. simpl. rewrite exp_ln, exp_0 by lra. lra. Qed.

Example support_size_row : support_size 3 (row3 (3 / 4) (1 / 4) 0) = 2%nat.
Proof.
simpl. destruct (Rlt_dec 0 (3 / 4)); [|lra]. destruct (Rlt_dec 0 (1 / 4)); [|lra]. destruct (Rlt_dec 0 0); [lra | reflexivity].
Qed.

Example largest_row : Largest 3 (row3 1 2 2) = 2.
Proof. simpl. unfold Rmax. destruct (Rle_dec 1 2); [destruct (Rle_dec 2 2); lra | lra]. Qed.

Example multiplicity_row : multiplicity 3 (row3 1 2 2) = 2%nat.
Proof.
unfold multiplicity. rewrite largest_row. simpl. destruct (Req_EM_T 1 2); [lra|]. destruct (Req_EM_T 2 2); [|lra].
destruct (Rlt_dec 0 0); [lra|]. destruct (Rlt_dec 0 1); [reflexivity | lra].
Qed.

(* The chapter mapping: each setting has an instance, and no claim asks for a value that does not exist. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra Newton Sorted Closed Tactics.
From EntmaxFormal Require Import Statements MappingProofs.
Open Scope R_scope.

(** One token of weight 1 and logit 0; two tokens where a setting asks for two. *)

Lemma one_simplex : simplex 1 (fun _ => 1).
Proof. split; [intros; lra | simpl; ring]. Qed.

Lemma identity_permutes n : permutes n (fun i => i).
Proof. split; auto. Qed.

Lemma one_left alpha : 1 < alpha -> -1 <= threshold 1 alpha (fun _ => 0).
Proof. intros Ha. destruct (threshold_bracket 1 alpha (fun _ => 0) (le_n 1) Ha) as [H _]. simpl in H. unfold scaled in H. lra. Qed.

Ltac instance := repeat split; intros; simpl in *;
  try solve [ lra | lia | exact I | auto | apply one_simplex | apply identity_permutes | left; lia | right; lra | apply one_left; lra ].

Ltac row := exists 1%nat, (3 / 2), (fun _ => 0).

Theorem tsallis_range__inhabited : Statements.tsallis_range__inhabited.
Proof. exists 1%nat, 2, (fun _ => 1). instance. Qed.

Theorem tsallis_limits__inhabited : Statements.tsallis_limits__inhabited.
Proof. exists 1%nat, 2, (fun _ => 1). instance. Qed.

Theorem tsallis_falls_in_alpha__inhabited : Statements.tsallis_falls_in_alpha__inhabited.
Proof. exists 1%nat, 2, (fun _ => 1), 2. instance. Qed.

Theorem tsallis_strong_concavity__inhabited : Statements.tsallis_strong_concavity__inhabited.
Proof. exists 1%nat, 2, (fun _ => 1), (fun _ => 0). instance. Qed.

Theorem tsallis_schur_concave__inhabited : Statements.tsallis_schur_concave__inhabited.
Proof.
exists 2%nat, 2, (fun i => if Nat.eq_dec i 1 then 1 else 0), (1 / 2), 1%nat, 2%nat.
instance. destruct (Nat.eq_dec i 1); lra.
Qed.

Theorem threshold_form__inhabited : Statements.threshold_form__inhabited.
Proof. row. exists (fun _ => 1). instance. Qed.

Theorem threshold_brackets__inhabited : Statements.threshold_brackets__inhabited.
Proof. row. instance. Qed.

Theorem sorted_means__inhabited : Statements.sorted_means__inhabited.
Proof. row. instance. Qed.

Theorem sorted_means_above__inhabited : Statements.sorted_means_above__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0). instance. Qed.

Theorem closed_form_three_halves__inhabited : Statements.closed_form_three_halves__inhabited.
Proof. row. instance. Qed.

Theorem closed_form_sparsemax__inhabited : Statements.closed_form_sparsemax__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0). instance. Qed.

Theorem closed_form_four_thirds__inhabited : Statements.closed_form_four_thirds__inhabited.
Proof. exists 1%nat, (4 / 3), (fun _ => 0). instance. Qed.

Theorem closed_form_two_tokens__inhabited : Statements.closed_form_two_tokens__inhabited.
Proof. exists 2%nat, 2, (fun _ => 0). instance. Qed.

Theorem newton_from_the_left__inhabited : Statements.newton_from_the_left__inhabited.
Proof. row. exists (-1). instance. Qed.

Theorem newton_quadratic__inhabited : Statements.newton_quadratic__inhabited.
Proof. row. exists (-1). instance. Qed.

Theorem newton_sparsemax_steps__inhabited : Statements.newton_sparsemax_steps__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), (-1), 0%nat, (fun _ => -1). instance. Qed.

Theorem excess_convex__inhabited : Statements.excess_convex__inhabited.
Proof. row. exists 0, 1, (1 / 2). instance. Qed.

Theorem excess_pieces__inhabited : Statements.excess_pieces__inhabited.
Proof. exists 1%nat, 2, (fun _ => 0), 0, 1, (1 / 2). instance. Qed.

Theorem deformed_exponential__inhabited : Statements.deformed_exponential__inhabited.
Proof. row. exists 2. instance. Qed.

Theorem shift_invariance__inhabited : Statements.shift_invariance__inhabited.
Proof. row. exists 1. instance. Qed.

Theorem permutation_equivariance__inhabited : Statements.permutation_equivariance__inhabited.
Proof. row. exists (fun i => i). instance. Qed.

Theorem temperature__inhabited : Statements.temperature__inhabited.
Proof. exists 1%nat, 2, 1, (fun _ => 0), (fun _ => 1). instance. Qed.

Theorem order__inhabited : Statements.order__inhabited.
Proof. row. instance. Qed.

Theorem masking_is_deletion__inhabited : Statements.masking_is_deletion__inhabited.
Proof. exists 2%nat, 2, (fun _ => 0). instance. Qed.

Theorem finite_mask__inhabited : Statements.finite_mask__inhabited.
Proof. row. instance. Qed.

Theorem duplicates__inhabited : Statements.duplicates__inhabited.
Proof. row. exists 1%nat. instance. Qed.

Theorem own_logit__inhabited : Statements.own_logit__inhabited.
Proof. row. exists 1. instance. Qed.

Theorem inverse_map__inhabited : Statements.inverse_map__inhabited.
Proof. row. instance. Qed.

Theorem infinite_logits__inhabited : Statements.infinite_logits__inhabited.
Proof. exists 2%nat, 2, (fun _ => 0), 0. instance. Qed.

Theorem softmax_structure__inhabited : Statements.softmax_structure__inhabited.
Proof. exists 1%nat, (fun _ => 0), 1. instance. Qed.

Theorem softmax_permutation__inhabited : Statements.softmax_permutation__inhabited.
Proof. exists 1%nat, (fun _ => 0), (fun i => i). instance. Qed.

Theorem softmax_joining__inhabited : Statements.softmax_joining__inhabited.
Proof. exists 1%nat, (fun _ => 0), 1. instance. Qed.

(** Definedness. *)

Lemma size_pos n alpha z : (1 <= n)%nat -> 1 < alpha -> 0 < INR (support_size n (entmax n alpha z)).
Proof. intros Hn Ha. apply lt_0_INR. pose proof (support_size_pos n _ (entmax_simplex n alpha z Hn Ha)). lia. Qed.

Lemma multiplicity_pos n z : (1 <= n)%nat -> 0 < INR (multiplicity n z).
Proof.
intros Hn. unfold multiplicity. rewrite support_size_Sum. destruct (Largest_in n z Hn) as [k [Hk E]].
eapply Rlt_le_trans; [|apply (Sum_ge_term n _ k Hk)].
- simpl. destruct (Req_EM_T (z k) (Largest n z)); [destruct (Rlt_dec 0 1); lra | congruence].
- intros i _. simpl. destruct (Rlt_dec 0 _); lra.
Qed.

(** Of a number that is at least 0 it is enough that the exponent is positive. *)
Ltac nonnegative := match goal with |- 0 < ?a \/ _ =>
  let D := fresh in assert (D : 0 <= a); [|destruct D as [D|D]; [left; exact D | right; split; [symmetry; exact D | lra]]] end.

Ltac known := first
  [ solve [side]
  | apply Rgt_not_eq, size_pos; (lia || lra)
  | left; apply size_pos; (lia || lra)
  | left; apply multiplicity_pos; lia
  | left; apply pmax_pos; (lia || lra)
  | apply Rgt_not_eq, slope_pos; (lia || lra)
  | left; apply mass_pos; (lia || lra)
  | left; tauto
  | match goal with H : simplex _ ?p |- 0 <= ?p _ => apply H; assumption end
  | nonnegative; apply Sum_nonneg; intros; apply pw_ge0
  | match goal with H : permutes ?n ?f |- _ => apply H; lia end
  | apply Rgt_not_eq; unfold Rgt; apply Rplus_lt_0_compat; [apply exp_sum_pos; lia | apply exp_pos] ].

Ltac asked := start; repeat (progress intros || match goal with |- _ /\ _ => split | |- exists eps : posreal, _ => exists (mkposreal 1 Rlt_0_1) end); try solve [known].

Theorem tsallis_range__zero__defined : Statements.tsallis_range__zero__defined.
Proof. asked. Qed.
Theorem tsallis_range__uniform__defined : Statements.tsallis_range__uniform__defined.
Proof. asked. Qed.

Theorem tsallis_limits__shannon__defined : Statements.tsallis_limits__shannon__defined.
Proof.
start. repeat match goal with |- _ /\ _ => split end;
  try (exists (mkposreal 1 Rlt_0_1); intros); try lra; [nonnegative|]; now apply H1.
Qed.

Theorem tsallis_limits__rate__defined : Statements.tsallis_limits__rate__defined.
Proof. asked. Qed.

Theorem tsallis_limits__vanishing__defined : Statements.tsallis_limits__vanishing__defined.
Proof. asked. Qed.

Theorem tsallis_falls_in_alpha__falls__defined : Statements.tsallis_falls_in_alpha__falls__defined.
Proof. asked. Qed.

Theorem tsallis_falls_in_alpha__below_shannon__defined : Statements.tsallis_falls_in_alpha__below_shannon__defined.
Proof. asked. Qed.

Theorem tsallis_strong_concavity__l2__defined : Statements.tsallis_strong_concavity__l2__defined.
Proof.
asked. left. auto.
Qed.

Theorem tsallis_strong_concavity__l1__defined : Statements.tsallis_strong_concavity__l1__defined.
Proof.
asked. left. auto.
Qed.

Theorem tsallis_schur_concave__transfer__defined : Statements.tsallis_schur_concave__transfer__defined.
Proof.
asked; destruct H1 as [Hp _]; pose proof (Hp i H3); pose proof (Hp j H4); nonnegative; nra.
Qed.

Theorem threshold_form__form__defined : Statements.threshold_form__form__defined.
Proof. asked. Qed.

Theorem threshold_form__simplex__defined : Statements.threshold_form__simplex__defined.
Proof. asked. Qed.

Theorem threshold_form__optimal__defined : Statements.threshold_form__optimal__defined.
Proof. asked. Qed.

Theorem threshold_form__unique__defined : Statements.threshold_form__unique__defined.
Proof. asked. Qed.

Theorem threshold_brackets__lower_ties__defined : Statements.threshold_brackets__lower_ties__defined.
Proof. asked. Qed.

Theorem threshold_brackets__upper__defined : Statements.threshold_brackets__upper__defined.
Proof. asked. Qed.

Theorem threshold_brackets__upper_support__defined : Statements.threshold_brackets__upper_support__defined.
Proof. asked. Qed.

Theorem threshold_brackets__exact__defined : Statements.threshold_brackets__exact__defined.
Proof. asked. Qed.

Theorem sorted_means__mean__defined : Statements.sorted_means__mean__defined.
Proof. asked. Qed.

Theorem sorted_means_above__mean__defined : Statements.sorted_means_above__mean__defined.
Proof. asked. Qed.

Theorem newton_from_the_left__rises__defined : Statements.newton_from_the_left__rises__defined.
Proof. asked. Qed.

Theorem newton_from_the_left__longer__defined : Statements.newton_from_the_left__longer__defined.
Proof. asked. Qed.

Theorem newton_from_the_left__never_past__defined : Statements.newton_from_the_left__never_past__defined.
Proof. asked. Qed.

Theorem closed_form_three_halves__closed__defined : Statements.closed_form_three_halves__closed__defined.
Proof.
asked. rewrite (spread n alpha z H H0 H1 H2). nonnegative.
apply Rmult_le_pos; [apply pos_INR | apply pow2_ge_0].
Qed.

Theorem closed_form_sparsemax__closed__defined : Statements.closed_form_sparsemax__closed__defined.
Proof. asked. Qed.

Theorem newton_sparsemax_steps__progress__defined : Statements.newton_sparsemax_steps__progress__defined.
Proof. asked. Qed.

Theorem newton_quadratic__square__defined : Statements.newton_quadratic__square__defined.
Proof. asked. Qed.

Theorem excess_convex__mass__defined : Statements.excess_convex__mass__defined.
Proof. asked. Qed.

Theorem excess_convex__norm__defined : Statements.excess_convex__norm__defined.
Proof. asked. Qed.

Theorem excess_convex__tangent__defined : Statements.excess_convex__tangent__defined.
Proof.
assert (E : forall n z alpha rho, rho < Largest n z * (alpha - 1) -> rho < (alpha - 1) * Largest n z) by (intros; lra).
asked.
Qed.

Theorem excess_pieces__mass__defined : Statements.excess_pieces__mass__defined.
Proof. asked. Qed.

Theorem closed_form_two_tokens__equation__defined : Statements.closed_form_two_tokens__equation__defined.
Proof. asked. Qed.

Theorem closed_form_two_tokens__sparsemax__defined : Statements.closed_form_two_tokens__sparsemax__defined.
Proof. asked. Qed.

Theorem closed_form_two_tokens__three__defined : Statements.closed_form_two_tokens__three__defined.
Proof. asked. Qed.

Theorem closed_form_two_tokens__three_halves__defined : Statements.closed_form_two_tokens__three_halves__defined.
Proof.
asked. left. destruct H1 as [_ L]. apply Rabs_le_between in L. nra.
Qed.

Theorem closed_form_four_thirds__cubic__defined : Statements.closed_form_four_thirds__cubic__defined.
Proof. asked. Qed.

Theorem closed_form_four_thirds__closed__defined : Statements.closed_form_four_thirds__closed__defined.
Proof.
start. split; [split; intros; lia|]. intros Hs Ea. pose proof (size_pos n alpha z H H0) as P.
pose proof (cardano_defined (INR (support_size n (entmax n alpha z))) _
  (Sum (support_size n (entmax n alpha z)) (fun i => ((alpha - 1) * z i -
    Sum (support_size n (entmax n alpha z)) (fun k => (alpha - 1) * z k) / INR (support_size n (entmax n alpha z))) ^ 3))
  P (V_ge0 n alpha z)) as (D1 & D2 & D3).
assert (P2 : INR (support_size n (entmax n alpha z)) ^ 2 <> 0) by (apply pow_nonzero; lra).
assert (P3 : INR (support_size n (entmax n alpha z)) ^ 3 <> 0) by (apply pow_nonzero; lra).
repeat split; intros; try lra; try assumption; nonnegative; assumption.
Qed.

Theorem deformed_exponential__form__defined : Statements.deformed_exponential__form__defined.
Proof. asked. Qed.

Theorem deformed_exponential__steeper__defined : Statements.deformed_exponential__steeper__defined.
Proof. asked; left; pose proof (entmax_ge0 n alpha z i); lra. Qed.

Theorem permutation_equivariance__probabilities__defined : Statements.permutation_equivariance__probabilities__defined.
Proof. asked. Qed.

Theorem temperature__optimal__defined : Statements.temperature__optimal__defined.
Proof. asked. Qed.

Theorem finite_mask__zero__defined : Statements.finite_mask__zero__defined.
Proof. asked. Qed.

Theorem duplicates__ceiling__defined : Statements.duplicates__ceiling__defined.
Proof. asked. Qed.

Theorem inverse_map__differences__defined : Statements.inverse_map__differences__defined.
Proof. asked. Qed.

Theorem infinite_logits__one__defined : Statements.infinite_logits__one__defined.
Proof. asked. Qed.

Theorem infinite_logits__two__defined : Statements.infinite_logits__two__defined.
Proof. asked. Qed.

Theorem softmax_permutation__probabilities__defined : Statements.softmax_permutation__probabilities__defined.
Proof. asked. Qed.

Theorem softmax_joining__factor__defined : Statements.softmax_joining__factor__defined.
Proof. asked. Qed.

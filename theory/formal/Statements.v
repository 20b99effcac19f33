(* Printed from the claims of entmax_oracle.theory by `entmax-oracle formal --print`. Do not edit.

   For each claim, `x` is the claim in its setting and `x__defined` says that nothing in it is asked for a value that it
   has not. For each theorem, `x__inhabited` says that there is something that it speaks of, and where a premise singles
   out a variable, such as a threshold, `x__found` that there is one in every case. *)
From Coq Require Import Reals List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions.
Open Scope R_scope.

Definition tsallis_limits__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (simplex n p) /\
  True.

Definition tsallis_limits__shannon : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  forall i, inr i n ->
  filterlim (fun alpha => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) (at_right 1) (locally (- (p i * ln (p i)))).

Definition tsallis_limits__shannon__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (forall i, inr i n ->
  ((exists eps : posreal, forall alpha : R, 1 < alpha < 1 + eps -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((exists eps : posreal, forall alpha : R, 1 < alpha < 1 + eps -> alpha <> 0)) /\
  ((exists eps : posreal, forall alpha : R, 1 < alpha < 1 + eps -> (alpha - 1) <> 0)) /\
  (0 <= p i)).

Definition tsallis_limits__rate : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (Sum n (fun i => (- (p i * ln (p i)))) - Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1))))) <= ((alpha - 1) * ((Sum n (fun i => ((ln (p i) ^ 2) * p i)) / 2) + Sum n (fun i => (- (p i * ln (p i))))) / alpha).

Definition tsallis_limits__rate__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  (alpha <> 0)).

Definition tsallis_limits__gini : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  Sum n (fun i => ((p i / 2) - ((p i ^ 2) / 2))) = ((1 / 2) - (Sum n (fun i => (p i ^ 2)) / 2)).

Definition tsallis_limits__vanishing : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) <= (1 / (alpha * (alpha - 1))).

Definition tsallis_limits__vanishing__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  (alpha <> 0) /\
  ((alpha - 1) <> 0)).

Definition tsallis_falls_in_alpha__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (beta : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (simplex n p) /\
  (1 < beta) /\
  (alpha <= beta).

Definition tsallis_falls_in_alpha__falls : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (beta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (1 < beta) ->
  (alpha <= beta) ->
  Sum n (fun i => ((p i - pw (p i) beta) / (beta * (beta - 1)))) <= Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))).

Definition tsallis_falls_in_alpha__falls__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (beta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (1 < beta) ->
  ((alpha <= beta) ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < beta))) /\
  ((forall i, (1%nat <= i <= n)%nat -> beta <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (beta - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))).

Definition tsallis_falls_in_alpha__below_shannon : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (beta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (1 < beta) ->
  (alpha <= beta) ->
  Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) <= Sum n (fun i => (- (p i * ln (p i)))).

Definition tsallis_falls_in_alpha__below_shannon__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (beta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (1 < beta) ->
  ((alpha <= beta) ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> 0 <= p i))).

Definition tsallis_range__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (simplex n p) /\
  True.

Definition tsallis_range__zero : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) >= 0.

Definition tsallis_range__zero__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))).

Definition tsallis_range__uniform : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) <= ((1 - pw (INR n) (1 - alpha)) / (alpha * (alpha - 1))).

Definition tsallis_range__uniform__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((0 < INR n \/ INR n = 0 /\ 0 < (1 - alpha))) /\
  (alpha <> 0) /\
  ((alpha - 1) <> 0)).

Definition tsallis_strong_concavity__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (simplex n p) /\
  (forall i, inr i n -> 0 < p i) /\
  (alpha <= 2).

Definition tsallis_strong_concavity__l2 : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (forall i, inr i n -> 0 < p i) ->
  (alpha <= 2) ->
  Sum n (fun i => ((v i ^ 2) * pw (p i) (alpha - 2))) >= Sum n (fun i => (v i ^ 2)).

Definition tsallis_strong_concavity__l2__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (forall i, inr i n -> 0 < p i) ->
  ((alpha <= 2) ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < (alpha - 2))))).

Definition tsallis_strong_concavity__l1 : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (forall i, inr i n -> 0 < p i) ->
  (alpha <= 2) ->
  Sum n (fun i => ((v i ^ 2) * pw (p i) (alpha - 2))) >= (pw (INR n) (1 - alpha) * (Sum n (fun i => Rabs (v i)) ^ 2)).

Definition tsallis_strong_concavity__l1__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (forall i, inr i n -> 0 < p i) ->
  ((alpha <= 2) ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < (alpha - 2)))) /\
  ((0 < INR n \/ INR n = 0 /\ 0 < (1 - alpha)))).

Definition tsallis_schur_concave__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (mix : R) (i : nat) (j : nat),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (simplex n p) /\
  (0 <= mix <= 1) /\
  (inr i n) /\
  (inr j n) /\
  (p i <> p j) /\
  ((mix > 0 /\ mix < 1)).

Definition tsallis_schur_concave__transfer : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (mix : R) (i : nat) (j : nat),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (0 <= mix <= 1) ->
  (inr i n) ->
  (inr j n) ->
  (p i <> p j) ->
  (mix > 0 /\ mix < 1) ->
  ((((mix * p i) + ((1 - mix) * p j) - pw ((mix * p i) + ((1 - mix) * p j)) alpha) / (alpha * (alpha - 1))) + (((mix * p j) + ((1 - mix) * p i) - pw ((mix * p j) + ((1 - mix) * p i)) alpha) / (alpha * (alpha - 1)))) > (((p i - pw (p i) alpha) / (alpha * (alpha - 1))) + ((p j - pw (p j) alpha) / (alpha * (alpha - 1)))).

Definition tsallis_schur_concave__transfer__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (mix : R) (i : nat) (j : nat),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  (0 <= mix <= 1) ->
  (inr i n) ->
  (inr j n) ->
  ((p i <> p j) ->
  (mix > 0 /\ mix < 1) ->
  ((0 < ((mix * p i) + ((1 - mix) * p j)) \/ ((mix * p i) + ((1 - mix) * p j)) = 0 /\ 0 < alpha)) /\
  (alpha <> 0) /\
  ((alpha - 1) <> 0) /\
  ((0 < ((mix * p j) + ((1 - mix) * p i)) \/ ((mix * p j) + ((1 - mix) * p i)) = 0 /\ 0 < alpha)) /\
  ((0 < p i \/ p i = 0 /\ 0 < alpha)) /\
  ((0 < p j \/ p j = 0 /\ 0 < alpha))).

Definition threshold_form__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (simplex n r) /\
  True.

Definition threshold_form__form : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  forall i, inr i n ->
  p i = pw (Rmax 0 (((alpha - 1) * z i) - tau)) (/ (alpha - 1)).

Definition threshold_form__form__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let tau := threshold n alpha z in
  (forall i, inr i n ->
  ((alpha - 1) <> 0) /\
  ((0 < Rmax 0 (((alpha - 1) * z i) - tau) \/ Rmax 0 (((alpha - 1) * z i) - tau) = 0 /\ 0 < (/ (alpha - 1))))).

Definition threshold_form__simplex : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let tau := threshold n alpha z in
  (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - tau)) (/ (alpha - 1))) - 1) = 0.

Definition threshold_form__simplex__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let tau := threshold n alpha z in
  (((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - tau) \/ Rmax 0 (((alpha - 1) * z i) - tau) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition threshold_form__optimal : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let p := entmax n alpha z in
  (Sum n (fun i => (z i * r i)) + Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1))))) <= (Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1))))).

Definition threshold_form__optimal__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let p := entmax n alpha z in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha)))).

Definition threshold_form__unique : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let p := entmax n alpha z in
  ((Sum n (fun i => (z i * r i)) + Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1))))) >= (Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1))))) <-> (forall l, inr l n -> r l = p l)).

Definition threshold_form__unique__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let p := entmax n alpha z in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha)))).

Definition threshold_brackets__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition threshold_brackets__lower : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let z_max := Largest n z in
  tau >= ((z_max * (alpha - 1)) - 1).

Definition threshold_brackets__lower_ties : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let z_max := Largest n z in
  let top := multiplicity n z in
  tau >= ((z_max * (alpha - 1)) - pw (INR top) (1 - alpha)).

Definition threshold_brackets__lower_ties__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let top := multiplicity n z in
  (((0 < INR top \/ INR top = 0 /\ 0 < (1 - alpha)))).

Definition threshold_brackets__upper : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let z_max := Largest n z in
  tau <= ((z_max * (alpha - 1)) - pw (INR n) (1 - alpha)).

Definition threshold_brackets__upper__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (((0 < INR n \/ INR n = 0 /\ 0 < (1 - alpha)))).

Definition threshold_brackets__upper_support : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let z_max := Largest n z in
  let size := support_size n (entmax n alpha z) in
  tau <= ((z_max * (alpha - 1)) - pw (INR size) (1 - alpha)).

Definition threshold_brackets__upper_support__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let size := support_size n (entmax n alpha z) in
  (((0 < INR size \/ INR size = 0 /\ 0 < (1 - alpha)))).

Definition threshold_brackets__exact : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let z_max := Largest n z in
  let p_max := Largest n (entmax n alpha z) in
  tau = ((z_max * (alpha - 1)) - pw p_max (alpha - 1)).

Definition threshold_brackets__exact__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p_max := Largest n (entmax n alpha z) in
  (((0 < p_max \/ p_max = 0 /\ 0 < (alpha - 1)))).

Definition sorted_means__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (alpha <= 2).

Definition sorted_means__mean : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  (alpha <= 2) ->
  forall k, inr k n ->
  tau >= ((Sum k (fun i => ((alpha - 1) * z i)) / INR k) - pw (INR k) (1 - alpha)).

Definition sorted_means__mean__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  ((alpha <= 2) ->
  forall k, inr k n ->
  (INR k <> 0) /\
  ((0 < INR k \/ INR k = 0 /\ 0 < (1 - alpha)))).

Definition sorted_means_above__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l))) /\
  (alpha >= 2).

Definition sorted_means_above__mean : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let size := support_size n (entmax n alpha z) in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha >= 2) ->
  tau <= ((Sum size (fun i => ((alpha - 1) * z i)) / INR size) - pw (INR size) (1 - alpha)).

Definition sorted_means_above__mean__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let size := support_size n (entmax n alpha z) in
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha >= 2) ->
  (INR size <> 0) /\
  ((0 < INR size \/ INR size = 0 /\ 0 < (1 - alpha)))).

Definition newton_from_the_left__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (rho < (alpha - 1) * Largest n z) /\
  let tau := threshold n alpha z in
  (alpha <= 2) /\
  (rho <= tau).

Definition newton_from_the_left__rises : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  (alpha <= 2) ->
  (rho <= tau) ->
  ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0))) >= 0.

Definition newton_from_the_left__rises__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  ((alpha <= 2) ->
  (rho <= tau) ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (alpha - 1) <> 0))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (0 < (((alpha - 1) * z i) - rho) \/ (((alpha - 1) * z i) - rho) = 0 /\ 0 < ((/ (alpha - 1)) - 1))))) /\
  (Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)) <> 0)).

Definition newton_from_the_left__longer : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  (alpha <= 2) ->
  (rho <= tau) ->
  ((Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - pw (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1)))) (2 - alpha)) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0))) >= ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0))).

Definition newton_from_the_left__longer__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  ((alpha <= 2) ->
  (rho <= tau) ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((0 < Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) \/ Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) = 0 /\ 0 < (2 - alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (alpha - 1) <> 0))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (0 < (((alpha - 1) * z i) - rho) \/ (((alpha - 1) * z i) - rho) = 0 /\ 0 < ((/ (alpha - 1)) - 1))))) /\
  (Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)) <> 0)).

Definition newton_from_the_left__never_past : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  (alpha <= 2) ->
  (rho <= tau) ->
  (rho + ((Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - pw (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1)))) (2 - alpha)) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)))) <= tau.

Definition newton_from_the_left__never_past__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  ((alpha <= 2) ->
  (rho <= tau) ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((0 < Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) \/ Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) = 0 /\ 0 < (2 - alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (alpha - 1) <> 0))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (0 < (((alpha - 1) * z i) - rho) \/ (((alpha - 1) * z i) - rho) = 0 /\ 0 < ((/ (alpha - 1)) - 1))))) /\
  (Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)) <> 0)).

Definition closed_form_three_halves__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l))) /\
  (alpha = (3 / 2)).

Definition closed_form_three_halves__closed : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let size := support_size n (entmax n alpha z) in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha = (3 / 2)) ->
  tau = ((Sum size (fun i => ((alpha - 1) * z i)) / INR size) - (pw (INR size) (-1 / 2) * pw (1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2))) (1 / 2))).

Definition closed_form_three_halves__closed__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let size := support_size n (entmax n alpha z) in
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha = (3 / 2)) ->
  (INR size <> 0) /\
  ((0 < INR size \/ INR size = 0 /\ 0 < (-1 / 2))) /\
  ((forall i, (1%nat <= i <= size)%nat -> INR size <> 0)) /\
  ((0 < (1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2))) \/ (1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2))) = 0 /\ 0 < (1 / 2)))).

Definition closed_form_sparsemax__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l))) /\
  (alpha = 2).

Definition closed_form_sparsemax__closed : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let size := support_size n (entmax n alpha z) in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha = 2) ->
  tau = ((Sum size (fun i => ((alpha - 1) * z i)) / INR size) - (/ INR size)).

Definition closed_form_sparsemax__closed__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let size := support_size n (entmax n alpha z) in
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha = 2) ->
  (INR size <> 0)).

Definition newton_sparsemax_steps__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (rho : R) (steps : nat) (path : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (rho < (alpha - 1) * Largest n z) /\
  (path 0%nat = rho) /\
  (forall t, (t < steps)%nat -> path t <> threshold n alpha z /\ path (S t) =
    path t + (alpha - 1) * (mass n (/ (alpha - 1)) (scaled alpha z) (path t) - 1) /
    Sum n (fun i => if Rlt_dec (path t) ((alpha - 1) * z i)
      then pw ((alpha - 1) * z i - path t) (/ (alpha - 1) - 1) else 0)) /\
  let tau := threshold n alpha z in
  (alpha = 2) /\
  (rho <= tau).

Definition newton_sparsemax_steps__progress : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R) (steps : nat) (path : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  (path 0%nat = rho) ->
  (forall t, (t < steps)%nat -> path t <> threshold n alpha z /\ path (S t) =
    path t + (alpha - 1) * (mass n (/ (alpha - 1)) (scaled alpha z) (path t) - 1) /
    Sum n (fun i => if Rlt_dec (path t) ((alpha - 1) * z i)
      then pw ((alpha - 1) * z i - path t) (/ (alpha - 1) - 1) else 0)) ->
  let tau := threshold n alpha z in
  (alpha = 2) ->
  (rho <= tau) ->
  ((rho + ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)))) = tau \/ (~ (forall l, inr l n -> (((alpha - 1) * z l) <= rho \/ ((alpha - 1) * z l) > (rho + ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)))))))).

Definition newton_sparsemax_steps__progress__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R) (steps : nat) (path : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  (path 0%nat = rho) ->
  (forall t, (t < steps)%nat -> path t <> threshold n alpha z /\ path (S t) =
    path t + (alpha - 1) * (mass n (/ (alpha - 1)) (scaled alpha z) (path t) - 1) /
    Sum n (fun i => if Rlt_dec (path t) ((alpha - 1) * z i)
      then pw ((alpha - 1) * z i - path t) (/ (alpha - 1) - 1) else 0)) ->
  let tau := threshold n alpha z in
  ((alpha = 2) ->
  (rho <= tau) ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (alpha - 1) <> 0))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (0 < (((alpha - 1) * z i) - rho) \/ (((alpha - 1) * z i) - rho) = 0 /\ 0 < ((/ (alpha - 1)) - 1))))) /\
  (Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)) <> 0) /\
  ((~ ((rho + ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)))) = tau) -> (forall l, inr l n -> (~ (((alpha - 1) * z l) <= rho) -> (forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))))) /\
  ((~ ((rho + ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)))) = tau) -> (forall l, inr l n -> (~ (((alpha - 1) * z l) <= rho) -> (forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1)))))))) /\
  ((~ ((rho + ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)))) = tau) -> (forall l, inr l n -> (~ (((alpha - 1) * z l) <= rho) -> (forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (alpha - 1) <> 0)))))) /\
  ((~ ((rho + ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)))) = tau) -> (forall l, inr l n -> (~ (((alpha - 1) * z l) <= rho) -> (forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (0 < (((alpha - 1) * z i) - rho) \/ (((alpha - 1) * z i) - rho) = 0 /\ 0 < ((/ (alpha - 1)) - 1)))))))) /\
  ((~ ((rho + ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)))) = tau) -> (forall l, inr l n -> (~ (((alpha - 1) * z l) <= rho) -> Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)) <> 0))))).

Definition newton_sparsemax_steps__count : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R) (steps : nat) (path : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  (path 0%nat = rho) ->
  (forall t, (t < steps)%nat -> path t <> threshold n alpha z /\ path (S t) =
    path t + (alpha - 1) * (mass n (/ (alpha - 1)) (scaled alpha z) (path t) - 1) /
    Sum n (fun i => if Rlt_dec (path t) ((alpha - 1) * z i)
      then pw ((alpha - 1) * z i - path t) (/ (alpha - 1) - 1) else 0)) ->
  let tau := threshold n alpha z in
  (alpha = 2) ->
  (rho <= tau) ->
  (steps <= n)%nat.

Definition newton_quadratic__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (rho < (alpha - 1) * Largest n z) /\
  let tau := threshold n alpha z in
  (alpha <= (3 / 2)) /\
  (rho <= tau).

Definition newton_quadratic__square : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  (alpha <= (3 / 2)) ->
  (rho <= tau) ->
  (tau - rho - ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)))) <= (((tau - rho) ^ 2) * ((1 / (2 * (alpha - 1))) - (1 / 2)) * Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 2) else 0)) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0))).

Definition newton_quadratic__square__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  ((alpha <= (3 / 2)) ->
  (rho <= tau) ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (alpha - 1) <> 0))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (0 < (((alpha - 1) * z i) - rho) \/ (((alpha - 1) * z i) - rho) = 0 /\ 0 < ((/ (alpha - 1)) - 1))))) /\
  (Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)) <> 0) /\
  ((alpha - 1) <> 0) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (0 < (((alpha - 1) * z i) - rho) \/ (((alpha - 1) * z i) - rho) = 0 /\ 0 < ((/ (alpha - 1)) - 2)))))).

Definition excess_convex__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (rho : R) (shift : R) (mix : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 <= shift) /\
  (0 <= mix <= 1) /\
  (alpha <= 2).

Definition excess_convex__mass : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R) (shift : R) (mix : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= shift) ->
  (0 <= mix <= 1) ->
  (alpha <= 2) ->
  Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho - (shift * mix))) (/ (alpha - 1))) <= ((mix * Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - shift - rho)) (/ (alpha - 1)))) + ((1 - mix) * Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))))).

Definition excess_convex__mass__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R) (shift : R) (mix : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= shift) ->
  (0 <= mix <= 1) ->
  ((alpha <= 2) ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho - (shift * mix)) \/ Rmax 0 (((alpha - 1) * z i) - rho - (shift * mix)) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - shift - rho) \/ Rmax 0 (((alpha - 1) * z i) - shift - rho) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition excess_convex__norm : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R) (shift : R) (mix : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= shift) ->
  (0 <= mix <= 1) ->
  (alpha <= 2) ->
  pw (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho - (shift * mix))) (/ (alpha - 1)))) (alpha - 1) <= ((mix * pw (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - shift - rho)) (/ (alpha - 1)))) (alpha - 1)) + (pw (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1)))) (alpha - 1) * (1 - mix))).

Definition excess_convex__norm__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R) (shift : R) (mix : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= shift) ->
  (0 <= mix <= 1) ->
  ((alpha <= 2) ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho - (shift * mix)) \/ Rmax 0 (((alpha - 1) * z i) - rho - (shift * mix)) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((0 < Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho - (shift * mix))) (/ (alpha - 1))) \/ Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho - (shift * mix))) (/ (alpha - 1))) = 0 /\ 0 < (alpha - 1))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - shift - rho) \/ Rmax 0 (((alpha - 1) * z i) - shift - rho) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((0 < Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - shift - rho)) (/ (alpha - 1))) \/ Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - shift - rho)) (/ (alpha - 1))) = 0 /\ 0 < (alpha - 1))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((0 < Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) \/ Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) = 0 /\ 0 < (alpha - 1)))).

Definition excess_convex__tangent : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R) (shift : R) (mix : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= shift) ->
  (0 <= mix <= 1) ->
  let tau := threshold n alpha z in
  let z_max := Largest n z in
  (alpha <= 2) ->
  (rho < (z_max * (alpha - 1)) -> (rho + ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)))) <= tau).

Definition excess_convex__tangent__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R) (shift : R) (mix : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= shift) ->
  (0 <= mix <= 1) ->
  let z_max := Largest n z in
  ((alpha <= 2) ->
  ((rho < (z_max * (alpha - 1)) -> (forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))) /\
  ((rho < (z_max * (alpha - 1)) -> (forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1)))))) /\
  ((rho < (z_max * (alpha - 1)) -> (forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (alpha - 1) <> 0)))) /\
  ((rho < (z_max * (alpha - 1)) -> (forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (0 < (((alpha - 1) * z i) - rho) \/ (((alpha - 1) * z i) - rho) = 0 /\ 0 < ((/ (alpha - 1)) - 1)))))) /\
  ((rho < (z_max * (alpha - 1)) -> Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)) <> 0))).

Definition excess_pieces__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (rho : R) (shift : R) (mix : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 <= shift) /\
  (0 <= mix <= 1) /\
  (alpha >= 2) /\
  ((forall l, inr l n -> (((alpha - 1) * z l) <= rho \/ ((alpha - 1) * z l) >= (shift + rho)))).

Definition excess_pieces__mass : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R) (shift : R) (mix : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= shift) ->
  (0 <= mix <= 1) ->
  (alpha >= 2) ->
  (forall l, inr l n -> (((alpha - 1) * z l) <= rho \/ ((alpha - 1) * z l) >= (shift + rho))) ->
  Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho - (shift * mix))) (/ (alpha - 1))) >= ((mix * Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - shift - rho)) (/ (alpha - 1)))) + ((1 - mix) * Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))))).

Definition excess_pieces__mass__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R) (shift : R) (mix : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= shift) ->
  (0 <= mix <= 1) ->
  ((alpha >= 2) ->
  (forall l, inr l n -> (((alpha - 1) * z l) <= rho \/ ((alpha - 1) * z l) >= (shift + rho))) ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho - (shift * mix)) \/ Rmax 0 (((alpha - 1) * z i) - rho - (shift * mix)) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - shift - rho) \/ Rmax 0 (((alpha - 1) * z i) - shift - rho) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition closed_form_two_tokens__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (n = 2)%nat /\
  (1 < alpha) /\
  True.

Definition closed_form_two_tokens__equation : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (n = 2)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  (Rabs (z 1%nat - z 2%nat) <= (/ (alpha - 1)) -> (pw (p 1%nat) (alpha - 1) - pw (p 2%nat) (alpha - 1)) = ((alpha - 1) * (z 1%nat - z 2%nat))).

Definition closed_form_two_tokens__equation__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (n = 2)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  ((inr 1%nat n) /\
  (inr 2%nat n) /\
  ((alpha - 1) <> 0) /\
  ((Rabs (z 1%nat - z 2%nat) <= (/ (alpha - 1)) -> inr 1%nat n)) /\
  ((Rabs (z 1%nat - z 2%nat) <= (/ (alpha - 1)) -> (0 < p 1%nat \/ p 1%nat = 0 /\ 0 < (alpha - 1)))) /\
  ((Rabs (z 1%nat - z 2%nat) <= (/ (alpha - 1)) -> inr 2%nat n)) /\
  ((Rabs (z 1%nat - z 2%nat) <= (/ (alpha - 1)) -> (0 < p 2%nat \/ p 2%nat = 0 /\ 0 < (alpha - 1))))).

Definition closed_form_two_tokens__sparsemax : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (n = 2)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  (alpha = 2 -> p 1%nat = Rmin 1 (Rmax 0 ((1 / 2) + (z 1%nat / 2) - (z 2%nat / 2)))).

Definition closed_form_two_tokens__sparsemax__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (n = 2)%nat ->
  (1 < alpha) ->
  (((alpha = 2 -> inr 1%nat n)) /\
  ((alpha = 2 -> inr 2%nat n))).

Definition closed_form_two_tokens__three : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (n = 2)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  (alpha = 3 -> p 1%nat = Rmin 1 (Rmax 0 ((1 / 2) + z 1%nat - z 2%nat))).

Definition closed_form_two_tokens__three__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (n = 2)%nat ->
  (1 < alpha) ->
  (((alpha = 3 -> inr 1%nat n)) /\
  ((alpha = 3 -> inr 2%nat n))).

Definition closed_form_two_tokens__three_halves : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (n = 2)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  ((alpha = (3 / 2) /\ Rabs (z 1%nat - z 2%nat) <= 2) -> p 1%nat = (((pw (2 - (((z 1%nat - z 2%nat) ^ 2) / 4)) (1 / 2) + (z 1%nat / 2) - (z 2%nat / 2)) ^ 2) / 4)).

Definition closed_form_two_tokens__three_halves__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (n = 2)%nat ->
  (1 < alpha) ->
  (((alpha = (3 / 2) -> inr 1%nat n)) /\
  ((alpha = (3 / 2) -> inr 2%nat n)) /\
  (((alpha = (3 / 2) /\ Rabs (z 1%nat - z 2%nat) <= 2) -> inr 1%nat n)) /\
  (((alpha = (3 / 2) /\ Rabs (z 1%nat - z 2%nat) <= 2) -> inr 2%nat n)) /\
  (((alpha = (3 / 2) /\ Rabs (z 1%nat - z 2%nat) <= 2) -> (0 < (2 - (((z 1%nat - z 2%nat) ^ 2) / 4)) \/ (2 - (((z 1%nat - z 2%nat) ^ 2) / 4)) = 0 /\ 0 < (1 / 2))))).

Definition closed_form_four_thirds__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l))) /\
  (alpha = (4 / 3)).

Definition closed_form_four_thirds__cubic : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let size := support_size n (entmax n alpha z) in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha = (4 / 3)) ->
  ((((Sum size (fun i => ((alpha - 1) * z i)) / INR size) - tau) ^ 3) + (3 * ((Sum size (fun i => ((alpha - 1) * z i)) / INR size) - tau) * Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2)) / INR size)) = ((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) / INR size).

Definition closed_form_four_thirds__cubic__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let size := support_size n (entmax n alpha z) in
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha = (4 / 3)) ->
  (INR size <> 0) /\
  ((forall i, (1%nat <= i <= size)%nat -> INR size <> 0))).

Definition closed_form_four_thirds__closed : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let size := support_size n (entmax n alpha z) in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha = (4 / 3)) ->
  tau = (pw (pw (((Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2)) ^ 3) / (INR size ^ 3)) + (((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) ^ 2) / (4 * (INR size ^ 2)))) (1 / 2) - ((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) / (2 * INR size))) (1 / 3) + (Sum size (fun i => ((alpha - 1) * z i)) / INR size) - pw (pw (((Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2)) ^ 3) / (INR size ^ 3)) + (((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) ^ 2) / (4 * (INR size ^ 2)))) (1 / 2) + ((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) / (2 * INR size))) (1 / 3)).

Definition closed_form_four_thirds__closed__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let size := support_size n (entmax n alpha z) in
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha = (4 / 3)) ->
  ((forall i, (1%nat <= i <= size)%nat -> INR size <> 0)) /\
  ((INR size ^ 3) <> 0) /\
  ((INR size ^ 2) <> 0) /\
  ((0 < (((Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2)) ^ 3) / (INR size ^ 3)) + (((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) ^ 2) / (4 * (INR size ^ 2)))) \/ (((Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2)) ^ 3) / (INR size ^ 3)) + (((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) ^ 2) / (4 * (INR size ^ 2)))) = 0 /\ 0 < (1 / 2))) /\
  (INR size <> 0) /\
  ((0 < (pw (((Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2)) ^ 3) / (INR size ^ 3)) + (((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) ^ 2) / (4 * (INR size ^ 2)))) (1 / 2) - ((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) / (2 * INR size))) \/ (pw (((Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2)) ^ 3) / (INR size ^ 3)) + (((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) ^ 2) / (4 * (INR size ^ 2)))) (1 / 2) - ((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) / (2 * INR size))) = 0 /\ 0 < (1 / 3))) /\
  ((0 < (pw (((Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2)) ^ 3) / (INR size ^ 3)) + (((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) ^ 2) / (4 * (INR size ^ 2)))) (1 / 2) + ((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) / (2 * INR size))) \/ (pw (((Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 2)) ^ 3) / (INR size ^ 3)) + (((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) ^ 2) / (4 * (INR size ^ 2)))) (1 / 2) + ((1 - Sum size (fun i => ((((alpha - 1) * z i) - (Sum size (fun k => ((alpha - 1) * z k)) / INR size)) ^ 3))) / (2 * INR size))) = 0 /\ 0 < (1 / 3)))).

Definition deformed_exponential__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (beta : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (1 < beta) /\
  (alpha <= beta).

Definition deformed_exponential__form : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (beta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 < beta) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  (alpha <= beta) ->
  forall i, inr i n ->
  p i = pw (Rmax 0 (1 + ((alpha - 1) * (z i - ((1 + tau) / (alpha - 1)))))) (/ (alpha - 1)).

Definition deformed_exponential__form__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (beta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 < beta) ->
  let tau := threshold n alpha z in
  ((alpha <= beta) ->
  forall i, inr i n ->
  ((alpha - 1) <> 0) /\
  ((0 < Rmax 0 (1 + ((alpha - 1) * (z i - ((1 + tau) / (alpha - 1))))) \/ Rmax 0 (1 + ((alpha - 1) * (z i - ((1 + tau) / (alpha - 1))))) = 0 /\ 0 < (/ (alpha - 1))))).

Definition deformed_exponential__steeper : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (beta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 < beta) ->
  let p := entmax n alpha z in
  (alpha <= beta) ->
  forall i, inr i n ->
  (p i = 0 \/ pw (p i) (2 - alpha) <= pw (p i) (2 - beta)).

Definition deformed_exponential__steeper__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (beta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 < beta) ->
  let p := entmax n alpha z in
  ((alpha <= beta) ->
  forall i, inr i n ->
  ((~ (p i = 0) -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha)))) /\
  ((~ (p i = 0) -> (0 < p i \/ p i = 0 /\ 0 < (2 - beta))))).

Definition shift_invariance__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition shift_invariance__probabilities : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := entmax n alpha (fun i => z i + shift) in
  forall i, inr i n ->
  r i = p i.

Definition shift_invariance__threshold : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let rho := threshold n alpha (fun i => z i + shift) in
  rho = (tau + (shift * (alpha - 1))).

Definition permutation_equivariance__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (perm : nat -> nat),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (permutes n perm) /\
  True.

Definition permutation_equivariance__probabilities : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (perm : nat -> nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (permutes n perm) ->
  let p := entmax n alpha z in
  let r := entmax n alpha (fun i => z (perm i)) in
  forall i, inr i n ->
  r i = p (perm i).

Definition permutation_equivariance__probabilities__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (perm : nat -> nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (permutes n perm) ->
  (forall i, inr i n ->
  (inr (perm i) n)).

Definition permutation_equivariance__threshold : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (perm : nat -> nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (permutes n perm) ->
  let tau := threshold n alpha z in
  let rho := threshold n alpha (fun i => z (perm i)) in
  rho = tau.

Definition temperature__inhabited : Prop :=
  exists (n : nat) (alpha : R) (theta : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < theta) /\
  (simplex n r) /\
  True.

Definition temperature__optimal : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (simplex n r) ->
  let p := entmax n alpha (fun i => theta * z i) in
  ((Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1)))) / theta) + Sum n (fun i => (z i * r i))) <= ((Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) / theta) + Sum n (fun i => (z i * p i))).

Definition temperature__optimal__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (simplex n r) ->
  let p := entmax n alpha (fun i => theta * z i) in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  (theta <> 0) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha)))).

Definition order__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition order__weak : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  forall i, inr i n ->
  forall j, inr j n ->
  (z i >= z j -> p i >= p j).

Definition order__converse : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  forall i, inr i n ->
  forall j, inr j n ->
  (p i > p j -> z i > z j).

Definition order__strict : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  forall i, inr i n ->
  forall j, inr j n ->
  ((p i > 0 /\ z i > z j) -> p i > p j).

Definition masking_is_deletion__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition masking_is_deletion__zero : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let rho := threshold (n - 1) alpha z in
  (p n = 0 <-> ((alpha - 1) * z n) <= rho).

Definition masking_is_deletion__equal : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let rho := threshold (n - 1) alpha z in
  let r := fun i => if Nat.eq_dec i n then 0 else entmax (n - 1) alpha z i in
  forall i, inr i n ->
  (((alpha - 1) * z n) <= rho -> p i = r i).

Definition masking_is_deletion__threshold : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let tau := threshold n alpha z in
  let rho := threshold (n - 1) alpha z in
  (((alpha - 1) * z n) <= rho -> tau = rho).

Definition finite_mask__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition finite_mask__zero : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  forall j, inr j n ->
  (z j <= (z_max - (/ (alpha - 1))) -> p j = 0).

Definition finite_mask__zero__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (forall j, inr j n ->
  ((alpha - 1) <> 0)).

Definition duplicates__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (copies : nat),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (1 <= copies)%nat /\
  True.

Definition duplicates__per_copy : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (copies : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= copies)%nat ->
  let p := entmax (n - 1 + copies) alpha (fun i => z (Nat.min i n)) in
  let r := entmax (n + copies) alpha (fun i => z (Nat.min i n)) in
  r n <= p n.

Definition duplicates__together : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (copies : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= copies)%nat ->
  let p := entmax (n - 1 + copies) alpha (fun i => z (Nat.min i n)) in
  let r := entmax (n + copies) alpha (fun i => z (Nat.min i n)) in
  ((1 + INR copies) * r n) >= (INR copies * p n).

Definition duplicates__ceiling : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (copies : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= copies)%nat ->
  let p := entmax (n - 1 + copies) alpha (fun i => z (Nat.min i n)) in
  (INR copies * p n) <= Rmax 0 (1 - Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z n))) (/ (alpha - 1)))).

Definition duplicates__ceiling__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (copies : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= copies)%nat ->
  (((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z n)) \/ Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z n)) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition own_logit__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  (shift >= 0).

Definition own_logit__own : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let r := entmax1 n alpha (fun i => if Nat.eq_dec i n then z i + shift else z i) in
  (shift >= 0) ->
  r n >= p n.

Definition own_logit__others : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let r := entmax1 n alpha (fun i => if Nat.eq_dec i n then z i + shift else z i) in
  (shift >= 0) ->
  forall j, inr j n ->
  ((j = n)%nat \/ r j <= p j).

Definition inverse_map__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition inverse_map__differences : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  forall i, inr i n ->
  forall j, inr j n ->
  ((p i > 0 /\ p j > 0) -> (z i - z j) = ((pw (p i) (alpha - 1) - pw (p j) (alpha - 1)) / (alpha - 1))).

Definition inverse_map__differences__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  (forall i, inr i n ->
  forall j, inr j n ->
  (((p i > 0 /\ p j > 0) -> (0 < p i \/ p i = 0 /\ 0 < (alpha - 1)))) /\
  (((p i > 0 /\ p j > 0) -> (0 < p j \/ p j = 0 /\ 0 < (alpha - 1)))) /\
  (((p i > 0 /\ p j > 0) -> (alpha - 1) <> 0))).

Definition infinite_logits__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (z 1%nat - z 2%nat = shift) /\
  True.

Definition infinite_logits__one : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (z 1%nat - z 2%nat = shift) ->
  let p := entmax n alpha z in
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z l <= (z 1%nat - (/ (alpha - 1))))) -> p 1%nat = 1).

Definition infinite_logits__one__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (z 1%nat - z 2%nat = shift) ->
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr 1%nat n))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (alpha - 1) <> 0))) /\
  (((forall l, inr l n -> ((l = 1%nat)%nat \/ z l <= (z 1%nat - (/ (alpha - 1))))) -> inr 1%nat n))).

Definition infinite_logits__two : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (z 1%nat - z 2%nat = shift) ->
  let p := entmax n alpha z in
  ((p 1%nat > 0 /\ p 2%nat > 0) -> (pw (p 1%nat) (alpha - 1) - pw (p 2%nat) (alpha - 1)) = (shift * (alpha - 1))).

Definition infinite_logits__two__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (z 1%nat - z 2%nat = shift) ->
  let p := entmax n alpha z in
  ((inr 1%nat n) /\
  ((p 1%nat > 0 -> inr 2%nat n)) /\
  (((p 1%nat > 0 /\ p 2%nat > 0) -> inr 1%nat n)) /\
  (((p 1%nat > 0 /\ p 2%nat > 0) -> (0 < p 1%nat \/ p 1%nat = 0 /\ 0 < (alpha - 1)))) /\
  (((p 1%nat > 0 /\ p 2%nat > 0) -> inr 2%nat n)) /\
  (((p 1%nat > 0 /\ p 2%nat > 0) -> (0 < p 2%nat \/ p 2%nat = 0 /\ 0 < (alpha - 1))))).

Definition softmax_structure__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (shift : R),
  (1 <= n)%nat /\
  True.

Definition softmax_structure__positive : Prop :=
  forall (n : nat) (z : nat -> R) (shift : R),
  (1 <= n)%nat ->
  let p := softmax n z in
  forall k, inr k n ->
  p k > 0.

Definition softmax_structure__sum : Prop :=
  forall (n : nat) (z : nat -> R) (shift : R),
  (1 <= n)%nat ->
  let p := softmax n z in
  Sum n (fun i => p i) = 1.

Definition softmax_structure__order : Prop :=
  forall (n : nat) (z : nat -> R) (shift : R),
  (1 <= n)%nat ->
  let p := softmax n z in
  forall i, inr i n ->
  forall j, inr j n ->
  (p i > p j <-> z i > z j).

Definition softmax_structure__shift : Prop :=
  forall (n : nat) (z : nat -> R) (shift : R),
  (1 <= n)%nat ->
  let p := softmax n z in
  let r := softmax n (fun i => z i + shift) in
  forall i, inr i n ->
  r i = p i.

Definition softmax_permutation__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (perm : nat -> nat),
  (1 <= n)%nat /\
  (permutes n perm) /\
  True.

Definition softmax_permutation__probabilities : Prop :=
  forall (n : nat) (z : nat -> R) (perm : nat -> nat),
  (1 <= n)%nat ->
  (permutes n perm) ->
  let p := softmax n z in
  let r := softmax n (fun i => z (perm i)) in
  forall i, inr i n ->
  r i = p (perm i).

Definition softmax_permutation__probabilities__defined : Prop :=
  forall (n : nat) (z : nat -> R) (perm : nat -> nat),
  (1 <= n)%nat ->
  (permutes n perm) ->
  (forall i, inr i n ->
  (inr (perm i) n)).

Definition softmax_joining__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (late : R),
  (1 <= n)%nat /\
  True.

Definition softmax_joining__factor : Prop :=
  forall (n : nat) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  let p := softmax n z in
  let r := softmax (S n) (fun i => if le_dec i n then z i else late) in
  forall k, inr k n ->
  r k = (p k * Sum n (fun i => exp (z i)) / (Sum n (fun i => exp (z i)) + exp late)).

Definition softmax_joining__factor__defined : Prop :=
  forall (n : nat) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  (forall k, inr k n ->
  ((Sum n (fun i => exp (z i)) + exp late) <> 0)).

Definition softmax_joining__less : Prop :=
  forall (n : nat) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  let p := softmax n z in
  let r := softmax (S n) (fun i => if le_dec i n then z i else late) in
  forall k, inr k n ->
  r k < p k.

Definition support_norm_criterion__inhabited : Prop :=
  exists (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < theta) /\
  True.

Definition support_norm_criterion__sum : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  forall k, inr k n ->
  (p k > 0 <-> Sum n (fun i => pw (Rmax 0 (theta * (alpha - 1) * (z i - z k))) (/ (alpha - 1))) < 1).

Definition support_norm_criterion__sum__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (forall k, inr k n ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (theta * (alpha - 1) * (z i - z k)) \/ Rmax 0 (theta * (alpha - 1) * (z i - z k)) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition support_norm_criterion__norm : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  forall k, inr k n ->
  (p k > 0 <-> (theta * pw (Sum n (fun i => pw (Rmax 0 (z i - z k)) (/ (alpha - 1)))) (alpha - 1)) < (/ (alpha - 1))).

Definition support_norm_criterion__norm__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (forall k, inr k n ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (z i - z k) \/ Rmax 0 (z i - z k) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((0 < Sum n (fun i => pw (Rmax 0 (z i - z k)) (/ (alpha - 1))) \/ Sum n (fun i => pw (Rmax 0 (z i - z k)) (/ (alpha - 1))) = 0 /\ 0 < (alpha - 1))) /\
  ((alpha - 1) <> 0)).

Definition critical_scale__inhabited : Prop :=
  exists (n : nat) (alpha : R) (theta : R) (z : nat -> R) (eta : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < theta) /\
  (0 < eta) /\
  (theta <= eta).

Definition critical_scale__critical : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R) (eta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (0 < eta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let z_max := Largest n z in
  (theta <= eta) ->
  forall k, inr k n ->
  (p k > 0 <-> (z k = z_max \/ theta < (pw (Sum n (fun i => pw (Rmax 0 (z i - z k)) (/ (alpha - 1)))) (1 - alpha) / (alpha - 1)))).

Definition critical_scale__critical__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R) (eta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (0 < eta) ->
  let z_max := Largest n z in
  ((theta <= eta) ->
  forall k, inr k n ->
  ((~ (z k = z_max) -> (forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))) /\
  ((~ (z k = z_max) -> (forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (z i - z k) \/ Rmax 0 (z i - z k) = 0 /\ 0 < (/ (alpha - 1)))))) /\
  ((~ (z k = z_max) -> (0 < Sum n (fun i => pw (Rmax 0 (z i - z k)) (/ (alpha - 1))) \/ Sum n (fun i => pw (Rmax 0 (z i - z k)) (/ (alpha - 1))) = 0 /\ 0 < (1 - alpha)))) /\
  ((~ (z k = z_max) -> (alpha - 1) <> 0))).

Definition critical_scale__nested : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R) (eta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (0 < eta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let r := entmax n alpha (fun i => eta * z i) in
  (theta <= eta) ->
  forall k, inr k n ->
  (r k > 0 -> p k > 0).

Definition support_nested_in_alpha__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (beta : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (1 < beta) /\
  (alpha <= beta).

Definition support_nested_in_alpha__nested : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (beta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 < beta) ->
  let p := entmax n alpha z in
  let r := entmax n beta z in
  (alpha <= beta) ->
  forall k, inr k n ->
  (r k > 0 -> p k > 0).

Definition support_size__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l))).

Definition support_size__size : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let size := support_size n (entmax n alpha z) in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  forall k, inr k n ->
  ((size >= k)%nat <-> Sum (k - 1%nat)%nat (fun i => pw ((alpha - 1) * (z i - z k)) (/ (alpha - 1))) < 1).

Definition support_size__size__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  forall k, inr k n ->
  ((1%nat <= k)%nat) /\
  ((forall i, (1%nat <= i <= (k - 1%nat)%nat)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= (k - 1%nat)%nat)%nat -> (0 < ((alpha - 1) * (z i - z k)) \/ ((alpha - 1) * (z i - z k)) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition support_size__monotone : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  forall k, inr k n ->
  Sum (k - 1%nat)%nat (fun i => pw ((alpha - 1) * (z i - z (Nat.max 1%nat (k - 1%nat)%nat))) (/ (alpha - 1))) <= Sum (k - 1%nat)%nat (fun i => pw ((alpha - 1) * (z i - z k)) (/ (alpha - 1))).

Definition support_size__monotone__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  forall k, inr k n ->
  ((1%nat <= k)%nat) /\
  ((forall i, (1%nat <= i <= (k - 1%nat)%nat)%nat -> (1%nat <= k)%nat)) /\
  ((forall i, (1%nat <= i <= (k - 1%nat)%nat)%nat -> inr (Nat.max 1%nat (k - 1%nat)%nat) n)) /\
  ((forall i, (1%nat <= i <= (k - 1%nat)%nat)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= (k - 1%nat)%nat)%nat -> (0 < ((alpha - 1) * (z i - z (Nat.max 1%nat (k - 1%nat)%nat))) \/ ((alpha - 1) * (z i - z (Nat.max 1%nat (k - 1%nat)%nat))) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((forall i, (1%nat <= i <= (k - 1%nat)%nat)%nat -> (0 < ((alpha - 1) * (z i - z k)) \/ ((alpha - 1) * (z i - z k)) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition one_hot_margin__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (exists i, inr i n /\ z i <> z 1%nat) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l))).

Definition one_hot_margin__one_hot : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := entmax n alpha z in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (p 1%nat = 1 <-> (z 1%nat - z 2%nat) >= (/ (alpha - 1))).

Definition one_hot_margin__one_hot__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (inr 1%nat n) /\
  (inr 2%nat n) /\
  ((alpha - 1) <> 0)).

Definition one_hot_margin__ties : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let top := multiplicity n z in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (Sum top (fun i => p i) = 1 <-> (z_max - z (1%nat + top)%nat) >= (pw (INR top) (1 - alpha) / (alpha - 1))).

Definition one_hot_margin__ties__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let top := multiplicity n z in
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (inr (1%nat + top)%nat n) /\
  ((0 < INR top \/ INR top = 0 /\ 0 < (1 - alpha))) /\
  ((alpha - 1) <> 0)).

Definition full_support__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition full_support__sufficient : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  let size := support_size n (entmax n alpha z) in
  (((alpha - 1) * (z_max - z_min)) < pw (INR n - 1) (1 - alpha) -> (size >= n)%nat).

Definition full_support__sufficient__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (((0 < (INR n - 1) \/ (INR n - 1) = 0 /\ 0 < (1 - alpha)))).

Definition full_support__necessary : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (((alpha - 1) * (z_max - z_min)) >= 1 -> Prod n (fun i => p i) = 0).

Definition least_support__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (exists i, inr i n /\ z i <> z 1%nat) /\
  True.

Definition least_support__least : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  let size := support_size n (entmax n alpha z) in
  INR size >= Rmin (pw ((alpha - 1) * (z_max - z_min)) (- (/ (alpha - 1)))) (INR n).

Definition least_support__least__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (((alpha - 1) <> 0) /\
  ((0 < ((alpha - 1) * (z_max - z_min)) \/ ((alpha - 1) * (z_max - z_min)) = 0 /\ 0 < (- (/ (alpha - 1)))))).

Definition support_window__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition support_window__window : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let p_max := Largest n (entmax n alpha z) in
  forall k, inr k n ->
  (p k > 0 <-> ((alpha - 1) * (z_max - z k)) < pw p_max (alpha - 1)).

Definition support_window__window__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p_max := Largest n (entmax n alpha z) in
  (forall k, inr k n ->
  ((0 < p_max \/ p_max = 0 /\ 0 < (alpha - 1)))).

Definition support_window__outer : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  forall k, inr k n ->
  (p k > 0 -> ((alpha - 1) * (z_max - z k)) < 1).

Definition sparsity_from_gap__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l))).

Definition sparsity_from_gap__exact : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let size := support_size n (entmax n alpha z) in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  forall k, inr k n ->
  ((k < n)%nat -> ((size <= k)%nat <-> Sum k (fun i => pw ((alpha - 1) * (z i - z (Nat.min (1%nat + k)%nat n))) (/ (alpha - 1))) >= 1)).

Definition sparsity_from_gap__exact__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  forall k, inr k n ->
  (((k < n)%nat -> (forall i, (1%nat <= i <= k)%nat -> inr (Nat.min (1%nat + k)%nat n) n))) /\
  (((k < n)%nat -> (forall i, (1%nat <= i <= k)%nat -> (alpha - 1) <> 0))) /\
  (((k < n)%nat -> (forall i, (1%nat <= i <= k)%nat -> (0 < ((alpha - 1) * (z i - z (Nat.min (1%nat + k)%nat n))) \/ ((alpha - 1) * (z i - z (Nat.min (1%nat + k)%nat n))) = 0 /\ 0 < (/ (alpha - 1))))))).

Definition sparsity_from_gap__one_gap : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let size := support_size n (entmax n alpha z) in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  forall k, inr k n ->
  ((z 1%nat - z (Nat.min (1%nat + k)%nat n)) >= (/ (alpha - 1)) -> ((k >= n)%nat \/ (size <= k)%nat)).

Definition sparsity_from_gap__one_gap__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  forall k, inr k n ->
  (inr 1%nat n) /\
  (inr (Nat.min (1%nat + k)%nat n) n) /\
  ((alpha - 1) <> 0)).

Definition sparsity_from_gap__step : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let size := support_size n (entmax n alpha z) in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  forall k, inr k n ->
  ((z k - z (Nat.min (1%nat + k)%nat n)) >= (pw (INR k) (1 - alpha) / (alpha - 1)) -> ((k >= n)%nat \/ (size <= k)%nat)).

Definition sparsity_from_gap__step__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  forall k, inr k n ->
  (inr (Nat.min (1%nat + k)%nat n) n) /\
  ((0 < INR k \/ INR k = 0 /\ 0 < (1 - alpha))) /\
  ((alpha - 1) <> 0)).

Definition softmax_limit__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition softmax_limit__divergence : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := softmax n z in
  Sum n (fun i => ((ln (p i) - ln (r i)) * p i)) <= ((alpha - 1) * ((Sum n (fun i => ((ln (r i) ^ 2) * r i)) / 2) + Sum n (fun i => (- (r i * ln (r i))))) / alpha).

Definition softmax_limit__divergence__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := softmax n z in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  ((forall i, (1%nat <= i <= n)%nat -> 0 < r i)) /\
  ((forall i, (1%nat <= i <= n)%nat -> 0 <= r i)) /\
  (alpha <> 0)).

Definition hot_limit__inhabited : Prop :=
  exists (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < theta) /\
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  ((theta * (alpha - 1) * (z_max - z_min)) <= (pw (INR n) (1 - alpha) / 2)).

Definition hot_limit__expansion : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  ((theta * (alpha - 1) * (z_max - z_min)) <= (pw (INR n) (1 - alpha) / 2)) ->
  forall i, inr i n ->
  Rabs ((/ INR n) + (theta * pw (INR n) (alpha - 2) * (z i - (Sum n (fun j => z j) / INR n))) - p i) <= (pw 2 (((2 * Rabs (alpha - 2)) + Rabs ((2 * alpha) - 3)) / (alpha - 1)) * (theta ^ 2) * pw (INR n) ((2 * alpha) - 3) * ((z_max - z_min) ^ 2) * Rabs (alpha - 2) / 2).

Definition hot_limit__expansion__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (((0 < INR n \/ INR n = 0 /\ 0 < (1 - alpha)))) /\
  (((theta * (alpha - 1) * (z_max - z_min)) <= (pw (INR n) (1 - alpha) / 2)) ->
  forall i, inr i n ->
  (INR n <> 0) /\
  ((0 < INR n \/ INR n = 0 /\ 0 < (alpha - 2))) /\
  ((alpha - 1) <> 0) /\
  ((0 < 2 \/ 2 = 0 /\ 0 < (((2 * Rabs (alpha - 2)) + Rabs ((2 * alpha) - 3)) / (alpha - 1)))) /\
  ((0 < INR n \/ INR n = 0 /\ 0 < ((2 * alpha) - 3)))).

Definition alpha_slope_at_one__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (A : nat -> R),
  (1 <= n)%nat /\
  (forall i, inr i n -> has_right_derivative (fun alpha => entmax1 n alpha z i) 1 (A i)) /\
  True.

Definition alpha_slope_at_one__found : Prop :=
  forall (n : nat) (z : nat -> R),
  (1 <= n)%nat ->
  exists (A : nat -> R),
  (forall i, inr i n -> has_right_derivative (fun alpha => entmax1 n alpha z i) 1 (A i)).

Definition alpha_slope_at_one__slope : Prop :=
  forall (n : nat) (z : nat -> R) (A : nat -> R),
  (1 <= n)%nat ->
  (forall i, inr i n -> has_right_derivative (fun alpha => entmax1 n alpha z i) 1 (A i)) ->
  let p := softmax n z in
  forall i, inr i n ->
  A i = ((Sum n (fun j => ((ln (p j) ^ 2) * p j)) - (ln (p i) ^ 2)) * p i / 2).

Definition alpha_slope_at_one__slope__defined : Prop :=
  forall (n : nat) (z : nat -> R) (A : nat -> R),
  (1 <= n)%nat ->
  (forall i, inr i n -> has_right_derivative (fun alpha => entmax1 n alpha z i) 1 (A i)) ->
  let p := softmax n z in
  (forall i, inr i n ->
  ((forall j, (1%nat <= j <= n)%nat -> 0 <= p j)) /\
  (0 <= p i)).

Definition sup_to_one_exact__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (2 <= n)%nat /\
  (1 <= alpha) /\
  (simplex n p) /\
  (alpha <= 2) /\
  ((forall l, inr l n -> Rabs (v l) <= 1)).

Definition sup_to_one_exact__norm : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (2 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (alpha <= 2) ->
  (forall l, inr l n -> Rabs (v l) <= 1) ->
  Sum n (fun i => (if Rlt_dec 0 (p i) then (pw (p i) (2 - alpha) * Rabs (v i - (Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0))))) else 0)) <= (4 * pw (pw (- IZR (Int_part (- (INR n / 2)))) (- ((alpha - 1) / (3 - alpha))) + pw (IZR (Int_part (INR n / 2))) (- ((alpha - 1) / (3 - alpha)))) (alpha - 3)).

Definition sup_to_one_exact__norm__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (2 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  ((alpha <= 2) ->
  (forall l, inr l n -> Rabs (v l) <= 1) ->
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> (forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0))) /\
  ((3 - alpha) <> 0) /\
  ((0 < (- IZR (Int_part (- (INR n / 2)))) \/ (- IZR (Int_part (- (INR n / 2)))) = 0 /\ 0 < (- ((alpha - 1) / (3 - alpha))))) /\
  ((0 < IZR (Int_part (INR n / 2)) \/ IZR (Int_part (INR n / 2)) = 0 /\ 0 < (- ((alpha - 1) / (3 - alpha))))) /\
  ((0 < (pw (- IZR (Int_part (- (INR n / 2)))) (- ((alpha - 1) / (3 - alpha))) + pw (IZR (Int_part (INR n / 2))) (- ((alpha - 1) / (3 - alpha)))) \/ (pw (- IZR (Int_part (- (INR n / 2)))) (- ((alpha - 1) / (3 - alpha))) + pw (IZR (Int_part (INR n / 2))) (- ((alpha - 1) / (3 - alpha)))) = 0 /\ 0 < (alpha - 3)))).

Definition not_lipschitz__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (lipschitz : R) (epsilon : R),
  (3 <= n)%nat /\
  (1 < alpha) /\
  (0 < lipschitz) /\
  (0 < epsilon < 1) /\
  (2 < alpha -> epsilon = Rmin (1 / 2) (pw ((alpha - 1) / (2 * lipschitz)) (/ (alpha - 2)))) /\
  (entmax n alpha z 1%nat = 1 - epsilon) /\
  (entmax n alpha z 2%nat = epsilon) /\
  (forall i, (3 <= i <= n)%nat -> (alpha - 1) * z i = threshold n alpha z) /\
  (alpha > 2).

Definition not_lipschitz__found : Prop :=
  forall (n : nat) (alpha : R) (lipschitz : R) (epsilon : R),
  (3 <= n)%nat ->
  (1 < alpha) ->
  (0 < lipschitz) ->
  (0 < epsilon < 1) ->
  (2 < alpha -> epsilon = Rmin (1 / 2) (pw ((alpha - 1) / (2 * lipschitz)) (/ (alpha - 2)))) ->
  exists (z : nat -> R),
  (entmax n alpha z 1%nat = 1 - epsilon) /\
  (entmax n alpha z 2%nat = epsilon) /\
  (forall i, (3 <= i <= n)%nat -> (alpha - 1) * z i = threshold n alpha z).

Definition not_lipschitz__ratio : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (lipschitz : R) (epsilon : R),
  (3 <= n)%nat ->
  (1 < alpha) ->
  (0 < lipschitz) ->
  (0 < epsilon < 1) ->
  (2 < alpha -> epsilon = Rmin (1 / 2) (pw ((alpha - 1) / (2 * lipschitz)) (/ (alpha - 2)))) ->
  (entmax n alpha z 1%nat = 1 - epsilon) ->
  (entmax n alpha z 2%nat = epsilon) ->
  (forall i, (3 <= i <= n)%nat -> (alpha - 1) * z i = threshold n alpha z) ->
  let p := entmax n alpha z in
  let y := fun i => z (match i with 2 => 3 | 3 => 2 | _ => i end)%nat in
  let r := entmax n alpha (fun i => z (match i with 2 => 3 | 3 => 2 | _ => i end)%nat) in
  Sum n (fun i => ((p i - r i) ^ 2)) = (pw epsilon (4 - (2 * alpha)) * ((alpha - 1) ^ 2) * Sum n (fun i => ((z i - y i) ^ 2))).

Definition not_lipschitz__ratio__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (lipschitz : R) (epsilon : R),
  (3 <= n)%nat ->
  (1 < alpha) ->
  (0 < lipschitz) ->
  (0 < epsilon < 1) ->
  (2 < alpha -> epsilon = Rmin (1 / 2) (pw ((alpha - 1) / (2 * lipschitz)) (/ (alpha - 2)))) ->
  (entmax n alpha z 1%nat = 1 - epsilon) ->
  (entmax n alpha z 2%nat = epsilon) ->
  (forall i, (3 <= i <= n)%nat -> (alpha - 1) * z i = threshold n alpha z) ->
  (((0 < epsilon \/ epsilon = 0 /\ 0 < (4 - (2 * alpha))))).

Definition not_lipschitz__unbounded : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (lipschitz : R) (epsilon : R),
  (3 <= n)%nat ->
  (1 < alpha) ->
  (0 < lipschitz) ->
  (0 < epsilon < 1) ->
  (2 < alpha -> epsilon = Rmin (1 / 2) (pw ((alpha - 1) / (2 * lipschitz)) (/ (alpha - 2)))) ->
  (entmax n alpha z 1%nat = 1 - epsilon) ->
  (entmax n alpha z 2%nat = epsilon) ->
  (forall i, (3 <= i <= n)%nat -> (alpha - 1) * z i = threshold n alpha z) ->
  let p := entmax n alpha z in
  let y := fun i => z (match i with 2 => 3 | 3 => 2 | _ => i end)%nat in
  let r := entmax n alpha (fun i => z (match i with 2 => 3 | 3 => 2 | _ => i end)%nat) in
  (alpha > 2) ->
  Sum n (fun i => ((p i - r i) ^ 2)) > ((lipschitz ^ 2) * Sum n (fun i => ((z i - y i) ^ 2))).

Definition edge_order__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition edge_order__at_most : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  forall k, inr k n ->
  p k <= pw (Rmax 0 (1 - ((alpha - 1) * (z_max - z k)))) (/ (alpha - 1)).

Definition edge_order__at_most__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let z_max := Largest n z in
  (forall k, inr k n ->
  ((alpha - 1) <> 0) /\
  ((0 < Rmax 0 (1 - ((alpha - 1) * (z_max - z k))) \/ Rmax 0 (1 - ((alpha - 1) * (z_max - z k))) = 0 /\ 0 < (/ (alpha - 1))))).

Definition edge_order__at_least : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  (((n = 2%nat)%nat /\ alpha <= 2) -> p 2%nat >= pw (Rmax 0 (1 - ((alpha - 1) * (z_max - z 2%nat))) / 2) (/ (alpha - 1))).

Definition edge_order__at_least__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let z_max := Largest n z in
  (((((n = 2%nat)%nat /\ alpha <= 2) -> inr 2%nat n)) /\
  ((((n = 2%nat)%nat /\ alpha <= 2) -> (alpha - 1) <> 0)) /\
  ((((n = 2%nat)%nat /\ alpha <= 2) -> (0 < (Rmax 0 (1 - ((alpha - 1) * (z_max - z 2%nat))) / 2) \/ (Rmax 0 (1 - ((alpha - 1) * (z_max - z 2%nat))) / 2) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition edge_order__edge : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  (((alpha - 1) * (z 1%nat - z 2%nat)) >= 1 -> p 2%nat = 0).

Definition edge_order__edge__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  ((inr 1%nat n) /\
  (inr 2%nat n) /\
  ((((alpha - 1) * (z 1%nat - z 2%nat)) >= 1 -> inr 2%nat n))).

Definition jacobian__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  let tau := threshold n alpha z in
  ((alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau))).

Definition jacobian__formula : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let tau := threshold n alpha z in
  let D := fun i j => Derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0 in
  (alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau)) ->
  forall i, inr i n ->
  forall j, inr j n ->
  D i j = (((if Nat.eq_dec i j then 1 else 0) * (if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0)) - ((if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0) * (if Rlt_dec 0 (p j) then pw (p j) (2 - alpha) else 0) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))).

Definition jacobian__formula__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let tau := threshold n alpha z in
  ((alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau)) ->
  forall i, inr i n ->
  forall j, inr j n ->
  ((p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha)))) /\
  ((p j > 0 -> (0 < p j \/ p j = 0 /\ 0 < (2 - alpha)))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  (forall i j, inr i n -> inr j n -> ex_derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0)).

Definition jacobian_semidefinite__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (rank : nat),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  (simplex n p) /\
  (has_rank n (fun i j => (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (if Nat.eq_dec i j then 1 else 0) - (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) j / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) rank) /\
  True.

Definition jacobian_semidefinite__found : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  exists (rank : nat),
  (has_rank n (fun i j => (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (if Nat.eq_dec i j then 1 else 0) - (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) j / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) rank).

Definition jacobian_semidefinite__variance : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (rank : nat),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (has_rank n (fun i j => (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (if Nat.eq_dec i j then 1 else 0) - (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) j / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) rank) ->
  (Sum n (fun k => (if Rlt_dec 0 (p k) then ((v k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) = Sum n (fun i => (if Rlt_dec 0 (p i) then (((v i - (Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) ^ 2) * pw (p i) (2 - alpha)) else 0)).

Definition jacobian_semidefinite__variance__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (rank : nat),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (has_rank n (fun i j => (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (if Nat.eq_dec i j then 1 else 0) - (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) j / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) rank) ->
  (((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> (forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha)))))).

Definition jacobian_semidefinite__semidefinite : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (rank : nat),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (has_rank n (fun i j => (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (if Nat.eq_dec i j then 1 else 0) - (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) j / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) rank) ->
  (Sum n (fun k => (if Rlt_dec 0 (p k) then ((v k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) >= 0.

Definition jacobian_semidefinite__semidefinite__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (rank : nat),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (has_rank n (fun i j => (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (if Nat.eq_dec i j then 1 else 0) - (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) j / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) rank) ->
  (((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0)).

Definition jacobian_semidefinite__kernel : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (rank : nat),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (has_rank n (fun i j => (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (if Nat.eq_dec i j then 1 else 0) - (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) j / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) rank) ->
  ((Sum n (fun k => (if Rlt_dec 0 (p k) then ((v k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) = 0 <-> (forall i, inr i n -> (forall j, inr j n -> (p i = 0 \/ p j = 0 \/ v i = v j)))).

Definition jacobian_semidefinite__kernel__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (rank : nat),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (has_rank n (fun i j => (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (if Nat.eq_dec i j then 1 else 0) - (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) j / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) rank) ->
  (((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0)).

Definition jacobian_semidefinite__rank : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (rank : nat),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (has_rank n (fun i j => (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (if Nat.eq_dec i j then 1 else 0) - (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) j / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) rank) ->
  let size := support_size n p in
  (rank = (size - 1%nat)%nat)%nat.

Definition jacobian_semidefinite__rank__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (rank : nat),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (has_rank n (fun i j => (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (if Nat.eq_dec i j then 1 else 0) - (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i * (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) j / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) rank) ->
  let size := support_size n p in
  (((1%nat <= size)%nat)).

Definition jacobian_inverse__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  (simplex n p) /\
  (Sum n (fun l => v l) = 0) /\
  ((forall l, inr l n -> (v l = 0 \/ p l > 0))).

Definition jacobian_inverse__inverse : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (Sum n (fun l => v l) = 0) ->
  (forall l, inr l n -> (v l = 0 \/ p l > 0)) ->
  forall i, inr i n ->
  (((if Rlt_dec 0 (p i) then (pw (p i) (alpha - 2) * v i) else 0) - (Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (alpha - 2) * pw (p k) (2 - alpha) * v k) else 0)) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) * (if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0)) = v i.

Definition jacobian_inverse__inverse__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  ((Sum n (fun l => v l) = 0) ->
  (forall l, inr l n -> (v l = 0 \/ p l > 0)) ->
  forall i, inr i n ->
  ((p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (alpha - 2)))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (alpha - 2))))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha))))).

Definition jacobian_entries__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat /\
  (1 <= alpha) /\
  (simplex n p) /\
  (alpha <= 2).

Definition jacobian_entries__entry : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (alpha <= 2) ->
  forall i, inr i n ->
  forall j, inr j n ->
  Rabs (((if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0) * (if Rlt_dec 0 (p j) then pw (p j) (2 - alpha) else 0) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0))) - ((if Nat.eq_dec i j then 1 else 0) * (if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0))) <= pw (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) (alpha - 3).

Definition jacobian_entries__entry__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  ((alpha <= 2) ->
  forall i, inr i n ->
  forall j, inr j n ->
  ((p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha)))) /\
  ((p j > 0 -> (0 < p j \/ p j = 0 /\ 0 < (2 - alpha)))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((3 - alpha) <> 0) /\
  ((0 < (INR n - 1) \/ (INR n - 1) = 0 /\ 0 < (- ((alpha - 1) / (3 - alpha))))) /\
  ((0 < (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) \/ (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) = 0 /\ 0 < (alpha - 3)))).

Definition jacobian_entries__row : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (alpha <= 2) ->
  forall i, inr i n ->
  ((2 * (if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0)) - (2 * (if Rlt_dec 0 (p i) then pw (p i) (4 - (2 * alpha)) else 0) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) <= (2 * pw (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) (alpha - 3)).

Definition jacobian_entries__row__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  ((alpha <= 2) ->
  forall i, inr i n ->
  ((p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha)))) /\
  ((p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (4 - (2 * alpha))))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((3 - alpha) <> 0) /\
  ((0 < (INR n - 1) \/ (INR n - 1) = 0 /\ 0 < (- ((alpha - 1) / (3 - alpha))))) /\
  ((0 < (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) \/ (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) = 0 /\ 0 < (alpha - 3)))).

Definition norm_path__inhabited : Prop :=
  exists (n : nat) (alpha : R) (mix : R),
  (2 <= n)%nat /\
  (1 <= alpha <= 2) /\
  (0 <= mix <= 1) /\
  True.

Definition norm_path__ends : Prop :=
  forall (n : nat) (alpha : R) (mix : R),
  (2 <= n)%nat ->
  (1 <= alpha <= 2) ->
  (0 <= mix <= 1) ->
  (1 + ((1 + (mix * (INR n - 2))) ^ 2) + ((mix ^ 2) * (INR n - 2))) <= (pw (1 + pw (1 + (mix * (INR n - 2))) (2 / (3 - alpha)) + (pw mix (2 / (3 - alpha)) * (INR n - 2))) (3 - alpha) * Rmax (pw 2 (alpha - 2)) (INR n * pw (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) (alpha - 3) / (INR n - 1))).

Definition norm_path__ends__defined : Prop :=
  forall (n : nat) (alpha : R) (mix : R),
  (2 <= n)%nat ->
  (1 <= alpha <= 2) ->
  (0 <= mix <= 1) ->
  (((3 - alpha) <> 0) /\
  ((0 < (1 + (mix * (INR n - 2))) \/ (1 + (mix * (INR n - 2))) = 0 /\ 0 < (2 / (3 - alpha)))) /\
  ((0 < mix \/ mix = 0 /\ 0 < (2 / (3 - alpha)))) /\
  ((0 < (1 + pw (1 + (mix * (INR n - 2))) (2 / (3 - alpha)) + (pw mix (2 / (3 - alpha)) * (INR n - 2))) \/ (1 + pw (1 + (mix * (INR n - 2))) (2 / (3 - alpha)) + (pw mix (2 / (3 - alpha)) * (INR n - 2))) = 0 /\ 0 < (3 - alpha))) /\
  ((0 < 2 \/ 2 = 0 /\ 0 < (alpha - 2))) /\
  ((0 < (INR n - 1) \/ (INR n - 1) = 0 /\ 0 < (- ((alpha - 1) / (3 - alpha))))) /\
  ((0 < (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) \/ (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) = 0 /\ 0 < (alpha - 3))) /\
  ((INR n - 1) <> 0)).

Definition jacobian_norm__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (2 <= n)%nat /\
  (1 <= alpha) /\
  (simplex n p) /\
  (alpha <= 2).

Definition jacobian_norm__norm : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (2 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (alpha <= 2) ->
  (Sum n (fun k => (if Rlt_dec 0 (p k) then ((v k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) <= (Rmax (pw 2 (alpha - 2)) (INR n * pw (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) (alpha - 3) / (INR n - 1)) * Sum n (fun i => (v i ^ 2))).

Definition jacobian_norm__norm__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (2 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  ((alpha <= 2) ->
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((0 < 2 \/ 2 = 0 /\ 0 < (alpha - 2))) /\
  ((3 - alpha) <> 0) /\
  ((0 < (INR n - 1) \/ (INR n - 1) = 0 /\ 0 < (- ((alpha - 1) / (3 - alpha))))) /\
  ((0 < (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) \/ (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) = 0 /\ 0 < (alpha - 3))) /\
  ((INR n - 1) <> 0)).

Definition hoelder__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (alpha >= 2).

Definition hoelder__hoelder : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := entmax n alpha y in
  (alpha >= 2) ->
  pw (Sum n (fun i => pw (Rabs (p i - r i)) alpha)) (/ alpha) <= pw (pw (Sum n (fun i => pw (Rabs (y i - z i)) (alpha / (alpha - 1)))) ((alpha - 1) / alpha) * (alpha - 1)) (/ (alpha - 1)).

Definition hoelder__hoelder__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := entmax n alpha y in
  ((alpha >= 2) ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rabs (p i - r i) \/ Rabs (p i - r i) = 0 /\ 0 < alpha))) /\
  (alpha <> 0) /\
  ((0 < Sum n (fun i => pw (Rabs (p i - r i)) alpha) \/ Sum n (fun i => pw (Rabs (p i - r i)) alpha) = 0 /\ 0 < (/ alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rabs (y i - z i) \/ Rabs (y i - z i) = 0 /\ 0 < (alpha / (alpha - 1))))) /\
  ((0 < Sum n (fun i => pw (Rabs (y i - z i)) (alpha / (alpha - 1))) \/ Sum n (fun i => pw (Rabs (y i - z i)) (alpha / (alpha - 1))) = 0 /\ 0 < ((alpha - 1) / alpha))) /\
  ((alpha - 1) <> 0) /\
  ((0 < (pw (Sum n (fun i => pw (Rabs (y i - z i)) (alpha / (alpha - 1)))) ((alpha - 1) / alpha) * (alpha - 1)) \/ (pw (Sum n (fun i => pw (Rabs (y i - z i)) (alpha / (alpha - 1)))) ((alpha - 1) / alpha) * (alpha - 1)) = 0 /\ 0 < (/ (alpha - 1))))).

Definition expected_logit__inhabited : Prop :=
  exists (n : nat) (alpha : R) (theta : R) (eta : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  (0 < theta) /\
  (0 < eta) /\
  (theta <= eta).

Definition expected_logit__rises : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (eta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (0 < theta) ->
  (0 < eta) ->
  let p := entmax1 n alpha (fun i => theta * z i) in
  let r := entmax1 n alpha (fun i => eta * z i) in
  (theta <= eta) ->
  Sum n (fun i => (z i * r i)) >= Sum n (fun i => (z i * p i)).

Definition alpha_derivative__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  let tau := threshold n alpha z in
  ((forall l, inr l n -> ((alpha - 1) * z l) <> tau)).

Definition alpha_derivative__formula : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  let A := fun i => Derive (fun t => entmax n t z i) alpha in
  (forall l, inr l n -> ((alpha - 1) * z l) <> tau) ->
  forall i, inr i n ->
  A i = (((p i - ((if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) / ((alpha - 1) ^ 2)) - (((if Rlt_dec 0 (p i) then (p i * ln (p i)) else 0) - ((if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0) * Sum n (fun j => (if Rlt_dec 0 (p j) then (p j * ln (p j)) else 0)) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) / (alpha - 1))).

Definition alpha_derivative__formula__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  ((forall l, inr l n -> ((alpha - 1) * z l) <> tau) ->
  forall i, inr i n ->
  ((p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha)))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  (((alpha - 1) ^ 2) <> 0) /\
  ((p i > 0 -> 0 <= p i)) /\
  ((forall j, (1%nat <= j <= n)%nat -> (p j > 0 -> 0 <= p j))) /\
  ((alpha - 1) <> 0) /\
  (forall i, inr i n -> ex_derive (fun t => entmax n t z i) alpha)).

Definition boundary_slopes__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (alpha < 2) /\
  True.

Definition boundary_slopes__fades : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (alpha < 2) ->
  let tau := threshold n alpha z in
  let D := entmax_derivative_in n alpha z in
  forall i, inr i n ->
  forall j, inr j n ->
  Rabs (D i j) <= pw (Rmax 0 (((alpha - 1) * z j) - tau)) ((/ (alpha - 1)) - 1).

Definition boundary_slopes__fades__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (alpha < 2) ->
  let tau := threshold n alpha z in
  (forall i, inr i n ->
  forall j, inr j n ->
  ((alpha - 1) <> 0) /\
  ((0 < Rmax 0 (((alpha - 1) * z j) - tau) \/ Rmax 0 (((alpha - 1) * z j) - tau) = 0 /\ 0 < ((/ (alpha - 1)) - 1))) /\
  (forall i j, inr i n -> inr j n -> ex_derive (fun t => entmax n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0)).

Definition boundary_jump__inhabited : Prop :=
  exists (alpha : R) (mix : R),
  (1 <= alpha) /\
  (0 < mix < 1) /\
  True.

Definition boundary_jump__slope : Prop :=
  forall (alpha : R) (mix : R),
  (1 <= alpha) ->
  (0 < mix < 1) ->
  let n := 2%nat in
  let p := fun i => if Nat.eq_dec i 1 then 1 - mix else mix in
  ((if Rlt_dec 0 (p 2%nat) then pw (p 2%nat) (2 - alpha) else 0) - ((if Rlt_dec 0 (p 2%nat) then pw (p 2%nat) (4 - (2 * alpha)) else 0) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) = (/ (pw mix (alpha - 2) + pw (1 - mix) (alpha - 2))).

Definition boundary_jump__slope__defined : Prop :=
  forall (alpha : R) (mix : R),
  (1 <= alpha) ->
  (0 < mix < 1) ->
  let n := 2%nat in
  let p := fun i => if Nat.eq_dec i 1 then 1 - mix else mix in
  ((inr 2%nat n) /\
  ((p 2%nat > 0 -> inr 2%nat n)) /\
  ((p 2%nat > 0 -> (0 < p 2%nat \/ p 2%nat = 0 /\ 0 < (2 - alpha)))) /\
  ((p 2%nat > 0 -> (0 < p 2%nat \/ p 2%nat = 0 /\ 0 < (4 - (2 * alpha))))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((0 < mix \/ mix = 0 /\ 0 < (alpha - 2))) /\
  ((0 < (1 - mix) \/ (1 - mix) = 0 /\ 0 < (alpha - 2))) /\
  ((pw mix (alpha - 2) + pw (1 - mix) (alpha - 2)) <> 0)).

Definition boundary_jump__below_two : Prop :=
  forall (alpha : R) (mix : R),
  (1 <= alpha) ->
  (0 < mix < 1) ->
  (/ (pw mix (alpha - 2) + pw (1 - mix) (alpha - 2))) <= pw mix (2 - alpha).

Definition boundary_jump__below_two__defined : Prop :=
  forall (alpha : R) (mix : R),
  (1 <= alpha) ->
  (0 < mix < 1) ->
  (((0 < mix \/ mix = 0 /\ 0 < (alpha - 2))) /\
  ((0 < (1 - mix) \/ (1 - mix) = 0 /\ 0 < (alpha - 2))) /\
  ((pw mix (alpha - 2) + pw (1 - mix) (alpha - 2)) <> 0) /\
  ((0 < mix \/ mix = 0 /\ 0 < (2 - alpha)))).

Definition boundary_jump__sparsemax : Prop :=
  forall (alpha : R) (mix : R),
  (1 <= alpha) ->
  (0 < mix < 1) ->
  (alpha = 2 -> (/ (pw mix (alpha - 2) + pw (1 - mix) (alpha - 2))) = (1 / 2)).

Definition boundary_jump__sparsemax__defined : Prop :=
  forall (alpha : R) (mix : R),
  (1 <= alpha) ->
  (0 < mix < 1) ->
  (((alpha = 2 -> (0 < mix \/ mix = 0 /\ 0 < (alpha - 2)))) /\
  ((alpha = 2 -> (0 < (1 - mix) \/ (1 - mix) = 0 /\ 0 < (alpha - 2)))) /\
  ((alpha = 2 -> (pw mix (alpha - 2) + pw (1 - mix) (alpha - 2)) <> 0))).

Definition boundary_jump__above_two : Prop :=
  forall (alpha : R) (mix : R),
  (1 <= alpha) ->
  (0 < mix < 1) ->
  (/ (pw mix (alpha - 2) + pw (1 - mix) (alpha - 2))) >= (1 - pw mix (alpha - 2)).

Definition boundary_jump__above_two__defined : Prop :=
  forall (alpha : R) (mix : R),
  (1 <= alpha) ->
  (0 < mix < 1) ->
  (((0 < mix \/ mix = 0 /\ 0 < (alpha - 2))) /\
  ((0 < (1 - mix) \/ (1 - mix) = 0 /\ 0 < (alpha - 2))) /\
  ((pw mix (alpha - 2) + pw (1 - mix) (alpha - 2)) <> 0)).

Definition boundary_jump__not_above : Prop :=
  forall (alpha : R) (mix : R),
  (1 <= alpha) ->
  (0 < mix < 1) ->
  (/ (pw mix (alpha - 2) + pw (1 - mix) (alpha - 2))) <= pw (1 - mix) (2 - alpha).

Definition boundary_jump__not_above__defined : Prop :=
  forall (alpha : R) (mix : R),
  (1 <= alpha) ->
  (0 < mix < 1) ->
  (((0 < mix \/ mix = 0 /\ 0 < (alpha - 2))) /\
  ((0 < (1 - mix) \/ (1 - mix) = 0 /\ 0 < (alpha - 2))) /\
  ((pw mix (alpha - 2) + pw (1 - mix) (alpha - 2)) <> 0) /\
  ((0 < (1 - mix) \/ (1 - mix) = 0 /\ 0 < (2 - alpha)))).

Definition sparsemax_affine__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  let p := entmax n alpha z in
  let r := entmax n alpha y in
  (alpha = 2) /\
  ((forall l, inr l n -> (p l > 0 <-> r l > 0))).

Definition sparsemax_affine__affine : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let size := support_size n (entmax n alpha z) in
  let r := entmax n alpha y in
  (alpha = 2) ->
  (forall l, inr l n -> (p l > 0 <-> r l > 0)) ->
  forall i, inr i n ->
  (p i = 0 \/ (r i - p i) = (y i - z i - (Sum n (fun j => (if Rlt_dec 0 (p j) then (y j - z j) else 0)) / INR size))).

Definition sparsemax_affine__affine__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let size := support_size n (entmax n alpha z) in
  let r := entmax n alpha y in
  ((alpha = 2) ->
  (forall l, inr l n -> (p l > 0 <-> r l > 0)) ->
  forall i, inr i n ->
  ((~ (p i = 0) -> INR size <> 0))).

Definition sparsemax_affine__zero : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := entmax n alpha y in
  (alpha = 2) ->
  (forall l, inr l n -> (p l > 0 <-> r l > 0)) ->
  forall i, inr i n ->
  (r i = 0 \/ p i > 0).

Definition jacobian_simple_norms__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  (simplex n p) /\
  (alpha <= 2).

Definition jacobian_simple_norms__diagonal : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  let reach := Largest n (fun i => (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i - (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0) i ^ 2 / Sum n (fun k => if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) in
  (Sum n (fun k => (if Rlt_dec 0 (p k) then ((v k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) <= (2 * reach * Sum n (fun i => (v i ^ 2))).

Definition jacobian_simple_norms__diagonal__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0)).

Definition jacobian_simple_norms__top : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  let p_max := Largest n p in
  (alpha <= 2) ->
  (Sum n (fun k => (if Rlt_dec 0 (p k) then ((v k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) <= (pw p_max (2 - alpha) * Sum n (fun i => (v i ^ 2))).

Definition jacobian_simple_norms__top__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  let p_max := Largest n p in
  ((alpha <= 2) ->
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((0 < p_max \/ p_max = 0 /\ 0 < (2 - alpha)))).

Definition jacobian_simple_norms__one : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (alpha <= 2) ->
  (Sum n (fun k => (if Rlt_dec 0 (p k) then ((v k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) <= Sum n (fun i => (v i ^ 2)).

Definition jacobian_simple_norms__one__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  ((alpha <= 2) ->
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0)).

Definition jacobian_simple_norms__probe : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  forall j, inr j n ->
  (Sum n (fun k => (if Rlt_dec 0 (p k) then ((((if Nat.eq_dec j k then 1 else 0) - (/ INR n)) ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * ((if Nat.eq_dec j k then 1 else 0) - (/ INR n))) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) = ((if Rlt_dec 0 (p j) then pw (p j) (2 - alpha) else 0) - ((if Rlt_dec 0 (p j) then pw (p j) (4 - (2 * alpha)) else 0) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))).

Definition jacobian_simple_norms__probe__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (forall j, inr j n ->
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> INR n <> 0))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((p j > 0 -> (0 < p j \/ p j = 0 /\ 0 < (2 - alpha)))) /\
  ((p j > 0 -> (0 < p j \/ p j = 0 /\ 0 < (4 - (2 * alpha)))))).

Definition two_token_norm__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat /\
  (2 < alpha) /\
  (simplex n p) /\
  ((n = 2%nat)%nat).

Definition two_token_norm__norm : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (2 < alpha) ->
  (simplex n p) ->
  (n = 2%nat)%nat ->
  (Sum n (fun k => (if Rlt_dec 0 (p k) then ((v k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) <= (Rmax 2 (pw 2 (alpha - 2)) * Sum n (fun i => (v i ^ 2))).

Definition two_token_norm__norm__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (2 < alpha) ->
  (simplex n p) ->
  ((n = 2%nat)%nat ->
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((0 < 2 \/ 2 = 0 /\ 0 < (alpha - 2)))).

Definition scale_derivative__inhabited : Prop :=
  exists (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < theta) /\
  let tau := threshold n alpha (fun i => theta * z i) in
  ((forall l, inr l n -> (theta * (alpha - 1) * z l) <> tau)).

Definition scale_derivative__probabilities : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let tau := threshold n alpha (fun i => theta * z i) in
  let B := fun i => Derive (fun t => entmax n alpha (fun j => t * z j) i) theta in
  (forall l, inr l n -> (theta * (alpha - 1) * z l) <> tau) ->
  forall i, inr i n ->
  B i = ((z i - (Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * z k) else 0)) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) * (if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0)).

Definition scale_derivative__probabilities__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let tau := threshold n alpha (fun i => theta * z i) in
  ((forall l, inr l n -> (theta * (alpha - 1) * z l) <> tau) ->
  forall i, inr i n ->
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha)))) /\
  (forall i, inr i n -> ex_derive (fun t => entmax n alpha (fun j => t * z j) i) theta)).

Definition scale_derivative__expected_logit : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let tau := threshold n alpha (fun i => theta * z i) in
  let B := fun i => Derive (fun t => entmax n alpha (fun j => t * z j) i) theta in
  (forall l, inr l n -> (theta * (alpha - 1) * z l) <> tau) ->
  Sum n (fun i => (B i * z i)) = (Sum n (fun k => (if Rlt_dec 0 (p k) then ((z k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * z k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))).

Definition scale_derivative__expected_logit__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let tau := threshold n alpha (fun i => theta * z i) in
  ((forall l, inr l n -> (theta * (alpha - 1) * z l) <> tau) ->
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  (forall i, inr i n -> ex_derive (fun t => entmax n alpha (fun j => t * z j) i) theta)).

Definition scale_derivative__entropy : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let tau := threshold n alpha (fun i => theta * z i) in
  let B := fun i => Derive (fun t => entmax n alpha (fun j => t * z j) i) theta in
  (forall l, inr l n -> (theta * (alpha - 1) * z l) <> tau) ->
  (- (Sum n (fun i => (pw (p i) (alpha - 1) * B i)) / (alpha - 1))) = (- (theta * (Sum n (fun k => (if Rlt_dec 0 (p k) then ((z k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * z k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))))).

Definition scale_derivative__entropy__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let tau := threshold n alpha (fun i => theta * z i) in
  ((forall l, inr l n -> (theta * (alpha - 1) * z l) <> tau) ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < (alpha - 1)))) /\
  ((alpha - 1) <> 0) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  (forall i, inr i n -> ex_derive (fun t => entmax n alpha (fun j => t * z j) i) theta)).

Definition scale_derivative__shannon : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let tau := threshold n alpha (fun i => theta * z i) in
  let B := fun i => Derive (fun t => entmax n alpha (fun j => t * z j) i) theta in
  (forall l, inr l n -> (theta * (alpha - 1) * z l) <> tau) ->
  (- Sum n (fun i => (if Rlt_dec 0 (p i) then (B i * ln (p i)) else 0))) = (- Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * (z k - (Sum n (fun l => (if Rlt_dec 0 (p l) then (pw (p l) (2 - alpha) * z l) else 0)) / Sum n (fun l => (if Rlt_dec 0 (p l) then pw (p l) (2 - alpha) else 0)))) * ln (p k)) else 0))).

Definition scale_derivative__shannon__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let tau := threshold n alpha (fun i => theta * z i) in
  ((forall l, inr l n -> (theta * (alpha - 1) * z l) <> tau) ->
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> 0 < p i))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (forall l, (1%nat <= l <= n)%nat -> (p l > 0 -> (0 < p l \/ p l = 0 /\ 0 < (2 - alpha))))))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> Sum n (fun l => (if Rlt_dec 0 (p l) then pw (p l) (2 - alpha) else 0)) <> 0))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> 0 < p k))) /\
  (forall i, inr i n -> ex_derive (fun t => entmax n alpha (fun j => t * z j) i) theta)).

Definition scale_derivative__falls : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let tau := threshold n alpha (fun i => theta * z i) in
  (forall l, inr l n -> (theta * (alpha - 1) * z l) <> tau) ->
  Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * (z k - (Sum n (fun l => (if Rlt_dec 0 (p l) then (pw (p l) (2 - alpha) * z l) else 0)) / Sum n (fun l => (if Rlt_dec 0 (p l) then pw (p l) (2 - alpha) else 0)))) * ln (p k)) else 0)) >= 0.

Definition scale_derivative__falls__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let tau := threshold n alpha (fun i => theta * z i) in
  ((forall l, inr l n -> (theta * (alpha - 1) * z l) <> tau) ->
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (forall l, (1%nat <= l <= n)%nat -> (p l > 0 -> (0 < p l \/ p l = 0 /\ 0 < (2 - alpha))))))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> Sum n (fun l => (if Rlt_dec 0 (p l) then pw (p l) (2 - alpha) else 0)) <> 0))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> 0 < p k)))).

Definition scaled_lipschitz__inhabited : Prop :=
  exists (n : nat) (alpha : R) (theta : R) (z : nat -> R) (y : nat -> R),
  (2 <= n)%nat /\
  (1 <= alpha) /\
  (0 < theta) /\
  (alpha <= 2).

Definition scaled_lipschitz__distance : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R) (y : nat -> R),
  (2 <= n)%nat ->
  (1 <= alpha) ->
  (0 < theta) ->
  let p := entmax1 n alpha (fun i => theta * z i) in
  let r := entmax1 n alpha (fun i => theta * y i) in
  (alpha <= 2) ->
  Sum n (fun i => ((p i - r i) ^ 2)) <= ((theta ^ 2) * (Rmax (pw 2 (alpha - 2)) (INR n * pw (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) (alpha - 3) / (INR n - 1)) ^ 2) * Sum n (fun i => ((z i - y i) ^ 2))).

Definition scaled_lipschitz__distance__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (z : nat -> R) (y : nat -> R),
  (2 <= n)%nat ->
  (1 <= alpha) ->
  (0 < theta) ->
  ((alpha <= 2) ->
  ((0 < 2 \/ 2 = 0 /\ 0 < (alpha - 2))) /\
  ((3 - alpha) <> 0) /\
  ((0 < (INR n - 1) \/ (INR n - 1) = 0 /\ 0 < (- ((alpha - 1) / (3 - alpha))))) /\
  ((0 < (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) \/ (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) = 0 /\ 0 < (alpha - 3))) /\
  ((INR n - 1) <> 0)).

Definition conjugate__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition conjugate__value : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  (Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1))))) = (((1 + tau) / (alpha * (alpha - 1))) + ((alpha - 1) * Sum n (fun i => (z i * p i)) / alpha)).

Definition conjugate__value__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  (alpha <> 0) /\
  ((alpha - 1) <> 0)).

Definition conjugate__subgradient : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := entmax n alpha y in
  (Sum n (fun i => (y i * r i)) + Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1))))) >= (Sum n (fun i => ((y i - z i) * p i)) + Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1))))).

Definition conjugate__subgradient__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := entmax n alpha y in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha)))).

Definition loss_decomposition__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (simplex n r) /\
  True.

Definition loss_decomposition__decomposition : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  (Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - Sum n (fun i => (z i * r i)) - Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1))))) = (Sum n (fun i => ((pw (r i) alpha - pw (p i) alpha - (alpha * pw (p i) (alpha - 1) * (r i - p i))) / (alpha * (alpha - 1)))) + Sum n (fun i => (if Req_EM_T (p i) 0 then (((tau / (alpha - 1)) - z i) * r i) else 0))).

Definition loss_decomposition__decomposition__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let p := entmax n alpha z in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < (alpha - 1)))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (p i = 0 -> (alpha - 1) <> 0)))).

Definition loss_decomposition__nonnegative : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let p := entmax n alpha z in
  (Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - Sum n (fun i => (z i * r i)) - Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1))))) >= 0.

Definition loss_decomposition__nonnegative__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let p := entmax n alpha z in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha)))).

Definition loss_decomposition__zero : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let p := entmax n alpha z in
  ((Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - Sum n (fun i => (z i * r i)) - Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1))))) <= 0 <-> (forall l, inr l n -> r l = p l)).

Definition loss_decomposition__zero__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  let p := entmax n alpha z in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha)))).

Definition one_hot_loss__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition one_hot_loss__lower : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  forall k, inr k n ->
  (Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - z k) >= (z_max - z k).

Definition one_hot_loss__lower__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  (forall k, inr k n ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))).

Definition one_hot_loss__upper : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  forall k, inr k n ->
  (Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - z k) <= (z_max + ((1 - pw (INR n) (1 - alpha)) / (alpha * (alpha - 1))) - z k).

Definition one_hot_loss__upper__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  (forall k, inr k n ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((0 < INR n \/ INR n = 0 /\ 0 < (1 - alpha))) /\
  (alpha <> 0) /\
  ((alpha - 1) <> 0)).

Definition one_hot_loss__margin : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  forall k, inr k n ->
  ((Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - z k) <= 0 <-> (forall l, inr l n -> ((l = k)%nat \/ z l <= (z k - (/ (alpha - 1)))))).

Definition one_hot_loss__margin__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  (forall k, inr k n ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall l, inr l n -> (~ ((l = k)%nat) -> (alpha - 1) <> 0)))).

Definition loss_falls_in_alpha__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (beta : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (1 < beta) /\
  (alpha <= beta).

Definition loss_falls_in_alpha__falls : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (beta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 < beta) ->
  let p := entmax n alpha z in
  let r := entmax n beta z in
  (alpha <= beta) ->
  forall k, inr k n ->
  (Sum n (fun i => (z i * r i)) + Sum n (fun i => ((r i - pw (r i) beta) / (beta * (beta - 1)))) - z k) <= (Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - z k).

Definition loss_falls_in_alpha__falls__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (beta : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 < beta) ->
  let p := entmax n alpha z in
  let r := entmax n beta z in
  ((alpha <= beta) ->
  forall k, inr k n ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < beta))) /\
  ((forall i, (1%nat <= i <= n)%nat -> beta <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (beta - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))).

Definition loss_gradient__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R) (target : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (simplex n target) /\
  True.

Definition loss_gradient__convex : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R) (target : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n target) ->
  let p := entmax n alpha z in
  let r := entmax n alpha y in
  (Sum n (fun i => (y i * r i)) + Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1)))) - Sum n (fun i => ((y i - z i) * target i)) - Sum n (fun i => (z i * p i)) - Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1))))) >= Sum n (fun i => ((y i - z i) * (p i - target i))).

Definition loss_gradient__convex__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R) (target : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n target) ->
  let p := entmax n alpha z in
  let r := entmax n alpha y in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha)))).

Definition loss_gradient__one_norm : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R) (target : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n target) ->
  let p := entmax n alpha z in
  Sum n (fun i => Rabs (target i - p i)) <= 2.

Definition loss_gradient__two_norm : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R) (target : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n target) ->
  let p := entmax n alpha z in
  Sum n (fun i => ((p i - target i) ^ 2)) <= 2.

Definition loss_smoothness__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R) (target : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (simplex n target) /\
  (alpha <= 2).

Definition loss_smoothness__parabola : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R) (target : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n target) ->
  let p := entmax n alpha z in
  let r := entmax n alpha y in
  (alpha <= 2) ->
  (Sum n (fun i => (y i * r i)) + Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1)))) - Sum n (fun i => ((y i - z i) * target i)) - Sum n (fun i => (z i * p i)) - Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1))))) <= ((Rmax (pw 2 (alpha - 2)) (INR n * pw (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) (alpha - 3) / (INR n - 1)) * Sum n (fun i => ((y i - z i) ^ 2)) / 2) + Sum n (fun i => ((y i - z i) * (p i - target i)))).

Definition loss_smoothness__parabola__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R) (target : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n target) ->
  let p := entmax n alpha z in
  let r := entmax n alpha y in
  ((alpha <= 2) ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((0 < 2 \/ 2 = 0 /\ 0 < (alpha - 2))) /\
  ((3 - alpha) <> 0) /\
  ((0 < (INR n - 1) \/ (INR n - 1) = 0 /\ 0 < (- ((alpha - 1) / (3 - alpha))))) /\
  ((0 < (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) \/ (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) = 0 /\ 0 < (alpha - 3))) /\
  ((INR n - 1) <> 0)).

Definition loss_smoothness__squared_error : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R) (target : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n target) ->
  let p := entmax n alpha z in
  (alpha <= 2) ->
  (Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - Sum n (fun i => (z i * target i)) - Sum n (fun i => ((target i - pw (target i) alpha) / (alpha * (alpha - 1))))) >= (Sum n (fun i => ((p i - target i) ^ 2)) / (2 * Rmax (pw 2 (alpha - 2)) (INR n * pw (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) (alpha - 3) / (INR n - 1)))).

Definition loss_smoothness__squared_error__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R) (target : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n target) ->
  let p := entmax n alpha z in
  ((alpha <= 2) ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < target i \/ target i = 0 /\ 0 < alpha))) /\
  ((0 < 2 \/ 2 = 0 /\ 0 < (alpha - 2))) /\
  ((3 - alpha) <> 0) /\
  ((0 < (INR n - 1) \/ (INR n - 1) = 0 /\ 0 < (- ((alpha - 1) / (3 - alpha))))) /\
  ((0 < (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) \/ (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) = 0 /\ 0 < (alpha - 3))) /\
  ((INR n - 1) <> 0) /\
  (Rmax (pw 2 (alpha - 2)) (INR n * pw (1 + pw (INR n - 1) (- ((alpha - 1) / (3 - alpha)))) (alpha - 3) / (INR n - 1)) <> 0)).

Definition label_smoothing__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (epsilon : R) (k : nat),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 <= epsilon <= 1) /\
  (inr k n) /\
  True.

Definition label_smoothing__shift : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R) (k : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= epsilon <= 1) ->
  (inr k n) ->
  let p := entmax n alpha z in
  let r := fun i => (1 - epsilon) * (if Nat.eq_dec i k then 1 else 0) + epsilon / INR n in
  (Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - Sum n (fun i => (z i * r i)) - Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1))))) = ((epsilon * (z k - (Sum n (fun i => z i) / INR n))) + Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - z k - Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1))))).

Definition label_smoothing__shift__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R) (k : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= epsilon <= 1) ->
  (inr k n) ->
  let p := entmax n alpha z in
  let r := fun i => (1 - epsilon) * (if Nat.eq_dec i k then 1 else 0) + epsilon / INR n in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha))) /\
  (INR n <> 0)).

Definition label_smoothing__nonnegative : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R) (k : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= epsilon <= 1) ->
  (inr k n) ->
  let p := entmax n alpha z in
  let r := fun i => (1 - epsilon) * (if Nat.eq_dec i k then 1 else 0) + epsilon / INR n in
  ((epsilon * (z k - (Sum n (fun i => z i) / INR n))) + Sum n (fun i => (z i * p i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - z k - Sum n (fun i => ((r i - pw (r i) alpha) / (alpha * (alpha - 1))))) >= 0.

Definition label_smoothing__nonnegative__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R) (k : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 <= epsilon <= 1) ->
  (inr k n) ->
  let p := entmax n alpha z in
  let r := fun i => (1 - epsilon) * (if Nat.eq_dec i k then 1 else 0) + epsilon / INR n in
  ((INR n <> 0) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha)))).

Definition loss_soft_labels__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (beta : R) (target : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (1 < beta) /\
  (simplex n target) /\
  (alpha <= beta).

Definition loss_soft_labels__falls : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (beta : R) (target : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 < beta) ->
  (simplex n target) ->
  let p := entmax n alpha z in
  let r := entmax n beta z in
  (alpha <= beta) ->
  (Sum n (fun i => ((r i - target i) * z i)) + Sum n (fun i => ((r i - pw (r i) beta) / (beta * (beta - 1)))) - Sum n (fun i => ((target i - pw (target i) beta) / (beta * (beta - 1))))) <= (Sum n (fun i => ((p i - target i) * z i)) + Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) - Sum n (fun i => ((target i - pw (target i) beta) / (beta * (beta - 1))))).

Definition loss_soft_labels__falls__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (beta : R) (target : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 < beta) ->
  (simplex n target) ->
  let p := entmax n alpha z in
  let r := entmax n beta z in
  ((alpha <= beta) ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < beta))) /\
  ((forall i, (1%nat <= i <= n)%nat -> beta <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (beta - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < target i \/ target i = 0 /\ 0 < beta))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))).

Definition entropy_and_support__inhabited : Prop :=
  exists (n : nat) (p : nat -> R),
  (1 <= n)%nat /\
  (simplex n p) /\
  True.

Definition entropy_and_support__support : Prop :=
  forall (n : nat) (p : nat -> R),
  (1 <= n)%nat ->
  (simplex n p) ->
  let size := support_size n p in
  Sum n (fun i => (- (p i * ln (p i)))) <= ln (INR size).

Definition entropy_and_support__support__defined : Prop :=
  forall (n : nat) (p : nat -> R),
  (1 <= n)%nat ->
  (simplex n p) ->
  let size := support_size n p in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (0 < INR size)).

Definition entropy_and_support__largest : Prop :=
  forall (n : nat) (p : nat -> R),
  (1 <= n)%nat ->
  (simplex n p) ->
  let p_max := Largest n p in
  Sum n (fun i => (- (p i * ln (p i)))) >= (- ln p_max).

Definition entropy_and_support__largest__defined : Prop :=
  forall (n : nat) (p : nat -> R),
  (1 <= n)%nat ->
  (simplex n p) ->
  let p_max := Largest n p in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (0 < p_max)).

Definition entropy_of_a_power__inhabited : Prop :=
  exists (n : nat) (p : nat -> R) (growth : R),
  (1 <= n)%nat /\
  (simplex n p) /\
  let size := support_size n p in
  (INR size <= pw (INR n) growth).

Definition entropy_of_a_power__entropy : Prop :=
  forall (n : nat) (p : nat -> R) (growth : R),
  (1 <= n)%nat ->
  (simplex n p) ->
  let size := support_size n p in
  (INR size <= pw (INR n) growth) ->
  Sum n (fun i => (- (p i * ln (p i)))) <= (growth * ln (INR n)).

Definition entropy_of_a_power__entropy__defined : Prop :=
  forall (n : nat) (p : nat -> R) (growth : R),
  (1 <= n)%nat ->
  (simplex n p) ->
  let size := support_size n p in
  (((0 < INR n \/ INR n = 0 /\ 0 <= growth))) /\
  ((INR size <= pw (INR n) growth) ->
  ((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (0 < INR n)).

Definition dispersion_criterion__inhabited : Prop :=
  exists (n : nat) (p : nat -> R) (epsilon : R),
  (2 <= n)%nat /\
  (simplex n p) /\
  (0 < epsilon <= 1) /\
  True.

Definition dispersion_criterion__lower : Prop :=
  forall (n : nat) (p : nat -> R) (epsilon : R),
  (2 <= n)%nat ->
  (simplex n p) ->
  (0 < epsilon <= 1) ->
  (Sum n (fun i => (- (p i * ln (p i)))) / ln (INR n)) >= ((1 - epsilon) * (1 - Sum n (fun i => (if Rle_dec (pw (INR n) (epsilon - 1)) (p i) then p i else 0)))).

Definition dispersion_criterion__lower__defined : Prop :=
  forall (n : nat) (p : nat -> R) (epsilon : R),
  (2 <= n)%nat ->
  (simplex n p) ->
  (0 < epsilon <= 1) ->
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (0 < INR n) /\
  (ln (INR n) <> 0) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < INR n \/ INR n = 0 /\ 0 < (epsilon - 1))))).

Definition dispersion_criterion__upper : Prop :=
  forall (n : nat) (p : nat -> R) (epsilon : R),
  (2 <= n)%nat ->
  (simplex n p) ->
  (0 < epsilon <= 1) ->
  (Sum n (fun i => (- (p i * ln (p i)))) / ln (INR n)) <= (1 + (exp (-1) / ln (INR n)) - (epsilon * Sum n (fun i => (if Rle_dec (pw (INR n) (epsilon - 1)) (p i) then p i else 0)))).

Definition dispersion_criterion__upper__defined : Prop :=
  forall (n : nat) (p : nat -> R) (epsilon : R),
  (2 <= n)%nat ->
  (simplex n p) ->
  (0 < epsilon <= 1) ->
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (0 < INR n) /\
  (ln (INR n) <> 0) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < INR n \/ INR n = 0 /\ 0 < (epsilon - 1))))).

Definition softmax_entropy_floor__inhabited : Prop :=
  exists (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat /\
  (0 < theta) /\
  (exists i, inr i n /\ z i <> z 1%nat) /\
  True.

Definition softmax_entropy_floor__closed : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := softmax n (fun i => theta * z i) in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  Sum n (fun i => (- (p i * ln (p i)))) >= (1 + ln (INR n) - ln ((exp (theta * (z_max - z_min)) - 1) / (theta * (z_max - z_min))) - (theta * (z_max - z_min) / (exp (theta * (z_max - z_min)) - 1))).

Definition softmax_entropy_floor__closed__defined : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := softmax n (fun i => theta * z i) in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (0 < INR n) /\
  (theta <> 0) /\
  ((z_max - z_min) <> 0) /\
  (0 < ((exp (theta * (z_max - z_min)) - 1) / (theta * (z_max - z_min)))) /\
  ((exp (theta * (z_max - z_min)) - 1) <> 0)).

Definition softmax_entropy_floor__square : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := softmax n (fun i => theta * z i) in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  Sum n (fun i => (- (p i * ln (p i)))) >= (ln (INR n) - ((theta ^ 2) * ((z_max - z_min) ^ 2) / 8)).

Definition softmax_entropy_floor__square__defined : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := softmax n (fun i => theta * z i) in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (0 < INR n)).

Definition softmax_entropy_floor__linear : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := softmax n (fun i => theta * z i) in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  Sum n (fun i => (- (p i * ln (p i)))) >= (ln (INR n) - (theta * (z_max - z_min))).

Definition softmax_entropy_floor__linear__defined : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := softmax n (fun i => theta * z i) in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (0 < INR n)).

Definition softmax_entropy_floor__constant_square : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  ((theta * (z_max - z_min) / (exp (theta * (z_max - z_min)) - 1)) + ln ((exp (theta * (z_max - z_min)) - 1) / (theta * (z_max - z_min))) - 1) <= ((theta ^ 2) * ((z_max - z_min) ^ 2) / 8).

Definition softmax_entropy_floor__constant_square__defined : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (((exp (theta * (z_max - z_min)) - 1) <> 0) /\
  (theta <> 0) /\
  ((z_max - z_min) <> 0) /\
  (0 < ((exp (theta * (z_max - z_min)) - 1) / (theta * (z_max - z_min))))).

Definition softmax_entropy_floor__constant_linear : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  ((theta * (z_max - z_min) / (exp (theta * (z_max - z_min)) - 1)) + ln ((exp (theta * (z_max - z_min)) - 1) / (theta * (z_max - z_min))) - 1) <= (theta * (z_max - z_min)).

Definition softmax_entropy_floor__constant_linear__defined : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (((exp (theta * (z_max - z_min)) - 1) <> 0) /\
  (theta <> 0) /\
  ((z_max - z_min) <> 0) /\
  (0 < ((exp (theta * (z_max - z_min)) - 1) / (theta * (z_max - z_min))))).

Definition entmax_peak__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition entmax_peak__peak : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  let p_max := Largest n (entmax n alpha z) in
  (pw p_max (alpha - 1) - pw ((1 - p_max) / (INR n - 1)) (alpha - 1)) <= ((alpha - 1) * (z_max - z_min)).

Definition entmax_peak__peak__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let p_max := Largest n (entmax n alpha z) in
  (((0 < p_max \/ p_max = 0 /\ 0 < (alpha - 1))) /\
  ((INR n - 1) <> 0) /\
  ((0 < ((1 - p_max) / (INR n - 1)) \/ ((1 - p_max) / (INR n - 1)) = 0 /\ 0 < (alpha - 1)))).

Definition entmax_peak__entropy : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  Sum n (fun i => (- (p i * ln (p i)))) >= (- (ln (pw (INR n - 1) (1 - alpha) + ((alpha - 1) * (z_max - z_min))) / (alpha - 1))).

Definition entmax_peak__entropy__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  ((0 < (INR n - 1) \/ (INR n - 1) = 0 /\ 0 < (1 - alpha))) /\
  (0 < (pw (INR n - 1) (1 - alpha) + ((alpha - 1) * (z_max - z_min)))) /\
  ((alpha - 1) <> 0)).

Definition entropy_floor_three_levels__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (exists i, inr i n /\ z i <> z 1%nat) /\
  let size := support_size n (entmax n alpha z) in
  ((size < n)%nat).

Definition entropy_floor_three_levels__floor : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  let size := support_size n (entmax n alpha z) in
  (size < n)%nat ->
  Sum n (fun i => (- (p i * ln (p i)))) >= ((- ((1 - (pw ((alpha - 1) * (z_max - z_min)) (/ (alpha - 1)) * IZR (Int_part (pw ((alpha - 1) * (z_max - z_min)) (- (/ (alpha - 1))))))) * ln (1 - (pw ((alpha - 1) * (z_max - z_min)) (/ (alpha - 1)) * IZR (Int_part (pw ((alpha - 1) * (z_max - z_min)) (- (/ (alpha - 1))))))))) - (pw ((alpha - 1) * (z_max - z_min)) (/ (alpha - 1)) * IZR (Int_part (pw ((alpha - 1) * (z_max - z_min)) (- (/ (alpha - 1))))) * ln (pw ((alpha - 1) * (z_max - z_min)) (/ (alpha - 1))))).

Definition entropy_floor_three_levels__floor__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  let size := support_size n (entmax n alpha z) in
  ((size < n)%nat ->
  ((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  ((alpha - 1) <> 0) /\
  ((0 < ((alpha - 1) * (z_max - z_min)) \/ ((alpha - 1) * (z_max - z_min)) = 0 /\ 0 < (/ (alpha - 1)))) /\
  ((0 < ((alpha - 1) * (z_max - z_min)) \/ ((alpha - 1) * (z_max - z_min)) = 0 /\ 0 < (- (/ (alpha - 1))))) /\
  (0 <= (1 - (pw ((alpha - 1) * (z_max - z_min)) (/ (alpha - 1)) * IZR (Int_part (pw ((alpha - 1) * (z_max - z_min)) (- (/ (alpha - 1)))))))) /\
  (0 <= pw ((alpha - 1) * (z_max - z_min)) (/ (alpha - 1)))).

Definition finite_vocabulary__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (exists i, inr i n /\ z i <> z 1%nat) /\
  let z_max := Largest n z in
  let top := multiplicity n z in
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l))) /\
  (pw (INR top) (1 - alpha) <= ((alpha - 1) * (z_max - z (1%nat + top)%nat))).

Definition finite_vocabulary__mass : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let top := multiplicity n z in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (pw (INR top) (1 - alpha) <= ((alpha - 1) * (z_max - z (1%nat + top)%nat))) ->
  Sum top (fun i => p i) = 1.

Definition finite_vocabulary__mass__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let top := multiplicity n z in
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
  ((0 < INR top \/ INR top = 0 /\ 0 < (1 - alpha))) /\
  (inr (1%nat + top)%nat n)).

Definition finite_vocabulary__entropy : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let top := multiplicity n z in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (pw (INR top) (1 - alpha) <= ((alpha - 1) * (z_max - z (1%nat + top)%nat))) ->
  Sum n (fun i => (- (p i * ln (p i)))) = ln (INR top).

Definition finite_vocabulary__entropy__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let top := multiplicity n z in
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
  ((0 < INR top \/ INR top = 0 /\ 0 < (1 - alpha))) /\
  (inr (1%nat + top)%nat n)) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (pw (INR top) (1 - alpha) <= ((alpha - 1) * (z_max - z (1%nat + top)%nat))) ->
  ((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (0 < INR top)).

Definition tsallis_normalisation_trap__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (simplex n p) /\
  True.

Definition tsallis_normalisation_trap__ratio : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  let p_max := Largest n p in
  (alpha * (alpha - 1) * Sum n (fun i => ((p i - pw (p i) alpha) / (alpha * (alpha - 1)))) / (1 - pw (INR n) (1 - alpha))) >= (1 - pw p_max (alpha - 1)).

Definition tsallis_normalisation_trap__ratio__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  let p_max := Largest n p in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> alpha <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((0 < INR n \/ INR n = 0 /\ 0 < (1 - alpha))) /\
  ((1 - pw (INR n) (1 - alpha)) <> 0) /\
  ((0 < p_max \/ p_max = 0 /\ 0 < (alpha - 1)))).

Definition majorisation__inhabited : Prop :=
  exists (n : nat) (alpha : R) (beta : R) (theta : R) (eta : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  (1 <= beta) /\
  (0 < theta) /\
  (0 < eta) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l))) /\
  (alpha <= beta) /\
  (theta <= eta).

Definition majorisation__prefix : Prop :=
  forall (n : nat) (alpha : R) (beta : R) (theta : R) (eta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (1 <= beta) ->
  (0 < theta) ->
  (0 < eta) ->
  let p := entmax1 n alpha (fun i => theta * z i) in
  let r := entmax1 n beta (fun i => eta * z i) in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha <= beta) ->
  (theta <= eta) ->
  forall k, inr k n ->
  Sum k (fun i => r i) >= Sum k (fun i => p i).

Definition majorisation__prefix__defined : Prop :=
  forall (n : nat) (alpha : R) (beta : R) (theta : R) (eta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (1 <= beta) ->
  (0 < theta) ->
  (0 < eta) ->
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))).

Definition majorisation__shannon : Prop :=
  forall (n : nat) (alpha : R) (beta : R) (theta : R) (eta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (1 <= beta) ->
  (0 < theta) ->
  (0 < eta) ->
  let p := entmax1 n alpha (fun i => theta * z i) in
  let r := entmax1 n beta (fun i => eta * z i) in
  (forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha <= beta) ->
  (theta <= eta) ->
  Sum n (fun i => (- (r i * ln (r i)))) <= Sum n (fun i => (- (p i * ln (p i)))).

Definition majorisation__shannon__defined : Prop :=
  forall (n : nat) (alpha : R) (beta : R) (theta : R) (eta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (1 <= beta) ->
  (0 < theta) ->
  (0 < eta) ->
  let p := entmax1 n alpha (fun i => theta * z i) in
  let r := entmax1 n beta (fun i => eta * z i) in
  (((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (1%nat <= l)%nat))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> inr (Nat.max 1%nat (l - 1%nat)%nat) n)))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha <= beta) ->
  (theta <= eta) ->
  ((forall i, (1%nat <= i <= n)%nat -> 0 <= r i)) /\
  ((forall i, (1%nat <= i <= n)%nat -> 0 <= p i))).

Definition softmax_floor_exact__inhabited : Prop :=
  exists (n : nat) (theta : R) (z : nat -> R),
  (1 <= n)%nat /\
  (0 < theta) /\
  True.

Definition softmax_floor_exact__floor : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (0 < theta) ->
  let p := softmax n (fun i => theta * z i) in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  Sum n (fun i => (- (p i * ln (p i)))) >= (- Largest n (fun k => - (ln (INR n + (INR k * exp (theta * (z_max - z_min))) - INR k) - (theta * INR k * (z_max - z_min) * exp (theta * (z_max - z_min)) / (INR n + (INR k * exp (theta * (z_max - z_min))) - INR k))))).

Definition softmax_floor_exact__floor__defined : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (1 <= n)%nat ->
  (0 < theta) ->
  let p := softmax n (fun i => theta * z i) in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  ((forall k, inr k n -> 0 < (INR n + (INR k * exp (theta * (z_max - z_min))) - INR k))) /\
  ((forall k, inr k n -> (INR n + (INR k * exp (theta * (z_max - z_min))) - INR k) <> 0))).

Definition entropy_floor_at_minimum__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (exists i, inr i n /\ z i <> z 1%nat) /\
  True.

Definition entropy_floor_at_minimum__floor : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  Sum n (fun i => (- (p i * ln (p i)))) >= (((INR n - 1 - IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) * (if Rlt_dec 0 (- Largest n (fun l => - p l)) then (- ((- Largest n (fun l => - p l)) * ln (- Largest n (fun l => - p l)))) else 0)) + ((if Rlt_dec 0 (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1))) then (- (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) * ln (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1))))) else 0) * IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) + (if Rlt_dec ((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) * IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) + ((INR n - 1 - IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) * (- Largest n (fun l => - p l)))) 1 then (((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) * IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) + ((INR n - 1 - IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) * (- Largest n (fun l => - p l))) - 1) * ln (1 - (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) * IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) - ((INR n - 1 - IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) * (- Largest n (fun l => - p l))))) else 0)).

Definition entropy_floor_at_minimum__floor__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (exists i, inr i n /\ z i <> z 1%nat) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  ((0 < (- Largest n (fun l => - p l)) \/ (- Largest n (fun l => - p l)) = 0 /\ 0 < (alpha - 1))) /\
  ((alpha - 1) <> 0) /\
  ((0 < (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) \/ (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) = 0 /\ 0 < (/ (alpha - 1)))) /\
  ((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l))) <> 0) /\
  (((- Largest n (fun l => - p l)) > 0 -> 0 <= (- Largest n (fun l => - p l)))) /\
  ((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) > 0 -> (0 < (- Largest n (fun l => - p l)) \/ (- Largest n (fun l => - p l)) = 0 /\ 0 < (alpha - 1)))) /\
  ((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) > 0 -> (alpha - 1) <> 0)) /\
  ((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) > 0 -> (0 < (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) \/ (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) > 0 -> 0 <= pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)))) /\
  ((((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) * IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) + ((INR n - 1 - IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) * (- Largest n (fun l => - p l)))) < 1 -> (0 < (- Largest n (fun l => - p l)) \/ (- Largest n (fun l => - p l)) = 0 /\ 0 < (alpha - 1)))) /\
  ((((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) * IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) + ((INR n - 1 - IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) * (- Largest n (fun l => - p l)))) < 1 -> (alpha - 1) <> 0)) /\
  ((((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) * IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) + ((INR n - 1 - IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) * (- Largest n (fun l => - p l)))) < 1 -> (0 < (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) \/ (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) * IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) + ((INR n - 1 - IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) * (- Largest n (fun l => - p l)))) < 1 -> (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l))) <> 0)) /\
  ((((pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) * IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) + ((INR n - 1 - IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) * (- Largest n (fun l => - p l)))) < 1 -> 0 < (1 - (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) * IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) - ((INR n - 1 - IZR (Int_part ((1 - (INR n * (- Largest n (fun l => - p l)))) / (pw (pw (- Largest n (fun l => - p l)) (alpha - 1) + ((alpha - 1) * (z_max - z_min))) (/ (alpha - 1)) - (- Largest n (fun l => - p l)))))) * (- Largest n (fun l => - p l))))))).

Definition dispersion_window__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (0 < epsilon <= 1) /\
  True.

Definition dispersion_window__enough : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (0 < epsilon <= 1) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  (Sum n (fun i => pw (Rmax 0 (pw (INR n) ((alpha - 1) * (epsilon - 1)) + ((alpha - 1) * z i) - (z_max * (alpha - 1)))) (/ (alpha - 1))) >= 1 -> Sum n (fun i => (- (p i * ln (p i)))) >= ((1 - epsilon) * ln (INR n))).

Definition dispersion_window__enough__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (0 < epsilon <= 1) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < INR n \/ INR n = 0 /\ 0 < ((alpha - 1) * (epsilon - 1))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (pw (INR n) ((alpha - 1) * (epsilon - 1)) + ((alpha - 1) * z i) - (z_max * (alpha - 1))) \/ Rmax 0 (pw (INR n) ((alpha - 1) * (epsilon - 1)) + ((alpha - 1) * z i) - (z_max * (alpha - 1))) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((Sum n (fun i => pw (Rmax 0 (pw (INR n) ((alpha - 1) * (epsilon - 1)) + ((alpha - 1) * z i) - (z_max * (alpha - 1)))) (/ (alpha - 1))) >= 1 -> (forall i, (1%nat <= i <= n)%nat -> 0 <= p i))) /\
  ((Sum n (fun i => pw (Rmax 0 (pw (INR n) ((alpha - 1) * (epsilon - 1)) + ((alpha - 1) * z i) - (z_max * (alpha - 1)))) (/ (alpha - 1))) >= 1 -> 0 < INR n))).

Definition dispersion_window__too_few : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (0 < epsilon <= 1) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  Sum n (fun i => (- (p i * ln (p i)))) <= ln (Sum n (fun i => (if Rlt_dec ((alpha - 1) * (z_max - z i)) 1 then 1 else 0))).

Definition dispersion_window__too_few__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (0 < epsilon <= 1) ->
  let p := entmax n alpha z in
  let z_max := Largest n z in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (0 < Sum n (fun i => (if Rlt_dec ((alpha - 1) * (z_max - z i)) 1 then 1 else 0)))).

Definition scalable_softmax_floor__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (strength : R),
  (2 <= n)%nat /\
  (0 < strength) /\
  True.

Definition scalable_softmax_floor__floor : Prop :=
  forall (n : nat) (z : nat -> R) (strength : R),
  (2 <= n)%nat ->
  (0 < strength) ->
  let p := softmax n (fun i => strength * ln (INR n) * z i) in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  Sum n (fun i => (- (p i * ln (p i)))) >= ((1 - (strength * (z_max - z_min))) * ln (INR n)).

Definition scalable_softmax_floor__floor__defined : Prop :=
  forall (n : nat) (z : nat -> R) (strength : R),
  (2 <= n)%nat ->
  (0 < strength) ->
  let p := softmax n (fun i => strength * ln (INR n) * z i) in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (0 < INR n)).

Definition joining_token__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (late : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition joining_token__never_more : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := entmax (S n) alpha (fun i => if le_dec i n then z i else late) in
  forall k, inr k n ->
  r k <= p k.

Definition joining_token__unchanged : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  let r := entmax (S n) alpha (fun i => if le_dec i n then z i else late) in
  forall k, inr k n ->
  (r k = p k <-> (p k = 0 \/ (late * (alpha - 1)) <= tau)).

Definition critical_rival__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (late : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  True.

Definition critical_rival__critical : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := entmax (S n) alpha (fun i => if le_dec i n then z i else late) in
  forall k, inr k n ->
  (p k > 0 -> (r k = 0 <-> late >= ((pw (1 - Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z k))) (/ (alpha - 1)))) (alpha - 1) / (alpha - 1)) + z k))).

Definition critical_rival__critical__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  (forall k, inr k n ->
  ((p k > 0 -> (forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))) /\
  ((p k > 0 -> (forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z k)) \/ Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z k)) = 0 /\ 0 < (/ (alpha - 1)))))) /\
  ((p k > 0 -> (0 < (1 - Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z k))) (/ (alpha - 1)))) \/ (1 - Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z k))) (/ (alpha - 1)))) = 0 /\ 0 < (alpha - 1)))) /\
  ((p k > 0 -> (alpha - 1) <> 0))).

Definition critical_rival__bounded : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  forall k, inr k n ->
  (p k > 0 -> ((pw (1 - Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z k))) (/ (alpha - 1)))) (alpha - 1) / (alpha - 1)) + z k) <= ((/ (alpha - 1)) + z k)).

Definition critical_rival__bounded__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  (forall k, inr k n ->
  ((p k > 0 -> (forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))) /\
  ((p k > 0 -> (forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z k)) \/ Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z k)) = 0 /\ 0 < (/ (alpha - 1)))))) /\
  ((p k > 0 -> (0 < (1 - Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z k))) (/ (alpha - 1)))) \/ (1 - Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - ((alpha - 1) * z k))) (/ (alpha - 1)))) = 0 /\ 0 < (alpha - 1)))) /\
  ((p k > 0 -> (alpha - 1) <> 0))).

Definition epsilon_criterion__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < epsilon <= 1) /\
  True.

Definition epsilon_criterion__criterion : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < epsilon <= 1) ->
  let p := entmax n alpha z in
  forall k, inr k n ->
  (p k >= epsilon <-> Sum n (fun i => pw (Rmax 0 (pw epsilon (alpha - 1) + ((alpha - 1) * (z i - z k)))) (/ (alpha - 1))) <= 1).

Definition epsilon_criterion__criterion__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < epsilon <= 1) ->
  (forall k, inr k n ->
  ((forall i, (1%nat <= i <= n)%nat -> (0 < epsilon \/ epsilon = 0 /\ 0 < (alpha - 1)))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (pw epsilon (alpha - 1) + ((alpha - 1) * (z i - z k))) \/ Rmax 0 (pw epsilon (alpha - 1) + ((alpha - 1) * (z i - z k))) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition needle__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (gap : R) (k : nat),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < gap) /\
  (inr k n) /\
  ((forall l, inr l n -> z l <= z k)).

Definition needle__weight : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (gap : R) (k : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < gap) ->
  (inr k n) ->
  let p := entmax n alpha z in
  (forall l, inr l n -> z l <= z k) ->
  p k >= Rmin (pw (gap * (alpha - 1)) (/ (alpha - 1))) (/ Sum n (fun i => (if Rlt_dec (z k - gap) (z i) then 1 else 0))).

Definition needle__weight__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (gap : R) (k : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < gap) ->
  (inr k n) ->
  ((forall l, inr l n -> z l <= z k) ->
  ((alpha - 1) <> 0) /\
  ((0 < (gap * (alpha - 1)) \/ (gap * (alpha - 1)) = 0 /\ 0 < (/ (alpha - 1)))) /\
  (Sum n (fun i => (if Rlt_dec (z k - gap) (z i) then 1 else 0)) <> 0)).

Definition softmax_vanishes__inhabited : Prop :=
  exists (n : nat) (z : nat -> R),
  (1 <= n)%nat /\
  True.

Definition softmax_vanishes__weight : Prop :=
  forall (n : nat) (z : nat -> R),
  (1 <= n)%nat ->
  let p := softmax n z in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  forall k, inr k n ->
  p k <= (exp (z_max - z_min) / (INR n + exp (z_max - z_min) - 1)).

Definition softmax_vanishes__weight__defined : Prop :=
  forall (n : nat) (z : nat -> R),
  (1 <= n)%nat ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (forall k, inr k n ->
  ((INR n + exp (z_max - z_min) - 1) <> 0)).

Definition softmax_two_level__inhabited : Prop :=
  exists (n : nat) (top : nat) (alpha : R) (theta : R) (gap : R) (shift : R) (mix : R),
  (1 <= top < n)%nat /\
  (1 < alpha) /\
  (0 < theta) /\
  (0 < gap) /\
  (0 < mix < 1) /\
  True.

Definition softmax_two_level__softmax : Prop :=
  forall (n : nat) (top : nat) (alpha : R) (theta : R) (gap : R) (shift : R) (mix : R),
  (1 <= top < n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (0 < gap) ->
  (0 < mix < 1) ->
  let p := softmax n (fun i => theta * (if le_dec i top then shift + gap else shift)) in
  (Sum top (fun i => p i) >= mix <-> (gap * theta) >= ln (mix * (INR n - INR top) / (INR top * (1 - mix)))).

Definition softmax_two_level__softmax__defined : Prop :=
  forall (n : nat) (top : nat) (alpha : R) (theta : R) (gap : R) (shift : R) (mix : R),
  (1 <= top < n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (0 < gap) ->
  (0 < mix < 1) ->
  ((INR top <> 0) /\
  ((1 - mix) <> 0) /\
  (0 < (mix * (INR n - INR top) / (INR top * (1 - mix))))).

Definition softmax_two_level__entmax : Prop :=
  forall (n : nat) (top : nat) (alpha : R) (theta : R) (gap : R) (shift : R) (mix : R),
  (1 <= top < n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (0 < gap) ->
  (0 < mix < 1) ->
  let r := entmax n alpha (fun i => theta * (if le_dec i top then shift + gap else shift)) in
  (Sum top (fun i => r i) = 1 <-> (gap * theta) >= (pw (INR top) (1 - alpha) / (alpha - 1))).

Definition softmax_two_level__entmax__defined : Prop :=
  forall (n : nat) (top : nat) (alpha : R) (theta : R) (gap : R) (shift : R) (mix : R),
  (1 <= top < n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (0 < gap) ->
  (0 < mix < 1) ->
  (((0 < INR top \/ INR top = 0 /\ 0 < (1 - alpha))) /\
  ((alpha - 1) <> 0)).

Definition read_out_shift__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  True.

Definition read_out_shift__shift : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let r := entmax1 (S n) alpha (append n z (z n)) in
  ((2 * v n * r n) + Sum (n - 1%nat)%nat (fun i => (v i * r i)) - Sum n (fun i => (v i * p i))) = Sum (n - 1%nat)%nat (fun i => ((v n - v i) * (p i - r i))).

Definition read_out_shift__shift__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (((1%nat <= n)%nat)).

Definition read_out_shift__mass : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let r := entmax1 (S n) alpha (append n z (z n)) in
  Sum (n - 1%nat)%nat (fun i => (p i - r i)) = ((2 * r n) - p n).

Definition read_out_shift__mass__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (((1%nat <= n)%nat)).

Definition read_out_shift__not_negative : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let r := entmax1 (S n) alpha (append n z (z n)) in
  ((2 * r n) - p n) >= 0.

Definition read_out_shift__at_most : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let r := entmax1 (S n) alpha (append n z (z n)) in
  ((2 * r n) - p n) <= p n.

Definition read_out_shift__bound : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let r := entmax1 (S n) alpha (append n z (z n)) in
  let reach := Largest n (fun i => Rabs (v n - v i)) in
  Rabs ((2 * v n * r n) + Sum (n - 1%nat)%nat (fun i => (v i * r i)) - Sum n (fun i => (v i * p i))) <= (reach * ((2 * r n) - p n)).

Definition read_out_shift__bound__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (((1%nat <= n)%nat)).

Definition softmax_collapse__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat /\
  True.

Definition softmax_collapse__shift : Prop :=
  forall (n : nat) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  let p := softmax n z in
  let r := softmax (S n) (append n z (z n)) in
  ((2 * v n * r n) + Sum (n - 1%nat)%nat (fun i => (v i * r i)) - Sum n (fun i => (v i * p i))) = ((v n - Sum n (fun i => (v i * p i))) * r n).

Definition softmax_collapse__shift__defined : Prop :=
  forall (n : nat) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (((1%nat <= n)%nat)).

Definition softmax_collapse__mass : Prop :=
  forall (n : nat) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  let p := softmax n z in
  let r := softmax (S n) (append n z (z n)) in
  ((2 * r n) - p n) = ((1 - p n) * r n).

Definition softmax_collapse__bound : Prop :=
  forall (n : nat) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  let p := softmax n z in
  let r := softmax (S n) (append n z (z n)) in
  ((2 * r n) - p n) <= (3 - (2 * pw 2 (1 / 2))).

Definition softmax_collapse__bound__defined : Prop :=
  forall (n : nat) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (((0 < 2 \/ 2 = 0 /\ 0 < (1 / 2)))).

Definition softmax_collapse_rate__inhabited : Prop :=
  exists (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat /\
  (0 < theta) /\
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  ((pw 2 (1 / 2) * (INR n - 1) / 2) >= exp (theta * (z_max - z_min))).

Definition softmax_collapse_rate__rate : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  let p := softmax n (fun i => theta * z i) in
  let r := softmax (S n) (fun i => theta * append n z (z n) i) in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  ((pw 2 (1 / 2) * (INR n - 1) / 2) >= exp (theta * (z_max - z_min))) ->
  ((2 * r n) - p n) <= ((INR n - 1) * exp (theta * (z_max - z_min)) / ((INR n + (2 * exp (theta * (z_max - z_min))) - 1) * (INR n + exp (theta * (z_max - z_min)) - 1))).

Definition softmax_collapse_rate__rate__defined : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (((0 < 2 \/ 2 = 0 /\ 0 < (1 / 2)))) /\
  (((pw 2 (1 / 2) * (INR n - 1) / 2) >= exp (theta * (z_max - z_min))) ->
  ((INR n + (2 * exp (theta * (z_max - z_min))) - 1) <> 0) /\
  ((INR n + exp (theta * (z_max - z_min)) - 1) <> 0)).

Definition softmax_collapse_rate__simple : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  let p := softmax n (fun i => theta * z i) in
  let r := softmax (S n) (fun i => theta * append n z (z n) i) in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  ((pw 2 (1 / 2) * (INR n - 1) / 2) >= exp (theta * (z_max - z_min))) ->
  ((2 * r n) - p n) <= (exp (theta * (z_max - z_min)) / (INR n - 1)).

Definition softmax_collapse_rate__simple__defined : Prop :=
  forall (n : nat) (theta : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 < theta) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  (((0 < 2 \/ 2 = 0 /\ 0 < (1 / 2)))) /\
  (((pw 2 (1 / 2) * (INR n - 1) / 2) >= exp (theta * (z_max - z_min))) ->
  ((INR n - 1) <> 0)).

Definition collapse_persistence__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (z 1%nat = z n) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ (l = n)%nat \/ z l <= (z 1%nat - (pw 2 (1 - alpha) / (alpha - 1)))))).

Definition collapse_persistence__distance : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := entmax (S n) alpha (append n z (z n)) in
  (z 1%nat = z n) ->
  (forall l, inr l n -> ((l = 1%nat)%nat \/ (l = n)%nat \/ z l <= (z 1%nat - (pw 2 (1 - alpha) / (alpha - 1))))) ->
  ((2 * v n * r n) + Sum (n - 1%nat)%nat (fun i => (v i * r i)) - Sum n (fun i => (v i * p i))) = ((v n / 6) - (v 1%nat / 6)).

Definition collapse_persistence__distance__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  ((inr 1%nat n) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (~ ((l = n)%nat) -> inr 1%nat n)))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (~ ((l = n)%nat) -> (0 < 2 \/ 2 = 0 /\ 0 < (1 - alpha)))))) /\
  ((forall l, inr l n -> (~ ((l = 1%nat)%nat) -> (~ ((l = n)%nat) -> (alpha - 1) <> 0))))) /\
  ((z 1%nat = z n) ->
  (forall l, inr l n -> ((l = 1%nat)%nat \/ (l = n)%nat \/ z l <= (z 1%nat - (pw 2 (1 - alpha) / (alpha - 1))))) ->
  ((1%nat <= n)%nat) /\
  (inr 1%nat n)).

Definition collapse_through_layers__inhabited : Prop :=
  exists (V : NormedModule R_AbsRing) (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (f : nat -> nat -> V -> V) (x : nat -> V) (y : nat -> V) (lipschitz : R) (reach : R),
  (1 <= n)%nat /\
  (1 <= layers)%nat /\
  (row_stochastic n P layers) /\
  (0 < lipschitz) /\
  (forall l i a b, inr l layers -> inr i n -> norm (minus (f l i a) (f l i b)) <= lipschitz * norm (minus a b)) /\
  (forall i, inr i n -> norm (minus (x i) (y i)) <= reach) /\
  True.

Definition collapse_through_layers__distance : Prop :=
  forall (V : NormedModule R_AbsRing) (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (f : nat -> nat -> V -> V) (x : nat -> V) (y : nat -> V) (lipschitz : R) (reach : R),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (row_stochastic n P layers) ->
  (0 < lipschitz) ->
  (forall l i a b, inr l layers -> inr i n -> norm (minus (f l i a) (f l i b)) <= lipschitz * norm (minus a b)) ->
  (forall i, inr i n -> norm (minus (x i) (y i)) <= reach) ->
  let late := norm (minus (averaged n P f layers x n) (averaged n P f layers y n)) in
  Rabs late <= (reach * (lipschitz ^ layers)).

Definition collapse_fixed_set__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R) (outside : nat),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (outside < n)%nat /\
  let rho := threshold (n - outside) alpha (fun i => z (i + outside)%nat) in
  ((forall l, inr l n -> ((l > outside)%nat \/ ((alpha - 1) * z l) <= rho))).

Definition collapse_fixed_set__same : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R) (outside : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (outside < n)%nat ->
  let p := entmax n alpha z in
  let r := entmax (S n) alpha (append n z (z n)) in
  let rho := threshold (n - outside) alpha (fun i => z (i + outside)%nat) in
  let late := repetition_shift (n - outside) alpha (fun i => z (i + outside)%nat) (fun i => v (i + outside)%nat) in
  (forall l, inr l n -> ((l > outside)%nat \/ ((alpha - 1) * z l) <= rho)) ->
  ((2 * v n * r n) + Sum (n - 1%nat)%nat (fun i => (v i * r i)) - Sum n (fun i => (v i * p i))) = late.

Definition collapse_fixed_set__same__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R) (outside : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (outside < n)%nat ->
  let rho := threshold (n - outside) alpha (fun i => z (i + outside)%nat) in
  ((forall l, inr l n -> ((l > outside)%nat \/ ((alpha - 1) * z l) <= rho)) ->
  ((1%nat <= n)%nat)).

Definition collapse_total__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  True.

Definition collapse_total__dead : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let r := entmax1 (S n) alpha (append n z (z n)) in
  (p n = 0 -> ((2 * v n * r n) + Sum (n - 1%nat)%nat (fun i => (v i * r i)) - Sum n (fun i => (v i * p i))) = 0).

Definition collapse_total__dead__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  (((p n = 0 -> (1%nat <= n)%nat))).

Definition collapse_total__alone : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let r := entmax1 (S n) alpha (append n z (z n)) in
  (p n = 1 -> ((2 * v n * r n) + Sum (n - 1%nat)%nat (fun i => (v i * r i)) - Sum n (fun i => (v i * p i))) = 0).

Definition collapse_total__alone__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  (((p n = 1 -> (1%nat <= n)%nat))).

Definition collapse_total__ties : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let r := entmax1 (S n) alpha (append n z (z n)) in
  let top := multiplicity n z in
  ((2 * r n) - p n) <= (/ INR top).

Definition collapse_total__ties__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let top := multiplicity n z in
  ((INR top <> 0)).

Definition gradient_mass__inhabited : Prop :=
  exists (n : nat) (layers : nat) (P : nat -> nat -> nat -> R),
  (1 <= n)%nat /\
  (1 <= layers)%nat /\
  (row_stochastic n P layers) /\
  True.

Definition gradient_mass__mass : Prop :=
  forall (n : nat) (layers : nat) (P : nat -> nat -> nat -> R),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (row_stochastic n P layers) ->
  let G := mat_prod n P layers in
  forall i, inr i n ->
  Sum n (fun j => G i j) = 1.

Definition path_counts__inhabited : Prop :=
  exists (n : nat) (layers : nat),
  (1 <= n)%nat /\
  (1 <= layers)%nat /\
  True.

Definition path_counts__all : Prop :=
  forall (n : nat) (layers : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  let paths := length (paths n causal layers n) in
  INR paths = Binomial.C (layers + n - 1%nat)%nat layers.

Definition path_counts__all__defined : Prop :=
  forall (n : nat) (layers : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (((1%nat <= layers + n)%nat) /\
  ((layers <= (layers + n - 1%nat)%nat)%nat)).

Definition path_counts__each : Prop :=
  forall (n : nat) (layers : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  let w := fun i => length (paths_from n causal layers n i) in
  forall i, inr i n ->
  INR (w i) = Binomial.C (layers + n - 1%nat - i)%nat (layers - 1%nat)%nat.

Definition path_counts__each__defined : Prop :=
  forall (n : nat) (layers : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (forall i, inr i n ->
  ((1%nat + i <= layers + n)%nat) /\
  ((1%nat <= layers)%nat) /\
  (((layers - 1%nat)%nat <= (layers + n - 1%nat - i)%nat)%nat)).

Definition sparse_paths__inhabited : Prop :=
  exists (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (fan : nat -> R) (last : nat),
  (1 <= n)%nat /\
  (1 <= layers)%nat /\
  (row_stochastic n P layers) /\
  (inr last n) /\
  (forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) /\
  True.

Definition sparse_paths__count : Prop :=
  forall (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (fan : nat -> R) (last : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (row_stochastic n P layers) ->
  (inr last n) ->
  (forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) ->
  let paths := length (paths n (live P) layers last) in
  INR paths <= Prod layers (fun l => fan l).

Definition sparse_paths__each : Prop :=
  forall (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (fan : nat -> R) (last : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (row_stochastic n P layers) ->
  (inr last n) ->
  (forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) ->
  let w := fun i => length (paths_from n (live P) layers last i) in
  forall i, inr i n ->
  INR (w i) <= Prod_from 2%nat layers (fun l => fan l).

Definition sparse_paths__largest : Prop :=
  forall (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (fan : nat -> R) (last : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (row_stochastic n P layers) ->
  (inr last n) ->
  (forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) ->
  let peak := Largest n (mat_prod n P layers last) in
  peak >= (/ Rmin (Prod layers (fun l => fan l)) (INR n)).

Definition sparse_paths__largest__defined : Prop :=
  forall (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (fan : nat -> R) (last : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (row_stochastic n P layers) ->
  (inr last n) ->
  (forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) ->
  ((Rmin (Prod layers (fun l => fan l)) (INR n) <> 0)).

Definition residual_paths__inhabited : Prop :=
  exists (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (fan : nat -> R) (last : nat),
  (1 <= n)%nat /\
  (1 <= layers)%nat /\
  (row_stochastic n P layers) /\
  (inr last n) /\
  (forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) /\
  True.

Definition residual_paths__count : Prop :=
  forall (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (fan : nat -> R) (last : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (row_stochastic n P layers) ->
  (inr last n) ->
  (forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) ->
  let paths := length (paths n (with_residual (live P)) layers last) in
  INR paths <= Prod layers (fun l => (1 + fan l)).

Definition residual_paths__each : Prop :=
  forall (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (fan : nat -> R) (last : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (row_stochastic n P layers) ->
  (inr last n) ->
  (forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) ->
  let w := fun i => length (paths_from n (with_residual (live P)) layers last i) in
  forall i, inr i n ->
  INR (w i) <= Prod_from 2%nat layers (fun l => (1 + fan l)).

Definition unreachable_gradient__inhabited : Prop :=
  exists (n : nat) (alpha : R) (layers : nat) (N : nat) (tok : nat -> nat) (Z : nat -> nat -> nat -> (nat -> R) -> R) (V : nat -> nat -> nat -> (nat -> R) -> R) (T : nat -> nat -> (nat -> R) -> R) (x : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (1 <= layers)%nat /\
  (forall c, inr c N -> inr (tok c) n) /\
  (forall l i j, depends_on N tok (fun k => k = i \/ k = j) (Z l i j)) /\
  (forall l j c, depends_on N tok (fun k => k = j) (V l j c)) /\
  (forall l c, depends_on N tok (fun k => k = tok c) (T l c)) /\
  (forall l i j, inr l layers -> inr i n -> inr j n -> differentiable N (Z l i j) (transformer n tok alpha Z V T (l - 1) x)) /\
  (forall l j c, inr l layers -> inr j n -> inr c N -> differentiable N (V l j c) (transformer n tok alpha Z V T (l - 1) x)) /\
  (forall l c, inr l layers -> inr c N -> differentiable N (T l c) (attended n tok alpha (Z l) (V l) (transformer n tok alpha Z V T (l - 1) x))) /\
  (alpha < 2 \/ (forall l i k, inr l layers -> inr i n -> inr k n -> (alpha - 1) * Z l i k (transformer n tok alpha Z V T (l - 1) x) <> threshold n alpha (fun k => Z l i k (transformer n tok alpha Z V T (l - 1) x)))) /\
  True.

Definition unreachable_gradient__unreachable : Prop :=
  forall (n : nat) (alpha : R) (layers : nat) (N : nat) (tok : nat -> nat) (Z : nat -> nat -> nat -> (nat -> R) -> R) (V : nat -> nat -> nat -> (nat -> R) -> R) (T : nat -> nat -> (nat -> R) -> R) (x : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= layers)%nat ->
  (forall c, inr c N -> inr (tok c) n) ->
  (forall l i j, depends_on N tok (fun k => k = i \/ k = j) (Z l i j)) ->
  (forall l j c, depends_on N tok (fun k => k = j) (V l j c)) ->
  (forall l c, depends_on N tok (fun k => k = tok c) (T l c)) ->
  (forall l i j, inr l layers -> inr i n -> inr j n -> differentiable N (Z l i j) (transformer n tok alpha Z V T (l - 1) x)) ->
  (forall l j c, inr l layers -> inr j n -> inr c N -> differentiable N (V l j c) (transformer n tok alpha Z V T (l - 1) x)) ->
  (forall l c, inr l layers -> inr c N -> differentiable N (T l c) (attended n tok alpha (Z l) (V l) (transformer n tok alpha Z V T (l - 1) x))) ->
  (alpha < 2 \/ (forall l i k, inr l layers -> inr i n -> inr k n -> (alpha - 1) * Z l i k (transformer n tok alpha Z V T (l - 1) x) <> threshold n alpha (fun k => Z l i k (transformer n tok alpha Z V T (l - 1) x)))) ->
  let w := fun j => length (paths_from n (with_residual (live (fun l i => entmax n alpha (fun k => Z l i k (transformer n tok alpha Z V T (l - 1) x))))) layers n j) in
  let G := fun i j => Largest N (fun c => Largest N (fun d => if Nat.eq_dec (tok c) i then if Nat.eq_dec (tok d) j then Rabs (Derive (fun t => transformer n tok alpha Z V T layers (fun m => x m + t * (if Nat.eq_dec m d then 1 else 0)) c) 0) else 0 else 0)) in
  forall j, inr j n ->
  (INR (w j) = 0 -> G n j = 0).

Definition unreachable_gradient__unreachable__defined : Prop :=
  forall (n : nat) (alpha : R) (layers : nat) (N : nat) (tok : nat -> nat) (Z : nat -> nat -> nat -> (nat -> R) -> R) (V : nat -> nat -> nat -> (nat -> R) -> R) (T : nat -> nat -> (nat -> R) -> R) (x : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= layers)%nat ->
  (forall c, inr c N -> inr (tok c) n) ->
  (forall l i j, depends_on N tok (fun k => k = i \/ k = j) (Z l i j)) ->
  (forall l j c, depends_on N tok (fun k => k = j) (V l j c)) ->
  (forall l c, depends_on N tok (fun k => k = tok c) (T l c)) ->
  (forall l i j, inr l layers -> inr i n -> inr j n -> differentiable N (Z l i j) (transformer n tok alpha Z V T (l - 1) x)) ->
  (forall l j c, inr l layers -> inr j n -> inr c N -> differentiable N (V l j c) (transformer n tok alpha Z V T (l - 1) x)) ->
  (forall l c, inr l layers -> inr c N -> differentiable N (T l c) (attended n tok alpha (Z l) (V l) (transformer n tok alpha Z V T (l - 1) x))) ->
  (alpha < 2 \/ (forall l i k, inr l layers -> inr i n -> inr k n -> (alpha - 1) * Z l i k (transformer n tok alpha Z V T (l - 1) x) <> threshold n alpha (fun k => Z l i k (transformer n tok alpha Z V T (l - 1) x)))) ->
  (forall j, inr j n ->
  (forall c d, inr c N -> inr d N -> ex_derive (fun t => transformer n tok alpha Z V T layers (fun m => x m + t * (if Nat.eq_dec m d then 1 else 0)) c) 0)).

Definition softmax_squashing__inhabited : Prop :=
  exists (n : nat) (layers : nat) (Z : nat -> nat -> nat -> R) (z_max : R) (z_min : R),
  (1 <= n)%nat /\
  (1 <= layers)%nat /\
  (forall l i j k, inr l layers -> inr i n -> inr j n -> inr k n -> Z l i j - Z l i k <= z_max - z_min) /\
  True.

Definition softmax_squashing__entry : Prop :=
  forall (n : nat) (layers : nat) (Z : nat -> nat -> nat -> R) (z_max : R) (z_min : R),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (forall l i j k, inr l layers -> inr i n -> inr j n -> inr k n -> Z l i j - Z l i k <= z_max - z_min) ->
  let G := mat_prod n (fun l i => softmax n (Z l i)) layers in
  forall i, inr i n ->
  forall j, inr j n ->
  G i j <= (exp (z_max - z_min) / (INR n + exp (z_max - z_min) - 1)).

Definition softmax_squashing__entry__defined : Prop :=
  forall (n : nat) (layers : nat) (Z : nat -> nat -> nat -> R) (z_max : R) (z_min : R),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (forall l i j k, inr l layers -> inr i n -> inr j n -> inr k n -> Z l i j - Z l i k <= z_max - z_min) ->
  (forall i, inr i n ->
  forall j, inr j n ->
  ((INR n + exp (z_max - z_min) - 1) <> 0)).

Definition causal_squashing__inhabited : Prop :=
  exists (n : nat) (layers : nat) (Z : nat -> nat -> nat -> R) (z_max : R) (z_min : R),
  (1 <= n)%nat /\
  (1 <= layers)%nat /\
  (forall l i j k, inr l layers -> inr i n -> inr j i -> inr k i -> Z l i j - Z l i k <= z_max - z_min) /\
  True.

Definition causal_squashing__entry : Prop :=
  forall (n : nat) (layers : nat) (Z : nat -> nat -> nat -> R) (z_max : R) (z_min : R),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (forall l i j k, inr l layers -> inr i n -> inr j i -> inr k i -> Z l i j - Z l i k <= z_max - z_min) ->
  let G := mat_prod n (fun l i j => if causal l i j then softmax i (Z l i) j else 0) layers in
  forall j, inr j n ->
  G n j <= ((Sum n (fun k => (/ INR k)) ^ (layers - 1%nat)%nat) * exp (INR layers * (z_max - z_min)) / INR n).

Definition causal_squashing__entry__defined : Prop :=
  forall (n : nat) (layers : nat) (Z : nat -> nat -> nat -> R) (z_max : R) (z_min : R),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (forall l i j k, inr l layers -> inr i n -> inr j i -> inr k i -> Z l i j - Z l i k <= z_max - z_min) ->
  (forall j, inr j n ->
  ((forall k, (1%nat <= k <= n)%nat -> INR k <> 0)) /\
  ((1%nat <= layers)%nat) /\
  (INR n <> 0)).

Definition causal_sink__inhabited : Prop :=
  exists (n : nat) (layers : nat),
  (1 <= n)%nat /\
  (1 <= layers)%nat /\
  True.

Definition causal_sink__lower : Prop :=
  forall (n : nat) (layers : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  let G := mat_prod n (fun l i j => if causal l i j then / INR i else 0) layers in
  (INR n * G n 1%nat) >= ((Sum n (fun k => (/ INR k)) ^ (layers - 1%nat)%nat) / INR (fact (layers - 1%nat)%nat)).

Definition causal_sink__lower__defined : Prop :=
  forall (n : nat) (layers : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  (((forall k, (1%nat <= k <= n)%nat -> INR k <> 0)) /\
  ((1%nat <= layers)%nat) /\
  (INR (fact (layers - 1%nat)%nat) <> 0)).

Definition causal_sink__upper : Prop :=
  forall (n : nat) (layers : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  let G := mat_prod n (fun l i j => if causal l i j then / INR i else 0) layers in
  (INR n * G n 1%nat) <= (((INR layers + ln (INR n) - 1) ^ (layers - 1%nat)%nat) / INR (fact (layers - 1%nat)%nat)).

Definition causal_sink__upper__defined : Prop :=
  forall (n : nat) (layers : nat),
  (1 <= n)%nat ->
  (1 <= layers)%nat ->
  ((0 < INR n) /\
  ((1%nat <= layers)%nat) /\
  (INR (fact (layers - 1%nat)%nat) <> 0)).

Definition read_out_gradient__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  let tau := threshold n alpha z in
  ((alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau))).

Definition read_out_gradient__gradient : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let tau := threshold n alpha z in
  let D := fun i j => Derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0 in
  (alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau)) ->
  forall j, inr j n ->
  Sum n (fun i => (v i * D i j)) = ((v j - (Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) * (if Rlt_dec 0 (p j) then pw (p j) (2 - alpha) else 0)).

Definition read_out_gradient__gradient__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let tau := threshold n alpha z in
  ((alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau)) ->
  forall j, inr j n ->
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((p j > 0 -> (0 < p j \/ p j = 0 /\ 0 < (2 - alpha)))) /\
  (forall i j, inr i n -> inr j n -> ex_derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0)).

Definition read_out_gradient__dead : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let tau := threshold n alpha z in
  let D := fun i j => Derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0 in
  (alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau)) ->
  forall j, inr j n ->
  (p j > 0 \/ Sum n (fun i => (v i * D i j)) = 0).

Definition read_out_gradient__dead__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let tau := threshold n alpha z in
  ((alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau)) ->
  forall j, inr j n ->
  (forall i j, inr i n -> inr j n -> ex_derive (fun t => entmax1 n alpha (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0)).

Definition gradient_size__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (reach : R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  (simplex n p) /\
  (forall i k, inr i n -> inr k n -> 0 < p i -> 0 < p k -> v i - v k <= reach) /\
  (alpha <= 2).

Definition gradient_size__total : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (reach : R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (forall i k, inr i n -> inr k n -> 0 < p i -> 0 < p k -> v i - v k <= reach) ->
  Sum n (fun j => (if Rlt_dec 0 (p j) then (pw (p j) (2 - alpha) * Rabs (v j - (Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0))))) else 0)) <= (reach * Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) / 2).

Definition gradient_size__total__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (reach : R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (forall i k, inr i n -> inr k n -> 0 < p i -> 0 < p k -> v i - v k <= reach) ->
  (((forall j, (1%nat <= j <= n)%nat -> (p j > 0 -> (0 < p j \/ p j = 0 /\ 0 < (2 - alpha))))) /\
  ((forall j, (1%nat <= j <= n)%nat -> (p j > 0 -> (forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))))) /\
  ((forall j, (1%nat <= j <= n)%nat -> (p j > 0 -> Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha)))))).

Definition gradient_size__sensitivity : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (reach : R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (forall i k, inr i n -> inr k n -> 0 < p i -> 0 < p k -> v i - v k <= reach) ->
  let size := support_size n p in
  (alpha <= 2) ->
  Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <= pw (INR size) (alpha - 1).

Definition gradient_size__sensitivity__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (reach : R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (forall i k, inr i n -> inr k n -> 0 < p i -> 0 < p k -> v i - v k <= reach) ->
  let size := support_size n p in
  ((alpha <= 2) ->
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  ((0 < INR size \/ INR size = 0 /\ 0 < (alpha - 1)))).

Definition alibi_radius__inhabited : Prop :=
  exists (n : nat) (alpha : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < slope) /\
  (0 <= content) /\
  ((forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content))).

Definition alibi_radius__beyond : Prop :=
  forall (n : nat) (alpha : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  (0 <= content) ->
  let p := entmax n alpha z in
  let distance := (n - 1)%nat in
  (forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content)) ->
  (Sum distance (fun k => pw (Rmax 0 ((alpha - 1) * ((slope * INR k) - content))) (/ (alpha - 1))) >= 1 -> p 1%nat = 0).

Definition alibi_radius__beyond__defined : Prop :=
  forall (n : nat) (alpha : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  (0 <= content) ->
  let distance := (n - 1)%nat in
  ((forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content)) ->
  ((forall k, (1%nat <= k <= distance)%nat -> (alpha - 1) <> 0)) /\
  ((forall k, (1%nat <= k <= distance)%nat -> (0 < Rmax 0 ((alpha - 1) * ((slope * INR k) - content)) \/ Rmax 0 ((alpha - 1) * ((slope * INR k) - content)) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((Sum distance (fun k => pw (Rmax 0 ((alpha - 1) * ((slope * INR k) - content))) (/ (alpha - 1))) >= 1 -> inr 1%nat n))).

Definition alibi_radius__simple : Prop :=
  forall (n : nat) (alpha : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  (0 <= content) ->
  let p := entmax n alpha z in
  let distance := (n - 1)%nat in
  (forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content)) ->
  ((INR distance * slope) >= (content + (/ (alpha - 1))) -> p 1%nat = 0).

Definition alibi_radius__simple__defined : Prop :=
  forall (n : nat) (alpha : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  (0 <= content) ->
  let distance := (n - 1)%nat in
  ((forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content)) ->
  ((alpha - 1) <> 0) /\
  (((INR distance * slope) >= (content + (/ (alpha - 1))) -> inr 1%nat n))).

Definition alibi_radius_attained__inhabited : Prop :=
  exists (n : nat) (alpha : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < slope) /\
  (0 <= content) /\
  (z 1%nat = content - slope * INR (n - 1)) /\
  (forall k, inr k n -> k = 1%nat \/ z k = - slope * INR (n - k)) /\
  True.

Definition alibi_radius_attained__reached : Prop :=
  forall (n : nat) (alpha : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  (0 <= content) ->
  (z 1%nat = content - slope * INR (n - 1)) ->
  (forall k, inr k n -> k = 1%nat \/ z k = - slope * INR (n - k)) ->
  let p := entmax n alpha z in
  let distance := (n - 1)%nat in
  (p 1%nat > 0 <-> Sum distance (fun k => pw (Rmax 0 ((alpha - 1) * ((slope * INR k) - content))) (/ (alpha - 1))) < 1).

Definition alibi_radius_attained__reached__defined : Prop :=
  forall (n : nat) (alpha : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  (0 <= content) ->
  (z 1%nat = content - slope * INR (n - 1)) ->
  (forall k, inr k n -> k = 1%nat \/ z k = - slope * INR (n - k)) ->
  let distance := (n - 1)%nat in
  ((inr 1%nat n) /\
  ((forall k, (1%nat <= k <= distance)%nat -> (alpha - 1) <> 0)) /\
  ((forall k, (1%nat <= k <= distance)%nat -> (0 < Rmax 0 ((alpha - 1) * ((slope * INR k) - content)) \/ Rmax 0 ((alpha - 1) * ((slope * INR k) - content)) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition alibi_softmax__inhabited : Prop :=
  exists (n : nat) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat /\
  (0 < slope) /\
  (0 <= content) /\
  ((forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content))).

Definition alibi_softmax__positive : Prop :=
  forall (n : nat) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (0 < slope) ->
  (0 <= content) ->
  let p := softmax n z in
  (forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content)) ->
  forall k, inr k n ->
  p k > 0.

Definition alibi_softmax__decay : Prop :=
  forall (n : nat) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (0 < slope) ->
  (0 <= content) ->
  let p := softmax n z in
  (forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content)) ->
  forall k, inr k n ->
  p k <= ((1 - exp (- slope)) * exp (content - (slope * (INR n - INR k))) / (1 - exp (- (slope * INR n)))).

Definition alibi_softmax__decay__defined : Prop :=
  forall (n : nat) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (0 < slope) ->
  (0 <= content) ->
  ((forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content)) ->
  forall k, inr k n ->
  ((1 - exp (- (slope * INR n))) <> 0)).

Definition alibi_scale__inhabited : Prop :=
  exists (n : nat) (alpha : R) (theta : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < theta) /\
  (0 < slope) /\
  (0 <= content) /\
  ((forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content))).

Definition alibi_scale__scaled : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (0 < slope) ->
  (0 <= content) ->
  let p := entmax n alpha (fun i => theta * z i) in
  let distance := (n - 1)%nat in
  (forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content)) ->
  ((INR distance * slope) >= (content + (1 / (theta * (alpha - 1)))) -> p 1%nat = 0).

Definition alibi_scale__scaled__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (0 < slope) ->
  (0 <= content) ->
  let distance := (n - 1)%nat in
  ((forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content)) ->
  (theta <> 0) /\
  ((alpha - 1) <> 0) /\
  (((INR distance * slope) >= (content + (1 / (theta * (alpha - 1)))) -> inr 1%nat n))).

Definition alibi_scale__added : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (0 < slope) ->
  (0 <= content) ->
  let r := entmax n alpha (fun i => theta * (z i + slope * INR (n - i)) - slope * INR (n - i)) in
  let distance := (n - 1)%nat in
  (forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content)) ->
  ((INR distance * slope) >= ((/ (alpha - 1)) + (content * theta)) -> r 1%nat = 0).

Definition alibi_scale__added__defined : Prop :=
  forall (n : nat) (alpha : R) (theta : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < theta) ->
  (0 < slope) ->
  (0 <= content) ->
  let distance := (n - 1)%nat in
  ((forall l, inr l n -> (forall k, inr k n -> ((slope * (INR n - INR k)) + z k - z l - (slope * (INR n - INR l))) <= content)) ->
  ((alpha - 1) <> 0) /\
  (((INR distance * slope) >= ((/ (alpha - 1)) + (content * theta)) -> inr 1%nat n))).

Definition alibi_two_sided__inhabited : Prop :=
  exists (distance : nat) (alpha : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= distance)%nat /\
  (1 < alpha) /\
  (0 < slope) /\
  (0 <= content) /\
  (z 1%nat = content - slope * INR distance) /\
  (forall k, (2 <= k <= 2 * distance + 1)%nat -> z k = - slope * Rabs (INR distance + 1 - INR k)) /\
  True.

Definition alibi_two_sided__reached : Prop :=
  forall (distance : nat) (alpha : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= distance)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  (0 <= content) ->
  (z 1%nat = content - slope * INR distance) ->
  (forall k, (2 <= k <= 2 * distance + 1)%nat -> z k = - slope * Rabs (INR distance + 1 - INR k)) ->
  let p := entmax (2 * distance + 1) alpha z in
  (p 1%nat > 0 <-> (pw (Rmax 0 ((alpha - 1) * ((INR distance * slope) - content))) (/ (alpha - 1)) + (2 * Sum (distance - 1%nat)%nat (fun k => pw (Rmax 0 ((alpha - 1) * ((slope * INR k) - content))) (/ (alpha - 1))))) < 1).

Definition alibi_two_sided__reached__defined : Prop :=
  forall (distance : nat) (alpha : R) (slope : R) (content : R) (z : nat -> R),
  (1 <= distance)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  (0 <= content) ->
  (z 1%nat = content - slope * INR distance) ->
  (forall k, (2 <= k <= 2 * distance + 1)%nat -> z k = - slope * Rabs (INR distance + 1 - INR k)) ->
  ((inr 1%nat (2 * distance + 1)) /\
  ((alpha - 1) <> 0) /\
  ((0 < Rmax 0 ((alpha - 1) * ((INR distance * slope) - content)) \/ Rmax 0 ((alpha - 1) * ((INR distance * slope) - content)) = 0 /\ 0 < (/ (alpha - 1)))) /\
  ((1%nat <= distance)%nat) /\
  ((forall k, (1%nat <= k <= (distance - 1%nat)%nat)%nat -> (alpha - 1) <> 0)) /\
  ((forall k, (1%nat <= k <= (distance - 1%nat)%nat)%nat -> (0 < Rmax 0 ((alpha - 1) * ((slope * INR k) - content)) \/ Rmax 0 ((alpha - 1) * ((slope * INR k) - content)) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition rotary_returns__inhabited : Prop :=
  exists (n : nat) (alpha : R) (bands : nat) (cells : nat) (frequency : nat -> R) (amplitude : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (1 <= bands)%nat /\
  (1 <= cells)%nat /\
  (forall f, inr f bands -> 0 <= amplitude f) /\
  True.

Definition rotary_returns__returns : Prop :=
  forall (n : nat) (alpha : R) (bands : nat) (cells : nat) (frequency : nat -> R) (amplitude : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= bands)%nat ->
  (1 <= cells)%nat ->
  (forall f, inr f bands -> 0 <= amplitude f) ->
  let reach := Sum bands amplitude in
  let z := fun k => Sum bands (fun f => amplitude f * cos (frequency f * INR (k - 1))) in
  let z_max := Largest n z in
  Sum n (fun k => (if Rle_dec (z_max - (2 * reach * (PI ^ 2) / (INR cells ^ 2))) (z k) then 1 else 0)) >= (INR n * (/ (INR cells ^ bands))).

Definition rotary_returns__returns__defined : Prop :=
  forall (n : nat) (alpha : R) (bands : nat) (cells : nat) (frequency : nat -> R) (amplitude : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= bands)%nat ->
  (1 <= cells)%nat ->
  (forall f, inr f bands -> 0 <= amplitude f) ->
  (((forall k, (1%nat <= k <= n)%nat -> (INR cells ^ 2) <> 0)) /\
  (INR cells <> 0)).

Definition rotary_returns__peak : Prop :=
  forall (n : nat) (alpha : R) (bands : nat) (cells : nat) (frequency : nat -> R) (amplitude : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= bands)%nat ->
  (1 <= cells)%nat ->
  (forall f, inr f bands -> 0 <= amplitude f) ->
  let reach := Sum bands amplitude in
  let z := fun k => Sum bands (fun f => amplitude f * cos (frequency f * INR (k - 1))) in
  let p := entmax n alpha z in
  let p_max := Largest n p in
  pw p_max (alpha - 1) <= (pw ((INR cells ^ bands) / INR n) (alpha - 1) + (2 * reach * (PI ^ 2) * (alpha - 1) / (INR cells ^ 2))).

Definition rotary_returns__peak__defined : Prop :=
  forall (n : nat) (alpha : R) (bands : nat) (cells : nat) (frequency : nat -> R) (amplitude : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= bands)%nat ->
  (1 <= cells)%nat ->
  (forall f, inr f bands -> 0 <= amplitude f) ->
  let z := fun k => Sum bands (fun f => amplitude f * cos (frequency f * INR (k - 1))) in
  let p := entmax n alpha z in
  let p_max := Largest n p in
  (((0 < p_max \/ p_max = 0 /\ 0 < (alpha - 1))) /\
  (INR n <> 0) /\
  ((0 < ((INR cells ^ bands) / INR n) \/ ((INR cells ^ bands) / INR n) = 0 /\ 0 < (alpha - 1))) /\
  ((INR cells ^ 2) <> 0)).

Definition rotary_returns__entropy : Prop :=
  forall (n : nat) (alpha : R) (bands : nat) (cells : nat) (frequency : nat -> R) (amplitude : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= bands)%nat ->
  (1 <= cells)%nat ->
  (forall f, inr f bands -> 0 <= amplitude f) ->
  let reach := Sum bands amplitude in
  let z := fun k => Sum bands (fun f => amplitude f * cos (frequency f * INR (k - 1))) in
  let p := entmax n alpha z in
  Sum n (fun i => (- (p i * ln (p i)))) >= (- (ln (pw ((INR cells ^ bands) / INR n) (alpha - 1) + (2 * reach * (PI ^ 2) * (alpha - 1) / (INR cells ^ 2))) / (alpha - 1))).

Definition rotary_returns__entropy__defined : Prop :=
  forall (n : nat) (alpha : R) (bands : nat) (cells : nat) (frequency : nat -> R) (amplitude : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (1 <= bands)%nat ->
  (1 <= cells)%nat ->
  (forall f, inr f bands -> 0 <= amplitude f) ->
  let reach := Sum bands amplitude in
  let z := fun k => Sum bands (fun f => amplitude f * cos (frequency f * INR (k - 1))) in
  let p := entmax n alpha z in
  (((forall i, (1%nat <= i <= n)%nat -> 0 <= p i)) /\
  (INR n <> 0) /\
  ((0 < ((INR cells ^ bands) / INR n) \/ ((INR cells ^ bands) / INR n) = 0 /\ 0 < (alpha - 1))) /\
  ((INR cells ^ 2) <> 0) /\
  (0 < (pw ((INR cells ^ bands) / INR n) (alpha - 1) + (2 * reach * (PI ^ 2) * (alpha - 1) / (INR cells ^ 2)))) /\
  ((alpha - 1) <> 0)).

Definition rotary_cut_off__inhabited : Prop :=
  exists (n : nat) (alpha : R) (amplitude : R) (frequency : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < amplitude) /\
  (0 < frequency) /\
  (- ((alpha - 1) * amplitude) <= threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1)))) /\
  True.

Definition rotary_cut_off__within : Prop :=
  forall (n : nat) (alpha : R) (amplitude : R) (frequency : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < amplitude) ->
  (0 < frequency) ->
  (- ((alpha - 1) * amplitude) <= threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1)))) ->
  let p := entmax n alpha (fun i => amplitude * cos (frequency * (INR i - 1))) in
  let tau := threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1))) in
  forall k, inr k n ->
  ((frequency * (INR k - 1)) < acos (tau / (amplitude * (alpha - 1))) -> p k > 0).

Definition rotary_cut_off__within__defined : Prop :=
  forall (n : nat) (alpha : R) (amplitude : R) (frequency : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < amplitude) ->
  (0 < frequency) ->
  (- ((alpha - 1) * amplitude) <= threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1)))) ->
  let tau := threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1))) in
  (forall k, inr k n ->
  (amplitude <> 0) /\
  ((alpha - 1) <> 0) /\
  (-1 <= (tau / (amplitude * (alpha - 1))) <= 1)).

Definition rotary_cut_off__beyond : Prop :=
  forall (n : nat) (alpha : R) (amplitude : R) (frequency : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < amplitude) ->
  (0 < frequency) ->
  (- ((alpha - 1) * amplitude) <= threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1)))) ->
  let p := entmax n alpha (fun i => amplitude * cos (frequency * (INR i - 1))) in
  let tau := threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1))) in
  forall k, inr k n ->
  ((acos (tau / (amplitude * (alpha - 1))) <= (frequency * (INR k - 1)) /\ (frequency * (INR k - 1)) <= ((2 * PI) - acos (tau / (amplitude * (alpha - 1))))) -> p k = 0).

Definition rotary_cut_off__beyond__defined : Prop :=
  forall (n : nat) (alpha : R) (amplitude : R) (frequency : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < amplitude) ->
  (0 < frequency) ->
  (- ((alpha - 1) * amplitude) <= threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1)))) ->
  let tau := threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1))) in
  (forall k, inr k n ->
  (amplitude <> 0) /\
  ((alpha - 1) <> 0) /\
  (-1 <= (tau / (amplitude * (alpha - 1))) <= 1) /\
  ((acos (tau / (amplitude * (alpha - 1))) <= (frequency * (INR k - 1)) -> amplitude <> 0)) /\
  ((acos (tau / (amplitude * (alpha - 1))) <= (frequency * (INR k - 1)) -> (alpha - 1) <> 0)) /\
  ((acos (tau / (amplitude * (alpha - 1))) <= (frequency * (INR k - 1)) -> -1 <= (tau / (amplitude * (alpha - 1))) <= 1))).

Definition rotary_cut_off__returns : Prop :=
  forall (n : nat) (alpha : R) (amplitude : R) (frequency : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < amplitude) ->
  (0 < frequency) ->
  (- ((alpha - 1) * amplitude) <= threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1)))) ->
  let p := entmax n alpha (fun i => amplitude * cos (frequency * (INR i - 1))) in
  let tau := threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1))) in
  forall k, inr k n ->
  (p k > 0 <-> Rabs ((frequency * (INR k - 1)) - (2 * PI * IZR (Int_part ((1 / 2) + (frequency * (INR k - 1) / (2 * PI)))))) < acos (tau / (amplitude * (alpha - 1)))).

Definition rotary_cut_off__returns__defined : Prop :=
  forall (n : nat) (alpha : R) (amplitude : R) (frequency : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < amplitude) ->
  (0 < frequency) ->
  (- ((alpha - 1) * amplitude) <= threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1)))) ->
  let tau := threshold n alpha (fun i => amplitude * cos (frequency * (INR i - 1))) in
  (forall k, inr k n ->
  (PI <> 0) /\
  (amplitude <> 0) /\
  ((alpha - 1) <> 0) /\
  (-1 <= (tau / (amplitude * (alpha - 1))) <= 1)).

Definition nope_beside_alibi__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (slope : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < slope) /\
  True.

Definition nope_beside_alibi__alibi : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (slope : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  let p := entmax n alpha (fun i => z i - slope * (INR n - INR i)) in
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  forall k, inr k n ->
  ((slope * (INR n - INR k)) >= (z_max + (/ (alpha - 1)) - z_min) -> p k = 0).

Definition nope_beside_alibi__alibi__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (slope : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  (forall k, inr k n ->
  ((alpha - 1) <> 0)).

Definition nope_beside_alibi__nope : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (slope : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  let r := entmax n alpha z in
  forall k, inr k n ->
  (r k = 1 <-> (forall l, inr l n -> ((l = k)%nat \/ z l <= (z k - (/ (alpha - 1)))))).

Definition nope_beside_alibi__nope__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (slope : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  (forall k, inr k n ->
  ((forall l, inr l n -> (~ ((l = k)%nat) -> (alpha - 1) <> 0)))).

Definition nope_beside_alibi__far : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (slope : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  let p := entmax n alpha (fun i => z i - slope * (INR n - INR i)) in
  let r := entmax n alpha z in
  forall k, inr k n ->
  (((forall l, inr l n -> ((l = k)%nat \/ z l <= (z k - (/ (alpha - 1))))) /\ (slope * (INR n - INR k)) >= ((/ (alpha - 1)) + z k - z n)) -> (p k = 0 /\ r k = 1)).

Definition nope_beside_alibi__far__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (slope : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  (forall k, inr k n ->
  ((forall l, inr l n -> (~ ((l = k)%nat) -> (alpha - 1) <> 0))) /\
  (((forall l, inr l n -> ((l = k)%nat \/ z l <= (z k - (/ (alpha - 1))))) -> (alpha - 1) <> 0))).

Definition nope_beside_alibi__equal : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (slope : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  let r := entmax n alpha z in
  forall k, inr k n ->
  forall l, inr l n ->
  (z k = z l -> r k = r l).

Definition nope_beside_alibi__nearer : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (slope : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < slope) ->
  let p := entmax n alpha (fun i => z i - slope * (INR n - INR i)) in
  forall k, inr k n ->
  forall l, inr l n ->
  (((k < l)%nat /\ p l > 0 /\ z k = z l) -> p k < p l).

Definition scale_in_gamma__inhabited : Prop :=
  exists (n : nat) (gamma : R) (gamma2 : R),
  (2 <= n)%nat /\
  (gamma <= gamma2).

Definition scale_in_gamma__monotone : Prop :=
  forall (n : nat) (gamma : R) (gamma2 : R),
  (2 <= n)%nat ->
  (gamma <= gamma2) ->
  ((n >= 3%nat)%nat -> pw (ln (INR n)) gamma <= pw (ln (INR n)) gamma2).

Definition scale_in_gamma__monotone__defined : Prop :=
  forall (n : nat) (gamma : R) (gamma2 : R),
  (2 <= n)%nat ->
  ((gamma <= gamma2) ->
  (((n >= 3%nat)%nat -> 0 < INR n)) /\
  (((n >= 3%nat)%nat -> (0 < ln (INR n) \/ ln (INR n) = 0 /\ 0 <= gamma))) /\
  (((n >= 3%nat)%nat -> (0 < ln (INR n) \/ ln (INR n) = 0 /\ 0 <= gamma2)))).

Definition scale_in_gamma__reversed : Prop :=
  forall (n : nat) (gamma : R) (gamma2 : R),
  (2 <= n)%nat ->
  (gamma <= gamma2) ->
  ((n = 2%nat)%nat -> pw (ln (INR n)) gamma >= pw (ln (INR n)) gamma2).

Definition scale_in_gamma__reversed__defined : Prop :=
  forall (n : nat) (gamma : R) (gamma2 : R),
  (2 <= n)%nat ->
  ((gamma <= gamma2) ->
  (((n = 2%nat)%nat -> 0 < INR n)) /\
  (((n = 2%nat)%nat -> (0 < ln (INR n) \/ ln (INR n) = 0 /\ 0 <= gamma))) /\
  (((n = 2%nat)%nat -> (0 < ln (INR n) \/ ln (INR n) = 0 /\ 0 <= gamma2)))).

Definition scale_of_one_token__inhabited : Prop :=
  exists (n : nat) (gamma : R) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= alpha) /\
  (0 < theta) /\
  ((n = 1%nat)%nat).

Definition scale_of_one_token__zero : Prop :=
  forall (n : nat) (gamma : R) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= alpha) ->
  (0 < theta) ->
  (n = 1%nat)%nat ->
  (gamma > 0 -> pw (ln (INR n)) gamma = 0).

Definition scale_of_one_token__zero__defined : Prop :=
  forall (n : nat) (gamma : R) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= alpha) ->
  (0 < theta) ->
  ((n = 1%nat)%nat ->
  ((gamma > 0 -> 0 < INR n)) /\
  ((gamma > 0 -> (0 < ln (INR n) \/ ln (INR n) = 0 /\ 0 <= gamma)))).

Definition scale_of_one_token__one : Prop :=
  forall (n : nat) (gamma : R) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= alpha) ->
  (0 < theta) ->
  (n = 1%nat)%nat ->
  (gamma = 0 -> pw (ln (INR n)) gamma = 1).

Definition scale_of_one_token__one__defined : Prop :=
  forall (n : nat) (gamma : R) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= alpha) ->
  (0 < theta) ->
  ((n = 1%nat)%nat ->
  ((gamma = 0 -> 0 < INR n)) /\
  ((gamma = 0 -> (0 < ln (INR n) \/ ln (INR n) = 0 /\ 0 <= gamma)))).

Definition scale_of_one_token__infinite : Prop :=
  forall (n : nat) (gamma : R) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= alpha) ->
  (0 < theta) ->
  (n = 1%nat)%nat ->
  (gamma < 0 -> pw (ln (INR n)) (- gamma) = 0).

Definition scale_of_one_token__infinite__defined : Prop :=
  forall (n : nat) (gamma : R) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= alpha) ->
  (0 < theta) ->
  ((n = 1%nat)%nat ->
  ((gamma < 0 -> 0 < INR n)) /\
  ((gamma < 0 -> (0 < ln (INR n) \/ ln (INR n) = 0 /\ 0 < (- gamma))))).

Definition scale_of_one_token__all : Prop :=
  forall (n : nat) (gamma : R) (alpha : R) (theta : R) (z : nat -> R),
  (1 <= alpha) ->
  (0 < theta) ->
  let p := entmax1 n alpha (fun i => theta * z i) in
  (n = 1%nat)%nat ->
  forall i, inr i n ->
  p i = 1.

Definition scale_log_n_plus_one__inhabited : Prop :=
  exists (n : nat) (gamma : R),
  (1 <= n)%nat /\
  True.

Definition scale_log_n_plus_one__positive : Prop :=
  forall (n : nat) (gamma : R),
  (1 <= n)%nat ->
  ln (1 + INR n) >= ln 2.

Definition scale_log_n_plus_one__positive__defined : Prop :=
  forall (n : nat) (gamma : R),
  (1 <= n)%nat ->
  ((0 < (1 + INR n)) /\
  (0 < 2)).

Definition scale_log_n_plus_one__power : Prop :=
  forall (n : nat) (gamma : R),
  (1 <= n)%nat ->
  pw (ln (1 + INR n)) gamma > 0.

Definition scale_log_n_plus_one__power__defined : Prop :=
  forall (n : nat) (gamma : R),
  (1 <= n)%nat ->
  ((0 < (1 + INR n)) /\
  ((0 < ln (1 + INR n) \/ ln (1 + INR n) = 0 /\ 0 <= gamma))).

Definition scale_log_n_plus_one__below_one : Prop :=
  forall (n : nat) (gamma : R),
  (1 <= n)%nat ->
  (ln (1 + INR n) < 1 <-> (n = 1%nat)%nat).

Definition scale_log_n_plus_one__below_one__defined : Prop :=
  forall (n : nat) (gamma : R),
  (1 <= n)%nat ->
  ((0 < (1 + INR n))).

Definition scale_log_n_plus_one__more : Prop :=
  forall (n : nat) (gamma : R),
  (1 <= n)%nat ->
  (ln (1 + INR n) - ln (INR n)) > 0.

Definition scale_log_n_plus_one__more__defined : Prop :=
  forall (n : nat) (gamma : R),
  (1 <= n)%nat ->
  ((0 < (1 + INR n)) /\
  (0 < INR n)).

Definition scale_log_n_plus_one__close : Prop :=
  forall (n : nat) (gamma : R),
  (1 <= n)%nat ->
  (ln (1 + INR n) - ln (INR n)) < (/ INR n).

Definition scale_log_n_plus_one__close__defined : Prop :=
  forall (n : nat) (gamma : R),
  (1 <= n)%nat ->
  ((0 < (1 + INR n)) /\
  (0 < INR n) /\
  (INR n <> 0)).

Definition scale_reductions__inhabited : Prop :=
  exists (n : nat) (offset : R) (strength : R) (gamma : R) (alpha : R) (z : nat -> R),
  (2 <= n)%nat /\
  (0 <= offset) /\
  (0 < strength) /\
  (1 <= alpha) /\
  True.

Definition scale_reductions__scalable : Prop :=
  forall (n : nat) (offset : R) (strength : R) (gamma : R) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 <= offset) ->
  (0 < strength) ->
  (1 <= alpha) ->
  let p := entmax1 n alpha (fun i => (offset + strength * pw (ln (INR n)) gamma) * z i) in
  forall i, inr i n ->
  ((alpha = 1 /\ offset = 0 /\ gamma = 1) -> p i = (pw (INR n) (strength * z i) / Sum n (fun j => pw (INR n) (strength * z j)))).

Definition scale_reductions__scalable__defined : Prop :=
  forall (n : nat) (offset : R) (strength : R) (gamma : R) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 <= offset) ->
  (0 < strength) ->
  (1 <= alpha) ->
  (forall i, inr i n ->
  (((alpha = 1 /\ offset = 0 /\ gamma = 1) -> (0 < INR n \/ INR n = 0 /\ 0 < (strength * z i)))) /\
  (((alpha = 1 /\ offset = 0 /\ gamma = 1) -> (forall j, (1%nat <= j <= n)%nat -> (0 < INR n \/ INR n = 0 /\ 0 < (strength * z j))))) /\
  (((alpha = 1 /\ offset = 0 /\ gamma = 1) -> Sum n (fun j => pw (INR n) (strength * z j)) <> 0))).

Definition scale_reductions__limit : Prop :=
  forall (n : nat) (offset : R) (strength : R) (gamma : R) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 <= offset) ->
  (0 < strength) ->
  (1 <= alpha) ->
  filterlim (fun strength => (offset + (strength * pw (ln (INR n)) gamma))) (at_right 0) (locally offset).

Definition scale_reductions__limit__defined : Prop :=
  forall (n : nat) (offset : R) (strength : R) (gamma : R) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 <= offset) ->
  (0 < strength) ->
  (1 <= alpha) ->
  (((exists eps : posreal, forall strength : R, 0 < strength < 0 + eps -> 0 < INR n)) /\
  ((exists eps : posreal, forall strength : R, 0 < strength < 0 + eps -> (0 < ln (INR n) \/ ln (INR n) = 0 /\ 0 <= gamma)))).

Definition scale_reductions__above : Prop :=
  forall (n : nat) (offset : R) (strength : R) (gamma : R) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 <= offset) ->
  (0 < strength) ->
  (1 <= alpha) ->
  (offset + (strength * pw (ln (INR n)) gamma)) > offset.

Definition scale_reductions__above__defined : Prop :=
  forall (n : nat) (offset : R) (strength : R) (gamma : R) (alpha : R) (z : nat -> R),
  (2 <= n)%nat ->
  (0 <= offset) ->
  (0 < strength) ->
  (1 <= alpha) ->
  ((0 < INR n) /\
  ((0 < ln (INR n) \/ ln (INR n) = 0 /\ 0 <= gamma))).

Definition scalable_softmax_margin__inhabited : Prop :=
  exists (n : nat) (strength : R) (gap : R) (z : nat -> R) (k : nat),
  (2 <= n)%nat /\
  (0 < strength) /\
  (0 < gap) /\
  (inr k n) /\
  ((forall l, inr l n -> ((l = k)%nat \/ z l <= (z k - gap)))).

Definition scalable_softmax_margin__weight : Prop :=
  forall (n : nat) (strength : R) (gap : R) (z : nat -> R) (k : nat),
  (2 <= n)%nat ->
  (0 < strength) ->
  (0 < gap) ->
  (inr k n) ->
  let p := softmax n (fun i => strength * ln (INR n) * z i) in
  (forall l, inr l n -> ((l = k)%nat \/ z l <= (z k - gap))) ->
  p k >= (/ (1 + (pw (INR n) (- (strength * gap)) * (INR n - 1)))).

Definition scalable_softmax_margin__weight__defined : Prop :=
  forall (n : nat) (strength : R) (gap : R) (z : nat -> R) (k : nat),
  (2 <= n)%nat ->
  (0 < strength) ->
  (0 < gap) ->
  (inr k n) ->
  ((forall l, inr l n -> ((l = k)%nat \/ z l <= (z k - gap))) ->
  ((0 < INR n \/ INR n = 0 /\ 0 < (- (strength * gap)))) /\
  ((1 + (pw (INR n) (- (strength * gap)) * (INR n - 1))) <> 0)).

Definition subgaussian_range__inhabited : Prop :=
  exists (n : nat) (deviation : R) (strength : R) (outcomes : nat) (chances : nat -> R) (X : nat -> nat -> R),
  (2 <= n)%nat /\
  (0 < deviation) /\
  (0 < strength) /\
  (simplex outcomes chances) /\
  (forall t i, inr i n -> Sum outcomes (fun o => chances o * exp (t * X o i)) <= exp (t ^ 2 * deviation ^ 2 / 2)) /\
  True.

Definition subgaussian_range__range : Prop :=
  forall (n : nat) (deviation : R) (strength : R) (outcomes : nat) (chances : nat -> R) (X : nat -> nat -> R),
  (2 <= n)%nat ->
  (0 < deviation) ->
  (0 < strength) ->
  (simplex outcomes chances) ->
  (forall t i, inr i n -> Sum outcomes (fun o => chances o * exp (t * X o i)) <= exp (t ^ 2 * deviation ^ 2 / 2)) ->
  let mean_range := Sum outcomes (fun o => chances o * (Largest n (fun i => X o i) - - Largest n (fun i => - X o i))) in
  mean_range <= (2 * deviation * pw 2 (1 / 2) * pw (ln (INR n)) (1 / 2)).

Definition subgaussian_range__range__defined : Prop :=
  forall (n : nat) (deviation : R) (strength : R) (outcomes : nat) (chances : nat -> R) (X : nat -> nat -> R),
  (2 <= n)%nat ->
  (0 < deviation) ->
  (0 < strength) ->
  (simplex outcomes chances) ->
  (forall t i, inr i n -> Sum outcomes (fun o => chances o * exp (t * X o i)) <= exp (t ^ 2 * deviation ^ 2 / 2)) ->
  (((0 < 2 \/ 2 = 0 /\ 0 < (1 / 2))) /\
  (0 < INR n) /\
  ((0 < ln (INR n) \/ ln (INR n) = 0 /\ 0 < (1 / 2)))).

Definition subgaussian_range__scaled : Prop :=
  forall (n : nat) (deviation : R) (strength : R) (outcomes : nat) (chances : nat -> R) (X : nat -> nat -> R),
  (2 <= n)%nat ->
  (0 < deviation) ->
  (0 < strength) ->
  (simplex outcomes chances) ->
  (forall t i, inr i n -> Sum outcomes (fun o => chances o * exp (t * X o i)) <= exp (t ^ 2 * deviation ^ 2 / 2)) ->
  let mean_range := Sum outcomes (fun o => chances o * (Largest n (fun i => X o i) - - Largest n (fun i => - X o i))) in
  (mean_range * strength * pw (ln (INR n)) (-1 / 2)) <= (2 * strength * deviation * pw 2 (1 / 2)).

Definition subgaussian_range__scaled__defined : Prop :=
  forall (n : nat) (deviation : R) (strength : R) (outcomes : nat) (chances : nat -> R) (X : nat -> nat -> R),
  (2 <= n)%nat ->
  (0 < deviation) ->
  (0 < strength) ->
  (simplex outcomes chances) ->
  (forall t i, inr i n -> Sum outcomes (fun o => chances o * exp (t * X o i)) <= exp (t ^ 2 * deviation ^ 2 / 2)) ->
  ((0 < INR n) /\
  ((0 < ln (INR n) \/ ln (INR n) = 0 /\ 0 < (-1 / 2))) /\
  ((0 < 2 \/ 2 = 0 /\ 0 < (1 / 2)))).

Definition sigmoid_structure__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (y : nat -> R) (shift : R),
  (1 <= n)%nat /\
  True.

Definition sigmoid_structure__positive : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R) (shift : R),
  (1 <= n)%nat ->
  let p := fun i => sigmoid (z i + shift) in
  forall k, inr k n ->
  p k > 0.

Definition sigmoid_structure__order : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R) (shift : R),
  (1 <= n)%nat ->
  let p := fun i => sigmoid (z i + shift) in
  forall i, inr i n ->
  forall j, inr j n ->
  (p i > p j <-> z i > z j).

Definition sigmoid_structure__alone : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R) (shift : R),
  (1 <= n)%nat ->
  let p := fun i => sigmoid (z i + shift) in
  let r := fun i => sigmoid (y i + shift) in
  forall i, inr i n ->
  forall j, inr j n ->
  (z i = y j -> p i = r j).

Definition sigmoid_slope__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (y : nat -> R) (shift : R),
  (1 <= n)%nat /\
  True.

Definition sigmoid_slope__formula : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R) (shift : R),
  (1 <= n)%nat ->
  let p := fun i => sigmoid (z i + shift) in
  let D := fun i j => Derive (fun t => sigmoid (z i + t * (if Nat.eq_dec i j then 1 else 0) + shift)) 0 in
  forall i, inr i n ->
  forall j, inr j n ->
  D i j = ((1 - p i) * p i * (if Nat.eq_dec i j then 1 else 0)).

Definition sigmoid_slope__formula__defined : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R) (shift : R),
  (1 <= n)%nat ->
  (forall i, inr i n ->
  forall j, inr j n ->
  (forall i j, inr i n -> inr j n -> ex_derive (fun t => sigmoid (z i + t * (if Nat.eq_dec i j then 1 else 0) + shift)) 0)).

Definition sigmoid_slope__lipschitz : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R) (shift : R),
  (1 <= n)%nat ->
  let p := fun i => sigmoid (z i + shift) in
  let r := fun i => sigmoid (y i + shift) in
  Sum n (fun i => ((p i - r i) ^ 2)) <= (Sum n (fun i => ((z i - y i) ^ 2)) / 16).

Definition sigmoid_length_bias__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (late : R),
  (1 <= n)%nat /\
  True.

Definition sigmoid_length_bias__odds : Prop :=
  forall (n : nat) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  let p := fun i => / (1 + INR n * exp (- z i)) in
  let r := fun i => / (1 + INR (S n) * exp (- append n z late i)) in
  forall k, inr k n ->
  ((1 + INR n) * (1 - p k) * r k) = (INR n * (1 - r k) * p k).

Definition sigmoid_length_bias__less : Prop :=
  forall (n : nat) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  let p := fun i => / (1 + INR n * exp (- z i)) in
  let r := fun i => / (1 + INR (S n) * exp (- append n z late i)) in
  forall k, inr k n ->
  r k < p k.

Definition rectified_linear__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat /\
  True.

Definition rectified_linear__order : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  let p := fun i => Rmax 0 (z i) in
  forall i, inr i n ->
  forall j, inr j n ->
  (z i >= z j -> p i >= p j).

Definition rectified_linear__alone : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  let p := fun i => Rmax 0 (z i) in
  let r := fun i => Rmax 0 (y i) in
  forall i, inr i n ->
  forall j, inr j n ->
  (z i = y j -> p i = r j).

Definition rectified_linear__lipschitz : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  let p := fun i => Rmax 0 (z i) in
  let r := fun i => Rmax 0 (y i) in
  Sum n (fun i => ((p i - r i) ^ 2)) <= Sum n (fun i => ((z i - y i) ^ 2)).

Definition stick_breaking__inhabited : Prop :=
  exists (n : nat) (z : nat -> R),
  (1 <= n)%nat /\
  True.

Definition stick_breaking__positive : Prop :=
  forall (n : nat) (z : nat -> R),
  (1 <= n)%nat ->
  let p := stick n z in
  forall k, inr k n ->
  p k > 0.

Definition stick_breaking__rest : Prop :=
  forall (n : nat) (z : nat -> R),
  (1 <= n)%nat ->
  let p := stick n z in
  Sum n (fun i => p i) = (1 - Prod n (fun j => (1 - (/ (1 + exp (- z j)))))).

Definition stick_breaking__rest__defined : Prop :=
  forall (n : nat) (z : nat -> R),
  (1 <= n)%nat ->
  (((forall j, (1%nat <= j <= n)%nat -> (1 + exp (- z j)) <> 0))).

Definition stick_breaking__sum : Prop :=
  forall (n : nat) (z : nat -> R),
  (1 <= n)%nat ->
  let p := stick n z in
  Sum n (fun i => p i) < 1.

Definition stick_breaking_joining__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (late : R) (place : nat),
  (1 <= n)%nat /\
  (1 <= place <= S n)%nat /\
  True.

Definition stick_breaking_joining__before : Prop :=
  forall (n : nat) (z : nat -> R) (late : R) (place : nat),
  (1 <= n)%nat ->
  (1 <= place <= S n)%nat ->
  let p := stick n z in
  let r := fun i => stick (S n) (insert place late z) (moved_on place i) in
  forall k, inr k n ->
  ((k < place)%nat -> r k = ((1 - (/ (1 + exp (- late)))) * p k)).

Definition stick_breaking_joining__before__defined : Prop :=
  forall (n : nat) (z : nat -> R) (late : R) (place : nat),
  (1 <= n)%nat ->
  (1 <= place <= S n)%nat ->
  (forall k, inr k n ->
  (((k < place)%nat -> (1 + exp (- late)) <> 0))).

Definition stick_breaking_joining__behind : Prop :=
  forall (n : nat) (z : nat -> R) (late : R) (place : nat),
  (1 <= n)%nat ->
  (1 <= place <= S n)%nat ->
  let p := stick n z in
  let r := fun i => stick (S n) (insert place late z) (moved_on place i) in
  forall k, inr k n ->
  ((k > (place - 1%nat)%nat)%nat -> r k = p k).

Definition stick_breaking_joining__behind__defined : Prop :=
  forall (n : nat) (z : nat -> R) (late : R) (place : nat),
  (1 <= n)%nat ->
  (1 <= place <= S n)%nat ->
  (forall k, inr k n ->
  ((1%nat <= place)%nat)).

Definition stick_breaking_joining__never_more : Prop :=
  forall (n : nat) (z : nat -> R) (late : R) (place : nat),
  (1 <= n)%nat ->
  (1 <= place <= S n)%nat ->
  let p := stick n z in
  let r := fun i => stick (S n) (insert place late z) (moved_on place i) in
  forall k, inr k n ->
  r k <= p k.

Definition stick_breaking_slope__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat /\
  True.

Definition stick_breaking_slope__formula : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  let p := stick n z in
  let D := fun i j => Derive (fun t => stick n (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0 in
  forall i, inr i n ->
  forall j, inr j n ->
  D i j = (((if Nat.eq_dec i j then 1 else 0) - (if le_dec i j then (/ (1 + exp (- z j))) else 0)) * p i).

Definition stick_breaking_slope__formula__defined : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (forall i, inr i n ->
  forall j, inr j n ->
  (((i <= j)%nat -> (1 + exp (- z j)) <> 0)) /\
  (forall i j, inr i n -> inr j n -> ex_derive (fun t => stick n (fun m => z m + t * (if Nat.eq_dec m j then 1 else 0)) i) 0)).

Definition stick_breaking_slope__lipschitz : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  let p := stick n z in
  let r := stick n y in
  Sum n (fun i => ((p i - r i) ^ 2)) <= (Sum n (fun i => ((z i - y i) ^ 2)) / 8).

Definition r_softmax_structure__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (level : R) (perm : nat -> nat) (shift : R),
  (1 <= n)%nat /\
  (0 <= level < 1) /\
  (permutes n perm) /\
  (exists i, inr i n /\ quantile n level z < z i) /\
  True.

Definition r_softmax_structure__order : Prop :=
  forall (n : nat) (z : nat -> R) (level : R) (perm : nat -> nat) (shift : R),
  (1 <= n)%nat ->
  (0 <= level < 1) ->
  (permutes n perm) ->
  (exists i, inr i n /\ quantile n level z < z i) ->
  let tau := quantile n level z in
  let p := shares n (fun i => Rmax 0 (z i - tau) * exp (z i)) in
  forall i, inr i n ->
  forall j, inr j n ->
  (z i >= z j -> p i >= p j).

Definition r_softmax_structure__moved : Prop :=
  forall (n : nat) (z : nat -> R) (level : R) (perm : nat -> nat) (shift : R),
  (1 <= n)%nat ->
  (0 <= level < 1) ->
  (permutes n perm) ->
  (exists i, inr i n /\ quantile n level z < z i) ->
  let tau := quantile n level z in
  let rho := quantile n level (fun i => z (perm i) + shift) in
  let p := shares n (fun i => Rmax 0 (z i - tau) * exp (z i)) in
  let r := shares n (fun i => Rmax 0 ((fun i => z (perm i) + shift) i - rho) * exp ((fun i => z (perm i) + shift) i)) in
  forall i, inr i n ->
  r i = p (perm i).

Definition r_softmax_structure__moved__defined : Prop :=
  forall (n : nat) (z : nat -> R) (level : R) (perm : nat -> nat) (shift : R),
  (1 <= n)%nat ->
  (0 <= level < 1) ->
  (permutes n perm) ->
  (exists i, inr i n /\ quantile n level z < z i) ->
  (forall i, inr i n ->
  (inr (perm i) n)).

Definition r_softmax_structure__quantile : Prop :=
  forall (n : nat) (z : nat -> R) (level : R) (perm : nat -> nat) (shift : R),
  (1 <= n)%nat ->
  (0 <= level < 1) ->
  (permutes n perm) ->
  (exists i, inr i n /\ quantile n level z < z i) ->
  let tau := quantile n level z in
  let rho := quantile n level (fun i => z (perm i) + shift) in
  rho = (shift + tau).

Definition budget_form__inhabited : Prop :=
  exists (n : nat) (kept : nat) (z : nat -> R) (tau : R) (r : nat -> R),
  (1 <= kept <= n)%nat /\
  (Sum n (budget tau z) = INR kept) /\
  (forall i, inr i n -> 0 <= r i <= 1) /\
  (Sum n r = INR kept) /\
  True.

Definition budget_form__found : Prop :=
  forall (n : nat) (kept : nat) (z : nat -> R) (r : nat -> R),
  (1 <= kept <= n)%nat ->
  (forall i, inr i n -> 0 <= r i <= 1) ->
  (Sum n r = INR kept) ->
  exists (tau : R),
  (Sum n (budget tau z) = INR kept).

Definition budget_form__nearest : Prop :=
  forall (n : nat) (kept : nat) (z : nat -> R) (tau : R) (r : nat -> R),
  (1 <= kept <= n)%nat ->
  (Sum n (budget tau z) = INR kept) ->
  (forall i, inr i n -> 0 <= r i <= 1) ->
  (Sum n r = INR kept) ->
  let p := budget tau z in
  Sum n (fun i => ((p i - z i) ^ 2)) <= Sum n (fun i => ((r i - z i) ^ 2)).

Definition budget_structure__inhabited : Prop :=
  exists (n : nat) (kept : nat) (z : nat -> R) (tau : R) (perm : nat -> nat) (shift : R) (rho : R),
  (1 <= kept <= n)%nat /\
  (Sum n (budget tau z) = INR kept) /\
  (permutes n perm) /\
  (Sum n (budget rho (fun i => z (perm i) + shift)) = INR kept) /\
  True.

Definition budget_structure__found : Prop :=
  forall (n : nat) (kept : nat) (z : nat -> R) (perm : nat -> nat) (shift : R),
  (1 <= kept <= n)%nat ->
  (permutes n perm) ->
  exists (tau : R) (rho : R),
  (Sum n (budget tau z) = INR kept) /\
  (Sum n (budget rho (fun i => z (perm i) + shift)) = INR kept).

Definition budget_structure__order : Prop :=
  forall (n : nat) (kept : nat) (z : nat -> R) (tau : R) (perm : nat -> nat) (shift : R) (rho : R),
  (1 <= kept <= n)%nat ->
  (Sum n (budget tau z) = INR kept) ->
  (permutes n perm) ->
  (Sum n (budget rho (fun i => z (perm i) + shift)) = INR kept) ->
  let p := budget tau z in
  forall i, inr i n ->
  forall j, inr j n ->
  (z i >= z j -> p i >= p j).

Definition budget_structure__moved : Prop :=
  forall (n : nat) (kept : nat) (z : nat -> R) (tau : R) (perm : nat -> nat) (shift : R) (rho : R),
  (1 <= kept <= n)%nat ->
  (Sum n (budget tau z) = INR kept) ->
  (permutes n perm) ->
  (Sum n (budget rho (fun i => z (perm i) + shift)) = INR kept) ->
  let p := budget tau z in
  let r := budget rho (fun i => z (perm i) + shift) in
  forall i, inr i n ->
  r i = p (perm i).

Definition budget_structure__moved__defined : Prop :=
  forall (n : nat) (kept : nat) (z : nat -> R) (tau : R) (perm : nat -> nat) (shift : R) (rho : R),
  (1 <= kept <= n)%nat ->
  (Sum n (budget tau z) = INR kept) ->
  (permutes n perm) ->
  (Sum n (budget rho (fun i => z (perm i) + shift)) = INR kept) ->
  (forall i, inr i n ->
  (inr (perm i) n)).

Definition budget_joining__inhabited : Prop :=
  exists (n : nat) (kept : nat) (z : nat -> R) (tau : R) (late : R) (rho : R),
  (1 <= kept <= n)%nat /\
  (Sum n (budget tau z) = INR kept) /\
  (Sum (S n) (budget rho (append n z late)) = INR kept) /\
  True.

Definition budget_joining__found : Prop :=
  forall (n : nat) (kept : nat) (z : nat -> R) (late : R),
  (1 <= kept <= n)%nat ->
  exists (tau : R) (rho : R),
  (Sum n (budget tau z) = INR kept) /\
  (Sum (S n) (budget rho (append n z late)) = INR kept).

Definition budget_joining__never_more : Prop :=
  forall (n : nat) (kept : nat) (z : nat -> R) (tau : R) (late : R) (rho : R),
  (1 <= kept <= n)%nat ->
  (Sum n (budget tau z) = INR kept) ->
  (Sum (S n) (budget rho (append n z late)) = INR kept) ->
  let p := budget tau z in
  let r := budget rho (append n z late) in
  forall k, inr k n ->
  r k <= p k.

Definition budget_joining__unchanged : Prop :=
  forall (n : nat) (kept : nat) (z : nat -> R) (tau : R) (late : R) (rho : R),
  (1 <= kept <= n)%nat ->
  (Sum n (budget tau z) = INR kept) ->
  (Sum (S n) (budget rho (append n z late)) = INR kept) ->
  let p := budget tau z in
  let r := budget rho (append n z late) in
  forall k, inr k n ->
  (late <= tau -> r k = p k).

Definition budget_lipschitz__inhabited : Prop :=
  exists (n : nat) (kept : nat) (z : nat -> R) (tau : R) (y : nat -> R) (rho : R),
  (1 <= kept <= n)%nat /\
  (Sum n (budget tau z) = INR kept) /\
  (Sum n (budget rho y) = INR kept) /\
  True.

Definition budget_lipschitz__found : Prop :=
  forall (n : nat) (kept : nat) (z : nat -> R) (y : nat -> R),
  (1 <= kept <= n)%nat ->
  exists (tau : R) (rho : R),
  (Sum n (budget tau z) = INR kept) /\
  (Sum n (budget rho y) = INR kept).

Definition budget_lipschitz__lipschitz : Prop :=
  forall (n : nat) (kept : nat) (z : nat -> R) (tau : R) (y : nat -> R) (rho : R),
  (1 <= kept <= n)%nat ->
  (Sum n (budget tau z) = INR kept) ->
  (Sum n (budget rho y) = INR kept) ->
  let p := budget tau z in
  let r := budget rho y in
  Sum n (fun i => ((p i - r i) ^ 2)) <= Sum n (fun i => ((z i - y i) ^ 2)).

Definition top_k_joining__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (kept : nat) (late : R) (place : nat),
  (1 <= n)%nat /\
  (1 <= kept)%nat /\
  (1 <= place <= S n)%nat /\
  True.

Definition top_k_joining__never_more : Prop :=
  forall (n : nat) (z : nat -> R) (kept : nat) (late : R) (place : nat),
  (1 <= n)%nat ->
  (1 <= kept)%nat ->
  (1 <= place <= S n)%nat ->
  let p := top_k n kept z in
  let r := fun i => top_k (S n) kept (insert place late z) (moved_on place i) in
  forall i, inr i n ->
  r i <= p i.

Definition top_k_joining__unchanged : Prop :=
  forall (n : nat) (z : nat -> R) (kept : nat) (late : R) (place : nat),
  (1 <= n)%nat ->
  (1 <= kept)%nat ->
  (1 <= place <= S n)%nat ->
  let p := top_k n kept z in
  let r := fun i => top_k (S n) kept (insert place late z) (moved_on place i) in
  forall i, inr i n ->
  (Sum n (fun j => (if Rlt_dec late (z j) then 1 else 0)) > (INR kept - 1) -> r i = p i).

Definition normmax_form__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (tau : R) (r : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (mass n (alpha / (alpha - 1)) z tau = 1) /\
  (simplex n r) /\
  True.

Definition normmax_form__found : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (simplex n r) ->
  exists (tau : R),
  (mass n (alpha / (alpha - 1)) z tau = 1).

Definition normmax_form__optimal : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (tau : R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (mass n (alpha / (alpha - 1)) z tau = 1) ->
  (simplex n r) ->
  let p := shares n (fun i => pw (Rmax 0 (z i - tau)) (/ (alpha - 1))) in
  (Sum n (fun i => (z i * r i)) - pw (Sum n (fun i => pw (r i) alpha)) (/ alpha)) <= (Sum n (fun i => (z i * p i)) - pw (Sum n (fun i => pw (p i) alpha)) (/ alpha)).

Definition normmax_form__optimal__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (tau : R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (mass n (alpha / (alpha - 1)) z tau = 1) ->
  (simplex n r) ->
  let p := shares n (fun i => pw (Rmax 0 (z i - tau)) (/ (alpha - 1))) in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < r i \/ r i = 0 /\ 0 < alpha))) /\
  (alpha <> 0) /\
  ((0 < Sum n (fun i => pw (r i) alpha) \/ Sum n (fun i => pw (r i) alpha) = 0 /\ 0 < (/ alpha))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  ((0 < Sum n (fun i => pw (p i) alpha) \/ Sum n (fun i => pw (p i) alpha) = 0 /\ 0 < (/ alpha)))).

Definition normmax_form__value : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (tau : R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (mass n (alpha / (alpha - 1)) z tau = 1) ->
  (simplex n r) ->
  let p := shares n (fun i => pw (Rmax 0 (z i - tau)) (/ (alpha - 1))) in
  (Sum n (fun i => (z i * p i)) - pw (Sum n (fun i => pw (p i) alpha)) (/ alpha)) = tau.

Definition normmax_form__value__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (tau : R) (r : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (mass n (alpha / (alpha - 1)) z tau = 1) ->
  (simplex n r) ->
  let p := shares n (fun i => pw (Rmax 0 (z i - tau)) (/ (alpha - 1))) in
  (((forall i, (1%nat <= i <= n)%nat -> (0 < p i \/ p i = 0 /\ 0 < alpha))) /\
  (alpha <> 0) /\
  ((0 < Sum n (fun i => pw (p i) alpha) \/ Sum n (fun i => pw (p i) alpha) = 0 /\ 0 < (/ alpha)))).

Definition normmax_structure__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (tau : R) (perm : nat -> nat) (shift : R) (rho : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (mass n (alpha / (alpha - 1)) z tau = 1) /\
  (permutes n perm) /\
  (mass n (alpha / (alpha - 1)) (fun i => z (perm i) + shift) rho = 1) /\
  True.

Definition normmax_structure__found : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (perm : nat -> nat) (shift : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (permutes n perm) ->
  exists (tau : R) (rho : R),
  (mass n (alpha / (alpha - 1)) z tau = 1) /\
  (mass n (alpha / (alpha - 1)) (fun i => z (perm i) + shift) rho = 1).

Definition normmax_structure__sum : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (tau : R) (perm : nat -> nat) (shift : R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (mass n (alpha / (alpha - 1)) z tau = 1) ->
  (permutes n perm) ->
  (mass n (alpha / (alpha - 1)) (fun i => z (perm i) + shift) rho = 1) ->
  let p := shares n (fun i => pw (Rmax 0 (z i - tau)) (/ (alpha - 1))) in
  Sum n (fun i => p i) = 1.

Definition normmax_structure__order : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (tau : R) (perm : nat -> nat) (shift : R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (mass n (alpha / (alpha - 1)) z tau = 1) ->
  (permutes n perm) ->
  (mass n (alpha / (alpha - 1)) (fun i => z (perm i) + shift) rho = 1) ->
  let p := shares n (fun i => pw (Rmax 0 (z i - tau)) (/ (alpha - 1))) in
  forall i, inr i n ->
  forall j, inr j n ->
  (z i >= z j -> p i >= p j).

Definition normmax_structure__moved : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (tau : R) (perm : nat -> nat) (shift : R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (mass n (alpha / (alpha - 1)) z tau = 1) ->
  (permutes n perm) ->
  (mass n (alpha / (alpha - 1)) (fun i => z (perm i) + shift) rho = 1) ->
  let p := shares n (fun i => pw (Rmax 0 (z i - tau)) (/ (alpha - 1))) in
  let r := shares n (fun i => pw (Rmax 0 ((fun i => z (perm i) + shift) i - rho)) (/ (alpha - 1))) in
  forall i, inr i n ->
  r i = p (perm i).

Definition normmax_structure__moved__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (tau : R) (perm : nat -> nat) (shift : R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (mass n (alpha / (alpha - 1)) z tau = 1) ->
  (permutes n perm) ->
  (mass n (alpha / (alpha - 1)) (fun i => z (perm i) + shift) rho = 1) ->
  (forall i, inr i n ->
  (inr (perm i) n)).

Definition normmax_structure__threshold : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (tau : R) (perm : nat -> nat) (shift : R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (mass n (alpha / (alpha - 1)) z tau = 1) ->
  (permutes n perm) ->
  (mass n (alpha / (alpha - 1)) (fun i => z (perm i) + shift) rho = 1) ->
  rho = (shift + tau).

Definition normmax_joining__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (tau : R) (late : R) (rho : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (mass n (alpha / (alpha - 1)) z tau = 1) /\
  (mass (S n) (alpha / (alpha - 1)) (append n z late) rho = 1) /\
  True.

Definition normmax_joining__found : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (late : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  exists (tau : R) (rho : R),
  (mass n (alpha / (alpha - 1)) z tau = 1) /\
  (mass (S n) (alpha / (alpha - 1)) (append n z late) rho = 1).

Definition normmax_joining__unchanged : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (tau : R) (late : R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (mass n (alpha / (alpha - 1)) z tau = 1) ->
  (mass (S n) (alpha / (alpha - 1)) (append n z late) rho = 1) ->
  let p := shares n (fun i => pw (Rmax 0 (z i - tau)) (/ (alpha - 1))) in
  let r := shares (S n) (fun i => pw (Rmax 0 (append n z late i - rho)) (/ (alpha - 1))) in
  forall k, inr k n ->
  (late <= tau -> r k = p k).

Definition normmax_joining__threshold : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (tau : R) (late : R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (mass n (alpha / (alpha - 1)) z tau = 1) ->
  (mass (S n) (alpha / (alpha - 1)) (append n z late) rho = 1) ->
  (rho > tau <-> late > tau).

Definition normmax_lipschitz__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (tau : R) (y : nat -> R) (rho : R),
  (1 <= n)%nat /\
  (mass n 2 z tau = 1) /\
  (mass n 2 y rho = 1) /\
  True.

Definition normmax_lipschitz__found : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  exists (tau : R) (rho : R),
  (mass n 2 z tau = 1) /\
  (mass n 2 y rho = 1).

Definition normmax_lipschitz__lipschitz : Prop :=
  forall (n : nat) (z : nat -> R) (tau : R) (y : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (mass n 2 z tau = 1) ->
  (mass n 2 y rho = 1) ->
  let p := shares n (fun i => Rmax 0 (z i - tau)) in
  let r := shares n (fun i => Rmax 0 (y i - rho)) in
  Sum n (fun i => ((p i - r i) ^ 2)) <= ((INR n ^ 2) * Sum n (fun i => ((z i - y i) ^ 2))).

Definition self_adjust_order__inhabited : Prop :=
  exists (n : nat) (z : nat -> R),
  (1 <= n)%nat /\
  (exists i, inr i n /\ z i <> 0) /\
  True.

Definition self_adjust_order__order : Prop :=
  forall (n : nat) (z : nat -> R),
  (1 <= n)%nat ->
  (exists i, inr i n /\ z i <> 0) ->
  let z_max := Largest n z in
  let z_min := - Largest n (fun i => - z i) in
  let p := fun i => (z i - Rmin 0 z_min) / (Rmax 0 z_max - Rmin 0 z_min) * softmax n z i in
  forall i, inr i n ->
  forall j, inr j n ->
  (p i > p j <-> z i > z j).

Definition adaptive_temperature_lipschitz__inhabited : Prop :=
  exists (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat /\
  True.

Definition adaptive_temperature_lipschitz__lipschitz : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  let p := softmax n (fun i => adaptive_scale n z * z i) in
  let r := softmax n (fun i => adaptive_scale n y * y i) in
  Sum n (fun i => ((p i - r i) ^ 2)) <= ((((5 / 4) + (3 * (ln (INR n) ^ 2)) + (12 * exp (-2))) ^ 2) * Sum n (fun i => ((z i - y i) ^ 2))).

Definition adaptive_temperature_lipschitz__lipschitz__defined : Prop :=
  forall (n : nat) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  ((0 < INR n)).

Definition residual_identity__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (rho < (alpha - 1) * Largest n z) /\
  True.

Definition residual_identity__error : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let p := entmax n alpha z in
  let r := fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1)) in
  Sum n (fun i => Rabs (p i - r i)) = Rabs (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1).

Definition residual_identity__error__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  (((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition residual_identity__renormalised : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let p := entmax n alpha z in
  let r := fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1)) in
  Sum n (fun i => Rabs (p i - (r i / Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1)))))) <= (2 * Rabs (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1)))).

Definition residual_identity__renormalised__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  (((forall i, (1%nat <= i <= n)%nat -> (forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1)))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))) /\
  (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) <> 0)).

Definition residual_identity__side : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  (rho < tau -> (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) > 0).

Definition residual_identity__side__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  (((rho < tau -> (forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))) /\
  ((rho < tau -> (forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))))).

Definition residual_identity__other_side : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  (rho > tau -> (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) < 0).

Definition residual_identity__other_side__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  (((rho > tau -> (forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))) /\
  ((rho > tau -> (forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))))).

Definition logit_rounding__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  (alpha <= 2).

Definition logit_rounding__error : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  let p := entmax1 n alpha z in
  let r := entmax1 n alpha y in
  let reach := Largest n (fun i => Rabs (y i - z i)) in
  (alpha <= 2) ->
  Sum n (fun i => Rabs (p i - r i)) <= (reach * pw (INR n) (alpha - 1)).

Definition logit_rounding__error__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (y : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  ((alpha <= 2) ->
  ((0 < INR n \/ INR n = 0 /\ 0 < (alpha - 1)))).

Definition certified_bracket__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (rho < (alpha - 1) * Largest n z) /\
  ((alpha - 1) * Largest n z - 1 <= rho) /\
  True.

Definition certified_bracket__above : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  let p := entmax n alpha z in
  let r := fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1)) in
  forall i, inr i n ->
  ((Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) >= 0 -> p i <= r i).

Definition certified_bracket__above__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  (forall i, inr i n ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition certified_bracket__below : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  let p := entmax n alpha z in
  let r := fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1)) in
  forall i, inr i n ->
  ((Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) <= 0 -> p i >= r i).

Definition certified_bracket__below__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  (forall i, inr i n ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition certified_bracket__zero : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  let p := entmax n alpha z in
  forall i, inr i n ->
  ((((alpha - 1) * z i) <= rho /\ (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) >= 0) -> p i = 0).

Definition certified_bracket__zero__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  (forall i, inr i n ->
  ((((alpha - 1) * z i) <= rho -> (forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))) /\
  ((((alpha - 1) * z i) <= rho -> (forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))))).

Definition certified_bracket__mass : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  let p := entmax n alpha z in
  forall i, inr i n ->
  ((((alpha - 1) * z i) > rho /\ (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) <= 0) -> p i > 0).

Definition certified_bracket__mass__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  (forall i, inr i n ->
  ((((alpha - 1) * z i) > rho -> (forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0))) /\
  ((((alpha - 1) * z i) > rho -> (forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))))).

Definition condition_number_exact__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat /\
  (1 < alpha) /\
  (simplex n p) /\
  (alpha <= 2).

Definition condition_number_exact__worst : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  let p_max := Largest n p in
  (alpha <= 2) ->
  (pw p_max (alpha - 1) * Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) / (alpha - 1)) <= ((p_max + (pw p_max (alpha - 1) * pw (INR n - 1) (alpha - 1) * (if Rlt_dec p_max 1 then pw (1 - p_max) (2 - alpha) else 0))) / (alpha - 1)).

Definition condition_number_exact__worst__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  let p_max := Largest n p in
  ((alpha <= 2) ->
  ((0 < p_max \/ p_max = 0 /\ 0 < (alpha - 1))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  ((alpha - 1) <> 0) /\
  ((0 < (INR n - 1) \/ (INR n - 1) = 0 /\ 0 < (alpha - 1))) /\
  ((p_max < 1 -> (0 < (1 - p_max) \/ (1 - p_max) = 0 /\ 0 < (2 - alpha))))).

Definition condition_number_exact__least : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  let p_max := Largest n p in
  (alpha <= 2) ->
  (pw p_max (alpha - 1) * Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) / (alpha - 1)) >= (/ (alpha - 1)).

Definition condition_number_exact__least__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R),
  (2 <= n)%nat ->
  (1 < alpha) ->
  (simplex n p) ->
  let p_max := Largest n p in
  ((alpha <= 2) ->
  ((0 < p_max \/ p_max = 0 /\ 0 < (alpha - 1))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  ((alpha - 1) <> 0)).

Definition support_decisions__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (rho < (alpha - 1) * Largest n z) /\
  ((alpha - 1) * Largest n z - 1 <= rho) /\
  True.

Definition support_decisions__kept : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  let tau := threshold n alpha z in
  let r := fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1)) in
  forall i, inr i n ->
  ((((alpha - 1) * z i) - tau) > Rabs (tau - rho) -> r i > 0).

Definition support_decisions__dropped : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  let tau := threshold n alpha z in
  let r := fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1)) in
  forall i, inr i n ->
  ((tau - ((alpha - 1) * z i)) >= Rabs (tau - rho) -> r i = 0).

Definition support_decisions__revived : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  let r := fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1)) in
  forall i, inr i n ->
  (p i = 0 -> r i <= pw (Rabs (tau - rho)) (/ (alpha - 1))).

Definition support_decisions__revived__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  (forall i, inr i n ->
  ((p i = 0 -> (alpha - 1) <> 0)) /\
  ((p i = 0 -> (0 < Rabs (tau - rho) \/ Rabs (tau - rho) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition support_decisions__lost : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  let r := fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1)) in
  forall i, inr i n ->
  (r i = 0 -> p i <= pw (Rabs (tau - rho)) (/ (alpha - 1))).

Definition support_decisions__lost__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha - 1) * Largest n z - 1 <= rho) ->
  let tau := threshold n alpha z in
  let r := fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1)) in
  (forall i, inr i n ->
  ((r i = 0 -> (alpha - 1) <> 0)) /\
  ((r i = 0 -> (0 < Rabs (tau - rho) \/ Rabs (tau - rho) = 0 /\ 0 < (/ (alpha - 1)))))).

Definition false_zeros__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (0 < epsilon) /\
  True.

Definition false_zeros__level : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < epsilon) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  forall i, inr i n ->
  (p i <= epsilon <-> (((alpha - 1) * z i) - tau) <= pw epsilon (alpha - 1)).

Definition false_zeros__level__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < epsilon) ->
  (forall i, inr i n ->
  ((0 < epsilon \/ epsilon = 0 /\ 0 < (alpha - 1)))).

Definition false_zeros__underflow : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < epsilon) ->
  let tau := threshold n alpha z in
  let r := fun i => if Rle_dec (entmax n alpha z i) epsilon then 0 else entmax n alpha z i in
  forall i, inr i n ->
  ((((alpha - 1) * z i) - tau) <= pw epsilon (alpha - 1) -> r i = 0).

Definition false_zeros__underflow__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (epsilon : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (0 < epsilon) ->
  (forall i, inr i n ->
  ((0 < epsilon \/ epsilon = 0 /\ 0 < (alpha - 1)))).

Definition bisection_steps__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  ((alpha - 1) * Largest n z - 1 <= rho <= (alpha - 1) * Largest n z) /\
  (alpha <= 2).

Definition bisection_steps__condition : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  ((alpha - 1) * Largest n z - 1 <= rho <= (alpha - 1) * Largest n z) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  let r := fun i => pw (Rmax 0 ((alpha - 1) * z i - rho)) (/ (alpha - 1)) in
  (alpha <= 2) ->
  Sum n (fun i => Rabs (p i - r i)) <= (INR n * Rabs (tau - rho) / (alpha - 1)).

Definition bisection_steps__condition__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  ((alpha - 1) * Largest n z - 1 <= rho <= (alpha - 1) * Largest n z) ->
  ((alpha <= 2) ->
  ((alpha - 1) <> 0)).

Definition bisection_steps__error__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (steps : nat),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (alpha <= 2).

Definition bisection_steps__error : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (steps : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := fun i => pw (Rmax 0 ((alpha - 1) * z i - halved steps (mass n (/ (alpha - 1)) (scaled alpha z)) ((alpha - 1) * Largest n z - 1) ((alpha - 1) * Largest n z - pw (INR n) (1 - alpha)))) (/ (alpha - 1)) in
  (alpha <= 2) ->
  Sum n (fun i => Rabs (p i - r i)) <= (INR n * (/ (2 ^ steps)) / (alpha - 1)).

Definition bisection_steps__error__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (steps : nat),
  (1 <= n)%nat ->
  (1 < alpha) ->
  ((alpha <= 2) ->
  (2 <> 0) /\
  ((alpha - 1) <> 0)).

Definition summation_error__inhabited : Prop :=
  exists (n : nat) (bits : nat) (emin : Z) (rnd : R -> R) (v : nat -> R) (t : tree),
  (1 <= n)%nat /\
  (1 <= bits)%nat /\
  (to_nearest (binary bits emin) rnd) /\
  (forall i, inr i n -> binary bits emin (v i)) /\
  (leaves t = seq 1 n /\ (levels t <= Nat.log2_up n)%nat) /\
  True.

Definition summation_error__found : Prop :=
  forall (n : nat) (bits : nat) (emin : Z) (rnd : R -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= bits)%nat ->
  (to_nearest (binary bits emin) rnd) ->
  (forall i, inr i n -> binary bits emin (v i)) ->
  exists (t : tree),
  (leaves t = seq 1 n /\ (levels t <= Nat.log2_up n)%nat).

Definition summation_error__sequential : Prop :=
  forall (n : nat) (bits : nat) (emin : Z) (rnd : R -> R) (v : nat -> R) (t : tree),
  (1 <= n)%nat ->
  (1 <= bits)%nat ->
  (to_nearest (binary bits emin) rnd) ->
  (forall i, inr i n -> binary bits emin (v i)) ->
  (leaves t = seq 1 n /\ (levels t <= Nat.log2_up n)%nat) ->
  let late := sum_in_order rnd n v in
  let roundoff := / 2 ^ bits in
  Rabs (late - Sum n (fun i => v i)) <= ((((1 + roundoff) ^ (n - 1%nat)%nat) - 1) * Sum n (fun i => Rabs (v i))).

Definition summation_error__sequential__defined : Prop :=
  forall (n : nat) (bits : nat) (emin : Z) (rnd : R -> R) (v : nat -> R) (t : tree),
  (1 <= n)%nat ->
  (1 <= bits)%nat ->
  (to_nearest (binary bits emin) rnd) ->
  (forall i, inr i n -> binary bits emin (v i)) ->
  (leaves t = seq 1 n /\ (levels t <= Nat.log2_up n)%nat) ->
  (((1%nat <= n)%nat)).

Definition summation_error__pairwise : Prop :=
  forall (n : nat) (bits : nat) (emin : Z) (rnd : R -> R) (v : nat -> R) (t : tree),
  (1 <= n)%nat ->
  (1 <= bits)%nat ->
  (to_nearest (binary bits emin) rnd) ->
  (forall i, inr i n -> binary bits emin (v i)) ->
  (leaves t = seq 1 n /\ (levels t <= Nat.log2_up n)%nat) ->
  let shift := sum_in_pairs rnd v t in
  let roundoff := / 2 ^ bits in
  Rabs (shift - Sum n (fun i => v i)) <= ((pw (1 + roundoff) (Sum n (fun k => (if Rlt_dec (2 ^ (k - 1%nat)%nat) (INR n) then 1 else 0))) - 1) * Sum n (fun i => Rabs (v i))).

Definition summation_error__pairwise__defined : Prop :=
  forall (n : nat) (bits : nat) (emin : Z) (rnd : R -> R) (v : nat -> R) (t : tree),
  (1 <= n)%nat ->
  (1 <= bits)%nat ->
  (to_nearest (binary bits emin) rnd) ->
  (forall i, inr i n -> binary bits emin (v i)) ->
  (leaves t = seq 1 n /\ (levels t <= Nat.log2_up n)%nat) ->
  let roundoff := / 2 ^ bits in
  (((forall k, (1%nat <= k <= n)%nat -> (1%nat <= k)%nat)) /\
  ((0 < (1 + roundoff) \/ (1 + roundoff) = 0 /\ 0 < Sum n (fun k => (if Rlt_dec (2 ^ (k - 1%nat)%nat) (INR n) then 1 else 0))))).

Definition vjp_mean_error__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (shift : R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  (simplex n p) /\
  True.

Definition vjp_mean_error__error : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (shift : R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  Sum n (fun i => (if Rlt_dec 0 (p i) then Rabs ((pw (p i) (2 - alpha) * (v i - (Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0))))) + (pw (p i) (2 - alpha) * (shift + (Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0))) - v i))) else 0)) = (Rabs shift * Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0))).

Definition vjp_mean_error__error__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R) (shift : R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> (forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha)))))).

(* Printed from the claims of entmax_oracle.theory by `entmax-oracle formal --print`. Do not edit.

   For each claim, `x` is the claim in its setting and `x__defined` says that nothing in it is asked for a value that it
   has not. For each theorem, `x__inhabited` says that there is something that it speaks of. *)
From Coq Require Import Reals List.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions.
Open Scope R_scope.

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
  (((forall l, inr l n -> (1%nat <= l)%nat)) /\
  ((forall l, inr l n -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
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
  (((forall l, inr l n -> (1%nat <= l)%nat)) /\
  ((forall l, inr l n -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
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
  (((forall l, inr l n -> (1%nat <= l)%nat)) /\
  ((forall l, inr l n -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  (alpha = 2) ->
  (INR size <> 0)).

Definition newton_lands_left__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (rho < (alpha - 1) * Largest n z) /\
  (alpha <= 2).

Definition newton_lands_left__left : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  let tau := threshold n alpha z in
  (alpha <= 2) ->
  (rho + ((alpha - 1) * (Sum n (fun i => pw (Rmax 0 (((alpha - 1) * z i) - rho)) (/ (alpha - 1))) - 1) / Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)))) <= tau.

Definition newton_lands_left__left__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (rho : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  (rho < (alpha - 1) * Largest n z) ->
  ((alpha <= 2) ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (((alpha - 1) * z i) - rho) \/ Rmax 0 (((alpha - 1) * z i) - rho) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (alpha - 1) <> 0))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (rho < ((alpha - 1) * z i) -> (0 < (((alpha - 1) * z i) - rho) \/ (((alpha - 1) * z i) - rho) = 0 /\ 0 < ((/ (alpha - 1)) - 1))))) /\
  (Sum n (fun i => (if Rlt_dec rho ((alpha - 1) * z i) then pw (((alpha - 1) * z i) - rho) ((/ (alpha - 1)) - 1) else 0)) <> 0)).

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

Definition own_logit__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  (shift >= 0).

Definition own_logit__own : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := entmax n alpha (fun i => if Nat.eq_dec i n then z i + shift else z i) in
  (shift >= 0) ->
  r n >= p n.

Definition own_logit__others : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (shift : R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let r := entmax n alpha (fun i => if Nat.eq_dec i n then z i + shift else z i) in
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
  (((forall l, inr l n -> inr 1%nat n)) /\
  ((forall l, inr l n -> (alpha - 1) <> 0)) /\
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
  (inr 2%nat n) /\
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
  ((theta <= eta) ->
  forall k, inr k n ->
  ((forall i, (1%nat <= i <= n)%nat -> (alpha - 1) <> 0)) /\
  ((forall i, (1%nat <= i <= n)%nat -> (0 < Rmax 0 (z i - z k) \/ Rmax 0 (z i - z k) = 0 /\ 0 < (/ (alpha - 1))))) /\
  ((0 < Sum n (fun i => pw (Rmax 0 (z i - z k)) (/ (alpha - 1))) \/ Sum n (fun i => pw (Rmax 0 (z i - z k)) (/ (alpha - 1))) = 0 /\ 0 < (1 - alpha))) /\
  ((alpha - 1) <> 0)).

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
  (((forall l, inr l n -> (1%nat <= l)%nat)) /\
  ((forall l, inr l n -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
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
  (((forall l, inr l n -> (1%nat <= l)%nat)) /\
  ((forall l, inr l n -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
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
  (((forall l, inr l n -> (1%nat <= l)%nat)) /\
  ((forall l, inr l n -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
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
  (((forall l, inr l n -> (1%nat <= l)%nat)) /\
  ((forall l, inr l n -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
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
  (((forall l, inr l n -> (1%nat <= l)%nat)) /\
  ((forall l, inr l n -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
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
  (((forall l, inr l n -> (1%nat <= l)%nat)) /\
  ((forall l, inr l n -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
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
  (((forall l, inr l n -> (1%nat <= l)%nat)) /\
  ((forall l, inr l n -> inr (Nat.max 1%nat (l - 1%nat)%nat) n))) /\
  ((forall l, inr l n -> ((l = 1%nat)%nat \/ z (Nat.max 1%nat (l - 1%nat)%nat) >= z l)) ->
  forall k, inr k n ->
  (inr (Nat.min (1%nat + k)%nat n) n) /\
  ((0 < INR k \/ INR k = 0 /\ 0 < (1 - alpha))) /\
  ((alpha - 1) <> 0)).

Definition jacobian__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  let tau := threshold n alpha z in
  ((alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau))).

Definition jacobian__formula : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  let D := entmax_derivative_in n alpha z in
  (alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau)) ->
  forall i, inr i n ->
  forall j, inr j n ->
  D i j = (((if Nat.eq_dec i j then 1 else 0) * (if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0)) - ((if Rlt_dec 0 (p i) then pw (p i) (2 - alpha) else 0) * (if Rlt_dec 0 (p j) then pw (p j) (2 - alpha) else 0) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))).

Definition jacobian__formula__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  ((alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau)) ->
  forall i, inr i n ->
  forall j, inr j n ->
  ((p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha)))) /\
  ((p j > 0 -> (0 < p j \/ p j = 0 /\ 0 < (2 - alpha)))) /\
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0)).

Definition jacobian_semidefinite__inhabited : Prop :=
  exists (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat /\
  (1 <= alpha) /\
  (simplex n p) /\
  True.

Definition jacobian_semidefinite__variance : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (Sum n (fun k => (if Rlt_dec 0 (p k) then ((v k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) = Sum n (fun i => (if Rlt_dec 0 (p i) then (((v i - (Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) ^ 2) * pw (p i) (2 - alpha)) else 0)).

Definition jacobian_semidefinite__variance__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> (forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0))) /\
  ((forall i, (1%nat <= i <= n)%nat -> (p i > 0 -> (0 < p i \/ p i = 0 /\ 0 < (2 - alpha)))))).

Definition jacobian_semidefinite__semidefinite : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (Sum n (fun k => (if Rlt_dec 0 (p k) then ((v k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) >= 0.

Definition jacobian_semidefinite__semidefinite__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0)).

Definition jacobian_semidefinite__kernel : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  ((Sum n (fun k => (if Rlt_dec 0 (p k) then ((v k ^ 2) * pw (p k) (2 - alpha)) else 0)) - ((Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) ^ 2) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) = 0 <-> (forall i, inr i n -> (forall j, inr j n -> (p i = 0 \/ p j = 0 \/ v i = v j)))).

Definition jacobian_semidefinite__kernel__defined : Prop :=
  forall (n : nat) (alpha : R) (p : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 <= alpha) ->
  (simplex n p) ->
  (((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0)).

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
  (((forall i, (1%nat <= i <= n)%nat -> 0 < p i)) /\
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
  (((forall i, (1%nat <= i <= n)%nat -> 0 < p i)) /\
  (0 < p_max)).

Definition gradient_mass__inhabited : Prop :=
  exists (n : nat) (layers : nat) (P : nat -> nat -> nat -> R),
  (1 <= n)%nat /\
  (row_stochastic n P layers) /\
  True.

Definition gradient_mass__mass : Prop :=
  forall (n : nat) (layers : nat) (P : nat -> nat -> nat -> R),
  (1 <= n)%nat ->
  (row_stochastic n P layers) ->
  let G := mat_prod n P layers in
  forall i, inr i n ->
  Sum n (fun j => G i j) = 1.

Definition sparse_paths__inhabited : Prop :=
  exists (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (fan : nat -> R) (last : nat),
  (1 <= n)%nat /\
  (row_stochastic n P layers) /\
  (inr last n) /\
  (forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) /\
  True.

Definition sparse_paths__count : Prop :=
  forall (n : nat) (layers : nat) (P : nat -> nat -> nat -> R) (fan : nat -> R) (last : nat),
  (1 <= n)%nat ->
  (row_stochastic n P layers) ->
  (inr last n) ->
  (forall l i, inr l layers -> inr i n -> INR (length (keys n (live P) l i)) <= fan l) ->
  let paths := length (paths n (live P) layers last) in
  INR paths <= Prod layers (fun l => fan l).

Definition read_out_gradient__inhabited : Prop :=
  exists (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat /\
  (1 < alpha) /\
  let tau := threshold n alpha z in
  ((alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau))).

Definition read_out_gradient__gradient : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  let D := entmax_derivative_in n alpha z in
  (alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau)) ->
  forall j, inr j n ->
  Sum n (fun i => (v i * D i j)) = ((v j - (Sum n (fun k => (if Rlt_dec 0 (p k) then (pw (p k) (2 - alpha) * v k) else 0)) / Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)))) * (if Rlt_dec 0 (p j) then pw (p j) (2 - alpha) else 0)).

Definition read_out_gradient__gradient__defined : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  ((alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau)) ->
  forall j, inr j n ->
  ((forall k, (1%nat <= k <= n)%nat -> (p k > 0 -> (0 < p k \/ p k = 0 /\ 0 < (2 - alpha))))) /\
  (Sum n (fun k => (if Rlt_dec 0 (p k) then pw (p k) (2 - alpha) else 0)) <> 0) /\
  ((p j > 0 -> (0 < p j \/ p j = 0 /\ 0 < (2 - alpha))))).

Definition read_out_gradient__dead : Prop :=
  forall (n : nat) (alpha : R) (z : nat -> R) (v : nat -> R),
  (1 <= n)%nat ->
  (1 < alpha) ->
  let p := entmax n alpha z in
  let tau := threshold n alpha z in
  let D := entmax_derivative_in n alpha z in
  (alpha < 2 \/ (forall l, inr l n -> ((alpha - 1) * z l) <> tau)) ->
  forall j, inr j n ->
  (p j > 0 \/ Sum n (fun i => (v i * D i j)) = 0).

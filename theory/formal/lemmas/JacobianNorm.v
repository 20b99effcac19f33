(* The Euclidean norm of the Jacobian. At most one sensitivity s_k exceeds the constant L, since L >= 2^(alpha - 2). The form
   L |v|^2 - v^T J v is then nonnegative once sum_(i <> k) s_i / (L - s_i) <= s_k / (s_k - L). The terms are concave, then
   convex in p_i, so that the sum is largest for one token and equal others; there it is the theorem norm-path. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From EntmaxFormal Require Import Definitions Base Entmax Support Optimal Entropy Paths Jacobian Extra One Norms Entries NormPath.
Open Scope R_scope.

(** Hoelder's inequality for one term: p (w^r / p)^(1 + b) = w^2 / p^b with r = 2 / (1 + b). *)
Lemma hoelder_term b p w : 0 < b < 1 -> 0 < p -> 0 <= w -> p * pw (pw w (2 / (1 + b)) / p) (1 + b) = w ^ 2 / pw p b.
Proof.
intros Hb Hp Hw. assert (Hr : 0 < 2 / (1 + b)) by (apply Rdiv_lt_0_compat; lra). assert (Ip : 0 < / p) by now apply Rinv_0_lt_compat.
unfold Rdiv at 1. rewrite pw_mult by (apply pw_ge0 || lra). rewrite pw_pw by lra.
replace (2 / (1 + b) * (1 + b)) with 2 by (field; lra).
assert (E2 : pw w 2 = w ^ 2) by (destruct Hw as [Hw|<-]; [replace 2 with (1 + 1) at 1 by ring; rewrite pw_plus, pw_1_r by lra;
  ring | rewrite pw_0; lra]).
rewrite E2, pw_inv by exact Hp. rewrite !pw_Rpower, Rpower_Ropp, Rpower_plus, Rpower_1 by exact Hp. pose proof (Rpower_gt0 p b). field. lra.
Qed.

Lemma hoelder_tangent b x M : 0 < b < 1 -> 0 <= x -> 0 <= M -> pw M (1 + b) + (1 + b) * pw M b * (x - M) <= pw x (1 + b).
Proof.
intros Hb Hx HM. replace b with ((1 + b) - 1) at 3 by ring. destruct (Req_EM_T x M) as [->|Hne]; [lra|]. left. apply tangent_strict; lra.
Qed.

Section Secular.
Variables (b L : R).
Hypotheses (Hb : 0 < b < 1) (HL : 0 < L).

(** s / (L - s) for s = x^b. *)
Definition share (x : R) : R := pw x b / (L - pw x b).
Definition share' (x : R) : R := L * b * (Rpower x b / x) / (L - Rpower x b) ^ 2.

Lemma share_0 : share 0 = 0.
Proof. unfold share. rewrite pw_0 by lra. unfold Rdiv. ring. Qed.

Variable X : R.
Hypothesis HX : pw X b < L.

Lemma below x : x <= X -> pw x b < L.
Proof. intros H. eapply Rle_lt_trans; [|exact HX]. apply pw_le; lra. Qed.

Lemma share_ge0 x : x <= X -> 0 <= share x.
Proof. intros H. pose proof (below x H). apply Rmult_le_pos; [apply pw_ge0 | left; apply Rinv_0_lt_compat; lra]. Qed.

Lemma share_le x y : x <= y -> y <= X -> share x <= share y.
Proof.
intros H Hy. pose proof (below y Hy) as By. pose proof (below x ltac:(lra)) as Bx. pose proof (pw_le x y b ltac:(lra) H) as P.
  pose proof (pw_ge0 x b).
unfold share. apply (Rmult_le_reg_r (L - pw x b)); [lra|]. apply (Rmult_le_reg_r (L - pw y b)); [lra|].
replace (pw x b / (L - pw x b) * (L - pw x b) * (L - pw y b)) with (pw x b * (L - pw y b)) by (field; lra).
replace (pw y b / (L - pw y b) * (L - pw x b) * (L - pw y b)) with (pw y b * (L - pw x b)) by (field; lra). nra.
Qed.

Lemma share_derive x : 0 < x <= X -> is_derive share x (share' x).
Proof.
intros Hx. pose proof (below x ltac:(lra)) as B. rewrite pw_Rpower in B by lra.
apply (is_derive_ext_loc (fun x => exp (b * ln x) / (L - exp (b * ln x)))).
- assert (Px : 0 < x) by lra. exists (mkposreal x Px). intros t Ht. apply ball_lt, Rabs_def2 in Ht. simpl in Ht. unfold share.
  rewrite !pw_Rpower by lra. reflexivity.
- unfold share', Rpower in *. auto_derive; [repeat split; lra|]. field. lra.
Qed.

Lemma share_continuous x : x <= X -> continuous share x.
Proof.
intros Hx. pose proof (below x Hx) as B. apply (continuous_mult (fun x => pw x b) (fun x => / (L - pw x b))); [apply pw_continuous; lra|].
apply continuous_Rinv_comp; [|lra]. apply (continuous_minus (fun _ => L) (fun x => pw x b)); [apply continuous_const | apply pw_continuous; lra].
Qed.

(** Concave up to x0, convex beyond. *)
Definition turn : R := pw ((1 - b) / (1 + b) * L) (/ b).

Lemma turn_pos : 0 < turn.
Proof. apply pw_gt0. apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat; lra | exact HL]. Qed.

Lemma turn_pow : pw turn b = (1 - b) / (1 + b) * L.
Proof.
unfold turn. rewrite pw_pw by (try apply Rinv_0_lt_compat; lra). replace (/ b * b) with 1 by (field; lra). apply pw_1_r.
left. apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat; lra | exact HL].
Qed.

Let l x := (b - 1) * ln x - 2 * ln (L - Rpower x b).
Let l' x := ((1 + b) * Rpower x b - (1 - b) * L) / (x * (L - Rpower x b)).

Lemma l_derive x : 0 < x <= X -> is_derive l x (l' x).
Proof.
intros Hx. pose proof (below x ltac:(lra)) as B. rewrite pw_Rpower in B by lra. unfold l, l', Rpower in *. auto_derive; [repeat split; lra|].
  field. lra.
Qed.

Lemma share'_exp x : 0 < x <= X -> share' x = L * b * exp (l x).
Proof.
intros Hx. pose proof (below x ltac:(lra)) as B. rewrite pw_Rpower in B by lra. unfold share', l, Rminus at 2. rewrite exp_plus.
assert (E1 : exp ((b - 1) * ln x) = Rpower x b / x).
{ change (exp ((b - 1) * ln x)) with (Rpower x (b - 1)). unfold Rminus. rewrite Rpower_plus, Rpower_Ropp, Rpower_1 by lra. reflexivity. }
assert (E2 : exp (- (2 * ln (L - Rpower x b))) = / (L - Rpower x b) ^ 2).
{ rewrite exp_Ropp. f_equal. replace (2 * ln (L - Rpower x b)) with (ln (L - Rpower x b) + ln (L - Rpower x b)) by ring.
  rewrite exp_plus, exp_ln by lra. ring. }
rewrite E1, E2. field. lra.
Qed.

Lemma share'_falls x y : 0 < x <= y -> y <= turn -> y <= X -> share' y <= share' x.
Proof.
intros Hxy Ht HyX. destruct (Req_EM_T x y) as [->|Hne]; [lra|]. rewrite !share'_exp by lra. apply Rmult_le_compat_l; [nra|].
destruct (MVT_cor2 l l' x y ltac:(lra)) as [z [E Hz]]; [intros; apply is_derive_Reals, l_derive; lra|].
assert (l' z <= 0); [|assert (K : l y <= l x) by nra; destruct K as [K| ->]; [left; now apply exp_increasing | lra]].
pose proof (below z ltac:(lra)) as B. pose proof (pw_le z turn b ltac:(lra) ltac:(lra)) as T. rewrite turn_pow in T.
  rewrite pw_Rpower in B, T by lra.
unfold l'. assert (0 < / (z * (L - Rpower z b))) by (apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra).
assert ((1 + b) * Rpower z b <= (1 - b) * L).
{ apply (Rmult_le_compat_l (1 + b)) in T; [|lra]. replace ((1 + b) * ((1 - b) / (1 + b) * L)) with ((1 - b) * L) in T by (field; lra). exact T. }
unfold Rdiv. nra.
Qed.

Lemma share'_rises x y : turn <= x <= y -> y <= X -> share' x <= share' y.
Proof.
intros Hxy HyX. pose proof turn_pos as Tp. destruct (Req_EM_T x y) as [->|Hne]; [lra|]. rewrite !share'_exp by lra. apply Rmult_le_compat_l; [nra|].
destruct (MVT_cor2 l l' x y ltac:(lra)) as [z [E Hz]]; [intros; apply is_derive_Reals, l_derive; lra|].
assert (0 <= l' z); [|assert (K : l x <= l y) by nra; destruct K as [K| ->]; [left; now apply exp_increasing | lra]].
pose proof (below z ltac:(lra)) as B. pose proof (pw_le turn z b ltac:(lra) ltac:(lra)) as T. rewrite turn_pow in T.
  rewrite pw_Rpower in B by lra. rewrite (pw_Rpower z) in T by lra.
unfold l'. apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra].
apply (Rmult_le_compat_l (1 + b)) in T; [|lra]. replace ((1 + b) * ((1 - b) / (1 + b) * L)) with ((1 - b) * L) in T by (field; lra). lra.
Qed.

Lemma share_tangent x m : 0 <= x <= turn -> x <= X -> 0 < m <= turn -> m <= X -> share x <= share m + share' m * (x - m).
Proof.
intros Hx HxX Hm HmX. destruct (Rtotal_order x m) as [T|[->|T]]; [| lra |].
- destruct (mvt_open share share' x m T) as [z [Hz E]]; [intros; apply share_derive; lra | intros; apply share_continuous; lra |].
  pose proof (share'_falls z m ltac:(lra) ltac:(lra) HmX). nra.
- destruct (mvt_open share share' m x T) as [z [Hz E]]; [intros; apply share_derive; lra | intros; apply share_continuous; lra |].
  pose proof (share'_falls m z ltac:(lra) ltac:(lra) ltac:(lra)). nra.
Qed.

(** Beyond the turn, pushing two numbers apart raises the sum. *)
Lemma push_apart x y : turn <= x <= y -> x + y - turn <= X -> share x + share y <= share turn + share (x + y - turn).
Proof.
intros Hxy H. pose proof turn_pos as Tp. destruct (Req_EM_T x turn) as [->|Hne]; [replace (turn + y - turn) with y by ring; lra|].
destruct (mvt_open share share' turn x ltac:(lra)) as [u [Hu Eu]]; [intros; apply share_derive; lra | intros; apply share_continuous; lra |].
destruct (mvt_open share share' y (x + y - turn) ltac:(lra)) as [w [Hw Ew]]; [intros; apply share_derive; lra | intros; apply share_continuous;
  lra |].
pose proof (share'_rises u w ltac:(lra) ltac:(lra)). replace (x + y - turn - y) with (x - turn) in Ew by ring. nra.
Qed.

(** So a sum over numbers of given total is largest for one number and equal others. *)
Lemma one_and_equal N x : (1 <= N)%nat -> (forall i, inr i N -> 0 <= x i) -> Sum N x <= X ->
  exists B c, 0 <= c <= B /\ c <= turn /\ B + (INR N - 1) * c = Sum N x /\ Sum N (fun i => share (x i)) <= share B + (INR N - 1) * share c.
Proof.
pose proof turn_pos as Tp. induction N as [|N IH]; [lia|]. intros _ Hx HS. destruct (Nat.eq_dec N 0) as [->|HN].
- exists (x 1%nat), 0. cbn [Sum] in *. rewrite share_0. simpl INR. pose proof (Hx 1%nat ltac:(lia)). repeat split; lra.
- cbn [Sum] in HS |- *. set (d := x (S N)) in *. assert (Hd : 0 <= d) by (apply Hx; lia).
  assert (HN1 : 1 <= INR N) by (apply (le_INR 1); lia).
  destruct IH as [B [c [[Hc HcB] [Hct [Es Hs]]]]]; [lia | intros; apply Hx; lia | lra |].
  assert (HNc : 0 <= (INR N - 1) * c) by (apply Rmult_le_pos; lra).
  (* top is the larger one of B and d *)
  assert (T : exists top oth, 0 <= oth <= top /\ c <= top /\ oth <= turn /\ top + oth = B + d /\ share B + share d <= share top + share oth).
  { assert (K : forall u w, 0 <= u <= w -> c <= w -> u + w = B + d -> share B + share d <= share u + share w ->
      exists top oth, 0 <= oth <= top /\ c <= top /\ oth <= turn /\ top + oth = B + d /\ share B + share d <= share top + share oth).
    { intros u w Hu Hw E H. destruct (Rle_dec u turn) as [L0|L0]; [exists w, u; repeat split; lra|].
      exists (u + w - turn), turn. pose proof (push_apart u w ltac:(lra) ltac:(lra)). repeat split; lra. }
    destruct (Rle_dec d B); [apply (K d B) | apply (K B d)]; lra. }
  destruct T as [top [oth [Ho [Hct' [Hot [Et Hst]]]]]].
  set (c' := ((INR N - 1) * c + oth) / INR N). assert (Ec : INR N * c' = (INR N - 1) * c + oth) by (unfold c'; field; lra).
  assert (C0 : 0 <= c') by (apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra]).
  assert (C1 : c' <= top) by (apply (Rmult_le_reg_l (INR N)); [lra | rewrite Ec; nra]).
  assert (C2 : c' <= turn) by (apply (Rmult_le_reg_l (INR N)); [lra | rewrite Ec; nra]).
  exists top, c'. rewrite S_INR. replace (INR N + 1 - 1) with (INR N) by ring. repeat split; [exact C0 | exact C1 | exact C2 | lra |].
  assert (J : (INR N - 1) * share c + share oth <= INR N * share c').
  { assert (HcX : c <= X) by lra. assert (HoX : oth <= X) by lra. destruct (Req_EM_T c' 0) as [Z|Z].
    - rewrite Z, Rmult_0_r in Ec. assert (oth = 0) as -> by lra. rewrite Z, !share_0.
      assert (Q : (INR N - 1) * c = 0) by lra. apply Rmult_integral in Q. destruct Q as [-> | ->]; [lra | rewrite share_0; lra].
    - assert (Hc'X : c' <= X). { apply (Rmult_le_reg_l (INR N)); [lra | rewrite Ec; nra]. }
      pose proof (share_tangent c c' ltac:(lra) HcX ltac:(lra) Hc'X) as T1. pose proof (share_tangent oth c' ltac:(lra) HoX ltac:(lra) Hc'X) as T2.
      apply (Rmult_le_compat_l (INR N - 1)) in T1; [|lra].
      assert (Z0 : (INR N - 1) * (share' c' * (c - c')) + share' c' * (oth - c') = 0).
      { replace (_ + _) with (share' c' * (((INR N - 1) * c + oth) - INR N * c')) by ring. rewrite Ec. ring. }
      lra. }
  fold d. lra.
Qed.
End Secular.

(** Three levels: one token of probability P, another of B, and n - 2 of c. *)
Lemma three_levels n alpha P B c : (2 <= n)%nat -> 1 < alpha < 2 -> let b := 2 - alpha in let L := spectral n alpha in
  L < pw P b -> 0 < P -> 0 <= c <= B -> P + B + (INR n - 2) * c = 1 -> pw B b < L ->
  share b L B + (INR n - 2) * share b L c <= pw P b / (pw P b - L).
Proof.
intros Hn Ha b L HP HP0 Hc Hsum HB. assert (Hb : 0 < b < 1) by (unfold b; lra). pose proof (spectral_pos n alpha) as HL. fold L in HL.
assert (HN : 2 <= INR n) by (apply le_INR in Hn; exact Hn). set (m := INR n - 2) in *. assert (Hm : 0 <= m) by (unfold m; lra).
set (y2 := share b L B). set (y3 := share b L c). set (Y := y2 + m * y3). set (s1 := pw P b) in *.
assert (H3 : 0 <= y3) by (apply (share_ge0 b L Hb B HB); lra).
assert (H32 : y3 <= y2) by (apply (share_le b L Hb B HB); lra).
assert (Hmy : 0 <= m * y3) by (apply Rmult_le_pos; assumption).
assert (R0 : 0 < s1 / (s1 - L)) by (apply Rdiv_lt_0_compat; lra). change (Y <= s1 / (s1 - L)).
destruct (Req_EM_T y2 0) as [Z|Z]; [unfold Y in *; assert (m * y3 <= m * 0) by (apply Rmult_le_compat_l; lra); lra|].
assert (H2 : 0 < y2) by lra. assert (HY : 0 < Y) by (unfold Y; lra).
assert (PB : 0 < B).
{ destruct (Rle_lt_or_eq_dec 0 B) as [K|K]; [lra | exact K |]. exfalso. apply Z. unfold y2. rewrite <- K. apply share_0. exact Hb. }
assert (S2 : 0 < pw B b) by (now apply pw_gt0). assert (Sc : pw c b < L) by (eapply Rle_lt_trans; [apply (pw_le c B b); lra | exact HB]).
set (r := 2 / (1 + b)). assert (Hr : 0 < r) by (apply Rdiv_lt_0_compat; lra).
assert (E3a : 3 - alpha = 1 + b) by (unfold b; ring).
(* the path at t = y3 / y2, scaled *)
assert (Path : Y ^ 2 + y2 ^ 2 + m * y3 ^ 2 <= L * pw (pw Y r + pw y2 r + m * pw y3 r) (1 + b)).
{ set (t := y3 / y2). assert (Ht : 0 <= t <= 1).
  { split; [apply Rmult_le_pos; [exact H3 | left; now apply Rinv_0_lt_compat]|]. apply (Rmult_le_reg_r y2); [exact H2|]. unfold t, Rdiv.
    rewrite Rmult_assoc, Rinv_l; lra. }
  pose proof (norm_path n alpha t Hn ltac:(lra) Ht) as Q. fold m L in Q. rewrite E3a in Q. fold r in Q.
  assert (EY : Y = y2 * (1 + t * m)) by (unfold Y, t; field; lra). assert (E3 : y3 = y2 * t) by (unfold t; field; lra).
  assert (Tm : 0 <= t * m) by (apply Rmult_le_pos; lra).
  assert (EM : pw (pw Y r + pw y2 r + m * pw y3 r) (1 + b) = y2 ^ 2 * pw (1 + pw (1 + t * m) r + pw t r * m) (1 + b)).
  { rewrite EY, E3, !pw_mult by lra. replace (pw y2 r * pw (1 + t * m) r + pw y2 r + m * (pw y2 r * pw t r)) with (pw y2 r * (1 + pw (1 + t * m) r
    + pw t r * m)) by ring.
    pose proof (pw_ge0 (1 + t * m) r). pose proof (pw_ge0 t r). assert (0 <= pw t r * m) by (apply Rmult_le_pos; assumption).
    rewrite pw_mult by (apply pw_ge0 || lra). f_equal. rewrite pw_pw by lra. replace (r * (1 + b)) with 2 by (unfold r; field; lra).
    replace 2 with (1 + 1) at 1 by ring. rewrite pw_plus, pw_1_r by lra. ring. }
  rewrite EM, EY, E3. apply (Rmult_le_compat_l (y2 ^ 2)) in Q; [|apply pow2_ge_0].
  eapply Rle_trans; [|eapply Rle_trans; [exact Q|]]; right; ring. }
(* Hoelder *)
set (M := pw Y r + pw y2 r + m * pw y3 r) in *. assert (HM : 0 <= M).
{ unfold M. pose proof (pw_ge0 Y r). pose proof (pw_ge0 y2 r). pose proof (pw_ge0 y3 r).
  assert (0 <= m * pw y3 r) by (apply Rmult_le_pos; assumption). lra. }
assert (Term : forall p w, 0 < p -> 0 <= w -> p * pw M (1 + b) + (1 + b) * pw M b * (pw w r - p * M) <= w ^ 2 / pw p b).
{ intros p w Hp Hw. rewrite <- (hoelder_term b p w Hb Hp Hw). fold r.
  assert (Hq : 0 <= pw w r / p) by (apply Rmult_le_pos; [apply pw_ge0 | left; now apply Rinv_0_lt_compat]).
  pose proof (hoelder_tangent b (pw w r / p) M Hb Hq HM) as T. apply (Rmult_le_compat_l p) in T; [|lra].
  eapply Rle_trans; [|exact T]. right. field. lra. }
assert (Term3 : c * pw M (1 + b) + (1 + b) * pw M b * (pw y3 r - c * M) <= (y3 ^ 2 + y3) / L).
{ destruct (Rle_lt_or_eq_dec 0 c ltac:(lra)) as [C|C].
  - eapply Rle_trans; [apply Term; [exact C | exact H3]|]. right. assert (Sp : 0 < pw c b) by (now apply pw_gt0). unfold y3, share. field. lra.
  - assert (Z3 : y3 = 0) by (unfold y3; rewrite <- C; apply share_0; exact Hb). rewrite Z3, (pw_0 0 r), <- C by lra. right. field. lra. }
pose proof (Term P Y HP0 ltac:(lra)) as T1. fold s1 in T1. pose proof (Term B y2 PB ltac:(lra)) as T2.
assert (E2 : y2 ^ 2 / pw B b = (y2 ^ 2 + y2) / L) by (unfold y2, share; field; lra). rewrite E2 in T2.
apply (Rmult_le_compat_l m) in Term3; [|exact Hm].
assert (Hol : pw M (1 + b) <= Y ^ 2 / s1 + (y2 ^ 2 + y2) / L + m * ((y3 ^ 2 + y3) / L)).
{ assert (Id : P * pw M (1 + b) + (1 + b) * pw M b * (pw Y r - P * M) + (B * pw M (1 + b) + (1 + b) * pw M b * (pw y2 r - B * M))
    + m * (c * pw M (1 + b) + (1 + b) * pw M b * (pw y3 r - c * M))
    = (P + B + m * c) * pw M (1 + b) + (1 + b) * pw M b * ((pw Y r + pw y2 r + m * pw y3 r) - (P + B + m * c) * M)) by ring.
  rewrite Hsum in Id. change (pw Y r + pw y2 r + m * pw y3 r) with M in Id. replace (M - 1 * M) with 0 in Id by ring. lra. }
apply (Rmult_le_compat_l L) in Hol; [|lra].
assert (Fin : Y ^ 2 * (1 - L / s1) <= Y).
{ replace (L * (Y ^ 2 / s1 + (y2 ^ 2 + y2) / L + m * ((y3 ^ 2 + y3) / L))) with (L * Y ^ 2 / s1 + (y2 ^ 2 + y2) + m * (y3 ^ 2 + y3)) in Hol by
  (field; lra).
  replace (Y ^ 2 * (1 - L / s1)) with (Y ^ 2 - L * Y ^ 2 / s1) by (field; lra). assert (Y = y2 + m * y3) by reflexivity. lra. }
apply (Rmult_le_reg_r (s1 - L)); [lra|]. replace (s1 / (s1 - L) * (s1 - L)) with s1 by (field; lra).
assert (Q : Y * (1 - L / s1) <= 1) by (apply (Rmult_le_reg_l Y); [exact HY|]; lra).
apply (Rmult_le_compat_r s1) in Q; [|lra]. replace (Y * (1 - L / s1) * s1) with (Y * (s1 - L)) in Q by (field; lra). lra.
Qed.

(** The form is nonnegative when one sensitivity exceeds L. *)
Lemma one_above n s v L k : 0 < L -> inr k n -> 0 < Sum n s -> (forall i, inr i n -> 0 <= s i) -> L < s k -> (forall i,
  inr i n -> i <> k -> s i < L) ->
  Sum n (fun i => if Nat.eq_dec i k then 0 else s i / (L - s i)) <= s k / (s k - L) -> form n s v <= L * Sum n (fun i => v i ^ 2).
Proof.
intros PL Hk HS Hs Hsk Hso Hsec. set (S := Sum n s) in *. set (o := fun (f : nat -> R) i => if Nat.eq_dec i k then 0 else f i).
assert (Split : forall f, Sum n f = f k + Sum n (o f)) by (intros f; unfold o; rewrite (Sum_others n k f Hk); ring).
set (X := Sum n (o (fun i => s i * v i))). set (T := Sum n (o (fun i => s i ^ 2 / (L - s i)))). set (V := Sum n (o (fun i => (L - s i) * v i ^ 2))).
assert (HT : 0 <= T).
{ apply Sum_nonneg. intros i Hi. unfold o. destruct (Nat.eq_dec i k); [lra|]. specialize (Hso i Hi n0).
  apply Rmult_le_pos; [apply pow2_ge_0 | left; apply Rinv_0_lt_compat; lra]. }
assert (Cauchy : forall w, 2 * w * X - w ^ 2 * T <= V).
{ intros w. assert (E : 0 <= V - 2 * w * X + w ^ 2 * T); [|lra]. unfold V, X, T. rewrite <- !Sum_scal, <- Sum_minus, <- Sum_plus.
  apply Sum_nonneg. intros i Hi.
  unfold o. destruct (Nat.eq_dec i k) as [|Hne]; [lra|]. specialize (Hso i Hi Hne).
  replace (_ + _) with ((L - s i) * (v i - w * (s i / (L - s i))) ^ 2) by (field; lra). apply Rmult_le_pos; [lra | apply pow2_ge_0]. }
assert (ST : (s k - L) * (S + T) <= s k ^ 2).
{ assert (E : S + T = s k + L * Sum n (o (fun i => s i / (L - s i)))).
  { unfold S. rewrite (Split s). unfold T. rewrite Rplus_assoc. f_equal. rewrite <- Sum_scal, <- Sum_plus. apply Sum_ext. intros i Hi.
    unfold o. destruct (Nat.eq_dec i k) as [|Hne]; [ring|]. specialize (Hso i Hi Hne). field. lra. }
  rewrite E. change (Sum n (o (fun i => s i / (L - s i))) <= s k / (s k - L)) in Hsec.
  apply (Rmult_le_compat_l L) in Hsec; [|lra]. apply (Rmult_le_compat_l (s k - L)) in Hsec; [|lra].
  replace ((s k - L) * (L * (s k / (s k - L)))) with (L * s k) in Hsec by (field; lra). lra. }
assert (P : 0 < S + T) by lra. set (a := s k * v k). specialize (Cauchy (- a / (S + T))).
assert (Q : (s k - L) * v k ^ 2 <= (a + X) ^ 2 / S + V).
{ apply Rle_trans with (a ^ 2 / (S + T)).
  - apply (Rmult_le_reg_r (S + T)); [exact P|]. replace (a ^ 2 / (S + T) * (S + T)) with (a ^ 2) by (field; lra).
    apply (Rmult_le_compat_r (v k ^ 2)) in ST; [|apply pow2_ge_0]. unfold a. lra.
  - apply Rle_trans with ((a + X) ^ 2 / S + (2 * (- a / (S + T)) * X - (- a / (S + T)) ^ 2 * T)); [|lra].
    assert (E : (a + X) ^ 2 / S + (2 * (- a / (S + T)) * X - (- a / (S + T)) ^ 2 * T) - a ^ 2 / (S + T) = (a + X + - a / (S + T) * S) ^ 2 / S) by
      (field; lra).
    assert (0 <= (a + X + - a / (S + T) * S) ^ 2 / S) by (apply Rmult_le_pos; [apply pow2_ge_0 | left; now apply Rinv_0_lt_compat]). lra. }
unfold form. fold S. rewrite (Split (fun i => s i * v i)). fold X a. rewrite (Split (fun i => s i * v i ^ 2)), (Split (fun i => v i ^ 2)).
assert (EV : V = L * Sum n (o (fun i => v i ^ 2)) - Sum n (o (fun i => s i * v i ^ 2))).
{ unfold V. rewrite <- Sum_scal, <- Sum_minus. apply Sum_ext. intros i _. unfold o. destruct (Nat.eq_dec i k); ring. }
lra.
Qed.

Lemma all_or_one n f t : (forall i, inr i n -> f i <= t) \/ exists k, inr k n /\ t < f k.
Proof.
induction n as [|q IHq]; [left; intros; lia|].
destruct IHq as [Z|[k [Hk N]]]; [|right; exists k; split; [lia|exact N]].
destruct (Rle_dec (f (S q)) t) as [E|E]; [left | right; exists (S q); split; [lia|lra]].
intros j Hj. destruct (Nat.eq_dec j (S q)) as [->|]; [exact E | apply Z; lia].
Qed.

Lemma simplex_le1' n p i : simplex n p -> inr i n -> 0 <= p i <= 1.
Proof. intros [Hr Hs] Hi. split; [now apply Hr|]. rewrite <- Hs. now apply Sum_ge_term. Qed.

Theorem jacobian_norm n alpha p v : (2 <= n)%nat -> 1 <= alpha <= 2 -> simplex n p ->
  form n (sens alpha p) v <= spectral n alpha * Sum n (fun i => v i ^ 2).
Proof.
intros Hn Ha Hp. pose proof (sens_sum_pos n alpha p Hp) as HS. set (L := spectral n alpha). pose proof (spectral_pos n alpha) as HL. fold L in HL.
pose proof (spectral_two n alpha) as L2. fold L in L2. assert (V0 : 0 <= Sum n (fun i => v i ^ 2)) by (apply Sum_nonneg; intros; apply pow2_ge_0).
destruct (Req_EM_T alpha 1) as [E1|N1].
{ subst alpha. apply Rle_trans with (2 * (1 / 4) * Sum n (fun i => v i ^ 2)).
  - apply form_diagonal; [exact HS | intros; apply sens_ge0|]. intros i Hi. destruct (simplex_le1' n p i Hp Hi) as [P0 P1].
    assert (E : Sum n (sens 1 p) = 1) by (rewrite (Sum_ext n _ p); [apply Hp | intros j Hj; apply sens_one; now apply Hp]).
    rewrite E, sens_one by exact P0. assert (0 <= (p i - 1 / 2) ^ 2) by apply pow2_ge_0. lra.
  - apply Rmult_le_compat_r; [exact V0|]. eapply Rle_trans; [|exact L2]. rewrite pw_Rpower by lra. replace (1 - 2) with (- (1)) by ring.
    rewrite Rpower_Ropp, Rpower_1; lra. }
set (b := 2 - alpha). assert (Sh : forall x, 0 < x <= 1 / 2 -> pw x b <= L).
{ intros x Hx. eapply Rle_trans; [|exact L2]. replace (alpha - 2) with (- b) by (unfold b; ring). rewrite <- pw_inv by lra.
  destruct (Req_EM_T b 0) as [->|Nb]; [rewrite !pw_Rpower, !Rpower_O; lra|]. apply pw_le; [unfold b in *; lra | lra]. }
destruct (Req_EM_T alpha 2) as [E2|N2].
{ apply form_bound; [exact HS|]. intros i Hi. eapply Rle_trans; [now apply (sens_le_top n)|]. subst alpha. replace (2 - 2) with 0 in * by ring.
  rewrite pw_Rpower, Rpower_O in L2 by lra. destruct (Largest_le1 n p ltac:(lia) Hp). rewrite pw_Rpower, Rpower_O; lra. }
assert (Hb : 0 < b < 1) by (unfold b; lra).
destruct (all_or_one n (sens alpha p) L) as [D|[k [Hk Lk]]]; [now apply form_bound|].
assert (Pk : 0 < p k) by (unfold sens in Lk; destruct (Rlt_dec 0 (p k)); [assumption|lra]).
assert (Ek : sens alpha p k = pw (p k) b) by (unfold sens; destruct (Rlt_dec 0 (p k)); [reflexivity|lra]).
assert (Half : 1 / 2 < p k) by (apply Rnot_le_lt; intros H; pose proof (Sh (p k) ltac:(lra)); lra).
destruct (simplex_le1' n p k Hp Hk) as [_ P1]. set (X := 1 - p k).
assert (HX : pw X b < L).
{ destruct (Rle_lt_or_eq_dec 0 X) as [K|K]; [unfold X; lra| |rewrite <- K, pw_0; lra].
  eapply Rlt_le_trans; [apply (pw_lt X (1 / 2) b); unfold X in *; lra | apply Sh; lra]. }
destruct Hp as [H0 H1].
assert (Ot : Sum n (fun i => if Nat.eq_dec i k then 0 else p i) = X) by (rewrite Sum_others, H1; [reflexivity | exact Hk]).
assert (OX : forall i, inr i n -> i <> k -> p i <= X).
{ intros i Hi Hne. rewrite <- Ot. pose proof (Sum_ge_term n (fun i => if Nat.eq_dec i k then 0 else p i) i Hi) as G. cbv beta in G.
  destruct (Nat.eq_dec i k); [contradiction|]. apply G. intros j Hj. destruct (Nat.eq_dec j k); [lra | now apply H0]. }
assert (Es : forall i, inr i n -> sens alpha p i = pw (p i) b).
{ intros i Hi. unfold sens. destruct (Rlt_dec 0 (p i)) as [|Hz]; [reflexivity|]. replace (p i) with 0 by (pose proof (H0 i Hi); lra). symmetry.
  apply pw_0; lra. }
apply (one_above n (sens alpha p) v L k HL Hk HS); [intros; apply sens_ge0 | exact Lk | |].
- intros i Hi Hne. rewrite Es by exact Hi. apply (below b L Hb X HX). now apply OX.
- rewrite Ek. destruct n as [|N]; [lia|]. rewrite (Sum_delete N _ k Hk). destruct (Nat.eq_dec k k); [|lia]. rewrite Rplus_0_l.
  set (skip i := if le_lt_dec k i then S i else i).
  assert (Sk : forall i, inr i N -> inr (skip i) (S N) /\ skip i <> k) by (intros i Hi; unfold skip; destruct (le_lt_dec k i); lia).
  assert (Sp : Sum N (fun i => p (skip i)) = X).
  { pose proof (Sum_delete N p k Hk) as Q. fold skip in Q. change (Sum (S N) p = p k + Sum N (fun i => p (skip i))) in Q. unfold X.
    rewrite H1 in Q. lra. }
  destruct (one_and_equal b L Hb HL X HX N (fun i => p (skip i)) ltac:(lia)) as [B [c [Hc [_ [Eq Le]]]]].
  + intros i Hi. apply H0. now apply Sk.
  + rewrite Sp. lra.
  + rewrite Sp in Eq. apply Rle_trans with (Sum N (fun i => share b L (p (skip i)))).
    * right. apply Sum_ext. intros i Hi. destruct (Sk i Hi) as [Hi' Hne]. fold (skip i). destruct (Nat.eq_dec (skip i) k); [contradiction|].
      rewrite Es by exact Hi'. reflexivity.
    * eapply Rle_trans; [exact Le|]. replace (INR N - 1) with (INR (S N) - 2) in * by (rewrite S_INR; ring).
      apply (three_levels (S N) alpha (p k) B c); [lia | lra | fold b L; lra | exact Pk | exact Hc | unfold X in Eq; lra |].
      apply (below b L Hb X HX). assert (0 <= (INR (S N) - 2) * c); [|lra].
      apply Rmult_le_pos; [|lra]. apply le_INR in Hn. simpl (INR 2) in Hn. lra.
Qed.

let (a, b) = (1, 2)
let f ?(opt = 3) ~label x = opt + label + x
let g : int -> int = fun x -> x
let%test "adds" = 1 + 1 = 2
type t = ..
type t += New of int
type color = [ `Red | `Green of int ]
let h x =
  let inner y = y + x in
  let module L = struct let deep = 1 end in
  inner L.deep
module rec A : sig val x : int end = struct let x = B.y end
and B : sig val y : int end = struct let y = 2 end
class virtual shape = object method virtual area : float end
let poly = `Red and lazy_one = lazy (assert false)
let broken = (1,
let after = 'c'

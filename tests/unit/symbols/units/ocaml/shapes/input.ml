(* Shapes and their areas. *)
open Printf
module M = Map.Make (String)

(** What can be drawn. *)
type shape =
  | Circle of float  (** around *)
  | Square of { side : float; mutable name : string }

type 'a pair = { first : 'a; second : 'a }
type id = int

exception Bad_shape of string

(** The area of a shape. *)
let area = function
  | Circle r -> 3.14 *. r *. r
  | Square { side; _ } -> side ** 2.0

let rec fact n = if n <= 1 then 1 else n * fact (n - 1)
and even n : bool = n = 0 || odd (n - 1)

let limit = 10
let ( +! ) a b = a + b
let _unused = ()

module type Drawable = sig
  type t
  val draw : t -> unit
end

module Canvas : Drawable = struct
  type t = string list
  let draw t = List.iter (fun s -> printf "%s\n" s) t
end

module Make (D : Drawable) = struct
  let twice x = D.draw x; D.draw x
end

class point x_init = object (self)
  val mutable x = x_init
  method get = x
  method private move d = x <- x + d; self#get |> ignore
end

external sin_c : float -> float = "caml_sin"

let () =
  let s = Circle 1.0 in
  match s with
  | Circle _ when true -> print_endline "x"
  | _ -> raise (Bad_shape "y")

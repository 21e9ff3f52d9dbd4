{ lib, pkgs ? import <nixpkgs> { } }:
assert lib.versionAtLeast lib.version "24";
let
  "quoted name" = 1.5;
  inherit (lib) mkIf mkMerge;
  a.b.c = null;
  nested = { deep = { deeper = { deepest = 1; }; }; };
  curried = a: b: { inherit a b; };
in
rec {
  ${"computed"} = "x\n";
  uri = https://example.org;
  path = ~/file + <nixpkgs/lib>;
  list = [ { in_list = 1; } (if a then 1 else -2) ];
  broken = [ 1 2;
  after = a // b ++ c;
}

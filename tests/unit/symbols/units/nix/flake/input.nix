# The machine that indexes.
{
  description = "Gazetteer";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-24.05"; # pinned
    utils = { url = "github:numtide/flake-utils"; inputs.nixpkgs.follows = "nixpkgs"; };
  };

  /* What is built. */
  outputs = { self, nixpkgs, ... }@inputs:
    let
      system = "x86_64-linux";
      pkgs = import nixpkgs { inherit system; };
      # Twice as many.
      double = x: x * 2;
      build = { name, version ? "1.0", ... }: pkgs.stdenv.mkDerivation {
        pname = name;
        inherit version;
        src = ./.;
        buildPhase = ''
          make -j${toString (double 2)}
        '';
      };
    in
    {
      packages.${system}.default = build { name = "gaz"; };
      devShells.${system} = rec {
        default = pkgs.mkShell { packages = with pkgs; [ gcc ninja ]; };
        enabled = true && !false;
      };
      nixosModules.gaz = { config, lib, ... }: {
        options.services.gaz.enable = lib.mkEnableOption "gaz";
        config = lib.mkIf (config.services.gaz.enable or false) { };
      };
    };
}

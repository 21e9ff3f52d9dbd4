(use_declaration (visibility_modifier) argument: (_) @import.path) @import.tree.reexport
(use_declaration . "use" argument: (_) @import.path) @import.tree
(extern_crate_declaration name: (_) @import.path alias: (_)? @import.alias) @import.module

; `mod a;` takes in a.rs or a/mod.rs; #[path] may say another.
((attribute_item (attribute (identifier) @_path value: (string_literal (string_content) @import.path)))
  . (mod_item !body) @import.source
  (#eq? @_path "path"))
(mod_item name: (_) @import.path !body) @import.source
(token_tree "mod" . (identifier) @import.path @import.source . ";")
((macro_invocation
  macro: (identifier) @_macro
  (token_tree . (string_literal (string_content) @import.path))) @import.source
  (#any-of? @_macro "include" "include_str" "include_bytes"))

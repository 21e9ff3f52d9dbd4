; inherits: ecma
(import_statement
  "type"
  (import_clause (identifier) @import.alias)
  source: (string (string_fragment) @import.path)
  (#set! import.type)) @import.from
(import_statement
  "type"
  (import_clause (named_imports (import_specifier name: (_) @import.name alias: (_)? @import.alias)))
  source: (string (string_fragment) @import.path)
  (#set! import.type)) @import.from
(import_statement
  (import_clause
    (named_imports (import_specifier "type" name: (_) @import.name alias: (_)? @import.alias)))
  source: (string (string_fragment) @import.path)
  (#set! import.type)) @import.from
(import_statement
  (import_require_clause
    (identifier) @import.alias
    source: (string (string_fragment) @import.path))) @import.module
(export_statement
  "type"
  (export_clause (export_specifier name: (_) @import.name alias: (_)? @import.alias))
  source: (string (string_fragment) @import.path)
  (#set! import.type)) @import.reexport

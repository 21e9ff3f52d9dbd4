; `import a from "m"` has an alias and no name: the default export.
(import_statement . source: (string (string_fragment) @import.path)) @import.module
(import_statement
  (import_clause (identifier) @import.alias)
  source: (string (string_fragment) @import.path)) @import.from
(import_statement
  (import_clause (namespace_import (identifier) @import.alias))
  source: (string (string_fragment) @import.path)) @import.module
(import_statement
  (import_clause (named_imports (import_specifier name: (_) @import.name alias: (_)? @import.alias)))
  source: (string (string_fragment) @import.path)) @import.from

(export_statement
  "*" @import.wildcard
  source: (string (string_fragment) @import.path)) @import.reexport
(export_statement
  (namespace_export (identifier) @import.alias)
  source: (string (string_fragment) @import.path)) @import.reexport
(export_statement
  (export_clause (export_specifier name: (_) @import.name alias: (_)? @import.alias))
  source: (string (string_fragment) @import.path)) @import.reexport

((variable_declarator
  name: (identifier) @import.alias
  value: (call_expression
    function: (identifier) @_require
    arguments: (arguments . (string (string_fragment) @import.path))) @import.module)
  (#eq? @_require "require")
  (#set! import.dynamic))
((variable_declarator
  name: (object_pattern (shorthand_property_identifier_pattern) @import.name)
  value: (call_expression
    function: (identifier) @_require
    arguments: (arguments . (string (string_fragment) @import.path))) @import.from)
  (#eq? @_require "require")
  (#set! import.dynamic))
((variable_declarator
  name: (object_pattern
    (pair_pattern key: (property_identifier) @import.name value: (identifier) @import.alias))
  value: (call_expression
    function: (identifier) @_require
    arguments: (arguments . (string (string_fragment) @import.path))) @import.from)
  (#eq? @_require "require")
  (#set! import.dynamic))
((call_expression
  function: (identifier) @_require
  arguments: (arguments . (string (string_fragment) @import.path))) @import.module
  (#eq? @_require "require")
  (#set! import.dynamic))
(call_expression
  function: (import)
  arguments: (arguments . (string (string_fragment) @import.path))
  (#set! import.dynamic)) @import.module

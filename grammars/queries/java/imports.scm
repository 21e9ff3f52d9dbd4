((import_declaration "static" (scoped_identifier) @import.path (asterisk) @import.wildcard) @import.from
  (#set! import.static))
(import_declaration (_) @import.path (asterisk) @import.wildcard) @import.package
((import_declaration "static"
  (scoped_identifier scope: (_) @import.path name: (_) @import.name) .) @import.from
  (#set! import.static))
(import_declaration
  (scoped_identifier scope: (_) @import.path name: (_) @import.name) .) @import.from
(import_declaration (identifier) @import.path .) @import.module

(requires_module_directive module: (_) @import.path) @import.module

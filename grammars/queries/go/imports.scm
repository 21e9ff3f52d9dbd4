(import_spec
  name: (package_identifier) @import.alias
  path: (interpreted_string_literal) @import.path) @import.package
(import_spec name: (dot) @import.wildcard path: (interpreted_string_literal) @import.path) @import.package
(import_spec path: (_) @import.path) @import.package

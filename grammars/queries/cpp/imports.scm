; inherits: c
(using_declaration
  (qualified_identifier scope: (_) @import.path name: [(identifier) (type_identifier)] @import.name)) @import.from
(using_declaration "namespace" (_) @import.path (#set! import.wildcard)) @import.package

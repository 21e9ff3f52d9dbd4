(import_statement name: (dotted_name) @import.path) @import.module
(import_statement
  name: (aliased_import name: (dotted_name) @import.path alias: (_) @import.alias)) @import.module
(import_from_statement
  module_name: (dotted_name) @import.path
  name: (dotted_name) @import.name) @import.from
(import_from_statement
  module_name: (dotted_name) @import.path
  name: (aliased_import name: (dotted_name) @import.name alias: (_) @import.alias)) @import.from
(import_from_statement
  module_name: (dotted_name) @import.path
  (wildcard_import) @import.wildcard) @import.from
(import_from_statement
  module_name: (relative_import) @import.path @import.level
  name: (dotted_name) @import.name) @import.from
(import_from_statement
  module_name: (relative_import) @import.path @import.level
  name: (aliased_import name: (dotted_name) @import.name alias: (_) @import.alias)) @import.from
(import_from_statement
  module_name: (relative_import) @import.path @import.level
  (wildcard_import) @import.wildcard) @import.from
((call
  function: (identifier) @_function
  arguments: (argument_list . (string (string_content) @import.path))) @import.module
  (#eq? @_function "__import__")
  (#set! import.dynamic))
((call
  function: (attribute object: (identifier) @_module attribute: (identifier) @_function)
  arguments: (argument_list . (string (string_content) @import.path))) @import.module
  (#eq? @_module "importlib")
  (#eq? @_function "import_module")
  (#set! import.dynamic))

; Definitions of Zig. A type is a constant whose value is one, or a function that returns one.
(comment) @comment

(variable_declaration . (identifier) @name (struct_declaration) @body) @definition.struct
(variable_declaration . (identifier) @name (opaque_declaration) @body) @definition.struct
(variable_declaration . (identifier) @name (enum_declaration) @body) @definition.enum
(variable_declaration . (identifier) @name (union_declaration) @body) @definition.union
(variable_declaration . (identifier) @name (error_set_declaration) @body) @definition.enum
(function_declaration
  name: (_) @name
  body: (block (expression_statement (return_expression (struct_declaration))))  @body) @definition.struct
(function_declaration
  name: (_) @name
  body: (block (expression_statement (return_expression (union_declaration)))) @body) @definition.union

((enum_declaration (container_field name: (_) @name) @definition.enum_member)
  (#not-eq? @name "_"))
((error_set_declaration (identifier) @name @definition.enum_member) (#set! visibility public))
((container_field name: (_) @name type: (_)? @type) @definition.field
  (#not-eq? @name "_")
  (#set! visibility public))

(function_declaration name: (_) @name type: (_)? @type body: (_) @body) @definition.function
(function_declaration name: (_) @name type: (_)? @type !body) @declaration.function

; What is imported keeps its name, and is no definition.
((variable_declaration "const" . (identifier) @name type: (_)? @type "=" . (_) @body) @definition.constant
  (#not-match? @body "^@(import|This|cImport)"))
((variable_declaration "var" . (identifier) @name type: (_)? @type "=" . (_) @body) @definition.variable)
(variable_declaration "extern" "var" . (identifier) @name type: (_)? @type) @declaration.variable
(variable_declaration "extern" "const" . (identifier) @name type: (_)? @type) @declaration.constant

((test_declaration (string (string_content) @name) (block) @body) @definition.function (#set! test))
((test_declaration (identifier) @name (block) @body) @definition.function (#set! test))
((test_declaration . (block) @body) @definition.function (#set! test))

; Definitions of OCaml. A definition begins at its `let` or `and`, since one node holds all of them.
(comment) @comment

(value_definition
  "let" @definition.function
  . (let_binding pattern: (value_name) @name . (parameter) type: (_)? @type body: (_) @body))
(value_definition
  "and" @definition.function
  . (let_binding pattern: (value_name) @name . (parameter) type: (_)? @type body: (_) @body))
(value_definition
  "let" @definition.function
  . (let_binding
    pattern: (value_name) @name
    type: (_)? @type
    body: [(function_expression) (fun_expression)] @body))
(value_definition
  "and" @definition.function
  . (let_binding
    pattern: (value_name) @name
    type: (_)? @type
    body: [(function_expression) (fun_expression)] @body))
(value_definition
  "let" @definition.function
  . (let_binding pattern: (parenthesized_operator (_) @name) body: (_) @body))
((value_definition
  "let" @definition.constant
  . (let_binding pattern: (value_name) @name type: (_)? @type body: (_) @body))
  (#not-eq? @name "_"))
((value_definition
  "and" @definition.constant
  . (let_binding pattern: (value_name) @name type: (_)? @type body: (_) @body))
  (#not-eq? @name "_"))
((value_definition
  "let" @definition.function
  (attribute_id) @_test
  . (let_binding pattern: (string (string_content) @name) body: (_) @body))
  (#match? @_test "^(test|expect_test|bench)")
  (#set! test))
(value_definition
  "let" @definition.constant
  . (let_binding
    pattern: (parenthesized_pattern (tuple_pattern (value_name) @name))
    body: (_) @body))
; What a binding holds is local.
(let_binding) @local.function

(value_specification (value_name) @name type: (function_type) @type) @declaration.function
(value_specification (value_name) @name type: (_) @type) @declaration.constant
(external (value_name) @name type: (_) @type) @definition.function

(exception_definition (constructor_declaration (constructor_name) @name)) @definition.type
(type_definition
  ["type" "and"] @definition.enum
  . (type_binding name: (type_constructor) @name body: (variant_declaration) @body))
(type_definition
  ["type" "and"] @definition.struct
  . (type_binding name: (type_constructor) @name body: (record_declaration) @body))
(type_definition
  ["type" "and"] @definition.type
  . (type_binding name: (type_constructor) @name equation: (_) @body))
(type_definition
  ["type" "and"] @definition.type
  . (type_binding name: (type_constructor) @name))
(constructor_declaration (constructor_name) @name) @definition.enum_member
(field_declaration (field_name) @name type: (_) @type) @definition.field

(module_definition
  ["module" "and"] @definition.module
  . (module_binding (module_name) @name body: (_) @body))
(module_definition ["module" "and"] @definition.module . (module_binding (module_name) @name))
(module_type_definition (module_type_name) @name body: (_) @body) @definition.interface
(module_type_definition (module_type_name) @name) @definition.interface

(class_definition
  ["class" "and"] @definition.class
  . (class_binding (class_name) @name body: (_) @body))
((method_definition "private" (method_name) @name body: (_)? @body) @definition.method
  (#set! visibility private))
((method_definition "virtual" (method_name) @name type: (_)? @type) @declaration.method
  (#set! abstract))
(method_definition (method_name) @name type: (_)? @type body: (_)? @body) @definition.method
(instance_variable_definition (instance_variable_name) @name body: (_)? @body) @definition.field

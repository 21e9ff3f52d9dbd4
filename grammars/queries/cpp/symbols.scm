; inherits: c
(access_specifier) @visibility
(lambda_expression) @local.function

; Tests of GoogleTest and its like.
(function_definition
  declarator: (function_declarator
    declarator: (identifier) @_macro
    parameters: (parameter_list
      . (parameter_declaration type: (type_identifier) @container)
      . (parameter_declaration type: (type_identifier) @name)))
  body: (_) @body
  (#any-of? @_macro "TEST" "TEST_F" "TEST_P" "TYPED_TEST")
  (#set! test)) @definition.function

(template_declaration
  (function_definition type: (_)? @type declarator: (_) @name body: (_) @body) @definition.function) @span
(template_declaration
  (class_specifier name: (template_type name: (_) @name) body: (_) @body) @definition.class) @span
(template_declaration
  (struct_specifier name: (template_type name: (_) @name) body: (_) @body) @definition.struct) @span
(template_declaration
  (class_specifier name: (_) @name body: (_) @body) @definition.class) @span
(template_declaration
  (struct_specifier name: (_) @name body: (_) @body) @definition.struct) @span
(template_declaration
  (declaration type: (_)? @type declarator: (_) @name) @definition.declarator) @span
(template_declaration
  (alias_declaration name: (_) @name type: (_) @type) @definition.type) @span
(template_declaration
  (concept_definition name: (_) @name) @definition.interface) @span

(class_specifier name: (_) @name body: (_) @body) @definition.class
(class_specifier !name body: (_) @body) @definition.class
(translation_unit (class_specifier name: (_) @name !body) @declaration.class)
(declaration_list (class_specifier name: (_) @name !body) @declaration.class)
(declaration_list (struct_specifier name: (_) @name !body) @declaration.struct)
(namespace_definition name: (_) @name body: (_) @body) @definition.namespace
(namespace_definition !name body: (_) @body) @definition.namespace
(alias_declaration name: (_) @name type: (_) @type) @definition.type
(namespace_alias_definition name: (_) @name) @definition.namespace

(function_definition
  declarator: (_) @name
  [(default_method_clause) (delete_method_clause)]) @definition.function
(function_definition
  type: (_)? @type
  declarator: (_) @name
  body: (_) @body) @definition.function
; Pure virtual.
(field_declaration
  type: (_) @type
  declarator: (function_declarator) @name
  default_value: (number_literal)
  (#set! abstract)) @definition.declarator
(field_declaration
  type: (_) @type
  declarator: (_) @name
  default_value: (_) @body) @definition.declarator
; Constructors have no type.
(field_declaration_list (declaration declarator: (_) @name) @definition.declarator)

; `auto x = Foo(…)`, `auto x = new Foo(…)`
(declaration
  type: (placeholder_type_specifier)
  declarator: (init_declarator
    declarator: (_) @name
    value: (new_expression type: (_) @type) @body)) @definition.variable
((declaration
  type: (placeholder_type_specifier)
  declarator: (init_declarator
    declarator: (identifier) @name
    value: (call_expression function: (identifier) @type) @body)) @definition.variable
  (#match? @type "^[A-Z]"))

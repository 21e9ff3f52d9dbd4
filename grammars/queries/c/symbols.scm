; Definitions and declarations of C. The first pattern that names a node wins.
(comment) @comment

(function_definition
  type: (_)? @type
  declarator: (_) @name
  body: (compound_statement) @body) @definition.function

; Prototypes and variables: the declarator's shape tells which.
(declaration
  type: (_) @type
  declarator: (init_declarator
    declarator: (_) @name
    value: (_) @body)) @definition.variable
(declaration type: (_) @type declarator: (_) @name) @definition.declarator

(struct_specifier name: (_) @name body: (_) @body) @definition.struct
(union_specifier name: (_) @name body: (_) @body) @definition.union
(enum_specifier name: (_) @name body: (_) @body) @definition.enum
(struct_specifier !name body: (_) @body) @definition.struct
(union_specifier !name body: (_) @body) @definition.union
(enum_specifier !name body: (_) @body) @definition.enum
; `struct foo;` alone
(translation_unit (struct_specifier name: (_) @name !body) @declaration.struct)
(translation_unit (union_specifier name: (_) @name !body) @declaration.union)

(enumerator name: (_) @name) @definition.enum_member
(field_declaration type: (_) @type declarator: (_) @name) @definition.declarator
(type_definition type: (_) @type declarator: (_) @name) @definition.type

(preproc_def name: (_) @name value: (_)? @body) @definition.macro
(preproc_function_def name: (_) @name value: (_)? @body) @definition.macro

; Functions whose head is a macro: what follows the call is the body.
(translation_unit
  (expression_statement
    (call_expression
      function: (identifier) @_macro
      arguments: (argument_list . (identifier) @container . (identifier) @name))) @definition.function
  . (compound_statement) @body
  (#any-of? @_macro "TEST" "TEST_F" "TEST_P" "TYPED_TEST" "FIXTURE_TEST")
  (#set! test))
(translation_unit
  (expression_statement
    (call_expression
      function: (identifier) @_macro
      arguments: (argument_list . (identifier) @name))) @definition.function
  . (compound_statement) @body
  (#match? @_macro "^[A-Z][A-Z0-9_]+$")
  (#not-any-of? @_macro "TEST" "TEST_F" "TEST_P" "TYPED_TEST" "FIXTURE_TEST"))
; `main() { … }` of old: no type.
(translation_unit
  (expression_statement
    (call_expression function: (identifier) @name)) @definition.function
  . (compound_statement) @body
  (#match? @name "[a-z]"))

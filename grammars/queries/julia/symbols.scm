; Definitions of Julia. A string before a definition documents it.
[(line_comment) (block_comment)] @comment
(source_file (string_literal) @comment)
(module_definition (string_literal) @comment)

((module_definition name: (_) @name) @definition.module (#set! headline))

(struct_definition (type_head (identifier) @name) @signature) @definition.struct
(struct_definition
  (type_head (parametrized_type_expression . (identifier) @name)) @signature) @definition.struct
(struct_definition
  (type_head (binary_expression . (identifier) @name)) @signature) @definition.struct
(struct_definition
  (type_head (binary_expression . (parametrized_type_expression . (identifier) @name)))
  @signature) @definition.struct
(struct_definition (typed_expression . (identifier) @name . (_) @type) @definition.field)
(struct_definition (identifier) @name @definition.field)
((abstract_definition (type_head (identifier) @name)) @definition.type (#set! abstract))
((abstract_definition (type_head (binary_expression . (identifier) @name))) @definition.type
  (#set! abstract))
((abstract_definition (type_head (parametrized_type_expression . (identifier) @name)))
  @definition.type
  (#set! abstract))
((abstract_definition
  (type_head (binary_expression . (parametrized_type_expression . (identifier) @name))))
  @definition.type
  (#set! abstract))
(primitive_definition (type_head (identifier) @name)) @definition.type
(primitive_definition (type_head (binary_expression . (identifier) @name))) @definition.type

(function_definition (signature
  (call_expression . [(identifier) (operator)] @name)) @signature) @definition.function
(function_definition (signature
  (call_expression . (field_expression (identifier) @name .))) @signature) @definition.function
(function_definition (signature
  (call_expression . (parametrized_type_expression . (identifier) @name))) @signature) @definition.function
(function_definition (signature
  (typed_expression . (call_expression . [(identifier) (operator)] @name) . (_) @type)) @signature) @definition.function
(function_definition (signature
  (typed_expression
    . (call_expression . (field_expression (identifier) @name .))
    . (_) @type)) @signature) @definition.function
(function_definition (signature (where_expression
  . (call_expression . [(identifier) (operator)] @name))) @signature) @definition.function
(function_definition (signature (where_expression
  . (call_expression . (field_expression (identifier) @name .)))) @signature) @definition.function
(function_definition (signature (where_expression
  . (call_expression . (parametrized_type_expression . (identifier) @name)))) @signature) @definition.function
(function_definition (signature (where_expression . (typed_expression
  . (call_expression . [(identifier) (operator)] @name)
  . (_) @type))) @signature) @definition.function
(function_definition (signature (identifier) @name)) @declaration.function

(assignment . (call_expression . [(identifier) (operator)] @name) . (operator) . (_) @body) @definition.function
(assignment
  . (call_expression . (field_expression (identifier) @name .))
  . (operator)
  . (_) @body) @definition.function
(assignment
  . (typed_expression . (call_expression . [(identifier) (operator)] @name) . (_) @type)
  . (operator)
  . (_) @body) @definition.function
(assignment
  . (where_expression . (call_expression . [(identifier) (operator)] @name))
  . (operator)
  . (_) @body) @definition.function
(assignment
  . (where_expression . (typed_expression
    . (call_expression . [(identifier) (operator)] @name)
    . (_) @type))
  . (operator)
  . (_) @body) @definition.function
(assignment . (identifier) @name . (operator) . (arrow_function_expression) @body) @definition.function

((macro_definition (signature (call_expression . (identifier) @name)) @signature) @definition.macro)

(const_statement (assignment . (identifier) @name . (operator) . (_) @body)) @definition.constant
(const_statement (assignment
  . (typed_expression . (identifier) @name . (_) @type)
  . (operator)
  . (_) @body)) @definition.constant
(const_statement (assignment . (open_tuple (identifier) @name @definition.constant)))
(module_definition (assignment . (identifier) @name . (operator) . (_) @body) @definition.variable)
(source_file (assignment . (identifier) @name . (operator) . (_) @body) @definition.variable)

((macrocall_expression
  (macro_identifier (identifier) @_macro)
  (macro_argument_list . (identifier) @name)) @definition.enum
  (#eq? @_macro "enum"))
((macrocall_expression
  (macro_identifier (identifier) @_macro)
  (macro_argument_list . (_) (identifier) @name @definition.enum_member))
  (#eq? @_macro "enum"))
((macrocall_expression
  (macro_identifier (identifier) @_macro)
  (macro_argument_list . (_) (assignment . (identifier) @name) @definition.enum_member))
  (#eq? @_macro "enum"))
((macrocall_expression
  (macro_identifier (identifier) @_macro)
  (macro_argument_list (string_literal (content) @name))) @definition.function
  (#any-of? @_macro "testset" "testitem")
  (#set! test)
  (#set! headline))
; What it holds is local.
(let_statement) @local.function

; Definitions of Go. Variables of functions are local names by themselves.
(comment) @comment
(func_literal) @local.function
(package_clause (package_identifier) @name) @definition.package

((function_declaration
  name: (identifier) @name
  parameters: (parameter_list (parameter_declaration type: (_) @_type))
  body: (_) @body) @definition.function
  (#match? @name "^(Test|Benchmark|Fuzz)")
  (#match? @_type "^\\*testing\\.")
  (#set! test))
(function_declaration name: (_) @name result: (_)? @type body: (_) @body) @definition.function
(function_declaration name: (_) @name result: (_)? @type !body) @declaration.function

(method_declaration
  receiver: (parameter_list (parameter_declaration type: (pointer_type (type_identifier) @container)))
  name: (_) @name
  result: (_)? @type
  body: (_) @body) @definition.method
(method_declaration
  receiver: (parameter_list (parameter_declaration type: (type_identifier) @container))
  name: (_) @name
  result: (_)? @type
  body: (_) @body) @definition.method
(method_declaration
  receiver: (parameter_list
    (parameter_declaration type: (pointer_type (generic_type type: (type_identifier) @container))))
  name: (_) @name
  result: (_)? @type
  body: (_) @body) @definition.method
(method_declaration
  receiver: (parameter_list
    (parameter_declaration type: (generic_type type: (type_identifier) @container)))
  name: (_) @name
  result: (_)? @type
  body: (_) @body) @definition.method

; The comment stands before `type` when there are no brackets.
((type_declaration
  (type_spec name: (_) @name type: (struct_type (_) @body)) @definition.struct) @span
  (#not-match? @span "^type\\s*\\("))
((type_declaration
  (type_spec name: (_) @name type: (interface_type) @body) @definition.interface) @span
  (#not-match? @span "^type\\s*\\("))
((type_declaration (type_spec name: (_) @name type: (_) @type) @definition.type) @span
  (#not-match? @span "^type\\s*\\("))
(type_spec name: (_) @name type: (struct_type (_) @body)) @definition.struct
(type_spec name: (_) @name type: (interface_type) @body) @definition.interface
(type_spec name: (_) @name type: (_) @type) @definition.type
((type_declaration (type_alias name: (_) @name type: (_) @type) @definition.type) @span
  (#not-match? @span "^type\\s*\\("))
(type_alias name: (_) @name type: (_) @type) @definition.type

(field_declaration name: (_) @name type: (_) @type) @definition.field
(method_elem name: (_) @name result: (_)? @type) @declaration.method

((const_declaration
  (const_spec name: (identifier) @name type: (_)? @type value: (_)? @body) @definition.constant) @span
  (#not-match? @span "^const\\s*\\("))
(const_spec name: (identifier) @name type: (_)? @type value: (_)? @body) @definition.constant
; `var x = Foo{…}`, `var x = &Foo{…}`
((var_declaration
  (var_spec
    name: (identifier) @name
    !type
    value: (expression_list . (composite_literal type: (_) @type)) @body) @definition.variable) @span
  (#not-match? @span "^var\\s*\\("))
((var_declaration
  (var_spec
    name: (identifier) @name
    !type
    value: (expression_list . (unary_expression operand: (composite_literal type: (_) @type))) @body)
  @definition.variable) @span
  (#not-match? @span "^var\\s*\\("))
(var_spec
  name: (identifier) @name
  !type
  value: (expression_list . (composite_literal type: (_) @type)) @body) @definition.variable
(var_spec
  name: (identifier) @name
  !type
  value: (expression_list . (unary_expression operand: (composite_literal type: (_) @type))) @body)
@definition.variable
((var_declaration
  (var_spec name: (identifier) @name type: (_)? @type value: (_)? @body) @definition.variable) @span
  (#not-match? @span "^var\\s*\\("))
(var_spec name: (identifier) @name type: (_)? @type value: (_)? @body) @definition.variable

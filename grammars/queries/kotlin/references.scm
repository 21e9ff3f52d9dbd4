; Scopes and local names. The parameters of a class are seen in its initializers.
(function_declaration) @local.function
(anonymous_function) @local.function
(lambda_literal) @local.function
(secondary_constructor) @local.function
(anonymous_initializer) @local.function
(getter) @local.function
(setter) @local.function
(class_declaration) @local.scope
(type_alias) @local.scope
(block) @local.scope
(for_statement) @local.scope
(catch_block) @local.scope
(when_expression) @local.scope

(type_parameter (identifier) @local.type_parameter)
(function_value_parameters (parameter (identifier) @local.definition (type) @local.type))
(function_type_parameters (parameter (identifier) @ignored))
((class_parameter (identifier) @local.definition (type) @local.type) @_parameter
  (#not-match? @_parameter "(^|\\s)va[lr]\\s"))
(setter (identifier) @local.definition)
(lambda_parameters (variable_declaration (identifier) @local.definition (type)? @local.type))
(lambda_parameters
  (multi_variable_declaration
    (variable_declaration (identifier) @local.definition (type)? @local.type)))
(for_statement (variable_declaration (identifier) @local.definition (type)? @local.type))
(for_statement
  (multi_variable_declaration
    (variable_declaration (identifier) @local.definition (type)? @local.type)))
(when_subject (variable_declaration (identifier) @local.definition (type)? @local.type))
(catch_block (identifier) @local.definition (type) @local.type)
((block
  (property_declaration
    (variable_declaration . (identifier) @local.definition .)
    (call_expression . (identifier) @local.type)))
  (#match? @local.type "^[A-Z]"))
(block
  (property_declaration
    (variable_declaration (identifier) @local.definition (type)? @local.type)))
(block
  (property_declaration
    (multi_variable_declaration
      (variable_declaration (identifier) @local.definition (type)? @local.type))))
((lambda_literal
  (property_declaration
    (variable_declaration . (identifier) @local.definition .)
    (call_expression . (identifier) @local.type)))
  (#match? @local.type "^[A-Z]"))
(lambda_literal
  (property_declaration
    (variable_declaration (identifier) @local.definition (type)? @local.type)))
(lambda_literal
  (property_declaration
    (multi_variable_declaration
      (variable_declaration (identifier) @local.definition (type)? @local.type))))

; Names of nothing here.
(value_argument . (identifier) @ignored . (_))
((labeled_expression . (label) @_jump . (identifier) @ignored)
  (#any-of? @_jump "break@" "continue@"))
(return_expression label: (_) @ignored)
((identifier) @ignored (#any-of? @ignored "it" "true" "false" "null" "field" "break" "continue"))

; Base classes and interfaces. The first names of `a.b.C` are no bases.
(user_type (identifier) @reference.type . (identifier))
(delegation_specifier (user_type (identifier) @receiver . (identifier) @reference.inherit))
(delegation_specifier (user_type . (identifier) @reference.inherit))
(delegation_specifier
  (constructor_invocation
    (user_type (identifier) @receiver . (identifier) @reference.inherit)
    (value_arguments) @arguments))
(delegation_specifier
  (constructor_invocation
    (user_type . (identifier) @reference.inherit)
    (value_arguments) @arguments))
(delegation_specifier
  (explicit_delegation (user_type . (identifier) @reference.inherit)))

; Calls. A lambda after the brackets is an argument too.
(call_expression . (identifier) @reference.call (annotated_lambda))
(call_expression . (identifier) @reference.call (value_arguments) @arguments)
(call_expression
  . (navigation_expression . (_) @receiver . (identifier) @reference.call .)
  (annotated_lambda))
(call_expression
  . (navigation_expression . (_) @receiver . (identifier) @reference.call .)
  (value_arguments) @arguments)
(infix_expression . (_) @receiver . (identifier) @reference.call . (_))
(callable_reference (_) @receiver (identifier) @reference.read .)
(callable_reference . (identifier) @reference.read .)

; Writes.
(assignment left: (identifier) @reference.write)
(assignment left: (navigation_expression . (_) @receiver . (identifier) @reference.write .))
(unary_expression operator: "++" argument: (identifier) @reference.write)
(unary_expression operator: "--" argument: (identifier) @reference.write)
(unary_expression argument: (identifier) @reference.write operator: "++")
(unary_expression argument: (identifier) @reference.write operator: "--")
(unary_expression
  argument: (navigation_expression . (_) @receiver . (identifier) @reference.write .)
  operator: "++")
(unary_expression
  argument: (navigation_expression . (_) @receiver . (identifier) @reference.write .)
  operator: "--")

; Everything else that is named.
(user_type (identifier) @receiver . (identifier) @reference.type)
(user_type (identifier) @reference.type)
(type_constraint . (identifier) @reference.type)
(navigation_expression . (_) @receiver . (identifier) @reference.read .)
(identifier) @reference.read

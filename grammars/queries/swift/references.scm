; Scopes and local names. The names a guard binds are seen after it.
(function_declaration) @local.function
(protocol_function_declaration) @local.function
(init_declaration) @local.function
(deinit_declaration) @local.function
(subscript_declaration) @local.function
(computed_property) @local.function
(willset_didset_block) @local.function
(lambda_literal) @local.function
(macro_declaration) @local.function
(statements) @local.scope
(for_statement) @local.scope
(if_statement) @local.scope
(while_statement) @local.scope
(switch_entry) @local.scope
(catch_block) @local.scope
(class_declaration (type_parameters)) @local.scope
(protocol_declaration (type_parameters)) @local.scope
(typealias_declaration (type_parameters)) @local.scope

(type_parameter . (type_identifier) @local.type_parameter)
(parameter
  name: (simple_identifier) @local.definition
  [(user_type) (optional_type) (array_type) (dictionary_type) (tuple_type) (function_type)
    (opaque_type) (existential_type) (protocol_composition_type) (metatype)] @local.type)
(parameter name: (simple_identifier) @local.definition)
(lambda_parameter
  name: (simple_identifier) @local.definition
  [(user_type) (optional_type) (array_type) (dictionary_type) (tuple_type) (function_type)
    (opaque_type) (existential_type) (protocol_composition_type) (metatype)] @local.type)
(lambda_parameter name: (simple_identifier) @local.definition)
(computed_setter (simple_identifier) @local.definition)
(didset_clause (simple_identifier) @local.definition)
(willset_clause (simple_identifier) @local.definition)

(statements
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @local.definition)
    . (type_annotation (_) @local.type)))
((statements
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @local.definition)
    . (call_expression . (simple_identifier) @local.type)))
  (#match? @local.type "^[A-Z]"))
(statements
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @local.definition)
    . (constructor_expression constructed_type: (user_type) @local.type)))
(statements
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @local.definition)))
(for_statement item: (pattern bound_identifier: (simple_identifier) @local.definition))
(if_statement
  bound_identifier: (simple_identifier) @local.definition
  . (as_expression (as_operator) . (user_type) @local.type))
(if_statement bound_identifier: (simple_identifier) @local.definition)
(guard_statement
  bound_identifier: (simple_identifier) @local.definition
  . (as_expression (as_operator) . (user_type) @local.type))
(guard_statement bound_identifier: (simple_identifier) @local.definition)
(while_statement
  bound_identifier: (simple_identifier) @local.definition
  . (as_expression (as_operator) . (user_type) @local.type))
(while_statement bound_identifier: (simple_identifier) @local.definition)
(while_statement (pattern bound_identifier: (simple_identifier) @local.definition))
(if_statement (pattern bound_identifier: (simple_identifier) @local.definition))
(if_statement (pattern . (simple_identifier) @local.definition .))
(guard_statement (pattern bound_identifier: (simple_identifier) @local.definition))
(guard_statement (pattern . (simple_identifier) @local.definition .))
(catch_block error: (pattern bound_identifier: (simple_identifier) @local.definition))
(switch_pattern (pattern bound_identifier: (simple_identifier) @local.definition))
(pattern (pattern bound_identifier: (simple_identifier) @local.definition))
((pattern (pattern . (simple_identifier) @local.definition .) @_inner)
  (#not-match? @_inner "^[.]"))

; Names of nothing here.
(value_argument_label (simple_identifier) @ignored)
(parameter external_name: (simple_identifier) @ignored)
(lambda_parameter external_name: (simple_identifier) @ignored)
(tuple_expression name: (simple_identifier) @ignored)
(tuple_type_item name: (simple_identifier) @ignored)
(enum_type_parameters (simple_identifier) @ignored)
(call_suffix name: (simple_identifier) @ignored)
(attribute (simple_identifier) @ignored)
((capture_list_item name: (simple_identifier) @ignored) (#eq? @ignored "self"))
((attribute (user_type (type_identifier) @ignored))
  (#any-of? @ignored "autoclosure" "available" "discardableResult" "escaping" "frozen" "inlinable"
    "inline" "main" "objc" "preconcurrency" "testable" "unknown" "_exported" "usableFromInline"))
(availability_condition (identifier) @ignored)
(operator_declaration (simple_identifier) @ignored)
(precedence_group_declaration (simple_identifier) @ignored)
(precedence_group_attribute (simple_identifier) @ignored)
((simple_identifier) @ignored (#match? @ignored "^([$].*|newValue|oldValue|Self)$"))
((user_type . (type_identifier) @ignored) (#eq? @ignored "Self"))

; Base classes and protocols. The first names of `A.B.C` are no bases.
(inheritance_specifier
  inherits_from: (user_type (type_identifier) @reference.type . (type_identifier)))
(inheritance_specifier
  inherits_from: (user_type (type_identifier) @receiver . (type_identifier) @reference.inherit))
(inheritance_specifier inherits_from: (user_type . (type_identifier) @reference.inherit))

; Calls. A lambda after the brackets is an argument too; with square brackets it is no call.
(call_expression . (simple_identifier) @reference.call (call_suffix (lambda_literal)))
(call_expression
  . (simple_identifier) @reference.call
  (call_suffix (value_arguments "(") @arguments))
(call_expression
  . (navigation_expression
    target: (_) @receiver
    suffix: (navigation_suffix suffix: (simple_identifier) @reference.call))
  (call_suffix (lambda_literal)))
(call_expression
  . (navigation_expression
    target: (_) @receiver
    suffix: (navigation_suffix suffix: (simple_identifier) @reference.call))
  (call_suffix (value_arguments "(") @arguments))
(call_expression
  . (prefix_expression operation: "." target: (simple_identifier) @reference.call)
  (call_suffix (value_arguments "(") @arguments)
  (#set! member))
(constructor_expression
  constructed_type: (user_type . (type_identifier) @reference.call)
  (constructor_suffix (value_arguments) @arguments))
(infix_expression lhs: (_) @receiver op: (custom_operator) @reference.call)
(macro_invocation (simple_identifier) @reference.macro)
(directive (simple_identifier) @reference.macro)

; Writes.
(assignment target: (directly_assignable_expression (simple_identifier) @reference.write))
(assignment
  target: (directly_assignable_expression
    (navigation_expression
      target: (_) @receiver
      suffix: (navigation_suffix suffix: (simple_identifier) @reference.write))))

; Everything else that is named.
(inheritance_constraint constrained_type: (identifier . (simple_identifier) @reference.type))
(equality_constraint constrained_type: (identifier . (simple_identifier) @reference.type))
(user_type (type_identifier) @receiver . (type_identifier) @reference.type)
(type_identifier) @reference.type
(pattern "." . (simple_identifier) @reference.read (#set! member))
(prefix_expression operation: "." target: (simple_identifier) @reference.read (#set! member))
(key_path_expression (simple_identifier) @reference.read (#set! member))
(navigation_expression
  target: (_) @receiver
  suffix: (navigation_suffix suffix: (simple_identifier) @reference.read))
(simple_identifier) @reference.read

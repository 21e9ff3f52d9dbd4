; Scopes and local names. In patterns, names in small letters are new, others are constants.
(function_definition) @local.function
(function_declaration) @local.function
(lambda_expression) @local.function
(extension_definition) @local.function
(given_definition) @local.function
(block) @local.scope
(indented_block) @local.scope
(case_clause) @local.scope
(colon_argument) @local.scope
(for_expression) @local.scope
(template_body (self_type)) @local.scope
(class_definition type_parameters: (_)) @local.scope
(trait_definition type_parameters: (_)) @local.scope
(enum_definition type_parameters: (_)) @local.scope
(full_enum_case type_parameters: (_)) @local.scope
(type_definition type_parameters: (_)) @local.scope
(type_lambda) @local.scope

(type_parameters name: (identifier) @local.type_parameter)
(covariant_type_parameter name: (identifier) @local.type_parameter)
(contravariant_type_parameter name: (identifier) @local.type_parameter)
(type_lambda name: (identifier) @local.type_parameter)
(parameter name: (_) @local.definition type: (_) @local.type)
(binding name: (_) @local.definition type: (_)? @local.type)
(lambda_expression parameters: (identifier) @local.definition)
(colon_argument lambda_start: (identifier) @local.definition)
(self_type . (identifier) @local.definition)
((block
  (val_definition
    pattern: (identifier) @local.definition
    !type
    value: (call_expression function: (identifier) @local.type)))
  (#match? @local.type "^[A-Z]"))
(block
  (val_definition
    pattern: (identifier) @local.definition
    !type
    value: (instance_expression . (_) @local.type)))
(block
  (val_definition pattern: (identifier) @local.definition type: (_)? @local.type))
((block
  (var_definition
    pattern: (identifier) @local.definition
    !type
    value: (call_expression function: (identifier) @local.type)))
  (#match? @local.type "^[A-Z]"))
(block
  (var_definition
    pattern: (identifier) @local.definition
    !type
    value: (instance_expression . (_) @local.type)))
(block
  (var_definition pattern: (identifier) @local.definition type: (_)? @local.type))
((indented_block
  (val_definition
    pattern: (identifier) @local.definition
    !type
    value: (call_expression function: (identifier) @local.type)))
  (#match? @local.type "^[A-Z]"))
(indented_block
  (val_definition
    pattern: (identifier) @local.definition
    !type
    value: (instance_expression . (_) @local.type)))
(indented_block
  (val_definition pattern: (identifier) @local.definition type: (_)? @local.type))
((indented_block
  (var_definition
    pattern: (identifier) @local.definition
    !type
    value: (call_expression function: (identifier) @local.type)))
  (#match? @local.type "^[A-Z]"))
(indented_block
  (var_definition
    pattern: (identifier) @local.definition
    !type
    value: (instance_expression . (_) @local.type)))
(indented_block
  (var_definition pattern: (identifier) @local.definition type: (_)? @local.type))
((case_clause
  (val_definition
    pattern: (identifier) @local.definition
    !type
    value: (call_expression function: (identifier) @local.type)))
  (#match? @local.type "^[A-Z]"))
(case_clause
  (val_definition
    pattern: (identifier) @local.definition
    !type
    value: (instance_expression . (_) @local.type)))
(case_clause
  (val_definition pattern: (identifier) @local.definition type: (_)? @local.type))
((case_clause
  (var_definition
    pattern: (identifier) @local.definition
    !type
    value: (call_expression function: (identifier) @local.type)))
  (#match? @local.type "^[A-Z]"))
(case_clause
  (var_definition
    pattern: (identifier) @local.definition
    !type
    value: (instance_expression . (_) @local.type)))
(case_clause
  (var_definition pattern: (identifier) @local.definition type: (_)? @local.type))
(identifiers (identifier) @local.definition)
((case_clause pattern: (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))
(capture_pattern name: (identifier) @local.definition)
((tuple_pattern (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))
((case_class_pattern pattern: (identifier) @local.definition)
  (#match? @local.definition "^[a-z_]"))
((infix_pattern left: (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))
((infix_pattern right: (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))
(typed_pattern pattern: (identifier) @local.definition type: (_) @local.type)
(repeat_pattern pattern: (identifier) @local.definition)
((enumerator . (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))

; Names of nothing here.
((identifier) @ignored (#any-of? @ignored "this" "super"))
(arguments (assignment_expression left: (identifier) @ignored))
(named_pattern . (identifier) @ignored)
(access_qualifier (identifier) @ignored)
((interpolated_string_expression interpolator: (identifier) @ignored)
  (#any-of? @ignored "s" "f" "raw"))
(interpolated_string_expression interpolator: (identifier) @reference.call)

; Base classes and traits. A class without a name is the heir of what it makes.
(extends_clause
  (type_identifier) @reference.inherit)
(extends_clause
  (generic_type type: (type_identifier) @reference.inherit))
(extends_clause
  (stable_type_identifier . (_) @receiver (type_identifier) @reference.inherit .))
(extends_clause
  (generic_type
    type: (stable_type_identifier . (_) @receiver (type_identifier) @reference.inherit .)))
(extends_clause
  (compound_type base: (type_identifier) @reference.inherit))
(extends_clause
  (compound_type base: (generic_type type: (type_identifier) @reference.inherit)))
(extends_clause
  (compound_type base: (stable_type_identifier . (_) @receiver (type_identifier) @reference.inherit .)))
(extends_clause
  (compound_type base: (generic_type
    type: (stable_type_identifier . (_) @receiver (type_identifier) @reference.inherit .))))
(extends_clause
  (compound_type extra: (type_identifier) @reference.inherit))
(extends_clause
  (compound_type extra: (generic_type type: (type_identifier) @reference.inherit)))
(extends_clause
  (compound_type extra: (stable_type_identifier . (_) @receiver (type_identifier) @reference.inherit .)))
(extends_clause
  (compound_type extra: (generic_type
    type: (stable_type_identifier . (_) @receiver (type_identifier) @reference.inherit .))))
(derives_clause type: (type_identifier) @reference.inherit)
(given_definition
  return_type: (type_identifier) @reference.inherit
  body: (with_template_body))
(given_definition
  return_type: (generic_type type: (type_identifier) @reference.inherit)
  body: (with_template_body))
(given_definition (type_identifier) @reference.inherit body: (with_template_body))
(given_definition
  (generic_type type: (type_identifier) @reference.inherit)
  body: (with_template_body))
(instance_expression (type_identifier) @reference.inherit (template_body) (#set! new))
(instance_expression
  (generic_type type: (type_identifier) @reference.inherit)
  (template_body)
  (#set! new))

; Calls.
(instance_expression (type_identifier) @reference.call arguments: (_) @arguments (#set! new))
(instance_expression . (type_identifier) @reference.call . (#set! new))
(instance_expression
  (generic_type type: (type_identifier) @reference.call)
  arguments: (_) @arguments
  (#set! new))
(instance_expression . (generic_type type: (type_identifier) @reference.call) . (#set! new))
(instance_expression
  (stable_type_identifier . (_) @receiver (type_identifier) @reference.call .)
  (#set! new))
(call_expression function: (identifier) @reference.call arguments: (arguments) @arguments)
(call_expression function: (identifier) @reference.call)
(call_expression
  function: (field_expression value: (_) @receiver field: (identifier) @reference.call)
  arguments: (arguments) @arguments)
(call_expression
  function: (field_expression value: (_) @receiver field: (_) @reference.call))
(call_expression
  function: (generic_function function: (identifier) @reference.call)
  arguments: (arguments) @arguments)
(call_expression
  function: (generic_function
    function: (field_expression value: (_) @receiver field: (identifier) @reference.call))
  arguments: (arguments) @arguments)
(infix_expression left: (_) @receiver operator: (identifier) @reference.call)
((infix_expression left: (_) @receiver operator: (operator_identifier) @reference.call)
  (#not-any-of? @reference.call "+" "-" "*" "/" "%" "==" "!=" "<" ">" "<=" ">=" "&&" "||" "&" "|"
    "^" "<<" ">>" "->" "=" "++" "::" ":::" "+=" "-=" "+:" ":+" "*=" "/=" "<-"))
(postfix_expression . (_) @receiver (identifier) @reference.call .)

; Writes.
(assignment_expression left: (identifier) @reference.write)
(assignment_expression
  left: (field_expression value: (_) @receiver field: (identifier) @reference.write))

; Everything else that is named.
(stable_type_identifier . (_) @receiver (type_identifier) @reference.type .)
(stable_identifier . (_) @receiver (identifier) @reference.read .)
(field_expression value: (_) @receiver field: (identifier) @reference.read)
(type_identifier) @reference.type
(identifier) @reference.read

; inherits: c_family
(template_declaration) @local.scope
(for_range_loop) @local.scope
(catch_clause) @local.scope
(requires_expression) @local.scope

(type_parameter_declaration (type_identifier) @local.type_parameter)
(optional_type_parameter_declaration name: (type_identifier) @local.type_parameter)
(variadic_type_parameter_declaration (type_identifier) @local.type_parameter)
(optional_parameter_declaration type: (_) @local.type declarator: (_) @local.definition)
(variadic_parameter_declaration type: (_) @local.type declarator: (_) @local.definition)
(for_range_loop type: (_) @local.type declarator: (_) @local.definition)
(structured_binding_declarator (identifier) @local.definition)
(destructor_name (identifier) @local.definition)
(lambda_capture_initializer left: (identifier) @local.definition)
(condition_clause
  value: (declaration type: (_) @local.type declarator: (init_declarator declarator: (_) @local.definition)))
(condition_clause value: (declaration type: (_) @local.type declarator: (identifier) @local.definition))

; Base classes.
(base_class_clause (type_identifier) @reference.inherit)
(base_class_clause
  (qualified_identifier scope: (_) @receiver name: (type_identifier) @reference.inherit))
(base_class_clause (template_type name: (type_identifier) @reference.inherit))
(base_class_clause
  (qualified_identifier
    scope: (_) @receiver
    name: (template_type name: (type_identifier) @reference.inherit)))

; Calls.
(call_expression
  function: (qualified_identifier !scope name: (identifier) @reference.call)
  arguments: (argument_list) @arguments)
(call_expression
  function: (qualified_identifier scope: (_) @receiver name: (identifier) @reference.call)
  arguments: (argument_list) @arguments)
(call_expression
  function: (qualified_identifier
    name: (qualified_identifier scope: (_) @receiver name: (identifier) @reference.call))
  arguments: (argument_list) @arguments)
(call_expression
  function: (qualified_identifier
    scope: (_) @receiver
    name: (template_function name: (identifier) @reference.call))
  arguments: (argument_list) @arguments)
(call_expression
  function: (template_function name: (identifier) @reference.call)
  arguments: (argument_list) @arguments)
(call_expression
  function: (field_expression
    argument: (_) @receiver
    field: (template_method name: (_) @reference.call))
  arguments: (argument_list) @arguments)
(new_expression
  type: (type_identifier) @reference.call
  arguments: (_)? @arguments
  (#set! new))
(new_expression
  type: (qualified_identifier scope: (_) @receiver name: (type_identifier) @reference.call)
  arguments: (_)? @arguments
  (#set! new))
(new_expression
  type: (template_type name: (type_identifier) @reference.call)
  arguments: (_)? @arguments
  (#set! new))

(field_initializer (field_identifier) @reference.write (#set! self))
(qualified_identifier scope: (_) @receiver name: (type_identifier) @reference.type)
(qualified_identifier scope: (_) @receiver name: (identifier) @reference.read)

(function_declaration) @local.function
(generator_function_declaration) @local.function
(method_definition) @local.function
(statement_block) @local.scope
(for_statement) @local.scope
(for_in_statement) @local.scope
(catch_clause) @local.scope
(switch_body) @local.scope

(arrow_function parameter: (identifier) @local.definition)
(for_in_statement left: (identifier) @local.definition)
(catch_clause parameter: (identifier) @local.definition)
(object_pattern (shorthand_property_identifier_pattern) @local.definition)
(object_assignment_pattern left: (shorthand_property_identifier_pattern) @local.definition)
(pair_pattern value: (identifier) @local.definition)
(array_pattern (identifier) @local.definition)
(rest_pattern (identifier) @local.definition)
(assignment_pattern left: (identifier) @local.definition)
(variable_declaration
  (variable_declarator
    name: (identifier) @local.hoisted
    value: (new_expression constructor: (_) @local.type)))
(variable_declaration (variable_declarator name: (identifier) @local.hoisted))
(variable_declarator
  name: (identifier) @local.valued
  value: [(call_expression) (member_expression) (await_expression) (identifier)] @local.value)
(function_expression name: (identifier) @local.definition)
(class name: (_) @local.definition)
(labeled_statement label: (_) @local.definition)

(call_expression function: (identifier) @reference.call arguments: (arguments) @arguments)
(call_expression
  function: (member_expression object: (_) @receiver property: (_) @reference.call)
  arguments: (arguments) @arguments)
(call_expression function: (identifier) @reference.call)
(call_expression function: (member_expression object: (_) @receiver property: (_) @reference.call))
(new_expression
  constructor: (identifier) @reference.call
  arguments: (_)? @arguments
  (#set! new))
(new_expression
  constructor: (member_expression object: (_) @receiver property: (_) @reference.call)
  arguments: (_)? @arguments
  (#set! new))
(decorator (identifier) @reference.call)
(decorator (member_expression object: (_) @receiver property: (_) @reference.call))

(assignment_expression left: (identifier) @reference.write)
(assignment_expression
  left: (member_expression object: (_) @receiver property: (_) @reference.write))
(augmented_assignment_expression left: (identifier) @reference.write)
(augmented_assignment_expression
  left: (member_expression object: (_) @receiver property: (_) @reference.write))
(update_expression argument: (identifier) @reference.write)
(update_expression
  argument: (member_expression object: (_) @receiver property: (_) @reference.write))

(member_expression object: (_) @receiver property: (_) @reference.read)
(export_specifier alias: (_) @local.definition)
(shorthand_property_identifier) @reference.read
(identifier) @reference.read

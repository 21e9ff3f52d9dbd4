(function_declaration) @local.function
(method_declaration) @local.function
(method_elem) @local.function
(function_type) @local.function
(type_spec) @local.scope
(block) @local.scope
(if_statement) @local.scope
(for_statement) @local.scope
(expression_switch_statement) @local.scope
(type_switch_statement) @local.scope
(expression_case) @local.scope
(default_case) @local.scope
(type_case) @local.scope
(communication_case) @local.scope

(parameter_declaration name: (identifier) @local.definition type: (_) @local.type)
(variadic_parameter_declaration name: (identifier) @local.definition)
(type_parameter_declaration name: (identifier) @local.type_parameter)
(method_declaration
  receiver: (parameter_list
    (parameter_declaration
      type: (pointer_type
        (generic_type
          type_arguments: (type_arguments (type_elem (type_identifier) @local.type_parameter)))))))
(method_declaration
  receiver: (parameter_list
    (parameter_declaration
      type: (generic_type
        type_arguments: (type_arguments (type_elem (type_identifier) @local.type_parameter))))))
(short_var_declaration
  left: (expression_list . (identifier) @local.definition .)
  right: (expression_list . (composite_literal type: (_) @local.type)))
(short_var_declaration
  left: (expression_list . (identifier) @local.definition .)
  right: (expression_list . (unary_expression operand: (composite_literal type: (_) @local.type))))
(short_var_declaration left: (expression_list (identifier) @local.definition))
(short_var_declaration
  left: (expression_list . (identifier) @local.valued)
  right: (expression_list . [(call_expression) (selector_expression) (identifier)] @local.value))
(var_spec
  name: (identifier) @local.valued
  !type
  value: (expression_list . [(call_expression) (selector_expression) (identifier)] @local.value))
(range_clause left: (expression_list (identifier) @local.definition))
(receive_statement left: (expression_list (identifier) @local.definition))
(type_switch_statement alias: (expression_list (identifier) @local.definition))

; Embedded types.
(field_declaration !name type: (type_identifier) @reference.inherit)
(field_declaration
  !name
  type: (qualified_type package: (_) @receiver name: (type_identifier) @reference.inherit))
(field_declaration !name type: (generic_type type: (type_identifier) @reference.inherit))
(interface_type (type_elem (type_identifier) @reference.inherit))
(interface_type
  (type_elem (qualified_type package: (_) @receiver name: (type_identifier) @reference.inherit)))

(call_expression function: (identifier) @reference.call arguments: (_) @arguments)
(call_expression
  function: (selector_expression operand: (_) @receiver field: (_) @reference.call)
  arguments: (_) @arguments)
(call_expression
  function: (parenthesized_expression (identifier) @reference.call)
  arguments: (_) @arguments)

(assignment_statement left: (expression_list (identifier) @reference.write))
(assignment_statement
  left: (expression_list (selector_expression operand: (_) @receiver field: (_) @reference.write)))
(inc_statement (identifier) @reference.write)
(dec_statement (identifier) @reference.write)
(inc_statement (selector_expression operand: (_) @receiver field: (_) @reference.write))
(dec_statement (selector_expression operand: (_) @receiver field: (_) @reference.write))

; Keys of struct literals are fields.
(composite_literal
  type: [(type_identifier) (qualified_type) (generic_type)] @receiver.type
  body: (literal_value (keyed_element key: (literal_element (identifier) @reference.write))))

(qualified_type package: (_) @receiver name: (type_identifier) @reference.type)
(type_identifier) @reference.type
(selector_expression operand: (_) @receiver field: (_) @reference.read)
(identifier) @reference.read

; Scopes and local names.
(method_declaration) @local.function
(constructor_declaration) @local.function
(destructor_declaration) @local.function
(operator_declaration) @local.function
(conversion_operator_declaration) @local.function
(indexer_declaration) @local.function
(property_declaration) @local.function
(accessor_declaration) @local.function
(local_function_statement) @local.function
(lambda_expression) @local.function
(anonymous_method_expression) @local.function
(delegate_declaration) @local.function
(block) @local.scope
(for_statement) @local.scope
(foreach_statement) @local.scope
(using_statement) @local.scope
(fixed_statement) @local.scope
(catch_clause) @local.scope
(switch_section) @local.scope
(switch_expression_arm) @local.scope
(query_expression) @local.scope
(class_declaration (type_parameter_list)) @local.scope
(struct_declaration (type_parameter_list)) @local.scope
(interface_declaration type_parameters: (_)) @local.scope
(record_declaration (type_parameter_list)) @local.scope

(type_parameter name: (_) @local.type_parameter)
(parameter type: (_) @local.type name: (_) @local.definition)
(parameter name: (_) @local.definition)
(parameter_list type: (_) @local.type name: (_) @local.definition)
(implicit_parameter) @local.definition

; `var x = new Foo()` is a Foo.
(local_declaration_statement
  (variable_declaration
    type: (implicit_type)
    (variable_declarator
      name: (identifier) @local.definition
      (object_creation_expression type: (_) @local.type))))
(local_declaration_statement
  (variable_declaration
    type: (implicit_type)
    (variable_declarator name: (identifier) @local.definition)))
(local_declaration_statement
  (variable_declaration
    type: [(identifier) (generic_name) (qualified_name) (nullable_type) (array_type) (pointer_type) (predefined_type)
      (tuple_type) (ref_type) (alias_qualified_name)] @local.type
    (variable_declarator name: (identifier) @local.definition)))
(for_statement initializer:
  (variable_declaration
    type: (implicit_type)
    (variable_declarator
      name: (identifier) @local.definition
      (object_creation_expression type: (_) @local.type))))
(for_statement initializer:
  (variable_declaration
    type: (implicit_type)
    (variable_declarator name: (identifier) @local.definition)))
(for_statement initializer:
  (variable_declaration
    type: [(identifier) (generic_name) (qualified_name) (nullable_type) (array_type) (pointer_type) (predefined_type)
      (tuple_type) (ref_type) (alias_qualified_name)] @local.type
    (variable_declarator name: (identifier) @local.definition)))
(using_statement
  (variable_declaration
    type: (implicit_type)
    (variable_declarator
      name: (identifier) @local.definition
      (object_creation_expression type: (_) @local.type))))
(using_statement
  (variable_declaration
    type: (implicit_type)
    (variable_declarator name: (identifier) @local.definition)))
(using_statement
  (variable_declaration
    type: [(identifier) (generic_name) (qualified_name) (nullable_type) (array_type) (pointer_type) (predefined_type)
      (tuple_type) (ref_type) (alias_qualified_name)] @local.type
    (variable_declarator name: (identifier) @local.definition)))
(fixed_statement
  (variable_declaration
    type: (implicit_type)
    (variable_declarator
      name: (identifier) @local.definition
      (object_creation_expression type: (_) @local.type))))
(fixed_statement
  (variable_declaration
    type: (implicit_type)
    (variable_declarator name: (identifier) @local.definition)))
(fixed_statement
  (variable_declaration
    type: [(identifier) (generic_name) (qualified_name) (nullable_type) (array_type) (pointer_type) (predefined_type)
      (tuple_type) (ref_type) (alias_qualified_name)] @local.type
    (variable_declarator name: (identifier) @local.definition)))
(foreach_statement type: (implicit_type) left: (identifier) @local.definition)
(foreach_statement type: (_) @local.type left: (identifier) @local.definition)
(tuple_pattern name: (_) @local.definition)
(catch_declaration type: (_) @local.type name: (_) @local.definition)
(declaration_pattern type: (_) @local.type name: (_) @local.definition)
(recursive_pattern type: (_) @local.type name: (_) @local.definition)
(recursive_pattern name: (_) @local.definition)
(var_pattern name: (_) @local.definition)
(list_pattern name: (_) @local.definition)
(parenthesized_variable_designation name: (_) @local.definition)
(declaration_expression type: (_) @local.type name: (_) @local.definition)
(from_clause type: (_) @local.type name: (_) @local.definition)
(from_clause name: (_) @local.definition)
(let_clause . (identifier) @local.definition)
(join_clause (identifier) @local.definition . "in")
(join_into_clause (identifier) @local.definition)
(query_expression "into" . (identifier) @local.definition)

; Names of nothing here.
(argument name: (_) @ignored)
(attribute_argument name: (_) @ignored)
(tuple_element name: (_) @ignored)
(labeled_statement . (identifier) @ignored)
(anonymous_object_creation_expression (identifier) @ignored . "=")
((invocation_expression function: (identifier) @ignored) (#eq? @ignored "nameof"))

; Base classes and interfaces.
(base_list (identifier) @reference.inherit)
(base_list (generic_name . (identifier) @reference.inherit))
(base_list (qualified_name qualifier: (_) @receiver name: (identifier) @reference.inherit))
(base_list
  (qualified_name
    qualifier: (_) @receiver
    name: (generic_name . (identifier) @reference.inherit)))
(primary_constructor_base_type type: (identifier) @reference.inherit (argument_list) @arguments)
(primary_constructor_base_type
  type: (generic_name . (identifier) @reference.inherit)
  (argument_list) @arguments)

; Calls.
(invocation_expression function: (identifier) @reference.call arguments: (_) @arguments)
(invocation_expression
  function: (generic_name . (identifier) @reference.call)
  arguments: (_) @arguments)
(invocation_expression
  function: (member_access_expression expression: _ @receiver name: (identifier) @reference.call)
  arguments: (_) @arguments)
(invocation_expression
  function: (member_access_expression
    expression: _ @receiver
    name: (generic_name . (identifier) @reference.call))
  arguments: (_) @arguments)
(invocation_expression
  function: (conditional_access_expression
    condition: _ @receiver
    (member_binding_expression name: (identifier) @reference.call))
  arguments: (_) @arguments)
(object_creation_expression
  type: (identifier) @reference.call
  arguments: (_)? @arguments
  (#set! new))
(object_creation_expression
  type: (generic_name . (identifier) @reference.call)
  arguments: (_)? @arguments
  (#set! new))
(object_creation_expression
  type: (qualified_name qualifier: (_) @receiver name: (identifier) @reference.call)
  arguments: (_)? @arguments
  (#set! new))
(object_creation_expression
  type: (qualified_name
    qualifier: (_) @receiver
    name: (generic_name . (identifier) @reference.call))
  arguments: (_)? @arguments
  (#set! new))

; Writes.
(object_creation_expression
  type: (_) @receiver.type
  initializer: (initializer_expression
    (assignment_expression left: (identifier) @reference.write)))
(with_initializer . (identifier) @reference.write (#set! member))
(assignment_expression left: (identifier) @reference.write)
(assignment_expression
  left: (member_access_expression expression: _ @receiver name: (identifier) @reference.write))
(postfix_unary_expression (identifier) @reference.write "++")
(postfix_unary_expression (identifier) @reference.write "--")
(prefix_unary_expression "++" (identifier) @reference.write)
(prefix_unary_expression "--" (identifier) @reference.write)
(postfix_unary_expression
  (member_access_expression expression: _ @receiver name: (identifier) @reference.write) "++")
(postfix_unary_expression
  (member_access_expression expression: _ @receiver name: (identifier) @reference.write) "--")

; Types: where one stands, a name is a type.
(attribute name: (identifier) @reference.type)
(attribute name: (qualified_name qualifier: (_) @receiver name: (identifier) @reference.type))
(variable_declaration type: (identifier) @reference.type)
(parameter type: (identifier) @reference.type)
(parameter_list type: (identifier) @reference.type)
(property_declaration type: (identifier) @reference.type)
(event_declaration type: (identifier) @reference.type)
(indexer_declaration type: (identifier) @reference.type)
(operator_declaration type: (identifier) @reference.type)
(conversion_operator_declaration type: (identifier) @reference.type)
(delegate_declaration type: (identifier) @reference.type)
(local_function_statement type: (identifier) @reference.type)
(array_type type: (identifier) @reference.type)
(nullable_type type: (identifier) @reference.type)
(pointer_type type: (identifier) @reference.type)
(ref_type type: (identifier) @reference.type)
(tuple_element type: (identifier) @reference.type)
(catch_declaration type: (identifier) @reference.type)
(foreach_statement type: (identifier) @reference.type)
(declaration_pattern type: (identifier) @reference.type)
(recursive_pattern type: (identifier) @reference.type)
(type_pattern type: (identifier) @reference.type)
(cast_expression type: (identifier) @reference.type)
(typeof_expression type: (identifier) @reference.type)
(default_expression type: (identifier) @reference.type)
(sizeof_expression type: (identifier) @reference.type)
(type_parameter_constraint type: (identifier) @reference.type)
(declaration_expression type: (identifier) @reference.type)
(from_clause type: (identifier) @reference.type)
(method_declaration returns: (identifier) @reference.type)
(is_expression right: (identifier) @reference.type)
(as_expression right: (identifier) @reference.type)
(type_argument_list (identifier) @reference.type)
(type_parameter_constraints_clause . (identifier) @reference.type)
(explicit_interface_specifier (identifier) @reference.type)
(explicit_interface_specifier (generic_name . (identifier) @reference.type))
(qualified_name
  qualifier: (_) @receiver
  name: (generic_name . (identifier) @reference.type))
(qualified_name qualifier: (_) @receiver name: (identifier) @reference.type)
(alias_qualified_name alias: (_) @receiver name: (identifier) @reference.type)
(subpattern (identifier) @reference.read . ":" (#set! member))

(preproc_if condition: (identifier) @reference.macro)
(preproc_elif condition: (identifier) @reference.macro)

; Everything else that is named.
(member_access_expression
  expression: _ @receiver
  name: (generic_name . (identifier) @reference.read))
(member_access_expression expression: _ @receiver name: (identifier) @reference.read)
(conditional_access_expression
  condition: _ @receiver
  (member_binding_expression name: (identifier) @reference.read))
(member_binding_expression name: (identifier) @reference.read (#set! member))
(generic_name . (identifier) @reference.type)
(identifier) @reference.read

; Scopes. Names a function assigns are local to all of it.
; Default values are worked out outside: names of the function are seen in its body.
(function_definition body: (_) @body) @local.function
(lambda body: (_) @body) @local.function
(list_comprehension) @local.function
(set_comprehension) @local.function
(dictionary_comprehension) @local.function
(generator_expression) @local.function

(parameters (identifier) @local.hoisted)
(lambda_parameters (identifier) @local.hoisted)
(default_parameter name: (identifier) @local.hoisted)
(typed_default_parameter name: (identifier) @local.hoisted type: (_) @local.type)
(typed_parameter . (identifier) @local.hoisted type: (_) @local.type)
(typed_parameter . [(list_splat_pattern (identifier) @local.hoisted)
                    (dictionary_splat_pattern (identifier) @local.hoisted)])
(parameters [(list_splat_pattern (identifier) @local.hoisted)
             (dictionary_splat_pattern (identifier) @local.hoisted)])
(lambda_parameters [(list_splat_pattern (identifier) @local.hoisted)
                    (dictionary_splat_pattern (identifier) @local.hoisted)])

((assignment
  left: (identifier) @local.hoisted
  right: (call function: [(identifier) (attribute)] @local.type))
  (#match? @local.type "^([a-z_0-9]+\\.)*[A-Z]"))
(assignment left: (identifier) @local.hoisted type: (_) @local.type)
(assignment left: (identifier) @local.hoisted)
(assignment left: (identifier) @local.valued right: [(call) (attribute) (await) (identifier)] @local.value)
(pattern_list (identifier) @local.hoisted)
(tuple_pattern (identifier) @local.hoisted)
(list_pattern (identifier) @local.hoisted)
(list_splat_pattern (identifier) @local.hoisted)
(augmented_assignment left: (identifier) @reference.write)
(named_expression name: (identifier) @local.hoisted)
(for_statement left: (identifier) @local.hoisted)
(for_in_clause left: (identifier) @local.hoisted)
((as_pattern (call function: (identifier) @local.type) alias: (as_pattern_target (identifier) @local.hoisted))
  (#match? @local.type "^[A-Z]"))
(as_pattern_target (identifier) @local.hoisted)
(case_pattern (dotted_name . (identifier) @local.hoisted .))
(global_statement (identifier) @local.foreign)
(nonlocal_statement (identifier) @local.foreign)
(function_definition
  type_parameters: (type_parameter (type (identifier) @local.type_parameter)))
(class_definition
  type_parameters: (type_parameter (type (identifier) @local.type_parameter)))
(class_definition type_parameters: (_)) @local.scope
(type_alias_statement left: (type (generic_type (type_parameter (type (identifier) @local.type_parameter)))))
(type_alias_statement) @local.scope
(splat_pattern (identifier) @local.hoisted)
(keyword_pattern . (identifier) @local.definition)
(future_import_statement (dotted_name (identifier) @local.definition))

; Base classes.
(class_definition superclasses: (argument_list (identifier) @reference.inherit))
(class_definition
  superclasses: (argument_list
    (attribute object: (_) @receiver attribute: (identifier) @reference.inherit)))
(class_definition
  superclasses: (argument_list
    (subscript value: (identifier) @reference.inherit)))

; Calls.
(call function: (identifier) @reference.call arguments: (_) @arguments)
(call
  function: (attribute object: (_) @receiver attribute: (identifier) @reference.call)
  arguments: (_) @arguments)
(decorator (identifier) @reference.call)
(decorator (attribute object: (_) @receiver attribute: (identifier) @reference.call))

; Types.
(type (identifier) @reference.type)
((type (string (string_content) @reference.type))
  (#match? @reference.type "^[A-Za-z_][A-Za-z0-9_]*$"))
(type (attribute object: (_) @receiver attribute: (identifier) @reference.type))
(type (binary_operator (identifier) @reference.type))
(generic_type (identifier) @reference.type)
(type (subscript value: (identifier) @reference.type))

; Writes.
(assignment
  left: (attribute object: (_) @receiver attribute: (identifier) @reference.write))
(augmented_assignment
  left: (attribute object: (_) @receiver attribute: (identifier) @reference.write))

; The name of a keyword argument is the callee's; it names nothing here.
(keyword_argument name: (identifier) @local.definition)

(attribute object: (_) @receiver attribute: (identifier) @reference.read)
(identifier) @reference.read

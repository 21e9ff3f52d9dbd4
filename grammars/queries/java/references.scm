; Scopes and local names.
(method_declaration) @local.function
(constructor_declaration) @local.function
(compact_constructor_declaration) @local.function
(lambda_expression) @local.function
(class_declaration type_parameters: (_)) @local.scope
(interface_declaration type_parameters: (_)) @local.scope
(record_declaration type_parameters: (_)) @local.scope
(block) @local.scope
(for_statement) @local.scope
(enhanced_for_statement) @local.scope
(catch_clause) @local.scope
(try_with_resources_statement) @local.scope
(switch_block_statement_group) @local.scope
(switch_rule) @local.scope

(type_parameter . (type_identifier) @local.type_parameter)

(method_declaration
  parameters: (formal_parameters
    (formal_parameter type: (_) @local.type name: (_) @local.definition)))
(constructor_declaration
  parameters: (formal_parameters
    (formal_parameter type: (_) @local.type name: (_) @local.definition)))
(lambda_expression
  parameters: (formal_parameters
    (formal_parameter type: (_) @local.type name: (_) @local.definition)))
(spread_parameter (variable_declarator name: (_) @local.definition))
(lambda_expression parameters: (identifier) @local.definition)
(inferred_parameters (identifier) @local.definition)

; `var x = new Foo()` is a Foo.
((local_variable_declaration
  type: (type_identifier) @_var
  declarator: (variable_declarator
    name: (_) @local.definition
    value: (object_creation_expression type: (_) @local.type)))
  (#eq? @_var "var"))
((local_variable_declaration
  type: (_) @local.type
  declarator: (variable_declarator name: (_) @local.definition))
  (#not-eq? @local.type "var"))
(local_variable_declaration declarator: (variable_declarator name: (_) @local.definition))
((local_variable_declaration
  type: (type_identifier) @_var
  declarator: (variable_declarator
    name: (_) @local.valued
    value: [(method_invocation) (field_access) (identifier)] @local.value))
  (#eq? @_var "var"))
((local_variable_declaration type: (type_identifier) @ignored) (#eq? @ignored "var"))
((enhanced_for_statement type: (_) @local.type name: (_) @local.definition)
  (#not-eq? @local.type "var"))
(enhanced_for_statement name: (_) @local.definition)
((enhanced_for_statement type: (type_identifier) @ignored) (#eq? @ignored "var"))
((resource
  type: (type_identifier) @_var
  name: (_) @local.definition
  value: (object_creation_expression type: (_) @local.type))
  (#eq? @_var "var"))
((resource type: (_) @local.type name: (_) @local.definition) (#not-eq? @local.type "var"))
(resource name: (_) @local.definition)
((resource type: (type_identifier) @ignored) (#eq? @ignored "var"))
(catch_formal_parameter (catch_type . (_) @local.type .) name: (_) @local.definition)
(catch_formal_parameter name: (_) @local.definition)
(instanceof_expression right: (_) @local.type name: (identifier) @local.definition)
(type_pattern (_) @local.type (identifier) @local.definition)
(record_pattern_component (_) @local.type (identifier) @local.definition)

; Names of nothing here.
((record_pattern_component (type_identifier) @ignored) (#eq? @ignored "var"))
(labeled_statement . (identifier) @ignored)
(break_statement (identifier) @ignored)
(continue_statement (identifier) @ignored)
(element_value_pair key: (_) @ignored)
(exports_module_directive [(identifier) (scoped_identifier)] @ignored)
(opens_module_directive [(identifier) (scoped_identifier)] @ignored)

; Base classes and interfaces. A class without a name is the heir of what it makes.
(superclass (type_identifier) @reference.inherit)
(superclass (generic_type . (type_identifier) @reference.inherit))
(superclass (scoped_type_identifier . (_) @receiver (type_identifier) @reference.inherit .))
(superclass
  (generic_type
    . (scoped_type_identifier . (_) @receiver (type_identifier) @reference.inherit .)))
(super_interfaces (type_list (type_identifier) @reference.inherit))
(super_interfaces (type_list (generic_type . (type_identifier) @reference.inherit)))
(super_interfaces
  (type_list (scoped_type_identifier . (_) @receiver (type_identifier) @reference.inherit .)))
(super_interfaces
  (type_list
    (generic_type
      . (scoped_type_identifier . (_) @receiver (type_identifier) @reference.inherit .))))
(extends_interfaces (type_list (type_identifier) @reference.inherit))
(extends_interfaces (type_list (generic_type . (type_identifier) @reference.inherit)))
(extends_interfaces
  (type_list (scoped_type_identifier . (_) @receiver (type_identifier) @reference.inherit .)))
(object_creation_expression
  type: (type_identifier) @reference.inherit
  arguments: (_) @arguments
  (class_body)
  (#set! new))
(object_creation_expression
  type: (generic_type . (type_identifier) @reference.inherit)
  arguments: (_) @arguments
  (class_body)
  (#set! new))
(object_creation_expression
  type: (scoped_type_identifier . (_) @receiver (type_identifier) @reference.inherit .)
  arguments: (_) @arguments
  (class_body)
  (#set! new))

; Calls.
(method_invocation
  object: (_) @receiver
  name: (_) @reference.call
  arguments: (_) @arguments)
(method_invocation name: (_) @reference.call arguments: (_) @arguments)
(object_creation_expression
  type: (type_identifier) @reference.call
  arguments: (_) @arguments
  (#set! new))
(object_creation_expression
  type: (generic_type . (type_identifier) @reference.call)
  arguments: (_) @arguments
  (#set! new))
(object_creation_expression
  type: (scoped_type_identifier . (_) @receiver (type_identifier) @reference.call .)
  arguments: (_) @arguments
  (#set! new))
(object_creation_expression
  type: (generic_type
    . (scoped_type_identifier . (_) @receiver (type_identifier) @reference.call .))
  arguments: (_) @arguments
  (#set! new))
(method_reference . (_) @receiver (identifier) @reference.read .)
(method_reference . (identifier) @reference.read "new" (#set! new))

; Writes.
(assignment_expression left: (identifier) @reference.write)
(assignment_expression left: (field_access object: (_) @receiver field: (_) @reference.write))
(update_expression (identifier) @reference.write)
(update_expression (field_access object: (_) @receiver field: (_) @reference.write))

; Annotations and types.
(marker_annotation name: (identifier) @reference.type)
(marker_annotation
  name: (scoped_identifier scope: (_) @receiver name: (_) @reference.type))
(annotation name: (identifier) @reference.type)
(annotation name: (scoped_identifier scope: (_) @receiver name: (_) @reference.type))
(provides_module_directive provided: (identifier) @reference.type)
(provides_module_directive
  (scoped_identifier scope: (_) @receiver name: (_) @reference.type))
(uses_module_directive
  type: (scoped_identifier scope: (_) @receiver name: (_) @reference.type))
(scoped_type_identifier . (_) @receiver (type_identifier) @reference.type .)
(record_pattern (identifier) @reference.type)
(type_identifier) @reference.type

; Everything else that is named.
(field_access object: (_) @receiver field: (identifier) @reference.read)
(identifier) @reference.read

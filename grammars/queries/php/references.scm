; Scopes. A function sees no variables of what is around it, but for `use` and `global`; an arrow
; function does.
(function_definition) @local.closed
(method_declaration) @local.closed
(anonymous_function) @local.closed
(property_hook) @local.closed
(arrow_function) @local.function

(simple_parameter type: (_)? @local.type name: (variable_name) @local.hoisted)
(variadic_parameter name: (variable_name) @local.hoisted)
(property_promotion_parameter type: (_)? @local.type name: (variable_name) @local.hoisted)
(catch_clause type: (type_list . (_) @local.type .) name: (variable_name) @local.hoisted)
(catch_clause name: (variable_name) @local.hoisted)
(assignment_expression
  left: (variable_name) @local.hoisted
  right: (object_creation_expression [(name) (qualified_name)] @local.type))
(assignment_expression left: (variable_name) @local.hoisted)
(reference_assignment_expression left: (variable_name) @local.hoisted)
(foreach_statement . (_) . (variable_name) @local.hoisted)
(foreach_statement (pair (variable_name) @local.hoisted))
(by_ref (variable_name) @local.hoisted)
(list_literal (variable_name) @local.hoisted)
(static_variable_declaration name: (variable_name) @local.hoisted)
(anonymous_function_use_clause (variable_name) @local.hoisted)
(global_declaration (variable_name) @local.foreign)
((variable_name) @ignored (#eq? @ignored "$this"))
(property_element name: (variable_name) @ignored)
(scoped_property_access_expression name: (variable_name) @ignored)
((named_type (name) @ignored) (#any-of? @ignored "self" "static" "parent"))
((primary_expression/name) @ignored
  (#any-of? @ignored "__DIR__" "__FILE__" "__LINE__" "__CLASS__" "__METHOD__" "__FUNCTION__"
    "__NAMESPACE__" "__TRAIT__"))

; Classes, interfaces and traits above.
(base_clause (name) @reference.inherit)
(base_clause (qualified_name (name) @reference.inherit) @receiver)
(class_interface_clause (name) @reference.inherit)
(class_interface_clause (qualified_name (name) @reference.inherit) @receiver)
(use_declaration (name) @reference.inherit)
(use_declaration (qualified_name (name) @reference.inherit) @receiver)

; Calls.
(function_call_expression function: (name) @reference.call arguments: (_) @arguments)
(function_call_expression
  function: (qualified_name (name) @reference.call) @receiver
  arguments: (_) @arguments)
(function_call_expression
  function: (relative_name (name) @reference.call) @receiver
  arguments: (_) @arguments)
(member_call_expression
  object: (_) @receiver
  name: (name) @reference.call
  arguments: (_) @arguments)
(nullsafe_member_call_expression
  object: (_) @receiver
  name: (name) @reference.call
  arguments: (_) @arguments)
(scoped_call_expression
  scope: (_) @receiver
  name: (name) @reference.call
  arguments: (_) @arguments)
((object_creation_expression (name) @reference.call (arguments)? @arguments) (#set! new))
((object_creation_expression
  (qualified_name (name) @reference.call) @receiver
  (arguments)? @arguments)
  (#set! new))

; Classes where members are static.
(scoped_call_expression scope: (name) @reference.type)
(scoped_call_expression scope: (qualified_name (name) @reference.type) @receiver)
(scoped_property_access_expression scope: (name) @reference.type)
(scoped_property_access_expression scope: (qualified_name (name) @reference.type) @receiver)
(class_constant_access_expression . (name) @reference.type . (name))
(class_constant_access_expression . (qualified_name (name) @reference.type) @receiver)
((class_constant_access_expression . (_) . (name) @ignored) (#eq? @ignored "class"))

; Types.
(named_type (name) @reference.type)
(named_type (qualified_name (name) @reference.type) @receiver)
(binary_expression operator: "instanceof" right: (name) @reference.type)
(binary_expression operator: "instanceof" right: (qualified_name (name) @reference.type) @receiver)
(attribute (name) @reference.type)
(attribute (qualified_name (name) @reference.type) @receiver)

(assignment_expression
  left: (member_access_expression object: (_) @receiver name: (name) @reference.write))
(augmented_assignment_expression
  left: (member_access_expression object: (_) @receiver name: (name) @reference.write))
(assignment_expression
  left: (scoped_property_access_expression
    scope: (_) @receiver
    name: (variable_name (name) @reference.write)))
(augmented_assignment_expression left: (variable_name) @reference.write)
(update_expression argument: (variable_name) @reference.write)
(update_expression
  argument: (member_access_expression object: (_) @receiver name: (name) @reference.write))

(class_constant_access_expression . (_) @receiver . (name) @reference.read)
(scoped_property_access_expression
  scope: (_) @receiver
  name: (variable_name (name) @reference.read))
(member_access_expression object: (_) @receiver name: (name) @reference.read)
(nullsafe_member_access_expression object: (_) @receiver name: (name) @reference.read)
(variable_name) @reference.read
(primary_expression/qualified_name (name) @reference.read) @receiver
(primary_expression/name) @reference.read

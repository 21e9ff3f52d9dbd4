; inherits: ecma
(required_parameter
  pattern: (identifier) @local.definition
  type: (type_annotation (_) @local.type))
(required_parameter pattern: (identifier) @local.definition)
(optional_parameter
  pattern: (identifier) @local.definition
  type: (type_annotation (_) @local.type))
(optional_parameter pattern: (identifier) @local.definition)
(type_parameter name: (type_identifier) @local.type_parameter)
(mapped_type_clause name: (type_identifier) @local.type_parameter)
(infer_type (type_identifier) @local.type_parameter)
(class_declaration type_parameters: (_)) @local.scope
(abstract_class_declaration type_parameters: (_)) @local.scope
(interface_declaration) @local.scope
(type_alias_declaration) @local.scope
(function_signature) @local.function
(method_signature) @local.function
(abstract_method_signature) @local.function
(function_type) @local.function
(constructor_type) @local.function
(construct_signature) @local.function
(call_signature) @local.function

(extends_clause value: (identifier) @reference.inherit)
(extends_clause value: (member_expression object: (_) @receiver property: (_) @reference.inherit))
(implements_clause (type_identifier) @reference.inherit)
(implements_clause (generic_type name: (type_identifier) @reference.inherit))
(implements_clause (nested_type_identifier module: (_) @receiver name: (_) @reference.inherit))
(extends_type_clause type: (type_identifier) @reference.inherit)
(extends_type_clause type: (generic_type name: (type_identifier) @reference.inherit))
(extends_type_clause
  type: (nested_type_identifier module: (_) @receiver name: (_) @reference.inherit))

(extends_type_clause
  type: (generic_type name: (nested_type_identifier module: (_) @receiver name: (_) @reference.inherit)))
(implements_clause
  (generic_type name: (nested_type_identifier module: (_) @receiver name: (_) @reference.inherit)))

(nested_type_identifier module: (_) @receiver name: (type_identifier) @reference.type)
(type_query (identifier) @reference.read)
(type_identifier) @reference.type

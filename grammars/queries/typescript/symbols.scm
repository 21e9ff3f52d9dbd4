; inherits: ecma
(export_statement
  declaration: (interface_declaration name: (_) @name body: (_) @body) @definition.interface) @span
(export_statement
  declaration: (type_alias_declaration name: (_) @name value: (_) @body) @definition.type) @span
(export_statement
  declaration: (enum_declaration name: (_) @name body: (_) @body) @definition.enum) @span
(export_statement
  declaration: (abstract_class_declaration name: (_) @name body: (_) @body) @definition.class
  (#set! abstract)) @span
(export_statement
  declaration: (function_declaration
    name: (_) @name
    return_type: (type_annotation (_) @type)
    body: (_) @body) @definition.function) @span
(export_statement
  declaration: (lexical_declaration
    "const"
    (variable_declarator
      name: (identifier) @name
      type: (type_annotation (_) @type)
      value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @definition.function))
@span
(export_statement
  declaration: (lexical_declaration
    "const"
    (variable_declarator name: (identifier) @name type: (type_annotation (_) @type) value: (_)? @body))
  @definition.constant) @span
(interface_declaration name: (_) @name body: (_) @body) @definition.interface
(type_alias_declaration name: (_) @name value: (_) @body) @definition.type
(enum_declaration name: (_) @name body: (_) @body) @definition.enum
(enum_body (property_identifier) @name @definition.enum_member)
(enum_body (enum_assignment name: (_) @name value: (_) @body) @definition.enum_member)
(abstract_class_declaration name: (_) @name body: (_) @body (#set! abstract)) @definition.class
(internal_module name: (_) @name body: (_) @body) @definition.namespace
(module name: (_) @name body: (_) @body) @definition.module
(function_signature name: (_) @name return_type: (type_annotation (_) @type)?) @declaration.function
(function_declaration
  name: (_) @name
  return_type: (type_annotation (_) @type)
  body: (_) @body) @definition.function

(method_signature name: (_) @name return_type: (type_annotation (_) @type)?) @declaration.method
(abstract_method_signature
  name: (_) @name
  return_type: (type_annotation (_) @type)?
  (#set! abstract)) @declaration.method
(property_signature name: (_) @name type: (type_annotation (_) @type)?) @definition.property
((method_definition name: (property_identifier) @name body: (_) @body) @definition.constructor
  (#eq? @name "constructor"))
(method_definition
  name: (_) @name
  return_type: (type_annotation (_) @type)
  body: (_) @body) @definition.method
(public_field_definition name: (_) @name value: (arrow_function body: (_) @body)) @definition.method
(public_field_definition
  name: (_) @name
  type: (type_annotation (_) @type)
  value: (_)? @body) @definition.field
(public_field_definition
  name: (_) @name
  value: (new_expression constructor: (_) @type) @body) @definition.field
(public_field_definition name: (_) @name value: (_)? @body) @definition.field
; `constructor(private readonly name: Type)`
(required_parameter
  (accessibility_modifier)
  pattern: (identifier) @name
  type: (type_annotation (_) @type)?) @definition.field

(lexical_declaration
  "const"
  (variable_declarator
    name: (identifier) @name
    type: (type_annotation (_) @type)
    value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @definition.function)
(lexical_declaration
  "const"
  (variable_declarator
    name: (identifier) @name
    type: (type_annotation (_) @type)
    value: (_)? @body)) @definition.constant
(lexical_declaration
  "let"
  (variable_declarator
    name: (identifier) @name
    type: (type_annotation (_) @type)
    value: (_)? @body)) @definition.variable

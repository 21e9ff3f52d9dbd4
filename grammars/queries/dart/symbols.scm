; Definitions of Dart. A function's body stands beside its signature, a variable beside its type.
[(comment) (documentation_comment)] @comment
[(annotation) (marker_annotation)] @attribute

(class_definition name: (_) @name body: (_) @body) @definition.class
(mixin_declaration (identifier) @name (class_body) @body) @definition.trait
(extension_declaration name: (_) @name body: (_) @body) @definition.extension
(enum_declaration name: (_) @name body: (_) @body) @definition.enum
(enum_constant name: (_) @name) @definition.enum_member
(type_alias . (type_identifier) @name) @definition.type
(type_alias (type_identifier) @name . (formal_parameter_list)) @definition.type
(library_name (dotted_identifier_list) @name) @definition.package

(constant_constructor_signature (qualified (identifier) @name .)) @definition.constructor
(constructor_signature name: (identifier) . "." . name: (identifier) @name) @definition.constructor
(constructor_signature name: (identifier) @name) @definition.constructor
((method_signature (factory_constructor_signature (identifier) @name . (formal_parameter_list)))
  @definition.constructor . (function_body) @body)
(redirecting_factory_constructor_signature (identifier) @name . (formal_parameter_list)) @definition.constructor

((method_signature (function_signature . (_) @type name: (_) @name)) @definition.method
  . (function_body) @body)
((method_signature (function_signature name: (_) @name)) @definition.method . (function_body) @body)
((method_signature (getter_signature . (_) @type "get" name: (_) @name)) @definition.property
  . (function_body) @body)
((method_signature (getter_signature name: (_) @name)) @definition.property . (function_body) @body)
((method_signature (setter_signature name: (_) @name)) @definition.property . (function_body) @body)
((method_signature (operator_signature (binary_operator) @name)) @definition.method
  . (function_body) @body)
((declaration (function_signature . (_) @type name: (_) @name)) @declaration.method (#set! abstract))
((declaration (getter_signature name: (_) @name)) @declaration.property (#set! abstract))
((declaration (setter_signature name: (_) @name)) @declaration.property (#set! abstract))

(lambda_expression
  parameters: (function_signature name: (_) @name)
  body: (_) @body) @definition.function
(program
  (function_signature . (_) @type name: (_) @name) @definition.function . (function_body) @body)
(program (function_signature name: (_) @name) @definition.function . (function_body) @body)
(program
  (getter_signature . (_) @type "get" name: (_) @name) @definition.property . (function_body) @body)
(program (getter_signature name: (_) @name) @definition.property . (function_body) @body)
(program (setter_signature name: (_) @name) @definition.property . (function_body) @body)
(ERROR (function_signature name: (_) @name) @definition.function . (function_body) @body)
(function_signature name: (_) @name) @declaration.function

(declaration
  (type_identifier) @type
  (static_final_declaration_list (static_final_declaration . (identifier) @name (_) @body))) @definition.field
(declaration
  (static_final_declaration_list (static_final_declaration . (identifier) @name (_) @body))) @definition.field
(declaration
  (type_identifier) @type
  (initialized_identifier_list (initialized_identifier . (identifier) @name))) @definition.field
(declaration
  (initialized_identifier_list (initialized_identifier . (identifier) @name))) @definition.field

((const_builtin) @definition.constant . (type_identifier) @type . (type_arguments)?
  . (static_final_declaration_list (static_final_declaration . (identifier) @name (_) @body)))
((const_builtin) @definition.constant
  . (static_final_declaration_list (static_final_declaration . (identifier) @name (_) @body)))
((final_builtin) @definition.variable . (type_identifier) @type . (type_arguments)?
  . (static_final_declaration_list (static_final_declaration . (identifier) @name (_) @body)))
((final_builtin) @definition.variable
  . (static_final_declaration_list (static_final_declaration . (identifier) @name (_) @body)))
((type_identifier) @type @definition.variable . (type_arguments)?
  . (initialized_identifier_list (initialized_identifier . (identifier) @name (_)? @body)))
(initialized_identifier . (identifier) @name) @definition.variable

((expression_statement
  (identifier) @_word
  (selector (argument_part (arguments . (argument (string_literal) @name))))) @definition.function
  (#any-of? @_word "test" "testWidgets")
  (#set! test))

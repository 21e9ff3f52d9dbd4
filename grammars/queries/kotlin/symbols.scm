; Definitions of Kotlin. What blocks and lambdas declare is local (references.scm).
[(line_comment) (block_comment)] @comment

(package_header (qualified_identifier) @name) @definition.package

(class_declaration name: (_) @name (enum_class_body) @body) @definition.enum
(class_declaration "interface" name: (_) @name (class_body)? @body) @definition.interface
(class_declaration
  (modifiers (class_modifier "annotation"))
  name: (_) @name
  (class_body)? @body) @definition.annotation
(class_declaration name: (_) @name (class_body)? @body) @definition.class
(object_declaration name: (_) @name (class_body)? @body) @definition.object
(companion_object name: (_) @name (class_body)? @body) @definition.object
(companion_object !name (class_body)? @body) @definition.object
(object_literal (class_body) @body) @definition.class
(enum_entry (identifier) @name) @definition.enum_member
(enum_entry (class_body) @definition.class @body)
(type_alias type: (_) @name (type) @type @body) @definition.type

; An extension belongs to the type before its name.
(function_declaration
  [(user_type (identifier) @container) (nullable_type (user_type (identifier) @container))]
  . name: (_) @name
  (function_value_parameters) . (type)? @type
  (function_body)? @body) @definition.method
(function_declaration
  name: (_) @name
  (function_value_parameters) . (type)? @type
  (function_body)? @body) @definition.function
(secondary_constructor "constructor" @name (block)? @body) @definition.constructor

(class_parameter "val" (identifier) @name (type) @type) @definition.property
(class_parameter "var" (identifier) @name (type) @type) @definition.property

; Properties of classes, and of the file. `val x = Foo()` is a Foo.
(property_declaration
  [(user_type (identifier) @container) (nullable_type (user_type (identifier) @container))]
  . (variable_declaration . (identifier) @name (type)? @type)) @definition.property
(property_declaration
  (modifiers (property_modifier "const"))
  (variable_declaration (identifier) @name (type)? @type)
  (expression)? @body) @definition.constant
((class_body
  (property_declaration
    (variable_declaration . (identifier) @name .)
    (call_expression . (identifier) @type) @body) @definition.property)
  (#match? @type "^[A-Z]"))
(class_body
  (property_declaration
    (variable_declaration (identifier) @name (type)? @type)
    (expression)? @body) @definition.property)
(enum_class_body
  (property_declaration
    (variable_declaration (identifier) @name (type)? @type)
    (expression)? @body) @definition.property)
((source_file
  (property_declaration
    (variable_declaration . (identifier) @name .)
    (call_expression . (identifier) @type) @body) @definition.variable)
  (#match? @type "^[A-Z]"))
(source_file
  (property_declaration
    (variable_declaration (identifier) @name (type)? @type)
    (expression)? @body) @definition.variable)
(source_file
  (property_declaration
    (multi_variable_declaration
      (variable_declaration (identifier) @name (type)? @type))) @definition.variable)

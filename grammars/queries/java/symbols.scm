; Definitions of Java. Local variables are names of references.scm; words such as `static` and
; annotations such as @Test are read by the style.
[(line_comment) (block_comment)] @comment

(package_declaration [(identifier) (scoped_identifier)] @name) @definition.package
(module_declaration name: (_) @name body: (_) @body) @definition.module

(class_declaration name: (_) @name body: (_) @body) @definition.class
(record_declaration name: (_) @name body: (_) @body) @definition.class
(interface_declaration name: (_) @name body: (_) @body) @definition.interface
(enum_declaration name: (_) @name body: (_) @body) @definition.enum
(annotation_type_declaration name: (_) @name body: (_) @body) @definition.annotation

; Classes without a name: `new A() { … }`, and the bodies of enum constants.
(object_creation_expression (class_body) @body) @definition.class
(enum_constant name: (_) @name) @definition.enum_member
(enum_constant body: (class_body) @definition.class @body)

; JUnit 3 knows its tests by their names.
((class_declaration
  superclass: (superclass (type_identifier) @_base)
  body: (class_body
    (method_declaration
      type: (void_type) @type
      name: (_) @name
      body: (_) @body) @definition.method))
  (#match? @_base "Test(Case)?$")
  (#match? @name "^test")
  (#set! test))
(method_declaration type: (_) @type name: (_) @name body: (_)? @body) @definition.method
(annotation_type_element_declaration
  type: (_) @type
  name: (_) @name) @definition.method
(constructor_declaration name: (_) @name body: (_) @body) @definition.constructor
(compact_constructor_declaration name: (_) @name body: (_) @body) @definition.constructor

(field_declaration
  (modifiers "static" "final")
  type: (_) @type
  declarator: (variable_declarator name: (_) @name value: (_)? @body)) @definition.constant
(field_declaration
  (modifiers "final" "static")
  type: (_) @type
  declarator: (variable_declarator name: (_) @name value: (_)? @body)) @definition.constant
(field_declaration
  type: (_) @type
  declarator: (variable_declarator name: (_) @name value: (_)? @body)) @definition.field
(constant_declaration
  type: (_) @type
  declarator: (variable_declarator name: (_) @name value: (_)? @body)) @definition.constant
; The components of a record are read through methods of their names.
((record_declaration
  parameters: (formal_parameters
    (formal_parameter type: (_) @type name: (_) @name) @definition.field))
  (#set! visibility public))
((record_declaration
  parameters: (formal_parameters
    (spread_parameter (variable_declarator name: (_) @name)) @definition.field))
  (#set! visibility public))

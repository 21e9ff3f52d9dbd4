; Definitions of C#. Local variables are names of references.scm; modifiers and the attributes of test
; frameworks are read by the style.
(comment) @comment

(namespace_declaration name: (_) @name body: (_) @body) @definition.namespace
(file_scoped_namespace_declaration name: (_) @name) @definition.package

(class_declaration name: (_) @name body: (_)? @body) @definition.class
(record_declaration "struct" name: (_) @name body: (_)? @body) @definition.struct
(record_declaration name: (_) @name body: (_)? @body) @definition.class
(struct_declaration name: (_) @name body: (_)? @body) @definition.struct
(interface_declaration name: (_) @name body: (_)? @body) @definition.interface
(enum_declaration name: (_) @name body: (_)? @body) @definition.enum
(enum_member_declaration name: (_) @name value: (_)? @body) @definition.enum_member
(delegate_declaration type: (_) @type name: (_) @name) @definition.type

; What a primary constructor takes.
((record_declaration
  (parameter_list (parameter type: (_) @type name: (_) @name) @definition.property))
  (#set! visibility public))
((class_declaration
  (parameter_list (parameter type: (_) @type name: (_) @name) @definition.field))
  (#set! visibility private))
((struct_declaration
  (parameter_list (parameter type: (_) @type name: (_) @name) @definition.field))
  (#set! visibility private))

; An extension method belongs to the type of its first parameter.
((method_declaration
  returns: (_) @type
  name: (_) @name
  parameters: (parameter_list . (parameter (modifier) @_this type: (identifier) @container))
  body: (_)? @body) @definition.method
  (#eq? @_this "this"))
((method_declaration
  returns: (_) @type
  name: (_) @name
  parameters: (parameter_list
    . (parameter (modifier) @_this type: (generic_name . (identifier) @container)))
  body: (_)? @body) @definition.method
  (#eq? @_this "this"))
((method_declaration
  returns: (_) @type
  name: (_) @name
  parameters: (parameter_list
    . (parameter (modifier) @_this type: (qualified_name name: (identifier) @container)))
  body: (_)? @body) @definition.method
  (#eq? @_this "this"))
(method_declaration returns: (_) @type name: (_) @name body: (_)? @body) @definition.method
(local_function_statement type: (_) @type name: (_) @name body: (_)? @body) @definition.function
(constructor_declaration name: (_) @name body: (_)? @body) @definition.constructor
(destructor_declaration name: (_) @name body: (_)? @body) @definition.method
(operator_declaration type: (_) @type operator: _ @name body: (_)? @body) @definition.method
(conversion_operator_declaration type: (_) @name @type body: (_)? @body) @definition.method

(property_declaration type: (_) @type name: (_) @name accessors: (_) @body) @definition.property
(property_declaration type: (_) @type name: (_) @name value: (_) @body) @definition.property
(indexer_declaration type: (_) @type "this" @name accessors: (_) @body) @definition.property
(indexer_declaration type: (_) @type "this" @name value: (_) @body) @definition.property
(event_declaration type: (_) @type name: (_) @name accessors: (_)? @body) @definition.event
(event_field_declaration
  (variable_declaration
    type: (_) @type
    (variable_declarator name: (identifier) @name))) @definition.event

((field_declaration
  (modifier) @_const
  (variable_declaration
    type: (_) @type
    (variable_declarator name: (identifier) @name (_)? @body))) @definition.constant
  (#eq? @_const "const"))
((field_declaration
  (modifier) @_static
  (modifier) @_readonly
  (variable_declaration
    type: (_) @type
    (variable_declarator name: (identifier) @name (_)? @body))) @definition.constant
  (#eq? @_static "static")
  (#eq? @_readonly "readonly"))
(field_declaration
  (variable_declaration
    type: (_) @type
    (variable_declarator name: (identifier) @name (_)? @body))) @definition.field

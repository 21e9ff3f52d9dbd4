; Definitions of Swift. What statements declare is local (references.scm). Types have no field: the
; one their rules name and the one the runtime tells differ.
[(comment) (multiline_comment)] @comment

(class_declaration
  declaration_kind: "class" name: (type_identifier) @name body: (_) @body) @definition.class
(class_declaration
  declaration_kind: "actor" name: (type_identifier) @name body: (_) @body) @definition.class
(class_declaration
  declaration_kind: "struct" name: (type_identifier) @name body: (_) @body) @definition.struct
(class_declaration
  declaration_kind: "enum" name: (type_identifier) @name body: (_) @body) @definition.enum
(class_declaration
  declaration_kind: "extension"
  name: (user_type (type_identifier) @name .)
  body: (_) @body) @definition.extension
(class_declaration
  declaration_kind: "extension"
  name: (user_type (type_identifier) @name . (type_arguments) .)
  body: (_) @body) @definition.extension
(class_declaration
  declaration_kind: "extension"
  name: [(array_type) (dictionary_type) (optional_type) (tuple_type)] @name
  body: (_) @body) @definition.extension
(protocol_declaration name: (type_identifier) @name body: (_) @body) @definition.interface
(enum_entry name: (simple_identifier) @name) @definition.enum_member
(typealias_declaration
  name: (type_identifier) @name
  [(user_type) (optional_type) (array_type) (dictionary_type) (tuple_type) (function_type)
    (opaque_type) (existential_type) (protocol_composition_type) (metatype)] @type @body) @definition.type
(associatedtype_declaration name: (type_identifier) @name) @declaration.type
(operator_declaration (custom_operator) @name) @declaration.function
(macro_declaration (simple_identifier) @name definition: (_)? @body) @definition.macro

; XCTest knows its tests by their names.
((class_declaration
  (inheritance_specifier inherits_from: (user_type (type_identifier) @_base))
  body: (class_body
    (function_declaration "func" . name: _ @name body: (_) @body) @definition.method))
  (#match? @_base "Test(Case|s)?$")
  (#match? @name "^test")
  (#set! test))
(function_declaration
  "func" . name: _ @name
  [(user_type) (optional_type) (array_type) (dictionary_type) (tuple_type) (function_type)
    (opaque_type) (existential_type) (protocol_composition_type) (metatype)]? @type
  body: (_) @body) @definition.function
(protocol_function_declaration
  "func" . name: _ @name
  [(user_type) (optional_type) (array_type) (dictionary_type) (tuple_type) (function_type)
    (opaque_type) (existential_type) (protocol_composition_type) (metatype)]? @type
  body: (_)? @body) @declaration.method
(init_declaration name: "init" @name body: (_)? @body) @definition.constructor
(deinit_declaration "deinit" @name body: (_) @body) @definition.method
(subscript_declaration
  "subscript" @name
  [(user_type) (optional_type) (array_type) (dictionary_type) (tuple_type) (function_type)
    (opaque_type) (existential_type) (protocol_composition_type) (metatype)]? @type
  (computed_property) @body) @definition.property

(protocol_property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)
  (type_annotation (_) @type)?
  (protocol_property_requirements) @body) @declaration.property
; `let x = Foo()` is a Foo.
(class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    . (type_annotation (_) @type)
    computed_value: (computed_property)? @body) @definition.property)
((class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    . (call_expression . (simple_identifier) @type) @body) @definition.property)
  (#match? @type "^[A-Z]"))
(class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    . (constructor_expression constructed_type: (user_type) @type) @body) @definition.property)
(class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    value: (_)? @body) @definition.property)
((class_body
  (property_declaration
    name: (pattern (pattern . (simple_identifier) @name .))
    value: (_)? @body) @definition.property))
(enum_class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    . (type_annotation (_) @type)
    computed_value: (computed_property)? @body) @definition.property)
((enum_class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    . (call_expression . (simple_identifier) @type) @body) @definition.property)
  (#match? @type "^[A-Z]"))
(enum_class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    . (constructor_expression constructed_type: (user_type) @type) @body) @definition.property)
(enum_class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    value: (_)? @body) @definition.property)
((enum_class_body
  (property_declaration
    name: (pattern (pattern . (simple_identifier) @name .))
    value: (_)? @body) @definition.property))
(source_file
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    . (type_annotation (_) @type)
    computed_value: (computed_property)? @body) @definition.variable)
((source_file
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    . (call_expression . (simple_identifier) @type) @body) @definition.variable)
  (#match? @type "^[A-Z]"))
(source_file
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    . (constructor_expression constructed_type: (user_type) @type) @body) @definition.variable)
(source_file
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    value: (_)? @body) @definition.variable)
((source_file
  (property_declaration
    name: (pattern (pattern . (simple_identifier) @name .))
    value: (_)? @body) @definition.variable))

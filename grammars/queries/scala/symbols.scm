; Definitions of Scala. What blocks and cases declare is local (references.scm).
[(comment) (block_comment)] @comment

(package_clause name: (_) @name body: (_) @body) @definition.namespace
(package_clause name: (_) @name) @definition.package
(package_object name: (_) @name body: (_)? @body) @definition.object

(class_definition name: (_) @name body: (_)? @body) @definition.class
(trait_definition name: (_) @name body: (_)? @body) @definition.trait
(object_definition name: (_) @name body: (_)? @body) @definition.object
(enum_definition name: (_) @name body: (_) @body) @definition.enum
(simple_enum_case name: (_) @name) @definition.enum_member
(full_enum_case name: (_) @name) @definition.enum_member
(instance_expression (template_body) @body) @definition.class
(type_definition name: (_) @name type: (_)? @type @body) @definition.type

; A given is an object of its type.
(given_definition name: (_) @name return_type: (_) @type body: (with_template_body) @body) @definition.object
(given_definition name: (_) @name body: (with_template_body) @body) @definition.object
(given_definition !name body: (with_template_body) @body) @definition.object
(given_definition name: (_) @name return_type: (_) @type body: (_)? @body) @definition.variable

; An extension is called as the type of its parameter.
(extension_definition
  parameters: (parameters (parameter type: (type_identifier) @name))
  . body: (_) @body) @definition.extension
(extension_definition
  parameters: (parameters (parameter type: (generic_type type: (type_identifier) @name)))
  . body: (_) @body) @definition.extension
(extension_definition
  parameters: (parameters (parameter type: (stable_type_identifier (type_identifier) @name .)))
  . body: (_) @body) @definition.extension

((function_definition name: (identifier) @name body: (_) @body) @definition.constructor
  (#eq? @name "this"))
(function_definition name: (_) @name return_type: (_)? @type body: (_) @body) @definition.function
(function_declaration name: (_) @name return_type: (_)? @type) @declaration.function

; Tests of ScalaTest, MUnit and their like: `test("name") { … }`, `"name" in { … }`.
((call_expression
  function: (call_expression
    function: (identifier) @_test
    arguments: (arguments . (string) @name))
  arguments: [(block) (case_block) (colon_argument)] @body) @definition.function
  (#any-of? @_test "test" "it" "they" "property" "testAsync")
  (#set! test))
((infix_expression
  left: (string) @name
  operator: (identifier) @_in
  right: (block) @body) @definition.function
  (#eq? @_in "in")
  (#set! test))
((infix_expression
  left: (infix_expression right: (string) @name)
  operator: (identifier) @_in
  right: (block) @body) @definition.function
  (#eq? @_in "in")
  (#set! test))

; The parameters of a class are its fields; a case class shows them.
((class_definition
  "case"
  class_parameters: (class_parameters
    (class_parameter name: (_) @name type: (_)? @type) @definition.field))
  (#set! visibility public))
((full_enum_case
  class_parameters: (class_parameters
    (class_parameter name: (_) @name type: (_)? @type) @definition.field))
  (#set! visibility public))
(class_parameter "val" name: (_) @name type: (_)? @type) @definition.field
(class_parameter "var" name: (_) @name type: (_)? @type) @definition.field
((class_parameter name: (_) @name type: (_)? @type) @definition.field
  (#set! visibility private))

; `val x = new Foo` and `val x = Foo(…)` are a Foo.
((template_body
  (val_definition
    pattern: (identifier) @name
    !type
    value: (call_expression function: (identifier) @type) @body) @definition.field)
  (#match? @type "^[A-Z]"))
(template_body
  (val_definition
    pattern: (identifier) @name
    !type
    value: (instance_expression . (_) @type) @body) @definition.field)
(template_body
  (val_definition
    pattern: (identifier) @name
    type: (_)? @type
    value: (_) @body) @definition.field)
(template_body
  (val_definition
    pattern: (identifiers (identifier) @name)
    type: (_)? @type
    value: (_) @body) @definition.field)
((template_body
  (val_definition
    pattern: (tuple_pattern (identifier) @name)
    value: (_) @body) @definition.field)
  (#match? @name "^[a-z]"))
((template_body
  (val_declaration name: (_) @name type: (_) @type) @declaration.field)
  (#set! abstract))
((template_body
  (var_definition
    pattern: (identifier) @name
    !type
    value: (call_expression function: (identifier) @type) @body) @definition.field)
  (#match? @type "^[A-Z]"))
(template_body
  (var_definition
    pattern: (identifier) @name
    !type
    value: (instance_expression . (_) @type) @body) @definition.field)
(template_body
  (var_definition
    pattern: (identifier) @name
    type: (_)? @type
    value: (_) @body) @definition.field)
(template_body
  (var_definition
    pattern: (identifiers (identifier) @name)
    type: (_)? @type
    value: (_) @body) @definition.field)
((template_body
  (var_definition
    pattern: (tuple_pattern (identifier) @name)
    value: (_) @body) @definition.field)
  (#match? @name "^[a-z]"))
((template_body
  (var_declaration name: (_) @name type: (_) @type) @declaration.field)
  (#set! abstract))
((with_template_body
  (val_definition
    pattern: (identifier) @name
    !type
    value: (call_expression function: (identifier) @type) @body) @definition.field)
  (#match? @type "^[A-Z]"))
(with_template_body
  (val_definition
    pattern: (identifier) @name
    !type
    value: (instance_expression . (_) @type) @body) @definition.field)
(with_template_body
  (val_definition
    pattern: (identifier) @name
    type: (_)? @type
    value: (_) @body) @definition.field)
(with_template_body
  (val_definition
    pattern: (identifiers (identifier) @name)
    type: (_)? @type
    value: (_) @body) @definition.field)
((with_template_body
  (val_definition
    pattern: (tuple_pattern (identifier) @name)
    value: (_) @body) @definition.field)
  (#match? @name "^[a-z]"))
((with_template_body
  (val_declaration name: (_) @name type: (_) @type) @declaration.field)
  (#set! abstract))
((with_template_body
  (var_definition
    pattern: (identifier) @name
    !type
    value: (call_expression function: (identifier) @type) @body) @definition.field)
  (#match? @type "^[A-Z]"))
(with_template_body
  (var_definition
    pattern: (identifier) @name
    !type
    value: (instance_expression . (_) @type) @body) @definition.field)
(with_template_body
  (var_definition
    pattern: (identifier) @name
    type: (_)? @type
    value: (_) @body) @definition.field)
(with_template_body
  (var_definition
    pattern: (identifiers (identifier) @name)
    type: (_)? @type
    value: (_) @body) @definition.field)
((with_template_body
  (var_definition
    pattern: (tuple_pattern (identifier) @name)
    value: (_) @body) @definition.field)
  (#match? @name "^[a-z]"))
((with_template_body
  (var_declaration name: (_) @name type: (_) @type) @declaration.field)
  (#set! abstract))
((enum_body
  (val_definition
    pattern: (identifier) @name
    !type
    value: (call_expression function: (identifier) @type) @body) @definition.field)
  (#match? @type "^[A-Z]"))
(enum_body
  (val_definition
    pattern: (identifier) @name
    !type
    value: (instance_expression . (_) @type) @body) @definition.field)
(enum_body
  (val_definition
    pattern: (identifier) @name
    type: (_)? @type
    value: (_) @body) @definition.field)
(enum_body
  (val_definition
    pattern: (identifiers (identifier) @name)
    type: (_)? @type
    value: (_) @body) @definition.field)
((enum_body
  (val_definition
    pattern: (tuple_pattern (identifier) @name)
    value: (_) @body) @definition.field)
  (#match? @name "^[a-z]"))
((enum_body
  (val_declaration name: (_) @name type: (_) @type) @declaration.field)
  (#set! abstract))
((enum_body
  (var_definition
    pattern: (identifier) @name
    !type
    value: (call_expression function: (identifier) @type) @body) @definition.field)
  (#match? @type "^[A-Z]"))
(enum_body
  (var_definition
    pattern: (identifier) @name
    !type
    value: (instance_expression . (_) @type) @body) @definition.field)
(enum_body
  (var_definition
    pattern: (identifier) @name
    type: (_)? @type
    value: (_) @body) @definition.field)
(enum_body
  (var_definition
    pattern: (identifiers (identifier) @name)
    type: (_)? @type
    value: (_) @body) @definition.field)
((enum_body
  (var_definition
    pattern: (tuple_pattern (identifier) @name)
    value: (_) @body) @definition.field)
  (#match? @name "^[a-z]"))
((enum_body
  (var_declaration name: (_) @name type: (_) @type) @declaration.field)
  (#set! abstract))
((compilation_unit
  (val_definition
    pattern: (identifier) @name
    !type
    value: (call_expression function: (identifier) @type) @body) @definition.variable)
  (#match? @type "^[A-Z]"))
(compilation_unit
  (val_definition
    pattern: (identifier) @name
    !type
    value: (instance_expression . (_) @type) @body) @definition.variable)
(compilation_unit
  (val_definition
    pattern: (identifier) @name
    type: (_)? @type
    value: (_) @body) @definition.variable)
(compilation_unit
  (val_definition
    pattern: (identifiers (identifier) @name)
    type: (_)? @type
    value: (_) @body) @definition.variable)
((compilation_unit
  (val_definition
    pattern: (tuple_pattern (identifier) @name)
    value: (_) @body) @definition.variable)
  (#match? @name "^[a-z]"))
((compilation_unit
  (val_declaration name: (_) @name type: (_) @type) @declaration.variable)
  (#set! abstract))
((compilation_unit
  (var_definition
    pattern: (identifier) @name
    !type
    value: (call_expression function: (identifier) @type) @body) @definition.variable)
  (#match? @type "^[A-Z]"))
(compilation_unit
  (var_definition
    pattern: (identifier) @name
    !type
    value: (instance_expression . (_) @type) @body) @definition.variable)
(compilation_unit
  (var_definition
    pattern: (identifier) @name
    type: (_)? @type
    value: (_) @body) @definition.variable)
(compilation_unit
  (var_definition
    pattern: (identifiers (identifier) @name)
    type: (_)? @type
    value: (_) @body) @definition.variable)
((compilation_unit
  (var_definition
    pattern: (tuple_pattern (identifier) @name)
    value: (_) @body) @definition.variable)
  (#match? @name "^[a-z]"))
((compilation_unit
  (var_declaration name: (_) @name type: (_) @type) @declaration.variable)
  (#set! abstract))

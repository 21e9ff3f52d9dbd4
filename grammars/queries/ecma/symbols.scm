; Definitions of JavaScript and what TypeScript shares with it. Variables of functions are local names by
; themselves.
(comment) @comment
(function_expression) @local.function
(generator_function) @local.function
(arrow_function) @local.function

; Functions and classes, exported or not.
(export_statement
  declaration: (function_declaration name: (_) @name body: (_) @body) @definition.function) @span
(export_statement
  declaration: (generator_function_declaration name: (_) @name body: (_) @body) @definition.function) @span
(export_statement
  declaration: (class_declaration name: (_) @name body: (_) @body) @definition.class) @span
(function_declaration name: (_) @name body: (_) @body) @definition.function
(generator_function_declaration name: (_) @name body: (_) @body) @definition.function
(class_declaration name: (_) @name body: (_) @body) @definition.class

; Functions and classes given to names.
(export_statement
  declaration: (lexical_declaration
    (variable_declarator
      name: (identifier) @name
      value: (arrow_function body: (_) @body)) @definition.function)) @span
(export_statement
  declaration: (lexical_declaration
    (variable_declarator
      name: (identifier) @name
      value: (function_expression body: (_) @body)) @definition.function)) @span
(variable_declarator
  name: (identifier) @name
  value: (arrow_function body: (_) @body)) @definition.function
(variable_declarator
  name: (identifier) @name
  value: (function_expression body: (_) @body)) @definition.function
(variable_declarator
  name: (identifier) @name
  value: (generator_function body: (_) @body)) @definition.function
(variable_declarator
  name: (identifier) @name
  value: (class body: (_) @body)) @definition.class

; Variables. `x = new Foo()` has the type Foo.
(export_statement
  declaration: (lexical_declaration
    "const"
    (variable_declarator name: (identifier) @name value: (new_expression constructor: (_) @type) @body))
  @definition.constant) @span
(export_statement
  declaration: (lexical_declaration
    "const"
    (variable_declarator name: (identifier) @name value: (_)? @body)) @definition.constant) @span
(export_statement
  declaration: (lexical_declaration
    "let"
    (variable_declarator name: (identifier) @name value: (_)? @body)) @definition.variable) @span
(lexical_declaration
  "const"
  (variable_declarator
    name: (identifier) @name
    value: (new_expression constructor: (_) @type) @body)) @definition.constant
(lexical_declaration
  "const"
  (variable_declarator name: (identifier) @name value: (_)? @body)) @definition.constant
(lexical_declaration
  "let"
  (variable_declarator
    name: (identifier) @name
    value: (new_expression constructor: (_) @type) @body)) @definition.variable
(lexical_declaration
  "let"
  (variable_declarator name: (identifier) @name value: (_)? @body)) @definition.variable
(variable_declaration
  (variable_declarator name: (identifier) @name value: (_)? @body)) @definition.variable
(lexical_declaration
  (variable_declarator
    name: (object_pattern (shorthand_property_identifier_pattern) @name))) @definition.variable
(lexical_declaration
  (variable_declarator name: (object_pattern (pair_pattern value: (identifier) @name)))) @definition.variable
(lexical_declaration
  (variable_declarator name: (array_pattern (identifier) @name))) @definition.variable

; Members of classes and object literals.
((method_definition name: (property_identifier) @name body: (_) @body) @definition.constructor
  (#eq? @name "constructor"))
(method_definition name: (_) @name body: (_) @body) @definition.method
(pair key: (property_identifier) @name value: (arrow_function body: (_) @body)) @definition.method
(pair key: (property_identifier) @name value: (function_expression body: (_) @body)) @definition.method
(assignment_expression
  left: (member_expression object: (this) property: (_) @name)
  right: (new_expression constructor: (_) @type)) @definition.field
(assignment_expression left: (member_expression object: (this) property: (_) @name)) @definition.field

; Foo.prototype.bar = function () { … }
((assignment_expression
  left: (member_expression
    object: (member_expression object: (_) @container property: (_) @_prototype)
    property: (_) @name)
  right: (function_expression body: (_) @body)) @definition.method
  (#eq? @_prototype "prototype"))
; exports.foo = …
((assignment_expression
  left: (member_expression object: (_) @_exports property: (_) @name @export)
  right: [(function_expression body: (_) @body) (arrow_function body: (_) @body)]) @definition.function
  (#any-of? @_exports "exports" "module.exports"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (identifier) @export)
  (#eq? @_module "module")
  (#eq? @_exports "exports"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (object (shorthand_property_identifier) @export))
  (#eq? @_module "module")
  (#eq? @_exports "exports"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (object (pair value: (identifier) @export)))
  (#eq? @_module "module")
  (#eq? @_exports "exports"))

(export_statement !source (export_clause (export_specifier name: (identifier) @export)))
(export_statement value: (identifier) @export)
(export_statement "default" @export)

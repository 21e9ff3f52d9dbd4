; Definitions of PHP. Names of variables keep their "$", those of properties do not: that is how they
; are used. Visibility and attributes such as #[Test] are read by the style.
(comment) @comment

(namespace_definition name: (_) @name body: (_) @body) @definition.namespace
(namespace_definition name: (_) @name) @definition.namespace

(class_declaration name: (_) @name body: (_) @body) @definition.class
(interface_declaration name: (_) @name body: (_) @body) @definition.interface
(trait_declaration name: (_) @name body: (_) @body) @definition.trait
(enum_declaration name: (_) @name body: (_) @body) @definition.enum
(enum_case name: (_) @name value: (_)? @body) @definition.enum_member
(anonymous_class body: (_) @body) @definition.class

; PHPUnit knows its tests by their names.
((class_declaration
  (base_clause [(name) (qualified_name)] @_base)
  body: (declaration_list
    (method_declaration name: (_) @name return_type: (_)? @type body: (_) @body)
    @definition.method))
  (#match? @_base "Test(Case)?$")
  (#match? @name "^test")
  (#set! test))
((method_declaration name: (_) @name body: (_) @body) @definition.constructor
  (#eq? @name "__construct"))
(method_declaration name: (_) @name return_type: (_)? @type body: (_)? @body) @definition.method
(function_definition name: (_) @name return_type: (_)? @type body: (_) @body) @definition.function

(property_declaration
  type: (_)? @type
  (property_element name: (variable_name (name) @name) default_value: (_)? @body)) @definition.field
(property_promotion_parameter
  type: (_)? @type
  name: (variable_name (name) @name)) @definition.field
; `$this->x = new Foo()` where nothing declares x.
((assignment_expression
  left: (member_access_expression object: (variable_name) @_this name: (name) @name)
  right: (object_creation_expression [(name) (qualified_name)] @type)) @definition.field
  (#eq? @_this "$this"))

(const_declaration type: (_)? @type (const_element . (name) @name (_) @body)) @definition.constant
((function_call_expression
  function: (name) @_define
  arguments: (arguments . (argument (string) @name))) @definition.constant
  (#eq? @_define "define"))
(program (expression_statement (assignment_expression
  left: (variable_name) @name
  right: (object_creation_expression [(name) (qualified_name)] @type) @body) @definition.variable))
(program (expression_statement (assignment_expression
  left: (variable_name) @name
  right: (_) @body) @definition.variable))

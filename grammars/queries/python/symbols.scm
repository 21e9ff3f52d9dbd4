; Definitions of Python. Assignments are definitions at the top level and in classes only; names in
; functions are local (references.scm).
(comment) @comment

((decorated_definition
  (decorator (identifier) @_decorator)
  definition: (function_definition
    name: (_) @name
    return_type: (_)? @type
    body: (_) @body) @definition.property) @span
  (#any-of? @_decorator "property" "cached_property"))
((decorated_definition
  (decorator [(identifier) @_decorator (attribute attribute: (identifier) @_decorator)])
  definition: (function_definition
    name: (_) @name
    return_type: (_)? @type
    body: (_) @body) @definition.function) @span
  (#eq? @_decorator "abstractmethod")
  (#set! abstract))
((decorated_definition
  (decorator (identifier) @_decorator)
  definition: (function_definition
    name: (_) @name
    return_type: (_)? @type
    body: (_) @body) @definition.function) @span
  (#any-of? @_decorator "staticmethod" "classmethod")
  (#set! static))
((decorated_definition
  definition: (function_definition
    name: (identifier) @name
    body: (_) @body) @definition.function) @span
  (#match? @name "^test_")
  (#set! test))
(decorated_definition
  definition: (function_definition
    name: (_) @name
    return_type: (_)? @type
    body: (_) @body) @definition.function) @span
((function_definition
  name: (identifier) @name
  body: (_) @body) @definition.constructor
  (#eq? @name "__init__"))
((function_definition
  name: (identifier) @name
  body: (_) @body) @definition.function
  (#match? @name "^test_")
  (#set! test))
(function_definition
  name: (_) @name
  return_type: (_)? @type
  body: (_) @body) @definition.function

(decorated_definition
  definition: (class_definition name: (_) @name body: (_) @body) @definition.class) @span
((class_definition name: (_) @name body: (_) @body) @definition.class
  (#match? @name "^Test")
  (#set! test))
(class_definition name: (_) @name body: (_) @body) @definition.class

(function_definition body: (block . (expression_statement . (string) @doc)))
(class_definition body: (block . (expression_statement . (string) @doc)))

; Constants by custom: names in capitals.
((module (expression_statement
  (assignment left: (identifier) @name type: (_)? @type right: (_)? @body) @definition.constant))
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
(module (expression_statement
  (assignment left: (identifier) @name type: (_) @type right: (_)? @body) @definition.variable))
; `x = Foo()` has the type Foo.
((module (expression_statement
  (assignment
    left: (identifier) @name
    right: (call function: [(identifier) (attribute)] @type) @body) @definition.variable))
  (#match? @type "^([a-z_0-9]+\\.)*[A-Z]"))
(module (expression_statement
  (assignment left: (identifier) @name right: (_) @body) @definition.variable))
(module (expression_statement
  (assignment
    left: (pattern_list (identifier) @name)
    right: (_) @body) @definition.variable))

(class_definition body: (block (expression_statement
  (assignment left: (identifier) @name type: (_)? @type right: (_)? @body) @definition.field)))
((assignment
  left: (attribute object: (identifier) @_self attribute: (identifier) @name)
  type: (_) @type) @definition.field
  (#eq? @_self "self"))
((assignment
  left: (attribute object: (identifier) @_self attribute: (identifier) @name)
  right: (call function: [(identifier) (attribute)] @type)) @definition.field
  (#eq? @_self "self")
  (#match? @type "^([a-z_0-9]+\\.)*[A-Z]"))
((assignment
  left: (attribute object: (identifier) @_self attribute: (identifier) @name)) @definition.field
  (#eq? @_self "self"))

(type_alias_statement
  left: (type (generic_type . (identifier) @name))
  right: (_) @body) @definition.type
(type_alias_statement left: (type (identifier) @name) right: (_) @body) @definition.type

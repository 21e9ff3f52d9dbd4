; Definitions of Lua. What is `local` in a function, or in a block, is a local name (references.scm);
; tables that functions belong to are their containers.
(comment) @comment

; Tests of Busted.
((function_call
  name: (identifier) @_test
  arguments: (arguments . (string) @name . (function_definition body: (_) @body)))
  @definition.function
  (#any-of? @_test "it" "test" "specify")
  (#set! test))
((function_call
  name: (identifier) @_group
  arguments: (arguments . (string) @name . (function_definition body: (_) @body)))
  @definition.section
  (#any-of? @_group "describe" "context" "insulate" "expose")
  (#set! test))

(function_declaration name: (identifier) @name body: (_) @body) @definition.function
(function_declaration name: (identifier) @name "end" @body) @definition.function
(function_declaration
  name: (dot_index_expression table: (_) @container field: (_) @name)
  body: (_) @body) @definition.function
(function_declaration
  name: (dot_index_expression table: (_) @container field: (_) @name)
  "end" @body) @definition.function
(function_declaration
  name: (method_index_expression table: (_) @container method: (_) @name)
  body: (_) @body) @definition.method
(function_declaration
  name: (method_index_expression table: (_) @container method: (_) @name)
  "end" @body) @definition.method

(variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_definition body: (_) @body))) @definition.function) @span
(variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_definition "end" @body))) @definition.function) @span
(assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_definition body: (_) @body))) @definition.function
(assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_definition "end" @body))) @definition.function
(assignment_statement
  (variable_list . name: (dot_index_expression table: (_) @container field: (_) @name))
  (expression_list . value: (function_definition body: (_) @body))) @definition.function
(assignment_statement
  (variable_list . name: (dot_index_expression table: (_) @container field: (_) @name))
  (expression_list . value: (function_definition "end" @body))) @definition.function
; Functions and values in a table that is given a name, or handed out.
(field
  name: (identifier) @name
  value: (function_definition body: (_) @body)) @definition.function
(field name: (identifier) @name value: (function_definition "end" @body)) @definition.function
(chunk (variable_declaration (assignment_statement
  (expression_list value: (table_constructor
    (field name: (identifier) @name value: (_) @body) @definition.field)))))
(chunk (assignment_statement
  (expression_list value: (table_constructor
    (field name: (identifier) @name value: (_) @body) @definition.field))))
(chunk (return_statement (expression_list (table_constructor
  (field name: (identifier) @name value: (_) @body) @definition.field))))

; `local x = Thing.new()` has the type Thing.
((chunk (variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list
    .
    value: (function_call
      name: [(dot_index_expression table: (_) @type field: (_) @_new)
             (method_index_expression table: (_) @type method: (_) @_new)]) @body)))
  @definition.variable)
  (#any-of? @_new "new" "New" "create"))
(chunk (variable_declaration (assignment_statement
  (variable_list name: (identifier) @name)
  (expression_list . (_) @body))) @definition.variable)
(chunk (variable_declaration (variable_list name: (identifier) @name)) @definition.variable)
(chunk (assignment_statement
  (variable_list name: (identifier) @name)
  (expression_list . (_) @body)) @definition.variable)
(chunk (assignment_statement
  (variable_list . name: (dot_index_expression table: (_) @container field: (_) @name))
  (expression_list . (_) @body)) @definition.field)
((assignment_statement
  (variable_list . name: (dot_index_expression table: (identifier) @_self field: (_) @name))
  (expression_list
    .
    value: (function_call
      name: [(dot_index_expression table: (_) @type field: (_) @_new)
             (method_index_expression table: (_) @type method: (_) @_new)]))) @definition.field
  (#eq? @_self "self")
  (#any-of? @_new "new" "New" "create"))
((assignment_statement
  (variable_list name: (dot_index_expression table: (identifier) @_self field: (_) @name)))
  @definition.field
  (#eq? @_self "self"))

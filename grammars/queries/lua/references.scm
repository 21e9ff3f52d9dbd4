; Scopes.
(function_declaration) @local.function
(function_definition) @local.function
(for_statement) @local.scope
(block) @local.scope

(parameters name: (identifier) @local.definition)
(for_numeric_clause name: (identifier) @local.definition)
(for_generic_clause (variable_list name: (identifier) @local.definition))
((variable_declaration (assignment_statement
  (variable_list . name: (identifier) @local.definition)
  (expression_list
    .
    value: (function_call
      name: [(dot_index_expression table: (_) @local.type field: (_) @_new)
             (method_index_expression table: (_) @local.type method: (_) @_new)]))))
  (#any-of? @_new "new" "New" "create"))
(variable_declaration (assignment_statement
  (variable_list name: (identifier) @local.definition)))
(variable_declaration (variable_list name: (identifier) @local.definition))
((identifier) @ignored (#eq? @ignored "self"))
(attribute (identifier) @ignored)
(goto_statement (identifier) @ignored)
(label_statement (identifier) @ignored)

; Classes above: the customs of metatables and of the common libraries.
((field name: (identifier) @_index value: (identifier) @reference.inherit)
  (#eq? @_index "__index"))
((assignment_statement
  (expression_list
    value: (function_call
      name: (method_index_expression table: (identifier) @reference.inherit method: (_) @_extend))))
  (#any-of? @_extend "extend" "subclass"))
((assignment_statement
  (expression_list
    value: (function_call
      name: (identifier) @_class
      arguments: (arguments (identifier) @reference.inherit))))
  (#eq? @_class "class"))

(function_call name: (identifier) @reference.call arguments: (_) @arguments)
(function_call
  name: (dot_index_expression table: (_) @receiver field: (_) @reference.call)
  arguments: (_) @arguments)
(function_call
  name: (method_index_expression table: (_) @receiver method: (_) @reference.call)
  arguments: (_) @arguments)

(assignment_statement (variable_list name: (identifier) @reference.write))
(assignment_statement
  (variable_list name: (dot_index_expression table: (_) @receiver field: (_) @reference.write)))

(field name: (identifier) @ignored)
(dot_index_expression table: (_) @receiver field: (_) @reference.read)
(identifier) @reference.read

(namespace_use_declaration
  (namespace_use_clause
    (qualified_name prefix: (namespace_name) @import.path (name) @import.name)
    alias: (_)? @import.alias)) @import.from
(namespace_use_declaration
  (namespace_use_clause . (name) @import.path alias: (_)? @import.alias)) @import.module
(namespace_use_declaration
  (namespace_use_clause
    (qualified_name . (name) @import.path)
    alias: (_)? @import.alias)) @import.module
; `use A\{B, C as D};`
(namespace_use_declaration
  (namespace_name) @import.path
  body: (namespace_use_group
    (namespace_use_clause
      . [(name) (qualified_name)] @import.name
      alias: (_)? @import.alias))) @import.from

(include_expression
  [(string) @import.path
   (encapsed_string . (string_content) @import.path .)
   (parenthesized_expression
     [(string) @import.path (encapsed_string . (string_content) @import.path .)])]) @import.source
(include_once_expression
  [(string) @import.path
   (encapsed_string . (string_content) @import.path .)
   (parenthesized_expression
     [(string) @import.path (encapsed_string . (string_content) @import.path .)])]) @import.source
(require_expression
  [(string) @import.path
   (encapsed_string . (string_content) @import.path .)
   (parenthesized_expression
     [(string) @import.path (encapsed_string . (string_content) @import.path .)])]) @import.source
(require_once_expression
  [(string) @import.path
   (encapsed_string . (string_content) @import.path .)
   (parenthesized_expression
     [(string) @import.path (encapsed_string . (string_content) @import.path .)])]) @import.source
; A path that is worked out: __DIR__ . '/a.php'
((include_expression
  [(binary_expression) (encapsed_string [(variable_name) (member_access_expression)])
   (variable_name) (name) (function_call_expression)
   (member_call_expression) (member_access_expression) (subscript_expression)
   (parenthesized_expression
     [(binary_expression) (variable_name) (encapsed_string [(variable_name)])])] @import.path)
  @import.source
  (#set! import.computed))
((include_once_expression
  [(binary_expression) (encapsed_string [(variable_name) (member_access_expression)])
   (variable_name) (name) (function_call_expression)
   (member_call_expression) (member_access_expression) (subscript_expression)
   (parenthesized_expression
     [(binary_expression) (variable_name) (encapsed_string [(variable_name)])])] @import.path)
  @import.source
  (#set! import.computed))
((require_expression
  [(binary_expression) (encapsed_string [(variable_name) (member_access_expression)])
   (variable_name) (name) (function_call_expression)
   (member_call_expression) (member_access_expression) (subscript_expression)
   (parenthesized_expression
     [(binary_expression) (variable_name) (encapsed_string [(variable_name)])])] @import.path)
  @import.source
  (#set! import.computed))
((require_once_expression
  [(binary_expression) (encapsed_string [(variable_name) (member_access_expression)])
   (variable_name) (name) (function_call_expression)
   (member_call_expression) (member_access_expression) (subscript_expression)
   (parenthesized_expression
     [(binary_expression) (variable_name) (encapsed_string [(variable_name)])])] @import.path)
  @import.source
  (#set! import.computed))

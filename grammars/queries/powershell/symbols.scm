; Definitions of PowerShell: functions, classes, enums, what a script takes and sets, tests of Pester.
(comment) @comment

(function_statement (function_name) @name (script_block) @body) @definition.function
(function_statement (function_name) @name) @definition.function

((class_statement . (simple_name) @name) @definition.class (#set! headline))
((enum_statement . (simple_name) @name) @definition.enum (#set! headline))
(enum_member . (simple_name) @name) @definition.enum_member
(class_property_definition (type_literal)? @type (variable) @name) @definition.field
(class_method_definition (type_literal)? @type (simple_name) @name (script_block)? @body) @definition.method

(program (param_block (parameter_list (script_parameter (variable) @name) @definition.variable)))
((program (statement_list (pipeline (assignment_expression
  (left_assignment_expression) @name
  value: (_) @body) @definition.variable)))
  (#match? @name "^\\$[a-zA-Z_0-9:]+$"))

((command
  command_name: (command_name) @_word
  command_elements: (command_elements
    (array_literal_expression (unary_expression (string_literal) @name)))) @definition.function
  (#match? @_word "^[iI]t$")
  (#set! test)
  (#set! headline))
((command
  command_name: (command_name) @_word
  command_elements: (command_elements
    (array_literal_expression (unary_expression (string_literal) @name)))) @definition.block
  (#match? @_word "^([dD]escribe|[cC]ontext)$")
  (#set! test)
  (#set! headline))

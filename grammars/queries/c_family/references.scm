; Scopes and local names.
(function_definition) @local.function
(compound_statement) @local.scope
(for_statement) @local.scope
(preproc_function_def parameters: (preproc_params) value: (_)) @local.function
(parameter_declaration type: (_) @local.type declarator: (_) @local.definition)
(preproc_params (identifier) @local.definition)

; Macros.
(preproc_ifdef name: (identifier) @reference.macro)
(preproc_defined (identifier) @reference.macro)
(preproc_def value: (preproc_arg) @tokens)
(preproc_function_def value: (preproc_arg) @tokens)

; Calls.
(call_expression
  function: (identifier) @reference.call
  arguments: (argument_list) @arguments)
(call_expression
  function: (field_expression argument: (_) @receiver field: (_) @reference.call)
  arguments: (argument_list) @arguments)
(call_expression
  function: (parenthesized_expression (identifier) @reference.call)
  arguments: (argument_list) @arguments)

; Writes.
(assignment_expression left: (identifier) @reference.write)
(assignment_expression
  left: (field_expression argument: (_) @receiver field: (_) @reference.write))
(update_expression argument: (identifier) @reference.write)
(update_expression
  argument: (field_expression argument: (_) @receiver field: (_) @reference.write))
(field_designator (field_identifier) @reference.write (#set! member))

; Everything else that is named.
(field_expression argument: (_) @receiver field: (_) @reference.read)
(type_identifier) @reference.type
(identifier) @reference.read

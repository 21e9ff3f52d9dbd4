[(line_comment) (block_comment)] @comment
(escape_sequence) @escape
(string_interpolation) @string.special
[(string_literal) (prefixed_string_literal) (command_literal) (prefixed_command_literal)
  (character_literal)] @string
[(integer_literal) (float_literal)] @number
(boolean_literal) @boolean
((identifier) @constant (#any-of? @constant "nothing" "missing" "Inf" "NaN" "pi" "im"))
(quote_expression ":" @string.special (identifier) @string.special)
(macro_identifier) @macro
(macro_identifier (identifier) @macro)
(macro_definition (signature (call_expression . (identifier) @macro)))
(function_definition (signature (identifier) @function))
(call_expression . (identifier) @function)
(call_expression . (field_expression (identifier) @function .))
(broadcast_call_expression . (identifier) @function)
(type_head (identifier) @type)
(type_head (binary_expression (identifier) @type))
(parametrized_type_expression . (identifier) @type)
(curly_expression (identifier) @type)
(curly_expression (binary_expression (identifier) @type))
(typed_expression (identifier) @parameter . (_))
(typed_expression (_) . (identifier) @type)
(where_expression (_) . (identifier) @type)
(where_expression (_) . (binary_expression (identifier) @type))
(signature (call_expression (argument_list (identifier) @parameter)))
(signature (typed_expression (call_expression (argument_list (identifier) @parameter))))
(signature (where_expression (call_expression (argument_list (identifier) @parameter))))
(assignment . (call_expression (argument_list (identifier) @parameter)))
(named_argument . (identifier) @parameter)
(field_expression (identifier) @property .)
(using_statement (identifier) @module)
(import_statement (identifier) @module)
(selected_import . (identifier) @module)
(module_definition name: (identifier) @module)
(arrow_function_expression . (identifier) @parameter)
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))
((identifier) @type (#match? @type "^[A-Z][a-z]"))
["abstract" "baremodule" "begin" "catch" "const" "do" "else" "elseif" "end" "export" "finally" "for"
  "function" "global" "if" "import" "let" "local" "macro" "module" "mutable" "primitive" "public"
  "quote" "return" "struct" "try" "type" "using" "where" "while" "as" "outer"] @keyword
[(break_statement) (continue_statement)] @keyword
(operator) @operator
["=" "->" "::" "?" "..." "$"] @operator
["(" ")" "[" "]" "{" "}" "," ";" "." ":" "@"] @punctuation

(comment) @comment
[(expandable_string_literal) (expandable_here_string_literal) (verbatim_string_characters)
  (verbatim_here_string_characters)] @string
(sub_expression) @string.special
[(decimal_integer_literal) (hexadecimal_integer_literal) (real_literal)] @number
((variable) @boolean (#match? @boolean "^\\$([tT]rue|[fF]alse)$"))
((variable) @constant (#match? @constant "^\\$[nN]ull$"))
((variable) @variable.builtin (#match? @variable.builtin "^\\$(_|this|args|input|PSItem|\\?|\\^)$"))
(script_parameter (variable) @parameter)
(class_method_parameter (variable) @parameter)
[(variable) (braced_variable)] @property
(function_name) @function
(command_name) @function
(class_method_definition (simple_name) @function)
(class_statement (simple_name) @type)
(enum_statement (simple_name) @type)
(enum_member (simple_name) @constant)
(invokation_expression (member_name) @function)
(member_name) @property
(key_expression) @property
(attribute_name (type_spec (type_name (type_identifier) @attribute)))
(type_literal (type_spec (type_name (type_identifier) @type)))
(type_identifier) @type
(attribute_name) @attribute
(attribute_argument (simple_name) @parameter)
(class_attribute) @keyword
(block_name) @keyword
(command_parameter) @parameter
(generic_token) @string
(label) @label
[(comparison_operator) (assignement_operator) (format_operator) (file_redirection_operator)
  (merging_redirection_operator)] @operator
["begin" "break" "catch" "continue" "data" "do" "dynamicparam" "else" "elseif" "end"
  "exit" "filter" "finally" "for" "foreach" "function" "if" "in" "inlinescript" "parallel" "param"
  "process" "return" "sequence" "switch" "throw" "trap" "try" "until" "while" "workflow"] @keyword
["-and" "-or" "-xor" "-band" "-bor" "-bxor" "-not" "-bnot" "-join" "-split" "!" "+" "-" "*" "/" "%"
  "++" "--" ".." "&" "|" "||" "&&" "="] @operator
["(" ")" "[" "]" "{" "}" "@(" "@{" "$(" "," ";" "." "::" ":"] @punctuation

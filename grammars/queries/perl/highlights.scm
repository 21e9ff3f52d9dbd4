[(comment) (pod)] @comment
[(eof_marker) (data_section)] @comment
[(escape_sequence) (escaped_delimiter)] @escape
[(string_literal) (interpolated_string_literal) (quoted_word_list) (command_string) (heredoc_content)
  (heredoc_token) (heredoc_end)] @string
[(match_regexp) (quoted_regexp) (substitution_regexp) (transliteration_expression)] @string.special
(regexp_content) @string.special
(replacement) @string
[(match_regexp_modifiers) (substitution_regexp_modifiers) (quoted_regexp_modifiers)
  (transliteration_modifiers)] @keyword
(match_regexp operator: _ @keyword)
(substitution_regexp operator: _ @keyword)
[(number) (version)] @number
(boolean) @boolean
(subroutine_declaration_statement name: (_) @function)
(method_declaration_statement name: (_) @function)
((function_call_expression function: (function) @function))
(ambiguous_function_call_expression function: (function) @function)
(func0op_call_expression function: _ @function.builtin)
(func1op_call_expression function: _ @function.builtin)
(method_call_expression method: (method) @function)
(package) @module
((scalar) @variable.builtin (#any-of? @variable.builtin "$_" "$@" "$!" "$0" "$self" "$class"))
((array) @variable.builtin (#any-of? @variable.builtin "@_" "@ARGV" "@INC"))
[(scalar) (array) (hash) (arraylen) (container_variable) (glob)] @property
[(autoquoted_bareword) (hash_element_expression key: (bareword))] @string
(prototype) @string.special
(attribute_name) @attribute
(statement_label) @label
(label) @label
(phaser_statement phase: _ @keyword)
(loopex_expression loopex: _ @keyword)
["package" "use" "no" "require" "sub" "my" "our" "local" "state" "return" "if" "elsif" "else"
  "unless" "while" "until" "for" "foreach" "do" "eval" "class" "method" "field" "role" "try" "catch"
  "finally" "defer" "and" "or" "not" "xor" "x" "eq" "ne" "lt" "gt" "le" "ge" "cmp" "isa" "sort" "map"
  "grep" "undef" "format" "async" "await" "qw" "q" "qq"] @keyword
["=" "+=" "-=" "*=" "/=" ".=" "||=" "&&=" "//=" "+" "-" "*" "/" "%" "**" "++" "--" "==" "!=" "<" ">"
  "<=" ">=" "<=>" "=~" "!~" "&&" "||" "//" "!" "~" "&" "|" "^" "<<" ">>" "." ".." "..." "?" ":" "->"
  "=>" "\\"] @operator
["(" ")" "[" "]" "{" "}" "," ";"] @punctuation

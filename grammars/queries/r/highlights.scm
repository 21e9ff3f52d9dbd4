(comment) @comment
(escape_sequence) @escape
(argument name: (_) @parameter)
(binary_operator lhs: (identifier) @function operator: ["<-" "=" "<<-"] rhs: (function_definition))
(binary_operator lhs: (string) @function operator: ["<-" "=" "<<-"] rhs: (function_definition))
(string) @string
[(integer) (float) (complex)] @number
[(true) (false)] @boolean
[(null) (inf) (nan) (na)] @constant
((call function: (identifier) @keyword) (#any-of? @keyword "library" "require" "source" "return"))
(call function: (identifier) @function)
(call function: (namespace_operator rhs: (identifier) @function))
(call function: (extract_operator rhs: (identifier) @function))
(namespace_operator lhs: (identifier) @module)
(extract_operator rhs: (identifier) @property)
(parameter name: (identifier) @parameter)
[(dots) (dot_dot_i)] @variable.builtin
((identifier) @variable.builtin (#any-of? @variable.builtin "self" "private" "T" "F" "pi"))
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_.]+$"))
[(next) (break)] @keyword
["function" "\\" "if" "else" "for" "in" "while" "repeat"] @keyword
(binary_operator operator: _ @operator)
(unary_operator operator: _ @operator)
(extract_operator operator: _ @operator)
(namespace_operator operator: _ @operator)
(argument "=" @operator)
(parameter "=" @operator)
["(" ")" "[" "]" "{" "}" "[[" "]]"] @punctuation
(comma) @punctuation

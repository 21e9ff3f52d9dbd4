[(comment) (hash_bang_line)] @comment
(escape_sequence) @escape
(string) @string
(number) @number
[(true) (false)] @boolean
[(nil) (vararg_expression)] @constant

(function_declaration name: (identifier) @function)
(function_declaration name: (dot_index_expression field: (identifier) @function))
(function_declaration name: (method_index_expression method: (identifier) @function))
((function_call name: (identifier) @function.builtin)
  (#any-of? @function.builtin "assert" "collectgarbage" "dofile" "error" "getmetatable" "ipairs" "load" "loadfile" "next" "pairs"
    "pcall" "print" "rawequal" "rawget" "rawlen" "rawset" "require" "select" "setmetatable" "tonumber" "tostring" "type"
    "unpack" "xpcall"))
(function_call name: (identifier) @function)
(function_call name: (dot_index_expression field: (identifier) @function))
(function_call name: (method_index_expression method: (identifier) @function))
(field name: (identifier) @property)
(dot_index_expression field: (identifier) @property)
(method_index_expression method: (identifier) @property)
(parameters name: (identifier) @parameter)
(attribute (identifier) @attribute)
(label_statement (identifier) @label)
(goto_statement (identifier) @label)
((identifier) @variable.builtin (#any-of? @variable.builtin "self" "_G" "_ENV"))
((identifier) @module
  (#any-of? @module "coroutine" "debug" "io" "math" "os" "package" "string" "table" "utf8"))
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))

["and" "do" "else" "elseif" "end" "for" "function" "goto" "if" "in" "local" "not" "or" "repeat" "return" "then" "until"
  "while"] @keyword
(break_statement) @keyword
["+" "-" "*" "/" "//" "%" "^" "#" "==" "~=" "<" ">" "<=" ">=" "=" ".." "&" "|" "~" "<<" ">>"] @operator
["(" ")" "[" "]" "{" "}" ";" ":" "::" "," "."] @punctuation

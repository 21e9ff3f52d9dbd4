(comment) @comment
(escape_sequence) @escape
[(string) (multiline_string)] @string
(character) @string
[(integer) (float)] @number
(boolean) @boolean
["null" "undefined" "unreachable"] @constant
[(builtin_identifier)] @function.builtin
(builtin_type) @type.builtin
(function_declaration name: (identifier) @function)
(call_expression function: (identifier) @function)
(call_expression function: (field_expression member: (identifier) @function))
(parameter name: (identifier) @parameter)
(payload (identifier) @parameter)
(container_field name: (identifier) @property)
(error_set_declaration (identifier) @constant)
(block_label (identifier) @label)
(break_label (identifier) @label)
(field_expression "." . member: (identifier) @property)
((identifier) @type (#match? @type "^[A-Z][a-zA-Z0-9]*$"))
((identifier) @variable.builtin (#any-of? @variable.builtin "self" "std"))
["const" "var" "fn" "pub" "extern" "export" "inline" "noinline" "comptime" "threadlocal" "struct"
  "enum" "union" "error" "opaque" "packed" "test" "usingnamespace" "callconv" "align" "addrspace"
  "linksection" "allowzero" "volatile" "noalias" "asm" "if" "else" "switch" "while" "for" "break"
  "continue" "return" "defer" "errdefer" "try" "catch" "orelse" "and" "or" "nosuspend" "suspend"
  "resume" "await" "async"] @keyword
["=" "+" "-" "*" "/" "%" "==" "!=" "<" ">" "<=" ">=" "!" "&" "|" "^" "~" "<<" ">>" "++" "**" "||"
  "+=" "-=" "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" "+%" "-%" "*%" "+|" "-|" "*|" "+%=" "-%=" "*%=" "=>" "->" ".*" ".?"
  "?" ".." "..."] @operator
["(" ")" "[" "]" "{" "}" ";" "," "." ":"] @punctuation

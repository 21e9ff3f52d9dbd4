(comment) @comment
(hash_bang_line) @comment
(escape_sequence) @escape
(template_substitution) @string.special
[(string) (template_string)] @string
(regex) @string.special
(number) @number
[(true) (false)] @boolean
[(null) (undefined)] @constant
[(this) (super)] @variable.builtin

(function_declaration name: (identifier) @function)
(generator_function_declaration name: (identifier) @function)
(function_expression name: (identifier) @function)
(method_definition name: (_) @function)
(variable_declarator name: (identifier) @function value: [(arrow_function) (function_expression)])
(pair key: (property_identifier) @function value: [(arrow_function) (function_expression)])
(new_expression constructor: (identifier) @constructor)
(call_expression function: (identifier) @function)
(call_expression function: (member_expression property: (property_identifier) @function))
(class_declaration name: (_) @type)
(decorator "@" @attribute)
(decorator (identifier) @attribute)
(decorator (call_expression function: (identifier) @attribute))
(statement_identifier) @label
[(property_identifier) (private_property_identifier) (shorthand_property_identifier)] @property
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))

["as" "async" "await" "break" "case" "catch" "class" "const" "continue" "debugger" "default" "delete" "do" "else" "export"
  "extends" "finally" "for" "from" "function" "get" "if" "import" "in" "instanceof" "let" "new" "of" "return" "set"
  "static" "switch" "throw" "try" "typeof" "var" "void" "while" "with" "yield"] @keyword
["+" "-" "*" "/" "%" "**" "=" "==" "===" "!=" "!==" "<" ">" "<=" ">=" "&&" "||" "??" "!" "&" "|" "^" "~" "<<" ">>" ">>>"
  "+=" "-=" "*=" "/=" "%=" "**=" "&=" "|=" "^=" "<<=" ">>=" ">>>=" "&&=" "||=" "??=" "++" "--" "=>" "..." "?"] @operator
["(" ")" "[" "]" "{" "}" ";" "," "." ":"] @punctuation

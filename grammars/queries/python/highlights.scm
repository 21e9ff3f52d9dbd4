(comment) @comment
(escape_sequence) @escape
(interpolation) @string.special
(string) @string
[(integer) (float)] @number
[(true) (false)] @boolean
[(none) (ellipsis)] @constant

(decorator "@" @attribute)
(decorator (identifier) @attribute)
(decorator (attribute attribute: (identifier) @attribute))
(decorator (call function: (identifier) @attribute))
(class_definition name: (identifier) @type)
(function_definition name: (identifier) @function)
((call function: (identifier) @function.builtin)
  (#any-of? @function.builtin "abs" "all" "any" "bool" "bytes" "callable" "chr" "dict" "dir" "enumerate" "filter" "float"
    "format" "frozenset" "getattr" "hasattr" "hash" "hex" "id" "input" "int" "isinstance" "issubclass" "iter" "len" "list"
    "map" "max" "min" "next" "object" "open" "ord" "pow" "print" "property" "range" "repr" "reversed" "round" "set"
    "setattr" "slice" "sorted" "str" "sum" "super" "tuple" "type" "vars" "zip"))
((call function: (identifier) @constructor) (#match? @constructor "^[A-Z]"))
(call function: (identifier) @function)
(call function: (attribute attribute: (identifier) @function))
(type (identifier) @type)
(generic_type (identifier) @type)
(import_from_statement module_name: (dotted_name (identifier) @module))
(import_statement name: (dotted_name (identifier) @module))
(attribute attribute: (identifier) @property)
(parameters (identifier) @parameter)
(default_parameter name: (identifier) @parameter)
(typed_parameter (identifier) @parameter)
(typed_default_parameter name: (identifier) @parameter)
(keyword_argument name: (identifier) @parameter)
((identifier) @variable.builtin (#any-of? @variable.builtin "self" "cls"))
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))

["as" "assert" "async" "await" "break" "case" "class" "continue" "def" "del" "elif" "else" "except" "finally" "for" "from"
  "global" "if" "import" "lambda" "match" "nonlocal" "pass" "raise" "return" "try" "while" "with" "yield" "type"
  "and" "in" "is" "not" "or" "is not" "not in"] @keyword
["+" "-" "*" "/" "//" "%" "**" "@" "=" "==" "!=" "<" ">" "<=" ">=" "&" "|" "^" "~" "<<" ">>" ":=" "->"
  "+=" "-=" "*=" "/=" "//=" "%=" "**=" "&=" "|=" "^=" "<<=" ">>=" "@="] @operator
["(" ")" "[" "]" "{" "}" "," ":" "." ";"] @punctuation

(comment) @comment
(escape_sequence) @escape
[(interpreted_string_literal) (raw_string_literal) (rune_literal)] @string
[(int_literal) (float_literal) (imaginary_literal)] @number
[(true) (false)] @boolean
[(nil) (iota)] @constant

(function_declaration name: (identifier) @function)
(method_declaration name: (field_identifier) @function)
(method_elem name: (field_identifier) @function)
((call_expression function: (identifier) @function.builtin)
  (#any-of? @function.builtin "append" "cap" "clear" "close" "complex" "copy" "delete" "imag" "len" "make" "max" "min" "new"
    "panic" "print" "println" "real" "recover"))
(call_expression function: (identifier) @function)
(call_expression function: (selector_expression field: (field_identifier) @function))
(parameter_declaration name: (identifier) @parameter)
(variadic_parameter_declaration name: (identifier) @parameter)
(const_spec name: (identifier) @constant)
((type_identifier) @type.builtin
  (#any-of? @type.builtin "any" "bool" "byte" "comparable" "complex128" "complex64" "error" "float32" "float64" "int" "int16"
    "int32" "int64" "int8" "rune" "string" "uint" "uint16" "uint32" "uint64" "uint8" "uintptr"))
(type_identifier) @type
(package_identifier) @module
(field_identifier) @property
(label_name) @label

["break" "case" "chan" "const" "continue" "default" "defer" "else" "fallthrough" "for" "func" "go" "goto" "if" "import"
  "interface" "map" "package" "range" "return" "select" "struct" "switch" "type" "var"] @keyword
["+" "-" "*" "/" "%" "&" "|" "^" "<<" ">>" "&^" "+=" "-=" "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" "&^=" "&&" "||" "<-" "++"
  "--" "==" "<" ">" "=" "!" "!=" "<=" ">=" ":=" "..." "~"] @operator
["(" ")" "[" "]" "{" "}" "," ";" "." ":"] @punctuation

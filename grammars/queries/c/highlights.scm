; The first pattern that colours a node wins.
(comment) @comment
[(string_literal) (system_lib_string) (char_literal) (concatenated_string)] @string
(escape_sequence) @escape
(number_literal) @number
[(true) (false)] @boolean
(null) @constant

(call_expression function: (identifier) @function)
(call_expression function: (field_expression field: (field_identifier) @function))
(function_declarator declarator: [(identifier) (field_identifier)] @function)
(function_declarator
  declarator: (parenthesized_declarator (pointer_declarator declarator: (_) @function)))
(preproc_function_def name: (identifier) @macro)
(preproc_def name: (identifier) @macro)
(preproc_ifdef name: (identifier) @macro)
(preproc_defined (identifier) @macro)
(enumerator name: (identifier) @constant)
(statement_identifier) @label
[(primitive_type) (sized_type_specifier)] @type.builtin
(type_identifier) @type
(field_identifier) @property
(parameter_declaration declarator: (identifier) @parameter)
(parameter_declaration declarator: (pointer_declarator declarator: (identifier) @parameter))
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))
(attribute_specifier) @attribute
(storage_class_specifier) @keyword
(type_qualifier) @keyword

["break" "case" "continue" "default" "do" "else" "enum" "extern" "for" "goto" "if" "return"
  "sizeof" "static" "struct" "switch" "typedef" "union" "while" "offsetof"] @keyword
["#define" "#elif" "#else" "#endif" "#if" "#ifdef" "#ifndef" "#include" "defined"
  (preproc_directive)] @keyword
["+" "-" "*" "/" "%" "=" "==" "!=" "<" ">" "<=" ">=" "&&" "||" "!" "&" "|" "^" "~" "<<" ">>"
  "+=" "-=" "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" "++" "--" "->" "?"] @operator
["(" ")" "[" "]" "{" "}" ";" "," "." ":" "..."] @punctuation

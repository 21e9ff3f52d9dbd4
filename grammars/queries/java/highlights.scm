; The first pattern that colours a node wins.
[(line_comment) (block_comment)] @comment
(escape_sequence) @escape
(string_interpolation) @string.special
[(string_literal) (character_literal)] @string
[(decimal_integer_literal) (hex_integer_literal) (octal_integer_literal) (binary_integer_literal)
  (decimal_floating_point_literal) (hex_floating_point_literal)] @number
[(true) (false)] @boolean
(null_literal) @constant

(marker_annotation "@" @attribute name: (_) @attribute)
(annotation "@" @attribute name: (_) @attribute)
(class_declaration name: (_) @type)
(interface_declaration name: (_) @type)
(enum_declaration name: (_) @type)
(record_declaration name: (_) @type)
(annotation_type_declaration name: (_) @type)
(enum_constant name: (_) @constant)
(constructor_declaration name: (_) @constructor)
(compact_constructor_declaration name: (_) @constructor)
(object_creation_expression type: (type_identifier) @constructor)
(object_creation_expression type: (generic_type . (type_identifier) @constructor))
(method_declaration name: (_) @function)
(annotation_type_element_declaration name: (_) @function)
(method_invocation name: (_) @function)
(method_reference (identifier) @function .)
(package_declaration [(identifier) (scoped_identifier)] @module)
(import_declaration [(identifier) (scoped_identifier)] @module)
[(void_type) (integral_type) (floating_point_type) (boolean_type)] @type.builtin
(type_identifier) @type
(formal_parameter name: (_) @parameter)
(catch_formal_parameter name: (_) @parameter)
(inferred_parameters (identifier) @parameter)
(lambda_expression parameters: (identifier) @parameter)
(element_value_pair key: (_) @parameter)
(labeled_statement . (identifier) @label)
(break_statement (identifier) @label)
(continue_statement (identifier) @label)
[(this) (super)] @variable.builtin
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))
((field_access object: (identifier) @type) (#match? @type "^[A-Z]"))
((method_invocation object: (identifier) @type) (#match? @type "^[A-Z]"))
(field_access field: (_) @property)
(field_declaration declarator: (variable_declarator name: (_) @property))

["abstract" "assert" "break" "case" "catch" "class" "continue" "default" "do" "else" "enum"
  "exports" "extends" "final" "finally" "for" "if" "implements" "import" "instanceof" "interface"
  "@interface" "module" "native" "new" "non-sealed" "open" "opens" "package" "permits" "private"
  "protected" "provides" "public" "record" "requires" "return" "sealed" "static" "strictfp"
  "switch" "synchronized" "throw" "throws" "to" "transient" "transitive" "try" "uses" "volatile"
  "when" "while" "with" "yield"] @keyword
["+" "-" "*" "/" "%" "=" "==" "!=" "<" ">" "<=" ">=" "&&" "||" "!" "&" "|" "^" "~" "<<" ">>" ">>>"
  "+=" "-=" "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" ">>>=" "++" "--" "?" "->" "::"] @operator
["(" ")" "[" "]" "{" "}" ";" "," "." ":" "..."] @punctuation

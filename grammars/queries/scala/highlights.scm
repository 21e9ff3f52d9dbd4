; The first pattern that colours a node wins.
[(comment) (block_comment)] @comment
(escape_sequence) @escape
(interpolation) @string.special
[(string) (interpolated_string) (character_literal)] @string
[(integer_literal) (floating_point_literal)] @number
(boolean_literal) @boolean
(null_literal) @constant

(annotation "@" @attribute name: (_) @attribute)
(class_definition name: (_) @type)
(trait_definition name: (_) @type)
(object_definition name: (_) @type)
(enum_definition name: (_) @type)
(package_object name: (_) @type)
(simple_enum_case name: (_) @constant)
(full_enum_case name: (_) @constant)
(function_definition name: (_) @function)
(function_declaration name: (_) @function)
((call_expression function: (identifier) @constructor) (#match? @constructor "^[A-Z]"))
(call_expression function: (identifier) @function)
(call_expression function: (field_expression field: (identifier) @function))
(call_expression function: (generic_function function: (identifier) @function))
(infix_expression operator: (identifier) @function)
(instance_expression (type_identifier) @constructor)
(interpolated_string_expression interpolator: (_) @function)
(package_clause name: (_) @module)
(type_identifier) @type
(type_parameters name: (_) @type)
(parameter name: (_) @parameter)
(class_parameter name: (_) @parameter)
(binding name: (_) @parameter)
((identifier) @variable.builtin (#any-of? @variable.builtin "this" "super"))
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))
(field_expression field: (identifier) @property)
(operator_identifier) @operator
(wildcard) @variable.builtin
[(access_modifier) (inline_modifier) (infix_modifier) (open_modifier) (transparent_modifier)
  (opaque_modifier)] @keyword

["abstract" "as" "case" "catch" "class" "def" "derives" "do" "else" "end" "enum" "export" "extends"
  "extension" "final" "finally" "for" "given" "if" "implicit" "import" "lazy" "macro" "match" "new"
  "object" "override" "package" "private" "protected" "return" "sealed" "then" "throw" "trait" "try"
  "type" "using" "val" "var" "while" "with" "yield"] @keyword
["=" "=>" "<-" "?=>" "=>>" "<:" ">:" "@" "#"] @operator
["(" ")" "[" "]" "{" "}" ";" "," "." ":"] @punctuation

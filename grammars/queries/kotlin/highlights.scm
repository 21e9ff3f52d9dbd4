; The first pattern that colours a node wins.
[(line_comment) (block_comment) (shebang)] @comment
(escape_sequence) @escape
(interpolation) @string.special
[(string_literal) (multiline_string_literal) (character_literal)] @string
[(number_literal) (float_literal)] @number
((identifier) @boolean (#any-of? @boolean "true" "false"))
((identifier) @constant (#eq? @constant "null"))

(annotation) @attribute
(file_annotation) @attribute
(class_declaration name: (_) @type)
(object_declaration name: (_) @type)
(companion_object name: (_) @type)
(type_alias type: (_) @type)
(enum_entry (identifier) @constant)
(function_declaration name: (_) @function)
((call_expression . (identifier) @constructor) (#match? @constructor "^[A-Z]"))
(call_expression . (identifier) @function)
(call_expression . (navigation_expression (identifier) @function .))
(infix_expression . (_) . (identifier) @function . (_))
(callable_reference (identifier) @function .)
(package_header (qualified_identifier) @module)
(import (qualified_identifier) @module)
(user_type (identifier) @type)
(type_parameter (identifier) @type)
(parameter (identifier) @parameter)
(class_parameter (identifier) @parameter)
(lambda_parameters (variable_declaration (identifier) @parameter))
(value_argument . (identifier) @parameter . (_))
(label) @label
[(this_expression) (super_expression)] @variable.builtin
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))
(navigation_expression (identifier) @property .)

[(class_modifier) (member_modifier) (function_modifier) (property_modifier) (visibility_modifier)
  (inheritance_modifier) (parameter_modifier) (platform_modifier) (reification_modifier)
  (variance_modifier)] @keyword
["as" "as?" "by" "catch" "class" "companion" "constructor" "do" "else" "finally"
  "for" "fun" "get" "if" "import" "in" "!in" "init" "interface" "is" "!is" "object" "package"
  "return" "set" "throw" "try" "typealias" "val" "var" "when" "where" "while"] @keyword
["+" "-" "*" "/" "%" "=" "==" "!=" "===" "!==" "<" ">" "<=" ">=" "&&" "||" "!" "!!" "+=" "-=" "*="
  "/=" "%=" "++" "--" "?:" "?." "->" ".." "..<" "?"] @operator
["(" ")" "[" "]" "{" "}" ";" "," "." ":" "::"] @punctuation

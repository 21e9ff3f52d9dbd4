; The first pattern that colours a node wins.
[(comment) (multiline_comment) (shebang_line)] @comment
(str_escaped_char) @escape
(interpolated_expression) @string.special
[(line_string_literal) (multi_line_string_literal) (raw_string_literal) (regex_literal)] @string
[(integer_literal) (hex_literal) (oct_literal) (bin_literal) (real_literal)] @number
(boolean_literal) @boolean
"nil" @constant

(attribute) @attribute
(class_declaration name: (type_identifier) @type)
(protocol_declaration name: (type_identifier) @type)
(enum_entry name: (simple_identifier) @constant)
(function_declaration name: (simple_identifier) @function)
(protocol_function_declaration name: (simple_identifier) @function)
(init_declaration "init" @constructor)
((call_expression . (simple_identifier) @constructor) (#match? @constructor "^[A-Z]"))
(call_expression . (simple_identifier) @function)
(call_expression
  . (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @function)))
(macro_invocation "#" @macro (simple_identifier) @macro)
(directive) @macro
(import_declaration (identifier) @module)
(type_identifier) @type
(parameter name: (simple_identifier) @parameter)
(lambda_parameter name: (simple_identifier) @parameter)
(value_argument_label) @parameter
(statement_label) @label
[(self_expression) (super_expression)] @variable.builtin
((simple_identifier) @variable.builtin (#match? @variable.builtin "^[$]"))
(navigation_suffix suffix: (simple_identifier) @property)
(property_declaration name: (pattern bound_identifier: (simple_identifier) @property))

[(visibility_modifier) (member_modifier) (function_modifier) (mutation_modifier) (property_modifier)
  (parameter_modifier) (inheritance_modifier) (ownership_modifier) (property_behavior_modifier)
  (throws) (throw_keyword) (where_keyword) (catch_keyword) (else) (default_keyword) (try_operator)
  (as_operator) (getter_specifier) (setter_specifier)] @keyword
["actor" "any" "associatedtype" "async" "await" "break" "case" "class" "continue" "deinit"
  "didSet" "do" "enum" "extension" "fallthrough" "for" "func" "guard" "if" "import" "in" "indirect"
  "is" "let" "macro" "operator" "precedencegroup" "protocol" "repeat" "return" "some" "struct"
  "subscript" "switch" "typealias" "var" "while" "willSet" "yield"] @keyword
["+" "-" "*" "/" "%" "=" "==" "!=" "===" "!==" "<" ">" "<=" ">=" "&&" "||" "&" "|" "^" "~" "<<" ">>"
  "+=" "-=" "*=" "/=" "%=" "++" "--" "?" "??" "->" "..." "..<" (bang) (custom_operator)] @operator
["(" ")" "[" "]" "{" "}" ";" "," "." ":"] @punctuation

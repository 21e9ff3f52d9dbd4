[(comment) (documentation_comment)] @comment
(documentation_comment "///" @comment)
(escape_sequence) @escape
(template_substitution) @string.special
(string_literal) @string
[(decimal_integer_literal) (hex_integer_literal) (decimal_floating_point_literal)] @number
[(true) (false)] @boolean
(null_literal) @constant
[(annotation) (marker_annotation)] @attribute
(marker_annotation name: (identifier) @attribute)
(annotation name: (identifier) @attribute)
(class_definition name: (identifier) @type)
(mixin_declaration (identifier) @type)
(extension_declaration name: (identifier) @type)
(enum_declaration name: (identifier) @type)
(enum_constant name: (identifier) @constant)
[(const_builtin) (final_builtin)] @keyword
((type_identifier) @type.builtin (#any-of? @type.builtin "int" "double" "num" "bool" "dynamic"))
[(void_type)] @type.builtin
(type_identifier) @type
(function_signature name: (identifier) @function)
(getter_signature name: (identifier) @function)
(setter_signature name: (identifier) @function)
(constructor_signature name: (identifier) @constructor)
(constant_constructor_signature (qualified (identifier) @constructor))
(factory_constructor_signature (identifier) @constructor)
(formal_parameter name: (identifier) @parameter)
(constructor_param (identifier) @parameter)
(super_formal_parameter (identifier) @parameter)
(label (identifier) @parameter)
(initialized_identifier . (identifier) @property)
((selector [(unconditional_assignable_selector (identifier) @function)
            (conditional_assignable_selector (identifier) @function)])
  . (selector (argument_part)))
((identifier) @function . (selector (argument_part)) (#match? @function "^_?[a-z]"))
(unconditional_assignable_selector (identifier) @property)
(conditional_assignable_selector (identifier) @property)
[(this) (super)] @variable.builtin
(library_name (dotted_identifier_list) @module)
((identifier) @type (#match? @type "^_?[A-Z]"))
["abstract" "as" "async" "async*" "await" "catch" "class" "covariant"
  "default" "deferred" "do" "else" "enum" "export" "extends" "extension" "external" "factory" "finally"
  "for" "get" "hide" "if" "implements" "import" "in" "interface" "late" "library" "mixin" "new" "on"
  "operator" "part" "required" "return" "set" "show" "static" "super" "switch" "sync*" "this"
  "throw" "try" "typedef" "var" "while" "with" "yield" "Function"] @keyword
(is_operator) @keyword
["=" "=>" "?" "??" "&&" "||" "+=" "-=" "*=" "/=" "==" "<" ">" "*" "%" "&" "|" "^" "~" "~/" "<<" ">>" "%=" "~/="] @operator
[(additive_operator) (multiplicative_operator) (increment_operator) (relational_operator)
  (equality_operator) (shift_operator) (negation_operator) (tilde_operator)] @operator
["(" ")" "[" "]" "{" "}" "," ";" "." "?." ":" ".." "@"] @punctuation

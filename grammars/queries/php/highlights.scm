(comment) @comment
(escape_sequence) @escape
[(string) (encapsed_string) (heredoc_body) (nowdoc_body) (shell_command_expression)] @string
[(heredoc_start) (heredoc_end)] @label
[(integer) (float)] @number
(boolean) @boolean
(null) @constant
[(php_tag) (php_end_tag)] @tag
(text) @markup.raw

(function_definition name: (name) @function)
((method_declaration name: (name) @constructor) (#eq? @constructor "__construct"))
(method_declaration name: (name) @function)
(class_declaration name: (name) @type)
(interface_declaration name: (name) @type)
(trait_declaration name: (name) @type)
(enum_declaration name: (name) @type)
(enum_case name: (name) @constant)
(const_element . (name) @constant)
(object_creation_expression (name) @constructor)
((function_call_expression function: (name) @function.builtin)
  (#any-of? @function.builtin "array_filter" "array_key_exists" "array_keys" "array_map" "array_merge" "array_values" "compact"
    "count" "define" "defined" "die" "empty" "explode" "extract" "implode" "in_array" "is_array" "is_null" "is_string" "isset"
    "json_decode" "json_encode" "printf" "sprintf" "str_replace" "strlen" "substr" "trim" "unset" "var_dump"))
(function_call_expression function: (name) @function)
(function_call_expression function: (qualified_name (name) @function))
(member_call_expression name: (name) @function)
(nullsafe_member_call_expression name: (name) @function)
(scoped_call_expression name: (name) @function)
(scoped_call_expression scope: (name) @type)
(class_constant_access_expression . (name) @type)
(class_constant_access_expression . (_) . (name) @constant)
(attribute (name) @attribute)
(base_clause (name) @type)
(class_interface_clause (name) @type)
(use_declaration (name) @type)
(named_type (name) @type)
(named_type (qualified_name (name) @type))
(primitive_type) @type.builtin
(cast_type) @type.builtin
(relative_scope) @variable.builtin
((variable_name) @variable.builtin (#eq? @variable.builtin "$this"))
(namespace_name) @module
(namespace_use_clause (name) @type)
(namespace_use_clause (qualified_name (name) @type))
(simple_parameter name: (variable_name) @parameter)
(variadic_parameter name: (variable_name) @parameter)
(property_promotion_parameter name: (variable_name) @parameter)
(argument name: (name) @parameter)
(property_element name: (variable_name) @property)
(member_access_expression name: (name) @property)
(nullsafe_member_access_expression name: (name) @property)
(scoped_property_access_expression name: (variable_name) @property)
((name) @constant (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))
[(visibility_modifier) (static_modifier) (abstract_modifier) (final_modifier) (readonly_modifier) (var_modifier)] @keyword

["and" "as" "break" "case" "catch" "class" "clone" "const" "continue" "declare" "default" "do" "echo" "else" "elseif" "enddeclare"
  "endfor" "endforeach" "endif" "endswitch" "endwhile" "enum" "exit" "extends" "finally" "fn" "for" "foreach" "function" "global"
  "goto" "if" "implements" "include" "include_once" "instanceof" "insteadof" "interface" "match" "namespace" "new" "or" "print"
  "require" "require_once" "return" "switch" "throw" "trait" "try" "use" "while" "xor" "yield"] @keyword
["+" "-" "*" "/" "%" "**" "." "=" "==" "===" "!=" "!==" "<>" "<" ">" "<=" ">=" "<=>" "&&" "||" "!" "&" "|" "^" "~" "<<" ">>" "??"
  "?" "=>" "->" "?->" "::" "+=" "-=" "*=" "/=" "%=" "**=" ".=" "??=" "&=" "|=" "^=" "<<=" ">>=" "++" "--" "@" "..."] @operator
["(" ")" "[" "]" "{" "}" "," ";" ":" "\\"] @punctuation

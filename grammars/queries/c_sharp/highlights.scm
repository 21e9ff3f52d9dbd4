; The first pattern that colours a node wins.
(comment) @comment
(escape_sequence) @escape
(interpolation) @string.special
[(string_literal) (verbatim_string_literal) (raw_string_literal) (character_literal)] @string
(interpolated_string_expression) @string
[(integer_literal) (real_literal)] @number
(boolean_literal) @boolean
(null_literal) @constant

(attribute name: (_) @attribute)
(class_declaration name: (_) @type)
(struct_declaration name: (_) @type)
(record_declaration name: (_) @type)
(interface_declaration name: (_) @type)
(enum_declaration name: (_) @type)
(delegate_declaration name: (_) @type)
(enum_member_declaration name: (_) @constant)
(constructor_declaration name: (_) @constructor)
(destructor_declaration name: (_) @constructor)
(object_creation_expression type: (identifier) @constructor)
(object_creation_expression type: (generic_name . (identifier) @constructor))
(method_declaration name: (_) @function)
(local_function_statement name: (_) @function)
(invocation_expression function: (identifier) @function)
(invocation_expression function: (generic_name . (identifier) @function))
(invocation_expression function: (member_access_expression name: (identifier) @function))
(invocation_expression
  function: (member_access_expression name: (generic_name . (identifier) @function)))
(namespace_declaration name: (_) @module)
(file_scoped_namespace_declaration name: (_) @module)
(using_directive (_) @module)
(predefined_type) @type.builtin
(implicit_type) @keyword
(type_parameter name: (_) @type)
(generic_name . (identifier) @type)
(base_list (identifier) @type)
(variable_declaration type: (identifier) @type)
(parameter type: (identifier) @type)
(property_declaration type: (identifier) @type)
(method_declaration returns: (identifier) @type)
(nullable_type type: (identifier) @type)
(array_type type: (identifier) @type)
(cast_expression type: (identifier) @type)
(type_argument_list (identifier) @type)
(parameter name: (_) @parameter)
(argument name: (_) @parameter)
(property_declaration name: (_) @property)
(member_access_expression name: (identifier) @property)
(field_declaration (variable_declaration (variable_declarator name: (_) @property)))
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))
["this" "base"] @variable.builtin
(modifier) @keyword

["alias" "as" "await" "break" "case" "catch" "checked" "class" "continue" "default" "delegate" "do"
  "else" "enum" "event" "explicit" "extern" "finally" "fixed" "for" "foreach" "from" "get" "global"
  "goto" "group" "if" "implicit" "in" "init" "interface" "into" "is" "join" "let" "lock" "namespace"
  "new" "operator" "orderby" "out" "params" "record" "ref" "return" "select" "set" "sizeof"
  "stackalloc" "struct" "switch" "throw" "try" "typeof" "unchecked" "using" "when" "where" "while"
  "with" "yield"] @keyword
["#if" "#else" "#elif" "#endif"] @keyword
["+" "-" "*" "/" "%" "=" "==" "!=" "<" ">" "<=" ">=" "&&" "||" "!" "&" "|" "^" "~" "<<" ">>" ">>>"
  "+=" "-=" "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" "++" "--" "?" "??" "??=" "=>" ".."] @operator
["(" ")" "[" "]" "{" "}" ";" "," "." ":" "::" "->"] @punctuation

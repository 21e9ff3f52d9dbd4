(comment) @comment
(block . (identifier) @keyword)
(block (identifier) @type)
(block (string_lit (template_literal) @type))
(full_splat "[*]" @operator)
(attribute . (identifier) @property)
(object_elem key: (expression (variable_expr (identifier) @property)))
(get_attr (identifier) @property)
(function_call . (identifier) @function)
((variable_expr (identifier) @type.builtin)
  (#any-of? @type.builtin "string" "number" "bool" "any" "list" "map" "set" "object" "tuple"))
((variable_expr (identifier) @variable.builtin)
  (#any-of? @variable.builtin "var" "local" "data" "module" "each" "count" "self" "path" "terraform"))
(for_intro (identifier) @parameter)
(numeric_lit) @number
(bool_lit) @boolean
(null_lit) @constant
[(quoted_template_start) (quoted_template_end) (template_literal)] @string
[(heredoc_start) (heredoc_identifier)] @label
[(template_interpolation_start) (template_interpolation_end) (template_directive_start)
  (template_directive_end)] @string.special
["for" "in" "if" "else" "endif" "endfor"] @keyword
["=" "==" "!=" "<" ">" "<=" ">=" "&&" "||" "!" "+" "-" "*" "/" "%" "?" "=>"] @operator
["(" ")" "[" "]" "{" "}" "," "." ":"] @punctuation

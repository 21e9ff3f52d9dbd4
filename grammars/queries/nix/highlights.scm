(comment) @comment
(escape_sequence) @escape
(interpolation) @string.special
(attrpath attr: (string_expression) @property)
[(string_expression) (indented_string_expression)] @string
[(path_expression) (hpath_expression) (spath_expression) (uri_expression)] @string.special
[(integer_expression) (float_expression)] @number
(binding
  attrpath: (attrpath attr: (identifier) @function .)
  expression: (function_expression))
(attrpath attr: (identifier) @property)
(inherited_attrs attr: (identifier) @property)
(formal name: (identifier) @parameter)
(ellipses) @punctuation
(function_expression universal: (identifier) @parameter)
((variable_expression name: (identifier) @boolean) (#any-of? @boolean "true" "false"))
((variable_expression name: (identifier) @constant) (#eq? @constant "null"))
((variable_expression name: (identifier) @function.builtin)
  (#any-of? @function.builtin "import" "builtins" "derivation" "throw" "abort" "toString" "map"
    "removeAttrs" "fetchTarball" "fetchGit" "baseNameOf" "dirOf" "isNull"))
(apply_expression function: (variable_expression name: (identifier) @function))
(apply_expression
  function: (select_expression attrpath: (attrpath attr: (identifier) @function .)))
["let" "in" "rec" "with" "inherit" "if" "then" "else" "assert" "or"] @keyword
["=" "==" "!=" "<" ">" "<=" ">=" "+" "-" "*" "/" "++" "//" "&&" "||" "!" "->" "?" "@"] @operator
["(" ")" "[" "]" "{" "}" ";" "," "." ":" "${"] @punctuation

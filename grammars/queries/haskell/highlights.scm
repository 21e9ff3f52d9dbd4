[(comment) (haddock)] @comment
[(pragma) (cpp)] @attribute
[(string) (char)] @string
[(integer) (float)] @number
((constructor) @boolean (#any-of? @boolean "True" "False"))
(function name: (variable) @function)
(function (infix operator: (infix_id (variable) @function)))
(signature name: (variable) @function)
(signature names: (binding_list name: (variable) @function))
(bind name: (variable) @function)
(apply function: (variable) @function)
(apply function: (qualified id: (variable) @function))
(infix_id (variable) @operator)
(field_name (variable) @property)
(patterns (variable) @parameter)
[(module_id)] @module
((name) @type.builtin (#any-of? @type.builtin "Int" "Integer" "Double" "Float" "Char" "Bool" "String" "IO"))
(name) @type
(constructor) @constructor
(operator) @operator
(calling_convention) @keyword
["as" "case" "class" "data" "default" "deriving" "do" "else" "family" "foreign" "forall" "hiding"
  "if" "import" "in" "infix" "infixl" "infixr" "instance" "let" "mdo" "module" "newtype" "of"
  "pattern" "qualified" "rec" "role" "stock" "then" "type" "using" "via" "where" "anyclass"] @keyword
["=" "->" "<-" "=>" "::" "|" "\\" "@" "~" ".." "!"] @operator
["(" ")" "[" "]" "{" "}" "," ";" "`"] @punctuation
(wildcard) @variable.builtin

(comment) @comment
(escape_sequence) @escape
(conversion_specification) @string.special
[(string) (quoted_string) (character)] @string
[(number) (signed_number)] @number
[(boolean)] @boolean
[(unit)] @constant
[(attribute) (item_attribute) (floating_attribute) (attribute_id)] @attribute
(let_binding pattern: (value_name) @function . (parameter))
(let_binding pattern: (value_name) @function body: [(function_expression) (fun_expression)])
(value_specification (value_name) @function)
(external (value_name) @function)
(method_name) @function
(application_expression function: (value_path (value_name) @function))
(value_pattern) @parameter
(labeled_argument (label_name) @parameter)
[(field_name) (instance_variable_name)] @property
[(constructor_name) (tag)] @constructor
((type_constructor) @type.builtin
  (#any-of? @type.builtin "int" "char" "string" "float" "bool" "unit" "exn" "array" "list" "option"
    "bytes"))
[(type_constructor) (type_variable) (class_name) (class_type_name)] @type
[(module_name) (module_type_name)] @module
["and" "as" "assert" "begin" "class" "constraint" "do" "done" "downto" "else" "end" "exception"
  "external" "for" "fun" "function" "functor" "if" "in" "include" "inherit" "initializer" "lazy"
  "let" "match" "method" "module" "mutable" "new" "nonrec" "object" "of" "open" "private" "rec"
  "sig" "struct" "then" "to" "try" "type" "val" "virtual" "when" "while" "with"] @keyword
[(add_operator) (mult_operator) (pow_operator) (rel_operator) (and_operator) (or_operator)
  (concat_operator) (assign_operator) (hash_operator) (prefix_operator) (sign_operator)
  (let_operator) (let_and_operator) (match_operator) (indexing_operator)] @operator
["=" "->" "<-" ":=" "|" "::" "*" "+=" ":>" "?" "~" "!"] @operator
["(" ")" "[" "]" "{" "}" "[|" "|]" "," ";" ";;" "." ".." ":" "[<" "[>"] @punctuation

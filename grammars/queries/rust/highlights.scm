; The first pattern that colours a node wins.
[(line_comment) (block_comment)] @comment
(outer_doc_comment_marker "/" @comment)
(inner_doc_comment_marker "!" @comment)
(escape_sequence) @escape
[(string_literal) (raw_string_literal) (char_literal)] @string
[(integer_literal) (float_literal)] @number
(boolean_literal) @boolean

(attribute_item) @attribute
(inner_attribute_item) @attribute
(macro_definition name: (_) @macro)
(macro_invocation macro: (identifier) @macro "!" @macro)
(macro_invocation macro: (scoped_identifier name: (_) @macro) "!" @macro)
(metavariable) @variable.builtin
(lifetime) @label
(label) @label

(function_item name: (_) @function)
(function_signature_item name: (_) @function)
(call_expression function: (identifier) @function)
(call_expression function: (field_expression field: (_) @function))
(call_expression function: (scoped_identifier name: (_) @function))
(generic_function function: (identifier) @function)
(generic_function function: (field_expression field: (_) @function))
(generic_function function: (scoped_identifier name: (_) @function))
(mod_item name: (_) @module)
(scoped_identifier path: (identifier) @module (#match? @module "^[a-z_]"))
(scoped_identifier path: (identifier) @type)
(use_declaration argument: (identifier) @module)
(enum_variant name: (_) @constant)
(primitive_type) @type.builtin
(type_identifier) @type
(parameter pattern: (identifier) @parameter)
(closure_parameters (identifier) @parameter)
(self) @variable.builtin
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))
((identifier) @type (#match? @type "^[A-Z]"))
(field_identifier) @property
(shorthand_field_identifier) @property

["as" "async" "await" "break" "const" "continue" "default" "dyn" "else" "enum" "extern" "fn" "for"
  "if" "impl" "in" "let" "loop" "match" "mod" "move" "pub" "ref" "return" "static" "struct" "trait"
  "type" "union" "unsafe" "use" "where" "while" "yield" "macro_rules!" (crate) (super)
  (mutable_specifier)] @keyword
["+" "-" "*" "/" "%" "=" "==" "!=" "<" ">" "<=" ">=" "&&" "||" "!" "&" "|" "^" "<<" ">>" "+=" "-="
  "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" "->" "=>" "?" ".." "..=" "@"] @operator
["(" ")" "[" "]" "{" "}" ";" "," "." ":" "::" "#"] @punctuation

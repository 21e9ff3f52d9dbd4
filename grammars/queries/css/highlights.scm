(comment) @comment
(escape_sequence) @escape
(string_value) @string
(color_value) @string.special
[(integer_value) (float_value)] @number
(unit) @type.builtin
(important) @keyword
((property_name) @variable.builtin (#match? @variable.builtin "^--"))
(property_name) @property
[(feature_name) (attribute_name)] @property
(tag_name) @tag
[(nesting_selector) (universal_selector)] @tag
(pseudo_class_selector (class_name) @attribute)
(pseudo_element_selector "::" (tag_name) @attribute)
(class_name) @type
(id_name) @constant
(keyframes_name) @function
(function_name) @function
(namespace_name) @module
((plain_value) @variable.builtin (#match? @variable.builtin "^--"))
[(plain_value) (keyword_query)] @constant
[(from) (to)] @keyword
["@media" "@import" "@charset" "@namespace" "@supports" "@keyframes" (at_keyword) "and" "or" "not"
  "only"] @keyword
["~" ">" "+" "-" "*" "/" "=" "^=" "|=" "~=" "$=" "*="] @operator
["(" ")" "[" "]" "{" "}" "," ";" ":" "::" "." "#"] @punctuation

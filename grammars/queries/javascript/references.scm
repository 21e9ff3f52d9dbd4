; inherits: ecma
(formal_parameters (identifier) @local.definition)
(class_heritage (identifier) @reference.inherit)
(class_heritage (member_expression object: (_) @receiver property: (_) @reference.inherit))

; Components are called, HTML elements are not.
((jsx_opening_element name: (identifier) @reference.call) (#match? @reference.call "^[A-Z]"))
((jsx_self_closing_element name: (identifier) @reference.call) (#match? @reference.call "^[A-Z]"))
(jsx_opening_element name: (identifier) @local.definition (#match? @local.definition "^[a-z]"))
(jsx_self_closing_element name: (identifier) @local.definition (#match? @local.definition "^[a-z]"))
(jsx_closing_element name: (identifier) @local.definition)
(jsx_closing_element
  name: (member_expression object: (identifier) @local.definition property: (_) @local.definition))

; inherits: ecma
(predefined_type) @type.builtin
(type_identifier) @type
(required_parameter pattern: (identifier) @parameter)
(optional_parameter pattern: (identifier) @parameter)
(accessibility_modifier) @keyword
["abstract" "any" "asserts" "declare" "enum" "implements" "infer" "interface" "is" "keyof" "namespace" "override" "readonly" "satisfies" "type"] @keyword

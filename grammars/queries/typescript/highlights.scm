; inherits: ecma
(predefined_type) @type.builtin
(type_identifier) @type
(enum_declaration name: (identifier) @type)
(enum_body name: (property_identifier) @constant)
(enum_body (enum_assignment name: (property_identifier) @constant))
(internal_module name: (identifier) @module)
(function_signature name: (identifier) @function)
(method_signature name: (property_identifier) @function)
(required_parameter pattern: (identifier) @parameter)
(optional_parameter pattern: (identifier) @parameter)
(accessibility_modifier) @keyword
["abstract" "any" "asserts" "declare" "enum" "implements" "infer" "interface" "is" "keyof" "namespace" "override" "readonly" "satisfies" "type"] @keyword

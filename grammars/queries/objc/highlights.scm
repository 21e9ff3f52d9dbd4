; inherits: c
(class_declaration ["@" "class"] @keyword)
(class_interface . (identifier) @type)
(class_interface superclass: (identifier) @type)
(class_interface category: (identifier) @attribute)
(class_implementation . (identifier) @type)
(class_implementation category: (identifier) @attribute)
(class_declaration (identifier) @type)
(protocol_declaration . (identifier) @type)
(protocol_reference_list (identifier) @type)
(method_declaration (identifier) @function)
(method_definition (identifier) @function)
(method_parameter (identifier) @parameter)
(message_expression method: (identifier) @function)
(property_attribute (identifier) @attribute)
[(typedefed_specifier)] @type.builtin
((identifier) @variable.builtin (#any-of? @variable.builtin "self" "super" "_cmd"))
((identifier) @boolean (#any-of? @boolean "YES" "NO"))
((identifier) @constant (#any-of? @constant "nil" "Nil" "NULL"))
["@interface" "@implementation" "@protocol" "@end" "@property" "@synthesize" "@dynamic" 
  "@required" "@optional" "@try" "@catch" "@finally" "@throw" "@synchronized" "@autoreleasepool"
  "@selector" "@encode" "@public" "@private" "@protected" "@package" "@import" "in" "#import"] @keyword
"@" @string

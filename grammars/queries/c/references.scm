; inherits: c_family
; K&R
(function_definition
  declarator: (function_declarator parameters: (parameter_list (identifier) @local.definition)))

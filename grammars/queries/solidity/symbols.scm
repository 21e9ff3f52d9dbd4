; Definitions of Solidity. What may use a function or variable stands beside its name.
(comment) @comment

(contract_declaration name: (_) @name body: (_) @body) @definition.class
(interface_declaration name: (_) @name body: (_) @body) @definition.interface
(library_declaration name: (_) @name body: (_) @body) @definition.module
((struct_declaration name: (_) @name body: (_) @body) @definition.struct (#set! visibility public))
((struct_member type: (_) @type name: (_) @name) @definition.field (#set! visibility public))
((enum_declaration name: (_) @name body: (_) @body) @definition.enum (#set! visibility public))
(enum_value) @name @definition.enum_member
((event_definition name: (_) @name) @definition.event (#set! visibility public))
((error_declaration name: (_) @name) @definition.event (#set! visibility public))
((user_defined_type_definition name: (_) @name) @definition.type (#set! visibility public))

((function_definition name: (_) @name body: (_) @body) @definition.function
  (#match? @name "^test(Fuzz)?_?[A-Z_]")
  (#set! test))
(function_definition name: (_) @name body: (_) @body) @definition.function
((function_definition name: (_) @name !body) @declaration.function (#set! abstract))
(modifier_definition name: (_) @name body: (_)? @body) @definition.function
((constructor_definition "constructor" @name body: (_)? @body) @definition.constructor
  (#set! visibility public))
(fallback_receive_definition ["receive" "fallback"] @name body: (_)? @body) @definition.function

(state_variable_declaration type: (_) @type name: (_) @name value: (_)? @body) @definition.field
(constant_variable_declaration type: (_) @type name: (_) @name value: (_)? @body) @definition.constant

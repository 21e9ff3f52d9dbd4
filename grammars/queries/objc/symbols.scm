; inherits: c
; An interface declares what its implementation defines; a method is called as the first word of its
; selector.
((class_interface . (identifier) @name category: (_)) @declaration.extension (#set! headline))
((class_interface . (identifier) @name) @declaration.class (#set! headline))
((class_implementation . (identifier) @name category: (_)) @definition.extension (#set! headline))
((class_implementation . (identifier) @name) @definition.class (#set! headline))
((protocol_declaration . (identifier) @name) @definition.interface (#set! headline))

(method_declaration (method_type (type_name) @type) . (identifier) @name) @declaration.method
((method_definition (method_type (type_name) @type) . (identifier) @name (compound_statement) @body) @definition.method
  (#match? @name "^test[A-Z0-9]")
  (#set! test))
(method_definition (method_type (type_name) @type) . (identifier) @name (compound_statement) @body) @definition.method
(property_declaration
  (struct_declaration . (_) @type (struct_declarator [(identifier) @name (_ (identifier) @name)]))) @definition.property
(instance_variable
  (struct_declaration . (_) @type (struct_declarator [(identifier) @name (_ (identifier) @name)]))) @definition.field

; typedef NS_ENUM(NSInteger, Name) { A, B };
((type_definition
  type: (macro_type_specifier name: (identifier) @_macro (ERROR (identifier) @name))) @definition.enum
  (#match? @_macro "^NS_[A-Z_]*(ENUM|OPTIONS)$")
  (#set! headline))
((type_definition
  type: (macro_type_specifier name: (identifier) @_macro)
  declarator: (type_identifier) @name @definition.enum_member)
  (#match? @_macro "^NS_[A-Z_]*(ENUM|OPTIONS)$"))

; Definitions of Haskell. A type signature and the equations that follow it are one definition: the
; program joins definitions of one name that stand side by side.
[(comment) (haddock)] @comment
(export variable: (variable) @export)
(export type: (name) @export)
(export operator: (prefix_id (operator) @export))
((header module: (module) @name exports: (_)? @body) @definition.package (#set! visibility public))

((data_type name: (_) @name constructors: (data_constructors . (data_constructor (record)) .) @body) @definition.struct)
(data_type name: (_) @name constructors: (_) @body) @definition.enum
(data_type name: (_) @name) @definition.type
(newtype name: (_) @name constructor: (_) @body) @definition.struct
(data_constructor (prefix name: (_) @name)) @definition.enum_member
(data_constructor (record name: (_) @name)) @definition.enum_member
(data_constructor (infix operator: (_) @name)) @definition.enum_member
(gadt_constructor name: (_) @name) @definition.enum_member
(newtype_constructor name: (_) @name) @definition.constructor
(field name: (field_name (variable) @name) type: (_) @type) @definition.field
(type_synomym name: (_) @name type: (_) @body) @definition.type
(type_family name: (_) @name) @definition.type

(class name: (_) @name declarations: (_)? @body) @definition.trait
(instance patterns: (type_patterns . (name) @name) declarations: (_)? @body) @definition.extension
(instance
  patterns: (type_patterns . (parens type: (apply constructor: (name) @name)))
  declarations: (_)? @body) @definition.extension
(instance name: (_) @name declarations: (_)? @body) @definition.extension

(class_declarations (signature name: (variable) @name type: (_) @type) @definition.function)
(class_declarations
  (signature names: (binding_list name: (variable) @name @definition.function) type: (_) @type))
(signature name: (variable) @name type: [(function) (context) (forall)] @type) @definition.function
(signature name: (prefix_id (operator) @name) type: (_) @type) @definition.function
((signature name: (variable) @name type: (_) @type) @definition.function (#eq? @name "main"))
(signature name: (variable) @name type: (_) @type) @definition.constant
(signature names: (binding_list name: (variable) @name @definition.function) type: (function) @type)
(signature names: (binding_list name: (variable) @name @definition.constant) type: (_) @type)

(function name: (variable) @name match: (_) @body) @definition.function
(function name: (prefix_id (operator) @name) match: (_) @body) @definition.function
(function (infix operator: (operator) @name) match: (_) @body) @definition.function
(function (infix operator: (infix_id (variable) @name)) match: (_) @body) @definition.function
(bind name: (variable) @name match: (_) @body) @definition.constant
(pattern_synonym (equation synonym: (apply function: (constructor) @name))) @definition.function
; Names in here are local.
(local_binds) @local.function

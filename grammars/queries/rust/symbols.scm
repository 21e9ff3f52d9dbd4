; Definitions of Rust. Attributes stand before the nodes they belong to.
[(line_comment) (block_comment)] @comment
(attribute_item) @attribute

(mod_item name: (_) @name body: (_) @body) @definition.module
(mod_item name: (_) @name !body) @declaration.module

(struct_item name: (_) @name body: (_)? @body) @definition.struct
(union_item name: (_) @name body: (_) @body) @definition.union
(enum_item name: (_) @name body: (_) @body) @definition.enum
(enum_variant name: (_) @name) @definition.enum_member
((enum_variant
  body: (field_declaration_list
    (field_declaration name: (_) @name type: (_) @type) @definition.field))
  (#set! visibility public))
(field_declaration name: (_) @name type: (_) @type) @definition.field

(trait_item name: (_) @name body: (_) @body) @definition.trait
(associated_type name: (_) @name) @declaration.type
(type_item name: (_) @name type: (_) @type @body) @definition.type

; An impl is called as the type it belongs to.
(impl_item type: (type_identifier) @name body: (_) @body) @definition.extension
(impl_item type: (generic_type type: (type_identifier) @name) body: (_) @body) @definition.extension
(impl_item
  type: (scoped_type_identifier name: (_) @name)
  body: (_) @body) @definition.extension
(impl_item
  type: (generic_type type: (scoped_type_identifier name: (_) @name))
  body: (_) @body) @definition.extension
(impl_item
  type: (reference_type type: (type_identifier) @name)
  body: (_) @body) @definition.extension
(impl_item
  type: (reference_type type: (generic_type type: (type_identifier) @name))
  body: (_) @body) @definition.extension
(impl_item
  type: (dynamic_type trait: (type_identifier) @name)
  body: (_) @body) @definition.extension
(impl_item
  type: (dynamic_type trait: (generic_type type: (type_identifier) @name))
  body: (_) @body) @definition.extension
(impl_item
  type: (bounded_type (dynamic_type trait: (type_identifier) @name))
  body: (_) @body) @definition.extension
(impl_item
  type: (reference_type type: [(primitive_type) (array_type) (tuple_type)] @name)
  body: (_) @body) @definition.extension
(impl_item
  type: [(primitive_type) (array_type) (tuple_type) (pointer_type) (function_type) (unit_type)
    (never_type)] @name
  body: (_) @body) @definition.extension

; What a trait asks for is as public as the trait.
((impl_item
  trait: (_)
  body: (declaration_list
    (function_item
      name: (_) @name
      return_type: (_)? @type
      body: (_) @body) @definition.function))
  (#set! visibility public))
(function_item name: (_) @name return_type: (_)? @type body: (_) @body) @definition.function
(function_signature_item name: (_) @name return_type: (_)? @type) @declaration.function

((const_item name: (_) @name type: (_) @type value: (_)? @body) @definition.constant
  (#not-eq? @name "_"))
((static_item name: (_) @name type: (_) @type value: (_)? @body) @definition.variable
  (#set! static))
(macro_definition name: (_) @name) @definition.macro

; Items inside the braces of a macro, such as `cfg_unix! { pub fn f() {} }`, are mere tokens.
(token_tree
  "pub" @definition.function . "fn" . (identifier) @name
  . (token_tree) . (token_tree "{") @body)
(token_tree
  "pub" @definition.function . "fn" . (identifier) @name
  . (token_tree) . "->" . (_) @type . (token_tree "{") @body)
(token_tree "pub" @definition.function . "fn" . (identifier) @name)
(token_tree
  "fn" @definition.function . (identifier) @name
  . (token_tree) . (token_tree "{") @body)
(token_tree
  "fn" @definition.function . (identifier) @name
  . (token_tree) . "->" . (_) @type . (token_tree "{") @body)
(token_tree "fn" @definition.function . (identifier) @name)
(token_tree
  "pub" @definition.struct . "struct" . (identifier) @name . (token_tree)? @body)
(token_tree "struct" @definition.struct . (identifier) @name . (token_tree)? @body)
(token_tree "pub" @definition.enum . "enum" . (identifier) @name . (token_tree "{") @body)
(token_tree "enum" @definition.enum . (identifier) @name . (token_tree "{") @body)
(token_tree "pub" @definition.trait . "trait" . (identifier) @name)
(token_tree "trait" @definition.trait . (identifier) @name)
(token_tree "pub" @definition.module . "mod" . (identifier) @name . (token_tree "{") @body)
(token_tree "mod" @definition.module . (identifier) @name . (token_tree "{") @body)
(token_tree "pub" @declaration.module . "mod" . (identifier) @name . ";")
(token_tree "mod" @declaration.module . (identifier) @name . ";")
(token_tree "pub" @definition.constant . "const" . (identifier) @name . ":" . (_) @type)
(token_tree "const" @definition.constant . (identifier) @name . ":" . (_) @type)
(token_tree "static" @definition.variable . (identifier) @name . ":" . (_) @type)

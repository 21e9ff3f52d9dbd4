; Scopes and local names. In patterns, names in small letters are new, others are constants.
(function_item) @local.function
(function_signature_item) @local.function
(closure_expression) @local.function
(block) @local.scope
(match_arm) @local.scope
(for_expression) @local.scope
(if_expression condition: [(let_condition) (let_chain)]) @local.scope
(while_expression) @local.scope
(impl_item) @local.scope
(trait_item) @local.scope
(struct_item type_parameters: (_)) @local.scope
(enum_item type_parameters: (_)) @local.scope
(type_item type_parameters: (_)) @local.scope

(type_parameter name: (_) @local.type_parameter)
(const_parameter name: (_) @local.definition)
(type_binding name: (_) @ignored)
(lifetime (identifier) @ignored)
(label (identifier) @ignored)
(visibility_modifier (scoped_identifier) @ignored)
((const_item name: (_) @ignored) (#eq? @ignored "_"))

(parameter pattern: (identifier) @local.definition type: (_) @local.type)
(parameter pattern: (mut_pattern (identifier) @local.definition) type: (_) @local.type)
(closure_parameters (identifier) @local.definition)
(let_declaration pattern: (identifier) @local.definition type: (_) @local.type)
(let_declaration
  pattern: (identifier) @local.definition
  value: (struct_expression name: (_) @local.type))
; By custom these make a value of the type they belong to.
((let_declaration
  pattern: (identifier) @local.definition
  value: (call_expression
    function: (scoped_identifier path: (_) @local.type name: (identifier) @_maker)))
  (#match? @_maker "^(new|default|from|with_[a-z_]+)$"))
((let_declaration
  pattern: (identifier) @local.definition
  value: (try_expression
    (call_expression
      function: (scoped_identifier path: (_) @local.type name: (identifier) @_maker))))
  (#eq? @_maker "new"))
(let_declaration pattern: (identifier) @local.definition)
(let_declaration pattern: (identifier) @local.valued value: (_) @local.value)
(for_expression pattern: (identifier) @local.definition)
((let_condition pattern: (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))
((match_pattern . (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))
((tuple_pattern (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))
((slice_pattern (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))
((tuple_struct_pattern (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))
(mut_pattern (identifier) @local.definition)
(ref_pattern (identifier) @local.definition)
(reference_pattern (identifier) @local.definition)
(captured_pattern . (identifier) @local.definition)
((or_pattern (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))
(field_pattern name: (shorthand_field_identifier) @local.definition)
((field_pattern pattern: (identifier) @local.definition) (#match? @local.definition "^[a-z_]"))

; What a type implements and a trait builds upon.
(impl_item trait: (type_identifier) @reference.inherit)
(impl_item trait: (generic_type type: (type_identifier) @reference.inherit))
(impl_item trait: (scoped_type_identifier path: (_) @receiver name: (_) @reference.inherit))
(impl_item
  trait: (generic_type
    type: (scoped_type_identifier path: (_) @receiver name: (_) @reference.inherit)))
(trait_item bounds: (trait_bounds (type_identifier) @reference.inherit))
(trait_item bounds: (trait_bounds (generic_type type: (type_identifier) @reference.inherit)))
(trait_item
  bounds: (trait_bounds (scoped_type_identifier path: (_) @receiver name: (_) @reference.inherit)))
((attribute (identifier) @_derive arguments: (token_tree (identifier) @reference.read . "::"))
  (#eq? @_derive "derive"))
((attribute (identifier) @_derive arguments: (token_tree (identifier) @reference.inherit))
  (#eq? @_derive "derive"))

; Attributes: those of the language name nothing; what is in their brackets is data.
((attribute . (identifier) @ignored)
  (#any-of? @ignored "allow" "automatically_derived" "cfg" "cfg_attr" "cold" "deny" "deprecated"
    "derive" "doc" "expect" "feature" "global_allocator" "ignore" "inline" "macro_export"
    "macro_use" "must_use" "no_mangle" "no_std" "non_exhaustive" "path" "proc_macro"
    "proc_macro_attribute" "proc_macro_derive" "repr" "should_panic" "target_feature" "test"
    "track_caller" "warn"))
((attribute . (identifier) @_derive arguments: (token_tree (identifier) @ignored))
  (#not-eq? @_derive "derive"))
(attribute . (scoped_identifier) arguments: (token_tree (identifier) @ignored))
(attribute arguments: (token_tree (token_tree (identifier) @ignored)))
(attribute . (identifier) @reference.macro)
(attribute . (scoped_identifier path: (_) @receiver name: (_) @reference.macro))
(token_tree_pattern (identifier) @ignored)

; Macros.
(macro_invocation macro: (identifier) @reference.macro)
(macro_invocation macro: (scoped_identifier path: (_) @receiver name: (_) @reference.macro))

; Calls.
(call_expression function: (identifier) @reference.call arguments: (_) @arguments)
(call_expression
  function: (field_expression value: (_) @receiver field: (field_identifier) @reference.call)
  arguments: (_) @arguments)
(call_expression
  function: (scoped_identifier path: (_) @receiver name: (identifier) @reference.call)
  arguments: (_) @arguments)
(call_expression
  function: (generic_function function: (identifier) @reference.call)
  arguments: (_) @arguments)
(call_expression
  function: (generic_function
    function: (field_expression value: (_) @receiver field: (field_identifier) @reference.call))
  arguments: (_) @arguments)
(call_expression
  function: (generic_function
    function: (scoped_identifier path: (_) @receiver name: (identifier) @reference.call))
  arguments: (_) @arguments)
(struct_expression name: (type_identifier) @reference.type (#set! new))
(struct_expression
  name: (scoped_type_identifier path: (_) @receiver name: (_) @reference.type)
  (#set! new))

; The same among the tokens of a macro's arguments.
(token_tree (identifier) @receiver . "::" . (identifier) @reference.macro . "!" . (token_tree))
(token_tree (identifier) @reference.macro . "!" . (token_tree))
(token_tree (_) @receiver . "." . (identifier) @reference.call . (token_tree "(") (#set! called))
(token_tree
  (identifier) @receiver . "::" . (identifier) @reference.call . (token_tree "(")
  (#set! called))
(token_tree (identifier) @reference.call . (token_tree "(") (#set! called))
(token_tree (_) @receiver . "." . (identifier) @reference.read)
(token_tree (identifier) @receiver . "::" . (identifier) @reference.read)

; Writes.
(assignment_expression left: (identifier) @reference.write)
(assignment_expression
  left: (field_expression value: (_) @receiver field: (field_identifier) @reference.write))
(assignment_expression left: (unary_expression (identifier) @reference.write))
(compound_assignment_expr left: (identifier) @reference.write)
(compound_assignment_expr
  left: (field_expression value: (_) @receiver field: (field_identifier) @reference.write))
(struct_expression
  name: (_) @receiver.type
  body: (field_initializer_list (field_initializer field: (field_identifier) @reference.write)))
(struct_pattern
  type: (_) @receiver.type
  (field_pattern name: (field_identifier) @reference.read))

; Everything else that is named.
(scoped_type_identifier path: (_) @receiver name: (_) @reference.type)
(scoped_identifier path: (_) @receiver name: (identifier) @reference.read)
(field_expression value: (_) @receiver field: (field_identifier) @reference.read)
((scoped_identifier path: (identifier) @ignored) (#eq? @ignored "Self"))
((call_expression function: (identifier) @ignored) (#eq? @ignored "Self"))
((type_identifier) @ignored (#eq? @ignored "Self"))
(type_identifier) @reference.type
(identifier) @reference.read

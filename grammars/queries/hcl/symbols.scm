; Blocks of HCL: called by their last label, or else their type; attributes of `locals` and of
; files of nothing but values.
(comment) @comment
(block . (identifier) . [(string_lit) (identifier)] @container . [(string_lit) (identifier)] @name
  . (block_start)) @definition.block
(block . (identifier) . [(string_lit) (identifier)] @name . (block_start)) @definition.block
(block . (identifier) @name . (block_start)) @definition.block
((block . (identifier) @_type (body (attribute (identifier) @name (expression) @body) @definition.variable))
  (#eq? @_type "locals"))
(config_file (body (attribute (identifier) @name (expression) @body) @definition.variable))

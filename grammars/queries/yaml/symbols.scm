; Keys of YAML, of block and flow mappings. Those of mappings in a sequence belong to the
; sequence's key.
(comment) @comment
((block_mapping_pair key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)) @definition.key
  (#not-eq? @name "<<"))
((flow_pair key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)) @definition.key
  (#not-eq? @name "<<"))

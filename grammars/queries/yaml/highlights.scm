(comment) @comment
(escape_sequence) @escape
(block_mapping_pair
  key: (flow_node
    [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @property))
(flow_pair
  key: (flow_node
    [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @property))
[(integer_scalar) (float_scalar)] @number
(boolean_scalar) @boolean
[(null_scalar) (timestamp_scalar)] @constant
[(string_scalar) (double_quote_scalar) (single_quote_scalar) (block_scalar)] @string
[(anchor) (alias)] @label
(tag) @type
[(yaml_directive) (tag_directive) (reserved_directive)] @keyword
["---" "..." "-" ":" "?" "," "[" "]" "{" "}" "|" ">"] @punctuation

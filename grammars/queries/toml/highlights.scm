(comment) @comment
(escape_sequence) @escape
(table [(bare_key) (quoted_key)] @type)
(table (dotted_key [(bare_key) (quoted_key)] @type))
(table (dotted_key (dotted_key [(bare_key) (quoted_key)] @type)))
(table_array_element [(bare_key) (quoted_key)] @type)
(table_array_element (dotted_key [(bare_key) (quoted_key)] @type))
(table_array_element (dotted_key (dotted_key [(bare_key) (quoted_key)] @type)))
[(bare_key) (quoted_key)] @property
(string) @string
[(integer) (float)] @number
(boolean) @boolean
[(offset_date_time) (local_date_time) (local_date) (local_time)] @string.special
"=" @operator
["[" "]" "[[" "]]" "{" "}" "," "."] @punctuation

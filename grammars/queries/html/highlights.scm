(comment) @comment
(doctype) @keyword
(entity) @escape
(tag_name) @tag
(erroneous_end_tag_name) @tag
(attribute_name) @attribute
(quoted_attribute_value) @string
(attribute_value) @string
[(raw_text)] @markup.raw
"=" @operator
["<" ">" "</" "/>"] @punctuation

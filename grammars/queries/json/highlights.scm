(comment) @comment
(escape_sequence) @escape
(pair key: (string) @property)
(string) @string
(number) @number
[(true) (false)] @boolean
(null) @constant
["{" "}" "[" "]" "," ":"] @punctuation

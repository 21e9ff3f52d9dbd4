; Blocks only: what stands inside a paragraph (emphasis, code, links) has a grammar of its own.
[(atx_heading) (setext_heading)] @markup.heading
(pipe_table_header (pipe_table_cell) @markup.heading)
[(code_fence_content) (indented_code_block)] @markup.raw
(fenced_code_block_delimiter) @punctuation
(info_string (language) @label)
(info_string) @label
(link_label) @markup.link
(link_destination) @string.special
(link_title) @string
(html_block) @tag
[(minus_metadata) (plus_metadata)] @comment
[(task_list_marker_checked) (task_list_marker_unchecked)] @constant
[(list_marker_minus) (list_marker_plus) (list_marker_star) (list_marker_dot)
  (list_marker_parenthesis) (block_quote_marker) (block_continuation) (thematic_break) (pipe_table_delimiter_row)] @punctuation
(pipe_table_header "|" @punctuation)
(pipe_table_row "|" @punctuation)

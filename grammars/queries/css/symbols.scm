; Selectors, at-rules, keyframes and custom properties of CSS.
(comment) @comment
(rule_set (selectors (_) @name) (block) @body) @definition.rule
(media_statement "@media" @name (block) @body) @definition.block
(supports_statement "@supports" @name (block) @body) @definition.block
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @definition.rule
(at_rule (at_keyword) @name (block) @body) @definition.block
((declaration . (property_name) @name) @definition.variable (#match? @name "^--"))

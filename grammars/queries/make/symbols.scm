; Targets, variables and macros of make. Special targets (.PHONY) are none.
(comment) @comment
((rule (targets (_) @name)) @definition.rule (#not-match? @name "^\\.[A-Z_]+$"))
(variable_assignment target_or_pattern: (_) @container name: (_) @name value: (_)? @body) @definition.variable
(variable_assignment name: (_) @name value: (_)? @body) @definition.variable
(shell_assignment name: (_) @name value: (_)? @body) @definition.variable
((define_directive name: (_) @name value: (_)? @body) @definition.macro (#set! headline))

; Attributes of Nix are functions or keys, and what `let` binds are functions or variables.
(comment) @comment

((let_expression (binding_set binding: (binding
  attrpath: (_) @name
  expression: (function_expression body: (_) @body)) @definition.function))
  (#set! visibility private))
((let_expression (binding_set binding: (binding
  attrpath: (_) @name
  expression: (_) @body) @definition.variable))
  (#set! visibility private))

(binding attrpath: (_) @name expression: (function_expression body: (_) @body)) @definition.function
(binding attrpath: (_) @name expression: (_) @body) @definition.key

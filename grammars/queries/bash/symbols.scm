; Definitions of shell. A variable set in a function without `local` is no definition but a write.
(comment) @comment

(function_definition name: (word) @name body: (_) @body) @definition.function
; Tests of Bats. Their bodies are commands like any other.
((command name: (command_name (word) @_test) . argument: [(string) (raw_string)] @name)
  @definition.function
  (#eq? @_test "@test")
  (#set! test))

(program (declaration_command
  "readonly"
  (variable_assignment name: (variable_name) @name value: (_) @body)) @definition.constant)
((program (declaration_command
  . (word) @_flags
  (variable_assignment name: (variable_name) @name value: (_) @body)) @definition.constant)
  (#match? @_flags "^-[a-zA-Z]*r"))
(program (declaration_command
  (variable_assignment name: (variable_name) @name value: (_) @body)) @definition.variable)
(program (declaration_command (variable_name) @name) @definition.variable)
(program (variable_assignment name: (variable_name) @name value: (_) @body) @definition.variable)
(program (variable_assignments
  (variable_assignment name: (variable_name) @name value: (_) @body) @definition.variable))

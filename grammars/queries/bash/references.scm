; Scopes: functions, and in them only what they declare.
(function_definition) @local.function
(declaration_command "local" (variable_assignment name: (variable_name) @local.definition))
(declaration_command "local" (variable_name) @local.definition)
(declaration_command "declare" (variable_assignment name: (variable_name) @local.definition))
(declaration_command "declare" (variable_name) @local.definition)
(declaration_command "typeset" (variable_assignment name: (variable_name) @local.definition))
(declaration_command "typeset" (variable_name) @local.definition)

; Functions given to commands that call them.
((command name: (command_name (word) @_runs) . argument: (word) @reference.call)
  (#any-of? @_runs "trap" "run" "command" "builtin" "eval" "exec" "sudo" "time" "nohup")
  (#match? @reference.call "^[A-Za-z_]"))
((command name: (command_name (word) @_read) argument: (word) @reference.write)
  (#any-of? @_read "read" "mapfile" "readarray" "getopts")
  (#match? @reference.write "^[A-Za-z_][A-Za-z0-9_]*$"))
((command name: (command_name (word) @reference.call))
  (#match? @reference.call "^[A-Za-z_][A-Za-z0-9_.:+-]*$"))

(variable_assignment name: (variable_name) @reference.write)
(variable_assignment name: (subscript name: (variable_name) @reference.write))
(for_statement variable: (variable_name) @reference.write)
(unset_command (variable_name) @reference.write)
((variable_name) @reference.read (#match? @reference.read "^[A-Za-z_]"))

(comment) @comment
(escape) @escape
(targets (word) @function)
(targets (concatenation (word) @function))
(variable_assignment target_or_pattern: (list (word) @function))
(variable_assignment name: (word) @property)
(shell_assignment name: (word) @property)
(define_directive name: (word) @macro)
(variable_reference (word) @property)
(automatic_variable) @variable.builtin
(function_call function: _ @function.builtin)
(shell_function function: _ @function.builtin)
(include_directive filenames: (list (word) @string.special))
["define" "endef" "ifeq" "ifneq" "ifdef" "ifndef" "else" "endif" "include" "-include" "sinclude"
  "export" "unexport" "override" "undefine" "private" "vpath"] @keyword
["=" ":=" "::=" "?=" "+=" "!="] @operator
[":" "::" "&:" "|" ";" "(" ")" "{" "}" "$" "@" "-" "+" ","] @punctuation

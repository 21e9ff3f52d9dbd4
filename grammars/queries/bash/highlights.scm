(comment) @comment
(raw_string) @string
(ansi_c_string) @string
(string) @string
(heredoc_content) @string
[(heredoc_start) (heredoc_end)] @label
(regex) @string.special
(number) @number
(file_descriptor) @number

(function_definition name: (word) @function)
((command_name (word) @keyword) (#any-of? @keyword "source" "." "return" "exit" "break" "continue" "exec" "trap" "@test"))
((command_name (word) @function.builtin)
  (#any-of? @function.builtin "alias" "bg" "builtin" "caller" "cd" "command" "dirs" "disown" "echo" "enable" "eval" "false" "fg"
    "getopts" "hash" "jobs" "kill" "let" "mapfile" "popd" "printf" "pushd" "pwd" "read" "readarray" "set" "shift" "shopt" "test"
    "times" "true" "type" "ulimit" "umask" "wait"))
(command_name (word) @function)
(variable_assignment name: (variable_name) @property)
[(variable_name) (special_variable_name)] @property
(test_operator) @operator
((word) @parameter (#match? @parameter "^-"))

["if" "then" "else" "elif" "fi" "case" "esac" "for" "in" "while" "until" "do" "done" "select" "function" "local" "declare"
  "typeset" "export" "readonly" "unset" "unsetenv"] @keyword
["&&" "||" "|" "&" "!" "=" "+=" "==" "!=" "=~" "<" ">" ">>" "<<" "<<<" "<(" ">(" "&>" "&>>" ">&" "<&" ">|" "|&" "<<-"] @operator
["$" "${" "$(" "$((" "(" ")" "((" "))" "[" "]" "[[" "]]" "{" "}" ";" ";;" "`"] @punctuation

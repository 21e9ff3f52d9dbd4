(comment) @comment
(escape_sequence) @escape
(interpolation) @string.special
[(simple_symbol) (delimited_symbol) (hash_key_symbol) (bare_symbol)] @string.special
(regex) @string.special
[(string) (bare_string) (subshell) (heredoc_body) (heredoc_beginning) (character)] @string
[(integer) (float) (complex) (rational)] @number
[(true) (false)] @boolean
(nil) @constant

(method name: [(identifier) (constant) (operator)] @function)
(method name: (setter (identifier) @function))
(singleton_method name: [(identifier) (constant) (operator)] @function)
(singleton_method name: (setter (identifier) @function))
(class name: (constant) @type)
(class name: (scope_resolution name: (constant) @type))
(module name: (constant) @module)
(module name: (scope_resolution name: (constant) @module))
(superclass (constant) @type)
((call method: (identifier) @keyword)
  (#any-of? @keyword "private" "protected" "public" "module_function" "private_class_method" "private_constant" "require"
    "require_relative" "load" "autoload" "include" "extend" "prepend" "raise" "attr_accessor" "attr_reader" "attr_writer"
    "refine" "using" "alias_method" "define_method"))
((identifier) @keyword (#any-of? @keyword "private" "protected" "public" "module_function" "raise"))
((identifier) @function.builtin
  (#any-of? @function.builtin "block_given?" "puts" "print" "p" "lambda" "proc" "loop" "format" "sprintf" "catch" "throw"
    "__FILE__" "__dir__" "__method__"))
(call method: [(identifier) (constant)] @function)
(method_parameters (identifier) @parameter)
(block_parameters (identifier) @parameter)
(lambda_parameters (identifier) @parameter)
(destructured_parameter (identifier) @parameter)
(optional_parameter name: (identifier) @parameter)
(keyword_parameter name: (identifier) @parameter)
(splat_parameter name: (identifier) @parameter)
(hash_splat_parameter name: (identifier) @parameter)
(block_parameter name: (identifier) @parameter)
[(self) (super)] @variable.builtin
[(instance_variable) (class_variable)] @property
(global_variable) @variable.builtin
((constant) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))
(constant) @type

["alias" "and" "begin" "BEGIN" "break" "case" "class" "def" "defined?" "do" "else" "elsif" "end" "END" "ensure" "for" "if" "in"
  "module" "next" "not" "or" "redo" "rescue" "retry" "return" "then" "undef" "unless" "until" "when" "while" "yield"] @keyword
["+" "-" "*" "/" "%" "**" "=" "==" "===" "!=" "=~" "!~" "<=>" "<" ">" "<=" ">=" "&&" "||" "!" "&" "|" "^" "~" "<<" ">>" "=>" "->"
  ".." "..." "+=" "-=" "*=" "/=" "%=" "**=" "||=" "&&=" "|=" "&=" "^=" "<<=" ">>=" "?" "&."] @operator
["(" ")" "[" "]" "{" "}" "," ";" ":" "." "::"] @punctuation
